//! The mistake that made a signature wrong: the function behind `explain.py`.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyString};
use visiono_workflow::{Error, ExpectLink, ExpectReturn};
use visiono_workflow_explain::{
    DEFAULT_MAX_BYTES, Diagnosis, Input, Kind, Message as Asked, OtherSecret, Progress, Relation,
    Request, VisibleText, explain_with_progress,
};

use crate::arguments::{self, Bytes, count, flag, period, some_text, text};
use crate::errors::{Fault, Result, entry};
use crate::expect::Expected;
use crate::message::{Message, Texts};
use crate::pairs::{elements, items, pair};
use crate::template::RedirectTemplate;
use crate::webhook::raw_body;

const KIND: Error = Error::invalid_argument("kind must be link, return or webhook");
const RELATION: Error =
    Error::invalid_argument("a relation in others must be other_kind, other_endpoint or rotated");
const WRITTEN: Error = Error::invalid_argument("the diagnosis can't be written");

/// The time between two calls of Python during a search.
const PAUSE: Duration = Duration::from_millis(100);

type Optional<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// Explains a message, and returns the diagnosis in JSON. `explain.py` has the documentation.
#[pyfunction]
#[allow(
    clippy::too_many_arguments,
    reason = "explain.py passes what it was called with"
)]
pub(crate) fn explain<'py>(
    kind: &Bound<'py, PyAny>,
    message: &Bound<'py, PyAny>,
    secrets: &Bound<'py, PyAny>,
    headers: Optional<'_, 'py>,
    template: Optional<'_, 'py>,
    other_templates: &Bound<'py, PyAny>,
    expect: Optional<'_, 'py>,
    now: Optional<'_, 'py>,
    computed: Optional<'_, 'py>,
    others: Optional<'_, 'py>,
    endpoint: Optional<'_, 'py>,
    max_age: Optional<'_, 'py>,
    leeway: Optional<'_, 'py>,
    require_timestamp: &Bound<'py, PyAny>,
    values: &Bound<'py, PyAny>,
    max_bytes: Optional<'_, 'py>,
    progress: Optional<'_, 'py>,
) -> PyResult<Bound<'py, PyString>> {
    let py = kind.py();
    entry(|| {
        let kind = read_kind(&text(kind, "kind")?)?;
        // Every argument is copied before any of them is borrowed.
        let body = (kind == Kind::Webhook)
            .then(|| raw_body(message))
            .transpose()?;
        let message = match body {
            Some(_) => None,
            None => Some(Message::read(message)?),
        };
        let headers = headers
            // Every header is copied, because another may be the mistake.
            .map(|headers| Texts::of_headers(headers, |_| true))
            .transpose()?
            .unwrap_or_default();
        let secrets = read_secrets(secrets, "secret")?;
        let others = read_others(others)?;
        let template = template
            .map(|value| read_template(value, "template"))
            .transpose()?;
        let other_templates = read_list(other_templates, "other_templates")?;
        let expect = Expected::read(expect)?;
        match kind {
            Kind::Link => drop(ExpectLink::from_entries(expect.entries())?),
            Kind::Return => drop(ExpectReturn::from_entries(expect.entries())?),
            Kind::Webhook => {}
        }
        let now = arguments::now(now)?;
        let computed = computed
            .map(|value| some_text(value, "computed"))
            .transpose()?;
        let endpoint = endpoint
            .map(|value| some_text(value, "endpoint"))
            .transpose()?;
        let max_age = max_age.map(|value| period(value, "max_age")).transpose()?;
        let leeway = leeway.map(|value| period(value, "leeway")).transpose()?;
        let is_required = flag(require_timestamp, "require_timestamp")?;
        let is_shown = flag(values, "values")?;
        let max_bytes = max_bytes
            .map(|value| count(value, "max_bytes"))
            .transpose()?;
        if let Some(value) = progress.filter(|value| !value.is_callable()) {
            return Err(Fault::wrong_type("progress", "callable", value));
        }

        // Nothing changes a `bytes` of Python, and each of these is held until the search ends.
        let bytes = PyBytesMethods::as_bytes;
        let secrets: Vec<_> = secrets.iter().map(bytes).collect();
        let others: Vec<_> = others
            .iter()
            .map(|(text, relation)| OtherSecret {
                text: text.as_bytes(),
                relation: *relation,
            })
            .collect();
        let other_templates: Vec<_> = other_templates.iter().map(bytes).collect();
        let expected = expect.entries().filter_map(|entry| {
            let (field, value) = entry.ok()?;
            Some((field, value?))
        });
        let expect: Vec<_> = expected.collect();
        let pairs = match &message {
            Some(Message::Pairs(texts)) => texts.borrow(),
            _ => Vec::new(),
        };
        let input = match &message {
            Some(Message::Text(text)) => Input::Text(text.as_bytes()),
            _ => Input::Pairs(&pairs),
        };
        let headers: Vec<_> = headers.borrow_headers();
        let asked = match kind {
            Kind::Link => Asked::Link(input),
            Kind::Return => Asked::Return(input),
            Kind::Webhook => Asked::Webhook {
                body: body.as_ref().map_or(&[][..], bytes),
                headers: &headers,
            },
        };
        let mut request = Request::new(asked, &secrets)
            .others(&others)
            .other_templates(&other_templates)
            .expect(&expect)
            .now(now)
            .require_timestamp(is_required)
            .values(is_shown)
            .max_bytes(max_bytes.unwrap_or(DEFAULT_MAX_BYTES));
        if let Some(template) = &template {
            request = request.template(template.as_bytes());
        }
        if let Some(computed) = &computed {
            request = request.computed(computed.as_bytes());
        }
        if let Some(endpoint) = &endpoint {
            request = request.endpoint(endpoint.as_bytes());
        }
        if let Some(seconds) = max_age {
            request = request.max_age(seconds);
        }
        if let Some(seconds) = leeway {
            request = request.leeway(seconds);
        }
        let mut diagnosis = search(py, &request, progress)?;
        count_characters(&mut diagnosis);
        let json = serde_json::to_string(&diagnosis).map_err(|_| WRITTEN)?;
        Ok(PyString::new(py, &json))
    })
}

