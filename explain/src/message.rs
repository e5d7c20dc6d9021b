//! The fields of a link or a return and the rest of its URL, read without verification.

use visiono_workflow::unverified::Unverified;
use visiono_workflow::{Field, Fields as Set, Input as CoreInput, RedirectTemplate};

use crate::catalogue::Kind;
use crate::codec;
use crate::repair::is_url;
use crate::text::{Fields, Surroundings};

/// The number of other parameters whose values may have been signed.
const MOST_OTHERS: usize = 4;

/// The length up to which a link or return is repaired and fully searched: 64 KiB. In a longer one
/// only the separators and the time are changed.
pub(crate) const LONG: usize = 64 << 10;

/// The fields of a message, and the missing ones.
pub(crate) struct Read {
    pub(crate) fields: Fields,
    pub(crate) missing: Vec<Field>,
    pub(crate) is_foreign: bool,
}

/// Reads a message by its template or its standard parameters. `expected` has values for missing
/// fields.
pub(crate) fn read(
    kind: Kind,
    input: CoreInput<'_>,
    text: &[u8],
    template: Option<&RedirectTemplate<'_>>,
    expected: &dyn Fn(Field) -> Option<Vec<u8>>,
) -> Read {
    let (found, signed) = match kind {
        Kind::Link => (Unverified::link(input), Set::LINK),
        Kind::Return | Kind::Webhook => (Unverified::returned(input, template), Set::RETURN),
    };
    let mut fields = Vec::new();
    let mut values = Vec::new();
    let mut missing = Vec::new();
    for field in signed.iter().filter(|field| *field != Field::Signature) {
        let value = found
            .bytes(field)
            .map(Iterator::collect::<Vec<u8>>)
            .filter(|value| !value.is_empty())
            .or_else(|| expected(field));
        if value.is_none() {
            missing.push(field);
        }
        fields.push(field);
        values.push(value.unwrap_or_default());
    }
    let signature = found
        .bytes(Field::Signature)
        .map(Iterator::collect::<Vec<u8>>);
    let raw = found.raw(Field::Signature).unwrap_or_default();
    if signature.as_ref().is_none_or(Vec::is_empty) {
        missing.push(Field::Signature);
    }
    Read {
        fields: Fields {
            kind,
            fields,
            values,
            surroundings: surroundings(text, raw, signature.unwrap_or_default(), signed),
        },
        missing,
        is_foreign: found.is_foreign(),
    }
}

fn surroundings(text: &[u8], raw: &[u8], signature: Vec<u8>, signed: Set) -> Surroundings {
    if text.len() > LONG {
        return Surroundings {
            signature,
            ..Surroundings::default()
        };
    }
    let sent = text.split(|byte| *byte == b'#').next().unwrap_or_default();
    let start = match sent.iter().position(|byte| *byte == b'?') {
        Some(at) if is_url(text) => at + 1,
        None if is_url(text) => sent.len(),
        Some(_) | None => 0,
    };
    let (before, query) = sent.split_at(start);
    let base = before.strip_suffix(b"?").unwrap_or(before);
    let slug = base.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let pieces: Vec<_> = query.split(|byte| *byte == b'&').collect();
    let is_signature = |piece: &[u8]| {
        let value = piece
            .iter()
            .position(|byte| *byte == b'=')
            .map(|at| &piece[at + 1..]);
        value.is_some_and(|value| value == raw && !raw.is_empty())
    };
    let unsigned: Vec<_> = pieces
        .iter()
        .copied()
        .filter(|piece| !is_signature(piece))
        .collect();
    let others = unsigned
        .iter()
        .filter_map(|piece| {
            let at = piece.iter().position(|byte| *byte == b'=')?;
            let (name, value) = (&piece[..at], &piece[at + 1..]);
            let is_own = signed
                .iter()
                .any(|field| field.short_name().as_bytes() == name);
            (!is_own).then(|| codec::percent_decode(value, true))
        })
        .take(MOST_OTHERS)
        .collect();
    let unsigned = unsigned.join(b"&".as_slice());
    Surroundings {
        signature,
        slug: if is_url(text) {
            slug.to_vec()
        } else {
            Vec::new()
        },
        others,
        urls: urls(base, &unsigned, query),
        starts: match base {
            [] => Vec::new(),
            _ => vec![[base, b"?"].concat(), [path_of(base), b"?"].concat()],
        },
    }
}

/// Returns the URL and its parts, with and without the signature.
fn urls(base: &[u8], unsigned: &[u8], query: &[u8]) -> Vec<Vec<u8>> {
    let host = host_of(base);
    let path = path_of(base);
    let mut urls = Vec::new();
    for query in [unsigned, query] {
        urls.extend([
            [base, b"?", query].concat(),
            [path, b"?", query].concat(),
            query.to_vec(),
            [b"?", query].concat(),
            [host, b"?", query].concat(),
            [base, b"?", query, b"&sig="].concat(),
            [base, b"?", query, b"&"].concat(),
        ]);
    }
    let decoded: Vec<_> = urls
        .iter()
        .map(|url| codec::percent_decode(url, true))
        .collect();
    urls.extend(decoded);
    urls.extend([base.to_vec(), path.to_vec(), host.to_vec()]);
    urls.retain(|url| url.len() > 1);
    let mut seen = std::collections::HashSet::new();
    urls.retain(|url| seen.insert(url.clone()));
    urls
}

/// Returns a URL without its scheme.
fn host_of(base: &[u8]) -> &[u8] {
    codec::find(base, b"://").map_or(base, |at| &base[at + 3..])
}

/// Returns the path of a URL.
fn path_of(base: &[u8]) -> &[u8] {
    let host = host_of(base);
    let start = host.iter().position(|byte| *byte == b'/');
    start.map_or(b"".as_slice(), |at| &host[at..])
}
