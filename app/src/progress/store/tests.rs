use chrono::NaiveDate;

use super::*;
use crate::access::{Coordinate, system};
use crate::progress::model::{LinkForm, TaskForm, UpdateForm};
use crate::testing::{Fixture, Result, TODAY, make, noon, on, role};

async fn step(conn: &mut Connection, project: ProjectId) -> Result<Option<(String, Option<NaiveDate>)>> {
    let (what, due_on): (Option<String>, Option<NaiveDate>) =
        sqlx::query_as(concat!("select ", next_step!("$1", "what"), ", ", next_step!("$1", "due_on")))
            .bind(project)
            .fetch_one(conn)
            .await?;
    Ok(what.map(|what| (what, due_on)))
}

fn to_do(what: &str, due_on: &str) -> TaskForm {
    TaskForm { what: what.into(), due_on: due_on.into(), person: String::new() }
}

#[tokio::test]
async fn the_first_open_task_is_the_next_step_and_the_timeline_knows_its_day() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, WriteProgress(project)).await?;
    assert_eq!(step(&mut change, project).await?, None);
    tasks::add(&mut change, &allowed, &to_do("Some day", "").parse(TODAY, None)?).await?;
    tasks::add(&mut change, &allowed, &to_do("Later", "20 3 2026").parse(TODAY, None)?).await?;
    let first = tasks::add(&mut change, &allowed, &to_do("Ask the ward", "10 3 2026").parse(TODAY, None)?).await?;
    assert!(tasks::mine(&mut change, at.trust, at.trainee, TODAY, (20, 0)).await?.is_empty(), "nobody has them yet");
    assert_eq!(step(&mut change, project).await?, Some(("Ask the ward".into(), Some(on("2026-03-10")))));
    let open: Vec<String> = tasks::open(&mut change, project, TODAY).await?.into_iter().map(|task| task.what).collect();
    assert_eq!(open, ["Ask the ward", "Later", "Some day"]);
    change.commit().await?;

    let passed = "select from_on from ask where project_id = $1 and kind = 'step_passed' order by from_on limit 1";
    let mut change = at.store.write().await?;
    let asked: Option<NaiveDate> = sqlx::query_scalar(passed).bind(project).fetch_optional(&mut *change).await?;
    assert_eq!(asked, Some(on("2026-03-11")));
    let task = tasks::task(&mut change, first, TODAY).await?;
    tasks::set_done(&mut change, &allowed, &task, true, task.version).await?;
    assert_eq!(tasks::set_done(&mut change, &allowed, &task, true, task.version).await, Err(Error::Conflict));
    assert_eq!(step(&mut change, project).await?, Some(("Later".into(), Some(on("2026-03-20")))));
    change.commit().await?;
    let mut change = at.store.write().await?;
    let asked: Option<NaiveDate> = sqlx::query_scalar(passed).bind(project).fetch_optional(&mut *change).await?;
    assert_eq!(asked, Some(on("2026-03-21")), "what is done is asked about no more");
    let task = tasks::task(&mut change, first, TODAY).await?;
    tasks::set_done(&mut change, &allowed, &task, false, task.version).await?;
    assert_eq!(step(&mut change, project).await?.map(|(what, _)| what).as_deref(), Some("Ask the ward"));
    Ok(())
}

#[tokio::test]
async fn a_task_says_who_has_it_and_when_they_have_left() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, WriteProgress(project)).await?;
    let of = |person: crate::id::PersonId| TaskForm { person: person.to_string(), ..to_do("Ask the ward", "") };
    let outside = tasks::add(&mut change, &allowed, &of(at.colleague).parse(TODAY, None)?).await;
    assert!(matches!(outside, Err(Error::Invalid(errors)) if errors[0].field == "person"));
    role(&mut change, project, at.colleague, "member", TODAY, None).await;
    let id = tasks::add(&mut change, &allowed, &of(at.colleague).parse(TODAY, None)?).await?;
    assert!(!tasks::task(&mut change, id, TODAY).await?.gone);
    let after = on("2026-08-05");
    assert!(tasks::task(&mut change, id, after).await?.gone, "their post is over");
    sqlx::query("update team_role set until_on = $2 where person_id = $1")
        .bind(at.colleague)
        .bind(TODAY)
        .execute(&mut *change)
        .await?;
    let task = tasks::task(&mut change, id, TODAY).await?;
    assert!(task.gone, "they are in the team no more");
    let said = TaskForm { what: "Ask the ward again".into(), ..of(at.colleague) }.parse(TODAY, None)?;
    tasks::edit(&mut change, &allowed, &task, &said, task.version).await?;
    assert_eq!(tasks::edit(&mut change, &allowed, &task, &said, task.version).await, Err(Error::Conflict));
    let task = tasks::task(&mut change, id, TODAY).await?;
    assert_eq!((task.what.as_str(), task.person.as_deref()), ("Ask the ward again", Some("Colin Colleague")));
    Ok(())
}

