//! The signed text with its bytes made visible, and without secrets and signatures.

use crate::diagnosis::{SignedText, VisibleText};
use crate::hidden::{Hidden, Mask, PART};

/// The bytes of a text that are shown.
const MOST_SHOWN: usize = 2048;

/// The bytes that are shown before the first difference of a long text.
const CONTEXT: usize = 256;

/// What is in the place of a text that has a secret in a form that can't be cut out.
const WITHHELD: &str = "[withheld: it has a secret in another form]";

/// Shows the right text, and the one that was signed.
pub(crate) fn signed_text(right: &[u8], used: Option<&[u8]>, hidden: &Hidden) -> SignedText {
    let used = used.filter(|used| *used != right);
    let marks = used
        .map(|used| differences(right, used))
        .unwrap_or_default();
    let (of_right, of_used): (Vec<_>, Vec<_>) = marks.into_iter().unzip();
    SignedText {
        right: visible(right, &of_right, hidden),
        used: used.map(|used| visible(used, &of_used, hidden)),
    }
}

type Range = (usize, usize);

/// Returns the ranges in which two texts differ: field by field if both have as many, otherwise
/// what is between the equal start and the equal end.
fn differences(one: &[u8], other: &[u8]) -> Vec<(Range, Range)> {
    let fields = |text: &[u8]| text.split(|byte| *byte == b'|').count();
    let is_short = one.len().max(other.len()) <= MOST_SHOWN;
    if !is_short || fields(one) == 1 || fields(one) != fields(other) {
        return difference(one, other, 0, 0).into_iter().collect();
    }
    let (mut one_at, mut other_at) = (0, 0);
    let mut differences = Vec::new();
    for (one, other) in one.split(|b| *b == b'|').zip(other.split(|b| *b == b'|')) {
        differences.extend(difference(one, other, one_at, other_at));
        one_at += one.len() + 1;
        other_at += other.len() + 1;
    }
    differences
}

fn difference(one: &[u8], other: &[u8], one_at: usize, other_at: usize) -> Option<(Range, Range)> {
    if one == other {
        return None;
    }
    let equal = |pair: &(&u8, &u8)| pair.0 == pair.1;
    let mut start = one.iter().zip(other).take_while(equal).count();
    let mut end = one[start..]
        .iter()
        .rev()
        .zip(other[start..].iter().rev())
        .take_while(equal)
        .count();
    // A character is not cut.
    let is_inside = |text: &[u8], at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    while start > 0 && (is_inside(one, start) || is_inside(other, start)) {
        start -= 1;
    }
    while end > 0 && (is_inside(one, one.len() - end) || is_inside(other, other.len() - end)) {
        end -= 1;
    }
    Some((
        (one_at + start, one_at + one.len() - end),
        (other_at + start, other_at + other.len() - end),
    ))
}

/// Makes the bytes of a text visible. `marks` are ranges of its bytes.
fn visible(text: &[u8], marks: &[Range], hidden: &Hidden) -> VisibleText {
    let first = marks.first().map_or(0, |mark| mark.0);
    let mut start = if text.len() > MOST_SHOWN {
        first.saturating_sub(CONTEXT)
    } else {
        0
    };
    let end = text.len().min(start + MOST_SHOWN);
    while start > 0 && text.get(start).is_some_and(|byte| byte & 0xc0 == 0x80) {
        start -= 1;
    }
    // A part of a secret may start before what is shown.
    let from = start.saturating_sub(PART);
    let mask = hidden.mask(&text[from..text.len().min(end + PART)]);
    let mask = |at: usize| mask.get(at - from).copied().unwrap_or(Mask::Shown);
    let mut shown = String::new();
    // The position in `shown` of each byte of the text.
    let mut positions = vec![0; text.len() + 1];
    let mut at = start;
    while at < end {
        positions[at] = shown.len();
        if mask(at) != Mask::Shown {
            shown.push_str(match mask(at) {
                Mask::Secret => "[secret]",
                Mask::Signature | Mask::Shown => "[signature]",
            });
            let same = (at..end).take_while(|next| mask(*next) == mask(at)).count();
            let inside = shown.len();
            positions[at + 1..at + same].fill(inside);
            at += same;
            continue;
        }
        let length = character(&text[at..end]);
        match core::str::from_utf8(&text[at..at + length]) {
            Ok(text) => text.chars().for_each(|c| escape(c, &mut shown)),
            Err(_) => {
                for byte in &text[at..at + length] {
                    shown.push_str(&format!("\\x{byte:02x}"));
                }
            }
        }
        positions[at + 1..at + length].fill(shown.len());
        at += length;
    }
    for position in &mut positions[at..] {
        *position = shown.len();
    }
    if hidden.is_in(shown.as_bytes()) {
        return VisibleText {
            text: WITHHELD.to_owned(),
            marks: Vec::new(),
            length: text.len(),
            cut: true,
        };
    }
    let marks = marks
        .iter()
        .filter(|mark| mark.0 <= end && mark.1 >= start)
        .map(|mark| (positions[mark.0.max(start)], positions[mark.1.max(start)]))
        .collect();
    VisibleText {
        text: shown,
        marks,
        length: text.len(),
        cut: start > 0 || at < text.len(),
    }
}

/// Returns the length of the character at the start, or 1 if there is none.
fn character(text: &[u8]) -> usize {
    (1..=text.len().min(4))
        .find(|length| core::str::from_utf8(&text[..*length]).is_ok())
        .unwrap_or(1)
}

/// Escapes what is invisible, and the backslash.
fn escape(c: char, out: &mut String) {
    match c {
        '"' | '\'' => out.push(c),
        c => out.extend(c.escape_debug()),
    }
}
