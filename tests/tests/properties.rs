//! What holds for every input, tried with random ones.
//!
//! An input that once failed is written to `properties.regressions` beside this file; commit it,
//! and it is tried first from then on.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::percent_decode_str;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use visiono_workflow::{
    Code, Delivery, Error, EventData, ExpectLink, ExpectReturn, Field, Input, LinkFields, LinkUrl,
    RedirectTemplate, ReturnFields, Webhook, WebhookHeaders, WebhookSecret, Workflow,
    WorkflowSecret, field_number,
};

const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const LINK_NAMES: [&str; 5] = ["uv", "src", "ref", "ts", "sig"];
const RETURN_NAMES: [&str; 6] = ["sub", "uv", "ref", "cnt", "ts", "sig"];

fn config(cases: u32) -> ProptestConfig {
    // Miri takes a thousand times as long, and sees no files.
    if cfg!(miri) {
        return ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::with_cases(2)
        };
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/properties.regressions");
    ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..ProptestConfig::with_cases(cases)
    }
}

// --- What is signed --------------------------------------------------------------------------

/// A character that a field may hold, most often one that something could trip over.
fn character() -> impl Strategy<Value = char> {
    let nasty = "%+&=#{}/.?;:@\\ ~'\"<>^`[],!*()-_$";
    let wide = "é\u{301}漢🙂\u{a0}\u{85}\u{2028}\u{feff}\u{fffd}\u{10ffff}";
    let select = |text: &str| select(text.chars().collect::<Vec<_>>());
    prop_oneof![
        4 => select(nasty),
        3 => select("0123456789abcdefABCDEFuvz"),
        1 => select(wide),
        1 => any::<char>(),
    ]
    .prop_filter("a field can't hold it", |c| {
        *c != '|' && !c.is_ascii_control()
    })
}

/// A text that a field may hold.
fn text() -> impl Strategy<Value = String> {
    let whole = [
        ".",
        "..",
        "%2e",
        "%2E%2e",
        "{signature}",
        "{reference}",
        "%7C",
        "%00",
        "%",
        "%zz",
        "+",
        "a&uv=b",
        "?sig=1",
        "#",
        "1705500000",
        "0",
        "/",
        "//",
        " ",
        "%C3%A9",
        "\u{feff}",
    ];
    prop_oneof![
        4 => vec(character(), 1..12).prop_map(String::from_iter),
        1 => select(whole.to_vec()).prop_map(str::to_owned),
        1 => vec(character(), 100..200).prop_map(String::from_iter),
    ]
}

/// A time that a message may have.
fn time() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..100_000_000_000_u64,
        0..12_u64,
        99_999_999_990..100_000_000_000_u64
    ]
}

fn secret() -> impl Strategy<Value = String> {
    vec(character(), 16..80)
        .prop_map(String::from_iter)
        .prop_filter("can't be a secret", |text| {
            WorkflowSecret::new(text).is_ok()
        })
}

#[derive(Clone, Debug, PartialEq)]
struct Link {
    uv: String,
    src: String,
    reference: String,
    ts: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct Return {
    sub: String,
    uv: String,
    reference: String,
    cnt: u32,
    ts: u64,
}

fn link() -> impl Strategy<Value = Link> {
    (text(), text(), text(), time()).prop_map(|(uv, src, reference, ts)| Link {
        uv,
        src,
        reference,
        ts,
    })
}

fn done() -> impl Strategy<Value = Return> {
    (text(), text(), text(), any::<u32>(), time()).prop_map(|(sub, uv, reference, cnt, ts)| {
        Return {
            sub,
            uv,
            reference,
            cnt,
            ts,
        }
    })
}

impl Link {
    fn fields(&self) -> LinkFields<'_> {
        LinkFields {
            unique_value: &self.uv,
            source: &self.src,
            reference: &self.reference,
            timestamp: self.ts,
        }
    }

    /// The documentation's snippet.
    fn payload(&self) -> String {
        let Self {
            uv,
            src,
            reference,
            ts,
        } = self;
        format!("{uv}|{src}|{reference}|{ts}")
    }

    fn values(&self) -> Vec<String> {
        vec![
            self.uv.clone(),
            self.src.clone(),
            self.reference.clone(),
            self.ts.to_string(),
        ]
    }
}

impl Return {
    fn fields(&self) -> ReturnFields<'_> {
        ReturnFields {
            submission_id: &self.sub,
            unique_value: &self.uv,
            reference: &self.reference,
            photo_count: self.cnt.into(),
            timestamp: self.ts,
        }
    }

    /// The documentation's snippet.
    fn payload(&self) -> String {
        let Self {
            sub,
            uv,
            reference,
            cnt,
            ts,
        } = self;
        format!("{sub}|{uv}|{reference}|{cnt}|{ts}")
    }

    fn values(&self) -> Vec<String> {
        vec![
            self.sub.clone(),
            self.uv.clone(),
            self.reference.clone(),
            self.cnt.to_string(),
            self.ts.to_string(),
        ]
    }
}

/// The documentation's snippet.
fn hmac_sha256(secret: &str, payload: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(payload);
    hex::encode(mac.finalize().into_bytes())
}

fn workflow() -> Workflow {
    Workflow::new(WorkflowSecret::new(SECRET).unwrap()).unwrap()
}

