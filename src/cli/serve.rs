//! `ottla serve`: settings, log lines, banner, and then the broker until it is told to stop.

use std::io::IsTerminal;
use std::process::ExitCode;

use tracing::level_filters::LevelFilter;

use super::ephemeral::EphemeralDir;
use super::{SettingsArgs, banner, config, err, out};
use crate::settings::{Loaded, LogFormat, Settings};

pub(super) fn run(args: &SettingsArgs) -> ExitCode {
    let Loaded { mut settings, warnings } = match config::gather(args) {
        Ok(loaded) => loaded,
        Err(problems) => return config::refuse(&problems),
    };
    log_to_stderr(&settings);
    for warning in warnings {
        let origin = warning.origin.map(|origin| origin.to_string());
        tracing::warn!(origin, setting = warning.text, "setting without effect");
    }
    let ephemeral = match settings.ephemeral.then(EphemeralDir::create).transpose() {
        Ok(dir) => dir,
        Err(error) => {
            err(&format!("error: no temporary data folder: {error}"));
            return ExitCode::FAILURE;
        }
    };
    if let Some(dir) = &ephemeral {
        settings.data_dir = dir.path().to_owned();
    }
    out(&banner::banner(&settings));
    // The temporary folder outlives the broker and goes when it has stopped.
    let code = start(settings);
    drop(ephemeral);
    code
}

/// Runs the broker until it is told to stop.
fn start(settings: Settings) -> ExitCode {
    let ready = banner::ready_line(&settings.listen, settings.http.as_ref());
    tracing::debug!(ready, "nothing to serve yet");
    ExitCode::SUCCESS
}

fn log_to_stderr(settings: &Settings) {
    let level = settings.log_level.parse().unwrap_or(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    // It fails only where a subscriber is set already, and then that one does.
    let _ = match settings.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
}
