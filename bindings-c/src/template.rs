//! The redirect template.

use visiono_workflow::{Field, Fields, RedirectTemplate};

use crate::boundary::{
    Buffer, Output, Str, argument, free, guard, guard_value, hand_out, required, terminated,
};
use crate::error::{Code, ErrorHandle};
use crate::workflow::{NULL_FIELDS, ReturnFields, inputs_of};

/// A redirect template: the URL that a browser is sent back to, with placeholders for the fields
/// of the return. It never changes, and any number of threads may use it at once.
pub struct TemplateHandle {
    pub(crate) inner: RedirectTemplate<'static>,
    placeholders: Vec<Box<str>>,
    missing: Vec<Box<str>>,
}

/// The message for a null handle.
pub(crate) const NULL_TEMPLATE: &str = "template is NULL";

/// The long names of fields, each with a NUL.
fn names(fields: Fields) -> Vec<Box<str>> {
    fields
        .iter()
        .map(Field::long_name)
        .map(terminated)
        .collect()
}

/// Reads a redirect template, such as `https://a.example/done?ref={reference}&sig={signature}`.
/// One without a placeholder gets the six standard parameters appended.
///
/// Look at `visiono_redirect_template_missing` afterwards: a return that doesn't carry all six
/// fields can only be verified by a caller that knows the others.
///
/// Ownership: the text is copied; `*template` is the caller's, until
/// `visiono_redirect_template_free`. Threads: any. Errors: `VISIONO_INVALID_ARGUMENT`, also if
/// the text is null; `VISIONO_INVALID_TEMPLATE`, after which `visiono_error_position` has the byte
/// position of a misplaced brace.
///
/// # Safety
///
/// `text` can be read, `template` written, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_new(
    text: Str,
    template: *mut *mut TemplateHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: the two of them are as the caller promises.
        let text = unsafe {
            required(template, "the place for the redirect template is NULL")?;
            text.given()?.ok_or(argument!("text").absent)?
        };
        let inner = RedirectTemplate::parse(text)?.into_owned();
        let handle = TemplateHandle {
            placeholders: names(inner.placeholders()),
            missing: names(inner.missing()),
            inner,
        };
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(template, handle) };
        Ok(())
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Frees a redirect template and the texts that were read from it. Null is allowed.
///
/// Threads: no other thread may be using it. Errors: none.
///
/// # Safety
///
/// `template` came from `visiono_redirect_template_new` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_free(template: *mut TemplateHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(template) };
}

/// The long names of the fields whose placeholders the template has, one by one:
/// `unique_value`. Empty when `index`, which starts at 0, is past the last one, or `template` is
/// null.
///
/// Ownership: the text is the template's. Threads: any. Errors: none.
///
/// # Safety
///
/// `template` is null or came from `visiono_redirect_template_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_placeholders(
    template: *const TemplateHandle,
    index: usize,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { name(template, |template| &template.placeholders, index) }
}

/// The long names of the fields that a return made from the template does not carry to a server,
/// one by one: `unique_value`. Empty when `index`, which starts at 0, is past the last one, or
/// `template` is null.
///
/// Ownership: the text is the template's. Threads: any. Errors: none.
///
/// # Safety
///
/// `template` is null or came from `visiono_redirect_template_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_missing(
    template: *const TemplateHandle,
    index: usize,
) -> Str {
    // SAFETY: as the caller promises.
    unsafe { name(template, |template| &template.missing, index) }
}

/// A name in one of a template's lists; empty if there is none, or the handle is null.
///
/// # Safety
///
/// The handle is null, or points to a live template.
unsafe fn name(
    template: *const TemplateHandle,
    list: fn(&TemplateHandle) -> &[Box<str>],
    index: usize,
) -> Str {
    // SAFETY: as the caller promises.
    let template = unsafe { template.as_ref() };
    guard_value(Str::EMPTY, || {
        let name = template.and_then(|template| list(template).get(index));
        name.map_or(Str::EMPTY, |name| Str::of_terminated(name))
    })
}

/// Puts the fields of a return, with a signature that was made elsewhere, into the template. The
/// signature is not checked against a secret: to sign and expand in one step, use
/// `visiono_workflow_sign_return`.
///
/// Ownership: nothing is kept; `url->data` stays the caller's. Threads: any, each with its own
/// `url` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`; `VISIONO_INVALID_FIELD`,
/// naming the first field that can't be expanded, or `sig` if the signature is not 64 lower-case
/// hexadecimal digits; `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that are needed in
/// `url->len`.
///
/// # Safety
///
/// `template` came from `visiono_redirect_template_new`, `fields` and its texts and `signature`
/// can be read, `url` can be read and written, its `data` can be written for `capacity` bytes, and
/// `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_expand(
    template: *const TemplateHandle,
    fields: *const ReturnFields,
    signature: Str,
    url: *mut Buffer,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises. The fields are copied, so that they may lie anywhere.
        let (template, fields, signature) = unsafe {
            let template = required(template, NULL_TEMPLATE)?;
            let fields = required(fields, NULL_FIELDS)?.read()?;
            (template, fields, signature.text(argument!("signature"))?)
        };
        let inputs = inputs_of(&fields).into_iter().chain([signature.as_bytes()]);
        // SAFETY: as the caller promises.
        let output = unsafe { Output::new(url, inputs) }?;
        let back = template.inner.expand(&fields, signature)?;
        output.fill(|out| back.write_to(out))
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}

/// Checks that a return made from the template can be read back by verification.
///
/// Threads: any. Errors: `VISIONO_INVALID_TEMPLATE` if it can't, because two placeholders share
/// one path segment or value, one is in a parameter's name, a literal beside one can't be
/// decoded, or two names of the query are the same or look alike; `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `template` is null or came from `visiono_redirect_template_new`; `error` is null or came from
/// `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_check_extractable(
    template: *const TemplateHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let template = unsafe { required(template, NULL_TEMPLATE) }?;
        template.inner.check_extractable()
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
