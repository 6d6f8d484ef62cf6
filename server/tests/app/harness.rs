//! A whole application on a store of its own, and a browser without JavaScript to use it with.

use std::collections::BTreeMap;

use app::clock::Clock;
use app::id::{PersonId, TrustId};
use app::testing::{Fixture, noon};
use axum::Router;
use axum::body::{Body, to_bytes};
use chrono::{DateTime, Utc};
use http::{HeaderMap, Request, StatusCode, header};
use server::body::BodyMemory;
use server::mail::MailSettings;
use server::request::AppState;
use server::router::router;
use server::serve::{Serving, state};
use server::table::TableReader;
use tower::ServiceExt as _;

/// The application, at noon of the fixture's day.
pub struct App {
    pub fixture: Fixture,
    pub state: AppState,
    pub router: Router,
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

/// A mail server that nobody listens at.
fn mail_server() -> MailSettings {
    MailSettings {
        smtp_url: Some("smtp://127.0.0.1:25?tls=none".to_owned()),
        mail_from: Some("baton@trust.nhs.uk".to_owned()),
        ..MailSettings::default()
    }
}

impl App {
    pub async fn new() -> Self {
        Self::of(false, MailSettings::default()).await
    }

    /// The application as a demonstration, in which one may sign in as its people.
    pub async fn demonstration() -> Self {
        Self::of(true, MailSettings::default()).await
    }

    /// The application with a mail server, to which nothing is sent.
    pub async fn with_mail() -> Self {
        Self::of(false, mail_server()).await
    }

    /// A demonstration that sends mail.
    pub async fn demonstration_with_mail() -> Self {
        Self::of(true, mail_server()).await
    }

    async fn of(demo: bool, mail: MailSettings) -> Self {
        let fixture = Fixture::new().await;
        let serving = Serving { concurrency: 64, demo, mail, ..Serving::default() };
        Self::serving(fixture, &serving).await
    }

    /// The application as these settings say.
    pub async fn serving(fixture: Fixture, serving: &Serving) -> Self {
        let mut state = state(fixture.store.clone(), serving, Clock::Fixed(noon())).await.expect("a state");
        // The program that these tests run in does not read workbooks.
        state.tables = TableReader::new(env!("CARGO_BIN_EXE_server").into());
        Self { fixture, router: router(state.clone()), state }
    }

    /// Reads tables with something else from now on.
    pub fn read_tables_with(&mut self, tables: TableReader) {
        self.state.tables = tables;
        self.router = router(self.state.clone());
    }

    /// Stands at this moment from now on.
    pub fn set_clock(&mut self, now: DateTime<Utc>) {
        self.state.clock = Clock::Fixed(now);
        self.router = router(self.state.clone());
    }

    /// Has this room for bodies that are arriving from now on.
    pub fn receive_into(&mut self, bodies: BodyMemory) {
        self.state.bodies = bodies;
        self.router = router(self.state.clone());
    }

