//! People, posts, sign-in: their SQL.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use crate::access::{Allowed, ChangeOwnAccount};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{DepartmentId, PersonId, TrustId};

/// The secret that ties open forms to the people they were drawn for.
///
/// # Errors
/// When the store cannot be read.
pub async fn form_secret(conn: &mut Connection) -> Result<String, Error> {
    Ok(sqlx::query_scalar("select form_secret from installation").fetch_one(conn).await?)
}

/// Whether the store answers.
///
/// # Errors
/// When it does not.
pub async fn answers(conn: &mut Connection) -> Result<(), Error> {
    let _: i64 = sqlx::query_scalar("select count(*) from installation").fetch_one(conn).await?;
    Ok(())
}

/// An account, as signing in needs it.
#[derive(Clone, Debug, FromRow)]
pub struct Account {
    /// Whose it is.
    pub person_id: PersonId,
    /// The hash of its password.
    pub password_hash: String,
    /// The trust of the person's current post or role, else of their last post.
    pub trust_id: Option<TrustId>,
}

/// The account that this address opens.
///
/// # Errors
/// When the store cannot be read.
pub async fn account(conn: &mut Connection, address: &str, today: NaiveDate) -> Result<Option<Account>, Error> {
    Ok(sqlx::query_as(
        "select p.id as person_id, c.password_hash,
                coalesce(
                    (select trust_id from post where person_id = p.id and starts_on <= $2 and (ends_on is null or ends_on >= $2) order by starts_on desc limit 1),
                    (select trust_id from trust_role where person_id = p.id order by granted_at desc limit 1),
                    (select trust_id from post where person_id = p.id order by starts_on desc limit 1)
                ) as trust_id
         from person_address a join person p on p.id = a.person_id join credential c on c.person_id = p.id
         where a.address = $1 and a.verified_at is not null and (p.closed_on is null or p.closed_on > $2)",
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

/// Sets one's own password and ends every session.
///
/// # Errors
/// When the store cannot write.
pub async fn change_password(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnAccount>,
    hash: &str,
) -> Result<(), Error> {
    set_password(conn, allowed.act.0, hash, allowed.now).await?;
    sqlx::query("update session set ended_at = $2 where person_id = $1 and ended_at is null")
        .bind(allowed.act.0)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", allowed.act.0, "changed password")).await
}

/// Gives a person a password.
///
/// # Errors
/// When the store cannot write.
pub async fn set_password(
    conn: &mut Connection,
    person: PersonId,
    hash: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into credential (person_id, password_hash, changed_at) values ($1, $2, $3)
         on conflict (person_id) do update set password_hash = excluded.password_hash, changed_at = excluded.changed_at",
    )
    .bind(person)
    .bind(hash)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Somebody of the demonstration whom a visitor may sign in as.
#[derive(Clone, Debug, FromRow)]
pub struct DemoPerson {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Academy lead, administrator, or the grade of their post.
    pub role: String,
    /// The department of their post; empty without one.
    pub department: String,
}

/// The people of the demonstration trust with a current post or a role, in the
/// order in which they were made: those whom one should try first stand first.
///
/// # Errors
/// When the store cannot be read.
pub async fn demo_people(conn: &mut Connection, today: NaiveDate) -> Result<Vec<DemoPerson>, Error> {
    Ok(sqlx::query_as(
        "select p.id, p.name,
                coalesce((select case r.role when 'academy_lead' then 'Academy lead' else 'Administrator' end from trust_role r where r.person_id = p.id limit 1), o.grade) as role,
                coalesce(d.name, '') as department
         from person p
         left join post o on o.person_id = p.id and o.starts_on <= $1 and (o.ends_on is null or o.ends_on >= $1)
         left join department d on d.id = o.department_id
         join trust t on t.demonstration = 1
         where (o.trust_id = t.id or exists (select 1 from trust_role r where r.person_id = p.id and r.trust_id = t.id))
         group by p.id
         order by p.id",
    )
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// The demonstration trust, when the person is one of its people.
///
/// # Errors
/// When the store cannot be read.
pub async fn demo_trust_of(conn: &mut Connection, person: PersonId) -> Result<Option<TrustId>, Error> {
    Ok(sqlx::query_scalar(
        "select t.id from trust t where t.demonstration = 1
         and (exists (select 1 from post o where o.person_id = $1 and o.trust_id = t.id)
              or exists (select 1 from trust_role r where r.person_id = $1 and r.trust_id = t.id))",
    )
    .bind(person)
    .fetch_optional(conn)
    .await?)
}

/// A department, as a form offers it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Department {
    /// Its id.
    pub id: DepartmentId,
    /// Its name.
    pub name: String,
    /// Its specialty.
    pub specialty: String,
    /// The name of its site; empty without one.
    pub site: String,
}

/// The departments in which a person has a post today.
///
/// # Errors
/// When the store cannot be read.
pub async fn departments_of(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Vec<DepartmentId>, Error> {
    Ok(sqlx::query_scalar(
        "select department_id from post
         where person_id = $1 and trust_id = $2 and starts_on <= $3 and (ends_on is null or ends_on >= $3)",
    )
    .bind(person)
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// The trust's departments that are in use, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn departments(conn: &mut Connection, trust: TrustId) -> Result<Vec<Department>, Error> {
    Ok(sqlx::query_as(
        "select d.id, d.name, d.specialty, coalesce(s.name, '') as site
         from department d left join site s on s.id = d.site_id
         where d.trust_id = $1 and d.retired_on is null
         order by d.name",
    )
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// Somebody who works in the trust today.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Colleague {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their post: grade and department.
    pub post: String,
}

/// The people with a current post in the trust, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn colleagues(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Vec<Colleague>, Error> {
    Ok(sqlx::query_as(
        "select p.id, p.name, min(o.grade || ', ' || d.name) as post
         from post o join person p on p.id = o.person_id join department d on d.id = o.department_id
         where o.trust_id = $1 and o.starts_on <= $2 and (o.ends_on is null or o.ends_on >= $2)
           and (p.closed_on is null or p.closed_on > $2)
         group by p.id, p.name
         order by p.name collate nocase",
    )
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// The person to whom this address belongs; else a new one of this name, without sign-in, whose
/// address nobody has confirmed yet.
///
/// # Errors
/// When the store cannot write.
pub async fn find_or_name(
    conn: &mut Connection,
    name: &str,
    address: &str,
    now: DateTime<Utc>,
) -> Result<PersonId, Error> {
    let known: Option<PersonId> = sqlx::query_scalar("select person_id from person_address where address = $1")
        .bind(address)
        .fetch_optional(&mut *conn)
        .await?;
    if let Some(person) = known {
        return Ok(person);
    }
    let person = insert_person(conn, name, now).await?;
    insert_address(conn, person, address, None, now).await?;
    Ok(person)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, TODAY, noon, on};

    #[tokio::test]
    async fn colleagues_are_those_of_the_trust_with_a_current_post() {
        let at = Fixture::new().await;
        let mut conn = at.store.read().await.expect("a reader");
        let now = colleagues(&mut conn, at.trust, TODAY).await.expect("colleagues");
        assert_eq!(now.len(), 5);
        let tara = now.iter().find(|colleague| colleague.id == at.trainee).expect("the trainee");
        assert_eq!(tara.post, "FY2, Acute medicine");
        let later = colleagues(&mut conn, at.trust, on("2026-08-05")).await.expect("colleagues");
        assert!(!later.iter().any(|colleague| colleague.id == at.trainee));
        let departments = departments(&mut conn, at.trust).await.expect("departments");
        assert_eq!(departments.iter().map(|d| d.id).collect::<Vec<_>>(), [at.department]);
    }

    #[tokio::test]
    async fn a_colleague_named_twice_by_one_address_is_one_person() {
        let at = Fixture::new().await;
        let mut change = at.store.write().await.expect("a change");
        let first = find_or_name(&mut change, "Dr New", "new@trust.uk", noon()).await.expect("named");
        let second = find_or_name(&mut change, "Doctor New", "NEW@trust.uk", noon()).await.expect("found");
        assert_eq!(first, second);
        assert_eq!(name(&mut change, first).await.expect("a name"), "Dr New");
        assert!(account(&mut change, "new@trust.uk", TODAY).await.expect("read").is_none());
    }
}
