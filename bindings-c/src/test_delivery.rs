//! Webhooks as Visiono sends them, for the tests of a receiver.

use std::ptr;

use visiono_workflow::{Error, TestDelivery, TestEvent as Event};

use crate::output::put;
use crate::pairs::Pair;
use crate::read::{Reader, Result};
use crate::text::{Str, Text};
use crate::webhook::WebhookHandle;

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

const NO_STYLE: Error =
    Error::invalid_argument("style is not a number of visiono_style_t: pass one of them");

impl Reader {
    /// Reads the fields of a test event, of which null means the defaults.
    fn test_event<'a>(self, event: *const TestEvent) -> Result<Event<'a>> {
        let Some(event) = self.optional(event)? else {
            return Ok(Event::default());
        };
        let style = match event.style {
            0 => "guide",
            1 => "developer",
            _ => return Err(NO_STYLE),
        };
        let texts = [
            member!(self.optional_text(event.id)),
            member!(self.optional_text(event.submission_id)),
            member!(self.optional_text(event.unique_value)),
            member!(self.optional_text(event.source)),
            member!(self.optional_text(event.reference)),
        ];
        Event::from_texts(texts, Some(style), Some(!event.without_timestamp))
    }
}

/// The headers as C has them, and the texts that they point to.
type Headers = (Vec<Pair>, Vec<[Text; 2]>);

fn headers(delivery: &TestDelivery) -> Headers {
    let headers = delivery.headers().map(|(name, value)| {
        let texts = [name, value].map(Text::new);
        let [name, value] = texts.each_ref().map(Text::to_c);
        (Pair { name, value }, texts)
    });
    headers.unzip()
}

export! {
    /// Makes a signed webhook, as Visiono sends it, for the tests of a receiver.
    ///
    /// `event` is the name of a documented event, such as `submission.created`. `fields` are those
    /// of the event; null for the defaults. `now` is the time of the event and of its delivery, in
    /// Unix seconds: `time(NULL)`.
    ///
    /// Ownership: nothing is kept; `*delivery` is the caller's, until
    /// `visiono_test_delivery_free`. Threads: any, each with its own `error`. Errors:
    /// `VISIONO_INVALID_ARGUMENT`, also for an event that is not documented.
    ///
    /// # Safety
    ///
    /// `webhook` came from `visiono_webhook_new`, `event` can be read, `fields` is null or it and
    /// its texts can be read, `delivery` can be written, and `error` is null or came from
    /// `visiono_error_new`.
    fn visiono_webhook_test_delivery(
        webhook: *const WebhookHandle => object,
        event: Str => text,
        fields: *const TestEvent => test_event,
        now: i64 => now;
        delivery: *mut *mut TestDeliveryHandle => place
    ) {
        let made = webhook.0.test_delivery(event, &fields, now)?;
        put(delivery, TestDeliveryHandle::new(&made))
    }
}

result! {
    /// A signed webhook for a test: a body and headers. It never changes, and any number of
    /// threads can read it.
    TestDeliveryHandle(delivery: TestDelivery)
    from "`visiono_webhook_test_delivery`" until visiono_test_delivery_free
    with {
        headers: Headers = headers(delivery),
    }
    {
        /// Returns the raw body of a test delivery. Empty if `delivery` is null.
        visiono_test_delivery_body: text = delivery.body();
    }

    /// Returns the headers of a test delivery, `Content-Type` included: a list that
    /// `visiono_webhook_receive` takes. Writes their number into `*count`. Null and zero if
    /// `delivery` is null; null if `count` is.
    ///
    /// Ownership: the list and its texts are the delivery's. Threads: any, each with its own
    /// `count`. Errors: none.
    ///
    /// # Safety
    ///
    /// `delivery` is null or came from `visiono_webhook_test_delivery`; `count` is null or can be
    /// written.
    fn visiono_test_delivery_headers(
        delivery: *const TestDeliveryHandle => optional,
        count: *mut usize => place
    ) -> *const Pair, or ptr::null(), {
        let headers = delivery.map(|delivery| delivery.headers.0.as_slice());
        count.write(headers.map_or(0, <[_]>::len));
        headers.map_or(ptr::null(), <[_]>::as_ptr)
    }
}

#[cfg(test)]
mod tests {
    use visiono_workflow::WebhookStyle;

    use super::*;

    #[test]
    fn the_styles_are_at_their_numbers() {
        let styles = [
            (Style::VisionoStyleGuide, WebhookStyle::Guide),
            (Style::VisionoStyleDeveloper, WebhookStyle::Developer),
        ];
        for (style, expected) in styles {
            let event = TestEvent {
                id: Str::NULL,
                submission_id: Str::NULL,
                unique_value: Str::NULL,
                source: Str::NULL,
                reference: Str::NULL,
                style: style as i32,
                without_timestamp: false,
            };
            // SAFETY: the event is this test's, and its texts are null.
            let reader = unsafe { Reader::new() };
            let read = reader.test_event(&raw const event);
            assert_eq!(read.map(|event| event.style), Ok(expected));
        }
    }
}
