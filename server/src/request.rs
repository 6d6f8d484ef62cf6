//! What all requests share ([`AppState`]), and the app's [`Request`] made of an HTTP one: who asks, from
//! where, for which page, and which rejected form they come back to.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use app::clock::Clock;
use app::db::Store;
use app::error::Error;
use app::limits;
use app::outbox::Mail;
use app::visitor::{self, Caller, Sessions, Visitor};
use app::web::attempts::Attempts;
use app::web::codes::Codes;
use app::web::cookie;
use app::web::form::Forms;
use app::web::request::{Request, RequestParts};
use app::web::ui::encoded;
use axum::extract::ConnectInfo;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::body::BodyMemory;
use crate::host::Host;
use crate::table::TableReader;

/// A session's last use is noted when so long has passed since.
const TOUCH_AFTER: chrono::Duration = chrono::Duration::minutes(2);

/// What all requests share.
#[derive(Clone, Debug)]
pub struct AppState {
    pub store: Store,
    pub sessions: Sessions,
    /// The memory of rejected forms.
    pub forms: Forms,
    /// Guesses at passwords and codes.
    pub attempts: Attempts,
    /// Codes that wait to be shown.
    pub codes: Codes,
    /// How mail is sent from here.
    pub mail: Mail,
    pub clock: Clock,
    /// The demonstration: one may sign in as its people.
    pub demo: bool,
    /// Whom people write to about Baton; empty when the operator did not say.
    pub contact: Arc<str>,
    /// The one host of a demonstration: it lets in whoever asks, so no other site may ask in a browser's
    /// name by letting its own name stand for this computer.
    pub host: Option<Host>,
    /// How many proxies stand in front of us whose word on the client's address is taken.
    pub trusted_proxies: usize,
    /// The Strict-Transport-Security header, when https is served.
    pub strict_transport: Option<HeaderValue>,
    /// After this a request is given up.
    pub timeout: Duration,
    /// One permit for each request that may be worked on at the same time.
    pub work: Arc<Semaphore>,
    /// One permit for each page with a long rejected form that may be drawn at the same time.
    pub long_forms: Arc<Semaphore>,
    pub bodies: BodyMemory,
    pub tables: TableReader,
}

impl AppState {
    /// A permit to work on a request; none when too many are worked on.
    #[must_use]
    pub fn permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.work).try_acquire_owned().ok()
    }
}

/// Identifies a request in the log, the history and on the page of a fault.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The app's request. `params` are what the route's placeholders stand for. The session's use is noted.
pub async fn from_http(state: &AppState, parts: &Parts, params: Vec<(String, String)>) -> Result<Request, Error> {
    let now = state.clock.now();
    let mut conn = state.store.read().await?;
    let visitor = state.sessions.visitor(&mut conn, cookie::session_token(state.sessions, &parts.headers), now).await?;
    drop(conn);
    if let Visitor::Person(person) = &visitor
        && now - person.seen_at > TOUCH_AFTER
    {
        // Whoever reads never waits for somebody who writes: the next request notes it as well.
        let touched = tokio::time::timeout(limits::TOUCH_TIME, touch(state, parts, now)).await;
        if !matches!(touched, Ok(Ok(()))) {
            tracing::debug!("a session's use could not be noted");
        }
    }
    Ok(of_visitor(state, parts, params, visitor))
}

async fn touch(state: &AppState, parts: &Parts, now: DateTime<Utc>) -> Result<(), Error> {
    let Some(token) = cookie::session_token(state.sessions, &parts.headers) else { return Ok(()) };
    let mut change = state.store.write().await?;
    visitor::touch_session(&mut change, token, now).await?;
    change.commit().await
}

/// The app's request of a visitor who is known, or nobody: asks nothing of the store.
pub fn of_visitor(state: &AppState, parts: &Parts, params: Vec<(String, String)>, visitor: Visitor) -> Request {
    let query: Vec<(String, String)> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let now = state.clock.now();
    let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let rejected =
        query.iter().find(|(name, _)| name == "form").and_then(|(_, key)| state.forms.find(key, visitor.id(), now));
    Request::new(RequestParts {
        store: state.store.clone(),
        sessions: state.sessions,
        forms: state.forms.clone(),
        attempts: state.attempts.clone(),
        codes: state.codes.clone(),
        mail: state.mail.clone(),
        demo: state.demo,
        contact: Arc::clone(&state.contact),
        caller: Caller {
            visitor,
            id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
            now,
        },
        client: client(&parts.headers, state.trusted_proxies, socket),
        path: page_address(parts.uri.path(), &query),
        params,
        query,
        rejected,
        has_rejected_form: Default::default(),
    })
}

/// The page's own address: without what only says which form to draw again, or what was done.
fn page_address(path: &str, query: &[(String, String)]) -> String {
    let kept: Vec<_> = query.iter().filter(|(name, _)| name != "form" && name != "done").collect();
    if kept.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    format!("{path}?{query}")
}

/// The client's address, for the limit on sign-in attempts: what the proxies that we trust say, counted
/// from the nearest; each adds the address that it was called from at the end. Fewer entries than
/// proxies, or something that is no address, and it is the socket's.
fn client(headers: &HeaderMap, trusted_proxies: usize, socket: Option<IpAddr>) -> String {
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

/// The address of the sign-in page that leads on to `next`.
#[must_use]
pub fn sign_in_address(next: &str) -> String {
    if next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", encoded(next)) }
}

/// Whether the caller is a browser that wants a page.
#[must_use]
pub fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
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
    fn a_pages_address_says_neither_which_form_to_draw_nor_what_was_done() {
        let of = |query: &str| {
            let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
            page_address("/projects", &query)
        };
        assert_eq!(of(""), "/projects");
        assert_eq!(of("form=1&done=saved"), "/projects");
        assert_eq!(of("q=a+b&form=1&page=2"), "/projects?q=a+b&page=2");
    }

    #[test]
    fn signing_in_leads_on_to_where_one_wanted_to_go() {
        assert_eq!(sign_in_address("/"), "/sign-in");
        assert_eq!(sign_in_address("/a?b=c&d=e"), "/sign-in?next=%2Fa%3Fb%3Dc%26d%3De");
    }

    #[test]
    fn a_browser_says_that_it_takes_pages() {
        let accepts = |value: &'static str| {
            accepts_html(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(value))]))
        };
        assert!(accepts("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"));
        assert!(!accepts("application/json") && !accepts("*/*"));
        assert!(!accepts_html(&HeaderMap::new()));
    }
}
