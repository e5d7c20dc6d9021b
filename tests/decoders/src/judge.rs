//! Compares the texts that decoders return to applications with the verified ones.

use std::collections::BTreeMap;

use crate::message::{Message, Verified};
use crate::shape::Role;

/// The part of a message that a decoder or router reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// The names in the query.
    Query,
    /// The fields in the path.
    Path,
}

/// A decoder or router, as its driver names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reader {
    pub(crate) part: Part,
    pub(crate) name: String,
}

/// A text that an application received instead of the verified one.
#[derive(Clone, Debug)]
pub(crate) struct Mismatch {
    pub(crate) reader: Reader,
    pub(crate) name: String,
    pub(crate) given: Vec<u8>,
    pub(crate) verified: String,
    pub(crate) message: Message,
}

/// The number of times that a reader was asked, found a text, and found a wrong one.
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
    /// Compares the texts that a reader found under each name, and returns the first that is not
    /// the verified one.
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

    /// Returns the counts as a table.
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
    let path: Vec<_> = shape.path.iter().map(|field| Role::Field(*field)).collect();
    let path = path
        .iter()
        .zip(shape.path)
        .map(|(role, field)| (field.long_name(), role));
    let query = shape.query.iter().map(|(name, role)| (*name, role));
    let names: Vec<_> = match reader.part {
        Part::Query => query.collect(),
        Part::Path => path.collect(),
    };
    assert_eq!(
        names.len(),
        found.len(),
        "{reader:?} has a group for each name"
    );
    names.iter().zip(found).find_map(|((name, role), texts)| {
        let given = texts.iter().find(|text| !verified.allows(role, text))?;
        Some(Mismatch {
            reader: reader.clone(),
            name: (*name).into(),
            given: given.clone(),
            verified: match role {
                Role::Field(field) => verified.text(*field).into(),
                Role::Around(before, field, after) => {
                    [before, verified.text(*field), after].concat()
                }
                Role::Literals(texts) => texts.join(" or "),
            },
            message: message.clone(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aspnet;
    use crate::generate::Generator;
    use crate::shape::SHAPES;
    use crate::verifier::{Library, Texts, Verifier as _};

    fn genuine(library: &Library, shape: usize) -> Message {
        let texts = Texts {
            submission_id: "pls_123".into(),
            unique_value: "ABC123".into(),
            source: "zendesk".into(),
            reference: "ticket-456".into(),
            photo_count: 5,
        };
        let url = library
            .sign(shape, &texts)
            .expect("plain texts can be signed");
        Message::of_url(shape, url.as_bytes())
    }

    fn read(message: &Message) -> Vec<Vec<Vec<u8>>> {
        let names = message.shape().query.iter().map(|(name, _)| *name);
        let texts = aspnet::classic(&message.query, &names.collect::<Vec<_>>());
        let texts = texts.into_iter();
        texts
            .map(|texts| texts.into_iter().map(String::into_bytes).collect())
            .collect()
    }

    fn reader() -> Reader {
        Reader {
            part: Part::Query,
            name: "ASP.NET".into(),
        }
    }

    #[test]
    fn genuine_messages_of_every_shape_are_read_as_verified() {
        let library = Library::new().unwrap();
        let mut judge = Judge::default();
        for shape in 0..SHAPES.len() {
            let message = genuine(&library, shape);
            let verified = library
                .verify(&message)
                .expect("a genuine message verifies");
            let found = read(&message);
            assert!(found.iter().all(|texts| texts.len() == 1), "{message:?}");
            assert!(
                judge
                    .judge(&reader(), &message, &verified, &found)
                    .is_none()
            );
        }
        let shapes = SHAPES.len() as u64;
        let count = Count {
            asked: shapes,
            had_text: shapes,
            mismatched: 0,
        };
        assert_eq!(judge.counts[&reader()], count);
    }

    /// Uses the library's result for another message.
    #[test]
    fn another_text_under_a_name_is_a_mismatch() {
        let library = Library::new().unwrap();
        let mut message = genuine(&library, 1);
        let verified = library.verify(&message).unwrap();
        message.query = [b"REF=ticket-999&", &message.query[..]].concat();
        let mut judge = Judge::default();
        let mismatch = judge.judge(&reader(), &message, &verified, &read(&message));
        let mismatch = mismatch.expect("two values of one name");
        assert_eq!(mismatch.name, "ref");
        assert_eq!(mismatch.given, b"ticket-999,ticket-456");
        assert_eq!(mismatch.verified, "ticket-456");
        assert_eq!(judge.counts[&reader()].mismatched, 1);
    }

    #[test]
    fn a_seed_always_makes_the_same_messages() {
        let library = Library::new().unwrap();
        let inputs = |seed| {
            let made = Generator::new(seed, &library).take(100);
            made.map(|message| message.input).collect::<Vec<_>>()
        };
        assert_eq!(inputs(1), inputs(1));
        assert_ne!(inputs(1), inputs(2));
    }
}
