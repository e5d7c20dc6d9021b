//! The object that an application keeps to receive webhooks.

use pyo3::prelude::*;
use pyo3::types::PyString;
use visiono_workflow::{TestEvent, WebhookHeaders};

use crate::arguments::{self, Bytes, Given, flag, period, some_text, text, text_or_bytes};
use crate::convert::convert;
use crate::errors::{Result, entry};
use crate::message::Texts;
use crate::results::Results;
use crate::secret::{WebhookSecret, hidden, not_pickled, secrets as passed};

/// Receives webhooks: verifies the signature over the raw body, and that the event is recent.
///
/// Make one when the program starts and keep it: any number of threads may use it at once.
///
/// :param secrets: the webhook secret, as Visiono shows it, or a :class:`WebhookSecret`; or a list
///     of them, for rotation: the first one signs, all of them are accepted, and a later one that
///     is ``None`` is skipped.
/// :param max_age: the maximum age of an event, in seconds or as a ``timedelta``. Visiono sends the
///     last retry 2 h 36 min after it.
/// :param leeway: how far in the future an event may be dated, because clocks differ.
/// :param require_timestamp: refuses an event without a time. Visiono's own example of
///     ``submission.created`` has none, so it is delivered unless you set this.
/// :raises InvalidSecret: if a secret can't be one; the message says which and why, never the
///     secret.
/// :raises InvalidArgument: if a period is negative.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct Webhook(visiono_workflow::Webhook, Results);

