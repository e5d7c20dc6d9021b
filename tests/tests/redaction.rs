//! Tests that no output contains a secret or an expected signature, and no error contains the value
//! of a field.

use std::collections::{BTreeSet, HashSet};
use std::fmt::{Debug, Display};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use visiono_workflow::{
    Code, Error, ExpectLink, ExpectReturn, Field, Fields, Input, LinkFields, LinkUrl,
    RedirectTemplate, ReturnFields, Signature, Webhook, WebhookHeaders, WebhookSecret, Workflow,
    WorkflowSecret,
};

const SECRET: &str = "kB7wX2qZ9-mT4vR8cN1-jH6sL3pD5-gF0yU";
const OLD_SECRET: &str = "Yt5rE8wQ1-uI4oP7aS0-dG3fJ6hK9-lZ2xC";
const WEBHOOK_SECRET: &str = "whsec_Vb1nM4kQ7-wE2rT5yU8-iO0pA3sD6";
/// Values that no sentence contains by itself.
const SUB: &str = "qpsub-7Kx2Wd";
const UV: &str = "qpuv-9Zr4Lm é";
const SRC: &str = "qpsrc-3Hn8Bt";
const REF: &str = "qpref-5Yc1Gv/";
const NOW: u64 = 1_705_500_000;
const VALUES: [&str; 4] = [SUB, UV, SRC, REF];

/// Returns the ways in which bytes could be shown.
fn forms(bytes: &[u8]) -> Vec<String> {
    // Base64 depends on the bytes' offset in a group of three.
    let base64 = |skip: usize| BASE64_STANDARD.encode(&bytes[skip..bytes.len() - 3]);
    let list = format!("{bytes:?}");
    vec![
        String::from_utf8_lossy(bytes).into_owned(),
        hex::encode(bytes),
        hex::encode_upper(bytes),
        base64(0),
        base64(1),
        base64(2),
        list.trim_matches(['[', ']']).to_owned(),
        format!("{bytes:02x?}").trim_matches(['[', ']']).to_owned(),
    ]
}

/// The number of consecutive bytes that reveal too much. For a list of numbers, which has few
/// distinct characters, it is three times as many.
const PART: usize = 8;

/// All printed texts, split into parts.
struct Shown {
    texts: Vec<String>,
    parts: HashSet<Vec<u8>>,
}

impl Shown {
    fn of(texts: impl IntoIterator<Item = String>) -> Self {
        let texts: Vec<_> = texts
            .into_iter()
            // A list may be broken into lines.
            .flat_map(|text| {
                let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
                [line, text]
            })
            .collect();
        let windows = |len: usize| {
            texts
                .iter()
                .flat_map(move |text| text.as_bytes().windows(len))
        };
        let parts = windows(PART).chain(windows(3 * PART));
        Self {
            parts: parts.map(<[u8]>::to_vec).collect(),
            texts,
        }
    }

    /// Returns a part of the bytes that is shown in some form.
    fn part_of(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        forms(bytes).into_iter().find_map(|form| {
            let len = if form.contains(", ") { 3 * PART } else { PART };
            let mut parts = form.as_bytes().windows(len);
            let part = parts.find(|part| self.parts.contains(*part));
            part.map(<[u8]>::to_vec)
        })
    }

    #[track_caller]
    fn assert_hides(&self, bytes: &[u8]) {
        if let Some(part) = self.part_of(bytes) {
            let part = String::from_utf8_lossy(&part);
            let text = self.texts.iter().find(|text| text.contains(&*part));
            panic!("{part:?} is shown: {text:?}");
        }
    }

    /// Asserts that neither a secret nor a signature of the payload is shown, as bytes or as text.
    #[track_caller]
    fn assert_redacted(&self, payload: &str) {
        for secret in [SECRET, OLD_SECRET, WEBHOOK_SECRET] {
            self.assert_hides(secret.as_bytes());
            self.assert_hides(&tag(secret, payload));
            self.assert_hides(hex::encode(tag(secret, payload)).as_bytes());
        }
    }
}

/// Returns everything that `Debug` prints of a value.
fn debug(value: &(impl Debug + ?Sized)) -> String {
    format!("{value:?}\n{value:#?}")
}

