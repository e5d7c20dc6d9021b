//! Section 5: decoding, and names that some decoder takes for another.

use super::Found;

/// A byte of a decoded text, or a broken escape, which equals no byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// A byte, and `true` if it is a `;` that was not encoded.
    Byte(u8, bool),
    Broken,
}

/// Decodes a name or value of a query, or a path segment, in which `+` is a plus.
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

/// Returns a text that is already decoded.
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

/// Returns the value of a field: a text without an unencoded `;`.
pub(crate) fn value(decoded: &[Decoded]) -> Option<String> {
    let is_split = decoded.contains(&Decoded::Byte(b';', true));
    text(decoded).filter(|_| !is_split)
}

/// The name of a parameter, as a strict decoder reads it and as lenient ones may.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) exact: Option<String>,
    forms: [Vec<u8>; 2],
    /// The name of the object of which it is a member.
    object: Vec<u8>,
}

impl Name {
    /// Reads a name of a query.
    pub(crate) fn of(raw: &[u8]) -> Self {
        Self {
            exact: text(&decode(raw, true)),
            ..Self::folded(&lenient(raw))
        }
    }

    /// Reads a name that is already decoded.
    pub(crate) fn plain(name: &[u8]) -> Self {
        let bytes: Vec<_> = name.iter().map(|byte| (*byte, true)).collect();
        Self {
            exact: String::from_utf8(name.into()).ok(),
            ..Self::folded(&bytes)
        }
    }

    /// Returns `true` if some decoder may read both as the same name.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.forms.iter().any(|form| other.forms.contains(form))
    }

    /// Returns `true` if some decoder may read this received name as the wanted one.
    pub(crate) fn may_be(&self, wanted: &Self) -> bool {
        self.is_like(wanted) || [&wanted.forms[1], &wanted.object].contains(&&self.object)
    }

    /// Returns `true` if both are exactly the same name.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.exact.is_some() && self.exact == other.exact
    }

    /// Returns the forms of a name: section 5, "Look-alikes". Each byte has a flag that is `true`
    /// if it was not encoded.
    fn folded(name: &[(u8, bool)]) -> Self {
        let cut = name.split(|(byte, _)| *byte == 0).next();
        let folded: Vec<_> = trimmed(cut.unwrap_or_default())
            .iter()
            .map(|(byte, is_raw)| (byte.to_ascii_lowercase(), *is_raw))
            .collect();

        // Some decoders drop a `?` or `#` before a query, or find a query after one.
        let is_mark = |byte: &(u8, bool)| [(b'?', true), (b'#', true)].contains(byte);
        let is_dropped = |byte: &(u8, bool)| b"[].".contains(&byte.0) || is_mark(byte);
        let start = folded.iter().position(|byte| !is_dropped(byte));
        let inner = &folded[start.unwrap_or(folded.len())..];
        let inner = inner.split(|(byte, _)| b"[]".contains(byte)).next();
        let inner = inner.unwrap_or_default();
        let bracketless = bytes(trimmed(inner));

        // A dot ends the name of an object, except at the end of a plain name.
        let spaces = inner.iter().take_while(|(byte, _)| is_space(*byte)).count();
        let rest = &inner[spaces..];
        let is_plain = cut.is_some_and(|cut| name.ends_with(trimmed(cut))) && start == Some(0);
        let is_last = |at: usize| is_plain && folded.len() == at + 1;
        let dot = rest.iter().skip(1).position(|(byte, _)| *byte == b'.');
        let end = dot.map(|at| at + 1).filter(|at| !is_last(*at));
        let object = bytes(trimmed(&rest[..end.unwrap_or(rest.len())]));

        let mut underscored = bytes(&folded);
        if let Some(at) = underscored.iter().position(|byte| *byte == b'[') {
            underscored[at] = b'_';
        }
        let joined = |mut form: Vec<u8>| {
            // URL parsers remove these.
            form.retain(|byte| !b"\t\n\r".contains(byte));
            for byte in &mut form {
                if b" .".contains(byte) {
                    *byte = b'_';
                }
            }
            form
        };
        Self {
            exact: None,
            forms: [bracketless, underscored].map(joined),
            object: joined(object),
        }
    }
}

