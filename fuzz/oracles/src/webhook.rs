//! Webhooks.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use visiono_workflow::{Code, Error, Webhook, WebhookEvent, WebhookHeaders, WebhookSecret};

use crate::input::Chunks;
use crate::model;

/// Receives a webhook.
///
/// The result and the delivery's values must be those that headers, HMAC, `serde_json` and RFC 3339
/// yield when they are combined here.
///
/// The chunks: headers, a line each (`{sig}` is replaced by the signature of the body, `{old}` by
/// the one of the second secret), now, the maximum age, the leeway, `dated` if a timestamp is
/// required, and the body.
///
/// # Panics
///
/// If one of these does not hold.
pub fn webhook(data: &[u8]) {
    let mut input = Chunks::of(data);
    let headers = input.text();
    let now = input.number(0);
    let max_age = input.number(10800);
    let leeway = input.number(60);
    let requires_timestamp = input.bytes() == b"dated";
    let body = input.rest();
    let [sig, old] = model::SECRETS.map(|secret| model::hmac(secret, body));
    let headers = headers.replace("{sig}", &sig).replace("{old}", &old);
    let headers: Vec<_> = headers
        .lines()
        .map(|line| line.split_once(": ").unwrap_or((line, "")))
        .collect();

    let secrets = model::SECRETS.map(|secret| WebhookSecret::new(secret).expect("a secret"));
    let webhook = Webhook::new(secrets).expect("a webhook");
    let webhook = webhook.max_age(max_age).leeway(leeway);
    let webhook = webhook.require_timestamp(requires_timestamp);
    assert_eq!(webhook.sign(body).as_str(), sig);

    // The signature alone.
    let signatures =
        ["x-visiono-signature", "x-webhook-signature"].map(|name| find(&headers, name));
    let present = signatures.iter().filter(|values| !values.is_empty());
    let index = |values: &Vec<&str>| match values[..] {
        [value] => [&sig, &old]
            .into_iter()
            .position(|hex| value == format!("sha256={hex}")),
        _ => None,
    };
    let indices: Option<Vec<_>> = present.map(index).collect();
    let signed = match indices.as_deref() {
        None => Err((Code::InvalidSignature, vec![])),
        Some([]) => Err((Code::MissingParameter, vec!["sig"])),
        Some([first, ..]) => Ok(*first),
    };
    let dedup_key = hex::encode(Sha256::digest(body));
    let read = WebhookHeaders::from_iter(headers.iter().copied());
    let verified = webhook.verify_headers(body, &read);
    if let Ok(verified) = &verified {
        assert_eq!(verified.dedup_key(), dedup_key);
    }
    let verified = verified.map(|verified| verified.secret_index());
    assert_eq!(verified.map_err(refusal), signed);
    if let [values, other] = &signatures
        && other.is_empty()
        && values.len() < 2
    {
        let verified = webhook.verify(body, values.first().map(|value| value.as_bytes()));
        let verified = verified.map(|verified| verified.secret_index());
        assert_eq!(verified.map_err(refusal), signed);
    }

    // The whole delivery.
    let wanted = match now {
        ..100_000_000_000 => signed,
        _ => Err((Code::InvalidArgument, vec![])),
    };
    let wanted = wanted.and_then(|secret_index| {
        let object = object(body).ok_or((Code::MalformedParameter, vec!["body"]))?;
        let time = match object.get("timestamp").unwrap_or(&Value::Null) {
            Value::Null => None,
            Value::String(text) => Some(rfc_3339(text)),
            _ => Some(None),
        };
        match time {
            None if !requires_timestamp => {}
            None | Some(None) => return Err((Code::MissingParameter, vec!["timestamp"])),
            Some(Some(time)) => {
                let age = i128::from(now) - i128::from(time);
                if -age > leeway.into() {
                    return Err((Code::NotYetValid, vec![]));
                }
                if age > max_age.into() {
                    return Err((Code::Expired, vec![]));
                }
            }
        }
        Ok((secret_index, object, time.flatten()))
    });
    let delivery = webhook.receive(body, &read, now);
    let (secret_index, object, time) = match (&delivery, wanted) {
        (Ok(_), Ok(wanted)) => wanted,
        (Err(error), wanted) => {
            assert_eq!(Err(refusal(*error)), wanted.map(|_| ()), "{error}");
            return;
        }
        (Ok(_), Err(wanted)) => panic!("accepted, and not {wanted:?}"),
    };
    let delivery = delivery.expect("a delivery");
    assert_eq!(delivery.secret_index(), secret_index);
    assert_eq!(delivery.dedup_key(), dedup_key);
    assert_eq!(delivery.body().as_bytes(), body);
    assert_eq!(delivery.has_large_numbers(), has_large_numbers(body));
    assert_eq!(delivery.event_time(), time);
    assert_eq!(object["event"], delivery.event_name());
    let documented = WebhookEvent::ALL.map(WebhookEvent::as_str);
    assert_eq!(
        delivery.event().is_some(),
        documented.contains(&delivery.event_name())
    );
    let data = object.get("data").unwrap_or(&Value::Null);
    assert_eq!(&delivery.data_as::<Value>().expect("JSON"), data);
    let is_test = |value: &Value| value["is_test"] == true || value["test"] == true;
    assert_eq!(
        delivery.is_test(),
        is_test(&Value::Object(object.clone())) || is_test(data)
    );
    let ids = [
        find(&headers, "x-visiono-delivery"),
        find(&headers, "x-webhook-id"),
    ];
    let once = |values: &Vec<&'_ str>| {
        <[&str; 1]>::try_from(&values[..])
            .ok()
            .map(|[value]| value.to_owned())
    };
    assert_eq!(
        delivery.unauthenticated_delivery_id(),
        ids.iter().find_map(once).as_deref()
    );
    let tenant = once(&find(&headers, "x-visiono-tenant-id"));
    assert_eq!(delivery.unauthenticated_tenant_id(), tenant.as_deref());

    let submission = &data["permanent_link_submission"];
    let ids = [&data["photo_request"]["id"], &submission["id"], &data["id"]];
    let is_control = |c: char| matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}');
    let is_usable = |id: &&str| !id.is_empty() && id.len() <= 255 && !id.contains(is_control);
    let id = ids.into_iter().filter_map(Value::as_str).find(is_usable);
    assert_eq!(delivery.request_id(), id);
    let names = [
        "unique_field_value",
        "external_source",
        "external_reference",
    ];
    let wanted: Option<Vec<_>> = names.iter().map(|name| submission[name].as_str()).collect();
    let wanted = wanted.filter(|texts| {
        let are_fields = texts.iter().all(|text| model::is_text(text));
        are_fields && delivery.event_name() == "submission.created"
    });
    let link = delivery.link();
    let given = link.map(|link| vec![link.unique_value(), link.source(), link.reference()]);
    assert_eq!(given, wanted);
    if let Some(link) = link {
        assert_eq!(link.submission_id(), submission["id"].as_str());
    }
}

