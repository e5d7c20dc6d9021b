//! Prints results and errors, and decides the exit status.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::{Map, Value, json};
use visiono_workflow::{Field, Signature};

use crate::failure::{Failure, MISTAKE, REFUSED};
use crate::shown;

pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Cyan.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// The result of a command.
pub(crate) struct Done {
    /// The values for `--json`, by name.
    outputs: Map<String, Value>,
    /// The text for people and pipes. Its colours are stripped unless it goes to a terminal.
    text: String,
    /// `false` if a receiver gave a wrong answer.
    succeeded: bool,
}

impl Done {
    /// Creates a result from the outputs, which must be an object, and the text that shows them.
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

    /// Returns the result of a verification. Values have their long names; in JSON, numbers are
    /// numbers.
    pub(crate) fn verified(values: &[(Field, &dyn Display)], secret_index: usize) -> Self {
        let texts = values
            .iter()
            .map(|(field, value)| (*field, value.to_string()));
        let texts: Vec<_> = texts.collect();
        let outputs = texts.iter().map(|(field, text)| {
            let number = text.parse().ok().filter(|_| field.is_number());
            let value = number.map_or(text.as_str().into(), |number: u64| number.into());
            (field.long_name().to_owned(), value)
        });
        let mut outputs = Map::from_iter(outputs);
        outputs.insert("secret_index".to_owned(), secret_index.into());
        let lines = texts
            .into_iter()
            .map(|(field, text)| (field.long_name(), text));
        let lines = lines.chain([("secret_index", secret_index.to_string())]);
        Self::new(outputs.into(), shown::lines(lines))
    }

    /// Returns the result of signing a URL.
    pub(crate) fn signed(url: &str, signature: &Signature) -> Self {
        let outputs = json!({ "url": url, "signature": signature.as_str() });
        Self::new(outputs, shown::url_line(url))
    }

    /// Sets whether every receiver answered correctly. The default is `true`.
    pub(crate) fn succeeded(self, succeeded: bool) -> Self {
        Self { succeeded, ..self }
    }

    fn result(&self) -> &'static str {
        if self.succeeded { "ok" } else { "failed" }
    }

    fn status(&self) -> u8 {
        if self.succeeded { 0 } else { REFUSED }
    }

    fn into_json(self) -> String {
        let mut object = Map::from_iter([("result".to_owned(), self.result().into())]);
        object.extend(self.outputs);
        line(&object.into())
    }
}

/// Prints the result of a command and returns the exit status. The result goes to standard error if
/// standard output has rows.
pub(crate) fn finish(result: Result<Done, Failure>, json: bool, has_rows: bool) -> ExitCode {
    let print = |text: &str| match has_rows {
        true => write_all(io::stderr().lock(), text),
        false => write_all(io::stdout().lock(), text),
    };
    let (printed, status) = match result {
        Ok(done) if json => {
            let status = done.status();
            (print(&done.into_json()), status)
        }
        Ok(done) if has_rows => (print(&done.text), done.status()),
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

/// Prints the first result of a command that continues to run.
pub(crate) fn begin(done: Done, json: bool) {
    // The command remains useful if the reader closed the output.
    let _ = match json {
        true => write_all(io::stdout().lock(), &done.into_json()),
        false => write_all(anstream::stdout().lock(), &done.text),
    };
}

fn line(object: &Value) -> String {
    format!("{}\n", shown::ascii_json(&object.to_string()))
}

fn write_all(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}

/// Reports on standard error that a row was refused. The command continues.
pub(crate) fn refused(failure: &Failure, json: bool) {
    // A failure to write this can't be reported anywhere.
    let _ = match json {
        true => write_all(io::stderr().lock(), &line(&failure.to_json())),
        false => writeln!(
            anstream::stderr().lock(),
            "{WARNING}refused:{WARNING:#} {failure}"
        ),
    };
}

/// Prints a warning. The command continues.
pub(crate) fn warn(message: &str) {
    // A failure to write this can't be reported anywhere.
    let _ = writeln!(
        anstream::stderr().lock(),
        "{WARNING}warning:{WARNING:#} {message}",
    );
}

fn complain(failure: &Failure) {
    // A failure to write this can't be reported anywhere.
    let _ = writeln!(
        anstream::stderr().lock(),
        "{ERROR}error:{ERROR:#} {failure}",
    );
    if let Some(suggestion) = failure.suggestion() {
        let _ = writeln!(
            anstream::stderr().lock(),
            "{HELP}help:{HELP:#} {suggestion}"
        );
    }
}
