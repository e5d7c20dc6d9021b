//! The checks on a received message, in the order of `docs/protocol.md`, section 5. The first
//! one that fails decides, and nothing of the message can be read before all have passed.

use crate::error::{Error, ValueFault};
use crate::field::{Content, Contents};
use crate::query::{Found, Parameters};
use crate::secret::WorkflowSecret;
use crate::signature::{self, tag};
use crate::value::Value;
use crate::wire::{Field, Message};

/// When a message is good, in Unix seconds and seconds.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    pub(crate) now: u64,
    pub(crate) max_age: u64,
    pub(crate) leeway: u64,
}

impl Window {
    pub(crate) fn check(self, timestamp: u64) -> Result<(), Error> {
        let early = timestamp.saturating_sub(self.now);
        if early > self.leeway {
            return Err(Error::not_yet_valid(early.saturating_sub(self.leeway)));
        }
        let age = self.now.saturating_sub(timestamp);
        if age > self.max_age {
            return Err(Error::expired(age.saturating_sub(self.max_age)));
        }
        Ok(())
    }
}

/// A message that passed every check.
#[derive(Clone, Copy)]
pub(crate) struct Verified<'a> {
    contents: Contents<'a>,
    pub(crate) secret_index: usize,
}

impl<'a> Verified<'a> {
    pub(crate) fn text(&self, field: Field) -> Value<'a> {
        match self.contents.get(field) {
            Some(Content::Text(value)) => value,
            Some(Content::Number(_)) | None => Value::EMPTY,
        }
    }

    pub(crate) fn number(&self, field: Field) -> u64 {
        match self.contents.get(field) {
            Some(Content::Number(number)) => number,
            Some(Content::Text(_)) | None => 0,
        }
    }
}

pub(crate) fn verify<'a>(
    secrets: &[WorkflowSecret],
    message: Message,
    parameters: &Parameters<'a>,
    expected: &Contents<'a>,
    window: Window,
) -> Result<Verified<'a>, Error> {
    // 1. What the caller passed.
    expected.check(message)?;
    // 2. Twice.
    if let Some(field) = parameters.duplicates.first() {
        return Err(Error::duplicate(field.into()));
    }
    // 3. Absent or empty.
    let missing = parameters.missing(message, expected.present);
    if !missing.is_empty() {
        return Err(Error::missing(missing));
    }
    // 4. Not of its form.
    let contents = read_contents(message, parameters, expected)?;
    // 5. The signature. One that isn't beside the template's literals can't be right either.
    let secret_index = match parameters.get(Field::Signature) {
        Found::Value(signature) => signature.signature().and_then(|received| {
            let tags = secrets.iter().map(|secret| tag(secret, message, &contents));
            signature::matching(tags, &received)
        }),
        Found::Mismatch | Found::Nothing => None,
    }
    .ok_or(Error::signature())?;
    let verified = Verified {
        contents,
        secret_index,
    };
    // 6. Its time.
    window.check(verified.number(Field::Timestamp))?;
    // 7. Whether it is the one that the caller waits for.
    for field in expected.present.iter() {
        if expected.get(field) != contents.get(field) {
            return Err(Error::unexpected(field.into()));
        }
    }
    Ok(verified)
}

fn read_contents<'a>(
    message: Message,
    parameters: &Parameters<'a>,
    expected: &Contents<'a>,
) -> Result<Contents<'a>, Error> {
    let mut contents = *expected;
    for field in message.signed_fields() {
        match parameters.get(*field) {
            Found::Value(value) => contents.read(*field, value),
            Found::Mismatch => Err(ValueFault::Literal),
            Found::Nothing => Ok(()),
        }
        .map_err(|fault| Error::malformed((*field).into(), fault))?;
    }
    Ok(contents)
}
