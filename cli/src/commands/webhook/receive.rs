//! `webhook receive`: verifies a webhook, the integrator's part.

use clap::Args;
use serde_json::{Value, json};
use visiono_workflow::{DEFAULT_WEBHOOK_MAX_AGE, Delivery, WebhookHeaders, check_seconds};

use crate::arguments::{Clock, header, number, verifying_help};
use crate::failure::Failure;
use crate::input;
use crate::output::Done;
use crate::secrets::WebhookSecretArguments;
use crate::shown::lines;

const EXAMPLES: &str = "\
Examples:
  visiono-workflow webhook receive --secret-file webhook.secret \\
      --header 'X-Visiono-Signature: sha256=...' < body.json
  visiono-workflow webhook receive --json --now 1735137300 \\
      --header 'X-Webhook-Signature: sha256=...' --header 'X-Webhook-ID: wh_1' < body.json";

/// Verifies a webhook and prints its content
///
/// The body is read from standard input, as the bytes that arrived: JSON that was parsed and
/// written again has other bytes. The time is checked if the event has a timestamp.
#[derive(Args)]
#[command(after_help = verifying_help(EXAMPLES))]
pub(crate) struct Receive {
    /// Header of the request, as it arrived; repeatable
    ///
    /// Names are not case-sensitive, and headers that are not Visiono's are ignored. One space
    /// after the colon is not part of the value.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,

    #[command(flatten)]
    secrets: WebhookSecretArguments,

    #[command(flatten)]
    clock: Clock,

    /// Maximum age of an event that has a timestamp, in seconds
    #[arg(
        long,
        value_name = "S",
        value_parser = number,
        default_value_t = DEFAULT_WEBHOOK_MAX_AGE.into(),
        allow_negative_numbers = true
    )]
    max_age: i128,

    /// Refuses an event without a timestamp
    ///
    /// Visiono's `submission.created` has none. Without this option it is accepted at any time, so
    /// keep its `dedup_key` as long as the secret is in use.
    #[arg(long)]
    require_timestamp: bool,
}

impl Receive {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let now = self.clock.now()?;
        let max_age = check_seconds(self.max_age)?;
        let leeway = self.clock.leeway()?;
        let webhook = self.secrets.webhook()?;
        let webhook = webhook
            .max_age(max_age)
            .leeway(leeway)
            .require_timestamp(self.require_timestamp);
        let headers = self.headers.iter().map(|(name, value)| (name, value));
        let headers = WebhookHeaders::from_iter(headers);
        let body = input::body()?;
        let delivery = webhook.receive(&body, &headers, now)?;
        // The body is JSON, so its data is always a `Value`.
        let data = delivery.data_as::<Value>().unwrap_or_default();
        let outputs = json!({
            "event": delivery.event_name(),
            "documented": delivery.event().is_some(),
            "event_time": delivery.event_time(),
            "dedup_key": delivery.dedup_key(),
            "secret_index": delivery.secret_index(),
            "request_id": delivery.request_id(),
            "unauthenticated_delivery_id": delivery.unauthenticated_delivery_id(),
            "unauthenticated_tenant_id": delivery.unauthenticated_tenant_id(),
            "is_test": delivery.is_test(),
            "link": delivery.link().map(|link| json!({
                "submission_id": link.submission_id(),
                "unique_value": link.unique_value(),
                "source": link.source(),
                "reference": link.reference(),
            })),
            "data": data,
        });
        Ok(Done::new(outputs, text(&delivery)))
    }
}

/// Returns a line for each value that is present.
fn text(delivery: &Delivery<'_>) -> String {
    let link = delivery.link();
    let owned = |text: &str| text.to_owned();
    let values = [
        ("event", Some(owned(delivery.event_name()))),
        ("documented", Some(delivery.event().is_some().to_string())),
        ("event_time", delivery.event_time().map(|s| s.to_string())),
        ("dedup_key", Some(owned(delivery.dedup_key()))),
        ("secret_index", Some(delivery.secret_index().to_string())),
        ("request_id", delivery.request_id().map(owned)),
        (
            "unauthenticated_delivery_id",
            delivery.unauthenticated_delivery_id().map(owned),
        ),
        (
            "unauthenticated_tenant_id",
            delivery.unauthenticated_tenant_id().map(owned),
        ),
        ("is_test", Some(delivery.is_test().to_string())),
        (
            "link.submission_id",
            link.and_then(|link| link.submission_id().map(owned)),
        ),
        (
            "link.unique_value",
            link.map(|link| owned(link.unique_value())),
        ),
        ("link.source", link.map(|link| owned(link.source()))),
        ("link.reference", link.map(|link| owned(link.reference()))),
    ];
    let values = values.into_iter();
    lines(values.filter_map(|(name, value)| Some((name, value?))))
}
