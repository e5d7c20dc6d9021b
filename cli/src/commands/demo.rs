//! `demo`: a link, its return and five forgeries, with a random secret.

use std::fmt::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};
use visiono_workflow::{
    Code, DEFAULT_MAX_AGE, Error, ExpectLink, ExpectReturn, LinkFields, LinkUrl, RedirectTemplate,
    ReturnFields, Workflow, WorkflowSecret, unix_time,
};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::input;
use crate::output::Done;

const SLUG: &str = "damage-report";
const TEMPLATE: &str = "https://desk.example/done?sub={submission_id}&uv={unique_value}\
    &ref={reference}&cnt={photo_count}&ts={timestamp}&sig={signature}";
const UNIQUE_VALUE: &str = "ABC123";
const SOURCE: &str = "zendesk";
const REFERENCE: &str = "ticket-456";
const OTHER_REFERENCE: &str = "ticket-457";
const SUBMISSION_ID: &str = "pls_123";
const PHOTO_COUNT: u64 = 5;

const TITLE: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// Runs the demonstration with a new secret. Fails if any step has an unexpected result.
pub(crate) fn run() -> Result<Done, Failure> {
    let mut bytes = Zeroizing::new([0; 32]);
    input::random(bytes.as_mut())?;
    let secret = Zeroizing::new(hex::encode(*bytes));
    let story = Story::play(&secret, unix_time())?;
    story.check()?;
    Ok(Done::new(story.to_json(), story.to_text()))
}

