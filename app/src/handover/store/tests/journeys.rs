//! Ordinary sequences of events, of which none may leave a project with nobody who sees it.

use chrono::NaiveDate;
use timeline::Kind;

use super::super::*;
use super::{AskedAs, Stage};
use crate::access::{
    AnswerQuestion, AskToJoin, Bridge, ConfirmSupervisor, KeepLooking, LeadAgain, ManageTeam, OfferHandover,
    ReadProject, ReadTrust, TakeOn, WriteSummary,
};
use crate::continuity::asks;
use crate::error::Error;
use crate::handover::model::{Answer, Pack, Party, State, To};
use crate::history;
use crate::id::{PersonId, TeamRoleId};
use crate::team;
use crate::testing::{TODAY, make, on};

impl Stage {
    /// Somebody whose first post in the trust is ahead.
    async fn arriving(&self, starts: &str) -> PersonId {
        let mut change = self.at.store.write().await.expect("a change");
        let person = make::person(&mut change, self.at.trust, self.at.department, ["Nadia New", "FY2"], None)
            .await
            .expect("one");
        sqlx::query("update post set starts_on = $2 where person_id = $1")
            .bind(person)
            .bind(on(starts))
            .execute(&mut *change)
            .await
            .expect("a post ahead");
        change.commit().await.expect("committed");
        person
    }

    /// Who leads and who supervises on a day, as the timeline says.
    async fn stands(&self, day: NaiveDate) -> (Option<PersonId>, Option<PersonId>) {
        let mut conn = self.at.store.read().await.expect("a reader");
        sqlx::query_as(
            "select lead_id, supervisor_id from standing where project_id = $1 and from_on <= $2 and until_on > $2",
        )
        .bind(self.project)
        .bind(day)
        .fetch_one(&mut *conn)
        .await
        .expect("a row")
    }

    async fn lead(&self, day: NaiveDate) -> Option<PersonId> {
        self.stands(day).await.0
    }

    /// The reason that the history gives for what was done last to a handover.
    async fn why(&self, id: crate::id::HandoverId) -> String {
        let mut conn = self.at.store.read().await.expect("a reader");
        let rows = history::of_object(&mut conn, id, 1).await.expect("history");
        let why = rows[0].changes().into_iter().find(|change| change.field == "Why");
        why.map(|change| change.to).unwrap_or_default()
    }

    async fn place(&self, person: PersonId, role: &'static str) -> TeamRoleId {
        let mut conn = self.at.store.read().await.expect("a reader");
        sqlx::query_scalar(
            "select id from team_role where project_id = $1 and person_id = $2 and role = $3 order by asked_at desc, id desc",
        )
        .bind(self.project)
        .bind(person)
        .bind(role)
        .fetch_one(&mut *conn)
        .await
        .expect("a place")
    }

    async fn answer_place(&self, by: PersonId, place: TeamRoleId) -> Result<(), Error> {
        let request = self.request(by).await;
        let mut change = self.at.store.write().await?;
        let allowed = request.require(&mut change, AnswerQuestion(place)).await?;
        team::store::answer(&mut change, &allowed, true, "").await?;
        change.commit().await
    }

    async fn bridge(&self, by: PersonId, last: &str) -> Result<(), Error> {
        let request = self.request(by).await;
        let mut change = self.at.store.write().await?;
        let allowed = request.require(&mut change, Bridge(self.project)).await?;
        bridge(&mut change, &allowed, on(last)).await?;
        change.commit().await
    }
}

// F1
#[tokio::test]
async fn who_arrives_accepts_before_their_first_day_and_leads_on_it() {
    let mut stage = Stage::new().await;
    let new = stage.arriving("2026-08-05").await;
    let id = stage.offer(stage.at.trainee, To::Person(new), on("2026-08-05")).await.expect("offered");
    assert_eq!(stage.waits(new).await, [AskedAs::Successor]);
    stage.accept(new, id, Party::Successor).await;
    stage.accept(stage.at.supervisor, id, Party::Supervisor).await;
    stage.pass(153);
    assert_eq!(stage.lead(stage.today()).await, Some(stage.at.trainee), "4 August");
    stage.pass(1);
    assert_eq!(stage.lead(stage.today()).await, Some(new), "5 August");
}

