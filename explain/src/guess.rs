//! A search for the fields that a redirect template does not carry, if they can be guessed: the
//! number of photos and the time.

use core::ops::ControlFlow;

use visiono_workflow::Field;

use crate::catalogue::Kind;
use crate::catalogue::Mistake;
use crate::change::{Change, Detail, Names, Sink, Texts};
use crate::keys::Keys;
use crate::message::Read;
use crate::search::{Budget, Found, Search};
use crate::shape::Target;

/// The photo counts to try.
const COUNTS: core::ops::RangeInclusive<u64> = 0..=100;

/// The greatest age of a return to try, in seconds.
const AGE: u64 = 2 * 3_600;

/// The texts of a return with a guessed photo count and time.
struct Guesses<'r> {
    read: &'r Read,
    now: Option<u64>,
    change: Change,
}

/// Searches for the missing fields, if they can be guessed.
pub(crate) fn search(
    read: &Read,
    keys: &Keys,
    targets: &[Target],
    now: Option<u64>,
    budget: &mut Budget<'_>,
) -> Option<Found> {
    let lacks = |field| read.missing.contains(&field);
    let can_guess = |field: &Field| match field {
        Field::PhotoCount => true,
        Field::Timestamp => now.is_some(),
        _ => false,
    };
    if read.missing.is_empty() || !read.missing.iter().all(can_guess) {
        return None;
    }
    let mut names = Names::default();
    for (name, field) in names.iter_mut().zip(&read.missing) {
        *name = field.short_name();
    }
    let guesses = Guesses {
        read,
        now: now.filter(|_| lacks(Field::Timestamp)),
        change: Change {
            mistake: Mistake::TemplateLacks,
            detail: Detail::Fields("#", names),
        },
    };
    Search::new(Kind::Return, keys, targets, budget).run(&guesses, &[], 1)
}

impl Texts for Guesses<'_> {
    fn emit(&self, changes: usize, sink: Sink<'_>) -> ControlFlow<()> {
        if changes != 1 {
            return ControlFlow::Continue(());
        }
        let fields = &self.read.fields;
        let place = |field| fields.fields.iter().position(|other| *other == field);
        let mut values = fields.values.clone();
        let lacks_count = self.read.missing.contains(&Field::PhotoCount);
        let counts = if lacks_count { COUNTS } else { 0..=0 };
        let ages = self.now.map_or(0..=0, |_| 0..=AGE);
        for age in ages {
            if let (Some(now), Some(at)) = (self.now, place(Field::Timestamp)) {
                values[at] = now.saturating_sub(age).to_string().into_bytes();
            }
            for count in counts.clone() {
                if let Some(at) = place(Field::PhotoCount).filter(|_| lacks_count) {
                    values[at] = count.to_string().into_bytes();
                }
                sink(&values.join(b"|".as_slice()), &[self.change])?;
            }
        }
        ControlFlow::Continue(())
    }

    fn count(&self, changes: usize) -> u64 {
        let counts = if self.read.missing.contains(&Field::PhotoCount) {
            101
        } else {
            1
        };
        match changes {
            1 => self.now.map_or(1, |_| AGE + 1) * counts,
            _ => 0,
        }
    }
}
