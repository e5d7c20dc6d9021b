//! The core's own verification, with its checks one by one.

use visiono_workflow::{
    Code, DEFAULT_LEEWAY, DEFAULT_MAX_AGE, DEFAULT_WEBHOOK_MAX_AGE, Error, ExpectLink,
    ExpectReturn, Field, Input as CoreInput, MAX_WEBHOOK_BODY, RedirectTemplate, Webhook,
    WebhookHeaders, Workflow, check_now,
};

use crate::catalogue::Kind;
use crate::diagnosis::{Check, Outcome};
use crate::request::{Input, Message, Request};

/// The checks of a link or a return, in order: `docs/protocol.md`, section 5.
const CHECKS: [(&str, &str); 7] = [
    (
        "arguments",
        "the secrets, the template and the expected values are usable",
    ),
    (
        "duplicates",
        "no parameter occurs twice or under a doubtful name",
    ),
    ("missing", "every parameter is present"),
    ("form", "every value has the right form"),
    ("signature", "a secret signed the message"),
    ("time", "the message is recent"),
    ("expected", "the values are the expected ones"),
];

/// The checks of a webhook, in order: section 7.
const WEBHOOK_CHECKS: [(&str, &str); 7] = [
    ("arguments", "the secrets and the time are usable"),
    ("size", "the body has at most 1 MiB"),
    ("header", "there is a signature header"),
    ("signature", "a secret signed the body"),
    ("body", "the body is JSON with an event"),
    ("timestamp", "the event has a readable time, if it has one"),
    ("time", "the event is recent"),
];

/// The result of the core's verification.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) result: Result<(), Error>,
    /// The index of the check that failed, or the number of checks if all passed.
    failed: usize,
}

impl Answer {
    fn of(kind: Kind, result: Result<(), Error>, is_large: bool) -> Self {
        let failed = match &result {
            Ok(()) => CHECKS.len(),
            Err(error) if kind == Kind::Webhook => webhook_check(error, is_large),
            Err(error) => check(error),
        };
        Self { result, failed }
    }

    /// Returns `true` if the signature is right. Later checks don't matter here.
    pub(crate) fn signature_holds(&self, kind: Kind) -> bool {
        let signature = if kind == Kind::Webhook { 3 } else { 4 };
        self.failed > signature
    }

    pub(crate) fn code(&self) -> Option<Code> {
        self.result.err().map(|error| error.code())
    }

    /// Lists the checks with their outcomes.
    pub(crate) fn checks(&self, kind: Kind, has_time: bool) -> Vec<Check> {
        let checks = if kind == Kind::Webhook {
            WEBHOOK_CHECKS
        } else {
            CHECKS
        };
        let failed = self.result.err();
        checks
            .into_iter()
            .enumerate()
            .map(|(at, (name, title))| {
                let error = failed.filter(|_| at == self.failed);
                Check {
                    name,
                    title,
                    outcome: match at.cmp(&self.failed) {
                        core::cmp::Ordering::Less if name == "time" && !has_time => {
                            Outcome::NotReached
                        }
                        core::cmp::Ordering::Less => Outcome::Passed,
                        core::cmp::Ordering::Equal => Outcome::Failed,
                        core::cmp::Ordering::Greater => Outcome::NotReached,
                    },
                    code: error.map(|error| error.code().as_str()),
                    message: error.map(|error| error.to_string()),
                }
            })
            .collect()
    }
}

/// Returns the index of the check that raises this error.
fn check(error: &Error) -> usize {
    match error.code() {
        Code::DuplicateParameter => 1,
        Code::MissingParameter => 2,
        Code::MalformedParameter => 3,
        Code::InvalidSignature => 4,
        Code::Expired | Code::NotYetValid => 5,
        Code::UnexpectedValue => 6,
        // The caller's mistakes.
        _ => 0,
    }
}

fn webhook_check(error: &Error, is_large: bool) -> usize {
    let is_about = |name| error.parameters().any(|parameter| parameter == name);
    match error.code() {
        Code::MalformedParameter if is_large => 1,
        Code::MissingParameter if is_about("timestamp") => 5,
        Code::MissingParameter => 2,
        Code::InvalidSignature => 3,
        Code::MalformedParameter => 4,
        Code::Expired | Code::NotYetValid => 6,
        _ => 0,
    }
}

/// The arguments for verifying the message of a request and its repaired versions.
pub(crate) struct Verifier<'r> {
    request: &'r Request<'r>,
    workflow: Result<Workflow, Error>,
    template: Option<Result<RedirectTemplate<'r>, Error>>,
}

