//! The object that an application keeps to sign links and verify returns.

use pyo3::prelude::*;
use pyo3::types::{PyList, PyString};
use visiono_workflow::{ExpectLink, ExpectReturn, LinkFields, LinkUrl, ReturnFields};

use crate::arguments::{self, Given, count, octets, period, text, time, written};
use crate::errors::entry;
use crate::expect::Expected;
use crate::message::Message;
use crate::results::Results;
use crate::rows;
use crate::secret::{WorkflowSecret, hidden, not_pickled, secrets as passed};
use crate::template::RedirectTemplate;

/// Signs links and verifies returns.
///
/// Make one when the program starts and keep it: any number of threads may use it at once.
///
/// :param secrets: the workflow secret, as Visiono shows it, or a :class:`WorkflowSecret`; or a
///     list of them, for rotation: the first one signs, all of them are accepted, and a later one
///     that is ``None`` is skipped.
/// :param max_age: the maximum age of a message, in seconds or as a ``timedelta``.
/// :param leeway: how far in the future a message may be dated, because clocks differ.
/// :raises InvalidSecret: if a secret can't be one; the message says which and why, never the
///     secret.
/// :raises InvalidArgument: if a period is negative.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct Workflow(visiono_workflow::Workflow, Results);

#[pymethods]
impl Workflow {
    #[new]
    #[pyo3(
        signature = (secrets, *, max_age=Given(None), leeway=Given(None)),
        text_signature = "(secrets, *, max_age=3600, leeway=60)"
    )]
    fn new(secrets: &Bound<'_, PyAny>, max_age: Given<'_>, leeway: Given<'_>) -> PyResult<Self> {
        entry(|| {
            let secrets = passed(secrets)?;
            let max_age = max_age.read("max_age", period)?;
            let leeway = leeway.read("leeway", period)?;
            let workflow = WorkflowSecret::owner(secrets)?.limits(max_age, leeway);
            Ok(Self(workflow, Results::new()))
        })
    }

    /// Signs a link, to send a person to Visiono, and returns its URL.
    ///
    /// :param slug: the end of the Smart Link: ``damage-report``.
    /// :param link: or the whole Smart Link, as a URL.
    // cargo xtask generate: link except Signature
    // /// :param {long}: {rst}{// or a ``datetime``; now if ``None``}.
    /// :param unique_value: the documented item: an order or a license plate.
    /// :param source: the system that sends the person, such as ``zendesk``.
    /// :param reference: the record in that system, such as ``ticket-456``.
    /// :param timestamp: the time of signing, in Unix seconds or a ``datetime``; now if ``None``.
    // end generated
    /// :raises InvalidArgument: if both slug and link are given, or neither.
    /// :raises InvalidField: if a value is empty, or has a ``|`` or a control character.
    /// :raises InvalidUrl: if the link can't be one.
    #[pyo3(signature = (
        *,
        slug=None,
        link=None,
        // cargo xtask generate: link except Signature
        // {long}{//=None},
        unique_value,
        source,
        reference,
        timestamp=None,
        // end generated
    ))]
    fn sign_link<'py>(
        &self,
        slug: Option<&Bound<'py, PyAny>>,
        link: Option<&Bound<'py, PyAny>>,
        // cargo xtask generate: link except Signature
        // {long}: {&Bound<'py, PyAny>/&Bound<'py, PyAny>/Option<&Bound<'py, PyAny>>},
        unique_value: &Bound<'py, PyAny>,
        source: &Bound<'py, PyAny>,
        reference: &Bound<'py, PyAny>,
        timestamp: Option<&Bound<'py, PyAny>>,
        // end generated
    ) -> PyResult<Bound<'py, PyString>> {
        entry(|| {
            let slug = slug.map(|slug| octets(slug, "slug", "str")).transpose()?;
            let link = link.map(|link| octets(link, "link", "str")).transpose()?;
            let fields = LinkFields {
                // cargo xtask generate: link except Signature
                // {long}: {&text/count/time}({long}, "{long}")?,
                unique_value: &text(unique_value, "unique_value")?,
                source: &text(source, "source")?,
                reference: &text(reference, "reference")?,
                timestamp: time(timestamp, "timestamp")?,
                // end generated
            };
            let bytes = PyBytesMethods::as_bytes;
            let url =
                LinkUrl::from_slug_or_url(slug.as_ref().map(bytes), link.as_ref().map(bytes))?;
            let signed = self.0.sign_link(&url, &fields)?;
            Ok(written(unique_value.py(), |out| signed.write_to(out)))
        })
    }

    /// Signs a link for each row, and returns their URLs. It is faster than a loop of
    /// :meth:`sign_link`, checks the same, and lets other threads run meanwhile.
    ///
    /// :param rows: an iterable of rows. A row is a tuple or list of the values of
    // cargo xtask generate: link except Signature
    // =///     {*``{long}``{,| or|} *}in
    ///     ``unique_value``, ``source``, ``reference`` or ``timestamp`` in
    // end generated
    ///     this order, or a mapping of these names to values. The timestamp may be left out.
    /// :param slug: the end of the Smart Link of all rows: ``damage-report``.
    /// :param link: or the whole Smart Link, as a URL.
    /// :param timestamp: the time of signing for rows without one, in Unix seconds or a
    ///     ``datetime``; now if ``None``.
    /// :param return_exceptions: if true, the error about a row is returned in place of its URL, so
    ///     that the other rows are signed.
    /// :raises InvalidArgument: if both slug and link are given, or neither.
    /// :raises InvalidField: if a value is empty, or has a ``|`` or a control character;
    ///     ``row_index`` is the position of its row.
    /// :raises InvalidUrl: if the link can't be one.
    #[pyo3(
        signature = (
            rows, *, slug=None, link=None, timestamp=None, return_exceptions=Given(None)
        ),
        text_signature =
            "($self, rows, *, slug=None, link=None, timestamp=None, return_exceptions=False)"
    )]
    fn sign_links<'py>(
        &self,
        rows: &Bound<'py, PyAny>,
        slug: Option<&Bound<'py, PyAny>>,
        link: Option<&Bound<'py, PyAny>>,
        timestamp: Option<&Bound<'py, PyAny>>,
        return_exceptions: Given<'py>,
    ) -> PyResult<Bound<'py, PyList>> {
        entry(|| rows::sign_links(&self.0, rows, slug, link, timestamp, return_exceptions))
    }

    /// Verifies a link, as Visiono does.
    ///
    /// :param input: the request of a framework, a URL object, or the URL or query as it came
    ///     (``str`` or ``bytes``); or its decoded parameters, as a mapping or an iterable of pairs.
    /// :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
    ///     it is ``None``.
    /// :param expect: the values that you expect of the link: a mapping of field names to values.
    /// :raises VerificationError: if the link must be refused; its subclass says why.
    /// :raises InvalidArgument: if ``now`` can't be a time, or a name in ``expect`` is not a
    ///     link's or has no value.
    #[pyo3(signature = (input, *, now=None, expect=None))]
    fn verify_link<'py>(
        &self,
        input: &Bound<'py, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
        expect: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        entry(|| {
            let message = Message::read(input)?;
            let now = arguments::now(now)?;
            let expected = Expected::read(expect)?;
            let expect = ExpectLink::from_entries(expected.entries())?;
            message.lend(|message| {
                let link = self.0.verify_link(message, now, &expect)?;
                self.1.link(input.py(), &link)
            })
        })
    }

    /// Signs a return, as Visiono does, and returns its URL. For tests of your own integration.
    ///
    /// :param template: a :class:`RedirectTemplate`, or the text of one.
    // cargo xtask generate: return except Signature
    // /// :param {long}: {rst}{// or a ``datetime``; now if ``None``}.
    /// :param submission_id: the ID of the submission at Visiono, such as ``pls_123``.
    /// :param unique_value: the documented item: an order or a license plate.
    /// :param reference: the record in that system, such as ``ticket-456``.
    /// :param photo_count: the number of uploaded photos.
    /// :param timestamp: the time of signing, in Unix seconds or a ``datetime``; now if ``None``.
    // end generated
    /// :raises InvalidField: if a value is empty, has a ``|`` or a control character, is out of
    ///     range, or would make a path segment climb (``..``).
    /// :raises InvalidTemplate: if the template can't be one.
    #[pyo3(signature = (
        template,
        *,
        // cargo xtask generate: return except Signature
        // {long}{//=None},
        submission_id,
        unique_value,
        reference,
        photo_count,
        timestamp=None,
        // end generated
    ))]
    fn sign_return<'py>(
        &self,
        template: &Bound<'py, PyAny>,
        // cargo xtask generate: return except Signature
        // {long}: {&Bound<'py, PyAny>/&Bound<'py, PyAny>/Option<&Bound<'py, PyAny>>},
        submission_id: &Bound<'py, PyAny>,
        unique_value: &Bound<'py, PyAny>,
        reference: &Bound<'py, PyAny>,
        photo_count: &Bound<'py, PyAny>,
        timestamp: Option<&Bound<'py, PyAny>>,
        // end generated
    ) -> PyResult<Bound<'py, PyString>> {
        entry(|| {
            let fields = ReturnFields {
                // cargo xtask generate: return except Signature
                // {long}: {&text/count/time}({long}, "{long}")?,
                submission_id: &text(submission_id, "submission_id")?,
                unique_value: &text(unique_value, "unique_value")?,
                reference: &text(reference, "reference")?,
                photo_count: count(photo_count, "photo_count")?,
                timestamp: time(timestamp, "timestamp")?,
                // end generated
            };
            let template = RedirectTemplate::read(template)?;
            let signed = self.0.sign_return(&template.get().0, &fields)?;
            Ok(written(template.py(), |out| signed.write_to(out)))
        })
    }

    /// Verifies a return, when the browser comes back.
    ///
    /// :param input: the request of a framework, a URL object, or the URL or query as it came
    ///     (``str`` or ``bytes``); or its decoded parameters, as a mapping or an iterable of pairs;
    ///     ``QueryDict``, ``MultiDict`` and ``QueryParams`` are read with all their values. With a
    ///     template that has a placeholder in its path, pass the request, never pairs.
    /// :param template: the redirect template that the return was made from, if it has
    ///     placeholders or parameters of its own.
    /// :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
    ///     it is ``None``.
    /// :param expect: the values that you expect of the return: a mapping of field names to values.
    ///     This stops a genuine return for one ticket from being used on another.
    /// :raises VerificationError: if the return must be refused; its subclass says why.
    /// :raises InvalidTemplate: if the template can't be read back.
    /// :raises InvalidArgument: if ``now`` can't be a time, or a name in ``expect`` is not a
    ///     return's or has no value.
    #[pyo3(signature = (input, *, template=None, now=None, expect=None))]
    fn verify_return<'py>(
        &self,
        input: &Bound<'py, PyAny>,
        template: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        expect: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        entry(|| {
            let message = Message::read(input)?;
            let now = arguments::now(now)?;
            let expected = Expected::read(expect)?;
            let expect = ExpectReturn::from_entries(expected.entries())?;
            let template = template.map(RedirectTemplate::read).transpose()?;
            let template = template.as_ref().map(|template| &template.get().0);
            message.lend(|message| {
                let done = self.0.verify_return(message, template, now, &expect)?;
                self.1.done(input.py(), &done)
            })
        })
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyString>> {
        hidden(slf, "secrets are not shown")
    }

    /// Refuses: a pickle would carry the secrets.
    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        not_pickled(slf)
    }
}
