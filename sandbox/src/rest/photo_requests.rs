//! Photo requests.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};
use visiono_workflow::WebhookEvent;

use crate::app::{Shared, Transaction};
use crate::clock::iso;
use crate::model::{PhotoRequest, RequestStatus};
use crate::payload;
use crate::refusal::Refusal;
use crate::requests;
use crate::rest::error::ApiError;
use crate::rest::fields::{Body, Fields};
use crate::rest::page::{ListQuery, Listed, PageParams, Single};
use crate::rest::photos::{
    self, Download, DownloadMeta, LONGEST, NewItem, QrUrl, ShownItem, ShownPhoto,
};
use crate::rest::{Id, Key, Result, Scope};
use crate::secret;
use crate::state::{Change, MOST_REQUESTS, State as Sandbox};
use crate::uploads;

/// The maximum time until a request expires, in hours: a year.
const LONGEST_OPEN: u64 = 8760;
/// The maximum number of requests in a batch.
const MOST_OF_BATCH: usize = 10;
/// The maximum length of internal notes, in characters.
const LONGEST_NOTES: usize = 5000;
/// The maximum size of metadata, in bytes.
const LARGEST_METADATA: usize = 4 << 10;

/// A photo request to create.
#[derive(ToSchema)]
#[schema(examples(json!({
    "instructions": "Photograph the package from all sides",
    "expires_in_hours": 48,
    "metadata": { "ticket_id": "ticket-456" },
    "items": [{ "instructions": "Label", "is_required": true }, { "instructions": "Damage" }],
})))]
#[allow(dead_code, reason = "it describes what `read` reads")]
pub(crate) struct NewPhotoRequest {
    /// Documented. The instructions for the person.
    #[schema(min_length = 1, max_length = 2000)]
    instructions: String,
    /// Documented. The sandbox sends no e-mail.
    #[schema(max_length = 254, pattern = "^[!-?A-~]+@[!-?A-~]+$")]
    recipient_email: Option<String>,
    /// Documented. The time until it expires, on the sandbox's clock. Without it, it doesn't
    /// expire, which is inferred.
    #[schema(minimum = 1, maximum = 8760)]
    expires_in_hours: Option<u32>,
    /// Documented. Each photo must have its position.
    #[schema(default = false)]
    require_gps: Option<bool>,
    /// Documented. The person may write a note for each photo.
    #[schema(default = true)]
    allow_submitter_notes: Option<bool>,
    /// Documented. Saved and shown: the sandbox sends no e-mail.
    #[schema(default = false)]
    send_email: Option<bool>,
    /// Documented. Not shown to the person.
    #[schema(max_length = 5000)]
    internal_notes: Option<String>,
    /// Documented. The integrator's own data, which webhooks repeat. At most 4 KiB, which is
    /// inferred. The sandbox's timeline shows `ticket_id`.
    metadata: Option<Map<String, Value>>,
    /// Documented.
    #[schema(max_items = 50)]
    items: Option<Vec<NewItem>>,
    /// Documented on another page than `items`, with the same meaning.
    #[schema(max_items = 50, deprecated)]
    photo_slots: Option<Vec<NewItem>>,
}

/// Several photo requests to create.
#[derive(ToSchema)]
#[schema(examples(json!({
    "requests": [{ "instructions": "Front of the house" }, { "instructions": "Back of the house" }],
})))]
#[allow(dead_code, reason = "it describes what `batch` reads")]
pub(crate) struct NewBatch {
    /// Inferred. All of them are created, or none. At most 10 is documented.
    #[schema(min_items = 1, max_items = 10)]
    requests: Vec<NewPhotoRequest>,
}

