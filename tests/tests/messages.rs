//! Tests the exact sentence of every error. Each says what to do.

use conformance::sample::{LINK, LINK_TIME as NOW, RETURN, workflow};
use visiono_workflow::{
    Error, ExpectLink, ExpectReturn, Field, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    TestEvent, Webhook, WebhookHeaders, WebhookSecret, WebhookStyle, Workflow, WorkflowSecret,
    check_now, check_seconds,
};

const SECRET: &str = "0123456789abcdef";
#[track_caller]
fn says<T>(result: Result<T, Error>, sentence: &str) {
    let error = result.err().expect("an error");
    assert_eq!(error.to_string(), sentence);
    let mut written = String::new();
    error.write_to(&mut written).unwrap();
    assert_eq!(written, sentence);
}

#[test]
fn of_secrets() {
    let none: [WorkflowSecret; 0] = [];
    says(
        Workflow::new(none),
        "no secret was given: pass at least one",
    );
    let none: [Option<&str>; 0] = [];
    says(
        Webhook::from_texts(none),
        "no secret was given: pass at least one",
    );
    for (secret, sentence) in [
        (
            "0123456789abcde",
            "has fewer than 16 characters: set it to all that Visiono shows",
        ),
        (
            "0123456789abcdef\n",
            "has a character that is not printable ASCII, such as a space or a line feed: remove \
             it",
        ),
        (
            "whsec_0123456789abcdef",
            "is a webhook secret (whsec_): pass the workflow secret",
        ),
        (
            "vsk_0123456789abcdef",
            "is an API key (vsk_): pass the secret",
        ),
        ("\"0123456789abcdef\"", "is in quotes: remove them"),
        (
            "${VISIONO_WORKFLOW_SECRET}",
            "is an unexpanded variable: pass the variable's value",
        ),
        (
            "aaaaaaaaaaaaaaaa",
            "is one character repeated: copy all of it from Visiono",
        ),
        (
            "your-64-char-workflow-secret",
            "is the documentation's sample: copy your own from Visiono",
        ),
    ] {
        let alone = format!("the secret {sentence}");
        says(WorkflowSecret::new(secret), &alone);
        says(Workflow::from_texts([Some(secret)]), &alone);
        for (texts, position) in [
            ([Some(secret), Some(SECRET), None], 0),
            ([Some(SECRET), Some(secret), None], 1),
            ([Some(SECRET), None, Some(secret)], 2),
        ] {
            let sentence = format!("secret[{position}] {sentence}");
            says(Workflow::from_texts(texts), &sentence);
        }
    }
    let absent = "is absent: set the variable or setting that it comes from";
    says(
        Workflow::from_texts([None::<&str>]),
        &format!("the secret {absent}"),
    );
    says(
        Webhook::from_texts([None, Some(SECRET)]),
        &format!("secret[0] {absent}"),
    );
}

#[test]
fn of_fields() {
    let sign = |fields: LinkFields<'_>| {
        let url = LinkUrl::from_slug("a").unwrap();
        workflow().sign_link(&url, &fields).map(|_| ())
    };
    let control = "unique value (uv) contains a control character or a line separator: remove it";
    for (unique_value, sentence) in [
        ("", "unique value (uv) is empty: pass a value"),
        (
            "a|b",
            "unique value (uv) contains '|', which separates the fields: remove it",
        ),
        ("a\tb", control),
        ("a\u{2028}", control),
    ] {
        says(
            sign(LinkFields {
                unique_value,
                ..LINK
            }),
            sentence,
        );
    }
    says(
        sign(LinkFields {
            timestamp: 100_000_000_000,
            ..LINK
        }),
        "timestamp (ts) is 100000000000 or more, as if in milliseconds: pass Unix seconds",
    );
    says(
        sign(LinkFields {
            timestamp: u64::MAX,
            ..LINK
        }),
        "timestamp (ts) must be a decimal number in range, without sign, leading zero or space",
    );
    let template = RedirectTemplate::parse("https://a.example/{reference}").unwrap();
    let sign =
        |fields: &ReturnFields<'static>| workflow().sign_return(&template, fields).map(|_| ());
    says(
        sign(&ReturnFields {
            photo_count: 4_294_967_296,
            ..RETURN
        }),
        "photo count (cnt) is more than 4294967295: use a smaller number",
    );
    says(
        sign(&ReturnFields {
            reference: "..",
            ..RETURN
        }),
        "reference (ref) makes a '.' or '..' in the path, which then leads elsewhere: put the \
         placeholder into the query",
    );
    says(
        template.expand(&RETURN, "0"),
        "signature (sig) must be 64 lowercase hex digits",
    );
    says(
        LinkUrl::from_slug("."),
        "the slug must be of A-Z a-z 0-9 - . _ ~, and not '.' or '..': copy it from the end of \
         the Smart Link, or pass the whole link as a URL",
    );
}

