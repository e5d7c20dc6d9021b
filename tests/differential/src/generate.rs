//! Generates genuine and mangled messages from a seed.

mod template;
mod text;
mod url;
mod webhook;

use fastrand::Rng;

use crate::message::Message;
use crate::reading::{LINK, RETURN};

/// An endless generator of messages. The same seed yields the same messages.
pub(crate) struct Generator(Rng);

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }
}

impl Iterator for Generator {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let random = &mut self.0;
        Some(match random.u8(..100) {
            0..12 => Message::Sign(url::link(random)),
            12..24 => Message::Link(url::signed(random, &LINK)),
            24..62 => Message::Return(url::as_requested(&url::signed(random, &RETURN))),
            62..70 => Message::Routed(url::routed(random)),
            70..76 => template::expected(random),
            _ => webhook::webhook(random),
        })
    }
}

/// Returns `true` in this many of 1000 cases.
fn chance(random: &mut Rng, of_1000: u32) -> bool {
    random.u32(..1000) < of_1000
}

fn pick<T: Copy>(random: &mut Rng, from: &[T]) -> T {
    *random.choice(from).expect("something to choose from")
}
