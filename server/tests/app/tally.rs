//! Counting yes and no at the bedside.

use http::StatusCode;

use crate::harness::{Answer, App, Browser};

const START: &str = "/api/tallies/start";
const PRESS: &str = "/api/tallies/press";
const UNDO: &str = "/api/tallies/undo";
const CLOSE: &str = "/api/tallies/close";

/// Presses a button of the counter as a browser does: the form as it was drawn, once.
async fn press(browser: &Browser<'_>, page: &str, answer: &str) -> Answer {
    let drawn = browser.get(page).await;
    let form = drawn
        .forms()
        .into_iter()
        .find(|form| form.action == PRESS && form.fields.iter().any(|field| field.value == answer))
        .expect("a button");
    let pairs: Vec<(&str, &str)> =
        form.fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    let answer = browser.post(PRESS, &pairs).await;
    browser.follow(&answer).await
}

fn plain(location: &str) -> String {
    location.split(['?', '#']).next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_count_is_begun_pressed_by_two_undone_and_recorded() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let one = app.browser(app.fixture.trainee).await;
    let begin = format!("/measures/{measure}/tally");
    assert!(one.get(&format!("/measures/{measure}")).await.body.contains(&format!("href=\"{begin}\"")));
    let refused = one.fill(&begin, START, &[("taken_on.day", "5"), ("place", "943 476 5919")]).await;
    let form = one.follow(&refused).await;
    assert!(form.body.contains("cannot lie in the future") && form.body.contains("looks like an NHS number"));
    let begun = one.fill(&begin, START, &[("place", "Ward 4")]).await;
    let page = plain(&begun.location());
    assert!(page.starts_with("/tallies/"), "{page}");

    press(&one, &page, "yes").await;
    let other = app.browser(app.fixture.supervisor).await;
    assert!(other.get(&begin).await.body.contains("1 of 1 so far, begun by Tara Trainee"));
    press(&other, &page, "yes").await;
    let counted = press(&one, &page, "no").await;
    assert!(counted.words().contains(">2 of 3<"), "{}", counted.body);
    assert!(counted.body.contains("Undo the last No"));

    let stale = one.get(&page).await.form(UNDO).expect("a form");
    press(&other, &page, "yes").await;
    let stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let refused = one.post(UNDO, &stale).await;
    assert!(one.follow(&refused).await.body.contains("nothing was taken back"));
    let undone = one.fill(&page, UNDO, &[]).await;
    assert!(one.follow(&undone).await.words().contains(">2 of 3<"));

    let closed = one.fill(&page, CLOSE, &[]).await;
    let chart = one.follow(&closed).await;
    assert!(chart.body.contains("The count is closed and recorded."));
    assert!(chart.body.contains("2 of 3") && chart.body.contains("4 March 2026, Ward 4"));
    assert!(one.get(&page).await.body.contains("The count is closed and recorded."));
}

#[tokio::test]
async fn a_count_that_meets_a_point_of_its_day_goes_on_and_is_moved_or_discarded() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let today = [("taken_on.day", "4"), ("taken_on.month", "3"), ("taken_on.year", "2026")];
    let point = [&today[..], &[("numerator", "5"), ("denominator", "6")]].concat();
    browser.fill(&format!("/measures/{measure}"), "/api/measurements/record", &point).await;
    let begin = format!("/measures/{measure}/tally");
    let page = plain(&browser.fill(&begin, START, &[]).await.location());
    let refused = browser.fill(&page, CLOSE, &[]).await;
    assert!(browser.follow(&refused).await.body.contains("Nothing is counted yet"));
    press(&browser, &page, "yes").await;
    let refused = browser.fill(&page, CLOSE, &[]).await;
    let counter = browser.follow(&refused).await;
    assert!(counter.body.contains("There is already a point for 4 March 2026"), "{}", counter.body);
    assert!(counter.words().contains(">1 of 1<"), "nothing is lost");

    let moved = browser.fill(&page, "/api/tallies/edit", &[("taken_on.day", "3")]).await;
    assert!(browser.follow(&moved).await.body.contains("Your changes are saved."));
    let closed = browser.fill(&page, CLOSE, &[]).await;
    assert!(browser.follow(&closed).await.words().contains("1 of 1"));

    let page = plain(&browser.fill(&begin, START, &[]).await.location());
    press(&browser, &page, "no").await;
    let discard = format!("{page}/discard");
    assert!(browser.get(&discard).await.body.contains("The count stands at 0 of 1."));
    let gone = browser.fill(&discard, "/api/tallies/discard", &[]).await;
    let chart = browser.follow(&gone).await;
    assert!(chart.body.contains("The count is discarded.") && !chart.words().contains("0 of 1"));
    assert!(browser.get(&page).await.form(PRESS).is_none(), "it is closed");
}

#[tokio::test]
async fn only_percentages_are_counted_and_only_the_team_counts() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let begin = format!("/measures/{measure}/tally");
    let page = plain(&app.browser(app.fixture.trainee).await.fill(&begin, START, &[]).await.location());
    for path in [&begin, &page] {
        assert_eq!(app.browser(app.fixture.colleague).await.get(path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(app.browser(app.fixture.stranger).await.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("update measure set data_type = 'count' where id = $1")
        .bind(measure)
        .execute(&mut *change)
        .await
        .expect("a count");
    change.commit().await.expect("committed");
    let browser = app.browser(app.fixture.trainee).await;
    assert_eq!(browser.get(&begin).await.status, StatusCode::NOT_FOUND);
    assert!(!browser.get(&format!("/measures/{measure}")).await.body.contains("/tally"));
}
