//! Defining a measure, recording its points, correcting them, many at once.

use app::id::{MeasureId, ProjectId};
use http::StatusCode;

use crate::harness::{App, Browser};

const RECORD: &str = "/api/measurements/record";
const MANY: &str = "/api/measurements/record-many";

async fn scene() -> (App, ProjectId, MeasureId) {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    (app, project, measure)
}

fn date<'a>(day: &'a str, month: &'a str, year: &'a str) -> [(&'a str, &'a str); 3] {
    [("taken_on.day", day), ("taken_on.month", month), ("taken_on.year", year)]
}

/// Records 18 of 24 on a day of February 2026 and gives the address of the point.
async fn recorded(browser: &Browser<'_>, measure: MeasureId, day: &str) -> String {
    let page = format!("/measures/{measure}");
    let typed = [&date(day, "2", "2026")[..], &[("numerator", "18"), ("denominator", "24")]].concat();
    let answer = browser.fill(&page, RECORD, &typed).await;
    let page = browser.follow(&answer).await;
    assert!(page.body.contains("The measurement is recorded."), "{}", page.body);
    let start = page.body.find("href=\"/measurements/").expect("a link to the point");
    page.body[start..].split('"').nth(1).expect("an address").to_owned()
}

#[tokio::test]
async fn a_measure_is_defined_and_its_page_opens_on_what_is_due() {
    let (app, project, _) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/projects/{project}/measures/new");
    let questions = browser.get(&page).await;
    assert!(questions.body.contains("Is there a denominator?") && questions.form("/api/measures/define").is_none());
    let open = browser.get(&format!("{page}?number=counted&rare=no")).await;
    assert!(open.body.contains("Answer each question that is asked."));
    let timed = browser.get(&format!("{page}?number=measured")).await.body;
    assert!(timed.contains("For example, minutes.") && !timed.contains("Per how many?"), "only its own fields");
    let page = format!("{page}?number=counted&out_of=exposure&rare=no");
    let answer = browser.fill(&page, "/api/measures/define", &[("data_type", "rate"), ("per", "1 000")]).await;
    let form = browser.follow(&answer).await;
    assert!(form.body.contains("There is a problem"));
    assert!(form.body.contains("Enter the measure’s name."));
    assert!(form.body.contains("value=\"1 000\""), "what was typed is still there");
    let typed = [
        ("name", "Falls"),
        ("definition", "Every fall that is reported"),
        ("kind", "outcome"),
        ("data_type", "rate"),
        ("unit", "bed days"),
        ("per", "1,000"),
        ("direction", "decrease"),
        ("every_days", "30"),
        ("collector", "The ward’s junior doctor"),
    ];
    let answer = browser.fill(&page, "/api/measures/define", &typed).await;
    let chart = browser.follow(&answer).await;
    assert_eq!(chart.status, StatusCode::OK);
    assert!(chart.body.contains("Now record its first points"));
    assert!(chart.body.contains("Next point due on"));
    assert!(chart.body.contains("Collected by: The ward’s junior doctor."));
}

