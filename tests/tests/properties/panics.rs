//! No input makes the library panic.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};
use visiono_workflow::{
    Code, Error, EventData, ExpectLink, ExpectReturn, Field, Input, LinkUrl, RedirectTemplate,
    ReturnFields, Webhook, WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret, check_now,
    check_seconds, field_number,
};

use crate::strategies::*;

/// A good message with a part replaced.
fn spliced() -> impl Strategy<Value = String> {
    let good = [
        a_link(),
        a_return(),
        format!("https://visiono.io/s/a{}#top", a_link()),
        "https://a.example/{submission_id}/x-{unique_value}?r=a{reference}b&c={photo_count}\
            &t={timestamp}&h={signature}#{reference}"
            .to_owned(),
    ];
    (
        select(good.to_vec()),
        any::<prop::sample::Index>(),
        0..6_usize,
        any_text(),
    )
        .prop_map(|(good, at, len, text)| {
            let at = at.index(good.len());
            let end = good.len().min(at + len);
            format!("{}{text}{}", &good[..at], &good[end..])
        })
}

proptest! {
    #![proptest_config(config(2048))]

    /// The results are not compared.
    #[test]
    fn no_input_panics(
        one in prop_oneof![any_text(), spliced()], other in prop_oneof![any_text(), spliced()],
        bytes in vec(any::<u8>(), 0..64), numbers in (any::<u64>(), any::<u64>(), any::<u64>()),
        signed in any::<i128>(), len in 0..300_usize,
    ) {
        let show = |error: Error| {
            let _ = (format!("{error} {error:?} {error:#?}"), error.seconds(), error.needed());
            let _ = (error.position(), error.parameters().count());
        };
        let _ = WebhookSecret::new(&other).map_err(show);
        let good = [WorkflowSecret::new(SECRET).unwrap(), WorkflowSecret::new(&SECRET[16..]).unwrap()];
        let random = WorkflowSecret::new(&one);
        let secrets: Vec<_> = random.map_err(show).into_iter().chain(good).collect();
        let workflow = Workflow::new(secrets).unwrap().max_age(numbers.0).leeway(numbers.1);
        let now = if numbers.2 % 2 == 0 { NOW } else { numbers.2 };

        let mut buffer = vec![0; len];
        let link = Link {
            uv: one.clone(), src: other.clone(), reference: "r".into(), ts: numbers.0,
        };
        let mut small = link.clone();
        (small.src, small.ts) = ("s".into(), NOW);
        for url in [LinkUrl::from_slug(&other), LinkUrl::parse(&one), LinkUrl::parse(&other)] {
            let _ = url.map_err(show).map(|url| {
                for link in [&link, &small] {
                    let _ = workflow.sign_link(&url, &link.fields()).map_err(show).map(|signed| {
                        let _ = signed.write_to_slice(&mut buffer).map_err(show);
                        verify_link(&workflow, &*signed.to_string(), now, &ExpectLink::new())
                    });
                }
                format!("{url} {url:?}")
            });
        }

        let expect_link = Field::ALL.into_iter().fold(ExpectLink::new(), |expect, field| {
            expect.field(field, Some(other.as_str().into())).unwrap_or(expect)
        });
        let expect_return = Field::ALL.into_iter().fold(ExpectReturn::new(), |expect, field| {
            expect.field(field, Some(other.as_str().into())).unwrap_or(expect)
        });
        let pairs = [("uv", one.as_str()), (&other, &one), ("sig", &other), ("ts", "1")];
        let decoded: [(&[u8], Option<&[u8]>); 5] = [
            (b"sub", Some(&bytes)), (&bytes, Some(one.as_bytes())), (b"uv", None), (&bytes, None),
            (other.as_bytes(), Some(b"1")),
        ];
        let inputs = [
            Input::from(&one), Input::from(&pairs), Input::from(&decoded[..]),
            Input::from(&bytes[..]),
        ];
        for input in inputs {
            for expect in [ExpectLink::new(), expect_link, ExpectLink::new().timestamp(numbers.1)] {
                let _ = workflow.verify_link(input, now, &expect).map_err(show);
            }
            for expect in [ExpectReturn::new(), expect_return] {
                let _ = workflow.verify_return(input, None, now, &expect).map_err(show);
                for template in [RedirectTemplate::parse(&other), RedirectTemplate::parse(&one)] {
                    let _ = template.map_err(show).map(|template| {
                        let _ = template.check_extractable().map_err(show);
                        let _ = workflow.verify_return(input, Some(&template), now, &expect);
                        let fields = ReturnFields {
                            submission_id: &one, unique_value: &other, reference: "..",
                            photo_count: numbers.0, timestamp: numbers.1,
                        };
                        for fields in [
                            fields,
                            ReturnFields { photo_count: 1, timestamp: NOW, ..fields },
                            ReturnFields {
                                photo_count: 1, timestamp: NOW, submission_id: ".",
                                unique_value: ".", ..fields
                            },
                        ] {
                            let _ = workflow.sign_return(&template, &fields).map_err(show)
                                .map(|signed| signed.to_string());
                            let _ = template.expand(&fields, &other).map_err(show)
                                .map(|signed| signed.to_string());
                        }
                        let text = format!("{template} {template:?}");
                        (text, template.into_owned().missing())
                    });
                }
            }
        }
        let _ = Field::from_name(&one);
        let _ = Code::from_u32(numbers.0 as u32);
        let _ = (field_number(signed), check_now(signed).map_err(show));
        let _ = check_seconds(signed).map_err(show);
        let _ = (LinkUrl::parse(&bytes).map_err(show), LinkUrl::from_slug(&bytes).map_err(show));
        let _ = RedirectTemplate::parse(&bytes).map_err(show);
        let _ = Workflow::from_texts([Some(&bytes), None]).map_err(show);
        prop_assert_eq!(field_number(numbers.0.into()), numbers.0);
        let webhook = Webhook::new(WebhookSecret::new(SECRET).unwrap()).unwrap();
        let _ = webhook.verify(&bytes, Some(one.as_bytes())).map_err(show);
        let _ = webhook.verify(&bytes, None).map_err(show);
    }
}

