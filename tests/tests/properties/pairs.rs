//! Pairs that a framework decoded.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use visiono_workflow::{Code, ExpectLink, ExpectReturn, Input, RedirectTemplate};

use crate::strategies::*;

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn decoded_pairs_are_read_unchanged(link in link(), done in done()) {
        let workflow = workflow();
        let sig = hmac_sha256(SECRET, link.payload().as_bytes());
        let mut values = link.values();
        values.push(sig);
        let pairs: Vec<_> = LINK_NAMES.into_iter().zip(values.iter().map(String::as_str)).collect();
        let verified = verify_link(&workflow, pairs.as_slice(), link.ts, &ExpectLink::new());
        prop_assert_eq!(verified, Ok(link.values()));
        let twice = [pairs.as_slice(), &pairs[..1]].concat();
        let verified = verify_link(&workflow, twice.as_slice(), link.ts, &ExpectLink::new());
        prop_assert_eq!(verified, Err((Code::DuplicateParameter, vec!["uv"])));

        let sig = hmac_sha256(SECRET, done.payload().as_bytes());
        let mut values = done.values();
        values.push(format!("v1={sig}"));
        let template = "https://a.example/?%73ub={submission_id}&uv={unique_value}&ref={reference}\
            &cnt={photo_count}&ts={timestamp}&sig=v1={signature}";
        let template = RedirectTemplate::parse(template).unwrap();
        let pairs: Vec<_> = RETURN_NAMES.into_iter().zip(values.iter().map(String::as_str)).collect();
        let verified = verify_return(
            &workflow, pairs.as_slice(), Some(&template), done.ts, &ExpectReturn::new(),
        );
        prop_assert_eq!(verified, Ok(done.values()));
    }
}

/// A name of a pair: one of a return's, a look-alike of one, or another.
fn pair_name() -> impl Strategy<Value = String> {
    let own = select(RETURN_NAMES.to_vec());
    let beside = select(
        [
            "", "[]", "[0]", ".", ".x", " ", "\t", "\0", "\0x", "]", "[", ";", "&", "=", "%", "+",
            "é",
        ]
        .to_vec(),
    );
    prop_oneof![
        2 => own.clone().prop_map(str::to_owned),
        2 => (beside.clone(), own, beside).prop_map(|(before, own, after)| {
            format!("{before}{own}{after}")
        }),
        1 => any_text(),
        1 => Just("utm_source".to_owned()),
    ]
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn pairs_are_read_as_the_text_that_encodes_them(
        done in done(), others in vec((pair_name(), text()), 0..4), keep in vec(any::<bool>(), 6),
        order in any::<u64>(), expected in any::<bool>(),
    ) {
        let workflow = workflow();
        let sig = hmac_sha256(SECRET, done.payload().as_bytes());
        let values = done.values().into_iter().chain([sig]);
        let own = RETURN_NAMES.into_iter().map(str::to_owned).zip(values);
        // Usually all of the message's own parameters.
        let own = own.zip(keep).filter(|(_, keep)| *keep || order % 2 == 0).map(|(own, _)| own);
        // A raw '?' or '#' before a name is doubtful; an encoded one is not.
        let others = others.into_iter().filter(|(name, _)| !name.contains(['?', '#']));
        let mut pairs: Vec<(String, String)> = own.chain(others).collect();
        let len = pairs.len().max(1);
        pairs.rotate_left(order as usize % len);
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let text: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let text = format!("?{}", text.join("&"));
        let expect = ExpectReturn::new();
        let expect = if expected {
            expect.reference(&done.reference).photo_count(done.cnt.into())
        } else {
            expect
        };
        let from_text = verify_return(&workflow, &*text, None, done.ts, &expect);

        let borrowed: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        let from_pairs = verify_return(&workflow, borrowed.as_slice(), None, done.ts, &expect);
        prop_assert_eq!(&from_pairs, &from_text, "{}", text);
        let decoded: Vec<_> =
            borrowed.iter().map(|(name, value)| (name.as_bytes(), Some(value.as_bytes()))).collect();
        let input = Input::from(decoded.as_slice());
        let from_decoded = verify_return(&workflow, input, None, done.ts, &expect);
        prop_assert_eq!(&from_decoded, &from_text, "{}", text);
    }

    #[test]
    fn a_value_that_is_not_text_is_malformed_in_a_field_and_ignored_elsewhere(
        done in done(), field in 0..6_usize, other in "[a-z]{4,8}", at in 0..7_usize,
    ) {
        let workflow = workflow();
        let sig = hmac_sha256(SECRET, done.payload().as_bytes());
        let values: Vec<_> = done.values().into_iter().chain([sig]).collect();
        let mut pairs: Vec<(&[u8], Option<&[u8]>)> = RETURN_NAMES
            .into_iter()
            .zip(&values)
            .map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())))
            .collect();
        pairs.insert(at, (other.as_bytes(), None));
        let expect = ExpectReturn::new();
        let verified = verify_return(&workflow, pairs.as_slice(), None, done.ts, &expect);
        prop_assert_eq!(verified, Ok(done.values()));

        let name = RETURN_NAMES[field];
        for pair in &mut pairs {
            if pair.0 == name.as_bytes() {
                pair.1 = None;
            }
        }
        let verified = verify_return(&workflow, pairs.as_slice(), None, done.ts, &expect);
        // A signature is never malformed.
        let refused = match name {
            "sig" => (Code::InvalidSignature, vec![]),
            name => (Code::MalformedParameter, vec![name]),
        };
        prop_assert_eq!(verified, Err(refused.clone()));
        // Next to the text it is a second occurrence.
        pairs.push((name.as_bytes(), Some(b"1")));
        let verified = verify_return(&workflow, pairs.as_slice(), None, done.ts, &expect);
        prop_assert_eq!(verified, Err((Code::DuplicateParameter, vec![name])));
    }
}
