//! The photos of a visit: upload and submission.

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use visiono_workflow::WebhookEvent;

use crate::app::{Shared, Transaction};
use crate::deliver;
use crate::downloads;
use crate::form::UploadForm;
use crate::model::{FullName, Photo, Submission, Visit};
use crate::pages;
use crate::payload::{About, Facts};
use crate::photo;
use crate::refusal::Refusal;
use crate::requests;
use crate::returns;
use crate::samples;
use crate::secret;
use crate::state::{Change, State as Sandbox};

/// The maximum size of a photo, in bytes.
const LARGEST: usize = 10 << 20;
/// The maximum number of photos of a visit.
const MOST: usize = 20;
/// The maximum size of a request, in bytes.
pub(crate) const LARGEST_REQUEST: usize = 64 << 20;
/// The maximum size of all photos, in bytes.
const LARGEST_SUM: usize = 256 << 20;
/// The maximum length of a name and of a note, in characters.
const LONGEST: usize = 500;

/// Returns a visit whose photos can still be changed.
fn open<'s>(state: &'s Sandbox, slug: &str, visit: &str) -> Result<&'s Visit, Refusal> {
    let visit = state
        .visit(visit)
        .filter(|visit| visit.slug == slug && visit.is_accepted());
    let visit = visit.ok_or_else(|| Refusal::not_found("visit"))?;
    if visit.submission.is_some() {
        return Err(Refusal::conflict("the photos were submitted already"));
    }
    let request = visit.request.as_deref().and_then(|id| state.request(id));
    match request {
        Some(request) if !request.status.is_open() => Err(Refusal::conflict(format!(
            "the request is {}",
            request.status.name()
        ))),
        _ => Ok(visit),
    }
}

/// Returns the form of an open visit.
fn open_form(state: &Sandbox, visit: &Visit) -> Result<UploadForm, Refusal> {
    UploadForm::of(state, visit).ok_or_else(|| Refusal::not_found("link"))
}

/// Adds a photo to a visit.
fn add(
    app: &Shared,
    (slug, visit): (&str, &str),
    item: &str,
    (name, note): (&str, &str),
    bytes: &[u8],
) -> Result<Value, Refusal> {
    let mime = photo::mime(bytes)
        .ok_or_else(|| Refusal::invalid("only JPEG, PNG, WebP and HEIC photos are accepted"))?;
    let id = secret::id("photo_");
    let mut photo = Photo {
        id: id.clone(),
        item: None,
        name: name.chars().take(LONGEST).collect(),
        note: note.chars().take(LONGEST).collect(),
        size: bytes.len(),
        mime: mime.to_owned(),
        at: 0,
        exif: photo::exif(bytes),
    };
    // The bytes are stored before the state refers to them.
    app.store
        .put(&id, bytes)
        .map_err(|error| Refusal::storage(&error))?;
    let added = app.with(|state| {
        let open = open(state, slug, visit)?;
        if open.photos.len() >= MOST {
            return Err(Refusal::too_much(format!(
                "a visit has at most {MOST} photos"
            )));
        }
        if state.photos().map(|photo| photo.size).sum::<usize>() + bytes.len() > LARGEST_SUM {
            return Err(Refusal::too_much("the sandbox is full: reset it"));
        }
        let form = open_form(state, open)?;
        if form.require_gps && photo.exif.gps.is_none() {
            return Err(Refusal::invalid(
                "the photo has no position: switch the location of the camera on",
            ));
        }
        if !form.notes {
            photo.note.clear();
        }
        if !item.is_empty() {
            let item = form.item(item).ok_or_else(|| Refusal::not_found("item"))?;
            photo.item = Some(item.id.clone());
        }
        photo.at = state.now;
        let shown = show(state, state.now, &photo);
        let request = open.request.clone();
        state.apply(Change::PhotoAdded {
            visit: visit.to_owned(),
            photo: photo.clone(),
        });
        if let Some(request) = request {
            let event = WebhookEvent::PhotoSubmissionCreated;
            requests::queue_event(state, &app.origin(), event, &request, Some(&photo));
        }
        Ok(shown)
    });
    if added.is_err() {
        app.store.remove(&id);
    }
    added
}

/// Returns a photo for the API.
pub(crate) fn show(state: &Sandbox, now: u64, photo: &Photo) -> Value {
    let Photo {
        id,
        item,
        name,
        note,
        size,
        mime,
        exif,
        ..
    } = photo;
    json!({
        "id": id, "item": item, "name": name, "note": note, "size": size, "mime": mime,
        "exif": exif, "url": downloads::path(state, now, id),
    })
}

/// Answers a form: with JSON for a script, or with the upload page for a browser.
fn answer(
    app: &Shared,
    (slug, visit): (&str, &str),
    headers: &HeaderMap,
    result: Result<Value, Refusal>,
) -> Response {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("application/json")) {
        return result.map(Json).into_response();
    }
    let back = app.with(|state| open(state, slug, visit).map(|visit| visit.target.clone()));
    match (result, back) {
        (Ok(_), Ok(target)) => Redirect::to(&target).into_response(),
        (Err(refusal), _) | (_, Err(refusal)) => {
            problem(app, (slug, visit), &Typed::default(), &refusal)
        }
    }
}

