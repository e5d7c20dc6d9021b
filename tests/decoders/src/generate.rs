//! Generates messages: genuine ones, signed by the library, that are then mangled.
//!
//! This module does not know which names the specification calls look-alikes. Edits are drawn from
//! the texts that separate, end, escape or nest a name in some decoder, and from all other bytes.

use fastrand::Rng;
use percent_encoding::percent_decode;

use crate::message::Message;
use crate::shape::SHAPES;
use crate::verifier::{Library, Texts, signed_fields};
use crate::words::{CHARACTERS, FOREIGN, ODD, OTHERS, PATH_PARTS, PREFIXES, SUFFIXES};

/// An endless sequence of mangled genuine messages.
pub(crate) struct Generator<'a> {
    random: Rng,
    library: &'a Library,
    made: usize,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(seed: u64, library: &'a Library) -> Self {
        Self {
            random: Rng::with_seed(seed),
            library,
            made: 0,
        }
    }
}

impl Iterator for Generator<'_> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        loop {
            let shape = self.made % SHAPES.len();
            let texts = texts(&mut self.random);
            // Some texts can't be part of a path.
            if let Some(url) = self.library.sign(shape, &texts) {
                self.made += 1;
                return Some(Draft::of(shape, &url, &texts, &mut self.random).message());
            }
        }
    }
}

fn texts(random: &mut Rng) -> Texts {
    let mut text = |usual: &str| match random.u8(..) {
        0..20 => pick(random, ODD).to_string(),
        20..24 => format!("{}{}", pick(random, ODD), pick(random, ODD)),
        _ => usual.to_string(),
    };
    Texts {
        submission_id: text("pls_123"),
        unique_value: text("ABC123"),
        source: text("zendesk"),
        reference: text("ticket-456"),
        photo_count: 5,
    }
}

fn pick<'t>(random: &mut Rng, texts: &[&'t str]) -> &'t str {
    texts[random.usize(..texts.len())]
}

/// A message that is being mangled.
struct Draft<'r> {
    shape: usize,
    path: Vec<u8>,
    pieces: Vec<Vec<u8>>,
    separators: Vec<&'static str>,
    fragment: Option<Vec<u8>>,
    expect: Vec<(visiono_workflow::Field, String)>,
    texts: Texts,
    random: &'r mut Rng,
}

impl<'r> Draft<'r> {
    fn of(shape: usize, url: &str, texts: &Texts, random: &'r mut Rng) -> Self {
        let rest = url.strip_prefix("https://desk.example").unwrap_or(url);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let pieces: Vec<Vec<u8>> = query.split('&').map(Into::into).collect();
        let mut draft = Self {
            shape,
            path: path.into(),
            separators: vec!["&"; pieces.len()],
            pieces,
            fragment: None,
            expect: Vec::new(),
            texts: texts.clone(),
            random,
        };
        let edits = [0, 1, 1, 1, 2, 2, 3, 5][draft.random.usize(..8)];
        let routed = SHAPES[shape].route.is_some();
        for _ in 0..edits {
            if routed && draft.random.u8(..3) > 0 {
                draft.mangle_path();
            } else {
                draft.mangle_query();
            }
        }
        draft
    }