fn link_url(workflow: &Workflow, link: &Link) -> String {
    let url = LinkUrl::parse("https://visiono.io/s/a").unwrap();
    workflow
        .sign_link(&url, &link.fields())
        .unwrap()
        .to_string()
}

fn return_url(workflow: &Workflow, done: &Return) -> String {
    let template = RedirectTemplate::parse("https://a.example/done").unwrap();
    let signed = workflow.sign_return(&template, &done.fields());
    signed.unwrap().to_string()
}

/// The values, or the code and the names that it concerns.
type Outcome = Result<Vec<String>, (Code, Vec<&'static str>)>;

fn refusal(error: Error) -> (Code, Vec<&'static str>) {
    (error.code(), error.parameters().collect())
}

fn verify_link<'a>(
    workflow: &Workflow<impl AsRef<[WorkflowSecret]>>,
    input: impl Into<Input<'a>>,
    expect: &ExpectLink<'a>,
    now: u64,
) -> Outcome {
    let link = workflow.verify_link(input, expect, now).map_err(refusal)?;
    Ok(vec![
        link.unique_value().to_string(),
        link.source().to_string(),
        link.reference().to_string(),
        link.timestamp().to_string(),
    ])
}

fn verify_return<'a>(
    workflow: &Workflow<impl AsRef<[WorkflowSecret]>>,
    input: impl Into<Input<'a>>,
    template: Option<&RedirectTemplate<'_>>,
    expect: &ExpectReturn<'a>,
    now: u64,
) -> Outcome {
    let done = workflow.verify_return(input, template, expect, now);
    let done = done.map_err(refusal)?;
    Ok(vec![
        done.submission_id().to_string(),
        done.unique_value().to_string(),
        done.reference().to_string(),
        done.photo_count().to_string(),
        done.timestamp().to_string(),
    ])
}

fn query_of(url: &str) -> &str {
    url.split_once('?').unwrap().1
}

// --- Signing ---------------------------------------------------------------------------------

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
        let signed = webhook.sign(&body).unwrap();
        prop_assert_eq!(signed.as_str(), &sig);
        let header = format!("sha256={sig}");
        prop_assert!(webhook.verify(&body, Some(&header)).is_ok());
    }

    #[test]
    fn every_way_of_writing_a_url_out_writes_the_same(link in link(), done in done()) {
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

        let template = "https://a.example/x{reference}?u={unique_value}#{signature}";
        let template = RedirectTemplate::parse(template).unwrap();
        let signed = workflow.sign_return(&template, &done.fields()).unwrap();
        let text = signed.to_string();
        let mut buffer = vec![0; text.len() + 1];
        prop_assert_eq!(signed.write_to_slice(&mut buffer).unwrap(), &text);
    }
}

/// How the core reads signed bytes: every link and every return whose payload they are, and that
/// it would sign. Each way of taking some of the separators for those between fields is tried.
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

/// Whether the core signs these texts, as a link's four fields or a return's five.
fn is_signed(fields: &[&str]) -> bool {
    // A number is signed in its shortest form, so no other text can come from one.
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
        // What is signed has one reading: the fields that it was made of.
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
        // Any bytes have one at most.
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

// --- Verifying -------------------------------------------------------------------------------

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn verification_gives_back_what_was_signed(link in link(), done in done()) {
        let workflow = workflow();
        let url = link_url(&workflow, &link);
        let expect = ExpectLink::new().unique_value(&link.uv).source(&link.src)
            .reference(&link.reference).timestamp(link.ts);
        for expect in [ExpectLink::new(), expect] {
            for input in [url.as_str(), query_of(&url)] {
                prop_assert_eq!(verify_link(&workflow, input, &expect, link.ts), Ok(link.values()));
            }
        }
        let verified = workflow.verify_link(&url, &ExpectLink::new(), link.ts).unwrap();
        prop_assert_eq!(verified.unique_value(), link.uv.as_str());
        prop_assert_eq!(verified.source().to_cow(), link.src.as_str());
        prop_assert_eq!(String::from_iter(verified.reference().chars()), link.reference);

        let url = return_url(&workflow, &done);
        let expect = ExpectReturn::new().submission_id(&done.sub).unique_value(&done.uv)
            .reference(&done.reference).photo_count(done.cnt.into()).timestamp(done.ts);
        for expect in [ExpectReturn::new(), expect] {
            for input in [url.as_str(), query_of(&url)] {
                prop_assert_eq!(
                    verify_return(&workflow, input, None, &expect, done.ts), Ok(done.values())
                );
            }
        }
    }

    #[test]
    fn pairs_that_a_framework_decoded_are_read_as_they_are(link in link(), done in done()) {
        let workflow = workflow();
        let sig = hmac_sha256(SECRET, link.payload().as_bytes());
        let mut values = link.values();
        values.push(sig);
        let pairs: Vec<_> = LINK_NAMES.into_iter().zip(values.iter().map(String::as_str)).collect();
        let verified = verify_link(&workflow, pairs.as_slice(), &ExpectLink::new(), link.ts);
        prop_assert_eq!(verified, Ok(link.values()));
        let twice = [pairs.as_slice(), &pairs[..1]].concat();
        let verified = verify_link(&workflow, twice.as_slice(), &ExpectLink::new(), link.ts);
        prop_assert_eq!(verified, Err((Code::DuplicateParameter, vec!["uv"])));

        let sig = hmac_sha256(SECRET, done.payload().as_bytes());
        let mut values = done.values();
        values.push(format!("v1={sig}"));
        let template = "https://a.example/?%73ub={submission_id}&uv={unique_value}&ref={reference}\
            &cnt={photo_count}&ts={timestamp}&sig=v1={signature}";
        let template = RedirectTemplate::parse(template).unwrap();
        let pairs: Vec<_> = RETURN_NAMES.into_iter().zip(values.iter().map(String::as_str)).collect();
        let verified = verify_return(
            &workflow, pairs.as_slice(), Some(&template), &ExpectReturn::new(), done.ts,
        );
        prop_assert_eq!(verified, Ok(done.values()));
    }
}

