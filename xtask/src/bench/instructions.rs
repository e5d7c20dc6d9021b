//! Counts the instructions of the core's operations with callgrind, which shows a change of the code
//! even on a busy machine.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::run::{number, report};
use crate::setup;

/// The table of the last run, to compare with.
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

/// Counts, says what changed since the last run, keeps the counts, and returns their table.
pub(super) fn bench(shell: &Shell) -> Result<String> {
    setup::VALGRIND.install(shell)?;
    let last = shell.read_file(FILE).unwrap_or_default();
    let mut table = String::from("| operation | instructions |\n|---|--:|\n");
    for operation in OPERATIONS {
        let [short, long] = CALLS.map(|calls| count(shell, operation, calls));
        let count = (long? - short?) / (CALLS[1] - CALLS[0]);
        let row = format!("| {operation} | {count} |\n");
        if !last.contains(&row) {
            print!("changed: {row}");
        }
        table += &row;
    }
    shell.write_file(FILE, &table)?;
    Ok(table)
}

/// Counts the instructions of a run.
fn count(shell: &Shell, operation: &str, calls: u64) -> Result<u64> {
    let calls = calls.to_string();
    let runner = "target.'cfg(all())'.runner = \
        ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null']";
    let said = report(cmd!(
        shell,
        "cargo run --quiet --release -p conformance --example operations --config {runner}
        -- {operation} {calls}"
    ))?;
    number(&said, "Collected :").context("valgrind counted nothing")
}
