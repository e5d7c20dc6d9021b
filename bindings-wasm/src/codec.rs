//! The form in which arguments come, and the form in which a result goes back.
//!
//! Arguments are one number of eight bytes for each, then the bytes of all texts, one after the
//! other. The number of a text is its length in bytes. `NaN` stands for an argument that is
//! absent, as do the numbers that are missing at the end.

use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::slice;

#[cfg(feature = "workflow")]
use visiono_workflow::FieldText;
use visiono_workflow::{Error, check_now, check_seconds};
#[cfg(any(feature = "workflow", feature = "explain"))]
use visiono_workflow::{ExpectedValue, Field, field_number};

/// The positions of the numbers of a result. `package/src/module.js` has the same.
const CODE: usize = 0;
const TEXT: usize = 1;
const LENGTH: usize = 2;
const ANSWER: usize = 3;
/// A test delivery has the most: a count, a body, and a name and a value for each of six headers.
const NUMBERS: usize = ANSWER + 14;

const NOT_TEXT: Error = Error::invalid_argument("text must be well-formed Unicode");
const NO_MEMORY: Error = Error::invalid_argument("the texts are too long for the memory there is");

/// The arguments of a call, in order.
pub(crate) struct Input<'a> {
    numbers: slice::Iter<'a, [u8; 8]>,
    texts: &'a [u8],
    /// Becomes false at a text that is not UTF-8, which is refused when the call is over.
    is_text: bool,
}

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8], count: usize) -> Self {
        let (numbers, texts) = bytes.split_at_checked(8 * count).unwrap_or_default();
        Self {
            numbers: numbers.as_chunks().0.iter(),
            texts,
            is_text: true,
        }
    }

    /// Takes a number; `NaN` if it is absent.
    #[inline(never)]
    pub(crate) fn number(&mut self) -> f64 {
        self.numbers
            .next()
            .map_or(f64::NAN, |number| f64::from_le_bytes(*number))
    }

    /// Takes a text, which may be any bytes.
    #[inline(never)]
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number();
        if length.is_nan() {
            return None;
        }
        let (bytes, rest) = self.texts.split_at_checked(length as usize)?;
        self.texts = rest;
        Some(bytes)
    }

    /// Takes a text.
    #[inline(never)]
    pub(crate) fn optional(&mut self) -> Option<&'a str> {
        let bytes = self.bytes()?;
        let text = core::str::from_utf8(bytes);
        self.is_text &= text.is_ok();
        text.ok()
    }

    /// Takes a text that is always there.
    pub(crate) fn text(&mut self) -> &'a str {
        self.optional().unwrap_or_default()
    }

    /// Takes the number of a field.
    #[cfg(feature = "workflow")]
    #[inline(never)]
    pub(crate) fn field(&mut self) -> u64 {
        field_number(integer(self.number()))
    }

    /// Takes the time at which a message is checked.
    #[inline(never)]
    pub(crate) fn now(&mut self) -> Result<u64, Error> {
        check_now(integer(self.number()))
    }

    /// Takes a number of seconds that is no field of a message.
    #[inline(never)]
    pub(crate) fn seconds(&mut self, default: u64) -> Result<u64, Error> {
        let seconds = self.number();
        if seconds.is_nan() {
            return Ok(default);
        }
        check_seconds(integer(seconds))
    }

    /// Returns the arguments that are left, as texts which may be any bytes.
    pub(crate) fn rest(&mut self) -> impl Iterator<Item = Option<&'a [u8]>> {
        (0..self.numbers.len()).map(|_| self.bytes())
    }

    /// Returns the expectations, which are the arguments that are left: for each field a text or a
    /// number, or both if there is no value.
    #[cfg(any(feature = "workflow", feature = "explain"))]
    pub(crate) fn expected(&mut self) -> impl Iterator<Item = (Field, Option<ExpectedValue<'a>>)> {
        let mut fields = Field::ALL.iter();
        core::iter::from_fn(move || self.next_expected(&mut fields))
    }

    #[cfg(any(feature = "workflow", feature = "explain"))]
    #[inline(never)]
    fn next_expected(
        &mut self,
        fields: &mut slice::Iter<'_, Field>,
    ) -> Option<(Field, Option<ExpectedValue<'a>>)> {
        fields.find_map(|field| {
            let (text, number) = (self.optional(), self.number());
            let value = match (text, number.is_nan()) {
                (None, true) => return None,
                (Some(text), true) => Some(ExpectedValue::Text(text)),
                (None, false) => Some(ExpectedValue::Number(field_number(integer(number)))),
                (Some(_), false) => None,
            };
            Some((*field, value))
        })
    }
}

