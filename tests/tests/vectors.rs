//! Runs every vector against the core.

use std::fs;
use std::io::{self, Write};

use conformance::{Answer, Count, Input};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;
use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, DEFAULT_WEBHOOK_MAX_AGE, DeliveredLink, Error, ExpectLink,
    ExpectReturn, Field, Fields, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    VerifiedReturn, Webhook, WebhookHeaders, Workflow, WorkflowSecret, check_now, check_seconds,
    field_number,
};

type Runner = fn(&Input) -> Answer;

#[test]
fn every_vector_has_its_exact_result() {
    let counts = conformance::run(&conformance::folder(), runner);
    let counts = counts.unwrap_or_else(|wrong| panic!("{wrong}"));
    // Unlike `println!`, this is shown even if the test passes.
    let mut out = io::stdout().lock();
    writeln!(out, "\ngroup             cases  files").unwrap();
    for Count {
        group,
        cases,
        files,
    } in &counts
    {
        writeln!(out, "{group:16} {cases:>6} {files:>6}").unwrap();
    }
    // Another folder may have cases of some groups only.
    if conformance::folder() == conformance::own_folder() {
        let groups: Vec<_> = counts.iter().map(|count| count.group.as_str()).collect();
        assert_eq!(groups, GROUPS);
    }
}

/// The existing groups, in the order of their names.
const GROUPS: [&str; 9] = [
    "sign_link",
    "sign_return",
    "template",
    "verify_link",
    "verify_return",
    "verify_return_pairs",
    "webhook",
    "webhook_delivery",
    "webhook_receive",
];

fn runner(group: &str) -> Option<Runner> {
    Some(match group {
        "sign_link" => |input| answer(sign_link(input)),
        "sign_return" => |input| answer(sign_return(input)),
        "template" => |input| answer(template(input)),
        "verify_link" => |input| answer(verify_link(input)),
        "verify_return" => |input| answer(verify_return(input)),
        "verify_return_pairs" => |input| answer(verify_return_pairs(input)),
        "webhook" => |input| answer(webhook(input)),
        "webhook_delivery" => |input| answer(webhook_delivery(input)),
        "webhook_receive" => |input| answer(webhook_receive(input)),
        _ => return None,
    })
}

/// Returns a folder with one file for each of the texts.
fn folder_of(files: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (place, text) in files.iter().enumerate() {
        fs::write(folder.path().join(format!("{place}.json")), text).unwrap();
    }
    folder
}

const ONE_CASE: &str = r#"{"group": "template", "cases": [
    {"id": 1, "comment": "none", "input": {"template": ""}, "result": "invalid_template"}]}"#;

#[test]
fn files_of_one_group_are_counted_together() {
    let folder = folder_of(&[ONE_CASE, &ONE_CASE.replace("1,", "2,")]);
    let count = Count {
        group: "template".into(),
        cases: 2,
        files: 2,
    };
    assert_eq!(conformance::run(folder.path(), runner), Ok(vec![count]));
}

