use super::*;
use crate::access::{EditProject, NameCoLead, OfferHandover, RegisterProject};
use crate::testing::{Fixture, Result, TODAY, make, noon, on};

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
    assert_eq!(awaits_supervisor(&mut change, project, TODAY).await?, None);
    assert_eq!(supervisor_stays(&mut change, &allowed, project, "Not now.").await, Ok(()));
    Ok(())
}

async fn supervises(conn: &mut Connection, project: ProjectId, person: PersonId) -> Result<bool> {
    let found = team(conn, project, TODAY).await?;
    let of = found.memberships.iter().filter(|one| one.person == person && one.role == TeamRole::Supervisor);
    Ok(of.into_iter().any(|one| one.is_current(TODAY)))
}

#[tokio::test]
async fn who_leads_for_now_takes_the_place_of_who_led_and_does_not_supervise_meanwhile() -> Result<()> {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let until = on("2026-04-02");
    let mut change = at.store.write().await?;
    supervision::lead_for_now(&mut change, project, at.supervisor, TODAY, Some(until), noon()).await?;
    change.commit().await?;
    let mut change = at.store.write().await?;
    assert!(!supervision::leads(&mut change, project, at.trainee, TODAY).await?);
    assert!(supervision::leads(&mut change, project, at.supervisor, TODAY).await?);
    assert!(!supervision::leads(&mut change, project, at.supervisor, until).await?);

    assert!(supervises(&mut change, project, at.supervisor).await?);
    supervision::end_own(&mut change, project, at.supervisor, TODAY).await?;
    assert!(!supervises(&mut change, project, at.supervisor).await?);
    for (whom, day) in [(Some(at.supervisor), until), (Some(at.colleague), TODAY), (None, TODAY)] {
        supervision::resume_own(&mut change, project, whom, day).await?;
        assert!(!supervises(&mut change, project, at.supervisor).await?, "what ended otherwise stays ended");
    }
    supervision::resume_own(&mut change, project, Some(at.supervisor), TODAY).await?;
    assert!(supervises(&mut change, project, at.supervisor).await?);
    Ok(())
}

#[tokio::test]
async fn a_supervisor_is_confirmed_until_their_post_ends_or_for_a_year_without_one() -> Result<()> {
    let at = Fixture::new().await;
    at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    let place: TeamRoleId =
        sqlx::query_scalar("select id from team_role where role = 'supervisor'").fetch_one(&mut *change).await?;
    for (post, longest) in [
        ("update post set ends_on = null where person_id = $1", None),
        ("update post set ends_on = '2026-08-31' where person_id = $1", Some("2026-08-31")),
        ("delete from post where person_id = $1", Some("2027-03-04")),
    ] {
        sqlx::query(post).bind(at.supervisor).execute(&mut *change).await?;
        let longest = longest.map(on);
        assert_eq!(supervision::longest_confirmation(&mut change, place, TODAY).await?, longest, "{post}");
        supervision::confirm_at_most(&mut change, place, TODAY).await?;
        let confirmed: Option<NaiveDate> = sqlx::query_scalar("select confirmed_until from team_role where id = $1")
            .bind(place)
            .fetch_one(&mut *change)
            .await?;
        assert_eq!(confirmed, longest, "{post}");
    }
    Ok(())
}

#[tokio::test]
async fn those_of_a_team_who_are_not_in_the_other_are_found_and_invited_once() -> Result<()> {
    let at = Fixture::new().await;
    let (of, other) = (at.project("Sepsis").await, at.project("Sepsis bundle").await);
    let request = at.request(Some(at.lead)).await;
    let mut change = at.store.write().await?;
    make::place(&mut change, of, at.colleague, ["coach", "accepted", "team"], on("2026-01-01"), None).await?;
    // The trainee leads both, until they lead one of them only.
    let names = |found: &[merged::Outside]| -> Vec<(PersonId, TeamRole)> {
        found.iter().map(|one| (one.person, one.role)).collect()
    };
    let found = merged::outside(&mut change, of, other, TODAY).await?;
    assert_eq!(names(&found), [(at.colleague, TeamRole::Coach)]);
    sqlx::query("delete from team_role where project_id = $1 and role = 'lead'")
        .bind(other)
        .execute(&mut *change)
        .await?;
    let found = merged::outside(&mut change, of, other, TODAY).await?;
    assert_eq!(names(&found), [(at.colleague, TeamRole::Coach), (at.trainee, TeamRole::Member)]);

    let allowed = request.require(&mut change, ManageTeam(of)).await?;
    merged::invite(&mut change, &allowed, other, &found, "They are one project now").await?;
    let asked = team(&mut change, other, TODAY).await?;
    let asked = asked.memberships.iter().filter(|one| one.is_open_question() && !one.wants_to_join()).count();
    assert_eq!(asked, 2);
    assert_eq!(merged::outside(&mut change, of, other, TODAY).await?, []);
    Ok(())
}

