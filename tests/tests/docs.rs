//! Tests the documentation: its codes, its pages and the files that it includes.

use std::fs;
use std::path::{Path, PathBuf};

use visiono_workflow::{Code, WebhookHeaders};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns every text between two marks.
fn texts_between<'t>(text: &'t str, start: &'t str, end: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(start)
        .skip(1)
        .filter_map(move |rest| Some(rest.split_once(end)?.0))
}

#[test]
fn the_error_reference_has_every_code_in_order() {
    let page = read(&docs().join("errors.md"));
    let headings: Vec<_> = texts_between(&page, "\n### ", "\n").collect();
    let wanted: Vec<_> = Code::ALL
        .iter()
        .map(|code| format!("`{}` ({})", code.as_str(), code.as_u32()))
        .collect();
    assert_eq!(headings, wanted);
}

#[test]
fn the_error_reference_names_the_page_that_visiono_shows() {
    let page = read(&docs().join("errors.md"));
    let sections: Vec<_> = page.split("\n### ").skip(1).collect();
    assert_eq!(sections.len(), Code::ALL.len());
    for (section, code) in sections.iter().zip(Code::ALL) {
        let text = section.replace('\n', " ");
        let shown = texts_between(&text, "Visiono's page: ", ".").next();
        assert_eq!(shown, code.error_page(), "{code}");
    }
}

#[test]
fn the_summary_lists_exactly_the_pages() {
    let docs = docs();
    let summary = read(&docs.join("SUMMARY.md"));
    let mut linked: Vec<_> = texts_between(&summary, "](", ")")
        .map(str::to_owned)
        .collect();
    linked.sort();
    let mut there = Vec::new();
    for folder in ["", "guides/"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") && name != "SUMMARY.md" {
                there.push(format!("{folder}{name}"));
            }
        }
    }
    there.sort();
    assert_eq!(linked, there);
}

#[test]
fn included_files_exist() {
    let docs = docs();
    let mut included = 0;
    for folder in ["", "guides/"] {
        for entry in fs::read_dir(docs.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "md") {
                continue;
            }
            for target in texts_between(&read(&path), "{{#include ", "}}") {
                let (file, anchor) = target.split_once(':').unwrap_or((target, ""));
                let text = read(&path.parent().unwrap().join(file));
                let start = format!("ANCHOR: {anchor}");
                assert!(anchor.is_empty() || text.contains(&start), "{target}");
                included += 1;
            }
        }
    }
    assert_ne!(included, 0);
}

#[test]
fn the_pages_about_webhooks_name_every_header_that_is_read() {
    for page in ["protocol.md", "../bindings-wasm/package/README.md"] {
        let text = read(&docs().join(page)).to_lowercase();
        for name in WebhookHeaders::NAMES {
            assert!(text.contains(&format!("`{name}`")), "{page}: {name}");
        }
    }
}
