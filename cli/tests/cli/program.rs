//! Runs the program as a shell does, and returns its output and exit status.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const VARIABLE: &str = "VISIONO_WORKFLOW_SECRET";
pub(crate) const WEBHOOK_VARIABLE: &str = "VISIONO_WEBHOOK_SECRET";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// The documented example, signed with [`SECRET`].
pub(crate) const LINK: &str = "https://visiono.io/s/damage-report?uv=ABC123&src=zendesk\
    &ref=ticket-456&ts=1705500000\
    &sig=a41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04";
pub(crate) const RETURN: &str = "https://a.example/done?sub=pls_123&uv=ABC123&ref=ticket-456\
    &cnt=5&ts=1705500100&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";

/// The fields of a link, for tests in which the signature doesn't matter.
pub(crate) const SHORT_FIELDS: [&str; 6] =
    ["--unique-value", "A", "--source", "b", "--reference", "c"];
/// Options that expect the fields of [`RETURN`] which a template may lack.
pub(crate) const KNOWN: [&str; 6] = [
    "--expect",
    "uv=ABC123",
    "--expect",
    "cnt=5",
    "--expect",
    "ts=1705500100",
];

/// Returns the program without a secret, and without a setting for colours.
pub(crate) fn bare() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_visiono-workflow"));
    for name in [
        VARIABLE,
        WEBHOOK_VARIABLE,
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "NO_COLOR",
        "COLUMNS",
    ] {
        command.env_remove(name);
    }
    command
}

/// Returns the program with [`SECRET`] in the environment.
pub(crate) fn program() -> Command {
    let mut command = bare();
    command.env(VARIABLE, SECRET);
    command
}

/// The output and the exit status of a run.
#[derive(Debug, PartialEq)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Ran {
    /// Runs a command.
    ///
    /// # Panics
    ///
    /// If the program was ended by a signal, printed invalid UTF-8, or panicked.
    pub(crate) fn of(command: &mut Command) -> io::Result<Self> {
        let output = command.output()?;
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        let ran = Self {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            status: output.status.code().expect("an exit status"),
        };
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        Ok(ran)
    }
}

/// Runs a program with arguments.
pub(crate) fn run<S: AsRef<OsStr>>(
    mut command: Command,
    arguments: impl IntoIterator<Item = S>,
) -> Ran {
    Ran::of(command.args(arguments)).expect("the program runs")
}

/// Returns a successful run that only printed to standard output.
pub(crate) fn done(stdout: &str) -> Ran {
    Ran {
        stdout: stdout.into(),
        stderr: String::new(),
        status: 0,
    }
}

/// Returns a failed run that only printed one line to standard error.
pub(crate) fn failed(status: i32, line: &str) -> Ran {
    Ran {
        stdout: String::new(),
        stderr: format!("{line}\n"),
        status,
    }
}

/// Returns the arguments with others appended.
pub(crate) fn and<'a>(arguments: &[&'a str], others: &[&'a str]) -> Vec<&'a str> {
    [arguments, others].concat()
}

/// Returns the single object that a run with `--json` printed, and its exit status.
pub(crate) fn object(ran: &Ran) -> (Value, i32) {
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.stdout.matches('\n').count(), 1, "{}", ran.stdout);
    (
        serde_json::from_str(&ran.stdout).expect("an object"),
        ran.status,
    )
}

/// Returns the result code in that object, and the exit status.
pub(crate) fn code(ran: &Ran) -> (String, i32) {
    let (object, status) = object(ran);
    (object["result"].as_str().expect("text").to_owned(), status)
}

/// A folder of files, removed on drop.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file that no other user can read.
    pub(crate) fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, contents).expect("a file that can be written");
        self.set_mode(&path, 0o600);
        path
    }

    pub(crate) fn set_mode(&self, path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode that can be set");
    }
}
