//! Accounts, passwords, ties and the demonstration's people, through the store.

use chrono::{DateTime, Utc};

use super::codes::HandedCode;
use super::directory::model::{RoleDates, TrustRole};
use super::directory::store as directory;
use super::organisation::store as organisation;
use super::ties::store::{self as ties, Again, Tied};
use super::{codes, store};
use crate::access::{ChangeOwnAccount, ChooseOwnTrust, GrantRoles, ManageOrganisation, system};
use crate::continuity::derived::DERIVED;
use crate::db::{Connection, Store};
use crate::error::Error;
use crate::history;
use crate::id::{PersonId, TrustId};
use crate::testing::{Fixture, Result, TODAY, make, noon, on};
use crate::visitor::Visitor;

const ADDRESS: &str = "tara@trust.nhs.uk";

/// Gives the trainee a confirmed address and a first password from the trust.
async fn sign_in_of_trainee(at: &Fixture, conn: &mut Connection) -> Result {
    let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
    make::no_way_in(conn, at.trainee).await?;
    directory::add_address(conn, &organises, at.trainee, ADDRESS).await?;
    directory::give_sign_in(conn, &organises, at.trainee, "first").await?;
    Ok(())
}

/// The token of a new session.
async fn signed_in(at: &Fixture, conn: &mut Connection, person: PersonId) -> Result<String> {
    let sessions = at.request(None).await.sessions;
    Ok(sessions.begin(conn, None, (person, at.trust), false, noon()).await?)
}

async fn is_signed_in(at: &Fixture, conn: &mut Connection, token: &str) -> Result<bool> {
    let visitor = at.request(None).await.sessions.visitor(conn, Some(token), noon()).await?;
    Ok(!matches!(visitor, Visitor::Nobody))
}

#[tokio::test]
async fn a_store_answers_and_has_a_secret_of_its_own() -> Result {
    // Not copies of the store that other tests begin with, which have its secret too.
    let (one, other) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let one = Store::open(&one.path().join("one.db"), DERIVED).await?;
    let other = Store::open(&other.path().join("other.db"), DERIVED).await?;
    let (mut one, mut other) = (one.read().await?, other.read().await?);
    assert_eq!(crate::db::ping(&mut one).await, Ok(()));
    let secret = crate::db::installation_secret(&mut one).await?;
    assert!(secret.len() >= 32, "{secret}");
    assert_ne!(secret, crate::db::installation_secret(&mut other).await?);
    Ok(())
}

#[tokio::test]
async fn a_first_password_has_to_be_changed_and_changing_it_ends_every_session() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    make::no_way_in(&mut change, at.trainee).await?;
    assert_eq!(store::password_hash(&mut change, at.trainee).await?, None);
    let own = system(ChangeOwnAccount(at.trainee), Some(at.trust), noon());
    assert_eq!(store::change_password(&mut change, &own, "own").await, Err(Error::NotFound), "there is none to change");
    sign_in_of_trainee(&at, &mut change).await?;
    let account = store::account(&mut change, ADDRESS, TODAY).await?.ok_or(Error::NotFound)?;
    assert_eq!((account.person_id, account.must_change), (at.trainee, true));
    assert_eq!((account.trust_id, account.trusts), (Some(at.trust), 1));

    let headers = signed_in(&at, &mut change, at.trainee).await?;
    assert!(is_signed_in(&at, &mut change, &headers).await?);
    store::change_password(&mut change, &own, "own").await?;
    assert_eq!(store::password_hash(&mut change, at.trainee).await?.as_deref(), Some("own"));
    assert!(!is_signed_in(&at, &mut change, &headers).await?);
    let account = store::account(&mut change, ADDRESS, TODAY).await?.ok_or(Error::NotFound)?;
    assert!(!account.must_change);

    store::give_password(&mut change, at.trainee, "operator's", None, noon()).await?;
    let account = store::account(&mut change, ADDRESS, TODAY).await?.ok_or(Error::NotFound)?;
    assert_eq!((account.password_hash.as_str(), account.must_change), ("operator's", true));
    Ok(())
}

