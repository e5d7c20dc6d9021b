//! Layouts of the signed text other than separated values: names and values, JSON, URLs.

use std::rc::Rc;

use visiono_workflow::Field;

use crate::catalogue::Mistake;
use crate::change::Change;
use crate::codec::{self, Unreserved};

/// A layout of the signed text.
pub(crate) struct Layout {
    pub(crate) change: Change,
    kind: LayoutKind,
    /// The name of each field.
    names: Rc<[String]>,
}

enum LayoutKind {
    NameValue(NameValue),
    Json(Json),
    /// A part of the URL, independent of the fields.
    Fixed(Vec<u8>),
}

/// Names and values, as in a query.
struct NameValue {
    /// The text before the first name: empty, or the start of a URL.
    before: Vec<u8>,
    joiner: &'static str,
    assign: &'static str,
    encoding: Option<(Unreserved, bool)>,
    is_sorted: bool,
}

/// An object or an array of the values.
#[derive(Clone, Copy)]
struct Json {
    is_object: bool,
    writer: Writer,
    numbers: bool,
    is_sorted: bool,
}

/// The names that a layout gives the fields.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Short,
    Long,
    Camel,
}

/// A library that writes JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    JavaScript,
    Php,
    Python,
    /// Non-ASCII characters unescaped, with Python's spaces.
    PythonUnicode,
    /// Indented by two spaces.
    Pretty,
}

impl Names {
    const ALL: [Self; 3] = [Self::Short, Self::Long, Self::Camel];

    fn of(self, field: Field) -> String {
        match self {
            Self::Short => field.short_name().to_owned(),
            Self::Long => field.long_name().to_owned(),
            Self::Camel => {
                let mut name = String::new();
                let mut is_start = false;
                for c in field.long_name().chars() {
                    match c {
                        '_' => is_start = true,
                        c if core::mem::take(&mut is_start) => name.push(c.to_ascii_uppercase()),
                        c => name.push(c),
                    }
                }
                name
            }
        }
    }
}

/// Returns every layout, the usual ones first.
pub(crate) fn layouts(fields: &[Field], urls: &[Vec<u8>], starts: &[Vec<u8>]) -> Vec<Layout> {
    let mut layouts = Vec::new();
    let named =
        |names: Names| -> Rc<[String]> { fields.iter().map(|field| names.of(*field)).collect() };
    let mut add = |rank, change, kind, names: &Rc<[String]>| {
        let names = Rc::clone(names);
        layouts.push((
            rank,
            Layout {
                change,
                kind,
                names,
            },
        ));
    };
    let short = named(Names::Short);
    for (at, url) in urls.iter().enumerate() {
        add(
            at,
            Change::new(Mistake::WholeUrl),
            LayoutKind::Fixed(url.clone()),
            &short,
        );
    }
    // A URL with other values than the received ones.
    for (at, start) in starts.iter().enumerate() {
        for (encoded, encoding) in ENCODINGS.into_iter().enumerate().skip(1) {
            let kind = LayoutKind::NameValue(NameValue {
                before: start.clone(),
                joiner: "&",
                assign: "=",
                encoding,
                is_sorted: false,
            });
            add(
                at * 4 + encoded,
                Change::new(Mistake::WholeUrl),
                kind,
                &short,
            );
        }
    }
    for names in Names::ALL {
        let all = named(names);
        for is_sorted in [false, true] {
            let rank = usize::from(names != Names::Short) * 8 + usize::from(is_sorted) * 2;
            for (at, (joiner, assign)) in JOINERS.into_iter().enumerate() {
                for (encoded, encoding) in ENCODINGS.into_iter().enumerate() {
                    let kind = LayoutKind::NameValue(NameValue {
                        before: Vec::new(),
                        joiner,
                        assign,
                        encoding,
                        is_sorted,
                    });
                    let rank = rank + at * 10 + encoded;
                    add(rank, Change::new(Mistake::NameValueText), kind, &all);
                }
            }
            for (at, writer) in Writer::ALL.into_iter().enumerate() {
                for numbers in [true, false] {
                    let kind = LayoutKind::Json(Json {
                        is_object: true,
                        writer,
                        numbers,
                        is_sorted,
                    });
                    let rank = rank + at * 2 + usize::from(numbers);
                    add(rank, Change::new(Mistake::JsonOfFields), kind, &all);
                }
            }
        }
    }
    for (at, writer) in Writer::ALL.into_iter().enumerate() {
        for numbers in [true, false] {
            let kind = LayoutKind::Json(Json {
                is_object: false,
                writer,
                numbers,
                is_sorted: false,
            });
            let change = Change::with(Mistake::JsonOfFields, "an array");
            add(12 + at, change, kind, &short);
        }
    }
    layouts.sort_by_key(|(rank, _)| *rank);
    layouts.into_iter().map(|(_, layout)| layout).collect()
}

