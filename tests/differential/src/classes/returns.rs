//! Returns on which the snippets and this library differ.

use super::Outcome::{Accepts, Crashes, Refuses};
use super::{ALL_ACCEPT, Class, Seen};
use crate::message::{Message, NOW, SECRET, sign};
use crate::reading::{Language, Pair, RETURN, payload};

/// The number of parameters that PHP reads: `max_input_vars`.
const PHP_MOST: usize = 1000;

pub(super) const CLASSES: &[Class] = &[
    Class {
        id: "separator",
        what: "a value with `|`: `sub=pls_1&uv=X%7CY` and `sub=pls_1%7CX&uv=Y` have one signature",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "The join is not escaped, so fields slide; without `|` every signed text has one \
             reading.",
        holds: |seen, names| seen.any(names, |pair| pair.value.contains(&b'|')),
        examples: || everybody("uv=X%7CY"),
    },
    Class {
        id: "control",
        what: "a control character or a line separator: `uv=ABC%00`, `ref=1%0A2`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "It ends a text in C, a line in a log and a header in HTTP.",
        holds: |seen, names| seen.any(names, |pair| has_control(&pair.value)),
        examples: || everybody("uv=ABC%00"),
    },
    Class {
        id: "escape",
        what: "a `%` that is no escape: `uv=100%`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "Decoders disagree on it: some keep it, some drop it, some refuse.",
        holds: |seen, names| seen.any(names, has_broken_escape),
        examples: || everybody("uv=100%"),
    },
    Class {
        id: "utf8",
        what: "bytes that are not UTF-8: `uv=%FF`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "PHP signs the bytes, Node and Python the character U+FFFD in place of them: one \
             accepts what the others refuse, and many values become the same.",
        holds: |seen, names| seen.any(names, |pair| std::str::from_utf8(&pair.value).is_err()),
        examples: || everybody("uv=%FF"),
    },
    Class {
        id: "semicolon",
        what: "a raw `;` in a value: `ref=ticket-456;x`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "Some decoders split there, and read another value. Visiono writes `%3B`.",
        holds: |seen, names| seen.any(names, |pair| pair.raw.contains(';')),
        examples: || everybody("ref=ticket-456;x"),
    },
    Class {
        id: "empty",
        what: "an empty parameter: `ref=`",
        answers: &["missing_parameter"],
        outcomes: [&[Accepts], &[Accepts], &[Crashes("KeyError")]],
        why: "A return without a record is of no use, and Visiono sends none.",
        holds: |seen, names| {
            let empty = |name: &str| seen.any(&[name], |pair| pair.value.is_empty());
            names.iter().any(|name| *name != "sig" && empty(name))
        },
        examples: || everybody("ref="),
    },
    Class {
        id: "absent",
        what: "no such parameter: a query without `ref`",
        answers: &["missing_parameter"],
        outcomes: [&[Accepts], &[Accepts], &[Crashes("KeyError")]],
        why: "PHP reads it as empty and JavaScript as the word `undefined`, so a signature \
             that was made over that by mistake is valid.",
        holds: |seen, names| {
            let absent = |name: &str| seen.named(name).next().is_none();
            names.iter().any(|name| *name != "sig" && absent(name))
        },
        examples: || everybody("-ref"),
    },
    Class {
        id: "decimal",
        what: "a number that isn't written as one: `cnt=05`, `ts=-1`, `cnt=5.0`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "`(int)`, `Number` and `int` read it in different ways.",
        holds: |seen, names| {
            let number = |value: &[u8]| {
                value == b"0" || !value.starts_with(b"0") && value.iter().all(u8::is_ascii_digit)
            };
            (names == ["ts"] || names == ["cnt"]) && seen.any(names, |pair| !number(&pair.value))
        },
        examples: || everybody("cnt=05"),
    },
    Class {
        id: "milliseconds",
        what: "a time in milliseconds: `ts=1705500000000`",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "Read as seconds it is in the future, so a check of the age alone accepts it for \
             ever.",
        holds: |seen, names| {
            names == ["ts"] && seen.any(names, |pair| digits(pair) && pair.value.len() > 11)
        },
        examples: || everybody("ts=1705500000000"),
    },
    Class {
        id: "count",
        what: "a number of photos beyond 4294967295",
        answers: &["malformed_parameter"],
        outcomes: ALL_ACCEPT,
        why: "It overflows where it is kept in 32 bits, and no person uploads as many.",
        holds: |seen, names| {
            names == ["cnt"] && seen.any(names, |pair| digits(pair) && pair.value.len() >= 10)
        },
        examples: || everybody("cnt=4294967296"),
    },
    Class {
        id: "doubled",
        what: "a parameter twice: `ref=ticket-1&ref=ticket-456`",
        answers: &["duplicate_parameter"],
        outcomes: ALL_ACCEPT,
        why: "PHP and Node check the last, Python the first: one part of a system can check one and \
              another use the other.",
        holds: |seen, names| names.iter().any(|name| seen.named(name).nth(1).is_some()),
        examples: || everybody("ref=ticket-1&ref=ticket-456"),
    },
    Class {
        id: "expired",
        what: "a return of more than an hour ago",
        answers: &["expired"],
        outcomes: ALL_ACCEPT,
        why: "The snippets don't check the time, so a return is valid for ever.",
        holds: |seen, _| time(seen).is_some_and(|time| time + 3600 < NOW),
        examples: || everybody("ts=1705496399"),
    },
    Class {
        id: "early",
        what: "a return from the future, by more than a minute",
        answers: &["not_yet_valid"],
        outcomes: ALL_ACCEPT,
        why: "Signed by a wrong clock, it would be valid for longer than an hour.",
        holds: |seen, _| time(seen).is_some_and(|time| time > NOW + 60),
        examples: || everybody("ts=1705500061"),
    },
    Class {
        id: "semicolon-name",
        what: "a parameter once more after a raw `;`: `ref=ticket-456&x=1;ref=ticket-999`",
        answers: &["duplicate_parameter"],
        outcomes: ALL_ACCEPT,
        why: "Decoders that split at `;`, as HTML 4 recommended, read it twice.",
        holds: |seen, names| {
            let has_part = |name: &&str| seen.pairs.iter().any(|pair| pair.has_part(name));
            names.iter().any(has_part)
        },
        examples: || everybody("ref=ticket-456&x=1;ref=ticket-999"),
    },
    Class {
        id: "look-alike",
        what: "beside a parameter, a name that some decoder takes for it: `%20ref=ticket-999`, \
               `ref%00=`, `ref[]=`, `[ref]=`, `REF=`",
        answers: &["duplicate_parameter"],
        outcomes: [&[Accepts, Crashes("TypeError")], &[Accepts], &[Accepts]],
        why: "PHP, Rack, qs and ASP.NET read some of these as `ref`: one part of a system checks \
              one value and another uses the other.",
        holds: |seen, names| {
            let alike = |name: &&str| {
                let other = |pair: &Pair<'_>| pair.name != name.as_bytes() && is_alike(pair, name);
                seen.pairs.iter().any(other)
            };
            names.iter().any(alike)
        },
        examples: || {
            [
                everybody("uv=ABC123&uv[]=x"),
                vec![example(Language::Node, "sig={sig}&sig[]=x")],
                everybody("ref=ticket-456&REF=ticket-999"),
            ]
            .concat()
        },
    },
    Class {
        id: "php-name",
        what: "a name that PHP rewrites in place of a parameter: `uv[]=x`, `%20uv=x`, `uv%00=x`",
        answers: &["missing_parameter"],
        outcomes: [&[Accepts], &[], &[]],
        why: "No other decoder reads `uv` from these, so a component in front of PHP has checked \
             another value; of an array the snippet signs the word `Array`.",
        holds: |seen, _| has_php_name(seen, &RETURN),
        examples: || vec![example(Language::Php, "-uv&%20uv=ABC123")],
    },
    Class {
        id: "php-1000",
        what: "more than a thousand parameters before one of the return's",
        answers: &["ok"],
        outcomes: [&[Refuses, Crashes("TypeError")], &[], &[]],
        why: "PHP drops those beyond `max_input_vars`; the library reads the query itself.",
        holds: |seen, _| seen.pairs.len() > PHP_MOST,
        examples: || {
            let many: String = (0..PHP_MOST).map(|number| format!("x{number}=&")).collect();
            vec![
                example(Language::Node, &format!("{many}ref=ticket-456&sig={{sig}}")),
                example(Language::Node, &format!("sig={{sig}}&{many}ref=ticket-456")),
            ]
        },
    },
    Class {
        id: "signature-array",
        what: "a signature that PHP makes an array of: `sig[]=…`",
        answers: &["missing_parameter"],
        outcomes: [&[Crashes("TypeError")], &[], &[]],
        why: "`hash_equals` takes text alone.",
        holds: |seen, _| has_php_name(seen, &["sig"]),
        examples: || everybody("sig[]={sig}"),
    },
    Class {
        id: "no-signature",
        what: "no `sig`, or an empty one",
        answers: &["missing_parameter"],
        outcomes: [
            &[Crashes("TypeError")],
            &[Crashes("TypeError"), Crashes("RangeError")],
            &[Crashes("KeyError")],
        ],
        why: "Anybody can send it, so it gets an error with a code, not a page with status 500.",
        holds: |seen, _| seen.named("sig").all(|pair| pair.value.is_empty()),
        examples: || [everybody("-sig"), everybody("sig=")].concat(),
    },
    Class {
        id: "signature-length",
        what: "a signature that is cut off or has more: `sig=0`",
        answers: &["invalid_signature"],
        outcomes: [&[], &[Crashes("RangeError")], &[]],
        why: "`timingSafeEqual` compares buffers of one length alone.",
        holds: |seen, _| {
            // Replacing bytes that are not UTF-8 can only change a length that is wrong.
            seen.any(&["sig"], |pair| {
                pair.value.len() != 64 || !pair.value.is_ascii()
            })
        },
        examples: || everybody("sig={sig}0"),
    },
    Class {
        id: "signature-ascii",
        what: "a signature with other characters than ASCII's: `sig=%C3%A9`",
        answers: &["invalid_signature"],
        outcomes: [&[], &[], &[Crashes("TypeError")]],
        why: "`compare_digest` compares texts of ASCII alone.",
        holds: |seen, _| seen.any(&["sig"], |pair| !pair.value.is_ascii()),
        examples: || everybody("sig=%C3%A9"),
    },
];