/// A photo request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PhotoRequest)]
pub(crate) struct ShownRequest {
    /// Documented.
    #[schema(pattern = "^pr_")]
    id: String,
    /// Documented. The end of `request_url`.
    unique_code: String,
    /// Documented. Six digits, for the page at `code_entry_url`.
    #[schema(pattern = "^[0-9]{6}$")]
    numeric_code: String,
    /// Documented.
    status: RequestStatus,
    /// Documented.
    instructions: String,
    /// Documented.
    #[schema(required)]
    recipient_email: Option<String>,
    /// Documented. The page for the person.
    #[schema(format = "uri")]
    request_url: String,
    /// Documented. The page on which the person types a code.
    #[schema(format = "uri")]
    code_entry_url: String,
    /// Documented. `null` if it doesn't expire, which is inferred.
    #[schema(required, format = DateTime)]
    expires_at: Option<String>,
    /// Documented.
    #[schema(format = DateTime)]
    created_at: String,
    /// Documented.
    metadata: Map<String, Value>,
    /// Documented.
    items: Vec<ShownItem>,
    /// Inferred.
    require_gps: bool,
    /// Inferred.
    allow_submitter_notes: bool,
    /// Inferred.
    send_email: bool,
    /// Inferred.
    #[schema(required)]
    internal_notes: Option<String>,
    /// Inferred from the webhook. The number of photos so far.
    submissions_count: usize,
    /// Inferred.
    #[schema(required, format = DateTime)]
    first_viewed_at: Option<String>,
    /// Inferred from the webhook.
    #[schema(required, format = DateTime)]
    submitted_at: Option<String>,
}

/// The photos of a request, with their URLs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestDownloads {
    /// Documented.
    #[schema(pattern = "^pr_")]
    photo_request_id: String,
    /// Documented. One for each photo.
    submissions: Vec<Download>,
}

/// The answer with download URLs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestDownloadsAnswer {
    /// Documented.
    data: RequestDownloads,
    /// Documented.
    meta: DownloadMeta,
}

/// The filters of a list of requests.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it describes what `list` reads")]
pub(crate) struct RequestFilter {
    /// Documented.
    #[param(inline)]
    status: Option<RequestStatus>,
    /// Documented. RFC 3339, or a date. Inclusive, which is inferred.
    #[param(format = DateTime)]
    created_after: Option<String>,
    /// Documented. RFC 3339, or a date. Inclusive, which is inferred.
    #[param(format = DateTime)]
    created_before: Option<String>,
}

/// The ID or a code of a request.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "it describes the path")]
pub(crate) struct RequestId {
    /// Documented. The ID or a code of the request.
    id: String,
}

fn show(state: &Sandbox, base: &str, request: &PhotoRequest) -> ShownRequest {
    let photos = state
        .visit_of(&request.id)
        .map_or(0, |visit| visit.photos.len());
    ShownRequest {
        id: request.id.clone(),
        unique_code: request.unique_code.clone(),
        numeric_code: request.numeric_code.clone(),
        status: request.status,
        instructions: request.instructions.clone(),
        recipient_email: request.recipient_email.clone(),
        request_url: payload::request_url(base, request),
        code_entry_url: format!("{base}/code"),
        expires_at: request.expires.map(iso),
        created_at: iso(request.created),
        metadata: request.metadata.clone(),
        items: ShownItem::all(&request.items),
        require_gps: request.require_gps,
        allow_submitter_notes: request.notes,
        send_email: request.send_email,
        internal_notes: request.internal_notes.clone(),
        submissions_count: photos,
        first_viewed_at: request.first_viewed.map(iso),
        submitted_at: request.submitted.map(iso),
    }
}

fn find(state: &Sandbox, id: &str) -> Result<PhotoRequest> {
    let found = state.request(id).cloned();
    found.ok_or_else(|| ApiError::not_found("photo request"))
}

/// Lists requests.
#[utoipa::path(
    get,
    path = "/photo-requests",
    tag = "Photo Requests",
    operation_id = "listPhotoRequests",
    description = "Documented. Needs the scope `photo_requests:read`. The newest first, which is inferred.",
    params(RequestFilter, PageParams),
    responses((status = 200, body = Listed<ShownRequest>, description = "A page of requests")),
)]
pub(crate) async fn list(
    State(app): State<Shared>,
    Extension(caller): Key,
    query: Result<ListQuery>,
) -> Result<Json<Listed<ShownRequest>>> {
    caller.may(Scope::ReadRequests)?;
    let mut query = query?;
    let names = RequestStatus::ALL.map(|status| (status.name(), status));
    let status = query.one_of("status", &names);
    let after = query.time("created_after");
    let before = query.time("created_before");
    let base = app.origin();
    app.with(|state| {
        let wanted = |request: &&PhotoRequest| {
            status.is_none_or(|status| request.status == status)
                && after.is_none_or(|time| request.created >= time)
                && before.is_none_or(|time| request.created <= time)
        };
        let found = state.requests.iter().rev().filter(wanted).collect();
        Ok(Json(
            query.page(found, |request| show(state, &base, request))?,
        ))
    })
}

