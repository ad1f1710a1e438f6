//! The Python clients: a virtual environment below `target/clients`, made once for each content
//! of `tests/clients/requirements.txt`, and the scripts beside that file.
//!
//! Invariant: a client that cannot be installed is a failure, never a skip.

use super::process::{Finished, Running, run};
use super::wait::seconds;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

const INSTALL_TIME: Duration = seconds(600);
const SCRIPT_TIME: Duration = seconds(180);

/// Runs `tests/clients/<script>` to its good end.
pub fn script(script: &str, arguments: &[&str]) -> Finished {
    start(script, arguments).finish(SCRIPT_TIME).success()
}

/// Starts `tests/clients/<script>`.
pub fn start(script: &str, arguments: &[&str]) -> Running {
    Running::start(script, &mut command(script, arguments), None)
}

/// Starts one that runs until its input is closed.
pub fn start_until_closed(script: &str, arguments: &[&str]) -> Running {
    Running::start(script, &mut command(script, arguments), Some(""))
}

fn command(script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(interpreter());
    command.arg("-u").arg(folder().join(script)).args(arguments);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// Where scripts, requirements and the Maven file lie.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients")
}

/// `target/clients`, where clients are installed.
pub fn installed() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("clients")
}

/// Makes `folder` once, however many test processes ask for it: `make` fills it under a lock.
pub fn once(folder: &Path, make: impl FnOnce(&Path)) {
    let done = folder.join(".complete");
    fs::create_dir_all(installed()).unwrap();
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if done.exists() {
        return;
    }
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder).unwrap();
    make(folder);
    File::create(done).unwrap();
}

/// A name that changes with the content of a file.
pub fn fingerprint(file: &Path) -> String {
    fingerprint_of(&[file.to_owned()])
}

/// A name that changes with the content of any of these files.
pub fn fingerprint_of(files: &[PathBuf]) -> String {
    let mut hash = crc32fast::Hasher::new();
    for file in files {
        hash.update(&fs::read(file).unwrap_or_else(|e| panic!("{}: {e}", file.display())));
    }
    format!("{:08x}", hash.finalize())
}

fn interpreter() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| venv(&folder().join("requirements.txt")))
}

/// The interpreter of the environment that has what a file of requirements asks for.
pub fn venv(requirements: &Path) -> PathBuf {
    let home = installed().join(format!("python-{}", fingerprint(requirements)));
    let python = home.join("bin/python3");
    once(&home, |home| {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv"]).arg(home);
        let needs = "python3 -m venv (needs python3 and its venv module)";
        run(needs, &mut venv, None, INSTALL_TIME).success();
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
        pip.arg(requirements);
        run("pip install of the Python clients", &mut pip, None, INSTALL_TIME).success();
    });
    python
}
