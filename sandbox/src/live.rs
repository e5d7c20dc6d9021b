//! Streams the timeline: by long poll and by `EventSource`.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, body::Body};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::api::delivery;
use crate::app::Shared;
use crate::model::{Delivery, Status};
use crate::state::{Entry, State as Sandbox};

/// The maximum time to wait, in seconds.
const LONGEST: u64 = 60;
/// The time between two keep-alives of an `EventSource`.
const ALIVE: Duration = Duration::from_secs(15);
/// The maximum number of entries in an answer.
const MOST: usize = 1000;

/// The part of the timeline to return.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Filter {
    /// Only entries changed after this one.
    after: u64,
    /// The maximum time to wait for an entry, in seconds.
    wait: u64,
    ticket: Option<String>,
    endpoint: Option<String>,
    event: Option<String>,
    status: Option<Status>,
}

impl Filter {
    fn time(&self) -> Duration {
        Duration::from_secs(self.wait.min(LONGEST))
    }

    fn entries(&self, state: &Sandbox) -> Vec<Entry> {
        let is_ticket = |entry: &&Entry| self.ticket.is_none() || entry.ticket == self.ticket;
        // Searched from the end, because new entries are there.
        let new = state
            .timeline
            .iter()
            .rev()
            .take_while(|entry| entry.id > self.after);
        let mut entries: Vec<_> = new.filter(is_ticket).cloned().collect();
        entries.reverse();
        entries.truncate(MOST);
        entries
    }

    fn matches(&self, delivery: &Delivery) -> bool {
        let is =
            |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|w| w == value);
        delivery.updated > self.after
            && (self.ticket.is_none() || delivery.ticket == self.ticket)
            && is(&self.endpoint, &delivery.endpoint)
            && is(&self.event, &delivery.event)
            && self.status.is_none_or(|status| status == delivery.status)
    }

    fn deliveries(&self, state: &Sandbox) -> Vec<Value> {
        let mut found: Vec<_> = state
            .deliveries
            .iter()
            .filter(|delivery| self.matches(delivery))
            .collect();
        found.sort_by_key(|delivery| delivery.updated);
        found.into_iter().take(MOST).map(delivery).collect()
    }
}

/// `GET /sandbox/timeline`.
pub(crate) async fn timeline(
    State(app): State<Shared>,
    Query(filter): Query<Filter>,
) -> Json<Value> {
    let look = |state: &Sandbox| Some(filter.entries(state)).filter(|found| !found.is_empty());
    let entries = app.wait(filter.time(), look).await.unwrap_or_default();
    let last = entries.last().map_or(filter.after, |entry| entry.id);
    Json(json!({ "entries": entries, "last": last }))
}

/// `GET /sandbox/deliveries`.
pub(crate) async fn deliveries(
    State(app): State<Shared>,
    Query(filter): Query<Filter>,
) -> Json<Value> {
    let look = |state: &Sandbox| Some(filter.deliveries(state)).filter(|found| !found.is_empty());
    let deliveries = app.wait(filter.time(), look).await.unwrap_or_default();
    let updated = deliveries
        .iter()
        .filter_map(|delivery| delivery["updated"].as_u64());
    let last = updated.max().unwrap_or(filter.after);
    Json(json!({ "deliveries": deliveries, "last": last }))
}

/// `GET /sandbox/live`: an `EventSource` of the timeline's entries.
pub(crate) async fn live(
    State(app): State<Shared>,
    headers: HeaderMap,
    Query(mut filter): Query<Filter>,
) -> Response {
    // A browser that reconnects sends the last entry it has.
    let seen = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    filter.after = seen.unwrap_or(filter.after);
    let (sender, receiver) = mpsc::channel(16);
    tokio::spawn(async move {
        loop {
            let look = |state: &Sandbox| Some(filter.entries(state)).filter(|new| !new.is_empty());
            let new = app.wait(ALIVE, look).await;
            let mut text = String::new();
            for entry in new.iter().flatten() {
                filter.after = entry.id;
                // The JSON of an entry has no line break.
                let json = serde_json::to_string(entry).unwrap_or_default();
                text.push_str(&format!("id: {}\ndata: {json}\n\n", entry.id));
            }
            if text.is_empty() {
                text.push_str(": still here\n\n");
            }
            // The browser is gone.
            if sender.send(Bytes::from(text)).await.is_err() {
                return;
            }
        }
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream")];
    (headers, Body::new(Events(receiver))).into_response()
}

/// A body that streams the messages of a channel.
struct Events(mpsc::Receiver<Bytes>);

impl axum::body::HttpBody for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
        let next = self.get_mut().0.poll_recv(context);
        next.map(|bytes| bytes.map(|bytes| Ok(hyper::body::Frame::data(bytes))))
    }
}
