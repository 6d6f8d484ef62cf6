//! Handing over, answering, withdrawing, taking on, and what is printed.

use app::id::{PersonId, ProjectId};
use app::testing::on;
use chrono::NaiveDate;
use http::StatusCode;

use crate::harness::{Answer, App};

const PREPARE: &str = "/api/handovers/prepare";
const ANSWER: &str = "/api/handovers/answer";
const SUPERVISE: &str = "/api/handovers/answer-as-supervisor";
const WITHDRAW: &str = "/api/handovers/withdraw";
const TAKE_ON: &str = "/api/projects/take-on";

/// A project with one weekly measure that has a point.
async fn measured(app: &App) -> ProjectId {
    let project = app.fixture.project("Sepsis bundle").await;
    let measure = app.fixture.measure(project).await;
    let mut conn = app.fixture.store.write().await.expect("a change");
    sqlx::query("insert into measurement (id, measure_id, taken_on, entry, numerator, denominator, recorded_by, recorded_at) values ($1, $2, '2026-02-25', 1, 18.0, 24.0, $3, '2026-02-25T12:00:00+00:00')")
        .bind(app::id::MeasurementId::new()).bind(measure).bind(app.fixture.trainee)
        .execute(&mut *conn).await.expect("a point");
    sqlx::query("update measure set last_on = '2026-02-25', collector = 'The sepsis nurse' where id = $1")
        .bind(measure)
        .execute(&mut *conn)
        .await
        .expect("noted");
    conn.commit().await.expect("committed");
    project
}

async fn run(app: &App, sql: &'static str) {
    let mut conn = app.fixture.store.write().await.expect("a change");
    sqlx::query(sql).execute(&mut *conn).await.expect(sql);
    conn.commit().await.expect("committed");
}

async fn lead_on(app: &App, project: ProjectId, day: NaiveDate) -> Vec<PersonId> {
    let mut conn = app.fixture.store.read().await.expect("a reader");
    sqlx::query_scalar(
        "select person_id from team_role where project_id = $1 and role = 'lead' and state = 'accepted' and from_on <= $2 and (until_on is null or until_on > $2)",
    )
    .bind(project)
    .bind(day)
    .fetch_all(&mut *conn)
    .await
    .expect("leads")
}

/// Offers the project to a person or the pool, with what the page does not know filled in.
async fn offered(app: &App, project: ProjectId, to: &str) -> String {
    let browser = app.browser(app.fixture.trainee).await;
    let typed = [
        ("to", to),
        ("takes_effect_on.day", "1"),
        ("takes_effect_on.month", "7"),
        ("next_step", "Test it on nights"),
        ("next_step_on.day", "1"),
        ("next_step_on.month", "9"),
        ("next_step_on.year", "2026"),
    ];
    let answer = browser.fill(&format!("/projects/{project}/handover"), PREPARE, &typed).await;
    let location = answer.location();
    assert!(location.ends_with("?done=offered"), "{location}: {}", browser.get(&location).await.body);
    location.trim_end_matches("?done=offered").to_owned()
}

async fn answered(app: &App, person: PersonId, handover: &str, form: &str, yes: bool) -> Answer {
    let browser = app.browser(person).await;
    let answer = if yes { "accepted" } else { "declined" };
    let answer = browser.fill(handover, form, &[("answer", answer), ("word", "So be it")]).await;
    browser.follow(&answer).await
}

