//! `cargo xtask test`: every test, by parts.

pub(crate) mod c;
pub(crate) mod php;
pub(crate) mod python;
pub(crate) mod rust;
pub(crate) mod wasm;

use anyhow::Result;
use clap::ValueEnum;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::versions;

/// A part that can be tested by itself.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
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
    /// All of these, and the decoders of applications, which judge what verifies
    Full,
}

/// Tests the parts, or all of them.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    let is_full = parts.contains(&Part::Full);
    let parts: Vec<_> = if parts.is_empty() || is_full {
        Part::value_variants().to_vec()
    } else {
        parts.to_vec()
    };
    versions::check(shell)?;
    for part in parts {
        match part {
            Part::Rust => rust::test(shell)?,
            Part::C => c::test(shell)?,
            Part::Php => php::test(shell)?,
            Part::Python => python::test(shell)?,
            Part::Wasm => wasm::test(shell)?,
            Part::Full if is_full => decoders(shell)?,
            Part::Full => {}
        }
    }
    step("Everything passed");
    Ok(())
}

/// Asks the decoders and routers of applications what they read in messages that verify.
fn decoders(shell: &Shell) -> Result<()> {
    step("Asking decoders and routers");
    cmd!(shell, "cargo run --quiet --release --package decoders")
        .quiet()
        .run()?;
    Ok(())
}
