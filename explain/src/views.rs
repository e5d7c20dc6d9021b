//! The decoded forms of a text that is shown: everything that a reader could decode from it.

use zeroize::Zeroizing;

use crate::body;
use crate::codec::{self, Alphabet, Bytes};
use crate::platform::{Conversion, convert};

/// The total length of the views of a text.
const MOST_BYTES: usize = 512 << 10;

/// The cost of a view besides its length. It bounds the number of short views.
const COST: usize = 128;

/// The length of the shortest view. A shorter text is not part of a secret.
const SHORTEST: usize = 4;

/// The number of digits in the shortest run of base64 that is decoded: eight bytes.
const RUN_OF_BASE64: usize = 11;
const RUN_OF_HEX: usize = 16;

/// Returns the text and everything that decoding yields, in every order, until nothing is left to
/// decode. Returns `None` if that is too much to search.
///
/// The loop ends: every decoding except normalization shortens a text, and normalization is
/// idempotent.
pub(crate) fn views(text: &[u8]) -> Option<Vec<Bytes>> {
    let mut views = vec![Zeroizing::new(text.to_vec())];
    let mut left = MOST_BYTES.checked_sub(text.len())?;
    let mut at = 0;
    while let Some(view) = views.get(at) {
        for decoded in decodings(view) {
            if decoded.len() >= SHORTEST && !views.contains(&decoded) {
                left = left.checked_sub(decoded.len() + COST)?;
                views.push(decoded);
            }
        }
        at += 1;
    }
    Some(views)
}

type Decode = fn(&[u8]) -> Vec<u8>;

/// The decoders of escapes, by the first byte of an escape.
const ESCAPES: [(u8, Decode); 4] = [
    (b'%', |text| codec::percent_decode(text, false)),
    (b'=', quoted_printable),
    (b'\\', backslashes),
    (b'&', entities),
];

fn decodings(text: &[u8]) -> Vec<Bytes> {
    let joined = joined(text);
    let mut decodings: Vec<Vec<u8>> = vec![
        letters(&joined),
        joined,
        unseparated(text),
        numbers(text),
        body::decompressed_start(text, MOST_BYTES),
    ];
    for (mark, decode) in ESCAPES {
        if text.contains(&mark) {
            decodings.push(decode(text));
        }
    }
    decodings.extend((0..4).map(|skipped| {
        runs(text, is_base64, skipped, RUN_OF_BASE64, |run| {
            // A single leftover digit encodes no byte.
            let length = run.len() - usize::from(run.len() % 4 == 1);
            codec::from_base64(&run[..length], Alphabet::Both, false)
        })
    }));
    decodings.extend((0..2).map(|skipped| {
        let is_digit = |byte: &u8| byte.is_ascii_hexdigit();
        runs(text, is_digit, skipped, RUN_OF_HEX, |run| {
            codec::from_hex(&run[..run.len() & !1])
        })
    }));
    decodings.into_iter().map(Zeroizing::new).collect()
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Decodes every run of digits, also without its first ones: it may be joined with the text before
/// it.
fn runs(
    text: &[u8],
    is_digit: impl Fn(&u8) -> bool,
    skipped: usize,
    shortest: usize,
    decode: impl Fn(&[u8]) -> Option<Bytes>,
) -> Vec<u8> {
    let mut decoded = Vec::new();
    for run in text.split(|byte| !is_digit(byte)) {
        let Some(run) = run.get(skipped..).filter(|run| run.len() >= shortest) else {
            continue;
        };
        if let Some(bytes) = decode(run) {
            decoded.extend_from_slice(&bytes);
            decoded.push(b' ');
        }
    }
    decoded
}

/// Decodes `=41`, and joins lines that end in `=`.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = match rest {
            [b'=', b'\r', b'\n', tail @ ..] | [b'=', b'\n', tail @ ..] => tail,
            [b'=', high, low, tail @ ..] => match pair(*high, *low) {
                Some(byte) => {
                    decoded.push(byte);
                    tail
                }
                None => {
                    decoded.push(b'=');
                    &rest[1..]
                }
            },
            _ => {
                decoded.push(*first);
                tail
            }
        };
    }
    decoded
}

