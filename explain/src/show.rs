//! The signed text with its bytes made visible, and without secrets and signatures.

use crate::diagnosis::{SignedText, VisibleText};
use crate::hidden::{Hidden, Mask, PART};

/// The number of bytes of a text that are shown.
const MOST_SHOWN: usize = 2048;

/// The number of bytes that are shown before the first difference of a long text.
const CONTEXT: usize = 256;

/// The replacement of a text that contains a secret in a form that can't be cut out.
const WITHHELD: &str = "[withheld: it has a secret in another form]";

/// Shows the right text and the text that was signed.
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

/// Returns the ranges in which two texts differ: field by field if both have the same number of
/// fields.
fn differences(one: &[u8], other: &[u8]) -> Vec<(Range, Range)> {
    let fields = |text: &[u8]| text.split(|byte| *byte == b'|').count();
    let is_short = one.len().max(other.len()) <= MOST_SHOWN;
    if !is_short || fields(one) == 1 || fields(one) != fields(other) {
        return difference(one, other, 0, 0);
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

/// The length up to which two texts, without their common ends, are compared byte by byte.
const MOST_COMPARED: usize = 512;

/// The number of equal bytes between two differences below which they are one difference.
const FEWEST_EQUAL: usize = 2;

fn difference(one: &[u8], other: &[u8], one_at: usize, other_at: usize) -> Vec<(Range, Range)> {
    if one == other {
        return Vec::new();
    }
    let equal = |pair: &(&u8, &u8)| pair.0 == pair.1;
    let start = one.iter().zip(other).take_while(equal).count();
    let end = one[start..]
        .iter()
        .rev()
        .zip(other[start..].iter().rev())
        .take_while(equal)
        .count();
    let (one_end, other_end) = (one.len() - end, other.len() - end);
    let mut ranges = inner_differences(&one[start..one_end], &other[start..other_end]);
    for ((one_start, one_end), (other_start, other_end)) in &mut ranges {
        for at in [one_start, one_end, other_start, other_end] {
            *at += start;
        }
    }
    // Characters are not split.
    let widen = |text: &[u8], (mut start, mut end): Range| {
        let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
        while start > 0 && is_inside(start) {
            start -= 1;
        }
        while is_inside(end) {
            end += 1;
        }
        (start, end)
    };
    let mut differences: Vec<(Range, Range)> = Vec::new();
    for (of_one, of_other) in ranges {
        let (of_one, of_other) = (widen(one, of_one), widen(other, of_other));
        match differences.last_mut() {
            Some(last) if of_one.0 < last.0.1 || of_other.0 < last.1.1 => {
                last.0.1 = of_one.1.max(last.0.1);
                last.1.1 = of_other.1.max(last.1.1);
            }
            _ => differences.push((of_one, of_other)),
        }
    }
    let moved = |(start, end): Range, at: usize| (start + at, end + at);
    differences
        .into_iter()
        .map(|(of_one, of_other)| (moved(of_one, one_at), moved(of_other, other_at)))
        .collect()
}

/// Returns the ranges outside the longest common subsequence, or both texts as a whole if they have
/// little in common.
fn inner_differences(one: &[u8], other: &[u8]) -> Vec<(Range, Range)> {
    let whole = vec![((0, one.len()), (0, other.len()))];
    let longest = one.len().max(other.len());
    if longest > MOST_COMPARED {
        return whole;
    }
    // The length of the longest common subsequence of both rests.
    let width = other.len() + 1;
    let mut common = vec![0_u16; (one.len() + 1) * width];
    for at in (0..one.len()).rev() {
        for other_at in (0..other.len()).rev() {
            common[at * width + other_at] = if one[at] == other[other_at] {
                common[(at + 1) * width + other_at + 1] + 1
            } else {
                common[(at + 1) * width + other_at].max(common[at * width + other_at + 1])
            };
        }
    }
    if usize::from(common[0]) * 2 < one.len().min(other.len()) {
        return whole;
    }
    let (mut at, mut other_at) = (0, 0);
    let mut differences: Vec<(Range, Range)> = Vec::new();
    while at < one.len() || other_at < other.len() {
        let is_equal = at < one.len() && other_at < other.len() && one[at] == other[other_at];
        if is_equal {
            at += 1;
            other_at += 1;
            continue;
        }
        let is_of_one = at < one.len()
            && (other_at == other.len()
                || common[(at + 1) * width + other_at] >= common[at * width + other_at + 1]);
        let (one_next, other_next) = if is_of_one {
            (at + 1, other_at)
        } else {
            (at, other_at + 1)
        };
        match differences.last_mut() {
            Some(last) if at - last.0.1 < FEWEST_EQUAL => {
                last.0.1 = one_next;
                last.1.1 = other_next;
            }
            _ => differences.push(((at, one_next), (other_at, other_next))),
        }
        (at, other_at) = (one_next, other_next);
    }
    differences
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
    // A part of a secret may start before the shown part.
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

/// Returns the length of the first character, or 1 if the bytes are not UTF-8.
fn character(text: &[u8]) -> usize {
    (1..=text.len().min(4))
        .find(|length| core::str::from_utf8(&text[..*length]).is_ok())
        .unwrap_or(1)
}

/// Escapes invisible characters and the backslash.
fn escape(c: char, out: &mut String) {
    match c {
        '"' | '\'' => out.push(c),
        c => out.extend(c.escape_debug()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hidden::Collector;

    /// Returns the marks of two texts as a terminal shows them.
    fn carets(right: &str, used: &str) -> [String; 2] {
        let shown = signed_text(right.as_bytes(), Some(used.as_bytes()), &Hidden::default());
        [shown.right, shown.used.unwrap()].map(|text| {
            let is_marked = |at| text.marks.iter().any(|mark| mark.0 <= at && at < mark.1);
            let mark = |(at, _)| if is_marked(at) { '^' } else { ' ' };
            let carets: String = text.text.char_indices().map(mark).collect();
            carets.trim_end().to_owned()
        })
    }

    /// Tests that every byte of a secret or a part of it is replaced, and nothing else.
    #[test]
    fn exactly_a_secret_is_replaced() {
        let mut collector = Collector::default();
        collector.secret(b"Sesame-0pen/2+2");
        collector.key(b"k3y!");
        collector.tag(b"0123456789abcdefghij");
        collector.received(b"f00dfeed-0a1b2c3d");
        let hidden = collector.hidden();
        for (text, shown) in [
            ("Sesame-0pen/2+2", "[secret]"),
            ("x|Sesame-0pen/2+2|y", "x|[secret]|y"),
            ("x|SESAME-0PEN/2+2|y", "x|[secret]|y"),
            ("me-0pen/ me-0pen", "[secret] me-0pen"),
            ("x|k3y!|K3Y!|k3y", "x|[secret]|[secret]|k3y"),
            ("456789abc", "[signature]"),
            ("x f00dfeed-0a1b2c3d", "x [signature]"),
        ] {
            let text = signed_text(text.as_bytes(), None, &hidden).right;
            assert_eq!(text.text, shown);
        }
    }

    /// Tests that the shown part of a long text starts with a whole character, before the
    /// difference.
    #[test]
    fn a_long_text_is_cut_between_characters() {
        for before in 1500..1504 {
            // For every other length, the context before the difference starts inside a character.
            let same = format!("{}{}", "é".repeat(before), "z".repeat(before % 2));
            let [right, used] = ["1", "2"].map(|end| format!("{same}{end}{}", "y".repeat(3000)));
            let shown = signed_text(right.as_bytes(), Some(used.as_bytes()), &Hidden::default());
            let text = shown.right.text;
            assert_eq!(shown.right.length, right.len());
            assert!(shown.right.cut && right.contains(&text), "{text}");
            let start = text.find('1').unwrap();
            assert!((CONTEXT..CONTEXT + 4).contains(&start), "{start}");
            assert_eq!(shown.right.marks, [(start, start + 1)]);
            assert!((MOST_SHOWN - 4..MOST_SHOWN + 4).contains(&text.len()));
        }
    }

    /// Comparing long texts field by field would be slower, and mark differences far apart.
    #[test]
    fn a_long_text_has_one_mark() {
        let same = "x".repeat(MOST_SHOWN);
        let [right, used] = ["1", "2"].map(|end| format!("{end}|{same}|{end}"));
        let marks = differences(right.as_bytes(), used.as_bytes());
        assert_eq!(marks, [((0, right.len()), (0, used.len()))]);
    }

    #[test]
    fn only_what_differs_is_marked() {
        for (right, used, of_right, of_used) in [
            (
                "ABC123|zendesk|ticket-456|1705500000",
                "ABC123,zendesk,ticket-456,1705500000",
                "      ^       ^          ^",
                "      ^       ^          ^",
            ),
            ("an ox is|x", "an%20ox%20is|x", "  ^  ^", "  ^^^  ^^^"),
            ("Zoë|x", "Zoe\u{308}|x", "  ^", "  ^^^^^^^^"),
            ("xéy|1", "xèy|1", " ^", " ^"),
            ("abcdefgh|1", "xbzdefgy|1", "^^^    ^", "^^^    ^"),
            ("abbc|1", "xbbz|1", "^  ^", "^  ^"),
            ("abcd|1", "wxyz|1", "^^^^", "^^^^"),
            ("abcd|1", "abcd|1\n", "", "      ^^"),
        ] {
            assert_eq!(carets(right, used), [of_right, of_used], "{used}");
        }
    }
}
