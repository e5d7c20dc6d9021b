//! Explains a message of the timeline.

use visiono_workflow::{ExpectedValue, Field};
use visiono_workflow_explain::{
    Diagnosis, Input, Message, OtherSecret, Relation, Request, explain,
};

use crate::clock;
use crate::deliver;
use crate::model::{Delivery, Visit};
use crate::secret::Keys;
use crate::state::State;

/// A message to explain, copied from the state because a search takes some time.
pub(crate) struct DiagnosisRequest {
    keys: Keys,
    others: Vec<Keys>,
    subject: Subject,
    now: u64,
}

enum Subject {
    Link(String),
    Return {
        url: String,
        template: String,
        unique_value: String,
        reference: String,
    },
    Webhook {
        body: Vec<u8>,
        headers: Vec<(String, String)>,
        url: String,
    },
}

impl DiagnosisRequest {
    /// Returns the request about a link, or `None` if it can't be explained.
    pub(crate) fn link(state: &State, visit: &Visit) -> Option<Self> {
        let link = state.links.get(&visit.slug)?;
        Self::new(
            state,
            &link.id,
            Subject::Link(visit.target.clone()),
            visit.at,
        )
    }

    /// Returns the request about a return of a visit, by its index.
    pub(crate) fn back(state: &State, visit: &Visit, index: usize) -> Option<Self> {
        let link = state.links.get(&visit.slug)?;
        let back = visit.submission.as_ref()?.returns.get(index)?;
        let origin = visit.origin()?;
        let subject = Subject::Return {
            url: back.url.clone(),
            template: back.template.clone(),
            unique_value: origin.unique_value.clone(),
            reference: origin.reference.clone(),
        };
        Self::new(state, &link.id, subject, back.at)
    }

    /// Returns the request about a webhook.
    pub(crate) fn webhook(state: &State, delivery: &Delivery) -> Option<Self> {
        let subject = Subject::Webhook {
            body: deliver::bytes(&delivery.body, delivery.padding),
            headers: delivery.headers.clone(),
            url: delivery.url.clone(),
        };
        let now = delivery
            .attempts
            .last()
            .map_or(clock::now(state.ahead), |attempt| attempt.at);
        Self::new(state, &delivery.endpoint, subject, now)
    }

    fn new(state: &State, owner: &str, subject: Subject, now: u64) -> Option<Self> {
        let keys = state.keys.get(owner)?.clone();
        // An API key signs nothing.
        let is_other = |id: &str| id != owner && !state.api_keys.iter().any(|key| key.id == id);
        let others = state.keys.iter().filter(|(id, _)| is_other(id));
        let others = others.map(|(_, keys)| keys.clone()).collect();
        Some(Self {
            keys,
            others,
            subject,
            now,
        })
    }

    /// Searches for the cause. Blocks for a fraction of a second.
    pub(crate) fn explain(&self) -> Diagnosis {
        let secrets = [self.keys.current.expose().as_bytes()];
        let kind = |text: &str| text.starts_with("whsec_");
        let others: Vec<_> = self
            .others
            .iter()
            .map(|keys| OtherSecret {
                text: keys.current.expose().as_bytes(),
                relation: match kind(keys.current.expose()) == kind(self.keys.current.expose()) {
                    true => Relation::OtherEndpoint,
                    false => Relation::OtherKind,
                },
            })
            .chain(self.keys.previous.iter().map(|secret| OtherSecret {
                text: secret.expose().as_bytes(),
                relation: Relation::Rotated,
            }))
            .collect();
        match &self.subject {
            Subject::Link(target) => {
                let message = Message::Link(Input::Text(target.as_bytes()));
                explain(
                    &Request::new(message, &secrets)
                        .others(&others)
                        .now(self.now),
                )
            }
            Subject::Return {
                url,
                template,
                unique_value,
                reference,
            } => {
                // An integration expects the values that it signed.
                let expect = [
                    (Field::UniqueValue, ExpectedValue::Text(unique_value)),
                    (Field::Reference, ExpectedValue::Text(reference)),
                ];
                let message = Message::Return(Input::Text(url.as_bytes()));
                let request = Request::new(message, &secrets).others(&others);
                let request = request.template(template.as_bytes()).expect(&expect);
                explain(&request.now(self.now))
            }
            Subject::Webhook { body, headers, url } => {
                let headers: Vec<_> = headers
                    .iter()
                    .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                    .collect();
                let message = Message::Webhook {
                    body,
                    headers: &headers,
                };
                let request = Request::new(message, &secrets).others(&others);
                explain(&request.endpoint(url.as_bytes()).now(self.now))
            }
        }
    }
}
