//! Verification returns the signed values, and nothing else.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use visiono_workflow::{ExpectLink, ExpectReturn};

use crate::strategies::*;

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn verification_returns_the_signed_values(link in link(), done in done()) {
        let workflow = workflow();
        let url = link_url(&workflow, &link);
        let expect = ExpectLink::new().unique_value(&link.uv).source(&link.src)
            .reference(&link.reference).timestamp(link.ts);
        for expect in [ExpectLink::new(), expect] {
            for input in [url.as_str(), query_of(&url)] {
                prop_assert_eq!(verify_link(&workflow, input, link.ts, &expect), Ok(link.values()));
            }
        }
        let verified = workflow.verify_link(&url, link.ts, &ExpectLink::new()).unwrap();
        prop_assert_eq!(verified.unique_value(), link.uv.as_str());
        prop_assert_eq!(verified.source().to_cow(), link.src.as_str());
        prop_assert_eq!(String::from_iter(verified.reference().chars()), link.reference);

        let url = return_url(&workflow, &done);
        let expect = ExpectReturn::new().submission_id(&done.sub).unique_value(&done.uv)
            .reference(&done.reference).photo_count(done.cnt.into()).timestamp(done.ts);
        for expect in [ExpectReturn::new(), expect] {
            for input in [url.as_str(), query_of(&url)] {
                prop_assert_eq!(
                    verify_return(&workflow, input, None, done.ts, &expect), Ok(done.values())
                );
            }
        }
    }
}

/// Returns the decoded values of the parameters with these names, as another decoder reads them;
/// `None` for a value with a malformed `%`, which that decoder keeps.
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

/// Returns a query with one byte dropped, doubled, changed or moved.
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

/// An ASCII byte, usually one with a meaning in a query.
fn ascii() -> impl Strategy<Value = u8> {
    prop_oneof![0..128_u8, select(b"%+&=#?|0123456789abcdefABCDEF".to_vec())]
}

/// Checks that a changed message is refused if a decoded value differs, and has the same result
/// otherwise.
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
            verify_link(&workflow, &*format!("/s/a?{query}"), link.ts, &ExpectLink::new())
        })?;
        let url = return_url(&workflow, &done);
        check_changed(query_of(&url), &RETURN_NAMES, &others, &targets, |query| {
            verify_return(&workflow, &*format!("?{query}"), None, done.ts, &ExpectReturn::new())
        })?;
    }
}

/// Tests the same for one short link, with every ASCII byte at every position.
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
            link.ts,
            &ExpectLink::new(),
        )
    })
    .unwrap();
}