#[tokio::test]
async fn a_point_is_recorded_and_stands_on_the_chart_and_in_the_files() {
    let (app, _, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    recorded(&browser, measure, "25").await;
    let page = browser.get(&format!("/measures/{measure}")).await;
    assert!(page.body.contains("18 of 24") && page.body.contains("75%"));
    assert!(page.body.contains("spc-chart"));
    assert!(page.body.contains("name=\"taken_on.day\""));
    let svg = browser.get(&format!("/measures/{measure}/chart.svg")).await;
    assert_eq!(svg.headers["content-type"], "image/svg+xml");
    assert!(svg.body.starts_with("<svg xmlns="));
    let csv = browser.get(&format!("/measures/{measure}/points.csv")).await;
    assert!(csv.body.contains("2026-02-25,,,75,18,24,75,,,90,,current"), "{}", csv.body);
}

#[tokio::test]
async fn what_cannot_be_a_point_comes_back_as_it_was_typed() {
    let (app, _, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}");
    let good = date("4", "3", "2026");
    let cases = [
        (good, "12,5", "24", "Use a point for decimals"),
        (good, "85 %", "100", "without a per cent sign"),
        (good, "<3", "24", "without &lt; or &gt;"),
        (good, "-1", "24", "Enter 0 or more"),
        (good, "1e308", "24", "Enter a number"),
        (good, "NaN", "24", "Enter a number"),
        (good, "25", "24", "cannot be more than"),
        (good, "943476591", "9434765919", "If it is not an NHS number, use a larger unit"),
        (good, "0", "0", "With nothing to count from"),
        (date("5", "3", "2026"), "18", "24", "cannot lie in the future"),
        (date("29", "2", "2026"), "18", "24", "Enter a real date"),
        (date("1", "1", "1066"), "18", "24", "Enter a real date"),
        (date("", "", ""), "18", "24", "Enter the date of the point"),
    ];
    for (on, numerator, denominator, told) in cases {
        let typed = [&on[..], &[("numerator", numerator), ("denominator", denominator), ("note", "a note")]].concat();
        let answer = browser.fill(&page, RECORD, &typed).await;
        let form = browser.follow(&answer).await;
        assert!(form.body.contains(told), "{numerator} of {denominator}: {told}");
        assert!(form.body.contains("value=\"a note\""), "what was typed is still there");
        assert!(!form.body.contains("The measurement is recorded"));
    }
}

#[tokio::test]
async fn a_note_that_holds_an_nhs_number_is_stopped() {
    let (app, _, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let typed = [&date("4", "3", "2026")[..], &[("numerator", "1"), ("denominator", "2"), ("note", "943 476 5919")]];
    let answer = browser.fill(&format!("/measures/{measure}"), RECORD, &typed.concat()).await;
    assert!(browser.follow(&answer).await.body.contains("This looks like an NHS number"));
}

#[tokio::test]
async fn a_second_point_of_a_day_is_refused_with_a_link_to_the_first() {
    let (app, _, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let first = recorded(&browser, measure, "25").await;
    let typed = [&date("25", "2", "2026")[..], &[("numerator", "1"), ("denominator", "2")]].concat();
    let answer = browser.fill(&format!("/measures/{measure}"), RECORD, &typed).await;
    let form = browser.follow(&answer).await;
    assert!(form.body.contains("There is already a point for 25 February 2026"));
    assert!(form.body.contains(&format!("href=\"{first}\"")));
}

#[tokio::test]
async fn a_point_is_corrected_excluded_made_void_and_put_back_and_its_history_says_so() {
    let (app, _, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let point = recorded(&browser, measure, "25").await;
    let typed = [("numerator", "20"), ("denominator", "24"), ("reason", "")];
    let answer = browser.fill(&point, "/api/measurements/correct", &typed).await;
    assert!(browser.follow(&answer).await.body.contains("Say why it is corrected."));
    let typed = [("numerator", "20"), ("denominator", "24"), ("reason", "Two more notes were found")];
    let stale = browser.get(&point).await.form("/api/measurements/exclude").expect("a form");
    let answer = browser.fill(&point, "/api/measurements/correct", &typed).await;
    let page = browser.follow(&answer).await;
    assert!(page.body.contains("83.3% (20 of 24)") && page.body.contains("Two more notes were found"));

    let mut stale: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    stale.retain(|(name, _)| *name != "reason");
    stale.push(("reason", "The system was down"));
    let answer = browser.post("/api/measurements/exclude", &stale).await;
    assert!(browser.follow(&answer).await.body.contains("Somebody else changed this"));

    let reason = [("reason", "The system was down")];
    let answer = browser.fill(&point, "/api/measurements/exclude", &reason).await;
    assert!(browser.follow(&answer).await.body.contains("Excluded: shown hollow"));
    let answer = browser.fill(&point, "/api/measurements/include", &[]).await;
    assert!(browser.follow(&answer).await.body.contains("It counts."));
    let answer = browser.fill(&point, "/api/measurements/void", &[("reason", "Another ward’s")]).await;
    assert!(browser.follow(&answer).await.body.contains("Deleted: on no chart."));
    let page = browser.get(&format!("/measures/{measure}")).await;
    assert!(page.body.contains("Deleted data points (1)"));
    let answer = browser.fill(&point, "/api/measurements/include", &[]).await;
    let page = browser.follow(&answer).await;
    for told in ["corrected a measurement", "excluded a measurement", "deleted a measurement", "put a measurement back"]
    {
        assert!(page.body.contains(told), "{told}");
    }
}

#[tokio::test]
async fn many_points_are_recorded_at_once_or_none_of_them() {
    let (app, _, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}/points");
    let answer = browser.fill(&page, MANY, &[("rows[4][note]", "kept"), ("then", "more")]).await;
    let more = browser.follow(&answer).await;
    assert!(more.body.contains("rows[9][taken_on]"), "ten rows");
    assert!(!more.body.contains("There is a problem"));
    assert!(more.body.contains("value=\"kept\""));

    let typed = [
        ("rows[0][taken_on]", "4 2 2026"),
        ("rows[0][numerator]", "18"),
        ("rows[0][denominator]", "24"),
        ("rows[1][taken_on]", "11/2/2026"),
        ("rows[1][numerator]", "12,5"),
        ("rows[1][denominator]", "24"),
    ];
    let answer = browser.fill(&page, MANY, &typed).await;
    let form = browser.follow(&answer).await;
    assert!(form.body.contains("href=\"#rows-1--numerator-\""), "the summary leads to the cell");
    assert!(form.body.contains("id=\"rows-1--numerator-\""));
    assert!(form.body.contains("value=\"11/2/2026\""));
    let chart = browser.get(&format!("/measures/{measure}")).await;
    assert!(!chart.body.contains("18 of 24"), "nothing half-stored");

    let typed = typed.map(|(name, value)| (name, if value == "12,5" { "12" } else { value }));
    let answer = browser.fill(&page, MANY, &typed).await;
    let chart = browser.follow(&answer).await;
    assert!(chart.body.contains("18 of 24") && chart.body.contains("12 of 24"));
}

#[tokio::test]
async fn whoever_reads_the_project_reads_its_charts_and_only_the_team_records() {
    let (app, project, measure) = scene().await;
    let trainee = app.browser(app.fixture.trainee).await;
    let point = recorded(&trainee, measure, "25").await;
    let chart = format!("/measures/{measure}");
    let colleague = app.browser(app.fixture.colleague).await;
    let page = colleague.get(&chart).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.form(RECORD).is_none());
    let reading = colleague.get(&point).await;
    assert!(reading.form("/api/measurements/correct").is_none());
    for write in [format!("{chart}/edit"), format!("{chart}/points"), format!("/projects/{project}/measures/new")] {
        assert_eq!(colleague.get(&write).await.status, StatusCode::FORBIDDEN, "{write}");
    }
    let id = measure.to_string();
    let posted = colleague.post(RECORD, &[("measure", &id), ("taken_on", "4 3 2026"), ("value", "80")]).await;
    assert_eq!(posted.status, StatusCode::FORBIDDEN);
    let stranger = app.browser(app.fixture.stranger).await;
    for read in [chart.clone(), format!("{chart}/chart.svg"), format!("{chart}/points.csv"), point] {
        assert_eq!(stranger.get(&read).await.status, StatusCode::NOT_FOUND, "{read}");
    }
}

#[tokio::test]
async fn a_retired_measure_takes_no_points_until_it_is_taken_up_again() {
    let (app, _, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let edit = format!("/measures/{measure}/edit");
    let answer = browser.fill(&edit, "/api/measures/retire", &[]).await;
    let page = browser.follow(&answer).await;
    assert!(page.body.contains("No longer measured.") && page.form(RECORD).is_none());
    let answer = browser.fill(&edit, "/api/measures/restore", &[]).await;
    assert!(browser.follow(&answer).await.form(RECORD).is_some());
}

#[tokio::test]
async fn two_who_edit_a_measure_get_both_versions() {
    let (app, _, measure) = scene().await;
    let (one, other) = (app.browser(app.fixture.trainee).await, app.browser(app.fixture.supervisor).await);
    let edit = format!("/measures/{measure}/edit");
    let stale = other.get(&edit).await.form("/api/measures/edit").expect("a form");
    let answer = one.fill(&edit, "/api/measures/edit", &[("name", "Antibiotics, mine")]).await;
    assert!(answer.location().ends_with("done=saved"), "{}", answer.location());
    let mut pairs: Vec<(&str, &str)> = stale.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    pairs.retain(|(name, _)| *name != "name");
    pairs.push(("name", "Antibiotics, theirs"));
    let answer = other.post("/api/measures/edit", &pairs).await;
    let page = other.follow(&answer).await;
    assert!(page.body.contains("Both versions, where they differ"));
    assert!(page.body.contains("Antibiotics, mine") && page.body.contains("Antibiotics, theirs"));
}
