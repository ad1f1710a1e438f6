//! Files out of artifacts on Maven Central, fetched once below `target/tmp`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// Unpacks what matches `includes` out of `artifact` (`group:name:version`) and answers the folder
/// it lies in. Another test process may do the same at the same time: the folder appears whole.
///
/// # Panics
/// If Maven is missing or cannot fetch the artifact.
pub fn unpack(artifact: &str, includes: &str) -> PathBuf {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("maven");
    let folder = root.join(artifact.replace(':', "-"));
    if folder.exists() {
        return folder;
    }
    let partial = root.join(format!("{}.{}", artifact.replace(':', "-"), std::process::id()));
    fs::create_dir_all(&partial).expect("a folder below target/tmp");
    let output = Command::new("mvn")
        .args(["-q", "-B", "dependency:unpack"])
        .arg(format!("-Dartifact={artifact}"))
        .arg(format!("-Dmdep.unpack.includes={includes}"))
        .arg(format!("-DoutputDirectory={}", partial.display()))
        // Maven leaves its notes on what is unpacked already in the folder it runs in.
        .current_dir(&partial)
        .output()
        .expect("mvn (Maven and a JDK are needed)");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "mvn cannot unpack {artifact}:\n{said}");
    if fs::rename(&partial, &folder).is_err() {
        assert!(folder.exists(), "{} cannot be put in place", folder.display());
        fs::remove_dir_all(&partial).expect("the loser's folder goes");
    }
    folder
}
