//! The texts of a call, and of its result.

use std::fmt::{self, Write};

use visiono_workflow::{Error, Field, FieldText, Fields, Input, Signature};

/// Separates two texts.
const SEPARATOR: u8 = 0xff;
/// Precedes a text that may be absent, and a failure.
const MARK: u8 = 0xfe;
/// Replaces a NUL in a result.
const NUL: u8 = 0xfd;

const NOT_UTF8: Error = Error::invalid_argument("an argument is not UTF-8: convert it");
const WRONG_LENGTH: Error =
    Error::invalid_argument("the lengths of the texts do not add up to what was passed");
const NOT_A_NUMBER: Error = Error::invalid_argument("a number is not one in decimal digits");
const NOT_AN_ARRAY: Error = Error::invalid_argument("an array is not flat, as PHP serializes it");
/// The failure that is a `TypeError` in PHP.
pub(super) const WRONG_TYPE: Error = Error::invalid_argument(
    "expect takes text, and for a number an integer too: pass one of these",
);

/// A decoded name and value. No value stands for one that is not text.
pub(super) type Pair<'t> = (&'t [u8], Option<&'t [u8]>);

/// The arguments of a call.
pub(super) struct Call<'t> {
    /// The texts that are not read yet.
    pub(super) texts: &'t [u8],
    /// The length of the first text, if that may be any bytes, or negative if it is absent.
    pub(super) length: i64,
    /// A timestamp, or the time now.
    pub(super) time: i64,
}

impl<'t> Call<'t> {
    /// Reads the name of the operation.
    pub(super) fn operation(&mut self) -> Result<&'t [u8], Error> {
        self.until(SEPARATOR)
    }

    /// Reads decimal digits, perhaps with a sign.
    pub(super) fn number(&mut self) -> Result<i128, Error> {
        let digits = utf8(self.until(SEPARATOR)?)?;
        digits.parse().map_err(|_| NOT_A_NUMBER)
    }

    /// Reads the first text. Returns `None` if it is absent.
    pub(super) fn first(&mut self) -> Result<Option<&'t [u8]>, Error> {
        let length = usize::try_from(self.length).ok();
        length.map(|length| self.sized(length)).transpose()
    }

    /// Reads a text of any bytes, after its length. Returns `None` if there is no length.
    pub(super) fn optional(&mut self) -> Result<Option<&'t [u8]>, Error> {
        match self.until(SEPARATOR)? {
            b"" => Ok(None),
            digits => {
                let length = utf8(digits)?.parse().map_err(|_| NOT_A_NUMBER)?;
                self.sized(length).map(Some)
            }
        }
    }

    fn sized(&mut self, length: usize) -> Result<&'t [u8], Error> {
        let (text, rest) = self.texts.split_at_checked(length).ok_or(WRONG_LENGTH)?;
        self.texts = rest;
        Ok(text)
    }

    /// Reads all that is left: `N` texts of UTF-8. A text that contains a separator makes them
    /// more.
    pub(super) fn fields<const N: usize>(&self) -> Result<[&'t str; N], Error> {
        let mut pieces = self.texts.split(|byte| *byte == SEPARATOR);
        let mut texts = [""; N];
        for text in &mut texts {
            *text = utf8(pieces.next().ok_or(NOT_UTF8)?)?;
        }
        match pieces.next() {
            None => Ok(texts),
            Some(_) => Err(NOT_UTF8),
        }
    }

    /// Reads a flat array, as PHP's `serialize` writes it: keys and values.
    ///
    /// `a:2:{s:3:"ref";s:10:"ticket-456";i:0;N;}`
    pub(super) fn array<V: Copy>(
        &mut self,
        convert: fn(Value<'t>) -> V,
    ) -> Result<Vec<(&'t [u8], V)>, Error> {
        let (b'a', count) = (self.tag()?, self.length(b':')?) else {
            return Err(NOT_AN_ARRAY);
        };
        self.until(b'{')?;
        let mut array = Vec::with_capacity(count.min(self.texts.len()));
        for _ in 0..count {
            let key = match self.tag()? {
                b's' => self.string()?,
                _ => self.until(b';')?,
            };
            let value = match self.tag()? {
                b's' => convert(Value::Text(self.string()?)),
                b'i' => convert(Value::Integer(self.until(b';')?)),
                b'N' => convert(Value::Null),
                b'b' | b'd' => self.until(b';').map(|_| convert(Value::Other))?,
                // The same variable as an earlier value, counted from 1 with the array itself.
                b'R' => {
                    let same = self.length(b';')?.checked_sub(2);
                    let same: Option<&(_, V)> = same.and_then(|same| array.get(same));
                    same.ok_or(NOT_AN_ARRAY)?.1
                }
                _ => return Err(NOT_AN_ARRAY),
            };
            array.push((key, value));
        }
        self.until(b'}')?;
        Ok(array)
    }

    /// Reads an array of names and values in turn.
    pub(super) fn pairs(&mut self) -> Result<Vec<Pair<'t>>, Error> {
        let array = self.array(Value::text)?;
        let (pairs, _) = array.as_chunks();
        let pairs = pairs
            .iter()
            .map(|[(_, name), (_, value)]| (name.unwrap_or_default(), *value));
        Ok(pairs.collect())
    }

    /// Reads the letter of a type, and the character after it.
    fn tag(&mut self) -> Result<u8, Error> {
        let [tag, _, rest @ ..] = self.texts else {
            return Err(NOT_AN_ARRAY);
        };
        self.texts = rest;
        Ok(*tag)
    }

    /// Reads decimal digits.
    fn length(&mut self, end: u8) -> Result<usize, Error> {
        let digits = self.until(end)?.iter();
        let length = digits.fold(0, |length: usize, digit| {
            let digit = digit.wrapping_sub(b'0').into();
            length.saturating_mul(10).saturating_add(digit)
        });
        Ok(length)
    }

    /// Reads a text between its length and `";`.
    fn string(&mut self) -> Result<&'t [u8], Error> {
        let length = self.length(b':')?;
        self.sized(1)?;
        let text = self.sized(length)?;
        self.sized(2)?;
        Ok(text)
    }

    /// Reads the bytes before the next `end`.
    fn until(&mut self, end: u8) -> Result<&'t [u8], Error> {
        let position = self.texts.iter().position(|byte| *byte == end);
        let (piece, rest) = self.texts.split_at(position.ok_or(WRONG_LENGTH)?);
        self.texts = rest.get(1..).unwrap_or_default();
        Ok(piece)
    }

    /// Reads all that is left: the form of a message, and the message.
    pub(super) fn message(&mut self) -> Result<Message<'t>, Error> {
        match self.until(SEPARATOR)? {
            b"text" => Ok(Message::Text(self.texts)),
            b"map" => self.array(Value::text).map(Message::Pairs),
            _ => self.pairs().map(Message::Pairs),
        }
    }
}

