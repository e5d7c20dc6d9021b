//! Expanding: a template and the fields of a return become the URL of the return.

use core::fmt;

use crate::error::{Error, ValueFault};
use crate::field::Contents;
use crate::parameters::{write_content, write_parameters};
use crate::redirect::{ReturnFields, SignedReturn};
use crate::signature::{self, Signature};
use crate::template::{RedirectTemplate, TokenKind, Tokens};
use crate::wire::{Field, Fields, Message};

impl<'t> RedirectTemplate<'t> {
    /// Puts the fields of a return, with a signature that was made elsewhere, into the template.
    ///
    /// To sign and expand in one step, use [`Workflow::sign_return`](crate::Workflow::sign_return).
    /// Whether the signature is right isn't looked at here, which would take the secret.
    ///
    /// # Errors
    ///
    /// Those of [`Workflow::sign_return`](crate::Workflow::sign_return), and
    /// [`Code::InvalidField`](crate::Code::InvalidField), naming `sig`, if the signature is not 64
    /// lower-case hexadecimal digits.
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
    ) -> Result<SignedReturn<'a>, Error>
    where
        't: 'a,
    {
        let contents = fields.contents();
        self.check_expandable(&contents)?;
        let tag = signature::read(signature.as_bytes())
            .ok_or_else(|| Error::field(Field::Signature.into(), ValueFault::NotSignature))?;
        Ok(SignedReturn {
            template: self,
            contents,
            signature: Signature::of(&tag),
        })
    }

    /// Checks that these values can be signed and put into this template.
    pub(crate) fn check_expandable(&self, contents: &Contents<'_>) -> Result<(), Error> {
        // A template without placeholders gets the standard parameters, so it can't hold one.
        self.appendable?;
        contents.check(Message::Return)?;
        self.check_segments(contents)
    }

    /// Checks that no path segment would come out as `.` or `..`, which browsers climb with.
    fn check_segments(&self, contents: &Contents<'_>) -> Result<(), Error> {
        for segment in self.parts().path.split(['/']) {
            let fields = Tokens::of(segment)
                .fields()
                .fold(Fields::NONE, Fields::with);
            let mut start = Segment::default();
            // A signature is never made of dots, so one digit is enough of it.
            let written = write_tokens(Tokens::of(segment), contents, "0", &mut start);
            if !fields.is_empty() && written.is_ok() && start.is_dots() {
                return Err(Error::field(fields, ValueFault::DotSegment));
            }
        }
        Ok(())
    }

    /// Writes the URL, in one pass: a value that looks like a placeholder stays text.
    pub(crate) fn write_expanded(
        &self,
        contents: &Contents<'_>,
        signature: &Signature,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> fmt::Result {
        if self.placeholders.is_empty() {
            let parts = self.parts();
            parts.write_before_parameters(out)?;
            write_parameters(Message::Return, contents, signature, out)?;
            return out.write_str(parts.fragment);
        }
        write_tokens(Tokens::of(self.as_str()), contents, signature.as_str(), out)
    }
}

fn write_tokens(
    tokens: Tokens<'_>,
    contents: &Contents<'_>,
    signature: &str,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    for token in tokens {
        match token.kind {
            TokenKind::Literal(text) => out.write_str(text)?,
            TokenKind::Placeholder(field) => match contents.get(field) {
                Some(content) => write_content(content, out)?,
                None => out.write_str(signature)?,
            },
            // `parse` lets none through.
            TokenKind::Fault(_) => {}
        }
    }
    Ok(())
}

/// The start of a path segment as it will stand in the URL: `%2e%2e` has six bytes, and what has
/// more is no dot segment.
#[derive(Default)]
struct Segment {
    start: [u8; 7],
    len: usize,
}

impl fmt::Write for Segment {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            // An error ends the writing of what is longer.
            *self.start.get_mut(self.len).ok_or(fmt::Error)? = byte;
            self.len = self.len.saturating_add(1);
        }
        Ok(())
    }
}

impl Segment {
    /// Whether it is one or two dots, each as it is or percent-encoded (the URL standard's
    /// single-dot and double-dot path segments).
    fn is_dots(&self) -> bool {
        let mut rest = self.start.get(..self.len).unwrap_or_default();
        let mut dots = 0_u8;
        while !rest.is_empty() {
            rest = match rest {
                [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
                _ => return false,
            };
            dots = dots.saturating_add(1);
        }
        matches!(dots, 1 | 2)
    }
}
