//! What holds for every page and every form, whichever they are: who may open it, that what was typed
//! is never run as markup, that patients' numbers are stopped, that nothing is too long.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use app::id::{CycleId, DriverId, HandoverId, MeasurementId, PersonId, ProjectId, TallyId};
use app::testing::{Fixture, noon, role};
use http::StatusCode;

use crate::harness::{Answer, App, Browser, Form};

/// Ids that stand for each placeholder of the routes: one of every kind of thing in the trust.
struct World {
    project: ProjectId,
    draft: ProjectId,
    ids: BTreeMap<&'static str, String>,
}

async fn world(fixture: &Fixture) -> World {
    let project = fixture.project("Weekend handover").await;
    let draft = fixture.project("A draft").await;
    let other = fixture.project("Weekend handover on the wards").await;
    let measure = fixture.measure(project).await;
    let (measurement, cycle, handover) = (MeasurementId::new(), CycleId::new(), HandoverId::new());
    let driver = DriverId::new();
    let mut conn = fixture.store.write().await.expect("a change");
    for sql in [
        "update project set status = 'draft', reference = null where title = 'A draft'",
        "delete from team_role where project_id = (select id from project where title = 'A draft')",
        "delete from project_text where rowid = (select number from project where title = 'A draft')",
        "insert into site (id, trust_id, name) select '0198c9a4-0000-7000-8000-000000000001', id, 'Northgate' from trust where name = 'Tamar Vale'",
    ] {
        sqlx::query(sql).execute(&mut *conn).await.expect(sql);
    }
    sqlx::query("insert into measurement (id, measure_id, taken_on, entry, numerator, denominator, recorded_by, recorded_at) values ($1, $2, '2026-02-25', 1, 8.0, 10.0, $3, $4)")
        .bind(measurement).bind(measure).bind(fixture.trainee).bind(noon()).execute(&mut *conn).await.expect("a point");
    sqlx::query("update measure set last_on = '2026-02-25' where id = $1")
        .bind(measure)
        .execute(&mut *conn)
        .await
        .expect("noted");
    sqlx::query("insert into cycle (id, project_id, number, title, starts_on, created_at) values ($1, $2, 1, 'Poster', '2026-02-01', $3)")
        .bind(cycle).bind(project).bind(noon()).execute(&mut *conn).await.expect("a cycle");
    for (id, text, position, removed) in [
        (driver, "Staff know how", 1, None),
        (DriverId::new(), "Kit", 2, None),
        (DriverId::new(), "Gone", 3, Some(noon())),
    ] {
        sqlx::query("insert into driver (id, project_id, level, text, position, created_at, removed_at) values ($1, $2, 'primary', $3, $4, $5, $6)")
            .bind(id).bind(project).bind(text).bind(position).bind(noon()).bind(removed).execute(&mut *conn).await.expect("a driver");
    }
    let tally = TallyId::new();
    sqlx::query("insert into tally (id, measure_id, taken_on, presses, started_by, started_at) values ($1, $2, '2026-03-04', 'YYN', $3, $4)")
        .bind(tally).bind(measure).bind(fixture.trainee).bind(noon()).execute(&mut *conn).await.expect("a count");
    sqlx::query("insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, summary, next_step, next_step_on, created_by, created_at, offered_at) values ($1, $2, $3, $4, 'offered', '2026-04-01', 'Going well', 'Measure', '2026-03-11', $3, $5, $5)")
        .bind(handover).bind(project).bind(fixture.trainee).bind(fixture.colleague).bind(noon()).execute(&mut *conn).await.expect("a handover");
    role(&mut conn, other, fixture.colleague, "member", app::testing::TODAY, None).await;
    let place: String = sqlx::query_scalar("select id from team_role where project_id = $1 and role = 'supervisor'")
        .bind(project)
        .fetch_one(&mut *conn)
        .await
        .expect("a place");
    let post: String = sqlx::query_scalar("select id from post where person_id = $1")
        .bind(fixture.trainee)
        .fetch_one(&mut *conn)
        .await
        .expect("a post");
    conn.commit().await.expect("committed");
    let ids = [
        ("projects", project.to_string()),
        ("measures", measure.to_string()),
        ("measurements", measurement.to_string()),
        ("tallies", tally.to_string()),
        ("cycles", cycle.to_string()),
        ("drivers", driver.to_string()),
        ("handovers", handover.to_string()),
        ("places", place),
        ("priorities", fixture.priority.to_string()),
        ("people", fixture.trainee.to_string()),
        ("posts", post),
        ("departments", fixture.department.to_string()),
        ("sites", "0198c9a4-0000-7000-8000-000000000001".to_owned()),
    ];
    World { project, draft, ids: ids.into() }
}

