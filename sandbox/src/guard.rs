//! Decides which requests are answered, and what a browser may do with an answer.
//!
//! A page of another site can make a browser send requests here. A foreign `Host` is DNS rebinding:
//! the page's own name resolves to this machine, so the browser sends neither `Origin` nor a
//! foreign `Sec-Fetch-Site`. A request without these headers comes from a program.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use crate::app::Shared;
use crate::receiver::is_this_machine;

/// The maximum time for a request and its answer. It must be enough for an upload over a slow line.
const LONGEST: Duration = Duration::from_secs(120);

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DESTINATION: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The content security policy of the pages. The upload page adds the origin of its redirect.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' blob:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
    base-uri 'none'";

/// The host names under which the sandbox answers.
#[derive(Clone, Debug)]
pub(crate) struct Hosts(Vec<String>);

impl Hosts {
    pub(crate) fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| name.to_ascii_lowercase()).collect())
    }

    /// Returns `true` if a `Host` header has one of the names. The port is not compared, because a
    /// container can publish another one.
    fn allows(&self, host: &str) -> bool {
        let name = match host.rfind(']') {
            Some(end) => &host[..=end],
            None => host.split(':').next().unwrap_or_default(),
        };
        is_this_machine(name) || self.0.contains(&name.to_ascii_lowercase())
    }
}

/// Answers a request only if it comes from the sandbox's own pages, from a program, or from a link
/// to a page for a person.
pub(crate) async fn check(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = match refusal(&app.hosts, &request) {
        Some(reason) => (StatusCode::FORBIDDEN, format!("{reason}\n")).into_response(),
        None => match timeout(LONGEST, next.run(request)).await {
            Ok(response) => response,
            Err(_) => (StatusCode::REQUEST_TIMEOUT, "the request took too long\n").into_response(),
        },
    };
    let headers = response.headers_mut();
    let mut set = |name, value| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not `no-referrer`, with which a form would have the origin `null`.
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CACHE_CONTROL, "no-store");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    set(
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    response
}

/// Returns the reason to refuse a request.
fn refusal(hosts: &Hosts, request: &Request) -> Option<&'static str> {
    let headers = request.headers();
    let Some(host) = only(headers, &header::HOST) else {
        return Some("the request has no Host, or several");
    };
    if !hosts.allows(host) {
        return Some(
            "the sandbox doesn't answer under this name: start it with --hostname NAME if it is yours",
        );
    }
    let is_open = is_open(request);
    if let Some(origin) = headers.get(header::ORIGIN) {
        let is_own = origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"))
            == Some(host);
        if !is_own && !is_open {
            return Some("the request comes from a page of another origin");
        }
    }
    match headers.get(SITE).map(HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => None,
        Some(_) if is_open => None,
        Some(_) => Some("the request comes from a page of another site"),
    }
}

/// Returns `true` if other sites may request this: a browser that follows a link to a page for a
/// person, or an embedded picture.
fn is_open(request: &Request) -> bool {
    let path = request.uri().path();
    if request.method() != Method::GET {
        return false;
    }
    let is_page = |start: &str| {
        path.strip_prefix(start)
            .is_some_and(|name| !name.is_empty() && !name.contains('/'))
    };
    let is_link = is_page("/s/") || is_page("/p/") || path == "/code";
    let is = |name: &HeaderName, value: &str| {
        request
            .headers()
            .get(name)
            .is_some_and(|header| header == value)
    };
    let navigates = is(&MODE, "navigate") && is(&DESTINATION, "document");
    is_link && navigates || is_page("/photos/") || is_page("/qr/")
}

/// Returns the value of a header that occurs once.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() {
        None
    } else {
        value.to_str().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(method: &str, path: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(axum::body::Body::empty()).expect("a request");
        refusal(&Hosts::new(&["sandbox".to_owned()]), &request).is_none()
    }

    #[test]
    fn only_own_names_are_answered() {
        for host in [
            "localhost:4700",
            "LOCALHOST",
            "127.0.0.1:1",
            "[::1]:4700",
            "sandbox:4700",
        ] {
            assert!(decide("GET", "/", &[("host", host)]), "{host}");
        }
        for host in [
            "evil.example:4700",
            "localhost.evil.example",
            "evil.example:localhost",
            "",
            "0.0.0.0:4700",
            "[::2]",
            "localhost]",
        ] {
            assert!(!decide("GET", "/s/a", &[("host", host)]), "{host}");
        }
        assert!(!decide("GET", "/", &[]));
        assert!(!decide(
            "GET",
            "/",
            &[("host", "localhost"), ("host", "localhost")]
        ));
    }

    #[test]
    fn other_sites_may_only_link_to_a_link() {
        let host = ("host", "localhost:4700");
        let navigate = [
            ("sec-fetch-mode", "navigate"),
            ("sec-fetch-dest", "document"),
        ];
        for site in ["cross-site", "same-site", "?"] {
            let [mode, document] = navigate;
            let foreign = [host, ("sec-fetch-site", site), mode, document];
            assert!(decide("GET", "/s/a?uv=1", &foreign));
            assert!(!decide("POST", "/s/a", &foreign));
            assert!(!decide("GET", "/s/a/v_1/return", &foreign));
            assert!(!decide("GET", "/", &foreign));
            assert!(!decide("GET", "/sandbox", &foreign));
            let frame = [
                host,
                ("sec-fetch-site", site),
                mode,
                ("sec-fetch-dest", "iframe"),
            ];
            assert!(!decide("GET", "/s/a", &frame));
            let fetch = [host, ("sec-fetch-site", site), ("sec-fetch-mode", "cors")];
            assert!(!decide("GET", "/sandbox/live", &fetch));
            assert!(!decide("GET", "/s/a", &fetch));
        }
        for site in ["same-origin", "none"] {
            assert!(decide(
                "POST",
                "/sandbox/reset",
                &[host, ("sec-fetch-site", site)]
            ));
        }
    }

    #[test]
    fn an_origin_must_be_the_sandboxs_own() {
        let host = ("host", "localhost:4700");
        assert!(decide("POST", "/sandbox/reset", &[host]));
        assert!(decide(
            "POST",
            "/sandbox/reset",
            &[host, ("origin", "http://localhost:4700")]
        ));
        for origin in [
            "null",
            "http://localhost:4701",
            "https://localhost:4700",
            "http://127.0.0.1:4700",
            "http://evil.example",
            "http://localhost:4700.evil.example",
        ] {
            for (method, path) in [("POST", "/sandbox/reset"), ("GET", "/sandbox/live")] {
                assert!(
                    !decide(method, path, &[host, ("origin", origin)]),
                    "{origin}"
                );
            }
        }
    }
}
