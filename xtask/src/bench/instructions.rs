//! Counts the instructions of the core's operations with callgrind, which shows a change of the code
//! even on a busy machine.

use std::path::Path;

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::report::table;
use crate::run::{build_program, step};
use crate::setup;

/// The counts of the last run, to compare with.
const FILE: &str = "tests/instructions.txt";
/// The names in `tests/examples/operations.rs`.
const OPERATIONS: [&str; 5] = [
    "sign_link",
    "verify_return",
    "verify_return, template",
    "sign_return",
    "verify, webhook of 1 KiB",
];
/// Calls of a short and a long run, whose difference excludes the start and the end.
const CALLS: [u64; 2] = [1000, 3000];

/// Counts, compares with the last run, keeps the counts, and returns their table.
pub(super) fn bench(shell: &Shell) -> Result<String> {
    step("Counting the core's instructions");
    setup::VALGRIND.install(shell)?;
    let program = build_program(shell, "--release -p conformance --example operations")?;
    let last = shell.read_file(FILE).unwrap_or_default();
    let mut counts = String::new();
    let mut rows = table("operation | instructions", 1);
    for operation in OPERATIONS {
        let [short, long] = CALLS.map(|calls| count(shell, &program, operation, calls));
        let count = (long? - short?) / (CALLS[1] - CALLS[0]);
        let line = format!("{count:>8}  {operation}\n");
        let change = if last.contains(&line) {
            ""
        } else {
            "  (changed)"
        };
        println!("{}{change}", line.trim_end());
        counts += &line;
        rows += &format!("| {operation} | {count} |\n");
    }
    shell.write_file(FILE, counts)?;
    Ok(rows)
}

/// Counts the instructions of a run.
fn count(shell: &Shell, program: &Path, operation: &str, calls: u64) -> Result<u64> {
    let calls = calls.to_string();
    let output = cmd!(
        shell,
        "valgrind --tool=callgrind --callgrind-out-file=/dev/null {program} {operation} {calls}"
    )
    .quiet()
    .output()?;
    let report = String::from_utf8_lossy(&output.stderr);
    let collected = report
        .split_once("Collected :")
        .context("valgrind counted nothing")?
        .1;
    let number = collected.split_whitespace().next().unwrap_or_default();
    Ok(number.parse()?)
}
