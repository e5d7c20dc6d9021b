//! Tests that the API is the same in five languages: each has the names of `docs/protocol.md`,
//! section 9, with the same parameters in the same order.

use std::fs;
use std::path::Path;

/// A concept: its name in Rust and Python, in JavaScript and PHP, and in C; and the names of its
/// parameters, in order.
struct Concept {
    snake: &'static str,
    camel: &'static str,
    c: &'static str,
    parameters: &'static [&'static str],
}

const WORKFLOW: [Concept; 4] = [
    concept(
        "sign_link",
        "signLink",
        "visiono_workflow_sign_link",
        &["unique_value", "source", "reference", "timestamp"],
    ),
    concept(
        "verify_link",
        "verifyLink",
        "visiono_workflow_verify_link",
        &["input", "now", "expect"],
    ),
    concept(
        "sign_return",
        "signReturn",
        "visiono_workflow_sign_return",
        &["template"],
    ),
    concept(
        "verify_return",
        "verifyReturn",
        "visiono_workflow_verify_return",
        &["input", "template", "now", "expect"],
    ),
];

const TEMPLATE: [Concept; 4] = [
    concept(
        "placeholders",
        "placeholders",
        "visiono_redirect_template_placeholders",
        &[],
    ),
    concept(
        "missing",
        "missing",
        "visiono_redirect_template_missing",
        &[],
    ),
    concept("expand", "expand", "visiono_redirect_template_expand", &[]),
    concept(
        "check_extractable",
        "checkExtractable",
        "visiono_redirect_template_check_extractable",
        &[],
    ),
];

const WEBHOOK: [Concept; 4] = [
    concept(
        "receive",
        "receive",
        "visiono_webhook_receive",
        &["body", "headers", "now"],
    ),
    concept(
        "verify",
        "verify",
        "visiono_webhook_verify",
        &["body", "header"],
    ),
    concept("sign", "sign", "visiono_webhook_sign", &["body"]),
    concept(
        "test_delivery",
        "testDelivery",
        "visiono_webhook_test_delivery",
        &["event", "now"],
    ),
];

/// The fields of a return, which `sign_return` and `expand` take.
const RETURN_FIELDS: [&str; 5] = [
    "submission_id",
    "unique_value",
    "reference",
    "photo_count",
    "timestamp",
];

const fn concept(
    snake: &'static str,
    camel: &'static str,
    c: &'static str,
    parameters: &'static [&'static str],
) -> Concept {
    Concept {
        snake,
        camel,
        c,
        parameters,
    }
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let (initial, rest) = word.split_at(1);
        camel + &initial.to_uppercase() + rest
    })
}

/// Returns the part of a text after the start of a type.
fn type_of<'t>(text: &'t str, start: &str) -> &'t str {
    let at = text.find(start).unwrap_or_else(|| panic!("no {start:?}"));
    &text[at..]
}

/// Returns the declaration of a function: from its name to the end of its parameters.
fn declaration<'t>(text: &'t str, name: &str) -> &'t str {
    let found = text.match_indices(name).find_map(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        (!is_word(before) && matches!(after, Some('(' | '<' | ':'))).then_some(at)
    });
    let at = found.unwrap_or_else(|| panic!("no function {name:?}"));
    let mut depth = 0;
    let end = text[at..].char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth == 0 && (*c == ')' || *c == '\n')
    });
    &text[at..at + end.map_or(0, |(end, _)| end)]
}

#[track_caller]
fn has_in_order(declaration: &str, names: impl IntoIterator<Item = String>) {
    let words: Vec<_> = declaration
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map(|word| word.trim_end_matches('_'))
        .collect();
    let mut rest = words.as_slice();
    for name in names {
        let at = rest.iter().position(|word| *word == name);
        let at = at.unwrap_or_else(|| panic!("no {name:?} in its place in {declaration}"));
        rest = &rest[at + 1..];
    }
}

