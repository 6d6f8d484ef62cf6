//! Every change of a fact is followed: by the triggers, read from the schema, and by what is stored after changes at
//! random.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use fastrand::Rng;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::super::read::MARKED;
use super::*;
use crate::testing::{make, on};

/// The tables of facts, as the statement that reads them calls them.
const FACTS: &[(&str, &str)] = &[
    ("p", "project"),
    ("r", "team_role"),
    ("h", "handover"),
    ("y", "handover_answer"),
    ("m", "measure"),
    ("o", "post"),
    ("a", "away"),
    ("k", "tie"),
    ("c", "credential"),
    ("n", "person"),
    ("l", "trust_role"),
    ("t", "trust"),
    ("g", "changeover"),
    ("w", "task"),
];

/// Nothing changes these once they are written.
const FIXED: [&str; 2] = ["id", "created_at"];

/// Changes that nothing can follow from: whoever is not there yet has no place, and nobody goes whom a row names.
const OF_NO_CONSEQUENCE: [(&str, &str); 3] = [("person", "insert"), ("person", "delete"), ("trust", "delete")];

/// The columns that the statement reads, by table.
fn columns_read() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut read: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let words = MARKED.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
    for (alias, column) in words.filter_map(|word| word.split_once('.')) {
        if let Some((_, table)) = FACTS.iter().find(|(name, _)| *name == alias) {
            read.entry(table).or_default().insert(column);
        }
    }
    read
}

#[tokio::test]
async fn every_change_of_a_fact_is_marked() -> Result {
    let at = Fixture::new().await;
    let mut conn = at.store.read().await?;
    let triggers: Vec<(String, String)> =
        sqlx::query_as("select tbl_name, sql from sqlite_schema where type = 'trigger'").fetch_all(&mut *conn).await?;
    let read = columns_read();
    assert_eq!(read.len(), FACTS.len(), "{read:?}");
    for (table, columns) in read {
        let marking: Vec<&str> = triggers
            .iter()
            .filter(|(of, sql)| of == table && (sql.contains("into standing_stale") || sql.contains("into desk_stale")))
            .map(|(_, sql)| sql.as_str())
            .collect();
        for event in ["insert", "delete"] {
            let marked = marking.iter().any(|sql| sql.contains(&format!("after {event} on {table}\n")));
            assert!(marked || OF_NO_CONSEQUENCE.contains(&(table, event)), "{table}: {event}");
        }
        let updates = marking.iter().filter_map(|sql| sql.split_once(" after update ")).map(|(_, rest)| rest);
        let covered: Vec<&str> =
            updates.filter_map(|rest| rest.split_once(&format!("on {table}\n"))).map(|(of, _)| of).collect();
        assert_eq!(covered.len(), 1, "{table}");
        let listed: BTreeSet<&str> = covered[0].trim_start_matches("of ").split(',').map(str::trim).collect();
        for column in columns.iter().filter(|column| !FIXED.contains(column)) {
            assert!(covered[0].is_empty() || listed.contains(column), "an update of {table}.{column} marks nothing");
        }
    }
    Ok(())
}

