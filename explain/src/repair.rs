//! Repairs of a URL that changed in transit. The core verifies each repaired URL.

use visiono_workflow::{Field, Fields, RedirectTemplate};

use crate::catalogue::{Kind, Mistake};
use crate::change::Change;
use crate::codec::{self, Unreserved};
use crate::message::LONG;

/// A URL as it may have been before the change.
pub(crate) struct Repaired {
    pub(crate) change: Change,
    pub(crate) text: Vec<u8>,
    /// The template by which it is read.
    pub(crate) by: TemplateChoice,
}

/// A choice of redirect template.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TemplateChoice {
    /// The template of the request.
    Same,
    /// No template: the standard parameters.
    None,
    /// Another template of the request, by its index.
    Other(usize),
}

/// A query split into pieces, with the text before and after it.
#[derive(Clone)]
struct Url<'u> {
    before: &'u [u8],
    pieces: Vec<(Vec<u8>, Vec<u8>)>,
    after: &'u [u8],
}

impl<'u> Url<'u> {
    fn of(text: &'u [u8]) -> Self {
        let is_url = is_url(text);
        let start = match text.iter().position(|byte| *byte == b'?') {
            Some(at) if is_url => at + 1,
            None if is_url => text.len(),
            Some(_) | None => 0,
        };
        let (before, rest) = text.split_at(start);
        let end = rest.iter().position(|byte| *byte == b'#' && is_url);
        let (query, after) = rest.split_at(end.unwrap_or(rest.len()));
        let pieces = query
            .split(|byte| *byte == b'&')
            .filter(|piece| !piece.is_empty());
        Self {
            before,
            pieces: pieces.map(split_piece).collect(),
            after,
        }
    }

    fn text(&self) -> Vec<u8> {
        let mut text = self.before.to_vec();
        for (at, (name, value)) in self.pieces.iter().enumerate() {
            if at > 0 {
                text.push(b'&');
            }
            text.extend_from_slice(name);
            text.push(b'=');
            text.extend_from_slice(value);
        }
        text.extend_from_slice(self.after);
        text
    }

    /// Renames pieces. Returns `None` if no name changes.
    fn renamed(&self, rename: impl Fn(&[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
        let mut url = self.clone();
        let mut is_changed = false;
        for (name, _) in &mut url.pieces {
            if let Some(other) = rename(name)
                && other != *name
            {
                *name = other;
                is_changed = true;
            }
        }
        is_changed.then(|| url.text())
    }
}

fn split_piece(piece: &[u8]) -> (Vec<u8>, Vec<u8>) {
    match piece.iter().position(|byte| *byte == b'=') {
        Some(at) => (piece[..at].to_vec(), piece[at + 1..].to_vec()),
        None => (piece.to_vec(), Vec::new()),
    }
}

pub(crate) fn is_url(text: &[u8]) -> bool {
    let starts = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    starts("https://") || starts("http://") || text.starts_with(b"/") || text.starts_with(b"?")
}

/// Builds a query from decoded pairs.
pub(crate) fn query_of(pairs: &[(&[u8], Option<&[u8]>)]) -> Vec<u8> {
    let encode = |bytes| codec::percent_encode(bytes, Unreserved::RFC, false);
    let pairs = pairs.iter().filter_map(|(name, value)| {
        let value = value.as_ref()?;
        Some([encode(name), b"=".to_vec(), encode(value)].concat())
    });
    pairs.collect::<Vec<_>>().join(b"&".as_slice())
}

/// The repairs of a request's URLs.
pub(crate) struct Repairer<'r> {
    pub(crate) kind: Kind,
    pub(crate) is_pairs: bool,
    pub(crate) template: Option<&'r RedirectTemplate<'r>>,
    pub(crate) others: &'r [&'r [u8]],
    /// The core found a parameter twice. Without the template only one of the two is read, so
    /// leaving it out is no repair.
    pub(crate) is_duplicate: bool,
}

