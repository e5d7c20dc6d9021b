//! The return from Visiono: its fields, and a verified one.

use core::fmt;

use crate::buffer::write_to_slice;
use crate::error::{Error, Flaw};
use crate::field::{ExpectedValue, FieldValues};
use crate::signature::Signature;
use crate::tag;
use crate::template::RedirectTemplate;
use crate::text::FieldText;
use crate::verify::Verified;
use crate::wire::{Field, Message};

/// The fields of a return. The rules are those of [`LinkFields`](crate::LinkFields).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnFields<'a> {
    // cargo xtask generate: return except Signature
    // /// `{short}`: {doc}{/, at most 4294967295/, below 100000000000}.
    // pub {long}: {&'a str/u64/u64},
    /// `sub`: the ID of the submission at Visiono, such as `pls_123`.
    pub submission_id: &'a str,
    /// `uv`: the documented item: an order or a license plate.
    pub unique_value: &'a str,
    /// `ref`: the record in that system, such as `ticket-456`.
    pub reference: &'a str,
    /// `cnt`: the number of uploaded photos, at most 4294967295.
    pub photo_count: u64,
    /// `ts`: the time of signing, in Unix seconds, below 100000000000.
    pub timestamp: u64,
    // end generated
}

impl<'a> ReturnFields<'a> {
    /// Returns the fields that are signed, in order.
    pub(crate) const fn signed(&self) -> [(Field, ExpectedValue<'a>); Message::SIGNED_IN_RETURN] {
        [
            // cargo xtask generate: return except Signature
            // (Field::{variant}, ExpectedValue::{Text/Number/Number}(self.{long})),
            (Field::SubmissionId, ExpectedValue::Text(self.submission_id)),
            (Field::UniqueValue, ExpectedValue::Text(self.unique_value)),
            (Field::Reference, ExpectedValue::Text(self.reference)),
            (Field::PhotoCount, ExpectedValue::Number(self.photo_count)),
            (Field::Timestamp, ExpectedValue::Number(self.timestamp)),
            // end generated
        ]
    }
}

const NOT_SIGNATURE: Flaw = Flaw("must be 64 lowercase hex digits");

impl RedirectTemplate<'_> {
    /// Puts the fields of a return, with a signature that was made elsewhere, into the template.
    ///
    /// To sign and expand in one step, use [`Workflow::sign_return`](crate::Workflow::sign_return).
    /// The signature is not verified here: that takes the secret.
    ///
    /// # Errors
    ///
    /// Those of [`Workflow::sign_return`](crate::Workflow::sign_return), and
    /// [`Code::InvalidField`](crate::Code::InvalidField), naming `sig`, if the signature is not 64
    /// lowercase hex digits.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{RedirectTemplate, ReturnFields};
    ///
    /// let template = RedirectTemplate::parse("https://a.example/{reference}?sig={signature}")?;
    /// let fields = ReturnFields {
    ///     submission_id: "pls_123",
    ///     unique_value: "ABC123",
    ///     reference: "ticket 456",
    ///     photo_count: 5,
    ///     timestamp: 1705500100,
    /// };
    /// let signature = "1712c74befb1b1e1baea9f62fb5d7fefc49cf4f6118744e627d8e8967220d5d5";
    /// assert_eq!(
    ///     template.expand(&fields, signature)?.to_string(),
    ///     format!("https://a.example/ticket%20456?sig={signature}"),
    /// );
    /// # Ok::<(), visiono_workflow::Error>(())
    /// ```
    pub fn expand<'a>(
        &'a self,
        fields: &ReturnFields<'a>,
        signature: &str,
    ) -> Result<SignedReturn<'a>, Error> {
        SignedReturn::of(self.into(), fields, &|_| {
            tag::read(signature.as_bytes())
                .map(|tag| Signature::of(&tag))
                .ok_or(Error::field(Field::Signature, NOT_SIGNATURE))
        })
    }
}

/// A signed return. It prints as the URL that the browser is sent back to.
///
/// Like [`SignedLink`](crate::SignedLink), it is written only on demand.
#[derive(Clone)]
pub struct SignedReturn<'a> {
    pub(crate) template: RedirectTemplate<'a>,
    pub(crate) fields: [(Field, ExpectedValue<'a>); Message::SIGNED_IN_RETURN],
    pub(crate) signature: Signature,
}

impl<'a> SignedReturn<'a> {
    /// Checks the fields, and signs them.
    #[inline(never)]
    pub(crate) fn of(
        template: RedirectTemplate<'a>,
        fields: &ReturnFields<'a>,
        sign: &dyn Fn(&FieldValues<'a>) -> Result<Signature, Error>,
    ) -> Result<Self, Error> {
        let fields = fields.signed();
        let values = FieldValues::of(&fields);
        values.check(Message::Return)?;
        let signature = sign(&values)?;
        template.check_segments(&fields)?;
        Ok(Self {
            template,
            fields,
            signature,
        })
    }
}

impl SignedReturn<'_> {
    /// Returns the signature by itself.
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
        self.template
            .write_expanded(&self.fields, &self.signature, out)
    }

    /// Writes the URL into the start of a buffer, and returns it.
    ///
    /// # Errors
    ///
    /// [`Code::BufferTooSmall`](crate::Code::BufferTooSmall) with the required length
    /// in bytes ([`Error::needed`]); nothing is written then.
    pub fn write_to_slice<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b str, Error> {
        write_to_slice(self, buffer)
    }
}

