//! Section 5: decoding, and the names that some decoder takes for another.

use percent_encoding::percent_decode;

use super::Found;

/// A byte of a decoded text, or a broken escape, which is like no byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// A byte, and `true` if it is a `;` that was not encoded.
    Byte(u8, bool),
    Broken,
}

/// Decodes a query's name or value, or a path's segment, in which `+` is a plus.
pub(crate) fn decode(raw: &[u8], is_query: bool) -> Vec<Decoded> {
    let mut decoded = Vec::new();
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        rest = tail;
        decoded.push(match first {
            b'+' if is_query => Decoded::Byte(b' ', false),
            b'%' => match tail.get(..2).and_then(|digits| hex::decode(digits).ok()) {
                Some(byte) => {
                    rest = &tail[2..];
                    Decoded::Byte(byte[0], false)
                }
                None => Decoded::Broken,
            },
            byte => Decoded::Byte(*byte, *byte == b';' && is_query),
        });
    }
    decoded
}

/// Returns text that was decoded before.
pub(crate) fn plain(text: &[u8]) -> Vec<Decoded> {
    text.iter()
        .map(|byte| Decoded::Byte(*byte, false))
        .collect()
}

/// Returns the text, if it is UTF-8 without a broken escape.
pub(crate) fn text(decoded: &[Decoded]) -> Option<String> {
    let byte = |decoded: &Decoded| match decoded {
        Decoded::Byte(byte, _) => Some(*byte),
        Decoded::Broken => None,
    };
    String::from_utf8(decoded.iter().map(byte).collect::<Option<_>>()?).ok()
}

/// Returns the value of a field: text in which no `;` was left unencoded.
pub(crate) fn value(decoded: &[Decoded]) -> Option<String> {
    let is_split = decoded.contains(&Decoded::Byte(b';', true));
    text(decoded).filter(|_| !is_split)
}

/// A parameter's name, as a strict decoder reads it and as lenient ones may.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) exact: Option<String>,
    forms: [Vec<u8>; 2],
}

impl Name {
    /// Reads a name of a query.
    pub(crate) fn of(raw: &[u8]) -> Self {
        Self {
            exact: text(&decode(raw, true)),
            forms: forms(&lenient(raw)),
        }
    }

    /// Reads a name that was decoded before.
    pub(crate) fn plain(name: &[u8]) -> Self {
        Self {
            exact: String::from_utf8(name.into()).ok(),
            forms: forms(name),
        }
    }

    /// Returns `true` if some decoder may take one for the other.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.forms.iter().any(|form| other.forms.contains(form))
    }

    /// Returns `true` if both are exactly the same name.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.exact.is_some() && self.exact == other.exact
    }
}

/// Decodes a name as the most lenient decoders do: `%u0041` is a letter, and a broken escape
/// stands for itself.
fn lenient(raw: &[u8]) -> Vec<u8> {
    let mut spelled = Vec::new();
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        let digits = rest.strip_prefix(b"%u").and_then(|rest| rest.get(..4));
        let digits = digits.and_then(|digits| hex::decode(digits).ok());
        rest = tail;
        match (digits.as_deref(), first) {
            (Some([0, byte @ ..0x80]), _) => {
                spelled.extend(format!("%{byte:02x}").bytes());
                rest = &tail[5..];
            }
            (Some(_), _) => {
                spelled.extend("\u{fffd}".bytes());
                rest = &tail[5..];
            }
            (None, b'+') => spelled.push(b' '),
            (None, byte) => spelled.push(*byte),
        }
    }
    percent_decode(&spelled).collect()
}

/// The two forms of a name: section 5, "Look-alikes".
fn forms(name: &[u8]) -> [Vec<u8>; 2] {
    let trimmed = |name: &[u8]| -> Vec<u8> {
        let is_kept = |byte: &u8| !b" \t\n\x0b\x0c\r".contains(byte);
        let start = name.iter().position(is_kept).unwrap_or(name.len());
        let end = name.iter().rposition(is_kept).map_or(start, |end| end + 1);
        name[start..end].into()
    };
    let cut = name.split(|byte| *byte == 0).next().unwrap_or_default();
    let folded = trimmed(cut).to_ascii_lowercase();

    let is_dropped = |byte: &u8| b"[].".contains(byte);
    let start = folded.iter().position(|byte| !is_dropped(byte));
    let inner = &folded[start.unwrap_or(folded.len())..];
    let inner = inner.split(|byte| b"[]".contains(byte)).next();
    let bracketless = trimmed(inner.unwrap_or_default());

    let mut underscored = folded;
    if let Some(at) = underscored.iter().position(|byte| *byte == b'[') {
        underscored[at] = b'_';
    }
    [bracketless, underscored].map(|mut form| {
        for byte in &mut form {
            if b" .".contains(byte) {
                *byte = b'_';
            }
        }
        form
    })
}

/// A parameter that was received, or one that a template or link has in its query.
#[derive(Clone)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    /// The name up to a `;` in it, which some decoders find in its place.
    other_start: Option<Name>,
    /// The names after each `;`.
    parts: Vec<Name>,
    /// The value, unless it is neither text nor a list of texts.
    pub(crate) value: Option<Vec<Decoded>>,
}

