//! `sign-return`: signs a return, Visiono's part after the upload.

use std::ffi::OsString;

use clap::{Args, ValueHint};
use visiono_workflow::{RedirectTemplate, ReturnFields, field_number};

use crate::arguments::{number, timestamp};
use crate::commands::template::Verifiable;
use crate::failure::Failure;
use crate::output::{self, Done};
use crate::secrets::SecretArguments;

const AFTER_HELP: &str = "\
Examples:
  visiono-workflow sign-return https://a.example/done --secret-file workflow.secret \\
      --submission-id pls_123 --unique-value ABC123 --reference ticket-456 \\
      --photo-count 5";

/// Signs a return as Visiono does and prints its URL, to test an integration
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SignReturn {
    /// Redirect template; without placeholders, the six standard parameters are appended
    #[arg(value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    template: OsString,

    // cargo xtask generate: return except Signature
    // /// {Doc}{/, at most 4294967295/ [default: the system's clock]} ({short})
    // #[arg(long, value_name = "{V/N/S}", {allow_hyphen_values/value_parser = number, allow_negative_numbers/value_parser = number, allow_negative_numbers} = true)]
    // {long}: {String/i128/Option<i128>},
    /// The ID of the submission at Visiono, such as `pls_123` (sub)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    submission_id: String,
    /// The documented item: an order or a license plate (uv)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    unique_value: String,
    /// The record in that system, such as `ticket-456` (ref)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    reference: String,
    /// The number of uploaded photos, at most 4294967295 (cnt)
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    photo_count: i128,
    /// The time of signing, in Unix seconds [default: the system's clock] (ts)
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    timestamp: Option<i128>,
    // end generated
    #[command(flatten)]
    secrets: SecretArguments,
}

impl SignReturn {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let workflow = self.secrets.workflow()?;
        let template = RedirectTemplate::parse(self.template.as_encoded_bytes())?;
        let signed = workflow.sign_return(
            &template,
            &ReturnFields {
                // cargo xtask generate: return except Signature
                // {long}: {&/field_number(/timestamp(}self.{long}{/)/)},
                submission_id: &self.submission_id,
                unique_value: &self.unique_value,
                reference: &self.reference,
                photo_count: field_number(self.photo_count),
                timestamp: timestamp(self.timestamp),
                // end generated
            },
        )?;
        if let Some(obstacle) = Verifiable::of(&template).obstacle() {
            output::warn(&format!(
                "no return of this template can be verified, because {obstacle}"
            ));
        }
        Ok(Done::signed(&signed.to_string(), signed.signature()))
    }
}
