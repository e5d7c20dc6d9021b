//! Runs cases from other projects. `tests/outside/README.md` names them, and describes how each one
//! is mapped to this library.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use visiono_workflow::{Code, ExpectLink, Webhook, WebhookSecret, Workflow, WorkflowSecret};

/// The secret for cases whose key is not a valid secret.
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const NOW: u64 = 1_705_500_000;

fn read<T: DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("outside")
        .join(name);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Prints a line. Unlike `println!`, it is shown even if the test passes.
fn say(what: &str) {
    writeln!(io::stdout().lock(), "{what}").unwrap();
}

/// Computes HMAC-SHA256 with the library's crates and features.
fn tag(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    hmac.update(message);
    hmac.finalize().into_bytes().into()
}

fn webhook(secret: &str) -> Webhook {
    Webhook::new(WebhookSecret::new(secret).unwrap()).unwrap()
}

/// Returns `true` if the library accepts this header for the body. Its only other answer must be
/// `invalid_signature`.
fn accepts(webhook: &Webhook, body: &[u8], header: &str) -> bool {
    match webhook.verify(body, Some(header.as_bytes())) {
        Ok(_) => true,
        Err(error) => {
            assert_eq!(error.code(), Code::InvalidSignature);
            false
        }
    }
}

/// The counts of a file of MAC cases.
#[derive(Debug, Default, PartialEq)]
struct Macs {
    cases: usize,
    /// Right and complete: accepted.
    accepted: usize,
    /// Right but truncated: refused.
    truncated: usize,
    /// Wrong, complete or truncated: refused.
    wrong: usize,
    /// Keys that are valid as a [`WebhookSecret`].
    secrets: usize,
}

impl Macs {
    /// Runs a case, then transfers it to a signature of the library: flips the bits of the right
    /// signature in which the case's tag is wrong, and truncates it to the same length.
    fn run(&mut self, key: &str, message: &str, given: &str, valid: bool) {
        let [key, message, given] = [key, message, given].map(|text| hex::decode(text).unwrap());
        let right = tag(&key, &message);
        assert_eq!(right.starts_with(&given), valid);

        let webhook = webhook(SECRET);
        let signature = webhook.sign(&message);
        let signature = hex::decode(signature.as_str()).unwrap();
        let differing: Vec<_> = given
            .iter()
            .zip(right)
            .zip(signature)
            .map(|((given, right), ours)| given ^ right ^ ours)
            .collect();
        let whole = given.len() == right.len();
        let header = format!("sha256={}", hex::encode(differing));
        assert_eq!(accepts(&webhook, &message, &header), valid && whole);

        self.cases += 1;
        match (valid, whole) {
            (true, true) => self.accepted += 1,
            (true, false) => self.truncated += 1,
            (false, _) => self.wrong += 1,
        }
        let is_secret = str::from_utf8(&key).is_ok_and(|text| WebhookSecret::new(text).is_ok());
        self.secrets += usize::from(is_secret);
    }
}

#[test]
fn wycheproof_hmac_sha256() {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct File {
        number_of_tests: usize,
        test_groups: Vec<Group>,
    }
    #[derive(Deserialize)]
    struct Group {
        tests: Vec<Case>,
    }
    #[derive(Deserialize)]
    struct Case {
        key: String,
        msg: String,
        tag: String,
        result: String,
    }
    let file: File = read("hmac_sha256_test.json");
    let mut macs = Macs::default();
    for case in file.test_groups.iter().flat_map(|group| &group.tests) {
        let valid = match case.result.as_str() {
            "valid" => true,
            "invalid" => false,
            other => panic!("{other} is no result"),
        };
        macs.run(&case.key, &case.msg, &case.tag, valid);
    }
    say(&format!("Wycheproof, HMAC-SHA256: {macs:?}"));
    assert_eq!(macs.cases, file.number_of_tests);
    let expected = Macs {
        cases: 174,
        accepted: 33,
        truncated: 33,
        wrong: 108,
        secrets: 0,
    };
    assert_eq!(macs, expected);
}