#[test]
fn of_urls_and_templates() {
    for (url, fault) in [
        (&b"ftp://a.example"[..], "must start with https://"),
        (
            b"http://a.example",
            "may use http:// only for localhost, *.localhost, 127.x.x.x or [::1]: use https://",
        ),
        (
            b"https://",
            "has no valid host: use A-Z a-z 0-9 - . _ (xn-- for an international name) or IPv6 in \
             brackets",
        ),
        (
            b"https://a.example:65536",
            "has a port that is not 0 to 65535 in its shortest form: correct or remove it",
        ),
        (
            b"https://me@a.example",
            "has an '@' before its host: remove it",
        ),
        (
            b"https://a.example/ ",
            "contains white space or a control character: percent-encode it",
        ),
        (b"https://a.example\\", "contains a backslash: use '/'"),
        (b"https://a.example/\xff", "is not UTF-8: pass UTF-8 text"),
    ] {
        says(LinkUrl::parse(url), &format!("the link URL {fault}"));
        says(
            RedirectTemplate::parse(url),
            &format!("the redirect template {fault}"),
        );
    }
    says(
        LinkUrl::parse("https://a.example?ts=1&UV=2"),
        "unique value (uv) is already in the link URL, or a name that some decoders take for it: \
         remove it",
    );
    says(
        RedirectTemplate::parse("https://a.example?cnt=1"),
        "photo count (cnt) is already in the redirect template, or a name that some decoders take \
         for it: remove it, or use placeholders",
    );
    let either = "pass either the slug of the Smart Link or the link as a URL";
    says(LinkUrl::from_slug_or_url(None, None), either);
    says(LinkUrl::from_slug_or_url(Some(b"a"), Some(b"b")), either);
    for (template, sentence) in [
        (
            "https://a.example/{id}",
            "byte 18 of the redirect template is a placeholder of no known name: use \
             submission_id, unique_value, reference, photo_count, timestamp or signature",
        ),
        (
            "https://a.example/{",
            "byte 18 of the redirect template is a '{' without a '}': close it, \
             or write %7B for a brace",
        ),
        (
            "https://a.example/a}",
            "byte 19 of the redirect template is a '}' without a '{': remove it, \
             or write %7D for a brace",
        ),
        (
            "https://{reference}/",
            "byte 8 of the redirect template is a brace before the path: start with https:// and \
             a host",
        ),
    ] {
        says(RedirectTemplate::parse(template), sentence);
    }
    let many: String = (0..100).map(|number| format!("&a{number}")).collect();
    let many = format!("https://a.example?r={{reference}}{many}");
    for (template, sentence) in [
        (
            &*many,
            "byte 18 of the redirect template starts a query with more than 100 names: use fewer",
        ),
        (
            "https://a.example/x&R=1?r={reference}",
            "byte 17 of the redirect template starts a path with a name that some decoders take \
             for a parameter's: rename one",
        ),
        (
            "https://a.example?{reference}=1",
            "byte 18 of the redirect template starts a parameter with a placeholder in its name: \
             put it after the '='",
        ),
        (
            "https://a.example/{reference}{signature}",
            "byte 18 of the redirect template starts a path segment or parameter with two \
             placeholders: separate them",
        ),
        (
            "https://a.example?a=%zz{reference}",
            "byte 18 of the redirect template starts a path segment or parameter that can't be \
             decoded: write '%' as %25, and use UTF-8",
        ),
        (
            "https://a.example?b=1&a={reference}&a=2",
            "byte 22 of the redirect template starts a parameter that occurs again and has a \
             placeholder: rename one",
        ),
        (
            "https://a.example/?a=1;K=2&k={reference}",
            "byte 27 of the redirect template starts a parameter whose name some decoders take \
             for another's: rename one",
        ),
        (
            "https://a.example?d[s]={reference}&d[u]={signature}",
            "byte 18 of the redirect template starts a parameter whose name some decoders take \
             for another's: rename one",
        ),
    ] {
        let template = RedirectTemplate::parse(template).unwrap();
        says(template.check_extractable(), sentence);
        says(
            workflow().verify_return("", Some(&template), NOW, &ExpectReturn::new()),
            sentence,
        );
    }
}