#[pymethods]
impl Webhook {
    #[new]
    #[pyo3(
        signature = (
            secrets, *, max_age=Given(None), leeway=Given(None), require_timestamp=Given(None)
        ),
        text_signature = "(secrets, *, max_age=10800, leeway=60, require_timestamp=False)"
    )]
    fn new(
        secrets: &Bound<'_, PyAny>,
        max_age: Given<'_>,
        leeway: Given<'_>,
        require_timestamp: Given<'_>,
    ) -> PyResult<Self> {
        entry(|| {
            let secrets = passed(secrets)?;
            let max_age = max_age.read("max_age", period)?;
            let leeway = leeway.read("leeway", period)?;
            let require = require_timestamp.read("require_timestamp", flag)?;
            let webhook = WebhookSecret::owner(secrets)?
                .limits(max_age, leeway)
                .require_timestamp(require.unwrap_or(false));
            Ok(Self(webhook, Results::new()))
        })
    }

    /// Receives a webhook: verifies its signature and the time of its event, and reads it.
    ///
    /// :param body: the raw body, as it came: ``bytes``, ``bytearray`` or ``memoryview``, or a
    ///     ``str``, which stands for its UTF-8; ``None`` is an empty body. JSON that was parsed
    ///     and written again has other bytes. Of a Lambda event, pass the event itself.
    /// :param headers: the request of a framework, or its headers: a mapping or an iterable of
    ///     pairs, of ``str`` or ``bytes``; a WSGI ``environ`` or an ASGI ``scope``. Names match
    ///     without case.
    /// :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
    ///     it is ``None``.
    /// :raises VerificationError: if the webhook must be refused; its subclass says why.
    /// :raises InvalidArgument: if the body was parsed, and so isn't raw any more, or ``now``
    ///     can't be a time.
    #[pyo3(signature = (body, headers, *, now=None))]
    fn receive<'py>(
        &self,
        body: &Bound<'py, PyAny>,
        headers: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        entry(|| {
            let body = raw_body(body)?;
            let headers = Texts::of_headers(headers, WebhookHeaders::reads)?;
            let now = arguments::now(now)?;
            let headers = headers.borrow_headers();
            let delivery = self.0.receive(body.as_bytes(), &headers, now)?;
            self.1.delivery(body.py(), &delivery)
        })
    }

    /// Verifies the signature alone, and not that the event is recent.
    ///
    /// :param body: the raw body, as it came.
    /// :param header: the value of ``X-Visiono-Signature`` or ``X-Webhook-Signature``; ``None`` if
    ///     there is none.
    /// :raises VerificationError: if the webhook must be refused; its subclass says why.
    /// :raises InvalidArgument: if the body was parsed, and so isn't raw any more.
    #[pyo3(signature = (body, header))]
    fn verify<'py>(
        &self,
        body: &Bound<'py, PyAny>,
        header: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        entry(|| {
            let body = raw_body(body)?;
            let header = header.map(|text| some_text(text, "header")).transpose()?;
            let header = header.as_ref().map(PyBytesMethods::as_bytes);
            let verified = self.0.verify(body.as_bytes(), header)?;
            self.1.webhook(body.py(), &verified)
        })
    }

    /// Signs a body, as Visiono does, and returns the header's value: ``sha256=…``. For tests
    /// of your own receiver.
    ///
    /// :param body: the raw body.
    /// :raises InvalidArgument: if the body was parsed, and so isn't raw any more.
    fn sign<'py>(&self, body: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
        entry(|| {
            let header = self.0.signature_header(raw_body(body)?.as_bytes());
            Ok(PyString::new(body.py(), header.as_str()))
        })
    }

    /// Makes a signed delivery of an event, as Visiono sends it. For tests of your own receiver.
    ///
    /// :param event: the event's name, such as ``submission.created``.
    /// :param id: the delivery's ID.
    /// :param submission_id: Visiono's name of the submission.
    /// :param unique_value: the thing that was documented, as in the link.
    /// :param source: the system that sent the person.
    /// :param reference: the record in that system.
    /// :param style: the style of the body and headers: ``guide`` or ``developer``.
    /// :param timestamp: writes the time of the event into the body. Visiono's own example of
    ///     ``submission.created`` has none.
    /// :param now: the time of the event, in Unix seconds or as an aware ``datetime``; the system
    ///     clock's, if it is ``None``.
    /// :raises InvalidArgument: if the event or style isn't documented, the ID can't be a header's
    ///     value, or ``now`` can't be a time.
    #[allow(
        clippy::too_many_arguments,
        reason = "the names are those of the other languages"
    )]
    #[pyo3(
        signature = (
            event, *, id=Given(None), submission_id=Given(None), unique_value=Given(None),
            source=Given(None), reference=Given(None), style=Given(None), timestamp=Given(None),
            now=None
        ),
        text_signature = "($self, event, *, id='test', submission_id='pls_test', \
            unique_value='ABC123', source='zendesk', reference='ticket-456', style='guide', \
            timestamp=True, now=None)"
    )]
    fn test_delivery<'py>(
        &self,
        event: &Bound<'py, PyAny>,
        id: Given<'_>,
        submission_id: Given<'_>,
        unique_value: Given<'_>,
        source: Given<'_>,
        reference: Given<'_>,
        style: Given<'_>,
        timestamp: Given<'_>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        entry(|| {
            let name = text(event, "event")?;
            let texts = [
                id.read("id", text)?,
                submission_id.read("submission_id", text)?,
                unique_value.read("unique_value", text)?,
                source.read("source", text)?,
                reference.read("reference", text)?,
            ];
            let style = style.read("style", text)?;
            let timestamp = timestamp.read("timestamp", flag)?;
            let now = arguments::now(now)?;
            let texts = texts.each_ref().map(Option::as_deref);
            let sample = TestEvent::from_texts(texts, style.as_deref(), timestamp)?;
            let delivery = self.0.test_delivery(&name, &sample, now)?;
            self.1.test(event.py(), &delivery)
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

/// Reads the bytes that a signature is made of. An absent body has none.
pub(crate) fn raw_body<'py>(value: &Bound<'py, PyAny>) -> Result<Bytes<'py>> {
    match text_or_bytes(value)? {
        Some(body) => Ok(body),
        None => Ok(convert(value.py(), "body", (value,))?),
    }
}
