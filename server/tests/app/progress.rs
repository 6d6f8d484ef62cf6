//! Tasks, updates and links of a project, and where they are shown.

use app::id::ProjectId;
use app::testing::{TODAY, make};
use http::StatusCode;

use crate::harness::{App, Browser};

async fn task(browser: &Browser<'_>, project: ProjectId, what: &str, day: &str) {
    let typed = [("what", what), ("due_on.day", day), ("due_on.month", "3"), ("due_on.year", "2026")];
    let answer = browser.fill(&format!("/projects/{project}/tasks"), "/api/tasks/add", &typed).await;
    assert!(answer.location().contains("done=task"), "{}", answer.location());
}

#[tokio::test]
async fn the_next_step_is_the_first_open_task_everywhere() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let browser = app.browser(app.fixture.trainee).await;
    let overview = format!("/projects/{project}");
    let missing = browser.get(&overview).await;
    assert!(missing.words().contains(&format!("href=\"/projects/{project}/tasks\"")), "it is set where tasks are");
    task(&browser, project, "Film the huddle", "30").await;
    task(&browser, project, "Ask the ward clerk", "11").await;

    for page in [overview.clone(), format!("{overview}/pack"), "/projects".to_owned()] {
        let shown = browser.get(&page).await;
        assert!(shown.plain().contains("Ask the ward clerk"), "{page}");
    }
    let table = browser.get("/projects.csv").await;
    assert!(table.body.contains("Ask the ward clerk") && !table.body.contains("Film the huddle"));
    let prepared = browser.get(&format!("{overview}/handover")).await.form("/api/handovers/prepare").expect("a form");
    let step = prepared.iter().find(|(name, _)| name == "next_step").map(|(_, value)| value.as_str());
    assert_eq!(step, Some("Ask the ward clerk"), "a handover begins with it");

    let answer = browser.fill(&overview, "/api/tasks/done", &[]).await;
    assert_eq!(answer.location(), format!("{overview}?done=task-done"), "one stays on the page");
    assert!(browser.get("/projects.csv").await.body.contains("Film the huddle"));
}

#[tokio::test]
async fn a_form_that_is_wrong_comes_back_as_it_was_typed() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let browser = app.browser(app.fixture.trainee).await;
    for (page, action, typed, says) in [
        ("tasks", "/api/tasks/add", [("what", ""), ("due_on.year", "2026")], "Enter what is to be done."),
        ("tasks", "/api/tasks/add", [("what", "Ring 943 476 5919"), ("person", "")], "NHS number"),
        ("updates", "/api/updates/post", [("words", ""), ("on_day.year", "2031")], "still to come"),
        ("links", "/api/links/add", [("title", "Drive"), ("address", "javascript:alert(1)")], "begins with https://"),
    ] {
        let answer = browser.fill(&format!("/projects/{project}/{page}"), action, &typed).await;
        let back = browser.follow(&answer).await;
        assert!(back.plain().contains(says), "{says}: {}", back.plain());
        for (_, value) in typed.iter().filter(|(name, value)| !value.is_empty() && *name != "person") {
            assert!(back.body.contains(&value.replace('\'', "&#x27;")), "{value} is still there");
        }
    }
}

#[tokio::test]
async fn whoever_only_reads_sees_all_of_it_and_changes_nothing() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let mut change = app.fixture.store.write().await.expect("a change");
    make::task(&mut change, project, app.fixture.trainee, "Ask the ward", Some(TODAY)).await.expect("a task");
    make::update(&mut change, project, app.fixture.trainee, "Met <b>the ward</b>", false).await.expect("an update");
    make::update(&mut change, project, app.fixture.trainee, "Said in error", true).await.expect("an update");
    make::web_link(&mut change, project, app.fixture.trainee, "https://files.trust.example/?a=1&b=\"2")
        .await
        .expect("a link");
    change.commit().await.expect("committed");
    let reader = app.browser(app.fixture.colleague).await;
    let overview = reader.get(&format!("/projects/{project}")).await;
    for words in ["Ask the ward", "Met &lt;b&gt;the ward", "The ward’s mailbox", "rel=\"noopener noreferrer nofollow\""]
    {
        assert!(overview.body.contains(words), "{words}");
    }
    assert!(overview.body.contains("href=\"https://files.trust.example/?a=1&amp;b=&quot;2\""));
    for page in ["", "/tasks", "/updates", "/links", "/handovers"] {
        let shown = reader.get(&format!("/projects/{project}{page}")).await;
        assert_eq!(shown.status, StatusCode::OK, "{page}");
        assert!(
            shown.forms().iter().all(|form| form.action == "/api/sign-out" || !form.action.contains("/api/")),
            "{page}"
        );
        assert!(!shown.body.contains("Said in error"), "{page}");
    }
    let team = app.browser(app.fixture.supervisor).await.get(&format!("/projects/{project}/updates")).await;
    assert!(team.body.contains("Said in error") && team.form("/api/progress/put-back").is_some());
}