#[test]
fn of_a_time_that_is_not_in_seconds() {
    const MILLISECONDS: &str =
        "now is 100000000000 or more, as if in milliseconds: pass Unix seconds";
    for now in [-1, i128::MIN] {
        says(
            check_now(now),
            "now is not a time since 1970: pass Unix seconds",
        );
    }
    says(check_now(i128::MAX), MILLISECONDS);
    // In milliseconds, microseconds and nanoseconds; for a genuine message and a forged one.
    let link = workflow().sign_link(&LinkUrl::from_slug("a").unwrap(), &LINK);
    let link = link.unwrap().to_string();
    let back = workflow().sign_return("https://a.example/done", &RETURN);
    let back = back.unwrap().to_string();
    let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef").unwrap()).unwrap();
    let body = br#"{"event":"a","timestamp":"2024-01-17T14:00:00Z"}"#;
    let header = webhook.signature_header(body);
    let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
    for now in [
        100_000_000_000,
        NOW * 1_000,
        NOW * 1_000_000,
        NOW * 1_000_000_000,
        u64::MAX,
    ] {
        says(check_now(now.into()), MILLISECONDS);
        for url in [&*link, "", "?ref=1&ref=2"] {
            let verified = workflow().verify_link(url, now, &ExpectLink::new());
            says(verified, MILLISECONDS);
        }
        for url in [&*back, "", "?ref=1&ref=2"] {
            let verified = workflow().verify_return(url, None, now, &ExpectReturn::new());
            says(verified, MILLISECONDS);
        }
        for body in [&body[..], b"{}"] {
            says(webhook.receive(body, &headers, now), MILLISECONDS);
        }
        let event = TestEvent::default();
        let test = webhook.test_delivery("submission.created", &event, now);
        says(test, MILLISECONDS);
        // The signed values are fields.
        let fields = LinkFields {
            timestamp: now,
            ..LINK
        };
        let signed = workflow().sign_link(&LinkUrl::from_slug("a").unwrap(), &fields);
        if now < u64::MAX {
            says(
                signed,
                "timestamp (ts) is 100000000000 or more, as if in milliseconds: pass Unix seconds",
            );
        }
    }
}

#[test]
fn of_arguments() {
    for seconds in [-1, 1 << 64] {
        says(
            check_seconds(seconds),
            "max_age and leeway must be 0 or more, and less than 2^64: pass seconds",
        );
    }
    says(
        ExpectLink::new().field(Field::PhotoCount, Some("5".into())),
        "only uv, src, ref and ts can be expected of a link",
    );
    says(
        ExpectReturn::new().field(Field::Source, Some("zendesk".into())),
        "only sub, uv, ref, cnt and ts can be expected of a return",
    );
    says(
        ExpectReturn::new().field(Field::Reference, None),
        "reference (ref) is expected, but its value is absent: pass the value, or refuse the message",
    );
    says(
        Err::<(), _>(Error::unknown_field()),
        "expect has a name that is not a field's: use long names, such as reference",
    );
    let entry = Ok((Field::Reference, Some("ticket-456".into())));
    says(
        ExpectReturn::from_entries([entry, entry]),
        "expect has two entries for one field: pass one for each field",
    );
    says(
        ExpectReturn::new().field(Field::Reference, Some(5.into())),
        "reference (ref) is a text field, but its expected value is a number: pass text",
    );
}

/// The advice about missing parameters, in each situation.
const REQUEST: &str = "missing or empty: pass the URL as the browser requested it";
const REQUEST_OR_EXPECT: &str =
    "missing: pass the URL as the browser requested it, or expect its value";
const ADD_OR_EXPECT: &str = "missing: add it to the redirect template, or expect its value";
const CHECK_AND_REQUEST: &str = "missing or empty: check that the redirect template has it, and \
    pass the URL as the browser requested it";
const NO_MATCH: &str = "missing: the URL does not match the redirect template; pass the URL as \
    the browser requested it";

