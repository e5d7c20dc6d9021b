//! Redirect templates.

use url::Url;
use visiono_workflow::{Code, Error, Field, Fields, RedirectTemplate};

use crate::input::Chunks;
use crate::model::{self, Arguments, PLACEHOLDERS, RETURN, Received, Template};
use crate::verify_return::{Signed, expected, values};
use crate::workflow;

/// Reads a template, expands it, and reads the return back.
///
/// It must be refused if the model refuses it. The placeholders, or the position of the misplaced
/// brace, must be the model's, and so must the expanded URL. No value may make a browser climb.
/// Reading back must return the values, given those that the template doesn't carry, whether they
/// arrive as the URL, without its host, or as a framework's pairs.
///
/// The chunks: the template, and the fields (`sub`, `uv`, `ref`, `cnt`, `ts`).
///
/// # Panics
///
/// If one of these does not hold.
pub fn template(data: &[u8]) {
    let mut input = Chunks::of(data);
    let text = input.bytes();
    let fields = Signed::read(&mut input);
    let signed = fields.texts();

    let made = RedirectTemplate::parse(text);
    let Ok(text) = str::from_utf8(text) else {
        assert_eq!(
            made.err().map(|error| error.code()),
            Some(Code::InvalidTemplate)
        );
        return;
    };
    let template = match made {
        Ok(template) => template,
        Err(error) => return refused(text, &error),
    };
    assert!(bad_brace(text).is_none() && model::is_url(text), "{text:?}");
    assert_eq!(template.to_string(), text);
    let written = Template::of(text);
    assert_eq!(
        holds(template.placeholders()),
        PLACEHOLDERS.map(|name| text.contains(&format!("{{{name}}}")))
    );
    assert_eq!(template.placeholders().is_empty(), written.is_standard());
    let standard = model::first_held(text, &RETURN).filter(|_| written.is_standard());
    assert_eq!(standard, None, "{text:?}");
    assert_eq!(holds(template.missing()), written.sent().map(|sent| !sent));
    let extractable = template.check_extractable();
    assert_eq!(
        extractable.is_ok(),
        written.is_extractable(),
        "{text:?}: {extractable:?}"
    );

    let fields = fields.fields();
    let values_and_sig = [&signed[..], &[model::sign(model::SECRETS[0], &signed)]].concat();
    let bad = model::first_bad(&RETURN, &signed).or_else(|| written.climbing(&values_and_sig));
    let done = workflow().sign_return(&template, &fields);
    if let Some(name) = bad {
        let error = done.expect_err("a field that can't be sent");
        let wanted = (Code::InvalidField, vec![name.into()], None);
        assert_eq!(model::refusal(&error), wanted, "{text:?}");
        return;
    }
    let url = done.expect("good fields").to_string();
    assert_eq!(url, written.expand(&values_and_sig));
    let plain = written.expand(&["x"; 6].map(str::to_owned));
    assert_eq!(depth(&url), depth(&plain), "{url:?}");
    let expanded = template
        .expand(&fields, &values_and_sig[5])
        .expect("the same");
    assert_eq!(expanded.to_string(), url);
    if extractable.is_ok() && written.sent()[5] {
        read_back(&template, &written, &url, &signed);
    }
}

/// Reads a return back: unchanged, without the parts that a proxy strips, and as pairs.
fn read_back(template: &RedirectTemplate<'_>, written: &Template, url: &str, signed: &[String]) {
    let host = url.find("://").expect("a scheme") + 3;
    let path = url[host..].find(['/', '?', '#']);
    let path = path.map_or("", |at| &url[host + at..]);
    let path = path.split('#').next().unwrap_or_default();
    let sent = written.sent();
    let known: Vec<_> = signed
        .iter()
        .zip(sent)
        .map(|(value, sent)| (!sent).then(|| value.clone()))
        .collect();
    let timestamp = signed[4].parse().expect("a number");
    let wanted = [signed, &["0".into()]].concat();
    for arrived in [url, path].into_iter().filter(|text| !text.is_empty()) {
        let verified =
            workflow().verify_return(arrived, Some(template), timestamp, &expected(&known));
        let read = verified.map(|done| values(&done));
        let read = read.map_err(|error| error.to_string());
        assert_eq!(read, Ok(wanted.clone()), "{arrived:?}");
    }

    // Every value that can be known is expected.
    let known: Vec<_> = signed.iter().cloned().map(Some).collect();
    let query = query_of(url);
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    let verified = workflow().verify_return(
        pairs.as_slice(),
        Some(template),
        timestamp,
        &expected(&known),
    );
    let given = verified.map(|done| values(&done));
    let given = given.map_err(|error| model::refusal(&error));
    let bytes = pairs
        .iter()
        .map(|(name, value)| (name.as_bytes(), Some(value.as_bytes())));
    let arguments = Arguments {
        expect: known.clone(),
        now: timestamp,
        ..Arguments::any(&RETURN)
    };
    let wanted = model::verify_return(&Received::pairs(bytes), Some(written), &arguments);
    assert_eq!(given, wanted, "{pairs:?}");
}

/// Checks the reason why a template is refused.
fn refused(text: &str, error: &Error) {
    let (code, names, _) = model::refusal(error);
    assert_eq!(code, Code::InvalidTemplate);
    assert_eq!(error.position(), bad_brace(text), "{text:?}");
    if error.position().is_some() {
        return;
    }
    if !model::is_url(text) {
        assert_eq!(names, [""; 0], "{text:?}");
        return;
    }
    let held = model::first_held(text, &RETURN);
    assert!(Template::of(text).is_standard(), "{text:?}");
    assert_eq!(names, Vec::from_iter(held), "{text:?}");
    assert!(held.is_some(), "{text:?} is refused: {error}");
}

fn query_of(url: &str) -> &str {
    let query = url.split('#').next().and_then(|sent| sent.split_once('?'));
    query.map_or("", |(_, query)| query)
}

/// Returns the position of the first misplaced brace: one that is not a placeholder's, or is in the
/// scheme or host.
fn bad_brace(text: &str) -> Option<usize> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    let host_end = scheme.and_then(|scheme| {
        let host = &text[scheme.len()..];
        Some(scheme.len() + host.find(['/', '?', '#'])?)
    });
    let mut from = 0;
    while let Some(at) = text[from..].find(['{', '}']).map(|at| from + at) {
        let rest = &text[at..];
        let found = PLACEHOLDERS
            .into_iter()
            .find(|name| rest.starts_with(&format!("{{{name}}}")));
        match found {
            Some(name) if host_end.is_some_and(|end| at >= end) => from = at + name.len() + 2,
            _ => return Some(at),
        }
    }
    None
}

/// Returns the depth of the path in a browser, if it accepts the URL.
fn depth(url: &str) -> Option<usize> {
    let url = Url::parse(url).ok()?;
    url.path_segments().map(Iterator::count)
}

/// Returns `true` for each of the six fields that is in the set.
fn holds(fields: Fields) -> [bool; 6] {
    let is_held = |name| Field::from_name(name).is_some_and(|field| fields.contains(field));
    PLACEHOLDERS.map(is_held)
}
