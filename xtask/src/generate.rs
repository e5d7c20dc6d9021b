//! `cargo xtask generate`: what other languages and the documentation repeat of the core's tables.

mod tables;

use anyhow::{Error, Result, ensure};
use xshell::Shell;

use crate::{files, headers};

/// Writes the generated files that are stale, or fails if there are some and `check` is set.
pub(crate) fn run(shell: &Shell, check: bool) -> Result<()> {
    let stale = tables::stale(&shell.current_dir()).map_err(Error::msg)?;
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
        match text {
            Some(text) => shell.write_file(path, text)?,
            None => shell.remove_path(path)?,
        }
    }
    // The exports use the tables.
    let headers = headers::generate(shell)?;
    if check {
        files::check(shell, &headers, "generate")?;
    } else {
        files::write(shell, &headers)?;
    }
    println!(
        "{} generated files were stale {}",
        names.len(),
        names.join(", ")
    );
    Ok(())
}
