//! The texts of a call, and of its result.

use std::fmt::{self, Write};

use serde::Serialize;
use visiono_workflow::{Error, FieldText, Input};

use crate::error::Result;

/// Ends a text that must be UTF-8.
const END: u8 = 0xff;
/// Precedes a failure.
const FAILURE: u8 = 0xfe;

const NOT_UTF8: Error = Error::invalid_argument("an argument is not UTF-8: convert it");
const WRONG_TEXTS: Error =
    Error::invalid_argument("the texts of the call are not those of the operation");

/// A key or name, and its value. No value stands for one that is not text.
type Pair<'t> = (&'t [u8], Option<&'t [u8]>);

/// The arguments of a call, read in order.
pub(super) struct Call<'t> {
    /// The texts that are not read yet.
    pub(super) texts: &'t [u8],
    /// A timestamp, or the time now.
    pub(super) time: i128,
}

impl<'t> Call<'t> {
    /// Reads a text. A text that contains an end makes the next one another.
    pub(super) fn text(&mut self) -> Result<&'t str> {
        self.until(END).and_then(utf8)
    }

    /// Reads decimal digits. Returns `None` if there are none.
    pub(super) fn number(&mut self) -> Result<Option<i128>> {
        match self.text()? {
            "" => Ok(None),
            // A text before it may contain an end, and so not be UTF-8.
            digits => digits.parse().map(Some).map_err(|_| NOT_UTF8),
        }
    }

    /// Reads a text of any bytes, after its length. Returns `None` if there is no length.
    pub(super) fn bytes(&mut self) -> Result<Option<&'t [u8]>> {
        let digits = self.until(END)?;
        let is_given = !digits.is_empty();
        is_given.then(|| self.take(length(digits))).transpose()
    }

    /// Checks that no text is left.
    pub(super) fn end(&self) -> Result<()> {
        let is_end = self.texts.is_empty();
        is_end.then_some(()).ok_or(NOT_UTF8)
    }

    /// Reads the form of a message, and the message. `pairs` stores those of an array.
    pub(super) fn message<'p>(&mut self, pairs: &'p mut Vec<Pair<'t>>) -> Result<Input<'p>> {
        *pairs = match self.until(END)? {
            b"text" => return Ok(self.texts.into()),
            b"map" => self.array()?,
            _ => self.pairs()?,
        };
        Ok(pairs.as_slice().into())
    }

    /// Reads an array of names and values in turn.
    pub(super) fn pairs(&mut self) -> Result<Vec<Pair<'t>>> {
        let array = self.array()?;
        let (pairs, _) = array.as_chunks();
        let pairs = pairs
            .iter()
            .map(|[(_, name), (_, value)]| (name.unwrap_or_default(), *value));
        Ok(pairs.collect())
    }

    /// Reads an array of `N` texts.
    pub(super) fn list<const N: usize>(&mut self) -> Result<[Option<&'t str>; N]> {
        let mut list = [None; N];
        for (to, (_, text)) in list.iter_mut().zip(self.array()?) {
            *to = text.map(utf8).transpose()?;
        }
        Ok(list)
    }

    /// Reads a flat array of texts, integers and nulls, as PHP's `serialize` writes it.
    ///
    /// `a:2:{s:3:"ref";s:10:"ticket-456";i:0;N;}`
    pub(super) fn array(&mut self) -> Result<Vec<Pair<'t>>> {
        let (b"a:", count, b"{") = (self.take(2)?, length(self.until(b':')?), self.take(1)?) else {
            return Err(WRONG_TEXTS);
        };
        let mut array = Vec::with_capacity(count.min(self.texts.len()));
        for _ in 0..count {
            array.push((self.value()?.unwrap_or_default(), self.value()?));
        }
        let is_end = self.until(b'}')?.is_empty();
        is_end.then_some(array).ok_or(WRONG_TEXTS)
    }

    /// Reads a key or value. Returns `None` for a null.
    fn value(&mut self) -> Result<Option<&'t [u8]>> {
        match self.take(2)? {
            b"s:" => {
                let length = length(self.until(b':')?);
                // The quotation marks, and the semicolon after them.
                let quoted = self.take(length.saturating_add(3))?;
                Ok(Some(&quoted[1..=length]))
            }
            b"i:" => self.until(b';').map(Some),
            b"N;" => Ok(None),
            _ => Err(WRONG_TEXTS),
        }
    }

    fn take(&mut self, length: usize) -> Result<&'t [u8]> {
        let (bytes, rest) = self.texts.split_at_checked(length).ok_or(WRONG_TEXTS)?;
        self.texts = rest;
        Ok(bytes)
    }

    /// Reads the bytes before the next `end`.
    pub(super) fn until(&mut self, end: u8) -> Result<&'t [u8]> {
        let position = self.texts.iter().position(|byte| *byte == end);
        let bytes = self.take(position.ok_or(WRONG_TEXTS)?)?;
        self.take(1)?;
        Ok(bytes)
    }
}

/// Parses decimal digits. Any other byte makes a length that does not fit.
fn length(digits: &[u8]) -> usize {
    digits.iter().fold(0, |length: usize, digit| {
        let digit = usize::from(digit.wrapping_sub(b'0'));
        length.saturating_mul(10).saturating_add(digit)
    })
}

pub(super) fn utf8(bytes: &[u8]) -> Result<&str> {
    std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)
}

/// Writes a result: outputs, each with an end after it.
pub(super) struct Output<'r>(pub(super) &'r mut Vec<u8>);

impl Write for Output<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl Output<'_> {
    pub(super) fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(END);
    }

    pub(super) fn number(&mut self, number: impl itoa::Integer) {
        self.text(itoa::Buffer::new().format(number));
    }

    /// Writes a text in parts.
    pub(super) fn parts(&mut self, write: impl FnOnce(&mut Self) -> fmt::Result) {
        // The vector returns no error.
        let _ = write(self);
        self.0.push(END);
    }

    /// Writes a text of a verified message, without formatting where nothing is encoded.
    pub(super) fn field(&mut self, value: FieldText<'_>) {
        match value.as_plain() {
            Some(text) => self.text(text),
            None => self.parts(|out| write!(out, "{value}")),
        }
    }

    /// Writes values that may be absent or contain a NUL, in JSON.
    pub(super) fn json(&mut self, values: &impl Serialize) {
        // Texts, numbers and lists of them return no error.
        self.text(&serde_json::to_string(values).unwrap_or_default());
    }

    /// Writes a failure in place of the outputs: the code's number, the message, the parameters'
    /// names, the seconds and the position.
    pub(super) fn failure(&mut self, error: &Error) {
        let parameters: Vec<_> = error.parameters().collect();
        let (code, message) = (error.code().as_u32(), error.to_string());
        self.0.clear();
        self.0.push(FAILURE);
        self.json(&(code, message, parameters, error.seconds(), error.position()));
    }
}