fn refusal(error: Error) -> (Code, Vec<&'static str>) {
    (error.code(), error.parameters().collect())
}

/// Returns the values of a header, whose name may be in CGI's form.
fn find<'h>(headers: &[(&str, &'h str)], wanted: &str) -> Vec<&'h str> {
    let matches = |name: &str| {
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("http_").unwrap_or(&name);
        name.replace('_', "-") == wanted
    };
    let matching = headers.iter().filter(|(name, _)| matches(name));
    matching.map(|(_, value)| *value).collect()
}

/// Returns the body, if it is an object with a text event.
fn object(body: &[u8]) -> Option<Map<String, Value>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let object = value.as_object()?.clone();
    object.get("event")?.as_str()?;
    Some(object)
}

/// Returns `true` if JSON has a number outside ±(2⁵³ − 1).
fn has_large_numbers(json: &[u8]) -> bool {
    const LARGEST: u64 = (1 << 53) - 1;
    let mut is_string = false;
    let mut is_escaped = false;
    let mut outside = String::new();
    for byte in json {
        match byte {
            b'"' if !is_escaped => is_string = !is_string,
            _ if is_string => {}
            _ => outside.push(char::from(*byte)),
        }
        is_escaped = *byte == b'\\' && !is_escaped;
    }
    let of_number = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
    let numbers = outside.split(|c| !of_number(c));
    let mut numbers = numbers.filter(|text| text.contains(|c: char| c.is_ascii_digit()));
    numbers.any(|text| match text.parse::<i128>() {
        Ok(number) => number.unsigned_abs() > LARGEST.into(),
        Err(_) => text.parse::<f64>().expect("a number").abs() > LARGEST as f64,
    })
}

/// Returns the Unix seconds of a time in RFC 3339, section 5.6, in the years 0001 to 9999 and
/// without leap seconds.
fn rfc_3339(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let number = |at: usize, len: usize, range: RangeInclusive<i64>| {
        let digits = bytes.get(at..at + len)?;
        let all = digits.iter().all(u8::is_ascii_digit);
        let number = str::from_utf8(digits).ok()?.parse().ok()?;
        (all && range.contains(&number)).then_some(number)
    };
    let is = |at: usize, wanted: &[u8]| bytes.get(at).is_some_and(|byte| wanted.contains(byte));
    let separated = is(4, b"-") && is(7, b"-") && is(10, b"Tt") && is(13, b":") && is(16, b":");
    let year = number(0, 4, 1..=9999).filter(|_| separated)?;
    let month = number(5, 2, 1..=12)?;
    let day = number(8, 2, 1..=days_of(year, month))?;
    let [hour, minute] = [number(11, 2, 0..=23)?, number(14, 2, 0..=59)?];
    let second = number(17, 2, 0..=59)?;
    let mut at = 19;
    if is(at, b".") {
        let digits = bytes[at + 1..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        at += 1 + Some(digits.count()).filter(|count| *count > 0)?;
    }
    let offset = if is(at, b"Zz") && bytes.len() == at + 1 {
        0
    } else {
        let sign = if is(at, b"+") { 1 } else { -1 };
        let complete = is(at, b"+-") && is(at + 3, b":") && bytes.len() == at + 6;
        let hours = number(at + 1, 2, 0..=23).filter(|_| complete)?;
        sign * (hours * 60 + number(at + 4, 2, 0..=59)?) * 60
    };
    let days = days_before(year, month) + day - 1;
    Some(days * DAY + hour * 3600 + minute * 60 + second - offset)
}

const DAY: i64 = 24 * 60 * 60;

fn days_of(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Returns the days from 1970 to the start of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let leap_years = |year: i64| year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let leap_days = leap_years(year - 1) - leap_years(1969);
    let months: i64 = (1..month).map(|month| days_of(year, month)).sum();
    (year - 1970) * 365 + leap_days + months
}