/// Changes of facts by hand. `$1` is a person, `$2` a project, `$3` a day, `$4` a later one, `$5` a new id, `$6` a
/// trust, `$7` a department of it.
const CHANGES: &[&str] = &[
    "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, ends_on) values ($5, $1, $6, $7, 'Medical', 'ST3', $3, $4)",
    "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on) values ($5, $1, $6, $7, 'Medical', 'Consultant', $3)",
    "update post set ends_on = $4 where person_id = $1 and starts_on <= $4",
    "update post set ends_on = null, starts_on = $3 where id = (select id from post where person_id = $1 order by id limit 1)",
    "update post set end_confirmed = 1 - end_confirmed where person_id = $1",
    "update post set person_id = $1 where id = (select id from post order by id desc limit 1)",
    "update post set department_id = $7, trust_id = $6 where id = (select id from post order by id desc limit 1)",
    "delete from post where id = (select id from post where person_id = $1 order by id limit 1)",
    "insert into away (id, person_id, trust_id, starts_on, ends_on) values ($5, $1, $6, $3, $4)",
    "update away set keeps_contributing = 1 - keeps_contributing where person_id = $1",
    "update away set starts_on = $3, ends_on = $4 where person_id = $1",
    "delete from away where person_id = $1",
    "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, asked_at) values ($5, $2, $1, 'lead', 'accepted', 'team', $3, $3 || 'T12:00:00Z')",
    "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, until_on, asked_at) values ($5, $2, $1, 'supervisor', 'accepted', 'team', $3, $4, $3 || 'T12:00:00Z')",
    "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, asked_at) values ($5, $2, $1, 'supervisor', 'asked', 'team', $3, $3 || 'T12:00:00Z')",
    "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, asked_at) values ($5, $2, $1, 'member', 'asked', 'person', $3, $3 || 'T12:00:00Z')",
    "update team_role set until_on = $4 where project_id = $2 and person_id = $1 and from_on <= $4",
    "update team_role set state = 'accepted', confirmed_until = $4 where project_id = $2",
    "update team_role set by_mistake = 1 - by_mistake where project_id = $2 and person_id = $1",
    "update team_role set project_id = $2 where id = (select id from team_role order by id desc limit 1)",
    "delete from team_role where id = (select id from team_role where project_id = $2 and role <> 'lead' limit 1)",
    "insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, created_by, created_at, offered_at) values ($5, $2, (select person_id from team_role where project_id = $2 and role = 'lead' limit 1), $1, 'offered', $4, $1, $3 || 'T12:00:00Z', $3 || 'T12:00:00Z')",
    "insert into handover (id, project_id, to_person, state, takes_effect_on, created_by, created_at, offered_at, ended_at) values ($5, $2, $1, 'agreed', $4, $1, $3 || 'T12:00:00Z', $3 || 'T12:00:00Z', $3 || 'T12:00:00Z')",
    "update handover set state = 'agreed', ended_at = $3 || 'T12:00:00Z' where project_id = $2 and state = 'offered'",
    "update handover set state = 'withdrawn' where project_id = $2",
    "update handover set takes_effect_on = $4, approvals_expire_on = $4, to_pool = 1 - to_pool where project_id = $2",
    "update team_role set begun_by = (select id from handover where project_id = $2 limit 1) where project_id = $2 and role = 'lead'",
    "insert into handover_answer (handover_id, party, person_id, answer, answered_at) select id, 'successor', to_person, 'accepted', offered_at from handover where project_id = $2 and state = 'offered'",
    "insert into handover_answer (handover_id, party, person_id, answer, answered_at) select id, 'supervisor', $1, 'accepted', offered_at from handover where project_id = $2 and state = 'offered'",
    "update handover_answer set answer = 'declined'",
    "delete from handover_answer",
    "delete from handover where project_id = $2 and not exists (select 1 from handover_answer a where a.handover_id = handover.id)",
    "update project set status = 'paused', review_on = $4 where id = $2 and status <> 'draft'",
    "update project set status = 'active', closed_reason = null where id = $2 and status <> 'draft'",
    "update project set status = 'closed', closed_reason = 'completed' where id = $2 and status <> 'draft'",
    "update project set status = 'draft', reference = null, submitted_at = null, closed_reason = null where id = $2",
    "update project set keep_looking_until = $4, last_active_on = $3 where id = $2",
    "update project set aim_by = $4, reaudit_on = $4, department_id = $7 where id = $2",
    "insert into task (id, project_id, what, due_on, author_id, created_at) values ($5, $2, 'Ask the ward', $3, $1, $3)",
    "update task set due_on = $4 where project_id = $2",
    "update task set done_at = $3, done_by = $1 where id = (select id from task where project_id = $2 order by id limit 1)",
    "update task set removed_at = $3 where id = (select id from task where project_id = $2 order by id desc limit 1)",
    "update task set project_id = $2 where id = (select id from task order by id desc limit 1)",
    "delete from task where project_id = $2 and removed_at is not null",
    "update project set author_id = $1 where id = $2",
    "insert into project (id, trust_id, title, type, status, author_id, created_at, updated_at) values ($5, $6, 'Half', 'quality_improvement', 'draft', $1, $3 || 'T12:00:00Z', $3)",
    "delete from project where status = 'draft' and title = 'Half'",
    "delete from credential where person_id = $1",
    "insert or replace into credential (person_id, password_hash, changed_at) values ($1, 'x', 'x')",
    "update tie set state = 'declined' where person_id = $1",
    "update tie set state = 'accepted' where person_id = $1",
    "insert or replace into tie (person_id, trust_id, state, named, asked_at) values ($1, $6, 'asked', 'N', 'x')",
    "insert or replace into tie (person_id, trust_id, state, named, asked_at, answered_at) values ($1, $6, 'accepted', 'N', 'x', 'x')",
    "insert or ignore into changeover (trust_id, on_day) values ($6, $4)",
    "update or replace changeover set on_day = $3 where trust_id = $6",
    "delete from changeover where trust_id = $6 and on_day < $4",
    "update measure set every_days = 1 + abs(random() % 300) where project_id = $2",
    "update measure set retired_on = iif(retired_on is null, $3, null) where project_id = $2",
    "update measure set project_id = $2",
    "delete from measure where project_id = $2 and retired_on is not null",
    "update person set closed_on = $4 where id = $1",
    "update person set closed_on = null where id = $1",
    "insert or replace into trust_role (person_id, trust_id, role, granted_at, from_on, until_on) values ($1, $6, 'academy_lead', 'x', $3, $4)",
    "update trust_role set from_on = null, until_on = null where trust_id = $6",
    "delete from trust_role where person_id = $1",
    "update trust set demonstration = 1 - demonstration where id = $6",
];

