//! Makes the returns that the table names: a genuine one, and changed versions of it.

use visiono_workflow::{ReturnFields, Webhook, Workflow};

use super::client::{Answer, Request};
use super::start::{Browser, LinkValues};
use super::webhooks::{other_digit, split};
use crate::receiver::Receiver;

const PHOTOS: u64 = 5;

/// The parts that the returns of one case are made of.
pub(super) struct ReturnMaker<'v> {
    pub(super) workflow: &'v Workflow,
    /// A workflow with another secret.
    pub(super) forger: &'v Workflow,
    /// Signs any text with the workflow secret, even one that no return may have.
    pub(super) signer: &'v Webhook,
    pub(super) receiver: &'v Receiver,
    /// The redirect template, on this machine.
    pub(super) template: &'v str,
    pub(super) now: u64,
    /// The ID of the submission, which differs for each case.
    pub(super) id: String,
    /// The values of the person's ticket, and of another one.
    pub(super) known: &'v LinkValues,
    pub(super) other: &'v LinkValues,
    /// `true` if the integration sent the person, so that its session has the ticket.
    pub(super) is_started: bool,
    pub(super) browser: Browser,
}

/// A return, as the target of the browser's request.
pub(super) struct ReturnDraft<'v> {
    maker: &'v ReturnMaker<'v>,
    target: String,
    time: u64,
}

impl ReturnMaker<'_> {
    /// Returns the genuine return.
    pub(super) fn back(&self) -> ReturnDraft<'_> {
        self.signed(self.workflow, self.known, self.now)
    }

    /// Returns a return from this many seconds ago.
    pub(super) fn ago(&self, seconds: u64) -> ReturnDraft<'_> {
        self.signed(self.workflow, self.known, self.now.saturating_sub(seconds))
    }

    /// Returns a return dated this many seconds ahead.
    pub(super) fn ahead(&self, seconds: u64) -> ReturnDraft<'_> {
        self.signed(self.workflow, self.known, self.now.saturating_add(seconds))
    }

    /// Returns a return that is signed with another secret.
    pub(super) fn forged(&self) -> ReturnDraft<'_> {
        self.signed(self.forger, self.known, self.now)
    }

    /// Returns the genuine return for the other ticket, on the page of this one. Returns `None` if
    /// neither the path nor a session determines the ticket.
    pub(super) fn for_other_ticket(&self) -> Option<ReturnDraft<'_>> {
        let back = self.back();
        let (path, _) = split(&back.target);
        let other = self.signed(self.workflow, self.other, self.now);
        let (other_path, _) = split(&other.target);
        let is_known = self.is_started || path != other_path;
        is_known.then(|| other.at(|_| path.to_owned()))
    }

    /// Returns the return with a path that starts with the other ticket and climbs back to this
    /// one.
    pub(super) fn climbing(&self) -> Option<ReturnDraft<'_>> {
        let back = self.back();
        let other = self.signed(self.workflow, self.other, self.now);
        let (path, _) = split(&back.target);
        let (other_path, _) = split(&other.target);
        let segments = path.split('/').zip(other_path.split('/'));
        let segments = segments.map(|(this, other)| match this == other {
            true => this.to_owned(),
            false => format!("{other}%2F..%2F{this}"),
        });
        let segments: Vec<_> = segments.collect();
        let climbing = segments.join("/");
        (climbing != path).then(|| back.at(|_| climbing))
    }

    fn signed(&self, workflow: &Workflow, known: &LinkValues, time: u64) -> ReturnDraft<'_> {
        let fields = ReturnFields {
            submission_id: &self.id,
            unique_value: &known.unique_value,
            reference: &known.reference,
            photo_count: PHOTOS,
            timestamp: time,
        };
        let url = workflow.sign_return(self.template, &fields);
        let url = url.expect("fields that were signed before").to_string();
        // The part after `http://localhost`.
        let target = url.splitn(4, '/').nth(3).unwrap_or_default();
        ReturnDraft {
            maker: self,
            target: format!("/{target}"),
            time,
        }
    }
}

impl<'v> ReturnDraft<'v> {
    /// Changes the path.
    pub(super) fn at(mut self, path: impl FnOnce(&str) -> String) -> Self {
        let (old, query) = split(&self.target);
        self.target = path(old) + query;
        self
    }

    /// Appends a parameter.
    pub(super) fn and(mut self, parameter: &str) -> Self {
        let first = if self.target.contains('?') { '&' } else { '?' };
        self.target.extend([first.to_string().as_str(), parameter]);
        self
    }

