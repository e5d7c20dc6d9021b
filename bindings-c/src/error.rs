//! The object that keeps the detail of an error.

use std::ffi::c_char;

use visiono_workflow::{Code as CoreCode, Error};

use crate::boundary::{Str, free, guard_value, terminated};
pub use crate::tables::Code;
use crate::tables::name;

/// The detail of the last error of the functions that it was passed to.
///
/// It never contains a secret, a field value or an expected signature, so it can be logged. A
/// call that succeeds does not change it.
#[derive(Default)]
pub struct ErrorHandle {
    error: Option<Error>,
    message: Option<Box<str>>,
    parameters: Vec<Box<str>>,
}

impl ErrorHandle {
    pub(crate) fn set(&mut self, error: Error) {
        self.error = Some(error);
        self.message = Some(terminated(error));
        self.parameters = error.parameters().map(terminated).collect();
    }

    pub(crate) fn code(&self) -> Code {
        self.error
            .map_or(Code::VisionoOk, |error| error.code().into())
    }
}

/// Makes an error object, to be passed to functions and read after one has failed.
///
/// Ownership: the caller's, until `visiono_error_free`. It can be passed again and again.
/// Threads: one thread at a time. Errors: none; it is never null.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_error_new() -> *mut ErrorHandle {
    Box::into_raw(Box::default())
}

/// Frees an error object and the texts that were read from it. Null is allowed.
///
/// Threads: one thread at a time. Errors: none.
///
/// # Safety
///
/// `error` came from `visiono_error_new` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_error_free(error: *mut ErrorHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(error) };
}

/// The code of the last error, or `VISIONO_OK` if there was none, or `error` is null.
///
/// Threads: one thread at a time. Errors: none.
///
/// # Safety
///
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_error_code(error: *const ErrorHandle) -> Code {
    // SAFETY: as the caller promises.
    let error = unsafe { error.as_ref() };
    guard_value(Code::VisionoPanic, || {
        error.map_or(Code::VisionoOk, ErrorHandle::code)
    })
}

/// One sentence that tells a developer what to do about the last error; empty if there was none.
///
/// Ownership: the text is the error object's, until it is passed to a function that fails, or
/// freed. Threads: one thread at a time. Errors: none.
///
/// # Safety
///
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_error_message(error: *const ErrorHandle) -> Str {
    // SAFETY: as the caller promises.
    let error = unsafe { error.as_ref() };
    guard_value(Str::EMPTY, || {
        let message = error.and_then(|error| error.message.as_deref());
        message.map_or(Str::EMPTY, Str::of_terminated)
    })
}

/// The short names that the last error concerns, one by one: `uv`, `ts`. Empty when `index`,
/// which starts at 0, is past the last one.
///
/// Ownership: the text is the error object's, until it is passed to a function that fails, or
/// freed. Threads: one thread at a time. Errors: none.
///
/// # Safety
///
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_error_parameter(error: *const ErrorHandle, index: usize) -> Str {
    // SAFETY: as the caller promises.
    let error = unsafe { error.as_ref() };
    guard_value(Str::EMPTY, || {
        let name = error.and_then(|error| error.parameters.get(index));
        name.map_or(Str::EMPTY, |name| Str::of_terminated(name))
    })
}

/// By how many seconds a message is too old (`VISIONO_EXPIRED`) or too early
/// (`VISIONO_NOT_YET_VALID`); -1 for other errors.
///
/// Threads: one thread at a time. Errors: none.
///
/// # Safety
///
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_error_seconds(error: *const ErrorHandle) -> i64 {
    // SAFETY: as the caller promises.
    let error = unsafe { error.as_ref() };
    guard_value(-1, || {
        let seconds = error.and_then(|error| error.error?.seconds());
        seconds.map_or(-1, |seconds| i64::try_from(seconds).unwrap_or(i64::MAX))
    })
}

/// The byte of a redirect template at which the misplaced brace or placeholder stands, from 0;
/// -1 for other errors.
///
/// Threads: one thread at a time. Errors: none.
///
/// # Safety
///
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_error_position(error: *const ErrorHandle) -> i64 {
    // SAFETY: as the caller promises.
    let error = unsafe { error.as_ref() };
    guard_value(-1, || {
        let position = error.and_then(|error| error.error?.position());
        position.map_or(-1, |position| i64::try_from(position).unwrap_or(i64::MAX))
    })
}

/// The stable name of a code, the same in every language: `invalid_signature` for 203, `ok` for
/// 0, and `unknown` for a number that is no code.
///
/// Ownership: the library's, for ever. The text ends with a NUL. Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_code_name(number: i32) -> *const c_char {
    guard_value(c"unknown".as_ptr(), || {
        if number == Code::VisionoOk as i32 {
            return c"ok".as_ptr();
        }
        core_code(number).map_or(c"unknown", name).as_ptr()
    })
}

/// Tells if a code is a refusal, one of the 200s: the message must be refused, and the caller did
/// nothing wrong. False for 0 and for a number that is no code.
///
/// Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_code_is_refusal(number: i32) -> bool {
    guard_value(false, || {
        core_code(number).is_some_and(CoreCode::is_refusal)
    })
}

/// The version of this library, such as `1.2.3`.
///
/// Ownership: the library's, for ever. The text ends with a NUL. Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

fn core_code(number: i32) -> Option<CoreCode> {
    CoreCode::from_u32(u32::try_from(number).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_a_code_from_200() {
        for code in CoreCode::ALL {
            let number = Code::from(code) as i32;
            assert_eq!(visiono_code_is_refusal(number), code.is_refusal());
            assert_eq!(code.is_refusal(), number / 100 == 2);
        }
    }
}