#[tokio::test]
async fn a_code_sets_a_password_once_and_until_it_expires() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    sign_in_of_trainee(&at, &mut change).await?;
    let open = store::resetting(&mut change, ADDRESS, TODAY, noon()).await?.ok_or(Error::NotFound)?;
    assert_eq!((open.person_id, open.code_hash), (at.trainee, None));

    let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
    let (_, code) = codes::for_password(noon()).await?;
    directory::give_password_code(&mut change, &organises, at.trainee, &code).await?;
    let open = store::resetting(&mut change, ADDRESS, TODAY, noon()).await?.ok_or(Error::NotFound)?;
    assert_eq!(open.code_hash.as_deref(), Some(code.hash.as_str()));
    let late = store::resetting(&mut change, ADDRESS, TODAY, code.expires_at).await?.ok_or(Error::NotFound)?;
    assert_eq!(late.code_hash, None);

    let second = HandedCode { hash: "second".to_owned(), expires_at: code.expires_at };
    store::keep_password_code(&mut change, &organises, at.trainee, &second).await?;
    let request = at.request(None).await;
    let headers = signed_in(&at, &mut change, at.trainee).await?;
    assert!(
        !store::reset_password(&mut change, &request, at.trainee, &code.hash, "new").await?,
        "the second code took the place of the first"
    );
    assert!(store::reset_password(&mut change, &request, at.trainee, "second", "new").await?);
    assert!(!store::reset_password(&mut change, &request, at.trainee, "second", "newer").await?, "once");
    assert!(!is_signed_in(&at, &mut change, &headers).await?, "every session ended");
    let account = store::account(&mut change, ADDRESS, TODAY).await?.ok_or(Error::NotFound)?;
    assert_eq!((account.password_hash.as_str(), account.must_change), ("new", false));
    let told = history::of_object(&mut change, at.trainee, 1).await?;
    assert_eq!(told[0].action, "set a new password with a code");
    Ok(())
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_first_password_is_told() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
    let refused = async |change: &mut Connection| {
        format!("{:?}", directory::may_give_sign_in(change, &organises, at.colleague).await)
    };
    make::no_way_in(&mut change, at.colleague).await?;
    assert!(refused(&mut change).await.contains("no confirmed email address"));
    directory::add_address(&mut change, &organises, at.colleague, "colin@trust.nhs.uk").await?;
    assert_eq!(directory::may_give_sign_in(&mut change, &organises, at.colleague).await, Ok(()));
    directory::close(&mut change, &organises, at.colleague).await?;
    assert!(refused(&mut change).await.contains("Their account is closed"));
    directory::reopen(&mut change, &organises, at.colleague).await?;
    directory::give_sign_in(&mut change, &organises, at.colleague, "first").await?;
    assert!(refused(&mut change).await.contains("They already have a password"));
    assert_eq!(
        directory::may_give_sign_in(&mut change, &organises, at.stranger).await,
        Err(Error::NotFound),
        "somebody of another trust"
    );
    Ok(())
}

#[tokio::test]
async fn an_administrator_counts_only_when_they_can_sign_in() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let roles = system(GrantRoles(at.trust), Some(at.trust), noon());
    make::no_way_in(&mut change, at.trainee).await?;
    let administrator = TrustRole::Administrator;
    directory::grant(&mut change, &roles, at.trainee, administrator, RoleDates::default()).await?;
    let is_last = async |change: &mut Connection| {
        directory::is_last_administrator(change, at.trust, at.administrator, TODAY).await
    };
    assert_eq!(is_last(&mut change).await, Ok(true), "the trainee has no password");
    sign_in_of_trainee(&at, &mut change).await?;
    assert_eq!(is_last(&mut change).await, Ok(false));
    sqlx::query("update person set closed_on = $2 where id = $1")
        .bind(at.trainee)
        .bind(TODAY)
        .execute(&mut *change)
        .await?;
    assert_eq!(is_last(&mut change).await, Ok(true));
    Ok(())
}

#[tokio::test]
async fn a_directory_knows_its_own_people_only() -> Result {
    let at = Fixture::new().await;
    let mut conn = at.store.read().await?;
    assert_eq!(directory::is_known(&mut conn, at.trust, at.trainee).await, Ok(true));
    assert_eq!(directory::is_known(&mut conn, at.trust, at.stranger).await, Ok(false));
    assert_eq!(directory::is_known(&mut conn, at.trust, PersonId::new()).await, Ok(false));
    Ok(())
}

