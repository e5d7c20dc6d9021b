//! `verify-return`: verifies a return, the integrator's part.

use std::ffi::{OsStr, OsString};
use std::fmt::Display;

use clap::{Args, ValueHint};
use visiono_workflow::{ExpectReturn, Field, RedirectTemplate};

use crate::arguments::{Checks, Message, verifying_help};
use crate::failure::Failure;
use crate::input;
use crate::output::Done;

const EXAMPLES: &str = "\
Examples:
  printf '%s' \"?$QUERY_STRING\" | visiono-workflow verify-return - \\
      --expect \"reference=$ticket\"
  visiono-workflow verify-return --secret-file workflow.secret \\
      --expect reference=ticket-456 'https://a.example/done?sub=pls_123&...&sig=...'
  visiono-workflow verify-return --secret-file workflow.secret --json - < url.txt \\
      --template 'https://a.example/{reference}?id={submission_id}&s={signature}' \\
      --expect uv=ABC123 --expect cnt=5 --expect ts=1705500100";

/// Verifies a return when the browser comes back, and prints its values
#[derive(Args)]
#[command(after_help = verifying_help(EXAMPLES))]
pub(crate) struct VerifyReturn {
    #[command(flatten)]
    message: Message,

    /// Redirect template from which the return was made [default: the six standard parameters]
    ///
    /// If its path has a placeholder, pass the URL as the browser requested it, not only its query.
    #[arg(long, value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    template: Option<OsString>,

    #[command(flatten)]
    checks: Checks,
}

impl VerifyReturn {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let now = self.checks.now()?;
        let mut expect = ExpectReturn::new();
        for (field, value) in self.checks.expected()? {
            expect = expect.field(field, value)?;
        }
        let workflow = self.checks.workflow()?;
        let template = self.template.as_deref().map(OsStr::as_encoded_bytes);
        let template = template.map(RedirectTemplate::parse).transpose()?;
        let message = input::message(&self.message.message)?;
        let verified = workflow.verify_return(message.as_ref(), template.as_ref(), now, &expect)?;
        let values: &[(_, &dyn Display)] = &[
            // cargo xtask generate: return except Signature
            // (Field::{variant}, &verified.{long}()),
            (Field::SubmissionId, &verified.submission_id()),
            (Field::UniqueValue, &verified.unique_value()),
            (Field::Reference, &verified.reference()),
            (Field::PhotoCount, &verified.photo_count()),
            (Field::Timestamp, &verified.timestamp()),
            // end generated
        ];
        Ok(Done::verified(values, verified.secret_index()))
    }
}