#[tokio::test]
async fn only_who_wrote_an_update_changes_it_and_the_others_are_shown_no_form_for_it() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let author = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/updates");
    author.fill(&page, "/api/updates/post", &[("words", "Met the ward")]).await;
    let mut conn = app.fixture.store.read().await.expect("a reader");
    let id: String =
        sqlx::query_scalar("select id from project_update").fetch_one(&mut *conn).await.expect("an update");
    drop(conn);
    let (own, theirs) = (format!("/updates/{id}"), app.browser(app.fixture.supervisor).await);
    assert!(theirs.get(&own).await.form("/api/updates/edit").is_none());
    author.fill(&own, "/api/updates/edit", &[("words", "Met the ward: they agreed")]).await;
    assert!(theirs.get(&page).await.plain().contains("they agreed"));
    let deleted = theirs.fill(&own, "/api/progress/delete", &[]).await;
    assert!(deleted.location().ends_with("/updates?done=progress-deleted"));
    assert_eq!(author.get(&own).await.status, StatusCode::NOT_FOUND, "what is deleted is put back first");
    author.fill(&page, "/api/progress/put-back", &[]).await;
    assert_eq!(author.get(&own).await.status, StatusCode::OK);
}

#[tokio::test]
async fn each_page_of_a_project_leads_to_the_others_and_marks_its_own() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    for (page, marked) in [
        (format!("/projects/{project}"), "aria-current=\"page\">Overview"),
        (format!("/projects/{project}/board"), "aria-current=\"page\">Measures"),
        (format!("/projects/{project}/cycles"), "aria-current=\"page\">PDSA cycles"),
        (format!("/projects/{project}/team"), "aria-current=\"page\">Team"),
        (format!("/projects/{project}/handovers"), "aria-current=\"page\">Handover"),
        (format!("/projects/{project}/history"), "aria-current=\"page\">History"),
        (format!("/projects/{project}/tasks"), "aria-current=\"true\">Overview"),
        (format!("/projects/{project}/edit"), "aria-current=\"true\">Overview"),
        (format!("/projects/{project}/status"), "aria-current=\"true\">Overview"),
        (format!("/projects/{project}/drivers"), "aria-current=\"true\">Overview"),
        (format!("/projects/{project}/cycles/new"), "aria-current=\"true\">PDSA cycles"),
        (format!("/projects/{project}/handover"), "aria-current=\"true\">Handover"),
        (format!("/projects/{project}/pack"), "aria-current=\"true\">Handover"),
        (format!("/measures/{measure}"), "aria-current=\"true\">Measures"),
        (format!("/measures/{measure}/points"), "aria-current=\"true\">Measures"),
    ] {
        let shown = browser.get(&page).await;
        assert!(shown.body.contains(marked), "{page}: {marked}");
        let inside = shown.body.split("aria-label=\"This project\"").nth(1).expect("the ways between its pages");
        let inside = inside.split("</nav>").next().unwrap_or_default();
        assert_eq!((inside.matches("<a ").count(), inside.matches("aria-current").count()), (6, 1), "{page}");
    }
}

/// What somebody sent, and saves anew after it was deleted: the page of its change, what it is called there, the forms
/// that change and that add it, and what is typed.
type Lost<'a> = (&'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);

