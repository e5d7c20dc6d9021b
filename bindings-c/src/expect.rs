//! The values that a caller expects of a message, entry by entry.

use visiono_workflow::{Error, ExpectLink, ExpectReturn, ExpectedValue, Field};

use crate::boundary::{Argument, Str, argument, list};
use crate::tables::field;

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
        let field = field(entry.field).ok_or(NO_FIELD)?;
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
