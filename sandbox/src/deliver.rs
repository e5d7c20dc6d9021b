//! Makes the deliveries of an event: one for each endpoint, signed by the core, with its faults.

use visiono_workflow::{Error, Webhook};

use crate::fault::{Fault, FaultKind};
use crate::model::{Delivery, Endpoint, HeaderStyle, Status};
use crate::payload::{self, Facts};
use crate::secret::{self, Keys, Secret};
use crate::state::{Change, State};

/// The number of spaces after a huge body. The core, and so every receiver, refuses the sum.
const HUGE: usize = visiono_workflow::MAX_WEBHOOK_BODY + 1;
/// The time after which a held delivery is sent without a next one, in seconds.
const LONGEST_HOLD: u64 = 60;

/// Returns the changes that queue an event: for every active endpoint that subscribes to it, or for
/// the endpoint with this ID.
///
/// # Errors
///
/// Returns the core's error for an unusable secret.
pub(crate) fn queue(
    state: &State,
    now: u64,
    facts: &Facts<'_>,
    visit: Option<&str>,
    only: Option<&str>,
) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    let wants = |endpoint: &&Endpoint| match only {
        Some(id) => endpoint.id == id,
        None => {
            endpoint.active
                && endpoint
                    .events
                    .iter()
                    .any(|name| name == facts.event.as_str())
        }
    };
    for endpoint in state.endpoints.iter().filter(wants) {
        let Some(keys) = state.keys.get(&endpoint.id) else {
            continue;
        };
        let faults = faults_for(state, endpoint);
        let kinds: Vec<_> = faults.iter().map(|fault| fault.kind).collect();
        let delivery = make(now, facts, visit, endpoint, keys, &kinds)?;
        let twice = kinds
            .contains(&FaultKind::Duplicate)
            .then(|| duplicate(&delivery));
        let used = faults.iter().map(|fault| fault.id.clone()).collect();
        changes.push(Change::Queued {
            delivery: Box::new(delivery),
            used,
        });
        changes.extend(twice.map(|delivery| Change::Queued {
            delivery: Box::new(delivery),
            used: Vec::new(),
        }));
    }
    Ok(changes)
}

/// Returns the faults that affect the next delivery for an endpoint, one of each kind.
fn faults_for<'s>(state: &'s State, endpoint: &Endpoint) -> Vec<&'s Fault> {
    let mut faults: Vec<&Fault> = Vec::new();
    for fault in state
        .faults
        .iter()
        .filter(|fault| fault.affects(&endpoint.id))
    {
        let is_kind = |other: &&Fault| {
            std::mem::discriminant(&other.kind) == std::mem::discriminant(&fault.kind)
        };
        if !faults.iter().any(is_kind) {
            faults.push(fault);
        }
    }
    faults
}

