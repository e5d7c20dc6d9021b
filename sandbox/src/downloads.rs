//! Download URLs of photos, which expire on the sandbox's clock.

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use visiono_workflow::Webhook;

use crate::app::Shared;
use crate::state::State as Sandbox;

/// The owner of the key that signs download URLs.
pub(crate) const KEY: &str = "downloads";
/// The validity of a URL, in seconds.
pub(crate) const VALID: u64 = 24 * 60 * 60;

/// Returns the path and query of a photo's download URL.
pub(crate) fn path(state: &Sandbox, now: u64, photo: &str) -> String {
    let expires = now.saturating_add(VALID);
    let signature = signer(state).map(|signer| signer.sign(text(photo, expires).as_bytes()));
    let signature = signature
        .as_ref()
        .map_or("", |signature| signature.as_str());
    format!("/photos/{photo}?expires={expires}&signature={signature}")
}

/// Returns the signer of download URLs. The core's webhook signature is an HMAC of any bytes, so it
/// serves here too.
fn signer(state: &Sandbox) -> Option<Webhook> {
    let key = state.keys.get(KEY)?;
    Webhook::from_texts([Some(key.current.expose())]).ok()
}

fn text(photo: &str, expires: u64) -> String {
    format!("{photo}.{expires}")
}

#[derive(Deserialize)]
pub(crate) struct Permit {
    expires: u64,
    signature: String,
}

/// `GET /photos/{id}`.
pub(crate) async fn get(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Query(permit): Query<Permit>,
) -> Response {
    let mime = app.with(|state| {
        let signer = signer(state).ok_or(StatusCode::NOT_FOUND)?;
        let header = format!("sha256={}", permit.signature);
        signer
            .verify(
                text(&id, permit.expires).as_bytes(),
                Some(header.as_bytes()),
            )
            .map_err(|_| StatusCode::FORBIDDEN)?;
        if state.now > permit.expires {
            return Err(StatusCode::GONE);
        }
        let photo = state.photos().find(|photo| photo.id == id);
        photo
            .map(|photo| photo.mime.clone())
            .ok_or(StatusCode::NOT_FOUND)
    });
    match mime.map(|mime| (mime, app.store.get(&id))) {
        Err(status) => (status, "this download URL is invalid or has expired\n").into_response(),
        Ok((_, Err(_))) => (StatusCode::NOT_FOUND, "the photo is gone\n").into_response(),
        Ok((mime, Ok(bytes))) => {
            let headers = [
                (header::CONTENT_TYPE, mime.as_str()),
                (header::CONTENT_DISPOSITION, "inline"),
                (
                    header::CONTENT_SECURITY_POLICY,
                    "default-src 'none'; sandbox",
                ),
                // The URL may be used on a page of the integrator.
                (
                    header::HeaderName::from_static("cross-origin-resource-policy"),
                    "cross-origin",
                ),
            ];
            (headers, bytes.to_vec()).into_response()
        }
    }
}