    /// Appends another submission under a look-alike of its name.
    pub(super) fn beside(self, look_alike: impl FnOnce(&str) -> String) -> Option<Self> {
        let name = self.name_of(&self.maker.id)?;
        let other = look_alike(&name);
        (other != name).then(|| self.and(&format!("{other}=pls_other")))
    }

    /// Adds another submission, after the right one.
    pub(super) fn doubled_last(self) -> Option<Self> {
        let name = self.name_of(&self.maker.id)?;
        Some(self.and(&format!("{name}=pls_other")))
    }

    /// Adds another submission, before the right one.
    pub(super) fn doubled_first(mut self) -> Option<Self> {
        let name = self.name_of(&self.maker.id)?;
        let (path, query) = split(&self.target);
        self.target = format!("{path}?{name}=pls_other&{}", query.trim_start_matches('?'));
        Some(self)
    }

    /// Renames the submission's parameter.
    pub(super) fn renamed(mut self, look_alike: impl FnOnce(&str) -> String) -> Option<Self> {
        let name = self.name_of(&self.maker.id)?;
        let new = look_alike(&name);
        let (path, query) = split(&self.target);
        let pieces = query.trim_start_matches('?').split('&');
        let pieces = pieces.map(|piece| match piece.strip_prefix(&format!("{name}=")) {
            Some(value) => format!("{new}={value}"),
            None => piece.to_owned(),
        });
        let pieces: Vec<_> = pieces.collect();
        self.target = format!("{path}?{}", pieces.join("&"));
        Some(self)
    }

    /// Replaces the submission, without signing it.
    pub(super) fn submission(self, value: impl FnOnce(&str) -> String) -> Option<Self> {
        let id = self.maker.id.clone();
        let new = value(&id);
        self.replacing(&id, &new)
    }

    /// Replaces the signature.
    pub(super) fn signature(self, value: impl FnOnce(&str) -> String) -> Option<Self> {
        let signature = self.own_signature();
        let new = value(&signature);
        self.replacing(&signature, &new)
    }

    pub(super) fn tampered(self) -> Option<Self> {
        self.signature(other_digit)
    }

    pub(super) fn without_signature(self) -> Option<Self> {
        let signature = self.own_signature();
        self.dropping(&signature)
    }

    pub(super) fn without_time(self) -> Option<Self> {
        let time = self.time.to_string();
        self.dropping(&time)
    }

    pub(super) fn without_submission(self) -> Option<Self> {
        let id = self.maker.id.clone();
        self.dropping(&id)
    }

    /// Signs texts of the submission and the time that no return has.
    pub(super) fn signing(self, submission: &str, time: &str) -> Option<Self> {
        let (signature, old) = (self.own_signature(), self.time.to_string());
        let id = self.maker.id.clone();
        let LinkValues {
            unique_value,
            reference,
            ..
        } = self.maker.known;
        let text = format!("{submission}|{unique_value}|{reference}|{PHOTOS}|{time}");
        let new = self.maker.signer.sign(text.as_bytes());
        let escaped = submission.replace('|', "%7C");
        let page = self.replacing(&id, &escaped)?.replacing(&old, time)?;
        page.replacing(&signature, new.as_str())
    }

    pub(super) fn send(&self) -> Answer {
        self.maker.browser.request(
            self.maker.receiver,
            Request {
                method: "GET",
                target: self.target.clone(),
                ..Request::default()
            },
        )
    }

    /// Returns the signature in the target.
    fn own_signature(&self) -> String {
        let mut words = self.target.split(|c: char| !c.is_ascii_hexdigit());
        words
            .rfind(|word| word.len() == 64)
            .unwrap_or_default()
            .to_owned()
    }

    /// Returns the name of the parameter that has a value, if there is one.
    fn name_of(&self, value: &str) -> Option<String> {
        let (_, query) = split(&self.target);
        let pairs = query
            .trim_start_matches('?')
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(_, found)| found.contains(value));
        found.next().map(|(name, _)| name.to_owned())
    }

    fn replacing(mut self, old: &str, new: &str) -> Option<Self> {
        self.name_of(old)?;
        self.target = self.target.replace(old, new);
        Some(self)
    }

    /// Removes the parameter that has a value.
    fn dropping(mut self, value: &str) -> Option<Self> {
        self.name_of(value)?;
        let (path, query) = split(&self.target);
        let pieces = query.trim_start_matches('?').split('&');
        let kept: Vec<_> = pieces.filter(|piece| !piece.contains(value)).collect();
        self.target = format!("{path}?{}", kept.join("&"));
        Some(self)
    }
}