#[tokio::test]
async fn what_a_handover_says_of_the_next_step_is_a_task_and_never_two() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, WriteProgress(project)).await?;
    let day = Some(on("2026-04-01"));
    for (words, due_on) in [("Ask the ward", None), ("Ask the ward", day), ("", Some(on("2026-05-01")))] {
        tasks::set_next_step(&mut change, &allowed, project, words, due_on).await?;
    }
    assert_eq!(step(&mut change, project).await?, Some(("Ask the ward".into(), day)));
    assert_eq!(tasks::open(&mut change, project, TODAY).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn an_update_is_changed_by_whoever_wrote_it_deleted_and_put_back() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let (mine, theirs) = (at.request(Some(at.trainee)).await, at.request(Some(at.supervisor)).await);
    let mut change = at.store.write().await?;
    let allowed = mine.require(&mut change, WriteProgress(project)).await?;
    let said = |words: &str| UpdateForm { words: words.into(), on_day: "2 3 2026".into() }.parse(TODAY);
    let id = updates::post(&mut change, &allowed, &said("Met the ward: they agreed")?).await?;
    updates::post(&mut change, &allowed, &UpdateForm { words: "Began".into(), ..Default::default() }.parse(TODAY)?)
        .await?;
    let before = updates::update(&mut change, id).await?;
    let supervisor = theirs.require(&mut change, WriteProgress(project)).await?;
    let refused = updates::edit(&mut change, &supervisor, &before, &said("They refused")?, 1).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    updates::edit(&mut change, &allowed, &before, &said("Met the ward")?, 1).await?;
    assert_eq!(updates::edit(&mut change, &allowed, &before, &said("Again")?, 1).await, Err(Error::Conflict));
    let newest = updates::newest(&mut change, project).await?;
    assert_eq!(
        newest.iter().map(|one| (one.words.as_str(), one.changed)).collect::<Vec<_>>(),
        [("Began", false), ("Met the ward", true)]
    );

    let thing = Thing::Update(id);
    assert_eq!(project_of(&mut change, thing).await, Ok(project));
    set_removed(&mut change, &supervisor, thing, true, 2).await?;
    assert_eq!(updates::page(&mut change, project, 0).await?.1, 1);
    assert_eq!(updates::removed(&mut change, project).await?.len(), 1);
    assert_eq!(set_removed(&mut change, &supervisor, thing, true, 3).await, Err(Error::Conflict));
    set_removed(&mut change, &supervisor, thing, false, 3).await?;
    assert_eq!(updates::page(&mut change, project, 0).await?.0.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_project_holds_ten_links_and_an_eleventh_comes_back_only_when_one_goes() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, WriteProgress(project)).await?;
    let said = LinkForm {
        kind: "folder".into(),
        title: "Shared drive".into(),
        address: "https://example.nhs.uk/qi".into(),
        account: "Acute medicine’s mailbox".into(),
    };
    let first = links::add(&mut change, &allowed, &said.parse()?).await?;
    set_removed(&mut change, &allowed, Thing::Link(first), true, 1).await?;
    assert_eq!(links::removed(&mut change, project).await?.len(), 1);
    let mut last = first;
    for _ in 0..kinds::MOST_LINKS {
        last = links::add(&mut change, &allowed, &said.parse()?).await?;
    }
    assert!(matches!(links::add(&mut change, &allowed, &said.parse()?).await, Err(Error::Invalid(_))));
    let back = set_removed(&mut change, &allowed, Thing::Link(first), false, 2).await;
    assert!(matches!(back, Err(Error::Invalid(_))), "{back:?}");
    let before = links::link(&mut change, last).await?;
    let moved = LinkForm { kind: "dashboard".into(), ..said };
    links::edit(&mut change, &allowed, &before, &moved.parse()?, 1).await?;
    assert_eq!(links::edit(&mut change, &allowed, &before, &moved.parse()?, 1).await, Err(Error::Conflict));
    let kept = links::of_project(&mut change, project).await?;
    assert_eq!(kept.len(), 10);
    assert_eq!(kept[9].kind.label(), "Dashboard or report");
    Ok(())
}

#[tokio::test]
async fn tasks_that_are_over_are_listed_and_open_ones_are_bounded() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, WriteProgress(project)).await?;
    let said = to_do("Ask the ward", "").parse(TODAY, None)?;
    let first = tasks::add(&mut change, &allowed, &said).await?;
    set_removed(&mut change, &allowed, Thing::Task(first), true, 1).await?;
    for _ in 0..kinds::MOST_OPEN_TASKS {
        tasks::add(&mut change, &allowed, &said).await?;
    }
    assert!(matches!(tasks::add(&mut change, &allowed, &said).await, Err(Error::Invalid(_))));
    let over = tasks::over(&mut change, project, TODAY).await?;
    assert_eq!(over.iter().map(|task| (task.id, task.removed)).collect::<Vec<_>>(), [(first, true)]);
    Ok(())
}

#[tokio::test]
async fn what_comes_along_is_counted_before_and_given_back_where_nobody_changed_it() -> Result {
    let at = Fixture::new().await;
    let (from, to) = (at.project("Sepsis again").await, at.project("Sepsis").await);
    let allowed = system(Coordinate(at.trust), Some(at.trust), noon());
    let mut change = at.store.write().await?;
    let first = make::task(&mut change, from, at.trainee, "Ask the ward", None).await?;
    let second = make::task(&mut change, from, at.trainee, "Book a room", None).await?;
    make::web_link(&mut change, from, at.trainee, "https://example.nhs.uk/files").await?;
    assert_eq!(merged::would_come_along(&mut change, from, to).await?, (2, 1));
    let came = merged::take_along(&mut change, &allowed, from, to).await?;
    assert_eq!(came.counts(), (2, 1));
    assert_eq!(merged::would_come_along(&mut change, from, to).await?, (0, 0), "nothing is left");
    sqlx::query("update task set version = version + 1 where id = $1").bind(second).execute(&mut *change).await?;
    assert_eq!(merged::give_back(&mut change, &allowed, (to, from), &came).await?, (1, 1));
    assert_eq!(tasks::task(&mut change, first, TODAY).await?.project_id, from);
    assert_eq!(tasks::task(&mut change, second, TODAY).await?.project_id, to, "it was changed since");
    assert_eq!(merged::give_back(&mut change, &allowed, (to, from), &came).await?, (0, 0), "once");
    Ok(())
}
