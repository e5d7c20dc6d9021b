//! Tests the sentences of the protocol that version 2 changed, in its order, one test for each.

use conformance::sample::{
    LINK, RETURN, RETURN_TIME as NOW, Refusal, SECRET, refusal, signed_return as genuine,
    verify_return as verify, webhook, workflow,
};
use sha2::{Digest, Sha256};
use visiono_workflow::{
    Code, Error, ExpectLink, ExpectReturn, Field, LinkFields, LinkUrl, RedirectTemplate,
    ReturnFields, TestEvent, Webhook, WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret,
    check_now, check_seconds,
};

const SIX: [&str; 6] = ["sub", "uv", "ref", "cnt", "ts", "sig"];
const TEMPLATE: &str = "https://a.example/t/{reference}/x?tenant=acme&s={submission_id}\
    &u={unique_value}&c={photo_count}&t={timestamp}&h={signature}";

type Outcome = Result<String, Refusal>;

fn refused<T>(result: Result<T, Error>) -> Refusal {
    refusal(result.err().expect("a refusal"))
}

fn good() -> Outcome {
    Ok("ticket-456".into())
}

fn all_missing() -> Outcome {
    Err((Code::MissingParameter, SIX.to_vec()))
}

const NONE: ExpectReturn<'static> = ExpectReturn::new();

// --- 2. Secrets ------------------------------------------------------------------------------

#[test]
fn s2_a_secret_is_printable_ascii_of_16_characters_without_its_prefix() {
    for good in ["0123456789abcdef", "!~!~!~!~!~!~!~!~"] {
        assert!(WorkflowSecret::new(good).is_ok() && WebhookSecret::new(good).is_ok());
    }
    assert!(WebhookSecret::new("whsec_0123456789abcdef").is_ok());
    for bad in [
        &b"0123456789abcde"[..],
        b"whsec_0123456789abcde",
        b"0123456789 abcdef",
        b"0123456789abcdef\n",
        b"0123456789abcdef\x7f",
        "0123456789abcdeé".as_bytes(),
        b"0123456789abcdef\xff",
        b"",
    ] {
        assert_eq!(
            refused(WebhookSecret::new(bad)),
            (Code::InvalidSecret, vec![])
        );
        assert_eq!(
            refused(WorkflowSecret::new(bad)),
            (Code::InvalidSecret, vec![])
        );
    }
}

#[test]
fn s2_an_invalid_secret_names_its_fault() {
    for (text, says) in [
        ("WHSEC_0123456789abcdef", "whsec_"),
        ("VSK_0123456789abcdef", "vsk_"),
        ("'0123456789abcdef'", "quotes"),
        ("\"0123456789abcdef\"", "quotes"),
        ("$VISIONO_WORKFLOW_SECRET", "variable"),
        ("abcdef${NAME}0123456789", "variable"),
        ("aaaaaaaaaaaaaaaaaaaaaa", "one character"),
        ("Your-64-Char-Workflow-Secret", "sample"),
        ("your-workflow-secret", "sample"),
        ("your-webhook-secret", "sample"),
    ] {
        let error = WorkflowSecret::new(text).unwrap_err();
        assert_eq!(error.code(), Code::InvalidSecret);
        assert!(error.to_string().contains(says), "{text}: {error}");
    }
    for text in [
        "whsec_aaaaaaaaaaaaaaaaaaaa",
        "WHSEC_ABC123XYZ789...",
        "vsk_0123456789abcdef",
    ] {
        assert_eq!(
            refused(WebhookSecret::new(text)),
            (Code::InvalidSecret, vec![])
        );
    }
    // `$` alone is not a variable.
    assert!(WorkflowSecret::new("$0123456789abcdef").is_ok());
}

#[test]
fn s2_an_absent_secret_after_the_first_is_skipped() {
    let workflow = Workflow::from_texts([Some(SECRET), None, Some("previous-secret-1")]).unwrap();
    let previous = Workflow::from_texts([Some("previous-secret-1")]).unwrap();
    let url = LinkUrl::from_slug("a").unwrap();
    for (signer, position) in [(&workflow, 0), (&previous, 2)] {
        let url = signer.sign_link(&url, &LINK).unwrap().to_string();
        let link = workflow.verify_link(&url, NOW, &ExpectLink::new()).unwrap();
        assert_eq!(link.secret_index(), position);
    }
    for absent in [
        Workflow::from_texts([None, Some(SECRET)]).map(|_| ()),
        Webhook::from_texts([None::<&str>]).map(|_| ()),
        Workflow::from_texts::<&str>([]).map(|_| ()),
    ] {
        assert_eq!(refused(absent), (Code::InvalidSecret, vec![]));
    }
}

