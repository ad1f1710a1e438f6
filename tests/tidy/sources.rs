//! The files that the other checks look at, with their code told apart from comments and texts.

use std::fs;
use std::path::{Path, PathBuf};

/// A Rust file of the project.
pub struct Source {
    /// Path below the project, with `/` between its parts.
    pub path: String,
    pub text: String,
    /// The text with comments and the inside of literals blanked out, line by line as long.
    pub code: String,
}

impl Source {
    /// The module of `src/` it belongs to, if any.
    pub fn module(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/")?;
        Some(below.split_once('/').map_or(below.trim_end_matches(".rs"), |(module, _)| module))
    }

    /// Whether it holds tests only.
    pub fn is_test(&self) -> bool {
        let below = self.path.strip_prefix("src/").unwrap_or("tests/");
        below.split('/').any(|part| part == "tests" || part == "tests.rs") || below == "tests/"
    }

    /// Line numbers, from 1, of the lines of code that hold `word` as a whole word.
    pub fn lines_with<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let numbered = self.code.lines().enumerate();
        numbered.filter(|(_, line)| has_word(line, word)).map(|(index, _)| index + 1)
    }
}

/// All Rust files below these folders.
pub fn below(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let path = path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
        Source { path, code: code_of(&text), text }
    };
    let sources: Vec<_> = paths.into_iter().map(read).collect();
    assert!(!sources.is_empty(), "no Rust files below {folders:?}");
    sources
}

/// Fails listing every offence, if there is one.
pub fn assert_none(what: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{what}:\n  {}", offences.join("\n  "));
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

/// Whether `line` holds `word` with no letter of a name before or after it.
pub fn has_word(line: &str, word: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let free_before = !line[..at].ends_with(is_name) || !word.starts_with(is_name);
        let free_after = !line[at + word.len()..].starts_with(is_name) || !word.ends_with(is_name);
        free_before && free_after
    })
}

/// Blanks comments and the inside of string and character literals.
fn code_of(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let end = match letters[at] {
            '/' if letters.get(at + 1) == Some(&'/') => line_end(&letters, at),
            '/' if letters.get(at + 1) == Some(&'*') => comment_end(&letters, at),
            '"' => string_end(&letters, at),
            'r' if is_raw(&letters, at) => raw_end(&letters, at),
            '\'' => char_end(&letters, at),
            _ => at,
        };
        if end == at {
            code.push(letters[at]);
            at += 1;
        } else {
            code.extend(letters[at..end].iter().map(|&l| if l == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    code
}

fn line_end(letters: &[char], at: usize) -> usize {
    (at..letters.len()).find(|&end| letters[end] == '\n').unwrap_or(letters.len())
}

fn comment_end(letters: &[char], at: usize) -> usize {
    let (mut depth, mut end) = (0_u32, at);
    while end < letters.len() {
        match (letters[end], letters.get(end + 1)) {
            ('/', Some('*')) => (depth, end) = (depth + 1, end + 2),
            ('*', Some('/')) => (depth, end) = (depth - 1, end + 2),
            _ => end += 1,
        }
        if depth == 0 {
            return end;
        }
    }
    end
}

fn string_end(letters: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < letters.len() && letters[end] != '"' {
        end += if letters[end] == '\\' { 2 } else { 1 };
    }
    (end + 1).min(letters.len())
}

/// Whether a raw string begins here, as in `r"` or `r#"` (and not a name that ends in `r`).
fn is_raw(letters: &[char], at: usize) -> bool {
    let is_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    let before = at.checked_sub(1).map(|before| &letters[before]);
    let follows = letters[at + 1..].iter().find(|letter| **letter != '#');
    follows == Some(&'"') && !before.is_some_and(|letter| is_name(letter) && *letter != 'b')
}

fn raw_end(letters: &[char], at: usize) -> usize {
    let hashes = letters[at + 1..].iter().take_while(|letter| **letter == '#').count();
    let mut end = at + 2 + hashes;
    while end < letters.len() {
        let closes = letters[end] == '"'
            && letters[end + 1..].iter().take(hashes).filter(|letter| **letter == '#').count()
                == hashes;
        end += 1;
        if closes {
            return end + hashes;
        }
    }
    end
}

/// The end of a character literal; `at` itself for a lifetime.
fn char_end(letters: &[char], at: usize) -> usize {
    if letters.get(at + 1) == Some(&'\\') {
        let close = (at + 3..letters.len()).find(|&end| letters[end] == '\'');
        return close.map_or(at, |close| close + 1);
    }
    if letters.get(at + 2) == Some(&'\'') { at + 3 } else { at }
}

#[test]
fn code_is_told_apart_from_comments_and_texts() {
    let code =
        code_of("let a = \"x // y\"; // z\nlet b: &'a str = r#\"\"q\"\"#; /* c\n */ let '\\'';");
    assert!(!code.contains('y') && !code.contains('z') && !code.contains('q'), "{code:?}");
    assert!(code.contains("let b: &'a str"), "{code:?}");
    assert_eq!(code.lines().count(), 3);
}
