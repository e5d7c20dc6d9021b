//! Tests of the three webhook commands: their output, and the requests that a receiver gets.

use std::collections::BTreeSet;
use std::fs::File;
use std::net::TcpListener;
use std::process;

use assert_cmd::Command;
use serde_json::{Value, json};
use visiono_workflow::{Delivery, EventData, Webhook, WebhookEvent, WebhookSecret, unix_time};

use crate::program::{
    Files, Ran, SECRET, VARIABLE, WEBHOOK_VARIABLE, and, bare, code, done, failed, object, run,
};
use crate::receiver::{Receiver, Request};

const WEBHOOK_SECRET: &str = "whsec_0123456789abcdef";
const BODY: &str = r#"{"event":"submission.created","timestamp":"2024-12-25T14:35:00Z","data":{"permanent_link_submission":{"id":"pls_456","unique_field_value":"ABC123","external_source":"zendesk","external_reference":"ticket-456"}}}"#;
/// The signature of [`BODY`] with [`WEBHOOK_SECRET`], from `openssl dgst -sha256 -hmac`.
const HEADER: &str =
    "X-Visiono-Signature: sha256=9d1587c88c52360803b697429104b7199fab25c7931f6bd5a0eed427d80ac244";
/// The output of `sha256sum` for [`BODY`].
const DEDUP_KEY: &str = "fe703043679a9462a1fb49911e3363ad07ac2d52813109e2c1da21978f09510f";
const NOW: &str = "1735137300";
const VERIFY: [&str; 6] = ["webhook", "receive", "--now", NOW, "--header", HEADER];

/// Returns the program with the webhook's secret in the environment.
fn program() -> Command {
    let mut command = bare();
    command.env(WEBHOOK_VARIABLE, WEBHOOK_SECRET);
    command
}

/// Runs the program with a body on standard input.
fn with_body(body: impl Into<Vec<u8>>, arguments: &[&str]) -> Ran {
    let mut program = program();
    program.write_stdin(body.into());
    run(program, arguments)
}

fn webhook() -> Webhook {
    Webhook::new(WebhookSecret::new(WEBHOOK_SECRET).unwrap()).unwrap()
}

/// Returns the header of a body, made by the core.
fn header(body: &[u8]) -> String {
    let signature = webhook().sign(body);
    format!("X-Visiono-Signature: sha256={}", signature.as_str())
}

// --- verify ----------------------------------------------------------------------------------

