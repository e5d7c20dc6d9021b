//! Writing a URL into a caller's buffer.

use core::fmt::{self, Write};

use crate::error::Error;

/// Writes text into the start of a buffer, or nothing if it doesn't fit.
pub(crate) fn write_to_slice<'b>(
    text: &impl fmt::Display,
    buffer: &'b mut [u8],
) -> Result<&'b str, Error> {
    let mut length = Length(0);
    // Neither writer below returns an error of its own.
    let _ = write!(length, "{text}");
    let Length(needed) = length;
    let start = buffer
        .get_mut(..needed)
        .ok_or(Error::buffer_too_small(needed))?;
    let _ = write!(Slice(start), "{text}");
    let written = buffer.get(..needed).unwrap_or_default();
    Ok(core::str::from_utf8(written).unwrap_or_default())
}

struct Length(usize);

impl Write for Length {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 = self.0.saturating_add(text.len());
        Ok(())
    }
}

/// The part of the buffer that isn't written yet.
struct Slice<'b>(&'b mut [u8]);

impl Write for Slice<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let free = core::mem::take(&mut self.0);
        let (to, rest) = free.split_at_mut_checked(text.len()).ok_or(fmt::Error)?;
        to.copy_from_slice(text.as_bytes());
        self.0 = rest;
        Ok(())
    }
}
