//! Registering, editing, staffing, pausing and ending projects.

use app::id::{PersonId, ProjectId};
use app::testing::{Fixture, TODAY, on, role};
use http::StatusCode;

use crate::harness::{Answer, App};

const REGISTER: &str = "/api/projects/register";
const EDIT: &str = "/api/projects/edit";
const FORM: &str = "/projects/register?type=quality_improvement";

async fn text(fixture: &Fixture, sql: &'static str, id: impl ToString) -> String {
    let mut conn = fixture.store.read().await.expect("a reader");
    sqlx::query_scalar(sql).bind(id.to_string()).fetch_one(&mut *conn).await.expect(sql)
}

async fn counted(fixture: &Fixture, sql: &'static str, id: impl ToString) -> i64 {
    let mut conn = fixture.store.read().await.expect("a reader");
    sqlx::query_scalar(sql).bind(id.to_string()).fetch_one(&mut *conn).await.expect(sql)
}

fn project_in(answer: &Answer) -> ProjectId {
    let location = answer.location();
    let id = location.trim_start_matches("/projects/").split(['?', '/']).next().unwrap_or_default();
    id.parse().unwrap_or_else(|_| panic!("no project in {location}"))
}

async fn registered(app: &App, title: &str) -> ProjectId {
    let browser = app.browser(app.fixture.trainee).await;
    let priority = app.fixture.priority.to_string();
    let department = app.fixture.department.to_string();
    let answer = browser
        .fill(
            FORM,
            REGISTER,
            &[("title", title), ("problem", "It is late."), ("department", &department), ("priorities[]", &priority)],
        )
        .await;
    project_in(&answer)
}

async fn draft_of(app: &App, author: PersonId) -> ProjectId {
    let browser = app.browser(author).await;
    project_in(&browser.fill(FORM, REGISTER, &[("title", "Half a thought"), ("then", "draft")]).await)
}

#[tokio::test]
async fn triage_offers_four_ways_and_turns_research_away() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let triage = browser.get("/projects/register").await;
    for kind in ["quality_improvement", "clinical_audit", "service_evaluation", "research"] {
        assert!(triage.words().contains(&format!("/projects/register?type={kind}\"")), "{kind}");
    }
    let research = browser.get("/projects/register?type=research").await;
    assert_eq!(research.status, StatusCode::OK);
    assert!(research.words().contains("research and development office") && research.form(REGISTER).is_none());
    assert!(browser.get("/projects/register?type=clinical_audit").await.words().contains("standard_level"));
}

