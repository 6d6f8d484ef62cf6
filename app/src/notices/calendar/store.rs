//! Calendar feeds: their SQL.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use sqlx::FromRow;

use super::model::{Entry, Shown};
use crate::access::{Allowed, ChangeOwnAccount};
use crate::clock::date_in_london;
use crate::db::{Connection, Store};
use crate::error::Error;
use crate::history;
use crate::id::PersonId;
use crate::people::links::model::{Secret, hash};
use crate::roles::{account_open, holds_on, in_force, open_project};

/// What was in the feed stays in it as cancelled for so long.
const CANCELLED: Duration = Duration::days(30);
/// The feed looks so many days ahead.
const AHEAD: u64 = 400;
/// And so many back, so that yesterday does not vanish over night.
const BACK: u64 = 14;

/// Makes the address of one's calendar, in the place of any before, and gives its secret, which is kept nowhere.
///
/// # Errors
/// When the store cannot write.
pub async fn make(conn: &mut Connection, allowed: &Allowed<ChangeOwnAccount>) -> Result<Secret, Error> {
    let (person, secret) = (allowed.account(), Secret::new());
    sqlx::query(
        "insert into calendar_feed (person_id, secret_hash, made_at) values ($1, $2, $3)
         on conflict (person_id) do update set secret_hash = excluded.secret_hash, made_at = excluded.made_at",
    )
    .bind(person)
    .bind(secret.hash())
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    history::record(conn, allowed, history::Entry::new("person", person, "made a calendar address")).await?;
    Ok(secret)
}

/// Takes the address of one's calendar back.
///
/// # Errors
/// When the store cannot write.
pub async fn revoke(conn: &mut Connection, allowed: &Allowed<ChangeOwnAccount>) -> Result<(), Error> {
    let person = allowed.account();
    sqlx::query("delete from calendar_feed where person_id = $1").bind(person).execute(&mut *conn).await?;
    sqlx::query("delete from calendar_entry where person_id = $1").bind(person).execute(&mut *conn).await?;
    history::record(conn, allowed, history::Entry::new("person", person, "took the calendar address back")).await
}

/// When the address of somebody's calendar was made; none when there is none.
///
/// # Errors
/// When the store cannot be read.
pub async fn made_at(conn: &mut Connection, person: PersonId) -> Result<Option<DateTime<Utc>>, Error> {
    Ok(sqlx::query_scalar("select made_at from calendar_feed where person_id = $1")
        .bind(person)
        .fetch_optional(conn)
        .await?)
}

/// Whose calendar a secret opens, while their account is open.
///
/// # Errors
/// [`Error::NotFound`] when it is nobody's.
pub async fn owner(conn: &mut Connection, secret: &str, today: NaiveDate) -> Result<PersonId, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select f.person_id from calendar_feed f join person p on p.id = f.person_id where f.secret_hash = $1 and ",
        account_open!("p", "$2")
    ))
    .bind(hash(secret))
    .bind(today)
    .fetch_one(conn)
    .await?)
}

#[derive(FromRow)]
struct Row {
    uid: String,
    on_day: NaiveDate,
    title: String,
    page: String,
}

/// The open projects, no drafts, on which somebody works or which they supervise, in trusts that they have accepted.
const OWN: &str = concat!(
    "own as materialized (select p.id, p.title, p.trust_id, p.status, p.review_on, p.reaudit_on from project p
      join tie k on k.trust_id = p.trust_id and k.person_id = $1 and k.state = 'accepted'
      where p.id in (select r.project_id from team_role r where r.person_id = $1 and ",
    in_force!("r", "$2"),
    " union select z.project_id from standing z where z.lead_id = $1 and ",
    holds_on!("z", "$2"),
    ") and p.status <> 'draft' and ",
    open_project!("p"),
    ")"
);

/// Every day of somebody's calendar between two days.
const ENTRIES: &str = "select 'measure-' || m.id || '-' || m.next_on as uid, m.next_on as on_day, 'Measure: ' || m.name || ' (' || own.title || ')' as title,
            '/measures/' || m.id as page
     from own join measure m on m.project_id = own.id
     where own.status in ('active', 'sustaining') and m.retired_on is null and m.every_days is not null and m.next_on is not null
     union all
     select 'task-' || w.id || '-' || w.due_on, w.due_on, iif(w.person_id = $1, 'Your task: ', 'Next step: ') || w.what || ' (' || own.title || ')', '/projects/' || own.id
     from own join task w on w.project_id = own.id
     where w.done_at is null and w.removed_at is null and w.due_on is not null
       and (w.person_id = $1 or (w.person_id is null and w.id = (select n.id from task n where n.project_id = own.id and n.done_at is null
            and n.removed_at is null order by n.due_on is null, n.due_on, n.id limit 1)))
     union all
     select 'look-again-' || own.id || '-' || own.review_on, own.review_on, 'Look again: ' || own.title, '/projects/' || own.id
     from own where own.review_on is not null
     union all
     select 're-audit-' || own.id || '-' || own.reaudit_on, own.reaudit_on, 'Re-audit: ' || own.title, '/projects/' || own.id
     from own where own.reaudit_on is not null
     union all
     select 'handover-' || h.id || '-' || h.takes_effect_on, h.takes_effect_on, 'Handover: ' || p.title, '/handovers/' || h.id
     from handover h join project p on p.id = h.project_id
     where h.state = 'agreed' and (h.from_person = $1 or h.to_person = $1 or h.project_id in (select id from own)) and p.status not in ('draft', 'closed')
     union all
     select 'changeover-' || c.trust_id || '-' || c.on_day, c.on_day, 'Changeover at ' || t.name, '/'
     from tie k join trust t on t.id = k.trust_id join changeover c on c.trust_id = k.trust_id
     where k.person_id = $1 and k.state = 'accepted'
       and (exists (select 1 from post o where o.person_id = $1 and o.trust_id = k.trust_id and (o.ends_on is null or o.ends_on >= $2))
            or exists (select 1 from trust_role r where r.person_id = $1 and r.trust_id = k.trust_id))";

/// The days between `$3` and `$4`.
static FEED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "with {OWN} select uid, on_day, title, page from ({ENTRIES}) where on_day between $3 and $4 order by on_day, uid"
    )
});

