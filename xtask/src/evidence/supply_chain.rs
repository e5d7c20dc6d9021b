//! Dependencies, licences, versions, public APIs, reproducible builds.

use anyhow::{Result, bail};
use xshell::Shell;

pub(crate) fn show(_shell: &Shell) -> Result<()> {
    bail!("not there yet")
}
