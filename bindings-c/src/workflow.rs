//! Workflows: sign and verify links and returns.

use visiono_workflow::{ExpectLink, ExpectReturn, RedirectTemplate, Workflow};

use crate::fields::{Expected, LinkFields, ReturnFields};
use crate::output::{Signed, put};
use crate::template::TemplateHandle;
use crate::text::Str;
use crate::verified::{VerifiedLinkHandle, VerifiedReturnHandle};

/// Signs and verifies links and returns, with one secret or several for rotation. It never
/// changes, and any number of threads can use it at once.
///
/// A program that sends people to Visiono signs links and verifies returns. The other two
/// operations do Visiono's part, for tests and for a local stand-in of the service.
pub struct WorkflowHandle(Workflow);

export! {
    /// Makes a workflow from its secrets: the first one signs, each one is tried at verification.
    ///
    /// A null text after the first is skipped, so `{current, previous}` works while there is no
    /// previous secret. `max_age` and `leeway` are how old, and how far in the future, a message
    /// can be, in seconds. Null means 3600 and 60.
    ///
    /// Ownership: the secrets are copied, and wiped when the workflow is freed; the caller wipes
    /// its own copy. `*workflow` is the caller's, until `visiono_workflow_free`. Threads: any.
    /// Errors: `VISIONO_INVALID_ARGUMENT`; `VISIONO_INVALID_SECRET`, naming the position of the
    /// secret, also if the first one is null or there is none.
    ///
    /// # Safety
    ///
    /// `secrets` can be read for `count` texts, `workflow` can be written, `max_age` and `leeway`
    /// are null or can be read, and `error` is null or came from `visiono_error_new`.
    fn visiono_workflow_new(
        secrets: *const Str, count: usize => secrets,
        max_age: *const i64 => seconds,
        leeway: *const i64 => seconds;
        workflow: *mut *mut WorkflowHandle => place
    ) {
        let made = Workflow::from_texts(secrets)?.limits(max_age, leeway);
        put(workflow, WorkflowHandle(made))
    }

    /// Frees a workflow and wipes its secrets. Null is allowed.
    ///
    /// Threads: no other thread may be using it. Errors: none.
    ///
    /// # Safety
    ///
    /// `workflow` came from `visiono_workflow_new` and is not used again.
    fn visiono_workflow_free(workflow: *mut WorkflowHandle => owned) -> (), or (), {
        drop(workflow);
    }

    /// Signs a link, to send a person to Visiono.
    ///
    /// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with
    /// its own `result` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
    /// `VISIONO_INVALID_URL`, or `VISIONO_INVALID_FIELD` naming `slug`; `VISIONO_INVALID_FIELD`,
    /// naming the first field that can't be signed; `VISIONO_BUFFER_TOO_SMALL`, with the number of
    /// bytes that are needed in `result->url.len`.
    ///
    /// # Safety
    ///
    /// `workflow` came from `visiono_workflow_new`, `fields` and its texts can be read, `result`
    /// can be read and written, its `url.data` can be written for `url.capacity` bytes, and
    /// `error` is null or came from `visiono_error_new`.
    fn visiono_workflow_sign_link(
        workflow: *const WorkflowHandle => object,
        fields: *const LinkFields => link;
        result: *mut Signed => room
    ) {
        let (url, fields) = fields;
        let link = workflow.0.sign_link(&url, &fields)?;
        result.sign(&link, link.signature())
    }

    /// Verifies a link, as Visiono does.
    ///
    /// `input` is the URL that was requested (it starts with `http://`, `https://` or `/`), or a
    /// query string with `?` before it, in any bytes; null is an empty one. `now` is the time in
    /// Unix seconds: `time(NULL)`. `expect` is a list of `expect_count` entries, one or more; pass
    /// null and zero if nothing is known of the link.
    ///
    /// Ownership: nothing is kept; `*verified` is the caller's, until
    /// `visiono_verified_link_free`. Threads: any, each with its own `error`. Errors: the first
    /// check that fails decides, in this order: `VISIONO_INVALID_ARGUMENT` and
    /// `VISIONO_INVALID_FIELD` for the other arguments, `VISIONO_DUPLICATE_PARAMETER`,
    /// `VISIONO_MISSING_PARAMETER`, `VISIONO_MALFORMED_PARAMETER`, `VISIONO_INVALID_SIGNATURE`,
    /// `VISIONO_NOT_YET_VALID` or `VISIONO_EXPIRED`, `VISIONO_UNEXPECTED_VALUE`.
    ///
    /// # Safety
    ///
    /// `workflow` came from `visiono_workflow_new`, `input` can be read, `expect` can be read for
    /// `expect_count` entries, and so can their values, `verified` can be written, and `error` is
    /// null or came from `visiono_error_new`.
    fn visiono_workflow_verify_link(
        workflow: *const WorkflowHandle => object,
        input: Str => optional_bytes,
        now: i64 => now,
        expect: *const Expected, expect_count: usize => expected;
        verified: *mut *mut VerifiedLinkHandle => place
    ) {
        let expect = ExpectLink::from_entries(expect)?;
        let link = workflow.0.verify_link(input.unwrap_or_default(), now, &expect)?;
        put(verified, VerifiedLinkHandle::new(&link))
    }

    /// Signs a return, as Visiono does, into the URL that the browser is sent back to.
    ///
    /// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with
    /// its own `result` and `error`. Errors, in this order: `VISIONO_INVALID_ARGUMENT`;
    /// `VISIONO_INVALID_FIELD`, naming the first field that can't be signed, or that would climb
    /// out of its path segment; `VISIONO_BUFFER_TOO_SMALL`, with the number of bytes that are
    /// needed in `result->url.len`.
    ///
    /// # Safety
    ///
    /// `workflow` came from `visiono_workflow_new`, `template` from
    /// `visiono_redirect_template_new`, `fields` and its texts can be read, `result` can be read
    /// and written, its `url.data` can be written for `url.capacity` bytes, and `error` is null or
    /// came from `visiono_error_new`.
    fn visiono_workflow_sign_return(
        workflow: *const WorkflowHandle => object,
        template: *const TemplateHandle => object,
        fields: *const ReturnFields => return_fields;
        result: *mut Signed => room
    ) {
        let signed = workflow.0.sign_return(&template.inner, &fields)?;
        result.sign(&signed, signed.signature())
    }

    /// Signs a return as `visiono_workflow_sign_return` does, with the template as text.
    ///
    /// Ownership: nothing is kept; `result->url.data` stays the caller's. Threads: any, each with
    /// its own `result` and `error`. Errors: those of `visiono_workflow_sign_return`, and
    /// `VISIONO_INVALID_TEMPLATE` after `VISIONO_INVALID_ARGUMENT`.
    ///
    /// # Safety
    ///
    /// `workflow` came from `visiono_workflow_new`, `template`, `fields` and its texts can be
    /// read, `result` can be read and written, its `url.data` can be written for `url.capacity`
    /// bytes, and `error` is null or came from `visiono_error_new`.
    fn visiono_workflow_sign_return_text(
        workflow: *const WorkflowHandle => object,
        template: Str => bytes,
        fields: *const ReturnFields => return_fields;
        result: *mut Signed => room
    ) {
        let template = RedirectTemplate::parse(template)?;
        let signed = workflow.0.sign_return(&template, &fields)?;
        result.sign(&signed, signed.signature())
    }

    /// Verifies a return, when the browser comes back.
    ///
    /// `input` is the URL that was requested (it starts with `http://`, `https://` or `/`), or a
    /// query string with `?` before it, in any bytes; null is an empty one. `template` is the
    /// redirect template that the return was made from, or null for the six standard parameters.
    /// `now` is the time in Unix seconds: `time(NULL)`. `expect` is a list of `expect_count`
    /// entries, one or more; pass null and zero if nothing is known of the return.
    ///
    /// Ownership: nothing is kept; `*verified` is the caller's, until
    /// `visiono_verified_return_free`. Threads: any, each with its own `error`. Errors:
    /// `VISIONO_INVALID_TEMPLATE` if the template can't be read back, and those of
    /// `visiono_workflow_verify_link`, in the same order.
    ///
    /// # Safety
    ///
    /// `workflow` came from `visiono_workflow_new`, `template` is null or came from
    /// `visiono_redirect_template_new`, `input` can be read, `expect` can be read for
    /// `expect_count` entries, and so can their values, `verified` can be written, and `error` is
    /// null or came from `visiono_error_new`.
    fn visiono_workflow_verify_return(
        workflow: *const WorkflowHandle => object,
        input: Str => optional_bytes,
        template: *const TemplateHandle => optional,
        now: i64 => now,
        expect: *const Expected, expect_count: usize => expected;
        verified: *mut *mut VerifiedReturnHandle => place
    ) {
        let input = input.unwrap_or_default();
        let template = template.map(|template| &template.inner);
        let expect = ExpectReturn::from_entries(expect)?;
        let found = workflow.0.verify_return(input, template, now, &expect)?;
        put(verified, VerifiedReturnHandle::new(&found))
    }
}
