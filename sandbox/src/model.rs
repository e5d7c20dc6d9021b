//! The things that the sandbox holds: plain data, without secrets.

use serde::{Deserialize, Serialize};

use crate::fault::FaultKind;
use crate::schedule::Retries;

/// A Smart Link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) workflow_mode: bool,
    /// The redirect template.
    pub(crate) redirect: Option<String>,
    pub(crate) unique_field_label: String,
    pub(crate) items: Vec<Item>,
    pub(crate) active: bool,
}

/// A photo that a link asks for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) instructions: String,
    #[serde(default)]
    pub(crate) required: bool,
}

/// A receiver of webhooks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) events: Vec<String>,
    pub(crate) active: bool,
    pub(crate) payload: Style,
    pub(crate) headers: HeaderStyle,
    /// Gives `submission.created` a `timestamp`, which Visiono's own example has not.
    pub(crate) timestamp: bool,
    pub(crate) retries: Retries,
}

/// A style of data, of the two that Visiono documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Style {
    /// The guide for integrators.
    #[default]
    Guide,
    /// The developer documentation.
    Developer,
}

/// A style of headers: one of the two that Visiono documents, or both at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeaderStyle {
    #[default]
    Guide,
    Developer,
    Both,
}

/// A person who came through a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) id: String,
    pub(crate) at: u64,
    pub(crate) slug: String,
    /// The path and the query, as the browser requested them.
    pub(crate) target: String,
    pub(crate) outcome: Outcome,
    pub(crate) photos: Vec<Photo>,
    pub(crate) submission: Option<Submission>,
}

/// The answer to a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The core accepted it.
    Accepted(Origin),
    /// The core refused it, or there is nothing to verify.
    Refused { code: String, message: String },
}

/// The values of an accepted link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Origin {
    pub(crate) unique_value: String,
    pub(crate) source: String,
    pub(crate) reference: String,
}

impl Visit {
    pub(crate) fn origin(&self) -> Option<&Origin> {
        match &self.outcome {
            Outcome::Accepted(origin) => Some(origin),
            Outcome::Refused { .. } => None,
        }
    }
}

/// A photo that a person uploaded. Its bytes are in the store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Photo {
    pub(crate) id: String,
    pub(crate) item: Option<String>,
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) size: usize,
    pub(crate) mime: String,
    pub(crate) at: u64,
    pub(crate) exif: Exif,
}

/// The data in a photo's EXIF that Visiono passes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exif {
    /// Degrees north and east.
    pub(crate) gps: Option<(f64, f64)>,
    /// As in RFC 3339. Without an offset in the photo, it is taken for UTC.
    pub(crate) captured_at: Option<String>,
}

/// The photos that a person has sent off, and the way back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Submission {
    pub(crate) id: String,
    pub(crate) at: u64,
    pub(crate) returns: Vec<Return>,
}

/// A return: the browser was sent back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Return {
    pub(crate) at: u64,
    pub(crate) url: String,
    /// The redirect template that it was made from.
    pub(crate) template: String,
    pub(crate) fault: Option<FaultKind>,
}

/// A webhook for one endpoint, with all attempts to deliver it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// Also the value of the delivery's header.
    pub(crate) id: String,
    pub(crate) endpoint: String,
    pub(crate) url: String,
    pub(crate) event: String,
    pub(crate) ticket: Option<String>,
    pub(crate) visit: Option<String>,
    pub(crate) created: u64,
    /// The time from which the schedule counts.
    pub(crate) first: u64,
    /// The position among deliveries that are due at the same time.
    pub(crate) order: u64,
    pub(crate) retries: Retries,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The number of spaces after the body, which are signed and sent too.
    pub(crate) padding: usize,
    pub(crate) faults: Vec<FaultKind>,
    pub(crate) duplicate_of: Option<String>,
    pub(crate) resend_of: Option<String>,
    pub(crate) status: Status,
    pub(crate) attempts: Vec<Attempt>,
    /// The last entry of the timeline about it.
    pub(crate) updated: u64,
}

/// The state of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// An attempt is due now or later.
    Pending,
    /// It waits for the next delivery, and goes after it: the fault `reorder`.
    Held,
    Succeeded,
    /// The last attempt failed, or one that is not repeated.
    Failed,
    /// It was never sent: the fault `lose`.
    Lost,
    /// The endpoint was deleted.
    Canceled,
}

/// One request of a delivery, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    pub(crate) at: u64,
    pub(crate) milliseconds: u64,
    pub(crate) answer: Answer,
}

/// The answer of a receiver.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(crate) enum Answer {
    Response {
        status: u16,
        headers: Vec<(String, String)>,
        /// The start of the body.
        body: String,
    },
    /// No readable answer in time.
    Failure { error: String },
}
