//! A test kills every mutant of the core and the command line.

use std::process::Command;

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

use crate::run::step;
use crate::setup;

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
    let mut missed = String::new();
    for (package, tests, turns) in PACKAGES {
        let output = shell.current_dir().join("target/mutation").join(package);
        shell.remove_path(&output)?;
        shell.create_dir(&output)?;
        let mut iterate = None;
        for arguments in turns {
            step(&format!("Mutating {package}, for {arguments}"));
            let arguments = arguments.split_whitespace();
            // It prints how many mutants had which fate.
            // Tests that take 300 seconds are endless: the others take less than a minute.
            let mutate = cmd!(
                shell,
                "{program} mutants --package {package} --test-package {tests} --all-features
                --baseline skip --timeout 300 --output {output} --no-shuffle
                --colors never {iterate...} -- {arguments...}"
            );
            let status = Command::from(mutate).status()?;
            // 2 if some were missed, 3 if some didn't end.
            let has_run = matches!(status.code(), Some(0 | 2 | 3));
            ensure!(has_run, "cargo-mutants ended with {status}");
            // Retries the mutants that were missed, or didn't end.
            iterate = Some("--iterate");
        }
        missed += &shell.read_file(output.join("mutants.out/missed.txt"))?;
    }
    ensure!(
        missed.is_empty(),
        "no test notices, and .cargo/mutants.toml doesn't justify:\n{missed}"
    );
    Ok(())
}
