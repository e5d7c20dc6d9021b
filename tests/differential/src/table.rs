//! The table in the documentation.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::classes::{Class, GROUPS, Outcome};

const START: &str = "<!-- differential: written by `cargo run -p differential -- table` -->\n";
const END: &str = "<!-- /differential -->\n";

/// Returns the path of the page with the table.
pub(crate) fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/moving.md")
}

/// Returns the text of the page with the table of the classes inserted.
pub(crate) fn put_into(page: &str) -> Result<String> {
    let (before, rest) = page
        .split_once(START)
        .context("the page has no place for the table")?;
    let (_, after) = rest
        .split_once(END)
        .context("the table of the page has no end")?;
    Ok(format!("{before}{START}{}\n{END}{after}", table()))
}

fn table() -> String {
    let mut table = String::new();
    for group in &GROUPS {
        let title = group.title;
        write!(table, "\n### {title}\n\n").expect("text");
        table += "| what | PHP | Node | Python | this library | why |\n|---|---|---|---|---|---|\n";
        for class in group.classes {
            let [php, node, python] = class.outcomes.map(|outcomes| cell(outcomes, group.accepts));
            let Class {
                what, why, answers, ..
            } = class;
            let what = what.replace('|', "\\|");
            let answers: Vec<_> = answers
                .iter()
                .map(|answer| match *answer {
                    "ok" => "accepts".into(),
                    code => format!("`{code}`"),
                })
                .collect();
            let answers = answers.join(", ");
            let why = why.replace('|', "\\|");
            writeln!(
                table,
                "| {what} | {php} | {node} | {python} | {answers} | {why} |"
            )
            .expect("text");
        }
    }
    table
}

fn cell(outcomes: &[Outcome], accepts: &str) -> String {
    let words: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Accepts => accepts.into(),
            Outcome::Refuses => "refuses".into(),
            Outcome::Crashes(kind) => format!("`{kind}`"),
        })
        .collect();
    if words.is_empty() {
        "the same".into()
    } else {
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_the_table_of_the_classes() {
        let page = std::fs::read_to_string(page()).unwrap();
        assert!(
            put_into(&page).unwrap() == page,
            "run `cargo run -p differential -- table`"
        );
    }

    #[test]
    fn the_documented_code_on_the_page_is_the_snippet() {
        let page = std::fs::read_to_string(page()).unwrap();
        for (language, snippet) in [
            ("php", include_str!("../snippets/snippets.php")),
            ("js", include_str!("../snippets/snippets.mjs")),
            ("python", include_str!("../snippets/snippets.py")),
        ] {
            let (_, rest) = page.split_once(&format!("\n```{language}\n")).unwrap();
            let (shown, _) = rest.split_once("```").unwrap();
            let unindented =
                |text: &str| text.lines().map(str::trim).collect::<Vec<_>>().join("\n");
            assert!(
                unindented(snippet).contains(unindented(shown).trim()),
                "{shown}"
            );
        }
    }
}
