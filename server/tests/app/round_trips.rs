//! How often a page goes to the store: each time costs more than a small statement. What is counted is what
//! is handed to the store's thread, so several statements in one text are one.

use crate::harness::App;
use crate::statements::sent_by;

#[tokio::test]
async fn a_page_of_a_project_or_a_measure_goes_to_the_store_three_times() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis bundle").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let record = format!("measure={measure}&taken_on=2026-03-01&numerator=8&denominator=10");
    let pairs: Vec<_> = record.split('&').filter_map(|pair| pair.split_once('=')).collect();
    assert!(browser.post("/api/measurements/record", &pairs).await.status.is_redirection());
    for page in [format!("/projects/{project}"), format!("/measures/{measure}")] {
        let (answer, sent) = sent_by(browser.get(&page)).await;
        assert!(answer.words().contains("Antibiotics within the hour"), "{}", answer.body);
        // Who asks, whether they may, and the page.
        assert_eq!(sent.values().sum::<usize>(), 3, "{page}");
    }
}

#[tokio::test]
async fn an_administrators_home_goes_to_the_store_three_times() {
    let app = App::new().await;
    let (answer, sent) = sent_by(app.browser(app.fixture.administrator).await.get("/")).await;
    assert!(answer.words().contains("Administration"), "{}", answer.body);
    assert_eq!(sent.values().sum::<usize>(), 3);
}

#[tokio::test]
async fn home_lists_pool_and_boards_go_to_the_store_three_times() {
    let app = App::new().await;
    let at = &app.fixture;
    let project = at.project("Sepsis bundle").await;
    at.measure(project).await;
    let board = format!("/projects/{project}/board");
    let of_priority = format!("/priorities/{}/board", at.priority);
    let pages = [
        "/",
        "/projects",
        "/projects?q=sepsis&sort=risk",
        "/projects?on=2026-08-05",
        "/projects?view=table&sort=lead&reverse=yes",
        "/pool",
        "/pool?specialty=Surgery",
        "/search?q=sepsis",
        &board,
        &of_priority,
    ];
    for person in [at.trainee, at.lead] {
        let browser = app.browser(person).await;
        for page in pages {
            let (answer, sent) = sent_by(browser.get(page)).await;
            assert!(answer.status.is_success(), "{page}: {}", answer.body);
            // Who asks, whether they may, and the page.
            assert_eq!(sent.values().sum::<usize>(), 3, "{page}: {sent:#?}");
        }
    }
}

#[tokio::test]
async fn a_change_that_concerns_no_timeline_goes_to_the_store_once_more_for_it() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis bundle").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let (measure, day) = (measure.to_string(), "2026-03-02");
    let pairs = [("measure", measure.as_str()), ("taken_on", day), ("numerator", "8"), ("denominator", "10")];
    let (answer, sent) = sent_by(browser.post("/api/measurements/record", &pairs)).await;
    assert!(answer.status.is_redirection(), "{}", answer.body);
    let told =
        |words: &str| sent.iter().filter(|(text, _)| text.contains(words)).map(|(_, times)| times).sum::<usize>();
    assert_eq!(told("insert into standing"), 0, "the team was active today already: nothing is derived");
    assert_eq!(told("from standing_stale"), 2, "the session is used, and the point is kept");
}
