//! The four operations for languages whose foreign calls cost time for every argument and every
//! object that they make, such as PHP: all texts travel in one, and come back in one.
//!
//! UTF-8 never has the bytes 0xFF and 0xFE, so the one can stand between texts, and the other say
//! that a text is given which needn't be. A value that holds one can't pass for something else:
//! with it the texts are too many, or not UTF-8.

use std::ffi::c_char;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use visiono_workflow::{
    DeliveredLink, Error, LinkFields, ReturnFields, Signature, Value, Workflow, WorkflowSecret,
    field_number,
};

use crate::boundary::{Str, free, guard, guard_value, hand_out, required, utf8};
use crate::error::{Code, ErrorHandle};
use crate::template::{NULL_TEMPLATE, TemplateHandle};
use crate::workflow::{
    NULL_WORKFLOW, WorkflowHandle, known_of_link, known_of_return, link_url, now,
};

/// Stands between two texts.
const SEPARATOR: u8 = 0xff;
/// Stands before a text that needn't be given, where it is.
const GIVEN: u8 = 0xfe;
/// How many bytes for results are kept for the next call; after a larger result they are freed.
const KEPT: usize = 1 << 16;

const WRONG_COUNT: Error =
    Error::invalid_argument("the texts are not as many as there have to be, or not UTF-8");
const UNMARKED: Error =
    Error::invalid_argument("a text that may be absent lacks the byte that says it is given");
const OWN_RESULT: Error =
    Error::invalid_argument("the texts lie in the result of the last call: copy them");

/// A workflow for languages in which every argument of a foreign call costs time, with its own
/// result and its own error. C programs have no use for it.
///
/// In the functions of this kind, `texts` has the inputs in order, with the byte 0xFF between two
/// of them. Those that may be absent come last: the byte 0xFE and the text, or nothing. What
/// comes out is a text with a NUL after it, in which 0xFF stands between the outputs; or null,
/// and then `visiono_packed_error` has the error. Both belong to the object, until its next call.
pub struct PackedHandle {
    workflow: Workflow<Vec<WorkflowSecret>>,
    result: Vec<u8>,
    error: ErrorHandle,
}

/// Takes the texts apart: first `N` that have to be there, then `M` that may be.
fn unpack<const N: usize, const M: usize>(
    bytes: &[u8],
) -> Result<([&str; N], [Option<&str>; M]), Error> {
    let mut rest = Some(bytes);
    let mut next = || {
        let bytes = rest.ok_or(WRONG_COUNT)?;
        let Some(at) = memchr::memchr(SEPARATOR, bytes) else {
            rest = None;
            return Ok(bytes);
        };
        rest = bytes.get(at + 1..);
        Ok(&bytes[..at])
    };
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
    match rest {
        None => Ok((needed, optional)),
        Some(_) => Err(WRONG_COUNT),
    }
}

/// Writes the result.
struct Packer<'r>(&'r mut Vec<u8>);

impl fmt::Write for Packer<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

impl Packer<'_> {
    fn separator(&mut self) {
        self.0.push(SEPARATOR);
    }

    /// A signature, before the URL that it stands in.
    fn signature(&mut self, signature: &Signature) {
        self.0.extend_from_slice(signature.as_str().as_bytes());
        self.separator();
    }

    /// A text of a message, without formatting where it stands there as it is.
    fn value(&mut self, value: &Value<'_>) -> fmt::Result {
        match value.as_plain() {
            Some(text) => fmt::Write::write_str(self, text)?,
            None => fmt::Write::write_fmt(self, format_args!("{value}"))?,
        }
        self.separator();
        Ok(())
    }

    fn number(&mut self, number: impl itoa::Integer) {
        let mut digits = itoa::Buffer::new();
        self.0.extend_from_slice(digits.format(number).as_bytes());
    }
}