fn pair(high: u8, low: u8) -> Option<u8> {
    Some(codec::hex_digit(high)? << 4 | codec::hex_digit(low)?)
}

/// Decodes the escapes of JSON, JavaScript, Python and Rust.
fn backslashes(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        let (b'\\', [kind, tail @ ..]) = (first, tail) else {
            decoded.push(*first);
            continue;
        };
        rest = tail;
        let (digits, after) = match (kind, tail) {
            (b'u', [b'{', inner @ ..]) => {
                let end = inner.iter().position(|byte| *byte == b'}');
                let end = end.filter(|end| *end <= 6).unwrap_or(0);
                (&inner[..end], inner.get(end + 1..).unwrap_or_default())
            }
            (b'x', _) => tail.split_at(tail.len().min(2)),
            (b'u', _) => tail.split_at(tail.len().min(4)),
            (b'U', _) => tail.split_at(tail.len().min(8)),
            _ => {
                decoded.push(match kind {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    b'0' => 0,
                    other => *other,
                });
                continue;
            }
        };
        match code(digits, 16) {
            Some(code) => {
                push(code, *kind == b'x', &mut decoded);
                rest = after;
            }
            None => decoded.push(*kind),
        }
    }
    decoded
}

/// Returns the character with a code point, given in digits.
fn code(digits: &[u8], radix: u32) -> Option<u32> {
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let digits = core::str::from_utf8(digits).ok()?;
    let is_number = !digits.is_empty() && digits.as_bytes().iter().all(is_digit);
    is_number
        .then(|| u32::from_str_radix(digits, radix).ok())
        .flatten()
}

