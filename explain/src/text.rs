//! The texts that a mistake signs instead of the right one of a link or a return.
//!
//! A text is made of slots: the fields and their order, the separator, the layout, the values, the
//! time and the end. One mistake changes one slot; two mistakes change two.

use core::ops::ControlFlow;

use visiono_workflow::Field;

use crate::catalogue::{Kind, Mistake};
use crate::change::{Change, Detail, Names, Sink, Texts};
use crate::instant;
use crate::layout::{Layout, layouts};
use crate::message::LONG;
use crate::value::{BRACES, OPERATIONS, UNSET};

/// The length up to which the values of a message are changed twice.
const MOST_BYTES: usize = 4096;

/// The number of layouts that are also tried with another time or order: the usual ones.
const USUAL_LAYOUTS: usize = 24;

/// The number of changed values that are also tried with every millisecond: the likeliest ones.
const USUAL_VALUES: usize = 40;

/// The fields of a message as they arrived, and other texts that may have been signed with them.
pub(crate) struct Fields {
    pub(crate) kind: Kind,
    /// The signed fields, in order.
    pub(crate) fields: Vec<Field>,
    /// Their values. A missing one is empty.
    pub(crate) values: Vec<Vec<u8>>,
    /// The rest of the URL.
    pub(crate) surroundings: Surroundings,
}

/// The parts of a URL besides the signed fields.
#[derive(Default)]
pub(crate) struct Surroundings {
    pub(crate) signature: Vec<u8>,
    pub(crate) slug: Vec<u8>,
    /// The values of other parameters.
    pub(crate) others: Vec<Vec<u8>>,
    /// The URL as it arrived, and parts of it.
    pub(crate) urls: Vec<Vec<u8>>,
    /// The URL before the query, with and without the host.
    pub(crate) starts: Vec<Vec<u8>>,
}

/// A selection of fields in some order, as indices into the pool.
#[derive(Clone)]
struct Selection {
    change: Change,
    items: Vec<usize>,
}

/// A separator.
struct Separator {
    change: Change,
    text: &'static [u8],
}

/// Changed values of the fields.
struct Values {
    change: Change,
    values: Vec<Vec<u8>>,
    /// The values are also tried together with another change.
    is_usual: bool,
}

/// Another text for the time.
struct Time {
    change: Change,
    text: Vec<u8>,
}

/// Every single change, by slot.
pub(crate) struct Candidates<'f> {
    message: &'f Fields,
    /// The values of the fields, then other values that may be joined with them.
    pool: Vec<Vec<u8>>,
    /// The indices of all fields, in order.
    right: Vec<usize>,
    selections: Vec<Selection>,
    separators: Vec<Separator>,
    layouts: Vec<Layout>,
    values: Vec<Values>,
    times: Vec<Time>,
    ends: Vec<Separator>,
}

/// The slots of a text. `None` is the right one.
#[derive(Clone, Copy, Default)]
struct Recipe<'c> {
    selection: Option<&'c Selection>,
    separator: Option<&'c Separator>,
    layout: Option<&'c Layout>,
    values: Option<&'c Values>,
    time: Option<&'c Time>,
    end: Option<&'c Separator>,
}

impl Fields {
    /// Returns the right text.
    pub(crate) fn text(&self) -> Vec<u8> {
        self.values.join(b"|".as_slice())
    }

    fn length(&self) -> usize {
        self.values.iter().map(Vec::len).sum()
    }

    /// Returns `true` if most changes are not tried, because each would copy a very long text.
    fn is_very_long(&self) -> bool {
        self.length() + self.surroundings.signature.len() > LONG
    }

    /// Returns `true` if pairs of changes are not tried, because the message is long.
    pub(crate) fn is_long(&self) -> bool {
        self.length() > MOST_BYTES
    }

    fn is_text(&self, at: usize) -> bool {
        self.fields.get(at).is_some_and(|field| !field.is_number())
    }
}

