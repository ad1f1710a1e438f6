//! Words that do not stay in the code, and those that have one place.

use crate::sources::{Source, assert_none, below};

/// Words that no file may hold in its code.
const BANNED: [(&str, &str); 6] = [
    ("dbg!", "tracing"),
    ("todo!", "an issue, or the code"),
    ("unimplemented!", "an issue, or the code"),
    ("#[ignore]", "a test that runs"),
    ("std::mem::forget", "an owner"),
    ("#[allow(dead_code)]", "deleting it"),
];

/// Where time may pass without an event: the one helper of the tests, and nowhere in `src`.
const SLEEPERS: [&str; 1] = ["tests/support/wait.rs"];

/// The one module that may be unsafe, and the one test: an allocator that counts cannot be safe.
const UNSAFE: &str = "disk";
const UNSAFE_TEST: &str = "tests/wire/allocator.rs";

fn offences(
    sources: &[Source],
    word: &str,
    allowed: impl Fn(&Source) -> bool,
    instead: &str,
) -> Vec<String> {
    let guilty = sources.iter().filter(|source| !allowed(source));
    let lines = guilty.flat_map(|source| source.lines_with(word).map(move |line| (source, line)));
    lines.map(|(source, line)| format!("{}:{line}: {word}; {instead}", source.path)).collect()
}

#[test]
fn banned_words_are_absent() {
    let sources = below(&["src", "tests", "benches"]);
    let found: Vec<_> = BANNED
        .iter()
        .flat_map(|(word, instead)| offences(&sources, word, |_| false, instead))
        .collect();
    assert_none("banned words", &found);
}

#[test]
fn nothing_sleeps() {
    let sources = below(&["src", "tests"]);
    let allowed = |source: &Source| SLEEPERS.contains(&source.path.as_str());
    let instead = "wait for an event";
    assert_none("sleeps", &offences(&sources, "thread::sleep", allowed, instead));
}

#[test]
fn unsafe_is_below_disk_only_and_says_why() {
    let sources = below(&["src", "tests", "benches"]);
    let allowed = |source: &Source| source.module() == Some(UNSAFE) || source.path == UNSAFE_TEST;
    let found = offences(&sources, "unsafe", allowed, "only src/disk may");
    assert_none("unsafe code", &found);
    let silent = sources.iter().filter(|source| allowed(source)).flat_map(|source| {
        source
            .lines_with("unsafe")
            .filter(|&line| !has_reason(source, line))
            .map(move |line| format!("{}:{line}: no `// SAFETY:` before it", source.path))
    });
    assert_none("unsafe code without a reason", &silent.collect::<Vec<_>>());
}

#[test]
fn notes_to_oneself_are_issues() {
    // Put together here so that this file does not hold them.
    let words = [["TO", "DO"].concat(), ["FIX", "ME"].concat(), ["XX", "X"].concat()];
    let mut found = Vec::new();
    for source in below(&["src", "tests", "benches"]) {
        for (index, line) in source.text.lines().enumerate() {
            let note = words.iter().find(|word| crate::sources::has_word(line, word));
            if let Some(word) = note.filter(|word| **word != words[0] || !line.contains('#')) {
                found.push(format!("{}:{}: {word}", source.path, index + 1));
            }
        }
    }
    assert_none("notes without the number of an issue", &found);
}

#[test]
fn every_file_begins_with_its_card() {
    let bare = below(&["src", "tests", "benches"]);
    let bare = bare.iter().filter(|source| !source.text.starts_with("//! "));
    let bare: Vec<_> = bare.map(|source| source.path.clone()).collect();
    assert_none("files that do not begin with `//! ` and what they are", &bare);
}

/// Whether the comment right above the statement on `line` gives the reason; the attribute that
/// lets a file be unsafe needs none.
fn has_reason(source: &Source, line: usize) -> bool {
    let lines: Vec<&str> = source.text.lines().collect();
    let this = lines[line - 1];
    let above = lines[..line - 1].iter().rev().take(6);
    this.contains("unsafe_code")
        || this.contains("SAFETY:")
        || above.into_iter().any(|text| text.contains("SAFETY:") || text.contains("# Safety"))
}
