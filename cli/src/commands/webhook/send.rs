//! `webhook send`: test events for a receiver on this machine.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::{Duration, Instant};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum, ValueHint};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::uri::Scheme;
use ureq::http::{StatusCode, Uri};
use visiono_workflow::{TestDelivery, TestEvent, Webhook, WebhookEvent, WebhookStyle};

use crate::arguments::{now, number};
use crate::failure::Failure;
use crate::input;
use crate::output::Done;
use crate::secrets::WebhookSecretArguments;
use crate::shown::Shown;

/// The longest time to wait for an answer, which is Visiono's.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The name for every documented event.
const ALL: &str = "all";

const AFTER_HELP: &str = "\
Exit status:
  0  every answer was 2xx; with --tamper, every answer was 401
  1  an answer was another one, or there was none within 30 s, as long as
     Visiono waits
  2  the caller's mistake

Examples:
  visiono-workflow webhook send http://localhost:8000/webhook --event all
  visiono-workflow webhook send http://localhost:8000/webhook --style developer
  visiono-workflow webhook send http://localhost:8000/webhook --duplicate 2
  visiono-workflow webhook send http://localhost:8000/webhook --no-timestamp
  visiono-workflow webhook send http://localhost:8000/webhook --tamper";

/// Sends signed test events to a receiver on this machine, and prints how it answers
///
/// An event has the present time and `is_test`, and is signed with your secret. It is sent to no
/// other machine, where it could be taken for one of Visiono's. Redirects are not followed.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Send {
    /// The receiver: `http://` and localhost, 127.x.x.x or `[::1]`
    #[arg(value_name = "URL", value_parser = receiver, value_hint = ValueHint::Url)]
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

    /// The unique value, as in the link, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = TestEvent::default().unique_value,
        allow_hyphen_values = true
    )]
    unique_value: String,

    /// The system that sent the person, as in the link, in submission.created
    #[arg(
        long,
        value_name = "V",
        default_value = TestEvent::default().source,
        allow_hyphen_values = true
    )]
    source: String,

    /// The record in that system, as in the link, in submission.created
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

    /// Number of deliveries of each event, of which a receiver must process one
    ///
    /// The body and its signature are the same each time, as in a retry. The delivery's ID, which
    /// isn't authenticated, differs.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    duplicate: u16,

    /// Changes one digit of the body after it was signed; a receiver must answer with 401
    #[arg(long)]
    tamper: bool,

    #[command(flatten)]
    secrets: WebhookSecretArguments,
}

/// The styles of headers and data, with their help.
#[derive(Clone, Copy, ValueEnum)]
enum Style {
    /// The guide's for integrators: `X-Visiono-Signature`, `data.photo_request`
    Guide,
    /// The developer documentation's: `X-Webhook-Signature`, `data.photos`
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

/// One request and its answer.
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
            let id = self.id.clone().map_or_else(random_id, Ok)?;
            let test = self.test_delivery(&webhook, event, &id, now)?;
            let mut body = test.body().as_bytes().to_vec();
            if self.tamper {
                tamper(&mut body);
            }
            let mut delivery_id = id;
            for _ in 0..self.duplicate {
                attempts.push(self.attempt(&agent, event, delivery_id, &test, &body));
                delivery_id = random_id()?;
            }
        }
        let is_good = |attempt: &Attempt| self.is_good(attempt);
        let outputs = attempts.iter().map(|attempt| self.output(attempt));
        let outputs = json!({ "deliveries": outputs.collect::<Vec<_>>() });
        let text = attempts.iter().map(|attempt| self.line(attempt)).collect();
        Ok(Done::new(outputs, text).succeeded(attempts.iter().all(is_good)))
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
        body: &[u8],
    ) -> Attempt {
        let mut request = agent.post(&self.url);
        for (name, value) in test.headers() {
            let value = match name {
                "X-Visiono-Delivery" | "X-Webhook-ID" => &delivery_id,
                _ => value,
            };
            request = request.header(name, value);
        }
        let start = Instant::now();
        let answer = request.send(body).map(|response| response.status());
        Attempt {
            event: event.as_str(),
            delivery_id,
            took: start.elapsed(),
            answer,
        }
    }

    /// Returns whether the receiver answered as it must.
    fn is_good(&self, attempt: &Attempt) -> bool {
        attempt.answer.as_ref().is_ok_and(|status| {
            if self.tamper {
                *status == StatusCode::UNAUTHORIZED
            } else {
                status.is_success()
            }
        })
    }

    fn output(&self, attempt: &Attempt) -> Value {
        let mut output = json!({
            "event": attempt.event,
            "delivery_id": attempt.delivery_id,
            "status": attempt.answer.as_ref().ok().map(StatusCode::as_u16),
            "milliseconds": milliseconds(attempt.took),
            "good": self.is_good(attempt),
        });
        if let Err(error) = &attempt.answer {
            output["error"] = error.to_string().into();
        }
        output
    }

    fn line(&self, attempt: &Attempt) -> String {
        let Attempt {
            event,
            took,
            answer,
            ..
        } = attempt;
        let milliseconds = milliseconds(*took);
        let status = match answer {
            Ok(status) => status.as_u16(),
            Err(error) => {
                let error = error.to_string();
                let error = Shown(&error);
                return format!("{event}: no readable answer after {milliseconds} ms: {error}\n");
            }
        };
        let verdict = match (self.tamper, self.is_good(attempt)) {
            (false, true) => "accepted",
            (false, false) => "not accepted, which 2xx would be",
            (true, true) => "refused, as a forgery must be",
            (true, false) => "not refused with 401, as a forgery must be",
        };
        format!("{event}: {status} after {milliseconds} ms: {verdict}\n")
    }
}

