//! What holds for every page and every form, whichever they are: that what was typed is never run as
//! markup, that patients' numbers are stopped, that nothing is too long. Who may open them is `matrix`'s.

use std::collections::{BTreeMap, BTreeSet};

use app::db::Connection;
use app::id::{PersonId, ProjectId};
use app::testing::{Fixture, Result, TODAY, make, noon, on, role};
use http::StatusCode;

use crate::harness::{Answer, App, Browser, Form};

/// Ids that stand for each placeholder of the routes: one of every kind of thing in the trust.
pub struct World {
    draft: ProjectId,
    /// Led, and not offered to anybody.
    other: ProjectId,
    /// Looking for a lead.
    free: ProjectId,
    ids: BTreeMap<&'static str, String>,
}

/// Makes a draft of the project that is called one.
async fn unregister(conn: &mut Connection) -> Result {
    for sql in [
        "update project set status = 'draft', reference = null where title = 'A draft'",
        "delete from team_role where project_id = (select id from project where title = 'A draft')",
        "delete from project_text where rowid = (select number from project where title = 'A draft')",
    ] {
        sqlx::query(sql).execute(&mut *conn).await?;
    }
    Ok(())
}

#[expect(
    clippy::cognitive_complexity,
    clippy::too_many_lines,
    reason = "it only fills the store: each `?` counts as a branch"
)]
pub async fn world(fixture: &Fixture) -> Result<World> {
    let project = fixture.project("Weekend handover").await;
    let draft = fixture.project("A draft").await;
    let other = fixture.project("Weekend handover on the wards").await;
    let free = fixture.project("Weekend handover in theatres").await;
    let measure = fixture.measure(project).await;
    let mut conn = fixture.store.write().await?;
    unregister(&mut conn).await?;
    let site = make::site(&mut conn, fixture.trust, "Northgate", false).await?;
    let measurement = make::point(&mut conn, measure, fixture.trainee, "2026-02-25", "current").await?;
    let batch = make::batch(&mut conn, measure, fixture.trainee).await?;
    let cycle = make::cycle(&mut conn, project, "Poster", "2026-02-01").await?;
    let drivers = make::drivers(&mut conn, project, &["Staff know how", "Kit", "Gone"]).await?;
    sqlx::query("update driver set removed_at = $2 where id = $1")
        .bind(drivers[2])
        .bind(noon())
        .execute(&mut *conn)
        .await?;
    let task = make::task(&mut conn, project, fixture.trainee, "Ask the ward", Some(TODAY)).await?;
    let update = make::update(&mut conn, project, fixture.trainee, "Met the ward", false).await?;
    let link = make::web_link(&mut conn, project, fixture.trainee, "https://files.trust.example/qi").await?;
    let tally = make::tally(&mut conn, measure, fixture.trainee, "2026-03-04").await?;
    let handover = make::handover(&mut conn, project, [fixture.trainee, fixture.colleague], "offered", TODAY).await?;
    role(&mut conn, other, fixture.colleague, "member", TODAY, None).await;
    sqlx::query("update team_role set until_on = '2026-02-10' where project_id = $1 and role = 'lead'")
        .bind(free)
        .execute(&mut *conn)
        .await?;
    make::place(&mut conn, other, fixture.colleague, ["coach", "asked", "team"], on("2026-03-01"), None).await?;
    let place: String = sqlx::query_scalar("select id from team_role where project_id = $1 and role = 'supervisor'")
        .bind(project)
        .fetch_one(&mut *conn)
        .await?;
    let post: String = sqlx::query_scalar("select id from post where person_id = $1")
        .bind(fixture.trainee)
        .fetch_one(&mut *conn)
        .await?;
    let intake = make::intake(&mut conn, fixture.trust, fixture.trainee).await?;
    conn.commit().await?;
    let ids = [
        ("projects", project.to_string()),
        ("measures", measure.to_string()),
        ("qi", project.to_string()),
        ("measurements", measurement.to_string()),
        ("batches", batch.to_string()),
        ("tallies", tally.to_string()),
        ("cycles", cycle.to_string()),
        ("tasks", task.to_string()),
        ("updates", update.to_string()),
        ("links", link.to_string()),
        ("drivers", drivers[0].to_string()),
        ("handovers", handover.to_string()),
        ("memberships", place),
        ("priorities", fixture.priority.to_string()),
        ("people", fixture.trainee.to_string()),
        ("intakes", intake.to_string()),
        ("posts", post),
        ("departments", fixture.department.to_string()),
        ("sites", site.to_string()),
    ];
    Ok(World { draft, other, free, ids: ids.into() })
}