#[tokio::test]
async fn answering_accepts_the_trust_only_for_whom_it_gave_the_password() -> Result<()> {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let request = at.request(Some(at.stranger)).await;
    let mut change = at.store.write().await?;
    let asked = make::place(&mut change, project, at.stranger, ["member", "asked", "team"], TODAY, None).await?;
    let given = "insert into credential (person_id, password_hash, changed_at, given_by_trust) values ($1, 'x', '2026-01-01T00:00:00+00:00', $2)
        on conflict (person_id) do update set given_by_trust = excluded.given_by_trust";
    sqlx::query("insert into tie (person_id, trust_id, state, named, asked_at) values ($1, $2, 'asked', 'Stella', '2026-01-01T00:00:00+00:00')")
        .bind(at.stranger)
        .bind(at.trust)
        .execute(&mut *change)
        .await?;
    sqlx::query(given).bind(at.stranger).bind(at.other_trust).execute(&mut *change).await?;
    assert_eq!(request.require(&mut change, AnswerQuestion(asked)).await.err(), Some(Error::NotFound));
    sqlx::query(given).bind(at.stranger).bind(at.trust).execute(&mut *change).await?;
    let allowed = request.require(&mut change, AnswerQuestion(asked)).await?;
    let state = "select state from tie where person_id = $1 and trust_id = $2";
    for _ in 0..2 {
        ties::store::accept_by_answering(&mut change, &allowed).await?;
        let state: String = sqlx::query_scalar(state).bind(at.stranger).bind(at.trust).fetch_one(&mut *change).await?;
        assert_eq!(state, "accepted");
    }
    let rows = history::of_object(&mut change, at.stranger, 9).await?;
    assert_eq!(rows.iter().filter(|row| row.action == "accepted the trust").count(), 1, "said once");
    Ok(())
}

fn to(person: PersonId) -> Invitation {
    Invitation { whom: Named::Colleague(person), role: TeamRole::Lead, message: "You know it best.".to_owned() }
}

async fn leads_of(conn: &mut Connection, project: ProjectId, day: NaiveDate) -> Result<Vec<PersonId>> {
    let found = team(conn, project, TODAY).await?;
    let leads = found.memberships.iter().filter(|one| one.role == TeamRole::Lead && one.is_current(day));
    Ok(leads.map(|one| one.person).collect())
}