#[tokio::test]
async fn what_was_typed_into_something_that_was_deleted_meanwhile_is_kept_and_saved_anew() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let mut change = app.fixture.store.write().await.expect("a change");
    let task = make::task(&mut change, project, app.fixture.trainee, "Ask the ward", None).await.expect("a task");
    let update = make::update(&mut change, project, app.fixture.trainee, "Met", false).await.expect("an update");
    let link = make::web_link(&mut change, project, app.fixture.trainee, "https://a.example/").await.expect("a link");
    change.commit().await.expect("committed");
    let (writer, other) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.supervisor).await);
    let day = [("on_day.day", "2"), ("on_day.month", "3"), ("on_day.year", "2026")];
    let met = [("words", "Met the ward sister, who agreed to try it"), day[0], day[1], day[2]];
    let lost: [(String, Lost<'_>); 3] = [
        (format!("/tasks/{task}"), ("tasks", "/api/tasks/edit", "/api/tasks/add", &[("what", "Ask the night sister")])),
        (format!("/updates/{update}"), ("updates", "/api/updates/edit", "/api/updates/post", &met)),
        (format!("/links/{link}"), ("links", "/api/links/edit", "/api/links/add", &[("title", "The shared drive")])),
    ];
    for (page, (list, edit, add, typed)) in lost {
        let drawn = writer.get(&page).await.form(edit).expect("a form");
        let deleted = other.fill(&page, "/api/progress/delete", &[]).await;
        assert!(deleted.location().contains("done=progress-deleted"), "{}", deleted.location());
        assert_eq!(writer.get(&page).await.status, StatusCode::NOT_FOUND, "nothing was typed: {page}");
        let mut sent: Vec<(&str, &str)> = drawn.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        sent.retain(|(name, _)| !typed.iter().any(|(key, _)| key == name));
        sent.extend(typed);
        let back = writer.follow(&writer.post(edit, &sent).await).await;
        assert!(back.plain().contains("while you were changing it"), "{page}: {}", back.plain());
        let anew = back.form(add).unwrap_or_else(|| panic!("no form that saves it anew: {}", back.body));
        for (name, value) in typed {
            let kept = anew.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
            assert_eq!(kept, Some(*value), "{page}");
        }
        // Where it is refused once more, it is still there.
        let emptied: Vec<(&str, &str)> = anew
            .iter()
            .map(|(name, value)| (name.as_str(), if name == typed[0].0 { "" } else { value.as_str() }))
            .collect();
        let refused = writer.follow(&writer.post(add, &emptied).await).await;
        assert!(refused.form(add).is_some() && refused.plain().contains("There is a problem"), "{}", refused.plain());
        let pairs: Vec<(&str, &str)> = anew.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let saved = writer.post(add, &pairs).await;
        assert!(saved.location().starts_with(&format!("/projects/{project}/{list}?done=")), "{}", saved.location());
        assert!(writer.follow(&saved).await.plain().contains(typed[0].1), "{page}");
    }
}

#[tokio::test]
async fn home_shows_the_soonest_of_ones_open_tasks_and_leads_to_the_rest() {
    let app = App::new().await;
    let at = &app.fixture;
    let (sepsis, falls) = (at.project("Sepsis").await, at.project("Falls").await);
    let browser = app.browser(at.trainee).await;
    assert!(!browser.get("/").await.plain().contains("Your tasks"));
    let mut change = at.store.write().await.expect("a change");
    for number in 1..=12 {
        let project = if number % 2 == 0 { sepsis } else { falls };
        let what = format!("Ask ward {number}.");
        make::task(&mut change, project, at.supervisor, &what, TODAY.checked_add_days(chrono::Days::new(number)))
            .await
            .expect("a task");
    }
    make::task(&mut change, sepsis, at.supervisor, "Some day", None).await.expect("a task");
    sqlx::query("update task set person_id = $1").bind(at.trainee).execute(&mut *change).await.expect("theirs");
    sqlx::query("update task set person_id = $1 where what = 'Ask ward 2.'")
        .bind(at.supervisor)
        .execute(&mut *change)
        .await
        .expect("another's");
    change.commit().await.expect("committed");
    let home = browser.get("/").await;
    let told = home.plain();
    assert!(told.contains("Your tasks (12)") && home.words().contains("href=\"/tasks\""), "{told}");
    let mine = |told: &str| (1..=12).filter(|one| told.contains(&format!("Ask ward {one}."))).collect::<Vec<_>>();
    let section = told.split("Your tasks (12)").nth(1).and_then(|rest| rest.split("All 12 tasks").next());
    assert_eq!(mine(section.expect("a section")), [1, 3, 4, 5, 6]);
    let all = browser.get("/tasks").await;
    assert_eq!(mine(&all.plain()), [1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    assert!(all.plain().contains("Some day") && all.body.contains(&format!("/projects/{sepsis}/tasks")));
    assert_eq!(browser.get("/tasks?page=9").await.location(), "/tasks");
    let elsewhere = app.browser(at.stranger).await.get("/tasks").await;
    assert!(elsewhere.plain().contains("Your tasks (0)"), "{}", elsewhere.plain());
}
