//! Explanations of a wrong signature.

use visiono_workflow::{ExpectLink, ExpectReturn, RedirectTemplate, Webhook, Workflow};
use visiono_workflow_explain::{Input, Message, Request, Verdict, explain as ask};

use crate::input::Chunks;

/// The number of bytes that a search may hash: enough for one change, and for a part of two.
const MOST_BYTES: u64 = 256 << 10;

/// Explains a message.
///
/// It must be `valid` if and only if the core accepts it, and the shown text must not contain the
/// secret.
///
/// The chunks: `link`, `return` or `webhook`, the secret, the computed signature and the redirect
/// template (after `=` if they are given), the signature header, and the URL or the body.
///
/// # Panics
///
/// If one of these does not hold.
pub fn explain(data: &[u8]) {
    let mut input = Chunks::of(data);
    let kind = input.text();
    let secret = input.bytes();
    let computed = input.given();
    let template = input.given();
    let header = input.bytes();
    let rest = input.rest();

    let headers = [(b"X-Visiono-Signature".as_slice(), header)];
    let message = match &*kind {
        "link" => Message::Link(Input::Text(rest)),
        "return" => Message::Return(Input::Text(rest)),
        _ => Message::Webhook {
            body: rest,
            headers: &headers,
        },
    };
    let secrets = [secret];
    let mut request = Request::new(message, &secrets).max_bytes(MOST_BYTES);
    if let Some(computed) = &computed {
        request = request.computed(computed.as_bytes());
    }
    if let Some(template) = &template {
        request = request.template(template.as_bytes());
    }
    let diagnosis = ask(&request);

    assert!(diagnosis.candidates <= MOST_BYTES / 128);
    let workflow = Workflow::from_texts([Some(secret)])
        .map(|workflow| workflow.max_age(u64::MAX).leeway(u64::MAX));
    let accepted = match &*kind {
        "link" => workflow.and_then(|workflow| {
            workflow
                .verify_link(rest, 0, &ExpectLink::new())
                .map(|_| ())
        }),
        "return" => workflow.and_then(|workflow| {
            let template = template
                .as_deref()
                .map(RedirectTemplate::parse)
                .transpose()?;
            let expect = ExpectReturn::new();
            workflow
                .verify_return(rest, template.as_ref(), 0, &expect)
                .map(|_| ())
        }),
        _ => Webhook::from_texts([Some(secret)]).and_then(|webhook| {
            let webhook = webhook.max_age(u64::MAX).leeway(u64::MAX);
            let headers = headers.into_iter().collect();
            webhook.receive(rest, &headers, 0).map(|_| ())
        }),
    };
    if computed.is_none() {
        assert_eq!(diagnosis.verdict == Verdict::Valid, accepted.is_ok());
    }
    if let Some(shown) = &diagnosis.signed_text
        && secret.len() >= 8
        && let Ok(secret) = str::from_utf8(secret)
    {
        let used = shown.used.iter();
        for text in used.chain([&shown.right]) {
            assert!(!text.text.contains(secret), "{}", text.text);
        }
    }
}
