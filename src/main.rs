//! The command line. Everything it does is in the library.

use std::process::ExitCode;

/// Answers are small and many, and so are the values that are made of them; a third of the time of judging them goes
/// into the C library's allocator otherwise. It doesn't ask for huge pages, which are zeroed whole for the little that is
/// used of them: a run of 5,000 cases takes 37 MiB without them, 51 with, and a tenth more of CPU.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    probity::cli::main(std::env::args_os())
}
