use super::*;
use crate::access::system;
use crate::people::directory::store::add_address;
use crate::people::invitations::model::{How, VALID_DAYS};
use crate::people::links::model::Secret;
use crate::people::store::{insert_address, password_hash};
use crate::people::ties::store::{self as ties, Again};
use crate::testing::{Fixture, Result, TODAY, mail, make, noon, on};

fn organises(at: &Fixture) -> Allowed<ManageOrganisation> {
    system(ManageOrganisation(at.trust), Some(at.trust), noon())
}

fn told<T: std::fmt::Debug>(refused: std::result::Result<T, Error>) -> String {
    match refused {
        Err(Error::Invalid(errors)) => errors[0].message.clone(),
        other => panic!("{other:?}"),
    }
}

/// The colleague without a way in, with an address that somebody confirmed, or nobody.
async fn newcomer(at: &Fixture, conn: &mut Connection, confirmed: bool) -> Result<PersonId> {
    make::no_way_in(conn, at.colleague).await?;
    if confirmed {
        add_address(conn, &organises(at), at.colleague, "colin@trust.uk").await?;
    } else {
        insert_address(conn, at.colleague, "colin@trust.uk", None, noon()).await?;
    }
    Ok(at.colleague)
}

/// The secret of the mail that was written last.
async fn mailed(conn: &mut Connection) -> Result<String> {
    let mail = outbox::claim(conn, noon()).await?.expect("a mail");
    outbox::sent(conn, mail.id, noon()).await?;
    let rest = mail.plain.split("/invitation?link=").nth(1).unwrap_or_default();
    Ok(rest.chars().take_while(char::is_ascii_hexdigit).collect())
}

async fn proved(conn: &mut Connection, person: PersonId) -> Result<(bool, bool)> {
    let sql = "select verified_at is not null, proved_at is not null from person_address where person_id = $1";
    Ok(sqlx::query_as(sql).bind(person).fetch_one(conn).await?)
}

#[tokio::test]
async fn a_mailed_invitation_sets_a_first_password_once_and_proves_the_address() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    let colin = newcomer(&at, &mut change, false).await?;
    let invited = invite(&mut change, &organises(&at), colin, How::ByMail(&mail())).await?;
    assert_eq!(invited.secret, None, "nobody but the addressee has it");
    assert_eq!(last_day(invited.expires_at), TODAY + Days::new(VALID_DAYS));
    let secret = mailed(&mut change).await?;
    let listed = candidates(&mut change, at.trust, TODAY).await?;
    assert!(listed[0].id == colin && listed[0].by_mail && listed[0].invited_at.is_some() && !listed[0].by_hand);
    let (_, by_mail, _) = last_invited(&mut change, at.trust, colin, noon()).await?.expect("an invitation");
    assert!(by_mail);

    let opened = invitation(&mut change, &secret, TODAY, noon()).await?;
    assert_eq!((opened.person, opened.address.as_str(), opened.has_password), (colin, "colin@trust.uk", false));
    assert_eq!(invitation(&mut change, &secret, TODAY, noon()).await?.person, colin, "looking at it changes nothing");
    assert_eq!(accept(&mut change, &caller, &secret, None).await, Err(Error::Conflict));
    assert_eq!(invitation(&mut change, Secret::new().as_str(), TODAY, noon()).await.err(), Some(Error::NotFound));
    Ok(())
}

#[tokio::test]
async fn an_invitation_is_accepted_once_and_leaves_a_way_in() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    let colin = newcomer(&at, &mut change, false).await?;
    invite(&mut change, &organises(&at), colin, How::ByMail(&mail())).await?;
    let secret = mailed(&mut change).await?;
    assert_eq!(proved(&mut change, colin).await?, (false, false));
    assert_eq!(accept(&mut change, &caller, &secret, Some("own")).await?, (colin, at.trust));
    assert_eq!(proved(&mut change, colin).await?, (true, true));
    let account = crate::people::store::account(&mut change, "colin@trust.uk", TODAY).await?.expect("an account");
    assert_eq!((account.password_hash.as_str(), account.must_change), ("own", false), "nobody else knows it");
    assert_eq!(accept(&mut change, &caller, &secret, Some("again")).await, Err(Error::NotFound));
    assert_eq!(password_hash(&mut change, colin).await?.as_deref(), Some("own"));
    let again = invite(&mut change, &organises(&at), colin, How::ByMail(&mail())).await;
    assert!(told(again).contains("has a password already"));
    let history = history::of_object(&mut change, colin, 2).await?;
    assert_eq!(history[0].action, "set a first password with an invitation");
    assert_eq!(history[0].actor.as_deref(), Some("Colin Colleague"));
    Ok(())
}

