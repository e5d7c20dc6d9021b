//! Percent-encoding of what is sent, and decoding of what arrives.

use core::fmt;

use crate::error::ValueFault;
use crate::wire::SEPARATOR;

/// `A-Z a-z 0-9 - . _ ~`: the unreserved characters of RFC 3986, section 2.3. Everything else is
/// encoded, so that the decoders of forms and of URIs read the same value.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Writes text with every byte encoded that is not unreserved, in upper-case hex.
pub(crate) fn encode(text: &str, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
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

/// The bytes that [`encode`] writes, one by one.
pub(crate) fn encoded_bytes(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().flat_map(|byte| {
        let (bytes, len) = if is_unreserved(byte) {
            ([byte, 0, 0], 1)
        } else {
            ([b'%', upper_hex(byte >> 4), upper_hex(byte & 0xf)], 3)
        };
        bytes.into_iter().take(len)
    })
}

const fn upper_hex(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => b'A'.wrapping_sub(10).wrapping_add(nibble),
    }
}

/// How the bytes of a value stand in the message.
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
struct BrokenEscape;

/// The decoded bytes of a value.
#[derive(Clone)]
struct Decode<'a> {
    rest: core::slice::Iter<'a, u8>,
    form: Form,
}

impl<'a> Decode<'a> {
    fn new(raw: &'a [u8], form: Form) -> Self {
        Self {
            rest: raw.iter(),
            form,
        }
    }

    /// With a broken escape standing for itself, as text that only has to be compared may.
    fn lenient(self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        self.map(|byte| byte.unwrap_or(b'%'))
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

/// Whether two pieces of a message or a template decode to the same bytes.
pub(crate) fn decode_equal(one: &str, other: &str, form: Form) -> bool {
    one == other
        || Decode::new(one.as_bytes(), form)
            .lenient()
            .eq(Decode::new(other.as_bytes(), form).lenient())
}

/// Whether a literal of a template decodes to text.
pub(crate) fn is_decodable(raw: &str, form: Form) -> bool {
    let mut bytes = Decode::new(raw.as_bytes(), form);
    while let Some(byte) = bytes.next() {
        let Ok(first) = byte else { return false };
        if !first.is_ascii() && read_char(first, || bytes.next()?.ok()).is_none() {
            return false;
        }
    }
    true
}

/// The text of a received message, borrowed as it came, read as it is when decoded.
///
/// It compares with text and prints decoded; nothing is copied. The type only comes out of a
/// verification that succeeded, so it always is valid UTF-8.
///
/// # Examples
///
/// ```
/// # use visiono_workflow::*;
/// # let workflow = Workflow::new(WorkflowSecret::new("0123456789abcdef0123456789abcdef")?)?;
/// # let fields = LinkFields { unique_value: "AB C", source: "zendesk", reference: "t-1", timestamp: 0 };
/// # let url = workflow.sign_link(&LinkUrl::from_slug("a")?, &fields)?.to_string();
/// let link = workflow.verify_link(&url, &ExpectLink::new(), 0)?;
/// assert_eq!(link.unique_value(), "AB C");
/// assert_eq!(link.unique_value().to_string(), "AB C");
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Value<'a> {
    raw: &'a str,
    form: Form,
}

impl<'a> Value<'a> {
    pub(crate) const EMPTY: Self = Self::plain("");

    pub(crate) const fn new(raw: &'a str, form: Form) -> Self {
        Self { raw, form }
    }

    pub(crate) const fn plain(text: &'a str) -> Self {
        Self::new(text, Form::Plain)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.raw.is_empty()
    }

    /// The text itself, if it stands in the message as it is, with nothing encoded.
    #[must_use]
    pub fn as_plain(&self) -> Option<&'a str> {
        match self.form {
            Form::Plain => Some(self.raw),
            Form::Query | Form::Path => None,
        }
    }

