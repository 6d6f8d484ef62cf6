//! A whole application on a store of its own, and a browser without JavaScript to use it with.

use app::clock::Clock;
use app::id::PersonId;
use app::testing::{Fixture, noon};
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{HeaderMap, Request, StatusCode, header};
use server::router::router;
use server::serve::{Serving, state};
use tower::ServiceExt as _;

/// The application, at noon of the fixture's day.
pub struct App {
    pub fixture: Fixture,
    router: Router,
}

/// An answer, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

/// A browser: who is signed in, and nothing else.
pub struct Browser<'a> {
    app: &'a App,
    cookie: Option<String>,
}

impl App {
    pub async fn new() -> Self {
        let fixture = Fixture::new().await;
        let serving = Serving {
            addr: ([127, 0, 0, 1], 3000).into(),
            public_url: "http://127.0.0.1:3000".into(),
            demo: false,
            idle_minutes: 60,
            absolute_hours: 12,
            behind_proxy: false,
            timeout_seconds: 20,
            concurrency: 64,
        };
        let state = state(fixture.store.clone(), &serving, Clock::Fixed(noon())).await.expect("a state");
        Self { fixture, router: router(state) }
    }

    /// A browser in which this person is signed in.
    pub async fn browser(&self, person: PersonId) -> Browser<'_> {
        let trust = if person == self.fixture.stranger { self.fixture.other_trust } else { self.fixture.trust };
        let sessions = app::visitor::Sessions {
            secure: false,
            idle: chrono::Duration::hours(1),
            absolute: chrono::Duration::hours(12),
        };
        let mut change = self.fixture.store.write().await.expect("a change");
        let cookie = sessions.begin(&mut change, &HeaderMap::new(), person, trust, noon()).await.expect("a session");
        change.commit().await.expect("committed");
        Browser { app: self, cookie: cookie.split(';').next().map(str::to_owned) }
    }

    /// A browser in which nobody is signed in.
    pub fn nobody(&self) -> Browser<'_> {
        Browser { app: self, cookie: None }
    }
}

impl Browser<'_> {
    async fn send(&self, request: http::request::Builder, body: Body) -> Answer {
        let mut request = request.header(header::ACCEPT, "text/html").header(header::HOST, "127.0.0.1:3000");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let response =
            self.app.router.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 16 * 1024 * 1024).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// Opens an address.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path), Body::empty()).await
    }

    /// Sends pairs to a server function, as a browser sends a form.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, Body::from(body)).await
    }

    /// Opens a page and sends its form for an action, with these fields typed over what it held. The
    /// hidden fields (key, page, version) are sent as they were drawn.
    pub async fn fill(&self, page: &str, action: &str, typed: &[(&str, &str)]) -> Answer {
        let drawn = self.get(page).await;
        assert_eq!(drawn.status, StatusCode::OK, "{page}: {}", drawn.body);
        let form = drawn.form(action).unwrap_or_else(|| panic!("no form for {action} on {page}"));
        let mut pairs: Vec<(String, String)> =
            form.into_iter().filter(|(name, _)| !typed.iter().any(|(key, _)| key == name)).collect();
        pairs.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(action, &pairs).await
    }

    /// Opens where an answer leads to.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        assert!(answer.status.is_redirection(), "{}: {}", answer.status, answer.body);
        self.get(&answer.location()).await
    }
}

impl Answer {
    /// Where it leads to.
    pub fn location(&self) -> String {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The names and values of the `<input>`s of the page's first form for an action.
    pub fn form(&self, action: &str) -> Option<Vec<(String, String)>> {
        let start = self.body.find(&format!("action=\"{action}\""))?;
        let form = &self.body[start..];
        let form = &form[..form.find("</form>").unwrap_or(form.len())];
        let pairs = form.split("<input").skip(1).filter_map(|input| {
            let input = &input[..input.find('>')?];
            let kind = attribute(input, "type").unwrap_or_default();
            if matches!(kind.as_str(), "radio" | "checkbox") && !input.contains("checked") {
                return None;
            }
            Some((attribute(input, "name")?, attribute(input, "value").unwrap_or_default()))
        });
        Some(pairs.collect())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[start..];
    let value = &value[..value.find('"')?];
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&#39;", "'")
            .replace("&amp;", "&"),
    )
}
