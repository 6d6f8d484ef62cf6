//! Look-alike projects: suggested while one registers, and decided about by the academy lead.

use app::id::ProjectId;
use http::StatusCode;

use crate::harness::{Answer, App};

const DECIDE: &str = "/api/look-alikes/decide";
const UNDO: &str = "/api/look-alikes/undo";

async fn sql(app: &App, sql: &'static str, project: ProjectId) {
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query(sql).bind(project).execute(&mut *change).await.expect(sql);
    change.commit().await.expect("committed");
}

async fn reference(app: &App, project: ProjectId) -> String {
    let mut conn = app.fixture.store.read().await.expect("a reader");
    sqlx::query_scalar("select coalesce(reference, '') from project where id = $1")
        .bind(project)
        .fetch_one(&mut *conn)
        .await
        .expect("a reference")
}

async fn two(app: &App) -> (ProjectId, ProjectId) {
    (app.fixture.project("Weekend handover").await, app.fixture.project("Weekend handover on the wards").await)
}

fn pair(first: ProjectId, second: ProjectId) -> String {
    format!("/look-alikes/pair?first={first}&second={second}")
}

fn search(typed: &str) -> String {
    let query: String = form_urlencoded::byte_serialize(typed.as_bytes()).collect();
    format!("/api/similar?title={query}")
}

#[tokio::test]
async fn only_the_academy_lead_coordinates() {
    let app = App::new().await;
    let (older, newer) = two(&app).await;
    let form = [("first", newer.to_string()), ("second", older.to_string()), ("answer", "related".to_owned())];
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for person in [app.fixture.trainee, app.fixture.supervisor, app.fixture.administrator] {
        let browser = app.browser(person).await;
        for page in ["/look-alikes", "/look-alikes?view=decided", &pair(newer, older)] {
            assert_eq!(browser.get(page).await.status, StatusCode::FORBIDDEN, "{page}");
        }
        assert_eq!(browser.post(DECIDE, &form).await.status, StatusCode::FORBIDDEN);
    }
    let stranger = app.browser(app.fixture.stranger).await;
    assert_eq!(stranger.get("/look-alikes").await.status, StatusCode::FORBIDDEN);
    let lead = app.browser(app.fixture.lead).await;
    let page = lead.get("/look-alikes").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Weekend handover on the wards"));
}

#[tokio::test]
async fn a_duplicate_is_merged_shown_on_both_and_undone() {
    let app = App::new().await;
    let (older, newer) = two(&app).await;
    let (first, second) = (reference(&app, newer).await, reference(&app, older).await);
    let lead = app.browser(app.fixture.lead).await;
    let page = lead.get(&pair(newer, older)).await;
    assert!(page.body.contains(&format!("{first} is a duplicate of {second}")));

    let answer =
        lead.fill(&pair(newer, older), DECIDE, &[("answer", "first_is_duplicate"), ("word", "The same wards")]).await;
    let list = lead.follow(&answer).await;
    assert!(list.body.contains("The decision about the two projects is recorded."));
    assert!(!list.body.contains("Weekend handover on the wards"), "it is not suggested again");

    let trainee = app.browser(app.fixture.trainee).await;
    let duplicate = trainee.get(&format!("/projects/{newer}")).await;
    assert!(duplicate.location().starts_with(&format!("/projects/{older}")), "its address leads to the other");
    let duplicate = trainee.get(&format!("/projects/{newer}?as=was")).await;
    assert!(duplicate.body.contains(&second) && duplicate.body.contains("The same wards"));
    let survivor = trainee.get(&format!("/projects/{older}")).await;
    for shown in
        [first.as_str(), "was a duplicate and goes on here", "Tara Trainee (lead)", "merged into another project"]
    {
        assert!(survivor.body.contains(shown), "{shown}");
    }
    assert!(survivor.form(UNDO).is_none(), "only the academy lead undoes");

    let answer = lead.fill(&format!("/projects/{older}"), UNDO, &[]).await;
    let restored = lead.follow(&answer).await;
    assert!(restored.body.contains("The decision is undone."));
    assert!(!trainee.get(&format!("/projects/{older}")).await.body.contains("was a duplicate"));
    assert!(lead.get("/look-alikes").await.body.contains("Weekend handover on the wards"));
}

