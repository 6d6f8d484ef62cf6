//! The SQL of making trusts and their first people.

use chrono::{DateTime, Utc};

use super::model::FirstPerson;
use crate::access::{self, ChangeOwnAccount, GrantRoles, ManageOrganisation};
use crate::db::Store;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::parse::Fields;
use crate::people::model::{LONGEST_PASSWORD, SHORTEST_PASSWORD};
use crate::{parse, people};

/// Makes a trust.
///
/// # Errors
/// [`Error::Invalid`] when the name is empty or taken.
pub async fn add_trust(store: &Store, name: &str, now: DateTime<Utc>) -> Result<TrustId, Error> {
    let mut fields = Fields::new();
    let name = fields.required("name", name, parse::MAX_LINE_CHARS, "Give the trust's name.");
    let name = fields.finish(|| name)?;
    let id = TrustId::new();
    let mut change = store.write().await?;
    let made =
        sqlx::query("insert into trust (id, name, created_at) values ($1, $2, $3) on conflict (name) do nothing")
            .bind(id)
            .bind(&name)
            .bind(now)
            .execute(&mut *change)
            .await?;
    if made.rows_affected() == 0 {
        return Err(Error::field("name", "There is a trust of this name already."));
    }
    let allowed = access::system(ManageOrganisation(id), Some(id), now);
    history::record(&mut change, &allowed, Entry::new("trust", id, "made trust")).await?;
    change.commit().await?;
    Ok(id)
}

/// Makes a trust's first person, with a role, an address and a password.
///
/// # Errors
/// [`Error::Invalid`] when there is no such trust, the address is taken or no address, or the password
/// is too short or too long.
pub async fn add_person(store: &Store, first: FirstPerson, now: DateTime<Utc>) -> Result<PersonId, Error> {
    let mut fields = Fields::new();
    let name = fields.required("name", &first.name, parse::MAX_LINE_CHARS, "Give the person's name.");
    let address = parse::email(&first.address);
    if address.is_none() {
        fields.error("address", "Give an email address, like name@trust.nhs.uk.");
    }
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&first.password.chars().count()) {
        fields.error("password", format!("The password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."));
    }
    let (name, address) = fields.finish(|| (name, address.unwrap_or_default()))?;
    let hash = people::hash_password(first.password).await?;

    let mut change = store.write().await?;
    let trust: Option<TrustId> = sqlx::query_scalar("select id from trust where name = $1")
        .bind(&first.trust)
        .fetch_optional(&mut *change)
        .await?;
    let trust = trust
        .ok_or_else(|| Error::field("trust", "There is no trust of this name. Make it with `admin create-trust`."))?;
    let id = PersonId::new();
    sqlx::query("insert into person (id, name, created_at) values ($1, $2, $3)")
        .bind(id)
        .bind(&name)
        .bind(now)
        .execute(&mut *change)
        .await?;
    let made = sqlx::query(
        "insert into person_address (id, person_id, address, verified_at, created_at) values ($1, $2, $3, $4, $4)
         on conflict (address) do nothing",
    )
    .bind(uuid::Uuid::now_v7().hyphenated())
    .bind(id)
    .bind(&address)
    .bind(now)
    .execute(&mut *change)
    .await?;
    if made.rows_affected() == 0 {
        return Err(Error::field("address", "Somebody has this address already."));
    }
    people::store::give_password(&mut change, id, &hash, None, now).await?;
    sqlx::query("insert into trust_role (person_id, trust_id, role, granted_at) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(trust)
        .bind(first.role.to_string())
        .bind(now)
        .execute(&mut *change)
        .await?;
    let allowed = access::system(GrantRoles(trust), Some(trust), now);
    people::ties::store::insert_new(&mut change, &allowed, trust, id, &name).await?;
    history::record(
        &mut change,
        &allowed,
        Entry::new("person", id, "made first person").change("role", "", first.role.to_string()),
    )
    .await?;
    change.commit().await?;
    Ok(id)
}

