//! Signed test deliveries of the documented events, for tests of a receiver.

use alloc::string::String;
use core::fmt::{self, Write};

use super::Webhook;
use super::event::WebhookEvent;
use super::time::Civil;
use crate::decimal::Decimal;
use crate::error::Error;
use crate::window::check_now;

/// The time for which a test request for photos is open, in seconds: two days.
const OPEN: u64 = 2 * 24 * 60 * 60;

/// A style of headers and data, of the two that Visiono documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WebhookStyle {
    /// The guide for integrators: `X-Visiono-Signature`, `data.photo_request`.
    #[default]
    Guide,
    /// The developer documentation: `X-Webhook-Signature`, `data.photos`.
    Developer,
}

impl WebhookStyle {
    /// Returns the style with this name: `guide` or `developer`.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) for any other name.
    pub fn from_name(name: &str) -> Result<Self, Error> {
        match name {
            "guide" => Ok(Self::Guide),
            "developer" => Ok(Self::Developer),
            _ => Err(Error::invalid_argument(
                "the style is unknown: pass guide or developer",
            )),
        }
    }
}

/// The parts of a test delivery that a test may want to choose.
#[derive(Clone, Copy, Debug)]
pub struct TestEvent<'a> {
    /// The end of the IDs in the event, and the delivery's ID: printable ASCII without spaces, as
    /// it becomes a header. Two events with the same one, of the same kind and time, are
    /// duplicates.
    pub id: &'a str,
    /// The ID of the submission in `submission.created`: the return's `sub`.
    pub submission_id: &'a str,
    /// The link's `uv` in `submission.created`.
    pub unique_value: &'a str,
    /// The link's `src` in `submission.created`.
    pub source: &'a str,
    /// The link's `ref` in `submission.created`.
    pub reference: &'a str,
    /// The style of headers and data.
    pub style: WebhookStyle,
    /// Gives the body a `timestamp`. Visiono's own example of `submission.created` has none.
    pub timestamp: bool,
}

impl Default for TestEvent<'_> {
    fn default() -> Self {
        Self {
            id: "test",
            submission_id: "pls_test",
            unique_value: "ABC123",
            source: "zendesk",
            reference: "ticket-456",
            style: WebhookStyle::Guide,
            timestamp: true,
        }
    }
}

impl<'a> TestEvent<'a> {
    /// Returns the default event with the parts that are given, in the order of the members, for a
    /// language where any of them may be absent.
    ///
    /// # Errors
    ///
    /// Those of [`WebhookStyle::from_name`].
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::TestEvent;
    ///
    /// let texts = [Some("1"), None, Some("XYZ789"), None, None];
    /// let event = TestEvent::from_texts(texts, Some("developer"), None)?;
    /// assert_eq!((event.id, event.unique_value), ("1", "XYZ789"));
    /// assert_eq!(event.submission_id, TestEvent::default().submission_id);
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn from_texts(
        texts: [Option<&'a str>; 5],
        style: Option<&str>,
        timestamp: Option<bool>,
    ) -> Result<Self, Error> {
        let [id, submission_id, unique_value, source, reference] = texts;
        let default = Self::default();
        Ok(Self {
            id: id.unwrap_or(default.id),
            submission_id: submission_id.unwrap_or(default.submission_id),
            unique_value: unique_value.unwrap_or(default.unique_value),
            source: source.unwrap_or(default.source),
            reference: reference.unwrap_or(default.reference),
            style: style.map_or(Ok(default.style), WebhookStyle::from_name)?,
            timestamp: timestamp.unwrap_or(default.timestamp),
        })
    }
}

/// A signed test delivery: a body and its headers.
#[derive(Clone)]
pub struct TestDelivery {
    body: String,
    headers: [(&'static str, String); 5],
}

impl TestDelivery {
    /// Returns the body, as it is signed: send these bytes.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the names and values of the headers, the content type included.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers
            .iter()
            .filter(|(name, _)| !name.is_empty())
            .map(|(name, value)| (*name, value.as_str()))
    }
}

impl fmt::Debug for TestDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestDelivery").finish_non_exhaustive()
    }
}