impl<'f> Candidates<'f> {
    pub(crate) fn of(message: &'f Fields) -> Self {
        let count = message.fields.len();
        let mut candidates = Self {
            message,
            pool: message.values.clone(),
            right: (0..count).collect(),
            selections: Vec::new(),
            separators: separators(),
            layouts: Vec::new(),
            values: Vec::new(),
            times: Vec::new(),
            ends: [b"\n".as_slice(), b"\r\n", b"\\n", b" ", b"\0"]
                .into_iter()
                .map(|text| Separator {
                    change: Change::new(Mistake::NewlineAtEnd),
                    text,
                })
                .take(3)
                .collect(),
        };
        if !message.is_very_long() {
            candidates.add_selections();
            candidates.add_values();
            let around = &message.surroundings;
            candidates.layouts = layouts(&message.fields, &around.urls, &around.starts);
        }
        let last = message.values.last().map_or(b"".as_slice(), Vec::as_slice);
        candidates.times = instant::times(last)
            .into_iter()
            .map(|(change, text)| Time { change, text })
            .collect();
        candidates
    }

    /// Returns the number of bytes of the values, which are built before a search is charged for
    /// them.
    pub(crate) fn bytes(&self) -> usize {
        self.values.len() * self.message.length()
    }

    /// Adds a value to the pool and returns its index.
    fn extra(&mut self, value: &[u8]) -> usize {
        self.pool.push(value.to_vec());
        self.pool.len() - 1
    }

    fn add_selections(&mut self) {
        self.add_other_message();
        self.add_orders();
        self.add_missing();
        self.add_added();
    }

    /// Adds the text of the other message, with the values that a program has for fields that are
    /// missing.
    fn add_other_message(&mut self) {
        const FILLERS: [&str; 5] = ["", "undefined", "null", "None", "0"];
        // Visiono's documentation uses the first one.
        const SOURCES: [&str; 6] = [
            "zendesk",
            "freshdesk",
            "hubspot",
            "salesforce",
            "intercom",
            "servicenow",
        ];
        let add = |candidates: &mut Self, items: Vec<usize>| {
            candidates.selections.push(Selection {
                change: Change::new(Mistake::OtherMessage),
                items,
            });
        };
        let others = self.message.surroundings.others.clone();
        match self.message.kind {
            Kind::Link => {
                for filler in FILLERS {
                    let filler = self.extra(filler.as_bytes());
                    add(self, vec![filler, 0, 2, filler, 3]);
                }
            }
            Kind::Return => {
                let sources = FILLERS.iter().chain(&SOURCES).map(|text| text.as_bytes());
                for source in sources.chain(others.iter().map(Vec::as_slice)) {
                    let source = self.extra(source);
                    add(self, vec![1, source, 2, 4]);
                }
                add(self, vec![1, 2, 4]);
            }
            Kind::Webhook => {}
        }
    }

    fn add_orders(&mut self) {
        let mut order = self.right.clone();
        let mut orders = Vec::new();
        permute(&mut order, 0, &mut orders);
        for items in orders {
            if items != self.right {
                self.selections.push(Selection {
                    change: self.named(Mistake::FieldOrder, "#", &items),
                    items,
                });
            }
        }
    }

    fn add_missing(&mut self) {
        let empty = self.extra(b"");
        for at in self.right.clone() {
            let mut items = self.right.clone();
            items.remove(at);
            let change = self.named(Mistake::FieldMissing, "#", &[at]);
            self.selections.push(Selection { change, items });
            let mut items = self.right.clone();
            items[at] = empty;
            let change = self.named(Mistake::FieldMissing, "#, left empty", &[at]);
            self.selections.push(Selection { change, items });
        }
    }

    fn add_added(&mut self) {
        let around = &self.message.surroundings;
        let mut extras: Vec<(&'static str, Vec<u8>)> = vec![
            ("the slug", around.slug.clone()),
            ("sig", around.signature.clone()),
        ];
        extras.extend(
            around
                .others
                .iter()
                .map(|value| ("another parameter", value.clone())),
        );
        if self.message.kind == Kind::Return {
            extras.push(("src", b"zendesk".to_vec()));
        } else {
            extras.push(("sub", b"undefined".to_vec()));
            extras.push(("sub", b"null".to_vec()));
        }
        extras.retain(|(_, value)| !value.is_empty());
        extras.push(("an empty one", Vec::new()));
        for (detail, value) in extras {
            let extra = self.extra(&value);
            for at in (0..=self.right.len()).rev() {
                let mut items = self.right.clone();
                items.insert(at, extra);
                self.selections.push(Selection {
                    change: Change::with(Mistake::FieldAdded, detail),
                    items,
                });
            }
        }
    }

