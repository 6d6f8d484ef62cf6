//! Somebody is found by name on every form that chooses one, and what was filled in stays.

use app::id::{PersonId, ProjectId};
use app::testing::{TODAY, make, on};

use crate::harness::{Answer, App, Browser};
use crate::statements::sent_by;

const PREPARE: &str = "/api/handovers/prepare";
const INVITE: &str = "/api/projects/invite";
const PASS_ON: &str = "/api/supervision/pass-on";
const REGISTER: &str = "/api/projects/register";

async fn hire(app: &App, name: &str) -> PersonId {
    let at = &app.fixture;
    let mut change = at.store.write().await.expect("a change");
    let person = make::person(&mut change, at.trust, at.department, [name, "ST5"], None).await.expect("a person");
    change.commit().await.expect("committed");
    person
}

/// Opens a page, looks for a name on its form, and gives the page that comes back.
async fn look(browser: &Browser<'_>, page: &str, action: &str, field: &str, typed: &[(&str, &str)]) -> Answer {
    let sought = format!("_sought.{field}");
    let typed: Vec<(&str, &str)> =
        typed.iter().map(|(name, value)| (if *name == "?" { sought.as_str() } else { *name }, *value)).collect();
    let answer = browser.fill(page, action, &typed).await;
    assert!(answer.location().ends_with("-picker") || answer.location().ends_with("#person"), "{}", answer.location());
    let answer = browser.follow(&answer).await;
    assert_eq!(answer.status.as_u16(), 200, "nothing is wrong: {}", answer.body);
    assert!(!answer.words().contains("There is a problem"));
    answer
}

fn radios(answer: &Answer, name: &str) -> Vec<String> {
    let forms = answer.forms();
    let fields = forms.iter().flat_map(|form| &form.fields);
    fields.filter(|field| field.kind == "radio" && field.name == name).map(|field| field.value.clone()).collect()
}

fn value(answer: &Answer, action: &str, name: &str) -> Option<String> {
    answer.form(action)?.into_iter().find(|(field, _)| field == name).map(|(_, value)| value)
}

async fn handovers(app: &App, project: ProjectId) -> i64 {
    let mut conn = app.fixture.store.read().await.expect("a reader");
    let count = sqlx::query_scalar("select count(*) from handover where project_id = $1").bind(project);
    count.fetch_one(&mut *conn).await.expect("a number")
}

#[tokio::test]
async fn a_successor_is_found_by_name_and_the_rest_of_the_form_stays() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis bundle").await;
    let sam = hire(&app, "Samira <b>Khan</b>").await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/handover");
    assert_eq!(radios(&browser.get(&page).await, "to").len(), 2, "the pool, and the supervisor, who is in the team");

    let typed = [("?", "samira"), ("summary", "Half of it is done."), ("takes_effect_on.day", "7"), ("_find", "to")];
    let found = look(&browser, &page, PREPARE, "to", &typed).await;
    assert!(found.words().contains("1 person found for “samira”"), "{}", found.body);
    assert!(found.body.contains("Samira &lt;b&gt;Khan") && !found.body.contains("<b>Khan"), "a name is no markup");
    assert!(radios(&found, "to").contains(&sam.to_string()));
    assert_eq!(value(&found, PREPARE, "summary").as_deref(), Some("Half of it is done."));
    assert_eq!(value(&found, PREPARE, "takes_effect_on.day").as_deref(), Some("7"));
    assert_eq!(handovers(&app, project).await, 0, "nothing is kept by looking");

    // Who is chosen stays chosen while somebody else is sought, and the Enter key seeks too.
    let again: Vec<(String, String)> = found.form(PREPARE).expect("the form");
    let mut again: Vec<(&str, &str)> = again
        .iter()
        .filter(|(name, _)| name != "to" && name != "_sought.to")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let sam = sam.to_string();
    again.extend([("to", sam.as_str()), ("_sought.to", "Colin")]);
    let answer = browser.post(PREPARE, &again).await;
    let found = browser.follow(&answer).await;
    assert_eq!(value(&found, PREPARE, "to"), Some(sam.clone()), "{}", found.body);
    assert!(radios(&found, "to").contains(&app.fixture.colleague.to_string()));
    assert_eq!(handovers(&app, project).await, 0);

    // Nothing else is looked for: the form is sent.
    let form: Vec<(String, String)> = found.form(PREPARE).expect("the form");
    let mut pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.push(("then", "draft"));
    assert!(browser.post(PREPARE, &pairs).await.location().contains("done=handover-draft"));
    let draft = browser.get(&page).await;
    assert_eq!(value(&draft, PREPARE, "to"), Some(sam), "who is chosen is listed without a search");
}

