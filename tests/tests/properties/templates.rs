//! Redirect templates: expansion, extraction, climbing paths, literals.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use visiono_workflow::{Code, ExpectReturn, Field, RedirectTemplate};

use crate::strategies::*;

/// Text next to a placeholder of a template, which can be decoded.
fn literal(tokens: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(select(tokens), 0..4).prop_map(|tokens| tokens.concat())
}

const PATH: [&str; 24] = [
    "a",
    "Z",
    "0",
    "-",
    ".",
    "_",
    "~",
    "+",
    "=",
    "@",
    ":",
    "é",
    "漢",
    "%41",
    "%2F",
    "%2f",
    "%c3%a9",
    "%C3%A9",
    "%20",
    "%25",
    "%7Breference%7D",
    "%2e",
    "%F0%9f%99%82",
    "%2B",
];
const QUERY: [&str; 26] = [
    "a",
    "Z",
    "0",
    "-",
    ".",
    "_",
    "~",
    "+",
    "=",
    "?",
    "/",
    ";",
    "@",
    ":",
    "é",
    "漢",
    "%41",
    "%26",
    "%3D",
    "%c3%a9",
    "%20",
    "%25",
    "%7Bsignature%7D",
    "%23",
    "%F0%9f%99%82",
    "%2B",
];

/// A part of a template: a path segment or a parameter, with or without a placeholder.
#[derive(Clone, Debug)]
struct Place {
    in_path: bool,
    field: Option<Field>,
    path: (String, String),
    query: (String, String),
    name: String,
}

