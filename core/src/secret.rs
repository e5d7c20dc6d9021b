//! A secret's text becomes keyed HMAC state, once.

use core::fmt;

use hmac::{Hmac, KeyInit};
use sha2::Sha256;

use crate::code::Code;
use crate::error::{Error, Flaw, Subject};
use crate::scan::{find, split_at};
use crate::wire::{API_KEY_PREFIX, WEBHOOK_SECRET_PREFIX};

/// HMAC-SHA256 whose two midstates, after the padded key, are ready to be cloned.
pub(crate) type KeyedHmac = Hmac<Sha256>;

/// The fewest characters of a secret, not counting the prefix of a webhook secret.
const MIN_LENGTH: usize = 16;

/// The secrets of Visiono's documentation, which everybody knows.
const SAMPLES: [&str; 4] = [
    "your-64-char-workflow-secret",
    "your-workflow-secret",
    "your-webhook-secret",
    "whsec_abc123xyz789...",
];

const SHORT: Flaw = Flaw("has fewer than 16 characters: set it to all that Visiono shows");
const NOT_ASCII: Flaw =
    Flaw("has a character that is not printable ASCII, such as a space or a line feed: remove it");
const WEBHOOK_SECRET: Flaw = Flaw("is a webhook secret (whsec_): pass the workflow secret");
const API_KEY: Flaw = Flaw("is an API key (vsk_): pass the secret");
const QUOTED: Flaw = Flaw("is in quotes: remove them");
const VARIABLE: Flaw = Flaw("is an unexpanded variable: pass the variable's value");
const REPEATED: Flaw = Flaw("is one character repeated: copy all of it from Visiono");
const SAMPLE: Flaw = Flaw("is the documentation's sample: copy your own from Visiono");

/// The secret that signs links and returns, as Visiono shows it.
///
/// The text is used as its UTF-8 bytes, never hex- or base64-decoded (`docs/protocol.md`,
/// section 2). It is keyed here once: the object holds the state of HMAC after the padded key, so
/// that signing a short message costs two SHA-256 compressions. The text itself isn't kept, and
/// the state is wiped when the secret is dropped. Moving a Rust value copies its bytes, so keep
/// the secret where it is made (in a `static`, an `Arc`, or a `Workflow` that lives there).
///
/// # Examples
///
/// ```
/// use visiono_workflow::{Code, WorkflowSecret};
///
/// assert!(WorkflowSecret::new("0123456789abcdef0123456789abcdef").is_ok());
///
/// let error = WorkflowSecret::new("whsec_0123456789abcdef").unwrap_err();
/// assert_eq!(error.code(), Code::InvalidSecret);
/// ```
#[derive(Clone)]
pub struct WorkflowSecret {
    keyed: KeyedHmac,
}

impl WorkflowSecret {
    /// Keys HMAC with the secret's text.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`] if the text is not usable as a secret: it has fewer than 16
    /// characters or one that is not printable ASCII; it is a webhook secret (`whsec_`) or an API
    /// key (`vsk_`); it is in quotes, an unexpanded variable, one character repeated, or the
    /// documentation's sample.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::key(text.as_ref()).map_err(alone)
    }
}

/// The secret that signs webhooks, as Visiono shows it; its `whsec_` prefix is part of it.
///
/// It is another type than [`WorkflowSecret`], so that neither can be used for the other. The text
/// is used, and the keyed state wiped, as there.
///
/// # Examples
///
/// ```
/// use visiono_workflow::WebhookSecret;
///
/// assert!(WebhookSecret::new("whsec_0123456789abcdef").is_ok());
/// assert!(WebhookSecret::new("vsk_live_0123456789abcdef").is_err());
/// ```
#[derive(Clone)]
pub struct WebhookSecret {
    keyed: KeyedHmac,
}

impl WebhookSecret {
    /// Keys HMAC with the secret's text.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidSecret`] for the same reasons as [`WorkflowSecret::new`], but a `whsec_`
    /// prefix is allowed, and doesn't count as characters.
    pub fn new(text: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::key(text.as_ref()).map_err(alone)
    }
}

