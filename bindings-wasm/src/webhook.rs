//! Webhooks: the module of `visiono-workflow/webhook`.

use alloc::boxed::Box;

use visiono_workflow::{DeliveredLink, TestEvent, Webhook, WebhookHeaders};

use crate::{call, wipe_stack};

/// Input: maximum age, leeway, 1 if events must have a timestamp, secrets. Returns null if there
/// is an error.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_new(arguments: usize) -> Option<Box<Webhook>> {
    call(arguments, |input, _| {
        let (max_age, leeway) = (input.seconds()?, input.seconds()?);
        let is_required = input.number() == Some(1.0);
        let webhook = Webhook::from_texts(input.rest())?.require_timestamp(is_required);
        Ok(Box::new(webhook.limits(max_age, leeway)))
    })
}

/// Wipes the secrets.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_free(webhook: Box<Webhook>) {
    drop(webhook);
    wipe_stack();
}

/// Returns the lengths of the names of headers that the core looks for, as one bit each.
#[unsafe(no_mangle)]
pub extern "C" fn header_lengths() -> u32 {
    let lengths = WebhookHeaders::NAMES.iter().map(|name| name.len());
    lengths.fold(0, |bits, length| bits | 1 << length)
}

operations! {
    /// Input: the body, now, names and values of the headers. Output: the event, its time, index of
    /// the secret, IDs of delivery, tenant and request, 1 for a test, 1 if the body may have integers
    /// that a double can't hold, 1 if there is a link, its texts.
    fn webhook_receive(input, output, webhook: &Webhook) {
        let body = input.bytes().unwrap_or_default();
        let now = input.now()?;
        let mut headers = WebhookHeaders::new();
        for (name, value) in input.pairs() {
            headers.add(name, value);
        }
        let delivery = webhook.receive_without_key(body, &headers, now)?;
        output.optional(Some(delivery.event_name()));
        output.number(delivery.event_time().map_or(f64::NAN, |time| time as f64));
        output.number(delivery.secret_index() as f64);
        output.optional(delivery.unauthenticated_delivery_id());
        output.optional(delivery.unauthenticated_tenant_id());
        output.optional(delivery.request_id());
        output.number(delivery.is_test().into());
        output.number(delivery.has_large_numbers().into());
        output.number(delivery.link().is_some().into());
        if let Some(link) = delivery.link() {
            output.optional(link.submission_id());
            output.optional(Some(link.unique_value()));
            output.optional(Some(link.source()));
            output.optional(Some(link.reference()));
        }
    }

    /// Input: a verified body. Output: the key that recognizes duplicates.
    fn webhook_dedup_key(input, output) {
        let key = Webhook::dedup_key(input.bytes().unwrap_or_default());
        output.write(|out| out.write_str(key.as_str()));
    }

    /// Input: the body, the header. Output: index of the secret, the key that recognizes duplicates.
    fn webhook_verify(input, output, webhook: &Webhook) {
        let verified = webhook.verify(input.bytes().unwrap_or_default(), input.bytes())?;
        output.number(verified.secret_index() as f64);
        output.write(|out| out.write_str(verified.dedup_key()));
    }

    /// Input: the body. Output: the header.
    fn webhook_sign(input, output, webhook: &Webhook) {
        let header = webhook.signature_header(input.bytes().unwrap_or_default());
        output.write(|out| out.write_str(header.as_str()));
    }

    /// Input: the event, now, ID, submission ID, unique value, source, reference, style, 1 for an
    /// event with a timestamp. Output: the number of headers; the body, names and values of the
    /// headers.
    fn webhook_test_delivery(input, output, webhook: &Webhook) {
        let (event, now) = (input.text(), input.now()?);
        let texts = [(); 5].map(|()| input.optional());
        let (style, timestamp) = (input.optional(), input.number().map(|flag| flag != 0.0));
        let test = TestEvent::from_texts(texts, style, timestamp)?;
        let delivery = webhook.test_delivery(event, &test, now)?;
        output.number(delivery.headers().count() as f64);
        output.optional(Some(delivery.body()));
        for part in delivery.headers().flat_map(|(name, value)| [name, value]) {
            output.optional(Some(part));
        }
    }

    /// Input: submission ID, unique value, source and reference of a link; submission ID, unique
    /// value and reference of a verified return. Output: 1 if both are of the same submission.
    fn link_matches(input, output) {
        let (id, unique, source, reference) =
            (input.optional(), input.text(), input.text(), input.text());
        let link = DeliveredLink::from_texts(id, unique, source, reference);
        let is_same = link.matches_texts(input.text(), input.text(), input.text());
        output.number(is_same.into());
    }
}
