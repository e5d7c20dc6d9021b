//! The data model of the sandbox: plain data, without secrets.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::fault::FaultKind;
use crate::schedule::Retries;
use crate::secret;

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
    // The fields below were added later: a saved state may lack them.
    #[serde(default)]
    pub(crate) instructions: String,
    #[serde(default = "secret::code")]
    pub(crate) unique_code: String,
    #[serde(default)]
    pub(crate) full_name: FullName,
    #[serde(default)]
    pub(crate) require_gps: bool,
    #[serde(default = "yes")]
    pub(crate) notes: bool,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    #[serde(default)]
    pub(crate) created: u64,
    /// The former slugs, which redirect to the current one.
    #[serde(default)]
    pub(crate) former: Vec<String>,
}

/// The maximum number of former slugs of a link.
const MOST_FORMER: usize = 10;

impl Link {
    /// Remembers a slug that the link no longer has.
    pub(crate) fn leave(&mut self, slug: String) {
        self.former
            .retain(|other| *other != slug && *other != self.slug);
        self.former.push(slug);
        if self.former.len() > MOST_FORMER {
            self.former.remove(0);
        }
    }
}

fn yes() -> bool {
    true
}

/// The setting of the name field on a link's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FullName {
    #[default]
    Hidden,
    Optional,
    Required,
}

/// A request for photos, which one person answers once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PhotoRequest {
    pub(crate) id: String,
    pub(crate) unique_code: String,
    pub(crate) numeric_code: String,
    pub(crate) status: RequestStatus,
    pub(crate) instructions: String,
    pub(crate) recipient_email: Option<String>,
    pub(crate) require_gps: bool,
    pub(crate) notes: bool,
    /// Saved and shown. The sandbox sends no e-mail.
    pub(crate) send_email: bool,
    pub(crate) internal_notes: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) items: Vec<Item>,
    pub(crate) created: u64,
    pub(crate) expires: Option<u64>,
    pub(crate) first_viewed: Option<u64>,
    pub(crate) submitted: Option<u64>,
}

impl PhotoRequest {
    /// Returns the value by which the timeline is filtered: the integrator's own, if there is one.
    pub(crate) fn ticket(&self) -> &str {
        let ticket = self.metadata.get("ticket_id").and_then(Value::as_str);
        ticket.unwrap_or(&self.id)
    }
}

/// The status of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestStatus {
    /// No photo was sent yet.
    Pending,
    /// At least one photo was sent.
    InProgress,
    Submitted,
    Expired,
    Canceled,
}

impl RequestStatus {
    pub(crate) const ALL: [Self; 5] = [
        Self::Pending,
        Self::InProgress,
        Self::Submitted,
        Self::Expired,
        Self::Canceled,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InProgress => "in_progress",
            Self::Submitted => "submitted",
            Self::Expired => "expired",
            Self::Canceled => "canceled",
        }
    }

    /// Returns `true` if photos can still be sent.
    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }
}

/// A photo that a link or a request asks for.
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
    /// `true` to give `submission.created` a `timestamp`, which Visiono's own example does not
    /// have.
    pub(crate) timestamp: bool,
    pub(crate) retries: Retries,
    #[serde(default)]
    pub(crate) created: u64,
}

/// A documented style of data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Style {
    /// The style of the guide for integrators.
    #[default]
    Guide,
    /// The style of the developer documentation.
    Developer,
}

/// A documented style of headers, or both at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HeaderStyle {
    #[default]
    Guide,
    Developer,
    Both,
}

/// The visit of a person who opened a link or a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Visit {
    pub(crate) id: String,
    pub(crate) at: u64,
    /// The slug of the link, or the code of the request.
    pub(crate) slug: String,
    /// The ID of the request, if it is not a link's visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<String>,
    /// The ticket of that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ticket: Option<String>,
    /// The path and the query, as the browser requested them.
    pub(crate) target: String,
    pub(crate) outcome: Outcome,
    pub(crate) photos: Vec<Photo>,
    pub(crate) submission: Option<Submission>,
}

/// The result of opening a link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The core accepted the link.
    Accepted(Origin),
    /// No signature is needed: a request, or a link without Workflow Mode.
    Unsigned,
    /// The core refused the link, or there is nothing to verify.
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
            Outcome::Unsigned | Outcome::Refused { .. } => None,
        }
    }

    /// Returns `true` if the visit has an upload page.
    pub(crate) fn is_accepted(&self) -> bool {
        !matches!(self.outcome, Outcome::Refused { .. })
    }

    /// Returns `true` if the link has a signature that Visiono ignores.
    pub(crate) fn has_ignored_signature(&self) -> bool {
        self.outcome == Outcome::Unsigned && self.target.contains("sig=")
    }

    /// Returns the value by which the timeline is filtered.
    pub(crate) fn ticket(&self) -> Option<&str> {
        let reference = self.origin().map(|origin| origin.reference.as_str());
        reference.or(self.ticket.as_deref()).or(self.unique_value())
    }

    /// Returns the unique value of the link, or the one that the person typed.
    pub(crate) fn unique_value(&self) -> Option<&str> {
        match (self.origin(), &self.submission) {
            (Some(origin), _) => Some(&origin.unique_value),
            (None, Some(submission)) => submission.unique_value.as_deref(),
            (None, None) => None,
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

impl Photo {
    /// Returns the photo's ID in the service's API and webhooks.
    pub(crate) fn submission_id(&self) -> String {
        format!("ps_{}", self.id.trim_start_matches("photo_"))
    }
}

/// The EXIF data of a photo that Visiono passes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Exif {
    /// The degrees north and east.
    pub(crate) gps: Option<(f64, f64)>,
    /// The time as in RFC 3339. A time without an offset is taken for UTC.
    pub(crate) captured_at: Option<String>,
}

/// The photos that a person has submitted, and the returns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Submission {
    pub(crate) id: String,
    pub(crate) at: u64,
    pub(crate) returns: Vec<Return>,
    /// The values that the person typed on the page of an unsigned link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unique_value: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) full_name: Option<String>,
}

/// A return that was sent to the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Return {
    pub(crate) at: u64,
    pub(crate) url: String,
    /// The redirect template of the return.
    pub(crate) template: String,
    pub(crate) fault: Option<FaultKind>,
}

/// A webhook for one endpoint, with all attempts to deliver it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    /// The ID, which is also in the delivery's header.
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
    /// The number of spaces after the body, which are signed and sent as well.
    pub(crate) padding: usize,
    pub(crate) faults: Vec<FaultKind>,
    pub(crate) duplicate_of: Option<String>,
    pub(crate) resend_of: Option<String>,
    pub(crate) status: Status,
    pub(crate) attempts: Vec<Attempt>,
    /// The last timeline entry about the delivery.
    pub(crate) updated: u64,
}

/// The status of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// An attempt is due now or later.
    Pending,
    /// It is sent after the next delivery: the fault `reorder`.
    Held,
    Succeeded,
    /// The last attempt failed, or an attempt that is not repeated.
    Failed,
    /// It is never sent: the fault `lose`.
    Lost,
    /// The endpoint was deleted.
    Canceled,
}

/// A request of a delivery, and its answer.
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
    /// There was no readable answer in time.
    Failure { error: String },
}