/// The decoded values of the parameters with these names, as another decoder reads them; `None`
/// where a `%` has no two digits after it, which that decoder lets stand for itself.
fn decoded(query: &str, names: &[&str]) -> BTreeMap<Vec<u8>, Vec<Option<Vec<u8>>>> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).collect::<Vec<u8>>();
    let is_escape = |after: &str| {
        let digits = after.bytes().take(2);
        digits.filter(u8::is_ascii_hexdigit).count() == 2
    };
    let mut values = BTreeMap::<_, Vec<_>>::new();
    let query = query.split('#').next().unwrap();
    for piece in query.split('&').filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let name = decode(name);
        if names.iter().any(|own| own.as_bytes() == name) {
            let is_whole = value.split('%').skip(1).all(is_escape);
            let value = is_whole.then(|| decode(value));
            values.entry(name).or_default().push(value);
        }
    }
    values
}

/// A query with one byte dropped, doubled, changed or moved, in as many ways as asked.
fn changed<'q>(
    query: &'q str,
    others: &'q [u8],
    targets: &'q [prop::sample::Index],
) -> impl Iterator<Item = String> + 'q {
    let bytes = query.as_bytes();
    (0..bytes.len())
        .flat_map(move |at| {
            let without = move || {
                let mut rest = bytes.to_vec();
                rest.remove(at);
                rest
            };
            let with = move |mut rest: Vec<u8>, at: usize, byte: u8| {
                rest.insert(at, byte);
                rest
            };
            let dropped = [without(), with(bytes.to_vec(), at, bytes[at])];
            let changed = others.iter().map(move |other| with(without(), at, *other));
            let moved = targets
                .iter()
                .map(move |target| with(without(), target.index(bytes.len()), bytes[at]));
            dropped.into_iter().chain(changed).chain(moved)
        })
        .map(|bytes| String::from_utf8(bytes).unwrap())
}

/// A byte of ASCII, most often one that means something in a query.
fn ascii() -> impl Strategy<Value = u8> {
    prop_oneof![0..128_u8, select(b"%+&=#?|0123456789abcdefABCDEF".to_vec())]
}

