//! Lines, functions and files stay small: a ratchet with its exceptions.

use crate::sources::{Source, assert_none, below};

const LINE_MAX: usize = 100;
const FUNCTION_MAX: usize = 70;
const FILE_MAX: usize = 500;

/// Files above `FILE_MAX` lines, with the lines they have at most. Only ever shorter.
const LONG_FILES: [(&str, usize); 0] = [];

/// Functions above `FUNCTION_MAX` lines, with the lines they have at most. Only ever shorter.
const LONG_FUNCTIONS: [(&str, &str, usize); 0] = [];

#[test]
fn lines_have_at_most_100_letters() {
    let mut found = Vec::new();
    for source in below(&["src", "tests", "benches"]) {
        let long = source.text.lines().enumerate().filter(|(_, line)| {
            // What cannot be broken may be long: an address in a comment.
            line.chars().count() > LINE_MAX && !line.contains("://")
        });
        found.extend(long.map(|(index, _)| format!("{}:{}", source.path, index + 1)));
    }
    assert_none("lines that are too long", &found);
}

#[test]
fn files_have_at_most_500_lines() {
    let sources = below(&["src", "tests", "benches"]);
    let mut found = Vec::new();
    for source in &sources {
        let lines = source.text.lines().count();
        let excepted = LONG_FILES.iter().find(|(path, _)| *path == source.path);
        match excepted {
            None if lines > FILE_MAX => found.push(format!("{}: {lines} lines", source.path)),
            Some((path, max)) if lines > *max => found.push(format!("{path}: {lines} > {max}")),
            _ => {}
        }
    }
    for (path, max) in LONG_FILES {
        let source = sources.iter().find(|source| source.path == path);
        let lines = source.map_or(0, |source| source.text.lines().count());
        if lines <= FILE_MAX || lines + 20 < max {
            found.push(format!("{path}: has {lines} lines by now, lower its {max}"));
        }
    }
    assert_none("files that are too long, or exceptions that are out of date", &found);
}

#[test]
fn functions_have_at_most_70_lines() {
    let mut found = Vec::new();
    let mut seen = Vec::new();
    for source in below(&["src", "tests", "benches"]) {
        for (name, line, lines) in functions(&source) {
            let excepted = LONG_FUNCTIONS
                .iter()
                .find(|(path, function, _)| *path == source.path && *function == name);
            let max = excepted.map_or(FUNCTION_MAX, |(_, _, max)| *max);
            if lines > max {
                found.push(format!("{}:{line}: {name} has {lines} lines", source.path));
            }
            if excepted.is_some() {
                seen.push((source.path.clone(), name.clone(), lines));
            }
        }
    }
    for (path, name, max) in LONG_FUNCTIONS {
        let lines = seen.iter().find(|(p, n, _)| p == path && n == name).map_or(0, |seen| seen.2);
        if lines <= FUNCTION_MAX || lines + 5 < max {
            found.push(format!("{path}: {name} has {lines} lines by now, lower its {max}"));
        }
    }
    assert_none("functions that are too long, or exceptions that are out of date", &found);
}

/// Name, first line and number of lines of every function with a body.
fn functions(source: &Source) -> Vec<(String, usize, usize)> {
    let lines: Vec<&str> = source.code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        if let Some(lines) = body_lines(&lines[index..]) {
            found.push((name, index + 1, lines));
        }
    }
    found
}

/// The name of the function whose declaration begins on this line.
fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let before =
        ["pub", "pub(crate)", "pub(super)", "const", "async", "unsafe", "extern", "default"];
    let first = words.find(|word| !before.contains(word))?;
    if first != "fn" {
        return None;
    }
    let name: String =
        words.next()?.chars().take_while(|l| l.is_alphanumeric() || *l == '_').collect();
    Some(name)
}

/// Lines from the declaration to the brace that closes its body; none without a body.
fn body_lines(lines: &[&str]) -> Option<usize> {
    let (mut depth, mut brackets) = (0_i32, 0_i32);
    let mut opened = false;
    for (index, line) in lines.iter().enumerate() {
        for letter in line.chars() {
            match letter {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets -= 1,
                '{' => (depth, opened) = (depth + 1, true),
                '}' => depth -= 1,
                ';' if !opened && brackets == 0 => return None,
                _ => {}
            }
            if opened && depth == 0 {
                return Some(index + 1);
            }
        }
    }
    None
}

#[test]
fn functions_are_measured() {
    assert_eq!(function_name("    pub(crate) const fn long_one<T>(a: T)"), Some("long_one".into()));
    assert_eq!(body_lines(&["fn a(x: [u8; 4])", "{", "  { }", "}", "fn b() {}"]), Some(4));
    assert_eq!(body_lines(&["fn a();", "}"]), None);
}
