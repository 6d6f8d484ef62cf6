//! People, posts, sign-in: their SQL.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::FromRow;
use timeline::DUE_DAYS;

use super::codes::HandedCode;
use super::ties;
use crate::access::{self, Act, Allowed, ChangeOwnAccount};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{DepartmentId, PersonId, TrustId};
use crate::roles::{account_open, post_on, role_on};
use crate::visitor::{self, Caller, Sessions};

/// An account, as signing in needs it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Account {
    /// Whose it is.
    pub person_id: PersonId,
    /// The hash of its password.
    pub password_hash: String,
    /// Somebody else gave the password: it is changed before anything else.
    pub must_change: bool,
    /// Of the trusts that the person has accepted, the one that they last worked in among those where they
    /// belong today, else any.
    pub trust_id: Option<TrustId>,
    /// How many trusts they have accepted.
    pub trusts: i64,
}

/// Whether an account is still as it was read: the same password, open, and to be changed first or not as before.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_unchanged(
    conn: &mut Connection,
    read: &Account,
    address: &str,
    today: NaiveDate,
) -> Result<bool, Error> {
    let now = account(conn, address, today).await?;
    Ok(now.is_some_and(|now| {
        (now.person_id, &now.password_hash, now.must_change) == (read.person_id, &read.password_hash, read.must_change)
    }))
}

/// The account that this address opens.
///
/// # Errors
/// When the store cannot be read.
pub async fn account(conn: &mut Connection, address: &str, today: NaiveDate) -> Result<Option<Account>, Error> {
    Ok(sqlx::query_as(
        concat!("select p.id as person_id, c.password_hash, c.must_change,
                (select k.trust_id from tie k where k.person_id = p.id and k.state = 'accepted'
                 order by (exists (select 1 from post o where o.person_id = k.person_id and o.trust_id = k.trust_id
                                   and ", post_on!("o", "$2"), ")
                           or exists (select 1 from trust_role r where r.person_id = k.person_id and r.trust_id = k.trust_id)) desc,
                          k.used_at desc, k.asked_at desc limit 1) as trust_id,
                (select count(*) from tie k where k.person_id = p.id and k.state = 'accepted') as trusts
         from person_address a join person p on p.id = a.person_id join credential c on c.person_id = p.id
         where a.address = $1 and a.verified_at is not null and ", account_open!("p", "$2")),
    )
    .bind(address)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}

/// The hash of a person's password; none when they have no password.
///
/// # Errors
/// When the store cannot be read.
pub async fn password_hash(conn: &mut Connection, person: PersonId) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar("select password_hash from credential where person_id = $1")
        .bind(person)
        .fetch_optional(conn)
        .await?)
}

/// Begins a session and gives its token: see [`Sessions::begin`]. The person's next session opens in the same trust.
///
/// # Errors
/// When the store cannot write.
pub async fn begin_session(
    conn: &mut Connection,
    sessions: Sessions,
    before: Option<&str>,
    (person, trust): (PersonId, TrustId),
    held: bool,
    now: DateTime<Utc>,
) -> Result<String, Error> {
    let token = sessions.begin(conn, before, (person, trust), held, now).await?;
    ties::store::note_used(conn, person, trust, now).await?;
    Ok(token)
}

/// Sets one's own password and ends every session. Whose hand first gave the password is kept.
///
/// # Errors
/// [`Error::NotFound`] when there is no password to change.
pub async fn change_password(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnAccount>,
    hash: &str,
) -> Result<(), Error> {
    let person = allowed.account();
    let changed =
        sqlx::query("update credential set password_hash = $2, changed_at = $3, must_change = 0 where person_id = $1")
            .bind(person)
            .bind(hash)
            .bind(allowed.now)
            .execute(&mut *conn)
            .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    // A code that was handed over for a forgotten password has nothing left to do.
    sqlx::query("delete from password_code where person_id = $1").bind(person).execute(&mut *conn).await?;
    visitor::end_sessions(conn, person, allowed.now).await?;
    history::record(conn, allowed, Entry::new("person", person, "changed password")).await
}

/// Gives a person a password, which they have to change first: by a trust, or by the operator.
///
/// # Errors
/// When the store cannot write.
pub async fn give_password(
    conn: &mut Connection,
    person: PersonId,
    hash: &str,
    by: Option<TrustId>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    put_password(conn, person, hash, by, true, now).await
}

