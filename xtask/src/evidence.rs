//! `cargo xtask evidence`: one command for each claim, which says what it ran and how many.

mod constant_time;
mod differential;
pub(crate) mod fuzz;
mod memory;
mod mutants;
mod supply_chain;
mod wiping;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};
use xshell::Shell;

/// A claim that can be looked at by itself.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// No branch or index depends on a secret, and times don't tell signatures apart
    ConstantTime,
    /// A million messages, here and through the documented snippets
    Differential,
    /// Fuzzing, with a round-trip oracle in each target
    Fuzz,
    /// Miri, sanitizers, valgrind, and soaks of PHP and Python
    Memory,
    /// Every mutant of the core and the command line is killed by a test
    Mutants,
    /// Dependencies, licences, versions, public APIs, reproducible builds
    SupplyChain,
    /// Nothing of a dropped secret is left in memory
    Wiping,
}

/// How long some of the parts go on.
#[derive(Args)]
pub(crate) struct Options {
    /// For how many seconds each target of the fuzzer runs
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many messages the differential part compares
    #[arg(long, default_value_t = 1_000_000)]
    messages: u32,
    /// What its messages are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Shows the evidence of the parts, or of all of them.
pub(crate) fn run(shell: &Shell, parts: &[Part], options: &Options) -> Result<()> {
    let parts = if parts.is_empty() {
        Part::value_variants()
    } else {
        parts
    };
    let mut failed = Vec::new();
    for part in parts {
        let shown = match part {
            Part::ConstantTime => constant_time::show(shell),
            Part::Differential => differential::show(shell, options.messages, options.seed),
            Part::Fuzz => fuzz::show(shell, options.seconds),
            Part::Memory => memory::show(shell),
            Part::Mutants => mutants::show(shell),
            Part::SupplyChain => supply_chain::show(shell),
            Part::Wiping => wiping::show(shell),
        };
        if let Err(error) = shown {
            failed.push(format!("{error:#}"));
        }
    }
    // One that fails, for a network say, keeps none of the others from being shown.
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}
