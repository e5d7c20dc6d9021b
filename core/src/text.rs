//! The text of a field, as a message carries it.

use core::fmt;

use crate::error::Flaw;
use crate::percent::{ByteClass, Decode, Encoding};
use crate::tag::{self, TAG};
use crate::wire::SEPARATOR;

/// The text of a received field, borrowed as it arrived and decoded as it is read.
///
/// It compares with text and prints decoded; nothing is copied. Only a verification that succeeded
/// hands one out, so it always is valid UTF-8.
///
/// # Examples
///
/// ```
/// # use visiono_workflow::*;
/// # let workflow = Workflow::new(WorkflowSecret::new("0123456789abcdef0123456789abcdef")?)?;
/// # let fields = LinkFields { unique_value: "AB C", source: "zendesk", reference: "t-1", timestamp: 0 };
/// # let url = workflow.sign_link(&LinkUrl::from_slug("a")?, &fields)?.to_string();
/// let link = workflow.verify_link(url.as_str(), 0, &ExpectLink::new())?;
/// assert_eq!(link.unique_value(), "AB C");
/// assert_eq!(link.unique_value().to_string(), "AB C");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct FieldText<'a> {
    raw: &'a [u8],
    encoding: Encoding,
}

const EMPTY: Flaw = Flaw("is empty: pass a value");
const HAS_SEPARATOR: Flaw = Flaw("contains '|', which separates the fields: remove it");
const HAS_CONTROL: Flaw = Flaw("contains a control character or a line separator: remove it");
const HAS_SEMICOLON: Flaw = Flaw("contains a raw ';', at which some decoders split");
const CALLERS_NOT_UTF8: Flaw = Flaw("is not UTF-8: pass UTF-8 text");
pub(crate) const NOT_DECIMAL: Flaw =
    Flaw("must be a decimal number in range, without sign, leading zero or space");

impl<'a> FieldText<'a> {
    pub(crate) const EMPTY: Self = Self::plain("");

    pub(crate) const fn new(raw: &'a [u8], encoding: Encoding) -> Self {
        Self { raw, encoding }
    }

    pub(crate) const fn plain(text: &'a str) -> Self {
        Self::new(text.as_bytes(), Encoding::Plain)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// Returns the text itself if the message carries it with nothing encoded.
    #[must_use]
    pub fn as_plain(&self) -> Option<&'a str> {
        core::str::from_utf8(self.as_plain_bytes()?).ok()
    }

