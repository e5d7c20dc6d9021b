//! The link to Visiono: its URL, its fields, and a verified one.

use core::fmt;

use crate::buffer::write_to_slice;
use crate::code::Code;
use crate::error::{Error, Flaw, Other, Subject};
use crate::field::{ExpectedValue, FieldValues};
use crate::parameters::held_fields;
use crate::percent::ByteClass;
use crate::signature::Signature;
use crate::text::{FieldText, utf8};
use crate::url::{self, Parts};
use crate::verify::Verified;
use crate::wire::{Field, LINK_PREFIX, Message};
use crate::write_query::write_parameters;

/// The Smart Link that a signed link is built from.
///
/// # Examples
///
/// ```
/// use visiono_workflow::LinkUrl;
///
/// assert_eq!(
///     LinkUrl::from_slug("damage-report")?.to_string(),
///     "https://visiono.io/s/damage-report",
/// );
/// LinkUrl::parse("https://tenant.visio.now/fleet-inspection?lang=it")?;
/// # Ok::<(), visiono_workflow::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct LinkUrl<'a> {
    prefix: &'static str,
    text: &'a str,
    parts: Parts,
}

impl<'a> LinkUrl<'a> {
    /// Returns `https://visiono.io/s/{slug}`.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidField`], naming `slug`, if it is not one or more of `A-Z a-z 0-9 - . _ ~`,
    /// or is `.` or `..`.
    pub fn from_slug<T: AsRef<[u8]> + ?Sized>(slug: &'a T) -> Result<Self, Error> {
        let slug = slug.as_ref();
        let is_slug =
            !matches!(slug, b"" | b"." | b"..") && !ByteClass::of(slug).has(ByteClass::RESERVED);
        match core::str::from_utf8(slug) {
            Ok(text) if is_slug => Ok(Self {
                prefix: LINK_PREFIX,
                text,
                parts: Parts::of(slug),
            }),
            _ => Err(Error::new(
                Code::InvalidField,
                "the slug must be of A-Z a-z 0-9 - . _ ~, and not '.' or '..': copy it from the \
                 end of the Smart Link, or pass the whole link as a URL",
            )
            .naming_other(Other::Slug)),
        }
    }

    /// Reads any link URL: `https://` with a host, or `http://` to this machine, with a query and
    /// a fragment of its own if it has them (`docs/protocol.md`, section 4).
    ///
    /// # Errors
    ///
    /// [`Code::InvalidUrl`] if it is something else, is not UTF-8, or if its query already
    /// contains one of the five parameters of a link or a look-alike of one.
    pub fn parse<T: AsRef<[u8]> + ?Sized>(url: &'a T) -> Result<Self, Error> {
        let invalid = |flaw: Flaw| Error::new(Code::InvalidUrl, flaw.0).starting(Subject::LinkUrl);
        let text = utf8(url.as_ref()).map_err(invalid)?;
        url::check(text).map_err(invalid)?;
        let parts = Parts::of(text.as_bytes());
        match held_fields(&parts, text, Message::Link).first() {
            Some(field) => Err(Error::new(
                Code::InvalidUrl,
                "is already in the link URL, or a name that some decoders take for it: remove it",
            )
            .about(field.into())),
            None => Ok(Self {
                prefix: "",
                text,
                parts,
            }),
        }
    }

    /// Returns the link of a slug or the one that a URL is, for languages in which either may be
    /// absent.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`] unless exactly one of them is there; those of
    /// [`from_slug`](Self::from_slug) and [`parse`](Self::parse).
    pub fn from_slug_or_url(slug: Option<&'a [u8]>, url: Option<&'a [u8]>) -> Result<Self, Error> {
        match (slug, url) {
            (Some(slug), None) => Self::from_slug(slug),
            (None, Some(url)) => Self::parse(url),
            (None, None) | (Some(_), Some(_)) => Err(Error::invalid_argument(
                "pass either the slug of the Smart Link or the link as a URL",
            )),
        }
    }
}

