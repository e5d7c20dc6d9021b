//! The first thing that a newcomer sees.

use serde_json::Value;

use crate::program::{bare, run};

const FORGERIES: [(&str, u64, &str); 5] = [
    ("a moved separator", 202, "malformed_parameter"),
    ("a changed count", 203, "invalid_signature"),
    ("an old link", 204, "expired"),
    ("a doubled parameter", 201, "duplicate_parameter"),
    ("another ticket's return", 206, "unexpected_value"),
];

#[test]
fn it_needs_nothing_and_is_short() {
    let ran = run(bare(), ["demo"]);
    assert_eq!((ran.stderr.as_str(), ran.status), ("", 0));
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert!(lines.len() <= 45, "{} lines", lines.len());
    for line in &lines {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let mut rest = lines.iter();
    for (title, number, code) in FORGERIES {
        let line = format!("   {title:<24} {number} {code}");
        assert!(rest.any(|other| *other == line), "{line}\n{}", ran.stdout);
    }
}

#[test]
fn colours_are_for_terminals() {
    assert!(!run(bare(), ["demo"]).stdout.contains('\u{1b}'));
    let coloured = |variables: &[(&str, &str)]| {
        let mut program = bare();
        program.envs(variables.iter().copied());
        run(program, ["demo"]).stdout.contains('\u{1b}')
    };
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[("NO_COLOR", "1")]));
    assert!(!coloured(&[
        ("TERM", "xterm-256color"),
        ("COLORTERM", "truecolor")
    ]));
}

#[test]
fn every_secret_is_another() {
    let demo = || -> Value {
        let ran = run(bare(), ["demo", "--json"]);
        assert_eq!((ran.stderr.as_str(), ran.status), ("", 0));
        serde_json::from_str(&ran.stdout).expect("an object")
    };
    let (one, other) = (demo(), demo());
    assert_eq!(one["result"], "ok");
    let sig = |demo: &Value, url: &str| {
        let (_, sig) = demo[url].as_str().unwrap().rsplit_once("&sig=").unwrap();
        assert_eq!(sig.len(), 64);
        sig.to_owned()
    };
    for url in ["link", "return"] {
        assert_ne!(sig(&one, url), sig(&other, url));
    }
    let forgeries = one["forgeries"].as_array().unwrap();
    let found: Vec<_> = forgeries
        .iter()
        .map(|forgery| {
            (
                forgery["forgery"].as_str().unwrap(),
                forgery["number"].as_u64().unwrap(),
                forgery["result"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(found, FORGERIES);
}
