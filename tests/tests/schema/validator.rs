//! Validates JSON with the part of JSON Schema (draft 2020-12) that `schema.json` uses.
//!
//! A general validator takes longer to compile than all tests together. This one panics at an
//! unknown keyword, type or pattern.

use serde_json::{Map, Value};

/// A schema, and its definitions.
pub(crate) struct Validator {
    schema: Value,
}

/// The errors of a value, each with its position.
type Errors = Vec<String>;

impl Validator {
    /// Creates a validator. Panics if the schema has anything unknown.
    pub(crate) fn new(schema: Value) -> Self {
        let validator = Self { schema };
        let definitions = validator.schema["$defs"].as_object().expect("definitions");
        for schema in definitions.values().chain([&validator.schema]) {
            validator.check_schema(schema);
        }
        validator
    }

    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.errors(value).is_empty()
    }

    pub(crate) fn errors(&self, value: &Value) -> Errors {
        let mut errors = Vec::new();
        self.validate(&self.schema, value, "", &mut errors);
        errors
    }

    fn holds(&self, schema: &Value, value: &Value) -> bool {
        let mut errors = Vec::new();
        self.validate(schema, value, "", &mut errors);
        errors.is_empty()
    }

    fn definition(&self, reference: &Value) -> &Value {
        let pointer = reference.as_str().and_then(|text| text.strip_prefix('#'));
        let definition = pointer.and_then(|pointer| self.schema.pointer(pointer));
        definition.unwrap_or_else(|| panic!("no definition {reference}"))
    }

    /// Panics unless the schema has only what `validate` supports.
    fn check_schema(&self, schema: &Value) {
        let Value::Object(keywords) = schema else {
            assert!(schema.is_boolean(), "{schema} is no schema");
            return;
        };
        for (keyword, with) in keywords {
            let is_known = match keyword.as_str() {
                "$schema" => with == "https://json-schema.org/draft/2020-12/schema",
                "title" | "description" => with.is_string(),
                "const" => true,
                "enum" => with.as_array().is_some_and(|values| !values.is_empty()),
                "type" => types(with).all(|name| has_type(name, &Value::Null).is_some()),
                "pattern" => matches(with, "").is_some(),
                "minLength" | "minItems" | "maxItems" => with.is_u64(),
                "minimum" | "maximum" => with.is_i64() || with.is_u64(),
                "uniqueItems" => with.is_boolean(),
                "required" => {
                    let names = with.as_array().expect("names");
                    names.iter().all(Value::is_string)
                }
                "$ref" => !self.definition(with).is_null(),
                "properties" | "$defs" => {
                    let schemas = with.as_object().expect("schemas by name").values();
                    schemas.for_each(|schema| self.check_schema(schema));
                    true
                }
                "allOf" | "oneOf" => {
                    let schemas = with.as_array().expect("schemas");
                    schemas.iter().for_each(|schema| self.check_schema(schema));
                    !schemas.is_empty()
                }
                "additionalProperties" | "items" | "if" | "then" | "else" => {
                    self.check_schema(with);
                    true
                }
                _ => false,
            };
            assert!(is_known, "the validator does not know {keyword}: {with}");
        }
        if keywords.contains_key("then") || keywords.contains_key("else") {
            assert!(keywords.contains_key("if"), "then or else without if");
        }
    }

    fn validate(&self, schema: &Value, value: &Value, at: &str, errors: &mut Errors) {
        let Value::Object(keywords) = schema else {
            if *schema == Value::Bool(false) {
                errors.push(format!("{at}: must be absent"));
            }
            return;
        };
        for (keyword, with) in keywords {
            let is_met = match keyword.as_str() {
                "const" => value == with,
                "enum" => with.as_array().is_some_and(|all| all.contains(value)),
                "type" => types(with).any(|name| has_type(name, value) == Some(true)),
                "pattern" => value
                    .as_str()
                    .is_none_or(|text| matches(with, text) == Some(true)),
                "minLength" => value
                    .as_str()
                    .is_none_or(|text| text.chars().count() >= count(with)),
                "minItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() >= count(with)),
                "maxItems" => value
                    .as_array()
                    .is_none_or(|items| items.len() <= count(with)),
                "minimum" => is_ordered(with, value),
                "maximum" => is_ordered(value, with),
                "uniqueItems" => *with == Value::Bool(false) || is_unique(value),
                "required" => value.as_object().is_none_or(|members| {
                    let mut names = with.as_array().into_iter().flatten();
                    names.all(|name| name.as_str().is_some_and(|name| members.contains_key(name)))
                }),
                "oneOf" => {
                    let schemas = with.as_array().into_iter().flatten();
                    schemas.filter(|schema| self.holds(schema, value)).count() == 1
                }
                _ => {
                    self.apply(keyword, keywords, value, at, errors);
                    true
                }
            };
            if !is_met {
                errors.push(format!("{at}: {value} does not meet {keyword} {with}"));
            }
        }
    }

    /// Applies the keywords that contain other schemas.
    fn apply(
        &self,
        keyword: &str,
        keywords: &Map<String, Value>,
        value: &Value,
        at: &str,
        errors: &mut Errors,
    ) {
        let with = &keywords[keyword];
        match (keyword, value) {
            ("$ref", _) => self.validate(self.definition(with), value, at, errors),
            ("allOf", _) => {
                for schema in with.as_array().into_iter().flatten() {
                    self.validate(schema, value, at, errors);
                }
            }
            ("if", _) => {
                let branch = if self.holds(with, value) {
                    "then"
                } else {
                    "else"
                };
                if let Some(schema) = keywords.get(branch) {
                    self.validate(schema, value, at, errors);
                }
            }
            ("items", Value::Array(items)) => {
                for (place, item) in items.iter().enumerate() {
                    self.validate(with, item, &format!("{at}/{place}"), errors);
                }
            }
            ("properties" | "additionalProperties", Value::Object(members)) => {
                let known = keywords.get("properties");
                for (name, member) in members {
                    let schema = match (keyword, known.and_then(|known| known.get(name))) {
                        ("properties", Some(schema)) => schema,
                        ("additionalProperties", None) => with,
                        _ => continue,
                    };
                    self.validate(schema, member, &format!("{at}/{name}"), errors);
                }
            }
            // The other keywords don't apply to this value.
            _ => {}
        }
    }
}

