//! Prints help and usage errors, without repeating a secret that was passed in the wrong place.

use std::io::Write;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};

use crate::failure::{Failure, MISTAKE};
use crate::output::{ERROR, finish};
use crate::secrets;
use crate::shown::{self, Shown};

/// Prints the requested help or version, or the usage error.
///
/// `decides` is true for a command whose exit status decides about a message. Its help is printed
/// but is not an approval: in `verify-return "$QUERY_STRING"`, a stranger can write `--help`.
pub(crate) fn report(error: clap::Error, json: bool, decides: bool) -> ExitCode {
    if !error.use_stderr() {
        // The reader may have closed the pipe.
        let _ = error.print();
        let status = if decides { MISTAKE } else { 0 };
        return status.into();
    }
    let text = shown::sentences(&with_shown_values(error).to_string());
    if json {
        return finish(Err(Failure::argument(summary(&text))), json, false);
    }
    // A failure here can't be reported anywhere.
    let _ = match text.strip_prefix("error:") {
        Some(text) => write!(anstream::stderr().lock(), "{ERROR}error:{ERROR:#}{text}"),
        // The help of a command that needs a subcommand.
        None => write!(anstream::stderr().lock(), "{text}"),
    };
    MISTAKE.into()
}

/// Escapes the arguments that the error repeats, and hides those that may be a secret in the wrong
/// place, such as one after `webhook sign`.
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
        // Suggestions repeat the value unescaped.
        error.remove(ContextKind::Suggested);
    }
    error
}

/// Returns clap's sentence in one line, without suggestions and usage.
fn summary(text: &str) -> String {
    let Some(text) = text.strip_prefix("error: ") else {
        return "a command is missing: --help lists them".to_owned();
    };
    let first = text.split("\n\n").next().unwrap_or_default();
    let words: Vec<_> = first.split_whitespace().collect();
    words.join(" ")
}
