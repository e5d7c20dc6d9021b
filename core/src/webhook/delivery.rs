//! What a webhook says, once its signature and time were found good.

use core::fmt;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::body::Body;
use super::{VerifiedWebhook, WebhookEvent, WebhookHeaders};
use crate::error::Error;
use crate::redirect::VerifiedReturn;

/// Where RFC 3339 has its `T`.
const DATE: usize = "2024-01-15".len();

/// A webhook that passed every check. Only [`Webhook::receive`](crate::Webhook::receive) makes
/// one.
#[derive(Clone)]
pub struct Delivery<'a> {
    verified: VerifiedWebhook,
    headers: WebhookHeaders<'a>,
    body: Body<'a>,
}

impl<'a> Delivery<'a> {
    /// Reads the signed body: a JSON object with a text `event`.
    pub(super) fn read(
        verified: VerifiedWebhook,
        headers: WebhookHeaders<'a>,
        body: &'a [u8],
    ) -> Result<Self, Error> {
        let body = Body::read(body).ok_or(Error::body_not_object())?;
        if body.event.is_none() {
            return Err(Error::no_event());
        }
        Ok(Self {
            verified,
            headers,
            body,
        })
    }

    /// The event's name: `submission.created`, or one that isn't documented.
    #[must_use]
    pub fn event_name(&self) -> &str {
        self.body.event.as_deref().unwrap_or_default()
    }

    /// The event, if it is a documented one.
    #[must_use]
    pub fn event(&self) -> Option<WebhookEvent> {
        WebhookEvent::from_name(self.event_name())
    }

    /// When the event happened, in Unix seconds: the body's `timestamp`. There is none only if
    /// freshness is off.
    #[must_use]
    pub fn event_time(&self) -> Option<i64> {
        let text = self.body.timestamp.as_deref()?;
        // The library takes any character here; RFC 3339 has one.
        if !text.as_bytes().get(DATE)?.eq_ignore_ascii_case(&b'T') {
            return None;
        }
        let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(time.unix_timestamp())
    }

    /// Which of the secrets signed it, from 0.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.verified.secret_index()
    }

    /// The hexadecimal SHA-256 of the body: the same for all deliveries of one event. Keep it for
    /// 24 hours or longer to recognise a duplicate.
    #[must_use]
    pub fn dedup_key(&self) -> &str {
        self.verified.dedup_key()
    }

    /// The delivery's ID, for logs; see [`WebhookHeaders::unauthenticated_delivery_id`].
    #[must_use]
    pub fn unauthenticated_delivery_id(&self) -> Option<&'a str> {
        self.headers.unauthenticated_delivery_id()
    }

    /// The tenant's ID, for logs; see [`WebhookHeaders::unauthenticated_tenant_id`].
    #[must_use]
    pub fn unauthenticated_tenant_id(&self) -> Option<&'a str> {
        self.headers.unauthenticated_tenant_id()
    }

    /// Whether the event is a test: `is_test` or `test` is `true` in the body or in its `data`.
    #[must_use]
    pub const fn is_test(&self) -> bool {
        self.body.is_test()
    }

    /// The whole body as it came: a JSON object. Every string and number in it was read, so that
    /// `serde_json::from_str` reads it into any type that fits; of two members of one name the last
    /// counts.
    #[must_use]
    pub const fn body(&self) -> &'a str {
        self.body.json()
    }

    /// What the event carries, the body's `data`, as the documented types or as types of the
    /// caller's own: `serde_json::Value` for whatever it is. Where there is none, it is null.
    ///
    /// Whole numbers from -2⁶³ to 2⁶⁴-1 are exact, all others are the nearest `f64`; without
    /// feature `std`, one beside it at times. Each call reads the body once more.
    ///
    /// # Errors
    ///
    /// `serde_json`'s, if the data is not of that type. What is documented is all optional in
    /// [`EventData`](crate::EventData), so only a value of another type is an error there.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{EventData, Webhook, WebhookHeaders, WebhookSecret};
    ///
    /// let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?;
    /// let body = br#"{"event":"photo_request.submitted","timestamp":"2024-12-25T14:35:00Z",
    ///     "data":{"photo_request":{"id":"pr_123","submissions_count":2}}}"#;
    /// let header = format!("sha256={}", webhook.sign(body)?.as_str());
    /// let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
    ///
    /// let delivery = webhook.receive(body, &headers, 1735137300)?;
    /// let data: EventData = delivery.data_as()?;
    /// assert_eq!(data.photo_request.unwrap().submissions_count, Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn data_as<T: Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        self.body.data_as()
    }

    /// The link that the person was sent by, if this is a `submission.created` that names it.
    #[must_use]
    pub fn link(&self) -> Option<DeliveredLink<'_>> {
        if self.event() != Some(WebhookEvent::SubmissionCreated) {
            return None;
        }
        let link = &self.body.link;
        Some(DeliveredLink {
            submission_id: link.submission_id.as_deref(),
            unique_value: link.unique_value.as_deref()?,
            source: link.source.as_deref()?,
            reference: link.reference.as_deref()?,
        })
    }
}

impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("event_name", &self.event_name())
            .field("event_time", &self.event_time())
            .field("dedup_key", &self.dedup_key())
            .field("secret_index", &self.secret_index())
            .finish_non_exhaustive()
    }
}

/// The link of a `submission.created`: what was signed when the person was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveredLink<'a> {
    submission_id: Option<&'a str>,
    unique_value: &'a str,
    source: &'a str,
    reference: &'a str,
}

impl<'a> DeliveredLink<'a> {
    /// A link that a binding to another language took apart, from its texts.
    #[must_use]
    pub const fn from_texts(
        submission_id: Option<&'a str>,
        unique_value: &'a str,
        source: &'a str,
        reference: &'a str,
    ) -> Self {
        Self {
            submission_id,
            unique_value,
            source,
            reference,
        }
    }

    /// The `id`: what the return has as `sub`. An event may come without it.
    #[must_use]
    pub const fn submission_id(&self) -> Option<&'a str> {
        self.submission_id
    }

    /// `unique_field_value`: the link's `uv`.
    #[must_use]
    pub const fn unique_value(&self) -> &'a str {
        self.unique_value
    }

    /// `external_source`: the link's `src`.
    #[must_use]
    pub const fn source(&self) -> &'a str {
        self.source
    }

    /// `external_reference`: the link's `ref`.
    #[must_use]
    pub const fn reference(&self) -> &'a str {
        self.reference
    }

    /// Whether this event and a verified return tell of the same submission: the same unique
    /// value and reference and, where the event has it, the same submission ID.
    ///
    /// # Examples
    ///
    /// ```
    /// # use visiono_workflow::*;
    /// # let workflow = Workflow::new(WorkflowSecret::new("0123456789abcdef0123456789abcdef")?)?;
    /// # let template = RedirectTemplate::parse("https://a.example/")?;
    /// # let fields = ReturnFields { submission_id: "pls_456", unique_value: "ABC123",
    /// #     reference: "ticket-456", photo_count: 2, timestamp: 1735137300 };
    /// # let url = workflow.sign_return(&template, &fields)?.to_string();
    /// # let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?.freshness(false);
    /// # let body = br#"{"event":"submission.created","data":{"permanent_link_submission":{
    /// #     "id":"pls_456","unique_field_value":"ABC123","external_source":"zendesk",
    /// #     "external_reference":"ticket-456"}}}"#;
    /// # let header = format!("sha256={}", webhook.sign(body)?.as_str());
    /// # let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", &header)]);
    /// let done = workflow.verify_return(&url, None, &ExpectReturn::new(), 1735137300)?;
    /// let delivery = webhook.receive(body, &headers, 1735137300)?;
    /// assert!(delivery.link().is_some_and(|link| link.matches(&done)));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn matches(&self, verified: &VerifiedReturn<'_>) -> bool {
        self.is_of(
            &verified.submission_id(),
            &verified.unique_value(),
            &verified.reference(),
        )
    }

    /// [`matches`](Self::matches) for a binding to another language, which has the verified
    /// return's texts.
    #[must_use]
    pub fn matches_texts(&self, submission_id: &str, unique_value: &str, reference: &str) -> bool {
        self.is_of(submission_id, unique_value, reference)
    }

    fn is_of<T: PartialEq<str> + ?Sized>(
        &self,
        submission_id: &T,
        unique_value: &T,
        reference: &T,
    ) -> bool {
        unique_value == self.unique_value
            && reference == self.reference
            && self.submission_id.is_none_or(|id| submission_id == id)
    }
}
