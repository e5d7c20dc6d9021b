//! `sign-link`: signs a link, the integrator's part.

use std::ffi::{OsStr, OsString};

use clap::{Args, ValueHint};
use visiono_workflow::{Error, LinkFields, LinkUrl};

use crate::arguments::{number, timestamp};
use crate::failure::Failure;
use crate::output::Done;
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
    #[command(flatten)]
    link: Link,

    // cargo xtask generate: link except Signature
    // /// {Doc}{/, at most 4294967295/ [default: the system's clock]} ({short})
    // #[arg(long, value_name = "{V/N/S}", {allow_hyphen_values/value_parser = number, allow_negative_numbers/value_parser = number, allow_negative_numbers} = true)]
    // {long}: {String/i128/Option<i128>},
    /// The documented item: an order or a license plate (uv)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    unique_value: String,
    /// The system that sends the person, such as `zendesk` (src)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    source: String,
    /// The record in that system, such as `ticket-456` (ref)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    reference: String,
    /// The time of signing, in Unix seconds [default: the system's clock] (ts)
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    timestamp: Option<i128>,
    // end generated
    #[command(flatten)]
    secrets: SecretArguments,
}

impl SignLink {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let workflow = self.secrets.workflow()?;
        let url = self.link.url()?;
        let signed = workflow.sign_link(
            &url,
            &LinkFields {
                // cargo xtask generate: link except Signature
                // {long}: {&/field_number(/timestamp(}self.{long}{/)/)},
                unique_value: &self.unique_value,
                source: &self.source,
                reference: &self.reference,
                timestamp: timestamp(self.timestamp),
                // end generated
            },
        )?;
        Ok(Done::signed(&signed.to_string(), signed.signature()))
    }
}

/// The Smart Link.
#[derive(Args)]
pub(crate) struct Link {
    /// Smart Link: the last segment of its URL, or the whole URL
    #[arg(
        value_name = "SLUG|URL",
        value_hint = ValueHint::Url,
        required_unless_present_any = ["slug", "link"]
    )]
    slug_or_link: Option<OsString>,

    /// Smart Link, by the last segment of its URL
    #[arg(
        long,
        value_name = "SLUG",
        allow_hyphen_values = true,
        conflicts_with = "slug_or_link"
    )]
    slug: Option<OsString>,

    /// Smart Link, by its whole URL
    #[arg(
        long,
        value_name = "URL",
        value_hint = ValueHint::Url,
        conflicts_with_all = ["slug_or_link", "slug"]
    )]
    link: Option<OsString>,
}

impl Link {
    pub(crate) fn url(&self) -> Result<LinkUrl<'_>, Error> {
        let [either, slug, link] = [&self.slug_or_link, &self.slug, &self.link]
            .map(|text| text.as_deref().map(OsStr::as_encoded_bytes));
        match either {
            Some(text) if looks_like_url(text) => LinkUrl::parse(text),
            Some(text) => LinkUrl::from_slug(text),
            None => LinkUrl::from_slug_or_url(slug, link),
        }
    }
}

/// Returns `true` if an argument is meant as a URL. Every URL has a `/` and a `:`, and no slug has.
/// An empty argument counts as a URL, because the error for a URL explains its form.
fn looks_like_url(text: &[u8]) -> bool {
    text.is_empty() || text.iter().any(|byte| matches!(byte, b'/' | b':'))
}
