//! The messages, templates, texts and bodies with which the properties are tested.

use hmac::{Hmac, KeyInit, Mac};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::FileFailurePersistence;
use serde_json::Value as Json;
use sha2::Sha256;
use visiono_workflow::{
    Code, Error, ExpectLink, ExpectReturn, Input, LinkFields, LinkUrl, RedirectTemplate,
    ReturnFields, Webhook, WebhookSecret, Workflow, WorkflowSecret,
};

pub(crate) const NOW: u64 = 1_705_500_000;
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
pub(crate) const LINK_NAMES: [&str; 5] = ["uv", "src", "ref", "ts", "sig"];
pub(crate) const RETURN_NAMES: [&str; 6] = ["sub", "uv", "ref", "cnt", "ts", "sig"];

pub(crate) fn config(cases: u32) -> ProptestConfig {
    // Miri takes a thousand times as long, and can't read files.
    if cfg!(miri) {
        return ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(2)
        };
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/properties/regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::with_cases(cases)
    }
}

/// A character that a field may have, usually one with a special meaning.
pub(crate) fn character() -> impl Strategy<Value = char> {
    let nasty = "%+&=#{}/.?;:@\\ ~'\"<>^`[],!*()-_$";
    let wide = "é\u{301}漢🙂\u{a0}\u{2027}\u{feff}\u{fffd}\u{10ffff}";
    let select = |text: &str| select(text.chars().collect::<Vec<_>>());
    prop_oneof![
        4 => select(nasty),
        3 => select("0123456789abcdefABCDEFuvz"),
        1 => select(wide),
        1 => any::<char>(),
    ]
    .prop_filter("a field can't hold it", |c| {
        *c != '|' && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
    })
}

/// A text that a field may have.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let whole = [
        ".",
        "..",
        "%2e",
        "%2E%2e",
        "{signature}",
        "{reference}",
        "%7C",
        "%00",
        "%",
        "%zz",
        "+",
        "a&uv=b",
        "?sig=1",
        "#",
        "1705500000",
        "0",
        "/",
        "//",
        " ",
        "%C3%A9",
        "\u{feff}",
    ];
    prop_oneof![
        4 => vec(character(), 1..12).prop_map(String::from_iter),
        1 => select(whole.to_vec()).prop_map(str::to_owned),
        1 => vec(character(), 100..200).prop_map(String::from_iter),
    ]
}

/// A time that a message may have.
pub(crate) fn time() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..100_000_000_000_u64,
        0..12_u64,
        99_999_999_990..100_000_000_000_u64
    ]
}

pub(crate) fn secret() -> impl Strategy<Value = String> {
    vec(
        prop_oneof![4 => proptest::char::range('a', 'z'), 1 => proptest::char::range('!', '~')],
        16..80,
    )
    .prop_map(String::from_iter)
    .prop_filter("can't be a secret", |text| {
        WorkflowSecret::new(text).is_ok()
    })
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Link {
    pub(crate) uv: String,
    pub(crate) src: String,
    pub(crate) reference: String,
    pub(crate) ts: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Return {
    pub(crate) sub: String,
    pub(crate) uv: String,
    pub(crate) reference: String,
    pub(crate) cnt: u32,
    pub(crate) ts: u64,
}

pub(crate) fn link() -> impl Strategy<Value = Link> {
    (text(), text(), text(), time()).prop_map(|(uv, src, reference, ts)| Link {
        uv,
        src,
        reference,
        ts,
    })
}

pub(crate) fn done() -> impl Strategy<Value = Return> {
    (text(), text(), text(), any::<u32>(), time()).prop_map(|(sub, uv, reference, cnt, ts)| {
        Return {
            sub,
            uv,
            reference,
            cnt,
            ts,
        }
    })
}

impl Link {
    pub(crate) fn fields(&self) -> LinkFields<'_> {
        LinkFields {
            unique_value: &self.uv,
            source: &self.src,
            reference: &self.reference,
            timestamp: self.ts,
        }
    }

    /// Returns the payload as the documentation's snippet builds it.
    pub(crate) fn payload(&self) -> String {
        let Self {
            uv,
            src,
            reference,
            ts,
        } = self;
        format!("{uv}|{src}|{reference}|{ts}")
    }

    pub(crate) fn values(&self) -> Vec<String> {
        vec![
            self.uv.clone(),
            self.src.clone(),
            self.reference.clone(),
            self.ts.to_string(),
        ]
    }
}

impl Return {
    pub(crate) fn fields(&self) -> ReturnFields<'_> {
        ReturnFields {
            submission_id: &self.sub,
            unique_value: &self.uv,
            reference: &self.reference,
            photo_count: self.cnt.into(),
            timestamp: self.ts,
        }
    }

    /// Returns the payload as the documentation's snippet builds it.
    pub(crate) fn payload(&self) -> String {
        let Self {
            sub,
            uv,
            reference,
            cnt,
            ts,
        } = self;
        format!("{sub}|{uv}|{reference}|{cnt}|{ts}")
    }

    pub(crate) fn values(&self) -> Vec<String> {
        vec![
            self.sub.clone(),
            self.uv.clone(),
            self.reference.clone(),
            self.cnt.to_string(),
            self.ts.to_string(),
        ]
    }
}

/// Signs as the documentation's snippet does.
pub(crate) fn hmac_sha256(secret: &str, payload: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(payload);
    hex::encode(mac.finalize().into_bytes())
}

pub(crate) fn workflow() -> Workflow {
    Workflow::new(WorkflowSecret::new(SECRET).unwrap()).unwrap()
}

pub(crate) fn link_url(workflow: &Workflow, link: &Link) -> String {
    let url = LinkUrl::parse("https://visiono.io/s/a").unwrap();
    workflow
        .sign_link(&url, &link.fields())
        .unwrap()
        .to_string()
}

