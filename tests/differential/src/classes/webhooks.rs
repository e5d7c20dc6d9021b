//! Differences on webhooks.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::Outcome::Crashes;
use super::{ALL_ACCEPT, Class, Outcomes, Seen};
use crate::message::{Headers, Message, NOW, WEBHOOK_SECRET, sign};

const SIGNATURE: &str = "X-Visiono-Signature";
const OTHER_SIGNATURE: &str = "X-Webhook-Signature";
/// A body that is good at [`NOW`].
const BODY: &str = r#"{"event":"photo_request.submitted","timestamp":"2024-01-17T14:00:00Z"}"#;
const ALL_CRASH: Outcomes = [&[Crashes("TypeError")]; 3];

pub(super) const CLASSES: &[Class] = &[
    Class {
        id: "old-event",
        what: "an event of more than three hours ago",
        answers: &["expired"],
        outcomes: ALL_ACCEPT,
        why: "A recorded webhook can be sent again; Visiono's last retry comes after 2 h 36 min.",
        holds: |seen, _| event_time(seen).is_some_and(|time| time + 10_800 < now()),
        examples: || vec![body(&BODY.replace("T14:00:00", "T10:59:59"))],
    },
    Class {
        id: "early-event",
        what: "an event from the future, by more than a minute",
        answers: &["not_yet_valid"],
        outcomes: ALL_ACCEPT,
        why: "It could be sent again for a longer time.",
        holds: |seen, _| event_time(seen).is_some_and(|time| time > now() + 60),
        examples: || vec![body(&BODY.replace("T14:00:00", "T14:01:01"))],
    },
    Class {
        id: "no-event-time",
        what: "a `timestamp` that is not as in RFC 3339: a number, a date alone",
        answers: &["missing_parameter"],
        outcomes: ALL_ACCEPT,
        why: "Nobody can know the event's age. One without any `timestamp` is delivered, as \
              Visiono's `submission.created` has none, unless `require_timestamp` is set.",
        holds: |seen, names| names == ["timestamp"] && event_time(seen).is_none(),
        examples: || vec![body(&BODY.replace("T14:00:00Z", ""))],
    },
    Class {
        id: "no-event",
        what: "a JSON object without a text `event`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "Nothing says what happened, so nothing can be done with it.",
        holds: |seen, _| {
            object(seen).is_some_and(|object| !object.get("event").is_some_and(Value::is_string))
        },
        examples: || vec![body(r#"{"event":7}"#)],
    },
    Class {
        id: "not-json",
        what: "a body that is not a JSON object",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "The receiver would crash when it parses the body that it has just accepted.",
        holds: |seen, _| object(seen).is_none(),
        examples: || vec![body("null")],
    },
    Class {
        id: "body-size",
        what: "a body of more than 1 MiB",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "The service sends none, and it is refused before it is hashed.",
        holds: |seen, _| parts(seen).is_some_and(|(body, _)| body.len() > 1 << 20),
        examples: || vec![body(&format!("{BODY}{}", " ".repeat(1 << 20)))],
    },
    Class {
        id: "two-signatures",
        what: "two signature headers, of which one is wrong",
        answers: &["invalid_signature"],
        outcomes: ALL_ACCEPT,
        why: "The snippets check one of them; a system that checks the other would reject the \
             webhook.",
        holds: |seen, _| signatures(seen, |_| true) > 1,
        examples: || {
            let headers = [(SIGNATURE, &*header(BODY)), (OTHER_SIGNATURE, "sha256=0")];
            vec![webhook(BODY, &headers)]
        },
    },
    Class {
        id: "other-header",
        what: "the signature in `X-Webhook-Signature`, which the service documents as well",
        answers: &["ok"],
        outcomes: ALL_CRASH,
        why: "Both styles of headers are documented, so both work.",
        holds: |seen, _| signatures(seen, |name| !is_documented(name)) == 1,
        examples: || vec![webhook(BODY, &[(OTHER_SIGNATURE, &header(BODY))])],
    },
    Class {
        id: "cgi-header",
        what: "the signature in `X_Visiono_Signature`",
        answers: &["ok"],
        outcomes: [&[], &[Crashes("TypeError")], &[Crashes("TypeError")]],
        why: "CGI, and PHP with it, gives both spellings one name; the signature has to be right in \
              either.",
        holds: |seen, _| signatures(seen, |name| name.contains('_') && !has_prefix(name)) == 1,
        examples: || vec![webhook(BODY, &[("X_Visiono_Signature", &header(BODY))])],
    },
    Class {
        id: "cgi-prefix",
        what: "the signature in `HTTP_X_VISIONO_SIGNATURE`, as CGI names the header",
        answers: &["ok"],
        outcomes: ALL_CRASH,
        why: "A framework that passes CGI's variables on has this name for it; the signature has to \
              be right in either.",
        holds: |seen, _| signatures(seen, has_prefix) == 1,
        examples: || {
            vec![webhook(
                BODY,
                &[("Http_X_VISIONO_SIGNATURE", &header(BODY))],
            )]
        },
    },
    Class {
        id: "no-header",
        what: "no signature header",
        answers: &["missing_parameter"],
        outcomes: ALL_CRASH,
        why: "Anybody can send it, so it gets an error with a code, not a page with status 500.",
        holds: |seen, _| {
            let exactly = |name: &str| name.eq_ignore_ascii_case(SIGNATURE);
            signatures(seen, exactly) == 0
        },
        examples: || vec![webhook(BODY, &[])],
    },
    Class {
        id: "header-length",
        what: "a signature that is cut off or has more: `sha256=0`",
        answers: &["invalid_signature"],
        outcomes: [&[], &[Crashes("RangeError")], &[]],
        why: "`timingSafeEqual` compares buffers of one length alone.",
        holds: |seen, _| {
            let length = "sha256=".len() + 64;
            headers(seen).any(|(name, value)| is_documented(name) && value.len() != length)
                || signatures(seen, |_| true) > 1
        },
        examples: || vec![webhook(BODY, &[(SIGNATURE, "sha256=0")])],
    },
    Class {
        id: "header-ascii",
        what: "a signature with other characters than ASCII's",
        answers: &["invalid_signature"],
        outcomes: [&[], &[], &[Crashes("TypeError")]],
        why: "`compare_digest` compares texts of ASCII alone.",
        holds: |seen, _| {
            headers(seen).any(|(name, value)| is_documented(name) && !value.is_ascii())
        },
        examples: || vec![webhook(BODY, &[(SIGNATURE, "sha256=é")])],
    },
];

fn now() -> i64 {
    NOW.cast_signed()
}

fn parts<'m>(seen: &Seen<'m>) -> Option<(&'m [u8], &'m Headers)> {
    match seen.message {
        Message::Webhook(body, headers) => Some((body, headers)),
        Message::Sign(_)
        | Message::Link(_)
        | Message::Return(_)
        | Message::Routed(_)
        | Message::Expected(..) => None,
    }
}

fn headers<'m>(seen: &Seen<'m>) -> impl Iterator<Item = (&'m str, &'m str)> + use<'m> {
    let headers = parts(seen).into_iter().flat_map(|(_, headers)| headers);
    headers.map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Returns `true` if a header is one that the snippets read, or CGI's spelling of it.