    /// Returns a name of the message, or of a message of another shape.
    fn name(&mut self) -> &'static str {
        let shape = match self.random.u8(..10) {
            0 => self.random.usize(..SHAPES.len()),
            _ => self.shape,
        };
        let names = SHAPES[shape].query;
        names[self.random.usize(..names.len())].0
    }

    /// Returns a name in a spelling that some decoder may read as the name.
    fn spelled(&mut self) -> Vec<u8> {
        let mut name = self.name().as_bytes().to_vec();
        for _ in 0..[0, 1, 1, 1, 1, 2, 2, 3][self.random.usize(..8)] {
            match self.random.u8(..8) {
                0 => name = [pick(self.random, PREFIXES).as_bytes(), &name].concat(),
                1 => name.extend_from_slice(pick(self.random, SUFFIXES).as_bytes()),
                2 => self.insert(&mut name, CHARACTERS),
                3 => {
                    let character = pick(self.random, CHARACTERS).as_bytes();
                    name = match self.random.bool() {
                        true => [character, &name].concat(),
                        false => [&name, character].concat(),
                    };
                }
                4 => respell(&mut name, self.random),
                5 => edit_byte(&mut name, self.random),
                6 => {
                    // Brackets around the name, or a part of it.
                    let at = self.random.usize(..=name.len());
                    name.insert(at, b'[');
                    if self.random.bool() {
                        name.push(b']');
                    }
                }
                _ => {
                    // One word separator in place of another.
                    let other = b"_. [-"[self.random.usize(..5)];
                    for byte in &mut name {
                        if b"_. [-".contains(byte) {
                            *byte = other;
                        }
                    }
                }
            }
        }
        name
    }

    /// Returns a parameter whose name may be read as one of the message's.
    fn hostile(&mut self) -> Vec<u8> {
        let mut piece = self.spelled();
        match self.random.u8(..20) {
            0 => {}
            1 => piece.extend_from_slice(b"%3D"),
            2 => piece.extend_from_slice(b"=="),
            _ => piece.push(b'='),
        }
        piece.extend_from_slice(pick(self.random, OTHERS).as_bytes());
        piece
    }

    fn insert(&mut self, text: &mut Vec<u8>, parts: &[&str]) {
        let at = self.random.usize(..=text.len());
        let part = pick(self.random, parts).as_bytes();
        text.splice(at..at, part.iter().copied());
    }

    fn put(&mut self, piece: Vec<u8>) {
        let at = self.random.usize(..=self.pieces.len());
        self.pieces.insert(at, piece);
        self.separators.insert(at, "&");
    }

    fn mangle_query(&mut self) {
        match self.random.u8(..32) {
            0..10 => {
                let piece = self.hostile();
                self.put(piece);
            }
            10..13 => {
                let piece = pick(self.random, FOREIGN).into();
                self.put(piece);
            }
            13..15 => {
                // A foreign parameter that contains one of the message's.
                let mut piece = pick(self.random, FOREIGN).as_bytes().to_vec();
                let between = pick(
                    self.random,
                    &[";", ";", "%26", "%3b", "&amp;", ",", "\n", "?", "#"],
                );
                piece.extend_from_slice(between.as_bytes());
                piece.extend(self.hostile());
                self.put(piece);
            }
            15..18 => {
                // The same, in another spelling.
                if let Some(piece) = self.piece() {
                    respell(piece.0, piece.1);
                }
            }
            18..20 => {
                if let Some((piece, random)) = self.piece() {
                    edit_byte(piece, random);
                }
            }
            20 => {
                if let Some((piece, random)) = self.piece() {
                    let at = random.usize(..=piece.len());
                    let part = pick(random, CHARACTERS).as_bytes();
                    piece.splice(at..at, part.iter().copied());
                }
            }
            21 if self.random.bool() => self.random.shuffle(&mut self.pieces),
            21 => {
                // Every escape decoded, as long as the result is a single parameter.
                if let Some((piece, _)) = self.piece() {
                    let decoded = percent_decode(piece).collect::<Vec<_>>();
                    if !decoded.iter().any(|byte| b"&\0\r\n".contains(byte)) {
                        *piece = decoded;
                    }
                }
            }
            22 => {
                if let Some((piece, _)) = self.piece() {
                    let piece = piece.clone();
                    self.put(piece);
                }
            }
            23 | 24 => self.drop(),
            25 => {
                let count = self.separators.len();
                if count > 0 {
                    let at = self.random.usize(..count);
                    let others = [
                        "&&", ";", "&;", ";&", "&amp;", "%26", ", ", "& ", "&?", "\n", "&\t",
                    ];
                    self.separators[at] = others[self.random.usize(..others.len())];
                }
            }
            26 => {
                let mut fragment = Vec::new();
                if self.random.bool() {
                    fragment.extend_from_slice(
                        pick(self.random, &["&", "?", "/?", "x&", ";"]).as_bytes(),
                    );
                }
                fragment.extend(self.hostile());
                self.fragment = Some(fragment);
            }
            27 => {
                // Starts by which a query is mistaken for something else.
                let start = [
                    "?",
                    "??",
                    "/",
                    "/x&",
                    "/x?",
                    "http://x&",
                    "https://x?",
                    "//",
                    "#",
                    "&",
                    ";",
                ];
                let mut start = pick(self.random, &start).as_bytes().to_vec();
                if self.random.bool() {
                    start.extend(self.hostile());
                    start.extend_from_slice(
                        pick(self.random, &["&", "&y=?", "?", "#", ";"]).as_bytes(),
                    );
                }
                if let Some(first) = self.pieces.first_mut() {
                    first.splice(0..0, start);
                }
            }
            28 | 29 => {
                // One of the message's names in another spelling.
                let name = self.spelled();
                if let Some((piece, _)) = self.piece() {
                    let end = piece.iter().position(|&byte| byte == b'=');
                    piece.splice(..end.unwrap_or(piece.len()), name);
                }
            }
            30 => {
                // A parameter of the message inside a foreign value.
                let hostile = self.hostile();
                let mut piece = b"x=".to_vec();
                self.insert(&mut piece, CHARACTERS);
                piece.extend(hostile);
                self.put(piece);
            }
            _ if self.random.u8(..64) == 0 => {
                // More parameters than PHP and qs read.
                let piece = vec![&b"x=1"[..]; 1_001].join(&b'&');
                let at = self.random.usize(..=self.pieces.len());
                self.pieces.insert(at, piece);
                self.separators.insert(at, "&");
            }
            _ => {
                let text = pick(self.random, OTHERS);
                if let Some((piece, _)) = self.piece() {
                    let end = piece.iter().position(|&byte| byte == b'=');
                    piece.truncate(end.map_or(piece.len(), |end| end + 1));
                    piece.extend_from_slice(text.as_bytes());
                }
            }
        }
    }

    fn piece(&mut self) -> Option<(&mut Vec<u8>, &mut Rng)> {
        let count = self.pieces.len();
        let at = (count > 0).then(|| self.random.usize(..count))?;
        Some((&mut self.pieces[at], self.random))
    }

    /// Drops a parameter. The application may know its value.
    fn drop(&mut self) {
        use visiono_workflow::Field::{PhotoCount, Reference, Source, SubmissionId, UniqueValue};
        if self.pieces.len() < 2 {
            return;
        }
        let at = self.random.usize(..self.pieces.len());
        self.pieces.remove(at);
        self.separators.remove(at);
        for field in signed_fields(&SHAPES[self.shape]) {
            let text = match field {
                SubmissionId => &self.texts.submission_id,
                UniqueValue => &self.texts.unique_value,
                Source => &self.texts.source,
                Reference => &self.texts.reference,
                PhotoCount => &self.texts.photo_count.to_string(),
                _ => continue,
            };
            if self.random.u8(..4) > 0 && !self.expect.iter().any(|(known, _)| known == field) {
                self.expect.push((*field, text.clone()));
            }
        }
    }

    fn mangle_path(&mut self) {
        match self.random.u8(..16) {
            0..5 => {
                let mut path = std::mem::take(&mut self.path);
                self.insert(&mut path, PATH_PARTS);
                self.path = path;
            }
            5 => {
                let part = pick(self.random, PATH_PARTS);
                self.path.extend_from_slice(part.as_bytes());
            }
            6 => {
                let part = pick(self.random, PATH_PARTS);
                self.path.splice(0..0, part.bytes());
            }
            7 => edit_byte(&mut self.path, self.random),
            8 | 9 => respell(&mut self.path, self.random),
            10 => {
                // Another letter case, of one letter or of all.
                let one = self.random.usize(..self.path.len().max(1));
                let all = self.random.bool();
                for (at, byte) in self.path.iter_mut().enumerate() {
                    if all || at == one {
                        *byte = match byte.is_ascii_lowercase() {
                            true => byte.to_ascii_uppercase(),
                            false => byte.to_ascii_lowercase(),
                        };
                    }
                }
            }
            _ => {
                // Segments: another value, swapped, doubled, dropped, or joined differently.
                let mut parts: Vec<Vec<u8>> = self
                    .path
                    .split(|&byte| byte == b'/')
                    .map(<[u8]>::to_vec)
                    .collect();
                let at = self.random.usize(..parts.len());
                match self.random.u8(..6) {
                    0 | 1 => parts[at] = pick(self.random, OTHERS).into(),
                    2 => {
                        let other = self.random.usize(..parts.len());
                        parts.swap(at, other);
                    }
                    3 => parts.insert(at, parts[at].clone()),
                    4 => {
                        parts.remove(at);
                    }
                    _ => {
                        let between =
                            pick(self.random, &["%2f", "%5c", "\\", "//", "/./", "/%2e/"]);
                        self.path = parts.join(between.as_bytes());
                        return;
                    }
                }
                self.path = parts.join(&b'/');
            }
        }
    }

    fn message(mut self) -> Message {
        let mut query = Vec::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            if at > 0 {
                query.extend_from_slice(self.separators[at].as_bytes());
            }
            query.extend_from_slice(piece);
        }
        let fragment = self.fragment.map(|text| [b"#", &text[..]].concat());
        let fragment = fragment.unwrap_or_default();
        // The library ends a URL at a `#`; no server leaves one in such a query.
        let looks_like_url = [&b"/"[..], b"?", b"http"]
            .iter()
            .any(|start| query.starts_with(start));
        // The target of a request starts with a slash.
        if !self.path.starts_with(b"/") {
            self.path.insert(0, b'/');
        }
        let target = [&self.path[..], b"?", &query, &fragment].concat();
        // A field in the path requires the path.
        let form = match SHAPES[self.shape].route {
            Some(_) => self.random.u8(..8),
            None => self.random.u8(..16),
        };
        let without_hash = query.split(|&byte| byte == b'#').collect::<Vec<_>>();
        let without_hash = without_hash.join(&b"%23"[..]);
        let mut message = match form {
            0..6 => Message::of_url(self.shape, &target),
            6 | 7 => Message::of_url(self.shape, &[b"https://desk.example", &target[..]].concat()),
            8..11 => {
                let mut message = Message::of_url(self.shape, &target);
                message.input = [b"?", &query[..], &fragment].concat();
                message
            }
            _ if looks_like_url => {
                let mut message = Message::of_url(self.shape, &[b"/done?", &query[..]].concat());
                message.input.clone_from(&message.query);
                message
            }
            // The bare query, which servers call QUERY_STRING. In a URL, a `#` would end it.
            _ => Message {
                target: [b"/done?", &without_hash[..]].concat(),
                input: query.clone(),
                query,
                ..Message::of_url(self.shape, b"")
            },
        };
        if form == 7 {
            // Another host and letter case, which a proxy may have written.
            let end = b"https://desk.example".len();
            message.input.splice(..end, *b"HTTP://LOCALHOST:80");
        }
        message.expect = self.expect;
        message
    }
}