/// Refused if a decoded value differs, else the same result as before.
fn check_changed(
    query: &str,
    names: &[&str],
    others: &[u8],
    targets: &[prop::sample::Index],
    verify: impl Fn(&str) -> Outcome,
) -> Result<(), TestCaseError> {
    let good = verify(query);
    prop_assert!(good.is_ok());
    let values = decoded(query, names);
    for changed in changed(query, others, targets) {
        let verified = verify(&changed);
        if decoded(&changed, names) == values {
            prop_assert_eq!(&verified, &good, "{}", changed);
        } else {
            prop_assert!(verified.is_err(), "{}", changed);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn a_byte_that_changes_a_value_is_refused(
        link in link(), done in done(), others in vec(ascii(), 4),
        targets in vec(any::<prop::sample::Index>(), 4),
    ) {
        let workflow = workflow();
        let url = link_url(&workflow, &link);
        check_changed(query_of(&url), &LINK_NAMES, &others, &targets, |query| {
            verify_link(&workflow, &*format!("/s/a?{query}"), &ExpectLink::new(), link.ts)
        })?;
        let url = return_url(&workflow, &done);
        check_changed(query_of(&url), &RETURN_NAMES, &others, &targets, |query| {
            verify_return(&workflow, &*format!("?{query}"), None, &ExpectReturn::new(), done.ts)
        })?;
    }
}

/// The same for one short link, with every byte of ASCII at every place.
#[test]
fn every_byte_that_changes_a_value_is_refused() {
    let workflow = workflow();
    let link = Link {
        uv: "é+".into(),
        src: "z d".into(),
        reference: "t-4%".into(),
        ts: 1_705_500_000,
    };
    let url = link_url(&workflow, &link);
    let others: Vec<u8> = (0..128).collect();
    check_changed(query_of(&url), &LINK_NAMES, &others, &[], |query| {
        verify_link(
            &workflow,
            &*format!("?{query}"),
            &ExpectLink::new(),
            link.ts,
        )
    })
    .unwrap();
}

// --- The order of the checks -----------------------------------------------------------------

/// The faults that a message and its verification can have, in the order of the checks.
const FAULTS: [Code; 8] = [
    Code::InvalidTemplate,
    Code::InvalidField,
    Code::DuplicateParameter,
    Code::MissingParameter,
    Code::MalformedParameter,
    Code::InvalidSignature,
    Code::Expired,
    Code::UnexpectedValue,
];

const NOW: u64 = 1_705_500_000;

/// The names of signed fields that have a fault, all different.
struct Faulty {
    expected: &'static str,
    twice: &'static str,
    absent: &'static str,
    malformed: &'static str,
    another: &'static str,
}

/// A query of these parameters, of which some have faults.
fn query_with(
    faults: &[Code],
    faulty: &Faulty,
    parameters: &[(&'static str, String)],
    empty: bool,
) -> String {
    let mut query = String::from("?");
    for (name, value) in parameters {
        let mut value = value.clone();
        if faults.contains(&Code::InvalidSignature) && *name == "sig" {
            value.replace_range(..1, if value.starts_with('0') { "1" } else { "0" });
        }
        if faults.contains(&Code::MalformedParameter) && *name == faulty.malformed {
            value.push('|');
        }
        if faults.contains(&Code::MissingParameter) && *name == faulty.absent {
            if !empty {
                continue;
            }
            value.clear();
        }
        if faults.contains(&Code::DuplicateParameter) && *name == faulty.twice {
            query += &format!("{name}={value}&");
        }
        query += &format!("{name}={value}&");
    }
    query
}

/// What verification has to answer: the first fault, and the name that it concerns.
fn first_of(faults: &[Code], faulty: &Faulty, early: bool) -> Option<(Code, Vec<&'static str>)> {
    let first = *faults.first()?;
    Some(match first {
        Code::InvalidField => (first, vec![faulty.expected]),
        Code::DuplicateParameter => (first, vec![faulty.twice]),
        Code::MissingParameter => (first, vec![faulty.absent]),
        Code::MalformedParameter => (first, vec![faulty.malformed]),
        Code::Expired if early => (Code::NotYetValid, vec![]),
        Code::UnexpectedValue => (first, vec![faulty.another]),
        _ => (first, vec![]),
    })
}

/// A time at which a message of [`NOW`] is good, old or early.
fn now(faults: &[Code], early: bool, by: u64) -> u64 {
    match (faults.contains(&Code::Expired), early) {
        (false, _) => NOW,
        (true, false) => NOW + 3601 + by,
        (true, true) => NOW - 61 - by,
    }
}

/// Every choice of faults, in the order of the checks.
fn choices() -> impl Iterator<Item = Vec<Code>> {
    (0_u32..1 << FAULTS.len()).map(|chosen| {
        (0..FAULTS.len())
            .filter(|place| chosen & (1 << place) != 0)
            .map(|place| FAULTS[place])
            .collect()
    })
}

fn shuffled(names: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    Just(names.to_vec()).prop_shuffle()
}

/// Which names have which fault. The signature is never malformed and can't be expected, but may
/// be there twice, or not at all.
fn faulty(names: &[&'static str], sig: u8) -> Faulty {
    Faulty {
        expected: names[0],
        malformed: names[0],
        another: names[1],
        twice: if sig == 1 { "sig" } else { names[2] },
        absent: if sig == 2 { "sig" } else { names[3] },
    }
}

proptest! {
    #![proptest_config(config(24))]

    #[test]
    fn the_first_check_that_fails_decides(
        link_names in shuffled(&LINK_NAMES[..4]), return_names in shuffled(&RETURN_NAMES[..5]),
        sig in 0..3_u8, empty in any::<bool>(), early in any::<bool>(), by in 0..1000_u64,
    ) {
        let workflow = workflow();
        let link = Link {
            uv: "unique".into(), src: "source".into(), reference: "record".into(), ts: NOW,
        };
        let mut values = link.values();
        values.push(hmac_sha256(SECRET, link.payload().as_bytes()));
        let parameters: Vec<_> = LINK_NAMES.into_iter().zip(values).collect();
        let names = faulty(&link_names, sig);
        for faults in choices().filter(|faults| !faults.contains(&Code::InvalidTemplate)) {
            let expect = |mut expect: ExpectLink<'static>, name, bad| {
                expect = match name {
                    "uv" => expect.unique_value(bad),
                    "src" => expect.source(bad),
                    "ref" => expect.reference(bad),
                    _ if bad == "|" => expect.timestamp(100_000_000_000),
                    _ => expect.timestamp(NOW + 1),
                };
                expect
            };
            let mut expected = ExpectLink::new();
            if faults.contains(&Code::UnexpectedValue) {
                expected = expect(expected, names.another, "another");
            }
            if faults.contains(&Code::InvalidField) {
                expected = expect(expected, names.expected, "|");
            }
            let query = query_with(&faults, &names, &parameters, empty);
            let verified = verify_link(&workflow, &*query, &expected, now(&faults, early, by));
            let wanted = first_of(&faults, &names, early).map_or(Ok(link.values()), Err);
            prop_assert_eq!(verified, wanted, "{:?} in {}", faults, query);
        }

        let done = Return {
            sub: "submission".into(), uv: "unique".into(), reference: "record".into(), cnt: 5,
            ts: NOW,
        };
        let mut values = done.values();
        values.push(hmac_sha256(SECRET, done.payload().as_bytes()));
        let parameters: Vec<_> = RETURN_NAMES.into_iter().zip(values).collect();
        let names = faulty(&return_names, sig);
        let broken = "https://a.example/{reference}{signature}";
        let broken = RedirectTemplate::parse(broken).unwrap();
        let plain = RedirectTemplate::parse("https://a.example").unwrap();
        for faults in choices() {
            let expect = |expect: ExpectReturn<'static>, name, bad| match name {
                "sub" => expect.submission_id(bad),
                "uv" => expect.unique_value(bad),
                "ref" => expect.reference(bad),
                "cnt" if bad == "|" => expect.photo_count(1 << 32),
                "cnt" => expect.photo_count(6),
                _ if bad == "|" => expect.timestamp(100_000_000_000),
                _ => expect.timestamp(NOW + 1),
            };
            let mut expected = ExpectReturn::new();
            if faults.contains(&Code::UnexpectedValue) {
                expected = expect(expected, names.another, "another");
            }
            if faults.contains(&Code::InvalidField) {
                expected = expect(expected, names.expected, "|");
            }
            let is_broken = faults.contains(&Code::InvalidTemplate);
            let template = if is_broken { &broken } else { &plain };
            let query = query_with(&faults, &names, &parameters, empty);
            let verified = verify_return(
                &workflow, &*query, Some(template), &expected, now(&faults, early, by),
            );
            let wanted = first_of(&faults, &names, early).map_or(Ok(done.values()), Err);
            prop_assert_eq!(verified, wanted, "{:?} in {}", faults, query);
        }
    }
}

#[test]
fn an_error_of_time_says_by_how_much() {
    let workflow = workflow().max_age(100).leeway(10);
    let link = Link {
        uv: "u".into(),
        src: "s".into(),
        reference: "r".into(),
        ts: NOW,
    };
    let url = link_url(&workflow, &link);
    let seconds = |now| {
        let verified = workflow.verify_link(&url, &ExpectLink::new(), now);
        verified.err().map(|error| (error.code(), error.seconds()))
    };
    assert_eq!(seconds(NOW + 100), None);
    assert_eq!(seconds(NOW + 101), Some((Code::Expired, Some(1))));
    assert_eq!(
        seconds(u64::MAX),
        Some((Code::Expired, Some(u64::MAX - NOW - 100)))
    );
    assert_eq!(seconds(NOW - 10), None);
    assert_eq!(seconds(NOW - 11), Some((Code::NotYetValid, Some(1))));
    assert_eq!(seconds(0), Some((Code::NotYetValid, Some(NOW - 10))));
    let workflow = workflow.max_age(u64::MAX).leeway(u64::MAX);
    for now in [0, u64::MAX] {
        assert!(workflow.verify_link(&url, &ExpectLink::new(), now).is_ok());
    }
}

// --- What has no say -------------------------------------------------------------------------

/// Parameters that are no message's own.
fn other_parameter() -> impl Strategy<Value = String> {
    let some = [
        "uv[]=1",
        "UV=1",
        "%zz=1",
        "%FF=%FF",
        "u%=1",
        "=",
        "=uv",
        "",
        "x",
        "x=%",
        "x=|",
        "+uv=1",
        "uv+=1",
        "uvv=1",
        "unique_value=1",
        "amp;uv=1",
        "sig;=1",
        "?uv=1",
        "/=1",
        "é=é",
        "%2575v=1",
        "si%67%00=1",
    ];
    prop_oneof![
        select(some.to_vec()).prop_map(str::to_owned),
        "x[a-z%+=?/]{0,8}",
    ]
}

/// Pieces of a query: some of the message's own parameters, right, wrong and twice.
fn pieces(url: &str) -> impl Strategy<Value = Vec<String>> {
    let mut pieces: Vec<_> = query_of(url).split('&').map(str::to_owned).collect();
    let own = pieces.len();
    for wrong in [
        "uv=", "ref=%zz", "ts=01", "sig=0", "%75v=1", "cnt=x", "sub=|", "src=%FF", "ts",
    ] {
        pieces.push(wrong.to_owned());
    }
    // Most often all of the message's own are there.
    let all = pieces[..own].to_vec();
    prop_oneof![
        2 => Just(all.clone()),
        1 => subsequence(pieces.clone(), 0..pieces.len()),
        2 => subsequence(pieces[own..].to_vec(), 1).prop_map(move |wrong| {
            all.iter().cloned().chain(wrong).collect()
        }),
    ]
}

fn dressed(url: &str) -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    (pieces(url), vec(other_parameter(), 0..4)).prop_flat_map(|(pieces, others)| {
        let all: Vec<_> = pieces.iter().cloned().chain(others).collect();
        (Just(pieces), Just(all).prop_shuffle())
    })
}

const A_LINK: &str = "?uv=ABC+123&src=z%C3%A9&ref=t%2F1&ts=1705500000&sig=";
const A_RETURN: &str = "?sub=pls_1&uv=ABC+123&ref=t%2F1&cnt=5&ts=1705500000&sig=";

fn a_link() -> String {
    A_LINK.to_owned() + &hmac_sha256(SECRET, "ABC 123|zé|t/1|1705500000".as_bytes())
}

fn a_return() -> String {
    A_RETURN.to_owned() + &hmac_sha256(SECRET, "pls_1|ABC 123|t/1|5|1705500000".as_bytes())
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn a_fragment_other_parameters_and_their_order_change_nothing(
        (link, link_dressed) in dressed(&a_link()),
        (done, return_dressed) in dressed(&a_return()),
        before in select(&["?", "/?", "/s/a?", "https://visiono.io/s/a?", "HTTP://x?"][..]),
        fragment in prop_oneof![Just(String::new()), text().prop_map(|text| format!("#{text}"))],
        now in NOW - 100..NOW + 100,
    ) {
        let workflow = workflow().max_age(60).leeway(60);
        let plain = |pieces: &[String]| format!("?{}", pieces.join("&"));
        let dressed = |pieces: &[String]| format!("{before}{}{fragment}", pieces.join("&"));
        let expect = ExpectLink::new();
        prop_assert_eq!(
            verify_link(&workflow, &*plain(&link), &expect, now),
            verify_link(&workflow, &*dressed(&link_dressed), &expect, now)
        );
        let expect = ExpectReturn::new();
        prop_assert_eq!(
            verify_return(&workflow, &*plain(&done), None, &expect, now),
            verify_return(&workflow, &*dressed(&return_dressed), None, &expect, now)
        );
        // And where a template says where the parameters are.
        let template = "https://a.example/?sub={submission_id}&uv={unique_value}&ref={reference}\
            &cnt={photo_count}&ts={timestamp}&sig={signature}";
        let template = RedirectTemplate::parse(template).unwrap();
        prop_assert_eq!(
            verify_return(&workflow, &*plain(&done), None, &expect, now),
            verify_return(&workflow, &*dressed(&return_dressed), Some(&template), &expect, now)
        );
    }
}

// --- Templates -------------------------------------------------------------------------------

/// Text of a template, as it may stand beside a placeholder: what is encoded can be decoded.
fn literal(tokens: &'static [&'static str]) -> impl Strategy<Value = String> {
    vec(select(tokens), 0..4).prop_map(|tokens| tokens.concat())
}

const PATH: [&str; 26] = [
    "a",
    "Z",
    "0",
    "-",
    ".",
    "_",
    "~",
    "+",
    "=",
    "&",
    ";",
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

/// One place of a template: a path segment or a parameter, with a placeholder or without.
#[derive(Clone, Debug)]
struct Place {
    in_path: bool,
    field: Option<Field>,
    path: (String, String),
    query: (String, String),
    name: String,
}

/// Templates that carry every field, and can be read back.
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
                // No two places may have one name; that it is a standard one doesn't matter.
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

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn extraction_is_the_inverse_of_expansion(text in template(), done in done()) {
        let workflow = workflow();
        let template = RedirectTemplate::parse(&text).unwrap();
        prop_assert!(template.missing().is_empty());
        prop_assert_eq!(template.check_extractable(), Ok(()));
        let url = match workflow.sign_return(&template, &done.fields()) {
            Ok(signed) => signed.to_string(),
            Err(error) => {
                // Only a path segment of dots can't be expanded.
                prop_assert_eq!(error.code(), Code::InvalidField);
                prop_assert!(done.values().iter().any(|value| [".", ".."].contains(&&**value)));
                return Err(TestCaseError::reject("a path segment of dots"));
            }
        };
        let expect = ExpectReturn::new();
        let verified = verify_return(&workflow, &*url, Some(&template), &expect, done.ts);
        prop_assert_eq!(verified, Ok(done.values()), "{}", url);
        // Behind a proxy, and without the fragment, which is not sent.
        let (_, rest) = url.split_once("://").unwrap();
        let path = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
        let sent = path.split('#').next().unwrap();
        if !sent.is_empty() {
            let verified = verify_return(&workflow, sent, Some(&template), &expect, done.ts);
            prop_assert_eq!(verified, Ok(done.values()), "{}", sent);
        }
    }
}

/// The property above has no template that makes one parameter twice: that can't be read back.
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
        ("https://a.example/é{reference}{signature}", 31),
        ("https://a.example/?{reference}=1", 19),
        ("https://a.example/?a=é%{reference}", 24),
    ] {
        let template = RedirectTemplate::parse(template).unwrap();
        let error = template.check_extractable().unwrap_err();
        assert_eq!(error.code(), Code::InvalidTemplate, "{template}");
        assert_eq!(error.position(), Some(position), "{template}");
    }
}

