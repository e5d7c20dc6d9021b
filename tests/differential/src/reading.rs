//! Reads a query and a path as the languages of the snippets do, where they differ.

use percent_encoding::percent_decode_str;

/// The names of a return in the order of signing, then the signature's.
pub(crate) const RETURN: [&str; 6] = ["sub", "uv", "ref", "cnt", "ts", "sig"];
/// The names of a link.
pub(crate) const LINK: [&str; 5] = ["uv", "src", "ref", "ts", "sig"];

/// A language in which a snippet is documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Language {
    Php,
    Node,
    Python,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Php, Self::Node, Self::Python];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Php => "PHP",
            Self::Node => "Node",
            Self::Python => "Python",
        }
    }

    /// Returns the bytes that the language's snippet would put into the signed text for a
    /// parameter.
    pub(crate) fn read(self, pairs: &[Pair<'_>], name: &str) -> Vec<u8> {
        let named = |pair: &&Pair<'_>| pair.name == name.as_bytes();
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned().into_bytes();
        match self {
            Self::Php => {
                let read = |pair: &&Pair<'_>| pair.php_name().is_some_and(|(read, _)| read == name);
                match pairs.iter().rfind(read) {
                    Some(pair) if pair.php_name().is_some_and(|(_, is_array)| is_array) => {
                        b"Array".into()
                    }
                    Some(pair) => pair.value.clone(),
                    None => Vec::new(),
                }
            }
            Self::Node => match pairs.iter().rfind(named) {
                Some(pair) => text(&pair.value),
                None => b"undefined".into(),
            },
            Self::Python => match pairs
                .iter()
                .filter(|pair| !pair.value.is_empty())
                .find(named)
            {
                Some(pair) => text(&pair.value),
                None => Vec::new(),
            },
        }
    }
}

/// A parameter of a query, decoded as all three languages do: broken escapes are kept.
pub(crate) struct Pair<'q> {
    piece: &'q str,
    pub(crate) raw: &'q str,
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Pair<'_> {
    /// Returns the names that some decoder finds in the parameter besides its own: the same without
    /// the parts that decoders drop, and those after a raw `;`.
    pub(crate) fn other_names(&self) -> impl Iterator<Item = Vec<u8>> + use<'_> {
        let parts = self.piece.split(';');
        let names = parts.map(|part| part.split('=').next().unwrap_or_default());
        let whole = self.piece.split('=').next().unwrap_or_default();
        names.chain([whole]).map(folded)
    }

    /// Returns `true` if some decoder finds this name after a raw `;`.
    pub(crate) fn has_part(&self, name: &str) -> bool {
        let mut parts = self.piece.split(';').skip(1);
        parts.any(|part| folded(part.split('=').next().unwrap_or_default()) == name.as_bytes())
    }

    /// Returns the name that PHP reads, without leading spaces and the part after a NUL, and `true`
    /// if PHP makes an array of it.
    pub(crate) fn php_name(&self) -> Option<(&str, bool)> {
        let name = self.name.split(|byte| *byte == 0).next()?;
        let name = std::str::from_utf8(name).ok()?.trim_start_matches(' ');
        match name.split_once('[') {
            Some((name, rest)) if rest.contains(']') => Some((name, true)),
            _ => Some((name, false)),
        }
    }
}

/// Returns the parameters of a URL.
pub(crate) fn pairs(url: &str) -> Vec<Pair<'_>> {
    let (before, _) = url.split_once('#').unwrap_or((url, ""));
    let (_, query) = before.split_once('?').unwrap_or((before, ""));
    query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, raw) = piece.split_once('=').unwrap_or((piece, ""));
            Pair {
                piece,
                raw,
                name: decode(name),
                value: decode(raw),
            }
        })
        .collect()
}

/// Returns the parameters of a return made from [`ROUTED`](crate::message::ROUTED). The reference
/// is in the path, and a `ref` in the query is ignored.
pub(crate) fn routed_pairs(url: &str) -> Vec<Pair<'_>> {
    let mut pairs = pairs(url);
    pairs.retain(|pair| pair.name != b"ref");
    if let Some(raw) = path(url).split('/').nth(2) {
        pairs.push(Pair {
            piece: "",
            raw,
            name: b"ref".into(),
            value: percent_decode_str(raw).collect(),
        });
    }
    pairs
}

/// Returns the path of a URL without a host.
pub(crate) fn path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default()
}

/// Returns a name without the parts that some decoder drops or reads differently: case, the part
/// after a NUL, brackets, members, spaces and marks at its ends, and the escapes of ASP.NET.
fn folded(raw: &str) -> Vec<u8> {
    let mut spelled = String::new();
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once("%u") {
        spelled += before;
        let code = after
            .get(..4)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(letter) if !after.starts_with('+') => {
                spelled += &percent_encoding::utf8_percent_encode(
                    letter.encode_utf8(&mut [0; 4]),
                    percent_encoding::NON_ALPHANUMERIC,
                )
                .to_string();
                rest = &after[4..];
            }
            _ => {
                spelled += "%25u";
                rest = after;
            }
        }
    }
    spelled += rest;
    let decoded = decode(&spelled).to_ascii_lowercase();
    let name = decoded.split(|byte| *byte == 0).next().unwrap_or_default();
    let name = trim(name);
    let start = name.iter().position(|byte| !b"[].?#".contains(byte));
    let name = trim(&name[start.unwrap_or(name.len())..]);
    let name = name.split(|byte| b"[].".contains(byte)).next();
    let mut name = trim(name.unwrap_or_default()).to_vec();
    name.retain(|byte| !b"\t\n\r".contains(byte));
    name
}

/// Strips white space from the ends of a name. VT is white space in C and PHP.
fn trim(name: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let start = name.iter().position(|byte| !is_space(byte));
    let end = name.iter().rposition(|byte| !is_space(byte));
    start
        .zip(end)
        .map_or(&[], |(start, end)| &name[start..=end])
}

fn decode(raw: &str) -> Vec<u8> {
    percent_decode_str(&raw.replace('+', " ")).collect()
}

/// Returns the payload that a language's snippet signs for a query.
pub(crate) fn payload(language: Language, url: &str, names: &[&str]) -> Vec<u8> {
    let pairs = pairs(url);
    let values: Vec<_> = names
        .iter()
        .map(|name| language.read(&pairs, name))
        .collect();
    values.join(&b'|')
}
