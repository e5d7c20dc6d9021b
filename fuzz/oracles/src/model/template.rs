//! Section 6: the URLs that a template makes, and how a return is read back.

use super::reading::{
    Decoded, Name, Parameter, Received, decode, parameters, standard, text, value,
};
use super::{Found, PLACEHOLDERS, RETURN, encode};

/// A valid template, split into parts.
pub(crate) struct Template {
    text: String,
    path: Vec<String>,
    /// The pieces of the query, as written.
    pieces: Vec<String>,
}

/// A segment or value with a placeholder: the text before it, its field, and the text after it.
type Pattern<'t> = (&'t str, usize, &'t str);

/// Finds the first placeholder.
fn pattern(text: &str) -> Option<Pattern<'_>> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    let place = PLACEHOLDERS.iter().position(|other| *other == name)?;
    Some((before, place, after))
}

/// Returns the fields that have a placeholder in a text.
fn fields(text: &str) -> Vec<usize> {
    let mut fields = Vec::new();
    let mut rest = text;
    while let Some((_, place, after)) = pattern(rest) {
        fields.push(place);
        rest = after;
    }
    fields
}

/// Strips the literals around a placeholder. Returns `None` if they don't match.
fn strip<'d>(
    decoded: &'d [Decoded],
    (before, _, after): Pattern<'_>,
    is_query: bool,
) -> Option<&'d [Decoded]> {
    let bytes = |decoded: &[Decoded]| -> Vec<Option<u8>> {
        let byte = |decoded: &Decoded| match decoded {
            Decoded::Byte(byte, _) => Some(*byte),
            Decoded::Broken => None,
        };
        decoded.iter().map(byte).collect()
    };
    let [before, after] = [before, after].map(|text| decode(text.as_bytes(), is_query));
    let middle = decoded.get(before.len()..decoded.len().checked_sub(after.len())?)?;
    let start = &decoded[..before.len()];
    let end = &decoded[decoded.len() - after.len()..];
    (bytes(start) == bytes(&before) && bytes(end) == bytes(&after)).then_some(middle)
}

/// Returns `true` if a server may climb with a segment.
fn climbs(segment: &[u8]) -> bool {
    let decoded: Vec<_> = percent_encoding::percent_decode(segment).collect();
    let mut parts = decoded.split(|byte| b"/\\;".contains(byte));
    parts.any(|part| part == b"." || part == b"..")
}

impl Template {
    pub(crate) fn of(text: &str) -> Self {
        let sent = text.split('#').next().unwrap_or_default();
        let (before, query) = sent.split_once('?').unwrap_or((sent, ""));
        let after_scheme = before.split_once("://").expect("a scheme").1;
        let path = &after_scheme[after_scheme.find('/').unwrap_or(after_scheme.len())..];
        let pieces = query.split('&').filter(|piece| !piece.is_empty());
        Self {
            text: text.to_owned(),
            path: path.split('/').map(str::to_owned).collect(),
            pieces: pieces.map(str::to_owned).collect(),
        }
    }

    /// Returns `true` if the six standard parameters are appended.
    pub(crate) fn is_standard(&self) -> bool {
        fields(&self.text).is_empty()
    }

    fn in_path(&self) -> Vec<usize> {
        fields(&self.path.join("/"))
    }

    fn in_query(&self) -> Vec<usize> {
        fields(&self.pieces.join("&"))
    }

    /// Returns `true` for each field that is sent to a server.
    pub(crate) fn sent(&self) -> [bool; 6] {
        let sent = [self.in_path(), self.in_query()].concat();
        std::array::from_fn(|place| self.is_standard() || sent.contains(&place))
    }

    /// Returns the pieces of the query, each with its parameter.
    fn parameters(&self) -> impl Iterator<Item = (&str, Parameter)> {
        self.pieces.iter().map(|piece| {
            let parameter = parameters(piece.as_bytes()).pop();
            (&**piece, parameter.expect("a piece"))
        })
    }

