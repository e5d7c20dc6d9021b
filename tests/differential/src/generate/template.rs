//! Generates returns from redirect templates, with the values that a caller expects of them.

use fastrand::Rng;

use super::url::{mangle_signature, mutate};
use super::{chance, pick, text};
use crate::message::{Message, SECRET, sign};
use crate::reading::RETURN;

/// Templates whose returns can be read back.
const GOOD: [&str; 6] = [
    "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}",
    "https://your-system.com/done",
    "https://your-system.com/done?a=1#top",
    "https://your-system.com/{reference}/{submission_id}?n={photo_count}&t={timestamp}&s={signature}",
    "https://your-system.com/t-{reference}.html?uv=u{unique_value}&sig={signature}",
    "http://localhost:8080/?ref={reference}&again={reference}&sig={signature}&ts={timestamp}",
];
/// Texts that are not templates, or whose returns can't be read back.
const BAD: [&str; 6] = [
    "https://your-system.com/done?sig={signature}&all={unique_value}-{reference}",
    "https://your-system.com/done?{reference}=1&sig={signature}",
    "https://your-system.com/done?sub=pls_1",
    "https://your-system.com/done#{signature}",
    "https://your-system.com/done?id={submission}",
    "https://your-system.com/done?id={submission_id",
];
const LONG_NAMES: [&str; 6] = [
    "submission_id",
    "unique_value",
    "reference",
    "photo_count",
    "timestamp",
    "signature",
];

pub(super) fn expected(random: &mut Rng) -> Message {
    let templates = if chance(random, 150) { BAD } else { GOOD };
    let mut template = pick(random, &templates).to_owned();
    let values = [
        text::bytes(random),
        text::bytes(random),
        text::bytes(random),
        text::count(random).to_string().into_bytes(),
        text::seconds(random).to_string().into_bytes(),
    ];
    let mut signature = sign(SECRET, &values.join(&b'|'));
    if chance(random, 50) {
        signature = mangle_signature(random, signature);
    }
    let mut url = if template.contains('{') {
        template.clone()
    } else {
        // Without a placeholder, the standard parameters are appended.
        let pieces = RETURN.iter().zip(LONG_NAMES);
        let pieces: Vec<_> = pieces
            .map(|(name, long)| format!("{name}={{{long}}}"))
            .collect();
        format!("/done?{}", pieces.join("&"))
    };
    let texts = values.iter().map(Vec::as_slice);
    for (name, value) in LONG_NAMES.iter().zip(texts.chain([signature.as_bytes()])) {
        let style = text::style(random);
        url = url.replace(&format!("{{{name}}}"), &text::encode(value, style));
    }
    for changed in [&mut template, &mut url] {
        if chance(random, 40) {
            mutate(random, changed);
        }
    }
    let expected = values.map(|value| match random.u8(..40) {
        0..6 => None,
        6..39 => Some(String::from_utf8_lossy(&value).into_owned()),
        _ => Some(text::field(random)),
    });
    Message::Expected(url, template, expected)
}
