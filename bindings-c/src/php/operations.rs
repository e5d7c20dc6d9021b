//! The operations, each from the texts of a call to those of its result.

use visiono_workflow::{
    DeliveredLink, Error, ExpectLink, ExpectReturn, ExpectedValue, Field, Fields, LinkFields,
    LinkUrl, RedirectTemplate, ReturnFields, TestEvent, Webhook, WebhookHeaders, Workflow,
    check_now, check_seconds, field_number,
};
use zeroize::Zeroizing;

use super::codec::{Call, Output, utf8};
use crate::error::Result;

const UNKNOWN_OPERATION: Error =
    Error::invalid_argument("the object has no such operation: pass a workflow or a webhook");

/// The contents of an object.
pub(super) enum State {
    /// The secrets that were passed so far.
    Secrets(Vec<Option<Zeroizing<Vec<u8>>>>),
    /// A workflow, and the template of its last call, which the next call most often has too.
    Workflow(Workflow, Option<RedirectTemplate<'static>>),
    Webhook(Webhook),
}

/// Runs the operation that the call names.
pub(super) fn run(state: &mut State, call: &mut Call<'_>, out: &mut Output<'_>) -> Result<()> {
    match (call.until(0xff)?, &mut *state) {
        (b"workflow", State::Secrets(secrets)) => {
            let max_age = seconds(call)?;
            let leeway = seconds(call)?;
            let workflow = Workflow::from_texts(secrets.iter().map(Option::as_ref))?;
            *state = State::Workflow(workflow.limits(max_age, leeway), None);
        }
        (b"webhook", State::Secrets(secrets)) => {
            let max_age = seconds(call)?;
            let leeway = seconds(call)?;
            let webhook = Webhook::from_texts(secrets.iter().map(Option::as_ref))?
                .limits(max_age, leeway)
                .require_timestamp(call.number()?.is_some());
            *state = State::Webhook(webhook);
        }
        (b"sign_link", State::Workflow(workflow, _)) => {
            let (slug, link) = (call.bytes()?, call.bytes()?);
            let fields = LinkFields {
                // cargo xtask generate: link except Signature
                // {long}: {call.text()?//field_number(call.time)},
                unique_value: call.text()?,
                source: call.text()?,
                reference: call.text()?,
                timestamp: field_number(call.time),
                // end generated
            };
            call.end()?;
            let signed = workflow.sign_link(&LinkUrl::from_slug_or_url(slug, link)?, &fields)?;
            out.text(signed.signature().as_str());
            out.parts(|out| signed.write_to(out));
        }
        (b"verify_link", State::Workflow(workflow, _)) => {
            let (expected, mut pairs) = (expected(call)?, Vec::new());
            let message = call.message(&mut pairs)?;
            let now = check_now(call.time)?;
            let expected = ExpectLink::from_entries(expected)?;
            let link = workflow.verify_link(message, now, &expected)?;
            // cargo xtask generate: link except Signature
            // out.{field/number/number}(link.{long}());
            out.field(link.unique_value());
            out.field(link.source());
            out.field(link.reference());
            out.number(link.timestamp());
            // end generated
            out.number(link.secret_index());
        }
        (b"sign_return", State::Workflow(workflow, last)) => {
            let template = call.bytes()?.unwrap_or_default();
            let fields = return_fields(call)?;
            let signed = workflow.sign_return(parse(last, template)?, &fields)?;
            out.text(signed.signature().as_str());
            out.parts(|out| signed.write_to(out));
        }
        (b"verify_return", State::Workflow(workflow, last)) => {
            let template = call.bytes()?;
            let (expected, mut pairs) = (expected(call)?, Vec::new());
            let message = call.message(&mut pairs)?;
            let now = check_now(call.time)?;
            let expected = ExpectReturn::from_entries(expected)?;
            let template = template.map(|text| parse(last, text)).transpose()?;
            let found = workflow.verify_return(message, template, now, &expected)?;
            // cargo xtask generate: return except Signature
            // out.{field/number/number}(found.{long}());
            out.field(found.submission_id());
            out.field(found.unique_value());
            out.field(found.reference());
            out.number(found.photo_count());
            out.number(found.timestamp());
            // end generated
            out.number(found.secret_index());
        }
        (b"template", _) => {
            let template = RedirectTemplate::parse(call.texts)?;
            let names = |fields: Fields| fields.iter().map(Field::long_name).collect::<Vec<_>>();
            out.json(&[names(template.placeholders()), names(template.missing())]);
        }
        (b"check_extractable", _) => RedirectTemplate::parse(call.texts)?.check_extractable()?,
        (b"expand", _) => {
            let template = call.bytes()?.unwrap_or_default();
            let (signature, fields) = (call.text()?, return_fields(call)?);
            let template = RedirectTemplate::parse(template)?;
            let expanded = template.expand(&fields, signature)?;
            out.text(expanded.signature().as_str());
            out.parts(|out| expanded.write_to(out));
        }
        (b"receive", State::Webhook(webhook)) => {
            let headers = headers(call)?;
            let delivery = webhook.receive(call.texts, &headers, check_now(call.time)?)?;
            out.json(&(
                delivery.event_name(),
                delivery.is_test(),
                delivery.event_time(),
                delivery.dedup_key(),
                delivery.secret_index(),
                delivery.request_id(),
                delivery.unauthenticated_delivery_id(),
                delivery.unauthenticated_tenant_id(),
                delivery.link().map(|link| {
                    let (submission_id, unique_value) = (link.submission_id(), link.unique_value());
                    (submission_id, unique_value, link.source(), link.reference())
                }),
            ));
        }
        (b"verify", State::Webhook(webhook)) => {
            let headers = headers(call)?;
            let verified = webhook.verify_headers(call.texts, &headers)?;
            out.json(&(verified.secret_index(), verified.dedup_key()));
        }
        (b"sign", State::Webhook(webhook)) => {
            out.text(webhook.signature_header(call.texts).as_str());
        }
        (b"test_delivery", State::Webhook(webhook)) => {
            let timestamp = call.number()?.is_some();
            let [event, style, texts @ ..] = call.list::<7>()?;
            let test = TestEvent::from_texts(texts, style, Some(timestamp))?;
            let event = event.unwrap_or_default();
            let delivery = webhook.test_delivery(event, &test, check_now(call.time)?)?;
            let headers: Vec<_> = delivery.headers().collect();
            out.json(&(delivery.body(), headers));
        }
        (b"link_matches", _) => {
            // Texts that are not UTF-8 are not those of a return.
            let matches = call.list::<7>().is_ok_and(|[link_id, texts @ ..]| {
                let texts = texts.map(Option::unwrap_or_default);
                let [unique_value, source, reference, sub, uv, back] = texts;
                let link = DeliveredLink::from_texts(link_id, unique_value, source, reference);
                link.matches_texts(sub, uv, back)
            });
            out.number(u8::from(matches));
        }
        _ => return Err(UNKNOWN_OPERATION),
    }
    Ok(())
}

/// Reads a number of seconds.
fn seconds(call: &mut Call<'_>) -> Result<Option<u64>> {
    call.number()?.map(check_seconds).transpose()
}

/// Reads the fields of a return.
fn return_fields<'t>(call: &mut Call<'t>) -> Result<ReturnFields<'t>> {
    let fields = ReturnFields {
        // cargo xtask generate: return except Signature
        // {long}: {call.text()?/field_number(call.number()?.unwrap_or_default())/field_number(call.time)},
        submission_id: call.text()?,
        unique_value: call.text()?,
        reference: call.text()?,
        photo_count: field_number(call.number()?.unwrap_or_default()),
        timestamp: field_number(call.time),
        // end generated
    };
    call.end()?;
    Ok(fields)
}