impl Repairer<'_> {
    /// Returns the fields of the message.
    fn fields(&self) -> impl Iterator<Item = Field> {
        let fields = if self.kind == Kind::Link {
            Fields::LINK
        } else {
            Fields::RETURN
        };
        fields.iter()
    }

    /// Returns the names of the message's parameters.
    fn names(&self) -> Vec<Vec<u8>> {
        let mut names: Vec<_> = self
            .fields()
            .map(|field| field.short_name().as_bytes().to_vec())
            .collect();
        if let Some(template) = self.template {
            let url = Url::of(template.as_str().as_bytes());
            names.extend(url.pieces.into_iter().map(|(name, _)| name));
        }
        names
    }

    /// Returns the URLs that one repair makes, in the order of the catalogue.
    pub(crate) fn repairs(&self, text: &[u8]) -> Vec<Repaired> {
        let mut repairs = Repairs {
            original: text,
            all: Vec::new(),
        };
        if text.len() > LONG {
            return Vec::new();
        }
        let names = self.names();
        self.undo_transport(text, &names, &mut repairs);
        self.undo_names(text, &names, &mut repairs);
        escape_reserved(text, &names, &mut repairs);
        unwrap(text, &mut repairs);
        trim(text, &mut repairs);
        self.undo_duplicates(text, &names, &mut repairs);
        self.change_template(text, &mut repairs);
        repairs.all
    }

    fn undo_transport(&self, text: &[u8], names: &[Vec<u8>], repairs: &mut Repairs<'_>) {
        const ENTITIES: [&[u8]; 6] = [
            b"&amp;", b"&#38;", b"&#038;", b"&#x26;", b"&amp%3B", b"&amp%3b",
        ];
        let unescape = |text: &[u8]| {
            let replace = |text: Vec<u8>, entity: &&[u8]| codec::replace(&text, entity, b"&");
            ENTITIES.iter().fold(text.to_vec(), replace)
        };
        let mut unescaped = unescape(text);
        repairs.add(Mistake::AmpEntities, unescaped.clone());
        // A page escapes the URL once each time it passes through.
        for _ in 0..2 {
            unescaped = unescape(&unescaped);
        }
        repairs.add(Mistake::AmpEntities, unescaped);
        let mut unescaped = text.to_vec();
        for name in names {
            for entity in ["%26amp%3B", "%26amp%3b", "%26amp;"] {
                let escaped = [entity.as_bytes(), name, b"="].concat();
                unescaped = codec::replace(&unescaped, &escaped, &[b"&", &**name, b"="].concat());
            }
        }
        repairs.add(Mistake::AmpEntities, unescaped);

        let joined = codec::replace(&codec::replace(text, b"=\r\n", b""), b"=\n", b"");
        repairs.add(
            Mistake::QuotedPrintable,
            codec::replace(&joined, b"=3D", b"="),
        );
        let decoded = codec::replace(&codec::replace(&joined, b"=26", b"&"), b"=3F", b"?");
        repairs.add(
            Mistake::QuotedPrintable,
            codec::replace(&decoded, b"=3D", b"="),
        );

        let twice = if self.is_pairs {
            Mistake::UndecodedPairs
        } else {
            Mistake::EncodedTwice
        };
        repairs.add(twice, decoded_once(text));
        let url = Url::of(text);
        if let [(name, value)] = url.pieces.as_slice()
            && value.is_empty()
        {
            let query = codec::percent_decode(name, false);
            repairs.add(twice, [url.before, &query, url.after].concat());
        }
        if text
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"http"))
        {
            let is_encoded = text.get(4..8).is_some_and(|rest| rest.contains(&b'%'));
            if is_encoded {
                repairs.add(twice, codec::percent_decode(text, false));
            }
        }
    }

    fn undo_names(&self, text: &[u8], names: &[Vec<u8>], repairs: &mut Repairs<'_>) {
        let url = Url::of(text);
        let long = url.renamed(|name| {
            let letters = |name: &[u8]| {
                let letters = name.iter().filter(|byte| byte.is_ascii_alphanumeric());
                letters.map(u8::to_ascii_lowercase).collect::<Vec<_>>()
            };
            let name = letters(name);
            self.fields()
                .find(|field| letters(field.long_name().as_bytes()) == name)
                .map(|field| field.short_name().as_bytes().to_vec())
        });
        repairs.add_some(Mistake::LongNames, long);
        let lower = url.renamed(|name| {
            names
                .iter()
                .find(|wanted| wanted.eq_ignore_ascii_case(name))
                .cloned()
        });
        repairs.add_some(Mistake::NameCase, lower);
        let exact = url.renamed(|name| {
            let core = lenient_name(name);
            names
                .iter()
                .find(|wanted| wanted.eq_ignore_ascii_case(&core))
                .cloned()
        });
        repairs.add_some(Mistake::DoubtfulName, exact);
    }

    fn undo_duplicates(&self, text: &[u8], names: &[Vec<u8>], repairs: &mut Repairs<'_>) {
        let url = Url::of(text);
        let keep = |keep_first: bool| {
            let mut pieces: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
            for piece in &url.pieces {
                let known = pieces.iter_mut().find(|known| known.0 == piece.0);
                match known {
                    Some(known) if names.contains(&piece.0) => {
                        if !keep_first {
                            known.1.clone_from(&piece.1);
                        }
                    }
                    Some(_) | None => pieces.push(piece.clone()),
                }
            }
            let is_changed = pieces.len() < url.pieces.len();
            is_changed.then(|| {
                Url {
                    pieces,
                    ..url.clone()
                }
                .text()
            })
        };
        repairs.add_some(Mistake::Duplicate, keep(true));
        repairs.add_some(Mistake::Duplicate, keep(false));
        let is_exact = |name: &[u8]| names.iter().any(|wanted| wanted == name);
        let mut pieces = url.pieces.clone();
        pieces.retain(|(name, _)| {
            let core = lenient_name(name);
            is_exact(name)
                || !names
                    .iter()
                    .any(|wanted| wanted.eq_ignore_ascii_case(&core))
        });
        if pieces.len() < url.pieces.len() {
            repairs.add(
                Mistake::DoubtfulName,
                Url {
                    pieces,
                    ..url.clone()
                }
                .text(),
            );
        }
    }

    /// Reads a return by other templates, and as if it were mounted elsewhere.
    fn change_template(&self, text: &[u8], repairs: &mut Repairs<'_>) {
        if self.kind != Kind::Return {
            return;
        }
        for other in 0..self.others.len() {
            repairs.push(
                "it was made from another of the templates",
                text.to_vec(),
                TemplateChoice::Other(other),
            );
        }
        let Some(template) = self.template else {
            return;
        };
        let path_of = |url: &[u8]| {
            let start = codec::find(url, b"://").map_or(0, |at| at + 3);
            let start = start + url[start..].iter().position(|b| *b == b'/').unwrap_or(0);
            let path = &url[start..];
            let end = path.iter().position(|b| matches!(b, b'?' | b'#'));
            (start, start + end.unwrap_or(path.len()))
        };
        if is_url(text) && !text.starts_with(b"?") {
            let (start, end) = path_of(text);
            let path = &text[start..end];
            let wanted = template.as_str().as_bytes();
            let (wanted_start, wanted_end) = path_of(wanted);
            let wanted = &wanted[wanted_start..wanted_end];
            let mut with = |path: &[u8]| {
                let url = [&text[..start], path, &text[end..]].concat();
                repairs.push(
                    "its path is not that of the template",
                    url,
                    TemplateChoice::Same,
                );
            };
            match path.strip_suffix(b"/") {
                Some(shorter) => with(shorter),
                None => with(&[path, b"/"].concat()),
            }
            let segments = |path: &[u8]| path.iter().filter(|byte| **byte == b'/').count();
            let (has, wants) = (segments(path), segments(wanted));
            if has > wants {
                // The application is mounted below a prefix.
                let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
                if let Some((at, _)) = slashes.clone().nth(has - wants) {
                    with(&path[at..]);
                }
            } else if has < wants {
                // The prefix was stripped.
                let slashes = wanted.iter().enumerate().filter(|(_, byte)| **byte == b'/');
                if let Some((at, _)) = slashes.clone().nth(wants - has) {
                    with(&[&wanted[..at], path].concat());
                }
            } else if !wanted.contains(&b'{') {
                with(wanted);
            }
        }
        // A proxy may have dropped literal parameters of the template.
        let url = Url::of(text);
        let literals = Url::of(template.as_str().as_bytes()).pieces.into_iter();
        let literals = literals.filter(|(_, value)| !value.contains(&b'{'));
        let mut pieces = url.pieces.clone();
        for (at, literal) in literals.enumerate() {
            pieces.retain(|piece| piece.0 != literal.0);
            pieces.insert(at.min(pieces.len()), literal);
        }
        if pieces != url.pieces {
            let text = Url { pieces, ..url }.text();
            repairs.push(
                "a parameter that the template writes out is missing or has another value",
                text,
                TemplateChoice::Same,
            );
        }
        if !self.is_duplicate {
            let detail = "the URL has the standard parameters, which are read without a template";
            repairs.push(detail, text.to_vec(), TemplateChoice::None);
        }
    }
}

