//! Tests of the demonstration, the first output that a newcomer sees.

use serde_json::Value;
use visiono_workflow::unix_time;

use crate::program::{bare, run};

const FORGERIES: [(&str, u64, &str); 5] = [
    ("a moved separator", 202, "malformed_parameter"),
    ("a changed count", 203, "invalid_signature"),
    ("an old link", 204, "expired"),
    ("a doubled parameter", 201, "duplicate_parameter"),
    ("another ticket's return", 206, "unexpected_value"),
];

#[test]
fn the_demo_needs_no_arguments_and_is_short() {
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

/// The demo's text, with placeholders for the time and the signatures.
const STORY: &str = "\
The secret is random, made for this run, and not shown.

1. Your system signs a link, and sends a person to it
   https://visiono.io/s/damage-report
     ?uv=ABC123
     &src=zendesk
     &ref=ticket-456
     &ts={now}
     &sig={link}

2. Visiono checks it, and takes the photos
   ok all five parameters are there, once, each in its form
   ok the signature is one that your secret makes
   ok it is 0 s old, and 3600 s are allowed

3. Visiono expands your redirect template, and signs the return
   https://desk.example/done
     ?sub={submission_id}  -> pls_123
     &uv={unique_value}    -> ABC123
     &ref={reference}      -> ticket-456
     &cnt={photo_count}    -> 5
     &ts={timestamp}       -> {now}
     &sig={signature}      -> {return}...

4. Your system verifies the return, and can rely on
   submission_id  pls_123
   unique_value   ABC123
   reference      ticket-456
   photo_count    5
   timestamp      {now}

5. Five forgeries are refused
   a moved separator        202 malformed_parameter
     a link with uv=pls_123|ABC123, for which the return's signature is right
   a changed count          203 invalid_signature
     cnt=5 became cnt=500
   an old link              204 expired
     the link above, 3601 s later
   a doubled parameter      201 duplicate_parameter
     &ref=ticket-457 at the end, which some decoders would take
   another ticket's return  206 unexpected_value
     the return above, while ticket-457 waits for one

Next: visiono-workflow --help
";

#[test]
fn the_whole_demo_is_printed() {
    let before = unix_time();
    let told = run(bare(), ["demo"]).stdout;
    let after = |start: &str, len: usize| {
        let (_, rest) = told.split_once(start).expect(start);
        rest.get(..len).expect("as much")
    };
    let now = after("&ts=", 10);
    assert!((before..=unix_time()).contains(&now.parse().unwrap()));
    let story = STORY
        .replace("{now}", now)
        .replace("{link}", after("&sig=", 64))
        .replace("{return}", after("{signature}      -> ", 16));
    assert_eq!(told, story);
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
fn every_run_has_another_secret() {
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
