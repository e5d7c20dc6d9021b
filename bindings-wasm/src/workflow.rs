//! Links, returns and redirect templates: the module of `visiono-workflow`.

use alloc::boxed::Box;
use core::fmt::Write;
use core::ptr;

use visiono_workflow::{
    Error, ExpectLink, ExpectReturn, ExpectedValue, Field, FieldText, Fields, LinkFields, LinkUrl,
    RedirectTemplate, ReturnFields, Workflow, field_number,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crossing::{Crossing, GIVEN_LENGTH, Input, Output, duration, instant, integer};
use crate::wipe_stack;

/// JavaScript passes one or the other.
const NO_TEMPLATE: Error = Error::invalid_argument("there is no template");

/// Input: the secrets, of which there are this many. Returned: null if there can't be a workflow.
/// Seconds that are NaN are the core's own.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn workflow_new(
    crossing: *mut Crossing,
    secrets: usize,
    max_age: f64,
    leeway: f64,
) -> *mut Workflow {
    // SAFETY: it is a handle, and JavaScript runs one call at a time.
    let crossing = unsafe { &mut *crossing };
    let mut handle = ptr::null_mut();
    crossing.answer(|input, _| {
        let max_age = duration(max_age)?;
        let leeway = duration(leeway)?;
        let mut workflow = Workflow::from_texts(input.secrets(secrets))?;
        if let Some(max_age) = max_age {
            workflow = workflow.max_age(max_age);
        }
        if let Some(leeway) = leeway {
            workflow = workflow.leeway(leeway);
        }
        handle = Box::into_raw(Box::new(workflow));
        Ok(())
    });
    handle
}

/// Wipes the secrets.
///
/// # Safety
///
/// The pointer is a handle, and is not used again.
#[wasm_bindgen]
pub unsafe fn workflow_free(workflow: *mut Workflow) {
    // SAFETY: as above; `workflow_new` made it.
    drop(unsafe { Box::from_raw(workflow) });
    wipe_stack();
}

/// Input: slug, link, fields. Output: the URL. The length of a slug or link that isn't given is NaN.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn sign_link(crossing: *mut Crossing, workflow: *const Workflow, slug: f64, link: f64) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow) = unsafe { (&mut *crossing, &*workflow) };
    crossing.answer(|input, output| {
        let (slug, link) = (input.optional(slug), input.optional(link));
        let fields = LinkFields {
            unique_value: text(input, Field::UniqueValue),
            source: text(input, Field::Source),
            reference: text(input, Field::Reference),
            timestamp: number(input, Field::Timestamp),
        };
        let url = LinkUrl::from_slug_or_url(slug, link)?;
        let link = workflow.sign_link(&url, &fields)?;
        let _ = link.write_to(output.writer());
        Ok(())
    });
}

/// Input: the message, what is expected. Output: the texts, timestamp, index of the secret.
///
/// `expects` has bits for the fields of which something is expected, as `expected` reads them.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn verify_link(
    crossing: *mut Crossing,
    workflow: *const Workflow,
    message: usize,
    expects: u32,
    now: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow) = unsafe { (&mut *crossing, &*workflow) };
    crossing.answer(|input, output| {
        let now = instant(now)?;
        let message = input.bytes(message);
        let mut expect = ExpectLink::new();
        for (field, value) in expected(input, expects) {
            expect.set_field(field, value)?;
        }
        let link = workflow.verify_link(message, now, &expect)?;
        add(output, link.unique_value());
        add(output, link.source());
        add(output, link.reference());
        output.number(link.timestamp() as f64);
        output.number(link.secret_index() as f64);
        Ok(())
    });
}

/// Input: the template's text, fields. Output: the URL. The length of the text is NaN if the
/// template is a handle.
///
/// # Safety
///
/// The pointers are handles, or the template is null.
#[wasm_bindgen]
pub unsafe fn sign_return(
    crossing: *mut Crossing,
    workflow: *const Workflow,
    template: *const RedirectTemplate<'static>,
    template_text: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow, template) = unsafe { (&mut *crossing, &*workflow, template.as_ref()) };
    crossing.answer(|input, output| {
        let source = input.optional(template_text);
        let fields = return_fields(input);
        let mut parsed = None;
        let template = template_of(template, source, &mut parsed)?.ok_or(NO_TEMPLATE)?;
        let signed = workflow.sign_return(template, &fields)?;
        let _ = signed.write_to(output.writer());
        Ok(())
    });
}

/// Input: the message, the template's text, what is expected. Output: the texts, photo count,
/// timestamp, index of the secret. The length of the template's text is NaN if there is none.
///
/// # Safety
///
/// The pointers are handles, or the template is null.
#[wasm_bindgen]
pub unsafe fn verify_return(
    crossing: *mut Crossing,
    workflow: *const Workflow,
    template: *const RedirectTemplate<'static>,
    message: usize,
    template_text: f64,
    expects: u32,
    now: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow, template) = unsafe { (&mut *crossing, &*workflow, template.as_ref()) };
    crossing.answer(|input, output| {
        let now = instant(now)?;
        let message = input.bytes(message);
        let source = input.optional(template_text);
        let mut expect = ExpectReturn::new();
        for (field, value) in expected(input, expects) {
            expect.set_field(field, value)?;
        }
        let mut parsed = None;
        let template = template_of(template, source, &mut parsed)?;
        let done = workflow.verify_return(message, template, now, &expect)?;
        add(output, done.submission_id());
        add(output, done.unique_value());
        add(output, done.reference());
        output.number(f64::from(done.photo_count()));
        output.number(done.timestamp() as f64);
        output.number(done.secret_index() as f64);
        Ok(())
    });
}