#[tokio::test]
async fn four_answers_register_a_project_with_the_next_reference() {
    let app = App::new().await;
    let form = app.browser(app.fixture.trainee).await.get(FORM).await.body;
    let selected = format!("value=\"{}\" selected", app.fixture.department);
    assert!(form.contains(&selected), "the department of the current post is prefilled");
    let first = registered(&app, "Antibiotics within the hour").await;
    let second = registered(&app, "Falls on ward 4").await;
    let reference = |id| text(&app.fixture, "select reference from project where id = $1", id);
    assert_eq!(reference(first).await, "QI-2026-0001");
    assert_eq!(reference(second).await, "QI-2026-0002");
    let page = app.browser(app.fixture.colleague).await.get(&format!("/projects/{first}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in
        ["Antibiotics within the hour", "QI-2026-0001", "Led by", "Tara Trainee", "Sepsis", "registered the project"]
    {
        assert!(page.words().contains(words), "{words}");
    }
    let by_reference = app.browser(app.fixture.colleague).await.get("/projects/qi-2026-0002").await;
    assert_eq!(by_reference.location(), format!("/projects/{second}"));
}

#[tokio::test]
async fn a_rejected_registration_comes_back_as_it_was_typed() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let priority = app.fixture.priority.to_string();
    let answer = browser
        .fill(
            "/projects/register?type=clinical_audit",
            REGISTER,
            &[
                ("title", "Handover <audit> & more"),
                ("problem", ""),
                ("priorities[]", &priority),
                ("standard", "Within the hour"),
                ("aim_by.day", "31"),
                ("aim_by.month", "2"),
                ("aim_by.year", "2026"),
                ("supervisor_name", "Dr New"),
            ],
        )
        .await;
    let page = browser.follow(&answer).await;
    for words in [
        "There is a problem",
        "Say what the problem is",
        "Enter the level to meet",
        "Enter a real date",
        "Enter their email address",
    ] {
        assert!(page.words().contains(words), "{words}");
    }
    let form = page.form(REGISTER).expect("the form");
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(value("title"), Some("Handover <audit> & more"));
    assert_eq!(value("standard"), Some("Within the hour"));
    assert_eq!(value("aim_by.day"), Some("31"));
    assert_eq!(value("supervisor_name"), Some("Dr New"));
    assert_eq!(value("priorities[]"), Some(priority.as_str()), "the box stays ticked");
    assert!(page.words().contains("<details open"), "what has to be mended is unfolded");
    assert_eq!(counted(&app.fixture, "select count(*) from project where $1 <> ''", "all").await, 0);
}

#[tokio::test]
async fn looking_for_projects_like_this_keeps_the_form_and_lists_them() {
    let app = App::new().await;
    let other = app.fixture.project("Antibiotics in sepsis within the hour").await;
    let browser = app.browser(app.fixture.colleague).await;
    let answer = browser.fill(FORM, REGISTER, &[("title", "Faster antibiotics in sepsis"), ("then", "similar")]).await;
    let page = browser.follow(&answer).await;
    assert!(!page.words().contains("There is a problem"));
    assert!(page.words().contains(&format!("href=\"/projects/{other}\"")), "the project like it is listed");
    let form = page.form(REGISTER).expect("the form");
    assert!(form.contains(&("title".to_owned(), "Faster antibiotics in sepsis".to_owned())));
    assert!(form.contains(&("seen[]".to_owned(), other.to_string())));

    let answer = browser
        .fill(
            &answer.location(),
            REGISTER,
            &[("problem", "Late."), ("local_need", "Our ward"), ("differs", "Ours is about children.")],
        )
        .await;
    let new = project_in(&answer);
    for (page, who) in [(new, "the new project"), (other, "the other project")] {
        let page = browser.get(&format!("/projects/{page}")).await;
        assert!(page.words().contains("Ours is about children."), "{who} says how they differ");
    }
}

#[tokio::test]
async fn a_draft_is_for_its_author_and_whom_they_invite() {
    let app = App::new().await;
    let draft = draft_of(&app, app.fixture.trainee).await;
    let path = format!("/projects/{draft}");
    let author = app.browser(app.fixture.trainee).await;
    let page = author.get(&path).await;
    assert!(page.words().contains("This is a draft") && page.words().contains("Say what the problem is"));
    for person in [app.fixture.colleague, app.fixture.lead, app.fixture.administrator, app.fixture.stranger] {
        assert_eq!(app.browser(person).await.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    let team = format!("{path}/team");
    let colleague = app.fixture.colleague.to_string();
    author.fill(&team, "/api/projects/invite", &[("person", &colleague), ("role", "member")]).await;
    assert_eq!(app.browser(app.fixture.colleague).await.get(&path).await.status, StatusCode::OK);
    assert_eq!(app.browser(app.fixture.lead).await.get(&path).await.status, StatusCode::NOT_FOUND);

    let colleague = app.browser(app.fixture.colleague).await;
    let answer = colleague.fill(&team, "/api/projects/answer", &[("answer", "declined")]).await;
    assert_eq!(answer.location(), "/?done=answered", "who declined no longer sees the draft");
    assert_eq!(colleague.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_date_that_can_hardly_be_meant_is_asked_about_once() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let (priority, department) = (app.fixture.priority.to_string(), app.fixture.department.to_string());
    let typed = [
        ("title", "Antibiotics within the hour"),
        ("problem", "It is late."),
        ("department", department.as_str()),
        ("priorities[]", priority.as_str()),
        ("aim_by.day", "4"),
        ("aim_by.month", "1"),
        ("aim_by.year", "2020"),
    ];
    let asked = browser.fill(FORM, REGISTER, &typed).await;
    let page = browser.follow(&asked).await;
    assert!(page.words().contains("The aim is to be met by 4 January 2020, which has passed."), "{}", page.plain());
    assert!(page.words().contains("Confirm: register project"), "{}", page.plain());
    let project = project_in(&browser.fill(&asked.location(), REGISTER, &[]).await);
    // What stands there was meant.
    let edit = format!("/projects/{project}/edit");
    let saved = browser.fill(&edit, "/api/projects/edit", &[("title", "Antibiotics within one hour")]).await;
    assert_eq!(saved.location(), format!("/projects/{project}?done=saved"));
    let asked = browser.fill(&edit, "/api/projects/edit", &[("aim_by.year", "2040")]).await;
    assert!(browser.follow(&asked).await.words().contains("4 January 2040, which is more than five years away."));
}

#[tokio::test]
async fn what_was_confirmed_is_not_asked_again_once_two_versions_are_resolved() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let edit = format!("/projects/{project}/edit");
    let (trainee, supervisor) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.supervisor).await);
    let common = [("origin", "idea"), ("problem", "Late.")];
    let mut mine = common.to_vec();
    mine.extend([("title", "Sepsis at night"), ("aim_by.day", "4"), ("aim_by.month", "1"), ("aim_by.year", "2020")]);
    let asked = trainee.fill(&edit, EDIT, &mine).await;
    assert!(trainee.follow(&asked).await.words().contains("which has passed"));
    let mut theirs = common.to_vec();
    theirs.push(("title", "Sepsis in children"));
    assert!(supervisor.fill(&edit, EDIT, &theirs).await.location().ends_with("?done=saved"));

    // What the form holds was typed over the version of before: what was stored meanwhile is not replaced unseen.
    let conflict = trainee.fill(&asked.location(), EDIT, &[]).await;
    let both = trainee.follow(&conflict).await;
    assert!(both.words().contains("Both versions") && both.words().contains("Sepsis in children"), "{}", both.body);
    assert!(!both.words().contains("Nothing is saved yet"), "one thing at a time");
    let form = both.form(EDIT).expect("the form");
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!((value("title"), value("aim_by.year")), (Some("Sepsis at night"), Some("2020")), "nothing is lost");
    let saved = trainee.fill(&conflict.location(), EDIT, &[]).await;
    assert_eq!(saved.location(), format!("/projects/{project}?done=saved"), "what was confirmed is not asked again");
    assert_eq!(text(&app.fixture, "select title from project where id = $1", project).await, "Sepsis at night");
    assert_eq!(text(&app.fixture, "select aim_by from project where id = $1", project).await, "2020-01-04");
}

#[tokio::test]
async fn a_draft_is_finished_and_registered_or_deleted() {
    let app = App::new().await;
    let author = app.browser(app.fixture.trainee).await;
    let draft = draft_of(&app, app.fixture.trainee).await;
    let edit = format!("/projects/{draft}/edit");
    let department = app.fixture.department.to_string();

    let early = author.post("/api/projects/submit", &[("project", &draft.to_string()), ("_page", &edit)]).await;
    assert_eq!(author.follow(&early).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(text(&app.fixture, "select status from project where id = $1", draft).await, "draft");

    let answer = author
        .fill(
            &edit,
            EDIT,
            &[
                ("problem", "Late."),
                ("department", &department),
                ("type", "quality_improvement"),
                ("origin", "idea"),
                ("local_need", "Our ward"),
                ("aim_by.day", "4"),
                ("aim_by.month", "1"),
                ("aim_by.year", "2020"),
                ("then", "draft"),
            ],
        )
        .await;
    assert_eq!(answer.location(), format!("/projects/{draft}?done=saved"));
    let asked = author.fill(&format!("/projects/{draft}"), "/api/projects/submit", &[]).await;
    let page = author.follow(&asked).await;
    assert!(page.words().contains("The aim is to be met by 4 January 2020, which has passed."), "{}", page.plain());
    let answer = author.fill(&asked.location(), "/api/projects/submit", &[]).await;
    assert_eq!(answer.location(), format!("/projects/{draft}/next?done=registered"));
    assert_eq!(text(&app.fixture, "select reference from project where id = $1", draft).await, "QI-2026-0001");
    assert_eq!(
        counted(
            &app.fixture,
            "select count(*) from team_role where project_id = $1 and role = 'lead' and state = 'accepted'",
            draft
        )
        .await,
        1
    );

    let other = draft_of(&app, app.fixture.trainee).await;
    let colleague = app.browser(app.fixture.colleague).await;
    let refused = colleague.post("/api/projects/delete-draft", &[("project", &other.to_string())]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    author.fill(&format!("/projects/{other}"), "/api/projects/delete-draft", &[]).await;
    assert_eq!(author.get(&format!("/projects/{other}")).await.status, StatusCode::NOT_FOUND);
    let registered = author.post("/api/projects/delete-draft", &[("project", &draft.to_string())]).await;
    assert_eq!(registered.status, StatusCode::FORBIDDEN, "only a draft can be deleted");
}

#[tokio::test]
async fn two_who_edit_at_once_get_both_versions() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let edit = format!("/projects/{project}/edit");
    let (trainee, supervisor) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.supervisor).await);
    let department = app.fixture.department.to_string();
    let common = [
        ("type", "quality_improvement"),
        ("origin", "idea"),
        ("department", department.as_str()),
        ("problem", "Late."),
    ];
    let slow = trainee.get(&edit).await.form(EDIT).expect("the form");
    let mut fast = common.to_vec();
    fast.push(("title", "Sepsis in children"));
    supervisor.fill(&edit, EDIT, &fast).await;
    let mut pairs: Vec<(&str, &str)> = slow
        .iter()
        .filter(|(name, _)| name != "title" && !common.iter().any(|(typed, _)| typed == name))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.extend(common);
    pairs.push(("title", "Sepsis at night"));
    let answer = trainee.post(EDIT, &pairs).await;
    let page = trainee.follow(&answer).await;

    assert!(page.words().contains("Both versions") && page.words().contains("Sepsis in children"));
    let form = page.form(EDIT).expect("the form");
    assert!(form.contains(&("title".to_owned(), "Sepsis at night".to_owned())));
    assert_eq!(text(&app.fixture, "select title from project where id = $1", project).await, "Sepsis in children");
    let mut chosen = common.to_vec();
    chosen.push(("title", "Sepsis at night"));
    trainee.fill(&answer.location(), EDIT, &chosen).await;
    assert_eq!(text(&app.fixture, "select title from project where id = $1", project).await, "Sepsis at night");
    let history = trainee.get(&format!("/projects/{project}/history")).await;
    assert!(history.words().contains("Sepsis in children → Sepsis at night"));
}

