//! Times the core's operations, next to a bare keyed HMAC over the same bytes and next to the same
//! work done the usual way. `cargo xtask bench core` prints the ratios.
//!
//! The contenders of an operation take turns, so that other load on the machine affects all of
//! them. Each ratio is taken within a round.

use std::borrow::Cow;
use std::collections::HashMap;
use std::env;
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use sha2::block_api::compress256;
use url::Url;
use url::form_urlencoded::Serializer;
use visiono_workflow::{
    ExpectReturn, LinkFields, LinkUrl, RedirectTemplate, ReturnFields, Webhook, WebhookHeaders,
    WebhookSecret, Workflow, WorkflowSecret,
};

const ROUNDS: usize = 201;
/// The length of a contender's turn.
const TURN: Duration = Duration::from_millis(2);

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const LINK: &str = "https://visiono.io/s/damage-report";
const NOW: u64 = 1_705_500_000;
const RETURN: &str = "https://your-system.com/done?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5\
    &ts=1705500100&sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
const TEMPLATE: &str = "https://a.example/t/{reference}/done?s={submission_id}&u={unique_value}\
    &c={photo_count}&t={timestamp}&h={signature}";
const EVENT: &str = r#"{"event":"submission.created","timestamp":"2024-01-17T14:00:00Z","data":{
"permanent_link_submission":{"id":"pls_123","unique_field_value":"ABC123",
"external_source":"zendesk","external_reference":"ticket-456"}}}"#;

/// A contender: its name, and a function that runs the operation a number of times.
type Contender<'a> = (&'static str, Box<dyn FnMut(u64) + 'a>);

fn contender<'a, T>(name: &'static str, mut call: impl FnMut() -> T + 'a) -> Contender<'a> {
    let times = move |count| {
        for _ in 0..count {
            black_box(call());
        }
    };
    (name, Box::new(times))
}

/// Lets the contenders take turns, and prints the ratios to the first one, which is this library.
/// Adds them to the table of all runtimes.
fn measure(operation: &str, compressions: usize, mut contenders: Vec<Contender<'_>>) {
    let mut counts = Vec::new();
    for (_, times) in &mut contenders {
        let mut count = 1;
        while time(times, count) < TURN {
            count *= 2;
        }
        counts.push(count);
    }
    let mut rounds = vec![Vec::new(); contenders.len()];
    for _ in 0..ROUNDS {
        for (((_, times), count), rounds) in contenders.iter_mut().zip(&counts).zip(&mut rounds) {
            rounds.push(time(times, *count).as_secs_f64() * 1e9 / *count as f64);
        }
    }
    let ours = rounds[0].clone();
    for ((name, _), rounds) in contenders.iter().zip(&rounds) {
        let nanoseconds = quantile(rounds.clone(), 0.5);
        let ratios: Vec<_> = rounds.iter().zip(&ours).map(|(a, b)| a / b).collect();
        let ratio = [0.5, 0.25, 0.75].map(|part| quantile(ratios.clone(), part));
        match name {
            &"" => println!("{operation:<38} {nanoseconds:>6.0} ns"),
            name => println!("  {name:<36} {nanoseconds:>6.0} ns  × {:.2}", ratio[0]),
        }
        let row = json!({
            "runtime": "Rust", "operation": operation, "contender": name,
            "nanoseconds": nanoseconds, "ratio": ratio, "compressions": compressions,
        });
        if let Some(file) = env::var_os("BENCHMARKS") {
            let mut file = File::options()
                .create(true)
                .append(true)
                .open(file)
                .unwrap();
            writeln!(file, "{row}").unwrap();
        }
    }
}

fn time(times: &mut dyn FnMut(u64), count: u64) -> Duration {
    let start = Instant::now();
    times(count);
    start.elapsed()
}

fn quantile(mut numbers: Vec<f64>, part: f64) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[((numbers.len() - 1) as f64 * part) as usize]
}

/// HMAC with precomputed midstates: the lower bound of every operation.
fn bare<'a>(payload: &'a str) -> Contender<'a> {
    let keyed = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
    contender("a bare keyed HMAC", move || {
        let mac = keyed.clone().chain_update(black_box(payload));
        mac.finalize().into_bytes()
    })
}

/// Returns the lower bound of all contenders: SHA-256's own work for a link or return of ordinary
/// length, without the key's compressions.
fn compressions() -> Contender<'static> {
    let mut state = [0; 8];
    contender("two SHA-256 compressions", move || {
        for _ in 0..2 {
            compress256(black_box(&mut state), black_box(&[[0; 64]]));
        }
    })
}

fn hmac(payload: &[u8]) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(black_box(SECRET.as_bytes())).expect("any key");
    mac.chain_update(payload)
}

/// A function that makes a signature.
type Sign = fn(&str) -> String;

