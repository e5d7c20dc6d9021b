//! The parameters found in a message, before anything of them is trusted.

use crate::error::Flaw;
use crate::input::Input;
use crate::look_alike::Forms;
use crate::query::{Piece, QueryPieces};
use crate::scan::find;
use crate::text::FieldText;
use crate::url::Parts;
use crate::wire::{Field, Fields, Message, PerField};

/// The finding for one field.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    Nothing,
    Value(FieldText<'a>),
    /// Something that no value can be read from.
    Flawed(Flaw),
}

/// The findings for every field.
pub(crate) struct Parameters<'a> {
    found: PerField<Found<'a>>,
    present: Fields,
    empty: Fields,
    flawed: Fields,
    /// Fields that occur under a doubtful name.
    doubtful: Fields,
    duplicates: Fields,
    /// Fields that no expected value may replace.
    pub(crate) required: Fields,
    /// Fields that the redirect template doesn't send.
    pub(crate) unsent: Fields,
    /// The redirect template cannot have made this URL, so that nothing was read from it.
    pub(crate) is_foreign: bool,
}

impl<'a> Parameters<'a> {
    pub(crate) const NONE: Self = Self {
        found: PerField::all(Found::Nothing),
        present: Fields::NONE,
        empty: Fields::NONE,
        flawed: Fields::NONE,
        doubtful: Fields::NONE,
        duplicates: Fields::NONE,
        required: Fields::NONE,
        unsent: Fields::NONE,
        is_foreign: false,
    };

    /// Returns the parameters of a URL that a template which sends these fields cannot have made.
    pub(crate) const fn foreign(sent: Fields) -> Self {
        Self {
            required: sent,
            is_foreign: true,
            ..Self::NONE
        }
    }

    /// Reads a message by its standard parameters.
    pub(crate) fn read(&mut self, input: &Input<'a>, message: Message) {
        for piece in input.pieces() {
            let own = field_of_name(piece.name, message);
            let alike = match own {
                Some(field) => {
                    self.add_once(field, piece.value);
                    Fields::NONE
                }
                None => fields_like(piece.name, message),
            };
            self.add_doubtful(alike);
            if piece.is_split() {
                self.add_other_names(&piece, alike, message);
            }
        }
        for piece in input.pieces_read_otherwise() {
            for name in piece.names() {
                self.add_read_otherwise(fields_like(name, message));
            }
        }
    }

    /// Adds the names that some decoders find in a piece, which is `alike` to some fields itself.
    fn add_other_names(&mut self, piece: &Piece<'_>, alike: Fields, message: Message) {
        for (at_start, name) in piece.other_names() {
            let seen = if at_start { alike } else { Fields::NONE };
            self.add_doubtful(fields_like(name, message).without(seen));
        }
    }

