//! A query string, cut into the pieces between its `&`.

use crate::percent::Encoding;
use crate::scan::{Split, cut, find, split_at};
use crate::text::FieldText;

/// A parameter as it arrived: one piece of a query, or a pair that a framework decoded.
#[derive(Clone, Copy)]
pub(crate) struct Piece<'a> {
    pub(crate) name: FieldText<'a>,
    pub(crate) value: FieldText<'a>,
    /// The raw piece if it contains a `;`, at which some decoders split; otherwise empty.
    splittable: &'a [u8],
    /// The position in the query, in bytes.
    pub(crate) position: usize,
}

impl<'a> Piece<'a> {
    pub(crate) const EMPTY: Self = Self::decoded(FieldText::EMPTY, FieldText::EMPTY);

    /// Returns a pair that was decoded already: it is not split any further.
    pub(crate) const fn decoded(name: FieldText<'a>, value: FieldText<'a>) -> Self {
        Self {
            name,
            value,
            splittable: b"",
            position: 0,
        }
    }

    fn of(raw: &'a [u8], is_split: bool, position: usize) -> Self {
        // Names are short, so this is faster than `find`.
        let end = raw.iter().position(|byte| *byte == b'=');
        let (name, value) = split_at(raw, end.unwrap_or(raw.len()));
        Self {
            name: FieldText::new(name, Encoding::Query),
            value: FieldText::new(value.get(1..).unwrap_or_default(), Encoding::Query),
            splittable: if is_split { raw } else { b"" },
            position,
        }
    }

    /// Returns `true` if some decoders find more names in the piece than its own.
    pub(crate) const fn is_split(&self) -> bool {
        !self.splittable.is_empty()
    }

    /// Returns the names that a decoder which splits at `;` finds beside the piece's own,
    /// each with `true` if it starts where the own one does.
    pub(crate) const fn other_names(&self) -> OtherNames<'a> {
        OtherNames {
            parts: Split::of(self.splittable, b';'),
            own: self.name,
            is_start: true,
        }
    }

    /// Returns the piece's own name, and the others that decoders find.
    pub(crate) const fn names(&self) -> Names<'a> {
        Names {
            own: Some(self.name),
            others: self.other_names(),
        }
    }
}

/// The names that a decoder which splits at `;` finds in a piece.
#[derive(Clone)]
pub(crate) struct OtherNames<'a> {
    parts: Split<'a>,
    own: FieldText<'a>,
    is_start: bool,
}

impl<'a> Iterator for OtherNames<'a> {
    type Item = (bool, FieldText<'a>);

    #[inline(never)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let part = self.parts.next()?;
            let at_start = core::mem::take(&mut self.is_start);
            let name = cut(part, b'=').map_or(part, |(name, _)| name);
            // The first part has the piece's own name, unless that is split itself.
            let is_own = at_start && name.len() == self.own.raw().len();
            // Such decoders skip empty parts.
            if !part.is_empty() && !is_own {
                return Some((at_start, FieldText::new(name, Encoding::Query)));
            }
        }
    }
}

/// All names that decoders find in a piece. Its own is the first.
pub(crate) struct Names<'a> {
    own: Option<FieldText<'a>>,
    others: OtherNames<'a>,
}

impl<'a> Iterator for Names<'a> {
    type Item = FieldText<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<FieldText<'a>> {
        self.own
            .take()
            .or_else(|| self.others.next().map(|(_, name)| name))
    }
}

/// The pieces of a query, in order. Empty ones are skipped.
#[derive(Clone)]
pub(crate) struct QueryPieces<'a> {
    rest: &'a [u8],
    position: usize,
}

impl<'a> QueryPieces<'a> {
    pub(crate) const fn of(query: &'a [u8]) -> Self {
        Self {
            rest: query,
            position: 0,
        }
    }
}

impl<'a> Iterator for QueryPieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        while !self.rest.is_empty() {
            let end_of = |found: Option<usize>| found.unwrap_or(self.rest.len());
            let first = end_of(find(self.rest, b"&;"));
            let is_split = self.rest.get(first) == Some(&b';');
            let end = match is_split {
                true => end_of(find(self.rest, b"&")),
                false => first,
            };
            let (raw, rest) = split_at(self.rest, end);
            let position = self.position;
            self.rest = rest.get(1..).unwrap_or_default();
            self.position = position.saturating_add(end).saturating_add(1);
            if !raw.is_empty() {
                return Some(Piece::of(raw, is_split, position));
            }
        }
        None
    }
}
