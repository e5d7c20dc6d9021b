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
#[cfg(feature = "json")]
mod pointer;
#[cfg(feature = "json")]
mod test_kit;
#[cfg(feature = "json")]
mod time;
mod verified;

use core::fmt;

use hmac::Mac;
use sha2::{Digest, Sha256};

#[cfg(feature = "json")]
pub use self::data::{
    EventData, PermanentLinkSubmission, Photo, PhotoMetadata, PhotoRequest, Submission,
};
#[cfg(feature = "json")]
use self::delivery::EventTime;
#[cfg(feature = "json")]
pub use self::delivery::{DeliveredLink, Delivery};
pub use self::event::WebhookEvent;
pub use self::headers::WebhookHeaders;
#[cfg(feature = "json")]
pub use self::pointer::find_json;
#[cfg(feature = "json")]
pub use self::test_kit::{TestDelivery, TestEvent, WebhookStyle};
pub use self::verified::VerifiedWebhook;
use self::verified::malformed_body;
use crate::code::Code;
use crate::error::Error;
#[cfg(feature = "json")]
use crate::error::Other;
use crate::secret::{Secret, WebhookSecret};
use crate::secrets::Secrets;
use crate::signature::{self, Signature};
use crate::tag::{self, TAG};
use crate::window::DEFAULT_LEEWAY;
#[cfg(feature = "json")]
use crate::window::{Window, check_now};
pub use crate::wire::MAX_WEBHOOK_BODY;
use crate::wire::{Field, Fields, SIGNATURE_SCHEME};

/// The default maximum age of an event, in seconds: Visiono sends the last retry 2 h 36 min after
/// it.
pub const DEFAULT_WEBHOOK_MAX_AGE: u64 = 3 * 60 * 60;

/// The one error about a signature, whatever is wrong with it.
const WRONG_SIGNATURE: Error = Error::new(
    Code::InvalidSignature,
    "no configured secret matches this signature: refuse the webhook; if every webhook fails, \
     check the secret, and pass the body as it arrived",
);

/// Receives webhooks: verifies the signature over the raw bytes of the body, and the time of the
/// event.
///
/// It holds one [`WebhookSecret`] or several, for rotation, like [`Workflow`](crate::Workflow).
/// Rules: `docs/protocol.md`, section 7.
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Webhook, WebhookSecret};
///
/// let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?;
/// let body = br#"{"event":"photo_submission.created"}"#;
/// let header = webhook.signature_header(body);
///
/// let verified = webhook.verify(body, Some(header.as_str().as_bytes()))?;
/// assert_eq!(verified.secret_index(), 0);
/// assert!(webhook.verify(b"{}", Some(header.as_str().as_bytes())).is_err());
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone)]
pub struct Webhook {
    secrets: Secrets<WebhookSecret>,
    max_age: u64,
    leeway: u64,
    require_timestamp: bool,
}

impl Webhook {
    /// Takes one secret, or several of which the first one signs.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`] if there is none.
    pub fn new(secrets: impl IntoIterator<Item = WebhookSecret>) -> Result<Self, Error> {
        Secrets::new(secrets).map(Self::with)
    }

    /// Takes the texts of secrets, of which the first one signs. An absent one after it is
    /// skipped, and keeps its position.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`] if there is none, if the first is absent, or for the reasons of
    /// [`WebhookSecret::new`]. The sentence has the position of the secret, from 0.
    pub fn from_texts<T: AsRef<[u8]>>(
        secrets: impl IntoIterator<Item = Option<T>>,
    ) -> Result<Self, Error> {
        Self::from_results(secrets.into_iter().map(|text| text.map(WebhookSecret::new)))
    }

    /// Takes secrets as [`from_texts`](Self::from_texts) does, where some of them may be made
    /// already.
    ///
    /// # Errors
    ///
    /// Those of [`from_texts`](Self::from_texts).
    pub fn from_results(
        secrets: impl IntoIterator<Item = Option<Result<WebhookSecret, Error>>>,
    ) -> Result<Self, Error> {
        Secrets::from_results(secrets).map(Self::with)
    }

    const fn with(secrets: Secrets<WebhookSecret>) -> Self {
        Self {
            secrets,
            max_age: DEFAULT_WEBHOOK_MAX_AGE,
            leeway: DEFAULT_LEEWAY,
            require_timestamp: false,
        }
    }