// F1
#[tokio::test]
async fn who_arrives_soon_reads_the_trust_and_takes_on_from_their_first_day() {
    let mut stage = Stage::new().await;
    let (soon, later) = (stage.arriving("2026-05-27").await, stage.arriving("2026-05-28").await);
    for (person, reads) in [(soon, true), (later, false)] {
        let request = stage.request(person).await;
        let mut conn = stage.at.store.read().await.expect("a reader");
        assert_eq!(request.may(&mut conn, ReadTrust(stage.at.trust)).await, Ok(reads));
        assert_eq!(request.may(&mut conn, ReadProject(stage.project)).await, Ok(reads));
        assert_eq!(request.may(&mut conn, TakeOn(stage.project)).await, Ok(reads));
    }
    stage.end_post(stage.at.trainee, TODAY).await;
    stage.pass(1);
    let id = stage.take_on(soon).await.expect("asked");
    assert_eq!(stage.found(id).await.takes_effect_on, Some(on("2026-05-27")));
    stage.accept(stage.at.supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.lead(on("2026-05-26")).await, None);
    assert_eq!(stage.lead(on("2026-05-27")).await, Some(soon));
}

// F2
#[tokio::test]
async fn a_request_from_the_pool_reaches_the_academy_when_the_supervisor_has_gone() {
    let mut stage = Stage::new().await;
    let (colleague, lead) = (stage.at.colleague, stage.at.lead);
    stage.end_post(stage.at.trainee, TODAY).await;
    stage.end_post(stage.at.supervisor, TODAY).await;
    stage.pass(2);
    let id = stage.take_on(colleague).await.expect("asked");
    while stage.found(id).await.state() == State::Offered {
        assert_eq!(stage.waits(lead).await, [AskedAs::Academy], "on {}", stage.today());
        stage.pass(1);
    }
    assert!((stage.today() - TODAY).num_days() > 14, "it waited until {}", stage.today());
    // Asked again, it is granted.
    let id = stage.take_on(colleague).await.expect("asked again");
    stage.accept(lead, id, Party::Supervisor).await;
    assert_eq!(stage.lead(stage.today()).await, Some(colleague));
}

// F2
#[tokio::test]
async fn where_nobody_is_left_but_giver_and_taker_the_takers_word_is_enough() {
    let mut stage = Stage::new().await;
    let at = &stage.at;
    for sql in [
        "delete from trust_role where person_id <> $1 or $2 is null",
        "update team_role set until_on = $2 where role = 'supervisor' and $1 is not null",
    ] {
        stage.run(sql, at.lead, on("2026-02-01")).await;
    }
    stage.end_post(at.trainee, TODAY).await;
    stage.pass(2);
    let id = stage.take_on(stage.at.lead).await.expect("asked");
    assert_eq!(stage.found(id).await.state(), State::Agreed);
    assert_eq!(stage.lead(stage.today()).await, Some(stage.at.lead));
    let mut conn = stage.at.store.read().await.expect("a reader");
    let told = history::of_object(&mut conn, id, 1).await.expect("history");
    assert!(told[0].detail.contains("Nobody is left to answer"), "{}", told[0].detail);
}

// F3 a
#[tokio::test]
async fn days_without_a_lead_before_an_agreed_handover_can_be_led_and_it_stands() {
    let mut stage = Stage::new().await;
    let (colleague, lead, supervisor) = (stage.at.colleague, stage.at.lead, stage.at.supervisor);
    stage.end_post(stage.at.trainee, on("2026-03-20")).await;
    stage.agreed(colleague, "2026-04-10").await;
    assert_eq!(stage.lead(on("2026-03-21")).await, None);
    stage.pass(20);
    let id = stage.take_on(lead).await.expect("asked");
    stage.accept(supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.lead(stage.today()).await, Some(lead));
    assert_eq!(stage.lead(on("2026-04-09")).await, Some(lead), "until its eve");
    assert_eq!(stage.lead(on("2026-04-10")).await, Some(colleague));
}

// F3 b
#[tokio::test]
async fn taking_on_inherits_no_day_from_a_draft_or_a_dead_offer() {
    let mut stage = Stage::new().await;
    let at = &stage.at;
    let id = stage.offer(at.trainee, To::Person(at.colleague), on("2026-08-01")).await.expect("offered");
    stage.answer(at.colleague, id, Party::Successor, Answer::Declined).await.expect("declined");
    stage.draft(at.trainee, &stage.pack(To::Nobody, on("2026-08-05"))).await.expect("a draft");
    stage.end_post(at.trainee, TODAY).await;
    stage.pass(2);
    let id = stage.take_on(stage.at.colleague).await.expect("asked");
    stage.accept(stage.at.supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.lead(stage.today()).await, Some(stage.at.colleague));
}

