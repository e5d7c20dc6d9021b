//! Many links at once: rows are copied in batches, which are signed without the interpreter's lock.

use std::array::IntoIter;
use std::fmt;
use std::ops::Range;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyDict, PyList, PyString};
use visiono_workflow::{Error, LinkFields, LinkUrl, Workflow, unix_time};

use crate::arguments::{Given, flag, octets, text, time};
use crate::convert::convert;
use crate::errors::{Fault, Result, class, exception};
use crate::pairs::elements;

/// The rows that are copied before they are signed. It bounds the memory, and lets other threads
/// and Ctrl-C in often enough.
const BATCH: usize = 1024;

/// The names of a row's values, in their order.
const NAMES: [&str; 4] = [
    // cargo xtask generate: link except Signature
    // "{long}",
    "unique_value",
    "source",
    "reference",
    "timestamp",
    // end generated
];

/// The fields of a link, copied from a row.
struct Row {
    // cargo xtask generate: link except Signature
    // {long}: {PyBackedStr/u64/u64},
    unique_value: PyBackedStr,
    source: PyBackedStr,
    reference: PyBackedStr,
    timestamp: u64,
    // end generated
}

impl Row {
    fn read(row: &Bound<'_, PyAny>, index: usize, timestamp: Option<u64>) -> Result<Self> {
        let values = values(row, index)?.into_iter();
        let mut cells = Cells { index, values };
        Ok(Self {
            // cargo xtask generate: link except Signature
            // {long}: cells.{text/count/time}("{long}"{//, timestamp})?,
            unique_value: cells.text("unique_value")?,
            source: cells.text("source")?,
            reference: cells.text("reference")?,
            timestamp: cells.time("timestamp", timestamp)?,
            // end generated
        })
    }

    /// Signs it, and returns where its URL is in `urls`.
    fn sign(
        &self,
        workflow: &Workflow,
        url: &LinkUrl<'_>,
        urls: &mut String,
    ) -> std::result::Result<Range<usize>, Error> {
        let start = urls.len();
        let fields = LinkFields {
            // cargo xtask generate: link except Signature
            // {long}: {&//}self.{long},
            unique_value: &self.unique_value,
            source: &self.source,
            reference: &self.reference,
            timestamp: self.timestamp,
            // end generated
        };
        // Writing to a `String` doesn't fail.
        let _ = workflow.sign_link(url, &fields)?.write_to(urls);
        Ok(start..urls.len())
    }
}

type Values<'py> = [Option<Bound<'py, PyAny>>; NAMES.len()];

/// Copies the values of a row: a list or tuple, or a mapping of names to values.
fn values<'py>(row: &Bound<'py, PyAny>, index: usize) -> Result<Values<'py>> {
    let py = row.py();
    if let Some(elements) = elements(row) {
        let len = elements.len();
        if len > NAMES.len() {
            let most = NAMES.len();
            let message = format!("rows[{index}] must have at most {most} values, not {len}");
            return Err(PyTypeError::new_err(message).into());
        }
        let mut values = Values::default();
        for (value, element) in values.iter_mut().zip(elements) {
            *value = Some(element);
        }
        return Ok(values);
    }
    let row = match row.cast_exact::<PyDict>() {
        Ok(dict) => dict.clone(),
        Err(_) => convert(py, "row", (row, format!("rows[{index}]")))?,
    };
    let values = [
        // cargo xtask generate: link except Signature
        // row.get_item(intern!(py, "{long}"))?,
        row.get_item(intern!(py, "unique_value"))?,
        row.get_item(intern!(py, "source"))?,
        row.get_item(intern!(py, "reference"))?,
        row.get_item(intern!(py, "timestamp"))?,
        // end generated
    ];
    if values.iter().flatten().count() != row.len() {
        let names = NAMES.join(", ");
        let message = format!("rows[{index}] has a name that is not one of {names}");
        return Err(PyTypeError::new_err(message).into());
    }
    Ok(values)
}

/// The values of a row that are still to be read.
struct Cells<'py> {
    index: usize,
    values: IntoIter<Option<Bound<'py, PyAny>>, { NAMES.len() }>,
}

