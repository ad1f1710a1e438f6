//! The matrix as `docs/compatibility.md` shows it, made from the table: `BLESS=1` writes it.

use crate::ALL;
use crate::table::STEPS;
use std::fmt::Write;
use std::fs;
use std::path::Path;

const BEGIN: &str = "<!-- the client matrix, written by `BLESS=1 cargo test --test matrix` -->\n";
const END: &str = "<!-- end of the client matrix -->\n";

/// The table, the reasons of its empty cells, and what the steps are.
fn rendered() -> String {
    let mut page = String::from("| | version |");
    STEPS.iter().for_each(|(step, _)| write!(page, " {step} |").unwrap());
    page.push_str("\n|-|-|");
    STEPS.iter().for_each(|_| page.push_str(":-:|"));
    let mut reasons: Vec<String> = Vec::new();
    for client in ALL {
        write!(page, "\n| {} | {} |", client.name, client.version).unwrap();
        for (step, _) in STEPS {
            let Some(reason) = client.lacks(step) else {
                page.push_str(" ✓ |");
                continue;
            };
            reasons.push(format!("{}, {step}: {reason}", client.name));
            write!(page, " {} |", reasons.len()).unwrap();
        }
    }
    page.push_str("\n\nEmpty cells, by their numbers:\n\n");
    for (index, reason) in reasons.iter().enumerate() {
        writeln!(page, "{}. {reason}", index + 1).unwrap();
    }
    page.push_str("\nThe steps:\n\n");
    STEPS.iter().for_each(|(step, what)| writeln!(page, "- **{step}**: {what}").unwrap());
    page
}

#[test]
fn the_page_shows_the_matrix() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compatibility.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the page has a place for the matrix");
    let (_, after) = rest.split_once(END).expect("the matrix has an end");
    let wanted = format!("{before}{BEGIN}\n{}\n{END}{after}", rendered());
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, wanted).unwrap();
    } else {
        assert!(page == wanted, "{}: BLESS=1 writes the matrix of today", path.display());
    }
}

#[test]
fn versions_are_those_that_are_pinned() {
    for client in ALL {
        let Some((file, words)) = client.pin else { continue };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(words), "{file} does not pin {words}");
        assert!(words.contains(client.version), "{}: {words}", client.name);
    }
}