fn is_space(byte: u8) -> bool {
    b" \t\n\x0b\x0c\r".contains(&byte)
}

fn trimmed(name: &[(u8, bool)]) -> &[(u8, bool)] {
    let is_kept = |(byte, _): &(u8, bool)| !is_space(*byte);
    let start = name.iter().position(is_kept).unwrap_or(name.len());
    let end = name.iter().rposition(is_kept).map_or(start, |end| end + 1);
    &name[start..end]
}

fn bytes(name: &[(u8, bool)]) -> Vec<u8> {
    name.iter().map(|(byte, _)| *byte).collect()
}

/// Decodes a name like the most lenient decoders: `%u0041` is a letter, and a broken escape is
/// kept.
fn lenient(raw: &[u8]) -> Vec<(u8, bool)> {
    let mut decoded = Vec::new();
    let mut rest = raw;
    while let [first, tail @ ..] = rest {
        let digits = |prefix: &[u8], count: usize| {
            let digits = rest.strip_prefix(prefix)?.get(..count)?;
            hex::decode(digits).ok()
        };
        let (byte, len) = match (digits(b"%", 2), digits(b"%u", 4), first) {
            (Some(byte), _, _) => ((byte[0], false), 3),
            (None, Some(unit), _) => match unit[..] {
                [0, byte @ ..0x80] => ((byte, false), 6),
                // A byte that is in no name.
                _ => ((0xff, false), 6),
            },
            (None, None, b'+') => ((b' ', false), 1),
            (None, None, byte) => ((*byte, true), 1),
        };
        decoded.push(byte);
        rest = &rest[len..];
        debug_assert!(rest.len() <= tail.len());
    }
    decoded
}

/// A received parameter, or one in the query of a template or link.
#[derive(Clone)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    /// The name up to its first `;`, at which some decoders end it.
    other_start: Option<Name>,
    /// The names after each `;`.
    parts: Vec<Name>,
    /// The value, unless it is neither text nor a list of texts.
    pub(crate) value: Option<Vec<Decoded>>,
    /// The parameter contains a raw `;`.
    pub(crate) is_split: bool,
}

impl Parameter {
    fn of(piece: &[u8]) -> Self {
        let cut = |text: &[u8]| match text.iter().position(|byte| *byte == b'=') {
            Some(at) => (text[..at].to_vec(), text[at + 1..].to_vec()),
            None => (text.to_vec(), Vec::new()),
        };
        let (name, value) = cut(piece);
        let mut parts = piece.split(|byte| *byte == b';');
        // Decoders that split at `;` skip empty parts.
        let start = parts.next().filter(|start| !start.is_empty());
        let start = start
            .map(|start| cut(start).0)
            .filter(|start| *start != name);
        let parts = parts
            .filter(|part| !part.is_empty())
            .map(|part| cut(part).0);
        Self {
            name: Name::of(&name),
            other_start: start.map(|start| Name::of(&start)),
            parts: parts.map(|part| Name::of(&part)).collect(),
            value: Some(decode(&value, true)),
            is_split: piece.contains(&b';'),
        }
    }