/// The messages and the results of their verification.
struct Story {
    now: u64,
    link: String,
    back: String,
    /// The values of the verified return, by name.
    verified: [(&'static str, String); 5],
    forgeries: [Forgery; 5],
}

/// A forged message, and the result of its verification.
struct Forgery {
    title: &'static str,
    how: String,
    message: String,
    expected: Code,
    answer: Result<(), Error>,
}

impl Story {
    fn play(secret: &str, now: u64) -> Result<Self, Error> {
        let workflow = Workflow::new(WorkflowSecret::new(secret)?)?;
        let link = workflow
            .sign_link(
                &LinkUrl::from_slug(SLUG)?,
                &LinkFields {
                    unique_value: UNIQUE_VALUE,
                    source: SOURCE,
                    reference: REFERENCE,
                    timestamp: now,
                },
            )?
            .to_string();
        workflow.verify_link(&link, now, &ExpectLink::new())?;

        let template = RedirectTemplate::parse(TEMPLATE)?;
        let signed = workflow.sign_return(
            &template,
            &ReturnFields {
                submission_id: SUBMISSION_ID,
                unique_value: UNIQUE_VALUE,
                reference: REFERENCE,
                photo_count: PHOTO_COUNT,
                timestamp: now,
            },
        )?;
        let back = signed.to_string();
        let expect = ExpectReturn::new().reference(REFERENCE);
        let verify = |url: &str, expect: &ExpectReturn<'_>| {
            workflow
                .verify_return(url, Some(&template), now, expect)
                .map(|_| ())
        };
        let verified = workflow.verify_return(&back, Some(&template), now, &expect)?;

        // A signature covers the fields joined with '|'. This link joins to the return's text.
        let moved = format!(
            "https://visiono.io/s/{SLUG}?uv={SUBMISSION_ID}%7C{UNIQUE_VALUE}&src={REFERENCE}\
             &ref={PHOTO_COUNT}&ts={now}&sig={}",
            signed.signature().as_str(),
        );
        let count = format!("cnt={PHOTO_COUNT}");
        let changed = back.replace(&count, "cnt=500");
        let doubled = format!("{back}&ref={OTHER_REFERENCE}");
        let other = ExpectReturn::new().reference(OTHER_REFERENCE);
        // The first second in which the link is too old.
        let later = now.saturating_add(DEFAULT_MAX_AGE).saturating_add(1);

        let forgeries = [
            Forgery {
                title: "a moved separator",
                how: format!(
                    "a link with uv={SUBMISSION_ID}|{UNIQUE_VALUE}, for which the return's \
                     signature is right"
                ),
                expected: Code::MalformedParameter,
                answer: workflow
                    .verify_link(&moved, now, &ExpectLink::new())
                    .map(|_| ()),
                message: moved,
            },
            Forgery {
                title: "a changed count",
                how: format!("cnt={PHOTO_COUNT} became cnt=500"),
                expected: Code::InvalidSignature,
                answer: verify(&changed, &expect),
                message: changed,
            },
            Forgery {
                title: "an old link",
                how: format!("the link above, {} s later", later.saturating_sub(now)),
                expected: Code::Expired,
                answer: workflow
                    .verify_link(&link, later, &ExpectLink::new())
                    .map(|_| ()),
                message: link.clone(),
            },
            Forgery {
                title: "a doubled parameter",
                how: format!("&ref={OTHER_REFERENCE} at the end, which some decoders would take"),
                expected: Code::DuplicateParameter,
                answer: verify(&doubled, &expect),
                message: doubled,
            },
            Forgery {
                title: "another ticket's return",
                how: format!("the return above, while {OTHER_REFERENCE} waits for one"),
                expected: Code::UnexpectedValue,
                answer: verify(&back, &other),
                message: back.clone(),
            },
        ];
        Ok(Self {
            now,
            verified: [
                ("submission_id", verified.submission_id().to_string()),
                ("unique_value", verified.unique_value().to_string()),
                ("reference", verified.reference().to_string()),
                ("photo_count", verified.photo_count().to_string()),
                ("timestamp", verified.timestamp().to_string()),
            ],
            link,
            back,
            forgeries,
        })
    }

    /// Fails unless each forgery was refused for the right reason.
    fn check(&self) -> Result<(), Failure> {
        for forgery in &self.forgeries {
            let answer = match &forgery.answer {
                Ok(()) => "accepted",
                Err(error) if error.code() == forgery.expected => continue,
                Err(error) => error.code().as_str(),
            };
            return Err(Failure::new(
                Code::Panic,
                format!(
                    "a bug in visiono-workflow, please report it: \
                     {} should be {}, and was {answer}",
                    forgery.title, forgery.expected,
                ),
            ));
        }
        Ok(())
    }

    fn to_json(&self) -> Value {
        let forgeries = self.forgeries.iter().map(|forgery| {
            json!({
                "forgery": forgery.title,
                "message": forgery.message,
                "result": forgery.expected.as_str(),
                "number": forgery.expected.as_u32(),
            })
        });
        json!({
            "link": self.link,
            "return": self.back,
            "now": self.now,
            "forgeries": forgeries.collect::<Vec<_>>(),
        })
    }

    fn to_text(&self) -> String {
        let mut story = Text(String::new());
        story.line(format_args!(
            "The secret is random, made for this run, and not shown."
        ));

        story.title("1. Your system signs a link, and sends a person to it");
        story.url(&self.link);

        story.title("2. Visiono checks it, and takes the photos");
        story.good("all five parameters are there, once, each in its form");
        story.good("the signature is one that your secret makes");
        story.good(&format!(
            "it is 0 s old, and {DEFAULT_MAX_AGE} s are allowed"
        ));

        story.title("3. Visiono expands your redirect template, and signs the return");
        story.expansion(TEMPLATE, &self.back);

        story.title("4. Your system verifies the return, and can rely on");
        for (name, value) in &self.verified {
            story.line(format_args!("   {name:<14} {value}"));
        }

        story.title("5. Five forgeries are refused");
        for forgery in &self.forgeries {
            let Forgery {
                title,
                how,
                expected,
                ..
            } = forgery;
            let number = expected.as_u32();
            story.line(format_args!(
                "   {title:<24} {GOOD}{number} {expected}{GOOD:#}"
            ));
            story.line(format_args!("   {DIM}  {how}{DIM:#}"));
        }
        story.line(format_args!("\nNext: visiono-workflow --help"));
        story.0
    }
}

/// The text of the demo, built line by line. Writing to a `String` doesn't fail.
struct Text(String);

impl Text {
    fn line(&mut self, line: fmt::Arguments<'_>) {
        let _ = writeln!(self.0, "{line}");
    }