/// Makes a code with which somebody who has forgotten their password sets a new one.
///
/// # Errors
/// [`Error::Invalid`] when the address opens no account.
pub async fn reset_password(store: &Store, address: &str, now: DateTime<Utc>) -> Result<String, Error> {
    let today = crate::clock::date_in_london(now);
    let (code, stored) = people::password_code(now).await?;
    let mut change = store.write().await?;
    let address = parse::email(address).unwrap_or_default();
    let found = people::store::resetting(&mut change, &address, today, now).await?;
    let person = found
        .ok_or_else(|| Error::field("email", "Nobody with an open account has this confirmed email address."))?
        .person_id;
    let allowed = access::system(ChangeOwnAccount(person), None, now);
    people::store::keep_password_code(&mut change, &allowed, person, &stored).await?;
    change.commit().await?;
    Ok(code)
}

/// Opens the account of somebody again whom a trust closed before another one asked for them: no trust sees
/// the other's people, and they can answer only when they can sign in.
///
/// # Errors
/// [`Error::Invalid`] when no closed account has this confirmed address.
pub async fn reopen_account(store: &Store, address: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let mut change = store.write().await?;
    let address = parse::email(address).unwrap_or_default();
    let reopened: Option<PersonId> = sqlx::query_scalar(
        "update person set closed_on = null, version = version + 1
         where closed_on is not null
           and id = (select person_id from person_address where address = $1 and verified_at is not null)
         returning id",
    )
    .bind(&address)
    .fetch_optional(&mut *change)
    .await?;
    let person = reopened
        .ok_or_else(|| Error::field("email", "Nobody with a closed account has this confirmed email address."))?;
    let allowed = access::system(ChangeOwnAccount(person), None, now);
    history::record(&mut change, &allowed, Entry::new("person", person, "reopened the account")).await?;
    change.commit().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::model::Role;
    use crate::testing::{Fixture, TODAY, noon};

    fn first(trust: &str, address: &str, password: &str) -> FirstPerson {
        FirstPerson {
            trust: trust.into(),
            name: "Ada".into(),
            address: address.into(),
            role: Role::Administrator,
            password: password.into(),
        }
    }

    #[tokio::test]
    async fn the_operator_makes_a_trust_and_its_first_administrator_who_can_sign_in() {
        let fixture = Fixture::new().await;
        let trust = add_trust(&fixture.store, "New Trust", noon()).await.expect("made");
        add_person(&fixture.store, first("New Trust", "Ada@New.uk", "three random words"), noon()).await.expect("made");
        let mut conn = fixture.store.read().await.expect("a reader");
        let account = people::store::account(&mut conn, "ada@new.uk", TODAY).await.expect("read").expect("an account");
        assert_eq!(account.trust_id, Some(trust));
        assert_eq!(history::verify_chain(&mut conn).await, Ok(None));
    }

    #[tokio::test]
    async fn the_operator_reopens_an_account_that_no_trust_may_or_will() {
        let fixture = Fixture::new().await;
        add_person(&fixture.store, first("Tamar Vale", "ada@tamar.uk", "three random words"), noon())
            .await
            .expect("made");
        assert!(reopen_account(&fixture.store, "ada@tamar.uk", noon()).await.is_err(), "it is open");
        let mut change = fixture.store.write().await.expect("a change");
        sqlx::query("update person set closed_on = '2026-03-01' where name = 'Ada'")
            .execute(&mut *change)
            .await
            .expect("closed");
        change.commit().await.expect("committed");
        assert!(reset_password(&fixture.store, "ada@tamar.uk", noon()).await.is_err(), "it is closed");
        reopen_account(&fixture.store, "Ada@Tamar.uk", noon()).await.expect("reopened");
        let mut conn = fixture.store.read().await.expect("a reader");
        assert!(people::store::account(&mut conn, "ada@tamar.uk", TODAY).await.expect("read").is_some());
        assert_eq!(history::verify_chain(&mut conn).await, Ok(None));
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused_with_a_reason_and_leaves_nothing() {
        let fixture = Fixture::new().await;
        assert!(matches!(add_trust(&fixture.store, "Tamar Vale", noon()).await, Err(Error::Invalid(_))));
        for bad in [
            first("Nowhere", "a@b.uk", "three random words"),
            first("Tamar Vale", "a", "three random words"),
            first("Tamar Vale", "a@b.uk", "short"),
        ] {
            assert!(matches!(add_person(&fixture.store, bad, noon()).await, Err(Error::Invalid(_))));
        }
        let mut conn = fixture.store.read().await.expect("a reader");
        assert!(people::store::account(&mut conn, "a@b.uk", TODAY).await.expect("read").is_none());
    }
}
