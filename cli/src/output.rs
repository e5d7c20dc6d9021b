//! What is printed where, and the exit status.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::error::{ContextValue, ErrorKind as UsageKind};
use serde_json::{Map, Value, json};
use visiono_workflow::{Code, Error};

/// The message was refused, or by the one that it was sent to.
const REFUSED: u8 = 1;
/// A mistake of the caller's.
const MISTAKE: u8 = 2;

const ERROR: Style = AnsiColor::Red.on_default().bold();

/// What a command has done.
pub(crate) struct Done {
    /// For `--json`, by name.
    outputs: Map<String, Value>,
    /// For people, and for pipes. It may have colours, which only a terminal gets.
    text: String,
    /// Whether what was tried came out as it should.
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

    /// Says whether what was tried came out as it should; it has unless this says otherwise.
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

/// Why a command was not done: the core's error, or one of this program's own.
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

    /// The same, with the place where it is.
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

/// Prints what came of a command, and says how the program is to end.
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
        // Whoever reads has had enough, which is no failure of the command's.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("standard output can't be written: {error}");
            complain(&Failure::argument(message));
            MISTAKE.into()
        }
        _ => status.into(),
    }
}

/// Prints why the arguments can't be used, or the help that they ask for.
pub(crate) fn usage(error: clap::Error, json: bool) -> ExitCode {
    if !error.use_stderr() {
        // As above, a reader may have gone.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let error = with_shown_values(error);
    if json {
        return finish(Err(Failure::argument(summary(&error))), json);
    }
    let _ = error.print();
    MISTAKE.into()
}

/// The error with the arguments that it repeats in a form that a terminal doesn't obey.
fn with_shown_values(mut error: clap::Error) -> clap::Error {
    let texts: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, Shown(text).to_string())),
            _ => None,
        })
        .collect();
    for (kind, text) in texts {
        error.insert(kind, ContextValue::String(text));
    }
    error
}

/// What clap says before it goes on to tips and usage, in one line.
fn summary(error: &clap::Error) -> String {
    if error.kind() == UsageKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a command is missing: --help lists them".to_owned();
    }
    let text = error.to_string();
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = first.split_whitespace().collect();
    let sentence = words.join(" ");
    sentence
        .strip_prefix("error: ")
        .unwrap_or(&sentence)
        .to_owned()
}

fn line(object: &Value) -> String {
    format!("{object}\n")
}

fn print(text: &str) -> io::Result<()> {
    write_all(io::stdout().lock(), text)
}

fn write_all(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
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

/// Text that a stranger may have chosen, for a terminal: as it is if it is plain to see, or else
/// as a literal in quotes. The core lets no ASCII control character through; this is about the
/// rest of what moves a cursor, reverses the direction of reading, or can't be seen.
pub(crate) struct Shown<'t>(pub(crate) &'t str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let literal = format!("{:?}", self.0);
        let quoted = literal
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'));
        if quoted == Some(self.0) && self.0.trim() == self.0 {
            f.write_str(self.0)
        } else {
            f.write_str(&literal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;

    #[test]
    fn plain_text_is_shown_as_it_is_and_the_rest_as_a_literal() {
        for plain in ["ABC123", "Straße 5", "日本", "it's", "a=b&c", ""] {
            assert_eq!(Shown(plain).to_string(), plain);
        }
        for (text, shown) in [
            (" a", r#"" a""#),
            // Looks like one letter, and is signed as two characters.
            ("e\u{301}", r#""e\u{301}""#),
            ("a\u{a0}b", r#""a\u{a0}b""#),
            ("\u{9b}31mred", r#""\u{9b}31mred""#),
            ("a\u{202e}b\u{2066}", r#""a\u{202e}b\u{2066}""#),
            ("a\u{2028}b", r#""a\u{2028}b""#),
            ("a\u{200b}b\u{feff}", r#""a\u{200b}b\u{feff}""#),
            ("\"a\"", r#""\"a\"""#),
            (r"a\b", r#""a\\b""#),
        ] {
            assert_eq!(Shown(text).to_string(), shown);
        }
    }
}
