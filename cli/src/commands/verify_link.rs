//! `verify-link`: verifies a link, Visiono's part.

use std::fmt::Display;

use clap::Args;
use visiono_workflow::{ExpectLink, Field};

use crate::arguments::{Checks, Message, verifying_help};
use crate::failure::Failure;
use crate::input;
use crate::output::Done;

const EXAMPLES: &str = "\
Examples:
  visiono-workflow verify-link --secret-file workflow.secret \\
      'https://visiono.io/s/damage-report?uv=ABC123&src=zendesk&ref=...&sig=...'
  visiono-workflow verify-link --secret-file new.secret --secret-file old.secret \\
      --expect reference=ticket-456 --json - < url.txt";

/// Verifies a link as Visiono does, and prints its values
#[derive(Args)]
#[command(after_help = verifying_help(EXAMPLES))]
pub(crate) struct VerifyLink {
    #[command(flatten)]
    message: Message,

    #[command(flatten)]
    checks: Checks,
}

impl VerifyLink {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let now = self.checks.now()?;
        let mut expect = ExpectLink::new();
        for (field, value) in self.checks.expected()? {
            expect = expect.field(field, value)?;
        }
        let workflow = self.checks.workflow()?;
        let message = input::message(&self.message.message)?;
        let link = workflow.verify_link(message.as_ref(), now, &expect)?;
        let values: &[(_, &dyn Display)] = &[
            // cargo xtask generate: link except Signature
            // (Field::{variant}, &link.{long}()),
            (Field::UniqueValue, &link.unique_value()),
            (Field::Source, &link.source()),
            (Field::Reference, &link.reference()),
            (Field::Timestamp, &link.timestamp()),
            // end generated
        ];
        Ok(Done::verified(values, link.secret_index()))
    }
}
