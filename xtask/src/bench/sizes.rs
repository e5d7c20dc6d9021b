//! How large what is shipped is.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::npm;
use crate::progress::step;
use crate::setup;
use crate::test::{c, python};

/// What there is, and its bytes.
pub(super) fn bench(shell: &Shell) -> Result<Vec<(String, u64)>> {
    step("Building what is shipped");
    let package = npm::Package::build(shell)?;
    let mut files = vec![("npm tarball".to_owned(), package.pack(shell)?)];
    for entry in fs::read_dir(&package.folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((format!("npm: {name}"), path.clone()));
        }
    }
    let pythons = setup::pythons(shell)?;
    let newest = pythons.last().context("a Python")?;
    files.push(("Python wheel".to_owned(), python::build(shell, newest)?));
    let library = c::install(shell)?.join("lib/libvisiono_workflow.so");
    files.push(("C library, shared".to_owned(), library));
    cmd!(
        shell,
        "cargo build --quiet --release -p visiono-workflow-cli"
    )
    .quiet()
    .run()?;
    let program = shell.current_dir().join("target/release/visiono-workflow");
    files.push(("command line".to_owned(), program));
    files.sort();
    let bytes = |path: &Path| -> Result<u64> {
        Ok(fs::metadata(path)
            .with_context(|| path.display().to_string())?
            .len())
    };
    let mut sizes = Vec::new();
    for (what, path) in files {
        let bytes = bytes(&path)?;
        println!("{what:<44} {bytes:>10}");
        sizes.push((what, bytes));
    }
    Ok(sizes)
}