/// Writes a character differently: escaped, escaped twice, in another case, in Unicode.
fn respell(text: &mut Vec<u8>, random: &mut Rng) {
    if text.is_empty() {
        return;
    }
    let at = random.usize(..text.len());
    let byte = text[at];
    let spelled = match random.u8(..12) {
        0 | 1 => format!("%{byte:02X}").into(),
        2 => format!("%{byte:02x}").into(),
        3 => format!("%25{byte:02x}").into(),
        4 => format!("%u{byte:04x}").into(),
        5 => format!("%U{byte:04X}").into(),
        6 => format!("&#{byte};").into(),
        7 if byte.is_ascii_graphic() => {
            // Fullwidth, which some normalizations convert to ASCII.
            let wide = char::from_u32(0xfee0 + u32::from(byte)).unwrap_or('?');
            wide.to_string().into_bytes()
        }
        8 => format!("%{:02x}%{:02x}", 0xc0 | byte >> 6, 0x80 | byte & 0x3f).into(),
        9 => match byte {
            b's' => "ſ".into(),
            b'k' => "\u{212a}".into(),
            b'i' => "ı".into(),
            _ => vec![byte ^ 0x20],
        },
        // A genuine escape, decoded.
        10 => {
            let digits = text.get(at + 1..at + 3).filter(|_| byte == b'%');
            let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => {
                    text.splice(at..at + 3, [byte]);
                    return;
                }
                None => vec![byte.to_ascii_uppercase()],
            }
        }
        _ => vec![byte.to_ascii_uppercase()],
    };
    text.splice(at..=at, spelled);
}

/// Inserts, deletes or replaces any byte, raw or escaped.
fn edit_byte(text: &mut Vec<u8>, random: &mut Rng) {
    let byte = random.u8(..);
    let byte = match random.bool() {
        true => format!("%{byte:02x}").into_bytes(),
        // Raw bytes beyond ASCII are rare, because they make most of a message unreadable.
        false => vec![if random.u8(..4) > 0 {
            byte & 0x7f
        } else {
            byte
        }],
    };
    let at = random.usize(..=text.len());
    let end = (at + usize::from(random.bool())).min(text.len());
    match random.u8(..3) {
        0 => drop(text.drain(at..end)),
        _ => drop(text.splice(at..end, byte)),
    }
}
