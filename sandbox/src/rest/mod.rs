//! The service's REST API, reconstructed from its public guide.
//!
//! ```text
//! request ─ admit (key, rate limit) ─▶ resource (scope, fields, page) ─▶ State::apply ─▶ webhooks
//! ```
//!
//! It creates the same objects as the console: links, endpoints, requests, submissions.

// `utoipa`'s macros write `self::` before every type.
#![allow(unused_qualifications)]

mod document;
mod error;
mod fields;
mod keys;
mod limit;
mod page;
mod photo_requests;
mod photos;
pub(crate) mod qr;
mod smart_links;
mod webhooks;

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Shared;
use crate::rest::error::ApiError;
use crate::rest::page::Single;
use crate::state::Change;

pub(crate) use document::get as document;
pub(crate) use keys::{
    ApiKey, Scope, add as add_key, change as change_key, delete as delete_key,
    regenerate as regenerate_key,
};
pub(crate) use limit::{RateLimit, Windows, change as change_limit};
pub(crate) use photo_requests::whole;

type Result<T> = std::result::Result<T, ApiError>;

const KEY: HeaderName = HeaderName::from_static("x-api-key");
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");

/// The maximum size of a body, in bytes.
const LARGEST: usize = 64 << 10;

/// Returns the routes under `/api/v1`.
pub(crate) fn routes(app: Shared) -> Router<Shared> {
    use {photo_requests as requests, smart_links as links};
    Router::new()
        .route("/status", get(status))
        .route(
            "/photo-requests",
            get(requests::list).post(requests::create),
        )
        .route("/photo-requests/batch", post(requests::batch))
        .route(
            "/photo-requests/{id}",
            get(requests::get).delete(requests::cancel),
        )
        .route(
            "/photo-requests/{id}/submissions",
            get(requests::submissions),
        )
        .route(
            "/photo-requests/{id}/download-urls",
            get(requests::download_urls),
        )
        .route("/photo-requests/{id}/qrcode", get(requests::qrcode))
        .route("/smart-links", get(links::list).post(links::create))
        .route(
            "/smart-links/{id}",
            get(links::get)
                .put(links::update)
                // The site's reference uses this method.
                .patch(links::update)
                .delete(links::archive),
        )
        .route("/smart-links/{id}/submissions", get(links::submissions))
        .route("/smart-links/{id}/download-urls", get(links::download_urls))
        .route("/smart-links/{id}/qrcode", get(links::qrcode))
        .route("/webhooks", get(webhooks::list).post(webhooks::create))
        .route("/webhooks/events", get(webhooks::events))
        .route(
            "/webhooks/{id}",
            get(webhooks::get)
                .patch(webhooks::update)
                .delete(webhooks::delete),
        )
        .route("/webhooks/{id}/test", post(webhooks::test))
        .fallback(async || ApiError::no_route())
        .method_not_allowed_fallback(async || ApiError::method())
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn_with_state(Arc::clone(&app), admit))
        .with_state(app)
}

/// The key of a request.
#[derive(Clone, Debug)]
struct Caller(ApiKey);

impl Caller {
    /// Checks that the key has a scope.
    fn may(&self, scope: Scope) -> Result<()> {
        match self.0.has(scope) {
            true => Ok(()),
            false => Err(ApiError::missing_scope(scope)),
        }
    }
}

/// Finds the key of a request, and counts the request.
async fn admit(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let mut values = request.headers().get_all(KEY).iter();
    let text = values.next().and_then(|value| value.to_str().ok());
    let text = text.filter(|_| values.next().is_none());
    let admitted = app.with(|state| {
        let key = keys::find(state, text?)?.clone();
        let allowance = app.windows.count(&key.id, state.rate_limit, state.now);
        state.apply(Change::KeyUsed { id: key.id.clone() });
        Some((key, allowance))
    });
    let Some((key, allowance)) = admitted else {
        let message = "Pass an active key in the header X-API-Key. The console makes keys.";
        return ApiError::unauthenticated(message).into_response();
    };
    request.extensions_mut().insert(Caller(key));
    let mut response = match allowance.refusal {
        Some(error) => error.into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(LIMIT, HeaderValue::from(allowance.limit));
    headers.insert(REMAINING, HeaderValue::from(allowance.remaining));
    response
}

type Key = Extension<Caller>;

/// The ID in a path. One that is not UTF-8 matches nothing.
struct Id(String);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        let Path(id) = path.map_err(|_| ApiError::not_found("thing"))?;
        Ok(Self(id))
    }
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Inferred. Always `ok`.
    status: &'static str,
}

/// Checks a key.
#[utoipa::path(
    get,
    path = "/status",
    tag = "Status",
    operation_id = "getStatus",
    description = "Documented. The answer is inferred.",
    responses((status = 200, body = Single<Health>, description = "The key is valid")),
)]
async fn status() -> Json<Single<Health>> {
    Json(Single {
        data: Health { status: "ok" },
    })
}
