//! What the simulation found, each as small as it gets.

use app::access::{AnswerQuestion, Bridge, EditProject, ManageOrganisation, WithdrawHandover};
use app::id::{HandoverId, PersonId, PostId, ProjectId};
use app::people::directory::store as directory;
use app::testing::{Fixture, Result, TODAY, make, noon, on};
use chrono::{Duration, NaiveDate};

/// A project whose lead leaves on 31 March 2026, agreed to pass to the colleague on 1 April.
async fn agreed(at: &Fixture) -> Result<(ProjectId, HandoverId)> {
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    let handover = make::handover(&mut change, project, [at.trainee, at.colleague], "agreed", TODAY).await?;
    sqlx::query("update post set ends_on = '2026-03-31' where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    sqlx::query("update team_role set until_on = '2026-04-01', ended_by = $2 where project_id = $1 and role = 'lead'")
        .bind(project)
        .bind(handover)
        .execute(&mut *change)
        .await?;
    let place = ["lead", "accepted", "team"];
    let next = make::place(&mut change, project, at.colleague, place, on("2026-04-01"), None).await?;
    sqlx::query("update team_role set begun_by = $2 where id = $1")
        .bind(next)
        .bind(handover)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    Ok((project, handover))
}

async fn leads(at: &Fixture, project: ProjectId, day: &str) -> Result<Option<PersonId>> {
    let mut conn = at.store.read().await?;
    let text = "select lead_id from standing where project_id = $1 and from_on <= $2 and until_on > $2";
    Ok(sqlx::query_scalar(text).bind(project).bind(on(day)).fetch_one(&mut *conn).await?)
}

async fn sql(at: &Fixture, text: &'static str, person: PersonId) -> Result {
    let mut change = at.store.write().await?;
    sqlx::query(text).bind(person).execute(&mut *change).await?;
    Ok(change.commit().await?)
}

#[tokio::test]
async fn a_project_is_bridged_until_its_next_lead_arrives_late() -> Result {
    let at = Fixture::new().await;
    let (project, _) = agreed(&at).await?;
    sql(&at, "update post set starts_on = '2026-04-15' where person_id = $1", at.colleague).await?;
    assert_eq!(leads(&at, project, "2026-04-03").await?, None, "they come two weeks after the day");
    let request = at.request_at(Some(at.supervisor), noon() + Duration::days(30)).await;
    let last = on("2026-05-10");
    request
        .change(Bridge(project), async |conn, allowed| app::handover::store::bridge(conn, allowed, last).await)
        .await?;
    assert_eq!(leads(&at, project, "2026-04-14").await?, Some(at.supervisor));
    assert_eq!(leads(&at, project, "2026-04-15").await?, Some(at.colleague), "the handover stands");
    assert_eq!(leads(&at, project, "2026-05-11").await?, Some(at.colleague));
    Ok(())
}

#[tokio::test]
async fn a_supervisor_who_is_asked_takes_back_a_handover_whose_next_lead_will_not_be_there() -> Result {
    let at = Fixture::new().await;
    let (_, handover) = agreed(&at).await?;
    let request = at.request(Some(at.supervisor)).await;
    let withdraw = async || {
        request
            .change(WithdrawHandover(handover), async |conn, allowed| {
                app::handover::store::withdraw(conn, allowed).await.map(drop)
            })
            .await
    };
    assert_eq!(withdraw().await, Err(app::error::Error::Forbidden), "it is sound");
    sql(&at, "update post set ends_on = '2026-03-20' where person_id = $1", at.colleague).await?;
    assert_eq!(withdraw().await, Ok(()));
    Ok(())
}

#[tokio::test]
async fn a_lead_between_two_posts_acts_as_they_lead() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    sql(&at, "update post set ends_on = '2026-03-01' where person_id = $1", at.trainee).await?;
    let goes_on = async || {
        let request = at.request(Some(at.trainee)).await;
        request
            .change(EditProject(project), async |conn, allowed| {
                app::continuity::asks::store::goes_on(conn, allowed).await
            })
            .await
    };
    assert!(goes_on().await.is_err(), "they have left");
    let mut change = at.store.write().await?;
    let days: [Option<NaiveDate>; 2] = [Some(on("2026-03-29")), None];
    make::post(&mut change, at.trust, at.department, at.trainee, "CT1", days).await?;
    change.commit().await?;
    assert_eq!(leads(&at, project, "2026-03-04").await?, Some(at.trainee));
    assert_eq!(goes_on().await, Ok(()));
    Ok(())
}

#[tokio::test]
async fn an_invitation_to_supervise_is_accepted() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    let asked = make::place(&mut change, project, at.lead, ["supervisor", "asked", "team"], TODAY, None).await?;
    change.commit().await?;
    let request = at.request(Some(at.lead)).await;
    let answered = request
        .change(AnswerQuestion(asked), async |conn, allowed| {
            app::team::store::answer(conn, allowed, true, "Gladly").await.map(drop)
        })
        .await;
    assert_eq!(answered, Ok(()));
    Ok(())
}

#[tokio::test]
async fn what_the_academy_says_of_a_last_day_confirms_it() -> Result {
    let at = Fixture::new().await;
    at.project("Sepsis").await;
    let mut conn = at.store.read().await?;
    let text = "select id, version, ends_on from post where person_id = $1";
    let (post, version, last): (PostId, i64, NaiveDate) =
        sqlx::query_as(text).bind(at.trainee).fetch_one(&mut *conn).await?;
    drop(conn);
    let request = at.request(Some(at.lead)).await;
    request
        .change(ManageOrganisation(at.trust), async |conn, allowed| {
            directory::end_post(conn, allowed, post, version, last).await.map(drop)
        })
        .await?;
    let mut conn = at.store.read().await?;
    let confirmed: bool =
        sqlx::query_scalar("select end_confirmed from post where id = $1").bind(post).fetch_one(&mut *conn).await?;
    assert!(confirmed);
    Ok(())
}
