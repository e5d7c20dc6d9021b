//! The four operations for languages whose foreign calls cost time for every argument, such as
//! PHP: all texts travel in one, and come back in one.
//!
//! UTF-8 never has the bytes 0xFF and 0xFE, so they can stand between texts and for a text that
//! isn't given. A value that holds one is found out: the texts are too many, or not UTF-8.

use std::ffi::c_char;
use std::fmt::{self, Display};

use visiono_workflow::{Error, Field, LinkFields, ReturnFields};

use crate::boundary::{Buffer, Output, Str, Writer, guard, required, utf8};
use crate::error::{Code, ErrorHandle};
use crate::template::{NULL_TEMPLATE, TemplateHandle};
use crate::workflow::{
    NULL_WORKFLOW, WorkflowHandle, field, known_of_link, known_of_return, link_url, now,
};

/// Stands between two texts.
const SEPARATOR: u8 = 0xff;
/// Stands for a text that is not given.
const ABSENT: &[u8] = &[0xfe];

const WRONG_COUNT: Error =
    Error::invalid_argument("the texts are not as many as there have to be, or not UTF-8");
const NOT_GIVEN: Error = Error::invalid_argument("a text that is needed is not given");

/// Reads texts, of which any may not be given.
///
/// # Safety
///
/// As `Str::bytes`.
unsafe fn unpack<'a, const N: usize>(
    data: *const c_char,
    len: usize,
) -> Result<[Option<&'a str>; N], Error> {
    // SAFETY: as the caller promises.
    let bytes = unsafe { Str { data, len }.bytes() }?;
    let mut pieces = bytes.split(|byte| *byte == SEPARATOR);
    let mut texts = [None; N];
    for text in &mut texts {
        let piece = pieces.next().ok_or(WRONG_COUNT)?;
        *text = if piece == ABSENT {
            None
        } else {
            Some(utf8(piece)?)
        };
    }
    match pieces.next() {
        None => Ok(texts),
        Some(_) => Err(WRONG_COUNT),
    }
}

/// Writes texts.
fn pack(out: &mut Writer, texts: &[&dyn Display]) -> fmt::Result {
    for (place, text) in texts.iter().enumerate() {
        if place > 0 {
            out.bytes(&[SEPARATOR]);
        }
        fmt::write(out, format_args!("{text}"))?;
    }
    Ok(())
}

fn needed(text: Option<&str>) -> Result<&str, Error> {
    text.ok_or(NOT_GIVEN)
}

