//! Tests of the rows that no wrong signature produces: times, templates, hints, notes and the
//! core's answers.

mod common;

use common::{Hash, Program, WORKFLOW, hex, hmac};
use visiono_workflow::{ExpectedValue, Field};
use visiono_workflow_explain::{
    Bound, Certainty, Diagnosis, Input, Message, Mistake, Outcome, Request, Subject, Verdict,
    explain, explain_with_progress,
};

use std::ops::ControlFlow;

const NOW: u64 = 1_705_500_200;

const BODY: &[u8] = br#"{"event": "photo_request.completed", "data": {"n": 1.0}}"#;

static SECRETS: [&[u8]; 1] = [WORKFLOW.as_bytes()];

fn link(text: &str) -> Message<'_> {
    Message::Link(Input::Text(text.as_bytes()))
}

fn returned(text: &str) -> Message<'_> {
    Message::Return(Input::Text(text.as_bytes()))
}

/// Explains a message with the right secret.
fn ask<'a>(message: Message<'a>, with: impl Fn(Request<'a>) -> Request<'a>) -> Diagnosis {
    explain(&with(Request::new(message, &SECRETS)))
}

#[track_caller]
fn assert_named(diagnosis: &Diagnosis, verdict: Verdict, named: &[(Mistake, Certainty)]) {
    let causes = diagnosis
        .causes
        .iter()
        .map(|cause| (cause.mistake, cause.certainty));
    assert_eq!(causes.collect::<Vec<_>>(), named, "{diagnosis}");
    assert_eq!(diagnosis.verdict, verdict);
}

fn signed(program: &Program) -> String {
    program.sent_url(&program.signature())
}

/// Returns the tag of values as Visiono signs them.
fn tag(values: &[&str]) -> String {
    hex(&hmac(
        Hash::Sha256,
        WORKFLOW.as_bytes(),
        values.join("|").as_bytes(),
    ))
}

#[test]
fn a_right_message_is_valid() {
    let url = signed(&Program::plain_link());
    let diagnosis = ask(link(&url), |request| request.now(NOW));
    assert_named(&diagnosis, Verdict::Valid, &[]);
    assert!(
        diagnosis
            .checks
            .iter()
            .all(|check| check.outcome == Outcome::Passed)
    );
    let names: Vec<_> = diagnosis.checks.iter().map(|check| check.name).collect();
    assert_eq!(
        names,
        [
            "arguments",
            "duplicates",
            "missing",
            "form",
            "signature",
            "time",
            "expected"
        ],
    );
}

#[test]
fn a_right_computed_signature_is_valid() {
    let program = Program::returned();
    let url = signed(&program);
    let computed = program.signature();
    let diagnosis = ask(returned(&url), |request| {
        request.computed(computed.as_bytes())
    });
    assert_named(&diagnosis, Verdict::Valid, &[]);
}

/// Each age is in seconds, negative for a message from the future.
#[test]
fn ages_are_reported_exactly() {
    let url = signed(&Program::plain_link());
    let sent = Program::plain_link().sent;
    let signed_at = sent[3].parse::<i64>().unwrap();
    for (age, expected) in [
        (3600, ""),
        (3601, "expired by 1 s, clock_zone about 60 minutes"),
        (3615, "expired by 15 s, clock_zone about 60 minutes"),
        (3616, "expired by 16 s"),
        (7184, "expired by 3584 s"),
        (7185, "expired by 3585 s, clock_zone about 120 minutes"),
        (93_600, "expired by 90000 s, clock_zone about 1560 minutes"),
        (93_601, "expired by 90001 s"),
        (-60, ""),
        (-61, "early by 1 s, clock_wrong by 61 s"),
        (-885, "early by 825 s, clock_zone about 15 minutes"),
        (-916, "early by 856 s, clock_wrong by 916 s"),
    ] {
        let now = u64::try_from(signed_at + age).unwrap();
        let diagnosis = ask(link(&url), |request| request.now(now));
        let causes = diagnosis.causes.iter();
        let causes = causes.map(|cause| {
            format!(
                "{} {}",
                cause.mistake,
                cause.detail.as_deref().unwrap_or("")
            )
        });
        assert_eq!(causes.collect::<Vec<_>>().join(", "), expected, "{age}");
    }
    // A short age is no time zone, even if it is close to zero.
    for (age, expected) in [(15, 1), (450, 1), (885, 2)] {
        let now = u64::try_from(signed_at + age).unwrap();
        let diagnosis = ask(link(&url), |request| request.now(now).max_age(0).leeway(0));
        assert_eq!(diagnosis.causes.len(), expected, "{age}");
    }
}

