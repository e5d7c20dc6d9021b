//! A copy of the project as git has it, to build elsewhere.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::npm::copy as copy_file;

/// Copies every file that git tracks.
pub(super) fn copy(shell: &Shell, to: &Path) -> Result<()> {
    let files = cmd!(shell, "git ls-files -z")
        .quiet()
        .read()
        .context("git has to know the files: run it in a clone")?;
    for file in files.split_terminator('\0') {
        copy_file(&shell.current_dir().join(file), &to.join(file))?;
    }
    Ok(())
}
