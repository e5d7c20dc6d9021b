//! The object that a program keeps, and its four operations.

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, Error, Field, LinkUrl, Workflow, WorkflowSecret, field_number,
};

use crate::boundary::{Output, Signed, Str, free, guard, hand_out, list, required};
use crate::error::{Code, ErrorHandle};
use crate::template::{NULL_TEMPLATE, TemplateHandle};
use crate::verified::{VerifiedLinkHandle, VerifiedReturnHandle};

/// Signs and verifies links and returns, with one secret or several for rotation. It never
/// changes, and any number of threads may use it at once.
///
/// A program that sends people to Visiono signs links and verifies returns. The other two
/// operations do Visiono's part, for tests and for a local stand-in of the service.
pub struct WorkflowHandle {
    pub(crate) inner: Workflow<Vec<WorkflowSecret>>,
}

const fn shared_between_threads<T: Send + Sync>() {}
const _: () = shared_between_threads::<WorkflowHandle>();
const _: () = shared_between_threads::<TemplateHandle>();
const _: () = shared_between_threads::<VerifiedLinkHandle>();
const _: () = shared_between_threads::<VerifiedReturnHandle>();

/// What a link says, and where it points. A text may not be empty and may not hold `|` or a
/// control character; it is signed byte for byte.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct LinkFields {
    /// The end of the Smart Link, `damage-report`; null if `url` is given.
    pub slug: Str,
    /// The whole Smart Link as a URL; null if `slug` is given.
    pub url: Str,
    /// `uv`: what is being documented, an order or a number plate.
    pub unique_value: Str,
    /// `src`: the system that sends the person, such as `zendesk`.
    pub source: Str,
    /// `ref`: the record in that system, such as `ticket-456`.
    pub reference: Str,
    /// `ts`: now, in Unix seconds: `time(NULL)`.
    pub timestamp: i64,
}

/// What a return says. The rules are those of `visiono_link_fields_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ReturnFields {
    /// `sub`: Visiono's name of the submission, such as `pls_123`.
    pub submission_id: Str,
    /// `uv`: what was documented, as the link had it.
    pub unique_value: Str,
    /// `ref`: the record in the system that sent the person, as the link had it.
    pub reference: Str,
    /// `cnt`: how many photos were uploaded, at most 4294967295.
    pub photo_count: i64,
    /// `ts`: now, in Unix seconds: `time(NULL)`.
    pub timestamp: i64,
}

/// What the caller knows of a link that is to be verified. What is null is not known.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ExpectLink {
    /// Expects this `uv`.
    pub unique_value: Str,
    /// Expects this `src`.
    pub source: Str,
    /// Expects this `ref`.
    pub reference: Str,
    /// Expects this `ts`: decimal digits, Unix seconds.
    pub timestamp: Str,
}

/// What the caller knows of a return that is to be verified. What is null is not known.
///
/// Where the return carries the field, the two are compared: this is what stops a genuine return
/// for one ticket from being used on another. Where it doesn't, the expected value takes its
/// place, and the signature decides.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ExpectReturn {
    /// Expects this `sub`.
    pub submission_id: Str,
    /// Expects this `uv`.
    pub unique_value: Str,
    /// Expects this `ref`.
    pub reference: Str,
    /// Expects this `cnt`: decimal digits.
    pub photo_count: Str,
    /// Expects this `ts`: decimal digits, Unix seconds.
    pub timestamp: Str,
}

/// What is said of a workflow's null handle.
pub(crate) const NULL_WORKFLOW: &str = "the workflow is null";
const NULL_FIELDS: &str = "the fields are null";
pub(crate) const NULL_RESULT: &str = "the place for the result is null";

/// A number of seconds that is not a field's.
fn seconds(number: i64, what_was_wanted: &'static str) -> Result<u64, Error> {
    u64::try_from(number).map_err(|_| Error::invalid_argument(what_was_wanted))
}

/// The caller's time.
pub(crate) fn now(number: i64) -> Result<u64, Error> {
    seconds(number, "now is negative: pass Unix seconds")
}

