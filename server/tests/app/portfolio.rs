//! Home by role, and the list of projects with its filters and its CSV.

use app::id::ProjectId;
use app::testing::{Fixture, make, on, role};
use http::StatusCode;

use crate::harness::{Answer, App};

async fn change(fixture: &Fixture, sql: &'static str, id: ProjectId) {
    let mut conn = fixture.store.write().await.expect("a change");
    sqlx::query(sql).bind(id).execute(&mut *conn).await.expect(sql);
    conn.commit().await.expect("committed");
}

/// Nobody leads it any more.
const LEADERLESS: &str = "update team_role set until_on = '2026-02-01' where project_id = $1 and role = 'lead'";
/// Its supervisor was asked and has not answered.
const UNANSWERED: &str = "update team_role set state = 'asked', answered_at = null
    where project_id = $1 and role = 'supervisor'";

/// The titles in a list of projects, in its order.
fn titles(answer: &Answer) -> Vec<String> {
    let rows = answer.body.split("baton-list__title").skip(1);
    rows.filter_map(|row| {
        let link = row.split_once("<a ")?.1.split_once('>')?.1;
        Some(link.split_once("</a>")?.0.replace("<!>", ""))
    })
    .collect()
}

/// Where the academy lead's numbers lead to, each with its number.
fn numbers(home: &Answer) -> Vec<(String, usize)> {
    let links = home.body.split("<a ").skip(1).filter(|link| link.contains("baton-numbers__value"));
    links
        .map(|link| {
            let href = link.split_once("href=\"").expect("an address").1;
            let value = link.split_once("baton-numbers__value").expect("a number").1;
            let value = value.split_once('>').expect("its start").1.split_once('<').expect("its end").0;
            let href = href.split_once('"').expect("its end").0.replace("&amp;", "&");
            (href, value.parse().expect("a number"))
        })
        .collect()
}

#[tokio::test]
async fn each_number_on_the_academy_leads_home_leads_to_as_many_projects() {
    let app = App::new().await;
    let fixture = &app.fixture;
    fixture.project("Safely held").await;
    let pooled = fixture.project("Left behind").await;
    change(fixture, LEADERLESS, pooled).await;
    let loose = fixture.project("Without a supervisor").await;
    change(fixture, UNANSWERED, loose).await;
    let late = fixture.project("Not measured").await;
    fixture.measure(late).await;
    let browser = app.browser(fixture.lead).await;
    let home = browser.get("/").await;
    let numbers = numbers(&home);
    for (gap, count) in
        [("/projects?continuity=in_pool", 1), ("/projects?gap=supervisor", 1), ("/projects?gap=quiet", 0)]
    {
        assert!(numbers.contains(&(gap.to_owned(), count)), "{gap}: {numbers:?}");
    }
    for (href, count) in numbers {
        assert_eq!(titles(&browser.get(&href).await).len(), count, "{href}");
    }
    let risk = browser.get("/projects?sort=risk").await;
    assert_eq!(titles(&risk).first().map(String::as_str), Some("Left behind"));
}

#[tokio::test]
async fn a_trainees_home_shows_what_is_theirs_and_nobody_elses_draft() {
    let app = App::new().await;
    let fixture = &app.fixture;
    let held = fixture.project("Led by Tara").await;
    let measure = fixture.measure(held).await;
    let draft = fixture.project("Half a thought").await;
    change(fixture, "update project set status = 'draft', reference = null, submitted_at = null where id = $1", draft)
        .await;
    change(fixture, "delete from team_role where project_id = $1", draft).await;
    let home = app.browser(fixture.trainee).await.get("/").await.words();
    for words in ["Projects you lead (1)", "Led by Tara", "Drafts (1)", "Half a thought", "Data points due (1)"] {
        assert!(home.contains(words), "{words}");
    }
    assert!(home.contains(&format!("/measures/{measure}")));
    assert!(!home.contains("nothing arranged"), "numbers are the academy lead's");
    assert!(!home.contains("Do you want to finish it"));
    change(fixture, "update project set updated_at = '2026-02-02T12:00:00Z' where id = $1", draft).await;
    let later = app.browser(fixture.trainee).await.get("/").await.words();
    assert!(later.contains("Do you want to finish it, give it to a colleague or delete it?"));
    let supervisor = app.browser(fixture.supervisor).await.get("/").await.words();
    assert!(supervisor.contains("Projects you supervise (1)") && !supervisor.contains("Half a thought"));
    let newcomer = app.browser(fixture.colleague).await.get("/").await.words();
    assert!(newcomer.contains("Where to start") && !newcomer.contains("Half a thought"));
}