// F3 c
#[tokio::test]
async fn a_successor_who_will_not_be_there_takes_the_lead_from_nobody_and_keeps_nobody_out() {
    let mut stage = Stage::new().await;
    let (colleague, lead, trainee) = (stage.at.colleague, stage.at.lead, stage.at.trainee);
    let broken = stage.agreed(colleague, "2026-04-10").await;
    stage.end_post(colleague, on("2026-03-10")).await;
    assert!(stage.found(broken).await.broken);
    assert_eq!(stage.lead(on("2026-04-20")).await, Some(trainee), "who led it soundly goes on");
    stage.end_post(trainee, on("2026-03-20")).await;
    stage.pass(20);
    let id = stage.take_on(lead).await.expect("asked");
    stage.accept(stage.at.supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.lead(on("2026-05-01")).await, Some(lead));
    assert_eq!(stage.found(broken).await.state(), State::Withdrawn);
    assert!(stage.why(broken).await.contains("will not be there"));
}

// F3 c
#[tokio::test]
async fn a_handover_is_not_agreed_with_who_will_not_be_there() {
    let mut stage = Stage::new().await;
    let (colleague, trainee) = (stage.at.colleague, stage.at.trainee);
    let id = stage.offer(trainee, To::Person(colleague), on("2026-03-10")).await.expect("offered");
    stage.accept(colleague, id, Party::Successor).await;
    stage.end_post(colleague, on("2026-03-06")).await;
    stage.pass(4);
    let refused = stage.answer(stage.at.supervisor, id, Party::Supervisor, Answer::Accepted).await;
    assert!(matches!(refused, Err(Error::Invalid(_))));
    assert_eq!(stage.lead(on("2026-03-15")).await, Some(trainee));
}

// F3 d
#[tokio::test]
async fn the_next_lead_steps_back_until_the_day() {
    let stage = Stage::new().await;
    let at = &stage.at;
    let id = stage.agreed(at.colleague, "2026-04-10").await;
    stage.withdraw(at.colleague, id).await.expect("stepped back");
    assert_eq!(stage.lead(on("2026-04-10")).await, Some(at.trainee));
    let mut conn = at.store.read().await.expect("a reader");
    let told = history::of_object(&mut conn, id, 1).await.expect("history");
    assert_eq!(told[0].action, "stepped back from the handover");
}

// F4
#[tokio::test]
async fn a_named_offer_whose_giver_has_gone_keeps_nobody_out_and_its_successor_is_told() {
    let mut stage = Stage::new().await;
    let (colleague, lead, trainee) = (stage.at.colleague, stage.at.lead, stage.at.trainee);
    let named = stage.offer(trainee, To::Person(colleague), on("2026-03-20")).await.expect("offered");
    assert!(stage.take_on(lead).await.is_err(), "its lead offers it to somebody else");
    stage.end_post(trainee, on("2026-03-08")).await;
    stage.pass(6);
    let id = stage.take_on(lead).await.expect("asked");
    assert_eq!(stage.found(named).await.state(), State::Withdrawn);
    assert!(stage.why(named).await.contains("somebody else takes it on"));
    stage.accept(stage.at.supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.lead(stage.today()).await, Some(lead));
}

// F5 a
#[tokio::test]
async fn becoming_the_lead_ends_ones_own_supervision() {
    let stage = Stage::new().await;
    let at = &stage.at;
    let id = stage.offer(at.trainee, To::Person(at.supervisor), on("2026-04-10")).await.expect("offered");
    stage.accept(at.supervisor, id, Party::Successor).await;
    stage.accept(at.lead, id, Party::Supervisor).await;
    assert_eq!(stage.stands(on("2026-04-09")).await, (Some(at.trainee), Some(at.supervisor)));
    assert_eq!(stage.stands(on("2026-04-10")).await, (Some(at.supervisor), None));
    stage.withdraw(at.supervisor, id).await.expect("stepped back");
    assert_eq!(stage.stands(on("2026-04-10")).await, (Some(at.trainee), Some(at.supervisor)));
}

