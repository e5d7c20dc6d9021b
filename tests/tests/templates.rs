//! Tests redirect templates, in forms that the vectors lack. Each test detects a change of the code
//! that the vectors don't.

use conformance::sample::{RETURN, signed_return, verify_return, workflow};
use visiono_workflow::{Code, ExpectReturn, Field, RedirectTemplate, ReturnFields};

const NONE: ExpectReturn<'_> = ExpectReturn::new();

#[test]
fn a_name_after_a_semicolon_in_a_value_of_the_template_counts() {
    let template = "https://a.example/?s={submission_id}&u={unique_value}&r={reference}\
        &c={photo_count}&t={timestamp}&h={signature}";
    let url = signed_return(template);
    assert_eq!(
        verify_return(&url, Some(template), &NONE),
        Ok("ticket-456".into())
    );
    let split = url.replace("s=pls_123", "s=pls_123;r=ticket-999");
    let refused = Err((Code::DuplicateParameter, vec!["ref"]));
    assert_eq!(verify_return(&split, Some(template), &NONE), refused);
}

#[test]
fn a_member_of_a_name_counts_in_each_form_of_the_name() {
    let template = "https://a.example/?s={submission_id}&u={unique_value}&a.b={reference}\
        &c={photo_count}&t={timestamp}&h={signature}";
    let url = signed_return(template);
    for (name, is_alike) in [
        ("a_b.c", true),
        ("a.c", true),
        ("b.c", false),
        ("a_c", false),
    ] {
        let done = verify_return(&format!("{url}&{name}=x"), Some(template), &NONE);
        let code = done.err().map(|(code, _)| code);
        let wanted = is_alike.then_some(Code::DuplicateParameter);
        assert_eq!(code, wanted, "{name}");
    }
}

#[test]
fn a_name_before_the_query_counts_unless_the_path_is_compared() {
    let is_extractable = |text: &str| {
        let template = RedirectTemplate::parse(text).unwrap();
        template.check_extractable().is_ok()
    };
    assert!(!is_extractable("https://a.example/x&r=1?r={reference}"));
    assert!(!is_extractable("https://a.example/x;r=1?r={reference}"));
    assert!(is_extractable("https://a.example/x&q=1?r={reference}"));
    assert!(is_extractable(
        "https://a.example/{reference}/x&u=1?u={unique_value}"
    ));
}

#[test]
fn a_broken_escape_in_a_segment_is_kept() {
    for (segment, climbs) in [
        ("{reference}", true),
        ("{reference}%", false),
        ("{reference}%2", false),
        ("%{reference}", false),
        ("%2e{reference}", false),
        ("{reference};%", true),
    ] {
        let template = format!("https://a.example/{segment}/done");
        let fields = ReturnFields {
            reference: "..",
            ..RETURN
        };
        let signed = workflow().sign_return(&*template, &fields);
        assert_eq!(signed.is_err(), climbs, "{segment}");
    }
}

#[test]
fn a_template_has_the_fields_with_a_placeholder() {
    let text = "https://a.example/{reference}?s={submission_id}#{signature}";
    let template = RedirectTemplate::parse(text).unwrap();
    let placeholders = template.placeholders();
    let names: Vec<_> = placeholders.iter().map(Field::long_name).collect();
    assert_eq!(names, ["submission_id", "reference", "signature"]);
    assert_eq!(template.to_string(), text);
    let in_path = template.placeholders_in_path();
    assert!(in_path.iter().eq([Field::Reference]));
    let plain = RedirectTemplate::parse("https://a.example/done").unwrap();
    assert!(plain.placeholders_in_path().is_empty());
}

