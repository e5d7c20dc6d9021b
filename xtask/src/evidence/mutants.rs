//! Every mutant of the core and the command line is killed by a test.

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

const CARGO_MUTANTS: &str = "27.1.0";
/// A package, the one whose tests look at it, and those tests: the others take long, and look at
/// what is not the code's own.
const PACKAGES: [(&str, &str, &[&str]); 2] = [
    (
        "visiono-workflow",
        "conformance",
        &[
            "--test=vectors",
            "--test=details",
            "--test=redaction",
            "--test=limits",
            "--test=codes",
            "--test=expand",
            "--test=expect",
            "--test=properties",
        ],
    ),
    ("visiono-workflow-cli", "visiono-workflow-cli", &[]),
];

/// Changes each place in turn; fails for one that no test notices and that `.cargo/mutants.toml`
/// doesn't justify.
pub(crate) fn show(shell: &Shell) -> Result<()> {
    let mutants = setup::cargo_tool(shell, "cargo-mutants", "cargo-mutants", CARGO_MUTANTS)?;
    // Properties find a mutant with few cases, or not at all.
    let _cases = shell.push_env("PROPTEST_CASES", "32");
    let folder = shell.current_dir().join("target/mutation");
    for (package, tests, arguments) in PACKAGES {
        step(&format!("Changing {package}, which takes hours"));
        let output = folder.join(package);
        shell.create_dir(&output)?;
        cmd!(
            shell,
            "{mutants} mutants --package {package} --test-package {tests} --all-features
            --output {output} --colors never --no-shuffle -- {arguments...}"
        )
        .quiet()
        .run()
        .with_context(|| {
            let missed = output.join("mutants.out/missed.txt");
            format!("mutants that no test notices are in {}", missed.display())
        })?;
    }
    Ok(())
}