impl World {
    /// The address of every page, as [`Self::pages`] has it.
    fn paths(&self) -> Vec<String> {
        self.pages().into_iter().map(|(path, _)| path).collect()
    }

    /// The address of every route, with its placeholder filled in, and the route; a draft's pages beside a project's,
    /// and the largest forms, which stand on no page as it is.
    pub fn pages(&self) -> Vec<(String, String)> {
        let of = |page: &str, id: &str| (page.replace("{id}", id), page.to_owned());
        let mut paths = vec![
            of("/projects/register?type=quality_improvement", ""),
            of("/projects/register?type=clinical_audit", ""),
            of("/projects/{id}/handover", &self.other.to_string()),
            of("/projects/{id}/take-on", &self.free.to_string()),
            of("/projects/{id}/measures/new?type=rate", &self.ids["projects"]),
        ];
        for to in ["pause", "sustain", "complete", "stop", "not_qi"] {
            paths.push(of(&format!("/projects/{{id}}/status?to={to}"), &self.other.to_string()));
        }
        for route in app::routes::routes() {
            let Some((before, rest)) = route.path.split_once('{') else {
                paths.push((route.path.to_owned(), route.path.to_owned()));
                continue;
            };
            let kind = before.trim_matches('/').split('/').next().unwrap_or_default();
            let id = self.ids.get(kind).unwrap_or_else(|| panic!("teach this test what stands for {}", route.path));
            let rest = rest.split_once('}').map_or("", |(_, rest)| rest);
            paths.push((format!("{before}{id}{rest}"), route.path.to_owned()));
            if kind == "projects" {
                paths.push((format!("{before}{}{rest}", self.draft), format!("{} of a draft", route.path)));
            }
        }
        paths
    }
}

