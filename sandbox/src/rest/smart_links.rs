//! Smart Links.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};
use visiono_workflow::RedirectTemplate;

use crate::app::{Shared, Transaction};
use crate::clock::iso;
use crate::model::{FullName, Link, Visit};
use crate::rest::error::ApiError;
use crate::rest::fields::{Body, Fields};
use crate::rest::page::{ListQuery, Listed, PageParams, Single};
use crate::rest::photos::{
    self, Download, DownloadMeta, LONGEST, NewItem, QrUrl, ShownItem, ShownPhoto,
};
use crate::rest::{Id, Key, Result, Scope};
use crate::secret::{self, Secret};
use crate::state::{Change, State as Sandbox};

/// The maximum number of links.
const MOST: usize = 500;
/// The maximum length of a name or a label, in characters.
const LONGEST_NAME: usize = 200;
/// The maximum number of tags, and their maximum length in characters.
const MOST_TAGS: usize = 20;
const LONGEST_TAG: usize = 50;

/// A Smart Link to create.
#[derive(ToSchema)]
#[schema(examples(json!({
    "instructions": "Photograph the vehicle from all four sides",
    "custom_slug": "vehicle-check",
    "unique_field_label": "License plate",
    "tags": ["fleet"],
    "items": [{ "instructions": "Front", "is_required": true }],
})))]
#[allow(dead_code, reason = "it describes what `read` reads")]
pub(crate) struct NewSmartLink {
    /// Documented. The instructions for the person.
    #[schema(min_length = 1, max_length = 2000)]
    instructions: String,
    /// Documented. The end of `request_url`. Without it, the URL ends with the link's code, which
    /// is inferred.
    #[schema(pattern = "^[a-z0-9-]{3,30}$")]
    custom_slug: Option<String>,
    /// Documented. The label of the unique value, which the person types if the link is not signed.
    #[schema(max_length = 200)]
    unique_field_label: Option<String>,
    /// Documented.
    #[schema(default = false)]
    show_full_name_field: Option<bool>,
    /// Documented. Without `show_full_name_field`, it has no effect, which is inferred.
    #[schema(default = false)]
    full_name_required: Option<bool>,
    /// Documented. Each photo must have its position.
    #[schema(default = false)]
    require_gps: Option<bool>,
    /// Documented.
    #[schema(max_items = 20)]
    tags: Option<Vec<Tag>>,
    /// Documented.
    #[schema(max_items = 50)]
    items: Option<Vec<NewItem>>,
    /// Inferred from the console. The title of the page.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Inferred from photo requests. The person may write a note for each photo.
    #[schema(default = true)]
    allow_submitter_notes: Option<bool>,
    /// Inferred from the answer.
    #[schema(default = true)]
    is_active: Option<bool>,
    /// Inferred from the console. The link refuses people who come without a signature.
    #[schema(default = false)]
    workflow_mode: Option<bool>,
    /// Inferred from the console. The redirect template of Workflow Mode.
    #[schema(max_length = 2000, pattern = "^$|^https?://")]
    workflow_redirect_url: Option<String>,
}

/// The members of a Smart Link to change. A missing one is left unchanged.
#[derive(ToSchema)]
#[schema(examples(json!({ "tags": ["fleet", "2025"], "require_gps": true })))]
#[allow(dead_code, reason = "it describes what `update` reads")]
pub(crate) struct SmartLinkChange {
    /// Documented.
    #[schema(min_length = 1, max_length = 2000)]
    instructions: Option<String>,
    /// Documented. The old address redirects to the new one.
    #[schema(pattern = "^[a-z0-9-]{3,30}$")]
    custom_slug: Option<String>,
    /// Documented.
    #[schema(max_length = 200)]
    unique_field_label: Option<String>,
    /// Documented.
    show_full_name_field: Option<bool>,
    /// Documented.
    full_name_required: Option<bool>,
    /// Documented.
    require_gps: Option<bool>,
    /// Documented.
    #[schema(max_items = 20)]
    tags: Option<Vec<Tag>>,
    /// Documented. All of them, with new IDs.
    #[schema(max_items = 50)]
    items: Option<Vec<NewItem>>,
    /// Inferred from the console.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Inferred from photo requests.
    allow_submitter_notes: Option<bool>,
    /// Inferred from the answer.
    is_active: Option<bool>,
    /// Inferred from the console.
    workflow_mode: Option<bool>,
    /// Inferred from the console. An empty text removes it.
    #[schema(max_length = 2000, pattern = "^$|^https?://")]
    workflow_redirect_url: Option<String>,
}

