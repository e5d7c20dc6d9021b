//! Tests of error details and small functions that the vectors don't cover.

use std::time::{SystemTime, UNIX_EPOCH};

use conformance::sample::{webhook, workflow};
use serde_json::{Value, json};
use visiono_workflow::{
    Code, EventData, ExpectLink, Fields, Input, LinkFields, LinkUrl, RedirectTemplate,
    ReturnFields, TestEvent, Webhook, WebhookEvent, WebhookHeaders, WebhookSecret, WebhookStyle,
    field_number, unix_time,
};

const FIELDS: LinkFields<'static> = LinkFields {
    unique_value: "A/B",
    source: "zendesk",
    reference: "t-1",
    timestamp: 1_000,
};

#[test]
fn the_clock_is_the_systems() {
    let seconds = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.unwrap().as_secs()
    };
    let before = seconds();
    let now = unix_time();
    assert!((before..=seconds()).contains(&now));
}

#[test]
fn a_number_that_no_field_can_hold_is_the_largest() {
    for (number, field) in [
        (0, 0),
        (7, 7),
        (-1, u64::MAX),
        (i128::from(u64::MAX), u64::MAX),
        (i128::MAX, u64::MAX),
        (i128::MIN, u64::MAX),
    ] {
        assert_eq!(field_number(number), field);
    }
}

#[test]
fn a_set_of_fields_has_a_length() {
    assert_eq!(Fields::NONE.len(), 0);
    assert_eq!(Fields::RETURN.len(), 6);
}

#[test]
fn a_url_is_written_into_a_buffer_that_is_large_enough() {
    let workflow = workflow();
    let url = LinkUrl::from_slug("a").unwrap();
    let link = workflow.sign_link(&url, &FIELDS).unwrap();
    let text = link.to_string();
    let template = RedirectTemplate::parse("https://a.example/{reference}?s={signature}").unwrap();
    let fields = ReturnFields {
        submission_id: "pls_1",
        unique_value: "A/B",
        reference: "t 1",
        photo_count: 2,
        timestamp: 1_000,
    };
    let done = workflow.sign_return(&template, &fields).unwrap();
    let returned = done.to_string();
    let mut buffer = [0xee; 300];
    assert_eq!(link.write_to_slice(&mut buffer).unwrap(), text);
    assert_eq!(buffer[text.len()..], [0xee; 300][text.len()..]);
    assert_eq!(done.write_to_slice(&mut buffer).unwrap(), returned);
    for (written, needed) in [
        (link.write_to_slice(&mut [0; 99]), text.len()),
        (done.write_to_slice(&mut [0; 9]), returned.len()),
    ] {
        let error = written.unwrap_err();
        assert_eq!(error.code(), Code::BufferTooSmall);
        assert_eq!(error.needed(), Some(needed));
        assert_eq!((error.seconds(), error.position()), (None, None));
    }
}

#[test]
fn an_error_has_the_seconds_of_the_difference() {
    let workflow = workflow().max_age(10).leeway(5);
    let url = LinkUrl::from_slug("a").unwrap();
    let link = workflow.sign_link(&url, &FIELDS).unwrap().to_string();
    for (now, code, seconds) in [(1_013, Code::Expired, 3), (990, Code::NotYetValid, 5)] {
        let refused = workflow.verify_link(&link, now, &ExpectLink::new());
        let error = refused.unwrap_err();
        assert_eq!((error.code(), error.seconds()), (code, Some(seconds)));
        assert_eq!((error.position(), error.needed()), (None, None));
    }
}

#[test]
fn a_misplaced_brace_has_its_byte_and_its_reason() {
    for (template, position, sentence) in [
        (
            "https://{reference}.example/",
            8,
            "is a brace before the path: start with https:// and a host",
        ),
        (
            "https://a.example{reference}",
            17,
            "is a brace before the path: start with https:// and a host",
        ),
        (
            "{reference}",
            0,
            "is a brace before the path: start with https:// and a host",
        ),
        (
            "https://a.example}/",
            17,
            "is a brace before the path: start with https:// and a host",
        ),
        (
            "https://a.example/{ref}",
            18,
            "is a placeholder of no known name",
        ),
        ("https://a.example/{", 18, "is a '{' without a '}'"),
        ("https://a.example/}", 18, "is a '}' without a '{'"),
        ("https://a.example?{", 18, "is a '{' without a '}'"),
        ("https://a.example#{", 18, "is a '{' without a '}'"),
    ] {
        let error = RedirectTemplate::parse(template).unwrap_err();
        assert_eq!(error.position(), Some(position), "{template}");
        let text = error.to_string();
        let start = format!("byte {position} of the redirect template {sentence}");
        assert!(text.starts_with(&start), "{template}: {text}");
        assert_eq!((error.seconds(), error.needed()), (None, None));
    }
}

