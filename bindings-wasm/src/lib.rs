//! The WebAssembly modules of the npm package `visiono-workflow`: they delegate to the core.
//!
//! ```text
//! JavaScript ─ texts ─▶ Crossing ─ lengths, numbers ─▶ sign_link, webhook_receive …
//!            ◀─ text, numbers ─ Crossing ◀─ result or error
//! ```
//!
//! What is expensive is to cross between the two languages, so a call crosses once: JavaScript
//! writes all texts, one after the other, into one buffer that is used again and again, and their
//! lengths and the numbers at fixed places; the answer is one text and a few numbers likewise.
//! Nothing but numbers is passed, so the exports are called as they are.
//!
//! A handle is a pointer that a `_new` function returned and that its `_free` function takes
//! back. The classes that JavaScript programmers see, in `package/`, are what keeps each from
//! being used after that.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod crossing;
#[cfg(target_family = "wasm")]
mod runtime;
#[cfg(feature = "webhook")]
pub mod webhook;
#[cfg(feature = "workflow")]
pub mod workflow;

use alloc::boxed::Box;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crossing::Crossing;

/// The bytes of stack that are wiped when a secret comes and goes: several times what keying,
/// signing and verifying use.
const STACK: usize = 16 * 1024;

/// Overwrites the stack that earlier calls used: moving a Rust value copies its bytes, and these
/// copies of keyed state are not wiped by the value's own `Drop`.
#[inline(never)]
fn wipe_stack() {
    [0_u8; STACK].zeroize();
}

/// Makes what all other functions take first.
#[wasm_bindgen]
pub fn crossing_new() -> *mut Crossing {
    Box::into_raw(Box::new(Crossing::new()))
}

/// Makes room for this many bytes of input, keeping what is there, and says where; null if there
/// isn't enough memory.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn crossing_reserve(crossing: *mut Crossing, bytes: usize) -> *mut u8 {
    // SAFETY: it is a handle, and JavaScript runs one call at a time.
    unsafe { &mut *crossing }.reserve(bytes)
}

/// Gives back the memory of the texts, which may have been large or secrets, and wipes it and the
/// stack.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn crossing_release(crossing: *mut Crossing) {
    // SAFETY: as above.
    unsafe { &mut *crossing }.release();
    wipe_stack();
}
