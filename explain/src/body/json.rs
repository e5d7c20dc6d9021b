//! JSON tokens with their source text, and writers that lay them out like other serializers.
//!
//! `serde_json` discards the notation of a number, the escapes of a string and duplicate names.
//! These are the differences between a body and its reserialized copy.

use std::borrow::Cow;
use std::collections::HashMap;

use super::number::{self, Numbers};

/// The greatest depth that is read; the core refuses deeper nesting.
const MAX_DEPTH: usize = 127;

/// The bytes that a layout may add to four times the length of a text: 1 MiB.
const GROWTH: usize = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// An object or array; `end` is the index of the token after its last one.
    Object {
        end: u32,
    },
    Array {
        end: u32,
    },
    /// The name of a member; the next token is its value.
    Name,
    Text,
    Number,
    /// `true`, `false` or `null`.
    Word,
}

/// A token and the range of its source text. For a string, the range excludes the quotes.
#[derive(Clone, Copy, Debug)]
struct Token {
    kind: Kind,
    start: u32,
    end: u32,
}

/// A JSON text as tokens.
pub(super) struct Json<'a> {
    source: &'a [u8],
    tokens: Vec<Token>,
    /// The number of its numbers.
    pub(super) numbers: usize,
}

/// A reader of tokens. It is only as strict as writing them again requires.
struct Reader<'a> {
    source: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
}

impl Reader<'_> {
    fn space(&mut self) {
        while matches!(self.source.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Skips white space and returns the next byte.
    fn next(&mut self) -> Option<u8> {
        self.space();
        self.source.get(self.at).copied()
    }

    fn take(&mut self, expected: u8) -> Option<()> {
        (self.next()? == expected).then(|| self.at += 1)
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        let [start, end] = [start, end].map(|at| u32::try_from(at).unwrap_or(u32::MAX));
        self.tokens.push(Token { kind, start, end });
    }

    fn text(&mut self, kind: Kind) -> Option<()> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            match *self.source.get(self.at)? {
                b'"' => break,
                b'\\' => self.at += 2,
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
        self.push(kind, start, self.at);
        self.at += 1;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        match self.next()? {
            opening @ (b'{' | b'[') => self.container(opening, depth.checked_sub(1)?),
            b'"' => self.text(Kind::Text),
            b'-' | b'0'..=b'9' => {
                let start = self.at;
                while let Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9') =
                    self.source.get(self.at)
                {
                    self.at += 1;
                }
                self.push(Kind::Number, start, self.at);
                Some(())
            }
            _ => {
                let rest = &self.source[self.at..];
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|word| rest.starts_with(word.as_bytes()))?;
                self.push(Kind::Word, self.at, self.at + word.len());
                self.at += word.len();
                Some(())
            }
        }
    }

    fn container(&mut self, opening: u8, depth: usize) -> Option<()> {
        let closing = opening + 2;
        let start = self.at;
        let token = self.tokens.len();
        self.push(Kind::Word, start, start);
        self.at += 1;
        if self.next()? != closing {
            loop {
                if opening == b'{' {
                    self.text(Kind::Name)?;
                    self.take(b':')?;
                }
                self.value(depth)?;
                if self.next()? != b',' {
                    break;
                }
                self.at += 1;
            }
        }
        self.take(closing)?;
        let end = u32::try_from(self.tokens.len()).ok()?;
        self.tokens[token].kind = if opening == b'{' {
            Kind::Object { end }
        } else {
            Kind::Array { end }
        };
        Some(())
    }
}

/// A way to write a class of characters in strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// As in the source.
    Keep,
    Raw,
    /// `\u00e9`, or `\/` for a slash.
    Lower,
    /// `\u00E9`, or `\/` for a slash.
    Upper,
}

/// The order of an object's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Keep,
    /// By name, as bytes.
    Sorted,
    /// By the length of the name, then by name, as binary JSON in a database.
    Length,
    /// Names that are integers first, as JavaScript orders them.
    Integers,
}

/// The white space between tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spacing {
    /// As in the source.
    Keep,
    /// On one line, with this comma and this colon.
    Line(&'static str, &'static str),
    /// One line for each value, with this indent.
    Indent(&'static str),
}

/// The layout of a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) spacing: Spacing,
    pub(super) slash: Escape,
    pub(super) unicode: Escape,
    /// `<`, `>` and `&`.
    pub(super) html: Escape,
    /// `'`, and in some writers also `+`, `=` and the grave accent.
    pub(super) apostrophe: Escape,
    /// U+2028 and U+2029.
    pub(super) separators: Escape,
    pub(super) numbers: Numbers,
    pub(super) order: Order,
    /// `true` if the writer parsed the text: of duplicate names, the last remains, and other
    /// escapes are normalized.
    pub(super) parsed: bool,
    /// `true` if an empty object becomes `[]`, as in PHP's arrays.
    pub(super) empty_list: bool,
}