#[test]
fn rfc_4231() {
    #[derive(Deserialize)]
    struct Case {
        key: String,
        msg: String,
        tag: String,
    }
    let cases: Vec<Case> = read("rfc4231.json");
    let mut macs = Macs::default();
    for case in cases {
        macs.run(&case.key, &case.msg, &case.tag, true);
    }
    say(&format!("RFC 4231: {macs:?}"));
    let expected = Macs {
        cases: 7,
        accepted: 6,
        truncated: 1,
        wrong: 0,
        secrets: 0,
    };
    assert_eq!(macs, expected);
}

#[test]
fn published_webhooks() {
    #[derive(Deserialize)]
    struct Case {
        source: String,
        secret: String,
        body: String,
        header: String,
    }
    let cases: Vec<Case> = read("published_webhooks.json");
    let mut macs = Macs::default();
    for case in &cases {
        let body = case.body.as_bytes();
        let digits = case.header.strip_prefix("sha256=").unwrap();
        macs.run(&hex::encode(&case.secret), &hex::encode(body), digits, true);
        let Ok(secret) = WebhookSecret::new(&case.secret) else {
            continue;
        };
        let webhook = Webhook::new(secret).unwrap();
        let signature = webhook.sign(body);
        assert_eq!(
            format!("sha256={}", signature.as_str()),
            case.header,
            "{}",
            case.source
        );
        assert!(accepts(&webhook, body, &case.header));
        assert!(!accepts(&webhook, &body[1..], &case.header));
        assert!(!accepts(
            &webhook,
            body,
            &case.header[..case.header.len() - 2]
        ));
    }
    say(&format!("Published webhooks: {macs:?}"));
    let expected = Macs {
        cases: 3,
        accepted: 3,
        truncated: 0,
        wrong: 0,
        secrets: 1,
    };
    assert_eq!(macs, expected);
}

/// Names and values that the web's parser decodes lossily: malformed escapes are kept, and bytes
/// that aren't UTF-8 become U+FFFD.
const LOSSY: [&str; 10] = [
    "%FE%FF",
    "%FF%FE",
    "%C2",
    "%C2x",
    "%",
    "%a",
    "%a_",
    "%2sf%2a",
    "%2%2af%2a",
    "%%2a",
];

/// The parameters of a link except `ts` and `sig`. They replace the names of a case.
const NAMES: [&str; 3] = ["uv", "src", "ref"];

/// Returns the result of verifying a link: `ok`, or the code and the names of the error.
fn verify(query: &str, expected: [&str; 3]) -> String {
    let workflow = Workflow::new(WorkflowSecret::new(SECRET).unwrap()).unwrap();
    match workflow.verify_link(query, NOW, &ExpectLink::new()) {
        Ok(link) => {
            let values = [link.unique_value(), link.source(), link.reference()];
            assert_eq!(values.map(|value| value.to_cow().into_owned()), expected);
            "ok".into()
        }
        Err(error) => {
            let names: Vec<_> = error.parameters().collect();
            format!("{} {}", error.code().as_str(), names.join(","))
        }
    }
}

/// Returns the rest of a link's query, signed as the protocol documents it.
fn signed(values: [&str; 3]) -> String {
    let [unique_value, source, reference] = values;
    let text = format!("{unique_value}|{source}|{reference}|{NOW}");
    let signature = hex::encode(tag(SECRET.as_bytes(), text.as_bytes()));
    format!("&ts={NOW}&sig={signature}")
}

/// Returns the answer that the library must give for parameters with these names and raw values.
fn expected(found: &[(&str, &str)]) -> String {
    let named = |raw: &dyn Fn(&[&str]) -> bool| -> Vec<&str> {
        let raw_of = |name| -> Vec<_> {
            let of_name = found.iter().filter(|one| one.0 == name);
            of_name.map(|one| one.1).collect()
        };
        NAMES
            .into_iter()
            .filter(|name| raw(&raw_of(*name)))
            .collect()
    };
    let duplicate = named(&|raw| raw.len() > 1);
    let missing = named(&|raw| raw.contains(&""));
    let malformed = named(&|raw| raw.iter().any(|raw| LOSSY.contains(raw)));
    if let Some(first) = duplicate.first() {
        format!("duplicate_parameter {first}")
    } else if !missing.is_empty() {
        format!("missing_parameter {}", missing.join(","))
    } else if let Some(first) = malformed.first() {
        format!("malformed_parameter {first}")
    } else {
        "ok".into()
    }
}

