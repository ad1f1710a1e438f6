//! What is told of a group, in stories (`stories/*.txt`), in random steps, and in records.

mod driver;
mod random;
mod records;

use std::fs;
use std::path::PathBuf;

use driver::Driver;

/// Runs every story. A line that starts with `> ` is done, the lines after it are what came of
/// it; `BLESS=1` writes them anew.
#[test]
fn stories_come_true() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/group/stories");
    let mut count = 0;
    for entry in fs::read_dir(folder).expect("the stories are there") {
        let path = entry.expect("a folder can be listed").path();
        let told = fs::read_to_string(&path).expect("a story can be read");
        let found = retell(&told);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &found).expect("a story can be written");
        } else {
            assert_eq!(found, told, "in {}", path.display());
        }
        count += 1;
    }
    assert!(count > 10, "stories are found");
}

fn retell(told: &str) -> String {
    let mut driver = Driver::new();
    let mut found = String::new();
    for line in told.lines() {
        if let Some(command) = line.strip_prefix("> ") {
            found += &format!("{line}\n");
            for line in driver.run(command) {
                found += &format!("{line}\n");
            }
        } else if line.is_empty() || line.starts_with('#') {
            found += &format!("{line}\n");
        }
    }
    found
}
