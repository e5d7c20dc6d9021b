//! The checks on a received message, in the order of `docs/protocol.md`, section 5. The first one
//! that fails decides, and nothing of the message can be read before all have passed.

use crate::code::Code;
use crate::error::Error;
use crate::field::{FieldValue, FieldValues, malformed};
use crate::parameters::{Found, Parameters};
use crate::secret::WorkflowSecret;
use crate::secrets::Secrets;
use crate::signature::{self, tag};
use crate::text::FieldText;
use crate::window::Window;
use crate::wire::{Field, Message};

/// The one error about a signature, whatever is wrong with it.
const WRONG_SIGNATURE: Error = Error::new(
    Code::InvalidSignature,
    "no configured secret matches this signature: refuse the message; if every message fails, \
     check the secret",
);

/// A message that passed every check.
#[derive(Clone, Copy)]
pub(crate) struct Verified<'a> {
    values: FieldValues<'a>,
    pub(crate) secret_index: usize,
}

impl<'a> Verified<'a> {
    #[inline(never)]
    pub(crate) fn text(&self, field: Field) -> FieldText<'a> {
        match self.values.get(field) {
            Some(FieldValue::Text(text)) => text,
            Some(FieldValue::Number(_)) | None => FieldText::EMPTY,
        }
    }

    #[inline(never)]
    pub(crate) fn number(&self, field: Field) -> u64 {
        match self.values.get(field) {
            Some(FieldValue::Number(number)) => number,
            Some(FieldValue::Text(_)) | None => 0,
        }
    }

    pub(crate) fn count(&self, field: Field) -> u32 {
        // Larger ones don't pass verification.
        u32::try_from(self.number(field)).unwrap_or(u32::MAX)
    }
}

/// Verifies what was found in a message. The caller checked its own arguments: check 1.
pub(crate) fn verify<'a>(
    secrets: &Secrets<WorkflowSecret>,
    message: Message,
    parameters: &Parameters<'a>,
    expected: &FieldValues<'a>,
    window: Window,
) -> Result<Verified<'a>, Error> {
    // 2. Twice, or under a doubtful name.
    if let Some(field) = parameters.duplicates(expected.present).first() {
        return Err(Error::new(
            Code::DuplicateParameter,
            "occurs more than once, with two values, or under a name that some decoders take for it",
        )
        .about_received(field));
    }
    // 3. Absent or empty.
    let missing = parameters.missing(message, expected.present);
    if !missing.is_empty() {
        let sentence = parameters.missing_sentence(missing);
        return Err(Error::new(Code::MissingParameter, sentence).about(missing));
    }
    // 4. Malformed.
    let mut verified = Verified {
        values: *expected,
        secret_index: 0,
    };
    let values = &mut verified.values;
    read_values(message, parameters, values)?;
    // 5. The signature. One without the template's literals beside it can't be right either.
    verified.secret_index = match parameters.get(Field::Signature) {
        Found::Value(signature) => signature.signature().and_then(|received| {
            let tags = secrets.iter();
            let tags = tags.map(|(index, secret)| (index, tag(secret, message, values)));
            signature::matching(tags, &received)
        }),
        Found::Flawed(_) | Found::Nothing => None,
    }
    .ok_or(WRONG_SIGNATURE)?;
    // 6. The time.
    window.check(verified.number(Field::Timestamp))?;
    // 7. What the caller expects.
    for field in expected.present.iter() {
        if expected.get(field) != verified.values.get(field) {
            return Err(Error::new(
                Code::UnexpectedValue,
                "is authentic, but not the expected value",
            )
            .about_received(field));
        }
    }
    Ok(verified)
}

/// Reads the values that were found. Those that were not are expected ones.
fn read_values<'a>(
    message: Message,
    parameters: &Parameters<'a>,
    values: &mut FieldValues<'a>,
) -> Result<(), Error> {
    for field in message.signed_fields() {
        match parameters.get(*field) {
            Found::Value(text) => values.read(*field, text),
            Found::Flawed(flaw) => Err(flaw),
            Found::Nothing => Ok(()),
        }
        .map_err(|flaw| malformed(*field, flaw))?;
    }
    Ok(())
}
