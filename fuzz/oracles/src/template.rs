//! Redirect templates.

use url::Url;
use visiono_workflow::{Code, Field, Fields, RedirectTemplate, ReturnFields};

use crate::input::Pieces;
use crate::model::{self, PLACEHOLDERS, RETURN};
use crate::verify_return::{expected, values};
use crate::workflow;

/// Reads a template, expands it, and reads the return back.
///
/// The placeholders, or the place of the brace that is none, are those that the model finds; what
/// is written is what the model writes; no value makes a browser climb; and reading back gives
/// the values, given those that the template doesn't carry.
///
/// The pieces: the template, and the fields (`sub`, `uv`, `ref`, `cnt`, `ts`).
///
/// # Panics
///
/// If one of this doesn't hold.
pub fn template(data: &[u8]) {
    let mut input = Pieces::of(data);
    let text = input.text();
    let [submission_id, unique_value, reference] = [(); 3].map(|()| input.text());
    let [photo_count, timestamp] = [input.number(0), input.number(0)];
    let signed: Vec<_> = [&submission_id, &unique_value, &reference]
        .into_iter()
        .map(ToString::to_string)
        .chain([photo_count.to_string(), timestamp.to_string()])
        .collect();

    let template = match RedirectTemplate::parse(&text) {
        Ok(template) => template,
        Err(error) => {
            assert_eq!(error.code(), Code::InvalidTemplate);
            assert_eq!(error.position(), bad_brace(&text), "{text:?}");
            return;
        }
    };
    assert_eq!(bad_brace(&text), None, "{text:?}");
    assert_eq!(template.to_string(), text);
    let held = |text: &str| {
        places(
            PLACEHOLDERS
                .iter()
                .map(|name| text.contains(&format!("{{{name}}}"))),
        )
    };
    assert_eq!(positions(template.placeholders()), held(&text));
    let before_fragment = text.split('#').next().unwrap_or_default();
    let standard = template.placeholders().is_empty();
    let sent = if standard {
        [true; 6]
    } else {
        held(before_fragment)
    };
    assert_eq!(positions(template.missing()), sent.map(|sent| !sent));

    let fields = ReturnFields {
        submission_id: &submission_id,
        unique_value: &unique_value,
        reference: &reference,
        photo_count,
        timestamp,
    };
    let workflow = workflow();
    let done = match workflow.sign_return(&template, &fields) {
        Ok(done) => done,
        Err(error) => return refused(&text, standard, &signed, &model::refusal(&error)),
    };
    assert_eq!(model::first_bad(&RETURN, &signed), None);
    let values_and_sig = [&signed[..], &[model::sign(model::SECRETS[0], &signed)]].concat();
    let url = done.to_string();
    assert_eq!(url, expand(&text, &values_and_sig));
    assert_eq!(
        depth(&url),
        depth(&expand(&text, &["x"; 6].map(str::to_owned))),
        "{url:?}"
    );
    let expanded = template
        .expand(&fields, &values_and_sig[5])
        .expect("the same");
    assert_eq!(expanded.to_string(), url);

    if template.check_extractable().is_err() || !sent[5] {
        return;
    }
    // Without what a browser doesn't send, and what a proxy takes off.
    let path = &url[url.find("://").expect("a scheme") + 3..];
    let path = path.find(['/', '?', '#']).map_or("", |at| &path[at..]);
    let path = path.split('#').next().unwrap_or_default();
    let known: Vec<_> = signed
        .iter()
        .zip(sent)
        .map(|(value, sent)| (!sent).then(|| value.clone()))
        .collect();
    for arrived in [&*url, path].iter().filter(|text| !text.is_empty()) {
        let verified =
            workflow.verify_return(*arrived, Some(&template), &expected(&known), timestamp);
        let read = verified
            .map(|done| values(&done))
            .map_err(|error| error.code());
        if has_a_name_twice(&text) {
            assert_eq!(read, Err(Code::DuplicateParameter), "{arrived:?}");
        } else {
            let wanted = [&signed[..], &["0".into()]].concat();
            assert_eq!(read, Ok(wanted), "{arrived:?}");
        }
    }
}

/// Why a good template is not expanded.
fn refused(text: &str, standard: bool, signed: &[String], refusal: &model::Refusal) {
    let query = text.split('#').next().and_then(|sent| sent.split_once('?'));
    let parameters = model::parameters(query.map_or("", |(_, query)| query));
    let holds = |name: &&str| parameters.iter().any(|parameter| parameter.name == **name);
    if standard && RETURN.iter().any(holds) {
        assert_eq!(refusal.0, Code::InvalidTemplate);
        return;
    }
    assert_eq!(refusal.0, Code::InvalidField);
    match model::first_bad(&RETURN, signed) {
        Some(name) => assert_eq!(refusal.1, [name]),
        // What is left is a value that browsers climb with.
        None => {
            let values = [signed, &["x".into()]].concat();
            let plain = ["x"; 6].map(str::to_owned);
            assert_ne!(
                segments(&expand(text, &values)),
                segments(&expand(text, &plain))
            );
        }
    }
}

/// The first brace that is no placeholder's, or that stands in the scheme or host.
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

/// The URL that a template and six values make.
fn expand(text: &str, values: &[String]) -> String {
    let mut pieces = text.split('{');
    let mut url = String::from(pieces.next().unwrap_or_default());
    let mut standard = true;
    for piece in pieces {
        let (name, literal) = piece.split_once('}').expect("a placeholder");
        let place = PLACEHOLDERS.iter().position(|other| *other == name);
        url += &model::encode(&values[place.expect("a placeholder's name")]);
        url += literal;
        standard = false;
    }
    if standard {
        return model::append(text, &RETURN, values);
    }
    url
}

/// How deep the path is to a browser, if it takes the URL.
fn depth(url: &str) -> Option<usize> {
    let url = Url::parse(url).ok()?;
    url.path_segments().map(Iterator::count)
}

/// The path's segments, and which of them a browser climbs with.
fn segments(url: &str) -> Vec<bool> {
    let sent = url.split(['?', '#']).next().unwrap_or_default();
    let dots = |segment: &str| {
        let segment = segment.replace("%2e", ".").replace("%2E", ".");
        segment == "." || segment == ".."
    };
    sent.split('/').map(dots).collect()
}

/// Whether a parameter that has a placeholder has the name of another, which can't be read back.
fn has_a_name_twice(text: &str) -> bool {
    let query = text.split('#').next().and_then(|sent| sent.split_once('?'));
    let pieces = query.map_or("", |(_, query)| query).split('&');
    let pieces: Vec<_> = pieces.filter(|piece| !matches!(*piece, "" | "=")).collect();
    let name = |piece: &&str| {
        model::parameters(piece)
            .pop()
            .map(|parameter| parameter.name)
    };
    pieces.iter().any(|piece| {
        let same = pieces.iter().filter(|other| name(other) == name(piece));
        piece.contains('{') && same.count() > 1
    })
}

/// Which of the six fields are among these.
fn positions(fields: Fields) -> [bool; 6] {
    places(
        PLACEHOLDERS
            .iter()
            .map(|name| Field::from_name(name).is_some_and(|field| fields.contains(field))),
    )
}

fn places(held: impl Iterator<Item = bool>) -> [bool; 6] {
    let held: Vec<_> = held.collect();
    held.try_into().expect("six fields")
}
