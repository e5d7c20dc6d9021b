//! The operations, each from the texts of a call to those of its result.

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, DEFAULT_WEBHOOK_MAX_AGE, DeliveredLink, Error, ExpectLink,
    ExpectReturn, ExpectedValue, Field, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    TestEvent, Webhook, WebhookHeaders, WebhookStyle, Workflow, check_now, check_seconds,
    field_number,
};
use zeroize::Zeroizing;

use super::codec::{Call, Output, Value, WRONG_TYPE, utf8};

const UNKNOWN_OPERATION: Error =
    Error::invalid_argument("the object has no such operation: pass a workflow or a webhook");
const UNKNOWN_EXPECTATION: Error =
    Error::invalid_argument("expect has a name that is not a field of this message");
const NOT_A_NUMBER: Error = Error::invalid_argument("maxAge and leeway are numbers of seconds");

/// The contents of an object.
pub(super) enum State {
    /// The secrets that were passed so far.
    Secrets(Vec<Option<Zeroizing<Vec<u8>>>>),
    /// A workflow, and the template of its last call, which the next call most often has too.
    Workflow(Workflow, Option<RedirectTemplate<'static>>),
    Webhook(Webhook),
}

type Done = Result<(), Error>;

/// Runs the operation that the call names.
pub(super) fn run(state: &mut State, call: &mut Call<'_>, out: &mut Output<'_>) -> Done {
    let time = i128::from(call.time);
    match (call.operation()?, &mut *state) {
        (b"workflow", State::Secrets(secrets)) => {
            let [max_age, leeway] = limits(call)?;
            let workflow = Workflow::from_texts(secrets.iter().map(Option::as_ref))?
                .max_age(max_age.unwrap_or(DEFAULT_MAX_AGE))
                .leeway(leeway.unwrap_or(DEFAULT_LEEWAY));
            *state = State::Workflow(workflow, None);
        }
        (b"webhook", State::Secrets(secrets)) => {
            let require_timestamp = call.number()? != 0;
            let [max_age, leeway] = limits(call)?;
            let webhook = Webhook::from_texts(secrets.iter().map(Option::as_ref))?
                .max_age(max_age.unwrap_or(DEFAULT_WEBHOOK_MAX_AGE))
                .leeway(leeway.unwrap_or(DEFAULT_LEEWAY))
                .require_timestamp(require_timestamp);
            *state = State::Webhook(webhook);
        }
        (b"sign_link", State::Workflow(workflow, _)) => {
            let slug = call.first()?;
            let link = call.optional()?;
            let [unique_value, source, reference] = call.fields()?;
            let fields = LinkFields {
                unique_value,
                source,
                reference,
                timestamp: field_number(time),
            };
            let signed = workflow.sign_link(&LinkUrl::from_slug_or_url(slug, link)?, &fields)?;
            out.signed(signed.signature(), |out| signed.write_to(out));
        }
        (b"verify_link", State::Workflow(workflow, _)) => {
            let expected = expect(call, ExpectLink::new(), ExpectLink::field);
            let message = call.message()?;
            let now = check_now(time)?;
            let expected = expected?;
            let link = workflow.verify_link(message.input(), now, &expected)?;
            out.field(link.unique_value());
            out.field(link.source());
            out.field(link.reference());
            out.number(link.timestamp());
            out.number(link.secret_index());
        }
        (b"sign_return", State::Workflow(workflow, last)) => {
            let template = call.first()?.unwrap_or_default();
            let photo_count = call.number()?;
            let [submission_id, unique_value, reference] = call.fields()?;
            let texts = [submission_id, unique_value, reference];
            let fields = return_fields(texts, photo_count, time);
            let signed = workflow.sign_return(parse(last, template)?, &fields)?;
            out.signed(signed.signature(), |out| signed.write_to(out));
        }
        (b"verify_return", State::Workflow(workflow, last)) => {
            let template = call.first()?;
            let expected = expect(call, ExpectReturn::new(), ExpectReturn::field);
            let message = call.message()?;
            let now = check_now(time)?;
            let expected = expected?;
            let template = template.map(|text| parse(last, text)).transpose()?;
            let found = workflow.verify_return(message.input(), template, now, &expected)?;
            out.field(found.submission_id());
            out.field(found.unique_value());
            out.field(found.reference());
            out.number(found.photo_count());
            out.number(found.timestamp());
            out.number(found.secret_index());
        }
        (b"template", _) => {
            let template = RedirectTemplate::parse(call.texts)?;
            out.names(template.placeholders());
            out.names(template.missing());
        }
        (b"check_extractable", _) => RedirectTemplate::parse(call.texts)?.check_extractable()?,
        (b"expand", _) => {
            let template = call.first()?.unwrap_or_default();
            let photo_count = call.number()?;
            let [submission_id, unique_value, reference, signature] = call.fields()?;
            let texts = [submission_id, unique_value, reference];
            let fields = return_fields(texts, photo_count, time);
            let template = RedirectTemplate::parse(template)?;
            let expanded = template.expand(&fields, signature)?;
            out.signed(expanded.signature(), |out| expanded.write_to(out));
        }
        (b"receive", State::Webhook(webhook)) => {
            let body = call.first()?.unwrap_or_default();
            let headers = headers(call)?;
            let now = check_now(time)?;
            let delivery = webhook.receive(body, &headers, now)?;
            let link = delivery.link();
            out.text(delivery.event_name());
            out.number(u8::from(delivery.is_test()));
            out.optional(delivery.event_time());
            out.text(delivery.dedup_key());
            out.number(delivery.secret_index());
            out.optional(delivery.unauthenticated_delivery_id());
            out.optional(delivery.unauthenticated_tenant_id());
            out.optional(link.and_then(|link| link.submission_id()));
            out.optional(link.map(|link| link.unique_value()));
            out.optional(link.map(|link| link.source()));
            out.optional(link.map(|link| link.reference()));
            out.replace_nul();
        }
        (b"verify", State::Webhook(webhook)) => {
            let body = call.first()?.unwrap_or_default();
            let verified = webhook.verify_headers(body, &headers(call)?)?;
            out.number(verified.secret_index());
            out.text(verified.dedup_key());
        }
        (b"sign", State::Webhook(webhook)) => {
            out.text(webhook.signature_header(call.texts).as_str());
        }
        (b"test_delivery", State::Webhook(webhook)) => {
            let has_timestamp = call.number()? != 0;
            let texts = call.array(Value::text)?.into_iter();
            let mut texts = texts.map(|(_, text)| text.map(utf8).transpose());
            let mut next = || texts.next().unwrap_or(Ok(None));
            let event = next()?.unwrap_or_default();
            let default = TestEvent::default();
            let test = TestEvent {
                id: next()?.unwrap_or(default.id),
                submission_id: next()?.unwrap_or(default.submission_id),
                unique_value: next()?.unwrap_or(default.unique_value),
                source: next()?.unwrap_or(default.source),
                reference: next()?.unwrap_or(default.reference),
                style: next()?.map_or(Ok(default.style), WebhookStyle::from_name)?,
                timestamp: has_timestamp,
            };
            let now = check_now(time)?;
            let delivery = webhook.test_delivery(event, &test, now)?;
            out.text(delivery.body());
            for (name, value) in delivery.headers() {
                out.text(name);
                out.text(value);
            }
        }
        (b"link_matches", _) => {
            // Call that are not UTF-8 are not those of a return.
            out.number(u8::from(link_matches(call).unwrap_or_default()));
        }
        _ => return Err(UNKNOWN_OPERATION),
    }
    Ok(())
}

/// Reads `max_age` and `leeway` in decimal digits; an empty text stands for the default.
fn limits(call: &mut Call<'_>) -> Result<[Option<u64>; 2], Error> {
    let [max_age, leeway] = call.fields()?.map(|digits| match digits {
        "" => Ok(None),
        digits => check_seconds(digits.parse().map_err(|_| NOT_A_NUMBER)?).map(Some),
    });
    Ok([max_age?, leeway?])
}

fn return_fields(texts: [&str; 3], photo_count: i128, timestamp: i128) -> ReturnFields<'_> {
    let [submission_id, unique_value, reference] = texts;
    ReturnFields {
        submission_id,
        unique_value,
        reference,
        photo_count: field_number(photo_count),
        timestamp: field_number(timestamp),
    }
}

