//! The form in which arguments come, and the form in which a result goes back.
//!
//! Arguments are one number of eight bytes for each, then the bytes of all texts, one after the
//! other. The number of a text is its length in bytes. `NaN` stands for an argument that is
//! absent, as do the numbers that are missing at the end.

#![allow(dead_code, reason = "no module uses all of it")]

use alloc::vec::Vec;
use core::fmt::{self, Write};
use core::{iter, slice};

use visiono_workflow::{
    Error, ExpectedValue, Field, FieldText, check_now, check_seconds, field_number,
};

/// A test delivery has the most: a count, a body, and a name and a value for each of six headers.
const ANSWERS: usize = 14;

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
    /// Reads this many arguments.
    pub(crate) fn new(bytes: &'a [u8], count: usize) -> Self {
        let (numbers, texts) = bytes.split_at_checked(8 * count).unwrap_or_default();
        Self {
            numbers: numbers.as_chunks().0.iter(),
            texts,
            is_text: true,
        }
    }

    // Apart from the test for `NaN`, which is less code where it is inlined.
    #[inline(never)]
    fn next(&mut self) -> f64 {
        let next = self.numbers.next();
        next.map_or(f64::NAN, |number| f64::from_le_bytes(*number))
    }

    /// Takes a number.
    pub(crate) fn number(&mut self) -> Option<f64> {
        Some(self.next()).filter(|number| !number.is_nan())
    }

    /// Takes an integer. The conversion saturates, so a number that is out of range stays so.
    fn integer(&mut self) -> Option<i128> {
        self.number().map(|number| (number as i64).into())
    }

    /// Takes a text, which may be any bytes.
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let (bytes, rest) = self.texts.split_at_checked(length as usize)?;
        self.texts = rest;
        Some(bytes)
    }

    /// Takes a text.
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
    pub(crate) fn field(&mut self) -> u64 {
        field_number(self.integer().unwrap_or_default())
    }

    /// Takes the time at which a message is checked.
    pub(crate) fn now(&mut self) -> Result<u64, Error> {
        check_now(self.integer().unwrap_or_default())
    }

    /// Takes a number of seconds that is no field of a message.
    pub(crate) fn seconds(&mut self) -> Result<Option<u64>, Error> {
        self.integer().map(check_seconds).transpose()
    }

    /// Returns the arguments that are left, as texts which may be any bytes.
    pub(crate) fn rest(&mut self) -> impl Iterator<Item = Option<&'a [u8]>> {
        (0..self.numbers.len()).map(|_| self.bytes())
    }

    /// Returns the arguments that are left, as names and values.
    pub(crate) fn pairs(&mut self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        let mut texts = self.rest();
        iter::from_fn(move || texts.next()?.zip(texts.next()?))
    }

    /// Passes on the expectations, which are the arguments that are left: for each field a text or
    /// a number, or both if there is no value.
    pub(crate) fn expected(
        &mut self,
        set: &mut dyn FnMut(Field, Option<ExpectedValue<'a>>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        for field in Field::ALL {
            let value = match (self.optional(), self.integer()) {
                (None, None) => continue,
                (None, Some(number)) => Some(ExpectedValue::Number(field_number(number))),
                (Some(text), None) => Some(ExpectedValue::Text(text)),
                (Some(_), Some(_)) => None,
            };
            set(field, value)?;
        }
        Ok(())
    }
}

/// The result of a call. JavaScript reads the numbers, in this order.
#[repr(C)]
pub(crate) struct Output {
    /// An error's code or 0, the position of the text, and its length in bytes.
    head: [f64; 3],
    answers: [f64; ANSWERS],
    next: usize,
    text: Vec<u8>,
    is_full: bool,
}

impl Output {
    /// Returns an empty result.
    pub(crate) const fn new() -> Self {
        Self {
            head: [0.0; 3],
            answers: [0.0; ANSWERS],
            next: 0,
            text: Vec::new(),
            is_full: false,
        }
    }

    /// Frees the memory of the text.
    pub(crate) fn release(&mut self) {
        self.text = Vec::new();
    }

    /// Begins a result.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.is_full = false;
        self.next = 0;
    }

    /// Ends a result. An error replaces it.
    pub(crate) fn close(&mut self, error: Option<&Error>, input: &Input<'_>) {
        let error = match error {
            _ if !input.is_text => Some(&NOT_TEXT),
            None if self.is_full => Some(&NO_MEMORY),
            error => error,
        };
        let code = error.map_or(0.0, |error| self.error(error));
        let start = self.text.as_ptr().addr();
        self.head = [code, start as f64, self.text.len() as f64];
    }

    /// Adds a number.
    #[inline(never)]
    pub(crate) fn number(&mut self, number: f64) {
        if let Some(place) = self.answers.get_mut(self.next) {
            *place = number;
        }
        self.next += 1;
    }

    /// Adds a text that may be absent.
    pub(crate) fn optional(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(|output| output.write_str(text)),
            None => self.number(f64::NAN),
        }
    }

    /// Adds the text of a field.
    pub(crate) fn field(&mut self, value: FieldText<'_>) {
        self.text(|output| match value.as_plain() {
            Some(plain) => output.write_str(plain),
            None => value.chars().try_for_each(|c| output.write_char(c)),
        });
    }

    /// Adds a text, and the number of its UTF-16 units, by which JavaScript cuts it.
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
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut dyn Write) -> fmt::Result) {
        // A failure is remembered.
        let _ = write(self);
    }

    /// Replaces the result by an error: its code, each name and the message, one on each line.
    fn error(&mut self, error: &Error) -> f64 {
        self.clear();
        self.write(|out| {
            out.write_str(error.code().as_str())?;
            for name in error.parameters() {
                out.write_str("\n")?;
                out.write_str(name)?;
            }
            out.write_str("\n")?;
            error.write_to(out)
        });
        let optional = |number: Option<u64>| number.map_or(f64::NAN, |number| number as f64);
        self.number(optional(error.seconds()));
        self.number(optional(error.position().map(|position| position as u64)));
        self.number(error.code().is_refusal().into());
        error.code().as_u32().into()
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
