//! The arguments that commands share. Those of one command are in its own file.

use std::ffi::{OsStr, OsString};
use std::num::{IntErrorKind, ParseIntError};

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, CommandFactory, Error, Parser, ValueHint};
use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, ExpectedValue, Field, Workflow, check_now, check_seconds,
    unix_time,
};

use crate::commands::Command;
use crate::output::Failure;
use crate::secrets::SecretArguments;

const AFTER_HELP: &str = "\
Secret:
  The workflow secret comes from the environment variable
  VISIONO_WORKFLOW_SECRET or from --secret-file, never from an argument, which
  other users of the machine could read. With --secret-file, the variable is
  ignored. The webhook secret is a different one: webhook commands take it from
  VISIONO_WEBHOOK_SECRET or from --secret-file. To set a variable without
  leaving the secret in the shell's history:

  stty -echo; IFS= read -r VISIONO_WORKFLOW_SECRET; \\
      stty echo; export VISIONO_WORKFLOW_SECRET

Exit status:
  0  done
  1  the message was refused: a code from 200 to 299; for webhook send, the
     receiver's answer was not the right one
  2  the caller's mistake: a code from 100 to 199 or from 300, or wrong usage.
     Also --help and --version under verify-link, verify-return and webhook
     verify, because nothing was verified: use visiono-workflow help COMMAND

Examples:
  visiono-workflow demo
  visiono-workflow sign-link damage-report --secret-file workflow.secret \\
      --unique-value ABC123 --source zendesk --reference ticket-456
  printf '%s' \"?$QUERY_STRING\" | visiono-workflow verify-return - \\
      --expect \"reference=$ticket\"
  visiono-workflow template 'https://a.example/done?ref={reference}&sig={signature}'
  visiono-workflow webhook send http://localhost:8000/webhook --event all";

/// Signs and verifies the links, returns and webhooks of Visiono's Workflow Mode
#[derive(Parser)]
#[command(name = "visiono-workflow", version, propagate_version = true, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Prints one JSON object on standard output, whether done or refused
    #[arg(long, global = true)]
    pub(crate) json: bool,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Returns whether the arguments name a command whose exit status decides about a message: one whose
/// name begins with `verify`. Options count wherever they are, and `help` is another command.
pub(crate) fn decide(arguments: impl Iterator<Item = OsString>) -> bool {
    let program = Arguments::command();
    let mut command = &program;
    for name in arguments.filter(|argument| !argument.as_encoded_bytes().starts_with(b"-")) {
        match command.find_subcommand(name) {
            Some(named) => command = named,
            None => break,
        }
    }
    command.get_name().starts_with("verify")
}

/// The options that decide about a message, besides its signature.
#[derive(Args)]
pub(crate) struct Checks {
    #[command(flatten)]
    secrets: SecretArguments,

    #[command(flatten)]
    clock: Clock,

    /// Age up to which a message is valid, in seconds
    #[arg(
        long,
        value_name = "S",
        value_parser = number,
        default_value_t = DEFAULT_MAX_AGE.into(),
        allow_negative_numbers = true
    )]
    max_age: i128,

    /// Value that the message must have; stands in for one that it doesn't carry
    ///
    /// NAME is short or long, such as `ref` or `reference`. This stops a genuine message for one
    /// record from being used on another. Repeat it for several values.
    #[arg(
        long,
        value_name = "NAME=VALUE",
        value_parser = ExpectationParser,
        hide_possible_values = true
    )]
    expect: Vec<Expectation>,
}

impl Checks {
    /// The object that verifies. The numbers come before the secrets: a mistaken argument is
    /// reported first.
    pub(crate) fn workflow(&self) -> Result<Workflow, Failure> {
        let max_age = check_seconds(self.max_age)?;
        let leeway = self.clock.leeway()?;
        let workflow = self.secrets.workflow()?;
        Ok(workflow.max_age(max_age).leeway(leeway))
    }

    /// In Unix seconds.
    pub(crate) fn now(&self) -> Result<u64, Failure> {
        self.clock.now()
    }