/// The digits alone may be noted. The missing scheme is not a second mistake.
#[test]
fn a_computed_tag_of_a_webhook_needs_no_scheme() {
    let key = common::base64(common::WEBHOOK.as_bytes());
    for (tag, named) in [
        (hmac(Hash::Sha256, key.as_bytes(), BODY), Mistake::KeyHashed),
        (
            hmac(Hash::Sha256, common::WEBHOOK.as_bytes(), BODY),
            Mistake::SchemeMissing,
        ),
        (
            hmac(Hash::Sha1, common::WEBHOOK.as_bytes(), BODY),
            Mistake::Sha1,
        ),
    ] {
        let signature = format!(
            "sha256={}",
            hex(&hmac(Hash::Sha256, common::WEBHOOK.as_bytes(), BODY))
        );
        let headers = [(b"X-Visiono-Signature".as_slice(), signature.as_bytes())];
        let message = Message::Webhook {
            body: BODY,
            headers: &headers,
        };
        let secrets = [common::WEBHOOK.as_bytes()];
        let computed = hex(&tag);
        let diagnosis = explain(&Request::new(message, &secrets).computed(computed.as_bytes()));
        assert_named(&diagnosis, Verdict::Explained, &[(named, Certainty::Proof)]);
    }
}

#[test]
fn a_wrong_computed_signature_is_not_valid() {
    let url = signed(&Program::returned());
    for computed in ["0".repeat(64), String::new(), "x".to_owned()] {
        let diagnosis = ask(returned(&url), |request| {
            request.computed(computed.as_bytes())
        });
        assert_named(&diagnosis, Verdict::Unexplained, &[]);
        assert_eq!(diagnosis.subject, Subject::Computed);
    }
}

#[test]
fn times() {
    use Certainty::{Hint, Proof};
    let url = signed(&Program::plain_link());
    let at = |now| ask(link(&url), |request| request.now(now));
    assert_named(&at(1_705_500_000 + 3600), Verdict::Valid, &[]);
    let diagnosis = at(1_705_500_000 + 4000);
    assert_named(&diagnosis, Verdict::Explained, &[(Mistake::Expired, Proof)]);
    assert_eq!(diagnosis.causes[0].detail.as_deref(), Some("by 400 s"));
    assert_eq!(diagnosis.checks[5].outcome, Outcome::Failed);
    assert_eq!(diagnosis.checks[5].code, Some("expired"));
    assert_named(
        &at(1_705_500_000 + 7200 + 4),
        Verdict::Explained,
        &[(Mistake::Expired, Proof), (Mistake::ClockZone, Hint)],
    );
    assert_named(
        &at(1_705_500_000 - 3600 + 2),
        Verdict::Explained,
        &[(Mistake::Early, Proof), (Mistake::ClockZone, Hint)],
    );
    assert_named(
        &at(1_705_500_000 - 400),
        Verdict::Explained,
        &[(Mistake::Early, Proof), (Mistake::ClockWrong, Hint)],
    );
    // Without a current time, no time is checked.
    assert_named(&ask(link(&url), |request| request), Verdict::Valid, &[]);
}

#[test]
fn a_time_in_milliseconds_in_the_url() {
    let mut program = Program::plain_link();
    program.sent[3] = "1705500000123".to_owned();
    program.time = |milliseconds| milliseconds.to_string();
    let proof = [(Mistake::TsMilliseconds, Certainty::Proof)];
    assert_named(
        &ask(link(&signed(&program)), |request| request),
        Verdict::Explained,
        &proof,
    );
    // Only the sent time.
    program.time = |milliseconds| (milliseconds / 1000).to_string();
    assert_named(
        &ask(link(&signed(&program)), |request| request),
        Verdict::Explained,
        &proof,
    );
}

