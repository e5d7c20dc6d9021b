//! A webhook whose signature and time were verified.

use core::fmt;

use serde::Deserialize;

use super::body::{Body, Timestamp};
use super::event::WebhookEvent;
use super::headers::WebhookHeaders;
use super::time;
use super::verified::malformed_body;
use crate::error::Error;
use crate::returns::VerifiedReturn;
use crate::signature::Signature;
use crate::text::FieldText;

/// The largest request ID, in bytes: what any database can have in an index.
const MAX_REQUEST_ID: usize = 255;

/// The time in a body.
#[derive(Clone, Copy)]
pub(super) enum EventTime {
    Dated(i64),
    Undated,
    Unreadable,
}

/// A webhook that passed every check. Only [`Webhook::receive`](crate::Webhook::receive) makes
/// one.
#[derive(Clone)]
pub struct Delivery<'a> {
    secret_index: usize,
    /// `None` for a binding that makes it later.
    dedup_key: Option<Signature>,
    headers: WebhookHeaders<'a>,
    body: Body<'a>,
    pub(super) time: EventTime,
}

impl<'a> Delivery<'a> {
    /// Reads the signed body: a JSON object with a text `event`.
    pub(super) fn read(
        secret_index: usize,
        headers: WebhookHeaders<'a>,
        body: &'a [u8],
    ) -> Result<Self, Error> {
        let body = Body::read(body).ok_or(malformed_body(
            "the body is signed, but cannot be read as a JSON object: check what was signed",
        ))?;
        if body.event.is_none() {
            return Err(malformed_body(
                "the body is signed, but has no text 'event': check what was signed",
            ));
        }
        let time = match &body.timestamp {
            Timestamp::Absent => EventTime::Undated,
            Timestamp::Other => EventTime::Unreadable,
            Timestamp::Text(text) => {
                time::read(text).map_or(EventTime::Unreadable, EventTime::Dated)
            }
        };
        Ok(Self {
            secret_index,
            dedup_key: None,
            headers,
            body,
            time,
        })
    }

    pub(super) fn with_key(self, key: Signature) -> Self {
        Self {
            dedup_key: Some(key),
            ..self
        }
    }

    /// Returns the event's name: `submission.created`, or one that isn't documented.
    #[must_use]
    pub fn event_name(&self) -> &str {
        self.body.event.as_deref().unwrap_or_default()
    }

    /// Returns the event, if it is a documented one.
    #[must_use]
    pub fn event(&self) -> Option<WebhookEvent> {
        WebhookEvent::from_name(self.event_name())
    }

    /// Returns the time of the event, in Unix seconds: the body's `timestamp`, if it has one.
    #[must_use]
    pub fn event_time(&self) -> Option<i64> {
        match self.time {
            EventTime::Dated(time) => Some(time),
            EventTime::Undated | EventTime::Unreadable => None,
        }
    }

