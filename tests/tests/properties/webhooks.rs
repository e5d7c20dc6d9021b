//! Webhooks: the signature, the time of an event, and the data.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use visiono_workflow::{Code, Delivery, Webhook, WebhookHeaders, WebhookSecret};

use crate::strategies::*;

fn altered(bytes: &[u8], other: u8) -> impl Iterator<Item = Vec<u8>> {
    (0..=bytes.len()).flat_map(move |at| {
        let mut longer = bytes.to_vec();
        longer.insert(at, other);
        let shorter = (at < bytes.len()).then(|| {
            let mut shorter = bytes.to_vec();
            shorter.remove(at);
            shorter
        });
        let changed = (at < bytes.len()).then(|| {
            let mut changed = bytes.to_vec();
            // Never the same byte.
            changed[at] ^= other.max(1);
            changed
        });
        [Some(longer), shorter, changed].into_iter().flatten()
    })
}

proptest! {
    #![proptest_config(config(64))]

    #[test]
    fn a_byte_that_differs_in_the_body_or_the_header_is_refused(
        event in event(), bytes in vec(any::<u8>(), 0..64), other in any::<u8>(),
        name in select(&SIGNATURE_HEADERS[..]),
    ) {
        let webhook = webhook();
        let verify = |body: &[u8], header: &[u8]| {
            let headers = WebhookHeaders::from_iter([(name, header)]);
            webhook.verify_headers(body, &headers).map(|_| ()).map_err(refusal)
        };
        for body in [event.to_string().into_bytes(), bytes] {
            let header = signed(&body);
            prop_assert_eq!(verify(&body, header.as_bytes()), Ok(()));
            for changed in altered(&body, other) {
                let verified = verify(&changed, header.as_bytes());
                prop_assert_eq!(verified, Err((Code::InvalidSignature, vec![])));
            }
            for changed in altered(header.as_bytes(), other) {
                let verified = verify(&body, &changed);
                prop_assert_eq!(verified, Err((Code::InvalidSignature, vec![])));
            }
        }
    }

    #[test]
    fn duplicates_are_recognized_by_the_body_alone(
        body in vec(any::<u8>(), 0..200), secrets in vec(secret(), 1..4),
        which in any::<prop::sample::Index>(), name in select(&SIGNATURE_HEADERS[..]),
        headers in vec((any_text(), any_text()), 0..4), id in any_text(),
    ) {
        let key = hex::encode(Sha256::digest(&body));
        let index = which.index(secrets.len());
        let keyed: Vec<_> = secrets.iter().map(|text| WebhookSecret::new(text).unwrap()).collect();
        let webhook = Webhook::new(keyed).unwrap();
        let header = format!("sha256={}", hmac_sha256(&secrets[index], &body));
        let mut all = WebhookHeaders::from_iter([
            (name, header.as_str()), ("X-Visiono-Delivery", &id), ("X-Webhook-ID", &id),
            ("X-Visiono-Event", &id), ("X-Visiono-Tenant-Id", &id), ("X-Webhook-Timestamp", &id),
        ]);
        for (name, value) in &headers {
            all.add(name.as_bytes(), value.as_bytes());
        }
        for verified in [webhook.verify_headers(&body, &all), webhook.verify(&body, Some(header.as_bytes()))] {
            let verified = verified.unwrap();
            prop_assert_eq!(verified.dedup_key(), &key);
            // The first of equal secrets matches.
            prop_assert_eq!(&secrets[verified.secret_index()], &secrets[index]);
        }
    }
}

/// Formats a time as in RFC 3339, at an offset in minutes. The calendar is Howard Hinnant's
/// `civil_from_days`, independent of the core's.
fn rfc3339(seconds: i64, offset: i64, fraction: &str, t: char, z: &str) -> String {
    let local = seconds + offset * 60;
    let (days, second) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let zone = match (offset, z) {
        (0, "Z" | "z" | "-00:00") => z.to_owned(),
        _ => {
            let sign = if offset < 0 { '-' } else { '+' };
            let offset = offset.abs();
            format!("{sign}{:02}:{:02}", offset / 60, offset % 60)
        }
    };
    format!("{year:04}-{month:02}-{day:02}{t}{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
}

#[test]
fn the_calendar_of_the_property_is_right() {
    for (seconds, offset, text) in [
        (0, 0, "1970-01-01T00:00:00Z"),
        (-1, 0, "1969-12-31T23:59:59Z"),
        (1_735_137_300, 60, "2024-12-25T15:35:00+01:00"),
        (1_735_137_300, -330, "2024-12-25T09:05:00-05:30"),
        (1_709_164_800, 0, "2024-02-29T00:00:00Z"),
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        (253_402_300_799, 0, "9999-12-31T23:59:59Z"),
    ] {
        assert_eq!(rfc3339(seconds, offset, "", 'T', "Z"), text);
    }
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn an_event_is_good_from_its_leeway_to_its_maximum_age(
        // From the second day of the year 1 to the last but one of 9999, in any time zone.
        time in prop_oneof![-62_135_510_400..253_402_214_400_i64, 1_700_000_000..1_800_000_000_i64],
        offset in prop_oneof![Just(0_i64), -1439..1440_i64],
        fraction in prop_oneof![Just(String::new()), "[.][0-9]{1,12}"],
        t in select(&['T', 't'][..]), z in select(&["Z", "z", "-00:00", "+00:00"][..]),
        (max_age, leeway) in (0..20_000_u64, 0..20_000_u64),
        age in -40_000..40_000_i64, other in 0..100_000_000_000_u64, by_age in any::<bool>(), required in any::<bool>(),
    ) {
        let now = time.checked_add(age).and_then(|now| u64::try_from(now).ok());
        let now = now.filter(|now| by_age && *now < 100_000_000_000).unwrap_or(other);
        let age = i64::try_from(now).unwrap() - time;
        let timestamp = rfc3339(time, offset, &fraction, t, z);
        let body = json!({ "event": "a", "timestamp": timestamp }).to_string();
        let header = signed(body.as_bytes());
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        let webhook = webhook().max_age(max_age).leeway(leeway);

        // An event with a time has the same result if a time is required.
        let webhook = webhook.require_timestamp(required);
        let received = webhook.receive(body.as_bytes(), &headers, now);
        let told = received.as_ref().map(Delivery::event_time);
        let told = told.map_err(|error| (error.code(), error.seconds()));
        let (too_old, too_early) = (age - max_age as i64, -age - leeway as i64);
        prop_assert_eq!(
            told,
            if too_early > 0 {
                Err((Code::NotYetValid, Some(too_early as u64)))
            } else if too_old > 0 {
                Err((Code::Expired, Some(too_old as u64)))
            } else {
                Ok(Some(time))
            },
            "{} at {}", timestamp, now
        );
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn a_written_event_is_received(event in event(), pretty in any::<bool>()) {
        let body = if pretty {
            serde_json::to_vec_pretty(&event).unwrap()
        } else {
            serde_json::to_vec(&event).unwrap()
        };
        let header = signed(&body);
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        let delivery = webhook().receive(&body, &headers, 0).unwrap();
        prop_assert_eq!(delivery.event_name(), event["event"].as_str().unwrap());
        prop_assert_eq!(&delivery.data_as::<Json>().unwrap(), &event["data"]);
        prop_assert_eq!(delivery.body().as_bytes(), &body);
    }
}
