//! A webhook received through the C library, and its body by JSON pointers.

use std::ptr::{null, null_mut};

use serde_json::Value;
use visiono_workflow::{Webhook, WebhookHeaders, check_now};
use visiono_workflow_c::codes::{visiono_error_free, visiono_error_new};
use visiono_workflow_c::delivery::{
    DeliveryHandle, visiono_delivery_dedup_key, visiono_delivery_event,
    visiono_delivery_event_name, visiono_delivery_event_time, visiono_delivery_free,
    visiono_delivery_is_test, visiono_delivery_json, visiono_delivery_link_reference,
    visiono_delivery_link_source, visiono_delivery_link_submission_id,
    visiono_delivery_link_unique_value, visiono_delivery_request_id, visiono_delivery_secret_index,
    visiono_delivery_text, visiono_delivery_unauthenticated_delivery_id,
    visiono_delivery_unauthenticated_tenant_id,
};
use visiono_workflow_c::pairs::Pair;
use visiono_workflow_c::tables::Code;
use visiono_workflow_c::text::Str;
use visiono_workflow_c::verified::{
    visiono_verified_webhook_dedup_key, visiono_verified_webhook_free,
    visiono_verified_webhook_secret_index,
};
use visiono_workflow_c::webhook::{
    visiono_webhook_free, visiono_webhook_new, visiono_webhook_receive, visiono_webhook_verify,
};

use crate::c_boundary::{Wanted, check, terminated};
use crate::input::Chunks;
use crate::model::{SECRETS, hmac};

/// Receives a webhook through the C library, and looks up values of its body.
///
/// The result must be the core's. A JSON pointer must find what `serde_json` finds, with exactly
/// the bytes that arrived.
///
/// The chunks: headers, a line each, in which `{sig}` is replaced by the signature and a line
/// without a colon is an absent header; now; `required` if the event must have a time; two JSON
/// pointers; and the body.
///
/// # Panics
///
/// If one of these does not hold.
pub fn c_delivery(data: &[u8]) {
    let mut input = Chunks::of(data);
    let headers = input.bytes();
    let now = input.text().parse::<i64>().unwrap_or(0);
    let require_timestamp = input.bytes() == b"required";
    let pointers = [input.bytes(), input.bytes(), b""];
    // Of exactly its length, so that the sanitizer detects reads beyond it.
    let body: Box<[u8]> = input.rest().into();
    let sig = hmac(SECRETS[0], &body);
    let headers = with_signature(headers, &sig);
    let headers: Vec<_> = headers.split(|byte| *byte == b'\n').map(header).collect();

    let core = Webhook::from_texts(SECRETS.map(Some))
        .expect("a webhook")
        .require_timestamp(require_timestamp);
    let given = headers
        .iter()
        .filter_map(|(name, value)| Some((*name, (*value)?)));
    let read = WebhookHeaders::from_iter(given);
    let secrets = SECRETS.map(|secret| text(secret.as_bytes()));
    let (secrets, count) = (secrets.as_ptr(), secrets.len());
    let mut webhook = null_mut();
    let place = &raw mut webhook;
    // SAFETY: the secrets and the place belong to this function, and the others may be null.
    let code = unsafe {
        visiono_webhook_new(
            secrets,
            count,
            null(),
            null(),
            require_timestamp,
            place,
            null_mut(),
        )
    };
    assert_eq!(code, Code::VisionoOk);
    let error = visiono_error_new();

    let (start, len) = (body.as_ptr().cast(), body.len());
    let value = headers.first().and_then(|(_, value)| *value);
    let mut verified = null_mut();
    let place = &raw mut verified;
    // SAFETY: the webhook and the error are live, and everything else belongs to this function.
    let code =
        unsafe { visiono_webhook_verify(webhook, start, len, value_of(value), place, error) };
    let wanted = check(code, error, core.verify(&body, value).map_err(Some));
    assert_eq!(wanted.is_none(), verified.is_null());
    // SAFETY: handed-out objects are live until they are freed; otherwise they are null, which each
    // function accepts.
    unsafe {
        let (index, key) = wanted.as_ref().map_or((0, ""), |wanted| {
            (wanted.secret_index(), wanted.dedup_key())
        });
        assert_eq!(visiono_verified_webhook_secret_index(verified), index);
        assert_eq!(
            terminated(visiono_verified_webhook_dedup_key(verified)),
            key
        );
        visiono_verified_webhook_free(verified);
    }

    let pairs: Vec<_> = headers
        .iter()
        .map(|(name, value)| Pair {
            name: text(name),
            value: value_of(*value),
        })
        .collect();
    let (pairs, count) = (pairs.as_ptr(), pairs.len());
    let wanted = || -> Wanted<_> {
        let now = check_now(now.into()).map_err(Some)?;
        core.receive(&body, &read, now).map_err(Some)
    };
    let mut delivery = null_mut();
    let place = &raw mut delivery;
    // SAFETY: as above.
    let code =
        unsafe { visiono_webhook_receive(webhook, start, len, pairs, count, now, place, error) };
    let wanted = check(code, error, wanted());
    assert_eq!(wanted.is_none(), delivery.is_null());
    if let Some(wanted) = wanted {
        // SAFETY: the delivery is live.
        unsafe { compare(delivery, &wanted) };
        let whole = serde_json::from_str(wanted.body()).expect("JSON");
        // SAFETY: as above.
        unsafe { look_up(delivery, &whole, &body, pointers) };
    }
    // SAFETY: each was handed out above or is null, and is not used afterwards.
    unsafe {
        assert!(visiono_delivery_json(null(), text(b"")).data.is_null());
        visiono_delivery_free(delivery);
        visiono_webhook_free(webhook);
        visiono_error_free(error);
    }
}

