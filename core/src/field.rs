//! The values that a field may hold: `docs/protocol.md`, section 3.

use crate::code::Code;
use crate::error::{Error, Flaw};
use crate::text::{FieldText, NOT_DECIMAL};
use crate::wire::{Field, Fields, Message, PerField};

/// The largest timestamp, in seconds. A larger one is in milliseconds.
pub(crate) const MAX_TIMESTAMP: u64 = 99_999_999_999;
/// The largest photo count.
const MAX_PHOTO_COUNT: u64 = u32::MAX as u64;

const MILLISECONDS: Flaw =
    Flaw("is 100000000000 or more, as if in milliseconds: pass Unix seconds");
const COUNT_TOO_LARGE: Flaw = Flaw("is more than 4294967295: use a smaller number");

/// The value of a field other than the signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldValue<'a> {
    Text(FieldText<'a>),
    Number(u64),
}

/// A value that a caller expects of a field, in a language where types are known at run time.
///
/// See [`ExpectReturn::field`](crate::ExpectReturn::field).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectedValue<'a> {
    /// Text, for any field.
    Text(&'a str),
    /// A number, for a photo count or a timestamp.
    Number(u64),
}

impl<'a> From<&'a str> for ExpectedValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for ExpectedValue<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<ExpectedValue<'a>> for FieldValue<'a> {
    fn from(value: ExpectedValue<'a>) -> Self {
        match value {
            ExpectedValue::Text(text) => Self::Text(FieldText::plain(text)),
            ExpectedValue::Number(number) => Self::Number(number),
        }
    }
}

/// The field values of a message: to sign, received or expected.
#[derive(Clone, Copy)]
pub(crate) struct FieldValues<'a> {
    values: PerField<FieldValue<'a>>,
    pub(crate) present: Fields,
}

impl<'a> FieldValues<'a> {
    /// No value for any field.
    pub(crate) const NONE: Self = Self {
        values: PerField::all(FieldValue::Number(0)),
        present: Fields::NONE,
    };