#[test]
fn rust_has_the_names() {
    let api = read("core/api.txt");
    // The listing has no parameter names.
    let source = ["workflow.rs", "webhook.rs", "webhook/test_kit.rs"]
        .map(|file| read(&format!("core/src/{file}")))
        .concat();
    for (object, concepts) in [
        ("Workflow", &WORKFLOW),
        ("RedirectTemplate<", &TEMPLATE),
        ("Webhook", &WEBHOOK),
    ] {
        for concept in concepts {
            let is_listed = api.lines().any(|line| {
                let mut path = line
                    .split("::")
                    .skip_while(|part| !part.starts_with(object));
                path.nth(1)
                    .is_some_and(|method| method.split(['(', '<']).next() == Some(concept.snake))
            });
            assert!(is_listed, "{object} {}", concept.snake);
            // The fields of a link are a struct.
            if object != "RedirectTemplate<" && concept.snake != "sign_link" {
                let declared = declaration(&source, &format!("pub fn {}", concept.snake));
                has_in_order(
                    declared,
                    concept.parameters.iter().map(|name| (*name).into()),
                );
            }
        }
    }
    for name in RETURN_FIELDS {
        assert!(api.contains(&format!("ReturnFields::{name}:")), "{name}");
    }
    for name in WORKFLOW[0].parameters {
        assert!(api.contains(&format!("LinkFields::{name}:")), "{name}");
    }
}

#[test]
fn python_has_the_names() {
    let api = read("bindings-python/api.txt");
    for (object, concepts) in [
        ("class Workflow(", &WORKFLOW),
        ("class RedirectTemplate(", &TEMPLATE),
        ("class Webhook(", &WEBHOOK),
    ] {
        let methods = type_of(&api, object);
        for concept in concepts {
            let declared = declaration(methods, concept.snake);
            has_in_order(
                declared,
                concept.parameters.iter().map(|name| (*name).into()),
            );
        }
    }
    let signed = declaration(type_of(&api, "class Workflow("), "sign_return");
    has_in_order(signed, RETURN_FIELDS.map(Into::into));
}

#[test]
fn php_has_the_names() {
    let api = read("bindings-php/api.txt");
    for (object, concepts) in [
        ("class Visiono\\Workflow\\Workflow\n", &WORKFLOW),
        ("class Visiono\\Workflow\\RedirectTemplate\n", &TEMPLATE),
        ("class Visiono\\Workflow\\Webhook\n", &WEBHOOK),
    ] {
        let methods = type_of(&api, object);
        for concept in concepts {
            let declared = declaration(methods, concept.camel);
            has_in_order(declared, concept.parameters.iter().map(|name| camel(name)));
        }
    }
    let signed = declaration(
        type_of(&api, "class Visiono\\Workflow\\Workflow\n"),
        "signReturn",
    );
    has_in_order(signed, RETURN_FIELDS.map(camel));
}

#[test]
fn javascript_has_the_names() {
    let exports = read("bindings-wasm/api.txt");
    let types = read("bindings-wasm/package/index.d.ts");
    let webhook_types = read("bindings-wasm/package/webhook.d.ts");
    for (object, types, concepts) in [
        ("class Workflow\n", &types, &WORKFLOW),
        ("class RedirectTemplate\n", &types, &TEMPLATE),
        ("class Webhook\n", &webhook_types, &WEBHOOK),
    ] {
        let members = type_of(&exports, object);
        for concept in concepts {
            assert!(
                members.contains(concept.camel),
                "{object} {}",
                concept.camel
            );
            for name in concept.parameters {
                // Most are members of an object, which has no order.
                let name = camel(name);
                let declared = [format!("{name}:"), format!("{name}?:")];
                assert!(
                    declared.iter().any(|declared| types.contains(declared)),
                    "{} {name}",
                    concept.camel
                );
            }
        }
    }
    for name in RETURN_FIELDS.map(camel) {
        assert!(types.contains(&format!("{name}:")), "{name}");
    }
}

#[test]
fn c_has_the_names() {
    let header = read("bindings-c/include/visiono_workflow.h");
    for concept in WORKFLOW.iter().chain(&TEMPLATE).chain(&WEBHOOK) {
        let declared = declaration(&header, concept.c);
        // The fields of a link are a struct.
        if concept.snake != "sign_link" {
            has_in_order(
                declared,
                concept.parameters.iter().map(|name| (*name).into()),
            );
        }
    }
    for name in RETURN_FIELDS.iter().chain(WORKFLOW[0].parameters) {
        assert!(header.contains(&format!(" {name};")), "{name}");
    }
}
