//! The messages to sign and verify.

use anyhow::Result;
use visiono_workflow::{LinkFields, RedirectTemplate, ReturnFields, Webhook, Workflow};

/// The time of signing and of verification.
pub(crate) const NOW: u64 = 1_705_500_000;
/// The text of each secret. The second is longer than a block of SHA-256, so it is hashed first.
pub(crate) const SECRETS: [&str; 4] = [
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "another_secret,which_is_so_long_that_HMAC_has_to_hash_it_before_it_can_be_its_key......",
    "a_third_of_them!",
    "and_a_fourth_one,in_case_of_need",
];
/// A secret that isn't accepted.
pub(crate) const STRANGER: &str = "the_secret_of_somebody_else";

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

/// Returns a template whose returns end in the signature, as links do.
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

pub(crate) fn workflow(texts: &[&str]) -> Result<Workflow> {
    Ok(Workflow::from_texts(texts.iter().map(Some))?)
}

pub(crate) fn webhook(texts: &[&str]) -> Result<Webhook> {
    Ok(Webhook::from_texts(texts.iter().map(Some))?)
}

/// Replaces the hexadecimal digit at this position, counted from the end of the text, which is its
/// signature.
pub(crate) fn with_wrong_digit(text: &str, from_end: usize) -> String {
    let place = text.len().saturating_sub(from_end);
    let (before, rest) = text.split_at(place);
    let wrong = if rest.starts_with('0') { '1' } else { '0' };
    format!("{before}{wrong}{}", rest.get(1..).unwrap_or_default())
}
/// The position of the first digit of a signature, counted from its end.
pub(crate) const FIRST: usize = 64;
/// The position of the last digit of a signature, counted from its end.
pub(crate) const LAST: usize = 1;
