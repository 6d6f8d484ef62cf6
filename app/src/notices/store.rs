//! Notices: their SQL, and the day's run.

use chrono::{DateTime, Duration, NaiveDate, Timelike as _, Utc};
use chrono_tz::Europe::London;
use sqlx::FromRow;

use super::model::{Before, Cause, Chosen, Often, Open, Steps, Told, choose, stop_token};
use crate::access::{Allowed, ChangeOwnAccount};
use crate::clock::date_in_london;
use crate::continuity::asks::model::{Asked, Line};
use crate::continuity::asks::store::of_person;
use crate::db::{self, Connection, Store};
use crate::error::Error;
use crate::format::count;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId};
use crate::outbox::{self, Letter, Mail, MailKind, Part};
use crate::roles::{account_open, asked_rows, holds_on, role_on};

/// The hour of the day in London from which the day's mails are written.
const FROM_HOUR: u32 = 7;
/// A mail of the day that did not go within this is of no use: the next one says it.
const USEFUL: Duration = Duration::hours(20);
/// An address that the mail server refused is left alone for so long.
const REFUSED: Duration = Duration::days(7);
/// What was told longer ago than this is forgotten.
const KEPT: Duration = Duration::days(730);

/// Somebody who may be told something.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Recipient {
    pub person: PersonId,
    pub name: String,
    pub address: String,
    pub often: Often,
}

/// Those of whom something is asked today, who can sign in, whose address is known to be theirs, and who had no mail of
/// today yet.
///
/// # Errors
/// When the store cannot be read.
pub async fn recipients(conn: &mut Connection, now: DateTime<Utc>) -> Result<Vec<Recipient>, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id as person, p.name, a.address, coalesce(c.often, 'daily') as often
         from person p
         join person_address a on a.id = (select n.id from person_address n where n.person_id = p.id and n.verified_at is not null
               and (n.proved_at is not null or (select count(*) from tie k where k.person_id = n.person_id and k.state = 'accepted') = 1)
             order by n.proved_at is null, n.created_at desc limit 1)
         left join mail_choice c on c.person_id = p.id
         where ", account_open!("p", "$1"), " and c.often is not 'never'
           and exists (select 1 from credential w where w.person_id = p.id)
           and (exists (select 1 from ask q where q.person_id = p.id and ", holds_on!("q", "$1"), ")
                or exists (select 1 from trust_role r where r.person_id = p.id and ", role_on!("r", "$1"), "))
           and not exists (select 1 from digest d where d.person_id = p.id and d.on_day >= $1)
           and not exists (select 1 from outbox b where b.person_id = p.id and b.address = a.address and b.failed_at > $2 and b.failed_at < b.useless_at)
         order by p.id"
    ))
    .bind(date_in_london(now))
    .bind(now - REFUSED)
    .fetch_all(conn)
    .await?)
}

/// An ask and the highest of its levels that is open.
#[derive(Clone, Debug, FromRow)]
struct StepRow {
    project_id: ProjectId,
    kind: String,
    object_id: Option<String>,
    about_id: Option<PersonId>,
    cause_on: NaiveDate,
    step: i64,
}

fn cause(project: ProjectId, kind: &str, object: Option<&str>, about: Option<PersonId>, on: NaiveDate) -> Cause {
    let about = about.map(|id| id.to_string()).unwrap_or_default();
    Cause { of: format!("{kind}|{project}|{}|{about}", object.unwrap_or_default()), on }
}

fn cause_of(row: &Asked) -> Cause {
    cause(row.project_id, row.kind.as_str(), row.object_id.as_deref(), row.about_id, row.cause_on)
}