#[tokio::test]
async fn only_the_team_and_the_academy_lead_edit() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let edit = format!("/projects/{project}/edit");
    for (person, status) in [
        (app.fixture.trainee, StatusCode::OK),
        (app.fixture.supervisor, StatusCode::OK),
        (app.fixture.lead, StatusCode::OK),
        (app.fixture.colleague, StatusCode::FORBIDDEN),
        (app.fixture.administrator, StatusCode::FORBIDDEN),
        (app.fixture.stranger, StatusCode::NOT_FOUND),
    ] {
        assert_eq!(app.browser(person).await.get(&edit).await.status, status);
    }
    let page = app.browser(app.fixture.colleague).await.get(&format!("/projects/{project}")).await;
    assert!(!page.words().contains(&edit) && page.words().contains("Ask to join"));
}

#[tokio::test]
async fn a_supervisor_without_account_counts_once_the_academy_lead_confirms() {
    let app = App::new().await;
    let project = registered(&app, "Sepsis").await;
    let team = format!("/projects/{project}/team");
    let trainee = app.browser(app.fixture.trainee).await;
    let invited = trainee
        .fill(
            &team,
            "/api/projects/invite",
            &[("name", "Nora New"), ("address", "nora@trust.uk"), ("role", "supervisor")],
        )
        .await;
    assert_eq!(invited.location(), format!("{team}?done=invited"));
    let again = trainee
        .fill(
            &team,
            "/api/projects/invite",
            &[("name", "Nora New"), ("address", "nora@trust.uk"), ("role", "supervisor")],
        )
        .await;
    assert!(trainee.follow(&again).await.words().contains("They are asked already"));
    let page = trainee.get(&team).await;
    assert!(page.words().contains("They have no account yet") && page.form("/api/projects/answer").is_none());
    let lead = app.browser(app.fixture.lead).await;
    lead.fill(&team, "/api/projects/answer", &[("answer", "accepted"), ("word", "She told me")]).await;
    assert_eq!(
        counted(
            &app.fixture,
            "select count(*) from team_role where project_id = $1 and role = 'supervisor' and state = 'accepted'",
            project
        )
        .await,
        1
    );
    assert!(lead.get(&format!("/projects/{project}/history")).await.words().contains("She told me"));
}

