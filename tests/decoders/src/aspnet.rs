//! The rules of ASP.NET, which Debian doesn't package, implemented from its documentation and
//! source.

use std::collections::BTreeMap;

/// The texts that are found under each name.
pub(crate) type Texts = Vec<Vec<String>>;

/// Reads a query as ASP.NET did until 4.8, and as `HttpUtility.ParseQueryString` does today.
///
/// One `?` at the start is dropped. A part without `=` is a value without a name. `%uXXXX` is a
/// UTF-16 unit. Names are compared without case (`StringComparer.OrdinalIgnoreCase`), and the
/// values of one name are joined with commas (`NameValueCollection`).
pub(crate) fn classic(query: &[u8], names: &[&str]) -> Texts {
    let query = String::from_utf8_lossy(query);
    let query = query.strip_prefix('?').unwrap_or(&query);
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for part in query.split('&') {
        if let Some((name, value)) = part.split_once('=') {
            let name = upper(&url_decode(name));
            values.entry(name).or_default().push(url_decode(value));
        }
    }
    let joined = |name: &&str| values.get(&upper(name)).map(|values| values.join(","));
    names
        .iter()
        .map(|name| joined(name).into_iter().collect())
        .collect()
}

/// Reads a query as ASP.NET Core does for `Request.Query` and `QueryHelpers.ParseQuery`.
///
/// One `?` at the start is dropped, and so is white space before a name. A part without `=` is a
/// name with an empty value. `+` is a space, and `Uri.UnescapeDataString` decodes the rest. Names
/// are compared without case, and a `StringValues` prints its values joined with commas.
pub(crate) fn core(query: &[u8], names: &[&str]) -> Texts {
    let query = String::from_utf8_lossy(query);
    let query = query.strip_prefix('?').unwrap_or(&query);
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim_start(), value),
            None => (part, ""),
        };
        let name = upper(&unescape_data_string(name));
        let value = unescape_data_string(value);
        values.entry(name).or_default().push(value);
    }
    let found = |name: &&str| values.get(&upper(name)).cloned().unwrap_or_default();
    names
        .iter()
        .map(|name| {
            let values = found(name);
            let joined = (values.len() > 1).then(|| values.join(","));
            values.into_iter().chain(joined).collect()
        })
        .collect()
}

/// Returns a text that is the same for all names that `OrdinalIgnoreCase` considers equal.
///
/// It maps each UTF-16 unit to its upper case, except the two non-ASCII letters whose upper case is
/// ASCII.
fn upper(name: &str) -> String {
    name.chars()
        .map(|letter| {
            let mut upper = letter.to_uppercase();
            match (upper.next(), upper.next()) {
                (Some(only), None) if !only.is_ascii() || letter.is_ascii() => only,
                _ => letter,
            }
        })
        .collect()
}

/// Decodes like `HttpUtility.UrlDecode`: keeps broken escapes, and replaces bytes that are not
/// UTF-8.
fn url_decode(text: &str) -> String {
    let mut decoded = String::new();
    let mut bytes = Vec::new();
    let mut rest = text;
    let flush = |bytes: &mut Vec<u8>, decoded: &mut String| {
        decoded.push_str(&String::from_utf8_lossy(bytes));
        bytes.clear();
    };
    while let Some(letter) = rest.chars().next() {
        let unit = rest.strip_prefix("%u").and_then(|digits| digits.get(..4));
        let unit = unit.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(unit) = unit.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            flush(&mut bytes, &mut decoded);
            decoded.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = &rest[6..];
        } else if let Some(byte) = escaped(rest) {
            bytes.push(byte);
            rest = &rest[3..];
        } else {
            flush(&mut bytes, &mut decoded);
            decoded.push(if letter == '+' { ' ' } else { letter });
            rest = &rest[letter.len_utf8()..];
        }
    }
    flush(&mut bytes, &mut decoded);
    decoded
}

/// Decodes like `Uri.UnescapeDataString`, after `+` became a space: bytes that are not UTF-8 stay
/// escaped.
fn unescape_data_string(text: &str) -> String {
    let text = text.replace('+', " ");
    let mut decoded = String::new();
    let mut rest = &text[..];
    while !rest.is_empty() {
        let mut bytes = Vec::new();
        while let Some(byte) = escaped(&rest[3 * bytes.len()..]) {
            bytes.push(byte);
        }
        let mut offset = 0;
        for chunk in bytes.utf8_chunks() {
            decoded.push_str(chunk.valid());
            offset += chunk.valid().len();
            let end = offset + chunk.invalid().len();
            decoded.push_str(&rest[3 * offset..3 * end]);
            offset = end;
        }
        rest = &rest[3 * bytes.len()..];
        if let Some(letter) = rest.chars().next() {
            decoded.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    decoded
}

/// Returns the byte that an escape at the start encodes.
fn escaped(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case() {
        let query = b"?REF=a&x=1&%u0072ef=b&r%45f=c&\xc5\xbfrc=d";
        assert_eq!(classic(query, &["ref", "src"]), [vec!["a,b,c"], vec![]]);
        assert_eq!(
            core(b"REF=a& ref=%zz+%ff", &["ref"]),
            [["a", "%zz %ff", "a,%zz %ff"]]
        );
    }

    #[test]
    fn escapes_are_decoded_like_each_function() {
        assert_eq!(url_decode("%C3%A9%u00e9%zz%u00+%ff"), "éé%zz%u00 \u{fffd}");
        assert_eq!(unescape_data_string("%C3%A9%c3%zz+%41é%"), "é%c3%zz Aé%");
    }
}
