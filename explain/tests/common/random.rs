//! Random messages from a seed.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::ops::ControlFlow;

use visiono_workflow_explain::{Diagnosis, Input, Kind, Message, Request, explain_with_progress};

use super::{Hash, encode, hex, hmac};

pub struct Random(pub u64);

impl Random {
    /// Returns the next number of the generator `SplitMix64`.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn secret(&mut self) -> String {
        (0..4).map(|_| format!("{:016x}", self.next())).collect()
    }

    /// Returns a value that any field may have.
    pub fn value(&mut self) -> String {
        const WORDS: [&str; 14] = [
            "ABC123",
            "ticket-456",
            "Zoë",
            " ",
            "+",
            "%2D",
            "&",
            "<b>",
            "$$",
            "x/y",
            "\"q\"",
            "日本",
            "#1",
            "=",
        ];
        let words = 1 + self.below(3);
        let mut value: String = (0..words).map(|_| WORDS[self.below(14) as usize]).collect();
        value.push_str(&self.below(1000).to_string());
        value
    }

    pub fn fields(&mut self, kind: Kind) -> Vec<(&'static str, String)> {
        let time = 1_700_000_000 + self.below(10_000_000);
        let mut fields = match kind {
            Kind::Link => vec![("uv", self.value()), ("src", "zendesk".to_owned())],
            _ => vec![
                ("sub", format!("pls_{}", self.below(1000))),
                ("uv", self.value()),
            ],
        };
        fields.push(("ref", self.value()));
        if kind != Kind::Link {
            fields.push(("cnt", self.below(30).to_string()));
        }
        fields.push(("ts", time.to_string()));
        fields
    }
}

pub fn url(fields: &[(&str, String)], signature: &str) -> String {
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}&", encode(value)));
    format!(
        "https://a.example/s/x?{}sig={signature}",
        pairs.collect::<String>()
    )
}

pub fn sign(secret: &str, fields: &[(&str, String)]) -> String {
    let values: Vec<&str> = fields.iter().map(|(_, value)| value.as_str()).collect();
    hex(&hmac(
        Hash::Sha256,
        secret.as_bytes(),
        values.join("|").as_bytes(),
    ))
}

/// Returns the diagnosis of a message whose signature nothing explains: a random tag, the tag of
/// another secret, or the tag of another value.
pub fn wrong(random: &mut Random, kind: Kind) -> Diagnosis {
    let secret = random.secret();
    let fields = random.fields(kind);
    let signature = match random.below(3) {
        0 => random.secret(),
        1 => sign(&random.secret(), &fields),
        _ => {
            let mut other = fields.clone();
            other[0].1 = format!("{}~{}", random.value(), random.below(1 << 40));
            sign(&secret, &other)
        }
    };
    let url = url(&fields, &signature);
    diagnose(kind, &url, &secret)
}

pub fn right(random: &mut Random, kind: Kind) -> Diagnosis {
    let secret = random.secret();
    let fields = random.fields(kind);
    let url = url(&fields, &sign(&secret, &fields));
    diagnose(kind, &url, &secret)
}

/// Returns the diagnosis of a webhook whose signature nothing explains.
pub fn wrong_webhook(random: &mut Random) -> Diagnosis {
    let secret = format!("whsec_{}", random.secret());
    let body = format!(
        "{{\"event\": \"photo_submission.created\",\"data\":{{\"id\":{:?},\"n\":[{}.50,1e{},-0]}}}}\n",
        random.value(),
        random.below(1000),
        random.below(9),
    );
    let signature = format!("sha256={}", random.secret());
    let headers = [(b"X-Visiono-Signature".as_slice(), signature.as_bytes())];
    let secrets = [secret.as_bytes()];
    let message = Message::Webhook {
        body: body.as_bytes(),
        headers: &headers,
    };
    visiono_workflow_explain::explain(&Request::new(message, &secrets))
}

fn diagnose(kind: Kind, url: &str, secret: &str) -> Diagnosis {
    let secrets = [secret.as_bytes()];
    let message = match kind {
        Kind::Link => Message::Link(Input::Text(url.as_bytes())),
        _ => Message::Return(Input::Text(url.as_bytes())),
    };
    explain_with_progress(&Request::new(message, &secrets), &mut |_| {
        ControlFlow::Continue(())
    })
}
