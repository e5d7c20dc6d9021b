//! A webhook that was received, and its body by JSON pointers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use visiono_workflow::{DeliveredLink, Delivery};

use crate::boundary::{Str, argument, free, guard_value, terminated};
use crate::pointer::find;
use crate::tables::Event;
use crate::verified::{VerifiedReturnHandle, number, text};

/// A webhook that passed every check. It never changes, and any number of threads may read it.
pub struct DeliveryHandle {
    event: Event,
    event_name: Box<str>,
    event_time: Option<i64>,
    dedup_key: Box<str>,
    secret_index: usize,
    delivery_id: Option<Box<str>>,
    tenant_id: Option<Box<str>>,
    is_test: bool,
    link: Option<Link>,
    body: Box<str>,
    texts: Asked,
    values: Asked,
}

struct Link {
    submission_id: Option<Box<str>>,
    unique_value: Box<str>,
    source: Box<str>,
    reference: Box<str>,
}

impl DeliveryHandle {
    pub(crate) fn new(delivery: &Delivery<'_>) -> Self {
        Self {
            event: delivery.event().into(),
            event_name: terminated(delivery.event_name()),
            event_time: delivery.event_time(),
            dedup_key: terminated(delivery.dedup_key()),
            secret_index: delivery.secret_index(),
            delivery_id: delivery.unauthenticated_delivery_id().map(terminated),
            tenant_id: delivery.unauthenticated_tenant_id().map(terminated),
            is_test: delivery.is_test(),
            link: delivery.link().map(|link| Link {
                submission_id: link.submission_id().map(terminated),
                unique_value: terminated(link.unique_value()),
                source: terminated(link.source()),
                reference: terminated(link.reference()),
            }),
            body: delivery.body().into(),
            texts: Asked::default(),
            values: Asked::default(),
        }
    }

    fn link(&self) -> Option<DeliveredLink<'_>> {
        let link = self.link.as_ref()?;
        Some(DeliveredLink::from_texts(
            link.submission_id.as_deref().map(unterminated),
            unterminated(&link.unique_value),
            unterminated(&link.source),
            unterminated(&link.reference),
        ))
    }
}

fn unterminated(text: &str) -> &str {
    text.strip_suffix('\0').unwrap_or(text)
}

/// Texts that were asked for, by pointer. They must live as long as the delivery, and are shared
/// between threads. An `Arc` stays where it is when the map grows.
#[derive(Default)]
struct Asked(Mutex<BTreeMap<Box<str>, Arc<str>>>);

impl Asked {
    fn get(&self, pointer: &str, read: impl FnOnce() -> Option<Box<str>>) -> Str {
        // A panic leaves the map as it was.
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(text) = asked.get(pointer) {
            return Str::of_terminated(text);
        }
        let Some(text) = read() else {
            return Str::NULL;
        };
        let text = asked.entry(pointer.into()).or_insert(text.into());
        Str::of_terminated(text)
    }
}

/// The event. `VISIONO_EVENT_UNKNOWN` if it isn't documented, or `delivery` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_event(delivery: *const DeliveryHandle) -> Event {
    // SAFETY: as the caller promises.
    unsafe {
        number(delivery, Event::VisionoEventUnknown, |delivery| {
            delivery.event
        })
    }
}

/// The event's name: `submission.created`, or one that isn't documented. Empty if `delivery` is
/// null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_event_name(delivery: *const DeliveryHandle) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(delivery, |delivery| &delivery.event_name) }
}

/// Writes the time of the event, the body's `timestamp` in Unix seconds, into `*seconds`, and
/// returns true. Returns false, and writes nothing, if the event has no time, or `delivery` is
/// null.
///
/// An event without a time may come again at any later time, so its
/// `visiono_delivery_dedup_key` must be kept as long as the secret is in use.
///
/// Threads: any, each with its own `seconds`. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`; `seconds` is null or can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_event_time(
    delivery: *const DeliveryHandle,
    seconds: *mut i64,
) -> bool {
    // SAFETY: as the caller promises.
    let time = unsafe { number(delivery, None, |delivery| delivery.event_time) };
    if let (Some(time), false) = (time, seconds.is_null()) {
        // SAFETY: as the caller promises.
        unsafe { seconds.write(time) };
    }
    time.is_some()
}

/// The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it for 24
/// hours or longer to recognize a duplicate; that of an event without a time, as long as the
/// secret is in use. Empty if `delivery` is null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_dedup_key(delivery: *const DeliveryHandle) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(delivery, |delivery| &delivery.dedup_key) }
}

/// The position of the secret that signed it, from 0; 0 if `delivery` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_secret_index(delivery: *const DeliveryHandle) -> usize {
    // SAFETY: as the caller promises.
    unsafe { number(delivery, 0, |delivery| delivery.secret_index) }
}

/// The delivery's ID, for logs: `X-Visiono-Delivery`, or else `X-Webhook-ID`. It is not
/// authenticated. Null if there is none, or `delivery` is null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_unauthenticated_delivery_id(
    delivery: *const DeliveryHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { optional(delivery, |delivery| delivery.delivery_id.as_deref()) }
}

/// The tenant's ID, for logs: `X-Visiono-Tenant-Id`. It is not authenticated. Null if there is
/// none, or `delivery` is null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_unauthenticated_tenant_id(
    delivery: *const DeliveryHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { optional(delivery, |delivery| delivery.tenant_id.as_deref()) }
}

