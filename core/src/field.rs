//! What a field may hold: the rules of `docs/protocol.md`, section 3.

use crate::error::{Error, ValueFault};
use crate::value::Value;
use crate::wire::{Field, Fields, Message};

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

impl<'a> Content<'a> {
    /// Reads a value that a caller expects of a message, and passed as text.
    pub(crate) fn expected(message: Message, field: Field, text: &'a str) -> Result<Self, Error> {
        if field == Field::Signature || !message.has(field) {
            return Err(Error::invalid_argument(match message {
                Message::Link => "a link can be expected to have uv, src, ref and ts only",
                Message::Return => "a return can be expected to have sub, uv, ref, cnt and ts only",
            }));
        }
        Ok(match number_rule(field) {
            // What can't be read is refused when all that is expected is checked, in its turn.
            Some((max, fault)) => {
                Self::Number(Value::plain(text).number(max, fault).unwrap_or(u64::MAX))
            }
            None => Self::Text(Value::plain(text)),
        })
    }
}

/// What stands in each field of a message, or what a caller expects there.
#[derive(Clone, Copy)]
pub(crate) struct Contents<'a> {
    submission_id: Value<'a>,
    unique_value: Value<'a>,
    source: Value<'a>,
    reference: Value<'a>,
    photo_count: u64,
    timestamp: u64,
    pub(crate) present: Fields,
}

impl<'a> Contents<'a> {
    /// Nothing in any field.
    pub(crate) const NONE: Self = Self {
        submission_id: Value::EMPTY,
        unique_value: Value::EMPTY,
        source: Value::EMPTY,
        reference: Value::EMPTY,
        photo_count: 0,
        timestamp: 0,
        present: Fields::NONE,
    };

    pub(crate) const fn get(&self, field: Field) -> Option<Content<'a>> {
        if !self.present.contains(field) {
            return None;
        }
        Some(match field {
            Field::SubmissionId => Content::Text(self.submission_id),
            Field::UniqueValue => Content::Text(self.unique_value),
            Field::Source => Content::Text(self.source),
            Field::Reference => Content::Text(self.reference),
            Field::PhotoCount => Content::Number(self.photo_count),
            Field::Timestamp => Content::Number(self.timestamp),
            Field::Signature => return None,
        })
    }

    pub(crate) const fn set(&mut self, field: Field, content: Content<'a>) {
        match (field, content) {
            (Field::SubmissionId, Content::Text(value)) => self.submission_id = value,
            (Field::UniqueValue, Content::Text(value)) => self.unique_value = value,
            (Field::Source, Content::Text(value)) => self.source = value,
            (Field::Reference, Content::Text(value)) => self.reference = value,
            (Field::PhotoCount, Content::Number(number)) => self.photo_count = number,
            (Field::Timestamp, Content::Number(number)) => self.timestamp = number,
            (_, Content::Text(_) | Content::Number(_)) => return,
        }
        self.present = self.present.with(field);
    }

    /// Reads the text of a received parameter into its field.
    pub(crate) fn read(&mut self, field: Field, value: Value<'a>) -> Result<(), ValueFault> {
        let content = match number_rule(field) {
            Some((max, fault)) => Content::Number(value.number(max, fault)?),
            None => Content::Text(value.checked()?),
        };
        self.set(field, content);
        Ok(())
    }

    pub(crate) const fn with_text(mut self, field: Field, text: &'a str) -> Self {
        self.set(field, Content::Text(Value::plain(text)));
        self
    }

    pub(crate) const fn with_number(mut self, field: Field, number: u64) -> Self {
        self.set(field, Content::Number(number));
        self
    }

    /// Checks the values that a caller passed, to sign or to expect them.
    pub(crate) fn check(&self, message: Message) -> Result<(), Error> {
        for field in message.signed_fields() {
            if self.present.is_empty() {
                break;
            }
            let checked = match (self.get(*field), number_rule(*field)) {
                (Some(Content::Text(value)), _) => value.check().map(|_| ()),
                (Some(Content::Number(u64::MAX)), _) => Err(ValueFault::NotDecimal),
                (Some(Content::Number(number)), Some((max, fault))) if number > max => Err(fault),
                (Some(Content::Number(_)) | None, _) => Ok(()),
            };
            checked.map_err(|fault| Error::field((*field).into(), fault))?;
        }
        Ok(())
    }
}

/// A number for a field, from a language whose integers have a sign or more bits.
///
/// What is no `u64` becomes [`u64::MAX`], which no field can hold. So it is refused where the
/// field is checked, in its turn, with the same error in every language.
///
/// # Examples
///
/// ```
/// use visiono_workflow::field_number;
///
/// assert_eq!(field_number(5), 5);
/// assert_eq!(field_number(-1), u64::MAX);
/// ```
#[must_use]
pub fn field_number(number: i128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
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