#[test]
fn an_expected_value() {
    let url = signed(&Program::plain_link());
    let expect = [(Field::Reference, ExpectedValue::Text("ticket-457"))];
    let secrets = [WORKFLOW.as_bytes()];
    let diagnosis = explain(&Request::new(link(&url), &secrets).expect(&expect));
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::UnexpectedValue, Certainty::Proof)],
    );
    assert_eq!(diagnosis.causes[0].detail.as_deref(), Some("ref"));
}

#[test]
fn the_cores_answers_are_proofs_only_with_a_right_signature() {
    let mut program = Program::plain_link();
    program.sent[2] = "a|b".to_owned();
    let diagnosis = ask(link(&signed(&program)), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::Malformed, Certainty::Proof)],
    );
    let wrong = program.sent_url(&"0".repeat(64));
    let diagnosis = ask(link(&wrong), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[(Mistake::Malformed, Certainty::Hint)],
    );

    let program = Program::plain_link();
    let wrong = format!("{}&ref=b", program.sent_url(&"0".repeat(64)));
    let diagnosis = ask(link(&wrong), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[(Mistake::Duplicate, Certainty::Hint)],
    );
    assert_eq!(diagnosis.causes[0].detail.as_deref(), Some("ref"));
    let wrong = format!("{}&REF=b", program.sent_url(&"0".repeat(64)));
    let diagnosis = ask(link(&wrong), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[(Mistake::DoubtfulName, Certainty::Hint)],
    );
    let diagnosis = ask(link("?uv=a&src=b&sig=0"), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[
            (Mistake::Truncated, Certainty::Hint),
            (Mistake::Missing, Certainty::Hint),
        ],
    );
}

#[test]
fn forms_that_are_only_hints() {
    let hint = |signature: &str| {
        let url = Program::plain_link().sent_url(signature);
        let diagnosis = ask(link(&url), |request| request);
        assert_eq!(diagnosis.verdict, Verdict::Hinted, "{diagnosis}");
        assert_eq!(diagnosis.causes.len(), 1, "{diagnosis}");
        assert_eq!(diagnosis.causes[0].certainty, Certainty::Hint);
        diagnosis.causes[0].mistake
    };
    assert_eq!(hint("[object Promise]"), Mistake::Promise);
    assert_eq!(hint("Resource id #3"), Mistake::Promise);
    assert_eq!(hint(&format!("\"{}\"", "0".repeat(64))), Mistake::Quoted);
    assert_eq!(hint("b'\\x00'"), Mistake::BytesRepr);
    assert_eq!(hint(&"0".repeat(30)), Mistake::Truncated);
    assert_eq!(hint(&"0".repeat(40)), Mistake::Sha1);
    assert_eq!(hint(&"0".repeat(128)), Mistake::Sha512);
    assert_eq!(hint(&"0".repeat(96)), Mistake::Sha384);
    assert_eq!(hint(&"0".repeat(32)), Mistake::Md5);
    assert_eq!(hint(&"A".repeat(64)), Mistake::UpperCase);
    assert_eq!(hint("\u{fffd}\u{fffd}"), Mistake::RawBytes);
    assert_eq!(hint(&common::base64(&[0; 32])), Mistake::Base64);
    let url = Program::plain_link().sent_url("x").replace("&sig=x", "");
    let diagnosis = ask(link(&url), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[(Mistake::SigRemoved, Certainty::Hint)],
    );
}

#[test]
fn a_tag_of_15_bytes_proves_nothing() {
    let program = Program::plain_link();
    let tag = program.signature();
    let diagnosis = ask(link(&program.sent_url(&tag[..30])), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[(Mistake::Truncated, Certainty::Hint)],
    );
    let diagnosis = ask(link(&program.sent_url(&tag[..32])), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::Truncated, Certainty::Proof)],
    );
}

#[test]
fn raw_bytes_of_a_tag() {
    let program = Program::plain_link();
    let raw = common::encode_bytes(&common::unhex(&program.signature()));
    let url = program
        .sent_url("0")
        .replace("sig=0", &format!("sig={raw}"));
    let diagnosis = ask(link(&url), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::RawBytes, Certainty::Proof)],
    );
}

