//! Times and periods, in whole seconds.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDateTime, PyDelta, PyFloat, PyInt, PyTzInfo};
use visiono_workflow::{check_now, check_seconds, field_number, unix_time};

use crate::errors::{Fault, Result};
use crate::given::Given;

const TIME: &str = "an int, a float or an aware datetime";
const PERIOD: &str = "a number of seconds or a timedelta";
/// In seconds.
const DAY: i64 = 24 * 60 * 60;

/// Reads the time of a verification, by default the system clock's.
pub(crate) fn now(value: Option<&Bound<'_, PyAny>>) -> Result<u64> {
    match value {
        Some(value) => Ok(check_now(unix_seconds(value, "now")?)?),
        None => Ok(unix_time()),
    }
}

/// Reads the time to sign, by default the system clock's.
pub(crate) fn timestamp(value: Option<&Bound<'_, PyAny>>) -> Result<u64> {
    match value {
        Some(value) => Ok(field_number(unix_seconds(value, "timestamp")?)),
        None => Ok(unix_time()),
    }
}

/// Reads a period.
pub(crate) fn period(value: Given<'_>, what: &str, default: u64) -> Result<u64> {
    let Some(value) = value.0 else {
        return Ok(default);
    };
    Ok(check_seconds(match value.cast::<PyDelta>() {
        Ok(delta) => whole_seconds(delta)?,
        Err(_) => number(&value, what, PERIOD)?,
    })?)
}

/// Reads a time in Unix seconds.
pub(crate) fn unix_seconds(value: &Bound<'_, PyAny>, what: &str) -> Result<i128> {
    let Ok(time) = value.cast::<PyDateTime>() else {
        return number(value, what, TIME);
    };
    if time.call_method0("utcoffset")?.is_none() {
        return Err(Fault::Type(format!(
            "{what} must be {TIME}, not a naive datetime: use datetime.now(timezone.utc)"
        )));
    }
    let since_epoch = time.sub(epoch(value.py())?)?;
    Ok(whole_seconds(since_epoch.cast().map_err(PyErr::from)?)?)
}

/// Returns the `datetime` of a time in Unix seconds, if there is one.
pub(crate) fn utc_datetime(py: Python<'_>, time: i64) -> Result<Option<Bound<'_, PyDateTime>>> {
    let Ok(days) = i32::try_from(time.div_euclid(DAY)) else {
        return Ok(None);
    };
    // The remainder is less than a day.
    let since_epoch = PyDelta::new(py, days, time.rem_euclid(DAY) as i32, 0, true)?;
    match epoch(py)?.add(since_epoch) {
        Ok(time) => Ok(Some(time.cast_into().map_err(PyErr::from)?)),
        Err(error) if error.is_instance_of::<PyOverflowError>(py) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn epoch(py: Python<'_>) -> PyResult<Bound<'_, PyDateTime>> {
    let utc = PyTzInfo::utc(py)?;
    PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc))
}

/// Reads a whole number, such as a count.
pub(crate) fn integer(value: &Bound<'_, PyAny>, what: &str) -> Result<i128> {
    match value.is_instance_of::<PyFloat>() {
        true => Err(Fault::wrong_type(what, "an int", value)),
        false => number(value, what, "an int"),
    }
}

/// Reads an `int`, a `float`, which is rounded down, or another library's number, such as the
/// element of an array.
fn number(value: &Bound<'_, PyAny>, what: &str, wanted: &str) -> Result<i128> {
    if let Ok(float) = value.cast::<PyFloat>() {
        let float = float.value().floor();
        // A float that an `i128` can't hold becomes the nearer end of one.
        return match float.is_finite() {
            true => Ok(float as i128),
            false => Err(Fault::Argument(format!(
                "{what} is not a finite number: pass {wanted}"
            ))),
        };
    }
    if value.is_instance_of::<PyBool>() {
        return Err(Fault::wrong_type(what, wanted, value));
    }
    if let Ok(int) = value.cast::<PyInt>() {
        return Ok(saturating(int)?);
    }
    if !value.get_type().hasattr("__index__")? {
        return Err(Fault::wrong_type(what, wanted, value));
    }
    let index = value.py().import("operator")?.getattr("index")?;
    let int = index.call1((value,))?;
    Ok(saturating(int.cast().map_err(PyErr::from)?)?)
}

/// Returns the number, or the end of an `i128` if neither an `i64` nor a `u64` holds it, which
/// the core refuses alike.
fn saturating(int: &Bound<'_, PyInt>) -> PyResult<i128> {
    if let Ok(int) = int.extract::<i64>() {
        return Ok(int.into());
    }
    match int.extract::<u64>() {
        Ok(int) => Ok(int.into()),
        Err(_) if int.lt(0)? => Ok(i128::MIN),
        Err(_) => Ok(i128::MAX),
    }
}

fn whole_seconds(delta: &Bound<'_, PyDelta>) -> PyResult<i128> {
    let second = PyDelta::new(delta.py(), 0, 1, 0, false)?;
    saturating(delta.floor_div(second)?.cast()?)
}
