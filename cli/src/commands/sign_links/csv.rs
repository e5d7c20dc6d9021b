//! Comma-separated values: RFC 4180, in UTF-8, with a header.

use std::io::{self, IsTerminal};
use std::mem;

use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord, WriterBuilder};

use super::streams::{BUFFER, Input, Stop, Streams};
use super::{Cell, Cells, Columns, Delimiter, Rows, SignLinks, URL};
use crate::failure::Failure;
use crate::shown;

pub(super) struct Table<'s> {
    streams: &'s Streams,
    reader: Reader<Input<'s>>,
    writer: WriterBuilder,
    /// The written row.
    written: Vec<u8>,
    columns: Columns,
    /// The number of columns.
    width: usize,
    row: StringRecord,
    /// The reason why the row has no values.
    wrong: Option<String>,
    /// `true` if the output is a terminal, which would obey control characters.
    is_terminal: bool,
}

impl<'s> Table<'s> {
    /// Reads the header, and writes it with the column of URLs.
    pub(super) fn open(options: &SignLinks, streams: &'s Streams) -> Result<Self, Stop> {
        let delimiter = match options.delimiter {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .has_headers(false)
            .buffer_capacity(BUFFER)
            .from_reader(streams.input());
        let mut writer = WriterBuilder::new();
        writer.delimiter(delimiter).buffer_capacity(1 << 10);
        let mut header = StringRecord::new();
        let is_there =
            reader
                .read_record(&mut header)
                .map_err(|error| match unread(streams, error) {
                    Ok((wrong, _)) => Failure::argument(format!("the header {wrong}")).into(),
                    Err(stop) => stop,
                })?;
        if !is_there {
            let empty = "standard input is empty: its first line must name the columns";
            return Err(Failure::argument(empty).into());
        }
        let mut table = Self {
            streams,
            reader,
            writer,
            written: Vec::new(),
            columns: options.columns(header.iter())?,
            width: header.len(),
            row: header,
            wrong: None,
            is_terminal: io::stdout().is_terminal(),
        };
        table.write(URL)?;
        Ok(table)
    }
}

impl Rows for Table<'_> {
    fn advance(&mut self) -> Result<Option<u64>, Stop> {
        self.streams.start_row();
        let read = self.reader.read_record(&mut self.row);
        self.wrong = None;
        match read {
            Ok(false) => return Ok(None),
            Ok(true) if self.row.len() == self.width => {}
            Ok(true) => {
                let (len, width) = (self.row.len(), self.width);
                self.wrong = Some(format!("has {len} values, but the header has {width}"));
            }
            Err(error) => {
                let (wrong, position) = unread(self.streams, error)?;
                self.wrong = Some(wrong.to_owned());
                return Ok(Some(line(position.as_ref())));
            }
        }
        Ok(Some(line(self.row.position())))
    }

    fn cells(&self) -> Result<Cells<'_>, Failure> {
        if let Some(wrong) = &self.wrong {
            return Err(Failure::argument(format!("the row {wrong}")));
        }
        Ok(self
            .columns
            .map(|column| column.and_then(|at| self.row.get(at)).map(Cell::text)))
    }

    fn write(&mut self, url: &str) -> Result<(), Stop> {
        // Nothing here fails, because it writes to memory.
        let mut writer = self.writer.from_writer(mem::take(&mut self.written));
        for value in self.row.iter().chain([url]) {
            let _ = match self.is_terminal {
                true => writer.write_field(shown::sentences(value)),
                false => writer.write_field(value),
            };
        }
        let _ = writer.write_record(None::<&[u8]>);
        self.written = writer.into_inner().unwrap_or_default();
        self.streams.write(&self.written)?;
        self.written.clear();
        Ok(())
    }
}

fn line(position: Option<&Position>) -> u64 {
    position.map_or(0, Position::line)
}

/// Returns the fault of a row after which others can be read, with its position, or the reason to
/// stop.
fn unread(streams: &Streams, error: csv::Error) -> Result<(&'static str, Option<Position>), Stop> {
    match error.into_kind() {
        ErrorKind::Io(error) => Err(streams.unread(&error)),
        ErrorKind::Utf8 { pos, .. } => Ok(("is not UTF-8: save the file as UTF-8", pos)),
        _ => Ok(("is not CSV", None)),
    }
}
