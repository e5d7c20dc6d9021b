//! Webhooks: receive, verify and sign them.

use std::ffi::c_void;

use visiono_workflow::{Webhook, WebhookHeaders};

use crate::delivery::DeliveryHandle;
use crate::output::{Buffer, put};
use crate::pairs::Pair;
use crate::text::Str;
use crate::verified::VerifiedWebhookHandle;

/// Receives webhooks, with one webhook secret or several for rotation. It never changes, and any
/// number of threads can use it at once.
pub struct WebhookHandle(pub(crate) Webhook);

export! {
    /// Makes a webhook from its secrets: the first one signs, each one is tried at verification.
    ///
    /// A null text after the first is skipped, so `{current, previous}` works while there is no
    /// previous secret. `max_age` and `leeway` are how old, and how far in the future, an event
    /// can be, in seconds. Null means 10800, because Visiono's last retry comes 2 h 36 min after
    /// the event, and 60. `require_timestamp` rejects an event without a time. Pass false unless
    /// every event that you need has one: Visiono's own example of `submission.created` has none.
    ///
    /// Ownership: the secrets are copied, and wiped when the webhook is freed; the caller wipes
    /// its own copy. `*webhook` is the caller's, until `visiono_webhook_free`. Threads: any.
    /// Errors: `VISIONO_INVALID_ARGUMENT`; `VISIONO_INVALID_SECRET`, naming the position of the
    /// secret, also if the first one is null or there is none.
    ///
    /// # Safety
    ///
    /// `secrets` can be read for `count` texts, `webhook` can be written, `max_age` and `leeway`
    /// are null or can be read, and `error` is null or came from `visiono_error_new`.
    fn visiono_webhook_new(
        secrets: *const Str, count: usize => secrets,
        max_age: *const i64 => seconds,
        leeway: *const i64 => seconds,
        require_timestamp: bool => as_is;
        webhook: *mut *mut WebhookHandle => place
    ) {
        let made = Webhook::from_texts(secrets)?
            .limits(max_age, leeway)
            .require_timestamp(require_timestamp);
        put(webhook, WebhookHandle(made))
    }

    /// Frees a webhook and wipes its secrets. Null is allowed.
    ///
    /// Threads: no other thread may be using it. Errors: none.
    ///
    /// # Safety
    ///
    /// `webhook` came from `visiono_webhook_new` and is not used again.
    fn visiono_webhook_free(webhook: *mut WebhookHandle => owned) -> (), or (), {
        drop(webhook);
    }

    /// Receives a webhook: verifies the signature headers and that the event is recent, and reads
    /// the body.
    ///
    /// `body` is the raw body, as it came: JSON that was parsed and written again has other bytes.
    /// `headers` are the request's, Visiono's or not, with values of any bytes; one whose value is
    /// null is absent. Names match without case, and CGI's `HTTP_X_VISIONO_SIGNATURE` is a name
    /// too. `now` is the time in Unix seconds: `time(NULL)`.
    ///
    /// An event without a `timestamp` is delivered too, unless `require_timestamp` was set.
    ///
    /// Ownership: nothing is kept; `*delivery` is the caller's, until `visiono_delivery_free`.
    /// Threads: any, each with its own `error`. Errors: the first check that fails decides, in
    /// this order: `VISIONO_INVALID_ARGUMENT` for the other arguments;
    /// `VISIONO_MALFORMED_PARAMETER`, naming `body`, if it is larger than 1 MiB;
    /// `VISIONO_MISSING_PARAMETER`, naming `sig`, without a signature header;
    /// `VISIONO_INVALID_SIGNATURE`; `VISIONO_MALFORMED_PARAMETER`, naming `body`, if it is not a
    /// JSON object with a text `event`; `VISIONO_MISSING_PARAMETER`, naming `timestamp`,
    /// `VISIONO_NOT_YET_VALID` or `VISIONO_EXPIRED`.
    ///
    /// # Safety
    ///
    /// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes,
    /// `headers` for `count` pairs, and so can their texts, `delivery` can be written, and `error`
    /// is null or came from `visiono_error_new`.
    fn visiono_webhook_receive(
        webhook: *const WebhookHandle => object,
        body: *const c_void, body_len: usize => body,
        headers: *const Pair, count: usize => pairs,
        now: i64 => now;
        delivery: *mut *mut DeliveryHandle => place
    ) {
        let headers = WebhookHeaders::from_iter(headers);
        let received = webhook.0.receive(body, &headers, now)?;
        put(delivery, DeliveryHandle::new(&received))
    }

    /// Verifies the signature alone. It does not check that the event is recent.
    ///
    /// `body` is the raw body, as it came. `header` is the value of `X-Visiono-Signature` or
    /// `X-Webhook-Signature`, as it came, any bytes; null if there was none.
    ///
    /// Ownership: nothing is kept; `*verified` is the caller's, until
    /// `visiono_verified_webhook_free`. Threads: any, each with its own `error`. Errors, in this
    /// order: `VISIONO_INVALID_ARGUMENT` for the other arguments; `VISIONO_MALFORMED_PARAMETER`,
    /// naming `body`, if it is larger than 1 MiB; `VISIONO_MISSING_PARAMETER`, naming `sig`,
    /// without a header; `VISIONO_INVALID_SIGNATURE`.
    ///
    /// # Safety
    ///
    /// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes, and so
    /// can `header`, `verified` can be written, and `error` is null or came from
    /// `visiono_error_new`.
    fn visiono_webhook_verify(
        webhook: *const WebhookHandle => object,
        body: *const c_void, body_len: usize => body,
        header: Str => optional_bytes;
        verified: *mut *mut VerifiedWebhookHandle => place
    ) {
        let found = webhook.0.verify(body, header)?;
        put(verified, VerifiedWebhookHandle::new(&found))
    }

    /// Signs a body, as Visiono does, into the value of the header: `sha256=` and 64 digits, 71
    /// bytes. It exists for tests; `visiono_webhook_test_delivery` makes the body and the headers
    /// as well.
    ///
    /// Ownership: nothing is kept; `header->data` stays the caller's. Threads: any, each with its
    /// own `header` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that
    /// are needed in `header->len`; `VISIONO_INVALID_ARGUMENT`.
    ///
    /// # Safety
    ///
    /// `webhook` came from `visiono_webhook_new`, `body` can be read for `body_len` bytes,
    /// `header` can be read and written, its `data` can be written for `capacity` bytes, and
    /// `error` is null or came from `visiono_error_new`.
    fn visiono_webhook_sign(
        webhook: *const WebhookHandle => object,
        body: *const c_void, body_len: usize => body;
        header: *mut Buffer => room
    ) {
        header.fill(webhook.0.signature_header(body).as_str())
    }
}
