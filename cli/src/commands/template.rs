//! `template`: shows the fields that the returns of a template carry, and whether they can be
//! verified.

use std::ffi::OsString;

use clap::{Args, ValueHint};
use serde_json::json;
use visiono_workflow::{Error, Field, Fields, RedirectTemplate};

use crate::failure::Failure;
use crate::output::Done;

const AFTER_HELP: &str = concat!(
    "Placeholders, in the path or the query:\n ",
    // cargo xtask generate: return
    // " {{long}}",
    " {submission_id}",
    " {unique_value}",
    " {reference}",
    " {photo_count}",
    " {timestamp}",
    " {signature}",
    // end generated
    "

Exit status:
  0  every return made from it can be verified as it is
  1  it cannot, or only by one who expects the values that it lacks
  2  it is no template

Examples:
  visiono-workflow template https://a.example/done
  visiono-workflow template 'https://a.example/done?ref={reference}&sig={signature}'"
);

/// Shows what a redirect template carries, and whether its returns can be verified
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Template {
    /// Redirect template
    #[arg(value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    template: OsString,
}

impl Template {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let template = RedirectTemplate::parse(self.template.as_encoded_bytes())?;
        let verifiable = Verifiable::of(&template);
        let mut outputs = json!({
            "placeholders": names(template.placeholders()),
            "placeholders_in_path": names(template.placeholders_in_path()),
            "missing": names(template.missing()),
            "verifiable": verifiable.name(),
        });
        if let Verifiable::No(Some(error)) = &verifiable {
            outputs["error"] = Failure::from(*error).to_json();
        }
        let text = format!(
            "placeholders: {}\nmissing: {}\nverifiable: {}\n\n{}{}",
            or_none(template.placeholders()),
            or_none(template.missing()),
            verifiable.name().replace('_', " "),
            verifiable.meaning(&template),
            about_path(&template),
        );
        Ok(Done::new(outputs, text).succeeded(matches!(verifiable, Verifiable::Yes)))
    }
}

/// The verifiability of the returns made from a template.
pub(crate) enum Verifiable {
    Yes,
    /// Verifiable if the caller expects values for the missing fields.
    WithExpectedValues,
    /// Not verifiable. The error is that of a template whose returns can't be read back; without
    /// one, the template lacks the signature.
    No(Option<Error>),
}

impl Verifiable {
    pub(crate) fn of(template: &RedirectTemplate<'_>) -> Self {
        let missing = template.missing();
        if let Err(error) = template.check_extractable() {
            Self::No(Some(error))
        } else if missing.contains(Field::Signature) {
            Self::No(None)
        } else if missing.is_empty() {
            Self::Yes
        } else {
            Self::WithExpectedValues
        }
    }

    const fn name(&self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::WithExpectedValues => "with_expected_values",
            Self::No(_) => "no",
        }
    }

    /// Returns the reason why returns can't be verified, and the remedy.
    pub(crate) fn obstacle(&self) -> Option<String> {
        match self {
            Self::Yes | Self::WithExpectedValues => None,
            Self::No(None) => Some(
                "it sends no signature: add {signature} to the path or the query \
                 (a fragment is not sent)"
                    .to_owned(),
            ),
            Self::No(Some(error)) => Some(error.to_string()),
        }
    }

    /// Explains the verifiability, and the next step.
    fn meaning(&self, template: &RedirectTemplate<'_>) -> String {
        match self {
            Self::Yes if template.placeholders().is_empty() => {
                "Without a placeholder, the six standard parameters are appended: \
                 sub, uv, ref, cnt, ts, sig.\n"
                    .to_owned()
            }
            Self::Yes => "A return carries all that its signature covers.\n".to_owned(),
            Self::WithExpectedValues => {
                let expect: String = template
                    .missing()
                    .iter()
                    .map(|field| format!("  --expect {}=...\n", field.long_name()))
                    .collect();
                format!(
                    "A return doesn't carry the missing values, but its signature covers \
                     them.\nAdd them to the path or the query (a fragment is not sent). \
                     Otherwise a return can only\nbe verified by a program that already knows them and \
                     passes:\n{expect}",
                )
            }
            Self::No(_) => {
                let obstacle = self.obstacle().unwrap_or_default();
                format!("No return can be verified, because {obstacle}.\n")
            }
        }
    }
}

/// Explains what a placeholder in the path requires of the program that verifies.
fn about_path(template: &RedirectTemplate<'_>) -> String {
    let in_path = template.placeholders_in_path();
    if in_path.is_empty() {
        return String::new();
    }
    format!(
        "\nThe path carries {}. Verify the request's target as it arrived, such as RAW_URI,\n\
         REQUEST_URI or originalUrl: most frameworks decode the path, which then is another\n\
         for a value like 2024/0815 or 50%. A query alone is not enough.\n",
        or_none(in_path),
    )
}

fn names(fields: Fields) -> Vec<&'static str> {
    fields.iter().map(Field::long_name).collect()
}

fn or_none(fields: Fields) -> String {
    if fields.is_empty() {
        "none".to_owned()
    } else {
        names(fields).join(", ")
    }
}