/// Answers a browser with the upload page and the reason, if the visit is still open.
fn problem(
    app: &Shared,
    (slug, visit): (&str, &str),
    typed: &Typed,
    refusal: &Refusal,
) -> Response {
    let page = app.with(|state| {
        let visit = open(state, slug, visit).ok()?;
        Some((UploadForm::of(state, visit)?, visit.clone()))
    });
    let page =
        page.map(|(form, visit)| pages::upload(app, &form, &visit, refusal.message(), typed));
    // A completed visit has no upload page.
    let mut page = page
        .unwrap_or_else(|| pages::notice(StatusCode::OK, "This can't be done", refusal.message()));
    *page.status_mut() = refusal.status();
    page
}

/// `POST /s/{slug}/{visit}/photos`.
pub(crate) async fn photos(
    State(app): State<Shared>,
    Path((slug, visit)): Path<(String, String)>,
    headers: HeaderMap,
    multipart: Multipart,
) -> Response {
    let result = read(&app, (&slug, &visit), multipart).await;
    answer(&app, (&slug, &visit), &headers, result)
}

async fn read(
    app: &Shared,
    place: (&str, &str),
    mut multipart: Multipart,
) -> Result<Value, Refusal> {
    // Checked before the body is read.
    app.with(|state| open(state, place.0, place.1).map(|_| ()))?;
    let (mut item, mut note, mut photos) = (String::new(), String::new(), Vec::new());
    let unreadable = |_| Refusal::invalid("the form can't be read");
    while let Some(mut field) = multipart.next_field().await.map_err(unreadable)? {
        let kind = field.name().unwrap_or_default().to_owned();
        let name = field.file_name().unwrap_or("photo").to_owned();
        let most = if kind == "photo" {
            LARGEST
        } else {
            LONGEST * 4
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
            if bytes.len() + chunk.len() > most {
                return Err(Refusal::too_much(format!(
                    "{kind} has at most {most} bytes"
                )));
            }
            bytes.extend_from_slice(&chunk);
        }
        match kind.as_str() {
            "item" => item = String::from_utf8_lossy(&bytes).into_owned(),
            "note" => note = String::from_utf8_lossy(&bytes).into_owned(),
            // A file input without a file sends an empty one.
            "photo" if bytes.is_empty() => {}
            "photo" => photos.push(add(app, place, &item, (&name, &note), &bytes)?),
            _ => {
                return Err(Refusal::invalid(
                    "the fields are item, note and photo, in this order",
                ));
            }
        }
    }
    if photos.is_empty() {
        return Err(Refusal::invalid("choose a photo"));
    }
    Ok(json!({ "photos": photos }))
}

#[derive(Deserialize)]
pub(crate) struct Samples {
    #[serde(default)]
    item: String,
    #[serde(default = "one")]
    count: usize,
}

fn one() -> usize {
    1
}

/// `POST /s/{slug}/{visit}/samples`.
pub(crate) async fn sample(
    State(app): State<Shared>,
    Path((slug, visit)): Path<(String, String)>,
    headers: HeaderMap,
    Form(form): Form<Samples>,
) -> Response {
    let result = add_samples(&app, (&slug, &visit), &form.item, form.count);
    answer(&app, (&slug, &visit), &headers, result)
}

/// Adds generated pictures to a visit.
pub(crate) fn add_samples(
    app: &Shared,
    place: (&str, &str),
    item: &str,
    count: usize,
) -> Result<Value, Refusal> {
    if count > MOST {
        return Err(Refusal::too_much(format!(
            "a visit has at most {MOST} photos"
        )));
    }
    let photos = (0..count).map(|number| {
        let name = format!("sample-{}.png", number + 1);
        add(app, place, item, (&name, ""), &samples::picture(number))
    });
    Ok(json!({ "photos": photos.collect::<Result<Vec<_>, _>>()? }))
}

#[derive(Deserialize)]
pub(crate) struct Removal {
    photo: String,
}

/// `POST /s/{slug}/{visit}/remove`.
pub(crate) async fn remove(
    State(app): State<Shared>,
    Path((slug, visit)): Path<(String, String)>,
    headers: HeaderMap,
    Form(Removal { photo }): Form<Removal>,
) -> Response {
    let result = app.with(|state| {
        let open = open(state, &slug, &visit)?;
        if !open.photos.iter().any(|other| other.id == photo) {
            return Err(Refusal::not_found("photo"));
        }
        state.apply(Change::PhotoRemoved {
            visit: visit.clone(),
            photo: photo.clone(),
        });
        app.store.remove(&photo);
        Ok(json!({ "removed": photo }))
    });
    answer(&app, (&slug, &visit), &headers, result)
}

/// The values that a person types on the page of an unsigned link.
#[derive(Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    pub(crate) unique_value: String,
    #[serde(default)]
    pub(crate) full_name: String,
}

