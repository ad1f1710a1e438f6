//! The `ottla` program: everything it does is in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ottla::cli::run()
}