#[tokio::test]
async fn no_list_of_a_home_a_board_or_a_projects_handovers_is_cut_without_a_way_to_the_rest() {
    let app = App::new().await;
    let at = &app.fixture;
    let mut projects = Vec::new();
    for number in 0..23 {
        projects.push(at.project(&format!("Project {number:02}")).await);
    }
    let project = projects[0];
    let mut conn = at.store.write().await.expect("a change");
    for number in 0..52 {
        make::measure(&mut conn, project, &format!("Measure {number:02}")).await.expect("a measure");
    }
    for day in 1..=22 {
        let day = on(&format!("2026-01-{day:02}"));
        make::handover(&mut conn, project, [at.trainee, at.colleague], "withdrawn", day).await.expect("a handover");
    }
    conn.commit().await.expect("committed");
    let browser = app.browser(at.trainee).await;
    let (handovers, board) = (format!("/projects/{project}/handovers"), format!("/priorities/{}/board", at.priority));
    // Where it is, what its heading says, where the rest is, and what stands on either page alone.
    for (page, says, rest, [first, last]) in [
        ("/", "Projects you lead (23)", "/?led=2#led", ["Project 00", "Project 22"]),
        ("/", "Data points due (52)", "/?due=3#due", ["Measure 00", "Measure 51"]),
        (handovers.as_str(), "Handovers so far (22)", "?handovers=2#handovers", ["", ""]),
        (board.as_str(), "52 measures", "?page=2", ["Measure 00", "Measure 51"]),
        (board.as_str(), "52 measures", "?sort=measure&amp;reverse=yes", ["Measure 00", "Measure 51"]),
    ] {
        let whole = browser.get(page).await;
        assert!(whole.words().contains(says), "{page}: {says}: {}", whole.words());
        let address = match rest.starts_with('/') {
            true => rest.to_owned(),
            false => format!("{page}{rest}"),
        };
        let next = browser.get(address.split('#').next().unwrap_or_default().replace("&amp;", "&").as_str()).await;
        assert!(next.words().contains(says), "{address}: {says}");
        if first != last {
            let list = |answer: &Answer| answer.words().split(says).nth(1).unwrap_or_default().to_owned();
            assert!(list(&whole).contains(first), "{page}: {first}");
            assert!(list(&next).contains(last), "{address}: {last}");
        }
    }
    let home = browser.get("/").await;
    assert!(
        home.body.contains("href=\"/?led=2#led\"") && home.body.contains("aria-label=\"Pages: Projects you lead\"")
    );
    assert!(!home.words().contains("Project 22"), "twenty at a time");
    let second = browser.get(&format!("{handovers}?handovers=2")).await;
    let rows = |answer: &Answer| answer.body.matches("href=\"/handovers/").count();
    assert_eq!((rows(&browser.get(&handovers).await), rows(&second)), (20, 2));
    let overview = browser.get(&format!("/projects/{project}")).await;
    assert!(overview.words().contains("All 22 handovers") && rows(&overview) == 5);
    let table = browser.get(&format!("{board}?page=2")).await;
    assert_eq!(table.body.matches("href=\"/measures/").count(), 2, "the rest of 52");
    assert!(table.body.contains("?sort=measure") && table.body.contains("aria-sort"));
}

