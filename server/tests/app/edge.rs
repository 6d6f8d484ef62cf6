//! What anybody may send: how much, how slowly, how often, and what becomes of everybody else meanwhile.

use std::io::{Cursor, Write as _};
use std::net::SocketAddr;
use std::time::Duration;

use app::error::Error;
use app::limits;
use app::testing::{Fixture, noon};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::{Request, StatusCode, header};
use server::body::BodyMemory;
use server::connection::{Limits, accept};
use server::serve::Serving;
use server::table::TableReader;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::harness::{Answer, App, Browser};

const IMPORT: &str = "/api/measures/import";
const REGISTER: &str = "/api/projects/register";
const REGISTER_PAGE: &str = "/projects/register?type=quality_improvement";

async fn demanding(serving: Serving) -> App {
    App::serving(Fixture::new().await, &serving).await
}

/// Sends a body with the head of a form, as a browser does.
async fn send(browser: &Browser<'_>, path: &str, body: Body) -> Answer {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    browser.send(request, body).await
}

/// A body of which nothing ever arrives.
fn never() -> Body {
    Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>())
}

/// The form that registers a project, as it stands on its page, with these fields typed.
async fn registration(browser: &Browser<'_>, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs = browser.get(REGISTER_PAGE).await.form(REGISTER).expect("a form");
    pairs.retain(|(name, _)| !typed.iter().any(|(other, _)| other == name));
    pairs.extend(typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    pairs
}

async fn post(browser: &Browser<'_>, path: &str, pairs: &[(String, String)]) -> Answer {
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &pairs).await
}

async fn projects(app: &App) -> i64 {
    let mut conn = app.fixture.store.read().await.expect("a reader");
    sqlx::query_scalar("select count(*) from project").fetch_one(&mut *conn).await.expect("a count")
}

/// Where a form that waits for whoever signs in is drawn again.
fn onward(answer: &Answer) -> String {
    let location = answer.location();
    let next = location.strip_prefix("/sign-in?next=").unwrap_or_else(|| panic!("{location}"));
    form_urlencoded::parse(format!("next={next}").as_bytes()).next().expect("an address").1.into_owned()
}

// How much.