#[test]
fn tracking_parameters_are_a_note() {
    let url = format!(
        "{}&utm_source=mail&fbclid=1",
        signed(&Program::plain_link())
    );
    let diagnosis = ask(link(&url), |request| request);
    assert_named(&diagnosis, Verdict::Valid, &[]);
    assert_eq!(diagnosis.notes.len(), 1);
    assert_eq!(diagnosis.notes[0].mistake, Mistake::TrackingParameters);
    assert_eq!(diagnosis.notes[0].certainty, Certainty::Note);
}

#[test]
fn undecoded_pairs() {
    let program = Program::link();
    let values: Vec<String> = program
        .sent
        .iter()
        .map(|value| common::encode(value))
        .collect();
    let signature = program.signature();
    let mut pairs: Vec<(&[u8], Option<&[u8]>)> = program
        .names
        .iter()
        .zip(&values)
        .map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())))
        .collect();
    pairs.push((b"sig", Some(signature.as_bytes())));
    let diagnosis = ask(Message::Link(Input::Pairs(&pairs)), |request| request);
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::UndecodedPairs, Certainty::Proof)],
    );
}

const TEMPLATE: &str =
    "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}";

#[test]
fn a_template_that_lacks_fields() {
    let sig = tag(&["pls_123", "ABC123", "ticket-456", "5", "1705500100"]);
    let url = format!("https://your-system.com/done?id=pls_123&ref=ticket-456&sig={sig}");
    // Too many fields are unknown.
    let diagnosis = ask(returned(&url), |request| {
        request.template(TEMPLATE.as_bytes()).now(NOW)
    });
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[(Mistake::TemplateLacks, Certainty::Hint)],
    );
    assert_eq!(diagnosis.causes[0].detail.as_deref(), Some("uv, cnt, ts"));
    // The number of photos and the time can be guessed.
    let expect = [(Field::UniqueValue, ExpectedValue::Text("ABC123"))];
    let secrets = [WORKFLOW.as_bytes()];
    let request = Request::new(returned(&url), &secrets)
        .template(TEMPLATE.as_bytes())
        .expect(&expect)
        .now(NOW);
    let diagnosis = explain(&request);
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::TemplateLacks, Certainty::Proof)],
    );
    assert_eq!(diagnosis.causes[0].detail.as_deref(), Some("cnt, ts"));
    // All fields are known.
    let expect = [
        (Field::UniqueValue, ExpectedValue::Text("ABC123")),
        (Field::PhotoCount, ExpectedValue::Number(5)),
        (Field::Timestamp, ExpectedValue::Number(1_705_500_100)),
    ];
    assert_named(&explain(&request.expect(&expect)), Verdict::Valid, &[]);
}

#[test]
fn a_placeholder_that_was_not_filled() {
    for url in [
        "/done?id=%7Bsubmission_id%7D&ref=ticket-456&sig=%7Bsignature%7D",
        "/done?id=pls_1&ref={reference}&sig=0",
    ] {
        let diagnosis = ask(returned(url), |request| {
            request.template(TEMPLATE.as_bytes())
        });
        assert_named(
            &diagnosis,
            Verdict::Hinted,
            &[(Mistake::TemplateUnfilled, Certainty::Hint)],
        );
    }
}