/// What is in somebody's calendar today, the soonest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn entries(conn: &mut Connection, person: PersonId, today: NaiveDate) -> Result<Vec<Entry>, Error> {
    let rows: Vec<Row> = sqlx::query_as(FEED.as_str())
        .bind(person)
        .bind(today)
        .bind(today - Days::new(BACK))
        .bind(today + Days::new(AHEAD))
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| Entry { uid: row.uid, on: row.on_day, title: row.title, page: row.page }).collect())
}

#[derive(FromRow)]
struct Kept {
    uid: String,
    on_day: NaiveDate,
    title: String,
    sequence: i64,
    changed_at: DateTime<Utc>,
    gone_at: Option<DateTime<Utc>>,
}

/// What the feed told before.
async fn kept(conn: &mut Connection, person: PersonId) -> Result<BTreeMap<String, Kept>, Error> {
    let rows: Vec<Kept> = sqlx::query_as(
        "select uid, on_day, title, sequence, changed_at, gone_at from calendar_entry where person_id = $1",
    )
    .bind(person)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.uid.clone(), row)).collect())
}

/// What the feed tells now: what there is, and for a while what there was; and whether that is to be noted.
///
/// # Errors
/// When the store cannot be read.
pub async fn feed(conn: &mut Connection, person: PersonId, now: DateTime<Utc>) -> Result<(Vec<Shown>, bool), Error> {
    let today = date_in_london(now);
    let entries = entries(conn, person, today).await?;
    let mut kept = kept(conn, person).await?;
    let (mut shown, mut is_new) = (Vec::new(), false);
    for entry in entries {
        let one = match kept.remove(&entry.uid) {
            Some(old) if old.gone_at.is_none() && old.title == entry.title && old.on_day == entry.on => {
                Shown { entry, sequence: old.sequence, changed_at: old.changed_at, is_cancelled: false }
            }
            old => {
                is_new = true;
                let sequence = old.map_or(0, |old| old.sequence + 1);
                Shown { entry, sequence, changed_at: now, is_cancelled: false }
            }
        };
        shown.push(one);
    }
    for old in kept.into_values() {
        let gone_at = old.gone_at.unwrap_or(now);
        // What has passed is no news, and what is gone long enough is forgotten.
        if now - gone_at >= CANCELLED || old.on_day + Days::new(BACK) < today {
            is_new = true;
            continue;
        }
        let (sequence, changed_at) = match old.gone_at {
            Some(at) => (old.sequence, at),
            None => (old.sequence + 1, now),
        };
        is_new |= old.gone_at.is_none();
        let entry = Entry { uid: old.uid, on: old.on_day, title: old.title, page: "/".to_owned() };
        shown.push(Shown { entry, sequence, changed_at, is_cancelled: true });
    }
    Ok((shown, is_new))
}

/// Notes what the feed tells, so that what goes from it is told as cancelled.
///
/// # Errors
/// When the store cannot write.
pub async fn note(conn: &mut Connection, person: PersonId, now: DateTime<Utc>) -> Result<Vec<Shown>, Error> {
    let (shown, _) = feed(conn, person, now).await?;
    sqlx::query("delete from calendar_entry where person_id = $1").bind(person).execute(&mut *conn).await?;
    for one in &shown {
        sqlx::query(
            "insert into calendar_entry (person_id, uid, on_day, title, sequence, changed_at, gone_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(person)
        .bind(&one.entry.uid)
        .bind(one.entry.on)
        .bind(&one.entry.title)
        .bind(one.sequence)
        .bind(one.changed_at)
        .bind(one.is_cancelled.then_some(one.changed_at))
        .execute(&mut *conn)
        .await?;
    }
    Ok(shown)
}

/// Notes for every feed what it tells now, where that is not noted; of how many. Reading a feed writes nothing: what is
/// cancelled is told from what was noted before.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn note_all(store: &Store, now: DateTime<Utc>) -> Result<usize, Error> {
    let mut conn = store.read().await?;
    let people: Vec<PersonId> =
        sqlx::query_scalar("select person_id from calendar_feed order by person_id").fetch_all(&mut *conn).await?;
    let mut noted = 0;
    for person in people {
        if !feed(&mut conn, person, now).await?.1 {
            continue;
        }
        let mut change = store.write().await?;
        note(&mut change, person, now).await?;
        change.commit().await?;
        noted += 1;
    }
    Ok(noted)
}

#[cfg(test)]
mod tests;
