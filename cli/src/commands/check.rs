//! `check`: sends genuine and hostile messages to a running integration, and reports what it
//! accepts.
//!
//! ```text
//! cases (the table) ─ webhooks, returns (the core signs) ─▶ client ─▶ verdict ─▶ report
//!                       └ start (the integration's own link)
//! ```

mod cases;
mod client;
mod report;
mod returns;
mod start;
mod verdict;
mod webhooks;

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::{Args, ValueHint};
use visiono_workflow::{
    RedirectTemplate, ReturnFields, TestEvent, Webhook, WebhookSecret, Workflow, WorkflowSecret,
    unix_time,
};

use self::cases::{CASES, Case, Make};
use self::client::{Answer, connect};
use self::returns::ReturnMaker;
use self::start::{Browser, LinkValues};
use self::verdict::Row;
use self::webhooks::WebhookMaker;
use crate::commands::template::Verifiable;
use crate::failure::Failure;
use crate::input;
use crate::output::Done;
use crate::receiver::Receiver;
use crate::secrets::BothSecretArguments;

/// The number of messages that are sent concurrently.
const WORKERS: usize = 8;

const AFTER_HELP: &str = "\
The status of an answer decides:
  webhooks  2xx accepts, as at Visiono; 4xx refuses
  returns   2xx and 3xx accept, so a page of yours that refuses must answer 4xx
  5xx, no answer within 30 s, and a page with a stack trace are faults of their
  own, whatever was sent

A receiver that answers a duplicate with 2xx and processes it twice looks right
from outside: test that yourself.

Exit status:
  0  every message was handled correctly
  1  something forged got in, something genuine was refused, or the receiver
     failed
  2  the caller's mistake: nothing was learned

Examples:
  visiono-workflow check http://localhost:8000/webhook
  visiono-workflow check --return http://localhost:8000/done --reference ticket-456
  visiono-workflow check http://localhost:8000/webhook \\
      --start http://localhost:8000/tickets/ticket-456 \\
      --start http://localhost:8000/tickets/ticket-457 \\
      --return 'http://localhost:8000/tickets/{reference}/done?sub={submission_id}\\
&uv={unique_value}&ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}'";

/// Sends genuine and hostile messages to a running integration, and reports what it accepts
///
/// The messages are signed with your secrets, and genuine ones are accepted: use an integration
/// with test data. They are only sent to this machine, or to hosts that you name.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Check {
    /// Address that receives webhooks: `http://` and this machine
    #[arg(
        value_name = "URL",
        value_hint = ValueHint::Url,
        required_unless_present = "page"
    )]
    url: Option<String>,

    /// Redirect template of the page that receives returns, with the integration's own address
    #[arg(long = "return", value_name = "TEMPLATE", value_hint = ValueHint::Url)]
    page: Option<String>,

    /// Page from which the integration sends a person to Visiono
    ///
    /// Its link, redirect or form is followed in a browser session for each return, and its link
    /// determines the expected ticket. Pass a second page for another ticket, whose return is tried
    /// on the first. Without it, the other ticket is made up.
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, requires = "page")]
    start: Vec<String>,

    /// Host other than this machine to which messages may be sent; repeatable
    ///
    /// The host could take them for Visiono's: name a machine that only has test data.
    #[arg(long, value_name = "HOST", value_hint = ValueHint::Hostname)]
    allow_host: Vec<String>,

    /// Unique value that the integration expects, without --start
    #[arg(
        long,
        value_name = "V",
        default_value = TestEvent::default().unique_value,
        allow_hyphen_values = true
    )]
    unique_value: String,

    /// Record that the integration expects, without --start
    #[arg(
        long,
        value_name = "V",
        default_value = TestEvent::default().reference,
        allow_hyphen_values = true
    )]
    reference: String,

    /// File for the results in `JUnit` XML, for a build server
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    junit: Option<PathBuf>,

    #[command(flatten)]
    secrets: BothSecretArguments,
}

/// The receiver of webhooks, and the keys for it.
struct WebhookReceiver {
    receiver: Receiver,
    webhook: Webhook,
    forger: Webhook,
}

/// The page for returns, and the keys for it.
struct ReturnPage {
    receiver: Receiver,
    template: String,
    start: Vec<Receiver>,
    workflow: Workflow,
    forger: Workflow,
    signer: Webhook,
    other: LinkValues,
}

