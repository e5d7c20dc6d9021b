//! The buffer through which texts and numbers cross, and the form in which an answer does.

use alloc::vec::Vec;
use core::fmt::{self, Write};

use visiono_workflow::{Error, check_now, check_seconds};
use zeroize::Zeroize;

/// The numbers that JavaScript gives, with which a crossing starts: the length of a text, or a
/// number itself. For links and returns, it is one for each field, in the order of `Field::ALL`.
pub(crate) const GIVEN_LENGTH: usize = 7;
/// The positions of the numbers of an answer. `package/src/crossing.js` has the same.
///
/// The number of an error's code, or 0.
const CODE: usize = 0;
/// Where the text of the output starts in memory.
const OUTPUT: usize = 1;
/// The bytes of the output.
const LENGTH: usize = 2;
/// The numbers that belong to the output start here.
const ANSWER: usize = 3;
const NUMBERS: usize = ANSWER + 13;
/// Ends a text whose length isn't given. UTF-8 has neither this byte nor the next, nor 0xff, which
/// JavaScript writes for a lone surrogate.
const END: u8 = 0xfe;
/// Is in the place of a text that is absent.
const ABSENT: &[u8] = &[0xfd];

const NOT_TEXT: Error = Error::invalid_argument("text has to be well-formed Unicode");
const NO_MEMORY: Error = Error::invalid_argument("the texts are too long for the memory there is");

/// The buffers that JavaScript and the module share. JavaScript has one for all calls, and
/// finds the numbers where its pointer says.
#[repr(C)]
pub struct Crossing {
    given: [f64; GIVEN_LENGTH],
    output: Output,
    input: Vec<u8>,
}

impl Crossing {
    pub(crate) fn new() -> Self {
        Self {
            given: [0.0; GIVEN_LENGTH],
            output: Output {
                numbers: [0.0; NUMBERS],
                text: Text::new(),
                next: ANSWER,
            },
            input: Vec::new(),
        }
    }

    /// Makes room for this many bytes of input, keeping what is there, and says where; null if
    /// there isn't enough memory.
    pub(crate) fn reserve(&mut self, bytes: usize) -> *mut u8 {
        let mut grown = Vec::new();
        if grown.try_reserve(bytes).is_err() {
            return core::ptr::null_mut();
        }
        grown.extend_from_slice(&self.input);
        grown.resize(bytes.max(grown.len()), 0);
        // It may be a secret that is being written.
        self.wipe_input();
        self.input = grown;
        self.input.as_mut_ptr()
    }

    /// Gives back the memory of the texts, wiped.
    pub(crate) fn release(&mut self) {
        self.wipe_input();
        self.input = Vec::new();
        self.output.text = Text::new();
    }

    /// Runs what a call does, and puts its result where JavaScript reads it.
    #[inline(always)]
    pub(crate) fn answer(
        &mut self,
        call: impl FnOnce(&mut Input<'_>, &mut Output) -> Result<(), Error>,
    ) {
        let (mut input, output) = self.open();
        let result = call(&mut input, output);
        output.close(&result, input.is_text);
    }

    // Apart from the closure, so that the module has them once.
    #[inline(never)]
    fn open(&mut self) -> (Input<'_>, &mut Output) {
        self.output.clear();
        let input = Input {
            texts: &self.input,
            is_text: true,
            given: &self.given,
        };
        (input, &mut self.output)
    }

    /// Overwrites what JavaScript wrote.
    fn wipe_input(&mut self) {
        self.input.as_mut_slice().zeroize();
    }
}

/// The texts that JavaScript wrote, one after the other, and the numbers that it gives.
pub(crate) struct Input<'a> {
    texts: &'a [u8],
    /// Stays true while each text that must be UTF-8 is. They nearly always are, so it is checked
    /// once, at the end.
    is_text: bool,
    given: &'a [f64; GIVEN_LENGTH],
}