/// Sets a password: whose hand gave it, and whether it is to be changed first.
pub(super) async fn put_password(
    conn: &mut Connection,
    person: PersonId,
    hash: &str,
    given_by: Option<TrustId>,
    must_change: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into credential (person_id, password_hash, changed_at, given_by_trust, must_change) values ($1, $2, $3, $4, $5)
         on conflict (person_id) do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at,
                given_by_trust = excluded.given_by_trust, must_change = excluded.must_change",
    )
    .bind(person)
    .bind(hash)
    .bind(now)
    .bind(given_by)
    .bind(must_change)
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the hash of a code with which the person sets a new password, in the place of any before.
///
/// # Errors
/// When the store cannot write.
pub async fn keep_password_code<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    person: PersonId,
    code: &HandedCode,
) -> Result<(), Error> {
    sqlx::query("delete from password_code where person_id = $1 or expires_at <= $2")
        .bind(person)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "insert into password_code (person_id, trust_id, made_by, made_at, expires_at, code_hash) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(person)
    .bind(allowed.trust)
    .bind(allowed.actor)
    .bind(allowed.now)
    .bind(code.expires_at)
    .bind(&code.hash)
    .execute(&mut *conn)
    .await?;
    history::record(conn, allowed, Entry::new("person", person, "made a code for a new password")).await
}

/// Whose an address is, with the hash of the code that sets their password, if there is one.
#[derive(Clone, Debug, FromRow)]
pub struct Resetting {
    /// Whose it is.
    pub person_id: PersonId,
    /// The code's hash; none when no code is open.
    pub code_hash: Option<String>,
}

/// Who may set a new password with a code, by their address.
///
/// # Errors
/// When the store cannot be read.
pub async fn resetting(
    conn: &mut Connection,
    address: &str,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Option<Resetting>, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id as person_id, c.code_hash
         from person_address a join person p on p.id = a.person_id
         left join password_code c on c.person_id = p.id and c.expires_at > $3
         where a.address = $1 and a.verified_at is not null and ",
        account_open!("p", "$2")
    ))
    .bind(address)
    .bind(today)
    .bind(now)
    .fetch_optional(conn)
    .await?)
}

/// Sets the password of somebody whose code was checked, uses the code up and ends every session. Whoever
/// gave the code is from now on whose hand gave the password. False when the code is not open any more.
///
/// # Errors
/// When the store cannot write.
pub async fn reset_password(
    conn: &mut Connection,
    caller: &Caller,
    person: PersonId,
    code_hash: &str,
    hash: &str,
) -> Result<bool, Error> {
    let used: Option<(Option<TrustId>,)> = sqlx::query_as(
        "delete from password_code where person_id = $1 and code_hash = $2 and expires_at > $3 returning trust_id",
    )
    .bind(person)
    .bind(code_hash)
    .bind(caller.now)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((given_by,)) = used else { return Ok(false) };
    let allowed = access::by_code(person, given_by, caller);
    put_password(conn, person, hash, given_by, false, caller.now).await?;
    visitor::end_sessions(conn, person, caller.now).await?;
    history::record(conn, &allowed, Entry::new("person", person, "set a new password with a code")).await?;
    Ok(true)
}

/// Somebody of the demonstration whom a visitor may sign in as.
#[derive(Clone, Debug, FromRow)]
pub struct DemoPerson {
    pub id: PersonId,
    pub name: String,
    /// Academy lead or administrator today; empty for most.
    pub role: String,
    /// The first day of a role as academy lead that is to come.
    pub role_from: Option<NaiveDate>,
    /// The grade of their post: the one of today, else the next one, else the last; empty without any.
    pub grade: String,
    /// Its department.
    pub department: String,
    /// Its first day.
    pub starts_on: Option<NaiveDate>,
    /// The last day of all their posts; none without a post, and without an end in sight.
    pub last_on: Option<NaiveDate>,
    /// How many projects they lead today.
    pub leads: i64,
    /// How many they supervise.
    pub supervises: i64,
}

