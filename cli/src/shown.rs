//! Escapes untrusted text for output: on a terminal, and in JSON.

use std::fmt::{self, Write};
use std::io::{self, IsTerminal};

/// A value for a person to read: as it is if all of it is plainly visible, otherwise as a quoted
/// literal.
///
/// A signed value is authentic, but a stranger may have chosen it. Unescaped, it could move the
/// cursor, add a line, reverse the reading direction, or look like another value.
pub(crate) struct Shown<'t>(pub(crate) &'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = *self;
        let reorders = reorders(text);
        let is_plain = |c| is_plain(c) && !(reorders && is_right_to_left(c));
        // A plain value with quotes or backslashes could pass for a literal.
        let is_value = |c| is_plain(c) && !matches!(c, '"' | '\\');
        if !text.is_empty() && text.trim() == text && text.chars().all(is_value) {
            return f.write_str(text);
        }
        f.write_char('"')?;
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                c => write_plain(f, c, is_plain(c))?,
            }
        }
        f.write_char('"')
    }
}

/// Returns one line for each name and value.
pub(crate) fn lines<'n>(values: impl IntoIterator<Item = (&'n str, String)>) -> String {
    values
        .into_iter()
        .map(|(name, value)| format!("{name}: {}\n", Shown(&value)))
        .collect()
}

/// Returns a line with a URL: unchanged for a pipe, and as [`Shown`] on a terminal. The caller
/// chose its start, which may have characters that aren't plainly visible.
pub(crate) fn url_line(url: &str) -> String {
    if io::stdout().is_terminal() {
        format!("{}\n", Shown(url))
    } else {
        format!("{url}\n")
    }
}

/// Escapes the characters of sentences that are not plainly visible, except line feeds. The
/// sentences may repeat values.
pub(crate) fn sentences(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let is_plain = c == '\n' || is_plain(c) && !is_right_to_left(c);
        // Writing to a `String` doesn't fail.
        let _ = write_plain(&mut shown, c, is_plain);
    }
    shown
}

/// Escapes DEL and everything beyond ASCII in JSON. The other control characters are already
/// escaped.
///
/// Only strings can contain these characters, and any UTF-16 code unit of a string can be escaped.
pub(crate) fn ascii_json(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            ascii.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a `String` doesn't fail.
            let _ = write!(ascii, "\\u{unit:04x}");
        }
    }
    ascii
}

fn write_plain(to: &mut impl Write, c: char, is_plain: bool) -> fmt::Result {
    if is_plain {
        to.write_char(c)
    } else {
        // `\n` and similar escapes, or `\u{…}`.
        match c {
            '\n' | '\r' | '\t' => write!(to, "{}", c.escape_default()),
            c => write!(to, "{}", c.escape_unicode()),
        }
    }
}

/// Returns `true` if a character is recognizable in any position.
fn is_plain(c: char) -> bool {
    match c {
        // `escape_debug` escapes these only because literals need it.
        '\'' | '"' | '\\' => true,
        // These are blank, although the standard library classifies them as letters and symbols.
        '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{303f}' | '\u{3164}' | '\u{ffa0}'
        | '\u{fffc}' | '\u{1d159}' => false,
        // Parts of Hangul syllables. Joined, they look like one syllable of U+AC00 to U+D7A3, but
        // are signed as several characters.
        '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97f}' | '\u{d7b0}'..='\u{d7ff}' => false,
        // `escape_debug` escapes controls, formats, separators, combining marks, private and
        // unassigned characters.
        c => c.escape_debug().eq([c]),
    }
}

/// Returns `true` if a text can be displayed in another order than that of its characters: it has
/// right-to-left characters and digits, punctuation or another script.
fn reorders(text: &str) -> bool {
    let is_uniform = |c: char| c == ' ' || is_right_to_left(c) && c.is_alphabetic();
    text.chars().any(is_right_to_left) && !text.chars().all(is_uniform)
}

/// Returns `true` for the blocks whose default direction is right to left (Unicode's
/// DerivedBidiClass.txt).
fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8ff}'
        | '\u{fb1d}'..='\u{fdff}'
        | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}'
        | '\u{1e800}'..='\u{1efff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_shown_unchanged() {
        for plain in [
            "ABC123",
            "Straße 5",
            "日本",
            "한국어",
            "Ключ №7",
            "שלום עולם",
            "it's",
            "a=b&c",
            "📷",
        ] {
            assert_eq!(Shown(plain).to_string(), plain);
        }
    }

    #[test]
    fn text_that_is_not_plainly_visible_is_shown_as_a_literal() {
        for (text, shown) in [
            ("", r#""""#),
            (" a", r#"" a""#),
            ("a ", r#""a ""#),
            // Looks like one letter, and is signed as two characters.
            ("e\u{301}", r#""e\u{301}""#),
            ("\u{1100}\u{1161}", r#""\u{1100}\u{1161}""#),
            ("a\u{a0}b", r#""a\u{a0}b""#),
            ("a\nsecret_index: 0", r#""a\nsecret_index: 0""#),
            ("\u{1b}[31mred\u{7f}", r#""\u{1b}[31mred\u{7f}""#),
            ("\u{9b}31mred", r#""\u{9b}31mred""#),
            ("a\u{202e}b\u{2066}", r#""a\u{202e}b\u{2066}""#),
            ("a\u{2028}b", r#""a\u{2028}b""#),
            ("a\u{200b}b\u{feff}", r#""a\u{200b}b\u{feff}""#),
            ("a\u{e0041}\u{fe0f}", r#""a\u{e0041}\u{fe0f}""#),
            ("\"a\"", r#""\"a\"""#),
            (r"a\b", r#""a\\b""#),
            // Would be displayed as 1234 and then the letter.
            ("12\u{5d0}34", r#""12\u{5d0}34""#),
            ("\u{661} \u{662}", r#""\u{661} \u{662}""#),
        ] {
            assert_eq!(Shown(text).to_string(), shown);
        }
        for blank in [
            '\u{115f}',
            '\u{1160}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{ffa0}',
            '\u{1d159}',
            '\u{ad}',
            '\u{e000}',
            '\u{ffff}',
        ] {
            let shown = Shown(&format!("a{blank}b")).to_string();
            assert_eq!(shown, format!("\"a{}b\"", blank.escape_unicode()));
        }
    }

    #[test]
    fn sentences_have_no_control_characters_except_line_feeds() {
        assert_eq!(
            sentences("it's \"a\"\n\u{1b}[3m\u{9b}\u{202e}\u{3164}\u{5d0}é\r"),
            "it's \"a\"\n\\u{1b}[3m\\u{9b}\\u{202e}\\u{3164}\\u{5d0}é\\r"
        );
    }

    #[test]
    fn ascii_json_has_the_same_value() {
        let value = serde_json::json!({
            "é": "a\u{7f}\u{9b}\u{202e}\u{ffff}\u{1f4f7}\"\\\n",
            "plain": ["/<'>", 1.5, null],
        });
        let ascii = ascii_json(&value.to_string());
        assert_eq!(
            ascii,
            r#"{"\u00e9":"a\u007f\u009b\u202e\uffff\ud83d\udcf7\"\\\n","plain":["/<'>",1.5,null]}"#
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&ascii).unwrap(),
            value
        );
    }
}
