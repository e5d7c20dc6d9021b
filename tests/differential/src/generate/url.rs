//! Generates links and returns: fields that are written into a query, signed, and mangled.

use fastrand::Rng;

use super::text::{self, Style, encode};
use super::{chance, pick};
use crate::message::{Link, SECRET, sign};
use crate::reading::{Language, payload};

/// Secrets of other parties, and mistaken ones.
const OTHER_SECRETS: [&str; 20] = [
    "",
    "short",
    "0123456789abcdef",
    "fedcba9876543210fedcba9876543210",
    "0123456789abcdef0123456789abcdef\n",
    " 0123456789abcdef0123456789abcdef",
    "0123456789abcdef\t0123456789abcdef",
    "whsec_0123456789abcdef0123456789abcdef",
    "vsk_live_0123456789abcdef0123456789abcdef",
    "Geheimnis-für-Tests",
    "VSK_LIVE_0123456789abcdef",
    "Whsec_0123456789abcdef",
    "'0123456789abcdef0123456789abcdef'",
    "\"0123456789abcdef0123456789abcdef\"",
    "$VISIONO_WORKFLOW_SECRET",
    "${VISIONO_WORKFLOW_SECRET}",
    "prefix-${VISIONO_WORKFLOW_SECRET}",
    "0000000000000000",
    "your-64-char-workflow-secret",
    "Your-Workflow-Secret",
];
/// Texts before a query, which are ignored.
const BEFORE: [&str; 5] = [
    "/done",
    "https://your-system.com/done",
    "http://localhost:8080/",
    "",
    "/a%20b;v=1/%zz",
];
/// Parameters that a message may have besides its own.
const OTHER_NAMES: [&str; 12] = [
    "utm_source",
    "UV",
    "sub_",
    "re.f",
    "unique_value",
    "sig2",
    "id",
    "%FF",
    "%zz",
    "u%00v",
    "[]",
    "",
];
/// Names that PHP reads as `uv`, with `@` in place of `uv`.
const PHP_NAMES: [&str; 7] = [
    "@[]", "@[a]", "@%5B0%5D", "+@", "%20%20@", "@%00", "@%00z[]",
];

/// Names that other decoders read as `uv`, with `@` in place of `uv`.
const ALIKE_NAMES: [&str; 12] = [
    "[@]", "]@", "@]", ".@", "@[", "@%09", "%0B@", "@;x", ";@", "x=1;@", "%[@", "@+",
];
/// Paths that a router or a proxy may take for another one.
const PATHS: [&str; 10] = [
    "/TICKETS/@/done",
    "/tickets/@/Done",
    "/tickets/@/done/",
    "//tickets/@/done",
    "/tickets/x/../@/done",
    "/tickets/@/done;v=1",
    "/tickets/ticket-999/done",
    "/%74ickets/@/done",
    "/tickets/@",
    "/tickets/./@/done",
];
/// References that climb in a path, and some that don't.
const CLIMBING: [&str; 8] = [
    "..",
    ".",
    "../admin",
    "..;x",
    "a;..",
    "..\\admin",
    "...",
    "..a/b",
];
/// Parameters to send instead of `tenant=acme`.
const TENANTS: [&str; 9] = [
    "tenant=globex",
    "x=1",
    "tenant=acme&tenant=acme",
    "tenant=acme&Tenant=globex",
    "tenant=acme&tenant[]=x",
    "tenant=%61cme",
    "tenan%74=acme",
    "tenant=acme;v=1",
    "tenant=acme&x=1;tenant=globex",
];

/// Returns a link to be signed.
pub(super) fn link(random: &mut Rng) -> Link {
    let secret = if chance(random, 100) {
        pick(random, &OTHER_SECRETS)
    } else {
        SECRET
    };
    let slug = match random.u8(..20) {
        0 => text::field(random),
        1 => pick(random, &["a", "A-Z._~9", ".", "..", "s/x", "s?uv=1", "Ä"]).into(),
        _ => "damage-report".into(),
    };
    Link {
        secret: secret.into(),
        slug,
        unique_value: text::field(random),
        source: text::field(random),
        reference: text::field(random),
        timestamp: text::seconds(random),
    }
}