impl Style {
    /// The layout that changes nothing.
    pub(super) const KEEP: Self = Self {
        spacing: Spacing::Keep,
        slash: Escape::Keep,
        unicode: Escape::Keep,
        html: Escape::Keep,
        apostrophe: Escape::Keep,
        separators: Escape::Keep,
        numbers: Numbers::Keep,
        order: Order::Keep,
        parsed: false,
        empty_list: false,
    };

    fn escape(&self, character: char) -> Escape {
        match character {
            '/' => self.slash,
            '<' | '>' | '&' => self.html,
            '\'' | '+' | '=' | '`' => self.apostrophe,
            '\u{2028}' | '\u{2029}' if self.unicode == Escape::Raw => self.separators,
            '\u{80}'.. => self.unicode,
            _ if self.parsed => Escape::Raw,
            _ => Escape::Keep,
        }
    }
}

/// Splits a string into units: a character and its source, or an escape that encodes none.
fn units(raw: &str) -> impl Iterator<Item = (Option<char>, &str)> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        let (character, length) = unit(rest)?;
        let (unit, tail) = rest.split_at_checked(length)?;
        rest = tail;
        Some((character, unit))
    })
}

fn unit(rest: &str) -> Option<(Option<char>, usize)> {
    let first = rest.chars().next()?;
    if first != '\\' {
        return Some((Some(first), first.len_utf8()));
    }
    let hex = |at: usize| -> Option<u32> {
        let digits = rest.get(at..at + 4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    match rest.chars().nth(1)? {
        'u' => {
            let Some(code) = hex(2) else {
                return Some((None, rest.len().min(2)));
            };
            if let (0xd800..=0xdbff, true, Some(low @ 0xdc00..=0xdfff)) =
                (code, rest.get(6..8) == Some("\\u"), hex(8))
            {
                let code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                return Some((char::from_u32(code), 12));
            }
            Some((char::from_u32(code), 6))
        }
        'b' => Some((Some('\u{8}'), 2)),
        'f' => Some((Some('\u{c}'), 2)),
        'n' => Some((Some('\n'), 2)),
        'r' => Some((Some('\r'), 2)),
        't' => Some((Some('\t'), 2)),
        other => Some((Some(other), 1 + other.len_utf8())),
    }
}

fn write_escaped(out: &mut Vec<u8>, character: char, upper: bool) {
    for unit in character.encode_utf16(&mut [0; 2]) {
        let text = if upper {
            format!("\\u{unit:04X}")
        } else {
            format!("\\u{unit:04x}")
        };
        out.extend_from_slice(text.as_bytes());
    }
}

fn write_raw(out: &mut Vec<u8>, character: char) {
    let short = match character {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{8}' => "\\b",
        '\u{c}' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\0'..='\u{1f}' => return write_escaped(out, character, false),
        _ => return out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
    };
    out.extend_from_slice(short.as_bytes());
}

/// A writer of tokens in a layout.
struct Writer<'j, 'a> {
    json: &'j Json<'a>,
    style: &'j Style,
    out: Vec<u8>,
    /// The length at which it stops, because some layouts grow a short text enormously.
    most: usize,
    /// The one number to write differently, and how.
    one_number: Option<(usize, Numbers)>,
    seen: usize,
}

impl Writer<'_, '_> {
    fn is_full(&self) -> bool {
        self.out.len() > self.most
    }

    fn line(&mut self, depth: usize) {
        if let Spacing::Indent(indent) = self.style.spacing {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    fn comma(&mut self) {
        let comma = match self.style.spacing {
            Spacing::Line(comma, _) => comma,
            _ => ",",
        };
        self.out.extend_from_slice(comma.as_bytes());
    }

    fn colon(&mut self) {
        let colon = match self.style.spacing {
            Spacing::Line(_, colon) => colon,
            _ => ": ",
        };
        self.out.extend_from_slice(colon.as_bytes());
    }

    /// Writes every token in its place.
    fn in_place(&mut self) {
        let mut written = 0;
        for token in &self.json.tokens {
            if self.is_full() {
                return;
            }
            let start = token.start as usize;
            match token.kind {
                Kind::Name | Kind::Text => {
                    self.out
                        .extend_from_slice(&self.json.source[written..start - 1]);
                    self.text(*token);
                    written = token.end as usize + 1;
                }
                Kind::Number => {
                    self.out
                        .extend_from_slice(&self.json.source[written..start]);
                    self.number(*token);
                    written = token.end as usize;
                }
                _ => {}
            }
        }
        self.out.extend_from_slice(&self.json.source[written..]);
    }

    fn text(&mut self, token: Token) {
        self.out.push(b'"');
        for (character, raw) in units(self.json.raw(token)) {
            let escape = character.map_or(Escape::Keep, |character| self.style.escape(character));
            match (escape, character) {
                (Escape::Keep, _) | (_, None) => self.out.extend_from_slice(raw.as_bytes()),
                (Escape::Raw, Some(character)) => write_raw(&mut self.out, character),
                (_, Some('/')) => self.out.extend_from_slice(b"\\/"),
                (escape, Some(character)) => {
                    write_escaped(&mut self.out, character, escape == Escape::Upper);
                }
            }
        }
        self.out.push(b'"');
    }

    fn number(&mut self, token: Token) {
        let style = match self.one_number {
            Some((index, style)) if index == self.seen => style,
            Some(_) => Numbers::Keep,
            None => self.style.numbers,
        };
        self.seen += 1;
        let text = number::write(self.json.raw(token), style);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Writes the value at a token. Returns the index of the token after it.
    fn value(&mut self, at: usize, depth: usize) -> usize {
        let token = self.json.tokens[at];
        match token.kind {
            Kind::Object { end } => self.object(at + 1, end as usize, depth),
            Kind::Array { end } => self.array(at + 1, end as usize, depth),
            Kind::Text | Kind::Name => self.text(token),
            Kind::Number => self.number(token),
            Kind::Word => self.out.extend_from_slice(self.json.raw(token).as_bytes()),
        }
        self.json.after(at)
    }

    fn array(&mut self, mut at: usize, end: usize, depth: usize) {
        self.out.push(b'[');
        let empty = at == end;
        let first = at;
        while at < end && !self.is_full() {
            if at > first {
                self.comma();
            }
            self.line(depth + 1);
            at = self.value(at, depth + 1);
        }
        if !empty {
            self.line(depth);
        }
        self.out.push(b']');
    }

    fn object(&mut self, at: usize, end: usize, depth: usize) {
        if at == end {
            let empty = if self.style.empty_list { "[]" } else { "{}" };
            self.out.extend_from_slice(empty.as_bytes());
            return;
        }
        self.out.push(b'{');
        for (index, member) in self.members(at, end).into_iter().enumerate() {
            if self.is_full() {
                return;
            }
            if index > 0 {
                self.comma();
            }
            self.line(depth + 1);
            self.text(self.json.tokens[member]);
            self.colon();
            self.value(member + 1, depth + 1);
        }
        self.line(depth);
        self.out.push(b'}');
    }

    /// Returns the tokens of an object's names, in the order of the layout.
    fn members(&self, mut at: usize, end: usize) -> Vec<usize> {
        let mut members = Vec::new();
        while at < end {
            members.push(at);
            at = self.json.after(at + 1);
        }
        if !self.style.parsed && self.style.order == Order::Keep {
            return members;
        }
        let name = |member: usize| self.json.decoded(self.json.tokens[member]);
        let mut last: HashMap<Cow<'_, str>, usize> = HashMap::new();
        let mut order: Vec<Cow<'_, str>> = Vec::new();
        for member in members {
            let name = name(member);
            if last.insert(name.clone(), member).is_none() {
                order.push(name);
            }
        }
        match self.style.order {
            Order::Keep => {}
            Order::Sorted => order.sort(),
            Order::Length => order.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b))),
            Order::Integers => order.sort_by_key(|name| integer_order(name)),
        }
        order.iter().map(|name| last[name]).collect()
    }
}

/// Returns the sort key of a name in JavaScript's order: array indices first, in numeric order.
fn integer_order(name: &str) -> u64 {
    match name.parse::<u32>() {
        Ok(index) if index.to_string() == name => u64::from(index),
        _ => u64::MAX,
    }
}

impl<'a> Json<'a> {
    /// Reads a JSON text. Returns `None` if it is invalid or nested too deeply.
    pub(super) fn read(source: &'a [u8]) -> Option<Self> {
        std::str::from_utf8(source).ok()?;
        let mut reader = Reader {
            source,
            at: 0,
            tokens: Vec::new(),
        };
        reader.value(MAX_DEPTH)?;
        reader.space();
        if reader.at != source.len() {
            return None;
        }
        let tokens = reader.tokens;
        let numbers = tokens
            .iter()
            .filter(|token| token.kind == Kind::Number)
            .count();
        Some(Self {
            source,
            tokens,
            numbers,
        })
    }

    /// Returns the length of the text, in bytes.
    pub(super) const fn len(&self) -> usize {
        self.source.len()
    }

    fn raw(&self, token: Token) -> &'a str {
        std::str::from_utf8(&self.source[token.start as usize..token.end as usize])
            .unwrap_or_default()
    }

    fn decoded(&self, token: Token) -> Cow<'a, str> {
        let raw = self.raw(token);
        if !raw.contains('\\') {
            return Cow::Borrowed(raw);
        }
        units(raw)
            .map(|(character, raw)| character.map_or_else(|| raw.to_owned(), String::from))
            .collect()
    }

    /// Returns the index of the token after a value.
    fn after(&self, at: usize) -> usize {
        match self.tokens[at].kind {
            Kind::Object { end } | Kind::Array { end } => end as usize,
            _ => at + 1,
        }
    }

    /// Returns a string member of the outermost object.
    pub(super) fn member(&self, name: &str) -> Option<String> {
        let mut at = 1;
        while let Some(token) = self.tokens.get(at).filter(|token| token.kind == Kind::Name) {
            let value = self.tokens[at + 1];
            if self.decoded(*token) == name && value.kind == Kind::Text {
                return Some(self.decoded(value).into_owned());
            }
            at = self.after(at + 1);
        }
        None
    }

    /// Returns the spacing of the first members.
    pub(super) fn spacing(&self) -> Spacing {
        let mut gaps = self.tokens.windows(2).filter_map(|pair| {
            let end =
                pair[0].end as usize + usize::from(matches!(pair[0].kind, Kind::Name | Kind::Text));
            let start = (pair[1].start as usize)
                .checked_sub(usize::from(matches!(pair[1].kind, Kind::Name | Kind::Text)))?;
            self.source.get(end..start)
        });
        let mut find = |mark: u8| gaps.find(|gap| gap.contains(&mark)).unwrap_or_default();
        let colon = if find(b':').ends_with(b" ") {
            ": "
        } else {
            ":"
        };
        let comma = find(b',');
        match comma.iter().position(|&byte| byte == b'\n') {
            Some(_) if comma.ends_with(b"\t") => Spacing::Indent("\t"),
            Some(at) if comma.len() - at == 5 => Spacing::Indent("    "),
            Some(_) => Spacing::Indent("  "),
            None if comma.ends_with(b" ") => Spacing::Line(", ", colon),
            None => Spacing::Line(",", colon),
        }
    }

    /// Writes the text in a layout. Returns `None` if it grows too much.
    pub(super) fn write(&self, style: &Style) -> Option<Vec<u8>> {
        self.write_number(style, None)
    }

    /// Writes the text in a layout, with one number written differently.
    pub(super) fn write_number(
        &self,
        style: &Style,
        one_number: Option<(usize, Numbers)>,
    ) -> Option<Vec<u8>> {
        let out = Vec::with_capacity(self.source.len() + self.source.len() / 4);
        let mut writer = Writer {
            json: self,
            style,
            out,
            most: 4 * self.source.len() + GROWTH,
            one_number,
            seen: 0,
        };
        match style.spacing {
            Spacing::Keep => writer.in_place(),
            _ => _ = writer.value(0, 0),
        }
        (!writer.is_full()).then_some(writer.out)
    }

    /// Writes Python's `str()` of the parsed text.
    pub(super) fn python(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.source.len());
        self.python_value(0, &mut out);
        out
    }

    fn python_value(&self, at: usize, out: &mut Vec<u8>) {
        let token = self.tokens[at];
        match token.kind {
            Kind::Object { end } | Kind::Array { end } => {
                let object = matches!(token.kind, Kind::Object { .. });
                out.push(if object { b'{' } else { b'[' });
                let mut next = at + 1;
                while next < end as usize {
                    if next > at + 1 {
                        out.extend_from_slice(b", ");
                    }
                    if object {
                        self.python_text(self.tokens[next], out);
                        out.extend_from_slice(b": ");
                        next += 1;
                    }
                    self.python_value(next, out);
                    next = self.after(next);
                }
                out.push(if object { b'}' } else { b']' });
            }
            Kind::Text | Kind::Name => self.python_text(token, out),
            Kind::Number => {
                out.extend_from_slice(number::write(self.raw(token), Numbers::Python).as_bytes());
            }
            Kind::Word => out.extend_from_slice(match self.raw(token) {
                "true" => b"True",
                "false" => b"False",
                _ => b"None",
            }),
        }
    }

    fn python_text(&self, token: Token, out: &mut Vec<u8>) {
        let text = self.decoded(token);
        let quote = if text.contains('\'') && !text.contains('"') {
            '"'
        } else {
            '\''
        };
        out.push(quote as u8);
        for character in text.chars() {
            match character {
                '\\' => out.extend_from_slice(b"\\\\"),
                '\n' => out.extend_from_slice(b"\\n"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\t' => out.extend_from_slice(b"\\t"),
                _ if character == quote => out.extend_from_slice(&[b'\\', quote as u8]),
                '\0'..='\u{1f}' | '\u{7f}' => {
                    out.extend_from_slice(format!("\\x{:02x}", character as u32).as_bytes());
                }
                _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        out.push(quote as u8);
    }
}
