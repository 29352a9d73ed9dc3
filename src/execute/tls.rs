//! TLS for both transports.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls_platform_verifier::ConfigVerifierExt as _;

/// A client configuration that trusts what the machine trusts.
pub(super) fn config() -> ClientConfig {
    // Only the first call in a process installs the provider; the others find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    ClientConfig::with_platform_verifier().unwrap_or_else(|_| {
        // Without a certificate store nothing is trusted: a target with TLS is then unreachable, and says so.
        ClientConfig::builder().with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
    })
}

/// A connector for the raw transport, which speaks HTTP/1.1 only.
pub(super) fn connector() -> tokio_rustls::TlsConnector {
    let mut config = config();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    tokio_rustls::TlsConnector::from(Arc::new(config))
}
