//! Every operation with secrets that memcheck treats as undefined. Results that depend on an
//! undefined byte are undefined too, such as midstates, tags and the index of the matching secret.
//! Memcheck reports a jump or an address that depends on one.
//!
//! The claim begins after a secret's text was checked, because the check reads its characters,
//! prefix and quotes. It ends at the decision: the result reveals whether a received signature is
//! right, so one jump of each verification depends on it. A computed signature is sent, and is no
//! longer secret.

use std::hint::black_box;

use anyhow::{Result, bail, ensure};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use visiono_workflow::{
    Code, Delivery, Error, ExpectLink, ExpectReturn, LinkUrl, RedirectTemplate, VerifiedLink,
    VerifiedReturn, VerifiedWebhook, Webhook, WebhookHeaders, WebhookSecret, Workflow,
    WorkflowSecret,
};

use crate::memcheck::{self, define, undefine};
use crate::messages::{
    FIRST, LAST, NOW, SECRETS, STRANGER, body, link, returned, template, webhook, with_wrong_digit,
    workflow,
};

/// The bytes of a keyed secret that depend on its text: HMAC's two midstates.
const MIDSTATES: usize = 2 * 32;

/// The number of reports allowed for an operation.
#[derive(Clone, Copy)]
enum Reports {
    Exactly(usize),
    AtLeastOne,
}

/// The observations of one operation, over all its calls.
struct Row {
    name: String,
    calls: usize,
    reports: usize,
    as_wanted: bool,
}

/// All observations.
struct Observed {
    rows: Vec<Row>,
    /// The number of reports of a decision: 1, or 0 if valgrind ignores the function that decides.
    decision: usize,
}

/// Observes every operation. `decisions_shown` is `true` if the decisions are reported.
pub(crate) fn run(decisions_shown: bool) -> Result<()> {
    ensure!(
        memcheck::is_on(),
        "this has to run under valgrind, and to be built where its headers are: install \
         Debian's valgrind"
    );
    let mut observed = Observed {
        rows: Vec::new(),
        decision: usize::from(decisions_shown),
    };
    observed.keying();
    for count in [1, 3] {
        observed.workflow(&SECRETS[..count])?;
        observed.webhook(&SECRETS[..count])?;
    }
    observed.controls();
    observed.print()
}

/// Returns unique values for a message of one block of SHA-256 after the key, and of several.
fn unique_values() -> [String; 2] {
    ["ABC123".to_owned(), "x".repeat(300)]
}

/// Returns a secret's text, undefined.
fn hidden(text: &str) -> Box<str> {
    let mut text = Box::from(text);
    undefine(&mut *text);
    text
}

