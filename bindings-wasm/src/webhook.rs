//! Webhooks: the module of `visiono-workflow/webhook`.

use alloc::boxed::Box;

use visiono_workflow::{DeliveredLink, TestEvent, Webhook, WebhookHeaders, WebhookStyle};

use crate::{call, wipe_stack};

/// Input: maximum age, leeway, 1 if events must have a timestamp, secrets. Returns null if there
/// is an error.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_new(arguments: usize) -> Option<Box<Webhook>> {
    let mut handle = None;
    call(arguments, |input, _| {
        let (max_age, leeway) = (input.seconds()?, input.seconds()?);
        let is_required = input.number() == 1.0;
        let mut webhook = Webhook::from_texts(input.rest())?.require_timestamp(is_required);
        if let Some(max_age) = max_age {
            webhook = webhook.max_age(max_age);
        }
        if let Some(leeway) = leeway {
            webhook = webhook.leeway(leeway);
        }
        handle = Some(Box::new(webhook));
        Ok(())
    });
    handle
}

/// Wipes the secrets.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_free(webhook: Box<Webhook>) {
    drop(webhook);
    wipe_stack();
}

/// Input: the body, now, names and values of the headers. Output: the texts of the delivery and of
/// its link, the event's time, index of the secret, 1 for a test.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_receive(arguments: usize, webhook: &Webhook) {
    call(arguments, |input, output| {
        let body = input.bytes().unwrap_or_default();
        let now = input.now()?;
        let mut headers = WebhookHeaders::new();
        let mut texts = input.rest();
        while let (Some(Some(name)), Some(Some(value))) = (texts.next(), texts.next()) {
            headers.add(name, value);
        }
        let delivery = webhook.receive(body, &headers, now)?;
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

/// Input: the body, the header. Output: index of the secret, the key that recognizes duplicates.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_verify(arguments: usize, webhook: &Webhook) {
    call(arguments, |input, output| {
        let verified = webhook.verify(input.bytes().unwrap_or_default(), input.bytes())?;
        output.number(verified.secret_index() as f64);
        let _ = output.writer().write_str(verified.dedup_key());
        Ok(())
    });
}

/// Input: the body. Output: the header.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_sign(arguments: usize, webhook: &Webhook) {
    call(arguments, |input, output| {
        let header = webhook.signature_header(input.bytes().unwrap_or_default());
        let _ = output.writer().write_str(header.as_str());
        Ok(())
    });
}

/// Input: the event, now, ID, submission ID, unique value, source, reference, style, 1 for an event
/// with a timestamp. Output: the number of headers; the body, names and values of the headers.
#[unsafe(no_mangle)]
pub extern "C" fn webhook_test_delivery(arguments: usize, webhook: &Webhook) {
    call(arguments, |input, output| {
        let (event, now) = (input.text(), input.now()?);
        let mut test = TestEvent::default();
        for text in [
            &mut test.id,
            &mut test.submission_id,
            &mut test.unique_value,
            &mut test.source,
            &mut test.reference,
        ] {
            *text = input.optional().unwrap_or(*text);
        }
        if let Some(style) = input.optional() {
            test.style = WebhookStyle::from_name(style)?;
        }
        test.timestamp = input.number() != 0.0;
        let delivery = webhook.test_delivery(event, &test, now)?;
        output.number(delivery.headers().count() as f64);
        output.optional(Some(delivery.body()));
        for part in delivery.headers().flat_map(|(name, value)| [name, value]) {
            output.optional(Some(part));
        }
        Ok(())
    });
}

/// Input: submission ID, unique value, source and reference of a link; submission ID, unique value
/// and reference of a verified return. Output: 1 if both are of the same submission.
#[unsafe(no_mangle)]
pub extern "C" fn link_matches(arguments: usize) {
    call(arguments, |input, output| {
        let link = DeliveredLink::from_texts(
            input.optional(),
            input.text(),
            input.text(),
            input.text(),
        );
        let is_same = link.matches_texts(input.text(), input.text(), input.text());
        output.number(is_same.into());
        Ok(())
    });
}