#[test]
fn a_case_that_is_not_run_fails() {
    let wrong = |files: &[&str]| conformance::run(folder_of(files).path(), runner).unwrap_err();
    assert!(wrong(&[]).starts_with("no vectors in "));
    assert_eq!(
        wrong(&[ONE_CASE, &ONE_CASE.replace("template", "sing_link")]),
        "no runner for the vectors of group \"sing_link\"",
    );
    assert_eq!(
        wrong(&[r#"{"group": "template", "cases": []}"#]),
        "a file of group \"template\" has no cases",
    );
    assert_eq!(wrong(&[ONE_CASE, ONE_CASE]), "template 1 is there twice");
}

#[test]
fn a_different_answer_fails() {
    let good = r#"{"id": 1, "comment": "c", "input": {"template": "https://a.example/{signature}"},
        "result": "ok", "output": {"missing":
        ["submission_id", "unique_value", "reference", "photo_count", "timestamp"]}}"#;
    let bad = r#"{"id": 1, "comment": "c", "names": ["slug"], "result": "invalid_field", "input": {
        "secret": "0123456789abcdef", "slug": "/", "uv": "u", "src": "s", "ref": "r", "ts": 1}}"#;
    let file = |group: &str, case: &str| format!(r#"{{"group": "{group}", "cases": [{case}]}}"#);
    let run =
        |group: &str, case: &str| conformance::run(folder_of(&[&file(group, case)]).path(), runner);
    assert!(run("template", good).is_ok());
    assert!(run("sign_link", bad).is_ok());
    for (group, case) in [
        ("template", good.replace(r#""ok""#, r#""invalid_template""#)),
        ("template", good.replace(r#", "timestamp""#, "")),
        ("template", good.replace("timestamp", "signature")),
        ("template", good.replace("output", "outputs")),
        ("template", good.replace("{signature}", "{nope}")),
        ("sign_link", bad.replace(r#"["slug"]"#, "[]")),
        ("sign_link", bad.replace(r#"["slug"]"#, r#"["uv"]"#)),
        ("sign_link", bad.replace("invalid_field", "invalid_url")),
        ("sign_link", bad.replace(r#""/""#, r#""a""#)),
    ] {
        let wrong = run(group, &case).unwrap_err();
        assert!(wrong.starts_with(&format!("{group} 1: c\n")), "{wrong}");
    }
}

/// Tests that the signatures of the vectors are plain HMAC-SHA256.
#[test]
fn signatures_are_those_of_the_documented_snippet() {
    let mut checked = 0;
    for group in conformance::groups_in(&conformance::own_folder()) {
        let names: &[&str] = match group.group.as_str() {
            "sign_link" => &["uv", "src", "ref", "ts"],
            "sign_return" => &["sub", "uv", "ref", "cnt", "ts"],
            _ => continue,
        };
        for case in &group.cases {
            let Some(output) = &case.answer.output else {
                continue;
            };
            let fields = names.iter().map(|name| match &case.input[*name] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            let payload = fields.collect::<Vec<_>>().join("|");
            let secret = match case.input.get("secrets") {
                Some(secrets) => &secrets[0],
                None => &case.input["secret"],
            };
            let key = secret.as_str().unwrap().as_bytes();
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            mac.update(payload.as_bytes());
            let sig = hex::encode(mac.finalize().into_bytes());
            assert_eq!(output["sig"], *sig, "{} {}", group.group, case.id);
            checked += 1;
        }
    }
    assert_ne!(checked, 0);
}

fn answer(answer: Result<Answer, Error>) -> Answer {
    answer.unwrap_or_else(|error| refusal(&error))
}

fn refusal(error: &Error) -> Answer {
    Answer {
        result: error.code().as_str().into(),
        names: Some(error.parameters().map(Into::into).collect()),
        output: None,
    }
}

fn done(output: Value) -> Result<Answer, Error> {
    let Value::Object(output) = output else {
        panic!("an output is an object");
    };
    Ok(Answer {
        result: "ok".into(),
        names: None,
        output: Some(output),
    })
}

fn text<'v>(input: &'v Input, name: &str) -> &'v str {
    input[name].as_str().expect("text")
}

/// Returns an integer, which may exceed any integer type of a language.
fn integer(input: &Input, name: &str) -> i128 {
    let number = input[name].as_number().expect("a number");
    number.as_i128().unwrap_or(i128::MAX)
}

fn number(input: &Input, name: &str) -> u64 {
    field_number(integer(input, name))
}

fn now(input: &Input) -> Result<u64, Error> {
    check_now(integer(input, "now"))
}

fn seconds(input: &Input, name: &str, default: u64) -> Result<u64, Error> {
    match input.contains_key(name) {
        true => check_seconds(integer(input, name)),
        false => Ok(default),
    }
}

/// Returns the texts of the secrets, as a program has them.
fn secrets(input: &Input) -> impl Iterator<Item = Option<&str>> {
    let several = input.get("secrets").map(|secrets| secrets.as_array());
    let several = several.map(|secrets| secrets.expect("secrets").as_slice());
    let secrets = several.unwrap_or_else(|| std::slice::from_ref(&input["secret"]));
    secrets.iter().map(Value::as_str)
}

fn workflow(input: &Input) -> Result<Workflow, Error> {
    let max_age = seconds(input, "max_age", DEFAULT_MAX_AGE)?;
    let leeway = seconds(input, "leeway", DEFAULT_LEEWAY)?;
    Ok(Workflow::from_texts(secrets(input))?
        .max_age(max_age)
        .leeway(leeway))
}

fn web_hook(input: &Input) -> Result<Webhook, Error> {
    let max_age = seconds(input, "max_age", DEFAULT_WEBHOOK_MAX_AGE)?;
    let leeway = seconds(input, "leeway", DEFAULT_LEEWAY)?;
    let required = input.get("require_timestamp").is_some_and(|on| on == true);
    Ok(Webhook::from_texts(secrets(input))?
        .max_age(max_age)
        .leeway(leeway)
        .require_timestamp(required))
}

fn headers(input: &Input) -> WebhookHeaders<'_> {
    let headers = input["headers"].as_array().expect("headers").iter();
    headers
        .map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap()))
        .collect()
}

fn expected(input: &Input) -> impl Iterator<Item = (Field, &str)> {
    let expect = input.get("expect").and_then(Value::as_object);
    expect.into_iter().flatten().map(|(name, value)| {
        let field = Field::from_name(name).expect("the name of a field");
        (field, value.as_str().expect("text"))
    })
}

fn sign_link(input: &Input) -> Result<Answer, Error> {
    let workflow = workflow(input)?;
    let url = match input.get("slug") {
        Some(slug) => LinkUrl::from_slug(slug.as_str().expect("text"))?,
        None => LinkUrl::parse(text(input, "link"))?,
    };
    let signed = workflow.sign_link(
        &url,
        &LinkFields {
            unique_value: text(input, "uv"),
            source: text(input, "src"),
            reference: text(input, "ref"),
            timestamp: number(input, "ts"),
        },
    )?;
    done(json!({ "sig": signed.signature().as_str(), "url": signed.to_string() }))
}

fn sign_return(input: &Input) -> Result<Answer, Error> {
    let workflow = workflow(input)?;
    let template = RedirectTemplate::parse(text(input, "template"))?;
    let signed = workflow.sign_return(
        &template,
        &ReturnFields {
            submission_id: text(input, "sub"),
            unique_value: text(input, "uv"),
            reference: text(input, "ref"),
            photo_count: number(input, "cnt"),
            timestamp: number(input, "ts"),
        },
    )?;
    done(json!({ "sig": signed.signature().as_str(), "url": signed.to_string() }))
}

fn template(input: &Input) -> Result<Answer, Error> {
    let template = RedirectTemplate::parse(text(input, "template"))?;
    let names = |fields: Fields| fields.iter().map(Field::long_name).collect::<Vec<_>>();
    done(json!({ "missing": names(template.missing()) }))
}

fn verify_link(input: &Input) -> Result<Answer, Error> {
    let now = now(input)?;
    let expect = expected(input).try_fold(ExpectLink::new(), |expect, (field, text)| {
        expect.field(field, Some(text.into()))
    })?;
    let workflow = workflow(input)?;
    let link = workflow.verify_link(text(input, "url"), now, &expect)?;
    done(json!({
        "uv": link.unique_value().to_string(),
        "src": link.source().to_string(),
        "ref": link.reference().to_string(),
        "ts": link.timestamp().to_string(),
        "secret_index": link.secret_index(),
    }))
}

fn verify_return(input: &Input) -> Result<Answer, Error> {
    let now = now(input)?;
    let expect = expected(input).try_fold(ExpectReturn::new(), |expect, (field, text)| {
        expect.field(field, Some(text.into()))
    })?;
    let workflow = workflow(input)?;
    let template = input
        .get("template")
        .map(|template| RedirectTemplate::parse(template.as_str().expect("text")))
        .transpose()?;
    let verified = workflow.verify_return(text(input, "url"), template.as_ref(), now, &expect)?;
    done(verified_return(&verified))
}

fn verified_return(verified: &VerifiedReturn<'_>) -> Value {
    json!({
        "sub": verified.submission_id().to_string(),
        "uv": verified.unique_value().to_string(),
        "ref": verified.reference().to_string(),
        "cnt": verified.photo_count().to_string(),
        "ts": verified.timestamp().to_string(),
        "secret_index": verified.secret_index(),
    })
}

/// Passes the pairs as a binding to a dynamic language does.
fn verify_return_pairs(input: &Input) -> Result<Answer, Error> {
    let now = now(input)?;
    let expect = expected(input).try_fold(ExpectReturn::new(), |expect, (field, text)| {
        expect.field(field, Some(text.into()))
    })?;
    let workflow = workflow(input)?;
    let mut pairs: Vec<(&[u8], Option<&[u8]>)> = Vec::new();
    for (name, value) in input["pairs"].as_object().expect("pairs") {
        let name = name.as_bytes();
        match value {
            Value::Null => {}
            Value::String(text) => pairs.push((name, Some(text.as_bytes()))),
            Value::Array(list) if list.iter().all(Value::is_string) => {
                let texts = list.iter().map(|text| text.as_str().map(str::as_bytes));
                pairs.extend(texts.map(|text| (name, text)));
            }
            _ => pairs.push((name, None)),
        }
    }
    let verified = workflow.verify_return(pairs.as_slice(), None, now, &expect)?;
    done(verified_return(&verified))
}

fn webhook(input: &Input) -> Result<Answer, Error> {
    let webhook = web_hook(input)?;
    let body = hex::decode(text(input, "body_hex")).expect("hexadecimal digits");
    let header = input
        .get("header")
        .map(|header| header.as_str().expect("text").as_bytes());
    let verified = webhook.verify(&body, header)?;
    done(json!({ "secret_index": verified.secret_index() }))
}

fn webhook_receive(input: &Input) -> Result<Answer, Error> {
    let now = now(input)?;
    let webhook = web_hook(input)?;
    let body = hex::decode(text(input, "body_hex")).expect("hexadecimal digits");
    let delivery = webhook.receive(&body, &headers(input), now)?;
    done(json!({
        "event": delivery.event_name(),
        "event_time": delivery.event_time(),
        "dedup_key": delivery.dedup_key(),
        "secret_index": delivery.secret_index(),
        "link": delivery.link().map(|link| json!({
            "uv": link.unique_value(),
            "src": link.source(),
            "ref": link.reference(),
        })),
    }))
}

fn webhook_delivery(input: &Input) -> Result<Answer, Error> {
    let now = now(input)?;
    let webhook = web_hook(input)?;
    let body = hex::decode(text(input, "body_hex")).expect("hexadecimal digits");
    let delivery = webhook.receive(&body, &headers(input), now)?;
    let mut output = json!({
        "event": delivery.event_name(),
        "documented": delivery.event().is_some(),
        "time": delivery.event_time(),
        "dedup_key": delivery.dedup_key(),
        "secret_index": delivery.secret_index(),
        "is_test": delivery.is_test(),
        "delivery_id": delivery.unauthenticated_delivery_id(),
        "tenant_id": delivery.unauthenticated_tenant_id(),
        "link": delivery.link().map(|link| json!({
            "sub": link.submission_id(),
            "uv": link.unique_value(),
            "src": link.source(),
            "ref": link.reference(),
        })),
        "data": delivery.data_as::<Value>().expect("JSON"),
    });
    if let Some(fields) = input.get("return") {
        let fields = fields.as_object().expect("fields");
        output["matches"] = json!(delivery.link().is_some_and(|link| matches(&link, fields)));
    }
    done(output)
}

/// Compares the link with a return that was really verified, as a binding does.
fn matches(link: &DeliveredLink<'_>, fields: &Input) -> bool {
    let secret = WorkflowSecret::new("0123456789abcdef").expect("a secret");
    let workflow = Workflow::new(secret).expect("a workflow");
    let template = RedirectTemplate::parse("https://a.example/").expect("a template");
    let fields = ReturnFields {
        submission_id: text(fields, "sub"),
        unique_value: text(fields, "uv"),
        reference: text(fields, "ref"),
        photo_count: 1,
        timestamp: 0,
    };
    let url = workflow.sign_return(&template, &fields).expect("a return");
    let url = url.to_string();
    let verified = workflow.verify_return(&url, None, 0, &ExpectReturn::new());
    let matches = link.matches(&verified.expect("a good return"));

    let kept = DeliveredLink::from_texts(
        link.submission_id(),
        link.unique_value(),
        link.source(),
        link.reference(),
    );
    assert_eq!(kept, *link);
    assert_eq!(
        kept.matches_texts(fields.submission_id, fields.unique_value, fields.reference),
        matches
    );
    matches
}
