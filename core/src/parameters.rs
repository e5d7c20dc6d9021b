//! Writing the parameters of a message into a URL.

use core::fmt;

use crate::field::{Content, Contents};
use crate::payload::Decimal;
use crate::percent::encode;
use crate::signature::Signature;
use crate::wire::{Field, Message};

/// Writes `name=value&…&sig=…`, in the order of the wire.
pub(crate) fn write_parameters(
    message: Message,
    contents: &Contents<'_>,
    signature: &Signature,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    for (place, field) in message.signed_fields().iter().enumerate() {
        let assignment = field.assignment();
        out.write_str(if place == 0 {
            assignment.get(1..).unwrap_or_default()
        } else {
            assignment
        })?;
        if let Some(content) = contents.get(*field) {
            write_content(content, out)?;
        }
    }
    out.write_str(Field::Signature.assignment())?;
    out.write_str(signature.as_str())
}

/// Writes one value, percent-encoded.
pub(crate) fn write_content(
    content: Content<'_>,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    match content {
        // What is signed was passed by a caller, so it is plain.
        Content::Text(value) => encode(value.as_plain().unwrap_or_default(), out),
        Content::Number(number) => out.write_str(Decimal::of(number).as_str()),
    }
}
