//! Webhooks as Visiono sends them, for the tests of a receiver.

use std::ptr;
use std::sync::Arc;

use visiono_workflow::{Error, TestDelivery, WebhookStyle, check_now};

use crate::boundary::{Str, argument, free, guard, guard_value, hand_out, required, terminated};
use crate::error::{Code, ErrorHandle};
use crate::pairs::Pair;
use crate::verified::text;
use crate::webhook::{NULL_WEBHOOK, WebhookHandle};
use crate::workflow::NULL_RESULT;

/// The two sets of headers that Visiono documents.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `X-Visiono-Signature`, `X-Visiono-Event`, `X-Visiono-Delivery`, `X-Visiono-Tenant-Id`.
    VisionoStyleGuide = 0,
    /// `X-Webhook-Signature`, `X-Webhook-ID`, `X-Webhook-Timestamp`.
    VisionoStyleDeveloper = 1,
}

/// The fields of a test event. A text that is null has its default, so a struct of zeros is the
/// default event.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct TestEvent {
    /// The delivery's ID; `test` by default.
    pub id: Str,
    /// The submission's ID; `pls_test` by default.
    pub submission_id: Str,
    /// `uv` of the link; `ABC123` by default.
    pub unique_value: Str,
    /// `src` of the link; `zendesk` by default.
    pub source: Str,
    /// `ref` of the link; `ticket-456` by default.
    pub reference: Str,
    /// A number of `visiono_style_t`.
    pub style: i32,
    /// Leaves the `timestamp` out of the body, as Visiono's own example of `submission.created`
    /// does.
    pub without_timestamp: bool,
}

const NO_STYLE: Error = Error::invalid_argument("style is no number of visiono_style_t");

/// The core's styles.
const fn number(style: WebhookStyle) -> Style {
    match style {
        WebhookStyle::Guide => Style::VisionoStyleGuide,
        WebhookStyle::Developer => Style::VisionoStyleDeveloper,
    }
}

impl TestEvent {
    /// The fields as the core takes them.
    ///
    /// # Safety
    ///
    /// The texts can be read.
    unsafe fn read<'a>(self) -> Result<visiono_workflow::TestEvent<'a>, Error> {
        let default = visiono_workflow::TestEvent::default();
        let style = [WebhookStyle::Guide, WebhookStyle::Developer]
            .into_iter()
            .find(|style| number(*style) as i32 == self.style)
            .ok_or(NO_STYLE)?;
        // SAFETY: as the caller promises.
        let texts = unsafe {
            [
                self.id.optional(argument!("id"))?,
                self.submission_id.optional(argument!("submission_id"))?,
                self.unique_value.optional(argument!("unique_value"))?,
                self.source.optional(argument!("source"))?,
                self.reference.optional(argument!("reference"))?,
            ]
        };
        let [id, submission_id, unique_value, source, reference] = texts;
        Ok(visiono_workflow::TestEvent {
            id: id.unwrap_or(default.id),
            submission_id: submission_id.unwrap_or(default.submission_id),
            unique_value: unique_value.unwrap_or(default.unique_value),
            source: source.unwrap_or(default.source),
            reference: reference.unwrap_or(default.reference),
            style,
            timestamp: !self.without_timestamp,
        })
    }
}

/// A signed webhook for a test: a body and headers. It never changes, and any number of threads
/// may read it.
pub struct TestDeliveryHandle {
    body: Box<str>,
    /// The texts that the pairs point to. An `Arc` stays where it is when the object moves.
    _texts: Vec<Arc<str>>,
    headers: Vec<Pair>,
}

// SAFETY: the pairs point to texts of the object itself, which never change.
unsafe impl Send for TestDeliveryHandle {}
// SAFETY: as above.
unsafe impl Sync for TestDeliveryHandle {}

impl TestDeliveryHandle {
    fn new(delivery: &TestDelivery) -> Self {
        let mut texts = Vec::new();
        let mut headers = Vec::new();
        for (name, value) in delivery.headers() {
            let [name, value] = [name, value].map(|text| Arc::<str>::from(terminated(text)));
            headers.push(Pair {
                name: Str::of_terminated(&name),
                value: Str::of_terminated(&value),
            });
            texts.extend([name, value]);
        }
        Self {
            body: terminated(delivery.body()),
            _texts: texts,
            headers,
        }
    }
}

/// Makes a signed webhook, as Visiono sends it, for the tests of a receiver.
///
/// `event` is the name of a documented event, such as `submission.created`. `fields` are those of
/// the event; null for the defaults. `now` is the time of the event and of its delivery, in Unix
/// seconds: `time(NULL)`.
///
/// Ownership: nothing is kept; `*delivery` is the caller's, until `visiono_test_delivery_free`.
/// Threads: any, each with its own `error`. Errors: `VISIONO_INVALID_ARGUMENT`, also for an event
/// that is not documented.
///
/// # Safety
///
/// `webhook` came from `visiono_webhook_new`, `event` can be read, `fields` is null or it and its
/// texts can be read, `delivery` can be written, and `error` is null or came from
/// `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_webhook_test_delivery(
    webhook: *const WebhookHandle,
    event: Str,
    fields: *const TestEvent,
    now: i64,
    delivery: *mut *mut TestDeliveryHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (webhook, event, fields) = unsafe {
            required(delivery, NULL_RESULT)?;
            let webhook = required(webhook, NULL_WEBHOOK)?;
            let event = event.text(argument!("event"))?;
            let fields = fields.as_ref().map(|fields| fields.read()).transpose()?;
            (webhook, event, fields.unwrap_or_default())
        };
        let now = check_now(now.into())?;
        let made = webhook.inner.test_delivery(event, &fields, now)?;
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(delivery, TestDeliveryHandle::new(&made)) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// The raw body of a test delivery. Empty if `delivery` is null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_test_delivery`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_test_delivery_body(delivery: *const TestDeliveryHandle) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(delivery, |delivery| &delivery.body) }
}

/// The headers of a test delivery, `Content-Type` included: a list that
/// `visiono_webhook_receive` takes. Writes their number into `*count`. Null and zero if `delivery`
/// is null; null if `count` is.
///
/// Ownership: the list and its texts are the delivery's. Threads: any, each with its own `count`.
/// Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_test_delivery`; `count` is null or can be
/// written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_test_delivery_headers(
    delivery: *const TestDeliveryHandle,
    count: *mut usize,
) -> *const Pair {
    // SAFETY: as the caller promises.
    let delivery = unsafe { delivery.as_ref() };
    guard_value(ptr::null(), || {
        if count.is_null() {
            return ptr::null();
        }
        let headers = delivery.map_or(&[][..], |delivery| &delivery.headers);
        // SAFETY: it is not null, and as the caller promises.
        unsafe { count.write(headers.len()) };
        delivery.map_or(ptr::null(), |_| headers.as_ptr())
    })
}

/// Frees a test delivery and the texts that were read from it. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `delivery` came from `visiono_webhook_test_delivery` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_test_delivery_free(delivery: *mut TestDeliveryHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(delivery) };
}