/// Packed `visiono_workflow_sign_link`, for languages whose foreign calls cost by the argument.
///
/// In all functions of this kind, `texts` has the inputs in order, with the byte 0xFF between
/// two of them, and the byte 0xFE alone for one that is not given. `result` gets the outputs in
/// the same form.
///
/// In: slug, URL (one of the two), unique value, source, reference. Out: signature, URL.
///
/// Ownership, threads and errors: as `visiono_workflow_sign_link`; also
/// `VISIONO_INVALID_ARGUMENT` if the texts are not as many.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `texts` can be read for `len` bytes, `result` can
/// be read and written, its `data` can be written for `capacity` bytes, and `error` is null or
/// came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_sign_link(
    workflow: *const WorkflowHandle,
    texts: *const c_char,
    len: usize,
    timestamp: i64,
    result: *mut Buffer,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, texts) =
            unsafe { (required(workflow, NULL_WORKFLOW)?, unpack(texts, len)?) };
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(result, texts.into_iter().flatten()) }?;
        let [slug, url, unique_value, source, reference] = texts;
        let link = workflow.inner.sign_link(
            &link_url(slug, url)?,
            &LinkFields {
                unique_value: needed(unique_value)?,
                source: needed(source)?,
                reference: needed(reference)?,
                timestamp: field(Field::Timestamp, timestamp)?,
            },
        )?;
        output.fill(|out| {
            out.bytes(link.signature().as_str().as_bytes());
            out.bytes(&[SEPARATOR]);
            link.write_to(out)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Packed `visiono_workflow_verify_link`.
///
/// In: input, and what is expected: unique value, source, reference, timestamp. Out: unique
/// value, source, reference, timestamp, secret index.
///
/// Ownership, threads and errors: as `visiono_workflow_verify_link`; also
/// `VISIONO_BUFFER_TOO_SMALL`, and `VISIONO_INVALID_ARGUMENT` if the texts are not as many.
///
/// # Safety
///
/// As `visiono_packed_sign_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_verify_link(
    workflow: *const WorkflowHandle,
    texts: *const c_char,
    len: usize,
    now: i64,
    result: *mut Buffer,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, texts) =
            unsafe { (required(workflow, NULL_WORKFLOW)?, unpack(texts, len)?) };
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(result, texts.into_iter().flatten()) }?;
        let [input, expected @ ..]: [_; 5] = texts;
        let expect = known_of_link(expected)?;
        let link = workflow
            .inner
            .verify_link(needed(input)?, &expect, self::now(now)?)?;
        output.fill(|out| {
            pack(
                out,
                &[
                    &link.unique_value(),
                    &link.source(),
                    &link.reference(),
                    &link.timestamp(),
                    &link.secret_index(),
                ],
            )
        })
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Packed `visiono_workflow_sign_return`.
///
/// In: submission ID, unique value, reference. Out: signature, URL.
///
/// Ownership, threads and errors: as `visiono_workflow_sign_return`; also
/// `VISIONO_INVALID_ARGUMENT` if the texts are not as many.
///
/// # Safety
///
/// As `visiono_packed_sign_link`, and `redirect` came from `visiono_redirect_template_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_sign_return(
    workflow: *const WorkflowHandle,
    redirect: *const TemplateHandle,
    texts: *const c_char,
    len: usize,
    photo_count: i64,
    timestamp: i64,
    result: *mut Buffer,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, redirect, texts) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let redirect = required(redirect, NULL_TEMPLATE)?;
            (workflow, redirect, unpack(texts, len)?)
        };
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(result, texts.into_iter().flatten()) }?;
        let [submission_id, unique_value, reference] = texts;
        let back = workflow.inner.sign_return(
            &redirect.inner,
            &ReturnFields {
                submission_id: needed(submission_id)?,
                unique_value: needed(unique_value)?,
                reference: needed(reference)?,
                photo_count: field(Field::PhotoCount, photo_count)?,
                timestamp: field(Field::Timestamp, timestamp)?,
            },
        )?;
        output.fill(|out| {
            out.bytes(back.signature().as_str().as_bytes());
            out.bytes(&[SEPARATOR]);
            back.write_to(out)
        })
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Packed `visiono_workflow_verify_return`.
///
/// In: input, and what is expected: submission ID, unique value, reference, photo count,
/// timestamp. Out: submission ID, unique value, reference, photo count, timestamp, secret index.
///
/// Ownership, threads and errors: as `visiono_workflow_verify_return`; also
/// `VISIONO_BUFFER_TOO_SMALL`, and `VISIONO_INVALID_ARGUMENT` if the texts are not as many.
///
/// # Safety
///
/// As `visiono_packed_sign_link`, and `redirect` is null or came from
/// `visiono_redirect_template_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_verify_return(
    workflow: *const WorkflowHandle,
    redirect: *const TemplateHandle,
    texts: *const c_char,
    len: usize,
    now: i64,
    result: *mut Buffer,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, redirect, texts) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let redirect = redirect.as_ref().map(|redirect| &redirect.inner);
            (workflow, redirect, unpack(texts, len)?)
        };
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(result, texts.into_iter().flatten()) }?;
        let [input, expected @ ..]: [_; 6] = texts;
        let expect = known_of_return(expected)?;
        let input = needed(input)?;
        let now = self::now(now)?;
        let back = workflow
            .inner
            .verify_return(input, redirect, &expect, now)?;
        output.fill(|out| {
            pack(
                out,
                &[
                    &back.submission_id(),
                    &back.unique_value(),
                    &back.reference(),
                    &back.photo_count(),
                    &back.timestamp(),
                    &back.secret_index(),
                ],
            )
        })
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
