use super::*;
use crate::people::forgotten::model::ForgottenForm;
use crate::people::links::model::Secret;
use crate::people::store::{insert_address, password_hash};
use crate::testing::{Fixture, Result, TODAY, mail, make, noon, tie, wrong};

const TARA: &str = "tara@trust.uk";

/// The secret of the link that was mailed last; none when nothing was.
async fn mailed(conn: &mut Connection) -> Result<Option<String>> {
    let Some(mail) = outbox::claim(conn, noon()).await? else { return Ok(None) };
    outbox::sent(conn, mail.id, noon()).await?;
    let rest = mail.plain.split("/new-password?link=").nth(1).unwrap_or_default();
    Ok(Some(rest.chars().take_while(char::is_ascii_hexdigit).collect()))
}

#[tokio::test]
async fn a_forgotten_password_is_set_once_with_a_link_that_is_mailed() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    insert_address(&mut change, at.trainee, TARA, Some(noon()), noon()).await?;
    insert_address(&mut change, at.trainee, "tara@old.uk", Some(noon()), noon()).await?;
    mail_link(&mut change, &caller, &mail(), TARA).await?;
    let first = mailed(&mut change).await?.expect("a link");
    mail_link(&mut change, &caller, &mail(), TARA).await?;
    let second = mailed(&mut change).await?.expect("a link");
    assert_eq!(
        reset(&mut change, &first, TODAY, noon()).await.err(),
        Some(Error::NotFound),
        "a newer one was asked for"
    );
    assert_eq!(reset(&mut change, &second, TODAY, noon()).await?.address, TARA);
    let late = noon() + Duration::minutes(VALID_MINUTES);
    assert_eq!(reset(&mut change, &second, TODAY, late).await.err(), Some(Error::NotFound));
    let none = Secret::new();
    assert_eq!(set(&mut change, &caller, &mail(), none.as_str(), "x").await, Err(Error::NotFound));

    let before: i64 =
        sqlx::query_scalar("select count(*) from session where ended_at is null").fetch_one(&mut *change).await?;
    assert_eq!(before, 1);
    set(&mut change, &caller, &mail(), &second, "own").await?;
    assert_eq!(password_hash(&mut change, at.trainee).await?.as_deref(), Some("own"));
    let after: i64 =
        sqlx::query_scalar("select count(*) from session where ended_at is null").fetch_one(&mut *change).await?;
    assert_eq!(after, 0, "every session is ended");
    assert_eq!(set(&mut change, &caller, &mail(), &second, "again").await, Err(Error::NotFound));
    let told: Vec<String> =
        sqlx::query_scalar("select address from outbox where kind = 'password_set' order by address")
            .fetch_all(&mut *change)
            .await?;
    assert_eq!(told, ["tara@old.uk", TARA], "the owner is told wherever they read mail");
    let history = history::of_object(&mut change, at.trainee, 1).await?;
    assert_eq!(history[0].action, "set a new password with a link");
    Ok(())
}

#[tokio::test]
async fn a_link_goes_only_to_an_address_that_is_known_to_be_its_owners() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    insert_address(&mut change, at.trainee, TARA, None, noon()).await?;
    mail_link(&mut change, &caller, &mail(), "nobody@trust.uk").await?;
    mail_link(&mut change, &caller, &mail(), TARA).await?;
    assert_eq!(mailed(&mut change).await?, None, "nobody confirmed it");
    assert!(!has_owner(&mut change, TARA, TODAY).await?);
    sqlx::query("update person_address set verified_at = $1").bind(noon()).execute(&mut *change).await?;
    tie(&mut change, at.trainee, at.other_trust).await;
    mail_link(&mut change, &caller, &mail(), TARA).await?;
    assert_eq!(mailed(&mut change).await?, None, "one trust's word does not open another's account");
    sqlx::query("update person_address set proved_at = $1").bind(noon()).execute(&mut *change).await?;
    mail_link(&mut change, &caller, &mail(), TARA).await?;
    assert!(mailed(&mut change).await?.is_some());
    sqlx::query("update person set closed_on = '2026-03-01'").execute(&mut *change).await?;
    mail_link(&mut change, &caller, &mail(), TARA).await?;
    assert_eq!(mailed(&mut change).await?, None, "the account is closed");
    assert_eq!(wrong(ForgottenForm { address: "tara\r\nBcc: x".into() }.parse()), ["address"]);
    Ok(())
}

#[tokio::test]
async fn nobody_is_mailed_more_than_a_few_links_an_hour() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    make::no_way_in(&mut change, at.trainee).await?;
    insert_address(&mut change, at.trainee, TARA, Some(noon()), noon()).await?;
    for _ in 0..10 {
        mail_link(&mut change, &caller, &mail(), TARA).await?;
    }
    let written: i64 = sqlx::query_scalar("select count(*) from outbox").fetch_one(&mut *change).await?;
    assert_eq!(written, MOST_AT_A_TIME);
    let mut links = Vec::new();
    while let Some(link) = mailed(&mut change).await? {
        links.push(link);
    }
    let mut works = 0;
    for link in &links {
        works += i64::from(reset(&mut change, link, TODAY, noon()).await.is_ok());
    }
    assert_eq!(works, 1, "the last one");
    Ok(())
}
