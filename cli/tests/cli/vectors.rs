//! Every vector of a command's, through the program and its JSON.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::ErrorKind;

use assert_cmd::Command;
use conformance::{Answer, Case};
use serde_json::{Map, Value};
use visiono_workflow::{Code, Webhook, WebhookHeaders, WebhookSecret};

use crate::program::{Files, Ran, bare, done};

/// Runs a case, and says what differs.
type Runner = fn(&Case) -> Vec<String>;

/// The groups, and what runs a case of each.
const RUNNERS: [(&str, Runner); 7] = [
    ("sign_link", |case| differences("sign-link", case)),
    ("sign_return", |case| differences("sign-return", case)),
    ("template", |case| differences("template", case)),
    ("verify_link", |case| differences("verify-link", case)),
    ("verify_return", |case| differences("verify-return", case)),
    ("webhook", signature_differences),
    ("webhook_delivery", delivery_differences),
];

#[test]
fn every_vector_has_its_exact_result() {
    let mut failures = Vec::new();
    let mut groups = BTreeSet::new();
    for group in conformance::groups() {
        let name = group.group.as_str();
        let (_, run) = RUNNERS
            .iter()
            .find(|(group, _)| *group == name)
            .unwrap_or_else(|| panic!("no command for the vectors of group {name:?}"));
        let mut ran = 0;
        for case in &group.cases {
            for difference in run(case) {
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
        RUNNERS.map(|(group, _)| group)
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
        .filter_map(|run| difference(run, case, &case.answer))
        .collect()
}

/// Runs a case of a webhook's signature alone, which no command verifies: `webhook verify` receives
/// the body besides. Where the signature doesn't hold, that changes nothing. Where it does, the
/// answer has to be the one that the core's `receive` gives for this body, and `webhook sign` has
/// to make the very header of the case.
fn signature_differences(case: &Case) -> Vec<String> {
    let files = Files::new();
    let header = case.input.get("header").map(|header| {
        let header = header.as_str().expect("text");
        ["X-Visiono-Signature", header]
    });
    let body = body(&case.input);
    let mut verify = bare();
    verify
        .args(["webhook", "verify", "--json", "--no-freshness"])
        .args(secret_files(&case.input, &files))
        .args(header_arguments(header))
        .write_stdin(body.as_slice());
    if case.answer.result != "ok" {
        return difference(&mut verify, case, &case.answer)
            .into_iter()
            .collect();
    }

    let output = case.answer.output.as_ref().expect("an output");
    let index = output["secret_index"].as_u64().expect("a number");
    let index = usize::try_from(index).expect("a small number");
    let wanted = received(case, &header.expect("a good header"), &body);
    let mut sign = bare();
    sign.args(["webhook", "sign", "--secret-file"])
        .arg(files.write("signs", text(&case.input["secrets"][index])))
        .write_stdin(body);
    let signed = Ran::of(&mut sign).expect("the program runs");
    let made = format!("X-Visiono-Signature: {}\n", text(&case.input["header"]));
    let sign = (signed != done(&made)).then(|| format!("signed as {signed:?}"));
    difference(&mut verify, case, &wanted)
        .into_iter()
        .chain(sign)
        .collect()
}

/// What the core answers when it receives the body of a case of the signature alone.
fn received(case: &Case, header: &[&str; 2], body: &[u8]) -> Answer {
    let secrets = case.input["secrets"].as_array().expect("secrets").iter();
    let secrets: Vec<_> = secrets
        .map(|secret| WebhookSecret::new(text(secret)).expect("a secret"))
        .collect();
    let webhook = Webhook::new(secrets).expect("a webhook").freshness(false);
    let headers = WebhookHeaders::from_iter([(header[0], header[1])]);
    match webhook.receive(body, &headers, 0) {
        Ok(_) => case.answer.clone(),
        Err(error) => Answer {
            result: error.code().as_str().into(),
            names: Some(error.parameters().map(Into::into).collect()),
            output: None,
        },
    }
}

/// Runs a case of a whole delivery. A comparison with a return is not a command's: those of the
/// link that it prints are.
fn delivery_differences(case: &Case) -> Vec<String> {
    let files = Files::new();
    let mut run = bare();
    run.args(["webhook", "verify", "--json"])
        .args(secret_files(&case.input, &files));
    for (name, value) in &case.input {
        let option = match name.as_str() {
            "secrets" | "body_hex" | "headers" | "return" => continue,
            "now" => "--now",
            "max_age" => "--max-age",
            "leeway" => "--leeway",
            "freshness" => {
                if value == false {
                    run.arg("--no-freshness");
                }
                continue;
            }
            other => panic!("no argument for {other:?}"),
        };
        run.args([option, &value.to_string()]);
    }
    let headers = case.input["headers"].as_array().expect("headers").iter();
    let headers = headers.map(|header| [text(&header[0]), text(&header[1])]);
    run.args(header_arguments(headers))
        .write_stdin(body(&case.input));
    let mut wanted = case.answer.clone();
    if let Some(output) = &mut wanted.output {
        output.remove("matches");
    }
    difference(&mut run, case, &wanted).into_iter().collect()
}

/// `--header` and what it takes, for each header.
fn header_arguments<'h>(headers: impl IntoIterator<Item = [&'h str; 2]>) -> Vec<String> {
    headers
        .into_iter()
        .flat_map(|[name, value]| ["--header".to_owned(), format!("{name}: {value}")])
        .collect()
}

fn body(input: &Map<String, Value>) -> Vec<u8> {
    hex::decode(text(&input["body_hex"])).expect("hexadecimal digits")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
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

fn difference(run: &mut Command, case: &Case, wanted: &Answer) -> Option<String> {
    let ran = Ran::of(run).expect("the program runs");
    let (answer, status) = read(&ran, wanted);
    let same = wanted.result == answer.result
        && (wanted.names.is_none() || wanted.names == answer.names)
        && wanted.output == answer.output
        && ran.status == status
        && ran.stderr.is_empty();
    (!same).then(|| format!("{}\n  wanted {wanted:?}\n  got    {ran:?}", case.comment))
}

/// What the program prints under another name than the vectors have.
const RENAMED: [(&str, &str); 3] = [
    ("event_time", "time"),
    ("unauthenticated_delivery_id", "delivery_id"),
    ("unauthenticated_tenant_id", "tenant_id"),
];
/// What is the whole output of a group whose command prints more: `template` and `webhook`.
const ONLY: [&str; 2] = ["missing", "secret_index"];

/// The answer in the JSON that the program printed, and the exit status that goes with it.
fn read(ran: &Ran, wanted: &Answer) -> (Answer, i32) {
    let line = ran.stdout.strip_suffix('\n').expect("a line");
    let mut object: Map<String, Value> = serde_json::from_str(line).expect("an object");
    let result = object.remove("result").expect("a result");
    let result = result.as_str().expect("text").to_owned();
    if result == "ok" {
        for (printed, name) in RENAMED {
            if let Some(value) = object.remove(printed) {
                object.insert(name.to_owned(), value);
            }
        }
        // What the commands say besides is looked at in `commands.rs` and `webhook.rs`.
        if let Some(only) = ONLY.iter().find(|only| {
            let output = wanted.output.as_ref();
            output.is_some_and(|output| output.keys().eq([*only]))
        }) {
            object.retain(|name, _| name == *only);
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
                arguments.extend(secret_files(input, files));
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

/// `--secret-file` and what it takes, for each secret of a case.
fn secret_files(input: &Map<String, Value>, files: &Files) -> Vec<OsString> {
    let secrets = match input.get("secrets") {
        Some(secrets) => secrets.as_array().expect("secrets").iter().collect(),
        None => vec![&input["secret"]],
    };
    let secrets = secrets.into_iter().enumerate();
    secrets
        .flat_map(|(at, secret)| {
            let line = format!("{}\n", text(secret));
            let path = files.write(&at.to_string(), line);
            [OsString::from("--secret-file"), path.into()]
        })
        .collect()
}