#[tokio::test]
async fn what_does_not_exist_is_refused_before_anything_is_read() {
    let app = App::new().await;
    assert_eq!(send(&app.nobody(), "/api/x", never()).await.status, StatusCode::NOT_FOUND);
    let somebody = app.browser(app.fixture.trainee).await;
    assert_eq!(send(&somebody, "/api/nothing/there", never()).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn whoever_is_not_signed_in_sends_little_and_a_person_more() {
    let app = App::new().await;
    let (nobody, somebody) = (app.nobody(), app.browser(app.fixture.trainee).await);
    let too_large = StatusCode::PAYLOAD_TOO_LARGE;
    let long = |bytes: usize| Body::from(format!("then=similar&title={}", "a".repeat(bytes)));
    let many = |pairs: usize| Body::from("a=&".repeat(pairs));
    assert_eq!(send(&nobody, "/api/sign-in", long(limits::NOBODY.bytes)).await.status, too_large);
    assert_eq!(send(&nobody, "/api/sign-in", many(limits::NOBODY.pairs + 1)).await.status, too_large);
    assert!(send(&nobody, "/api/sign-in", many(limits::NOBODY.pairs)).await.status != too_large);
    assert_eq!(send(&nobody, IMPORT, long(limits::NOBODY.bytes)).await.status, too_large);
    assert!(send(&somebody, REGISTER, long(limits::NOBODY.bytes)).await.status.is_redirection());
    assert_eq!(send(&somebody, REGISTER, long(limits::PERSON.bytes)).await.status, too_large);
    assert_eq!(send(&somebody, REGISTER, many(limits::PERSON.pairs + 1)).await.status, too_large);
    assert!(send(&somebody, IMPORT, long(limits::PERSON.bytes)).await.status != too_large);
    assert_eq!(send(&somebody, IMPORT, long(limits::TABLE.bytes)).await.status, too_large);
}

#[tokio::test]
async fn a_long_form_sent_after_the_session_ended_waits_for_its_owner() {
    let app = App::new().await;
    let owner = app.browser(app.fixture.trainee).await;
    let long = "It goes wrong. ".repeat(10_000);
    let form = registration(&owner, &[("title", "Weekend handover"), ("problem", &long)]).await;
    let answer = post(&app.nobody(), REGISTER, &form).await;
    let waiting = onward(&answer);
    assert!(owner.get(&waiting).await.body.contains(&long), "{waiting}");
    assert!(!app.browser(app.fixture.colleague).await.get(&waiting).await.body.contains("It goes wrong."));
    let made_up: Vec<_> = form.into_iter().filter(|(name, _)| name != "_key").collect();
    assert_eq!(post(&app.nobody(), REGISTER, &made_up).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_form_with_a_strange_key_comes_back_to_whoever_sent_it() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let form = registration(&browser, &[("title", "Weekend handover"), ("_key", "of another installation")]).await;
    let answer = post(&browser, REGISTER, &form).await;
    let page = browser.follow(&answer).await;
    assert!(
        page.body.contains("value=\"Weekend handover\"") && page.body.contains("open for too long"),
        "{}",
        page.body
    );
}

// What strangers can do to others.

#[tokio::test]
async fn a_stranger_cannot_fill_in_somebodys_form() {
    let app = App::new().await;
    let nobody = app.nobody();
    let sign_in = nobody.get("/sign-in").await.form("/api/sign-in").expect("a form");
    let key = &sign_in.iter().find(|(name, _)| name == "_key").expect("a key").1;
    let pairs = [("_key", key.as_str()), ("_page", REGISTER_PAGE), ("then", "similar"), ("title", "By a stranger")];
    let answer = nobody.post(REGISTER, &pairs).await;
    assert_eq!(onward(&answer), REGISTER_PAGE, "nothing is kept");
    let typed = [("address", "by.a@stranger.uk"), ("password", "")];
    let answer = nobody.fill("/sign-in", "/api/sign-in", &typed).await;
    assert!(nobody.follow(&answer).await.body.contains("by.a@stranger.uk"));
    let victim = app.browser(app.fixture.trainee).await;
    let shown = victim.get(&format!("{}&next=%2Faccount", answer.location())).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(!shown.body.contains("by.a@stranger.uk"));
}

#[tokio::test]
async fn strangers_cannot_push_out_what_a_person_typed() {
    let app = App::new().await;
    let (nobody, owner) = (app.nobody(), app.browser(app.fixture.trainee).await);
    let answer = owner.fill(REGISTER_PAGE, REGISTER, &[("title", "Weekend handover"), ("then", "similar")]).await;
    let key = nobody.get("/sign-in").await.form("/api/sign-in").expect("a form");
    let key = key.into_iter().find(|(name, _)| name == "_key").expect("a key").1;
    for number in 0..1_000 {
        let made_up = number.to_string();
        nobody.post("/api/sign-in", &[("_key", &key), ("address", &made_up)]).await;
        nobody.post(REGISTER, &[("_key", &made_up), ("title", "x")]).await;
    }
    assert!(owner.follow(&answer).await.body.contains("value=\"Weekend handover\""));
}

#[tokio::test]
async fn signing_out_is_done_each_time() {
    let app = App::new().await;
    let first = app.browser(app.fixture.trainee).await;
    let form = first.get("/sign-out").await.form("/api/sign-out").expect("a form");
    for browser in [first, app.browser(app.fixture.trainee).await] {
        let answer = post(&browser, "/api/sign-out", &form).await;
        assert_eq!(answer.location(), "/sign-in?done=signed-out");
        assert!(answer.headers.contains_key(header::SET_COOKIE));
        assert!(browser.get("/account").await.status.is_redirection(), "the session is over");
    }
}

#[tokio::test]
async fn the_demonstration_answers_to_its_own_name_only() {
    let app = demanding(Serving { demo: true, ..Serving::default() }).await;
    let ask = async |host: &str| {
        let request = Request::get("/sign-in").header(header::HOST, host);
        app.answer(request.body(Body::empty()).expect("a request")).await.status
    };
    assert_eq!(ask("127.0.0.1:3000").await, StatusCode::OK);
    assert_eq!(ask("localhost:3000").await, StatusCode::OK);
    assert_eq!(ask("rebound.example:3000").await, StatusCode::MISDIRECTED_REQUEST);
    let real = App::new().await;
    let request = Request::get("/sign-in").header(header::HOST, "by.another.name").body(Body::empty());
    assert_eq!(real.answer(request.expect("a request")).await.status, StatusCode::OK);
}

// When there is no room, no time, or nobody waits.

#[tokio::test]
async fn whoever_is_turned_away_is_told_so_and_the_watcher_is_not() {
    let app = demanding(Serving { concurrency: 0, ..Serving::default() }).await;
    let browser = app.browser(app.fixture.trainee).await;
    for answer in [browser.get("/").await, browser.post(REGISTER, &[("title", "x")]).await] {
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers[header::RETRY_AFTER], "5");
        assert!(answer.body.contains("Baton is busy"), "{}", answer.body);
        assert!(!answer.body.contains("Tom Trainee") && !answer.body.contains("Nothing was changed"));
        let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("a policy");
        assert!(policy.contains("style-src 'self'"), "{policy}");
    }
    assert_eq!(browser.get("/health").await.status, StatusCode::OK);
    assert_eq!(browser.get("/assets/x/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_form_that_finds_no_turn_once_it_has_arrived_comes_back() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let form = registration(&browser, &[("title", "Weekend handover"), ("then", "draft")]).await;
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
    let work = app.state.work.clone();
    let taken = std::sync::Arc::new(std::sync::Mutex::new(None));
    let takes = std::sync::Arc::clone(&taken);
    let slow = stream::once(async move {
        // While the form arrives, others take every turn: it has none itself.
        let all = u32::try_from(work.available_permits()).expect("few");
        *takes.lock().expect("a lock") = Some(work.acquire_many_owned(all).await.expect("turns"));
        Ok::<_, std::io::Error>(Bytes::from(body))
    });
    let answer = send(&browser, REGISTER, Body::from_stream(slow)).await;
    assert_eq!(taken.lock().expect("a lock").take().map(|turns| turns.num_permits()), Some(64));
    let page = browser.follow(&answer).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("value=\"Weekend handover\""), "{}", page.body);
    assert_eq!(projects(&app).await, 0);
}

#[tokio::test]
async fn a_long_rejected_form_is_drawn_when_there_is_a_turn_and_is_not_lost_meanwhile() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let table = format!("date,value\n{}", "words that are no date,5\n".repeat(30_000));
    let answer =
        browser.fill(&format!("/measures/{measure}/import"), "/api/measures/import", &[("text", &table)]).await;
    let turns = app.state.long_forms.clone().acquire_many_owned(2).await.expect("turns");
    assert_eq!(browser.follow(&answer).await.status, StatusCode::SERVICE_UNAVAILABLE);
    drop(turns);
    let page = browser.follow(&answer).await;
    assert_ne!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("words that are no date"));
}

/// What a draft of a project is sent with.
const DRAFT: [(&str, &str); 2] = [("title", "Weekend handover"), ("then", "draft")];

#[tokio::test]
async fn what_takes_too_long_comes_back_without_a_claim_and_is_still_done() {
    let app = demanding(Serving { timeout_seconds: 1, ..Serving::default() }).await;
    let browser = app.browser(app.fixture.trainee).await;
    let form = registration(&browser, &DRAFT).await;
    let writer = app.fixture.store.write().await.expect("a change");
    let answer = post(&browser, REGISTER, &form).await;
    let page = browser.follow(&answer).await;
    assert!(
        page.body.contains("may still be done") && page.body.contains("value=\"Weekend handover\""),
        "{}",
        page.body
    );
    assert!(!page.body.contains("Nothing was changed"));
    drop(writer);
    let again = post(&browser, REGISTER, &form).await;
    assert!(again.location().ends_with("?done=draft"), "{}", again.location());
    assert_eq!(projects(&app).await, 1, "the second time waited for the first, and was given its answer");
}

#[tokio::test]
async fn a_form_whose_sender_hangs_up_is_done_once() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let form = registration(&browser, &DRAFT).await;
    let writer = app.fixture.store.write().await.expect("a change");
    let gone = tokio::time::timeout(Duration::from_millis(300), post(&browser, REGISTER, &form)).await;
    assert!(gone.is_err(), "it waits for the writer");
    drop(writer);
    let again = post(&browser, REGISTER, &form).await;
    assert!(again.location().ends_with("?done=draft"));
    assert_eq!(projects(&app).await, 1);
    let permits = app.state.work.available_permits();
    assert_eq!(permits, 64, "every turn is given back");
}

