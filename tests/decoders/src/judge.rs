//! Compares what decoders hand to applications with what was verified.

use std::collections::BTreeMap;

use crate::message::{Message, Verified};
use crate::shape::Content;

/// What a decoder or router is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The names in the query.
    Query,
    /// The fields in the path.
    Path,
}

/// A decoder or router, as its driver calls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reader {
    pub(crate) part: Part,
    pub(crate) name: String,
}

/// An application that was handed something else than what was verified.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch {
    pub(crate) reader: Reader,
    pub(crate) name: String,
    pub(crate) given: Vec<u8>,
    pub(crate) verified: String,
    pub(crate) message: Message,
}

/// How often a reader was asked, had a text, and had a wrong one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) asked: u64,
    pub(crate) had_text: u64,
    pub(crate) mismatched: u64,
}

/// The counts of all readers.
#[derive(Default)]
pub(crate) struct Judge {
    pub(crate) counts: BTreeMap<Reader, Count>,
}

impl Judge {
    /// Looks at the texts that a reader hands over under each name, and returns the first that is
    /// not the verified one.
    pub(crate) fn judge(
        &mut self,
        reader: &Reader,
        message: &Message,
        verified: &Verified,
        found: &[Vec<Vec<u8>>],
    ) -> Option<Mismatch> {
        let count = self.counts.entry(reader.clone()).or_default();
        count.asked += 1;
        count.had_text += u64::from(found.iter().any(|texts| !texts.is_empty()));
        let mismatch = mismatch(reader, message, verified, found);
        count.mismatched += u64::from(mismatch.is_some());
        mismatch
    }

    /// The counts as a table.
    pub(crate) fn table(&self) -> String {
        let line = |name: &str, [asked, had, wrong]: [&str; 3]| {
            format!("{name:<44} {asked:>10} {had:>10} {wrong:>10}\n")
        };
        let mut table = line("reader", ["verified", "had text", "mismatch"]);
        for (reader, count) in &self.counts {
            let part = match reader.part {
                Part::Query => "query",
                Part::Path => "path",
            };
            let numbers = [count.asked, count.had_text, count.mismatched];
            let [asked, had, wrong] = numbers.map(|number| number.to_string());
            table += &line(&format!("{part} {}", reader.name), [&asked, &had, &wrong]);
        }
        table
    }
}

fn mismatch(
    reader: &Reader,
    message: &Message,
    verified: &Verified,
    found: &[Vec<Vec<u8>>],
) -> Option<Mismatch> {
    let shape = message.shape();
    let path: Vec<_> = shape
        .path
        .iter()
        .map(|field| Content::Field(*field))
        .collect();
    let path = path
        .iter()
        .zip(shape.path)
        .map(|(content, field)| (field.long_name(), content));
    let query = shape.query.iter().map(|(name, content)| (*name, content));
    let names: Vec<_> = match reader.part {
        Part::Query => query.collect(),
        Part::Path => path.collect(),
    };
    assert_eq!(
        names.len(),
        found.len(),
        "{reader:?} has a group for each name"
    );
    names
        .iter()
        .zip(found)
        .find_map(|((name, content), texts)| {
            let given = texts.iter().find(|text| !verified.allows(content, text))?;
            Some(Mismatch {
                reader: reader.clone(),
                name: (*name).into(),
                given: given.clone(),
                verified: match content {
                    Content::Field(field) => verified.text(*field).into(),
                    Content::Around(before, field, after) => {
                        [before, verified.text(*field), after].concat()
                    }
                    Content::Literals(texts) => texts.join(" or "),
                },
                message: message.clone(),
            })
        })
}
