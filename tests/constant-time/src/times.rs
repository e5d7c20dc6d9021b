//! Times of verification, compared by Welch's t-test, as dudect does (Reparaz, Balasch,
//! Verbauwhede: "Dude, is my code constant time?", 2017).
//!
//! Two classes of signatures differ where a careless comparison would stop. They take turns at
//! random, in the same memory. |t| is the distance between the means of their times, in units of
//! its standard error. Slow outliers are interrupts, so the test is repeated without the slowest of
//! both, at several cuts, and the largest |t| counts.
//!
//! Both classes of a test have the same result, because more work follows a right signature than a
//! wrong one, and the result is public anyway. Their digits look equally random: each message has a
//! signature of its own. Reading a received signature, which is public, may take a time that
//! depends on its digits.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Result, ensure};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use visiono_workflow::{ExpectLink, ExpectReturn, LinkUrl, RedirectTemplate};

use crate::messages::{NOW, SECRETS, body, link, returned, webhook, workflow};

/// The number of measurements of each test.
const SAMPLES: usize = 1_000_000;
/// The number of samples before the next request for randomness.
const BATCH: usize = 1000;
/// The number of messages that take turns.
const MESSAGES: usize = 256;
/// The |t| above which two classes are distinguishable: dudect's threshold for a certain leak.
const BOUND: f64 = 10.0;
/// The shares of all samples that are kept, from the fastest, in thousandths.
const CUTS: [usize; 6] = [500, 750, 900, 990, 999, 1000];
/// The hexadecimal digits of a signature.
const DIGITS: usize = 64;

/// A message: the URL before the signature, and the signature of each of [`SECRETS`].
struct Message {
    before: String,
    signatures: [[u8; DIGITS]; SECRETS.len()],
}

/// A class of signatures.
#[derive(Clone, Copy)]
enum Class {
    /// Those of the secret with this index.
    Right(usize),
    /// The same, with another digit at this position.
    Nearly(usize, usize),
    /// Those of the first secret for other messages.
    Wrong,
}

/// The required result of a test.
#[derive(Clone, Copy)]
enum Wanted {
    Alike,
    Apart,
    /// Any result, because verification itself has a different result for the two classes.
    Either,
}

const FIRST_OR_LAST: [Class; 2] = [Class::Nearly(0, 0), Class::Nearly(0, DIGITS - 1)];
const NEARLY_OR_NOT: [Class; 2] = [Class::Nearly(0, DIGITS - 1), Class::Wrong];
const BY_FIRST_OR_LAST: [Class; 2] = [Class::Right(0), Class::Right(SECRETS.len() - 1)];

/// The tests with a result that they must not have.
struct Tests {
    wrong: Vec<String>,
}

/// Runs every test, and prints the results.
pub(crate) fn run() -> Result<()> {
    let mut tests = Tests { wrong: Vec::new() };
    println!(
        "{:<58} {:>8} {:>9} {:>9}",
        "times of two classes of signatures", "samples", "|t|", "ns apart"
    );
    tests.verify_return()?;
    tests.verify_link()?;
    tests.webhook()?;
    tests.controls()?;
    println!("Beyond |t| = {BOUND}, two classes are told apart.");
    ensure!(tests.wrong.is_empty(), "not as wanted: {:?}", tests.wrong);
    Ok(())
}

impl Tests {
    fn verify_return(&mut self) -> Result<()> {
        let template = RedirectTemplate::parse("https://a.example/done")?;
        let messages = messages(|text, value| {
            let signed = workflow(&[text])?.sign_return(&template, &returned(value))?;
            Ok(signed.to_string())
        })?;
        let expect = ExpectReturn::new();
        let one = workflow(&SECRETS[..1])?;
        let four = workflow(&SECRETS)?;
        let verify = |_, url: &str| one.verify_return(url, None, NOW, &expect).is_ok();
        let mut test = |name, classes| self.test(name, Wanted::Alike, &messages, classes, verify);
        test(
            "verify_return: first digit wrong, or the last",
            FIRST_OR_LAST,
        )?;
        test("verify_return: last digit wrong, or all", NEARLY_OR_NOT)?;

        let verify = |_, url: &str| four.verify_return(url, None, NOW, &expect).is_ok();
        let mut test = |name, classes| self.test(name, Wanted::Alike, &messages, classes, verify);
        test("verify_return: by secret 0, or 3 of 4", BY_FIRST_OR_LAST)?;
        let nearly = [Class::Nearly(0, 0), Class::Nearly(3, 0)];
        test("verify_return: nearly by secret 0, or 3 of 4", nearly)?;

        let name = "verify_return: expired, or last digit wrong (the code tells)";
        let classes = [Class::Right(0), Class::Nearly(0, DIGITS - 1)];
        self.test(name, Wanted::Either, &messages, classes, |_, url| {
            one.verify_return(url, None, NOW + 86_400, &expect).is_ok()
        })
    }

