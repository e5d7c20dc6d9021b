//! The documented example, with functions to sign and verify it.

use visiono_workflow::{
    Code, Error, ExpectReturn, Input, LinkFields, RedirectTemplate, ReturnFields, Webhook, Workflow,
};

/// The secret of the documented example.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// The time of the documented link, in Unix seconds.
pub const LINK_TIME: u64 = 1_705_500_000;
/// The time of the documented return, in Unix seconds.
pub const RETURN_TIME: u64 = 1_705_500_100;

/// The fields of the documented link.
pub const LINK: LinkFields<'static> = LinkFields {
    unique_value: "ABC123",
    source: "zendesk",
    reference: "ticket-456",
    timestamp: LINK_TIME,
};
/// The fields of the documented return.
pub const RETURN: ReturnFields<'static> = ReturnFields {
    submission_id: "pls_123",
    unique_value: "ABC123",
    reference: "ticket-456",
    photo_count: 5,
    timestamp: RETURN_TIME,
};

/// The query of [`LINK`], signed with [`SECRET`].
pub const LINK_QUERY: &str = "?uv=ABC123&src=zendesk&ref=ticket-456&ts=1705500000\
    &sig=a41da862b5034a9a68355d16aa0dfddc8171963d6a1e72ef4ec057eeeed19b04";
/// The query of [`RETURN`], signed with [`SECRET`].
pub const RETURN_QUERY: &str = "?sub=pls_123&uv=ABC123&ref=ticket-456&cnt=5&ts=1705500100\
    &sig=1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";

/// A code, and the names that it concerns.
pub type Refusal = (Code, Vec<&'static str>);

/// Returns a workflow with [`SECRET`].
///
/// # Panics
///
/// Never: the secret is valid.
#[must_use]
pub fn workflow() -> Workflow {
    Workflow::from_texts([Some(SECRET)]).expect("a secret")
}

/// Returns a webhook with [`SECRET`].
///
/// # Panics
///
/// Never: the secret is valid.
#[must_use]
pub fn webhook() -> Webhook {
    Webhook::from_texts([Some(SECRET)]).expect("a secret")
}

/// Returns the URL of the documented return, made from a template.
///
/// # Panics
///
/// If the template is refused.
#[must_use]
pub fn signed_return(template: &str) -> String {
    let signed = workflow().sign_return(template, &RETURN);
    signed.expect("a template").to_string()
}

/// Verifies a return at [`RETURN_TIME`]. Returns its reference, or the code and names of the error.
///
/// # Errors
///
/// Those of [`Workflow::verify_return`].
///
/// # Panics
///
/// If the template is refused.
pub fn verify_return<'a>(
    input: impl Into<Input<'a>>,
    template: Option<&str>,
    expect: &ExpectReturn<'a>,
) -> Result<String, Refusal> {
    let template = template.map(|text| RedirectTemplate::parse(text).expect("a template"));
    let verified = workflow().verify_return(input, template.as_ref(), RETURN_TIME, expect);
    verified
        .map(|done| done.reference().to_string())
        .map_err(refusal)
}

/// Returns the code of an error, and the names that it concerns.
#[must_use]
pub fn refusal(error: Error) -> Refusal {
    (error.code(), error.parameters().collect())
}
