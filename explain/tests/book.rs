//! The chapter of the book has every mistake of the catalogue.

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
