//! The receivers of messages, and the HTTP client that sends them.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;
use ureq::http::uri::{PathAndQuery, Scheme};

/// The maximum time to wait for an answer, the same as Visiono's.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);

/// Returns a client that connects only to the receiver. It uses no proxy from the environment and
/// follows no redirect.
pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(TIMEOUT))
        .user_agent(concat!("visiono-workflow/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

/// The address of a receiver and the request target.
pub(crate) struct Receiver {
    /// The host, without the brackets of an IPv6 address.
    pub(crate) host: String,
    pub(crate) port: u16,
    /// The host and the port, as in the URL.
    pub(crate) authority: String,
    /// The path and the query.
    pub(crate) target: String,
}

impl Receiver {
    /// Parses the URL of a receiver on this machine, or on one of the hosts.
    pub(crate) fn among(text: &str, hosts: &[String]) -> Result<Self, &'static str> {
        let url = among(text, hosts)?;
        let host = url.host().unwrap_or_default();
        let port = url.port_u16();
        let authority = port.map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let target = url.path_and_query().map_or("/", PathAndQuery::as_str);
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port.unwrap_or(80),
            authority,
            target: target.to_owned(),
        })
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}

/// Parses the URL of a receiver on this machine.
pub(crate) fn on_this_machine(text: &str) -> Result<Uri, &'static str> {
    among(text, &[])
}

/// Parses the URL of a receiver on this machine, or on one of the hosts.
fn among(text: &str, hosts: &[String]) -> Result<Uri, &'static str> {
    let url: Uri = text.parse().map_err(|_| "it is not a URL")?;
    if !has_good_port(&url) {
        return Err("the port must be a number from 1 to 65535, without a leading zero");
    }
    let is_named = |host: &str| hosts.iter().any(|named| named.eq_ignore_ascii_case(host));
    let is_here = url.host().is_some_and(is_this_machine);
    if !is_here && !url.host().is_some_and(is_named) {
        return Err(
            "a message is signed with your secret, and could be taken for one of Visiono's: \
             it is sent to this machine alone (localhost, 127.x.x.x or [::1])",
        );
    }
    if url.scheme() != Some(&Scheme::HTTP) {
        return Err(if is_here {
            "start it with http://, without TLS: no authority certifies localhost, and what is \
             sent doesn't leave the machine"
        } else {
            "start it with http://: this program sends without TLS"
        });
    }
    Ok(url)
}

/// Returns `true` if the URL has no port or a valid one. `Uri` drops an invalid one, so that the
/// request would go to port 80.
fn has_good_port(url: &Uri) -> bool {
    let Some(authority) = url.authority() else {
        return true;
    };
    // Searched from the end, because a host in brackets contains colons.
    let after_host = authority.as_str().rsplit(['@', ']']).next();
    let Some((_, port)) = after_host.and_then(|text| text.split_once(':')) else {
        return true;
    };
    let number = port.parse::<u16>().ok();
    number.is_some_and(|number| number != 0 && number.to_string() == port)
}

fn is_this_machine(host: &str) -> bool {
    let v6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match v6 {
        Some(address) => address.parse() == Ok(Ipv6Addr::LOCALHOST),
        None => {
            host.eq_ignore_ascii_case("localhost")
                || host
                    .parse()
                    .is_ok_and(|address: Ipv4Addr| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timeout_is_that_of_the_service() {
        let agent = agent();
        let global = agent.config().timeouts().global;
        assert_eq!(global, Some(Duration::from_secs(30)));
    }

    #[test]
    fn times_have_their_units() {
        assert_eq!(milliseconds(Duration::from_secs_f64(1.5)), 1500);
    }
}