#[test]
fn s2_an_error_has_the_position_of_the_secret() {
    let error = Webhook::from_texts([Some(SECRET), None, Some("short")]).unwrap_err();
    assert!(
        error.to_string().starts_with("secret[2] has fewer"),
        "{error}"
    );
    let error = Workflow::from_texts([None, Some(SECRET)]).unwrap_err();
    assert!(
        error.to_string().starts_with("secret[0] is absent"),
        "{error}"
    );
}

// --- 3. Fields -------------------------------------------------------------------------------

#[test]
fn s3_a_text_has_no_control_character_or_line_separator() {
    let forbidden = (0..=0x1f).chain(0x7f..=0x9f).chain([0x2028, 0x2029]);
    for c in forbidden.map(|number| char::from_u32(number).unwrap()) {
        let text = format!("a{c}b");
        let fields = LinkFields {
            source: &text,
            ..LINK
        };
        let signed = workflow().sign_link(&LinkUrl::from_slug("a").unwrap(), &fields);
        assert_eq!(refused(signed), (Code::InvalidField, vec!["src"]), "{c:?}");
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let query = format!("?uv=1&src={encoded}&ref=1&ts=1&sig=1");
        let verified = workflow().verify_link(&query, NOW, &ExpectLink::new());
        assert_eq!(refused(verified), (Code::MalformedParameter, vec!["src"]));
    }
    for text in ["\u{a0}", "\u{2027}", "\u{200b}", "\u{202e}", " "] {
        let fields = LinkFields {
            source: text,
            ..LINK
        };
        assert!(
            workflow()
                .sign_link(&LinkUrl::from_slug("a").unwrap(), &fields)
                .is_ok()
        );
    }
}

// --- 4. URLs ---------------------------------------------------------------------------------

#[test]
fn s4_a_url_is_https_or_http_to_the_same_machine() {
    for good in [
        "https://a.example",
        "HTTPS://A-b_c.example:65535/x",
        "https://[::1]:0",
        "http://localhost:8000",
        "http://app.LOCALHOST",
        "http://127.0.0.1",
        "http://127.255.1.2:80",
        "http://[::1]/",
    ] {
        assert!(LinkUrl::parse(good).is_ok(), "{good}");
        assert!(RedirectTemplate::parse(good).is_ok(), "{good}");
    }
    for bad in [
        "http://a.example",
        "http://notlocalhost",
        "http://127.0.0.1.example",
        "http://127.0.0.01",
        "http://127.0.0.256",
        "http://128.0.0.1",
        "https://",
        "https://...",
        "https://é.example",
        "https://a.example:",
        "https://a.example:080",
        "https://a.example:65536",
        "https://me@a.example",
        "https://a.example\\x",
        "https://a.example/ x",
        "https://[::1",
        "https://[1]",
    ] {
        assert_eq!(refused(LinkUrl::parse(bad)).0, Code::InvalidUrl, "{bad}");
        assert_eq!(
            refused(RedirectTemplate::parse(bad)).0,
            Code::InvalidTemplate,
            "{bad}"
        );
    }
}

#[test]
fn s4_a_link_url_has_no_look_alike_of_a_parameter() {
    for query in [
        "uv=1",
        "UV=1",
        "uv[]=1",
        "%20sig=1",
        "x;ts=1",
        "r%65f=1",
        "ref%00x=1",
    ] {
        let url = format!("https://a.example/?{query}");
        assert_eq!(refused(LinkUrl::parse(&url)).0, Code::InvalidUrl, "{query}");
    }
    assert!(LinkUrl::parse("https://a.example/?lang=it&uvs=1#ref=1").is_ok());
}

// --- 5. Verification -------------------------------------------------------------------------

#[test]
fn s5_in_a_bare_query_a_number_sign_is_an_ordinary_character() {
    let url = genuine("https://a.example/");
    let (_, query) = url.split_once('?').unwrap();
    assert_eq!(verify(&format!("?{query}#x"), None, &NONE), good());
    let refused = Err((Code::InvalidSignature, vec![]));
    assert_eq!(verify(&format!("{query}#x"), None, &NONE), refused);
    let moved = query.replace("ref=ticket-456", "ref=ticket-456#");
    assert_eq!(verify(&moved, None, &NONE), refused);
}

