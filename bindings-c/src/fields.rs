//! The fields of links and returns, as a C program fills them in or expects them.

use visiono_workflow::{
    Error, ExpectedValue, Field, LinkFields as Link, LinkUrl, ReturnFields as Return, field_number,
};

use crate::read::{Reader, Result};
use crate::tables::field;
use crate::text::Str;

/// The fields of a link, and the Smart Link that they are added to: either `slug` or `link`.
///
/// A text is required, and must not be empty or contain `|`, a control character or a line
/// separator. It is signed byte for byte.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct LinkFields {
    /// The end of the Smart Link, `damage-report`; null if `link` is given.
    pub slug: Str,
    /// The whole Smart Link as a URL; null if `slug` is given.
    pub link: Str,
    // cargo xtask generate: link except Signature
    // /// `{short}`: {doc}{/, at most 4294967295/: `time(NULL)`}.
    // pub {long}: {Str/i64/i64},
    /// `uv`: the documented item: an order or a license plate.
    pub unique_value: Str,
    /// `src`: the system that sends the person, such as `zendesk`.
    pub source: Str,
    /// `ref`: the record in that system, such as `ticket-456`.
    pub reference: Str,
    /// `ts`: the time of signing, in Unix seconds: `time(NULL)`.
    pub timestamp: i64,
    // end generated
}

/// The fields of a return. The rules are those of `visiono_link_fields_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ReturnFields {
    // cargo xtask generate: return except Signature
    // /// `{short}`: {doc}{/, at most 4294967295/: `time(NULL)`}.
    // pub {long}: {Str/i64/i64},
    /// `sub`: the ID of the submission at Visiono, such as `pls_123`.
    pub submission_id: Str,
    /// `uv`: the documented item: an order or a license plate.
    pub unique_value: Str,
    /// `ref`: the record in that system, such as `ticket-456`.
    pub reference: Str,
    /// `cnt`: the number of uploaded photos, at most 4294967295.
    pub photo_count: i64,
    /// `ts`: the time of signing, in Unix seconds: `time(NULL)`.
    pub timestamp: i64,
    // end generated
}

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
    /// Reads the Smart Link, and the fields.
    pub(crate) fn link<'a>(self, fields: *const LinkFields) -> Result<(LinkUrl<'a>, Link<'a>)> {
        // A copy, because the struct can lie in the output.
        let fields = *self.object(fields)?;
        let slug = self.optional_bytes(fields.slug)?;
        let url = self.optional_bytes(fields.link)?;
        let fields = Link {
            // cargo xtask generate: link except Signature
            // {long}: {member!(self.text(/field_number(/field_number(}fields.{long}{))/.into())/.into())},
            unique_value: member!(self.text(fields.unique_value)),
            source: member!(self.text(fields.source)),
            reference: member!(self.text(fields.reference)),
            timestamp: field_number(fields.timestamp.into()),
            // end generated
        };
        Ok((LinkUrl::from_slug_or_url(slug, url)?, fields))
    }

    pub(crate) fn return_fields<'a>(self, fields: *const ReturnFields) -> Result<Return<'a>> {
        let fields = *self.object(fields)?;
        Ok(Return {
            // cargo xtask generate: return except Signature
            // {long}: {member!(self.text(/field_number(/field_number(}fields.{long}{))/.into())/.into())},
            submission_id: member!(self.text(fields.submission_id)),
            unique_value: member!(self.text(fields.unique_value)),
            reference: member!(self.text(fields.reference)),
            photo_count: field_number(fields.photo_count.into()),
            timestamp: field_number(fields.timestamp.into()),
            // end generated
        })
    }

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