    /// Returns every name that some decoder finds in the parameter.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Name> {
        let others = self.other_start.iter().chain(&self.parts);
        std::iter::once(&self.name).chain(others)
    }

    /// Returns the names that some decoder finds in the parameter besides its own.
    pub(crate) fn other_names(&self) -> Vec<&Name> {
        self.other_start.iter().chain(&self.parts).collect()
    }

    /// Returns the names in the parameter except the exact one. Names of which only one can be
    /// meant are grouped; those of the first group start where the parameter does.
    pub(crate) fn occurrences(&self, is_exact: bool) -> Vec<Vec<&Name>> {
        let own = Some(&self.name).filter(|_| !is_exact);
        let start = own.into_iter().chain(&self.other_start).collect();
        let parts = self.parts.iter().map(|part| vec![part]);
        std::iter::once(start).chain(parts).collect()
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
    /// The path, if the message is a URL with one.
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) parameters: Vec<Parameter>,
    /// The parameters of another reading: of a URL whose path is read as a query, after its first
    /// `&` or `;`; or of a bare query that is read as a URL, up to the `&` after its `?`.
    pub(crate) otherwise: Vec<Parameter>,
    /// The message is a bare query with a `?`.
    pub(crate) may_be_url: bool,
}

impl Received {
    /// Reads a URL, or a bare query.
    pub(crate) fn text(text: &[u8]) -> Self {
        let scheme = [&b"https://"[..], b"http://"].into_iter().find(|scheme| {
            let start = text.get(..scheme.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
        if scheme.is_none() && !text.starts_with(b"/") && !text.starts_with(b"?") {
            let mut halves = text.splitn(2, |byte| *byte == b'?').skip(1);
            let after = halves.next();
            let first = after.and_then(|after| after.split(|byte| *byte == b'&').next());
            return Self {
                path: None,
                parameters: parameters(text),
                otherwise: parameters(first.unwrap_or_default()),
                may_be_url: after.is_some(),
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
        let other = before.iter().position(|byte| b"&;".contains(byte));
        Self {
            path,
            parameters: parameters(query.get(1..).unwrap_or_default()),
            otherwise: parameters(&before[other.unwrap_or(before.len())..]),
            may_be_url: false,
        }
    }

    /// Reads pairs that a framework decoded. A value that is neither a text nor a list of texts is
    /// `None`.
    pub(crate) fn pairs<'p>(pairs: impl IntoIterator<Item = (&'p [u8], Option<&'p [u8]>)>) -> Self {
        let parameter = |(name, value): (&[u8], Option<&[u8]>)| Parameter {
            name: Name::plain(name),
            other_start: None,
            parts: Vec::new(),
            value: value.map(plain),
            is_split: false,
        };
        Self {
            path: None,
            parameters: pairs.into_iter().map(parameter).collect(),
            otherwise: Vec::new(),
            may_be_url: false,
        }
    }

    /// Returns the parameters that have exactly this name.
    pub(crate) fn exactly(&self, name: &Name) -> impl Iterator<Item = &Parameter> {
        let parameters = self.parameters.iter();
        parameters.filter(|parameter| parameter.name.is(name))
    }

    /// Returns how often some decoder finds this name in other names.
    fn doubtful(&self, wanted: &Name) -> usize {
        let here = self.parameters.iter();
        let here = here.flat_map(|parameter| parameter.occurrences(parameter.name.is(wanted)));
        let otherwise = self.otherwise.iter();
        let mut otherwise = otherwise.flat_map(|parameter| parameter.occurrences(false));
        let is_meant = |names: &Vec<&Name>| names.iter().any(|name| name.may_be(wanted));
        // Another reading of the whole text may find the same occurrence.
        match here.filter(is_meant).count() {
            0 => otherwise.any(|names| is_meant(&names)).into(),
            count => count,
        }
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

/// Returns the first of the names that a URL contains, or of which it contains a look-alike.
pub(crate) fn first_held<'n>(url: &str, names: &[&'n str]) -> Option<&'n str> {
    let Received {
        parameters,
        otherwise,
        ..
    } = Received::text(url.as_bytes());
    let held = [parameters, otherwise].concat();
    let is_held = |name: &&&str| {
        let name = Name::plain(name.as_bytes());
        let mut all = held.iter().flat_map(Parameter::names);
        all.any(|held| held.may_be(&name))
    };
    names.iter().find(is_held).copied()
}
