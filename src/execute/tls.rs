//! TLS for both transports.

use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls_platform_verifier::BuilderVerifierExt as _;

use super::failed::failure;
use crate::model::exchange::{TransportError, TransportFailure};
use crate::model::link::{HttpVersion, Identity, Tls};

/// A client configuration that trusts the named authorities, or what the machine trusts.
///
/// # Errors
/// A certificate or key can't be used.
pub(super) fn config(tls: &Tls, version: HttpVersion) -> Result<ClientConfig, TransportError> {
    // Only the first call in a process installs the provider; the others find it there.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = ClientConfig::builder();
    let builder = match &tls.authorities {
        Some(authorities) => {
            let mut roots = RootCertStore::empty();
            for certificate in &authorities.certificates {
                let added = roots.add(CertificateDer::from(certificate.clone()));
                added.map_err(|error| unusable(&authorities.path, &error.to_string()))?;
            }
            builder.with_root_certificates(roots)
        }
        None => match builder.clone().with_platform_verifier() {
            Ok(builder) => builder,
            // Without a certificate store nothing is trusted: a target with TLS is then unreachable, and says so.
            Err(_) => builder.with_root_certificates(RootCertStore::empty()),
        },
    };
    let mut config = match &tls.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => builder
            .with_client_auth_cert(chain(identity), key(identity)?)
            .map_err(|error| unusable(&identity.certificate, &error.to_string()))?,
    };
    config.alpn_protocols = vec![match version {
        HttpVersion::One => b"http/1.1".to_vec(),
        HttpVersion::Two => b"h2".to_vec(),
    }];
    Ok(config)
}

fn chain(identity: &Identity) -> Vec<CertificateDer<'static>> {
    identity.chain.iter().map(|certificate| CertificateDer::from(certificate.clone())).collect()
}

fn key(identity: &Identity) -> Result<PrivateKeyDer<'static>, TransportError> {
    PrivateKeyDer::from_pem_slice(&identity.secret).map_err(|error| unusable(&identity.key, &error.to_string()))
}

fn unusable(path: &str, cause: &str) -> TransportError {
    failure(TransportFailure::Request, format!("{path} can't be used: {cause}"))
}
