//! The whole state, and the only function that changes it. Each change adds an entry to the
//! timeline.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::model::{
    Answer, Attempt, Delivery, Endpoint, Link, Outcome, Photo, PhotoRequest, RequestStatus, Return,
    Status, Submission, Visit,
};
use crate::rest::{ApiKey, RateLimit};
use crate::schedule;
use crate::secret::{Keys, Secret, stored};

/// The maximum number of timeline entries.
pub(crate) const MOST_ENTRIES: usize = 10_000;
/// The maximum number of deliveries. Completed ones are removed first.
pub(crate) const MOST_DELIVERIES: usize = 2_000;
/// The maximum number of visits.
pub(crate) const MOST_VISITS: usize = 1_000;
/// The maximum number of requests. Completed ones are removed first.
pub(crate) const MOST_REQUESTS: usize = 1_000;

/// The state of the sandbox, as it is saved.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// The advance of the clock, in seconds.
    pub(crate) ahead: u64,
    pub(crate) links: BTreeMap<String, Link>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) visits: VecDeque<Visit>,
    pub(crate) deliveries: VecDeque<Delivery>,
    /// The secrets, by the ID of the link or endpoint.
    #[serde(with = "stored")]
    pub(crate) keys: BTreeMap<String, Keys>,
    pub(crate) timeline: VecDeque<Entry>,
    /// The number of the last entry.
    pub(crate) last: u64,
    // The fields below were added later: a saved state may lack them.
    #[serde(default)]
    pub(crate) requests: VecDeque<PhotoRequest>,
    #[serde(default)]
    pub(crate) api_keys: Vec<ApiKey>,
    #[serde(default)]
    pub(crate) rate_limit: RateLimit,
    /// The IDs of photos whose visits were removed, and whose bytes are still in the store.
    #[serde(skip)]
    pub(crate) orphans: Vec<String>,
}

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    /// The time on the sandbox's clock.
    pub(crate) at: u64,
    pub(crate) kind: Kind,
    /// The reference of the link.
    pub(crate) ticket: Option<String>,
    /// The ID of the thing that changed.
    pub(crate) subject: String,
    /// The index within that thing: of an attempt, or of a return.
    pub(crate) index: usize,
    pub(crate) good: bool,
    pub(crate) sentence: String,
}

/// A kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Clock,
    Settings,
    Fault,
    Link,
    Request,
    Visit,
    Upload,
    Submission,
    Return,
    Delivery,
    Answer,
}

/// A change of the state.
#[derive(Debug)]
pub(crate) enum Change {
    /// Everything but the settings was deleted.
    Reset,
    ClockAdvanced {
        seconds: u64,
    },
    LinkSaved(Link),
    LinkRemoved {
        slug: String,
    },
    /// The link keeps its ID and its visits.
    LinkRenamed {
        from: String,
        to: String,
    },
    /// The sandbox signed a link.
    LinkSigned {
        url: String,
        reference: String,
    },
    EndpointSaved(Endpoint),
    EndpointRemoved {
        id: String,
    },
    SecretSet {
        owner: String,
        secret: Secret,
    },
    KeySaved(ApiKey),
    KeyRemoved {
        id: String,
    },
    /// A program used a key. This adds no entry to the timeline.
    KeyUsed {
        id: String,
    },
    RateLimited(RateLimit),
    RequestCreated(Box<PhotoRequest>),
    RequestViewed {
        id: String,
    },
    RequestExpired {
        id: String,
    },
    RequestCanceled {
        id: String,
    },
    FaultAdded(Fault),
    FaultRemoved {
        id: String,
    },
    Visited(Visit),
    Revisited {
        visit: String,
    },
    PhotoAdded {
        visit: String,
        photo: Photo,
    },
    PhotoRemoved {
        visit: String,
        photo: String,
    },
    Submitted {
        visit: String,
        submission: Submission,
    },
    /// `used` is the ID of the fault that affects it.
    Returned {
        visit: String,
        back: Return,
        used: Option<String>,
    },
    /// `used` has the IDs of the faults that affect it.
    Queued {
        delivery: Box<Delivery>,
        used: Vec<String>,
    },
    Answered {
        delivery: String,
        attempt: Attempt,
    },
}

/// The parts of an entry that depend on the change.
struct Line {
    kind: Kind,
    ticket: Option<String>,
    subject: String,
    index: usize,
    good: bool,
    sentence: String,
}

impl Line {
    fn new(kind: Kind, subject: impl Into<String>, sentence: String) -> Self {
        Self {
            kind,
            ticket: None,
            subject: subject.into(),
            index: 0,
            good: true,
            sentence,
        }
    }

