//! What is signed and verified.

use anyhow::Result;
use visiono_workflow::{
    LinkFields, RedirectTemplate, ReturnFields, Webhook, WebhookSecret, Workflow, WorkflowSecret,
};

/// When everything was signed, and is verified.
pub(crate) const NOW: u64 = 1_705_500_000;
/// The text of each secret. The second is longer than a block of SHA-256, so it is hashed first.
pub(crate) const SECRETS: [&str; 4] = [
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "another secret, which is so long that HMAC has to hash it before it can be its key ......",
    "a third of them!",
    "and a fourth one, in case of need",
];
/// A secret that isn't accepted.
pub(crate) const STRANGER: &str = "the secret of somebody else";

pub(crate) fn link(unique_value: &str) -> LinkFields<'_> {
    LinkFields {
        unique_value,
        source: "zendesk",
        reference: "ticket-456",
        timestamp: NOW,
    }
}

pub(crate) fn returned(unique_value: &str) -> ReturnFields<'_> {
    ReturnFields {
        submission_id: "pls_123",
        unique_value,
        reference: "ticket-456",
        photo_count: 5,
        timestamp: NOW,
    }
}

/// A template whose returns end in the signature, as links do.
pub(crate) fn template() -> Result<RedirectTemplate<'static>> {
    Ok(RedirectTemplate::parse(
        "https://a.example/{reference}?s={submission_id}&u={unique_value}&c={photo_count}\
         &t={timestamp}&h={signature}",
    )?)
}

pub(crate) fn body(unique_value: &str) -> String {
    format!(
        r#"{{"event":"submission.created","timestamp":"2024-01-17T14:00:00Z","data":"{unique_value}"}}"#
    )
}

pub(crate) fn workflow(texts: &[&str]) -> Result<Workflow<Vec<WorkflowSecret>>> {
    let secrets: Result<_, _> = texts.iter().map(|text| WorkflowSecret::new(text)).collect();
    Ok(Workflow::new(secrets?)?)
}

pub(crate) fn webhook(texts: &[&str]) -> Result<Webhook<Vec<WebhookSecret>>> {
    let secrets: Result<_, _> = texts.iter().map(|text| WebhookSecret::new(text)).collect();
    Ok(Webhook::new(secrets?)?)
}

/// The text with another hexadecimal digit at this place, counted from the end of its signature,
/// which is the last of it.
pub(crate) fn with_wrong_digit(text: &str, from_end: usize) -> String {
    let place = text.len().saturating_sub(from_end);
    let (before, rest) = text.split_at(place);
    let wrong = if rest.starts_with('0') { '1' } else { '0' };
    format!("{before}{wrong}{}", rest.get(1..).unwrap_or_default())
}
/// The first digit of a signature, counted from its end.
pub(crate) const FIRST: usize = 64;
/// The last digit of a signature, counted from its end.
pub(crate) const LAST: usize = 1;
