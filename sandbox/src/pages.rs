//! The pages: templates with data, and the assets that they load.

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use visiono_workflow::Error;
use visiono_workflow_explain::{Certainty, Check, Diagnosis, Outcome, VisibleText};

use crate::app::Shared;
use crate::downloads;
use crate::form::UploadForm;
use crate::guard::POLICY;
use crate::links;
use crate::markdown;
use crate::model::{FullName, Photo, Visit};
use crate::returns::{self, MissingFields};
use crate::uploads::Typed;

/// The console, which gets its data from the API.
#[derive(Template)]
#[template(path = "console.html")]
struct Console;

/// The documentation of the sandbox's own API.
#[derive(Template)]
#[template(path = "docs.html")]
struct Docs {
    content: String,
}

/// `GET /sandbox/docs`.
pub(crate) async fn docs() -> Response {
    let content = markdown::html(include_str!("../api.md"));
    html(StatusCode::OK, &Docs { content })
}

/// The documentation of the service's API, which gets its data from the `OpenAPI` document.
#[derive(Template)]
#[template(path = "browse.html")]
struct Browse;

/// `GET /sandbox/api`.
pub(crate) async fn browse() -> Response {
    html(StatusCode::OK, &Browse)
}

/// The page of an accepted link.
#[derive(Template)]
#[template(path = "upload.html")]
struct Upload<'a> {
    form: &'a UploadForm,
    visit: &'a Visit,
    /// The start of the URLs of its forms.
    action: &'a str,
    /// The reason why the photos were not submitted, or an empty text.
    problem: &'a str,
    /// The values that the person typed before.
    typed: &'a Typed,
    /// The items that the link asks for, and one for other photos.
    cards: Vec<Card<'a>>,
}

/// The part of the page for one item.
struct Card<'a> {
    id: &'a str,
    title: &'a str,
    instructions: &'a str,
    required: bool,
    pictures: Vec<Picture<'a>>,
}

/// An uploaded photo with its download URL.
struct Picture<'a> {
    photo: &'a Photo,
    url: String,
}

impl<'a> Card<'a> {
    fn all(form: &'a UploadForm, visit: &'a Visit, url: impl Fn(&Photo) -> String) -> Vec<Self> {
        let pictures = |belongs: &dyn Fn(&Photo) -> bool| {
            let photos = visit.photos.iter().filter(|photo| belongs(photo));
            photos
                .map(|photo| Picture {
                    photo,
                    url: url(photo),
                })
                .collect()
        };
        let items = form.items.iter().map(|item| Self {
            id: &item.id,
            title: &item.title,
            instructions: &item.instructions,
            required: item.required,
            pictures: pictures(&|photo| photo.item.as_ref() == Some(&item.id)),
        });
        // Also the photos of an item that was removed from the link.
        let is_item = |photo: &Photo| {
            photo
                .item
                .as_deref()
                .is_some_and(|id| form.item(id).is_some())
        };
        let other = Self {
            id: "",
            title: if form.items.is_empty() {
                "Photos"
            } else {
                "Other photos"
            },
            instructions: "",
            required: false,
            pictures: pictures(&|photo| !is_item(photo)),
        };
        items.chain([other]).collect()
    }
}

/// The page for a refused link: one of the three that Visiono documents.
#[derive(Template)]
#[template(path = "error.html")]
struct Refused<'a> {
    title: &'a str,
    code: &'a str,
    message: &'a str,
    visit: &'a str,
    diagnosis: Option<&'a Diagnosis>,
    /// The core's checks, each with its outcome in words.
    checks: Vec<(&'static str, &'a Check)>,
    /// The correct signed text, and the one that was signed.
    texts: Vec<(&'static str, Vec<(bool, &'a str)>)>,
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NotReached => "not reached",
    }
}

/// Splits a text into parts, each with a flag that is `true` for a marked part.
fn parts(text: &VisibleText) -> Vec<(bool, &str)> {
    let mut parts = Vec::new();
    let mut at = 0;
    for &(start, end) in &text.marks {
        parts.push((false, text.text.get(at..start).unwrap_or_default()));
        parts.push((true, text.text.get(start..end).unwrap_or_default()));
        at = end;
    }
    parts.push((false, text.text.get(at..).unwrap_or_default()));
    parts
}

/// A page that explains what the service would do.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    title: &'a str,
    text: &'a str,
}

