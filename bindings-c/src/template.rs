//! The redirect template.

use visiono_workflow::{Field, RedirectTemplate};

use crate::boundary::{Str, free, guard, guard_value, hand_out, required, terminated};
use crate::error::{Code, ErrorHandle};

/// A redirect template: the URL that a browser is sent back to, with placeholders for the fields
/// of the return. It never changes, and any number of threads may use it at once.
pub struct TemplateHandle {
    pub(crate) inner: RedirectTemplate<'static>,
    missing: Vec<Box<str>>,
}

/// What is said of a template's null handle.
pub(crate) const NULL_TEMPLATE: &str = "the redirect template is null";

/// Reads a redirect template, such as `https://a.example/done?ref={reference}&sig={signature}`.
/// One without a placeholder gets the six standard parameters appended.
///
/// Look at `visiono_redirect_template_missing` afterwards: a return that doesn't carry all six
/// fields can only be verified by a caller that knows the others.
///
/// Ownership: the text is copied; `*redirect` is the caller's, until
/// `visiono_redirect_template_free`. Threads: any. Errors: `VISIONO_INVALID_TEMPLATE`, where
/// `visiono_error_position` tells the byte of a misplaced brace; `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `text` can be read, `redirect` written, and `error` is null or came from `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_new(
    text: Str,
    redirect: *mut *mut TemplateHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: the two of them are as the caller promises.
        unsafe { required(redirect, "the place for the redirect template is null") }?;
        // SAFETY: as above.
        let inner = RedirectTemplate::parse(unsafe { text.text() }?)?.into_owned();
        let missing = inner.missing().iter().map(Field::long_name);
        let missing = missing.map(terminated).collect();
        // SAFETY: it is not null, and as the caller promises.
        unsafe { hand_out(redirect, TemplateHandle { inner, missing }) };
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
/// `redirect` came from `visiono_redirect_template_new` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_free(redirect: *mut TemplateHandle) {
    // SAFETY: as the caller promises.
    unsafe { free(redirect) };
}

/// The long names of the fields that a return made from the template won't carry to a server,
/// one by one: `unique_value`. Empty when `index`, which starts at 0, is past the last one, or
/// `redirect` is null.
///
/// Ownership: the text is the template's. Threads: any. Errors: none.
///
/// # Safety
///
/// `redirect` is null or came from `visiono_redirect_template_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_missing(
    redirect: *const TemplateHandle,
    index: usize,
) -> Str {
    // SAFETY: as the caller promises.
    let redirect = unsafe { redirect.as_ref() };
    guard_value(Str::EMPTY, || {
        let name = redirect.and_then(|redirect| redirect.missing.get(index));
        name.map_or(Str::EMPTY, |name| Str::of_terminated(name))
    })
}

/// Whether a return made from the template can be read back by verification.
///
/// Threads: any. Errors: `VISIONO_INVALID_TEMPLATE` if two placeholders stand in one path segment
/// or value, if one stands in a parameter's name or beside text that can't be decoded, or if a
/// template without placeholders holds a standard parameter already;
/// `VISIONO_INVALID_ARGUMENT`.
///
/// # Safety
///
/// `redirect` is null or came from `visiono_redirect_template_new`; `error` is null or came from
/// `visiono_error_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn visiono_redirect_template_check_extractable(
    redirect: *const TemplateHandle,
    error: *mut ErrorHandle,
) -> Code {
    let run = || {
        // SAFETY: as the caller promises.
        let redirect = unsafe { required(redirect, NULL_TEMPLATE) }?;
        redirect.inner.check_extractable()
    };
    // SAFETY: as the caller promises.
    unsafe { guard(error, run) }
}
