//! What the trust wants improved.

use http::StatusCode;

use crate::harness::App;

const SEPSIS: [(&str, &str); 6] = [
    ("title", "Fewer falls"),
    ("aim", "A third fewer falls with harm by April"),
    ("source", "Quality Account 2026"),
    ("owner", "Chief nurse"),
    ("starts_on.day", "1"),
    ("starts_on.month", "4"),
];

#[tokio::test]
async fn the_academy_lead_adds_edits_retires_and_restores_a_priority() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let typed = [&SEPSIS[..], &[("starts_on.year", "2026")]].concat();
    let answer = lead.fill("/priorities/new", "/api/priorities/create", &typed).await;
    let page = answer.location();
    let shown = lead.follow(&answer).await;
    assert!(shown.body.contains("The priority is saved."), "{}", shown.body);
    let page = page.split('?').next().unwrap_or_default();

    let list = lead.get("/priorities").await.body;
    assert!(list.contains("Fewer falls") && list.contains("No project"), "marked as having none");

    let edited =
        lead.fill(&format!("{page}/edit"), "/api/priorities/edit", &[("title", "Fewer falls with harm")]).await;
    assert!(lead.follow(&edited).await.body.contains("Fewer falls with harm"));
    let retired = lead.fill(page, "/api/priorities/retire", &[]).await;
    assert!(lead.follow(&retired).await.body.contains("Retired"));
    let restored = lead.fill(page, "/api/priorities/restore", &[]).await;
    assert!(lead.follow(&restored).await.body.contains("It is in use again."));
}

#[tokio::test]
async fn a_second_editor_sees_both_versions_and_loses_nothing() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let page = format!("/priorities/{}/edit", app.fixture.priority);
    let opened = lead.get(&page).await.form("/api/priorities/edit").expect("a form");
    lead.fill(&page, "/api/priorities/edit", &[("owner", "Medical director"), ("aim", "Antibiotics")]).await;
    let mut pairs: Vec<(&str, &str)> = opened.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.retain(|(name, _)| !matches!(*name, "owner" | "aim"));
    pairs.extend([("owner", "Lead nurse for sepsis"), ("aim", "Antibiotics within the hour")]);
    let answer = lead.post("/api/priorities/edit", &pairs).await;
    let shown = lead.follow(&answer).await.body;
    assert!(shown.contains("Medical director") && shown.contains("Lead nurse for sepsis"), "{shown}");
}

#[tokio::test]
async fn a_form_with_something_missing_comes_back_as_it_was_typed() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let answer = lead.fill("/priorities/new", "/api/priorities/create", &SEPSIS).await;
    let shown = lead.follow(&answer).await.body;
    assert!(shown.contains("Enter a real date") && shown.contains("Fewer falls"), "{shown}");
}

#[tokio::test]
async fn others_read_priorities_and_cannot_write_them() {
    let app = App::new().await;
    let at = &app.fixture;
    let page = format!("/priorities/{}", at.priority);
    for person in [at.trainee, at.administrator] {
        let browser = app.browser(person).await;
        let shown = browser.get(&page).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert!(!shown.body.contains("Retire<"));
        assert_eq!(browser.get("/priorities").await.status, StatusCode::OK);
        assert_eq!(browser.get("/priorities/new").await.status, StatusCode::FORBIDDEN);
        assert_eq!(browser.get(&format!("{page}/edit")).await.status, StatusCode::FORBIDDEN);
        let id = at.priority.to_string();
        let refused = browser.post("/api/priorities/retire", &[("id", &id), ("version", "1")]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let stranger = app.browser(at.stranger).await;
    assert_eq!(stranger.get(&page).await.status, StatusCode::NOT_FOUND);
    assert!(!stranger.get("/priorities").await.body.contains("Sepsis"));
    assert_eq!(app.nobody().get(&page).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_priority_lists_its_open_projects() {
    let app = App::new().await;
    app.fixture.project("Antibiotics in an hour").await;
    let page = format!("/priorities/{}", app.fixture.priority);
    let shown = app.browser(app.fixture.colleague).await.get(&page).await.body;
    assert!(shown.contains("1 open project") && shown.contains("Antibiotics in an hour"), "{shown}");
}
