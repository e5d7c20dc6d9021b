//! The first inputs of a fuzzer, made from the vectors.

use std::slice;

use conformance::{Group, Input, groups_in, own_folder};
use form_urlencoded::Serializer;
use serde_json::Value;

use crate::input::SEPARATOR;

/// Returns the inputs of a target that are made from the project's vectors.
pub(crate) fn of(target: &str) -> Vec<Vec<u8>> {
    let mut seeds: Vec<_> = groups_in(&own_folder())
        .iter()
        .flat_map(|Group { group, cases }| {
            cases
                .iter()
                .flat_map(|case| of_case(target, group, &case.input))
        })
        .filter(|seed| seed.len() <= LONGEST)
        .collect();
    seeds.sort();
    seeds.dedup();
    seeds
}

/// The maximum length. A longer input only slows the fuzzer down.
const LONGEST: usize = 2048;

fn of_case(target: &str, group: &str, input: &Input) -> Vec<Vec<u8>> {
    let text = |name: &str| match input.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let expect = |names: &[&str]| -> Vec<String> {
        let expected = input.get("expect");
        let value = |name: &&str| expected?.get(name)?.as_str();
        let marked = |text| format!("={text}");
        names
            .iter()
            .map(|name| value(name).map_or_else(String::new, marked))
            .collect()
    };
    let arguments = || ["now", "max_age", "leeway"].map(text);
    let link = ["uv", "src", "ref", "ts"];
    let done = ["sub", "uv", "ref", "cnt", "ts"];
    match (target, group) {
        ("query", "verify_link" | "verify_return") => {
            let url = text("url");
            vec![unsigned(&url, "{sig}").into_bytes(), url.into_bytes()]
        }
        ("query", "verify_return_pairs") => vec![query(input)],
        ("query", "sign_link") => vec![text("link").into_bytes()],
        ("secret", _) => match input.get("secrets") {
            Some(Value::Array(secrets)) => secrets
                .iter()
                .filter_map(|secret| Some(secret.as_str()?.as_bytes().to_vec()))
                .collect(),
            _ => vec![text("secret").into_bytes()],
        },
        ("template", "template" | "sign_return" | "verify_return") => {
            vec![join(
                &[vec![text("template")], done.map(text).to_vec()].concat(),
            )]
        }
        ("verify_link", "sign_link") => {
            vec![join(
                &[link.map(text).to_vec(), vec![text("link")]].concat(),
            )]
        }
        ("verify_link", "verify_link") => {
            let fields = ["ABC123", "zendesk", "ticket-456", "1705500000", ""].map(str::to_owned);
            vec![join(
                &[fields.to_vec(), expect(&link), arguments().to_vec()].concat(),
            )]
        }
        ("verify_return", "sign_return") => {
            vec![join(
                &[done.map(text).to_vec(), vec![text("template")]].concat(),
            )]
        }
        ("verify_return", "verify_return") => {
            let fields = ["pls_123", "ABC123", "ticket-456", "5", "1705500100"].map(str::to_owned);
            let template = match text("template") {
                none if none.is_empty() => "https://a.example/done".into(),
                template => template,
            };
            vec![join(
                &[
                    fields.to_vec(),
                    vec![template],
                    expect(&done),
                    arguments().to_vec(),
                ]
                .concat(),
            )]
        }
        ("webhook", "webhook" | "webhook_receive" | "webhook_delivery") => ["{sig}", "{old}"]
            .map(|second| webhook(input, second, &arguments(), &[]))
            .into(),
        ("explain", "verify_link" | "verify_return") => {
            let (_, kind) = group.split_at("verify_".len());
            let first = input.get("secrets").and_then(|secrets| secrets[0].as_str());
            let secret = first.unwrap_or_default().to_owned();
            let template = input.get("template").and_then(Value::as_str);
            let template = template.map_or_else(String::new, |text| format!("={text}"));
            let nothing = String::new;
            vec![join(&[
                kind.to_owned(),
                secret,
                nothing(),
                template,
                nothing(),
                text("url"),
            ])]
        }
        ("explain", "webhook" | "webhook_receive") => vec![explained(input)],
        ("c_delivery", "webhook" | "webhook_receive" | "webhook_delivery") => {
            let pointer = "/data/permanent_link_submission/id";
            let pointers = [pointer, "/data/photos/0/url"].map(str::to_owned);
            vec![webhook(input, "{sig}", &[text("now")], &pointers)]
        }
        ("c_boundary", _) => {
            let first = input.get("secrets").and_then(|secrets| secrets[0].as_str());
            let secret = first.map_or_else(|| text("secret"), str::to_owned);
            c_boundary(group, &text, secret)
        }
        _ => Vec::new(),
    }
}

