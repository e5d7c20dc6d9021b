//! Returns.

use std::borrow::Cow;

use visiono_workflow::{ExpectReturn, Field, RedirectTemplate, ReturnFields, VerifiedReturn};

use crate::input::{Chunks, edited};
use crate::model::{self, Outcome, RETURN, Received, Template};
use crate::workflow;

/// Signs a return, edits some of its bytes, and verifies it.
///
/// Verification must return the model's result, with and without the template, for any expected
/// values, times and edits. An accepted return must have the signed values and the expected values.
///
/// The chunks: the fields (`sub`, `uv`, `ref`, `cnt`, `ts`), the template, the expected value of
/// each field (after a `=`, or nothing), now, the maximum age, the leeway, and edits.
///
/// # Panics
///
/// If one of these does not hold.
pub fn verify_return(data: &[u8]) {
    let mut input = Chunks::of(data);
    let signed = Signed::read(&mut input);
    let text = input.text();
    let arguments = input.arguments(&RETURN, signed.timestamp);

    let workflow = workflow()
        .max_age(arguments.max_age)
        .leeway(arguments.leeway);
    let Ok(template) = RedirectTemplate::parse(&*text) else {
        return;
    };
    // The target `template` checks signing and the written URL.
    let Ok(done) = workflow.sign_return(&template, &signed.fields()) else {
        return;
    };
    let arrived = edited(&done.to_string(), input.rest());
    let shown = arrived.escape_ascii();
    let received = Received::text(&arrived);
    let expect = expected(&arguments.expect);
    let written = Template::of(&text);
    let texts = signed.texts();
    for (template, written) in [(Some(&template), Some(&written)), (None, None)] {
        let verified = workflow.verify_return(&*arrived, template, arguments.now, &expect);
        let given: Outcome = verified
            .map(|done| values(&done))
            .map_err(|error| model::refusal(&error));
        let wanted = model::verify_return(&received, written, &arguments);
        assert_eq!(given, wanted, "{shown}, made from {template:?}");
        let Ok(values) = given else { continue };
        assert_eq!(values[..5], texts, "a forgery: {shown}");
        let expected = arguments.expect.iter().zip(&texts);
        for (expected, value) in expected {
            assert!(expected.as_ref().is_none_or(|expected| expected == value));
        }
        let age = i128::from(arguments.now) - i128::from(signed.timestamp);
        assert!(age <= arguments.max_age.into() && -age <= arguments.leeway.into());
    }
}

/// The fields that a return is signed from.
pub(crate) struct Signed<'a> {
    submission_id: Cow<'a, str>,
    unique_value: Cow<'a, str>,
    reference: Cow<'a, str>,
    photo_count: u64,
    timestamp: u64,
}

impl<'a> Signed<'a> {
    pub(crate) fn read(input: &mut Chunks<'a>) -> Self {
        Self {
            submission_id: input.text(),
            unique_value: input.text(),
            reference: input.text(),
            photo_count: input.number(0),
            timestamp: input.number(0),
        }
    }

    pub(crate) fn fields(&self) -> ReturnFields<'_> {
        ReturnFields {
            submission_id: &self.submission_id,
            unique_value: &self.unique_value,
            reference: &self.reference,
            photo_count: self.photo_count,
            timestamp: self.timestamp,
        }
    }

    pub(crate) fn texts(&self) -> [String; 5] {
        [
            self.submission_id.to_string(),
            self.unique_value.to_string(),
            self.reference.to_string(),
            self.photo_count.to_string(),
            self.timestamp.to_string(),
        ]
    }
}

/// Returns the expectation of these values of a return's fields, in order.
pub(crate) fn expected(texts: &[Option<String>]) -> ExpectReturn<'_> {
    let fields = [
        Field::SubmissionId,
        Field::UniqueValue,
        Field::Reference,
        Field::PhotoCount,
        Field::Timestamp,
    ];
    let expect = fields.into_iter().zip(texts);
    expect.fold(ExpectReturn::new(), |expect, (field, text)| match text {
        Some(text) => expect
            .field(field, Some((&**text).into()))
            .expect("a field of a return"),
        None => expect,
    })
}

/// Returns the values, then the index of the secret.
pub(crate) fn values(done: &VerifiedReturn<'_>) -> Vec<String> {
    vec![
        done.submission_id().to_string(),
        done.unique_value().to_cow().into_owned(),
        done.reference().chars().collect(),
        done.photo_count().to_string(),
        done.timestamp().to_string(),
        done.secret_index().to_string(),
    ]
}
