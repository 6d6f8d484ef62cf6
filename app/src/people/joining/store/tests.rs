use super::*;
use crate::access::system;
use crate::id::DepartmentId;
use crate::people::directory::model::PostDetails;
use crate::people::joining::model::read_out;
use crate::people::store::{account, has_post};
use crate::testing::{Fixture, Result, TODAY, mail, make, noon, on};

fn organises(at: &Fixture, trust: TrustId) -> Allowed<ManageOrganisation> {
    let _ = at;
    system(ManageOrganisation(trust), Some(trust), noon())
}

/// The secret of the mail that was written last; none when it has no link to join.
async fn mailed(conn: &mut Connection) -> Result<Option<String>> {
    let Some(mail) = outbox::claim(conn, noon()).await? else { return Ok(None) };
    outbox::sent(conn, mail.id, noon()).await?;
    let secret = mail.plain.split("/join?link=").nth(1);
    Ok(secret.map(|rest| rest.chars().take_while(char::is_ascii_hexdigit).collect()))
}

fn nadia(trust: TrustId, department: DepartmentId) -> Joining {
    let post = PostDetails {
        department,
        staff_group: "Medical".to_owned(),
        grade: "ST3".to_owned(),
        starts_on: on("2026-03-01"),
        ends_on: Some(on("2026-08-04")),
        percent: 100,
    };
    Joining { trust, name: "Nadia New".to_owned(), post, password: "three random words".to_owned() }
}

#[tokio::test]
async fn whoever_proves_an_address_that_the_trust_accepts_joins_once_and_is_seen() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    let by = organises(&at, at.trust);
    assert!(!is_open(&mut change).await?);
    mail_link(&mut change, &caller, &mail(), "nadia@tamar.nhs.uk").await?;
    assert_eq!(mailed(&mut change).await?, None, "no trust accepts it");
    accept_domain(&mut change, &by, "tamar.nhs.uk", false).await?;
    assert!(is_open(&mut change).await?);
    assert_eq!(domains(&mut change, at.trust).await?, [Domain { domain: "tamar.nhs.uk".into(), shared: false }]);
    for not in ["nadia@evil.tamar.nhs.uk", "nadia@tamar.nhs.uk.evil.org", "nadia@nhs.uk"] {
        assert_eq!(accepting(&mut change, not).await?, [], "{not}");
    }
    mail_link(&mut change, &caller, &mail(), "nadia@tamar.nhs.uk").await?;
    let secret = mailed(&mut change).await?.expect("a link");
    assert_eq!(opened(&mut change, &secret, noon()).await?.address, "nadia@tamar.nhs.uk");
    let elsewhere = nadia(at.other_trust, at.department);
    let refused = join(&mut change, &caller, &secret, &elsewhere, "", "hash").await;
    assert_eq!(refused, Err(Error::NotFound), "a trust that does not accept it");

    let person = join(&mut change, &caller, &secret, &nadia(at.trust, at.department), "", "hash").await?;
    let found = account(&mut change, "nadia@tamar.nhs.uk", TODAY).await?.expect("an account");
    assert_eq!((found.person_id, found.trust_id, found.must_change), (person, Some(at.trust), false));
    assert!(has_post(&mut change, person, at.trust, TODAY).await?, "so they read at once");
    let again = join(&mut change, &caller, &secret, &nadia(at.trust, at.department), "", "hash").await;
    assert_eq!(again, Err(Error::NotFound));
    let new = joined(&mut change, at.trust).await?;
    assert_eq!((new.len(), new[0].id, new[0].post.as_str()), (1, person, "ST3, Acute medicine"));
    let other = seen(&mut change, &organises(&at, at.other_trust), person).await;
    assert_eq!(other, Err(Error::NotFound));
    seen(&mut change, &by, person).await?;
    assert!(joined(&mut change, at.trust).await?.is_empty());
    assert_eq!(seen(&mut change, &by, at.trainee).await, Err(Error::NotFound), "did not join by themselves");
    Ok(())
}

#[tokio::test]
async fn a_shared_domain_also_needs_the_code_which_changes_at_each_changeover() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    let by = organises(&at, at.trust);
    accept_domain(&mut change, &by, "nhs.net", true).await?;
    accept_domain(&mut change, &organises(&at, at.other_trust), "nhs.net", true).await?;
    mail_link(&mut change, &caller, &mail(), "nadia@nhs.net").await?;
    let secret = mailed(&mut change).await?.expect("a link");
    assert_eq!(opened(&mut change, &secret, noon()).await?.trusts.len(), 2);
    let now = code(&mut change, at.trust, TODAY).await?;
    let theirs = code(&mut change, at.other_trust, TODAY).await?;
    let later = code(&mut change, at.trust, on("2026-08-05")).await?;
    assert_eq!(code(&mut change, at.trust, on("2026-03-05")).await?, now);
    renew_code(&mut change, &by).await?;
    let renewed = code(&mut change, at.trust, TODAY).await?;
    for wrong in [String::new(), "nonsense".into(), now, theirs, later] {
        let refused = join(&mut change, &caller, &secret, &nadia(at.trust, at.department), &wrong, "hash").await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "joining_code"), "{wrong}");
    }
    join(&mut change, &caller, &secret, &nadia(at.trust, at.department), &read_out(&renewed), "hash").await?;
    Ok(())
}

#[tokio::test]
async fn whose_address_is_known_is_told_so_and_nobody_is_mailed_for_ever() -> Result {
    let at = Fixture::new().await;
    let caller = at.request(None).await;
    let mut change = at.store.write().await?;
    let by = organises(&at, at.trust);
    accept_domain(&mut change, &by, "trust.uk", false).await?;
    make::address(&mut change, at.trainee, "tara@trust.uk", true).await?;
    for address in ["tara@trust.uk", "new@trust.uk"] {
        for _ in 0..5 {
            mail_link(&mut change, &caller, &mail(), address).await?;
        }
    }
    let of_each: Vec<i64> = sqlx::query_scalar("select count(*) from outbox group by address order by address")
        .fetch_all(&mut *change)
        .await?;
    assert_eq!(of_each, [MOST_IN_AN_HOUR, MOST_IN_AN_HOUR]);
    let mut links = 0;
    for _ in 0..2 * MOST_IN_AN_HOUR {
        links += i64::from(mailed(&mut change).await?.is_some());
    }
    assert_eq!(links, MOST_IN_AN_HOUR, "whom Baton knows is told so");
    remove_domain(&mut change, &by, "trust.uk").await?;
    assert_eq!(remove_domain(&mut change, &by, "trust.uk").await, Err(Error::NotFound));
    for number in 0..MOST_DOMAINS {
        accept_domain(&mut change, &by, &format!("t{number}.uk"), false).await?;
    }
    assert!(accept_domain(&mut change, &by, "one.more.uk", false).await.is_err());
    Ok(())
}