/// Returns the start of a sentence: `reference (ref), timestamp (ts) `.
fn titles(short_names: &str) -> String {
    let titles = short_names.split(' ').map(|name| {
        let title = match name {
            "sub" => "submission ID",
            "uv" => "unique value",
            "src" => "source",
            "ref" => "reference",
            "cnt" => "photo count",
            "ts" => "timestamp",
            "sig" => "signature",
            other => panic!("{other}"),
        };
        format!("{title} ({name})")
    });
    titles.collect::<Vec<_>>().join(", ")
}

#[test]
fn of_a_link_with_missing_parameters() {
    let expect = ExpectLink::new().source("zendesk").reference("ticket-456");
    for (query, expect, missing, sentence) in [
        ("", ExpectLink::new(), "uv src ref ts sig", REQUEST),
        ("?uv=1&src=2&ref=3&ts=4", ExpectLink::new(), "sig", REQUEST),
        ("?uv=1&src=2&ref=3&ts=4", expect, "sig", REQUEST),
        (
            "?uv=1&src=&ref=3&ts=4&sig=5",
            ExpectLink::new(),
            "src",
            REQUEST,
        ),
        ("?uv=1&src=&ref=3&ts=4&sig=5", expect, "src", REQUEST),
        ("?uv=1&ref=&sig=5", ExpectLink::new(), "src ref ts", REQUEST),
        (
            "?uv=1&ts=4&sig=5",
            ExpectLink::new(),
            "src ref",
            REQUEST_OR_EXPECT,
        ),
        ("?src=2&ref=3&ts=4&sig=5", expect, "uv", REQUEST_OR_EXPECT),
    ] {
        let sentence = format!("{} {sentence}", titles(missing));
        says(workflow().verify_link(query, NOW, &expect), &sentence);
    }
}

#[test]
fn of_a_return_with_missing_parameters() {
    const DOCUMENTED: &str =
        "https://a.example/done?id={submission_id}&r={reference}&s={signature}";
    const PATH: &str = "https://a.example/t/{reference}?id={submission_id}&u={unique_value}\
        &c={photo_count}&t={timestamp}&s={signature}";
    const NO_SIGNATURE: &str = "https://a.example/done?id={submission_id}&u={unique_value}\
        &r={reference}&c={photo_count}&t={timestamp}#{signature}";
    const NO_PLACEHOLDER: &str = "https://a.example/done";
    const LITERAL: &str = "https://a.example/done?tenant=acme";
    let none = ExpectReturn::new();
    let reference = none.reference("1");
    let unsent = none.unique_value("2").photo_count(3).timestamp(4);
    let all = unsent.reference("1").submission_id("5");
    for (template, input, expect, missing, sentence) in [
        // Without a template, and with one that has no placeholder.
        ("", "/done", none, "sub uv ref cnt ts sig", REQUEST),
        ("", "/done", all, "sig", REQUEST),
        (
            "",
            "/done?sub=1&ref=2&sig=3",
            none,
            "uv cnt ts",
            REQUEST_OR_EXPECT,
        ),
        ("", "/done?sub=1&ref=&sig=3", unsent, "ref", REQUEST),
        ("", "?sub=1&ref=2&uv=3&cnt=4&ts=5", none, "sig", REQUEST),
        (NO_PLACEHOLDER, "/", none, "sub uv ref cnt ts sig", REQUEST),
        (
            NO_PLACEHOLDER,
            "?sub=1&sig=3",
            unsent,
            "ref",
            REQUEST_OR_EXPECT,
        ),
        // The template lacks some fields. An expected value can't replace those that it sends.
        (
            DOCUMENTED,
            "?id=1&r=2&s=3",
            none,
            "uv cnt ts",
            ADD_OR_EXPECT,
        ),
        (
            DOCUMENTED,
            "?id=1&r=2&s=3",
            none.photo_count(3),
            "uv ts",
            ADD_OR_EXPECT,
        ),
        (
            DOCUMENTED,
            "",
            none,
            "sub uv ref cnt ts sig",
            CHECK_AND_REQUEST,
        ),
        (
            DOCUMENTED,
            "?id=1&s=3",
            none,
            "uv ref cnt ts",
            CHECK_AND_REQUEST,
        ),
        (DOCUMENTED, "?id=1&r=2", unsent, "sig", REQUEST),
        (DOCUMENTED, "?id=1&s=3", all, "ref", REQUEST),
        (DOCUMENTED, "?id=1&r=&s=3", all, "ref", REQUEST),
        (
            NO_SIGNATURE,
            "?id=1&u=2&r=3&c=4&t=5",
            none,
            "sig",
            CHECK_AND_REQUEST,
        ),
        (
            NO_SIGNATURE,
            "?id=1&u=2&c=4&t=5",
            reference,
            "ref sig",
            CHECK_AND_REQUEST,
        ),
        // A placeholder in the path, which a query doesn't have.
        (
            PATH,
            "?id=1&u=2&c=3&t=4&s=5",
            none,
            "ref",
            REQUEST_OR_EXPECT,
        ),
        (PATH, "?id=1&u=2&c=3&t=4", none, "ref sig", REQUEST),
        (PATH, "?id=1&u=2&c=3&t=4", reference, "sig", REQUEST),
        (PATH, "/t/?id=1&u=2&c=3&t=4&s=5", reference, "ref", REQUEST),
        (
            PATH,
            "t/1?id=1&u=2&c=3&t=4&s=5",
            reference,
            "sub ref",
            REQUEST,
        ),
        // A URL that the template can't have made.
        (
            PATH,
            "/1?id=1&u=2&c=3&t=4&s=5",
            all,
            "sub uv ref cnt ts sig",
            NO_MATCH,
        ),
        (
            PATH,
            "/t/1/?id=1&u=2&c=3&t=4&s=5",
            none,
            "sub uv ref cnt ts sig",
            NO_MATCH,
        ),
        (
            LITERAL,
            "/done?sub=1",
            all,
            "sub uv ref cnt ts sig",
            NO_MATCH,
        ),
    ] {
        let sentence = format!("{} {sentence}", titles(missing));
        let template = Some(template).filter(|template| !template.is_empty());
        let template = template.map(|template| RedirectTemplate::parse(template).unwrap());
        says(
            workflow().verify_return(input, template.as_ref(), NOW, &expect),
            &sentence,
        );
    }
}

