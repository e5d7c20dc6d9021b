//! Tests inputs of a megabyte: each has its exact answer, and none takes long.

use conformance::sample::{LINK_TIME as NOW, webhook, workflow};
use visiono_workflow::{
    Code, Error, ExpectLink, ExpectReturn, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    WebhookSecret, WorkflowSecret,
};

const MEGABYTE: usize = 1 << 20;
/// Returns a megabyte of this text, or slightly less.
fn megabyte_of(text: &str) -> String {
    text.repeat(MEGABYTE / text.len())
}

#[track_caller]
fn assert_refused<T>(result: Result<T, Error>, code: Code, names: &[&str]) {
    let error = result.err().expect("a refusal");
    assert_eq!(error.code(), code);
    assert_eq!(error.parameters().collect::<Vec<_>>(), names);
}

#[test]
fn fields_of_a_megabyte_are_signed_and_verified() {
    let workflow = workflow();
    for text in ["a", "é", "%", "🙂", "+&=#"] {
        let text = megabyte_of(text);
        let fields = LinkFields {
            unique_value: &text,
            source: "zendesk",
            reference: &text,
            timestamp: NOW,
        };
        let url = LinkUrl::from_slug("a").unwrap();
        let signed = workflow.sign_link(&url, &fields).unwrap().to_string();
        let expect = ExpectLink::new().unique_value(&text);
        let link = workflow.verify_link(&signed, NOW, &expect).unwrap();
        assert!(link.reference() == text.as_str());

        let fields = ReturnFields {
            submission_id: "pls_1",
            unique_value: "ABC123",
            reference: &text,
            photo_count: 5,
            timestamp: NOW,
        };
        let template = "https://a.example/a{reference}b/{submission_id}?u=a{unique_value}b\
            &c={photo_count}&t={timestamp}&h={signature}";
        let template = RedirectTemplate::parse(template).unwrap();
        let signed = workflow.sign_return(&template, &fields).unwrap();
        let signed = signed.to_string();
        let expect = ExpectReturn::new();
        let done = workflow.verify_return(&signed, Some(&template), NOW, &expect);
        assert!(done.unwrap().reference() == text.as_str());
    }
}

#[test]
fn a_wrong_megabyte_is_refused() {
    let workflow = workflow();
    let expect = ExpectLink::new();
    let good = "uv=1&src=2&ref=3&ts=1705500000&sig=4";
    for (query, code, names) in [
        (
            megabyte_of("&"),
            Code::MissingParameter,
            &["uv", "src", "ref", "ts", "sig"][..],
        ),
        (
            megabyte_of("="),
            Code::MissingParameter,
            &["uv", "src", "ref", "ts", "sig"],
        ),
        (
            megabyte_of("%"),
            Code::MissingParameter,
            &["uv", "src", "ref", "ts", "sig"],
        ),
        (
            megabyte_of("x=1&"),
            Code::MissingParameter,
            &["uv", "src", "ref", "ts", "sig"],
        ),
        (megabyte_of("sig=&"), Code::DuplicateParameter, &["sig"]),
        (
            good.replace("uv=1", &format!("uv={}", megabyte_of("%"))),
            Code::MalformedParameter,
            &["uv"],
        ),
        (
            good.replace("ref=3", &format!("ref={}|", megabyte_of("%41"))),
            Code::MalformedParameter,
            &["ref"],
        ),
        (
            good.replace("ts=1", &format!("ts={}", megabyte_of("1"))),
            Code::MalformedParameter,
            &["ts"],
        ),
        (
            good.replace("ts=1", &format!("ts={}", megabyte_of("0"))),
            Code::MalformedParameter,
            &["ts"],
        ),
        (
            good.replace("sig=4", &format!("sig={}", megabyte_of("4"))),
            Code::InvalidSignature,
            &[],
        ),
        (
            format!("?{good}#{}", megabyte_of("&uv=1")),
            Code::InvalidSignature,
            &[],
        ),
        // At a position where no fragment can be.
        (
            format!("{good}#{}", megabyte_of("&uv=1")),
            Code::DuplicateParameter,
            &["uv"],
        ),
        (
            format!("{}&{good}", megabyte_of("x;")),
            Code::InvalidSignature,
            &[],
        ),
        (
            format!("{}&{good}", megabyte_of("x;%55%00=1;")),
            Code::InvalidSignature,
            &[],
        ),
        (
            format!("{}&{good}", megabyte_of("UV=1&")),
            Code::DuplicateParameter,
            &["uv"],
        ),
        (
            format!("{}uv&{good}", megabyte_of("[")),
            Code::DuplicateParameter,
            &["uv"],
        ),
        (
            format!("{}&{good}", megabyte_of("%75v%=1&")),
            Code::InvalidSignature,
            &[],
        ),
        (
            format!("/{}?{good}", megabyte_of("/")),
            Code::InvalidSignature,
            &[],
        ),
    ] {
        assert_refused(workflow.verify_link(&query, NOW, &expect), code, names);
    }

    let template = "https://a.example/{reference}/?u=a{unique_value}b";
    let template = RedirectTemplate::parse(template).unwrap();
    let expect = ExpectReturn::new()
        .submission_id("s")
        .photo_count(5)
        .timestamp(NOW);
    for (url, code, names) in [
        (
            megabyte_of("/"),
            Code::MissingParameter,
            &["uv", "ref", "sig"][..],
        ),
        (
            format!("/x/?{}", megabyte_of("u=1&")),
            Code::DuplicateParameter,
            &["uv"],
        ),
        (
            format!("/{}/?u=ab", megabyte_of("%")),
            Code::MissingParameter,
            &["uv", "sig"],
        ),
    ] {
        let done = workflow.verify_return(&url, Some(&template), NOW, &expect);
        assert_refused(done, code, names);
    }
}