impl Webhook {
    /// Returns a signed test delivery of a documented event, as the service would send it at
    /// `now`, in Unix seconds. Its body has `is_test`.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) for an event that is not
    /// documented, for `now`, or for an `id` that is no header's value.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{TestEvent, Webhook, WebhookHeaders, WebhookSecret};
    ///
    /// let webhook = Webhook::new(WebhookSecret::new("whsec_0123456789abcdef")?)?;
    /// let event = TestEvent { reference: "ticket-789", ..TestEvent::default() };
    /// let test = webhook.test_delivery("submission.created", &event, 1735137300)?;
    ///
    /// let headers = WebhookHeaders::from_iter(test.headers());
    /// let delivery = webhook.receive(test.body().as_bytes(), &headers, 1735137300)?;
    /// assert_eq!(delivery.link().unwrap().reference(), "ticket-789");
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn test_delivery(
        &self,
        event: &str,
        fields: &TestEvent<'_>,
        now: u64,
    ) -> Result<TestDelivery, Error> {
        let now = check_now(now.into())?;
        let event = WebhookEvent::from_name(event).ok_or(Error::invalid_argument(
            "the event is not documented: pass a name such as submission.created",
        ))?;
        if fields.id.is_empty() || !fields.id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::invalid_argument(
                "the id of a test delivery must be printable ASCII without spaces, and not empty: it is a header",
            ));
        }
        let mut body = String::new();
        // Writing to a `String` doesn't fail.
        let _ = write_body(event, fields, now, &mut Json(&mut body));
        let signature = String::from(self.signature_header(body.as_bytes()).as_str());
        let id = String::from(fields.id);
        let content_type = ("Content-Type", "application/json".into());
        let headers = match fields.style {
            WebhookStyle::Guide => [
                content_type,
                ("X-Visiono-Signature", signature),
                ("X-Visiono-Event", event.as_str().into()),
                ("X-Visiono-Delivery", id),
                ("X-Visiono-Tenant-Id", "test".into()),
            ],
            WebhookStyle::Developer => [
                content_type,
                ("X-Webhook-Signature", signature),
                ("X-Webhook-ID", id),
                ("X-Webhook-Timestamp", Decimal::of(now).as_str().into()),
                ("", String::new()),
            ],
        };
        Ok(TestDelivery { body, headers })
    }
}

fn write_body(
    event: WebhookEvent,
    fields: &TestEvent<'_>,
    now: u64,
    out: &mut Json<'_>,
) -> fmt::Result {
    out.raw("{\"event\":")?;
    out.text(&[event.as_str()])?;
    if fields.timestamp {
        out.raw(",\"timestamp\":")?;
        out.time(now)?;
    }
    out.raw(",\"is_test\":true,\"data\":{")?;
    match fields.style {
        WebhookStyle::Guide => write_guide(event, fields, now, out)?,
        WebhookStyle::Developer => write_developer(event, fields, now, out)?,
    }
    out.raw("}}")
}

fn write_guide(
    event: WebhookEvent,
    fields: &TestEvent<'_>,
    now: u64,
    out: &mut Json<'_>,
) -> fmt::Result {
    if event == WebhookEvent::SubmissionCreated {
        out.raw("\"photo_request\":{\"id\":\"sl_123\",\"custom_slug\":\"damage-report\"},")?;
        return write_submission(fields, out);
    }
    let (status, has_photos) = request(event);
    out.raw("\"photo_request\":{\"id\":")?;
    out.text(&["pr_", fields.id])?;
    out.raw(",\"unique_code\":\"ABC123\",\"status\":")?;
    out.text(&[status])?;
    out.raw(",\"recipient_email\":\"user@example.com\",\"expires_at\":")?;
    out.time(now.saturating_add(OPEN))?;
    if event == WebhookEvent::PhotoRequestSubmitted {
        out.raw(",\"submissions_count\":1,\"submitted_at\":")?;
        out.time(now)?;
    }
    out.raw(",\"metadata\":{\"ticket_id\":\"12345\"}}")?;
    if has_photos && event != WebhookEvent::PhotoRequestSubmitted {
        out.raw(",\"submission\":{\"id\":")?;
        out.text(&["ps_", fields.id])?;
        out.raw(
            ",\"item_id\":\"pri_1\",\"file_size_kb\":1024,\"mime_type\":\"image/jpeg\",\
             \"has_gps_data\":true,\"gps_latitude\":45.4642,\"gps_longitude\":9.19,\
             \"submitted_at\":",
        )?;
        out.time(now)?;
        out.raw("}")?;
    }
    Ok(())
}

