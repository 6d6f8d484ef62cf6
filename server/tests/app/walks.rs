//! Sequences of ordinary events, as the people live them: what each page offers can be done.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use app::id::{PersonId, ProjectId, TeamRoleId};
use app::testing::{Fixture, noon, on, role};
use http::StatusCode;

use crate::harness::{App, Browser};

async fn run(fixture: &Fixture, sql: &'static str, values: &[&str]) {
    let mut change = fixture.store.write().await.expect("a change");
    let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind((*value).to_owned()));
    query.execute(&mut *change).await.expect(sql);
    change.commit().await.expect("committed");
}

async fn place(fixture: &Fixture, project: ProjectId, person: PersonId, part: &str) {
    let mut change = fixture.store.write().await.expect("a change");
    role(&mut change, project, person, part, on("2026-01-01"), None).await;
    change.commit().await.expect("committed");
}

async fn question(fixture: &Fixture, project: ProjectId, person: PersonId, part: &str, opened_by: &str) {
    let id = TeamRoleId::new().to_string();
    let (project, person) = (project.to_string(), person.to_string());
    run(fixture, "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, asked_at) values ($1, $2, $3, $4, 'asked', $5, '2026-03-01', '2026-03-01T12:00:00+00:00')", &[&id, &project, &person, part, opened_by]).await;
}

async fn password(fixture: &Fixture, person: PersonId, address: &str) {
    let (person, id) = (person.to_string(), PersonId::new().to_string());
    run(fixture, "insert into person_address (id, person_id, address, verified_at, created_at) values ($1, $2, $3, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')", &[&id, &person, address]).await;
    let sql =
        "insert into credential (person_id, password_hash, changed_at) values ($1, 'x', '2026-01-01T00:00:00+00:00')
        on conflict (person_id) do update set password_hash = excluded.password_hash";
    run(fixture, sql, &[&person]).await;
}

/// The addresses that a page's links lead to, without their fragments.
fn links(body: &str) -> BTreeSet<String> {
    let starts = body.split("<a ").skip(1).filter_map(|tag| {
        let tag = &tag[..tag.find('>')?];
        let href = tag.split_once("href=\"")?.1;
        let href = &href[..href.find('"')?];
        Some(href.split('#').next().unwrap_or_default().replace("&amp;", "&"))
    });
    starts.filter(|href| href.starts_with('/')).collect()
}

