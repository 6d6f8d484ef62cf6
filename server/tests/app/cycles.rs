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
    assert!(form.body.contains("Enter what you are testing."));
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

#[tokio::test]
async fn a_cycle_teaches_and_the_next_one_carries_its_words_on() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let new = format!("/projects/{project}/cycles/new");
    let plan = [
        ("title", "Sepsis box"),
        ("question", "Is it quicker on nights?"),
        ("prediction", "Ten minutes"),
        ("scale", "shift"),
    ];
    let answer = browser.fill(&new, "/api/cycles/plan", &plan).await;
    let first = answer.location().split('?').next().expect("an address").to_owned();

    // A decision without anything learnt is not taken, and the prediction stands above the study.
    let form = browser.follow(&browser.fill(&first, "/api/cycles/save", &[("decision", "adopt")]).await).await;
    assert!(form.body.contains("Say what you learnt before you decide"));
    let study = &form.body[form.body.find("What you predicted").expect("asked again")..];
    assert!(study.contains("Ten minutes") && study.contains("Antibiotics within the hour"), "the charts stand beside");

    let study =
        [("was_right", "partly"), ("studied", "Days only"), ("decision", "adopt"), ("acted", "A box on each ward")];
    let page = browser.follow(&browser.fill(&first, "/api/cycles/save", &study).await).await;
    assert!(page.body.contains("Plan the next cycle"));
    let next = format!("{new}?after={}", first.rsplit('/').next().expect("an id"));
    let page = browser.get(&next).await;
    assert!(page.body.contains("From cycle 1: Sepsis box") && page.body.contains("A box on each ward"));
    let form = page.form("/api/cycles/plan").expect("a form");
    let value = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    assert_eq!(value("title"), Some("Sepsis box"));
    assert_eq!(value("question"), Some("Is it quicker on nights?"));
    assert_eq!(value("prediction"), Some(""), "each test has its own prediction");
    assert_eq!(value("scale"), Some("day"), "what worked is tested on a larger scale");
    let answer = browser.fill(&next, "/api/cycles/plan", &[("prediction", "Nights too")]).await;
    let page = browser.follow(&answer).await;
    assert!(page.body.contains("Carries on ") && page.body.contains("cycle 1: Sepsis box"));
    assert!(browser.get(&first).await.body.contains("Carried on in "));

    let ramp = browser.get(&format!("/projects/{project}/cycles")).await;
    assert!(ramp.body.contains("Timeline of 2 PDSA cycles") && ramp.body.contains("Days only"));
    assert_eq!(ramp.body.matches("baton-ramp").count(), 1, "both stand in one ramp");
    assert!(browser.get(&format!("/projects/{project}")).await.body.contains("Timeline of 2 PDSA cycles"));
}

#[tokio::test]
async fn a_cycle_carries_on_an_earlier_one_of_its_own_project_only() {
    let app = App::new().await;
    let (project, other) = (app.fixture.project("Sepsis").await, app.fixture.project("Falls").await);
    let browser = app.browser(app.fixture.trainee).await;
    let plan = [("title", "Poster")];
    let answer = browser.fill(&format!("/projects/{other}/cycles/new"), "/api/cycles/plan", &plan).await;
    let foreign = answer.location().split('?').next().and_then(|to| to.rsplit('/').next()).expect("an id").to_owned();
    let new = format!("/projects/{project}/cycles/new");
    let typed = [("title", "Box"), ("continues", foreign.as_str())];
    let form = browser.follow(&browser.fill(&new, "/api/cycles/plan", &typed).await).await;
    assert!(form.body.contains("Choose an earlier cycle of this project."));
}

#[tokio::test]
async fn the_chart_beside_the_study_is_of_that_time() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let rows: String = (0..20_u64)
        .map(|week| {
            let day = app::testing::on("2025-09-01") + chrono::Days::new(7 * week);
            format!("{day},{},20\n", if week < 10 { 12 } else { 16 })
        })
        .collect();
    let table = format!("Date,Yes,Total\n{rows}");
    let page = format!("/measures/{measure}/import");
    browser.fill(&page, "/api/measures/import", &[("text", &table), ("then", "record")]).await;
    let started =
        [("title", "Sepsis box"), ("starts_on.day", "10"), ("starts_on.month", "11"), ("starts_on.year", "2025")];
    let answer = browser.fill(&format!("/projects/{project}/cycles/new"), "/api/cycles/plan", &started).await;
    let address = answer.location().split('?').next().expect("an address").to_owned();
    let ended = [("ends_on.day", "24"), ("ends_on.month", "11"), ("ends_on.year", "2025")];
    browser.fill(&address, "/api/cycles/save", &ended).await;
    let words = browser.get(&address).await.words();
    assert!(words.contains("In this time: 3 points, 80%. Just before: 6 points, 60%."), "{words}");
}