fn push(code: u32, is_byte: bool, decoded: &mut Vec<u8>) {
    match u8::try_from(code) {
        Ok(byte) if is_byte => decoded.push(byte),
        _ => {
            // Half of a surrogate pair is no letter of a secret.
            let c = char::from_u32(code).unwrap_or(' ');
            decoded.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

/// Decodes HTML character references, with or without the final semicolon.
fn entities(text: &[u8]) -> Vec<u8> {
    const NAMED: [(&[u8], u8); 5] = [
        (b"&amp", b'&'),
        (b"&lt", b'<'),
        (b"&gt", b'>'),
        (b"&quot", b'"'),
        (b"&apos", b'\''),
    ];
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        let (number, radix) = match rest {
            [b'&', b'#', b'x' | b'X', number @ ..] => (number, 16),
            [b'&', b'#', number @ ..] => (number, 10),
            _ => (&[][..], 10),
        };
        let digits = number.iter().take(8);
        let digits = digits
            .take_while(|byte| char::from(**byte).is_digit(radix))
            .count();
        let named = NAMED.iter().find(|(name, _)| rest.starts_with(name));
        let after = match (code(&number[..digits], radix), named) {
            (Some(code), _) => {
                push(code, false, &mut decoded);
                &number[digits..]
            }
            (None, Some((name, byte))) => {
                decoded.push(*byte);
                &rest[name.len()..]
            }
            (None, None) => {
                decoded.push(*first);
                rest = tail;
                continue;
            }
        };
        rest = after.strip_prefix(b";").unwrap_or(after);
    }
    decoded
}

/// Returns the normalized text without white space and invisible characters.
fn joined(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut keep = |c: char| {
        if !c.is_whitespace() && !c.is_control() {
            kept.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    };
    if text.is_ascii() {
        text.iter().for_each(|byte| keep(char::from(*byte)));
    } else {
        let text = Zeroizing::new(String::from_utf8_lossy(text).into_owned());
        let visible = text.chars().filter(|c| !is_invisible(*c));
        let visible = Zeroizing::new(visible.collect::<String>());
        let normal = Zeroizing::new(convert(Conversion::Nfkc, &visible));
        normal.chars().for_each(&mut keep);
    }
    kept
}

/// Returns the ASCII letters and digits alone.
fn letters(joined: &[u8]) -> Vec<u8> {
    let letters = joined.iter().filter(|byte| byte.is_ascii_alphanumeric());
    letters.copied().collect()
}

/// Removes the separators between single characters, as in `a-b-c`.
fn unseparated(text: &[u8]) -> Vec<u8> {
    let is_repeated = |at: usize| {
        let before = at.checked_sub(2).and_then(|at| text.get(at));
        before == text.get(at) || text.get(at + 2) == text.get(at)
    };
    let bytes = text.iter().enumerate();
    bytes
        .filter(|(at, byte)| !(byte.is_ascii_punctuation() && is_repeated(*at)))
        .map(|(_, byte)| *byte)
        .collect()
}

/// Returns `true` for a character that is invisible, or only visible as an accent.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}')
}

/// Decodes a list of byte values, as in the JSON of a Node buffer.
fn numbers(text: &[u8]) -> Vec<u8> {
    let numbers = text.split(|byte| !byte.is_ascii_digit());
    numbers
        .filter(|number| !number.is_empty())
        .map(|number| match code(number, 10).map(u8::try_from) {
            Some(Ok(byte)) => byte,
            Some(Err(_)) | None => b' ',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tests that the views of an encoded text contain the text.
    #[test]
    fn every_encoding_is_decoded() {
        const SECRET: &[u8] = b"Sesame-0pen/2+2";
        for encoded in [
            "a%53%65same-0pen%2F2%2b2",
            "a%2553%2565same-0pen%252F2%252b2",
            "=53esame=\r\n-0pen/2+2",
            r"\u0053\x65same-0pen\/2\u{2b}2",
            "&#83;&#x65;same-0pen&#47;2&#x2B;2",
            "U2VzYW1lLTBwZW4vMisy",
            "xU2VzYW1lLTBwZW4vMisy",
            "xyU2VzYW1lLTBwZW4vMisy",
            "xyzU2VzYW1lLTBwZW4vMisy=",
            "U2Vz YW1l LTBw ZW4v Misy",
            "536573616d652d3070656e2f322b32",
            "f536573616D652D3070656E2F322B32",
            "53:65:73:61:6d:65:2d:30:70:65:6e:2f:32:2b:32",
            "S-e-s-a-m-e---0-p-e-n-/-2-+-2",
            "[83,101,115,97,109,101,45,48,112,101,110,47,50,43,50]",
            "% 5 3 e s a m e - 0 p e n / 2 + 2",
            "\u{ff33}esame-0pen/2+2",
            "S\u{200b}esame-0pen/2+2",
            r"S\0e\0s\0a\0m\0e\0-\00\0p\0e\0n\0/\02\0+\02\0",
            // The output of gzip, as it is shown.
            r"\x1f\x8b\x08\0\0\0\0\0\x02\u{3}\u{b}N-N\xccM\xd55(H\xcd\xd37\xd26\u{2}\0",
        ] {
            let views = views(encoded.as_bytes()).unwrap();
            let has = views.iter().any(|view| codec::find(view, SECRET).is_some());
            assert!(has, "{encoded}");
        }
    }

    #[test]
    fn too_many_views_are_reported() {
        let text: Vec<u8> = (0..60_000_u32)
            .map(|at| {
                b"ABCDEFGHIJKLMNOP0123456789abcdef"[(at.wrapping_mul(2_654_435_761) >> 27) as usize]
            })
            .collect();
        assert!(views(&text).is_none());
        assert!(views(&vec![b'|'; MOST_BYTES + 1]).is_none());
    }
}
