//! How charts are read: settings, phases, targets over time, the trust's rules, pictures and boards.

use app::id::{MeasureId, ProjectId};
use app::testing::Fixture;
use http::StatusCode;

use crate::harness::{Answer, App, Browser};

const READ: &str = "/api/measures/read";
const PHASE: &str = "/api/measures/start-phase";
const TARGET: &str = "/api/measures/set-target";
const RULES: &str = "/api/charts/rules";

/// A weekly percentage with 24 points: 60 % for twelve weeks, then 80 %.
async fn scene(app: &App) -> (ProjectId, MeasureId) {
    let project = app.fixture.project("Antibiotics in sepsis").await;
    let measure = app.fixture.measure(project).await;
    fill(&app.fixture, measure).await;
    (project, measure)
}

async fn fill(fixture: &Fixture, measure: MeasureId) {
    let mut conn = fixture.store.write().await.expect("a change");
    for week in 0..24_i64 {
        let share = if week < 12 { 12 + week % 3 } else { 16 + week % 3 };
        let day = app::testing::on("2025-09-01") + chrono::Duration::weeks(week);
        sqlx::query(
            "insert into measurement (id, measure_id, taken_on, entry, numerator, denominator, recorded_by, recorded_at)
             values ($1, $2, $3, $4, $5, 20, $6, $7)",
        )
        .bind(app::id::MeasurementId::new())
        .bind(measure)
        .bind(day)
        .bind(week + 1)
        .bind(share)
        .bind(fixture.trainee)
        .bind(app::testing::noon())
        .execute(&mut *conn)
        .await
        .expect("a point");
    }
    conn.commit().await.expect("committed");
}

#[tokio::test]
async fn the_data_choose_the_chart_and_a_person_can_choose_another() {
    let app = App::new().await;
    let (_, measure) = scene(&app).await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = browser.get(&format!("/measures/{measure}")).await.words();
    assert!(page.contains("p chart: Antibiotics within the hour"), "a percentage with enough points has limits");
    assert!(page.contains("the limits follow the denominator") && page.contains("24 weekly points"));
    assert!(page.contains("Rules: 3 sigma and Anhøj"));
    let settings = format!("/measures/{measure}/chart");
    let saved = browser
        .fill(&settings, READ, &[("chart", "xmr"), ("rule_set", "making_data_count"), ("baseline", "all")])
        .await;
    let page = browser.follow(&saved).await.words();
    assert!(page.contains("XmR chart: ") && page.contains("NHS Making Data Count"));
    assert!(page.contains("changed how the chart is read"), "it is in what changed");
    assert!(page.contains("Moving range chart of the same data"));
    let wrong = browser.fill(&settings, READ, &[("chart", "c")]).await;
    let page = browser.follow(&wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.words().contains("This chart is for another kind of number"));
    let stale = browser.fill(&settings, READ, &[("version", "1")]).await;
    assert_eq!(browser.follow(&stale).await.status, StatusCode::CONFLICT);
}

/// Weekly shares of 100 that lie so far from 50 in turn, from week `first` on.
fn weeks(first: u64, away: &[i64]) -> String {
    let rows = (first..).zip(away).map(|(week, away)| {
        let day = app::testing::on("2025-01-06") + chrono::Days::new(7 * week);
        format!("{day},{},100\n", if week % 2 == 0 { 50 + away } else { 50 - away })
    });
    format!("Date,Yes,Total\n{}", rows.collect::<String>())
}

/// Imports rows, and gives the page that follows.
async fn import(browser: &Browser<'_>, measure: MeasureId, table: &str) -> Answer {
    let page = format!("/measures/{measure}/import");
    let sent = browser.fill(&page, "/api/measures/import", &[("text", table), ("then", "record")]).await;
    browser.follow(&sent).await
}

