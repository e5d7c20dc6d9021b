//! Tests the values that can be expected of a message, and their texts.

use conformance::sample::{LINK_QUERY, RETURN_QUERY, RETURN_TIME as NOW, workflow};
use visiono_workflow::{Code, ExpectLink, ExpectReturn, Field};

#[test]
fn only_signed_fields_can_be_expected() {
    for field in Field::ALL {
        let text = if [Field::Timestamp, Field::PhotoCount].contains(&field) {
            "5"
        } else {
            "a"
        };
        let of_link = ExpectLink::new().field(field, Some(text.into()));
        let of_return = ExpectReturn::new().field(field, Some(text.into()));
        let (in_link, in_return) = match field {
            Field::UniqueValue | Field::Reference | Field::Timestamp => (true, true),
            Field::Source => (true, false),
            Field::SubmissionId | Field::PhotoCount => (false, true),
            Field::Signature => (false, false),
        };
        assert_eq!(of_link.is_ok(), in_link, "{field:?}");
        assert_eq!(of_return.is_ok(), in_return, "{field:?}");
        for error in [of_link.err(), of_return.err()].into_iter().flatten() {
            assert_eq!(error.code(), Code::InvalidArgument, "{field:?}");
        }
    }
}

/// Tests that each value is compared with its own parameter, however it was passed.
#[test]
fn a_value_passed_as_text_is_the_same_value() {
    let workflow = workflow();
    let link = |expect: ExpectLink<'_>| {
        let verified = workflow.verify_link(LINK_QUERY, NOW, &expect);
        verified
            .map(|_| ())
            .map_err(|error| error.parameters().collect::<Vec<_>>())
    };
    for (field, good, bad) in [
        (Field::UniqueValue, "ABC123", "ABC"),
        (Field::Source, "zendesk", "Zendesk"),
        (Field::Reference, "ticket-456", "ticket-457"),
        (Field::Timestamp, "1705500000", "1705500001"),
    ] {
        let expect = |text: &'static str| {
            ExpectLink::default()
                .field(field, Some(text.into()))
                .unwrap()
        };
        assert_eq!(link(expect(good)), Ok(()));
        assert_eq!(link(expect(bad)), Err(vec![field.short_name()]));
    }
    assert_eq!(link(ExpectLink::new().source("a")), Err(vec!["src"]));
    assert_eq!(link(ExpectLink::new().timestamp(5)), Err(vec!["ts"]));

    let done = |expect: ExpectReturn<'_>| {
        let verified = workflow.verify_return(RETURN_QUERY, None, NOW, &expect);
        verified
            .map(|_| ())
            .map_err(|error| error.parameters().collect::<Vec<_>>())
    };
    for (field, good, bad) in [
        (Field::SubmissionId, "pls_123", "pls_124"),
        (Field::UniqueValue, "ABC123", "ABC"),
        (Field::Reference, "ticket-456", "ticket-457"),
        (Field::PhotoCount, "5", "6"),
        (Field::Timestamp, "1705500100", "1705500101"),
    ] {
        let expect = |text: &'static str| {
            ExpectReturn::default()
                .field(field, Some(text.into()))
                .unwrap()
        };
        assert_eq!(done(expect(good)), Ok(()));
        assert_eq!(done(expect(bad)), Err(vec![field.short_name()]));
    }
    assert_eq!(
        done(ExpectReturn::new().submission_id("a")),
        Err(vec!["sub"])
    );
    assert_eq!(done(ExpectReturn::new().photo_count(4)), Err(vec!["cnt"]));
    assert_eq!(done(ExpectReturn::new().timestamp(5)), Err(vec!["ts"]));
}

/// Tests that the caller's mistakes are reported in the order of the message, before any fault of
/// the message.
#[test]
fn the_first_value_that_cannot_be_expected_is_named() {
    let workflow = workflow();
    for field in [Field::Timestamp, Field::PhotoCount] {
        for text in [
            "x",
            "-1",
            "05",
            "",
            "18446744073709551615",
            "18446744073709551616",
        ] {
            let expect = ExpectReturn::new().field(field, Some(text.into())).unwrap();
            let error = workflow.verify_return("", None, NOW, &expect).unwrap_err();
            assert_eq!(error.code(), Code::InvalidField, "{text}");
            assert!(error.parameters().eq([field.short_name()]), "{text}");
            let expect = expect.unique_value("|");
            let error = workflow.verify_return("", None, NOW, &expect).unwrap_err();
            assert!(error.parameters().eq(["uv"]), "{text}");
        }
    }
}
