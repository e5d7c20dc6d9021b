//! How the languages of the snippets read a query: as far as they differ.

use percent_encoding::percent_decode_str;

/// The names of a return, in the order in which they are signed, and the signature's.
pub(crate) const RETURN: [&str; 6] = ["sub", "uv", "ref", "cnt", "ts", "sig"];
/// The names of a link.
pub(crate) const LINK: [&str; 5] = ["uv", "src", "ref", "ts", "sig"];

/// A language that a snippet is documented in.
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

    /// The bytes that the language's snippet would put into the signed text for a parameter.
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

/// A parameter of a query, decoded as all three do: what is no escape stays as it is.
pub(crate) struct Pair<'q> {
    pub(crate) raw: &'q str,
    pub(crate) name: Vec<u8>,
    pub(crate) value: Vec<u8>,
}

impl Pair<'_> {
    /// The name that PHP reads, without leading spaces and what follows a NUL, and whether it
    /// makes an array of it.
    pub(crate) fn php_name(&self) -> Option<(&str, bool)> {
        let name = self.name.split(|byte| *byte == 0).next()?;
        let name = std::str::from_utf8(name).ok()?.trim_start_matches(' ');
        match name.split_once('[') {
            Some((name, rest)) if rest.contains(']') => Some((name, true)),
            _ => Some((name, false)),
        }
    }
}

/// The parameters of a URL.
pub(crate) fn pairs(url: &str) -> Vec<Pair<'_>> {
    let (before, _) = url.split_once('#').unwrap_or((url, ""));
    let (_, query) = before.split_once('?').unwrap_or((before, ""));
    query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, raw) = piece.split_once('=').unwrap_or((piece, ""));
            Pair {
                raw,
                name: decode(name),
                value: decode(raw),
            }
        })
        .collect()
}

fn decode(raw: &str) -> Vec<u8> {
    percent_decode_str(&raw.replace('+', " ")).collect()
}

/// What is signed for a query, as a language reads it.
pub(crate) fn payload(language: Language, url: &str, names: &[&str]) -> Vec<u8> {
    let pairs = pairs(url);
    let values: Vec<_> = names
        .iter()
        .map(|name| language.read(&pairs, name))
        .collect();
    values.join(&b'|')
}
