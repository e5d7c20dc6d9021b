//! Texts as C has them: a pointer and a length.

use std::ffi::c_char;
use std::fmt;
use std::ptr;
use std::sync::Arc;

/// A text in memory of another owner: a pointer to its first byte, and its length in bytes.
/// `visiono_text` makes one from a C string.
///
/// An input can have any bytes and needs no NUL at its end. A null pointer with a length of zero,
/// which `visiono_text(NULL)` makes, is no text: a function that needs one returns an error that
/// names the argument. Any other pointer with a length of zero is the empty text. A null pointer
/// with another length is `VISIONO_INVALID_ARGUMENT`.
///
/// An output is UTF-8, followed by a NUL that the length doesn't count. The text itself has no
/// NUL, except that a text from a webhook's body can have one. It belongs to the object that it
/// was read from, and lives as long.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    /// The first byte.
    pub data: *const c_char,
    /// The number of bytes.
    pub len: usize,
}

// SAFETY: this is an address and a length, and only unsafe code reads the text.
unsafe impl Send for Str {}
// SAFETY: as above.
unsafe impl Sync for Str {}

impl Str {
    /// The empty text.
    pub(crate) const EMPTY: Self = Self {
        data: c"".as_ptr(),
        len: 0,
    };

    /// No text.
    pub(crate) const NULL: Self = Self {
        data: ptr::null(),
        len: 0,
    };
}

/// A text of an object, stored with the NUL that C expects after it.
///
/// The text stays in place when the object moves.
pub(crate) struct Text(Arc<str>);

impl Text {
    pub(crate) fn new(text: impl fmt::Display) -> Self {
        Self(format!("{text}\0").into())
    }

    /// Returns the text without its NUL.
    pub(crate) fn as_str(&self) -> &str {
        self.0.strip_suffix('\0').unwrap_or_default()
    }

    /// Returns a view for C. It ends with the object.
    pub(crate) fn to_c(&self) -> Str {
        Str {
            data: self.0.as_ptr().cast(),
            len: self.as_str().len(),
        }
    }

    /// Returns a view for C, which is null for an absent text.
    pub(crate) fn optional_to_c(text: &Option<Self>) -> Str {
        text.as_ref().map_or(Str::NULL, Self::to_c)
    }
}
