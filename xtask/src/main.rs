//! The project's own tasks. `cargo xtask help` lists them.

mod bench;
mod evidence;
mod headers;
mod install;
mod npm;
mod progress;
mod setup;
mod test;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use xshell::Shell;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Tests everything, or the parts that are named, and installs what that needs
    Test {
        /// What to test; everything if nothing is named
        parts: Vec<test::Part>,
    },
    /// Shows the evidence for each claim: what was run, and how many
    Evidence {
        /// Which claims; all if nothing is named
        parts: Vec<evidence::Part>,
        /// How many messages the differential part compares
        #[arg(long, default_value_t = 1_000_000)]
        messages: u32,
        /// What its messages are made from
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Prints how fast it is, as ratios to peers measured in the same run
    Bench {
        /// What to measure; everything if nothing is named
        parts: Vec<bench::Part>,
    },
    /// Builds the C library and installs it, its header and its pkg-config file
    Install {
        /// The folder to install below, which gets `lib` and `include`
        #[arg(long, default_value = "/usr/local")]
        prefix: PathBuf,
    },
    /// Writes the C header from the exports, and the one for PHP
    Headers,
    /// Prints how large the npm package is in a Worker
    Size,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the workspace around this crate")?;
    let shell = Shell::new()?;
    shell.change_dir(root);
    match arguments.task {
        Task::Test { parts } => test::run(&shell, &parts),
        Task::Evidence {
            parts,
            messages,
            seed,
        } => evidence::run(&shell, &parts, messages, seed),
        Task::Bench { parts } => bench::run(&shell, &parts),
        Task::Install { prefix } => install::install(&shell, &prefix),
        Task::Headers => headers::write(&shell),
        Task::Size => npm::Package::build(&shell)?.check_size(&shell),
    }
}