/// Returns the template of a text, which is parsed again only if it is another one.
fn parse<'l>(
    last: &'l mut Option<RedirectTemplate<'static>>,
    text: &[u8],
) -> Result<&'l RedirectTemplate<'static>> {
    let same = last.take().filter(|last| last.as_str().as_bytes() == text);
    let template = match same {
        Some(template) => template,
        None => RedirectTemplate::parse(text)?.into_owned(),
    };
    Ok(last.insert(template))
}

/// Reads expectations, if there are any: an array with the names of fields as keys.
fn expected<'t>(
    call: &mut Call<'t>,
) -> Result<impl Iterator<Item = Result<(Field, Option<ExpectedValue<'t>>)>> + use<'t>> {
    let is_given = call.texts.starts_with(b"a:");
    let array = if is_given { call.array()? } else { Vec::new() };
    Ok(array.into_iter().map(|(name, value)| {
        let value = value.map(utf8).transpose()?;
        Ok((field(name)?, value.map(ExpectedValue::Text)))
    }))
}

/// Returns the field of a name in camel case.
fn field(name: &[u8]) -> Result<Field> {
    match name {
        // cargo xtask generate: fields
        // b"{camel}" => Ok(Field::{variant}),
        b"submissionId" => Ok(Field::SubmissionId),
        b"uniqueValue" => Ok(Field::UniqueValue),
        b"source" => Ok(Field::Source),
        b"reference" => Ok(Field::Reference),
        b"photoCount" => Ok(Field::PhotoCount),
        b"timestamp" => Ok(Field::Timestamp),
        b"signature" => Ok(Field::Signature),
        // end generated
        _ => Err(Error::unknown_field()),
    }
}

/// Reads headers.
fn headers<'t>(call: &mut Call<'t>) -> Result<WebhookHeaders<'t>> {
    let pairs = call.pairs()?.into_iter();
    // A value that is not text is no signature, and no ID.
    let headers = pairs.map(|(name, value)| (name, value.unwrap_or(b"\xff")));
    Ok(headers.collect())
}
