//! Every mutant of the core and the command line is killed by a test.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

const CARGO_MUTANTS: &str = "27.1.0";
/// A package, the one whose tests look at it, and those tests in turns: the first ones are quick
/// and notice most mutants, and only what they don't goes to the others.
const PACKAGES: [(&str, &str, &[&[&str]]); 2] = [
    (
        "visiono-workflow",
        "conformance",
        &[
            &[
                "--test=vectors",
                "--test=details",
                "--test=messages",
                "--test=codes",
                "--test=expand",
                "--test=expect",
            ],
            &[
                "--test=redaction",
                "--test=allocations",
                "--test=limits",
                "--test=properties",
            ],
        ],
    ),
    (
        "visiono-workflow-cli",
        "visiono-workflow-cli",
        &[&["--", "--skip=every_vector"], &["--", "every_vector"]],
    ),
];
/// What cargo-mutants ends with if some were not noticed, and if some didn't end.
const SOME_MISSED: i32 = 2;
const SOME_ENDLESS: i32 = 3;

/// Changes each place, one after another; fails for a change that no test notices and that
/// `.cargo/mutants.toml` doesn't justify.
pub(crate) fn show(shell: &Shell) -> Result<()> {
    let program = setup::cargo_tool(shell, "cargo-mutants", "cargo-mutants", CARGO_MUTANTS)?;
    let mut missed = Vec::new();
    for (package, tests, turns) in PACKAGES {
        let output = shell.current_dir().join("target/mutation").join(package);
        shell.remove_path(&output)?;
        shell.create_dir(&output)?;
        let mut counts = BTreeMap::new();
        let mut iterate = None;
        for (turn, &arguments) in turns.iter().enumerate() {
            let timeout = timeout(shell, tests, arguments)?;
            let turn = turn + 1;
            step(&format!(
                "Changing {package}, turn {turn} of {}: this takes long",
                turns.len()
            ));
            let status = Command::from(cmd!(
                shell,
                "{program} mutants --package {package} --test-package {tests} --all-features
                --baseline skip --timeout {timeout} --output {output} --no-shuffle
                --colors never {iterate...} -- {arguments...}"
            ))
            .status()?;
            ensure!(
                matches!(status.code(), Some(0 | SOME_MISSED | SOME_ENDLESS)),
                "cargo-mutants ended with {status}"
            );
            for fate in ["caught", "unviable"] {
                *counts.entry(fate).or_insert(0) += names(shell, &output, fate)?.len();
            }
            // Those that were not noticed, or didn't end, are tried again.
            iterate = Some("--iterate");
        }
        counts.insert("endless", names(shell, &output, "timeout")?.len());
        let left = names(shell, &output, "missed")?;
        counts.insert("missed", left.len());
        let total: usize = counts.values().sum();
        println!("\n{package}: {total} mutants, {counts:?}");
        missed.extend(left);
    }
    ensure!(
        missed.is_empty(),
        "no test notices, and .cargo/mutants.toml doesn't justify:\n{}",
        missed.join("\n")
    );
    Ok(())
}

/// Runs the tests as they are, and returns after how many seconds they are taken for endless.
/// cargo-mutants itself would look for them in the package that it changes.
fn timeout(shell: &Shell, tests: &str, arguments: &[&str]) -> Result<String> {
    step(&format!("Running the tests of {tests} as they are"));
    let test = ["--quiet", "--all-features", "-p", tests];
    // Built first, so that only the tests are timed.
    cmd!(shell, "cargo test {test...} --no-run {arguments...}")
        .quiet()
        .run()?;
    let start = Instant::now();
    cmd!(shell, "cargo test {test...} {arguments...}")
        .quiet()
        .ignore_stdout()
        .run()?;
    Ok((20 + 5 * start.elapsed().as_secs()).to_string())
}

/// The mutants of which this became in the last turn.
fn names(shell: &Shell, output: &Path, fate: &str) -> Result<Vec<String>> {
    let file = output.join("mutants.out").join(fate).with_extension("txt");
    let text = shell.read_file(&file)?;
    Ok(text.lines().map(str::to_owned).collect())
}
