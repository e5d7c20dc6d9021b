//! Runs each Rust program of the documentation unchanged, in a process of its own: this one,
//! started again with the program's name.

use std::env;
use std::process::{Command, ExitCode};

use conformance::sample::SECRET;
use visiono_workflow::{ExpectLink, Workflow, unix_time};

include!(concat!(env!("OUT_DIR"), "/snippets.rs"));

/// A page, the number of the program in it, and its `main`.
type Program = (&'static str, fn() -> ExitCode);

/// The variable that names the program to run.
const VARIABLE: &str = "VISIONO_SNIPPET";
const WEBHOOK_SECRET: &str = "whsec_0123456789abcdef";

/// The programs, each with its output if its environment has the secrets.
const OUTPUTS: &[(&str, &[&str])] = &[
    (
        "README.md 1",
        &[
            "a link",
            r#"(200, "Thank you: 5 photos arrived.")"#,
            r#"(400, "This address is not valid. Please start again.")"#,
            r#"(400, "This address is not valid. Please start again.")"#,
        ],
    ),
    (
        "README.md 2",
        &[
            r#"photos of "ABC123" for "ticket-456""#,
            "204",
            "204",
            "401",
            "401",
        ],
    ),
    ("docs/guides/rust.md 1", &["ready"]),
    ("docs/guides/rust.md 2", &["a link"]),
    (
        "docs/guides/rust.md 3",
        &[
            r#"(200, "Thank you: 5 photos arrived.")"#,
            r#"(200, "Thank you: 5 photos arrived.")"#,
            r#"(400, "Please start again from your ticket.")"#,
            r#"(400, "Please start again from your ticket.")"#,
        ],
    ),
    (
        "docs/guides/rust.md 4",
        &[
            r#"(204, "Some(\"pr_1\") has Some(1) photos")"#,
            "401",
            r#"(204, "\"submission.created\"")"#,
            "401",
        ],
    ),
    ("docs/guides/rust.md 5", &[]),
];

fn main() -> ExitCode {
    if let Some(name) = env::var_os(VARIABLE) {
        let mut programs = PROGRAMS.iter();
        let (_, run) = programs.find(|(other, _)| name == *other).expect("a name");
        return run();
    }
    let names = PROGRAMS.iter().map(|(name, _)| *name);
    assert!(names.eq(OUTPUTS.iter().map(|(name, _)| *name)));
    for (name, lines) in OUTPUTS {
        let (printed, status) = run(name, true);
        let printed: Vec<_> = printed.lines().map(shown).collect();
        assert_eq!((printed.as_slice(), status), (*lines, 0), "{name}");
        // Without a secret it stops at the start, unless it has one of its own.
        let has_own = name.ends_with("rust.md 5");
        let (printed, status) = run(name, false);
        assert_eq!((&*printed, status), ("", i32::from(!has_own)), "{name}");
    }
    println!("{} programs of the documentation ran", OUTPUTS.len());
    ExitCode::SUCCESS
}

/// Returns the standard output and the exit status of a program.
fn run(name: &str, has_secrets: bool) -> (String, i32) {
    let this = env::current_exe().expect("a path");
    let mut command = Command::new(this);
    command.env_clear().env(VARIABLE, name);
    if has_secrets {
        command
            .env("VISIONO_WORKFLOW_SECRET", SECRET)
            .env("VISIONO_WEBHOOK_SECRET", WEBHOOK_SECRET);
    }
    let output = command.output().expect("the program runs");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!stderr.contains("panicked"), "{name}: {stderr}");
    let stdout = String::from_utf8(output.stdout).expect("UTF-8");
    (stdout, output.status.code().expect("an exit status"))
}

/// Returns a line, or `a link` if it is a valid link.
fn shown(line: &str) -> &str {
    let workflow = Workflow::from_texts([Some(SECRET)]).expect("a secret");
    match workflow.verify_link(line, unix_time(), &ExpectLink::new()) {
        Ok(_) => "a link",
        Err(_) => line,
    }
}
