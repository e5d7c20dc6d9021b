//! Keys of the service's API, with their scopes.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::Shared;
use crate::refusal::Refusal;
use crate::secret::{self, Secret};
use crate::state::{Change, State as Sandbox};

/// The maximum number of keys.
const MOST: usize = 100;
/// The maximum length of a key's name, in characters.
const LONGEST: usize = 200;

/// A key. Its secret is stored with the other secrets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) name: String,
    mode: Mode,
    scopes: Vec<Scope>,
    pub(crate) active: bool,
    /// The prefix and the last characters of the secret, by which a person recognizes it.
    hint: String,
    created: u64,
    pub(crate) last_used: Option<u64>,
}

impl ApiKey {
    /// Returns a test key with all scopes, and its secret.
    pub(crate) fn new(name: &str, now: u64) -> (Self, Secret) {
        let mode = Mode::Test;
        let secret = Secret::api_key(mode.prefix());
        let key = Self {
            id: secret::id("key_"),
            name: name.to_owned(),
            mode,
            scopes: Scope::ALL.to_vec(),
            active: true,
            hint: hint(mode, &secret),
            created: now,
            last_used: None,
        };
        (key, secret)
    }

    pub(crate) fn has(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// The prefix of a key. The sandbox treats both the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Test,
    Live,
}

impl Mode {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Test => "vsk_test_",
            Self::Live => "vsk_live_",
        }
    }
}

/// A permission of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Scope {
    #[serde(rename = "photo_requests:read")]
    ReadRequests,
    #[serde(rename = "photo_requests:write")]
    WriteRequests,
    #[serde(rename = "submissions:read")]
    ReadSubmissions,
    #[serde(rename = "download_urls:read")]
    ReadDownloadUrls,
    #[serde(rename = "smart_links:read")]
    ReadLinks,
    #[serde(rename = "smart_links:write")]
    WriteLinks,
    #[serde(rename = "webhooks:read")]
    ReadWebhooks,
    #[serde(rename = "webhooks:write")]
    WriteWebhooks,
}

impl Scope {
    pub(crate) const ALL: [Self; 8] = [
        Self::ReadRequests,
        Self::WriteRequests,
        Self::ReadSubmissions,
        Self::ReadDownloadUrls,
        Self::ReadLinks,
        Self::WriteLinks,
        Self::ReadWebhooks,
        Self::WriteWebhooks,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ReadRequests => "photo_requests:read",
            Self::WriteRequests => "photo_requests:write",
            Self::ReadSubmissions => "submissions:read",
            Self::ReadDownloadUrls => "download_urls:read",
            Self::ReadLinks => "smart_links:read",
            Self::WriteLinks => "smart_links:write",
            Self::ReadWebhooks => "webhooks:read",
            Self::WriteWebhooks => "webhooks:write",
        }
    }
}

/// Returns the active key with this text.
pub(crate) fn find<'s>(state: &'s Sandbox, text: &str) -> Option<&'s ApiKey> {
    state.api_keys.iter().find(|key| {
        let keys = state.keys.get(&key.id);
        key.active && keys.is_some_and(|keys| keys.current.is(text))
    })
}

fn hint(mode: Mode, secret: &Secret) -> String {
    let text = secret.expose();
    format!("{}…{}", mode.prefix(), &text[text.len() - 4..])
}

/// A key to create, or the members of a key to change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyChange {
    name: Option<String>,
    mode: Option<Mode>,
    scopes: Option<Vec<Scope>>,
    active: Option<bool>,
}

impl KeyChange {
    fn apply(self, key: ApiKey) -> Result<ApiKey, Refusal> {
        let name = self.name.unwrap_or(key.name);
        if name.is_empty() || name.chars().count() > LONGEST {
            return Err(Refusal::invalid(format!(
                "a name has 1 to {LONGEST} characters"
            )));
        }
        let mut scopes = self.scopes.unwrap_or(key.scopes);
        scopes.sort_by_key(|scope| *scope as u8);
        scopes.dedup();
        Ok(ApiKey {
            name,
            scopes,
            active: self.active.unwrap_or(key.active),
            ..key
        })
    }
}

/// `POST /sandbox/keys`: only this answer shows the key.
pub(crate) async fn add(
    State(app): State<Shared>,
    Json(change): Json<KeyChange>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    app.with(|state| {
        if state.api_keys.len() >= MOST {
            return Err(Refusal::too_much("there are too many keys"));
        }
        let (mut key, mut secret) = ApiKey::new("API key", state.now);
        if let Some(mode) = change.mode {
            secret = Secret::api_key(mode.prefix());
            key.mode = mode;
            key.hint = hint(mode, &secret);
        }
        let key = change.apply(key)?;
        let mut shown = json!(key);
        shown["key"] = secret.expose().into();
        state.apply(Change::KeySaved(key.clone()));
        state.apply(Change::SecretSet {
            owner: key.id,
            secret,
        });
        Ok((StatusCode::CREATED, Json(shown)))
    })
}

fn get(state: &Sandbox, id: &str) -> Result<ApiKey, Refusal> {
    let key = state.api_keys.iter().find(|key| key.id == id);
    key.cloned().ok_or_else(|| Refusal::not_found("key"))
}

/// `PATCH /sandbox/keys/{id}`.
pub(crate) async fn change(
    State(app): State<Shared>,
    Path(id): Path<String>,
    Json(change): Json<KeyChange>,
) -> Result<Json<Value>, Refusal> {
    app.with(|state| {
        if change.mode.is_some() {
            return Err(Refusal::invalid("the mode of a key can't be changed"));
        }
        let key = change.apply(get(state, &id)?)?;
        let shown = json!(key);
        state.apply(Change::KeySaved(key));
        Ok(Json(shown))
    })
}

/// `DELETE /sandbox/keys/{id}`.
pub(crate) async fn delete(
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    app.with(|state| {
        get(state, &id)?;
        state.apply(Change::KeyRemoved { id });
        Ok(Json(json!({})))
    })
}

/// `POST /sandbox/keys/{id}/secret`: only this answer shows the new key. The old one stops working
/// at once.
pub(crate) async fn regenerate(
    State(app): State<Shared>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    app.with(|state| {
        let key = get(state, &id)?;
        let secret = Secret::api_key(key.mode.prefix());
        let shown = json!({ "secret": secret.expose() });
        let hint = hint(key.mode, &secret);
        state.apply(Change::KeySaved(ApiKey { hint, ..key }));
        state.apply(Change::SecretSet { owner: id, secret });
        Ok(Json(shown))
    })
}
