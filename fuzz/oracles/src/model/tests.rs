//! Tests that the model gives the answers of the vectors.

use conformance::{Case, Group, Input, groups};
use serde_json::Value;

use super::{
    Arguments, LINK, Outcome, PLACEHOLDERS, RETURN, Received, Template, first_held, is_url,
    is_value, verify_link, verify_return,
};

fn text<'i>(input: &'i Input, name: &str) -> Option<&'i str> {
    input.get(name)?.as_str()
}

fn arguments(names: &[&str], input: &Input) -> Option<Arguments> {
    let number = |name: &str, default: u64| match input.get(name) {
        None => Some(default),
        Some(value) => value.as_u64(),
    };
    let expected = |name: &&str| {
        let value = input.get("expect")?.get(name)?;
        Some(
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        )
    };
    let secrets = input["secrets"].as_array().expect("secrets");
    Some(Arguments {
        secrets: secrets
            .iter()
            .filter_map(|secret| Some(secret.as_str()?.to_owned()))
            .collect(),
        expect: names[..names.len() - 1].iter().map(expected).collect(),
        now: number("now", 0)?,
        max_age: number("max_age", 3600)?,
        leeway: number("leeway", 60)?,
    })
}

/// Returns an outcome in the form of a vector's result. The names of a refusal are sorted.
fn answer(outcome: &Outcome) -> (String, Vec<String>) {
    match outcome {
        Ok(values) => ("ok".into(), values.clone()),
        Err((code, names, _)) => {
            let mut names = names.clone();
            names.sort();
            (code.as_str().into(), names)
        }
    }
}

/// Returns the model's answer and the vector's, or `None` for a case about an argument of the wrong
/// type, which the model can't run.
fn compare(group: &str, case: &Case) -> Option<[(String, Vec<String>); 2]> {
    let input = &case.input;
    let names: &[&str] = if group == "verify_link" {
        &LINK
    } else {
        &RETURN
    };
    let wanted = &case.answer;
    if matches!(&*wanted.result, "invalid_secret" | "invalid_argument") {
        return None;
    }
    let arguments = arguments(names, input)?;
    let outcome = match group {
        "verify_link" => verify_link(&Received::text(text(input, "url")?.as_bytes()), &arguments),
        "verify_return" => {
            let template = text(input, "template");
            if template.is_some_and(|template| !is_template(template)) {
                return None;
            }
            let template = template.map(Template::of);
            let received = Received::text(text(input, "url")?.as_bytes());
            verify_return(&received, template.as_ref(), &arguments)
        }
        _ => verify_return(&Received::pairs(pairs(&input["pairs"])), None, &arguments),
    };
    let mut wanted_names: Vec<String> = match &wanted.output {
        Some(output) => names[..names.len() - 1]
            .iter()
            .chain([&"secret_index"])
            .map(|name| {
                let value = &output[*name];
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            })
            .collect(),
        None => wanted.names.clone().unwrap_or_default(),
    };
    if wanted.output.is_none() {
        wanted_names.sort();
    }
    let mut given = answer(&outcome);
    if wanted.output.is_none() && wanted.names.is_none() {
        given.1.clear();
    }
    Some([given, (wanted.result.clone(), wanted_names)])
}

/// Returns the decoded pairs of a case. A list of texts is a pair for each; an empty list or null
/// is none.
fn pairs(pairs: &Value) -> Vec<(&[u8], Option<&[u8]>)> {
    let mut read = Vec::new();
    for (name, value) in pairs.as_object().expect("pairs") {
        let name = name.as_bytes();
        let texts = value
            .as_array()
            .map(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        match (value, texts) {
            (Value::Null, _) => {}
            (Value::String(text), _) => read.push((name, Some(text.as_bytes()))),
            (_, Some(Some(texts))) => {
                read.extend(texts.iter().map(|text| (name, Some(text.as_bytes()))));
            }
            _ => read.push((name, None)),
        }
    }
    read
}

fn is_template(text: &str) -> bool {
    let placeholders = PLACEHOLDERS.map(|name| format!("{{{name}}}"));
    let rest = placeholders
        .iter()
        .fold(text.to_owned(), |text, placeholder| {
            text.replace(placeholder, "")
        });
    let is_standard = rest == text;
    let is_held = first_held(text, &RETURN).is_some();
    is_url(text) && !rest.contains(['{', '}']) && !(is_standard && is_held)
}

#[test]
fn the_model_gives_the_answers_of_the_vectors() {
    let mut counts = Vec::new();
    let mut wrong = Vec::new();
    for Group { group, cases } in groups() {
        let mut count = 0;
        for case in &cases {
            let (input, id) = (&case.input, case.id);
            match &*group {
                "verify_link" | "verify_return" | "verify_return_pairs" => {
                    let Some([given, wanted]) = compare(&group, case) else {
                        continue;
                    };
                    if given != wanted {
                        wrong.push(format!("{group} {id}: {given:?}, not {wanted:?}"));
                    }
                }
                "template" => {
                    let template = text(input, "template").expect("a template");
                    let missing = is_template(template).then(|| {
                        let sent = Template::of(template).sent();
                        let lost = PLACEHOLDERS.iter().zip(sent).filter(|(_, sent)| !sent);
                        lost.map(|(name, _)| Value::from(*name)).collect::<Vec<_>>()
                    });
                    let wanted = case.answer.output.as_ref();
                    let wanted = wanted.and_then(|output| output["missing"].as_array());
                    if missing.as_ref() != wanted {
                        wrong.push(format!("{group} {id}: {missing:?}, not {wanted:?}"));
                    }
                }
                "sign_link" | "sign_return" => {
                    let names: &[&str] = match &*group {
                        "sign_link" => &LINK,
                        _ => &RETURN,
                    };
                    let field = |name: &&str| match &input[*name] {
                        Value::String(text) => text.clone(),
                        other => other.to_string(),
                    };
                    let signed: Vec<_> = names[..names.len() - 1].iter().map(field).collect();
                    let good = |(name, text): (&&str, &String)| is_value(name, text);
                    if case.answer.result == "ok" && !names.iter().zip(&signed).all(good) {
                        wrong.push(format!("{group} {id}: {signed:?} is refused"));
                    }
                }
                _ => continue,
            }
            count += 1;
        }
        counts.push((group, count));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for group in [
        "verify_link",
        "verify_return",
        "verify_return_pairs",
        "template",
    ] {
        let ran: i32 = counts
            .iter()
            .filter(|(name, _)| name == group)
            .map(|(_, count)| count)
            .sum();
        assert!(ran > 10, "{group}: {ran} cases");
    }
}
