//! Fuzzing, with a round-trip oracle in each target.

mod coverage;

use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::progress::step;
use crate::setup;

/// The program that builds with libFuzzer, from crates.io.
const CARGO_FUZZ: &str = "0.13.2";
/// Where libFuzzer and its sanitizer are known to run.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
/// Where everything is that a run makes.
const FOLDER: &str = "target/fuzz";
const DICTIONARY: &str = "fuzz/dictionary.txt";
/// The most bytes of an input.
const LONGEST: &str = "2048";
/// The target that has a bug on purpose.
const CANARY: &str = "canary";

/// Runs every target for so many seconds, after the one that has to be found broken.
pub(crate) fn show(shell: &Shell, seconds: u64) -> Result<()> {
    let fuzzer = Fuzzer::build(shell)?;
    step("Fuzzing a target that has a bug, which has to be found");
    shell.create_dir(fuzzer.folder.join("corpus").join(CANARY))?;
    let said = fuzzer
        .run(CANARY, 60)
        .err()
        .context("the bug of the canary was not found")?;
    ensure!(
        format!("{said:#}").contains("AddressSanitizer: heap-buffer-overflow"),
        "the canary ended for another reason: {said:#}"
    );
    let mut counts = Vec::new();
    for target in &fuzzer.targets {
        step(&format!("Fuzzing {target} for {seconds} s"));
        counts.push((target, fuzzer.run(target, seconds)?));
    }
    println!(
        "\n{:<14} {:>12} {:>8} {:>9} {:>8}",
        "", "executions", "edges", "features", "inputs"
    );
    for (target, count) in counts {
        let Count {
            executions,
            edges,
            features,
            inputs,
        } = count;
        println!("{target:<14} {executions:>12} {edges:>8} {features:>9} {inputs:>8}");
    }
    coverage::show(shell)
}

/// Keeps the inputs that reach code which those of the vectors don't, in `fuzz/corpus`.
pub(crate) fn keep(shell: &Shell) -> Result<()> {
    let fuzzer = Fuzzer::build(shell)?;
    let merged = fuzzer.folder.join("merged");
    shell.remove_path(&merged)?;
    for target in &fuzzer.targets {
        step(&format!(
            "Choosing the inputs of {target} that are worth keeping"
        ));
        let program = fuzzer.program(target);
        let (to, from) = (
            merged.join(target),
            fuzzer.folder.join("corpus").join(target),
        );
        shell.create_dir(&to)?;
        cmd!(shell, "{program} -merge=1 -max_len=512 {to} {from}")
            .quiet()
            .ignore_stderr()
            .run()?;
    }
    cmd!(shell, "cargo run --quiet -p fuzz-oracles -- pack {merged}")
        .quiet()
        .run()?;
    Ok(())
}

/// What libFuzzer has to say of a run.
struct Count {
    executions: u64,
    edges: u64,
    features: u64,
    inputs: u64,
}

/// The targets, built with libFuzzer and its sanitizer, and what they start from.
struct Fuzzer<'s> {
    shell: &'s Shell,
    folder: PathBuf,
    targets: Vec<String>,
}

impl<'s> Fuzzer<'s> {
    fn build(shell: &'s Shell) -> Result<Self> {
        setup::debian(shell, &["g++"], &["g++"])?;
        setup::rust_toolchain(shell, "nightly")?;
        let cargo_fuzz = setup::cargo_tool(shell, "cargo-fuzz", "cargo-fuzz", CARGO_FUZZ)?;
        step("Building the targets with libFuzzer and AddressSanitizer");
        cmd!(
            shell,
            "{cargo_fuzz} build --fuzz-dir fuzz --target-dir {FOLDER}"
        )
        .env("RUSTUP_TOOLCHAIN", "nightly")
        .env("CARGO_TERM_QUIET", "true")
        .quiet()
        .run()?;
        let folder = shell.current_dir().join(FOLDER);
        let corpus = folder.join("corpus");
        let targets = cmd!(
            shell,
            "cargo run --quiet -p fuzz-oracles -- unpack {corpus}"
        )
        .quiet()
        .read()?;
        shell.create_dir(folder.join("findings"))?;
        Ok(Self {
            shell,
            folder,
            targets: targets.lines().map(str::to_owned).collect(),
        })
    }

    fn program(&self, target: &str) -> PathBuf {
        self.folder.join(TRIPLE).join("release").join(target)
    }

    /// Runs a target with one job. What it finds is an error.
    fn run(&self, target: &str, seconds: u64) -> Result<Count> {
        let (shell, program) = (self.shell, self.program(target));
        let corpus = self.folder.join("corpus").join(target);
        let seconds = seconds.to_string();
        let findings = self.folder.join("findings").join(format!("{target}-"));
        let output = cmd!(
            shell,
            "{program} -max_total_time={seconds} -max_len={LONGEST} -timeout=20 -dict={DICTIONARY} -artifact_prefix={findings} -print_final_stats=1 {corpus}"
        )
        .quiet()
        .ignore_status()
        .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let count = Count::read(&said).filter(|_| output.status.success());
        // What was said before is one line for each new input.
        let end = said.find("\nthread ").or(said.find("ERROR: ")).unwrap_or(0);
        count.with_context(|| format!("{target} failed:\n{}", &said[end..]))
    }
}

impl Count {
    /// Reads what libFuzzer prints at the end.
    fn read(said: &str) -> Option<Self> {
        let executions = said
            .lines()
            .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))?;
        let mut words = said
            .lines()
            .rfind(|line| line.contains("DONE"))?
            .split_whitespace();
        let mut after = |name: &str| {
            words.find(|word| *word == name)?;
            words.next()?.split('/').next()?.parse().ok()
        };
        Some(Self {
            executions: executions.trim().parse().ok()?,
            edges: after("cov:")?,
            features: after("ft:")?,
            inputs: after("corp:")?,
        })
    }
}
