//! Photo requests: their pages, the code entry page, and their expiry.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use visiono_workflow::WebhookEvent;

use crate::app::{Shared, Transaction};
use crate::deliver;
use crate::form::UploadForm;
use crate::model::{Outcome, Photo, PhotoRequest, RequestStatus, Visit};
use crate::pages;
use crate::payload::{About, Facts};
use crate::secret;
use crate::state::{Change, State as Sandbox};
use crate::uploads;

/// `GET /p/{code}`.
pub(crate) async fn open(State(app): State<Shared>, Path(code): Path<String>) -> Response {
    let opened = app.with(|state| {
        let request = state
            .request(&code)
            .filter(|request| request.id != code)
            .cloned()
            .ok_or((StatusCode::NOT_FOUND, "No such request", NO_REQUEST))?;
        if let Some((title, text)) = closed(request.status) {
            return Err((StatusCode::GONE, title, text));
        }
        let visit = enter(state, &app.origin(), &request);
        let form = UploadForm::of(state, &visit);
        let form = form.ok_or((StatusCode::NOT_FOUND, "No such request", NO_REQUEST))?;
        Ok((form, visit))
    });
    match opened {
        Ok((form, visit)) => pages::upload(&app, &form, &visit, "", &uploads::Typed::default()),
        Err((status, title, text)) => pages::notice(status, title, text),
    }
}

const NO_REQUEST: &str =
    "There is no request with this code. Check the code, or ask for a new one.";

/// Returns the title and the text of the page of a request that accepts no more photos.
fn closed(status: RequestStatus) -> Option<(&'static str, &'static str)> {
    match status {
        RequestStatus::Pending | RequestStatus::InProgress => None,
        RequestStatus::Submitted => Some((
            "Already submitted",
            "The photos of this request were sent. It can't be used again.",
        )),
        RequestStatus::Expired => Some((
            "Request expired",
            "The time for this request is over. Ask for a new one.",
        )),
        RequestStatus::Canceled => Some((
            "Request canceled",
            "The request for these photos was canceled.",
        )),
    }
}

/// Returns the visit of a request. The first view creates it.
pub(crate) fn enter(state: &mut Transaction<'_>, base: &str, request: &PhotoRequest) -> Visit {
    if request.first_viewed.is_none() {
        state.apply(Change::RequestViewed {
            id: request.id.clone(),
        });
        queue_event(
            state,
            base,
            WebhookEvent::PhotoRequestFirstViewed,
            &request.id,
            None,
        );
    }
    if let Some(visit) = state.visit_of(&request.id).cloned() {
        state.apply(Change::Revisited {
            visit: visit.id.clone(),
        });
        return visit;
    }
    let visit = Visit {
        id: secret::id("v_"),
        at: state.now,
        slug: request.unique_code.clone(),
        request: Some(request.id.clone()),
        ticket: Some(request.ticket().to_owned()),
        target: format!("/p/{}", request.unique_code),
        outcome: Outcome::Unsigned,
        photos: Vec::new(),
        submission: None,
    };
    state.apply(Change::Visited(visit.clone()));
    visit
}

/// Queues an event about a request: with one photo, or with all.
pub(crate) fn queue_event(
    state: &mut Transaction<'_>,
    base: &str,
    event: WebhookEvent,
    id: &str,
    photo: Option<&Photo>,
) {
    let now = state.now;
    queue_event_at(state, base, event, id, photo, now);
}

fn queue_event_at(
    state: &mut Transaction<'_>,
    base: &str,
    event: WebhookEvent,
    id: &str,
    photo: Option<&Photo>,
    at: u64,
) {
    let Some(request) = state.request(id) else {
        return;
    };
    let visit = state.visit_of(id);
    let all = visit.map_or(&[][..], |visit| &visit.photos);
    let photos = photo.map_or(all, std::slice::from_ref);
    let facts = Facts {
        event,
        is_test: false,
        base,
        about: About::Request(request),
        photos: uploads::with_urls(state, base, photos),
    };
    let visit = visit.map(|visit| visit.id.as_str());
    // The core may refuse the secret; then nothing is sent.
    for change in deliver::queue(state, at, &facts, visit, None).unwrap_or_default() {
        state.apply(change);
    }
}

/// Expires the requests whose time is over, in the order of their expiry.
pub(crate) fn expire(state: &mut Transaction<'_>, base: &str) {
    while let Some((at, id)) = next_expiry(state).filter(|(at, _)| *at <= state.now) {
        let id = id.to_owned();
        state.apply(Change::RequestExpired { id: id.clone() });
        queue_event_at(
            state,
            base,
            WebhookEvent::PhotoRequestExpired,
            &id,
            None,
            at,
        );
    }
}

/// Returns the open request that expires next, and its time.
pub(crate) fn next_expiry(state: &Sandbox) -> Option<(u64, &str)> {
    let open = state
        .requests
        .iter()
        .filter(|request| request.status.is_open());
    open.filter_map(|request| Some((request.expires?, request.id.as_str())))
        .min_by_key(|(at, _)| *at)
}

/// `GET /code`.
pub(crate) async fn code_page() -> Response {
    pages::code(StatusCode::OK, "", "")
}

#[derive(Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    code: String,
}

/// `POST /code`.
pub(crate) async fn enter_code(
    State(app): State<Shared>,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Form(Typed { code }) = typed.unwrap_or_default();
    // People type codes in groups.
    let plain: String = code
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(64)
        .collect();
    let found = app.with(|state| {
        let request = state.request(&plain).filter(|request| request.id != plain);
        request.map(|request| request.unique_code.clone())
    });
    match found {
        Some(code) => Redirect::to(&format!("/p/{code}")).into_response(),
        None => pages::code(StatusCode::NOT_FOUND, &code, NO_REQUEST),
    }
}