/// A tag.
#[derive(ToSchema)]
#[schema(min_length = 1, max_length = 50)]
#[allow(dead_code, reason = "it describes what `Fields::texts` reads")]
pub(crate) struct Tag(String);

/// A Smart Link.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SmartLink)]
pub(crate) struct ShownLink {
    /// Documented.
    #[schema(pattern = "^sl_")]
    id: String,
    /// Documented.
    unique_code: String,
    /// Documented. `null` without one, which is inferred.
    #[schema(required)]
    custom_slug: Option<String>,
    /// Documented.
    is_active: bool,
    /// Documented.
    instructions: String,
    /// Documented.
    #[schema(required)]
    unique_field_label: Option<String>,
    /// Documented. The page for the person.
    #[schema(format = "uri")]
    request_url: String,
    /// Documented.
    #[schema(format = DateTime)]
    created_at: String,
    /// Documented.
    tags: Vec<String>,
    /// Documented.
    items: Vec<ShownItem>,
    /// Inferred.
    name: String,
    /// Inferred.
    show_full_name_field: bool,
    /// Inferred.
    full_name_required: bool,
    /// Inferred.
    require_gps: bool,
    /// Inferred.
    allow_submitter_notes: bool,
    /// Inferred.
    workflow_mode: bool,
    /// Inferred.
    #[schema(required)]
    workflow_redirect_url: Option<String>,
    /// Inferred. Only in the answer to the request that switches Workflow Mode on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    workflow_secret: Option<String>,
}

/// The photos that one person has sent through a link.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkSubmission {
    /// Documented.
    #[schema(pattern = "^pls_")]
    id: String,
    /// Documented in the webhook.
    #[schema(required)]
    unique_field_value: Option<String>,
    /// Inferred.
    #[schema(required)]
    full_name: Option<String>,
    /// Documented in the webhook. `null` without a signed link, which is inferred.
    #[schema(required)]
    external_source: Option<String>,
    /// Documented in the webhook. `null` without a signed link, which is inferred.
    #[schema(required)]
    external_reference: Option<String>,
    /// Inferred from the return.
    photo_count: usize,
    /// Inferred.
    #[schema(format = DateTime)]
    submitted_at: String,
    /// Inferred.
    photos: Vec<ShownPhoto>,
}

/// The photos of a link, with their URLs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkDownloads {
    /// Inferred.
    #[schema(pattern = "^sl_")]
    smart_link_id: String,
    /// Inferred. One for each photo, as for a photo request.
    submissions: Vec<Download>,
}

/// The answer with download URLs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkDownloadsAnswer {
    /// Inferred.
    data: LinkDownloads,
    /// Inferred.
    meta: DownloadMeta,
}

/// The filters of a list of links.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "it describes what `list` reads")]
pub(crate) struct LinkFilter {
    /// Documented.
    is_active: Option<bool>,
    /// Documented. Separated by commas, which is inferred: links that have all of them.
    tags: Option<String>,
}

/// The ID of a link.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "it describes the path")]
pub(crate) struct LinkId {
    /// Documented. The ID of the link. Its slug and its code work too, which is inferred.
    id: String,
}

fn show(base: &str, link: &Link) -> ShownLink {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let is_custom = link.slug != link.unique_code.to_ascii_lowercase();
    ShownLink {
        id: link.id.clone(),
        unique_code: link.unique_code.clone(),
        custom_slug: is_custom.then(|| link.slug.clone()),
        is_active: link.active,
        instructions: link.instructions.clone(),
        unique_field_label: some(&link.unique_field_label),
        request_url: format!("{base}/s/{}", link.slug),
        created_at: iso(link.created),
        tags: link.tags.clone(),
        items: ShownItem::all(&link.items),
        name: link.name.clone(),
        show_full_name_field: link.full_name != FullName::Hidden,
        full_name_required: link.full_name == FullName::Required,
        require_gps: link.require_gps,
        allow_submitter_notes: link.notes,
        workflow_mode: link.workflow_mode,
        workflow_redirect_url: link.redirect.clone(),
        workflow_secret: None,
    }
}

fn find(state: &Sandbox, id: &str) -> Result<Link> {
    let is_it = |link: &&Link| {
        link.id == id || link.slug == id || link.unique_code.eq_ignore_ascii_case(id)
    };
    let found = state.links.values().find(is_it).cloned();
    found.ok_or_else(|| ApiError::not_found("Smart Link"))
}