#[tokio::test]
async fn it_is_said_when_nobody_or_too_many_have_the_name() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis bundle").await;
    for number in 0..23 {
        hire(&app, &format!("Jo Smith{number}")).await;
    }
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/team");
    let none = look(&browser, &page, INVITE, "person", &[("?", "<i>zz"), ("message", "Do join")]).await;
    assert!(none.words().contains("Nobody in the trust has a name like “&lt;i&gt;zz”"), "{}", none.body);
    assert_eq!(value(&none, INVITE, "message").as_deref(), Some("Do join"));
    let me = look(&browser, &page, INVITE, "person", &[("?", "tara")]).await.words();
    assert!(me.contains("Nobody who can be chosen here has a name like “tara”."), "{me}");
    assert!(me.contains("Tara Trainee: that is you."), "{me}");
    let there = look(&browser, &page, INVITE, "person", &[("?", "sonia")]).await.words();
    assert!(there.contains("; already in the team"), "{there}");
    let many = look(&browser, &page, INVITE, "person", &[("?", "smith")]).await;
    assert!(
        many.words().contains("23 people have “smith”. These are the first 20. Type more of the name."),
        "{}",
        many.body
    );
    let shown = radios(&many, "person");
    assert!(shown.contains(&String::new()), "somebody else can be named still");
    // Beside them the supervisor, who is in the team.
    assert_eq!(shown.len(), 20 + 1 + 1);
}

#[tokio::test]
async fn the_other_forms_find_somebody_the_same_way() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let supervisor = app.browser(at.supervisor).await;
    let found = look(&supervisor, "/supervision", PASS_ON, "person", &[("?", "colin"), ("_find", "person")]).await;
    assert_eq!(radios(&found, "person"), [at.colleague.to_string()]);
    let trainee = app.browser(at.trainee).await;
    let page = "/projects/register?type=quality_improvement";
    let typed = [("?", "sonja"), ("title", "Warfarin"), ("_find", "supervisor")];
    let found = look(&trainee, page, REGISTER, "supervisor", &typed).await;
    assert_eq!(radios(&found, "supervisor"), [String::new(), at.supervisor.to_string()], "also a letter wrong");
    assert_eq!(value(&found, REGISTER, "title").as_deref(), Some("Warfarin"));
    let administrator = app.browser(at.administrator).await;
    let account = format!("/people/{}/account", at.lead);
    for (action, name) in [("/api/people/take-role", "academy_lead"), ("/api/people/close", "")] {
        let page = administrator.get(&account).await;
        let Some(form) = page
            .forms()
            .into_iter()
            .find(|form| form.action == action && form.fields.iter().any(|field| field.name == "_sought.successor"))
        else {
            panic!("{action} chooses nobody: {}", page.body);
        };
        let mut pairs: Vec<(&str, &str)> = form
            .fields
            .iter()
            .filter(|field| field.sent && field.name != "_sought.successor")
            .map(|field| (field.name.as_str(), field.value.as_str()))
            .collect();
        pairs.extend([("_sought.successor", "tara"), ("_find", "successor")]);
        let answer = administrator.post(action, &pairs).await;
        assert!(answer.location().ends_with(if name.is_empty() {
            "#successor-picker"
        } else {
            "#academy_lead-successor-picker"
        }));
        let found = administrator.follow(&answer).await;
        assert_eq!(radios(&found, "successor"), [at.trainee.to_string()], "in the form that looked, and in no other");
    }
    // Whoever may not see the page finds nobody by its form.
    let pairs = [("project", project.to_string()), ("_find", "to".to_owned()), ("_sought.to", "tara".to_owned())];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = app.nobody().post(PREPARE, &pairs).await;
    assert!(answer.location().starts_with("/sign-in"), "{}", answer.location());
}

#[tokio::test]
async fn a_page_holds_and_reads_as_little_where_thousands_work() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let mut change = at.store.write().await.expect("a change");
    for number in 0..2_000 {
        let name = format!("Person{number} Surname{}", number % 50);
        make::person(&mut change, at.trust, at.department, [&name, "CT1"], Some(on("2027-01-01")))
            .await
            .expect("hired");
    }
    change.commit().await.expect("committed");
    assert!(TODAY < on("2027-01-01"));
    let trainee = app.browser(at.trainee).await;
    let supervisor = app.browser(at.supervisor).await;
    let pages = [
        (&trainee, format!("/projects/{project}/handover"), PREPARE, "to"),
        (&trainee, format!("/projects/{project}/team"), INVITE, "person"),
        (&supervisor, "/supervision".to_owned(), PASS_ON, "person"),
        (&trainee, "/projects/register?type=clinical_audit".to_owned(), REGISTER, "supervisor"),
    ];
    let mut counted = Vec::new();
    for (browser, page, action, field) in pages {
        let (before, sent) = sent_by(browser.get(&page)).await;
        assert!(radios(&before, field).len() < 5, "{page}");
        assert!(before.body.len() < 60_000, "{page}: {}", before.body.len());
        let sought = format!("_sought.{field}");
        let answer = browser.fill(&page, action, &[(sought.as_str(), "surname7"), ("_find", field)]).await;
        let (found, searched) = sent_by(browser.follow(&answer)).await;
        assert!(found.words().contains("40 people have “surname7”"), "{page}");
        assert!((20..25).contains(&radios(&found, field).len()), "{page}");
        let times = |sent: crate::statements::Sent| sent.values().sum::<usize>();
        let (first, second) = (times(sent), times(searched));
        assert_eq!(first, second, "{page}: to look for somebody costs no other way to the store");
        counted.push(first);
    }
    assert_eq!(counted, [7, 7, 5, 6]);
}