fn tag(secret: &str, payload: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(payload.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn sig(payload: &str) -> String {
    hex::encode(tag(SECRET, payload))
}

#[test]
fn the_search_finds_shown_secrets() {
    let bytes = SECRET.as_bytes();
    let found = |text: &str| Shown::of([text.to_owned()]).part_of(bytes).is_some();
    for form in forms(bytes) {
        assert!(found(&form), "{form}");
        assert!(found(&format!("a{form}b")), "{form}");
    }
    assert!(found(&SECRET[9..17]));
    assert!(!found(&SECRET[9..16]));
    assert!(found(&BASE64_STANDARD.encode(format!("x{SECRET}"))));
    assert!(found(&format!("{bytes:#?}")));
    #[derive(Debug)]
    #[expect(dead_code, reason = "it is printed")]
    struct Leak<'a>(&'a str, Option<&'a [u8]>);
    assert!(found(&debug(&Leak(SECRET, None))));
    assert!(found(&debug(&Leak("", Some(bytes)))));
    assert!(!found("WorkflowSecret { .. }"));
}

fn secrets() -> [WorkflowSecret; 2] {
    [SECRET, OLD_SECRET].map(|secret| WorkflowSecret::new(secret).unwrap())
}

fn link_fields() -> LinkFields<'static> {
    LinkFields {
        unique_value: UV,
        source: SRC,
        reference: REF,
        timestamp: NOW,
    }
}

fn return_fields() -> ReturnFields<'static> {
    ReturnFields {
        submission_id: SUB,
        unique_value: UV,
        reference: REF,
        photo_count: 5,
        timestamp: NOW,
    }
}

#[track_caller]
fn assert_shown(value: &impl Debug, line: &str) {
    // The longer form only adds line breaks and trailing commas.
    let squeezed = |text: &str| {
        let text: String = text.split_whitespace().collect();
        text.replace(",}", "}").replace(",)", ")")
    };
    assert_eq!(format!("{value:?}"), line);
    assert_eq!(squeezed(&format!("{value:#?}")), squeezed(line));
}

/// Pins the exact output of `Debug`.
#[test]
fn debug_is_pinned() {
    assert_shown(
        &WorkflowSecret::new(SECRET).unwrap(),
        "WorkflowSecret { .. }",
    );
    let secret = WebhookSecret::new(WEBHOOK_SECRET).unwrap();
    assert_shown(&secret, "WebhookSecret { .. }");
    let workflow = Workflow::new(secrets()).unwrap();
    assert_shown(&workflow, "Workflow { max_age: 3600, leeway: 60, .. }");
    let webhook = Webhook::new(secret).unwrap();
    assert_shown(
        &webhook,
        "Webhook { max_age: 10800, leeway: 60, require_timestamp: false, .. }",
    );

    let url = LinkUrl::from_slug("a").unwrap();
    assert_shown(&url, "LinkUrl(https://visiono.io/s/a)");
    let signed = workflow.sign_link(&url, &link_fields()).unwrap();
    assert_shown(
        &signed,
        "SignedLink { url: LinkUrl(https://visiono.io/s/a), .. }",
    );
    assert_shown(signed.signature(), "Signature { .. }");
    let received = signed.to_string();
    let link = workflow.verify_link(&received, NOW, &ExpectLink::new());
    assert_shown(
        &link.unwrap(),
        &format!(
            "VerifiedLink {{ unique_value: {UV:?}, source: {SRC:?}, reference: {REF:?}, \
             timestamp: {NOW}, secret_index: 0 }}"
        ),
    );
    let template = RedirectTemplate::parse("https://a.example").unwrap();
    assert_shown(&template, "RedirectTemplate(https://a.example)");
    let signed = workflow.sign_return(&template, &return_fields()).unwrap();
    assert_shown(
        &signed,
        "SignedReturn { template: RedirectTemplate(https://a.example), .. }",
    );
    let received = signed.to_string();
    let done = workflow.verify_return(&received, None, NOW, &ExpectReturn::new());
    assert_shown(
        &done.unwrap(),
        &format!(
            "VerifiedReturn {{ submission_id: {SUB:?}, unique_value: {UV:?}, reference: {REF:?}, \
             photo_count: 5, timestamp: {NOW}, secret_index: 0 }}"
        ),
    );
    assert_shown(
        &ExpectLink::new().unique_value(UV).reference(REF),
        "ExpectLink { .. }",
    );
    assert_shown(
        &ExpectReturn::new().submission_id(SUB).photo_count(5),
        "ExpectReturn { .. }",
    );
    assert_shown(&Input::from("?uv=1&sig=2"), "Input { .. }");
    assert_shown(&Input::from(&[("uv", "1")]), "Input { .. }");
    let verified = webhook.sign(b"{}");
    let header = format!("sha256={}", verified.as_str());
    assert_shown(
        &webhook.verify(b"{}", Some(header.as_bytes())).unwrap(),
        "VerifiedWebhook { secret_index: 0, dedup_key: Signature { .. } }",
    );
    let body = br#"{"event":"a","timestamp":"1970-01-01T00:00:07Z"}"#;
    let header = format!("sha256={}", webhook.sign(body).as_str());
    let headers = WebhookHeaders::from_iter([
        ("X-Visiono-Signature", header.as_str()),
        ("X-Visiono-Delivery", "d-1"),
    ]);
    assert_shown(
        &headers,
        r#"WebhookHeaders { delivery_id: Some("d-1"), tenant_id: None, .. }"#,
    );
    let delivery = webhook.receive(body, &headers, 7).unwrap();
    assert_shown(
        &delivery,
        &format!(
            "Delivery {{ event_name: \"a\", event_time: Some(7), dedup_key: {:?}, \
             secret_index: 0, .. }}",
            delivery.dedup_key()
        ),
    );
    assert_shown(
        &WorkflowSecret::new(" ").unwrap_err(),
        "Error { code: InvalidSecret, fields: {}, message: the secret has a character that \
         is not printable ASCII, such as a space or a line feed: remove it }",
    );
    let error = workflow.verify_link("", NOW, &ExpectLink::new());
    assert_shown(
        &error.unwrap_err(),
        "Error { code: MissingParameter, \
         fields: {UniqueValue, Source, Reference, Timestamp, Signature}, \
         message: unique value (uv), source (src), reference (ref), timestamp (ts), \
         signature (sig) missing or empty: pass the URL as the browser requested it }",
    );
}