// F5 b
#[tokio::test]
async fn supervision_that_is_passed_on_goes_on_until_the_colleague_accepts() {
    let stage = Stage::new().await;
    let at = &stage.at;
    let place = stage.place(at.supervisor, "supervisor").await;
    let request = stage.request(at.supervisor).await;
    {
        let mut change = at.store.write().await.expect("a change");
        let listed =
            team::store::pass_on::supervised(&mut change, at.supervisor, at.trust, TODAY).await.expect("a list");
        assert_eq!(
            listed.iter().map(|one| (one.project_id, one.membership)).collect::<Vec<_>>(),
            [(stage.project, place)]
        );
        let allowed = request.require(&mut change, ManageTeam(stage.project)).await.expect("allowed");
        for nobody in [at.supervisor, at.trainee, at.stranger] {
            let refused = team::store::pass_on::pass_on(&mut change, &allowed, (place, at.supervisor), nobody).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "they supervise it, lead it or are not here");
        }
        team::store::pass_on::pass_on(&mut change, &allowed, (place, at.supervisor), at.lead).await.expect("asked");
        change.commit().await.expect("committed");
    }
    assert_eq!(stage.stands(TODAY).await.1, Some(at.supervisor));
    stage.answer_place(at.lead, stage.place(at.lead, "supervisor").await).await.expect("accepted");
    assert_eq!(stage.stands(TODAY).await.1, Some(at.lead));
    let mut conn = at.store.read().await.expect("a reader");
    let left = team::store::pass_on::supervised(&mut conn, at.supervisor, at.trust, TODAY).await.expect("a list");
    assert!(left.is_empty());
}

// F5 c
#[tokio::test]
async fn a_supervisor_without_a_post_counts_until_the_day_that_the_academy_confirms() {
    let stage = Stage::new().await;
    let at = &stage.at;
    stage.run("delete from post where person_id = $1 and $2 is not null", at.supervisor, TODAY).await;
    assert_eq!(stage.stands(TODAY).await.1, None);
    let place = stage.place(at.supervisor, "supervisor").await;
    let confirm = async |by: PersonId, last: &str| {
        let request = stage.request(by).await;
        let mut change = at.store.write().await?;
        let allowed = request.require(&mut change, ConfirmSupervisor(stage.project)).await?;
        team::store::supervision::confirm_supervisor(&mut change, &allowed, place, on(last)).await?;
        change.commit().await
    };
    assert_eq!(confirm(at.trainee, "2026-06-30").await, Err(Error::Forbidden));
    for last in ["2026-03-03", "2027-03-05"] {
        assert!(matches!(confirm(at.lead, last).await, Err(Error::Invalid(_))), "{last}");
    }
    confirm(at.lead, "2026-06-30").await.expect("confirmed");
    assert_eq!(stage.stands(on("2026-06-30")).await.1, Some(at.supervisor));
    assert_eq!(stage.stands(on("2026-07-01")).await.1, None);
}

// F7
#[tokio::test]
async fn a_request_to_join_a_project_without_lead_and_supervisor_reaches_the_academy() {
    let mut stage = Stage::new().await;
    stage.end_post(stage.at.trainee, TODAY).await;
    stage.end_post(stage.at.supervisor, TODAY).await;
    stage.pass(2);
    let at = &stage.at;
    let request = stage.request(at.colleague).await;
    {
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, AskToJoin(stage.project)).await.expect("allowed");
        team::store::ask_to_join(&mut change, &allowed, "I work there").await.expect("asked");
        change.commit().await.expect("committed");
    }
    let mut conn = at.store.read().await.expect("a reader");
    let seen = asks::store::of_person(&mut conn, at.lead, stage.today()).await.expect("asks");
    let joins = seen.iter().filter(|line| line.first.kind == Kind::AnswerJoin);
    assert_eq!(joins.map(|line| line.first.about_id).collect::<Vec<_>>(), [Some(at.colleague)]);
    drop(conn);
    stage.answer_place(at.lead, stage.place(at.colleague, "member").await).await.expect("accepted");
}

#[tokio::test]
async fn a_supervisor_leads_a_project_that_nobody_leads_until_their_day() {
    let mut stage = Stage::new().await;
    let (colleague, supervisor) = (stage.at.colleague, stage.at.supervisor);
    assert_eq!(stage.bridge(supervisor, "2026-04-01").await, Err(Error::Forbidden), "somebody leads it");
    stage.end_post(stage.at.trainee, TODAY).await;
    stage.pass(2);
    assert_eq!(stage.bridge(colleague, "2026-04-01").await, Err(Error::Forbidden));
    stage.bridge(supervisor, "2026-04-01").await.expect("leads for now");
    assert_eq!(stage.stands(stage.today()).await, (Some(supervisor), None), "who leads does not supervise");
    assert_eq!(stage.asked("pass_on_supervision", stage.today()).await, [], "who leads for now has not gone");
    assert_eq!(stage.asked("no_supervisor", stage.today()).await, [(Some(supervisor), false)]);
    let mut conn = stage.at.store.read().await.expect("a reader");
    let row = crate::continuity::store::row(&mut conn, stage.project, stage.today()).await.expect("a row");
    assert!(row.supervisor_named.is_some_and(|named| named.leads));
    drop(conn);
    assert_eq!(stage.stands(on("2026-04-02")).await, (None, Some(supervisor)));
}

