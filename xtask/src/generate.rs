//! `cargo xtask generate`: the C header, and the header for PHP.

use anyhow::Result;
use xshell::Shell;

use crate::{files, headers};

/// Writes the generated files that are stale, or fails if there are some and `check` is set.
pub(crate) fn run(shell: &Shell, check: bool) -> Result<()> {
    let headers = headers::generate(shell)?;
    if check {
        files::check(shell, &headers, "generate")
    } else {
        files::write(shell, &headers)
    }
}
