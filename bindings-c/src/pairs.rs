//! Parameters that a framework has decoded, and headers.

use visiono_workflow::write_pair;

use crate::output::Buffer;
use crate::read::{Reader, Result};
use crate::text::Str;

/// A decoded parameter or a header: a name and a value of any bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pair {
    /// The name.
    pub name: Str,
    /// The value; null if the parameter or header is absent.
    pub value: Str,
}

impl Reader {
    /// Reads the names and values of the pairs that have a value.
    pub(crate) fn pairs<'a>(
        self,
        pairs: *const Pair,
        count: usize,
    ) -> Result<Vec<(&'a [u8], &'a [u8])>> {
        let pairs = self.list(pairs, count)?;
        let mut read = Vec::with_capacity(pairs.len());
        for pair in pairs {
            let name = self.optional_bytes(pair.name)?.unwrap_or_default();
            if let Some(value) = self.optional_bytes(pair.value)? {
                read.push((name, value));
            }
        }
        Ok(read)
    }
}

export! {
    /// Makes a query string from parameters that a framework has decoded, for
    /// `visiono_workflow_verify_link` and `visiono_workflow_verify_return`. A pair whose value is
    /// null is left out.
    ///
    /// Pass the query string itself if you have it: a framework can drop the second of two
    /// parameters of the same name, and a name that begins with `?` or `#` is not found in a
    /// template.
    ///
    /// Ownership: nothing is kept; `query->data` stays the caller's. Threads: any, each with its
    /// own `query` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that
    /// are needed in `query->len`; `VISIONO_INVALID_ARGUMENT`.
    ///
    /// # Safety
    ///
    /// `pairs` can be read for `count` pairs, and so can their texts, `query` can be read and
    /// written, its `data` can be written for `capacity` bytes, and `error` is null or came from
    /// `visiono_error_new`.
    fn visiono_query_of_pairs(
        pairs: *const Pair, count: usize => pairs;
        query: *mut Buffer => room
    ) {
        let mut text = String::new();
        for (name, value) in pairs {
            // A `String` returns no error.
            let _ = write_pair(name, value, &mut text);
        }
        query.fill(text)
    }
}
