//! The object that a program keeps, and its four operations.

use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, Error, LinkUrl, RedirectTemplate, Workflow, check_now,
    check_seconds, field_number,
};

use crate::boundary::{Output, Signed, Str, argument, free, guard, hand_out, list, required};
use crate::error::{Code, ErrorHandle};
use crate::expect::{self, Expected};
use crate::template::{NULL_TEMPLATE, TemplateHandle};
use crate::verified::{VerifiedLinkHandle, VerifiedReturnHandle};

/// Signs and verifies links and returns, with one secret or several for rotation. It never
/// changes, and any number of threads may use it at once.
///
/// A program that sends people to Visiono signs links and verifies returns. The other two
/// operations do Visiono's part, for tests and for a local stand-in of the service.
pub struct WorkflowHandle {
    pub(crate) inner: Workflow,
}

const fn shared_between_threads<T: Send + Sync>() {}
const _: () = shared_between_threads::<WorkflowHandle>();
const _: () = shared_between_threads::<TemplateHandle>();
const _: () = shared_between_threads::<VerifiedLinkHandle>();
const _: () = shared_between_threads::<VerifiedReturnHandle>();

/// The fields of a link, and the Smart Link that they are added to: `slug` or `link`, one of the
/// two.
///
/// A text must be given, must not be empty and must not contain `|`, a control character or a
/// line separator. It is signed byte for byte.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct LinkFields {
    /// The end of the Smart Link, `damage-report`; null if `link` is given.
    pub slug: Str,
    /// The whole Smart Link as a URL; null if `slug` is given.
    pub link: Str,
    /// `uv`: the thing that is documented, an order or a license plate.
    pub unique_value: Str,
    /// `src`: the system that sends the person, such as `zendesk`.
    pub source: Str,
    /// `ref`: the record in that system, such as `ticket-456`.
    pub reference: Str,
    /// `ts`: now, in Unix seconds: `time(NULL)`.
    pub timestamp: i64,
}

/// The fields of a return. The rules are those of `visiono_link_fields_t`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ReturnFields {
    /// `sub`: Visiono's name of the submission, such as `pls_123`.
    pub submission_id: Str,
    /// `uv`: the thing that was documented, as the link had it.
    pub unique_value: Str,
    /// `ref`: the record in the system that sent the person, as the link had it.
    pub reference: Str,
    /// `cnt`: the number of uploaded photos, at most 4294967295.
    pub photo_count: i64,
    /// `ts`: now, in Unix seconds: `time(NULL)`.
    pub timestamp: i64,
}

impl ReturnFields {
    /// The fields as the core takes them.
    ///
    /// # Safety
    ///
    /// The texts can be read.
    pub(crate) unsafe fn read<'a>(self) -> Result<visiono_workflow::ReturnFields<'a>, Error> {
        // SAFETY: as the caller promises.
        unsafe {
            Ok(visiono_workflow::ReturnFields {
                submission_id: self.submission_id.text(argument!("submission_id"))?,
                unique_value: self.unique_value.text(argument!("unique_value"))?,
                reference: self.reference.text(argument!("reference"))?,
                photo_count: field_number(self.photo_count.into()),
                timestamp: field_number(self.timestamp.into()),
            })
        }
    }
}

/// The bytes of a return's fields, which must not lie in the output.
pub(crate) fn inputs_of<'a>(fields: &visiono_workflow::ReturnFields<'a>) -> [&'a [u8]; 3] {
    [fields.submission_id, fields.unique_value, fields.reference].map(str::as_bytes)
}

/// The messages for null handles and places.
pub(crate) const NULL_WORKFLOW: &str = "workflow is NULL";
pub(crate) const NULL_FIELDS: &str = "fields is NULL";
pub(crate) const NULL_RESULT: &str = "the place for the result is NULL";

/// The caller's `max_age` or `leeway`, or its default.
///
/// # Safety
///
/// `number` is null or can be read.
pub(crate) unsafe fn seconds_or(number: *const i64, default: u64) -> Result<u64, Error> {
    // SAFETY: as the caller promises.
    let number = unsafe { number.as_ref() };
    number.map_or(Ok(default), |number| check_seconds(i128::from(*number)))
}