impl<'r> Verifier<'r> {
    pub(crate) fn new(request: &'r Request<'r>) -> Self {
        let (max_age, leeway) = window(request, DEFAULT_MAX_AGE);
        let texts = request.secrets.iter().map(|text| Some(*text));
        Self {
            request,
            workflow: Workflow::from_texts(texts)
                .map(|workflow| workflow.max_age(max_age).leeway(leeway)),
            template: request.template.map(RedirectTemplate::parse),
        }
    }

    /// Returns the template, if it is usable.
    pub(crate) fn template(&self) -> Option<&RedirectTemplate<'r>> {
        let template = self.template.as_ref()?.as_ref().ok()?;
        template.check_extractable().is_ok().then_some(template)
    }

    /// Verifies the message as it arrived.
    pub(crate) fn verify(&self) -> Answer {
        match self.request.message {
            Message::Link(input) | Message::Return(input) => {
                self.verify_input(input, self.template.as_ref())
            }
            Message::Webhook { body, headers } => {
                let result = self.verify_webhook(body, headers);
                Answer::of(Kind::Webhook, result, body.len() > MAX_WEBHOOK_BODY)
            }
        }
    }

    /// Verifies a repaired link or return.
    pub(crate) fn verify_text(&self, text: &[u8]) -> Answer {
        self.verify_input(Input::Text(text), self.template.as_ref())
    }

    /// Verifies a return by another template, or without one.
    pub(crate) fn verify_by(&self, text: &[u8], template: Option<&RedirectTemplate<'_>>) -> Answer {
        let template = template.map(|template| Ok(RedirectTemplate::from(template)));
        self.verify_input(Input::Text(text), template.as_ref())
    }

    fn verify_input(
        &self,
        input: Input<'_>,
        template: Option<&Result<RedirectTemplate<'_>, Error>>,
    ) -> Answer {
        let kind = self.request.message.kind();
        let result = match input {
            Input::Text(text) => self.verify_core(CoreInput::from(text), template),
            Input::Pairs(pairs) => self.verify_core(CoreInput::from(pairs), template),
        };
        Answer::of(kind, result, false)
    }

    fn verify_core(
        &self,
        input: CoreInput<'_>,
        template: Option<&Result<RedirectTemplate<'_>, Error>>,
    ) -> Result<(), Error> {
        let request = self.request;
        let now = check_now(request.now.unwrap_or(0).into())?;
        let entries = || {
            let entries = request.expect.iter();
            entries.map(|(field, value)| Ok((*field, Some(*value))))
        };
        if request.message.kind() == Kind::Link {
            let expect = ExpectLink::from_entries(entries())?;
            let workflow = self.workflow.as_ref().map_err(|error| *error)?;
            return workflow.verify_link(input, now, &expect).map(|_| ());
        }
        let expect = ExpectReturn::from_entries(entries())?;
        let workflow = self.workflow.as_ref().map_err(|error| *error)?;
        let template = template
            .map(|template| template.as_ref().map_err(|error| *error))
            .transpose()?;
        workflow
            .verify_return(input, template, now, &expect)
            .map(|_| ())
    }

    fn verify_webhook(&self, body: &[u8], headers: &[(&[u8], &[u8])]) -> Result<(), Error> {
        let request = self.request;
        let now = check_now(request.now.unwrap_or(0).into())?;
        let (max_age, leeway) = window(request, DEFAULT_WEBHOOK_MAX_AGE);
        let webhook = Webhook::from_texts(request.secrets.iter().map(|text| Some(*text)))?
            .max_age(max_age)
            .leeway(leeway)
            .require_timestamp(request.require_timestamp);
        let headers: WebhookHeaders<'_> = headers.iter().copied().collect();
        webhook.receive(body, &headers, now).map(|_| ())
    }

    /// Returns the value that the caller expects of a field.
    pub(crate) fn expected(&self, field: Field) -> Option<Vec<u8>> {
        use visiono_workflow::ExpectedValue::{Number, Text};
        let mut expect = self.request.expect.iter();
        let (_, value) = expect.find(|(name, _)| *name == field)?;
        Some(match value {
            Text(text) => text.as_bytes().to_vec(),
            Number(number) => number.to_string().into_bytes(),
        })
    }
}

/// Returns the maximum age and the leeway, which are unlimited if no time is checked.
fn window(request: &Request<'_>, max_age: u64) -> (u64, u64) {
    match request.now {
        Some(_) => (
            request.max_age.unwrap_or(max_age),
            request.leeway.unwrap_or(DEFAULT_LEEWAY),
        ),
        None => (u64::MAX, u64::MAX),
    }
}
