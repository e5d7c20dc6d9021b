//! Secrets.

use visiono_workflow::{
    Error, LinkFields, LinkUrl, Webhook, WebhookSecret, Workflow, WorkflowSecret,
};

use crate::model;

/// Takes a text as either kind of secret.
///
/// It is refused for the reason that the model has, and else keys HMAC with its own bytes. What
/// is shown of it is the same for every secret.
///
/// # Panics
///
/// If one of this doesn't hold.
pub fn secret(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let workflow = WorkflowSecret::new(&text);
    assert_eq!(
        workflow.as_ref().err(),
        refused(&text, true).as_ref(),
        "{text:?}"
    );
    let webhook = WebhookSecret::new(&text);
    assert_eq!(
        webhook.as_ref().err(),
        refused(&text, false).as_ref(),
        "{text:?}"
    );
    if let Ok(secret) = workflow {
        assert_eq!(format!("{secret:?}"), "WorkflowSecret { .. }");
        let workflow = Workflow::new(secret).expect("a secret");
        let fields = LinkFields {
            unique_value: "ABC123",
            source: "zendesk",
            reference: "ticket-456",
            timestamp: 1_705_500_000,
        };
        let url = LinkUrl::from_slug("a").expect("a slug");
        let link = workflow.sign_link(&url, &fields).expect("a link");
        let wanted = model::hmac(&text, b"ABC123|zendesk|ticket-456|1705500000");
        assert_eq!(link.signature().as_str(), wanted);
    }
    if let Ok(secret) = webhook {
        assert_eq!(format!("{secret:?}"), "WebhookSecret { .. }");
        let webhook = Webhook::new(secret).expect("a secret");
        let signature = webhook.sign(data).expect("a signature");
        assert_eq!(signature.as_str(), model::hmac(&text, data));
    }
}

/// The error for a text that can't be a secret: that of the plainest text with this fault.
fn refused(text: &str, of_workflow: bool) -> Option<Error> {
    let white = |c: char| c.is_whitespace() || c == '\u{feff}';
    let fault = if of_workflow && text.starts_with("whsec_") {
        "whsec_0123456789abcdef"
    } else if text.chars().any(|c| c < ' ' || c == '\x7f') {
        "0123456789abcdef\n"
    } else if text.trim_matches(white) != text {
        "0123456789abcdef "
    } else if text.starts_with("vsk_") {
        "vsk_0123456789abcdef"
    } else if text.len() < 16 {
        "0123456789abcde"
    } else {
        return None;
    };
    WorkflowSecret::new(fault).err()
}
