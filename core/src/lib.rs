//! Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode.
//!
//! ```text
//! sign     fields ─ field ─▶ payload ─ signature ─▶ sig ─ parameters, template/expand ─▶ URL
//! verify   URL ─ query, template/extract ─▶ parameters ─ verify ─▶ duplicates, missing, form,
//!                 signature, time, expected value ─▶ verified fields
//! receive  webhook ─ webhook/headers ─ signature ─▶ webhook/body ─▶ event, time ─▶ Delivery
//! ```
//!
//! The modules are named for these stages. The rules are those of `docs/protocol.md`, to which
//! the documentation refers by section.
//!
//! This crate reads no clock, no environment and no randomness, and needs no allocator. Feature
//! `alloc` adds what owns its text, and `std`, on by default, adds `unix_time`.
//! Feature `json` reads the body of a webhook, with `serde_json` and `time`.

// Text is split at `['#']`, not at `'#'`, and searched by `url::find`: the standard library's
// search for a character brings `memchr`, whose checks and their messages are a good part of a
// small module.

#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// Nothing in here panics, whatever comes in.
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
mod error;
mod field;
mod link;
mod parameters;
mod payload;
mod percent;
mod query;
mod redirect;
mod secret;
mod signature;
mod template;
mod url;
mod value;
mod verify;
mod webhook;
mod wire;
mod workflow;

#[cfg(feature = "std")]
pub use clock::unix_time;
pub use error::{Code, Error};
pub use field::field_number;
pub use link::{ExpectLink, LinkFields, SignedLink, VerifiedLink};
pub use query::Input;
pub use redirect::{ExpectReturn, ReturnFields, SignedReturn, VerifiedReturn};
pub use secret::{WebhookSecret, WorkflowSecret};
pub use signature::Signature;
pub use template::RedirectTemplate;
pub use url::LinkUrl;
pub use value::Value;
pub use webhook::{
    DEFAULT_WEBHOOK_MAX_AGE, MAX_WEBHOOK_BODY, VerifiedWebhook, Webhook, WebhookEvent,
    WebhookHeaders,
};
#[cfg(feature = "json")]
pub use webhook::{
    DeliveredLink, Delivery, EventData, PermanentLinkSubmission, Photo, PhotoMetadata,
    PhotoRequest, Submission,
};
pub use wire::{Field, Fields};
pub use workflow::{DEFAULT_LEEWAY, DEFAULT_MAX_AGE, Workflow};
