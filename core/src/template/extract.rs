//! Extracting, the inverse of expanding: the fields of a return are read from a received URL,
//! where the template has placeholders.

use super::RedirectTemplate;
use super::climb::{CLIMBS, Segment};
use super::tokens::placeholder;
use crate::error::Flaw;
use crate::input::{Input, Pieces};
use crate::look_alike::Forms;
use crate::parameters::Parameters;
use crate::percent::Encoding;
use crate::query::Piece;
use crate::scan::{Split, cut};
use crate::text::FieldText;
use crate::wire::{Field, Fields, Message};

const NO_LITERAL: Flaw = Flaw("lacks the redirect template's text beside it: refuse the message");

/// The number of parameters that are cut only once: those of a return, and as many again.
const FIRST: usize = 12;

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

    /// Returns the text in the placeholder's place.
    fn value<'a>(&self, text: FieldText<'a>) -> Option<FieldText<'a>> {
        text.strip_literals(self.before, self.after)
    }
}

/// The parameters of a message, with their positions: the first ones, which are cut already, and
/// the rest.
struct Received<'r, 'a> {
    index: usize,
    first: &'r [Piece<'a>],
    rest: Pieces<'a>,
}

impl<'a> Iterator for Received<'_, 'a> {
    type Item = (usize, Piece<'a>);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        let index = self.index;
        let piece = match self.first.get(index) {
            Some(piece) => *piece,
            None => self.rest.next()?,
        };
        self.index = index.saturating_add(1);
        Some((index, piece))
    }
}

impl RedirectTemplate<'_> {
    /// Reads a return from where the placeholders are.
    pub(crate) fn extract<'a>(&self, input: &Input<'a>) -> Parameters<'a> {
        let sent = self.sent();
        let mut parameters = if self.placeholders.is_empty() {
            Parameters::read(input, Message::Return)
        } else {
            let mut parameters = Parameters::NONE;
            parameters.required = sent;
            parameters
        };
        if !self.in_path.is_empty() {
            match input.path() {
                Some(path) if !self.read_path(path, &mut parameters) => {
                    return Parameters::foreign(sent);
                }
                Some(_) => {}
                // A router may have read a path in it.
                None if input.may_be_url() => {}
                // Without a path, what the caller expects may stand in for the path's fields.
                None => parameters.required = self.in_query,
            }
        }
        if self.read_query(input, &mut parameters) {
            parameters
        } else {
            Parameters::foreign(sent)
        }
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> + Clone {
        self.parts.pieces(self.as_str())
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
            let mut segment = Segment::default();
            segment.read(raw);
            parameters.add(
                pattern.field,
                if segment.climbs() {
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
        // The first pieces are cut once. The others are foreign for the most part.
        let mut rest = input.pieces();
        let mut first = [Piece::EMPTY; FIRST];
        let mut count = 0_usize;
        for (piece, next) in first.iter_mut().zip(&mut rest) {
            *piece = next;
            count = count.saturating_add(1);
        }
        let first = first.get(..count).unwrap_or_default();
        let pieces = || Received {
            index: 0,
            first,
            rest: rest.clone(),
        };
        // Bit i: the template has a placeholder for the first pieces' i-th.
        let mut known = 0_u32;
        let mut has_literals = false;
        for wanted in self.pieces() {
            let Some(pattern) = Pattern::of(wanted.value.raw()) else {
                has_literals = true;
                continue;
            };
            let mut is_seen = false;
            for (index, piece) in pieces() {
                if piece.name != wanted.name {
                    continue;
                }
                if is_seen {
                    parameters.add_duplicate(pattern.field);
                }
                is_seen = true;
                known |= 1_u32.checked_shl(index as u32).unwrap_or(0);
                // A raw ';' where the template has none, or the reverse, is another text to some.
                let value = match piece.is_split() == wanted.is_split() {
                    true => pattern.value(piece.value),
                    false => None,
                };
                parameters.add(pattern.field, value.ok_or(NO_LITERAL));
            }
        }
        let mut literals = self
            .pieces()
            .filter(|wanted| Pattern::of(wanted.value.raw()).is_none());
        for (index, piece) in pieces() {
            let is_known = known & 1_u32.checked_shl(index as u32).unwrap_or(0) != 0;
            if is_known && !piece.is_split() {
                continue;
            }
            if !self.read_other(&piece, &mut literals, parameters) {
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
        !has_literals || literals.next().is_none()
    }

    /// Reads a piece that is no placeholder's, or in which some decoders find more names.
    fn read_other<'t>(
        &self,
        piece: &Piece<'_>,
        literals: &mut impl Iterator<Item = Piece<'t>>,
        parameters: &mut Parameters<'_>,
    ) -> bool {
        let mut wanted = self.pieces().find(|wanted| wanted.name == piece.name);
        let mut alike = Fields::NONE;
        match wanted {
            Some(wanted) if Pattern::of(wanted.value.raw()).is_some() => {}
            Some(_) => {
                wanted = literals.next();
                let same =
                    |wanted: Piece<'_>| wanted.name == piece.name && wanted.value == piece.value;
                if !wanted.is_some_and(same) {
                    return false;
                }
            }
            None => match self.fields_like(piece.name) {
                Some(fields) => alike = fields,
                None => return false,
            },
        }
        parameters.add_doubtful(alike);
        self.read_other_names(piece, wanted, alike, parameters)
    }

    /// Reads the names that some decoders find in a piece, which the template may write itself.
    fn read_other_names(
        &self,
        piece: &Piece<'_>,
        wanted: Option<Piece<'_>>,
        alike: Fields,
        parameters: &mut Parameters<'_>,
    ) -> bool {
        let mut own = wanted.unwrap_or(Piece::EMPTY).other_names();
        let is_literal = wanted.is_some_and(|wanted| Pattern::of(wanted.value.raw()).is_none());
        for (at_start, name) in piece.other_names() {
            if own.next() == Some((at_start, name)) {
                continue;
            }
            let Some(fields) = self.fields_like(name) else {
                return false;
            };
            let seen = if at_start { alike } else { Fields::NONE };
            parameters.add_doubtful(fields.without(seen));
        }
        !is_literal || own.next().is_none()
    }

    /// Returns the fields whose parameter a decoder may take this name for; `None` if it may take
    /// it for a parameter that the template writes out.
    fn fields_like(&self, name: FieldText<'_>) -> Option<Fields> {
        let mut fields = Fields::NONE;
        let name = Forms::of(name);
        for wanted in self.pieces() {
            if wanted.names().any(|wanted| name.may_be(&Forms::of(wanted))) {
                fields = fields.with(Pattern::of(wanted.value.raw())?.field);
            }
        }
        Some(fields)
    }
}
