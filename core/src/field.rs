//! What a field may hold: the rules of `docs/protocol.md`, section 3.

use crate::error::{Error, ValueFault};
use crate::percent::Value;
use crate::wire::{Field, Message, PerField};

/// The largest timestamp, in seconds. What is larger is in milliseconds.
const MAX_TIMESTAMP: u64 = 99_999_999_999;
/// The largest photo count.
const MAX_PHOTO_COUNT: u64 = u32::MAX as u64;

/// What stands in a field other than the signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    Text(Value<'a>),
    Number(u64),
}

/// What stands in each field of a message, or what a caller expects there.
pub(crate) type Contents<'a> = PerField<Option<Content<'a>>>;

impl<'a> Content<'a> {
    pub(crate) const fn text(text: &'a str) -> Option<Self> {
        Some(Self::Text(Value::plain(text)))
    }

    /// Reads the text of a received parameter, or of a value that came as text.
    pub(crate) fn read(field: Field, value: Value<'a>) -> Result<Self, ValueFault> {
        match number_rule(field) {
            Some((max, fault)) => value.number(max, fault).map(Self::Number),
            None => value.checked().map(Self::Text),
        }
    }

    /// Reads a value that a caller expects of a message, and passed as text.
    pub(crate) fn expected(message: Message, field: Field, text: &'a str) -> Result<Self, Error> {
        if field == Field::Signature || !message.has(field) {
            return Err(Error::invalid_argument(match message {
                Message::Link => "a link can be expected to have uv, src, ref and ts only",
                Message::Return => "a return can be expected to have sub, uv, ref, cnt and ts only",
            }));
        }
        Self::read(field, Value::plain(text)).map_err(|fault| Error::field(field.into(), fault))
    }

    /// Checks a value that a caller passed.
    pub(crate) fn check(self, field: Field) -> Result<(), Error> {
        match (self, number_rule(field)) {
            (Self::Text(value), _) => value.checked().map(|_| ()),
            (Self::Number(number), Some((max, fault))) if number > max => Err(fault),
            (Self::Number(_), _) => Ok(()),
        }
        .map_err(|fault| Error::field(field.into(), fault))
    }
}

impl Field {
    /// Checks a number for this field that comes from a language whose integers have a sign, or
    /// more bits.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidField`](crate::Code::InvalidField) if the number is negative, or larger
    /// than the field may hold (`docs/protocol.md`, section 3);
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) if the field is text.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{Code, Field};
    ///
    /// assert_eq!(Field::PhotoCount.number(5), Ok(5));
    /// assert_eq!(Field::Timestamp.number(-1).unwrap_err().code(), Code::InvalidField);
    /// ```
    pub fn number(self, number: i128) -> Result<u64, Error> {
        let Some((max, fault)) = number_rule(self) else {
            return Err(Error::invalid_argument(
                "only ts and cnt are numbers: pass text",
            ));
        };
        match u64::try_from(number) {
            Ok(number) if number <= max => Ok(number),
            _ if number < 0 => Err(Error::field(self.into(), ValueFault::NotDecimal)),
            _ => Err(Error::field(self.into(), fault)),
        }
    }
}

/// The largest number that a field may hold, if it holds one, and what a larger one is.
const fn number_rule(field: Field) -> Option<(u64, ValueFault)> {
    match field {
        Field::PhotoCount => Some((MAX_PHOTO_COUNT, ValueFault::CountTooLarge)),
        Field::Timestamp => Some((MAX_TIMESTAMP, ValueFault::Milliseconds)),
        Field::SubmissionId
        | Field::UniqueValue
        | Field::Source
        | Field::Reference
        | Field::Signature => None,
    }
}