#[test]
fn verifying_prints_a_line_for_each_present_value() {
    let headers = [
        "--header",
        "x-visiono-delivery: d-1",
        "--header",
        "X-Visiono-Tenant-Id:t-1",
    ];
    assert_eq!(
        with_body(BODY, &and(&VERIFY, &headers)),
        done(&format!(
            "event: submission.created\n\
             documented: true\n\
             event_time: 1735137300\n\
             dedup_key: {DEDUP_KEY}\n\
             secret_index: 0\n\
             request_id: pls_456\n\
             unauthenticated_delivery_id: d-1\n\
             unauthenticated_tenant_id: t-1\n\
             is_test: false\n\
             link.submission_id: pls_456\n\
             link.unique_value: ABC123\n\
             link.source: zendesk\n\
             link.reference: ticket-456\n"
        )),
    );
    let body = r#"{"event":"coffee\u001b[31m.ready","test":true}"#;
    let verify = ["webhook", "receive", "--header", &header(body.as_bytes())];
    let ran = with_body(body, &verify);
    let lines: Vec<_> = ran.stdout.lines().collect();
    assert_eq!(lines[0], r#"event: "coffee\u{1b}[31m.ready""#);
    assert_eq!(lines[1], "documented: false");
    assert!(lines[2].starts_with("dedup_key: "));
    assert_eq!(lines[3..], ["secret_index: 0", "is_test: true"]);
}

#[test]
fn verifying_prints_one_object() {
    let headers = ["--header", "X-Webhook-ID: wh_1", "--json"];
    let (printed, status) = object(&with_body(BODY, &and(&VERIFY, &headers)));
    assert_eq!(status, 0);
    assert_eq!(
        printed,
        json!({
            "result": "ok",
            "event": "submission.created",
            "documented": true,
            "event_time": 1_735_137_300,
            "dedup_key": DEDUP_KEY,
            "secret_index": 0,
            "request_id": "pls_456",
            "unauthenticated_delivery_id": "wh_1",
            "unauthenticated_tenant_id": null,
            "is_test": false,
            "link": {
                "submission_id": "pls_456",
                "unique_value": "ABC123",
                "source": "zendesk",
                "reference": "ticket-456",
            },
            "data": serde_json::from_str::<Value>(BODY).unwrap()["data"],
        })
    );
    // The names are in the order in which a person reads them.
    let (printed, _) = object(&with_body("{}", &and(&VERIFY, &["--json"])));
    assert_eq!(printed["result"], "invalid_signature");
    assert_eq!(printed["number"], 203);
}

#[test]
fn a_refusal_is_one_line_and_status_1() {
    let verify = |now| {
        let arguments = ["webhook", "receive", "--now", now, "--header", HEADER];
        with_body(BODY, &arguments)
    };
    assert_eq!(
        verify("1735148101"),
        failed(
            1,
            "error: expired (204): the message is 1 s older than its maximum age: \
             refuse the message; if every message fails, check this machine's clock"
        ),
    );
    assert_eq!(verify("1735148100").status, 0);
    assert_eq!(verify("1735137240").status, 0);
    assert_eq!(verify("1735137239").status, 1);
    let missing = with_body(BODY, &["webhook", "receive", "--json"]);
    let (missing, status) = object(&missing);
    assert_eq!(status, 1);
    assert_eq!(missing["result"], "missing_parameter");
    assert_eq!(missing["parameters"], json!(["sig"]));
}

#[test]
fn the_age_and_the_leeway_are_settable() {
    let at = |now, options: &[&str]| {
        let arguments = [
            "webhook", "receive", "--json", "--header", HEADER, "--now", now,
        ];
        code(&with_body(BODY, &and(&arguments, options)))
    };
    let good = ("ok".into(), 0);
    assert_eq!(at("1735137310", &["--max-age", "10"]), good);
    assert_eq!(
        at("1735137311", &["--max-age", "10"]),
        ("expired".into(), 1)
    );
    assert_eq!(at("1735137290", &["--leeway", "10"]), good);
    assert_eq!(
        at("1735137289", &["--leeway", "10"]),
        ("not_yet_valid".into(), 1)
    );
    let most = "18446744073709551615";
    assert_eq!(at("99999999999", &["--max-age", most]), good);
    assert_eq!(at("0", &["--leeway", most]), good);
    // Without `--now`, the time is the system's.
    let verify = ["webhook", "receive", "--json", "--header", HEADER];
    assert_eq!(code(&with_body(BODY, &verify)), ("expired".into(), 1));
    for option in ["--now", "--max-age", "--leeway"] {
        for number in ["-1", "1.5", "", "18446744073709551616"] {
            let ran = with_body(BODY, &and(&VERIFY[..2], &["--json", option, number]));
            assert_eq!(code(&ran), ("invalid_argument".into(), 2), "{number}");
        }
    }
    for milliseconds in ["100000000000", "1735137300000", most] {
        assert_eq!(at(milliseconds, &[]), ("invalid_argument".into(), 2));
    }
}

#[test]
fn an_event_without_a_timestamp_is_delivered_unless_one_is_required() {
    let verify = |body: &str, options: &[&str]| {
        let header = header(body.as_bytes());
        let arguments = [
            "webhook", "receive", "--json", "--header", &header, "--now", NOW,
        ];
        object(&with_body(body, &and(&arguments, options)))
    };
    let require = ["--require-timestamp"];
    for undated in [
        r#"{"event":"submission.created"}"#,
        r#"{"event":"submission.created","timestamp":null}"#,
    ] {
        let (delivered, status) = verify(undated, &[]);
        assert_eq!((&delivered["result"], status), (&json!("ok"), 0));
        assert_eq!(delivered["event_time"], Value::Null);
        assert_eq!(delivered["dedup_key"].as_str().map(str::len), Some(64));
        let (refused, status) = verify(undated, &require);
        assert_eq!(
            (&refused["result"], status),
            (&json!("missing_parameter"), 1)
        );
        assert_eq!(refused["parameters"], json!(["timestamp"]));
        // The text has no line for it.
        let header = header(undated.as_bytes());
        let ran = with_body(undated, &["webhook", "receive", "--header", &header]);
        assert_eq!(ran.status, 0);
        assert!(!ran.stdout.contains("event_time"), "{}", ran.stdout);
    }
    // A timestamp that is present must be valid.
    for odd in ["\"\"", "\"yesterday\"", "1735137300", "false"] {
        let body = format!(r#"{{"event":"submission.created","timestamp":{odd}}}"#);
        for options in [&[][..], &require] {
            let (refused, status) = verify(&body, options);
            assert_eq!(
                (&refused["result"], status),
                (&json!("missing_parameter"), 1)
            );
        }
    }
    assert_eq!(verify(BODY, &require).1, 0);
}

#[test]
fn the_body_is_the_bytes_of_standard_input() {
    let verify = |body: &[u8]| code(&with_body(body, &and(&VERIFY, &["--json"])));
    assert_eq!(verify(BODY.as_bytes()), ("ok".into(), 0));
    // A final newline changes the body as well.
    for other in ["\n", " ", "\r\n"] {
        let body = format!("{BODY}{other}");
        assert_eq!(verify(body.as_bytes()), ("invalid_signature".into(), 1));
    }
    let binary = b"{\"event\":\"\xff\"}";
    let header = header(binary);
    let verify = ["webhook", "receive", "--json", "--header", &header];
    let (refused, status) = object(&with_body(*binary, &verify));
    assert_eq!(
        (&refused["result"], status),
        (&json!("malformed_parameter"), 1)
    );
    assert_eq!(refused["parameters"], json!(["body"]));
}

#[test]
fn reading_stops_when_a_body_is_too_large() {
    let body = format!("{BODY}{}", " ".repeat((1 << 20) - BODY.len()));
    let header = header(body.as_bytes());
    let verify = [
        "webhook", "receive", "--json", "--now", NOW, "--header", &header,
    ];
    assert_eq!(code(&with_body(body.as_str(), &verify)), ("ok".into(), 0));
    let signed = with_body(body.as_str(), &["webhook", "sign"]);
    assert_eq!(signed, done(&format!("{header}\n")));

    let larger = format!("{body} ");
    let (refused, status) = object(&with_body(larger.as_str(), &verify));
    assert_eq!(
        (&refused["result"], status),
        (&json!("malformed_parameter"), 1)
    );
    assert_eq!(refused["parameters"], json!(["body"]));
    assert_eq!(
        with_body(larger.as_str(), &["webhook", "sign"]),
        failed(
            2,
            "error: invalid_argument (301): the body is larger than 1048576 bytes, which no \
             receiver accepts"
        ),
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_body_without_end_is_refused() {
    for (arguments, wanted) in [
        (
            &["webhook", "receive", "--json"][..],
            ("malformed_parameter", 1),
        ),
        (&["webhook", "sign", "--json"], ("invalid_argument", 2)),
    ] {
        let output = process::Command::new(env!("CARGO_BIN_EXE_visiono-workflow"))
            .env(WEBHOOK_VARIABLE, WEBHOOK_SECRET)
            .args(arguments)
            .stdin(File::open("/dev/zero").unwrap())
            .output()
            .unwrap();
        let printed: Value = serde_json::from_slice(&output.stdout).expect("an object");
        let (result, status) = wanted;
        assert_eq!(printed["result"], result);
        assert_eq!(output.status.code(), Some(status));
    }
}

#[test]
fn a_header_is_a_name_a_colon_and_a_value() {
    for (header, shown) in [
        ("", ""),
        ("sha256=00", "sha256=00"),
        // Long enough to be a secret in the wrong place.
        ("X-Visiono-Signature", "(not shown, as it may be a secret)"),
    ] {
        let arguments = ["webhook", "receive", "--json", "--header", header];
        let (refused, status) = object(&with_body(BODY, &arguments));
        assert_eq!(
            (&refused["result"], status),
            (&json!("invalid_argument"), 2)
        );
        assert_eq!(
            refused["message"],
            format!(
                "invalid value '{shown}' for '--header <NAME: VALUE>': pass it as 'Name: value'"
            )
        );
    }
    let value = HEADER.split_once(": ").unwrap().1;
    let verify = |header: &str| {
        let arguments = [
            "webhook", "receive", "--json", "--now", NOW, "--header", header,
        ];
        code(&with_body(BODY, &arguments))
    };
    for good in ["X-Visiono-Signature:", "x-webhook-signature: "] {
        assert_eq!(verify(&format!("{good}{value}")), ("ok".into(), 0));
    }
    for bad in ["X-Visiono-Signature:  ", "X-Visiono-Signature::"] {
        assert_eq!(
            verify(&format!("{bad}{value}")),
            ("invalid_signature".into(), 1)
        );
    }
    assert_eq!(
        verify(&format!(": {value}")),
        ("missing_parameter".into(), 1)
    );
}

// --- Secrets ---------------------------------------------------------------------------------

#[test]
fn a_secret_comes_from_files_or_else_from_the_environment() {
    let files = Files::new();
    let other = files.write("other", "whsec_another-secret-of-16-bytes");
    let other = other.to_str().unwrap();
    let path = files.write("secret", format!("{WEBHOOK_SECRET}\n"));
    let path = path.to_str().unwrap();
    // The variable is ignored when there is a file.
    let verify = and(&VERIFY, &["--json", "--secret-file", other]);
    assert_eq!(
        code(&with_body(BODY, &verify)),
        ("invalid_signature".into(), 1)
    );
    let mut rotating = bare();
    rotating.write_stdin(BODY);
    let (verified, status) = object(&run(rotating, and(&verify, &["--secret-file", path])));
    assert_eq!((&verified["secret_index"], status), (&json!(1), 0));
    // The first signs.
    let sign = [
        "webhook",
        "sign",
        "--secret-file",
        path,
        "--secret-file",
        other,
    ];
    assert_eq!(with_body(BODY, &sign), done(&format!("{HEADER}\n")));
}

#[test]
fn neither_secret_is_accepted_as_the_other() {
    let wanted = failed(
        2,
        "error: invalid_secret (100): no secret was given: set the environment variable \
         VISIONO_WEBHOOK_SECRET, or pass --secret-file PATH",
    );
    for arguments in [
        &VERIFY[..],
        &["webhook", "sign"],
        &["webhook", "send", "http://localhost:9"],
    ] {
        let mut program = bare();
        program.env(VARIABLE, SECRET).write_stdin(BODY);
        assert_eq!(run(program, arguments), wanted);
    }
    let ran = run(program(), ["verify-link", "uv=1", "--json"]);
    assert_eq!(code(&ran), ("invalid_secret".into(), 2));

    let mut program = bare();
    program.env(WEBHOOK_VARIABLE, "vsk_0123456789abcdef");
    assert_eq!(
        run(program, ["webhook", "sign"]),
        failed(
            2,
            "error: invalid_secret (100): VISIONO_WEBHOOK_SECRET: the secret is an API key \
             (vsk_): pass the secret"
        )
    );
}

// --- sign ------------------------------------------------------------------------------------

#[test]
fn signing_prints_the_header_alone() {
    assert_eq!(
        with_body(BODY, &["webhook", "sign"]),
        done(&format!("{HEADER}\n"))
    );
    let (name, value) = HEADER.split_once(": ").unwrap();
    assert_eq!(
        with_body(BODY, &["webhook", "sign", "--json"]),
        done(&format!(
            "{{\"result\":\"ok\",\"name\":\"{name}\",\"value\":\"{value}\"}}\n"
        ))
    );
}

// --- send ------------------------------------------------------------------------------------

/// Sends with `--json`, and returns the result, the printed deliveries and the exit status.
fn send(url: &str, options: &[&str]) -> (String, Vec<Value>, i32) {
    let arguments = and(&["webhook", "send", "--json", url], options);
    let (object, status) = object(&run(program(), arguments));
    let deliveries = object["deliveries"].as_array().expect("a list").clone();
    let result = object["result"].as_str().expect("text").to_owned();
    (result, deliveries, status)
}

/// Returns the delivery that the core reads from a request.
fn received(request: &Request) -> Delivery<'_> {
    let received = webhook().receive(&request.body, &request.headers(), unix_time());
    received.expect("a good webhook")
}

#[test]
fn every_event_is_received_in_both_styles() {
    let receiver = Receiver::verifying(WEBHOOK_SECRET);
    for style in ["guide", "developer"] {
        let (result, printed, status) =
            send(&receiver.url(), &["--event", "all", "--style", style]);
        assert_eq!((result.as_str(), status), ("ok", 0), "{printed:?}");
        let requests = receiver.requests();
        assert_eq!(requests.len(), WebhookEvent::ALL.len());
        assert_eq!(printed.len(), WebhookEvent::ALL.len());
        let mut keys = BTreeSet::new();
        for ((request, printed), event) in requests.iter().zip(&printed).zip(WebhookEvent::ALL) {
            assert_eq!(request.line, "POST /webhook?tenant=1 HTTP/1.1");
            assert_eq!(request.header("content-type"), "application/json");
            let delivery = received(request);
            assert_eq!(delivery.event(), Some(event));
            assert!(delivery.is_test());
            let body: Value = serde_json::from_str(delivery.body()).expect("JSON");
            assert_eq!(body["is_test"], true);
            assert!(keys.insert(delivery.dedup_key().to_owned()));

            let id = delivery.unauthenticated_delivery_id().expect("an ID");
            assert_eq!(printed["event"], event.as_str());
            assert_eq!(printed["delivery_id"], id);
            assert_eq!(printed["status"], 204);
            assert_eq!(printed["good"], true);
            assert!(printed["milliseconds"].is_u64());
            assert_eq!(printed.get("error"), None);

            let data: EventData = delivery.data_as().expect("a documented payload");
            // It has no undocumented member.
            assert!(data.other.is_empty(), "{data:?}");
            let has_photos = !matches!(
                event,
                WebhookEvent::PhotoRequestCreated
                    | WebhookEvent::PhotoRequestFirstViewed
                    | WebhookEvent::PhotoRequestExpired
            );
            if style == "guide" {
                assert_eq!(request.header("x-visiono-event"), event.as_str());
                assert_eq!(delivery.unauthenticated_tenant_id(), Some("test"));
                assert_eq!(data.id, None);
                let request = data.photo_request.expect("a request");
                assert!(request.other.is_empty());
                // The photos are counted once all of them have arrived; before that, each has its
                // own event.
                let are_all_there = event == WebhookEvent::PhotoRequestSubmitted;
                assert_eq!(request.submissions_count, are_all_there.then_some(1));
                assert_eq!(request.submitted_at.is_some(), are_all_there);
                let is_one_photo =
                    has_photos && !are_all_there && event != WebhookEvent::SubmissionCreated;
                assert_eq!(data.submission.is_some(), is_one_photo);
            } else {
                let time = delivery.event_time().unwrap().to_string();
                assert_eq!(request.header("x-webhook-timestamp"), time);
                assert_eq!(data.photo_request, None);
                assert!(data.id.is_some());
                assert_eq!(data.photos.is_some(), has_photos);
            }
            match event {
                WebhookEvent::SubmissionCreated => {
                    let link = delivery.link().expect("a link");
                    assert_eq!(link.unique_value(), "ABC123");
                    assert_eq!(link.source(), "zendesk");
                    assert_eq!(link.reference(), "ticket-456");
                    assert!(link.submission_id().unwrap().starts_with("pls_"));
                }
                _ => assert_eq!(delivery.link(), None),
            }
        }
    }
}

#[test]
fn the_event_matches_a_given_link() {
    let receiver = Receiver::verifying(WEBHOOK_SECRET);
    let options = [
        "--unique-value",
        "Straße 5",
        "--source",
        "-x",
        "--reference",
        "t\u{202e}7",
        "--submission-id",
        "pls_9",
    ];
    let url = receiver.url();
    let ran = run(program(), and(&["webhook", "send", &url], &options));
    assert_eq!((ran.stderr.as_str(), ran.status), ("", 0));
    let requests = receiver.requests();
    let [request] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    // A shell can verify the request again.
    let name_and_value = |name: &str| format!("{name}: {}", request.header(name));
    let headers = ["x-visiono-signature", "x-visiono-delivery"].map(name_and_value);
    let verify = [
        "webhook",
        "receive",
        "--json",
        "--header",
        &headers[0],
        "--header",
        &headers[1],
    ];
    let (verified, status) = object(&with_body(request.body.as_slice(), &verify));
    assert_eq!(status, 0);
    assert_eq!(verified["event"], "submission.created");
    assert_eq!(
        verified["unauthenticated_delivery_id"],
        request.header("x-visiono-delivery")
    );
    assert_eq!(
        verified["link"],
        json!({
            "submission_id": "pls_9",
            "unique_value": "Straße 5",
            "source": "-x",
            "reference": "t\u{202e}7",
        })
    );
    // The values of a link must be valid fields.
    for odd in ["t|7", "t\u{1b}7", ""] {
        let ran = run(program(), ["webhook", "send", &url, "--reference", odd]);
        assert_eq!(ran.status, 0, "{ran:?}");
        let requests = receiver.requests();
        assert_eq!(received(&requests[0]).link(), None, "{odd:?}");
    }
}

#[test]
fn an_event_can_have_no_timestamp_another_time_and_a_chosen_id() {
    let receiver = Receiver::verifying(WEBHOOK_SECRET);
    let url = receiver.url();
    let (result, _, status) = send(&url, &["--no-timestamp", "--event", "all"]);
    assert_eq!((result.as_str(), status), ("ok", 0));
    for request in receiver.requests() {
        assert_eq!(received(&request).event_time(), None);
        let body: Value = serde_json::from_slice(&request.body).expect("JSON");
        assert_eq!(body.get("timestamp"), None);
    }
    for style in ["guide", "developer"] {
        let options = ["--now", NOW, "--id", "e-1", "--style", style];
        let (result, printed, status) = send(&url, &options);
        // The event is too old.
        assert_eq!((result.as_str(), status), ("failed", 1));
        assert_eq!(printed[0]["status"], 401);
        assert_eq!(printed[0]["delivery_id"], "e-1");
        let requests = receiver.requests();
        let headers = requests[0].headers();
        let now = NOW.parse().unwrap();
        let delivery = webhook().receive(&requests[0].body, &headers, now).unwrap();
        assert_eq!(delivery.event_time(), Some(i64::try_from(now).unwrap()));
        assert_eq!(delivery.unauthenticated_delivery_id(), Some("e-1"));
        assert_eq!(delivery.link().unwrap().submission_id(), Some("pls_e-1"));
    }
    for (option, bad) in [
        ("--id", ""),
        ("--id", "a\r\nX-Visiono-Signature: b"),
        ("--id", "é"),
        ("--now", "-1"),
        ("--now", "100000000000"),
    ] {
        let ran = run(program(), ["webhook", "send", &url, "--json", option, bad]);
        assert_eq!(
            code(&ran),
            ("invalid_argument".into(), 2),
            "{option} {bad:?}"
        );
    }
    assert!(receiver.requests().is_empty());
}

/// Returns the lines without the milliseconds.
fn without_time(ran: &Ran) -> String {
    let lines = ran.stdout.lines().map(|line| {
        let (start, rest) = line.split_once(" after ").expect("a time");
        let (milliseconds, end) = rest.split_once(" ms: ").expect("a time");
        assert!(milliseconds.parse::<u64>().is_ok(), "{line}");
        format!("{start}: {end}\n")
    });
    lines.collect()
}

#[test]
fn the_answer_decides_the_exit_status() {
    let other = Receiver::verifying(WEBHOOK_SECRET);
    for (answer, status, verdict) in [
        ("200 OK", 0, "200: accepted"),
        ("299 Whatever", 0, "299: accepted"),
        (
            "300 Multiple Choices",
            1,
            "300: not accepted, which 2xx would be",
        ),
        (
            "304 Not Modified",
            1,
            "304: not accepted, which 2xx would be",
        ),
        (
            "401 Unauthorized",
            1,
            "401: not accepted, which 2xx would be",
        ),
        ("500 Error", 1, "500: not accepted, which 2xx would be"),
        ("599 Whatever", 1, "599: not accepted, which 2xx would be"),
    ] {
        let receiver = Receiver::new(move |_| answer.to_owned());
        let ran = run(program(), ["webhook", "send", &receiver.url()]);
        assert_eq!((ran.stderr.as_str(), ran.status), ("", status), "{answer}");
        assert_eq!(
            without_time(&ran),
            format!("submission.created: {verdict}\n")
        );
        assert_eq!(receiver.requests().len(), 1);
    }
    // A redirect is an answer, and is not followed.
    for redirect in [301, 302, 303, 307, 308] {
        let location = other.url();
        let receiver = Receiver::new(move |_| format!("{redirect} R\r\nlocation: {location}"));
        let (result, printed, status) = send(&receiver.url(), &[]);
        assert_eq!((result.as_str(), status), ("failed", 1));
        assert_eq!(printed[0]["status"], redirect);
        assert_eq!(receiver.requests().len(), 1);
    }
    assert!(other.requests().is_empty());
    // One wrong answer is enough.
    let receiver = Receiver::new(|request| {
        let is_last = String::from_utf8_lossy(&request.body).contains("submission.created");
        if is_last { "500 E" } else { "200 O" }.to_owned()
    });
    let options = [
        "--event",
        "submission.created",
        "--event",
        "photo_request.created",
    ];
    let (result, printed, status) = send(&receiver.url(), &options);
    assert_eq!((result.as_str(), status), ("failed", 1));
    assert_eq!(
        (&printed[0]["good"], &printed[1]["good"]),
        (&json!(false), &json!(true))
    );
}

#[test]
fn a_missing_answer_is_a_failure() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = unused.local_addr().unwrap().port();
    drop(unused);
    let url = format!("http://127.0.0.1:{port}");
    let (result, printed, status) = send(&url, &[]);
    assert_eq!((result.as_str(), status), ("failed", 1));
    assert_eq!(
        (&printed[0]["status"], &printed[0]["good"]),
        (&Value::Null, &json!(false))
    );
    assert!(
        printed[0]["error"].as_str().unwrap().contains("refused"),
        "{printed:?}"
    );
    let ran = run(program(), ["webhook", "send", &url]);
    assert_eq!((ran.stderr.as_str(), ran.status), ("", 1));
    assert!(
        without_time(&ran).starts_with("submission.created: no readable answer: "),
        "{ran:?}"
    );

    for answer in ["", "nonsense", "200 \u{1b}[31mred"] {
        let broken = Receiver::new(|_| answer.to_owned());
        let (result, printed, status) = send(&broken.url(), &[]);
        assert_eq!((result.as_str(), status), ("failed", 1));
        assert_eq!(
            (&printed[0]["status"], &printed[0]["good"]),
            (&Value::Null, &json!(false))
        );
        assert_eq!(broken.requests().len(), 1);
    }
}

#[test]
fn events_are_only_sent_to_this_machine() {
    let receiver = Receiver::verifying(WEBHOOK_SECRET);
    let port = receiver.port();
    for host in ["localhost", "LOCALHOST", "127.0.0.1"] {
        // A proxy would see the event, so none is used.
        let mut program = program();
        for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            program.env(variable, "http://127.0.0.1:9");
        }
        let ran = run(
            program,
            ["webhook", "send", &format!("http://{host}:{port}/webhook")],
        );
        assert_eq!(ran.status, 0, "{ran:?}");
    }
    assert_eq!(receiver.requests().len(), 3);

    let elsewhere = "a message is signed with your secret, and could be taken for one of \
        Visiono's: it is sent to this machine alone (localhost, 127.x.x.x or [::1])";
    let tls = "start it with http://, without TLS: no authority certifies localhost, and what is \
        sent doesn't leave the machine";
    let port = "the port must be a number from 1 to 65535, without a leading zero";
    for (url, why) in [
        ("http://a.example/webhook", elsewhere),
        ("https://a.example/webhook", elsewhere),
        ("http://localhost.a.example", elsewhere),
        ("http://localhost.", elsewhere),
        ("http://localhost@a.example", elsewhere),
        ("http://127.0.0.1@a.example:80/", elsewhere),
        ("http://a.localhost", elsewhere),
        ("http://0.0.0.0", elsewhere),
        ("http://126.0.0.1", elsewhere),
        ("http://128.0.0.1", elsewhere),
        ("http://127.1", elsewhere),
        ("http://2130706433", elsewhere),
        ("http://0177.0.0.1", elsewhere),
        ("http://[::]", elsewhere),
        ("http://[::2]", elsewhere),
        ("http://[::ffff:127.0.0.1]", elsewhere),
        ("http://192.168.0.1", elsewhere),
        ("/webhook", elsewhere),
        ("https://localhost", tls),
        ("localhost:8000", tls),
        ("ftp://localhost", tls),
        ("http://localhost:99999/webhook", port),
        ("http://127.0.0.1:65536", port),
        ("http://[::1]:99999", port),
        ("http://localhost:", port),
        ("http://localhost:/webhook", port),
        ("http://localhost:0", port),
        ("http://localhost:080", port),
        ("http://localhost:+80", port),
        ("http://localhost:-1", port),
        ("http://localhost:80a", port),
        ("http://localhost:8000:80", "it is not a URL"),
        ("http://localhost:８０", "it is not a URL"),
        ("http://", "it is not a URL"),
        ("http://localhost/ a", "it is not a URL"),
        ("http://a.example\\@localhost", "it is not a URL"),
        ("", "it is not a URL"),
    ] {
        let (refused, status) = object(&run(program(), ["webhook", "send", "--json", url]));
        assert_eq!(
            (&refused["result"], status),
            (&json!("invalid_argument"), 2),
            "{url}"
        );
        let said = refused["message"].as_str().unwrap();
        assert!(said.ends_with(&format!(" for '<URL>': {why}")), "{said}");
    }
}
