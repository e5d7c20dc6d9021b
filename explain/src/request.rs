//! The request: a message, the secrets, and further information from the developer.

use core::fmt;
use core::ops::ControlFlow;

use visiono_workflow::{ExpectedValue, Field};

use crate::catalogue::Kind;

/// The default number of bytes that a search may hash: 256 MiB, which take a fraction of a second.
pub const DEFAULT_MAX_BYTES: u64 = 256 << 20;

/// A message whose signature is wrong.
#[derive(Clone, Copy)]
pub enum Message<'a> {
    /// A link to Visiono, signed by the integrator.
    Link(Input<'a>),
    /// A return from Visiono, checked by the integrator.
    Return(Input<'a>),
    /// A webhook from Visiono, checked by the integrator.
    Webhook {
        /// The raw body, as it arrived.
        body: &'a [u8],
        /// The names and values of the headers. Headers other than Visiono's are allowed.
        headers: &'a [(&'a [u8], &'a [u8])],
    },
}

impl Message<'_> {
    /// Returns the kind of the message.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Link(_) => Kind::Link,
            Self::Return(_) => Kind::Return,
            Self::Webhook { .. } => Kind::Webhook,
        }
    }
}

/// A link or return as it arrived.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    /// A URL or a bare query, by the rules of the core's `Input`.
    Text(&'a [u8]),
    /// Pairs that a framework decoded. The value is `None` if it is not a text.
    Pairs(&'a [(&'a [u8], Option<&'a [u8]>)]),
}

/// Another secret of the developer, which may have been used by mistake.
#[derive(Clone, Copy)]
pub struct OtherSecret<'a> {
    /// The text of the secret.
    pub text: &'a [u8],
    /// The relation to the right secret.
    pub relation: Relation,
}

/// The relation of another secret to the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// A secret of another kind: an API key, or a workflow secret instead of a webhook secret or
    /// the reverse.
    OtherKind,
    /// The secret of another Smart Link or webhook endpoint.
    OtherEndpoint,
    /// The old secret, from before a rotation.
    Rotated,
}

impl Relation {
    /// Every relation, with its name on the command line.
    pub const ALL: [(&'static str, Self); 3] = [
        ("other_kind", Self::OtherKind),
        ("other_endpoint", Self::OtherEndpoint),
        ("rotated", Self::Rotated),
    ];
}

/// A message to explain, the secrets that should have signed it, and further information.
///
/// It borrows everything, including the secrets: keep them in memory that you wipe. This crate
/// wipes what it derives from them.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    pub(crate) message: Message<'a>,
    pub(crate) secrets: &'a [&'a [u8]],
    pub(crate) others: &'a [OtherSecret<'a>],
    pub(crate) computed: Option<&'a [u8]>,
    pub(crate) template: Option<&'a [u8]>,
    pub(crate) other_templates: &'a [&'a [u8]],
    pub(crate) expect: &'a [(Field, ExpectedValue<'a>)],
    pub(crate) endpoint: Option<&'a [u8]>,
    pub(crate) now: Option<u64>,
    pub(crate) max_age: Option<u64>,
    pub(crate) leeway: Option<u64>,
    pub(crate) require_timestamp: bool,
    pub(crate) values: bool,
    pub(crate) max_bytes: u64,
}

impl<'a> Request<'a> {
    /// Creates a request for a message and the secrets that should have signed it: one, or several
    /// during a rotation.
    #[must_use]
    pub const fn new(message: Message<'a>, secrets: &'a [&'a [u8]]) -> Self {
        Self {
            message,
            secrets,
            others: &[],
            computed: None,
            template: None,
            other_templates: &[],
            expect: &[],
            endpoint: None,
            now: None,
            max_age: None,
            leeway: None,
            require_timestamp: false,
            values: true,
            max_bytes: DEFAULT_MAX_BYTES,
        }
    }

    /// Adds other secrets, one of which may have been used by mistake.
    #[must_use]
    pub const fn others(mut self, others: &'a [OtherSecret<'a>]) -> Self {
        self.others = others;
        self
    }

    /// Adds the signature that the integrator's own code computed for this message.
    ///
    /// Visiono signs returns and webhooks, so the message is usually right and the integrator's
    /// check is wrong. The search then explains the computed signature as well.
    #[must_use]
    pub const fn computed(mut self, signature: &'a [u8]) -> Self {
        self.computed = Some(signature);
        self
    }

    /// Sets the redirect template by which a return is read.
    #[must_use]
    pub const fn template(mut self, template: &'a [u8]) -> Self {
        self.template = Some(template);
        self
    }

    /// Adds other redirect templates, one of which may have made the return.
    #[must_use]
    pub const fn other_templates(mut self, templates: &'a [&'a [u8]]) -> Self {
        self.other_templates = templates;
        self
    }

    /// Adds the values that the integrator expects, as for verification.
    #[must_use]
    pub const fn expect(mut self, expect: &'a [(Field, ExpectedValue<'a>)]) -> Self {
        self.expect = expect;
        self
    }

    /// Sets the URL to which a webhook was sent, which some schemes sign.
    #[must_use]
    pub const fn endpoint(mut self, url: &'a [u8]) -> Self {
        self.endpoint = Some(url);
        self
    }

    /// Sets the current time, in Unix seconds. Without it, no time is checked.
    #[must_use]
    pub const fn now(mut self, seconds: u64) -> Self {
        self.now = Some(seconds);
        self
    }

    /// Sets the maximum age, in seconds. The default is the core's.
    #[must_use]
    pub const fn max_age(mut self, seconds: u64) -> Self {
        self.max_age = Some(seconds);
        self
    }

    /// Sets the tolerance for a message from the future, in seconds. The default is the core's.
    #[must_use]
    pub const fn leeway(mut self, seconds: u64) -> Self {
        self.leeway = Some(seconds);
        self
    }

    /// Refuses a webhook without a `timestamp`, like the core's option of that name.
    #[must_use]
    pub const fn require_timestamp(mut self, required: bool) -> Self {
        self.require_timestamp = required;
        self
    }

    /// Shows or hides the signed text. It is shown by default.
    #[must_use]
    pub const fn values(mut self, shown: bool) -> Self {
        self.values = shown;
        self
    }

    /// Limits the search to this many hashed bytes, and to texts with as many bytes in total. The
    /// default is [`DEFAULT_MAX_BYTES`].
    #[must_use]
    pub const fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("kind", &self.message.kind())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message::{:?}(..)", self.kind())
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").finish_non_exhaustive()
    }
}

impl fmt::Debug for OtherSecret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtherSecret")
            .field("relation", &self.relation)
            .finish_non_exhaustive()
    }
}

/// The progress of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of candidates that were tried.
    pub tried: u64,
    /// An upper bound for the number of candidates.
    pub total: u64,
}

/// Receives the progress of a search. Breaking stops it.
pub(crate) type OnProgress<'p> = &'p mut dyn FnMut(Progress) -> ControlFlow<()>;