/// A body that is an event, almost an event, or anything.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let tokens = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "\\ud800",
        "\\udc00",
        "null",
        "true",
        "-",
        "0",
        "1e999",
        "1.5",
        "9007199254740993",
        "\"event\":",
        "\"timestamp\":",
        "\"data\":",
        "\"is_test\":true",
        "\"submission.created\"",
        "\"2024-12-25T14:35:00Z\"",
        "\"permanent_link_submission\":",
        "\"id\":",
        "\"photos\":",
        " ",
        "\n",
        "\0",
        "é",
        "\u{feff}",
    ];
    let whole = event().prop_map(|event| event.to_string().into_bytes());
    let splice = (
        event(),
        any::<prop::sample::Index>(),
        0..6_usize,
        vec(any::<u8>(), 0..4),
    );
    prop_oneof![
        vec(select(tokens.to_vec()), 0..24).prop_map(|tokens| tokens.concat().into_bytes()),
        vec(any::<u8>(), 0..64),
        whole,
        splice.prop_map(|(event, at, len, bytes)| {
            let mut body = event.to_string().into_bytes();
            let at = at.index(body.len());
            let end = body.len().min(at + len);
            body.splice(at..end, bytes);
            body
        }),
        (json_text(), json()).prop_map(|(time, data)| {
            let body = json!({ "event": "submission.created", "timestamp": time, "data": {
                "permanent_link_submission": data, "photos": [data], "submission": data,
            } });
            body.to_string().into_bytes()
        }),
    ]
}

proptest! {
    #![proptest_config(config(2048))]

    #[test]
    fn no_webhook_panics(
        body in any_body(), is_signed in any::<bool>(), required in any::<bool>(),
        headers in vec((prop_oneof![
            vec(any::<u8>(), 0..16),
            select(&SIGNATURE_HEADERS[..]).prop_map(|name| name.as_bytes().to_vec()),
        ], vec(any::<u8>(), 0..80)), 0..3),
        numbers in (any::<u64>(), any::<u64>(), any::<u64>()),
    ) {
        let webhook = webhook().max_age(numbers.0).leeway(numbers.1).require_timestamp(required);
        let header = signed(&body);
        let mut read = WebhookHeaders::from_iter(headers.iter().map(|(name, value)| (name, value)));
        if is_signed {
            read = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        }
        let _ = format!("{read:?} {webhook:?}");
        match webhook.receive(&body, &read, numbers.2) {
            Err(error) => {
                let _ = (format!("{error} {error:?}"), error.parameters().count());
            }
            Ok(delivery) => {
                // A delivery is a JSON object with a text event.
                let parsed: Json = serde_json::from_slice(&body).unwrap();
                prop_assert_eq!(&parsed["event"], delivery.event_name());
                let _ = (delivery.event(), delivery.event_time(), delivery.is_test());
                let _ = (delivery.link(), delivery.data_as::<EventData>().is_ok());
                let _ = (delivery.unauthenticated_delivery_id(), format!("{delivery:?}"));
            }
        }
    }
}