impl fmt::Display for LinkUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.prefix)?;
        f.write_str(self.text)
    }
}

impl fmt::Debug for LinkUrl<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LinkUrl({self})")
    }
}

/// The fields of a link.
///
/// Text is signed byte for byte: nothing is trimmed or normalized. It must not be empty and must
/// not contain `|`, a control character or a line separator (`docs/protocol.md`, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkFields<'a> {
    // cargo xtask generate: link except Signature
    // /// `{short}`: {doc}{/, at most 4294967295/, below 100000000000}.
    // pub {long}: {&'a str/u64/u64},
    /// `uv`: the documented item: an order or a license plate.
    pub unique_value: &'a str,
    /// `src`: the system that sends the person, such as `zendesk`.
    pub source: &'a str,
    /// `ref`: the record in that system, such as `ticket-456`.
    pub reference: &'a str,
    /// `ts`: the time of signing, in Unix seconds, below 100000000000.
    pub timestamp: u64,
    // end generated
}

impl<'a> LinkFields<'a> {
    /// Returns the fields that are signed, in order.
    pub(crate) const fn signed(&self) -> [(Field, ExpectedValue<'a>); Message::SIGNED_IN_LINK] {
        [
            // cargo xtask generate: link except Signature
            // (Field::{variant}, ExpectedValue::{Text/Number/Number}(self.{long})),
            (Field::UniqueValue, ExpectedValue::Text(self.unique_value)),
            (Field::Source, ExpectedValue::Text(self.source)),
            (Field::Reference, ExpectedValue::Text(self.reference)),
            (Field::Timestamp, ExpectedValue::Number(self.timestamp)),
            // end generated
        ]
    }
}

/// A signed link. It prints as the URL to send a person to.
///
/// It borrows its parts and is written only on demand: with `to_string()`, or
/// without an allocator with [`write_to`](Self::write_to) and
/// [`write_to_slice`](Self::write_to_slice).
#[derive(Clone)]
pub struct SignedLink<'a> {
    pub(crate) url: LinkUrl<'a>,
    pub(crate) fields: [(Field, ExpectedValue<'a>); Message::SIGNED_IN_LINK],
    pub(crate) signature: Signature,
}

impl SignedLink<'_> {
    /// Returns the signature by itself.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Writes the URL, after what the writer has already. So a loop that clears one buffer signs
    /// without an allocation for each link.
    ///
    /// # Errors
    ///
    /// Only what the writer itself returns.
    ///
    /// # Examples
    ///
    /// ```
    /// # use visiono_workflow::*;
    /// # let workflow = Workflow::new(WorkflowSecret::new("0123456789abcdef0123456789abcdef")?)?;
    /// let url = LinkUrl::from_slug("damage-report")?;
    /// let mut links = String::new();
    /// for reference in ["ticket-456", "ticket-457"] {
    ///     let fields = LinkFields { unique_value: "A", source: "zendesk", reference, timestamp: 0 };
    ///     // Writing to a `String` doesn't fail.
    ///     let _ = workflow.sign_link(&url, &fields)?.write_to(&mut links);
    ///     links.push('\n');
    /// }
    /// assert_eq!(links.lines().count(), 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn write_to(&self, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
        let url = &self.url;
        out.write_str(url.prefix)?;
        url.parts.write_before_parameters(url.text, out)?;
        write_parameters(&self.fields, &self.signature, out)?;
        out.write_str(url.parts.fragment(url.text))
    }

    /// Writes the URL into the start of a buffer, and returns it.
    ///
    /// # Errors
    ///
    /// [`Code::BufferTooSmall`] with the required length
    /// in bytes ([`Error::needed`]); nothing is written then.
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

/// The field values that a caller expects of a link.
///
/// # Examples
///
/// ```
/// use visiono_workflow::ExpectLink;
///
/// let expect = ExpectLink::new().source("zendesk").reference("ticket-456");
/// ```
#[derive(Clone, Copy)]
pub struct ExpectLink<'a>(pub(crate) FieldValues<'a>);

