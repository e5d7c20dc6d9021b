//! Counts allocations per thread, to show that the core makes none.

use std::hint::black_box;

use allocation_counter::measure;
use visiono_workflow::{
    Code, Error, ExpectLink, ExpectReturn, Field, Input, LinkFields, LinkUrl, RedirectTemplate,
    ReturnFields, Webhook, WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const NOW: u64 = 1_705_500_000;

/// Returns texts that a URL has unescaped, that are percent-encoded, and that are longer than any
/// buffer on the stack.
fn texts() -> [String; 3] {
    [
        "ABC-123".into(),
        "é + 漢/%&=🙂".into(),
        "long é ".repeat(1000),
    ]
}

const TEMPLATES: [&str; 3] = [
    "https://a.example/done?lang=it#end",
    "https://a.example/?s={submission_id}&u=v1-{unique_value}.x&r={reference}&c={photo_count}\
        &t={timestamp}&h=sha256-{signature}",
    "https://a.example/{submission_id}/caf%C3%A9-{unique_value}/{reference}/{photo_count}\
        /{timestamp}?h={signature}#{reference}",
];

fn link_fields(text: &str) -> LinkFields<'_> {
    LinkFields {
        unique_value: text,
        source: text,
        reference: text,
        timestamp: NOW,
    }
}

fn return_fields(text: &str) -> ReturnFields<'_> {
    ReturnFields {
        submission_id: text,
        unique_value: text,
        reference: text,
        photo_count: 5,
        timestamp: NOW,
    }
}

fn workflow() -> Workflow {
    let secrets = [SECRET, &SECRET[1..]].map(|secret| WorkflowSecret::new(secret).unwrap());
    Workflow::new(secrets).unwrap()
}

#[track_caller]
fn assert_none<T>(does: impl FnOnce() -> T) -> T {
    let mut result = None;
    let info = measure(|| result = Some(black_box(does())));
    assert_eq!(info.count_total, 0, "{info:?}");
    result.unwrap()
}

#[test]
fn the_counter_counts() {
    let count = |does: &dyn Fn()| measure(does).count_total;
    assert_eq!(count(&|| ()), 0);
    assert_eq!(count(&|| drop(black_box(Box::new(1)))), 1);
    assert_eq!(count(&|| drop(black_box(vec![0_u8; 100]))), 1);
    assert_eq!(count(&|| drop(black_box("text".to_owned()))), 1);
    let mut text = black_box(String::with_capacity(1));
    let info = measure(|| text.push_str("more than one byte"));
    assert_eq!(info.count_total, 1, "growing counts");
    // A call that is documented to allocate must be counted.
    let link = workflow();
    let url = LinkUrl::from_slug("a").unwrap();
    let signed = link.sign_link(&url, &link_fields("text")).unwrap();
    assert_ne!(count(&|| drop(black_box(signed.to_string()))), 0);
}

#[test]
fn other_threads_do_not_count() {
    let info = measure(|| {
        allocation_counter::opt_out(|| {
            let thread = std::thread::spawn(|| drop(black_box(vec![0_u8; 100])));
            thread.join().unwrap();
        });
    });
    assert_eq!(info.count_total, 0, "{info:?}");
}

#[test]
fn keying_a_secret_allocates_nothing() {
    let long = SECRET.repeat(100);
    for secret in [SECRET, &long, "short"] {
        let _ = assert_none(|| WorkflowSecret::new(secret));
        let _ = assert_none(|| WebhookSecret::new(secret));
    }
    assert_none(|| Workflow::new(WorkflowSecret::new(SECRET)?)).unwrap();
    // Only several secrets need a list. Without the feature `alloc`, four need none.
    assert_none(|| Workflow::from_texts([Some(SECRET), None])).unwrap();
    assert_none(|| Webhook::from_texts([Some(SECRET), None])).unwrap();
}

#[test]
fn signing_and_verifying_a_link_allocates_nothing() {
    let workflow = workflow();
    for text in &texts() {
        let mut url = String::with_capacity(1 << 17);
        let mut buffer = vec![0; 1 << 17];
        assert_none(|| {
            let link = LinkUrl::parse("https://visiono.io/s/a?lang=it#end")?;
            let signed = workflow.sign_link(&link, &link_fields(text))?;
            signed.write_to(&mut url).unwrap();
            signed.write_to_slice(&mut buffer).map(str::len)
        })
        .unwrap();
        assert_none(|| {
            let link = LinkUrl::from_slug("damage-report")?;
            let signed = workflow.sign_link(&link, &link_fields(text))?;
            signed.write_to_slice(&mut buffer).map(str::len)
        })
        .unwrap();
        assert_none(|| {
            let expect = ExpectLink::new().unique_value(text).timestamp(NOW);
            let link = workflow.verify_link(&url, NOW, &expect)?;
            assert!(link.unique_value() == text.as_str());
            assert!(link.reference().chars().eq(text.chars()));
            Ok::<_, Error>(link.timestamp())
        })
        .unwrap();
    }
}

