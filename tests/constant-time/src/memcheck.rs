//! Requests to valgrind's memcheck: to treat bytes as undefined, and to count its reports. It
//! follows undefined bytes through every copy and operation, and reports a jump or an address
//! that depends on one.

use std::ffi::{c_int, c_void};

mod c {
    use super::{c_int, c_void};

    // SAFETY: these are the declarations of `memcheck.c`. They change no memory but the bits, of
    // which there are as many as bytes.
    unsafe extern "C" {
        pub(super) safe fn memcheck_is_on() -> c_int;
        pub(super) safe fn memcheck_reports() -> usize;
        pub(super) safe fn memcheck_undefine(start: *mut c_void, length: usize);
        pub(super) safe fn memcheck_define(start: *mut c_void, length: usize);
        pub(super) fn memcheck_undefined_bits(start: *const c_void, bits: *mut u8, length: usize);
    }
}

/// Returns whether the program runs under memcheck.
pub(crate) fn is_on() -> bool {
    c::memcheck_is_on() != 0
}

/// Returns the number of reports so far.
pub(crate) fn reports() -> usize {
    c::memcheck_reports()
}

/// Takes a value for undefined from here on. It is passed to C as one that may change, so that
/// no copy that the compiler keeps of it is used later.
pub(crate) fn undefine<T: ?Sized>(value: &mut T) {
    let length = size_of_val(value);
    c::memcheck_undefine((&raw mut *value).cast(), length);
}

/// Takes a value for defined again: a result, which is no secret.
pub(crate) fn define<T: ?Sized>(value: &mut T) {
    let length = size_of_val(value);
    c::memcheck_define((&raw mut *value).cast(), length);
}

/// Returns the number of bytes of a value that are undefined, wholly or in part.
pub(crate) fn undefined_bytes<T: ?Sized>(value: &T) -> usize {
    let mut bits = vec![0; size_of_val(value)];
    // SAFETY: both are of the same length, and the bits can be written.
    unsafe {
        c::memcheck_undefined_bits((&raw const *value).cast(), bits.as_mut_ptr(), bits.len());
    }
    bits.iter().filter(|bits| **bits != 0).count()
}
