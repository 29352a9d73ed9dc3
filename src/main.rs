//! The command line. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    probity::cli::main(std::env::args_os())
}