    fn ticket(self, ticket: Option<String>) -> Self {
        Self { ticket, ..self }
    }
}

impl State {
    pub(crate) fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }

    pub(crate) fn visit(&self, id: &str) -> Option<&Visit> {
        self.visits.iter().find(|visit| visit.id == id)
    }

    /// Returns a request by its ID or one of its codes.
    pub(crate) fn request(&self, name: &str) -> Option<&PhotoRequest> {
        self.requests.iter().find(|request| {
            request.id == name
                || request.unique_code.eq_ignore_ascii_case(name)
                || request.numeric_code == name
        })
    }

    /// Returns the visit of a request, if somebody has opened it.
    pub(crate) fn visit_of(&self, request: &str) -> Option<&Visit> {
        self.visits
            .iter()
            .find(|visit| visit.request.as_deref() == Some(request))
    }

    /// Returns a link by its ID.
    pub(crate) fn link(&self, id: &str) -> Option<&Link> {
        self.links.values().find(|link| link.id == id)
    }

    pub(crate) fn delivery(&self, id: &str) -> Option<&Delivery> {
        // Searched from the end, because recent deliveries are requested more often.
        self.deliveries
            .iter()
            .rev()
            .find(|delivery| delivery.id == id)
    }

    pub(crate) fn entry(&self, id: u64) -> Option<&Entry> {
        self.timeline.iter().rev().find(|entry| entry.id == id)
    }

    /// Returns all photos.
    pub(crate) fn photos(&self) -> impl Iterator<Item = &Photo> {
        self.visits.iter().flat_map(|visit| &visit.photos)
    }

    /// Makes a change, and adds its entry to the timeline.
    ///
    /// A change of something that no longer exists, such as the answer to a delivery from before a
    /// reset, has no effect.
    pub(crate) fn apply(&mut self, now: u64, change: Change) {
        let id = self.last + 1;
        let Some(line) = self.change(id, now, change) else {
            return;
        };
        self.last = id;
        let Line {
            kind,
            ticket,
            subject,
            index,
            good,
            sentence,
        } = line;
        self.timeline.push_back(Entry {
            id,
            at: now,
            kind,
            ticket,
            subject,
            index,
            good,
            sentence,
        });
        if self.timeline.len() > MOST_ENTRIES {
            self.timeline.pop_front();
        }
    }

    fn change(&mut self, id: u64, now: u64, change: Change) -> Option<Line> {
        Some(match change {
            Change::Reset => Line::new(Kind::Clock, "", "The sandbox was reset".to_owned()),
            Change::ClockAdvanced { seconds } => {
                self.ahead = self.ahead.saturating_add(seconds);
                Line::new(
                    Kind::Clock,
                    "",
                    format!("The clock was advanced by {seconds} s"),
                )
            }
            Change::LinkSaved(link) => {
                let line = Line::new(
                    Kind::Settings,
                    &link.id,
                    format!("The link {} was saved", link.slug),
                );
                self.links.insert(link.slug.clone(), link);
                line
            }
            Change::LinkRemoved { slug } => {
                let link = self.links.remove(&slug)?;
                self.keys.remove(&link.id);
                Line::new(
                    Kind::Settings,
                    link.id,
                    format!("The link {slug} was deleted"),
                )
            }
            Change::LinkSigned { url, reference } => {
                Line::new(Kind::Link, url, "The sandbox signed a link".to_owned())
                    .ticket(Some(reference))
            }
            Change::LinkRenamed { from, to } => {
                let mut link = self.links.remove(&from)?;
                link.slug.clone_from(&to);
                // People who have it open stay on its page.
                for visit in &mut self.visits {
                    if visit.slug == from && visit.request.is_none() {
                        visit.slug.clone_from(&to);
                    }
                }
                let sentence = format!("The link {from} was renamed to {to}");
                let line = Line::new(Kind::Settings, &link.id, sentence);
                self.links.insert(to, link);
                line
            }
            Change::EndpointSaved(endpoint) => {
                let sentence = format!("The endpoint {} was saved", endpoint.name);
                let line = Line::new(Kind::Settings, &endpoint.id, sentence);
                match self
                    .endpoints
                    .iter_mut()
                    .find(|other| other.id == endpoint.id)
                {
                    Some(other) => *other = endpoint,
                    None => self.endpoints.push(endpoint),
                }
                line
            }
            Change::EndpointRemoved { id } => self.remove_endpoint(id)?,
            Change::SecretSet { owner, secret } => self.set_secret(owner, secret),
            Change::KeySaved(key) => {
                let sentence = format!("The API key {} was saved", key.name);
                let line = Line::new(Kind::Settings, &key.id, sentence);
                match self.api_keys.iter_mut().find(|other| other.id == key.id) {
                    Some(other) => *other = key,
                    None => self.api_keys.push(key),
                }
                line
            }
            Change::KeyRemoved { id } => {
                let at = self.api_keys.iter().position(|key| key.id == id)?;
                let key = self.api_keys.remove(at);
                self.keys.remove(&id);
                let sentence = format!("The API key {} was deleted", key.name);
                Line::new(Kind::Settings, id, sentence)
            }
            Change::KeyUsed { id } => {
                let key = self.api_keys.iter_mut().find(|key| key.id == id)?;
                key.last_used = Some(now);
                return None;
            }
            Change::RateLimited(rate_limit) => {
                let sentence = rate_limit.sentence();
                self.rate_limit = rate_limit;
                Line::new(Kind::Settings, "", sentence)
            }
            Change::RequestCreated(request) => {
                let sentence = format!("The photo request {} was created", request.unique_code);
                let line = request_line(&request, sentence);
                self.add_request(*request);
                line
            }
            Change::RequestViewed { id } => {
                let request = self.request_mut(&id)?;
                request.first_viewed = Some(now);
                let sentence = format!("The photo request {} was opened", request.unique_code);
                request_line(request, sentence)
            }
            Change::RequestExpired { id } => {
                let request = self.request_mut(&id)?;
                request.status = RequestStatus::Expired;
                let sentence = format!("The photo request {} expired", request.unique_code);
                Line {
                    good: false,
                    ..request_line(request, sentence)
                }
            }
            Change::RequestCanceled { id } => {
                let request = self.request_mut(&id)?;
                request.status = RequestStatus::Canceled;
                let sentence = format!("The photo request {} was canceled", request.unique_code);
                request_line(request, sentence)
            }
            Change::FaultAdded(fault) => {
                let sentence = self.about(&fault, "on");
                let line = Line::new(Kind::Fault, &fault.id, sentence);
                self.faults.push(fault);
                line
            }
            Change::FaultRemoved { id } => {
                let at = self.faults.iter().position(|fault| fault.id == id)?;
                let fault = self.faults.remove(at);
                let sentence = self.about(&fault, "off");
                Line::new(Kind::Fault, id, sentence)
            }
            Change::Visited(visit) => self.add_visit(visit),
            Change::Revisited { visit } => {
                let visit = self.visit(&visit)?;
                let sentence = match visit.request {
                    Some(_) => "The request's page was opened again",
                    None => "The link was opened again",
                };
                visit_line(Kind::Visit, visit, sentence.to_owned())
            }
            Change::PhotoAdded { visit, photo } => {
                let sentence = format!("A photo was uploaded: {} bytes", photo.size);
                let visit = self.visit_mut(&visit)?;
                visit.photos.push(photo);
                let index = visit.photos.len() - 1;
                let line = Line {
                    index,
                    ..visit_line(Kind::Upload, visit, sentence)
                };
                let request = visit.request.clone();
                if let Some(request) = request.and_then(|id| self.request_mut(&id)) {
                    request.status = RequestStatus::InProgress;
                }
                line
            }
            Change::PhotoRemoved { visit, photo } => {
                let visit = self.visit_mut(&visit)?;
                let at = visit.photos.iter().position(|other| other.id == photo)?;
                visit.photos.remove(at);
                visit_line(Kind::Upload, visit, "A photo was removed".to_owned())
            }
            Change::Submitted { visit, submission } => {
                let visit = self.visit_mut(&visit)?;
                let sentence = match visit.photos.len() {
                    1 => "1 photo was submitted".to_owned(),
                    count => format!("{count} photos were submitted"),
                };
                visit.submission = Some(submission);
                let line = visit_line(Kind::Submission, visit, sentence);
                let request = visit.request.clone();
                if let Some(request) = request.and_then(|id| self.request_mut(&id)) {
                    request.status = RequestStatus::Submitted;
                    request.submitted = Some(now);
                }
                line
            }
            Change::Returned { visit, back, used } => {
                self.use_faults(used.as_slice());
                let visit = self.visit_mut(&visit)?;
                let good = back.fault.is_none();
                let submission = visit.submission.as_mut()?;
                submission.returns.push(back);
                let index = submission.returns.len() - 1;
                let sentence = "The browser was sent back".to_owned();
                Line {
                    index,
                    good,
                    ..visit_line(Kind::Return, visit, sentence)
                }
            }
            Change::Queued { delivery, used } => {
                self.use_faults(&used);
                self.queue(id, *delivery)
            }
            Change::Answered { delivery, attempt } => self.answer(id, now, &delivery, attempt)?,
        })
    }

    /// Returns the sentence about a fault that is switched on or off.
    fn about(&self, fault: &Fault, how: &str) -> String {
        let endpoint = fault.endpoint.as_deref().and_then(|id| self.endpoint(id));
        let place = endpoint.map(|endpoint| format!(" for {}", endpoint.name));
        let count = fault.remaining.map(|count| format!(", {count} times"));
        format!(
            "The fault {} was switched {how}{}{}",
            fault.kind.name(),
            place.unwrap_or_default(),
            count.filter(|_| how == "on").unwrap_or_default(),
        )
    }

    /// Returns the name of the link, endpoint or key that has this ID.
    fn name(&self, id: &str) -> Option<String> {
        let link = self.link(id);
        let link = link.map(|link| format!("the link {}", link.slug));
        let key = self.api_keys.iter().find(|key| key.id == id);
        link.or_else(|| key.map(|key| format!("the API key {}", key.name)))
            .or_else(|| Some(format!("the endpoint {}", self.endpoint(id)?.name)))
    }

    fn request_mut(&mut self, id: &str) -> Option<&mut PhotoRequest> {
        self.requests.iter_mut().find(|request| request.id == id)
    }

    fn add_request(&mut self, request: PhotoRequest) {
        self.requests.push_back(request);
        if self.requests.len() > MOST_REQUESTS {
            let is_done = |request: &PhotoRequest| !request.status.is_open();
            let oldest = self.requests.iter().position(is_done).unwrap_or(0);
            self.requests.remove(oldest);
        }
    }

    fn visit_mut(&mut self, id: &str) -> Option<&mut Visit> {
        self.visits.iter_mut().rev().find(|visit| visit.id == id)
    }

    fn remove_endpoint(&mut self, id: String) -> Option<Line> {
        let at = self
            .endpoints
            .iter()
            .position(|endpoint| endpoint.id == id)?;
        let endpoint = self.endpoints.remove(at);
        self.keys.remove(&id);
        self.faults
            .retain(|fault| fault.endpoint.as_ref() != Some(&id));
        for delivery in self
            .deliveries
            .iter_mut()
            .filter(|delivery| delivery.endpoint == id)
        {
            if matches!(delivery.status, Status::Pending | Status::Held) {
                delivery.status = Status::Canceled;
            }
        }
        let sentence = format!("The endpoint {} was deleted", endpoint.name);
        Some(Line::new(Kind::Settings, id, sentence))
    }

    fn set_secret(&mut self, owner: String, secret: Secret) -> Line {
        let name = self.name(&owner).map(|name| format!(" of {name}"));
        let how = match self.keys.get_mut(&owner) {
            Some(keys) => {
                let old = std::mem::replace(&mut keys.current, secret);
                keys.previous = Some(old);
                keys.own = None;
                "was regenerated"
            }
            None => {
                self.keys.insert(owner.clone(), Keys::new(secret));
                "was made"
            }
        };
        let sentence = format!("The secret{} {how}", name.unwrap_or_default());
        Line::new(Kind::Settings, owner, sentence)
    }

    fn add_visit(&mut self, visit: Visit) -> Line {
        let sentence = match &visit.outcome {
            Outcome::Accepted(_) => "A signed link was opened".to_owned(),
            Outcome::Unsigned if visit.request.is_some() => {
                "A request's page was opened".to_owned()
            }
            Outcome::Unsigned => "A link was opened".to_owned(),
            Outcome::Refused { code, .. } => format!("A link was refused: {code}"),
        };
        let good = visit.is_accepted();
        let line = visit_line(Kind::Visit, &visit, sentence);
        self.visits.push_back(visit);
        if self.visits.len() > MOST_VISITS {
            // A visit without photos is removed first.
            let is_empty = |visit: &Visit| visit.photos.is_empty();
            let mut others = self.visits.iter().take(MOST_VISITS);
            let oldest = others.position(is_empty).unwrap_or(0);
            let removed = self.visits.remove(oldest);
            let photos = removed.into_iter().flat_map(|visit| visit.photos);
            self.orphans.extend(photos.map(|photo| photo.id));
        }
        Line { good, ..line }
    }

    /// Counts faults down, and removes those that are used up.
    fn use_faults(&mut self, used: impl AsRef<[String]>) {
        for fault in &mut self.faults {
            if used.as_ref().contains(&fault.id) {
                fault.remaining = fault.remaining.map(|count| count.saturating_sub(1));
            }
        }
        self.faults.retain(|fault| fault.remaining != Some(0));
    }

    fn queue(&mut self, id: u64, mut delivery: Delivery) -> Line {
        // Even numbers leave room for a held delivery after this one.
        delivery.order = id * 2;
        delivery.updated = id;
        if delivery.status == Status::Pending && delivery.duplicate_of.is_none() {
            self.release(&delivery);
        }
        let sentence = match delivery.status {
            Status::Lost => format!("{} was lost on purpose", delivery.event),
            Status::Held => format!("{} waits for the next delivery", delivery.event),
            _ => format!("{} is due", delivery.event),
        };
        let line = Line {
            good: delivery.status != Status::Lost,
            ..Line::new(Kind::Delivery, &delivery.id, sentence).ticket(delivery.ticket.clone())
        };
        self.deliveries.push_back(delivery);
        if self.deliveries.len() > MOST_DELIVERIES {
            let is_done = |delivery: &Delivery| schedule::due(delivery).is_none();
            let oldest = self.deliveries.iter().position(is_done).unwrap_or(0);
            self.deliveries.remove(oldest);
        }
        line
    }

    /// Schedules the deliveries that were held for this one right after it.
    fn release(&mut self, next: &Delivery) {
        for held in &mut self.deliveries {
            if held.status == Status::Held && held.endpoint == next.endpoint {
                held.status = Status::Pending;
                held.first = next.first;
                held.order = next.order + 1;
            }
        }
    }

    fn answer(&mut self, id: u64, now: u64, delivery: &str, attempt: Attempt) -> Option<Line> {
        let at = self
            .deliveries
            .iter()
            .rposition(|other| other.id == delivery)?;
        let delivery = self.deliveries.get_mut(at)?;
        if schedule::due(delivery).is_none_or(|due| due > now) {
            return None;
        }
        let index = delivery.attempts.len();
        delivery.status = schedule::after(&attempt.answer, delivery.retries, index);
        delivery.updated = id;
        let milliseconds = attempt.milliseconds;
        let answer = match &attempt.answer {
            Answer::Response { status, .. } => format!("answered {status} after {milliseconds} ms"),
            Answer::Failure { .. } => format!("gave no answer, after {milliseconds} ms"),
        };
        delivery.attempts.push(attempt);
        let rest = match delivery.status {
            Status::Pending => ": it is repeated",
            Status::Failed => ": it failed",
            _ => "",
        };
        Some(Line {
            index,
            good: delivery.status == Status::Succeeded,
            ..Line::new(
                Kind::Answer,
                &delivery.id,
                format!("The receiver of {} {answer}{rest}", delivery.event),
            )
            .ticket(delivery.ticket.clone())
        })
    }
}

