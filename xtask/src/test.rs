//! `cargo xtask test`: every test, by parts.

pub(crate) mod c;
pub(crate) mod php;
pub(crate) mod python;
pub(crate) mod rust;
pub(crate) mod wasm;

use anyhow::Result;
use clap::ValueEnum;
use xshell::Shell;

use crate::progress::step;
use crate::versions;

/// What can be tested by itself.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// The core, the command line and the vectors
    Rust,
    /// The C library
    C,
    /// The PHP package
    Php,
    /// The Python package, under every Python that pyenv has
    Python,
    /// The npm package, in Node, workerd and Chromium
    Wasm,
}

/// Tests the parts, or all of them.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    let parts = if parts.is_empty() {
        Part::value_variants()
    } else {
        parts
    };
    versions::check(shell)?;
    for part in parts {
        match part {
            Part::Rust => rust::test(shell)?,
            Part::C => c::test(shell)?,
            Part::Php => php::test(shell)?,
            Part::Python => python::test(shell)?,
            Part::Wasm => wasm::test(shell)?,
        }
    }
    step("Everything passed");
    Ok(())
}
