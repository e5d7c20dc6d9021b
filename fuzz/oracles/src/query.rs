//! Reading what arrives.

use form_urlencoded::{Serializer, parse};
use url::{Host, Url};
use visiono_workflow::{Error, ExpectLink, ExpectReturn, Input, LinkUrl};

use crate::model::{self, LINK, Outcome, Parameter, RETURN, Terms};
use crate::workflow;

/// Reads a URL or a query as a link and as a return.
///
/// `{sig}` in it stands for the signature that the values in it have, so that what is read well
/// is accepted. The answer is the model's, whether it arrives as text, written by another encoder,
/// or as pairs that another decoder has read. A URL that is good for a link has the host, the
/// query and no more that the URL standard sees in it.
///
/// # Panics
///
/// If one of this doesn't hold.
pub fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for names in [&LINK[..], &RETURN] {
        let text = signed(names, &text);
        let parameters = model::parameters(model::query_of(&text));
        let wanted = model::verify(names, &parameters, &Terms::any(names));
        assert_eq!(verify(names, (&*text).into()), wanted, "{text:?}");

        // What can't be decoded does not come as pairs.
        let read = |parameter: &Parameter| {
            let value = parameter.value.clone()?;
            Some((parameter.name.clone(), value))
        };
        let Some(pairs) = parameters.iter().map(read).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(verify(names, pairs.as_slice().into()), wanted, "{pairs:?}");
        let written = Serializer::new(String::from("?"))
            .extend_pairs(pairs)
            .finish();
        assert_eq!(verify(names, (&*written).into()), wanted, "{written:?}");
    }
    link_url(&text);
}

/// The text, with its own signature where it wants it.
fn signed(names: &[&str], text: &str) -> String {
    let parameters = model::parameters(model::query_of(text));
    let sig =
        model::signable(names, &parameters).map(|values| model::sign(model::SECRETS[0], &values));
    text.replace("{sig}", &sig.unwrap_or_default())
}

/// The core's answer.
fn verify(names: &[&str], input: Input<'_>) -> Outcome {
    let workflow = workflow().max_age(u64::MAX).leeway(u64::MAX);
    let refusal = |error: Error| model::refusal(&error);
    if names == LINK {
        let link = workflow.verify_link(input, &ExpectLink::new(), 0);
        return link
            .map(|link| crate::verify_link::values(&link))
            .map_err(refusal);
    }
    let done = workflow.verify_return(input, None, &ExpectReturn::new(), 0);
    done.map(|done| crate::verify_return::values(&done))
        .map_err(refusal)
}

/// The URL that a link can be made from is to a browser what it is to the core.
fn link_url(text: &str) {
    let Ok(url) = LinkUrl::parse(text) else {
        return;
    };
    assert_eq!(url.to_string(), text);
    let query = model::query_of(text);
    let names = model::parameters(query);
    assert!(
        names
            .iter()
            .all(|parameter| !LINK.contains(&&*parameter.name))
    );
    // The core takes some hosts that no browser does: a number that is no address, say.
    let Ok(seen) = Url::parse(text) else { return };
    assert_eq!((seen.username(), seen.password()), ("", None));
    match seen.scheme() {
        "https" => {}
        "http" => match seen.host() {
            Some(Host::Domain(name)) => assert_eq!(name, "localhost"),
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
