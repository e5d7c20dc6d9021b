//! `webhook send`: sends test events to a receiver on this machine.

use std::time::{Duration, Instant};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, ValueHint};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{StatusCode, Uri};
use visiono_workflow::{TestDelivery, TestEvent, Webhook, WebhookEvent, WebhookStyle};

use crate::arguments::{now, number};
use crate::failure::Failure;
use crate::input;
use crate::output::Done;
use crate::receiver::{agent, milliseconds, on_this_machine};
use crate::secrets::WebhookSecretArguments;
use crate::shown::Shown;

/// The name that selects every documented event.
const ALL: &str = "all";

const AFTER_HELP: &str = "\
Exit status:
  0  every answer was 2xx
  1  an answer was another one, or there was none within 30 s, as long as
     Visiono waits
  2  the caller's mistake

Examples:
  visiono-workflow webhook send http://localhost:8000/webhook --event all
  visiono-workflow webhook send http://localhost:8000/webhook --style developer
  visiono-workflow webhook send http://localhost:8000/webhook --no-timestamp";

/// Sends signed test events to a receiver on this machine, and prints its answers
///
/// An event has the current time and `is_test`, and is signed with your secret. It is sent to no
/// other machine, which could take it for one of Visiono's. Redirects are not followed. To test
/// duplicates, forgeries and other hostile messages, use `check`.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Send {
    /// Receiver: `http://` and localhost, 127.x.x.x or `[::1]`
    #[arg(value_name = "URL", value_parser = on_this_machine, value_hint = ValueHint::Url)]
    url: Uri,

    /// Event to send, or `all` of them; repeatable
    #[arg(
        long = "event",
        value_name = "NAME",
        value_parser = PossibleValuesParser::new(event_names()),
        default_value = WebhookEvent::SubmissionCreated.as_str()
    )]
    events: Vec<String>,

    /// Style of headers and data, of the two that Visiono documents
    #[arg(long, value_enum, default_value_t = Style::Guide)]
    style: Style,

    /// ID of the delivery and of the event's data [default: a random one for each event]
    #[arg(long, value_name = "V", value_parser = id, allow_hyphen_values = true)]
    id: Option<String>,

    /// Visiono's ID of the submission, in submission.created [default: from --id]
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    submission_id: Option<String>,

    /// Unique value, as in the link, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = TestEvent::default().unique_value,
        allow_hyphen_values = true
    )]
    unique_value: String,

    /// System that sent the person, as in the link, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = TestEvent::default().source,
        allow_hyphen_values = true
    )]
    source: String,

    /// Record in that system, as in the link, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = TestEvent::default().reference,
        allow_hyphen_values = true
    )]
    reference: String,

    /// Leaves the timestamp out, as Visiono does in submission.created
    #[arg(long)]
    no_timestamp: bool,

    /// Time of the event, in Unix seconds [default: the system's clock]
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    now: Option<i128>,

    #[command(flatten)]
    secrets: WebhookSecretArguments,
}

/// The documented styles of headers and data.
#[derive(Clone, Copy, ValueEnum)]
enum Style {
    /// Of the guide for integrators: `X-Visiono-Signature`, `data.photo_request`
    Guide,
    /// Of the developer documentation: `X-Webhook-Signature`, `data.photos`
    Developer,
}

impl From<Style> for WebhookStyle {
    fn from(style: Style) -> Self {
        match style {
            Style::Guide => Self::Guide,
            Style::Developer => Self::Developer,
        }
    }
}

/// A request and its answer.
struct Attempt {
    event: &'static str,
    delivery_id: String,
    took: Duration,
    answer: Result<StatusCode, ureq::Error>,
}

impl Send {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let now = now(self.now)?;
        let webhook = self.secrets.webhook()?;
        let agent = agent();
        let mut attempts = Vec::new();
        for event in self.events() {
            let id = self.id.clone().map_or_else(input::random_id, Ok)?;
            let test = self.test_delivery(&webhook, event, &id, now)?;
            attempts.push(self.attempt(&agent, event, id, &test));
        }
        let outputs = attempts.iter().map(Attempt::output);
        let outputs = json!({ "deliveries": outputs.collect::<Vec<_>>() });
        let text = attempts.iter().map(Attempt::line).collect();
        Ok(Done::new(outputs, text).succeeded(attempts.iter().all(Attempt::is_good)))
    }

    fn events(&self) -> Vec<WebhookEvent> {
        if self.events.iter().any(|name| name == ALL) {
            return WebhookEvent::ALL.to_vec();
        }
        let names = self.events.iter();
        names
            .filter_map(|name| WebhookEvent::from_name(name))
            .collect()
    }

    fn test_delivery(
        &self,
        webhook: &Webhook,
        event: WebhookEvent,
        id: &str,
        now: u64,
    ) -> Result<TestDelivery, Failure> {
        let own_id = || format!("pls_{id}");
        let test = TestEvent {
            id,
            submission_id: &self.submission_id.clone().unwrap_or_else(own_id),
            unique_value: &self.unique_value,
            source: &self.source,
            reference: &self.reference,
            style: self.style.into(),
            timestamp: !self.no_timestamp,
        };
        Ok(webhook.test_delivery(event.as_str(), &test, now)?)
    }

    fn attempt(
        &self,
        agent: &Agent,
        event: WebhookEvent,
        delivery_id: String,
        test: &TestDelivery,
    ) -> Attempt {
        let mut request = agent.post(&self.url);
        for (name, value) in test.headers() {
            request = request.header(name, value);
        }
        let start = Instant::now();
        let answer = request.send(test.body().as_bytes());
        Attempt {
            event: event.as_str(),
            delivery_id,
            took: start.elapsed(),
            answer: answer.map(|response| response.status()),
        }
    }
}

impl Attempt {
    /// Returns `true` if the receiver accepted the event.
    fn is_good(&self) -> bool {
        self.answer.as_ref().is_ok_and(StatusCode::is_success)
    }

    fn output(&self) -> Value {
        let mut output = json!({
            "event": self.event,
            "delivery_id": self.delivery_id,
            "status": self.answer.as_ref().ok().map(StatusCode::as_u16),
            "milliseconds": milliseconds(self.took),
            "good": self.is_good(),
        });
        if let Err(error) = &self.answer {
            output["error"] = error.to_string().into();
        }
        output
    }

    fn line(&self) -> String {
        let event = self.event;
        let milliseconds = milliseconds(self.took);
        let status = match &self.answer {
            Ok(status) => status.as_u16(),
            Err(error) => {
                let error = error.to_string();
                let error = Shown(&error);
                return format!("{event}: no readable answer after {milliseconds} ms: {error}\n");
            }
        };
        let verdict = if self.is_good() {
            "accepted"
        } else {
            "not accepted, which 2xx would be"
        };
        format!("{event}: {status} after {milliseconds} ms: {verdict}\n")
    }
}

fn event_names() -> impl Iterator<Item = &'static str> {
    WebhookEvent::ALL
        .into_iter()
        .map(WebhookEvent::as_str)
        .chain([ALL])
}

/// Parses an ID that fits into a header.
fn id(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it must be printable ASCII without spaces");
    }
    Ok(text.to_owned())
}