    /// Returns `true` if every return of this template can be read back.
    pub(crate) fn is_extractable(&self) -> bool {
        let is_decodable = |raw: &str, is_query| text(&decode(raw.as_bytes(), is_query)).is_some();
        let literals_decode = |raw: &str, is_query| match pattern(raw) {
            None => is_decodable(raw, is_query),
            Some((before, _, after)) => {
                is_decodable(before, is_query) && is_decodable(after, is_query)
            }
        };
        let path_reads = self.in_path().is_empty()
            || self
                .path
                .iter()
                .all(|segment| fields(segment).len() < 2 && literals_decode(segment, false));
        let query_reads = self.pieces.iter().all(|piece| {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let mut parts = piece.split(';').skip(1);
            let part_is_named = |part: &str| {
                let name = part.split('=').next().unwrap_or_default();
                fields(name).is_empty()
            };
            fields(name).is_empty()
                && is_decodable(name, true)
                && fields(value).len() < 2
                && literals_decode(value, true)
                && parts.all(part_is_named)
        });
        let names = self.parameters();
        let names: usize = names.map(|(_, parameter)| parameter.names().count()).sum();
        path_reads
            && names <= 100
            && query_reads
            && !self.has_a_name_twice()
            && !self.has_a_name_before()
    }

    /// Returns `true` if some decoder finds a name of the query before the query. A path that is
    /// compared is the template's own.
    fn has_a_name_before(&self) -> bool {
        let Received { otherwise, .. } = Received::text(self.text.as_bytes());
        let mut names = otherwise.iter().flat_map(Parameter::names);
        let is_of_query = |name: &Name| {
            let mut wanted = self.parameters();
            wanted.any(|(_, wanted)| name.may_be(&wanted.name))
        };
        self.in_path().is_empty() && names.any(is_of_query)
    }

    /// Returns `true` if the query has a placeholder's name twice, or two names that some decoder
    /// reads as one.
    fn has_a_name_twice(&self) -> bool {
        let pieces: Vec<_> = self.parameters().collect();
        let pairs = || {
            let places = 0..pieces.len();
            places.flat_map(|one| (0..pieces.len()).map(move |other| (one, other)))
        };
        pairs().any(|(one, other)| {
            let is_other = one != other;
            let has_placeholder = [one, other]
                .iter()
                .any(|at| !fields(pieces[*at].0).is_empty());
            let (one, other) = (&pieces[one].1, &pieces[other].1);
            let mut parts = other.other_names().into_iter();
            let again =
                (is_other && one.name.is(&other.name)) || parts.any(|part| part.is(&one.name));
            let alike = one.names().any(|one| {
                let mut others = other.names();
                others.any(|other| one.is_like(other) && !one.is(other))
            });
            (again && has_placeholder) || alike
        })
    }

    /// Returns the URL of six values.
    pub(crate) fn expand(&self, values: &[String]) -> String {
        if self.is_standard() {
            return super::append(&self.text, &RETURN, values);
        }
        expanded(&self.text, values)
    }