#[test]
fn arguments_may_have_a_megabyte() {
    for text in ["a", "é", "🙂"] {
        let text = megabyte_of(text);
        // A repeated character is not a valid secret, nor is text outside ASCII.
        assert_refused(WorkflowSecret::new(&text), Code::InvalidSecret, &[]);
        assert_eq!(
            WebhookSecret::new(format!("{text}b")).is_ok(),
            text.is_ascii()
        );
        let _ =
            LinkUrl::from_slug(&text).map_err(|error| assert_eq!(error.code(), Code::InvalidField));
        assert!(LinkUrl::parse(&format!("https://a.example/{text}?{text}#{text}")).is_ok());
        assert!(RedirectTemplate::parse(&format!("https://a.example/{text}{{reference}}")).is_ok());
    }
    assert_refused(
        WorkflowSecret::new(megabyte_of(" ")),
        Code::InvalidSecret,
        &[],
    );
    assert_refused(
        LinkUrl::from_slug(&megabyte_of("/")),
        Code::InvalidField,
        &["slug"],
    );
    assert_refused(
        LinkUrl::parse(&megabyte_of("https://")),
        Code::InvalidUrl,
        &[],
    );
    let host = format!("https://{}:1/", megabyte_of("1"));
    assert!(LinkUrl::parse(&host).is_ok());
    let port = format!("https://a.example:{}/", megabyte_of("1"));
    assert_refused(LinkUrl::parse(&port), Code::InvalidUrl, &[]);
    for text in ["{", "}", "{}", "{reference", "{{reference}}"] {
        let template = format!("https://a.example/{}", megabyte_of(text));
        let error = RedirectTemplate::parse(&template).unwrap_err();
        assert_eq!(
            (error.code(), error.position()),
            (Code::InvalidTemplate, Some(18))
        );
    }
    // Placeholders without an end are read one by one. The second of two is the fault.
    let many = format!("https://a.example/{}", megabyte_of("{reference}"));
    let many = RedirectTemplate::parse(&many).unwrap();
    let error = many.check_extractable().unwrap_err();
    assert_eq!(
        (error.code(), error.position()),
        (Code::InvalidTemplate, Some(18))
    );
}

#[test]
fn a_webhook_may_have_a_mebibyte_and_no_more() {
    let webhook = webhook();
    let mut body = vec![b'a'; MEGABYTE];
    let header = format!("sha256={}", webhook.sign(&body).as_str());
    assert!(webhook.verify(&body, Some(header.as_bytes())).is_ok());
    body.push(b'a');
    // A body that is too large is not hashed, whatever the header.
    let header = format!("sha256={}", webhook.sign(&body).as_str());
    for header in [None, Some(header.as_str()), Some("")] {
        assert_refused(
            webhook.verify(&body, header.map(str::as_bytes)),
            Code::MalformedParameter,
            &["body"],
        );
    }
    let header = format!("sha256={}", megabyte_of("0"));
    assert_refused(
        webhook.verify(b"", Some(header.as_bytes())),
        Code::InvalidSignature,
        &[],
    );
}
