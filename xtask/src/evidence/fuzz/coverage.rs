//! How much of the code the fuzzer's inputs reach, those of the vectors and those that are kept.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

/// What is fuzzed.
const SOURCES: [&str; 2] = ["core/src", "bindings-c/src"];
const FOLDER: &str = "target/coverage";

/// Replays the inputs in a build that counts, and prints how many lines they ran.
pub(super) fn show(shell: &Shell) -> Result<()> {
    setup::rust_components(shell, "nightly", &["llvm-tools"])?;
    step("Replaying the inputs, to see which lines they reach");
    let folder = shell.current_dir().join(FOLDER);
    let profiles = folder.join("profiles");
    let program = build(shell, &folder)?;
    // What was built has counted as well.
    shell.remove_path(&profiles)?;
    cmd!(shell, "{program}")
        .env("LLVM_PROFILE_FILE", profiles.join("%p.profraw"))
        .quiet()
        .ignore_stdout()
        .run()?;
    let (merge, report) = (tool(shell, "llvm-profdata")?, tool(shell, "llvm-cov")?);
    let merged = folder.join("merged.profdata");
    cmd!(shell, "{merge} merge --sparse {profiles} --output {merged}")
        .quiet()
        .run()?;
    for source in SOURCES {
        let said = cmd!(
            shell,
            "{report} export --summary-only --instr-profile={merged} {program} {source}"
        )
        .quiet()
        .read()?;
        let said: Value = serde_json::from_str(&said)?;
        let lines = &said["data"][0]["totals"]["lines"];
        let count = |name: &str| lines[name].as_u64().context("a count of lines");
        println!(
            "{source}: {} of {} lines are reached",
            count("covered")?,
            count("count")?
        );
    }
    Ok(())
}

/// Builds the test that replays the inputs, and returns its program.
fn build(shell: &Shell, folder: &Path) -> Result<PathBuf> {
    let said = cmd!(
        shell,
        "cargo +nightly test --quiet -p fuzz-oracles --test corpus --no-run
        --message-format=json --target-dir {folder}"
    )
    .env("RUSTFLAGS", "-Cinstrument-coverage")
    .env(
        "LLVM_PROFILE_FILE",
        folder.join("profiles/built-%p.profraw"),
    )
    .quiet()
    .read()?;
    let mut programs = said.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        // There is the package's own program, too.
        let is_test = message["target"]["kind"][0] == "test";
        Some(PathBuf::from(message["executable"].as_str()?)).filter(|_| is_test)
    });
    programs.next().context("no test was built")
}

/// A program that comes with the compiler.
fn tool(shell: &Shell, name: &str) -> Result<PathBuf> {
    let libraries = cmd!(shell, "rustc +nightly --print target-libdir")
        .quiet()
        .read()?;
    Ok(Path::new(&libraries).with_file_name("bin").join(name))
}