#[tokio::test]
async fn a_project_passes_from_hand_to_hand() {
    let app = App::new().await;
    let project = measured(&app).await;
    let at = &app.fixture;
    let page = app.browser(at.trainee).await.get(&format!("/projects/{project}/handover")).await;
    assert!(page.words().contains("3 of 5 required sections complete"), "who and when, and the next step, are missing");
    assert!(page.words().contains("The sepsis nurse collects it."), "how the next point is got is known");
    assert!(page.words().contains("75% (18 of 24) on 25 February 2026"), "where it stands is known");
    let form = page.form(PREPARE).expect("a form");
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(value("takes_effect_on.day"), Some("5"), "the day after the last day of the post");
    assert_eq!(value("takes_effect_on.month"), Some("8"));

    let handover = offered(&app, project, &at.colleague.to_string()).await;
    let page = answered(&app, at.colleague, &handover, ANSWER, true).await;
    assert!(page.words().contains("Waiting for Sonia Supervisor as supervisor."));
    let page = answered(&app, at.supervisor, &handover, SUPERVISE, true).await;
    assert!(page.words().contains("Both have accepted. Colin Colleague leads the project from 1 July 2026."));
    assert_eq!(lead_on(&app, project, on("2026-06-30")).await, [at.trainee]);
    assert_eq!(lead_on(&app, project, on("2026-07-01")).await, [at.colleague]);

    let page = app.browser(at.colleague).await.get(&format!("/projects/{project}")).await;
    assert!(page.words().contains("Tara Trainee to Colin Colleague, 1 July 2026"));
    assert!(page.words().contains("Test it on nights"), "the next step is the project’s now");
    let mut conn = at.store.read().await.expect("a reader");
    let credit: String =
        sqlx::query_scalar("select contribution from team_role where person_id = $1 and role = 'lead'")
            .bind(at.trainee)
            .fetch_one(&mut *conn)
            .await
            .expect("a role");
    assert_eq!(credit, "Led the project since 1 January 2026. Recorded 1 measurement.");
    let again = app.browser(at.trainee).await.get(&format!("/projects/{project}/handover")).await;
    assert_eq!(again.location(), handover, "one handover at a time");

    let pack = app.browser(at.colleague).await.get(&format!("{handover}/pack")).await;
    assert_eq!(pack.status, StatusCode::OK);
    for words in
        ["The sepsis nurse collects it.", "Led the project since", "Sonia Supervisor, supervisor", "<svg", "18 of 24"]
    {
        assert!(pack.words().contains(words), "{words}");
    }
}

#[tokio::test]
async fn a_refusal_is_read_though_its_form_is_gone() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = measured(&app).await;
    let handover = offered(&app, project, &at.colleague.to_string()).await;
    let colleague = app.browser(at.colleague).await;
    let mut form = colleague.get(&handover).await.form(ANSWER).expect("a form to answer");
    let trainee = app.browser(at.trainee).await;
    trainee.fill(&handover, WITHDRAW, &[]).await;
    form.retain(|(name, _)| name != "answer" && name != "word");
    let mut typed: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    typed.extend([("answer", "declined"), ("word", "I leave for Truro in May.")]);
    let refused = colleague.post(ANSWER, &typed).await;
    let page = colleague.follow(&refused).await;
    assert!(page.words().contains("This was not saved"), "{}", page.words());
    assert!(page.words().contains("I leave for Truro in May."), "{}", page.words());
    assert!(page.words().contains("word: I leave for Truro in May."), "{}", page.words());
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn what_is_typed_is_given_back_where_a_project_was_closed_meanwhile() {
    let app = App::new().await;
    let project = measured(&app).await;
    let trainee = app.browser(app.fixture.trainee).await;
    let updates = format!("/projects/{project}/updates");
    let mut form = trainee.get(&updates).await.form("/api/updates/post").expect("a form");
    let stop = format!("/projects/{project}/status?to=stop");
    trainee.fill(&stop, "/api/projects/status", &[("note", "Nobody had time.")]).await;
    form.retain(|(name, _)| name != "words");
    let mut typed: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    typed.push(("words", "Agreed."));
    let refused = trainee.post("/api/updates/post", &typed).await;
    let page = trainee.follow(&refused).await;
    assert!(page.words().contains("This was not saved") && page.words().contains("words: Agreed."), "{}", page.plain());
    // A page gives back no more than a form holds.
    let long = "<".repeat(300_000);
    typed.pop();
    typed.push(("words", &long));
    let refused = trainee.post("/api/updates/post", &typed).await;
    let page = trainee.follow(&refused).await;
    assert!(page.body.len() < 600_000, "{} bytes", page.body.len());
}

