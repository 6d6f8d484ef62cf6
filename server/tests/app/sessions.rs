//! How long a session lasts, what its cookies say, and one session in several tabs.

use app::id::PersonId;
use app::testing::{Fixture, Result, make, noon};
use chrono::{DateTime, Duration, Utc};
use http::{StatusCode, header};
use server::serve::Serving;

use crate::harness::{Answer, App};

const ADDRESS: &str = "tara@trust.nhs.uk";
const PASSWORD: &str = "copper kettle ninety";

/// The application with a session of the trainee that began at noon, and its cookie.
async fn begun(serving: Serving) -> (App, String) {
    let app = App::serving(Fixture::new().await, &serving).await;
    let cookie = app.session(app.fixture.trainee, app.fixture.trust, noon()).await;
    (app, cookie)
}

/// What the account page answers to this cookie so long after noon: 200, or 303 to the sign-in page.
async fn opened(app: &mut App, cookie: &str, after: Duration) -> bool {
    app.set_clock(noon() + after);
    let answer = app.returning(Some(cookie.to_owned())).get("/account").await;
    let sent_away = answer.location() == "/sign-in?next=%2Faccount";
    assert_ne!(answer.status == StatusCode::OK, sent_away, "{}", answer.body);
    !sent_away
}

async fn seen_at(app: &App) -> Result<DateTime<Utc>> {
    let mut conn = app.fixture.store.read().await?;
    Ok(sqlx::query_scalar("select seen_at from session").fetch_one(&mut *conn).await?)
}

#[tokio::test]
async fn a_session_ends_after_an_hour_without_a_request() {
    for (after, lasts) in [
        (Duration::minutes(60) - Duration::seconds(1), true),
        (Duration::minutes(60), false),
        (Duration::minutes(61), false),
    ] {
        let (mut app, cookie) = begun(Serving::default()).await;
        assert_eq!(opened(&mut app, &cookie, after).await, lasts, "{after}");
    }
}

#[tokio::test]
async fn each_request_gives_a_session_another_hour_and_is_noted_every_two_minutes_at_most() -> Result {
    let (mut app, cookie) = begun(Serving::default()).await;
    assert!(opened(&mut app, &cookie, Duration::minutes(2)).await);
    assert_eq!(seen_at(&app).await?, noon(), "no write for each page");
    let noted = Duration::minutes(2) + Duration::seconds(1);
    assert!(opened(&mut app, &cookie, noted).await);
    assert_eq!(seen_at(&app).await?, noon() + noted);
    assert!(opened(&mut app, &cookie, Duration::minutes(62)).await, "an hour from the last request, not the first");
    assert!(!opened(&mut app, &cookie, Duration::minutes(122)).await);
    assert_eq!(seen_at(&app).await?, noon() + Duration::minutes(62), "a session that has ended is not touched");
    Ok(())
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_busy() {
    let (mut app, cookie) = begun(Serving::default()).await;
    for request in 1..=14 {
        assert!(opened(&mut app, &cookie, Duration::minutes(50) * request).await, "{request}");
    }
    assert!(opened(&mut app, &cookie, Duration::hours(12) - Duration::seconds(1)).await);
    assert!(!opened(&mut app, &cookie, Duration::hours(12)).await);
}

#[tokio::test]
async fn the_settings_say_how_long_a_session_lasts() {
    let short = Serving { idle_minutes: 5, absolute_hours: 1, ..Serving::default() };
    let (mut app, cookie) = begun(short.clone()).await;
    assert!(!opened(&mut app, &cookie, Duration::minutes(5)).await);
    let (mut app, cookie) = begun(short).await;
    for request in 1..=14 {
        assert!(opened(&mut app, &cookie, Duration::minutes(4) * request).await, "{request}");
    }
    assert!(!opened(&mut app, &cookie, Duration::minutes(60)).await);
}

/// Where the sign-in page that an answer leads to leads on to.
fn onward(answer: &Answer) -> String {
    let location = answer.location();
    let query = location.strip_prefix("/sign-in?").unwrap_or_else(|| panic!("not the sign-in page: {location}"));
    let next = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    next.map(|(_, next)| next.into_owned()).unwrap_or_default()
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_waits_for_the_next_one() -> Result {
    let (mut app, cookie) = begun(Serving::default()).await;
    let project = app.fixture.project("Sepsis").await;
    let page = format!("/projects/{project}/edit");
    let form = app.returning(Some(cookie.clone())).get(&page).await.form("/api/projects/edit").expect("a form");
    app.set_clock(noon() + Duration::hours(2));
    let pairs: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), if name == "title" { "Sepsis at night" } else { value.as_str() }))
        .collect();
    let answer = app.returning(Some(cookie)).post("/api/projects/edit", &pairs).await;
    let next = onward(&answer);

    let again = app.session(app.fixture.trainee, app.fixture.trust, noon() + Duration::hours(2)).await;
    let kept = app.returning(Some(again)).get(&next).await;
    let kept = kept.form("/api/projects/edit").expect("the form");
    assert!(kept.contains(&("title".to_owned(), "Sepsis at night".to_owned())));
    let mut conn = app.fixture.store.read().await?;
    let title: String =
        sqlx::query_scalar("select title from project where id = $1").bind(project).fetch_one(&mut *conn).await?;
    assert_eq!(title, "Sepsis", "nothing is done for a session that has ended");
    Ok(())
}

