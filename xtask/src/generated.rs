//! Files that are made from the code, committed, and compared with what would be made again.

use std::fs;

use anyhow::{Result, ensure};
use xshell::Shell;

/// A file's path from the root, and its text.
pub(crate) type File = (&'static str, String);

/// Writes the files.
pub(crate) fn write(shell: &Shell, files: &[File]) -> Result<()> {
    for (path, text) in files {
        shell.write_file(path, text)?;
    }
    Ok(())
}

/// Fails unless the committed files are these. The task is the one that writes them.
pub(crate) fn check(shell: &Shell, files: &[File], task: &str) -> Result<()> {
    let stale: Vec<_> = files
        .iter()
        .filter(|(path, text)| {
            let committed = fs::read_to_string(shell.current_dir().join(path));
            committed.unwrap_or_default() != *text
        })
        .map(|(path, _)| *path)
        .collect();
    ensure!(
        stale.is_empty(),
        "{} is not what the code makes: run `cargo xtask {task}` and look at the change",
        stale.join(", ")
    );
    Ok(())
}