impl fmt::Display for SignedReturn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_to(f)
    }
}

impl fmt::Debug for SignedReturn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedReturn")
            .field("template", &self.template)
            .finish_non_exhaustive()
    }
}

/// The field values that a caller expects of a return.
///
/// If the return carries the field, the two are compared: this stops a genuine return
/// for one ticket from being used on another. If it doesn't (the documented template carries
/// neither `uv` nor `cnt` nor `ts`), the expected value takes its place, and the signature decides.
///
/// # Examples
///
/// ```
/// use visiono_workflow::ExpectReturn;
///
/// let expect = ExpectReturn::new().unique_value("ABC123").reference("ticket-456");
/// ```
#[derive(Clone, Copy)]
pub struct ExpectReturn<'a>(pub(crate) FieldValues<'a>);

impl<'a> ExpectReturn<'a> {
    /// Expects nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(FieldValues::NONE)
    }

    // cargo xtask generate: return except Signature
    //
    // /// Expects this `{short}`{//, in Unix seconds}.
    // #[must_use]
    // pub const fn {long}(self, {text: &'a str/count: u64/seconds: u64}) -> Self {
    //     Self(self.0.with_{text/number/number}(Field::{variant}, {text/count/seconds}))
    // }

    /// Expects this `sub`.
    #[must_use]
    pub const fn submission_id(self, text: &'a str) -> Self {
        Self(self.0.with_text(Field::SubmissionId, text))
    }

    /// Expects this `uv`.
    #[must_use]
    pub const fn unique_value(self, text: &'a str) -> Self {
        Self(self.0.with_text(Field::UniqueValue, text))
    }

    /// Expects this `ref`.
    #[must_use]
    pub const fn reference(self, text: &'a str) -> Self {
        Self(self.0.with_text(Field::Reference, text))
    }

    /// Expects this `cnt`.
    #[must_use]
    pub const fn photo_count(self, count: u64) -> Self {
        Self(self.0.with_number(Field::PhotoCount, count))
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
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) if there is no value, if a return
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
        self.0.expect(Message::Return, field, value)
    }

    /// Expects the values of several fields, one entry for each, in a language where a name or a
    /// value may be absent or wrong. Rules: `docs/protocol.md`, section 5.
    ///
    /// # Errors
    ///
    /// The first entry that is an error itself, those of [`field`](Self::field), and
    /// [`Code::InvalidArgument`](crate::Code::InvalidArgument) for a second entry for a field.
    ///
    /// # Examples
    ///
    /// ```
    /// use visiono_workflow::{ExpectReturn, Field};
    ///
    /// let entry = Ok((Field::Reference, Some("ticket-456".into())));
    /// assert!(ExpectReturn::from_entries([entry]).is_ok());
    /// assert!(ExpectReturn::from_entries([entry, entry]).is_err());
    /// ```
    pub fn from_entries(
        entries: impl IntoIterator<Item = Result<(Field, Option<ExpectedValue<'a>>), Error>>,
    ) -> Result<Self, Error> {
        FieldValues::expect_all(Message::Return, entries).map(Self)
    }
}

impl Default for ExpectReturn<'_> {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ExpectReturn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpectReturn").finish_non_exhaustive()
    }
}

/// A return that passed every check. Only
/// [`Workflow::verify_return`](crate::Workflow::verify_return) makes one.
#[derive(Clone, Copy)]
pub struct VerifiedReturn<'a>(pub(crate) Verified<'a>);

impl<'a> VerifiedReturn<'a> {
    // cargo xtask generate: return except Signature
    //
    // /// Returns `{short}`: {doc}.
    // #[must_use]
    // pub fn {long}(&self) -> {FieldText<'a>/u32/u64} {
    //     self.0.{text/count/number}(Field::{variant})
    // }

    /// Returns `sub`: the ID of the submission at Visiono, such as `pls_123`.
    #[must_use]
    pub fn submission_id(&self) -> FieldText<'a> {
        self.0.text(Field::SubmissionId)
    }

    /// Returns `uv`: the documented item: an order or a license plate.
    #[must_use]
    pub fn unique_value(&self) -> FieldText<'a> {
        self.0.text(Field::UniqueValue)
    }

    /// Returns `ref`: the record in that system, such as `ticket-456`.
    #[must_use]
    pub fn reference(&self) -> FieldText<'a> {
        self.0.text(Field::Reference)
    }

    /// Returns `cnt`: the number of uploaded photos.
    #[must_use]
    pub fn photo_count(&self) -> u32 {
        self.0.count(Field::PhotoCount)
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

impl fmt::Debug for VerifiedReturn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedReturn")
            // cargo xtask generate: return except Signature
            // .field("{long}", &self.{long}())
            .field("submission_id", &self.submission_id())
            .field("unique_value", &self.unique_value())
            .field("reference", &self.reference())
            .field("photo_count", &self.photo_count())
            .field("timestamp", &self.timestamp())
            // end generated
            .field("secret_index", &self.secret_index())
            .finish()
    }
}