#[tokio::test]
async fn somebodys_departments_are_those_of_their_posts_today() -> Result {
    let at = Fixture::new().await;
    let mut conn = at.store.read().await?;
    assert_eq!(store::departments_of(&mut conn, at.trainee, at.trust, TODAY).await?, [at.department]);
    assert_eq!(store::departments_of(&mut conn, at.trainee, at.trust, on("2026-08-05")).await?, []);
    assert_eq!(store::departments_of(&mut conn, at.trainee, at.other_trust, TODAY).await?, []);
    drop(conn);
    let mut change = at.store.write().await?;
    let surgery = make::department(&mut change, at.trust, "Surgery", "General surgery").await?;
    make::post(&mut change, at.trust, surgery, at.trainee, "CT1", [Some(on("2026-05-27")), None]).await?;
    let both = store::departments_of(&mut change, at.trainee, at.trust, TODAY).await?;
    assert_eq!(both, [surgery, at.department], "the one to come first, from 12 weeks before");
    let before = store::departments_of(&mut change, at.trainee, at.trust, on("2026-03-03")).await?;
    assert_eq!(before, [at.department]);
    Ok(())
}

#[tokio::test]
async fn the_demonstrations_people_are_those_of_a_trust_that_says_that_it_is_one() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    assert_eq!(store::demo_people(&mut change, TODAY).await?.len(), 0);
    assert_eq!(store::demo_trust_of(&mut change, at.trainee).await?, None);
    sqlx::query("update trust set demonstration = 1 where id = $1").bind(at.trust).execute(&mut *change).await?;
    let people = store::demo_people(&mut change, TODAY).await?;
    let told: Vec<(PersonId, &str, &str)> =
        people.iter().map(|person| (person.id, person.role.as_str(), person.grade.as_str())).collect();
    assert_eq!(told.len(), 5);
    assert!(told.contains(&(at.lead, "Academy lead", "Consultant")), "{told:?}");
    assert!(told.contains(&(at.trainee, "", "FY2")), "{told:?}");
    let trainee = people.iter().find(|person| person.id == at.trainee).map(|person| (person.starts_on, person.last_on));
    assert_eq!(trainee, Some((Some(on("2025-08-06")), Some(on("2026-08-04")))));
    sqlx::query("update tie set state = 'asked', answered_at = null where person_id = $1")
        .bind(at.colleague)
        .execute(&mut *change)
        .await?;
    assert_eq!(
        store::demo_trust_of(&mut change, at.colleague).await?,
        None,
        "who has not accepted proves who they are"
    );
    assert_eq!(store::demo_trust_of(&mut change, at.trainee).await?, Some(at.trust));
    assert_eq!(store::demo_trust_of(&mut change, at.stranger).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_trust_that_asks_gets_an_answer_with_its_code_and_knows_the_name_that_it_wrote_until_then() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
    assert_eq!(
        ties::ask(&mut change, &organises, at.trust, at.trainee, "Tara", Again::No).await?,
        Tied::Accepted,
        "one who has accepted is not asked"
    );
    let ask = async |change: &mut Connection, again| {
        ties::ask(change, &organises, at.trust, at.stranger, "Stella S.", again).await
    };
    assert_eq!(ask(&mut change, Again::No).await?, Tied::Asked);
    assert_eq!(store::name_in(&mut change, at.trust, at.stranger).await?, "Stella S.");
    assert_eq!(store::name_in(&mut change, at.other_trust, at.stranger).await?, "Stella Stranger");
    let questions = ties::questions(&mut change, at.stranger).await?;
    assert_eq!(questions.len(), 1);
    assert_eq!((questions[0].trust_id, questions[0].named.as_str()), (at.trust, "Stella S."));
    assert!(questions[0].needs_code);

    let own = system(ChooseOwnTrust(at.stranger), Some(at.other_trust), noon());
    assert_eq!(ties::answer(&mut change, &own, at.trust, true, None).await, Err(Error::Conflict), "it needs a code");
    let (_, code) = codes::for_answer(noon()).await?;
    let proof = ties::proof(&mut change, at.stranger, at.trust, noon()).await?;
    assert_eq!((proof.needs_code, proof.code_hash), (true, None));
    ties::keep_code(&mut change, &organises, at.stranger, &code).await?;
    let proof = ties::proof(&mut change, at.stranger, at.trust, noon()).await?;
    assert_eq!(proof.code_hash.as_deref(), Some(code.hash.as_str()));
    assert_eq!(ties::proof(&mut change, at.stranger, at.trust, code.expires_at).await?.code_hash, None);
    assert_eq!(
        ties::answer(&mut change, &own, at.trust, true, Some("another")).await,
        Err(Error::Conflict),
        "the code was replaced meanwhile"
    );

    ties::answer(&mut change, &own, at.trust, false, None).await?;
    assert_eq!(ask(&mut change, Again::No).await?, Tied::Asked, "their answer stands");
    assert_eq!(ties::questions(&mut change, at.stranger).await?.len(), 0);
    ask(&mut change, Again::Yes).await?;
    assert_eq!(ties::questions(&mut change, at.stranger).await?.len(), 1, "asked again by who may");
    directory::give_answer_code(&mut change, &organises, at.stranger, &code).await?;
    ties::answer(&mut change, &own, at.trust, true, Some(&code.hash)).await?;
    assert_eq!(store::name_in(&mut change, at.trust, at.stranger).await?, "Stella Stranger");
    assert_eq!(ties::proof(&mut change, at.stranger, at.trust, noon()).await.err(), Some(Error::NotFound));
    assert!(ties::keep_code(&mut change, &organises, at.stranger, &code).await.is_err(), "they have answered");
    Ok(())
}