pub(crate) fn return_url(workflow: &Workflow, done: &Return) -> String {
    let template = RedirectTemplate::parse("https://a.example/done").unwrap();
    let signed = workflow.sign_return(&template, &done.fields());
    signed.unwrap().to_string()
}

/// The values, or the code and its names.
pub(crate) type Outcome = Result<Vec<String>, (Code, Vec<&'static str>)>;

pub(crate) fn refusal(error: Error) -> (Code, Vec<&'static str>) {
    (error.code(), error.parameters().collect())
}

pub(crate) fn verify_link<'a>(
    workflow: &Workflow,
    input: impl Into<Input<'a>>,
    now: u64,
    expect: &ExpectLink<'a>,
) -> Outcome {
    let link = workflow.verify_link(input, now, expect).map_err(refusal)?;
    Ok(vec![
        link.unique_value().to_string(),
        link.source().to_string(),
        link.reference().to_string(),
        link.timestamp().to_string(),
    ])
}

pub(crate) fn verify_return<'a>(
    workflow: &Workflow,
    input: impl Into<Input<'a>>,
    template: Option<&RedirectTemplate<'_>>,
    now: u64,
    expect: &ExpectReturn<'a>,
) -> Outcome {
    let done = workflow.verify_return(input, template, now, expect);
    let done = done.map_err(refusal)?;
    Ok(vec![
        done.submission_id().to_string(),
        done.unique_value().to_string(),
        done.reference().to_string(),
        done.photo_count().to_string(),
        done.timestamp().to_string(),
    ])
}

pub(crate) fn query_of(url: &str) -> &str {
    url.split_once('?').unwrap().1
}
pub(crate) const A_LINK: &str = "?uv=ABC+123&src=z%C3%A9&ref=t%2F1&ts=1705500000&sig=";
pub(crate) const A_RETURN: &str = "?sub=pls_1&uv=ABC+123&ref=t%2F1&cnt=5&ts=1705500000&sig=";

pub(crate) fn a_link() -> String {
    A_LINK.to_owned() + &hmac_sha256(SECRET, "ABC 123|zé|t/1|1705500000".as_bytes())
}

pub(crate) fn a_return() -> String {
    A_RETURN.to_owned() + &hmac_sha256(SECRET, "pls_1|ABC 123|t/1|5|1705500000".as_bytes())
}

pub(crate) const SIGNATURE_HEADERS: [&str; 4] = [
    "X-Visiono-Signature",
    "x-visiono-signature",
    "X-Webhook-Signature",
    "HTTP_X_WEBHOOK_SIGNATURE",
];

/// Returns a webhook with the workflow's secret. Visiono never issues one secret for both, but a
/// text without a prefix can be passed as either.
pub(crate) fn webhook() -> Webhook {
    Webhook::new(WebhookSecret::new(SECRET).unwrap()).unwrap()
}

pub(crate) fn signed(body: &[u8]) -> String {
    format!("sha256={}", hmac_sha256(SECRET, body))
}

/// JSON of any kind, whose texts may have a special meaning.
pub(crate) fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        prop::num::f64::NORMAL.prop_map(Json::from),
        json_text().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::hash_map(json_text(), inner, 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

pub(crate) fn json_text() -> impl Strategy<Value = String> {
    let odd = [
        "event",
        "timestamp",
        "data",
        "__proto__",
        "",
        "\0",
        "\u{1f}\"\\/\u{7f}",
        "|",
        "a|b|c|1705500000",
        "{\"event\":\"a\"}",
    ];
    prop_oneof![
        2 => text(),
        1 => select(odd.to_vec()).prop_map(str::to_owned),
        1 => vec(any::<char>(), 0..8).prop_map(String::from_iter),
    ]
}

/// An event: the members of its object, including `data`.
pub(crate) fn event() -> impl Strategy<Value = Json> {
    let others = prop::collection::hash_map(json_text(), json(), 0..3);
    (json_text(), json(), others).prop_map(|(name, data, others)| {
        let mut body = Json::Object(others.into_iter().collect());
        // A timestamp that is not a time would be refused.
        body.as_object_mut().expect("an object").remove("timestamp");
        body["event"] = name.into();
        body["data"] = data;
        body
    })
}

/// Any text, usually made of parts with a special meaning.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let tokens = [
        "https://",
        "HTTP://",
        "localhost",
        "[::1]",
        "127.0.0.1",
        "a.example",
        ":",
        ":80",
        "@",
        "/",
        "//",
        "?",
        "#",
        "&",
        "=",
        "%",
        "%4",
        "%C3",
        "%A9",
        "%zz",
        "%00",
        "%7C",
        "|",
        "+",
        " ",
        "{",
        "}",
        "{}",
        "{reference}",
        "{signature}",
        "{unique_value}",
        "{photo_count}",
        "{nope}",
        "uv",
        "src",
        "ref",
        "ts",
        "sig",
        "sub",
        "cnt",
        "%75v",
        "sha256=",
        "0",
        "01",
        "-1",
        "5",
        "1705500000",
        "99999999999",
        "18446744073709551616",
        ".",
        "..",
        "é",
        "漢",
        "🙂",
        "\u{301}",
        "\0",
        "\n",
        "\u{7f}",
        "\u{85}",
        "\u{feff}",
        "\\",
        "[",
        "]",
        "whsec_",
        "vsk_",
        "0123456789abcdef",
        "41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04a",
    ];
    prop_oneof![
        4 => vec(select(tokens.to_vec()), 0..24).prop_map(|tokens| tokens.concat()),
        1 => vec(any::<u8>(), 0..64).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        1 => vec(any::<char>(), 0..32).prop_map(String::from_iter),
    ]
}
