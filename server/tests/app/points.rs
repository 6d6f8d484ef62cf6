//! A measure with many points: paged, drawn off the request's thread, and full one day.

use app::id::MeasureId;
use app::measures::store::MOST_POINTS;
use http::StatusCode;

use crate::harness::App;

/// A measure of a project of the trainee with so many points, a day apart, the last on 1 March 2026; every
/// tenth of the first hundred is void.
async fn measured(app: &App, points: i64) -> MeasureId {
    let project = app.fixture.project("Sepsis bundle").await;
    let measure = app.fixture.measure(project).await;
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query(
        "with recursive n (entry) as (select 1 union all select entry + 1 from n where entry < $2)
         insert into measurement (id, measure_id, taken_on, place, entry, numerator, denominator, state, recorded_by, recorded_at)
         select printf('01890000-0000-7000-8000-%012d', entry), $1, date('2026-03-01', (entry - $2) || ' days'), 'Ward ' || entry, entry, entry % 7 + 1.0, 10.0,
                iif(entry <= 100 and entry % 10 = 0, 'void', 'current'), $3, '2026-03-01T12:00:00Z' from n",
    )
    .bind(measure)
    .bind(points)
    .bind(app.fixture.trainee)
    .execute(&mut *change)
    .await
    .expect("points");
    change.commit().await.expect("committed");
    measure
}

#[tokio::test]
async fn the_points_of_a_measure_stand_on_pages() {
    let app = App::new().await;
    let measure = measured(&app, 140).await;
    let browser = app.browser(app.fixture.colleague).await;
    let page = async |query: &str| browser.get(&format!("/measures/{measure}{query}")).await.words();
    // 130 points that count: two pages of 60, and one of 10.
    let first = page("").await;
    assert!(first.contains("Points, newest first: page 1 of 3"), "{first}");
    assert!(first.contains("Ward 140<") || first.contains("Ward 140 "), "the newest");
    assert!(first.contains("href=\"?page=2#data\"") && !first.contains("Ward 75<"), "{first}");
    assert!(first.contains("Deleted data points (10)"));
    let last = page("?page=3").await;
    assert!(last.contains("page 3 of 3") && last.contains("href=\"?page=2#data\"") && !last.contains("?page=4"));
    for beyond in ["?page=4", "?page=9223372036854775807", "?page=-1", "?page=x"] {
        let answer = browser.get(&format!("/measures/{measure}{beyond}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{beyond}");
    }
    assert!(page("?page=4").await.contains("There are no points on this page."));
}

#[tokio::test]
async fn a_chart_of_many_points_is_drawn_on_every_page_that_shows_it() {
    let app = App::new().await;
    let measure = measured(&app, 1_500).await;
    let browser = app.browser(app.fixture.trainee).await;
    let project = browser.get(&format!("/measures/{measure}")).await;
    let project =
        project.body.split("href=\"/projects/").nth(1).and_then(|rest| rest.split('"').next()).expect("a project");
    let pages = [
        format!("/measures/{measure}"),
        format!("/measures/{measure}/chart"),
        format!("/measures/{measure}/chart.svg"),
        format!("/projects/{project}"),
        format!("/projects/{project}/board"),
        format!("/projects/{project}/pack"),
    ];
    for page in pages {
        let answer = browser.get(&page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert!(answer.body.contains("Antibiotics within the hour"), "{page}");
    }
}

#[tokio::test]
async fn a_full_measure_says_so_and_loses_nothing() {
    let app = App::new().await;
    let measure = measured(&app, MOST_POINTS - 1).await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}");
    let typed = [
        ("taken_on.day", "4"),
        ("taken_on.month", "3"),
        ("taken_on.year", "2026"),
        ("numerator", "8"),
        ("denominator", "10"),
    ];
    let recorded = browser.fill(&page, "/api/measurements/record", &typed).await;
    assert!(recorded.location().contains("done=recorded"), "{}", recorded.location());
    let mut again = typed;
    again[0] = ("taken_on.day", "3");
    let refused = browser.fill(&page, "/api/measurements/record", &again).await;
    let refused = browser.follow(&refused).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.words().contains("holds at most 20,000 points, and this one has room for 0 more"),
        "{}",
        refused.body
    );
    assert!(refused.body.contains("value=\"8\""), "what was typed is still there");
}