#[tokio::test]
async fn a_session_moves_to_a_trust_that_was_accepted_and_to_no_other() -> Result {
    let at = Fixture::new().await;
    let request = at.request(Some(at.trainee)).await;
    let session = request.visitor.person()?.session.clone();
    let mut change = at.store.write().await?;
    let own = system(ChooseOwnTrust(at.trainee), Some(at.trust), noon());
    let moved = ties::choose(&mut change, &own, &session, at.other_trust).await;
    assert_eq!(moved, Err(Error::NotFound));
    let there = system(ManageOrganisation(at.other_trust), Some(at.other_trust), noon());
    ties::insert_new(&mut change, &there, at.other_trust, at.trainee, "Tara Trainee").await?;
    ties::choose(&mut change, &own, &session, at.other_trust).await?;
    let now: String = sqlx::query_scalar("select trust_id from session where token_hash = $1")
        .bind(&session)
        .fetch_one(&mut *change)
        .await?;
    assert_eq!(now, at.other_trust.to_string());
    Ok(())
}

#[tokio::test]
async fn a_question_is_taken_back_when_nothing_is_left_of_what_was_asked_for() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
    ties::ask(&mut change, &organises, at.trust, at.stranger, "Stella S.", Again::No).await?;
    let away = "insert into away (id, person_id, trust_id, starts_on, ends_on) values ('a', $1, $2, '2026-05-01', '2026-05-02')";
    sqlx::query(away).bind(at.stranger).bind(at.trust).execute(&mut *change).await?;
    assert_eq!(
        ties::take_back(&mut change, &organises, at.stranger).await,
        Ok(false),
        "the trust knows when they are away"
    );
    sqlx::query("delete from away where id = 'a'").execute(&mut *change).await?;
    assert_eq!(ties::take_back(&mut change, &organises, at.stranger).await, Ok(true));
    assert_eq!(ties::take_back(&mut change, &organises, at.stranger).await, Ok(false));
    assert_eq!(ties::take_back(&mut change, &organises, at.trainee).await, Ok(false), "what was accepted stays");
    Ok(())
}

#[tokio::test]
async fn a_site_is_found_by_its_own_trust_only() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
    let id = organisation::add_site(&mut change, &organises, "Northgate").await?;
    let site = organisation::site(&mut change, at.trust, id).await?;
    assert_eq!((site.name.as_str(), site.retired_on, site.departments), ("Northgate", None, 0));
    assert_eq!(organisation::site(&mut change, at.other_trust, id).await.err(), Some(Error::NotFound));
    Ok(())
}

#[tokio::test]
async fn a_trust_and_its_first_person_are_made_once() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    let trust = TrustId::new();
    let makes = system(ManageOrganisation(trust), Some(trust), noon());
    organisation::add_trust(&mut change, &makes, "New Trust").await?;
    let twice = organisation::add_trust(&mut change, &makes, "New Trust").await;
    assert!(matches!(twice, Err(Error::Invalid(_))), "{twice:?}");
    assert_eq!(organisation::trust_named(&mut change, "New Trust").await?, Some(trust));
    assert_eq!(organisation::trust_named(&mut change, "Nowhere").await?, None);
    let grants = system(GrantRoles(trust), Some(trust), noon());
    let role = TrustRole::Administrator;
    let ada = directory::add_first_person(&mut change, &grants, "Ada", "ada@new.uk", "hash", role).await?;
    let known = directory::person(&mut change, trust, ada).await?;
    assert!(known.has(TrustRole::Administrator, TODAY) && known.signs_in);
    let twice = directory::add_first_person(&mut change, &grants, "Ada", "ada@new.uk", "hash", role).await;
    assert!(matches!(twice, Err(Error::Invalid(_))), "{twice:?}");
    Ok(())
}

