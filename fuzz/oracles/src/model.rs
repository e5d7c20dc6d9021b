//! A second implementation of the rules of `docs/protocol.md`, written from that page with other
//! libraries than the core's, and without regard to time and memory.

mod reading;
mod template;
mod url;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use visiono_workflow::{Code, Error};

pub(crate) use self::reading::{Name, Parameter, Received, first_held, text};
pub(crate) use self::template::Template;
pub(crate) use self::url::is_url;

/// The values in the order of the message, or the refusal.
pub(crate) type Outcome = Result<Vec<String>, Refusal>;

/// A code, the names that it concerns, and the seconds by which a time is wrong.
pub(crate) type Refusal = (Code, Vec<String>, Option<u64>);

/// Returns the core's refusal in the model's form.
pub(crate) fn refusal(error: &Error) -> Refusal {
    let names = error.parameters().map(str::to_owned).collect();
    (error.code(), names, error.seconds())
}

fn refused<T>(code: Code, names: &[&str]) -> Result<T, Refusal> {
    Err((code, names.iter().map(|&name| name.into()).collect(), None))
}

/// The short names of a link's parameters. The last is the signature.
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

/// The secrets of every target. The first signs.
pub(crate) const SECRETS: [&str; 2] = [
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "the_secret_before_it,of_more_than_the_64_bytes_of_one_block_of_SHA-256",
];

/// Computes HMAC as RFC 2104 defines it, in hexadecimal.
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

/// Returns the signature of a message's values.
pub(crate) fn sign(secret: &str, values: &[String]) -> String {
    hmac(secret, values.join("|").as_bytes())
}

/// Returns `true` if a text field may have this value: section 3.
pub(crate) fn is_text(text: &str) -> bool {
    let is_forbidden = |c: char| {
        c == '|' || ('\0'..='\x1f').contains(&c) || ('\x7f'..='\u{9f}').contains(&c) || {
            matches!(c, '\u{2028}' | '\u{2029}')
        }
    };
    !text.is_empty() && !text.contains(is_forbidden)
}

/// Returns `true` if the field of this name may have this value.
pub(crate) fn is_value(name: &str, text: &str) -> bool {
    let max = match name {
        "ts" => 99_999_999_999,
        "cnt" => u128::from(u32::MAX),
        _ => return is_text(text),
    };
    text.parse()
        .is_ok_and(|number: u128| number <= max && number.to_string() == text)
}

/// Returns the first field that can't be signed.
pub(crate) fn first_bad<'n>(names: &[&'n str], values: &[String]) -> Option<&'n str> {
    let mut fields = names.iter().zip(values);
    fields
        .find(|(name, text)| !is_value(name, text))
        .map(|(name, _)| *name)
}