#[tokio::test]
async fn filters_narrow_the_list_alone_and_together() {
    let app = App::new().await;
    let fixture = &app.fixture;
    let audit = fixture.project("Audit of falls").await;
    change(
        fixture,
        "update project set type = 'clinical_audit', standard = 's', standard_source = 's', standard_level = 'l' where id = $1",
        audit,
    )
    .await;
    let closed = fixture.project("Falls, finished").await;
    change(
        fixture,
        "update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-02-01' where id = $1",
        closed,
    )
    .await;
    let pooled = fixture.project("Pain relief").await;
    change(fixture, LEADERLESS, pooled).await;
    let mut conn = fixture.store.write().await.expect("a change");
    role(&mut conn, pooled, fixture.colleague, "member", on("2026-01-01"), None).await;
    conn.commit().await.expect("committed");
    let browser = app.browser(fixture.colleague).await;
    let department = fixture.department;
    for (query, expected) in [
        ("sort=title", vec!["Audit of falls", "Pain relief"]),
        ("q=fall", vec!["Audit of falls"]),
        ("q=fall&status=any&sort=title", vec!["Audit of falls", "Falls, finished"]),
        ("status=closed", vec!["Falls, finished"]),
        ("type=clinical_audit", vec!["Audit of falls"]),
        ("mine=yes", vec!["Pain relief"]),
        ("continuity=in_pool", vec!["Pain relief"]),
        ("q=QI-2026-0003", vec!["Pain relief"]),
        ("mine=yes&q=fall", vec![]),
    ] {
        let page = browser.get(&format!("/projects?{query}&department={department}")).await;
        assert_eq!(titles(&page), expected, "{query}");
    }
    let nothing = browser.get("/projects?q=nowhere").await;
    assert_eq!(nothing.status, StatusCode::OK);
    assert!(nothing.words().contains("No project fits. Try fewer or shorter words"));
    assert!(nothing.words().contains("0 projects") && !nothing.words().contains("Download as CSV"));
    let odd = browser.get("/projects?status=nonsense&page=-4&department=%27%22%3E&q=%22*%20OR%20(").await;
    assert_eq!(odd.status, StatusCode::OK);
}

#[tokio::test]
async fn a_long_list_is_paged_and_its_csv_holds_all_of_it() {
    let app = App::new().await;
    for number in 1..=45 {
        app.fixture.project(&format!("Project {number:02}")).await;
    }
    app.fixture.project("=HYPERLINK(\"x\"), \"quoted\"").await;
    let browser = app.browser(app.fixture.colleague).await;
    let first = browser.get("/projects?sort=title").await;
    assert!(first.words().contains("46 projects"));
    assert_eq!(titles(&first).len(), 20);
    let last = titles(&browser.get("/projects?sort=title&page=3").await);
    assert_eq!((last.len(), last.last().map(String::as_str)), (6, Some("Project 45")));
    let beyond = browser.get("/projects?sort=title&page=99").await;
    assert_eq!(beyond.location(), "/projects?sort=title", "{}", beyond.status);
    let file = browser.get("/projects.csv?sort=title").await;
    assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
    assert!(file.headers["content-disposition"].to_str().expect("words").contains("projects-2026-03-04.csv"));
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 47);
    assert!(lines[0].starts_with("Reference,Title,Type,Status,"));
    assert!(lines[1].contains("\"'=HYPERLINK(\"\"x\"\"), \"\"quoted\"\"\""), "{}", lines[1]);
    assert!(
        lines[46].contains("QI-2026-0045,Project 45") && lines[46].contains("Tara Trainee,2026-08-04,Sonia Supervisor")
    );
    let filtered = browser.get("/projects.csv?q=44").await;
    assert_eq!(filtered.body.lines().count(), 2);
}

