//! A test kills every mutant of the core and the command line.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::run::step;
use crate::setup;

/// Seconds after which tests are taken for endless. They take less than a minute.
const TIMEOUT: &str = "300";

/// A package, the package whose tests judge it, and those tests in turns.
///
/// The first turn is quick and notices most mutants. Only the others go to the next turn.
const PACKAGES: [(&str, &str, [&str; 2]); 2] = [
    (
        "visiono-workflow",
        "conformance",
        [
            "--test=vectors --test=details --test=messages --test=codes --test=expand
            --test=expect",
            "--test=redaction --test=allocations --test=limits --test=properties",
        ],
    ),
    (
        "visiono-workflow-cli",
        "visiono-workflow-cli",
        ["-- --skip=every_vector", "-- every_vector"],
    ),
];

/// Mutates each place in turn. Fails for a mutant that no test notices, unless
/// `.cargo/mutants.toml` justifies it.
pub(crate) fn show(shell: &Shell) -> Result<()> {
    let program = setup::cargo_tool(shell, "cargo-mutants", "27.1.0")?;
    let mut missed = Vec::new();
    for (package, tests, turns) in PACKAGES {
        let output = shell.current_dir().join("target/mutation").join(package);
        shell.remove_path(&output)?;
        shell.create_dir(&output)?;
        let mut counts = BTreeMap::new();
        let mut iterate = None;
        for arguments in turns {
            step(&format!(
                "Mutating {package}, for {arguments}: this takes long"
            ));
            let arguments = arguments.split_whitespace();
            let status = std::process::Command::from(cmd!(
                shell,
                "{program} mutants --package {package} --test-package {tests} --all-features
                --baseline skip --timeout {TIMEOUT} --output {output} --no-shuffle
                --colors never {iterate...} -- {arguments...}"
            ))
            .status()?;
            // 2 if some were missed, 3 if some didn't end.
            let has_run = matches!(status.code(), Some(0 | 2 | 3));
            ensure!(has_run, "cargo-mutants ended with {status}");
            for fate in ["caught", "unviable"] {
                *counts.entry(fate).or_insert(0) += names(shell, &output, fate)?.len();
            }
            // Retries the mutants that were missed, or didn't end.
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

/// Returns the mutants that had this fate in the last turn.
fn names(shell: &Shell, output: &Path, fate: &str) -> Result<Vec<String>> {
    let text = shell.read_file(output.join(format!("mutants.out/{fate}.txt")))?;
    Ok(text.lines().map(str::to_owned).collect())
}
