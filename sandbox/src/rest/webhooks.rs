//! Webhooks: the same endpoints as in the console.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use visiono_workflow::WebhookEvent;

use crate::api::{self, EventRequest};
use crate::app::Shared;
use crate::clock::iso;
use crate::model::Endpoint;
use crate::rest::error::ApiError;
use crate::rest::fields::{Body, Fields};
use crate::rest::page::{ListQuery, Listed, PageParams, Single};
use crate::rest::{Id, Key, Result, Scope};
use crate::secret::Secret;
use crate::setup;
use crate::state::{Change, State as Sandbox};

/// The maximum number of endpoints.
const MOST: usize = 100;
/// The maximum length of a name, in characters.
const LONGEST_NAME: usize = 200;
/// The maximum length of a URL, in characters.
const LONGEST_URL: usize = 2000;

/// The name of an event.
#[derive(ToSchema)]
#[allow(dead_code, reason = "it describes what `read_event` reads")]
pub(crate) enum EventName {
    // cargo xtask generate: events
    // #[schema(rename = "{name}")]
    // {variant},
    #[schema(rename = "photo_request.created")]
    PhotoRequestCreated,
    #[schema(rename = "photo_request.first_viewed")]
    PhotoRequestFirstViewed,
    #[schema(rename = "photo_submission.created")]
    PhotoSubmissionCreated,
    #[schema(rename = "photo_request.submitted")]
    PhotoRequestSubmitted,
    #[schema(rename = "photo_request.expired")]
    PhotoRequestExpired,
    #[schema(rename = "photo_submission.dropbox_synced")]
    PhotoSubmissionDropboxSynced,
    #[schema(rename = "submission.created")]
    SubmissionCreated,
    // end generated
}

/// An endpoint to create.
#[derive(ToSchema)]
#[schema(examples(json!({
    "url": "http://localhost:8000/webhook",
    "events": ["photo_submission.created", "photo_request.submitted"],
})))]
#[allow(dead_code, reason = "it describes what `create` reads")]
pub(crate) struct NewWebhook {
    /// Documented. The service requires HTTPS and a public address. The sandbox only sends to this
    /// machine, without TLS, and to hosts that it was started with.
    #[schema(max_length = 2000, format = "uri", pattern = "^http://")]
    url: String,
    /// Documented. Without it, all events, which is inferred.
    #[schema(min_items = 1, max_items = 50)]
    events: Option<Vec<EventName>>,
    /// Documented in the dashboard.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Documented in the dashboard.
    #[schema(default = true)]
    is_active: Option<bool>,
}

/// The members of an endpoint to change. A missing one is left unchanged.
#[derive(ToSchema)]
#[schema(examples(json!({ "is_active": false })))]
#[allow(dead_code, reason = "it describes what `update` reads")]
pub(crate) struct WebhookChange {
    /// Documented. As in a new endpoint.
    #[schema(max_length = 2000, format = "uri", pattern = "^http://")]
    url: Option<String>,
    /// Documented.
    #[schema(min_items = 1, max_items = 50)]
    events: Option<Vec<EventName>>,
    /// Documented in the dashboard.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// Documented in the dashboard.
    is_active: Option<bool>,
}

/// A test to send.
#[derive(ToSchema)]
#[schema(examples(json!({ "event": "photo_request.submitted" })))]
#[allow(dead_code, reason = "it describes what `test` reads")]
pub(crate) struct WebhookTest {
    /// Inferred. Without it, `submission.created`.
    event: Option<EventName>,
}

/// A receiver of webhooks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct ShownWebhook {
    /// Documented.
    #[schema(pattern = "^wh_")]
    id: String,
    /// Documented.
    url: String,
    /// Documented.
    #[schema(value_type = Vec<EventName>)]
    events: Vec<String>,
    /// Documented.
    is_active: bool,
    /// Documented.
    #[schema(format = DateTime)]
    created_at: String,
    /// Inferred from the dashboard.
    name: String,
}

/// A new receiver of webhooks, with its secret, which no other answer has.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewWebhookWithSecret {
    /// Documented.
    #[schema(pattern = "^wh_")]
    id: String,
    /// Documented.
    url: String,
    /// Documented.
    #[schema(value_type = Vec<EventName>)]
    events: Vec<String>,
    /// Documented. Only in this answer.
    #[schema(pattern = "^whsec_")]
    secret: String,
    /// Documented.
    is_active: bool,
    /// Documented.
    #[schema(format = DateTime)]
    created_at: String,
    /// Inferred from the dashboard.
    name: String,
}

/// A test that was queued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SentTest {
    /// Inferred.
    #[schema(value_type = EventName)]
    event: &'static str,
    /// Inferred. The IDs of the deliveries, which are also in their headers. A fault can make two.
    deliveries: Vec<String>,
}

/// An event that can be subscribed to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KnownEvent {
    /// Inferred.
    #[schema(value_type = EventName)]
    name: &'static str,
    /// Inferred.
    description: &'static str,
}