    fn verify_link(&mut self) -> Result<()> {
        let url = LinkUrl::from_slug("damage-report")?;
        let messages = messages(|text, value| {
            let signed = workflow(&[text])?.sign_link(&url, &link(value))?;
            Ok(signed.to_string())
        })?;
        let expect = ExpectLink::new();
        let four = workflow(&SECRETS)?;
        let verify = |_, url: &str| four.verify_link(url, NOW, &expect).is_ok();
        let mut test = |name, classes| self.test(name, Wanted::Alike, &messages, classes, verify);
        test("verify_link: first digit wrong, or the last", FIRST_OR_LAST)?;
        test("verify_link: by secret 0, or 3 of 4", BY_FIRST_OR_LAST)
    }

    fn webhook(&mut self) -> Result<()> {
        let messages = messages(|text, value| {
            let signature = webhook(&[text])?.sign(body(value).as_bytes());
            Ok(format!("sha256={}", signature.as_str()))
        })?;
        let bodies: Vec<_> = values().map(|value| body(&value)).collect();
        let one = webhook(&SECRETS[..1])?;
        let four = webhook(&SECRETS)?;
        let verify = |message: usize, header: &str| {
            one.verify(bodies[message].as_bytes(), Some(header.as_bytes()))
                .is_ok()
        };
        let mut test = |name, classes| self.test(name, Wanted::Alike, &messages, classes, verify);
        test(
            "webhook.verify: first digit wrong, or the last",
            FIRST_OR_LAST,
        )?;
        test("webhook.verify: last digit wrong, or all", NEARLY_OR_NOT)?;
        let name = "webhook.verify: by secret 0, or 3 of 4";
        self.test(
            name,
            Wanted::Alike,
            &messages,
            BY_FIRST_OR_LAST,
            |message, header| {
                four.verify(bodies[message].as_bytes(), Some(header.as_bytes()))
                    .is_ok()
            },
        )
    }

    /// Runs the controls: classes that must be distinguishable, or the method would be useless.
    fn controls(&mut self) -> Result<()> {
        let keyed: Result<Vec<_>, _> = SECRETS
            .iter()
            .map(|text| Hmac::<Sha256>::new_from_slice(text.as_bytes()))
            .collect();
        let keyed = keyed?;
        let values: Vec<_> = values().collect();
        let tag = |keyed: &Hmac<Sha256>, message: usize| {
            let mac = keyed.clone().chain_update(&values[message]);
            hex::encode(mac.finalize().into_bytes())
        };
        let messages = messages(|text, value| {
            let mac = Hmac::<Sha256>::new_from_slice(text.as_bytes())?.chain_update(value);
            Ok(hex::encode(mac.finalize().into_bytes()))
        })?;
        let same = |a: &str, b: &str| a.bytes().zip(b.bytes()).all(|(a, b)| black_box(a) == b);
        let name = "control: digits compared until two differ";
        self.test(
            name,
            Wanted::Apart,
            &messages,
            FIRST_OR_LAST,
            |message, digits| same(&tag(&keyed[0], message), digits),
        )?;
        let name = "control: secrets tried until one of 4 matches";
        self.test(
            name,
            Wanted::Apart,
            &messages,
            BY_FIRST_OR_LAST,
            |message, digits| keyed.iter().any(|keyed| same(&tag(keyed, message), digits)),
        )
    }

