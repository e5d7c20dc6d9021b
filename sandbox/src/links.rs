//! Opens links. The core verifies them, as in Visiono.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use tokio::task::spawn_blocking;
use visiono_workflow::{Code, Error, ExpectLink, Workflow};

use crate::app::{Shared, Transaction};
use crate::diagnose::DiagnosisRequest;
use crate::form::UploadForm;
use crate::model::{Link, Origin, Outcome, Visit};
use crate::pages;
use crate::secret;
use crate::state::Change;
use crate::uploads::Typed;

/// The maximum length of a link, in bytes.
const LONGEST: usize = 8 << 10;

/// The answer to a link.
enum Answer {
    Upload(Box<UploadForm>, Box<Visit>),
    /// A redirect to the visit of an unsigned link, or to the new slug of a link.
    Redirect(String),
    /// The link was refused.
    Error {
        error: Error,
        visit: String,
        diagnosis_request: Option<Box<DiagnosisRequest>>,
    },
    /// A page that explains why there is nothing to verify.
    Notice {
        status: StatusCode,
        title: &'static str,
        text: String,
    },
}

/// `GET /s/{slug}`.
pub(crate) async fn open(
    State(app): State<Shared>,
    Path(slug): Path<String>,
    uri: Uri,
) -> Response {
    let target = uri.path_and_query().map_or("", |target| target.as_str());
    if target.len() > LONGEST {
        return pages::notice(
            StatusCode::URI_TOO_LONG,
            "Link too long",
            "A link has at most 8 KiB.",
        );
    }
    match app.with(|state| answer(state, &slug, target)) {
        Answer::Upload(form, visit) => pages::upload(&app, &form, &visit, "", &Typed::default()),
        Answer::Redirect(target) => Redirect::to(&target).into_response(),
        Answer::Notice {
            status,
            title,
            text,
        } => pages::notice(status, title, &text),
        Answer::Error {
            error,
            visit,
            diagnosis_request,
        } => {
            let diagnosis = match diagnosis_request {
                Some(diagnosis_request) => spawn_blocking(move || diagnosis_request.explain())
                    .await
                    .ok(),
                None => None,
            };
            pages::refused(&error, &visit, diagnosis.as_ref())
        }
    }
}

fn answer(state: &mut Transaction<'_>, slug: &str, target: &str) -> Answer {
    let Some(link) = state.links.get(slug).cloned() else {
        if let Some(target) = moved(state, slug, target) {
            return Answer::Redirect(target);
        }
        return Answer::Notice {
            status: StatusCode::NOT_FOUND,
            title: "No such link",
            text: format!(
                "There is no Smart Link with the slug {slug}. Visiono shows a page that says so. \
                 The sandbox has: {}.",
                state.links.keys().cloned().collect::<Vec<_>>().join(", "),
            ),
        };
    };
    if !link.active {
        return Answer::Notice {
            status: StatusCode::GONE,
            title: "Link not active",
            text: "This Smart Link is archived. Visiono accepts no photos through it.".to_owned(),
        };
    }
    if !link.workflow_mode {
        return enter_unsigned(state, &link, target);
    }
    match verify(state, &link, target) {
        Ok(origin) => {
            let visit = enter(state, &link, target, origin);
            upload(state, visit)
        }
        Err(error) => {
            let outcome = Outcome::Refused {
                code: error.code().as_str().to_owned(),
                message: error.to_string(),
            };
            let visit = visit(state, slug, target, outcome);
            let diagnosis_request = DiagnosisRequest::link(state, &visit).map(Box::new);
            let id = visit.id.clone();
            state.apply(Change::Visited(visit));
            Answer::Error {
                error,
                visit: id,
                diagnosis_request,
            }
        }
    }
}

/// Returns the current address of a link that had this slug.
fn moved(state: &Transaction<'_>, slug: &str, target: &str) -> Option<String> {
    let had = |link: &&Link| link.former.iter().any(|former| former == slug);
    let link = state.links.values().find(had)?;
    let query = target.split_once('?').map(|(_, query)| format!("?{query}"));
    Some(format!("/s/{}{}", link.slug, query.unwrap_or_default()))
}

fn upload(state: &Transaction<'_>, visit: Visit) -> Answer {
    match UploadForm::of(state, &visit) {
        Some(form) => Answer::Upload(Box::new(form), Box::new(visit)),
        None => Answer::Notice {
            status: StatusCode::NOT_FOUND,
            title: "No such link",
            text: "This link was deleted.".to_owned(),
        },
    }
}

/// Opens a link without Workflow Mode. Its parameters are ignored. Each person gets a new visit,
/// whose address the browser keeps.
fn enter_unsigned(state: &mut Transaction<'_>, link: &Link, target: &str) -> Answer {
    let is_open = |visit: &&Visit| {
        visit.target == target && visit.outcome == Outcome::Unsigned && visit.submission.is_none()
    };
    if let Some(visit) = state.visits.iter().find(is_open).cloned() {
        return upload(state, visit);
    }
    let mut visit = visit(state, &link.slug, target, Outcome::Unsigned);
    // A signed link belongs to one person, so its URL needs no ID of the visit.
    if visit.has_ignored_signature() {
        state.apply(Change::Visited(visit.clone()));
        return upload(state, visit);
    }
    visit.target = format!("/s/{}?visit={}", link.slug, visit.id);
    let target = visit.target.clone();
    state.apply(Change::Visited(visit));
    Answer::Redirect(target)
}

/// Verifies a link with the current secret only: Visiono discards a regenerated one.
pub(crate) fn verify(state: &Transaction<'_>, link: &Link, target: &str) -> Result<Origin, Error> {
    let keys = state.keys.get(&link.id);
    let secret = keys.map(|keys| keys.current.expose());
    let workflow = Workflow::from_texts([secret])?;
    let verified = workflow.verify_link(target, state.now, &ExpectLink::new())?;
    Ok(Origin {
        unique_value: verified.unique_value().to_string(),
        source: verified.source().to_string(),
        reference: verified.reference().to_string(),
    })
}

/// Returns the visit of a link that was opened before and is not completed, or a new one.
pub(crate) fn enter(
    state: &mut Transaction<'_>,
    link: &Link,
    target: &str,
    origin: Origin,
) -> Visit {
    let is_open = |visit: &&Visit| {
        visit.target == target && visit.origin().is_some() && visit.submission.is_none()
    };
    if let Some(visit) = state.visits.iter().rev().find(is_open).cloned() {
        state.apply(Change::Revisited {
            visit: visit.id.clone(),
        });
        return visit;
    }
    let visit = visit(state, &link.slug, target, Outcome::Accepted(origin));
    state.apply(Change::Visited(visit.clone()));
    visit
}

fn visit(state: &Transaction<'_>, slug: &str, target: &str, outcome: Outcome) -> Visit {
    Visit {
        id: secret::id("v_"),
        at: state.now,
        slug: slug.to_owned(),
        request: None,
        ticket: None,
        target: target.to_owned(),
        outcome,
        photos: Vec::new(),
        submission: None,
    }
}

/// Returns the title and the status of Visiono's page for a refusal.
pub(crate) fn page(code: Code) -> (&'static str, StatusCode) {
    let title = code.error_page().unwrap_or("Invalid Signature");
    let status = match code {
        Code::MissingParameter => StatusCode::BAD_REQUEST,
        Code::Expired | Code::NotYetValid => StatusCode::GONE,
        _ => StatusCode::FORBIDDEN,
    };
    (title, status)
}