    /// Returns a change with the names of these fields.
    fn named(&self, mistake: Mistake, text: &'static str, items: &[usize]) -> Change {
        let mut names = Names::default();
        for (name, item) in names.iter_mut().zip(items) {
            *name = self
                .message
                .fields
                .get(*item)
                .map_or("", |field| field.short_name());
        }
        Change {
            mistake,
            detail: Detail::Fields(text, names),
        }
    }

    /// Adds the values that each operation makes of all text fields, and of each one.
    fn add_values(&mut self) {
        let message = self.message;
        let mut values = Vec::new();
        for operation in OPERATIONS {
            for changed in apply_operation(message, &message.values, operation.apply) {
                values.push(Values {
                    change: operation.change,
                    values: changed,
                    is_usual: true,
                });
            }
        }
        for at in 0..message.values.len() {
            for (place, text) in UNSET.into_iter().enumerate() {
                let mut changed = message.values.clone();
                changed[at] = text.as_bytes().to_vec();
                values.push(Values {
                    change: self.named(Mistake::ValueUndefined, "#", &[at]),
                    values: changed,
                    is_usual: place < 4,
                });
            }
        }
        for (place, (before, after)) in BRACES.into_iter().enumerate() {
            for name in [Field::short_name, Field::long_name] {
                let filled = message
                    .fields
                    .iter()
                    .map(|field| [before, name(*field), after].concat().into_bytes());
                let filled: Vec<_> = filled.collect();
                for (at, text) in filled.iter().enumerate() {
                    let mut changed = message.values.clone();
                    changed[at].clone_from(text);
                    values.push(Values {
                        change: self.named(Mistake::BracesLeft, "#", &[at]),
                        values: changed,
                        is_usual: place < 3,
                    });
                }
                values.push(Values {
                    change: Change::with(Mistake::BracesLeft, "all of them"),
                    values: filled,
                    is_usual: place < 3,
                });
            }
        }
        self.add_matches(&mut values);
        self.values = values;
    }

    /// Adds the values that `String.replace` makes of `$&` and similar patterns.
    fn add_matches(&self, values: &mut Vec<Values>) {
        let message = self.message;
        let has_dollar = |value: &Vec<u8>| value.contains(&b'$');
        if !message.values.iter().any(has_dollar) {
            return;
        }
        for (before, after) in BRACES {
            for name in [Field::short_name, Field::long_name] {
                let mut changed = message.values.clone();
                for (value, field) in changed.iter_mut().zip(&message.fields) {
                    let whole = [before, name(*field), after].concat();
                    *value = crate::codec::replace(value, b"$&", whole.as_bytes());
                }
                values.push(Values {
                    change: Change::with(Mistake::ReplaceDollar, "$& became the placeholder"),
                    values: changed,
                    is_usual: true,
                });
            }
        }
    }

    fn emit_one(&self, times: usize, emit: &mut Emit<'_, '_>) -> ControlFlow<()> {
        let right = Recipe::default();
        for selection in &self.selections {
            emit.text(
                self,
                Recipe {
                    selection: Some(selection),
                    ..right
                },
                &[selection.change],
            )?;
        }
        for separator in &self.separators {
            let recipe = Recipe {
                separator: Some(separator),
                ..right
            };
            emit.text(self, recipe, &[separator.change])?;
        }
        for layout in &self.layouts {
            emit.text(
                self,
                Recipe {
                    layout: Some(layout),
                    ..right
                },
                &[layout.change],
            )?;
        }
        for values in &self.values {
            emit.text(
                self,
                Recipe {
                    values: Some(values),
                    ..right
                },
                &[values.change],
            )?;
        }
        for end in &self.ends {
            emit.text(
                self,
                Recipe {
                    end: Some(end),
                    ..right
                },
                &[end.change],
            )?;
        }
        for time in self.times.iter().take(times) {
            emit.text(
                self,
                Recipe {
                    time: Some(time),
                    ..right
                },
                &[time.change],
            )?;
        }
        ControlFlow::Continue(())
    }

