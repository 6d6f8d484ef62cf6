//! What is asked of whom on home: answered on the spot, gone from every list in the same transaction, and counted
//! in the header of every page.

use app::id::{PersonId, ProjectId};
use app::testing::{Result, TODAY, make, on};

use crate::harness::{Answer, App};

const ANSWER: &str = "/api/handovers/answer";
const SUPERVISE: &str = "/api/handovers/answer-as-supervisor";
const QUESTION: &str = "/api/projects/answer";

/// What the header says that waits.
fn waiting(page: &Answer) -> usize {
    let words = page.words();
    let said =
        words.split_once(" waiting</a>").map_or("0", |(before, _)| before.rsplit('>').next().unwrap_or_default());
    said.parse().expect("a number")
}

/// How many lines home shows that do not rest.
fn lines(home: &Answer) -> usize {
    home.body.matches("class=\"baton-ask\"").count()
}

/// Opens somebody's home, on which the header counts what is shown.
async fn home(app: &App, person: PersonId) -> Answer {
    let page = app.browser(person).await.get("/").await;
    assert_eq!(waiting(&page), lines(&page), "{}", page.words());
    page
}

async fn run(app: &App, sql: &'static str, id: ProjectId) -> Result {
    let mut change = app.fixture.store.write().await?;
    sqlx::query(sql).bind(id).execute(&mut *change).await?;
    Ok(change.commit().await?)
}

/// An offer from the trainee to the colleague.
async fn offered(app: &App, project: ProjectId) -> Result {
    let mut change = app.fixture.store.write().await?;
    make::handover(&mut change, project, [app.fixture.trainee, app.fixture.colleague], "offered", TODAY).await?;
    Ok(change.commit().await?)
}

#[tokio::test]
async fn an_offer_is_answered_on_home_by_two_clicks_and_is_gone_from_every_list() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Safer weekend handover").await;
    let before = lines(&home(&app, at.colleague).await);
    offered(&app, project).await?;
    let asked = home(&app, at.colleague).await;
    assert_eq!(lines(&asked), before + 1);
    assert!(asked.words().contains("Tara Trainee asks you to lead "), "{}", asked.words());
    assert!(asked.words().contains("You get this because you are named as the next lead."));
    let waits = home(&app, at.trainee).await;
    assert!(waits.words().contains("You wait for (2)"), "{}", waits.words());
    let page = app.browser(at.trainee).await.get(&format!("/projects/{project}")).await;
    assert!(page.words().contains("Colin Colleague since 4 March 2026, to say whether they lead it next."));

    let successor = app.browser(at.colleague).await;
    let done = successor.fill("/", ANSWER, &[("answer", "accepted")]).await;
    assert!(done.status.is_redirection(), "{}", done.body);
    assert_eq!(lines(&home(&app, at.colleague).await), before);
    assert!(home(&app, at.trainee).await.words().contains("You wait for (1)"));

    let supervisor = app.browser(at.supervisor).await;
    let asked = home(&app, at.supervisor).await;
    assert!(asked.words().contains("Colin Colleague is to lead "), "{}", asked.words());
    let done = supervisor.fill("/", SUPERVISE, &[("answer", "accepted")]).await;
    assert!(done.status.is_redirection(), "{}", done.body);
    assert!(!home(&app, at.supervisor).await.words().contains("Colin Colleague is to lead "));
    assert!(!home(&app, at.trainee).await.words().contains("You wait for"));
    let page = app.browser(at.trainee).await.get(&format!("/projects/{project}")).await;
    assert!(!page.words().contains("Colin Colleague since"));
    Ok(())
}

#[tokio::test]
async fn a_request_to_join_is_gone_however_it_is_settled() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("VTE assessment").await;
    for (settles, asker) in [("accepted", at.colleague), ("declined", at.administrator)] {
        let mut change = at.store.write().await?;
        make::place(&mut change, project, asker, ["member", "asked", "person"], TODAY, None).await?;
        change.commit().await?;
        for person in [at.trainee, at.supervisor] {
            assert!(home(&app, person).await.words().contains("asks to join the team of "), "{settles}");
        }
        let lead = app.browser(at.trainee).await;
        let done = lead.fill("/", QUESTION, &[("answer", settles)]).await;
        assert_eq!(done.location(), "/?done=answered");
        for person in [at.trainee, at.supervisor] {
            assert!(!home(&app, person).await.words().contains("asks to join the team of "), "{settles}");
        }
    }
    // Closing the project settles all that was asked about it.
    let mut change = at.store.write().await?;
    make::place(&mut change, project, at.lead, ["member", "asked", "person"], TODAY, None).await?;
    change.commit().await?;
    assert!(lines(&home(&app, at.trainee).await) > 0);
    run(
        &app,
        "update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-03-04' where id = $1",
        project,
    )
    .await?;
    assert_eq!(lines(&home(&app, at.trainee).await), 0);
    Ok(())
}