    /// Returns the bytes of the text if the message carries it with nothing encoded.
    pub(crate) const fn as_plain_bytes(&self) -> Option<&'a [u8]> {
        match self.encoding {
            Encoding::Plain => Some(self.raw),
            Encoding::Query | Encoding::Path => None,
        }
    }

    /// Returns the characters of the text.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let mut decode = Decode::new(self.raw, self.encoding);
        core::iter::from_fn(move || {
            // Callers only get checked values, so the replacement never occurs.
            let next = decode.next_char()?;
            Some(next.unwrap_or(char::REPLACEMENT_CHARACTER))
        })
    }

    /// Returns the text as a `str`: borrowed if nothing is encoded, otherwise decoded into a
    /// `String`.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_cow(&self) -> alloc::borrow::Cow<'a, str> {
        match self.as_plain() {
            Some(text) => text.into(),
            None => self.chars().collect::<alloc::string::String>().into(),
        }
    }

    /// Strips the literals around a placeholder. Returns `None` if they don't match.
    pub(crate) fn strip_literals(self, before: &[u8], after: &[u8]) -> Option<Self> {
        if before.is_empty() && after.is_empty() {
            return Some(self);
        }
        let mut decoded = Decode::new(self.raw, self.encoding);
        decoded.strip(Decode::new(before, self.literal_encoding()))?;
        let start = self.raw.len().checked_sub(decoded.rest.len())?;
        let after = Decode::new(after, self.literal_encoding());
        let middle = decoded.count_bytes().checked_sub(after.count_bytes())?;
        for _ in 0..middle {
            decoded.next();
        }
        let end = self.raw.len().checked_sub(decoded.rest.len())?;
        decoded.strip(after)?;
        Some(Self::new(self.raw.get(start..end)?, self.encoding))
    }

    /// Returns the encoding of the template's literals beside such a value: pairs that are
    /// decoded already come from a query.
    const fn literal_encoding(self) -> Encoding {
        match self.encoding {
            Encoding::Path => Encoding::Path,
            Encoding::Query | Encoding::Plain => Encoding::Query,
        }
    }

    pub(crate) const fn encoding(self) -> Encoding {
        self.encoding
    }

    /// Returns the bytes as they arrived.
    pub(crate) const fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// Returns the decoded bytes, in which a broken escape stands for itself.
    pub(crate) fn bytes(&self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        Decode::new(self.raw, self.encoding).lenient()
    }

    /// Reads a signature, whose digits may be percent-encoded like anything else.
    pub(crate) fn signature(self) -> Option<[u8; TAG]> {
        let mut digits = [0; TAG * 2];
        // Any escape makes the text longer than its digits.
        if self.raw.len() == digits.len() {
            return tag::read(self.raw);
        }
        let mut bytes = self.bytes();
        for digit in &mut digits {
            *digit = bytes.next()?;
        }
        tag::read(&digits).filter(|_| bytes.next().is_none())
    }

    /// Checks a text field (`docs/protocol.md`, section 3). Returns `true` if it is encoded.
    #[inline]
    pub(crate) fn check(self) -> Result<bool, Flaw> {
        if self.is_empty() {
            return Err(EMPTY);
        }
        let class = ByteClass::of(self.raw);
        if self.encoding == Encoding::Query && class.has(ByteClass::SEMICOLON) {
            return Err(HAS_SEMICOLON);
        }
        let encoded = match self.encoding {
            Encoding::Query => class.has(ByteClass::PERCENT.or(ByteClass::PLUS)),
            Encoding::Path => class.has(ByteClass::PERCENT),
            Encoding::Plain => false,
        };
        if encoded || class.has(ByteClass::FORBIDDEN.or(ByteClass::NON_ASCII)) {
            self.check_decoded()?;
        }
        Ok(encoded)
    }

    /// Returns the same value, checked, and marked as plain if nothing in it is encoded.
    pub(crate) fn checked(self) -> Result<Self, Flaw> {
        let encoded = self.check()?;
        Ok(if encoded {
            self
        } else {
            Self::new(self.raw, Encoding::Plain)
        })
    }

    /// Checks the decoded characters.
    fn check_decoded(self) -> Result<(), Flaw> {
        let mut decode = Decode::new(self.raw, self.encoding);
        while let Some(next) = decode.next_char() {
            match next? {
                c if c == char::from(SEPARATOR) => return Err(HAS_SEPARATOR),
                '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                    return Err(HAS_CONTROL);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns `true` if a character is white space or a control character, as Unicode has them.
    ///
    /// `char::is_whitespace` brings a table.
    pub(crate) fn has_white_space(self) -> bool {
        let mut chars = self.chars();
        chars.any(|c| {
            matches!(c, '\0'..=' ' | '\x7f'..='\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
                | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
        })
    }

    /// Returns `true` if the value decodes to text.
    pub(crate) fn is_decodable(self) -> bool {
        let mut decode = Decode::new(self.raw, self.encoding);
        core::iter::from_fn(|| decode.next_char()).all(|next| next.is_ok())
    }

    /// Reads a decimal number in its shortest form, at most `max`.
    pub(crate) fn number(self, max: u64, too_large: Flaw) -> Result<u64, Flaw> {
        match decimal(self.bytes()) {
            Some(number) if number <= max => Ok(number),
            Some(_) => Err(too_large),
            None => Err(NOT_DECIMAL),
        }
    }
}

/// Checks that a caller's bytes are UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Flaw> {
    core::str::from_utf8(bytes).map_err(|_| CALLERS_NOT_UTF8)
}

/// Reads a decimal number in its shortest form; one near [`u64::MAX`] stops growing. Returns `None`
/// for any other text.
#[inline]
fn decimal(mut digits: impl Iterator<Item = u8>) -> Option<u64> {
    let value = |digit: u8| Some(digit.wrapping_sub(b'0')).filter(|value| *value <= 9);
    let first = value(digits.next()?)?;
    let mut number = u64::from(first);
    for digit in digits {
        if first == 0 {
            return None;
        }
        let value = u64::from(value(digit)?);
        // A number that is larger than any limit is kept, which saves the 128-bit multiplication
        // that would detect an overflow.
        if number <= u64::MAX / 16 {
            number = number.wrapping_mul(10).wrapping_add(value);
        }
    }
    Some(number)
}

impl fmt::Display for FieldText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_plain() {
            Some(text) => f.write_str(text),
            None => self.chars().try_for_each(|c| fmt::Write::write_char(f, c)),
        }
    }
}

impl fmt::Debug for FieldText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, '"')?;
        for c in self.chars().flat_map(char::escape_debug) {
            fmt::Write::write_char(f, c)?;
        }
        fmt::Write::write_char(f, '"')
    }
}

impl PartialEq<str> for FieldText<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_plain_bytes() {
            Some(bytes) => bytes == other.as_bytes(),
            None => self.bytes().eq(other.bytes()),
        }
    }
}

impl PartialEq<&str> for FieldText<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq for FieldText<'_> {
    fn eq(&self, other: &Self) -> bool {
        if self.encoding == other.encoding && self.raw == other.raw {
            return true;
        }
        // Names mostly differ in their first byte.
        let is_itself = |byte: &u8| !matches!(byte, b'%' | b'+');
        if let (Some(one), Some(other)) = (self.raw.first(), other.raw.first())
            && one != other
            && is_itself(one)
            && is_itself(other)
        {
            return false;
        }
        // A broken escape, which a value that isn't checked yet may have, equals only another.
        let mut one = Decode::new(self.raw, self.encoding);
        let mut other = Decode::new(other.raw, other.encoding);
        loop {
            match (one.next(), other.next()) {
                (None, None) => return true,
                (one, other) if one != other => return false,
                _ => {}
            }
        }
    }
}

impl Eq for FieldText<'_> {}
