//! Machines are synchronous: no tasks, no threads, no locks, no clock of their own.

use crate::sources::{assert_none, below};

const MACHINES: [&str; 4] = ["wire", "log", "group", "catalog"];

const BANNED: [(&str, &str); 9] = [
    ("tokio", "a machine is driven from outside"),
    ("async", "a machine never waits"),
    ("Instant::now", "time comes in with the step"),
    ("SystemTime::now", "time comes in with the step"),
    ("thread::", "threads live in the broker"),
    ("Mutex", "the broker locks a machine as a whole"),
    ("RwLock", "the broker locks a machine as a whole"),
    ("Condvar", "a machine never waits"),
    ("mpsc", "a machine answers by what it returns"),
];

#[test]
fn machines_have_no_tasks_locks_or_clocks() {
    let mut offences = Vec::new();
    for source in below(&["src"]) {
        if source.is_test() || !source.module().is_some_and(|module| MACHINES.contains(&module)) {
            continue;
        }
        for (word, why) in BANNED {
            let lines = source.lines_with(word);
            offences.extend(lines.map(|line| format!("{}:{line}: {word} ({why})", source.path)));
        }
    }
    assert_none("machines that reach out", &offences);
}
