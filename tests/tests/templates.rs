//! Redirect templates, in forms that the vectors lack. Each test catches a change of the code that
//! the vectors don't.

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
fn a_broken_escape_in_a_segment_stands_for_itself() {
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
fn a_template_says_which_fields_have_a_placeholder() {
    let text = "https://a.example/{reference}?s={submission_id}#{signature}";
    let template = RedirectTemplate::parse(text).unwrap();
    let placeholders = template.placeholders();
    let names: Vec<_> = placeholders.iter().map(Field::long_name).collect();
    assert_eq!(names, ["submission_id", "reference", "signature"]);
    assert_eq!(template.to_string(), text);
}
