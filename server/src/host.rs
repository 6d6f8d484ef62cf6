//! The name by which the server is asked.

use std::net::IpAddr;

use http::header;
use http::uri::Authority;

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
