//! The rules of `docs/protocol.md` once more, written from that page with other libraries than
//! the core's, and with less care for time and memory.

use form_urlencoded::parse;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};
use visiono_workflow::{Code, Error};

/// The values in the order of the message, or the code and the names that it concerns.
pub(crate) type Outcome = Result<Vec<String>, Refusal>;

/// A code, the names that it concerns, and by how many seconds.
pub(crate) type Refusal = (Code, Vec<String>, Option<u64>);

/// What the core refused, in the terms of the model.
pub(crate) fn refusal(error: &Error) -> Refusal {
    let names = error.parameters().map(str::to_owned).collect();
    (error.code(), names, error.seconds())
}

fn refused<T>(code: Code, names: &[&str]) -> Result<T, Refusal> {
    Err((code, names.iter().map(|&name| name.into()).collect(), None))
}

/// The short names of a link's parameters, and of a return's. The last is the signature.
pub(crate) const LINK: [&str; 5] = ["uv", "src", "ref", "ts", "sig"];
pub(crate) const RETURN: [&str; 6] = ["sub", "uv", "ref", "cnt", "ts", "sig"];
/// The long names of a return's fields, in the same order.
pub(crate) const PLACEHOLDERS: [&str; 6] = [
    "submission_id",
    "unique_value",
    "reference",
    "photo_count",
    "timestamp",
    "signature",
];

/// The secrets of every target, of which the first signs.
pub(crate) const SECRETS: [&str; 2] = [
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "the secret before it, of more than the 64 bytes of one block of SHA-256",
];

/// HMAC as RFC 2104 has it, in hexadecimal.
pub(crate) fn hmac(secret: &str, message: &[u8]) -> String {
    let mut key = [0; 64];
    match secret.as_bytes() {
        long if long.len() > key.len() => key[..32].copy_from_slice(&Sha256::digest(long)),
        short => key[..short.len()].copy_from_slice(short),
    }
    let inner = [&key.map(|byte| byte ^ 0x36)[..], message].concat();
    let inner = Sha256::digest(inner);
    hex::encode(Sha256::digest(
        [&key.map(|byte| byte ^ 0x5c)[..], &inner].concat(),
    ))
}

/// The signature of a message's values.
pub(crate) fn sign(secret: &str, values: &[String]) -> String {
    hmac(secret, values.join("|").as_bytes())
}

/// Whether a field of this name may hold this text.
pub(crate) fn is_value(name: &str, text: &str) -> bool {
    let max = match name {
        "ts" => 99_999_999_999,
        "cnt" => u128::from(u32::MAX),
        _ => return !text.is_empty() && !text.chars().any(|c| c == '|' || c.is_ascii_control()),
    };
    text.parse()
        .is_ok_and(|number: u128| number <= max && number.to_string() == text)
}

/// The first field that can't be signed.
pub(crate) fn first_bad<'n>(names: &[&'n str], values: &[String]) -> Option<&'n str> {
    let mut fields = names.iter().zip(values);
    fields
        .find(|(name, text)| !is_value(name, text))
        .map(|(name, _)| *name)
}

/// Encodes a value as it stands in a URL.
pub(crate) fn encode(text: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, ENCODED).to_string()
}

/// A URL with parameters appended.
pub(crate) fn append(url: &str, names: &[&str], values: &[String]) -> String {
    let (sent, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let joint = match sent.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let fields = names.iter().zip(values);
    let parameters: Vec<_> = fields
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    format!("{sent}{joint}{}{fragment}", parameters.join("&"))
}

/// The query of what arrived.
pub(crate) fn query_of(text: &str) -> &str {
    let starts = |prefix: &str| {
        text.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let is_url = ["http://", "https://", "/", "?"].into_iter().any(starts);
    let sent = text.split('#').next().unwrap_or_default();
    match is_url {
        true => sent.split_once('?').map_or("", |(_, query)| query),
        false => sent,
    }
}

/// A parameter that was read. Only the value of one that is the message's own has to decode.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) value: Option<String>,
}

/// The parameters of a query.
pub(crate) fn parameters(query: &str) -> Vec<Parameter> {
    let raw = query.split('&').filter(|piece| !piece.is_empty());
    raw.zip(parse(query.as_bytes()))
        .map(|(raw, (name, value))| {
            let raw = raw.split_once('=').map_or("", |(_, value)| value);
            Parameter {
                name: name.into_owned(),
                // The library lets what is broken stand, or replaces it.
                value: decodes(&raw.replace('+', " ")).then(|| value.into_owned()),
            }
        })
        .collect()
}

/// Whether every `%` has its two digits, and the result is UTF-8.
pub(crate) fn decodes(raw: &str) -> bool {
    let is_escape = |rest: &str| {
        let digits = rest.bytes().take(2);
        digits.filter(u8::is_ascii_hexdigit).count() == 2
    };
    raw.split('%').skip(1).all(is_escape) && percent_decode_str(raw).decode_utf8().is_ok()
}

/// What is expected, and when: `expect` has a text for each name but `sig`.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) expect: Vec<Option<String>>,
    pub(crate) now: u64,
    pub(crate) max_age: u64,
    pub(crate) leeway: u64,
}