impl Parameter {
    fn of(piece: &[u8]) -> Self {
        let cut = |text: &[u8]| match text.iter().position(|byte| *byte == b'=') {
            Some(at) => (text[..at].to_vec(), text[at + 1..].to_vec()),
            None => (text.to_vec(), Vec::new()),
        };
        let (name, value) = cut(piece);
        let mut parts = piece.split(|byte| *byte == b';').map(|part| cut(part).0);
        let start = parts.next().filter(|start| *start != name);
        Self {
            name: Name::of(&name),
            other_start: start.map(|start| Name::of(&start)),
            parts: parts.map(|part| Name::of(&part)).collect(),
            value: Some(decode(&value, true)),
        }
    }

    /// Returns every name that some decoder finds in it.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Name> {
        let others = self.other_start.iter().chain(&self.parts);
        std::iter::once(&self.name).chain(others)
    }

    /// Returns how often some decoder takes something in it for this name, but for the exact name.
    pub(crate) fn doubtful(&self, wanted: &Name) -> usize {
        let starts = [Some(&self.name), self.other_start.as_ref()];
        let is_like = |name: &&Name| name.is_like(wanted);
        let start = !self.name.is(wanted) && starts.iter().flatten().any(is_like);
        usize::from(start) + self.parts.iter().filter(is_like).count()
    }
}

/// Reads the parameters of a query.
pub(crate) fn parameters(query: &[u8]) -> Vec<Parameter> {
    let pieces = query.split(|byte| *byte == b'&');
    let pieces = pieces.filter(|piece| !piece.is_empty());
    pieces.map(Parameter::of).collect()
}

/// A message as it arrived.
pub(crate) struct Received {
    /// The path, if it is a URL that has one.
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) parameters: Vec<Parameter>,
}

impl Received {
    /// Reads a URL, or a bare query.
    pub(crate) fn text(text: &[u8]) -> Self {
        let scheme = [&b"https://"[..], b"http://"].into_iter().find(|scheme| {
            let start = text.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if scheme.is_none() && !text.starts_with(b"/") && !text.starts_with(b"?") {
            return Self {
                path: None,
                parameters: parameters(text),
            };
        }
        let sent = text.split(|byte| *byte == b'#').next().unwrap_or_default();
        let query = sent.iter().position(|byte| *byte == b'?');
        let (before, query) = sent.split_at(query.unwrap_or(sent.len()));
        let path = match scheme {
            _ if text.starts_with(b"?") => None,
            None => Some(before.to_vec()),
            Some(scheme) => {
                let after = &before[scheme.len()..];
                let start = after.iter().position(|byte| *byte == b'/');
                Some(after[start.unwrap_or(after.len())..].to_vec())
            }
        };
        Self {
            path,
            parameters: parameters(query.get(1..).unwrap_or_default()),
        }
    }

    /// Reads pairs that a framework decoded: `None` is a value that is neither text nor a list of
    /// texts.
    pub(crate) fn pairs<'p>(pairs: impl IntoIterator<Item = (&'p [u8], Option<&'p [u8]>)>) -> Self {
        let parameter = |(name, value): (&[u8], Option<&[u8]>)| Parameter {
            name: Name::plain(name),
            other_start: None,
            parts: Vec::new(),
            value: value.map(plain),
        };
        Self {
            path: None,
            parameters: pairs.into_iter().map(parameter).collect(),
        }
    }

    /// Returns the parameters that have exactly this name.
    pub(crate) fn exactly(&self, name: &Name) -> impl Iterator<Item = &Parameter> {
        let parameters = self.parameters.iter();
        parameters.filter(|parameter| parameter.name.is(name))
    }

    /// Returns how often some decoder finds this name where it is not exactly there.
    pub(crate) fn doubtful(&self, name: &Name) -> usize {
        let parameters = self.parameters.iter();
        parameters.map(|parameter| parameter.doubtful(name)).sum()
    }
}

/// Finds the fields of a message by its standard names.
pub(crate) fn standard(names: &[&str], received: &Received) -> Vec<Found> {
    let find = |name: &&str| {
        let name = Name::plain(name.as_bytes());
        let read = |parameter: &Parameter| value(parameter.value.as_ref()?);
        let values: Vec<_> = received.exactly(&name).map(read).collect();
        let doubtful = received.doubtful(&name);
        Found {
            is_duplicate: values.len() + doubtful > 1,
            is_doubtful: doubtful > 0,
            is_required: false,
            values,
        }
    };
    names.iter().map(find).collect()
}

/// Returns the first of the names that a query has, or a look-alike of.
pub(crate) fn first_held<'n>(query: &str, names: &[&'n str]) -> Option<&'n str> {
    let held = parameters(query.as_bytes());
    let is_held = |name: &&&str| {
        let name = Name::plain(name.as_bytes());
        let mut all = held.iter().flat_map(Parameter::names);
        all.any(|held| held.is_like(&name))
    };
    names.iter().find(is_held).copied()
}
