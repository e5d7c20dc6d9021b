//! Programs with mistakes, written without the crate: the signature and the URL that they make.

#![allow(dead_code, missing_docs, unreachable_pub)]

pub mod random;

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use visiono_workflow_explain::{
    Diagnosis, Input, Kind, Message, Mistake, OtherSecret, Relation, Request, explain,
};

pub const WORKFLOW: &str = "4f1c0a77e29b3d58c6b1f0e4a9d27358b6c4e1f09a7d3c25e8b0f6a1d4c79e32";
pub const WEBHOOK: &str = "whsec_Zk3vT9qLxW2nB7cRfY5mJ8hD1sG6pA4t";
pub const OTHER_KIND: &str = "vsk_live_8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d";
pub const OTHER_ENDPOINT: &str = "9b8a7c6d5e4f3a2b1c0d9e8f7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b";
pub const ROTATED: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9";
pub const NOW: u64 = 1_705_500_123;

/// Writes the signed text of names and values.
pub type Layout = fn(&[&str], &[Vec<u8>]) -> Vec<u8>;

/// The steps of a program, all of them right by default.
#[derive(Clone)]
pub struct Program {
    pub kind: Kind,
    pub secret: String,
    pub key: fn(&str) -> Vec<u8>,
    pub tag: fn(&[u8], &[u8]) -> Vec<u8>,
    pub hash: Hash,
    pub encode: fn(&[u8]) -> String,
    pub decorate: fn(String, Kind) -> String,
    pub names: Vec<&'static str>,
    pub sent: Vec<String>,
    pub value: fn(usize, &str) -> String,
    pub bytes: fn(&str) -> Vec<u8>,
    pub time: fn(u64) -> String,
    pub parts: fn(Vec<Vec<u8>>) -> Vec<Vec<u8>>,
    pub separator: &'static str,
    pub layout: Option<Layout>,
    pub end: &'static str,
    pub url: fn(String) -> String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    Sha256,
    Sha1,
    Sha512,
    Sha384,
    Md5,
}

pub fn hash(hash: Hash, bytes: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(bytes).to_vec(),
        Hash::Sha1 => Sha1::digest(bytes).to_vec(),
        Hash::Sha512 => Sha512::digest(bytes).to_vec(),
        Hash::Sha384 => Sha384::digest(bytes).to_vec(),
        Hash::Md5 => Md5::digest(bytes).to_vec(),
    }
}

pub fn hmac(which: Hash, key: &[u8], text: &[u8]) -> Vec<u8> {
    macro_rules! mac {
        ($digest:ty) => {
            Hmac::<$digest>::new_from_slice(key)
                .unwrap()
                .chain_update(text)
                .finalize()
                .into_bytes()
                .to_vec()
        };
    }
    match which {
        Hash::Sha256 => mac!(Sha256),
        Hash::Sha1 => mac!(Sha1),
        Hash::Sha512 => mac!(Sha512),
        Hash::Sha384 => mac!(Sha384),
        Hash::Md5 => mac!(Md5),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

pub fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut word = [0; 3];
        word[..chunk.len()].copy_from_slice(chunk);
        let word = u32::from_be_bytes([0, word[0], word[1], word[2]]);
        for at in 0..4 {
            text.push(if at <= chunk.len() {
                char::from(DIGITS[(word >> (18 - 6 * at) & 63) as usize])
            } else {
                '='
            });
        }
    }
    text
}

pub fn unbase64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u64;
    let mut held = 0;
    let mut bytes = Vec::new();
    for digit in text.bytes() {
        let digit = match digit {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let Some(value) = DIGITS.iter().position(|known| *known == digit) else {
            continue;
        };
        bits = bits << 6 | value as u64;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
        }
    }
    bytes
}

pub fn encode(text: &str) -> String {
    encode_bytes(text.as_bytes())
}