/// What the changes are about.
struct Cast {
    people: Vec<String>,
    projects: Vec<String>,
    /// Each with a department of it.
    trusts: Vec<(String, String)>,
}

async fn cast(at: &Fixture) -> Result<Cast> {
    let mut projects = Vec::new();
    for title in ["Sepsis", "Falls", "Handover", "Draft"] {
        let project = at.project(title).await;
        at.measure(project).await;
        projects.push(project.to_string());
    }
    let mut change = at.store.write().await?;
    make::away(&mut change, at.trust, at.supervisor, ["2026-04-01", "2026-06-01"]).await?;
    change.commit().await?;
    let mut conn = at.store.read().await?;
    let trusts = sqlx::query_as("select trust_id, id from department").fetch_all(&mut *conn).await?;
    let people = [at.trainee, at.colleague, at.supervisor, at.lead, at.administrator, at.stranger];
    Ok(Cast { people: people.iter().map(ToString::to_string).collect(), projects, trusts })
}

/// Makes one change; whether the schema let it.
async fn make_one(at: &Fixture, cast: &Cast, sql: &'static str, chance: &mut Rng) -> Result<bool> {
    let day: NaiveDate = on("2025-10-01") + Days::new(chance.u64(0..400));
    let later = day + Days::new(chance.u64(0..200));
    let (trust, department) = &cast.trusts[chance.usize(0..cast.trusts.len())];
    let mut change = at.store.write().await?;
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(&cast.people[chance.usize(0..cast.people.len())])
        .bind(&cast.projects[chance.usize(0..cast.projects.len())])
        .bind(day)
        .bind(later)
        .bind(Uuid::now_v7().to_string())
        .bind(trust)
        .bind(department)
        .execute(&mut *change)
        .await;
    if done.is_err() {
        return Ok(false);
    }
    change.commit().await?;
    Ok(true)
}

#[tokio::test]
async fn what_is_stored_is_what_is_derived_after_every_change() -> Result {
    for seed in 1..=3 {
        let at = Fixture::new().await;
        let cast = cast(&at).await?;
        let mut chance = Rng::with_seed(seed);
        let mut done = BTreeSet::new();
        for step in 0..250 {
            let sql = CHANGES[chance.usize(0..CHANGES.len())];
            if make_one(&at, &cast, sql, &mut chance).await? {
                done.insert(sql);
            }
            let mut conn = at.store.read().await?;
            assert_eq!(differences(&mut conn).await?, [""; 0], "after step {step} of seed {seed}: {sql}");
        }
        assert!(done.len() > CHANGES.len() / 2, "only {} of the changes could be made", done.len());
    }
    Ok(())
}
