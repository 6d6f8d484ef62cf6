use std::future::Future as _;
use std::pin::pin;
use std::task::Poll;

use chrono::Days;

use super::*;
use crate::access::system;
use crate::testing::{Fixture, Result, TODAY, mail, make, noon, on};

/// Half past eight in London on a day.
fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(7, 30, 0).expect("a time").and_utc()
}

/// Everybody has an address that is known to be theirs, and there is a project whose lead leaves on 4 August 2026.
async fn fixture() -> Result<Fixture> {
    let at = Fixture::new().await;
    let project = at.project("Sepsis bundle").await;
    let mut change = at.store.write().await?;
    for (person, address) in [
        (at.trainee, "tara@trust.uk"),
        (at.supervisor, "sonia@trust.uk"),
        (at.lead, "lena@trust.uk"),
        (at.administrator, "adam@trust.uk"),
    ] {
        make::address(&mut change, person, address, true).await?;
    }
    // Nothing but the handover is asked: the project is measured and has its next step.
    sqlx::query("update project set last_active_on = '2026-08-01' where id = $1")
        .bind(project)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok(at)
}

async fn count_of(at: &Fixture, sql: &'static str) -> Result<i64> {
    let mut conn = at.store.read().await?;
    Ok(sqlx::query_scalar(sql).fetch_one(&mut *conn).await?)
}

/// Every mail server takes what waits.
async fn send_all(at: &Fixture, now: DateTime<Utc>) -> Result {
    let mut change = at.store.write().await?;
    while let Some(mail) = outbox::claim(&mut change, now).await? {
        outbox::sent(&mut change, mail.id, now).await?;
    }
    change.commit().await?;
    Ok(())
}

/// Whom an ask names in person on a day, and what was never told them of it: in words of its own.
const UNTOLD: &str = "select count(*) from ask a join person_address d on d.person_id = a.person_id
     where a.from_on <= $1 and a.until_on > $1 and a.rests = 0
       and not exists (select 1 from notice n where n.person_id = a.person_id and n.cause like a.kind || '|' || a.project_id || '|%')";

async fn untold(at: &Fixture, day: NaiveDate) -> Result<i64> {
    let mut conn = at.store.read().await?;
    Ok(sqlx::query_scalar(UNTOLD).bind(day).fetch_one(&mut *conn).await?)
}

/// What holds whatever happened: no cause told twice at one step, no two mails of a day, no notice without its mail.
async fn sound(at: &Fixture) -> Result {
    for (what, sql) in [
        (
            "told twice",
            "select count(*) from (select 1 from notice group by person_id, cause, step having count(*) > 1)",
        ),
        (
            "two mails a day",
            "select count(*) from (select 1 from outbox where kind = 'digest' group by person_id, substr(written_at, 1, 10) having count(*) > 1)",
        ),
        (
            "a notice without its mail",
            "select count(*) from notice n where not exists (select 1 from outbox b where b.id = n.outbox_id)",
        ),
        (
            "a mail that is not noted",
            "select count(*) from outbox b where b.kind = 'digest' and b.failed_at is null and not exists (select 1 from digest d where d.outbox_id = b.id)",
        ),
        (
            "told more than three times",
            "select count(*) from (select 1 from notice group by person_id, cause having count(*) > 3)",
        ),
    ] {
        assert_eq!(count_of(at, sql).await?, 0, "{what}");
    }
    Ok(())
}

