//! Makes the webhooks that the table names: a genuine one, and changed versions of it.

use std::thread;

use visiono_workflow::{TestEvent, Webhook, WebhookStyle};

use super::client::{Answer, Pace, Request};
use super::start::LinkValues;
use crate::receiver::Receiver;

/// The two headers that Visiono documents.
pub(super) const GUIDE: &str = "X-Visiono-Signature";
pub(super) const DEVELOPER: &str = "X-Webhook-Signature";
const EVENT: &str = "submission.created";
/// The number of concurrent deliveries.
const TOGETHER: usize = 5;

/// The parts that the webhooks of one case are made of.
pub(super) struct WebhookMaker<'k> {
    pub(super) webhook: &'k Webhook,
    /// A webhook signer with another secret.
    pub(super) forger: &'k Webhook,
    pub(super) receiver: &'k Receiver,
    pub(super) now: u64,
    /// The ID of the event, which differs for each case, so that none is a duplicate of another.
    pub(super) id: String,
    pub(super) known: &'k LinkValues,
}

/// A webhook and the way to send it.
pub(super) struct WebhookDraft<'k> {
    maker: &'k WebhookMaker<'k>,
    request: Request,
    sending: Sending,
}

/// The value of a signature header.
#[derive(Clone, Copy)]
pub(super) enum Signed {
    Right,
    /// Signed with another secret.
    Forged,
    /// With a changed digit.
    Tampered,
    Upper,
    /// Without `sha256=`.
    Bare,
    Empty,
    /// Only the first digits.
    Short,
    /// Non-ASCII letters, as many as a signature has.
    Latin,
}

/// The number of deliveries of a webhook.
#[derive(Clone, Copy)]
pub(super) enum Sending {
    Once,
    /// Twice with the same body, as Visiono does if it missed the answer.
    Twice,
    /// First aborted, then complete.
    Retried,
    /// Several concurrently, then once more.
    Together,
}

impl WebhookMaker<'_> {
    /// Returns the genuine event, as the guide documents it.
    pub(super) fn event(&self) -> WebhookDraft<'_> {
        self.delivery(self.fields(), self.now)
    }

    /// Returns an event from this many seconds ago.
    pub(super) fn ago(&self, seconds: u64) -> WebhookDraft<'_> {
        self.delivery(self.fields(), self.now.saturating_sub(seconds))
    }

    /// Returns an event dated this many seconds ahead.
    pub(super) fn ahead(&self, seconds: u64) -> WebhookDraft<'_> {
        self.delivery(self.fields(), self.now.saturating_add(seconds))
    }

    pub(super) fn undated(&self) -> WebhookDraft<'_> {
        let timestamp = false;
        self.delivery(
            TestEvent {
                timestamp,
                ..self.fields()
            },
            self.now,
        )
    }

    /// Returns the event as the developer documentation describes it.
    pub(super) fn developer(&self) -> WebhookDraft<'_> {
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

    fn delivery(&self, fields: TestEvent<'_>, at: u64) -> WebhookDraft<'_> {
        let test = self.webhook.test_delivery(EVENT, &fields, at);
        let test = test.expect("an ID and a time that are valid");
        let headers = test.headers().map(|(name, value)| (name, value.into()));
        WebhookDraft {
            maker: self,
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

impl WebhookDraft<'_> {
    /// Replaces the body, and signs it.
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

    /// Appends a signature header.
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

    /// Changes the path.
    pub(super) fn at(mut self, path: impl FnOnce(&str) -> String) -> Self {
        let (old, query) = split(&self.request.target);
        self.request.target = path(old) + query;
        self
    }

    fn signature(&self, signed: Signed) -> String {
        let body = &self.request.body;
        let right = self
            .maker
            .webhook
            .signature_header(body)
            .as_str()
            .to_owned();
        let hex = || right.trim_start_matches("sha256=").to_owned();
        match signed {
            Signed::Right => right,
            Signed::Forged => self.maker.forger.signature_header(body).as_str().to_owned(),
            Signed::Tampered => other_digit(&right),
            Signed::Upper => format!("sha256={}", hex().to_uppercase()),
            Signed::Bare => hex(),
            Signed::Empty => String::new(),
            Signed::Short => right.chars().take(15).collect(),
            Signed::Latin => format!("sha256={}", "é".repeat(64)),
        }
    }

    /// Sends the webhook. Returns the first answer that isn't 2xx, or else the last one.
    pub(super) fn send(&self) -> Answer {
        let post = || self.request.send(self.maker.receiver);
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
                .send(self.maker.receiver);
                post()
            }
            Sending::Together => thread::scope(|scope| {
                let started: Vec<_> = (0..TOGETHER).map(|_| scope.spawn(post)).collect();
                let answers = started.into_iter().filter_map(|one| one.join().ok());
                // All deliveries end before the answer is chosen.
                let answers: Vec<_> = answers.collect();
                answers.into_iter().find(is_bad).unwrap_or_else(post)
            }),
        }
    }
}

/// Splits a target into its path and its query, which includes the question mark.
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