    /// Accepts events up to this age, in seconds; 10800 by default. An event of exactly this age
    /// is valid.
    #[must_use]
    pub fn max_age(mut self, seconds: u64) -> Self {
        self.max_age = seconds;
        self
    }

    /// Accepts events that are dated up to this far in the future, in seconds; 60 by default.
    #[must_use]
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = seconds;
        self
    }

    /// Sets the [maximum age](Self::max_age) and the [leeway](Self::leeway), in seconds, for
    /// settings that may be absent. `None` keeps the default.
    ///
    /// # Examples
    ///
    /// ```
    /// # use visiono_workflow::Webhook;
    /// let setting = None;
    /// let webhook = Webhook::from_texts([Some("whsec_0123456789abcdef")])?.limits(setting, Some(5));
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    #[must_use]
    pub fn limits(self, max_age: Option<u64>, leeway: Option<u64>) -> Self {
        Self {
            max_age: max_age.unwrap_or(self.max_age),
            leeway: leeway.unwrap_or(self.leeway),
            ..self
        }
    }

    /// Refuses an event without a `timestamp`, which is delivered by default.
    ///
    /// Visiono's own example of `submission.created` has none. Such an event has no age: keep its
    /// [`dedup_key`](VerifiedWebhook::dedup_key) as long as the secret is in use.
    #[must_use]
    pub fn require_timestamp(mut self, required: bool) -> Self {
        self.require_timestamp = required;
        self
    }

    /// Receives a webhook: verifies the signature headers, reads the event and verifies its time.
    ///
    /// `now` is the time in Unix seconds ([`unix_time`](crate::unix_time) with feature `std`).
    ///
    /// # Errors
    ///
    /// `invalid_argument` for `now`; those of [`verify_headers`](Self::verify_headers); then
    /// `malformed_parameter`, naming `body`, if the body is not a JSON object with a text `event`;
    /// then `missing_parameter`, naming `timestamp`, if that is not as in RFC 3339, or absent and
    /// [required](Self::require_timestamp); then `not_yet_valid` or `expired`.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{Code, Webhook, WebhookHeaders, WebhookSecret};
    ///
    /// let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?;
    /// let body = br#"{"event":"photo_request.expired","timestamp":"2024-12-25T14:35:00Z"}"#;
    /// let header = webhook.signature_header(body);
    /// let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
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
        let delivery = self.receive_without_key(body, headers, now)?;
        Ok(delivery.with_key(Self::dedup_key(body)))
    }

    /// Receives a webhook for a binding to another language, which calls
    /// [`dedup_key`](Self::dedup_key) when the key is read. The delivery's own key is empty.
    ///
    /// # Errors
    ///
    /// Those of [`receive`](Self::receive).
    #[cfg(feature = "json")]
    #[doc(hidden)]
    pub fn receive_without_key<'a>(
        &self,
        body: &'a [u8],
        headers: &WebhookHeaders<'a>,
        now: u64,
    ) -> Result<Delivery<'a>, Error> {
        let now = check_now(now.into())?;
        let secret_index = self.verify_signatures(body, headers.signatures())?;
        let delivery = Delivery::read(secret_index, *headers, body)?;
        self.check_time(delivery.time, now)?;
        Ok(delivery)
    }

    /// Returns the key of a verified body: [`VerifiedWebhook::dedup_key`].
    #[doc(hidden)]
    #[must_use]
    pub fn dedup_key(body: &[u8]) -> Signature {
        Signature::of(&Sha256::digest(body).into())
    }

    /// Verifies the signature alone, as [`receive`](Self::receive) does. If both signature headers
    /// are there, both must verify.
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
    /// `X-Webhook-Signature` as it arrived.
    ///
    /// Nothing is allocated, and the body is read twice: for the signature, and for the key that
    /// identifies duplicates. The time of the event is not verified.
    ///
    /// # Errors
    ///
    /// In this order: `malformed_parameter`, naming `body`, if the body is larger than 1 MiB;
    /// `missing_parameter`, naming `sig`, if there is no header; `invalid_signature`.
    pub fn verify(&self, body: &[u8], header: Option<&[u8]>) -> Result<VerifiedWebhook, Error> {
        self.verify_all(body, header.into_iter())
    }

    /// Verifies the time of an event.
    #[cfg(feature = "json")]
    fn check_time(&self, event_time: EventTime, now: u64) -> Result<(), Error> {
        const UNDATED: &str = "the body has no 'timestamp', which is required: refuse the webhook, \
             or do not require one";
        const UNREADABLE: &str = "the body's 'timestamp' is not as in RFC 3339, so that the age \
             of the event is unknown: refuse the webhook";
        let missing = |sentence| {
            Err(Error::new(Code::MissingParameter, sentence).naming_other(Other::Timestamp))
        };
        let event_time = match event_time {
            EventTime::Dated(time) => time,
            EventTime::Undated if !self.require_timestamp => return Ok(()),
            EventTime::Undated => return missing(UNDATED),
            EventTime::Unreadable => return missing(UNREADABLE),
        };
        // The age of an event before 1970 stays the same if both times are moved to 1970.
        let before_1970 = 0_i64.saturating_sub(event_time).try_into().unwrap_or(0);
        let window = Window {
            now: now.saturating_add(before_1970),
            max_age: self.max_age,
            leeway: self.leeway,
        };
        window.check(event_time.try_into().unwrap_or(0))
    }

    /// Signs a body, as Visiono does.
    #[must_use]
    pub fn sign(&self, body: &[u8]) -> Signature {
        Signature::of(&tag(self.secrets.first(), body))
    }

    /// Signs a body, and returns the value of the header: `sha256=` and the signature.
    #[must_use]
    pub fn signature_header(&self, body: &[u8]) -> SignatureHeader {
        let mut header = [0; HEADER];
        let (scheme, digits) = header.split_at_mut(SIGNATURE_SCHEME.len());
        scheme.copy_from_slice(SIGNATURE_SCHEME.as_bytes());
        digits.copy_from_slice(self.sign(body).as_str().as_bytes());
        SignatureHeader(header)
    }

    fn verify_all<'h>(
        &self,
        body: &[u8],
        headers: impl Iterator<Item = &'h [u8]>,
    ) -> Result<VerifiedWebhook, Error> {
        Ok(VerifiedWebhook {
            secret_index: self.verify_signatures(body, headers)?,
            dedup_key: Self::dedup_key(body),
        })
    }

    /// Verifies all signatures, and returns the position of the secret that made the first.
    fn verify_signatures<'h>(
        &self,
        body: &[u8],
        headers: impl Iterator<Item = &'h [u8]>,
    ) -> Result<usize, Error> {
        if body.len() > MAX_WEBHOOK_BODY {
            return Err(malformed_body(
                "the body is larger than 1048576 bytes, which the service never sends: \
                 refuse the webhook",
            ));
        }
        let mut secret_index = None;
        for header in headers {
            let matched = self.matching(body, header).ok_or(WRONG_SIGNATURE)?;
            secret_index.get_or_insert(matched);
        }
        let absent = Error::new(
            Code::MissingParameter,
            "the signature header is absent: pass X-Visiono-Signature or X-Webhook-Signature \
             as it arrived, or refuse the webhook",
        )
        .naming(Fields::NONE.with(Field::Signature));
        secret_index.ok_or(absent)
    }

    /// Returns the position of the secret that made the signature in a header.
    fn matching(&self, body: &[u8], header: &[u8]) -> Option<usize> {
        let received = tag::read(header.strip_prefix(SIGNATURE_SCHEME.as_bytes())?)?;
        let tags = self.secrets.iter();
        let tags = tags.map(|(index, secret)| (index, tag(secret, body)));
        signature::matching(tags, &received)
    }
}

fn tag(secret: &WebhookSecret, body: &[u8]) -> [u8; TAG] {
    signature::finish(secret.keyed().chain_update(body))
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("max_age", &self.max_age)
            .field("leeway", &self.leeway)
            .field("require_timestamp", &self.require_timestamp)
            .finish_non_exhaustive()
    }
}

/// The length of a signature header, in bytes.
const HEADER: usize = SIGNATURE_SCHEME.len() + TAG * 2;

/// The value of a signature header that this library made: `sha256=` and 64 lowercase hex digits.
///
/// Like [`Signature`] it has no `==`.
#[derive(Clone)]
pub struct SignatureHeader([u8; HEADER]);

impl SignatureHeader {
    /// Returns the header's value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for SignatureHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureHeader").finish_non_exhaustive()
    }
}