/// The repairs so far. Skips those that change nothing and duplicates.
struct Repairs<'u> {
    original: &'u [u8],
    all: Vec<Repaired>,
}

impl Repairs<'_> {
    fn add(&mut self, mistake: Mistake, text: Vec<u8>) {
        if text != self.original && self.all.iter().all(|known| known.text != text) {
            self.all.push(Repaired {
                change: Change::new(mistake),
                text,
                by: TemplateChoice::Same,
            });
        }
    }

    fn add_some(&mut self, mistake: Mistake, text: Option<Vec<u8>>) {
        if let Some(text) = text {
            self.add(mistake, text);
        }
    }

    /// Adds a URL that another template may have made.
    fn push(&mut self, detail: &'static str, text: Vec<u8>, by: TemplateChoice) {
        self.all.push(Repaired {
            change: Change::with(Mistake::TemplateMismatch, detail),
            text,
            by,
        });
    }
}

/// Undoes one encoding, if the whole query was encoded twice.
fn decoded_once(text: &[u8]) -> Vec<u8> {
    let escapes = |text: &[u8]| text.iter().filter(|byte| **byte == b'%').count();
    let is_double = |at: usize| {
        text.get(at..at + 5).is_some_and(|escape| {
            escape.starts_with(b"%25") && escape[3..].iter().all(u8::is_ascii_hexdigit)
        })
    };
    let doubles = (0..text.len()).filter(|at| is_double(*at)).count();
    if doubles == 0 || doubles < escapes(text) {
        return text.to_vec();
    }
    codec::replace(text, b"%25", b"%")
}

