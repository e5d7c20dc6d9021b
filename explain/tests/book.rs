//! Tests that the chapter of the book has every mistake of the catalogue.

#[allow(dead_code)]
#[path = "../examples/catalogue.rs"]
mod catalogue;

#[test]
fn the_chapter_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/signature-is-wrong.md");
    let chapter = std::fs::read_to_string(path).unwrap_or_default();
    let command =
        "cargo run -p visiono-workflow-explain --example catalogue > docs/signature-is-wrong.md";
    assert!(chapter == catalogue::chapter(), "run: {command}");
}

#[test]
fn the_chapter_is_short_and_has_every_mistake() {
    let chapter = catalogue::chapter();
    for mistake in visiono_workflow_explain::Mistake::ALL {
        let anchor = format!("<a id=\"{mistake}\"></a>**{mistake}**");
        assert_eq!(chapter.matches(&anchor).count(), 1, "{mistake}");
        assert_eq!(
            mistake.chapter(),
            format!("signature-is-wrong.html#{mistake}")
        );
    }
    assert!(chapter.lines().count() < 600, "{}", chapter.lines().count());
    for entity in ["&lt;", "&gt;", "&amp;amp;"] {
        assert!(!chapter.contains(entity), "{entity}");
    }
    let lines: Vec<_> = chapter
        .lines()
        .filter(|line| line.contains("hash_hmac("))
        .collect();
    let mut different = lines.clone();
    different.sort_unstable();
    different.dedup();
    // Once for each section and kind of message that has it.
    assert!(lines.len() < different.len() + 4, "{lines:#?}");
}
