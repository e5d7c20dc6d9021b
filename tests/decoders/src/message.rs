//! A message: the input of the library, and the target and query that servers pass to applications.

use visiono_workflow::Field;

use crate::shape::{Role, SHAPES, Shape};

/// The secret with which genuine messages are signed.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
/// The time at which genuine messages are signed and verified.
pub(crate) const NOW: u64 = 1_705_500_000;

/// A message, mangled or not.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The index in [`SHAPES`].
    pub(crate) shape: usize,
    /// The input that the library verifies.
    pub(crate) input: Vec<u8>,
    /// The values that the application expects.
    pub(crate) expect: Vec<(Field, String)>,
    /// The request target: path and query, and a fragment, which a client should not send.
    pub(crate) target: Vec<u8>,
    /// The query that a server takes from the target.
    pub(crate) query: Vec<u8>,
}

impl Message {
    pub(crate) fn shape(&self) -> &'static Shape {
        &SHAPES[self.shape]
    }

    /// Makes a message of a URL, or of the part after its host. The library verifies it unchanged.
    pub(crate) fn of_url(shape: usize, url: &[u8]) -> Self {
        const ORIGIN: &[u8] = b"https://desk.example";
        let target = url.strip_prefix(ORIGIN).unwrap_or(url);
        let end = target.iter().position(|&byte| byte == b'#');
        let before = &target[..end.unwrap_or(target.len())];
        let query = before.iter().position(|&byte| byte == b'?');
        Self {
            shape,
            input: url.to_vec(),
            expect: Vec::new(),
            target: target.to_vec(),
            query: query.map_or(&[][..], |mark| &before[mark + 1..]).to_vec(),
        }
    }

    /// Writes the line that a driver reads.
    pub(crate) fn write_line(&self, lines: &mut Vec<u8>) {
        let shape = self.shape();
        let names = shape.query.iter().map(|(name, _)| hex::encode(name));
        let columns = [
            hex::encode(&self.target),
            hex::encode(&self.query),
            shape.route.unwrap_or("-").into(),
            names.collect::<Vec<_>>().join(","),
        ];
        lines.extend_from_slice(columns.join("\t").as_bytes());
        lines.push(b'\n');
    }
}

/// The texts of a verified message, by field, with their signature.
#[derive(Clone, Debug)]
pub(crate) struct Verified(pub(crate) Vec<(Field, String)>);

impl Verified {
    /// Returns the text of a field.
    pub(crate) fn text(&self, field: Field) -> &str {
        let found = self.0.iter().find(|(candidate, _)| *candidate == field);
        found.map_or("", |(_, text)| text)
    }

    /// Returns `true` if an application may receive this text under a name with this role.
    pub(crate) fn allows(&self, role: &Role, text: &[u8]) -> bool {
        match role {
            Role::Field(field) => self.text(*field).as_bytes() == text,
            Role::Around(before, field, after) => {
                [before, self.text(*field), after].concat().as_bytes() == text
            }
            Role::Literals(texts) => texts.iter().any(|literal| literal.as_bytes() == text),
        }
    }
}
