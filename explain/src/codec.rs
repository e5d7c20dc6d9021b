//! Lenient readers of hex, base64 and percent-encoding, as other programs have them.

use zeroize::Zeroizing;

/// Bytes that may be a key or a part of one.
pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// Decodes hex of either case. Returns `None` for another character or an odd number of digits.
pub(crate) fn from_hex(digits: &[u8]) -> Option<Bytes> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    for pair in digits.chunks_exact(2) {
        bytes.push(hex_digit(pair[0])? << 4 | hex_digit(pair[1])?);
    }
    Some(bytes)
}

pub(crate) const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Encodes as lowercase hex.
pub(crate) fn to_hex(bytes: &[u8]) -> Bytes {
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len() * 2));
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(b"0123456789abcdef"[usize::from(nibble)]);
        }
    }
    text
}

/// An alphabet of base64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// `+` and `/`.
    Standard,
    /// `-` and `_`.
    Url,
    /// Both alphabets at once, as Node reads it.
    Both,
}

/// Decodes base64, with or without padding. If `lenient`, skips bytes outside the alphabet, as PHP
/// and Python do.
pub(crate) fn from_base64(text: &[u8], alphabet: Alphabet, lenient: bool) -> Option<Bytes> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut padded = false;
    for byte in text {
        let value = match (byte, alphabet) {
            (b'A'..=b'Z', _) => byte - b'A',
            (b'a'..=b'z', _) => byte - b'a' + 26,
            (b'0'..=b'9', _) => byte - b'0' + 52,
            (b'+', Alphabet::Standard | Alphabet::Both)
            | (b'-', Alphabet::Url | Alphabet::Both) => 62,
            (b'/', Alphabet::Standard | Alphabet::Both)
            | (b'_', Alphabet::Url | Alphabet::Both) => 63,
            (b'=', _) => {
                padded = true;
                continue;
            }
            _ if lenient => continue,
            _ => return None,
        };
        if padded {
            return None;
        }
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    // A single leftover digit encodes no byte.
    (held != 6).then_some(bytes)
}

/// Encodes as base64 with padding.
pub(crate) fn to_base64(bytes: &[u8]) -> Bytes {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len().div_ceil(3) * 4));
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0_u32, |word, at| {
            word << 8 | u32::from(chunk.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            text.push(if at <= chunk.len() {
                DIGITS[(word >> (18 - 6 * at) & 63) as usize]
            } else {
                b'='
            });
        }
    }
    text
}

/// The bytes that a percent-encoder does not escape, besides letters and digits.
#[derive(Clone, Copy)]
pub(crate) struct Unreserved(pub(crate) &'static [u8]);

impl Unreserved {
    /// RFC 3986.
    pub(crate) const RFC: Self = Self(b"-._~");
    /// `encodeURIComponent`.
    pub(crate) const JAVASCRIPT: Self = Self(b"-_.!~*'()");
    /// `encodeURI`.
    pub(crate) const URI: Self = Self(b"-_.!~*'();/?:@&=+$,#");
    /// PHP's `urlencode`, and HTML forms.
    pub(crate) const FORM: Self = Self(b"-_.");
    /// Python's `quote`.
    pub(crate) const PYTHON: Self = Self(b"-._~/");
}

/// Percent-encodes bytes. A space becomes `+` if `plus`.
pub(crate) fn percent_encode(bytes: &[u8], unreserved: Unreserved, plus: bool) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() + 16);
    percent_encode_to(bytes, unreserved, plus, &mut text);
    text
}

/// Appends percent-encoded bytes to `out`.
pub(crate) fn percent_encode_to(
    bytes: &[u8],
    unreserved: Unreserved,
    plus: bool,
    text: &mut Vec<u8>,
) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        match byte {
            b' ' if plus => text.push(b'+'),
            byte if byte.is_ascii_alphanumeric() || unreserved.0.contains(byte) => text.push(*byte),
            byte => {
                let [high, low] = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
                text.extend_from_slice(&[b'%', high, low]);
            }
        }
    }
}

/// Percent-decodes a text. A malformed escape is kept; `+` becomes a space if `plus`.
pub(crate) fn percent_decode(text: &[u8], plus: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let escape = match text.get(at + 1..at + 3) {
            Some([high, low]) if *byte == b'%' => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        match escape {
            Some((high, low)) => {
                bytes.push(high << 4 | low);
                at += 3;
            }
            None => {
                bytes.push(if *byte == b'+' && plus { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    bytes
}

/// Returns the position of `wanted` in `bytes`.
pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    // Most windows differ in the first byte.
    bytes
        .windows(wanted.len().max(1))
        .position(|window| window.first() == wanted.first() && window == wanted)
}

/// Replaces every occurrence of `from`.
pub(crate) fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = find(rest, from) {
        replaced.extend_from_slice(&rest[..at]);
        replaced.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    replaced.extend_from_slice(rest);
    replaced
}
