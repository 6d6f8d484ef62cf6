//! What is known of a list's people and places.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use serde::Deserialize;

use crate::db::Connection;
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, SiteId, TrustId};
use crate::people::intake::columns::Holds;
use crate::people::intake::plan::{Ground, Place, Stored, StoredPost};
use crate::people::intake::words::name_key;
use crate::roles::role_on;

/// What this trust's lists call their columns, as somebody last chose.
///
/// # Errors
/// When the store cannot be read.
pub async fn columns(conn: &mut Connection, trust: TrustId) -> Result<HashMap<String, Holds>, Error> {
    let words: Vec<(String, String)> = words(conn, trust, "column").await?;
    Ok(words.into_iter().filter_map(|(written, means)| Some((written, means.parse().ok()?))).collect())
}

async fn words(conn: &mut Connection, trust: TrustId, kind: &str) -> Result<Vec<(String, String)>, Error> {
    Ok(sqlx::query_as("select written, means from intake_word where trust_id = $1 and kind = $2")
        .bind(trust)
        .bind(kind)
        .fetch_all(conn)
        .await?)
}

#[derive(Deserialize)]
struct Known {
    id: PersonId,
    name: String,
    tie: Option<String>,
    closed: i64,
    takes_address: i64,
    has_address: i64,
    posts: Vec<StoredPost>,
}

/// What is known of these addresses and names, and of the trust's departments. `asker` is who asks, on a day.
///
/// # Errors
/// When the store cannot be read.
pub async fn ground(
    conn: &mut Connection,
    trust: TrustId,
    (asker, today): (PersonId, NaiveDate),
    addresses: &[String],
    names: &HashSet<String>,
) -> Result<Ground, Error> {
    let departments: String = sqlx::query_scalar(
        "select json_group_array(json_object('id', d.id, 'name', d.name, 'specialty', d.specialty, 'site', coalesce(s.name, '')) order by d.name)
         from department d left join site s on s.id = d.site_id where d.trust_id = $1 and d.retired_on is null",
    )
    .bind(trust)
    .fetch_one(&mut *conn)
    .await?;
    let departments: Vec<Place> = serde_json::from_str(&departments)?;
    let sites: Vec<(SiteId, String)> =
        sqlx::query_as("select id, name from site where trust_id = $1 and retired_on is null order by name")
            .bind(trust)
            .fetch_all(&mut *conn)
            .await?;
    let other_names: HashMap<String, DepartmentId> = words(&mut *conn, trust, "department")
        .await?
        .into_iter()
        .filter_map(|(written, means)| Some((written, means.parse().ok()?)))
        .collect();
    let addresses: HashMap<String, PersonId> = sqlx::query_as::<_, (String, PersonId)>(
        "select lower(a.address), a.person_id from json_each($1) j cross join person_address a on a.address = j.value",
    )
    .bind(serde_json::to_string(addresses)?)
    .fetch_all(&mut *conn)
    .await?
    .into_iter()
    .collect();
    let named = namesakes(&mut *conn, trust, names).await?;
    let mut ids: Vec<PersonId> = addresses.values().copied().chain(named).collect();
    ids.sort_unstable();
    ids.dedup();
    let people = stored(conn, trust, (asker, today), &ids).await?;
    Ok(Ground { departments, sites, other_names, addresses, people })
}

/// The trust's people of these names.
async fn namesakes(conn: &mut Connection, trust: TrustId, names: &HashSet<String>) -> Result<Vec<PersonId>, Error> {
    // As one text: each row that is handed over costs more than its name.
    let all: String = sqlx::query_scalar(
        "select json_group_array(json_array(p.id, iif(k.state = 'accepted', p.name, k.named)))
         from tie k cross join person p on p.id = k.person_id where k.trust_id = $1 and k.state <> 'declined'",
    )
    .bind(trust)
    .fetch_one(conn)
    .await?;
    let all: Vec<(PersonId, String)> = serde_json::from_str(&all)?;
    Ok(all.into_iter().filter(|(_, name)| names.contains(&name_key(name))).map(|(id, _)| id).collect())
}

async fn stored(
    conn: &mut Connection,
    trust: TrustId,
    (asker, today): (PersonId, NaiveDate),
    ids: &[PersonId],
) -> Result<Vec<Stored>, Error> {
    let text: String = sqlx::query_scalar(concat!(
        "select json_group_array(json_object(
            'id', p.id, 'name', case k.state when 'accepted' then p.name when 'asked' then k.named else '' end, 'tie', k.state,
            'closed', coalesce(p.closed_on <= $3, 0),
            'takes_address', coalesce(k.state = 'accepted', 0)
                and not exists (select 1 from tie e where e.person_id = p.id and e.trust_id <> $2 and e.state = 'accepted')
                and (p.id = $4 or not exists (select 1 from trust_role r where r.person_id = p.id and r.trust_id = $2 and (r.until_on is null or r.until_on > $3))
                     or exists (select 1 from trust_role r where r.person_id = $4 and r.trust_id = $2 and r.role = 'administrator' and ",
        role_on!("r", "$3"),
        ")),
            'has_address', exists (select 1 from person_address a where a.person_id = p.id),
            'posts', json((select json_group_array(json_object('id', o.id, 'department_id', o.department_id, 'department', d.name,
                'staff_group', o.staff_group, 'grade', o.grade, 'starts_on', o.starts_on, 'ends_on', o.ends_on,
                'percent', o.percent, 'version', o.version) order by o.starts_on, o.id)
                from post o join department d on d.id = o.department_id where o.person_id = p.id and o.trust_id = $2)))
            order by p.id)
         from json_each($1) j cross join person p on p.id = j.value left join tie k on k.person_id = p.id and k.trust_id = $2"
    ))
    .bind(serde_json::to_string(ids)?)
    .bind(trust)
    .bind(today)
    .bind(asker)
    .fetch_one(conn)
    .await?;
    let known: Vec<Known> = serde_json::from_str(&text)?;
    let stored = |one: Known| Stored {
        id: one.id,
        here: matches!(one.tie.as_deref(), Some("accepted" | "asked")),
        name: one.name,
        closed: one.closed == 1,
        takes_address: one.takes_address == 1,
        has_address: one.has_address == 1,
        posts: one.posts,
    };
    Ok(known.into_iter().map(stored).collect())
}
