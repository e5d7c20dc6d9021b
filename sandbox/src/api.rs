//! The API under `/sandbox/`, which has every function of the console.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use tokio::task::spawn_blocking;
use visiono_workflow::{LinkFields, LinkUrl, RedirectTemplate, WebhookEvent, Workflow};

use crate::app::{Shared, Transaction};
use crate::clock::rfc3339;
use crate::deliver;
use crate::diagnose::DiagnosisRequest;
use crate::fault::{Fault, FaultKind};
use crate::links;
use crate::model::{
    Delivery, Endpoint, HeaderStyle, Item, Link, Origin, Photo, PhotoRequest, RequestStatus, Style,
    Visit,
};
use crate::payload::{self, About, Facts};
use crate::refusal::Refusal;
use crate::rest::Scope;
use crate::returns;
use crate::schedule::{self, Retries};
use crate::secret::{self, Secret};
use crate::setup;
use crate::state::{Change, Kind, State as Sandbox};
use crate::uploads;

type Answer = Result<Json<Value>, Refusal>;

/// The number of requests in the overview: the newest.
const SHOWN_REQUESTS: usize = 20;
/// The maximum number of links, endpoints, faults and items.
const MOST: usize = 100;
/// The maximum length of a text, in characters.
const LONGEST: usize = 2000;
/// The maximum advance of the clock, in seconds: ten years.
const FARTHEST: u64 = 10 * 365 * 24 * 60 * 60;
/// The maximum time over which a body is sent, in seconds.
const SLOWEST: u64 = 60;

/// `GET /sandbox`.
pub(crate) async fn overview(State(app): State<Shared>) -> Json<Value> {
    let base = app.origin();
    Json(app.with(|state| {
        let newest = state.requests.iter().rev().take(SHOWN_REQUESTS);
        let requests = newest.map(|request| show_request(&base, request));
        json!({
            "now": state.now,
            "time": rfc3339(state.now),
            "ahead": state.ahead,
            "last": state.last,
            "origin": base,
            "links": state.links.values().map(show_link).collect::<Vec<_>>(),
            "endpoints": state.endpoints,
            "faults": state.faults,
            "requests": requests.collect::<Vec<_>>(),
            "api_keys": state.api_keys,
            "scopes": Scope::ALL.map(Scope::name),
            "rate_limit": state.rate_limit.show(state.now),
            "events": WebhookEvent::ALL.map(WebhookEvent::as_str),
            "allowed_hosts": app.receivers.names(),
        })
    }))
}

