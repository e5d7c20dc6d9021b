//! No branch or index depends on a secret, and times don't tell signatures apart.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

/// The implementations of SHA-256 that the packages have, and how `sha2` is told to take one. By
/// itself it takes the processor's own instructions, which valgrind doesn't know; WebAssembly has
/// the last.
const IMPLEMENTATIONS: [(&str, &str); 3] = [
    ("default", ""),
    ("soft", "--cfg sha2_backend=\"soft\""),
    (
        "soft-compact",
        "--cfg sha2_backend=\"soft\" --cfg sha2_backend_soft=\"compact\"",
    ),
];
/// Where a decision is made, which the result of a verification tells.
const DECISION: &str = "tests/constant-time/decision.supp";

pub(crate) fn show(shell: &Shell) -> Result<()> {
    setup::debian(shell, &["gcc", "valgrind"], &["cc", "valgrind"])?;
    for (name, flags) in IMPLEMENTATIONS {
        step(&format!(
            "Building with the {name} implementation of SHA-256"
        ));
        let folder = shell.current_dir().join("target/evidence").join(name);
        let program = build(shell, flags, &folder)?;
        step("Running with undefined secrets: a verification reports its decision, once");
        undefined(shell, &program, &folder, "decisions-shown", "")?;
        step("Running the same without what the decision itself reports");
        let suppressions = format!("--suppressions={DECISION}");
        undefined(
            shell,
            &program,
            &folder,
            "decisions-suppressed",
            &suppressions,
        )?;
        step("Measuring times");
        cmd!(shell, "{program} times").quiet().run()?;
    }
    Ok(())
}

/// Builds the program as the packages are built, but with the names of functions for valgrind.
fn build(shell: &Shell, flags: &str, folder: &Path) -> Result<PathBuf> {
    let _flags = shell.push_env("RUSTFLAGS", flags);
    let _names = shell.push_env("CARGO_PROFILE_RELEASE_DEBUG", "line-tables-only");
    cmd!(
        shell,
        "cargo build --quiet --release -p constant-time --target-dir {folder}"
    )
    .quiet()
    .run()?;
    Ok(folder.join("release/constant-time"))
}

/// Runs the program under valgrind, whose reports it counts and judges by itself.
fn undefined(shell: &Shell, program: &Path, folder: &Path, how: &str, more: &str) -> Result<()> {
    let log = folder.join(format!("{how}.log"));
    let more = more.split_whitespace();
    cmd!(
        shell,
        "valgrind --quiet --error-limit=no --log-file={log} {more...} {program} undefined {how}"
    )
    .quiet()
    .run()
    .with_context(|| format!("valgrind's reports are in {}", log.display()))
}