/// Returns the URL of a link or a return. The last name is that of the signature.
pub(super) fn signed(random: &mut Rng, names: &[&str]) -> String {
    let (_, signed_names) = names.split_last().expect("a signature");
    let style = text::style(random);
    let mut pieces: Vec<String> = signed_names
        .iter()
        .map(|name| format!("{name}={}", value(random, name, style)))
        .collect();
    for _ in 0..3 {
        if chance(random, 110) {
            mangle(random, &mut pieces, names);
        }
    }
    if chance(random, 100) {
        random.shuffle(&mut pieces);
    }
    // The signature covers the values that one of the snippets would read.
    let language = pick(random, &Language::ALL);
    let query = format!("?{}", pieces.join("&"));
    let mut signed = payload(language, &query, signed_names);
    if chance(random, 30) {
        slide(random, &mut signed);
    }
    let secret = if chance(random, 15) {
        pick(random, &OTHER_SECRETS)
    } else {
        SECRET
    };
    let signature = sign(secret, &signed);
    let signature = if chance(random, 100) {
        mangle_signature(random, signature)
    } else {
        signature
    };
    let place = if chance(random, 100) {
        random.usize(..=pieces.len())
    } else {
        pieces.len()
    };
    pieces.insert(place, format!("sig={signature}"));
    if chance(random, 40) {
        mangle(random, &mut pieces, names);
    }
    let separator = if chance(random, 10) {
        pick(random, &[";", "&amp;", "&&", "%26"])
    } else {
        "&"
    };
    let mut query = pieces.join(separator);
    for _ in 0..3 {
        if chance(random, 15) {
            mutate(random, &mut query);
        }
    }
    if chance(random, 20) {
        query += pick(
            random,
            &["#", "#top", "#&uv=other", "&", "&&", "=", "&=", "?"],
        );
    }
    format!("{}?{query}", pick(random, &BEFORE))
}

/// Returns the URL of a return made from the template with a path.
pub(super) fn routed(random: &mut Rng) -> String {
    const NAMES: [&str; 4] = ["sub", "uv", "cnt", "ts"];
    let style = text::style(random);
    let mut pieces: Vec<String> = NAMES
        .iter()
        .map(|name| format!("{name}={}", value(random, name, style)))
        .collect();
    for _ in 0..2 {
        if chance(random, 60) {
            mangle(random, &mut pieces, &NAMES);
        }
    }
    let reference = if chance(random, 100) {
        pick(random, &CLIMBING).into()
    } else {
        text::bytes(random)
    };
    let language = pick(random, &Language::ALL);
    let query = format!("?{}", pieces.join("&"));
    let mut signed: Vec<_> = NAMES
        .iter()
        .map(|name| payload(language, &query, &[name]))
        .collect();
    signed.insert(2, reference.clone());
    let signature = sign(SECRET, &signed.join(&b'|'));
    let signature = if chance(random, 40) {
        mangle_signature(random, signature)
    } else {
        signature
    };
    let tenant = if chance(random, 100) {
        pick(random, &TENANTS)
    } else {
        "tenant=acme"
    };
    pieces.insert(random.usize(..=pieces.len()), tenant.into());
    pieces.push(format!("sig={signature}"));
    let path = if chance(random, 100) {
        pick(random, &PATHS)
    } else {
        "/tickets/@/done"
    };
    let style = pick(random, &[Style::Exact, Style::Lower, Style::All]);
    let mut url = path.replace('@', &encode(&reference, style));
    url += "?";
    url += &pieces.join("&");
    if chance(random, 15) {
        mutate(random, &mut url);
    }
    if !url.starts_with('/') {
        url.insert(0, '/');
    }
    as_requested(&url)
}

/// Returns a URL that can be requested: HTTP allows no control characters in it.
pub(super) fn as_requested(url: &str) -> String {
    let escape = |character: char| match character {
        character if character.is_ascii_control() => format!("%{:02X}", character as u32),
        character => character.into(),
    };
    url.chars().map(escape).collect()
}

