//! Compares every answer with this library's, and counts the results.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use crate::classes::{Class, GROUPS, Outcome, Seen};
use crate::library::Answer;
use crate::message::Message;
use crate::reading::Language;

/// The results for a number of messages.
#[derive(Default)]
pub(crate) struct Tally {
    count: u64,
    /// The shortest of the messages.
    example: Option<Message>,
    /// The wrong answers to it.
    answers: String,
}

impl Tally {
    fn add(&mut self, message: &Message) {
        self.count += 1;
        let shorter = |example: &Message| message.len() < example.len();
        if self.example.as_ref().is_none_or(shorter) {
            self.example = Some(message.clone());
        }
    }
}

/// The result of a snippet that agrees with this library's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Same {
    /// Both accept, with the same values.
    Accepted,
    /// Both refuse.
    Refused,
}

/// The results so far.
#[derive(Default)]
pub(crate) struct Judge {
    /// This library's own answers, for each kind of message.
    answers: BTreeMap<String, [u64; Message::KINDS.len()]>,
    bindings: BTreeMap<String, u64>,
    same: BTreeMap<(Language, Same), u64>,
    classes: BTreeMap<(&'static str, Language, Outcome), Tally>,
    wrong: BTreeMap<String, Tally>,
}

impl Judge {
    pub(crate) fn count(&mut self, message: &Message, ours: &Answer) {
        self.answers.entry(ours[0].clone()).or_default()[message.kind()] += 1;
    }

    /// Compares a binding's answer with this library's, to which it must be identical.
    pub(crate) fn binding(
        &mut self,
        name: &str,
        message: &Message,
        ours: &Answer,
        given: &[&[u8]],
    ) {
        if ours.iter().map(String::as_bytes).eq(given.iter().copied()) {
            *self.bindings.entry(name.into()).or_default() += 1;
        } else {
            self.wrong(name, message, ours, given);
        }
    }

    /// Compares a snippet's answer with this library's. A class may explain a difference.
    pub(crate) fn snippet(
        &mut self,
        language: Language,
        message: &Message,
        ours: &Answer,
        given: &[&[u8]],
    ) -> Result<()> {
        let answer = given.first().context("an answer")?;
        if let Message::Link(_) | Message::Expected(..) = message {
            ensure!(answer == b"skipped", "no snippet is documented for these");
            return Ok(());
        }
        let accepted = ours[0] == "ok";
        let outcome = match *answer {
            b"ok" if accepted => {
                if is_same(message, ours, given) {
                    *self.same.entry((language, Same::Accepted)).or_default() += 1;
                } else {
                    self.wrong(language.name(), message, ours, given);
                }
                return Ok(());
            }
            b"refused" if !accepted => {
                *self.same.entry((language, Same::Refused)).or_default() += 1;
                return Ok(());
            }
            b"ok" => Some(Outcome::Accepts),
            b"refused" => Some(Outcome::Refuses),
            b"crash: TypeError" => Some(Outcome::Crashes("TypeError")),
            b"crash: RangeError" => Some(Outcome::Crashes("RangeError")),
            b"crash: KeyError" => Some(Outcome::Crashes("KeyError")),
            _ => None,
        };
        let seen = Seen::new(message, ours);
        match outcome.and_then(|outcome| Some((seen.explain(language, outcome)?, outcome))) {
            Some((class, outcome)) => self
                .classes
                .entry((class.id, language, outcome))
                .or_default()
                .add(message),
            None => self.wrong(language.name(), message, ours, given),
        }
        Ok(())
    }

    /// Records an unexplained answer, with others of its kind.
    fn wrong(&mut self, name: &str, message: &Message, ours: &Answer, given: &[&[u8]]) {
        let first = |answer: &[u8]| String::from_utf8_lossy(answer).into_owned();
        let kind = format!("{name}: {}, the core: {}", first(given[0]), ours[0]);
        let tally = self.wrong.entry(kind).or_default();
        tally.add(message);
        if tally.example.as_ref() == Some(message) {
            tally.answers = format!(
                "{:?}, the core: {ours:?}",
                given.iter().map(|part| first(part)).collect::<Vec<_>>()
            );
        }
    }

