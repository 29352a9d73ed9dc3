//! The contract and the accepted answers are part of the program: it is built anew when one of their files comes or goes.
//! The digest of the contract is part of it too, so that whoever runs one trial needn't wait for it.

use std::io;
use std::path::Path;
use std::{env, fs};

use sha2::{Digest, Sha256};

fn main() -> io::Result<()> {
    for folder in ["suites", "schemas", "snapshots", "contracts"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    let top = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let mut files = Vec::new();
    for folder in ["suites", "schemas"] {
        collect(&Path::new(&top).join(folder), folder, &mut files)?;
    }
    files.sort();
    // The same as that of a contract that is read (`load/source.rs`), which a test there says.
    let mut digest = Sha256::new();
    for (path, bytes) in &files {
        digest.update(path.as_bytes());
        digest.update([0]);
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    }
    println!("cargo::rustc-env=PROBITY_SHIPPED_DIGEST=sha256:{:x}", digest.finalize());
    Ok(())
}

/// The files of a folder and below it by their paths within the contract, without those that no contract has.
fn collect(folder: &Path, path: &str, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.eq_ignore_ascii_case("readme.md") {
            continue;
        }
        let inner = format!("{path}/{name}");
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &inner, files)?;
        } else {
            files.push((inner, fs::read(entry.path())?));
        }
    }
    Ok(())
}
