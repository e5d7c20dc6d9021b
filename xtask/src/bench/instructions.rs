//! How many instructions the core's operations take: callgrind counts them exactly, so that a
//! change of the code shows even on a busy machine.

use std::fs;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

/// The counts of the last time, to compare with.
const FILE: &str = "tests/instructions.txt";
/// In the words of `tests/examples/operations.rs`.
const OPERATIONS: [&str; 5] = [
    "sign_link",
    "verify_return",
    "verify_return, template",
    "sign_return",
    "verify, webhook of 1 KiB",
];
/// Calls of a short and a long run, whose difference has nothing of what stands around them.
const CALLS: [u64; 2] = [1000, 3000];

/// Counts, compares with the last time, and keeps the counts.
pub(super) fn bench(shell: &Shell) -> Result<Vec<(&'static str, u64)>> {
    step("Counting the core's instructions");
    setup::debian(shell, &["valgrind"], &["valgrind"])?;
    cmd!(
        shell,
        "cargo build --quiet --release -p conformance --example operations"
    )
    .quiet()
    .run()?;
    let last_time = fs::read_to_string(shell.current_dir().join(FILE)).unwrap_or_default();
    let mut counts = Vec::new();
    let mut text = String::new();
    for operation in OPERATIONS {
        let [short, long] = CALLS.map(|calls| count(shell, operation, calls));
        let count = (long? - short?) / (CALLS[1] - CALLS[0]);
        let line = format!("{count:>8}  {operation}\n");
        let change = if last_time.contains(&line) {
            ""
        } else {
            "  (changed)"
        };
        println!("{}{change}", line.trim_end());
        text += &line;
        counts.push((operation, count));
    }
    fs::write(shell.current_dir().join(FILE), text)?;
    Ok(counts)
}

/// The instructions of a run.
fn count(shell: &Shell, operation: &str, calls: u64) -> Result<u64> {
    let program = shell
        .current_dir()
        .join("target/release/examples/operations");
    let calls = calls.to_string();
    let output = cmd!(
        shell,
        "valgrind --tool=callgrind --callgrind-out-file=/dev/null {program} {operation} {calls}"
    )
    .quiet()
    .output()?;
    ensure!(
        output.status.success(),
        "valgrind could not run {operation}"
    );
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report
        .lines()
        .find_map(|line| line.split_once("Collected :"));
    let (_, number) = collected.context("valgrind did not say how many instructions")?;
    Ok(number.trim().parse()?)
}
