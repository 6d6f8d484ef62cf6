//! Every form that edits something holds what is stored: sent back as it was drawn, it changes nothing. A field that
//! is stored, and that the form forgets, would be emptied by the next edit.

use app::testing::{Fixture, make};
use sqlx::AssertSqlSafe;

use crate::harness::App;

/// What is edited, and by whom: page, server function, table.
type Edit = (&'static str, String, &'static str, &'static [&'static str]);

/// Gives every text of a table that may be empty a content, so that a column that is added is watched too.
async fn fill(fixture: &Fixture, table: &str) {
    let mut change = fixture.store.write().await.expect("a change");
    let columns: Vec<String> = sqlx::query_scalar(
        "select name from pragma_table_info($1) where type = 'TEXT' collate nocase and dflt_value = ''''''",
    )
    .bind(table)
    .fetch_all(&mut *change)
    .await
    .expect("columns");
    for column in columns {
        let sql = format!("update {table} set {column} = 'Some {column}' where {column} = ''");
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *change).await.expect("filled");
    }
    change.commit().await.expect("committed");
}

async fn run(fixture: &Fixture, sql: &'static str, id: impl ToString) {
    let mut change = fixture.store.write().await.expect("a change");
    sqlx::query(sql).bind(id.to_string()).execute(&mut *change).await.expect(sql);
    change.commit().await.expect("committed");
}

async fn id_of(fixture: &Fixture, sql: &'static str, of: impl ToString) -> String {
    let mut conn = fixture.store.read().await.expect("a reader");
    sqlx::query_scalar(sql).bind(of.to_string()).fetch_one(&mut *conn).await.expect(sql)
}

/// A table's rows without what every change of a row changes.
async fn rows(fixture: &Fixture, table: &str) -> Vec<String> {
    let mut conn = fixture.store.read().await.expect("a reader");
    let columns: Vec<String> =
        sqlx::query_scalar("select name from pragma_table_info($1) where name not in ('version', 'updated_at')")
            .bind(table)
            .fetch_all(&mut *conn)
            .await
            .expect("columns");
    let quoted: Vec<String> = columns.iter().map(|name| format!("'{name}', \"{name}\"")).collect();
    let sql = format!("select json_object({}) from {table} order by 1", quoted.join(", "));
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.expect("rows")
}

/// The changes of fields that the history tells after its first `entries`.
async fn told_since(fixture: &Fixture, entries: i64) -> Vec<String> {
    let mut conn = fixture.store.read().await.expect("a reader");
    sqlx::query_scalar("select detail from history_detail where sequence > $1 and detail <> '[]' and detail <> ''")
        .bind(entries)
        .fetch_all(&mut *conn)
        .await
        .expect("details")
}

async fn entries(fixture: &Fixture) -> i64 {
    let mut conn = fixture.store.read().await.expect("a reader");
    sqlx::query_scalar("select coalesce(max(sequence), 0) from history").fetch_one(&mut *conn).await.expect("a number")
}

/// One of everything that a form edits, with content in every column that the form holds.
async fn everything(fixture: &Fixture) -> Vec<Edit> {
    let project = fixture.project("Sepsis").await;
    let draft = fixture.project("Half a thought").await;
    let measure = fixture.measure(project).await;
    let mut change = fixture.store.write().await.expect("a change");
    let cycle = make::cycle(&mut change, project, "Box", "2026-03-01").await.expect("a cycle");
    let drivers = make::drivers(&mut change, project, &["Staff"]).await.expect("drivers");
    change.commit().await.expect("committed");
    let dates = "update project set type = 'clinical_audit', origin = 'complaint', aim_by = '2026-09-01',
                        reaudit_on = '2026-10-01' where id = $1";
    run(fixture, dates, project).await;
    run(fixture, dates, draft).await;
    for table in ["project", "priority", "measure", "cycle", "department"] {
        fill(fixture, table).await;
    }
    run(fixture, "update project set status = 'draft', reference = null, submitted_at = null where id = $1", draft)
        .await;
    let post = id_of(fixture, "select id from post where person_id = $1", fixture.trainee).await;
    let (department, person, priority) = (fixture.department, fixture.trainee, fixture.priority);
    vec![
        ("/api/projects/edit", format!("/projects/{project}/edit"), "trainee", &["project", "project_priority"]),
        ("/api/projects/edit", format!("/projects/{draft}/edit"), "trainee", &["project", "project_priority"]),
        ("/api/measures/edit", format!("/measures/{measure}/edit"), "trainee", &["measure", "measure_target"]),
        ("/api/cycles/save", format!("/cycles/{cycle}"), "trainee", &["cycle"]),
        ("/api/drivers/edit", format!("/drivers/{}", drivers[0]), "trainee", &["driver", "driver_measure"]),
        ("/api/priorities/edit", format!("/priorities/{priority}/edit"), "lead", &["priority"]),
        ("/api/departments/edit", format!("/departments/{department}"), "administrator", &["department"]),
        ("/api/people/rename", format!("/people/{person}/edit"), "administrator", &["person", "tie"]),
        ("/api/posts/edit", format!("/posts/{post}"), "administrator", &["post"]),
    ]
}

#[tokio::test]
async fn a_form_that_is_sent_back_as_it_was_drawn_changes_nothing() {
    let app = App::new().await;
    let fixture = &app.fixture;
    for (action, page, who, tables) in everything(fixture).await {
        let person = match who {
            "trainee" => fixture.trainee,
            "lead" => fixture.lead,
            _ => fixture.administrator,
        };
        let browser = app.browser(person).await;
        let mut before = Vec::new();
        for table in tables {
            before.push(rows(fixture, table).await);
        }
        let last = entries(fixture).await;
        let drawn = browser.get(&page).await.form(action).unwrap_or_else(|| panic!("{page} draws no {action}"));
        let pairs: Vec<(&str, &str)> = drawn.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = browser.post(action, &pairs).await;
        assert!(answer.location().contains("done="), "{page}: {} {}", answer.location(), answer.status);
        for (table, before) in tables.iter().zip(before) {
            assert_eq!(rows(fixture, table).await, before, "{page} changed {table}");
        }
        assert_eq!(told_since(fixture, last).await, Vec::<String>::new(), "{page}");
    }
}
