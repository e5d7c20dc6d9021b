//! The search: key × algorithm × encoding × signed text, with at most two changes.

use core::fmt;
use core::ops::ControlFlow;

use crate::algorithm::{Algorithm, LONGEST};
use crate::catalogue::Kind;
use crate::change::{Change, Texts};
use crate::diagnosis::{Bound, Subject};
use crate::keys::{Key, Keys};
use crate::request::{OnProgress, Progress};
use crate::seen::Seen;
use crate::shape::Target;

/// The greatest number of changes of a candidate.
pub(crate) const MOST_CHANGES: usize = 2;

/// The length up to which a text is hashed again rather than remembered.
const SHORT: usize = 256;

/// The number of candidates with short texts between two progress reports.
const REPORT: u64 = 4096;

/// The changes under which a signature matches.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) subject: Subject,
    pub(crate) changes: Vec<Change>,
    /// The text that was signed.
    pub(crate) text: Vec<u8>,
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").finish_non_exhaustive()
    }
}

/// The bounds of a search, and its cost so far.
pub(crate) struct Budget<'p> {
    pub(crate) tried: u64,
    total: u64,
    bytes: u64,
    /// The bytes of texts that may still be built. Initially as many as may be hashed.
    texts: u64,
    /// The number of texts since the last report.
    unreported: u64,
    next_report: u64,
    next_report_bytes: u64,
    pub(crate) bound: Option<Bound>,
    on_progress: OnProgress<'p>,
}

impl<'p> Budget<'p> {
    pub(crate) fn new(bytes: u64, on_progress: OnProgress<'p>) -> Self {
        Self {
            tried: 0,
            total: 0,
            bytes,
            texts: bytes,
            unreported: 0,
            next_report: REPORT,
            next_report_bytes: bytes.saturating_sub(1 << 20),
            bound: None,
            on_progress,
        }
    }

    /// Adds to the expected number of candidates.
    pub(crate) fn expect(&mut self, candidates: u64) {
        self.total = self.total.saturating_add(candidates);
    }

    /// Charges a candidate that hashes this many bytes. Breaks at a bound.
    #[inline]
    pub(crate) fn charge_hash(&mut self, bytes: usize) -> ControlFlow<()> {
        // The key and the padding take two more blocks.
        let cost = bytes as u64 + 128;
        if self.bytes < cost {
            self.bound = Some(Bound::Bytes);
            return ControlFlow::Break(());
        }
        self.bytes -= cost;
        self.tried += 1;
        if self.tried >= self.next_report || self.bytes < self.next_report_bytes {
            self.report()?;
        }
        ControlFlow::Continue(())
    }

    /// Charges for building a text of this many bytes, hashed or not. Breaks at a bound.
    #[inline]
    pub(crate) fn charge_text(&mut self, bytes: usize) -> ControlFlow<()> {
        // Searching a text for its changes costs as much as a key and the padding.
        match self.texts.checked_sub(bytes as u64 + 128) {
            Some(left) => self.texts = left,
            None => {
                self.bound = Some(Bound::Bytes);
                return ControlFlow::Break(());
            }
        }
        self.unreported += 1;
        if self.unreported >= REPORT {
            self.report()?;
        }
        ControlFlow::Continue(())
    }