fn count(with: &Value) -> usize {
    with.as_u64()
        .and_then(|count| count.try_into().ok())
        .expect("a count")
}

/// Returns the name of a type, or several.
fn types(with: &Value) -> impl Iterator<Item = &str> {
    let names = with
        .as_array()
        .map_or(std::slice::from_ref(with), Vec::as_slice);
    names
        .iter()
        .map(|name| name.as_str().expect("the name of a type"))
}

/// Returns `true` if a value has the type, or `None` if the type is unknown.
fn has_type(name: &str, value: &Value) -> Option<bool> {
    Some(match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        // A number without a fraction is an integer, however it is written.
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => return None,
    })
}

/// Returns `true` if a text matches the pattern, or `None` if the pattern is unknown.
fn matches(pattern: &Value, text: &str) -> Option<bool> {
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    Some(match pattern.as_str()? {
        "^(0|[1-9][0-9]*)$" => {
            let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            is_number && (text == "0" || !text.starts_with('0'))
        }
        "^[Hh][Tt][Tt][Pp][Ss]?://" => {
            let scheme = text
                .split_once("://")
                .map(|(scheme, _)| scheme.to_ascii_lowercase());
            matches!(scheme.as_deref(), Some("http" | "https"))
        }
        "^([0-9a-f]{2})*$" => text.len().is_multiple_of(2) && is_hex(text),
        "^[0-9a-f]{64}$" => text.len() == 64 && is_hex(text),
        _ => return None,
    })
}

/// Returns `true` if one number is at most the other, exactly. Values that are not numbers are
/// always ordered.
fn is_ordered(less: &Value, more: &Value) -> bool {
    let integer = |value: &Value| {
        let signed = value.as_i64().map(i128::from);
        signed.or_else(|| value.as_u64().map(i128::from))
    };
    match (integer(less), integer(more)) {
        (Some(less), Some(more)) => less <= more,
        _ => match (less.as_f64(), more.as_f64()) {
            (Some(less), Some(more)) => less <= more,
            _ => true,
        },
    }
}

