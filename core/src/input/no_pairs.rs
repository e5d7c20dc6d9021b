//! In place of `pairs.rs` without the feature: every input is text.

use core::convert::Infallible;
use core::iter::Empty;

use crate::query::Piece;

#[derive(Clone, Copy)]
#[expect(dead_code, reason = "there is no such value")]
pub(super) struct Pairs<'a>(Infallible, &'a ());

pub(super) type PairPieces<'a> = Empty<Piece<'a>>;

impl<'a> Pairs<'a> {
    pub(super) const fn pieces(self) -> PairPieces<'a> {
        match self.0 {}
    }
}