impl<'a> Input<'a> {
    /// Takes the next bytes, this many.
    #[inline(never)]
    pub(crate) fn bytes(&mut self, length: usize) -> &'a [u8] {
        let (bytes, rest) = self.texts.split_at_checked(length).unwrap_or_default();
        self.texts = rest;
        bytes
    }

    /// Takes the next text, of this many bytes.
    #[inline(never)]
    pub(crate) fn text(&mut self, length: usize) -> &'a str {
        core::str::from_utf8(self.bytes(length)).unwrap_or_else(|_| {
            self.is_text = false;
            ""
        })
    }

    /// Takes the next bytes, this many. Returns `None` if the length is NaN.
    pub(crate) fn optional(&mut self, length: f64) -> Option<&'a [u8]> {
        (!length.is_nan()).then(|| self.bytes(length as usize))
    }

    /// The bytes up to the next end.
    #[inline(never)]
    pub(crate) fn ended(&mut self) -> &'a [u8] {
        let length = self.texts.iter().take_while(|byte| **byte != END).count();
        let bytes = self.bytes(length);
        self.bytes(1);
        bytes
    }

    /// The next texts, as secrets; `None` for one that is absent.
    pub(crate) fn secrets(&mut self, count: usize) -> impl Iterator<Item = Option<&'a [u8]>> {
        (0..count).map(|_| Some(self.ended()).filter(|text| *text != ABSENT))
    }

    /// A number that JavaScript gives.
    #[inline(always)]
    pub(crate) fn given(&self, place: usize) -> f64 {
        self.given.get(place).copied().unwrap_or(f64::NAN)
    }
}

/// The time at which a message is looked at.
#[inline(never)]
pub(crate) fn instant(now: f64) -> Result<u64, Error> {
    check_now(integer(now))
}

/// Seconds that aren't a field of a message; `None` if the number is NaN.
#[inline(never)]
pub(crate) fn duration(seconds: f64) -> Result<Option<u64>, Error> {
    if seconds.is_nan() {
        return Ok(None);
    }
    check_seconds(integer(seconds)).map(Some)
}

/// A whole number. The conversion saturates, so a number that is out of range stays so.
pub(crate) fn integer(number: f64) -> i128 {
    (number as i64).into()
}

/// What goes back.
#[repr(C)]
pub(crate) struct Output {
    numbers: [f64; NUMBERS],
    text: Text,
    next: usize,
}

impl Output {
    fn clear(&mut self) {
        self.text.bytes.clear();
        self.text.is_full = false;
        self.next = ANSWER;
    }

    #[inline(never)]
    fn close(&mut self, result: &Result<(), Error>, is_text: bool) {
        let code = match result {
            _ if !is_text => self.error(&NOT_TEXT),
            Ok(()) if self.text.is_full => self.error(&NO_MEMORY),
            Ok(()) => 0,
            Err(error) => self.error(error),
        };
        let text = &self.text.bytes;
        self.numbers[CODE] = f64::from(code);
        self.numbers[OUTPUT] = text.as_ptr().addr() as f64;
        self.numbers[LENGTH] = text.len() as f64;
    }

    #[inline(never)]
    pub(crate) fn number(&mut self, number: f64) {
        if let Some(place) = self.numbers.get_mut(self.next) {
            *place = number;
        }
        self.next += 1;
    }

    /// Adds a text, and the number of its UTF-16 units, by which JavaScript cuts it.
    #[inline(never)]
    pub(crate) fn text(&mut self, write: impl FnOnce(&mut Text) -> fmt::Result) {
        let start = self.text.bytes.len();
        // What went wrong is remembered.
        let _ = write(&mut self.text);
        let bytes = self.text.bytes.get(start..).unwrap_or_default();
        // Each character is one unit, and two if it is encoded in four bytes.
        let units = bytes
            .iter()
            .map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0))
            .sum::<usize>();
        self.number(units as f64);
    }

    /// Returns what writes text to the output. What goes wrong is remembered.
    ///
    /// As a trait object, all that is written shares the code of the core.
    pub(crate) fn writer(&mut self) -> &mut dyn Write {
        &mut self.text
    }

    /// Replaces the answer by an error: code, names and message, one on each line.
    fn error(&mut self, error: &Error) -> u32 {
        self.clear();
        // A text this short always fits.
        let _ = self.write_error(error);
        let optional = |number: Option<u64>| number.map_or(f64::NAN, |number| number as f64);
        self.number(optional(error.seconds()));
        self.number(optional(error.position().map(|position| position as u64)));
        self.number(error.code().is_refusal().into());
        error.code().as_u32()
    }

    fn write_error(&mut self, error: &Error) -> fmt::Result {
        let text: &mut dyn Write = &mut self.text;
        text.write_str(error.code().as_str())?;
        let mut separator = "\n";
        for name in error.parameters() {
            text.write_str(separator)?;
            text.write_str(name)?;
            separator = ",";
        }
        if separator == "\n" {
            text.write_str(separator)?;
        }
        text.write_str("\n")?;
        error.write_to(text)
    }
}

/// Text that is an error, not an abort, when there is no memory for it.
pub(crate) struct Text {
    bytes: Vec<u8>,
    is_full: bool,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            is_full: false,
        }
    }
}

impl Write for Text {
    #[inline(never)]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.bytes.try_reserve(text.len()).is_err() {
            self.is_full = true;
            return Err(fmt::Error);
        }
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}