fn is_slug(text: &str) -> bool {
    let is_good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (3..=30).contains(&text.len()) && text.bytes().all(is_good)
}

/// Reads the present members into a link. The errors are collected in the fields.
fn read(fields: &mut Fields, state: &Sandbox, link: Link) -> Link {
    let mut link = link;
    if let Some(slug) = fields.text("custom_slug", 30) {
        if !is_slug(&slug) {
            let sentence =
                "The custom_slug field has 3 to 30 lower-case letters, digits and hyphens.";
            fields.refuse("custom_slug", sentence);
        } else if state
            .links
            .get(&slug)
            .is_some_and(|other| other.id != link.id)
        {
            fields.refuse("custom_slug", "The custom_slug has already been taken.");
        }
        link.slug = slug;
    }
    if let Some(label) = fields.text("unique_field_label", LONGEST_NAME) {
        link.unique_field_label = label;
    }
    if let Some(name) = fields.text("name", LONGEST_NAME) {
        link.name = name;
    }
    let shown = fields.boolean("show_full_name_field");
    let required = fields.boolean("full_name_required");
    let is_shown = shown.unwrap_or(link.full_name != FullName::Hidden);
    let is_required = required.unwrap_or(link.full_name == FullName::Required);
    link.full_name = match (is_shown, is_required) {
        (false, _) => FullName::Hidden,
        (true, false) => FullName::Optional,
        (true, true) => FullName::Required,
    };
    link.require_gps = fields.boolean("require_gps").unwrap_or(link.require_gps);
    link.notes = fields
        .boolean("allow_submitter_notes")
        .unwrap_or(link.notes);
    link.active = fields.boolean("is_active").unwrap_or(link.active);
    link.workflow_mode = fields
        .boolean("workflow_mode")
        .unwrap_or(link.workflow_mode);
    if let Some(tags) = fields.texts("tags", MOST_TAGS, LONGEST_TAG) {
        link.tags = tags;
    }
    if let Some(items) = photos::read_items(fields, "items") {
        link.items = items;
    }
    if let Some(template) = fields.text("workflow_redirect_url", LONGEST) {
        if template.is_empty() {
            link.redirect = None;
        } else {
            if let Err(error) = RedirectTemplate::parse(&template) {
                fields.refuse(
                    "workflow_redirect_url",
                    format!("It can't be used: {error}."),
                );
            }
            link.redirect = Some(template);
        }
    }
    link
}

/// Returns a link for the answer, with its secret if Workflow Mode was just switched on. A secret
/// that the sandbox's caller passed belongs to the real service, and stays hidden.
fn with_secret(state: &Sandbox, base: &str, link: &Link, was_on: bool) -> ShownLink {
    let mut shown = show(base, link);
    let keys = state.keys.get(&link.id);
    if let Some(keys) = keys.filter(|keys| link.workflow_mode && !was_on && !keys.is_given()) {
        shown.workflow_secret = Some(keys.current.expose().to_owned());
    }
    shown
}

/// Lists links.
#[utoipa::path(
    get,
    path = "/smart-links",
    tag = "Smart Links",
    operation_id = "listSmartLinks",
    description = "Documented. Needs the scope `smart_links:read`. The newest first, which is inferred.",
    params(LinkFilter, PageParams),
    responses((status = 200, body = Listed<ShownLink>, description = "A page of links")),
)]
pub(crate) async fn list(
    State(app): State<Shared>,
    Extension(caller): Key,
    query: Result<ListQuery>,
) -> Result<Json<Listed<ShownLink>>> {
    caller.may(Scope::ReadLinks)?;
    let mut query = query?;
    let is_active = query.boolean("is_active");
    let tags = query.list("tags");
    let base = app.origin();
    app.with(|state| {
        let wanted = |link: &&Link| {
            is_active.is_none_or(|active| link.active == active)
                && tags.iter().all(|tag| link.tags.contains(tag))
        };
        let mut found: Vec<_> = state.links.values().filter(wanted).collect();
        found.sort_by_key(|link| std::cmp::Reverse(link.created));
        Ok(Json(query.page(found, |link| show(&base, link))?))
    })
}

