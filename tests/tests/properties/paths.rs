//! Paths: a URL that the template can't have made carries none of its fields.

use percent_encoding::percent_decode_str;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use visiono_workflow::{Code, ExpectReturn, RedirectTemplate};

use crate::strategies::*;

const TEMPLATE: &str = "https://a.example/tickets/{reference}/d%6Fne?s={submission_id}\
    &u={unique_value}&c={photo_count}&t={timestamp}&h={signature}";

/// Returns the reference as a router reads it: it splits the path, then decodes each segment.
fn routed(path: &str) -> Option<Vec<u8>> {
    let segments: Vec<Vec<u8>> = path
        .split('/')
        .map(|segment| percent_decode_str(segment).collect())
        .collect();
    match &segments[..] {
        [empty, tickets, reference, done]
            if empty.is_empty() && tickets == b"tickets" && done == b"done" =>
        {
            Some(reference.clone())
        }
        _ => None,
    }
}

/// A path that is almost one of the template's.
fn path() -> impl Strategy<Value = String> {
    let segment = select(
        [
            "tickets",
            "TICKETS",
            "%74ickets",
            "ticket-456",
            "ticket-999",
            "ticket%2D456",
            "done",
            "Done",
            "done%00",
            "",
            ".",
            "..",
            "x",
            "%2e%2e",
            "done;x",
            "a&ref=1",
            "%zz",
        ]
        .to_vec(),
    );
    let genuine = ["tickets", "ticket-456", "done"];
    let edits = vec((0..4_usize, 0..4_u8, segment), 0..3);
    edits.prop_map(move |edits| {
        let mut segments = genuine.to_vec();
        for (at, edit, segment) in edits {
            let at = at.min(segments.len());
            match edit {
                0 => segments.insert(at, segment),
                1 if at < segments.len() => {
                    segments.remove(at);
                }
                _ if at < segments.len() => segments[at] = segment,
                _ => segments.push(segment),
            }
        }
        format!("/{}", segments.join("/"))
    })
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn a_router_reads_the_verified_record(
        path in path(), host in select(&["", "https://a.example", "http://proxy:8080"][..]),
        expected in any::<bool>(),
    ) {
        let done = Return {
            sub: "s".into(), uv: "u".into(), reference: "ticket-456".into(), cnt: 1, ts: NOW,
        };
        let workflow = workflow();
        let template = RedirectTemplate::parse(TEMPLATE).unwrap();
        let sig = hmac_sha256(SECRET, done.payload().as_bytes());
        let url = format!("{host}{path}?s=s&u=u&c=1&t={NOW}&h={sig}");
        let expect = ExpectReturn::new();
        let expect = if expected { expect.reference("ticket-456") } else { expect };
        let verified = verify_return(&workflow, &*url, Some(&template), NOW, &expect);
        match routed(&path) {
            Some(reference) if reference == b"ticket-456" => {
                prop_assert_eq!(verified, Ok(done.values()), "{}", url);
            }
            Some(_) => prop_assert!(verified.is_err(), "{}", url),
            None => {
                // All fields that the template sends are missing, expected or not.
                let missing = (Code::MissingParameter, RETURN_NAMES.to_vec());
                prop_assert_eq!(verified, Err(missing), "{}", url);
            }
        }
    }
}
