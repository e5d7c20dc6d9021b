//! The modules of the core that have its tables. Another crate has other lints.

#![allow(dead_code, missing_docs, unreachable_pub)]

#[path = "../../../core/src/code.rs"]
pub(super) mod code;
#[path = "../../../core/src/webhook/event.rs"]
pub(super) mod event;
#[path = "../../../core/src/wire.rs"]
pub(super) mod wire;