// --- Webhooks --------------------------------------------------------------------------------

const SIGNATURE_HEADERS: [&str; 4] = [
    "X-Visiono-Signature",
    "x-visiono-signature",
    "X-Webhook-Signature",
    "HTTP_X_WEBHOOK_SIGNATURE",
];

/// A webhook with the workflow's secret. No secret that Visiono shows is of both kinds, but a text
/// without a prefix can be given as either.
fn webhook() -> Webhook {
    Webhook::new(WebhookSecret::new(SECRET).unwrap()).unwrap()
}

fn signed(body: &[u8]) -> String {
    format!("sha256={}", hmac_sha256(SECRET, body))
}

/// JSON of any kind, in which every text may be one that something could trip over.
fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<u64>().prop_map(Json::from),
        prop::num::f64::NORMAL.prop_map(Json::from),
        json_text().prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 32, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::hash_map(json_text(), inner, 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn json_text() -> impl Strategy<Value = String> {
    let odd = [
        "event",
        "timestamp",
        "data",
        "__proto__",
        "",
        "\0",
        "\u{1f}\"\\/\u{7f}",
        "|",
        "a|b|c|1705500000",
        "{\"event\":\"a\"}",
    ];
    prop_oneof![
        2 => text(),
        1 => select(odd.to_vec()).prop_map(str::to_owned),
        1 => vec(any::<char>(), 0..8).prop_map(String::from_iter),
    ]
}

/// An event: the members of its object, `data` among them.
fn event() -> impl Strategy<Value = Json> {
    let others = prop::collection::hash_map(json_text(), json(), 0..3);
    (json_text(), json(), others).prop_map(|(name, data, others)| {
        let mut body = Json::Object(others.into_iter().collect());
        body["event"] = name.into();
        body["data"] = data;
        body
    })
}

/// The bytes with one dropped, one put in, and one changed, at every place.
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
        let webhook = webhook().freshness(false);
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
    fn duplicates_are_told_by_the_body_alone(
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
        for verified in [webhook.verify_headers(&body, &all), webhook.verify(&body, Some(&header))] {
            let verified = verified.unwrap();
            prop_assert_eq!(verified.dedup_key(), &key);
            // The first of equal secrets matches.
            prop_assert_eq!(&secrets[verified.secret_index()], &secrets[index]);
        }
    }
}