#[test]
fn signing_and_verifying_a_return_allocates_nothing() {
    let workflow = workflow();
    for text in &texts() {
        for template in TEMPLATES {
            let mut url = String::with_capacity(1 << 17);
            let mut buffer = vec![0; 1 << 17];
            let template = assert_none(|| RedirectTemplate::parse(template)).unwrap();
            assert_none(|| template.missing().is_empty() && template.check_extractable().is_ok());
            assert_none(|| {
                let signed = workflow.sign_return(&template, &return_fields(text))?;
                signed.write_to(&mut url).unwrap();
                signed.write_to_slice(&mut buffer).map(str::len)
            })
            .unwrap();
            assert_none(|| {
                let expanded = template.expand(&return_fields(text), SECRET)?;
                expanded.write_to_slice(&mut buffer).map(str::len)
            })
            .unwrap();
            assert_none(|| {
                let expect = ExpectReturn::new().reference(text).photo_count(5);
                let done = workflow.verify_return(&url, Some(&template), NOW, &expect)?;
                assert!(done.unique_value() == text.as_str());
                Ok::<_, Error>(done.photo_count())
            })
            .unwrap();
        }
        let plain = RedirectTemplate::parse("https://a.example/").unwrap();
        let signed = workflow.sign_return(&plain, &return_fields(text)).unwrap();
        let url = signed.to_string();
        let sig = signed.signature().as_str();
        assert_none(|| workflow.verify_return(&url, None, NOW, &ExpectReturn::new())).unwrap();
        let pairs = [
            ("sub", text.as_str()),
            ("uv", text),
            ("ref", text),
            ("sig", sig),
        ];
        assert_none(|| {
            let expect = ExpectReturn::new()
                .photo_count(5)
                .field(Field::Timestamp, Some("1705500000".into()))?;
            let input = Input::from(&pairs);
            workflow
                .verify_return(input, None, NOW, &expect)
                .map(|_| ())
        })
        .unwrap();
    }
}

#[test]
fn refusing_allocates_nothing() {
    let workflow = workflow();
    let bad = [
        ("", Code::MissingParameter),
        ("?uv=1&uv=2", Code::DuplicateParameter),
        ("?uv=%zz&src=2&ref=3&ts=4&sig=5", Code::MalformedParameter),
        ("?uv=1&src=2&ref=3&ts=4&sig=5", Code::InvalidSignature),
    ];
    for (url, code) in bad {
        let error = assert_none(|| workflow.verify_link(url, NOW, &ExpectLink::new()));
        assert_eq!(error.unwrap_err().code(), code);
    }
    for template in ["", "https://a.example/{nope}", "https://a.example/{"] {
        assert_none(|| RedirectTemplate::parse(template)).unwrap_err();
    }
    for url in ["", "http://a.example", "https://a.example/?sig=1"] {
        assert_none(|| LinkUrl::parse(url)).unwrap_err();
    }
}

#[test]
fn a_webhook_allocates_nothing() {
    let webhook = Webhook::new(WebhookSecret::new(SECRET).unwrap()).unwrap();
    let body = vec![b'a'; 1 << 20];
    assert_none(|| webhook.sign(&body));
    let header = assert_none(|| webhook.signature_header(&body));
    let header = Some(header.as_str().as_bytes());
    assert_none(|| webhook.verify(&body, header)).unwrap();
    assert_none(|| webhook.verify(&body, None)).unwrap_err();
}

#[test]
fn receiving_a_webhook_only_copies_escaped_texts() {
    let webhook = Webhook::new(WebhookSecret::new(SECRET).unwrap()).unwrap();
    let body = r#"{"event":"submission.created","timestamp":"2024-01-17T14:00:00Z","data":{
        "permanent_link_submission":{"id":"pls_1","unique_field_value":"ABC123 é",
            "external_source":"zendesk","external_reference":"ticket-456"},
        "other":[1,-2,2.5e3,true,null,"text",{"":[[]]}]}}"#;
    let header = format!("sha256={}", webhook.sign(body.as_bytes()).as_str());
    let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
    assert_none(|| {
        let delivery = webhook.receive(body.as_bytes(), &headers, NOW)?;
        assert_eq!(
            delivery.link().map(|link| link.unique_value()),
            Some("ABC123 é")
        );
        assert!(!delivery.is_test() && delivery.event_time().is_some());
        Ok::<_, Error>(delivery.event())
    })
    .unwrap();

    let escaped = body.replace("ABC123", r"\u0041BC123");
    let header = format!("sha256={}", webhook.sign(escaped.as_bytes()).as_str());
    let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
    let receive = || {
        let received = webhook.receive(escaped.as_bytes(), &headers, NOW);
        drop(black_box(received));
    };
    // The text, and the buffer into which it is unescaped.
    let info = measure(receive);
    assert!((1..100).contains(&info.bytes_total), "{info:?}");

    // Members that are not read are not copied, however many there are.
    let many = r#""\u0041","#.repeat(1000);
    let body = format!(r#"{{"event":"a","timestamp":"2024-01-17T14:00:00Z","x":[{many}0]}}"#);
    let header = format!("sha256={}", webhook.sign(body.as_bytes()).as_str());
    let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
    let info = measure(|| {
        webhook.receive(body.as_bytes(), &headers, NOW).unwrap();
    });
    assert!((1..10).contains(&info.count_total), "{info:?}");
}
