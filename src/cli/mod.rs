//! Hands: the command line, one file per command.
//!
//! Invariant: only here are stdout and stderr written to (logs aside, which `tracing` writes to
//! stderr); what is data for the user goes to stdout.

mod banner;
mod config;
mod ephemeral;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// The exit code where the settings or the command line are wrong.
const EXIT_USAGE: u8 = 2;

/// A Kafka-compatible message broker in one small binary. Without a command: serve.
#[derive(Debug, Parser)]
#[command(name = "ottla", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: SettingsArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the broker
    Serve(SettingsArgs),
    /// Look at the settings
    #[command(subcommand)]
    Config(config::ConfigCommand),
}

/// What settings can be made from on the command line.
#[derive(Args, Clone, Debug, Default)]
struct SettingsArgs {
    /// Read settings from this TOML file [env: OTTLA_CONFIG]
    #[arg(long, value_name = "FILE")]
    config: Option<String>,
    /// Keep the data in this folder [default: $XDG_DATA_HOME/ottla or ~/.local/share/ottla]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Serve Kafka clients there; port 0 picks a free one [default: localhost:9092]
    #[arg(long, value_name = "HOST:PORT")]
    listen: Option<String>,
    /// Serve metrics and health there, or "off" [default: localhost:9644]
    #[arg(long, value_name = "HOST:PORT")]
    http: Option<String>,
    /// For test suites: keep the data in a temporary folder that is removed at exit
    #[arg(long)]
    ephemeral: bool,
    /// Set any key, by our name for it or by Kafka's; may be given again
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    match cli.command {
        None => serve::run(&cli.serve),
        Some(Command::Serve(args)) => serve::run(&args),
        Some(Command::Config(command)) => config::run(&command),
    }
}

/// Writes data for the user; a reader that went away is no error.
fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Writes a message for the user.
fn err(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_is_serve_with_the_same_flags() {
        let bare = parse("ottla --ephemeral --listen localhost:0 --set a=1 --set b=2").unwrap();
        assert!(bare.command.is_none() && bare.serve.ephemeral);
        assert_eq!(bare.serve.set, ["a=1", "b=2"]);
        let named = parse("ottla serve --http off").unwrap();
        assert!(matches!(named.command, Some(Command::Serve(args)) if args.http.is_some()));
    }

    #[test]
    fn version_is_told_and_nonsense_refused() {
        let version = parse("ottla --version").unwrap_err();
        assert_eq!(version.to_string(), concat!("ottla ", env!("CARGO_PKG_VERSION"), "\n"));
        assert_eq!(parse("ottla sing").unwrap_err().exit_code(), i32::from(EXIT_USAGE));
    }
}
