//! The state at the start: the saved one or a new one, completed by the caller's options.

use visiono_workflow::{RedirectTemplate, WebhookEvent, WebhookSecret, WorkflowSecret};

use crate::downloads;
use crate::model::{Endpoint, FullName, HeaderStyle, Item, Link, Style};
use crate::receiver::Receivers;
use crate::rest::ApiKey;
use crate::schedule::Retries;
use crate::secret::{self, Keys, Secret};
use crate::state::{Change, State};
use crate::{Options, StartError, clock};

/// The link that always exists.
pub(crate) const SLUG: &str = "damage-report";
/// The owner of the secret of the endpoints that the caller names.
pub(crate) const WEBHOOK_KEY: &str = "webhook";

/// The ID of the API key in the lines for `.env`.
pub(crate) const API_KEY: &str = "key_env";

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
        instructions: String::new(),
        unique_code: secret::code(),
        full_name: FullName::Hidden,
        require_gps: false,
        notes: true,
        tags: Vec::new(),
        created: 0,
        former: Vec::new(),
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
        created: 0,
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
    let mut default = state.links.get(SLUG).cloned().unwrap_or_else(|| Link {
        created: now,
        ..link(SLUG, None)
    });
    if options.redirect.is_some() {
        default.redirect.clone_from(&options.redirect);
    }
    if state.links.get(SLUG) != Some(&default) {
        state.apply(now, Change::LinkSaved(default.clone()));
    }
    let links: Vec<_> = state.links.values().map(|link| link.id.clone()).collect();
    for id in links {
        key(state, &id, Secret::workflow);
    }
    key(state, downloads::KEY, Secret::webhook);
    if !state.keys.contains_key(API_KEY) {
        let (mut made, secret) = ApiKey::new("The key in .env", now);
        API_KEY.clone_into(&mut made.id);
        state.api_keys.push(made);
        state.keys.insert(API_KEY.to_owned(), Keys::new(secret));
    }
    let usable = |error: visiono_workflow::Error| StartError::new(error.to_string());
    if let Some(secret) = &options.workflow_secret {
        WorkflowSecret::new(secret.expose()).map_err(usable)?;
        key(state, &default.id, Secret::workflow).use_given(secret.clone());
    }
    let webhook = key(state, WEBHOOK_KEY, Secret::webhook);
    if let Some(secret) = &options.webhook_secret {
        WebhookSecret::new(secret.expose()).map_err(usable)?;
        webhook.use_given(secret.clone());
    }
    let webhook = webhook.clone();
    for url in &options.webhooks {
        if !state.endpoints.iter().any(|endpoint| endpoint.url == *url) {
            let created = now;
            let endpoint = Endpoint {
                created,
                ..endpoint(url)
            };
            state.apply(now, Change::EndpointSaved(endpoint));
        }
        let named = state.endpoints.iter().find(|endpoint| endpoint.url == *url);
        if let Some(id) = named.map(|endpoint| endpoint.id.clone()) {
            let keys = key(state, &id, || webhook.current.clone());
            if options.webhook_secret.is_some() {
                *keys = webhook.clone();
            }
        }
    }
    Ok(())
}

/// Returns the keys of an owner. Creates them if there are none.
fn key<'s>(state: &'s mut State, owner: &str, make: impl FnOnce() -> Secret) -> &'s mut Keys {
    let keys = state.keys.entry(owner.to_owned());
    keys.or_insert_with(|| Keys::new(make()))
}
