//! The webhook: a signature over the raw bytes of its body.

use core::fmt;

use hmac::Mac;
use sha2::{Digest, Sha256};

use crate::error::{Error, SecretFault};
use crate::secret::WebhookSecret;
use crate::signature::{self, Signature, TAG};

/// The largest body that the service sends, in bytes.
const MAX_BODY: usize = 1 << 20;
/// What stands before the hexadecimal digits in the header.
const SCHEME: &str = "sha256=";

/// Verifies the signature of webhooks, over the raw bytes of the body as they came.
///
/// It holds one [`WebhookSecret`], or several for rotation, like
/// [`Workflow`](crate::Workflow). Rules: `docs/protocol.md`, section 7.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Webhook, WebhookSecret};
///
/// let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?;
/// let body = br#"{"event":"photo_submission.created"}"#;
/// let header = format!("sha256={}", webhook.sign(body)?.as_str());
///
/// assert_eq!(webhook.verify(body, Some(&header))?.secret_index(), 0);
/// assert!(webhook.verify(b"{}", Some(&header)).is_err());
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone)]
pub struct Webhook<S = WebhookSecret> {
    secrets: S,
}

impl<S: AsRef<[WebhookSecret]>> Webhook<S> {
    /// Takes the secrets, the one that signs first.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`](crate::Code::InvalidSecret) if there is none.
    pub fn new(secrets: S) -> Result<Self, Error> {
        first(secrets.as_ref())?;
        Ok(Self { secrets })
    }

    /// Verifies that a body was signed with one of the secrets. `header` is the value of
    /// `X-Visiono-Signature` or `X-Webhook-Signature`, as it came.
    ///
    /// # Errors
    ///
    /// In this order: `malformed_parameter`, naming `body`, if the body is larger than 1 MiB;
    /// `missing_parameter`, naming `sig`, if there is no header; `invalid_signature`.
    pub fn verify(&self, body: &[u8], header: Option<&str>) -> Result<VerifiedWebhook, Error> {
        if body.len() > MAX_BODY {
            return Err(Error::body_size());
        }
        let header = header.ok_or(Error::no_signature_header())?;
        let secret_index = header
            .strip_prefix(SCHEME)
            .and_then(|digits| signature::read(digits.as_bytes()))
            .and_then(|received| {
                let tags = self.secrets.as_ref().iter().map(|secret| tag(secret, body));
                signature::matching(tags, &received)
            })
            .ok_or(Error::signature())?;
        Ok(VerifiedWebhook {
            secret_index,
            dedup_key: Signature::of(&Sha256::digest(body).into()),
        })
    }

    /// Signs a body, as Visiono does. `sha256=` and the result are the header.
    ///
    /// # Errors
    ///
    /// None in practice: [`new`](Self::new) refuses to be without a secret.
    pub fn sign(&self, body: &[u8]) -> Result<Signature, Error> {
        first(self.secrets.as_ref()).map(|secret| Signature::of(&tag(secret, body)))
    }
}

fn first(secrets: &[WebhookSecret]) -> Result<&WebhookSecret, Error> {
    secrets.first().ok_or(Error::secret(SecretFault::None))
}

fn tag(secret: &WebhookSecret, body: &[u8]) -> [u8; TAG] {
    signature::finish(secret.keyed().chain_update(body))
}

impl<S> fmt::Debug for Webhook<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

/// What is known of a webhook whose signature holds. Only [`Webhook::verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedWebhook {
    secret_index: usize,
    dedup_key: Signature,
}

impl VerifiedWebhook {
    /// Which of the secrets signed it, from 0.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// The hexadecimal SHA-256 of the body, which two deliveries of one event share. The headers,
    /// which are not authenticated, have no part in it.
    #[must_use]
    pub fn dedup_key(&self) -> &str {
        self.dedup_key.as_str()
    }
}
