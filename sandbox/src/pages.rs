//! The pages: templates filled with data, and the files that they load.

use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use visiono_workflow::Error;
use visiono_workflow_explain::Diagnosis;

use crate::guard::POLICY;
use crate::links;
use crate::model::{Link, Visit};
use crate::returns::{self, Lacking};

/// The console. It gets its data from the API.
#[derive(Template)]
#[template(path = "console.html")]
struct Console;

/// The page of an accepted link.
#[derive(Template)]
#[template(path = "upload.html")]
struct Upload<'a> {
    link: &'a Link,
    visit: &'a Visit,
    /// The start of the URLs of its forms.
    action: &'a str,
    /// Why the photos were not submitted, or empty.
    problem: &'a str,
}

/// A page for a refused link: one of the three that Visiono documents.
#[derive(Template)]
#[template(path = "error.html")]
struct Refused<'a> {
    title: &'a str,
    code: &'a str,
    message: &'a str,
    visit: &'a str,
    diagnosis: Option<&'a Diagnosis>,
}

/// A page that says what the service would do.
#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    title: &'a str,
    text: &'a str,
}

/// The page before the redirect, if there is something to say, or if there is none.
#[derive(Template)]
#[template(path = "return.html")]
struct Back<'a> {
    visit: &'a Visit,
    /// The redirect template, or empty.
    template: &'a str,
    lacking: Option<&'a Lacking>,
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

pub(crate) fn upload(link: &Link, visit: &Visit, problem: &str) -> Response {
    let action = format!("/s/{}/{}", link.slug, visit.id);
    let page = Upload {
        link,
        visit,
        action: &action,
        problem,
    };
    let mut response = html(StatusCode::OK, &page);
    // A browser applies the policy of a form to the redirect that answers it.
    if let Some(origin) = link.redirect.as_deref().and_then(returns::origin) {
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
    html(
        status,
        &Refused {
            title,
            code,
            message: &message,
            visit,
            diagnosis,
        },
    )
}

pub(crate) fn notice(status: StatusCode, title: &str, text: &str) -> Response {
    html(status, &Notice { title, text })
}

pub(crate) fn back(visit: &Visit, template: &str, lacking: Option<&Lacking>, go: &str) -> Response {
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

/// The files that the pages load: name, type and content.
const ASSETS: [(&str, &str, &[u8]); 1] = [(
    "style.css",
    "text/css; charset=utf-8",
    include_bytes!("../assets/style.css"),
)];

/// `GET /assets/{name}`.
pub(crate) async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(other, ..)| *other == name) {
        Some((_, kind, content)) => ([(header::CONTENT_TYPE, *kind)], *content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