#[tokio::test]
async fn a_page_does_not_wait_for_whoever_writes() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("update session set seen_at = $1")
        .bind(noon() - chrono::Duration::minutes(30))
        .execute(&mut *change)
        .await
        .expect("an older session");
    change.commit().await.expect("committed");
    let writer = app.fixture.store.write().await.expect("a change");
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    drop(writer);
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    let mut conn = app.fixture.store.read().await.expect("a reader");
    let seen: chrono::DateTime<chrono::Utc> =
        sqlx::query_scalar("select seen_at from session").fetch_one(&mut *conn).await.expect("a session");
    assert_eq!(seen, noon(), "noted once the writer was free");
}

// What is left on a computer that others use.

#[tokio::test]
async fn the_browser_forgets_the_session_when_it_is_closed_and_pages_with_it() {
    let app = App::new().await;
    let answer = app.browser(app.fixture.trainee).await;
    let out = answer.fill("/sign-out", "/api/sign-out", &[]).await;
    assert!(out.headers[header::SET_COOKIE].to_str().expect("a cookie").contains("Max-Age=0"));
    assert_eq!(out.headers["clear-site-data"], "\"cache\"");
    let sessions = app.state.sessions;
    let mut change = app.fixture.store.write().await.expect("a change");
    let begun = sessions.begin(&mut change, None, (app.fixture.trainee, app.fixture.trust), false, noon()).await;
    let cookie = app::web::cookie::set_session(sessions, &begun.expect("a session"));
    assert!(!cookie.contains("Max-Age"));
    drop(change);

    let browser = app.browser(app.fixture.trainee).await;
    let kept = |answer: &Answer| answer.headers[header::CACHE_CONTROL].to_str().expect("a value").to_owned();
    assert_eq!(kept(&browser.get(REGISTER_PAGE).await), "private, no-cache", "what is typed survives the back button");
    assert_eq!(kept(&browser.get("/projects/register").await), "no-store");
    assert_eq!(kept(&browser.get("/").await), "no-store");
    assert!(!browser.get("/").await.headers.contains_key("clear-site-data"));
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("update session set ended_at = $1").bind(noon()).execute(&mut *change).await.expect("ended");
    change.commit().await.expect("committed");
    assert_eq!(browser.get("/").await.headers["clear-site-data"], "\"cache\"", "what it kept is not for the next");
    assert!(!app.nobody().get("/sign-in").await.headers.contains_key("clear-site-data"));
}

