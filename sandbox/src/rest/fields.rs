//! Reads the body and the query of a request, and collects a sentence for each invalid field.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde_json::{Map, Value};

use crate::rest::error::{ApiError, Details};

/// The members of a body, and the errors so far.
pub(crate) struct Fields {
    members: Map<String, Value>,
    /// The prefix of names in errors, such as `requests.1.`.
    prefix: String,
    /// `true` if there was no body.
    is_absent: bool,
    pub(crate) errors: Details,
}

impl Fields {
    pub(crate) fn new(members: Map<String, Value>, prefix: &str) -> Self {
        Self {
            members,
            prefix: prefix.to_owned(),
            is_absent: false,
            errors: Details::new(),
        }
    }

    pub(crate) fn refuse(&mut self, name: &str, sentence: impl Into<String>) {
        let name = format!("{}{name}", self.prefix);
        self.errors.entry(name).or_default().push(sentence.into());
    }

    /// Returns the value, or the errors if there are any.
    pub(crate) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        match self.errors.is_empty() {
            true => Ok(value),
            false => Err(ApiError::invalid(self.errors)),
        }
    }

    /// Takes a member. `null` is the same as a missing member.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.members.remove(name).filter(|value| !value.is_null())
    }

    /// Returns `true` if a member is present, even if it is `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// Takes a text of at most this many characters.
    pub(crate) fn text(&mut self, name: &str, most: usize) -> Option<String> {
        match self.take(name)? {
            Value::String(text) if text.chars().count() <= most => Some(text),
            Value::String(_) => {
                self.refuse(
                    name,
                    format!("The {name} field has at most {most} characters."),
                );
                None
            }
            _ => {
                self.refuse(name, format!("The {name} field must be a string."));
                None
            }
        }
    }

    /// Takes a text that must be present and not empty.
    pub(crate) fn required_text(&mut self, name: &str, most: usize) -> Option<String> {
        self.require(name);
        self.text(name, most)
    }

    /// Refuses a missing or empty member.
    pub(crate) fn require(&mut self, name: &str) {
        let value = self.members.get(name);
        let is_given = value.is_some_and(|value| !value.is_null() && value != "");
        if !is_given {
            self.members.remove(name);
            self.refuse(name, format!("The {name} field is required."));
        }
    }

    pub(crate) fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(value) => Some(value),
            _ => {
                self.refuse(name, format!("The {name} field must be true or false."));
                None
            }
        }
    }

    /// Takes an integer in this range.
    pub(crate) fn integer(&mut self, name: &str, least: u64, most: u64) -> Option<u64> {
        let value = self.take(name)?;
        let number = integer(&value).filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.refuse(
                name,
                format!("The {name} field must be an integer from {least} to {most}."),
            );
        }
        number
    }

    /// Takes an array of at most this length.
    pub(crate) fn array(&mut self, name: &str, most: usize) -> Option<Vec<Value>> {
        match self.take(name)? {
            Value::Array(values) if values.len() <= most => Some(values),
            Value::Array(_) => {
                self.refuse(
                    name,
                    format!("The {name} field has at most {most} elements."),
                );
                None
            }
            _ => {
                self.refuse(name, format!("The {name} field must be an array."));
                None
            }
        }
    }

    /// Takes an array of non-empty texts.
    pub(crate) fn texts(&mut self, name: &str, most: usize, longest: usize) -> Option<Vec<String>> {
        let values = self.array(name, most)?;
        let mut texts = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            match value {
                Value::String(text) if (1..=longest).contains(&text.chars().count()) => {
                    texts.push(text);
                }
                _ => self.refuse(
                    &format!("{name}.{index}"),
                    format!("It must be a string of 1 to {longest} characters."),
                ),
            }
        }
        Some(texts)
    }

    pub(crate) fn object(&mut self, name: &str) -> Option<Map<String, Value>> {
        match self.take(name)? {
            Value::Object(members) => Some(members),
            // PHP writes an empty map as `[]`.
            Value::Array(values) if values.is_empty() => Some(Map::new()),
            _ => {
                self.refuse(name, format!("The {name} field must be an object."));
                None
            }
        }
    }

    /// Takes an array of objects and reads each. Errors are named `name.index.…`.
    pub(crate) fn objects<T>(
        &mut self,
        name: &str,
        most: usize,
        mut read: impl FnMut(&mut Self) -> T,
    ) -> Option<Vec<T>> {
        let values = self.array(name, most)?;
        let mut read_values = Vec::new();
        for (index, value) in values.into_iter().enumerate() {
            let Value::Object(members) = value else {
                self.refuse(&format!("{name}.{index}"), "It must be an object.");
                continue;
            };
            let mut inner = Self::new(members, &format!("{}{name}.{index}.", self.prefix));
            read_values.push(read(&mut inner));
            self.errors.append(&mut inner.errors);
        }
        Some(read_values)
    }
}

/// Returns an integer. In JSON, `48` and `48.0` are the same number.
fn integer(value: &Value) -> Option<u64> {
    let whole = |number: f64| number.fract() == 0.0 && (0.0..=1e15).contains(&number);
    value
        .as_u64()
        .or_else(|| Some(value.as_f64().filter(|number| whole(*number))? as u64))
}

/// A body that is a JSON object. A missing body is an empty object.
pub(crate) struct Body(pub(crate) Fields);

impl Body {
    /// Returns the members of a body that must be present.
    pub(crate) fn present(self) -> Result<Fields, ApiError> {
        match self.0.is_absent {
            true => Err(ApiError::bad_request("The body must be a JSON object.")),
            false => Ok(self.0),
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_json = kind
            .and_then(|kind| kind.to_str().ok())
            .is_some_and(|kind| {
                let kind = kind.split(';').next().unwrap_or_default().trim();
                kind.eq_ignore_ascii_case("application/json")
            });
        let bytes =
            Bytes::from_request(request, state)
                .await
                .map_err(|rejection| match rejection {
                    BytesRejection::FailedToBufferBody(error)
                        if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE =>
                    {
                        ApiError::too_large()
                    }
                    _ => ApiError::bad_request("The body can't be read."),
                })?;
        if bytes.is_empty() {
            return Ok(Self(Fields {
                is_absent: true,
                ..Fields::new(Map::new(), "")
            }));
        }
        if !is_json {
            return Err(ApiError::media_type());
        }
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(members)) => Ok(Self(Fields::new(members, ""))),
            Ok(_) => Err(ApiError::bad_request("The body must be a JSON object.")),
            Err(_) => Err(ApiError::bad_request("The body is not JSON.")),
        }
    }
}
