//! `ottla config`: what holds, where it comes from, and what is wrong with a file.

use std::process::ExitCode;

use clap::Subcommand;

use super::{EXIT_USAGE, SettingsArgs, err, out};
use crate::settings::{Flags, Loaded, Problem, Problems, Sources, defaults_toml, load};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print the settings that hold, as TOML
    Print {
        /// Print the file of all keys with their defaults instead
        #[arg(long, conflicts_with = "origin")]
        defaults: bool,
        /// Say on each line where its value comes from
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Name everything that is wrong with a file; exits with 2 if anything is
    Check {
        /// The TOML file
        file: String,
    },
}

pub(super) fn run(command: &ConfigCommand) -> ExitCode {
    match command {
        ConfigCommand::Print { defaults: true, .. } => {
            out(&defaults_toml());
            ExitCode::SUCCESS
        }
        ConfigCommand::Print { origin, settings, .. } => match gather(settings) {
            Ok(loaded) => {
                out(&loaded.settings.to_toml(*origin));
                ExitCode::SUCCESS
            }
            Err(problems) => refuse(&problems),
        },
        ConfigCommand::Check { file } => check(file),
    }
}

/// Checks the file alone: what the environment says here and now is not its fault.
fn check(file: &str) -> ExitCode {
    let loaded = read_file(file).and_then(|file| {
        let home = ["HOME", "XDG_DATA_HOME"].map(|name| (name.to_owned(), "/".to_owned()));
        load(&Sources { file: Some(file), env: home.into(), flags: Flags::default() })
    });
    match loaded {
        Ok(Loaded { warnings, .. }) => {
            for warning in warnings {
                err(&format!("warning: {warning}"));
            }
            out(&format!("{file}: ok\n"));
            ExitCode::SUCCESS
        }
        Err(problems) => refuse(&problems),
    }
}

/// Makes settings from everything that speaks: file, environment, flags.
pub(super) fn gather(args: &SettingsArgs) -> Result<Loaded, Problems> {
    let env: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let from_env = || env.iter().find(|(name, _)| name == "OTTLA_CONFIG").map(|(_, path)| path);
    let file = args.config.as_ref().or_else(from_env).map(|path| read_file(path)).transpose()?;
    let flags = Flags {
        data: args.data.clone(),
        listen: args.listen.clone(),
        http: args.http.clone(),
        ephemeral: args.ephemeral,
        set: args.set.clone(),
    };
    load(&Sources { file, env, flags })
}

fn read_file(path: &str) -> Result<(String, String), Problems> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok((path.to_owned(), text)),
        Err(error) => {
            let text = format!("{path}: {error}");
            Err(Problems(vec![Problem { origin: None, text }]))
        }
    }
}

/// Tells everything that is wrong.
pub(super) fn refuse(problems: &Problems) -> ExitCode {
    for problem in &problems.0 {
        err(&format!("error: {problem}"));
    }
    ExitCode::from(EXIT_USAGE)
}