/// Searches without the interpreter's lock, which is taken at most ten times a second, for signals
/// such as Ctrl-C and for `progress`.
fn search(py: Python<'_>, request: &Request<'_>, progress: Optional<'_, '_>) -> Result<Diagnosis> {
    let progress = progress.map(|callable| callable.clone().unbind());
    let mut next: Option<Instant> = None;
    let mut failed = None;
    let diagnosis = py.detach(|| {
        explain_with_progress(request, &mut |Progress { tried, total, .. }| {
            if next.is_some_and(|next| Instant::now() < next) {
                return ControlFlow::Continue(());
            }
            let goes_on = Python::attach(|py| {
                py.check_signals()?;
                let Some(progress) = &progress else {
                    return Ok(true);
                };
                let answer = progress.bind(py).call1((tried, total))?;
                Ok(!answer.is(PyBool::new(py, false)))
            });
            next = Some(Instant::now() + PAUSE);
            match goes_on {
                Ok(true) => ControlFlow::Continue(()),
                Ok(false) => ControlFlow::Break(()),
                Err(error) => {
                    failed = Some(error);
                    ControlFlow::Break(())
                }
            }
        })
    });
    match failed {
        Some(error) => Err(Fault(error)),
        None => Ok(diagnosis),
    }
}

/// Converts the positions of marks from bytes to characters, by which Python cuts a text.
fn count_characters(diagnosis: &mut Diagnosis) {
    let Some(signed) = &mut diagnosis.signed_text else {
        return;
    };
    let texts = [Some(&mut signed.right), signed.used.as_mut()];
    for VisibleText { text, marks, .. } in texts.into_iter().flatten() {
        let characters = |position| text.get(..position).unwrap_or(text).chars().count();
        for (start, end) in marks {
            (*start, *end) = (characters(*start), characters(*end));
        }
    }
}

fn read_kind(name: &str) -> Result<Kind> {
    match name {
        "link" => Ok(Kind::Link),
        "return" => Ok(Kind::Return),
        "webhook" => Ok(Kind::Webhook),
        _ => Err(KIND.into()),
    }
}

/// Reads one secret or a list of them. As for verification, the first must be there, and others may
/// be absent.
fn read_secrets<'py>(value: &Bound<'py, PyAny>, what: &str) -> Result<Vec<Bytes<'py>>> {
    let values = elements(value).unwrap_or_else(|| vec![value.clone()]);
    let present = values
        .iter()
        .enumerate()
        .filter(|(position, value)| *position == 0 || !value.is_none());
    present
        .map(|(position, value)| some_text(value, &format!("{what}[{position}]")))
        .collect()
}

/// Reads other secrets: a mapping of their relations.
fn read_others<'py>(others: Optional<'_, 'py>) -> Result<Vec<(Bytes<'py>, Relation)>> {
    let Some(others) = others else {
        return Ok(Vec::new());
    };
    let mut read = Vec::new();
    let wrong = || Fault::wrong_type("others", "a mapping of relations to secrets", others);
    for item in elements(&items(others, "mapped")?).ok_or_else(wrong)? {
        let Some([name, secrets]) = pair(&item) else {
            let wanted = "a pair of relation and secrets";
            return Err(Fault::wrong_type("an item of others", wanted, &item));
        };
        let name = text(&name, "a relation in others")?;
        let mut known = Relation::ALL.into_iter();
        let (name, relation) = known.find(|(known, _)| *known == &*name).ok_or(RELATION)?;
        let secrets = read_secrets(&secrets, name)?;
        read.extend(secrets.into_iter().map(|text| (text, relation)));
    }
    Ok(read)
}

/// Reads a template, of any text: it may be the mistake.
fn read_template<'py>(value: &Bound<'py, PyAny>, what: &str) -> Result<Bytes<'py>> {
    match value.cast::<RedirectTemplate>() {
        Ok(template) => Ok(PyBytes::new(
            value.py(),
            template.get().0.as_str().as_bytes(),
        )),
        Err(_) => match value.cast::<PyString>() {
            Ok(text) => Ok(arguments::encode(text)?),
            Err(_) => Err(Fault::wrong_type(what, "a RedirectTemplate or str", value)),
        },
    }
}

fn read_list<'py>(value: &Bound<'py, PyAny>, what: &str) -> Result<Vec<Bytes<'py>>> {
    let values = elements(value)
        .ok_or_else(|| Fault::wrong_type(what, "a list or tuple of templates", value))?;
    values
        .iter()
        .map(|value| read_template(value, "a template in other_templates"))
        .collect()
}