/// Everybody who has accepted the demonstration trust, in the order in which they were made: those whom one should
/// try first stand first.
///
/// # Errors
/// When the store cannot be read.
pub async fn demo_people(conn: &mut Connection, today: NaiveDate) -> Result<Vec<DemoPerson>, Error> {
    // In this order, so that of people and ties only those of the trust are read.
    Ok(sqlx::query_as(
        concat!("select p.id, p.name,
                coalesce((select case r.role when 'academy_lead' then 'Academy lead' else 'Administrator' end from trust_role r
                    where r.person_id = p.id and r.trust_id = t.id and ", role_on!("r", "$1"), " order by r.role limit 1), '') as role,
                (select min(r.from_on) from trust_role r
                    where r.person_id = p.id and r.trust_id = t.id and r.role = 'academy_lead' and r.from_on > $1) as role_from,
                coalesce(o.grade, '') as grade, coalesce(d.name, '') as department, o.starts_on,
                (select nullif(max(coalesce(n.ends_on, '9999-12-31')), '9999-12-31') from post n
                    where n.person_id = p.id and n.trust_id = t.id) as last_on,
                (select count(*) from standing z where z.lead_id = p.id and z.trust_id = t.id
                    and z.from_on <= $1 and z.until_on > $1) as leads,
                (select count(*) from standing z where z.supervisor_id = p.id and z.trust_id = t.id
                    and z.from_on <= $1 and z.until_on > $1) as supervises
         from trust t
         cross join tie k on k.trust_id = t.id and k.state = 'accepted'
         cross join person p on p.id = k.person_id and ", account_open!("p", "$1"), "
         left join post o on o.id = (select n.id from post n where n.person_id = p.id and n.trust_id = t.id
             order by case when n.starts_on > $1 then 1 when n.ends_on < $1 then 2 else 0 end,
                      iif(n.starts_on > $1, n.starts_on, null), n.starts_on desc limit 1)
         left join department d on d.id = o.department_id
         where t.demonstration = 1
         order by p.id"),
    )
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// The demonstration trust, when the person has accepted it: whoever else signs in with a password of their own.
///
/// # Errors
/// When the store cannot be read.
pub async fn demo_trust_of(conn: &mut Connection, person: PersonId) -> Result<Option<TrustId>, Error> {
    Ok(sqlx::query_scalar(
        "select t.id from trust t join tie k on k.trust_id = t.id and k.person_id = $1 and k.state = 'accepted'
         where t.demonstration = 1",
    )
    .bind(person)
    .fetch_optional(conn)
    .await?)
}

/// A department, as a form offers it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Department {
    pub id: DepartmentId,
    pub name: String,
    pub specialty: String,
    /// The name of its site; empty without one.
    pub site: String,
}

/// The departments in which a person works: those in which a post of theirs begins within 12 weeks, soonest first, then
/// those of their posts today.
///
/// # Errors
/// When the store cannot be read.
pub async fn departments_of(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Vec<DepartmentId>, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select department_id from post
         where person_id = $1 and trust_id = $2 and (",
        post_on!("post", "$3"),
        " or (starts_on > $3 and starts_on <= $4))
         group by department_id
         order by max(starts_on > $3) desc, min(iif(starts_on > $3, starts_on, null)), department_id"
    ))
    .bind(person)
    .bind(trust)
    .bind(today)
    .bind(today + Days::new(DUE_DAYS.unsigned_abs()))
    .fetch_all(conn)
    .await?)
}

/// What [`departments`] asks: `$1` the trust. [`Department`] rows.
pub const DEPARTMENTS: &str = "select d.id, d.name, d.specialty, coalesce(s.name, '') as site
         from department d left join site s on s.id = d.site_id
         where d.trust_id = $1 and d.retired_on is null
         order by d.name";

/// The trust's departments that are in use, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn departments(conn: &mut Connection, trust: TrustId) -> Result<Vec<Department>, Error> {
    Ok(sqlx::query_as(DEPARTMENTS).bind(trust).fetch_all(conn).await?)
}

/// Whether somebody has a current post in the trust and has accepted it.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_colleague(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    today: NaiveDate,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select exists (select 1 from post o join person p on p.id = o.person_id
            join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
            where o.person_id = $3 and o.trust_id = $1 and ",
        post_on!("o", "$2"),
        " and ",
        account_open!("p", "$2"),
        ")"
    ))
    .bind(trust)
    .bind(today)
    .bind(person)
    .fetch_one(conn)
    .await?)
}

/// The name of somebody who has accepted the trust.
///
/// # Errors
/// When the store cannot be read.
pub async fn colleague_name(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar(
        "select p.name from person p join tie k on k.person_id = p.id where p.id = $1 and k.trust_id = $2 and k.state = 'accepted'",
    )
    .bind(person)
    .bind(trust)
    .fetch_optional(conn)
    .await?)
}

/// The person to whom this address belongs, who is asked unless the trust is already theirs; else a new
/// one of this name, without sign-in, whose address nobody has confirmed yet. Whoever names them sees the
/// name that they typed, so that an address tells nothing about its owner.
///
/// # Errors
/// When the store cannot write.
pub async fn find_or_name<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    name: &str,
    address: &str,
) -> Result<PersonId, Error> {
    if let Some(person) = person_with_address(conn, address).await? {
        ties::store::ask(conn, allowed, trust, person, name, ties::store::Again::No).await?;
        return Ok(person);
    }
    let person = insert_person(conn, name, allowed.now).await?;
    insert_address(conn, person, address, None, allowed.now).await?;
    ties::store::insert_new(conn, allowed, trust, person, name).await?;
    let entry = Entry::new("person", person, "named").change("Name", "", name).change("Address", "", address);
    history::record(conn, allowed, entry).await?;
    Ok(person)
}

