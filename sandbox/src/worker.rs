//! Sends deliveries that are due, and saves changes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::app::{App, Shared};
use crate::deliver;
use crate::fault::FaultKind;
use crate::requests;
use crate::schedule;
use crate::send::{self, Outgoing};
use crate::snapshot;
use crate::state::Change;

/// The maximum sleep of the sender. Afterwards it reads the system's clock again, which may have
/// been set.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// The pause between two snapshots.
const PAUSE: Duration = Duration::from_millis(50);

/// Sends deliveries when they are due: to one endpoint in the order in which they are due, to
/// several endpoints concurrently.
pub(crate) async fn deliver(app: Shared) {
    let agent = send::agent();
    let busy = Arc::new(Mutex::new(HashSet::new()));
    let mut changed = app.watch();
    loop {
        changed.mark_unchanged();
        let (due, sleep_for) = find(&app, &busy);
        for (endpoint, delivery, outgoing, at) in due {
            let (app, busy, agent) = (Arc::clone(&app), Arc::clone(&busy), agent.clone());
            spawn_blocking(move || {
                let attempt = send::send(&agent, &outgoing, at);
                app.with(|state| state.apply(Change::Answered { delivery, attempt }));
                busy.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .remove(&endpoint);
                // Wakes the loop again: the endpoint was still busy when the answer woke it.
                app.wake();
            });
        }
        let _ = timeout(sleep_for, changed.changed()).await;
    }
}

type Due = (String, String, Outgoing, u64);

/// Returns the next delivery of each endpoint that is not busy, and the time until another one is
/// due. Marks these endpoints as busy.
fn find(app: &App, busy: &Mutex<HashSet<String>>) -> (Vec<Due>, Duration) {
    app.with(|state| {
        let mut busy = busy.lock().unwrap_or_else(PoisonError::into_inner);
        let now = state.now;
        let mut due = Vec::new();
        for endpoint in &state.endpoints {
            if busy.contains(&endpoint.id) {
                continue;
            }
            if let Some(delivery) = schedule::next(&state.deliveries, endpoint, now) {
                busy.insert(endpoint.id.clone());
                let slowly = delivery.faults.iter().find_map(|fault| match fault {
                    FaultKind::SlowSending { seconds } => Some(Duration::from_secs(*seconds)),
                    _ => None,
                });
                let outgoing = Outgoing {
                    url: delivery.url.clone(),
                    headers: delivery.headers.clone(),
                    body: deliver::bytes(&delivery.body, delivery.padding),
                    slowly,
                };
                due.push((endpoint.id.clone(), delivery.id.clone(), outgoing, now));
            }
        }
        let attempt = schedule::wake(&state.deliveries, now);
        let expiry = requests::next_expiry(state).map(|(time, _)| time);
        let wake = attempt.into_iter().chain(expiry).min();
        let seconds = wake.map_or(LONGEST_SLEEP, |time| {
            Duration::from_secs(time.saturating_sub(now))
        });
        (due, seconds.min(LONGEST_SLEEP))
    })
}

/// Saves the state after each change. Changes during a write are saved by the next one.
pub(crate) async fn save(app: Shared) {
    let Some(path) = app.snapshot.clone() else {
        return;
    };
    let mut changed = app.watch();
    while changed.changed().await.is_ok() {
        let (app, path) = (Arc::clone(&app), path.clone());
        let saved = spawn_blocking(move || {
            let bytes = app.with(|state| snapshot::encode(state))?;
            snapshot::write(&path, &bytes)
        });
        if let Ok(Err(error)) = saved.await {
            eprintln!("warning: the state can't be saved: {error}");
        }
        sleep(PAUSE).await;
    }
}
