//! Fuzzing, with a round-trip oracle in each target.

use anyhow::{Context, Error, Result, anyhow, ensure};
use xshell::{Shell, cmd};

use crate::run::{number, report, step};
use crate::setup;

/// The target on which libFuzzer and its sanitizer are known to run.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
const FOLDER: &str = "target/fuzz";
/// The target that has a bug on purpose.
const CANARY: &str = "canary";

/// Runs every target for so many seconds, after the canary, whose bug must be found.
pub(crate) fn show(shell: &Shell, seconds: u64) -> Result<()> {
    let targets = build(shell)?;
    step("Fuzzing a target that has a bug, which must be found");
    shell.create_dir(format!("{FOLDER}/corpus/{CANARY}"))?;
    let said = fuzz(shell, CANARY, 60).err();
    let said = said.context("the canary's bug was not found")?;
    ensure!(
        format!("{said:#}").contains("AddressSanitizer: heap-buffer-overflow"),
        "the canary ended for another reason: {said:#}"
    );
    let mut table = format!("\n{:<14} executions, edges, features, inputs\n", "");
    for target in &targets {
        step(&format!("Fuzzing {target} for {seconds} s"));
        table += &format!("{target:<14} {:?}\n", fuzz(shell, target, seconds)?);
    }
    println!("{table}");
    coverage(shell)
}

/// Keeps in `fuzz/corpus` the inputs that reach code which no input made from a vector reaches.
pub(crate) fn keep(shell: &Shell) -> Result<()> {
    let merged = format!("{FOLDER}/merged");
    shell.remove_path(&merged)?;
    for target in build(shell)? {
        step(&format!("Choosing the inputs of {target} to keep"));
        let to = shell.create_dir(format!("{merged}/{target}"))?;
        report(cmd!(
            shell,
            "{FOLDER}/{TRIPLE}/release/{target} -merge=1 -max_len=512 {to} {FOLDER}/corpus/{target}"
        ))?;
    }
    run!(shell, "cargo run --quiet -p fuzz-oracles -- pack {merged}")
}

/// Builds the targets with libFuzzer and its sanitizer, unpacks their inputs, and returns their
/// names.
fn build(shell: &Shell) -> Result<Vec<String>> {
    setup::C.install(shell)?;
    setup::toolchain(shell, "nightly")?;
    let cargo_fuzz = setup::cargo_tool(shell, "cargo-fuzz", "0.13.2")?;
    step("Building the targets with libFuzzer and AddressSanitizer");
    run!(
        shell,
        "env RUSTUP_TOOLCHAIN=nightly CARGO_TERM_QUIET=true
        {cargo_fuzz} build --fuzz-dir fuzz --target-dir {FOLDER}"
    )?;
    let targets = read!(
        shell,
        "cargo run --quiet -p fuzz-oracles -- unpack {FOLDER}/corpus"
    )?;
    shell.create_dir(format!("{FOLDER}/findings"))?;
    Ok(targets.lines().map(str::to_owned).collect())
}

/// Runs a target with one job, and returns the counts that libFuzzer prints. A finding is an error.
fn fuzz(shell: &Shell, target: &str, seconds: u64) -> Result<Vec<u64>> {
    let seconds = seconds.to_string();
    let run = cmd!(
        shell,
        "{FOLDER}/{TRIPLE}/release/{target} -max_total_time={seconds} -max_len=2048 -timeout=20
        -dict=fuzz/dictionary.txt -artifact_prefix={FOLDER}/findings/{target}-
        -print_final_stats=1 {FOLDER}/corpus/{target}"
    );
    // The lines before the fault are one for each new input.
    let fault = |said: Error| {
        let said = said.to_string();
        let at = said.find("\nthread ").or(said.find("ERROR: "));
        anyhow!("{target} failed:\n{}", &said[at.unwrap_or(0)..])
    };
    let said = report(run).map_err(fault)?;
    let done = said.rfind("DONE").map_or("", |at| &said[at..]);
    let counts = ["stat::number_of_executed_units:", "cov:", "ft:", "corp:"];
    let counts: Option<_> = counts.iter().map(|name| number(done, name)).collect();
    counts.with_context(|| format!("{target} printed no counts"))
}

/// Replays the inputs in a build that counts, and prints how many lines they reach.
fn coverage(shell: &Shell) -> Result<()> {
    let cargo_llvm_cov = setup::cargo_tool(shell, "cargo-llvm-cov", "0.9.1")?;
    run!(shell, "rustup --quiet component add llvm-tools")?;
    step("Replaying the inputs, to see which lines they reach");
    run!(shell, "{cargo_llvm_cov} llvm-cov clean --profraw-only")?;
    run!(
        shell,
        "{cargo_llvm_cov} llvm-cov --no-report --package fuzz-oracles --test corpus"
    )?;
    // Only the report by itself has the other packages.
    let others = "explain|fuzz|tests";
    run!(
        shell,
        "{cargo_llvm_cov} llvm-cov report --ignore-filename-regex {others} --fail-under-lines 1"
    )
}
