//! The object that an application keeps.

use std::fmt;

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, ExpectLink, ExpectReturn, LinkFields, LinkUrl, ReturnFields,
    WorkflowSecret, field_number,
};

use crate::errors::call;
use crate::expect::{build, expected};
use crate::message::Message;
use crate::results::{VerifiedLink, VerifiedReturn};
use crate::secret::{First, not_pickled, secrets};
use crate::template::template as redirect_template;
use crate::text::text;
use crate::time::{Period, integer, now as current, timestamp as time};

/// Signs links and verifies returns.
///
/// Make one when the program starts and keep it: any number of threads may use it at once.
///
/// :param secret: the workflow secret, as Visiono shows it, or a :class:`WorkflowSecret`; it
///     signs.
/// :param more_secrets: further secrets that are accepted, for rotation.
/// :param max_age: how old a message may be, in seconds or as a ``timedelta``.
/// :param leeway: how far in the future a message may be dated, because clocks differ.
/// :raises InvalidSecret: if a secret can't be one; the message says why, never the secret.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct Workflow {
    inner: visiono_workflow::Workflow<Vec<WorkflowSecret>>,
}

#[pymethods]
impl Workflow {
    #[new]
    #[pyo3(
        signature = (secret=First(None), *more_secrets, max_age=Period(DEFAULT_MAX_AGE), leeway=Period(DEFAULT_LEEWAY)),
        text_signature = "(secret, *more_secrets, max_age=3600, leeway=60)"
    )]
    fn new(
        py: Python<'_>,
        secret: First<'_>,
        more_secrets: &Bound<'_, PyTuple>,
        max_age: Period,
        leeway: Period,
    ) -> PyResult<Self> {
        let secrets = secrets(secret, more_secrets)?;
        let inner = call(py, || visiono_workflow::Workflow::new(secrets))?
            .max_age(max_age.0)
            .leeway(leeway.0);
        Ok(Self { inner })
    }

    /// Signs a link, to send a person to Visiono, and returns its URL.
    ///
    /// :param slug: the end of the Smart Link: ``damage-report``.
    /// :param link: or the whole Smart Link, as a URL.
    /// :param unique_value: what is being documented: an order, a number plate.
    /// :param source: the system that sends the person, such as ``zendesk``.
    /// :param reference: the record in that system, such as ``ticket-456``.
    /// :param timestamp: the time to sign, in Unix seconds or as an aware ``datetime``; now, if
    ///     it is ``None``.
    /// :raises InvalidField: if a value is empty, or has a ``|`` or a control character.
    /// :raises InvalidUrl: if the link can't be one.
    #[pyo3(signature = (*, slug=None, link=None, unique_value, source, reference, timestamp=None))]
    fn sign_link(
        &self,
        slug: Option<&Bound<'_, PyAny>>,
        link: Option<&Bound<'_, PyAny>>,
        unique_value: &Bound<'_, PyAny>,
        source: &Bound<'_, PyAny>,
        reference: &Bound<'_, PyAny>,
        timestamp: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let (is_slug, place) = match (slug, link) {
            (Some(slug), None) => (true, text(slug, "slug")?),
            (None, Some(link)) => (false, text(link, "link")?),
            (None, None) | (Some(_), Some(_)) => {
                return Err(PyTypeError::new_err("pass either slug or link"));
            }
        };
        let py = unique_value.py();
        let unique_value = text(unique_value, "unique_value")?;
        let source = text(source, "source")?;
        let reference = text(reference, "reference")?;
        let timestamp = time(timestamp)?;
        call(py, || {
            let url = if is_slug {
                LinkUrl::from_slug(&place)?
            } else {
                LinkUrl::parse(&place)?
            };
            let fields = LinkFields {
                unique_value: &unique_value,
                source: &source,
                reference: &reference,
                timestamp,
            };
            let link = self.inner.sign_link(&url, &fields)?;
            Ok(written(|out| link.write_to(out)))
        })
    }

    /// Verifies a link, as Visiono does.
    ///
    /// :param url: the URL or query as it came (``str`` or ``bytes``), or its decoded parameters
    ///     as a mapping or an iterable of pairs.
    /// :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
    ///     it is ``None``.
    /// :param expect: what you know of the link: a mapping of field names to values.
    /// :raises VerificationError: if the link is to be refused; its subclass says why.
    #[pyo3(signature = (url, *, now=None, expect=None))]
    fn verify_link(
        &self,
        url: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        expect: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<VerifiedLink> {
        let message = Message::read(url)?;
        let expected = expected(expect)?;
        let now = current(now)?;
        call(url.py(), || {
            let expect = build(&expected, ExpectLink::new(), ExpectLink::field)?;
            let pairs = message.pairs();
            let link = self
                .inner
                .verify_link(message.input(&pairs), &expect, now)?;
            Ok(link.into())
        })
    }

    /// Signs a return, as Visiono does, and returns its URL. For tests of your own integration.
    ///
    /// :param template: a :class:`RedirectTemplate`, or the text of one.
    /// :param submission_id: Visiono's name of the submission, such as ``pls_123``.
    /// :param unique_value: what was documented, as the link had it.
    /// :param reference: the record in the system that sent the person.
    /// :param photo_count: how many photos were uploaded.
    /// :param timestamp: the time to sign, in Unix seconds or as an aware ``datetime``; now, if
    ///     it is ``None``.
    /// :raises InvalidField: if a value is empty, has a ``|`` or a control character, is out of
    ///     range, or would make a path segment ``.`` or ``..``.
    /// :raises InvalidTemplate: if the template can't be one.
    #[pyo3(signature = (template, *, submission_id, unique_value, reference, photo_count, timestamp=None))]
    fn sign_return(
        &self,
        template: &Bound<'_, PyAny>,
        submission_id: &Bound<'_, PyAny>,
        unique_value: &Bound<'_, PyAny>,
        reference: &Bound<'_, PyAny>,
        photo_count: &Bound<'_, PyAny>,
        timestamp: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<String> {
        let template = redirect_template(template)?;
        let submission_id = text(submission_id, "submission_id")?;
        let unique_value = text(unique_value, "unique_value")?;
        let reference = text(reference, "reference")?;
        let photo_count = field_number(integer(photo_count, "photo_count")?);
        let timestamp = time(timestamp)?;
        call(template.py(), || {
            let fields = ReturnFields {
                submission_id: &submission_id,
                unique_value: &unique_value,
                reference: &reference,
                photo_count,
                timestamp,
            };
            let template = &template.get().inner;
            let done = self.inner.sign_return(template, &fields)?;
            Ok(written(|out| done.write_to(out)))
        })
    }

    /// Verifies a return, when the browser comes back.
    ///
    /// :param url: the URL or query as it came (``str`` or ``bytes``), or its decoded parameters
    ///     as a mapping or an iterable of pairs; ``QueryDict``, ``MultiDict`` and ``QueryParams``
    ///     are read with all their values.
    /// :param template: the redirect template that the return was made from, if it isn't the six
    ///     standard parameters that stand in the URL.
    /// :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
    ///     it is ``None``.
    /// :param expect: what you know of the return: a mapping of field names to values. This is
    ///     what stops a genuine return for one ticket from being used on another.
    /// :raises VerificationError: if the return is to be refused; its subclass says why.
    /// :raises InvalidTemplate: if the template can't be read back.
    #[pyo3(signature = (url, *, template=None, now=None, expect=None))]
    fn verify_return(
        &self,
        url: &Bound<'_, PyAny>,
        template: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        expect: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<VerifiedReturn> {
        let message = Message::read(url)?;
        let template = template.map(redirect_template).transpose()?;
        let expected = expected(expect)?;
        let now = current(now)?;
        call(url.py(), || {
            let expect = build(&expected, ExpectReturn::new(), ExpectReturn::field)?;
            let pairs = message.pairs();
            let template = template.as_ref().map(|template| &template.get().inner);
            let input = message.input(&pairs);
            let done = self.inner.verify_return(input, template, &expect, now)?;
            Ok(done.into())
        })
    }

    fn __repr__(&self) -> &'static str {
        "Workflow(<secrets are not shown>)"
    }

    /// Refuses: a pickle would carry the secrets.
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_pickled("Workflow"))
    }
}

/// What the core writes. An ordinary URL fits without the text growing.
fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut out = String::with_capacity(512);
    // Writing to a `String` doesn't fail.
    let _ = write(&mut out);
    out
}
