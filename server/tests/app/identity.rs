//! Who somebody is, in which trust, and how they get in.

use app::id::{DepartmentId, PersonId, ProjectId};
use app::testing::{Fixture, noon, on, role};
use http::StatusCode;

use crate::harness::{Answer, App, Browser};

const PASSWORD: &str = "copper kettle ninety";
const OWN: &str = "ninety copper kettles";

/// Two trusts with an academy lead or administrator each: the fixture's, and the other one, which Stella
/// keeps.
async fn two_trusts() -> App {
    let app = App::new().await;
    let at = &app.fixture;
    sqlx_run(at, "insert into trust_role (person_id, trust_id, role, granted_at) values ($1, $2, 'administrator', '2026-01-01T00:00:00Z')", &[
        &at.stranger.to_string(),
        &at.other_trust.to_string(),
    ])
    .await;
    app
}

async fn sqlx_run(fixture: &Fixture, sql: &'static str, values: &[&str]) {
    let mut change = fixture.store.write().await.expect("a change");
    let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind((*value).to_owned()));
    query.execute(&mut *change).await.expect(sql);
    change.commit().await.expect("committed");
}

async fn text(fixture: &Fixture, sql: &'static str, value: &str) -> String {
    let mut conn = fixture.store.read().await.expect("a reader");
    let found: Option<String> =
        sqlx::query_scalar(sql).bind(value.to_owned()).fetch_optional(&mut *conn).await.expect(sql);
    found.unwrap_or_default()
}

async fn other_department(fixture: &Fixture) -> DepartmentId {
    let sql = "select id from department where trust_id = $1";
    text(fixture, sql, &fixture.other_trust.to_string()).await.parse().expect("a department")
}

/// Adds somebody by name and address with a post that began on 1 February 2026.
async fn add(browser: &Browser<'_>, name: &str, address: &str, department: DepartmentId) -> Answer {
    let department = department.to_string();
    let typed = [
        ("name", name),
        ("address", address),
        ("department", &department),
        ("staff_group", "Medical"),
        ("grade", "ST3"),
        ("starts_on.day", "1"),
        ("starts_on.month", "2"),
        ("starts_on.year", "2026"),
    ];
    browser.fill("/people/new", "/api/people/add", &typed).await
}

fn id_in(location: &str) -> String {
    location.split(['/', '?']).nth(2).unwrap_or_default().to_owned()
}

async fn sign_in(browser: &Browser<'_>, address: &str, password: &str) -> Answer {
    browser.fill("/sign-in", "/api/sign-in", &[("address", address), ("password", password)]).await
}

async fn give_password(fixture: &Fixture, person: PersonId, address: &str, by: &str) {
    let hash = app::people::hash_password(PASSWORD.to_owned()).await.expect("a hash");
    sqlx_run(fixture, "insert into person_address (id, person_id, address, verified_at, created_at) values ($1, $2, $3, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')", &[
        &PersonId::new().to_string(),
        &person.to_string(),
        address,
    ])
    .await;
    let sql = "insert into credential (person_id, password_hash, changed_at, given_by_trust) values ($1, $2, '2026-01-01T00:00:00+00:00', $3)
        on conflict (person_id) do update set password_hash = excluded.password_hash, given_by_trust = excluded.given_by_trust";
    sqlx_run(fixture, sql, &[&person.to_string(), &hash, by]).await;
}

/// The code on the page that an answer leads to.
async fn code(browser: &Browser<'_>, answer: &Answer) -> String {
    let page = browser.follow(answer).await.words();
    let code = page.split("baton-code\">").nth(1).and_then(|rest| rest.split('<').next());
    code.unwrap_or_else(|| panic!("no code: {page}")).to_owned()
}

async fn signed_in_at(browser: &Browser<'_>) -> String {
    let page = browser.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
    let page = page.words();
    let row = page.split("Trust</dt>").nth(1).unwrap_or_default();
    let name = row.split('>').nth(1).unwrap_or_default().split('<').next().unwrap_or_default();
    name.trim_end_matches(", ").to_owned()
}