    fn emit_two(&self, emit: &mut Emit<'_, '_>) -> ControlFlow<()> {
        if self.message.is_long() {
            return ControlFlow::Continue(());
        }
        let usual = &self.layouts[..self.layouts.len().min(USUAL_LAYOUTS)];
        let values = self.different_values();
        for separator in &self.separators {
            let recipe = Recipe {
                separator: Some(separator),
                ..Recipe::default()
            };
            let one = separator.change;
            self.with_ends(recipe, one, emit)?;
            self.with_values(recipe, one, &values, emit)?;
            self.with_times(recipe, one, instant::MORE, emit)?;
        }
        for selection in &self.selections {
            let recipe = Recipe {
                selection: Some(selection),
                ..Recipe::default()
            };
            let one = selection.change;
            self.with_ends(recipe, one, emit)?;
            self.with_separators(recipe, one, emit)?;
            self.with_values(recipe, one, &values, emit)?;
            self.with_times(recipe, one, instant::MORE, emit)?;
            if selection.items.iter().all(|item| *item < self.right.len()) {
                for layout in usual {
                    let recipe = Recipe {
                        layout: Some(layout),
                        ..recipe
                    };
                    emit.text(self, recipe, &[one, layout.change])?;
                }
            }
        }
        for (at, layout) in self.layouts.iter().enumerate() {
            let recipe = Recipe {
                layout: Some(layout),
                ..Recipe::default()
            };
            let one = layout.change;
            self.with_ends(recipe, one, emit)?;
            self.with_values(recipe, one, &values, emit)?;
            if at < usual.len() {
                self.with_times(recipe, one, instant::USUAL, emit)?;
            }
        }
        for (at, first) in values.iter().enumerate() {
            let times = if at < USUAL_VALUES {
                instant::MORE
            } else {
                instant::USUAL
            };
            let recipe = Recipe {
                values: Some(first),
                ..Recipe::default()
            };
            let one = first.change;
            self.with_ends(recipe, one, emit)?;
            self.with_times(recipe, one, times, emit)?;
            self.with_operations(first, emit)?;
        }
        for end in &self.ends {
            let recipe = Recipe {
                end: Some(end),
                ..Recipe::default()
            };
            self.with_times(recipe, end.change, instant::USUAL, emit)?;
        }
        self.emit_two_selections(emit)
    }

    /// Returns the usual changes of values, without duplicates and those that change nothing.
    fn different_values(&self) -> Vec<&Values> {
        let mut seen = std::collections::HashSet::new();
        seen.insert(&self.message.values);
        let usual = self.values.iter().filter(|values| values.is_usual);
        let mut different: Vec<_> = usual.collect();
        different.retain(|values| seen.insert(&values.values));
        different
    }

    fn with_separators(
        &self,
        recipe: Recipe<'_>,
        one: Change,
        emit: &mut Emit<'_, '_>,
    ) -> ControlFlow<()> {
        for separator in &self.separators {
            let recipe = Recipe {
                separator: Some(separator),
                ..recipe
            };
            emit.text(self, recipe, &[one, separator.change])?;
        }
        ControlFlow::Continue(())
    }

    fn with_values(
        &self,
        recipe: Recipe<'_>,
        one: Change,
        values: &[&Values],
        emit: &mut Emit<'_, '_>,
    ) -> ControlFlow<()> {
        for values in values {
            let recipe = Recipe {
                values: Some(values),
                ..recipe
            };
            emit.text(self, recipe, &[one, values.change])?;
        }
        ControlFlow::Continue(())
    }

    fn with_ends(
        &self,
        recipe: Recipe<'_>,
        one: Change,
        emit: &mut Emit<'_, '_>,
    ) -> ControlFlow<()> {
        for end in &self.ends {
            let recipe = Recipe {
                end: Some(end),
                ..recipe
            };
            emit.text(self, recipe, &[one, end.change])?;
        }
        ControlFlow::Continue(())
    }

