//! A webhook whose signature holds.

use crate::code::Code;
use crate::error::{Error, Other};
use crate::signature::Signature;

/// A webhook whose signature holds. Only [`Webhook::verify`](crate::Webhook::verify) and
/// [`Webhook::verify_headers`](crate::Webhook::verify_headers) make one.
#[derive(Clone, Debug)]
pub struct VerifiedWebhook {
    pub(super) secret_index: usize,
    pub(super) dedup_key: Signature,
}

impl VerifiedWebhook {
    /// Returns the position of the secret that signed it, from 0.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// Returns the hex SHA-256 of the body, which two deliveries of one event share. The headers,
    /// which are not authenticated, have no part in it.
    #[must_use]
    pub fn dedup_key(&self) -> &str {
        self.dedup_key.as_str()
    }
}

/// Returns the error for a body that is not a webhook's.
pub(super) const fn malformed_body(sentence: &'static str) -> Error {
    Error::new(Code::MalformedParameter, sentence).naming_other(Other::Body)
}
