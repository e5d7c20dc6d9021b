//! The mistake that made a signature wrong: the module of `visiono-workflow/explain`.

use core::ops::ControlFlow;

use alloc::vec::Vec;

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, DEFAULT_WEBHOOK_MAX_AGE, Error, ExpectReturn, ExpectedValue,
    Field,
};
use visiono_workflow_explain::{
    DEFAULT_MAX_BYTES, Diagnosis, Input as Text, Message, OtherSecret, Progress, Relation, Request,
    VisibleText, explain_with_progress,
};

use crate::codec::{Input, Output};

const MAX_BYTES: Error = Error::invalid_argument("maxBytes must be 0 or more");
const RELATION: Error =
    Error::invalid_argument("the relation must be other_kind, other_endpoint or rotated");
const WRITTEN: Error = Error::invalid_argument("the diagnosis can't be written");

#[cfg(target_family = "wasm")]
#[link(wasm_import_module = "javascript")]
unsafe extern "C" {
    /// Reports the candidates that were tried, of how many at most. Returns 1 to stop.
    safe fn progress(tried: f64, total: f64) -> u32;
    /// Converts a text, and returns the length of what it becomes, in bytes.
    fn convert(conversion: u32, text: *const u8, length: usize) -> usize;
    /// Writes what the last text became.
    fn converted(to: *mut u8);
}

/// Asks JavaScript, which has the tables, so that the module has none.
#[cfg(target_family = "wasm")]
fn convert_text(conversion: visiono_workflow_explain::Conversion, text: &str) -> String {
    // SAFETY: JavaScript reads the text, and keeps no pointer.
    let length = unsafe { convert(conversion as u32, text.as_ptr(), text.len()) };
    let mut bytes = alloc::vec![0; length];
    // SAFETY: there is room for as many bytes as were announced.
    unsafe { converted(bytes.as_mut_ptr()) };
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(not(target_family = "wasm"))]
fn progress(_: f64, _: f64) -> u32 {
    0
}

operations! {
    /// Input: the message, the computed signature, now, maximum age, leeway, 0 to hide values, the
    /// bytes that may be hashed, the secrets, the other secrets with their relations. The output is
    /// a diagnosis in JSON.
    ///
    /// Then, the expectations.
    fn explain_link(input, output) {
        let question = Question::read(input, DEFAULT_MAX_AGE)?;
        let expect = expected(input)?;
        let message = Message::Link(Text::Text(question.message));
        question.answer(message, |request| request.expect(&expect), output)?;
    }

    /// Then, the template, other templates, and the expectations.
    fn explain_return(input, output) {
        let question = Question::read(input, DEFAULT_MAX_AGE)?;
        let template = input.bytes();
        let others = list(input, |input| Ok(input.bytes().unwrap_or_default()))?;
        let expect = expected(input)?;
        let message = Message::Return(Text::Text(question.message));
        question.answer(message, |request| {
            let request = request.other_templates(&others).expect(&expect);
            match template {
                Some(template) => request.template(template),
                None => request,
            }
        }, output)?;
    }

    /// Then, the URL of the endpoint, 1 if events must have a timestamp, names and values of the
    /// headers.
    fn explain_webhook(input, output) {
        let question = Question::read(input, DEFAULT_WEBHOOK_MAX_AGE)?;
        let endpoint = input.bytes();
        let is_required = input.number() == Some(1.0);
        let headers: Vec<_> = input.pairs().collect();
        let message = Message::Webhook { body: question.message, headers: &headers };
        question.answer(message, |request| {
            let request = request.require_timestamp(is_required);
            match endpoint {
                Some(url) => request.endpoint(url),
                None => request,
            }
        }, output)?;
    }
}

/// The arguments of every kind of message.
struct Question<'a> {
    message: &'a [u8],
    computed: Option<&'a [u8]>,
    now: u64,
    max_age: u64,
    leeway: u64,
    values: bool,
    max_bytes: u64,
    secrets: Vec<&'a [u8]>,
    others: Vec<OtherSecret<'a>>,
}