pub fn encode_bytes(bytes: &[u8]) -> String {
    let mut encoded = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

impl Program {
    pub fn link() -> Self {
        Self::with(
            Kind::Link,
            &["uv", "src", "ref", "ts"],
            &[
                "Zoë  5+5 \"q\" & 'r' <b>",
                "Zendesk",
                " T%2D7 $$x",
                "1705500000",
            ],
        )
    }

    pub fn plain_link() -> Self {
        Self::with(
            Kind::Link,
            &["uv", "src", "ref", "ts"],
            &["ABC123", "zendesk", "ticket-456", "1705500000"],
        )
    }

    pub fn returned() -> Self {
        Self::with(
            Kind::Return,
            &["sub", "uv", "ref", "cnt", "ts"],
            &[
                "pls_123",
                "Zoë  5+5 \"q\" & 'r' <b>",
                " T%2D7 $$x",
                "5",
                "1705500100",
            ],
        )
    }

    pub fn webhook() -> Self {
        let mut program = Self::with(
            Kind::Webhook,
            &["body"],
            &[
                "{\"event\":\"photo_submission.created\",\"timestamp\":\"2024-01-17T14:02:00Z\",\"data\":{\"id\":\"pls_1\"}}",
            ],
        );
        program.secret = WEBHOOK.to_owned();
        program.decorate = |digits, _| format!("sha256={digits}");
        program
    }

    fn with(kind: Kind, names: &[&'static str], sent: &[&str]) -> Self {
        Self {
            kind,
            secret: WORKFLOW.to_owned(),
            key: |secret| secret.as_bytes().to_vec(),
            tag: |key, text| hmac(Hash::Sha256, key, text),
            hash: Hash::Sha256,
            encode: hex,
            decorate: |digits, _| digits,
            names: names.to_vec(),
            sent: sent.iter().map(|value| (*value).to_owned()).collect(),
            value: |_, value| value.to_owned(),
            bytes: |text| text.as_bytes().to_vec(),
            time: |seconds| seconds.to_string(),
            parts: |parts| parts,
            separator: "|",
            layout: None,
            end: "",
            url: |url| url,
        }
    }

    /// Returns the text that the program signs.
    pub fn text(&self) -> Vec<u8> {
        let last = self.sent.len() - 1;
        let values: Vec<Vec<u8>> = self
            .sent
            .iter()
            .enumerate()
            .map(|(at, value)| match value.parse() {
                Ok(seconds) if at == last => (self.time)(seconds).into_bytes(),
                _ => (self.bytes)(&(self.value)(at, value)),
            })
            .collect();
        let mut text = match self.layout {
            Some(layout) => layout(&self.names, &(self.parts)(values)),
            None => (self.parts)(values).join(self.separator.as_bytes()),
        };
        text.extend_from_slice(self.end.as_bytes());
        text
    }

    /// Returns the signature that the program makes.
    pub fn signature(&self) -> String {
        let key = (self.key)(&self.secret);
        let tag = match self.hash {
            Hash::Sha256 => (self.tag)(&key, &self.text()),
            other => hmac(other, &key, &self.text()),
        };
        (self.decorate)((self.encode)(&tag), self.kind)
    }

    /// Returns the URL that arrives.
    pub fn sent_url(&self, signature: &str) -> String {
        let base = match self.kind {
            Kind::Link => "https://visiono.io/s/damage-report?",
            _ => "https://your-system.com/done?",
        };
        let mut url = base.to_owned();
        for (name, value) in self.names.iter().zip(&self.sent) {
            let _ = write!(url, "{name}={}&", encode(value));
        }
        let _ = write!(url, "sig={}", encode(signature));
        (self.url)(url)
    }

    /// Explains the signature. A link's is in the message; the others are computed by a wrong check
    /// of a right message.
    pub fn explain(&self) -> Diagnosis {
        let right = Self {
            sent: self.sent.clone(),
            url: self.url,
            ..match self.kind {
                Kind::Link => Self::link(),
                Kind::Return => Self::returned(),
                Kind::Webhook => Self::webhook(),
            }
        };
        let signature = self.signature();
        let others = others();
        if self.kind == Kind::Link {
            let url = self.sent_url(&signature);
            let secrets = [self.secret.as_bytes()];
            return explain(
                &Request::new(Message::Link(Input::Text(url.as_bytes())), &secrets).others(&others),
            );
        }
        let received = right.signature();
        let secrets = [self.secret.as_bytes()];
        if self.kind == Kind::Return {
            let url = right.sent_url(&received);
            return explain(
                &Request::new(Message::Return(Input::Text(url.as_bytes())), &secrets)
                    .others(&others)
                    .computed(signature.as_bytes()),
            );
        }
        let headers = [(b"X-Visiono-Signature".as_slice(), received.as_bytes())];
        let message = Message::Webhook {
            body: self.sent[0].as_bytes(),
            headers: &headers,
        };
        explain(
            &Request::new(message, &secrets)
                .others(&others)
                .computed(signature.as_bytes()),
        )
    }
}

pub fn others() -> [OtherSecret<'static>; 3] {
    [
        OtherSecret {
            text: OTHER_KIND.as_bytes(),
            relation: Relation::OtherKind,
        },
        OtherSecret {
            text: OTHER_ENDPOINT.as_bytes(),
            relation: Relation::OtherEndpoint,
        },
        OtherSecret {
            text: ROTATED.as_bytes(),
            relation: Relation::Rotated,
        },
    ]
}

/// The step with the mistake. Two mistakes combine if their steps differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Key,
    Tag,
    Hash,
    Encode,
    Decorate,
    Value,
    Bytes,
    Time,
    Parts,
    Separator,
    Layout,
    End,
    Url,
}

/// A mistake, made in a program.
pub struct Made {
    pub mistake: Mistake,
    pub step: Step,
    pub make: fn(&mut Program),
}

macro_rules! made {
    ($($mistake:ident $step:ident $make:expr;)*) => {
        vec![$(Made { mistake: Mistake::$mistake, step: Step::$step, make: $make }),*]
    };
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#039;")
}

fn query(names: &[&str], values: &[Vec<u8>]) -> Vec<u8> {
    let pairs = names.iter().zip(values);
    pairs
        .map(|(name, value)| format!("{name}={}", encode_bytes(value)))
        .collect::<Vec<_>>()
        .join("&")
        .into_bytes()
}

fn json(names: &[&str], values: &[Vec<u8>]) -> Vec<u8> {
    let pairs = names.iter().zip(values).map(|(name, value)| {
        let value = String::from_utf8_lossy(value);
        let value = value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{name}\":\"{value}\"")
    });
    format!("{{{}}}", pairs.collect::<Vec<_>>().join(",")).into_bytes()
}

