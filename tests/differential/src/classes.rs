//! All intended differences between this library and the documented snippets. Any other is a
//! failure.

mod links;
mod returns;
mod routed;
mod webhooks;

use crate::library::Answer;
use crate::message::Message;
use crate::reading::{Language, Pair, RETURN, pairs, routed_pairs};

/// A behavior of a snippet that differs from this library's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// It accepts the message, or signs the link.
    Accepts,
    /// It refuses the message.
    Refuses,
    /// It throws an exception of this class.
    Crashes(&'static str),
}

/// The behaviors of the snippets, in the order of [`Language::ALL`]. An empty list means that the
/// snippet behaves like this library.
pub(crate) type Outcomes = [&'static [Outcome]; 3];

/// The snippets of all three languages accept it.
const ALL_ACCEPT: Outcomes = [&[Outcome::Accepts]; 3];

/// Messages on which a snippet and this library differ, and the reason.
pub(crate) struct Class {
    /// The name of the class in a table.
    pub(crate) id: &'static str,
    /// The common property of its messages, with an example.
    pub(crate) what: &'static str,
    /// This library's answers, if the message has no other fault.
    pub(crate) answers: &'static [&'static str],
    /// The behaviors of the snippets.
    pub(crate) outcomes: Outcomes,
    /// The reason why this library differs.
    pub(crate) why: &'static str,
    /// Returns `true` if a message belongs to the class, by one of the names in this library's
    /// error.
    pub(crate) holds: fn(&Seen<'_>, &[&str]) -> bool,
    /// Messages that together have all behaviors.
    pub(crate) examples: fn() -> Vec<Message>,
}

/// The classes of a kind of message.
pub(crate) struct Group {
    /// The task of the snippets.
    pub(crate) title: &'static str,
    /// The heading for a snippet that accepts.
    pub(crate) accepts: &'static str,
    pub(crate) classes: &'static [Class],
}

/// All groups.
pub(crate) const GROUPS: [Group; 4] = [
    Group {
        title: "Signing a link",
        accepts: "signs",
        classes: links::CLASSES,
    },
    Group {
        title: "Verifying a return",
        accepts: "accepts",
        classes: returns::CLASSES,
    },
    Group {
        title: "Verifying a return whose reference is in the path",
        accepts: "accepts",
        classes: routed::CLASSES,
    },
    Group {
        title: "Receiving a webhook",
        accepts: "accepts",
        classes: webhooks::CLASSES,
    },
];

/// A message with this library's answer, to which the conditions of the classes are applied.
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

    /// Returns the parameters whose decoded name is `name`.
    fn named(&self, name: &str) -> impl Iterator<Item = &Pair<'m>> {
        self.pairs
            .iter()
            .filter(move |pair| pair.name == name.as_bytes())
    }

    /// Returns `true` if `holds` is true for a parameter with one of the names.
    fn any(&self, names: &[&str], holds: impl Fn(&Pair<'m>) -> bool) -> bool {
        names.iter().any(|name| self.named(name).any(&holds))
    }

    /// Returns the class that explains why a snippet differs from this library, if there is one.
    ///
    /// This library's code decides, and the condition must hold for a name in its error. If the
    /// snippet crashed on a message that this library refuses, another check of the library may
    /// have failed first. Then the condition must hold for any parameter.
    pub(crate) fn explain(&self, language: Language, outcome: Outcome) -> Option<&'static Class> {
        // The query of a return with a path is read like that of any other.
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
        // A class about messages that this library refuses is the better explanation.
        let (accepted, refused): (Vec<_>, Vec<_>) =
            classes().partition(|class| class.answers.contains(&"ok"));
        let mut others = refused.into_iter().chain(accepted);
        others.find(|class| (class.holds)(self, &RETURN))
    }
}