#[tokio::test]
async fn each_step_of_an_ask_is_told_once_whoever_is_asked_then() -> Result {
    let at = fixture().await?;
    let mail = mail();
    let mut told = Vec::new();
    for day in 0..180 {
        let today = on("2026-04-20") + Days::new(day);
        let now = morning(today);
        run(&at.store, &mail, now).await?;
        assert_eq!(run(&at.store, &mail, now + Duration::hours(3)).await?, 0, "a second run says nothing");
        assert_eq!(untold(&at, today).await?, 0, "{today}");
        send_all(&at, now).await?;
        let mut conn = at.store.read().await?;
        let of_today: Vec<(String, i64)> = sqlx::query_as(
            "select p.name || ' ' || substr(n.cause, 1, instr(n.cause, '|') - 1), n.step from notice n join person p on p.id = n.person_id
             where n.on_day = $1 order by 1",
        )
        .bind(today)
        .fetch_all(&mut *conn)
        .await?;
        told.extend(of_today.into_iter().map(|(who, step)| format!("{today} {who} {step}")));
    }
    sound(&at).await?;
    let hand_over: Vec<&String> = told.iter().filter(|line| line.contains("Tara Trainee hand_over")).collect();
    assert_eq!(hand_over.len(), 3, "{told:#?}");
    assert!(told.iter().any(|line| line.contains("Lena Lead no_lead")), "{told:#?}");
    Ok(())
}

#[tokio::test]
async fn a_mail_says_what_is_wanted_why_and_how_to_stop_it() -> Result {
    let at = fixture().await?;
    let day = on("2026-05-14");
    assert_eq!(run(&at.store, &mail(), day.and_hms_opt(5, 30, 0).expect("a time").and_utc()).await?, 0, "at night");
    let now = morning(day);
    assert!(!is_time(day.and_hms_opt(5, 30, 0).expect("a time").and_utc()) && is_time(now));
    let mut conn = at.store.read().await?;
    let expected: Vec<_> =
        preview(&mut conn, &mail(), now).await?.into_iter().map(|(letter, _)| letter.address).collect();
    assert_eq!(count_of(&at, "select count(*) from outbox").await?, 0, "a preview writes nothing");
    drop(conn);
    assert_eq!(run(&at.store, &mail(), now).await?, expected.len());
    let mut change = at.store.write().await?;
    let mut to_tara = None;
    while let Some(sent) = outbox::claim(&mut change, now).await? {
        if sent.address == "tara@trust.uk" {
            to_tara = Some(sent);
        }
    }
    let words = to_tara.expect("a mail to Tara");
    for part in [
        "Dear Tara Trainee,",
        "Wanted from you",
        "Your time as lead of “Sepsis bundle” ends on 4 August 2026.",
        "You get this because you lead it.",
        "https://baton.example/account/mail",
        "You get this mail because these things wait for you in Baton",
    ] {
        assert!(words.plain.contains(part), "{part}: {}", words.plain);
    }
    assert!(words.html.contains("Sepsis bundle"));
    let stop = words.unsubscribe.expect("an address");
    let token = stop.split("for=").nth(1).unwrap_or_default();
    let secret = db::installation_secret(&mut change).await?;
    assert_eq!(super::super::model::stops(&secret, token), Some(at.trainee));
    stop_for(&mut change, at.trainee).await?;
    assert_eq!(choice(&mut change, at.trainee).await?, Often::Never);
    let listed = recipients(&mut change, morning(day + Days::new(1))).await?;
    assert!(listed.iter().all(|one| one.person != at.trainee));
    let own = system(ChangeOwnAccount(at.trainee), Some(at.trust), noon());
    set_choice(&mut change, &own, Often::Weekly).await?;
    assert_eq!(choice(&mut change, at.trainee).await?, Often::Weekly);
    Ok(())
}

async fn stop_for(conn: &mut Connection, person: PersonId) -> Result {
    stop(conn, person).await?;
    stop(conn, PersonId::new()).await?;
    Ok(())
}