#[tokio::test]
async fn who_leads_for_now_goes_on_the_eve_of_what_is_agreed_also_when_that_is_withdrawn() {
    let mut stage = Stage::new().await;
    let (colleague, supervisor) = (stage.at.colleague, stage.at.supervisor);
    stage.end_post(stage.at.trainee, on("2026-03-20")).await;
    let agreed = stage.agreed(colleague, "2026-04-10").await;
    stage.pass(20);
    stage.bridge(supervisor, "2026-05-01").await.expect("leads for now");
    assert_eq!(stage.lead(on("2026-04-09")).await, Some(supervisor));
    assert_eq!(stage.lead(on("2026-04-10")).await, Some(colleague));
    stage.withdraw(colleague, agreed).await.expect("stepped back");
    assert_eq!(stage.lead(on("2026-04-09")).await, Some(supervisor));
    assert_eq!(stage.lead(on("2026-04-10")).await, None, "nobody leads for longer than they said");
}

#[tokio::test]
async fn who_is_back_after_a_break_leads_again_by_saying_so() {
    let mut stage = Stage::new().await;
    let trainee = stage.at.trainee;
    stage.end_post(trainee, on("2026-03-10")).await;
    {
        let mut change = stage.at.store.write().await.expect("a change");
        make::post(&mut change, stage.at.trust, stage.at.department, trainee, "ST1", [Some(on("2026-05-01")), None])
            .await
            .expect("a post");
        change.commit().await.expect("committed");
    }
    stage.pass(60);
    assert_eq!(stage.lead(stage.today()).await, None, "asked, not assumed");
    let request = stage.request(trainee).await;
    let mut change = stage.at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, LeadAgain(stage.project)).await.expect("allowed");
    lead_again(&mut change, &allowed).await.expect("leads it");
    change.commit().await.expect("committed");
    assert_eq!(stage.lead(stage.today()).await, Some(trainee));
    assert_eq!(stage.leads(stage.today()).await, [trainee], "once");
}

#[tokio::test]
async fn whoever_keeps_looking_is_reminded_again_on_the_day() {
    let mut stage = Stage::new().await;
    stage.end_post(stage.at.trainee, TODAY).await;
    for (days, early) in [(42, true), (1, false)] {
        stage.pass(days);
        let request = stage.request(stage.at.lead).await;
        let mut change = stage.at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, KeepLooking(stage.project)).await.expect("allowed");
        let chosen = look_on(&mut change, &allowed, on("2026-05-10")).await;
        assert_eq!(chosen.is_err(), early, "{chosen:?} on {}", stage.today());
        change.commit().await.expect("committed");
    }
    let mut conn = stage.at.store.read().await.expect("a reader");
    for (day, rests) in [("2026-05-09", true), ("2026-05-10", false)] {
        let resting: bool = sqlx::query_scalar(
            "select rests from ask where project_id = $1 and kind = 'no_lead' and audience = 'desk' and from_on <= $2 and until_on > $2",
        )
        .bind(stage.project)
        .bind(on(day))
        .fetch_one(&mut *conn)
        .await
        .expect("an ask");
        assert_eq!(resting, rests, "{day}");
    }
}

