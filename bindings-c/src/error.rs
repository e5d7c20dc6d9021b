//! The object that keeps the detail of an error, and the guard against panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use visiono_workflow::Error;

use crate::tables::Code;
use crate::text::Text;

/// The detail of the last error of the functions that it was passed to.
///
/// It never contains a secret, a field value or an expected signature, so it can be logged. A
/// call that succeeds does not change it.
#[derive(Default)]
pub struct ErrorHandle {
    pub(crate) error: Option<Error>,
    pub(crate) message: Option<Text>,
    pub(crate) parameters: Vec<Text>,
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// Runs an export. A panic is an error.
pub(crate) fn guard<T>(run: impl FnOnce() -> Result<T>) -> Result<T> {
    // Only memory of the caller can be left half-written, and Rust has no invariant about it.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(Error::panic()))
}

/// Keeps an error for the caller, and returns its code.
///
/// # Safety
///
/// `handle` is null, or a live object that no other thread uses now.
pub(crate) unsafe fn keep(handle: *mut ErrorHandle, error: Error) -> Code {
    // SAFETY: it is null or live.
    if let Some(handle) = unsafe { handle.as_mut() } {
        *handle = ErrorHandle {
            error: Some(error),
            message: Some(Text::new(error)),
            parameters: error.parameters().map(Text::new).collect(),
        };
    }
    error.code().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stops_at_the_boundary() {
        let mut handle = ErrorHandle::default();
        let failure = guard(|| -> Result<()> { panic!("on purpose") }).unwrap_err();
        // SAFETY: the error object is this test's.
        let code = unsafe { keep(&raw mut handle, failure) };
        assert_eq!(code as i32, 399);
        assert_eq!(handle.error, Some(Error::panic()));
    }
}
