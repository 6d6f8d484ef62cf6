//! Writing what an intake does.

use serde::Serialize;

use crate::access::{Allowed, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{DepartmentId, IntakeId, PersonId, PostId};
use crate::people::directory::store::{last_day, write_end, write_post};
use crate::people::intake::columns::Holds;
use crate::people::intake::plan::{Department, PostAct, Settled, SettledPerson, Subject};
use crate::people::organisation::model::DepartmentDetails;
use crate::people::organisation::store::add_department;
use crate::people::store::{insert_address, insert_person};
use crate::people::ties::store::{self as ties, Again, Tied};

/// A post to be added, as the statement reads it.
#[derive(Serialize)]
struct NewPost<'a> {
    id: PostId,
    person: PersonId,
    department: DepartmentId,
    staff_group: &'a str,
    grade: &'a str,
    starts_on: String,
    ends_on: Option<String>,
    percent: i64,
}

/// Somebody to be added, as the statement reads it.
#[derive(Serialize)]
struct NewPerson<'a> {
    id: PersonId,
    name: &'a str,
    address: Option<&'a str>,
    address_id: String,
}

/// Somebody to whom something was done.
#[derive(Debug)]
pub struct Done<'a> {
    id: PersonId,
    tied: Tied,
    person: &'a SettledPerson,
}

/// Writes people, addresses and posts, and tells the history nothing yet: all that what becomes of projects depends on.
///
/// # Errors
/// [`Error::Conflict`] when a post was changed meanwhile, or what is to be added is there.
pub async fn put<'a>(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    settled: &'a Settled,
) -> Result<Vec<Done<'a>>, Error> {
    let mut made = Vec::new();
    for department in &settled.made {
        let details = DepartmentDetails {
            name: department.name.clone(),
            specialty: department.name.clone(),
            site: department.site,
        };
        made.push(add_department(&mut *conn, allowed, &details).await?);
    }
    let mut done = Vec::with_capacity(settled.people.len());
    for person in &settled.people {
        let (id, tied) = match person.subject {
            // One by one: where several come in one statement, SQLite would look through every table that names people.
            Subject::New => (insert_person(&mut *conn, &person.name, allowed.now).await?, Tied::Accepted),
            Subject::Known(id) | Subject::Asked(id) => {
                let tied = ties::ask(&mut *conn, allowed, allowed.trust(), id, &person.name, Again::Yes).await?;
                if let Some(address) = &person.address {
                    ties::note_address(&mut *conn, allowed.trust(), id, address).await?;
                    insert_address(&mut *conn, id, address, Some(allowed.now), allowed.now).await?;
                }
                (id, tied)
            }
        };
        done.push(Done { id, tied, person });
    }
    add_people(&mut *conn, allowed, &done).await?;
    add_posts(&mut *conn, allowed, &done, &made).await?;
    change_posts(conn, &done).await?;
    Ok(done)
}

