//! Messages of any bytes.

use form_urlencoded::{Serializer, parse};
use url::{Host, Url};
use visiono_workflow::{Error, ExpectLink, ExpectReturn, Input, LinkUrl};

use crate::model::{self, Arguments, LINK, Outcome, RETURN, Received};
use crate::workflow;

/// Reads a URL or a query as a link and as a return.
///
/// `{sig}` in it is replaced by the signature of its values, so that a well-formed message is
/// accepted. The answer must be the model's, whether the message arrives as text, rewritten by
/// another encoder, or as pairs decoded by another decoder. A text must be accepted as a link's URL
/// if and only if the model accepts it; then the URL standard must find the same host and query in
/// it, and nothing else.
///
/// # Panics
///
/// If one of these does not hold.
pub fn query(data: &[u8]) {
    for names in [&LINK[..], &RETURN] {
        let text = signed(names, data);
        let received = Received::text(&text);
        let wanted = wanted(names, &received);
        let shown = text.escape_ascii();
        assert_eq!(verify(names, (&*text).into()), wanted, "{shown}");

        // A value that can't be decoded arrives as one that is not a text.
        let pairs: Option<Vec<_>> = received.parameters.iter().map(pair).collect();
        let Some(pairs) = pairs else { continue };
        let bytes: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_deref().map(str::as_bytes)))
            .collect();
        let wanted = self::wanted(names, &Received::pairs(bytes.iter().copied()));
        assert_eq!(verify(names, bytes.as_slice().into()), wanted, "{pairs:?}");

        let texts: Option<Vec<_>> = pairs
            .iter()
            .map(|(name, value)| Some((&**name, value.as_deref()?)))
            .collect();
        let Some(pairs) = texts else { continue };
        assert_eq!(verify(names, pairs.as_slice().into()), wanted, "{pairs:?}");
        let written = Serializer::for_suffix(String::from("?"), 1)
            .extend_pairs(pairs)
            .finish();
        let wanted = self::wanted(names, &Received::text(written.as_bytes()));
        assert_eq!(verify(names, (&*written).into()), wanted, "{written:?}");
    }
    link_url(data);
}

/// Returns the text with `{sig}` replaced by its own signature.
fn signed(names: &[&str], text: &[u8]) -> Vec<u8> {
    const MARK: &[u8] = b"{sig}";
    let received = Received::text(text);
    let value = |name: &&str| {
        let name = model::Name::plain(name.as_bytes());
        let found = received.exactly(&name).next()?;
        pair(found)?.1
    };
    let values: Option<Vec<_>> = names[..names.len() - 1].iter().map(value).collect();
    let sig = values.map(|values| model::sign(model::SECRETS[0], &values));
    match text.windows(MARK.len()).position(|text| text == MARK) {
        Some(at) => {
            let (before, after) = (&text[..at], &text[at + MARK.len()..]);
            [before, sig.unwrap_or_default().as_bytes(), after].concat()
        }
        None => text.into(),
    }
}

/// Returns a pair as a framework that decodes as strictly as the core.
fn pair(parameter: &model::Parameter) -> Option<(String, Option<String>)> {
    let name = parameter.name.exact.clone()?;
    Some((name, model::text(parameter.value.as_ref()?)))
}

fn wanted(names: &[&str], received: &Received) -> Outcome {
    let arguments = Arguments::any(names);
    if names == LINK {
        return model::verify_link(received, &arguments);
    }
    model::verify_return(received, None, &arguments)
}

/// Returns the core's answer.
fn verify(names: &[&str], input: Input<'_>) -> Outcome {
    let workflow = workflow().max_age(u64::MAX).leeway(u64::MAX);
    let refusal = |error: Error| model::refusal(&error);
    if names == LINK {
        let link = workflow.verify_link(input, 0, &ExpectLink::new());
        return link
            .map(|link| crate::verify_link::values(&link))
            .map_err(refusal);
    }
    let done = workflow.verify_return(input, None, 0, &ExpectReturn::new());
    done.map(|done| crate::verify_return::values(&done))
        .map_err(refusal)
}

/// Checks that a URL from which a link can be made means the same to a browser and to the core.
fn link_url(data: &[u8]) {
    let made = LinkUrl::parse(data);
    let text = str::from_utf8(data).ok().filter(|text| model::is_url(text));
    let Some(text) = text else {
        assert!(made.is_err(), "{}", data.escape_ascii());
        return;
    };
    let query = text.split('#').next().and_then(|sent| sent.split_once('?'));
    let query = query.map_or("", |(_, query)| query);
    let held = model::first_held(text, &LINK);
    let refused = made.as_ref().err().map(model::refusal);
    let wanted = held.map(|name| {
        let names = vec![name.to_owned()];
        (visiono_workflow::Code::InvalidUrl, names, None)
    });
    assert_eq!(refused, wanted, "{text:?}");
    let Ok(url) = made else { return };
    assert_eq!(url.to_string(), text);
    // The core accepts some hosts that no browser accepts, such as a number that is not an address.
    let Ok(seen) = Url::parse(text) else { return };
    assert_eq!((seen.username(), seen.password()), ("", None));
    match seen.scheme() {
        "https" => {}
        "http" => match seen.host() {
            Some(Host::Domain(name)) => {
                assert!(
                    name == "localhost" || name.ends_with(".localhost"),
                    "{name}"
                );
            }
            Some(Host::Ipv4(address)) => assert!(address.is_loopback()),
            Some(Host::Ipv6(address)) => assert!(address.is_loopback()),
            None => panic!("{text:?} has no host"),
        },
        other => panic!("{other} is a scheme of no link"),
    }
    let seen = seen.query().unwrap_or_default();
    assert!(
        parse(seen.as_bytes()).eq(parse(query.as_bytes())),
        "{seen:?}"
    );
}