/// The page on which a person types a request's code.
#[derive(Template)]
#[template(path = "code.html")]
struct Code<'a> {
    code: &'a str,
    problem: &'a str,
}

/// The page before the redirect, if there is something to explain, or if there is no redirect.
#[derive(Template)]
#[template(path = "return.html")]
struct Back<'a> {
    visit: &'a Visit,
    /// The redirect template, or an empty text.
    template: &'a str,
    lacking: Option<&'a MissingFields>,
    /// The URL that sends the browser back.
    go: &'a str,
}

fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(page) => (status, Html(page)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `GET /`.
pub(crate) async fn console() -> Response {
    html(StatusCode::OK, &Console)
}

pub(crate) fn upload(
    app: &Shared,
    form: &UploadForm,
    visit: &Visit,
    problem: &str,
    typed: &Typed,
) -> Response {
    let action = format!("{}/{}", form.path, visit.id);
    let url = |photo: &Photo| app.with(|state| downloads::path(state, state.now, &photo.id));
    let cards = Card::all(form, visit, url);
    let page = Upload {
        form,
        visit,
        action: &action,
        problem,
        typed,
        cards,
    };
    let mut response = html(StatusCode::OK, &page);
    // A browser applies the policy of a form to the redirect that answers it.
    if let Some(origin) = form.redirect.as_deref().and_then(returns::origin) {
        let policy = POLICY.replace(
            "form-action 'self'",
            &format!("form-action 'self' {origin}"),
        );
        if let Ok(policy) = HeaderValue::try_from(policy) {
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
        }
    }
    response
}

pub(crate) fn refused(error: &Error, visit: &str, diagnosis: Option<&Diagnosis>) -> Response {
    let (title, status) = links::page(error.code());
    let message = error.to_string();
    let code = error.code().as_str();
    let checks = diagnosis.iter().flat_map(|found| &found.checks);
    let checks = checks.map(|check| (word(check.outcome), check)).collect();
    let signed = diagnosis.and_then(|found| found.signed_text.as_ref());
    let right = signed.map(|signed| ("must be signed", parts(&signed.right)));
    let used = signed.and_then(|signed| signed.used.as_ref());
    let used = used.map(|used| ("was signed", parts(used)));
    let texts = right.into_iter().chain(used).collect();
    html(
        status,
        &Refused {
            title,
            code,
            message: &message,
            visit,
            diagnosis,
            checks,
            texts,
        },
    )
}

pub(crate) fn notice(status: StatusCode, title: &str, text: &str) -> Response {
    html(status, &Notice { title, text })
}

pub(crate) fn code(status: StatusCode, code: &str, problem: &str) -> Response {
    html(status, &Code { code, problem })
}

pub(crate) fn back(
    visit: &Visit,
    template: &str,
    lacking: Option<&MissingFields>,
    go: &str,
) -> Response {
    html(
        StatusCode::OK,
        &Back {
            visit,
            template,
            lacking,
            go,
        },
    )
}

/// The page that `npm run build` creates in `playground`, or empty.
const PLAYGROUND: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/playground.html"));

/// `GET /playground`: a page with its own policy, except for `frame-ancestors`, which browsers only
/// accept in a header.
pub(crate) async fn playground() -> Response {
    if PLAYGROUND.is_empty() {
        return notice(
            StatusCode::NOT_FOUND,
            "The playground is not in this program",
            "Run `npm ci --ignore-scripts` and `npm run build` in the folder `playground`, and build the program again.",
        );
    }
    let policy = (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'");
    ([policy], Html(PLAYGROUND)).into_response()
}

/// The assets of the pages: name, type and content.
macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(($name, kind($name), include_bytes!(concat!("../assets/", $name)))),*]
    };
}

const ASSETS: &[(&str, &str, &[u8])] = assets![
    "api.js",
    "browse.js",
    "console.js",
    "copy.js",
    "details.js",
    "diagnosis.js",
    "dom.js",
    "icon.svg",
    "settings.js",
    "style.css",
    "timeline.js",
    "upload.js",
];

const fn kind(name: &str) -> &'static str {
    match name.as_bytes() {
        [.., b'.', b'j', b's'] => "text/javascript; charset=utf-8",
        [.., b'.', b'c', b's', b's'] => "text/css; charset=utf-8",
        _ => "image/svg+xml",
    }
}

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(other, ..)| *other == name) {
        Some((_, kind, content)) => ([(header::CONTENT_TYPE, *kind)], *content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