/// The caller's secrets: one that is null is absent.
///
/// # Safety
///
/// `secrets` can be read for `count` texts, and so can they.
pub(crate) unsafe fn secrets_of<'a>(
    secrets: *const Str,
    count: usize,
) -> Result<Vec<Option<&'a [u8]>>, Error> {
    // SAFETY: as the caller promises.
    let texts = unsafe { list(secrets, count) }?.iter();
    // SAFETY: as the caller promises.
    texts.map(|text| unsafe { text.given() }).collect()
}

/// Makes a workflow from its secrets: the first one signs, each one is tried at verification.
///
/// A null text after the first is skipped, so `{current, previous}` works while there is no
/// previous secret. `max_age` and `leeway` are how old, and how far in the future, a message may
/// be, in seconds; null stands for 3600 and 60.
///
/// Ownership: the secrets are copied, and wiped when the workflow is freed; wiping the caller's
/// own copy is the caller's. `*workflow` is the caller's, until `visiono_workflow_free`.
/// Threads: any. Errors: `VISIONO_INVALID_ARGUMENT`; `VISIONO_INVALID_SECRET`, naming the
/// position of the secret, also if the first one is null or there is none.
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
        let (secrets, max_age, leeway) = unsafe {
            required(workflow, "the place for the workflow is NULL")?;
            (
                secrets_of(secrets, count)?,
                seconds_or(max_age, DEFAULT_MAX_AGE)?,
                seconds_or(leeway, DEFAULT_LEEWAY)?,
            )
        };
        let inner = Workflow::from_texts(secrets)?
            .max_age(max_age)
            .leeway(leeway);
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
/// own `result` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
/// `VISIONO_INVALID_URL`, or `VISIONO_INVALID_FIELD` naming `slug`; `VISIONO_INVALID_FIELD`,
/// naming the first field that can't be signed; `VISIONO_BUFFER_TOO_SMALL`, with the number of
/// bytes that are needed in `result->url.len`.
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
        let (slug, link, fields) = unsafe {
            let read = visiono_workflow::LinkFields {
                unique_value: fields.unique_value.text(argument!("unique_value"))?,
                source: fields.source.text(argument!("source"))?,
                reference: fields.reference.text(argument!("reference"))?,
                timestamp: field_number(fields.timestamp.into()),
            };
            (fields.slug.given()?, fields.link.given()?, read)
        };
        let texts = [fields.unique_value, fields.source, fields.reference].map(str::as_bytes);
        let inputs = texts.into_iter().chain(slug).chain(link);
        // SAFETY: as the caller promises; the buffer is the first member.
        let output = unsafe { Output::new(result, inputs) }?;
        let url = LinkUrl::from_slug_or_url(slug, link)?;
        let link = workflow.inner.sign_link(&url, &fields)?;
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
/// `input` is the URL that was requested (it starts with `http://`, `https://` or `/`), or a query
/// string with `?` before it, in any bytes; null is an empty one. `now` is the time in Unix
/// seconds: `time(NULL)`. `expect` is a list of `expect_count` entries, one or more; pass null and
/// zero if nothing is known of the link.
///
/// Ownership: nothing is kept; `*verified` is the caller's, until `visiono_verified_link_free`.
/// Threads: any, each with its own `error`. Errors: the first check that fails decides, in this
/// order: `VISIONO_INVALID_ARGUMENT` and `VISIONO_INVALID_FIELD` for the other arguments,
/// `VISIONO_DUPLICATE_PARAMETER`, `VISIONO_MISSING_PARAMETER`, `VISIONO_MALFORMED_PARAMETER`,
/// `VISIONO_INVALID_SIGNATURE`, `VISIONO_NOT_YET_VALID` or `VISIONO_EXPIRED`,
/// `VISIONO_UNEXPECTED_VALUE`.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `input` can be read, `expect` can be read for
/// `expect_count` entries, and so can their values, `verified` can be written, and `error` is
/// null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_verify_link(
    workflow: *const WorkflowHandle,
    input: Str,
    now: i64,
    expect: *const Expected,
    expect_count: usize,
    verified: *mut *mut VerifiedLinkHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, input) = unsafe {
            required(verified, NULL_RESULT)?;
            (required(workflow, NULL_WORKFLOW)?, input.bytes()?)
        };
        let now = check_now(now.into())?;
        // SAFETY: as the caller promises.
        let expect = unsafe { expect::of_link(expect, expect_count) }?;
        let link = workflow.inner.verify_link(input, now, &expect)?;
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
/// own `result` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
/// `VISIONO_INVALID_FIELD`, naming the first field that can't be signed, or that would climb out
/// of its path segment; `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that are needed in
/// `result->url.len`.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `template` from `visiono_redirect_template_new`,
/// `fields` and its texts can be read, `result` can be read and written, its `url.data` can be
/// written for `url.capacity` bytes, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_sign_return(
    workflow: *const WorkflowHandle,
    template: *const TemplateHandle,
    fields: *const ReturnFields,
    result: *mut Signed,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises. The fields are copied, so that they may lie anywhere.
        let (workflow, template, fields) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let template = required(template, NULL_TEMPLATE)?;
            (workflow, template, required(fields, NULL_FIELDS)?.read()?)
        };
        // SAFETY: as the caller promises; the buffer is the first member.
        let output = unsafe { Output::new(result, inputs_of(&fields)) }?;
        // SAFETY: as the caller promises, and the output was checked.
        unsafe { put_return(&workflow.inner, &template.inner, &fields, output, result) }
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Signs a return as `visiono_workflow_sign_return` does, with the template as text.
///
/// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with its
/// own `result` and `error`. Errors: those of `visiono_workflow_sign_return`, and
/// `VISIONO_INVALID_TEMPLATE` after `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `template`, `fields` and its texts can be read,
/// `result` can be read and written, its `url.data` can be written for `url.capacity` bytes, and
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_sign_return_text(
    workflow: *const WorkflowHandle,
    template: Str,
    fields: *const ReturnFields,
    result: *mut Signed,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises. The fields are copied, so that they may lie anywhere.
        let (workflow, template, fields) = unsafe {
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let template = template.given()?.ok_or(argument!("template").absent)?;
            (workflow, template, required(fields, NULL_FIELDS)?.read()?)
        };
        let inputs = inputs_of(&fields).into_iter().chain([template]);
        // SAFETY: as the caller promises; the buffer is the first member.
        let output = unsafe { Output::new(result, inputs) }?;
        let template = RedirectTemplate::parse(template)?;
        // SAFETY: as the caller promises, and the output was checked.
        unsafe { put_return(&workflow.inner, &template, &fields, output, result) }
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Signs a return into a checked output.
///
/// # Safety
///
/// `output` was made of `result`, which can be written.
unsafe fn put_return(
    workflow: &Workflow,
    template: &RedirectTemplate<'_>,
    fields: &visiono_workflow::ReturnFields<'_>,
    output: Output,
    result: *mut Signed,
) -> Result<(), Error> {
    let back = workflow.sign_return(template, fields)?;
    output.fill(|out| back.write_to(out))?;
    // SAFETY: as the caller promises.
    unsafe { Signed::put(result, back.signature().as_str()) };
    Ok(())
}

/// Verifies a return, when the browser comes back.
///
/// `input` is the URL that was requested (it starts with `http://`, `https://` or `/`), or a query
/// string with `?` before it, in any bytes; null is an empty one. `template` is the redirect
/// template that the return was made from, or null for the six standard parameters. `now` is the
/// time in Unix seconds: `time(NULL)`. `expect` is a list of `expect_count` entries, one or more;
/// pass null and zero if nothing is known of the return.
///
/// Ownership: nothing is kept; `*verified` is the caller's, until `visiono_verified_return_free`.
/// Threads: any, each with its own `error`. Errors: `VISIONO_INVALID_TEMPLATE` if the template
/// can't be read back, and those of `visiono_workflow_verify_link`, in the same order.
///
/// # Safety
///
/// `workflow` came from `visiono_workflow_new`, `template` is null or came from
/// `visiono_redirect_template_new`, `input` can be read, `expect` can be read for `expect_count`
/// entries, and so can their values, `verified` can be written, and `error` is null or came from
/// `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_workflow_verify_return(
    workflow: *const WorkflowHandle,
    input: Str,
    template: *const TemplateHandle,
    now: i64,
    expect: *const Expected,
    expect_count: usize,
    verified: *mut *mut VerifiedReturnHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let (workflow, input, template) = unsafe {
            required(verified, NULL_RESULT)?;
            let workflow = required(workflow, NULL_WORKFLOW)?;
            let template = template.as_ref().map(|template| &template.inner);
            (workflow, input.bytes()?, template)
        };
        let now = check_now(now.into())?;
        // SAFETY: as the caller promises.
        let expect = unsafe { expect::of_return(expect, expect_count) }?;
        let back = workflow
            .inner
            .verify_return(input, template, now, &expect)?;
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(verified, VerifiedReturnHandle::new(&back)) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