impl Cells<'_> {
    fn text(&mut self, name: &'static str) -> Result<PyBackedStr> {
        let place = Place(self.index, name);
        match self.values.next().flatten() {
            Some(value) => text(&value, place),
            None => Err(PyTypeError::new_err(format!("{place} is missing")).into()),
        }
    }

    /// Reads the time to sign: by default that of all rows, or else the system clock's.
    fn time(&mut self, name: &'static str, default: Option<u64>) -> Result<u64> {
        match self.values.next().flatten() {
            Some(value) if !value.is_none() => time(&value, Place(self.index, name)),
            _ => Ok(default.unwrap_or_else(unix_time)),
        }
    }
}

/// The place of a value, which is written only for an error.
struct Place(usize, &'static str);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(index, name) = self;
        write!(f, "rows[{index}].{name}")
    }
}

/// Signs a link for each row, with what `Workflow.sign_links` was called with.
pub(crate) fn sign_links<'py>(
    workflow: &Workflow,
    rows: &Bound<'py, PyAny>,
    slug: Option<&Bound<'py, PyAny>>,
    link: Option<&Bound<'py, PyAny>>,
    timestamp: Option<&Bound<'py, PyAny>>,
    return_exceptions: Given<'py>,
) -> Result<Bound<'py, PyList>> {
    let slug = slug.map(|slug| octets(slug, "slug", "str")).transpose()?;
    let link = link.map(|link| octets(link, "link", "str")).transpose()?;
    let timestamp = timestamp
        .map(|value| time(value, "timestamp"))
        .transpose()?;
    let return_exceptions = return_exceptions.read("return_exceptions", flag)?;
    let bytes = PyBytesMethods::as_bytes;
    let links = Links {
        workflow,
        url: LinkUrl::from_slug_or_url(slug.as_ref().map(bytes), link.as_ref().map(bytes))?,
        timestamp,
        return_exceptions: return_exceptions.unwrap_or(false),
        batch: Vec::new(),
        urls: String::new(),
        made: Vec::new(),
    };
    links.sign(rows)
}

/// The links of rows, and the errors about rows if the caller asks for them.
struct Links<'a, 'py> {
    workflow: &'a Workflow,
    url: LinkUrl<'a>,
    /// The time to sign, for rows without one.
    timestamp: Option<u64>,
    return_exceptions: bool,
    /// Rows that were copied, and are not signed yet.
    batch: Vec<Row>,
    /// The URLs of a batch.
    urls: String,
    made: Vec<Bound<'py, PyAny>>,
}

impl<'py> Links<'_, 'py> {
    /// Signs every row. The first error is that of a loop of `sign_link`.
    fn sign(mut self, rows: &Bound<'py, PyAny>) -> Result<Bound<'py, PyList>> {
        let py = rows.py();
        for row in rows.try_iter()? {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    self.finish(py)?;
                    return Err(error.into());
                }
            };
            let index = self.made.len() + self.batch.len();
            match Row::read(&row, index, self.timestamp) {
                Ok(row) => self.batch.push(row),
                Err(Fault(error)) => {
                    self.finish(py)?;
                    self.refuse(py, error)?;
                }
            }
            if self.batch.len() == BATCH {
                self.finish(py)?;
            }
        }
        self.finish(py)?;
        Ok(PyList::new(py, self.made)?)
    }

    /// Signs the batch.
    fn finish(&mut self, py: Python<'py>) -> Result<()> {
        let Self {
            workflow,
            url,
            batch,
            urls,
            ..
        } = self;
        urls.clear();
        let signed: Vec<_> = py.detach(|| {
            let rows = batch.iter();
            rows.map(|row| row.sign(workflow, url, urls)).collect()
        });
        batch.clear();
        for result in signed {
            match result {
                Ok(range) => {
                    let url = self.urls.get(range).unwrap_or_default();
                    self.made.push(PyString::new(py, url).into_any());
                }
                Err(error) => {
                    let sentence = format!("rows[{}]: {error}", self.made.len());
                    self.refuse(py, exception(py, &error, sentence))?;
                }
            }
        }
        Ok(py.check_signals()?)
    }

    /// Returns the error about the next row, or keeps it in the place of the link.
    fn refuse(&mut self, py: Python<'py>, error: PyErr) -> Result<()> {
        let error = error.into_value(py).into_bound(py).into_any();
        let is_own = error.is_instance(&class(py, "WorkflowError")?)?;
        if is_own {
            error.setattr(intern!(py, "row_index"), self.made.len())?;
        }
        if !(self.return_exceptions && is_own) {
            return Err(PyErr::from_value(error).into());
        }
        self.made.push(error);
        Ok(())
    }
}
