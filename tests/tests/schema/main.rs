//! Tests the format of the vectors: every file must conform to `tests/vectors/schema.json`.

mod validator;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use visiono_workflow::Code;

use self::validator::Validator;

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn schema() -> Value {
    read(&conformance::own_folder().join("schema.json"))
}

fn validator() -> Validator {
    Validator::new(schema())
}

#[test]
fn every_file_conforms_to_the_schema() {
    let validator = validator();
    let mut checked = 0;
    for path in conformance::files(&conformance::own_folder()) {
        let file = read(&path);
        let errors = validator.errors(&file);
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        checked += 1;
    }
    assert_ne!(checked, 0);
}

/// Returns a valid case of every group.
fn examples() -> [Value; 9] {
    let sig = "0".repeat(64);
    let file = |group: &str, input: Value, output: Value| {
        json!({ "group": group, "cases": [
            { "id": 1, "comment": "c", "input": input, "result": "ok", "output": output },
        ]})
    };
    [
        file(
            "sign_link",
            json!({ "secret": "s", "slug": "a", "uv": "", "src": "", "ref": "", "ts": u64::MAX }),
            json!({ "sig": sig, "url": "https://visiono.io/s/a" }),
        ),
        file(
            "sign_return",
            json!({ "secrets": ["s"], "template": "", "sub": "", "uv": "", "ref": "", "cnt": 0,
                "ts": 0 }),
            json!({ "sig": sig, "url": "HTTP://localhost" }),
        ),
        file(
            "template",
            json!({ "template": "" }),
            json!({ "missing": ["signature"] }),
        ),
        file(
            "verify_link",
            json!({ "secrets": [], "url": "", "now": 0, "leeway": 1, "max_age": 2,
                "expect": { "ts": "0" } }),
            json!({ "uv": "u", "src": "s", "ref": "r", "ts": "0", "secret_index": 0 }),
        ),
        file(
            "verify_return",
            json!({ "secrets": [], "url": "", "now": 0, "template": "", "expect": { "cnt": "" } }),
            json!({ "sub": "s", "uv": "u", "ref": "r", "cnt": "0", "ts": "10", "secret_index": 1 }),
        ),
        file(
            "verify_return_pairs",
            json!({ "secrets": [], "pairs": { "ref": ["any", 1] }, "now": 0,
                "expect": { "sub": "" } }),
            json!({ "sub": "s", "uv": "u", "ref": "r", "cnt": "0", "ts": "10", "secret_index": 1 }),
        ),
        file(
            "webhook",
            json!({ "secrets": ["s"], "body_hex": "00ff", "header": "" }),
            json!({ "secret_index": 0 }),
        ),
        file(
            "webhook_receive",
            json!({ "secrets": ["s"], "body_hex": "00ff", "headers": [["a", "b"]], "now": 0,
                "max_age": 1, "require_timestamp": true }),
            json!({ "event": "a", "event_time": 1, "dedup_key": sig, "secret_index": 0,
                "link": { "uv": "u", "src": "s", "ref": "r" } }),
        ),
        file(
            "webhook_delivery",
            json!({ "secrets": ["s"], "body_hex": "00ff", "headers": [["a", "b"]], "now": 0,
                "max_age": 1, "leeway": 2, "require_timestamp": true,
                "return": { "sub": "", "uv": "", "ref": "" } }),
            json!({ "event": "a", "documented": true, "time": 1, "dedup_key": sig,
                "secret_index": 0, "is_test": true, "delivery_id": "d", "tenant_id": "t",
                "link": { "sub": "s", "uv": "u", "src": "s", "ref": "r" }, "data": "any",
                "matches": true }),
        ),
    ]
}