#[tokio::test]
async fn the_lead_asks_a_member_to_lead_with_them_from_the_teams_pages_and_may_then_leave() {
    const ASK: &str = "/api/projects/name-co-lead";
    let app = App::new().await;
    let project = registered(&app, "Sepsis").await;
    let (team, ask) = (format!("/projects/{project}/team"), format!("/projects/{project}/co-lead"));
    let (lead, other) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.colleague).await);
    let colleague = app.fixture.colleague.to_string();
    lead.fill(&team, "/api/projects/invite", &[("person", &colleague), ("role", "member")]).await;
    other.fill(&team, "/api/projects/answer", &[("answer", "accepted")]).await;
    for (who, may) in [(app.fixture.trainee, true), (app.fixture.colleague, false), (app.fixture.lead, false)] {
        let browser = app.browser(who).await;
        assert_eq!(browser.get(&team).await.body.contains(&ask), may, "who leads it asks, nobody else");
        let status = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
        assert_eq!(browser.get(&ask).await.status, status);
    }
    let member: String = sqlx::query_scalar("select id from team_role where role = 'member'")
        .fetch_one(&mut *app.fixture.store.read().await.expect("a store"))
        .await
        .expect("a member");
    let membership = lead.get(&format!("/memberships/{member}")).await;
    let this_one = format!("{ask}?person={colleague}");
    assert!(membership.body.contains(&this_one), "{}", membership.words());
    let nobody = lead.fill(&ask, ASK, &[("person", ""), ("message", "You know it best")]).await;
    let again = lead.follow(&nobody).await;
    assert!(
        again.words().contains("Choose a colleague") && again.body.contains("You know it best"),
        "{}",
        again.words()
    );
    let asked = lead.fill(&this_one, ASK, &[]).await;
    assert_eq!(asked.location(), format!("{team}?done=invited"), "they are chosen already");
    assert!(!lead.get(&format!("/memberships/{member}")).await.body.contains(&this_one), "asked once");
    let home = other.get("/").await;
    assert!(home.plain().contains("You are asked to be a co-lead of"), "{}", home.plain());
    assert!(lead.get(&team).await.form("/api/projects/leave").is_none(), "the only lead hands over");
    let answered = other.fill(&team, "/api/projects/answer", &[("answer", "accepted")]).await;
    assert_eq!(answered.location(), format!("{team}?done=answered"));
    assert!(other.get(&team).await.body.contains(&ask), "they lead it too");
    let left = lead.fill(&team, "/api/projects/leave", &[("contribution", "Began it")]).await;
    assert_eq!(left.location(), format!("/projects/{project}?done=left"));
    assert!(other.get(&team).await.form("/api/projects/leave").is_none(), "now they are the only one");
}

