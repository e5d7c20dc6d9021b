//! Tests the vectors through the program and its JSON.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write;
use std::io::ErrorKind;

use assert_cmd::Command;
use conformance::{Answer, Case};
use serde_json::{Map, Value};
use visiono_workflow::{Code, Field, RedirectTemplate, Webhook, WebhookHeaders, WebhookSecret};

use crate::program::{Files, Ran, bare, done};

/// Runs a case, and returns the differences.
type Runner = fn(&Case) -> Vec<String>;

/// The groups, with a runner for each.
const RUNNERS: [(&str, Runner); 9] = [
    ("sign_link", |case| differences("sign-link", case)),
    ("sign_return", |case| differences("sign-return", case)),
    ("template", |case| differences("template", case)),
    ("verify_link", |case| differences("verify-link", case)),
    ("verify_return", |case| differences("verify-return", case)),
    ("verify_return_pairs", pairs_differences),
    ("webhook", signature_differences),
    ("webhook_delivery", delivery_differences),
    ("webhook_receive", receive_differences),
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

/// Runs a case with all values in arguments, and again with its message, if it has one, on standard
/// input.
fn differences(command: &str, case: &Case) -> Vec<String> {
    let files = Files::new();
    let arguments = arguments(command, &case.input, &files);
    let mut runs = Vec::new();
    let has_nul = |argument: &OsString| argument.as_encoded_bytes().contains(&0);
    if arguments.iter().any(has_nul) {
        // An argument can't contain a NUL: the system refuses to run the program.
        let error = Ran::of(bare().args(&arguments)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_ne!(case.answer.result, "ok");
    } else {
        let mut run = bare();
        run.args(&arguments);
        runs.push(run);
    }
    if let (Some(url), Some((_, others))) = (case.input.get("url"), arguments.split_last())
        && !others.iter().any(has_nul)
    {
        let mut run = bare();
        run.args(others).arg("-");
        run.write_stdin(format!("{}\n", text(url)));
        runs.push(run);
    }
    let only_missing = |output| only(output, &["missing"]);
    let read = if command == "template" {
        only_missing
    } else {
        with_short_names
    };
    runs.iter_mut()
        .filter_map(|run| difference(run, case, &case.answer, read))
        .collect()
}

/// Runs a case of decoded pairs as the query that decodes to them. Skips values that are neither a
/// text nor a list of texts, and names with a `#`, which no query has. A `?` in a name stays as it
/// is, because only then some decoders drop it.
fn pairs_differences(case: &Case) -> Vec<String> {
    let mut query = String::new();
    let mut add = |name: &str, value: &str| {
        let separator = if query.is_empty() { "" } else { "&" };
        let name = encoded(name).replace("%3F", "?");
        let _ = write!(query, "{separator}{name}={}", encoded(value));
    };
    for (name, value) in case.input["pairs"].as_object().expect("an object") {
        match value {
            _ if name.contains('#') => return Vec::new(),
            Value::Null => {}
            Value::String(value) => add(name, value),
            Value::Array(values) if values.iter().all(Value::is_string) => {
                values.iter().for_each(|value| add(name, text(value)));
            }
            _ => return Vec::new(),
        }
    }
    let mut input = case.input.clone();
    input.remove("pairs");
    input.insert("url".to_owned(), query.into());
    let case = Case {
        id: case.id,
        comment: case.comment.clone(),
        input,
        answer: case.answer.clone(),
    };
    differences("verify-return", &case)
}

fn encoded(text: &str) -> String {
    let bytes = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    bytes.collect()
}

/// Runs a case about a webhook's signature alone. No command verifies only the signature: `webhook
/// receive` also reads the body. If the signature is wrong, the answer is the same. If it is right,
/// the answer must be that of the core's `receive` for this body, and `webhook sign` must make the
/// header of the case.
fn signature_differences(case: &Case) -> Vec<String> {
    let files = Files::new();
    let header = case.input.get("header").map(|header| {
        let header = header.as_str().expect("text");
        ["X-Visiono-Signature", header]
    });
    let body = body(&case.input);
    let most = u64::MAX.to_string();
    let mut verify = bare();
    verify
        .args(["webhook", "receive", "--json", "--now", "0"])
        .args(["--max-age", &most, "--leeway", &most])
        .args(secret_files(&case.input, &files))
        .args(header_arguments(header))
        .write_stdin(body.as_slice());
    let read = |output| only(output, &["secret_index"]);
    if case.answer.result != "ok" {
        return difference(&mut verify, case, &case.answer, read)
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
    difference(&mut verify, case, &wanted, read)
        .into_iter()
        .chain(sign)
        .collect()
}

/// Returns the core's answer to the whole delivery of a case about its signature alone.
fn received(case: &Case, header: &[&str; 2], body: &[u8]) -> Answer {
    let secrets = case.input["secrets"].as_array().expect("secrets").iter();
    let secrets = secrets.map(|secret| WebhookSecret::new(text(secret)).expect("a secret"));
    let webhook = Webhook::new(secrets).expect("a webhook");
    let webhook = webhook.max_age(u64::MAX).leeway(u64::MAX);
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

/// Runs a case of a whole delivery. No command compares it with a return.
fn delivery_differences(case: &Case) -> Vec<String> {
    /// The names that the program prints, with those of the vectors.
    const RENAMED: [(&str, &str); 3] = [
        ("event_time", "time"),
        ("unauthenticated_delivery_id", "delivery_id"),
        ("unauthenticated_tenant_id", "tenant_id"),
    ];
    let mut wanted = case.answer.clone();
    if let Some(output) = &mut wanted.output {
        output.remove("matches");
    }
    let files = Files::new();
    let read = |mut output: Map<String, Value>| {
        for (printed, name) in RENAMED {
            let value = output.remove(printed).expect(printed);
            output.insert(name.to_owned(), value);
        }
        // The vectors don't have this value.
        output.remove("request_id").expect("request_id");
        shorten_link(&mut output);
        output
    };
    let mut run = webhook_receive(case, &files);
    difference(&mut run, case, &wanted, read)
        .into_iter()
        .collect()
}

/// Runs a case of a whole delivery. The vectors have fewer values than the program prints.
fn receive_differences(case: &Case) -> Vec<String> {
    let files = Files::new();
    let read = |output| {
        let names = ["event", "event_time", "dedup_key", "secret_index", "link"];
        let mut output = only(output, &names);
        if let Some(link) = shorten_link(&mut output) {
            link.remove("sub").expect("an ID or null");
        }
        output
    };
    let mut run = webhook_receive(case, &files);
    difference(&mut run, case, &case.answer, read)
        .into_iter()
        .collect()
}

/// Returns `webhook receive` with the values of a case.
fn webhook_receive(case: &Case, files: &Files) -> Command {
    let mut run = bare();
    run.args(["webhook", "receive", "--json"])
        .args(secret_files(&case.input, files));
    for (name, value) in &case.input {
        let option = match name.as_str() {
            "secrets" | "body_hex" | "headers" | "return" => continue,
            "now" => "--now",
            "max_age" => "--max-age",
            "leeway" => "--leeway",
            "require_timestamp" => {
                if value == true {
                    run.arg("--require-timestamp");
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
    run
}

/// Returns `--header` and its value, for each header.
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

/// Renames the fields in an output to the names of the vectors, whose numbers are text.
fn with_short_names(output: Map<String, Value>) -> Map<String, Value> {
    let members =
        output.into_iter().map(
            |(name, value)| match (Field::from_long_name(&name), value) {
                (Some(field), value) if field.is_number() => {
                    let number = value.as_u64().expect("a number");
                    (field.short_name().to_owned(), number.to_string().into())
                }
                (Some(field), value) => (field.short_name().to_owned(), value),
                (None, value) => (name, value),
            },
        );
    members.collect()
}

/// Renames the fields of an event's link, and returns it.
fn shorten_link(output: &mut Map<String, Value>) -> Option<&mut Map<String, Value>> {
    let link = output["link"].as_object_mut()?;
    *link = with_short_names(std::mem::take(link));
    Some(link)
}

/// Returns the start of the warning about a template whose returns can't be verified.
fn warning(case: &Case) -> &'static str {
    let Some(template) = case.input.get("template") else {
        return "";
    };
    match RedirectTemplate::parse(text(template)) {
        Ok(template)
            if template.missing().contains(Field::Signature)
                || template.check_extractable().is_err() =>
        {
            "warning: no return of this template can be verified, because "
        }
        _ => "",
    }
}

/// Keeps some members of the output. `commands.rs` and `webhook.rs` check the others.
fn only(mut output: Map<String, Value>, names: &[&str]) -> Map<String, Value> {
    output.retain(|name, _| names.contains(&name.as_str()));
    output
}

fn difference(
    run: &mut Command,
    case: &Case,
    wanted: &Answer,
    read: impl Fn(Map<String, Value>) -> Map<String, Value>,
) -> Option<String> {
    let ran = Ran::of(run).expect("the program runs");
    let (answer, status) = answer(&ran, read);
    let is_signed = answer
        .output
        .as_ref()
        .is_some_and(|output| output.contains_key("url"));
    let warning = if is_signed { warning(case) } else { "" };
    // The order of names is not part of the answer.
    let names = |answer: &Answer| answer.names.clone().map(BTreeSet::from_iter);
    let same = wanted.result == answer.result
        && (wanted.names.is_none() || names(wanted) == names(&answer))
        && wanted.output == answer.output
        && ran.status == status
        && ran.stderr.is_empty() == warning.is_empty()
        && ran.stderr.starts_with(warning);
    (!same).then(|| format!("{}\n  wanted {wanted:?}\n  got    {ran:?}", case.comment))
}

/// Returns the answer in the JSON that the program printed, and the exit status that belongs to it.
fn answer(ran: &Ran, read: impl Fn(Map<String, Value>) -> Map<String, Value>) -> (Answer, i32) {
    let line = ran.stdout.strip_suffix('\n').expect("a line");
    let mut object: Map<String, Value> = serde_json::from_str(line).expect("an object");
    let result = object.remove("result").expect("a result");
    let result = result.as_str().expect("text").to_owned();
    // The result is `failed` for a template whose returns lack something.
    if result == "ok" || result == "failed" {
        let answer = Answer {
            result: "ok".to_owned(),
            names: None,
            output: Some(read(object)),
        };
        return (answer, (result == "failed").into());
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

/// Returns the arguments of a case; the template or message comes last.
fn arguments(command: &str, input: &Map<String, Value>, files: &Files) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec![command.into(), "--json".into()];
    let mut last = None;
    for (name, value) in input {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let option = match (name.as_str(), command) {
            ("url", _) | ("template", "template" | "sign-return") => {
                last = Some(text);
                continue;
            }
            ("secret" | "secrets", _) => {
                arguments.extend(secret_files(input, files));
                continue;
            }
            ("expect", _) => {
                for (name, value) in value.as_object().expect("an object") {
                    arguments.push("--expect".into());
                    // A missing value can't be written.
                    let value = value.as_str().map(|value| format!("={value}"));
                    arguments.push(format!("{name}{}", value.unwrap_or_default()).into());
                }
                continue;
            }
            ("slug", _) => "--slug",
            ("link", _) => "--link",
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
        arguments.push(format!("{option}={text}").into());
    }
    arguments.extend(last.map(OsString::from));
    arguments
}

/// Returns `--secret-file` and its value, for each secret of a case.
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