/// Well-known crates that make one.
const USUAL: [(&str, Sign); 2] = [
    ("the usual way, with url and hmac", |payload| {
        hex::encode(hmac(payload.as_bytes()).finalize().into_bytes())
    }),
    ("the usual way, with url and ring", |payload| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, black_box(SECRET.as_bytes()));
        hex::encode(ring::hmac::sign(&key, payload.as_bytes()))
    }),
];

fn link_fields() -> LinkFields<'static> {
    LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference: "ticket-456",
        timestamp: NOW,
    }
}

fn sign_link_as_usual(sign: Sign) -> String {
    let fields = black_box(link_fields());
    let timestamp = fields.timestamp.to_string();
    let sig = sign(&format!(
        "{}|{}|{}|{timestamp}",
        fields.unique_value, fields.source, fields.reference
    ));
    let query = Serializer::new(String::new())
        .append_pair("uv", fields.unique_value)
        .append_pair("src", fields.source)
        .append_pair("ref", fields.reference)
        .append_pair("ts", &timestamp)
        .append_pair("sig", &sig)
        .finish();
    format!("{LINK}?{query}")
}

fn verify_return_as_usual(sign: Sign) -> u64 {
    let url = Url::parse(black_box(RETURN)).expect("a URL");
    let query: HashMap<Cow<'_, str>, Cow<'_, str>> = url.query_pairs().collect();
    let sig = sign(&format!(
        "{}|{}|{}|{}|{}",
        query["sub"], query["uv"], query["ref"], query["cnt"], query["ts"]
    ));
    let timestamp: u64 = query["ts"].parse().expect("a number");
    assert!(sig == query["sig"] && NOW + 200 - timestamp <= 3600);
    timestamp
}

fn receive_as_usual(header: &str) -> Value {
    let digits = header.strip_prefix("sha256=").expect("a scheme");
    let signature = hex::decode(digits).expect("digits");
    let body = black_box(EVENT);
    assert!(hmac(body.as_bytes()).verify_slice(&signature).is_ok());
    let event: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(black_box(&event["timestamp"]), "2024-01-17T14:00:00Z");
    event
}

fn main() {
    let workflow = Workflow::new(WorkflowSecret::new(SECRET).expect("a secret")).expect("one");
    let url = LinkUrl::parse(LINK).expect("a link");
    let mut out = String::with_capacity(512);
    let mut contenders = vec![
        contender("", || {
            out.clear();
            let signed = workflow.sign_link(&url, &black_box(link_fields()));
            signed.expect("signed").write_to(&mut out).expect("room");
        }),
        bare("ABC123|zendesk|ticket-456|1705500000"),
        compressions(),
    ];
    contenders.extend(USUAL.map(|(name, sign)| contender(name, move || sign_link_as_usual(sign))));
    measure("sign a link", 2, contenders);

    let payload = "pls_123|ABC123|ticket-456|5|1705500100";
    let expect = ExpectReturn::new();
    let verify = |url: &str, template: Option<&RedirectTemplate<'_>>| {
        let verified = workflow.verify_return(black_box(url), template, NOW + 200, &expect);
        verified.expect("verified").photo_count()
    };
    let mut contenders = vec![contender("", || verify(RETURN, None)), bare(payload)];
    contenders
        .extend(USUAL.map(|(name, sign)| contender(name, move || verify_return_as_usual(sign))));
    measure("verify a return", 2, contenders);

    let template = RedirectTemplate::parse(TEMPLATE).expect("a template");
    let fields = ReturnFields {
        submission_id: "pls_123",
        unique_value: "ABC123",
        reference: "ticket-456",
        photo_count: 5,
        timestamp: 1_705_500_100,
    };
    let sign = || {
        workflow
            .sign_return(&template, black_box(&fields))
            .expect("signed")
    };
    let mut out = String::with_capacity(512);
    let signing = contender("", || {
        out.clear();
        sign().write_to(&mut out).expect("room");
    });
    measure(
        "sign a return, by a template of six",
        2,
        vec![signing, bare(payload)],
    );
    let returned = sign().to_string();
    let verifying = contender("", || verify(&returned, Some(&template)));
    measure(
        "verify a return, by a template of six",
        2,
        vec![verifying, bare(payload)],
    );

    let webhook = Webhook::new(WebhookSecret::new(SECRET).expect("a secret")).expect("one");
    let header = webhook.signature_header(EVENT.as_bytes());
    let contenders = vec![
        contender("", || {
            let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
            let received = webhook.receive(black_box(EVENT).as_bytes(), &headers, NOW);
            received.expect("received").is_test()
        }),
        bare(EVENT),
        contender("the usual way, with hmac and serde_json", || {
            receive_as_usual(header.as_str())
        }),
    ];
    // The HMAC, and the key that identifies duplicates.
    let blocks = (EVENT.len() + 9).div_ceil(64);
    measure("receive a webhook", 2 * blocks + 1, contenders);
}