/// The ID of an endpoint.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "it describes the path")]
pub(crate) struct WebhookId {
    /// Documented. The ID of the endpoint.
    id: String,
}

fn show(endpoint: &Endpoint) -> ShownWebhook {
    ShownWebhook {
        id: endpoint.id.clone(),
        url: endpoint.url.clone(),
        events: endpoint.events.clone(),
        is_active: endpoint.active,
        created_at: iso(endpoint.created),
        name: endpoint.name.clone(),
    }
}

fn find(state: &Sandbox, id: &str) -> Result<Endpoint> {
    let found = state.endpoint(id).cloned();
    found.ok_or_else(|| ApiError::not_found("webhook"))
}

/// Reads the present members into an endpoint. The errors are collected in the fields.
fn read(fields: &mut Fields, app: &Shared, endpoint: Endpoint) -> Endpoint {
    let mut endpoint = endpoint;
    if let Some(url) = fields.text("url", LONGEST_URL) {
        if let Err(how) = app.receivers.check(&url) {
            fields.refuse("url", format!("The url can't be used: {how}."));
        }
        endpoint.url = url;
    }
    if let Some(events) = fields.texts("events", 50, 100) {
        if events.is_empty() {
            fields.refuse("events", "The events field needs at least one event.");
        }
        for (index, name) in events.iter().enumerate() {
            if WebhookEvent::from_name(name).is_none() {
                fields.refuse(&format!("events.{index}"), "There is no such event.");
            }
        }
        endpoint.events = events;
    }
    if let Some(name) = fields.text("name", LONGEST_NAME) {
        endpoint.name = name;
    }
    endpoint.active = fields.boolean("is_active").unwrap_or(endpoint.active);
    endpoint
}

/// Lists endpoints.
#[utoipa::path(
    get,
    path = "/webhooks",
    tag = "Webhooks",
    operation_id = "listWebhooks",
    description = "Documented. Needs the scope `webhooks:read`. That the list has pages is inferred.",
    params(PageParams),
    responses((status = 200, body = Listed<ShownWebhook>, description = "A page of endpoints")),
)]
pub(crate) async fn list(
    State(app): State<Shared>,
    Extension(caller): Key,
    query: Result<ListQuery>,
) -> Result<Json<Listed<ShownWebhook>>> {
    caller.may(Scope::ReadWebhooks)?;
    app.with(|state| {
        let found = state.endpoints.iter().rev().collect();
        Ok(Json(query?.page(found, show)?))
    })
}

/// Creates an endpoint.
#[utoipa::path(
    post,
    path = "/webhooks",
    tag = "Webhooks",
    operation_id = "createWebhook",
    description = "Documented. Needs the scope `webhooks:write`. The only answer that has the secret. The service requires HTTPS and a public address; the sandbox sends to this machine alone, without TLS, unless it was started with other hosts.",
    request_body = NewWebhook,
    responses((
        status = 201,
        body = Single<NewWebhookWithSecret>,
        description = "The new endpoint",
        links(
            ("get" = (operation_id = "getWebhook", parameters(("id" = "$response.body#/data/id")))),
            ("update" = (operation_id = "updateWebhook", parameters(("id" = "$response.body#/data/id")))),
            ("test" = (operation_id = "testWebhook", parameters(("id" = "$response.body#/data/id")))),
            ("delete" = (operation_id = "deleteWebhook", parameters(("id" = "$response.body#/data/id")))),
        ),
    )),
)]
pub(crate) async fn create(
    State(app): State<Shared>,
    Extension(caller): Key,
    body: Result<Body>,
) -> Result<(StatusCode, Json<Single<NewWebhookWithSecret>>)> {
    caller.may(Scope::WriteWebhooks)?;
    let Body(mut fields) = body?;
    app.with(|state| {
        fields.require("url");
        let mut endpoint = read(&mut fields, &app, setup::endpoint(""));
        if endpoint.name.is_empty() {
            endpoint.name.clone_from(&endpoint.url);
        }
        endpoint.created = state.now;
        let endpoint = fields.finish(endpoint)?;
        if state.endpoints.len() >= MOST {
            let message = format!("The sandbox holds at most {MOST} webhooks: delete some.");
            return Err(ApiError::conflict(message));
        }
        let secret = Secret::webhook();
        let shown = show(&endpoint);
        let data = NewWebhookWithSecret {
            id: shown.id,
            url: shown.url,
            events: shown.events,
            secret: secret.expose().to_owned(),
            is_active: shown.is_active,
            created_at: shown.created_at,
            name: shown.name,
        };
        state.apply(Change::EndpointSaved(endpoint.clone()));
        state.apply(Change::SecretSet {
            owner: endpoint.id,
            secret,
        });
        Ok((StatusCode::CREATED, Json(Single { data })))
    })
}