/// Creates a Smart Link.
#[utoipa::path(
    post,
    path = "/smart-links",
    tag = "Smart Links",
    operation_id = "createSmartLink",
    description = "Documented. Needs the scope `smart_links:write`.",
    request_body = NewSmartLink,
    responses((
        status = 201,
        body = Single<ShownLink>,
        description = "The new link",
        links(
            ("get" = (operation_id = "getSmartLink", parameters(("id" = "$response.body#/data/id")))),
            ("update" = (operation_id = "updateSmartLink", parameters(("id" = "$response.body#/data/id")))),
            ("archive" = (operation_id = "archiveSmartLink", parameters(("id" = "$response.body#/data/id")))),
            ("submissions" = (operation_id = "listSmartLinkSubmissions", parameters(("id" = "$response.body#/data/id")))),
            ("downloadUrls" = (operation_id = "getSmartLinkDownloadUrls", parameters(("id" = "$response.body#/data/id")))),
            ("qrcode" = (operation_id = "getSmartLinkQrCode", parameters(("id" = "$response.body#/data/id")))),
        ),
    )),
)]
pub(crate) async fn create(
    State(app): State<Shared>,
    Extension(caller): Key,
    body: Result<Body>,
) -> Result<(StatusCode, Json<Single<ShownLink>>)> {
    caller.may(Scope::WriteLinks)?;
    let Body(mut fields) = body?;
    app.with(|state| {
        let instructions = fields.required_text("instructions", LONGEST);
        let link = Link {
            id: secret::id("sl_"),
            slug: String::new(),
            name: String::new(),
            workflow_mode: false,
            redirect: None,
            unique_field_label: String::new(),
            items: Vec::new(),
            active: true,
            instructions: instructions.unwrap_or_default(),
            unique_code: secret::code(),
            full_name: FullName::Hidden,
            require_gps: false,
            notes: true,
            tags: Vec::new(),
            created: state.now,
            former: Vec::new(),
        };
        let link = read(&mut fields, state, link);
        let mut link = fields.finish(link)?;
        if state.links.len() >= MOST {
            let message = format!("The sandbox holds at most {MOST} links: delete some.");
            return Err(ApiError::conflict(message));
        }
        while find(state, &link.unique_code).is_ok() {
            link.unique_code = secret::code();
        }
        if link.slug.is_empty() {
            link.slug = link.unique_code.to_ascii_lowercase();
        }
        if link.name.is_empty() {
            link.name.clone_from(&link.slug);
        }
        state.apply(Change::LinkSaved(link.clone()));
        state.apply(Change::SecretSet {
            owner: link.id.clone(),
            secret: Secret::workflow(),
        });
        let data = with_secret(state, &app.origin(), &link, false);
        Ok((StatusCode::CREATED, Json(Single { data })))
    })
}

/// Reads a link.
#[utoipa::path(
    get,
    path = "/smart-links/{id}",
    tag = "Smart Links",
    operation_id = "getSmartLink",
    description = "Documented. Needs the scope `smart_links:read`.",
    params(LinkId),
    responses((status = 200, body = Single<ShownLink>, description = "The link")),
)]
pub(crate) async fn get(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<Single<ShownLink>>> {
    caller.may(Scope::ReadLinks)?;
    app.with(|state| {
        let data = show(&app.origin(), &find(state, &id)?);
        Ok(Json(Single { data }))
    })
}

/// Changes a link.
#[utoipa::path(
    put,
    path = "/smart-links/{id}",
    tag = "Smart Links",
    operation_id = "updateSmartLink",
    description = "Documented. Needs the scope `smart_links:write`. Missing members are left unchanged, which is inferred. PATCH does the same.",
    params(LinkId),
    request_body = SmartLinkChange,
    responses((status = 200, body = Single<ShownLink>, description = "The changed link")),
)]
pub(crate) async fn update(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
    body: Result<Body>,
) -> Result<Json<Single<ShownLink>>> {
    caller.may(Scope::WriteLinks)?;
    app.with(|state| {
        let before = find(state, &id)?;
        let mut fields = body?.present()?;
        let mut link = before.clone();
        if fields.has("instructions") {
            // `null` leaves it unchanged as well.
            if let Some(text) = fields.text("instructions", LONGEST) {
                if text.is_empty() {
                    fields.refuse("instructions", "The instructions field is required.");
                }
                link.instructions = text;
            }
        }
        let link = read(&mut fields, state, link);
        let link = fields.finish(link)?;
        let data = save(state, &app.origin(), before, link);
        Ok(Json(Single { data }))
    })
}

fn save(state: &mut Transaction<'_>, base: &str, before: Link, mut link: Link) -> ShownLink {
    if link.slug != before.slug {
        link.leave(before.slug.clone());
        state.apply(Change::LinkRenamed {
            from: before.slug,
            to: link.slug.clone(),
        });
    }
    state.apply(Change::LinkSaved(link.clone()));
    with_secret(state, base, &link, before.workflow_mode)
}