    fn with_times(
        &self,
        recipe: Recipe<'_>,
        one: Change,
        most: usize,
        emit: &mut Emit<'_, '_>,
    ) -> ControlFlow<()> {
        for time in self.times.iter().take(most) {
            let recipe = Recipe {
                time: Some(time),
                ..recipe
            };
            emit.text(self, recipe, &[one, time.change])?;
        }
        ControlFlow::Continue(())
    }

    /// Applies every operation to values that were already changed.
    fn with_operations(&self, first: &Values, emit: &mut Emit<'_, '_>) -> ControlFlow<()> {
        for operation in OPERATIONS {
            for values in apply_operation(self.message, &first.values, operation.apply) {
                let values = Values {
                    change: operation.change,
                    values,
                    is_usual: true,
                };
                let recipe = Recipe {
                    values: Some(&values),
                    ..Recipe::default()
                };
                emit.text(self, recipe, &[first.change, operation.change])?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Emits texts with fields missing or added, in another order.
    fn emit_two_selections(&self, emit: &mut Emit<'_, '_>) -> ControlFlow<()> {
        let (orders, others): (Vec<_>, Vec<_>) = self
            .selections
            .iter()
            .partition(|selection| selection.change.mistake == Mistake::FieldOrder);
        for changed in &others {
            for order in &orders {
                let place = |item: &usize| order.items.iter().position(|at| at == item);
                // Fields of the other order are sorted by it; other items keep their positions.
                let mut sorted: Vec<_> = changed
                    .items
                    .iter()
                    .copied()
                    .filter(|item| place(item).is_some())
                    .collect();
                sorted.sort_by_key(place);
                let mut sorted = sorted.into_iter();
                let items = changed
                    .items
                    .iter()
                    .map(|item| match place(item) {
                        Some(_) => sorted.next().unwrap_or(*item),
                        None => *item,
                    })
                    .collect();
                let selection = Selection {
                    change: changed.change,
                    items,
                };
                let recipe = Recipe {
                    selection: Some(&selection),
                    ..Recipe::default()
                };
                emit.text(self, recipe, &[order.change, changed.change])?;
            }
            let is_missing = changed.change.mistake == Mistake::FieldMissing;
            for other in others.iter().filter(|_| is_missing) {
                let is_missing = other.change.mistake == Mistake::FieldMissing;
                if is_missing && changed.items.len() < self.right.len() {
                    let items: Vec<_> = other
                        .items
                        .iter()
                        .copied()
                        .filter(|item| *item >= self.right.len() || changed.items.contains(item))
                        .collect();
                    let selection = Selection {
                        change: other.change,
                        items,
                    };
                    let recipe = Recipe {
                        selection: Some(&selection),
                        ..Recipe::default()
                    };
                    emit.text(self, recipe, &[changed.change, other.change])?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Writes the text of a recipe.
    fn write(&self, recipe: Recipe<'_>, out: &mut Vec<u8>) {
        out.clear();
        let values = recipe
            .values
            .map_or(&self.message.values, |values| &values.values);
        let time_at = self.right.len() - 1;
        let items = recipe
            .selection
            .map_or(&self.right, |selection| &selection.items);
        let value = |item: usize| match recipe.time {
            Some(time) if item == time_at => time.text.as_slice(),
            _ => values
                .get(item)
                .or_else(|| self.pool.get(item))
                .map_or(&[][..], Vec::as_slice),
        };
        match recipe.layout {
            Some(layout) => layout.write(items, &value, &self.message.fields, out),
            None => {
                let separator = recipe
                    .separator
                    .map_or(b"|".as_slice(), |separator| separator.text);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.extend_from_slice(separator);
                    }
                    out.extend_from_slice(value(*item));
                }
            }
        }
        if let Some(end) = recipe.end {
            out.extend_from_slice(end.text);
        }
    }
}

impl Texts for Candidates<'_> {
    fn emit(&self, changes: usize, sink: Sink<'_>) -> ControlFlow<()> {
        let mut emit = Emit {
            text: Vec::new(),
            sink,
        };
        match changes {
            0 => emit.text(self, Recipe::default(), &[]),
            1 => self.emit_one(usize::MAX, &mut emit),
            2 => self.emit_two(&mut emit),
            _ => ControlFlow::Continue(()),
        }
    }

    fn emit_usual(&self, sink: Sink<'_>) -> ControlFlow<()> {
        let mut emit = Emit {
            text: Vec::new(),
            sink,
        };
        self.emit_one(instant::MOST, &mut emit)
    }

    fn count(&self, changes: usize) -> u64 {
        let usual = self.layouts.len().min(USUAL_LAYOUTS);
        let [selections, separators, layouts, values, times, ends] = [
            self.selections.len(),
            self.separators.len(),
            self.layouts.len(),
            self.values.iter().filter(|values| values.is_usual).count(),
            self.times.len().min(instant::MORE),
            self.ends.len(),
        ];
        let count = match changes {
            0 => 1,
            1 => selections + separators + layouts + self.values.len() + self.times.len() + ends,
            2 if self.message.is_long() => 0,
            _ => {
                selections * (separators + values + ends + times + usual + 120)
                    + separators * (values + ends + times)
                    + layouts * (values + ends)
                    + (usual + values + ends) * instant::USUAL
                    + values * (ends + values)
            }
        };
        count as u64
    }
}

type SinkFn<'s> = dyn FnMut(&[u8], &[Change]) -> ControlFlow<()> + 's;

/// The sink, and the buffer in which each text is built.
struct Emit<'e, 's> {
    text: Vec<u8>,
    sink: &'e mut SinkFn<'s>,
}

impl Emit<'_, '_> {
    fn text(
        &mut self,
        candidates: &Candidates<'_>,
        recipe: Recipe<'_>,
        changes: &[Change],
    ) -> ControlFlow<()> {
        candidates.write(recipe, &mut self.text);
        (self.sink)(&self.text, changes)
    }
}

/// Applies an operation to all text fields together, and to each one if that differs. Returns only
/// changed values.
fn apply_operation(
    message: &Fields,
    values: &[Vec<u8>],
    apply: fn(&[u8]) -> Vec<u8>,
) -> Vec<Vec<Vec<u8>>> {
    let changed: Vec<Option<Vec<u8>>> = values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let is_changed = message.is_text(at) && !value.is_empty();
            is_changed
                .then(|| apply(value))
                .filter(|other| other != value)
        })
        .collect();
    let differing: Vec<_> = (0..values.len())
        .filter(|at| changed[*at].is_some())
        .collect();
    let with = |places: &[usize]| {
        let mut all = values.to_vec();
        for at in places {
            if let Some(value) = &changed[*at] {
                all[*at].clone_from(value);
            }
        }
        all
    };
    match differing.as_slice() {
        [] => Vec::new(),
        [_] => vec![with(&differing)],
        several => core::iter::once(with(several))
            .chain(several.iter().map(|at| with(&[*at])))
            .collect(),
    }
}

/// Collects every order of the items from `start` on.
fn permute(items: &mut Vec<usize>, start: usize, orders: &mut Vec<Vec<usize>>) {
    if start + 1 >= items.len() {
        orders.push(items.clone());
        return;
    }
    for at in start..items.len() {
        items[start..=at].rotate_right(1);
        permute(items, start + 1, orders);
        items[start..=at].rotate_left(1);
    }
}

fn separators() -> Vec<Separator> {
    const SEPARATORS: [(&str, &[u8]); 18] = [
        ("none", b""),
        ("a comma", b","),
        ("a colon", b":"),
        ("a full stop", b"."),
        ("&", b"&"),
        ("a hyphen", b"-"),
        ("a slash", b"/"),
        ("a line ending", b"\n"),
        ("%7C", b"%7C"),
        ("%7c", b"%7c"),
        ("a semicolon", b";"),
        ("a space", b" "),
        ("an underscore", b"_"),
        ("||", b"||"),
        ("a plus", b"+"),
        ("a tab", b"\t"),
        ("| with spaces", b" | "),
        ("a comma and a space", b", "),
    ];
    SEPARATORS
        .into_iter()
        .map(|(name, text)| Separator {
            change: Change::with(Mistake::Separator, name),
            text,
        })
        .collect()
}
