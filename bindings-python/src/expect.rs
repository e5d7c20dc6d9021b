//! What a caller knows of the message that is to be verified.

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};
use visiono_workflow::{Error, Field};

use crate::errors::{invalid_argument, wrong_type};
use crate::text::{Text, text};
use crate::time::{integer, unix_seconds};

/// A value that the core reads as text, whatever it was.
pub(crate) enum Expected<'py> {
    Text(Text<'py>),
    Number(String),
}

impl<'py> Expected<'py> {
    fn read(field: Field, value: &Bound<'py, PyAny>) -> PyResult<Self> {
        let what = field.long_name();
        let number = match field {
            _ if value.is_instance_of::<PyString>() => None,
            Field::PhotoCount => Some(integer(value, what)?),
            Field::Timestamp => Some(unix_seconds(value, what)?),
            Field::SubmissionId
            | Field::UniqueValue
            | Field::Source
            | Field::Reference
            | Field::Signature => None,
        };
        Ok(match number {
            Some(number) => Self::Number(number.to_string()),
            None => Self::Text(text(value, what)?),
        })
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Number(text) => text,
        }
    }
}

/// Reads the argument `expect`.
pub(crate) fn expected<'py>(
    expect: Option<&Bound<'py, PyAny>>,
) -> PyResult<Vec<(Field, Expected<'py>)>> {
    let Some(expect) = expect else {
        return Ok(Vec::new());
    };
    if let Ok(dict) = expect.cast::<PyDict>() {
        return dict
            .iter()
            .map(|(name, value)| entry(&name, &value))
            .collect();
    }
    let mapping = expect
        .cast::<PyMapping>()
        .map_err(|_| wrong_type("expect", "a mapping of field names to values", expect))?;
    let items = mapping.items()?;
    items
        .iter()
        .map(|item| {
            let (name, value) = item.extract()?;
            entry(&name, &value)
        })
        .collect()
}

fn entry<'py>(
    name: &Bound<'py, PyAny>,
    value: &Bound<'py, PyAny>,
) -> PyResult<(Field, Expected<'py>)> {
    let py = name.py();
    let name = text(name, "a name in expect")?;
    let mut fields = Field::ALL.into_iter();
    let field = fields
        .find(|field| field.long_name() == &*name)
        .ok_or_else(|| {
            let names = Field::ALL.map(Field::long_name).join(", ");
            let sentence = format!("expect has a name that is no field's: use {names}");
            invalid_argument(py, sentence)
        })?;
    Ok((field, Expected::read(field, value)?))
}

/// Adds each value to the core's own builder.
pub(crate) fn build<'a, T>(
    expected: &'a [(Field, Expected<'_>)],
    empty: T,
    add: impl Fn(T, Field, &'a str) -> Result<T, Error>,
) -> Result<T, Error> {
    expected.iter().try_fold(empty, |expect, (field, value)| {
        add(expect, *field, value.as_str())
    })
}