/// Archives a link.
#[utoipa::path(
    delete,
    path = "/smart-links/{id}",
    tag = "Smart Links",
    operation_id = "archiveSmartLink",
    description = "Documented. Needs the scope `smart_links:write`. The answer is inferred, and that the link can still be read.",
    params(LinkId),
    responses((status = 200, body = Single<ShownLink>, description = "The archived link")),
)]
pub(crate) async fn archive(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<Single<ShownLink>>> {
    caller.may(Scope::WriteLinks)?;
    app.with(|state| {
        let link = Link {
            active: false,
            ..find(state, &id)?
        };
        state.apply(Change::LinkSaved(link.clone()));
        let data = show(&app.origin(), &link);
        Ok(Json(Single { data }))
    })
}

/// Returns the submitted visits of a link, the newest first.
fn submitted<'s>(state: &'s Sandbox, link: &Link) -> Vec<&'s Visit> {
    let is_of = |visit: &&Visit| visit.slug == link.slug && visit.request.is_none();
    let visits = state.visits.iter().rev().filter(is_of);
    visits.filter(|visit| visit.submission.is_some()).collect()
}

/// Lists the submissions of a link.
#[utoipa::path(
    get,
    path = "/smart-links/{id}/submissions",
    tag = "Smart Links",
    operation_id = "listSmartLinkSubmissions",
    description = "Documented. The answer is inferred. Needs the scope `submissions:read`.",
    params(LinkId, PageParams),
    responses((status = 200, body = Listed<LinkSubmission>, description = "A page of submissions")),
)]
pub(crate) async fn submissions(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
    query: Result<ListQuery>,
) -> Result<Json<Listed<LinkSubmission>>> {
    caller.may(Scope::ReadSubmissions)?;
    app.with(|state| {
        let found = submitted(state, &find(state, &id)?);
        Ok(Json(query?.page(found, show_submission)?))
    })
}

fn show_submission(visit: &Visit) -> LinkSubmission {
    let submission = visit.submission.as_ref();
    let origin = visit.origin();
    LinkSubmission {
        id: submission.map(|done| done.id.clone()).unwrap_or_default(),
        unique_field_value: visit.unique_value().map(str::to_owned),
        full_name: submission.and_then(|done| done.full_name.clone()),
        external_source: origin.map(|origin| origin.source.clone()),
        external_reference: origin.map(|origin| origin.reference.clone()),
        photo_count: visit.photos.len(),
        submitted_at: iso(submission.map_or(visit.at, |done| done.at)),
        photos: visit.photos.iter().map(ShownPhoto::new).collect(),
    }
}

/// Signs URLs of the photos of a link.
#[utoipa::path(
    get,
    path = "/smart-links/{id}/download-urls",
    tag = "Smart Links",
    operation_id = "getSmartLinkDownloadUrls",
    description = "Documented. The answer is inferred from that for a photo request. Needs the scope `download_urls:read`.",
    params(LinkId),
    responses((status = 200, body = LinkDownloadsAnswer, description = "The photos with their URLs")),
)]
pub(crate) async fn download_urls(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<LinkDownloadsAnswer>> {
    caller.may(Scope::ReadDownloadUrls)?;
    app.with(|state| {
        let link = find(state, &id)?;
        let base = app.origin();
        let mut downloads = Vec::new();
        for visit in submitted(state, &link) {
            let submission = visit.submission.as_ref().map(|done| done.id.as_str());
            let download = |photo| Download::new(state, &base, photo, submission);
            downloads.extend(visit.photos.iter().map(download));
        }
        Ok(Json(LinkDownloadsAnswer {
            data: LinkDownloads {
                smart_link_id: link.id,
                submissions: downloads,
            },
            meta: DownloadMeta::DAY,
        }))
    })
}

/// Returns the URL of a link's QR code.
#[utoipa::path(
    get,
    path = "/smart-links/{id}/qrcode",
    tag = "Smart Links",
    operation_id = "getSmartLinkQrCode",
    description = "Documented. Needs the scope `smart_links:read`, which is inferred.",
    params(LinkId),
    responses((status = 200, body = Single<QrUrl>, description = "The URL")),
)]
pub(crate) async fn qrcode(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<Single<QrUrl>>> {
    caller.may(Scope::ReadLinks)?;
    app.with(|state| {
        let link = find(state, &id)?;
        let qrcode_url = format!("{}/qr/{}.png", app.origin(), link.slug);
        let data = QrUrl { qrcode_url };
        Ok(Json(Single { data }))
    })
}