/// Tests every public type, as it is created and as it is used.
#[test]
fn no_type_shows_a_secret_or_a_signature() {
    let link_payload = format!("{UV}|{SRC}|{REF}|{NOW}");
    let return_payload = format!("{SUB}|{UV}|{REF}|5|{NOW}");
    let check = |value: &dyn Debug| {
        let shown = Shown::of([debug(value)]);
        for payload in [&link_payload, &return_payload, "{}"] {
            shown.assert_redacted(payload);
        }
    };
    // A signature may be shown, a secret may not.
    let show = |value: &dyn Display| {
        for secret in [SECRET, OLD_SECRET, WEBHOOK_SECRET] {
            Shown::of([value.to_string()]).assert_hides(secret.as_bytes());
        }
    };
    check(&secrets());
    let workflow = Workflow::new(secrets().to_vec()).unwrap();
    check(&workflow);
    check(&workflow.clone().max_age(1).leeway(2));
    check(&Workflow::new(WorkflowSecret::new(SECRET).unwrap()));
    let webhook = Webhook::new([WebhookSecret::new(WEBHOOK_SECRET).unwrap()]).unwrap();
    check(&webhook);
    check(&WebhookSecret::new(WEBHOOK_SECRET));

    let url = LinkUrl::parse("https://a.example/?a=b#c").unwrap();
    check(&url);
    show(&url);
    let signed = workflow.sign_link(&url, &link_fields()).unwrap();
    check(&signed);
    check(&signed.signature());
    show(&signed);
    show(&signed.signature().as_str());
    let text = signed.to_string();
    assert!(
        text.ends_with(&(sig(&link_payload) + "#c")),
        "or nothing was searched for"
    );
    check(&Input::from(&text));
    let verified = workflow.verify_link(&text, NOW, &ExpectLink::new());
    let verified = verified.unwrap();
    check(&verified);
    check(&verified.unique_value());
    show(&verified.unique_value());
    check(&link_fields());

    let template = RedirectTemplate::parse("https://a.example/{signature}").unwrap();
    check(&template);
    show(&template);
    check(&template.missing());
    check(&template.placeholders());
    let signed = workflow.sign_return(&template, &return_fields()).unwrap();
    check(&signed);
    check(&signed.signature());
    show(&signed);
    let text = signed.to_string();
    assert!(
        text.ends_with(&sig(&return_payload)),
        "or nothing was searched for"
    );
    let expect = ExpectReturn::new()
        .submission_id(SUB)
        .unique_value(UV)
        .reference(REF)
        .photo_count(5)
        .timestamp(NOW);
    check(&expect);
    let verified = workflow.verify_return(&text, Some(&template), NOW, &expect);
    check(&verified.unwrap());
    check(&return_fields());

    let signature: Signature = webhook.sign(b"{}");
    check(&signature);
    let header = format!("sha256={}", signature.as_str());
    let verified = webhook.verify(b"{}", Some(header.as_bytes())).unwrap();
    check(&verified);
    show(&verified.dedup_key());
    check(&Field::ALL);
    check(&Fields::RETURN);
    check(&Code::ALL);
}

