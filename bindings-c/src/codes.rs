//! Exports about codes and errors.

use std::ffi::c_char;

use visiono_workflow::Code as CoreCode;

use crate::error::ErrorHandle;
use crate::tables::{Code, code_name};
use crate::text::{Str, Text};

/// Makes an error object, to be passed to functions and read after one has failed.
///
/// Ownership: the caller's, until `visiono_error_free`. It can be passed again and again.
/// Threads: one thread at a time. Errors: none; it is never null.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_error_new() -> *mut ErrorHandle {
    Box::into_raw(Box::default())
}

export! {
    /// Frees an error object and the texts that were read from it. Null is allowed.
    ///
    /// Threads: one thread at a time. Errors: none.
    ///
    /// # Safety
    ///
    /// `error` came from `visiono_error_new` and is not used again.
    fn visiono_error_free(error: *mut ErrorHandle => owned) -> (), or (), {
        drop(error);
    }

    /// Returns the code of the last error, or `VISIONO_OK` if there was none, or `error` is null.
    ///
    /// Threads: one thread at a time. Errors: none.
    ///
    /// # Safety
    ///
    /// `error` is null or came from `visiono_error_new`.
    fn visiono_error_code(error: *const ErrorHandle => object) -> Code, or Code::VisionoOk, {
        error.error.map_or(Code::VisionoOk, |error| error.code().into())
    }

    /// Returns one sentence that says what to do about the last error; empty if there was none.
    ///
    /// Ownership: the text is the error object's, until it is passed to a function that fails, or
    /// freed. Threads: one thread at a time. Errors: none.
    ///
    /// # Safety
    ///
    /// `error` is null or came from `visiono_error_new`.
    fn visiono_error_message(error: *const ErrorHandle => object) -> Str, or Str::EMPTY, {
        error.message.as_ref().map_or(Str::EMPTY, Text::to_c)
    }

    /// Returns the short names that the last error concerns, one by one: `uv`, `ts`. Empty when
    /// `index`, which starts at 0, is past the last one.
    ///
    /// Ownership: the text is the error object's, until it is passed to a function that fails, or
    /// freed. Threads: one thread at a time. Errors: none.
    ///
    /// # Safety
    ///
    /// `error` is null or came from `visiono_error_new`.
    fn visiono_error_parameter(error: *const ErrorHandle => object, index: usize => as_is) -> Str,
        or Str::EMPTY,
    {
        error.parameters.get(index).map_or(Str::EMPTY, Text::to_c)
    }

    /// Returns the number of seconds by which a message is too old (`VISIONO_EXPIRED`) or too
    /// early (`VISIONO_NOT_YET_VALID`); -1 for other errors.
    ///
    /// Threads: one thread at a time. Errors: none.
    ///
    /// # Safety
    ///
    /// `error` is null or came from `visiono_error_new`.
    fn visiono_error_seconds(error: *const ErrorHandle => object) -> i64, or -1, {
        let seconds = error.error.and_then(|error| error.seconds());
        seconds.map_or(-1, |seconds| kind!(i64 of seconds))
    }

    /// Returns the position of the misplaced brace or placeholder in a redirect template, in bytes
    /// from 0; -1 for other errors.
    ///
    /// Threads: one thread at a time. Errors: none.
    ///
    /// # Safety
    ///
    /// `error` is null or came from `visiono_error_new`.
    fn visiono_error_position(error: *const ErrorHandle => object) -> i64, or -1, {
        let position = error.error.and_then(|error| error.position());
        position.map_or(-1, |position| kind!(i64 of position))
    }
}

/// Returns the stable name of a code, the same in every language: `invalid_signature` for 203,
/// `ok` for 0, and `unknown` for a number that is no code.
///
/// Ownership: the library's, for ever. The text ends with a NUL. Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_code_name(number: i32) -> *const c_char {
    let other = if number == 0 { c"ok" } else { c"unknown" };
    code(number).map_or(other, code_name).as_ptr()
}

/// Returns true if a code is a refusal, one of the 200s: the message must be rejected, and the
/// caller did nothing wrong. Returns false for 0 and for a number that is not a code.
///
/// Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_code_is_refusal(number: i32) -> bool {
    code(number).is_some_and(CoreCode::is_refusal)
}

/// Returns the version of this library, such as `1.2.3`.
///
/// Ownership: the library's, for ever. The text ends with a NUL. Threads: any. Errors: none.
#[unsafe(no_mangle)]
pub extern "C" fn visiono_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// Returns the code of a number. A negative one is none.
fn code(number: i32) -> Option<CoreCode> {
    CoreCode::from_u32(number.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_and_names_are_the_core_s() {
        for code in CoreCode::ALL {
            assert_eq!(code_name(code).to_str(), Ok(code.as_str()));
            let number = Code::from(code) as i32;
            assert_eq!(number.cast_unsigned(), code.as_u32(), "{code}");
            assert_eq!(visiono_code_is_refusal(number), code.is_refusal());
            assert_eq!(code.is_refusal(), number / 100 == 2);
        }
    }
}