#[test]
fn s5_bytes_that_are_not_utf_8_matter_in_the_messages_own_parameters_only() {
    let url = genuine("https://a.example/");
    let input = [url.as_bytes(), b"&\xff=\xff&x=%ff"].concat();
    assert_eq!(verify(&input[..], None, &NONE), good());
    let (start, end) = url.split_once("ref=").unwrap();
    let input = [start.as_bytes(), b"ref=\xff", end.as_bytes()].concat();
    assert_eq!(
        verify(&input[..], None, &NONE),
        Err((Code::MalformedParameter, vec!["ref"]))
    );
    assert_eq!(
        refused(WorkflowSecret::new(b"0123456789abcdef\xff")).0,
        Code::InvalidSecret
    );
    assert_eq!(
        refused(LinkUrl::parse(b"https://a.example/\xff")).0,
        Code::InvalidUrl
    );
    assert_eq!(
        refused(RedirectTemplate::parse(b"https://a.example/\xff")).0,
        Code::InvalidTemplate
    );
}

#[test]
fn s5_a_look_alike_counts_as_an_occurrence() {
    let url = genuine("https://a.example/");
    for name in [
        "REF", "ref%00x", "%20ref", "ref%0A", "ref[]", "ref[x]", "[ref]", "]ref", "ref]", ".ref",
        "x=1;ref", "x;ref", "%72EF",
    ] {
        assert_eq!(
            verify(&format!("{url}&{name}=1"), None, &NONE),
            Err((Code::DuplicateParameter, vec!["ref"])),
            "{name}"
        );
    }
    for name in [
        "refs", "_ref", "ref_", "x[ref]", "x.ref", "x%3Bref", "%2572ef", "r%zzef",
    ] {
        assert_eq!(
            verify(&format!("{url}&{name}=1"), None, &NONE),
            good(),
            "{name}"
        );
    }
}

#[test]
fn s5_of_decoded_pairs_only_the_own_name_counts() {
    let url = genuine("https://a.example/");
    let (_, query) = url.split_once('?').unwrap();
    let own: Vec<_> = query
        .split('&')
        .map(|piece| piece.split_once('=').unwrap())
        .collect();
    let with = |name| verify(&[&own[..], &[(name, "1")]].concat()[..], None, &NONE);
    for name in ["x;ref", "x=1&ref", "%72ef", "re%66"] {
        assert_eq!(with(name), good(), "{name}");
    }
    for name in ["ref", "REF", "ref[]", " ref", "ref\0x"] {
        assert_eq!(
            with(name),
            Err((Code::DuplicateParameter, vec!["ref"])),
            "{name}"
        );
    }
}

#[test]
fn s5_a_value_of_pairs_that_is_not_text_is_one_malformed_occurrence() {
    let pairs = |name: &'static [u8], count: usize| -> Vec<(&[u8], Option<&[u8]>)> {
        let own = SIX.map(|name| (name.as_bytes(), Some(&b"1"[..])));
        let own = own.into_iter().filter(|(own, _)| *own != name);
        own.chain(std::iter::repeat_n((name, None), count))
            .collect()
    };
    let malformed = Err((Code::MalformedParameter, vec!["ref"]));
    assert_eq!(verify(&pairs(b"ref", 1)[..], None, &NONE), malformed);
    let twice = Err((Code::DuplicateParameter, vec!["ref"]));
    assert_eq!(verify(&pairs(b"ref", 2)[..], None, &NONE), twice);
    // Other parameters are ignored: the signature is what fails.
    let ignored = Err((Code::InvalidSignature, vec![]));
    assert_eq!(verify(&pairs(b"utm", 2)[..], None, &NONE), ignored);
}

#[test]
fn s5_arguments_then_secrets_then_templates_then_expected_values() {
    let broken = "https://a.example/{reference}{signature}";
    let bad = ExpectReturn::new().photo_count(1 << 40).reference("|");
    let broken = RedirectTemplate::parse(broken).unwrap();
    let verify =
        |now, template| refused(workflow().verify_return("?ref=1&ref=2", template, now, &bad));
    assert_eq!(
        verify(1 << 60, Some(&broken)),
        (Code::InvalidArgument, vec![])
    );
    assert_eq!(verify(NOW, Some(&broken)), (Code::InvalidTemplate, vec![]));
    assert_eq!(verify(NOW, None), (Code::InvalidField, vec!["ref"]));
}

#[test]
fn s5_signing_checks_the_template_then_the_fields_then_the_path() {
    let fields = ReturnFields {
        submission_id: "..",
        reference: "|",
        ..RETURN
    };
    let sign = |template| refused(workflow().sign_return(template, &fields));
    assert_eq!(sign("https://a.example/{nope}").0, Code::InvalidTemplate);
    assert_eq!(
        sign("https://a.example/{submission_id}"),
        (Code::InvalidField, vec!["ref"])
    );
    let fields = ReturnFields {
        submission_id: "..",
        ..RETURN
    };
    let signed = workflow().sign_return("https://a.example/{submission_id}", &fields);
    assert_eq!(refused(signed), (Code::InvalidField, vec!["sub"]));
}