#[tokio::test]
async fn https_is_promised_for_the_hosts_below_only_where_somebody_said_so() {
    let https = Serving { public_url: "https://baton.example".into(), ..Serving::default() };
    let promised = async |serving: Serving| {
        let app = demanding(serving).await;
        let answer = app.nobody().get("/sign-in").await;
        answer.headers.get(header::STRICT_TRANSPORT_SECURITY).map(|value| value.to_str().expect("a value").to_owned())
    };
    assert_eq!(promised(Serving::default()).await, None);
    assert_eq!(promised(https.clone()).await.as_deref(), Some("max-age=63072000"));
    let below = Serving { hsts_subdomains: true, ..https };
    assert_eq!(promised(below).await.as_deref(), Some("max-age=63072000; includeSubDomains"));
}

#[tokio::test]
async fn a_forms_page_is_named_shortly_and_a_change_by_an_id_of_its_own() {
    let app = App::new().await;
    let browser = app.browser(app.fixture.trainee).await;
    let long = format!("{REGISTER_PAGE}&x={}", "a".repeat(10_000));
    let form = browser.get(&long).await.form(REGISTER).expect("a form");
    assert_eq!(form.iter().find(|(name, _)| name == "_page").expect("a page").1, "/projects/register");
    for title in ["One", "Two"] {
        browser.fill(REGISTER_PAGE, REGISTER, &[("title", title), ("then", "draft")]).await;
    }
    let mut conn = app.fixture.store.read().await.expect("a reader");
    let ids: Vec<String> =
        sqlx::query_scalar("select distinct request_id from history").fetch_all(&mut *conn).await.expect("history");
    assert_eq!(ids.len(), 2, "{ids:?}");
    for id in ids {
        let id: app::id::ProjectId = id.parse().expect("a UUID");
        assert_eq!(id.0.get_version_num(), 7);
    }
}