/// Reads a photo request to create. The errors are collected in the fields.
fn read(fields: &mut Fields, now: u64) -> PhotoRequest {
    let instructions = fields
        .required_text("instructions", LONGEST)
        .unwrap_or_default();
    let recipient_email = fields.text("recipient_email", 254);
    if recipient_email
        .as_deref()
        .is_some_and(|email| !is_email(email))
    {
        fields.refuse(
            "recipient_email",
            "The recipient_email field must be an e-mail address.",
        );
    }
    let hours = fields.integer("expires_in_hours", 1, LONGEST_OPEN);
    let metadata = fields.object("metadata").unwrap_or_default();
    if json!(metadata).to_string().len() > LARGEST_METADATA {
        fields.refuse("metadata", "The metadata field has at most 4 KiB.");
    }
    // The site's page about keys uses the other name. Both are checked.
    let items = photos::read_items(fields, "items");
    let slots = photos::read_items(fields, "photo_slots");
    PhotoRequest {
        id: secret::id("pr_"),
        unique_code: secret::code(),
        numeric_code: secret::digits(),
        status: RequestStatus::Pending,
        instructions,
        recipient_email,
        require_gps: fields.boolean("require_gps").unwrap_or_default(),
        notes: fields.boolean("allow_submitter_notes").unwrap_or(true),
        send_email: fields.boolean("send_email").unwrap_or_default(),
        internal_notes: fields.text("internal_notes", LONGEST_NOTES),
        metadata,
        items: items.or(slots).unwrap_or_default(),
        created: now,
        expires: hours.map(|hours| now.saturating_add(hours * 60 * 60)),
        first_viewed: None,
        submitted: None,
    }
}

/// Returns `true` if a text looks like an e-mail address, to detect typing mistakes.
fn is_email(text: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_graphic() && byte != b'@';
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_good);
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| is_part(name) && is_part(host))
}

/// Adds requests with unique codes, and queues their events.
fn add(
    state: &mut Transaction<'_>,
    base: &str,
    new: Vec<PhotoRequest>,
) -> Result<Vec<ShownRequest>> {
    let open = state
        .requests
        .iter()
        .filter(|request| request.status.is_open());
    if open.count() + new.len() > MOST_REQUESTS {
        let message = format!("The sandbox holds at most {MOST_REQUESTS} open requests: reset it.");
        return Err(ApiError::conflict(message));
    }
    let mut shown = Vec::new();
    for mut request in new {
        while state.request(&request.unique_code).is_some() {
            request.unique_code = secret::code();
        }
        while state.request(&request.numeric_code).is_some() {
            request.numeric_code = secret::digits();
        }
        let id = request.id.clone();
        shown.push(show(state, base, &request));
        state.apply(Change::RequestCreated(Box::new(request)));
        requests::queue_event(state, base, WebhookEvent::PhotoRequestCreated, &id, None);
    }
    Ok(shown)
}

