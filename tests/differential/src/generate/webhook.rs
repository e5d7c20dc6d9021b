//! Generates webhooks: documented and mangled bodies, with headers of both styles.

use fastrand::Rng;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

use super::url::{mangle_signature, mutate};
use super::{chance, pick, text};
use crate::message::{Headers, Message, NOW, SECRET, WEBHOOK_SECRET, sign};

const EVENTS: &[&str] = &[
    // cargo xtask generate: events
    // "{name}",
    "photo_request.created",
    "photo_request.first_viewed",
    "photo_submission.created",
    "photo_request.submitted",
    "photo_request.expired",
    "photo_submission.dropbox_synced",
    "submission.created",
    // end generated
    "submission.created",
    "something.new",
];
/// Bodies that are not JSON objects with an event, and times in an invalid form.
const BAD_BODIES: [&[u8]; 18] = [
    b"",
    b" ",
    b"null",
    b"[]",
    b"[{\"event\":\"submission.created\"}]",
    b"\"event\"",
    b"{}",
    b"{\"event\":null}",
    b"{\"event\":7}",
    b"{\"event\":[\"submission.created\"]}",
    b"{\"Event\":\"submission.created\"}",
    b"{\"event\":\"submission.created\"",
    b"{'event':'submission.created'}",
    b"{\"event\":\"\\ud800\"}",
    b"{\"event\":\"a\xff\"}",
    b"\xef\xbb\xbf{\"event\":\"submission.created\"}",
    b"{\"event\":\"submission.created\",\"data\":1e999}",
    b"event=submission.created",
];
const BAD_TIMES: [&str; 18] = [
    "",
    "now",
    "1705500000",
    "2024-01-17",
    "2024-01-17T14:00:00",
    "2024-01-17 14:00:00Z",
    "2024-01-17T14:00Z",
    "2024-02-30T14:00:00Z",
    "2024-01-17T25:00:00Z",
    "2024-01-17T14:00:00+0100",
    "2024-01-17T14:00:00.Z",
    "20240117T140000Z",
    "2024-01-17T14:00:00Zulu",
    " 2024-01-17T14:00:00Z",
    "0000-01-17T14:00:00Z",
    "2016-12-31T23:59:60Z",
    "2024-01-17T14:00:00+24:00",
    "2024-01-17T14:00:00+01:60",
];
const SIGNATURE: &str = "X-Visiono-Signature";
const OTHER_SIGNATURE: &str = "X-Webhook-Signature";

pub(super) fn webhook(random: &mut Rng) -> Message {
    let mut body = body(random);
    let secret = if chance(random, 20) {
        SECRET
    } else {
        WEBHOOK_SECRET
    };
    let signature = header(random, secret, &body);
    let mut headers = headers(random, &signature, &body);
    if chance(random, 30) {
        change(random, &mut body);
    }
    if chance(random, 100) {
        random.shuffle(&mut headers);
    }
    Message::Webhook(body, headers)
}

fn body(random: &mut Rng) -> Vec<u8> {
    if chance(random, 60) {
        return pick(random, &BAD_BODIES).into();
    }
    let mut value = json!({ "event": pick(random, EVENTS), "data": data(random) });
    if !chance(random, 40) {
        value["timestamp"] = timestamp(random);
    }
    if chance(random, 30) {
        value["is_test"] = json!(random.bool());
    }
    if chance(random, 1) && chance(random, 100) {
        value["padding"] = json!("x".repeat(1 << 20));
    }
    if chance(random, 3) {
        value["data"] = (0..random.usize(1..200)).fold(json!(0), |inner, _| json!([inner]));
    }
    let mut body = if chance(random, 500) {
        serde_json::to_vec(&value)
    } else {
        serde_json::to_vec_pretty(&value)
    }
    .expect("JSON");
    for _ in 0..3 {
        if chance(random, 30) {
            change(random, &mut body);
        }
    }
    body
}

fn data(random: &mut Rng) -> Value {
    match random.u8(..5) {
        0 => json!({ "photo_request": {
            "id": "pr_123",
            "status": "submitted",
            "submissions_count": random.u32(..9),
            "metadata": { "ticket_id": text::field(random) },
        } }),
        1 => json!({ "id": "req_abc123", "type": "one_time", "test": random.bool(), "photos": [] }),
        2 => json!(random.f64()),
        _ => {
            let mut submission = json!({
                "unique_field_value": text::field(random),
                "external_source": text::field(random),
                "external_reference": text::field(random),
            });
            if random.bool() {
                submission["id"] = json!(text::field(random));
            }
            json!({ "permanent_link_submission": submission })
        }
    }
}