/// An address without what tells one thing from another of its kind.
fn kind(address: &str) -> String {
    let parts = address.split(['/', '?', '&', '=']).map(|part| if part.len() == 36 { "id" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Follows every link from the home page on, a few of each kind; what did not open, and from where.
async fn refused_links(browser: &Browser<'_>) -> (usize, Vec<String>) {
    let (mut seen, mut kinds, mut refused) = (BTreeSet::new(), BTreeMap::<String, usize>::new(), Vec::new());
    let mut next = VecDeque::from([("/".to_owned(), String::new())]);
    while let Some((address, from)) = next.pop_front() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let answer = browser.get(&address).await;
        if answer.status.is_redirection() {
            next.push_back((answer.location(), address));
        } else if answer.status != StatusCode::OK {
            refused.push(format!("{} for {address}, on {from}", answer.status));
        } else {
            for link in links(&answer.body) {
                let of_kind = kinds.entry(kind(&link)).or_default();
                *of_kind += 1;
                if *of_kind <= 8 {
                    next.push_back((link, address.clone()));
                }
            }
        }
    }
    (seen.len(), refused)
}

#[tokio::test]
async fn no_link_ends_in_a_refusal_whoever_follows_it() {
    let app = App::new().await;
    let at = &app.fixture;
    // The lead leaves soon, so that the project is due; its measure is overdue; the colleague is in the team.
    let due = at.project("Sepsis bundle").await;
    at.measure(due).await;
    place(at, due, at.colleague, "member").await;
    run(at, "update post set ends_on = '2026-04-30' where person_id = $1", &[&at.trainee.to_string()]).await;
    // Nobody leads this one any more, and nobody but its supervisor is in it.
    let free = at.project("Weekend handover").await;
    at.measure(free).await;
    run(
        at,
        "update team_role set until_on = '2026-02-01' where project_id = $1 and role = 'lead'",
        &[&free.to_string()],
    )
    .await;
    // A draft with its author in it, and somebody who is only invited to read it.
    let draft = at.project("A draft").await;
    run(at, "update project set status = 'draft', reference = null, problem = '' where id = $1", &[&draft.to_string()])
        .await;
    question(at, draft, at.colleague, "coach", "team").await;
    let people = [at.trainee, at.colleague, at.supervisor, at.lead, at.administrator];
    for person in people {
        let (pages, refused) = refused_links(&app.browser(person).await).await;
        assert!(pages > 15, "{pages}");
        assert_eq!(refused, [""; 0], "{person}");
    }
    // The posts of all three are over since yesterday: what they contributed to stays theirs to read.
    for person in [at.trainee, at.colleague, at.supervisor] {
        run(at, "update post set ends_on = '2026-03-03' where person_id = $1", &[&person.to_string()]).await;
        let browser = app.browser(person).await;
        let (pages, refused) = refused_links(&browser).await;
        assert!(pages > 3, "{pages}");
        assert_eq!(refused, [""; 0], "{person}");
        assert!(browser.get("/").await.words().contains("Your post ended on 3 March 2026."));
    }
}

#[tokio::test]
async fn who_has_left_a_team_that_goes_on_is_led_to_no_data_point() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    at.measure(project).await;
    place(at, project, at.colleague, "member").await;
    let before = app.browser(at.colleague).await.get("/").await;
    assert!(before.words().contains("Data points due (1)"), "{}", before.words());
    run(at, "update post set ends_on = '2026-03-03' where person_id = $1", &[&at.colleague.to_string()]).await;
    let browser = app.browser(at.colleague).await;
    assert!(!browser.get("/").await.words().contains("Data points due"));
    assert_eq!(refused_links(&browser).await.1, [""; 0]);
}

#[tokio::test]
async fn whoever_has_just_left_is_led_to_what_they_can_finish() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    run(at, "update post set ends_on = '2026-03-03' where person_id = $1", &[&at.trainee.to_string()]).await;
    let browser = app.browser(at.trainee).await;
    let page = format!("/projects/{project}/handover");
    for from in ["/".to_owned(), format!("/projects/{project}")] {
        assert!(links(&browser.get(&from).await.body).contains(&page), "{from}");
    }
    let draft = [("then", "draft"), ("summary", "Ask the ward clerk first.")];
    let kept = browser.fill(&page, "/api/handovers/prepare", &draft).await;
    assert!(kept.location().ends_with("done=handover-draft"), "{}", kept.location());
    run(at, "update post set ends_on = '2026-02-17' where person_id = $1", &[&at.trainee.to_string()]).await;
    assert!(!links(&browser.get("/").await.body).contains(&page), "on the fifteenth day");
}

#[tokio::test]
async fn whose_post_is_over_is_asked_nothing_that_they_cannot_answer() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    question(at, project, at.colleague, "member", "person").await;
    let answer = "/api/projects/answer";
    let before = app.browser(at.trainee).await.get("/").await;
    let form = before.forms().into_iter().any(|form| form.action == answer);
    assert!(form, "{answer}: {}", before.words());
    run(at, "update post set ends_on = '2026-03-03' where person_id = $1", &[&at.trainee.to_string()]).await;
    let after = app.browser(at.trainee).await.get("/").await;
    assert!(!after.forms().into_iter().any(|form| form.action == answer), "{}", after.words());
}