/// Returns the name that lenient decoders read: decoded, cut at a NUL, without brackets.
fn lenient_name(name: &[u8]) -> Vec<u8> {
    let name = codec::percent_decode(name, true);
    let end = name
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(name.len());
    let name = name[..end].trim_ascii();
    let start = name
        .iter()
        .position(|byte| !matches!(byte, b'[' | b']' | b'.'));
    let name = &name[start.unwrap_or(0)..];
    let end = name.iter().position(|byte| matches!(byte, b'[' | b']'));
    name[..end.unwrap_or(name.len())].trim_ascii().to_vec()
}

/// Adds repairs that percent-encode the reserved characters of an unencoded value.
fn escape_reserved(text: &[u8], names: &[Vec<u8>], repairs: &mut Repairs<'_>) {
    let start = match text.iter().position(|byte| *byte == b'?') {
        Some(at) if is_url(text) => at + 1,
        _ => 0,
    };
    let (before, query) = text.split_at(start);
    let hashes = codec::replace(query, b"#", b"%23");
    let mut percents = Vec::with_capacity(query.len());
    for (at, byte) in query.iter().enumerate() {
        percents.push(*byte);
        let digits = query.get(at + 1..at + 3);
        let is_escape = digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        if *byte == b'%' && !is_escape {
            percents.extend_from_slice(b"25");
        }
    }
    let ampersands = |query: &[u8]| {
        let mut joined: Vec<u8> = Vec::with_capacity(query.len());
        for (at, piece) in query.split(|byte| *byte == b'&').enumerate() {
            if at > 0 {
                let is_own = names.iter().any(|name| {
                    piece
                        .strip_prefix(name.as_slice())
                        .is_some_and(|rest| rest.starts_with(b"="))
                });
                joined.extend_from_slice(if is_own { b"&" } else { b"%26" });
            }
            joined.extend_from_slice(piece);
        }
        joined
    };
    // An encoder never escapes letters and digits, so these escapes are part of the value.
    let is_own = |escape: &[u8]| {
        let byte = escape.strip_prefix(b"%").and_then(codec::from_hex);
        byte.is_some_and(|byte| byte.first().is_some_and(u8::is_ascii_alphanumeric))
    };
    let all_percents = match query.windows(3).any(is_own) {
        true => codec::replace(query, b"%", b"%25"),
        false => query.to_vec(),
    };
    // If anything is encoded, a plus is more likely a space.
    let pluses = match query.contains(&b'%') {
        true => query.to_vec(),
        false => codec::replace(query, b"+", b"%2B"),
    };
    let semicolons = codec::replace(query, b";", b"%3B");
    let together = ampersands(&codec::replace(&percents, b"#", b"%23"));
    let joined = ampersands(query);
    for (detail, query) in [
        ("#", hashes),
        ("%", percents),
        ("&", joined),
        (";", semicolons),
        ("+", pluses),
        ("several", together),
        ("%", all_percents),
    ] {
        let count = repairs.all.len();
        repairs.add(Mistake::RawReserved, [before, &query].concat());
        if let Some(last) = repairs.all.get_mut(count) {
            last.change = Change::with(Mistake::RawReserved, detail);
        }
    }
}

