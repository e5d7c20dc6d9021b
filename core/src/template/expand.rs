//! Expanding: a template and the fields of a return become the URL of the return.

use core::fmt;

use super::RedirectTemplate;
use super::climb::{CLIMBS, Segment};
use super::tokens::{TokenKind, Tokens};
use crate::error::{Error, Flaw};
use crate::field::FieldValues;
use crate::returns::{ReturnFields, SignedReturn};
use crate::signature::Signature;
use crate::tag;
use crate::wire::{Field, Message};
use crate::write_query::{write_parameters, write_value};

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
        let values = fields.values();
        values.check(Message::Return)?;
        let tag = tag::read(signature.as_bytes())
            .ok_or_else(|| Error::field(Field::Signature, NOT_SIGNATURE))?;
        self.check_segments(&values)?;
        Ok(SignedReturn {
            template: self.into(),
            values,
            signature: Signature::of(&tag),
        })
    }

    /// Checks that no path segment with a placeholder climbs.
    pub(crate) fn check_segments(&self, values: &FieldValues<'_>) -> Result<(), Error> {
        let path = self.parts.path(self.as_str().as_bytes());
        // The template is text, and cut at ASCII characters.
        let path = core::str::from_utf8(path).unwrap_or_default();
        if self.in_path.is_empty() {
            return Ok(());
        }
        for segment in path.split(['/']) {
            if let Some(field) = Tokens::of(segment).fields().next() {
                let mut read = Segment::default();
                // A signature never contains a dot, so one digit is enough of it.
                let _ = write_tokens(Tokens::of(segment), values, "0", &mut read);
                if read.climbs() {
                    return Err(Error::field(field, CLIMBS));
                }
            }
        }
        Ok(())
    }

    /// Writes the URL, in one pass: a value that looks like a placeholder stays text.
    pub(crate) fn write_expanded(
        &self,
        values: &FieldValues<'_>,
        signature: &Signature,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> fmt::Result {
        let text = self.as_str();
        if self.placeholders.is_empty() {
            self.parts.write_before_parameters(text, out)?;
            write_parameters(Message::Return, values, signature, out)?;
            return out.write_str(self.parts.fragment(text));
        }
        write_tokens(Tokens::of(text), values, signature.as_str(), out)
    }
}

fn write_tokens(
    tokens: Tokens<'_>,
    values: &FieldValues<'_>,
    signature: &str,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    for token in tokens {
        match token.kind {
            TokenKind::Literal(text) => out.write_str(text)?,
            TokenKind::Placeholder(field) => match values.get(field) {
                Some(value) => write_value(value, out)?,
                None => out.write_str(signature)?,
            },
            // `parse` lets none through.
            TokenKind::Fault(_) => {}
        }
    }
    Ok(())
}