/// Reads an endpoint.
#[utoipa::path(
    get,
    path = "/webhooks/{id}",
    tag = "Webhooks",
    operation_id = "getWebhook",
    description = "Documented. Needs the scope `webhooks:read`.",
    params(WebhookId),
    responses((status = 200, body = Single<ShownWebhook>, description = "The endpoint")),
)]
pub(crate) async fn get(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<Json<Single<ShownWebhook>>> {
    caller.may(Scope::ReadWebhooks)?;
    app.with(|state| {
        let data = show(&find(state, &id)?);
        Ok(Json(Single { data }))
    })
}

/// Changes an endpoint.
#[utoipa::path(
    patch,
    path = "/webhooks/{id}",
    tag = "Webhooks",
    operation_id = "updateWebhook",
    description = "Documented. Needs the scope `webhooks:write`.",
    params(WebhookId),
    request_body = WebhookChange,
    responses((status = 200, body = Single<ShownWebhook>, description = "The changed endpoint")),
)]
pub(crate) async fn update(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
    body: Result<Body>,
) -> Result<Json<Single<ShownWebhook>>> {
    caller.may(Scope::WriteWebhooks)?;
    app.with(|state| {
        let endpoint = find(state, &id)?;
        let mut fields = body?.present()?;
        let endpoint = read(&mut fields, &app, endpoint);
        let endpoint = fields.finish(endpoint)?;
        let data = show(&endpoint);
        state.apply(Change::EndpointSaved(endpoint));
        Ok(Json(Single { data }))
    })
}

/// Deletes an endpoint.
#[utoipa::path(
    delete,
    path = "/webhooks/{id}",
    tag = "Webhooks",
    operation_id = "deleteWebhook",
    description = "Documented. The status is inferred. Needs the scope `webhooks:write`.",
    params(WebhookId),
    responses((status = 204, description = "The endpoint was deleted")),
)]
pub(crate) async fn delete(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
) -> Result<StatusCode> {
    caller.may(Scope::WriteWebhooks)?;
    app.with(|state| {
        find(state, &id)?;
        state.apply(Change::EndpointRemoved { id });
        Ok(StatusCode::NO_CONTENT)
    })
}

/// Sends a test event.
#[utoipa::path(
    post,
    path = "/webhooks/{id}/test",
    tag = "Webhooks",
    operation_id = "testWebhook",
    description = "Documented. The body, the answer and the scope `webhooks:write` are inferred.",
    params(WebhookId),
    request_body = WebhookTest,
    responses((status = 200, body = Single<SentTest>, description = "The test was queued")),
)]
pub(crate) async fn test(
    State(app): State<Shared>,
    Extension(caller): Key,
    Id(id): Id,
    body: Result<Body>,
) -> Result<Json<Single<SentTest>>> {
    caller.may(Scope::WriteWebhooks)?;
    app.with(|state| {
        find(state, &id)?;
        let Body(mut fields) = body?;
        let name = fields.text("event", 100);
        let known = name.as_deref().map(WebhookEvent::from_name);
        if known == Some(None) {
            fields.refuse("event", "There is no such event.");
        }
        let event = known.flatten().unwrap_or(WebhookEvent::SubmissionCreated);
        let event = fields.finish(event)?;
        let request = EventRequest::of(event);
        let queued = api::queue(state, &app.origin(), request, Some(&id));
        // Only an unknown event or a text that is too long could be refused.
        let Ok(Json(answer)) = queued else {
            return Err(ApiError::conflict("The test can't be signed."));
        };
        let ids = answer["deliveries"].as_array().into_iter().flatten();
        let ids = ids.filter_map(Value::as_str).map(str::to_owned);
        let data = SentTest {
            event: event.as_str(),
            deliveries: ids.collect(),
        };
        Ok(Json(Single { data }))
    })
}

/// Lists the events that can be subscribed to.
#[utoipa::path(
    get,
    path = "/webhooks/events",
    tag = "Webhooks",
    operation_id = "listWebhookEvents",
    description = "Documented. The answer and the scope `webhooks:read` are inferred.",
    responses((status = 200, body = Single<Vec<KnownEvent>>, description = "The events")),
)]
pub(crate) async fn events(Extension(caller): Key) -> Result<Json<Single<Vec<KnownEvent>>>> {
    caller.may(Scope::ReadWebhooks)?;
    let known = |event: WebhookEvent| KnownEvent {
        name: event.as_str(),
        description: describe(event),
    };
    let data = WebhookEvent::ALL.map(known).into();
    Ok(Json(Single { data }))
}

fn describe(event: WebhookEvent) -> &'static str {
    match event {
        WebhookEvent::PhotoRequestCreated => "A photo request was made",
        WebhookEvent::PhotoRequestFirstViewed => "A person opened a request for the first time",
        WebhookEvent::PhotoSubmissionCreated => "A photo of a request was uploaded",
        WebhookEvent::PhotoRequestSubmitted => "The photos of a request were submitted",
        WebhookEvent::PhotoRequestExpired => "A request expired before it was submitted",
        WebhookEvent::PhotoSubmissionDropboxSynced => "A photo was copied to Dropbox",
        WebhookEvent::SubmissionCreated => "Photos were submitted through a Smart Link",
        _ => "An event",
    }
}
