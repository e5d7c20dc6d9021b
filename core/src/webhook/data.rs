//! The data of the documented events, in both styles in which Visiono documents them.
//!
//! Source: Visiono's developer documentation of webhooks (`data.id`, `data.type`, `data.photos`)
//! and its guide for integrators (`data.photo_request`, `data.submission`,
//! `data.permanent_link_submission`). Everything is optional, and what isn't documented is kept.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::{Map, Value};

/// Members that are not documented.
type Other = Map<String, Value>;

/// The `data` of an event. See [`Delivery::data_as`](crate::Delivery::data_as).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct EventData {
    /// The request, or the Smart Link, that the event is about.
    pub photo_request: Option<PhotoRequest>,
    /// The photo that was uploaded.
    pub submission: Option<Submission>,
    /// The submission through a Smart Link.
    pub permanent_link_submission: Option<PermanentLinkSubmission>,
    /// The other style: the ID of the request.
    pub id: Option<String>,
    /// The other style: the kind of request, such as `one_time`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The other style: the instructions for the recipient.
    pub instructions: Option<String>,
    /// The other style: the photos.
    pub photos: Option<Vec<Photo>>,
    /// Members that are not documented.
    #[serde(flatten)]
    pub other: Other,
}

/// A request for photos, or a Smart Link in its place.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PhotoRequest {
    /// Such as `pr_123`, or `sl_123` of a Smart Link.
    pub id: Option<String>,
    /// The code in its URL.
    pub unique_code: Option<String>,
    /// The slug of a Smart Link.
    pub custom_slug: Option<String>,
    /// Such as `pending`, `in_progress` or `submitted`.
    pub status: Option<String>,
    /// The recipient's email address.
    pub recipient_email: Option<String>,
    /// The page for uploading.
    pub request_url: Option<String>,
    /// The end of the request, as in RFC 3339.
    pub expires_at: Option<String>,
    /// The time of the last photo, as in RFC 3339.
    pub submitted_at: Option<String>,
    /// The number of photos.
    pub submissions_count: Option<u64>,
    /// Data that its creator attached.
    pub metadata: Option<Value>,
    /// Members that are not documented.
    #[serde(flatten)]
    pub other: Other,
}

/// One photo that was uploaded.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Submission {
    /// Such as `ps_456`.
    pub id: Option<String>,
    /// The requested item: `pri_1`.
    pub item_id: Option<String>,
    /// The size, in kilobytes.
    pub file_size_kb: Option<f64>,
    /// Such as `image/jpeg`.
    pub mime_type: Option<String>,
    /// True if the photo has a position.
    pub has_gps_data: Option<bool>,
    /// The latitude, in degrees north.
    pub gps_latitude: Option<f64>,
    /// The longitude, in degrees east.
    pub gps_longitude: Option<f64>,
    /// The time of the upload, as in RFC 3339.
    pub submitted_at: Option<String>,
    /// Members that are not documented.
    #[serde(flatten)]
    pub other: Other,
}

/// A submission through a Smart Link. [`Delivery::link`](crate::Delivery::link) reads it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PermanentLinkSubmission {
    /// Such as `pls_456`: the return's `sub`.
    pub id: Option<String>,
    /// The link's `uv`.
    pub unique_field_value: Option<String>,
    /// The link's `src`.
    pub external_source: Option<String>,
    /// The link's `ref`.
    pub external_reference: Option<String>,
    /// Members that are not documented.
    #[serde(flatten)]
    pub other: Other,
}

/// One photo, in the other style.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Photo {
    /// Such as `photo_xyz789`.
    pub id: Option<String>,
    /// The URL to fetch it from.
    pub url: Option<String>,
    /// The instructions for this photo.
    pub slot_instructions: Option<String>,
    /// The position and time of the photo.
    pub metadata: Option<PhotoMetadata>,
    /// Members that are not documented.
    #[serde(flatten)]
    pub other: Other,
}

/// The position and time of a photo.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PhotoMetadata {
    /// Degrees north.
    pub gps_lat: Option<f64>,
    /// Degrees east.
    pub gps_lng: Option<f64>,
    /// As in RFC 3339.
    pub captured_at: Option<String>,
    /// Members that are not documented.
    #[serde(flatten)]
    pub other: Other,
}
