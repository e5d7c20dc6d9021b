//! The values that a caller expects of a message, entry by entry.

use visiono_workflow::{Error, ExpectLink, ExpectReturn, ExpectedValue, Field};

use crate::boundary::{Argument, Str, argument, list};

/// The fields of links and returns that a caller can expect.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldNumber {
    /// `sub`: Visiono's name of the submission. Returns have it.
    VisionoFieldSubmissionId = 1,
    /// `uv`: the thing that is documented. Links and returns have it.
    VisionoFieldUniqueValue = 2,
    /// `src`: the system that sends the person. Links have it.
    VisionoFieldSource = 3,
    /// `ref`: the record in that system. Links and returns have it.
    VisionoFieldReference = 4,
    /// `cnt`: the number of photos, as decimal digits. Returns have it.
    VisionoFieldPhotoCount = 5,
    /// `ts`: Unix seconds, as decimal digits. Links and returns have it.
    VisionoFieldTimestamp = 6,
}

/// A field and the value that the caller expects there.
///
/// An entry that is in the list is always checked: an entry without a value, such as
/// `{VISIONO_FIELD_REFERENCE, visiono_text(NULL)}`, one with a field that the message does not
/// have, an entry of zeros, and a second entry for a field are all `VISIONO_INVALID_ARGUMENT`. So
/// a session without a ticket can't turn the check off. A field without an entry may have any
/// value.
///
/// If the message carries the field, the two are compared: this stops a genuine return for one
/// ticket from being used on another. If it does not, the expected value takes its place, and
/// the signature decides.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Expected {
    /// A number of `visiono_field_t`.
    pub field: i32,
    /// The value, exactly as it was signed.
    pub value: Str,
}

const VALUE: Argument = argument!("an expected value");
const NO_ENTRY: Error = Error::invalid_argument(
    "expect is given, but expect_count is 0: count its entries, or pass NULL to expect nothing",
);
const NO_FIELD: Error =
    Error::invalid_argument("expect has an entry whose field is no number of visiono_field_t");
const TWICE: Error = Error::invalid_argument("expect has two entries for one field");

/// The core's fields. The compiler asks for another line when the core gets one.
const FIELDS: [(Field, Option<FieldNumber>); Field::ALL.len()] = [
    (
        Field::SubmissionId,
        Some(FieldNumber::VisionoFieldSubmissionId),
    ),
    (
        Field::UniqueValue,
        Some(FieldNumber::VisionoFieldUniqueValue),
    ),
    (Field::Source, Some(FieldNumber::VisionoFieldSource)),
    (Field::Reference, Some(FieldNumber::VisionoFieldReference)),
    (Field::PhotoCount, Some(FieldNumber::VisionoFieldPhotoCount)),
    (Field::Timestamp, Some(FieldNumber::VisionoFieldTimestamp)),
    // Nobody can know a signature beforehand.
    (Field::Signature, None),
];

/// The field with this number.
fn field(number: i32) -> Result<Field, Error> {
    FIELDS
        .into_iter()
        .find(|(_, known)| known.is_some_and(|known| known as i32 == number))
        .map(|(field, _)| field)
        .ok_or(NO_FIELD)
}

/// The expectation about a link.
///
/// # Safety
///
/// `entries` can be read for `count` entries, and so can their values.
pub(crate) unsafe fn of_link<'a>(
    entries: *const Expected,
    count: usize,
) -> Result<ExpectLink<'a>, Error> {
    // SAFETY: as the caller promises.
    unsafe { collect(entries, count, ExpectLink::new(), ExpectLink::field) }
}

/// The expectation about a return.
///
/// # Safety
///
/// As [`of_link`].
pub(crate) unsafe fn of_return<'a>(
    entries: *const Expected,
    count: usize,
) -> Result<ExpectReturn<'a>, Error> {
    // SAFETY: as the caller promises.
    unsafe { collect(entries, count, ExpectReturn::new(), ExpectReturn::field) }
}

/// Adds every entry to an expectation that is empty.
///
/// # Safety
///
/// As [`of_link`].
unsafe fn collect<'a, E>(
    entries: *const Expected,
    count: usize,
    mut expect: E,
    add: fn(E, Field, Option<ExpectedValue<'a>>) -> Result<E, Error>,
) -> Result<E, Error> {
    // SAFETY: as the caller promises.
    let list = unsafe { list(entries, count) }?;
    if list.is_empty() && !entries.is_null() {
        return Err(NO_ENTRY);
    }
    let mut seen = Vec::new();
    for entry in list {
        let field = field(entry.field)?;
        if seen.contains(&field) {
            return Err(TWICE);
        }
        seen.push(field);
        // SAFETY: as the caller promises. The core refuses a value that is absent.
        let value = unsafe { entry.value.optional(VALUE) }?;
        expect = add(expect, field, value.map(ExpectedValue::Text))?;
    }
    Ok(expect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_the_core_s() {
        for ((core, number), wanted) in FIELDS.into_iter().zip(Field::ALL) {
            assert_eq!(core, wanted);
            match number {
                Some(number) => assert_eq!(format!("{number:?}"), format!("VisionoField{core:?}")),
                None => assert_eq!(core, Field::Signature),
            }
        }
    }
}