    pub(crate) const fn get(&self, field: Field) -> Option<FieldValue<'a>> {
        if self.present.contains(field) {
            Some(*self.values.get(field))
        } else {
            None
        }
    }

    const fn set(&mut self, field: Field, value: FieldValue<'a>) {
        *self.values.get_mut(field) = value;
        self.present = self.present.with(field);
    }

    /// Returns the values that a caller passed to sign.
    pub(crate) fn of(fields: &[(Field, ExpectedValue<'a>)]) -> Self {
        let mut values = Self::NONE;
        for (field, value) in fields {
            values.set(*field, (*value).into());
        }
        values
    }

    /// Reads the text of a received parameter into its field.
    pub(crate) fn read(&mut self, field: Field, text: FieldText<'a>) -> Result<(), Flaw> {
        let value = match number_rule(field) {
            Some((max, flaw)) => FieldValue::Number(text.number(max, flaw)?),
            None => FieldValue::Text(text.checked()?),
        };
        self.set(field, value);
        Ok(())
    }

    /// Sets a value that a caller expects of a message.
    ///
    /// A value that no field can have is refused later, by [`check`](Self::check), in its turn.
    pub(crate) fn expect(
        &mut self,
        message: Message,
        field: Field,
        value: Option<ExpectedValue<'a>>,
    ) -> Result<(), Error> {
        if field == Field::Signature || !message.has(field) {
            return Err(Error::invalid_argument(match message {
                Message::Link => concat!(
                    "only",
                    // cargo xtask generate: link except Signature
                    // " {short}{,| and|}",
                    " uv,",
                    " src,",
                    " ref and",
                    " ts",
                    // end generated
                    " can be expected of a link",
                ),
                Message::Return => concat!(
                    "only",
                    // cargo xtask generate: return except Signature
                    // " {short}{,| and|}",
                    " sub,",
                    " uv,",
                    " ref,",
                    " cnt and",
                    " ts",
                    // end generated
                    " can be expected of a return",
                ),
            }));
        }
        let Some(value) = value else {
            return Err(Error::invalid_argument(
                "is expected, but its value is absent: pass the value, or refuse the message",
            )
            .about(field.into()));
        };
        let value = match (number_rule(field), value) {
            (Some((max, flaw)), ExpectedValue::Text(text)) => {
                let number = FieldText::plain(text).number(max, flaw);
                FieldValue::Number(number.unwrap_or(u64::MAX))
            }
            (Some(_), ExpectedValue::Number(number)) => FieldValue::Number(number),
            (None, ExpectedValue::Text(text)) => FieldValue::Text(FieldText::plain(text)),
            (None, ExpectedValue::Number(_)) => {
                return Err(Error::invalid_argument(
                    "is a text field, but its expected value is a number: pass text",
                )
                .about(field.into()));
            }
        };
        self.set(field, value);
        Ok(())
    }

    /// Sets the values that a caller expects of a message, from one entry for each field.
    pub(crate) fn expect_all(
        message: Message,
        entries: impl IntoIterator<Item = Result<(Field, Option<ExpectedValue<'a>>), Error>>,
    ) -> Result<Self, Error> {
        let mut values = Self::NONE;
        for entry in entries {
            let (field, value) = entry?;
            if values.present.contains(field) {
                return Err(Error::invalid_argument(
                    "expect has two entries for one field: pass one for each field",
                ));
            }
            values.expect(message, field, value)?;
        }
        Ok(values)
    }

    pub(crate) const fn with_text(mut self, field: Field, text: &'a str) -> Self {
        self.set(field, FieldValue::Text(FieldText::plain(text)));
        self
    }

    pub(crate) const fn with_number(mut self, field: Field, number: u64) -> Self {
        self.set(field, FieldValue::Number(number));
        self
    }

    /// Checks the values that a caller passed, to sign or to expect them.
    pub(crate) fn check(&self, message: Message) -> Result<(), Error> {
        for field in message.signed_fields() {
            if self.present.is_empty() {
                break;
            }
            let checked = match (self.get(*field), number_rule(*field)) {
                (Some(FieldValue::Text(text)), _) => text.check().map(|_| ()),
                (Some(FieldValue::Number(u64::MAX)), _) => Err(NOT_DECIMAL),
                (Some(FieldValue::Number(number)), Some((max, flaw))) if number > max => Err(flaw),
                (Some(FieldValue::Number(_)) | None, _) => Ok(()),
            };
            checked.map_err(|flaw| Error::field(*field, flaw))?;
        }
        Ok(())
    }
}

/// Converts a number for a field from a language whose integers have a sign or more bits.
///
/// A number that is no `u64` becomes [`u64::MAX`], which no field can hold. So it is refused when
/// the field is checked, in its turn, with the same error in every language.
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

/// Returns the largest number of a field that holds one, and the flaw of a larger number.
const fn number_rule(field: Field) -> Option<(u64, Flaw)> {
    match field {
        // cargo xtask generate: fields
        // Field::{variant} => {None/Some((MAX_PHOTO_COUNT, COUNT_TOO_LARGE))/Some((MAX_TIMESTAMP, MILLISECONDS))},
        Field::SubmissionId => None,
        Field::UniqueValue => None,
        Field::Source => None,
        Field::Reference => None,
        Field::PhotoCount => Some((MAX_PHOTO_COUNT, COUNT_TOO_LARGE)),
        Field::Timestamp => Some((MAX_TIMESTAMP, MILLISECONDS)),
        Field::Signature => None,
        // end generated
    }
}

/// Returns the error for a received value that has the wrong form.
pub(crate) const fn malformed(field: Field, flaw: Flaw) -> Error {
    Error::new(Code::MalformedParameter, flaw.0).about_received(field)
}
