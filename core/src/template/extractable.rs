//! Checking, when a template is made, that a return made from it can be read back.

use super::tokens::at_byte;
use crate::error::{Error, Flaw};
use crate::look_alike::Forms;
use crate::percent::Encoding;
use crate::query::{Piece, QueryPieces};
use crate::scan::{Split, cut, find};
use crate::text::FieldText;
use crate::url::Parts;

const IN_NAME: Flaw =
    Flaw("starts a parameter with a placeholder in its name: put it after the '='");
const TWO: Flaw = Flaw("starts a path segment or parameter with two placeholders: separate them");
const UNDECODABLE: Flaw = Flaw(
    "starts a path segment or parameter that can't be decoded: write '%' as %25, and use UTF-8",
);
const AGAIN: Flaw = Flaw("starts a parameter that occurs again and has a placeholder: rename one");
const ALIKE: Flaw =
    Flaw("starts a parameter whose name some decoders take for another's: rename one");

const BEFORE_QUERY: Flaw =
    Flaw("starts a path with a name that some decoders take for a parameter's: rename one");

/// The largest number of names in the query of a template that can be read back.
pub(super) const MOST_NAMES: usize = 100;
const TOO_MANY: Flaw = Flaw("starts a query with more than 100 names: use fewer");

/// Checks a template. The error has the position of the segment or parameter.
pub(super) fn check(text: &str, parts: &Parts, is_path_read: bool) -> Result<(), Error> {
    let bytes = text.as_bytes();
    if is_path_read {
        let path = parts.path(bytes);
        let mut at = parts.path;
        for segment in Split::of(path, b'/') {
            check_literals(segment, Encoding::Path).map_err(|flaw| at_byte(at, flaw))?;
            at = at.saturating_add(segment.len()).saturating_add(1);
        }
    }
    let pieces = QueryPieces::of(parts.query(bytes));
    if !is_path_read {
        for before in parts.pieces_before_query(bytes) {
            for name in before.names() {
                let name = Forms::of(name);
                for piece in pieces.clone() {
                    if name.may_be(&Forms::of(piece.name)) {
                        return Err(at_byte(parts.path, BEFORE_QUERY));
                    }
                }
            }
        }
    }
    // Each name is compared with every other.
    if pieces
        .clone()
        .map(|piece| piece.names().count())
        .sum::<usize>()
        > MOST_NAMES
    {
        return Err(at_byte(parts.query_start(), TOO_MANY));
    }
    for piece in pieces.clone() {
        check_piece(&piece, pieces.clone())
            .map_err(|flaw| at_byte(parts.query_start().saturating_add(piece.position), flaw))?;
    }
    Ok(())
}

fn check_piece<'t>(piece: &Piece<'t>, all: QueryPieces<'t>) -> Result<(), Flaw> {
    if piece.names().any(|name| find(name.raw(), b"{").is_some()) {
        return Err(IN_NAME);
    }
    if !piece.name.is_decodable() {
        return Err(UNDECODABLE);
    }
    check_literals(piece.value.raw(), Encoding::Query)?;
    let has_placeholder = |piece: &Piece<'_>| find(piece.value.raw(), b"{").is_some();
    for other in all {
        let is_read = has_placeholder(piece) || has_placeholder(&other);
        // The own name comes first, then those that some decoders find beside it.
        for (index, name) in (0..).zip(piece.names()) {
            for (other_index, other_name) in (0..).zip(other.names()) {
                if other_index == 0 && (index > 0 || other.position == piece.position) {
                    continue;
                }
                if name != other_name {
                    if Forms::of(name).are_alike(&Forms::of(other_name)) {
                        return Err(ALIKE);
                    }
                } else if index == 0 && is_read {
                    return Err(AGAIN);
                }
            }
        }
    }
    Ok(())
}

/// Checks the literals of a path segment or value: around one placeholder at most.
fn check_literals(text: &[u8], encoding: Encoding) -> Result<(), Flaw> {
    let is_decodable = |literal| FieldText::new(literal, encoding).is_decodable();
    let (before, after) = match cut(text, b'{') {
        Some((before, rest)) => (
            before,
            cut(rest, b'}').map_or(b"".as_slice(), |(_, after)| after),
        ),
        None => (text, b"".as_slice()),
    };
    if find(after, b"{").is_some() {
        return Err(TWO);
    }
    if is_decodable(before) && is_decodable(after) {
        Ok(())
    } else {
        Err(UNDECODABLE)
    }
}