#[tokio::test]
async fn a_link_that_is_handed_over_is_a_first_password_in_person_and_proves_nothing() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    let colin = newcomer(&at, &mut change, true).await?;
    let first = invite(&mut change, &organises(&at), colin, How::ByHand).await?.secret.expect("a secret");
    let second = invite(&mut change, &organises(&at), colin, How::ByHand).await?.secret.expect("a secret");
    assert!(candidates(&mut change, at.trust, TODAY).await?[0].by_hand);
    assert_eq!(signs_in_as(&mut change, at.trust, colin).await?.1, "colin@trust.uk");
    let old = accept(&mut change, &caller, first.as_str(), Some("own")).await;
    assert_eq!(old, Err(Error::NotFound), "a newer one took its place");
    let kept: Vec<String> = sqlx::query_scalar("select secret_hash from access_link").fetch_all(&mut *change).await?;
    assert!(kept.iter().all(|hash| hash != second.as_str()) && kept.contains(&second.hash()));

    // Meanwhile another trust asks for them: what is handed over by one is not enough any more.
    let there = system(ManageOrganisation(at.other_trust), Some(at.other_trust), noon());
    ties::ask(&mut change, &there, at.other_trust, colin, "Colin", Again::Yes).await?;
    assert_eq!(accept(&mut change, &caller, second.as_str(), Some("own")).await, Err(Error::NotFound));
    assert!(told(invite(&mut change, &organises(&at), colin, How::ByHand).await).contains("another trust"));
    sqlx::query("delete from tie where trust_id = $1").bind(at.other_trust).execute(&mut *change).await?;
    accept(&mut change, &caller, second.as_str(), Some("own")).await?;
    assert_eq!(proved(&mut change, colin).await?, (true, false));
    Ok(())
}

#[tokio::test]
async fn somebody_with_a_password_elsewhere_accepts_the_trust_and_keeps_it() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(Some(at.stranger)).await;
    let mut change = at.store.write().await?;
    insert_address(&mut change, at.stranger, "stella@other.uk", Some(noon()), noon()).await?;
    insert_address(&mut change, at.stranger, "trap@other.uk", Some(noon()), noon() + chrono::Duration::days(1)).await?;
    sqlx::query("update person_address set proved_at = verified_at").execute(&mut *change).await?;
    make::post(&mut change, at.trust, at.department, at.stranger, "ST3", [Some(on("2026-04-01")), None]).await?;
    ties::ask(&mut change, &organises(&at), at.trust, at.stranger, "Stella", Again::Yes).await?;
    let nowhere = invite(&mut change, &organises(&at), at.stranger, How::ByMail(&mail())).await;
    assert!(told(nowhere).contains("no email address"), "by which the trust found them");
    ties::note_address(&mut change, at.trust, at.stranger, "stella@other.uk").await?;
    let before = password_hash(&mut change, at.stranger).await?;
    assert!(told(invite(&mut change, &organises(&at), at.stranger, How::ByHand).await).contains("has not accepted"));
    let invited = invite(&mut change, &organises(&at), at.stranger, How::ByMail(&mail())).await?;
    assert_eq!(last_day(invited.expires_at), on("2026-04-29"), "four weeks after the post begins");
    let secret = mailed(&mut change).await?;
    let opened = invitation(&mut change, &secret, TODAY, noon()).await?;
    assert!(opened.has_password);
    assert_eq!(opened.address, "stella@other.uk", "and to none that another trust added since");
    accept(&mut change, &caller, &secret, None).await?;
    assert_eq!(password_hash(&mut change, at.stranger).await?, before);
    assert!(ties::questions(&mut change, at.stranger).await?.is_empty());
    let proved: i64 = sqlx::query_scalar("select count(*) from person_address where proved_at is not null")
        .fetch_one(&mut *change)
        .await?;
    assert_eq!(proved, 1, "of what an earlier trust may have proved nothing is left");
    Ok(())
}

#[tokio::test]
async fn who_cannot_be_invited_is_said_with_the_reason() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let by = organises(&at);
    make::no_way_in(&mut change, at.colleague).await?;
    assert!(told(invite(&mut change, &by, at.colleague, How::ByMail(&mail())).await).contains("no email address"));
    assert!(told(invite(&mut change, &by, at.colleague, How::ByHand).await).contains("no confirmed email address"));
    let unsent = outbox::Mail { sends: false, ..mail() };
    assert!(told(invite(&mut change, &by, at.colleague, How::ByMail(&unsent)).await).contains("No mail server"));
    let unknown = invite(&mut change, &by, at.stranger, How::ByMail(&mail())).await;
    assert_eq!(unknown.err(), Some(Error::NotFound), "somebody else's");
    insert_address(&mut change, at.colleague, "colin@trust.uk", Some(noon()), noon()).await?;
    invite(&mut change, &by, at.colleague, How::ByMail(&mail())).await?;
    let secret = mailed(&mut change).await?;
    sqlx::query("update person set closed_on = '2026-03-01' where id = $1")
        .bind(at.colleague)
        .execute(&mut *change)
        .await?;
    assert!(told(invite(&mut change, &by, at.colleague, How::ByMail(&mail())).await).contains("is closed"));
    assert_eq!(invitation(&mut change, &secret, TODAY, noon()).await.err(), Some(Error::NotFound), "closed meanwhile");
    sqlx::query("update person set closed_on = null").execute(&mut *change).await?;
    let expired = noon() + chrono::Duration::days(40);
    assert_eq!(invitation(&mut change, &secret, TODAY, expired).await.err(), Some(Error::NotFound));
    sqlx::query("delete from person_address").execute(&mut *change).await?;
    assert_eq!(
        invitation(&mut change, &secret, TODAY, noon()).await.err(),
        Some(Error::NotFound),
        "no address of theirs"
    );
    Ok(())
}