#[tokio::test]
async fn the_lead_asks_somebody_who_then_leads_with_them_and_either_may_leave() -> Result<()> {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let (lead, colleague) = (at.request(Some(at.trainee)).await, at.request(Some(at.colleague)).await);
    let mut change = at.store.write().await?;
    make::place(&mut change, project, at.colleague, ["member", "accepted", "team"], on("2026-01-01"), None).await?;
    change.commit().await?;

    let mut change = at.store.write().await?;
    assert!(!co_leads::lead_on(&mut change, project, at.trainee, TODAY).await?, "nobody else leads it");
    let allowed = lead.require(&mut change, NameCoLead(project)).await?;
    let refused = ask_co_lead(&mut change, &allowed, &to(at.supervisor)).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "nobody leads what they supervise");
    let refused = ask_co_lead(&mut change, &allowed, &to(at.trainee)).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "they lead it");
    ask_co_lead(&mut change, &allowed, &to(at.colleague)).await?;
    let refused = ask_co_lead(&mut change, &allowed, &to(at.colleague)).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "they are asked");
    change.commit().await?;

    let mut change = at.store.write().await?;
    let found = team(&mut change, project, TODAY).await?;
    let asked = found.memberships.iter().find(|one| one.is_open_question()).expect("nobody was asked").id;
    let waits: i64 = sqlx::query_scalar("select count(*) from ask where kind = 'invitation' and person_id = $1")
        .bind(at.colleague)
        .fetch_one(&mut *change)
        .await?;
    assert_eq!(waits, 1, "it waits for them");
    let allowed = colleague.require(&mut change, AnswerQuestion(asked)).await?;
    answer(&mut change, &allowed, true, "").await?;
    change.commit().await?;

    let mut change = at.store.write().await?;
    assert_eq!(leads_of(&mut change, project, TODAY).await?.len(), 2);
    let found = team(&mut change, project, TODAY).await?;
    let member = found.memberships.iter().find(|one| one.role == TeamRole::Member).expect("they were a member");
    assert!(member.is_past(TODAY), "not a member as well");
    let told: Vec<String> =
        history::of_object(&mut change, asked, 9).await?.into_iter().map(|row| row.action).collect();
    assert!(told.iter().any(|action| action == "invited somebody to the team"), "{told:?}");
    assert!(told.iter().any(|action| action == "accepted a place in the team"), "{told:?}");
    assert!(co_leads::lead_on(&mut change, project, at.trainee, TODAY).await?);
    let allowed = lead.require(&mut change, LeaveTeam(project)).await?;
    leave(&mut change, &allowed, "Began it.").await?;
    change.commit().await?;

    let mut change = at.store.write().await?;
    assert_eq!(leads_of(&mut change, project, TODAY).await?, [at.colleague]);
    let leads: Option<PersonId> =
        sqlx::query_scalar("select lead_id from standing where project_id = $1 and from_on <= $2 and until_on > $2")
            .bind(project)
            .bind(TODAY)
            .fetch_one(&mut *change)
            .await?;
    assert_eq!(leads, Some(at.colleague), "and leads on");
    let allowed = colleague.require(&mut change, LeaveTeam(project)).await?;
    let refused = leave(&mut change, &allowed, "Went on.").await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "the last lead hands over");
    Ok(())
}

#[tokio::test]
async fn nobody_becomes_a_co_lead_beside_a_handover_or_without_a_lead() -> Result<()> {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let (lead, colleague) = (at.request(Some(at.trainee)).await, at.request(Some(at.colleague)).await);
    let mut change = at.store.write().await?;
    let allowed = lead.require(&mut change, NameCoLead(project)).await?;
    ask_co_lead(&mut change, &allowed, &to(at.colleague)).await?;
    let asked: TeamRoleId =
        sqlx::query_scalar("select id from team_role where state = 'asked'").fetch_one(&mut *change).await?;
    change.commit().await?;

    // The lead goes: then leading it takes a supervisor's yes.
    let mut change = at.store.write().await?;
    let gone = "update post set ends_on = '2026-03-03' where person_id = $1";
    sqlx::query(gone).bind(at.trainee).execute(&mut *change).await?;
    change.commit().await?;
    let mut change = at.store.write().await?;
    assert_eq!(colleague.require(&mut change, AnswerQuestion(asked)).await.err(), Some(Error::Forbidden));
    assert_eq!(lead.require(&mut change, NameCoLead(project)).await.err(), Some(Error::Forbidden));
    sqlx::query("update post set ends_on = null where person_id = $1").bind(at.trainee).execute(&mut *change).await?;
    change.commit().await?;
    let mut change = at.store.write().await?;
    colleague.require(&mut change, AnswerQuestion(asked)).await?;

    // An offer to somebody takes the question back; while it waits nobody else is asked.
    let allowed = lead.require(&mut change, OfferHandover(project)).await?;
    co_leads::withdraw(&mut change, &allowed, project).await?;
    co_leads::withdraw(&mut change, &allowed, project).await?;
    assert_eq!(colleague.require(&mut change, AnswerQuestion(asked)).await.err(), Some(Error::NotFound));
    let told = history::of_object(&mut change, asked, 9).await?;
    assert_eq!(told.iter().filter(|row| row.action == "withdrew an invitation").count(), 1, "said once");
    let parties = [at.trainee, at.colleague];
    make::handover(&mut change, project, parties, "offered", TODAY).await?;
    change.commit().await?;
    let mut change = at.store.write().await?;
    let allowed = lead.require(&mut change, NameCoLead(project)).await?;
    let refused = ask_co_lead(&mut change, &allowed, &to(at.colleague)).await;
    assert!(matches!(&refused, Err(Error::Invalid(errors)) if errors[0].message == co_leads::UNDER_WAY), "{refused:?}");
    Ok(())
}
