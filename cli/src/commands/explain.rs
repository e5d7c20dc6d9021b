//! `explain`: names the mistake that made a signature wrong.

mod diagnostic;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand, ValueHint};
use visiono_workflow_explain::{
    Input, Message, OtherSecret, Progress, Relation, Request, explain_with_progress,
};
use zeroize::Zeroizing;

use crate::arguments::{self, Expectations, header, number};
use crate::failure::Failure;
use crate::input;
use crate::output::Done;
use crate::secrets::{self, WEBHOOK_VARIABLE, WORKFLOW_VARIABLE};

const EXAMPLES: &str = "\
Examples:
  visiono-workflow explain link --secret-file workflow.secret - < url.txt
  visiono-workflow explain return --secret-file workflow.secret - < url.txt \\
      --computed 5d41402abc4b2a76b9719d911017c592...
  visiono-workflow explain webhook --secret-file webhook.secret body.json \\
      --header 'X-Visiono-Signature: sha256=...'

Exit status:
  0  there is a diagnosis, whatever it says: it accepts nothing, verify does
  2  the caller's mistake";

/// Explains why the signature of a message is wrong
///
/// Use it on your own machine, or on a message from a staging log. Pass the secret as Visiono shows
/// it. Visiono signs returns and webhooks, so there the message is usually right and your own check
/// is wrong. Pass the signature that your code computed as --computed to have that one explained.
/// The output contains no secret and no signature that would have been right.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum Explain {
    Link(Link),
    Return(Return),
    Webhook(Webhook),
}

/// Explains a link, which your system signs and Visiono refuses
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Link {
    #[command(flatten)]
    message: arguments::Message,
    #[command(flatten)]
    expectations: Expectations,
    #[command(flatten)]
    options: CommonOptions,
}

/// Explains a return, which Visiono signs and your system refuses
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Return {
    #[command(flatten)]
    message: arguments::Message,
    /// Redirect template that the return was made from; the next ones are tried as well
    #[arg(long = "template", value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    templates: Vec<OsString>,
    #[command(flatten)]
    expectations: Expectations,
    #[command(flatten)]
    options: CommonOptions,
}

/// Explains a webhook, which Visiono signs and your system refuses
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Webhook {
    /// File with the raw body as it arrived, or `-` to read it from standard input
    #[arg(value_name = "BODY|-", value_hint = ValueHint::FilePath)]
    body: PathBuf,
    /// Header of the request, as it arrived; repeatable
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    /// URL to which the webhook was sent, which other schemes sign
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    endpoint: Option<OsString>,
    #[command(flatten)]
    options: CommonOptions,
}

/// The options that every kind of message has.
#[derive(Args)]
struct CommonOptions {
    /// File with the secret; repeatable [default: the secret of the environment]
    #[arg(long = "secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    secrets: Vec<PathBuf>,
    /// File with another secret that may have been used: of another link, endpoint or kind
    #[arg(long = "other-secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    others: Vec<PathBuf>,
    /// File with the secret from before a rotation
    #[arg(long = "old-secret-file", value_name = "PATH", value_hint = ValueHint::FilePath)]
    rotated: Vec<PathBuf>,
    /// Signature that your own code computed for this message
    #[arg(long, value_name = "SIGNATURE")]
    computed: Option<OsString>,
    /// Time to verify at, in Unix seconds [default: the system's clock]
    #[arg(long, value_name = "S", value_parser = number, allow_negative_numbers = true)]
    now: Option<i128>,
    /// Hides the signed text, for a log that others read
    #[arg(long)]
    no_values: bool,
}

/// The secrets of a request. Their text is wiped on drop.
struct Secrets {
    texts: Vec<Zeroizing<Vec<u8>>>,
    others: Vec<(Zeroizing<Vec<u8>>, Relation)>,
}

impl Secrets {
    fn texts(&self) -> Vec<&[u8]> {
        self.texts.iter().map(|text| text.as_slice()).collect()
    }

    fn others(&self) -> Vec<OtherSecret<'_>> {
        let others = self.others.iter();
        others
            .map(|(text, relation)| OtherSecret {
                text,
                relation: *relation,
            })
            .collect()
    }
}

impl Explain {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        match self {
            Self::Link(command) => command.run(),
            Self::Return(command) => command.run(),
            Self::Webhook(command) => command.run(),
        }
    }
}