/// The caller's `max_age` or `leeway`, or its default.
///
/// # Safety
///
/// `number` is null or can be read.
pub(crate) unsafe fn seconds_or(number: *const i64, default: u64) -> Result<u64, Error> {
    // SAFETY: as the caller promises.
    unsafe { number.as_ref() }.map_or(Ok(default), |number| {
        seconds(*number, "max_age and leeway are zero or more seconds")
    })
}

/// The caller's secrets.
///
/// # Safety
///
/// `secrets` can be read for `count` texts, and so can they.
pub(crate) unsafe fn secrets_of<T>(
    secrets: *const Str,
    count: usize,
    new: fn(&str) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    // SAFETY: as the caller promises.
    let texts = unsafe { list(secrets, count) }?;
    // At its full size from the start, so that it leaves no copies behind as it grows.
    let mut secrets = Vec::with_capacity(texts.len());
    for text in texts {
        // SAFETY: as the caller promises.
        secrets.push(new(unsafe { text.text() }?)?);
    }
    Ok(secrets)
}

/// The URL to sign: of the two ways to name it, one is given.
pub(crate) fn link_url<'a>(
    slug: Option<&'a str>,
    url: Option<&'a str>,
) -> Result<LinkUrl<'a>, Error> {
    match (slug, url) {
        (Some(slug), None) => LinkUrl::from_slug(slug),
        (None, Some(url)) => LinkUrl::parse(url),
        (None, None) | (Some(_), Some(_)) => Err(Error::invalid_argument(
            "pass the slug or the URL of the Smart Link, one of the two",
        )),
    }
}

/// Makes a workflow from its secrets: the first one signs, each one is tried at verification.
///
/// `max_age` and `leeway` are how old, and how far in the future, a message may be, in seconds;
/// null stands for 3600 and 60.
///
/// Ownership: the secrets are copied, and wiped when the workflow is freed; wiping the caller's
/// own copy is the caller's. `*workflow` is the caller's, until `visiono_workflow_free`.
/// Threads: any. Errors: `VISIONO_INVALID_SECRET`, also if there is none;
/// `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `secrets` can be read for `count` texts, `workflow` can be written, `max_age` and `leeway` are
/// null or can be read, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_new(
    secrets: *const Str,
    count: usize,
    max_age: *const i64,
    leeway: *const i64,
    workflow: *mut *mut WorkflowHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let secrets = unsafe {
            required(workflow, "the place for the workflow is null")?;
            secrets_of(secrets, count, WorkflowSecret::new)?
        };
        // SAFETY: as the caller promises.
        let (max_age, leeway) = unsafe {
            (
                seconds_or(max_age, DEFAULT_MAX_AGE)?,
                seconds_or(leeway, DEFAULT_LEEWAY)?,
            )
        };
        let inner = Workflow::new(secrets)?.max_age(max_age).leeway(leeway);
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(workflow, WorkflowHandle { inner }) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Frees a workflow and wipes its secrets. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_free(workflow: *mut WorkflowHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(workflow) };
}

