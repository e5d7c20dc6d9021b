//! Texts that an export writes into the caller's memory.

use std::ffi::c_char;
use std::fmt::{Display, Write};
use std::mem::MaybeUninit;
use std::ptr;

use visiono_workflow::{Error, Signature};

use crate::read::{Reader, Result};

/// The caller's memory for a text that a function writes.
///
/// The text is not NUL-terminated. If it doesn't fit, the function returns
/// `VISIONO_BUFFER_TOO_SMALL`, sets `len` to the number of bytes that are needed, and writes
/// nothing else. On any other failure it doesn't write `len` either.
///
/// If an input overlaps the buffer, or this struct lies in it, the call is
/// `VISIONO_INVALID_ARGUMENT`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Buffer {
    /// The first byte; can be null if `capacity` is zero.
    pub data: *mut c_char,
    /// The number of bytes that can be written.
    pub capacity: usize,
    /// The number of bytes that were written, or are needed.
    pub len: usize,
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

/// Writes the handle of a new object.
pub(crate) fn put<T: Send + Sync>(place: &mut MaybeUninit<*mut T>, object: T) -> Result<()> {
    place.write(Box::into_raw(Box::new(object)));
    Ok(())
}

/// A struct whose first member is a buffer.
pub(crate) trait Holder {}

impl Holder for Buffer {}
impl Holder for Signed {}

const NULL_DATA: Error =
    Error::invalid_argument("the output buffer's data is NULL, but its capacity is not zero");
/// The room for texts that most URLs fit into.
const USUAL: usize = 1024;

/// A checked output buffer in its struct.
pub(crate) struct Room<H>(*mut H);

impl Reader {
    /// Reads an output buffer. No text that is read later may lie in it.
    pub(crate) fn room<H: Holder>(&mut self, holder: *mut H) -> Result<Room<H>> {
        let Buffer { data, capacity, .. } = *self.object(holder.cast::<Buffer>())?;
        if data.is_null() && capacity > 0 {
            return Err(NULL_DATA);
        }
        self.output = (data.addr(), capacity);
        self.reject_overlap(holder.addr(), size_of::<H>())?;
        Ok(Room(holder))
    }
}

impl<H: Holder> Room<H> {
    /// Writes a text, or its length alone if it doesn't fit.
    pub(crate) fn fill(&self, text: impl Display) -> Result<()> {
        let mut made = String::with_capacity(USUAL);
        // A `String` returns no error.
        let _ = write!(made, "{text}");
        // SAFETY: the holder was checked, and starts with a buffer. No input is read any more.
        let buffer = unsafe { &mut *self.0.cast::<Buffer>() };
        buffer.len = made.len();
        if buffer.len > buffer.capacity {
            return Err(Error::buffer_too_small(buffer.len));
        }
        // SAFETY: the buffer was checked.
        unsafe { ptr::copy_nonoverlapping(made.as_ptr(), buffer.data.cast(), made.len()) };
        Ok(())
    }
}

impl Room<Signed> {
    /// Writes a URL and its signature.
    pub(crate) fn sign(&self, url: impl Display, signature: &Signature) -> Result<()> {
        self.fill(url)?;
        // Digits and letters are ASCII.
        let mut digits = signature.as_str().bytes().map(|byte| byte as c_char);
        let digits = std::array::from_fn(|_| digits.next().unwrap_or(0));
        // SAFETY: the holder can be written.
        unsafe { (&raw mut (*self.0).signature).write(digits) };
        Ok(())
    }
}
