//! Taking in a list of people: pasted, and from a file; what is wrong with it, corrected in place; all or nothing.

use http::StatusCode;

use crate::harness::{Answer, App, Browser};

const PAGE: &str = "/people/intake";
const INTAKE: &str = "/api/people/intake";
const HEADINGS: &str = "Name\tEmail\tGrade\tDepartment\tFrom\tTo\n";

/// Sends the page's form as it stands, with these fields typed over, from wherever the last answer led.
async fn send(browser: &Browser<'_>, page: &str, typed: &[(&str, &str)]) -> (String, Answer) {
    let answer = browser.fill(page, INTAKE, typed).await;
    (answer.location(), browser.follow(&answer).await)
}

async fn known(browser: &Browser<'_>, name: &str) -> bool {
    browser.get(&format!("/people?q={}", name.replace(' ', "+"))).await.plain().contains("1 person")
}

#[tokio::test]
async fn a_list_with_mistakes_is_corrected_in_place_and_taken_in() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    assert!(lead.get("/people").await.body.contains("href=\"/people/intake\""));
    let text = format!(
        "{HEADINGS}Ann Bell\tann@trust.uk\tFY1\tAcute Med\t05/08/2026\t01/12/2026\n\
         Cy Dee\tcy@\tFY1\tAcute medicine\t31/02/2026\t\n\
         Eve Fox\teve@trust.uk\tCT1\tAcute medicine\t05/08/2026\t\n\
         Tara Trainee\tt.trainee@trust.uk\tCT1\tAcute medicine\t05/08/2026\t\n"
    );
    let (check, answer) = send(&lead, PAGE, &[("text", &text)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let words = answer.words();
    assert!(
        words.contains("<strong>1</strong> new person") && words.contains("<strong>1</strong> row not readable"),
        "{words}"
    );
    assert!(answer.body.contains("Line 3: Cy Dee") && answer.body.contains("“31/02/2026” is no real date"));
    assert!(answer.body.contains("Acute medicine (nearest)") && answer.body.contains("Somebody else: a new person"));
    assert!(!answer.body.contains("value=\"apply\""), "nothing is done while something is asked");

    let key = check.split("form=").nth(1).expect("a key").to_owned();
    let csv = lead.get(&format!("/people/intake/rejected.csv?form={key}")).await;
    assert!(csv.body.starts_with("Name,Email,Grade,Department,From,To,Line,Why\n"), "{}", csv.body);
    assert!(
        csv.body.contains("Cy Dee,cy@,FY1,Acute medicine,31/02/2026,,3,") && csv.body.lines().count() == 2,
        "{}",
        csv.body
    );

    let department = app.fixture.department.to_string();
    let mends = [
        ("order", "day"),
        ("department[l2]", department.as_str()),
        ("fix[l3_address]", "cy@trust.uk"),
        ("fix[l3_from]", "5 August 2026"),
        ("same[l5]", "new"),
        ("then", "check"),
    ];
    let (check, answer) = send(&lead, &check, &mends).await;
    assert!(answer.body.contains("Add 4 people, add 4 posts"), "{}", answer.words());
    assert!(!known(&lead, "Cy Dee").await, "nothing is saved yet");
    let (done, answer) = send(&lead, &check, &[("then", "apply")]).await;
    assert!(done.starts_with("/intakes/"), "{done}: {}", answer.words());
    assert!(answer.plain().contains("4 new people, 4 posts added"), "{}", answer.plain());
    assert!(known(&lead, "Cy Dee").await && known(&lead, "Ann Bell").await);

    let (_, answer) =
        send(&lead, PAGE, &[("text", &text.replace("cy@\t", "cy@trust.uk\t").replace("31/02", "05/08"))]).await;
    assert!(
        answer.body.contains("rows are there already") && !answer.body.contains("Acute medicine (nearest)"),
        "remembered: {}",
        answer.words()
    );
}

#[tokio::test]
async fn what_it_does_to_projects_is_seen_before_it_is_done() {
    let app = App::new().await;
    let at = &app.fixture;
    at.project("Sepsis bundle").await;
    let lead = app.browser(at.lead).await;
    let address = lead
        .post("/api/people/address/add", &[("person", &at.trainee.to_string()), ("address", "tara@trust.uk")])
        .await;
    assert!(address.status.is_redirection() || address.status.is_success());
    let text = format!("{HEADINGS}Tara Trainee\ttara@trust.uk\tFY2\tAcute medicine\t2025-08-06\t2026-05-31\n");
    let (check, answer) = send(&lead, PAGE, &[("text", &text)]).await;
    assert!(answer.body.contains("What this changes") && answer.body.contains("Sepsis bundle"), "{}", answer.words());
    assert!(
        answer.body.contains("Confirm: change 1 post")
            && answer.body.contains("Last day: 31 May 2026, was 4 August 2026")
    );
    let (done, answer) = send(&lead, &check, &[("then", "apply")]).await;
    assert!(done.starts_with("/intakes/"), "{}", answer.words());
    assert!(lead.get(&format!("/people/{}", at.trainee)).await.plain().contains("31 May 2026"));
}

#[tokio::test]
async fn rows_that_cannot_be_read_are_left_out_only_when_somebody_says_so() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let text = format!(
        "{HEADINGS}Ann Bell\tann@trust.uk\tFY1\tAcute medicine\t2026-08-05\t\n=1+1\t\t\tAcute medicine\tsoon\t\nTotal\t2\t\t\t\t\n"
    );
    let (check, answer) = send(&lead, PAGE, &[("text", &text)]).await;
    assert!(
        answer.body.contains("is a formula") && answer.words().contains("<strong>1</strong> row is not about a person"),
        "{}",
        answer.words()
    );
    let key = check.split("form=").nth(1).expect("a key");
    let csv = lead.get(&format!("/people/intake/rejected.csv?form={key}")).await;
    assert!(csv.body.contains("\n'=1+1,"), "{}", csv.body);
    let (check, refused) = send(&lead, &check, &[("then", "apply")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("1 row cannot be read. Nothing was changed.") && !known(&lead, "Ann Bell").await);
    let (done, _) = send(&lead, &check, &[("then", "apply"), ("leave_out[]", "yes")]).await;
    assert!(done.starts_with("/intakes/") && known(&lead, "Ann Bell").await);
}

#[tokio::test]
async fn what_is_no_list_comes_back_with_a_reason() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let many = format!("{HEADINGS}{}", "Ann Bell\ta@b.uk\tFY1\tAcute medicine\t2026-08-05\t\n".repeat(20_000));
    let more = format!("{HEADINGS}{}", "Ann Bell\ta@b.uk\tFY1\tAcute medicine\t2026-08-05\t\n".repeat(5_001));
    for (text, told) in [
        ("", "There is no row with a person."),
        (HEADINGS, "There is no row with a person."),
        ("nothing in columns", "No columns were found."),
        ("Name\tEmail\nAnn Bell\t943 476 5919", "Line 2 holds what looks like an NHS number."),
        (many.as_str(), "One intake takes at most 5,000"),
        (more.as_str(), "There are 5001 rows."),
    ] {
        let (_, answer) = send(&lead, PAGE, &[("text", text)]).await;
        assert!(answer.body.contains(told), "{told}: {}", answer.words());
    }
    let (_, answer) = send(&lead, PAGE, &[("text", "Name\tDepartment\nAnn Bell\tAcute medicine")]).await;
    assert!(answer.body.contains("Choose the column that holds the grade."), "{}", answer.words());
    assert!(answer.body.contains("For example Acute medicine"));
    assert_eq!(app.browser(app.fixture.trainee).await.get(PAGE).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_file_is_read_in_the_encodings_that_spreadsheets_write() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let list = |name: &str| {
        format!(
            "Surname,Forename,Work email address,Grade,Organisation,Latest start date\r\n{name},Zoë,,FY1,Acute medicine,05-Aug-2026\r\n"
        )
    };
    let utf16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(list("Sixteen").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked: Vec<u8> = [0xEF, 0xBB, 0xBF].into_iter().chain(list("Marked").bytes()).collect();
    let latin: Vec<u8> = list("Latin").chars().map(|c| u8::try_from(u32::from(c)).expect("one byte")).collect();
    for (name, bytes) in [("Sixteen", utf16), ("Marked", marked), ("Latin", latin)] {
        let answer = lead.upload(PAGE, INTAKE, "list.csv", &bytes).await;
        let check = answer.location();
        let answer = lead.follow(&answer).await;
        assert!(answer.body.contains(&format!("Zoë {name}")), "{name}: {}", answer.words());
        let (done, _) = send(&lead, &check, &[("then", "apply")]).await;
        assert!(done.starts_with("/intakes/"), "{name}");
    }
    for (file, bytes, told) in [
        ("list.xls", &[0xD0, 0xCF, 0x11, 0xE0, 0xA1][..], "old Excel file"),
        ("list.pdf", b"%PDF-1.7\x00\x01", "This is no table."),
        ("list.xlsx", b"PK\x03\x04 broken", "The workbook cannot be read."),
    ] {
        let answer = lead.upload(PAGE, INTAKE, file, bytes).await;
        assert!(lead.follow(&answer).await.body.contains(told), "{file}");
    }
    let trainee = app.browser(app.fixture.trainee).await;
    let refused = trainee.send_files(INTAKE, &[], &[("file", "list.csv")], b"Name").await;
    assert!(!refused.status.is_success(), "{}", refused.status);
}
