//! Extracting, the inverse of expanding: the fields of a return are read from a received URL,
//! where the template has placeholders.

use super::RedirectTemplate;
use super::climb::{self, CLIMBS};
use super::extractable::MOST_NAMES;
use super::tokens::placeholder;
use crate::error::Flaw;
use crate::input::Input;
use crate::look_alike::Forms;
use crate::parameters::Parameters;
use crate::percent::Encoding;
use crate::query::Piece;
use crate::scan::{Split, cut};
use crate::text::FieldText;
use crate::wire::{Field, Fields, Message};

const NO_LITERAL: Flaw = Flaw("lacks the redirect template's text beside it");

/// A path segment or a parameter's value that contains one placeholder.
#[derive(Clone, Copy)]
struct Pattern<'t> {
    before: &'t [u8],
    field: Field,
    after: &'t [u8],
}

impl<'t> Pattern<'t> {
    /// Parses a segment or value. Returns `None` if it contains no placeholder.
    fn of(text: &'t [u8]) -> Option<Self> {
        let (before, rest) = cut(text, b'{')?;
        let (name, after) = cut(rest, b'}')?;
        Some(Self {
            before,
            field: placeholder(name)?,
            after,
        })
    }

    fn in_value(piece: &Piece<'t>) -> Option<Self> {
        Self::of(piece.value.raw())
    }

    /// Reads the value from a parameter. A raw `;` where the template has none, or the reverse,
    /// is another text to some decoders.
    fn read<'a>(&self, wanted: &Piece<'_>, piece: &Piece<'a>) -> Result<FieldText<'a>, Flaw> {
        match piece.is_split() == wanted.is_split() {
            true => self.value(piece.value),
            false => None,
        }
        .ok_or(NO_LITERAL)
    }

    /// Returns the text in the placeholder's place.
    fn value<'a>(&self, text: FieldText<'a>) -> Option<FieldText<'a>> {
        text.strip_literals(self.before, self.after)
    }
}

impl RedirectTemplate<'_> {
    /// Reads a return from where the placeholders are.
    pub(crate) fn extract<'a>(&self, input: &Input<'a>, parameters: &mut Parameters<'a>) {
        if self.placeholders.is_empty() {
            parameters.read(input, Message::Return);
        } else {
            parameters.required = self.sent();
            parameters.unsent = self.missing();
        }
        let mut is_own = true;
        if !self.in_path.is_empty() {
            match input.path() {
                Some(path) => is_own = self.read_path(path, parameters),
                // A router may have read a path in it.
                None if input.may_be_url() => {}
                // Without a path, expected values may replace the path's fields.
                None => parameters.required = self.in_query,
            }
        }
        if !is_own || !self.read_query(input, parameters) {
            *parameters = Parameters::foreign(self.sent());
        }
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> + Clone {
        self.parts.pieces(self.as_str())
    }

    /// Returns the parameters that the template writes out.
    pub(super) fn literals(&self) -> impl Iterator<Item = Piece<'_>> {
        self.pieces()
            .filter(|piece| Pattern::in_value(piece).is_none())
    }

    /// Reads the fields in the path. Returns `false` if the template cannot have made it.
    fn read_path<'a>(&self, path: &'a [u8], parameters: &mut Parameters<'a>) -> bool {
        let template = self.parts.path(self.as_str().as_bytes());
        let mut segments = Split::of(path, b'/');
        for wanted in Split::of(template, b'/') {
            let Some(raw) = segments.next() else {
                return false;
            };
            let text = FieldText::new(raw, Encoding::Path);
            let Some(pattern) = Pattern::of(wanted) else {
                if FieldText::new(wanted, Encoding::Path) != text {
                    return false;
                }
                continue;
            };
            let Some(value) = pattern.value(text) else {
                return false;
            };
            parameters.add(
                pattern.field,
                if climb::climbs(raw) {
                    Err(CLIMBS)
                } else {
                    Ok(value)
                },
            );
        }
        segments.is_at_end()
    }

    /// Reads the fields in the query, and compares the parameters that the template writes out.
    /// Returns `false` if these are not there, with the same values, as often and in the same
    /// order, and without a look-alike.
    fn read_query<'a>(&self, input: &Input<'a>, parameters: &mut Parameters<'a>) -> bool {
        let mut literals = self.literals();
        let mut literal_count = 0_usize;
        // Of each parameter of the template, numbered from 1.
        let mut seen = [false; MOST_NAMES + 1];
        // A return has its parameters in the template's order.
        let mut next = self.pieces();
        let mut number = 0_usize;
        for piece in input.pieces() {
            let mut wanted = next.next();
            number = number.saturating_add(1);
            if !wanted.as_ref().is_some_and(|own| own.name == piece.name) {
                next = self.pieces();
                number = 0;
                wanted = next.find(|own| {
                    number = number.saturating_add(1);
                    own.name == piece.name
                });
            }
            let literal;
            let mut alike = Fields::NONE;
            let own = match &wanted {
                Some(own) => match Pattern::in_value(own) {
                    Some(pattern) => {
                        if let Some(seen) = seen.get_mut(number)
                            && core::mem::replace(seen, true)
                        {
                            parameters.add_duplicate(pattern.field);
                        }
                        parameters.add(pattern.field, pattern.read(own, &piece));
                        own
                    }
                    None => {
                        literal = literals.next();
                        match &literal {
                            Some(own) if own.name == piece.name && own.value == piece.value => {
                                literal_count = literal_count.saturating_add(1);
                                own
                            }
                            Some(_) | None => return false,
                        }
                    }
                },
                None => match self.fields_like(piece.name) {
                    Some(fields) => {
                        alike = fields;
                        &Piece::EMPTY
                    }
                    None => return false,
                },
            };
            parameters.add_doubtful(alike);
            if (piece.is_split() || own.is_split())
                && !self.read_other_names(&piece, own, alike, parameters)
            {
                return false;
            }
        }
        // A path that was compared is the template's own.
        if self.in_path.is_empty() || input.path().is_none() {
            for piece in input.pieces_read_otherwise() {
                for name in piece.names() {
                    match self.fields_like(name) {
                        Some(fields) => parameters.add_read_otherwise(fields),
                        None => return false,
                    }
                }
            }
        }
        literal_count == self.literal_count
    }

    /// Reads the names that some decoders find in a piece which is `alike` to some fields itself.
    /// The template's own piece may have them too. Returns `false` if it lacks one that the
    /// template writes out, or has one that a decoder may take for one.
    fn read_other_names(
        &self,
        piece: &Piece<'_>,
        own: &Piece<'_>,
        alike: Fields,
        parameters: &mut Parameters<'_>,
    ) -> bool {
        let mut own_names = own.other_names();
        for (at_start, name) in piece.other_names() {
            if own_names.next() == Some((at_start, name)) {
                continue;
            }
            let Some(fields) = self.fields_like(name) else {
                return false;
            };
            let seen = if at_start { alike } else { Fields::NONE };
            parameters.add_doubtful(fields.without(seen));
        }
        Pattern::in_value(own).is_some() || own_names.next().is_none()
    }

    /// Returns the fields whose parameter a decoder may take this name for; `None` if it may take
    /// it for a parameter that the template writes out.
    fn fields_like(&self, name: FieldText<'_>) -> Option<Fields> {
        let mut fields = Fields::NONE;
        let name = Forms::of(name);
        for wanted in self.pieces() {
            if wanted.names().any(|wanted| name.may_be(&Forms::of(wanted))) {
                fields = fields.with(Pattern::in_value(&wanted)?.field);
            }
        }
        Some(fields)
    }
}
