//! The link to Visiono: what goes into one, and what comes out of a verified one.

use core::fmt;

use crate::buffer::write_to_slice;
use crate::error::Error;
use crate::field::{Content, Contents};
use crate::parameters::write_parameters;
use crate::signature::Signature;
use crate::url::LinkUrl;
use crate::value::Value;
use crate::verify::Verified;
use crate::wire::{Field, Message};

/// What a link says.
///
/// Text is signed byte for byte: nothing is trimmed or normalised. It may not be empty and may
/// not contain `|` or a control character (`docs/protocol.md`, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkFields<'a> {
    /// `uv`: what is being documented, an order or a number plate.
    pub unique_value: &'a str,
    /// `src`: the system that sends the person, such as `zendesk`.
    pub source: &'a str,
    /// `ref`: the record in that system, such as `ticket-456`.
    pub reference: &'a str,
    /// `ts`: now, in Unix seconds, below 100000000000.
    pub timestamp: u64,
}

impl<'a> LinkFields<'a> {
    pub(crate) const fn contents(&self) -> Contents<'a> {
        Contents::NONE
            .with_text(Field::UniqueValue, self.unique_value)
            .with_text(Field::Source, self.source)
            .with_text(Field::Reference, self.reference)
            .with_number(Field::Timestamp, self.timestamp)
    }
}

/// A signed link. It prints as the URL to send a person to.
///
/// It borrows what it was made from, and is written out only when asked: with `to_string()`, or
/// without an allocator with [`write_to`](Self::write_to) and
/// [`write_to_slice`](Self::write_to_slice).
#[derive(Clone)]
pub struct SignedLink<'a> {
    pub(crate) url: LinkUrl<'a>,
    pub(crate) contents: Contents<'a>,
    pub(crate) signature: Signature,
}

impl SignedLink<'_> {
    /// The signature by itself.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Writes the URL.
    ///
    /// # Errors
    ///
    /// Only what the writer itself returns.
    pub fn write_to(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        self.url.write_before_parameters(out)?;
        write_parameters(Message::Link, &self.contents, &self.signature, out)?;
        out.write_str(self.url.fragment())
    }

    /// Writes the URL into the start of a buffer, and returns it.
    ///
    /// # Errors
    ///
    /// [`Code::BufferTooSmall`](crate::Code::BufferTooSmall) with the number of bytes that would
    /// do ([`Error::needed`]); nothing is written then.
    ///
    /// # Examples
    ///
    /// ```
    /// # use visiono_workflow::*;
    /// # let workflow = Workflow::new(WorkflowSecret::new("0123456789abcdef0123456789abcdef")?)?;
    /// # let fields = LinkFields { unique_value: "A", source: "zendesk", reference: "t-1", timestamp: 0 };
    /// let link = workflow.sign_link(&LinkUrl::from_slug("a")?, &fields)?;
    /// let mut buffer = [0; 256];
    /// assert!(link.write_to_slice(&mut buffer)?.starts_with("https://visiono.io/s/a?uv=A&"));
    /// assert_eq!(link.write_to_slice(&mut [0; 9]).unwrap_err().needed(), Some(121));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn write_to_slice<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, Error> {
        write_to_slice(self, buffer)
    }
}

impl fmt::Display for SignedLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl fmt::Debug for SignedLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedLink")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// What a caller knows of a link that is to be verified.
///
/// # Examples
///
/// ```
/// use visiono_workflow::ExpectLink;
///
/// let expect = ExpectLink::new().source("zendesk").reference("ticket-456");
/// ```
#[derive(Clone, Copy)]
pub struct ExpectLink<'a>(pub(crate) Contents<'a>);

impl<'a> ExpectLink<'a> {
    /// Nothing is known.
    #[must_use]
    pub const fn new() -> Self {
        Self(Contents::NONE)
    }

    /// Expects this `uv`.
    #[must_use]
    pub const fn unique_value(self, text: &'a str) -> Self {
        Self(self.0.with_text(Field::UniqueValue, text))
    }

    /// Expects this `src`.
    #[must_use]
    pub const fn source(self, text: &'a str) -> Self {
        Self(self.0.with_text(Field::Source, text))
    }

    /// Expects this `ref`.
    #[must_use]
    pub const fn reference(self, text: &'a str) -> Self {
        Self(self.0.with_text(Field::Reference, text))
    }

    /// Expects this `ts`, in Unix seconds.
    #[must_use]
    pub const fn timestamp(self, seconds: u64) -> Self {
        Self(self.0.with_number(Field::Timestamp, seconds))
    }

    /// Expects a value that came as text, for a field that a link has.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) if a link has no such field, or it is
    /// the signature. The value itself is checked at verification.
    pub fn field(self, field: Field, text: &'a str) -> Result<Self, Error> {
        let mut expect = self;
        expect
            .0
            .set(field, Content::expected(Message::Link, field, text)?);
        Ok(expect)
    }
}

impl Default for ExpectLink<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ExpectLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpectLink").finish_non_exhaustive()
    }
}

/// A link that passed every check. Only [`Workflow::verify_link`](crate::Workflow::verify_link)
/// makes one.
#[derive(Clone, Copy)]
pub struct VerifiedLink<'a>(pub(crate) Verified<'a>);

impl<'a> VerifiedLink<'a> {
    /// `uv`: what is being documented.
    #[must_use]
    pub fn unique_value(&self) -> Value<'a> {
        self.0.text(Field::UniqueValue)
    }

    /// `src`: the system that sent the person.
    #[must_use]
    pub fn source(&self) -> Value<'a> {
        self.0.text(Field::Source)
    }

    /// `ref`: the record in that system.
    #[must_use]
    pub fn reference(&self) -> Value<'a> {
        self.0.text(Field::Reference)
    }

    /// `ts`: when the link was signed, in Unix seconds.
    #[must_use]
    pub fn timestamp(&self) -> u64 {
        self.0.number(Field::Timestamp)
    }

    /// Which of the secrets signed it, from 0.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.0.secret_index
    }
}

impl fmt::Debug for VerifiedLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedLink")
            .field("unique_value", &self.unique_value())
            .field("source", &self.source())
            .field("reference", &self.reference())
            .field("timestamp", &self.timestamp())
            .field("secret_index", &self.secret_index())
            .finish()
    }
}
