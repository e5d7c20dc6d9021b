//! The result of receiving a webhook, and its body by JSON pointers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use visiono_workflow::{DeliveredLink, Delivery, find_json};

use crate::tables::{Event, event};
use crate::text::{Str, Text};
use crate::verified::VerifiedReturnHandle;

result! {
    /// A webhook that passed every check. It never changes, and any number of threads can read it.
    DeliveryHandle(delivery: Delivery<'_>)
    from "`visiono_webhook_receive`" until visiono_delivery_free
    with {
        event_time: Option<i64> = delivery.event_time(),
        body: Box<str> = delivery.body().into(),
        texts: Cache = Cache::default(),
        values: Cache = Cache::default(),
    }
    {
        /// Returns the event. `VISIONO_EVENT_UNKNOWN` if it isn't documented, or `delivery` is
        /// null.
        visiono_delivery_event: Event = event(delivery.event());

        /// Returns the event's name: `submission.created`, or one that isn't documented. Empty if
        /// `delivery` is null.
        visiono_delivery_event_name: text = delivery.event_name();

        /// Returns the hexadecimal SHA-256 of the body: the same for all deliveries of one event.
        /// Keep it for 24 hours or longer to recognize a duplicate; that of an event without a
        /// time, as long as the secret is in use. Empty if `delivery` is null.
        visiono_delivery_dedup_key: text = delivery.dedup_key();

        /// Returns the position of the secret that signed it, from 0; 0 if `delivery` is null.
        visiono_delivery_secret_index: usize = delivery.secret_index();

        /// Returns the ID by which the service's guide polls for the event: `photo_request.id`,
        /// else `permanent_link_submission.id`, else the `id` of `data`. Null if none of them is
        /// text of 1 to 255 bytes without a control character, or `delivery` is null.
        visiono_delivery_request_id: optional = delivery.request_id();

        /// Returns the delivery's ID, for logs: `X-Visiono-Delivery`, or else `X-Webhook-ID`. It is
        /// not authenticated. Null if there is none, or `delivery` is null.
        visiono_delivery_unauthenticated_delivery_id: optional =
            delivery.unauthenticated_delivery_id();

        /// Returns the tenant's ID, for logs: `X-Visiono-Tenant-Id`. It is not authenticated. Null
        /// if there is none, or `delivery` is null.
        visiono_delivery_unauthenticated_tenant_id: optional = delivery.unauthenticated_tenant_id();

        /// Returns true if the event is a test: `is_test` or `test` is `true` in the body or in its
        /// `data`. False if `delivery` is null.
        visiono_delivery_is_test: bool = delivery.is_test();

        /// Returns `sub` of the return that belongs to a `submission.created`. Null if the event
        /// names no link, or one without an ID, or `delivery` is null.
        visiono_delivery_link_submission_id: optional =
            delivery.link().and_then(|link| link.submission_id());

        /// Returns `uv` of the link that a `submission.created` names. Null if the event names no
        /// link, if one of the link's three texts can't be the field of a link, or `delivery` is
        /// null.
        visiono_delivery_link_unique_value: optional =
            delivery.link().map(|link| link.unique_value());

        /// Returns `src` of the link that a `submission.created` names. Null where
        /// `visiono_delivery_link_unique_value` is.
        visiono_delivery_link_source: optional = delivery.link().map(|link| link.source());

        /// Returns `ref` of the link that a `submission.created` names. Null where
        /// `visiono_delivery_link_unique_value` is.
        visiono_delivery_link_reference: optional = delivery.link().map(|link| link.reference());
    }

    /// Writes the time of the event, the body's `timestamp` in Unix seconds, into `*seconds`, and
    /// returns true. Returns false, and writes nothing, if the event has no time, or `delivery` is
    /// null.
    ///
    /// An event without a time can come again at any later time, so its
    /// `visiono_delivery_dedup_key` must be kept as long as the secret is in use.
    ///
    /// Threads: any, each with its own `seconds`. Errors: none.
    ///
    /// # Safety
    ///
    /// `delivery` is null or came from `visiono_webhook_receive`; `seconds` is null or can be
    /// written.
    fn visiono_delivery_event_time(
        delivery: *const DeliveryHandle => object,
        seconds: *mut i64 => optional_place
    ) -> bool, or false, {
        if let (Some(time), Some(place)) = (delivery.event_time, seconds) {
            place.write(time);
        }
        delivery.event_time.is_some()
    }

    /// Returns true if the event and a verified return are about the same submission: the event
    /// names a link with the return's unique value and reference and, if it has one, its submission
    /// ID. Returns false if one of the two is null.
    ///
    /// Threads: any. Errors: none.
    ///
    /// # Safety
    ///
    /// `delivery` is null or came from `visiono_webhook_receive`, and `verified` is null or came
    /// from `visiono_workflow_verify_return`.
    fn visiono_delivery_matches(
        delivery: *const DeliveryHandle => object,
        verified: *const VerifiedReturnHandle => object
    ) -> bool, or false, {
        delivery.link().is_some_and(|link| {
            link.matches_texts(
                verified.visiono_verified_return_submission_id.as_str(),
                verified.visiono_verified_return_unique_value.as_str(),
                verified.visiono_verified_return_reference.as_str(),
            )
        })
    }

    /// Returns a text of the body, by a JSON pointer (RFC 6901) such as `/data/photo_request/id`.
    /// Null if there is no text at this place, the pointer is not one or null, or `delivery` is
    /// null.
    ///
    /// A stranger can have chosen the text: it can contain line breaks, escape sequences and NULs.
    /// Escape it before you print it.
    ///
    /// Ownership: the text is the delivery's. Threads: any. Errors: none.
    ///
    /// # Safety
    ///
    /// `delivery` is null or came from `visiono_webhook_receive`, and `pointer` can be read.
    fn visiono_delivery_text(
        delivery: *const DeliveryHandle => object,
        pointer: Str => text
    ) -> Str, or Str::NULL, {
        read_once(&delivery.texts, pointer, || {
            let json = find_json(&delivery.body, pointer)?;
            serde_json::from_str::<String>(json).ok().map(Text::new)
        })
    }

    /// Returns any value of the body as the JSON that came, by a JSON pointer (RFC 6901): `2.50`
    /// for a number, `"pr_123"` for a text, `null`, and whole lists and objects. The empty pointer
    /// gives the body. Null if there is nothing at this place, the pointer is not one or null, or
    /// `delivery` is null.
    ///
    /// Ownership: the text is the delivery's. Threads: any. Errors: none.
    ///
    /// # Safety
    ///
    /// As `visiono_delivery_text`.
    fn visiono_delivery_json(
        delivery: *const DeliveryHandle => object,
        pointer: Str => text
    ) -> Str, or Str::NULL, {
        let read = || find_json(&delivery.body, pointer).map(Text::new);
        read_once(&delivery.values, pointer, read)
    }
}

impl DeliveryHandle {
    fn link(&self) -> Option<DeliveredLink<'_>> {
        let submission_id = self.visiono_delivery_link_submission_id.as_ref();
        Some(DeliveredLink::from_texts(
            submission_id.map(Text::as_str),
            self.visiono_delivery_link_unique_value.as_ref()?.as_str(),
            self.visiono_delivery_link_source.as_ref()?.as_str(),
            self.visiono_delivery_link_reference.as_ref()?.as_str(),
        ))
    }
}

/// The answers about the body so far, by JSON pointer. They live as long as the delivery, and are
/// shared between threads.
type Cache = Mutex<BTreeMap<Box<str>, Option<Text>>>;

fn read_once(cache: &Cache, pointer: &str, read: impl FnOnce() -> Option<Text>) -> Str {
    // A panic leaves the map as it was.
    let mut texts = cache.lock().unwrap_or_else(PoisonError::into_inner);
    Text::optional_to_c(texts.entry(pointer.into()).or_insert_with(read))
}