#[tokio::test]
async fn a_supervisor_in_two_trusts_is_led_to_where_a_handover_is_answered() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let (id, sonia, there) = (project.to_string(), at.supervisor.to_string(), at.other_trust.to_string());
    run(at, "insert into tie (person_id, trust_id, state, named, asked_at, answered_at) values ($1, $2, 'accepted', 'Sonia', '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')", &[&sonia, &there]).await;
    run(at, "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, percent) select $1, $2, $3, id, 'Medical', 'Consultant', '2026-01-01', 40 from department where trust_id = $3", &[&PersonId::new().to_string(), &sonia, &there]).await;
    let handover = app::id::HandoverId::new().to_string();
    run(at, "insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, summary, created_by, created_at, offered_at) values ($1, $2, $3, $4, 'offered', '2026-04-01', 'Going well', $3, '2026-03-04T12:00:00+00:00', '2026-03-04T12:00:00+00:00')", &[&handover, &id, &at.trainee.to_string(), &at.colleague.to_string()]).await;

    let browser = app.returning(Some(app.session(at.supervisor, at.other_trust, noon()).await));
    let page = format!("/handovers/{handover}");
    // Whoever is asked answers where they are; from their home they are led to the trust whose project it is.
    let open = browser.get(&page).await;
    assert!(open.form("/api/handovers/answer-as-supervisor").is_some(), "{}", open.words());
    let home = browser.get("/").await;
    assert!(home.words().contains("Change over to Tamar Vale"), "{}", home.words());
    let forms = home.body.split("<form").filter(|form| form.contains("/api/trusts/choose") && form.contains(&page));
    assert_eq!(forms.count(), 1);
    let choose = [("trust", at.trust.to_string()), ("next", page.clone())];
    let choose: Vec<(&str, &str)> = choose.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = browser.fill("/", "/api/trusts/choose", &choose).await;
    assert_eq!(answer.location(), page);
    let open = browser.follow(&answer).await;
    let form = "/api/handovers/answer-as-supervisor";
    assert!(open.form(form).is_some(), "{}", open.words());
    // In the session that was left it is as good an answer.
    let back = app.returning(Some(app.session(at.supervisor, at.other_trust, noon()).await));
    let sent = back.fill(&page, form, &[("answer", "accepted")]).await;
    assert!(sent.location().ends_with("done=answered"), "{}", back.follow(&sent).await.words());
    assert!(browser.get(&page).await.form(form).is_none(), "answered once");
    assert!(!browser.get("/").await.body.contains(form), "gone from home");
}

#[tokio::test]
async fn where_every_academy_lead_is_a_party_the_administrators_answer() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let id = project.to_string();
    run(at, "update team_role set until_on = '2026-02-01' where project_id = $1", &[&id]).await;
    let page = format!("/projects/{id}/take-on");
    let others = app.browser(at.colleague).await.get(&page).await.words();
    assert!(others.contains("No supervisor can answer, so the QI academy is asked to accept."), "{others}");
    let (lena, adam) = (app.browser(at.lead).await, app.browser(at.administrator).await);
    let answer = "/api/handovers/answer-as-supervisor";
    assert!(!adam.get("/").await.body.contains(answer), "nothing is asked yet");
    let asked = lena.fill(&page, "/api/projects/take-on", &[]).await;
    let handover = asked.location().split('?').next().unwrap_or_default().to_owned();
    // Nobody answers for what they take themselves, in any role.
    let told = lena.follow(&asked).await;
    assert!(told.form(answer).is_none(), "{}", told.words());
    let pairs = ["handover", "answer"]
        .map(str::to_owned)
        .into_iter()
        .zip([handover.trim_start_matches("/handovers/").to_owned(), "accepted".to_owned()]);
    let refused = lena.call(answer, &pairs.collect::<Vec<_>>()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let asks = adam.get("/").await;
    assert!(asks.form(answer).is_some(), "{}", asks.words());
    let sent = adam.fill(&handover, answer, &[("answer", "accepted")]).await;
    assert!(sent.location().ends_with("done=agreed"), "{}", adam.follow(&sent).await.words());
    assert!(!adam.get("/").await.body.contains(answer), "answered once");
    let told = adam.get(&handover).await.words();
    assert!(told.contains("Lena Lead has led the project since 4 March 2026."), "{told}");
}