    pub(crate) const fn get(&self, field: Field) -> Found<'a> {
        *self.found.get(field)
    }

    /// Returns the fields that occur more than once, or under a doubtful name where an expected
    /// value would replace it.
    pub(crate) const fn duplicates(&self, expected: Fields) -> Fields {
        let stand_in = expected.without(self.required);
        let known = self.present.or(self.flawed).or(stand_in);
        self.duplicates.or(self.doubtful.and(known))
    }

    /// Returns the fields that are absent or empty. An expected value replaces an absent field,
    /// not an empty one.
    pub(crate) const fn missing(&self, message: Message, expected: Fields) -> Fields {
        let found = self.present.or(self.flawed);
        let stand_in = expected.without(self.required);
        let absent = message.carried().without(found).without(stand_in);
        absent.or(self.empty.without(self.flawed))
    }

    /// Returns the end of the sentence about missing fields: how to get their values.
    pub(crate) const fn missing_sentence(&self, missing: Fields) -> &'static str {
        let fixed = self.required.or(self.empty).with(Field::Signature);
        let can_expect = missing.and(fixed).is_empty();
        if self.is_foreign {
            "missing: the URL does not match the redirect template; \
             pass the URL as the browser requested it"
        } else if can_expect && missing.without(self.unsent).is_empty() {
            "missing: add it to the redirect template, or expect its value"
        } else if !missing.and(self.unsent).is_empty() {
            "missing or empty: check that the redirect template has it, and \
             pass the URL as the browser requested it"
        } else if can_expect {
            "missing: pass the URL as the browser requested it, or expect its value"
        } else {
            "missing or empty: pass the URL as the browser requested it"
        }
    }

    /// Adds a value that a message carries once.
    pub(crate) fn add_once(&mut self, field: Field, value: FieldText<'a>) {
        if self.present.contains(field) {
            self.duplicates = self.duplicates.with(field);
        } else {
            self.set(field, value);
        }
    }

    /// Adds an occurrence of each field under a doubtful name.
    pub(crate) const fn add_doubtful(&mut self, fields: Fields) {
        self.duplicates = self.duplicates.or(fields.and(self.doubtful));
        self.doubtful = self.doubtful.or(fields);
    }

    /// Adds fields that another reading of the whole text has under a doubtful name. One that is
    /// doubtful already may be the same occurrence.
    pub(crate) const fn add_read_otherwise(&mut self, fields: Fields) {
        self.add_doubtful(fields.without(self.doubtful));
    }

    /// Marks fields that occur twice.
    pub(crate) const fn add_duplicate(&mut self, field: Field) {
        self.duplicates = self.duplicates.with(field);
    }

    /// Adds the value that was found at one of perhaps several places of a template.
    pub(crate) fn add(&mut self, field: Field, value: Result<FieldText<'a>, Flaw>) {
        match (self.get(field), value) {
            (Found::Nothing, Ok(value)) => self.set(field, value),
            (Found::Value(known), Ok(value)) if known == value => {}
            (Found::Value(_), Ok(_)) => self.add_duplicate(field),
            (Found::Nothing | Found::Value(_), Err(flaw)) => {
                *self.found.get_mut(field) = Found::Flawed(flaw);
                self.flawed = self.flawed.with(field);
            }
            (Found::Flawed(_), _) => {}
        }
    }

    const fn set(&mut self, field: Field, value: FieldText<'a>) {
        *self.found.get_mut(field) = Found::Value(value);
        self.present = self.present.with(field);
        if value.is_empty() {
            self.empty = self.empty.with(field);
        }
    }
}

/// Returns the field whose short name this is, once decoded.
#[inline]
fn field_of_name(name: FieldText<'_>, message: Message) -> Option<Field> {
    let field = message.field(name.raw());
    if field.is_some() || find(name.raw(), b"%").is_none() {
        return field;
    }
    field_of_bytes(name.bytes(), message)
}

/// Returns the field whose short name has these bytes.
fn field_of_bytes(bytes: impl Iterator<Item = u8>, message: Message) -> Option<Field> {
    // The longest name has three letters.
    let mut letters = [0; 4];
    let len = letters
        .iter_mut()
        .zip(bytes)
        .map(|(to, from)| *to = from)
        .count();
    message.field(letters.get(..len)?)
}

/// Returns the fields for whose name a decoder may take this one. Equal names are alike.
#[inline(never)]
fn fields_like(name: FieldText<'_>, message: Message) -> Fields {
    let readings = Forms::of(name).readings().into_iter();
    readings
        .filter_map(|bytes| field_of_bytes(bytes, message))
        .fold(Fields::NONE, Fields::with)
}

/// Returns the fields that a URL already has parameters for, or look-alikes of one.
pub(crate) fn held_fields(parts: &Parts, url: &str, message: Message) -> Fields {
    let mut held = Fields::NONE;
    let mut hold = |pieces: QueryPieces<'_>| {
        for piece in pieces {
            for name in piece.names() {
                held = held.or(fields_like(name, message));
            }
        }
    };
    hold(parts.pieces(url));
    hold(parts.pieces_before_query(url.as_bytes()));
    held
}
