//! Who calls, as far as the network tells: the client's address, and the host that it asked for.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::uri::Authority;
use http::{HeaderMap, header};

/// The client's address, for the limit on sign-in attempts: what the proxies that we trust say, counted
/// from the nearest; each adds the address that it was called from at the end. Fewer entries than
/// proxies, or something that is no address, and it is the socket's.
#[must_use]
pub fn client(headers: &HeaderMap, trusted_proxies: usize, socket: Option<IpAddr>) -> String {
    let forwarded = trusted_proxies.checked_sub(1).and_then(|nearer| {
        let lines = headers.get_all("x-forwarded-for").iter().rev().filter_map(|line| line.to_str().ok());
        address(lines.flat_map(|line| line.rsplit(',')).nth(nearer)?)
    });
    forwarded.or(socket).map(network).unwrap_or_default()
}

/// An address as proxies write it: also with a port, in brackets, or quoted.
fn address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim().trim_matches('"');
    entry
        .parse()
        .ok()
        .or_else(|| entry.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
        .or_else(|| entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6))
}

/// What one client can take: an IPv4 address, or the /64 of which a line gets all addresses.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// The host by which people reach Baton.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host(String);

impl Host {
    /// Of a public address.
    #[must_use]
    pub fn of(url: &http::Uri) -> Option<Self> {
        url.host().map(|host| Self(host.to_ascii_lowercase()))
    }

    /// Whether a request asks for this host, by any of the names of this computer if it is one.
    #[must_use]
    pub fn is_asked<B>(&self, request: &http::Request<B>) -> bool {
        let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
        let asked = request.uri().host().or(named.as_ref().map(Authority::host));
        asked.is_some_and(|asked| {
            let asked = asked.to_ascii_lowercase();
            asked == self.0 || (is_here(&asked) && is_here(&self.0))
        })
    }
}

fn is_here(host: &str) -> bool {
    let plain = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || plain.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lines: &[&str], trusted: usize) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().expect("a value"));
        }
        client(&headers, trusted, "192.0.2.1".parse().ok())
    }

    #[test]
    fn the_client_is_whom_the_last_trusted_proxy_saw() {
        assert_eq!(of(&["203.0.113.9"], 0), "192.0.2.1", "nobody is trusted");
        assert_eq!(of(&["203.0.113.9", "10.0.0.9"], 1), "10.0.0.9", "a line that the caller sent stands first");
        assert_eq!(of(&["203.0.113.9, 10.0.0.9"], 1), "10.0.0.9");
        assert_eq!(of(&["evil, 203.0.113.9", "10.0.0.9"], 2), "203.0.113.9");
        assert_eq!(of(&["10.0.0.9"], 2), "192.0.2.1", "fewer entries than proxies");
        assert_eq!(of(&["evil"], 1), "192.0.2.1");
        assert_eq!(of(&[], 1), "192.0.2.1");
    }

    #[test]
    fn an_address_is_read_as_proxies_write_it_and_counted_by_network() {
        assert_eq!(of(&["203.0.113.9:54321"], 1), "203.0.113.9");
        for written in ["2001:db8::1", "[2001:db8::2]", "[2001:db8::3]:443", "\"[2001:db8:0:0:9::]:1\""] {
            assert_eq!(of(&[written], 1), "2001:db8::/64", "{written}");
        }
        assert_eq!(of(&["::ffff:203.0.113.9"], 1), "203.0.113.9");
    }

    #[test]
    fn a_host_is_ours_by_its_name_or_as_this_computer() {
        let asks = |host: &str| http::Request::get("/").header(header::HOST, host).body(()).expect("a request");
        let host = |url: &str| Host::of(&url.parse().expect("an address")).expect("a host");
        assert!(host("https://Baton.example").is_asked(&asks("baton.example:443")));
        assert!(!host("https://baton.example").is_asked(&asks("evil.example")));
        for name in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"] {
            assert!(host("http://127.0.0.1:3000").is_asked(&asks(name)), "{name}");
            assert!(!host("https://baton.example").is_asked(&asks(name)), "{name}");
        }
        assert!(!host("http://127.0.0.1:3000").is_asked(&asks("rebound.example:3000")));
        assert!(!host("http://127.0.0.1:3000").is_asked(&http::Request::get("/").body(()).expect("a request")));
    }
}
