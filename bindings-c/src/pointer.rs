//! Finds a value in JSON by its pointer (RFC 6901), as the text that it is there: a number has all
//! its digits.
//!
//! The core has judged the text, so that it is known to be JSON. `serde_json`'s `raw_value` would
//! do the same, but as a feature it reaches the core's parser, where it gives objects of a certain
//! member another meaning.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// The value that a pointer such as `/data/photos/0/url` leads to.
pub(crate) fn find<'j>(json: &'j str, pointer: &str) -> Option<&'j str> {
    let mut tokens = pointer.split('/');
    // A pointer is empty, or starts with a slash.
    tokens.next().filter(|before| before.is_empty())?;
    let (whole, ..) = split::<IgnoredAny>(json)?;
    tokens.try_fold(whole, |value, token| {
        let token = token.replace("~1", "/").replace("~0", "~");
        match value.as_bytes() {
            [b'{', ..] => member(value, &token),
            [b'[', ..] => element(value, &token),
            _ => None,
        }
    })
}

/// The member of an object; the last one, if the name is there twice.
fn member<'j>(object: &'j str, name: &str) -> Option<&'j str> {
    let mut found = None;
    let mut rest = object.strip_prefix('{')?;
    while let Some((_, key, after)) = split::<String>(rest) {
        let (value, IgnoredAny, after) = split(after.trim_start().strip_prefix(':')?)?;
        if key == name {
            found = Some(value);
        }
        rest = next(after);
    }
    found
}

/// The element of an array, by its index from 0, without a leading zero.
fn element<'j>(array: &'j str, index: &str) -> Option<&'j str> {
    let digits = index.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (index.starts_with('0') && index != "0") {
        return None;
    }
    let mut rest = array.strip_prefix('[')?;
    for _ in 0..index.parse::<usize>().ok()? {
        let (_, IgnoredAny, after) = split(rest)?;
        rest = next(after);
    }
    split::<IgnoredAny>(rest).map(|(value, ..)| value)
}

/// Returns the JSON after the comma that follows a value.
fn next(after: &str) -> &str {
    let after = after.trim_start();
    after.strip_prefix(',').unwrap_or(after)
}

/// The text of the value that comes first, the value, and what stands after it. There is none
/// before the end of an object or array.
fn split<'j, T: Deserialize<'j>>(json: &'j str) -> Option<(&'j str, T, &'j str)> {
    let json = json.trim_start();
    let mut values = Deserializer::from_str(json).into_iter();
    let value = values.next()?.ok()?;
    let (text, rest) = json.split_at_checked(values.byte_offset())?;
    Some((text, value, rest))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_examples_of_rfc_6901() {
        let json = r#" { "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
            "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8 } "#;
        assert_eq!(find(json, ""), Some(json.trim()));
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
            assert_eq!(find(json, pointer), Some(value), "{pointer}");
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
            assert_eq!(find(json, pointer), None, "{pointer}");
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
            assert_eq!(find(json, pointer), Some(digits));
        }
    }

    #[test]
    fn of_two_members_of_one_name_the_last_counts() {
        assert_eq!(find(r#"{"a":1,"\u0061":2,"b":3}"#, "/a"), Some("2"));
    }

    /// Every pointer into a document leads to what `serde_json` finds there.
    #[test]
    fn a_pointer_leads_where_serde_json_goes() {
        let json = r#"[ {"a":[],"b":{},"c" :[[1 ,2],[{"d":"]}\",\\"}]]} , "x\u0000y",null,true
            , {"~":{"/":false},"\ud83d\ude00":[[[[-1.5]]]]}]"#;
        let mut pointers = vec![(String::new(), serde_json::from_str(json).unwrap())];
        let mut checked = 0;
        while let Some((pointer, value)) = pointers.pop() {
            let found = find(json, &pointer).unwrap();
            assert_eq!(serde_json::from_str::<Value>(found).unwrap(), value);
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
    }

    #[test]
    fn depth_costs_no_stack() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(find(&deep, "/0").map(str::len), Some(deep.len() - 2));
    }
}