/// The parts that the cases are made of.
struct Run {
    hooks: Option<WebhookReceiver>,
    pages: Option<ReturnPage>,
    known: LinkValues,
    /// A random ID, so that no event is a duplicate of an earlier run's.
    id: String,
}

impl Check {
    pub(crate) fn run(&self) -> Result<Done, Failure> {
        let run = self.prepare()?;
        // Opened before anything is sent, so that a mistake in the path is reported first.
        let junit = self.junit.as_ref().map(File::create).transpose();
        let unwritable = |error| Failure::argument(format!("--junit: can't be written: {error}"));
        let junit = junit.map_err(unwritable)?;
        let rows = run.rows();
        if let Some(file) = junit {
            report::write_junit(file, &rows)
                .map_err(|error| unwritable(io::Error::other(error)))?;
        }
        Ok(report::done(&rows))
    }

    /// Reads the arguments, and requests the start page once. Fails for the caller's mistake.
    fn prepare(&self) -> Result<Run, Failure> {
        let id = input::random_id()?;
        let hooks = self.url.as_deref().map(|url| self.hooks(url)).transpose()?;
        let page = self.page.as_deref();
        let pages = page.map(|page| self.pages(page, &id)).transpose()?;
        let mut known = LinkValues {
            unique_value: self.unique_value.clone(),
            source: TestEvent::default().source.to_owned(),
            reference: self.reference.clone(),
        };
        let mut run = Run {
            hooks,
            pages,
            known: known.clone(),
            id,
        };
        if let Some(pages) = &mut run.pages {
            let mut links = Vec::new();
            for start in &pages.start {
                let link = Browser::default().start(start, &pages.workflow);
                let why = |why| Failure::argument(format!("--start: {why}"));
                links.push(link.map_err(why)?);
            }
            let mut links = links.into_iter();
            known = links.next().unwrap_or(known);
            pages.other = links.next().unwrap_or_else(|| pages.other.clone());
        }
        run.known = known;
        run.check_fields()?;
        Ok(run)
    }

    fn hooks(&self, url: &str) -> Result<WebhookReceiver, Failure> {
        Ok(WebhookReceiver {
            receiver: self.receiver("URL", url)?,
            webhook: self.secrets.webhook()?,
            forger: Webhook::new(WebhookSecret::new(&forgers_secret()?)?)?,
        })
    }

    fn pages(&self, page: &str, id: &str) -> Result<ReturnPage, Failure> {
        let receiver = self.receiver("--return", page)?;
        // The core only allows this machine to go without TLS, and no signature covers the host.
        let template = format!("http://localhost{}", receiver.target);
        let parsed = RedirectTemplate::parse(&template)?;
        if let Some(obstacle) = Verifiable::of(&parsed).obstacle() {
            let what = format!("--return: no return can be verified, because {obstacle}");
            return Err(Failure::argument(what));
        }
        if self.start.len() > 2 {
            return Err(Failure::argument("--start is given more than twice"));
        }
        let start = self.start.iter().map(|url| self.receiver("--start", url));
        let start: Vec<_> = start.collect::<Result<_, _>>()?;
        let (workflow, signer) = self.secrets.workflow()?;
        Ok(ReturnPage {
            receiver,
            template,
            start,
            workflow,
            forger: Workflow::new(WorkflowSecret::new(&forgers_secret()?)?)?,
            signer,
            other: LinkValues {
                unique_value: format!("other-{id}"),
                source: TestEvent::default().source.to_owned(),
                reference: format!("other-{id}"),
            },
        })
    }

    /// Parses the URL of a receiver, and checks that something listens there.
    fn receiver(&self, name: &str, url: &str) -> Result<Receiver, Failure> {
        let receiver = Receiver::among(url, &self.allow_host);
        let receiver = receiver.map_err(|why| Failure::argument(format!("{name}: {why}")))?;
        connect(&receiver).map_err(|error| {
            let authority = &receiver.authority;
            Failure::argument(format!(
                "{name}: nothing answers at {authority}: {error}: start your integration first"
            ))
        })?;
        Ok(receiver)
    }
}

fn forgers_secret() -> Result<String, Failure> {
    Ok([input::random_id()?, input::random_id()?].concat())
}

