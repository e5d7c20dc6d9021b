//! The order of the checks: the first failing one decides.

use proptest::prelude::*;
use visiono_workflow::{Code, ExpectLink, ExpectReturn, RedirectTemplate};

use crate::strategies::*;

/// The possible faults of a message and its verification, in the order of the checks.
const FAULTS: [Code; 9] = [
    Code::InvalidArgument,
    Code::InvalidTemplate,
    Code::InvalidField,
    Code::DuplicateParameter,
    Code::MissingParameter,
    Code::MalformedParameter,
    Code::InvalidSignature,
    Code::Expired,
    Code::UnexpectedValue,
];

/// The names of signed fields with a fault, all different.
struct Faulty {
    expected: &'static str,
    twice: &'static str,
    absent: &'static str,
    malformed: &'static str,
    another: &'static str,
}

/// Returns a query of these parameters, some of them with faults.
fn query_with(
    faults: &[Code],
    faulty: &Faulty,
    parameters: &[(&'static str, String)],
    empty: bool,
    alike: bool,
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
            let name = if alike {
                name.to_uppercase()
            } else {
                (*name).to_owned()
            };
            query += &format!("{name}={value}&");
        }
        query += &format!("{name}={value}&");
    }
    query
}

/// Returns the error that verification must return: the first fault, and its name.
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

/// Returns a time at which a message of [`NOW`] is valid, too old or early.
fn now(faults: &[Code], early: bool, by: u64) -> u64 {
    if faults.contains(&Code::InvalidArgument) {
        return 100_000_000_000 + by;
    }
    match (faults.contains(&Code::Expired), early) {
        (false, _) => NOW,
        (true, false) => NOW + 3601 + by,
        (true, true) => NOW - 61 - by,
    }
}

/// Returns every selection of faults, in the order of the checks.
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

/// Assigns a name to each fault. The signature is never malformed and can't be expected, but may be
/// duplicated or missing.
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
        sig in 0..3_u8, empty in any::<bool>(), alike in any::<bool>(),
        early in any::<bool>(), by in 0..1000_u64,
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
            let query = query_with(&faults, &names, &parameters, empty, alike);
            let verified = verify_link(&workflow, &*query, now(&faults, early, by), &expected);
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
            let query = query_with(&faults, &names, &parameters, empty, alike);
            let verified = verify_return(
                &workflow, &*query, Some(template), now(&faults, early, by), &expected,
            );
            let wanted = first_of(&faults, &names, early).map_or(Ok(done.values()), Err);
            prop_assert_eq!(verified, wanted, "{:?} in {}", faults, query);
        }
    }
}

#[test]
fn a_time_error_has_the_seconds_of_the_difference() {
    let workflow = workflow().max_age(100).leeway(10);
    let link = Link {
        uv: "u".into(),
        src: "s".into(),
        reference: "r".into(),
        ts: NOW,
    };
    let url = link_url(&workflow, &link);
    let seconds = |now| {
        let verified = workflow.verify_link(&url, now, &ExpectLink::new());
        verified.err().map(|error| (error.code(), error.seconds()))
    };
    assert_eq!(seconds(NOW + 100), None);
    assert_eq!(seconds(NOW + 101), Some((Code::Expired, Some(1))));
    let last = 99_999_999_999;
    assert_eq!(seconds(last), Some((Code::Expired, Some(last - NOW - 100))));
    assert_eq!(seconds(last + 1), Some((Code::InvalidArgument, None)));
    assert_eq!(seconds(u64::MAX), Some((Code::InvalidArgument, None)));
    assert_eq!(seconds(NOW - 10), None);
    assert_eq!(seconds(NOW - 11), Some((Code::NotYetValid, Some(1))));
    assert_eq!(seconds(0), Some((Code::NotYetValid, Some(NOW - 10))));
    let workflow = workflow.max_age(u64::MAX).leeway(u64::MAX);
    for now in [0, last] {
        assert!(workflow.verify_link(&url, now, &ExpectLink::new()).is_ok());
    }
}