/// Returns the template of a text, which is parsed again only if it is another one.
fn parse<'l>(
    last: &'l mut Option<RedirectTemplate<'static>>,
    text: &[u8],
) -> Result<&'l RedirectTemplate<'static>, Error> {
    let same = last.take().filter(|last| last.as_str().as_bytes() == text);
    let template = match same {
        Some(template) => template,
        None => RedirectTemplate::parse(text)?.into_owned(),
    };
    Ok(last.insert(template))
}

/// Reads expectations, if there are any: an array with the fields' names in camel case as keys.
fn expect<'t, E>(
    call: &mut Call<'t>,
    empty: E,
    add: fn(E, Field, Option<ExpectedValue<'t>>) -> Result<E, Error>,
) -> Result<E, Error> {
    if !call.texts.starts_with(b"a:") {
        return Ok(empty);
    }
    let array = call.array(|value| value)?;
    array.into_iter().try_fold(empty, |expect, (name, value)| {
        let field = Field::ALL
            .into_iter()
            .find(|field| camel_case(field.long_name()).eq(name.iter().copied()));
        let value = match value {
            Value::Text(text) => Some(utf8(text)?),
            Value::Integer(digits) if field.is_some_and(Field::is_number) => Some(utf8(digits)?),
            Value::Integer(_) | Value::Other => return Err(WRONG_TYPE),
            Value::Null => None,
        };
        let field = field.ok_or(UNKNOWN_EXPECTATION)?;
        add(expect, field, value.map(ExpectedValue::Text))
    })
}

/// Returns a name in camel case.
fn camel_case(name: &str) -> impl Iterator<Item = u8> {
    let mut after_underscore = false;
    name.bytes().filter_map(move |byte| {
        let starts = std::mem::replace(&mut after_underscore, byte == b'_');
        match byte {
            b'_' => None,
            _ if starts => Some(byte.to_ascii_uppercase()),
            _ => Some(byte),
        }
    })
}

/// Reads headers: names and values in turn.
fn headers<'t>(call: &mut Call<'t>) -> Result<WebhookHeaders<'t>, Error> {
    let mut headers = WebhookHeaders::new();
    for (name, value) in call.pairs()? {
        headers.add(name, value.unwrap_or_default());
    }
    Ok(headers)
}

/// Compares a delivered link with a verified return.
fn link_matches(call: &mut Call<'_>) -> Result<bool, Error> {
    let link_id = call.first()?.map(utf8).transpose()?;
    let [unique_value, source, reference, sub, uv, back] = call.fields()?;
    let link = DeliveredLink::from_texts(link_id, unique_value, source, reference);
    Ok(link.matches_texts(sub, uv, back))
}