#[tokio::test]
async fn an_address_taken_in_advance_opens_no_other_trust() {
    let app = two_trusts().await;
    let at = &app.fixture;
    let (theirs, ours) = (app.browser(at.lead).await, app.browser(at.stranger).await);

    // The first trust adds Vic, gives the password, and waits.
    let answer = add(&theirs, "Vic Tim", "vic@other.uk", at.department).await;
    let vic = id_in(&answer.location());
    let give = [("password", PASSWORD)];
    theirs.fill(&format!("/people/{vic}/account"), "/api/people/give-sign-in", &give).await;

    // The second one adds Vic by the same address, is told, and sees nothing of the first.
    let answer = add(&ours, "Vic Tim", "vic@other.uk", other_department(at).await).await;
    assert!(answer.location().ends_with("done=asked"), "{}", answer.location());
    let page = ours.follow(&answer).await.words();
    assert!(page.contains("This person is known to Baton already. They will be asked."), "{page}");
    assert!(!page.contains("vic@other.uk"), "{page}");

    // Whoever knows the first password works in the first trust only.
    let answer = sign_in(&app.nobody(), "vic@other.uk", PASSWORD).await;
    let held = app.browser_with(&[&answer]);
    let change = [("password", PASSWORD), ("new_password", OWN)];
    let browser = app.browser_with(&[&held.fill("/account/password", "/api/account/password", &change).await]);
    assert_eq!(signed_in_at(&browser).await, "Tamar Vale");
    let page = browser.get("/trusts").await.words();
    assert!(page.contains("Other Shire asks whether you are Vic Tim") && page.contains("ST3, "), "{page}");
    let trust = at.other_trust.to_string();
    let choose = [("trust".to_owned(), trust.clone())];
    assert_eq!(browser.call("/api/trusts/choose", &choose).await.status, StatusCode::NOT_FOUND);
    for code in ["", "ABCDE-FGHJK"] {
        let typed = [("answer", "accept"), ("code", code)];
        let answer = browser.fill("/trusts", "/api/trusts/answer", &typed).await;
        assert_eq!(browser.follow(&answer).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
    }
    assert_eq!(browser.call("/api/trusts/choose", &choose).await.status, StatusCode::NOT_FOUND);

    // With the code that the second trust hands to Vic in person, Vic belongs to both.
    let made = ours.fill(&format!("/people/{vic}"), "/api/people/answer-code", &[]).await;
    let code = code(&ours, &made).await;
    assert!(ours.follow(&made).await.body.contains("shown once"), "and is not shown again");
    let typed = [("answer", "accept"), ("code", code.as_str())];
    let answer = browser.fill("/trusts", "/api/trusts/answer", &typed).await;
    assert_eq!(answer.location(), "/trusts?done=trust-accepted", "{}", answer.body);
    let page = browser.get("/").await.words();
    assert!(page.contains("baton-header__switch") && page.contains("Other Shire"), "{page}");
    let list = browser.get("/projects").await;
    assert!(list.body.contains("baton-header__switch"), "{}", list.body);
    assert_eq!(list.headers["cache-control"], "no-store", "the header's form keeps no page on the disk");
    let answer = browser.fill("/", "/api/trusts/choose", &[]).await;
    assert_eq!(answer.location(), "/");
    assert_eq!(signed_in_at(&browser).await, "Other Shire");
    let page = ours.get(&format!("/people/{vic}/account")).await.words();
    assert!(page.contains("They also belong to another trust") && !page.contains("vic@other.uk"), "{page}");
}

#[tokio::test]
async fn a_form_of_one_trust_is_not_sent_in_another() {
    let app = two_trusts().await;
    let at = &app.fixture;
    let (here, there) = (at.trust.to_string(), at.other_trust.to_string());
    let both = "insert into tie (person_id, trust_id, state, named, asked_at, answered_at) values ($1, $2, 'accepted', 'Tara', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')";
    let post = "insert into trust_role (person_id, trust_id, role, granted_at) values ($1, $2, 'academy_lead', '2026-01-01T00:00:00Z')";
    for sql in [both, post] {
        sqlx_run(at, sql, &[&at.trainee.to_string(), &there]).await;
    }
    let tara = app.browser(at.trainee).await;
    let (page, action) = ("/projects/register?type=quality_improvement", "/api/projects/register");
    let mut typed = tara.get(page).await.form(action).expect("a form");
    typed.retain(|(name, _)| name != "title" && name != "then");
    typed.extend([("title", "Half a thought"), ("then", "draft")].map(|(name, value)| (name.into(), value.into())));
    let typed: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let drafts = "select count(*) || '' from project where title = $1";

    // In another tab, Tara changes over: the form waits until she is back where she opened it.
    assert_eq!(tara.fill("/", "/api/trusts/choose", &[]).await.location(), "/");
    let answer = tara.post(action, &typed).await;
    assert!(answer.location().starts_with(&format!("/trusts?trust={here}&next=")), "{}", answer.location());
    assert_eq!(text(at, drafts, "Half a thought").await, "0");
    let asked = tara.follow(&answer).await;
    assert!(
        asked.words().contains("You opened the form in Tamar Vale, and work in Other Shire now."),
        "{}",
        asked.body
    );
    let sent = asked.forms().into_iter().rfind(|form| form.action == "/api/trusts/choose").expect("a choice");
    let sent: Vec<(String, String)> =
        sent.fields.into_iter().filter(|field| field.sent).map(|field| (field.name, field.value)).collect();
    assert!(sent.contains(&("trust".to_owned(), here.clone())), "the form's own trust is offered first: {sent:?}");
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = tara.post("/api/trusts/choose", &sent).await;
    let again = tara.follow(&answer).await;
    assert!(again.words().contains("You had changed over to another trust."), "{}", again.body);
    let form = again.form(action).expect("the form again");
    assert!(form.contains(&("title".to_owned(), "Half a thought".to_owned())), "{form:?}");
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = tara.post(action, &[&form[..], &[("then", "draft")]].concat()).await;
    assert!(answer.location().ends_with("done=draft"), "{}", answer.location());
    assert_eq!(text(at, "select trust_id from project where title = $1", "Half a thought").await, here);
}

#[tokio::test]
async fn whom_another_trust_has_named_is_not_claimed_by_an_address() {
    let app = two_trusts().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let trainee = app.browser(at.trainee).await;
    let invite = [("name", "Vic Tim"), ("address", "vic@trust.uk"), ("role", "supervisor")];
    let answer = trainee.fill(&format!("/projects/{project}/team"), "/api/projects/invite", &invite).await;
    assert!(answer.location().contains("done=invited"), "{}", answer.location());

    let claimer = app.browser(at.stranger).await;
    let answer = add(&claimer, "Vic Tim", "vic@trust.uk", other_department(at).await).await;
    assert!(answer.location().ends_with("done=asked"), "{}", answer.location());
    let vic = id_in(&answer.location());
    let before = text(at, "select count(*) || '' from credential where $1 <> ''", "x").await;
    let person = ("person".to_owned(), vic.clone());
    for (path, more) in [
        ("/api/people/address/confirm", ("address", "vic@trust.uk")),
        ("/api/people/address/add", ("address", "vic2@other.uk")),
        ("/api/people/give-sign-in", ("password", PASSWORD)),
        ("/api/people/password-code", ("", "")),
        ("/api/people/close", ("", "")),
        ("/api/people/grant-role", ("role", "academy_lead")),
    ] {
        let answer = claimer.call(path, &[person.clone(), (more.0.to_owned(), more.1.to_owned())]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", answer.body);
        assert!(answer.body.contains("has not accepted this trust"), "{path}: {}", answer.body);
    }
    let rename =
        [("id".to_owned(), vic.clone()), ("version".to_owned(), "1".to_owned()), ("name".to_owned(), "X".to_owned())];
    assert_eq!(claimer.call("/api/people/rename", &rename).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(before, text(at, "select count(*) || '' from credential where $1 <> ''", "x").await);
    let verified = text(at, "select coalesce(verified_at, '') from person_address where person_id = $1", &vic).await;
    assert_eq!(verified, "");
}

#[tokio::test]
async fn naming_somebody_by_address_tells_nothing_about_them() {
    let app = two_trusts().await;
    let at = &app.fixture;
    give_password(at, at.stranger, "stella@other.uk", &at.other_trust.to_string()).await;
    let project = at.project("Sepsis bundle").await;
    let trainee = app.browser(at.trainee).await;
    let team = format!("/projects/{project}/team");
    for (name, address) in [("Doctor Known", "stella@other.uk"), ("Doctor New", "nobody@other.uk")] {
        let invite = [("name", name), ("address", address), ("role", "supervisor")];
        let answer = trainee.fill(&team, "/api/projects/invite", &invite).await;
        assert!(answer.location().ends_with("done=invited"), "{}", answer.location());
    }
    for path in [team.clone(), format!("/projects/{project}"), "/projects".to_owned(), "/".to_owned()] {
        let page = trainee.get(&path).await.words();
        assert!(!page.contains("Stella"), "{path}");
    }
    let page = trainee.get(&team).await.words();
    for name in ["Doctor Known", "Doctor New"] {
        assert!(page.contains(name), "{page}");
    }
    assert_eq!(page.matches("They have no account yet").count(), 2, "both look the same");
    let lead = app.browser(at.lead).await;
    for path in
        [format!("/people/{}", at.stranger), format!("/people/{}/account", at.stranger), "/people".into(), "/".into()]
    {
        let page = lead.get(&path).await.words();
        assert!(!page.contains("Stella Stranger") && !page.contains("stella@other.uk"), "{path}: {page}");
    }

    // She is told what she is asked, and led to say whether it is her: before that she sees nothing of the project,
    // answers nothing, and nobody says yes for her.
    let stella = app.browser(at.stranger).await;
    let page = format!("/projects/{project}");
    assert_eq!(stella.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stella.get(&team).await.status, StatusCode::NOT_FOUND);
    let home = stella.get("/").await;
    assert!(home.words().contains("Tell Tamar Vale whether you are who it asks for"), "{}", home.words());
    assert!(!home.body.contains(&page), "no link that is refused");
    assert!(home.form("/api/projects/answer").is_none(), "no form that is refused");
    assert!(stella.get("/trusts").await.words().contains("supervisor, Sepsis bundle"));
    let sql = "select id from team_role where person_id = $1";
    let question = ("question".to_owned(), text(at, sql, &at.stranger.to_string()).await);
    let accept = [question, ("answer".to_owned(), "accepted".to_owned())];
    assert_eq!(stella.call("/api/projects/answer", &accept).await.status, StatusCode::NOT_FOUND);
    let answer = lead.call("/api/projects/answer", &accept).await;
    assert!(answer.body.contains("have not accepted this trust"), "{}", answer.body);

    // "This isn't me" ends it, and only an academy lead or administrator asks again.
    let answer = stella.fill("/trusts", "/api/trusts/answer", &[("answer", "decline")]).await;
    assert_eq!(answer.location(), "/trusts?done=trust-declined");
    assert!(!stella.get("/trusts").await.words().contains("asks whether"));
    let invite = [("name", "Doctor Known"), ("address", "stella@other.uk"), ("role", "coach")];
    trainee.fill(&team, "/api/projects/invite", &invite).await;
    assert!(!stella.get("/trusts").await.words().contains("asks whether"));
    let page = lead.get(&format!("/people/{}", at.stranger)).await.words();
    assert!(page.contains("says that they are not Doctor Known"), "{page}");
}

#[tokio::test]
async fn nobody_is_dragged_into_another_trust_and_who_has_several_chooses() {
    let app = two_trusts().await;
    let at = &app.fixture;
    give_password(at, at.stranger, "stella@other.uk", &at.other_trust.to_string()).await;
    let lead = app.browser(at.lead).await;
    let answer = add(&lead, "Stella Stranger", "stella@other.uk", at.department).await;
    assert!(answer.location().ends_with("done=asked"), "{}", answer.location());
    let answer = sign_in(&app.nobody(), "stella@other.uk", PASSWORD).await;
    assert_eq!(answer.location(), "/");
    let stella = app.browser_with(&[&answer]);
    assert_eq!(signed_in_at(&stella).await, "Other Shire");
    let page = stella.get("/people").await;
    assert_eq!(page.status, StatusCode::OK, "she keeps her own trust");
    assert!(page.words().contains("A trust asks for you"));

    let made = lead.fill(&format!("/people/{}", at.stranger), "/api/people/answer-code", &[]).await;
    let code = code(&lead, &made).await;
    let typed = [("answer", "accept"), ("code", code.as_str())];
    stella.fill("/trusts", "/api/trusts/answer", &typed).await;
    assert_eq!(signed_in_at(&stella).await, "Other Shire", "accepting moves nobody");

    // From now on she chooses after signing in, and the last choice is the default.
    let answer = sign_in(&app.nobody(), "stella@other.uk", PASSWORD).await;
    assert_eq!(answer.location(), "/trusts");
    let stella = app.browser_with(&[&answer]);
    assert_eq!(signed_in_at(&stella).await, "Other Shire");
    let trust = at.trust.to_string();
    let answer = stella
        .fill("/trusts?next=%2Fpriorities", "/api/trusts/choose", &[("trust", &trust), ("next", "/priorities")])
        .await;
    assert_eq!(answer.location(), "/priorities");
    assert_eq!(signed_in_at(&stella).await, "Tamar Vale");
    assert_eq!(stella.get("/people").await.status, StatusCode::FORBIDDEN, "she is no administrator here");
    let again = app.browser_with(&[&sign_in(&app.nobody(), "stella@other.uk", PASSWORD).await]);
    assert_eq!(signed_in_at(&again).await, "Tamar Vale");
    // The trust in which she belongs today comes before the last one, where her post is over.
    sqlx_run(
        at,
        "update post set ends_on = '2026-03-01' where person_id = $1 and trust_id = $2",
        &[&at.stranger.to_string(), &trust],
    )
    .await;
    let back = app.browser_with(&[&sign_in(&app.nobody(), "stella@other.uk", PASSWORD).await]);
    assert_eq!(signed_in_at(&back).await, "Other Shire");
}

/// Pages and functions that a session with somebody else's password may use.
const OPEN_PAGES: &[&str] = &[
    "/sign-in",
    "/sign-out",
    "/account/password",
    "/forgotten-password",
    "/invitation",
    "/new-password",
    "/join",
    "/calendar.ics",
    "/about",
    "/accessibility",
    "/glossary",
    "/privacy",
    "/how-charts-are-checked",
];
const OPEN_FUNCTIONS: &[&str] = &[
    "/api/sign-in",
    "/api/sign-in-as",
    "/api/sign-out",
    "/api/account/password",
    "/api/password/reset",
    "/api/password/forgotten",
    "/api/password/set",
    "/api/invitations/accept",
    "/api/join/ask",
    "/api/join/finish",
    "/api/notices/stop",
];

#[tokio::test]
async fn a_password_that_somebody_else_gave_opens_only_the_page_that_changes_it() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let sessions = app::visitor::Sessions {
        secure: false,
        idle: chrono::Duration::hours(1),
        absolute: chrono::Duration::hours(12),
    };
    for (who, person) in [
        ("trainee", at.trainee),
        ("supervisor", at.supervisor),
        ("academy lead", at.lead),
        ("administrator", at.administrator),
    ] {
        let mut change = at.store.write().await.expect("a change");
        let token = sessions.begin(&mut change, None, (person, at.trust), true, noon()).await.expect("a session");
        change.commit().await.expect("committed");
        let held = app.browser_holding(&app::web::cookie::set_session(sessions, &token));
        let before = whole(at).await;
        for route in app::routes::routes() {
            let path = route.path.replace("{id}", &project.to_string());
            let answer = held.get(&path).await;
            if OPEN_PAGES.contains(&route.path) {
                assert_ne!(answer.location(), "/", "{path} as {who}");
                continue;
            }
            // The project's id stands for everything that has one: what it is not is not found.
            let missing = route.path.contains("{id}") && answer.status == StatusCode::NOT_FOUND;
            assert!(
                missing || answer.location().starts_with("/sign-in"),
                "{path} as {who}: {} {}",
                answer.status,
                answer.location()
            );
        }
        let body = answers_to_anything(at, project);
        for (path, method) in server_fn::axum::server_fn_paths() {
            if OPEN_FUNCTIONS.contains(&path) || method != http::Method::POST {
                continue;
            }
            let answer = held.call(path, &body).await;
            assert!(answer.status.is_client_error(), "{path} as {who}: {}", answer.status);
        }
        assert_eq!(before, whole(at).await, "nothing changed as {who}");
    }
}

/// Fields that the functions ask for, whichever they are, with the project's id for every id.
fn answers_to_anything(fixture: &Fixture, project: ProjectId) -> Vec<(String, String)> {
    let id = project.to_string();
    [
        ("project", id.as_str()),
        ("id", &id),
        ("person", &id),
        ("trust", &fixture.trust.to_string()),
        ("version", "1"),
        ("place", &id),
        ("question", &id),
        ("handover", &id),
        ("measure", &id),
        ("measurement", &id),
        ("role", "member"),
        ("answer", "accept"),
        ("address", "x@trust.uk"),
        ("name", "Somebody"),
        ("title", "Sepsis"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Counts of what a function would change.
async fn whole(fixture: &Fixture) -> String {
    let sql = "select (select count(*) from history) || ' ' || (select count(*) from session where ended_at is null)
               || ' ' || (select count(*) from tie where state = 'accepted') where $1 = ''";
    text(fixture, sql, "").await
}

#[tokio::test]
async fn whoever_has_to_change_their_password_gets_where_they_wanted_to_afterwards() {
    let app = App::new().await;
    let at = &app.fixture;
    give_password(at, at.trainee, "tara@trust.uk", &at.trust.to_string()).await;
    sqlx_run(at, "update credential set must_change = 1 where person_id = $1", &[&at.trainee.to_string()]).await;
    let nobody = app.nobody();
    let asked = nobody.get("/priorities?q=sepsis").await;
    let typed = [("address", "tara@trust.uk"), ("password", PASSWORD)];
    let answer = nobody.fill(&asked.location(), "/api/sign-in", &typed).await;
    assert_eq!(answer.location(), "/account/password?next=%2Fpriorities%3Fq%3Dsepsis");
    let held = app.browser_with(&[&answer]);
    let elsewhere = held.get("/projects").await;
    let changes = held.follow(&elsewhere).await;
    assert_eq!(changes.location(), "/account/password?next=%2Fprojects");
    let same = [("password", PASSWORD), ("new_password", PASSWORD)];
    let refused = held.fill(&answer.location(), "/api/account/password", &same).await;
    assert!(held.follow(&refused).await.body.contains("this is the one that you have"));
    let new = [("password", PASSWORD), ("new_password", OWN)];
    let changed = held.fill(&answer.location(), "/api/account/password", &new).await;
    assert_eq!(changed.location(), "/priorities?q=sepsis");
    assert_eq!(held.get("/account").await.status, StatusCode::SEE_OTHER, "the old session has ended");
    assert_eq!(app.browser_with(&[&changed]).get("/account").await.status, StatusCode::OK);
    assert_eq!(sign_in(&app.nobody(), "tara@trust.uk", OWN).await.location(), "/");
    let given = text(at, "select given_by_trust from credential where person_id = $1", &at.trainee.to_string()).await;
    assert_eq!(given, at.trust.to_string(), "whose hand gave it is kept");
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_with_a_code_handed_over_in_person() {
    let app = App::new().await;
    let at = &app.fixture;
    give_password(at, at.trainee, "tara@trust.uk", &at.trust.to_string()).await;
    let lead = app.browser(at.lead).await;
    let tara = app.browser(at.trainee).await;
    let account = format!("/people/{}/account", at.trainee);
    let made = lead.fill(&account, "/api/people/password-code", &[]).await;
    let first = code(&lead, &made).await;
    let made = lead.fill(&account, "/api/people/password-code", &[]).await;
    let second = code(&lead, &made).await;
    let nobody = app.nobody();
    let reset = async |address: &str, code: &str| {
        let typed = [("address", address), ("code", code), ("new_password", OWN)];
        nobody.fill("/forgotten-password", "/api/password/reset", &typed).await
    };
    for (address, code) in [("tara@trust.uk", first.as_str()), ("nobody@trust.uk", &second)] {
        let answer = reset(address, code).await;
        assert!(nobody.follow(&answer).await.words().contains("does not fit the email address"), "{address}");
    }
    let answer = reset("tara@trust.uk", &second.to_lowercase().replace('-', " ")).await;
    assert_eq!(answer.location(), "/sign-in?done=reset", "{}", answer.body);
    assert_eq!(tara.get("/account").await.status, StatusCode::SEE_OTHER, "every session has ended");
    let answer = reset("tara@trust.uk", &second).await;
    assert!(nobody.follow(&answer).await.words().contains("does not fit the email address"), "it works once");
    assert_eq!(sign_in(&nobody, "tara@trust.uk", OWN).await.location(), "/");
}

#[tokio::test]
async fn a_code_for_a_forgotten_password_ends_when_it_is_remembered() {
    let app = App::new().await;
    let at = &app.fixture;
    give_password(at, at.trainee, "tara@trust.uk", &at.trust.to_string()).await;
    let lead = app.browser(at.lead).await;
    let made = lead.fill(&format!("/people/{}/account", at.trainee), "/api/people/password-code", &[]).await;
    let code = code(&lead, &made).await;
    let tara = app.browser(at.trainee).await;
    let typed = [("password", PASSWORD), ("new_password", OWN)];
    let changed = tara.fill("/account", "/api/account/password", &typed).await;
    assert!(changed.location().starts_with("/account"), "{}", changed.body);
    let nobody = app.nobody();
    let typed = [("address", "tara@trust.uk"), ("code", code.as_str()), ("new_password", PASSWORD)];
    let answer = nobody.fill("/forgotten-password", "/api/password/reset", &typed).await;
    assert!(nobody.follow(&answer).await.words().contains("does not fit the email address"));
}

#[tokio::test]
async fn a_code_for_a_password_is_made_for_nobody_with_more_rights_or_another_trust() {
    let app = two_trusts().await;
    let at = &app.fixture;
    for (person, address) in [
        (at.lead, "lena@trust.uk"),
        (at.administrator, "adam@trust.uk"),
        (at.trainee, "tara@trust.uk"),
        (at.colleague, "colin@trust.uk"),
    ] {
        give_password(at, person, address, &at.trust.to_string()).await;
    }
    sqlx_run(at, "delete from credential where person_id = $1", &[&at.supervisor.to_string()]).await;
    let both = "insert into tie (person_id, trust_id, state, named, asked_at, answered_at) values ($1, $2, 'accepted', 'Colin', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')";
    sqlx_run(at, both, &[&at.colleague.to_string(), &at.other_trust.to_string()]).await;
    let (lead, administrator, trainee) =
        (app.browser(at.lead).await, app.browser(at.administrator).await, app.browser(at.trainee).await);
    let ask = async |browser: &Browser<'_>, person: PersonId| {
        browser.call("/api/people/password-code", &[("person".to_owned(), person.to_string())]).await.status
    };
    assert_eq!(ask(&lead, at.trainee).await, StatusCode::OK);
    assert_eq!(ask(&administrator, at.lead).await, StatusCode::OK);
    assert_eq!(ask(&lead, at.administrator).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ask(&lead, at.colleague).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ask(&lead, at.supervisor).await, StatusCode::UNPROCESSABLE_ENTITY, "no password to forget");
    assert_eq!(ask(&lead, at.lead).await, StatusCode::UNPROCESSABLE_ENTITY, "their own");
    assert_eq!(ask(&lead, at.stranger).await, StatusCode::NOT_FOUND);
    assert_eq!(ask(&trainee, at.colleague).await, StatusCode::FORBIDDEN);
    let codes = text(at, "select count(*) || '' from password_code where $1 = ''", "").await;
    assert_eq!(codes, "2");
}

#[tokio::test]
async fn the_operator_gives_a_code_where_no_trust_can() {
    let app = App::new().await;
    let at = &app.fixture;
    give_password(at, at.administrator, "adam@trust.uk", &at.trust.to_string()).await;
    let unknown = app::operator::reset_password(&at.store, "nobody@trust.uk", noon()).await;
    assert!(unknown.is_err());
    let code = app::operator::reset_password(&at.store, "ADAM@trust.uk", noon()).await.expect("a code");
    let nobody = app.nobody();
    let typed = [("address", "adam@trust.uk"), ("code", code.as_str()), ("new_password", OWN)];
    let answer = nobody.fill("/forgotten-password", "/api/password/reset", &typed).await;
    assert_eq!(answer.location(), "/sign-in?done=reset", "{}", answer.body);
    assert_eq!(sign_in(&nobody, "adam@trust.uk", OWN).await.location(), "/");
}

#[tokio::test]
async fn guesses_are_stopped_and_lock_no_known_browser_out() {
    let app = App::new().await;
    let at = &app.fixture;
    give_password(at, at.trainee, "tara@trust.uk", &at.trust.to_string()).await;
    let known = sign_in(&app.nobody(), "tara@trust.uk", PASSWORD).await;
    let guess = |password: &str| {
        [("address".to_owned(), "tara@trust.uk".to_owned()), ("password".to_owned(), password.to_owned())]
    };
    let stranger = app.nobody();
    for _ in 0..3 {
        let answer = stranger.call("/api/sign-in", &guess("a wrong guess")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for password in ["a wrong guess", PASSWORD] {
        let answer = stranger.call("/api/sign-in", &guess(password)).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(answer.headers["retry-after"], "5");
    }
    let answer = app.browser_with(&[&known]).call("/api/sign-in", &guess(PASSWORD)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let code = [("address", "tara@trust.uk"), ("code", "ABCDE-FGHJK"), ("new_password", OWN)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    for expected in [422, 422, 422, 429] {
        assert_eq!(stranger.call("/api/password/reset", &code).await.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn sessions_that_can_never_be_used_again_are_swept_away_when_one_begins() {
    let app = App::new().await;
    let at = &app.fixture;
    let person = at.trainee.to_string();
    for (token, created) in [("old", "2026-03-03T23:59:59+00:00"), ("young", "2026-03-04T00:00:01+00:00")] {
        let sql =
            "insert into session (token_hash, person_id, trust_id, created_at, seen_at) values ($1, $2, $3, $4, $4)";
        sqlx_run(at, sql, &[token, &person, &at.trust.to_string(), created]).await;
    }
    app.browser(at.colleague).await;
    let left = text(at, "select group_concat(token_hash, ' ') from session where person_id = $1", &person).await;
    assert_eq!(left, "young");
}

#[tokio::test]
async fn the_migration_ties_everybody_to_the_trusts_that_they_worked_in() {
    use sqlx::Connection as _;
    let mut conn = sqlx::SqliteConnection::connect("sqlite::memory:").await.expect("a store");
    for sql in [
        include_str!("../../../migrations/0001_registry.sql"),
        include_str!("../../../migrations/0002_charts.sql"),
        include_str!("../../../migrations/0003_collection.sql"),
        include_str!("../../../migrations/0004_change.sql"),
        "insert into trust (id, name, created_at) values ('a', 'A', '2025-01-01'), ('b', 'B', '2025-01-01');
         insert into department (id, trust_id, name, specialty) values ('da', 'a', 'Wards', ''), ('db', 'b', 'Wards', '');
         insert into person (id, name, created_at) values ('works', 'W', '2025-01-01'), ('keeps', 'K', '2025-01-01'),
            ('both', 'B', '2025-01-01'), ('named', 'N', '2025-01-01'), ('known', 'O', '2025-01-01'), ('nobody', 'X', '2025-01-01');
         insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on) values
            ('1', 'works', 'a', 'da', '', '', '2025-01-01'), ('2', 'both', 'a', 'da', '', '', '2025-01-01'),
            ('3', 'both', 'b', 'db', '', '', '2025-01-01'), ('4', 'known', 'a', 'da', '', '', '2025-01-01');
         insert into trust_role (person_id, trust_id, role, granted_at) values ('keeps', 'a', 'administrator', '2025-01-01');
         insert into project (id, trust_id, title, type, status, author_id, created_at, updated_at) values
            ('pa', 'a', '', 'quality_improvement', 'draft', 'works', '', ''), ('pb', 'b', '', 'quality_improvement', 'draft', 'both', '', '');
         insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, asked_at) values
            ('1', 'pb', 'named', 'supervisor', 'asked', 'team', '2025-02-01', '2025-02-01'),
            ('2', 'pa', 'named', 'supervisor', 'asked', 'team', '2025-03-01', '2025-03-01'),
            ('3', 'pb', 'known', 'supervisor', 'asked', 'team', '2025-02-01', '2025-02-01');
         insert into credential (person_id, password_hash, changed_at) values ('works', '', '2025-01-01'), ('keeps', '', '2025-01-01');
         insert into history (sequence, at, object, object_id, action, request_id, detail_digest, previous, hash)
            values (1, '', 'person', 'keeps', 'changed password', '', '', '', '');",
        include_str!("../../../migrations/0005_identity.sql"),
    ] {
        sqlx::raw_sql(sql).execute(&mut conn).await.expect(sql);
    }
    let ties: Vec<(String, String, String)> =
        sqlx::query_as("select person_id, trust_id, state from tie order by person_id, trust_id")
            .fetch_all(&mut conn)
            .await
            .expect("ties");
    let ties: Vec<String> =
        ties.into_iter().map(|(person, trust, state)| format!("{person} {trust} {state}")).collect();
    let expected = [
        "both a accepted",
        "both b accepted",
        "keeps a accepted",
        "known a accepted",
        "known b asked",
        "named a asked",
        "named b accepted",
        "works a accepted",
    ];
    assert_eq!(ties, expected);
    let must: Vec<String> = sqlx::query_scalar("select person_id from credential where must_change = 1")
        .fetch_all(&mut conn)
        .await
        .expect("passwords");
    assert_eq!(must, ["works"], "whose own word stands in history has changed it");
}

#[tokio::test]
async fn a_contribution_to_another_trusts_project_stays_readable_once_accepted() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let mut change = at.store.write().await.expect("a change");
    role(&mut change, project, at.stranger, "member", on("2026-01-01"), Some(on("2026-02-01"))).await;
    change.commit().await.expect("committed");
    let stella = app.browser(at.stranger).await;
    assert_eq!(stella.get(&format!("/projects/{project}")).await.status, StatusCode::OK);
    sqlx_run(
        at,
        "update tie set state = 'declined' where person_id = $1 and trust_id = $2",
        &[&at.stranger.to_string(), &at.trust.to_string()],
    )
    .await;
    assert_eq!(stella.get(&format!("/projects/{project}")).await.status, StatusCode::NOT_FOUND);
}