#[test]
fn the_recommended_template_ties_a_return_to_its_address() {
    const RECOMMENDED: &str = "https://app.example/tickets/{reference}/done?sub={submission_id}\
        &uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";
    let template = RedirectTemplate::parse(RECOMMENDED).unwrap();
    assert!(template.missing().is_empty());
    assert_eq!(template.check_extractable(), Ok(()));
    let signed = |reference: &'static str| {
        let fields = ReturnFields {
            reference,
            ..RETURN
        };
        let url = workflow().sign_return(&template, &fields).unwrap();
        url.to_string()
    };
    let verify = |url: &str, ticket: &'static str| {
        verify_return(url, Some(RECOMMENDED), &NONE.reference(ticket))
    };
    for ticket in ["ticket-456", "2024/0815", "50%", "a b+c&d=e?f#g", "日本;x"] {
        let url = signed(ticket);
        assert_eq!(verify(&url, ticket), Ok(ticket.into()));
        // As a server receives it, and behind another host.
        let target = url.strip_prefix("https://app.example").unwrap();
        assert_eq!(verify(target, ticket), Ok(ticket.into()));
        let other = format!("http://proxy.example:8080{target}");
        assert_eq!(verify(&other, ticket), Ok(ticket.into()));
        let unexpected = Err((Code::UnexpectedValue, vec!["ref"]));
        assert_eq!(verify(&url, "ticket-457"), unexpected);
    }
    // Two concurrent tickets: the return of each is only valid at its own address.
    let url = signed("ticket-456");
    let moved = url.replace("/tickets/ticket-456/", "/tickets/ticket-457/");
    let duplicate = Err((Code::DuplicateParameter, vec!["ref"]));
    for ticket in ["ticket-456", "ticket-457"] {
        assert_eq!(verify(&moved, ticket), duplicate);
    }
    // A path that a framework decoded, or without its prefix.
    let all = ["sub", "uv", "ref", "cnt", "ts", "sig"];
    let decoded = signed("2024/0815").replace("/2024%2F0815/", "/2024/0815/");
    for url in [&decoded, &url.replace("/tickets", "")] {
        let missing = Err((Code::MissingParameter, all.to_vec()));
        assert_eq!(verify(url, "2024/0815"), missing);
    }
}

#[test]
fn the_first_and_the_last_of_a_hundred_parameters_are_read_once() {
    let literals: String = (0..94)
        .map(|number| format!("&l{number}={number}"))
        .collect();
    let template = format!(
        "https://a.example/?s={{submission_id}}{literals}&u={{unique_value}}&r={{reference}}\
            &c={{photo_count}}&t={{timestamp}}&h={{signature}}"
    );
    let url = signed_return(&template);
    let verify = |url: &str| verify_return(url, Some(&template), &NONE);
    assert_eq!(verify(&url), Ok("ticket-456".into()));
    let all = Field::ALL
        .into_iter()
        .filter(|field| *field != Field::Source);
    let missing = Err((Code::MissingParameter, all.map(Field::short_name).collect()));
    let (_, signature) = url.split_once("&h=").unwrap();
    for (again, refused) in [
        ("&s=pls_123", Err((Code::DuplicateParameter, vec!["sub"]))),
        (
            &*format!("&h={signature}"),
            Err((Code::DuplicateParameter, vec!["sig"])),
        ),
        ("&l93=93", missing.clone()),
    ] {
        assert_eq!(verify(&format!("{url}{again}")), refused, "{again}");
    }
    for literal in ["&l0=0", "&l93=93"] {
        assert_eq!(verify(&url.replacen(literal, "", 1)), missing, "{literal}");
    }
}

#[test]
fn a_literal_that_is_split_must_arrive_split() {
    let template = "https://a.example/?l=1;z=2&s={submission_id}&u={unique_value}&r={reference}\
        &c={photo_count}&t={timestamp}&h={signature}";
    let url = signed_return(template);
    assert_eq!(
        verify_return(&url, Some(template), &NONE),
        Ok("ticket-456".into())
    );
    // The same text once decoded, but without the name that some decoders find.
    let whole = url.replace("l=1;z=2", "l=1%3Bz=2");
    let refused = verify_return(&whole, Some(template), &NONE);
    assert_eq!(
        refused.err().map(|(code, _)| code),
        Some(Code::MissingParameter)
    );
}