/// The texts, one of which stands before each `|` that is taken for a separator.
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

/// Starts of JSON that an event could have, and that a field may hold.
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

    // With one secret for both, a link's, a return's and a webhook's signature over the same bytes
    // are the same: HMAC knows no purpose. What separates them is that no bytes are both. A payload
    // ends in the decimal digits of its time, and a JSON object in a brace (or white space after
    // it), whatever the fields and the members are. So `receive` accepts no payload, and no link
    // or return can be made whose payload is a body that `receive` accepts.

    #[test]
    fn no_payload_is_received_as_a_webhook(
        mut link in link(), mut done in done(), start in json_start(), end in json_start(),
        name in select(&SIGNATURE_HEADERS[..]), now in prop_oneof![Just(NOW), any::<u64>()],
        freshness in any::<bool>(),
    ) {
        (link.uv, link.reference) = (start.clone(), end.clone());
        (done.sub, done.reference) = (start, end);
        let workflow = workflow();
        let webhook = webhook().freshness(freshness);
        for (payload, url) in [
            (link.payload(), link_url(&workflow, &link)),
            (done.payload(), return_url(&workflow, &done)),
        ] {
            let (_, sig) = url.split_once("sig=").unwrap();
            let header = format!("sha256={sig}");
            // The signature alone would do, which is why an integrator's call is `receive`.
            prop_assert!(webhook.verify(payload.as_bytes(), Some(&header)).is_ok());
            let headers = WebhookHeaders::from_iter([(name, &header)]);
            let refused = webhook.receive(payload.as_bytes(), &headers, now).unwrap_err();
            prop_assert_eq!(refusal(refused), (Code::MalformedParameter, vec!["body"]));
        }
    }

    #[test]
    fn no_webhook_is_verified_as_a_link_or_a_return(
        event in event(), parts in vec("[a1|]{0,3}", 0..3), space in select(&["", " ", "\n\r\t "][..]),
    ) {
        // An event with separators where a payload has them, and digits at the end of a text.
        let mut event = event;
        event["parts"] = parts.into();
        event["z"] = "|a|b|1|1705500000".into();
        let body = format!("{event}{space}");
        let header = signed(body.as_bytes());
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        let webhook = webhook().freshness(false);
        prop_assert!(webhook.receive(body.as_bytes(), &headers, NOW).is_ok());

        let workflow = workflow().max_age(u64::MAX).leeway(u64::MAX);
        for sig in [header.trim_start_matches("sha256="), &header] {
            for fields in splits(&body, 4) {
                let values = fields.into_iter().chain([sig]);
                let pairs: Vec<_> = LINK_NAMES.into_iter().zip(values).collect();
                let refused = verify_link(&workflow, pairs.as_slice(), &ExpectLink::new(), NOW);
                let (code, names) = refused.unwrap_err();
                let is_malformed = code == Code::MalformedParameter && !names.is_empty();
                prop_assert!(is_malformed || code == Code::MissingParameter, "{:?}", pairs);
            }
            for fields in splits(&body, 5) {
                let values = fields.into_iter().chain([sig]);
                let pairs: Vec<_> = RETURN_NAMES.into_iter().zip(values).collect();
                let expect = ExpectReturn::new();
                let refused = verify_return(&workflow, pairs.as_slice(), None, &expect, NOW);
                let (code, names) = refused.unwrap_err();
                let is_malformed = code == Code::MalformedParameter && !names.is_empty();
                prop_assert!(is_malformed || code == Code::MissingParameter, "{:?}", pairs);
            }
        }
    }
}

