//! What JavaScript and TypeScript repeat of the core is what the core has.

use visiono_workflow::{Code, Error, Field, MAX_WEBHOOK_BODY, WebhookEvent, WebhookHeaders};

const DECLARATIONS: &str = include_str!("../package/index.d.ts");
const WEBHOOK_DECLARATIONS: &str = include_str!("../package/webhook.d.ts");
const ERRORS: &str = include_str!("../package/src/error.js");
const ARGUMENTS: &str = include_str!("../package/src/arguments.js");
const BODY: &str = include_str!("../package/src/webhook/body.js");
const README: &str = include_str!("../package/README.md");

/// The quoted words between two marks.
fn words<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    let (_, rest) = text.split_once(start).expect(start);
    let (inside, _) = rest.split_once(end).expect(end);
    inside.split('"').skip(1).step_by(2).collect()
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_uppercase() + rest
    })
}

#[test]
fn the_codes_are_declared() {
    assert_eq!(
        words(DECLARATIONS, "export type Code =", ";"),
        Code::ALL.map(Code::as_str),
    );
}

#[test]
fn the_codes_that_javascript_gives_are_the_core_s() {
    for error in [Error::invalid_argument(""), Error::panic()] {
        let code = error.code();
        let (_, rest) = ERRORS
            .split_once(&format!("\"{code}\""))
            .expect("the code in error.js");
        let number = rest.split(',').nth(1).map(str::trim);
        assert_eq!(number, Some(code.as_u32().to_string().as_str()));
    }
}

#[test]
fn the_fields_are_those_of_the_core() {
    let names = Field::ALL.map(|field| camel_case(field.long_name()));
    assert_eq!(words(ARGUMENTS, "FIELDS = [", "]"), names);
    let mut of_return = names.to_vec();
    of_return.retain(|name| name != "source");
    assert_eq!(
        words(DECLARATIONS, "export type ReturnField =", ";"),
        of_return
    );
}

#[test]
fn the_readme_lists_every_code() {
    for code in Code::ALL {
        let row = format!("| {} | `{code}` |", code.as_u32());
        assert!(README.contains(&row), "{row}");
    }
}

#[test]
fn the_largest_body_is_the_core_s() {
    let (_, rest) = BODY.split_once("LARGEST = ").expect("the largest body");
    let (number, _) = rest.split_once(';').expect("its end");
    assert_eq!(number.replace('_', ""), MAX_WEBHOOK_BODY.to_string());
}

#[test]
fn the_events_are_declared() {
    assert_eq!(
        words(WEBHOOK_DECLARATIONS, "export type DocumentedEvent =", ";"),
        WebhookEvent::ALL.map(WebhookEvent::as_str),
    );
}

#[test]
fn the_readme_lists_every_event_and_header() {
    for event in WebhookEvent::ALL.map(WebhookEvent::as_str) {
        assert!(README.contains(&format!("`{event}`")), "{event}");
    }
    for name in WebhookHeaders::NAMES {
        let readme = README.to_lowercase();
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}
