//! The state of a running server: shared, saved, and watched by requests that wait for a change.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use crate::clock;
use crate::guard::Hosts;
use crate::receiver::Receivers;
use crate::requests;
use crate::rest::Windows;
use crate::state::{Change, State};
use crate::store::Store;

/// The state that all handlers share.
pub(crate) type Shared = Arc<App>;

pub(crate) struct App {
    state: Mutex<State>,
    /// The number of changes.
    changed: watch::Sender<u64>,
    pub(crate) store: Store,
    pub(crate) hosts: Hosts,
    pub(crate) receivers: Receivers,
    pub(crate) address: SocketAddr,
    pub(crate) snapshot: Option<PathBuf>,
    pub(crate) windows: Windows,
}

/// Exclusive access to the state, with the current time.
pub(crate) struct Transaction<'s> {
    state: &'s mut State,
    pub(crate) now: u64,
}

impl Transaction<'_> {
    pub(crate) fn apply(&mut self, change: Change) {
        self.state.apply(self.now, change);
        self.now = clock::now(self.state.ahead);
    }

    pub(crate) fn replace(&mut self, state: State) {
        *self.state = state;
    }
}

impl Deref for Transaction<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        self.state
    }
}

impl App {
    pub(crate) fn new(
        state: State,
        store: Store,
        hosts: Hosts,
        receivers: Receivers,
        address: SocketAddr,
        snapshot: Option<PathBuf>,
    ) -> Self {
        Self {
            state: Mutex::new(state),
            changed: watch::Sender::new(0),
            store,
            hosts,
            receivers,
            address,
            snapshot,
            windows: Windows::default(),
        }
    }

    /// Reads and changes the state in one transaction.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&mut Transaction<'_>) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.last;
        let now = clock::now(state.ahead);
        let mut transaction = Transaction {
            state: &mut state,
            now,
        };
        requests::expire(&mut transaction, &self.origin());
        let result = use_it(&mut transaction);
        let after = state.last;
        let orphans = std::mem::take(&mut state.orphans);
        drop(state);
        for photo in orphans {
            self.store.remove(&photo);
        }
        if before != after {
            self.wake();
        }
        result
    }

    /// Wakes everything that waits for a change.
    pub(crate) fn wake(&self) {
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Returns a receiver that is notified of every change.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Calls `look` now and after each change, until it returns a value or the time is over.
    pub(crate) async fn wait<T>(
        &self,
        time: Duration,
        mut look: impl FnMut(&State) -> Option<T>,
    ) -> Option<T> {
        let end = Instant::now() + time;
        let mut changed = self.watch();
        loop {
            changed.mark_unchanged();
            if let Some(found) = self.with(|state| look(state)) {
                return Some(found);
            }
            timeout_at(end, changed.changed()).await.ok()?.ok()?;
        }
    }

    /// Returns the origin of the sandbox's URLs.
    pub(crate) fn origin(&self) -> String {
        crate::origin(self.address.port())
    }
}