/// Signs a link, to send a person to Visiono.
///
/// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with its
/// own `result` and `error`. Errors: `VISIONO_INVALID_FIELD`, naming the first field that can't
/// be signed, or `slug`; `VISIONO_INVALID_URL`; `VISIONO_BUFFER_TOO_SMALL`, with the number of
/// bytes that would do in `result->url.len`; `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `fields` and its texts can be read, `result` can
/// be read and written, its `url.data` can be written for `url.capacity` bytes, and `error` is
/// null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_sign_link(
    workflow: *const WorkflowHandle,
    fields: *const LinkFields,
    result: *mut Signed,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises. The fields are copied, so that they may lie anywhere.
        let (workflow, fields) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            (workflow, *required(fields, NULL_FIELDS)?)
        };
        // SAFETY: as the caller promises.
        let (slug, url) = unsafe { (fields.slug.optional()?, fields.url.optional()?) };
        // SAFETY: as the caller promises.
        let texts = unsafe {
            [
                fields.unique_value.text()?,
                fields.source.text()?,
                fields.reference.text()?,
            ]
        };
        let inputs = texts.into_iter().chain(slug).chain(url).map(str::as_bytes);
        // SAFETY: as the caller promises; the buffer is the first member.
        let output = unsafe { Output::new(result, inputs) }?;
        let [unique_value, source, reference] = texts;
        let link = workflow.inner.sign_link(
            &link_url(slug, url)?,
            &visiono_workflow::LinkFields {
                unique_value,
                source,
                reference,
                timestamp: field_number(fields.timestamp.into()),
            },
        )?;
        output.fill(|out| link.write_to(out))?;
        // SAFETY: `Output::new` refused a null pointer, and the rest is as the caller promises.
        unsafe { Signed::put(result, link.signature().as_str()) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Verifies a link, as Visiono does.
///
/// `input` is a URL (it starts with `http://`, `https://`, `/` or `?`) or a query string;
/// `expect` is null if nothing is known of the link; `now` is the time in Unix seconds:
/// `time(NULL)`.
///
/// Ownership: nothing is kept; `*verified` is the caller's, until `visiono_verified_link_free`.
/// Threads: any, each with its own `error`. Errors: the first check that fails decides, in this
/// order: `VISIONO_INVALID_ARGUMENT` and `VISIONO_INVALID_FIELD` for what was passed,
/// `VISIONO_DUPLICATE_PARAMETER`, `VISIONO_MISSING_PARAMETER`, `VISIONO_MALFORMED_PARAMETER`,
/// `VISIONO_INVALID_SIGNATURE`, `VISIONO_NOT_YET_VALID` or `VISIONO_EXPIRED`,
/// `VISIONO_UNEXPECTED_VALUE`.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `input`, and `expect` and its texts unless
/// null, can be read, `verified` can be written, and `error` is null or came from
/// `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_verify_link(
    workflow: *const WorkflowHandle,
    input: Str,
    expect: *const ExpectLink,
    now: i64,
    verified: *mut *mut VerifiedLinkHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, input, expect) = unsafe {
            required(verified, NULL_RESULT)?;
            let workflow = required(workflow, NULL_WORKFLOW)?;
            (workflow, input.text()?, expected_link(expect)?)
        };
        let link = workflow
            .inner
            .verify_link(input, &expect, self::now(now)?)?;
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(verified, VerifiedLinkHandle::new(&link)) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Signs a return, as Visiono does, into the URL that the browser is sent back to.
///
/// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with its
/// own `result` and `error`. Errors: `VISIONO_INVALID_TEMPLATE` if the template has no
/// placeholder but holds a standard parameter; `VISIONO_INVALID_FIELD`, naming the first field
/// that can't be signed, or that would make a path segment `.` or `..`;
/// `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that would do in `result->url.len`;
/// `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `redirect` from `visiono_redirect_template_new`,
/// `fields` and its texts can be read, `result` can be read and written, its `url.data` can be
/// written for `url.capacity` bytes, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_sign_return(
    workflow: *const WorkflowHandle,
    redirect: *const TemplateHandle,
    fields: *const ReturnFields,
    result: *mut Signed,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises. The fields are copied, so that they may lie anywhere.
        let (workflow, redirect, fields) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let redirect = required(redirect, NULL_TEMPLATE)?;
            (workflow, redirect, *required(fields, NULL_FIELDS)?)
        };
        // SAFETY: as the caller promises.
        let texts = unsafe {
            [
                fields.submission_id.text()?,
                fields.unique_value.text()?,
                fields.reference.text()?,
            ]
        };
        // SAFETY: as the caller promises; the buffer is the first member.
        let output = unsafe { Output::new(result, texts.map(str::as_bytes)) }?;
        let [submission_id, unique_value, reference] = texts;
        let back = workflow.inner.sign_return(
            &redirect.inner,
            &visiono_workflow::ReturnFields {
                submission_id,
                unique_value,
                reference,
                photo_count: field_number(fields.photo_count.into()),
                timestamp: field_number(fields.timestamp.into()),
            },
        )?;
        output.fill(|out| back.write_to(out))?;
        // SAFETY: `Output::new` refused a null pointer, and the rest is as the caller promises.
        unsafe { Signed::put(result, back.signature().as_str()) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Verifies a return, when the browser comes back.
///
/// `input` is a URL (it starts with `http://`, `https://`, `/` or `?`) or a query string.
/// `redirect` is the template that the return was made from, or null for the six standard
/// parameters; `expect` is null if nothing is known of the return; `now` is the time in Unix
/// seconds: `time(NULL)`.
///
/// Ownership: nothing is kept; `*verified` is the caller's, until `visiono_verified_return_free`.
/// Threads: any, each with its own `error`. Errors: `VISIONO_INVALID_TEMPLATE` if the template
/// can't be read back, and those of `visiono_workflow_verify_link`, in the same order.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `redirect` is null or came from
/// `visiono_redirect_template_new`, `input`, and `expect` and its texts unless null, can be read, `verified` can be written, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_verify_return(
    workflow: *const WorkflowHandle,
    input: Str,
    redirect: *const TemplateHandle,
    expect: *const ExpectReturn,
    now: i64,
    verified: *mut *mut VerifiedReturnHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, input, redirect, expect) = unsafe {
            required(verified, NULL_RESULT)?;
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let redirect = redirect.as_ref().map(|redirect| &redirect.inner);
            (workflow, input.text()?, redirect, expected_return(expect)?)
        };
        let back = workflow
            .inner
            .verify_return(input, redirect, &expect, self::now(now)?)?;
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(verified, VerifiedReturnHandle::new(&back)) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// What the caller knows of a link.
///
/// # Safety
///
/// `expect` is null, or it and its texts can be read.
unsafe fn expected_link<'a>(
    expect: *const ExpectLink,
) -> Result<visiono_workflow::ExpectLink<'a>, Error> {
    // SAFETY: as the caller promises.
    let Some(expect) = (unsafe { expect.as_ref() }) else {
        return Ok(visiono_workflow::ExpectLink::new());
    };
    // SAFETY: as the caller promises.
    known_of_link(unsafe {
        [
            expect.unique_value.optional()?,
            expect.source.optional()?,
            expect.reference.optional()?,
            expect.timestamp.optional()?,
        ]
    })
}