/// A value of an array.
#[derive(Clone, Copy)]
pub(super) enum Value<'t> {
    Text(&'t [u8]),
    /// Decimal digits, perhaps with a sign.
    Integer(&'t [u8]),
    Null,
    Other,
}

impl<'t> Value<'t> {
    pub(super) const fn text(self) -> Option<&'t [u8]> {
        match self {
            Self::Text(text) => Some(text),
            Self::Integer(_) | Self::Null | Self::Other => None,
        }
    }
}

/// A message: text, or decoded pairs.
pub(super) enum Message<'t> {
    Text(&'t [u8]),
    Pairs(Vec<Pair<'t>>),
}

impl Message<'_> {
    pub(super) fn input(&self) -> Input<'_> {
        match self {
            Self::Text(text) => Input::from(*text),
            Self::Pairs(pairs) => Input::from(pairs.as_slice()),
        }
    }
}

pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|_| NOT_UTF8)
}

/// Writes a result: outputs, each with a separator after it.
pub(super) struct Output<'r>(pub(super) &'r mut Vec<u8>);

impl Write for Output<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl Output<'_> {
    pub(super) fn end(&mut self) {
        self.0.push(SEPARATOR);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
        self.end();
    }

    pub(super) fn number(&mut self, number: impl itoa::Integer) {
        self.text(itoa::Buffer::new().format(number));
    }

    /// Writes a text or number that may be absent.
    pub(super) fn optional(&mut self, value: Option<impl fmt::Display>) {
        if let Some(value) = value {
            self.0.push(MARK);
            self.display(value);
        }
        self.end();
    }

    /// Writes a text of a verified message, without formatting where nothing is encoded.
    pub(super) fn field(&mut self, value: FieldText<'_>) {
        match value.as_plain() {
            Some(text) => self.0.extend_from_slice(text.as_bytes()),
            None => self.display(value),
        }
        self.end();
    }

    /// Writes the signature and the URL of a signed message.
    pub(super) fn signed(
        &mut self,
        signature: &Signature,
        write_url: impl FnOnce(&mut Self) -> fmt::Result,
    ) {
        self.text(signature.as_str());
        // The vector returns no error.
        let _ = write_url(self);
        self.end();
    }

    /// Writes long names, with commas between.
    pub(super) fn names(&mut self, fields: Fields) {
        let names: Vec<_> = fields.iter().map(Field::long_name).collect();
        self.text(&names.join(","));
    }

    fn display(&mut self, value: impl fmt::Display) {
        // The vector returns no error.
        let _ = write!(self, "{value}");
    }

    /// Writes a failure: the code's number, or 0 for a wrong type, the seconds and the position or
    /// nothing, the message, and each parameter's name.
    pub(super) fn failure(&mut self, error: &Error) {
        self.0.clear();
        self.0.push(MARK);
        let is_type = *error == WRONG_TYPE;
        self.number(if is_type { 0 } else { error.code().as_u32() });
        error.seconds().inspect(|seconds| self.display(seconds));
        self.end();
        error.position().inspect(|position| self.display(position));
        self.end();
        self.display(error);
        self.end();
        error.parameters().for_each(|name| self.text(name));
    }

    /// Replaces each NUL, which ends a text in C.
    pub(super) fn replace_nul(&mut self) {
        for byte in self.0.iter_mut().filter(|byte| **byte == 0) {
            *byte = NUL;
        }
    }

    /// Replaces the last separator with the NUL that ends a text in C.
    pub(super) fn finish(self) {
        self.0.pop();
        self.0.push(0);
    }
}
