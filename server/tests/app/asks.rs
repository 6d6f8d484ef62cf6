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

/// A project of the trainee's that nobody leads from a day on.
async fn left_behind(app: &App, day: &'static str) -> Result<ProjectId> {
    let project = app.fixture.project("Left behind").await;
    let mut change = app.fixture.store.write().await?;
    sqlx::query("update team_role set until_on = $2 where project_id = $1 and role = 'lead'")
        .bind(project)
        .bind(day)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok(project)
}

const BRIDGE: &str = "/api/projects/bridge";
const LOOK: &str = "/api/projects/keep-looking";
const AGAIN: &str = "/api/projects/lead-again";

fn day<'a>(field: &'static str, [day, month]: [&'a str; 2]) -> Vec<(&'static str, &'a str)> {
    match field {
        "leads_until" => vec![("leads_until.day", day), ("leads_until.month", month), ("leads_until.year", "2026")],
        _ => vec![("looks_until.day", day), ("looks_until.month", month), ("looks_until.year", "2026")],
    }
}

#[tokio::test]
async fn a_supervisor_leads_for_now_from_their_home_and_a_day_that_is_too_far_comes_back_as_typed() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = left_behind(&app, "2026-02-20").await?;
    let supervisor = app.browser(at.supervisor).await;
    let refused = supervisor.fill("/", BRIDGE, &day("leads_until", ["28", "5"])).await;
    let page = supervisor.follow(&refused).await;
    assert!(page.words().contains("Enter a day from 4 March 2026 to 27 May 2026."), "{}", page.words());
    let typed = page.form(BRIDGE).expect("the form is back");
    assert!(typed.contains(&("leads_until.day".to_owned(), "28".to_owned())), "{typed:?}");
    let done = supervisor.fill("/", BRIDGE, &day("leads_until", ["27", "5"])).await;
    assert_eq!(done.location(), format!("/projects/{project}?done=bridged"), "{}", done.body);
    let after = home(&app, at.supervisor).await;
    assert!(!after.words().contains("Nobody has led "), "{}", after.words());
    assert!(after.words().contains("Your time as lead of "), "{}", after.words());
    // Who only works in the trust sees neither ask nor form.
    assert!(app.browser(at.colleague).await.get("/").await.form(BRIDGE).is_none());
    Ok(())
}

#[tokio::test]
async fn after_six_weeks_without_a_lead_the_academy_keeps_looking_from_its_home() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    left_behind(&app, "2026-02-20").await?;
    let lead = app.browser(at.lead).await;
    assert!(lead.get("/").await.form(LOOK).is_none(), "the choice comes after six weeks");
    let app = App::new().await;
    let at = &app.fixture;
    left_behind(&app, "2026-01-10").await?;
    let lead = app.browser(at.lead).await;
    let refused = lead.fill("/", LOOK, &day("looks_until", ["16", "4"])).await;
    let page = lead.follow(&refused).await;
    assert!(page.words().contains("Enter a day from 5 March 2026 to 15 April 2026."), "{}", page.words());
    let done = lead.fill("/", LOOK, &day("looks_until", ["1", "4"])).await;
    assert!(done.location().ends_with("?done=looking"), "{}", done.body);
    let page = lead.get("/").await;
    assert!(page.words().contains("Waits until 31 March 2026"), "{}", page.words());
    Ok(())
}

#[tokio::test]
async fn whoever_is_back_leads_again_by_one_button() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Back again").await;
    let mut change = at.store.write().await?;
    make::away(&mut change, at.trust, at.trainee, ["2026-01-20", "2026-03-02"]).await?;
    change.commit().await?;
    let asked = home(&app, at.trainee).await;
    assert!(asked.words().contains("You led "), "{}", asked.words());
    let done = app.browser(at.trainee).await.fill("/", AGAIN, &[]).await;
    assert_eq!(done.location(), format!("/projects/{project}?done=leads-again"), "{}", done.body);
    assert!(!home(&app, at.trainee).await.words().contains("You led "));
    Ok(())
}

