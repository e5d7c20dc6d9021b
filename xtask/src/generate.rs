//! `cargo xtask generate`: what other languages and the documentation repeat of the core's tables,
//! and the headers of C and PHP, which are made from the exports.

mod tables;

use std::fs;

use anyhow::{Error, Result, ensure};
use xshell::Shell;

use crate::{files, headers};

/// Writes the generated files that are stale, or fails if there are some and `check` is set.
pub(crate) fn run(shell: &Shell, check: bool) -> Result<()> {
    let root = shell.current_dir();
    let stale = tables::stale(&root).map_err(Error::msg)?;
    let names = stale.iter().map(|(path, _)| path.display().to_string());
    let names = names.collect::<Vec<_>>().join(", ");
    ensure!(
        !check || stale.is_empty(),
        "run `cargo xtask generate` and look at the change: {names}"
    );
    for (path, text) in stale {
        println!("{}", path.display());
        let path = root.join(path);
        match text {
            Some(text) => fs::write(path, text)?,
            None => fs::remove_file(path)?,
        }
    }
    let headers = headers::generate(shell)?;
    if check {
        files::check(shell, &headers, "generate")
    } else {
        files::write(shell, &headers)
    }
}
