//! The WebAssembly modules of the npm package `visiono-workflow`: they delegate to the core.
//!
//! ```text
//! JavaScript ─ texts, numbers ─▶ Input ─▶ sign_link, webhook_receive … ─▶ core
//!            ◀─ text, numbers ── Output ◀─ result or error ◀──────────────
//! ```
//!
//! Crossing between the two languages is expensive, so a call crosses once: JavaScript writes all
//! arguments into one buffer, which is reused, and reads the result from another (see `codec`).
//! Nothing but numbers is passed, so the exports are called as they are, without generated code.
//!
//! A handle is a pointer that a `_new` function returned. It is passed to operations as a
//! reference, and given back to a `_free` function as a box. The classes of `package/` pass no
//! handle after it was freed, and none of another type.

#![cfg_attr(all(target_family = "wasm", not(feature = "explain")), no_std)]

extern crate alloc;

/// Exports operations, each of which reads its input, writes its output, and may use objects.
macro_rules! operations {
    ($(
        $(#[$documentation:meta])*
        fn $name:ident($input:pat, $output:pat $(, $object:ident: $type:ty)*) $run:block
    )*) => {$(
        $(#[$documentation])*
        #[unsafe(no_mangle)]
        pub extern "C" fn $name(arguments: usize $(, $object: $type)*) {
            $crate::call(arguments, |$input, $output| {
                $run
                Ok(())
            });
        }
    )*};
}

mod codec;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(all(target_family = "wasm", not(feature = "explain")))]
mod runtime;
#[cfg(feature = "webhook")]
pub mod webhook;
#[cfg(feature = "workflow")]
pub mod workflow;

use alloc::vec::Vec;
use core::ptr;

use visiono_workflow::Error;
use zeroize::Zeroize;

use codec::{Input, Output};

/// The bytes of stack that are wiped when a secret comes and goes: several times what keying,
/// signing and verifying use.
const STACK: usize = 16 * 1024;

/// The buffers that JavaScript and the module share.
struct Buffers {
    input: Vec<u8>,
    output: Output,
}

static mut BUFFERS: Buffers = Buffers {
    input: Vec::new(),
    output: Output::new(),
};

fn buffers() -> &'static mut Buffers {
    let buffers = &raw mut BUFFERS;
    // SAFETY: the module has no threads, no export calls another, and each takes the buffers once.
    // Only `explain` calls JavaScript, which makes no call until that returns.
    unsafe { &mut *buffers }
}

/// Runs a call with this many arguments, and keeps its result where JavaScript reads it. Returns
/// what the call makes, or null if there is an error.
#[inline(always)]
fn call<T>(
    arguments: usize,
    run: impl FnOnce(&mut Input<'_>, &mut Output) -> Result<T, Error>,
) -> Option<T> {
    let (mut input, output) = open(arguments);
    let result = run(&mut input, output);
    output.close(result.as_ref().err(), &input);
    result.ok()
}

// Apart from the closure, so that the module has it once.
#[inline(never)]
fn open(arguments: usize) -> (Input<'static>, &'static mut Output) {
    let Buffers { input, output } = buffers();
    output.clear();
    (Input::new(input, arguments), output)
}

/// Overwrites the stack that earlier calls used: moving a Rust value copies its bytes, and these
/// copies of keyed state are not wiped by the value's own `Drop`.
#[inline(never)]
fn wipe_stack() {
    [0_u8; STACK].zeroize();
}

/// Returns the position of the numbers of a result.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const f64 {
    (&raw const buffers().output).cast()
}

/// Frees the buffers, which may be large or hold secrets, wipes them and the stack, and makes room
/// for this many bytes of input. Returns its position, or null if there is not enough memory.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(bytes: usize) -> *mut u8 {
    let Buffers { input, output } = buffers();
    input.as_mut_slice().zeroize();
    *input = Vec::new();
    output.release();
    wipe_stack();
    if input.try_reserve_exact(bytes).is_err() {
        return ptr::null_mut();
    }
    input.resize(bytes, 0);
    input.as_mut_ptr()
}