/// What the caller knows of a return.
///
/// # Safety
///
/// `expect` is null, or it and its texts can be read.
unsafe fn expected_return<'a>(
    expect: *const ExpectReturn,
) -> Result<visiono_workflow::ExpectReturn<'a>, Error> {
    // SAFETY: as the caller promises.
    let Some(expect) = (unsafe { expect.as_ref() }) else {
        return Ok(visiono_workflow::ExpectReturn::new());
    };
    // SAFETY: as the caller promises.
    known_of_return(unsafe {
        [
            expect.submission_id.optional()?,
            expect.unique_value.optional()?,
            expect.reference.optional()?,
            expect.photo_count.optional()?,
            expect.timestamp.optional()?,
        ]
    })
}

/// Unique value, source, reference and timestamp, as far as they are known.
pub(crate) fn known_of_link(
    texts: [Option<&str>; 4],
) -> Result<visiono_workflow::ExpectLink<'_>, Error> {
    let fields = [
        Field::UniqueValue,
        Field::Source,
        Field::Reference,
        Field::Timestamp,
    ];
    let mut known = visiono_workflow::ExpectLink::new();
    for (field, text) in fields.into_iter().zip(texts) {
        if let Some(text) = text {
            known = known.field(field, text)?;
        }
    }
    Ok(known)
}

/// Submission ID, unique value, reference, photo count and timestamp, as far as they are known.
pub(crate) fn known_of_return(
    texts: [Option<&str>; 5],
) -> Result<visiono_workflow::ExpectReturn<'_>, Error> {
    let fields = [
        Field::SubmissionId,
        Field::UniqueValue,
        Field::Reference,
        Field::PhotoCount,
        Field::Timestamp,
    ];
    let mut known = visiono_workflow::ExpectReturn::new();
    for (field, text) in fields.into_iter().zip(texts) {
        if let Some(text) = text {
            known = known.field(field, text)?;
        }
    }
    Ok(known)
}
