//! Requests to valgrind's memcheck: to mark bytes as undefined, and to count its reports. Memcheck
//! follows undefined bytes through every copy and operation, and reports a jump or an address that
//! depends on one.

use std::ffi::{c_int, c_void};

mod c {
    use super::{c_int, c_void};

    // SAFETY: these are the declarations of `memcheck.c`. They only write the bits, of which there
    // are as many as bytes.
    unsafe extern "C" {
        pub(super) safe fn memcheck_is_on() -> c_int;
        pub(super) safe fn memcheck_reports() -> usize;
        pub(super) safe fn memcheck_undefine(start: *mut c_void, length: usize);
        pub(super) safe fn memcheck_define(start: *mut c_void, length: usize);
        pub(super) fn memcheck_undefined_bits(start: *const c_void, bits: *mut u8, length: usize);
    }
}

/// Returns `true` if the program runs under memcheck.
pub(crate) fn is_on() -> bool {
    c::memcheck_is_on() != 0
}

/// Returns the number of reports so far.
pub(crate) fn reports() -> usize {
    c::memcheck_reports()
}

/// Marks a value as undefined. It is passed to C as mutable, so that the compiler doesn't use an
/// earlier copy of it.
pub(crate) fn undefine<T: ?Sized>(value: &mut T) {
    let length = size_of_val(value);
    c::memcheck_undefine((&raw mut *value).cast(), length);
}

/// Marks a value as defined again: a result, which is not secret.
pub(crate) fn define<T: ?Sized>(value: &mut T) {
    let length = size_of_val(value);
    c::memcheck_define((&raw mut *value).cast(), length);
}

/// Returns the number of bytes of a value that are wholly or partly undefined.
pub(crate) fn undefined_bytes<T: ?Sized>(value: &T) -> usize {
    let mut bits = vec![0; size_of_val(value)];
    // SAFETY: both have the same length, and the bits can be written.
    unsafe {
        c::memcheck_undefined_bits((&raw const *value).cast(), bits.as_mut_ptr(), bits.len());
    }
    bits.iter().filter(|bits| **bits != 0).count()
}
