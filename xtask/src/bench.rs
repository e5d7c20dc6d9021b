//! `cargo xtask bench`: how fast it is, as ratios to peers measured in the same run. With no part
//! named, everything is measured, and `docs/benchmarks.md` is written.

mod c;
mod core;
mod growth;
mod instructions;
mod php;
mod python;
mod report;
mod sizes;
mod start;
mod wasm;

use std::fs;

use anyhow::Result;
use clap::ValueEnum;
use xshell::Shell;

use self::report::Report;
use crate::progress::step;

/// What can be measured by itself.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// The core
    Core,
    /// The C library
    C,
    /// The PHP package
    Php,
    /// The Python package
    Python,
    /// The npm package, in Node, workerd and Chromium
    Wasm,
    /// How the cost of the core's operations grows, as plots
    Growth,
    /// How many instructions the core's operations take
    Instructions,
    /// Start-up and memory of each package
    Start,
    /// How large what is shipped is
    Sizes,
}

/// Measures the parts, or all of them.
pub(crate) fn run(shell: &Shell, parts: &[Part]) -> Result<()> {
    let everything = parts.is_empty();
    let parts = if everything {
        Part::value_variants()
    } else {
        parts
    };
    // Every benchmark, in whatever language, adds its rows to this file.
    let rows = shell.current_dir().join("target/benchmarks.jsonl");
    shell.remove_path(&rows)?;
    let _rows = shell.push_env("BENCHMARKS", &rows);
    let mut report = Report::default();
    for part in parts {
        match part {
            Part::Core => core::bench(shell)?,
            Part::C => c::bench(shell)?,
            Part::Php => php::bench(shell)?,
            Part::Python => python::bench(shell)?,
            Part::Wasm => wasm::bench(shell)?,
            Part::Growth => report.plots = growth::bench(shell)?,
            Part::Instructions => report.instructions = instructions::bench(shell)?,
            Part::Start => report.start = start::bench(shell)?,
            Part::Sizes => report.sizes = sizes::bench(shell)?,
        }
    }
    if everything {
        report.rows = report::read(&fs::read_to_string(rows)?)?;
        report.write(shell)?;
        step("Wrote docs/benchmarks.md");
    }
    Ok(())
}
