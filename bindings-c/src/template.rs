//! Redirect templates.

use visiono_workflow::{Field, Fields, RedirectTemplate};

use crate::fields::ReturnFields;
use crate::output::{Buffer, put};
use crate::text::{Str, Text};

/// A redirect template: the URL that a browser is sent back to, with placeholders for the fields
/// of the return. It never changes, and any number of threads can use it at once.
pub struct TemplateHandle {
    pub(crate) inner: RedirectTemplate<'static>,
    placeholders: Vec<Text>,
    missing: Vec<Text>,
}

export! {
    /// Reads a redirect template, such as
    /// `https://a.example/done?ref={reference}&sig={signature}`. One without a placeholder gets
    /// the six standard parameters appended.
    ///
    /// Look at `visiono_redirect_template_missing` afterwards: a return that doesn't carry all six
    /// fields can only be verified by a caller that knows the others.
    ///
    /// With a placeholder in the path, verify the URL as the browser requested it: a value such as
    /// `2024/0815` or `50%` is `2024%2F0815` or `50%25` there. If your server passes on a decoded
    /// path alone, use no path placeholder for such values.
    ///
    /// Ownership: the text is copied; `*template` is the caller's, until
    /// `visiono_redirect_template_free`. Threads: any. Errors: `VISIONO_INVALID_ARGUMENT`, also if
    /// the text is null; `VISIONO_INVALID_TEMPLATE`, after which `visiono_error_position` has the
    /// byte position of a misplaced brace.
    ///
    /// # Safety
    ///
    /// `text` can be read, `template` written, and `error` is null or came from
    /// `visiono_error_new`.
    fn visiono_redirect_template_new(
        text: Str => bytes;
        template: *mut *mut TemplateHandle => place
    ) {
        let inner = RedirectTemplate::parse(text)?.into_owned();
        let names = |fields: Fields| fields.iter().map(Field::long_name).map(Text::new).collect();
        put(template, TemplateHandle {
            placeholders: names(inner.placeholders()),
            missing: names(inner.missing()),
            inner,
        })
    }

    /// Frees a redirect template and the texts that were read from it. Null is allowed.
    ///
    /// Threads: no other thread may be using it. Errors: none.
    ///
    /// # Safety
    ///
    /// `template` came from `visiono_redirect_template_new` and is not used again.
    fn visiono_redirect_template_free(template: *mut TemplateHandle => owned) -> (), or (), {
        drop(template);
    }

    /// Returns the long names of the fields whose placeholders the template has, one by one:
    /// `unique_value`. Empty when `index`, which starts at 0, is past the last one, or `template`
    /// is null.
    ///
    /// Ownership: the text is the template's. Threads: any. Errors: none.
    ///
    /// # Safety
    ///
    /// `template` is null or came from `visiono_redirect_template_new`.
    fn visiono_redirect_template_placeholders(
        template: *const TemplateHandle => object,
        index: usize => as_is
    ) -> Str, or Str::EMPTY, {
        template.placeholders.get(index).map_or(Str::EMPTY, Text::to_c)
    }

    /// Returns the long names of the fields that a return made from the template does not carry to
    /// a server, one by one: `unique_value`. Empty when `index`, which starts at 0, is past the
    /// last one, or `template` is null.
    ///
    /// Ownership: the text is the template's. Threads: any. Errors: none.
    ///
    /// # Safety
    ///
    /// `template` is null or came from `visiono_redirect_template_new`.
    fn visiono_redirect_template_missing(
        template: *const TemplateHandle => object,
        index: usize => as_is
    ) -> Str, or Str::EMPTY, {
        template.missing.get(index).map_or(Str::EMPTY, Text::to_c)
    }

    /// Puts the fields of a return, with a signature that was made elsewhere, into the template.
    /// The signature is not checked against a secret: to sign and expand in one step, use
    /// `visiono_workflow_sign_return`.
    ///
    /// Ownership: nothing is kept; `url->data` stays the caller's. Threads: any, each with its own
    /// `url` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
    /// `VISIONO_INVALID_FIELD`, naming the first field that can't be expanded, or `sig` if the
    /// signature is not 64 lower-case hexadecimal digits; `VISIONO_BUFFER_TOO_SMALL`, with the
    /// number of bytes that are needed in `url->len`.
    ///
    /// # Safety
    ///
    /// `template` came from `visiono_redirect_template_new`, `fields` and its texts and
    /// `signature` can be read, `url` can be read and written, its `data` can be written for
    /// `capacity` bytes, and `error` is null or came from `visiono_error_new`.
    fn visiono_redirect_template_expand(
        template: *const TemplateHandle => object,
        fields: *const ReturnFields => return_fields,
        signature: Str => text;
        url: *mut Buffer => room
    ) {
        url.fill(template.inner.expand(&fields, signature)?)
    }

    /// Checks that a return made from the template can be read back by verification.
    ///
    /// Threads: any. Errors: `VISIONO_INVALID_TEMPLATE` if it can't, because two placeholders
    /// share one path segment or value, one is in a parameter's name, a literal beside one can't
    /// be decoded, or two names of the query are the same or look alike;
    /// `VISIONO_INVALID_ARGUMENT`.
    ///
    /// # Safety
    ///
    /// `template` is null or came from `visiono_redirect_template_new`; `error` is null or came
    /// from `visiono_error_new`.
    fn visiono_redirect_template_check_extractable(template: *const TemplateHandle => object) {
        template.inner.check_extractable()
    }
}
