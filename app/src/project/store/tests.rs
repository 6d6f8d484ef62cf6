use super::reference::activate;
use super::*;
use crate::access::RegisterProject;
use crate::project::details::{Completeness, ProjectForm};
use crate::project::model::Status;
use crate::testing::{Fixture, Result, TODAY, on};

fn registration(at: &Fixture, title: &str) -> Result<Registration> {
    let form = ProjectForm {
        kind: "clinical_audit".into(),
        title: title.into(),
        problem: "They are late.".into(),
        department: at.department.to_string(),
        priorities: vec![at.priority.to_string()],
        ..ProjectForm::default()
    };
    Ok(form.parse(Completeness::Draft)?)
}

#[tokio::test]
async fn a_draft_is_inserted_changed_from_the_version_seen_and_deleted() -> Result<()> {
    let at = Fixture::new().await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, RegisterProject(at.trust)).await?;
    let said = registration(&at, "Sepsis")?;
    let draft = insert_draft(&mut change, &allowed, at.trust, &said).await?;
    let before = details(&mut change, draft).await?;
    assert_eq!(before, said.details);
    assert_eq!(summary(&mut change, draft).await?.status, Status::Draft);
    assert_eq!(aim(&mut change, draft).await?, "");
    let written = "update project set aim_what = 'Fewer delays.', aim_how_much = 'to 9 in 10', aim_by = '2026-12-01' where id = $1";
    sqlx::query(written).bind(draft).execute(&mut *change).await?;
    assert_eq!(aim(&mut change, draft).await?, "Fewer delays, to 9 in 10, by 1 December 2026");
    sqlx::query("update project set aim_what = '', aim_how_much = '', aim_by = null where id = $1")
        .bind(draft)
        .execute(&mut *change)
        .await?;

    let other = registration(&at, "Sepsis bundle")?;
    let stale = update(&mut change, &allowed, (draft, 9), &before, at.trust, &other).await;
    assert_eq!(stale, Err(Error::Conflict));
    update(&mut change, &allowed, (draft, 1), &before, at.trust, &other).await?;
    assert_eq!(details(&mut change, draft).await?, other.details);

    delete_draft(&mut change, draft).await?;
    assert_eq!(summary(&mut change, draft).await.err(), Some(Error::NotFound));
    Ok(())
}

#[tokio::test]
async fn a_project_gets_its_reference_once_and_its_status_from_the_version_seen() -> Result<()> {
    let at = Fixture::new().await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    let allowed = request.require(&mut change, RegisterProject(at.trust)).await?;
    let said = registration(&at, "Sepsis")?;
    let project = insert_draft(&mut change, &allowed, at.trust, &said).await?;
    let reference = activate(&mut change, &allowed, project, at.trust).await?;
    assert_eq!(by_reference(&mut change, at.trust, &reference.to_lowercase()).await?, project);
    assert_eq!(activate(&mut change, &allowed, project, at.trust).await, Err(Error::Conflict), "it is no draft");

    let stopped = StatusDetails {
        status: Status::Closed,
        review_on: None,
        closed_reason: Some(ClosedReason::Stopped),
        note: "The ward closed.",
    };
    assert_eq!(update_status(&mut change, &allowed, project, 7, &stopped).await, Err(Error::Conflict));
    update_status(&mut change, &allowed, project, 2, &stopped).await?;
    let closed: (Status, Option<NaiveDate>) = sqlx::query_as("select status, closed_on from project where id = $1")
        .bind(project)
        .fetch_one(&mut *change)
        .await?;
    assert_eq!(closed, (Status::Closed, Some(TODAY)));
    assert!(delete_draft(&mut change, project).await.is_err(), "only a draft is deleted");
    Ok(())
}

#[tokio::test]
async fn one_project_goes_on_looking_for_a_lead_until_the_day_chosen_last() -> Result<()> {
    let at = Fixture::new().await;
    let (project, other) = (at.project("Sepsis").await, at.project("Falls").await);
    let mut change = at.store.write().await?;
    for day in ["2026-04-01", "2026-03-20"] {
        keep_looking::choose(&mut change, project, on(day)).await?;
    }
    for (of, day) in [(project, Some(on("2026-03-20"))), (other, None)] {
        let kept: Option<NaiveDate> = sqlx::query_scalar("select keep_looking_until from project where id = $1")
            .bind(of)
            .fetch_one(&mut *change)
            .await?;
        assert_eq!(kept, day);
    }
    Ok(())
}