#[tokio::test]
async fn what_is_missing_is_told_and_what_was_typed_is_kept() {
    let app = App::new().await;
    let project = measured(&app).await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/handover");
    let typed = [("summary", "Only I know this."), ("not_repeat", "Posters.")];
    let answer = browser.fill(&page, PREPARE, &typed).await;
    let back = browser.follow(&answer).await;
    for words in [
        "Choose who takes the project over, or the pool.",
        "Enter what the next lead does first.",
        "Enter by when the next step is to be done.",
        "Only I know this.",
        "Posters.",
        "3 of 5 required sections complete",
    ] {
        assert!(back.words().contains(words), "{words}");
    }
    let answer = browser.fill(&page, PREPARE, &[typed[0], typed[1], ("then", "draft")]).await;
    assert_eq!(answer.location(), format!("{page}?done=handover-draft"));
    let draft = browser.follow(&answer).await;
    assert!(draft.words().contains("Only I know this.") && draft.words().contains("Posters."));
    let other = app.browser(app.fixture.supervisor).await;
    let answer = other.fill(&page, PREPARE, &[("summary", "The supervisor adds."), ("then", "draft")]).await;
    assert_eq!(answer.location(), format!("{page}?done=handover-draft"), "the supervisor goes on with the same draft");
    let stale = draft.form(PREPARE).expect("a form");
    let stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.post(PREPARE, &[stale.as_slice(), &[("then", "draft")]].concat()).await;
    let both = browser.follow(&answer).await;
    assert!(
        both.words().contains("The supervisor adds.") && both.words().contains("Only I know this."),
        "both versions"
    );
    let discarded = browser.fill(&page, WITHDRAW, &[]).await;
    assert!(discarded.location().ends_with("?done=handover-discarded"), "{}", discarded.location());
}

#[tokio::test]
async fn a_declined_and_a_withdrawn_offer_are_kept_and_the_next_starts_from_them() {
    let app = App::new().await;
    let project = measured(&app).await;
    let at = &app.fixture;
    let handover = offered(&app, project, &at.colleague.to_string()).await;
    let browser = app.browser(at.colleague).await;
    let silent = browser.fill(&handover, ANSWER, &[("answer", "declined"), ("word", "")]).await;
    let back = browser.follow(&silent).await;
    assert!(back.words().contains("Say in a word why"));
    let page = answered(&app, at.colleague, &handover, ANSWER, false).await;
    assert!(page.words().contains("It was declined.") && page.words().contains("So be it"));
    let page = app.browser(at.trainee).await.get(&format!("/projects/{project}/handover")).await;
    assert!(page.words().contains("Test it on nights"), "the next offer starts from the last");

    let handover = offered(&app, project, &at.colleague.to_string()).await;
    let browser = app.browser(at.trainee).await;
    let withdrawn = browser.fill(&handover, WITHDRAW, &[]).await;
    let page = browser.follow(&withdrawn).await;
    assert!(page.words().contains("The handover is withdrawn."));
    let late = app.browser(at.colleague).await;
    assert!(late.get(&handover).await.form(ANSWER).is_none(), "there is nothing to answer any more");
    assert_eq!(page.body.matches("Tara Trainee to Colin Colleague").count(), 2, "both are kept");
}

#[tokio::test]
async fn an_offer_that_nobody_answers_lapses() {
    let app = App::new().await;
    let project = measured(&app).await;
    let at = &app.fixture;
    let handover = offered(&app, project, &at.colleague.to_string()).await;
    run(&app, "update handover set takes_effect_on = '2026-02-17', offered_at = '2026-02-01T12:00:00+00:00'").await;
    let page = app.browser(at.colleague).await.get(&handover).await;
    assert!(page.words().contains("Nobody answered in time.") && page.form(ANSWER).is_none());
    offered(&app, project, "pool").await;
    let page = app.browser(at.colleague).await.get(&format!("/projects/{project}")).await;
    assert!(page.words().contains("Expired") && page.words().contains("Tara Trainee to the pool"));
}

#[tokio::test]
async fn the_academy_lead_answers_where_no_supervisor_does() {
    let app = App::new().await;
    let project = measured(&app).await;
    let at = &app.fixture;
    let handover = offered(&app, project, &at.colleague.to_string()).await;
    answered(&app, at.colleague, &handover, ANSWER, true).await;
    let lead = app.browser(at.lead).await;
    assert!(lead.get(&handover).await.form(SUPERVISE).is_none(), "the supervisor has a week");
    run(&app, "update handover set offered_at = '2026-02-01T12:00:00+00:00'").await;
    let page = answered(&app, at.lead, &handover, SUPERVISE, true).await;
    assert!(page.words().contains("Lena Lead accepted for the QI academy"), "{}", page.words());
    assert!(page.words().contains("Both have accepted."));
}