/// Checks a typed text. It must not be empty if `needed`.
fn typed(text: &str, label: &str, needed: bool) -> Result<Option<String>, Refusal> {
    let text = text.trim();
    if text.is_empty() && needed {
        return Err(Refusal::invalid(format!("fill in: {label}")));
    }
    if text.chars().count() > LONGEST {
        return Err(Refusal::too_much(format!(
            "{label} has at most {LONGEST} characters"
        )));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// `POST /s/{slug}/{visit}/submit`.
pub(crate) async fn submit(
    State(app): State<Shared>,
    Path((slug, visit)): Path<(String, String)>,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Form(typed) = typed.unwrap_or_default();
    let origin = app.origin();
    match app.with(|state| send_off(state, &origin, (&slug, &visit), &typed)) {
        Ok(path) => Redirect::to(&format!("{path}/{visit}/return")).into_response(),
        Err(refusal) => problem(&app, (&slug, &visit), &typed, &refusal),
    }
}

/// Submits the photos of a visit, and queues its webhooks. Returns the path of its page.
pub(crate) fn send_off(
    state: &mut Transaction<'_>,
    base: &str,
    (slug, visit): (&str, &str),
    values: &Typed,
) -> Result<String, Refusal> {
    let open = open(state, slug, visit)?.clone();
    let form = open_form(state, &open)?;
    if open.photos.is_empty() {
        return Err(Refusal::invalid("there is no photo yet: add one"));
    }
    let has = |item: &str| {
        open.photos
            .iter()
            .any(|photo| photo.item.as_deref() == Some(item))
    };
    let missing = form
        .items
        .iter()
        .filter(|item| item.required && !has(&item.id));
    let missing: Vec<_> = missing.map(|item| item.title.as_str()).collect();
    if !missing.is_empty() {
        return Err(Refusal::invalid(format!(
            "a photo is missing for: {}",
            missing.join(", ")
        )));
    }
    let mut submission = Submission {
        id: secret::id("pls_"),
        at: state.now,
        returns: Vec::new(),
        unique_value: None,
        full_name: None,
    };
    if form.types_value {
        submission.unique_value = typed(&values.unique_value, &form.label, true)?;
    }
    // A signed link hides the fields of the form.
    if open.origin().is_none() && form.full_name != FullName::Hidden {
        let needed = form.full_name == FullName::Required;
        submission.full_name = typed(&values.full_name, "Full name", needed)?;
    }
    let id = submission.id.clone();
    state.apply(Change::Submitted {
        visit: visit.to_owned(),
        submission,
    });
    if let Some(request) = &open.request {
        let event = WebhookEvent::PhotoRequestSubmitted;
        requests::queue_event(state, base, event, request, None);
        return Ok(form.path);
    }
    let (Some(link), Some(done)) = (state.links.get(slug), state.visit(visit)) else {
        return Ok(form.path);
    };
    let facts = Facts {
        event: WebhookEvent::SubmissionCreated,
        is_test: false,
        base,
        about: About::Link {
            link,
            submission: &id,
            unique_value: done.unique_value(),
            origin: done.origin(),
        },
        photos: with_urls(state, base, &done.photos),
    };
    for change in deliver::queue(state, state.now, &facts, Some(visit), None)? {
        state.apply(change);
    }
    Ok(form.path)
}

/// Returns photos, each with its download URL.
pub(crate) fn with_urls<'p>(
    state: &Transaction<'_>,
    origin: &str,
    photos: &'p [Photo],
) -> Vec<(&'p Photo, String)> {
    let url = |photo: &'p Photo| {
        let path = downloads::path(state, state.now, &photo.id);
        (photo, format!("{origin}{path}"))
    };
    photos.iter().map(url).collect()
}

/// `GET /s/{slug}/{visit}/return`.
pub(crate) async fn back(
    State(app): State<Shared>,
    Path((slug, visit)): Path<(String, String)>,
    uri: axum::http::Uri,
) -> Response {
    let goes = uri.query() == Some("go=1");
    app.with(|state| {
        let submitted = state
            .visit(&visit)
            .filter(|visit| visit.slug == slug && visit.submission.is_some())
            .cloned();
        let Some(submitted) = submitted else {
            return Refusal::not_found("submission").into_response();
        };
        let link = state.links.get(&slug).cloned();
        let Some(link) = link.filter(|_| submitted.origin().is_some()) else {
            return pages::back(&submitted, "", None, "");
        };
        let go = format!("/s/{slug}/{visit}/return?go=1");
        let Some(template) = &link.redirect else {
            return pages::back(&submitted, "", None, "");
        };
        if let Some(missing) = returns::missing_fields(template).filter(|_| !goes) {
            return pages::back(&submitted, template, Some(&missing), &go);
        }
        match returns::sign(state, state.now, &link, &submitted, template) {
            Ok((url, change)) => {
                state.apply(change);
                (StatusCode::FOUND, [(header::LOCATION, url)]).into_response()
            }
            Err(error) => Refusal::from(error).into_response(),
        }
    })
}
