//! The command line. Everything it does is in the library.

use std::process::ExitCode;

/// Answers are small and many, and so are the values that are made of them; a third of the time of judging them goes
/// into the C library's allocator otherwise.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    probity::cli::main(std::env::args_os())
}
