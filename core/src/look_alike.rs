//! Names that some decoder takes for another (`docs/protocol.md`, section 5).
//!
//! PHP reads `ref%00x` and `ref[]` as `ref`, and `a.b` as `a_b`; Rack 2 and qs read `[ref]` as
//! `ref`; ASP.NET ignores case. A name is folded in two ways, which together cover them.

use crate::percent::{ByteClass, Decode};
use crate::scan::find;
use crate::text::FieldText;

/// A name, folded as decoders fold it. Each form is a part of the name as it arrived.
pub(crate) struct Forms<'a> {
    /// Without leading brackets and dots, up to the next bracket: for decoders that read brackets
    /// as structure.
    bracketless: FieldText<'a>,
    /// The whole name, in which the first `[` becomes `_`: for PHP's reading of an unclosed one.
    underscored: FieldText<'a>,
    /// Like `bracketless`, but up to a dot inside: for qs with `allowDots`, to which `ref.0` is
    /// an element of `ref`.
    dotless: FieldText<'a>,
}

impl<'a> Forms<'a> {
    pub(crate) fn of(name: FieldText<'a>) -> Self {
        // Most names have only letters, digits and `_`.
        if !ByteClass::of(name.raw()).has(ByteClass::RESERVED) && find(name.raw(), b".").is_none() {
            return Self {
                bracketless: name,
                underscored: name,
                dotless: name,
            };
        }
        Self {
            bracketless: fold(name, true, false),
            underscored: fold(name, false, false),
            dotless: fold(name, true, true),
        }
    }

    /// Returns the bytes of the name, in each way in which a decoder may read it.
    pub(crate) fn readings(&self) -> [impl Iterator<Item = u8> + use<'a>; 3] {
        [
            reading(self.bracketless, false),
            reading(self.underscored, true),
            reading(self.dotless, false),
        ]
    }

    /// Returns `true` if a decoder may take one name for the other. Equal names are alike.
    pub(crate) fn are_alike(&self, other: &Self) -> bool {
        same(self.bracketless, false, other.bracketless, false)
            || same(self.underscored, true, other.underscored, true)
            || same(self.bracketless, false, other.underscored, true)
            || same(self.underscored, true, other.bracketless, false)
    }

    /// Returns `true` if a decoder may take this name, as it was received, for a wanted one.
    pub(crate) fn may_be(&self, wanted: &Self) -> bool {
        self.are_alike(wanted)
            || same(self.dotless, false, wanted.underscored, true)
            || same(self.dotless, false, wanted.dotless, false)
    }
}

/// Cuts a name at a NUL and trims it. If brackets are structure, drops leading ones, dots and
/// question marks, cuts at the next one and trims again.
#[inline(never)]
fn fold(name: FieldText<'_>, has_structure: bool, ends_at_dot: bool) -> FieldText<'_> {
    let is_bracket = |byte: u8| has_structure && matches!(byte, b'[' | b']');
    let raw = name.raw();
    let mut decode = Decode::new(raw, name.encoding());
    let mut start = None;
    let mut end = 0;
    let mut may_drop = has_structure;
    let mut dropped = false;
    loop {
        let before = raw.len().saturating_sub(decode.rest.len());
        let Some(byte) = decode.next_lenient().filter(|byte| *byte != 0) else {
            break;
        };
        if start.is_none() {
            // A raw '?' or '#' too: some decoders drop it from the start of a query.
            let is_mark = matches!(raw.get(before), Some(b'?' | b'#'));
            if may_drop && (is_bracket(byte) || byte == b'.' || is_mark) {
                dropped = true;
                continue;
            }
            if is_space(byte) {
                // After a bracket that was dropped, white space ends the dropping.
                may_drop &= !dropped;
                continue;
            }
        }
        let has_more = !decode.rest.as_slice().is_empty();
        let is_end = ends_at_dot && byte == b'.' && start.is_some() && (has_more || dropped);
        if is_bracket(byte) || is_end {
            break;
        }
        start.get_or_insert(before);
        if !is_space(byte) {
            end = raw.len().saturating_sub(decode.rest.len());
        }
    }
    FieldText::new(
        raw.get(start.unwrap_or(0)..end).unwrap_or_default(),
        name.encoding(),
    )
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Compares two forms without case, with space and dot as `_`, and the first `[` of either too
/// where that is asked for.
#[inline(never)]
fn same(one: FieldText<'_>, one_bracket: bool, other: FieldText<'_>, other_bracket: bool) -> bool {
    reading(one, one_bracket).eq(reading(other, other_bracket))
}

/// Reads a form as decoders do: without case, with `_` for spaces and dots, and for its first `[`
/// if `bracket` is set.
fn reading(form: FieldText<'_>, mut bracket: bool) -> impl Iterator<Item = u8> {
    let mut decode = Decode::new(form.raw(), form.encoding());
    core::iter::from_fn(move || {
        loop {
            return Some(match decode.next_lenient()? {
                // WHATWG's URL and Python's urlsplit remove them.
                b'\t' | b'\n' | b'\r' => continue,
                b' ' | b'.' => b'_',
                b'[' if core::mem::take(&mut bracket) => b'_',
                byte => byte.to_ascii_lowercase(),
            });
        }
    })
}