fn write_developer(
    event: WebhookEvent,
    fields: &TestEvent<'_>,
    now: u64,
    out: &mut Json<'_>,
) -> fmt::Result {
    let (_, has_photos) = request(event);
    out.raw("\"id\":")?;
    out.text(&["req_", fields.id])?;
    out.raw(",\"type\":\"one_time\",\"instructions\":\"Send photos of the vehicle\"")?;
    if has_photos {
        out.raw(
            ",\"photos\":[{\"id\":\"photo_xyz789\",\"url\":\"https://photos.example/1.jpg\",\
             \"slot_instructions\":\"Front view\",\"metadata\":{\"gps_lat\":45.1234,\
             \"gps_lng\":12.5678,\"captured_at\":",
        )?;
        out.time(now)?;
        out.raw("}}]")?;
    }
    if event == WebhookEvent::SubmissionCreated {
        out.raw(",")?;
        write_submission(fields, out)?;
    }
    Ok(())
}

fn write_submission(fields: &TestEvent<'_>, out: &mut Json<'_>) -> fmt::Result {
    out.raw("\"permanent_link_submission\":{\"id\":")?;
    out.text(&[fields.submission_id])?;
    out.raw(",\"unique_field_value\":")?;
    out.text(&[fields.unique_value])?;
    out.raw(",\"external_source\":")?;
    out.text(&[fields.source])?;
    out.raw(",\"external_reference\":")?;
    out.text(&[fields.reference])?;
    out.raw("}")
}

/// Returns the status of an event's request, and `true` if the request has photos.
const fn request(event: WebhookEvent) -> (&'static str, bool) {
    match event {
        WebhookEvent::PhotoRequestCreated | WebhookEvent::PhotoRequestFirstViewed => {
            ("pending", false)
        }
        WebhookEvent::PhotoSubmissionCreated | WebhookEvent::PhotoSubmissionDropboxSynced => {
            ("in_progress", true)
        }
        WebhookEvent::PhotoRequestSubmitted | WebhookEvent::SubmissionCreated => {
            ("submitted", true)
        }
        WebhookEvent::PhotoRequestExpired => ("expired", false),
    }
}

/// Writes JSON without the machinery of a serializer.
struct Json<'s>(&'s mut String);

impl Json<'_> {
    fn raw(&mut self, json: &str) -> fmt::Result {
        self.0.write_str(json)
    }

    /// Writes one string of these parts.
    fn text(&mut self, parts: &[&str]) -> fmt::Result {
        self.0.write_str("\"")?;
        for c in parts.iter().flat_map(|part| part.chars()) {
            match c {
                '"' | '\\' => self.0.push('\\'),
                '\0'..='\x1f' => {
                    self.0.write_str("\\u00")?;
                    for nibble in [u32::from(c) >> 4, u32::from(c) & 0xf] {
                        self.0.push(char::from_digit(nibble, 16).unwrap_or('0'));
                    }
                    continue;
                }
                _ => {}
            }
            self.0.push(c);
        }
        self.0.write_str("\"")
    }

    /// Writes a time, in Unix seconds, as in RFC 3339.
    fn time(&mut self, seconds: u64) -> fmt::Result {
        let time = Civil::of(seconds);
        self.raw("\"")?;
        self.digits(time.year, "000")?;
        for (before, number) in ["-", "-", "T", ":", ":"].into_iter().zip(time.parts) {
            self.raw(before)?;
            self.digits(number, "0")?;
        }
        self.raw("Z\"")
    }

    /// Writes a number with leading zeros.
    fn digits(&mut self, number: u32, zeros: &str) -> fmt::Result {
        let number = Decimal::of(number.into());
        let number = number.as_str();
        self.raw(
            zeros
                .get(number.len().saturating_sub(1)..)
                .unwrap_or_default(),
        )?;
        self.raw(number)
    }
}