#[tokio::test]
async fn an_administrator_who_is_asked_is_told_why_and_says_that_they_are_on_it() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    left_behind(&app, "2026-01-05").await?;
    let asked = home(&app, at.administrator).await.words();
    assert!(asked.contains("because you are an administrator, and it has had no lead for 8 weeks."), "{asked}");
    assert!(asked.contains("Take it on, or find somebody with the QI academy."), "{asked}");
    assert!(!asked.contains("Name an academy lead"), "there is one: {asked}");
    let done = app.browser(at.administrator).await.fill("/", "/api/asks/claim", &[]).await;
    assert_eq!(done.location(), "/?done=on-it", "{}", done.body);
    for person in [at.administrator, at.lead] {
        let page = home(&app, person).await.words();
        assert!(page.contains(" since 4 March 2026, until 18 March 2026."), "{page}");
    }
    let others = [("kind", "no_lead"), ("until.day", "10"), ("until.month", "3"), ("until.year", "2026")];
    let refused = app.browser(at.supervisor).await.post("/api/asks/claim", &others).await;
    assert!(!refused.status.is_success() && !refused.status.is_redirection(), "{}", refused.status);
    Ok(())
}

#[tokio::test]
async fn the_academy_passes_on_what_somebody_supervises_in_one_form() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Safer weekend handover").await;
    let of = at.supervisor.to_string();
    let mut change = at.store.write().await?;
    sqlx::query("update post set ends_on = '2026-03-20', end_confirmed = 1 where person_id = $1")
        .bind(at.supervisor)
        .execute(&mut *change)
        .await?;
    sqlx::query("update team_role set confirmed_until = '2026-03-20' where person_id = $1 and role = 'supervisor'")
        .bind(at.supervisor)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    let lead = app.browser(at.lead).await;
    let address = format!("/supervision?of={}", at.supervisor);
    let page = lead.get("/").await;
    assert!(page.body.contains(&address), "{}", page.words());
    let all = lead.get(&address).await;
    assert!(all.words().contains("What Sonia Supervisor supervises"), "{}", all.words());
    assert!(all.words().contains("Safer weekend handover"));
    let (_, rest) = all.body.split_once(&format!("value=\"{project}/")).expect("a place to choose");
    let place = format!("{project}/{}", &rest[..36]);
    let to = at.colleague.to_string();
    let many: Vec<String> = (0..300).map(|_| format!("{project}/{}", app::id::TeamRoleId::new())).collect();
    let names: Vec<String> = (0..300).map(|at| format!("places[{at}]")).collect();
    let mut typed = vec![("of", of.as_str()), ("person", to.as_str())];
    typed.extend(names.iter().zip(&many).map(|(name, place)| (name.as_str(), place.as_str())));
    let refused = lead.fill(&address, "/api/supervision/pass-on", &typed).await;
    assert!(lead.follow(&refused).await.words().contains("Choose at most 200 projects at once."));
    // The same place, over and over, is one.
    let mut typed = vec![("of", of.as_str()), ("person", to.as_str())];
    typed.extend(names.iter().map(|name| (name.as_str(), place.as_str())));
    let done = lead.fill(&address, "/api/supervision/pass-on", &typed).await;
    assert_eq!(done.location(), "/?done=passed-on", "{}", done.body);
    assert!(home(&app, at.colleague).await.words().contains("You are asked to supervise "));
    Ok(())
}

#[tokio::test]
async fn of_several_projects_nobody_is_named_who_is_next_for_one_only() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let one = at.project("Sepsis").await;
    let other = at.project("Falls").await;
    let mut change = at.store.write().await?;
    sqlx::query("update team_role set person_id = $2 where project_id = $1 and role = 'lead'")
        .bind(other)
        .bind(at.colleague)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    let supervisor = app.browser(at.supervisor).await;
    let page = supervisor.get("/supervision").await;
    let place = |project: ProjectId| {
        let (_, rest) = page.body.split_once(&format!("value=\"{project}/")).expect("a place to choose");
        format!("{project}/{}", &rest[..36])
    };
    let (first, second, to) = (place(one), place(other), at.lead.to_string());
    let typed = [("places[0]", first.as_str()), ("places[1]", second.as_str()), ("person", to.as_str())];
    supervisor.fill("/supervision", "/api/supervision/pass-on", &typed).await;
    let asked = home(&app, at.lead).await;
    assert!(asked.words().contains("You are asked to supervise 2 projects."), "{}", asked.plain());
    assert!(asked.words().contains("Then whoever comes next in each team is asked too"), "{}", asked.plain());
    Ok(())
}

#[tokio::test]
async fn before_it_is_saved_a_change_of_dates_leads_to_what_mends_it() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis").await;
    let trainee = app.browser(at.trainee).await;
    let typed = [("ends_on.day", "1"), ("ends_on.month", "6"), ("ends_on.year", "2026")];
    let shown = trainee.fill("/account/dates", "/api/account/dates/last-day", &typed).await;
    let page = trainee.follow(&shown).await;
    assert!(page.words().contains("Hand it over first"), "{}", page.words());
    assert!(page.body.contains(&format!("href=\"/projects/{project}/handover\"")), "{}", page.body);
    Ok(())
}

