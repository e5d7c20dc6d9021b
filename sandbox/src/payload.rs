//! The bodies of the seven events, in both documented styles.

use serde_json::{Map, Value, json};
use visiono_workflow::WebhookEvent;

use crate::clock::rfc3339;
use crate::model::{Link, Origin, Photo, Style};

/// The time for which a request for photos is open, in seconds: two days.
const OPEN: u64 = 2 * 24 * 60 * 60;

/// The facts that an event reports.
pub(crate) struct Facts<'a> {
    pub(crate) event: WebhookEvent,
    pub(crate) is_test: bool,
    /// The end of the IDs of a request.
    pub(crate) id: &'a str,
    pub(crate) submission: &'a str,
    pub(crate) link: &'a Link,
    pub(crate) origin: &'a Origin,
    /// The photos, with the URL of each.
    pub(crate) photos: Vec<(&'a Photo, String)>,
}

/// Returns the body of a webhook. `time` is that of the event; `timestamp` writes it into the body.
pub(crate) fn body(facts: &Facts<'_>, style: Style, time: u64, timestamp: bool) -> String {
    let mut body = Map::new();
    body.insert("event".to_owned(), facts.event.as_str().into());
    if timestamp {
        body.insert("timestamp".to_owned(), rfc3339(time).into());
    }
    if facts.is_test {
        body.insert("is_test".to_owned(), true.into());
    }
    let data = match style {
        Style::Guide => guide(facts, time),
        Style::Developer => developer(facts),
    };
    body.insert("data".to_owned(), data);
    Value::Object(body).to_string()
}

fn guide(facts: &Facts<'_>, time: u64) -> Value {
    if facts.event == WebhookEvent::SubmissionCreated {
        let Link { id, slug, .. } = facts.link;
        return json!({
            "photo_request": { "id": id, "custom_slug": slug },
            "permanent_link_submission": submission(facts),
        });
    }
    let mut request = json!({
        "id": format!("pr_{}", facts.id),
        "unique_code": facts.id.to_ascii_uppercase(),
        "status": status(facts.event),
        "recipient_email": "user@example.com",
        "expires_at": rfc3339(time.saturating_add(OPEN)),
    });
    if facts.event == WebhookEvent::PhotoRequestSubmitted {
        request["submissions_count"] = facts.photos.len().into();
        request["submitted_at"] = rfc3339(time).into();
    }
    request["metadata"] = json!({ "ticket_id": facts.origin.reference });
    let mut data = json!({ "photo_request": request });
    let is_photo = matches!(
        facts.event,
        WebhookEvent::PhotoSubmissionCreated | WebhookEvent::PhotoSubmissionDropboxSynced
    );
    if let Some((photo, _)) = facts.photos.first().filter(|_| is_photo) {
        let gps = photo.exif.gps;
        data["submission"] = json!({
            "id": format!("ps_{}", facts.id),
            "item_id": photo.item,
            "file_size_kb": photo.size.div_ceil(1024),
            "mime_type": photo.mime,
            "has_gps_data": gps.is_some(),
            "gps_latitude": gps.map(|(latitude, _)| latitude),
            "gps_longitude": gps.map(|(_, longitude)| longitude),
            "submitted_at": rfc3339(photo.at),
        });
    }
    data
}

fn developer(facts: &Facts<'_>) -> Value {
    let is_link = facts.event == WebhookEvent::SubmissionCreated;
    let mut data = json!({
        "id": if is_link { facts.link.id.clone() } else { format!("req_{}", facts.id) },
        "type": if is_link { "permanent" } else { "one_time" },
        "instructions": facts.link.name,
    });
    if !facts.photos.is_empty() && status(facts.event) != "pending" {
        let photos = facts.photos.iter().map(|(photo, url)| {
            let mut metadata = Map::new();
            if let Some((latitude, longitude)) = photo.exif.gps {
                metadata.insert("gps_lat".to_owned(), latitude.into());
                metadata.insert("gps_lng".to_owned(), longitude.into());
            }
            if let Some(time) = &photo.exif.captured_at {
                metadata.insert("captured_at".to_owned(), time.as_str().into());
            }
            let item = facts
                .link
                .items
                .iter()
                .find(|item| Some(&item.id) == photo.item.as_ref());
            json!({
                "id": photo.id,
                "url": url,
                "slot_instructions": item.map_or("", |item| item.title.as_str()),
                "metadata": metadata,
            })
        });
        data["photos"] = photos.collect();
    }
    if is_link {
        data["permanent_link_submission"] = submission(facts);
    }
    data
}

fn submission(facts: &Facts<'_>) -> Value {
    json!({
        "id": facts.submission,
        "unique_field_value": facts.origin.unique_value,
        "external_source": facts.origin.source,
        "external_reference": facts.origin.reference,
    })
}

/// Returns the status of an event's request.
fn status(event: WebhookEvent) -> &'static str {
    match event {
        WebhookEvent::PhotoSubmissionCreated | WebhookEvent::PhotoSubmissionDropboxSynced => {
            "in_progress"
        }
        WebhookEvent::PhotoRequestSubmitted | WebhookEvent::SubmissionCreated => "submitted",
        WebhookEvent::PhotoRequestExpired => "expired",
        // Also an event that is newer than this file.
        _ => "pending",
    }
}