/// Creates a photo request.
#[utoipa::path(
    post,
    path = "/photo-requests",
    tag = "Photo Requests",
    operation_id = "createPhotoRequest",
    description = "Documented. Needs the scope `photo_requests:write`. Queues `photo_request.created`.",
    request_body = NewPhotoRequest,
    responses((
        status = 201,
        body = Single<ShownRequest>,
        description = "The new request",
        links(
            ("get" = (operation_id = "getPhotoRequest", parameters(("id" = "$response.body#/data/id")))),
            ("byCode" = (operation_id = "getPhotoRequest", parameters(("id" = "$response.body#/data/unique_code")))),
            ("cancel" = (operation_id = "cancelPhotoRequest", parameters(("id" = "$response.body#/data/id")))),
            ("submissions" = (operation_id = "listPhotoRequestSubmissions", parameters(("id" = "$response.body#/data/id")))),
            ("downloadUrls" = (operation_id = "getPhotoRequestDownloadUrls", parameters(("id" = "$response.body#/data/id")))),
            ("qrcode" = (operation_id = "getPhotoRequestQrCode", parameters(("id" = "$response.body#/data/id")))),
        ),
    )),
)]
pub(crate) async fn create(
    State(app): State<Shared>,
    Extension(caller): Key,
    body: Result<Body>,
) -> Result<(StatusCode, Json<Single<ShownRequest>>)> {
    caller.may(Scope::WriteRequests)?;
    let Body(mut fields) = body?;
    app.with(|state| {
        let request = read(&mut fields, state.now);
        let request = fields.finish(request)?;
        let mut shown = add(state, &app.origin(), vec![request])?;
        let data = shown
            .pop()
            .ok_or_else(|| ApiError::not_found("photo request"))?;
        Ok((StatusCode::CREATED, Json(Single { data })))
    })
}

/// Creates up to ten photo requests.
#[utoipa::path(
    post,
    path = "/photo-requests/batch",
    tag = "Photo Requests",
    operation_id = "createPhotoRequests",
    description = "Documented. The form of the body and the answer is inferred. Needs the scope `photo_requests:write`.",
    request_body = NewBatch,
    responses((status = 201, body = Single<Vec<ShownRequest>>, description = "The new requests")),
)]
pub(crate) async fn batch(
    State(app): State<Shared>,
    Extension(caller): Key,
    body: Result<Body>,
) -> Result<(StatusCode, Json<Single<Vec<ShownRequest>>>)> {
    caller.may(Scope::WriteRequests)?;
    let Body(mut fields) = body?;
    app.with(|state| {
        let now = state.now;
        let new = fields.objects("requests", MOST_OF_BATCH, |fields| read(fields, now));
        if new.as_ref().is_none_or(Vec::is_empty) && fields.errors.is_empty() {
            fields.refuse("requests", "The requests field has 1 to 10 elements.");
        }
        let new = fields.finish(new.unwrap_or_default())?;
        let data = add(state, &app.origin(), new)?;
        Ok((StatusCode::CREATED, Json(Single { data })))
    })
}

/// Reads a request.
#[utoipa::path(
    get,
    path = "/photo-requests/{id}",
    tag = "Photo Requests",
    operation_id = "getPhotoRequest",
    description = "Documented. Needs the scope `photo_requests:read`.",
    params(RequestId),
    responses((status = 200, body = Single<ShownRequest>, description = "The request")),
)]
pub(crate) async fn get(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<Single<ShownRequest>>> {
    caller.may(Scope::ReadRequests)?;
    app.with(|state| {
        let data = show(state, &app.origin(), &find(state, &id)?);
        Ok(Json(Single { data }))
    })
}

/// Cancels a request.
#[utoipa::path(
    delete,
    path = "/photo-requests/{id}",
    tag = "Photo Requests",
    operation_id = "cancelPhotoRequest",
    description = "Documented. The answer, and 409 for a request that was submitted or expired, are inferred. Needs the scope `photo_requests:write`.",
    params(RequestId),
    responses((status = 200, body = Single<ShownRequest>, description = "The canceled request")),
)]
pub(crate) async fn cancel(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<Single<ShownRequest>>> {
    caller.may(Scope::WriteRequests)?;
    app.with(|state| {
        let request = find(state, &id)?;
        if request.status.is_open() {
            state.apply(Change::RequestCanceled {
                id: request.id.clone(),
            });
        } else if request.status != RequestStatus::Canceled {
            let message = format!("The request is {}.", request.status.name());
            return Err(ApiError::conflict(message));
        }
        let data = show(state, &app.origin(), &find(state, &request.id)?);
        Ok(Json(Single { data }))
    })
}

/// Lists the photos of a request.
#[utoipa::path(
    get,
    path = "/photo-requests/{id}/submissions",
    tag = "Photo Requests",
    operation_id = "listPhotoRequestSubmissions",
    description = "Documented. The answer is inferred. Needs the scope `submissions:read`.",
    params(RequestId, PageParams),
    responses((status = 200, body = Listed<ShownPhoto>, description = "A page of photos")),
)]
pub(crate) async fn submissions(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
    query: Result<ListQuery>,
) -> Result<Json<Listed<ShownPhoto>>> {
    caller.may(Scope::ReadSubmissions)?;
    app.with(|state| {
        let request = find(state, &id)?;
        let photos = state
            .visit_of(&request.id)
            .map_or(&[][..], |visit| &visit.photos);
        Ok(Json(query?.page(photos.iter().collect(), ShownPhoto::new)?))
    })
}