fn make(
    now: u64,
    facts: &Facts<'_>,
    visit: Option<&str>,
    endpoint: &Endpoint,
    keys: &Keys,
    faults: &[FaultKind],
) -> Result<Delivery, Error> {
    let mut time = now;
    let mut first = now;
    let mut status = Status::Pending;
    let mut padding = 0;
    let mut key = keys.current.clone();
    let mut style = endpoint.headers;
    for fault in faults {
        match *fault {
            FaultKind::StaleTimestamp { seconds } => time = time.saturating_sub(seconds),
            FaultKind::Delay { seconds } => first = first.saturating_add(seconds),
            FaultKind::Reorder => status = Status::Held,
            FaultKind::HugeBody => padding = HUGE,
            // An endpoint whose secret was never regenerated has no old secret.
            FaultKind::OldSecret => {
                key = keys.previous.clone().unwrap_or_else(Secret::webhook);
            }
            FaultKind::WrongSecret => key = Secret::webhook(),
            FaultKind::WrongHeaderStyle => style = other(style),
            FaultKind::Duplicate
            | FaultKind::Lose
            | FaultKind::TamperBody
            | FaultKind::TamperHeader
            | FaultKind::SlowSending { .. }
            | FaultKind::ReturnForged
            | FaultKind::ReturnExpired
            | FaultKind::ReturnDoubled
            | FaultKind::ReturnOtherTicket => {}
        }
    }
    if faults.contains(&FaultKind::Lose) {
        status = Status::Lost;
    }
    if status == Status::Held {
        first = first.saturating_add(LONGEST_HOLD);
    }
    let is_undated = facts.event == visiono_workflow::WebhookEvent::SubmissionCreated
        && !endpoint.timestamp
        // A stale time has no effect on an event without a timestamp.
        && time == now;
    let mut body = payload::body(facts, endpoint.payload, time, !is_undated);
    let webhook = Webhook::from_texts([Some(key.expose())])?;
    let signature = webhook.signature_header(&bytes(&body, padding));
    let mut signature = signature.as_str().to_owned();
    if faults.contains(&FaultKind::TamperBody) {
        change_digit(&mut body);
    }
    if faults.contains(&FaultKind::TamperHeader) {
        change_digit(&mut signature);
    }
    let id = secret::id("d_");
    Ok(Delivery {
        headers: headers(style, &signature, facts.event.as_str(), &id, time),
        id,
        endpoint: endpoint.id.clone(),
        url: endpoint.url.clone(),
        event: facts.event.as_str().to_owned(),
        ticket: facts.about.ticket().map(str::to_owned),
        visit: visit.map(str::to_owned),
        created: now,
        first,
        order: 0,
        retries: endpoint.retries,
        body,
        padding,
        faults: faults.to_vec(),
        duplicate_of: None,
        resend_of: None,
        status,
        attempts: Vec::new(),
        updated: 0,
    })
}

/// Returns the bytes that are signed and sent.
pub(crate) fn bytes(body: &str, padding: usize) -> Vec<u8> {
    let mut bytes = body.as_bytes().to_vec();
    bytes.resize(bytes.len() + padding, b' ');
    bytes
}

/// Returns the same delivery with another ID. The ID is not signed.
fn duplicate(delivery: &Delivery) -> Delivery {
    Delivery {
        duplicate_of: Some(delivery.id.clone()),
        ..again(delivery)
    }
}

/// Returns the delivery with a new round of attempts, starting now.
pub(crate) fn resend(delivery: &Delivery, now: u64) -> Delivery {
    Delivery {
        resend_of: Some(delivery.id.clone()),
        duplicate_of: None,
        created: now,
        first: now,
        status: Status::Pending,
        attempts: Vec::new(),
        ..again(delivery)
    }
}

fn again(delivery: &Delivery) -> Delivery {
    let id = secret::id("d_");
    let mut again = delivery.clone();
    for (name, value) in &mut again.headers {
        if matches!(name.as_str(), "X-Visiono-Delivery" | "X-Webhook-ID") {
            value.clone_from(&id);
        }
    }
    again.id = id;
    again
}

fn headers(
    style: HeaderStyle,
    signature: &str,
    event: &str,
    id: &str,
    time: u64,
) -> Vec<(String, String)> {
    let time = time.to_string();
    let guide = [
        ("X-Visiono-Signature", signature),
        ("X-Visiono-Event", event),
        ("X-Visiono-Delivery", id),
        ("X-Visiono-Tenant-Id", "sandbox"),
    ];
    let developer = [
        ("X-Webhook-Signature", signature),
        ("X-Webhook-ID", id),
        ("X-Webhook-Timestamp", &time),
    ];
    let (guide, developer): (&[_], &[_]) = match style {
        HeaderStyle::Guide => (&guide, &[]),
        HeaderStyle::Developer => (&[], &developer),
        HeaderStyle::Both => (&guide, &developer),
    };
    let content_type = [("Content-Type", "application/json")];
    let all = content_type.iter().chain(guide).chain(developer);
    all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn other(style: HeaderStyle) -> HeaderStyle {
    match style {
        HeaderStyle::Guide | HeaderStyle::Both => HeaderStyle::Developer,
        HeaderStyle::Developer => HeaderStyle::Guide,
    }
}

/// Changes the last digit, so that JSON stays JSON and hex stays hex.
pub(crate) fn change_digit(text: &mut String) {
    if let Some(at) = text.rfind(|c: char| c.is_ascii_digit()) {
        let changed = if text[at..].starts_with('0') {
            "1"
        } else {
            "0"
        };
        text.replace_range(at..=at, changed);
    }
}
