//! The object that receives webhooks, and its three operations.

use std::ffi::c_void;
use std::fmt::Write;

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_WEBHOOK_MAX_AGE, Webhook, WebhookHeaders, check_now,
};

use crate::boundary::{Buffer, Output, Str, free, guard, hand_out, list, required};
use crate::delivery::DeliveryHandle;
use crate::error::{Code, ErrorHandle};
use crate::pairs::Pair;
use crate::verified::VerifiedWebhookHandle;
use crate::workflow::{NULL_RESULT, seconds_or, secrets_of};

/// Receives webhooks, with one webhook secret or several for rotation. It never changes, and any
/// number of threads may use it at once.
pub struct WebhookHandle {
    pub(crate) inner: Webhook,
}

const fn shared_between_threads<T: Send + Sync>() {}
const _: () = shared_between_threads::<WebhookHandle>();
const _: () = shared_between_threads::<DeliveryHandle>();
const _: () = shared_between_threads::<VerifiedWebhookHandle>();

/// The message for a null handle.
pub(crate) const NULL_WEBHOOK: &str = "webhook is NULL";

/// Makes a webhook from its secrets: the first one signs, each one is tried at verification.
///
/// A null text after the first is skipped, so `{current, previous}` works while there is no
/// previous secret. `max_age` and `leeway` are how old, and how far in the future, an event may
/// be, in seconds; null stands for 10800, because Visiono's last retry comes 2 h 36 min after the
/// event, and 60. `require_timestamp` refuses an event without a time. Pass false unless no event
/// that you need is without one: Visiono's own example of `submission.created` has none.
///
/// Ownership: the secrets are copied, and wiped when the webhook is freed; wiping the caller's own
/// copy is the caller's. `*webhook` is the caller's, until `visiono_webhook_free`. Threads: any.
/// Errors: `VISIONO_INVALID_ARGUMENT`; `VISIONO_INVALID_SECRET`, naming the position of the
/// secret, also if the first one is null or there is none.
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
    require_timestamp: bool,
    webhook: *mut *mut WebhookHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (secrets, max_age, leeway) = unsafe {
            required(webhook, "the place for the webhook is NULL")?;
            (
                secrets_of(secrets, count)?,
                seconds_or(max_age, DEFAULT_WEBHOOK_MAX_AGE)?,
                seconds_or(leeway, DEFAULT_LEEWAY)?,
            )
        };
        let inner = Webhook::from_texts(secrets)?
            .max_age(max_age)
            .leeway(leeway)
            .require_timestamp(require_timestamp);
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
/// `headers` are the request's, Visiono's or not, with values of any bytes; one whose value is
/// null is absent. Names match without case, and CGI's `HTTP_X_VISIONO_SIGNATURE` is a name too.
/// `now` is the time in Unix seconds: `time(NULL)`.
///
/// An event without a `timestamp` is delivered too, unless `require_timestamp` was set.
///
/// Ownership: nothing is kept; `*delivery` is the caller's, until `visiono_delivery_free`.
/// Threads: any, each with its own `error`. Errors: the first check that fails decides, in this
/// order: `VISIONO_INVALID_ARGUMENT` for the other arguments; `VISIONO_MALFORMED_PARAMETER`, naming
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
            if let Some([name, value]) = unsafe { pair.given() }? {
                headers.add(name, value);
            }
        }
        let received = webhook
            .inner
            .receive(body, &headers, check_now(now.into())?)?;
        let received = DeliveryHandle::new(&received);
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(delivery, received) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Verifies the signature alone. It does not check that the event is recent.
///
/// `body` is the raw body, as it came. `header` is the value of `X-Visiono-Signature` or
/// `X-Webhook-Signature`, as it came, any bytes; null if there was none.
///
/// Ownership: nothing is kept; `*verified` is the caller's, until `visiono_verified_webhook_free`.
/// Threads: any, each with its own `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT` for
/// the other arguments; `VISIONO_MALFORMED_PARAMETER`, naming `body`, if it is larger than 1 MiB;
/// `VISIONO_MISSING_PARAMETER`, naming `sig`, without a header; `VISIONO_INVALID_SIGNATURE`.
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
    verified: *mut *mut VerifiedWebhookHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (webhook, body, header) = unsafe {
            required(verified, NULL_RESULT)?;
            let webhook = required(webhook, NULL_WEBHOOK)?;
            (webhook, list(body.cast(), body_len)?, header.given()?)
        };
        let found = VerifiedWebhookHandle::new(&webhook.inner.verify(body, header)?);
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(verified, found) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Signs a body, as Visiono does, into the value of the header: `sha256=` and 64 digits, 71 bytes.
/// It exists for tests; `visiono_webhook_test_delivery` makes the body and the headers as well.
///
/// Ownership: nothing is kept; `header->data` stays the caller's. Threads: any, each with its own
/// `header` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that are
/// needed in `header->len`; `VISIONO_INVALID_ARGUMENT`.
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
        let signed = webhook.inner.signature_header(body);
        output.fill(|out| out.write_str(signed.as_str()))
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
