//! `webhook sign`: signs a body, Visiono's part.

use clap::Args;
use serde_json::json;
use visiono_workflow::MAX_WEBHOOK_BODY;

use crate::failure::Failure;
use crate::input;
use crate::output::Done;
use crate::secrets::WebhookSecretArguments;

const HEADER: &str = "X-Visiono-Signature";

const AFTER_HELP: &str = "\
Examples:
  visiono-workflow webhook sign --secret-file webhook.secret < body.json
  curl --data-binary @body.json http://localhost:8000/webhook \\
      --header \"$(visiono-workflow webhook sign < body.json)\"";

/// Signs a body as Visiono does and prints the header, to test a receiver
///
/// The body is read from standard input. Every byte is signed, including a final newline.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Sign {
    #[command(flatten)]
    secrets: WebhookSecretArguments,
}

impl Sign {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let webhook = self.secrets.webhook()?;
        let body = input::body()?;
        if body.len() > MAX_WEBHOOK_BODY {
            return Err(Failure::argument(format!(
                "the body is larger than {MAX_WEBHOOK_BODY} bytes, which no receiver accepts",
            )));
        }
        let header = webhook.signature_header(&body);
        let value = header.as_str();
        let text = format!("{HEADER}: {value}\n");
        Ok(Done::new(json!({ "name": HEADER, "value": value }), text))
    }
}
