//! Signing: the signed bytes, and the URL that carries them.

use proptest::collection::vec;
use proptest::prelude::*;
use visiono_workflow::{
    Code, LinkFields, LinkUrl, RedirectTemplate, ReturnFields, Webhook, WebhookSecret, Workflow,
    WorkflowSecret,
};

use crate::strategies::*;

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn signatures_are_those_of_the_documented_snippet(
        secret in secret(), link in link(), done in done(), body in vec(any::<u8>(), 0..300),
    ) {
        let workflow = Workflow::new(WorkflowSecret::new(&secret).unwrap()).unwrap();
        let url = LinkUrl::from_slug("a").unwrap();
        let signed = workflow.sign_link(&url, &link.fields()).unwrap();
        let sig = hmac_sha256(&secret, link.payload().as_bytes());
        prop_assert_eq!(signed.signature().as_str(), &sig);
        let end = format!("&sig={sig}");
        prop_assert!(signed.to_string().ends_with(&end));

        let template = RedirectTemplate::parse("https://a.example/{signature}").unwrap();
        let signed = workflow.sign_return(&template, &done.fields()).unwrap();
        let sig = hmac_sha256(&secret, done.payload().as_bytes());
        prop_assert_eq!(signed.signature().as_str(), &sig);
        prop_assert_eq!(signed.to_string(), format!("https://a.example/{sig}"));

        let webhook = Webhook::new(WebhookSecret::new(&secret).unwrap()).unwrap();
        let sig = hmac_sha256(&secret, &body);
        let signed = webhook.sign(&body);
        prop_assert_eq!(signed.as_str(), &sig);
        let header = format!("sha256={sig}");
        prop_assert!(webhook.verify(&body, Some(header.as_bytes())).is_ok());
    }

    #[test]
    fn every_way_of_writing_a_url_gives_the_same_text(link in link(), done in done()) {
        let workflow = workflow();
        let url = LinkUrl::parse("https://visiono.io/s/a?b=c#d").unwrap();
        let signed = workflow.sign_link(&url, &link.fields()).unwrap();
        let text = signed.to_string();
        let mut written = String::new();
        signed.write_to(&mut written).unwrap();
        prop_assert_eq!(&written, &text);
        let mut buffer = vec![0; text.len()];
        prop_assert_eq!(signed.write_to_slice(&mut buffer).unwrap(), &text);
        let error = signed.write_to_slice(&mut buffer[1..]).unwrap_err();
        prop_assert_eq!((error.code(), error.needed()), (Code::BufferTooSmall, Some(text.len())));

        let template = "https://a.example/{signature}?r=x{reference}#{unique_value}";
        let template = RedirectTemplate::parse(template).unwrap();
        let signed = workflow.sign_return(&template, &done.fields()).unwrap();
        let text = signed.to_string();
        let mut buffer = vec![0; text.len() + 1];
        prop_assert_eq!(signed.write_to_slice(&mut buffer).unwrap(), &text);
    }
}

/// Returns every link and every return that the core would sign as these bytes. Tries each
/// selection of the separators as those between fields.
fn readings(payload: &str) -> Vec<Vec<&str>> {
    let parts: Vec<_> = payload.split('|').collect();
    let cuts = parts.len() - 1;
    let mut readings = Vec::new();
    for chosen in 0_u32..1 << cuts {
        let mut fields = Vec::new();
        let mut start = 0;
        let mut at = 0;
        for (place, part) in parts.iter().enumerate() {
            at += part.len();
            if place == cuts || chosen & (1 << place) != 0 {
                fields.push(&payload[start..at]);
                start = at + 1;
            }
            at += 1;
        }
        if is_signed(&fields) {
            readings.push(fields);
        }
    }
    readings
}

/// Returns `true` if the core signs these texts, as a link's four fields or a return's five.
fn is_signed(fields: &[&str]) -> bool {
    // A number is signed in its shortest form, so no other text yields one.
    let number = |text: &str| text.parse().ok().filter(|n: &u64| n.to_string() == text);
    match fields {
        [unique_value, source, reference, ts] => number(ts).is_some_and(|timestamp| {
            let fields = LinkFields {
                unique_value,
                source,
                reference,
                timestamp,
            };
            let url = LinkUrl::from_slug("a").unwrap();
            workflow().sign_link(&url, &fields).is_ok()
        }),
        [submission_id, unique_value, reference, cnt, ts] => number(cnt)
            .zip(number(ts))
            .is_some_and(|(photo_count, timestamp)| {
                let fields = ReturnFields {
                    submission_id,
                    unique_value,
                    reference,
                    photo_count,
                    timestamp,
                };
                let template = RedirectTemplate::parse("https://a.example").unwrap();
                workflow().sign_return(&template, &fields).is_ok()
            }),
        _ => false,
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn distinct_fields_have_distinct_signed_bytes(
        link in link(), done in done(), bytes in "[a0-9|]{0,6}([|][a0]{1,3}){0,4}[|][0-9]{1,3}",
    ) {
        // A payload has one reading: the fields of which it was made.
        let payload = link.payload();
        let (ts, cnt) = (link.ts.to_string(), done.cnt.to_string());
        prop_assert_eq!(
            readings(&payload),
            [[link.uv.as_str(), &link.src, &link.reference, &ts]]
        );
        let payload = done.payload();
        let ts = done.ts.to_string();
        prop_assert_eq!(
            readings(&payload),
            [[done.sub.as_str(), &done.uv, &done.reference, &cnt, &ts]]
        );
        // Other bytes have at most one.
        prop_assert!(readings(&bytes).len() <= 1, "{:?}", readings(&bytes));
    }

    #[test]
    fn distinct_fields_have_distinct_signatures(
        one in vec("[a0]{1,2}", 3), other in vec("[a0]{1,2}", 3),
        numbers in (0..3_u32, 0..3_u32, 0..3_u64, 0..3_u64),
    ) {
        let workflow = workflow();
        let parameter = |url: String| url.split_once("sig=").unwrap().1.to_owned();
        let [(first_link, first), (second_link, second)] = [
            (&one, (numbers.0, numbers.2)), (&other, (numbers.1, numbers.3)),
        ].map(|(texts, (cnt, ts))| {
            let [a, b, c] = [0, 1, 2].map(|place| texts[place].clone());
            (
                Link { uv: a.clone(), src: b.clone(), reference: c.clone(), ts },
                Return { sub: a, uv: b, reference: c, cnt, ts },
            )
        });
        let links = [&first_link, &second_link].map(|link| parameter(link_url(&workflow, link)));
        let returns = [&first, &second].map(|done| parameter(return_url(&workflow, done)));
        prop_assert_eq!(first_link == second_link, links[0] == links[1]);
        prop_assert_eq!(first == second, returns[0] == returns[1]);
        prop_assert!(links.iter().all(|link| !returns.contains(link)));
    }
}
