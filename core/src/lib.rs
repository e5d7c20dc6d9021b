//! Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.
//!
//! ```text
//! sign     fields ─ field ─▶ payload ─ signature ─▶ sig ─ write_query, template/expand ─▶ URL
//! verify   input ─ query, look_alike, template/extract ─▶ parameters ─ verify ─▶ duplicates,
//!                 missing, form, signature, time, expected value ─▶ verified fields
//! receive  webhook ─ webhook/headers ─ signature ─▶ webhook/body ─▶ event, time ─▶ Delivery
//! ```
//!
//! The modules are named for these stages. The rules are those of `docs/protocol.md`, to which
//! the documentation refers by section.
//!
//! This crate reads no clock, no environment and no randomness, and needs no allocator. Feature
//! `alloc` adds types that own their text, `pairs` reads names and values that a framework decoded,
//! and `std`, on by default, adds both and `unix_time`.
//! Feature `json` reads the body of a webhook, with `serde_json`.

// Text is split at `['#']`, not at `'#'`, and searched by `scan::find`: the standard library's
// search for a character brings `memchr`, whose checks and their messages are a good part of a
// small module.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// No input makes this crate panic.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::unreachable,
    clippy::string_slice
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod buffer;
#[cfg(feature = "std")]
mod clock;
mod code;
mod decimal;
mod error;
mod field;
mod input;
mod link;
mod look_alike;
mod parameters;
mod payload;
mod percent;
mod query;
mod returns;
mod scan;
mod secret;
mod secrets;
mod signature;
mod tag;
mod template;
mod text;
#[cfg(feature = "unverified")]
pub mod unverified;
mod url;
mod verify;
mod webhook;
mod window;
mod wire;
mod workflow;
mod write_query;

#[cfg(feature = "std")]
pub use clock::unix_time;
pub use code::Code;
pub use error::Error;
pub use field::{ExpectedValue, field_number};
pub use input::Input;
#[cfg(feature = "pairs")]
pub use input::write_pair;
pub use link::{ExpectLink, LinkFields, LinkUrl, SignedLink, VerifiedLink};
pub use returns::{ExpectReturn, ReturnFields, SignedReturn, VerifiedReturn};
pub use secret::{WebhookSecret, WorkflowSecret};
pub use signature::Signature;
pub use template::RedirectTemplate;
pub use text::FieldText;
pub use webhook::{
    DEFAULT_WEBHOOK_MAX_AGE, MAX_WEBHOOK_BODY, SignatureHeader, VerifiedWebhook, Webhook,
    WebhookEvent, WebhookHeaders,
};
#[cfg(feature = "json")]
pub use webhook::{
    DeliveredLink, Delivery, EventData, PermanentLinkSubmission, Photo, PhotoMetadata,
    PhotoRequest, Submission, TestDelivery, TestEvent, WebhookStyle, find_json,
};
pub use window::{DEFAULT_LEEWAY, DEFAULT_MAX_AGE, check_now, check_seconds};
pub use wire::{Field, Fields};
pub use workflow::Workflow;
