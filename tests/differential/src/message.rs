//! The messages that every party receives, and the keys that sign them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::record;

/// The workflow secret of every verification.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// The webhook secret.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_0123456789abcdef0123456789abcdef";
/// The time of verification, in Unix seconds: 2024-01-17T14:00:00Z.
pub(crate) const NOW: u64 = 1_705_500_000;

/// A template whose reference a router finds in the path.
pub(crate) const ROUTED: &str = "https://your-system.com/tickets/{reference}/done?tenant=acme\
    &sub={submission_id}&uv={unique_value}&cnt={photo_count}&ts={timestamp}&sig={signature}";

/// The headers of a webhook, in order.
pub(crate) type Headers = Vec<(String, String)>;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Message {
    /// A link to be signed.
    Sign(Link),
    /// The URL of a signed link.
    Link(String),
    /// The URL of a signed return.
    Return(String),
    /// The URL of a return made from [`ROUTED`].
    Routed(String),
    /// The URL of a return, its template, and the known values of its fields.
    Expected(String, String, [Option<String>; 5]),
    /// A webhook's body and headers.
    Webhook(Vec<u8>, Headers),
}

/// The input of a link's signature.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) secret: String,
    pub(crate) slug: String,
    pub(crate) unique_value: String,
    pub(crate) source: String,
    pub(crate) reference: String,
    pub(crate) timestamp: u64,
}

impl Link {
    /// Returns the text fields by their short names.
    pub(crate) fn texts(&self) -> [(&'static str, &str); 3] {
        [
            ("uv", &self.unique_value),
            ("src", &self.source),
            ("ref", &self.reference),
        ]
    }
}

impl Message {
    /// The kinds, in the order of [`kind`](Self::kind).
    pub(crate) const KINDS: [&'static str; 6] = [
        "links to sign",
        "signed links",
        "returns",
        "returns by a path",
        "returns by a template",
        "webhooks",
    ];

    pub(crate) fn kind(&self) -> usize {
        match self {
            Self::Sign(_) => 0,
            Self::Link(_) => 1,
            Self::Return(_) => 2,
            Self::Routed(_) => 3,
            Self::Expected(..) => 4,
            Self::Webhook(..) => 5,
        }
    }

    /// Appends the record that a runner reads.
    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        match self {
            Self::Sign(link) => record::write(
                &[
                    b"sign",
                    link.secret.as_bytes(),
                    link.slug.as_bytes(),
                    link.unique_value.as_bytes(),
                    link.source.as_bytes(),
                    link.reference.as_bytes(),
                    link.timestamp.to_string().as_bytes(),
                ],
                to,
            ),
            Self::Link(url) => record::write(&[b"link", url.as_bytes()], to),
            Self::Return(url) => record::write(&[b"return", url.as_bytes()], to),
            Self::Routed(url) => {
                record::write(&[b"routed", url.as_bytes(), ROUTED.as_bytes()], to);
            }
            Self::Expected(url, template, expected) => {
                // An empty text is different from an absent one.
                let texts = expected.each_ref().map(|text| {
                    let text = text.as_ref().map(|text| format!("={text}"));
                    text.unwrap_or_default()
                });
                let texts = texts.iter().map(String::as_bytes);
                let first = [b"expected", url.as_bytes(), template.as_bytes()];
                let parts: Vec<_> = first.into_iter().chain(texts).collect();
                record::write(&parts, to);
            }
            Self::Webhook(body, headers) => {
                let headers = headers
                    .iter()
                    .flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
                let parts: Vec<_> = [b"webhook", &body[..]].into_iter().chain(headers).collect();
                record::write(&parts, to);
            }
        }
    }

    /// Returns the length of the message, by which an example is chosen.
    pub(crate) fn len(&self) -> usize {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes.len()
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sign(link) => write!(f, "{link:?}"),
            Self::Link(url) | Self::Return(url) | Self::Routed(url) => {
                write!(f, "{}", url.escape_debug())
            }
            Self::Expected(..) => write!(f, "{self:?}"),
            Self::Webhook(body, headers) => {
                write!(
                    f,
                    "{} {headers:?}",
                    String::from_utf8_lossy(body).escape_debug()
                )
            }
        }
    }
}

/// Appends the first record: the secrets and the time.
pub(crate) fn write_keys(to: &mut Vec<u8>) {
    let now = NOW.to_string();
    record::write(
        &[
            b"keys",
            SECRET.as_bytes(),
            WEBHOOK_SECRET.as_bytes(),
            now.as_bytes(),
        ],
        to,
    );
}

/// Returns HMAC-SHA256 in lowercase hexadecimal digits.
pub(crate) fn sign(secret: &str, message: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(message);
    hex::encode(mac.finalize().into_bytes())
}