/// Returns a client that connects to the receiver alone: to no proxy of the environment, and to no
/// target of a redirect.
fn agent() -> Agent {
    Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!("visiono-workflow/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

/// Changes one digit, so that the body stays JSON: a receiver that doesn't verify the signature
/// would accept it.
fn tamper(body: &mut [u8]) {
    if let Some(digit) = body.iter_mut().rfind(|byte| byte.is_ascii_digit()) {
        *digit ^= 1;
    }
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

fn random_id() -> Result<String, Failure> {
    let mut id = [0; 8];
    input::random(&mut id)?;
    Ok(hex::encode(id))
}

fn event_names() -> impl Iterator<Item = &'static str> {
    WebhookEvent::ALL
        .into_iter()
        .map(WebhookEvent::as_str)
        .chain([ALL])
}

/// Reads an ID that fits into a header.
fn id(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it must be printable ASCII without spaces");
    }
    Ok(text.to_owned())
}

/// Reads the URL of a receiver on this machine.
fn receiver(text: &str) -> Result<Uri, &'static str> {
    let url: Uri = text.parse().map_err(|_| "it is not a URL")?;
    if !has_good_port(&url) {
        return Err("the port must be a number from 1 to 65535, without a leading zero");
    }
    if !url.host().is_some_and(is_this_machine) {
        return Err(
            "a test event is signed with your secret, and could be taken for one of Visiono's: \
             it is sent to this machine alone (localhost, 127.x.x.x or [::1])",
        );
    }
    if url.scheme() != Some(&Scheme::HTTP) {
        return Err(
            "start it with http://, without TLS: no authority certifies localhost, and what is \
             sent doesn't leave the machine",
        );
    }
    Ok(url)
}

/// Returns whether the URL has no port or a valid one. `Uri` accepts others and then drops them, so
/// that the request would go to port 80.
fn has_good_port(url: &Uri) -> bool {
    let Some(authority) = url.authority() else {
        return true;
    };
    // Searched from the end, because a host may have colons in its brackets.
    let after_host = authority.as_str().rsplit(['@', ']']).next();
    let Some((_, port)) = after_host.and_then(|text| text.split_once(':')) else {
        return true;
    };
    let number = port.parse::<u16>().ok();
    number.is_some_and(|number| number != 0 && number.to_string() == port)
}

fn is_this_machine(host: &str) -> bool {
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match v6 {
        Some(address) => address.parse() == Ok(Ipv6Addr::LOCALHOST),
        None => {
            host.eq_ignore_ascii_case("localhost")
                || host
                    .parse()
                    .is_ok_and(|address: Ipv4Addr| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_waited_for_as_long_as_the_service_does() {
        let agent = agent();
        let global = agent.config().timeouts().global;
        assert_eq!(global, Some(Duration::from_secs(30)));
    }

    #[test]
    fn times_have_their_units() {
        assert_eq!(milliseconds(Duration::from_secs_f64(1.5)), 1500);
    }

    #[test]
    fn a_forgery_differs_in_one_digit() {
        for (body, forged) in [
            (r#"{"a":"pls_99","b":"é"}"#, r#"{"a":"pls_98","b":"é"}"#),
            (r#"{"a":10}"#, r#"{"a":11}"#),
            (r#"{"a":"\u001b"}"#, r#"{"a":"\u000b"}"#),
        ] {
            let mut bytes = body.as_bytes().to_vec();
            tamper(&mut bytes);
            assert_eq!(bytes, forged.as_bytes());
        }
    }
}
