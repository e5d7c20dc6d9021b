//! The stages in order, and the diagnosis made from their findings.

use core::ops::ControlFlow;

use visiono_workflow::{
    Code, DEFAULT_LEEWAY, DEFAULT_MAX_AGE, DEFAULT_WEBHOOK_MAX_AGE, Error, Field, Fields,
    Input as CoreInput, RedirectTemplate, WebhookHeaders,
};

use crate::body::{self, Body};
use crate::catalogue::{Certainty, Kind, Mistake, Section};
use crate::change::{Change, Detail, Names, Texts};
use crate::diagnosis::{Cause, Diagnosis, Subject, Verdict};
use crate::hidden::{self, Collector, Hidden};
use crate::keys::{self, Keys};
use crate::message::{LONG, Read, read};
use crate::repair::{self, Repaired, Repairer, TemplateChoice};
use crate::request::{Input, Message, OnProgress, Request};
use crate::search::{Budget, Found, MOST_CHANGES, Search};
use crate::shape::{self, Target};
use crate::show;
use crate::text::Candidates;
use crate::verification::{Answer, Verifier};
use crate::{age, guess};

/// The findings of the stages, from which the diagnosis is made.
#[derive(Default)]
struct Findings {
    subject: Option<Subject>,
    causes: Vec<(Change, Certainty)>,
    notes: Vec<Change>,
    /// The text that verification signs.
    right: Option<Vec<u8>>,
    /// The text that was signed, if a cause changes it.
    used: Option<Vec<u8>>,
    is_valid: bool,
}

impl Findings {
    /// Records a cause that a search proved.
    fn prove(&mut self, found: Found) {
        self.subject = Some(found.subject);
        self.causes = found
            .changes
            .into_iter()
            .map(|change| (change, Certainty::Proof))
            .collect();
        self.used = Some(found.text);
    }

    fn hint(&mut self, change: Change) {
        let is_known = |(known, _): &(Change, Certainty)| known.mistake == change.mistake;
        if !self.causes.iter().any(is_known) {
            self.causes.push((change, Certainty::Hint));
        }
    }
}

/// The parts of a request that every stage needs.
struct Case<'r> {
    request: &'r Request<'r>,
    kind: Kind,
    verifier: Verifier<'r>,
    answer: Answer,
    keys: Keys,
}

pub(crate) fn diagnose(request: &Request<'_>, on_progress: OnProgress<'_>) -> Diagnosis {
    let kind = request.message.kind();
    let verifier = Verifier::new(request);
    let case = Case {
        request,
        kind,
        answer: verifier.verify(),
        verifier,
        keys: Keys::of(request.secrets, request.others, kind),
    };
    let mut budget = Budget::new(request.max_bytes, on_progress);
    let findings = match request.message {
        Message::Link(input) | Message::Return(input) => case.input(input, &mut budget),
        Message::Webhook { body, headers } => case.webhook(body, headers, &mut budget),
    };
    case.diagnosis(findings, &budget)
}