/// Signs URLs of the photos of a request.
#[utoipa::path(
    get,
    path = "/photo-requests/{id}/download-urls",
    tag = "Photo Requests",
    operation_id = "getPhotoRequestDownloadUrls",
    description = "Documented. Needs the scope `download_urls:read`. The URLs are valid for 24 hours on the sandbox's clock.",
    params(RequestId),
    responses((status = 200, body = RequestDownloadsAnswer, description = "The photos with their URLs")),
)]
pub(crate) async fn download_urls(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<RequestDownloadsAnswer>> {
    caller.may(Scope::ReadDownloadUrls)?;
    app.with(|state| {
        let request = find(state, &id)?;
        let photos = state
            .visit_of(&request.id)
            .map_or(&[][..], |visit| &visit.photos);
        let base = app.origin();
        let download = |photo| Download::new(state, &base, photo, None);
        Ok(Json(RequestDownloadsAnswer {
            data: RequestDownloads {
                photo_request_id: request.id,
                submissions: photos.iter().map(download).collect(),
            },
            meta: DownloadMeta::DAY,
        }))
    })
}

/// Returns the URL of a request's QR code.
#[utoipa::path(
    get,
    path = "/photo-requests/{id}/qrcode",
    tag = "Photo Requests",
    operation_id = "getPhotoRequestQrCode",
    description = "Documented. Needs the scope `photo_requests:read`, which is inferred.",
    params(RequestId),
    responses((status = 200, body = Single<QrUrl>, description = "The URL")),
)]
pub(crate) async fn qrcode(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<Single<QrUrl>>> {
    caller.may(Scope::ReadRequests)?;
    app.with(|state| {
        let request = find(state, &id)?;
        let qrcode_url = format!("{}/qr/{}.png", app.origin(), request.unique_code);
        let data = QrUrl { qrcode_url };
        Ok(Json(Single { data }))
    })
}

/// The options of a whole photo request without a browser.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journey {
    #[serde(default = "one")]
    photos: usize,
    #[serde(default = "yes")]
    submit: bool,
}

fn one() -> usize {
    1
}

fn yes() -> bool {
    true
}

/// `POST /sandbox/photo-requests/{id}/submit`: a whole photo request without a browser.
pub(crate) async fn whole(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(Journey { photos, submit }): Json<Journey>,
) -> std::result::Result<Json<Value>, Refusal> {
    let base = app.origin();
    let (request, visit) = app.with(|state| {
        let request = state.request(&id).cloned();
        let request = request.ok_or_else(|| Refusal::not_found("photo request"))?;
        if !request.status.is_open() {
            let status = request.status.name();
            return Err(Refusal::conflict(format!("the request is {status}")));
        }
        let visit = requests::enter(state, &base, &request);
        Ok((request, visit))
    })?;
    let place = (request.unique_code.as_str(), visit.id.as_str());
    let sent = |item: &str| {
        visit
            .photos
            .iter()
            .any(|photo| photo.item.as_deref() == Some(item))
    };
    let required = request
        .items
        .iter()
        .filter(|item| item.required && !sent(&item.id));
    let required: Vec<_> = required.collect();
    for item in &required {
        uploads::add_samples(&app, place, &item.id, 1)?;
    }
    uploads::add_samples(&app, place, "", photos.saturating_sub(required.len()))?;
    if submit {
        let typed = uploads::Typed::default();
        app.with(|state| uploads::send_off(state, &base, place, &typed))?;
    }
    Ok(Json(
        json!({ "visit": visit.id, "photo_request": request.id }),
    ))
}
