//! `cargo xtask generate`: what other languages and the documentation repeat of the core's tables,
//! and the headers of C and PHP, which are made from the exports.

mod tables;

use anyhow::Result;
use xshell::Shell;

use crate::files::{self, File};
use crate::headers;

/// Writes the generated files that are stale, or fails if there are some and `check` is set.
pub(crate) fn run(shell: &Shell, check: bool) -> Result<()> {
    let update = |files: &[File]| match check {
        true => files::check(shell, files, "generate"),
        false => files::write(shell, files),
    };
    update(&tables::render(&shell.current_dir())?)?;
    // They are made from a table that has just been written.
    update(&headers::generate(shell)?)
}
