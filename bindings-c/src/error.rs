//! Codes, and the object that keeps the detail of an error.

use std::ffi::{CStr, c_char};

use visiono_workflow::{Code as CoreCode, Error};

use crate::boundary::{Str, free, guard_value, terminated};

/// What a function returns: `VISIONO_OK`, or why it refused.
///
/// The numbers never change their meaning; later versions may add some. The 100s are the
/// caller's own mistake, the 200s a message to refuse.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// It worked, and the outputs are written.
    VisionoOk = 0,
    /// The secret can't be one.
    VisionoInvalidSecret = 100,
    /// A value can't be signed.
    VisionoInvalidField = 101,
    /// The link URL can't be one.
    VisionoInvalidUrl = 102,
    /// The redirect template can't be one.
    VisionoInvalidTemplate = 103,
    /// A parameter is absent or empty.
    VisionoMissingParameter = 200,
    /// A parameter is present twice.
    VisionoDuplicateParameter = 201,
    /// A parameter is not of its form.
    VisionoMalformedParameter = 202,
    /// The message is not signed by any of the secrets.
    VisionoInvalidSignature = 203,
    /// The message is older than its maximum age.
    VisionoExpired = 204,
    /// The message is from the future.
    VisionoNotYetValid = 205,
    /// The message is authentic, but not the one that was expected.
    VisionoUnexpectedValue = 206,
    /// The buffer is too small; its `len` says what would do.
    VisionoBufferTooSmall = 300,
    /// A null pointer, a number out of range, text that is not UTF-8, overlapping memory.
    VisionoInvalidArgument = 301,
    /// A bug in the library, stopped before it reached the caller.
    VisionoPanic = 399,
}

impl From<CoreCode> for Code {
    fn from(code: CoreCode) -> Self {
        match code {
            CoreCode::InvalidSecret => Self::VisionoInvalidSecret,
            CoreCode::InvalidField => Self::VisionoInvalidField,
            CoreCode::InvalidUrl => Self::VisionoInvalidUrl,
            CoreCode::InvalidTemplate => Self::VisionoInvalidTemplate,
            CoreCode::MissingParameter => Self::VisionoMissingParameter,
            CoreCode::DuplicateParameter => Self::VisionoDuplicateParameter,
            CoreCode::MalformedParameter => Self::VisionoMalformedParameter,
            CoreCode::InvalidSignature => Self::VisionoInvalidSignature,
            CoreCode::Expired => Self::VisionoExpired,
            CoreCode::NotYetValid => Self::VisionoNotYetValid,
            CoreCode::UnexpectedValue => Self::VisionoUnexpectedValue,
            CoreCode::BufferTooSmall => Self::VisionoBufferTooSmall,
            CoreCode::InvalidArgument => Self::VisionoInvalidArgument,
            CoreCode::Panic => Self::VisionoPanic,
        }
    }
}

/// The detail of the last error of the functions that it was passed to.
///
/// It never holds a secret, a value of a field or an expected signature, so it can be logged.
/// A success leaves it as it is.
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
        let code = u32::try_from(number).ok().and_then(CoreCode::from_u32);
        code.map_or(c"unknown", name).as_ptr()
    })
}

/// The version of this library, such as `1.2.3`.
///
/// Ownership: the library's, for ever. The text ends with a NUL. Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The core's name of a code, with the NUL that C wants; a test holds the two together.
const fn name(code: CoreCode) -> &'static CStr {
    match code {
        CoreCode::InvalidSecret => c"invalid_secret",
        CoreCode::InvalidField => c"invalid_field",
        CoreCode::InvalidUrl => c"invalid_url",
        CoreCode::InvalidTemplate => c"invalid_template",
        CoreCode::MissingParameter => c"missing_parameter",
        CoreCode::DuplicateParameter => c"duplicate_parameter",
        CoreCode::MalformedParameter => c"malformed_parameter",
        CoreCode::InvalidSignature => c"invalid_signature",
        CoreCode::Expired => c"expired",
        CoreCode::NotYetValid => c"not_yet_valid",
        CoreCode::UnexpectedValue => c"unexpected_value",
        CoreCode::BufferTooSmall => c"buffer_too_small",
        CoreCode::InvalidArgument => c"invalid_argument",
        CoreCode::Panic => c"panic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_and_names_are_the_core_s() {
        for code in CoreCode::ALL {
            assert_eq!(name(code).to_str(), Ok(code.as_str()));
            assert_eq!(Code::from(code) as u32, code.as_u32(), "{code}");
        }
    }
}