#[tokio::test]
async fn a_filter_by_what_was_retired_or_ended_says_so_and_is_kept() {
    let app = App::new().await;
    let lead = app.browser(app.fixture.lead).await;
    let mut change = app.fixture.store.write().await.expect("a change");
    sqlx::query("update department set retired_on = '2026-03-01' where id = $1")
        .bind(app.fixture.department)
        .execute(&mut *change)
        .await
        .expect("retired");
    change.commit().await.expect("committed");
    let department = app.fixture.department;
    let page = lead.get(&format!("/projects?department={department}")).await;
    assert!(page.body.contains(&format!("value=\"{department}\" selected>No longer in use")), "{}", page.plain());
    assert!(!page.plain().contains(&department.to_string()), "{}", page.plain());
    let ended = lead.get("/projects?continuity=ended").await;
    assert!(ended.body.contains("value=\"closed\" selected"), "{}", ended.plain());
}

#[tokio::test]
async fn pool_and_board_follow_every_change_and_stay_in_their_trust() {
    let app = App::new().await;
    let fixture = &app.fixture;
    let falls = fixture.project("Falls at night").await;
    let lead = app.browser(fixture.lead).await;
    let colleague = app.browser(fixture.colleague).await;
    let stranger = app.browser(fixture.stranger).await;
    let pools = async |count: usize, what: &str| {
        let told = format!("{count} project{} for a lead", if count == 1 { " is looking" } else { "s are looking" });
        assert!(colleague.get("/pool").await.body.contains(&told), "the pool {what}");
        let pooled = numbers(&lead.get("/").await).into_iter().find(|(href, _)| href.contains("in_pool"));
        assert_eq!(pooled.map(|(_, pooled)| pooled), Some(count), "the board {what}");
        assert!(stranger.get("/pool").await.body.contains("0 projects are looking"), "another trust’s pool {what}");
    };
    pools(0, "before").await;
    change(fixture, LEADERLESS, falls).await;
    pools(1, "after the lead has gone").await;

    let mut undone = fixture.store.write().await.expect("a change");
    sqlx::query("update project set status = 'closed', closed_reason = 'stopped' where id = $1")
        .bind(falls)
        .execute(&mut *undone)
        .await
        .expect("changed");
    pools(1, "during a change that is not made").await;
    drop(undone);
    pools(1, "after it was rolled back").await;

    change(fixture, "update project set status = 'closed', closed_reason = 'stopped' where id = $1", falls).await;
    pools(0, "after it was closed").await;
}

#[tokio::test]
async fn a_view_of_another_day_shows_how_things_will_stand_and_leads_back_to_today() {
    let app = App::new().await;
    let fixture = &app.fixture;
    fixture.project("Falls at night").await;
    let browser = app.browser(fixture.colleague).await;
    let today = browser.get("/projects").await;
    assert!(!today.words().contains("Back to today") && today.words().contains("Tara Trainee"), "{}", today.words());
    // The lead's post ends on 4 August.
    for (day, told, in_pool) in [("2026-08-04", "4 August 2026", 0), ("2026-08-05", "5 August 2026", 1)] {
        let page = browser.get(&format!("/projects?on={day}&sort=risk")).await;
        let sentence = format!("who will lead and supervise these projects on {told}, if nothing changes until then.");
        assert!(page.words().contains(&sentence), "{}", page.words());
        assert!(page.body.contains("href=\"/projects?sort=risk\">Back to today"), "{}", page.body);
        assert!(page.body.contains(&format!("/projects.csv?sort=risk&amp;on={day}")), "links keep the day");
        let pool = browser.get(&format!("/projects?on={day}&continuity=in_pool")).await;
        assert_eq!(titles(&pool).len(), in_pool, "{day}");
        let file = browser.get(&format!("/projects.csv?on={day}")).await;
        assert!(file.headers["content-disposition"].to_str().expect("words").contains(&format!("projects-{day}.csv")));
        assert_eq!(file.body.contains(",In the pool,,"), in_pool == 1, "{}", file.body);
        assert_eq!(file.body.contains("Tara Trainee"), in_pool == 0, "{}", file.body);
    }
    let gone = browser.get("/projects?on=2026-08-05").await.words();
    assert!(gone.contains("Nobody since 5 August 2026: in the pool"), "{gone}");
    for nonsense in ["2026-02-30", "2126-01-01", "1999-01-01", "soon", "2026-03-04"] {
        let page = browser.get(&format!("/projects?on={nonsense}")).await;
        assert_eq!(titles(&page), ["Falls at night"], "{nonsense}");
        assert!(!page.words().contains("Back to today"), "{nonsense}");
    }
}

