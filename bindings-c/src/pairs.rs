//! Parameters that a framework has decoded, and headers.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

use crate::error::Result;
use crate::output::Buffer;
use crate::read::Reader;
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

type NameAndValue<'a> = (&'a [u8], &'a [u8]);

impl Reader {
    fn pair<'a>(self, pair: &Pair) -> Result<Option<NameAndValue<'a>>> {
        let name = self.bytes(pair.name)?;
        Ok(self.optional_bytes(pair.value)?.map(|value| (name, value)))
    }

    /// Reads the pairs that have a value.
    pub(crate) fn pairs<'a>(
        self,
        pairs: *const Pair,
        count: usize,
    ) -> Result<impl Iterator<Item = Result<NameAndValue<'a>>>> {
        let pairs = self.list(pairs, count)?.iter();
        Ok(pairs.filter_map(move |pair| self.pair(pair).transpose()))
    }
}

/// Replaces each `?` and `#` at the start of a name by `]`.
///
/// Some decoders drop them, so the core finds a look-alike in `?ref`, but not in an encoded one
/// (`docs/protocol.md`, section 5). It drops `]` in any encoding.
fn without_marks(name: &[u8]) -> Vec<u8> {
    let mut name = name.to_vec();
    let is_dropped = |byte: &&mut u8| b"[].?# \t\n\x0b\x0c\r".contains(byte);
    let start = name.iter_mut().take_while(is_dropped);
    for mark in start.filter(|byte| matches!(**byte, b'?' | b'#')) {
        *mark = b']';
    }
    name
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
        for pair in pairs {
            let (name, value) = pair?;
            let name = without_marks(name);
            // Every other byte is encoded, so that nothing is decoded twice or split.
            let [name, value] = [&name, value].map(|text| percent_encode(text, NON_ALPHANUMERIC));
            // A `String` returns no error.
            let _ = write!(text, "{name}={value}&");
        }
        query.fill(text)
    }
}