/// Whose an address is, confirmed or not.
pub(super) async fn person_with_address(conn: &mut Connection, address: &str) -> Result<Option<PersonId>, Error> {
    Ok(sqlx::query_scalar("select person_id from person_address where address = $1")
        .bind(address)
        .fetch_optional(conn)
        .await?)
}

pub(super) async fn insert_person(conn: &mut Connection, name: &str, now: DateTime<Utc>) -> Result<PersonId, Error> {
    let person = PersonId::new();
    sqlx::query("insert into person (id, name, created_at) values ($1, $2, $3)")
        .bind(person)
        .bind(name)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(person)
}

pub(super) async fn insert_address(
    conn: &mut Connection,
    person: PersonId,
    address: &str,
    verified: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into person_address (id, person_id, address, verified_at, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(uuid::Uuid::now_v7().hyphenated().to_string())
    .bind(person)
    .bind(address)
    .bind(verified)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// A person's name.
///
/// # Errors
/// [`Error::NotFound`] when there is no such person.
pub async fn name(conn: &mut Connection, person: PersonId) -> Result<String, Error> {
    Ok(sqlx::query_scalar("select name from person where id = $1").bind(person).fetch_one(conn).await?)
}

/// A trust's name.
///
/// # Errors
/// [`Error::NotFound`] when there is no such trust.
pub(crate) async fn trust_name(conn: &mut Connection, trust: TrustId) -> Result<String, Error> {
    Ok(sqlx::query_scalar("select name from trust where id = $1").bind(trust).fetch_one(conn).await?)
}

/// A person's name as a trust knows it: as the trust wrote it, until they accept.
///
/// # Errors
/// [`Error::NotFound`] when there is no such person.
pub async fn name_in(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<String, Error> {
    Ok(sqlx::query_scalar(
        "select coalesce(k.named, p.name) from person p
         left join tie k on k.person_id = p.id and k.trust_id = $2 and k.state <> 'accepted'
         where p.id = $1",
    )
    .bind(person)
    .bind(trust)
    .fetch_one(conn)
    .await?)
}

/// The department of a person's current post in a trust.
///
/// # Errors
/// When the store cannot be read.
pub async fn department_of(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Option<DepartmentId>, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select o.department_id from post o join department d on d.id = o.department_id
         where o.person_id = $1 and o.trust_id = $2 and ",
        post_on!("o", "$3"),
        "
           and d.retired_on is null
         order by o.percent desc, o.starts_on desc limit 1"
    ))
    .bind(person)
    .bind(trust)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}

pub async fn has_post(conn: &mut Connection, person: PersonId, trust: TrustId, on: NaiveDate) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        concat!("select count(*) > 0 from post o join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
         where o.person_id = $1 and o.trust_id = $2 and ", post_on!("o", "$3")),
    )
    .bind(person)
    .bind(trust)
    .bind(on)
    .fetch_one(conn)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::RegisterProject;
    use crate::testing::{Fixture, TODAY, on};

    #[tokio::test]
    async fn colleagues_are_those_of_the_trust_with_a_current_post() {
        let at = Fixture::new().await;
        let mut conn = at.store.read().await.expect("a reader");
        assert!(is_colleague(&mut conn, at.trust, at.trainee, TODAY).await.expect("read"));
        assert!(!is_colleague(&mut conn, at.trust, at.trainee, on("2026-08-05")).await.expect("read"));
        let departments = departments(&mut conn, at.trust).await.expect("departments");
        assert_eq!(departments.iter().map(|d| d.id).collect::<Vec<_>>(), [at.department]);
    }

    #[tokio::test]
    async fn a_colleague_named_twice_by_one_address_is_one_person() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
        let first = find_or_name(&mut change, &allowed, at.trust, "Dr New", "new@trust.uk").await.expect("named");
        let second = find_or_name(&mut change, &allowed, at.trust, "Doctor New", "NEW@trust.uk").await.expect("found");
        assert_eq!(first, second);
        assert_eq!(name(&mut change, first).await.expect("a name"), "Dr New");
        assert!(account(&mut change, "new@trust.uk", TODAY).await.expect("read").is_none());
        let told = history::of_object(&mut change, first, 10).await.expect("history");
        assert_eq!(told[0].action, "named");
        assert!(told[0].detail.contains("new@trust.uk"), "{}", told[0].detail);
    }
}
