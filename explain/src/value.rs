//! The operations that a mistake applies to a field's value before it is signed.

use crate::catalogue::Mistake;
use crate::change::Change;
use crate::codec::{self, Unreserved};
use crate::platform::{Conversion, convert};

/// An operation on a value. Most values stay unchanged.
pub(crate) struct Operation {
    pub(crate) change: Change,
    pub(crate) apply: fn(&[u8]) -> Vec<u8>,
}

const fn operation(
    mistake: Mistake,
    detail: &'static str,
    apply: fn(&[u8]) -> Vec<u8>,
) -> Operation {
    Operation {
        change: Change::with(mistake, detail),
        apply,
    }
}

/// Every operation, in the order of the catalogue.
pub(crate) const OPERATIONS: &[Operation] = &[
    operation(Mistake::EncodedValues, "as encodeURIComponent does", |v| {
        codec::percent_encode(v, Unreserved::JAVASCRIPT, false)
    }),
    operation(Mistake::EncodedValues, "as RFC 3986 does", |v| {
        codec::percent_encode(v, Unreserved::RFC, false)
    }),
    operation(Mistake::EncodedValues, "with + for a space", |v| {
        codec::percent_encode(v, Unreserved::FORM, true)
    }),
    operation(Mistake::EncodedValues, "with + for a space", |v| {
        codec::percent_encode(v, Unreserved(b"-._~"), true)
    }),
    operation(Mistake::EncodedValues, "as URLSearchParams does", |v| {
        codec::percent_encode(v, Unreserved(b"-_.*"), true)
    }),
    operation(Mistake::EncodedValues, "as Python's quote does", |v| {
        codec::percent_encode(v, Unreserved::PYTHON, false)
    }),
    operation(Mistake::EncodedValues, "as encodeURI does", |v| {
        codec::percent_encode(v, Unreserved::URI, false)
    }),
    operation(Mistake::EncodedValues, "with lowercase hex", |v| {
        lower_escapes(&codec::percent_encode(v, Unreserved::RFC, false))
    }),
    operation(Mistake::EncodedValues, "with lowercase hex", |v| {
        lower_escapes(&codec::percent_encode(v, Unreserved::FORM, true))
    }),
    operation(Mistake::EncodedValues, "twice", |v| {
        twice(v, Unreserved::RFC, false)
    }),
    operation(Mistake::EncodedValues, "twice", |v| {
        twice(v, Unreserved::JAVASCRIPT, false)
    }),
    operation(Mistake::EncodedValues, "twice", |v| {
        twice(v, Unreserved::FORM, true)
    }),
    operation(Mistake::DecodedTwice, "", |v| {
        codec::percent_decode(v, false)
    }),
    operation(Mistake::DecodedTwice, "with + as a space", |v| {
        // For a value without an escape, this is another mistake.
        match v.contains(&b'%') {
            true => codec::percent_decode(v, true),
            false => v.to_vec(),
        }
    }),
    operation(Mistake::PlusAsSpace, "a plus was read as a space", |v| {
        codec::replace(v, b"+", b" ")
    }),
    operation(Mistake::PlusAsSpace, "a space was written as a plus", |v| {
        codec::replace(v, b" ", b"+")
    }),
    operation(Mistake::Trimmed, "at both ends", |v| {
        text(v, |text| text.trim().to_owned())
    }),
    operation(Mistake::Trimmed, "at the start", |v| {
        text(v, |text| text.trim_start().to_owned())
    }),
    operation(Mistake::Trimmed, "at the end", |v| {
        text(v, |text| text.trim_end().to_owned())
    }),
    operation(Mistake::Trimmed, "at both ends", |v| {
        v.trim_ascii().to_vec()
    }),
    operation(Mistake::Trimmed, "a space at the end was signed", |v| {
        [v, b" "].concat()
    }),
    operation(Mistake::Trimmed, "a space at the start was signed", |v| {
        [b" ", v].concat()
    }),
    operation(Mistake::Trimmed, "a line ending was signed", |v| {
        [v, b"\n"].concat()
    }),
    operation(Mistake::Trimmed, "a line ending was signed", |v| {
        [v, b"\r\n"].concat()
    }),
    operation(Mistake::Trimmed, "a tab was signed", |v| {
        [v, b"\t"].concat()
    }),
    operation(Mistake::Squeezed, "", |v| text(v, squeeze)),
    operation(Mistake::Squeezed, "only spaces", |v| {
        text(v, |text| {
            let mut last = ' ';
            let keep = |c: &char| core::mem::replace(&mut last, *c) != ' ' || *c != ' ';
            let first = text.starts_with(' ').then_some(' ');
            first.into_iter().chain(text.chars().filter(keep)).collect()
        })
    }),
    operation(Mistake::Squeezed, "all white space was removed", |v| {
        text(v, |text| text.split_whitespace().collect())
    }),
    operation(Mistake::Squeezed, "spaces were removed", |v| {
        codec::replace(v, b" ", b"")
    }),
    operation(
        Mistake::Squeezed,
        "a no-break space was made a space",
        |v| text(v, |text| text.replace('\u{a0}', " ")),
    ),
    operation(Mistake::Normalized, "NFC", |v| {
        converted(v, Conversion::Nfc)
    }),
    operation(Mistake::Normalized, "NFD", |v| {
        converted(v, Conversion::Nfd)
    }),
    operation(Mistake::Normalized, "NFKC", |v| {
        converted(v, Conversion::Nfkc)
    }),
    operation(Mistake::Normalized, "NFKD", |v| {
        converted(v, Conversion::Nfkd)
    }),
    operation(Mistake::Charset, "Latin-1", |v| {
        to_single_byte(v, |c| u8::try_from(u32::from(c)).ok())
    }),
    operation(Mistake::Charset, "Windows-1252", |v| {
        to_single_byte(v, windows_1252)
    }),
    operation(
        Mistake::Charset,
        "ASCII, with ? for other characters",
        |v| {
            text(v, |text| {
                text.chars()
                    .map(|c| if c.is_ascii() { c } else { '?' })
                    .collect()
            })
        },
    ),
    operation(Mistake::Charset, "ASCII, without other characters", |v| {
        text(v, |text| text.chars().filter(char::is_ascii).collect())
    }),
    operation(Mistake::Charset, "UTF-8 read as Latin-1", |v| {
        v.iter()
            .map(|byte| char::from(*byte))
            .collect::<String>()
            .into_bytes()
    }),
    operation(Mistake::Charset, "UTF-8 read as Windows-1252", |v| {
        v.iter()
            .map(|byte| from_windows_1252(*byte))
            .collect::<String>()
            .into_bytes()
    }),
    operation(Mistake::Charset, "Latin-1 read as UTF-8", |v| {
        String::from_utf8_lossy(v).into_owned().into_bytes()
    }),
    operation(Mistake::Charset, "Latin-1 read as UTF-8", |v| {
        let narrow = to_single_byte(v, |c| u8::try_from(u32::from(c)).ok());
        String::from_utf8_lossy(&narrow).into_owned().into_bytes()
    }),
    operation(Mistake::Charset, "escaped as \\u", |v| {
        text(v, |text| {
            let escape = |c: char| {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units).iter();
                units.map(|unit| format!("\\u{unit:04x}")).collect()
            };
            text.chars()
                .map(|c| {
                    if c.is_ascii() {
                        c.to_string()
                    } else {
                        escape(c)
                    }
                })
                .collect()
        })
    }),
    operation(Mistake::HtmlEscaped, "as htmlspecialchars does", |v| {
        html(v, "&quot;", "&#039;")
    }),
    operation(Mistake::HtmlEscaped, "as Python does", |v| {
        html(v, "&quot;", "&#x27;")
    }),
    operation(Mistake::HtmlEscaped, "as JavaScript does", |v| {
        html(v, "&quot;", "&#39;")
    }),
    operation(Mistake::HtmlEscaped, "as JavaScript does", |v| {
        html(v, "&#34;", "&#39;")
    }),
    operation(Mistake::HtmlEscaped, "without quotes", |v| {
        html(v, "\"", "'")
    }),
    operation(Mistake::HtmlEscaped, "without single quotes", |v| {
        html(v, "&quot;", "'")
    }),
    operation(Mistake::HtmlEscaped, "unescaped", unescape_html),
    operation(Mistake::SlashesAdded, "as addslashes does", |v| {
        let mut bytes = Vec::with_capacity(v.len());
        for byte in v {
            if matches!(byte, b'\'' | b'"' | b'\\') {
                bytes.push(b'\\');
            }
            bytes.push(*byte);
        }
        bytes
    }),
    operation(Mistake::SlashesAdded, "as stripslashes removes them", |v| {
        let mut bytes = Vec::with_capacity(v.len());
        let mut rest = v.iter();
        while let Some(byte) = rest.next() {
            bytes.extend(if *byte == b'\\' {
                rest.next()
            } else {
                Some(byte)
            });
        }
        bytes
    }),
    operation(
        Mistake::SlashesAdded,
        "before slashes, as JSON of PHP has them",
        |v| codec::replace(v, b"/", b"\\/"),
    ),
    operation(Mistake::CaseChanged, "lower case", |v| {
        converted(v, Conversion::Lowercase)
    }),
    operation(Mistake::CaseChanged, "upper case", |v| {
        converted(v, Conversion::Uppercase)
    }),
    operation(Mistake::CaseChanged, "lower case, only ASCII", |v| {
        v.to_ascii_lowercase()
    }),
    operation(Mistake::CaseChanged, "upper case, only ASCII", |v| {
        v.to_ascii_uppercase()
    }),
    operation(Mistake::CaseChanged, "a capital first letter", |v| {
        let mut bytes = v.to_vec();
        if let Some(first) = bytes.first_mut() {
            first.make_ascii_uppercase();
        }
        bytes
    }),
    operation(Mistake::ReplaceDollar, "$$ became $", |v| {
        codec::replace(v, b"$$", b"$")
    }),
    operation(Mistake::ReplaceDollar, "$ and a digit were removed", |v| {
        replace_groups(v, b"")
    }),
    operation(
        Mistake::ReplaceDollar,
        "$ and what follows were removed",
        |v| match v.iter().position(|byte| *byte == b'$') {
            Some(at) => {
                let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
                let name = v[at + 1..].iter().take_while(is_name).count();
                [&v[..at], &v[at + 1 + name..]].concat()
            }
            None => v.to_vec(),
        },
    ),
];

