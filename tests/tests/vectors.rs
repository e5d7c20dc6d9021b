//! Every vector, against the core.

use std::fs;
use std::io::{self, Write};

use conformance::{Answer, Count, Input};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;
use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, DEFAULT_WEBHOOK_MAX_AGE, DeliveredLink, Error, ExpectLink,
    ExpectReturn, Field, Fields, LinkFields, LinkUrl, RedirectTemplate, ReturnFields, Webhook,
    WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret,
};

type Runner = fn(&Input) -> Answer;

#[test]
fn every_vector_has_its_exact_result() {
    let counts = conformance::run(&conformance::folder(), runner);
    let counts = counts.unwrap_or_else(|wrong| panic!("{wrong}"));
    // Unlike `println!`, this is shown when the test passes as well.
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

/// The groups that there are, in the order of their names.
const GROUPS: [&str; 7] = [
    "sign_link",
    "sign_return",
    "template",
    "verify_link",
    "verify_return",
    "webhook",
    "webhook_delivery",
];

fn runner(group: &str) -> Option<Runner> {
    Some(match group {
        "sign_link" => |input| answer(sign_link(input)),
        "sign_return" => |input| answer(sign_return(input)),
        "template" => |input| answer(template(input)),
        "verify_link" => |input| answer(verify_link(input)),
        "verify_return" => |input| answer(verify_return(input)),
        "webhook" => |input| answer(webhook(input)),
        "webhook_delivery" => |input| answer(webhook_delivery(input)),
        _ => return None,
    })
}

/// A folder with one file for each of the texts.
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
fn what_is_not_run_fails() {
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
fn what_differs_fails() {
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

/// The signatures that the vectors ask for are HMAC-SHA256 as anybody would write it.
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

fn number(input: &Input, name: &str) -> u64 {
    input[name].as_u64().expect("a number")
}

fn secrets<T>(input: &Input, new: fn(&str) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    let texts = match &input.get("secrets") {
        Some(secrets) => secrets.as_array().expect("secrets").iter().collect(),
        None => vec![&input["secret"]],
    };
    let texts = texts.into_iter();
    texts
        .map(|secret| new(secret.as_str().expect("text")))
        .collect()
}

fn workflow(input: &Input) -> Result<Workflow<Vec<WorkflowSecret>>, Error> {
    let seconds = |name, default| input.get(name).map_or(default, |_| number(input, name));
    Ok(Workflow::new(secrets(input, WorkflowSecret::new)?)?
        .max_age(seconds("max_age", DEFAULT_MAX_AGE))
        .leeway(seconds("leeway", DEFAULT_LEEWAY)))
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
    let workflow = workflow(input)?;
    let expect = expected(input).try_fold(ExpectLink::new(), |expect, (field, text)| {
        expect.field(field, text)
    })?;
    let link = workflow.verify_link(text(input, "url"), &expect, number(input, "now"))?;
    done(json!({
        "uv": link.unique_value().to_string(),
        "src": link.source().to_string(),
        "ref": link.reference().to_string(),
        "ts": link.timestamp().to_string(),
        "secret_index": link.secret_index(),
    }))
}

fn verify_return(input: &Input) -> Result<Answer, Error> {
    let workflow = workflow(input)?;
    let template = input
        .get("template")
        .map(|template| RedirectTemplate::parse(template.as_str().expect("text")))
        .transpose()?;
    let expect = expected(input).try_fold(ExpectReturn::new(), |expect, (field, text)| {
        expect.field(field, text)
    })?;
    let done_return = workflow.verify_return(
        text(input, "url"),
        template.as_ref(),
        &expect,
        number(input, "now"),
    )?;
    done(json!({
        "sub": done_return.submission_id().to_string(),
        "uv": done_return.unique_value().to_string(),
        "ref": done_return.reference().to_string(),
        "cnt": done_return.photo_count().to_string(),
        "ts": done_return.timestamp().to_string(),
        "secret_index": done_return.secret_index(),
    }))
}

fn webhook(input: &Input) -> Result<Answer, Error> {
    let webhook = Webhook::new(secrets(input, WebhookSecret::new)?)?;
    let body = hex::decode(text(input, "body_hex")).expect("hexadecimal digits");
    let header = input
        .get("header")
        .map(|header| header.as_str().expect("text"));
    let verified = webhook.verify(&body, header)?;
    done(json!({ "secret_index": verified.secret_index() }))
}

fn webhook_delivery(input: &Input) -> Result<Answer, Error> {
    let or = |name: &str, default: u64| input.get(name).map_or(default, |_| number(input, name));
    let freshness = input.get("freshness").is_none_or(|on| on == true);
    let webhook = Webhook::new(secrets(input, WebhookSecret::new)?)?
        .max_age(or("max_age", DEFAULT_WEBHOOK_MAX_AGE))
        .leeway(or("leeway", DEFAULT_LEEWAY))
        .freshness(freshness);
    let body = hex::decode(text(input, "body_hex")).expect("hexadecimal digits");
    let headers = input["headers"].as_array().expect("headers").iter();
    let headers: WebhookHeaders<'_> = headers
        .map(|header| (header[0].as_str().unwrap(), header[1].as_str().unwrap()))
        .collect();
    let delivery = webhook.receive(&body, &headers, number(input, "now"))?;
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

/// Compares the link with a return that really was verified, as a binding does too.
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
    let verified = workflow.verify_return(&url, None, &ExpectReturn::new(), 0);
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