    fn title(&mut self, title: &str) {
        self.line(format_args!("\n{TITLE}{title}{TITLE:#}"));
    }

    fn good(&mut self, what: &str) {
        self.line(format_args!("   {GOOD}ok{GOOD:#} {what}"));
    }

    /// Writes a URL, with a line for each parameter.
    fn url(&mut self, url: &str) {
        for line in url_lines(url) {
            self.line(format_args!("   {line}"));
        }
    }

    /// Writes a URL next to the template that it was made from.
    fn expansion(&mut self, template: &str, url: &str) {
        for (from, to) in url_lines(template).zip(url_lines(url)) {
            let Some((_, value)) = to.split_once('=') else {
                self.line(format_args!("   {from}"));
                continue;
            };
            // A whole signature doesn't fit next to its placeholder.
            let (start, dots) = value.get(..16).map_or((value, ""), |start| (start, "..."));
            self.line(format_args!("   {from:<23} {DIM}->{DIM:#} {start}{dots}"));
        }
    }
}

/// Returns the part before the query, then each parameter with the `?` or `&` before it.
fn url_lines(url: &str) -> impl Iterator<Item = String> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let parameters = query.split('&').enumerate().map(|(at, parameter)| {
        let mark = if at == 0 { '?' } else { '&' };
        format!("  {mark}{parameter}")
    });
    [base.to_owned()].into_iter().chain(parameters)
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const NOW: u64 = 1_705_500_000;

    fn parameters(url: &str) -> Vec<String> {
        let (_, query) = url.split_once('?').unwrap();
        let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(_, value)| value.replace("%7C", "|")).collect()
    }

    #[test]
    fn the_moved_separator_would_pass_the_documented_check() {
        let story = Story::play(SECRET, NOW).unwrap();
        let [moved, ..] = story.forgeries;
        let values = parameters(&moved.message);
        let (sig, values) = values.split_last().unwrap();
        assert_eq!(values, ["pls_123|ABC123", "ticket-456", "5", "1705500000"]);

        let mut documented = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        documented.update(values.join("|").as_bytes());
        assert_eq!(hex::encode(documented.finalize().into_bytes()), *sig);
    }

    #[test]
    fn the_forgeries_match_their_descriptions() {
        let story = Story::play(SECRET, NOW).unwrap();
        let [_, changed, old, doubled, other] = &story.forgeries;
        assert_eq!(changed.message, story.back.replace("&cnt=5&", "&cnt=500&"));
        assert_ne!(changed.message, story.back);
        assert_eq!(old.message, story.link);
        assert_eq!(old.answer.unwrap_err().seconds(), Some(1));
        assert_eq!(doubled.message, format!("{}&ref=ticket-457", story.back));
        assert_eq!(other.message, story.back);
        assert!(story.check().is_ok());
    }

    #[test]
    fn a_forgery_that_is_accepted_fails_the_demo() {
        for at in 0..5 {
            let mut story = Story::play(SECRET, NOW).unwrap();
            story.forgeries[at].answer = Ok(());
            let failure = story.check().unwrap_err();
            assert_ne!(failure.status(), 0);
            assert!(failure.to_string().ends_with("and was accepted"));
        }
        let mut story = Story::play(SECRET, NOW).unwrap();
        story.forgeries[0].expected = Code::Expired;
        let failure = story.check().unwrap_err();
        assert!(failure.to_string().ends_with("and was malformed_parameter"));
    }
}
