//! Every vector, against the core.

use conformance::{Answer, Case};
use serde_json::{Map, Value, json};
use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, Error, ExpectLink, ExpectReturn, Field, Fields, LinkFields,
    LinkUrl, RedirectTemplate, ReturnFields, Webhook, WebhookSecret, Workflow, WorkflowSecret,
};

#[test]
fn every_vector_has_its_exact_result() {
    let mut failures = Vec::new();
    for group in conformance::groups() {
        let run = runner(&group.group);
        let mut ran = 0;
        for case in &group.cases {
            let answer = run(&case.input).unwrap_or_else(|error| refusal(&error));
            if let Some(difference) = difference(case, &answer) {
                failures.push(format!("{} {}: {difference}", group.group, case.id));
            }
            ran += 1;
        }
        println!("{}: {ran} cases", group.group);
        assert_eq!(ran, group.cases.len(), "{}", group.group);
        assert_ne!(ran, 0, "{} has no cases", group.group);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

type Runner = fn(&Map<String, Value>) -> Result<Answer, Error>;

fn runner(group: &str) -> Runner {
    match group {
        "sign_link" => sign_link,
        "sign_return" => sign_return,
        "template" => template,
        "verify_link" => verify_link,
        "verify_return" => verify_return,
        "webhook" => webhook,
        other => panic!("no runner for the vectors of group {other:?}"),
    }
}

/// The result has to be the same, and the output and names too, where the case has them.
fn difference(case: &Case, answer: &Answer) -> Option<String> {
    let wanted = &case.answer;
    let same = wanted.result == answer.result
        && (wanted.names.is_none() || wanted.names == answer.names)
        && wanted.output == answer.output;
    (!same).then(|| format!("{}\n  wanted {wanted:?}\n  got    {answer:?}", case.comment))
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

fn text<'v>(input: &'v Map<String, Value>, name: &str) -> &'v str {
    input[name].as_str().expect("text")
}

fn number(input: &Map<String, Value>, name: &str) -> u64 {
    input[name].as_u64().expect("a number")
}

fn secrets<T>(
    input: &Map<String, Value>,
    new: fn(&str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let texts = match &input.get("secrets") {
        Some(secrets) => secrets.as_array().expect("secrets").iter().collect(),
        None => vec![&input["secret"]],
    };
    let texts = texts.into_iter();
    texts
        .map(|secret| new(secret.as_str().expect("text")))
        .collect()
}

fn workflow(input: &Map<String, Value>) -> Result<Workflow<Vec<WorkflowSecret>>, Error> {
    let seconds = |name, default| input.get(name).map_or(default, |_| number(input, name));
    Ok(Workflow::new(secrets(input, WorkflowSecret::new)?)?
        .max_age(seconds("max_age", DEFAULT_MAX_AGE))
        .leeway(seconds("leeway", DEFAULT_LEEWAY)))
}

fn expected(input: &Map<String, Value>) -> impl Iterator<Item = (Field, &str)> {
    let expect = input.get("expect").and_then(Value::as_object);
    expect.into_iter().flatten().map(|(name, value)| {
        let field = Field::from_name(name).expect("the name of a field");
        (field, value.as_str().expect("text"))
    })
}

fn sign_link(input: &Map<String, Value>) -> Result<Answer, Error> {
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

fn sign_return(input: &Map<String, Value>) -> Result<Answer, Error> {
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

fn template(input: &Map<String, Value>) -> Result<Answer, Error> {
    let template = RedirectTemplate::parse(text(input, "template"))?;
    let names = |fields: Fields| fields.iter().map(Field::long_name).collect::<Vec<_>>();
    done(json!({ "missing": names(template.missing()) }))
}

fn verify_link(input: &Map<String, Value>) -> Result<Answer, Error> {
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

fn verify_return(input: &Map<String, Value>) -> Result<Answer, Error> {
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

fn webhook(input: &Map<String, Value>) -> Result<Answer, Error> {
    let webhook = Webhook::new(secrets(input, WebhookSecret::new)?)?;
    let body = hex::decode(text(input, "body_hex")).expect("hexadecimal digits");
    let header = input
        .get("header")
        .map(|header| header.as_str().expect("text"));
    let verified = webhook.verify(&body, header)?;
    done(json!({ "secret_index": verified.secret_index() }))
}
