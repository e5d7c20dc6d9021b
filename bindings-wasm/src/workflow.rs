//! Links, returns and redirect templates: the module of `visiono-workflow`.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::Write;
use core::ptr;

use visiono_workflow::{
    ExpectLink, ExpectReturn, Field, Fields, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    Value, Workflow, WorkflowSecret, field_number,
};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::crossing::{Crossing, Input, Output};
use crate::wipe_stack;

type Secrets = Vec<WorkflowSecret>;

/// Input: the secrets, of this many bytes together. Returned: null if there can't be a workflow.
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
) -> *mut Workflow<Secrets> {
    // SAFETY: it is a handle, and JavaScript runs one call at a time.
    let crossing = unsafe { &mut *crossing };
    let mut handle = ptr::null_mut();
    crossing.answer(|input, _| {
        let mut workflow = Workflow::new(input.secrets(secrets, WorkflowSecret::new)?)?;
        if !max_age.is_nan() {
            workflow = workflow.max_age(max_age as u64);
        }
        if !leeway.is_nan() {
            workflow = workflow.leeway(leeway as u64);
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
pub unsafe fn workflow_free(workflow: *mut Workflow<Secrets>) {
    // SAFETY: as above; `workflow_new` made it.
    drop(unsafe { Box::from_raw(workflow) });
    wipe_stack();
}

/// Input: link or slug, fields. Output: the URL.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn sign_link(
    crossing: *mut Crossing,
    workflow: *const Workflow<Secrets>,
    link: usize,
    is_slug: bool,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow) = unsafe { (&mut *crossing, &*workflow) };
    crossing.answer(|input, output| {
        let link = input.text(link);
        let url = if is_slug {
            LinkUrl::from_slug(link)?
        } else {
            LinkUrl::parse(link)?
        };
        let fields = LinkFields {
            unique_value: text(input, Field::UniqueValue),
            source: text(input, Field::Source),
            reference: text(input, Field::Reference),
            timestamp: number(input, Field::Timestamp),
        };
        let link = workflow.sign_link(&url, &fields)?;
        let _ = link.write_to(output.writer());
        Ok(())
    });
}

/// Input: the message, what is expected. Output: the texts, timestamp, index of the secret.
///
/// `expects` has one bit for each field of which something is expected, as `given` has it.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn verify_link(
    crossing: *mut Crossing,
    workflow: *const Workflow<Secrets>,
    message: usize,
    expects: u32,
    now: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow) = unsafe { (&mut *crossing, &*workflow) };
    crossing.answer(|input, output| {
        let message = input.text(message);
        let mut expect = ExpectLink::new();
        for (field, as_text) in given(expects) {
            expect = match (field, as_text) {
                (_, true) => expect.field(field, text(input, field))?,
                (Field::Timestamp, false) => expect.timestamp(number(input, field)),
                // The core says that a link has no other number.
                (_, false) => expect.field(field, "")?,
            };
        }
        let link = workflow.verify_link(message, &expect, now as u64)?;
        add(output, link.unique_value());
        add(output, link.source());
        add(output, link.reference());
        output.number(link.timestamp() as f64);
        output.number(link.secret_index() as f64);
        Ok(())
    });
}

/// Input: fields. Output: the URL.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn sign_return(
    crossing: *mut Crossing,
    workflow: *const Workflow<Secrets>,
    template: *const RedirectTemplate<'static>,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow, template) = unsafe { (&mut *crossing, &*workflow, &*template) };
    crossing.answer(|input, output| {
        let signed = workflow.sign_return(template, &return_fields(input))?;
        let _ = signed.write_to(output.writer());
        Ok(())
    });
}

/// Input: the message, what is expected. Output: the texts, photo count, timestamp, index of the
/// secret.
///
/// # Safety
///
/// The pointers are handles, or the template is null.
#[wasm_bindgen]
pub unsafe fn verify_return(
    crossing: *mut Crossing,
    workflow: *const Workflow<Secrets>,
    template: *const RedirectTemplate<'static>,
    message: usize,
    expects: u32,
    now: f64,
) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, workflow, template) = unsafe { (&mut *crossing, &*workflow, template.as_ref()) };
    crossing.answer(|input, output| {
        let message = input.text(message);
        let mut expect = ExpectReturn::new();
        for (field, as_text) in given(expects) {
            expect = match (field, as_text) {
                (_, true) => expect.field(field, text(input, field))?,
                (Field::Timestamp, false) => expect.timestamp(number(input, field)),
                (_, false) => expect.photo_count(number(input, field)),
            };
        }
        let done = workflow.verify_return(message, template, &expect, now as u64)?;
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
        let template = RedirectTemplate::parse(input.text(length))?;
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

/// The next text, which is given for this field.
#[inline(never)]
fn text<'a>(input: &mut Input<'a>, field: Field) -> &'a str {
    input.text(input.given(field as usize) as usize)
}

/// Adds the decoded text.
#[inline(always)]
fn add(output: &mut Output, value: Value<'_>) {
    output.text(|text| match value.as_plain() {
        Some(plain) => text.write_str(plain),
        None => value.chars().try_for_each(|c| text.write_char(c)),
    });
}

/// The number that is given for this field.
#[inline(never)]
fn number(input: &Input<'_>, field: Field) -> u64 {
    // Conversion saturates, so a number that is out of range stays so.
    field_number((input.given(field as usize) as i64).into())
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

/// The fields of which something is expected, and whether as text: one bit each for those that
/// are, in the order of [`Field::ALL`], then one bit each for those that are numbers.
fn given(bits: u32) -> impl Iterator<Item = (Field, bool)> {
    let has = move |place: u32| bits & 1 << place != 0;
    Field::ALL.into_iter().filter_map(move |field| {
        let as_text = has(field as u32);
        (as_text || has(field as u32 + Field::ALL.len() as u32)).then_some((field, as_text))
    })
}

fn bits(fields: Fields) -> u32 {
    fields
        .iter()
        .fold(0, |bits, field| bits | 1 << field as u32)
}