#[test]
fn s5_an_absent_field_that_is_present_as_a_look_alike_is_not_replaced() {
    let url = genuine("https://a.example/").replace("ref=", "REF=");
    let missing = Err((Code::MissingParameter, vec!["ref"]));
    assert_eq!(verify(&url, None, &NONE), missing);
    let doubtful = Err((Code::DuplicateParameter, vec!["ref"]));
    assert_eq!(verify(&url, None, &NONE.reference("ticket-456")), doubtful);
}

#[test]
fn s5_now_is_a_time_in_seconds() {
    for now in [-1, i128::MIN, 100_000_000_000, i128::MAX] {
        assert_eq!(refused(check_now(now)), (Code::InvalidArgument, vec![]));
    }
    assert_eq!(check_now(99_999_999_999), Ok(99_999_999_999));
    let now = 100_000_000_000;
    let link = workflow().verify_link("", now, &ExpectLink::new());
    assert_eq!(refused(link), (Code::InvalidArgument, vec![]));
    let done = workflow().verify_return("", None, now, &NONE);
    assert_eq!(refused(done), (Code::InvalidArgument, vec![]));
    let received = webhook().receive(b"", &WebhookHeaders::new(), now);
    assert_eq!(refused(received), (Code::InvalidArgument, vec![]));
}

#[test]
fn s5_a_negative_max_age_or_leeway_is_an_invalid_argument() {
    assert_eq!(refused(check_seconds(-1)), (Code::InvalidArgument, vec![]));
    assert_eq!(check_seconds(0), Ok(0));
}

#[test]
fn s5_an_expected_value_only_replaces_an_absent_field() {
    let url = genuine("https://a.example/");
    let absent = url.replace("&uv=ABC123", "");
    assert_eq!(verify(&absent, None, &NONE.unique_value("ABC123")), good());
    let wrong = Err((Code::InvalidSignature, vec![]));
    assert_eq!(verify(&absent, None, &NONE.unique_value("ABC124")), wrong);
    let empty = url.replace("&uv=ABC123", "&uv=");
    let missing = Err((Code::MissingParameter, vec!["uv"]));
    assert_eq!(verify(&empty, None, &NONE.unique_value("ABC123")), missing);
    let other = Err((Code::UnexpectedValue, vec!["uv"]));
    assert_eq!(verify(&url, None, &NONE.unique_value("ABC124")), other);
}

#[test]
fn s5_a_check_cannot_be_turned_off() {
    for (field, value) in [
        (Field::Source, Some("a")),
        (Field::Signature, Some("a")),
        (Field::Reference, None),
        (Field::PhotoCount, None),
    ] {
        let expect = ExpectReturn::new().field(field, value.map(Into::into));
        assert_eq!(refused(expect).0, Code::InvalidArgument, "{field:?}");
    }
    for (field, value) in [(Field::SubmissionId, Some("a")), (Field::UniqueValue, None)] {
        let expect = ExpectLink::new().field(field, value.map(Into::into));
        assert_eq!(refused(expect).0, Code::InvalidArgument, "{field:?}");
    }
    assert_eq!(Field::from_long_name("referense"), None);
}

// --- 6. Redirect templates -------------------------------------------------------------------

#[test]
fn s6_a_segment_that_climbs_is_neither_made_nor_read() {
    let climbing = ReturnFields {
        reference: "../admin",
        ..RETURN
    };
    let signed = workflow().sign_return(TEMPLATE, &climbing);
    assert_eq!(refused(signed), (Code::InvalidField, vec!["ref"]));
    let url = genuine(TEMPLATE).replace("ticket-456", "..%2Fadmin");
    let malformed = Err((Code::MalformedParameter, vec!["ref"]));
    assert_eq!(verify(&url, Some(TEMPLATE), &NONE), malformed);
    let dots = ReturnFields {
        reference: "...",
        ..RETURN
    };
    assert!(workflow().sign_return(TEMPLATE, &dots).is_ok());
}

#[test]
fn s6_a_template_without_placeholders_has_no_standard_parameter() {
    for query in ["cnt=1", "CNT=1", "x;sig=1", "sub[]=1"] {
        let template = format!("https://a.example/?{query}");
        assert_eq!(
            refused(RedirectTemplate::parse(&template)).0,
            Code::InvalidTemplate
        );
    }
    assert!(RedirectTemplate::parse("https://a.example/?src=1").is_ok());
}

#[test]
fn s6_scheme_host_and_port_are_not_compared() {
    let url = genuine(TEMPLATE);
    for host in ["http://proxy:8080", "HTTPS://other.example", ""] {
        let url = url.replace("https://a.example", host);
        assert_eq!(verify(&url, Some(TEMPLATE), &NONE), good(), "{url}");
    }
}

