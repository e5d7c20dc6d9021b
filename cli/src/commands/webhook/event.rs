//! The body of a test event, in both styles in which Visiono documents them.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use visiono_workflow::WebhookEvent;

/// What an event says of its request: its status, and whether it has photos.
///
/// As many as there are events, so that a new one doesn't compile without its own.
const REQUESTS: [(WebhookEvent, &str, bool); WebhookEvent::ALL.len()] = [
    (WebhookEvent::PhotoRequestCreated, "pending", false),
    (WebhookEvent::PhotoRequestFirstViewed, "pending", false),
    (WebhookEvent::PhotoSubmissionCreated, "in_progress", true),
    (WebhookEvent::PhotoRequestSubmitted, "submitted", true),
    (WebhookEvent::PhotoRequestExpired, "expired", false),
    (
        WebhookEvent::PhotoSubmissionDropboxSynced,
        "in_progress",
        true,
    ),
    (WebhookEvent::SubmissionCreated, "submitted", true),
];

/// The style of headers and data.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Style {
    /// The guide's for integrators: `X-Visiono-Signature`, `data.photo_request`
    Guide,
    /// The developer documentation's: `X-Webhook-Signature`, `data.photos`
    Developer,
}

/// A test event that is about to be sent.
pub(super) struct TestEvent<'a> {
    pub(super) event: WebhookEvent,
    pub(super) style: Style,
    pub(super) link: &'a Link,
    /// What it is about, so that no two events have the same bytes.
    pub(super) id: &'a str,
    /// When it happens, as in RFC 3339.
    pub(super) now: &'a str,
    /// When the request ends, as in RFC 3339.
    pub(super) expires_at: &'a str,
}

/// The signed link that a `submission.created` belongs to.
#[derive(Args)]
pub(super) struct Link {
    /// Visiono's name of the submission, in submission.created [default: another each time]
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    submission_id: Option<String>,

    /// What was documented, as the link had it, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = "ABC123",
        allow_hyphen_values = true
    )]
    unique_value: String,

    /// The system that sent the person, as the link had it, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = "zendesk",
        allow_hyphen_values = true
    )]
    source: String,

    /// The record in that system, as the link had it, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = "ticket-456",
        allow_hyphen_values = true
    )]
    reference: String,
}

impl TestEvent<'_> {
    /// The bytes that are signed and sent.
    pub(super) fn body(&self) -> Vec<u8> {
        let data = match self.style {
            Style::Guide => self.guide(),
            Style::Developer => self.developer(),
        };
        let body = json!({
            "event": self.event.as_str(),
            "timestamp": self.now,
            "is_test": true,
            "data": data,
        });
        body.to_string().into_bytes()
    }

    fn guide(&self) -> Value {
        if self.event == WebhookEvent::SubmissionCreated {
            return json!({
                "photo_request": { "id": "sl_123", "custom_slug": "damage-report" },
                "permanent_link_submission": self.submission(),
            });
        }
        let (status, has_photos) = self.request();
        let mut data = json!({
            "photo_request": {
                "id": format!("pr_{}", self.id),
                "unique_code": "ABC123",
                "status": status,
                "recipient_email": "user@example.com",
                "expires_at": self.expires_at,
                "metadata": { "ticket_id": "12345" },
            },
        });
        if self.event == WebhookEvent::PhotoRequestSubmitted {
            data["photo_request"]["submissions_count"] = 1.into();
            data["photo_request"]["submitted_at"] = self.now.into();
        } else if has_photos {
            data["submission"] = json!({
                "id": format!("ps_{}", self.id),
                "item_id": "pri_1",
                "file_size_kb": 1024,
                "mime_type": "image/jpeg",
                "has_gps_data": true,
                "gps_latitude": 45.4642,
                "gps_longitude": 9.19,
                "submitted_at": self.now,
            });
        }
        data
    }

    fn developer(&self) -> Value {
        let (_, has_photos) = self.request();
        let mut data = json!({
            "id": format!("req_{}", self.id),
            "type": "one_time",
            "instructions": "Send photos of the vehicle",
        });
        if has_photos {
            data["photos"] = json!([{
                "id": "photo_xyz789",
                "url": "https://photos.example/1.jpg",
                "slot_instructions": "Front view",
                "metadata": {
                    "gps_lat": 45.1234,
                    "gps_lng": 12.5678,
                    "captured_at": self.now,
                },
            }]);
        }
        if self.event == WebhookEvent::SubmissionCreated {
            data["permanent_link_submission"] = self.submission();
        }
        data
    }

    fn request(&self) -> (&'static str, bool) {
        let mut requests = REQUESTS.into_iter();
        let found = requests.find(|(event, ..)| *event == self.event);
        found.map_or(("", false), |(_, status, has_photos)| (status, has_photos))
    }

    fn submission(&self) -> Value {
        let own_id = || format!("pls_{}", self.id);
        json!({
            "id": self.link.submission_id.clone().unwrap_or_else(own_id),
            "unique_field_value": self.link.unique_value,
            "external_source": self.link.source,
            "external_reference": self.link.reference,
        })
    }
}
