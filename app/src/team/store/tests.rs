use super::*;
use crate::access::{EditProject, RegisterProject};
use crate::testing::{Fixture, Result, TODAY};

#[tokio::test]
async fn who_asks_to_join_is_asked_about_and_leaves_what_they_contributed() -> Result<()> {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let (colleague, trainee) = (at.request(Some(at.colleague)).await, at.request(Some(at.trainee)).await);
    let mut change = at.store.write().await?;
    let allowed = colleague.require(&mut change, AskToJoin(project)).await?;
    ask_to_join(&mut change, &allowed, "I start there in April.").await?;
    let found = team(&mut change, project, TODAY).await?;
    let asked = found.memberships.iter().find(|one| one.person == at.colleague).expect("nobody asked");
    assert!(asked.is_open_question() && asked.wants_to_join());
    assert!(is_asked(&mut change, asked.id).await?);
    assert_eq!(project_of(&mut change, asked.id).await?, project);

    let allowed = trainee.require(&mut change, AnswerQuestion(asked.id)).await?;
    answer(&mut change, &allowed, true, "").await?;
    assert!(!is_asked(&mut change, asked.id).await?);
    let allowed = colleague.require(&mut change, LeaveTeam(project)).await?;
    leave(&mut change, &allowed, "Collected the first points.").await?;
    let found = team(&mut change, project, TODAY).await?;
    let left = found.memberships.iter().find(|one| one.person == at.colleague).expect("nobody left");
    assert!(left.is_past(TODAY));
    assert_eq!(left.contribution, "Collected the first points.");
    Ok(())
}

#[tokio::test]
async fn a_supervisor_is_asked_and_stays_free_to_change_while_no_handover_is_under_way() -> Result<()> {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.trainee)).await;
    let mut change = at.store.write().await?;
    sqlx::query("delete from team_role where role = 'supervisor'").execute(&mut *change).await?;
    let allowed = request.require(&mut change, RegisterProject(at.trust)).await?;
    let (role, state, by) = (TeamRole::Coach, RoleState::Accepted, OpenedBy::Team);
    let coach = insert_membership(&mut change, &allowed, project, at.colleague, role, state, by, "").await?;
    assert_eq!(project_of(&mut change, coach).await?, project);

    let allowed = request.require(&mut change, EditProject(project)).await?;
    ask_supervisor(&mut change, &allowed, project, at.trust, &Named::Colleague(at.supervisor)).await?;
    let found = team(&mut change, project, TODAY).await?;
    let asked = found.memberships.iter().find(|one| one.role == TeamRole::Supervisor).expect("nobody was asked");
    assert_eq!((asked.person, asked.is_open_question()), (at.supervisor, true));
    assert_eq!(under_way(&mut change, project, TODAY).await?, None);
    assert_eq!(supervisor_stays(&mut change, &allowed, project, "Not now.").await, Ok(()));
    Ok(())
}