/// A time as in RFC 3339, at an offset in minutes. The calendar is that of Howard Hinnant's
/// `civil_from_days`, not the core's.
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
        // From the second day of year 1 to the last but one of year 9999, wherever on Earth.
        time in prop_oneof![-62_135_510_400..253_402_214_400_i64, 1_700_000_000..1_800_000_000_i64],
        offset in prop_oneof![Just(0_i64), -1439..1440_i64],
        fraction in prop_oneof![Just(String::new()), "[.][0-9]{1,12}"],
        t in select(&['T', 't'][..]), z in select(&["Z", "z", "-00:00", "+00:00"][..]),
        (max_age, leeway) in (0..20_000_u64, 0..20_000_u64),
        age in -40_000..40_000_i64, other in 0..1_u64 << 62, by_age in any::<bool>(),
    ) {
        let now = time.checked_add(age).and_then(|now| u64::try_from(now).ok());
        let now = now.filter(|_| by_age).unwrap_or(other);
        let age = i64::try_from(now).unwrap() - time;
        let timestamp = rfc3339(time, offset, &fraction, t, z);
        let body = json!({ "event": "a", "timestamp": timestamp }).to_string();
        let header = signed(body.as_bytes());
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        let webhook = webhook().max_age(max_age).leeway(leeway);

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
        let whenever = webhook.freshness(false).receive(body.as_bytes(), &headers, now);
        prop_assert_eq!(whenever.unwrap().event_time(), Some(time));
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn what_was_written_is_received(event in event(), pretty in any::<bool>()) {
        let body = if pretty {
            serde_json::to_vec_pretty(&event).unwrap()
        } else {
            serde_json::to_vec(&event).unwrap()
        };
        let header = signed(&body);
        let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
        let delivery = webhook().freshness(false).receive(&body, &headers, 0).unwrap();
        prop_assert_eq!(delivery.event_name(), event["event"].as_str().unwrap());
        prop_assert_eq!(&delivery.data_as::<Json>().unwrap(), &event["data"]);
        prop_assert_eq!(delivery.body().as_bytes(), &body);
    }
}