#[test]
fn a_signature_may_be_encoded_like_anything_else() {
    let workflow = workflow();
    let url = LinkUrl::from_slug("a").unwrap();
    let link = workflow.sign_link(&url, &FIELDS).unwrap().to_string();
    let (start, sig) = link.split_once("sig=").unwrap();
    let encoded: String = sig.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for sig in [
        &encoded,
        &format!("%{:02x}{}", sig.as_bytes()[0], &sig[1..]),
    ] {
        let link = format!("{start}sig={sig}");
        assert!(
            workflow
                .verify_link(&link, 1_000, &ExpectLink::new())
                .is_ok()
        );
        let longer = format!("{link}%30");
        let refused = workflow.verify_link(&longer, 1_000, &ExpectLink::new());
        assert_eq!(refused.unwrap_err().code(), Code::InvalidSignature);
    }
}

#[test]
fn only_a_url_has_a_path() {
    let workflow = workflow();
    let template = "https://a.example/{reference}?s={submission_id}&u={unique_value}\
        &c={photo_count}&t={timestamp}&h={signature}";
    let template = RedirectTemplate::parse(template).unwrap();
    let fields = ReturnFields {
        submission_id: "pls_1",
        unique_value: "A",
        reference: "t-1",
        photo_count: 2,
        timestamp: 1_000,
    };
    let url = workflow
        .sign_return(&template, &fields)
        .unwrap()
        .to_string();
    let expect = visiono_workflow::ExpectReturn::new();
    let verify = |text: &str| {
        let done = workflow.verify_return(Input::from(text), Some(&template), 1_000, &expect);
        done.map(|done| done.reference().to_string())
    };
    assert_eq!(verify(&url).unwrap(), "t-1");
    let (_, query) = url.split_once('?').unwrap();
    assert_eq!(verify(query).unwrap_err().code(), Code::MissingParameter);
    // A bare query that starts like a path.
    let query = format!("t-1&{query}");
    assert_eq!(verify(&query).unwrap_err().code(), Code::MissingParameter);
}

#[test]
fn the_data_of_a_delivery_is_read_as_any_type() {
    let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef").unwrap()).unwrap();
    let webhook = webhook;
    let with = |more: &str, then: &dyn Fn(visiono_workflow::Delivery<'_>)| {
        let body = format!(r#" {{"event":"a"{more}}} "#);
        let header = format!("sha256={}", webhook.sign(body.as_bytes()).as_str());
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        let delivery = webhook.receive(body.as_bytes(), &headers, 0).unwrap();
        assert_eq!(delivery.body(), body);
        then(delivery);
    };
    with("", &|delivery| {
        assert_eq!(delivery.data_as::<Value>().unwrap(), Value::Null);
        assert_eq!(delivery.data_as::<Option<EventData>>().unwrap(), None);
        assert!(delivery.data_as::<EventData>().is_err());
    });
    with(r#","data":{"id":"pr_1","new":[1]},"x":2"#, &|delivery| {
        let data = delivery.data_as::<EventData>().unwrap();
        assert_eq!(data.id.as_deref(), Some("pr_1"));
        assert_eq!(data.other["new"], json!([1]));
        assert!(delivery.data_as::<u64>().is_err());
    });
    // `data` is not a text for the first type, but is one for the last.
    with(
        r#","data":1,"data":{"a":2},"data":"three","x":4"#,
        &|delivery| {
            assert_eq!(delivery.data_as::<&str>().unwrap(), "three");
            assert_eq!(delivery.data_as::<Value>().unwrap(), "three");
        },
    );
}