/// Compares the values of a delivery with the core's.
///
/// # Safety
///
/// The delivery must be live.
unsafe fn compare(delivery: *const DeliveryHandle, wanted: &visiono_workflow::Delivery<'_>) {
    // SAFETY: as the caller promises.
    unsafe {
        let name = optional(visiono_delivery_event_name(delivery));
        assert_eq!(name.as_deref(), Some(wanted.event_name().as_bytes()));
        let place = visiono_workflow::WebhookEvent::ALL
            .iter()
            .position(|event| Some(*event) == wanted.event());
        let number = place.map_or(0, |place| place + 1);
        assert_eq!(visiono_delivery_event(delivery) as usize, number);
        let mut seconds = -7;
        let is_known = visiono_delivery_event_time(delivery, &raw mut seconds);
        assert_eq!(is_known.then_some(seconds), wanted.event_time());
        assert_eq!(visiono_delivery_event_time(delivery, null_mut()), is_known);
        assert_eq!(
            terminated(visiono_delivery_dedup_key(delivery)),
            wanted.dedup_key()
        );
        assert_eq!(
            visiono_delivery_secret_index(delivery),
            wanted.secret_index()
        );
        assert_eq!(visiono_delivery_is_test(delivery), wanted.is_test());
        let link = wanted.link();
        for (given, wanted) in [
            (
                visiono_delivery_unauthenticated_delivery_id(delivery),
                wanted.unauthenticated_delivery_id(),
            ),
            (
                visiono_delivery_unauthenticated_tenant_id(delivery),
                wanted.unauthenticated_tenant_id(),
            ),
            (visiono_delivery_request_id(delivery), wanted.request_id()),
            (
                visiono_delivery_link_submission_id(delivery),
                link.and_then(|link| link.submission_id()),
            ),
            (
                visiono_delivery_link_unique_value(delivery),
                link.map(|link| link.unique_value()),
            ),
            (
                visiono_delivery_link_source(delivery),
                link.map(|link| link.source()),
            ),
            (
                visiono_delivery_link_reference(delivery),
                link.map(|link| link.reference()),
            ),
        ] {
            assert_eq!(optional(given).as_deref(), wanted.map(str::as_bytes));
        }
    }
}

/// Looks up values, more than once, because the delivery caches results.
///
/// # Safety
///
/// The delivery must be live.
unsafe fn look_up(
    delivery: *const DeliveryHandle,
    whole: &Value,
    body: &[u8],
    pointers: [&[u8]; 3],
) {
    let mut kept = Vec::new();
    for pointer in pointers.iter().chain(&pointers) {
        // SAFETY: as the caller promises.
        let (json, string) = unsafe {
            let pointer = text(pointer);
            (
                visiono_delivery_json(delivery, pointer),
                visiono_delivery_text(delivery, pointer),
            )
        };
        let wanted = str::from_utf8(pointer)
            .ok()
            .and_then(|pointer| whole.pointer(pointer));
        assert_eq!(
            optional(string).as_deref(),
            wanted.and_then(Value::as_str).map(str::as_bytes)
        );
        let json = optional(json);
        assert_eq!(
            json.is_some(),
            wanted.is_some(),
            "{}",
            pointer.escape_ascii()
        );
        if let (Some(json), Some(wanted)) = (&json, wanted) {
            assert_eq!(
                &serde_json::from_slice::<Value>(json).expect("JSON"),
                wanted
            );
            assert!(body.windows(json.len()).any(|window| window == json));
        }
        kept.push((json, optional(string)));
    }
    let (first, second) = kept.split_at(3);
    assert_eq!(first, second);
}

/// Splits a line into a header's name and its value, which may be absent.
fn header(line: &[u8]) -> (&[u8], Option<&[u8]>) {
    let end = line.windows(2).position(|window| window == b": ");
    end.map_or((line, None), |end| (&line[..end], Some(&line[end + 2..])))
}

/// Returns the value of a header, or null.
fn value_of(value: Option<&[u8]>) -> Str {
    let absent = Str {
        data: null(),
        len: 0,
    };
    value.map_or(absent, text)
}

fn text(bytes: &[u8]) -> Str {
    Str {
        data: bytes.as_ptr().cast(),
        len: bytes.len(),
    }
}

/// Returns the bytes that the library handed out, without the final NUL. They may contain others.
fn optional(text: Str) -> Option<Vec<u8>> {
    if text.data.is_null() {
        assert_eq!(text.len, 0);
        return None;
    }
    // SAFETY: the text is readable for its length and the NUL, and its object is live.
    let bytes = unsafe { std::slice::from_raw_parts(text.data.cast::<u8>(), text.len + 1) };
    Some(bytes.strip_suffix(b"\0").expect("a NUL").to_vec())
}

/// Replaces `{sig}` in the headers, which have any bytes, by the signature.
fn with_signature(headers: &[u8], sig: &str) -> Vec<u8> {
    const MARK: &[u8] = b"{sig}";
    let mut written = Vec::new();
    let mut rest = headers;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        written.extend_from_slice(&rest[..at]);
        written.extend_from_slice(sig.as_bytes());
        rest = &rest[at + MARK.len()..];
    }
    written.extend_from_slice(rest);
    written
}
