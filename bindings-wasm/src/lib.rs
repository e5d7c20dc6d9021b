//! The WebAssembly module of the npm package `visiono-workflow`: it delegates to the core.
//!
//! ```text
//! JavaScript ─ texts ─▶ Crossing ─ lengths, numbers ─▶ sign_link, verify_return …
//!            ◀─ text, numbers ─ Crossing ◀─ result or error
//! ```
//!
//! What is expensive is to cross between the two languages, so a call crosses once: JavaScript
//! writes all texts, one after the other, into one buffer that is used again and again, and their
//! lengths and the numbers at fixed places; the answer is one text and a few numbers likewise.
//! Nothing but numbers is passed, so the exports are called as they are.
//!
//! A handle is a pointer that a `_new` function returned and that its `_free` function takes
//! back. The classes that JavaScript programmers see, in `package/`, are what keeps each from
//! being used after that.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod crossing;
#[cfg(target_family = "wasm")]
mod runtime;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ptr;

use visiono_workflow::{
    ExpectLink, ExpectReturn, Field, Fields, LinkFields, LinkUrl, RedirectTemplate, ReturnFields,
    Workflow, WorkflowSecret,
};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crossing::{Crossing, Input};

type Secrets = Vec<WorkflowSecret>;

/// The bytes of stack that are wiped when a secret comes and goes: several times what keying,
/// signing and verifying use.
const STACK: usize = 16 * 1024;

/// Overwrites the stack that earlier calls used: moving a Rust value copies its bytes, and these
/// copies of keyed state are not wiped by the value's own `Drop`.
#[inline(never)]
fn wipe_stack() {
    [0_u8; STACK].zeroize();
}

/// Makes what all other functions take first.
#[wasm_bindgen]
pub fn crossing_new() -> *mut Crossing {
    Box::into_raw(Box::new(Crossing::new()))
}

/// Makes room for this many bytes of input, keeping what is there, and says where; null if there
/// isn't enough memory.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn crossing_reserve(crossing: *mut Crossing, bytes: usize) -> *mut u8 {
    // SAFETY: it is a handle, and JavaScript runs one call at a time.
    unsafe { &mut *crossing }.reserve(bytes)
}

/// Gives back the memory of large texts.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn crossing_release(crossing: *mut Crossing) {
    // SAFETY: as above.
    unsafe { &mut *crossing }.release();
}

/// Where the numbers are, for good.
///
/// # Safety
///
/// The pointer is a handle.
#[wasm_bindgen]
pub unsafe fn crossing_numbers(crossing: *const Crossing) -> *const f64 {
    // SAFETY: as above.
    unsafe { &*crossing }.numbers()
}

/// Makes room for all secrets, so that none is moved later, which would leave a copy behind.
#[wasm_bindgen]
pub fn secrets_new(count: usize) -> *mut Secrets {
    Box::into_raw(Box::new(Vec::with_capacity(count)))
}

/// Adds the secret whose text is the input, and wipes the input.
///
/// # Safety
///
/// The pointers are handles.
#[wasm_bindgen]
pub unsafe fn secrets_add(crossing: *mut Crossing, secrets: *mut Secrets, length: usize) {
    // SAFETY: they are handles, and JavaScript runs one call at a time.
    let (crossing, secrets) = unsafe { (&mut *crossing, &mut *secrets) };
    crossing.answer(|input, _| {
        let secret = WorkflowSecret::new(input.text(length))?;
        // JavaScript adds as many as it said.
        if secrets.len() < secrets.capacity() {
            secrets.push(secret);
        }
        Ok(())
    });
    crossing.wipe_input();
    wipe_stack();
}

/// Wipes secrets of which no workflow was made, and the input, which may have some of one.
///
/// # Safety
///
/// The pointers are handles, and the secrets are not used again.
#[wasm_bindgen]
pub unsafe fn secrets_free(crossing: *mut Crossing, secrets: *mut Secrets) {
    // SAFETY: as above; `secrets_new` made it.
    let (crossing, secrets) = unsafe { (&mut *crossing, Box::from_raw(secrets)) };
    drop(secrets);
    crossing.wipe_input();
    wipe_stack();
}

/// Makes a workflow of the secrets, which are taken; null if it can't be. Seconds that are NaN
/// are the core's own.
///
/// # Safety
///
/// The pointers are handles, and the secrets are not used again.
#[wasm_bindgen]
pub unsafe fn workflow_new(
    crossing: *mut Crossing,
    secrets: *mut Secrets,
    max_age: f64,
    leeway: f64,
) -> *mut Workflow<Secrets> {
    // SAFETY: as above; `secrets_new` made it.
    let (crossing, secrets) = unsafe { (&mut *crossing, *Box::from_raw(secrets)) };
    let mut handle = ptr::null_mut();
    crossing.answer(|_, _| {
        let mut workflow = Workflow::new(secrets)?;
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
            unique_value: input.field(Field::UniqueValue),
            source: input.field(Field::Source),
            reference: input.field(Field::Reference),
            timestamp: input.number(Field::Timestamp),
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
                (_, true) => expect.field(field, input.field(field))?,
                (Field::Timestamp, false) => expect.timestamp(input.number(field)),
                // The core says that a link has no other number.
                (_, false) => expect.field(field, "")?,
            };
        }
        let link = workflow.verify_link(message, &expect, now as u64)?;
        output.text(link.unique_value());
        output.text(link.source());
        output.text(link.reference());
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
                (_, true) => expect.field(field, input.field(field))?,
                (Field::Timestamp, false) => expect.timestamp(input.number(field)),
                (_, false) => expect.photo_count(input.number(field)),
            };
        }
        let done = workflow.verify_return(message, template, &expect, now as u64)?;
        output.text(done.submission_id());
        output.text(done.unique_value());
        output.text(done.reference());
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
        let expanded = template.expand(&fields, input.field(Field::Signature))?;
        let _ = expanded.write_to(output.writer());
        Ok(())
    });
}

fn return_fields<'a>(input: &mut Input<'a>) -> ReturnFields<'a> {
    ReturnFields {
        submission_id: input.field(Field::SubmissionId),
        unique_value: input.field(Field::UniqueValue),
        reference: input.field(Field::Reference),
        photo_count: input.number(Field::PhotoCount),
        timestamp: input.number(Field::Timestamp),
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