/// Templates that carry every field. Most of their returns can be read back.
fn template() -> impl Strategy<Value = String> {
    let fields: Vec<_> = Field::ALL
        .into_iter()
        .filter(|field| *field != Field::Source)
        .collect();
    let more = vec(proptest::option::of(select(fields.clone())), 0..5);
    let fields = more.prop_flat_map(move |more| {
        let all: Vec<_> = fields.iter().copied().map(Some).chain(more).collect();
        Just(all).prop_shuffle()
    });
    let places = fields.prop_flat_map(|fields| {
        let place = |field| {
            let path = (literal(&PATH), literal(&PATH));
            let query = (literal(&QUERY), literal(&QUERY));
            (
                any::<bool>(),
                Just(field),
                path,
                query,
                literal(&["a", "+", "%41", "é", "%c3%A9"]),
            )
                .prop_map(|(in_path, field, path, query, name)| Place {
                    in_path,
                    field,
                    path,
                    query,
                    name,
                })
        };
        fields.into_iter().map(place).collect::<Vec<_>>()
    });
    let host = select(&["https://a.example", "HTTPS://A:8443", "http://[::1]:80"][..]);
    let fragment = select(&["", "#", "#{reference}{signature}", "#/?a={photo_count}&#b"][..]);
    (host, places, any::<bool>(), fragment).prop_map(|(host, places, standard, fragment)| {
        let mut path = String::new();
        let mut query = Vec::new();
        for (index, place) in places.iter().enumerate() {
            let placeholder = place
                .field
                .map_or_else(String::new, |field| format!("{{{}}}", field.long_name()));
            if place.in_path {
                path += &format!("/{}{placeholder}{}", place.path.0, place.path.1);
            } else {
                // Each has a unique name, which may be a standard one.
                let name = match RETURN_NAMES.get(index) {
                    Some(name) if standard => (*name).to_owned(),
                    _ => format!("{index}{}", place.name),
                };
                query.push(format!(
                    "{name}={}{placeholder}{}",
                    place.query.0, place.query.1
                ));
            }
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{host}{path}{mark}{}{fragment}", query.join("&"))
    })
}

/// Returns the short name of the first field in the first path segment that climbs, as another
/// decoder reads it.
fn climbing(template: &str, done: &Return) -> Option<&'static str> {
    let (_, rest) = template.split_once("://").unwrap();
    let rest = rest.split(['?', '#']).next().unwrap();
    let (_, path) = rest.split_once('/')?;
    path.split('/').find_map(|segment| {
        let mut expanded = segment.to_owned();
        let mut first = None;
        // A signature has no dots.
        let values = done.values().into_iter().chain(["0".to_owned()]);
        for (name, value) in RETURN_NAMES.into_iter().zip(values) {
            let long = Field::from_short_name(name).unwrap().long_name();
            let placeholder = format!("{{{long}}}");
            if let Some(at) = segment.find(&placeholder) {
                first = first.max(Some((usize::MAX - at, name)));
                let value = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
                expanded = expanded.replace(&placeholder, &value);
            }
        }
        let decoded: Vec<u8> = percent_decode_str(&expanded).collect();
        let mut parts = decoded.split(|byte| b"/\\;".contains(byte));
        let climbs = parts.any(|part| part == b"." || part == b"..");
        first.map(|(_, name)| name).filter(|_| climbs)
    })
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn extraction_is_the_inverse_of_expansion(text in template(), done in done()) {
        let workflow = workflow();
        let template = RedirectTemplate::parse(&text).unwrap();
        prop_assert!(template.missing().is_empty());
        if template.check_extractable().is_err() {
            // Some decoders split there, and find similar names.
            prop_assert!(text.contains(';'), "{}", text);
            return Ok(());
        }
        let signed = workflow.sign_return(&template, &done.fields());
        let climbing = climbing(&text, &done);
        let url = match signed {
            Ok(signed) => signed.to_string(),
            Err(error) => {
                let refused = (Code::InvalidField, climbing.into_iter().collect());
                prop_assert_eq!(refusal(error), refused, "{}", text);
                return Ok(());
            }
        };
        prop_assert_eq!(climbing, None, "{}", url);
        let expect = ExpectReturn::new();
        let verified = verify_return(&workflow, &*url, Some(&template), done.ts, &expect);
        prop_assert_eq!(verified, Ok(done.values()), "{}", url);
        // Behind a proxy, and without the fragment, which is not sent.
        let (_, rest) = url.split_once("://").unwrap();
        let path = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
        let sent = path.split('#').next().unwrap();
        if !sent.is_empty() {
            let verified = verify_return(&workflow, sent, Some(&template), done.ts, &expect);
            prop_assert_eq!(verified, Ok(done.values()), "{}", sent);
        }
    }

    #[test]
    fn a_path_that_climbs_is_neither_made_nor_read(
        before in select(&["", "a", ".", "%2e", "a%2F", "..%5C", "a;", "%2f"][..]),
        value in vec(select(&[".", "..", "/", "\\", ";", "a", "%2e", "%2F"][..]), 1..5),
        after in select(&["", "a", ".", "%2E", "%5C", ";", "%2Fa"][..]),
    ) {
        let value = value.concat();
        let text = format!(
            "https://a.example/t/{before}{{reference}}{after}/x?s={{submission_id}}\
             &u={{unique_value}}&c={{photo_count}}&t={{timestamp}}&h={{signature}}"
        );
        let done = Return {
            sub: "s".into(), uv: "u".into(), reference: value, cnt: 1, ts: NOW,
        };
        let climbing = climbing(&text, &done);
        let workflow = workflow();
        let template = RedirectTemplate::parse(&text).unwrap();
        let made = workflow.sign_return(&template, &done.fields());
        let expected = climbing.map_or(Ok(()), |name| Err((Code::InvalidField, vec![name])));
        prop_assert_eq!(made.map(|_| ()).map_err(refusal), expected);
        // Visiono may make it anyway.
        let sig = hmac_sha256(SECRET, done.payload().as_bytes());
        let encoded = utf8_percent_encode(&done.reference, NON_ALPHANUMERIC);
        let url = format!("/t/{before}{encoded}{after}/x?s=s&u=u&c=1&t={NOW}&h={sig}");
        let verified =
            verify_return(&workflow, &*url, Some(&template), NOW, &ExpectReturn::new());
        let wanted = match climbing {
            Some(name) => Err((Code::MalformedParameter, vec![name])),
            None => Ok(done.values()),
        };
        prop_assert_eq!(verified, wanted, "{}", url);
    }

    #[test]
    fn literal_parameters_must_match_the_template(
        literals in vec(("[xyz]", "[a-c]{0,2}"), 1..4), done in done(), change in 0..6_u8,
        at in any::<prop::sample::Index>(), expected in any::<bool>(), has_placeholders in any::<bool>(),
    ) {
        let workflow = workflow();
        let written: Vec<_> =
            literals.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let rest = "s={submission_id}&u={unique_value}&r={reference}&c={photo_count}\
            &t={timestamp}&h={signature}";
        let rest = if has_placeholders { rest } else { "" };
        let text = format!("https://a.example/?{}&{rest}", written.join("&"));
        let template = RedirectTemplate::parse(&text).unwrap();
        let url = workflow.sign_return(&template, &done.fields()).unwrap().to_string();
        let expect = ExpectReturn::new();
        let expect = if expected {
            expect.reference(&done.reference).unique_value(&done.uv).submission_id(&done.sub)
                .photo_count(done.cnt.into()).timestamp(done.ts)
        } else {
            expect
        };
        let verify = |query: &str| {
            verify_return(&workflow, &*format!("/?{query}"), Some(&template), done.ts, &expect)
        };
        let (_, query) = url.split_once('?').unwrap();
        prop_assert_eq!(verify(query), Ok(done.values()));
        prop_assert_eq!(verify(&format!("utm=1&{query}&utm=2")), Ok(done.values()));

        let at = at.index(written.len());
        let mut changed = written.clone();
        match change {
            0 => {
                changed.remove(at);
            }
            1 => changed[at].push('x'),
            2 => changed.insert(at, written[at].clone()),
            3 => changed.insert(at, written[at].to_uppercase().replace("ABC", "abc")),
            4 => changed.reverse(),
            _ => changed.push(format!("v=1;{}", written[at])),
        }
        prop_assume!(changed != written);
        let changed = query.replacen(&written.join("&"), &changed.join("&"), 1);
        let names = RETURN_NAMES.to_vec();
        prop_assert_eq!(
            verify(&changed), Err((Code::MissingParameter, names)), "{} {}", text, changed
        );
    }
}

#[test]
fn the_position_of_a_misplaced_brace_is_in_bytes() {
    for (template, position) in [
        ("https://a.example/{nope}", 18),
        ("https://a.example/é/{nope}", 21),
        ("https://a.example/{reference}}", 29),
        ("https://a.example/漢?🙂={reference", 27),
        ("https://{reference}/", 8),
        ("{", 0),
    ] {
        let error = RedirectTemplate::parse(template).unwrap_err();
        assert_eq!(error.code(), Code::InvalidTemplate, "{template}");
        assert_eq!(error.position(), Some(position), "{template}");
    }
    for (template, position) in [
        ("https://a.example/é{reference}{signature}", 18),
        ("https://a.example/?{reference}=1", 19),
        ("https://a.example/?a=é%{reference}", 19),
    ] {
        let template = RedirectTemplate::parse(template).unwrap();
        let error = template.check_extractable().unwrap_err();
        assert_eq!(error.code(), Code::InvalidTemplate, "{template}");
        assert_eq!(error.position(), Some(position), "{template}");
    }
}