    /// Answers a request as it is.
    pub async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 16 * 1024 * 1024).await.expect("a body");
        Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
    }

    /// A browser in which this person is signed in.
    pub async fn browser(&self, person: PersonId) -> Browser<'_> {
        let trust = if person == self.fixture.stranger { self.fixture.other_trust } else { self.fixture.trust };
        self.returning(Some(self.session(person, trust, noon()).await))
    }

    /// The cookie of a session that this person began at that moment in that trust.
    pub async fn session(&self, person: PersonId, trust: TrustId, at: DateTime<Utc>) -> String {
        self.session_as(person, trust, false, at).await
    }

    /// The same, begun with a password that somebody else gave.
    pub async fn held_session(&self, person: PersonId, trust: TrustId, at: DateTime<Utc>) -> String {
        self.session_as(person, trust, true, at).await
    }

    async fn session_as(&self, person: PersonId, trust: TrustId, held: bool, at: DateTime<Utc>) -> String {
        let sessions = app::visitor::Sessions {
            secure: false,
            idle: chrono::Duration::hours(1),
            absolute: chrono::Duration::hours(12),
        };
        let mut change = self.fixture.store.write().await.expect("a change");
        let token = sessions.begin(&mut change, None, (person, trust), held, at).await.expect("a session");
        change.commit().await.expect("committed");
        let cookie = app::web::cookie::set_session(sessions, &token);
        cookie.split(';').next().unwrap_or_default().to_owned()
    }

    /// A browser that comes back with a cookie.
    pub fn returning(&self, cookie: Option<String>) -> Browser<'_> {
        Browser { app: self, cookie }
    }

    /// A browser that holds the cookies that these answers set, as one that got them would.
    pub fn browser_with(&self, answers: &[&Answer]) -> Browser<'_> {
        let mut cookies = BTreeMap::new();
        for set in answers.iter().flat_map(|answer| answer.headers.get_all(header::SET_COOKIE)) {
            let pair = set.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let cookies: Vec<String> = cookies.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        Browser { app: self, cookie: Some(cookies.join("; ")) }
    }

    /// A browser that holds the cookie of a `Set-Cookie` value.
    pub fn browser_holding(&self, set_cookie: &str) -> Browser<'_> {
        Browser { app: self, cookie: set_cookie.split(';').next().map(str::to_owned) }
    }

    /// A browser in which nobody is signed in.
    pub fn nobody(&self) -> Browser<'_> {
        Browser { app: self, cookie: None }
    }
}