#[tokio::test]
async fn what_is_at_risk_is_a_filter_of_its_own() {
    let app = App::new().await;
    let fixture = &app.fixture;
    fixture.project("Safely led").await;
    let pooled = fixture.project("Left behind").await;
    change(fixture, LEADERLESS, pooled).await;
    let browser = app.browser(fixture.colleague).await;
    let risky = browser.get("/projects?gap=risk").await;
    assert_eq!(titles(&risky), ["Left behind"]);
    assert!(risky.plain().contains("Remove filter: At risk"), "{}", risky.plain());
    assert_eq!(titles(&browser.get("/projects?sort=risk").await), ["Left behind", "Safely led"]);
}

/// The row of a table that names somebody, as its words.
fn row_of(answer: &Answer, name: &str) -> String {
    let rows = answer.body.split("<tr").find(|row| row.contains(name));
    let row = rows.and_then(|row| row.split_once('>')).map_or("", |(_, row)| row);
    row.split('<').filter_map(|part| part.split_once('>').map(|(_, words)| words)).collect::<Vec<_>>().join(" ")
}

/// A lead is who leads and is present: the same on every page that says who leads.
#[tokio::test]
async fn a_lead_who_is_away_for_four_weeks_leads_nothing_on_any_page() {
    for (last_day, leads) in [("2026-03-29", true), ("2026-03-30", false)] {
        let app = App::new().await;
        let fixture = &app.fixture;
        let project = fixture.project("Weekend handover").await;
        let mut write = fixture.store.write().await.expect("a change");
        sqlx::query(
            "insert into away (id, person_id, trust_id, starts_on, ends_on, keeps_contributing) values ('away', $1, $2, '2026-03-03', $3, 0)",
        )
        .bind(fixture.trainee)
        .bind(fixture.trust)
        .bind(last_day)
        .execute(&mut *write)
        .await
        .expect("a period away");
        write.commit().await.expect("committed");
        let browser = app.browser(fixture.colleague).await;
        let page = browser.get(&format!("/projects/{project}")).await;
        assert_eq!(page.words().contains("Take it on"), !leads, "the buttons, until {last_day}");
        assert_eq!(page.body.contains(": in the pool"), !leads, "the strip, until {last_day}");
        let similar = browser.get("/api/similar?title=weekend%20handover").await.words();
        assert_eq!(similar.contains("looking for a lead"), !leads, "{similar}");
        assert_eq!(similar.contains("led by"), leads, "{similar}");
        let people = app.browser(fixture.lead).await.get("/people").await;
        let name: String = {
            let mut conn = fixture.store.read().await.expect("a reader");
            let text = "select name from person where id = $1";
            sqlx::query_scalar(text).bind(fixture.trainee).fetch_one(&mut *conn).await.expect("a name")
        };
        let row = row_of(&people, &name);
        let count = if leads { "1" } else { "0" };
        assert!(row.split_whitespace().any(|word| word == count), "{row}");
    }
}

