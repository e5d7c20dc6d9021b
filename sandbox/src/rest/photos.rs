//! Photos in the API.

use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Transaction;
use crate::clock::iso;
use crate::downloads;
use crate::model::{Item, Photo};
use crate::rest::fields::Fields;
use crate::secret;

/// The maximum number of items of a request or a link.
pub(crate) const MOST_ITEMS: usize = 50;
/// The maximum length of instructions, in characters.
pub(crate) const LONGEST: usize = 2000;

/// A photo to ask for.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what `read_items` reads")]
pub(crate) struct NewItem {
    /// Documented.
    #[schema(min_length = 1, max_length = 2000)]
    instructions: String,
    /// Documented. The default, `false`, is inferred.
    #[schema(default = false)]
    is_required: Option<bool>,
}

/// A photo that is asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Item)]
pub(crate) struct ShownItem {
    /// Documented.
    #[schema(pattern = "^pri_")]
    id: String,
    /// Documented.
    instructions: String,
    /// Documented.
    is_required: bool,
}

/// A photo that was sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Photo)]
pub(crate) struct ShownPhoto {
    /// Documented.
    #[schema(pattern = "^ps_")]
    id: String,
    /// Documented. `null` if the photo is for no item, which is inferred.
    #[schema(required)]
    item_id: Option<String>,
    /// Documented.
    file_size_kb: usize,
    /// Documented.
    mime_type: String,
    /// Documented.
    has_gps_data: bool,
    /// Documented. Absent without a position.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    gps_latitude: Option<f64>,
    /// Documented. Absent without a position.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    gps_longitude: Option<f64>,
    /// Inferred. The person's note about the photo.
    #[schema(required)]
    note: Option<String>,
    /// Inferred. The time at which the photo was taken.
    #[schema(required)]
    captured_at: Option<String>,
    /// Documented. The time at which it was sent.
    #[schema(format = DateTime)]
    submitted_at: String,
}

/// A photo with its URLs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Download {
    /// Documented.
    #[schema(pattern = "^ps_")]
    id: String,
    /// Inferred. The submission of a Smart Link.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, pattern = "^pls_")]
    submission_id: Option<String>,
    /// Documented. `null` if the photo is for no item, which is inferred.
    #[schema(required)]
    item_id: Option<String>,
    /// Documented.
    #[schema(format = "uri")]
    download_url: String,
    /// Documented. The sandbox serves the whole photo here too.
    #[schema(format = "uri")]
    thumbnail_url: String,
    /// Documented.
    file_size_kb: usize,
    /// Documented.
    mime_type: String,
    /// Documented.
    has_gps_data: bool,
    /// Documented. Absent without a position.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    gps_latitude: Option<f64>,
    /// Documented. Absent without a position.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    gps_longitude: Option<f64>,
    /// Documented.
    #[schema(format = DateTime)]
    submitted_at: String,
}

/// The validity of download URLs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DownloadMeta {
    /// Documented.
    urls_valid_for: &'static str,
    /// Documented. On the sandbox's clock.
    expires_in_seconds: u64,
}

impl DownloadMeta {
    pub(crate) const DAY: Self = Self {
        urls_valid_for: "24 hours",
        expires_in_seconds: downloads::VALID,
    };
}

/// The URL of a QR code.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QrUrl {
    /// Documented. A PNG, for an `<img>`.
    #[schema(format = "uri")]
    pub(crate) qrcode_url: String,
}

/// Reads the items of a new request or link.
pub(crate) fn read_items(fields: &mut Fields, name: &str) -> Option<Vec<Item>> {
    fields.objects(name, MOST_ITEMS, |fields| Item {
        id: secret::id("pri_"),
        title: fields
            .required_text("instructions", LONGEST)
            .unwrap_or_default(),
        instructions: String::new(),
        required: fields.boolean("is_required").unwrap_or_default(),
    })
}

/// Returns the ID of an item in the API. An ID made by the console gets the API's prefix.
fn item_id(id: &str) -> String {
    match id.starts_with("pri_") {
        true => id.to_owned(),
        false => format!("pri_{id}"),
    }
}

impl ShownItem {
    pub(crate) fn all(items: &[Item]) -> Vec<Self> {
        let show = |item: &Item| Self {
            id: item_id(&item.id),
            instructions: match item.instructions.as_str() {
                "" => item.title.clone(),
                more => format!("{}: {more}", item.title),
            },
            is_required: item.required,
        };
        items.iter().map(show).collect()
    }
}

impl ShownPhoto {
    pub(crate) fn new(photo: &Photo) -> Self {
        let gps = photo.exif.gps;
        Self {
            id: photo.submission_id(),
            item_id: photo.item.as_deref().map(item_id),
            file_size_kb: photo.size.div_ceil(1024),
            mime_type: photo.mime.clone(),
            has_gps_data: gps.is_some(),
            gps_latitude: gps.map(|(latitude, _)| latitude),
            gps_longitude: gps.map(|(_, longitude)| longitude),
            note: Some(photo.note.clone()).filter(|note| !note.is_empty()),
            captured_at: photo.exif.captured_at.clone(),
            submitted_at: iso(photo.at),
        }
    }
}

impl Download {
    pub(crate) fn new(
        state: &Transaction<'_>,
        base: &str,
        photo: &Photo,
        submission: Option<&str>,
    ) -> Self {
        let shown = ShownPhoto::new(photo);
        let path = downloads::path(state, state.now, &photo.id);
        Self {
            id: shown.id,
            submission_id: submission.map(str::to_owned),
            item_id: shown.item_id,
            download_url: format!("{base}{path}"),
            thumbnail_url: format!("{base}{path}&thumbnail=1"),
            file_size_kb: shown.file_size_kb,
            mime_type: shown.mime_type,
            has_gps_data: shown.has_gps_data,
            gps_latitude: shown.gps_latitude,
            gps_longitude: shown.gps_longitude,
            submitted_at: shown.submitted_at,
        }
    }
}
