//! The results of a verification that succeeded.

use visiono_workflow::{VerifiedLink, VerifiedReturn, VerifiedWebhook};

use crate::boundary::{Str, free, guard_value, terminated};

/// A link that passed every check. It never changes, and any number of threads may read it.
pub struct VerifiedLinkHandle {
    unique_value: Box<str>,
    source: Box<str>,
    reference: Box<str>,
    timestamp: u64,
    secret_index: usize,
}

impl VerifiedLinkHandle {
    pub(crate) fn new(link: &VerifiedLink<'_>) -> Self {
        Self {
            unique_value: terminated(link.unique_value()),
            source: terminated(link.source()),
            reference: terminated(link.reference()),
            timestamp: link.timestamp(),
            secret_index: link.secret_index(),
        }
    }
}

/// A return that passed every check. It never changes, and any number of threads may read it.
pub struct VerifiedReturnHandle {
    submission_id: Box<str>,
    unique_value: Box<str>,
    reference: Box<str>,
    photo_count: u32,
    timestamp: u64,
    secret_index: usize,
}

impl VerifiedReturnHandle {
    pub(crate) fn new(verified: &VerifiedReturn<'_>) -> Self {
        Self {
            submission_id: terminated(verified.submission_id()),
            unique_value: terminated(verified.unique_value()),
            reference: terminated(verified.reference()),
            photo_count: verified.photo_count(),
            timestamp: verified.timestamp(),
            secret_index: verified.secret_index(),
        }
    }

    /// Submission ID, unique value and reference, each with its NUL.
    pub(crate) fn texts(&self) -> [&str; 3] {
        [&self.submission_id, &self.unique_value, &self.reference]
    }
}

/// A webhook whose signature matches. It never changes, and any number of threads may read it.
pub struct VerifiedWebhookHandle {
    dedup_key: Box<str>,
    secret_index: usize,
}

impl VerifiedWebhookHandle {
    pub(crate) fn new(verified: &VerifiedWebhook) -> Self {
        Self {
            dedup_key: terminated(verified.dedup_key()),
            secret_index: verified.secret_index(),
        }
    }
}

/// A text of a handle; empty if the handle is null.
///
/// # Safety
///
/// The handle is null, or points to a live `T`.
pub(crate) unsafe fn text<T: 'static>(
    handle: *const T,
    field: fn(&'static T) -> &'static str,
) -> Str {
    // SAFETY: as the caller promises; the caller of the export keeps the handle while it reads.
    let handle: Option<&'static T> = unsafe { handle.as_ref() };
    guard_value(Str::EMPTY, || {
        handle.map_or(Str::EMPTY, |handle| Str::of_terminated(field(handle)))
    })
}

/// A number or the like of a handle; `none` if the handle is null.
///
/// # Safety
///
/// The handle is null, or points to a live `T`.
pub(crate) unsafe fn number<T, N: Copy>(handle: *const T, none: N, field: fn(&T) -> N) -> N {
    // SAFETY: as the caller promises.
    let handle = unsafe { handle.as_ref() };
    guard_value(none, || handle.map_or(none, field))
}

/// Seconds of Unix time as a C program has them.
fn seconds(timestamp: u64) -> i64 {
    i64::try_from(timestamp).unwrap_or(i64::MAX)
}

/// `uv`: the thing that is documented. Empty if `verified` is null.
///
/// Ownership: the text is the result's. Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_link_unique_value(
    verified: *const VerifiedLinkHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(verified, |verified| &verified.unique_value) }
}

/// `src`: the system that sent the person. Empty if `verified` is null.
///
/// Ownership: the text is the result's. Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_link_source(verified: *const VerifiedLinkHandle) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(verified, |verified| &verified.source) }
}

/// `ref`: the record in that system. Empty if `verified` is null.
///
/// Ownership: the text is the result's. Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_link_reference(
    verified: *const VerifiedLinkHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(verified, |verified| &verified.reference) }
}

/// `ts`: when the link was signed, in Unix seconds; -1 if `verified` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_link_timestamp(
    verified: *const VerifiedLinkHandle,
) -> i64 {
    // SAFETY: as the caller promises.
    unsafe { number(verified, -1, |verified| seconds(verified.timestamp)) }
}

/// The position of the secret that signed it, from 0; 0 if `verified` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_link_secret_index(
    verified: *const VerifiedLinkHandle,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { number(verified, 0, |verified| verified.secret_index) }
}

/// Frees a verified link and the texts that were read from it. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `verified` came from `visiono_workflow_verify_link` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_link_free(verified: *mut VerifiedLinkHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(verified) };
}

/// `sub`: Visiono's name of the submission. Empty if `verified` is null.
///
/// Ownership: the text is the result's. Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_return_submission_id(
    verified: *const VerifiedReturnHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(verified, |verified| &verified.submission_id) }
}

/// `uv`: the thing that was documented. Empty if `verified` is null.
///
/// Ownership: the text is the result's. Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_return_unique_value(
    verified: *const VerifiedReturnHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(verified, |verified| &verified.unique_value) }
}

/// `ref`: the record in the system that sent the person. Empty if `verified` is null.
///
/// Ownership: the text is the result's. Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_return_reference(
    verified: *const VerifiedReturnHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(verified, |verified| &verified.reference) }
}

/// `cnt`: the number of uploaded photos; -1 if `verified` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_return_photo_count(
    verified: *const VerifiedReturnHandle,
) -> i64 {
    // SAFETY: as the caller promises.
    unsafe { number(verified, -1, |verified| i64::from(verified.photo_count)) }
}

/// `ts`: when the return was signed, in Unix seconds; -1 if `verified` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_return_timestamp(
    verified: *const VerifiedReturnHandle,
) -> i64 {
    // SAFETY: as the caller promises.
    unsafe { number(verified, -1, |verified| seconds(verified.timestamp)) }
}

/// The position of the secret that signed it, from 0; 0 if `verified` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_workflow_verify_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_return_secret_index(
    verified: *const VerifiedReturnHandle,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { number(verified, 0, |verified| verified.secret_index) }
}

/// Frees a verified return and the texts that were read from it. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `verified` came from `visiono_workflow_verify_return` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_return_free(verified: *mut VerifiedReturnHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(verified) };
}

/// The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Empty if
/// `verified` is null.
///
/// Ownership: the text is the result's. Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_webhook_verify`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_webhook_dedup_key(
    verified: *const VerifiedWebhookHandle,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { text(verified, |verified| &verified.dedup_key) }
}

/// The position of the secret that signed it, from 0; 0 if `verified` is null.
///
/// Threads: any. Errors: none.
///
/// # Safety
///
/// `verified` is null or came from `visiono_webhook_verify`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_webhook_secret_index(
    verified: *const VerifiedWebhookHandle,
) -> usize {
    // SAFETY: as the caller promises.
    unsafe { number(verified, 0, |verified| verified.secret_index) }
}

/// Frees a verified webhook and the texts that were read from it. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `verified` came from `visiono_webhook_verify` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_verified_webhook_free(verified: *mut VerifiedWebhookHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(verified) };
}