#[test]
fn s6_a_url_that_the_template_cannot_have_made_carries_no_field() {
    let url = genuine(TEMPLATE);
    let expect = NONE.reference("ticket-456").unique_value("ABC123");
    for (from, to) in [
        ("/t/", "/T/"),
        ("/t/", "//t/"),
        ("/x?", "/x/?"),
        ("/x?", "?"),
        ("tenant=acme", "tenant=globex"),
        ("tenant=acme&", ""),
        ("tenant=acme", "tenant=acme&tenant=acme"),
        ("tenant=acme", "tenant=acme&Tenant=acme"),
    ] {
        let url = url.replacen(from, to, 1);
        assert_eq!(verify(&url, Some(TEMPLATE), &NONE), all_missing(), "{url}");
        assert_eq!(
            verify(&url, Some(TEMPLATE), &expect),
            all_missing(),
            "{url}"
        );
        let template = RedirectTemplate::parse(TEMPLATE).unwrap();
        let error = workflow()
            .verify_return(&url, Some(&template), NOW, &NONE)
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("does not match the redirect template")
        );
    }
    // Literal parameters must be in the template's order.
    let template = "https://a.example/?a=1&b=2";
    let url = genuine(template).replace("a=1&b=2", "b=2&a=1");
    assert_eq!(verify(&url, Some(template), &NONE), all_missing());
    // The value is the same whether encoded or not, and other parameters are ignored.
    let url = genuine(template).replace("a=1&b=2", "x=3&%61=%31&b=2&y");
    assert_eq!(verify(&url, Some(template), &NONE), good());
}

#[test]
fn s6_an_expected_value_only_replaces_an_absent_path() {
    let url = genuine(TEMPLATE);
    let (_, query) = url.split_once('?').unwrap();
    let expect = NONE.reference("ticket-456");
    let pairs: Vec<_> = query
        .split('&')
        .map(|piece| piece.split_once('=').unwrap())
        .collect();
    assert_eq!(verify(query, Some(TEMPLATE), &expect), good());
    assert_eq!(
        verify(&format!("?{query}"), Some(TEMPLATE), &expect),
        good()
    );
    assert_eq!(verify(&pairs[..], Some(TEMPLATE), &expect), good());
    let missing = Err((Code::MissingParameter, vec!["ref"]));
    assert_eq!(verify(query, Some(TEMPLATE), &NONE), missing);
    assert_eq!(
        verify(&format!("/?{query}"), Some(TEMPLATE), &expect),
        all_missing()
    );
    // This doesn't apply to a field in the query.
    let absent = url.replace("&u=ABC123", "");
    let missing = Err((Code::MissingParameter, vec!["uv"]));
    let expect = NONE.unique_value("ABC123");
    assert_eq!(verify(&absent, Some(TEMPLATE), &expect), missing);
}

#[test]
fn s6_a_template_without_placeholders_is_read_as_none() {
    let template = "https://a.example/done";
    let url = genuine(template).replace("&uv=ABC123", "");
    let expect = NONE.unique_value("ABC123");
    assert_eq!(verify(&url, Some(template), &expect), good());
    let doubtful = Err((Code::DuplicateParameter, vec!["uv"]));
    assert_eq!(
        verify(&format!("{url}&UV=1"), Some(template), &expect),
        doubtful
    );
}

#[test]
fn s6_a_placeholders_parameter_occurs_once() {
    let url = genuine(TEMPLATE);
    for piece in ["u=1", "U=1", "u[]=1", "x;u=1"] {
        let twice = Err((Code::DuplicateParameter, vec!["uv"]));
        assert_eq!(
            verify(&format!("{url}&{piece}"), Some(TEMPLATE), &NONE),
            twice
        );
    }
    let template = "https://a.example/{reference}/{reference}?s={submission_id}&u={unique_value}\
        &c={photo_count}&t={timestamp}&h={signature}";
    let url = genuine(template).replacen("ticket-456", "ticket-999", 1);
    let twice = Err((Code::DuplicateParameter, vec!["ref"]));
    assert_eq!(verify(&url, Some(template), &NONE), twice);
}

#[test]
fn s6_literals_around_a_placeholder_must_match() {
    let template = TEMPLATE.replace("u={unique_value}", "u=v1-{unique_value}.x");
    let url = genuine(&template);
    assert_eq!(verify(&url, Some(&template), &NONE), good());
    let malformed = Err((Code::MalformedParameter, vec!["uv"]));
    assert_eq!(
        verify(&url.replace("v1-", "v2-"), Some(&template), &NONE),
        malformed
    );
    let template = TEMPLATE.replace("/{reference}/", "/a-{reference}/");
    let url = genuine(&template).replace("/a-", "/b-");
    assert_eq!(verify(&url, Some(&template), &NONE), all_missing());
}