fn is_unique(value: &Value) -> bool {
    let items = value.as_array().map_or(&[][..], Vec::as_slice);
    let mut before = (0..items.len()).map(|place| items.split_at(place));
    before.all(|(before, rest)| !before.contains(&rest[0]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    #[should_panic(expected = "does not know format")]
    fn an_unknown_keyword_panics() {
        Validator::new(json!({ "$defs": {}, "items": { "format": "date" } }));
    }

    #[test]
    fn each_keyword_accepts_and_rejects() {
        let cases = [
            (json!({ "const": 1 }), json!(1), json!(2)),
            (json!({ "enum": ["a", null] }), json!(null), json!("b")),
            (json!({ "type": "integer" }), json!(2.0), json!(2.5)),
            (json!({ "type": ["null", "string"] }), json!("a"), json!(1)),
            (json!({ "type": "object" }), json!({}), json!([])),
            (json!({ "type": "boolean" }), json!(true), json!("true")),
            (json!({ "type": "number" }), json!(1.5), json!("1.5")),
            (json!({ "minLength": 2 }), json!("äö"), json!("ä")),
            (json!({ "minItems": 1 }), json!([0]), json!([])),
            (json!({ "maxItems": 1 }), json!([0]), json!([0, 0])),
            (json!({ "minimum": 1 }), json!(1), json!(0)),
            (json!({ "maximum": u64::MAX }), json!(u64::MAX), json!(1e30)),
            (
                json!({ "uniqueItems": true }),
                json!([1, 2]),
                json!([1, 2, 1]),
            ),
            (
                json!({ "required": ["a"] }),
                json!({ "a": 0 }),
                json!({ "b": 0 }),
            ),
            (
                json!({ "properties": { "a": false } }),
                json!({ "b": 0 }),
                json!({ "a": 0 }),
            ),
            (
                json!({ "properties": { "a": true }, "additionalProperties": { "const": 1 } }),
                json!({ "a": 2, "b": 1 }),
                json!({ "b": 2 }),
            ),
            (
                json!({ "items": { "const": 1 } }),
                json!([1, 1]),
                json!([1, 2]),
            ),
            (
                json!({ "allOf": [true, { "const": 1 }] }),
                json!(1),
                json!(2),
            ),
            (
                json!({ "oneOf": [{ "type": "number" }, { "const": 1 }] }),
                json!(2),
                json!(1),
            ),
            (
                json!({ "if": { "const": 1 }, "then": false, "else": { "const": 2 } }),
                json!(2),
                json!(1),
            ),
            (
                json!({ "if": { "const": 1 }, "else": { "const": 2 } }),
                json!(1),
                json!(3),
            ),
            (json!({ "$ref": "#/$defs/one" }), json!(1), json!(2)),
            (
                json!({ "pattern": "^(0|[1-9][0-9]*)$" }),
                json!("10"),
                json!("01"),
            ),
            (
                json!({ "pattern": "^(0|[1-9][0-9]*)$" }),
                json!("0"),
                json!(""),
            ),
            (
                json!({ "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://" }),
                json!("hTTps://a"),
                json!("ftp://a"),
            ),
            (
                json!({ "pattern": "^[Hh][Tt][Tt][Pp][Ss]?://" }),
                json!("http://"),
                json!(" http://a"),
            ),
            (
                json!({ "pattern": "^([0-9a-f]{2})*$" }),
                json!("00ff"),
                json!("0"),
            ),
            (
                json!({ "pattern": "^([0-9a-f]{2})*$" }),
                json!(""),
                json!("FF"),
            ),
            (
                json!({ "pattern": "^[0-9a-f]{64}$" }),
                json!("0".repeat(64)),
                json!("0".repeat(63)),
            ),
        ];
        for (mut schema, good, bad) in cases {
            schema["$defs"] = json!({ "one": { "const": 1 } });
            let validator = Validator::new(schema.clone());
            assert_eq!(validator.errors(&good), Errors::new(), "{schema}");
            assert!(!validator.is_valid(&bad), "{schema}: {bad}");
        }
    }

    /// Tests that a keyword ignores values of other types.
    #[test]
    fn a_keyword_accepts_other_types() {
        let schema = json!({
            "$defs": {}, "minLength": 9, "minItems": 9, "minimum": 9, "required": ["a"],
            "pattern": "^[0-9a-f]{64}$", "items": false, "properties": { "a": false },
            "additionalProperties": false, "uniqueItems": true,
        });
        assert!(Validator::new(schema).is_valid(&json!(null)));
    }
}
