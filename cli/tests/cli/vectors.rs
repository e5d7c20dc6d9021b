//! Every vector of a command's, through the program and its JSON.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::ErrorKind;

use assert_cmd::Command;
use conformance::{Answer, Case};
use serde_json::{Map, Value};
use visiono_workflow::Code;

use crate::program::{Files, Ran, bare};

/// The groups that have a command, and the command.
const COMMANDS: [(&str, &str); 5] = [
    ("sign_link", "sign-link"),
    ("sign_return", "sign-return"),
    ("template", "template"),
    ("verify_link", "verify-link"),
    ("verify_return", "verify-return"),
];
/// The groups that have none: the command line is about links and returns.
const WITHOUT_COMMAND: [&str; 1] = ["webhook"];

#[test]
fn every_vector_has_its_exact_result() {
    let mut failures = Vec::new();
    let mut groups = BTreeSet::new();
    for group in conformance::groups() {
        let name = group.group.as_str();
        if WITHOUT_COMMAND.contains(&name) {
            continue;
        }
        let (_, command) = COMMANDS
            .iter()
            .find(|(group, _)| *group == name)
            .unwrap_or_else(|| panic!("no command for the vectors of group {name:?}"));
        let mut ran = 0;
        for case in &group.cases {
            for difference in differences(command, case) {
                failures.push(format!("{name} {}: {difference}", case.id));
            }
            ran += 1;
        }
        println!("{name}: {ran} cases");
        assert_eq!(ran, group.cases.len(), "{name}");
        assert_ne!(ran, 0, "{name} has no cases");
        groups.insert(group.group);
    }
    assert_eq!(
        groups.iter().map(String::as_str).collect::<Vec<_>>(),
        COMMANDS.map(|(group, _)| group)
    );
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Runs a case with all in arguments, and again with its message, if it has one, on standard
/// input.
fn differences(command: &str, case: &Case) -> Vec<String> {
    let files = Files::new();
    let arguments = arguments(command, &case.input, &files);
    let has_nul = arguments
        .iter()
        .any(|argument| argument.as_encoded_bytes().contains(&0));
    if has_nul {
        // No argument of any program can hold it: the system refuses to run the program.
        let error = Ran::of(bare().args(&arguments)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_ne!(case.answer.result, "ok");
        return Vec::new();
    }
    if is_read_as_the_other(&case.input) {
        return Vec::new();
    }
    let mut runs = vec![bare()];
    runs[0].args(&arguments);
    if let (Some(url), Some((_, others))) = (case.input.get("url"), arguments.split_last()) {
        let mut run = bare();
        run.args(others).arg("-");
        run.write_stdin(format!("{}\n", url.as_str().expect("text")));
        runs.push(run);
    }
    runs.iter_mut()
        .filter_map(|run| difference(run, case))
        .collect()
}

/// Whether the command takes a case's slug for a URL or its URL for a slug: it has one argument
/// for both, and tells them apart by the characters that every URL and no slug has. What is made
/// of either is then another case's.
fn is_read_as_the_other(input: &Map<String, Value>) -> bool {
    let looks_like_url = |text: &str| text.is_empty() || text.contains(['/', ':']);
    let text = |name| input.get(name).and_then(Value::as_str);
    text("slug").is_some_and(looks_like_url)
        || text("link").is_some_and(|link| !looks_like_url(link))
}

fn difference(run: &mut Command, case: &Case) -> Option<String> {
    let wanted = &case.answer;
    let ran = Ran::of(run).expect("the program runs");
    let (answer, status) = read(&ran, wanted);
    let same = wanted.result == answer.result
        && (wanted.names.is_none() || wanted.names == answer.names)
        && wanted.output == answer.output
        && ran.status == status
        && ran.stderr.is_empty();
    (!same).then(|| format!("{}\n  wanted {wanted:?}\n  got    {ran:?}", case.comment))
}

/// The answer in the JSON that the program printed, and the exit status that goes with it.
fn read(ran: &Ran, wanted: &Answer) -> (Answer, i32) {
    let line = ran.stdout.strip_suffix('\n').expect("a line");
    let mut object: Map<String, Value> = serde_json::from_str(line).expect("an object");
    let result = object.remove("result").expect("a result");
    let result = result.as_str().expect("text").to_owned();
    if result == "ok" {
        // What the command says of a template besides is looked at in `commands.rs`.
        if wanted
            .output
            .as_ref()
            .is_some_and(|output| output.contains_key("missing"))
        {
            object.retain(|name, _| name == "missing");
        }
        let answer = Answer {
            result,
            names: None,
            output: Some(object),
        };
        return (answer, 0);
    }
    let number = object["number"].as_u64().expect("a number");
    let code = Code::from_u32(number.try_into().expect("a small number")).expect("a code");
    assert_eq!(code.as_str(), result);
    let names = serde_json::from_value(object["parameters"].clone()).expect("names");
    let answer = Answer {
        result,
        names: Some(names),
        output: None,
    };
    (answer, if code.is_refusal() { 1 } else { 2 })
}

/// The arguments of a case; the link, template or message comes last.
fn arguments(command: &str, input: &Map<String, Value>, files: &Files) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec![command.into(), "--json".into()];
    let mut last = OsString::new();
    for (name, value) in input {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let option = match (name.as_str(), command) {
            ("slug" | "link" | "url", _) | ("template", "template" | "sign-return") => {
                last = text.into();
                continue;
            }
            ("secret" | "secrets", _) => {
                let list = value.as_array().cloned().unwrap_or(vec![value.clone()]);
                for (at, secret) in list.iter().enumerate() {
                    let line = format!("{}\n", secret.as_str().expect("text"));
                    arguments.push("--secret-file".into());
                    arguments.push(files.write(&at.to_string(), line).into());
                }
                continue;
            }
            ("expect", _) => {
                for (name, value) in value.as_object().expect("an object") {
                    arguments.push("--expect".into());
                    arguments.push(format!("{name}={}", value.as_str().expect("text")).into());
                }
                continue;
            }
            ("uv", _) => "--unique-value",
            ("src", _) => "--source",
            ("ref", _) => "--reference",
            ("sub", _) => "--submission-id",
            ("cnt", _) => "--photo-count",
            ("ts", _) => "--timestamp",
            ("now", _) => "--now",
            ("max_age", _) => "--max-age",
            ("leeway", _) => "--leeway",
            ("template", _) => "--template",
            (other, _) => panic!("no argument for {other:?}"),
        };
        arguments.extend([option.into(), text.into()]);
    }
    arguments.push(last);
    arguments
}