impl Case<'_> {
    fn holds(&self) -> bool {
        self.answer.signature_holds(self.kind)
    }

    /// Returns the targets: the computed signature, and the received one unless it is right.
    fn targets(&self, received: &[&[u8]]) -> Vec<Target> {
        let mut targets = Vec::new();
        if let Some(computed) = self.request.computed {
            targets.extend(shape::targets(computed, self.kind, Subject::Computed));
        }
        if !self.holds() {
            for text in received {
                targets.extend(shape::targets(text, self.kind, Subject::Received));
            }
        }
        targets
    }

    /// Checks the signatures against the text as it arrived. Returns the targets that are still
    /// unexplained, or `None` if the received signature is right.
    fn unchanged(
        &self,
        texts: &dyn Texts,
        mut targets: Vec<Target>,
        budget: &mut Budget<'_>,
        findings: &mut Findings,
    ) -> Option<Vec<Target>> {
        while !targets.is_empty() {
            let found = Search::new(self.kind, &self.keys, &targets, budget).run(texts, &[], 0);
            let Some(found) = found else {
                break;
            };
            if found.subject == Subject::Received {
                findings.subject = Some(Subject::Received);
                findings.causes = vec![self.answered_cause()];
                return None;
            }
            // The computed signature is right, so only the received one is unexplained.
            targets.retain(|target| target.subject == Subject::Received);
        }
        Some(targets)
    }

    fn input(&self, input: Input<'_>, budget: &mut Budget<'_>) -> Findings {
        let text = match input {
            Input::Text(text) => text.to_vec(),
            Input::Pairs(pairs) => repair::query_of(pairs),
        };
        let core_input = match input {
            Input::Text(text) => CoreInput::from(text),
            Input::Pairs(pairs) => CoreInput::from(pairs),
        };
        let read = self.read(core_input, &text, self.verifier.template());
        let mut findings = Findings {
            right: Some(read.fields.text()),
            ..Findings::default()
        };
        if repair::has_tracking(&text) {
            findings
                .notes
                .push(Change::new(Mistake::TrackingParameters));
        }
        let signature = read.fields.surroundings.signature.as_slice();
        let targets = self.targets(&[signature]);
        if self.holds() && targets.is_empty() && self.request.computed.is_none() {
            self.accepted(&mut findings);
            return findings;
        }
        let candidates = Candidates::of(&read.fields);
        let repairer = Repairer {
            kind: self.kind,
            is_pairs: matches!(input, Input::Pairs(_)),
            template: self.verifier.template(),
            others: self.request.other_templates,
            is_duplicate: self.answer.code() == Some(Code::DuplicateParameter),
        };
        let repairs = if self.holds() {
            Vec::new()
        } else {
            repairer.repairs(&text)
        };
        let Some(targets) = self.unchanged(&candidates, targets, budget, &mut findings) else {
            // A repair explains more than the core's answer.
            self.try_repairs(&repairs, &[], budget, &mut findings);
            return findings;
        };
        if targets.is_empty() && self.holds() && self.is_computed_readable() {
            self.accepted(&mut findings);
            return findings;
        }
        let is_long = read.fields.is_long() || text.len() > LONG;
        if self.try_repairs(&repairs, &[], budget, &mut findings) {
            return findings;
        }
        // If the core refuses the message before its signature, a repair is part of the answer.
        let is_refused = self.is_refused();
        if is_refused && self.repair_and_search(&repairer, &repairs, budget, &mut findings) {
            return findings;
        }
        if self.search(&candidates, &targets, &[], 1, budget, &mut findings) {
            return findings;
        }
        if !is_refused && self.repair_and_search(&repairer, &repairs, budget, &mut findings) {
            return findings;
        }
        if self.search(
            &candidates,
            &targets,
            &[],
            MOST_CHANGES,
            budget,
            &mut findings,
        ) {
            return findings;
        }
        if self.kind == Kind::Return
            && let Some(found) =
                guess::search(&read, &self.keys, &targets, self.request.now, budget)
        {
            findings.prove(found);
            return findings;
        }
        if is_long {
            budget.bound.get_or_insert(crate::Bound::Bytes);
        }
        self.hints(&text, &read, &mut findings);
        findings
    }

    fn webhook(
        &self,
        body: &[u8],
        headers: &[(&[u8], &[u8])],
        budget: &mut Budget<'_>,
    ) -> Findings {
        let mut findings = Findings {
            right: Some(body.to_vec()),
            ..Findings::default()
        };
        let is_signature = |name: &[u8]| {
            let is_named = |wanted: &str| {
                // Only the core knows how names are spelled.
                let name = String::from_utf8_lossy(name)
                    .to_ascii_lowercase()
                    .replace('_', "-");
                name.strip_prefix("http-").unwrap_or(&name) == wanted
            };
            WebhookHeaders::reads(name)
                && (is_named("x-visiono-signature") || is_named("x-webhook-signature"))
        };
        let received: Vec<&[u8]> = headers
            .iter()
            .filter(|(name, _)| is_signature(name))
            .map(|(_, value)| *value)
            .collect();
        let targets = self.targets(&received);
        if self.holds() && targets.is_empty() && self.request.computed.is_none() {
            self.accepted(&mut findings);
            return findings;
        }
        let texts = Body {
            bytes: body,
            headers,
            endpoint: self.request.endpoint,
        };
        let Some(targets) = self.unchanged(&texts, targets, budget, &mut findings) else {
            return findings;
        };
        if targets.is_empty() && self.holds() && self.is_computed_readable() {
            self.accepted(&mut findings);
            return findings;
        }
        for total in 1..=MOST_CHANGES {
            if self.search(&texts, &targets, &[], total, budget, &mut findings) {
                return findings;
            }
        }
        if body.len() > body::LARGE {
            budget.bound.get_or_insert(crate::Bound::Bytes);
        }
        self.shape_hints(&received, &mut findings);
        let is_like_one = |value: &[u8]| {
            let digits = value.strip_prefix(b"sha256=").unwrap_or(value);
            digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit)
        };
        let is_elsewhere =
            received.is_empty() && headers.iter().any(|(_, value)| is_like_one(value));
        let differs = received.windows(2).any(|pair| pair[0] != pair[1]);
        if is_elsewhere {
            findings.hint(Change::new(Mistake::HeaderStyle));
        } else if differs {
            let detail = "there are two, and they differ";
            findings.hint(Change::with(Mistake::HeaderStyle, detail));
        }
        for change in texts.hints() {
            findings.hint(change);
        }
        if let Some(change) = keys::webhook_hint(self.request.secrets)
            && findings.causes.is_empty()
        {
            findings.hint(change);
        }
        let code = self.answer.code().filter(|_| !self.holds());
        if code.is_some_and(|code| code != Code::InvalidSignature) {
            findings.hint(self.answered());
        }
        findings
    }

    fn read(
        &self,
        input: CoreInput<'_>,
        text: &[u8],
        template: Option<&RedirectTemplate<'_>>,
    ) -> Read {
        read(self.kind, input, text, template, &|field| {
            self.verifier.expected(field)
        })
    }

    /// Returns `false` for a computed signature that can't be read as a tag.
    fn is_computed_readable(&self) -> bool {
        self.request.computed.is_none_or(|computed| {
            !shape::targets(computed, self.kind, Subject::Computed).is_empty()
        })
    }

    /// Reports on a message whose signature is right: only its time and the expected values can be
    /// wrong.
    fn accepted(&self, findings: &mut Findings) {
        let Err(error) = self.answer.result else {
            findings.is_valid = true;
            return;
        };
        let max_age = match self.kind {
            Kind::Webhook => DEFAULT_WEBHOOK_MAX_AGE,
            Kind::Link | Kind::Return => DEFAULT_MAX_AGE,
        };
        findings.causes = age::causes(
            &error,
            self.request.max_age.unwrap_or(max_age),
            self.request.leeway.unwrap_or(DEFAULT_LEEWAY),
        );
        if findings.causes.is_empty() {
            findings.causes.push(self.answered_cause());
        }
    }

    /// Returns `true` if the core refuses the content of the message, before its signature.
    fn is_refused(&self) -> bool {
        matches!(
            self.answer.code(),
            Some(Code::DuplicateParameter | Code::MissingParameter | Code::MalformedParameter)
        ) && !self.holds()
    }

    /// Repairs twice, or repairs and searches for one more change.
    fn repair_and_search(
        &self,
        repairer: &Repairer<'_>,
        repairs: &[Repaired],
        budget: &mut Budget<'_>,
        findings: &mut Findings,
    ) -> bool {
        repairs.iter().any(|first| {
            if budget.bound.is_some() {
                return false;
            }
            let second = match first.by {
                TemplateChoice::Same => repairer.repairs(&first.text),
                TemplateChoice::None | TemplateChoice::Other(_) => Vec::new(),
            };
            self.try_repairs(&second, &[first.change], budget, findings)
                || self.search_repaired(first, budget, findings)
        })
    }

    fn search(
        &self,
        texts: &dyn Texts,
        targets: &[Target],
        before: &[Change],
        total: usize,
        budget: &mut Budget<'_>,
        findings: &mut Findings,
    ) -> bool {
        let mut search = Search::new(self.kind, &self.keys, targets, budget);
        match search.run(texts, before, total) {
            Some(found) => {
                let is_of_text = |change: &Change| {
                    !matches!(change.mistake.section(), Section::Key | Section::Signature)
                };
                // The core's own answer is kept, unless the change is about it.
                let adds_answer = found.subject == Subject::Received
                    && self.is_refused()
                    && !found.changes.iter().any(is_of_text);
                findings.prove(found);
                if adds_answer {
                    findings.causes.push(self.answered_cause());
                }
                true
            }
            None => false,
        }
    }

    /// Lets the core verify repaired URLs.
    fn try_repairs(
        &self,
        repairs: &[Repaired],
        before: &[Change],
        budget: &mut Budget<'_>,
        findings: &mut Findings,
    ) -> bool {
        for repaired in repairs {
            if budget.charge_hash(repaired.text.len()) == ControlFlow::Break(()) {
                return false;
            }
            let template = self.template_of(repaired.by);
            let answer = match repaired.by {
                TemplateChoice::Same => self.verifier.verify_text(&repaired.text),
                TemplateChoice::None => self.verifier.verify_by(&repaired.text, None),
                TemplateChoice::Other(_) if template.is_none() => continue,
                TemplateChoice::Other(_) => {
                    self.verifier.verify_by(&repaired.text, template.as_ref())
                }
            };
            if answer.signature_holds(self.kind) {
                let input = CoreInput::from(repaired.text.as_slice());
                let read = self.read(input, &repaired.text, template.as_ref());
                findings.prove(Found {
                    subject: Subject::Received,
                    changes: [before, &[repaired.change]].concat(),
                    text: read.fields.text(),
                });
                return true;
            }
        }
        false
    }

    /// Searches for one more change of a repaired URL.
    fn search_repaired(
        &self,
        repaired: &Repaired,
        budget: &mut Budget<'_>,
        findings: &mut Findings,
    ) -> bool {
        let template = self.template_of(repaired.by);
        if matches!(repaired.by, TemplateChoice::Other(_)) && template.is_none() {
            return false;
        }
        let input = CoreInput::from(repaired.text.as_slice());
        let read = self.read(input, &repaired.text, template.as_ref());
        let signature = &read.fields.surroundings.signature;
        let targets = shape::targets(signature, self.kind, Subject::Received);
        let candidates = Candidates::of(&read.fields);
        if budget.charge_text(candidates.bytes()).is_break() {
            return false;
        }
        let before = [repaired.change];
        self.search(
            &candidates,
            &targets,
            &before,
            MOST_CHANGES,
            budget,
            findings,
        )
    }

    fn template_of(&self, by: TemplateChoice) -> Option<RedirectTemplate<'_>> {
        match by {
            TemplateChoice::Same => self.verifier.template().map(RedirectTemplate::from),
            TemplateChoice::None => None,
            TemplateChoice::Other(at) => {
                let template = RedirectTemplate::parse(*self.request.other_templates.get(at)?);
                template
                    .ok()
                    .filter(|template| template.check_extractable().is_ok())
            }
        }
    }

    /// Returns the core's answer as a cause, with the certainty of its row.
    fn answered_cause(&self) -> (Change, Certainty) {
        let change = self.answered();
        (change, change.mistake.certainty())
    }

    /// Returns the mistake that the core's answer names.
    fn answered(&self) -> Change {
        let Err(error) = self.answer.result else {
            return Change::new(Mistake::Malformed);
        };
        let has = |name| error.parameters().any(|parameter| parameter == name);
        let is_webhook = self.kind == Kind::Webhook;
        let mistake = match error.code() {
            Code::InvalidSecret => {
                let secrets = self.request.secrets.iter();
                let hint = secrets
                    .filter_map(|secret| keys::hint(secret, self.kind))
                    .next();
                return hint.unwrap_or(Change::with(Mistake::Argument, "the secret"));
            }
            // One of the headers has the right signature, and another has a wrong one.
            Code::InvalidSignature | Code::DuplicateParameter if is_webhook => {
                return Change::with(Mistake::HeaderStyle, "there are two, and they differ");
            }
            Code::DuplicateParameter if self.has_duplicate(&error) => Mistake::Duplicate,
            Code::DuplicateParameter => Mistake::DoubtfulName,
            Code::MissingParameter if self.kind == Kind::Return => Mistake::TemplateLacks,
            Code::MissingParameter => Mistake::Missing,
            Code::MalformedParameter if has("ts") => match self.sent_time() {
                Some(time) if time.len() > 11 && time.iter().all(u8::is_ascii_digit) => {
                    Mistake::TsMilliseconds
                }
                Some(time) if time.iter().any(|byte| matches!(byte, b'-' | b':' | b'.')) => {
                    Mistake::TsText
                }
                Some(_) | None => Mistake::Malformed,
            },
            Code::UnexpectedValue => Mistake::UnexpectedValue,
            Code::InvalidTemplate => return Change::with(Mistake::Argument, "the template"),
            code if code.is_refusal() => Mistake::Malformed,
            _ => Mistake::Argument,
        };
        Change {
            mistake,
            detail: parameters(&error),
        }
    }

    /// Returns `true` if a parameter that the error names occurs twice under its exact name: in the
    /// query, or at two places of the template with different values.
    fn has_duplicate(&self, error: &Error) -> bool {
        let Some(text) = self.text() else {
            return false;
        };
        let template = self.verifier.template().map(RedirectTemplate::as_str);
        let places = |name| {
            let field = Fields::RETURN.iter().find(|it| it.short_name() == name)?;
            let placeholder = ["{", field.long_name(), "}"].concat();
            Some(template?.matches(&placeholder).count())
        };
        error
            .parameters()
            .any(|name| repair::count(&text, name).max(places(name).unwrap_or(0)) > 1)
    }

    fn text(&self) -> Option<Vec<u8>> {
        match self.request.message {
            Message::Link(Input::Text(text)) | Message::Return(Input::Text(text)) => {
                Some(text.to_vec())
            }
            Message::Link(Input::Pairs(pairs)) | Message::Return(Input::Pairs(pairs)) => {
                Some(repair::query_of(pairs))
            }
            Message::Webhook { .. } => None,
        }
    }

    fn sent_time(&self) -> Option<Vec<u8>> {
        let text = self.text()?;
        let read = self.read(
            CoreInput::from(text.as_slice()),
            &text,
            self.verifier.template(),
        );
        read.fields.values.last().cloned()
    }

    /// Adds hints for a link or return that nothing explains.
    fn hints(&self, text: &[u8], read: &Read, findings: &mut Findings) {
        let lacks_signature = read.missing.contains(&Field::Signature);
        let code = self.answer.code().filter(|_| !self.holds());
        if self.kind == Kind::Return && repair::has_placeholder(text) {
            findings.hint(Change::new(Mistake::TemplateUnfilled));
            return;
        }
        if lacks_signature && read.missing.len() == 1 && !read.is_foreign {
            findings.hint(Change::new(Mistake::SigRemoved));
            return;
        }
        self.shape_hints(&[&read.fields.surroundings.signature], findings);
        if read.is_foreign {
            findings.hint(Change::new(Mistake::TemplateMismatch));
        } else if code.is_some_and(|code| code != Code::InvalidSignature) {
            findings.hint(self.answered());
        }
    }

    fn shape_hints(&self, received: &[&[u8]], findings: &mut Findings) {
        if let Some(computed) = self.request.computed
            && let Some(change) = shape::hint(computed, self.kind)
        {
            findings.subject = Some(Subject::Computed);
            findings.hint(change);
            return;
        }
        if self.holds() {
            return;
        }
        for change in received
            .iter()
            .filter_map(|text| shape::hint(text, self.kind))
        {
            findings.hint(change);
        }
    }

    /// Makes the diagnosis, without secrets and signatures.
    fn diagnosis(&self, findings: Findings, budget: &Budget<'_>) -> Diagnosis {
        let cause = |(change, certainty): &(Change, Certainty)| Cause {
            mistake: change.mistake,
            certainty: *certainty,
            sentence: change.mistake.sentence(),
            detail: change.detail.to_text(),
            fix: change.mistake.fix(self.kind),
            chapter: change.mistake.chapter(),
        };
        let is_proved = findings
            .causes
            .iter()
            .any(|cause| cause.1 == Certainty::Proof);
        let notes = findings
            .notes
            .iter()
            .map(|change| (*change, Certainty::Note));
        Diagnosis {
            verdict: match () {
                () if findings.is_valid => Verdict::Valid,
                () if is_proved => Verdict::Explained,
                () if !findings.causes.is_empty() => Verdict::Hinted,
                () => Verdict::Unexplained,
            },
            subject: findings.subject.unwrap_or(match self.request.computed {
                Some(_) if self.holds() => Subject::Computed,
                Some(_) | None => Subject::Received,
            }),
            causes: findings.causes.iter().map(cause).collect(),
            notes: notes.map(|note| cause(&note)).collect(),
            checks: self.answer.checks(self.kind, self.request.now.is_some()),
            signed_text: findings.right.filter(|_| self.request.values).map(|right| {
                let hidden = self.hidden(&right, findings.used.as_deref());
                show::signed_text(&right, findings.used.as_deref(), &hidden)
            }),
            candidates: budget.tried,
            bound: budget.bound,
            ..Diagnosis::unexplained(self.kind)
        }
    }

    /// Collects the texts that must not be shown: secrets, keys and signatures.
    fn hidden(&self, right: &[u8], used: Option<&[u8]>) -> Hidden {
        let mut hidden = Collector::default();
        let others = self.request.others.iter().map(|other| other.text);
        for secret in self.request.secrets.iter().copied().chain(others) {
            hidden.secret(secret);
            Keys::each(secret, self.kind, &mut |key| hidden.key(key));
        }
        // Another secret is already one mistake, so the search derives at most one more from it.
        for secret in self.request.secrets {
            let around = hidden::PART - 1;
            Keys::each_twice(secret, self.kind, around, &mut |key| hidden.key(key));
        }
        for key in self.keys.given() {
            for text in core::iter::once(right).chain(used) {
                hidden.tag(&key.tag(text));
            }
        }
        if let Some(computed) = self.request.computed {
            hidden.received(computed);
        }
        if let Message::Webhook { headers, .. } = self.request.message {
            let values = headers.iter().map(|(_, value)| *value);
            values
                .filter(|value| value.len() >= 2 * shape::PROOF)
                .for_each(|value| hidden.received(value));
        } else if let Some(text) = self.text() {
            let template = self.verifier.template();
            let read = self.read(CoreInput::from(text.as_slice()), &text, template);
            hidden.received(&read.fields.surroundings.signature);
        }
        hidden.hidden()
    }
}

/// Returns the parameter names of an error.
fn parameters(error: &Error) -> Detail {
    let mut names = Names::default();
    for (name, parameter) in names.iter_mut().zip(error.parameters()) {
        *name = parameter;
    }
    match names[0] {
        "" => Detail::None,
        _ => Detail::Fields("#", names),
    }
}