/// Encodes a value for a URL.
pub(crate) fn encode(text: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Appends parameters to a URL.
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

/// The caller's arguments. `expect` has an entry for each name but `sig`.
#[derive(Clone)]
pub(crate) struct Arguments {
    pub(crate) secrets: Vec<String>,
    pub(crate) expect: Vec<Option<String>>,
    pub(crate) now: u64,
    pub(crate) max_age: u64,
    pub(crate) leeway: u64,
}

impl Arguments {
    /// Returns arguments that expect nothing and accept any time.
    pub(crate) fn any(names: &[&str]) -> Self {
        Self {
            secrets: SECRETS.map(str::to_owned).into(),
            expect: vec![None; names.len() - 1],
            now: 0,
            max_age: u64::MAX,
            leeway: u64::MAX,
        }
    }
}

/// The parameters found for a field.
#[derive(Clone, Default)]
pub(crate) struct Found {
    /// The values of the field, with `None` for one that can't be read.
    values: Vec<Option<String>>,
    /// The field occurs more than once, or with two values.
    is_duplicate: bool,
    /// A look-alike of the field's name occurs.
    is_doubtful: bool,
    /// An expected value must not replace the field.
    is_required: bool,
}

/// Verifies a link. Returns the values, then the index of the secret.
pub(crate) fn verify_link(received: &Received, arguments: &Arguments) -> Outcome {
    check_now(arguments)?;
    check_expected(&LINK, arguments)?;
    decide(&LINK, &reading::standard(&LINK, received), arguments)
}

/// Verifies a return with or without a template. Returns the values, then the index of the secret.
pub(crate) fn verify_return(
    received: &Received,
    template: Option<&Template>,
    arguments: &Arguments,
) -> Outcome {
    check_now(arguments)?;
    if template.is_some_and(|template| !template.is_extractable()) {
        return refused(Code::InvalidTemplate, &[]);
    }
    check_expected(&RETURN, arguments)?;
    let found = match template {
        Some(template) => template.extract(received),
        None => reading::standard(&RETURN, received),
    };
    decide(&RETURN, &found, arguments)
}

fn check_now(arguments: &Arguments) -> Result<(), Refusal> {
    match arguments.now {
        ..100_000_000_000 => Ok(()),
        _ => refused(Code::InvalidArgument, &[]),
    }
}

fn check_expected(names: &[&str], arguments: &Arguments) -> Result<(), Refusal> {
    for (name, expected) in names.iter().zip(&arguments.expect) {
        if expected.as_ref().is_some_and(|text| !is_value(name, text)) {
            return refused(Code::InvalidField, &[name]);
        }
    }
    Ok(())
}

/// Applies checks 2 to 7 of section 5.
fn decide(names: &[&str], found: &[Found], arguments: &Arguments) -> Outcome {
    let (&sig, signed) = names.split_last().expect("a name");
    let fields = || names.iter().zip(found).enumerate();
    let stand_in = |place: usize| {
        let expected = arguments.expect.get(place)?.as_ref();
        expected.filter(|_| !found[place].is_required)
    };
    // 2. Duplicate.
    let twice = fields().find(|(place, (_, found))| {
        let is_replaced = found.values.is_empty() && stand_in(*place).is_some();
        found.is_duplicate || (is_replaced && found.is_doubtful)
    });
    if let Some((_, (name, _))) = twice {
        return refused(Code::DuplicateParameter, &[name]);
    }
    // 3. Missing or empty.
    let missing: Vec<_> = fields()
        .filter(|(place, (_, found))| match &found.values[..] {
            [] => stand_in(*place).is_none(),
            values => {
                let is_empty = |value: &Option<String>| value.as_deref() == Some("");
                values.iter().any(is_empty) && values.iter().all(Option::is_some)
            }
        })
        .map(|(_, (name, _))| *name)
        .collect();
    if !missing.is_empty() {
        return refused(Code::MissingParameter, &missing);
    }
    // 4. Malformed.
    let mut values = Vec::new();
    for (place, name) in signed.iter().enumerate() {
        let good = |value: &&Option<String>| {
            let text = value.as_ref();
            text.is_some_and(|text| is_value(name, text))
        };
        let found = &found[place].values;
        if !found.iter().all(|value| good(&value)) {
            return refused(Code::MalformedParameter, &[name]);
        }
        let value = found.first().and_then(Option::as_ref);
        values.push(value.or(stand_in(place)).expect("a value").clone());
    }
    // 5. The signature.
    let received = &found[signed.len()].values;
    debug_assert!(!received.is_empty(), "{sig} is there");
    let mut secrets = arguments.secrets.iter();
    let secret_index = secrets.position(|secret| {
        let expected = sign(secret, &values);
        received.iter().all(|sig| sig.as_ref() == Some(&expected))
    });
    let Some(secret_index) = secret_index else {
        return refused(Code::InvalidSignature, &[]);
    };
    // 6. The time.
    let place = signed.iter().position(|name| *name == "ts");
    let ts = place.and_then(|place| values[place].parse::<i128>().ok());
    let age = i128::from(arguments.now) - ts.expect("a number");
    let late = age - i128::from(arguments.max_age);
    let early = -age - i128::from(arguments.leeway);
    for (by, code) in [(early, Code::NotYetValid), (late, Code::Expired)] {
        if by > 0 {
            return Err((code, Vec::new(), u64::try_from(by).ok()));
        }
    }
    // 7. Unexpected.
    for ((name, value), expected) in signed.iter().zip(&values).zip(&arguments.expect) {
        if expected.as_ref().is_some_and(|expected| expected != value) {
            return refused(Code::UnexpectedValue, &[name]);
        }
    }
    values.push(secret_index.to_string());
    Ok(values)
}

#[cfg(test)]
mod tests;