fn whole(names: &[&str], values: &[Vec<u8>]) -> Vec<u8> {
    let base = if names.len() == 4 {
        "https://visiono.io/s/damage-report?"
    } else {
        "https://your-system.com/done?"
    };
    [base.as_bytes(), &query(names, values)].concat()
}

/// Returns the mistakes of keys and of the form of a signature, in all messages.
pub fn keys_and_forms() -> Vec<Made> {
    made! {
        KeyHexDecoded Key |p| p.key = |s| match s.bytes().all(|b| b.is_ascii_hexdigit()) { true => unhex(s), false => unhex("00") };
        KeyBase64Decoded Key |p| p.key = unbase64;
        KeyNewline Key |p| p.key = |s| format!("{s}\n").into_bytes();
        KeyNewline Key |p| p.key = |s| format!("{s}\r\n").into_bytes();
        KeyNewline Key |p| p.key = |s| format!("{s}\\n").into_bytes();
        KeySpace Key |p| p.key = |s| format!("{s} ").into_bytes();
        KeySpace Key |p| p.key = |s| format!("\u{a0}{s}").into_bytes();
        KeySpace Key |p| p.key = |s| format!("{s}\u{200b}").into_bytes();
        KeyQuotes Key |p| p.key = |s| format!("\"{s}\"").into_bytes();
        KeyQuotes Key |p| p.key = |s| format!("'{s}'").into_bytes();
        KeyBom Key |p| p.key = |s| format!("\u{feff}{s}").into_bytes();
        KeyUnset Key |p| p.key = |_| b"undefined".to_vec();
        KeyUnset Key |p| p.key = |_| Vec::new();
        KeyUnset Key |p| p.key = |_| b"${VISIONO_SECRET}".to_vec();
        KeySample Key |p| p.key = |_| b"your-64-char-workflow-secret".to_vec();
        KeyOtherKind Key |p| p.key = |_| OTHER_KIND.as_bytes().to_vec();
        KeyOtherEndpoint Key |p| p.key = |_| OTHER_ENDPOINT.as_bytes().to_vec();
        KeyRotated Key |p| p.key = |_| ROTATED.as_bytes().to_vec();
        KeyDecorated Key |p| p.key = |s| format!("v1,{s}").into_bytes();
        KeyDecorated Key |p| p.key = |s| format!("Bearer {s}").into_bytes();
        KeyCase Key |p| p.key = |s| s.to_uppercase().into_bytes();
        KeyTruncated Key |p| p.key = |s| s.as_bytes()[..32].to_vec();
        KeyTruncated Key |p| p.key = |s| s.as_bytes()[..s.len() - 1].to_vec();
        KeyHashed Key |p| p.key = |s| hash(Hash::Sha256, s.as_bytes());
        KeyHashed Key |p| p.key = |s| hex(&hash(Hash::Md5, s.as_bytes())).into_bytes();
        KeyHashed Key |p| p.key = |s| base64(s.as_bytes()).into_bytes();
        KeyUtf16 Key |p| p.key = |s| s.encode_utf16().flat_map(u16::to_le_bytes).collect();
        Swapped Tag |p| p.tag = |key, text| hmac(Hash::Sha256, text, key);
        PlainHash Tag |p| p.tag = |key, text| hash(Hash::Sha256, &[key, text].concat());
        PlainHash Tag |p| p.tag = |key, text| hash(Hash::Sha256, &[text, b"|", key].concat());
        PlainHash Tag |p| p.tag = |_, text| hash(Hash::Sha256, text);
        DoubleHash Tag |p| p.tag = |key, text| hmac(Hash::Sha256, key, hex(&hash(Hash::Sha256, text)).as_bytes());
        DoubleHash Tag |p| p.tag = |key, text| hash(Hash::Sha256, &hmac(Hash::Sha256, key, text));
        Sha1 Hash |p| p.hash = Hash::Sha1;
        Sha512 Hash |p| p.hash = Hash::Sha512;
        Sha384 Hash |p| p.hash = Hash::Sha384;
        Md5 Hash |p| p.hash = Hash::Md5;
        UpperCase Encode |p| p.encode = |tag| hex(tag).to_uppercase();
        Base64 Encode |p| p.encode = base64;
        Base64Url Encode |p| p.encode = |tag| base64(tag).replace('+', "-").replace('/', "_").replace('=', "");
        Base64OfHex Encode |p| p.encode = |tag| base64(hex(tag).as_bytes());
        Quoted Encode |p| p.encode = |tag| format!("\"{}\"", hex(tag));
        BytesRepr Encode |p| p.encode = |tag| format!("b'{}'", hex(tag));
        Truncated Encode |p| p.encode = |tag| hex(tag).chars().take(40).collect();
        Truncated Encode |p| p.encode = |tag| hex(tag).chars().take(33).collect();
        SchemeSpace Decorate |p| p.decorate = |digits, kind| match kind {
            Kind::Webhook => format!("sha256= {digits}"),
            _ => format!("{digits} "),
        };
    }
}

