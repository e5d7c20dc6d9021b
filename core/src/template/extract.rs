//! Extracting, the inverse of expanding: the fields of a return are read from a received URL,
//! where the template has placeholders.

use super::RedirectTemplate;
use super::climb::{CLIMBS, Segment};
use crate::error::Flaw;
use crate::input::Input;
use crate::look_alike::are_alike;
use crate::parameters::Parameters;
use crate::percent::Encoding;
use crate::query::Piece;
use crate::scan::cut;
use crate::text::FieldText;
use crate::wire::{Field, Fields, Message};

const NO_LITERAL: Flaw = Flaw(
    "lacks the text that the redirect template has beside its placeholder: refuse the message",
);

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
        let name = core::str::from_utf8(name).ok()?;
        Some(Self {
            before,
            field: Field::from_long_name(name)?,
            after,
        })
    }

    /// Returns the text in the placeholder's place.
    fn value<'a>(&self, text: FieldText<'a>) -> Option<FieldText<'a>> {
        text.strip_literals(self.before, self.after)
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
                // Without a path, what the caller expects may stand in for the path's fields.
                None => parameters.required = self.in_query,
            }
        }
        self.read_query(input, &mut parameters);
        if self.match_literals(input, &mut parameters) {
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
        let segments = |path: &'a [u8]| path.split(|byte| *byte == b'/');
        let wanted = template.split(|byte| *byte == b'/');
        if wanted.clone().count() != segments(path).count() {
            return false;
        }
        for (wanted, raw) in wanted.zip(segments(path)) {
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
        true
    }

    /// Reads the fields in the query.
    fn read_query<'a>(&self, input: &Input<'a>, parameters: &mut Parameters<'a>) {
        for wanted in self.pieces() {
            let Some(pattern) = Pattern::of(wanted.value.raw()) else {
                continue;
            };
            let mut is_seen = false;
            for piece in input.pieces().filter(|piece| piece.name == wanted.name) {
                if is_seen {
                    parameters.add_duplicate(pattern.field);
                }
                is_seen = true;
                parameters.add(pattern.field, pattern.value(piece.value).ok_or(NO_LITERAL));
            }
        }
    }

    /// Adds the doubtful names, and compares the parameters that the template writes out. Returns
    /// `false` if they are not there, with the same values, as often and in the same order.
    fn match_literals(&self, input: &Input<'_>, parameters: &mut Parameters<'_>) -> bool {
        let mut literals = self
            .pieces()
            .filter(|wanted| Pattern::of(wanted.value.raw()).is_none());
        for piece in input.pieces() {
            let mut alike = Fields::NONE;
            match self.pieces().find(|wanted| wanted.name == piece.name) {
                Some(wanted) if Pattern::of(wanted.value.raw()).is_some() => {}
                Some(_) => match literals.next() {
                    Some(wanted) if wanted.name == piece.name && wanted.value == piece.value => {}
                    _ => return false,
                },
                None => match self.alike_fields(piece.name) {
                    Some(fields) => alike = fields,
                    None => return false,
                },
            }
            parameters.add_doubtful(alike);
            for (at_start, name) in piece.other_names() {
                let Some(fields) = self.alike_fields(name) else {
                    return false;
                };
                let seen = if at_start { alike } else { Fields::NONE };
                parameters.add_doubtful(fields.without(seen));
            }
        }
        literals.next().is_none()
    }

    /// Returns the fields whose parameter a decoder may take this name for; `None` if it may take
    /// it for a parameter that the template writes out.
    fn alike_fields(&self, name: FieldText<'_>) -> Option<Fields> {
        let mut fields = Fields::NONE;
        for wanted in self.pieces().filter(|wanted| are_alike(wanted.name, name)) {
            fields = fields.with(Pattern::of(wanted.value.raw())?.field);
        }
        Some(fields)
    }
}
