//! The reference server in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Child;

use super::binary::command;

/// A child that ends with the test.
pub(crate) struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The reference server with these further arguments, and where it listens.
pub(crate) fn serve(arguments: &[&str]) -> (Served, String) {
    let arguments = [&["serve"], arguments].concat();
    let mut served = Served(command(Path::new("/"), &arguments).spawn().expect("the binary starts"));
    let mut first = String::new();
    BufReader::new(served.0.stdout.take().expect("a pipe")).read_line(&mut first).expect("a line");
    let url = first.trim_end().strip_prefix("listening on ").expect("an address first").to_owned();
    (served, url)
}