impl Run {
    /// Makes one message of each kind, to check that the others can be made.
    fn check_fields(&self) -> Result<(), Failure> {
        if let Some(hooks) = &self.hooks {
            let event = TestEvent {
                unique_value: &self.known.unique_value,
                reference: &self.known.reference,
                ..TestEvent::default()
            };
            hooks
                .webhook
                .test_delivery("submission.created", &event, unix_time())?;
        }
        if let Some(pages) = &self.pages {
            for known in [&self.known, &pages.other] {
                let fields = ReturnFields {
                    submission_id: "pls_1",
                    unique_value: &known.unique_value,
                    reference: &known.reference,
                    photo_count: 0,
                    timestamp: unix_time(),
                };
                pages
                    .workflow
                    .sign_return(pages.template.as_str(), &fields)?;
            }
        }
        Ok(())
    }

    /// Sends all messages, several concurrently, and returns the results.
    fn rows(&self) -> Vec<Row> {
        let (hooks, pages): (Vec<_>, Vec<_>) = CASES.iter().partition(|case| case.is_webhook());
        let hooks = self.hooks.as_ref().map_or(vec![], |_| hooks);
        let pages = self.pages.as_ref().map_or(vec![], |_| pages);
        let progress = Progress::new(hooks.len() + pages.len());
        // Returns of one session are sent one after the other, because a ticket may accept only one
        // of them.
        let is_started = self
            .pages
            .as_ref()
            .is_some_and(|pages| !pages.start.is_empty());
        let mut rows = self.rows_of(&hooks, WORKERS, &progress);
        rows.extend(self.rows_of(&pages, if is_started { 1 } else { WORKERS }, &progress));
        progress.end();
        rows
    }

    fn rows_of(&self, cases: &[&'static Case], workers: usize, progress: &Progress) -> Vec<Row> {
        let next = AtomicUsize::new(0);
        let rows = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..workers.min(cases.len()) {
                scope.spawn(|| {
                    loop {
                        let at = next.fetch_add(1, Ordering::Relaxed);
                        let Some(case) = cases.get(at) else { break };
                        let answer = self.send(case, at);
                        progress.step();
                        if let (Some(answer), Ok(mut rows)) = (answer, rows.lock()) {
                            rows.push((at, Row::new(case, answer)));
                        }
                    }
                });
            }
        });
        let mut rows = rows.into_inner().unwrap_or_default();
        rows.sort_by_key(|(at, _)| *at);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Makes and sends the message of a case. Returns `None` if it can't be made.
    fn send(&self, case: &Case, at: usize) -> Option<Answer> {
        let id = format!("pls_{}-{at}", self.id);
        match case.make {
            Make::Webhook(make) => {
                let hooks = self.hooks.as_ref()?;
                let maker = WebhookMaker {
                    webhook: &hooks.webhook,
                    forger: &hooks.forger,
                    receiver: &hooks.receiver,
                    now: unix_time(),
                    id,
                    known: &self.known,
                };
                Some(make(&maker).send())
            }
            Make::Return(make) => {
                let pages = self.pages.as_ref()?;
                let browser = Browser::default();
                for start in pages.start.iter().take(1) {
                    if let Err(why) = browser.start(start, &pages.workflow) {
                        return Some(Answer::none(format!("--start: {why}")));
                    }
                }
                let maker = ReturnMaker {
                    workflow: &pages.workflow,
                    forger: &pages.forger,
                    signer: &pages.signer,
                    receiver: &pages.receiver,
                    template: &pages.template,
                    now: unix_time(),
                    id,
                    known: &self.known,
                    other: &pages.other,
                    is_started: !pages.start.is_empty(),
                    browser,
                };
                make(&maker).map(|page| page.send())
            }
        }
    }
}

/// A line on a terminal that counts the messages.
struct Progress {
    done: AtomicUsize,
    all: usize,
    is_shown: bool,
}

impl Progress {
    fn new(all: usize) -> Self {
        Self {
            done: AtomicUsize::new(0),
            all,
            is_shown: io::stderr().is_terminal(),
        }
    }

    fn step(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        self.show(&format!("{done} of {} messages", self.all));
    }

    /// Clears the line.
    fn end(&self) {
        self.show("");
    }

    fn show(&self, text: &str) {
        if self.is_shown {
            // The line is for a person, who may have closed the terminal.
            let _ = write!(io::stderr().lock(), "\r\x1b[K{text}");
        }
    }
}
