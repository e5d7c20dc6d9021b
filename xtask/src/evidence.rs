//! `cargo xtask evidence`: one command for each claim, which prints what ran and how many.

mod differential;
pub(crate) mod fuzz;
mod memory;
mod mutants;
mod reproducible;
mod supply_chain;

use anyhow::Result;
use clap::{Args, ValueEnum};
use xshell::Shell;

use crate::run::{every, step};
use crate::{packages, setup};

/// A claim that can be shown by itself.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Part {
    /// No branch or index depends on a secret, and times don't tell signatures apart
    ConstantTime,
    /// A million messages, through the core, every package and the documented snippets
    Differential,
    /// Fuzzing, with a round-trip oracle in each target
    Fuzz,
    /// Miri, sanitizers, valgrind, and soaks of PHP and Python
    Memory,
    /// A test kills every mutant of the core and the command line
    Mutants,
    /// Dependencies, licences, public APIs, reproducible builds
    SupplyChain,
    /// Nothing of a dropped secret is left in memory
    Wiping,
}

/// The length of some of the parts.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds for each target of the fuzzer
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Messages that the differential part compares
    #[arg(long, default_value_t = 1_000_000)]
    messages: u32,
    /// The seed of these messages
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Shows the evidence of the parts, also after one that failed.
pub(crate) fn run(shell: &Shell, parts: &[Part], options: &Options) -> Result<()> {
    every(parts.iter().map(|part| match part {
        Part::ConstantTime => constant_time(shell),
        Part::Differential => differential::show(shell, options.messages, options.seed),
        Part::Fuzz => fuzz::show(shell, options.seconds),
        Part::Memory => memory::show(shell),
        Part::Mutants => mutants::show(shell),
        Part::SupplyChain => supply_chain::show(shell),
        Part::Wiping => wiping(shell),
    }))
}

/// The implementations of SHA-256 in the packages, and the flags that select them.
///
/// Without a flag, `sha2` uses the processor's own instructions. WebAssembly has the last one.
const IMPLEMENTATIONS: [(&str, &str); 3] = [
    ("default", ""),
    ("soft", r#"--cfg sha2_backend="soft""#),
    (
        "compact",
        r#"--cfg sha2_backend="soft" --cfg sha2_backend_soft="compact""#,
    ),
];

/// Runs verifications with undefined secrets under valgrind, and compares times.
fn constant_time(shell: &Shell) -> Result<()> {
    setup::VALGRIND.install(shell)?;
    for (name, flags) in IMPLEMENTATIONS {
        step(&format!("Verifying with SHA-256 as {name}"));
        // As the packages are built, but with the names of functions for valgrind.
        run!(
            shell,
            "env RUSTFLAGS={flags} CARGO_PROFILE_RELEASE_DEBUG=line-tables-only
            cargo run --quiet --release -p constant-time --target-dir target/evidence/{name}"
        )?;
    }
    Ok(())
}

/// Searches memory for the text of a secret, its padded form and the two states of SHA-256 after
/// it. Each test finds them while they must be there, and prints where it searched.
fn wiping(shell: &Shell) -> Result<()> {
    step("Searching where values of Rust were, and what was freed");
    run!(
        shell,
        "cargo test --quiet -p conformance --test wiping -- --nocapture"
    )?;
    step("Searching the memory of a C program");
    setup::C.install(shell)?;
    run!(shell, "make --silent -C bindings-c wiping")?;
    step("Searching the memory of the WebAssembly modules, in Node");
    packages::npm(shell, packages::WASM, "memory")
}