#[tokio::test]
async fn a_chart_keeps_its_type_until_a_person_decides() {
    const ANSWER: &str = "/api/measures/chart-type";
    let app = App::new().await;
    let project = app.fixture.project("Antibiotics in sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}");
    let eleven = import(&browser, measure, &weeks(0, &[4; 11])).await.words();
    assert!(!eleven.contains("settled the chart"), "too few points for limits");
    let twelve = import(&browser, measure, &weeks(11, &[4])).await.words();
    assert!(twelve.contains("settled the chart") && twelve.contains("The points asked for it on"), "{twelve}");
    // Another eleven that vary more, and then the twelfth.
    let more = import(&browser, measure, &weeks(12, &[14; 11])).await;
    assert!(more.words().contains("p chart: ") && more.form(ANSWER).is_none(), "nothing is suggested yet");
    let more = import(&browser, measure, &weeks(23, &[14])).await;
    let words = more.words();
    assert!(words.contains("p chart: Antibiotics within the hour"), "it does not change by itself");
    assert!(words.contains("A p′ chart suits the last 12 points better than the p chart that is drawn."), "{words}");
    let reader = app.browser(app.fixture.colleague).await.get(&page).await;
    assert!(reader.words().contains("A p′ chart suits") && reader.form(ANSWER).is_none(), "others read it");

    let kept = browser.fill(&page, ANSWER, &[("answer", "keep")]).await;
    let kept = browser.follow(&kept).await;
    assert!(kept.words().contains("The chart stays as it is.") && kept.form(ANSWER).is_none());
    assert!(kept.words().contains("kept the chart although its points suggest another"));
    let id = measure.to_string();
    browser.post(ANSWER, &[("measure", &id), ("chart", "p_prime"), ("answer", "use")]).await;
    assert!(browser.get(&page).await.words().contains("p chart: "), "what is not suggested is not taken");

    let again = import(&browser, measure, &weeks(24, &[14; 12])).await;
    assert!(again.words().contains("A p′ chart suits"), "twelve new points may ask again");
    let taken = browser.fill(&page, ANSWER, &[("answer", "use")]).await;
    let taken = browser.follow(&taken).await.words();
    assert!(taken.contains("p′ chart: ") && taken.contains("changed the chart as its points suggest"), "{taken}");
}

#[tokio::test]
async fn the_words_begin_with_the_verdict_and_say_what_they_speak_of() {
    let app = App::new().await;
    let (_, measure) = scene(&app).await;
    let browser = app.browser(app.fixture.colleague).await;
    let page = browser.get(&format!("/measures/{measure}")).await.words();
    assert!(page.contains("<strong>Getting better:</strong> "), "{page}");
    assert!(page.contains("Latest point: ") && page.contains("By the latest limits"), "{page}");
}