impl<'a> Question<'a> {
    fn read(input: &mut Input<'a>, max_age: u64) -> Result<Self, Error> {
        Ok(Self {
            message: input.bytes().unwrap_or_default(),
            computed: input.bytes(),
            now: input.now()?,
            max_age: input.seconds()?.unwrap_or(max_age),
            leeway: input.seconds()?.unwrap_or(DEFAULT_LEEWAY),
            values: input.number() != Some(0.0),
            max_bytes: match input.number() {
                None => DEFAULT_MAX_BYTES,
                Some(number) if number < 0.0 => return Err(MAX_BYTES),
                Some(number) => number as u64,
            },
            secrets: secrets(input)?,
            others: list(input, other)?,
        })
    }

    /// Writes the diagnosis.
    fn answer<'q>(
        &'q self,
        message: Message<'q>,
        add: impl FnOnce(Request<'q>) -> Request<'q>,
        output: &mut Output,
    ) -> Result<(), Error> {
        let mut request = Request::new(message, &self.secrets)
            .others(&self.others)
            .now(self.now)
            .max_age(self.max_age)
            .leeway(self.leeway)
            .values(self.values)
            .max_bytes(self.max_bytes);
        if let Some(computed) = self.computed {
            request = request.computed(computed);
        }
        #[cfg(target_family = "wasm")]
        visiono_workflow_explain::provide(convert_text);
        let mut diagnosis = explain_with_progress(&add(request), &mut report);
        count_units(&mut diagnosis);
        let json = serde_json::to_string(&diagnosis).map_err(|_| WRITTEN)?;
        output.write(|out| out.write_str(&json));
        Ok(())
    }
}

fn report(Progress { tried, total, .. }: Progress) -> ControlFlow<()> {
    match progress(tried as f64, total as f64) {
        0 => ControlFlow::Continue(()),
        _ => ControlFlow::Break(()),
    }
}

/// Converts the positions of marks from bytes to UTF-16 units, by which JavaScript cuts a text.
fn count_units(diagnosis: &mut Diagnosis) {
    let Some(signed) = &mut diagnosis.signed_text else {
        return;
    };
    for VisibleText { text, marks, .. } in [Some(&mut signed.right), signed.used.as_mut()]
        .into_iter()
        .flatten()
    {
        let units = |position: usize| {
            let before = text.get(..position).unwrap_or(text);
            before.encode_utf16().count()
        };
        for (start, end) in marks {
            (*start, *end) = (units(*start), units(*end));
        }
    }
}

/// Takes a list: its length, and each item.
fn list<'a, T>(
    input: &mut Input<'a>,
    item: impl Fn(&mut Input<'a>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let length = input.number().unwrap_or_default() as usize;
    (0..length).map(|_| item(input)).collect()
}

/// Takes the secrets. As for verification, the first must be there, and others may be absent.
fn secrets<'a>(input: &mut Input<'a>) -> Result<Vec<&'a [u8]>, Error> {
    let texts = list(input, |input| Ok(input.bytes()))?.into_iter();
    let first_is_there = |(index, text): (usize, Option<&'a [u8]>)| match index {
        0 => Some(text.unwrap_or_default()),
        _ => text,
    };
    Ok(texts.enumerate().filter_map(first_is_there).collect())
}

/// Takes another secret and its relation.
fn other<'a>(input: &mut Input<'a>) -> Result<OtherSecret<'a>, Error> {
    let text = input.bytes().unwrap_or_default();
    let name = input.text();
    let (_, relation) = Relation::ALL
        .into_iter()
        .find(|(known, _)| *known == name)
        .ok_or(RELATION)?;
    Ok(OtherSecret { text, relation })
}

/// Takes the expectations. One without a value is the core's error; the others are checked there.
fn expected<'a>(input: &mut Input<'a>) -> Result<Vec<(Field, ExpectedValue<'a>)>, Error> {
    let mut values = Vec::new();
    input.expected(&mut |field, value| {
        match value {
            Some(value) => values.push((field, value)),
            None => ExpectReturn::new().set_field(field, None)?,
        }
        Ok(())
    })?;
    Ok(values)
}
