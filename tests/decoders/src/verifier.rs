//! Decides which messages verify: the library, called like an application calls it.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use visiono_workflow::Field::{
    self, PhotoCount, Reference, Signature, Source, SubmissionId, Timestamp, UniqueValue,
};
use visiono_workflow::{
    Error, ExpectLink, ExpectReturn, ExpectedValue, LinkFields, LinkUrl, RedirectTemplate,
    ReturnFields, Workflow, WorkflowSecret,
};

use crate::message::{Message, NOW, SECRET, Verified};
use crate::shape::{SHAPES, Shape};

/// An implementation that decides whether a message verifies.
pub(crate) trait Verifier {
    /// Returns the texts that were verified, unless the message is refused.
    fn verify(&self, message: &Message) -> Option<Verified>;
}

/// The texts of a genuine message.
#[derive(Clone, Debug)]
pub(crate) struct Texts {
    pub(crate) submission_id: String,
    pub(crate) unique_value: String,
    pub(crate) source: String,
    pub(crate) reference: String,
    pub(crate) photo_count: u32,
}

/// The core as a verifier.
pub(crate) struct Library {
    workflow: Workflow,
    templates: Vec<Option<RedirectTemplate<'static>>>,
}

impl Library {
    /// Returns a library with the secret and the templates of every shape.
    pub(crate) fn new() -> Result<Self, Error> {
        let templates = SHAPES.iter().map(|shape| {
            if shape.is_link {
                return Ok(None);
            }
            RedirectTemplate::parse(shape.template).map(Some)
        });
        Ok(Self {
            workflow: Workflow::new(WorkflowSecret::new(SECRET)?)?,
            templates: templates.collect::<Result<_, _>>()?,
        })
    }

    /// Returns the URL of a genuine message, or `None` if its texts can't be signed.
    pub(crate) fn sign(&self, shape: usize, texts: &Texts) -> Option<String> {
        let Some(template) = &self.templates[shape] else {
            let link = LinkUrl::parse("https://desk.example/s/damage?lang=en").ok()?;
            let fields = LinkFields {
                unique_value: &texts.unique_value,
                source: &texts.source,
                reference: &texts.reference,
                timestamp: NOW,
            };
            let signed = self.workflow.sign_link(&link, &fields).ok()?;
            return Some(signed.to_string());
        };
        let fields = ReturnFields {
            submission_id: &texts.submission_id,
            unique_value: &texts.unique_value,
            reference: &texts.reference,
            photo_count: texts.photo_count.into(),
            timestamp: NOW,
        };
        let signed = self.workflow.sign_return(template, &fields).ok()?;
        Some(signed.to_string())
    }

    fn link(&self, message: &Message) -> Result<Vec<(Field, String)>, Error> {
        let mut expect = ExpectLink::new();
        for (field, text) in &message.expect {
            expect = expect.field(*field, Some(ExpectedValue::Text(text)))?;
        }
        let link = self
            .workflow
            .verify_link(&message.input[..], NOW, &expect)?;
        Ok(vec![
            (UniqueValue, link.unique_value().to_string()),
            (Source, link.source().to_string()),
            (Reference, link.reference().to_string()),
            (Timestamp, link.timestamp().to_string()),
        ])
    }

    fn returned(&self, message: &Message) -> Result<Vec<(Field, String)>, Error> {
        let mut expect = ExpectReturn::new();
        for (field, text) in &message.expect {
            expect = expect.field(*field, Some(ExpectedValue::Text(text)))?;
        }
        let template = self.templates[message.shape].as_ref();
        let template = template.filter(|_| message.shape().with_template);
        let done = self
            .workflow
            .verify_return(&message.input[..], template, NOW, &expect)?;
        Ok(vec![
            (SubmissionId, done.submission_id().to_string()),
            (UniqueValue, done.unique_value().to_string()),
            (Reference, done.reference().to_string()),
            (PhotoCount, done.photo_count().to_string()),
            (Timestamp, done.timestamp().to_string()),
        ])
    }
}

impl Verifier for Library {
    fn verify(&self, message: &Message) -> Option<Verified> {
        let texts = match message.shape().is_link {
            true => self.link(message),
            false => self.returned(message),
        };
        Some(with_signature(texts.ok()?))
    }
}

/// Adds the signature, computed without the library.
pub(crate) fn with_signature(mut texts: Vec<(Field, String)>) -> Verified {
    let signed: Vec<_> = texts.iter().map(|(_, text)| text.as_str()).collect();
    let signature = sign(&signed.join("|"));
    texts.push((Signature, signature));
    Verified(texts)
}

fn sign(payload: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("keys have any length");
    mac.update(payload.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Returns the fields of a shape's message, in the order of signing.
pub(crate) fn signed_fields(shape: &Shape) -> &'static [Field] {
    match shape.is_link {
        true => &[UniqueValue, Source, Reference, Timestamp],
        false => &[SubmissionId, UniqueValue, Reference, PhotoCount, Timestamp],
    }
}
