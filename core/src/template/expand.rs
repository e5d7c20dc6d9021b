//! Expanding: a template and the values of a return become the URL of the return.

use core::fmt;

use super::RedirectTemplate;
use super::climb::{CLIMBS, Segment};
use super::tokens::{TokenKind, Tokens};
use crate::error::Error;
use crate::field::ExpectedValue;
use crate::scan::cut_str;
use crate::signature::Signature;
use crate::wire::Field;
use crate::write_query::{write_parameters, write_value};

impl RedirectTemplate<'_> {
    /// Checks that no path segment with a placeholder climbs.
    pub(crate) fn check_segments(
        &self,
        fields: &[(Field, ExpectedValue<'_>)],
    ) -> Result<(), Error> {
        if self.in_path.is_empty() {
            return Ok(());
        }
        let mut path = Some(self.parts.path_text(self.as_str()));
        while let Some(rest) = path {
            let (segment, rest) = match cut_str(rest, b'/') {
                Some((segment, rest)) => (segment, Some(rest)),
                None => (rest, None),
            };
            path = rest;
            let Some(field) = Tokens::of(segment).fields().next() else {
                continue;
            };
            let mut read = Segment::default();
            // As a trait object, it shares the code with other writers.
            let out: &mut dyn fmt::Write = &mut read;
            // A signature never contains a dot, so one digit is enough of it.
            let _ = write_tokens(Tokens::of(segment), fields, "0", out);
            if read.climbs() {
                return Err(Error::field(field, CLIMBS));
            }
        }
        Ok(())
    }

    /// Writes the URL, in one pass: a value that looks like a placeholder stays text.
    pub(crate) fn write_expanded(
        &self,
        fields: &[(Field, ExpectedValue<'_>)],
        signature: &Signature,
        out: &mut (impl fmt::Write + ?Sized),
    ) -> fmt::Result {
        let text = self.as_str();
        if self.placeholders.is_empty() {
            self.parts.write_before_parameters(text, out)?;
            write_parameters(fields, signature, out)?;
            return out.write_str(self.parts.fragment(text));
        }
        write_tokens(Tokens::of(text), fields, signature.as_str(), out)
    }
}

fn write_tokens(
    tokens: Tokens<'_>,
    fields: &[(Field, ExpectedValue<'_>)],
    signature: &str,
    out: &mut (impl fmt::Write + ?Sized),
) -> fmt::Result {
    for token in tokens {
        match token.kind {
            TokenKind::Literal(text) => out.write_str(text)?,
            TokenKind::Placeholder(field) => match fields.iter().find(|(own, _)| *own == field) {
                Some((_, value)) => write_value(*value, out)?,
                None => out.write_str(signature)?,
            },
            // `parse` lets none through.
            TokenKind::Fault(_) => {}
        }
    }
    Ok(())
}
