//! `sign-links`: signs a link for every row of a file.
//!
//! ```text
//! standard input ─ csv, json_lines: a row's cells ─▶ core ─ the row with its url ─▶ standard output
//!                                   └ refused rows, progress ─▶ standard error
//! ```
//!
//! One row is in memory at a time.

mod csv;
mod json_lines;
mod progress;
mod streams;

use std::borrow::Cow;
use std::collections::HashSet;

use clap::{Args, ValueEnum};
use serde_json::json;
use visiono_workflow::{Field, Fields, LinkFields, LinkUrl, Workflow, field_number, unix_time};

use self::progress::Progress;
use self::streams::{Stop, Streams};
use super::sign_link::Link;
use crate::arguments::number;
use crate::failure::Failure;
use crate::output::{self, Done};
use crate::secrets::SecretArguments;
use crate::shown::Shown;

const AFTER_HELP: &str = "\
The columns are unique_value, source, reference and timestamp, or uv, src, ref
and ts; the members of JSON have the same names. A value that is the same for all
rows can be an option in place of a column. Each row is written with its url.

Refused rows and the counts are reported on standard error, with --json as one
JSON object a line.

Exit status:
  0  every row was signed
  1  rows were refused and left out, with --on-refused skip
  2  the caller's mistake; it stopped, and the rows before it are written

Examples:
  visiono-workflow sign-links damage-report --secret-file workflow.secret \\
      --source zendesk --keep-others < tickets.csv > links.csv
  visiono-workflow sign-links damage-report --secret-file workflow.secret \\
      --format jsonl --on-refused skip < tickets.jsonl > links.jsonl";

/// The fields of a link that a row has, in the order of the message.
const FIELDS: [Field; Fields::LINK.len() - 1] = [
    // cargo xtask generate: link except Signature
    // Field::{variant},
    Field::UniqueValue,
    Field::Source,
    Field::Reference,
    Field::Timestamp,
    // end generated
];
/// The name of the added column.
const URL: &str = "url";

/// Signs a link for every row of CSV or JSON lines, from standard input to standard output
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SignLinks {
    #[command(flatten)]
    link: Link,

    /// Format of the rows
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,

    /// Character between the columns of CSV
    #[arg(long, value_enum, default_value_t = Delimiter::Comma)]
    delimiter: Delimiter,

    /// Copies the columns that are not fields of a link; without it, such a column is an error
    #[arg(long)]
    keep_others: bool,

    /// Action for a row that can't be signed
    #[arg(long, value_enum, default_value_t = OnRefused::Stop)]
    on_refused: OnRefused,

    // cargo xtask generate: link except Signature
    // /// {Doc}, for all rows{// [default: the system's clock]} ({short})
    // #[arg(long, value_name = "{V/N/S}", {allow_hyphen_values/value_parser = number, allow_negative_numbers/value_parser = number, allow_negative_numbers} = true)]
    // {long}: Option<{String/i128/i128}>,
    /// The documented item: an order or a license plate, for all rows (uv)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    unique_value: Option<String>,
    /// The system that sends the person, such as `zendesk`, for all rows (src)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    source: Option<String>,
    /// The record in that system, such as `ticket-456`, for all rows (ref)
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    reference: Option<String>,
    /// The time of signing, in Unix seconds, for all rows [default: the system's clock] (ts)
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    timestamp: Option<i128>,
    // end generated
    #[command(flatten)]
    secrets: SecretArguments,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Comma-separated values in UTF-8, with a header
    Csv,
    /// A JSON object on each line
    Jsonl,
}

#[derive(Clone, Copy, ValueEnum)]
enum Delimiter {
    Comma,
    Semicolon,
    Tab,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum OnRefused {
    /// Stops; the rows before it are written
    Stop,
    /// Reports the row on standard error, leaves it out, and goes on
    Skip,
}

/// A value of a row.
enum Cell<'r> {
    Text(Cow<'r, str>),
    Number(i128),
    /// JSON that is neither a text nor an integer.
    Other,
}

/// The values of a row, in the order of [`FIELDS`].
type Cells<'r> = [Option<Cell<'r>>; FIELDS.len()];

