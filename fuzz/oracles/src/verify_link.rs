//! Links.

use url::Url;
use visiono_workflow::{Code, ExpectLink, Field, LinkFields, LinkUrl, VerifiedLink};

use crate::input::{Chunks, edited};
use crate::model::{self, LINK, Received};
use crate::workflow;

/// Signs a link, edits some of its bytes, and verifies it.
///
/// Signing must return the model's result, and a browser must read the signed values from the URL.
/// Verification must return the model's result for any expected values, times and edits, and an
/// accepted link must have the signed values.
///
/// The chunks: the fields (`uv`, `src`, `ref`, `ts`), the URL, the expected value of each field
/// (after a `=`, or nothing), now, the maximum age, the leeway, and edits.
///
/// # Panics
///
/// If one of these does not hold.
pub fn verify_link(data: &[u8]) {
    let mut input = Chunks::of(data);
    let [unique_value, source, reference] = [(); 3].map(|()| input.text());
    let timestamp = input.number(0);
    let signed: Vec<_> = [&unique_value, &source, &reference]
        .into_iter()
        .map(ToString::to_string)
        .chain([timestamp.to_string()])
        .collect();
    let url = input.text();
    let arguments = input.arguments(&LINK, timestamp);

    let workflow = workflow()
        .max_age(arguments.max_age)
        .leeway(arguments.leeway);
    let plain = "https://visiono.io/s/a";
    let (url, link_url) = match LinkUrl::parse(&*url) {
        Ok(link_url) => (&*url, link_url),
        Err(_) => (plain, LinkUrl::from_slug("a").expect("a slug")),
    };
    let fields = LinkFields {
        unique_value: &unique_value,
        source: &source,
        reference: &reference,
        timestamp,
    };
    let link = workflow.sign_link(&link_url, &fields);
    if let Some(name) = model::first_bad(&LINK, &signed) {
        let error = link.expect_err("a field that can't be signed");
        let wanted = (Code::InvalidField, vec![name.into()], None);
        assert_eq!(model::refusal(&error), wanted);
        return;
    }
    let written = link.expect("good fields").to_string();
    let values = [&signed[..], &[model::sign(model::SECRETS[0], &signed)]].concat();
    assert_eq!(written, model::append(url, &LINK, &values));
    if let Ok(seen) = Url::parse(&written) {
        let read = |name: &str| {
            let mut pairs = seen.query_pairs().filter(|(other, _)| other == name);
            pairs.next().filter(|_| pairs.next().is_none())
        };
        for (name, value) in LINK.iter().zip(&values) {
            assert_eq!(read(name).expect("once").1, **value);
        }
    }

    let arrived = edited(&written, input.rest());
    let wanted = model::verify_link(&Received::text(&arrived), &arguments);
    let fields = [
        Field::UniqueValue,
        Field::Source,
        Field::Reference,
        Field::Timestamp,
    ];
    let expect = fields.into_iter().zip(&arguments.expect);
    let expect = expect.fold(ExpectLink::new(), |expect, (field, text)| match text {
        Some(text) => expect
            .field(field, Some((&**text).into()))
            .expect("a field of a link"),
        None => expect,
    });
    let verified = workflow.verify_link(&*arrived, arguments.now, &expect);
    let given = verified.map(|link| self::values(&link));
    let given = given.map_err(|error| model::refusal(&error));
    assert_eq!(given, wanted, "{}", arrived.escape_ascii());
    if let Ok(values) = given {
        assert_eq!(values[..4], signed, "a forgery: {}", arrived.escape_ascii());
    }
}

/// Returns the values, then the index of the secret.
pub(crate) fn values(link: &VerifiedLink<'_>) -> Vec<String> {
    vec![
        link.unique_value().to_string(),
        link.source().to_cow().into_owned(),
        link.reference().chars().collect(),
        link.timestamp().to_string(),
        link.secret_index().to_string(),
    ]
}
