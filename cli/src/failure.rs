//! The errors of the program: the core's and its own, each with its exit status.

use std::fmt;

use serde_json::{Value, json};
use visiono_workflow::{Code, Error};

/// The exit status if the message was refused, or a receiver gave a wrong answer.
pub(crate) const REFUSED: u8 = 1;
/// The exit status for the caller's mistake.
pub(crate) const MISTAKE: u8 = 2;

/// An error: the core's, or this program's own.
pub(crate) struct Failure {
    code: Code,
    parameters: Vec<&'static str>,
    seconds: Option<u64>,
    position: Option<usize>,
    /// The number of the row, from 1, and the line on which it starts.
    row: Option<(u64, u64)>,
    message: Box<str>,
    /// The kind of message that `explain` can explain, if the signature is wrong.
    explains: Option<&'static str>,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<Box<str>>) -> Self {
        Self {
            code,
            parameters: Vec::new(),
            seconds: None,
            position: None,
            row: None,
            message: message.into(),
            explains: None,
        }
    }

    /// Returns the failure for an unusable argument, file or input.
    pub(crate) fn argument(message: impl Into<Box<str>>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// Prepends the location of the mistake to the message.
    pub(crate) fn within(self, place: &str) -> Self {
        Self {
            message: format!("{place}: {}", self.message).into(),
            ..self
        }
    }

    /// Sets the row of the input that caused the error: its number, from 1, and its line.
    pub(crate) fn at_row(self, number: u64, line: u64) -> Self {
        let row = Some((number, line));
        Self { row, ..self }
    }

    /// Suggests `explain` for this kind of message, if the signature is wrong.
    pub(crate) fn explained_by(self, kind: &'static str) -> Self {
        let explains = (self.code == Code::InvalidSignature).then_some(kind);
        Self { explains, ..self }
    }

    /// Returns a sentence that suggests `explain`.
    pub(crate) fn suggestion(&self) -> Option<String> {
        let kind = self.explains?;
        Some(format!(
            "visiono-workflow explain {kind} says which mistake made it wrong"
        ))
    }

    /// Returns the object that `--json` prints.
    pub(crate) fn to_json(&self) -> Value {
        let mut object = json!({
            "result": self.code.as_str(),
            "number": self.code.as_u32(),
            "parameters": self.parameters,
        });
        if let Some(seconds) = self.seconds {
            object["seconds"] = seconds.into();
        }
        if let Some(position) = self.position {
            object["position"] = position.into();
        }
        if let Some((row, line)) = self.row {
            object["row"] = row.into();
            object["line"] = line.into();
        }
        object["message"] = (*self.message).into();
        object
    }

    pub(crate) fn status(&self) -> u8 {
        if self.code.is_refusal() {
            REFUSED
        } else {
            MISTAKE
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, message, .. } = self;
        write!(f, "{code} ({}): ", code.as_u32())?;
        if let Some((row, line)) = self.row {
            write!(f, "row {row} (line {line}): ")?;
        }
        f.write_str(message)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.code(),
            parameters: error.parameters().collect(),
            seconds: error.seconds(),
            position: error.position(),
            row: None,
            message: error.to_string().into(),
            explains: None,
        }
    }
}