#[tokio::test]
async fn a_closed_account_is_found_by_its_address_and_opened_for_its_owner() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    sign_in_of_trainee(&at, &mut change).await?;
    assert_eq!(directory::closed_person(&mut change, ADDRESS).await?, None, "it is open");
    let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
    directory::close(&mut change, &organises, at.trainee).await?;
    assert_eq!(directory::closed_person(&mut change, ADDRESS).await?, Some(at.trainee));
    let own = system(ChangeOwnAccount(at.trainee), None, noon());
    directory::reopen_own(&mut change, &own).await?;
    assert_eq!(directory::closed_person(&mut change, ADDRESS).await?, None);
    Ok(())
}

#[tokio::test]
async fn a_new_session_ends_the_one_before_and_the_next_opens_in_its_trust() -> Result {
    let at = Fixture::new().await;
    let sessions = at.request(None).await.sessions;
    let mut change = at.store.write().await?;
    sign_in_of_trainee(&at, &mut change).await?;
    let whose = (at.trainee, at.trust);
    let first = store::begin_session(&mut change, sessions, None, whose, false, noon()).await?;
    let second = store::begin_session(&mut change, sessions, Some(&first), whose, false, noon()).await?;
    assert!(!is_signed_in(&at, &mut change, &first).await?);
    assert!(is_signed_in(&at, &mut change, &second).await?);
    let used = "select used_at from tie where person_id = $1 and trust_id = $2";
    let at_first: Option<DateTime<Utc>> =
        sqlx::query_scalar(used).bind(at.trainee).bind(at.trust).fetch_one(&mut *change).await?;
    assert_eq!(at_first, Some(noon()));
    let later = noon() + chrono::Duration::hours(1);
    ties::note_used(&mut change, at.trainee, at.trust, later).await?;
    let at_last: Option<DateTime<Utc>> =
        sqlx::query_scalar(used).bind(at.trainee).bind(at.trust).fetch_one(&mut *change).await?;
    assert_eq!(at_last, Some(later));
    Ok(())
}

#[tokio::test]
async fn a_post_counts_on_its_days_in_the_trust_that_was_accepted() -> Result {
    let at = Fixture::new().await;
    let mut conn = at.store.read().await?;
    assert!(store::has_post(&mut conn, at.trainee, at.trust, TODAY).await?);
    assert!(!store::has_post(&mut conn, at.trainee, at.trust, on("2026-08-05")).await?, "it has ended");
    assert!(!store::has_post(&mut conn, at.trainee, at.other_trust, TODAY).await?);
    Ok(())
}

#[tokio::test]
async fn a_sign_in_that_waited_notices_that_the_password_was_changed_or_the_account_closed() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    sign_in_of_trainee(&at, &mut change).await?;
    let read = store::account(&mut change, ADDRESS, TODAY).await?.expect("an account");
    assert!(store::is_unchanged(&mut change, &read, ADDRESS, TODAY).await?);
    for since in [
        "update credential set must_change = 1 - must_change where person_id = $1",
        "update credential set password_hash = 'another', must_change = 1 - must_change where person_id = $1",
        "update person set closed_on = '2026-03-04' where id = $1",
    ] {
        sqlx::query(since).bind(at.trainee).execute(&mut *change).await?;
        assert!(!store::is_unchanged(&mut change, &read, ADDRESS, TODAY).await?, "{since}");
    }
    Ok(())
}

#[tokio::test]
async fn a_new_trust_has_the_changeover_dates_of_two_years() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    sqlx::query("delete from changeover").execute(&mut *change).await?;
    organisation::add_changeovers(&mut change, at.trust, TODAY).await?;
    let days: Vec<(TrustId, String)> =
        sqlx::query_as("select trust_id, on_day from changeover order by on_day").fetch_all(&mut *change).await?;
    assert!(days.iter().all(|(trust, _)| *trust == at.trust));
    let days: Vec<&str> = days.iter().map(|(_, day)| day.as_str()).collect();
    let first_wednesdays = [
        "2026-04-01",
        "2026-08-05",
        "2026-12-02",
        "2027-02-03",
        "2027-04-07",
        "2027-08-04",
        "2027-12-01",
        "2028-02-02",
    ];
    assert_eq!(days, first_wednesdays);
    Ok(())
}
