//! The times of attempts: pure functions of the deliveries and the time.

use serde::{Deserialize, Serialize};

use crate::model::{Answer, Delivery, Endpoint, Status};

/// A documented schedule of retries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Retries {
    /// The schedule of the guide for integrators: five attempts.
    #[default]
    Guide,
    /// The schedule of the developer documentation: three retries.
    Developer,
}

impl Retries {
    /// Returns the delay of each attempt, in seconds after the previous one.
    pub(crate) const fn delays(self) -> &'static [u64] {
        match self {
            Self::Guide => &[0, 60, 300, 1800, 7200],
            Self::Developer => &[0, 60, 300, 1800],
        }
    }

    /// Returns the time of an attempt, counted from 0, or `None` after the last.
    ///
    /// It counts from the time at which the previous attempt was due, not from its answer. If the
    /// clock is advanced past several attempts, all of them are due.
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

/// Returns the status of a delivery after an answer to its attempt with this number, from 0.
///
/// Any 2xx is a success. 5xx and a missing answer are retried. Any other answer is final: redirects
/// are not followed, and a receiver that refuses a message will refuse it again.
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

/// Returns the next delivery to attempt at an endpoint: the one that has been due for the longest
/// time.
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

/// Returns the next time, after `now`, at which an attempt is due.
pub(crate) fn wake<'d>(
    deliveries: impl IntoIterator<Item = &'d Delivery>,
    now: u64,
) -> Option<u64> {
    let times = deliveries.into_iter().filter_map(due);
    times.filter(|time| *time > now).min()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::model::Attempt;
    use crate::setup;
    use crate::state::{Change, State};

    const START: u64 = 1_700_000_000;

    /// A delivery to queue: its endpoint, its delay, `true` for the developer's schedule, and
    /// `true` to hold it.
    type Plan = (usize, u64, bool, bool);

    fn plans() -> impl Strategy<Value = Vec<Plan>> {
        let delay = prop_oneof![Just(0), 0..20_000u64];
        prop::collection::vec((0..2usize, delay, any::<bool>(), any::<bool>()), 1..12)
    }

    /// The answers of a receiver, indexed by the numbers of the delivery and the attempt.
    type Answers = Vec<u16>;

    fn answers() -> impl Strategy<Value = Answers> {
        let status = prop_oneof![
            Just(200u16),
            Just(204),
            Just(302),
            Just(401),
            Just(500),
            Just(503),
            Just(0)
        ];
        prop::collection::vec(status, 60)
    }

    fn state(plans: &[Plan]) -> State {
        let mut state = State::default();
        let endpoints = [
            setup::endpoint("http://localhost:1/"),
            setup::endpoint("http://localhost:2/"),
        ];
        for endpoint in &endpoints {
            state.apply(START, Change::EndpointSaved(endpoint.clone()));
        }
        for (number, (endpoint, delay, is_guide, is_held)) in plans.iter().enumerate() {
            let delivery = Delivery {
                id: format!("d_{number}"),
                endpoint: endpoints[*endpoint].id.clone(),
                url: String::new(),
                event: String::new(),
                ticket: None,
                visit: None,
                created: START,
                first: START + delay,
                order: 0,
                retries: if *is_guide {
                    Retries::Guide
                } else {
                    Retries::Developer
                },
                headers: Vec::new(),
                body: String::new(),
                padding: 0,
                faults: Vec::new(),
                duplicate_of: None,
                resend_of: None,
                status: if *is_held {
                    Status::Held
                } else {
                    Status::Pending
                },
                attempts: Vec::new(),
                updated: 0,
            };
            state.apply(
                START,
                Change::Queued {
                    delivery: Box::new(delivery),
                    used: Vec::new(),
                },
            );
        }
        state
    }

    fn answer(status: u16) -> Answer {
        match status {
            0 => Answer::Failure {
                error: "timeout".to_owned(),
            },
            status => Answer::Response {
                status,
                headers: Vec::new(),
                body: String::new(),
            },
        }
    }

    /// Sends everything that is due at a time. Returns each delivery with the time at which it was
    /// due.
    fn send(state: &mut State, now: u64, answers: &Answers) -> Vec<(String, String, u64)> {
        let mut sent = Vec::new();
        while let Some(delivery) = state
            .endpoints
            .iter()
            .find_map(|endpoint| next(&state.deliveries, endpoint, now))
        {
            let due = due(delivery).expect("it is due");
            assert!(due <= now);
            let id = delivery.id.clone();
            sent.push((delivery.endpoint.clone(), id.clone(), due));
            let number: usize = id[2..].parse().expect("a number");
            let status = answers[(number * 5 + delivery.attempts.len()) % answers.len()];
            let attempt = Attempt {
                at: now,
                milliseconds: 1,
                answer: answer(status),
            };
            state.apply(
                now,
                Change::Answered {
                    delivery: id,
                    attempt,
                },
            );
        }
        sent
    }

    fn by_endpoint(sent: Vec<(String, String, u64)>) -> HashMap<String, Vec<(String, u64)>> {
        let mut sorted: HashMap<_, Vec<_>> = HashMap::new();
        for (endpoint, id, due) in sent {
            sorted.entry(endpoint).or_default().push((id, due));
        }
        sorted
    }

    #[test]
    fn schedules_are_the_documented_ones() {
        let minutes = |retries: Retries| {
            let times = (0..).map_while(|attempt| retries.due(0, attempt));
            times.map(|seconds| seconds / 60).collect::<Vec<_>>()
        };
        assert_eq!(minutes(Retries::Guide), [0, 1, 6, 36, 156]);
        assert_eq!(minutes(Retries::Developer), [0, 1, 6, 36]);
    }

    proptest! {
        /// Tests that a clock that jumps sends the same as one that stops at each due time.
        #[test]
        fn a_clock_jump_sends_the_same_deliveries(plans in plans(), answers in answers()) {
            let mut jumped = state(&plans);
            let at_once = send(&mut jumped, START + 100_000, &answers);

            let mut waited = state(&plans);
            // The endpoints have other IDs.
            let names: HashMap<_, _> = waited.endpoints.iter().zip(&jumped.endpoints)
                .map(|(waited, jumped)| (waited.id.clone(), jumped.id.clone())).collect();
            let mut now = START;
            let mut one_by_one = send(&mut waited, now, &answers);
            while let Some(time) = wake(&waited.deliveries, now) {
                prop_assert!(time > now);
                now = time;
                let sent = send(&mut waited, now, &answers);
                // No wake-up is in vain, and nothing is late.
                prop_assert!(!sent.is_empty());
                prop_assert!(sent.iter().all(|(_, _, due)| *due == now));
                one_by_one.extend(sent);
            }
            for (endpoint, ..) in &mut one_by_one {
                *endpoint = names[endpoint].clone();
            }
            prop_assert_eq!(by_endpoint(at_once), by_endpoint(one_by_one));
        }

        /// Tests that each endpoint receives the deliveries in the order in which they are due.
        #[test]
        fn deliveries_go_in_the_order_in_which_they_are_due(
            plans in plans(), answers in answers(), jump in 0..30_000u64,
        ) {
            let mut state = state(&plans);
            for sent in by_endpoint(send(&mut state, START + jump, &answers)).values() {
                prop_assert!(sent.is_sorted_by_key(|(_, due)| *due));
            }
        }

        /// Tests that a delivery ends after at most the attempts of its schedule, by its answers
        /// alone.
        #[test]
        fn every_delivery_ends(plans in plans(), answers in answers()) {
            let mut state = state(&plans);
            send(&mut state, START + 100_000, &answers);
            for delivery in &state.deliveries {
                let number: usize = delivery.id[2..].parse().expect("a number");
                let most = delivery.retries.delays().len();
                let given = (0..most).map(|attempt| answers[(number * 5 + attempt) % answers.len()]);
                let given: Vec<_> = given.collect();
                let end = given.iter().position(|status| *status != 0 && *status < 500);
                let (count, status) = match end {
                    Some(end) if given[end] < 300 => (end + 1, Status::Succeeded),
                    Some(end) => (end + 1, Status::Failed),
                    None => (most, Status::Failed),
                };
                prop_assert_eq!((delivery.attempts.len(), delivery.status), (count, status));
                prop_assert_eq!(due(delivery), None);
            }
        }

        /// Tests that nothing is sent before it is due.
        #[test]
        fn nothing_is_early(plans in plans(), answers in answers(), steps in prop::collection::vec(0..3000u64, 1..8)) {
            let mut state = state(&plans);
            let mut now = START;
            for step in steps {
                now += step;
                for (_, _, due) in send(&mut state, now, &answers) {
                    prop_assert!(due <= now);
                }
                let late = state.deliveries.iter().filter_map(due).filter(|due| *due <= now);
                prop_assert_eq!(late.count(), 0);
            }
        }
    }
}
