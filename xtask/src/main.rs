//! The project's own tasks. `cargo xtask help` lists them.

#[macro_use]
mod run;

mod api;
mod bench;
mod dependencies;
mod evidence;
mod files;
mod generate;
mod headers;
mod packages;
mod setup;
mod test;
mod versions;

use std::path::Path;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use xshell::Shell;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about)]
enum Task {
    /// Tests everything or the named parts, and installs what they need
    Test {
        /// The parts to test; the core, the vectors and the bindings if none is named
        parts: Vec<test::Part>,
    },
    /// Shows the evidence for each claim: what ran, and how many
    Evidence {
        /// The claims
        #[arg(value_enum, default_values_t = evidence::Part::value_variants().to_vec())]
        parts: Vec<evidence::Part>,
        #[command(flatten)]
        options: evidence::Options,
    },
    /// Keeps the fuzzer's inputs that reach new code in `fuzz/corpus`
    KeepCorpus,
    /// Measures speed, as ratios to peers measured in the same run
    Bench {
        /// The parts to measure
        #[arg(value_enum, default_values_t = bench::Part::value_variants().to_vec())]
        parts: Vec<bench::Part>,
    },
    /// Builds the C library for every system that this one can build it for, in `target/libraries`
    Libraries,
    /// Packs what Composer installs in `target/composer`, with the libraries of `target/libraries`
    Composer,
    /// Writes what the bindings and the documentation repeat of the core's tables, and the headers
    Generate {
        /// Fail if something is stale, and write nothing
        #[arg(long)]
        check: bool,
    },
    /// Writes the public API of each language as text, which shows how a change affects it
    Api,
    /// Writes the table of dependencies
    Dependencies,
    /// Builds the documentation in `target/book`
    Docs,
}

fn main() -> Result<()> {
    let task = Task::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the workspace around this crate")?;
    let shell = Shell::new()?;
    shell.change_dir(root);
    match task {
        Task::Test { parts } => test::run(&shell, &parts),
        Task::Evidence { parts, options } => evidence::run(&shell, &parts, &options),
        Task::KeepCorpus => evidence::fuzz::keep(&shell),
        Task::Bench { parts } => bench::run(&shell, &parts),
        Task::Libraries => packages::libraries(&shell).map(drop),
        Task::Composer => packages::composer(&shell).map(drop),
        Task::Generate { check } => generate::run(&shell, check),
        Task::Api => files::write(&shell, &api::generate(&shell)?),
        Task::Dependencies => files::write(&shell, &[dependencies::table(&shell)?]),
        Task::Docs => {
            let mdbook = setup::cargo_tool(&shell, "mdbook", "0.5.4")?;
            run!(shell, "{mdbook} build docs")?;
            // The playground is built with the npm package's tools too.
            setup::node(&shell)?;
            setup::npm_tools(&shell, packages::WASM)?;
            packages::npm(&shell, "playground", "build")?;
            let page = "target/book/playground/index.html";
            shell.create_dir("target/book/playground")?;
            Ok(shell.copy_file("playground/dist/playground.html", page)?)
        }
    }
}