pub fn people(fixture: &Fixture) -> [(&'static str, PersonId); 5] {
    [
        ("lead", fixture.trainee),
        ("colleague", fixture.colleague),
        ("supervisor", fixture.supervisor),
        ("academy lead", fixture.lead),
        ("administrator", fixture.administrator),
    ]
}

/// Closes what text can stand in (a paragraph, a title, an attribute) and goes on as markup.
const HOSTILE: &str = "</textarea></title><img src=x onerror=alert(1)>\"'><script>alert(2)</script>";
/// The same for an attribute without quotes, in double and in single ones, and without a bracket.
const HOSTILE_ATTRIBUTE: &str =
    "x onfocus=alert(1) \" autofocus onfocus=alert(1) x=\" ' autofocus onfocus=alert(1) x='";

fn is_text(kind: &str) -> bool {
    matches!(kind, "text" | "email" | "textarea" | "search")
}

/// Sends a form with the same text in every field that takes text, and reads where that leads to.
async fn send(browser: &Browser<'_>, form: &Form, text: &str) -> Answer {
    send_or_look(browser, form, text, false).await
}

/// The same; a form that looks for somebody by name does that, or is sent without.
async fn send_or_look(browser: &Browser<'_>, form: &Form, text: &str, looks: bool) -> Answer {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for field in form.fields.iter().filter(|field| looks || !field.name.starts_with(app::web::form::SOUGHT)) {
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
    if form.action == "/api/projects/answer" {
        pairs.push(("answer", "accepted"));
    }
    let answer = browser.post(&form.action, &pairs).await;
    if answer.status.is_redirection() { browser.follow(&answer).await } else { answer }
}

/// A form that looks for somebody by name brings the text back as words.
async fn looks(browser: &Browser<'_>, form: &Form, text: &str, name: &str) {
    if !form.fields.iter().any(|field| field.name.starts_with(app::web::form::SOUGHT)) {
        return;
    }
    let answer = send_or_look(browser, form, text, true).await;
    assert!(answer.status == StatusCode::OK, "{name}: {}", answer.body);
    assert!(!answer.body.contains("<img src=x"), "{name} looks for markup");
    let own = tags(&answer.body).into_iter().find(|tag| has_attribute(tag, "onfocus"));
    assert_eq!(own, None, "{name} looks for an attribute");
}

/// Every form that posts text, on every page, with a person who may send it.
async fn each_form(check: impl AsyncFn(&str, &Form, Answer), text: &str) {
    let app = App::new().await;
    let world = world(&app.fixture).await.expect("a world");
    let mut seen = BTreeSet::new();
    for (who, person) in people(&app.fixture) {
        let browser = app.browser(person).await;
        for path in world.paths() {
            let page = browser.get(&path).await;
            if page.status != StatusCode::OK {
                continue;
            }
            for form in page.forms() {
                if !form.post || form.action == "/api/sign-out" || !form.fields.iter().any(|field| is_text(&field.kind))
                {
                    continue;
                }
                looks(&browser, &form, text, &format!("{} from {path} as {who}", form.action)).await;
                let answer = send(&browser, &form, text).await;
                assert!(answer.status.as_u16() < 500, "{} from {path} as {who}: {}", form.action, answer.body);
                check(&format!("{} from {path} as {who}", form.action), &form, answer).await;
                seen.insert(form.action.clone());
            }
        }
    }
    assert!(seen.len() > 30, "only these forms were found: {seen:?}");
    for largest in [
        "/api/projects/register",
        "/api/handovers/prepare",
        "/api/projects/take-on",
        "/api/projects/status",
        "/api/projects/answer",
        "/api/handovers/answer",
        "/api/handovers/answer-as-supervisor",
    ] {
        assert!(seen.contains(largest), "{largest} was not among them");
    }
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
async fn what_is_typed_into_any_field_never_ends_its_attribute() {
    each_form(
        async |name, _, answer| {
            for tag in tags(&answer.body) {
                assert!(!has_attribute(tag, "onfocus"), "{name} brings back an attribute of its own: {tag}");
            }
        },
        HOSTILE_ATTRIBUTE,
    )
    .await;
}

/// The inside of each tag, as a browser reads it: an angle bracket within quotes ends none.
fn tags(html: &str) -> Vec<&str> {
    let (mut tags, mut rest) = (Vec::new(), html);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let mut quote = None;
        let end = rest.char_indices().find(|(_, c)| match (quote, c) {
            (None, '>') => true,
            (None, '"' | '\'') => {
                quote = Some(*c);
                false
            }
            (Some(open), c) if open == *c => {
                quote = None;
                false
            }
            _ => false,
        });
        let Some((end, _)) = end else { break };
        tags.push(&rest[..end]);
        rest = &rest[end..];
    }
    tags
}

/// Whether a tag has an attribute of this name: outside the quotes of the others.
fn has_attribute(tag: &str, name: &str) -> bool {
    let mut quote = None;
    let mut outside = String::new();
    for c in tag.chars() {
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => outside.push(c),
        }
    }
    outside.split([' ', '\n', '\t', '/', '=']).any(|word| word.eq_ignore_ascii_case(name))
}

#[test]
fn an_attribute_is_seen_where_a_browser_would_see_it() {
    let seen = |html| tags(html).into_iter().any(|tag| has_attribute(tag, "onfocus"));
    assert!(seen("<p><input value=\"\" autofocus onfocus=alert(1) x=\"\">"));
    assert!(seen("<input value=x onfocus=alert(1)>"));
    assert!(!seen("<input value=\"&quot; onfocus=alert(1)\">"));
    assert!(!seen("<p>x onfocus=alert(1)</p><input title='> onfocus=1'>"));
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

#[tokio::test]
async fn a_search_with_markup_in_it_is_only_words() {
    let app = App::new().await;
    let world = world(&app.fixture).await.expect("a world");
    let browser = app.browser(app.fixture.lead).await;
    for path in world.paths() {
        let query = form_urlencoded::byte_serialize(HOSTILE.as_bytes()).collect::<String>();
        for name in ["q", "text", "title", "status", "department", "priority", "sort", "page", "done", "form", "type"] {
            let separator = if path.contains('?') { '&' } else { '?' };
            let answer = browser.get(&format!("{path}{separator}{name}={query}")).await;
            assert!(answer.status.as_u16() < 500, "{path}?{name}");
            assert!(!answer.body.contains("<img src=x"), "{path}?{name}");
        }
    }
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