impl World {
    /// Every route, with its placeholder filled in; a draft's pages beside a project's.
    fn paths(&self) -> Vec<(String, String)> {
        let mut paths = Vec::new();
        for route in app::shell::routes() {
            let Some((before, rest)) = route.path.split_once('{') else {
                paths.push((route.path.to_owned(), route.path.to_owned()));
                continue;
            };
            let kind = before.trim_matches('/').split('/').next().unwrap_or_default();
            let id = self.ids.get(kind).unwrap_or_else(|| panic!("teach this test what stands for {}", route.path));
            let rest = rest.split_once('}').map_or("", |(_, rest)| rest);
            paths.push((route.path.to_owned(), format!("{before}{id}{rest}")));
            if kind == "projects" {
                paths.push((format!("{} of a draft", route.path), format!("{before}{}{rest}", self.draft)));
            }
        }
        paths
    }
}

fn people(fixture: &Fixture) -> [(&'static str, PersonId); 6] {
    [
        ("holder", fixture.trainee),
        ("colleague", fixture.colleague),
        ("anchor", fixture.supervisor),
        ("academy lead", fixture.lead),
        ("administrator", fixture.administrator),
        ("stranger", fixture.stranger),
    ]
}

#[tokio::test]
async fn every_page_answers_each_role_as_the_table_says() {
    let app = App::new().await;
    let world = world(&app.fixture).await;
    let mut table = String::new();
    for (name, path) in world.paths() {
        let _ = write!(table, "{name:45} nobody {}", app.nobody().get(&path).await.status.as_u16());
        for (who, person) in people(&app.fixture) {
            let answer = app.browser(person).await.get(&path).await;
            assert!(answer.status.as_u16() < 500, "{path} as {who}: {}", answer.body);
            let _ = write!(table, ", {who} {}", answer.status.as_u16());
        }
        table.push('\n');
    }
    insta::assert_snapshot!("pages", table);
}

const HOSTILE: &str = "</textarea></title><img src=x onerror=alert(1)>\"'><script>alert(2)</script>";

fn is_text(kind: &str) -> bool {
    matches!(kind, "text" | "email" | "textarea" | "search")
}

/// Sends a form with the same text in every field that takes text, and reads where that leads to.
async fn send(browser: &Browser<'_>, form: &Form, text: &str) -> Answer {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for field in &form.fields {
        let value = if is_text(&field.kind) { text } else { field.value.as_str() };
        // Of choices that nobody made yet, the first.
        let chosen = field.sent
            || matches!(field.kind.as_str(), "radio" | "checkbox")
                && !pairs.iter().any(|(name, _)| *name == field.name)
                && !form.fields.iter().any(|other| other.sent && other.name == field.name);
        if chosen {
            pairs.push((&field.name, value));
        }
    }
    let answer = browser.post(&form.action, &pairs).await;
    if answer.status.is_redirection() { browser.follow(&answer).await } else { answer }
}