#[test]
fn s6_templates_that_can_be_expanded_but_not_extracted() {
    for (template, position) in [
        ("https://a.example/{reference}{signature}", 18),
        ("https://a.example/?a={reference}{signature}", 19),
        ("https://a.example/?{reference}=1", 19),
        ("https://a.example/?%zz={reference}", 19),
        ("https://a.example/?x=%zz", 19),
        ("https://a.example/?x={reference}%ff", 19),
        ("https://a.example/%zz/{reference}", 18),
        ("https://a.example/?a={reference}&a=1", 19),
        ("https://a.example/?d[s]={reference}&d[u]={signature}", 19),
        ("https://a.example/?a={reference}&x=1;A=2", 19),
    ] {
        let template = if template.contains('{') {
            template.to_owned()
        } else {
            format!("{template}&r={{reference}}")
        };
        let template = RedirectTemplate::parse(&template).unwrap();
        let error = template.check_extractable().unwrap_err();
        assert_eq!(error.position(), Some(position), "{template}");
        assert!(workflow().sign_return(&template, &RETURN).is_ok());
        let verified = workflow().verify_return("", Some(&template), NOW, &NONE);
        assert_eq!(refused(verified).0, Code::InvalidTemplate, "{template}");
    }
    let good = "https://a.example/?d_s={reference}&d_u={signature}";
    assert!(
        RedirectTemplate::parse(good)
            .unwrap()
            .check_extractable()
            .is_ok()
    );
}

// --- 7. Webhooks -----------------------------------------------------------------------------

fn receive(webhook: &Webhook, body: &[u8], names: &[&str]) -> Result<Option<i64>, Error> {
    let header = webhook.signature_header(body);
    let headers = names.iter().map(|name| (*name, header.as_str())).collect();
    let received = webhook.receive(body, &headers, NOW)?;
    Ok(received.event_time())
}

const SIGNATURE: &[&str] = &["X-Visiono-Signature"];

#[test]
fn s7_a_signature_header_that_is_empty_is_invalid_and_an_absent_one_is_missing() {
    let webhook = webhook();
    assert_eq!(
        refused(webhook.verify(b"", Some(b""))),
        (Code::InvalidSignature, vec![])
    );
    assert_eq!(
        refused(webhook.verify(b"", None)),
        (Code::MissingParameter, vec!["sig"])
    );
    let digits = webhook.sign(b"").as_str().to_owned();
    for header in [
        digits.clone(),
        format!("SHA256={digits}"),
        format!("sha256={digits} "),
    ] {
        let verified = webhook.verify(b"", Some(header.as_bytes()));
        assert_eq!(refused(verified), (Code::InvalidSignature, vec![]));
    }
}

#[test]
fn s7_the_size_is_checked_before_the_headers() {
    let body = vec![b' '; (1 << 20) + 1];
    let received = webhook().receive(&body, &WebhookHeaders::new(), NOW);
    assert_eq!(refused(received), (Code::MalformedParameter, vec!["body"]));
}

#[test]
fn s7_a_signature_header_occurs_once_in_any_spelling() {
    let body = br#"{"event":"a"}"#;
    for name in [
        "x-visiono-signature",
        "HTTP_X_VISIONO_SIGNATURE",
        "http_x-visiono_signature",
    ] {
        assert_eq!(receive(&webhook(), body, &[name]), Ok(None), "{name}");
        let twice = receive(&webhook(), body, &["X-Visiono-Signature", name]);
        assert_eq!(refused(twice), (Code::InvalidSignature, vec![]), "{name}");
    }
    let both = ["X-Visiono-Signature", "X-Webhook-Signature"];
    assert_eq!(receive(&webhook(), body, &both), Ok(None));
    let header = webhook().signature_header(body);
    let headers = [(both[0], header.as_str()), (both[1], "sha256=0")]
        .into_iter()
        .collect();
    let one_wrong = webhook().receive(body, &headers, NOW);
    assert_eq!(refused(one_wrong), (Code::InvalidSignature, vec![]));
    let others = ["X-Visiono-Delivery"; 2].map(|name| (name, "d-1"));
    let headers = others
        .into_iter()
        .chain([(both[0], header.as_str())])
        .collect();
    assert!(webhook().receive(body, &headers, NOW).is_ok());
}

