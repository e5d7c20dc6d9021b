//! Finds a value in JSON by its pointer (RFC 6901).
//!
//! `serde_json`'s `raw_value` would do the same, but it is a feature for the whole program, and
//! gives objects with a certain member another meaning.

use alloc::string::{String, ToString};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// Finds a value in JSON by its pointer (RFC 6901), such as `/data/photos/0/url`, for a language
/// that reads [`Delivery::body`](crate::Delivery::body) piece by piece.
///
/// Returns the text that the value has there, so a number keeps all its digits. The empty pointer
/// leads to the whole value. Of two members of one name the last counts. Returns `None` if there
/// is nothing at this place, if the pointer is not one, or if the text before this place is not
/// JSON.
///
/// # Examples
///
/// ```
/// use visiono_workflow::find_json;
///
/// let body = r#"{"data":{"photos":[{"price":2.50}]}}"#;
/// assert_eq!(find_json(body, "/data/photos/0/price"), Some("2.50"));
/// assert_eq!(find_json(body, "/data/photos/1"), None);
/// ```
#[must_use]
pub fn find_json<'j>(json: &'j str, pointer: &str) -> Option<&'j str> {
    let mut tokens = pointer.split(['/']);
    // A pointer is empty, or starts with a slash.
    tokens.next().filter(|before| before.is_empty())?;
    let (whole, ..) = split::<IgnoredAny>(json)?;
    tokens.try_fold(whole, |value, token| {
        child(value, &token.replace("~1", "/").replace("~0", "~"))
    })
}

/// Returns a member of an object, the last one of its name, or an element of an array.
fn child<'j>(parent: &'j str, token: &str) -> Option<&'j str> {
    let is_object = parent.starts_with(['{']);
    // An index has no sign and no leading zero.
    let position = token.parse::<usize>().ok();
    let position = position.filter(|position| position.to_string() == token);
    let mut rest = parent.strip_prefix(['{', '['])?;
    let mut found = None;
    for index in 0.. {
        let mut is_wanted = position == Some(index);
        if is_object && let Some((_, name, after)) = split::<String>(rest) {
            is_wanted = name == token;
            rest = after.trim_start().strip_prefix([':'])?;
        }
        let Some((value, IgnoredAny, after)) = split(rest) else {
            break;
        };
        found = if is_wanted { Some(value) } else { found };
        let after = after.trim_start();
        rest = after.strip_prefix([',']).unwrap_or(after);
    }
    found
}

/// Splits off the first value. Returns its text, the value, and the rest, or `None` at the end of
/// an object or array.
fn split<'j, T: Deserialize<'j>>(json: &'j str) -> Option<(&'j str, T, &'j str)> {
    let json = json.trim_start();
    let mut values = Deserializer::from_str(json).into_iter();
    let value = values.next()?.ok()?;
    let (text, rest) = json.split_at_checked(values.byte_offset())?;
    Some((text, value, rest))
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec, vec::Vec};

    use serde_json::Value;

    use super::*;

    #[test]
    fn the_examples_of_rfc_6901() {
        let json = r#" { "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
            "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8 } "#;
        assert_eq!(find_json(json, ""), Some(json.trim()));
        for (pointer, value) in [
            ("/foo", r#"["bar", "baz"]"#),
            ("/foo/0", r#""bar""#),
            ("/foo/1", r#""baz""#),
            ("/", "0"),
            ("/a~1b", "1"),
            ("/c%d", "2"),
            ("/e^f", "3"),
            ("/g|h", "4"),
            ("/i\\j", "5"),
            ("/k\"l", "6"),
            ("/ ", "7"),
            ("/m~0n", "8"),
        ] {
            assert_eq!(find_json(json, pointer), Some(value), "{pointer}");
        }
        for pointer in [
            "foo",
            "/foo/2",
            "/foo/00",
            "/foo/01",
            "/foo/+1",
            "/foo/-",
            "/foo/",
            "/foo/0/",
            "/bar",
            "//",
            "/foo/18446744073709551616",
            "/ /0",
        ] {
            assert_eq!(find_json(json, pointer), None, "{pointer}");
        }
    }

    #[test]
    fn the_digits_of_a_number_stay() {
        let json = r#"{"a":[1.10,-0,1e2,123456789012345678901234567890,{"b" : 0.1E-7 }]}"#;
        for (pointer, digits) in [
            ("/a/0", "1.10"),
            ("/a/1", "-0"),
            ("/a/2", "1e2"),
            ("/a/3", "123456789012345678901234567890"),
            ("/a/4/b", "0.1E-7"),
        ] {
            assert_eq!(find_json(json, pointer), Some(digits));
        }
    }

    #[test]
    fn of_two_members_of_one_name_the_last_counts() {
        assert_eq!(find_json(r#"{"a":1,"\u0061":2,"b":3}"#, "/a"), Some("2"));
    }

    /// Every pointer into a document leads to what `serde_json` finds there.
    #[test]
    fn a_pointer_leads_where_serde_json_goes() -> serde_json::Result<()> {
        let json = r#"[ {"a":[],"b":{},"c" :[[1 ,2],[{"d":"]}\",\\"}]]} , "x\u0000y",null,true
            , {"~":{"/":false},"\ud83d\ude00":[[[[-1.5]]]]}]"#;
        let mut pointers = vec![(String::new(), serde_json::from_str(json)?)];
        let mut checked = 0;
        while let Some((pointer, value)) = pointers.pop() {
            let found = find_json(json, &pointer).unwrap_or_default();
            assert_eq!(serde_json::from_str::<Value>(found)?, value);
            checked += 1;
            let below: Vec<_> = match value {
                Value::Array(list) => {
                    let list = list.into_iter().enumerate();
                    list.map(|(index, value)| (index.to_string(), value))
                        .collect()
                }
                Value::Object(members) => members.into_iter().collect(),
                _ => Vec::new(),
            };
            for (name, value) in below {
                let name = name.replace('~', "~0").replace('/', "~1");
                pointers.push((format!("{pointer}/{name}"), value));
            }
        }
        assert_eq!(checked, 22);
        Ok(())
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(find_json(&deep, "/0").map(str::len), Some(deep.len() - 2));
    }
}
