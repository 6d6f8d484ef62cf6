//! Signing in and out.

use app::testing::{Fixture, make};
use http::StatusCode;
use server::serve::Serving;

use crate::harness::App;

#[tokio::test]
async fn a_page_sends_nobody_to_sign_in_and_back() {
    let app = App::new().await;
    let answer = app.nobody().get("/account").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/sign-in?next=%2Faccount");
}

#[tokio::test]
async fn a_wrong_password_brings_the_form_back_with_the_address_and_without_the_password() {
    let app = App::new().await;
    let nobody = app.nobody();
    let answer = nobody.fill("/sign-in", "/api/sign-in", &[("address", "a@b.uk"), ("password", "guess")]).await;
    let page = nobody.follow(&answer).await;
    assert!(page.body.contains("do not match an account"));
    assert!(page.body.contains("value=\"a@b.uk\""));
    assert!(!page.body.contains("guess"));
}

#[tokio::test]
async fn a_machine_gets_json_with_the_right_status() {
    let app = App::new().await;
    let answer = app.nobody().post("/api/sign-in-as", &[("person", &app.fixture.lead.to_string())]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "only the demonstration lets one sign in as somebody");
}

#[tokio::test]
async fn a_rejected_form_answers_with_its_status_and_a_large_one_with_a_page() {
    let app = App::new().await;
    let nobody = app.nobody();
    let answer = nobody.fill("/sign-in", "/api/sign-in", &[("address", "a@b.uk"), ("password", "")]).await;
    assert_eq!(nobody.follow(&answer).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = "a".repeat(2 * 1024 * 1024);
    let answer = nobody.fill("/sign-in", "/api/sign-in", &[("address", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains("This is too large"));
}

#[tokio::test]
async fn another_site_cannot_post_in_a_persons_name() {
    let app = App::new().await;
    let answer = app.browser(app.fixture.trainee).await.post_from("https://evil.example", "/api/sign-out", &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let page = app.browser(app.fixture.trainee).await.get("/account").await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test]
async fn a_form_sent_after_the_session_ended_waits_for_the_same_person_and_for_nobody_else() {
    let app = App::new().await;
    let trainee = app.browser(app.fixture.trainee).await;
    let mut pairs = trainee.get("/account").await.form("/api/account/password").expect("a form");
    pairs.push(("new_password".into(), "short".into()));
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();

    let colleague = app.browser(app.fixture.colleague).await;
    let answer = colleague.post("/api/account/password", &pairs).await;
    assert!(answer.location().starts_with("/sign-in?next=%2Faccount%3Fform%3D"), "{}", answer.location());
    assert!(colleague.follow(&answer).await.words().contains("Nothing is sent: somebody else opened this form"));
    let waiting =
        answer.location().replace("/sign-in?next=", "").replace("%2F", "/").replace("%3F", "?").replace("%3D", "=");
    assert!(!colleague.get(&waiting).await.body.contains("There is a problem"));
    assert!(trainee.get(&waiting).await.body.contains("Your session had ended"));
}

const POST: [(&str, &str); 7] = [
    ("staff_group", "Medical"),
    ("grade", "ST3"),
    ("starts_on.day", "1"),
    ("starts_on.month", "4"),
    ("starts_on.year", "2026"),
    ("ends_on.day", "4"),
    ("ends_on.month", "August"),
];

#[tokio::test]
async fn somebody_new_gets_a_post_a_password_and_signs_in() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let department = app.fixture.department.to_string();
    let who = [("name", "Amara Osei"), ("address", "Amara@Trust.uk"), ("department", &department), ("percent", "80 %")];

    let early = [&POST[..], &who, &[("ends_on.year", "2025")]].concat();
    let answer = lead.fill("/people/new", "/api/people/add", &early).await;
    let page = lead.follow(&answer).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("The last day must be the first day or later.") && page.body.contains("Amara Osei"));

    let typed = [&POST[..], &who, &[("ends_on.year", "2026")]].concat();
    let answer = lead.fill("/people/new", "/api/people/add", &typed).await;
    let page = lead.follow(&answer).await;
    assert!(page.body.contains("ST3, Acute medicine") && page.body.contains("4 August 2026"), "{}", page.body);
    let person = answer.location().split('?').next().unwrap_or_default().to_owned();

    let account = format!("{person}/account");
    let answer = lead.fill(&account, "/api/people/give-sign-in", &[("password", "short")]).await;
    assert!(lead.follow(&answer).await.body.contains("The new password needs at least 12 characters."));
    let answer = lead.fill(&account, "/api/people/give-sign-in", &[("password", "copper kettle ninety")]).await;
    assert!(lead.follow(&answer).await.body.contains("which only they can change"));

    let nobody = app.nobody();
    let typed = [("address", "amara@trust.uk"), ("password", "copper kettle ninety")];
    let answer = nobody.fill("/sign-in", "/api/sign-in", &typed).await;
    assert_eq!(answer.location(), "/account/password", "{}", answer.body);
    let amara = app.browser_with(&[&answer]);
    let typed = [("password", "copper kettle ninety"), ("new_password", "ninety copper kettles")];
    let answer = amara.fill("/account/password", "/api/account/password", &typed).await;
    assert_eq!(answer.location(), "/", "{}", answer.body);
    let page = app.browser_with(&[&answer]).get("/account").await.body;
    assert!(page.contains("Amara Osei") && page.contains("ST3, Acute medicine"), "{page}");
}

#[tokio::test]
async fn a_post_that_ends_soon_says_what_becomes_of_the_projects() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Weekend handover").await;
    let lead = app.browser(at.lead).await;
    let person = format!("/people/{}", at.trainee);
    let page = lead.get(&person).await.body;
    assert!(page.contains("Weekend handover") && !page.contains("due for handover"), "{page}");
    let end =
        page.split("href=\"/posts/").nth(1).and_then(|rest| rest.split(['"', '/']).next()).expect("a post").to_owned();

    let form = format!("/posts/{end}/end");
    let day = |day, month, year| [("ends_on.day", day), ("ends_on.month", month), ("ends_on.year", year)];
    let answer = lead.fill(&form, "/api/posts/end", &day("1", "8", "2025")).await;
    assert!(lead.follow(&answer).await.body.contains("The post began on 6 August 2025."));
    let shown = lead.fill(&form, "/api/posts/end", &day("1", "4", "2026")).await.location();
    let page = lead.get(&shown).await.plain();
    assert!(page.contains("Not saved yet") && page.contains("Weekend handover"), "{page}");
    assert!(!lead.get(&person).await.plain().contains("1 April 2026"), "it is only shown");
    let answer = lead.fill(&shown, "/api/posts/end", &[]).await;
    let page = lead.follow(&answer).await.body;
    assert!(page.contains("leads 1 project and can lead it until 1 April 2026"), "{page}");
    assert!(page.contains(&format!("/projects/{project}/handover")), "{page}");
    let shown = lead.fill(&form, "/api/posts/end", &day("3", "3", "2026")).await.location();
    let answer = lead.fill(&shown, "/api/posts/end", &[]).await;
    let page = lead.follow(&answer).await.body;
    assert!(page.contains("it is in the pool"), "{page}");
}

#[tokio::test]
async fn whoever_meets_another_version_resolves_it_and_then_confirms_what_it_changes() {
    const END: &str = "/api/posts/end";
    let app = App::new().await;
    let at = &app.fixture;
    at.project("Weekend handover").await;
    let (lead, administrator) = (app.browser(at.lead).await, app.browser(at.administrator).await);
    let page = lead.get(&format!("/people/{}", at.trainee)).await.body;
    let post = page.split("href=\"/posts/").nth(1).and_then(|rest| rest.split(['"', '/']).next()).expect("a post");
    let form = format!("/posts/{post}/end");
    let day = |day, month, year| [("ends_on.day", day), ("ends_on.month", month), ("ends_on.year", year)];
    let before = lead.get(&form).await.form(END).expect("the form");
    let other = administrator.fill(&form, END, &day("1", "6", "2026")).await;
    assert!(administrator.fill(&other.location(), END, &[]).await.location().ends_with("?done=saved"));

    let mut late: Vec<(&str, &str)> = before
        .iter()
        .filter(|(name, _)| !name.starts_with("ends_on"))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    late.extend(day("1", "4", "2026"));
    let conflict = lead.post(END, &late).await;
    let both = lead.follow(&conflict).await;
    assert!(both.words().contains("Both versions") && !both.words().contains("What this changes"), "{}", both.body);
    let asked = lead.fill(&conflict.location(), END, &[]).await;
    let shown = lead.follow(&asked).await;
    assert!(shown.words().contains("What this changes") && !shown.words().contains("Both versions"), "{}", shown.body);
    let saved = lead.fill(&asked.location(), END, &[]).await;
    assert!(lead.follow(&saved).await.body.contains("can lead it until 1 April 2026"), "two steps, and no third");
}

#[tokio::test]
async fn a_department_in_use_is_not_removed_and_retiring_is_offered() {
    let app = App::new().await;
    let administrator = app.browser(app.fixture.administrator).await;
    let page = format!("/departments/{}", app.fixture.department);
    let answer = administrator.fill(&page, "/api/places/remove", &[]).await;
    let shown = administrator.follow(&answer).await.body;
    assert!(shown.contains("Acute medicine has 5 posts") && shown.contains("Retire it instead"), "{shown}");
    let answer = administrator.fill(&page, "/api/places/retire", &[]).await;
    assert!(administrator.follow(&answer).await.body.contains("Retired departments"));
    let answer = administrator.fill(&page, "/api/places/restore", &[]).await;
    assert!(!administrator.follow(&answer).await.body.contains("Retired departments"));
    let new = [("name", "Northmere")];
    let answer = administrator.fill("/sites/new", "/api/sites/add", &new).await;
    assert!(administrator.follow(&answer).await.body.contains("Northmere"));
    let answer = administrator.fill("/sites/new", "/api/sites/add", &new).await;
    assert!(administrator.follow(&answer).await.body.contains("already has a site of this name"));
}

#[tokio::test]
async fn only_administrators_grant_roles() {
    let app = App::new().await;
    let at = &app.fixture;
    let page = format!("/people/{}/account", at.supervisor);
    let id = at.supervisor.to_string();
    let lead = app.browser(at.lead).await;
    assert!(lead.get(&page).await.body.contains("Administrators decide"));
    let pairs = [("person", id.as_str()), ("role", "academy_lead")];
    assert_eq!(lead.post("/api/people/grant-role", &pairs).await.status, StatusCode::FORBIDDEN);
    let administrator = app.browser(at.administrator).await;
    let answer = administrator.fill(&page, "/api/people/grant-role", &[]).await;
    assert!(administrator.follow(&answer).await.body.contains("Has this role"));
    let answer = administrator.fill(&page, "/api/people/take-role", &[]).await;
    assert!(!administrator.follow(&answer).await.body.contains("Has this role"));
}

#[tokio::test]
async fn the_only_academy_lead_goes_by_the_same_form_that_names_another() {
    let app = App::new().await;
    let at = &app.fixture;
    let administrator = app.browser(at.administrator).await;
    let page = format!("/people/{}/account", at.lead);
    let answer = administrator.fill(&page, "/api/people/take-role", &[("role", "academy_lead")]).await;
    let shown = administrator.follow(&answer).await;
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown.plain().contains("Choose who takes over, and both are saved together."), "{}", shown.plain());
    let sonia = at.supervisor.to_string();
    let last = [("last_on.day", "30"), ("last_on.month", "6"), ("last_on.year", "2026"), ("successor", &sonia)];
    let answer = administrator.fill(&page, "/api/people/date-role", &last).await;
    assert!(administrator.follow(&answer).await.plain().contains("Has this role until 30 June 2026"));
    let theirs = administrator.get(&format!("/people/{sonia}/account")).await.plain();
    assert!(theirs.contains("Has this role"), "{theirs}");
    assert!(!administrator.get(&page).await.body.contains("Who takes over"), "there is another now");
}