#[test]
fn s7_an_event_without_a_timestamp_is_delivered() {
    for body in [
        &br#"{"event":"submission.created"}"#[..],
        br#"{"event":"submission.created","timestamp":null}"#,
    ] {
        assert_eq!(receive(&webhook(), body, SIGNATURE), Ok(None));
        let required = webhook().require_timestamp(true);
        let refused = refused(receive(&required, body, SIGNATURE));
        assert_eq!(refused, (Code::MissingParameter, vec!["timestamp"]));
    }
    // The key is the same at any age.
    let header = webhook().signature_header(b"{}");
    let verified = webhook()
        .verify(b"{}", Some(header.as_str().as_bytes()))
        .unwrap();
    assert_eq!(verified.dedup_key(), hex::encode(Sha256::digest(b"{}")));
}

#[test]
fn s7_any_other_timestamp_is_rfc_3339_and_recent() {
    let body = |timestamp: &str| format!(r#"{{"event":"a","timestamp":{timestamp}}}"#);
    for timestamp in [
        "1705500100",
        "true",
        "\"\"",
        "[]",
        r#""2024-01-17 14:01:40Z""#,
        r#""2024-01-17T14:01:40""#,
        r#""2024-01-17T14:01:60Z""#,
        r#""0000-01-17T14:01:40Z""#,
        r#""2024-01-17T14:01:40+24:00""#,
        r#""2024-01-17T14:01:40+00:60""#,
        r#""2024-02-30T14:01:40Z""#,
    ] {
        let refused = refused(receive(&webhook(), body(timestamp).as_bytes(), SIGNATURE));
        assert_eq!(
            refused,
            (Code::MissingParameter, vec!["timestamp"]),
            "{timestamp}"
        );
    }
    let seconds = |timestamp| receive(&webhook(), body(timestamp).as_bytes(), SIGNATURE);
    let time = Ok(Some(NOW as i64));
    assert_eq!(seconds(r#""2024-01-17T14:01:40Z""#), time);
    assert_eq!(seconds(r#""2024-01-17T15:01:40.999+01:00""#), time);
    let old = refused(seconds(r#""2024-01-17T11:01:39Z""#));
    assert_eq!(old, (Code::Expired, vec![]));
    let early = refused(seconds(r#""2024-01-17T14:02:41Z""#));
    assert_eq!(early, (Code::NotYetValid, vec![]));
}

#[test]
fn s7_a_body_is_a_json_object_with_a_text_event() {
    for body in [
        &b"[]"[..],
        b"{}",
        br#"{"event":1}"#,
        br#"{"event":"a"} x"#,
        br#"{"event":"a","x":NaN}"#,
        br#"{"event":"a","x":1e999}"#,
        br#"{"event":"a","x":"\ud800"}"#,
        b"\xef\xbb\xbf{\"event\":\"a\"}",
        b"{\"event\":\"\xff\"}",
    ] {
        let refused = refused(receive(&webhook(), body, SIGNATURE));
        assert_eq!(refused, (Code::MalformedParameter, vec!["body"]));
    }
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth - 1), "]".repeat(depth - 1));
        let body = format!(r#"{{"event":"a","x":{open}{close}}}"#);
        receive(&webhook(), body.as_bytes(), SIGNATURE)
    };
    assert_eq!(nested(127), Ok(None));
    assert_eq!(
        refused(nested(128)),
        (Code::MalformedParameter, vec!["body"])
    );
    let last = br#"{"event":1,"event":"a"}"#;
    assert_eq!(receive(&webhook(), last, SIGNATURE), Ok(None));
}

/// Returns the request ID of a body with an event and these members.
fn request_id(members: &str) -> Option<String> {
    let body = format!(r#"{{"event":"a",{members}}}"#);
    let webhook = webhook();
    let header = webhook.signature_header(body.as_bytes());
    let headers = WebhookHeaders::from_iter([(SIGNATURE[0], header.as_str())]);
    let delivery = webhook.receive(body.as_bytes(), &headers, NOW).unwrap();
    delivery.request_id().map(Into::into)
}

const ID_PLACES: [[&str; 2]; 3] = [
    [r#""photo_request":{"id":"#, "}"],
    [r#""permanent_link_submission":{"id":"#, "}"],
    [r#""id":"#, ""],
];

#[test]
fn s7_a_request_id_is_the_first_of_three_that_is_usable() {
    // In any order of the members, and for any unusable IDs.
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        for usable in 0..8 {
            let is_usable = |place| usable >> place & 1 == 1;
            for unusable in [r#""""#, "5", "null", "true", r#"["a"]"#, r#"{"id":"a"}"#] {
                let members = order.map(|place| {
                    let [before, after] = ID_PLACES[place];
                    let text = format!(r#""id {place}""#);
                    let value = if is_usable(place) { &text } else { unusable };
                    format!("{before}{value}{after}")
                });
                let wanted = (0..3).find(|place| is_usable(*place));
                let wanted = wanted.map(|place| format!("id {place}"));
                let data = format!(r#""data":{{{}}}"#, members.join(","));
                assert_eq!(request_id(&data), wanted, "{data}");
            }
        }
    }
    for absent in [
        r#""x":0"#,
        r#""data":null"#,
        r#""data":"a""#,
        r#""data":[{"id":"a"}]"#,
        r#""data":{}"#,
        r#""data":{"photo_request":"a","permanent_link_submission":["a"]}"#,
        r#""data":{"photo_request":[{"id":"a"}],"photos":[{"id":"a"}]}"#,
        r#""data":{"submission":{"id":"a"},"ID":"a","photo_request":{"Id":"a"}}"#,
        r#""id":"a","photo_request":{"id":"a"}"#,
    ] {
        assert_eq!(request_id(absent), None, "{absent}");
    }
}

#[test]
fn s7_a_request_id_has_1_to_255_bytes_and_no_control_character() {
    let (longest, wide) = ("a".repeat(255), r"\u00e9".repeat(127));
    for [before, after] in ID_PLACES {
        let id = |json: &str| request_id(&format!(r#""data":{{{before}"{json}"{after}}}"#));
        let wide_text = "é".repeat(127);
        for (json, text) in [
            ("a", "a"),
            (&longest, &longest),
            (&wide, &wide_text),
            (" ", " "),
            (r"~\u00a0", "~\u{a0}"),
            (r"a\u2028\u202e\ud83d\ude42", "a\u{2028}\u{202e}🙂"),
            (r#"a\"\\"#, r#"a"\"#),
        ] {
            assert_eq!(id(json).as_deref(), Some(text), "{json}");
        }
        for json in [
            "",
            &format!("{longest}a"),
            &format!(r"{wide}\u00e9"),
            r"\u0000",
            r"a\u0000",
            r"\u001f",
            r"a\nb",
            r"\u007f",
            r"\u0080",
            r"a\u0085",
            r"\u009f",
            // Unescaped, which JSON allows.
            "a\u{7f}",
            "a\u{85}",
        ] {
            assert_eq!(id(json), None, "{json:?}");
        }
    }
}

#[test]
fn s7_of_duplicate_members_the_last_has_the_request_id() {
    for [before, after] in ID_PLACES {
        let data = |value: &str| format!(r#""data":{{{before}{value}{after}}}"#);
        let (a, b) = (data(r#""a""#), data(r#""b""#));
        assert_eq!(request_id(&format!("{a},{b}")), Some("b".into()));
        // A `data` that has no ID, or isn't an object, discards that of an earlier one.
        for last in ["{}", "null", r#""c""#, "5", "[]", "true"] {
            assert_eq!(request_id(&format!(r#"{a},"data":{last}"#)), None, "{last}");
            let between = format!(r#""data":{last},{b}"#);
            assert_eq!(request_id(&format!("{a},{between}")), Some("b".into()));
        }
        // A duplicate `id`.
        assert_eq!(request_id(&data(r#""a","id":"b""#)), Some("b".into()));
        for last in ["5", "null", r#""""#, "{}"] {
            let doubled = data(&format!(r#""a","id":{last}"#));
            assert_eq!(request_id(&doubled), None, "{last}");
        }
    }
    // A duplicate of the object that has the `id`.
    for name in ["photo_request", "permanent_link_submission"] {
        let ids = |last: &str| {
            request_id(&format!(
                r#""data":{{"{name}":{{"id":"a"}},"id":"c","{name}":{last}}}"#
            ))
        };
        assert_eq!(ids(r#"{"id":"b"}"#), Some("b".into()));
        for last in ["{}", "null", r#""b""#, "5", "[]", r#"{"x":"b"}"#] {
            assert_eq!(ids(last), Some("c".into()), "{name}: {last}");
        }
    }
}

#[test]
fn s7_a_link_is_returned_only_if_its_three_texts_are_fields() {
    let link = |uv: &str| {
        let event = TestEvent {
            unique_value: uv,
            ..TestEvent::default()
        };
        let test = webhook()
            .test_delivery("submission.created", &event, NOW)
            .unwrap();
        let headers = WebhookHeaders::from_iter(test.headers());
        let delivery = webhook()
            .receive(test.body().as_bytes(), &headers, NOW)
            .unwrap();
        delivery.link().map(|link| link.unique_value().to_owned())
    };
    assert_eq!(link("ABC 123"), Some("ABC 123".into()));
    for bad in ["", "a|b", "a\nb", "\u{1b}[31m", "a\u{2028}b", "a\u{85}"] {
        assert_eq!(link(bad), None, "{bad:?}");
    }
}
