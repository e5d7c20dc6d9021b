//! The data of the documented events, in both styles in which Visiono documents them.
//!
//! Source: Visiono's developer documentation of webhooks (`data.id`, `data.type`, `data.photos`)
//! and its guide for integrators (`data.photo_request`, `data.submission`,
//! `data.permanent_link_submission`). Everything is optional, and what isn't documented is kept.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde_json::{Map, Value};

/// What isn't documented.
type Other = Map<String, Value>;

/// The `data` of an event. See [`Delivery::data_as`](crate::Delivery::data_as).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct EventData {
    /// The request, or the Smart Link, that the event is about.
    pub photo_request: Option<PhotoRequest>,
    /// The photo that was uploaded.
    pub submission: Option<Submission>,
    /// What a person uploaded by a Smart Link.
    pub permanent_link_submission: Option<PermanentLinkSubmission>,
    /// The other style: the ID of the request.
    pub id: Option<String>,
    /// The other style: the kind of request, such as `one_time`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The other style: what the recipient was asked for.
    pub instructions: Option<String>,
    /// The other style: the photos.
    pub photos: Option<Vec<Photo>>,
    /// What isn't documented.
    #[serde(flatten)]
    pub other: Other,
}

/// A request for photos, or the Smart Link that stands for one.
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
    /// To whom it was sent.
    pub recipient_email: Option<String>,
    /// Where the recipient uploads.
    pub request_url: Option<String>,
    /// When it ends, as in RFC 3339.
    pub expires_at: Option<String>,
    /// When the last photo came, as in RFC 3339.
    pub submitted_at: Option<String>,
    /// How many photos came.
    pub submissions_count: Option<u64>,
    /// What its maker attached to it.
    pub metadata: Option<Value>,
    /// What isn't documented.
    #[serde(flatten)]
    pub other: Other,
}

/// One photo that was uploaded.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Submission {
    /// Such as `ps_456`.
    pub id: Option<String>,
    /// Which of the photos that were asked for: `pri_1`.
    pub item_id: Option<String>,
    /// Its size in kilobytes.
    pub file_size_kb: Option<f64>,
    /// Such as `image/jpeg`.
    pub mime_type: Option<String>,
    /// Whether it says where it was taken.
    pub has_gps_data: Option<bool>,
    /// Where it was taken, in degrees north.
    pub gps_latitude: Option<f64>,
    /// Where it was taken, in degrees east.
    pub gps_longitude: Option<f64>,
    /// When it was uploaded, as in RFC 3339.
    pub submitted_at: Option<String>,
    /// What isn't documented.
    #[serde(flatten)]
    pub other: Other,
}

/// What a person uploaded by a Smart Link. [`Delivery::link`](crate::Delivery::link) reads it.
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
    /// What isn't documented.
    #[serde(flatten)]
    pub other: Other,
}

/// One photo, in the other style.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Photo {
    /// Such as `photo_xyz789`.
    pub id: Option<String>,
    /// Where it can be fetched.
    pub url: Option<String>,
    /// Which of the photos that were asked for.
    pub slot_instructions: Option<String>,
    /// Where and when it was taken.
    pub metadata: Option<PhotoMetadata>,
    /// What isn't documented.
    #[serde(flatten)]
    pub other: Other,
}

/// Where and when a photo was taken.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct PhotoMetadata {
    /// Degrees north.
    pub gps_lat: Option<f64>,
    /// Degrees east.
    pub gps_lng: Option<f64>,
    /// As in RFC 3339.
    pub captured_at: Option<String>,
    /// What isn't documented.
    #[serde(flatten)]
    pub other: Other,
}
