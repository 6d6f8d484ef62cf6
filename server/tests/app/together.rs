//! Several people, or several requests of one, at the same moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use app::id::{PersonId, TrustId};
use app::testing::{Result, noon};
use futures::future::join_all;

use crate::harness::{Answer, App, Browser};

const REGISTER: &str = "/api/projects/register";
const RECORD: &str = "/api/measurements/record";

/// The form of a page for an action, with these fields typed over what it held.
async fn form(browser: &Browser<'_>, page: &str, action: &str, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let drawn = browser.get(page).await;
    let form = drawn.form(action).unwrap_or_else(|| panic!("no {action} on {page}: {}", drawn.body));
    let untouched = form.into_iter().filter(|(name, _)| !typed.iter().any(|(key, _)| key == name));
    untouched.chain(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
}

async fn send(browser: &Browser<'_>, action: &str, form: &[(String, String)]) -> Answer {
    let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(action, &pairs).await
}

/// Whether what was sent was done: a form that comes back leads to a page with its key.
fn is_done(answer: &Answer) -> bool {
    answer.location().contains("done=")
}

async fn counted(app: &App, sql: &'static str) -> Result<i64> {
    let mut conn = app.fixture.store.read().await?;
    Ok(sqlx::query_scalar(sql).fetch_one(&mut *conn).await?)
}

/// Nothing is wrong with the store, its history's chain among it.
async fn is_sound(app: &App) -> Result {
    assert_eq!(app::operator::check(&app.fixture.file()).await.expect("a store").faults, [""; 0]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_registered_at_once_get_references_of_their_own() -> Result {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let (department, priority) = (app.fixture.department.to_string(), app.fixture.priority.to_string());
    let mut forms = Vec::new();
    for number in 1..=8 {
        let title = format!("Project {number}");
        let typed = [
            ("title", title.as_str()),
            ("problem", "It is late."),
            ("department", department.as_str()),
            ("priorities[]", priority.as_str()),
        ];
        forms.push(form(&browser, "/projects/register?type=quality_improvement", REGISTER, &typed).await);
    }
    let answers = join_all(forms.iter().map(|form| send(&browser, REGISTER, form))).await;
    assert!(answers.iter().all(is_done));
    let mut conn = app.fixture.store.read().await?;
    let references: Vec<String> =
        sqlx::query_scalar("select reference from project order by reference").fetch_all(&mut *conn).await?;
    assert_eq!(references, (1..=8).map(|number| format!("QI-2026-{number:04}")).collect::<Vec<_>>());
    drop(conn);
    is_sound(&app).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_record_the_same_day_at_once_one_does() -> Result {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let page = format!("/measures/{}", app.fixture.measure(project).await);
    let typed = [
        ("taken_on.day", "25"),
        ("taken_on.month", "2"),
        ("taken_on.year", "2026"),
        ("numerator", "18"),
        ("denominator", "24"),
    ];
    let (trainee, supervisor) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.supervisor).await);
    let mut forms = Vec::new();
    for browser in [&trainee, &supervisor, &trainee, &supervisor] {
        forms.push((browser, form(browser, &page, RECORD, &typed).await));
    }
    let answers = join_all(forms.iter().map(|(browser, form)| send(browser, RECORD, form))).await;
    assert_eq!(answers.iter().filter(|answer| is_done(answer)).count(), 1);
    for ((browser, _), refused) in forms.iter().zip(&answers).filter(|(_, answer)| !is_done(answer)) {
        let page = browser.follow(refused).await;
        assert!(page.body.contains("There is already a point for 25 February 2026"), "{}", page.body);
    }
    assert_eq!(counted(&app, "select count(*) from measurement").await?, 1);
    is_sound(&app).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_who_edit_a_project_at_once_one_does_and_the_others_get_both_versions() -> Result {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let page = format!("/projects/{project}/edit");
    let mut people = Vec::new();
    for (person, title) in [
        (app.fixture.trainee, "By the lead"),
        (app.fixture.supervisor, "By the supervisor"),
        (app.fixture.lead, "By the academy"),
    ] {
        let browser = app.browser(person).await;
        let typed = [("title", title), ("origin", "idea")];
        let form = form(&browser, &page, "/api/projects/edit", &typed).await;
        people.push((browser, form, title));
    }
    let answers = join_all(people.iter().map(|(browser, form, _)| send(browser, "/api/projects/edit", form))).await;
    assert_eq!(answers.iter().filter(|answer| is_done(answer)).count(), 1);
    let mut conn = app.fixture.store.read().await?;
    let kept: String =
        sqlx::query_scalar("select title from project where id = $1").bind(project).fetch_one(&mut *conn).await?;
    drop(conn);
    for ((browser, _, title), refused) in people.iter().zip(&answers).filter(|(_, answer)| !is_done(answer)) {
        let both = browser.follow(refused).await;
        assert!(both.words().contains("Both versions") && both.words().contains(&kept), "{title}: {}", both.body);
        assert!(both.words().contains(title), "{title}");
    }
    is_sound(&app).await
}

/// A question that is answered in two tabs, once with yes and once with no.
#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_answered_twice_at_once_has_one_answer() -> Result {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let team = format!("/projects/{project}/team");
    let colleague = app.fixture.colleague.to_string();
    let lead = app.browser(app.fixture.trainee).await;
    lead.fill(&team, "/api/projects/invite", &[("person", &colleague), ("role", "member")]).await;
    let browser = app.browser(app.fixture.colleague).await;
    let yes = form(&browser, &team, "/api/projects/answer", &[("answer", "accepted")]).await;
    let no = form(&browser, &team, "/api/projects/answer", &[("answer", "declined")]).await;
    let answers =
        tokio::join!(send(&browser, "/api/projects/answer", &yes), send(&browser, "/api/projects/answer", &no));
    assert!(is_done(&answers.0) != is_done(&answers.1), "{} {}", answers.0.location(), answers.1.location());
    assert_eq!(counted(&app, "select count(*) from team_role where role = 'member' and state <> 'asked'").await?, 1);
    is_sound(&app).await
}

/// What is read of the store never lags behind a change that somebody was told of.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_read_is_never_older_than_a_change_that_was_committed() -> Result {
    let app = App::new().await;
    let store = &app.fixture.store;
    let before = counted(&app, "select count(*) from trust").await?;
    let committed = Arc::new(AtomicI64::new(before));
    let write = async |number: usize| -> Result {
        let mut change = store.write().await?;
        sqlx::query("insert into trust (id, name, created_at) values ($1, $2, $3)")
            .bind(TrustId::new())
            .bind(format!("Trust {number}"))
            .bind(noon())
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        committed.fetch_add(1, Ordering::SeqCst);
        Ok(())
    };
    let read = async || -> Result {
        let least = committed.load(Ordering::SeqCst);
        let mut conn = store.read().await?;
        let seen: i64 = sqlx::query_scalar("select count(*) from trust").fetch_one(&mut *conn).await?;
        assert!(seen >= least, "{seen} are seen and {least} were committed");
        Ok(())
    };
    let writers = join_all((0..40).map(write));
    let readers = join_all((0..400).map(|_| read()));
    let (written, seen) = tokio::join!(writers, readers);
    written.into_iter().chain(seen).collect::<Result>()?;
    assert_eq!(committed.load(Ordering::SeqCst), before + 40);
    read().await
}

/// Signing in twice at once, in two browsers, makes two sessions, and each ends alone.
#[tokio::test(flavor = "multi_thread")]
async fn two_browsers_of_one_person_have_a_session_each() -> Result {
    let app = App::demonstration().await;
    let mut change = app.fixture.store.write().await?;
    sqlx::query("update trust set demonstration = 1").execute(&mut *change).await?;
    change.commit().await?;
    let person: PersonId = app.fixture.trainee;
    let (one, other) = (app.nobody(), app.nobody());
    let pairs = [("person", person.to_string())];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answers = tokio::join!(one.post("/api/sign-in-as", &pairs), other.post("/api/sign-in-as", &pairs));
    let (one, other) = (app.browser_with(&[&answers.0]), app.browser_with(&[&answers.1]));
    one.fill("/sign-out", "/api/sign-out", &[]).await;
    assert!(one.get("/account").await.location().starts_with("/sign-in"));
    assert!(other.get("/account").await.words().contains("Tara Trainee"));
    Ok(())
}