#[test]
fn a_body_reports_numbers_beyond_a_doubles_precision() {
    for (number, is_large) in [
        ("9007199254740991", false),
        ("9007199254740992", true),
        ("9007199254740993", true),
        ("-9007199254740991", false),
        ("-9007199254740992", true),
        ("9223372036854775807", true),
        ("-9223372036854775808", true),
        ("18446744073709551615", true),
        ("18446744073709551616", true),
        ("-9223372036854775809", true),
        ("123456789012345678901234567890", true),
        ("1e15", false),
        ("1e16", true),
        ("-1e300", true),
        ("0.1", false),
        ("-0", false),
        ("\"9007199254740992\"", false),
    ] {
        for (before, after) in [("", ""), ("[[", "]]"), ("{\"b\":[1,{\"c\":", "}]}")] {
            let body = format!(r#"{{"event":"a","a":{before}{number}{after},"z":1}}"#);
            let header = webhook().signature_header(body.as_bytes());
            let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
            let delivery = webhook().receive(body.as_bytes(), &headers, 0).unwrap();
            assert_eq!(delivery.has_large_numbers(), is_large, "{body}");
        }
    }
}

#[test]
fn each_digit_of_a_signature_is_one_character() {
    let workflow = workflow();
    let url = LinkUrl::from_slug("a").unwrap();
    let url = workflow.sign_link(&url, &FIELDS).unwrap().to_string();
    let start = url.len() - 64;
    for place in start..url.len() {
        for other in (0..=0x7f).map(char::from) {
            // These end the query or a parameter, or encode another character.
            if matches!(other, '#' | '&' | '%' | '+') || url[place..].starts_with(other) {
                continue;
            }
            let mut forged = url.clone();
            forged.replace_range(place..=place, other.encode_utf8(&mut [0; 1]));
            let verified = workflow.verify_link(&forged, 1_000, &ExpectLink::new());
            assert_eq!(verified.unwrap_err().code(), Code::InvalidSignature);
        }
    }
}

#[test]
fn a_value_is_compared_with_text() {
    let workflow = workflow();
    let url = LinkUrl::from_slug("a").unwrap();
    let url = workflow.sign_link(&url, &FIELDS).unwrap().to_string();
    let link = workflow.verify_link(&url, 1_000, &ExpectLink::new());
    let link = link.unwrap();
    for (value, text) in [(link.unique_value(), "A/B"), (link.reference(), "t-1")] {
        assert!(value == text && value == *text);
        assert!(value != "A%2FB" && value != *"t-2");
    }
    assert!(link.unique_value() != link.reference());
}

#[test]
fn headers_that_are_read_are_recognized_by_name() {
    for name in WebhookHeaders::NAMES {
        assert!(WebhookHeaders::reads(name.as_bytes()));
        let cgi = format!("HTTP_{}", name.to_uppercase().replace('-', "_"));
        assert!(WebhookHeaders::reads(cgi.as_bytes()));
    }
    for name in ["", "x-visiono-event", "x-webhook-timestamp", "wsgi.input"] {
        assert!(!WebhookHeaders::reads(name.as_bytes()));
    }
}

/// Tests that each documented event of the test kit is received, in both styles.
#[test]
fn every_test_delivery_is_received() {
    let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef").unwrap()).unwrap();
    for event in WebhookEvent::ALL {
        for style in ["guide", "developer"] {
            for timestamp in [true, false] {
                let fields = TestEvent {
                    style: WebhookStyle::from_name(style).unwrap(),
                    timestamp,
                    ..TestEvent::default()
                };
                let now = 1_735_137_300;
                let test = webhook.test_delivery(event.as_str(), &fields, now).unwrap();
                assert!(
                    test.headers()
                        .any(|header| header == ("Content-Type", "application/json"))
                );
                let headers = WebhookHeaders::from_iter(test.headers());
                let delivery = webhook
                    .receive(test.body().as_bytes(), &headers, now)
                    .unwrap();
                assert_eq!(delivery.event(), Some(event));
                // A binding may compute the key later.
                let key = Webhook::dedup_key(test.body().as_bytes());
                assert_eq!(delivery.dedup_key(), key.as_str());
                let keyless = webhook
                    .receive_without_key(test.body().as_bytes(), &headers, now)
                    .unwrap();
                assert_eq!((keyless.dedup_key(), keyless.event()), ("", Some(event)));
                assert_eq!(delivery.event_time(), timestamp.then_some(1_735_137_300));
                assert_eq!(delivery.unauthenticated_delivery_id(), Some("test"));
                assert!(delivery.is_test() && delivery.data_as::<EventData>().is_ok());
                let link = delivery.link().map(|link| link.reference());
                let is_link = event == WebhookEvent::SubmissionCreated;
                assert_eq!(link, is_link.then_some("ticket-456"));
            }
        }
    }
    for now in [0, 99_999_999_999] {
        let test = webhook.test_delivery("submission.created", &TestEvent::default(), now);
        let test = test.unwrap();
        let headers = WebhookHeaders::from_iter(test.headers());
        assert!(
            webhook
                .receive(test.body().as_bytes(), &headers, now)
                .is_ok()
        );
    }
    let late = webhook.test_delivery("submission.created", &TestEvent::default(), 100_000_000_000);
    assert_eq!(late.unwrap_err().code(), Code::InvalidArgument);
}