    /// The values that are expected, each field once.
    pub(crate) fn expected(
        &self,
    ) -> Result<impl Iterator<Item = (Field, Option<ExpectedValue<'_>>)>, Failure> {
        let mut seen = Vec::new();
        for Expectation { field, .. } in &self.expect {
            if seen.contains(field) {
                return Err(Failure::argument(format!(
                    "--expect is there twice for {} ({}): a message has one value of it",
                    field.long_name(),
                    field.short_name(),
                )));
            }
            seen.push(*field);
        }
        let expected = self.expect.iter();
        Ok(expected.map(|Expectation { field, text }| (*field, Some(text.as_str().into()))))
    }
}

/// The time, for every kind of message.
#[derive(Args)]
pub(crate) struct Clock {
    /// Time to verify at, in Unix seconds [default: the system's clock]
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    now: Option<i128>,

    /// Seconds that a message may be dated in the future
    #[arg(
        long,
        value_name = "S",
        value_parser = number,
        default_value_t = DEFAULT_LEEWAY.into(),
        allow_negative_numbers = true
    )]
    leeway: i128,
}

impl Clock {
    /// In Unix seconds.
    pub(crate) fn now(&self) -> Result<u64, Failure> {
        now(self.now)
    }

    pub(crate) fn leeway(&self) -> Result<u64, Failure> {
        Ok(check_seconds(self.leeway)?)
    }
}

/// The time that was passed, or else the system's.
pub(crate) fn now(passed: Option<i128>) -> Result<u64, Failure> {
    Ok(match passed {
        Some(seconds) => check_now(seconds)?,
        None => unix_time(),
    })
}

/// The field and the value of an `--expect`.
#[derive(Clone)]
pub(crate) struct Expectation {
    field: Field,
    text: String,
}

/// Reads `NAME=VALUE`, and lets shells complete the names.
#[derive(Clone)]
struct ExpectationParser;

impl TypedValueParser for ExpectationParser {
    type Value = Expectation;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Expectation, Error> {
        let read = |text: String| {
            let (name, text) = text.split_once('=').ok_or("pass it as NAME=VALUE")?;
            let field = Field::from_name(name).ok_or(
                "the name has to be unique_value (uv), source (src), reference (ref), \
                 submission_id (sub), photo_count (cnt) or timestamp (ts)",
            )?;
            let text = text.to_owned();
            Ok::<_, &str>(Expectation { field, text })
        };
        let parser = StringValueParser::new().try_map(read);
        parser.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let fields = Field::ALL.into_iter();
        // No message is expected to have a signature: verification decides on it.
        let fields = fields.filter(|field| *field != Field::Signature);
        Some(Box::new(fields.map(|field| {
            PossibleValue::new(format!("{}=", field.long_name()))
        })))
    }
}

/// The source of a message.
#[derive(Args)]
pub(crate) struct Message {
    /// The message as it arrived: a URL, a query string, or `-` to read either from standard input
    ///
    /// Pass what a stranger wrote on standard input, behind a `?` if it is a query: as an argument,
    /// it could be an option.
    #[arg(value_name = "URL|QUERY|-", value_hint = ValueHint::Url)]
    pub(crate) message: OsString,
}

/// Reads a whole number of any size. One that is too large for anything becomes the largest, so
/// that the core says what is wrong with it.
pub(crate) fn number(text: &str) -> Result<i128, &'static str> {
    text.parse()
        .or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(i128::MAX),
            IntErrorKind::NegOverflow => Ok(i128::MIN),
            _ => Err("pass a whole number"),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_command_that_decides_is_found_behind_any_option() {
        let decide = |line: &str| decide(line.split(' ').map(OsString::from));
        for line in [
            "verify-link",
            "--json verify-return --help",
            "--help verify-return",
            "-- verify-return",
            "webhook verify x",
            "webhook --json verify -h",
        ] {
            assert!(decide(line), "{line}");
        }
        for line in [
            "",
            "--help",
            "help verify-return",
            "webhook",
            "webhook help verify",
            "webhook send verify",
            "sign-link verify-link",
        ] {
            assert!(!decide(line), "{line}");
        }
    }
}