/// `POST /sandbox/reset`: deletes everything but the links, the endpoints and their secrets.
pub(crate) async fn reset(State(app): State<Shared>) -> Json<Value> {
    let photos = app.with(|state| {
        let photos: Vec<_> = state.photos().map(|photo| photo.id.clone()).collect();
        let fresh = Sandbox {
            links: state.links.clone(),
            endpoints: state.endpoints.clone(),
            keys: state.keys.clone(),
            api_keys: state.api_keys.clone(),
            rate_limit: state.rate_limit,
            last: state.last,
            ..Sandbox::default()
        };
        state.replace(fresh);
        state.apply(Change::Reset);
        photos
    });
    for photo in photos {
        app.store.remove(&photo);
    }
    overview(State(app)).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Advance {
    advance: u64,
}

/// `POST /sandbox/clock`.
pub(crate) async fn clock(
    State(app): State<Shared>,
    Json(Advance { advance }): Json<Advance>,
) -> Answer {
    app.with(|state| {
        if state.ahead.saturating_add(advance) > FARTHEST {
            return Err(Refusal::invalid(
                "the clock can be at most ten years ahead: reset it",
            ));
        }
        state.apply(Change::ClockAdvanced { seconds: advance });
        Ok(Json(
            json!({ "now": state.now, "time": rfc3339(state.now), "ahead": state.ahead }),
        ))
    })
}

/// `GET /sandbox/timeline/{id}`: an entry and its subject.
pub(crate) async fn entry(State(app): State<Shared>, Path(id): Path<u64>) -> Answer {
    let (mut shown, diagnosis_request) = app.with(|state| {
        let entry = state
            .entry(id)
            .cloned()
            .ok_or_else(|| Refusal::not_found("entry"))?;
        let mut shown = json!({ "entry": entry });
        let mut diagnosis_request = None;
        match entry.kind {
            Kind::Request => {
                let request = state.request(&entry.subject);
                shown["request"] = json!(request.map(|it| show_request(&app.origin(), it)));
            }
            Kind::Visit | Kind::Upload | Kind::Submission | Kind::Return => {
                if let Some(visit) = state.visit(&entry.subject) {
                    shown["visit"] = show_visit(state, visit);
                    diagnosis_request = match entry.kind {
                        Kind::Return => DiagnosisRequest::back(state, visit, entry.index),
                        _ => DiagnosisRequest::link(state, visit),
                    };
                }
            }
            Kind::Delivery | Kind::Answer => {
                if let Some(found) = state.delivery(&entry.subject) {
                    shown["delivery"] = delivery(found);
                    diagnosis_request = DiagnosisRequest::webhook(state, found);
                }
            }
            Kind::Clock | Kind::Settings | Kind::Fault | Kind::Link => {}
        }
        Ok::<_, Refusal>((shown, diagnosis_request))
    })?;
    if let Some(diagnosis_request) = diagnosis_request {
        let diagnosis = spawn_blocking(move || diagnosis_request.explain())
            .await
            .ok();
        shown["diagnosis"] = json!(diagnosis);
    }
    Ok(Json(shown))
}

/// Returns a request for the console.
fn show_request(base: &str, request: &PhotoRequest) -> Value {
    let mut shown = json!(request);
    shown["url"] = payload::request_url(base, request).into();
    shown
}

fn show_visit(state: &Transaction<'_>, visit: &Visit) -> Value {
    let mut shown = json!(visit);
    let photos = visit
        .photos
        .iter()
        .map(|photo| uploads::show(state, state.now, photo));
    shown["photos"] = photos.collect();
    shown
}

/// Returns a delivery for the API, with the time of its next attempt.
pub(crate) fn delivery(delivery: &Delivery) -> Value {
    let mut shown = json!(delivery);
    shown["due"] = json!(schedule::due(delivery));
    shown
}

// Links.

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkChange {
    name: Option<String>,
    workflow_mode: Option<bool>,
    /// `null` removes the template.
    #[serde(default, deserialize_with = "present")]
    redirect: Option<Option<String>>,
    unique_field_label: Option<String>,
    items: Option<Vec<Item>>,
    active: Option<bool>,
}

/// Distinguishes `null` from a missing member.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// `PUT /sandbox/links/{slug}`: creates or changes a link.
pub(crate) async fn put_link(
    State(app): State<Shared>,
    Path(slug): Path<String>,
    Json(change): Json<LinkChange>,
) -> Answer {
    LinkUrl::from_slug(&slug)?;
    if let Some(Some(template)) = &change.redirect {
        RedirectTemplate::parse(template)?;
    }
    let items = change.items.as_deref().unwrap_or_default();
    let mut ids: Vec<_> = items.iter().map(|item| &item.id).collect();
    ids.sort();
    ids.dedup();
    if ids.len() != items.len() || items.len() > MOST || items.iter().any(|item| item.id.is_empty())
    {
        return Err(Refusal::invalid("each item needs a unique id"));
    }
    let texts = items
        .iter()
        .flat_map(|item| [&item.id, &item.title, &item.instructions]);
    short(
        texts
            .chain(&change.name)
            .chain(&change.unique_field_label)
            .chain([&slug]),
    )?;
    app.with(|state| {
        let is_new = !state.links.contains_key(&slug);
        if is_new && state.links.len() >= MOST {
            return Err(Refusal::too_much("there are too many links"));
        }
        let mut link = state.links.get(&slug).cloned().unwrap_or_else(|| Link {
            created: state.now,
            ..setup::link(&slug, None)
        });
        // A missing member leaves the field unchanged.
        link.name = change.name.unwrap_or(link.name);
        link.workflow_mode = change.workflow_mode.unwrap_or(link.workflow_mode);
        link.redirect = change.redirect.unwrap_or(link.redirect);
        link.unique_field_label = change.unique_field_label.unwrap_or(link.unique_field_label);
        link.items = change.items.unwrap_or(link.items);
        link.active = change.active.unwrap_or(link.active);
        let mut shown = show_link(&link);
        if is_new {
            let secret = Secret::workflow();
            shown["secret"] = secret.expose().into();
            state.apply(Change::SecretSet {
                owner: link.id.clone(),
                secret,
            });
        }
        state.apply(Change::LinkSaved(link));
        Ok(Json(shown))
    })
}

/// Returns a link and the fields that its redirect template lacks.
fn show_link(link: &Link) -> Value {
    let mut shown = json!(link);
    if let Some(lacking) = link.redirect.as_deref().and_then(returns::missing_fields) {
        shown["redirect_lacks"] = json!(lacking.missing);
        shown["complete_redirect"] = lacking.complete.into();
    }
    shown
}

fn short<'t>(texts: impl IntoIterator<Item = &'t String>) -> Result<(), Refusal> {
    match texts.into_iter().any(|text| text.len() > LONGEST) {
        true => Err(Refusal::invalid(format!(
            "a text has at most {LONGEST} bytes"
        ))),
        false => Ok(()),
    }
}