/// A type of secret.
pub(crate) trait Secret: Sized {
    /// Keys HMAC with the secret's text.
    fn key(text: &[u8]) -> Result<Self, Flaw>;

    /// Returns HMAC, keyed and ready for the message.
    fn keyed(&self) -> KeyedHmac;
}

impl Secret for WorkflowSecret {
    fn key(text: &[u8]) -> Result<Self, Flaw> {
        if starts_with(text, WEBHOOK_SECRET_PREFIX) {
            return Err(WEBHOOK_SECRET);
        }
        key(text).map(|keyed| Self { keyed })
    }

    fn keyed(&self) -> KeyedHmac {
        self.keyed.clone()
    }
}

impl Secret for WebhookSecret {
    fn key(text: &[u8]) -> Result<Self, Flaw> {
        key(text).map(|keyed| Self { keyed })
    }

    fn keyed(&self) -> KeyedHmac {
        self.keyed.clone()
    }
}

/// Returns the error about a secret whose position is not known.
fn alone(flaw: Flaw) -> Error {
    Error::new(Code::InvalidSecret, flaw.0).starting(Subject::Secret)
}

/// Checks what both kinds of secret have in common, and keys HMAC.
fn key(text: &[u8]) -> Result<KeyedHmac, Flaw> {
    let body = match starts_with(text, WEBHOOK_SECRET_PREFIX) {
        true => split_at(text, WEBHOOK_SECRET_PREFIX.len()).1,
        false => text,
    };
    let flaw = if !text.iter().all(u8::is_ascii_graphic) {
        NOT_ASCII
    } else if starts_with(text, API_KEY_PREFIX) {
        API_KEY
    } else if is_sample(text) {
        SAMPLE
    } else if is_quoted(text) {
        QUOTED
    } else if is_variable(text) {
        VARIABLE
    } else if body.len() < MIN_LENGTH {
        SHORT
    } else if body.windows(2).all(|pair| matches!(pair, [a, b] if a == b)) {
        REPEATED
    } else {
        // HMAC takes keys of any length, so this error never occurs.
        return KeyedHmac::new_from_slice(text).map_err(|_| SHORT);
    };
    Err(flaw)
}

fn starts_with(text: &[u8], prefix: &str) -> bool {
    split_at(text, prefix.len())
        .0
        .eq_ignore_ascii_case(prefix.as_bytes())
}

fn is_sample(text: &[u8]) -> bool {
    SAMPLES
        .iter()
        .any(|sample| text.eq_ignore_ascii_case(sample.as_bytes()))
}

fn is_quoted(text: &[u8]) -> bool {
    matches!(text, [first @ (b'"' | b'\''), .., last] if first == last)
}

/// Returns `true` for `$NAME` alone, or `${name}` anywhere.
fn is_variable(text: &[u8]) -> bool {
    let is_plain = match text {
        [b'$', name @ ..] => {
            !name.is_empty()
                && name
                    .iter()
                    .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
        }
        _ => false,
    };
    let mut rest = text;
    while let Some(at) = find(rest, b"$") {
        rest = split_at(rest, at.saturating_add(1)).1;
        if rest.starts_with(b"{") && find(rest, b"}").is_some_and(|end| end > 1) {
            return true;
        }
    }
    is_plain
}

impl fmt::Debug for WorkflowSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WorkflowSecret").finish_non_exhaustive()
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSecret").finish_non_exhaustive()
    }
}

/// Lets one secret be passed where several can be.
impl IntoIterator for WorkflowSecret {
    type Item = Self;
    type IntoIter = core::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        core::iter::once(self)
    }
}

/// Lets one secret be passed where several can be.
impl IntoIterator for WebhookSecret {
    type Item = Self;
    type IntoIter = core::iter::Once<Self>;

    fn into_iter(self) -> Self::IntoIter {
        core::iter::once(self)
    }
}
