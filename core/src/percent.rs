//! Percent-encoding of what is sent, and decoding of what arrives.

use core::fmt;

use crate::error::Flaw;
use crate::wire::SEPARATOR;

/// The kinds of bytes in a text, as a set of the flags below.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ByteClass(u8);

impl ByteClass {
    /// Not `A-Z a-z 0-9 - . _ ~`, the unreserved characters of RFC 3986, section 2.3. Such bytes
    /// are encoded, so that the decoders of forms and of URIs read the same value.
    pub(crate) const RESERVED: Self = Self(1);
    /// `%`, which starts an escape in a query and in a path.
    pub(crate) const PERCENT: Self = Self(1 << 1);
    /// `+`, which is a space in a query.
    pub(crate) const PLUS: Self = Self(1 << 2);
    /// `|` or an ASCII control character, which no field may contain.
    pub(crate) const FORBIDDEN: Self = Self(1 << 3);
    /// A byte of a character outside ASCII.
    pub(crate) const NON_ASCII: Self = Self(1 << 4);
    /// `;`, at which some decoders split a query.
    pub(crate) const SEMICOLON: Self = Self(1 << 5);

    const fn of_byte(byte: u8) -> Self {
        let reserved = Self::RESERVED.0;
        Self(match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => 0,
            b'%' => reserved | Self::PERCENT.0,
            b'+' => reserved | Self::PLUS.0,
            SEPARATOR | 0..=0x1f | 0x7f => reserved | Self::FORBIDDEN.0,
            b';' => reserved | Self::SEMICOLON.0,
            0x80.. => reserved | Self::NON_ASCII.0,
            _ => reserved,
        })
    }

    /// Returns the flags of all the bytes, without a branch that depends on one of them.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        // A byte is always an index of the table, and the compiler sees it.
        let class = |byte: &u8| CLASSES.get(usize::from(*byte)).map_or(0, |class| class.0);
        Self(bytes.iter().fold(0, |flags, byte| flags | class(byte)))
    }

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }
}

/// [`ByteClass::of_byte`] as a table.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "the table is made when this is compiled, where a panic is a compile error"
)]
static CLASSES: [ByteClass; 256] = {
    let mut classes = [ByteClass(0); 256];
    let mut byte = 0;
    while byte < classes.len() {
        classes[byte] = ByteClass::of_byte(byte as u8);
        byte += 1;
    }
    classes
};

/// Returns `true` for a byte that stays as it is in a URL.
fn is_unreserved(byte: u8) -> bool {
    !ByteClass::of(&[byte]).has(ByteClass::RESERVED)
}

/// Writes text with every byte encoded that is not unreserved, in uppercase hex.
pub(crate) fn encode(text: &str, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    if !ByteClass::of(text.as_bytes()).has(ByteClass::RESERVED) {
        return out.write_str(text);
    }
    let mut start = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        if is_unreserved(byte) {
            continue;
        }
        // Inside a character the range is empty, and `get` returns `None`.
        out.write_str(text.get(start..at).unwrap_or_default())?;
        let hex = [b'%', upper_hex(byte >> 4), upper_hex(byte & 0xf)];
        out.write_str(core::str::from_utf8(&hex).unwrap_or_default())?;
        start = at.saturating_add(1);
    }
    out.write_str(text.get(start..).unwrap_or_default())
}

const fn upper_hex(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => b'A'.wrapping_sub(10).wrapping_add(nibble),
    }
}

/// The encoding in which a message carries a value.
// As wide as its neighbors in a `FieldText`, whose copies a narrower store before them would stall.
#[repr(usize)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// In a query: `%` escapes, and `+` is a space.
    Query,
    /// In a path: `%` escapes, and `+` is a plus.
    Path,
    /// Already decoded.
    Plain,
}

/// A `%` without two hex digits after it.
#[derive(PartialEq)]
pub(crate) struct BrokenEscape;

