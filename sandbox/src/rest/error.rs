//! The errors of the service's API.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::rest::Scope;

/// The body of every error.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(crate) struct ErrorBody {
    /// Documented.
    error: Problem,
}

/// An error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Documented. The names of codes other than `validation_error` are inferred.
    code: &'static str,
    /// Documented. One sentence.
    message: String,
    /// Documented. The sentences about each field that was refused.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(required = false)]
    details: BTreeMap<String, Vec<String>>,
}

/// The sentences about each field.
pub(crate) type Details = BTreeMap<String, Vec<String>>;

/// A request that can't be fulfilled.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: Box<ErrorBody>,
    /// The seconds after which the request can be repeated.
    retry_after: Option<u64>,
}

impl ApiError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        let error = Problem {
            code,
            message: message.into(),
            details: Details::new(),
        };
        Self {
            status,
            body: Box::new(ErrorBody { error }),
            retry_after: None,
        }
    }

    fn with(mut self, details: Details) -> Self {
        self.body.error.details = details;
        self
    }

    pub(crate) fn unauthenticated(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    }

    pub(crate) fn missing_scope(scope: Scope) -> Self {
        let name = scope.name();
        let message = format!("The key lacks the scope {name}: add it to the key.");
        let details = Details::from([("scope".to_owned(), vec![name.to_owned()])]);
        Self::new(StatusCode::FORBIDDEN, "missing_scope", message).with(details)
    }

    pub(crate) fn not_found(what: &str) -> Self {
        let message = format!("There is no such {what}: check the ID.");
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(crate) fn no_route() -> Self {
        let message = "There is no such path. The sandbox lists them at /sandbox/api.";
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(crate) fn method() -> Self {
        let message = "The path doesn't take this method.";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            message,
        )
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", message)
    }

    pub(crate) fn too_large() -> Self {
        let message = "A body has at most 64 KiB.";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    pub(crate) fn media_type() -> Self {
        let message = "Send the body with Content-Type: application/json.";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            message,
        )
    }

    pub(crate) fn bad_request(message: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub(crate) fn invalid(details: Details) -> Self {
        let message = "The given data was invalid.";
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "validation_error",
            message,
        )
        .with(details)
    }

    pub(crate) fn rate_limited(seconds: u64) -> Self {
        let message = format!("Too many requests: repeat it after {seconds} s.");
        Self {
            retry_after: Some(seconds),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message)
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(seconds) = self.retry_after {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