#[tokio::test]
async fn a_run_that_is_ended_anywhere_is_finished_by_the_next_and_says_nothing_twice() -> Result {
    let at = fixture().await?;
    let (mail, day) = (mail(), on("2026-07-20"));
    let mut polls = 0_usize;
    loop {
        polls += 1;
        let ended = {
            let mut running = pin!(run(&at.store, &mail, morning(day)));
            let mut left = polls;
            std::future::poll_fn(|cx| match running.as_mut().poll(cx) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if left == 0 => Poll::Ready(None),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            })
            .await
        };
        sound(&at).await?;
        if let Some(done) = ended {
            done?;
            break;
        }
        assert!(polls < 2_000, "it never ends");
    }
    assert!(polls > 5, "it was ended in between: {polls}");
    assert_eq!(untold(&at, day).await?, 0);
    let people = count_of(&at, "select count(*) from digest").await?;
    assert_eq!(count_of(&at, "select count(*) from outbox where kind = 'digest'").await?, people);
    assert!(people >= 3);
    Ok(())
}

#[tokio::test]
async fn a_server_that_slept_or_whose_clock_was_set_back_misses_nothing_and_repeats_nothing() -> Result {
    for slept in [1, 3, 30] {
        let at = fixture().await?;
        let mail = mail();
        let mut day = on("2026-05-01");
        while day < on("2026-10-01") {
            run(&at.store, &mail, morning(day)).await?;
            assert_eq!(untold(&at, day).await?, 0, "slept {slept} days until {day}");
            send_all(&at, morning(day)).await?;
            // Set back by two days, and on again.
            let back = run(&at.store, &mail, morning(day - Days::new(2))).await?;
            assert_eq!(back, 0, "set back from {day}");
            day = day + Days::new(slept);
        }
        sound(&at).await?;
    }
    Ok(())
}

#[tokio::test]
async fn two_at_once_write_one_mail_each() -> Result {
    let at = fixture().await?;
    let (mail, now) = (mail(), morning(on("2026-07-20")));
    let runs = futures::future::join_all((0..4).map(|_| run(&at.store, &mail, now))).await;
    let written: usize = runs.into_iter().sum::<std::result::Result<usize, Error>>()?;
    let people = count_of(&at, "select count(*) from digest").await?;
    assert_eq!(i64::try_from(written)?, people);
    sound(&at).await
}

#[tokio::test]
async fn what_never_went_is_told_by_the_next_and_a_refused_address_is_left_alone() -> Result {
    let at = fixture().await?;
    let (mail, day) = (mail(), on("2026-07-20"));
    run(&at.store, &mail, morning(day)).await?;
    let told = count_of(&at, "select count(*) from notice").await?;
    assert!(told > 0);
    // No mail server took them: the next day they are of no use.
    let next = morning(day + Days::new(1));
    let mut change = at.store.write().await?;
    outbox::tidy(&mut change, next).await?;
    change.commit().await?;
    assert!(run(&at.store, &mail, next).await? > 0);
    assert_eq!(count_of(&at, "select count(*) from notice where on_day = '2026-07-20'").await?, 0);
    assert!(count_of(&at, "select count(*) from notice where on_day = '2026-07-21'").await? >= told);
    sound(&at).await?;

    let mut change = at.store.write().await?;
    while let Some(one) = outbox::claim(&mut change, next).await? {
        outbox::refuse(&mut change, one.id, "550 nobody", next).await?;
    }
    change.commit().await?;
    assert_eq!(run(&at.store, &mail, morning(day + Days::new(2))).await?, 0);
    assert!(run(&at.store, &mail, morning(day + Days::new(9))).await? > 0, "it is tried again after a week");
    sound(&at).await
}

#[tokio::test]
async fn whose_address_nobody_confirmed_or_who_cannot_sign_in_is_told_nothing_by_mail() -> Result {
    let at = fixture().await?;
    let mut change = at.store.write().await?;
    sqlx::query("update person_address set verified_at = null where person_id = $1")
        .bind(at.supervisor)
        .execute(&mut *change)
        .await?;
    let now = morning(on("2026-07-20"));
    let listed = recipients(&mut change, now).await?;
    assert!(listed.iter().all(|one| one.person != at.supervisor) && listed.iter().any(|one| one.person == at.lead));
    assert!(TODAY < date_in_london(now));
    Ok(())
}