/// Returns the text with its signature replaced.
fn unsigned(url: &str, sig: &str) -> String {
    let is_signature = |at: &usize| {
        let digits = url.as_bytes().get(*at..at + 64);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    match (0..url.len()).find(is_signature) {
        Some(at) => format!("{}{sig}{}", &url[..at], &url[at + 64..]),
        None => url.into(),
    }
}

/// Returns the decoded pairs of a case as a query.
fn query(input: &Input) -> Vec<u8> {
    let mut query = Serializer::new(String::from("?"));
    let pairs = input.get("pairs").and_then(Value::as_object);
    for (name, value) in pairs.into_iter().flatten() {
        let list = value
            .as_array()
            .map_or(slice::from_ref(value), Vec::as_slice);
        for text in list.iter().filter_map(Value::as_str) {
            query.append_pair(name, text);
        }
    }
    unsigned(&query.finish(), "{sig}").into_bytes()
}

fn join(chunks: &[String]) -> Vec<u8> {
    let chunks: Vec<_> = chunks.iter().map(String::as_bytes).collect();
    chunks.join(&SEPARATOR)
}

/// Returns the headers, the chunks `arguments`, `dated` if a timestamp is required, the chunks
/// `others`, and the body. Signatures are replaced by marks: that of the first secret by `{sig}`,
/// another by `second`.
fn webhook(input: &Input, second: &str, arguments: &[String], others: &[String]) -> Vec<u8> {
    let mut headers = String::new();
    let mut sig = "{sig}";
    let list = input.get("headers").and_then(Value::as_array);
    for header in list.into_iter().flatten() {
        let [name, value] = [0, 1].map(|place| header[place].as_str().unwrap_or_default());
        let replaced = unsigned(value, sig);
        if replaced != value {
            sig = second;
        }
        headers += &format!("{name}: {replaced}\n");
    }
    if let Some(value) = input.get("header").and_then(Value::as_str) {
        headers += &format!("X-Visiono-Signature: {}\n", unsigned(value, sig));
    }
    let dated = match input.get("require_timestamp") {
        Some(Value::Bool(true)) => "dated",
        _ => "",
    };
    let body = input["body_hex"].as_str().unwrap_or_default();
    let body = hex::decode(body).unwrap_or_default();
    let chunks = [&[headers], arguments, &[dated.to_owned()], others].concat();
    let mut seed = join(&chunks);
    seed.push(SEPARATOR);
    seed.extend(body);
    seed
}

/// Returns the first secret, the first header, which usually has the signature, and the body.
fn explained(input: &Input) -> Vec<u8> {
    let secret = input.get("secrets").and_then(|secrets| secrets[0].as_str());
    let header = input
        .get("header")
        .or(input.get("headers").map(|headers| &headers[0][1]));
    let header = header.and_then(Value::as_str).unwrap_or_default();
    let body = hex::decode(input["body_hex"].as_str().unwrap_or_default());
    let chunks = ["webhook", secret.unwrap_or_default(), "", "", header, ""].map(str::to_owned);
    [join(&chunks), body.unwrap_or_default()].concat()
}

/// Returns a script that passes the texts of a case to the relevant operations, through the
/// library's ordinary functions and through the packed ones.
fn c_boundary(group: &str, text: &impl Fn(&str) -> String, secret: String) -> Vec<Vec<u8>> {
    // The first text is the secret, without limits of time; the second is the template.
    const START: [u8; 12] = [1, 5, 0, 1, 2, 1, 2, 1, 5, 1, 1, 1];
    // A buffer that is large enough, and an error object.
    const BUFFER: [u8; 4] = [3, 0, 5, 1];
    let (names, operations): (&[&str], &[&[u8]]) = match group {
        "sign_link" => (
            &["slug", "link", "uv", "src", "ref", "ts"],
            &[
                &[1, 0, 5, 3, 5, 4, 5, 5, 5, 6, 1, 4, 7],
                &BUFFER,
                &[1, 5, 2, 0, 5, 4, 5, 5, 5, 6, 2, 4, 7],
                &BUFFER,
                &[6, 3, 4, 7, 0, 1, 4, 1, 5, 1, 6, 1, 2, 1, 3, 5],
                &[6, 3, 4, 7, 0, 1, 4, 1, 5, 1, 6, 1, 2, 5, 3, 1],
            ],
        ),
        "sign_return" => (
            &["sub", "uv", "ref", "cnt", "ts"],
            &[
                &[2, 5, 2, 5, 3, 5, 4, 4, 5, 4, 6],
                &BUFFER,
                &[6, 4, 5, 4, 6, 1, 1, 2, 1, 3, 1, 4, 1],
            ],
        ),
        "template" => (&[], &[]),
        "verify_link" => (
            &["url"],
            &[
                &[3, 5, 2, 0, 3, 1],
                &[3, 5, 2, 1, 0, 5, 2, 0, 0, 3, 1],
                &[7, 3, 0, 1, 2, 1, 0, 1, 0, 1, 0, 1, 0, 1],
                &[5, 1, 5, 2, 5, 2],
                &BUFFER,
            ],
        ),
        "verify_return" => (
            &["url"],
            &[
                &[4, 5, 2, 1, 0, 3, 1],
                &[4, 5, 2, 0, 1, 0, 5, 2, 0, 0, 0, 3, 1],
                &[7, 3, 1, 1, 2, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
            ],
        ),
        "webhook_delivery" => (&["body_hex"], &[&[8, 1, 5, 0, 0, 0, 1, 5, 2], &BUFFER]),
        _ => return Vec::new(),
    };
    let script = [&START, &*operations.concat()].concat();
    let names = names.iter().map(|name| text(name));
    let texts: Vec<_> = [secret, text("template")]
        .into_iter()
        .chain(names)
        .collect();
    vec![[&*script, &[SEPARATOR], &join(&texts)].concat()]
}
