//! Makes the webhooks that the table names: a genuine one, and what is changed in it.

use std::thread;

use visiono_workflow::{TestEvent, Webhook, WebhookStyle};

use super::client::{Answer, Pace, Request};
use super::start::Known;
use crate::receiver::Receiver;

/// The two headers that Visiono documents.
pub(super) const GUIDE: &str = "X-Visiono-Signature";
pub(super) const DEVELOPER: &str = "X-Webhook-Signature";
const EVENT: &str = "submission.created";
/// The number of deliveries that arrive at once.
const TOGETHER: usize = 5;

/// What the webhooks of one case are made of.
pub(super) struct Kit<'k> {
    pub(super) webhook: &'k Webhook,
    /// Has another secret.
    pub(super) forger: &'k Webhook,
    pub(super) receiver: &'k Receiver,
    pub(super) now: u64,
    /// Differs for each case, so that none is a duplicate of another.
    pub(super) id: String,
    pub(super) known: &'k Known,
}

/// A webhook, and how it is sent.
pub(super) struct Draft<'k> {
    kit: &'k Kit<'k>,
    request: Request,
    sending: Sending,
}

/// The value of a signature header.
#[derive(Clone, Copy)]
pub(super) enum Signed {
    Right,
    /// With another secret.
    Forged,
    /// With one other digit.
    Tampered,
    Upper,
    /// Without `sha256=`.
    Bare,
    Empty,
    /// The first digits alone.
    Short,
    /// As long as a signature, of letters beyond ASCII.
    Latin,
}

/// How often a webhook is sent.
#[derive(Clone, Copy)]
pub(super) enum Sending {
    Once,
    /// Again with the same body, as Visiono does if it missed the answer.
    Twice,
    /// First broken off, and then in full.
    Retried,
    /// Several times at once, and then again.
    Together,
}

impl Kit<'_> {
    /// Returns the genuine event, as the guide documents it.
    pub(super) fn event(&self) -> Draft<'_> {
        self.delivery(self.fields(), self.now)
    }

    /// Returns an event of so many seconds ago.
    pub(super) fn ago(&self, seconds: u64) -> Draft<'_> {
        self.delivery(self.fields(), self.now.saturating_sub(seconds))
    }

    /// Returns an event that is so many seconds ahead.
    pub(super) fn ahead(&self, seconds: u64) -> Draft<'_> {
        self.delivery(self.fields(), self.now.saturating_add(seconds))
    }

    pub(super) fn undated(&self) -> Draft<'_> {
        let timestamp = false;
        self.delivery(
            TestEvent {
                timestamp,
                ..self.fields()
            },
            self.now,
        )
    }

    /// Returns the event as the developer documentation has it.
    pub(super) fn developer(&self) -> Draft<'_> {
        let style = WebhookStyle::Developer;
        self.delivery(
            TestEvent {
                style,
                ..self.fields()
            },
            self.now,
        )
    }

    fn fields(&self) -> TestEvent<'_> {
        TestEvent {
            id: &self.id,
            submission_id: &self.id,
            unique_value: &self.known.unique_value,
            source: &self.known.source,
            reference: &self.known.reference,
            ..TestEvent::default()
        }
    }

    fn delivery(&self, fields: TestEvent<'_>, at: u64) -> Draft<'_> {
        let test = self.webhook.test_delivery(EVENT, &fields, at);
        let test = test.expect("an ID and a time that are valid");
        let headers = test.headers().map(|(name, value)| (name, value.into()));
        Draft {
            kit: self,
            request: Request {
                method: "POST",
                target: self.receiver.target.clone(),
                headers: headers.collect(),
                body: test.body().into(),
                pace: Pace::Whole,
            },
            sending: Sending::Once,
        }
    }
}

impl Draft<'_> {
    /// Writes another body, and signs it.
    pub(super) fn saying<B: Into<Vec<u8>>>(mut self, body: impl FnOnce(&str) -> B) -> Self {
        let old = String::from_utf8_lossy(&self.request.body).into_owned();
        self.request.body = body(&old).into();
        self.with(GUIDE, Signed::Right)
    }

    /// Adds a member to the body, and signs it.
    pub(super) fn adding(self, member: &str) -> Self {
        self.saying(|body| format!("{},{member}}}", body.strip_suffix('}').unwrap_or(body)))
    }

    /// Changes the body after it was signed.
    pub(super) fn changed(mut self, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        change(&mut self.request.body);
        self
    }

    /// Replaces a signature.
    pub(super) fn with(self, name: &'static str, signed: Signed) -> Self {
        self.without(name).also(name, signed)
    }

    /// Adds a signature, after those that are there.
    pub(super) fn also(mut self, name: &'static str, signed: Signed) -> Self {
        let value = self.signature(signed).into();
        self.request.headers.push((name, value));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.request.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(super) fn slowly(mut self) -> Self {
        self.request.pace = Pace::Slow;
        self
    }

    pub(super) fn sent(self, sending: Sending) -> Self {
        Self { sending, ..self }
    }

    /// Requests another path, made of the right one.
    pub(super) fn at(mut self, path: impl FnOnce(&str) -> String) -> Self {
        let (old, query) = split(&self.request.target);
        self.request.target = path(old) + query;
        self
    }

    fn signature(&self, signed: Signed) -> String {
        let body = &self.request.body;
        let right = self.kit.webhook.signature_header(body).as_str().to_owned();
        let hex = || right.trim_start_matches("sha256=").to_owned();
        match signed {
            Signed::Right => right,
            Signed::Forged => self.kit.forger.signature_header(body).as_str().to_owned(),
            Signed::Tampered => other_digit(&right),
            Signed::Upper => format!("sha256={}", hex().to_uppercase()),
            Signed::Bare => hex(),
            Signed::Empty => String::new(),
            Signed::Short => right.chars().take(15).collect(),
            Signed::Latin => format!("sha256={}", "é".repeat(64)),
        }
    }

    /// Sends the webhook, and returns the first answer that isn't 2xx, or else the last one.
    pub(super) fn send(&self) -> Answer {
        let post = || self.request.send(self.kit.receiver);
        let is_bad = |answer: &Answer| !matches!(answer.status, Ok(200..300));
        match self.sending {
            Sending::Once => post(),
            Sending::Twice => Some(post()).filter(is_bad).unwrap_or_else(post),
            Sending::Retried => {
                let pace = Pace::Broken;
                Request {
                    pace,
                    ..self.request.clone()
                }
                .send(self.kit.receiver);
                post()
            }
            Sending::Together => thread::scope(|scope| {
                let started: Vec<_> = (0..TOGETHER).map(|_| scope.spawn(post)).collect();
                let answers = started.into_iter().filter_map(|one| one.join().ok());
                // Each is waited for.
                let answers: Vec<_> = answers.collect();
                answers.into_iter().find(is_bad).unwrap_or_else(post)
            }),
        }
    }
}

/// Splits a target into its path and its query, which has the question mark.
pub(super) fn split(target: &str) -> (&str, &str) {
    target.split_at(target.find('?').unwrap_or(target.len()))
}

/// Changes the last digit of a signature.
pub(super) fn other_digit(signature: &str) -> String {
    let mut other = signature.to_owned();
    let digit = other.pop();
    other.push(if digit == Some('0') { '1' } else { '0' });
    other
}
