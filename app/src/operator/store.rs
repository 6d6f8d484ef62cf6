//! Making trusts and their first people, and helping people back into their accounts.

use chrono::{DateTime, Utc};

use super::model::FirstPerson;
use crate::access::{self, ChangeOwnAccount, DefineMeasure, GrantRoles, ManageOrganisation};
use crate::db::Store;
use crate::error::Error;
use crate::id::{PersonId, TrustId};
use crate::parse::Fields;
use crate::people::model::new_password;
use crate::people::{directory, organisation};
use crate::{measures, parse, people};

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
    let allowed = access::system(ManageOrganisation(id), Some(id), now);
    organisation::store::add_trust(&mut change, &allowed, &name).await?;
    change.commit().await?;
    Ok(id)
}

/// Makes a trust's first person, with a role, an address and a password.
///
/// # Errors
/// [`Error::Invalid`] when there is no such trust, the address is taken or no address, or the password
/// is too short, too long or too common.
pub async fn add_person(store: &Store, first: FirstPerson, now: DateTime<Utc>) -> Result<PersonId, Error> {
    let mut fields = Fields::new();
    let name = fields.required("name", &first.name, parse::MAX_LINE_CHARS, "Give the person's name.");
    let address = parse::email(&first.address);
    if address.is_none() {
        fields.error("address", "Give an email address, like name@trust.nhs.uk.");
    }
    new_password(&mut fields, "password", &first.password, &[&first.name, &first.address]);
    let (name, address) = fields.finish(|| (name, address.unwrap_or_default()))?;
    let hash = people::hash_password(first.password).await?;

    let mut change = store.write().await?;
    let trust = organisation::store::trust_named(&mut change, &first.trust)
        .await?
        .ok_or_else(|| Error::field("trust", "There is no trust of this name. Make it with `admin create-trust`."))?;
    let allowed = access::system(GrantRoles(trust), Some(trust), now);
    let id = directory::store::add_first_person(&mut change, &allowed, &name, &address, &hash, first.role).await?;
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
    let person = directory::store::closed_person(&mut change, &address)
        .await?
        .ok_or_else(|| Error::field("email", "Nobody with a closed account has this confirmed email address."))?;
    let allowed = access::system(ChangeOwnAccount(person), None, now);
    directory::store::reopen_own(&mut change, &allowed).await?;
    change.commit().await
}

/// Settles the chart of every measure that has points enough for it and came from before charts were kept. One that
/// cannot be settled is logged, and keeps no other from it.
///
/// # Errors
/// When the store cannot be read, or nobody else lets go of the writer.
pub async fn settle_charts(store: &Store, now: DateTime<Utc>) -> Result<(), Error> {
    let unsettled = measures::store::unsettled(&mut *store.read().await?).await?;
    for (measure, project, trust) in unsettled {
        let allowed = access::system(DefineMeasure(project), Some(trust), now);
        // Each is a change of its own: after a fault of the store nothing may be written in the same one.
        let mut change = store.write().await?;
        let settled = match measures::store::settle(&mut change, &allowed, measure).await {
            Ok(()) => change.commit().await,
            Err(error) => Err(error),
        };
        if let Err(error) = settled {
            tracing::warn!(%measure, %error, "the chart of this measure was not settled");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history;
    use crate::id::MeasureId;
    use crate::people::directory::model::TrustRole;
    use crate::testing::{Fixture, TODAY, make, noon};

    fn first(trust: &str, address: &str, password: &str) -> FirstPerson {
        FirstPerson {
            trust: trust.into(),
            name: "Ada".into(),
            address: address.into(),
            role: TrustRole::Administrator,
            password: password.into(),
        }
    }

    #[tokio::test]
    async fn opening_a_store_settles_no_chart_that_has_too_few_points() {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        at.measure(project).await;
        settle_charts(&at.store, noon()).await.expect("settled");
        let mut conn = at.store.read().await.expect("a reader");
        let settled: i64 = sqlx::query_scalar("select count(*) from measure where settled_chart is not null")
            .fetch_one(&mut *conn)
            .await
            .expect("a count");
        assert_eq!(settled, 0);
    }

    #[tokio::test]
    async fn a_chart_that_cannot_be_settled_keeps_no_other_from_it() {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let broken = at.measure(project).await;
        let whole = at.measure(project).await;
        let mut change = at.store.write().await.expect("a change");
        for measure in [broken, whole] {
            for day in 1..=12 {
                make::point(&mut change, measure, at.trainee, &format!("2026-02-{day:02}"), "current")
                    .await
                    .expect("a point");
            }
        }
        sqlx::query("update measurement set taken_at = 'noon' where measure_id = $1")
            .bind(broken)
            .execute(&mut *change)
            .await
            .expect("a time that nothing reads");
        change.commit().await.expect("committed");
        settle_charts(&at.store, noon()).await.expect("settled");
        let mut conn = at.store.read().await.expect("a reader");
        let settled: Vec<MeasureId> = sqlx::query_scalar("select id from measure where settled_chart is not null")
            .fetch_all(&mut *conn)
            .await
            .expect("read");
        assert_eq!(settled, [whole]);
        assert_eq!(history::verify_chain(&mut conn).await, Ok(None));
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