#[tokio::test]
async fn the_waiting_of_a_project_begins_with_a_capital_and_a_leaver_leads_nothing() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let project = left_behind(&app, "2026-03-02").await?;
    run(&app, "update team_role set until_on = '2026-03-02' where project_id = $1 and role = 'supervisor'", project)
        .await?;
    let page = app.browser(at.lead).await.get(&format!("/projects/{project}")).await.words();
    assert!(page.contains("The QI academy since 2 March 2026, to find a lead."), "{page}");
    let mut change = at.store.write().await?;
    sqlx::query("update team_role set until_on = null where project_id = $1 and role = 'lead'")
        .bind(project)
        .execute(&mut *change)
        .await?;
    sqlx::query("update post set ends_on = '2026-03-01' where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    let left = app.browser(at.trainee).await.get("/").await.words();
    assert!(left.contains("Projects you led that are looking for a lead (1)"), "{left}");
    assert!(!left.contains("Projects you lead ("), "{left}");
    Ok(())
}

#[tokio::test]
async fn the_demonstrations_sign_in_list_goes_by_the_dates_of_roles() -> Result {
    let app = App::demonstration().await;
    let at = &app.fixture;
    let mut change = at.store.write().await?;
    sqlx::query("update trust set demonstration = 1 where id = $1").bind(at.trust).execute(&mut *change).await?;
    change.commit().await?;
    let said = async || {
        let page = app.nobody().get("/sign-in").await.words();
        let (_, after) = page.split_once("Lena Lead").expect("Lena Lead is listed");
        after.split("<form").next().unwrap_or_default().to_owned()
    };
    let before = said().await;
    assert!(before.contains("Academy lead"), "{before}");
    for (from, until, words, not) in [
        (None, Some("2026-03-04"), "", "cademy lead"),
        (Some("2026-04-01"), None, "academy lead from 1 April 2026", "Academy lead"),
    ] {
        let mut change = at.store.write().await?;
        sqlx::query("update trust_role set from_on = $2, until_on = $3 where person_id = $1 and role = 'academy_lead'")
            .bind(at.lead)
            .bind(from)
            .bind(until)
            .execute(&mut *change)
            .await?;
        change.commit().await?;
        let now = said().await;
        assert!(now.contains(words) && !now.contains(not), "{now}");
    }
    Ok(())
}

#[tokio::test]
async fn a_home_shows_the_first_of_what_the_academy_is_asked_and_leads_to_all_of_it() -> Result {
    let app = App::new().await;
    let at = &app.fixture;
    let mut projects = Vec::new();
    for number in 0..25 {
        projects.push(at.project(&format!("Sepsis {number:02}")).await);
    }
    let mut change = at.store.write().await?;
    for (number, project) in (0..).zip(&projects) {
        // Twelve lost their lead on days of their own, the others on one.
        let day = TODAY - chrono::Duration::days(if number < 12 { 3 + number } else { 2 });
        sqlx::query("update team_role set until_on = $2 where project_id = $1 and role = 'lead'")
            .bind(project)
            .bind(day)
            .execute(&mut *change)
            .await?;
    }
    change.commit().await?;
    let browser = app.browser(at.lead).await;
    let home = browser.get("/").await;
    assert_eq!((waiting(&home), lines(&home)), (13, 10), "{}", home.plain());
    assert!(
        home.words().contains("For the QI academy (13)") && home.body.contains("href=\"/asks\""),
        "{}",
        home.plain()
    );
    let all = browser.get("/asks").await;
    assert_eq!(lines(&all), 13, "{}", all.plain());
    assert!(all.words().contains("13 projects"), "{}", all.plain());
    let (_, line) = all.body.split_once("/asks?line=").expect("a way to the whole line");
    let line = line.split('"').next().unwrap_or_default();
    let whole = browser.get(&format!("/asks?line={line}")).await;
    for project in &projects[12..] {
        assert!(whole.body.contains(&format!("/projects/{project}")), "{}", whole.plain());
    }
    assert!(!whole.body.contains(&format!("/projects/{}", projects[0])));
    let nobody = app.browser(at.trainee).await.get("/asks").await;
    assert!(nobody.words().contains("Nothing more is asked of the QI academy"), "{}", nobody.plain());
    Ok(())
}
