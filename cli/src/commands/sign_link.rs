//! `sign-link`: an integrator's part.

use clap::{Args, ValueHint};
use serde_json::json;
use visiono_workflow::{Error, LinkFields, LinkUrl, field_number, unix_time};

use crate::arguments::number;
use crate::output::{Done, Failure};
use crate::secrets::SecretArguments;

const AFTER_HELP: &str = "\
Examples:
  visiono-workflow sign-link damage-report --secret-file workflow.secret \\
      --unique-value ABC123 --source zendesk --reference ticket-456
  visiono-workflow sign-link 'https://tenant.visio.now/fleet?lang=it' --json \\
      --unique-value ABC123 --source zendesk --reference ticket-456";

/// Signs a link and prints its URL, to send a person to Visiono
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SignLink {
    /// The Smart Link: the end of its URL, or the whole of it
    #[arg(value_name = "SLUG|URL", value_hint = ValueHint::Url)]
    link: String,

    /// What is being documented: an order, a number plate (uv)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    unique_value: String,

    /// The system that sends the person, such as `zendesk` (src)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    source: String,

    /// The record in that system, such as `ticket-456` (ref)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    reference: String,

    /// When the link is signed, in Unix seconds [default: the system's clock] (ts)
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    timestamp: Option<i128>,

    #[command(flatten)]
    secrets: SecretArguments,
}

impl SignLink {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let workflow = self.secrets.workflow()?;
        let url = link_url(&self.link)?;
        let timestamp = match self.timestamp {
            Some(seconds) => field_number(seconds),
            None => unix_time(),
        };
        let signed = workflow.sign_link(
            &url,
            &LinkFields {
                unique_value: &self.unique_value,
                source: &self.source,
                reference: &self.reference,
                timestamp,
            },
        )?;
        let outputs = json!({ "sig": signed.signature().as_str(), "url": signed.to_string() });
        Ok(Done::new(outputs, format!("{signed}\n")))
    }
}

/// No slug has one of these characters, and every URL has both. Nothing at all is taken for a URL,
/// because that is what says how to begin.
fn link_url(text: &str) -> Result<LinkUrl<'_>, Error> {
    if text.is_empty() || text.contains(['/', ':']) {
        LinkUrl::parse(text)
    } else {
        LinkUrl::from_slug(text)
    }
}
