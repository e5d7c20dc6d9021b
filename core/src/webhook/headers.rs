//! The headers of a webhook, in both styles that Visiono documents.

use core::fmt;

/// A header that a webhook may have.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// `X-Visiono-Signature`.
    VisionoSignature,
    /// `X-Webhook-Signature`.
    WebhookSignature,
    /// `X-Visiono-Delivery`.
    VisionoDelivery,
    /// `X-Webhook-ID`.
    WebhookId,
    /// `X-Visiono-Tenant-Id`.
    TenantId,
}

/// The headers of a webhook. Names match without case; others than Visiono's are ignored.
///
/// A name may also have the form in which CGI passes it on (WSGI's `environ`, PHP's `$_SERVER`):
/// `HTTP_X_VISIONO_SIGNATURE`, in any case.
///
/// Only the signature header is authenticated: an attacker who replays a webhook can change the
/// others. So the event's name and time are those of the body, and `X-Visiono-Event` and
/// `X-Webhook-Timestamp` are not read. Rules: `docs/protocol.md`, section 7.
///
/// # Examples
///
/// ```
/// use visiono_workflow::WebhookHeaders;
///
/// let headers = WebhookHeaders::from_iter([
///     ("Content-Type", "application/json"),
///     ("x-visiono-delivery", "d-1"),
/// ]);
/// assert_eq!(headers.unauthenticated_delivery_id(), Some("d-1"));
/// ```
#[derive(Clone, Copy, Default)]
pub struct WebhookHeaders<'a> {
    visiono_signature: Header<'a>,
    webhook_signature: Header<'a>,
    visiono_delivery: Header<'a>,
    webhook_id: Header<'a>,
    tenant_id: Header<'a>,
}

/// The value found for one header.
#[derive(Clone, Copy, Default)]
enum Header<'a> {
    #[default]
    Absent,
    Once(&'a [u8]),
    /// HTTP reads several as one with commas, which is no signature.
    Repeated,
}

impl<'a> WebhookHeaders<'a> {
    /// The names that are read, in lower case, for callers that can't list all headers.
    pub const NAMES: [&'static str; 5] = [
        Name::VisionoSignature.as_str(),
        Name::WebhookSignature.as_str(),
        Name::VisionoDelivery.as_str(),
        Name::WebhookId.as_str(),
        Name::TenantId.as_str(),
    ];

    /// Returns an empty set of headers.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            visiono_signature: Header::Absent,
            webhook_signature: Header::Absent,
            visiono_delivery: Header::Absent,
            webhook_id: Header::Absent,
            tenant_id: Header::Absent,
        }
    }

    /// Adds a header as it arrived. One whose name is not Visiono's is ignored.
    pub fn add(&mut self, name: &[u8], value: &'a [u8]) {
        let Some(name) = Name::read(name) else { return };
        let header = match name {
            Name::VisionoSignature => &mut self.visiono_signature,
            Name::WebhookSignature => &mut self.webhook_signature,
            Name::VisionoDelivery => &mut self.visiono_delivery,
            Name::WebhookId => &mut self.webhook_id,
            Name::TenantId => &mut self.tenant_id,
        };
        *header = match header {
            Header::Absent => Header::Once(value),
            Header::Once(_) | Header::Repeated => Header::Repeated,
        };
    }

    /// Returns `true` if a header of this name is read.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::WebhookHeaders;
    ///
    /// assert!(WebhookHeaders::reads(b"HTTP_X_VISIONO_SIGNATURE"));
    /// assert!(!WebhookHeaders::reads(b"wsgi.input"));
    /// ```
    #[must_use]
    pub fn reads(name: &[u8]) -> bool {
        Name::read(name).is_some()
    }

    /// Returns the delivery's ID, for logs: `X-Visiono-Delivery`, or else `X-Webhook-ID`.
    ///
    /// It is not authenticated, so it doesn't identify a duplicate:
    /// [`dedup_key`](crate::VerifiedWebhook::dedup_key) does.
    #[must_use]
    pub fn unauthenticated_delivery_id(&self) -> Option<&'a str> {
        self.visiono_delivery.text().or(self.webhook_id.text())
    }

    /// Returns the tenant's ID, for logs: `X-Visiono-Tenant-Id`. It is not authenticated.
    #[must_use]
    pub fn unauthenticated_tenant_id(&self) -> Option<&'a str> {
        self.tenant_id.text()
    }

    /// Returns the values of the signature headers, all of which must verify.
    pub(super) fn signatures(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        [self.visiono_signature, self.webhook_signature]
            .into_iter()
            .filter_map(|header| match header {
                Header::Absent => None,
                Header::Once(value) => Some(value),
                Header::Repeated => Some(b"".as_slice()),
            })
    }
}

impl<'a> Header<'a> {
    fn text(self) -> Option<&'a str> {
        match self {
            Self::Once(value) => core::str::from_utf8(value).ok(),
            Self::Absent | Self::Repeated => None,
        }
    }
}

impl Name {
    const ALL: [Self; 5] = [
        Self::VisionoSignature,
        Self::WebhookSignature,
        Self::VisionoDelivery,
        Self::WebhookId,
        Self::TenantId,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::VisionoSignature => "x-visiono-signature",
            Self::WebhookSignature => "x-webhook-signature",
            Self::VisionoDelivery => "x-visiono-delivery",
            Self::WebhookId => "x-webhook-id",
            Self::TenantId => "x-visiono-tenant-id",
        }
    }

    fn read(name: &[u8]) -> Option<Self> {
        let name = match name.split_first_chunk::<5>() {
            Some((start, rest)) if start.eq_ignore_ascii_case(b"HTTP_") => rest,
            _ => name,
        };
        let matches = |wanted: &str| {
            let same = |(byte, wanted): (&u8, u8)| match byte {
                b'_' => wanted == b'-',
                _ => byte.eq_ignore_ascii_case(&wanted),
            };
            name.len() == wanted.len() && name.iter().zip(wanted.bytes()).all(same)
        };
        Self::ALL.into_iter().find(|name| matches(name.as_str()))
    }
}

impl<'a, N: AsRef<[u8]>, V: AsRef<[u8]> + ?Sized> FromIterator<(N, &'a V)> for WebhookHeaders<'a> {
    fn from_iter<I: IntoIterator<Item = (N, &'a V)>>(headers: I) -> Self {
        let mut read = Self::new();
        for (name, value) in headers {
            read.add(name.as_ref(), value.as_ref());
        }
        read
    }
}

impl fmt::Debug for WebhookHeaders<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookHeaders")
            .field("delivery_id", &self.unauthenticated_delivery_id())
            .field("tenant_id", &self.unauthenticated_tenant_id())
            .finish_non_exhaustive()
    }
}
