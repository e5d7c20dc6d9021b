//! Secrets.

use visiono_workflow::{
    Error, LinkFields, LinkUrl, Webhook, WebhookSecret, Workflow, WorkflowSecret,
};

use crate::model;

/// Uses a text as either kind of secret.
///
/// It must be refused for a fault that the model finds, or key HMAC with its own bytes. Its `Debug`
/// output must be the same for every secret.
///
/// # Panics
///
/// If one of these does not hold.
pub fn secret(data: &[u8]) {
    let workflow = WorkflowSecret::new(data);
    check(data, workflow.as_ref().err(), true);
    let webhook = WebhookSecret::new(data);
    check(data, webhook.as_ref().err(), false);
    if let Ok(secret) = workflow {
        assert_eq!(format!("{secret:?}"), "WorkflowSecret { .. }");
        let text = str::from_utf8(data).expect("printable ASCII");
        let workflow = Workflow::new(secret).expect("a secret");
        let fields = LinkFields {
            unique_value: "ABC123",
            source: "zendesk",
            reference: "ticket-456",
            timestamp: 1_705_500_000,
        };
        let url = LinkUrl::from_slug("a").expect("a slug");
        let link = workflow.sign_link(&url, &fields).expect("a link");
        let wanted = model::hmac(text, b"ABC123|zendesk|ticket-456|1705500000");
        assert_eq!(link.signature().as_str(), wanted);
    }
    if let Ok(secret) = webhook {
        assert_eq!(format!("{secret:?}"), "WebhookSecret { .. }");
        let text = str::from_utf8(data).expect("printable ASCII");
        let webhook = Webhook::new(secret).expect("a secret");
        let wanted = model::hmac(text, data);
        assert_eq!(webhook.sign(data).as_str(), wanted);
        let header = webhook.signature_header(data);
        assert_eq!(header.as_str(), format!("sha256={wanted}"));
    }
}

/// Checks that a text is refused if and only if it has a fault, and with the error of one of its
/// faults.
fn check(text: &[u8], refused: Option<&Error>, of_workflow: bool) {
    let faults = faults(text, of_workflow);
    let shown = text.escape_ascii();
    match refused {
        None => assert_eq!(faults, [""; 0], "{shown}"),
        Some(error) => {
            // The error is that of the simplest text with the fault.
            let same = |fault: &&str| WorkflowSecret::new(fault).as_ref().err() == Some(error);
            assert!(faults.iter().any(same), "{shown}: {error}");
        }
    }
}

/// Returns, for each fault of a text, the simplest text with that fault: section 2.
fn faults(text: &[u8], of_workflow: bool) -> Vec<&'static str> {
    let is_like = |start: &str| {
        let text = text.get(..start.len());
        text.is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
    };
    let body = if is_like("whsec_") { &text[6..] } else { text };
    let samples = [
        "your-64-char-workflow-secret",
        "your-workflow-secret",
        "your-webhook-secret",
        "whsec_abc123xyz789...",
    ];
    let lossy = String::from_utf8_lossy(text);
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_whole_variable = || {
        (lossy.strip_prefix('$')).is_some_and(|name| !name.is_empty() && name.chars().all(is_name))
    };
    let has_variable = || {
        let mut after = lossy.split("${").skip(1);
        after.any(|rest| rest.find('}').is_some_and(|end| end > 0))
    };
    let quoted = match text {
        [first, .., last] => first == last && b"\"'".contains(first),
        _ => false,
    };
    [
        (
            !text.iter().all(|byte| (b'!'..=b'~').contains(byte)),
            "0123456789 abcdef",
        ),
        (body.len() < 16, "0123456789abcde"),
        (of_workflow && is_like("whsec_"), "whsec_0123456789abcdef"),
        (is_like("vsk_"), "vsk_0123456789abcdef"),
        (quoted, "'0123456789abcdef'"),
        (is_whole_variable() || has_variable(), "0123${NAME}456789"),
        (
            body.len() > 1 && body.iter().all(|byte| *byte == body[0]),
            "aaaaaaaaaaaaaaaa",
        ),
        (
            samples
                .iter()
                .any(|sample| is_like(sample) && text.len() == sample.len()),
            "your-webhook-secret",
        ),
    ]
    .into_iter()
    .filter(|(has_fault, _)| *has_fault)
    .map(|(_, fault)| fault)
    .collect()
}