/// The index of each field's column, in the order of [`FIELDS`].
type Columns = [Option<usize>; FIELDS.len()];

/// Rows that are read from standard input, and written to standard output with their URLs.
trait Rows {
    /// Reads the next row. Returns the line on which it starts, or `None` at the end.
    fn advance(&mut self) -> Result<Option<u64>, Stop>;

    /// Returns the values of the row.
    fn cells(&self) -> Result<Cells<'_>, Failure>;

    /// Writes the row with its URL.
    fn write(&mut self, url: &str) -> Result<(), Stop>;
}

impl SignLinks {
    pub(crate) fn run(&self, json: bool) -> Result<Done, Failure> {
        let workflow = self.secrets.workflow()?;
        let url = self.link.url()?;
        let streams = Streams::new();
        let mut progress = Progress::new(&streams, json);
        let mut signing = Signing {
            workflow: &workflow,
            url,
            common: self.common(),
            skips: self.on_refused == OnRefused::Skip,
            json,
            signed: 0,
            refused: 0,
        };
        let result = match self.format {
            Format::Csv => csv::Table::open(self, &streams)
                .and_then(|mut rows| signing.run(&mut rows, &mut progress)),
            Format::Jsonl => {
                signing.run(&mut json_lines::Lines::open(self, &streams), &mut progress)
            }
        };
        // The rows before a failure are written as well.
        let finished = streams.finish();
        progress.clear();
        let is_complete = match result.and(finished) {
            Ok(()) => true,
            Err(Stop::Closed) => false,
            Err(Stop::Failed(failure)) => return Err(failure),
        };
        let Signing {
            signed, refused, ..
        } = signing;
        let outputs = json!({ "signed": signed, "refused": refused, "complete": is_complete });
        let end = match is_complete {
            true => "",
            false => ", and the reader of the output closed it",
        };
        let text = format!("signed {signed}, refused {refused}{end}\n");
        Ok(Done::new(outputs, text).succeeded(refused == 0))
    }

    /// Returns the values that are the same for all rows.
    fn common(&self) -> Cells<'_> {
        [
            // cargo xtask generate: link except Signature
            // self.{long}{.as_deref()//}.map({Cell::text/Cell::Number/Cell::Number}),
            self.unique_value.as_deref().map(Cell::text),
            self.source.as_deref().map(Cell::text),
            self.reference.as_deref().map(Cell::text),
            self.timestamp.map(Cell::Number),
            // end generated
        ]
    }

    /// Finds the fields among the names of a row. Each name must be known and unique.
    fn columns<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<Columns, Failure> {
        let common = self.common();
        let mut columns = Columns::default();
        let mut seen = HashSet::new();
        for (at, name) in names.enumerate() {
            let column = field(name).map(|field| (&mut columns[field], &common[field]));
            let wrong = match column {
                _ if !seen.insert(name) => "occurs twice: keep one of them",
                Some((None, Some(_))) => "is also an option: leave out the option or the column",
                Some((Some(_), _)) => "occurs under both of its names: keep one of them",
                Some((column, None)) => {
                    *column = Some(at);
                    continue;
                }
                None if name == URL => "is the name of the added column: rename it",
                None if self.keep_others => continue,
                None => {
                    "is not a value of a link: rename it, pass --keep-others to copy it, or, if it is \
                     several names, pass --delimiter or --format"
                }
            };
            return Err(Failure::argument(format!("{} {wrong}", shortened(name))));
        }
        for (field, (column, common)) in FIELDS.iter().zip(columns.iter().zip(&common)) {
            if column.is_none() && common.is_none() && !field.is_number() {
                let name = field.long_name();
                let option = name.replace('_', "-");
                return Err(Failure::argument(format!(
                    "{name} is missing: add it, or pass --{option} for all rows"
                )));
            }
        }
        Ok(columns)
    }
}