impl<'a> ExpectLink<'a> {
    /// Expects nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(FieldValues::NONE)
    }

    // cargo xtask generate: link except Signature
    //
    // /// Expects this `{short}`{//, in Unix seconds}.
    // #[must_use]
    // pub const fn {long}(self, {text: &'a str/count: u64/seconds: u64}) -> Self {
    //     Self(self.0.with_{text/number/number}(Field::{variant}, {text/count/seconds}))
    // }

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
    // end generated

    /// Expects a value of a field, in a language where a name or a value may be absent or wrong.
    ///
    /// # Errors
    ///
    /// [`Code::InvalidArgument`] if there is no value, if a link
    /// has no such field, or if it is the signature: a check must not turn itself off. The value
    /// itself is checked at verification.
    pub fn field(self, field: Field, value: Option<ExpectedValue<'a>>) -> Result<Self, Error> {
        let mut expect = self;
        expect.set_field(field, value)?;
        Ok(expect)
    }

    /// Expects the same in place, for a loop over fields.
    ///
    /// # Errors
    ///
    /// Those of [`field`](Self::field).
    pub fn set_field(
        &mut self,
        field: Field,
        value: Option<ExpectedValue<'a>>,
    ) -> Result<(), Error> {
        self.0.expect(Message::Link, field, value)
    }

    /// Expects the values of several fields, one entry for each, in a language where a name or a
    /// value may be absent or wrong. Rules: `docs/protocol.md`, section 5.
    ///
    /// # Errors
    ///
    /// The first entry that is an error itself, those of [`field`](Self::field), and
    /// [`Code::InvalidArgument`] for a second entry for a field.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{ExpectLink, Field};
    ///
    /// let entry = Ok((Field::Reference, Some("ticket-456".into())));
    /// assert!(ExpectLink::from_entries([entry]).is_ok());
    /// assert!(ExpectLink::from_entries([entry, entry]).is_err());
    /// ```
    pub fn from_entries(
        entries: impl IntoIterator<Item = Result<(Field, Option<ExpectedValue<'a>>), Error>>,
    ) -> Result<Self, Error> {
        FieldValues::expect_all(Message::Link, entries).map(Self)
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
    // cargo xtask generate: link except Signature
    //
    // /// Returns `{short}`: {doc}.
    // #[must_use]
    // pub fn {long}(&self) -> {FieldText<'a>/u32/u64} {
    //     self.0.{text/count/number}(Field::{variant})
    // }

    /// Returns `uv`: the documented item: an order or a license plate.
    #[must_use]
    pub fn unique_value(&self) -> FieldText<'a> {
        self.0.text(Field::UniqueValue)
    }

    /// Returns `src`: the system that sends the person, such as `zendesk`.
    #[must_use]
    pub fn source(&self) -> FieldText<'a> {
        self.0.text(Field::Source)
    }

    /// Returns `ref`: the record in that system, such as `ticket-456`.
    #[must_use]
    pub fn reference(&self) -> FieldText<'a> {
        self.0.text(Field::Reference)
    }

    /// Returns `ts`: the time of signing, in Unix seconds.
    #[must_use]
    pub fn timestamp(&self) -> u64 {
        self.0.number(Field::Timestamp)
    }
    // end generated

    /// Returns the position of the secret that signed it, from 0.
    #[must_use]
    pub const fn secret_index(&self) -> usize {
        self.0.secret_index
    }
}

impl fmt::Debug for VerifiedLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedLink")
            // cargo xtask generate: link except Signature
            // .field("{long}", &self.{long}())
            .field("unique_value", &self.unique_value())
            .field("source", &self.source())
            .field("reference", &self.reference())
            .field("timestamp", &self.timestamp())
            // end generated
            .field("secret_index", &self.secret_index())
            .finish()
    }
}
