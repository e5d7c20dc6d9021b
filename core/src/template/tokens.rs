//! A template, cut into literals and placeholders.

use crate::code::Code;
use crate::error::{Error, Flaw, Subject};
use crate::scan::find;
use crate::wire::{Field, Fields};

/// A token of a template, and its position in bytes.
pub(super) struct Token<'t> {
    pub(super) at: usize,
    pub(super) kind: TokenKind<'t>,
}

pub(super) enum TokenKind<'t> {
    Literal(&'t str),
    Placeholder(Field),
    Fault(Flaw),
}

const UNKNOWN: Flaw = Flaw(concat!(
    "is a placeholder of no known name: use",
    // cargo xtask generate: return
    // " {long}{,| or|}",
    " submission_id,",
    " unique_value,",
    " reference,",
    " photo_count,",
    " timestamp or",
    " signature",
    // end generated
));
const UNCLOSED: Flaw = Flaw("is a '{' without a '}': close it, or write %7B for a brace");
const STRAY: Flaw = Flaw("is a '}' without a '{': remove it, or write %7D for a brace");

/// The tokens of a template, or of a part of one.
#[derive(Clone)]
pub(super) struct Tokens<'t> {
    rest: &'t str,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) const fn of(text: &'t str) -> Self {
        Self { rest: text, at: 0 }
    }

    /// Returns the fields that have a placeholder.
    pub(super) fn fields(self) -> impl Iterator<Item = Field> {
        self.filter_map(|token| match token.kind {
            TokenKind::Placeholder(field) => Some(field),
            TokenKind::Literal(_) | TokenKind::Fault(_) => None,
        })
    }

    fn take(&mut self, len: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.at = self.at.saturating_add(taken.len());
        taken
    }
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Self::Item> {
        let at = self.at;
        let bytes = self.rest.as_bytes();
        let kind = match bytes.first()? {
            b'{' => match find(bytes, b"}") {
                Some(end) => {
                    let taken = self.take(end.saturating_add(1));
                    let name = taken.get(1..end).unwrap_or_default();
                    match placeholder(name.as_bytes()) {
                        Some(field) => TokenKind::Placeholder(field),
                        None => TokenKind::Fault(UNKNOWN),
                    }
                }
                None => {
                    self.take(self.rest.len());
                    TokenKind::Fault(UNCLOSED)
                }
            },
            b'}' => {
                self.take(1);
                TokenKind::Fault(STRAY)
            }
            _ => {
                let end = find(bytes, b"{}").unwrap_or(bytes.len());
                TokenKind::Literal(self.take(end))
            }
        };
        Some(Token { at, kind })
    }
}

/// Returns the field whose placeholder has this name.
#[inline(never)]
pub(super) fn placeholder(name: &[u8]) -> Option<Field> {
    Fields::RETURN
        .iter()
        .find(|field| field.long_name().as_bytes() == name)
}

/// Returns the error about the template's text at this position, in bytes.
pub(super) fn at_byte(position: usize, flaw: Flaw) -> Error {
    Error::new(Code::InvalidTemplate, flaw.0)
        .starting(Subject::TemplateByte)
        .with_number(position as u64)
}