#[tokio::test]
async fn an_account_page_offers_only_what_can_be_done() {
    let app = App::new().await;
    let at = &app.fixture;
    let offers = async |browser: &Browser<'_>, person: PersonId| {
        let page = browser.get(&format!("/people/{person}/account")).await;
        assert_eq!(page.status, StatusCode::OK);
        let forms = page.forms().into_iter().filter(|form| form.action.starts_with("/api/people/"));
        let actions: Vec<String> = forms.map(|form| form.action["/api/people/".len()..].to_owned()).collect();
        (actions, page.words())
    };
    let (lena, adam) = (app.browser(at.lead).await, app.browser(at.administrator).await);

    // Nobody signs in without an address.
    run(at, "delete from credential where person_id = $1", &[&at.trainee.to_string()]).await;
    let (actions, told) = offers(&lena, at.trainee).await;
    assert_eq!(actions, ["address/add", "close"], "{told}");
    password(at, at.trainee, "tara@trust.uk").await;
    // The one address with which they sign in stays.
    assert_eq!(offers(&lena, at.trainee).await.0, ["address/add", "password-code", "close"]);
    run(at, "update person set closed_on = '2026-03-01' where id = $1", &[&at.trainee.to_string()]).await;
    assert_eq!(offers(&lena, at.trainee).await.0, ["address/add", "reopen"]);
    // The academy lead decides nothing about an administrator, and nobody about their own account.
    let (actions, told) = offers(&lena, at.administrator).await;
    assert_eq!(actions, [""; 0], "{told}");
    assert!(told.contains("Only an administrator can change who they are"), "{told}");
    assert!(!lena.get(&format!("/people/{}", at.administrator)).await.body.contains("Change the name"));
    password(at, at.lead, "lena@trust.uk").await;
    assert_eq!(offers(&lena, at.lead).await.0, ["address/add"]);
    // The only administrator stays one.
    password(at, at.administrator, "adam@trust.uk").await;
    let (actions, told) = offers(&adam, at.administrator).await;
    assert_eq!(actions, ["address/add", "grant-role"], "{told}");
    assert!(told.contains("The trust has no other administrator who can sign in."), "{told}");
}

#[tokio::test]
async fn an_administrator_who_gives_up_their_own_role_is_led_on() {
    let app = App::new().await;
    let at = &app.fixture;
    password(at, at.lead, "lena@trust.uk").await;
    let sql = "insert into trust_role (person_id, trust_id, role, granted_at) values ($1, $2, 'administrator', '2026-01-01T00:00:00Z')";
    run(at, sql, &[&at.lead.to_string(), &at.trust.to_string()]).await;
    // Made at the command line: a role, a password, and no post.
    password(at, at.administrator, "adam@trust.uk").await;
    run(at, "delete from post where person_id = $1", &[&at.administrator.to_string()]).await;
    let (adam, lena) = (app.browser(at.administrator).await, app.browser(at.lead).await);
    let page = format!("/people/{}/account", at.administrator);
    let role = [("role", "administrator")];
    let answer = adam.fill(&page, "/api/people/take-role", &role).await;
    assert_eq!(adam.follow(&answer).await.status, StatusCode::OK, "{}", answer.location());
    // Whoever can sign in stays to be found, and gets a post.
    assert_eq!(lena.get(&page).await.status, StatusCode::OK);
    assert!(lena.get("/people?show=without-post").await.body.contains("Adam Administrator"));
}

