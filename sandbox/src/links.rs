//! A person opens a link: the core verifies it, as Visiono does.

use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use tokio::task::spawn_blocking;
use visiono_workflow::{Code, Error, ExpectLink, Workflow};

use crate::app::{Shared, Transaction};
use crate::asked::Asked;
use crate::diagnose::Question;
use crate::model::{Link, Origin, Outcome, Visit};
use crate::pages;
use crate::secret;
use crate::state::Change;
use crate::uploads::Typed;

/// The most bytes of a link.
const LONGEST: usize = 8 << 10;

/// The answer to a link.
enum Answer {
    Upload(Box<Asked>, Box<Visit>),
    /// The browser goes to its own visit of a link without a signature, or to a link's new slug.
    Elsewhere(String),
    /// The link was refused.
    Error {
        error: Error,
        visit: String,
        question: Option<Box<Question>>,
    },
    /// There is nothing to verify.
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
        Answer::Upload(asked, visit) => pages::upload(&app, &asked, &visit, "", &Typed::default()),
        Answer::Elsewhere(target) => Redirect::to(&target).into_response(),
        Answer::Notice {
            status,
            title,
            text,
        } => pages::notice(status, title, &text),
        Answer::Error {
            error,
            visit,
            question,
        } => {
            let diagnosis = match question {
                Some(question) => spawn_blocking(move || question.ask()).await.ok(),
                None => None,
            };
            pages::refused(&error, &visit, diagnosis.as_ref())
        }
    }
}

fn answer(state: &mut Transaction<'_>, slug: &str, target: &str) -> Answer {
    let Some(link) = state.links.get(slug).cloned() else {
        if let Some(target) = moved(state, slug, target) {
            return Answer::Elsewhere(target);
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
            let question = Question::link(state, &visit).map(Box::new);
            let id = visit.id.clone();
            state.apply(Change::Visited(visit));
            Answer::Error {
                error,
                visit: id,
                question,
            }
        }
    }
}

/// Returns the present address of a link that had this slug.
fn moved(state: &Transaction<'_>, slug: &str, target: &str) -> Option<String> {
    let had = |link: &&Link| link.former.iter().any(|former| former == slug);
    let link = state.links.values().find(had)?;
    let query = target.split_once('?').map(|(_, query)| format!("?{query}"));
    Some(format!("/s/{}{}", link.slug, query.unwrap_or_default()))
}

fn upload(state: &Transaction<'_>, visit: Visit) -> Answer {
    match Asked::of(state, &visit) {
        Some(asked) => Answer::Upload(Box::new(asked), Box::new(visit)),
        None => Answer::Notice {
            status: StatusCode::NOT_FOUND,
            title: "No such link",
            text: "This link was deleted.".to_owned(),
        },
    }
}

/// Opens a link without Workflow Mode. Its parameters are ignored: everybody who comes gets a visit
/// of their own, whose address the browser keeps.
fn enter_unsigned(state: &mut Transaction<'_>, link: &Link, target: &str) -> Answer {
    let is_open = |visit: &&Visit| {
        visit.target == target && visit.outcome == Outcome::Unsigned && visit.submission.is_none()
    };
    if let Some(visit) = state.visits.iter().find(is_open).cloned() {
        return upload(state, visit);
    }
    let mut visit = visit(state, &link.slug, target, Outcome::Unsigned);
    // A signed link is nobody else's.
    if visit.is_signed_in_vain() {
        state.apply(Change::Visited(visit.clone()));
        return upload(state, visit);
    }
    visit.target = format!("/s/{}?visit={}", link.slug, visit.id);
    let target = visit.target.clone();
    state.apply(Change::Visited(visit));
    Answer::Elsewhere(target)
}

/// Verifies a link with the present secret alone: Visiono forgets one that is regenerated.
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

/// Returns the visit of a link that was opened before and not used up, or a new one.
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

/// Returns the title of Visiono's page for a refusal, and its status.
pub(crate) fn page(code: Code) -> (&'static str, StatusCode) {
    let title = code.error_page().unwrap_or("Invalid Signature");
    let status = match code {
        Code::MissingParameter => StatusCode::BAD_REQUEST,
        Code::Expired | Code::NotYetValid => StatusCode::GONE,
        _ => StatusCode::FORBIDDEN,
    };
    (title, status)
}
