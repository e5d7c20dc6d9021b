//! Receiving a webhook.
//!
//! ```text
//! headers, body ─ headers ─▶ signature over the raw body ─ body ─▶ event, time ─▶ Delivery
//! ```

#[cfg(feature = "json")]
mod body;
#[cfg(feature = "json")]
mod data;
#[cfg(feature = "json")]
mod delivery;
mod event;
mod headers;

use core::fmt;

use hmac::Mac;
use sha2::{Digest, Sha256};

#[cfg(feature = "json")]
pub use self::data::{
    EventData, PermanentLinkSubmission, Photo, PhotoMetadata, PhotoRequest, Submission,
};
#[cfg(feature = "json")]
pub use self::delivery::{DeliveredLink, Delivery};
pub use self::event::WebhookEvent;
pub use self::headers::WebhookHeaders;
use crate::error::{Error, SecretFault};
use crate::secret::WebhookSecret;
use crate::signature::{self, Signature, TAG};
use crate::verify::Window;
use crate::wire::SIGNATURE_SCHEME;
use crate::workflow::DEFAULT_LEEWAY;

/// The largest body that the service sends, in bytes: 1 MiB. A larger one is refused before it is
/// hashed, so there is no need to read one to its end.
pub const MAX_WEBHOOK_BODY: usize = 1 << 20;
/// How old an event may be, in seconds, unless the caller says otherwise: Visiono sends the last
/// retry 2 h 36 min after it.
pub const DEFAULT_WEBHOOK_MAX_AGE: u64 = 3 * 60 * 60;

/// Receives webhooks: verifies the signature over the raw bytes of the body, as they came, and
/// that the event is recent.
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
    max_age: u64,
    leeway: u64,
    freshness: bool,
}

impl<S: AsRef<[WebhookSecret]>> Webhook<S> {
    /// Takes the secrets, the one that signs first.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`](crate::Code::InvalidSecret) if there is none.
    pub fn new(secrets: S) -> Result<Self, Error> {
        first(secrets.as_ref())?;
        Ok(Self {
            secrets,
            max_age: DEFAULT_WEBHOOK_MAX_AGE,
            leeway: DEFAULT_LEEWAY,
            freshness: true,
        })
    }

    /// Accepts events up to this age, in seconds; 10800 unless set. An event of exactly this age
    /// is good.
    #[must_use]
    pub fn max_age(mut self, seconds: u64) -> Self {
        self.max_age = seconds;
        self
    }

