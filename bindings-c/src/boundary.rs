//! The boundary between C and Rust: texts in, texts out, status numbers, and no panic.

use std::ffi::c_char;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use visiono_workflow::Error;

use crate::error::{Code, ErrorHandle};

/// A text that somebody else owns: a pointer to its first byte and its length in bytes.
/// `visiono_text` makes one of a C string.
///
/// As an input, it may be any bytes and needs no NUL at its end. A null pointer with a length of
/// zero, which `visiono_text(NULL)` makes, is no text: where one is needed, it is refused with an
/// error that names the argument. Any other pointer with a length of zero is the empty text. A
/// null pointer with another length is `VISIONO_INVALID_ARGUMENT`.
///
/// As an output, it is UTF-8, followed by a NUL that the length doesn't count. The text itself
/// has no NUL, except that a text of a webhook's body may have one. It belongs to the object that
/// it was read from and lives as long.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// The first byte.
    pub data: *const c_char,
    /// The number of bytes.
    pub len: usize,
}

/// The memory that a function writes text into. It stays the caller's.
///
/// The text is not NUL-terminated. If it doesn't fit, the function returns
/// `VISIONO_BUFFER_TOO_SMALL`, puts the number of bytes that are needed into `len`, and writes
/// nothing else. On any other failure `len` is not written either.
///
/// No input may lie in the buffer, nor this struct itself: such a call is
/// `VISIONO_INVALID_ARGUMENT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Buffer {
    /// The first byte; may be null if `capacity` is zero.
    pub data: *mut c_char,
    /// The number of bytes that may be written.
    pub capacity: usize,
    /// The number of bytes that were written, or are needed.
    pub len: usize,
}

const NULL_LIST: Error =
    Error::invalid_argument("a text or list is a null pointer, but its length is not zero");
const TOO_LONG: Error = Error::invalid_argument("a text or list is longer than memory can be");
const OVERLAP: Error =
    Error::invalid_argument("an input or another output lies in the output buffer: separate them");

/// The two errors of an argument that must be a text. [`argument!`] makes one of its name.
#[derive(Clone, Copy)]
pub(crate) struct Argument {
    pub(crate) absent: Error,
    pub(crate) not_utf8: Error,
}

/// The errors of the argument with this name.
macro_rules! argument {
    ($name:literal) => {
        $crate::boundary::Argument {
            absent: ::visiono_workflow::Error::invalid_argument(concat!(
                $name,
                " is NULL: pass a text"
            )),
            not_utf8: ::visiono_workflow::Error::invalid_argument(concat!(
                $name,
                " is not UTF-8: convert it"
            )),
        }
    };
}
pub(crate) use argument;

/// The last statement of every export that has a status: stops a panic, keeps the detail of an
/// error for the caller, and returns the number.
///
/// # Safety
///
/// `error` is null, or an error object that no other thread uses now.
pub(crate) unsafe fn guard(
    error: *mut ErrorHandle,
    run: impl FnOnce() -> Result<(), Error>,
) -> Code {
    // What `run` may leave half-done is the caller's memory, which has no invariant of Rust's.
    let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(Error::panic()));
    let Err(failure) = result else {
        return Code::VisionoOk;
    };
    // SAFETY: as the caller promises.
    if let Some(error) = unsafe { error.as_mut() } {
        error.set(failure);
    }
    failure.code().into()
}

/// The same for exports without a status: a panic gives the fallback.
pub(crate) fn guard_value<T>(fallback: T, run: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or(fallback)
}

/// The object behind a handle that the caller must pass.
///
/// # Safety
///
/// The handle is null, or points to a live `T` that nobody changes.
pub(crate) unsafe fn required<'a, T>(
    handle: *const T,
    if_null: &'static str,
) -> Result<&'a T, Error> {
    // SAFETY: as the caller promises.
    unsafe { handle.as_ref() }.ok_or(Error::invalid_argument(if_null))
}

/// A caller's list.
///
/// # Safety
///
/// Unless null, `data` is readable for `count` elements, which nobody changes during the call.
pub(crate) unsafe fn list<'a, T>(data: *const T, count: usize) -> Result<&'a [T], Error> {
    match (data.is_null(), count) {
        (_, 0) => Ok(&[]),
        (true, _) => Err(NULL_LIST),
        (false, count) if count > isize::MAX as usize / size_of::<T>() => Err(TOO_LONG),
        // SAFETY: as the caller promises; the count was checked.
        (false, count) => Ok(unsafe { std::slice::from_raw_parts(data, count) }),
    }
}