/// Converts a number. The conversion saturates, so a number that is out of range stays so.
fn integer(number: f64) -> i128 {
    (number as i64).into()
}

/// The result of a call: an error's code or 0, the range of a text, and the numbers with it.
#[repr(C)]
pub(crate) struct Output {
    numbers: [f64; NUMBERS],
    next: usize,
    text: Vec<u8>,
    is_full: bool,
}

impl Output {
    pub(crate) const fn new() -> Self {
        Self {
            numbers: [0.0; NUMBERS],
            next: ANSWER,
            text: Vec::new(),
            is_full: false,
        }
    }

    pub(crate) const fn as_ptr(&self) -> *const f64 {
        self.numbers.as_ptr()
    }

    /// Frees the memory of the text.
    pub(crate) fn release(&mut self) {
        self.text = Vec::new();
    }

    #[inline(never)]
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.is_full = false;
        self.next = ANSWER;
    }

    #[inline(never)]
    pub(crate) fn close(&mut self, result: &Result<(), Error>, input: &Input<'_>) {
        let error = match result {
            _ if !input.is_text => Some(&NOT_TEXT),
            Ok(()) if self.is_full => Some(&NO_MEMORY),
            Ok(()) => None,
            Err(error) => Some(error),
        };
        let code = error.map_or(0, |error| self.error(error));
        self.numbers[CODE] = f64::from(code);
        self.numbers[TEXT] = self.text.as_ptr().addr() as f64;
        self.numbers[LENGTH] = self.text.len() as f64;
    }

    #[inline(never)]
    pub(crate) fn number(&mut self, number: f64) {
        if let Some(place) = self.numbers.get_mut(self.next) {
            *place = number;
        }
        self.next += 1;
    }

    /// Adds a text that may be absent.
    #[cfg(feature = "webhook")]
    #[inline(never)]
    pub(crate) fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(|output| output.write_str(text)),
            None => self.number(f64::NAN),
        }
    }

    /// Adds the text of a field.
    #[cfg(feature = "workflow")]
    #[inline(always)]
    pub(crate) fn field(&mut self, value: FieldText<'_>) {
        self.text(|output| match value.as_plain() {
            Some(plain) => output.write_str(plain),
            None => value.chars().try_for_each(|c| output.write_char(c)),
        });
    }

    /// Adds a text, and the number of its UTF-16 units, by which JavaScript cuts it.
    #[cfg(any(feature = "workflow", feature = "webhook"))]
    #[inline(never)]
    fn text(&mut self, write: impl FnOnce(&mut Self) -> fmt::Result) {
        let start = self.text.len();
        // A failure is remembered.
        let _ = write(self);
        let bytes = self.text.get(start..).unwrap_or_default();
        // Each character is one unit, and two if it is encoded in four bytes.
        let units = bytes
            .iter()
            .map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0))
            .sum::<usize>();
        self.number(units as f64);
    }

    /// Writes a result that is one text.
    ///
    /// As a trait object, all that is written shares the code of the core.
    #[inline(always)]
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> fmt::Result) {
        // A failure is remembered.
        let _ = write(self);
    }

    /// Replaces the result by an error: code, names and message, one on each line.
    fn error(&mut self, error: &Error) -> u32 {
        self.clear();
        self.write(|out| {
            out.write_str(error.code().as_str())?;
            out.write_str("\n")?;
            for name in error.parameters() {
                out.write_str(name)?;
                out.write_str(",")?;
            }
            out.write_str("\n")?;
            error.write_to(out)
        });
        let optional = |number: Option<u64>| number.map_or(f64::NAN, |number| number as f64);
        self.number(optional(error.seconds()));
        self.number(optional(error.position().map(|position| position as u64)));
        self.number(error.code().is_refusal().into());
        error.code().as_u32()
    }
}

/// Writes text. If there is no memory for it, that is an error, not an abort.
impl Write for Output {
    #[inline(never)]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.text.try_reserve(text.len()).is_err() {
            self.is_full = true;
            return Err(fmt::Error);
        }
        self.text.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
