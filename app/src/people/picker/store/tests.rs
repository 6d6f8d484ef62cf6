use super::*;
use crate::testing::{Fixture, Result, TODAY, make, on, role};

async fn choosing(at: &Fixture, until: &str) -> Choosing {
    Choosing { trust: at.trust, today: TODAY, until: on(until), project: None, except: None, because: "" }
}

fn names(people: &[Candidate]) -> Vec<&str> {
    people.iter().map(|one| one.name.as_str()).collect()
}

async fn found(at: &Fixture, choosing: &Choosing, text: &str) -> Result<Found> {
    let mut conn = at.store.read().await?;
    Ok(candidates(&mut conn, choosing, None, text).await?.found.unwrap_or_default())
}

#[tokio::test]
async fn somebody_is_found_by_name_and_by_a_name_that_is_misspelt() -> Result {
    let at = Fixture::new().await;
    let all = choosing(&at, "2026-03-04").await;
    for text in ["trainee", "Tara", "tar tra", "Dr Trainee", "Tara Traine", "tarra trainee", "trainee acute"] {
        assert_eq!(names(&found(&at, &all, text).await?.people), ["Tara Trainee"], "{text}");
    }
    for text in ["nobody", "???", "Dr", "tara surgery"] {
        assert_eq!(found(&at, &all, text).await?.total, 0, "{text}");
    }
    let mut conn = at.store.read().await?;
    assert_eq!(candidates(&mut conn, &all, None, " ").await?.found, None, "nothing is looked for");
    let other = Choosing { except: Some(at.trainee), ..all };
    let left_out = LeftOut { name: "Tara Trainee".to_owned(), why: Why::Excepted };
    assert_eq!(found(&at, &other, "tara").await?, Found { left_out: vec![left_out], ..Found::default() });
    Ok(())
}

#[tokio::test]
async fn only_those_are_offered_who_are_there_or_begin_in_time() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    make::person(&mut change, at.trust, at.department, ["Nadia Next", "FY2"], None).await?;
    make::person(&mut change, at.trust, at.department, ["Rosa Retired", "FY2"], Some(on("2026-03-01"))).await?;
    sqlx::query(
        "update post set starts_on = '2026-04-01' where person_id = (select id from person where name = 'Nadia Next')",
    )
    .execute(&mut *change)
    .await?;
    change.commit().await?;
    let (now, later) = (choosing(&at, "2026-03-04").await, choosing(&at, "2026-12-31").await);
    let why = async |choosing: &Choosing, text: &str| -> Result<(usize, Vec<Why>)> {
        let found = found(&at, choosing, text).await?;
        Ok((found.total, found.left_out.into_iter().map(|one| one.why).collect()))
    };
    assert_eq!(why(&now, "nadia").await?, (0, vec![Why::Begins(on("2026-04-01"))]));
    let nadia = found(&at, &later, "nadia").await?.people.remove(0);
    assert_eq!((nadia.name.as_str(), nadia.starts_on), ("Nadia Next", on("2026-04-01")));
    assert_eq!(why(&later, "nadia").await?, (1, vec![]));
    assert_eq!(why(&later, "rossa").await?, (0, vec![Why::Ended(on("2026-03-01"))]), "misspelt too");
    let mut change = at.store.write().await?;
    for sql in [
        "delete from post where person_id = (select id from person where name = 'Rosa Retired')",
        "update person set closed_on = '2026-03-01' where name = 'Nadia Next'",
    ] {
        sqlx::query(sql).execute(&mut *change).await?;
    }
    change.commit().await?;
    assert_eq!(why(&later, "rosa").await?, (0, vec![Why::NoPost]));
    assert_eq!(why(&later, "nadia").await?, (0, vec![Why::Closed]));
    Ok(())
}

#[tokio::test]
async fn who_arrives_in_the_department_and_the_team_stand_first_without_a_search() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    let nadia = make::person(&mut change, at.trust, at.department, ["Nadia Next", "FY2"], None).await?;
    sqlx::query("update post set starts_on = '2026-04-01' where person_id = $1")
        .bind(nadia)
        .execute(&mut *change)
        .await?;
    role(&mut change, project, at.colleague, "member", TODAY, None).await;
    change.commit().await?;
    let of = Choosing { project: Some(project), except: Some(at.trainee), ..choosing(&at, "2026-12-31").await };
    let mut conn = at.store.read().await?;
    let offered = candidates(&mut conn, &of, Some(at.lead), "").await?;
    assert_eq!(names(&offered.arriving), ["Nadia Next"]);
    assert_eq!(names(&offered.team), ["Colin Colleague", "Sonia Supervisor"], "without who leads it");
    assert_eq!(names(&offered.chosen), ["Lena Lead"]);
    let part = candidates(&mut conn, &of, None, "colin").await?.found.unwrap_or_default().people.remove(0).in_team;
    assert_eq!(part, Some(true), "who is found is said to be in the team");
    let now = Choosing { until: TODAY, ..of };
    assert_eq!(names(&candidates(&mut conn, &now, None, "").await?.arriving), [""; 0], "they are not there yet");
    Ok(())
}

#[tokio::test]
async fn at_most_twenty_are_shown_and_their_number_is_told() -> Result {
    let at = Fixture::new().await;
    let mut change = at.store.write().await?;
    for number in 0..25 {
        let name = format!("Sam Smith{number}");
        make::person(&mut change, at.trust, at.department, [&name, "CT1"], None).await?;
    }
    // Spelled nearly like it: nobody looks for them as long as the name is somebody's.
    make::person(&mut change, at.trust, at.department, ["Aaron Smyth", "CT1"], None).await?;
    change.commit().await?;
    let found = found(&at, &choosing(&at, "2026-03-04").await, "smith").await?;
    assert_eq!((found.people.len(), found.total), (SHOWN, 25));
    assert_eq!(found.people[0].name, "Sam Smith0");
    Ok(())
}
