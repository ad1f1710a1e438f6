//! Imports point down, and modules of one floor do not know each other.

use crate::sources::{Source, assert_none, below, has_word};

/// The floors, lowest first, as in `src/lib.rs`.
const FLOORS: [&[&str]; 7] = [
    &["base"],
    &["codec", "disk", "record", "settings"],
    &["wire", "log", "group", "catalog"],
    &["broker"],
    &["api"],
    &["net", "http"],
    &["cli"],
];

/// Modules that may be imported by these only, whatever the floors say.
const RESERVED: [(&str, &[&str]); 1] = [("wire", &["api", "net", "cli"])];

/// What is allowed although it points sideways: (importer, imported, why).
const EXCEPTIONS: [(&str, &str, &str); 0] = [];

#[test]
fn imports_point_down() {
    let mut offences = Vec::new();
    let mut used = Vec::new();
    for source in below(&["src"]) {
        let Some(module) = source.module().filter(|module| floor(module).is_some()) else {
            continue;
        };
        for (line, imported) in imports(&source) {
            if imported == module || source.is_test() && is_below(&imported, module) {
                continue;
            }
            let sideways = EXCEPTIONS.iter().find(|(a, b, _)| *a == module && *b == imported);
            if let Some((importer, imported, _)) = sideways {
                used.push((*importer, *imported));
            } else if !is_allowed(&imported, module) {
                offences.push(format!("{}:{line}: {module} imports {imported}", source.path));
            }
        }
    }
    assert_none("imports that point up, sideways or past the door", &offences);
    for (importer, imported, _) in EXCEPTIONS {
        assert!(used.contains(&(importer, imported)), "{importer} -> {imported} is not needed");
    }
}

#[test]
fn every_module_has_a_floor() {
    let sources = below(&["src"]);
    let modules = sources.iter().filter_map(Source::module);
    let lost =
        modules.filter(|module| !["lib", "main"].contains(module) && floor(module).is_none());
    let lost: Vec<_> = lost.map(str::to_owned).collect();
    assert_none("modules without a floor", &lost);
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn is_below(imported: &str, module: &str) -> bool {
    floor(imported) < floor(module)
}

fn is_allowed(imported: &str, module: &str) -> bool {
    let reserved = RESERVED.iter().find(|(name, _)| *name == imported);
    is_below(imported, module) && reserved.is_none_or(|(_, users)| users.contains(&module))
}

/// Every module of the crate that is named after `crate::`, with the line.
fn imports(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest = source.code.as_str();
    let mut line = 1;
    while let Some(at) = rest.find("crate::") {
        line += rest[..at].matches('\n').count();
        let after = &rest[at + "crate::".len()..];
        for name in names(after) {
            if floor(&name).is_some() {
                found.push((line, name));
            }
        }
        rest = after;
    }
    found
}

/// The first names of a path: one, or those in braces as in `{base::Offset, disk}`.
fn names(path: &str) -> Vec<String> {
    let name = |text: &str| {
        let letters = text.trim_start().chars();
        letters.take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>()
    };
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![name(path)] };
    let mut depth = 0;
    let mut names = vec![name(group)];
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names
}

#[test]
fn paths_and_groups_are_read() {
    assert_eq!(names("base::Offset;"), ["base"]);
    assert_eq!(names("{base::{A, B}, disk::Disk, log};"), ["base", "disk", "log"]);
    assert!(has_word("use crate::base;", "crate"));
}
