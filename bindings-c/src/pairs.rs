//! Parameters that something else has decoded already, and headers.

use std::fmt::Write;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use visiono_workflow::Error;

use crate::boundary::{Buffer, Output, Str, guard, list};
use crate::error::{Code, ErrorHandle};

/// A parameter whose name and value are decoded, or a header: any bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Pair {
    /// The name.
    pub name: Str,
    /// The value.
    pub value: Str,
}

/// Makes a query string of parameters that a framework has decoded, for `visiono_workflow_verify_link`
/// and `visiono_workflow_verify_return` to read. Where the query string itself is at hand, pass
/// that: a framework may have dropped the second of two parameters of the same name.
///
/// Ownership: nothing is kept; `query->data` stays the caller's. Threads: any, each with its own
/// `query` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that would do
/// in `query->len`; `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `pairs` can be read for `count` pairs, and so can their texts, `query` can be read and written,
/// its `data` can be written for `capacity` bytes, and `error` is null or came from
/// `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_query_of_pairs(
    pairs: *const Pair,
    count: usize,
    query: *mut Buffer,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let texts = unsafe { list(pairs, count) }?
            .iter()
            .flat_map(|pair| [pair.name, pair.value])
            // SAFETY: as the caller promises.
            .map(|text| unsafe { text.bytes() })
            .collect::<Result<Vec<_>, Error>>()?;
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(query, texts.iter().copied()) }?;
        output.fill(|out| {
            for pair in texts.chunks_exact(2) {
                for (text, end) in pair.iter().zip(["=", "&"]) {
                    write!(out, "{}{end}", percent_encode(text, NON_ALPHANUMERIC))?;
                }
            }
            Ok(())
        })
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
