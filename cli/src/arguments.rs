//! The arguments that several commands take. Those of one command are in its own file.

use std::ffi::{OsStr, OsString};
use std::num::{IntErrorKind, ParseIntError};

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args, Error, ValueHint};
use visiono_workflow::{
    DEFAULT_LEEWAY, DEFAULT_MAX_AGE, ExpectedValue, Field, Workflow, check_now, check_seconds,
    field_number, unix_time,
};

use crate::failure::Failure;
use crate::secrets::SecretArguments;

/// Returns the end of the help of a command that decides about a message.
pub(crate) fn verifying_help(examples: &str) -> String {
    format!(
        "{examples}\n\n\
         Exit status:\n  \
           0  verified\n  \
           1  refused: a code from 200 to 299\n  \
           2  the caller's mistake, or --help or --version: nothing was verified"
    )
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

    #[command(flatten)]
    expectations: Expectations,
}

impl Checks {
    /// Returns the object that verifies. The numbers are checked before the secrets, so that a
    /// mistaken argument is reported first.
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

    /// Returns the expected values. Fails if a field is there twice.
    pub(crate) fn expected(
        &self,
    ) -> Result<impl Iterator<Item = (Field, Option<ExpectedValue<'_>>)>, Failure> {
        let values = self.expectations.values()?;
        Ok(values.map(|(field, value)| (field, Some(value))))
    }
}

/// The values that the caller expects.
#[derive(Args)]
pub(crate) struct Expectations {
    /// Value that the message must have; replaces one that it doesn't carry
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

impl Expectations {
    /// Returns the expected values. Fails if a field is there twice.
    pub(crate) fn values(
        &self,
    ) -> Result<impl Iterator<Item = (Field, ExpectedValue<'_>)>, Failure> {
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
        Ok(expected.map(|Expectation { field, text }| (*field, text.as_str().into())))
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

/// Returns the time that was passed, or else the system's.
pub(crate) fn now(passed: Option<i128>) -> Result<u64, Failure> {
    Ok(match passed {
        Some(seconds) => check_now(seconds)?,
        None => unix_time(),
    })
}

/// Returns the timestamp to sign: the time that was passed, or else the system's.
pub(crate) fn timestamp(passed: Option<i128>) -> u64 {
    passed.map_or_else(unix_time, field_number)
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
            let field = Field::from_name(name).ok_or_else(no_such_name)?;
            let text = text.to_owned();
            Ok::<_, String>(Expectation { field, text })
        };
        let parser = StringValueParser::new().try_map(read);
        parser.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(expectable().map(|field| {
            PossibleValue::new(format!("{}=", field.long_name()))
        })))
    }
}

/// Returns the fields that can be expected: all but the signature, which verification decides on.
fn expectable() -> impl Iterator<Item = Field> {
    let fields = Field::ALL.into_iter();
    fields.filter(|field| *field != Field::Signature)
}

fn no_such_name() -> String {
    let names = expectable().map(|field| format!("{} ({})", field.long_name(), field.short_name()));
    let names: Vec<_> = names.collect();
    format!("the name must be one of {}", names.join(", "))
}

/// The source of a message.
#[derive(Args)]
pub(crate) struct Message {
    /// The message as it arrived: a URL, a query string, or `-` to read either from standard input
    ///
    /// Pass a stranger's text on standard input, behind a `?` if it is a query: as an argument, it
    /// could be an option.
    #[arg(value_name = "URL|QUERY|-", value_hint = ValueHint::Url)]
    pub(crate) message: OsString,
}

/// Reads a whole number of any size. One beyond `i128` becomes its limit, so that the core reports
/// the error.
pub(crate) fn number(text: &str) -> Result<i128, &'static str> {
    text.parse()
        .or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(i128::MAX),
            IntErrorKind::NegOverflow => Ok(i128::MIN),
            _ => Err("pass a whole number"),
        })
}

/// Reads `Name: value`, with or without one space after the colon.
pub(crate) fn header(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once(':').ok_or("pass it as 'Name: value'")?;
    let value = value.strip_prefix(' ').unwrap_or(value);
    Ok((name.to_owned(), value.to_owned()))
}
