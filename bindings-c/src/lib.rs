//! The C library: the core behind opaque handles, status numbers and the caller's buffers.
//!
//! ```text
//! C memory ─ boundary ─▶ &str ─ workflow, template ─▶ core ─ verified, boundary ─▶ C memory
//!                   └──▶ &[u8] ─ webhook ─▶ core ─ delivery, pointer ─▶ C memory
//!                                      └ error ─▶ visiono_error_t
//! packed: a workflow's operations with all texts in one, for languages that pay by argument
//! ```
//!
//! The documentation of the exports is written for the header that cbindgen makes of it, so it
//! uses the names and words of C.

// The order of the header.
pub mod boundary;

pub mod workflow;

pub mod verified;

pub mod template;

pub mod webhook;

pub mod delivery;

mod pointer;

pub mod pairs;

pub mod error;

pub mod packed;