    /// Prints the results. Fails if an answer is not explained or a class never occurred.
    pub(crate) fn conclude(&self) -> Result<()> {
        print!("{:<22}", "The core's answers");
        for kind in Message::KINDS {
            print!("{kind:>22}");
        }
        println!();
        for (code, counts) in &self.answers {
            println!(
                "{code:<22}{}",
                counts.map(|count| format!("{count:>22}")).concat()
            );
        }
        println!("\nThe same answer as the core's, in code, names, seconds, sentence and values:");
        if self.bindings.is_empty() {
            println!("        no package was asked");
        }
        for (name, count) in &self.bindings {
            println!("{count:>9} {name}");
        }
        println!("\nThe documented snippets, beside the core:");
        print!("{:<28}", "");
        for language in Language::ALL {
            print!("{:>22}", language.name());
        }
        println!();
        for (what, same) in [
            ("both accept", Same::Accepted),
            ("both refuse", Same::Refused),
        ] {
            let count = |language| self.same.get(&(language, same)).copied().unwrap_or(0);
            let counts = Language::ALL.map(|language| format!("{:>22}", count(language)));
            println!("{what:<28}{}", counts.concat());
        }
        let mut missing = Vec::new();
        for group in &GROUPS {
            println!("\n{}", group.title);
            for class in group.classes {
                self.print_class(class, &mut missing);
            }
        }
        for (kind, tally) in &self.wrong {
            let count = tally.count;
            eprintln!("\nNot explained, {count} times: {kind}. The shortest:");
            if let Some(example) = &tally.example {
                eprintln!("  {example}\n  {}", tally.answers);
            }
        }
        ensure!(
            self.wrong.is_empty(),
            "{} kinds of answers are not explained",
            self.wrong.len()
        );
        ensure!(missing.is_empty(), "these never came up: {missing:?}");
        Ok(())
    }

    fn print_class(&self, class: &Class, missing: &mut Vec<String>) {
        print!("  {:<18} {:<37}", class.id, class.answers.join(", "));
        let mut examples = Vec::new();
        for language in Language::ALL {
            let mut cell = Vec::new();
            for outcome in class.outcomes[language as usize] {
                let what = outcome.short();
                if let Some(tally) = self.classes.get(&(class.id, language, *outcome)) {
                    cell.push(format!("{} {what}", tally.count));
                    examples.extend(&tally.example);
                } else {
                    missing.push(format!("{} {} {what}", class.id, language.name()));
                }
            }
            print!(" {:<32}", cell.join(", "));
        }
        println!();
        if let Some(example) = examples.into_iter().min_by_key(|example| example.len()) {
            let example = example.to_string();
            println!("      {}", example.chars().take(200).collect::<String>());
        }
    }
}

impl Outcome {
    /// Returns a word or two for a table.
    pub(crate) fn short(self) -> String {
        match self {
            Self::Accepts => "accepts".into(),
            Self::Refuses => "refuses".into(),
            Self::Crashes(kind) => kind.into(),
        }
    }
}

/// Returns `true` if a snippet's result is the same as this library's.
fn is_same(message: &Message, ours: &Answer, given: &[&[u8]]) -> bool {
    match message {
        Message::Sign(_) => {
            let Some(Ok(url)) = given.get(1).map(|url| std::str::from_utf8(url)) else {
                return false;
            };
            // Encoders differ only on three characters, and all decoders read both forms.
            let alike = url
                .replace('+', "%20")
                .replace("%7E", "~")
                .replace('*', "%2A");
            alike == ours[1]
        }
        Message::Return(_) | Message::Routed(_) => {
            let values = ours[1..6].iter().map(String::as_bytes);
            values.eq(given[1..].iter().copied())
        }
        Message::Link(_) | Message::Expected(..) | Message::Webhook(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::Generator;
    use crate::library::Library;

    #[test]
    fn the_examples_are_of_their_classes() {
        let library = Library::new();
        for class in GROUPS.iter().flat_map(|group| group.classes) {
            for example in (class.examples)() {
                let ours = library.answer(&example);
                assert!(class.answers.contains(&&*ours[0]), "{}: {ours:?}", class.id);
            }
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_messages() {
        let messages = |seed| Generator::new(seed).take(1000).collect::<Vec<_>>();
        assert!(messages(7) == messages(7));
        assert!(messages(7) != messages(8));
    }

    #[test]
    fn an_unexplained_difference_fails() {
        let library = Library::new();
        let expired = GROUPS[1].classes.iter().find(|class| class.id == "expired");
        let message = (expired.unwrap().examples)().remove(0);
        let ours = library.answer(&message);
        assert_eq!(ours[0], "expired");
        for (answer, explained) in [
            ("ok", true),
            ("refused", true),
            ("crash: TypeError", false),
            ("crash: RuntimeError", false),
            ("nothing", false),
        ] {
            let mut judge = Judge::default();
            judge
                .snippet(Language::Node, &message, &ours, &[answer.as_bytes()])
                .unwrap();
            assert_eq!(judge.wrong.is_empty(), explained, "{answer}");
        }
        // The same code with another sentence is a different answer.
        let mut given: Vec<_> = ours.iter().map(String::as_bytes).collect();
        let mut judge = Judge::default();
        judge.binding("C", &message, &ours, &given);
        assert!(judge.wrong.is_empty());
        given[3] = b"expired";
        judge.binding("C", &message, &ours, &given);
        assert_eq!(judge.wrong.len(), 1);
        assert!(judge.conclude().is_err());
    }
}
