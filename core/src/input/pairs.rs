//! Names and values that a framework decoded.

use core::slice;

use super::{Input, Source};
use crate::percent::Encoding;
use crate::query::Piece;
use crate::text::FieldText;

/// A value that no field can have: it cannot be decoded.
const UNREADABLE: FieldText<'static> = FieldText::new(b"%", Encoding::Query);

/// A decoded name, and its value unless it is no text.
type Decoded<'a> = (&'a [u8], Option<&'a [u8]>);

#[derive(Clone, Copy)]
pub(super) enum Pairs<'a> {
    Text(&'a [(&'a str, &'a str)]),
    Decoded(&'a [Decoded<'a>]),
}

impl<'a> From<&'a [(&'a str, &'a str)]> for Input<'a> {
    fn from(pairs: &'a [(&'a str, &'a str)]) -> Self {
        Self(Source::Pairs(Pairs::Text(pairs)))
    }
}

impl<'a, const N: usize> From<&'a [(&'a str, &'a str); N]> for Input<'a> {
    fn from(pairs: &'a [(&'a str, &'a str); N]) -> Self {
        pairs.as_slice().into()
    }
}

impl<'a> From<&'a [(&'a [u8], Option<&'a [u8]>)]> for Input<'a> {
    fn from(pairs: &'a [(&'a [u8], Option<&'a [u8]>)]) -> Self {
        Self(Source::Pairs(Pairs::Decoded(pairs)))
    }
}

impl<'a> Pairs<'a> {
    pub(super) fn pieces(self) -> PairPieces<'a> {
        let (text, decoded) = match self {
            Self::Text(text) => (text, [].as_slice()),
            Self::Decoded(decoded) => ([].as_slice(), decoded),
        };
        PairPieces {
            text: text.iter(),
            decoded: decoded.iter(),
        }
    }
}

/// The pairs of an input.
#[derive(Clone, Default)]
pub(super) struct PairPieces<'a> {
    text: slice::Iter<'a, (&'a str, &'a str)>,
    decoded: slice::Iter<'a, Decoded<'a>>,
}

impl<'a> Iterator for PairPieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if let Some((name, value)) = self.text.next() {
            return Some(Piece::decoded(
                FieldText::plain(name),
                FieldText::plain(value),
            ));
        }
        let (name, value) = self.decoded.next()?;
        let plain = |bytes| FieldText::new(bytes, Encoding::Plain);
        let value = value.map_or(UNREADABLE, plain);
        Some(Piece::decoded(plain(name), value))
    }
}