/// Puts a new object where the caller wants its handle.
///
/// # Safety
///
/// `to` can be written.
pub(crate) unsafe fn hand_out<T>(to: *mut *mut T, value: T) {
    // SAFETY: as the caller promises.
    unsafe { to.write(Box::into_raw(Box::new(value))) };
}

/// Frees what [`hand_out`] made; nothing if the handle is null.
///
/// # Safety
///
/// The handle is null, or came from `hand_out` and was not freed.
pub(crate) unsafe fn free<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: as the caller promises.
        let object = unsafe { Box::from_raw(handle) };
        guard_value((), || drop(object));
    }
}

/// A signed URL in the caller's memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Signed {
    /// The memory for the URL: set `data` and `capacity` before the call.
    pub url: Buffer,
    /// The signature by itself: 64 lower-case hexadecimal digits and a NUL.
    pub signature: [c_char; 65],
}

impl Signed {
    /// Writes the signature.
    ///
    /// # Safety
    ///
    /// `signed` can be written.
    pub(crate) unsafe fn put(signed: *mut Self, signature: &str) {
        let signature = terminated_digits(signature);
        // SAFETY: as the caller promises.
        unsafe { (&raw mut (*signed).signature).write(signature) };
    }
}

/// The 64 hexadecimal digits of a signature, and a NUL.
fn terminated_digits(digits: &str) -> [c_char; 65] {
    let mut terminated = [0; 65];
    for (to, from) in terminated.iter_mut().take(64).zip(digits.bytes()) {
        // Digits and letters are ASCII.
        *to = from as c_char;
    }
    terminated
}

impl Str {
    pub(crate) const EMPTY: Self = Self {
        data: c"".as_ptr(),
        len: 0,
    };

    /// No text.
    pub(crate) const NULL: Self = Self {
        data: ptr::null(),
        len: 0,
    };

    /// A view of text that has a NUL as its last byte.
    pub(crate) fn of_terminated(text: &str) -> Self {
        Self {
            data: text.as_ptr().cast(),
            len: text.len().saturating_sub(1),
        }
    }

    /// The bytes, if the pointer and the length can be some.
    ///
    /// # Safety
    ///
    /// Unless null, `data` is readable for `len` bytes, which nobody changes during the call.
    pub(crate) unsafe fn bytes<'a>(self) -> Result<&'a [u8], Error> {
        // SAFETY: as the caller promises.
        unsafe { list(self.data.cast(), self.len) }
    }

    /// The bytes, or `None` for a null pointer of no length.
    ///
    /// # Safety
    ///
    /// As [`bytes`](Self::bytes).
    pub(crate) unsafe fn given<'a>(self) -> Result<Option<&'a [u8]>, Error> {
        if self.data.is_null() && self.len == 0 {
            return Ok(None);
        }
        // SAFETY: as the caller promises.
        unsafe { self.bytes() }.map(Some)
    }

    /// The text, or `None` for a null pointer of no length.
    ///
    /// # Safety
    ///
    /// As [`bytes`](Self::bytes).
    pub(crate) unsafe fn optional<'a>(self, argument: Argument) -> Result<Option<&'a str>, Error> {
        // SAFETY: as the caller promises.
        let bytes = unsafe { self.given() }?;
        let text = bytes.map(std::str::from_utf8).transpose();
        text.map_err(|_| argument.not_utf8)
    }

    /// The text, which must be there.
    ///
    /// # Safety
    ///
    /// As [`bytes`](Self::bytes).
    pub(crate) unsafe fn text<'a>(self, argument: Argument) -> Result<&'a str, Error> {
        // SAFETY: as the caller promises.
        unsafe { self.optional(argument) }?.ok_or(argument.absent)
    }
}

/// A text with a NUL after it, for [`Str::of_terminated`].
pub(crate) fn terminated(text: impl fmt::Display) -> Box<str> {
    format!("{text}\0").into()
}