/// `DELETE /sandbox/links/{slug}`.
pub(crate) async fn delete_link(State(app): State<Shared>, Path(slug): Path<String>) -> Answer {
    app.with(|state| {
        find_link(state, &slug)?;
        state.apply(Change::LinkRemoved { slug });
        Ok(Json(json!({})))
    })
}

fn find_link(state: &Sandbox, slug: &str) -> Result<Link, Refusal> {
    state
        .links
        .get(slug)
        .cloned()
        .ok_or_else(|| Refusal::not_found("link"))
}

/// `POST /sandbox/links/{slug}/secret`: only this answer shows the new secret.
pub(crate) async fn link_secret(State(app): State<Shared>, Path(slug): Path<String>) -> Answer {
    app.with(|state| {
        let owner = find_link(state, &slug)?.id;
        Ok(Json(regenerate(state, owner, Secret::workflow())))
    })
}

fn regenerate(state: &mut Transaction<'_>, owner: String, secret: Secret) -> Value {
    let shown = json!({ "secret": secret.expose() });
    state.apply(Change::SecretSet { owner, secret });
    shown
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Values {
    unique_value: String,
    source: String,
    reference: String,
}

/// `POST /sandbox/links/{slug}/sign`: signs a link, to try the sandbox without an integration.
pub(crate) async fn sign(
    State(app): State<Shared>,
    Path(slug): Path<String>,
    Json(values): Json<Values>,
) -> Answer {
    app.with(|state| {
        let link = find_link(state, &slug)?;
        let url = signed(state, &link, &app.origin(), &values)?;
        state.apply(Change::LinkSigned {
            url: url.clone(),
            reference: values.reference,
        });
        Ok(Json(json!({ "url": url })))
    })
}

fn signed(
    state: &Transaction<'_>,
    link: &Link,
    origin: &str,
    values: &Values,
) -> Result<String, Refusal> {
    let keys = state.keys.get(&link.id);
    let workflow = Workflow::from_texts([keys.map(|keys| keys.current.expose())])?;
    let url = format!("{origin}/s/{}", link.slug);
    let fields = LinkFields {
        unique_value: &values.unique_value,
        source: &values.source,
        reference: &values.reference,
        timestamp: state.now,
    };
    Ok(workflow
        .sign_link(&LinkUrl::parse(&url)?, &fields)?
        .to_string())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Journey {
    #[serde(default = "default_slug")]
    slug: String,
    #[serde(default = "one")]
    photos: usize,
    unique_value: String,
    source: String,
    reference: String,
}

fn default_slug() -> String {
    setup::SLUG.to_owned()
}

fn one() -> usize {
    1
}

/// `POST /sandbox/submissions`: a whole submission without a browser. The return is signed but not
/// requested.
pub(crate) async fn submit(State(app): State<Shared>, Json(journey): Json<Journey>) -> Answer {
    let Journey {
        slug,
        photos,
        unique_value,
        source,
        reference,
    } = journey;
    let values = Values {
        unique_value,
        source,
        reference,
    };
    let (link, visit) = app.with(|state| {
        let link = find_link(state, &slug)?;
        let url = signed(state, &link, &app.origin(), &values)?;
        let target = url.strip_prefix(&app.origin()).unwrap_or(&url);
        let origin = links::verify(state, &link, target)?;
        let visit = links::enter(state, &link, target, origin).id;
        Ok::<_, Refusal>((link, visit))
    })?;
    let place = (slug.as_str(), visit.as_str());
    // Required items first, then others up to the number.
    let required: Vec<_> = link.items.iter().filter(|item| item.required).collect();
    for item in &required {
        uploads::add_samples(&app, place, &item.id, 1)?;
    }
    let photos = photos.saturating_sub(required.len());
    uploads::add_samples(&app, place, "", photos)?;
    app.with(|state| {
        uploads::send_off(state, &app.origin(), place, &uploads::Typed::default())?;
        let submitted = state
            .visit(&visit)
            .cloned()
            .ok_or_else(|| Refusal::not_found("visit"))?;
        let mut url = None;
        if let Some(template) = &link.redirect {
            let (signed, change) = returns::sign(state, state.now, &link, &submitted, template)?;
            state.apply(change);
            url = Some(signed);
        }
        let submission = submitted.submission.map(|submission| submission.id);
        Ok(Json(
            json!({ "visit": visit, "submission": submission, "return_url": url }),
        ))
    })
}

// Endpoints.

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndpointChange {
    name: Option<String>,
    url: Option<String>,
    events: Option<Vec<String>>,
    active: Option<bool>,
    payload: Option<Style>,
    headers: Option<HeaderStyle>,
    timestamp: Option<bool>,
    retries: Option<Retries>,
}

impl EndpointChange {
    fn apply(self, app: &Shared, endpoint: Endpoint) -> Result<Endpoint, Refusal> {
        if let Some(url) = &self.url {
            app.receivers.check(url).map_err(Refusal::invalid)?;
        }
        short(&self.name)?;
        for name in self.events.iter().flatten() {
            known(name)?;
        }
        Ok(Endpoint {
            id: endpoint.id,
            name: self.name.unwrap_or(endpoint.name),
            url: self.url.unwrap_or(endpoint.url),
            events: self.events.unwrap_or(endpoint.events),
            active: self.active.unwrap_or(endpoint.active),
            payload: self.payload.unwrap_or(endpoint.payload),
            headers: self.headers.unwrap_or(endpoint.headers),
            timestamp: self.timestamp.unwrap_or(endpoint.timestamp),
            retries: self.retries.unwrap_or(endpoint.retries),
            created: endpoint.created,
        })
    }
}

fn known(name: &str) -> Result<WebhookEvent, Refusal> {
    WebhookEvent::from_name(name).ok_or_else(|| {
        let names = WebhookEvent::ALL.map(WebhookEvent::as_str).join(", ");
        Refusal::invalid(format!("the event must be one of {names}"))
    })
}

/// `POST /sandbox/endpoints`: only this answer shows the secret.
pub(crate) async fn add_endpoint(
    State(app): State<Shared>,
    Json(change): Json<EndpointChange>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let url = change
        .url
        .clone()
        .ok_or_else(|| Refusal::invalid("pass the url"))?;
    let mut endpoint = change.apply(&app, setup::endpoint(&url))?;
    app.with(|state| {
        endpoint.created = state.now;
        if state.endpoints.len() >= MOST {
            return Err(Refusal::too_much("there are too many endpoints"));
        }
        let secret = Secret::webhook();
        let mut shown = json!(endpoint);
        shown["secret"] = secret.expose().into();
        state.apply(Change::SecretSet {
            owner: endpoint.id.clone(),
            secret,
        });
        state.apply(Change::EndpointSaved(endpoint));
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

/// `PATCH /sandbox/endpoints/{id}`.
pub(crate) async fn change_endpoint(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(change): Json<EndpointChange>,
) -> Answer {
    app.with(|state| {
        let endpoint = change.apply(&app, find_endpoint(state, &id)?)?;
        let shown = json!(endpoint);
        state.apply(Change::EndpointSaved(endpoint));
        Ok(Json(shown))
    })
}

fn find_endpoint(state: &Sandbox, id: &str) -> Result<Endpoint, Refusal> {
    state
        .endpoint(id)
        .cloned()
        .ok_or_else(|| Refusal::not_found("endpoint"))
}

/// `DELETE /sandbox/endpoints/{id}`.
pub(crate) async fn delete_endpoint(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    app.with(|state| {
        find_endpoint(state, &id)?;
        state.apply(Change::EndpointRemoved { id });
        Ok(Json(json!({})))
    })
}

/// `POST /sandbox/endpoints/{id}/secret`: only this answer shows the new secret.
pub(crate) async fn endpoint_secret(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    app.with(|state| {
        let owner = find_endpoint(state, &id)?.id;
        Ok(Json(regenerate(state, owner, Secret::webhook())))
    })
}

/// An event to send, with its values.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[derive(Default)]
pub(crate) struct EventRequest {
    event: Option<String>,
    unique_value: Option<String>,
    source: Option<String>,
    reference: Option<String>,
}

impl EventRequest {
    /// Returns an event with sample values.
    pub(crate) fn of(event: WebhookEvent) -> Self {
        Self {
            event: Some(event.as_str().to_owned()),
            ..Self::default()
        }
    }
}

/// `POST /sandbox/endpoints/{id}/test`: sends a test event to one endpoint.
pub(crate) async fn test_endpoint(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(request): Json<EventRequest>,
) -> Answer {
    app.with(|state| {
        find_endpoint(state, &id)?;
        queue(state, &app.origin(), request, Some(&id))
    })
}

/// `POST /sandbox/events`: sends an event to every endpoint that subscribes to it.
pub(crate) async fn event(State(app): State<Shared>, Json(request): Json<EventRequest>) -> Answer {
    app.with(|state| queue(state, &app.origin(), request, None))
}

pub(crate) fn queue(
    state: &mut Transaction<'_>,
    base: &str,
    request: EventRequest,
    only: Option<&str>,
) -> Answer {
    let event = match &request.event {
        Some(name) => known(name)?,
        None => WebhookEvent::SubmissionCreated,
    };
    let values = Origin {
        unique_value: request.unique_value.unwrap_or_else(|| "ABC123".to_owned()),
        source: request.source.unwrap_or_else(|| "zendesk".to_owned()),
        reference: request.reference.unwrap_or_else(|| "ticket-456".to_owned()),
    };
    short([&values.unique_value, &values.source, &values.reference])?;
    let link = state.links.values().next().cloned();
    let link = link.unwrap_or_else(|| setup::link(setup::SLUG, None));
    let id = secret::random_hex::<4>();
    // The photo is not stored, so its URL is not found.
    let photo = Photo {
        id: format!("photo_{id}"),
        item: link.items.first().map(|item| item.id.clone()),
        name: "sample.jpg".to_owned(),
        note: String::new(),
        size: 1 << 20,
        mime: "image/jpeg".to_owned(),
        at: state.now,
        exif: crate::model::Exif {
            gps: Some((45.4642, 9.19)),
            captured_at: Some(rfc3339(state.now)),
        },
    };
    let status = sample_status(event);
    let photos = match status {
        RequestStatus::InProgress | RequestStatus::Submitted => vec![photo],
        RequestStatus::Pending | RequestStatus::Expired | RequestStatus::Canceled => Vec::new(),
    };
    let mut metadata = Map::new();
    metadata.insert("ticket_id".to_owned(), values.reference.as_str().into());
    let request = PhotoRequest {
        id: format!("pr_{id}"),
        unique_code: id.to_ascii_uppercase(),
        numeric_code: "809530".to_owned(),
        status,
        instructions: link.name.clone(),
        recipient_email: Some("user@example.com".to_owned()),
        require_gps: false,
        notes: true,
        send_email: false,
        internal_notes: None,
        metadata,
        items: link.items.clone(),
        created: state.now,
        expires: Some(state.now.saturating_add(SAMPLE_OPEN)),
        first_viewed: None,
        submitted: Some(state.now).filter(|_| status == RequestStatus::Submitted),
    };
    let submission = format!("pls_{id}");
    let about = match event {
        WebhookEvent::SubmissionCreated => About::Link {
            link: &link,
            submission: &submission,
            unique_value: Some(&values.unique_value),
            origin: Some(&values),
        },
        _ => About::Request(&request),
    };
    let facts = Facts {
        event,
        is_test: only.is_some(),
        base,
        about,
        photos: uploads::with_urls(state, base, &photos),
    };
    let changes = deliver::queue(state, state.now, &facts, None, only)?;
    let ids: Vec<_> = changes.iter().filter_map(queued).collect();
    for change in changes {
        state.apply(change);
    }
    Ok(Json(json!({ "deliveries": ids })))
}

/// The time until a sample request expires, in seconds: two days.
const SAMPLE_OPEN: u64 = 2 * 24 * 60 * 60;

/// Returns the status of the sample request of an event.
fn sample_status(event: WebhookEvent) -> RequestStatus {
    match event {
        WebhookEvent::PhotoSubmissionCreated | WebhookEvent::PhotoSubmissionDropboxSynced => {
            RequestStatus::InProgress
        }
        WebhookEvent::PhotoRequestSubmitted | WebhookEvent::SubmissionCreated => {
            RequestStatus::Submitted
        }
        WebhookEvent::PhotoRequestExpired => RequestStatus::Expired,
        // Also an event that this code does not know yet.
        _ => RequestStatus::Pending,
    }
}

fn queued(change: &Change) -> Option<String> {
    match change {
        Change::Queued { delivery, .. } => Some(delivery.id.clone()),
        _ => None,
    }
}

/// `GET /sandbox/deliveries/{id}`.
pub(crate) async fn get_delivery(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    app.with(|state| {
        let found = state
            .delivery(&id)
            .ok_or_else(|| Refusal::not_found("delivery"))?;
        Ok(Json(delivery(found)))
    })
}

/// `POST /sandbox/deliveries/{id}/resend`: sends the same bytes again, with all attempts.
pub(crate) async fn resend(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    app.with(|state| {
        let found = state
            .delivery(&id)
            .ok_or_else(|| Refusal::not_found("delivery"))?;
        find_endpoint(state, &found.endpoint)?;
        let again = Box::new(deliver::resend(found, state.now));
        let shown = delivery(&again);
        state.apply(Change::Queued {
            delivery: again,
            used: Vec::new(),
        });
        Ok(Json(shown))
    })
}

// Faults.

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewFault {
    kind: String,
    seconds: Option<u64>,
    endpoint: Option<String>,
    remaining: Option<u32>,
}

/// `POST /sandbox/faults`.
pub(crate) async fn add_fault(
    State(app): State<Shared>,
    Json(new): Json<NewFault>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let kind = kind(&new.kind, new.seconds)?;
    if new.remaining == Some(0) {
        return Err(Refusal::invalid("remaining is at least 1"));
    }
    app.with(|state| {
        if state.faults.len() >= MOST {
            return Err(Refusal::too_much("there are too many faults"));
        }
        if let Some(endpoint) = &new.endpoint {
            find_endpoint(state, endpoint)?;
            if kind.is_return() {
                return Err(Refusal::invalid("a fault of a return affects no endpoint"));
            }
        }
        let fault = Fault {
            id: secret::id("f_"),
            kind,
            endpoint: new.endpoint,
            remaining: new.remaining,
        };
        let shown = json!(fault);
        state.apply(Change::FaultAdded(fault));
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

/// Parses a kind of fault. Kinds with a time have a default.
fn kind(name: &str, seconds: Option<u64>) -> Result<FaultKind, Refusal> {
    let default = match name {
        "delay" => Some(600),
        "stale_timestamp" => Some(4 * 60 * 60),
        "slow_sending" => Some(5),
        _ => None,
    };
    if default.is_none() && seconds.is_some() {
        return Err(Refusal::invalid("this fault takes no seconds"));
    }
    let seconds = seconds.or(default);
    if name == "slow_sending" && seconds > Some(SLOWEST) || seconds > Some(FARTHEST) {
        return Err(Refusal::invalid("seconds is too large"));
    }
    let mut fault = json!({ "kind": name });
    if let Some(seconds) = seconds {
        fault["seconds"] = seconds.into();
    }
    serde_json::from_value(fault).map_err(|_| Refusal::invalid("there is no such kind of fault"))
}

/// `DELETE /sandbox/faults/{id}`.
pub(crate) async fn delete_fault(State(app): State<Shared>, Path(id): Path<String>) -> Answer {
    app.with(|state| {
        if !state.faults.iter().any(|fault| fault.id == id) {
            return Err(Refusal::not_found("fault"));
        }
        state.apply(Change::FaultRemoved { id });
        Ok(Json(json!({})))
    })
}