/// Runs an operation on the texts, and keeps what it writes, or its error, in the object.
///
/// # Safety
///
/// `packed` is null, or came from `visiono_packed_new` and no other thread uses it now; `texts`
/// can be read for `len` bytes.
unsafe fn call(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    run: impl FnOnce(&Workflow<Vec<WorkflowSecret>>, &[u8], &mut Packer<'_>) -> Result<(), Error>,
) -> *const c_char {
    // SAFETY: as the caller promises.
    let Some(packed) = (unsafe { packed.as_mut() }) else {
        return ptr::null();
    };
    let PackedHandle {
        workflow,
        result,
        error,
    } = packed;
    let own = result.as_ptr().addr()..result.as_ptr().addr() + result.capacity();
    // What may be left half-done is the result, which the next call clears.
    let done = catch_unwind(AssertUnwindSafe(|| {
        if own.contains(&texts.addr()) && len > 0 {
            return Err(OWN_RESULT);
        }
        result.clear();
        result.shrink_to(KEPT);
        // SAFETY: as the caller promises; the texts are not in the result, which is changed.
        let bytes = unsafe { Str { data: texts, len }.bytes() }?;
        run(workflow, bytes, &mut Packer(result))?;
        result.push(0);
        Ok(())
    }));
    match done.unwrap_or_else(|_| Err(Error::panic())) {
        Ok(()) => result.as_ptr().cast(),
        Err(failure) => {
            error.set(failure);
            ptr::null()
        }
    }
}

/// Makes an object for packed calls, with the secrets and limits of a workflow, which may be
/// freed before it.
///
/// Ownership: `*packed` is the caller's, until `visiono_packed_free`. Threads: any. Errors:
/// `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `workflow` is null or came from `visiono_workflow_new`, `packed` is null or can be written, and
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_new(
    workflow: *const WorkflowHandle,
    packed: *mut *mut PackedHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let workflow = unsafe {
            required(packed, "the place for the packed object is null")?;
            required(workflow, NULL_WORKFLOW)?
        };
        let object = PackedHandle {
            workflow: workflow.inner.clone(),
            result: Vec::new(),
            error: ErrorHandle::default(),
        };
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(packed, object) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Frees an object for packed calls, its result and its error. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `packed` came from `visiono_packed_new` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_free(packed: *mut PackedHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(packed) };
}

/// The error of the last packed call that failed; null if `packed` is null.
///
/// Ownership: the object's, until its next call. Threads: one at a time. Errors: none.
///
/// # Safety
///
/// `packed` is null or came from `visiono_packed_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_error(packed: *const PackedHandle) -> *const ErrorHandle {
    // SAFETY: as the caller promises.
    let packed = unsafe { packed.as_ref() };
    packed.map_or(ptr::null(), |packed| &raw const packed.error)
}

/// Packed `visiono_workflow_sign_link`.
///
/// In: unique value, source, reference; slug, URL (one of the two). Out: signature, URL.
///
/// Ownership: the text is the object's, until its next call. Threads: one at a time. Errors: null,
/// with those of `visiono_workflow_sign_link`; also `VISIONO_INVALID_ARGUMENT` if the texts are
/// not as many.
///
/// # Safety
///
/// `packed` is null or came from `visiono_packed_new`, and `texts` can be read for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_sign_link(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    timestamp: i64,
) -> *const c_char {
    let run = |workflow: &Workflow<_>, texts: &[u8], out: &mut Packer<'_>| {
        let ([unique_value, source, reference], [slug, url]) = unpack(texts)?;
        let link = workflow.sign_link(
            &link_url(slug, url)?,
            &LinkFields {
                unique_value,
                source,
                reference,
                timestamp: field_number(timestamp.into()),
            },
        )?;
        out.signature(link.signature());
        // The packer returns no error of its own.
        let _ = link.write_to(out);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, texts, len, run) }
}

/// Packed `visiono_workflow_verify_link`.
///
/// In: input; and what is expected, as far as it is: unique value, source, reference, timestamp.
/// Out: unique value, source, reference, timestamp, secret index.
///
/// Ownership: the text is the object's, until its next call. Threads: one at a time. Errors: null,
/// with those of `visiono_workflow_verify_link`; also `VISIONO_INVALID_ARGUMENT` if the texts are
/// not as many.
///
/// # Safety
///
/// As `visiono_packed_sign_link`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_verify_link(
    packed: *mut PackedHandle,
    texts: *const c_char,
    len: usize,
    now: i64,
) -> *const c_char {
    let run = |workflow: &Workflow<_>, texts: &[u8], out: &mut Packer<'_>| {
        let ([input], expected) = unpack(texts)?;
        let expect = known_of_link(expected)?;
        let link = workflow.verify_link(input, &expect, self::now(now)?)?;
        for value in [link.unique_value(), link.source(), link.reference()] {
            // The packer returns no error of its own.
            let _ = out.value(&value);
        }
        out.number(link.timestamp());
        out.separator();
        out.number(link.secret_index());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, texts, len, run) }
}