pub fn webhook_forms() -> Vec<Made> {
    made! {
        KeyStandardWebhooks Key |p| p.key = |s| unbase64(s.strip_prefix("whsec_").unwrap());
        KeyPrefixRemoved Key |p| p.key = |s| s.strip_prefix("whsec_").unwrap().as_bytes().to_vec();
        SchemeMissing Decorate |p| p.decorate = |digits, _| digits;
    }
}

/// Returns the mistakes of the text of links and returns.
pub fn texts() -> Vec<Made> {
    made! {
        SchemeInUrl Decorate |p| p.decorate = |digits, _| format!("sha256={digits}");
        FieldOrder Parts |p| p.parts = |mut parts| { parts.reverse(); parts };
        FieldOrder Parts |p| p.parts = |mut parts| { parts.swap(0, 2); parts };
        Separator Separator |p| p.separator = ",";
        Separator Separator |p| p.separator = "";
        Separator Separator |p| p.separator = "\n";
        Separator Separator |p| p.separator = "%7C";
        FieldMissing Parts |p| p.parts = |mut parts| { parts.remove(2); parts };
        FieldMissing Parts |p| p.parts = |mut parts| { parts.pop(); parts };
        FieldAdded Parts |p| p.parts = |mut parts| { if parts.len() == 4 { parts.insert(0, b"damage-report".to_vec()); } else { parts.push(b"zendesk".to_vec()); } parts };
        OtherMessage Parts |p| p.parts = |parts| match parts.as_slice() {
            [uv, _, reference, ts] => vec![b"".to_vec(), uv.clone(), reference.clone(), b"".to_vec(), ts.clone()],
            [_, uv, reference, _, ts] => vec![uv.clone(), b"zendesk".to_vec(), reference.clone(), ts.clone()],
            _ => unreachable!(),
        };
        NameValueText Layout |p| p.layout = Some(query);
        WholeUrl Layout |p| p.layout = Some(whole);
        JsonOfFields Layout |p| p.layout = Some(json);
        EncodedValues Value |p| p.value = |_, value| encode(value);
        DecodedTwice Value |p| p.value = |_, value| value.replace("%2D", "-");
        PlusAsSpace Value |p| p.value = |_, value| value.replace('+', " ");
        Trimmed Value |p| p.value = |_, value| value.trim().to_owned();
        Squeezed Value |p| p.value = |_, value| value.replace("  ", " ");
        Normalized Value |p| p.value = |_, value| value.replace('ë', "e\u{308}");
        Charset Bytes |p| p.bytes = |text| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        Charset Value |p| p.value = |_, value| value.replace('ë', "?");
        Charset Value |p| p.value = |_, value| value.replace('ë', "Ã«");
        HtmlEscaped Value |p| p.value = |_, value| html(value);
        SlashesAdded Value |p| p.value = |_, value| value.replace('\'', "\\'").replace('"', "\\\"");
        CaseChanged Value |p| p.value = |_, value| value.to_lowercase();
        CaseChanged Value |p| p.value = |at, value| if at == 0 { value.to_uppercase() } else { value.to_owned() };
        ValueUndefined Value |p| p.value = |at, value| if at == 2 { "undefined".to_owned() } else { value.to_owned() };
        ReplaceDollar Value |p| p.value = |_, value| value.replace("$$", "$");
        BracesLeft Value |p| p.value = |at, value| if at == 2 { "{ref}".to_owned() } else { value.to_owned() };
        NewlineAtEnd End |p| p.end = "\n";
        TsMilliseconds Time |p| p.time = |seconds| format!("{seconds}000");
        TsMilliseconds Time |p| p.time = |seconds| format!("{seconds}417");
        TsOtherInstant Time |p| p.time = |seconds| (seconds + 1).to_string();
        TsOtherInstant Time |p| p.time = |seconds| (seconds - 299).to_string();
        TsText Time |p| p.time = |seconds| match seconds { 1705500000 => "2024-01-17T14:00:00Z".to_owned(), _ => "2024-01-17T14:01:40Z".to_owned() };
        TsText Time |p| p.time = |seconds| format!("{seconds}.0");
    }
}