pub(crate) const NOT_UTF8: Flaw = Flaw("is not UTF-8 when decoded");
const BROKEN_ESCAPE: Flaw = Flaw("is no text, or has a '%' without two hex digits after it");

/// The decoded bytes of a value.
#[derive(Clone)]
pub(crate) struct Decode<'a> {
    pub(crate) rest: core::slice::Iter<'a, u8>,
    encoding: Encoding,
}

impl<'a> Decode<'a> {
    pub(crate) fn new(raw: &'a [u8], encoding: Encoding) -> Self {
        Self {
            rest: raw.iter(),
            encoding,
        }
    }

    /// Reads the bytes of a literal. Returns `None` if they differ; a broken escape matches nothing.
    #[inline(never)]
    pub(crate) fn strip(&mut self, literal: Self) -> Option<()> {
        for byte in literal {
            if self.next()?.ok()? != byte.ok()? {
                return None;
            }
        }
        Some(())
    }

    /// Returns the number of decoded bytes.
    #[inline(never)]
    pub(crate) fn count_bytes(&self) -> usize {
        self.clone().count()
    }

    /// Returns the decoded bytes, in which a broken escape stands for itself.
    pub(crate) fn lenient(self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        self.map(|byte| byte.unwrap_or(b'%'))
    }

    /// Returns the next byte as the most lenient decoders read it: `%u0041` is a letter to
    /// ASP.NET and to Perl's CGI.pm, and any other broken escape stands for itself.
    pub(crate) fn next_lenient(&mut self) -> Option<u8> {
        Some(match self.next()? {
            Ok(byte) => byte,
            Err(BrokenEscape) => self.unicode_escape().unwrap_or(b'%'),
        })
    }

    /// Reads the rest of `%u0041`. A character outside ASCII becomes a byte that is in no name.
    fn unicode_escape(&mut self) -> Option<u8> {
        let (digits, tail) = self.rest.as_slice().split_first_chunk::<5>()?;
        let ([b'u'], digits) = digits.split_first_chunk::<1>()? else {
            return None;
        };
        let number = digits.iter().try_fold(0_u32, |number, digit| {
            Some(number << 4 | u32::from(hex_digit(*digit)?))
        })?;
        self.rest = tail.iter();
        Some(
            u8::try_from(number)
                .ok()
                .filter(u8::is_ascii)
                .unwrap_or(0xff),
        )
    }

    /// Returns the next character, or why there is none.
    pub(crate) fn next_char(&mut self) -> Option<Result<char, Flaw>> {
        Some(match self.next()? {
            Ok(first) => self.char_from(first).ok_or(NOT_UTF8),
            Err(BrokenEscape) => Err(BROKEN_ESCAPE),
        })
    }

    /// Returns the character that starts with this byte of UTF-8.
    fn char_from(&mut self, first: u8) -> Option<char> {
        let len = match first {
            0..=0x7f => return Some(char::from(first)),
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return None,
        };
        // The first byte has as many ones before its bits as there are bytes.
        let mut code = u32::from(first & (0x7f >> len));
        for _ in 1..len {
            let next = self.next()?.ok()?;
            if next & 0xc0 != 0x80 {
                return None;
            }
            code = code << 6 | u32::from(next & 0x3f);
        }
        // A surrogate or a longer form than the shortest is no character.
        char::from_u32(code).filter(|c| c.len_utf8() == len)
    }
}

impl Iterator for Decode<'_> {
    type Item = Result<u8, BrokenEscape>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let byte = *self.rest.next()?;
        Some(Ok(match (byte, self.encoding) {
            (b'+', Encoding::Query) => b' ',
            (b'%', Encoding::Query | Encoding::Path) => {
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

pub(crate) const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(byte.wrapping_sub(b'a').wrapping_add(10)),
        b'A'..=b'F' => Some(byte.wrapping_sub(b'A').wrapping_add(10)),
        _ => None,
    }
}