    /// The characters of the text.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let mut bytes = self.bytes();
        core::iter::from_fn(move || {
            let first = bytes.next()?;
            // Only checked values come to a caller, so the replacement never does.
            let c = match read_char(first, || bytes.next()) {
                Some(c) => c,
                None => char::REPLACEMENT_CHARACTER,
            };
            Some(c)
        })
    }

    /// The text as a `str`: borrowed if nothing was encoded, else decoded into a `String`.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn to_cow(&self) -> alloc::borrow::Cow<'a, str> {
        match self.as_plain() {
            Some(text) => text.into(),
            None => self.chars().collect::<alloc::string::String>().into(),
        }
    }

    /// What is left of the value when the literals before and after a placeholder are taken off,
    /// or `None` where they don't stand there.
    pub(crate) fn between(self, before: &str, after: &str, form: Form) -> Option<Self> {
        if before.is_empty() && after.is_empty() {
            return Some(self);
        }
        let mut decoded = Decode::new(self.raw.as_bytes(), self.form);
        for byte in Decode::new(before.as_bytes(), form).lenient() {
            if decoded.next()?.unwrap_or(b'%') != byte {
                return None;
            }
        }
        let start = self.raw.len().checked_sub(decoded.rest.len())?;
        let after = Decode::new(after.as_bytes(), form).lenient();
        let middle = decoded.clone().count().checked_sub(after.clone().count())?;
        for _ in 0..middle {
            decoded.next();
        }
        let end = self.raw.len().checked_sub(decoded.rest.len())?;
        if !decoded.lenient().eq(after) {
            return None;
        }
        Some(Self::new(self.raw.get(start..end)?, self.form))
    }

    /// The raw text, where none of it is decoded.
    pub(crate) const fn raw(self) -> &'a str {
        self.raw
    }

    /// The decoded bytes.
    pub(crate) fn bytes(&self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        Decode::new(self.raw.as_bytes(), self.form).lenient()
    }

    /// Checks a text field (`docs/protocol.md`, section 3), and marks it as plain if nothing in
    /// it is encoded.
    pub(crate) fn checked(self) -> Result<Self, ValueFault> {
        if self.is_empty() {
            return Err(ValueFault::Empty);
        }
        let mut encoded = false;
        for byte in self.raw.bytes() {
            match (byte, self.form) {
                (b'%', Form::Query | Form::Path) | (b'+', Form::Query) => encoded = true,
                _ => check_byte(byte)?,
            }
        }
        if !encoded {
            return Ok(Self::plain(self.raw));
        }
        let mut bytes = Decode::new(self.raw.as_bytes(), self.form);
        while let Some(byte) = bytes.next() {
            let first = byte.map_err(|_| ValueFault::Escape)?;
            check_byte(first)?;
            if !first.is_ascii() {
                read_char(first, || bytes.next()?.ok()).ok_or(ValueFault::Utf8)?;
            }
        }
        Ok(self)
    }

    /// Reads a decimal number in its shortest form, or says why it isn't one at most `max`.
    pub(crate) fn number(self, max: u64, too_large: ValueFault) -> Result<u64, ValueFault> {
        let mut number: u64 = 0;
        let mut digits: u32 = 0;
        for byte in Decode::new(self.raw.as_bytes(), self.form) {
            let byte = byte.map_err(|_| ValueFault::Escape)?;
            if !byte.is_ascii_digit() || (digits > 0 && number == 0) {
                return Err(ValueFault::NotDecimal);
            }
            number = number
                .saturating_mul(10)
                .saturating_add(u64::from(byte.wrapping_sub(b'0')));
            digits = digits.saturating_add(1);
        }
        match number {
            _ if digits == 0 => Err(ValueFault::Empty),
            number if number > max => Err(too_large),
            number => Ok(number),
        }
    }
}

const fn check_byte(byte: u8) -> Result<(), ValueFault> {
    match byte {
        SEPARATOR => Err(ValueFault::Separator),
        0..=0x1f | 0x7f => Err(ValueFault::Control),
        _ => Ok(()),
    }
}

/// Reads one character of UTF-8 whose first byte is known.
fn read_char(first: u8, mut next: impl FnMut() -> Option<u8>) -> Option<char> {
    let len = match first {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let mut bytes = [first, 0, 0, 0];
    let (bytes, _) = bytes.split_at_mut_checked(len)?;
    for byte in bytes.iter_mut().skip(1) {
        *byte = next()?;
    }
    core::str::from_utf8(bytes).ok()?.chars().next()
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.as_plain() {
            Some(text) => f.write_str(text),
            None => self.chars().try_for_each(|c| fmt::Write::write_char(f, c)),
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Write::write_char(f, '"')?;
        for c in self.chars().flat_map(char::escape_debug) {
            fmt::Write::write_char(f, c)?;
        }
        fmt::Write::write_char(f, '"')
    }
}

impl PartialEq<str> for Value<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.as_plain() {
            Some(text) => text == other,
            None => self.bytes().eq(other.bytes()),
        }
    }
}

impl PartialEq<&str> for Value<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        // A broken escape, which a value that isn't checked yet may have, equals only another.
        let bytes = |value: &Self| Decode::new(value.raw.as_bytes(), value.form).map(Result::ok);
        bytes(self).eq(bytes(other))
    }
}

impl Eq for Value<'_> {}
