//! `sign-return`: what Visiono does when the photos are there.

use clap::{Args, ValueHint};
use serde_json::json;
use visiono_workflow::{RedirectTemplate, ReturnFields, field_number, unix_time};

use crate::arguments::number;
use crate::output::{Done, Failure};
use crate::secrets::SecretArguments;

const AFTER_HELP: &str = "\
Examples:
  visiono-workflow sign-return https://a.example/done --secret-file workflow.secret \\
      --submission-id pls_123 --unique-value ABC123 --reference ticket-456 \\
      --photo-count 5";

/// Signs a return as Visiono does and prints its URL, to test an integration with
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SignReturn {
    /// The redirect template; without placeholders, the six standard parameters are appended
    #[arg(value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    template: String,

    /// Visiono's name of the submission, such as `pls_123` (sub)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    submission_id: String,

    /// What was documented, as the link had it (uv)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    unique_value: String,

    /// The record in the system that sent the person, as the link had it (ref)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    reference: String,

    /// How many photos were uploaded, at most 4294967295 (cnt)
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    photo_count: i128,

    /// When the return is signed, in Unix seconds [default: the system's clock] (ts)
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    timestamp: Option<i128>,

    #[command(flatten)]
    secrets: SecretArguments,
}

impl SignReturn {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let workflow = self.secrets.workflow()?;
        let template = RedirectTemplate::parse(&self.template)?;
        let photo_count = field_number(self.photo_count);
        let timestamp = match self.timestamp {
            Some(seconds) => field_number(seconds),
            None => unix_time(),
        };
        let signed = workflow.sign_return(
            &template,
            &ReturnFields {
                submission_id: &self.submission_id,
                unique_value: &self.unique_value,
                reference: &self.reference,
                photo_count,
                timestamp,
            },
        )?;
        let outputs = json!({ "sig": signed.signature().as_str(), "url": signed.to_string() });
        Ok(Done::new(outputs, format!("{signed}\n")))
    }
}
