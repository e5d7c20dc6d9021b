//! Files that are generated, committed, and compared with what would be generated again; and a copy
//! of all files that are committed.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::Shell;

/// A path below the root, and its text, or `None` if it must not be there.
pub(crate) type File = (PathBuf, Option<String>);

/// Writes the files that differ from the committed ones.
pub(crate) fn write(shell: &Shell, files: &[File]) -> Result<()> {
    for (path, text) in files.iter().filter(|file| is_stale(shell, file)) {
        println!("{}", path.display());
        match text {
            Some(text) => shell.write_file(path, text)?,
            None => shell.remove_path(path)?,
        }
    }
    Ok(())
}

/// Fails unless the committed files are these. `task` writes them.
pub(crate) fn check(shell: &Shell, files: &[File], task: &str) -> Result<()> {
    let stale = files.iter().filter(|file| is_stale(shell, file));
    let stale: Vec<_> = stale.map(|(path, _)| path.to_string_lossy()).collect();
    ensure!(
        stale.is_empty(),
        "run `cargo xtask {task}` and review the change: {} is stale",
        stale.join(", ")
    );
    Ok(())
}

fn is_stale(shell: &Shell, (path, text): &File) -> bool {
    shell.read_file(path).ok() != *text
}

/// Copies every file that git tracks.
pub(crate) fn copy_sources(shell: &Shell, to: &Path) -> Result<()> {
    let copy =
        "git ls-files -z | xargs --null cp --parents --no-dereference --target-directory \"$0\"";
    shell.create_dir(to)?;
    run!(shell, "sh -c {copy} {to}")
}