#[tokio::test]
async fn somebody_takes_a_project_on_from_the_pool() {
    let app = App::new().await;
    let project = measured(&app).await;
    let at = &app.fixture;
    let take_on = format!("/projects/{project}/take-on");
    let browser = app.browser(at.colleague).await;
    let held = browser.get(&take_on).await;
    assert!(held.words().contains("Tara Trainee leads this project.") && held.form(TAKE_ON).is_none());
    assert!(browser.get("/pool").await.words().contains("Every open project has a lead."));

    offered(&app, project, "pool").await;
    assert_eq!(lead_on(&app, project, on("2026-07-01")).await, []);
    let pool = browser.get("/pool").await;
    assert!(pool.words().contains("1 project is looking for a lead") && pool.words().contains("Sepsis bundle"));
    let department = at.department;
    assert!(browser.get(&format!("/pool?department={department}")).await.words().contains("Sepsis bundle"));
    let none = browser.get("/pool?specialty=Cardiology").await;
    assert!(none.words().contains("Other departments may have one."));

    let page = browser.get(&take_on).await;
    assert!(page.words().contains("Sonia Supervisor, who supervises the project, is asked to accept."));
    let asked = browser.fill(&take_on, TAKE_ON, &[("word", "It is my field")]).await;
    let page = browser.follow(&asked).await;
    assert!(
        page.words().contains("Waiting for Sonia Supervisor as supervisor.") && page.words().contains("It is my field")
    );
    let other = app.browser(at.lead).await.get(&take_on).await;
    assert!(other.words().contains("Waiting for an answer from Colin Colleague") && other.form(TAKE_ON).is_none());
    let handover = asked.location().split('?').next().unwrap_or_default().to_owned();
    let page = answered(&app, at.supervisor, &handover, SUPERVISE, true).await;
    assert!(page.words().contains("Colin Colleague leads the project from 1 July 2026."));
    assert_eq!(lead_on(&app, project, on("2026-07-01")).await, [at.colleague]);
}

#[tokio::test]
async fn a_project_left_behind_is_in_the_pool_by_itself() {
    let app = App::new().await;
    let project = measured(&app).await;
    let at = &app.fixture;
    run(&app, "update post set ends_on = '2026-03-01' where grade = 'FY2'").await;
    let browser = app.browser(at.colleague).await;
    let pool = browser.get("/pool").await;
    assert!(
        pool.words().contains("Sepsis bundle") && pool.words().contains("Waiting since <time datetime=\"2026-03-02\"")
    );
    let asked = browser.fill(&format!("/projects/{project}/take-on"), TAKE_ON, &[]).await;
    let handover = asked.location().split('?').next().unwrap_or_default().to_owned();
    assert!(browser.follow(&asked).await.words().contains("The last lead left no pack."));
    answered(&app, at.supervisor, &handover, SUPERVISE, true).await;
    assert_eq!(lead_on(&app, project, app::testing::TODAY).await, [at.colleague]);
    assert!(browser.get("/pool").await.words().contains("Every open project has a lead."));
}