fn value(random: &mut Rng, name: &str, style: Style) -> String {
    let value = match name {
        "ts" => {
            let seconds = text::seconds(random);
            text::number(random, seconds).into_bytes()
        }
        "cnt" => {
            let count = text::count(random);
            text::number(random, count).into_bytes()
        }
        _ => text::bytes(random),
    };
    encode(&value, style)
}

/// Adds, drops, doubles or renames a parameter.
fn mangle(random: &mut Rng, pieces: &mut Vec<String>, names: &[&str]) {
    let place = random.usize(..pieces.len());
    let name = pick(random, names);
    let any_style = text::style(random);
    let any = value(random, name, any_style);
    let (before, raw) = pieces[place].split_once('=').unwrap_or(("", ""));
    let (before, raw) = (before.to_owned(), raw.to_owned());
    let new_place = random.usize(..=pieces.len());
    match random.u8(..14) {
        // With a single piece left, there is still something to mangle.
        0 if pieces.len() > 1 => drop(pieces.remove(place)),
        1 => pieces[place] = format!("{before}="),
        2 => pieces[place] = before,
        3 => pieces.insert(new_place, pieces[place].clone()),
        4 => pieces.insert(new_place, format!("{before}={any}")),
        5 => pieces[place] = format!("{}={raw}", before.to_uppercase()),
        6 => {
            let encoded = encode(before.as_bytes(), pick(random, &[Style::All, Style::Twice]));
            pieces[place] = format!("{encoded}={raw}");
        }
        7 => pieces[place] = format!("{}={raw}", pick(random, &PHP_NAMES).replace('@', &before)),
        8 => pieces.insert(
            new_place,
            format!("{}={any}", pick(random, &PHP_NAMES).replace('@', name)),
        ),
        9 if chance(random, 5) => {
            let many = (0..1000).map(|number| format!("x{number}={number}"));
            pieces.splice(new_place..new_place, many);
        }
        10 => pieces[place].push_str(&any),
        11 => pieces.insert(
            new_place,
            format!("{}={any}", pick(random, &ALIKE_NAMES).replace('@', name)),
        ),
        12 => pieces.insert(new_place, format!("{}={any}", name.to_uppercase())),
        _ => pieces.insert(new_place, format!("{}={any}", pick(random, &OTHER_NAMES))),
    }
}

/// Moves or duplicates a separator.
fn slide(random: &mut Rng, signed: &mut Vec<u8>) {
    if let Some(place) = signed.iter().position(|byte| *byte == b'|') {
        let bar = signed.remove(place);
        let place = random.usize(..=signed.len());
        signed.insert(place, bar);
    }
}

/// Returns an invalid form of a signature.
pub(super) fn mangle_signature(random: &mut Rng, signature: String) -> String {
    let place = random.usize(..signature.len());
    match random.u8(..14) {
        0 => signature.to_uppercase(),
        1 => signature[..place].into(),
        2 => signature + pick(random, &["0", "00", "=", "%00", "%0A", "abcdef"]),
        3 => format!("{signature}{}", pick(random, &[" ", "%20", "+", "\n"])),
        4 => format!(
            "{}{signature}",
            pick(random, &[" ", "%20", "+", "0x", "sha256="])
        ),
        5 => String::new(),
        6 => text::insert(random, &signature[1..], "g"),
        7 => text::insert(random, &signature, "é"),
        8 => text::insert(random, &signature[2..], "é"),
        9 => encode(signature.as_bytes(), Style::All),
        10 => "0".repeat(64),
        11 => text::field(random),
        12 => sign(SECRET, signature.as_bytes()),
        _ => signature.chars().rev().collect(),
    }
}

/// Changes one character of a text.
pub(super) fn mutate(random: &mut Rng, text: &mut String) {
    let places: Vec<_> = text.char_indices().map(|(place, _)| place).collect();
    let Some(place) = random.choice(&places).copied() else {
        return;
    };
    let character = pick(random, b"%&=+;|?#/ 0aFz\x7f\x01\"");
    match random.u8(..3) {
        0 => drop(text.remove(place)),
        1 => text.insert(place, character.into()),
        _ => {
            text.remove(place);
            text.insert(place, character.into());
        }
    }
}
