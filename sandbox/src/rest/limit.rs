//! The rate limit of the service's API, on the sandbox's clock.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::Shared;
use crate::refusal::Refusal;
use crate::rest::error::ApiError;
use crate::state::Change;

/// The window in which the requests of a key are counted, in seconds.
const WINDOW: u64 = 60;
/// The highest limit.
const HIGHEST: u64 = 1_000_000;

/// The settings of the rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RateLimit {
    /// The number of requests that a key may send in a window.
    limit: u64,
    /// The time until which every key is refused.
    exhausted_until: Option<u64>,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self {
            limit: 60,
            exhausted_until: None,
        }
    }
}

impl RateLimit {
    pub(crate) fn sentence(&self) -> String {
        match self.exhausted_until {
            Some(_) => "The rate limit is exhausted for a minute".to_owned(),
            None => format!("The rate limit is {} requests a minute", self.limit),
        }
    }

    pub(crate) fn show(&self, now: u64) -> Value {
        json!({ "limit": self.limit, "exhausted": self.exhausted(now).is_some() })
    }

    /// Returns the seconds for which every key is still refused.
    fn exhausted(&self, now: u64) -> Option<u64> {
        self.exhausted_until?
            .checked_sub(now)
            .filter(|rest| *rest > 0)
    }
}

/// The windows of the keys: the start, and the number of requests.
#[derive(Debug, Default)]
pub(crate) struct Windows(Mutex<HashMap<String, (u64, u64)>>);

/// The values of the rate limit headers.
pub(crate) struct Allowance {
    pub(crate) limit: u64,
    pub(crate) remaining: u64,
    /// The error, if the request is refused.
    pub(crate) refusal: Option<ApiError>,
}

impl Windows {
    /// Counts a request of a key.
    pub(crate) fn count(&self, key: &str, rate: RateLimit, now: u64) -> Allowance {
        let limit = rate.limit;
        if let Some(rest) = rate.exhausted(now) {
            return Allowance {
                limit,
                remaining: 0,
                refusal: Some(ApiError::rate_limited(rest)),
            };
        }
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Removes the windows of keys that are no longer used.
        windows.retain(|_, (start, _)| (*start..*start + WINDOW).contains(&now));
        let (start, used) = windows.entry(key.to_owned()).or_insert((now, 0));
        let refusal = (*used >= limit).then(|| ApiError::rate_limited(*start + WINDOW - now));
        *used = used.saturating_add(1);
        Allowance {
            limit,
            remaining: limit.saturating_sub(*used),
            refusal,
        }
    }

    fn clear(&self) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.clear();
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitChange {
    limit: Option<u64>,
    exhausted: Option<bool>,
}

/// `PUT /sandbox/rate-limit`: changes the limit, or exhausts it until a minute is over.
pub(crate) async fn change(
    State(app): State<Shared>,
    Json(change): Json<LimitChange>,
) -> Result<Json<Value>, Refusal> {
    if change
        .limit
        .is_some_and(|limit| !(1..=HIGHEST).contains(&limit))
    {
        return Err(Refusal::invalid(format!("the limit is 1 to {HIGHEST}")));
    }
    app.windows.clear();
    app.with(|state| {
        let now = state.now;
        let rate = RateLimit {
            limit: change.limit.unwrap_or(state.rate_limit.limit),
            exhausted_until: change
                .exhausted
                .unwrap_or_default()
                .then(|| now.saturating_add(WINDOW)),
        };
        state.apply(Change::RateLimited(rate));
        Ok(Json(rate.show(now)))
    })
}
