//! Runs commands, and announces steps.

use std::sync::OnceLock;
use std::time::Instant;

use anyhow::{Result, ensure};
use xshell::Cmd;

/// Runs a command, with its output on the terminal.
macro_rules! run {
    ($shell:expr, $command:literal) => {
        xshell::cmd!($shell, $command)
            .quiet()
            .run()
            .map_err(anyhow::Error::from)
    };
}

/// Returns what a command prints, without the newline at the end.
macro_rules! read {
    ($shell:expr, $command:literal) => {
        xshell::cmd!($shell, $command)
            .quiet()
            .read()
            .map_err(anyhow::Error::from)
    };
}

static START: OnceLock<Instant> = OnceLock::new();

/// Announces the next step, with the time since the first one.
pub(crate) fn step(what: &str) {
    let seconds = START.get_or_init(Instant::now).elapsed().as_secs();
    eprintln!("\n[{:>2}:{:02}] {what}", seconds / 60, seconds % 60);
}

/// Runs each, also after one that failed, and fails with the list of those.
pub(crate) fn every(results: impl Iterator<Item = Result<()>>) -> Result<()> {
    let (passed, failed): (Vec<_>, Vec<_>) = results.partition(Result::is_ok);
    println!("{} of {} passed", passed.len(), passed.len() + failed.len());
    let failed = failed.into_iter().filter_map(Result::err);
    let failed = failed.map(|error| format!("{error:#}")).collect::<Vec<_>>();
    ensure!(failed.is_empty(), "{}", failed.join("\n"));
    Ok(())
}

/// Runs a command, and returns what it reports on standard error. That is the error if it fails.
pub(crate) fn report(command: Cmd<'_>) -> Result<String> {
    let output = command.quiet().ignore_status().output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{said}");
    Ok(said)
}

/// Returns the first number after `name` in a report.
pub(crate) fn number(report: &str, name: &str) -> Option<u64> {
    let (_, after) = report.split_once(name)?;
    let word = after.split_whitespace().next()?;
    // libFuzzer's sizes are such as `12/34Kb`.
    word.split('/').next()?.replace(',', "").parse().ok()
}