impl Link {
    fn run(&self) -> Result<Done, Failure> {
        let secrets = self.options.secrets(WORKFLOW_VARIABLE)?;
        let (texts, others) = (secrets.texts(), secrets.others());
        let expect: Vec<_> = self.expectations.values()?.collect();
        let message = input::message(&self.message.message)?;
        let message = Message::Link(Input::Text(&message));
        let request = Request::new(message, &texts)
            .others(&others)
            .expect(&expect);
        self.options.answer(request)
    }
}

impl Return {
    fn run(&self) -> Result<Done, Failure> {
        let secrets = self.options.secrets(WORKFLOW_VARIABLE)?;
        let (texts, others) = (secrets.texts(), secrets.others());
        let expect: Vec<_> = self.expectations.values()?.collect();
        let templates = self.templates.iter();
        let templates: Vec<_> = templates
            .map(|template| template.as_encoded_bytes())
            .collect();
        let message = input::message(&self.message.message)?;
        let message = Message::Return(Input::Text(&message));
        let mut request = Request::new(message, &texts)
            .others(&others)
            .expect(&expect);
        if let Some((template, others)) = templates.split_first() {
            request = request.template(template).other_templates(others);
        }
        self.options.answer(request)
    }
}

impl Webhook {
    fn run(&self) -> Result<Done, Failure> {
        let secrets = self.options.secrets(WEBHOOK_VARIABLE)?;
        let (texts, others) = (secrets.texts(), secrets.others());
        let headers = self.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
            .collect();
        let body = input::body_of(&self.body)?;
        let message = Message::Webhook {
            body: &body,
            headers: &headers,
        };
        let mut request = Request::new(message, &texts).others(&others);
        if let Some(url) = &self.endpoint {
            request = request.endpoint(url.as_encoded_bytes());
        }
        self.options.answer(request)
    }
}

impl CommonOptions {
    fn secrets(&self, variable: &str) -> Result<Secrets, Failure> {
        let texts = secrets::texts(&self.secrets, variable, secrets::OPTION)?;
        // Visiono's prefixes distinguish its kinds of secrets.
        let prefix = |text: &[u8]| (text.starts_with(b"whsec_"), text.starts_with(b"vsk_"));
        let kinds: Vec<_> = texts.iter().map(|text| prefix(text)).collect();
        let others = secrets::files(&self.others, "other secret")?
            .into_iter()
            .map(|text| {
                let relation = match kinds.contains(&prefix(&text)) {
                    true => Relation::OtherEndpoint,
                    false => Relation::OtherKind,
                };
                (text, relation)
            });
        let rotated = secrets::files(&self.rotated, "old secret")?.into_iter();
        let others = others
            .chain(rotated.map(|text| (text, Relation::Rotated)))
            .collect();
        Ok(Secrets { texts, others })
    }

    /// Explains the message.
    fn answer<'a>(&'a self, request: Request<'a>) -> Result<Done, Failure> {
        let mut request = request
            .now(arguments::now(self.now)?)
            .values(!self.no_values);
        if let Some(computed) = &self.computed {
            request = request.computed(computed.as_encoded_bytes());
        }
        let mut shown = SearchProgress::new();
        let diagnosis = explain_with_progress(&request, &mut |progress| {
            shown.update(progress);
            ControlFlow::Continue(())
        });
        shown.clear();
        let outputs = serde_json::to_value(&diagnosis).map_err(|error| {
            Failure::argument(format!("the diagnosis can't be written: {error}"))
        })?;
        Ok(Done::new(outputs, diagnostic::text(&diagnosis)))
    }
}

/// The progress on a terminal: a line that appears if the search takes longer than a second.
struct SearchProgress {
    next: Option<Instant>,
    is_there: bool,
}

impl SearchProgress {
    fn new() -> Self {
        let is_terminal = io::stderr().is_terminal();
        Self {
            next: is_terminal.then(|| Instant::now() + Duration::from_secs(1)),
            is_there: false,
        }
    }

    fn update(&mut self, progress: Progress) {
        let now = Instant::now();
        if self.next.is_none_or(|next| now < next) {
            return;
        }
        self.next = Some(now + Duration::from_millis(100));
        self.is_there = true;
        let Progress { tried, total, .. } = progress;
        let percent = (tried * 100).checked_div(total).unwrap_or(0).min(99);
        // A failure to write this can't be reported anywhere.
        let _ = write!(
            io::stderr(),
            "\rsearching: {percent} % of {total} candidates "
        );
    }

    fn clear(&self) {
        if self.is_there {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