/// The application at this address, and the answer to signing in there with a password.
async fn signed_in(public_url: &str) -> Result<(App, Answer)> {
    let serving = Serving { public_url: public_url.to_owned(), ..Serving::default() };
    let app = App::serving(Fixture::new().await, &serving).await;
    let hash = app::people::hash_password(PASSWORD.to_owned()).await?;
    let mut change = app.fixture.store.write().await?;
    sqlx::query(
        "insert into person_address (id, person_id, address, verified_at, created_at) values ($1, $2, $3, $4, $4)",
    )
    .bind(PersonId::new())
    .bind(app.fixture.trainee)
    .bind(ADDRESS)
    .bind(noon())
    .execute(&mut *change)
    .await?;
    make::password(&mut change, app.fixture.trainee, &hash).await?;
    change.commit().await?;
    let typed = [("address", ADDRESS), ("password", PASSWORD)];
    let answer = app.nobody().fill("/sign-in", "/api/sign-in", &typed).await;
    Ok((app, answer))
}

/// The cookies that an answer sets: name, and what is said of it, without the value.
fn cookies(answer: &Answer) -> Vec<(String, Vec<String>)> {
    let set = answer.headers.get_all(header::SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
    set.map(|line| {
        let (pair, attributes) = line.split_once("; ").unwrap_or((line, ""));
        let name = pair.split_once('=').map_or(pair, |(name, _)| name);
        (name.to_owned(), attributes.split("; ").map(str::to_owned).collect())
    })
    .collect()
}

#[tokio::test]
async fn over_https_a_cookie_is_for_this_host_only_and_never_sent_without() -> Result {
    let (app, answer) = signed_in("https://baton.example").await?;
    let (session, known) = ("__Host-baton".to_owned(), "__Host-baton-known".to_owned());
    let strict = ["Path=/", "HttpOnly", "SameSite=Lax"].map(str::to_owned).to_vec();
    let with = |more: &[&str]| strict.iter().cloned().chain(more.iter().map(|one| (*one).to_owned())).collect();
    assert_eq!(
        cookies(&answer),
        [(session.clone(), with(&["Secure"])), (known, with(&["Max-Age=15552000", "Secure"]))],
        "a `__Host-` cookie is Secure, of the path / and without a Domain, or the browser drops it"
    );
    let browser = app.browser_with(&[&answer]);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    let out = browser.fill("/sign-out", "/api/sign-out", &[]).await;
    assert_eq!(cookies(&out), [(session, with(&["Max-Age=0", "Secure"]))]);
    assert!(browser.get("/account").await.location().starts_with("/sign-in"), "also for whoever kept the cookie");
    Ok(())
}

#[tokio::test]
async fn over_http_on_loopback_a_cookie_is_hidden_from_scripts_and_other_sites() -> Result {
    let (_, answer) = signed_in("http://127.0.0.1:3000").await?;
    let strict = ["Path=/", "HttpOnly", "SameSite=Lax"].map(str::to_owned).to_vec();
    let known = [strict.clone(), vec!["Max-Age=15552000".to_owned()]].concat();
    assert_eq!(cookies(&answer), [("baton".to_owned(), strict), ("baton-known".to_owned(), known)]);
    Ok(())
}

#[tokio::test]
async fn over_https_a_cookie_that_a_neighbouring_host_may_have_set_is_no_session() -> Result {
    let (app, answer) = signed_in("https://baton.example").await?;
    let set = answer.headers[header::SET_COOKIE].to_str()?;
    let token = set.split(['=', ';']).nth(1).unwrap_or_default();
    assert_eq!(app.returning(Some(format!("__Host-baton={token}"))).get("/account").await.status, StatusCode::OK);
    let planted = app.returning(Some(format!("baton={token}"))).get("/account").await;
    assert!(planted.location().starts_with("/sign-in"));
    Ok(())
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_came_with() -> Result {
    let (app, answer) = signed_in("http://127.0.0.1:3000").await?;
    let (first, typed) = (app.browser_with(&[&answer]), [("address", ADDRESS), ("password", PASSWORD)]);
    let planted = app.session(app.fixture.colleague, app.fixture.trust, noon()).await;
    let body: Vec<(&str, &str)> = typed.to_vec();
    let form = app.nobody().get("/sign-in").await.form("/api/sign-in").expect("a form");
    let hidden: Vec<(&str, &str)> = form
        .iter()
        .filter(|(name, _)| name.starts_with('_'))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let again = app.returning(Some(planted.clone())).post("/api/sign-in", &[hidden, body].concat()).await;
    assert!(app.browser_with(&[&again]).get("/account").await.words().contains("Tara Trainee"));
    assert!(app.returning(Some(planted)).get("/account").await.location().starts_with("/sign-in"));
    assert_eq!(first.get("/account").await.status, StatusCode::OK, "another browser's session goes on");
    Ok(())
}

#[tokio::test]
async fn a_form_in_one_tab_waits_when_another_tab_signs_out() -> Result {
    let (app, cookie) = begun(Serving::default()).await;
    let project = app.fixture.project("Sepsis").await;
    let (one, other) = (app.returning(Some(cookie.clone())), app.returning(Some(cookie)));
    let form = one.get(&format!("/projects/{project}/edit")).await.form("/api/projects/edit").expect("a form");
    assert!(other.fill("/sign-out", "/api/sign-out", &[]).await.location().starts_with("/sign-in"));
    let pairs: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (name.as_str(), if name == "title" { "Sepsis at night" } else { value.as_str() }))
        .collect();
    let answer = one.post("/api/projects/edit", &pairs).await;
    let next = onward(&answer);
    for (person, sees) in [(app.fixture.trainee, true), (app.fixture.supervisor, false)] {
        let page = app.browser(person).await.get(&next).await;
        assert_eq!(page.body.contains("Sepsis at night"), sees, "{person}");
    }
    Ok(())
}

#[tokio::test]
async fn one_person_in_two_tabs_gets_both_versions_too() -> Result {
    let (app, cookie) = begun(Serving::default()).await;
    let project = app.fixture.project("Sepsis").await;
    let (one, other) = (app.returning(Some(cookie.clone())), app.returning(Some(cookie)));
    let page = format!("/projects/{project}/edit");
    let form = one.get(&page).await.form("/api/projects/edit").expect("a form");
    let typed = [("title", "Sepsis in children"), ("origin", "idea")];
    let saved = other.fill(&page, "/api/projects/edit", &typed).await;
    assert!(saved.location().contains("done="), "{}", saved.location());
    let stale: Vec<(&str, &str)> = form
        .iter()
        .filter(|(name, _)| name != "origin")
        .map(|(name, value)| (name.as_str(), if name == "title" { "Sepsis at night" } else { value.as_str() }))
        .chain([("origin", "idea")])
        .collect();
    let answer = one.post("/api/projects/edit", &stale).await;
    let both = one.follow(&answer).await;
    assert_eq!(both.status, StatusCode::CONFLICT);
    for words in ["Both versions", "Sepsis in children", "Sepsis at night"] {
        assert!(both.words().contains(words), "{words}");
    }
    Ok(())
}

#[tokio::test]
async fn a_draft_that_is_registered_in_one_tab_is_neither_deleted_nor_registered_again_in_another() -> Result {
    let (app, cookie) = begun(Serving::default()).await;
    let (one, other) = (app.returning(Some(cookie.clone())), app.returning(Some(cookie)));
    let department = app.fixture.department.to_string();
    let priority = app.fixture.priority.to_string();
    let typed = [
        ("title", "Falls at night"),
        ("problem", "They happen."),
        ("department", department.as_str()),
        ("priorities[]", priority.as_str()),
        ("then", "draft"),
    ];
    let page = "/projects/register?type=quality_improvement";
    let saved = one.fill(page, "/api/projects/register", &typed).await.location();
    let project = saved.trim_start_matches("/projects/").split(['?', '/']).next().unwrap_or_default().to_owned();
    let page = format!("/projects/{project}");
    let drawn = one.get(&page).await;
    let finishing: Vec<_> = ["/api/projects/submit", "/api/projects/delete-draft"]
        .into_iter()
        .map(|action| (action, drawn.form(action).unwrap_or_else(|| panic!("no {action} on {}", drawn.body))))
        .collect();
    let registered = other.fill(&page, "/api/projects/submit", &[]).await;
    assert!(registered.location().contains("done="), "{}", registered.location());
    for (action, form) in finishing {
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = one.post(action, &pairs).await;
        assert!(!answer.location().contains("done="), "{action} is done twice: {}", answer.location());
        assert!(!answer.status.is_server_error(), "{action}: {}", answer.body);
    }
    let mut conn = app.fixture.store.read().await?;
    let left: (String, String) = sqlx::query_as("select status, reference from project where id = $1")
        .bind(project)
        .fetch_one(&mut *conn)
        .await?;
    assert_eq!(left, ("active".to_owned(), "QI-2026-0001".to_owned()));
    Ok(())
}
