//! Percent-encoding of what is sent, and decoding of what arrives.

use core::fmt;

use crate::error::ValueFault;
use crate::wire::SEPARATOR;

/// What the bytes of a text are, as a set of the flags below.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class(u8);

impl Class {
    /// Not `A-Z a-z 0-9 - . _ ~`, the unreserved characters of RFC 3986, section 2.3. Such bytes
    /// are encoded, so that the decoders of forms and of URIs read the same value.
    pub(crate) const RESERVED: Self = Self(1);
    /// `%`, which starts an escape in a query and in a path.
    pub(crate) const PERCENT: Self = Self(1 << 1);
    /// `+`, which is a space in a query.
    pub(crate) const PLUS: Self = Self(1 << 2);
    /// `|` or a control character, which no field may contain.
    pub(crate) const FORBIDDEN: Self = Self(1 << 3);

    const fn of_byte(byte: u8) -> Self {
        let reserved = Self::RESERVED.0;
        Self(match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => 0,
            b'%' => reserved | Self::PERCENT.0,
            b'+' => reserved | Self::PLUS.0,
            SEPARATOR | 0..=0x1f | 0x7f => reserved | Self::FORBIDDEN.0,
            _ => reserved,
        })
    }

    /// The flags of all the bytes of a text, without a branch that depends on one of them.
    pub(crate) fn of(text: &str) -> Self {
        // A byte is always a place in the table, and the compiler sees it.
        let class = |byte: u8| CLASSES.get(usize::from(byte)).map_or(0, |class| class.0);
        Self(text.bytes().fold(0, |flags, byte| flags | class(byte)))
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }
}

/// [`Class::of_byte`], looked up.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the table is made when this is compiled, where a panic is a compile error"
)]
static CLASSES: [Class; 256] = {
    let mut classes = [Class(0); 256];
    let mut byte = 0;
    while byte < classes.len() {
        classes[byte] = Class::of_byte(byte as u8);
        byte += 1;
    }
    classes
};

/// Whether a byte stays as it is in a URL.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    !Class::of_byte(byte).has(Class::RESERVED)
}

/// Writes text with every byte encoded that is not unreserved, in upper-case hex.
pub(crate) fn encode(text: &str, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    if !Class::of(text).has(Class::RESERVED) {
        return out.write_str(text);
    }
    let mut rest = text;
    // Text is cut before and after whole runs of unreserved ASCII, so always between characters.
    while let Some(at) = rest.bytes().position(|byte| !is_unreserved(byte)) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.write_str(plain)?;
        let mut tail = tail.chars();
        if let Some(c) = tail.next() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let hex = [b'%', upper_hex(byte >> 4), upper_hex(byte & 0xf)];
                out.write_str(core::str::from_utf8(&hex).unwrap_or_default())?;
            }
        }
        rest = tail.as_str();
    }
    out.write_str(rest)
}

const fn upper_hex(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => b'A'.wrapping_sub(10).wrapping_add(nibble),
    }
}

/// How the bytes of a value stand in the message.
// As wide as its neighbours in a `Value`, whose copies a narrower store before them would stall.
#[repr(usize)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// In a query: `%` escapes, and `+` is a space.
    Query,
    /// In a path: `%` escapes, and `+` is a plus.
    Path,
    /// Already decoded.
    Plain,
}

/// A `%` that two hexadecimal digits don't follow.
pub(crate) struct BrokenEscape;

/// The decoded bytes of a value.
#[derive(Clone)]
pub(crate) struct Decode<'a> {
    pub(crate) rest: core::slice::Iter<'a, u8>,
    form: Form,
}

impl<'a> Decode<'a> {
    pub(crate) fn new(raw: &'a str, form: Form) -> Self {
        Self {
            rest: raw.as_bytes().iter(),
            form,
        }
    }

    /// With a broken escape standing for itself, which no value that was checked has.
    pub(crate) fn lenient(self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        self.map(|byte| byte.unwrap_or(b'%'))
    }

    /// The next character, or why there is none.
    pub(crate) fn next_char(&mut self) -> Option<Result<char, ValueFault>> {
        Some(match self.next()? {
            Ok(first) => self.char_from(first).ok_or(ValueFault::Utf8),
            Err(BrokenEscape) => Err(ValueFault::Escape),
        })
    }

    /// The character of UTF-8 whose first byte is known.
    fn char_from(&mut self, first: u8) -> Option<char> {
        let len = match first {
            0..=0x7f => return Some(char::from(first)),
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return None,
        };
        let mut bytes = [first, 0, 0, 0];
        let (bytes, _) = bytes.split_at_mut_checked(len)?;
        for byte in bytes.iter_mut().skip(1) {
            *byte = self.next()?.ok()?;
        }
        core::str::from_utf8(bytes).ok()?.chars().next()
    }
}

impl Iterator for Decode<'_> {
    type Item = Result<u8, BrokenEscape>;

    fn next(&mut self) -> Option<Self::Item> {
        let byte = *self.rest.next()?;
        Some(Ok(match (byte, self.form) {
            (b'+', Form::Query) => b' ',
            (b'%', Form::Query | Form::Path) => {
                let digits = self.rest.as_slice();
                let Some(([high, low], tail)) = digits.split_first_chunk::<2>() else {
                    return Some(Err(BrokenEscape));
                };
                let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low)) else {
                    return Some(Err(BrokenEscape));
                };
                self.rest = tail.iter();
                high << 4 | low
            }
            _ => byte,
        }))
    }
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}