#[tokio::test]
async fn a_leaver_with_twenty_projects_is_asked_once_and_so_is_the_academy() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    for number in 0..20 {
        at.project(&format!("Project {number:02}")).await;
    }
    let mut change = at.store.write().await?;
    sqlx::query("update post set ends_on = '2026-03-20', end_confirmed = 1 where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    for (person, words) in [
        (at.trainee, "Your time as lead of 20 projects ends on 20 March 2026."),
        (at.supervisor, "Tara Trainee leads 20 projects until 20 March 2026, and nobody is to follow."),
        (at.lead, "Tara Trainee leads 20 projects until 20 March 2026, and nobody is to follow."),
    ] {
        let page = home(&app, person).await;
        assert!(page.words().contains(words), "{}", page.words());
        assert_eq!(page.words().matches(words).count(), 1);
    }
    let academy = home(&app, at.lead).await;
    assert!(academy.words().contains("For the QI academy (1)"), "{}", academy.words());
    Ok(())
}

#[tokio::test]
async fn an_academy_lead_says_that_they_are_on_it_and_everybody_at_the_academy_sees_it() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Left behind").await;
    run(&app, "update team_role set until_on = '2026-02-20' where project_id = $1 and role = 'lead'", project).await?;
    let before = home(&app, at.lead).await;
    assert!(before.words().contains("Nobody has led "), "{}", before.words());
    let done = app.browser(at.lead).await.fill("/", "/api/asks/claim", &[]).await;
    assert_eq!(done.location(), "/?done=on-it", "{}", done.body);
    let after = home(&app, at.lead).await;
    assert!(after.words().contains("With Lena Lead since 4 March 2026, until 18 March 2026."), "{}", after.words());
    assert_eq!(lines(&after), lines(&before), "saying so settles nothing");
    let late = [("until.day", "19"), ("until.month", "3"), ("until.year", "2026")];
    let lead = app.browser(at.lead).await;
    let refused = lead.fill("/", "/api/asks/claim", &late).await;
    let refused = lead.follow(&refused).await;
    assert!(refused.words().contains("Choose a day from today on, at most 14 days ahead."), "{}", refused.body);
    Ok(())
}

#[tokio::test]
async fn that_a_quiet_project_goes_on_is_said_by_one_button() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Quiet").await;
    run(
        &app,
        "update project set last_active_on = '2025-11-01', submitted_at = '2025-10-01T12:00:00+00:00', created_at = '2025-10-01T12:00:00+00:00' where id = $1",
        project,
    )
    .await?;
    run(&app, "update team_role set from_on = '2025-10-01' where project_id = $1", project).await?;
    let asked = home(&app, at.trainee).await;
    assert!(asked.words().contains("Nobody has said for a while whether "), "{}", asked.words());
    let quiet = app.browser(at.lead).await.get("/projects?gap=quiet").await;
    assert!(quiet.words().contains("1 project"), "{}", quiet.words());
    let done = app.browser(at.trainee).await.fill("/", "/api/asks/goes-on", &[]).await;
    assert_eq!(done.location(), "/?done=goes-on", "{}", done.body);
    for person in [at.trainee, at.supervisor, at.lead] {
        assert!(!home(&app, person).await.words().contains("Nobody has said for a while"));
    }
    Ok(())
}

#[tokio::test]
async fn an_academy_leads_home_begins_with_the_next_changeover() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let waits = at.project("Waiting").await;
    at.project("Nothing yet").await;
    let mut change = at.store.write().await?;
    for text in [
        "delete from changeover where trust_id = $1",
        "insert into changeover (trust_id, on_day) values ($1, '2026-04-01')",
    ] {
        sqlx::query(text).bind(at.trust).execute(&mut *change).await?;
    }
    sqlx::query("update post set ends_on = '2026-03-31' where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    make::handover(&mut change, waits, [at.trainee, at.colleague], "offered", TODAY).await?;
    change.commit().await?;
    let page = app.browser(at.lead).await.get("/").await.words();
    assert!(page.contains("Next changeover: 1 April 2026, in 4 weeks."), "{page}");
    assert!(page.contains("2 projects lose their lead: 0 arranged, 1 waiting, 1 nothing yet."), "{page}");
    let linked = app.browser(at.lead).await.get("/projects?on=2026-04-01&sort=risk").await;
    assert!(linked.words().contains("2 projects"), "{}", linked.words());
    Ok(())
}

#[tokio::test]
async fn whoever_arrives_or_has_left_is_told_when_and_past_projects_keep_their_words() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    let who = ["Nadia Newcomer", "FY1"];
    let arriving = make::person(&mut change, at.trust, at.department, who, Some(on("2026-08-04"))).await?;
    sqlx::query("update post set starts_on = '2026-04-01' where person_id = $1")
        .bind(arriving)
        .execute(&mut *change)
        .await?;
    sqlx::query("update post set ends_on = '2026-02-10' where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    sqlx::query("update team_role set until_on = '2026-02-11', contribution = 'Wrote the bundle.' where project_id = $1 and person_id = $2")
        .bind(project)
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    let page = app.browser(arriving).await.get("/").await.words();
    assert!(page.contains("Your post in Acute medicine begins on 1 April 2026."), "{page}");
    let left = app.browser(at.trainee).await.get("/").await.words();
    assert!(left.contains("Your post ended on 10 February 2026."), "{left}");
    assert!(left.contains("Your past projects (1)"), "{left}");
    let past = app.browser(at.trainee).await.get("/past").await;
    for words in ["Sepsis", "Wrote the bundle.", "1 January 2026 to 11 February 2026", "Tamar Vale"] {
        assert!(past.words().contains(words), "{words}: {}", past.words());
    }
    assert!(app.browser(at.lead).await.get("/past").await.words().contains("A project comes here when"));
    Ok(())
}
