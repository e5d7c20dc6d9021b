//! The values that a caller expects in a message.

use visiono_workflow::{Error, ExpectedValue, Field};

use crate::error::Result;
use crate::read::Reader;
use crate::tables::field;
use crate::text::Str;

/// A field and the value that the caller expects there.
///
/// An entry in the list is always checked: an entry without a value, such as
/// `{VISIONO_FIELD_REFERENCE, visiono_text(NULL)}`, one with a field that the message does not
/// have, an entry of zeros, and a second entry for a field are all `VISIONO_INVALID_ARGUMENT`. So
/// a session without a ticket can't turn the check off. A field without an entry can have any
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

const NO_ENTRY: Error = Error::invalid_argument(
    "expect is given, but expect_count is 0: count its entries, or pass NULL to expect nothing",
);
const NO_FIELD: Error = Error::invalid_argument(
    "expect has an entry whose field is not a number of visiono_field_t: pass one of them",
);

impl Reader {
    /// Reads the entries. The core rejects an absent value, and a second entry for a field.
    pub(crate) fn expected<'a>(
        self,
        entries: *const Expected,
        count: usize,
    ) -> Result<impl Iterator<Item = Result<(Field, Option<ExpectedValue<'a>>)>>> {
        let list = self.list(entries, count)?;
        if list.is_empty() && !entries.is_null() {
            return Err(NO_ENTRY);
        }
        Ok(list.iter().map(move |entry| {
            let field = field(entry.field).ok_or(NO_FIELD)?;
            let value = member!(self.optional_text(entry.value));
            Ok((field, value.map(ExpectedValue::Text)))
        }))
    }
}