#[test]
fn a_url_that_another_template_made() {
    let values = ["pls_123", "ABC123", "ticket-456", "5", "1705500100"];
    let sig = tag(&values);
    let rest = format!("uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100&sig={sig}");
    let template = "https://a.example/app/done/{submission_id}?uv={unique_value}&ref={reference}\
        &cnt={photo_count}&ts={timestamp}&sig={signature}";
    let proof = [(Mistake::TemplateMismatch, Certainty::Proof)];
    for path in [
        "/done/pls_123",
        "/app/done/pls_123/",
        "/v2/app/done/pls_123",
    ] {
        let url = format!("https://a.example{path}?{rest}");
        let diagnosis = ask(returned(&url), |request| {
            request.template(template.as_bytes())
        });
        assert_named(&diagnosis, Verdict::Explained, &proof);
    }
    let url = format!("https://a.example/app/done/pls_123?{rest}");
    let diagnosis = ask(returned(&url), |request| {
        request.template(template.as_bytes())
    });
    assert_named(&diagnosis, Verdict::Valid, &[]);
    // One of the other templates.
    let url = format!("https://a.example/done?id=pls_123&{rest}");
    let other = "https://a.example/done?id={submission_id}&uv={unique_value}&ref={reference}\
        &cnt={photo_count}&ts={timestamp}&sig={signature}";
    let others = [other.as_bytes()];
    let secrets = [WORKFLOW.as_bytes()];
    let request = Request::new(returned(&url), &secrets).template(template.as_bytes());
    assert_named(
        &explain(&request.other_templates(&others)),
        Verdict::Explained,
        &proof,
    );
    // None of the templates: a literal parameter was lost.
    let url = format!("https://a.example/done?sub=pls_123&{rest}");
    let literal = "https://a.example/done?tenant=acme&sub={submission_id}&uv={unique_value}\
        &ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";
    let diagnosis = ask(returned(&url), |request| {
        request.template(literal.as_bytes())
    });
    assert_named(&diagnosis, Verdict::Explained, &proof);
}

#[test]
fn secrets_that_the_core_refuses() {
    let program = Program::plain_link();
    let url = signed(&program);
    for (given, mistake) in [
        (format!("{WORKFLOW}\n"), Mistake::KeyNewline),
        (format!("\"{WORKFLOW}\""), Mistake::KeyQuotes),
        (format!(" {WORKFLOW}"), Mistake::KeySpace),
        (format!("\u{feff}{WORKFLOW}"), Mistake::KeyBom),
        (WORKFLOW.to_uppercase(), Mistake::KeyCase),
        (format!("Bearer {WORKFLOW}"), Mistake::KeyDecorated),
    ] {
        // The message is right, and the given secret is wrong.
        let secrets = [given.as_bytes()];
        let diagnosis = explain(&Request::new(link(&url), &secrets));
        assert_named(
            &diagnosis,
            Verdict::Explained,
            &[(mistake, Certainty::Proof)],
        );
    }
    // The message is signed with a secret that must not be used.
    let mut program = Program::plain_link();
    program.secret = format!("{WORKFLOW}\n");
    let url = signed(&program);
    let secrets = [program.secret.as_bytes()];
    let diagnosis = explain(&Request::new(link(&url), &secrets));
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::KeyNewline, Certainty::Proof)],
    );
    assert_eq!(diagnosis.checks[0].outcome, Outcome::Failed);
    assert_eq!(diagnosis.checks[0].code, Some("invalid_secret"));
}

#[test]
fn one_of_two_secrets() {
    let url = signed(&Program::plain_link());
    let secrets = [common::ROTATED.as_bytes(), WORKFLOW.as_bytes()];
    assert_named(
        &explain(&Request::new(link(&url), &secrets)),
        Verdict::Valid,
        &[],
    );
    let mut program = Program::plain_link();
    program.separator = ",";
    let url = signed(&program);
    let diagnosis = explain(&Request::new(link(&url), &secrets));
    assert_named(
        &diagnosis,
        Verdict::Explained,
        &[(Mistake::Separator, Certainty::Proof)],
    );
}

#[test]
fn missing_secrets_and_messages_are_answered() {
    for secrets in [&[][..], &[b"".as_slice()]] {
        for text in ["", "?", "sig", "https://", "%", "/?sig=%"] {
            for message in [link(text), returned(text)] {
                let diagnosis = explain(&Request::new(message, secrets));
                assert_eq!(diagnosis.checks[0].code, Some("invalid_secret"));
            }
        }
        let message = Message::Webhook {
            body: b"",
            headers: &[],
        };
        let diagnosis = explain(&Request::new(message, secrets));
        assert_eq!(diagnosis.checks[0].code, Some("invalid_secret"));
    }
}

