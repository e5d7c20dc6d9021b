//! The C library: the core behind opaque handles, status numbers and the caller's buffers.
//!
//! ```text
//! C memory ─ boundary, expect, pairs ─▶ texts ─ workflow, template ─▶ core ─ verified ─▶ C memory
//!                                 └──▶ bytes ─ webhook ─▶ core ─ delivery, pointer ─▶ C memory
//!                                                      └ error ─▶ visiono_error_t
//! test_delivery: webhooks as Visiono sends them, for tests
//! php: the operations of the PHP package, with all texts of a call in one
//! ```
//!
//! The documentation of the exports is written for the header that cbindgen makes of it, so it
//! uses the names and words of C.

// The order of the header.
pub mod boundary;

pub mod workflow;

pub mod expect;

pub mod verified;

pub mod template;

pub mod webhook;

pub mod delivery;

pub mod test_delivery;

mod pointer;

pub mod pairs;

pub mod error;

pub mod php;
