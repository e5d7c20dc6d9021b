//! Tests that the files which `cargo xtask generate` writes are up to date with the core's tables.

use std::fs;
use std::path::Path;

#[path = "../../xtask/src/generate/tables.rs"]
mod tables;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn stale(root: &Path) -> Vec<String> {
    let mut files = tables::render(root).unwrap();
    files.retain(|(path, text)| fs::read_to_string(root.join(path)).ok() != *text);
    let names = files.iter().map(|(path, _)| path.display().to_string());
    names.collect()
}

#[test]
fn every_generated_file_is_fresh() {
    let stale = stale(root());
    assert!(stale.is_empty(), "run cargo xtask generate: {stale:?}");
}

#[test]
fn a_changed_missing_or_extra_file_is_found() {
    let copy = tempfile::tempdir().unwrap();
    let files = tables::render(root()).unwrap();
    for (path, _) in &files {
        let to = copy.path().join(path);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(root().join(path), to).unwrap();
    }
    // Its files are included in other files.
    std::os::unix::fs::symlink(root().join("inbox"), copy.path().join("inbox")).unwrap();
    assert_eq!(stale(copy.path()), [""; 0]);

    let [code, exception, more, guide] = [
        "bindings-php/src/Code.php",
        "bindings-php/src/Exception/Expired.php",
        "bindings-php/src/Exception/Retired.php",
        "docs/protocol.md",
    ];
    for (path, from, to) in [(code, "= 203", "= 213"), (guide, "| 203 |", "| 213 |")] {
        let text = fs::read_to_string(copy.path().join(path)).unwrap();
        fs::write(copy.path().join(path), text.replace(from, to)).unwrap();
    }
    fs::remove_file(copy.path().join(exception)).unwrap();
    fs::write(copy.path().join(more), "<?php\n").unwrap();
    let mut found = stale(copy.path());
    found.sort();
    assert_eq!(found, [code, exception, more, guide]);

    let endless = "// cargo xtask generate: codes\n// {name}\n";
    fs::write(copy.path().join(guide), endless).unwrap();
    assert!(tables::render(copy.path()).is_err());
}