impl Observed {
    /// Calls an operation, and counts the reports meanwhile.
    fn observe<T>(&mut self, name: &str, wanted: Reports, operation: impl FnOnce() -> T) -> T {
        let before = memcheck::reports();
        let result = operation();
        let reports = memcheck::reports() - before;
        let as_wanted = match wanted {
            Reports::Exactly(wanted) => reports == wanted,
            Reports::AtLeastOne => reports > 0,
        };
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => {
                row.calls += 1;
                row.reports += reports;
                row.as_wanted &= as_wanted;
            }
            None => self.rows.push(Row {
                name: name.to_owned(),
                calls: 1,
                reports,
                as_wanted,
            }),
        }
        result
    }

    /// Observes an operation that signs. Its result is sent.
    fn sign<T>(&mut self, name: &str, operation: impl FnOnce() -> T) -> T {
        let mut signed = self.observe(name, Reports::Exactly(0), operation);
        define(&mut signed);
        signed
    }

    /// Observes an operation that decides, and checks the decision.
    fn verify<T>(
        &mut self,
        name: &str,
        decisions: usize,
        right: Option<usize>,
        operation: impl FnOnce() -> Result<T, Error>,
        secret_index: impl FnOnce(&T) -> usize,
    ) -> Result<()> {
        let wanted = Reports::Exactly(decisions * self.decision);
        let mut result = self.observe(name, wanted, operation);
        define(&mut result);
        match (result, right) {
            (Ok(verified), Some(index)) => {
                ensure!(secret_index(&verified) == index, "{name}: the wrong secret");
            }
            (Err(error), None) => {
                ensure!(error.code() == Code::InvalidSignature, "{name}: {error}");
            }
            (Ok(_), None) => bail!("{name}: a wrong signature passed"),
            (Err(error), Some(_)) => bail!("{name}: {error}"),
        }
        Ok(())
    }

    /// Observes HMAC with its key: a short one, and one that it hashes first.
    fn keying(&mut self) {
        for text in SECRETS {
            let text = hidden(text);
            let key = || Hmac::<Sha256>::new_from_slice(text.as_bytes());
            let _ = self.observe("keying HMAC", Reports::Exactly(0), key);
        }
    }

    /// Makes secrets of texts that are undefined.
    fn secrets<T>(&mut self, texts: &[&str], new: fn(&str) -> Result<T, Error>) -> Result<Vec<T>> {
        let mut secrets = Vec::new();
        for text in texts {
            let text = hidden(text);
            let secret = self.observe("checking a secret's text", Reports::AtLeastOne, || {
                new(&text)
            })?;
            // Padding is undefined for any text.
            let padding = memcheck::undefined_bytes(&new(STRANGER)?);
            let secret_bytes = memcheck::undefined_bytes(&secret).saturating_sub(padding);
            ensure!(
                secret_bytes == MIDSTATES,
                "{secret_bytes} bytes of a keyed secret depend on its text, not {MIDSTATES}"
            );
            secrets.push(secret);
        }
        Ok(secrets)
    }

    fn workflow(&mut self, texts: &[&str]) -> Result<()> {
        let with = with(texts);
        let hidden = Workflow::new(self.secrets(texts, |text| WorkflowSecret::new(text))?)?;
        let url = LinkUrl::from_slug("damage-report")?;
        let template = template()?;
        for unique_value in unique_values() {
            let link = link(&unique_value);
            let fields = returned(&unique_value);
            let signed = self.sign(&format!("sign_link{with}"), || {
                hidden.sign_link(&url, &link)
            });
            let again = workflow(texts)?.sign_link(&url, &link)?.to_string();
            ensure!(signed?.to_string() == again, "signed otherwise");
            let signed = self.sign(&format!("sign_return{with}"), || {
                hidden.sign_return(&template, &fields)
            });
            let again = workflow(texts)?
                .sign_return(&template, &fields)?
                .to_string();
            ensure!(signed?.to_string() == again, "signed otherwise");

            let plain = RedirectTemplate::parse("https://a.example/done")?;
            for (index, text) in signers(texts) {
                let signer = workflow(&[text])?;
                let links = signer.sign_link(&url, &link)?.to_string();
                for (right, url) in received(&links, index) {
                    let verify = || hidden.verify_link(&url, NOW, &ExpectLink::new());
                    let name = format!("verify_link{with}");
                    self.verify(&name, 1, right, verify, VerifiedLink::secret_index)?;
                }
                for (name, template, with_template) in [
                    ("verify_return", &plain, None),
                    ("verify_return with a template", &template, Some(&template)),
                ] {
                    let name = format!("{name}{with}");
                    let returned = signer.sign_return(template, &fields)?.to_string();
                    for (right, url) in received(&returned, index) {
                        let expect = ExpectReturn::new();
                        let verify = || hidden.verify_return(&url, with_template, NOW, &expect);
                        self.verify(&name, 1, right, verify, VerifiedReturn::secret_index)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn webhook(&mut self, texts: &[&str]) -> Result<()> {
        let with = with(texts);
        let hidden = Webhook::new(self.secrets(texts, |text| WebhookSecret::new(text))?)?;
        for unique_value in unique_values() {
            let body = body(&unique_value);
            let body = body.as_bytes();
            let signed = self.sign(&format!("webhook.sign{with}"), || hidden.sign(body));
            let again = webhook(texts)?.sign(body);
            ensure!(signed.as_str() == again.as_str(), "signed otherwise");
            for (index, text) in signers(texts) {
                let header = format!("sha256={}", webhook(&[text])?.sign(body).as_str());
                for (right, header) in received(&header, index) {
                    let verify = || hidden.verify(body, Some(header.as_bytes()));
                    let name = format!("webhook.verify{with}");
                    self.verify(&name, 1, right, verify, VerifiedWebhook::secret_index)?;

                    // Both headers must be right, and a wrong one ends the verification.
                    let headers = WebhookHeaders::from_iter([
                        ("X-Visiono-Signature", &header),
                        ("X-Webhook-Signature", &header),
                    ]);
                    let decisions = if right.is_some() { 2 } else { 1 };
                    let receive = || hidden.receive(body, &headers, NOW);
                    let name = format!("webhook.receive{with}");
                    self.verify(&name, decisions, right, receive, Delivery::secret_index)?;
                }
            }
        }
        Ok(())
    }

    /// Runs the controls: operations that memcheck must report.
    fn controls(&mut self) {
        let text = hidden(SECRETS[0]);
        let tag = Hmac::<Sha256>::new_from_slice(text.as_bytes())
            .map(|mac| mac.chain_update("ABC123").finalize().into_bytes());
        let Ok(tag) = tag else { return };
        let received = black_box(vec![0_u8; 32]);
        self.observe(
            "control: tags compared byte by byte",
            Reports::AtLeastOne,
            || black_box(tag.iter().eq(&received)),
        );
        let table = black_box([0_u8; 256]);
        self.observe(
            "control: a table read at a tag's byte",
            Reports::AtLeastOne,
            || black_box(table[usize::from(tag[0])]),
        );
    }

    fn print(&self) -> Result<()> {
        println!(
            "{:<48} {:>6} {:>8}",
            "with secrets that are undefined", "calls", "reports"
        );
        for row in &self.rows {
            println!("{:<48} {:>6} {:>8}", row.name, row.calls, row.reports);
        }
        let wrong: Vec<_> = self
            .rows
            .iter()
            .filter(|row| !row.as_wanted)
            .map(|row| &row.name)
            .collect();
        ensure!(wrong.is_empty(), "not as wanted: {wrong:?}");
        Ok(())
    }
}

/// Returns the secrets that may sign a message, each with its index, and one that isn't accepted.
fn signers<'a>(texts: &[&'a str]) -> impl Iterator<Item = (Option<usize>, &'a str)> {
    let known = texts
        .iter()
        .enumerate()
        .map(|(index, text)| (Some(index), *text));
    known.chain([(None, STRANGER)])
}

/// Returns a signed message unchanged, and with a wrong digit at either end of its signature, each
/// with the index of the secret that verifies it.
fn received(signed: &str, index: Option<usize>) -> [(Option<usize>, String); 3] {
    [
        (index, signed.to_owned()),
        (None, with_wrong_digit(signed, FIRST)),
        (None, with_wrong_digit(signed, LAST)),
    ]
}

/// Returns the number of secrets that an operation tries, in words.
fn with(texts: &[&str]) -> &'static str {
    match texts {
        [_] => ", 1 secret",
        _ => ", 3 secrets",
    }
}
