//! Runs commands, and announces steps.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::Value;
use xshell::{Cmd, Shell};

/// Runs a command, with its output on the terminal.
macro_rules! run {
    ($shell:expr, $command:literal) => {
        xshell::cmd!($shell, $command).quiet().run()
    };
}

/// Returns what a command prints, without the newline at the end.
macro_rules! read {
    ($shell:expr, $command:literal) => {
        xshell::cmd!($shell, $command).quiet().read()
    };
}

static START: OnceLock<Instant> = OnceLock::new();

/// Announces the next step, with the time since the first one.
pub(crate) fn step(what: &str) {
    let seconds = START.get_or_init(Instant::now).elapsed().as_secs();
    eprintln!("\n[{:>2}:{:02}] {what}", seconds / 60, seconds % 60);
}

/// Runs command lines whose words have no spaces.
pub(crate) fn run_lines(shell: &Shell, lines: &[&str]) -> Result<()> {
    for line in lines {
        command(shell, line).run()?;
    }
    Ok(())
}

/// Builds a program with these options of cargo's, and returns its path, which depends on cargo's
/// configuration.
pub(crate) fn build_program(shell: &Shell, options: &str) -> Result<PathBuf> {
    let options = options.split_whitespace();
    let messages = read!(
        shell,
        "cargo build --quiet --message-format json-render-diagnostics {options...}"
    )?;
    let executable = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    };
    let program = messages.lines().filter_map(executable).next_back();
    program.context("cargo built no program")
}

/// Returns the first line that a command line prints.
pub(crate) fn read_line(shell: &Shell, line: &str) -> Result<String> {
    let said = command(shell, line).read()?;
    Ok(said.lines().next().unwrap_or_default().to_owned())
}

fn command<'s>(shell: &'s Shell, line: &str) -> Cmd<'s> {
    let mut words = line.split_whitespace();
    let program = words.next().unwrap_or_default();
    shell.cmd(program).args(words).quiet()
}