/// How many levels of each ask of somebody are open on a day.
async fn steps(conn: &mut Connection, person: PersonId, today: NaiveDate) -> Result<Steps, Error> {
    let rows: Vec<StepRow> = sqlx::query_as(concat!(
        "select y.project_id, y.kind, y.object_id, y.about_id, y.cause_on, max(x.level) as step
         from (",
        asked_rows!("$1", "$2"),
        ") y join ask x on x.project_id = y.project_id and x.kind = y.kind and x.object_id is y.object_id
              and x.about_id is y.about_id and x.cause_on = y.cause_on and ",
        holds_on!("x", "$2"),
        " group by y.project_id, y.kind, y.object_id, y.about_id, y.cause_on"
    ))
    .bind(person)
    .bind(today)
    .fetch_all(conn)
    .await?;
    let one = |row: StepRow| {
        (cause(row.project_id, &row.kind, row.object_id.as_deref(), row.about_id, row.cause_on), row.step)
    };
    Ok(rows.into_iter().map(one).collect())
}

/// What was sent to somebody before.
async fn before(conn: &mut Connection, person: PersonId) -> Result<Before, Error> {
    let told: Vec<(String, i64)> = sqlx::query_as("select cause, step from notice where person_id = $1")
        .bind(person)
        .fetch_all(&mut *conn)
        .await?;
    let (last_on, still_on) =
        sqlx::query_as("select max(on_day), max(iif(weekly = 1, on_day, null)) from digest where person_id = $1")
            .bind(person)
            .fetch_one(conn)
            .await?;
    let told = told.into_iter().filter_map(|(cause, step)| Some(Told { cause: Cause::of_stored(&cause)?, step }));
    Ok(Before { told: told.collect(), last_on, still_on })
}

/// Today's mail of somebody, and what it tells; none when there is nothing to say.
async fn compose(
    conn: &mut Connection,
    mail: &Mail,
    to: &Recipient,
    now: DateTime<Utc>,
) -> Result<Option<(Letter, Chosen)>, Error> {
    let today = date_in_london(now);
    let lines = of_person(conn, to.person, today).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let steps = steps(conn, to.person, today).await?;
    let open = |row: &Asked| Open {
        cause: cause_of(row),
        step: steps.get(&cause_of(row)).copied().unwrap_or(row.level),
        rests: row.rests,
        claimed: row.claim.is_some(),
        wanted_by: row.wanted_by(today),
    };
    let opens: Vec<Vec<Open>> = lines.iter().map(|line| line.rows().map(open).collect()).collect();
    let Some(chosen) = choose(&opens, &before(conn, to.person).await?, to.often, today) else { return Ok(None) };
    let secret = db::installation_secret(conn).await?;
    Ok(Some((letter(mail, to, &lines, &chosen, &secret, now), chosen)))
}

/// The words of a mail.
fn letter(mail: &Mail, to: &Recipient, lines: &[Line], chosen: &Chosen, secret: &str, now: DateTime<Utc>) -> Letter {
    let today = date_in_london(now);
    let several = lines.iter().any(|line| line.first.trust_id != lines[0].first.trust_id);
    let said = |line: &Line| {
        let sentence = line.sentence(to.person, today).to_string();
        let sentence = if several { format!("{sentence} ({})", line.first.trust) } else { sentence };
        let page = if line.len() == 1 { format!("/projects/{}", line.first.project_id) } else { "/".to_owned() };
        (sentence, page)
    };
    let mut parts = vec![Part::Words(format!("Dear {},", to.name))];
    if !chosen.wanted.is_empty() {
        parts.push(Part::Heading("Wanted from you".to_owned()));
        parts.push(Part::List(chosen.wanted.iter().map(|place| said(&lines[*place])).collect()));
    }
    if !chosen.still.is_empty() {
        parts.push(Part::Heading("Still waiting".to_owned()));
        let what = |place: &usize| (lines[*place].sentence(to.person, today).what, String::new());
        parts.push(Part::List(chosen.still.iter().map(what).collect()));
    }
    parts.push(Part::Button("See and do it all on your home page".to_owned(), "/".to_owned()));
    parts.push(Part::Button("Choose how often you get this mail".to_owned(), "/account/mail".to_owned()));
    let number = i64::try_from(chosen.wanted.len()).unwrap_or(i64::MAX);
    let subject = match number {
        0 => "Baton: what still waits for you".to_owned(),
        _ => format!("Baton: {} wanted from you", count(number, "thing is", "things are")),
    };
    let told: Vec<&Asked> = chosen.wanted.iter().chain(&chosen.still).flat_map(|place| lines[*place].rows()).collect();
    let trust = told.first().map(|row| row.trust_id).filter(|trust| told.iter().all(|row| row.trust_id == *trust));
    Letter {
        kind: MailKind::Digest,
        person: Some(to.person),
        trust,
        address: to.address.clone(),
        subject,
        parts,
        because: "You get this mail because these things wait for you in Baton, and you have an account there."
            .to_owned(),
        secret: None,
        // A draft is named to nobody but those who write it.
        confidential: told.iter().any(|row| row.reference.is_none()),
        unsubscribe: Some(mail.address(&format!("/api/notices/stop?for={}", stop_token(secret, to.person)))),
        useless_at: now + USEFUL,
    }
}

/// Writes today's mail to somebody, with what it tells, in one change; whether there was anything to say. Whoever comes
/// second writes nothing.
async fn write(store: &Store, mail: &Mail, to: &Recipient, now: DateTime<Utc>) -> Result<bool, Error> {
    let today = date_in_london(now);
    let mut conn = store.read().await?;
    let anything = compose(&mut conn, mail, to, now).await?.is_some();
    drop(conn);
    if !anything {
        return Ok(false);
    }
    let mut change = store.write().await?;
    let had: bool = sqlx::query_scalar("select exists (select 1 from digest where person_id = $1 and on_day >= $2)")
        .bind(to.person)
        .bind(today)
        .fetch_one(&mut *change)
        .await?;
    let Some((letter, chosen)) = compose(&mut change, mail, to, now).await?.filter(|_| !had) else {
        return Ok(false);
    };
    let outbox_id = outbox::put(&mut change, mail, letter, now).await?;
    sqlx::query("insert into digest (person_id, on_day, outbox_id, weekly) values ($1, $2, $3, $4)")
        .bind(to.person)
        .bind(today)
        .bind(outbox_id)
        .bind(!chosen.still.is_empty())
        .execute(&mut *change)
        .await?;
    for (cause, step) in &chosen.mentions {
        sqlx::query(
            "insert into notice (person_id, cause, step, on_day, outbox_id) values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(to.person)
        .bind(cause.stored())
        .bind(step)
        .bind(today)
        .bind(outbox_id)
        .execute(&mut *change)
        .await?;
    }
    change.commit().await?;
    Ok(true)
}

/// Takes back what mails said that never went, so that the next one says it; and forgets what is old.
async fn forget_unsent(store: &Store, now: DateTime<Utc>) -> Result<(), Error> {
    let mut conn = store.read().await?;
    let any: bool = sqlx::query_scalar(
        "select exists (select 1 from outbox b where b.kind = 'digest' and b.failed_at is not null and b.written_at > $1
                          and exists (select 1 from digest d where d.outbox_id = b.id and d.person_id = b.person_id))",
    )
    .bind(now - Duration::days(31))
    .fetch_one(&mut *conn)
    .await?;
    drop(conn);
    if !any {
        return Ok(());
    }
    let mut change = store.write().await?;
    for sql in [
        "delete from notice where outbox_id in (select id from outbox where kind = 'digest' and failed_at is not null)",
        "update digest set outbox_id = '', weekly = 0
         where outbox_id in (select id from outbox where kind = 'digest' and failed_at is not null)",
    ] {
        sqlx::query(sql).execute(&mut *change).await?;
    }
    sqlx::query("delete from notice where on_day < $1").bind(date_in_london(now - KEPT)).execute(&mut *change).await?;
    change.commit().await
}

/// Whether it is late enough in the day.
#[must_use]
pub fn is_time(now: DateTime<Utc>) -> bool {
    now.with_timezone(&London).hour() >= FROM_HOUR
}

/// Writes the mails of today that are not written yet; how many it wrote. It can be ended anywhere, run twice, run late,
/// and run by two at once.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn run(store: &Store, mail: &Mail, now: DateTime<Utc>) -> Result<usize, Error> {
    if !is_time(now) {
        return Ok(0);
    }
    forget_unsent(store, now).await?;
    let mut conn = store.read().await?;
    let recipients = recipients(&mut conn, now).await?;
    drop(conn);
    let mut written = 0;
    for to in &recipients {
        written += usize::from(write(store, mail, to, now).await?);
    }
    Ok(written)
}