fn timestamp(random: &mut Rng) -> Value {
    if chance(random, 60) {
        return json!(pick(random, &BAD_TIMES));
    }
    if chance(random, 20) {
        return json!(NOW);
    }
    let seconds = match random.u8(..20) {
        0..13 => NOW - random.u64(..10_800),
        13 => NOW - 10_800,
        14 => NOW - 10_801,
        15 => NOW + 60,
        16 => NOW + 61,
        17 => random.u64(..NOW),
        _ => NOW + random.u64(..1_000_000),
    };
    let seconds = i64::try_from(seconds).expect("a time");
    let mut time = OffsetDateTime::from_unix_timestamp(seconds).expect("a time");
    if chance(random, 100) {
        time += time::Duration::nanoseconds(random.i64(..1_000_000_000));
    }
    if chance(random, 100) {
        let offset = UtcOffset::from_hms(random.i8(-12..=14), 0, 0).expect("an offset");
        time = time.to_offset(offset);
    }
    let text = time.format(&Rfc3339).expect("a time of four digits");
    json!(if chance(random, 30) {
        text.to_lowercase()
    } else {
        text
    })
}

/// Returns the value of a signature header, usually the right one.
fn header(random: &mut Rng, secret: &str, body: &[u8]) -> String {
    let signature = sign(secret, body);
    match random.u8(..100) {
        0..85 => format!("sha256={signature}"),
        85..93 => format!("sha256={}", mangle_signature(random, signature)),
        93 => signature,
        94 => format!("SHA256={signature}"),
        95 => format!("sha1={signature}"),
        96 => format!("sha256:{signature}"),
        97 => format!("sha256={signature}, sha256={signature}"),
        98 => format!("t={NOW},v1={signature}"),
        _ => text::field(random),
    }
}

fn headers(random: &mut Rng, signature: &str, body: &[u8]) -> Headers {
    let mut headers: Headers = vec![("Content-Type".into(), "application/json".into())];
    let mut add = |name: &str, value: &str| headers.push((name.into(), value.into()));
    match random.u8(..20) {
        0..12 => add(SIGNATURE, signature),
        12..15 => add(OTHER_SIGNATURE, signature),
        15 => {
            add(SIGNATURE, signature);
            add(OTHER_SIGNATURE, signature);
        }
        16 => {
            add(SIGNATURE, signature);
            add(OTHER_SIGNATURE, &header(random, SECRET, body));
        }
        17 => {
            add(SIGNATURE, signature);
            add(pick(random, &[SIGNATURE, "X_VISIONO_SIGNATURE"]), signature);
        }
        18 => add(
            pick(
                random,
                &[
                    "X_Visiono_Signature",
                    "HTTP_X_VISIONO_SIGNATURE",
                    "http_x-visiono-signature",
                    "X-Visiono_Signature",
                    "X-Visiono-Signatures",
                    "Signature",
                ],
            ),
            signature,
        ),
        _ => {}
    }
    if random.bool() {
        add("X-Visiono-Event", pick(random, EVENTS));
        add("X-Visiono-Delivery", &format!("d-{}", random.u32(..)));
        add("X-Visiono-Tenant-Id", pick(random, &["7", "", "tenant é"]));
    } else if random.bool() {
        add("X-Webhook-ID", "wh_123456");
        add("X-Webhook-Timestamp", &NOW.to_string());
    }
    for (name, _) in &mut headers {
        if chance(random, 200) {
            *name = if random.bool() {
                name.to_uppercase()
            } else {
                name.to_lowercase()
            };
        }
    }
    headers
}

/// Changes a byte of a body, or a character if the body is text.
fn change(random: &mut Rng, body: &mut Vec<u8>) {
    match String::from_utf8(body.clone()) {
        Ok(mut text) if random.bool() => {
            mutate(random, &mut text);
            *body = text.into_bytes();
        }
        _ if body.is_empty() => body.push(random.u8(..)),
        _ => {
            let place = random.usize(..body.len());
            body[place] = random.u8(..);
        }
    }
}
