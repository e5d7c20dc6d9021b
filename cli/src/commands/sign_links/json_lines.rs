//! JSON lines: an object on each line.

use std::fmt;
use std::io::{BufRead, BufReader};

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::streams::{BUFFER, Input, Stop, Streams};
use super::{Cell, Cells, Rows, SignLinks, URL, field};
use crate::failure::Failure;
use crate::shown::ascii_json;

pub(super) struct Lines<'s> {
    options: &'s SignLinks,
    streams: &'s Streams,
    reader: BufReader<Input<'s>>,
    line: Vec<u8>,
    number: u64,
}

impl<'s> Lines<'s> {
    pub(super) fn open(options: &'s SignLinks, streams: &'s Streams) -> Self {
        Self {
            options,
            streams,
            reader: BufReader::with_capacity(BUFFER, streams.input()),
            line: Vec::new(),
            number: 0,
        }
    }

    fn text(&self) -> Result<&str, Failure> {
        let not_utf8 = |_| Failure::argument("the line is not UTF-8: save the file as UTF-8");
        str::from_utf8(self.line.trim_ascii()).map_err(not_utf8)
    }
}

impl Rows for Lines<'_> {
    fn advance(&mut self) -> Result<Option<u64>, Stop> {
        loop {
            self.streams.start_row();
            self.line.clear();
            let read = self.reader.read_until(b'\n', &mut self.line);
            if read.map_err(|error| self.streams.unread(&error))? == 0 {
                return Ok(None);
            }
            if self.number == 0 && self.line.starts_with(BOM) {
                self.line.drain(..BOM.len());
            }
            self.number += 1;
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(self.number));
            }
        }
    }

    fn cells(&self) -> Result<Cells<'_>, Failure> {
        let members = serde_json::from_str::<Members>(self.text()?);
        // The error of the parser may repeat a value.
        let Members(mut members) = members.map_err(|error| {
            let column = error.column();
            Failure::argument(format!(
                "the line is not a JSON object: see its column {column}"
            ))
        })?;
        let names = members.iter().map(|(name, _)| name.as_str());
        let columns = self.options.columns(names)?;
        Ok(columns.map(|column| {
            let member = column.and_then(|at| members.get_mut(at));
            member.map(|(_, cell)| std::mem::replace(cell, Cell::Other))
        }))
    }

    fn write(&mut self, url: &str) -> Result<(), Stop> {
        let line = self.text()?;
        // The rest is copied unchanged: a parser could round a number.
        let members = line.strip_suffix('}').unwrap_or(line).trim_end();
        let comma = if members.ends_with('{') { "" } else { "," };
        let url = serde_json::Value::from(url);
        let written = ascii_json(&format!("{members}{comma}\"{URL}\":{url}}}\n"));
        self.streams.write(written.as_bytes())
    }
}

/// The byte order mark, which some programs write before UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// The members of an object, in their order.
struct Members(Vec<(String, Cell<'static>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            // Other values are only copied, however a parser would read them.
            let value = match field(&name) {
                Some(_) => map.next_value()?,
                None => map.next_value::<IgnoredAny>().map(|_| Cell::Other)?,
            };
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

impl<'de> Deserialize<'de> for Cell<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

/// A number that isn't an integer, and a value that is neither number nor text, is [`Cell::Other`].
impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cell::Text(text.to_owned().into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cell::Number(number.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cell::Number(number.into()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Cell::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Cell::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cell::Other)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cell::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cell::Other)
    }
}