#[test]
fn urlencoded_parser() {
    #[derive(Deserialize)]
    struct Case {
        input: String,
        output: Vec<(String, String)>,
    }
    let cases: Vec<Case> = read("urlencoded_parser.json");
    let mut results = BTreeMap::<String, usize>::new();
    let mut count = |how: &str, result: &str| {
        let code = result.split(' ').next().unwrap_or_default();
        *results.entry(format!("{how}: {code}")).or_default() += 1;
    };
    let mut lossy_seen: Vec<&str> = Vec::new();
    for Case { input, output } in &cases {
        let own = ["u", "s", "r"];
        let rest = signed(own);

        // The case's parameters are foreign: they change nothing, in any position.
        for query in [
            format!("{input}&uv=u&src=s&ref=r{rest}"),
            format!("uv=u&src=s&ref=r{rest}&{input}"),
        ] {
            assert_eq!(verify(&query, own), "ok", "{query}");
            count("others'", "ok");
        }

        let mut names = Vec::new();
        let mut found = Vec::new();
        let mut values = own;
        let mut decoded = output.iter();
        let mut pieces = Vec::new();
        for piece in input.split('&') {
            if piece.is_empty() {
                pieces.push(String::new());
                continue;
            }
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (decoded_name, decoded_value) = decoded.next().unwrap();
            for (raw, decoded) in [(name, decoded_name), (value, decoded_value)] {
                let is_lossy = LOSSY.contains(&raw);
                // Checks the list: its texts are not the encoding of their decoded values.
                let lost = decoded.contains('\u{fffd}') || decoded.contains('%');
                assert_eq!(is_lossy, lost, "{raw}");
                if is_lossy {
                    lossy_seen.push(raw);
                }
            }

            // A name of the case, as the value of a parameter.
            let query = format!("uv={name}&src=s&ref=r{}", signed([decoded_name, "s", "r"]));
            let result = verify(&query, [decoded_name, "s", "r"]);
            assert_eq!(result, expected(&[("uv", name)]), "{query}");
            count("a name as a value", &result);

            // The case's names, in their order, become names of the link's parameters.
            let place = names.iter().position(|known| *known == decoded_name);
            let place = place.unwrap_or_else(|| {
                names.push(decoded_name);
                names.len() - 1
            });
            found.push((NAMES[place], value));
            values[place] = decoded_value;
            pieces.push(piece.replacen(name, NAMES[place], 1));
        }
        assert_eq!(decoded.next(), None, "{input}");
        let mut query = pieces.join("&");
        for (name, value) in NAMES.into_iter().zip(own).skip(names.len()) {
            query += &format!("&{name}={value}");
        }
        query += &signed(values);
        let result = verify(&query, values);
        assert_eq!(result, expected(&found), "{query}");
        count("as parameters", &result);
    }
    lossy_seen.sort_unstable();
    lossy_seen.dedup();
    assert_eq!(lossy_seen.len(), LOSSY.len());
    say(&format!(
        "The web's urlencoded parser: {} cases, {results:?}",
        cases.len()
    ));
    assert_eq!(cases.len(), 35);
    let expected = [
        ("a name as a value: malformed_parameter", 7),
        ("a name as a value: missing_parameter", 1),
        ("a name as a value: ok", 36),
        ("as parameters: duplicate_parameter", 3),
        ("as parameters: malformed_parameter", 5),
        ("as parameters: missing_parameter", 11),
        ("as parameters: ok", 16),
        ("others': ok", 70),
    ];
    assert_eq!(
        results,
        expected.map(|(name, count)| (name.into(), count)).into()
    );
}