impl Browser<'_> {
    /// Sends a request with a body of any kind.
    pub async fn send(&self, request: http::request::Builder, body: Body) -> Answer {
        self.send_as("text/html", request, body).await
    }

    async fn send_as(&self, accept: &str, request: http::request::Builder, body: Body) -> Answer {
        let mut request = request.header(header::ACCEPT, accept).header(header::HOST, "127.0.0.1:3000");
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.app.answer(request.body(body).expect("a request")).await
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

    /// Sends pairs as a page of another site would.
    pub async fn post_from(&self, origin: &str, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, origin)
            .header("sec-fetch-site", "cross-site");
        self.send(request, Body::from(body)).await
    }

    /// Sends pairs as a program would, without a form's key.
    pub async fn call(&self, path: &str, pairs: &[(String, String)]) -> Answer {
        let pairs = pairs.iter().filter(|(name, _)| !name.starts_with('_'));
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send_as("application/json", request, Body::from(body)).await
    }

    /// Opens a page and sends its form for an action, with these fields typed over what it held. The
    /// hidden fields (key, page, version) are sent as they were drawn.
    pub async fn fill(&self, page: &str, action: &str, typed: &[(&str, &str)]) -> Answer {
        let drawn = self.get(page).await;
        let shown = [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY, StatusCode::CONFLICT];
        assert!(shown.contains(&drawn.status), "{page}: {}", drawn.body);
        let form = drawn.form(action).unwrap_or_else(|| panic!("no form for {action} on {page}"));
        let mut pairs: Vec<(String, String)> =
            form.into_iter().filter(|(name, _)| !typed.iter().any(|(key, _)| key == name)).collect();
        pairs.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(action, &pairs).await
    }

    /// Opens a page and sends its form for an action with a file, as a browser sends it.
    pub async fn upload(&self, page: &str, action: &str, name: &str, file: &[u8]) -> Answer {
        let drawn = self.get(page).await;
        let form = drawn.form(action).unwrap_or_else(|| panic!("no form for {action} on {page}"));
        let form: Vec<_> = form.into_iter().filter(|(field, _)| field != "file").collect();
        self.send_files(action, &form, &[("file", name)], file).await
    }

    /// Sends pairs and then the same file in each of these fields, under its name.
    pub async fn send_files(
        &self,
        action: &str,
        form: &[(String, String)],
        files: &[(&str, &str)],
        file: &[u8],
    ) -> Answer {
        let mut body = Vec::new();
        for (field, value) in form {
            body.extend(
                format!("--edge\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        let kind = "Content-Type: application/octet-stream";
        for (field, name) in files {
            let head = format!("form-data; name=\"{field}\"; filename=\"{name}\"\r\n{kind}\r\n\r\n");
            body.extend(format!("--edge\r\nContent-Disposition: {head}").bytes());
            body.extend(file);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        let request = Request::post(action).header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.send(request, Body::from(body)).await
    }

    /// Opens where an answer leads to.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        assert!(answer.status.is_redirection(), "{}: {}", answer.status, answer.body);
        self.get(&answer.location()).await
    }
}

impl Answer {
    /// The body without the marks that Leptos sets between texts.
    pub fn words(&self) -> String {
        self.body.replace("<!>", "")
    }

    /// What stands for the effects that a machine is to see before the form is done; none when it was done or refused.
    pub fn unconfirmed(&self) -> Option<String> {
        let answer: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        if answer["error"] != "unconfirmed" {
            return None;
        }
        answer["detail"]["digest"].as_str().map(str::to_owned)
    }

    /// What is read of the page: without any tag.
    pub fn plain(&self) -> String {
        let (mut text, mut tag) = (String::new(), false);
        for letter in self.body.chars() {
            match letter {
                '<' => tag = true,
                '>' => tag = false,
                _ if !tag => text.push(letter),
                _ => {}
            }
        }
        text
    }

    /// Where it leads to.
    pub fn location(&self) -> String {
        self.headers.get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// The names and values of the fields of the page's first form for an action, as a browser would
    /// send them untouched.
    pub fn form(&self, action: &str) -> Option<Vec<(String, String)>> {
        let form = self.forms().into_iter().find(|form| form.action == action)?;
        Some(form.fields.into_iter().filter(|field| field.sent).map(|field| (field.name, field.value)).collect())
    }

    /// Every form of the page.
    pub fn forms(&self) -> Vec<Form> {
        let forms = self.body.split("<form").skip(1);
        forms
            .map(|form| {
                let form = &form[..form.find("</form>").unwrap_or(form.len())];
                let head = &form[..form.find('>').unwrap_or(form.len())];
                let post = attribute(head, "method").as_deref() == Some("post");
                Form { action: attribute(head, "action").unwrap_or_default(), post, fields: fields(form) }
            })
            .collect()
    }
}

/// A form of a page.
pub struct Form {
    pub action: String,
    pub post: bool,
    pub fields: Vec<Field>,
}

/// A field of a form.
pub struct Field {
    pub name: String,
    pub value: String,
    /// `text`, `hidden`, `radio`, …, or `textarea` or `select`.
    pub kind: String,
    /// A browser would send it if nobody touched the form.
    pub sent: bool,
}

fn fields(form: &str) -> Vec<Field> {
    let tags = form.split('<').filter_map(|tag| {
        let (head, rest) = tag.split_once('>')?;
        let name = attribute(head, "name")?;
        if head.starts_with("input") {
            let kind = attribute(head, "type").unwrap_or_else(|| "text".into());
            let sent = !matches!(kind.as_str(), "radio" | "checkbox") || head.contains(" checked");
            let value = attribute(head, "value").unwrap_or_default();
            return Some(Field { name, value, kind, sent });
        }
        if head.starts_with("textarea") {
            let value = unescaped(rest.strip_prefix('\n').unwrap_or(rest));
            return Some(Field { name, value, kind: "textarea".into(), sent: true });
        }
        if head.starts_with("select") {
            let options = &form[form.find(&format!("<{head}>"))?..];
            let options = &options[..options.find("</select>").unwrap_or(options.len())];
            let options: Vec<&str> = options.split("<option").skip(1).collect();
            let chosen = options.iter().find(|option| option[..option.find('>').unwrap_or(0)].contains(" selected"));
            let value = chosen.or(options.first()).and_then(|option| attribute(option, "value")).unwrap_or_default();
            return Some(Field { name, value, kind: "select".into(), sent: true });
        }
        None
    });
    tags.collect()
}

/// The value of an attribute in the first tag of a text that begins inside it.
pub fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = &tag[..tag.find('>').unwrap_or(tag.len())];
    let start = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    let value = &tag[start..];
    Some(unescaped(&value[..value.find('"')?]))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")
}