/// Input: the template. Returned: null if it isn't one.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn template_new(
    crossing: *mut Crossing,
    length: usize,
) -> *mut RedirectTemplate<'static> {
    // SAFETY: it is a handle, and JavaScript runs one call at a time.
    let crossing = unsafe { &mut *crossing };
    let mut handle = ptr::null_mut();
    crossing.answer(|input, _| {
        let template = RedirectTemplate::parse(input.bytes(length))?;
        handle = Box::into_raw(Box::new(template.into_owned()));
        Ok(())
    });
    handle
}

/// Gives back the memory.
///
/// # Safety
///
/// The pointer is a handle, and is not used again.
#[wasm_bindgen]
pub unsafe fn template_free(template: *mut RedirectTemplate<'static>) {
    // SAFETY: as above; `template_new` made it.
    drop(unsafe { Box::from_raw(template) });
}

/// Which fields have a placeholder: one bit each, in the order of [`Field::ALL`].
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn template_placeholders(template: *const RedirectTemplate<'static>) -> u32 {
    // SAFETY: as above.
    bits(unsafe { &*template }.placeholders())
}

/// Which fields a return won't carry, likewise.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn template_missing(template: *const RedirectTemplate<'static>) -> u32 {
    // SAFETY: as above.
    bits(unsafe { &*template }.missing())
}

/// Says whether returns that are made from it can be read back.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn template_check(crossing: *mut Crossing, template: *const RedirectTemplate<'static>) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, template) = unsafe { (&mut *crossing, &*template) };
    crossing.answer(|_, _| template.check_extractable());
}

/// Input: fields and signature. Output: the URL.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn template_expand(crossing: *mut Crossing, template: *const RedirectTemplate<'static>) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, template) = unsafe { (&mut *crossing, &*template) };
    crossing.answer(|input, output| {
        let fields = return_fields(input);
        let expanded = template.expand(&fields, text(input, Field::Signature))?;
        let _ = expanded.write_to(output.writer());
        Ok(())
    });
}

/// The template of a handle, or the one that is parsed here.
#[inline(never)]
fn template_of<'a>(
    handle: Option<&'a RedirectTemplate<'a>>,
    source: Option<&'a [u8]>,
    parsed: &'a mut Option<RedirectTemplate<'a>>,
) -> Result<Option<&'a RedirectTemplate<'a>>, Error> {
    let Some(source) = source else {
        return Ok(handle);
    };
    Ok(Some(parsed.insert(RedirectTemplate::parse(source)?)))
}

/// The next text, which is given for this field.
#[inline(never)]
fn text<'a>(input: &mut Input<'a>, field: Field) -> &'a str {
    input.text(input.given(field as usize) as usize)
}

/// Adds the decoded text.
#[inline(always)]
fn add(output: &mut Output, value: FieldText<'_>) {
    output.text(|text| match value.as_plain() {
        Some(plain) => text.write_str(plain),
        None => value.chars().try_for_each(|c| text.write_char(c)),
    });
}

/// The number that is given for this field.
#[inline(never)]
fn number(input: &Input<'_>, field: Field) -> u64 {
    field_number(integer(input.given(field as usize)))
}

fn return_fields<'a>(input: &mut Input<'a>) -> ReturnFields<'a> {
    ReturnFields {
        submission_id: text(input, Field::SubmissionId),
        unique_value: text(input, Field::UniqueValue),
        reference: text(input, Field::Reference),
        photo_count: number(input, Field::PhotoCount),
        timestamp: number(input, Field::Timestamp),
    }
}

/// The fields of which something is expected, and what.
///
/// There is one bit each for those of which it is a text, in the order of [`Field::ALL`], then for
/// those of which it is a number, then for those of which it is null.
fn expected<'a>(
    input: &mut Input<'a>,
    bits: u32,
) -> impl Iterator<Item = (Field, Option<ExpectedValue<'a>>)> {
    let mut fields = Field::ALL.iter();
    core::iter::from_fn(move || next_expected(input, bits, &mut fields))
}

#[inline(never)]
fn next_expected<'a>(
    input: &mut Input<'a>,
    bits: u32,
    fields: &mut core::slice::Iter<'_, Field>,
) -> Option<(Field, Option<ExpectedValue<'a>>)> {
    for field in fields {
        let has = |group: usize| bits & 1 << (group * GIVEN_LENGTH + *field as usize) != 0;
        let value = if has(0) {
            Some(ExpectedValue::Text(text(input, *field)))
        } else if has(1) {
            Some(ExpectedValue::Number(number(input, *field)))
        } else if has(2) {
            None
        } else {
            continue;
        };
        return Some((*field, value));
    }
    None
}

fn bits(fields: Fields) -> u32 {
    fields
        .iter()
        .fold(0, |bits, field| bits | 1 << field as u32)
}