/// Extracts a URL that is inside another one.
fn unwrap(text: &[u8], repairs: &mut Repairs<'_>) {
    const MOST: usize = 16;
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut add = |inner: Vec<u8>| {
        let is_link = inner.len() > 8 && inner[..4].eq_ignore_ascii_case(b"http");
        if is_link && inner.contains(&b'?') && found.len() < MOST {
            found.push(inner);
        }
    };
    for (_, value) in Url::of(text).pieces.iter().take(MOST) {
        let once = codec::percent_decode(value, true);
        add(once.clone());
        add(codec::percent_decode(&once, false));
        // Proofpoint's second version.
        let percents = codec::replace(&codec::replace(value, b"_", b"/"), b"-", b"%");
        add(codec::percent_decode(&percents, false));
        if let Some(decoded) = codec::from_base64(&once, codec::Alphabet::Both, false) {
            add(decoded.to_vec());
        }
    }
    // The URL is the path of another one, as it is or encoded.
    let rest = text.get(1..).unwrap_or_default();
    for scheme in [
        b"https://".as_slice(),
        b"http://",
        b"https:/",
        b"https%3A",
        b"http%3A",
    ] {
        if let Some(at) = codec::find(rest, scheme)
            && is_url(text)
        {
            let inner = &rest[at..];
            let end = codec::find(inner, b"__;").unwrap_or(inner.len());
            let (inner, key) = inner.split_at(end);
            add(with_stars(inner, key));
            add(inner.to_vec());
            add(codec::percent_decode(inner, false));
        }
    }
    for inner in found {
        repairs.add(Mistake::Wrapper, inner);
    }
}

/// Fills the stars of Proofpoint's third version: `__url__;characters!!`.
fn with_stars(url: &[u8], key: &[u8]) -> Vec<u8> {
    let key = key.strip_prefix(b"__;").unwrap_or_default();
    let end = codec::find(key, b"!!").unwrap_or(key.len());
    let characters = codec::from_base64(&key[..end], codec::Alphabet::Both, false);
    let characters = characters.unwrap_or_default();
    let mut characters = characters.iter();
    url.iter()
        .map(|byte| match byte {
            b'*' => characters.next().copied().unwrap_or(b'*'),
            other => *other,
        })
        .collect()
}

