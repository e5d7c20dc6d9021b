//! Follows the integration's own link like a person: the start page, its form, its cookies.

use std::sync::Mutex;

use visiono_workflow::{Code, ExpectLink, Workflow, unix_time};

use super::client::{Answer, Request};
use crate::receiver::Receiver;

/// The maximum number of pages before the link.
const MAX_PAGES: usize = 6;

/// The values of a link, which its return and its webhook have as well.
#[derive(Clone)]
pub(super) struct LinkValues {
    pub(super) unique_value: String,
    pub(super) source: String,
    pub(super) reference: String,
}

/// A browser. It keeps cookies, and leaves redirects to the caller.
#[derive(Default)]
pub(super) struct Browser {
    cookies: Mutex<Vec<(String, String)>>,
}

impl Browser {
    pub(super) fn request(&self, receiver: &Receiver, mut request: Request) -> Answer {
        let Ok(mut cookies) = self.cookies.lock() else {
            return request.send(receiver);
        };
        if !cookies.is_empty() {
            let pairs = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let pairs: Vec<_> = pairs.collect();
            request.headers.push(("Cookie", pairs.join("; ").into()));
        }
        let answer = request.send(receiver);
        for (name, value) in &answer.cookies {
            cookies.retain(|(other, _)| other != name);
            cookies.push((name.clone(), value.clone()));
        }
        answer
    }

    /// Opens the start page, follows it to Visiono's link, and returns the link's values. Fails
    /// with the reason if there is no link, or if Visiono would refuse it.
    pub(super) fn start(
        &self,
        receiver: &Receiver,
        workflow: &Workflow,
    ) -> Result<LinkValues, String> {
        let mut request = Request {
            method: "GET",
            target: receiver.target.clone(),
            ..Request::default()
        };
        for _ in 0..MAX_PAGES {
            let answer = self.request(receiver, request);
            let status = answer.status?;
            if let Some(location) = answer.location.filter(|_| (300..400).contains(&status)) {
                if let Some(link) = read_link(&location, workflow) {
                    return link;
                }
                request = get(local(&location, receiver).ok_or_else(|| {
                    format!("it leads to {location}, which is not a Visiono link")
                })?);
                continue;
            }
            if !(200..300).contains(&status) {
                return Err(format!("the start page answers {status}"));
            }
            let tags: Vec<_> = tags(&answer.text).collect();
            let mut links = tags.iter().filter_map(|tag| tag.value("href"));
            if let Some(link) = links.find_map(|link| read_link(&link, workflow)) {
                return link;
            }
            let form = form(&tags, receiver);
            request = form.ok_or("the start page has neither a Visiono link nor a form")?;
        }
        Err(format!("there is no link after {MAX_PAGES} pages"))
    }
}

fn get(target: String) -> Request {
    Request {
        method: "GET",
        target,
        ..Request::default()
    }
}

/// Returns the values of a link as Visiono reads it, or `None` for another URL.
fn read_link(url: &str, workflow: &Workflow) -> Option<Result<LinkValues, String>> {
    match workflow.verify_link(url, unix_time(), &ExpectLink::new()) {
        Ok(link) => Some(Ok(LinkValues {
            unique_value: link.unique_value().to_string(),
            source: link.source().to_string(),
            reference: link.reference().to_string(),
        })),
        Err(error) if error.code() == Code::MissingParameter => None,
        Err(error) => Some(Err(format!("Visiono refuses its link: {error}"))),
    }
}

/// Returns the request target of an address, if it is on the same receiver.
fn local(address: &str, receiver: &Receiver) -> Option<String> {
    let address = address.split('#').next().unwrap_or_default();
    let own = format!("http://{}", receiver.authority);
    let target = address.strip_prefix(&own).unwrap_or(address);
    match target.as_bytes() {
        [b'/', b'/', ..] => None,
        [b'/', ..] => Some(target.to_owned()),
        [] => Some(if address.is_empty() {
            receiver.target.clone()
        } else {
            "/".to_owned()
        }),
        _ => None,
    }
}

/// Returns the request that the first form with a method of `post` sends.
fn form(tags: &[Tag<'_>], receiver: &Receiver) -> Option<Request> {
    let is_post = |tag: &Tag<'_>| {
        let method = tag.value("method").unwrap_or_default();
        tag.name == "form" && method.eq_ignore_ascii_case("post")
    };
    let at = tags.iter().position(is_post)?;
    let target = local(&tags.get(at)?.value("action").unwrap_or_default(), receiver)?;
    let fields = tags
        .iter()
        .skip(at + 1)
        .take_while(|tag| tag.name != "/form");
    let fields = fields.filter_map(|tag| Some((tag.value("name")?, tag.value("value")?)));
    let fields = fields.map(|(name, value)| format!("{}={}", escape(&name), escape(&value)));
    let fields: Vec<_> = fields.collect();
    let kind = b"application/x-www-form-urlencoded".to_vec();
    let origin = format!("http://{}", receiver.authority).into_bytes();
    Some(Request {
        method: "POST",
        target,
        headers: vec![("Content-Type", kind), ("Origin", origin)],
        body: fields.join("&").into_bytes(),
        ..Request::default()
    })
}

fn escape(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// A tag of HTML.
struct Tag<'t> {
    name: String,
    attributes: &'t str,
}

/// Returns the tags of a page. A `>` in an attribute would end its tag early, but pages write
/// `&gt;`.
fn tags(html: &str) -> impl Iterator<Item = Tag<'_>> {
    html.split('<').skip(1).filter_map(|rest| {
        let (tag, _) = rest.split_once('>')?;
        let (name, attributes) = tag.split_at(tag.find(char::is_whitespace).unwrap_or(tag.len()));
        Some(Tag {
            name: name.to_ascii_lowercase(),
            attributes,
        })
    })
}

impl Tag<'_> {
    /// Returns the value of an attribute, with its entities decoded.
    fn value(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            let (before, after) = rest.split_once('=')?;
            let after = after.trim_start();
            let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
            let (value, next) = match quote {
                Some(quote) => after.get(1..)?.split_once(quote)?,
                None => after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())),
            };
            let last = before.split_whitespace().next_back().unwrap_or_default();
            if last.eq_ignore_ascii_case(name) {
                return Some(plain(value));
            }
            rest = next;
        }
    }
}

fn plain(text: &str) -> String {
    let entities = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#x27;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&#x26;", "&"),
        // Decoded last, so that the resulting ampersand starts no entity.
        ("&amp;", "&"),
    ];
    let mut plain = text.to_owned();
    for (entity, character) in entities {
        plain = plain.replace(entity, character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_attributes_are_found() {
        let html =
            "<p>a</p><form class=x method=POST action='/a?b=1&amp;c'><input name=n value=\"&lt;\">";
        let tags: Vec<_> = tags(html).collect();
        let names: Vec<_> = tags.iter().map(|tag| tag.name.as_str()).collect();
        assert_eq!(names, ["p", "/p", "form", "input"]);
        let value = |at: usize, name| tags.get(at).and_then(|tag| tag.value(name));
        assert_eq!(value(2, "method").as_deref(), Some("POST"));
        assert_eq!(value(2, "action").as_deref(), Some("/a?b=1&c"));
        assert_eq!(value(3, "value").as_deref(), Some("<"));
        assert_eq!(value(3, "action"), None);
    }
}
