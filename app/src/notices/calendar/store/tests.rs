use super::*;
use crate::access::system;
use crate::testing::{Fixture, Result, TODAY, make, noon, on};

fn own(at: &Fixture) -> Allowed<ChangeOwnAccount> {
    system(ChangeOwnAccount(at.trainee), Some(at.trust), noon())
}

#[tokio::test]
async fn a_calendar_opens_to_its_secret_until_it_is_taken_back() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    assert_eq!(made_at(&mut change, at.trainee).await?, None);
    let first = make(&mut change, &own(&at)).await?;
    let second = make(&mut change, &own(&at)).await?;
    assert_eq!(owner(&mut change, first.as_str(), TODAY).await, Err(Error::NotFound), "a new one ends it");
    assert_eq!(owner(&mut change, second.as_str(), TODAY).await?, at.trainee);
    assert_eq!(made_at(&mut change, at.trainee).await?, Some(noon()));
    sqlx::query("update person set closed_on = '2026-03-01' where id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    assert_eq!(owner(&mut change, second.as_str(), TODAY).await, Err(Error::NotFound), "the account is closed");
    sqlx::query("update person set closed_on = null").execute(&mut *change).await?;
    revoke(&mut change, &own(&at)).await?;
    assert_eq!(owner(&mut change, second.as_str(), TODAY).await, Err(Error::NotFound));
    Ok(())
}

#[tokio::test]
async fn what_feeds_tell_is_noted_beside_them_and_once() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    at.measure(project).await;
    let mut change = at.store.write().await?;
    make(&mut change, &own(&at)).await?;
    change.commit().await?;
    assert_eq!(note_all(&at.store, noon()).await?, 1);
    assert_eq!(note_all(&at.store, noon()).await?, 0);
    Ok(())
}

#[tokio::test]
async fn the_days_of_ones_own_projects_are_in_it() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let other = at.project("Falls").await;
    let measure = at.measure(project).await;
    let mut change = at.store.write().await?;
    make::task(&mut change, project, at.trainee, "Ask the ward", Some(on("2026-03-20"))).await?;
    sqlx::query("update project set review_on = '2026-05-01', reaudit_on = '2026-06-01', problem = 'Much too late' where id = $1")
        .bind(project)
        .execute(&mut *change)
        .await?;
    sqlx::query("update measure set last_on = null, starts_on = '2026-03-11' where id = $1")
        .bind(measure)
        .execute(&mut *change)
        .await?;
    sqlx::query("update project set status = 'draft', reference = null, review_on = '2026-05-02' where id = $1")
        .bind(other)
        .execute(&mut *change)
        .await?;
    let titles = |entries: &[Entry]| entries.iter().map(|one| format!("{} {}", one.on, one.title)).collect::<Vec<_>>();
    let found = titles(&entries(&mut change, at.trainee, TODAY).await?);
    for expected in [
        "2026-03-11 Measure: Antibiotics within the hour (Sepsis)",
        "2026-05-01 Look again: Sepsis",
        "2026-06-01 Re-audit: Sepsis",
        "2026-08-05 Changeover at Tamar Vale",
    ] {
        assert!(found.iter().any(|one| one == expected), "{expected}: {found:?}");
    }
    assert!(
        found.iter().any(|one| one.starts_with("2026-03-20") && one.contains("Ask the ward (Sepsis)")),
        "{found:?}"
    );
    assert!(found.iter().all(|one| !one.contains("Falls") && !one.contains("late")), "no draft, no problem: {found:?}");
    let theirs = entries(&mut change, at.stranger, TODAY).await?;
    assert!(theirs.iter().all(|one| one.title.starts_with("Changeover at Other Shire")), "{theirs:?}");
    Ok(())
}

#[tokio::test]
async fn what_goes_is_told_as_cancelled_for_a_while() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let measure = at.measure(project).await;
    let mut change = at.store.write().await?;
    sqlx::query("update measure set last_on = null, starts_on = '2026-03-11' where id = $1")
        .bind(measure)
        .execute(&mut *change)
        .await?;
    let (shown, is_new) = feed(&mut change, at.trainee, noon()).await?;
    assert!(is_new && shown.iter().all(|one| !one.is_cancelled && one.sequence == 0));
    note(&mut change, at.trainee, noon()).await?;
    assert!(!feed(&mut change, at.trainee, noon()).await?.1, "nothing changed");
    sqlx::query("update measure set last_on = null, starts_on = '2026-03-18' where id = $1")
        .bind(measure)
        .execute(&mut *change)
        .await?;
    let later = noon() + Duration::hours(5);
    let shown = note(&mut change, at.trainee, later).await?;
    let of = |shown: &[Shown], day: &str| {
        let found = shown.iter().find(|one| one.entry.on == on(day) && one.entry.title.starts_with("Measure"));
        found.map(|one| (one.is_cancelled, one.sequence))
    };
    assert_eq!(of(&shown, "2026-03-11"), Some((true, 1)), "it was there, and is cancelled");
    assert_eq!(of(&shown, "2026-03-18"), Some((false, 0)));
    sqlx::query("update measure set last_on = null, starts_on = '2026-03-11' where id = $1")
        .bind(measure)
        .execute(&mut *change)
        .await?;
    let (shown, _) = feed(&mut change, at.trainee, later).await?;
    assert_eq!(of(&shown, "2026-03-11"), Some((false, 2)), "it is there again");
    sqlx::query("update measure set last_on = null, starts_on = '2026-03-18' where id = $1")
        .bind(measure)
        .execute(&mut *change)
        .await?;
    let (shown, _) = feed(&mut change, at.trainee, later + CANCELLED).await?;
    assert_eq!(of(&shown, "2026-03-11"), None, "after a while it is forgotten");
    Ok(())
}