#[tokio::test]
async fn an_administrators_home_says_what_keeps_the_trust_running_and_each_number_leads_to_as_many() {
    let app = App::new().await;
    let fixture = &app.fixture;
    let mut conn = fixture.store.write().await.expect("a change");
    for sql in [
        "update post set ends_on = '2026-04-01' where person_id in (select id from person where name like 'Tara%')",
        "delete from credential where person_id in (select id from person where name like 'Colin%')",
        "insert into department (id, trust_id, name, specialty)
         select '01900000-0000-7000-8000-000000000d0e', id, 'Surgery', 'General surgery' from trust where name = 'Tamar Vale'",
    ] {
        sqlx::query(sql).execute(&mut *conn).await.expect(sql);
    }
    conn.commit().await.expect("committed");
    let browser = app.browser(fixture.administrator).await;
    let home = browser.get("/").await;
    let ending = numbers(&home).into_iter().find(|(href, _)| href == "/people?show=ending");
    assert_eq!(ending, Some(("/people?show=ending".to_owned(), 1)));
    for (href, number) in numbers(&home) {
        let Some(query) = href.strip_prefix("/people") else { continue };
        let people = browser.get(&format!("/people{query}")).await;
        let told = app::format::count(i64::try_from(number).expect("a number"), "person", "people");
        assert!(people.plain().contains(&told), "{href}: {told}");
    }
    for words in ["No backup yet", "Surgery", "Lena Lead", "academy lead", "Adam Administrator"] {
        assert!(home.plain().contains(words), "{words}");
    }
    let mut conn = fixture.store.write().await.expect("a change");
    sqlx::query("update installation set backed_up_at = '2026-03-03T23:00:00+00:00'")
        .execute(&mut *conn)
        .await
        .expect("noted");
    conn.commit().await.expect("committed");
    assert!(browser.get("/").await.plain().contains("Last backup: 3 March 2026"));
    let trainee = app.browser(fixture.trainee).await.get("/").await;
    assert!(!trainee.plain().contains("Last backup"), "that is the administrators’");
}

/// The heading of a column: its link, and which way it is sorted.
fn heading(page: &Answer, words: &str) -> (String, String) {
    let heads = page.body.split("<th scope=\"col\"").skip(1).map(|head| head.split("</th>").next().unwrap_or_default());
    let head = heads.into_iter().find(|head| head.contains(&format!(">{words}<"))).expect(words);
    let of = |name: &str| {
        let value = head.split_once(&format!("{name}=\"")).map_or("", |(_, rest)| rest);
        value.split('"').next().unwrap_or_default().replace("&amp;", "&")
    };
    (of("href"), of("aria-sort"))
}

#[tokio::test]
async fn the_table_of_projects_sorts_by_its_headings_either_way() {
    let app = App::new().await;
    let fixture = &app.fixture;
    for title in ["Alpha <i>", "Beta", "Gamma"] {
        fixture.project(title).await;
    }
    let paused = fixture.project("Delta").await;
    change(fixture, "update project set status = 'paused' where id = $1", paused).await;
    change(fixture, LEADERLESS, paused).await;
    let browser = app.browser(fixture.lead).await;
    let list = browser.get("/projects").await;
    assert!(list.body.contains("href=\"/projects?view=table\""), "the list leads to the table");
    let page = browser.get("/projects?view=table&department=").await;
    assert!(page.words().contains("4 projects") && page.body.contains("Alpha &lt;i&gt;"), "{}", page.body);
    assert_eq!(heading(&page, "Last activity").1, "descending");
    let (up, unsorted) = heading(&page, "Project");
    assert_eq!((up.as_str(), unsorted.as_str()), ("/projects?sort=title&view=table", ""));
    let at = |page: &Answer, title: &str| page.body.find(&format!(">{title}")).expect("listed");
    let page = browser.get(&up).await;
    let (down, sorted) = heading(&page, "Project");
    assert_eq!((down.as_str(), sorted.as_str()), ("/projects?sort=title&reverse=yes&view=table", "ascending"));
    assert!(at(&page, "Beta") < at(&page, "Gamma"));
    let page = browser.get(&down).await;
    assert_eq!(heading(&page, "Project"), (up, "descending".to_owned()));
    assert!(at(&page, "Beta") > at(&page, "Gamma"));
    assert!(page.words().contains("Nobody since"), "what is missing is said");
    // Applying a filter stays in the table, and each option says how many it shows.
    assert!(page.body.contains("name=\"view\" value=\"table\""));
    for words in ["Active (3)", "Paused (1)", "All open (4)", "Acute medicine (4)", "Closed (0)", "In the pool (1)"] {
        assert!(page.words().contains(&format!(">{words}</option>")), "{words}");
    }
}