    /// Returns the first field of the first segment that climbs after expansion.
    pub(crate) fn climbing(&self, values: &[String]) -> Option<&'static str> {
        let segments = self.path.iter().filter_map(|segment| {
            let first = *fields(segment).first()?;
            Some((first, expanded(segment, values)))
        });
        let mut climbing = segments.filter(|(_, segment)| climbs(segment.as_bytes()));
        climbing.next().map(|(first, _)| RETURN[first])
    }

    /// Finds the fields at the template's positions. A URL that the template can't have made has
    /// none.
    pub(super) fn extract(&self, received: &Received) -> Vec<Found> {
        let sent = self.sent();
        let none = |is_required| Found {
            is_required,
            ..Found::default()
        };
        let foreign = || sent.map(none).to_vec();
        if !self.literals_match(received) {
            return foreign();
        }
        let Some(doubtful) = self.doubtful(received) else {
            return foreign();
        };
        if self.is_standard() {
            return standard(&RETURN, received);
        }
        // Values are compared before they must be readable.
        let mut values: [Vec<Option<Vec<Decoded>>>; 6] = Default::default();
        let mut found = foreign();
        if !self.in_path().is_empty() {
            match &received.path {
                Some(path) => {
                    let segments: Vec<_> = path.split(|byte| *byte == b'/').collect();
                    if segments.len() != self.path.len() {
                        return foreign();
                    }
                    for (wanted, segment) in self.path.iter().zip(segments) {
                        let decoded = decode(segment, false);
                        match pattern(wanted) {
                            None if text(&decoded) == text(&decode(wanted.as_bytes(), false)) => {}
                            None => return foreign(),
                            Some(pattern) => match strip(&decoded, pattern, false) {
                                None => return foreign(),
                                Some(value) => values[pattern.1]
                                    .push((!climbs(segment)).then(|| value.to_vec())),
                            },
                        }
                    }
                }
                // A router may have read a path in it.
                None if received.may_be_url => {}
                None => {
                    for (place, found) in found.iter_mut().enumerate() {
                        found.is_required = self.in_query().contains(&place);
                    }
                }
            }
        }
        for (raw, wanted) in self.parameters() {
            let raw = raw.split_once('=').map_or("", |(_, value)| value);
            let Some(pattern) = pattern(raw) else {
                continue;
            };
            let place = pattern.1;
            let read = |parameter: &Parameter| {
                let value = parameter.value.as_ref()?;
                let is_alike = parameter.is_split == wanted.is_split;
                let value = strip(value, pattern, true).filter(|_| is_alike);
                value.map(<[_]>::to_vec)
            };
            let exactly: Vec<_> = received.exactly(&wanted.name).map(read).collect();
            found[place].is_duplicate |= exactly.len() > 1;
            values[place].extend(exactly);
        }
        for (place, found) in found.iter_mut().enumerate() {
            let values = &values[place];
            let mut readable: Vec<_> = values.iter().flatten().collect();
            readable.dedup_by(|one, other| bytes(one) == bytes(other));
            found.is_duplicate |= readable.len() > 1 || doubtful[place] + values.len().min(1) > 1;
            found.is_doubtful = doubtful[place] > 0;
            found.values = values.iter().map(|read| value(read.as_ref()?)).collect();
        }
        found
    }

    /// Returns `true` if the template's literal parameters occur as often, in the same order and
    /// with the same parts.
    fn literals_match(&self, received: &Received) -> bool {
        let literals: Vec<_> = self
            .parameters()
            .filter(|(raw, _)| fields(raw).is_empty())
            .map(|(_, parameter)| parameter)
            .collect();
        let written = |parameter: &&Parameter| {
            let name = &parameter.name;
            literals.iter().any(|literal| literal.name.is(name))
        };
        let read = |parameter: &Parameter| {
            let value = text(parameter.value.as_ref()?)?;
            let names = parameter.names().map(|name| name.exact.clone());
            Some((names.collect::<Option<Vec<_>>>()?, value))
        };
        let wanted = literals.iter().map(read);
        let there = received.parameters.iter().filter(written).map(read);
        wanted.eq(there)
    }

    /// Returns how often some decoder finds each field under another name. Returns `None` if it
    /// finds a literal parameter of the template.
    fn doubtful(&self, received: &Received) -> Option<[usize; 6]> {
        let pieces: Vec<_> = self.parameters().collect();
        let mut doubtful = [0; 6];
        let here = received.parameters.iter().flat_map(|parameter| {
            let own = pieces.iter().find(|(_, own)| own.name.is(&parameter.name));
            let mut occurrences = parameter.occurrences(own.is_some());
            if let Some((_, own)) = own {
                // The template's own parts.
                let has_start = parameter.names().count() == occurrences.len() + 1;
                let own = own.other_names();
                let start = usize::from(!has_start);
                for (place, names) in occurrences.iter_mut().skip(start).enumerate() {
                    let same = own
                        .get(place)
                        .is_some_and(|own| names.iter().all(|name| name.is(own)));
                    if same {
                        names.clear();
                    }
                }
            }
            occurrences
        });
        let is_compared = !self.in_path().is_empty() && received.path.is_some();
        let otherwise = received.otherwise.iter().filter(|_| !is_compared);
        let otherwise = otherwise.flat_map(|parameter| parameter.occurrences(false));
        let here = here.map(|names| (names, true));
        for (names, is_here) in here.chain(otherwise.map(|names| (names, false))) {
            let mut meant = [false; 6];
            for (raw, wanted) in &pieces {
                let is_meant = |wanted| names.iter().any(|name| name.may_be(wanted));
                if wanted.names().any(is_meant) {
                    meant[*fields(raw).first()?] = true;
                }
            }
            for (count, is_meant) in doubtful.iter_mut().zip(meant) {
                // Another reading of the whole text may find the same occurrence.
                *count += usize::from(is_meant && (is_here || *count == 0));
            }
        }
        Some(doubtful)
    }
}

fn bytes(decoded: &[Decoded]) -> Vec<Option<u8>> {
    let byte = |decoded: &Decoded| match decoded {
        Decoded::Byte(byte, _) => Some(*byte),
        Decoded::Broken => None,
    };
    decoded.iter().map(byte).collect()
}

/// Replaces the placeholders by values.
fn expanded(text: &str, values: &[String]) -> String {
    match pattern(text) {
        None => text.to_owned(),
        Some((before, place, after)) => {
            let value = encode(&values[place]);
            format!("{before}{value}{}", expanded(after, values))
        }
    }
}