/// Applies an operation to UTF-8 text. Other bytes stay unchanged.
fn text(value: &[u8], apply: impl FnOnce(&str) -> String) -> Vec<u8> {
    match core::str::from_utf8(value) {
        Ok(text) => apply(text).into_bytes(),
        Err(_) => value.to_vec(),
    }
}

fn converted(value: &[u8], conversion: Conversion) -> Vec<u8> {
    text(value, |text| convert(conversion, text))
}

fn lower_escapes(text: &[u8]) -> Vec<u8> {
    let mut bytes = text.to_vec();
    let mut at = 0;
    while let Some(escape) = bytes.get_mut(at..) {
        if escape.is_empty() {
            break;
        }
        if escape[0] == b'%' {
            let end = escape.len().min(3);
            escape[..end].make_ascii_lowercase();
        }
        at += 1;
    }
    bytes
}

fn twice(value: &[u8], unreserved: Unreserved, plus: bool) -> Vec<u8> {
    let once = codec::percent_encode(value, unreserved, plus);
    codec::percent_encode(&once, unreserved, plus)
}

fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    let mut was_space = false;
    for c in text.chars() {
        let is_space = c.is_whitespace();
        if !is_space {
            squeezed.push(c);
        } else if !was_space {
            squeezed.push(' ');
        }
        was_space = is_space;
    }
    squeezed
}