#[test]
fn of_a_message_that_must_be_refused() {
    let verify = |query: &str| {
        let verified = workflow().verify_link(query, NOW, &ExpectLink::new());
        verified.map(|_| ())
    };
    for query in ["?uv=1&uv=2&ref=1&ref=1", "?uv=1&src=2&UV=3"] {
        says(
            verify(query),
            "unique value (uv) occurs more than once, with two values, or under a name that some decoders take for \
             it: refuse the message",
        );
    }
    for (query, sentence) in [
        (
            "uv=%&src=2&ref=3&ts=4",
            "unique value (uv) is no text, or has a '%' without two hex digits after it",
        ),
        (
            "uv=%ff&src=2&ref=3&ts=4",
            "unique value (uv) is not UTF-8 when decoded",
        ),
        (
            "uv=1;x&src=2&ref=3&ts=4",
            "unique value (uv) contains a raw ';', at which some decoders split",
        ),
        (
            "uv=1|2&src=2&ref=3&ts=4",
            "unique value (uv) contains '|', which separates the fields",
        ),
        (
            "uv=1&src=%0a&ref=3&ts=4",
            "source (src) contains a control character or a line separator",
        ),
        (
            "uv=1&src=2&ref=3&ts=04",
            "timestamp (ts) must be a decimal number in range, without sign, leading zero or space",
        ),
        (
            "uv=1&src=2&ref=3&ts=1705500000000",
            "timestamp (ts) is 100000000000 or more, as if in milliseconds",
        ),
    ] {
        says(
            verify(&format!("{query}&sig=5")),
            &format!("{sentence}: refuse the message"),
        );
    }
    let verify = |template: &str, input: &str| {
        let template = RedirectTemplate::parse(template).unwrap();
        let expect = ExpectReturn::new()
            .submission_id("s")
            .unique_value("u")
            .timestamp(NOW);
        let verified = workflow().verify_return(input, Some(&template), NOW, &expect);
        verified.map(|_| ())
    };
    for (template, input, sentence) in [
        (
            "https://a.example?r=t-{reference}&c={photo_count}&s={signature}",
            "?r=456&c=3&s=5",
            "reference (ref) lacks the redirect template's text beside it",
        ),
        (
            "https://a.example/{reference}?c={photo_count}&s={signature}",
            "/..%2Fadmin?c=3&s=5",
            "reference (ref) makes a '.' or '..' in the path, which then leads elsewhere",
        ),
        (
            "https://a.example?r={reference}&c={photo_count}&s={signature}",
            "?r=1&c=4294967296&s=5",
            "photo count (cnt) is more than 4294967295",
        ),
        (
            "https://a.example/{reference}?r={reference}&c={photo_count}&s={signature}",
            "/1?r=2&c=3&s=5",
            "reference (ref) occurs more than once, with two values, or under a name that some decoders take for it",
        ),
    ] {
        says(
            verify(template, input),
            &format!("{sentence}: refuse the message"),
        );
    }

    let url = LinkUrl::from_slug("a").unwrap();
    let signed = workflow().sign_link(&url, &LINK).unwrap().to_string();
    let wrong = "no configured secret matches this signature: refuse the message; if every \
        message fails, check the secret";
    for tampered in [signed.replace("ABC", "abc"), format!("{signed}0")] {
        says(
            workflow().verify_link(&tampered, NOW, &ExpectLink::new()),
            wrong,
        );
    }
    let verify = |expect: ExpectLink<'static>, now: u64| {
        let verified = workflow().verify_link(&signed, now, &expect);
        verified.map(|_| ())
    };
    says(
        verify(ExpectLink::new(), NOW + 3601),
        "the message is 1 s older than its maximum age: refuse the message; if every message \
         fails, check this machine's clock",
    );
    says(
        verify(ExpectLink::new(), NOW - 62),
        "the message is 2 s further in the future than the leeway allows: check this machine's clock",
    );
    says(
        verify(ExpectLink::new().reference("ticket-457"), NOW),
        "reference (ref) is authentic, but not the expected value: refuse the message",
    );
}

