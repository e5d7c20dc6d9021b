//! The C library: the core behind opaque handles, codes and the caller's buffers.
//!
//! ```text
//! arguments ─ read, fields, pairs ─▶ workflow, template, webhook ─▶ core ─────────┐
//! the caller's memory ◀─ output ◀─────────────────────────────────────────────────┤
//! handles ◀─ text ◀─ verified, delivery, test_delivery ◀──────────────────────────┤
//! visiono_error_t ◀─ codes, error ◀───────────────────────────────────────────────┘
//!
//! macros: write the exports          tables: generated from the core's tables
//! php: the functions that the PHP package calls
//! ```
//!
//! cbindgen makes the header from the exports and their documentation, after the macros are
//! expanded. So the documentation uses the names and words of C.

#[macro_use]
mod macros;

// The header lists the exports in this order.
pub mod workflow;

pub mod verified;

pub mod template;

pub mod webhook;

pub mod delivery;

pub mod test_delivery;

pub mod pairs;

pub mod codes;

pub mod php;

pub mod error;
pub mod fields;
pub mod output;
mod read;
pub mod tables;
pub mod text;