#[test]
fn the_bound_and_the_callback_end_a_search() {
    let url = Program::link().sent_url(&"0".repeat(64));
    let diagnosis = ask(link(&url), |request| request.max_bytes(100_000));
    assert_eq!(diagnosis.bound, Some(Bound::Bytes));
    assert!(
        diagnosis.candidates < 100_000 / 128,
        "{}",
        diagnosis.candidates
    );
    let secrets = [WORKFLOW.as_bytes()];
    let mut reports = Vec::new();
    let diagnosis = explain_with_progress(&Request::new(link(&url), &secrets), &mut |progress| {
        reports.push(progress);
        match reports.len() {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    assert_eq!(diagnosis.bound, Some(Bound::Stopped));
    assert_eq!(reports.len(), 3);
    assert!(
        reports
            .iter()
            .all(|progress| progress.tried <= progress.total)
    );
    assert!(reports.windows(2).all(|two| two[0].tried < two[1].tried));
}

/// Each error of the core belongs to one check; the checks before it have passed.
#[test]
fn the_check_of_a_webhook_that_failed() {
    const DATED: &[u8] = br#"{"event": "a", "timestamp": "2024-01-17T14:00:00Z"}"#;
    let long = [b"[".as_slice(), &[b' '; 1 << 20], b"]"].concat();
    let cases: [(&[u8], &[u8], &str); 8] = [
        (b"no", DATED, "arguments"),
        (common::WEBHOOK.as_bytes(), &long, "size"),
        (common::WEBHOOK.as_bytes(), DATED, "header"),
        (b"another secret of this test", DATED, "signature"),
        (common::WEBHOOK.as_bytes(), b"{}", "body"),
        (
            common::WEBHOOK.as_bytes(),
            br#"{"event": "a"}"#,
            "timestamp",
        ),
        (common::WEBHOOK.as_bytes(), DATED, "time"),
        (common::WEBHOOK.as_bytes(), DATED, ""),
    ];
    for (key, body, failed) in cases {
        let signature = format!("sha256={}", hex(&hmac(Hash::Sha256, key, body)));
        let headers = [(b"X-Visiono-Signature".as_slice(), signature.as_bytes())];
        let present = if failed == "header" {
            &headers[..0]
        } else {
            &headers
        };
        let message = Message::Webhook {
            body,
            headers: present,
        };
        let secrets = [if failed == "arguments" {
            key
        } else {
            common::WEBHOOK.as_bytes()
        }];
        let now = if failed == "time" { 1 } else { 1_705_500_000 };
        let request = Request::new(message, &secrets).require_timestamp(true);
        let diagnosis = explain(&request.now(now).max_bytes(1 << 20));
        let checks = diagnosis.checks.iter();
        let outcomes = checks.map(|check| (check.name, check.outcome));
        let (passed, rest): (Vec<_>, Vec<_>) =
            outcomes.partition(|(_, outcome)| *outcome == Outcome::Passed);
        let first = rest.first().map_or("", |(name, _)| *name);
        assert_eq!(first, failed);
        assert_eq!(passed.len() + rest.len(), 7);
        let others = rest.iter().skip(1);
        assert!(
            others
                .clone()
                .all(|(_, outcome)| *outcome == Outcome::NotReached)
        );
        let order = [
            "arguments",
            "size",
            "header",
            "signature",
            "body",
            "timestamp",
            "time",
        ];
        let names: Vec<_> = passed.iter().chain(&rest).map(|(name, _)| *name).collect();
        assert_eq!(names, order, "{failed}");
    }
}

/// A question mark in a bare query is part of a value.
#[test]
fn a_bare_query_is_repaired_as_a_whole() {
    let signature = tag(&["what?", "zendesk", "ticket-456", "1705500000"]);
    let query = format!("UV=what?&SRC=zendesk&REF=ticket-456&TS=1705500000&SIG={signature}");
    assert_named(
        &ask(link(&query), |request| request),
        Verdict::Explained,
        &[(Mistake::NameCase, Certainty::Proof)],
    );
}

/// Progress is reported every few thousand candidates, and every mebibyte of long ones.
#[test]
fn progress_is_reported_regularly() {
    let secrets = [WORKFLOW.as_bytes()];
    let reports = |request: &Request<'_>| {
        let mut reports = 0;
        let diagnosis = explain_with_progress(request, &mut |_| {
            reports += 1;
            ControlFlow::Continue(())
        });
        (reports, diagnosis)
    };
    let url = Program::link().sent_url(&"0".repeat(64));
    let (count, diagnosis) = reports(&Request::new(link(&url), &secrets));
    let expected = diagnosis.candidates / 4096;
    assert!((expected..2 * expected).contains(&count), "{count}");

    let headers = [(b"X-Visiono-Signature".as_slice(), [b'0'; 64].as_slice())];
    let body = format!(r#"{{"event": "x", "data": "{}"}}"#, "é/".repeat(20_000));
    let message = Message::Webhook {
        body: body.as_bytes(),
        headers: &headers,
    };
    let (count, diagnosis) = reports(&Request::new(message, &secrets).max_bytes(32 << 20));
    assert_eq!(diagnosis.bound, Some(Bound::Bytes));
    assert!((8..40).contains(&count), "{count}");
}

/// Long messages are bounded too.
#[test]
fn a_long_message_terminates() {
    let mut program = Program::plain_link();
    for length in [5_000, 100_000, 2_000_000] {
        program.sent[2] = "%41é &".repeat(length / 6);
        let url = program.sent_url(&"0".repeat(64));
        let diagnosis = ask(link(&url), |request| request);
        assert_eq!(diagnosis.verdict, Verdict::Unexplained);
        assert_eq!(diagnosis.bound, Some(Bound::Bytes));
        assert!(
            diagnosis
                .signed_text
                .is_some_and(|shown| shown.right.text.len() < 20_000)
        );
    }
}

#[test]
fn the_signed_text_shows_the_differing_bytes() {
    let mut program = Program::plain_link();
    program.sent[0] = "A\u{a0}b".to_owned();
    program.value = |at, value| match at {
        2 => value.to_uppercase(),
        _ => value.to_owned(),
    };
    program.end = "\n";
    let diagnosis = ask(link(&signed(&program)), |request| request);
    let shown = diagnosis.signed_text.unwrap();
    assert_eq!(shown.right.text, "A\\u{a0}b|zendesk|ticket-456|1705500000");
    assert_eq!(shown.right.marks, [(17, 23), (38, 38)]);
    assert_eq!(shown.right.length, 34);
    let used = shown.used.unwrap();
    assert_eq!(used.text, "A\\u{a0}b|zendesk|TICKET-456|1705500000\\n");
    assert_eq!(used.marks, [(17, 23), (38, 40)]);
    assert!(!used.cut);
}

#[test]
fn a_diagnosis_is_json() {
    let mut program = Program::plain_link();
    program.separator = ",";
    let diagnosis = ask(link(&signed(&program)), |request| request);
    let json: serde_json::Value = serde_json::to_value(&diagnosis).unwrap();
    assert_eq!(json["verdict"], "explained");
    assert_eq!(json["kind"], "link");
    assert_eq!(json["subject"], "received");
    assert_eq!(json["causes"][0]["id"], "separator");
    assert_eq!(json["causes"][0]["certainty"], "proof");
    assert_eq!(json["causes"][0]["detail"], "a comma");
    assert_eq!(
        json["causes"][0]["chapter"],
        "signature-is-wrong.html#separator"
    );
    assert_eq!(
        json["causes"][0]["fix"]["php"],
        "hash_hmac('sha256', \"$uv|$src|$ref|$ts\", $secret)",
    );
    assert_eq!(json["checks"][4]["outcome"], "failed");
    assert_eq!(json["checks"][5]["outcome"], "not_reached");
    assert_eq!(json["bound"], serde_json::Value::Null);
}

/// Every row is complete, and the book and the tests use its ID.
#[test]
fn rows_are_complete() {
    let mut ids = std::collections::HashSet::new();
    for mistake in Mistake::ALL {
        assert!(ids.insert(mistake.id()), "{mistake}");
        assert_eq!(Mistake::from_id(mistake.id()), Some(mistake));
        assert!(mistake.sentence().ends_with('.'), "{mistake}");
        assert!(mistake.symptom().ends_with('.'), "{mistake}");
        let mut kinds = visiono_workflow_explain::Kind::ALL.into_iter();
        assert!(
            kinds.any(|kind| mistake.kinds().contains(kind)),
            "{mistake}"
        );
        for kind in visiono_workflow_explain::Kind::ALL {
            let fix = mistake.fix(kind);
            for line in [fix.php, fix.javascript, fix.python] {
                assert!(!line.is_empty(), "{mistake}");
                assert!(
                    !line.contains("@SIGN") && !line.contains("@TEXT"),
                    "{mistake}: {line}"
                );
            }
        }
    }
    assert_eq!(Mistake::from_id("nothing"), None);
}

/// The argument is wrong, not the message.
#[test]
fn a_wrong_argument_is_not_a_proof() {
    let program = Program::plain_link();
    let url = signed(&program);
    let hint = [(Mistake::Argument, Certainty::Hint)];
    let expect = [(Field::Reference, ExpectedValue::Text("a|b"))];
    let diagnosis = ask(link(&url), |request| request.expect(&expect));
    assert_named(&diagnosis, Verdict::Hinted, &hint);
    let diagnosis = ask(link(&url), |request| request.now(u64::MAX));
    assert_named(&diagnosis, Verdict::Hinted, &hint);
    let program = Program::returned();
    let url = signed(&program);
    let diagnosis = ask(returned(&url), |request| {
        request.template(b"https://a.example/{x")
    });
    assert_named(&diagnosis, Verdict::Hinted, &hint);
    assert_eq!(diagnosis.causes[0].detail.as_deref(), Some("the template"));
}

#[test]
fn two_signature_headers_are_named() {
    let program = Program::webhook();
    let right = program.signature();
    let wrong = format!("sha256={}", "0".repeat(64));
    let secrets = [program.secret.as_bytes()];
    for values in [
        [&right, &wrong],
        [&wrong, &right],
        [&wrong, &format!("{wrong} ")],
    ] {
        let headers = [
            (b"X-Visiono-Signature".as_slice(), values[0].as_bytes()),
            (b"X-Webhook-Signature".as_slice(), values[1].as_bytes()),
        ];
        let message = Message::Webhook {
            body: program.sent[0].as_bytes(),
            headers: &headers,
        };
        let diagnosis = explain(&Request::new(message, &secrets));
        assert_named(
            &diagnosis,
            Verdict::Hinted,
            &[(Mistake::HeaderStyle, Certainty::Hint)],
        );
        assert_eq!(
            diagnosis.causes[0].detail.as_deref(),
            Some("there are two, and they differ"),
        );
    }
}

/// A parameter occurs in the path and in the query. Reading only one of them is not a repair.
#[test]
fn a_duplicate_is_not_repaired_by_leaving_the_template_out() {
    let sig = tag(&["pls_123", "ABC123", "ticket-456", "5", "1705500100"]);
    let template = "https://a.example/done/{reference}?sub={submission_id}&uv={unique_value}&ref={reference}\
        &cnt={photo_count}&ts={timestamp}&sig={signature}";
    let url = format!(
        "https://a.example/done/ticket-457?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100\
         &sig={sig}"
    );
    let diagnosis = ask(returned(&url), |request| {
        request.template(template.as_bytes())
    });
    assert_named(
        &diagnosis,
        Verdict::Hinted,
        &[(Mistake::Duplicate, Certainty::Hint)],
    );
    assert_eq!(diagnosis.causes[0].detail.as_deref(), Some("ref"));
}

#[test]
fn a_webhook_secret_without_its_prefix_is_a_hint() {
    let program = Program::webhook();
    let wrong = format!("sha256={}", "01".repeat(32));
    let headers = [(b"X-Visiono-Signature".as_slice(), wrong.as_bytes())];
    let message = Message::Webhook {
        body: program.sent[0].as_bytes(),
        headers: &headers,
    };
    for (secret, named) in [
        (WORKFLOW, Some(Mistake::KeyPrefixRemoved)),
        (common::WEBHOOK, None),
    ] {
        let diagnosis = explain(&Request::new(message, &[secret.as_bytes()]));
        let cause = diagnosis.causes.first();
        assert_eq!(cause.map(|cause| cause.mistake), named);
        assert!(cause.is_none_or(|cause| cause.certainty == Certainty::Hint));
    }
}
