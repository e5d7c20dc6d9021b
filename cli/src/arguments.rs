//! The arguments that several commands share. Arguments of a single command are in its own file.

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

/// Returns the end of the help of a command that verifies a message.
pub(crate) fn verifying_help(examples: &str) -> String {
    format!(
        "{examples}\n\n\
         Exit status:\n  \
           0  verified\n  \
           1  refused: a code from 200 to 299\n  \
           2  the caller's mistake, or --help or --version: nothing was verified"
    )
}

/// The options of verification.
#[derive(Args)]
pub(crate) struct Checks {
    #[command(flatten)]
    secrets: SecretArguments,

    #[command(flatten)]
    clock: Clock,

    /// Maximum age of a message, in seconds
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
    /// Returns the verifier. Numbers are checked before secrets, so that a wrong argument is
    /// reported first.
    pub(crate) fn workflow(&self) -> Result<Workflow, Failure> {
        let max_age = check_seconds(self.max_age)?;
        let leeway = self.clock.leeway()?;
        let workflow = self.secrets.workflow()?;
        Ok(workflow.max_age(max_age).leeway(leeway))
    }

    /// Returns the time to verify at, in Unix seconds.
    pub(crate) fn now(&self) -> Result<u64, Failure> {
        self.clock.now()
    }

    /// Returns the expected values. Fails if a field occurs twice.
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
    /// NAME is a short or long name, such as `ref` or `reference`. This prevents the use of a
    /// genuine message for another record. Repeat the option for several values.
    #[arg(
        long,
        value_name = "NAME=VALUE",
        value_parser = ExpectationParser,
        hide_possible_values = true
    )]
    expect: Vec<Expectation>,
}

impl Expectations {
    /// Returns the expected values. Fails if a field occurs twice.
    pub(crate) fn values(
        &self,
    ) -> Result<impl Iterator<Item = (Field, ExpectedValue<'_>)>, Failure> {
        let mut seen = Vec::new();
        for Expectation { field, .. } in &self.expect {
            if seen.contains(field) {
                return Err(Failure::argument(format!(
                    "--expect occurs twice for {} ({}): a message has one value of it",
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

/// The options about the time, for every kind of message.
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
    /// Returns the time to verify at, in Unix seconds.
    pub(crate) fn now(&self) -> Result<u64, Failure> {
        now(self.now)
    }

    pub(crate) fn leeway(&self) -> Result<u64, Failure> {
        Ok(check_seconds(self.leeway)?)
    }
}

/// Returns the given time, or else the system's.
pub(crate) fn now(passed: Option<i128>) -> Result<u64, Failure> {
    Ok(match passed {
        Some(seconds) => check_now(seconds)?,
        None => unix_time(),
    })
}

/// Returns the timestamp to sign: the given time, or else the system's.
pub(crate) fn timestamp(passed: Option<i128>) -> u64 {
    passed.map_or_else(unix_time, field_number)
}

/// The field and the value of an `--expect`.
#[derive(Clone)]
pub(crate) struct Expectation {
    field: Field,
    text: String,
}

/// Parses `NAME=VALUE`, and lets shells complete the names.
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

/// Returns the fields that can be expected: all but the signature, which is verified.
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
    /// Message as it arrived: a URL, a query string, or `-` to read either from standard input
    ///
    /// Pass untrusted text on standard input, after a `?` if it is a query: as an argument, it
    /// could be parsed as an option.
    #[arg(value_name = "URL|QUERY|-", value_hint = ValueHint::Url)]
    pub(crate) message: OsString,
}

/// Parses an integer of any size. One beyond `i128` becomes its limit, so that the core reports the
/// error.
pub(crate) fn number(text: &str) -> Result<i128, &'static str> {
    text.parse()
        .or_else(|error: ParseIntError| match error.kind() {
            IntErrorKind::PosOverflow => Ok(i128::MAX),
            IntErrorKind::NegOverflow => Ok(i128::MIN),
            _ => Err("pass a whole number"),
        })
}

/// Parses `Name: value`, with or without one space after the colon.
pub(crate) fn header(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once(':').ok_or("pass it as 'Name: value'")?;
    let value = value.strip_prefix(' ').unwrap_or(value);
    Ok((name.to_owned(), value.to_owned()))
}
