//! Planning a PDSA cycle and writing down what it taught.

use http::StatusCode;

use crate::harness::App;

#[tokio::test]
async fn a_cycle_is_planned_written_and_marked_on_the_charts() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let new = format!("/projects/{project}/cycles/new");
    let answer = browser.fill(&new, "/api/cycles/plan", &[("prediction", "Faster"), ("title", "")]).await;
    let form = browser.follow(&answer).await;
    assert!(form.body.contains("Say in a few words what you test."));
    let answer = browser.fill(&new, "/api/cycles/plan", &[("title", "Sepsis box"), ("prediction", "Faster")]).await;
    let page = browser.follow(&answer).await;
    assert!(page.body.contains("The cycle is saved.") && page.body.contains("Cycle 1: Sepsis box"));
    let address = answer.location().split('?').next().expect("an address").to_owned();

    let typed = [
        ("studied", "Nights were missed"),
        ("decision", "adapt"),
        ("ends_on.day", "1"),
        ("ends_on.month", "1"),
        ("ends_on.year", "2026"),
    ];
    let answer = browser.fill(&address, "/api/cycles/save", &typed).await;
    let form = browser.follow(&answer).await;
    assert!(form.body.contains("The test cannot end before it starts."));
    assert!(form.body.contains("Nights were missed"), "what was typed is still there");
    let answer = browser.fill(&address, "/api/cycles/save", &typed[..2]).await;
    assert!(browser.follow(&answer).await.body.contains("The cycle is saved."));

    let chart = browser.get(&format!("/measures/{measure}")).await;
    assert!(chart.body.contains("Tests of change on the chart") && chart.body.contains("Sepsis box"));

    let reading = app.browser(app.fixture.colleague).await.get(&address).await;
    assert_eq!(reading.status, StatusCode::OK);
    assert!(reading.body.contains("Nights were missed") && reading.form("/api/cycles/save").is_none());
    assert_eq!(app.browser(app.fixture.stranger).await.get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn two_who_write_a_cycle_get_both_versions() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let (one, other) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.supervisor).await);
    let new = format!("/projects/{project}/cycles/new");
    let answer = one.fill(&new, "/api/cycles/plan", &[("title", "Sepsis box")]).await;
    let address = answer.location().split('?').next().expect("an address").to_owned();
    let stale = other.get(&address).await.form("/api/cycles/save").expect("a form");
    one.fill(&address, "/api/cycles/save", &[("title", "Sepsis box, mine")]).await;
    let mut pairs: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.retain(|(name, _)| *name != "title");
    pairs.push(("title", "Sepsis box, theirs"));
    let page = other.follow(&other.post("/api/cycles/save", &pairs).await).await;
    assert!(page.body.contains("Both versions, where they differ"));
    assert!(page.body.contains("Sepsis box, mine") && page.body.contains("Sepsis box, theirs"));
}