/// Encodes text in a single-byte character set. Characters outside it become `?`.
fn to_single_byte(value: &[u8], encode: impl Fn(char) -> Option<u8>) -> Vec<u8> {
    match core::str::from_utf8(value) {
        Ok(text) => text.chars().map(|c| encode(c).unwrap_or(b'?')).collect(),
        Err(_) => value.to_vec(),
    }
}

/// The characters of Windows-1252 from 0x80 to 0x9f. Five of the bytes are unassigned; the WHATWG
/// reads them as control characters.
const WINDOWS_1252: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

fn from_windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn windows_1252(c: char) -> Option<u8> {
    if let Some(at) = WINDOWS_1252.iter().position(|known| *known == c) {
        return u8::try_from(at).ok().map(|at| at + 0x80);
    }
    u8::try_from(u32::from(c))
        .ok()
        .filter(|byte| !(0x80..=0x9f).contains(byte))
}

fn html(value: &[u8], double: &str, single: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    for byte in value {
        match byte {
            b'&' => bytes.extend_from_slice(b"&amp;"),
            b'<' => bytes.extend_from_slice(b"&lt;"),
            b'>' => bytes.extend_from_slice(b"&gt;"),
            b'"' => bytes.extend_from_slice(double.as_bytes()),
            b'\'' => bytes.extend_from_slice(single.as_bytes()),
            other => bytes.push(*other),
        }
    }
    bytes
}

fn unescape_html(value: &[u8]) -> Vec<u8> {
    const ENTITIES: [(&[u8], &[u8]); 9] = [
        (b"&lt;", b"<"),
        (b"&gt;", b">"),
        (b"&quot;", b"\""),
        (b"&#34;", b"\""),
        (b"&#039;", b"'"),
        (b"&#39;", b"'"),
        (b"&#x27;", b"'"),
        (b"&apos;", b"'"),
        (b"&amp;", b"&"),
    ];
    ENTITIES
        .iter()
        .fold(value.to_vec(), |bytes, (entity, character)| {
            codec::replace(&bytes, entity, character)
        })
}

/// Replaces group references such as `$1` and `\1`.
fn replace_groups(value: &[u8], with: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, tail)) = rest.split_first() {
        match tail.first() {
            Some(digit) if matches!(first, b'$' | b'\\') && digit.is_ascii_digit() => {
                bytes.extend_from_slice(with);
                rest = &tail[1..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

/// The texts of an undefined value.
pub(crate) const UNSET: [&str; 9] = [
    "undefined",
    "null",
    "None",
    "Array",
    "NaN",
    "nan",
    "[object Object]",
    "false",
    "nil",
];

/// The delimiters of unfilled placeholders, before and after the name.
pub(crate) const BRACES: [(&str, &str); 9] = [
    ("{", "}"),
    ("${", "}"),
    ("$", ""),
    ("{{", "}}"),
    ("{{ ", " }}"),
    ("{$", "}"),
    ("%", "%"),
    (":", ""),
    ("#{", "}"),
];