#[tokio::test]
async fn a_summary_is_finished_for_two_weeks_after_leaving_and_read_by_who_comes_next() {
    let mut stage = Stage::new().await;
    let (colleague, supervisor, trainee) = (stage.at.colleague, stage.at.supervisor, stage.at.trainee);
    stage.end_post(trainee, on("2026-03-06")).await;
    stage.pass(16);
    let finish = async |stage: &Stage, version: i64| {
        let request = stage.request(trainee).await;
        let pack = Pack { summary: "Ask the ward clerk first.".into(), ..stage.pack(To::Nobody, on("2026-04-01")) };
        let mut change = stage.at.store.write().await?;
        assert!(request.require(&mut change, OfferHandover(stage.project)).await.is_err(), "they offer nothing more");
        let allowed = request.require(&mut change, WriteSummary(stage.project)).await?;
        let id = keep_draft(&mut change, &allowed, version, &pack).await?;
        change.commit().await.map(|()| id)
    };
    let draft = finish(&stage, 0).await.expect("finished on the last day");
    let read = async |stage: &Stage, reader: PersonId| {
        let mut conn = stage.at.store.read().await.expect("a reader");
        let left = left_behind(&mut conn, stage.project, stage.today(), reader).await.expect("read");
        left.map(|left| left.id)
    };
    assert_eq!(read(&stage, supervisor).await, Some(draft));
    assert_eq!(read(&stage, colleague).await, None, "for who comes next alone");
    let id = stage.take_on(colleague).await.expect("asked");
    stage.accept(supervisor, id, Party::Supervisor).await;
    assert_eq!(read(&stage, colleague).await, Some(draft));
    stage.pass(1);
    assert_eq!(finish(&stage, 0).await, Err(Error::Forbidden), "the fifteenth day");
}

#[tokio::test]
async fn who_has_left_changes_no_draft_of_somebody_else() {
    let mut stage = Stage::new().await;
    let trainee = stage.at.trainee;
    stage.end_post(trainee, on("2026-03-06")).await;
    stage.pass(5);
    let pack = stage.pack(To::Nobody, on("2026-04-01"));
    stage.draft(stage.at.lead, &pack).await.expect("a draft of the academy");
    let version = stage.version().await;
    let request = stage.request(trainee).await;
    let mut change = stage.at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, WriteSummary(stage.project)).await.expect("allowed");
    assert_eq!(finish_own(&mut change, &allowed, version, &pack).await, Err(prepared_by_another()));
}

#[tokio::test]
async fn who_began_to_prepare_it_takes_no_offer_back_that_somebody_else_made() {
    let mut stage = Stage::new().await;
    let (colleague, lead, supervisor, trainee) =
        (stage.at.colleague, stage.at.lead, stage.at.supervisor, stage.at.trainee);
    stage.draft(trainee, &stage.pack(To::Nobody, on("2026-04-01"))).await.expect("a draft");
    stage.end_post(trainee, on("2026-03-06")).await;
    stage.pass(5);
    let id = stage.offer(lead, To::Person(colleague), on("2026-04-10")).await.expect("offered");
    stage.accept(colleague, id, Party::Successor).await;
    stage.accept(supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.withdraw(trainee, id).await, Err(Error::Forbidden), "they have left, and did not offer it");
    assert_eq!(stage.found(id).await.state(), State::Agreed);
    stage.withdraw(lead, id).await.expect("withdrawn");
}

#[tokio::test]
async fn what_nobody_leads_is_offered_once_to_the_lead_of_what_was_merged_into_it() {
    let mut stage = Stage::new().await;
    let colleague = stage.at.colleague;
    let offer = async |stage: &Stage| {
        let request = stage.request(stage.at.lead).await;
        let mut change = stage.at.store.write().await?;
        let allowed = request.require(&mut change, ManageTeam(stage.project)).await?;
        offer_to_merged_lead(&mut change, &allowed, stage.project, colleague, "Their project was merged into it")
            .await?;
        let free = is_free(&mut change, stage.project, stage.today()).await?;
        change.commit().await.map(|()| free)
    };
    assert_eq!(offer(&stage).await, Ok(false), "somebody leads it");
    assert_eq!(stage.waits(colleague).await, []);
    stage.end_post(stage.at.trainee, TODAY).await;
    stage.pass(2);
    {
        let mut conn = stage.at.store.read().await.expect("a reader");
        assert_eq!(is_free(&mut conn, stage.project, stage.today()).await, Ok(true));
    }
    for _ in 0..2 {
        assert_eq!(offer(&stage).await, Ok(false), "it is on its way");
        assert_eq!(stage.waits(colleague).await, [AskedAs::Successor]);
    }
}

#[tokio::test]
async fn a_lead_begins_today_or_on_the_first_day_of_a_post_within_twelve_weeks() {
    let stage = Stage::new().await;
    let (soon, later) = (stage.arriving("2026-05-27").await, stage.arriving("2026-05-28").await);
    let at = &stage.at;
    let mut conn = at.store.read().await.expect("a reader");
    for (person, day) in
        [(at.colleague, Some(TODAY)), (soon, Some(on("2026-05-27"))), (later, None), (at.stranger, None)]
    {
        assert_eq!(first_day(&mut conn, person, at.trust, TODAY).await, Ok(day));
    }
}