    /// Accepts events that are dated up to this far in the future, in seconds; 60 unless set.
    #[must_use]
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds;
        self
    }

    /// Whether an event has to be recent; it has to unless this turns it off.
    ///
    /// Without it, who has recorded a webhook can send it again at any later time, so duplicates
    /// have to be recognised for as long ([`dedup_key`](VerifiedWebhook::dedup_key)).
    #[must_use]
    pub fn freshness(mut self, on: bool) -> Self {
        self.freshness = on;
        self
    }

    /// Receives a webhook: verifies the signature headers and the time of the event, and reads it.
    ///
    /// `now` is the time in Unix seconds ([`unix_time`](crate::unix_time) with feature `std`).
    ///
    /// # Errors
    ///
    /// Those of [`verify_headers`](Self::verify_headers); then `malformed_parameter`, naming
    /// `body`, if the body is not a JSON object with a text `event`; then those of
    /// [`check_time`](Self::check_time).
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{Code, Webhook, WebhookHeaders, WebhookSecret};
    ///
    /// let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?;
    /// let body = br#"{"event":"photo_request.expired","timestamp":"2024-12-25T14:35:00Z"}"#;
    /// let header = format!("sha256={}", webhook.sign(body)?.as_str());
    /// let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
    ///
    /// let delivery = webhook.receive(body, &headers, 1735137300)?;
    /// assert_eq!(delivery.event_name(), "photo_request.expired");
    ///
    /// let error = webhook.receive(body, &headers, 1735137300 + 10801).unwrap_err();
    /// assert_eq!((error.code(), error.seconds()), (Code::Expired, Some(1)));
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    #[cfg(feature = "json")]
    pub fn receive<'a>(
        &self,
        body: &'a [u8],
        headers: &WebhookHeaders<'a>,
        now: u64,
    ) -> Result<Delivery<'a>, Error> {
        let verified = self.verify_headers(body, headers)?;
        let delivery = Delivery::read(verified, *headers, body)?;
        self.check_time(delivery.event_time(), now)?;
        Ok(delivery)
    }

    /// Verifies the signature alone, as [`receive`](Self::receive) does. Where both signature
    /// headers are there, both have to be right.
    ///
    /// # Errors
    ///
    /// In this order: `malformed_parameter`, naming `body`, if the body is larger than 1 MiB;
    /// `missing_parameter`, naming `sig`, if there is no signature header; `invalid_signature`,
    /// also if one is there twice.
    pub fn verify_headers(
        &self,
        body: &[u8],
        headers: &WebhookHeaders<'_>,
    ) -> Result<VerifiedWebhook, Error> {
        self.verify_all(body, headers.signatures())
    }

    /// Verifies the signature alone. `header` is the value of `X-Visiono-Signature` or
    /// `X-Webhook-Signature`, as it came.
    ///
    /// Nothing is allocated, and the body is read twice: for the signature, and for the key that
    /// recognises duplicates. Whether the event is recent is not known then:
    /// [`check_time`](Self::check_time).
    ///
    /// # Errors
    ///
    /// In this order: `malformed_parameter`, naming `body`, if the body is larger than 1 MiB;
    /// `missing_parameter`, naming `sig`, if there is no header; `invalid_signature`.
    pub fn verify(&self, body: &[u8], header: Option<&str>) -> Result<VerifiedWebhook, Error> {
        self.verify_all(body, header.map(str::as_bytes).into_iter())
    }

    /// Verifies that an event is recent. `event_time` and `now` are in Unix seconds.
    ///
    /// # Errors
    ///
    /// None if [`freshness`](Self::freshness) is off. Else `missing_parameter`, naming
    /// `timestamp`, if the time isn't known; `not_yet_valid` or `expired`.
    pub fn check_time(&self, event_time: Option<i64>, now: u64) -> Result<(), Error> {
        if !self.freshness {
            return Ok(());
        }
        let event_time = event_time.ok_or(Error::no_event_time())?;
        // What happened before 1970 is as old if both times are moved to it.
        let before_1970 = 0_i64.saturating_sub(event_time).try_into().unwrap_or(0);
        let window = Window {
            now: now.saturating_add(before_1970),
            max_age: self.max_age,
            leeway: self.leeway,
        };
        window.check(event_time.try_into().unwrap_or(0))
    }

    /// Signs a body, as Visiono does. `sha256=` and the result are the header.
    ///
    /// # Errors
    ///
    /// None in practice: [`new`](Self::new) refuses to be without a secret.
    pub fn sign(&self, body: &[u8]) -> Result<Signature, Error> {
        first(self.secrets.as_ref()).map(|secret| Signature::of(&tag(secret, body)))
    }

    fn verify_all<'h>(
        &self,
        body: &[u8],
        headers: impl Iterator<Item = &'h [u8]>,
    ) -> Result<VerifiedWebhook, Error> {
        if body.len() > MAX_WEBHOOK_BODY {
            return Err(Error::body_size());
        }
        let mut secret_index = None;
        for header in headers {
            let matched = self.matching(body, header).ok_or(Error::signature())?;
            secret_index.get_or_insert(matched);
        }
        Ok(VerifiedWebhook {
            secret_index: secret_index.ok_or(Error::no_signature_header())?,
            dedup_key: Signature::of(&Sha256::digest(body).into()),
        })
    }

    /// Which of the secrets made the signature that a header has.
    fn matching(&self, body: &[u8], header: &[u8]) -> Option<usize> {
        let received = signature::read(header.strip_prefix(SIGNATURE_SCHEME.as_bytes())?)?;
        let tags = self.secrets.as_ref().iter().map(|secret| tag(secret, body));
        signature::matching(tags, &received)
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
        f.debug_struct("Webhook")
            .field("max_age", &self.max_age)
            .field("leeway", &self.leeway)
            .field("freshness", &self.freshness)
            .finish_non_exhaustive()
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