// Tables in files.

/// The parts of a workbook that are not as a spreadsheet writes them.
#[derive(Default)]
struct Book {
    rows: String,
    shared: String,
    fonts: String,
    formats: String,
    sheets: usize,
}

impl Book {
    fn bytes(&self) -> Vec<u8> {
        const NS: &str = "http://schemas.openxmlformats.org";
        let sheets: String = (1..=self.sheets.max(1))
            .map(|number| format!("<sheet name=\"S{number}\" sheetId=\"{number}\" r:id=\"rId1\"/>"))
            .collect();
        let formats = if self.formats.is_empty() { "<xf numFmtId=\"0\"/>" } else { &self.formats };
        let parts = [
            ("[Content_Types].xml", format!("<Types xmlns=\"{NS}/package/2006/content-types\"/>")),
            (
                "_rels/.rels",
                format!(
                    "<Relationships xmlns=\"{NS}/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{NS}/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    "<workbook xmlns=\"{NS}/spreadsheetml/2006/main\" xmlns:r=\"{NS}/officeDocument/2006/relationships\"><sheets>{sheets}</sheets></workbook>"
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    "<Relationships xmlns=\"{NS}/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{NS}/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
                ),
            ),
            (
                "xl/styles.xml",
                format!(
                    "<styleSheet xmlns=\"{NS}/spreadsheetml/2006/main\"><fonts>{}</fonts><cellXfs>{formats}</cellXfs></styleSheet>",
                    self.fonts
                ),
            ),
            (
                "xl/worksheets/sheet1.xml",
                format!(
                    "<worksheet xmlns=\"{NS}/spreadsheetml/2006/main\"><sheetData>{}</sheetData></worksheet>",
                    self.rows
                ),
            ),
            (
                "xl/sharedStrings.xml",
                if self.shared.is_empty() { "<sst></sst>".to_owned() } else { self.shared.clone() },
            ),
        ];
        let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            file.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
            file.write_all(content.as_bytes()).expect("written");
        }
        file.finish().expect("a file").into_inner()
    }
}

/// The name of a column, of 30.
fn column(at: u8) -> String {
    if at < 26 { char::from(b'A' + at).to_string() } else { format!("A{}", char::from(b'A' + at - 26)) }
}

fn rows(number: usize, cell: impl Fn(usize, u8) -> String) -> String {
    let row = |row: usize| {
        (0..30).map(|at| cell(row, at).replace("REF", &format!("{}{row}", column(at)))).collect::<String>()
    };
    (1..=number).map(|number| format!("<row r=\"{number}\">{}</row>", row(number))).collect()
}

const ONE_ROW: &str = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>";

/// One text of 100 kB in 60,000 cells.
fn shared_string() -> Book {
    Book {
        rows: rows(2_000, |_, _| "<c r=\"REF\" t=\"s\"><v>0</v></c>".to_owned()),
        shared: format!("<sst count=\"60000\" uniqueCount=\"1\"><si><t>{}</t></si></sst>", "a".repeat(100_000)),
        ..Book::default()
    }
}

/// A font's name of 1 MB, which is held once for each of so many formats.
fn fonts(formats: usize) -> Book {
    Book {
        rows: ONE_ROW.to_owned(),
        fonts: format!("<font><name val=\"{}\"/></font>", "a".repeat(1024 * 1024)),
        formats: "<xf numFmtId=\"0\" fontId=\"0\" applyFont=\"1\"/>".repeat(formats),
        ..Book::default()
    }
}

/// Room is reserved for ten million million texts, before the first; what says so hides from a hurried look.
fn promised(hidden: bool) -> Book {
    let before = if hidden { "<!-- <si> -->" } else { "" };
    let shared = format!("{before}<sst uniqueCount=\"10000000000000\"><si><t>a</t></si></sst>");
    Book { rows: ONE_ROW.to_owned(), shared, ..Book::default() }
}