#[tokio::test]
async fn everybody_says_their_own_dates_and_the_academy_reads_them() {
    let app = App::new().await;
    let at = &app.fixture;
    let trainee = app.browser(at.trainee).await;
    assert!(trainee.get("/account").await.body.contains("href=\"/account/dates\""));
    let page = trainee.get("/account/dates").await.plain();
    assert!(page.contains("My post ends on 4 August 2026: that is right"), "{page}");
    assert!(!page.contains("I move to"), "there is no other department");
    let answer = trainee.fill("/account/dates", "/api/account/dates/confirm", &[]).await;
    let page = trainee.follow(&answer).await.plain();
    assert!(page.contains("Your dates are saved.") && page.contains("is confirmed"), "{page}");

    let day = |name: &'static str, [day, month, year]: [&'static str; 3]| match name {
        "ends_on" => [("ends_on.day", day), ("ends_on.month", month), ("ends_on.year", year)],
        _ => [("starts_on.day", day), ("starts_on.month", month), ("starts_on.year", year)],
    };
    let far = day("ends_on", ["4", "8", "2036"]);
    let answer = trainee.fill("/account/dates", "/api/account/dates/last-day", &far).await;
    let page = trainee.follow(&answer).await;
    assert!(page.plain().contains("Enter a date within five years of today.") && page.body.contains("2036"));
    let answer =
        trainee.fill("/account/dates", "/api/account/dates/last-day", &day("ends_on", ["1", "6", "2026"])).await;
    assert!(trainee.follow(&answer).await.plain().contains("Last day: 1 June 2026"));
    let away = [day("starts_on", ["1", "4", "2026"]), day("ends_on", ["8", "4", "2026"])].concat();
    let answer = trainee.fill("/account/dates", "/api/account/dates/away", &away).await;
    assert!(trainee.follow(&answer).await.plain().contains("1 April 2026 to 8 April 2026"));

    let lead = app.browser(at.lead).await;
    assert!(lead.get("/people").await.body.contains("href=\"/people/dates\""));
    let said = lead.get("/people/dates").await;
    let words = said.plain();
    assert!(words.contains("Away") && words.contains("FY2, Acute medicine"), "{words}");
    assert!(said.body.contains(&format!("href=\"/people/{}\"", at.trainee)), "{}", said.body);
    assert!(lead.get(&format!("/people/{}", at.trainee)).await.plain().contains("They said so on 4 March 2026"));

    let answer = trainee.fill("/account/dates", "/api/account/dates/not-away", &[]).await;
    assert!(!trainee.follow(&answer).await.plain().contains("8 April 2026"));
    assert_eq!(trainee.get("/people/dates").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_academy_lead_keeps_the_changeover_dates() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    assert!(lead.get("/people").await.body.contains("href=\"/changeovers\""));
    assert!(
        lead.get("/changeovers").await.plain().contains("first Wednesdays of February, April, August and December")
    );
    let day = [("on_day.day", "4"), ("on_day.month", "8"), ("on_day.year", "2027")];
    let answer = lead.fill("/changeovers", "/api/changeovers/add", &day).await;
    assert!(lead.follow(&answer).await.plain().contains("Wednesday 4 August 2027"));
    let answer = lead.fill("/changeovers", "/api/changeovers/add", &day).await;
    assert!(lead.follow(&answer).await.plain().contains("4 August 2027 is a changeover date already."));
    let answer = lead.post("/api/changeovers/remove", &[("day", "2027-08-04")]).await;
    assert!(answer.status.is_success() || answer.status.is_redirection(), "{}", answer.body);
    assert!(!lead.get("/changeovers").await.plain().contains("4 August 2027"));
    let administrator = app.browser(app.fixture.administrator).await;
    assert!(!administrator.get("/people").await.body.contains("href=\"/changeovers\""));
}

