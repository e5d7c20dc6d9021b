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

#[cfg(test)]
mod tests {
    use anyhow::{Result, anyhow};
    use xshell::{Shell, cmd};

    use super::{every, number, report};

    #[test]
    fn numbers_of_the_tools_are_read() {
        let valgrind = "==7==     in use at exit: 1,234,567 bytes in 89 blocks";
        let fuzzer = "#8\tDONE   cov: 12 ft: 34 corp: 56/78Kb lim: 4096";
        let miri = "test result: ok. 27 passed; 0 failed";
        assert_eq!(number(valgrind, "in use at exit:"), Some(1_234_567));
        assert_eq!(number(fuzzer, "cov:"), Some(12));
        assert_eq!(number(fuzzer, "corp:"), Some(56));
        assert_eq!(number(miri, "test result: ok. "), Some(27));
        assert_eq!(number(miri, "cov:"), None);
    }

    #[test]
    fn a_report_is_read_or_is_the_error() -> Result<()> {
        let shell = Shell::new()?;
        assert_eq!(report(cmd!(shell, "sh -c 'echo said >&2'"))?, "said\n");
        let failed = report(cmd!(shell, "sh -c 'echo why >&2; exit 1'"));
        assert_eq!(failed.unwrap_err().to_string(), "why\n");
        Ok(())
    }

    #[test]
    fn every_one_runs_and_each_failure_is_listed() {
        let results = [Err(anyhow!("one")), Ok(()), Err(anyhow!("two"))];
        assert_eq!(
            every(results.into_iter()).unwrap_err().to_string(),
            "one\ntwo"
        );
        assert!(every([Ok(()), Ok(())].into_iter()).is_ok());
    }
}
