//! Parameters that a framework has decoded, and headers.

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
    /// The value; null if the parameter or header is absent.
    pub value: Str,
}

impl Pair {
    /// The name and the value, or `None` if it is absent.
    ///
    /// # Safety
    ///
    /// The texts can be read.
    pub(crate) unsafe fn given<'a>(self) -> Result<Option<[&'a [u8]; 2]>, Error> {
        // SAFETY: as the caller promises.
        let (name, value) = unsafe { (self.name.bytes()?, self.value.given()?) };
        Ok(value.map(|value| [name, value]))
    }
}

/// Makes a query string of parameters that a framework has decoded, for
/// `visiono_workflow_verify_link` and `visiono_workflow_verify_return` to read. A pair whose value
/// is null is left out.
///
/// If the query string itself is at hand, pass that: a framework may have dropped the second of
/// two parameters of the same name.
///
/// Ownership: nothing is kept; `query->data` stays the caller's. Threads: any, each with its own
/// `query` and `error`. Errors: `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that are
/// needed in `query->len`; `VISIONO_INVALID_ARGUMENT`.
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
        let pairs = unsafe { list(pairs, count) }?.iter();
        let given = pairs
            // SAFETY: as the caller promises.
            .filter_map(|pair| unsafe { pair.given() }.transpose())
            .collect::<Result<Vec<_>, Error>>()?;
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(query, given.iter().flatten().copied()) }?;
        output.fill(|out| {
            for [name, value] in &given {
                // Every other byte is encoded, so that nothing is decoded twice or split.
                let [name, value] =
                    [name, value].map(|text| percent_encode(text, NON_ALPHANUMERIC));
                write!(out, "{name}={value}&")?;
            }
            Ok(())
        })
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