/// Packed `visiono_workflow_sign_return`.
///
/// In: submission ID, unique value, reference. Out: signature, URL.
///
/// Ownership: the text is the object's, until its next call. Threads: one at a time. Errors: null,
/// with those of `visiono_workflow_sign_return`; also `VISIONO_INVALID_ARGUMENT` if the texts are
/// not as many.
///
/// # Safety
///
/// As `visiono_packed_sign_link`, and `redirect` is null or came from
/// `visiono_redirect_template_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_sign_return(
    packed: *mut PackedHandle,
    redirect: *const TemplateHandle,
    texts: *const c_char,
    len: usize,
    photo_count: i64,
    timestamp: i64,
) -> *const c_char {
    let run = |workflow: &Workflow<_>, texts: &[u8], out: &mut Packer<'_>| {
        // SAFETY: as the caller promises.
        let redirect = unsafe { required(redirect, NULL_TEMPLATE) }?;
        let ([submission_id, unique_value, reference], []) = unpack(texts)?;
        let back = workflow.sign_return(
            &redirect.inner,
            &ReturnFields {
                submission_id,
                unique_value,
                reference,
                photo_count: field_number(photo_count.into()),
                timestamp: field_number(timestamp.into()),
            },
        )?;
        out.signature(back.signature());
        // The packer returns no error of its own.
        let _ = back.write_to(out);
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, texts, len, run) }
}

/// Packed `visiono_workflow_verify_return`.
///
/// In: input; and what is expected, as far as it is: submission ID, unique value, reference,
/// photo count, timestamp. Out: submission ID, unique value, reference, photo count, timestamp,
/// secret index.
///
/// Ownership: the text is the object's, until its next call. Threads: one at a time. Errors: null,
/// with those of `visiono_workflow_verify_return`; also `VISIONO_INVALID_ARGUMENT` if the texts
/// are not as many.
///
/// # Safety
///
/// As `visiono_packed_sign_return`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_verify_return(
    packed: *mut PackedHandle,
    redirect: *const TemplateHandle,
    texts: *const c_char,
    len: usize,
    now: i64,
) -> *const c_char {
    let run = |workflow: &Workflow<_>, texts: &[u8], out: &mut Packer<'_>| {
        // SAFETY: as the caller promises.
        let redirect = unsafe { redirect.as_ref() }.map(|redirect| &redirect.inner);
        let ([input], expected) = unpack(texts)?;
        let expect = known_of_return(expected)?;
        let back = workflow.verify_return(input, redirect, &expect, self::now(now)?)?;
        for value in [back.submission_id(), back.unique_value(), back.reference()] {
            // The packer returns no error of its own.
            let _ = out.value(&value);
        }
        out.number(back.photo_count());
        out.separator();
        out.number(back.timestamp());
        out.separator();
        out.number(back.secret_index());
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { call(packed, texts, len, run) }
}

/// Whether a delivered link and a verified return tell of the same submission, as
/// `visiono_delivery_matches` says, for a language that has taken both apart.
///
/// In: the link's unique value, source and reference; the return's submission ID, unique value and
/// reference; the link's submission ID, if it has one.
///
/// Threads: any. Errors: none; false if the texts are not as many, or not UTF-8.
///
/// # Safety
///
/// `texts` can be read for `len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_packed_link_matches(texts: *const c_char, len: usize) -> bool {
    // SAFETY: as the caller promises.
    let texts = unsafe { Str { data: texts, len }.bytes() };
    guard_value(false, || {
        let texts = texts.and_then(unpack);
        texts.is_ok_and(|(texts, [link_id])| {
            let [unique_value, source, reference, sub, uv, back] = texts;
            DeliveredLink::from_texts(link_id, unique_value, source, reference)
                .matches_texts(sub, uv, back)
        })
    })
}
