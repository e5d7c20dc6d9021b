//! The links that the snippets sign but this library refuses to sign.

use super::{ALL_ACCEPT, Class, Seen};
use crate::message::{Link, Message, NOW, SECRET};

pub(super) const CLASSES: &[Class] = &[
    Class {
        id: "sign-separator",
        what: "a field with `|`: `uv` is `pls_1|X`",
        answers: &["invalid_field"],
        outcomes: ALL_ACCEPT,
        why: "The signature of that link is also the signature of a return for submission `pls_1`, \
              and fields slide across an unescaped `|`.",
        holds: |seen, names| any_text(seen, names, |text| text.contains('|')),
        examples: || one(|link| link.unique_value = "pls_1|X".into()),
    },
    Class {
        id: "sign-control",
        what: "a control character or a line separator in a field: a line ending after the order number",
        answers: &["invalid_field"],
        outcomes: ALL_ACCEPT,
        why: "It was added by mistake, and it breaks a log or header that shows the value.",
        holds: |seen, names| {
            any_text(seen, names, |text| {
                text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
            })
        },
        examples: || one(|link| link.unique_value = "ABC123\n".into()),
    },
    Class {
        id: "sign-empty",
        what: "an empty field: `ref` of a ticket that has no number yet",
        answers: &["invalid_field"],
        outcomes: ALL_ACCEPT,
        why: "Visiono shows the person its page Missing Parameters.",
        holds: |seen, names| any_text(seen, names, str::is_empty),
        examples: || one(|link| link.reference = String::new()),
    },
    Class {
        id: "sign-milliseconds",
        what: "a time in milliseconds: `Date.now()`",
        answers: &["invalid_field"],
        outcomes: ALL_ACCEPT,
        why: "Read as seconds it is 50,000 years ahead, so the link would never expire.",
        holds: |seen, names| {
            matches!(seen.message, Message::Sign(link) if link.timestamp >= 100_000_000_000)
                && names == ["ts"]
        },
        examples: || one(|link| link.timestamp = NOW * 1000),
    },
    Class {
        id: "sign-slug",
        what: "a slug that isn't one: `damage-report?uv=1`",
        answers: &["invalid_field"],
        outcomes: ALL_ACCEPT,
        why: "It is put into the URL as it is, so it can change the path or add parameters.",
        holds: |seen, names| {
            let good = |slug: &str| {
                let mut bytes = slug.bytes();
                !["", ".", ".."].contains(&slug)
                    && bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
            };
            matches!(seen.message, Message::Sign(link) if !good(&link.slug)) && names == ["slug"]
        },
        examples: || one(|link| link.slug = "damage-report?uv=1".into()),
    },
    Class {
        id: "secret-short",
        what: "a secret of fewer than 16 characters, not counting `whsec_`: an environment variable \
               that is not set",
        answers: &["invalid_secret"],
        outcomes: ALL_ACCEPT,
        why: "Anybody can sign with an empty key.",
        holds: |seen, _| {
            secret(seen, |secret| {
                secret.strip_prefix("whsec_").unwrap_or(secret).len() < 16
            })
        },
        examples: || one(|link| link.secret = String::new()),
    },
    Class {
        id: "secret-space",
        what: "a secret with a character that is not printable ASCII, or a space: a line ending",
        answers: &["invalid_secret"],
        outcomes: ALL_ACCEPT,
        why: "It was copied by mistake, and then every signature is wrong without an explanation.",
        holds: |seen, _| {
            secret(seen, |secret| {
                !secret.bytes().all(|byte| byte.is_ascii_graphic())
            })
        },
        examples: || one(|link| link.secret.push('\n')),
    },
    Class {
        id: "secret-other",
        what: "a secret of another kind: `whsec_…`, `vsk_…`",
        answers: &["invalid_secret"],
        outcomes: ALL_ACCEPT,
        why: "A webhook secret or an API key signs no links. The mistake is reported at once.",
        holds: |seen, _| {
            secret(seen, |secret| {
                let secret = secret.to_ascii_lowercase();
                secret.starts_with("whsec_") || secret.starts_with("vsk_")
            })
        },
        examples: || one(|link| link.secret.insert_str(0, "whsec_")),
    },
    Class {
        id: "secret-quoted",
        what: "a secret in quotes: `\"0123…\"` from a settings file",
        answers: &["invalid_secret"],
        outcomes: ALL_ACCEPT,
        why: "The quotes belong to the file. With them, every signature is wrong without an \
             explanation.",
        holds: |seen, _| {
            secret(seen, |secret| {
                let quoted = |quote| secret.starts_with(quote) && secret.ends_with(quote);
                quoted('"') || quoted('\'')
            })
        },
        examples: || one(|link| link.secret = format!("\"{}\"", link.secret)),
    },
    Class {
        id: "secret-variable",
        what: "a variable that nothing replaced: `${VISIONO_WORKFLOW_SECRET}`",
        answers: &["invalid_secret"],
        outcomes: ALL_ACCEPT,
        why: "Everybody who reads the settings knows its name.",
        holds: |seen, _| {
            secret(seen, |secret| {
                let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
                let name = secret.strip_prefix('$');
                secret.contains("${") || name.is_some_and(|name| name.chars().all(is_name))
            })
        },
        examples: || one(|link| link.secret = "${VISIONO_WORKFLOW_SECRET}".into()),
    },
    Class {
        id: "secret-sample",
        what: "the documentation's sample, or one character repeated",
        answers: &["invalid_secret"],
        outcomes: ALL_ACCEPT,
        why: "Everybody knows it: it should have been replaced.",
        holds: |seen, _| {
            secret(seen, |secret| {
                let mut characters = secret.chars();
                let first = characters.next();
                secret.to_ascii_lowercase().starts_with("your-")
                    || characters.all(|character| Some(character) == first)
            })
        },
        examples: || one(|link| link.secret = "your-64-char-workflow-secret".into()),
    },
];

fn any_text(seen: &Seen<'_>, names: &[&str], holds: impl Fn(&str) -> bool) -> bool {
    let Message::Sign(link) = seen.message else {
        return false;
    };
    let mut texts = link.texts().into_iter();
    texts.any(|(name, text)| names.contains(&name) && holds(text))
}

fn secret(seen: &Seen<'_>, holds: impl Fn(&str) -> bool) -> bool {
    matches!(seen.message, Message::Sign(link) if holds(&link.secret))
}

/// Returns a link that can be signed except for one change.
fn one(change: impl Fn(&mut Link)) -> Vec<Message> {
    let mut link = Link {
        secret: SECRET.into(),
        slug: "damage-report".into(),
        unique_value: "ABC123".into(),
        source: "zendesk".into(),
        reference: "ticket-456".into(),
        timestamp: NOW,
    };
    change(&mut link);
    vec![Message::Sign(link)]
}