/// Tells if two stretches of memory share a byte.
fn overlap(one: (usize, usize), other: (usize, usize)) -> bool {
    let end = |(start, len): (usize, usize)| start.saturating_add(len);
    one.1 > 0 && other.1 > 0 && one.0 < end(other) && other.0 < end(one)
}

/// A checked output: the caller's `visiono_buffer_t`, which no input lies in.
pub(crate) struct Output {
    buffer: *mut Buffer,
    data: *mut u8,
    capacity: usize,
}

impl Output {
    /// Takes the caller's buffer, unless an input lies in it, or it does itself. It is the first
    /// member of an `H`.
    ///
    /// # Safety
    ///
    /// `holder` is null or can be read and written, and its buffer's `data` is null or can be
    /// written for `capacity` bytes.
    pub(crate) unsafe fn new<'t, H>(
        holder: *mut H,
        inputs: impl IntoIterator<Item = &'t [u8]>,
    ) -> Result<Self, Error> {
        let buffer: *mut Buffer = holder.cast();
        // SAFETY: as the caller promises. It is read, not borrowed: nothing says that it doesn't
        // lie in its own memory.
        let Some(Buffer { data, capacity, .. }) =
            (unsafe { (!buffer.is_null()).then(|| buffer.read()) })
        else {
            return Err(Error::invalid_argument("the output buffer is null"));
        };
        if data.is_null() && capacity > 0 {
            return Err(Error::invalid_argument(
                "the output buffer's data is null, but its capacity is not zero",
            ));
        }
        let output = Self {
            buffer,
            data: data.cast(),
            capacity,
        };
        output.refuse_overlap((holder.addr(), size_of::<H>()))?;
        for input in inputs {
            output.refuse_overlap((input.as_ptr().addr(), input.len()))?;
        }
        Ok(output)
    }

    /// Refuses memory that lies in the buffer.
    fn refuse_overlap(&self, other: (usize, usize)) -> Result<(), Error> {
        if overlap((self.data.addr(), self.capacity), other) {
            return Err(OVERLAP);
        }
        Ok(())
    }

    /// Writes what `write` writes, or nothing if it doesn't fit. It is called twice.
    pub(crate) fn fill(self, write: impl Fn(&mut Writer) -> fmt::Result) -> Result<(), Error> {
        // The writers return no error of their own.
        let mut counter = Writer::new(ptr::null_mut(), 0);
        let _ = write(&mut counter);
        let needed = counter.len;
        let fits = needed <= self.capacity;
        if fits {
            let _ = write(&mut Writer::new(self.data, self.capacity));
        }
        // SAFETY: `new` was promised that the buffer can be written.
        unsafe { (&raw mut (*self.buffer).len).write(needed) };
        if fits {
            Ok(())
        } else {
            Err(Error::buffer_too_small(needed))
        }
    }
}

/// Writes into memory as far as it goes, and counts all the same.
pub(crate) struct Writer {
    data: *mut u8,
    capacity: usize,
    len: usize,
}

impl Writer {
    fn new(data: *mut u8, capacity: usize) -> Self {
        Self {
            data,
            capacity,
            len: 0,
        }
    }
}

impl fmt::Write for Writer {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len.saturating_add(text.len());
        if end <= self.capacity {
            // SAFETY: `Output::new` was promised that `capacity` bytes can be written, and made
            // sure that no input lies in them.
            unsafe {
                ptr::copy_nonoverlapping(text.as_ptr(), self.data.add(self.len), text.len());
            }
        }
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stops_at_the_boundary() {
        let mut error = ErrorHandle::default();
        // SAFETY: the error object is this test's.
        let code = unsafe { guard(&raw mut error, || panic!("on purpose")) };
        assert_eq!(code as i32, 399);
        assert_eq!(error.code(), Code::VisionoPanic);
        assert_eq!(guard_value(7, || panic!("on purpose")), 7);
    }

    #[test]
    fn memory_that_touches_does_not_overlap() {
        assert!(overlap((10, 5), (14, 1)));
        assert!(overlap((14, 1), (10, 5)));
        assert!(overlap((10, 5), (8, 20)));
        assert!(!overlap((10, 5), (15, 5)));
        assert!(!overlap((15, 5), (10, 5)));
        assert!(!overlap((10, 5), (12, 0)));
    }
}