    /// Returns the position of the secret that signed it, from 0.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.secret_index
    }

    /// Returns the hex SHA-256 of the body, which identifies a duplicate: it is the same for all
    /// deliveries of one event. Keep it for 24 hours or longer; that of an undated event as long
    /// as the secret is in use.
    #[must_use]
    pub fn dedup_key(&self) -> &str {
        self.dedup_key.as_ref().map_or("", Signature::as_str)
    }

    /// Returns the delivery's ID, for logs; see [`WebhookHeaders::unauthenticated_delivery_id`].
    #[must_use]
    pub fn unauthenticated_delivery_id(&self) -> Option<&'a str> {
        self.headers.unauthenticated_delivery_id()
    }

    /// Returns the tenant's ID, for logs; see [`WebhookHeaders::unauthenticated_tenant_id`].
    #[must_use]
    pub fn unauthenticated_tenant_id(&self) -> Option<&'a str> {
        self.headers.unauthenticated_tenant_id()
    }

    /// Returns `true` for a test: `is_test` or `test` is `true` in the body or in its `data`.
    #[must_use]
    pub const fn is_test(&self) -> bool {
        self.body.is_test()
    }

    /// Returns the whole body as it arrived: a JSON object. Every string and number in it was
    /// parsed, so that `serde_json::from_str` reads it into any type that fits; of two members of
    /// one name the last counts.
    #[must_use]
    pub const fn body(&self) -> &'a str {
        self.body.json()
    }

    /// Returns `true` if the body has a number outside ±(2⁵³ − 1), for a language whose numbers
    /// are `f64`: of whole numbers, it reads only those inside exactly.
    #[must_use]
    pub const fn has_large_numbers(&self) -> bool {
        self.body.has_large_numbers
    }

    /// Returns the body's `data`, as the documented types or as the caller's own:
    /// `serde_json::Value` fits any. It is null if there is none.
    ///
    /// Whole numbers from -2⁶³ to 2⁶⁴-1 are exact, all others are the nearest `f64`, or without
    /// feature `std` sometimes its neighbor. Each call parses the body once more.
    ///
    /// # Errors
    ///
    /// `serde_json`'s, if the data is not of that type. Every documented member is optional in
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
    /// let header = webhook.signature_header(body);
    /// let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
    ///
    /// let delivery = webhook.receive(body, &headers, 1735137300)?;
    /// let data: EventData = delivery.data_as()?;
    /// assert_eq!(data.photo_request.unwrap().submissions_count, Some(2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn data_as<T: Deserialize<'a>>(&self) -> Result<T, serde_json::Error> {
        self.body.data_as()
    }

    /// Returns the ID by which the service's guide polls for the event: `photo_request.id`, else
    /// `permanent_link_submission.id`, else the `id` of `data`.
    ///
    /// It is the first of them that is text of 1 to 255 bytes without a control character, so that
    /// any database can have it in an index. `None` if there is no such text.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let body = &self.body;
        let ids = [&body.request_id, &body.link.submission_id, &body.data_id];
        let is_usable =
            |id: &&str| (1..=MAX_REQUEST_ID).contains(&id.len()) && !id.contains(char::is_control);
        ids.into_iter().filter_map(Option::as_deref).find(is_usable)
    }

    /// Returns the link with which the person was sent, if this is a `submission.created` whose
    /// three texts are valid fields.
    #[must_use]
    pub fn link(&self) -> Option<DeliveredLink<'_>> {
        if self.event() != Some(WebhookEvent::SubmissionCreated) {
            return None;
        }
        let link = &self.body.link;
        Some(DeliveredLink {
            submission_id: link.submission_id.as_deref(),
            unique_value: field(link.unique_value.as_deref())?,
            source: field(link.source.as_deref())?,
            reference: field(link.reference.as_deref())?,
        })
    }
}

/// Returns the text if a field may hold it.
fn field(text: Option<&str>) -> Option<&str> {
    text.filter(|text| FieldText::plain(text).check().is_ok())
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

/// The link of a `submission.created`: the fields that were signed when the person was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveredLink<'a> {
    submission_id: Option<&'a str>,
    unique_value: &'a str,
    source: &'a str,
    reference: &'a str,
}

impl<'a> DeliveredLink<'a> {
    /// Returns a link from its texts, which a binding to another language keeps apart.
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

    /// Returns the `id`, which is the return's `sub`. An event may lack it.
    #[must_use]
    pub const fn submission_id(&self) -> Option<&'a str> {
        self.submission_id
    }

    /// Returns `unique_field_value`: the link's `uv`.
    #[must_use]
    pub const fn unique_value(&self) -> &'a str {
        self.unique_value
    }

    /// Returns `external_source`: the link's `src`.
    #[must_use]
    pub const fn source(&self) -> &'a str {
        self.source
    }

    /// Returns `external_reference`: the link's `ref`.
    #[must_use]
    pub const fn reference(&self) -> &'a str {
        self.reference
    }

    /// Returns `true` if this event and a verified return are about the same submission: the same
    /// unique value and reference and, if the event has it, the same submission ID.
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
    /// # let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?;
    /// # let body = br#"{"event":"submission.created","data":{"permanent_link_submission":{
    /// #     "id":"pls_456","unique_field_value":"ABC123","external_source":"zendesk",
    /// #     "external_reference":"ticket-456"}}}"#;
    /// # let header = webhook.signature_header(body);
    /// # let headers = WebhookHeaders::from_iter([("X-Visiono-Signature", header.as_str())]);
    /// let done = workflow.verify_return(&url, None, 1735137300, &ExpectReturn::new())?;
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
