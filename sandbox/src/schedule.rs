//! The times of attempts: a pure function of the deliveries and the time.

use serde::{Deserialize, Serialize};

use crate::model::{Answer, Delivery, Endpoint, Status};

/// A schedule of retries, of the two that Visiono documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Retries {
    /// The guide for integrators: five attempts.
    #[default]
    Guide,
    /// The developer documentation: three retries.
    Developer,
}

impl Retries {
    /// Returns the time before each attempt, in seconds after the one before it.
    pub(crate) const fn delays(self) -> &'static [u64] {
        match self {
            Self::Guide => &[0, 60, 300, 1800, 7200],
            Self::Developer => &[0, 60, 300, 1800],
        }
    }

    /// Returns the time of an attempt, counted from 0, or `None` after the last.
    ///
    /// It counts from the time at which the attempt before it was due, not from its answer, so
    /// that a clock that is advanced past several attempts makes all of them due.
    pub(crate) fn due(self, first: u64, attempt: usize) -> Option<u64> {
        let delays = self.delays().get(..=attempt)?;
        Some(
            delays
                .iter()
                .fold(first, |time, delay| time.saturating_add(*delay)),
        )
    }
}

/// Returns the time of a delivery's next attempt, or `None` if there is none.
pub(crate) fn due(delivery: &Delivery) -> Option<u64> {
    match delivery.status {
        Status::Pending | Status::Held => delivery
            .retries
            .due(delivery.first, delivery.attempts.len()),
        Status::Succeeded | Status::Failed | Status::Lost | Status::Canceled => None,
    }
}

/// Returns the state of a delivery after an answer to its attempt with this number, from 0.
///
/// Any 2xx is a success. 5xx and no answer are repeated. Any other answer is final: redirects are
/// not followed, and a receiver that refuses a message will refuse it again.
pub(crate) fn after(answer: &Answer, retries: Retries, attempt: usize) -> Status {
    let is_repeated = match answer {
        Answer::Response { status, .. } if (200..300).contains(status) => return Status::Succeeded,
        Answer::Response { status, .. } => *status >= 500,
        Answer::Failure { .. } => true,
    };
    if is_repeated && retries.due(0, attempt + 1).is_some() {
        Status::Pending
    } else {
        Status::Failed
    }
}

/// Returns the delivery whose attempt comes next at an endpoint: the one that has been due for the
/// longest time.
pub(crate) fn next<'d>(
    deliveries: impl IntoIterator<Item = &'d Delivery>,
    endpoint: &Endpoint,
    now: u64,
) -> Option<&'d Delivery> {
    if !endpoint.active {
        return None;
    }
    deliveries
        .into_iter()
        .filter(|delivery| delivery.endpoint == endpoint.id)
        .filter_map(|delivery| Some((due(delivery)?, delivery)))
        .filter(|(due, _)| *due <= now)
        .min_by_key(|(due, delivery)| (*due, delivery.order))
        .map(|(_, delivery)| delivery)
}

/// Returns the next time, after now, at which an attempt is due.
pub(crate) fn wake<'d>(
    deliveries: impl IntoIterator<Item = &'d Delivery>,
    now: u64,
) -> Option<u64> {
    let times = deliveries.into_iter().filter_map(due);
    times.filter(|time| *time > now).min()
}
