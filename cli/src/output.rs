//! Prints results and errors, and decides the exit status.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::error::{ContextKind, ContextValue};
use serde_json::{Map, Value, json};
use visiono_workflow::{Code, Error};

use crate::secrets;
use crate::shown::{self, Shown};

/// The message was refused, or a receiver gave the wrong answer.
const REFUSED: u8 = 1;
/// The caller's mistake.
const MISTAKE: u8 = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// The result of a command.
pub(crate) struct Done {
    /// For `--json`, by name.
    outputs: Map<String, Value>,
    /// For people, and for pipes. It may have colours, which only a terminal gets.
    text: String,
    /// `false` if a receiver didn't answer as it must.
    succeeded: bool,
}

impl Done {
    /// Takes the outputs, which are an object, and the text that shows them.
    pub(crate) fn new(outputs: Value, text: String) -> Self {
        let outputs = match outputs {
            Value::Object(outputs) => outputs,
            other => Map::from_iter([("output".to_owned(), other)]),
        };
        Self {
            outputs,
            text,
            succeeded: true,
        }
    }

    /// Sets whether each receiver answered as it must; a result is a success unless this says otherwise.
    pub(crate) fn succeeded(self, succeeded: bool) -> Self {
        Self { succeeded, ..self }
    }

    fn result(&self) -> &'static str {
        if self.succeeded { "ok" } else { "failed" }
    }

    fn status(&self) -> u8 {
        if self.succeeded { 0 } else { REFUSED }
    }
}

/// An error: the core's, or this program's own.
pub(crate) struct Failure {
    code: Code,
    parameters: Vec<&'static str>,
    seconds: Option<u64>,
    position: Option<usize>,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            parameters: Vec::new(),
            seconds: None,
            position: None,
            message: message.into(),
        }
    }

    /// An argument, a file or an input that can't be used.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// The same, with the name of what it is about.
    pub(crate) fn within(self, place: &str) -> Self {
        Self {
            message: format!("{place}: {}", self.message),
            ..self
        }
    }

    /// As `--json` prints it.
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
        object["message"] = self.message.as_str().into();
        object
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn status(&self) -> u8 {
        if self.code.is_refusal() {
            REFUSED
        } else {
            MISTAKE
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            code: error.code(),
            parameters: error.parameters().collect(),
            seconds: error.seconds(),
            position: error.position(),
            message: error.to_string(),
        }
    }
}

/// Prints the result of a command, and returns the exit status.
pub(crate) fn finish(result: Result<Done, Failure>, json: bool) -> ExitCode {
    let (printed, status) = match result {
        Ok(done) if json => {
            let status = done.status();
            let mut object = Map::from_iter([("result".to_owned(), done.result().into())]);
            object.extend(done.outputs);
            (print(&line(&object.into())), status)
        }
        Ok(done) => {
            let written = write_all(anstream::stdout().lock(), &done.text);
            (written, done.status())
        }
        Err(failure) if json => (print(&line(&failure.to_json())), failure.status()),
        Err(failure) => {
            complain(&failure);
            (Ok(()), failure.status())
        }
    };
    match printed {
        // The reader closed the pipe; that is not an error.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("standard output can't be written: {error}");
            complain(&Failure::argument(message));
            MISTAKE.into()
        }
        _ => status.into(),
    }
}

/// Prints the help or the version that was asked for, or why the arguments can't be used.
///
/// `decides` is true for a command whose exit status decides about a message. Its help is printed but
/// is not an approval: in `verify-return "$QUERY_STRING"`, a stranger can write `--help`.
pub(crate) fn usage(error: clap::Error, json: bool, decides: bool) -> ExitCode {
    if !error.use_stderr() {
        // As above, a reader may have gone.
        let _ = error.print();
        let status = if decides { MISTAKE } else { 0 };
        return status.into();
    }
    let text = shown::sentences(&with_shown_values(error).to_string());
    if json {
        return finish(Err(Failure::argument(summary(&text))), json);
    }
    // There is nowhere left to say that this failed.
    let _ = match text.strip_prefix("error:") {
        Some(text) => write!(anstream::stderr().lock(), "{ERROR}error:{ERROR:#}{text}"),
        // The help of a command that needs another one after it.
        None => write!(anstream::stderr().lock(), "{text}"),
    };
    MISTAKE.into()
}

/// Makes the arguments that the error repeats safe for a terminal, and hides those that may be a
/// secret in the wrong place, such as one after `webhook sign`.
fn with_shown_values(mut error: clap::Error) -> clap::Error {
    let changed: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) if secrets::may_be_one(text) => {
                Some((kind, "(not shown, as it may be a secret)".to_owned()))
            }
            ContextValue::String(text) => {
                let shown = Shown(text).to_string();
                (shown != *text && !text.is_empty()).then_some((kind, shown))
            }
            _ => None,
        })
        .collect();
    for (kind, text) in changed {
        error.insert(kind, ContextValue::String(text));
        // Tips repeat it as it is.
        error.remove(ContextKind::Suggested);
    }
    error
}

/// Returns clap's sentence without the tips and the usage after it, in one line.
fn summary(text: &str) -> String {
    let Some(text) = text.strip_prefix("error: ") else {
        return "a command is missing: --help lists them".to_owned();
    };
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = first.split_whitespace().collect();
    words.join(" ")
}

fn line(object: &Value) -> String {
    format!("{}\n", shown::ascii_json(&object.to_string()))
}

fn print(text: &str) -> io::Result<()> {
    write_all(io::stdout().lock(), text)
}

fn write_all(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

/// Prints a warning about what is done all the same.
pub(crate) fn warn(message: &str) {
    // There is nowhere left to say that this failed.
    let _ = writeln!(
        anstream::stderr().lock(),
        "{WARNING}warning:{WARNING:#} {message}",
    );
}

fn complain(failure: &Failure) {
    let Failure { code, message, .. } = failure;
    let number = code.as_u32();
    // There is nowhere left to say that this failed.
    let _ = writeln!(
        anstream::stderr().lock(),
        "{ERROR}error:{ERROR:#} {code} ({number}): {message}",
    );
}
