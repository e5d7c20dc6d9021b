//! `cargo xtask generate`: what other languages and the documentation repeat of the core's tables.

mod tables;

use std::fs;
use std::path::Path;

use anyhow::{Error, Result, ensure};

/// Writes the generated files that are stale, or fails if there are some and `check` is set.
pub(crate) fn run(root: &Path, check: bool) -> Result<String> {
    let stale = tables::stale(root).map_err(Error::msg)?;
    let names: Vec<_> = stale
        .iter()
        .map(|(path, _)| path.display().to_string())
        .collect();
    ensure!(
        !check || stale.is_empty(),
        "run `cargo xtask generate` and look at the change: {}",
        names.join(", ")
    );
    for (path, text) in stale {
        let path = root.join(path);
        match text {
            Some(text) => fs::write(path, text)?,
            None => fs::remove_file(path)?,
        }
    }
    Ok(format!(
        "{} generated files were stale {}",
        names.len(),
        names.join(", ")
    ))
}
