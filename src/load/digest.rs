//! The digest of a contract's files. The build works out that of the shipped contract with it, so that it uses nothing else
//! of ours.

use sha2::{Digest as _, Sha256};

/// The digest of files, given by their paths within the contract and in the order of these.
pub(super) fn of<B: AsRef<[u8]>>(files: &[(String, B)]) -> String {
    let mut digest = Sha256::new();
    for (path, bytes) in files {
        let bytes = bytes.as_ref();
        digest.update(path.as_bytes());
        digest.update([0]);
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    }
    format!("sha256:{:x}", digest.finalize())
}

/// Whether a file or folder of this name is no part of a contract.
pub(super) fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name.eq_ignore_ascii_case("readme.md")
}