#[test]
fn of_webhooks() {
    let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef").unwrap()).unwrap();
    says(
        webhook.verify(b"{}", None),
        "the signature header is absent: pass X-Visiono-Signature or X-Webhook-Signature \
         as it arrived, or refuse the webhook",
    );
    says(
        webhook.verify(b"{}", Some(b"sha256=0")),
        "no configured secret matches this signature: refuse the webhook; if every webhook fails, \
         check the secret, and pass the body as it arrived",
    );
    says(
        webhook.verify(&vec![b'1'; 1_048_577], None),
        "the body is larger than 1048576 bytes, which the service never sends: \
         refuse the webhook",
    );
    for (body, sentence) in [
        (
            "[]",
            "the body is signed, but cannot be read as a JSON object: check what was signed",
        ),
        (
            "{}",
            "the body is signed, but has no text 'event': check what was signed",
        ),
        (
            r#"{"event":"a"}"#,
            "the body has no 'timestamp', which is required: refuse the webhook, \
             or do not require one",
        ),
        (
            r#"{"event":"a","timestamp":"now"}"#,
            "the body's 'timestamp' is not as in RFC 3339, so that the age of the event is \
             unknown: refuse the webhook",
        ),
    ] {
        let header = webhook.signature_header(body.as_bytes());
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
        let webhook = webhook.clone().require_timestamp(true);
        says(webhook.receive(body.as_bytes(), &headers, NOW), sentence);
    }
    says(
        webhook.test_delivery("coffee.ready", &TestEvent::default(), NOW),
        "the event is not documented: pass a name such as submission.created",
    );
    let event = TestEvent {
        id: "a b",
        ..TestEvent::default()
    };
    says(
        webhook.test_delivery("submission.created", &event, NOW),
        "the id of a test delivery must be printable ASCII without spaces, and not empty: it is a \
         header",
    );
    says(
        WebhookStyle::from_name("other"),
        "the style is unknown: pass guide or developer",
    );
}

#[test]
fn of_the_boundary_to_another_language() {
    let url = LinkUrl::from_slug("a").unwrap();
    let signed = workflow().sign_link(&url, &LINK).unwrap();
    says(
        signed.write_to_slice(&mut [0; 9]),
        "the buffer is too small: pass one of 142 bytes",
    );
    says(
        Err::<(), _>(Error::panic()),
        "a bug in visiono-workflow was stopped: please report how to reproduce it",
    );
    says(Err::<(), _>(Error::invalid_argument("a text")), "a text");
}
