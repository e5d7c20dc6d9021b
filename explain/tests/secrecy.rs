//! Tests that no output of any row contains a secret, a part of one, a derived key or a right
//! signature.

mod common;

use common::{Made, Program, base64, hex, keys_and_forms, others, texts, urls, webhook_forms};
use visiono_workflow_explain::{Diagnosis, Input, Message, Request, explain};

/// The length of the shortest part that is searched for, in bytes.
const PART: usize = 8;

/// Returns all outputs of a diagnosis.
fn outputs(diagnosis: &Diagnosis) -> String {
    let json = serde_json::to_string(diagnosis).unwrap();
    let pretty = serde_json::to_string_pretty(diagnosis).unwrap();
    format!("{diagnosis}\n{diagnosis:?}\n{diagnosis:#?}\n{json}\n{pretty}").to_lowercase()
}

/// Returns the parts of a text that must not be written.
fn parts(text: &[u8]) -> impl Iterator<Item = String> {
    let lower = text.to_ascii_lowercase();
    let windows: Vec<Vec<u8>> = lower.windows(PART).map(<[u8]>::to_vec).collect();
    windows
        .into_iter()
        .filter_map(|window| String::from_utf8(window).ok())
}

/// Returns the usual encodings of a part of a text.
fn encoded(part: &[u8]) -> Vec<String> {
    let each = |write: fn(u8) -> String| part.iter().map(|byte| write(*byte)).collect();
    let mut encoded: Vec<String> = vec![
        each(|byte| format!("%{byte:02x}")),
        each(|byte| format!("={byte:02x}")),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("\\\\u{byte:04x}")),
        each(|byte| format!("\\x{byte:02x}")),
        each(|byte| format!("&#{byte};")),
        each(|byte| format!("&#x{byte:x};")),
        each(|byte| format!("{byte},")),
        each(|byte| format!("{byte:02x}")),
        each(|byte| format!("{}\\0", char::from(byte))),
        each(|byte| format!("{} ", char::from(byte))),
    ];
    encoded.extend((0..3).map(|skipped| base64(&part[skipped..])[..6].to_lowercase()));
    encoded
}

fn assert_secret(program: &Program, right: &str, diagnosis: &Diagnosis, name: &str) {
    let output = outputs(diagnosis);
    let key = (program.key)(&program.secret);
    // These are derived from no secret.
    let is_public = |key: &[u8]| {
        [
            b"undefined".as_slice(),
            b"",
            b"${VISIONO_SECRET}",
            b"your-64-char-workflow-secret",
        ]
        .contains(&key)
    };
    let mut hidden = vec![
        program.secret.as_bytes().to_vec(),
        hex(program.secret.as_bytes()).into(),
    ];
    hidden.push(base64(program.secret.as_bytes()).into());
    hidden.extend(others().iter().map(|other| other.text.to_vec()));
    if !is_public(&key) {
        hidden.extend([hex(&key).into(), base64(&key).into(), key]);
    }
    hidden.push(right.as_bytes().to_vec());
    hidden.push(program.signature().into_bytes());
    for hidden in hidden {
        for part in hidden.chunks_exact(PART).flat_map(encoded) {
            assert!(!output.contains(&part), "{name}: {part} in {output}");
        }
        for part in parts(&hidden) {
            // A word of the message itself is not part of the secret.
            let is_word = ["[object ", "sha256="]
                .iter()
                .any(|word| part.contains(word));
            assert!(
                is_word || !output.contains(&part),
                "{name}: {part} in {output}"
            );
        }
    }
}

fn assert_all(program: fn() -> Program, made: &[Made]) {
    let right = program().signature();
    for made in made {
        let mut program = program();
        (made.make)(&mut program);
        let diagnosis = program.explain();
        assert!(diagnosis.signed_text.is_some());
        assert_secret(&program, &right, &diagnosis, made.mistake.id());
    }
}

#[test]
fn of_links() {
    let mut made = keys_and_forms();
    made.extend(texts());
    made.extend(urls());
    assert_all(Program::link, &made);
}

#[test]
fn of_returns() {
    let mut made = keys_and_forms();
    made.extend(texts());
    assert_all(Program::returned, &made);
}

#[test]
fn of_webhooks() {
    let mut made = keys_and_forms();
    made.extend(webhook_forms());
    assert_all(Program::webhook, &made[1..]);
}

/// The message itself contains a secret: as it is, encoded, or in another case.
#[test]
fn a_secret_in_the_message_is_not_shown() {
    let secret = common::WORKFLOW;
    for inside in [
        secret.to_owned(),
        secret.to_uppercase(),
        format!("a{secret}b"),
        secret[..20].to_owned(),
        hex(secret.as_bytes()),
        base64(secret.as_bytes()),
    ] {
        for make in [
            |_: &mut Program| {},
            |program: &mut Program| program.separator = ",",
        ] {
            let mut program = Program::plain_link();
            program.sent[2].clone_from(&inside);
            let right = program.signature();
            make(&mut program);
            let url = program.sent_url(&program.signature());
            let secrets = [secret.as_bytes()];
            let diagnosis = explain(&Request::new(
                Message::Link(Input::Text(url.as_bytes())),
                &secrets,
            ));
            assert_secret(&program, &right, &diagnosis, &inside);
            let text = diagnosis.signed_text.unwrap().right.text;
            assert!(text.contains("[secret]"), "{text}");
        }
    }
}

/// The arguments are swapped, or a field has the right signature while `sig` has a wrong one.
#[test]
fn a_right_signature_in_the_message_is_not_shown() {
    let mut program = Program::plain_link();
    let right = program.signature();
    program.sent[2] = "t".to_owned();
    let url = format!("{}&old={right}", program.sent_url("00"));
    let secrets = [program.secret.as_bytes()];
    let diagnosis = explain(&Request::new(
        Message::Link(Input::Text(url.as_bytes())),
        &secrets,
    ));
    assert_secret(&program, &right, &diagnosis, "old");
}

#[test]
fn hidden_values_show_no_text() {
    let program = Program::link();
    let url = program.sent_url(&"0".repeat(64));
    let secrets = [program.secret.as_bytes()];
    let message = Message::Link(Input::Text(url.as_bytes()));
    let diagnosis = explain(&Request::new(message, &secrets).values(false));
    assert!(diagnosis.signed_text.is_none());
    let output = outputs(&diagnosis);
    for value in &program.sent {
        assert!(!output.contains(&value.to_lowercase()), "{output}");
    }
}

#[test]
fn requests_print_no_secret() {
    let secrets = [common::WORKFLOW.as_bytes()];
    let others = others();
    let request =
        Request::new(Message::Link(Input::Text(b"?uv=value-1")), &secrets).others(&others);
    assert_eq!(format!("{request:?}"), "Request { kind: Link, .. }");
    assert_eq!(
        format!("{:?}", others[0]),
        "OtherSecret { relation: OtherKind, .. }"
    );
    assert_eq!(format!("{:?}", Input::Text(b"value-1")), "Input { .. }");
}
