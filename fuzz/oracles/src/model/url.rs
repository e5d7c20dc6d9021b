//! Section 4: the valid URLs of links and templates.

use std::net::Ipv6Addr;

/// Returns `true` for `https://` with a host, or `http://` on this machine.
pub(crate) fn is_url(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let (is_plain, rest) = match (
        lower.strip_prefix("https://"),
        lower.strip_prefix("http://"),
    ) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return false,
    };
    let is_bad = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host_end = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let (host, port) = authority.split_at(host_end);
    let is_port = port.is_empty() || {
        let digits = port.strip_prefix(':').unwrap_or("?");
        is_number(digits, 65535)
    };
    !text.contains(is_bad) && is_host(host) && is_port && (!is_plain || is_own(host))
}

fn is_host(host: &str) -> bool {
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(address) = address {
        return address.parse::<Ipv6Addr>().is_ok();
    }
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    host.chars().all(is_of_name) && !host.trim_matches('.').is_empty()
}

/// Returns `true` for this machine.
fn is_own(host: &str) -> bool {
    let parts: Vec<_> = host.split('.').collect();
    let is_address = parts.len() == 4 && parts.iter().all(|part| is_number(part, 255));
    host == "localhost"
        || host.ends_with(".localhost")
        || (is_address && parts[0] == "127")
        || host == "[::1]"
}

fn is_number(digits: &str, max: u32) -> bool {
    let number = digits.parse::<u32>();
    number.is_ok_and(|number| number <= max && number.to_string() == digits)
}
