//! Files that are generated, committed, and compared with what would be generated again; and a copy
//! of all files that are committed.

use std::path::Path;

use anyhow::{Result, ensure};
use xshell::Shell;

/// A path below the root, and its text.
pub(crate) type File = (&'static str, String);

/// Writes the files.
pub(crate) fn write(shell: &Shell, files: &[File]) -> Result<()> {
    for (path, text) in files {
        shell.write_file(path, text)?;
    }
    Ok(())
}

/// Fails unless the committed files are these. `task` writes them.
pub(crate) fn check(shell: &Shell, files: &[File], task: &str) -> Result<()> {
    let is_stale = |(path, text): &&File| shell.read_file(path).ok().as_ref() != Some(text);
    let stale: Vec<_> = files.iter().filter(is_stale).map(|file| file.0).collect();
    ensure!(
        stale.is_empty(),
        "{} is stale: run `cargo xtask {task}` and review the change",
        stale.join(", ")
    );
    Ok(())
}

/// Copies every file that git tracks.
pub(crate) fn copy_sources(shell: &Shell, to: &Path) -> Result<()> {
    let copy =
        "git ls-files -z | xargs --null cp --parents --no-dereference --target-directory \"$0\"";
    shell.create_dir(to)?;
    run!(shell, "sh -c {copy} {to}")
}
