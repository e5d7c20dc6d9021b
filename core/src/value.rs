//! The text of a field, as it stands in a message.

use core::fmt;

use crate::error::ValueFault;
use crate::percent::{Class, Decode, Form};
use crate::signature::{self, TAG};
use crate::wire::SEPARATOR;

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
        let mut decode = Decode::new(self.raw, self.form);
        core::iter::from_fn(move || {
            // Only checked values come to a caller, so the replacement never does.
            let next = decode.next_char()?;
            Some(next.unwrap_or(char::REPLACEMENT_CHARACTER))
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
        // A broken escape matches nothing.
        let mut decoded = Decode::new(self.raw, self.form);
        for byte in Decode::new(before, form) {
            if decoded.next()?.ok()? != byte.ok()? {
                return None;
            }
        }
        let start = self.raw.len().checked_sub(decoded.rest.len())?;
        let after = Decode::new(after, form);
        let middle = decoded.clone().count().checked_sub(after.clone().count())?;
        for _ in 0..middle {
            decoded.next();
        }
        let end = self.raw.len().checked_sub(decoded.rest.len())?;
        for byte in after {
            if decoded.next()?.ok()? != byte.ok()? {
                return None;
            }
        }
        Some(Self::new(self.raw.get(start..end)?, self.form))
    }

    /// The raw text, where none of it is decoded.
    pub(crate) const fn raw(self) -> &'a str {
        self.raw
    }

    /// The decoded bytes.
    pub(crate) fn bytes(&self) -> impl Iterator<Item = u8> + Clone + use<'a> {
        Decode::new(self.raw, self.form).lenient()
    }

    /// Reads a signature, whose digits may be percent-encoded like anything else.
    pub(crate) fn signature(self) -> Option<[u8; TAG]> {
        let mut digits = [0; TAG * 2];
        // Any escape makes the text longer than its digits.
        if self.raw.len() == digits.len() {
            return signature::read(self.raw.as_bytes());
        }
        let mut bytes = self.bytes();
        for digit in &mut digits {
            *digit = bytes.next()?;
        }
        signature::read(&digits).filter(|_| bytes.next().is_none())
    }

    /// Checks a text field (`docs/protocol.md`, section 3), and says whether it is encoded.
    #[inline]
    pub(crate) fn check(self) -> Result<bool, ValueFault> {
        if self.is_empty() {
            return Err(ValueFault::Empty);
        }
        let class = Class::of(self.raw);
        let encoded = match self.form {
            Form::Query => class.has(Class::PERCENT.or(Class::PLUS)),
            Form::Path => class.has(Class::PERCENT),
            Form::Plain => false,
        };
        if encoded || class.has(Class::FORBIDDEN) {
            self.check_decoded()?;
        }
        Ok(encoded)
    }

    /// The same value, checked, and marked as plain if nothing in it is encoded.
    pub(crate) fn checked(self) -> Result<Self, ValueFault> {
        let encoded = self.check()?;
        Ok(if encoded { self } else { Self::plain(self.raw) })
    }

    /// Checks the decoded bytes, one character after the other.
    fn check_decoded(self) -> Result<(), ValueFault> {
        let mut decode = Decode::new(self.raw, self.form);
        while let Some(next) = decode.next_char() {
            match next? {
                c if c == char::from(SEPARATOR) => return Err(ValueFault::Separator),
                c if c.is_ascii_control() => return Err(ValueFault::Control),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether a literal of a template decodes to text.
    pub(crate) fn is_decodable(self) -> bool {
        let mut decode = Decode::new(self.raw, self.form);
        core::iter::from_fn(|| decode.next_char()).all(|next| next.is_ok())
    }

    /// Reads a decimal number in its shortest form, or says why it isn't one at most `max`.
    pub(crate) fn number(self, max: u64, too_large: ValueFault) -> Result<u64, ValueFault> {
        // Digits are seldom encoded, and then are what they are.
        match decimal(self.raw.bytes()).or_else(|| decimal(self.bytes())) {
            Some(number) if number <= max => Ok(number),
            Some(_) => Err(too_large),
            None => Err(ValueFault::NotDecimal),
        }
    }
}

/// The number that these digits are, or the largest there is if it is larger; `None` if they are
/// none, or not in their shortest form.
#[inline]
fn decimal(mut digits: impl Iterator<Item = u8>) -> Option<u64> {
    let value = |digit: u8| Some(digit.wrapping_sub(b'0')).filter(|value| *value <= 9);
    let first = value(digits.next()?)?;
    let mut number = u64::from(first);
    for digit in digits {
        if first == 0 {
            return None;
        }
        number = number
            .saturating_mul(10)
            .saturating_add(u64::from(value(digit)?));
    }
    Some(number)
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
        if self.form == other.form && self.raw == other.raw {
            return true;
        }
        // A broken escape, which a value that isn't checked yet may have, equals only another.
        let bytes = |value: &Self| Decode::new(value.raw, value.form).map(Result::ok);
        bytes(self).eq(bytes(other))
    }
}

impl Eq for Value<'_> {}
