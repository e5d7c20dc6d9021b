//! The sentence of every error, to the letter: it is what a developer has to go by.

use visiono_workflow::{
    Error, ExpectLink, ExpectReturn, Field, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    Webhook, WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret,
};

const SECRET: &str = "0123456789abcdef";
const NOW: u64 = 1_705_500_000;

fn workflow() -> Workflow {
    Workflow::new(WorkflowSecret::new(SECRET).unwrap()).unwrap()
}

fn link() -> LinkFields<'static> {
    LinkFields {
        unique_value: "ABC123",
        source: "zendesk",
        reference: "ticket-456",
        timestamp: NOW,
    }
}

fn done() -> ReturnFields<'static> {
    ReturnFields {
        submission_id: "pls_123",
        unique_value: "ABC123",
        reference: "ticket-456",
        photo_count: 5,
        timestamp: NOW,
    }
}

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
    for (secret, sentence) in [
        (
            "0123456789abcde",
            "the secret has fewer than 16 bytes: copy the whole of it from Visiono",
        ),
        (
            "0123456789abcdef\n",
            "the secret contains a control character: copy it as one line of text",
        ),
        (
            " 0123456789abcdef",
            "the secret starts or ends with white space: remove it",
        ),
        (
            "whsec_0123456789abcdef",
            "this is a webhook secret (whsec_): use the workflow secret",
        ),
        (
            "vsk_0123456789abcdef",
            "this is an API key (vsk_), not a secret to sign with",
        ),
    ] {
        says(WorkflowSecret::new(secret), sentence);
    }
}

#[test]
fn of_fields() {
    let sign = |fields: LinkFields<'_>| {
        let url = LinkUrl::from_slug("a").unwrap();
        workflow().sign_link(&url, &fields).map(|_| ())
    };
    for (unique_value, sentence) in [
        ("", "unique value (uv) is empty: pass a value"),
        (
            "a|b",
            "unique value (uv) contains '|', which separates fields: use a value without it",
        ),
        (
            "a\tb",
            "unique value (uv) contains a control character: use plain text",
        ),
    ] {
        says(
            sign(LinkFields {
                unique_value,
                ..link()
            }),
            sentence,
        );
    }
    says(
        sign(LinkFields {
            timestamp: 100_000_000_000,
            ..link()
        }),
        "timestamp (ts) is 100000000000 or more, as if in milliseconds: use Unix seconds",
    );
    says(
        sign(LinkFields {
            timestamp: u64::MAX,
            ..link()
        }),
        "timestamp (ts) has to be a decimal number in range: no sign, no leading zero, no space",
    );
    let template = RedirectTemplate::parse("https://a.example/{reference}").unwrap();
    let sign =
        |fields: &ReturnFields<'static>| workflow().sign_return(&template, fields).map(|_| ());
    says(
        sign(&ReturnFields {
            photo_count: 4_294_967_296,
            ..done()
        }),
        "photo count (cnt) is more than 4294967295",
    );
    says(
        sign(&ReturnFields {
            reference: "..",
            ..done()
        }),
        "reference (ref) makes a path segment '.' or '..', which browsers climb with: \
         put the placeholder into the query or beside other text",
    );
    says(
        template.expand(&done(), "0"),
        "signature (sig) is not 64 lower-case hexadecimal digits",
    );
    says(
        LinkUrl::from_slug("."),
        "the slug has to be one or more of A-Z a-z 0-9 - . _ ~, and not '.' or '..': \
         copy it from the end of the Smart Link, or pass the whole link as a URL",
    );
}

#[test]
fn of_urls_and_templates() {
    for (url, fault) in [
        ("ftp://a.example", "has to start with https://"),
        (
            "http://a.example",
            "may use http:// only for localhost, 127.x.x.x or [::1]: use https://",
        ),
        ("https://", "has no valid host after its scheme"),
        (
            "https://a.example:65536",
            "has a port that is not a number from 0 to 65535",
        ),
        (
            "https://me@a.example",
            "has user information ('@') before its host: remove it",
        ),
        (
            "https://a.example/ ",
            "contains white space or a control character: remove or percent-encode it",
        ),
        ("https://a.example\\", "contains a backslash: use '/'"),
    ] {
        says(LinkUrl::parse(url), &format!("the link URL {fault}"));
        says(
            RedirectTemplate::parse(url),
            &format!("the redirect template {fault}"),
        );
    }
    says(
        LinkUrl::parse("https://a.example?ts=1&uv=2"),
        "the link URL holds a parameter of its own that signing adds: remove unique value (uv)",
    );
    let template = RedirectTemplate::parse("https://a.example?cnt=1").unwrap();
    says(
        template.check_extractable(),
        "the redirect template holds a parameter of its own that signing adds: \
         remove photo count (cnt)",
    );
    for (template, sentence) in [
        (
            "https://a.example/{id}",
            "byte 18 of the redirect template is a placeholder of no known name: use \
             submission_id, unique_value, reference, photo_count, timestamp or signature",
        ),
        (
            "https://a.example/{",
            "byte 18 of the redirect template is a '{' that no '}' closes: close it, \
             or write %7B for a brace",
        ),
        (
            "https://a.example/a}",
            "byte 19 of the redirect template is a '}' that no '{' opens: remove it, \
             or write %7D for a brace",
        ),
        (
            "https://{reference}/",
            "byte 8 of the redirect template is a brace in the scheme or host: \
             placeholders go after the host",
        ),
    ] {
        says(RedirectTemplate::parse(template), sentence);
    }
    for (template, sentence) in [
        (
            "https://a.example?{reference}=1",
            "byte 18 of the redirect template is a placeholder in a parameter's name, \
             which can't be read back: put it after the '='",
        ),
        (
            "https://a.example/{reference}{signature}",
            "byte 29 of the redirect template is a second placeholder in one path segment or \
             value, which can't be read back: separate them",
        ),
        (
            "https://a.example?a=%zz{reference}",
            "byte 23 of the redirect template is a placeholder beside text that can't be \
             decoded: write '%' as %25 and other characters as UTF-8",
        ),
    ] {
        let template = RedirectTemplate::parse(template).unwrap();
        says(template.check_extractable(), sentence);
    }
}

