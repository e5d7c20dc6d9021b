//! Tests of `explain`: its output, and that it accepts nothing.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::program::{
    Files, LINK, RETURN, Ran, SECRET, WEBHOOK_VARIABLE, bare, object, program, run,
};

const NOW: [&str; 2] = ["--now", "1705500100"];
const WEBHOOK_SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";
const BODY: &[u8] = br#"{"event":"submission.created","price":9.10}"#;

fn sign(key: &[u8], text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text);
    hex::encode(mac.finalize().into_bytes())
}

/// Returns the documented link, signed by a program that decodes the secret as hex.
fn wrong_link() -> String {
    let key = hex::decode(SECRET).expect("hex");
    let sig = sign(&key, b"ABC123|zendesk|ticket-456|1705500000");
    format!("{}{sig}", &LINK[..LINK.len() - 64])
}

fn explain(arguments: &[&str]) -> (Value, i32) {
    let command = [&["explain", "--json"], arguments, &NOW].concat();
    object(&run(program(), command))
}

fn ids(diagnosis: &Value) -> Vec<&str> {
    let causes = diagnosis["causes"].as_array().expect("a list");
    causes
        .iter()
        .map(|cause| cause["id"].as_str().expect("text"))
        .collect()
}

#[test]
fn a_cause_is_printed_with_the_lines_to_change() {
    let link = wrong_link();
    let ran = run(program(), [&["explain", "link", &link], &NOW[..]].concat());
    assert_eq!(ran.status, 0);
    assert_eq!(ran.stderr, "");
    let expected = "\
error[key_hex_decoded]: The secret was decoded as hex; the key is its text
 |
 | ABC123|zendesk|ticket-456|1705500000
 | ------------------------------------ the text that must be signed: 36 bytes
 |
 = help: PHP: hash_hmac('sha256', \"$uv|$src|$ref|$ts\", $secret); // not hex2bin($secret)
 = help: JavaScript: createHmac('sha256', secret).update(`${uv}|${src}|${ref}|${ts}`).digest('hex') \
// not Buffer.from(secret, 'hex')
 = help: Python: hmac.new(secret.encode(), f\"{uv}|{src}|{ref}|{ts}\".encode(), hashlib.sha256)\
.hexdigest()  # not bytes.fromhex(secret)
 = note: see docs/signature-is-wrong.md#key_hex_decoded

checks:
  passed  the secrets, the template and the expected values are usable
";
    assert!(ran.stdout.starts_with(expected), "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("\n  FAILED  a secret signed the message: no configured secret")
    );
}

#[test]
fn json_has_the_diagnosis_and_never_a_secret() {
    let link = wrong_link();
    let (diagnosis, status) = explain(&["link", &link]);
    assert_eq!((&diagnosis["result"], status), (&json!("ok"), 0));
    assert_eq!(diagnosis["verdict"], "explained");
    assert_eq!(ids(&diagnosis), ["key_hex_decoded"]);
    let right = &LINK[LINK.len() - 64..];
    for hidden in [SECRET, right, &SECRET.to_uppercase()] {
        assert!(!diagnosis.to_string().contains(hidden));
    }
    let (hidden, _) = explain(&["link", &link, "--no-values"]);
    assert_eq!(hidden["signed_text"], Value::Null);
    assert!(!hidden.to_string().contains("ABC123"));
}

#[test]
fn the_status_for_a_valid_message_is_the_same() {
    let (diagnosis, status) = explain(&["link", LINK]);
    assert_eq!((diagnosis["verdict"].as_str(), status), (Some("valid"), 0));
    // The status is the same as for a wrong message, so that no script can decide by it.
    let other = LINK.replace("ABC123", "ABC124");
    let (diagnosis, status) = explain(&["link", &other]);
    assert_eq!(
        (diagnosis["verdict"].as_str(), status),
        (Some("unexplained"), 0)
    );
}

#[test]
fn the_computed_signature_of_a_return_is_explained() {
    let text = b"pls_123|ABC123|ticket-456|5|1705500100\n";
    let computed = sign(SECRET.as_bytes(), text);
    let (diagnosis, _) = explain(&["return", RETURN, "--computed", &computed]);
    assert_eq!(diagnosis["subject"], "computed");
    assert_eq!(ids(&diagnosis), ["newline_at_end"]);
}

#[test]
fn other_secrets_come_from_files() {
    let files = Files::new();
    let old = files.write("old.secret", "an-old-secret-of-this-link\n");
    let sig = sign(
        b"an-old-secret-of-this-link",
        b"ABC123|zendesk|ticket-456|1705500000",
    );
    let link = format!("{}{sig}", &LINK[..LINK.len() - 64]);
    let path = old.to_str().expect("UTF-8");
    let (diagnosis, _) = explain(&["link", &link, "--old-secret-file", path]);
    assert_eq!(ids(&diagnosis), ["key_rotated"]);
    let (diagnosis, _) = explain(&["link", &link, "--other-secret-file", path]);
    assert_eq!(ids(&diagnosis), ["key_other_endpoint"]);
}

#[test]
fn a_webhook_is_read_from_a_file_or_from_standard_input() {
    let files = Files::new();
    let python = br#"{"event": "submission.created", "price": 9.1}"#;
    let path = files.write("body.json", python);
    let header = format!(
        "X-Visiono-Signature: sha256={}",
        sign(WEBHOOK_SECRET.as_bytes(), BODY)
    );
    let webhook = |body: &str, stdin: &[u8]| -> Ran {
        let mut command = bare();
        command
            .env(WEBHOOK_VARIABLE, WEBHOOK_SECRET)
            .write_stdin(stdin);
        run(
            command,
            ["explain", "webhook", "--json", body, "--header", &header],
        )
    };
    let (diagnosis, _) = object(&webhook("-", BODY));
    assert_eq!(diagnosis["verdict"], "valid");
    let (diagnosis, _) = object(&webhook(path.to_str().expect("UTF-8"), b""));
    assert_eq!(diagnosis["verdict"], "explained");
    assert_eq!(ids(&diagnosis), ["reserialized", "numbers"]);
    let (failure, status) = object(&webhook("no-such-file", b""));
    assert_eq!(
        (&failure["result"], status),
        (&json!("invalid_argument"), 2)
    );
}

#[test]
fn wrong_arguments_are_the_callers_mistake() {
    let (failure, status) = object(&run(bare(), ["explain", "link", LINK, "--json"]));
    assert_eq!((&failure["result"], status), (&json!("invalid_secret"), 2));
    let command = ["explain", "link", LINK, "--json", "--now", "1705500100000"];
    let (failure, status) = object(&run(program(), command));
    assert_eq!(
        (&failure["result"], status),
        (&json!("invalid_argument"), 2)
    );
}

#[test]
fn verification_only_suggests_it_for_a_wrong_signature() {
    let link = wrong_link();
    let ran = run(program(), [&["verify-link", &link], &NOW[..]].concat());
    let last = ran.stderr.lines().last().unwrap_or_default();
    assert_eq!(
        last,
        "help: visiono-workflow explain link says which mistake made it wrong"
    );
    let ran = run(program(), ["verify-link", LINK, "--now", "1805500100"]);
    assert!(!ran.stderr.contains("explain"), "{}", ran.stderr);
}