    #[cold]
    fn report(&mut self) -> ControlFlow<()> {
        self.unreported = 0;
        self.next_report = self.tried + REPORT;
        self.next_report_bytes = self.bytes.saturating_sub(1 << 20);
        self.total = self.total.max(self.tried);
        let progress = Progress {
            tried: self.tried,
            total: self.total,
        };
        if (self.on_progress)(progress).is_break() {
            self.bound = Some(Bound::Stopped);
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// A search for the changes under which a target matches.
pub(crate) struct Search<'s, 'p> {
    kind: Kind,
    keys: &'s Keys,
    targets: &'s [Target],
    /// The algorithms whose tags have the length of a target.
    algorithms: Vec<Algorithm>,
    pub(crate) budget: &'s mut Budget<'p>,
    found: Option<Found>,
}

impl<'s, 'p> Search<'s, 'p> {
    pub(crate) fn new(
        kind: Kind,
        keys: &'s Keys,
        targets: &'s [Target],
        budget: &'s mut Budget<'p>,
    ) -> Self {
        let fits = |algorithm: &Algorithm| {
            let length = algorithm.length();
            targets.iter().any(|target| target.fits(length))
        };
        Self {
            kind,
            keys,
            targets,
            algorithms: Algorithm::all().into_iter().filter(fits).collect(),
            budget,
            found: None,
        }
    }

    /// Tries every candidate with exactly this many changes. They include `before`, the changes
    /// that made the texts.
    pub(crate) fn run(
        &mut self,
        texts: &dyn Texts,
        before: &[Change],
        total: usize,
    ) -> Option<Found> {
        if self.targets.is_empty() || self.keys.all.is_empty() || self.budget.bound.is_some() {
            return None;
        }
        self.budget.expect(self.count(texts, total - before.len()));
        let mut seen = Seen::default();
        for changes in 0..=total - before.len() {
            let sink = &mut |text: &[u8], made: &[Change]| {
                self.budget.charge_text(text.len())?;
                // If a short text is tried with nothing else, a second attempt is as cheap as a
                // lookup.
                let is_cheap = changes == MOST_CHANGES && text.len() <= SHORT;
                if is_cheap || seen.insert(text) {
                    self.text(text, before, made, total)
                } else {
                    ControlFlow::Continue(())
                }
            };
            let flow = match (changes, total) {
                (1, MOST_CHANGES) => texts.emit_usual(sink),
                _ => texts.emit(changes, sink),
            };
            if flow.is_break() {
                break;
            }
        }
        self.found.take()
    }

    /// Returns an upper bound for the number of candidates.
    fn count(&self, texts: &dyn Texts, total: usize) -> u64 {
        let algorithms = |changes| {
            let with = |algorithm: &&Algorithm| algorithm.changes.len() == changes;
            self.algorithms.iter().filter(with).count() as u64
        };
        let secrets = self.keys.secrets as u64;
        let derived = self.keys.derived().len() as u64;
        let usual = self
            .keys
            .derived()
            .iter()
            .filter(|key| key.is_usual)
            .count() as u64;
        let of_engine = [
            secrets,
            if total == 1 { derived } else { usual } + secrets * algorithms(1),
            usual * usual + derived * algorithms(1) + secrets * algorithms(2),
        ];
        (0..=total)
            .map(|changes| {
                texts
                    .count(changes)
                    .saturating_mul(of_engine[total - changes])
            })
            .fold(0, u64::saturating_add)
    }

    /// Tries a text with every key, algorithm and encoding that completes the number of changes.
    fn text(
        &mut self,
        text: &[u8],
        before: &[Change],
        made: &[Change],
        total: usize,
    ) -> ControlFlow<()> {
        let Some(left) = total.checked_sub(before.len() + made.len()) else {
            return ControlFlow::Continue(());
        };
        let keys = self.keys;
        let changes = |key: &[Change], algorithm: &Algorithm, target: &Target| {
            [before, key, &algorithm.changes, &target.changes, made].concat()
        };
        let tried = if left == 0 { keys.secrets() } else { &keys.all };
        // With a change of the text, only the usual keys are tried.
        let is_alone = made.is_empty() && before.is_empty();
        for key in tried.iter().filter(|key| is_alone || key.is_usual) {
            let of_key = key.change.as_slice();
            self.key(
                key,
                text,
                left - of_key.len(),
                made.len() + before.len(),
                &|a, t| changes(of_key, a, t),
            )?;
        }
        if left == 2 {
            return keys.derived_twice(self.kind, &mut |key, first| {
                let of_key = [first, key.change.unwrap_or(first)];
                self.key(key, text, 0, made.len(), &|a, t| changes(&of_key, a, t))
            });
        }
        ControlFlow::Continue(())
    }

    /// Tries a text and a key with every algorithm and encoding that has this many changes.
    fn key(
        &mut self,
        key: &Key,
        text: &[u8],
        left: usize,
        others: usize,
        changes: &dyn Fn(&Algorithm, &Target) -> Vec<Change>,
    ) -> ControlFlow<()> {
        let mut out = [0; LONGEST];
        for algorithm in &self.algorithms {
            // The algorithms are sorted by the number of changes.
            let Some(left) = left.checked_sub(algorithm.changes.len()) else {
                break;
            };
            let others = others + usize::from(key.change.is_some()) + algorithm.changes.len();
            let mut wanted = self.targets.iter().filter(|target| {
                target.changes.len() == left
                    && target.fits(algorithm.length())
                    && (others > 0 || !target.needs_other)
            });
            let Some(first) = wanted.next() else {
                continue;
            };
            if !algorithm.applies_to(key) {
                continue;
            }
            self.budget.charge_hash(text.len())?;
            let tag = algorithm.tag(key, text, &mut out);
            let mut wanted = core::iter::once(first).chain(wanted);
            if let Some(target) = wanted.find(|target| target.matches(tag)) {
                self.found = Some(Found {
                    subject: target.subject,
                    changes: changes(algorithm, target),
                    text: text.to_vec(),
                });
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}