#[tokio::test]
async fn who_may_not_is_refused() {
    let app = App::new().await;
    let project = measured(&app).await;
    let at = &app.fixture;
    let prepare = format!("/projects/{project}/handover");
    assert_eq!(app.browser(at.colleague).await.get(&prepare).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.browser(at.stranger).await.get(&prepare).await.status, StatusCode::NOT_FOUND);
    let handover = offered(&app, project, &at.colleague.to_string()).await;
    let id = handover.trim_start_matches("/handovers/").to_owned();
    for (who, form, status) in [
        (at.administrator, ANSWER, StatusCode::FORBIDDEN),
        (at.trainee, SUPERVISE, StatusCode::FORBIDDEN),
        (at.lead, SUPERVISE, StatusCode::FORBIDDEN),
        (at.colleague, WITHDRAW, StatusCode::FORBIDDEN),
        (at.stranger, ANSWER, StatusCode::NOT_FOUND),
    ] {
        let answer = app.browser(who).await.post(form, &[("handover", &id), ("answer", "accepted")]).await;
        assert_eq!(answer.status, status, "{form}");
    }
    let answer = app.browser(at.stranger).await.post(TAKE_ON, &[("project", &project.to_string())]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    for path in [handover.clone(), format!("{handover}/pack")] {
        assert_eq!(app.browser(at.stranger).await.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(app.browser(at.administrator).await.get(&path).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_handover_to_nobody_of_the_trust_comes_back_with_a_clear_word() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await.to_string();
    let trainee = app.browser(app.fixture.trainee).await;
    for to in ["01890000-0000-7000-8000-000000000000".to_owned(), app.fixture.stranger.to_string()] {
        let pairs = [("project", &project), ("to", &to)].map(|(name, value)| (name.to_owned(), value.clone()));
        let more = [("version", "0"), ("then", "draft")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = trainee.call(PREPARE, &[pairs, more].concat()).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert!(answer.body.contains("Choose somebody from the list"));
    }
}

#[tokio::test]
async fn a_lead_who_supervises_has_no_form_to_accept_their_own_handover() {
    let app = App::new().await;
    let project = measured(&app).await;
    run(&app, "update team_role set person_id = (select person_id from team_role where role = 'lead') where role = 'supervisor'").await;
    let handover = offered(&app, project, &app.fixture.colleague.to_string()).await;
    let page = app.browser(app.fixture.trainee).await.get(&handover).await;
    assert!(page.form(SUPERVISE).is_none());
    assert!(page.plain().contains("for the QI academy, in the supervisor’s place"), "{}", page.words());
    answered(&app, app.fixture.colleague, &handover, ANSWER, true).await;
    let page = answered(&app, app.fixture.lead, &handover, SUPERVISE, true).await;
    assert!(page.words().contains("Both have accepted"));
}

#[tokio::test]
async fn a_discarded_draft_is_read_by_nobody() {
    let app = App::new().await;
    let project = measured(&app).await;
    let trainee = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/handover");
    trainee.fill(&page, PREPARE, &[("summary", "Between us"), ("then", "draft")]).await;
    let mut conn = app.fixture.store.read().await.expect("a reader");
    let id: String = sqlx::query_scalar("select id from handover").fetch_one(&mut *conn).await.expect("a draft");
    drop(conn);
    let pack = format!("/handovers/{id}/pack");
    assert_eq!(trainee.get(&pack).await.status, StatusCode::OK);
    assert_eq!(app.browser(app.fixture.colleague).await.get(&pack).await.status, StatusCode::NOT_FOUND);
    trainee.fill(&page, WITHDRAW, &[]).await;
    for person in [app.fixture.trainee, app.fixture.colleague] {
        let browser = app.browser(person).await;
        assert_eq!(browser.get(&pack).await.status, StatusCode::NOT_FOUND);
        assert_eq!(browser.get(&format!("/handovers/{id}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_project_that_somebody_has_asked_to_take_on_is_offered_to_nobody_else_and_says_who_asked() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis").await;
    run(&app, "update team_role set until_on = '2026-03-01' where role = 'lead'").await;
    let reader = app.browser(at.administrator).await;
    let link = format!("href=\"/projects/{project}/take-on\"");
    let pages = ["/pool".to_owned(), format!("/projects/{project}"), format!("/projects/{project}/handovers")];
    for page in &pages {
        assert!(reader.get(page).await.words().contains(&link), "{page}");
    }
    let answer = app.browser(at.colleague).await.post(TAKE_ON, &[("project", &project.to_string())]).await;
    assert!(answer.status.is_redirection(), "{}", answer.body);
    for page in &pages {
        let shown = reader.get(page).await;
        assert!(!shown.words().contains(&link), "{page}");
        let says = page.ends_with("handovers")
            || shown.plain().contains("Colin Colleague asked on 4 March 2026 to take it on");
        assert!(says, "{page}: {}", shown.plain());
    }
}
