//! Tests names that only some decoders take for one of the message's, in forms that the vectors
//! lack. Each test detects a change of the code that the vectors don't.

use conformance::sample::{LINK_QUERY, LINK_TIME, workflow};
use visiono_workflow::{Code, Error, ExpectLink, LinkUrl, RedirectTemplate, WorkflowSecret};

fn verify(query: &str) -> Result<(), Error> {
    workflow()
        .verify_link(query, LINK_TIME, &ExpectLink::new())
        .map(|_| ())
}

fn is_extractable(query: &str) -> bool {
    let template = format!("https://a.example/?{query}&s={{submission_id}}");
    let template = RedirectTemplate::parse(&template).unwrap();
    template.check_extractable().is_ok()
}

#[test]
fn white_space_after_a_bracket_ends_the_dropped_part() {
    assert!(verify(LINK_QUERY).is_ok());
    for (name, is_alike) in [
        ("[ref", true),
        ("[+ref", true),
        ("[+[ref", false),
        ("[+.ref", false),
    ] {
        let refused = verify(&format!("{LINK_QUERY}&{name}=x")).err();
        let wanted = is_alike.then_some(Code::DuplicateParameter);
        assert_eq!(refused.map(|error| error.code()), wanted, "{name}");
    }
}

#[test]
fn two_names_are_alike_if_any_form_of_one_is_a_form_of_the_other() {
    // Without its brackets, one equals the other with a bracket replaced by an underscore.
    for [one, other] in [
        ["[a_b", "a[b"],
        ["a[b", "[a_b"],
        ["[a.b", "a%5Bb"],
        // Without brackets, both are equal.
        ["[a", "]a"],
        ["d[s]", "d[u]"],
        // With the first bracket replaced by an underscore, both are equal.
        ["a[b]", "a_b]"],
        ["a_b]", "a[b]"],
    ] {
        assert!(
            !is_extractable(&format!("{one}={{reference}}&{other}=1")),
            "{one} {other}"
        );
    }
    assert!(is_extractable("a[b={reference}&b_a=1"));
}

#[test]
fn only_the_first_bracket_becomes_an_underscore() {
    assert!(!is_extractable("a[b={reference}&a_b=1"));
    assert!(is_extractable("a[b[c={reference}&a_b_c=1"));
}

#[test]
fn an_ipv6_address_has_eight_groups_and_nothing_else_in_them() {
    for (host, is_good) in [
        ("[::1]", true),
        ("[1:2:3:4:5:6:7:8]", true),
        ("[1:2:3:4:5:6:1.2.3.4]", true),
        ("[1:2:3::5:6:7:8]", true),
        ("[1:2:3:4::5:6:7:8]", false),
        ("[1:2:3:4:5:6:7:8:9]", false),
        ("[1:2:3:4:5:6:g]", false),
        ("[::g]", false),
        ("[::1.2.3.4:5]", false),
        ("[1.2.3.4::]", false),
    ] {
        let url = format!("https://{host}/");
        assert_eq!(LinkUrl::parse(&url).is_ok(), is_good, "{host}");
    }
}

#[test]
fn a_variable_has_a_name_between_its_braces() {
    assert!(WorkflowSecret::new("${NAME}0123456789abcdef").is_err());
    assert!(WorkflowSecret::new("${n}0123456789abcdef").is_err());
    assert!(WorkflowSecret::new("${}0123456789abcdef").is_ok());
}