#[tokio::test]
async fn the_demonstration_says_what_its_changeover_dates_are() {
    let app = App::demonstration().await;
    let demonstration = "update trust set demonstration = 1 where id = $1";
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query(demonstration).bind(app.fixture.trust).execute(&mut *change).await.expect("marked");
    change.commit().await.expect("committed");
    let page = app.browser(app.fixture.lead).await.get("/changeovers").await;
    assert!(page.plain().contains("In this demonstration they are the first Wednesdays of every fourth month"));
    assert!(!page.plain().contains("They were first set"), "{}", page.plain());
}

#[tokio::test]
async fn who_arrives_is_shown_with_their_first_day() {
    let app = App::new().await;
    let at = &app.fixture;
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("update post set starts_on = '2026-04-01' where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await
        .expect("a later start");
    change.commit().await.expect("committed");
    let lead = app.browser(at.lead).await;
    let list = lead.get("/people?show=arriving").await.plain();
    assert!(list.contains("1 person") && list.contains("Arriving on 1 April 2026"), "{list}");
    let page = lead.get(&format!("/people/{}", at.trainee)).await.plain();
    assert!(page.contains("Arriving on 1 April 2026, in 4 weeks, in Acute medicine."), "{page}");
}

#[tokio::test]
async fn people_are_kept_by_the_trusts_own_academy_leads_and_administrators() {
    let app = App::new().await;
    let at = &app.fixture;
    let (person, stranger) = (at.trainee.to_string(), at.stranger.to_string());
    let paths = ["/people", "/people/new", "/departments", "/departments/new", "/sites/new"];
    let trainee = app.browser(at.trainee).await;
    for path in paths {
        assert_eq!(trainee.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(trainee.get(&format!("/people/{person}")).await.status, StatusCode::FORBIDDEN);
    let refused = trainee.post("/api/people/close", &[("person", &person)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let lead = app.browser(at.lead).await;
    assert_eq!(lead.get(&format!("/people/{stranger}")).await.status, StatusCode::NOT_FOUND);
    let refused = lead.post("/api/people/close", &[("person", &stranger)]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let list = lead.get("/people").await.body;
    assert!(list.contains("5 people") && !list.contains("Stella Stranger"), "{list}");
    let list = lead.get("/people?q=sonia&show=nonsense&page=x").await.body;
    assert!(list.contains("1 person") && list.contains("Sonia Supervisor"), "{list}");
}

#[tokio::test]
async fn what_baton_is_can_be_read_by_anybody() {
    let app = App::new().await;
    for (path, words) in [
        ("/about", "No project is ever silently ownerless."),
        ("/accessibility", "WCAG"),
        ("/privacy", "two cookies"),
        ("/glossary", "PDSA cycle"),
    ] {
        let page = app.nobody().get(path).await;
        assert!(page.status == StatusCode::OK && page.body.contains(words), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn the_page_about_accessibility_says_whom_to_write_to_as_the_operator_said() {
    for (said, drawn) in [
        ("", "Contact your QI academy or whoever runs Baton"),
        ("qi@trust.example", "<a href=\"mailto:qi@trust.example\">qi@trust.example</a>"),
        ("https://help.trust.example/", "<a href=\"https://help.trust.example/\">"),
        ("the <b>IT</b> service desk", "the &lt;b&gt;IT&lt;/b&gt; service desk"),
    ] {
        let serving = Serving { contact: said.to_owned(), ..Serving::default() };
        let app = App::serving(Fixture::new().await, &serving).await;
        let page = app.nobody().get("/accessibility").await.words();
        assert!(page.contains(drawn), "{said}: {page}");
        assert!(page.contains("How to complain") && page.contains("We know of these limits"), "{page}");
    }
}

#[tokio::test]
async fn who_has_no_password_is_told_so_instead_of_getting_lost() {
    let app = App::new().await;
    let mut change = app.fixture.store.write().await.expect("a change");
    make::no_way_in(&mut change, app.fixture.trainee).await.expect("no password");
    change.commit().await.expect("committed");
    let trainee = app.browser(app.fixture.trainee).await;
    let typed = [("password", "whatever it is"), ("new_password", "copper kettle ninety")];
    let answer = trainee.fill("/account", "/api/account/password", &typed).await;
    let page = trainee.follow(&answer).await.body;
    assert!(page.contains("You have no password yet."), "{page}");
    assert!(page.contains("FY2, Acute medicine, from") && page.contains("/pool"), "{page}");
}

#[tokio::test]
async fn the_lists_of_people_departments_and_priorities_sort_by_their_headings_and_say_how_many() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.administrator).await;
    let at = |page: &str, words: &str| page.find(words).unwrap_or_else(|| panic!("no {words}"));
    let people = browser.get("/people?sort=ends").await;
    assert!(people.words().contains("5 people"));
    assert!(at(&people.body, ">Tara Trainee") < at(&people.body, ">Sonia Supervisor"), "no end comes last");
    assert!(people.body.contains("aria-sort=\"ascending\""));
    assert!(people.body.contains("href=\"/people?sort=ends&amp;reverse=yes\""));
    let people = browser.get("/people?reverse=yes").await;
    let rows = people.body.split("<tbody").nth(1).expect("a table");
    assert!(at(rows, ">Tara Trainee") < at(rows, ">Adam Administrator"));
    let departments = browser.get("/departments?sort=people&reverse=yes&page=7").await;
    assert!(departments.words().contains("1 department") && departments.body.contains("aria-sort=\"descending\""));
    assert!(departments.body.contains(">Acute medicine"), "beyond the end is the last page");
    let priorities = browser.get("/priorities?sort=%3Cb%3E").await;
    assert!(priorities.words().contains("1 current priority") && priorities.body.contains("aria-sort=\"ascending\""));
}
