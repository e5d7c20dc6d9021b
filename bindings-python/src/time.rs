//! Times and periods, in whole seconds.

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDateTime, PyDelta, PyFloat, PyInt, PyTzInfo};
use visiono_workflow::{field_number, unix_time};

use crate::errors::{invalid_argument, type_error, wrong_type};
use crate::given::Given;

const TIME: &str = "an int, a float or an aware datetime";
const PERIOD: &str = "a number of seconds or a timedelta";
/// In seconds.
const DAY: i64 = 24 * 60 * 60;

/// The time of a verification in Unix seconds; without one, the system clock's.
pub(crate) fn now(value: Option<&Bound<'_, PyAny>>) -> PyResult<i128> {
    match value {
        Some(value) => unix_seconds(value, "now"),
        None => Ok(unix_time().into()),
    }
}

/// The time that is signed, in Unix seconds; without one, the system clock's.
pub(crate) fn timestamp(value: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
    match value {
        Some(value) => Ok(field_number(unix_seconds(value, "timestamp")?)),
        None => Ok(unix_time()),
    }
}

/// A period, in seconds, or the default.
pub(crate) fn period(value: Given<'_>, what: &str, default: u64) -> PyResult<i128> {
    match value.0 {
        None => Ok(default.into()),
        Some(value) => match value.cast::<PyDelta>() {
            Ok(delta) => whole_seconds(delta),
            Err(_) => number(&value, what, PERIOD),
        },
    }
}

/// A time in Unix seconds.
pub(crate) fn unix_seconds(value: &Bound<'_, PyAny>, what: &str) -> PyResult<i128> {
    let py = value.py();
    let Ok(time) = value.cast::<PyDateTime>() else {
        return number(value, what, TIME);
    };
    if time.call_method0("utcoffset")?.is_none() {
        let sentence =
            format!("{what} must be {TIME}, not a naive datetime: use datetime.now(timezone.utc)");
        return Err(type_error(py, sentence));
    }
    whole_seconds(time.sub(epoch(py)?)?.cast::<PyDelta>()?)
}

/// The `datetime` of a time in Unix seconds, if there is one.
pub(crate) fn utc_datetime(py: Python<'_>, time: i64) -> PyResult<Option<Bound<'_, PyDateTime>>> {
    let Ok(days) = i32::try_from(time.div_euclid(DAY)) else {
        return Ok(None);
    };
    // The remainder is less than a day.
    let since_epoch = PyDelta::new(py, days, time.rem_euclid(DAY) as i32, 0, true)?;
    match epoch(py)?.add(since_epoch) {
        Ok(time) => Ok(Some(time.cast_into()?)),
        Err(error) if error.is_instance_of::<PyOverflowError>(py) => Ok(None),
        Err(error) => Err(error),
    }
}

fn epoch(py: Python<'_>) -> PyResult<Bound<'_, PyDateTime>> {
    let utc = PyTzInfo::utc(py)?;
    PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc))
}

/// A whole number, such as a count.
pub(crate) fn integer(value: &Bound<'_, PyAny>, what: &str) -> PyResult<i128> {
    if value.is_instance_of::<PyFloat>() {
        return Err(wrong_type(what, "an int", value));
    }
    number(value, what, "an int")
}

/// An `int`, or what has `__index__`, or a `float`, rounded down.
fn number(value: &Bound<'_, PyAny>, what: &str, wanted: &str) -> PyResult<i128> {
    if value.is_instance_of::<PyBool>() {
        return Err(wrong_type(what, wanted, value));
    }
    if let Ok(int) = value.cast::<PyInt>() {
        return saturating_int(int);
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        let float = float.value().floor();
        if float.is_finite() {
            // A float that an `i128` can't hold becomes the nearer end of one.
            return Ok(float as i128);
        }
        let sentence = format!("{what} is not a finite number: pass {wanted}");
        return Err(invalid_argument(value.py(), sentence));
    }
    match index(value)? {
        Some(int) => saturating_int(&int),
        None => Err(wrong_type(what, wanted, value)),
    }
}

/// An int that the core can judge: one outside an `i64` and a `u64` is as wrong as the ends of an
/// `i128` are.
fn saturating_int(int: &Bound<'_, PyInt>) -> PyResult<i128> {
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
    saturating_int(delta.floor_div(second)?.cast::<PyInt>()?)
}

/// Converts the number of another library, such as an array's element, with `operator.index`.
fn index<'py>(value: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyInt>>> {
    if !value.get_type().hasattr("__index__")? {
        return Ok(None);
    }
    let index = value.py().import("operator")?.getattr("index")?;
    Ok(Some(index.call1((value,))?.cast_into()?))
}