/// What would be written now, to whom: nothing is.
///
/// # Errors
/// When the store cannot be read.
pub async fn preview(conn: &mut Connection, mail: &Mail, now: DateTime<Utc>) -> Result<Vec<(Letter, String)>, Error> {
    let mut letters = Vec::new();
    for to in recipients(conn, now).await? {
        if let Some((letter, _)) = compose(conn, mail, &to, now).await? {
            let words = letter.plain(mail);
            letters.push((letter, words));
        }
    }
    Ok(letters)
}

/// How much mail somebody wants.
///
/// # Errors
/// When the store cannot be read.
pub async fn choice(conn: &mut Connection, person: PersonId) -> Result<Often, Error> {
    let chosen: Option<Often> = sqlx::query_scalar("select often from mail_choice where person_id = $1")
        .bind(person)
        .fetch_optional(conn)
        .await?;
    Ok(chosen.unwrap_or(Often::Daily))
}

/// Chooses how much mail one wants.
///
/// # Errors
/// When the store cannot write.
pub async fn set_choice(conn: &mut Connection, allowed: &Allowed<ChangeOwnAccount>, often: Often) -> Result<(), Error> {
    let person = allowed.account();
    let was = choice(conn, person).await?;
    put_choice(conn, person, often).await?;
    history::record(
        conn,
        allowed,
        Entry::new("person", person, "chose how much mail to get").change("Mail", was, often),
    )
    .await
}

/// Notes for somebody that they want no such mail, as their mail program says.
///
/// # Errors
/// When the store cannot write.
pub async fn stop(conn: &mut Connection, person: PersonId) -> Result<(), Error> {
    put_choice(conn, person, Often::Never).await
}

async fn put_choice(conn: &mut Connection, person: PersonId, often: Often) -> Result<(), Error> {
    sqlx::query(
        "insert into mail_choice (person_id, often) select id, $2 from person where id = $1
         on conflict (person_id) do update set often = excluded.often",
    )
    .bind(person)
    .bind(often)
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
