//! Sends the browser back. The core signs the return.

use visiono_workflow::{Error, Field, RedirectTemplate, ReturnFields, Workflow};

use crate::deliver::change_digit;
use crate::fault::FaultKind;
use crate::model::{Link, Return, Visit};
use crate::secret;
use crate::state::{Change, State};

/// The age of an expired return, in seconds.
const EXPIRED: u64 = visiono_workflow::DEFAULT_MAX_AGE + 60;

/// The fields that a redirect template lacks, and the template completed with them.
pub(crate) struct MissingFields {
    pub(crate) missing: Vec<&'static str>,
    pub(crate) complete: String,
}

/// Returns the fields that a redirect template lacks, or `None` if it is complete.
pub(crate) fn missing_fields(template: &str) -> Option<MissingFields> {
    let parsed = RedirectTemplate::parse(template).ok()?;
    let missing: Vec<_> = parsed.missing().iter().map(Field::long_name).collect();
    if missing.is_empty() {
        return None;
    }
    // A fragment is not sent, so the fields are inserted before it.
    let (sent, fragment) = template.split_at(template.find('#').unwrap_or(template.len()));
    let mut complete = sent.to_owned();
    for name in &missing {
        let separator = if complete.contains('?') { '&' } else { '?' };
        complete.push_str(&format!("{separator}{name}={{{name}}}"));
    }
    complete.push_str(fragment);
    Some(MissingFields { missing, complete })
}

/// Signs the return of a visit, with the active fault, and returns the change.
///
/// # Errors
///
/// Returns the core's error if the template or a value can't be used.
pub(crate) fn sign(
    state: &State,
    now: u64,
    link: &Link,
    visit: &Visit,
    template: &str,
) -> Result<(String, Change), Error> {
    let fault = state.faults.iter().find(|fault| fault.kind.is_return());
    let kind = fault.map(|fault| fault.kind);
    let url = expand(state, now, link, visit, template, kind)?;
    let back = Return {
        at: now,
        url: url.clone(),
        template: template.to_owned(),
        fault: kind,
    };
    let used = fault.map(|fault| fault.id.clone());
    Ok((
        url,
        Change::Returned {
            visit: visit.id.clone(),
            back,
            used,
        },
    ))
}

fn expand(
    state: &State,
    now: u64,
    link: &Link,
    visit: &Visit,
    template: &str,
    fault: Option<FaultKind>,
) -> Result<String, Error> {
    let keys = state.keys.get(&link.id);
    let workflow = Workflow::from_texts([keys.map(|keys| keys.current.expose())])?;
    let template = RedirectTemplate::parse(template)?;
    let (Some(origin), Some(submission)) = (visit.origin(), &visit.submission) else {
        return Err(Error::invalid_argument("the visit has no submission"));
    };
    let mut submission = submission.id.clone();
    let mut reference = origin.reference.clone();
    let mut timestamp = now;
    match fault {
        Some(FaultKind::ReturnExpired) => timestamp = now.saturating_sub(EXPIRED),
        Some(FaultKind::ReturnOtherTicket) => {
            submission = secret::id("pls_");
            reference.push_str("-other");
        }
        _ => {}
    }
    let fields = ReturnFields {
        submission_id: &submission,
        unique_value: &origin.unique_value,
        reference: &reference,
        photo_count: visit.photos.len().try_into().unwrap_or(u64::MAX),
        timestamp,
    };
    let signed = workflow.sign_return(&template, &fields)?;
    if fault == Some(FaultKind::ReturnForged) {
        let mut signature = signed.signature().as_str().to_owned();
        change_digit(&mut signature);
        return Ok(template.expand(&fields, &signature)?.to_string());
    }
    let url = signed.to_string();
    Ok(match fault {
        Some(FaultKind::ReturnDoubled) => double(&url),
        _ => url,
    })
}

/// Repeats the first parameter of the query with another value.
fn double(url: &str) -> String {
    let (sent, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let query = sent.split_once('?').map_or("", |(_, query)| query);
    let name = query.split(['=', '&']).next().unwrap_or_default();
    if name.is_empty() {
        return url.to_owned();
    }
    format!("{sent}&{name}=doubled{fragment}")
}

/// Returns the origin of a template. The answer to a form may redirect to it.
pub(crate) fn origin(template: &str) -> Option<String> {
    RedirectTemplate::parse(template).ok()?;
    let (scheme, rest) = template.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_complete_template_lacks_nothing() {
        let documented =
            "https://your-system.com/done?id={submission_id}&ref={reference}&sig={signature}";
        let fields = missing_fields(documented).expect("fields are missing");
        assert_eq!(fields.missing, ["unique_value", "photo_count", "timestamp"]);
        assert!(missing_fields(&fields.complete).is_none());
        assert!(missing_fields("https://a.example/done").is_none());
        let fragment =
            missing_fields("https://a.example/{reference}#{signature}").expect("missing");
        assert!(missing_fields(&fragment.complete).is_none());
    }

    #[test]
    fn a_doubled_return_has_its_first_parameter_twice() {
        assert_eq!(
            double("http://a/?x=1&y=2#f"),
            "http://a/?x=1&y=2&x=doubled#f"
        );
        assert_eq!(double("http://a/b"), "http://a/b");
    }
}
