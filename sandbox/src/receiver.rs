//! The receivers to which webhooks may be sent: this machine, and hosts that the caller allows.

use std::net::{Ipv4Addr, Ipv6Addr};

use ureq::http::Uri;
use ureq::http::uri::Scheme;

/// The hosts to which webhooks may be sent, besides this machine.
#[derive(Clone, Debug, Default)]
pub(crate) struct Receivers(Vec<String>);

impl Receivers {
    pub(crate) fn new(hosts: &[String]) -> Self {
        Self(hosts.iter().map(|host| host.to_ascii_lowercase()).collect())
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.0
    }

    /// Checks the URL of a receiver. The error says what to do.
    pub(crate) fn check(&self, text: &str) -> Result<(), String> {
        if text.len() > 2000 || text.contains(['#', '@', '\\']) {
            return Err("pass a URL without user, fragment and backslash".to_owned());
        }
        let url: Uri = text.parse().map_err(|_| "it is not a URL".to_owned())?;
        if url.scheme() != Some(&Scheme::HTTP) {
            return Err("start it with http://: the sandbox sends without TLS".to_owned());
        }
        if !has_good_port(&url) {
            return Err("the port must be a number from 1 to 65535".to_owned());
        }
        let host = url.host().unwrap_or_default();
        if !is_this_machine(host) && !self.0.contains(&host.to_ascii_lowercase()) {
            return Err(format!(
                "webhooks go to this machine alone (localhost, 127.x.x.x, [::1]); start the \
                 sandbox with --allow-host {host} to send there"
            ));
        }
        Ok(())
    }
}

/// Returns `true` if the URL has no port or a valid one. `Uri` drops an invalid one.
fn has_good_port(url: &Uri) -> bool {
    let authority = url.authority().map_or("", |authority| authority.as_str());
    // Searched from the end, because a host in brackets contains colons.
    let after_host = authority.rsplit(']').next().unwrap_or_default();
    let Some((_, port)) = after_host.split_once(':') else {
        return true;
    };
    port.parse::<u16>()
        .is_ok_and(|number| number != 0 && number.to_string() == port)
}

/// Returns `true` if a host is this machine.
pub(crate) fn is_this_machine(host: &str) -> bool {
    match host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
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
    use super::Receivers;

    #[test]
    fn webhooks_are_sent_to_this_machine_and_allowed_hosts() {
        let receivers = Receivers::new(&["Desk".to_owned()]);
        for url in [
            "http://localhost/hook",
            "http://LOCALHOST:8000",
            "http://127.1.2.3:1/",
            "http://[::1]:65535/a?b=c",
            "http://desk:9000/hook",
        ] {
            assert_eq!(receivers.check(url), Ok(()), "{url}");
        }
        for url in [
            "https://localhost/",
            "http://example.com/",
            "http://localhost.example.com/",
            "http://localhost@example.com/",
            "http://example.com#localhost",
            "http://localhost:0/",
            "http://localhost:99999/",
            "http://[::2]/",
            "http://0.0.0.0/",
            "http://169.254.169.254/",
            "http://2130706433/",
            "/hook",
            "",
        ] {
            assert!(receivers.check(url).is_err(), "{url}");
        }
    }
}