#[tokio::test]
async fn a_question_to_the_wrong_person_is_taken_back_with_the_post() {
    let app = App::new().await;
    let at = &app.fixture;
    password(at, at.stranger, "stella@other.uk").await;
    let browser = app.browser(at.lead).await;
    for answered in [None, Some("decline")] {
        let department = at.department.to_string();
        let typed = [
            ("name", "Stefan Stranger"),
            ("address", "stella@other.uk"),
            ("department", department.as_str()),
            ("staff_group", "Medical"),
            ("grade", "ST3"),
            ("starts_on.day", "1"),
            ("starts_on.month", "2"),
            ("starts_on.year", "2026"),
        ];
        let added = browser.fill("/people/new", "/api/people/add", &typed).await;
        assert!(added.location().ends_with("done=asked"), "{}", added.location());
        let stella = app.browser(at.stranger).await;
        if let Some(answer) = answered {
            stella.fill("/trusts", "/api/trusts/answer", &[("answer", answer)]).await;
            assert!(browser.get("/people").await.body.contains("Somebody else, they say"));
        }
        let page = browser.follow(&added).await;
        let post = links(&page.body).into_iter().find(|link| link.starts_with("/posts/") && !link.ends_with("/end"));
        let removed = browser.fill(&post.expect("a post"), "/api/posts/remove", &[]).await;
        assert_eq!(removed.location(), "/people?done=removed");
        assert!(!browser.follow(&removed).await.body.contains("Stefan Stranger"));
        assert!(!stella.get("/trusts").await.body.contains("asks whether you are"));
    }
}

#[tokio::test]
async fn back_after_the_first_password_was_changed_leads_on() {
    let app = App::new().await;
    let at = &app.fixture;
    let browser = app.browser(at.trainee).await;
    let answer = browser.get("/account/password?next=%2Fpool").await;
    assert!(answer.status.is_redirection(), "{}", answer.words());
    assert_eq!(answer.location(), "/pool");
    assert!(app.nobody().get("/account/password").await.location().starts_with("/sign-in"));
}

#[tokio::test]
async fn a_page_beyond_the_end_of_a_list_leads_to_its_beginning() {
    let app = App::new().await;
    app.fixture.project("Sepsis bundle").await;
    let browser = app.browser(app.fixture.lead).await;
    for (beyond, first) in [("/projects?page=9&q=sepsis", "/projects?q=sepsis"), ("/people?page=9", "/people")] {
        let answer = browser.get(beyond).await;
        assert!(answer.status.is_redirection(), "{beyond}: {}", answer.words());
        assert_eq!(answer.location(), first);
        assert_eq!(browser.follow(&answer).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_academy_lead_answers_at_once_for_a_supervisor_who_has_left() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    let handover = app::id::HandoverId::new().to_string();
    run(at, "insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, summary, created_by, created_at, offered_at) values ($1, $2, $3, $4, 'offered', '2026-04-01', 'Going well', $3, '2026-03-04T12:00:00+00:00', '2026-03-04T12:00:00+00:00')", &[&handover, &project.to_string(), &at.trainee.to_string(), &at.colleague.to_string()]).await;
    let page = format!("/handovers/{handover}");
    let lead = app.browser(at.lead).await;
    let answer = "/api/handovers/answer-as-supervisor";
    assert!(lead.get(&page).await.form(answer).is_none(), "the supervisor is asked first");
    for left in [
        "update post set ends_on = '2026-03-03' where person_id = $1",
        "update post set ends_on = null where person_id = $1",
        "update person set closed_on = '2026-03-01' where id = $1",
    ] {
        run(at, left, &[&at.supervisor.to_string()]).await;
        let told = lead.get(&page).await;
        let gone = !left.contains("null");
        assert_eq!(told.words().contains("for Sonia Supervisor as supervisor"), !gone, "{left}: {}", told.words());
        assert_eq!(told.form(answer).is_some(), gone, "{left}");
        assert_eq!(lead.get("/").await.body.contains(&page), gone, "{left}");
    }
    let sent = lead.fill(&page, answer, &[("answer", "accepted")]).await;
    assert!(sent.location().ends_with("done=answered"), "{}", lead.follow(&sent).await.words());
}