impl Terms {
    /// Nothing is expected, and no message is too old or too new.
    pub(crate) fn any(names: &[&str]) -> Self {
        Self {
            expect: vec![None; names.len() - 1],
            now: 0,
            max_age: u64::MAX,
            leeway: u64::MAX,
        }
    }
}

/// The parameters of a name.
fn named<'p>(parameters: &'p [Parameter], name: &'p str) -> impl Iterator<Item = &'p Parameter> {
    parameters.iter().filter(move |other| other.name == name)
}

/// What verification answers to the parameters of a link or a return: the values, and then which
/// of the secrets it was.
pub(crate) fn verify(names: &[&str], parameters: &[Parameter], terms: &Terms) -> Outcome {
    let (&sig, signed) = names.split_last().expect("a name");
    // 1. What the caller passed.
    for (name, expected) in signed.iter().zip(&terms.expect) {
        if expected.as_ref().is_some_and(|text| !is_value(name, text)) {
            return refused(Code::InvalidField, &[name]);
        }
    }
    // 2. Twice.
    let found = |name| named(parameters, name);
    if let Some(name) = names.iter().find(|name| found(name).count() > 1) {
        return refused(Code::DuplicateParameter, &[name]);
    }
    // 3. Absent or empty.
    let is_empty = |value: &Option<String>| value.as_deref() == Some("");
    let missing: Vec<_> = (names.iter().enumerate())
        .filter(|(place, name)| match found(name).next() {
            Some(parameter) => is_empty(&parameter.value),
            None => terms.expect.get(*place).is_none_or(Option::is_none),
        })
        .map(|(_, name)| *name)
        .collect();
    if !missing.is_empty() {
        return refused(Code::MissingParameter, &missing);
    }
    // 4. Not of its form.
    let mut values = Vec::new();
    for (name, expected) in signed.iter().zip(&terms.expect) {
        let value = match found(name).next() {
            Some(parameter) => parameter.value.as_ref(),
            None => expected.as_ref(),
        };
        match value {
            Some(text) if is_value(name, text) => values.push(text.clone()),
            _ => return refused(Code::MalformedParameter, &[name]),
        }
    }
    // 5. The signature.
    let received = found(sig).next().and_then(|found| found.value.as_deref());
    let mut secrets = SECRETS.iter();
    let secret_index = secrets.position(|secret| received == Some(&sign(secret, &values)));
    let Some(secret_index) = secret_index else {
        return refused(Code::InvalidSignature, &[]);
    };
    // 6. Its time.
    let place = signed.iter().position(|name| *name == "ts");
    let ts = place.and_then(|place| values[place].parse::<i128>().ok());
    let age = i128::from(terms.now) - ts.expect("a number");
    let late = age - i128::from(terms.max_age);
    let early = -age - i128::from(terms.leeway);
    for (by, code) in [(early, Code::NotYetValid), (late, Code::Expired)] {
        if by > 0 {
            return Err((code, Vec::new(), u64::try_from(by).ok()));
        }
    }
    // 7. Another one.
    for ((name, value), expected) in signed.iter().zip(&values).zip(&terms.expect) {
        if expected.as_ref().is_some_and(|expected| expected != value) {
            return refused(Code::UnexpectedValue, &[name]);
        }
    }
    values.push(secret_index.to_string());
    Ok(values)
}

/// The values that a message would have to be signed over, as far as it has them.
pub(crate) fn signable(names: &[&str], parameters: &[Parameter]) -> Option<Vec<String>> {
    let value = |name: &&str| {
        let found = parameters.iter().find(|other| other.name == **name)?;
        found.value.clone()
    };
    names[..names.len() - 1].iter().map(value).collect()
}
