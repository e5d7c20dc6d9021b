//! Differences on returns whose reference a router finds in the path.

use super::Outcome::{Accepts, Refuses};
use super::{ALL_ACCEPT, Class, Seen};
use crate::message::{Message, NOW, SECRET, sign};
use crate::reading::path;

/// The path of the template, around the reference.
const SEGMENTS: [&str; 4] = ["", "tickets", "", "done"];

pub(super) const CLASSES: &[Class] = &[
    Class {
        id: "path-other",
        what: "another path that the router takes for the same: `/TICKETS/ticket-456/done/`",
        answers: &["missing_parameter"],
        outcomes: [&[], &[Accepts], &[]],
        why: "The redirect template can't have made it, so Visiono signed nothing in it for that \
             place.",
        holds: |seen, _| !is_path_of_template(seen),
        examples: || vec![example("/TICKETS/ticket-456/done/", "ticket-456", "acme")],
    },
    Class {
        id: "path-climbs",
        what: "a reference with which a path climbs: `/tickets/..;x/done`, `/tickets/..%2Fadmin/done`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "A proxy that decodes or cuts the path before it routes serves another page, such as \
              `/admin/done`.",
        holds: |seen, names| names == ["ref"] && climbs(seen),
        examples: || vec![example("/tickets/..;x/done", "..;x", "acme")],
    },
    Class {
        id: "path-slash",
        what: "a reference with a `/`: `/tickets/a%2Fb/done`",
        answers: &["ok"],
        outcomes: [&[Refuses], &[], &[Refuses]],
        why: "A router that decodes the path before it splits it finds no such page. The library \
              reads the URL as the browser requested it.",
        holds: |seen, _| seen.any(&["ref"], |pair| pair.value.contains(&b'/')),
        examples: || vec![example("/tickets/a%2Fb/done", "a/b", "acme")],
    },
    Class {
        id: "path-escape",
        what: "an escaped letter in the path: `/%74ickets/ticket-456/done`",
        answers: &["ok"],
        outcomes: [&[], &[Refuses], &[]],
        why: "It is the same path once it is decoded. Express compares it before.",
        holds: |seen, _| {
            let mut segments = raw_path(seen).split('/').zip(SEGMENTS);
            segments.any(|(segment, wanted)| !wanted.is_empty() && segment.contains('%'))
        },
        examples: || vec![example("/%74ickets/ticket-456/done", "ticket-456", "acme")],
    },
    Class {
        id: "path-parameter",
        what: "another value of a parameter that the redirect template writes out: `tenant=globex` \
               for `tenant=acme`",
        answers: &["missing_parameter"],
        outcomes: ALL_ACCEPT,
        why: "It is not signed, so only the comparison with the template shows that somebody \
              changed it.",
        holds: |seen, _| !is_tenant_of_template(seen),
        examples: || vec![example("/tickets/ticket-456/done", "ticket-456", "globex")],
    },
];

fn raw_path<'m>(seen: &Seen<'m>) -> &'m str {
    match seen.message {
        Message::Routed(url) => path(url),
        _ => "",
    }
}

fn is_path_of_template(seen: &Seen<'_>) -> bool {
    let segments: Vec<_> = raw_path(seen).split('/').collect();
    segments.len() == SEGMENTS.len()
        && (segments.iter().zip(SEGMENTS)).all(|(segment, wanted)| {
            let decoded = percent_encoding::percent_decode_str(segment);
            wanted.is_empty() && !segment.is_empty() || decoded.eq(wanted.bytes())
        })
}

fn is_tenant_of_template(seen: &Seen<'_>) -> bool {
    let values: Vec<_> = seen.named("tenant").map(|pair| &*pair.value).collect();
    let alike = |pair: &&crate::reading::Pair<'_>| {
        pair.name != b"tenant" && pair.other_names().any(|name| name == b"tenant")
            || pair.has_part("tenant")
    };
    values == [b"acme"] && seen.pairs.iter().find(alike).is_none()
}

fn climbs(seen: &Seen<'_>) -> bool {
    seen.any(&["ref"], |pair| {
        let mut parts = pair.value.split(|byte| b"/\\;".contains(byte));
        parts.any(|part| part == b"." || part == b"..")
    })
}

/// Returns a return that is good except for its path or its tenant.
fn example(path: &str, reference: &str, tenant: &str) -> Message {
    let signature = sign(
        SECRET,
        format!("pls_123|ABC123|{reference}|5|{NOW}").as_bytes(),
    );
    Message::Routed(format!(
        "{path}?tenant={tenant}&sub=pls_123&uv=ABC123&cnt=5&ts={NOW}&sig={signature}"
    ))
}
