//! The object that receives webhooks, and its three operations.

use std::ffi::{c_char, c_void};
use std::fmt::Write;

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_WEBHOOK_MAX_AGE, Webhook, WebhookHeaders, WebhookSecret,
};

use crate::boundary::{
    Buffer, Output, Str, free, guard, hand_out, list, required, terminated_digits,
};
use crate::delivery::DeliveryHandle;
use crate::error::{Code, ErrorHandle};
use crate::pairs::Pair;
use crate::workflow::{NULL_RESULT, now, seconds_or, secrets_of};

/// Receives webhooks, with one webhook secret or several for rotation. It never changes, and any
/// number of threads may use it at once.
pub struct WebhookHandle {
    inner: Webhook<Vec<WebhookSecret>>,
}

const fn shared_between_threads<T: Send + Sync>() {}
const _: () = shared_between_threads::<WebhookHandle>();
const _: () = shared_between_threads::<DeliveryHandle>();

/// What is known of a webhook whose signature holds.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct VerifiedWebhook {
    /// Which of the secrets signed it, from 0.
    pub secret_index: usize,
    /// The hexadecimal SHA-256 of the body, which two deliveries of one event share: 64 lower-case
    /// digits and a NUL.
    pub dedup_key: [c_char; 65],
}

const NULL_WEBHOOK: &str = "the webhook is null";

/// Makes a webhook from its secrets: the first one signs, each one is tried at verification.
///
/// `max_age` and `leeway` are how old, and how far in the future, an event may be, in seconds;
/// null stands for 10800, because Visiono's last retry comes 2 h 36 min after the event, and 60.
/// `freshness` is whether an event has to be recent: pass true. Without it, who has recorded a
/// webhook can send it again at any later time, so duplicates have to be recognised for as long.
///
/// Ownership: the secrets are copied, and wiped when the webhook is freed; wiping the caller's own
/// copy is the caller's. `*webhook` is the caller's, until `visiono_webhook_free`. Threads: any.
/// Errors: `VISIONO_INVALID_SECRET`, also if there is none; `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `secrets` can be read for `count` texts, `webhook` can be written, `max_age` and `leeway` are
/// null or can be read, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_webhook_new(
    secrets: *const Str,
    count: usize,
    max_age: *const i64,
    leeway: *const i64,
    freshness: bool,
    webhook: *mut *mut WebhookHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let secrets = unsafe {
            required(webhook, "the place for the webhook is null")?;
            secrets_of(secrets, count, WebhookSecret::new)?
        };
        // SAFETY: as the caller promises.
        let (max_age, leeway) = unsafe {
            (
                seconds_or(max_age, DEFAULT_WEBHOOK_MAX_AGE)?,
                seconds_or(leeway, DEFAULT_LEEWAY)?,
            )
        };
        let inner = Webhook::new(secrets)?
            .max_age(max_age)
            .leeway(leeway)
            .freshness(freshness);
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(webhook, WebhookHandle { inner }) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Frees a webhook and wipes its secrets. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `webhook` came from `visiono_webhook_new` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_webhook_free(webhook: *mut WebhookHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(webhook) };
}

