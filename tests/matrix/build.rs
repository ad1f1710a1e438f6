//! The client programs: what they need is installed, and they are built, once for each content of
//! their files, below `target/clients`.
//!
//! Invariant: a client that cannot be installed is a failure, never a skip.

use crate::support::process::run;
use crate::support::python::{fingerprint_of, folder as clients, installed, once, venv};
use crate::support::wait::seconds;
use crate::table::Program;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const BUILD_TIME: Duration = seconds(1200);

/// The command that runs a program, which is there by then.
pub fn command(program: Program) -> Command {
    match program {
        Program::Java(pom) => java(pom),
        Program::Python(script, requirements) => {
            let tests = clients().parent().unwrap().to_owned();
            python(&venv(&tests.join(requirements)), script)
        }
        Program::Node(script) => node(script),
        Program::Go(name) => Command::new(go().join(name)),
        Program::Rust => Command::new(rust()),
        Program::Kcat => {
            make("kcat", Command::new("kcat").arg("-V"));
            python(Path::new("python3"), "kcat.py")
        }
    }
}

/// Where the programs' sources lie.
fn sources(language: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix").join(language)
}

/// Runs a step of an installation, which must be there and end well.
fn make(name: &str, command: &mut Command) {
    run(name, command, None, BUILD_TIME).success();
}

/// `target/clients/NAME-FINGERPRINT`, filled once.
fn home(name: &str, files: &[PathBuf], fill: impl FnOnce(&Path)) -> PathBuf {
    let home = installed().join(format!("{name}-{}", fingerprint_of(files)));
    once(&home, fill);
    home
}

/// All files of a folder and of the folders in it, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn java(pom: &str) -> Command {
    let (folder, name) = (sources("java"), pom.trim_end_matches(".xml"));
    let (pom, source) = (folder.join(pom), folder.join("Matrix.java"));
    let home = home(&format!("java-{name}"), &[pom.clone(), source.clone()], |home| {
        let mut maven = Command::new("mvn");
        maven.args(["-q", "-B", "-f"]).arg(&pom).arg("dependency:copy-dependencies");
        maven.arg(format!("-DoutputDirectory={}", home.join("jars").display()));
        make("mvn (needs Maven and a JDK)", &mut maven);
        let mut javac = Command::new("javac");
        javac.args(["-nowarn", "-encoding", "UTF-8", "-cp"]).arg(home.join("jars/*"));
        make("javac", javac.arg("-d").arg(home).arg(&source));
    });
    let mut java = Command::new("java");
    java.args(["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    java.arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    java.arg("-cp").arg(format!("{0}:{0}/jars/*", home.display())).arg("Matrix");
    java
}

fn python(interpreter: &Path, script: &str) -> Command {
    let mut python = Command::new(interpreter);
    python.arg("-u").arg(sources("python").join(script)).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

fn node(script: &str) -> Command {
    let all = files(&sources("node"));
    let home = home("node", &all, |home| {
        for file in &all {
            fs::copy(file, home.join(file.file_name().unwrap())).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(home);
        make("npm ci (needs Node 20 or newer)", &mut npm);
    });
    let mut node = Command::new("node");
    node.arg(home.join(script)).env("KAFKAJS_NO_PARTITIONER_WARNING", "1");
    node
}

fn go() -> PathBuf {
    let folder = sources("go");
    home("go", &files(&folder), |home| {
        let mut go = Command::new("go");
        go.args(["build", "-trimpath", "-o"]).arg(home).args(["./franz", "./sarama"]);
        make("go build (needs Go 1.26)", go.current_dir(&folder).env("GOFLAGS", "-mod=readonly"));
    })
}

fn rust() -> PathBuf {
    let folder = sources("rdkafka");
    let lock = folder.join("Cargo.lock");
    // One folder for all contents of the program: librdkafka takes minutes, the program seconds.
    let built = installed().join(format!("rdkafka-{}", fingerprint_of(&[lock])));
    let home = home("rdkafka-program", &files(&folder), |home| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--locked", "--manifest-path"]);
        cargo.arg(folder.join("Cargo.toml")).arg("--target-dir").arg(&built);
        make("cargo build of rdkafka (needs a C and C++ compiler and make)", &mut cargo);
        fs::copy(built.join("debug/matrix-rdkafka"), home.join("matrix-rdkafka")).unwrap();
    });
    home.join("matrix-rdkafka")
}
