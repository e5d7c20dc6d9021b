//! The routes, and the connections.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post, put};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::app::Shared;
use crate::{api, downloads, guard, links, live, pages, requests, rest, uploads, worker};

/// The maximum number of concurrent connections.
const MOST_CONNECTIONS: usize = 256;
/// The maximum size of a request to the API, in bytes.
const LARGEST: usize = 64 << 10;
/// The maximum time for the head of a request.
const HEAD: Duration = Duration::from_secs(20);

fn routes(app: Shared) -> Router {
    let photos = post(uploads::photos).layer(DefaultBodyLimit::max(uploads::LARGEST_REQUEST));
    let visit = Router::new()
        .route("/photos", photos)
        .route("/samples", post(uploads::sample))
        .route("/remove", post(uploads::remove))
        .route("/submit", post(uploads::submit))
        .route("/return", get(uploads::back));
    Router::new()
        .route("/", get(pages::console))
        .route("/assets/{name}", get(pages::asset))
        .route("/playground", get(pages::playground))
        .route("/photos/{id}", get(downloads::get))
        .route("/api/v1.openapi", get(rest::document))
        .nest("/api/v1", rest::routes(Arc::clone(&app)))
        .route("/qr/{name}", get(rest::qr::get))
        .route("/code", get(requests::code_page).post(requests::enter_code))
        .route("/p/{code}", get(requests::open))
        .route("/s/{slug}", get(links::open))
        .nest("/s/{slug}/{visit}", visit.clone())
        .nest("/p/{slug}/{visit}", visit)
        .route("/sandbox", get(api::overview))
        .route("/sandbox/api", get(pages::browse))
        .route("/sandbox/docs", get(pages::docs))
        .route("/sandbox/reset", post(api::reset))
        .route("/sandbox/clock", post(api::clock))
        .route("/sandbox/timeline", get(live::timeline))
        .route("/sandbox/timeline/{id}", get(api::entry))
        .route("/sandbox/live", get(live::live))
        .route(
            "/sandbox/links/{slug}",
            put(api::put_link).delete(api::delete_link),
        )
        .route("/sandbox/links/{slug}/secret", post(api::link_secret))
        .route("/sandbox/links/{slug}/sign", post(api::sign))
        .route("/sandbox/submissions", post(api::submit))
        .route("/sandbox/endpoints", post(api::add_endpoint))
        .route(
            "/sandbox/endpoints/{id}",
            patch(api::change_endpoint).delete(api::delete_endpoint),
        )
        .route("/sandbox/endpoints/{id}/secret", post(api::endpoint_secret))
        .route("/sandbox/endpoints/{id}/test", post(api::test_endpoint))
        .route("/sandbox/events", post(api::event))
        .route("/sandbox/deliveries", get(live::deliveries))
        .route("/sandbox/deliveries/{id}", get(api::get_delivery))
        .route("/sandbox/deliveries/{id}/resend", post(api::resend))
        .route("/sandbox/photo-requests/{id}/submit", post(rest::whole))
        .route("/sandbox/keys", post(rest::add_key))
        .route(
            "/sandbox/keys/{id}",
            patch(rest::change_key).delete(rest::delete_key),
        )
        .route("/sandbox/keys/{id}/secret", post(rest::regenerate_key))
        .route("/sandbox/rate-limit", put(rest::change_limit))
        .route("/sandbox/faults", post(api::add_fault))
        .route("/sandbox/faults/{id}", delete(api::delete_fault))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(from_fn_with_state(Arc::clone(&app), guard::check))
        .with_state(app)
}

/// Serves connections until the program ends.
pub(crate) async fn serve(app: Shared, listener: TcpListener) {
    tokio::spawn(worker::deliver(Arc::clone(&app)));
    tokio::spawn(worker::save(Arc::clone(&app)));
    let routes = routes(app);
    let free = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        // The semaphore is never closed.
        let Ok(permit) = Arc::clone(&free).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files: some will be closed soon.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let service = TowerToHyperService::new(routes.clone());
        tokio::spawn(async move {
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .max_headers(100)
                .serve_connection(TokioIo::new(stream), service);
            // A browser that disconnects is not an error.
            let _ = connection.await;
            drop(permit);
        });
    }
}