/// Returns the index in [`FIELDS`] of the field with this name.
fn field(name: &str) -> Option<usize> {
    let field = Field::from_name(name)?;
    FIELDS.iter().position(|known| *known == field)
}

/// Returns a name of the input in a form that can be shown.
fn shortened(name: &str) -> String {
    let mut start: String = name.chars().take(40).collect();
    if start.len() < name.len() {
        start.push('…');
    }
    format!("'{}'", Shown(&start))
}

impl<'r> Cell<'r> {
    fn text(text: &'r str) -> Self {
        Self::Text(text.into())
    }
}

/// The key and the values of all rows, and the counts so far.
struct Signing<'a> {
    workflow: &'a Workflow,
    url: LinkUrl<'a>,
    common: Cells<'a>,
    skips: bool,
    json: bool,
    signed: u64,
    refused: u64,
}

impl Signing<'_> {
    fn run(&mut self, rows: &mut impl Rows, progress: &mut Progress<'_>) -> Result<(), Stop> {
        let mut url = String::new();
        let mut row = 0;
        while let Some(line) = rows.advance()? {
            row += 1;
            url.clear();
            let cells = rows.cells();
            match cells.and_then(|cells| self.sign(&cells, &mut url)) {
                Ok(()) => {
                    rows.write(&url)?;
                    self.signed += 1;
                }
                Err(failure) if self.skips => {
                    progress.clear();
                    output::refused(&failure.at_row(row, line), self.json);
                    self.refused += 1;
                }
                Err(failure) => return Err(failure.at_row(row, line).into()),
            }
            progress.update(row);
        }
        Ok(())
    }

    /// Signs one link, and appends its URL to `url`.
    fn sign(&self, cells: &Cells<'_>, url: &mut String) -> Result<(), Failure> {
        let value = |at: usize| cells[at].as_ref().or(self.common[at].as_ref());
        // cargo xtask generate: link except Signature
        // =let [{*{long}{, |, |}*}] = std::array::from_fn(value);
        let [unique_value, source, reference, timestamp] = std::array::from_fn(value);
        // end generated
        let fields = LinkFields {
            // cargo xtask generate: link except Signature
            // {long}: {text/count/time}({long}, Field::{variant})?,
            unique_value: text(unique_value, Field::UniqueValue)?,
            source: text(source, Field::Source)?,
            reference: text(reference, Field::Reference)?,
            timestamp: time(timestamp, Field::Timestamp)?,
            // end generated
        };
        // Writing to a `String` doesn't fail.
        let _ = self.workflow.sign_link(&self.url, &fields)?.write_to(url);
        Ok(())
    }
}

/// Returns a text to sign. The core refuses a missing text like an empty one.
fn text<'c>(cell: Option<&'c Cell<'_>>, field: Field) -> Result<&'c str, Failure> {
    match cell {
        Some(Cell::Text(text)) => Ok(text),
        Some(Cell::Number(_) | Cell::Other) => Err(Failure::argument(format!(
            "{} is not text: write it in quotes",
            field.long_name()
        ))),
        None => Ok(""),
    }
}

/// Returns the time to sign. The default is the system's.
fn time(cell: Option<&Cell<'_>>, field: Field) -> Result<u64, Failure> {
    let seconds = match cell {
        Some(Cell::Text(text)) => number(text).ok(),
        Some(Cell::Number(seconds)) => Some(*seconds),
        Some(Cell::Other) => None,
        None => return Ok(unix_time()),
    };
    let wrong = || format!("{} is not a whole number of seconds", field.long_name());
    seconds
        .map(field_number)
        .ok_or_else(|| Failure::argument(wrong()))
}
