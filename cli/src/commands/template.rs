//! `template`: the fields that the returns of a template will carry.

use std::ffi::OsString;

use clap::{Args, ValueHint};
use serde_json::json;
use visiono_workflow::{Field, Fields, RedirectTemplate};

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

Examples:
  visiono-workflow template https://a.example/done
  visiono-workflow template 'https://a.example/done?ref={reference}&sig={signature}'"
);

/// Shows what a redirect template carries, and whether its returns can be verified
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Template {
    /// The redirect template
    #[arg(value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    template: OsString,
}

impl Template {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let template = RedirectTemplate::parse(self.template.as_encoded_bytes())?;
        let unreadable = template.check_extractable().err().map(Failure::from);
        let mut outputs = json!({
            "missing": names(template.missing()),
            "placeholders": names(template.placeholders()),
            "extractable": unreadable.is_none(),
        });
        let mut text = format!(
            "placeholders: {}\nmissing: {}\n",
            or_none(template.placeholders()),
            or_none(template.missing()),
        );
        match &unreadable {
            None => text.push_str("can be read back: yes\n"),
            Some(failure) => {
                outputs["not_extractable"] = failure.to_json();
                text.push_str("can be read back: no, so verify-return refuses this template: ");
                text.push_str(failure.message());
                text.push('\n');
            }
        }
        text.push('\n');
        text.push_str(&meaning(&template));
        Ok(Done::new(outputs, text))
    }
}

/// Explains what the missing fields mean for verification.
fn meaning(template: &RedirectTemplate<'_>) -> String {
    let missing = template.missing();
    if template.placeholders().is_empty() {
        "Without a placeholder, the six standard parameters are appended: \
         sub, uv, ref, cnt, ts, sig.\n"
            .to_owned()
    } else if missing.is_empty() {
        "A return carries all that its signature covers.\n".to_owned()
    } else if missing.contains(Field::Signature) {
        "A return doesn't carry its signature to your server, so none can be verified: \
         add {signature} to the path or the query (a fragment is not sent).\n"
            .to_owned()
    } else {
        let expect: String = missing
            .iter()
            .map(|field| format!("  --expect {}=...\n", field.long_name()))
            .collect();
        format!(
            "A return doesn't carry what is missing to your server, but its signature covers it.\n\
             Add it to the path or the query (a fragment is not sent), or else a return can only\n\
             be verified by one who knows it already, and passes:\n{expect}",
        )
    }
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