/// Returns the parameters of a message, each as `name=value`.
fn query(parameters: &[(&str, String)]) -> String {
    let pieces: Vec<_> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "%20")))
        .collect();
    format!("?{}", pieces.join("&"))
}

/// Returns variants of a good message: unchanged, and with each parameter missing, empty,
/// duplicated, changed in many ways, and swapped with another.
fn forgeries(good: &[(&'static str, String)]) -> Vec<Vec<(&'static str, String)>> {
    let mut all = vec![good.to_vec()];
    for place in 0..good.len() {
        let (name, value) = &good[place];
        let mut change = |with: &[(&'static str, String)]| {
            let mut changed = good.to_vec();
            changed.splice(place..=place, with.iter().cloned());
            all.push(changed);
        };
        change(&[]);
        change(&[(name, String::new())]);
        change(&[(name, value.clone()), (name, value.clone())]);
        for changed in [
            format!("{value}x"),
            format!("{value}|"),
            format!("{value}%"),
            format!("{value}%FF"),
            format!("{value}%00"),
            format!("|{value}"),
            format!("0{value}"),
            format!("{value}000"),
            value.to_uppercase(),
            value.chars().skip(1).collect(),
            format!("v1{value}"),
            "5".repeat(50),
        ] {
            change(&[(name, changed)]);
        }
        for (_, other) in good {
            change(&[(name, other.clone())]);
        }
    }
    all
}

#[test]
fn no_error_shows_a_secret_a_signature_or_a_value() {
    let mut codes = BTreeSet::new();
    let (mut texts, mut payloads) = (HashSet::new(), HashSet::new());
    let mut check = |error: Error, payload: &str| {
        codes.insert(error.code());
        texts.insert(format!("{error} {}", debug(&error)));
        payloads.insert(payload.to_owned());
        assert!(std::error::Error::source(&error).is_none());
    };
    let link_payload = format!("{UV}|{SRC}|{REF}|{NOW}");
    let return_payload = format!("{SUB}|{UV}|{REF}|5|{NOW}");

    for bad in [
        format!(" {SECRET}"),
        format!("{SECRET}\n"),
        format!("{SECRET}\u{a0}"),
        format!("vsk_{SECRET}"),
        format!("whsec_{SECRET}"),
        SECRET[..15].to_owned(),
        format!("{SECRET}\0{SECRET}"),
    ] {
        check(WorkflowSecret::new(&bad).unwrap_err(), &link_payload);
        if let Err(error) = WebhookSecret::new(&bad) {
            check(error, &link_payload);
        }
    }
    let workflow = Workflow::new(secrets()).unwrap();
    for url in [
        format!("http://{SRC}/"),
        format!("https://{SRC}@a.example/"),
        format!("https://a.example:{SRC}/"),
        format!("https://a.example/{UV}"),
        format!("https://a.example/?uv={SRC}"),
        format!("https://a.example\\{SRC}"),
        SRC.to_owned(),
    ] {
        check(LinkUrl::parse(&url).unwrap_err(), &link_payload);
        check(
            LinkUrl::from_slug(&url[..5]).map_or_else(|error| error, |_| Error::panic()),
            "",
        );
        let text = format!("{url}{{{SRC}}}");
        check(RedirectTemplate::parse(&text).unwrap_err(), &return_payload);
    }
    check(LinkUrl::from_slug(REF).unwrap_err(), &link_payload);
    let url = LinkUrl::from_slug("a").unwrap();
    let plain = RedirectTemplate::parse("https://a.example/{submission_id}").unwrap();
    for bad in ["|", "\n", "\u{7f}"] {
        let (uv, src, reference) = (
            format!("{UV}{bad}"),
            format!("{SRC}{bad}"),
            REF.to_owned() + bad,
        );
        for fields in [
            LinkFields {
                unique_value: &uv,
                ..link_fields()
            },
            LinkFields {
                source: &src,
                ..link_fields()
            },
            LinkFields {
                reference: &reference,
                ..link_fields()
            },
            LinkFields {
                timestamp: u64::MAX,
                ..link_fields()
            },
        ] {
            check(
                workflow.sign_link(&url, &fields).unwrap_err(),
                &link_payload,
            );
        }
        for fields in [
            ReturnFields {
                submission_id: "..",
                ..return_fields()
            },
            ReturnFields {
                unique_value: &uv,
                ..return_fields()
            },
            ReturnFields {
                reference: &reference,
                ..return_fields()
            },
            ReturnFields {
                photo_count: u64::MAX,
                ..return_fields()
            },
        ] {
            check(
                workflow.sign_return(&plain, &fields).unwrap_err(),
                &return_payload,
            );
        }
        for field in [Field::UniqueValue, Field::Reference, Field::Timestamp] {
            let expect = ExpectLink::new()
                .field(field, Some(uv.as_str().into()))
                .unwrap();
            check(
                workflow.verify_link("", NOW, &expect).unwrap_err(),
                &link_payload,
            );
        }
        check(
            ExpectLink::new()
                .field(Field::Signature, Some(uv.as_str().into()))
                .unwrap_err(),
            &link_payload,
        );
    }
    for signature in [SRC, &sig(&return_payload)[1..]] {
        check(
            plain.expand(&return_fields(), signature).unwrap_err(),
            &return_payload,
        );
    }
    let signed = workflow.sign_link(&url, &link_fields()).unwrap();
    check(
        signed.write_to_slice(&mut [0; 100]).unwrap_err(),
        &link_payload,
    );

    let expects_link = [
        ExpectLink::new(),
        ExpectLink::new().unique_value("another").source(SRC),
        ExpectLink::new().reference("a|b"),
    ];
    let link = [
        ("uv", UV.to_owned()),
        ("src", SRC.to_owned()),
        ("ref", REF.to_owned()),
        ("ts", NOW.to_string()),
        ("sig", sig(&link_payload)),
    ];
    for parameters in forgeries(&link) {
        // The payload that the secret would have signed, which a forger would like to see.
        let signed = parameters.iter().filter(|(name, _)| *name != "sig");
        let payload: Vec<_> = signed.map(|(_, value)| value.as_str()).collect();
        let text = query(&parameters);
        for expect in &expects_link {
            for now in [NOW, NOW + 3601, NOW - 61] {
                if let Err(error) = workflow.verify_link(&text, now, expect) {
                    check(error, &payload.join("|"));
                    check(error, &link_payload);
                }
            }
        }
    }

    let expects_return = [
        ExpectReturn::new(),
        ExpectReturn::new()
            .submission_id("another")
            .unique_value(UV)
            .photo_count(6),
        ExpectReturn::new().photo_count(u64::MAX),
    ];
    let templates = [
        None,
        Some(
            "https://a.example/?sub={submission_id}&uv=v1{unique_value}&ref={reference}\
            &cnt={photo_count}&ts={timestamp}&sig={signature}",
        ),
        Some("https://a.example/{reference}{signature}"),
    ]
    .map(|text| text.map(|text| RedirectTemplate::parse(text).unwrap()));
    let done = [
        ("sub", SUB.to_owned()),
        ("uv", UV.to_owned()),
        ("ref", REF.to_owned()),
        ("cnt", "5".to_owned()),
        ("ts", NOW.to_string()),
        ("sig", sig(&return_payload)),
    ];
    for parameters in forgeries(&done) {
        let signed = parameters.iter().filter(|(name, _)| *name != "sig");
        let payload: Vec<_> = signed.map(|(_, value)| value.as_str()).collect();
        let text = query(&parameters);
        for template in &templates {
            for expect in &expects_return {
                for now in [NOW, NOW + 3601] {
                    let verified = workflow.verify_return(&text, template.as_ref(), now, expect);
                    if let Err(error) = verified {
                        check(error, &payload.join("|"));
                        check(error, &return_payload);
                    }
                }
            }
        }
    }

    let webhook = Webhook::new(WebhookSecret::new(WEBHOOK_SECRET).unwrap()).unwrap();
    let right = hex::encode(tag(WEBHOOK_SECRET, UV));
    for header in [
        &right,
        &format!("sha256={right}0"),
        &format!("SHA256={right}"),
        SRC,
        "",
    ] {
        let header = Some(header.as_bytes());
        check(webhook.verify(UV.as_bytes(), header).unwrap_err(), UV);
    }
    check(webhook.verify(UV.as_bytes(), None).unwrap_err(), UV);
    check(
        webhook
            .verify(&vec![b'a'; (1 << 20) + 1], None)
            .unwrap_err(),
        UV,
    );
    check(Error::invalid_argument("pass text"), "");
    check(Error::panic(), "");

    assert_eq!(
        codes,
        BTreeSet::from(Code::ALL),
        "or a kind of error was not looked at"
    );
    let shown = Shown::of(texts);
    for payload in &payloads {
        shown.assert_redacted(payload);
    }
    for value in VALUES {
        shown.assert_hides(value.as_bytes());
    }
}