#[tokio::test]
async fn a_whole_import_is_undone_in_one_step() {
    const UNDO: &str = "/api/measurements/undo";
    let app = App::new().await;
    let project = app.fixture.project("Antibiotics in sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let first = import(&browser, measure, &weeks(0, &[4; 6])).await;
    let words = first.words();
    assert!(words.contains("6 data points imported") && words.contains("6 points imported by"), "{words}");
    assert_eq!(words.matches("imported measurements").count(), 1, "one act, one entry");
    assert!(words.contains("New points: 6"), "with its number");
    let point =
        first.body.split("href=\"/measurements/").nth(1).and_then(|rest| rest.split('"').next()).expect("a point");
    let point = browser.get(&format!("/measurements/{point}")).await.words();
    assert!(point.contains("one of 6 points imported together") && point.contains("imported measurements"), "{point}");
    let batch = first.body.split("href=\"/batches/").nth(1).and_then(|rest| rest.split('"').next()).expect("an act");
    let batch = format!("/batches/{batch}");
    assert!(browser.get(&batch).await.words().contains("6 points will be deleted"));
    let undone = browser.fill(&batch, UNDO, &[]).await;
    let undone = browser.follow(&undone).await.words();
    assert!(undone.contains("It is undone. Data points deleted: 6. Data points left: 0."), "{undone}");
    assert!(undone.contains("undid an import of measurements"), "{undone}");
    assert!(undone.contains("Deleted data points (6)") && !undone.contains("6 points imported by"));
    assert!(browser.get(&batch).await.form(UNDO).is_none(), "once");
    assert!(!browser.get(&format!("/measures/{measure}")).await.body.contains("href=\"/batches/"), "nothing to undo");
    let again = import(&browser, measure, &weeks(0, &[4; 6])).await.words();
    assert!(again.contains("6 data points imported"), "void points are not in the way");
    for week in 1..=3 {
        import(&browser, measure, &weeks(week * 10, &[4; 2])).await;
    }
    // Under the chart stand the newest three; in the history each.
    let page = browser.get(&format!("/measures/{measure}")).await.body;
    assert_eq!(page.matches("href=\"/batches/").count(), 3 + 4);
    let other = app.browser(app.fixture.colleague).await;
    assert!(!other.get(&format!("/measures/{measure}")).await.body.contains("href=\"/batches/"));
    assert_eq!(other.get(&batch).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn whoever_types_a_second_observation_of_a_day_is_offered_several() {
    const RECORD: &str = "/api/measurements/record";
    let app = App::new().await;
    let project = app.fixture.project("Antibiotics in sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}");
    let day = [("taken_on.day", "2"), ("taken_on.month", "3"), ("taken_on.year", "2026")];
    let typed = [&day[..], &[("numerator", "8"), ("denominator", "10")]].concat();
    assert!(!browser.get(&page).await.body.contains("record several a day"));
    browser.fill(&page, RECORD, &typed).await;
    let twice = browser.fill(&page, RECORD, &typed).await;
    let back = twice.location();
    let twice = browser.follow(&twice).await;
    assert!(twice.body.contains("Yes, record several a day") && twice.body.contains("record several a day."));
    let (record, yes) = (twice.body.find("Record the point"), twice.body.find("Yes, record several a day"));
    assert!(record.is_some() && record < yes, "the Enter key presses the first button");
    // Another day is no second observation of one.
    let monday = [&[("taken_on.day", "1")], &typed[1..], &[("several", "yes")]].concat();
    let single = browser.fill(&back, RECORD, &monday).await;
    let words = browser.follow(&single).await.words();
    assert!(words.contains("The measurement is recorded.") && !words.contains("One point a day"), "{words}");
    let recorded = browser.fill(&back, RECORD, &[&typed[..], &[("several", "yes")]].concat()).await;
    let words = browser.follow(&recorded).await.words();
    assert!(words.contains("The measurement is recorded.") && words.contains("One point a day"), "{words}");
    let third = browser.fill(&page, RECORD, &typed).await;
    assert!(browser.follow(&third).await.body.contains("The measurement is recorded."));
}

#[tokio::test]
async fn a_note_stands_at_its_point_and_under_the_chart() {
    let app = App::new().await;
    let (_, measure) = scene(&app).await;
    let mut conn = app.fixture.store.write().await.expect("a change");
    sqlx::query("update measurement set note = 'Strike <day>' where measure_id = $1 and entry = 3")
        .bind(measure)
        .execute(&mut *conn)
        .await
        .expect("a note");
    conn.commit().await.expect("committed");
    let page = app.browser(app.fixture.trainee).await.get(&format!("/measures/{measure}")).await.body;
    assert!(page.contains("class=\"spc-text-note\"") && page.contains("Note: Strike &lt;day&gt;</title>"));
    assert!(page.contains("Notes on the chart") && !page.contains("Strike <day>"));
}

#[tokio::test]
async fn a_phase_gets_lines_of_its_own_and_can_be_removed() {
    let app = App::new().await;
    let (_, measure) = scene(&app).await;
    let browser = app.browser(app.fixture.trainee).await;
    let settings = format!("/measures/{measure}/chart");
    let phase = [
        ("starts_on.day", "24"),
        ("starts_on.month", "11"),
        ("starts_on.year", "2025"),
        ("reason", "Sepsis boxes on every ward"),
    ];
    let started = browser.fill(&settings, PHASE, &phase).await;
    let page = browser.follow(&started).await.words();
    assert!(page.contains("Phase 2 from 24 November 2025: Sepsis boxes on every ward."), "{page}");
    assert!(page.contains("Mean 85%"), "the mean of the last twelve");
    let twice = browser.fill(&settings, PHASE, &phase).await;
    assert!(browser.follow(&twice).await.words().contains("A phase starts on this day already"));
    let csv = browser.get(&format!("/measures/{measure}/points.csv")).await.body;
    let centre = |day: &str| {
        let line = csv.lines().find(|line| line.starts_with(day)).expect("a row");
        line.split(',').nth(6).expect("a centre line").to_owned()
    };
    assert!(centre("2025-09-01").starts_with("65") && centre("2025-12-01").starts_with("85"));
    let removed = browser.fill(&settings, "/api/measures/remove-phase", &[]).await;
    let page = browser.follow(&removed).await.words();
    assert!(page.contains("The phase is removed") && !page.contains("Phases after the first"));
}

#[tokio::test]
async fn a_target_changes_on_its_day() {
    let app = App::new().await;
    let (_, measure) = scene(&app).await;
    let browser = app.browser(app.fixture.trainee).await;
    let settings = format!("/measures/{measure}/chart");
    let day = [("starts_on.day", "1"), ("starts_on.month", "12"), ("starts_on.year", "2025")];
    let refused = browser.fill(&settings, TARGET, &[&day[..], &[("target", "195")]].concat()).await;
    assert!(browser.follow(&refused).await.words().contains("Enter a percentage between 0 and 100"));
    browser.fill(&settings, TARGET, &[&day[..], &[("target", "95")]].concat()).await;
    let csv = browser.get(&format!("/measures/{measure}/points.csv")).await.body;
    let target = |day: &str| csv.lines().find(|line| line.starts_with(day)).and_then(|line| line.split(',').nth(9));
    assert_eq!((target("2025-11-24"), target("2025-12-01")), (Some("90"), Some("95")));
    let page = browser.fill(&settings, "/api/measures/remove-target", &[]).await;
    assert!(!browser.follow(&page).await.words().contains("Later targets"));
}

#[tokio::test]
async fn the_academy_lead_chooses_the_rules_of_the_trust() {
    let app = App::new().await;
    let (_, measure) = scene(&app).await;
    let lead = app.browser(app.fixture.lead).await;
    let saved = lead.fill("/charts", RULES, &[("rule_set", "ihi")]).await;
    assert_eq!(lead.follow(&saved).await.status, StatusCode::OK);
    let trainee = app.browser(app.fixture.trainee).await;
    assert!(trainee.get(&format!("/measures/{measure}")).await.words().contains("IHI run rules"));
    let page = trainee.get("/charts").await;
    assert!(page.words().contains("IHI run chart rules") && page.form(RULES).is_none());
}

#[tokio::test]
async fn the_picture_travels_as_png() {
    let app = App::new().await;
    let (_, measure) = scene(&app).await;
    let browser = app.browser(app.fixture.colleague).await;
    let picture = browser.get(&format!("/measures/{measure}/chart.png")).await;
    assert_eq!(picture.headers["content-type"], "image/png");
    assert!(picture.headers["content-disposition"].to_str().expect("words").contains(".png"));
    assert!(picture.body.contains("PNG") && picture.body.len() > 10_000);
    let stranger = app.browser(app.fixture.stranger).await;
    let refused = stranger.get(&format!("/measures/{measure}/chart.png")).await.status;
    assert!(refused == StatusCode::FORBIDDEN || refused == StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_project_and_a_measure_travel_as_a_slide() {
    let app = App::new().await;
    let (project, measure) = scene(&app).await;
    let mut change = app.fixture.store.write().await.expect("a change");
    app::testing::make::task(&mut change, project, app.fixture.trainee, "Ask the ward", None).await.expect("a task");
    change.commit().await.expect("committed");
    let browser = app.browser(app.fixture.colleague).await;
    for of in [format!("/measures/{measure}"), format!("/projects/{project}")] {
        let picture = browser.get(&format!("{of}/slide.png")).await;
        assert_eq!(picture.headers["content-type"], "image/png");
        let kept = picture.headers["content-disposition"].to_str().expect("words").to_owned();
        assert!(kept.contains("attachment") && kept.contains("-slide.png"), "{kept}");
        assert!(picture.body.contains("PNG") && picture.body.len() > 10_000);
        let page = browser.get(&format!("{of}/slide")).await;
        let words = page.words();
        assert!(words.contains("Antibiotics in sepsis") && words.contains("Ask the ward"), "{words}");
        assert!(words.contains("baton-slide__verdict") && words.contains(&format!("{of}/slide.png")));
        assert!(browser.get(&of).await.body.contains(&format!("{of}/slide.png")), "one press from {of}");
        for nobody in [app.browser(app.fixture.stranger).await, app.nobody()] {
            for file in ["slide", "slide.png"] {
                let refused = nobody.get(&format!("{of}/{file}")).await;
                assert!(refused.status != StatusCode::OK, "{of}/{file}");
                assert!(!refused.body.contains("Antibiotics"), "{of}/{file}");
            }
        }
    }
    let bare = app.fixture.project("Without a measure").await;
    assert_eq!(browser.get(&format!("/projects/{bare}/slide.png")).await.status, StatusCode::OK);
    assert!(browser.get(&format!("/projects/{bare}/slide")).await.words().contains("No measure yet"));
}

#[tokio::test]
async fn a_large_chart_is_drawn_on_a_projects_page_when_somebody_asks_for_it_and_kept_for_all() {
    let app = App::new().await;
    let (project, small) = scene(&app).await;
    let large = app.fixture.measure(project).await;
    let mut conn = app.fixture.store.write().await.expect("a change");
    sqlx::query(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2001)
         insert into measurement (id, measure_id, taken_on, entry, numerator, denominator, recorded_by, recorded_at)
         select printf('0198c9a4-0000-7000-8000-%012x', i), $1, date('2019-01-01', i || ' days'), i, i % 7, 10, $2, '2026-02-25T12:00:00+00:00' from n",
    )
    .bind(large)
    .bind(app.fixture.trainee)
    .execute(&mut *conn)
    .await
    .expect("points");
    conn.commit().await.expect("committed");
    let page = format!("/projects/{project}");
    let (one, other) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.colleague).await);
    let drawn = |body: &str, measure| body.contains(&format!("small-{measure}"));
    let before = one.get(&page).await;
    assert!(drawn(&before.body, small) && !drawn(&before.body, large), "{}", before.body);
    assert!(before.words().contains("2,001 points: the chart takes a moment to draw."));
    let asks = format!("{page}?draw={large}");
    assert!(before.body.contains(&format!("href=\"{asks}#measures\"")), "{}", before.body);
    assert!(drawn(&one.get(&asks).await.body, large));
    let after = other.get(&page).await;
    assert!(drawn(&after.body, large) && !after.words().contains("Draw this chart"), "it is kept for everybody");
    let mut conn = app.fixture.store.write().await.expect("a change");
    sqlx::query("update measurement set numerator = 9 where measure_id = $1 and entry = 1000")
        .bind(large)
        .execute(&mut *conn)
        .await
        .expect("changed");
    conn.commit().await.expect("committed");
    assert!(!drawn(&other.get(&page).await.body, large), "it is another series now");
}

#[tokio::test]
async fn a_board_sums_up_the_measures_of_a_project_and_of_a_priority() {
    let app = App::new().await;
    let (project, measure) = scene(&app).await;
    let browser = app.browser(app.fixture.colleague).await;
    for board in [format!("/projects/{project}/board"), format!("/priorities/{}/board", app.fixture.priority)] {
        let page = browser.get(&board).await;
        assert_eq!(page.status, StatusCode::OK);
        let words = page.words();
        assert!(words.contains(&format!("/measures/{measure}")) && words.contains("Special cause, improvement, high"));
        assert!(words.contains("90%"));
    }
    let checked = app.nobody().get("/how-charts-are-checked").await;
    assert!(checked.words().contains("cases give the same answer"));
}