#[tokio::test]
async fn somebody_joins_changes_role_and_leaves_with_their_contribution_kept() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let team = format!("/projects/{project}/team");
    let (trainee, colleague) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.colleague).await);

    let empty = colleague.fill(&team, "/api/projects/join", &[("message", "")]).await;
    assert!(colleague.follow(&empty).await.words().contains("Say in a line"));
    colleague.fill(&team, "/api/projects/join", &[("message", "I can collect data")]).await;
    assert!(colleague.get(&team).await.form("/api/projects/join").is_none(), "asked once");
    assert!(trainee.get(&team).await.words().contains("I can collect data"));
    trainee.fill(&team, "/api/projects/answer", &[("answer", "accepted")]).await;

    let place = text(&app.fixture, "select id from team_role where project_id = $1 and role = 'member'", project).await;
    let page = format!("/memberships/{place}");
    let supervisor = trainee.fill(&page, "/api/projects/change-role", &[("role", "supervisor")]).await;
    assert!(trainee.follow(&supervisor).await.words().contains("Invite them as supervisor instead"));
    trainee.fill(&page, "/api/projects/change-role", &[("role", "coach")]).await;
    assert_eq!(text(&app.fixture, "select role from team_role where id = $1", &place).await, "coach");

    let silent = colleague.fill(&team, "/api/projects/leave", &[("contribution", " ")]).await;
    assert!(colleague.follow(&silent).await.words().contains("Say what you contributed"));
    colleague.fill(&team, "/api/projects/leave", &[("contribution", "Collected 40 sets of notes")]).await;
    let page = colleague.get(&format!("/projects/{project}")).await;
    assert!(page.words().contains("Past contributors") && page.words().contains("Collected 40 sets of notes"));
    assert_eq!(colleague.get(&format!("/projects/{project}/edit")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_lead_leaves_only_by_handing_over() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let team = format!("/projects/{project}/team");
    let trainee = app.browser(app.fixture.trainee).await;
    let page = trainee.get(&team).await;
    assert!(page.form("/api/projects/leave").is_none());
    assert!(page.words().contains(&format!("/projects/{project}/handover")));
    let id = project.to_string();
    let pairs = [("project", id.as_str()), ("contribution", "All"), ("_page", team.as_str())];
    let refused = trainee.post("/api/projects/leave", &pairs).await;
    assert!(refused.location().contains("form="), "the form comes back");
    assert_eq!(
        counted(
            &app.fixture,
            "select count(*) from team_role where project_id = $1 and role = 'lead' and until_on is null",
            project
        )
        .await,
        1
    );
}

#[tokio::test]
async fn a_project_is_paused_resumed_stopped_and_reopened() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let page = format!("/projects/{project}");
    let trainee = app.browser(app.fixture.trainee).await;
    let action = "/api/projects/status";
    let status = |to: &str| format!("{page}/status?to={to}");
    let now = async || text(&app.fixture, "select status from project where id = $1", project).await;

    let past = trainee
        .fill(&status("pause"), action, &[("review_on.day", "1"), ("review_on.month", "1"), ("review_on.year", "2026")])
        .await;
    assert!(trainee.follow(&past).await.words().contains("within half a year"));
    let ahead = [("review_on.day", "1"), ("review_on.month", "6"), ("review_on.year", "2026")];
    trainee.fill(&status("pause"), action, &ahead).await;
    assert_eq!(now().await, "paused");
    assert!(trainee.get(&page).await.words().contains("1 June 2026"));
    trainee.fill(&status("resume"), action, &[]).await;
    assert_eq!(now().await, "active");
    trainee.fill(&status("sustain"), action, &ahead).await;
    assert_eq!(now().await, "sustaining");
    let why = trainee.fill(&status("stop"), action, &[("note", "")]).await;
    assert!(trainee.follow(&why).await.words().contains("Say why it stops"));
    trainee.fill(&status("stop"), action, &[("note", "The ward closed")]).await;
    assert_eq!(now().await, "closed");
    let closed = trainee.get(&page).await;
    assert!(closed.words().contains("The ward closed") && closed.words().contains("stopped"));
    trainee.fill(&status("reopen"), action, &[]).await;
    assert_eq!(now().await, "active");

    let colleague = app.browser(app.fixture.colleague).await;
    assert_eq!(colleague.get(&format!("{page}/status")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_project_with_a_handover_under_way_is_not_closed() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, created_by, created_at, offered_at) values ($1, $2, $3, $4, 'offered', '2026-04-01', $3, $5, $5)")
        .bind(app::id::HandoverId::new())
        .bind(project)
        .bind(app.fixture.trainee)
        .bind(app.fixture.colleague)
        .bind(app::testing::noon())
        .execute(&mut *change)
        .await
        .expect("a handover");
    change.commit().await.expect("committed");
    let trainee = app.browser(app.fixture.trainee).await;
    let early = trainee.get(&format!("/projects/{project}/status?to=complete")).await;
    assert!(!early.words().contains("nobody is asked who leads it next"), "{}", early.words());
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("update post set ends_on = '2026-04-30' where person_id = $1")
        .bind(app.fixture.trainee)
        .execute(&mut *change)
        .await
        .expect("ends soon");
    change.commit().await.expect("committed");
    let leaving = trainee.get(&format!("/projects/{project}/status?to=complete")).await;
    assert!(leaving.words().contains("Tara Trainee leads it until 30 April 2026, in 8 weeks."), "{}", leaving.words());
    assert!(leaving.words().contains("Go on measuring it"), "{}", leaving.words());
    let answer = trainee.fill(&format!("/projects/{project}/status?to=complete"), "/api/projects/status", &[]).await;
    let page = trainee.follow(&answer).await;
    assert!(page.words().contains("Withdraw it first"));
    assert_eq!(text(&app.fixture, "select status from project where id = $1", project).await, "active");
}

#[tokio::test]
async fn a_merged_project_leads_to_the_other_and_can_still_be_seen() {
    let app = App::new().await;
    let (merged, stays) = (app.fixture.project("Sepsis one").await, app.fixture.project("Sepsis two").await);
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("update project set status = 'closed', closed_reason = 'merged', closed_on = '2026-03-01', merged_into = $2 where id = $1")
        .bind(merged)
        .bind(stays)
        .execute(&mut *change)
        .await
        .expect("merged");
    change.commit().await.expect("committed");
    let browser = app.browser(app.fixture.colleague).await;
    let answer = browser.get(&format!("/projects/{merged}")).await;
    assert_eq!(answer.location(), format!("/projects/{stays}?merged={merged}"));
    assert!(browser.follow(&answer).await.words().contains("QI-2026-0001 was merged into this project"));
    let was = browser.get(&format!("/projects/{merged}?as=was")).await;
    assert!(was.status == StatusCode::OK && was.words().contains("Sepsis one"));
    let trainee = app.browser(app.fixture.trainee).await;
    assert!(
        trainee.get(&format!("/projects/{merged}/status")).await.status.is_redirection(),
        "undone by the academy lead"
    );
}

/// Every function that changes a project, its parts, its trust's priorities or pairs: with the fields
/// that its address and its version stand in.
const CHANGES: &[(&str, &[(&str, &str)])] = &[
    ("projects/edit", &[("project", "x"), ("version", "1")]),
    ("projects/submit", &[("project", "x")]),
    ("projects/delete-draft", &[("project", "x")]),
    ("projects/invite", &[("project", "x")]),
    ("projects/name-co-lead", &[("project", "x")]),
    ("projects/answer", &[("question", "x")]),
    ("projects/change-role", &[("project", "x"), ("membership", "x")]),
    ("projects/end-role", &[("project", "x"), ("membership", "x")]),
    ("projects/leave", &[("project", "x")]),
    ("projects/join", &[("project", "x")]),
    ("projects/status", &[("project", "x"), ("version", "1")]),
    ("projects/take-on", &[("project", "x")]),
    ("handovers/prepare", &[("project", "x"), ("version", "0")]),
    ("handovers/answer", &[("handover", "x")]),
    ("handovers/answer-as-supervisor", &[("handover", "x")]),
    ("handovers/withdraw", &[("handover", "x")]),
    ("priorities/edit", &[("id", "x"), ("version", "1")]),
    ("priorities/retire", &[("id", "x"), ("version", "1")]),
    ("priorities/restore", &[("id", "x"), ("version", "1")]),
    ("cycles/plan", &[("project", "x")]),
    ("cycles/save", &[("cycle", "x"), ("version", "1")]),
    ("drivers/add", &[("project", "x")]),
    ("drivers/edit", &[("driver", "x"), ("version", "1")]),
    ("drivers/move", &[("driver", "x"), ("version", "1"), ("way", "up")]),
    ("drivers/remove", &[("driver", "x"), ("version", "1")]),
    ("drivers/restore", &[("driver", "x"), ("version", "1")]),
    ("measures/define", &[("project", "x")]),
    ("measures/edit", &[("measure", "x"), ("version", "1")]),
    ("measures/retire", &[("measure", "x")]),
    ("measures/restore", &[("measure", "x")]),
    ("measures/move", &[("measure", "x"), ("way", "up")]),
    ("measures/read", &[("measure", "x"), ("version", "1")]),
    ("measures/start-phase", &[("measure", "x")]),
    ("measures/remove-phase", &[("measure", "x"), ("phase", "x")]),
    ("measures/set-target", &[("measure", "x")]),
    ("measures/remove-target", &[("measure", "x"), ("target", "x")]),
    ("measurements/record", &[("measure", "x")]),
    ("measurements/record-many", &[("measure", "x")]),
    ("measurements/correct", &[("measurement", "x"), ("version", "1")]),
    ("measurements/exclude", &[("measurement", "x"), ("version", "1")]),
    ("measurements/void", &[("measurement", "x"), ("version", "1")]),
    ("measurements/include", &[("measurement", "x"), ("version", "1")]),
    ("tallies/start", &[("measure", "x")]),
    ("tallies/press", &[("tally", "x")]),
    ("tallies/undo", &[("tally", "x")]),
    ("tallies/edit", &[("tally", "x"), ("version", "1")]),
    ("tallies/close", &[("tally", "x")]),
    ("tallies/discard", &[("tally", "x")]),
];

/// Those whose object is the trust itself.
const OF_THE_TRUST: &[&str] =
    &["projects/register", "look-alikes/decide", "look-alikes/undo", "priorities/create", "charts/rules"];

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn who_asks_comes_before_what_they_ask_for() {
    let app = App::new().await;
    let (nobody, trainee) = (app.nobody(), app.browser(app.fixture.trainee).await);
    for (function, pairs) in CHANGES {
        let path = format!("/api/{function}");
        assert_eq!(nobody.call(&path, &owned(pairs)).await.status, StatusCode::UNAUTHORIZED, "{function}");
        assert_eq!(trainee.call(&path, &owned(pairs)).await.status, StatusCode::NOT_FOUND, "{function}");
    }
    for function in OF_THE_TRUST {
        let pairs = owned(&[("first", "x"), ("second", "x"), ("link", "x"), ("rule_set", "x")]);
        let answer = nobody.call(&format!("/api/{function}"), &pairs).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{function}");
        if *function != "projects/register" {
            let answer = trainee.call(&format!("/api/{function}"), &pairs).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{function}");
        }
    }
}

/// The functions that somebody of the team may call, each with nothing but the ids of a project's parts.
async fn team_only(app: &App, project: ProjectId) -> Vec<(&'static str, Vec<(String, String)>)> {
    let measure = app.fixture.measure(project).await.to_string();
    let ids = [("project", project.to_string()), ("measure", measure)];
    let with = |function: &'static str, more: &[(&str, &str)]| {
        let mut pairs: Vec<(String, String)> = ids.iter().map(|(name, id)| ((*name).to_owned(), id.clone())).collect();
        pairs.extend(owned(more));
        (function, pairs)
    };
    vec![
        with("projects/edit", &[("version", "1")]),
        with("projects/invite", &[]),
        with("projects/change-role", &[("membership", "0198c9a4-0000-7000-8000-000000000001")]),
        with("projects/end-role", &[("membership", "0198c9a4-0000-7000-8000-000000000001")]),
        with("projects/leave", &[]),
        with("handovers/prepare", &[("version", "0")]),
        with("cycles/plan", &[]),
        with("drivers/add", &[]),
        with("measures/define", &[]),
        with("measures/edit", &[("version", "1")]),
        with("measures/retire", &[]),
        with("measures/move", &[("way", "up")]),
        with("measures/read", &[("version", "1")]),
        with("measures/start-phase", &[]),
        with("measures/set-target", &[]),
        with("measurements/record", &[]),
        with("measurements/record-many", &[]),
        with("tallies/start", &[]),
    ]
}