/// Receives a webhook: verifies the signature headers and that the event is recent, and reads it.
///
/// `body` is the raw body, as it came: JSON that was parsed and written again has other bytes.
/// `headers` are the request's, Visiono's or not, with values of any bytes; names match without
/// case, and CGI's `HTTP_X_VISIONO_SIGNATURE` is a name too. `now` is the time in Unix seconds:
/// `time(NULL)`.
///
/// Ownership: nothing is kept; `*delivery` is the caller's, until `visiono_delivery_free`.
/// Threads: any, each with its own `error`. Errors: the first check that fails decides, in this
/// order: `VISIONO_INVALID_ARGUMENT` for what was passed; `VISIONO_MALFORMED_PARAMETER`, naming
/// `body`, if it is larger than 1 MiB; `VISIONO_MISSING_PARAMETER`, naming `sig`, without a
/// signature header; `VISIONO_INVALID_SIGNATURE`; `VISIONO_MALFORMED_PARAMETER`, naming `body`, if
/// it is not a JSON object with a text `event`; `VISIONO_MISSING_PARAMETER`, naming `timestamp`,
/// `VISIONO_NOT_YET_VALID` or `VISIONO_EXPIRED`.
///
/// # Safety
///
/// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes, `headers`
/// for `count` pairs, and so can their texts, `delivery` can be written, and `error` is null or
/// came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_webhook_receive(
    webhook: *const WebhookHandle,
    body: *const c_void,
    body_len: usize,
    headers: *const Pair,
    count: usize,
    now: i64,
    delivery: *mut *mut DeliveryHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (webhook, body, pairs) = unsafe {
            required(delivery, NULL_RESULT)?;
            let webhook = required(webhook, NULL_WEBHOOK)?;
            (webhook, list(body.cast(), body_len)?, list(headers, count)?)
        };
        let mut headers = WebhookHeaders::new();
        for pair in pairs {
            // SAFETY: as the caller promises.
            let (name, value) = unsafe { (pair.name.bytes()?, pair.value.bytes()?) };
            headers.add(name, value);
        }
        let received = webhook.inner.receive(body, &headers, self::now(now)?)?;
        let received = DeliveryHandle::new(&received);
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(delivery, received) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Verifies the signature alone: whether the event is recent is not known then.
///
/// `body` is the raw body, as it came. `header` is the value of `X-Visiono-Signature` or
/// `X-Webhook-Signature`, as it came, any bytes; null if there was none.
///
/// Ownership: nothing is kept. Threads: any, each with its own `verified` and `error`. Errors, in
/// this order: `VISIONO_INVALID_ARGUMENT` for what was passed; `VISIONO_MALFORMED_PARAMETER`,
/// naming `body`, if it is larger than 1 MiB; `VISIONO_MISSING_PARAMETER`, naming `sig`, without a
/// header; `VISIONO_INVALID_SIGNATURE`.
///
/// # Safety
///
/// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes, and so can
/// `header`, `verified` can be written, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_webhook_verify(
    webhook: *const WebhookHandle,
    body: *const c_void,
    body_len: usize,
    header: Str,
    verified: *mut VerifiedWebhook,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (webhook, body, header) = unsafe {
            required(verified, NULL_RESULT)?;
            let webhook = required(webhook, NULL_WEBHOOK)?;
            (webhook, list(body.cast(), body_len)?, header.given()?)
        };
        // As one of the headers, because it may be any bytes.
        let header = header.map(|value| (WebhookHeaders::NAMES[0], value));
        let headers = WebhookHeaders::from_iter(header);
        let found = webhook.inner.verify_headers(body, &headers)?;
        let found = VerifiedWebhook {
            secret_index: found.secret_index(),
            dedup_key: terminated_digits(found.dedup_key()),
        };
        // SAFETY: it is not null, and as the caller promises.
        unsafe { verified.write(found) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Signs a body, as Visiono does, into the value of the header: `sha256=` and 64 digits, 71 bytes.
/// It is there for tests.
///
/// Ownership: nothing is kept; `header->data` stays the caller's. Threads: any, each with its own
/// `header` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that would
/// do in `header->len`; `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes, `header` can
/// be read and written, its `data` can be written for `capacity` bytes, and `error` is null or came
/// from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_webhook_sign(
    webhook: *const WebhookHandle,
    body: *const c_void,
    body_len: usize,
    header: *mut Buffer,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (webhook, body) = unsafe {
            let webhook = required(webhook, NULL_WEBHOOK)?;
            (webhook, list(body.cast(), body_len)?)
        };
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(header, [body]) }?;
        let signature = webhook.inner.sign(body)?;
        output.fill(|out| write!(out, "sha256={}", signature.as_str()))
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