#[test]
fn of_messages() {
    let verify = |query: &str| {
        let verified = workflow().verify_link(query, &ExpectLink::new(), NOW);
        verified.map(|_| ())
    };
    says(
        verify("?uv=1&ref="),
        "source (src), reference (ref), timestamp (ts), signature (sig) missing or empty: \
         check that the URL or redirect template carries it, or expect its value",
    );
    says(
        verify("?uv=1&uv=2&ref=1&ref=1"),
        "unique value (uv) is there more than once, and decoders disagree on which one counts: \
         refuse the message",
    );
    says(
        verify("?uv=%&src=2&ref=3&ts=4&sig=5"),
        "unique value (uv) has a '%' that two hexadecimal digits don't follow",
    );
    says(
        verify("?uv=%ff&src=2&ref=3&ts=4&sig=5"),
        "unique value (uv) is not UTF-8 when decoded",
    );
    says(
        verify("?uv=1&src=2&ref=3&ts=4&sig=5"),
        "the signature is not one that any of the secrets makes for this message: \
         refuse the message, and if all are refused, check the secret",
    );
    let template = "https://a.example?r=t-{reference}&s={submission_id}&u={unique_value}\
        &c={photo_count}&t={timestamp}&h={signature}";
    let template = RedirectTemplate::parse(template).unwrap();
    says(
        workflow().verify_return(
            "?r=456&s=1&u=2&c=3&t=4&h=5",
            Some(&template),
            &ExpectReturn::new(),
            NOW,
        ),
        "reference (ref) lacks the text that the template has beside its placeholder",
    );

    let url = LinkUrl::from_slug("a").unwrap();
    let signed = workflow().sign_link(&url, &link()).unwrap().to_string();
    let verify = |expect: ExpectLink<'static>, now: u64| {
        let verified = workflow().verify_link(&signed, &expect, now);
        verified.map(|_| ())
    };
    says(
        verify(ExpectLink::new(), NOW + 3601),
        "the message is 1 s older than its maximum age: ask for a new one",
    );
    says(
        verify(ExpectLink::new(), NOW - 62),
        "the message is dated 2 s further into the future than the leeway: \
         check this machine's clock",
    );
    says(
        verify(ExpectLink::new().reference("ticket-457"), NOW),
        "reference (ref) is authentic, but not the expected one: \
         refuse the message, which belongs to another record",
    );
    says(
        ExpectLink::new().field(Field::PhotoCount, "5"),
        "a link can be expected to have uv, src, ref and ts only",
    );
    says(
        ExpectReturn::new().field(Field::Source, "zendesk"),
        "a return can be expected to have sub, uv, ref, cnt and ts only",
    );
}

#[test]
fn of_webhooks() {
    let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef").unwrap()).unwrap();
    says(
        webhook.verify(b"{}", None),
        "the signature header is absent: pass X-Visiono-Signature or X-Webhook-Signature \
         as it came",
    );
    says(
        webhook.verify(&vec![b'1'; 1_048_577], None),
        "the body is larger than 1048576 bytes, which the service never sends: \
         refuse the webhook",
    );
    for (body, sentence) in [
        (
            "[]",
            "the body is signed, but is not a JSON object: look at what was signed",
        ),
        (
            "{}",
            "the body is signed, but has no text 'event': look at what was signed",
        ),
        (
            r#"{"event":"a"}"#,
            "the body has no 'timestamp' as in RFC 3339, so its age is unknown: \
             turn freshness off if this event never has one, and refuse duplicates",
        ),
    ] {
        let signature = webhook.sign(body.as_bytes()).unwrap();
        let header = format!("sha256={}", signature.as_str());
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        says(webhook.receive(body.as_bytes(), &headers, NOW), sentence);
    }
}

#[test]
fn of_the_boundary_to_another_language() {
    let url = LinkUrl::from_slug("a").unwrap();
    let signed = workflow().sign_link(&url, &link()).unwrap();
    says(
        signed.write_to_slice(&mut [0; 9]),
        "the buffer is too small: pass one of 142 bytes",
    );
    says(
        Err::<(), _>(Error::panic()),
        "a bug in visiono-workflow was stopped: please report how it came",
    );
    says(Err::<(), _>(Error::invalid_argument("a text")), "a text");
}
