//! The contract and the accepted answers are part of the program: it is built anew when one of their files comes or goes.

fn main() {
    for folder in ["suites", "schemas", "snapshots", "contracts"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
