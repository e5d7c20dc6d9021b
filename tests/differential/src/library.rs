//! The core's own answers, which every binding must give as well.

use visiono_workflow::{
    Error, ExpectLink, ExpectReturn, Field, LinkFields, LinkUrl, RedirectTemplate, Webhook,
    WebhookHeaders, WebhookSecret, Workflow, WorkflowSecret,
};

use crate::message::{Link, Message, NOW, ROUTED, SECRET, WEBHOOK_SECRET};
use crate::reading::RETURN;

/// The library, with the keys that all parties have.
pub(crate) struct Library {
    workflow: Workflow,
    webhook: Webhook,
}

/// `ok` and the values; or a code, the names that it concerns, the seconds, and the sentence.
pub(crate) type Answer = Vec<String>;

impl Library {
    pub(crate) fn new() -> Self {
        let new = || {
            Ok::<_, Error>(Self {
                workflow: Workflow::new(WorkflowSecret::new(SECRET)?)?,
                webhook: Webhook::new(WebhookSecret::new(WEBHOOK_SECRET)?)?,
            })
        };
        new().expect("both secrets can be ones")
    }

    pub(crate) fn answer(&self, message: &Message) -> Answer {
        let answer = match message {
            Message::Sign(link) => sign(link).map(|url| vec![url]),
            Message::Link(url) => self.verify_link(url),
            Message::Return(url) => self.verify_return(url, None, &ExpectReturn::new()),
            Message::Routed(url) => self.expect(url, ROUTED, &[]),
            Message::Expected(url, template, expected) => self.expect(url, template, expected),
            Message::Webhook(body, headers) => self.receive(body, headers),
        };
        match answer {
            Ok(mut found) => {
                found.insert(0, "ok".into());
                found
            }
            Err(error) => vec![
                error.code().as_str().into(),
                error.parameters().collect::<Vec<_>>().join(","),
                or_empty(error.seconds()),
                error.to_string(),
            ],
        }
    }

    fn verify_link(&self, url: &str) -> Result<Vec<String>, Error> {
        let link = self.workflow.verify_link(url, NOW, &ExpectLink::new())?;
        Ok(vec![
            link.unique_value().to_string(),
            link.source().to_string(),
            link.reference().to_string(),
            link.timestamp().to_string(),
            link.secret_index().to_string(),
        ])
    }

    fn expect(
        &self,
        url: &str,
        template: &str,
        expected: &[Option<String>],
    ) -> Result<Vec<String>, Error> {
        let template = RedirectTemplate::parse(template)?;
        let mut expect = ExpectReturn::new();
        for (name, text) in RETURN.into_iter().zip(expected) {
            if let (Some(field), Some(text)) = (Field::from_name(name), text) {
                expect = expect.field(field, Some((&**text).into()))?;
            }
        }
        self.verify_return(url, Some(&template), &expect)
    }

    fn verify_return(
        &self,
        url: &str,
        template: Option<&RedirectTemplate<'_>>,
        expect: &ExpectReturn<'_>,
    ) -> Result<Vec<String>, Error> {
        let done = self.workflow.verify_return(url, template, NOW, expect)?;
        Ok(vec![
            done.submission_id().to_string(),
            done.unique_value().to_string(),
            done.reference().to_string(),
            done.photo_count().to_string(),
            done.timestamp().to_string(),
            done.secret_index().to_string(),
        ])
    }

    fn receive(&self, body: &[u8], headers: &[(String, String)]) -> Result<Vec<String>, Error> {
        let headers = headers.iter().map(|(name, value)| (name, value));
        let headers = WebhookHeaders::from_iter(headers);
        let delivery = self.webhook.receive(body, &headers, NOW)?;
        let mut found = vec![
            delivery.event_name().into(),
            or_empty(delivery.event_time()),
            delivery.dedup_key().into(),
            delivery.secret_index().to_string(),
            if delivery.is_test() { "test" } else { "" }.into(),
        ];
        let link = delivery.link();
        // An empty text is different from an absent one.
        let texts = [
            delivery.unauthenticated_delivery_id(),
            delivery.unauthenticated_tenant_id(),
            delivery.request_id(),
            link.and_then(|link| link.submission_id()),
            link.map(|link| link.unique_value()),
            link.map(|link| link.source()),
            link.map(|link| link.reference()),
        ];
        found.extend(texts.map(|text| or_empty(text.map(|text| format!("={text}")))));
        Ok(found)
    }
}

fn sign(link: &Link) -> Result<String, Error> {
    let workflow = Workflow::new(WorkflowSecret::new(&link.secret)?)?;
    let signed = workflow.sign_link(
        &LinkUrl::from_slug(&link.slug)?,
        &LinkFields {
            unique_value: &link.unique_value,
            source: &link.source,
            reference: &link.reference,
            timestamp: link.timestamp,
        },
    )?;
    Ok(signed.to_string())
}

fn or_empty(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