fn request_line(request: &PhotoRequest, sentence: String) -> Line {
    Line::new(Kind::Request, &request.id, sentence).ticket(Some(request.ticket().to_owned()))
}

fn visit_line(kind: Kind, visit: &Visit, sentence: String) -> Line {
    Line::new(kind, &visit.id, sentence).ticket(visit.ticket().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Exif;

    fn visit(number: usize, photos: usize) -> Visit {
        let photo = |index| Photo {
            id: format!("photo_{number}_{index}"),
            item: None,
            name: String::new(),
            note: String::new(),
            size: 1,
            mime: String::new(),
            at: 0,
            exif: Exif::default(),
        };
        Visit {
            id: format!("v_{number}"),
            at: 0,
            slug: String::new(),
            request: None,
            ticket: None,
            target: String::new(),
            outcome: Outcome::Unsigned,
            photos: (0..photos).map(photo).collect(),
            submission: None,
        }
    }

    #[test]
    fn a_visit_without_photos_is_removed_first() {
        let mut state = State::default();
        for number in 0..MOST_VISITS {
            state.apply(0, Change::Visited(visit(number, usize::from(number != 7))));
        }
        state.apply(0, Change::Visited(visit(MOST_VISITS, 0)));
        assert!(state.visit("v_7").is_none() && state.visit("v_0").is_some());
        assert_eq!(state.orphans, [""; 0]);
        // The newest visit stays, with or without photos.
        state.apply(
            0,
            Change::PhotoRemoved {
                visit: "v_9".to_owned(),
                photo: "photo_9_0".to_owned(),
            },
        );
        for number in MOST_VISITS + 1..MOST_VISITS + 4 {
            state.apply(0, Change::Visited(visit(number, 2)));
            assert!(state.visit(&format!("v_{number}")).is_some());
        }
        assert_eq!(state.visits.len(), MOST_VISITS);
        assert_eq!(state.orphans, ["photo_0_0"]);
    }
}