async fn add_people(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    done: &[Done<'_>],
) -> Result<(), Error> {
    let new: Vec<NewPerson<'_>> = done
        .iter()
        .filter(|one| matches!(one.person.subject, Subject::New))
        .map(|one| NewPerson {
            id: one.id,
            name: &one.person.name,
            address: one.person.address.as_deref(),
            address_id: uuid::Uuid::now_v7().hyphenated().to_string(),
        })
        .collect();
    sqlx::query(
        "insert into person_address (id, person_id, address, verified_at, created_at)
            select j.value ->> 'address_id', j.value ->> 'id', j.value ->> 'address', $2, $2 from json_each($1) j
            where j.value ->> 'address' is not null;
         insert into tie (person_id, trust_id, state, named, asked_at, asked_by, answered_at)
            select j.value ->> 'id', $3, 'accepted', j.value ->> 'name', $2, $4, $2 from json_each($1) j",
    )
    .bind(serde_json::to_string(&new)?)
    .bind(allowed.now)
    .bind(allowed.trust())
    .bind(allowed.actor)
    .execute(conn)
    .await?;
    Ok(())
}

async fn add_posts(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    done: &[Done<'_>],
    made: &[DepartmentId],
) -> Result<(), Error> {
    let mut new = Vec::new();
    for one in done {
        for act in &one.person.acts {
            let PostAct::Add { department, said } = act else { continue };
            let department = match department {
                Department::Known(id) => *id,
                Department::Made(at) => made.get(*at).copied().ok_or(Error::Internal)?,
            };
            new.push(NewPost {
                id: PostId::new(),
                person: one.id,
                department,
                staff_group: &said.staff_group,
                grade: &said.grade,
                starts_on: said.starts_on.to_string(),
                ends_on: said.ends_on.map(|day| day.to_string()),
                percent: said.percent,
            });
        }
    }
    sqlx::query(
        "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, ends_on, percent)
         select j.value ->> 'id', j.value ->> 'person', $2, j.value ->> 'department', j.value ->> 'staff_group', j.value ->> 'grade',
                j.value ->> 'starts_on', j.value ->> 'ends_on', j.value ->> 'percent'
         from json_each($1) j",
    )
    .bind(serde_json::to_string(&new)?)
    .bind(allowed.trust())
    .execute(conn)
    .await?;
    Ok(())
}

async fn change_posts(conn: &mut Connection, done: &[Done<'_>]) -> Result<(), Error> {
    for act in done.iter().flat_map(|one| &one.person.acts) {
        match act {
            PostAct::Add { .. } => {}
            PostAct::Edit { id, version, details } => write_post(&mut *conn, *id, *version, details).await?,
            PostAct::End { id, version, last_on } => write_end(&mut *conn, *id, *version, *last_on).await?,
        }
    }
    Ok(())
}

/// Takes a list in: an entry of the history for each person, and one for the intake.
///
/// # Errors
/// As [`put`].
pub async fn take_in(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    settled: &Settled,
    headings: &[(String, Holds)],
) -> Result<IntakeId, Error> {
    let trust = allowed.trust();
    let done = put(&mut *conn, allowed, settled).await?;
    let id = IntakeId::new();
    let number: i64 = sqlx::query_scalar(
        "insert into intake (id, trust_id, number, made_by, made_at, rows, same, left_out)
         select $1, $2, coalesce((select max(number) from intake where trust_id = $2), 0) + 1, $3, $4, $5, $6, $7
         returning number",
    )
    .bind(id)
    .bind(trust)
    .bind(allowed.actor)
    .bind(allowed.now)
    .bind(count(settled.rows))
    .bind(count(settled.same))
    .bind(count(settled.left_out))
    .fetch_one(&mut *conn)
    .await?;
    remember(&mut *conn, allowed, settled, headings).await?;
    let people: Vec<(PersonId, &str, usize, usize)> =
        done.iter().map(|one| (one.id, did(one), acts(one, true), acts(one, false))).collect();
    sqlx::query(
        "insert into intake_person (intake_id, person_id, did, added, changed)
         select $1, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3 from json_each($2) j",
    )
    .bind(id)
    .bind(serde_json::to_string(&people)?)
    .execute(&mut *conn)
    .await?;
    for one in &done {
        history::record(&mut *conn, allowed, told(one, number)).await?;
    }
    let of = |what: &str| people.iter().filter(|(_, did, ..)| *did == what).count();
    let entry = Entry::new("intake", id, "took in a list of people")
        .change("Intake", "", number)
        .change("Rows", "", settled.rows)
        .change("New people", "", of("added"))
        .change("Known people", "", of("known"))
        .change("Asked", "", of("asked"))
        .change("Posts added", "", people.iter().map(|(.., added, _)| added).sum::<usize>())
        .change("Posts changed", "", people.iter().map(|(.., changed)| changed).sum::<usize>())
        .change("Left out", "", settled.left_out);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Keeps what the list calls its columns and departments.
async fn remember(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    settled: &Settled,
    headings: &[(String, Holds)],
) -> Result<(), Error> {
    let columns = headings.iter().map(|(written, holds)| ("column", written.as_str(), holds.to_string()));
    let departments = settled.learnt.iter().map(|(written, id)| ("department", written.as_str(), id.to_string()));
    let words: Vec<(&str, &str, String)> = columns.chain(departments).collect();
    sqlx::query(
        "insert into intake_word (trust_id, kind, written, means)
         select $1, j.value ->> 0, j.value ->> 1, j.value ->> 2 from json_each($2) j where true
         on conflict (trust_id, kind, written) do update set means = excluded.means",
    )
    .bind(allowed.trust())
    .bind(serde_json::to_string(&words)?)
    .execute(conn)
    .await?;
    Ok(())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn did(one: &Done<'_>) -> &'static str {
    match (&one.person.subject, one.tied) {
        (_, Tied::Asked) => "asked",
        (Subject::New, _) => "added",
        _ => "known",
    }
}

fn acts(one: &Done<'_>, adds: bool) -> usize {
    one.person.acts.iter().filter(|act| matches!(act, PostAct::Add { .. }) == adds).count()
}

/// What the history says of a person.
fn told(one: &Done<'_>, number: i64) -> Entry {
    let new = matches!(one.person.subject, Subject::New);
    let mut entry =
        Entry::new("person", one.id, if new { "added" } else { "changed by an intake" }).change("Intake", "", number);
    if new {
        entry = entry.change("Name", "", &one.person.name);
    }
    if let Some(address) = &one.person.address {
        entry = entry.change("Address", "", address);
    }
    for act in &one.person.acts {
        entry = match act {
            PostAct::Add { said, .. } => entry
                .change("Post", "", format!("{}, {}", said.grade, said.department))
                .change("First day", "", said.starts_on)
                .change("Last day", "", last_day(said.ends_on)),
            PostAct::Edit { details, .. } => entry
                .change("Grade", "", &details.grade)
                .change("First day", "", details.starts_on)
                .change("Last day", "", last_day(details.ends_on)),
            PostAct::End { last_on, .. } => entry.change("Last day", "", last_on),
        };
    }
    entry
}
