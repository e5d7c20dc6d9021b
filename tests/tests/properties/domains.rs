//! Links, returns and webhooks: a signature of one is never accepted for another.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use visiono_workflow::{Code, ExpectLink, ExpectReturn, WebhookHeaders};

use crate::strategies::*;

/// Returns every way to split a text at some of its `|` into this many fields.
fn splits(text: &str, fields: usize) -> Vec<Vec<&str>> {
    if fields == 1 {
        return vec![vec![text]];
    }
    let bars = text.match_indices('|').map(|(at, _)| at);
    bars.flat_map(|at| {
        let rest = splits(&text[at + 1..], fields - 1);
        rest.into_iter()
            .map(move |rest| [vec![&text[..at]], rest].concat())
    })
    .collect()
}

/// Starts of a JSON event that a field may have as its value.
fn json_start() -> impl Strategy<Value = String> {
    let starts = [
        "{\"event\":\"a\"",
        "{\"event\":\"a\"}",
        "{\"event\":\"a\",\"timestamp\":\"2024-01-17T14:00:00Z\"}",
        "{\"event\":\"",
        "{\"event\":\"a\",\"data\":",
        "[",
        "\"",
        "1",
    ];
    prop_oneof![text(), select(starts.to_vec()).prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(config(512))]

    // With one secret for both, the signatures of a link, a return and a webhook over the same
    // bytes are the same: HMAC knows no purpose. They are separate because no bytes are both. A
    // payload ends in the decimal digits of its time, and a JSON object in a brace (or white space
    // after it), for any fields and members. So `receive` accepts no payload, and no link or return
    // can be made whose payload is a body that `receive` accepts.

    #[test]
    fn no_payload_is_received_as_a_webhook(
        mut link in link(), mut done in done(), start in json_start(), end in json_start(),
        name in select(&SIGNATURE_HEADERS[..]), now in prop_oneof![Just(NOW), 0..100_000_000_000_u64],
        required in any::<bool>(),
    ) {
        (link.uv, link.reference) = (start.clone(), end.clone());
        (done.sub, done.reference) = (start, end);
        let workflow = workflow();
        let webhook = webhook().require_timestamp(required);
        for (payload, url) in [
            (link.payload(), link_url(&workflow, &link)),
            (done.payload(), return_url(&workflow, &done)),
        ] {
            let (_, sig) = url.split_once("sig=").unwrap();
            let header = format!("sha256={sig}");
            // The signature alone would match, which is why integrators call `receive`.
            prop_assert!(webhook.verify(payload.as_bytes(), Some(header.as_bytes())).is_ok());
            let headers = WebhookHeaders::from_iter([(name, &header)]);
            let refused = webhook.receive(payload.as_bytes(), &headers, now).unwrap_err();
            prop_assert_eq!(refusal(refused), (Code::MalformedParameter, vec!["body"]));
        }
    }

    #[test]
    fn no_webhook_is_verified_as_a_link_or_a_return(
        event in event(), parts in vec("[a1|]{0,3}", 0..3), space in select(&["", " ", "\n\r\t "][..]),
    ) {
        // An event with separators at a payload's positions, and digits at the end of a text.
        let mut event = event;
        event["parts"] = parts.into();
        event["z"] = "|a|b|1|1705500000".into();
        let body = format!("{event}{space}");
        let header = signed(body.as_bytes());
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        let webhook = webhook();
        prop_assert!(webhook.receive(body.as_bytes(), &headers, NOW).is_ok());

        let workflow = workflow().max_age(u64::MAX).leeway(u64::MAX);
        for sig in [header.trim_start_matches("sha256="), &header] {
            for fields in splits(&body, 4) {
                let values = fields.into_iter().chain([sig]);
                let pairs: Vec<_> = LINK_NAMES.into_iter().zip(values).collect();
                let refused = verify_link(&workflow, pairs.as_slice(), NOW, &ExpectLink::new());
                let (code, names) = refused.unwrap_err();
                let is_malformed = code == Code::MalformedParameter && !names.is_empty();
                prop_assert!(is_malformed || code == Code::MissingParameter, "{:?}", pairs);
            }
            for fields in splits(&body, 5) {
                let values = fields.into_iter().chain([sig]);
                let pairs: Vec<_> = RETURN_NAMES.into_iter().zip(values).collect();
                let expect = ExpectReturn::new();
                let refused = verify_return(&workflow, pairs.as_slice(), None, NOW, &expect);
                let (code, names) = refused.unwrap_err();
                let is_malformed = code == Code::MalformedParameter && !names.is_empty();
                prop_assert!(is_malformed || code == Code::MissingParameter, "{:?}", pairs);
            }
        }
    }
}
