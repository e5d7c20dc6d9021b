//! `cargo xtask bench`: how fast it is, as ratios to peers measured in the same run.

mod core;
mod php;
mod python;
mod wasm;

use anyhow::Result;
use clap::ValueEnum;
use xshell::Shell;

/// What can be measured by itself.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// The core
    Core,
    /// The PHP package
    Php,
    /// The Python package
    Python,
    /// The npm package, in Node and workerd
    Wasm,
}

/// Measures the parts, or all of them.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    let parts = if parts.is_empty() {
        Part::value_variants()
    } else {
        parts
    };
    for part in parts {
        match part {
            Part::Core => core::bench(shell)?,
            Part::Php => php::bench(shell)?,
            Part::Python => python::bench(shell)?,
            Part::Wasm => wasm::bench(shell)?,
        }
    }
    Ok(())
}
