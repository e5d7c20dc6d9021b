//! Webhooks: the module of `visiono-workflow/webhook`.

use alloc::boxed::Box;
use core::fmt::Write;
use core::ptr;

use visiono_workflow::{DeliveredLink, TestEvent, Webhook, WebhookHeaders, WebhookStyle};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crossing::{Crossing, Input, Output, duration, instant};
use crate::wipe_stack;

/// Input: the secrets, of which there are this many. Returned: null if there can't be a webhook.
/// Seconds that are NaN are the core's own.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn webhook_new(
    crossing: *mut Crossing,
    secrets: usize,
    max_age: f64,
    leeway: f64,
    require_timestamp: bool,
) -> *mut Webhook {
    // SAFETY: it is a handle, and JavaScript runs one call at a time.
    let crossing = unsafe { &mut *crossing };
    let mut handle = ptr::null_mut();
    crossing.answer(|input, _| {
        let max_age = duration(max_age)?;
        let leeway = duration(leeway)?;
        let mut webhook =
            Webhook::from_texts(input.secrets(secrets))?.require_timestamp(require_timestamp);
        if let Some(max_age) = max_age {
            webhook = webhook.max_age(max_age);
        }
        if let Some(leeway) = leeway {
            webhook = webhook.leeway(leeway);
        }
        handle = Box::into_raw(Box::new(webhook));
        Ok(())
    });
    handle
}

/// Wipes the secrets.
///
/// # Safety
///
/// The pointer is a handle, and is not used again.
#[wasm_bindgen]
pub unsafe fn webhook_free(webhook: *mut Webhook) {
    // SAFETY: as above; `webhook_new` made it.
    drop(unsafe { Box::from_raw(webhook) });
    wipe_stack();
}

/// Input: the body, then names and values of the headers, of this many bytes together. Output:
/// the texts of the delivery and of its link, the event's time, index of the secret, whether it
/// is a test.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn webhook_receive(
    crossing: *mut Crossing,
    webhook: *const Webhook,
    body: usize,
    headers: usize,
    now: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, webhook) = unsafe { (&mut *crossing, &*webhook) };
    crossing.answer(|input, output| {
        let now = instant(now)?;
        let body = input.bytes(body);
        let mut names = WebhookHeaders::new();
        for _ in 0..headers {
            names.add(input.ended(), input.ended());
        }
        let delivery = webhook.receive(body, &names, now)?;
        let link = delivery.link();
        output.optional(Some(delivery.event_name()));
        output.optional(Some(delivery.dedup_key()));
        output.optional(delivery.unauthenticated_delivery_id());
        output.optional(delivery.unauthenticated_tenant_id());
        output.optional(link.and_then(|link| link.submission_id()));
        output.optional(link.map(|link| link.unique_value()));
        output.optional(link.map(|link| link.source()));
        output.optional(link.map(|link| link.reference()));
        output.number(delivery.event_time().map_or(f64::NAN, |time| time as f64));
        output.number(delivery.secret_index() as f64);
        output.number(delivery.is_test().into());
        Ok(())
    });
}

/// Input: the body, the header unless its length is NaN. Output: the key that recognises
/// duplicates, index of the secret.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn webhook_verify(
    crossing: *mut Crossing,
    webhook: *const Webhook,
    body: usize,
    header: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, webhook) = unsafe { (&mut *crossing, &*webhook) };
    crossing.answer(|input, output| {
        let body = input.bytes(body);
        let header = input.optional(header);
        let verified = webhook.verify(body, header)?;
        output.number(verified.secret_index() as f64);
        let _ = output.writer().write_str(verified.dedup_key());
        Ok(())
    });
}

/// Input: the body. Output: the header.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn webhook_sign(crossing: *mut Crossing, webhook: *const Webhook, body: usize) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, webhook) = unsafe { (&mut *crossing, &*webhook) };
    crossing.answer(|input, output| {
        let header = webhook.signature_header(input.bytes(body));
        let _ = output.writer().write_str(header.as_str());
        Ok(())
    });
}

/// Input: the event, then the texts that are given. Output: the
/// number of headers; the body, then names and values of the headers.
///
/// The lengths of ID, submission ID, unique value, source, reference and style are given, and NaN
/// for one that isn't.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn webhook_test_delivery(
    crossing: *mut Crossing,
    webhook: *const Webhook,
    event: usize,
    timestamp: bool,
    now: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, webhook) = unsafe { (&mut *crossing, &*webhook) };
    crossing.answer(|input, output| {
        let now = instant(now)?;
        let event = input.text(event);
        let mut test = TestEvent {
            timestamp,
            ..TestEvent::default()
        };
        for (place, text) in [
            &mut test.id,
            &mut test.submission_id,
            &mut test.unique_value,
            &mut test.source,
            &mut test.reference,
        ]
        .into_iter()
        .enumerate()
        {
            *text = optional_text(input, place).unwrap_or(*text);
        }
        if let Some(style) = optional_text(input, 5) {
            test.style = WebhookStyle::from_name(style)?;
        }
        let delivery = webhook.test_delivery(event, &test, now)?;
        output.number(delivery.headers().count() as f64);
        output.text(|output| output.write_str(delivery.body()));
        for part in delivery.headers().flat_map(|(name, value)| [name, value]) {
            output.text(|output| output.write_str(part));
        }
        Ok(())
    });
}

/// Input: submission ID (its length is NaN if there is none), unique value, source and reference
/// of a link; submission ID, unique value and reference of a verified return. Their lengths are
/// given. Returned: whether they tell of the same submission.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn link_matches(crossing: *mut Crossing) -> bool {
    // SAFETY: it is a handle, and JavaScript runs one call at a time.
    let crossing = unsafe { &mut *crossing };
    let mut matches = false;
    crossing.answer(|input, _| {
        let link = DeliveredLink::from_texts(
            optional_text(input, 0),
            text(input, 1),
            text(input, 2),
            text(input, 3),
        );
        matches = link.matches_texts(text(input, 4), text(input, 5), text(input, 6));
        Ok(())
    });
    matches
}

/// The next text, whose length is given at this place.
fn text<'a>(input: &mut Input<'a>, place: usize) -> &'a str {
    input.text(input.given(place) as usize)
}

/// The same, or `None` if the length is NaN.
fn optional_text<'a>(input: &mut Input<'a>, place: usize) -> Option<&'a str> {
    (!input.given(place).is_nan()).then(|| text(input, place))
}

impl Output {
    /// Adds a text, and the number of its UTF-16 units, by which JavaScript cuts it; NaN if there
    /// is none.
    fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(|output| output.write_str(text)),
            None => self.number(f64::NAN),
        }
    }
}