#[tokio::test]
async fn permission_comes_before_the_form() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let colleague = app.browser(app.fixture.colleague).await;
    let stranger = app.browser(app.fixture.stranger).await;
    let mut pairs = team_only(&app, project).await;
    pairs.push(("projects/status", owned(&[("project", &project.to_string()), ("version", "1")])));
    for (function, pairs) in pairs {
        let path = format!("/api/{function}");
        assert_eq!(colleague.call(&path, &pairs).await.status, StatusCode::FORBIDDEN, "{function}");
        assert_eq!(stranger.call(&path, &pairs).await.status, StatusCode::NOT_FOUND, "{function}");
    }
}

#[tokio::test]
async fn nothing_changes_in_a_closed_project_and_its_pages_offer_nothing() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let calls = team_only(&app, project).await;
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-03-01'")
        .execute(&mut *change)
        .await
        .expect("closed");
    role(&mut change, project, app.fixture.colleague, "member", TODAY, None).await;
    change.commit().await.expect("committed");
    for person in [app.fixture.trainee, app.fixture.supervisor, app.fixture.lead] {
        let browser = app.browser(person).await;
        for (function, pairs) in &calls {
            if *function == "projects/leave" && person == app.fixture.lead {
                continue;
            }
            let answer = browser.call(&format!("/api/{function}"), pairs).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{function}: {}", answer.body);
            assert!(answer.body.contains("This project is closed. Reopen it first."), "{function}: {}", answer.body);
        }
        let page = browser.get(&format!("/projects/{project}")).await;
        for button in [">Edit<", "Change the team", "Hand over", "Ask to join", "Take it on", "Write the aim"] {
            assert!(!page.words().contains(button), "{button}");
        }
        assert!(page.words().contains("Reopen"));
        assert!(!page.words().contains("will be"), "nothing is promised that cannot come");
        let team = browser.get(&format!("/projects/{project}/team")).await;
        assert!(team.forms().iter().all(|form| !form.action.starts_with("/api/projects/")));
    }
    let trainee = app.browser(app.fixture.trainee).await;
    trainee.fill(&format!("/projects/{project}/status?to=reopen"), "/api/projects/status", &[]).await;
    assert_eq!(trainee.get(&format!("/projects/{project}/edit")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_stood_in_a_draft_is_on_no_page_of_a_colleague() {
    let app = App::new().await;
    let author = app.browser(app.fixture.trainee).await;
    let draft = project_in(
        &author.fill(FORM, REGISTER, &[("title", "Falls"), ("problem", "Mr Secret fell"), ("then", "draft")]).await,
    );
    let department = app.fixture.department.to_string();
    author
        .fill(
            &format!("/projects/{draft}/edit"),
            EDIT,
            &[
                ("problem", "Falls at night"),
                ("department", &department),
                ("type", "quality_improvement"),
                ("origin", "idea"),
                ("local_need", "Our ward"),
                ("then", "register"),
            ],
        )
        .await;
    assert_eq!(text(&app.fixture, "select status from project where id = $1", draft).await, "active");
    let colleague = app.browser(app.fixture.colleague).await;
    for page in [format!("/projects/{draft}"), format!("/projects/{draft}/history")] {
        let theirs = colleague.get(&page).await;
        assert_eq!(theirs.status, StatusCode::OK);
        assert!(!theirs.words().contains("Mr Secret") && theirs.words().contains("wrote it as a draft"), "{page}");
    }
    let own = author.get(&format!("/projects/{draft}/history")).await;
    assert!(own.words().contains("Mr Secret"), "{}", own.body);
}

#[tokio::test]
async fn somebody_of_another_trust_reads_while_in_the_team_and_what_they_contributed_to() {
    let app = App::new().await;
    let trainee = app.browser(app.fixture.trainee).await;
    let stranger = app.browser(app.fixture.stranger).await;
    for (ended, reads) in [(("mistake", "yes"), StatusCode::NOT_FOUND), (("contribution", "Taught us"), StatusCode::OK)]
    {
        let project = app.fixture.project("Sepsis").await;
        let page = format!("/projects/{project}");
        assert_eq!(stranger.get(&page).await.status, StatusCode::NOT_FOUND);
        let mut change = app.fixture.store.write().await.expect("a change");
        let place = role(&mut change, project, app.fixture.stranger, "coach", on("2026-02-01"), None).await;
        change.commit().await.expect("committed");
        assert_eq!(stranger.get(&page).await.status, StatusCode::OK, "they have a place");
        assert_eq!(stranger.get(&format!("{page}/edit")).await.status, StatusCode::FORBIDDEN);
        let answer = trainee.fill(&format!("/memberships/{place}"), "/api/projects/end-role", &[ended]).await;
        assert!(answer.location().ends_with("done=team"), "{}", answer.location());
        assert_eq!(stranger.get(&page).await.status, reads);
        assert_eq!(trainee.get(&page).await.words().contains("Past contributors"), reads == StatusCode::OK);
    }
}

#[tokio::test]
async fn whoever_contributed_to_one_of_two_merged_projects_reads_that_one() {
    let app = App::new().await;
    let (merged, stays) = (app.fixture.project("Sepsis one").await, app.fixture.project("Sepsis two").await);
    let lead = app.browser(app.fixture.lead).await;
    let pair = format!("/look-alikes/pair?first={merged}&second={stays}");
    lead.fill(&pair, "/api/look-alikes/decide", &[("answer", "first_is_duplicate"), ("word", "The same")]).await;
    let stranger = app.browser(app.fixture.stranger).await;
    let place = async |project: ProjectId| {
        let mut change = app.fixture.store.write().await.expect("a change");
        sqlx::query("delete from team_role where person_id = $1")
            .bind(app.fixture.stranger)
            .execute(&mut *change)
            .await
            .expect("gone");
        role(&mut change, project, app.fixture.stranger, "coach", on("2026-01-01"), Some(on("2026-02-01"))).await;
        change.commit().await.expect("committed");
    };
    place(merged).await;
    let page = stranger.get(&format!("/projects/{merged}")).await;
    assert_eq!(page.status, StatusCode::OK, "they are led to no page that they may not read");
    assert!(page.words().contains("Sepsis one") && !page.words().contains("Sepsis two"));
    assert_eq!(stranger.get(&format!("/projects/{stays}")).await.status, StatusCode::NOT_FOUND);
    place(stays).await;
    let page = stranger.get(&format!("/projects/{stays}?merged={merged}")).await;
    assert_eq!(page.status, StatusCode::OK);
    for theirs in ["Sepsis one", "was merged into this project", "merged into another project"] {
        assert!(!page.words().contains(theirs), "{theirs}");
    }
    let colleague = app.browser(app.fixture.colleague).await;
    assert!(colleague.get(&format!("/projects/{stays}")).await.words().contains("Sepsis one"));
}

#[tokio::test]
async fn names_and_titles_hold_nothing_that_nobody_sees() {
    let app = App::new().await;
    let project = registered(&app, "Fa\u{200b}lls\u{2060} on the ward\u{feff}").await;
    assert_eq!(text(&app.fixture, "select title from project where id = $1", project).await, "Falls on the ward");
    let browser = app.browser(app.fixture.trainee).await;
    let answer = browser.fill(FORM, REGISTER, &[("title", "Falls \u{202e}draw"), ("then", "draft")]).await;
    assert!(browser.follow(&answer).await.words().contains("turn the direction of writing"));
}

#[tokio::test]
async fn an_address_of_a_membership_that_was_kept_leads_to_the_one_of_today() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let id = "0198c9a4-0000-7000-8000-000000000001";
    let answer = browser.get(&format!("/places/{id}")).await;
    assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT);
    assert_eq!(answer.location(), format!("/memberships/{id}"));
    let rejected = browser.get(&format!("/places/{id}?form=key")).await;
    assert_eq!(rejected.location(), format!("/memberships/{id}?form=key"), "with the form that waits");
    assert_eq!(browser.get("/places/nowhere").await.status, StatusCode::NOT_FOUND);
}
