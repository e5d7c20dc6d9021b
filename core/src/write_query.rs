//! Writing the parameters of a message into a URL.

use core::fmt;

use crate::decimal::Decimal;
use crate::field::ExpectedValue;
use crate::percent::encode;
use crate::signature::Signature;
use crate::wire::Field;

/// Writes `name=value&…&sig=…`, in the order of the wire.
pub(crate) fn write_parameters(
    fields: &[(Field, ExpectedValue<'_>)],
    signature: &Signature,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    for (index, (field, value)) in fields.iter().enumerate() {
        let assignment = field.assignment();
        out.write_str(if index == 0 {
            assignment.get(1..).unwrap_or_default()
        } else {
            assignment
        })?;
        write_value(*value, out)?;
    }
    out.write_str(Field::Signature.assignment())?;
    out.write_str(signature.as_str())
}

/// Writes one value, percent-encoded.
pub(crate) fn write_value(
    value: ExpectedValue<'_>,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    match value {
        ExpectedValue::Text(text) => encode(text, out),
        ExpectedValue::Number(number) => out.write_str(Decimal::of(number).as_str()),
    }
}
