//! Reads the arguments of an export, before anything is done with them.

use std::ffi::c_void;
use std::mem::MaybeUninit;

use visiono_workflow::{Error, check_now, check_seconds};

pub(crate) use crate::error::Result;
use crate::text::Str;

const NULL_LIST: Error =
    Error::invalid_argument("a text or list is a null pointer, but its length is not zero");
const TOO_LONG: Error = Error::invalid_argument("a text or list is longer than memory can be");
const OVERLAP: Error =
    Error::invalid_argument("an input or another output lies in the output buffer: separate them");

/// Reads the arguments of an export.
///
/// Making a reader is unsafe: it relies on the export's `# Safety` section. Its methods are safe, and
/// check what can be checked: null, length, UTF-8, overlap.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    /// The errors of the argument that is read.
    pub(crate) argument: [&'static str; 2],
    /// The address and the length of the output buffer.
    pub(crate) output: (usize, usize),
}

impl Reader {
    /// Makes the reader of an export.
    ///
    /// # Safety
    ///
    /// Every pointer that is passed to the reader is null, or can be used for the length that is
    /// passed with it, and nobody else changes the memory during the call. A handle is live, and
    /// is not used again if it is passed to [`owned`](Self::owned).
    pub(crate) unsafe fn new() -> Self {
        Self {
            argument: [""; 2],
            output: (0, 0),
        }
    }

    /// Returns the reader of another argument.
    pub(crate) fn named(self, argument: [&'static str; 2]) -> Self {
        Self { argument, ..self }
    }

    /// Returns the value, or an error that names the argument.
    fn required<T>(self, value: Option<T>) -> Result<T> {
        let [null, _] = self.argument;
        value.ok_or(Error::invalid_argument(null))
    }

    /// Rejects an input that has a byte in common with the output buffer.
    pub(crate) fn reject_overlap(self, start: usize, len: usize) -> Result<()> {
        let (output, capacity) = self.output;
        let overlaps = len > 0
            && capacity > 0
            && start < output.saturating_add(capacity)
            && output < start.saturating_add(len);
        if overlaps { Err(OVERLAP) } else { Ok(()) }
    }

    /// Takes a number or switch.
    pub(crate) fn as_is<T>(self, value: T) -> Result<T> {
        Ok(value)
    }

    /// Takes a time in Unix seconds.
    pub(crate) fn now(self, now: i64) -> Result<u64> {
        check_now(now.into())
    }

    /// Reads a number of seconds, which can be null.
    pub(crate) fn seconds(self, seconds: *const i64) -> Result<Option<u64>> {
        let number = self.optional(seconds)?.copied();
        number.map(i128::from).map(check_seconds).transpose()
    }

    /// Reads a handle or struct, which can be null.
    pub(crate) fn optional<'a, T>(self, pointer: *const T) -> Result<Option<&'a T>> {
        // SAFETY: `new` was promised that it can be read.
        Ok(unsafe { pointer.as_ref() })
    }

    /// Reads a handle or struct.
    pub(crate) fn object<'a, T>(self, pointer: *const T) -> Result<&'a T> {
        self.required(self.optional(pointer)?)
    }

    /// Reads an object that the call changes.
    pub(crate) fn changed<'a, T>(self, pointer: *mut T) -> Result<&'a mut T> {
        // SAFETY: `new` was promised that it can be written, and that nobody else uses it.
        self.required(unsafe { pointer.as_mut() })
    }

    /// Takes an object back, to free it.
    pub(crate) fn owned<T>(self, handle: *mut T) -> Result<Box<T>> {
        // SAFETY: `new` was promised that it is live, and not used again.
        self.required((!handle.is_null()).then(|| unsafe { Box::from_raw(handle) }))
    }

    /// Reads the place for a number or pointer.
    pub(crate) fn place<'a, T>(self, place: *mut T) -> Result<&'a mut MaybeUninit<T>> {
        self.required(self.optional_place(place)?)
    }

    /// Reads the place for a number, which can be null.
    pub(crate) fn optional_place<'a, T>(
        self,
        to: *mut T,
    ) -> Result<Option<&'a mut MaybeUninit<T>>> {
        // SAFETY: `new` was promised that it can be written.
        Ok(unsafe { to.cast::<MaybeUninit<T>>().as_mut() })
    }

    /// Reads a list.
    pub(crate) fn list<'a, T>(self, data: *const T, count: usize) -> Result<&'a [T]> {
        match (data.is_null(), count) {
            (_, 0) => Ok(&[]),
            (true, _) => Err(NULL_LIST),
            (false, count) if count > isize::MAX as usize / size_of::<T>() => Err(TOO_LONG),
            // SAFETY: `new` was promised that it can be read; the count was checked.
            (false, count) => Ok(unsafe { std::slice::from_raw_parts(data, count) }),
        }
    }

    /// Reads the bytes of a message.
    pub(crate) fn body<'a>(self, data: *const c_void, len: usize) -> Result<&'a [u8]> {
        self.reject_overlap(data.addr(), len)?;
        self.list(data.cast(), len)
    }

    /// Reads the bytes of a text, which can be null.
    pub(crate) fn optional_bytes<'a>(self, text: Str) -> Result<Option<&'a [u8]>> {
        let is_null = text.data.is_null() && text.len == 0;
        let bytes = || self.body(text.data.cast(), text.len);
        (!is_null).then(bytes).transpose()
    }

    /// Reads the bytes of a text, which must not be null.
    pub(crate) fn bytes<'a>(self, text: Str) -> Result<&'a [u8]> {
        self.required(self.optional_bytes(text)?)
    }

    /// Reads a text, which can be null.
    pub(crate) fn optional_text<'a>(self, text: Str) -> Result<Option<&'a str>> {
        let [_, not_utf8] = self.argument;
        let text = self.optional_bytes(text)?.map(str::from_utf8).transpose();
        text.map_err(|_| Error::invalid_argument(not_utf8))
    }

    /// Reads a text, which must not be null.
    pub(crate) fn text<'a>(self, text: Str) -> Result<&'a str> {
        self.required(self.optional_text(text)?)
    }

    /// Reads secrets, of which one that is null is absent.
    pub(crate) fn secrets<'a>(self, list: *const Str, len: usize) -> Result<Vec<Option<&'a [u8]>>> {
        let secrets = self.list(list, len)?.iter();
        secrets.map(|secret| self.optional_bytes(*secret)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_touches_does_not_overlap() {
        let overlap = |output, (start, len)| {
            // SAFETY: no pointer is read.
            let mut reader = unsafe { Reader::new() };
            reader.output = output;
            reader.reject_overlap(start, len) == Err(OVERLAP)
        };
        assert!(overlap((10, 5), (14, 1)));
        assert!(overlap((14, 1), (10, 5)));
        assert!(overlap((10, 5), (8, 20)));
        assert!(!overlap((10, 5), (15, 5)));
        assert!(!overlap((15, 5), (10, 5)));
        assert!(!overlap((10, 5), (12, 0)));
        assert!(!overlap((0, 0), (0, 5)));
    }
}