/// Ten thousand names of one sheet, which holds a hundred thousand blank cells.
fn sheets() -> Book {
    Book { rows: rows(3_400, |_, _| "<c r=\"REF\"/>".to_owned()), sheets: 10_000, ..Book::default() }
}

fn reader() -> TableReader {
    TableReader::new(env!("CARGO_BIN_EXE_server").into())
}

async fn read(book: &Book) -> Result<String, String> {
    match reader().text(book.bytes().into()).await {
        Ok(text) => Ok(text),
        Err(Error::Invalid(errors)) => {
            assert_eq!(errors[0].field, "file");
            Err(errors[0].message.clone())
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_honest_workbook_of_ten_thousand_rows_is_read_within_the_limits() {
    let book = Book {
        rows: rows(10_000, |row, at| match at {
            0 => format!("<c r=\"REF\" t=\"s\"><v>{}</v></c>", row - 1),
            _ => format!("<c r=\"REF\"><v>{row}.{at}</v></c>"),
        }),
        shared: format!(
            "<sst count=\"10000\" uniqueCount=\"10000\">{}</sst>",
            (0..10_000).map(|row| format!("<si><t>Ward {row}</t></si>")).collect::<String>()
        ),
        ..Book::default()
    };
    let text = read(&book).await.expect("a table");
    assert_eq!(text.lines().count(), 10_000);
    assert!(
        text.ends_with(&format!(
            "Ward 9999\t{}\n",
            (1..30).map(|at| format!("10000.{at}").trim_end_matches('0').to_owned()).collect::<Vec<_>>().join("\t")
        )),
        "{:?}",
        text.lines().last()
    );
}

#[tokio::test]
async fn a_reader_that_asks_for_more_memory_than_it_may_have_ends() {
    let ended = "too large or too intricate";
    // The same workbook in little: what ends the other is its size alone.
    assert_eq!(read(&fonts(20)).await.as_deref(), Ok("1\n"));
    let told = read(&fonts(700)).await.expect_err("700 MB");
    assert!(told.contains(ended), "{told}");
    let told = read(&promised(true)).await.expect_err("240 TB");
    assert!(told.contains(ended), "{told}");
}

#[tokio::test]
async fn what_a_workbook_may_not_hold_is_told_by_its_field() {
    for (book, says) in [
        (promised(false), "cannot be read"),
        (shared_string(), "more text than one import takes"),
        (sheets(), "too many cells"),
        (fonts(limits::WORKBOOK_FORMATS + 1), "cannot be read"),
    ] {
        let told = read(&book).await.expect_err(says);
        assert!(told.contains(says), "{told}");
    }
    let csv = Bytes::from("a,b\n".repeat(limits::TABLE_TEXT / 4 + 1));
    assert!(matches!(reader().text(csv).await, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_hostile_workbook_is_a_form_that_comes_back_and_nothing_more() {
    let app = App::new().await;
    let measure = app.fixture.measure(app.fixture.project("Sepsis").await).await;
    let browser = app.browser(app.fixture.trainee).await;
    let page = format!("/measures/{measure}/import");
    for book in [promised(true), promised(false), shared_string(), fonts(700)] {
        let answer = browser.upload(&page, IMPORT, "points.xlsx", &book.bytes()).await;
        let shown = browser.follow(&answer).await;
        assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", shown.body);
        assert!(shown.body.contains("id=\"file-error\""), "{}", shown.body);
        assert_eq!(browser.get("/health").await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_table_of_several_megabytes_is_read_to_its_end() {
    let app = App::new().await;
    let measure = app.fixture.measure(app.fixture.project("Sepsis").await).await;
    let first = app::testing::on("2010-01-01");
    // In the writing of forms each of these letters takes six bytes.
    let note = "é".repeat(100);
    let table: String = first.iter_days().take(5_000).map(|day| format!("{day},7,{note}\n")).collect();
    let browser = app.browser(app.fixture.trainee).await;
    let answer = browser.upload(&format!("/measures/{measure}/import"), IMPORT, "points.csv", table.as_bytes()).await;
    let shown = browser.follow(&answer).await;
    assert_eq!(shown.status, StatusCode::OK, "nothing is wrong with it");
    assert!(shown.words().contains("Record 5,000 points"));
}

#[tokio::test]
async fn a_file_is_read_only_for_whoever_may_record_it() {
    let mut app = App::new().await;
    let measure = app.fixture.measure(app.fixture.project("Sepsis").await).await;
    let page = format!("/measures/{measure}/import");
    // Whatever reads a workbook fails here, and is seen to.
    app.read_tables_with(TableReader::new("/there/is/no/such/program".into()));
    let book = promised(true).bytes();
    let owner = app.browser(app.fixture.trainee).await;
    let form = owner.get(&page).await.form(IMPORT).expect("a form");
    let tried = owner.upload(&page, IMPORT, "a.xlsx", &book).await;
    assert_eq!(owner.follow(&tried).await.status, StatusCode::INTERNAL_SERVER_ERROR, "it was to be read");

    let form: Vec<_> = form.into_iter().filter(|(name, _)| name != "file").collect();
    let send = async |browser: &Browser<'_>, path: &str, files: &[&str]| {
        let files: Vec<(&str, &str)> = files.iter().map(|field| (*field, "a.xlsx")).collect();
        browser.send_files(path, &form, &files, &book).await
    };
    assert_eq!(onward(&send(&app.nobody(), IMPORT, &["file"]).await).split('?').next(), Some(page.as_str()));
    let stranger = app.browser(app.fixture.stranger).await;
    let keyless: Vec<_> = form.iter().filter(|(name, _)| name != "_key").cloned().collect();
    assert_eq!(stranger.send_files(IMPORT, &keyless, &[("file", "a.xlsx")], &book).await.status, StatusCode::NOT_FOUND);
    let colleague = app.browser(app.fixture.colleague).await;
    assert_eq!(
        colleague.send_files(IMPORT, &keyless, &[("file", "a.xlsx")], &book).await.status,
        StatusCode::FORBIDDEN
    );
    for files in [&["text"][..], &["file", "file"], &["other", "file"]] {
        let answer = send(&owner, IMPORT, files).await;
        assert!(owner.follow(&answer).await.body.contains("One file can be sent"), "{files:?}");
    }
    let elsewhere = send(&owner, REGISTER, &["file"]).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(elsewhere.body.contains("takes no file"), "{}", elsewhere.body);
}

// How slowly: over real connections.

/// An application behind a socket, until it is told to stop.
struct Listening {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<()>,
}

const LONG: Duration = Duration::from_secs(600);
const PATIENT: Limits = Limits { connections: 2_000, head: LONG, take: LONG, last_words: LONG };

async fn listening(router: Router, limits: Limits) -> Listening {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(accept(listener, router, limits, async move {
        let _ = stopped.await;
    }));
    Listening { address, stop: Some(stop), served }
}

impl Listening {
    async fn connect(&self, sent: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        stream.write_all(sent.as_bytes()).await.expect("sent");
        stream
    }

    /// The status line of a request on a connection of its own.
    async fn ask(&self, path: &str) -> String {
        let head = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        to_its_end(self.connect(&head).await).await.lines().next().unwrap_or_default().to_owned()
    }
}

/// Everything that comes until the other side closes.
async fn to_its_end(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is cut off has ended as well.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

const HALF_A_HEAD: &str = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ";
const OK: &str = "HTTP/1.1 200 OK";

#[tokio::test]
async fn heads_that_do_not_end_and_connections_left_idle_are_closed() {
    let app = App::new().await;
    let server = listening(app.router.clone(), Limits { head: Duration::from_millis(100), ..PATIENT }).await;
    let half = server.connect(HALF_A_HEAD).await;
    let silent = server.connect("").await;
    let idle = server.connect("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await;
    // None of them says that it is done: that these come to an end is what is tested.
    assert!(!to_its_end(half).await.contains(OK));
    assert_eq!(to_its_end(silent).await, "");
    assert!(to_its_end(idle).await.starts_with(OK));
}

#[tokio::test]
async fn a_head_takes_only_so_much_and_is_refused_beyond() {
    let app = App::new().await;
    let server = listening(app.router.clone(), Limits { head: Duration::from_secs(5), ..PATIENT }).await;
    let long = format!("{HALF_A_HEAD}{}", "a".repeat(limits::HEAD - HALF_A_HEAD.len()));
    let told = to_its_end(server.connect(&long).await).await;
    assert!(told.starts_with("HTTP/1.1 431 "), "{told}");
}

#[tokio::test]
async fn whoever_asks_and_never_reads_does_not_keep_the_connection() {
    const LARGE: usize = 64 * 1024 * 1024;
    let router = Router::new()
        .route("/large", axum::routing::get(|| async { vec![b'a'; LARGE] }))
        .route("/small", axum::routing::get(|| async {}));
    let server = listening(router, Limits { connections: 1, take: Duration::from_millis(100), ..PATIENT }).await;
    let idle = server.connect("GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").await;
    // It is the only one that there may be. That it makes room for another is what is tested.
    assert_eq!(server.ask("/small").await, OK);
    assert!(to_its_end(idle).await.len() < LARGE, "it was cut off");
}

#[tokio::test]
async fn whoever_fills_the_room_for_bodies_keeps_nobody_from_signing_in() {
    let mut app = App::new().await;
    app.receive_into(BodyMemory::new(0, 0, 0));
    let nobody = app.nobody();
    let sent = |bytes: usize| Body::from(format!("address=a@trust.uk&password={}", "a".repeat(bytes)));
    assert_eq!(send(&nobody, "/api/sign-in", sent(20)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(send(&nobody, "/api/sign-in", sent(limits::BODY_APART)).await.status, StatusCode::SERVICE_UNAVAILABLE);
    app.receive_into(BodyMemory::new(0, 0, 40));
    for _ in 0..3 {
        let answer = send(&app.nobody(), "/api/sign-in", sent(limits::BODY_APART)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "what it took is given back");
    }
}

#[tokio::test]
async fn tables_take_no_room_from_ordinary_forms() {
    let mut app = App::new().await;
    app.receive_into(BodyMemory::new(limits::PERSON.bytes, 0, 0));
    let somebody = app.browser(app.fixture.trainee).await;
    let long = |bytes: usize| Body::from(format!("then=similar&title={}", "a".repeat(bytes)));
    let sent = 2 * limits::BODY_APART;
    assert_eq!(send(&somebody, IMPORT, long(sent)).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(send(&somebody, REGISTER, long(sent)).await.status.is_redirection());
}

#[tokio::test]
async fn slow_bodies_stop_nobody() {
    let app = demanding(Serving { concurrency: 4, ..Serving::default() }).await;
    let server = listening(app.router.clone(), PATIENT).await;
    let slow = "POST /api/sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na";
    let mut open = Vec::new();
    for _ in 0..300 {
        open.push(server.connect(slow).await);
    }
    assert_eq!(server.ask("/sign-in").await, OK);
    assert_eq!(server.ask("/health").await, OK);
    assert_eq!(app.state.work.available_permits(), 4, "who sends slowly has no turn");
    drop(open);
}

#[tokio::test]
async fn beyond_the_limit_of_connections_one_waits_until_another_ends() {
    let app = App::new().await;
    let server = listening(app.router.clone(), Limits { connections: 2, ..PATIENT }).await;
    let (first, second) = (server.connect(HALF_A_HEAD).await, server.connect(HALF_A_HEAD).await);
    let mut third = Box::pin(server.ask("/health"));
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut third).await.is_err(), "it waits");
    drop(first);
    assert_eq!(third.await, OK);
    drop(second);
}

#[tokio::test]
async fn stopping_finishes_what_is_under_way_and_waits_for_nothing_else() {
    let app = App::new().await;
    let last_words = Duration::from_secs(2);
    let mut server = listening(app.router.clone(), Limits { last_words, ..PATIENT }).await;
    let half = server.connect(HALF_A_HEAD).await;
    let writer = app.fixture.store.write().await.expect("a change");
    let out = server.connect("POST /api/sign-out HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n").await;
    // It is under way when it has a turn.
    while app.state.work.available_permits() == 64 {
        tokio::task::yield_now().await;
    }
    server.stop.take().expect("once").send(()).expect("it listens");
    let answered = tokio::spawn(to_its_end(out));
    drop(writer);
    assert!(answered.await.expect("an answer").contains("/sign-in?done=signed-out"));
    server.served.await.expect("it ends, though half a head never becomes a whole one");
    drop(half);
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}