/// The separators: between pairs, and between a name and its value.
const JOINERS: [(&str, &str); 9] = [
    ("&", "="),
    ("|", "="),
    ("", ""),
    (",", "="),
    ("\n", "="),
    ("", "="),
    (";", "="),
    ("|", ":"),
    (",", ":"),
];

const ENCODINGS: [Option<(Unreserved, bool)>; 5] = [
    None,
    Some((Unreserved::RFC, false)),
    Some((Unreserved::FORM, true)),
    Some((Unreserved::JAVASCRIPT, false)),
    // `URLSearchParams`.
    Some((Unreserved(b"-_.*"), true)),
];

impl Writer {
    const ALL: [Self; 5] = [
        Self::JavaScript,
        Self::Php,
        Self::Python,
        Self::PythonUnicode,
        Self::Pretty,
    ];

    /// Returns the separators between members, and after a name.
    const fn between(self) -> (&'static str, &'static str) {
        match self {
            Self::JavaScript | Self::Php => (",", ":"),
            Self::Python | Self::PythonUnicode => (", ", ": "),
            Self::Pretty => (",\n  ", ": "),
        }
    }
}

impl Layout {
    /// Writes the text of these fields. Items that are not fields are left out.
    pub(crate) fn write<'v>(
        &self,
        items: &[usize],
        value: &dyn Fn(usize) -> &'v [u8],
        fields: &[Field],
        out: &mut Vec<u8>,
    ) {
        let named = |is_sorted: bool| {
            let named = items
                .iter()
                .filter_map(|item| Some((self.names.get(*item)?.as_str(), *item)));
            let mut named: Vec<_> = named.collect();
            if is_sorted {
                named.sort_unstable();
            }
            named
        };
        match &self.kind {
            LayoutKind::Fixed(text) => out.extend_from_slice(text),
            LayoutKind::NameValue(kind) => {
                out.extend_from_slice(&kind.before);
                for (at, (name, item)) in named(kind.is_sorted).iter().enumerate() {
                    if at > 0 {
                        out.extend_from_slice(kind.joiner.as_bytes());
                    }
                    out.extend_from_slice(name.as_bytes());
                    out.extend_from_slice(kind.assign.as_bytes());
                    match kind.encoding {
                        None => out.extend_from_slice(value(*item)),
                        Some((unreserved, plus)) => {
                            codec::percent_encode_to(value(*item), unreserved, plus, out);
                        }
                    }
                }
            }
            LayoutKind::Json(kind) => {
                let members = named(kind.is_sorted);
                kind.write(&members, value, fields, out);
            }
        }
    }
}

impl Json {
    fn write<'v>(
        self,
        members: &[(&str, usize)],
        value: &dyn Fn(usize) -> &'v [u8],
        fields: &[Field],
        out: &mut Vec<u8>,
    ) {
        let (comma, colon) = self.writer.between();
        let is_object = self.is_object;
        let is_pretty = self.writer == Writer::Pretty;
        out.push(if is_object { b'{' } else { b'[' });
        if is_pretty {
            out.extend_from_slice(b"\n  ");
        }
        for (at, (name, item)) in members.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(comma.as_bytes());
            }
            if is_object {
                self.writer.write_text(name.as_bytes(), out);
                out.extend_from_slice(colon.as_bytes());
            }
            let is_number = fields.get(*item).is_some_and(|field| field.is_number());
            if self.numbers && is_number {
                out.extend_from_slice(value(*item));
            } else {
                self.writer.write_text(value(*item), out);
            }
        }
        if is_pretty {
            out.push(b'\n');
        }
        out.push(if is_object { b'}' } else { b']' });
    }
}

impl Writer {
    fn write_text(self, bytes: &[u8], out: &mut Vec<u8>) {
        out.push(b'"');
        for c in String::from_utf8_lossy(bytes).chars() {
            let escapes_unicode = matches!(self, Self::Php | Self::Python);
            match c {
                '"' => out.extend_from_slice(b"\\\""),
                '\\' => out.extend_from_slice(b"\\\\"),
                '/' if self == Self::Php => out.extend_from_slice(b"\\/"),
                '\n' => out.extend_from_slice(b"\\n"),
                '\r' => out.extend_from_slice(b"\\r"),
                '\t' => out.extend_from_slice(b"\\t"),
                c if !c.is_ascii() && escapes_unicode || c.is_control() && c.is_ascii() => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                    }
                }
                c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        out.push(b'"');
    }
}