fn is_documented(name: &str) -> bool {
    without_prefix(name).eq_ignore_ascii_case(SIGNATURE)
}

fn without_prefix(name: &str) -> String {
    let name = name.replace('_', "-");
    match name.get(..5) {
        Some(prefix) if prefix.eq_ignore_ascii_case("http-") => name[5..].into(),
        _ => name,
    }
}

fn has_prefix(name: &str) -> bool {
    without_prefix(name).len() < name.len()
}

/// Returns the number of signature headers whose names satisfy a condition.
fn signatures(seen: &Seen<'_>, is_one: impl Fn(&str) -> bool) -> usize {
    let other = |name: &str| without_prefix(name).eq_ignore_ascii_case(OTHER_SIGNATURE);
    headers(seen)
        .filter(|(name, _)| (is_documented(name) || other(name)) && is_one(name))
        .count()
}

fn object(seen: &Seen<'_>) -> Option<Map<String, Value>> {
    let (body, _) = parts(seen)?;
    serde_json::from_slice(body).ok()
}

fn event_time(seen: &Seen<'_>) -> Option<i64> {
    let object = object(seen)?;
    let text = object.get("timestamp")?.as_str()?;
    // Rust's library accepts characters that RFC 3339 doesn't, the year 0 and leap seconds.
    let is_stricter = text.get(10..11)?.eq_ignore_ascii_case("t")
        && !text.starts_with("0000")
        && text.get(17..19)? != "60";
    if !is_stricter {
        return None;
    }
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Some(time.unix_timestamp())
}

fn header(body: &str) -> String {
    format!("sha256={}", sign(WEBHOOK_SECRET, body.as_bytes()))
}

/// Returns a signed webhook with this body.
fn body(body: &str) -> Message {
    webhook(body, &[(SIGNATURE, &header(body))])
}

fn webhook(body: &str, headers: &[(&str, &str)]) -> Message {
    let headers = headers
        .iter()
        .map(|(name, value)| ((*name).into(), (*value).into()));
    Message::Webhook(body.into(), headers.collect())
}
