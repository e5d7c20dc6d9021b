//! The bodies of the documented events, in both documented styles.

use serde_json::{Map, Value, json};
use visiono_workflow::WebhookEvent;

use crate::clock::rfc3339;
use crate::model::{Item, Link, Origin, Photo, PhotoRequest, Style};

/// The data that an event reports.
pub(crate) struct Facts<'a> {
    pub(crate) event: WebhookEvent,
    pub(crate) is_test: bool,
    /// The origin of the URLs.
    pub(crate) base: &'a str,
    pub(crate) about: About<'a>,
    /// The photos, each with its URL.
    pub(crate) photos: Vec<(&'a Photo, String)>,
}

/// The subject of an event.
pub(crate) enum About<'a> {
    /// A submission through a Smart Link.
    Link {
        link: &'a Link,
        submission: &'a str,
        unique_value: Option<&'a str>,
        /// The values of the signed link, if it was signed.
        origin: Option<&'a Origin>,
    },
    Request(&'a PhotoRequest),
}

impl About<'_> {
    /// Returns the value by which the timeline is filtered.
    pub(crate) fn ticket(&self) -> Option<&str> {
        match self {
            Self::Link {
                origin: Some(origin),
                ..
            } => Some(&origin.reference),
            Self::Link { unique_value, .. } => *unique_value,
            Self::Request(request) => Some(request.ticket()),
        }
    }

    fn items(&self) -> &[Item] {
        match self {
            Self::Link { link, .. } => &link.items,
            Self::Request(request) => &request.items,
        }
    }
}

/// Returns the body of a webhook. `time` is the time of the event; `timestamp` includes it in the
/// body.
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
        Style::Guide => guide(facts),
        Style::Developer => developer(facts),
    };
    body.insert("data".to_owned(), data);
    Value::Object(body).to_string()
}

fn guide(facts: &Facts<'_>) -> Value {
    let request = match &facts.about {
        About::Link { link, .. } => {
            return json!({
                "photo_request": { "id": link.id, "custom_slug": link.slug },
                "permanent_link_submission": submission(&facts.about),
            });
        }
        About::Request(request) => request,
    };
    let mut shown = json!({
        "id": request.id,
        "unique_code": request.unique_code,
        "status": request.status,
    });
    let is_photo = matches!(
        facts.event,
        WebhookEvent::PhotoSubmissionCreated | WebhookEvent::PhotoSubmissionDropboxSynced
    );
    let is_submitted = facts.event == WebhookEvent::PhotoRequestSubmitted;
    if is_submitted {
        shown["submissions_count"] = facts.photos.len().into();
    } else if !is_photo {
        shown["recipient_email"] = json!(request.recipient_email);
        shown["request_url"] = request_url(facts.base, request).into();
        shown["expires_at"] = json!(request.expires.map(rfc3339));
    }
    shown["metadata"] = request.metadata.clone().into();
    if is_submitted {
        shown["submitted_at"] = json!(request.submitted.map(rfc3339));
    }
    let mut data = json!({ "photo_request": shown });
    if let Some((photo, _)) = facts.photos.first().filter(|_| is_photo) {
        let gps = photo.exif.gps;
        data["submission"] = json!({
            "id": photo.submission_id(),
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
    let (id, kind, instructions) = match &facts.about {
        About::Link { link, .. } => (&link.id, "permanent", &link.name),
        About::Request(request) => (&request.id, "one_time", &request.instructions),
    };
    let mut data = json!({ "id": id, "type": kind, "instructions": instructions });
    if !facts.photos.is_empty() {
        let items = facts.about.items();
        let photos = facts.photos.iter().map(|(photo, url)| {
            let mut metadata = Map::new();
            if let Some((latitude, longitude)) = photo.exif.gps {
                metadata.insert("gps_lat".to_owned(), latitude.into());
                metadata.insert("gps_lng".to_owned(), longitude.into());
            }
            if let Some(time) = &photo.exif.captured_at {
                metadata.insert("captured_at".to_owned(), time.as_str().into());
            }
            let item = items
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
    if matches!(facts.about, About::Link { .. }) {
        data["permanent_link_submission"] = submission(&facts.about);
    }
    data
}

fn submission(about: &About<'_>) -> Value {
    let About::Link {
        submission,
        unique_value,
        origin,
        ..
    } = about
    else {
        return Value::Null;
    };
    json!({
        "id": submission,
        "unique_field_value": unique_value,
        "external_source": origin.map(|origin| &origin.source),
        "external_reference": origin.map(|origin| &origin.reference),
    })
}

/// Returns the address of a request's page.
pub(crate) fn request_url(base: &str, request: &PhotoRequest) -> String {
    format!("{base}/p/{}", request.unique_code)
}