/// Returns the mistakes of the URL of a link.
pub fn urls() -> Vec<Made> {
    made! {
        AmpEntities Url |p| p.url = |url| url.replace('&', "&amp;");
        QuotedPrintable Url |p| p.url = |url| format!("{}=\r\n{}", &url[..60], &url[60..]).replace("=", "=3D").replace("=3D\r\n", "=\r\n");
        EncodedTwice Url |p| p.url = |url| url.replace('%', "%25");
        LongNames Url |p| p.url = |url| url.replace("?uv=", "?unique_value=").replace("&ref=", "&reference=");
        LongNames Url |p| p.url = |url| url.replace("?uv=", "?uniqueValue=").replace("&ts=", "&timestamp=");
        NameCase Url |p| p.url = |url| url.replace("&ref=", "&REF=");
        RawReserved Url |p| p.url = |url| url.replace("%26", "&");
        RawReserved Url |p| { p.sent[2] = "T%2D7 $$x #5".to_owned(); p.url = |url| url.replace("%23", "#"); };
        Wrapper Url |p| p.url = |url| format!("https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C01&reserved=0", encode(&url));
        TrailingText Url |p| p.url = |url| format!("{url}).");
        TrailingText Url |p| p.url = |url| format!("<{url}>");
        Duplicate Url |p| p.url = |url| format!("{url}&ref=other");
        DoubtfulName Url |p| p.url = |url| url.replace("&ref=", "&ref[]=");
    }
}