/// Tells if the event is a test: `is_test` or `test` is `true` in the body or in its `data`. False
/// if `delivery` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_is_test(delivery: *const DeliveryHandle) -> bool {
    // SAFETY: as the caller promises.
    unsafe { number(delivery, false, |delivery| delivery.is_test) }
}

/// `sub` of the return that belongs to a `submission.created`. Null if the event names no link, or
/// one without an ID, or `delivery` is null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_link_submission_id(
    delivery: *const DeliveryHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe {
        optional(delivery, |delivery| {
            delivery.link.as_ref()?.submission_id.as_deref()
        })
    }
}

/// `uv` of the link that a `submission.created` names. Null if the event names no link, if one of
/// the link's three texts can't be the field of a link, or `delivery` is null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_link_unique_value(
    delivery: *const DeliveryHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe {
        optional(delivery, |delivery| {
            Some(&delivery.link.as_ref()?.unique_value)
        })
    }
}

/// `src` of the link that a `submission.created` names. Null where
/// `visiono_delivery_link_unique_value` is.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_link_source(delivery: *const DeliveryHandle) -> Str {
    // SAFETY: as the caller promises.
    unsafe { optional(delivery, |delivery| Some(&delivery.link.as_ref()?.source)) }
}

/// `ref` of the link that a `submission.created` names. Null where
/// `visiono_delivery_link_unique_value` is.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_link_reference(delivery: *const DeliveryHandle) -> Str {
    // SAFETY: as the caller promises.
    unsafe {
        optional(delivery, |delivery| {
            Some(&delivery.link.as_ref()?.reference)
        })
    }
}

/// Tells if the event and a verified return are about the same submission: the event names a link
/// with the return's unique value and reference and, if it has one, its submission ID. False if
/// one of the two is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`, and `verified` is null or came from
/// `visiono_workflow_verify_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_matches(
    delivery: *const DeliveryHandle,
    verified: *const VerifiedReturnHandle,
) -> bool {
    // SAFETY: as the caller promises.
    let (delivery, verified) = unsafe { (delivery.as_ref(), verified.as_ref()) };
    guard_value(false, || {
        let link = delivery.and_then(DeliveryHandle::link);
        link.zip(verified).is_some_and(|(link, verified)| {
            let [submission_id, unique_value, reference] = verified.texts().map(unterminated);
            link.matches_texts(submission_id, unique_value, reference)
        })
    })
}

/// A text of the body, by a JSON pointer (RFC 6901) such as `/data/photo_request/id`. Null if
/// there is no text at this place, the pointer is not one or null, or `delivery` is null.
///
/// A stranger may have chosen the text: it may contain line breaks, escape sequences and NULs.
/// Escape it before you print it.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// `delivery` is null or came from `visiono_webhook_receive`, and `pointer` can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_text(
    delivery: *const DeliveryHandle,
    pointer: Str,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe {
        at(delivery, pointer, |delivery, pointer| {
            delivery.texts.get(pointer, || {
                let json = find(&delivery.body, pointer)?;
                serde_json::from_str::<String>(json).ok().map(terminated)
            })
        })
    }
}

/// Any value of the body as the JSON that came, by a JSON pointer (RFC 6901): `2.50` for a number,
/// `"pr_123"` for a text, `null`, and whole lists and objects. The empty pointer gives the body.
/// Null if there is nothing at this place, the pointer is not one or null, or `delivery` is null.
///
/// Ownership: the text is the delivery's. Threads: any. Errors: none.
///
/// # Safety
///
/// As `visiono_delivery_text`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_json(
    delivery: *const DeliveryHandle,
    pointer: Str,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe {
        at(delivery, pointer, |delivery, pointer| {
            let values = &delivery.values;
            values.get(pointer, || find(&delivery.body, pointer).map(terminated))
        })
    }
}

/// Frees a delivery and the texts that were read from it. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `delivery` came from `visiono_webhook_receive` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_delivery_free(delivery: *mut DeliveryHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(delivery) };
}

/// An optional text of a delivery; null if it has none, or the handle is null.
///
/// # Safety
///
/// The handle is null, or points to a live delivery.
unsafe fn optional(
    delivery: *const DeliveryHandle,
    field: fn(&DeliveryHandle) -> Option<&str>,
) -> Str {
    // SAFETY: as the caller promises.
    let delivery = unsafe { delivery.as_ref() };
    guard_value(Str::NULL, || {
        let text = delivery.and_then(field);
        text.map_or(Str::NULL, Str::of_terminated)
    })
}

/// The value at a JSON pointer; null if there is none, it can't be one, or the handle is null.
///
/// # Safety
///
/// The handle is null, or points to a live delivery, and `pointer` can be read.
unsafe fn at(
    delivery: *const DeliveryHandle,
    pointer: Str,
    get: fn(&DeliveryHandle, &str) -> Str,
) -> Str {
    // SAFETY: as the caller promises.
    let (delivery, pointer) = unsafe { (delivery.as_ref(), pointer.text(argument!("pointer"))) };
    guard_value(Str::NULL, || match (delivery, pointer) {
        (Some(delivery), Ok(pointer)) => get(delivery, pointer),
        (None, _) | (_, Err(_)) => Str::NULL,
    })
}
