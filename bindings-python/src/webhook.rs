//! The object that an application keeps to receive webhooks.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use visiono_workflow::{DEFAULT_LEEWAY, DEFAULT_WEBHOOK_MAX_AGE, WebhookSecret};

use crate::body::Body;
use crate::delivery::{Delivery, VerifiedWebhook};
use crate::errors::call;
use crate::headers::Headers;
use crate::pairs::Piece;
use crate::secret::{First, not_pickled, secrets};
use crate::time::{Period, now as current};

/// Receives webhooks: verifies the signature over the raw body, and that the event is recent.
///
/// Make one when the program starts and keep it: any number of threads may use it at once.
///
/// :param secret: the webhook secret, as Visiono shows it, or a :class:`WebhookSecret`.
/// :param more_secrets: further secrets that are accepted, for rotation.
/// :param max_age: how old an event may be, in seconds or as a ``timedelta``. Visiono sends the
///     last retry 2 h 36 min after it.
/// :param leeway: how far in the future an event may be dated, because clocks differ.
/// :param freshness: whether an event has to be recent. Without it a webhook that was recorded can
///     be sent again at any later time, so keep ``dedup_key`` for good.
/// :raises InvalidSecret: if a secret can't be one; the message says why, never the secret.
#[pyclass(frozen, module = "visiono_workflow")]
pub(crate) struct Webhook {
    inner: visiono_workflow::Webhook<Vec<WebhookSecret>>,
}

#[pymethods]
impl Webhook {
    #[new]
    #[pyo3(
        signature = (
            secret=First(None), *more_secrets, max_age=Period(DEFAULT_WEBHOOK_MAX_AGE),
            leeway=Period(DEFAULT_LEEWAY), freshness=true
        ),
        text_signature = "(secret, *more_secrets, max_age=10800, leeway=60, freshness=True)"
    )]
    fn new(
        py: Python<'_>,
        secret: First<'_>,
        more_secrets: &Bound<'_, PyTuple>,
        max_age: Period,
        leeway: Period,
        freshness: bool,
    ) -> PyResult<Self> {
        let secrets = secrets(secret, more_secrets)?;
        let inner = call(py, || visiono_workflow::Webhook::new(secrets))?
            .max_age(max_age.0)
            .leeway(leeway.0)
            .freshness(freshness);
        Ok(Self { inner })
    }

    /// Receives a webhook: verifies its signature and the time of its event, and reads it.
    ///
    /// :param body: the raw body, as it came: ``bytes``, ``bytearray`` or ``memoryview``, or a
    ///     ``str``, which stands for its UTF-8. JSON that was parsed and written again has other
    ///     bytes.
    /// :param headers: the headers: a mapping or an iterable of pairs, of ``str`` or ``bytes``,
    ///     such as the ``request.headers`` of a framework; a WSGI ``environ`` or an ASGI
    ///     ``scope``. Names match without case.
    /// :param now: the time, in Unix seconds or as an aware ``datetime``; the system clock's, if
    ///     it is ``None``.
    /// :raises VerificationError: if the webhook is to be refused; its subclass says why.
    /// :raises InvalidArgument: if the body was parsed, and so isn't raw any more.
    #[pyo3(signature = (body, headers, *, now=None))]
    fn receive(
        &self,
        body: &Bound<'_, PyAny>,
        headers: &Bound<'_, PyAny>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Delivery> {
        let py = body.py();
        let body = Body::read(body)?;
        let headers = Headers::read(headers)?;
        let now = current(now)?;
        let delivery = call(py, || self.inner.receive(&body, &headers.get(), now))?;
        Delivery::new(py, &delivery)
    }

    /// Verifies the signature alone. Whether the event is recent is not known then.
    ///
    /// :param body: the raw body, as it came.
    /// :param signature_header: the value of ``X-Visiono-Signature`` or ``X-Webhook-Signature``;
    ///     ``None`` if there is none.
    /// :raises VerificationError: if the webhook is to be refused; its subclass says why.
    /// :raises InvalidArgument: if the body was parsed, and so isn't raw any more.
    #[pyo3(signature = (body, signature_header))]
    fn verify(
        &self,
        body: &Bound<'_, PyAny>,
        signature_header: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<VerifiedWebhook> {
        let py = body.py();
        let body = Body::read(body)?;
        let header = signature_header.map(|header| Piece::read(header, "signature_header"));
        let header = header.transpose()?;
        let header = header.as_ref().map(Piece::to_text);
        call(py, || {
            let verified = self.inner.verify(&body, header.as_deref())?;
            Ok(verified.into())
        })
    }

    /// Signs a body, as Visiono does, and returns the header's value: ``sha256=…``. For tests
    /// of your own receiver.
    ///
    /// :param body: the raw body.
    /// :raises InvalidArgument: if the body was parsed, and so isn't raw any more.
    fn sign(&self, body: &Bound<'_, PyAny>) -> PyResult<String> {
        let py = body.py();
        let body = Body::read(body)?;
        call(py, || {
            let signature = self.inner.sign(&body)?;
            Ok(format!("sha256={}", signature.as_str()))
        })
    }

    fn __repr__(&self) -> &'static str {
        "Webhook(<secrets are not shown>)"
    }

    /// Refuses: a pickle would carry the secrets.
    fn __reduce__(&self) -> PyResult<()> {
        Err(not_pickled("Webhook"))
    }
}
