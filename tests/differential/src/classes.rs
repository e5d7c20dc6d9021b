//! Where this library and the documented snippets differ on purpose: the whole list. A difference
//! that is not one of these is a failure.

mod links;
mod returns;
mod routed;
mod webhooks;

use crate::library::Answer;
use crate::message::Message;
use crate::reading::{Language, Pair, RETURN, pairs, routed_pairs};

/// What a snippet does with a message that this library answers in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// It accepts the message, or signs the link.
    LetsIn,
    /// It refuses the message.
    Refuses,
    /// It ends with an exception of this class.
    Crashes(&'static str),
}

/// What the snippets do, in the order of [`Language::ALL`]. Where there is nothing, they do as
/// this library does.
pub(crate) type Outcomes = [&'static [Outcome]; 3];

/// The snippets of all three languages let it in.
const ALL_LET_IN: Outcomes = [&[Outcome::LetsIn]; 3];

/// Messages on which a snippet and this library differ, and why they are meant to.
pub(crate) struct Class {
    /// What identifies the class in a table.
    pub(crate) id: &'static str,
    /// What the messages of the class have, with an example.
    pub(crate) what: &'static str,
    /// What this library answers, where nothing else is wrong with the message: one of these.
    pub(crate) answers: &'static [&'static str],
    /// What the snippets do.
    pub(crate) outcomes: Outcomes,
    /// Why this library does otherwise.
    pub(crate) why: &'static str,
    /// Whether a message is one of the class, by one of the names that this library's error
    /// concerns.
    pub(crate) holds: fn(&Seen<'_>, &[&str]) -> bool,
    /// Messages which bring about every one of the outcomes.
    pub(crate) examples: fn() -> Vec<Message>,
}

/// The classes of a kind of message.
pub(crate) struct Group {
    /// What the snippets are to do.
    pub(crate) title: &'static str,
    /// What a snippet does that accepts.
    pub(crate) accepts: &'static str,
    pub(crate) classes: &'static [Class],
}

/// All classes there are.
pub(crate) const GROUPS: [Group; 4] = [
    Group {
        title: "Signing a link",
        accepts: "signs",
        classes: links::CLASSES,
    },
    Group {
        title: "Verifying a return",
        accepts: "lets in",
        classes: returns::CLASSES,
    },
    Group {
        title: "Verifying a return whose reference is in the path",
        accepts: "lets in",
        classes: routed::CLASSES,
    },
    Group {
        title: "Receiving a webhook",
        accepts: "lets in",
        classes: webhooks::CLASSES,
    },
];

/// A message with this library's answer, as the conditions of the classes look at it.
pub(crate) struct Seen<'m> {
    message: &'m Message,
    answer: &'m Answer,
    /// The parameters of a return.
    pairs: Vec<Pair<'m>>,
}

impl<'m> Seen<'m> {
    pub(crate) fn new(message: &'m Message, answer: &'m Answer) -> Self {
        let pairs = match message {
            Message::Return(url) => pairs(url),
            Message::Routed(url) => routed_pairs(url),
            Message::Sign(_) | Message::Link(_) | Message::Expected(..) | Message::Webhook(..) => {
                Vec::new()
            }
        };
        Self {
            message,
            answer,
            pairs,
        }
    }

    /// The parameters of a name, as it stands in the query once that is decoded.
    fn named(&self, name: &str) -> impl Iterator<Item = &Pair<'m>> {
        self.pairs
            .iter()
            .filter(move |pair| pair.name == name.as_bytes())
    }

    /// Whether one of the names has a value of which something holds.
    fn any(&self, names: &[&str], holds: impl Fn(&Pair<'m>) -> bool) -> bool {
        names.iter().any(|name| self.named(name).any(&holds))
    }

    /// What explains that a snippet did otherwise than this library, if something does.
    ///
    /// This library's code decides, and the condition has to hold of what its error concerns.
    /// Only where the snippet crashed on a message that this library refuses, another of its
    /// checks may have come first: then the condition has to hold of any parameter.
    pub(crate) fn explain(&self, language: Language, outcome: Outcome) -> Option<&'static Class> {
        // What is in the query of a return with a path is read as in that of any other.
        let groups = match self.message {
            Message::Sign(_) => &GROUPS[..1],
            Message::Link(_) | Message::Expected(..) => return None,
            Message::Return(_) => &GROUPS[1..2],
            Message::Routed(_) => &GROUPS[1..3],
            Message::Webhook(..) => &GROUPS[3..],
        };
        let code = self.answer[0].as_str();
        let concerned: Vec<_> = match code {
            "ok" => Vec::new(),
            _ => self.answer[1].split(',').collect(),
        };
        let classes = || {
            let outcomes = |class: &&Class| class.outcomes[language as usize];
            let classes = groups.iter().flat_map(|group| group.classes);
            classes.filter(move |class| outcomes(class).contains(&outcome))
        };
        let decides =
            |class: &&Class| class.answers.contains(&code) && (class.holds)(self, &concerned);
        if let Some(class) = classes().find(decides) {
            return Some(class);
        }
        let crashed = matches!(outcome, Outcome::Crashes(_));
        if !crashed || code == "ok" {
            return None;
        }
        // What is about messages that this library refuses is the better explanation.
        let (accepted, refused): (Vec<_>, Vec<_>) =
            classes().partition(|class| class.answers.contains(&"ok"));
        let mut others = refused.into_iter().chain(accepted);
        others.find(|class| (class.holds)(self, &RETURN))
    }
}
