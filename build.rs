//! The contract and the accepted answers are part of the program: it is built anew when one of their files comes or goes.
//! The digest of the contract is part of it too, so that whoever runs one trial needn't wait for it.

#[path = "src/load/digest.rs"]
mod digest;

use std::io;
use std::path::Path;
use std::{env, fs};

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
    println!("cargo::rustc-env=PROBITY_SHIPPED_DIGEST={}", digest::of(&files));
    Ok(())
}

/// The files of a folder and below it by their paths within the contract, without those that no contract has.
fn collect(folder: &Path, path: &str, files: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if digest::is_passed_over(&name) {
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
