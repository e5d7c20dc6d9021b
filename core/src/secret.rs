//! A secret's text becomes keyed HMAC state, once.

use core::fmt;

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

use crate::error::{Error, SecretFault};
use crate::wire::{API_KEY_PREFIX, WEBHOOK_SECRET_PREFIX};

/// HMAC-SHA256 whose two midstates, after the padded key, are ready to be cloned.
pub(crate) type KeyedHmac = Hmac<Sha256>;

/// The fewest bytes that a secret may have.
const MIN_BYTES: usize = 16;

/// The secret that signs links and returns, as Visiono shows it.
///
/// The text is used as its UTF-8 bytes, never hex- or base64-decoded (`docs/protocol.md`,
/// section 2). It is keyed here once: what stays is the state of HMAC after the padded key, so
/// that signing a short message costs two SHA-256 compressions. The text itself isn't kept, and
/// the state is wiped when the secret is dropped. Moving a Rust value copies its bytes, so keep
/// the secret where it is made (in a `static`, an `Arc`, or a `Workflow` that lives there).
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Code, WorkflowSecret};
///
/// assert!(WorkflowSecret::new("0123456789abcdef0123456789abcdef").is_ok());
///
/// let error = WorkflowSecret::new("whsec_0123456789abcdef").unwrap_err();
/// assert_eq!(error.code(), Code::InvalidSecret);
/// ```
#[derive(Clone)]
pub struct WorkflowSecret {
    keyed: KeyedHmac,
}

impl WorkflowSecret {
    /// Keys HMAC with the secret's text.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`](crate::Code::InvalidSecret) if the text has fewer than 16 bytes, a
    /// control character, white space at either end, or the prefix of a webhook secret
    /// (`whsec_`) or an API key (`vsk_`).
    pub fn new(text: &str) -> Result<Self, Error> {
        if text.starts_with(WEBHOOK_SECRET_PREFIX) {
            return Err(Error::secret(SecretFault::WebhookSecret));
        }
        key(text).map(|keyed| Self { keyed })
    }

    /// HMAC, keyed and waiting for the message.
    pub(crate) fn keyed(&self) -> KeyedHmac {
        self.keyed.clone()
    }
}

/// The secret that signs webhooks, as Visiono shows it; its `whsec_` prefix is part of it.
///
/// It is another type than [`WorkflowSecret`], so that neither can do the other's work. The text
/// is used, and the keyed state wiped, as there.
///
/// # Examples
///
/// ```
/// use visiono_workflow::WebhookSecret;
///
/// assert!(WebhookSecret::new("whsec_0123456789abcdef").is_ok());
/// assert!(WebhookSecret::new("vsk_live_0123456789abcdef").is_err());
/// ```
#[derive(Clone)]
pub struct WebhookSecret {
    keyed: KeyedHmac,
}

impl WebhookSecret {
    /// Keys HMAC with the secret's text.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`](crate::Code::InvalidSecret) if the text has fewer than 16 bytes, a
    /// control character, white space at either end, or the prefix of an API key (`vsk_`).
    pub fn new(text: &str) -> Result<Self, Error> {
        key(text).map(|keyed| Self { keyed })
    }

    /// HMAC, keyed and waiting for the message.
    pub(crate) fn keyed(&self) -> KeyedHmac {
        self.keyed.clone()
    }
}

/// Checks what both kinds of secret have in common, and keys HMAC.
fn key(text: &str) -> Result<KeyedHmac, Error> {
    // A byte order mark is what an editor leaves at the start of a file; ECMAScript, too, counts
    // it as white space.
    let white = |c: char| c.is_whitespace() || c == '\u{feff}';
    let fault = if text.bytes().any(|byte| byte.is_ascii_control()) {
        SecretFault::Control
    } else if text.starts_with(white) || text.ends_with(white) {
        SecretFault::WhiteSpace
    } else if text.starts_with(API_KEY_PREFIX) {
        SecretFault::ApiKey
    } else if text.len() < MIN_BYTES {
        SecretFault::Short
    } else {
        // HMAC takes keys of any length, so this error never comes.
        return KeyedHmac::new_from_slice(text.as_bytes())
            .map_err(|_| Error::secret(SecretFault::Short));
    };
    Err(Error::secret(fault))
}

impl fmt::Debug for WorkflowSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowSecret").finish_non_exhaustive()
    }
}

/// So that one secret can stand where several can.
impl AsRef<[WorkflowSecret]> for WorkflowSecret {
    fn as_ref(&self) -> &[WorkflowSecret] {
        core::slice::from_ref(self)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecret").finish_non_exhaustive()
    }
}

/// So that one secret can stand where several can.
impl AsRef<[WebhookSecret]> for WebhookSecret {
    fn as_ref(&self) -> &[WebhookSecret] {
        core::slice::from_ref(self)
    }
}