#[tokio::test]
async fn not_alike_is_remembered_and_can_be_taken_back() {
    let app = App::new().await;
    let (_, newer) = two(&app).await;
    let lead = app.browser(app.fixture.lead).await;
    let answer = lead.fill("/look-alikes", DECIDE, &[]).await;
    let list = lead.follow(&answer).await;
    assert!(list.body.contains("There are no possible duplicates here"));
    assert!(lead.get("/look-alikes?view=decided").await.body.contains("is not like"));
    assert!(!lead.get(&format!("/projects/{newer}")).await.body.contains("Linked projects"));
    let answer = lead.fill("/look-alikes?view=decided", UNDO, &[]).await;
    assert!(lead.follow(&answer).await.body.contains("Nothing is decided yet"));
    assert!(lead.get("/look-alikes").await.body.contains("Weekend handover on the wards"));
}

#[tokio::test]
async fn a_rejected_decision_comes_back_as_it_was_typed() {
    let app = App::new().await;
    let (older, newer) = two(&app).await;
    let lead = app.browser(app.fixture.lead).await;
    let typed = "</textarea><img src=x onerror=alert(1)>";
    let read = async |answer: Answer| if answer.status.is_redirection() { lead.follow(&answer).await } else { answer };
    let page = read(lead.fill(&pair(newer, older), DECIDE, &[("word", typed)]).await).await;
    assert!(page.body.contains("Choose what these two projects are to each other."));
    assert!(page.body.contains("&lt;/textarea&gt;") && !page.body.contains("<img src=x"));

    // Somebody else was faster.
    let other = app.browser(app.fixture.lead).await;
    let drawn = lead.get(&pair(newer, older)).await.form(DECIDE).expect("a form");
    other.fill(&pair(newer, older), DECIDE, &[("answer", "related"), ("word", typed)]).await;
    let mut pairs: Vec<(&str, &str)> = drawn.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.push(("answer", "first_continues"));
    let page = read(lead.post(DECIDE, &pairs).await).await;
    assert!(page.body.contains("Somebody has already decided about"));
    assert!(page.body.contains("is related to"), "what was decided stands there, and can be undone");
    assert!(!lead.get(&format!("/projects/{older}")).await.body.contains("<img src=x"));
}

#[tokio::test]
async fn two_projects_are_compared_by_their_references() {
    let app = App::new().await;
    let (older, newer) = two(&app).await;
    let lead = app.browser(app.fixture.lead).await;
    let (first, second) = (reference(&app, newer).await.to_lowercase(), reference(&app, older).await);
    let page = lead.get(&format!("/look-alikes/pair?first={first}&second={second}")).await;
    assert!(page.form(DECIDE).is_some());
    for (first, second) in [("", ""), (first.as_str(), first.as_str()), ("QI-1999-0001", second.as_str())] {
        let page = lead.get(&format!("/look-alikes/pair?first={first}&second={second}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.form(DECIDE).is_none());
    }
}

#[tokio::test]
async fn what_is_like_a_title_is_told_within_the_trust_and_without_drafts() {
    let app = App::new().await;
    let (older, newer) = two(&app).await;
    let trainee = app.browser(app.fixture.trainee).await;
    let found = trainee.get(&search("weekend hando")).await;
    assert_eq!(found.status, StatusCode::OK);
    assert!(found.body.contains("Weekend handover on the wards") && found.body.contains("led by Tara Trainee"));
    assert_eq!(found.headers.get("cache-control").and_then(|value| value.to_str().ok()), Some("no-store"));

    sql(&app, "update project set status = 'draft', reference = null where id = $1", newer).await;
    let found = trainee.get(&search("weekend handover")).await;
    assert!(!found.body.contains("on the wards") && found.body.contains(&older.to_string()));

    let stranger = app.browser(app.fixture.stranger).await;
    assert!(!stranger.get(&search("weekend handover")).await.body.contains("Weekend"));
    let nobody = app.nobody().get(&search("weekend handover")).await;
    assert!(!nobody.status.is_success() && !nobody.body.contains("Weekend"));
}

#[tokio::test]
async fn a_search_in_what_was_typed_stays_a_search() {
    let app = App::new().await;
    two(&app).await;
    let trainee = app.browser(app.fixture.trainee).await;
    for typed in
        ["\" OR *", "title:weekend*", "NEAR(weekend handover)", "weekend\"", "'; drop table project; --", "\0", "%"]
    {
        let answer = trainee.get(&search(typed)).await;
        assert_eq!(answer.status, StatusCode::OK, "{typed}: {}", answer.body);
    }
}

#[tokio::test]
async fn looking_before_the_first_project_hides_nothing_from_the_list() {
    let app = App::new().await;
    two(&app).await;
    let lead = app.browser(app.fixture.lead).await;
    assert!(lead.get("/look-alikes?before=0").await.body.contains("There are no possible duplicates here"));
    assert!(lead.get("/look-alikes").await.body.contains("Weekend handover on the wards"));
}
