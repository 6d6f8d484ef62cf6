use super::*;
use crate::error::Error;
use crate::id::{HandoverId, PersonId, ProjectId, TeamRoleId, TrustId};
use crate::testing::{Fixture, on};
use crate::web::request::Request;

/// A relationship in a word or two, for the table.
fn relationship(words: &str) -> Relationship {
    let mut s = Relationship::default();
    for word in words.split(' ') {
        match word {
            "outside" => {}
            "belongs" => s.belongs = true,
            "academy" => (s.belongs, s.academy_lead) = (true, true),
            "administrator" => (s.belongs, s.administrator) = (true, true),
            "draft" => s.draft = true,
            "closed" => s.closed = true,
            "merged" => (s.closed, s.merged) = (true, true),
            "party" => s.party = true,
            "by-oneself" => (s.wants_to_join, s.asks_supervisor) = (true, true),
            "author" => (s.belongs, s.author) = (true, true),
            "lead" => (s.belongs, s.lead, s.team) = (true, true, true),
            "supervisor" => (s.belongs, s.supervisor, s.team) = (true, true, true),
            "team" => (s.belongs, s.team) = (true, true),
            "invited" => (s.belongs, s.invited) = (true, true),
            "named" => s.invited = true,
            "past" => s.past = true,
            "guest" => s.team = true,
            "asked" => (s.belongs, s.asked) = (true, true),
            "asks-supervisor" => s.asks_supervisor = true,
            "asks-lead" => s.asks_lead = true,
            "asks-absent" => (s.asks_supervisor, s.cannot_answer) = (true, true),
            "wants" => s.wants_to_join = true,
            "successor" => (s.belongs, s.successor) = (true, true),
            "offered" => (s.belongs, s.offered) = (true, true),
            "arriving" => s.arriving = true,
            "stands-in" => (s.belongs, s.administrator, s.stands_in) = (true, true, true),
            "left" => s.left_lately = true,
            "unled" => s.unled_since = Some(crate::testing::TODAY),
            "returned" => (s.belongs, s.returned) = (true, true),
            "counts" => (s.belongs, s.supervisor, s.team, s.counts) = (true, true, true, true),
            "named-successor" => s.successor = true,
            "asked-elsewhere" => s.asked = true,
            "agreed" => s.agreed = true,
            "gave" => s.offered = true,
            "replaces" => s.asked_to_replace = true,
            "asked-as-supervisor" => s.asked_as_supervisor = true,
            "for-desk" => s.answers_for_desk = true,
            "oneself" => s.oneself = true,
            other => panic!("no relationship {other}"),
        }
    }
    s
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table with a line for every action")]
fn who_may_do_what_is_as_the_table_says() {
    let (t, p, q, h, me) = (TrustId::new(), ProjectId::new(), TeamRoleId::new(), HandoverId::new(), PersonId::new());
    let table: &[(Action, &[&str], &[&str])] = &[
        (Action::ReadTrust(t), &["belongs", "arriving", "academy", "administrator"], &["outside", "past", "oneself"]),
        (Action::ManageOrganisation(t), &["academy", "administrator"], &["outside", "belongs", "lead", "supervisor"]),
        (Action::GrantRoles(t), &["administrator"], &["outside", "belongs", "academy", "lead"]),
        (Action::ReadMail(t), &["administrator"], &["outside", "belongs", "academy", "lead"]),
        (Action::ManagePriorities(t), &["academy", "stands-in"], &["outside", "belongs", "administrator", "lead"]),
        (Action::Coordinate(t), &["academy", "stands-in"], &["outside", "belongs", "administrator", "lead"]),
        (Action::RegisterProject(t), &["belongs", "academy", "administrator"], &["outside", "past", "arriving"]),
        (
            Action::ReadProject(p),
            &[
                "belongs",
                "arriving",
                "academy",
                "past",
                "guest",
                "named-successor",
                "named",
                "closed belongs",
                "draft author",
                "draft invited",
                "draft team",
            ],
            &["outside", "draft belongs", "draft arriving", "draft academy", "draft administrator", "draft past"],
        ),
        (
            Action::EditProject(p),
            &["lead", "supervisor", "team", "academy", "draft author", "draft team"],
            &[
                "outside",
                "belongs",
                "past",
                "guest",
                "administrator",
                "invited",
                "successor",
                "draft academy",
                "draft invited",
                "closed lead",
                "closed academy",
            ],
        ),
        (Action::FinishDraft(p), &["draft author"], &["author", "draft academy", "draft team", "lead"]),
        (
            Action::ChangeStatus(p),
            &["lead", "supervisor", "academy", "closed lead", "closed academy"],
            &["outside", "belongs", "team", "past", "administrator", "draft author", "draft academy", "merged academy"],
        ),
        (
            Action::ManageTeam(p),
            &["lead", "supervisor", "academy", "draft author"],
            &["outside", "belongs", "team", "past", "administrator", "draft academy", "closed lead", "closed academy"],
        ),
        (
            Action::NameCoLead(p),
            &["lead", "lead academy", "lead supervisor"],
            &[
                "outside",
                "belongs",
                "team",
                "supervisor",
                "academy",
                "administrator",
                "past",
                "invited",
                "successor",
                "unled lead",
                "draft author",
                "draft lead",
                "closed lead",
            ],
        ),
        (
            Action::AskToJoin(p),
            &["belongs", "past belongs", "academy"],
            &["outside", "team", "invited", "draft belongs", "closed belongs"],
        ),
        (
            Action::LeaveTeam(p),
            &["team", "lead", "supervisor"],
            &["outside", "belongs", "academy", "past", "closed team"],
        ),
        (
            Action::AnswerQuestion(q),
            &[
                "asked",
                "asked-elsewhere",
                "asks-absent academy",
                "asks-absent stands-in",
                "wants lead",
                "wants supervisor",
                "wants academy",
                "by-oneself academy",
            ],
            &[
                "by-oneself lead",
                "by-oneself asked",
                "by-oneself asked academy",
                "closed asked",
                "closed wants lead",
                "belongs",
                "academy",
                "wants asked",
                "wants team",
                "asks-supervisor lead",
                "asks-supervisor academy",
                "asks-supervisor stands-in",
                "asks-absent lead",
                "asks-absent draft academy",
                "outside",
            ],
        ),
        (
            Action::WriteProgress(p),
            &["lead", "supervisor", "team", "academy", "draft author", "draft team"],
            &["belongs", "past", "guest", "administrator", "outside", "draft academy", "closed lead", "closed academy"],
        ),
        (
            Action::DefineMeasure(p),
            &["lead", "team", "academy", "draft author"],
            &["belongs", "past", "outside", "closed lead", "closed academy"],
        ),
        (
            Action::RecordMeasurement(p),
            &["lead", "team", "academy", "draft author"],
            &["belongs", "past", "outside", "closed lead", "closed academy"],
        ),
        (
            Action::WriteCycle(p),
            &["lead", "team", "academy", "draft author"],
            &["belongs", "past", "outside", "closed lead", "closed academy"],
        ),
        (
            Action::DrawDrivers(p),
            &["lead", "supervisor", "team", "academy", "draft author"],
            &["belongs", "past", "outside", "administrator", "draft academy", "closed lead", "closed academy"],
        ),
        (
            Action::OfferHandover(p),
            &["lead", "supervisor", "academy"],
            &["belongs", "team", "past", "outside", "administrator", "draft author", "closed lead"],
        ),
        (
            Action::WriteSummary(p),
            &["lead", "supervisor", "academy", "unled left", "unled past left"],
            &["belongs", "team", "past", "outside", "draft author", "left", "closed lead", "closed unled left"],
        ),
        (
            Action::TakeOn(p),
            &["belongs", "arriving", "team", "academy"],
            &["outside", "past", "draft belongs", "closed belongs", "closed arriving"],
        ),
        (
            Action::Bridge(p),
            &["unled counts", "unled academy", "unled stands-in"],
            &[
                "counts",
                "academy",
                "unled supervisor",
                "unled team",
                "unled belongs",
                "unled administrator",
                "closed unled academy",
            ],
        ),
        (
            Action::LeadAgain(p),
            &["unled returned"],
            &["returned", "unled team", "unled academy", "closed unled returned"],
        ),
        (
            Action::KeepLooking(p),
            &["unled supervisor", "unled academy", "unled stands-in"],
            &["supervisor", "academy", "unled team", "unled belongs", "draft unled academy"],
        ),
        (
            Action::ConfirmSupervisor(p),
            &["academy", "stands-in"],
            &["lead", "supervisor", "administrator", "belongs", "outside", "closed academy"],
        ),
        (
            Action::ConfirmPart(p),
            &["supervisor", "closed supervisor"],
            &["lead", "academy", "team", "draft supervisor"],
        ),
        (Action::ReadHandover(h), &["belongs", "arriving", "named-successor", "past"], &["outside", "oneself"]),
        (
            Action::WithdrawHandover(h),
            &["gave", "lead", "academy", "agreed named-successor", "replaces"],
            &["belongs", "successor", "supervisor", "outside"],
        ),
        (
            Action::AnswerAsSuccessor(h),
            &["successor", "named-successor"],
            &["belongs", "lead", "academy", "supervisor", "outside"],
        ),
        (
            Action::AnswerAsSupervisor(h),
            &["asked-as-supervisor", "for-desk"],
            &["academy", "supervisor", "successor", "lead", "outside", "party asked-as-supervisor", "party for-desk"],
        ),
        (Action::ChangeOwnAccount(me), &["oneself"], &["belongs", "academy", "administrator"]),
        (Action::ChangeOwnDates(me), &["oneself"], &["belongs", "academy", "administrator"]),
        (Action::ChooseOwnTrust(me), &["oneself"], &["belongs", "academy", "administrator"]),
    ];
    for (action, yes, no) in table {
        for words in *yes {
            assert!(may(*action, relationship(words)), "{action:?} is refused to {words}");
        }
        for words in *no {
            assert!(!may(*action, relationship(words)), "{action:?} is allowed to {words}");
        }
    }
}

async fn refusals(request: &Request, project: ProjectId) -> Vec<Error> {
    let person = request.person().expect("somebody").clone();
    let mut change = request.store.write().await.expect("a change");
    let mut refused = Vec::new();
    refused.extend(request.require(&mut change, ReadTrust(person.trust)).await.err());
    refused.extend(request.require(&mut change, EditProject(project)).await.err());
    refused.extend(request.require(&mut change, ChangeOwnAccount(person.id)).await.err());
    refused.extend(request.require(&mut change, ChooseOwnTrust(person.id)).await.err());
    refused.extend(super::relationship(&mut change, request, project).await.err());
    refused
}

#[tokio::test]
async fn a_write_is_refused_to_whoever_lost_session_account_or_tie_since_the_request_began() {
    for change in [
        "update session set ended_at = '2026-03-04T12:00:01Z' where person_id = $1",
        "update person set closed_on = '2026-03-04' where id = $1",
        "delete from tie where person_id = $1",
        "update tie set state = 'declined' where person_id = $1",
    ] {
        let at = Fixture::new().await;
        let project = at.project("Sepsis bundle").await;
        let request = at.request(Some(at.trainee)).await;
        assert_eq!(refusals(&request, project).await, [], "before");
        let mut write = at.store.write().await.expect("a change");
        sqlx::query(change).bind(at.trainee).execute(&mut *write).await.expect(change);
        write.commit().await.expect("committed");
        assert_eq!(refusals(&request, project).await, vec![Error::SignIn; 5], "{change}");
    }
}

#[tokio::test]
async fn a_write_is_refused_to_whoever_lost_role_or_post_since_the_request_began() {
    let at = Fixture::new().await;
    let project = at.project("Sepsis bundle").await;
    let lead = at.request(Some(at.lead)).await;
    let trainee = at.request(Some(at.trainee)).await;
    let administrator = at.request(Some(at.administrator)).await;
    let mut change = at.store.write().await.expect("a change");
    for (request, allowed) in [(&lead, true), (&trainee, true)] {
        assert_eq!(request.require(&mut change, EditProject(project)).await.is_ok(), allowed);
    }
    assert!(lead.require(&mut change, ManagePriorities(at.trust)).await.is_ok());
    assert!(administrator.require(&mut change, GrantRoles(at.trust)).await.is_ok());
    for sql in ["delete from trust_role", "update post set ends_on = '2026-03-03'"] {
        sqlx::query(sql).execute(&mut *change).await.expect(sql);
    }
    // Who has a place in its team still reads it; who had the role only no longer knows of it.
    assert_eq!(trainee.require(&mut change, EditProject(project)).await.err(), Some(Error::Forbidden));
    assert_eq!(lead.require(&mut change, EditProject(project)).await.err(), Some(Error::NotFound));
    assert_eq!(lead.require(&mut change, ManagePriorities(at.trust)).await.err(), Some(Error::Forbidden));
    assert_eq!(administrator.require(&mut change, GrantRoles(at.trust)).await.err(), Some(Error::Forbidden));
}

#[tokio::test]
async fn a_place_in_a_project_counts_for_nothing_before_its_trust_is_accepted() {
    let at = Fixture::new().await;
    let project = at.project("Sepsis bundle").await;
    let stranger = at.request(Some(at.stranger)).await;
    let mut change = at.store.write().await.expect("a change");
    let place = crate::testing::role(&mut change, project, at.stranger, "supervisor", on("2026-01-01"), None).await;
    sqlx::query("update project set status = 'draft', reference = null").execute(&mut *change).await.expect("draft");
    assert!(stranger.require(&mut change, ReadProject(project)).await.is_ok(), "accepted, so in the team");
    for asked in [false, true] {
        if asked {
            sqlx::query("update team_role set state = 'asked' where id = $1")
                .bind(place)
                .execute(&mut *change)
                .await
                .expect("asked");
        }
        for (state, answered, knows) in [("asked", None, false), ("accepted", Some("2026-03-04"), true)] {
            sqlx::query("update tie set state = $3, answered_at = $4 where person_id = $1 and trust_id = $2")
                .bind(at.stranger)
                .bind(at.trust)
                .bind(state)
                .bind(answered)
                .execute(&mut *change)
                .await
                .expect(state);
            assert_eq!(stranger.require(&mut change, ReadProject(project)).await.is_ok(), knows, "{state}");
            assert_eq!(stranger.require(&mut change, AnswerQuestion(place)).await.is_ok(), knows && asked);
        }
    }
}
