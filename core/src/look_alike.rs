//! Names that some decoder takes for another (`docs/protocol.md`, section 5).
//!
//! PHP reads `ref%00x` and `ref[]` as `ref`, and `a.b` as `a_b`; Rack 2 and qs read `[ref]` as
//! `ref`; ASP.NET ignores case. A name is folded in two ways, which together cover them.

use crate::text::FieldText;

/// Returns `true` if a decoder may take one name for the other. Equal names are alike.
pub(crate) fn are_alike(one: FieldText<'_>, other: FieldText<'_>) -> bool {
    let (bracketless, underscored) = (bracketless(one), underscored(one));
    let others = (self::bracketless(other), self::underscored(other));
    bracketless.clone().eq(others.0.clone())
        || underscored.clone().eq(others.1.clone())
        || bracketless.eq(others.1)
        || underscored.eq(others.0)
}

/// Folds a name as decoders do that read brackets as structure: leading `[`, `]` and `.` are
/// dropped, and the next bracket ends the name.
fn bracketless<'a>(name: FieldText<'a>) -> impl Iterator<Item = u8> + Clone + use<'a> {
    let inner = folded(name)
        .skip_while(|byte| matches!(byte, b'[' | b']' | b'.'))
        .take_while(|byte| !matches!(byte, b'[' | b']'));
    Trimmed::of(inner).map(space_and_dot)
}

/// Folds a name as PHP does with an unclosed bracket: the first `[` becomes `_`.
fn underscored<'a>(name: FieldText<'a>) -> impl Iterator<Item = u8> + Clone + use<'a> {
    let mut seen = false;
    folded(name)
        .map(move |byte| {
            if byte == b'[' && !seen {
                seen = true;
                return b'_';
            }
            byte
        })
        .map(space_and_dot)
}

/// Decodes a name, cuts it at a NUL, trims it and folds the case of ASCII letters.
fn folded<'a>(name: FieldText<'a>) -> impl Iterator<Item = u8> + Clone + use<'a> {
    Trimmed::of(name.lenient_bytes().take_while(|byte| *byte != 0))
        .map(|byte| byte.to_ascii_lowercase())
}

const fn space_and_dot(byte: u8) -> u8 {
    match byte {
        b' ' | b'.' => b'_',
        _ => byte,
    }
}

const fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// Bytes without the white space at either end. Looks ahead only where there is white space, so
/// that comparing a name with another ends at the first difference.
#[derive(Clone)]
struct Trimmed<I> {
    bytes: I,
    /// How many of the next bytes are known to have another after them.
    inside: usize,
    /// Nothing has been returned yet.
    at_start: bool,
}

impl<I: Iterator<Item = u8> + Clone> Trimmed<I> {
    const fn of(bytes: I) -> Self {
        Self {
            bytes,
            inside: 0,
            at_start: true,
        }
    }
}

impl<I: Iterator<Item = u8> + Clone> Iterator for Trimmed<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let mut byte = self.bytes.next()?;
        if self.at_start {
            self.at_start = false;
            while is_space(&byte) {
                byte = self.bytes.next()?;
            }
        } else if self.inside > 0 {
            self.inside = self.inside.saturating_sub(1);
        } else if is_space(&byte) {
            let spaces = self.bytes.clone().take_while(is_space).count();
            let mut after = self.bytes.clone().skip(spaces);
            after.next()?;
            self.inside = spaces;
        }
        Some(byte)
    }
}