// --- No panic --------------------------------------------------------------------------------

/// Any text, most often made of what means something somewhere.
fn any_text() -> impl Strategy<Value = String> {
    let tokens = [
        "https://",
        "HTTP://",
        "localhost",
        "[::1]",
        "127.0.0.1",
        "a.example",
        ":",
        ":80",
        "@",
        "/",
        "//",
        "?",
        "#",
        "&",
        "=",
        "%",
        "%4",
        "%C3",
        "%A9",
        "%zz",
        "%00",
        "%7C",
        "|",
        "+",
        " ",
        "{",
        "}",
        "{}",
        "{reference}",
        "{signature}",
        "{unique_value}",
        "{photo_count}",
        "{nope}",
        "uv",
        "src",
        "ref",
        "ts",
        "sig",
        "sub",
        "cnt",
        "%75v",
        "sha256=",
        "0",
        "01",
        "-1",
        "5",
        "1705500000",
        "99999999999",
        "18446744073709551616",
        ".",
        "..",
        "é",
        "漢",
        "🙂",
        "\u{301}",
        "\0",
        "\n",
        "\u{7f}",
        "\u{85}",
        "\u{feff}",
        "\\",
        "[",
        "]",
        "whsec_",
        "vsk_",
        "0123456789abcdef",
        "41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04a",
    ];
    prop_oneof![
        4 => vec(select(tokens.to_vec()), 0..24).prop_map(|tokens| tokens.concat()),
        1 => vec(any::<u8>(), 0..64).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
        1 => vec(any::<char>(), 0..32).prop_map(String::from_iter),
    ]
}

/// A good message with some of it cut out and something else put in.
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

    /// Nothing is asserted of the results: that there is one is all.
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
                        verify_link(&workflow, &*signed.to_string(), &ExpectLink::new(), now)
                    });
                }
                format!("{url} {url:?}")
            });
        }

        let expect_link = Field::ALL.into_iter().fold(ExpectLink::new(), |expect, field| {
            expect.field(field, &other).unwrap_or(expect)
        });
        let expect_return = Field::ALL.into_iter().fold(ExpectReturn::new(), |expect, field| {
            expect.field(field, &other).unwrap_or(expect)
        });
        let pairs = [("uv", one.as_str()), (&other, &one), ("sig", &other), ("ts", "1")];
        for input in [Input::from(&one), Input::from(&pairs)] {
            for expect in [ExpectLink::new(), expect_link, ExpectLink::new().timestamp(numbers.1)] {
                let _ = workflow.verify_link(input, &expect, now).map_err(show);
            }
            for expect in [ExpectReturn::new(), expect_return] {
                let _ = workflow.verify_return(input, None, &expect, now).map_err(show);
                for template in [RedirectTemplate::parse(&other), RedirectTemplate::parse(&one)] {
                    let _ = template.map_err(show).map(|template| {
                        let _ = template.check_extractable().map_err(show);
                        let _ = workflow.verify_return(input, Some(&template), &expect, now);
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
        let _ = field_number(signed);
        prop_assert_eq!(field_number(numbers.0.into()), numbers.0);
        let webhook = Webhook::new(WebhookSecret::new(SECRET).unwrap()).unwrap();
        let _ = webhook.verify(&bytes, Some(&one)).map_err(show);
        let _ = webhook.verify(&bytes, None).map_err(show);
    }
}

/// A body that is an event, or nearly one, or anything.
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
        body in any_body(), is_signed in any::<bool>(), freshness in any::<bool>(),
        headers in vec((prop_oneof![
            vec(any::<u8>(), 0..16),
            select(&SIGNATURE_HEADERS[..]).prop_map(|name| name.as_bytes().to_vec()),
        ], vec(any::<u8>(), 0..80)), 0..3),
        numbers in (any::<u64>(), any::<u64>(), any::<u64>()),
    ) {
        let webhook = webhook().max_age(numbers.0).leeway(numbers.1).freshness(freshness);
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
                // What is no JSON object with a text event never comes this far.
                let parsed: Json = serde_json::from_slice(&body).unwrap();
                prop_assert_eq!(&parsed["event"], delivery.event_name());
                let _ = (delivery.event(), delivery.event_time(), delivery.is_test());
                let _ = (delivery.link(), delivery.data_as::<EventData>().is_ok());
                let _ = (delivery.unauthenticated_delivery_id(), format!("{delivery:?}"));
            }
        }
        for time in [None, Some(i64::MIN), Some(i64::MAX), Some(numbers.2 as i64)] {
            let _ = webhook.check_time(time, numbers.2);
        }
    }
}
