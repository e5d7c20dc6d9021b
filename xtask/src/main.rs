//! The project's own tasks. `cargo xtask help` lists them.

mod api;
mod bench;
mod dependencies;
mod docs;
mod evidence;
mod generate;
mod generated;
mod headers;
mod install;
mod npm;
mod progress;
mod setup;
mod test;
mod versions;

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
        #[command(flatten)]
        options: evidence::Options,
    },
    /// Keeps in `fuzz/corpus` what fuzzing has found, as far as it reaches code that nothing else does
    KeepCorpus,
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
    /// Writes what other languages and the documentation repeat of the core's tables
    Generate {
        /// Fail if something is stale, and write nothing
        #[arg(long)]
        check: bool,
    },
    /// Writes the C header from the exports, and the one for PHP
    Headers,
    /// Writes the public API of each language as text, which shows what a change does to it
    Api,
    /// Writes the table of dependencies, but for what each one is for
    Dependencies,
    /// Builds the book of the documentation in `target/book`
    Docs,
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
        Task::Evidence { parts, options } => evidence::run(&shell, &parts, &options),
        Task::KeepCorpus => evidence::fuzz::keep(&shell),
        Task::Bench { parts } => bench::run(&shell, &parts),
        Task::Install { prefix } => install::install(&shell, &prefix),
        Task::Generate { check } => {
            println!("{}", generate::run(root, check)?);
            Ok(())
        }
        Task::Headers => headers::write(&shell),
        Task::Api => api::write(&shell),
        Task::Dependencies => dependencies::write(&shell),
        Task::Docs => docs::build(&shell),
        Task::Size => npm::Package::build(&shell)?.check_size(&shell),
    }
}