/// Returns `true` if a decoder may read this name from a parameter, or from a part of it.
fn is_alike(pair: &Pair<'_>, name: &str) -> bool {
    pair.other_names().any(|other| other == name.as_bytes())
}

fn has_control(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

fn digits(pair: &Pair<'_>) -> bool {
    pair.value.iter().all(u8::is_ascii_digit)
}

fn time(seen: &Seen<'_>) -> Option<u64> {
    let value = &seen.named("ts").next()?.value;
    std::str::from_utf8(value).ok()?.parse().ok()
}

fn has_broken_escape(pair: &Pair<'_>) -> bool {
    pair.raw.split('%').skip(1).any(|rest| {
        let digits = rest.bytes().take(2).filter(u8::is_ascii_hexdigit);
        digits.count() < 2
    })
}

/// Returns `true` if PHP reads one of these parameters from another name.
fn has_php_name(seen: &Seen<'_>, names: &[&str]) -> bool {
    seen.pairs.iter().any(|pair| {
        let read = pair.php_name();
        read.is_some_and(|(name, _)| names.contains(&name) && pair.name != name.as_bytes())
    })
}

/// Returns a return that is good except for these parameters; `-ref` removes one. It is signed as
/// the language reads it, and `{sig}` is replaced by the signature.
fn example(language: Language, parameters: &str) -> Message {
    let good = [
        ("sub", "pls_123"),
        ("uv", "ABC123"),
        ("ref", "ticket-456"),
        ("cnt", "5"),
        ("ts", "1705500000"),
        ("sig", "{sig}"),
    ];
    let name_of = |piece: &str| {
        let name = piece.split('=').next().unwrap_or_default();
        name.trim_start_matches('-')
            .trim_end_matches("[]")
            .to_owned()
    };
    let given: Vec<_> = parameters.split('&').map(name_of).collect();
    let kept = good
        .into_iter()
        .filter(|(name, _)| !given.iter().any(|given| given == name))
        .map(|(name, value)| format!("{name}={value}"));
    let changed = parameters
        .split('&')
        .filter(|piece| !piece.starts_with('-'))
        .map(Into::into);
    let pieces: Vec<_> = kept.chain(changed).collect();
    let url = format!("/done?{}", pieces.join("&"));
    let signature = sign(SECRET, &payload(language, &url, &RETURN[..5]));
    Message::Return(url.replace("{sig}", &signature))
}

/// Returns [`example`] for each language.
fn everybody(parameters: &str) -> Vec<Message> {
    Language::ALL
        .into_iter()
        .map(|language| example(language, parameters))
        .collect()
}
