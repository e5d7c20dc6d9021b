//! Writing the parameters of a message into a URL.

use core::fmt;

use crate::decimal::Decimal;
use crate::field::{FieldValue, FieldValues};
use crate::percent::encode;
use crate::signature::Signature;
use crate::wire::{Field, Message};

/// Writes `name=value&…&sig=…`, in the order of the wire.
pub(crate) fn write_parameters(
    message: Message,
    values: &FieldValues<'_>,
    signature: &Signature,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    for (index, field) in message.signed_fields().iter().enumerate() {
        let assignment = field.assignment();
        out.write_str(if index == 0 {
            assignment.get(1..).unwrap_or_default()
        } else {
            assignment
        })?;
        if let Some(value) = values.get(*field) {
            write_value(value, out)?;
        }
    }
    out.write_str(Field::Signature.assignment())?;
    out.write_str(signature.as_str())
}

/// Writes one value, percent-encoded.
pub(crate) fn write_value(
    value: FieldValue<'_>,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    match value {
        // Values to sign come from a caller, so they are plain.
        FieldValue::Text(text) => encode(text.as_plain().unwrap_or_default(), out),
        FieldValue::Number(number) => out.write_str(Decimal::of(number).as_str()),
    }
}
