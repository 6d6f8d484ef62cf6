//! Importing points: pasted, and from a file.

use app::id::MeasureId;
use http::StatusCode;

use crate::harness::{App, Browser};

const IMPORT: &str = "/api/measures/import";

async fn scene() -> (App, MeasureId) {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    (app, measure)
}

/// Sixty weeks of a percentage, with headings.
fn sixty() -> String {
    let first = app::testing::on("2025-01-06");
    let rows = (0..60_u64).map(|week| {
        let day = first + chrono::Days::new(7 * week);
        format!("{}\t{}\t24", day.format("%d/%m/%Y"), 10 + week % 10)
    });
    std::iter::once("Date\tYes\tTotal".to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

/// Sends the page's form as it stands, with these fields typed over, from wherever the last answer led.
async fn send(browser: &Browser<'_>, page: &str, typed: &[(&str, &str)]) -> (String, crate::harness::Answer) {
    let answer = browser.fill(page, IMPORT, typed).await;
    (answer.location(), browser.follow(&answer).await)
}

#[tokio::test]
async fn sixty_pasted_rows_are_checked_and_recorded() {
    let (app, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}/import");
    assert!(browser.get(&format!("/measures/{measure}")).await.body.contains(&format!("href=\"{page}\"")));
    let (check, answer) = send(&browser, &page, &[("text", &sixty())]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.words().contains("<strong>60</strong> new"), "{}", answer.body);
    assert!(answer.body.contains("Record 60 points") && answer.body.contains("the day comes first"));
    let csv = browser.get(&format!("/measures/{measure}/points.csv")).await;
    assert_eq!(csv.body.lines().count(), 1, "nothing is recorded yet");
    let (_, chart) = send(&browser, &check, &[("then", "record")]).await;
    assert!(chart.body.contains("60 data points imported, 0 corrected."), "{}", chart.body);
    let csv = browser.get(&format!("/measures/{measure}/points.csv")).await;
    assert_eq!(csv.body.lines().count(), 61);
    assert!(csv.body.contains("2025-01-06,,,41.6"), "{}", csv.body);

    let (again, answer) =
        send(&browser, &page, &[("text", &sixty().replace("06/01/2025\t10", "06/01/2025\t11"))]).await;
    let words = answer.words();
    assert!(
        words.contains("<strong>59</strong> the same") && words.contains("<strong>1</strong> different"),
        "{words}"
    );
    assert!(words.contains("stored: 41.7% (10 of 24)"), "both are shown: {words}");
    let (_, refused) = send(&browser, &again, &[("then", "record"), ("different", "correct")]).await;
    assert!(refused.body.contains("Say why what is stored is corrected."));
    let typed = [("then", "record"), ("different", "correct"), ("reason", "One more was found")];
    let (_, chart) = send(&browser, &again, &typed).await;
    assert!(chart.body.contains("0 data points imported, 1 corrected."));
}

#[tokio::test]
async fn rows_that_cannot_be_read_stop_the_import_until_they_are_left_out() {
    let (app, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}/import");
    let text = "Date,Yes,Total\n2026-01-04,18,24\n2026-01-11,<3,24\n29/02/2026,1,2";
    let (check, answer) = send(&browser, &page, &[("text", text)]).await;
    assert!(answer.body.contains("without &lt; or &gt;") && answer.body.contains("is no real date"));
    let (_, refused) = send(&browser, &check, &[("then", "record")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("2 rows cannot be read. Nothing was recorded."));
    assert!(!browser.get(&format!("/measures/{measure}")).await.body.contains("18 of 24"));
    let (_, chart) = send(&browser, &check, &[("then", "record"), ("leave_out[]", "yes")]).await;
    assert!(chart.body.contains("1 data point imported") && chart.body.contains("18 of 24"));
}

#[tokio::test]
async fn an_undecided_order_is_asked_and_columns_can_be_chosen() {
    let (app, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}/import");
    let (check, answer) = send(&browser, &page, &[("text", "03/02/2026;5;18;24\n04/02/2026;6;20;24")]).await;
    assert!(answer.body.contains("Which day is 03/02/2026?") && answer.body.contains("2 March 2026"));
    let columns = [("columns[1]", "ignore"), ("columns[2]", "numerator"), ("columns[3]", "denominator")];
    let record = [&columns[..], &[("then", "record")]].concat();
    let (_, refused) = send(&browser, &check, &record).await;
    assert!(refused.body.contains("Say how 03/02/2026 is to be read."));
    let record = [&record[..], &[("order", "day")]].concat();
    let (_, chart) = send(&browser, &check, &record).await;
    assert!(chart.body.contains("3 February 2026") && chart.body.contains("18 of 24"), "{}", chart.body);
}

#[tokio::test]
async fn what_is_no_table_comes_back_with_a_reason() {
    let (app, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}/import");
    let many = "2026-01-04,3\n".repeat(100_000);
    for (text, told) in [
        ("", "Paste the rows, or choose a file."),
        ("nothing in rows", "No rows were found."),
        ("date,n\n2026-01-04,943 476 5919", "looks like an NHS number"),
        (many.as_str(), "There are 100,000 rows. One import takes at most 10,000"),
    ] {
        let (_, answer) = send(&browser, &page, &[("text", text)]).await;
        assert!(answer.body.contains(told), "{told}");
        assert!(answer.form(IMPORT).expect("a form").iter().any(|(name, _)| name == "text"));
    }
    let stranger = app.browser(app.fixture.stranger).await;
    assert_eq!(stranger.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.browser(app.fixture.colleague).await.get(&page).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_file_is_read_as_what_is_pasted() {
    let (app, measure) = scene().await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}/import");
    let book = include_bytes!("../../../end2end/files/points.xlsx");
    for (name, bytes) in [("points.xlsx", &book[..]), ("points.csv", b"Date,Yes,Total\r\n2026-02-03,5,6\r\n")] {
        let answer = browser.upload(&page, IMPORT, name, bytes).await;
        let check = answer.location();
        let answer = browser.follow(&answer).await;
        assert!(answer.body.contains(" new"), "{name}: {}", answer.body);
        let (_, chart) = send(&browser, &check, &[("then", "record")]).await;
        assert!(chart.body.contains("imported, 0 corrected."), "{name}: {}", chart.body);
    }
    let csv = browser.get(&format!("/measures/{measure}/points.csv")).await;
    assert!(csv.body.contains("2026-01-05,,,50,12,24") && csv.body.contains("2026-02-03,,,83.3"), "{}", csv.body);
    let answer = browser.upload(&page, IMPORT, "broken.xlsx", b"PK\x03\x04 broken").await;
    assert!(browser.follow(&answer).await.body.contains("The workbook cannot be read."));
}