/// Strips the punctuation of a surrounding text from a URL.
fn trim(text: &[u8], repairs: &mut Repairs<'_>) {
    const ENDS: [&[u8]; 12] = [
        b"%22", b"%27", b"%3E", b"%29", b"%5D", b"%2E", b"%2C", b"%3B", b"&gt;", b"&quot;", b"%0A",
        b"%0D",
    ];
    let is_punctuation = |byte: u8| {
        matches!(
            byte,
            b'"' | b'\''
                | b'<'
                | b'>'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b'.'
                | b','
                | b';'
                | b':'
                | b'!'
                | b'*'
                | b'_'
                | b'\\'
                | b'`'
                | b'|'
        )
    };
    let mut trimmed = text;
    loop {
        let before = trimmed.len();
        trimmed = trimmed.trim_ascii();
        while let [rest @ .., last] = trimmed
            && is_punctuation(*last)
        {
            trimmed = rest;
        }
        while let [first, rest @ ..] = trimmed
            && is_punctuation(*first)
        {
            trimmed = rest;
        }
        for end in ENDS {
            trimmed = trimmed.strip_suffix(end).unwrap_or(trimmed);
        }
        for end in ["\u{201d}", "\u{2019}", "\u{bb}", "\u{3002}", "\u{2026}"] {
            trimmed = trimmed.strip_suffix(end.as_bytes()).unwrap_or(trimmed);
        }
        if trimmed.len() == before {
            break;
        }
    }
    repairs.add(Mistake::TrailingText, trimmed.to_vec());
    let url = Url::of(text);
    if let Some((_, value)) = url.pieces.last() {
        let digits = value
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let rest = codec::percent_decode(&value[digits..], true);
        if digits >= 64 && value.len() > 64 && !rest.trim_ascii().is_empty() {
            let end = text.len() - url.after.len() - value.len() + 64;
            repairs.add(Mistake::TrailingText, text[..end].to_vec());
        }
    }
    let is_space = |byte: &u8| byte.is_ascii_whitespace();
    if trimmed.iter().any(is_space) {
        let joined = trimmed
            .iter()
            .copied()
            .filter(|byte| !is_space(byte))
            .collect();
        repairs.add(Mistake::TrailingText, joined);
        let encoded = codec::replace(trimmed, b" ", b"%20");
        repairs.add(Mistake::RawReserved, encoded);
    }
}

/// Returns `true` if the URL has tracking parameters.
pub(crate) fn has_tracking(text: &[u8]) -> bool {
    const NAMES: [&[u8]; 12] = [
        b"fbclid", b"gclid", b"gbraid", b"wbraid", b"msclkid", b"mc_eid", b"mc_cid", b"_ga",
        b"igshid", b"yclid", b"_hsenc", b"dclid",
    ];
    let url = Url::of(text);
    url.pieces
        .iter()
        .any(|(name, _)| name.starts_with(b"utm_") || NAMES.contains(&name.as_slice()))
}

/// Returns `true` if the URL has an unfilled placeholder of a template, with its braces as they are
/// or encoded.
pub(crate) fn has_placeholder(text: &[u8]) -> bool {
    let decoded = codec::percent_decode(&codec::percent_decode(text, false), false);
    Fields::RETURN.iter().any(|field| {
        let placeholder = ["{", field.long_name(), "}"].concat();
        codec::find(&decoded, placeholder.as_bytes()).is_some()
    })
}

/// Returns the number of parameters with exactly this name.
pub(crate) fn count(text: &[u8], name: &str) -> usize {
    let is_named = |piece: &&(Vec<u8>, Vec<u8>)| piece.0 == name.as_bytes();
    Url::of(text).pieces.iter().filter(is_named).count()
}
