//! Generates valid and invalid field values, and encodes them for a query.

use fastrand::Rng;

use super::{chance, pick};
use crate::message::NOW;

const PLAIN: [&str; 10] = [
    "ABC123",
    "zendesk",
    "ticket-456",
    "pls_123",
    "AB 123 CD",
    "crm",
    "a.b_c~d",
    "Müller",
    "7",
    "order/2024/17",
];
const SPECIAL: [&str; 52] = [
    " ",
    "!",
    "\"",
    "#",
    "$",
    "%",
    "&",
    "'",
    "(",
    ")",
    "*",
    "+",
    ",",
    "-",
    ".",
    "/",
    ":",
    ";",
    "<",
    "=",
    ">",
    "?",
    "@",
    "[",
    "\\",
    "]",
    "^",
    "_",
    "`",
    "{",
    "}",
    "~",
    "a",
    "Z",
    "0",
    "é",
    "e\u{301}",
    "ß",
    "İ",
    "漢",
    "😀",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{85}",
    "\u{feff}",
    "\u{fffd}",
    "\u{ffff}",
    "\u{10ffff}",
    "%41",
];
/// Texts with a special meaning in languages and templates.
const WORDS: [&str; 12] = [
    "undefined",
    "null",
    "None",
    "Array",
    "true",
    "0",
    "NaN",
    "{reference}",
    "${ref}",
    "100%",
    "%zz",
    "a,b",
];
const CONTROLS: [&str; 9] = [
    "\0", "\n", "\r", "\r\n", "\t", "\u{1b}", "\u{7f}", "\u{1}", "\u{1f}",
];
/// A stray byte, overlong forms, a surrogate, a truncated form, beyond Unicode.
const NOT_UTF8: [&[u8]; 6] = [
    b"\xff",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xed\xa0\x80",
    b"\xe2\x82",
    b"\xf4\x90\x80\x80",
];

/// Returns a field value, usually one that can be signed.
pub(super) fn field(random: &mut Rng) -> String {
    let mut text = match random.u32(..1000) {
        0..600 => pick(random, &PLAIN).into(),
        600..900 => several(random, &SPECIAL),
        900..940 => pick(random, &WORDS).into(),
        940..960 => format!("{}|{}", pick(random, &PLAIN), pick(random, &PLAIN)),
        960..980 => {
            let (plain, control) = (pick(random, &PLAIN), pick(random, &CONTROLS));
            insert(random, plain, control)
        }
        980..998 => String::new(),
        _ => several(random, &SPECIAL).repeat(random.usize(1..400)),
    };
    if chance(random, 10) {
        text.push('|');
    }
    text
}

/// Returns a field value, sometimes one that is not UTF-8.
pub(super) fn bytes(random: &mut Rng) -> Vec<u8> {
    let mut bytes = field(random).into_bytes();
    if chance(random, 15) {
        let place = random.usize(..=bytes.len());
        bytes.splice(place..place, pick(random, &NOT_UTF8).iter().copied());
    }
    bytes
}

fn several(random: &mut Rng, from: &[&str]) -> String {
    (0..random.usize(1..8))
        .map(|_| pick(random, from))
        .collect()
}

/// Inserts a text at a random position of another.
pub(super) fn insert(random: &mut Rng, text: &str, more: &str) -> String {
    let places: Vec<_> = text.char_indices().map(|(place, _)| place).collect();
    let place = random.choice(&places).copied().unwrap_or(0);
    format!("{}{more}{}", &text[..place], &text[place..])
}

/// Returns a time in Unix seconds, usually one that is valid or just invalid.
pub(super) fn seconds(random: &mut Rng) -> u64 {
    match random.u8(..20) {
        0..12 => NOW - random.u64(..3600),
        12 => NOW - 3600,
        13 => NOW - 3601,
        14 => NOW + 60,
        15 => NOW + 61,
        16 => random.u64(..NOW),
        17 => NOW + random.u64(..1_000_000),
        18 => pick(random, &[0, 99_999_999_999, 100_000_000_000]),
        _ => NOW * 1000 + random.u64(..1000),
    }
}

/// Returns a number of photos, usually a valid one.
pub(super) fn count(random: &mut Rng) -> u64 {
    match random.u8(..20) {
        0..16 => random.u64(..30),
        16 => u32::MAX.into(),
        17 => u64::from(u32::MAX) + 1,
        _ => random.u64(..1 << 53),
    }
}

/// Formats a number, usually correctly.
pub(super) fn number(random: &mut Rng, number: u64) -> String {
    if !chance(random, 60) {
        return number.to_string();
    }
    match random.u8(..11) {
        0 => format!("0{number}"),
        1 => format!("+{number}"),
        2 => format!("-{number}"),
        3 => format!("{number}.0"),
        4 => format!("{number} "),
        5 => format!(" {number}"),
        6 => format!("{number:#x}"),
        7 => format!("{number}e0"),
        8 => format!("{number}{number}{number}"),
        9 => number.to_string().replace('1', "١"),
        _ => field(random),
    }
}

/// A style of encoding a value in a query.
#[derive(Clone, Copy)]
pub(super) enum Style {
    /// As this library writes it.
    Exact,
    /// As forms do: a space is a plus.
    Form,
    /// With lowercase digits.
    Lower,
    /// Every byte as an escape.
    All,
    /// Without unnecessary escapes.
    Raw,
    /// Escaped twice.
    Twice,
}

pub(super) fn style(random: &mut Rng) -> Style {
    match random.u8(..40) {
        0..16 => Style::Exact,
        16..27 => Style::Form,
        27..32 => Style::Lower,
        32..34 => Style::All,
        34..39 => Style::Raw,
        _ => Style::Twice,
    }
}

pub(super) fn encode(value: &[u8], style: Style) -> String {
    let escape = |value: &[u8], keep: fn(u8) -> bool| -> String {
        let one = |byte: &u8| match byte {
            byte if keep(*byte) => char::from(*byte).into(),
            byte => format!("%{byte:02X}"),
        };
        value.iter().map(one).collect()
    };
    let exact = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    match style {
        Style::Exact => escape(value, exact),
        Style::Form => escape(value, |byte| {
            byte.is_ascii_alphanumeric() || b"-._* ".contains(&byte)
        })
        .replace(' ', "+"),
        Style::Lower => {
            let one = |byte: &u8| match byte {
                byte if byte.is_ascii_alphanumeric() => char::from(*byte).into(),
                byte => format!("%{byte:02x}"),
            };
            value.iter().map(one).collect()
        }
        Style::All => escape(value, |_| false),
        Style::Raw => match std::str::from_utf8(value) {
            Ok(text) => text.replace('#', "%23"),
            Err(_) => escape(value, exact),
        },
        Style::Twice => escape(escape(value, exact).as_bytes(), exact),
    }
}