/// Every form that posts text, on every page, with a person who may send it.
async fn each_form(check: impl AsyncFn(&str, &Form, Answer), text: &str) {
    let app = App::new().await;
    let world = world(&app.fixture).await;
    let mut seen = 0;
    for (who, person) in people(&app.fixture).into_iter().take(5) {
        let browser = app.browser(person).await;
        for (_, path) in world.paths() {
            let page = browser.get(&path).await;
            if page.status != StatusCode::OK {
                continue;
            }
            for form in page.forms() {
                if !form.post || form.action == "/api/sign-out" || !form.fields.iter().any(|field| is_text(&field.kind))
                {
                    continue;
                }
                let answer = send(&browser, &form, text).await;
                assert!(answer.status.as_u16() < 500, "{} from {path} as {who}: {}", form.action, answer.body);
                check(&format!("{} from {path} as {who}", form.action), &form, answer).await;
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "only {seen} forms were found");
}

#[tokio::test]
async fn what_is_typed_into_any_field_is_never_markup() {
    each_form(
        async |name, _, answer| {
            for raw in ["<img src=x", "<script>alert(2)"] {
                assert!(!answer.body.contains(raw), "{name} brings back {raw}");
            }
        },
        HOSTILE,
    )
    .await;
}

#[tokio::test]
async fn an_nhs_number_is_stopped_in_every_paragraph_of_every_form() {
    each_form(
        async |name, form, answer| {
            if form.fields.iter().any(|field| field.kind == "textarea") {
                assert!(answer.body.contains("looks like an NHS number"), "{name} takes an NHS number");
            }
        },
        "Seen with 943 476 5919 on the ward",
    )
    .await;
}

#[tokio::test]
async fn nothing_longer_than_its_field_is_taken() {
    let long = "a".repeat(9000);
    each_form(
        async |name, _, answer| {
            assert!(answer.body.contains("There is a problem"), "{name} takes 9,000 characters");
        },
        &long,
    )
    .await;
}

/// Every server function as each role: `drawn` where a page offers its form to that role, else the
/// status with which the same form is refused to them.
#[tokio::test]
async fn a_form_that_is_not_drawn_for_somebody_is_refused_to_them() {
    let app = App::new().await;
    let world = world(&app.fixture).await;
    let people = people(&app.fixture);
    /// How a form would be sent, and for whom it was drawn.
    struct Found {
        pairs: Vec<(String, String)>,
        drawn_for: Vec<&'static str>,
    }
    // By its action and the page that it stands on.
    let mut forms: BTreeMap<(String, String), Found> = BTreeMap::new();
    for (who, person) in people {
        let browser = app.browser(person).await;
        for (name, path) in world.paths() {
            let page = browser.get(&path).await;
            for form in page.forms().into_iter().filter(|form| form.post && page.status == StatusCode::OK) {
                let entry = forms
                    .entry((form.action.clone(), name.clone()))
                    .or_insert_with(|| Found { pairs: form.plausible(), drawn_for: Vec::new() });
                entry.drawn_for.push(who);
            }
        }
    }
    let mut table = String::new();
    for ((action, page), Found { pairs, drawn_for }) in &forms {
        let own = ["/api/sign-out", "/api/account/password", "/api/sign-in"].contains(&action.as_str());
        if own {
            continue;
        }
        let _ =
            write!(table, "{action} from {page}: nobody {}", app.nobody().call(action, pairs).await.status.as_u16());
        for (who, person) in people {
            if drawn_for.contains(&who) {
                let _ = write!(table, ", {who} drawn");
                continue;
            }
            let before = history_rows(&app).await;
            let answer = app.browser(person).await.call(action, pairs).await;
            let _ = write!(table, ", {who} {}", answer.status.as_u16());
            assert!(answer.status.is_client_error(), "{action} from {page} as {who}: {}", answer.status);
            assert_eq!(before, history_rows(&app).await, "{action} from {page} as {who} changed something");
        }
        table.push('\n');
    }
    // A new function has to stand in the table, if only as one whose form this world does not show.
    let mut unseen: Vec<&str> = server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .filter(|path| !forms.keys().any(|(action, _)| action == path))
        .collect();
    unseen.sort_unstable();
    for path in unseen {
        let _ = writeln!(table, "{path}: drawn on no page of this world");
    }
    insta::assert_snapshot!("forms", table);
}

async fn history_rows(app: &App) -> i64 {
    let mut conn = app.fixture.store.read().await.expect("a reader");
    sqlx::query_scalar("select count(*) from history").fetch_one(&mut *conn).await.expect("a count")
}

#[tokio::test]
async fn a_search_with_markup_in_it_is_only_words() {
    let app = App::new().await;
    let world = world(&app.fixture).await;
    let browser = app.browser(app.fixture.lead).await;
    for (_, path) in world.paths() {
        let query = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>();
        for name in ["q", "text", "title", "status", "department", "priority", "sort", "page", "done", "form", "type"] {
            let answer = browser.get(&format!("{path}?{name}={query}")).await;
            assert!(answer.status.as_u16() < 500, "{path}?{name}");
            assert!(!answer.body.contains("<img src=x"), "{path}?{name}");
        }
    }
    let _ = world.project;
}

#[tokio::test]
async fn pages_carry_the_headers_that_keep_them_safe() {
    let app = App::new().await;
    let answer = app.nobody().get("/sign-in").await;
    let header =
        |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("script-src 'self' 'nonce-") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_eq!(header("x-content-type-options"), "nosniff");
    for attribute in [" style=\"", " onclick=\"", " onload=\""] {
        assert!(!answer.body.contains(attribute), "{attribute}");
    }
}
