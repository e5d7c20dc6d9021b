//! The four operations for languages whose foreign calls cost time for every argument, such as
//! PHP: all texts travel in one, and come back in one.
//!
//! UTF-8 never has the bytes 0xFF and 0xFE, so the one can stand between texts, and the other say
//! that a text is given which needn't be. A value that holds one can't pass for something else:
//! with it the texts are too many, or not UTF-8.

use std::ffi::c_char;

use visiono_workflow::{Error, Field, LinkFields, ReturnFields};

use crate::boundary::{Buffer, Output, Str, guard, most_of_link, required, utf8};
use crate::error::{Code, ErrorHandle};
use crate::template::{NULL_TEMPLATE, TemplateHandle};
use crate::workflow::{
    NULL_WORKFLOW, WorkflowHandle, field, known_of_link, known_of_return, link_url, now,
};

/// Stands between two texts.
const SEPARATOR: u8 = 0xff;
/// Stands before a text that needn't be given, where it is.
const GIVEN: u8 = 0xfe;

const WRONG_COUNT: Error =
    Error::invalid_argument("the texts are not as many as there have to be, or not UTF-8");
const UNMARKED: Error =
    Error::invalid_argument("a text that may be absent lacks the byte that says it is given");

/// Takes the texts apart: first `N` that have to be there, then `M` that may be.
///
/// # Safety
///
/// As `Str::bytes`.
unsafe fn unpack<'a, const N: usize, const M: usize>(
    data: *const c_char,
    len: usize,
) -> Result<([&'a str; N], [Option<&'a str>; M]), Error> {
    // SAFETY: as the caller promises.
    let bytes = unsafe { Str { data, len }.bytes() }?;
    let mut pieces = bytes.split(|byte| *byte == SEPARATOR);
    let mut next = || pieces.next().ok_or(WRONG_COUNT);
    let mut needed = [""; N];
    for text in &mut needed {
        *text = utf8(next()?)?;
    }
    let mut optional = [None; M];
    for text in &mut optional {
        *text = match next()? {
            [] => None,
            [GIVEN, text @ ..] => Some(utf8(text)?),
            _ => return Err(UNMARKED),
        };
    }
    match pieces.next() {
        None => Ok((needed, optional)),
        Some(_) => Err(WRONG_COUNT),
    }
}

/// More than a verified message has: each of its texts is a part of the inputs, decoded or not.
fn most_of_verified(texts: usize) -> usize {
    texts.saturating_add(128)
}

/// Packed `visiono_workflow_sign_link`, for languages whose foreign calls cost by the argument.
///
/// In all functions of this kind, `texts` has the inputs in order, with the byte 0xFF between
/// two of them. Those that may be absent come last: the byte 0xFE and the text, or nothing.
/// `result` gets the outputs, with the byte 0xFF between two of them.
///
/// In: unique value, source, reference; slug, URL (one of the two). Out: signature, URL.
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
        let (workflow, (needed, optional)) =
            unsafe { (required(workflow, NULL_WORKFLOW)?, unpack(texts, len)?) };
        // SAFETY: as the caller promises.
        let output = unsafe {
            Output::new(
                result,
                needed.into_iter().chain(optional.into_iter().flatten()),
            )
        }?;
        let [unique_value, source, reference] = needed;
        let [slug, url] = optional;
        let link = workflow.inner.sign_link(
            &link_url(slug, url)?,
            &LinkFields {
                unique_value,
                source,
                reference,
                timestamp: field(Field::Timestamp, timestamp)?,
            },
        )?;
        output.fill(most_of_link(len), |out| {
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
/// In: input; and what is expected, as far as it is: unique value, source, reference, timestamp.
/// Out: unique value, source, reference, timestamp, secret index.
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
        let (workflow, (needed, optional)) =
            unsafe { (required(workflow, NULL_WORKFLOW)?, unpack(texts, len)?) };
        // SAFETY: as the caller promises.
        let output = unsafe {
            Output::new(
                result,
                needed.into_iter().chain(optional.into_iter().flatten()),
            )
        }?;
        let [input] = needed;
        let expect = known_of_link(optional)?;
        let link = workflow
            .inner
            .verify_link(input, &expect, self::now(now)?)?;
        output.fill(most_of_verified(len), |out| {
            for value in [link.unique_value(), link.source(), link.reference()] {
                out.value(&value)?;
                out.bytes(&[SEPARATOR]);
            }
            out.number(link.timestamp());
            out.bytes(&[SEPARATOR]);
            out.number(link.secret_index());
            Ok(())
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
        let (workflow, redirect, (needed, optional)) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let redirect = required(redirect, NULL_TEMPLATE)?;
            (workflow, redirect, unpack(texts, len)?)
        };
        // SAFETY: as the caller promises.
        let output = unsafe {
            Output::new(
                result,
                needed.into_iter().chain(optional.into_iter().flatten()),
            )
        }?;
        let [submission_id, unique_value, reference] = needed;
        let []: [Option<&str>; 0] = optional;
        let back = workflow.inner.sign_return(
            &redirect.inner,
            &ReturnFields {
                submission_id,
                unique_value,
                reference,
                photo_count: field(Field::PhotoCount, photo_count)?,
                timestamp: field(Field::Timestamp, timestamp)?,
            },
        )?;
        output.fill(usize::MAX, |out| {
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
/// In: input; and what is expected, as far as it is: submission ID, unique value, reference,
/// photo count, timestamp. Out: submission ID, unique value, reference, photo count, timestamp,
/// secret index.
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
        let (workflow, redirect, (needed, optional)) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let redirect = redirect.as_ref().map(|redirect| &redirect.inner);
            (workflow, redirect, unpack(texts, len)?)
        };
        // SAFETY: as the caller promises.
        let output = unsafe {
            Output::new(
                result,
                needed.into_iter().chain(optional.into_iter().flatten()),
            )
        }?;
        let [input] = needed;
        let expect = known_of_return(optional)?;
        let now = self::now(now)?;
        let back = workflow
            .inner
            .verify_return(input, redirect, &expect, now)?;
        output.fill(most_of_verified(len), |out| {
            for value in [back.submission_id(), back.unique_value(), back.reference()] {
                out.value(&value)?;
                out.bytes(&[SEPARATOR]);
            }
            out.number(back.photo_count());
            out.bytes(&[SEPARATOR]);
            out.number(back.timestamp());
            out.bytes(&[SEPARATOR]);
            out.number(back.secret_index());
            Ok(())
        })
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