/// Collects the pointers to all places of a JSON value, from the outside to the inside.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(members) => members
            .iter()
            .for_each(|(name, value)| places(value, &format!("{at}/{name}"), into)),
        Value::Array(items) => (0..)
            .zip(items)
            .for_each(|(place, value)| places(value, &format!("{at}/{place}"), into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns `true` if a place may have another value, of those that the test below tries.
fn may_be(pointer: &str, other: &Value) -> bool {
    if pointer.contains("/pairs/") {
        return true;
    }
    let name = pointer.rsplit('/').next().unwrap_or_default();
    match name {
        "data" => true,
        "time" | "event_time" => other.is_null() || other.is_i64(),
        "now" => other.is_i64(),
        "link" | "delivery_id" | "tenant_id" => other.is_null(),
        "sub" => other.is_null() && pointer.contains("/link/"),
        "documented" | "require_timestamp" | "is_test" | "matches" => other.is_boolean(),
        _ => false,
    }
}

#[test]
fn the_schema_refuses_wrong_types_and_unknown_members() {
    let validator = validator();
    for example in examples() {
        assert!(validator.is_valid(&example), "{example:#}");
        let mut pointers = Vec::new();
        places(&example, "", &mut pointers);
        for pointer in pointers {
            for other in [json!(null), json!(true), json!(-1), json!(1.5)] {
                if may_be(&pointer, &other) {
                    continue;
                }
                let mut broken = example.clone();
                *broken.pointer_mut(&pointer).unwrap() = other;
                assert!(!validator.is_valid(&broken), "{pointer}: {broken:#}");
            }
            let mut broken = example.clone();
            if let Value::Object(members) = broken.pointer_mut(&pointer).unwrap() {
                members.insert("unknown".into(), json!(""));
                // Pairs may be anything that a stranger sent.
                let may_have = pointer.ends_with("/pairs");
                assert_eq!(
                    validator.is_valid(&broken),
                    may_have,
                    "{pointer}: {broken:#}"
                );
            }
        }
    }
}

#[test]
fn the_schema_refuses_a_case_with_a_missing_member() {
    let optional = [
        "/cases/0/input/header",
        "/cases/0/input/template",
        "/cases/0/input/expect",
        "/cases/0/input/leeway",
        "/cases/0/input/max_age",
        "/cases/0/input/require_timestamp",
        "/cases/0/input/return",
        "/cases/0/output/matches",
    ];
    let validator = validator();
    for example in examples() {
        let mut pointers = Vec::new();
        places(&example, "", &mut pointers);
        for pointer in pointers {
            let Some((parent, name)) = pointer.rsplit_once('/') else {
                continue;
            };
            let mut broken = example.clone();
            match broken.pointer_mut(parent).unwrap() {
                Value::Object(members) => members.remove(name),
                _ => continue,
            };
            let group = example["group"].as_str().unwrap();
            let may_lack = optional.contains(&pointer.as_str())
                && (name != "template" || group == "verify_return")
                || parent.ends_with("/expect")
                || pointer.contains("/pairs/");
            assert_eq!(
                validator.is_valid(&broken),
                may_lack,
                "{pointer}: {broken:#}"
            );
        }
    }
}

#[test]
fn the_schema_refuses_a_result_that_does_not_fit() {
    let validator = validator();
    let case = |group: &str, change: Value| {
        let mut example = examples()
            .into_iter()
            .find(|example| example["group"] == group)
            .unwrap();
        let case = example["cases"][0].as_object_mut().unwrap();
        for (name, value) in change.as_object().unwrap() {
            case.insert(name.clone(), value.clone());
        }
        if change["result"].is_string() && change["result"] != "ok" && change["output"].is_null() {
            case.remove("output");
        }
        validator.is_valid(&example)
    };
    for (group, change, fits) in [
        ("verify_link", json!({ "result": "expired" }), true),
        (
            "verify_link",
            json!({ "result": "expired", "names": ["ts"] }),
            false,
        ),
        (
            "verify_link",
            json!({ "result": "expired", "output": {} }),
            false,
        ),
        ("verify_link", json!({ "result": "ok", "names": [] }), false),
        (
            "verify_link",
            json!({ "result": "invalid_template" }),
            false,
        ),
        ("verify_link", json!({ "result": "nope" }), false),
        ("verify_link", json!({ "result": "panic" }), false),
        (
            "verify_link",
            json!({ "result": "missing_parameter", "names": ["uv", "ts"] }),
            true,
        ),
        (
            "verify_link",
            json!({ "result": "missing_parameter", "names": ["uv", "uv"] }),
            false,
        ),
        (
            "verify_link",
            json!({ "result": "missing_parameter", "names": [] }),
            false,
        ),
        (
            "verify_link",
            json!({ "result": "missing_parameter", "names": ["sub"] }),
            false,
        ),
        (
            "verify_link",
            json!({ "result": "missing_parameter", "names": ["unique_value"] }),
            false,
        ),
        (
            "verify_link",
            json!({ "result": "malformed_parameter", "names": ["uv"] }),
            true,
        ),
        (
            "verify_link",
            json!({ "result": "malformed_parameter", "names": ["uv", "ts"] }),
            false,
        ),
        (
            "verify_return",
            json!({ "result": "invalid_template", "names": [] }),
            true,
        ),
        (
            "verify_return",
            json!({ "result": "unexpected_value", "names": ["src"] }),
            false,
        ),
        (
            "sign_link",
            json!({ "result": "invalid_field", "names": ["slug"] }),
            true,
        ),
        (
            "sign_return",
            json!({ "result": "invalid_field", "names": ["slug"] }),
            false,
        ),
        ("sign_return", json!({ "result": "expired" }), false),
        ("template", json!({ "result": "invalid_template" }), true),
        ("template", json!({ "result": "invalid_field" }), false),
        (
            "webhook",
            json!({ "result": "malformed_parameter", "names": ["body"] }),
            true,
        ),
        ("webhook", json!({ "result": "expired" }), false),
        (
            "webhook_receive",
            json!({ "result": "missing_parameter", "names": ["timestamp"] }),
            true,
        ),
        (
            "webhook_receive",
            json!({ "result": "missing_parameter", "names": ["uv"] }),
            false,
        ),
        ("webhook_receive", json!({ "result": "expired" }), true),
        (
            "webhook_receive",
            json!({ "result": "invalid_field" }),
            false,
        ),
        (
            "verify_return_pairs",
            json!({ "result": "malformed_parameter", "names": ["ref"] }),
            true,
        ),
        (
            "verify_return_pairs",
            json!({ "result": "invalid_template" }),
            false,
        ),
        ("template", json!({ "id": 0 }), false),
        ("template", json!({ "comment": "" }), false),
        (
            "webhook",
            json!({ "output": { "secret_index": -1 } }),
            false,
        ),
    ] {
        assert_eq!(case(group, change.clone()), fits, "{group}: {change}");
    }
    for (group, pointer, other) in [
        ("sign_link", "/cases/0/output/sig", json!("0".repeat(63))),
        ("sign_link", "/cases/0/output/sig", json!("A".repeat(64))),
        ("sign_link", "/cases/0/output/url", json!("/s/a")),
        ("verify_link", "/cases/0/output/ts", json!("01")),
        ("verify_link", "/cases/0/output/uv", json!("")),
        ("webhook", "/cases/0/input/body_hex", json!("0")),
        ("webhook", "/cases/0/input/body_hex", json!("FF")),
        ("template", "/cases/0/output/missing/0", json!("source")),
        ("template", "/group", json!("webhook")),
        ("template", "/group", json!("templates")),
        ("template", "/cases", json!([])),
    ] {
        let mut example = examples()
            .into_iter()
            .find(|example| example["group"] == group)
            .unwrap();
        *example.pointer_mut(pointer).unwrap() = other;
        assert!(!validator.is_valid(&example), "{pointer}: {example:#}");
    }
    // Both a slug and a link, or both forms of a secret.
    for (name, value) in [("link", json!("https://a.example")), ("secrets", json!([]))] {
        let mut example = examples()[0].clone();
        example["cases"][0]["input"][name] = value;
        assert!(!validator.is_valid(&example), "{name}");
    }
}

/// A code that is added to the core must be added here too.
#[test]
fn the_schema_knows_the_codes_that_a_message_can_have() {
    let mut known = BTreeSet::new();
    for group in [
        "sign_link",
        "sign_return",
        "template",
        "verify_link",
        "verify_return",
        "verify_return_pairs",
        "webhook",
    ] {
        let results = &schema()["$defs"][group]["properties"]["result"]["enum"];
        let results = results.as_array().unwrap().iter();
        known.extend(results.map(|result| result.as_str().unwrap().to_owned()));
    }
    assert!(known.remove("ok"));
    let codes = Code::ALL
        .iter()
        .filter(|code| code.as_u32() < 300 || **code == Code::InvalidArgument);
    let codes: BTreeSet<_> = codes.map(|code| code.as_str().to_owned()).collect();
    assert_eq!(known, codes);
}
