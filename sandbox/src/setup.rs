//! The state at the start: the saved one, or a new one, with what the caller asks for.

use visiono_workflow::{RedirectTemplate, WebhookEvent, WebhookSecret, WorkflowSecret};

use crate::downloads;
use crate::model::{Endpoint, HeaderStyle, Item, Link, Style};
use crate::receiver::Receivers;
use crate::schedule::Retries;
use crate::secret::{self, Keys, Secret};
use crate::state::{Change, State};
use crate::{Options, StartError, clock};

/// The link that is always there.
pub(crate) const SLUG: &str = "damage-report";
/// The owner of the secret of the endpoints that the caller names.
pub(crate) const WEBHOOK_KEY: &str = "webhook";

/// Returns a link with the items of a damage report.
pub(crate) fn link(slug: &str, redirect: Option<&str>) -> Link {
    let item = |id: &str, title: &str, required| Item {
        id: id.to_owned(),
        title: title.to_owned(),
        instructions: String::new(),
        required,
    };
    Link {
        id: secret::id("sl_"),
        slug: slug.to_owned(),
        name: "Damage report".to_owned(),
        workflow_mode: true,
        redirect: redirect.map(str::to_owned),
        unique_field_label: "License plate".to_owned(),
        items: vec![
            item("front", "Front view", true),
            item("damage", "Damage", false),
        ],
        active: true,
    }
}

/// Returns an endpoint for all events, in the guide's style.
pub(crate) fn endpoint(url: &str) -> Endpoint {
    Endpoint {
        id: secret::id("wh_"),
        name: url.to_owned(),
        url: url.to_owned(),
        events: WebhookEvent::ALL
            .map(|event| event.as_str().to_owned())
            .to_vec(),
        active: true,
        payload: Style::Guide,
        headers: HeaderStyle::Guide,
        timestamp: false,
        retries: Retries::Guide,
    }
}

/// Completes a state by the caller's options.
pub(crate) fn complete(
    state: &mut State,
    options: &Options,
    receivers: &Receivers,
) -> Result<(), StartError> {
    let now = clock::now(state.ahead);
    for url in &options.webhooks {
        receivers
            .check(url)
            .map_err(|how| StartError::new(format!("--webhook {url}: {how}")))?;
    }
    if let Some(template) = &options.redirect {
        RedirectTemplate::parse(template)
            .map_err(|error| StartError::new(format!("--redirect: {error}")))?;
    }
    let mut default = state
        .links
        .get(SLUG)
        .cloned()
        .unwrap_or_else(|| link(SLUG, None));
    if options.redirect.is_some() {
        default.redirect.clone_from(&options.redirect);
    }
    if state.links.get(SLUG) != Some(&default) {
        state.apply(now, Change::LinkSaved(default.clone()));
    }
    if let Some(secret) = &options.workflow_secret {
        WorkflowSecret::new(secret.expose()).map_err(|error| StartError::new(error.to_string()))?;
        give(state, &default.id, secret);
    }
    if let Some(secret) = &options.webhook_secret {
        WebhookSecret::new(secret.expose()).map_err(|error| StartError::new(error.to_string()))?;
        give(state, WEBHOOK_KEY, secret);
    }
    let links: Vec<_> = state.links.values().map(|link| link.id.clone()).collect();
    for id in links {
        state
            .keys
            .entry(id)
            .or_insert_with(|| Keys::new(Secret::workflow()));
    }
    for owner in [WEBHOOK_KEY, downloads::KEY] {
        state
            .keys
            .entry(owner.to_owned())
            .or_insert_with(|| Keys::new(Secret::webhook()));
    }
    for url in &options.webhooks {
        if !state.endpoints.iter().any(|endpoint| endpoint.url == *url) {
            state.apply(now, Change::EndpointSaved(endpoint(url)));
        }
        let named = state.endpoints.iter().find(|endpoint| endpoint.url == *url);
        if let (Some(named), Some(keys)) = (named, state.keys.get(WEBHOOK_KEY).cloned()) {
            state.keys.entry(named.id.clone()).or_insert(keys);
        }
    }
    // Those whose secret was passed last time, and is not now.
    let endpoints: Vec<_> = state
        .endpoints
        .iter()
        .map(|endpoint| endpoint.id.clone())
        .collect();
    for id in endpoints {
        state
            .keys
            .entry(id)
            .or_insert_with(|| Keys::new(Secret::webhook()));
    }
    Ok(())
}

/// Uses a secret that the caller passed. One that is the stored one is nobody else's.
fn give(state: &mut State, owner: &str, secret: &Secret) {
    let is_own = |keys: &Keys| keys.current.expose() == secret.expose();
    if !state.keys.get(owner).is_some_and(is_own) {
        let keys = Keys {
            is_given: true,
            ..Keys::new(secret.clone())
        };
        state.keys.insert(owner.to_owned(), keys);
    }
}