    /// Measures the time to verify messages with signatures of either class.
    fn test(
        &mut self,
        name: &str,
        wanted: Wanted,
        messages: &[Message],
        classes: [Class; 2],
        verify: impl Fn(usize, &str) -> bool,
    ) -> Result<()> {
        let mut times = [Vec::new(), Vec::new()];
        let mut text = Vec::new();
        let mut random = [[0; 3]; BATCH];
        // The first batch warms up.
        for batch in 0..=SAMPLES / BATCH {
            getrandom::fill(random.as_flattened_mut())?;
            for [class, message, digit] in random {
                let message = usize::from(message);
                let [a, b] = classes.map(|class| class.signature(messages, message, digit));
                // Written alike for both classes, or the writing would be measured too.
                let mask = (class & 1).wrapping_neg();
                text.clear();
                text.extend_from_slice(messages[message].before.as_bytes());
                text.extend(a.iter().zip(b).map(|(a, b)| a ^ (mask & (a ^ b))));
                let text = std::str::from_utf8(&text)?;
                let start = Instant::now();
                black_box(verify(black_box(message), black_box(text)));
                let time = start.elapsed().as_nanos();
                if batch > 0 {
                    times[usize::from(class & 1)].push(time as f64);
                }
            }
        }
        let (t, apart) = compare(times);
        println!("{name:<58} {SAMPLES:>8} {t:>9.2} {apart:>9.2}");
        let as_wanted = match wanted {
            Wanted::Alike => t <= BOUND,
            Wanted::Apart => t > BOUND,
            Wanted::Either => true,
        };
        if !as_wanted {
            self.wrong.push(name.to_owned());
        }
        Ok(())
    }
}

impl Class {
    /// Returns a signature of this class for a message. `random` chooses the wrong digit.
    fn signature(self, messages: &[Message], message: usize, random: u8) -> [u8; DIGITS] {
        match self {
            Self::Right(secret) => messages[message].signatures[secret],
            Self::Nearly(secret, place) => {
                let mut signature = messages[message].signatures[secret];
                let digits = b"0123456789abcdef0123456789abcdef";
                let right = digits.iter().position(|digit| *digit == signature[place]);
                let further = 1 + usize::from(random % 15);
                signature[place] = digits[right.unwrap_or_default() + further];
                signature
            }
            Self::Wrong => messages[(message + 1) % messages.len()].signatures[0],
        }
    }
}

/// Returns the unique values of the messages, all of one length.
fn values() -> impl Iterator<Item = String> {
    (0..MESSAGES).map(|number| format!("ABC{number:03}"))
}

/// Signs every message with every secret. The signed URL ends in its signature.
fn messages(sign: impl Fn(&str, &str) -> Result<String>) -> Result<Vec<Message>> {
    values()
        .map(|value| {
            let mut before = String::new();
            let mut signatures = [[0; DIGITS]; SECRETS.len()];
            for (signature, text) in signatures.iter_mut().zip(SECRETS) {
                let mut signed = sign(text, &value)?;
                signature.copy_from_slice(&signed.split_off(signed.len() - DIGITS).into_bytes());
                before = signed;
            }
            Ok(Message { before, signatures })
        })
        .collect()
}

/// Returns the largest |t| of all cuts, and the distance between the means of the fastest nine
/// tenths.
fn compare(mut times: [Vec<f64>; 2]) -> (f64, f64) {
    let mut all = times.concat();
    for times in times.iter_mut().chain([&mut all]) {
        times.sort_by(f64::total_cmp);
    }
    let mut largest: f64 = 0.0;
    let mut apart = 0.0;
    for cut in CUTS {
        let limit = all[all.len() * cut / 1000 - 1];
        let [a, b] = times.each_ref().map(|times| {
            let kept = times.partition_point(|time| *time <= limit);
            mean_and_error(&times[..kept])
        });
        let difference = (a.0 - b.0).abs();
        largest = largest.max(difference / (a.1 + b.1).sqrt());
        if cut == 900 {
            apart = difference;
        }
    }
    (largest, apart)
}

/// Returns the mean, and the square of its standard error.
fn mean_and_error(times: &[f64]) -> (f64, f64) {
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    let squares = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>();
    (mean, squares / (count - 1.0) / count)
}
