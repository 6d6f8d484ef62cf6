mod journeys;
mod stuck;

use chrono::{DateTime, Days, NaiveDate, Utc};
use proptest::prelude::*;

use super::super::model::{Answer, Pack, Party, State, To};
use super::*;
use crate::access::{AnswerAsSuccessor, AnswerAsSupervisor, OfferHandover, TakeOn, WithdrawHandover};
use crate::continuity::asks;
use crate::continuity::asks::model::Seat;
use crate::error::Error;
use crate::history;
use crate::id::{HandoverId, PersonId, ProjectId};
use crate::portfolio::model::Filter;
use crate::testing::{Fixture, TODAY, noon, on, role};
use crate::web::request::Request;
use timeline::{Continuity, Kind};

/// As what an answer to a handover is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AskedAs {
    Successor,
    Supervisor,
    /// At the academy, in the supervisor's place.
    Academy,
}

/// A project on its way from hand to hand; time passes when a test says so.
pub(super) struct Stage {
    pub(super) at: Fixture,
    pub(super) project: ProjectId,
    pub(super) now: DateTime<Utc>,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        Self { at, project, now: noon() }
    }

    pub(super) fn today(&self) -> NaiveDate {
        crate::clock::date_in_london(self.now)
    }

    pub(super) fn pass(&mut self, days: i64) {
        self.now += chrono::Duration::days(days);
    }

    pub(super) async fn request(&self, person: PersonId) -> Request {
        self.at.request_at(Some(person), self.now).await
    }

    pub(super) fn pack(&self, to: To, effect: NaiveDate) -> Pack {
        Pack {
            to,
            takes_effect_on: Some(effect),
            summary: "Half of the wards use it.".into(),
            next_step: "Test it at night".into(),
            next_step_on: Some(effect),
            contributions: vec![(self.at.trainee, "Led it and measured weekly.".into())],
            ..Pack::default()
        }
    }

    pub(super) async fn version(&self) -> i64 {
        let mut conn = self.at.store.read().await.expect("a reader");
        let latest = latest(&mut conn, self.project, self.today()).await.expect("read");
        latest.filter(|one| one.state() == State::Draft).map_or(0, |draft| draft.version)
    }

    pub(super) async fn draft(&self, by: PersonId, pack: &Pack) -> Result<HandoverId, Error> {
        let (request, version) = (self.request(by).await, self.version().await);
        let mut change = self.at.store.write().await?;
        let allowed = request.require(&mut change, OfferHandover(self.project)).await?;
        let id = keep_draft(&mut change, &allowed, version, pack).await?;
        change.commit().await?;
        Ok(id)
    }

    async fn agreed(&self, to: PersonId, day: &str) -> HandoverId {
        let id = self.offer(self.at.trainee, To::Person(to), on(day)).await.expect("offered");
        self.accept(to, id, Party::Successor).await;
        self.accept(self.at.supervisor, id, Party::Supervisor).await;
        id
    }

    pub(super) async fn offer(&self, by: PersonId, to: To, effect: NaiveDate) -> Result<HandoverId, Error> {
        let (request, version) = (self.request(by).await, self.version().await);
        let mut change = self.at.store.write().await?;
        let allowed = request.require(&mut change, OfferHandover(self.project)).await?;
        let id = offer(&mut change, &allowed, version, &self.pack(to, effect)).await?;
        change.commit().await?;
        Ok(id)
    }

    pub(super) async fn answer(
        &self,
        by: PersonId,
        id: HandoverId,
        party: Party,
        answer: Answer,
    ) -> Result<Handover, Error> {
        let request = self.request(by).await;
        let mut change = self.at.store.write().await?;
        let answered = match party {
            Party::Successor => {
                let allowed = request.require(&mut change, AnswerAsSuccessor(id)).await?;
                answer_as_successor(&mut change, &allowed, answer, "A word").await?
            }
            Party::Supervisor => {
                let allowed = request.require(&mut change, AnswerAsSupervisor(id)).await?;
                answer_as_supervisor(&mut change, &allowed, answer, "A word").await?
            }
        };
        change.commit().await?;
        Ok(answered)
    }

    pub(super) async fn accept(&self, by: PersonId, id: HandoverId, party: Party) -> Handover {
        self.answer(by, id, party, Answer::Accepted).await.expect("accepted")
    }

    pub(super) async fn withdraw(&self, by: PersonId, id: HandoverId) -> Result<(), Error> {
        let request = self.request(by).await;
        let mut change = self.at.store.write().await?;
        let allowed = request.require(&mut change, WithdrawHandover(id)).await?;
        withdraw(&mut change, &allowed).await?;
        change.commit().await
    }

    pub(super) async fn take_on(&self, by: PersonId) -> Result<HandoverId, Error> {
        let request = self.request(by).await;
        let mut change = self.at.store.write().await?;
        let allowed = request.require(&mut change, TakeOn(self.project)).await?;
        let id = take_on(&mut change, &allowed, "It is my field").await?;
        change.commit().await?;
        Ok(id)
    }

    pub(super) async fn run(&self, sql: &'static str, person: PersonId, day: NaiveDate) {
        let mut change = self.at.store.write().await.expect("a change");
        sqlx::query(sql).bind(person).bind(day).execute(&mut *change).await.expect(sql);
        change.commit().await.expect("committed");
    }

    pub(super) async fn end_supervisors(&self) {
        let mut change = self.at.store.write().await.expect("a change");
        sqlx::query("update team_role set until_on = '2026-02-01' where role = 'supervisor'")
            .execute(&mut *change)
            .await
            .expect("ended");
        change.commit().await.expect("committed");
    }

    pub(super) async fn end_post(&self, person: PersonId, last: NaiveDate) {
        self.run("update post set ends_on = max(starts_on, $2) where person_id = $1", person, last).await;
    }

    pub(super) async fn reopen_post(&self, person: PersonId) {
        self.run("update post set ends_on = null where person_id = $1 and $2 is not null", person, TODAY).await;
    }

    pub(super) async fn found(&self, id: HandoverId) -> Handover {
        let mut conn = self.at.store.read().await.expect("a reader");
        find(&mut conn, id, self.today()).await.expect("a handover")
    }

    pub(super) async fn row(&self) -> crate::continuity::model::ProjectRow {
        let mut conn = self.at.store.read().await.expect("a reader");
        crate::continuity::store::row(&mut conn, self.project, self.today()).await.expect("a row")
    }

    pub(super) async fn leads(&self, on: NaiveDate) -> Vec<PersonId> {
        let mut conn = self.at.store.read().await.expect("a reader");
        sqlx::query_scalar(
            "select person_id from team_role where project_id = $1 and role = 'lead' and state = 'accepted' and from_on <= $2 and (until_on is null or until_on > $2)",
        )
        .bind(self.project)
        .bind(on)
        .fetch_all(&mut *conn)
        .await
        .expect("leads")
    }

    pub(super) async fn contribution(&self, person: PersonId) -> String {
        let mut conn = self.at.store.read().await.expect("a reader");
        sqlx::query_scalar("select contribution from team_role where project_id = $1 and person_id = $2 and role = 'lead' order by from_on desc")
            .bind(self.project).bind(person).fetch_one(&mut *conn).await.expect("a role")
    }

    /// As what somebody's answer to the handover is wanted, as their home says it.
    pub(super) async fn waits(&self, person: PersonId) -> Vec<AskedAs> {
        let mut conn = self.at.store.read().await.expect("a reader");
        let lines = asks::store::of_person(&mut conn, person, self.today()).await.expect("read");
        let rows = lines.iter().flat_map(|line| line.rows());
        rows.filter_map(|row| match (row.kind, row.seat()) {
            (Kind::AnswerAsSuccessor, _) if row.taker_id == Some(person) => Some(AskedAs::Successor),
            (Kind::AgreeToHandover | Kind::AnswerTakeOn, Seat::Own) => Some(AskedAs::Supervisor),
            (Kind::AgreeToHandover | Kind::AnswerTakeOn, _) => Some(AskedAs::Academy),
            _ => None,
        })
        .collect()
    }
}

#[tokio::test]
async fn both_accept_and_the_successor_leads_from_the_day() {
    let stage = Stage::new().await;
    let at = &stage.at;
    let day = on("2026-04-01");
    {
        let mut change = at.store.write().await.expect("a change");
        role(&mut change, stage.project, at.colleague, "member", on("2026-02-01"), None).await;
        change.commit().await.expect("committed");
    }
    let id = stage.offer(at.trainee, To::Person(at.colleague), day).await.expect("offered");
    assert_eq!(stage.row().await.continuity, Some(Continuity::Offered));
    assert_eq!(stage.waits(at.colleague).await, [AskedAs::Successor]);
    assert_eq!(stage.waits(at.supervisor).await, [AskedAs::Supervisor]);
    assert!(stage.waits(at.lead).await.is_empty());
    let once = stage.accept(at.colleague, id, Party::Successor).await;
    assert_eq!(once.state(), State::Offered, "the supervisor has not answered");
    assert!(stage.waits(at.colleague).await.is_empty());
    let both = stage.accept(at.supervisor, id, Party::Supervisor).await;
    assert_eq!(both.state(), State::Agreed);

    assert_eq!(stage.row().await.continuity, Some(Continuity::Agreed));
    assert_eq!(stage.leads(TODAY).await, [at.trainee]);
    assert_eq!(stage.leads(on("2026-03-31")).await, [at.trainee]);
    assert_eq!(stage.leads(day).await, [at.colleague]);
    assert_eq!(stage.contribution(at.trainee).await, "Led it and measured weekly.");
    assert_eq!(stage.row().await.next_step, "Test it at night");
    let mut conn = at.store.read().await.expect("a reader");
    let members: i64 = sqlx::query_scalar("select count(*) from team_role where role = 'member' and until_on is null")
        .fetch_one(&mut *conn)
        .await
        .expect("a count");
    assert_eq!(members, 0, "a lead is not a member beside it");
    let listed = of_project(&mut conn, stage.project, stage.today()).await.expect("a list");
    assert_eq!((listed.len(), listed[0].answers.len()), (1, 2));
    assert_eq!(history::verify_chain(&mut conn).await, Ok(None));
}

#[tokio::test]
async fn an_answer_after_the_day_takes_effect_at_once() {
    let mut stage = Stage::new().await;
    let (colleague, supervisor, trainee) = (stage.at.colleague, stage.at.supervisor, stage.at.trainee);
    let id = stage.offer(trainee, To::Person(colleague), on("2026-03-05")).await.expect("offered");
    stage.accept(colleague, id, Party::Successor).await;
    stage.pass(10);
    let agreed = stage.accept(supervisor, id, Party::Supervisor).await;
    assert_eq!(agreed.takes_effect_on, Some(stage.today()));
    assert_eq!(stage.leads(stage.today()).await, [colleague]);
    assert!(matches!(stage.withdraw(colleague, id).await, Err(Error::Invalid(_))), "it has taken effect");
}

#[tokio::test]
async fn an_agreed_handover_withdrawn_before_its_day_leaves_all_as_it_was() {
    let stage = Stage::new().await;
    let at = &stage.at;
    let id = stage.offer(at.trainee, To::Person(at.colleague), on("2026-04-01")).await.expect("offered");
    stage.accept(at.colleague, id, Party::Successor).await;
    stage.accept(at.supervisor, id, Party::Supervisor).await;
    let again = stage.offer(at.trainee, To::Pool, on("2026-04-01")).await;
    assert!(matches!(again, Err(Error::Invalid(_))), "an agreed handover stands in the way of another");
    stage.withdraw(at.trainee, id).await.expect("withdrawn");
    assert_eq!(stage.leads(on("2026-06-01")).await, [at.trainee]);
    assert_eq!(stage.contribution(at.trainee).await, "");
    stage.offer(at.trainee, To::Pool, on("2026-04-01")).await.expect("offered again");
}

#[tokio::test]
async fn declined_by_either_it_is_kept_and_can_be_offered_again() {
    let stage = Stage::new().await;
    let at = &stage.at;
    for (who, party) in [(at.colleague, Party::Successor), (at.supervisor, Party::Supervisor)] {
        let id = stage.offer(at.trainee, To::Person(at.colleague), on("2026-04-01")).await.expect("offered");
        let declined = stage.answer(who, id, party, Answer::Declined).await.expect("declined");
        assert_eq!(declined.state(), State::Declined);
        assert_eq!(stage.leads(on("2026-04-01")).await, [at.trainee]);
        assert!(stage.answer(at.supervisor, id, Party::Supervisor, Answer::Accepted).await.is_err(), "it is over");
    }
    let mut conn = at.store.read().await.expect("a reader");
    assert_eq!(of_project(&mut conn, stage.project, stage.today()).await.expect("a list").len(), 2);
}

#[tokio::test]
async fn an_offer_without_both_answers_lapses_and_makes_room() {
    let mut stage = Stage::new().await;
    let (colleague, trainee) = (stage.at.colleague, stage.at.trainee);
    let id = stage.offer(trainee, To::Person(colleague), on("2026-03-10")).await.expect("offered");
    stage.pass(20);
    assert_eq!(stage.found(id).await.state(), State::Offered, "the fourteenth day");
    assert_eq!(stage.waits(colleague).await, [AskedAs::Successor]);
    stage.pass(1);
    assert_eq!(stage.found(id).await.state(), State::Lapsed, "though nobody wrote it down");
    assert!(stage.waits(colleague).await.is_empty());
    assert!(stage.answer(colleague, id, Party::Successor, Answer::Accepted).await.is_err());
    let next = stage.offer(trainee, To::Person(colleague), on("2026-04-10")).await.expect("there is room");
    let mut conn = stage.at.store.read().await.expect("a reader");
    let stored: Vec<String> = sqlx::query_scalar("select state from handover order by created_at, id")
        .fetch_all(&mut *conn)
        .await
        .expect("states");
    assert_eq!(stored, ["lapsed", "offered"]);
    assert_ne!(id, next);
}

#[tokio::test]
async fn the_academy_lead_answers_for_no_supervisor_or_a_silent_one() {
    let mut stage = Stage::new().await;
    let (colleague, trainee, lead) = (stage.at.colleague, stage.at.trainee, stage.at.lead);
    let id = stage.offer(trainee, To::Person(colleague), on("2026-05-01")).await.expect("offered");
    stage.accept(colleague, id, Party::Successor).await;
    let early = stage.answer(lead, id, Party::Supervisor, Answer::Accepted).await;
    assert_eq!(early.err(), Some(Error::Forbidden), "the supervisor has 14 days");
    stage.pass(15);
    assert_eq!(stage.waits(lead).await, [AskedAs::Academy]);
    let agreed = stage.accept(lead, id, Party::Supervisor).await;
    assert!(agreed.answer(Party::Supervisor).is_some_and(|answer| answer.for_supervisor));
    assert_eq!(agreed.state(), State::Agreed);

    let stage = Stage::new().await;
    let at = &stage.at;
    stage.run("update team_role set until_on = $2 where person_id = $1", at.supervisor, TODAY).await;
    let id = stage.offer(at.trainee, To::Person(at.colleague), on("2026-05-01")).await.expect("offered");
    assert_eq!(stage.waits(at.lead).await, [AskedAs::Academy], "nobody supervises it");
    stage.accept(at.lead, id, Party::Supervisor).await;
    assert_eq!(stage.accept(at.colleague, id, Party::Successor).await.state(), State::Agreed);
}

#[tokio::test]
async fn a_project_offered_to_the_pool_looks_for_a_lead_from_the_day_on() {
    let mut stage = Stage::new().await;
    let (colleague, supervisor, trainee) = (stage.at.colleague, stage.at.supervisor, stage.at.trainee);
    let day = on("2026-03-10");
    let id = stage.offer(trainee, To::Pool, day).await.expect("offered");
    assert_eq!(stage.row().await.continuity, Some(Continuity::Offered));
    assert_eq!(stage.leads(on("2026-03-09")).await, [trainee]);
    assert_eq!(stage.leads(day).await, []);
    assert_eq!(stage.contribution(trainee).await, "Led it and measured weekly.");
    assert!(stage.take_on(trainee).await.is_err(), "they hold it");
    stage.pass(60);
    assert_eq!(stage.row().await.continuity, Some(Continuity::InPool));
    assert_eq!(stage.found(id).await.state(), State::Offered, "the pool waits");

    assert_eq!(stage.take_on(colleague).await, Ok(id));
    let taken = stage.found(id).await;
    assert_eq!((taken.to_person, taken.takes_effect_on), (Some(colleague), Some(stage.today())));
    let other = stage.take_on(stage.at.lead).await;
    assert!(matches!(other, Err(Error::Invalid(_))), "somebody was faster");
    assert_eq!(stage.waits(supervisor).await, [AskedAs::Supervisor]);
    stage.accept(supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.leads(stage.today()).await, [colleague]);
    assert_eq!(stage.row().await.continuity, Some(Continuity::Led));
    assert_eq!(stage.contribution(trainee).await, "Led it and measured weekly.");
}

#[tokio::test]
async fn who_is_not_taken_leaves_the_project_in_the_pool_with_its_pack() {
    let stage = Stage::new().await;
    let at = &stage.at;
    let first = stage.offer(at.trainee, To::Pool, on("2026-05-01")).await.expect("offered");
    stage.take_on(at.colleague).await.expect("asked");
    stage.answer(at.supervisor, first, Party::Supervisor, Answer::Declined).await.expect("declined");
    let mut conn = at.store.read().await.expect("a reader");
    let again = latest(&mut conn, stage.project, TODAY).await.expect("read").expect("a handover");
    assert_ne!(again.id, first);
    assert_eq!((again.state(), again.to_person, again.recipient()), (State::Offered, None, To::Pool));
    assert_eq!(again.summary, "Half of the wards use it.");
    assert_eq!(again.contributions.len(), 1);
    drop(conn);
    stage.withdraw(at.trainee, again.id).await.expect("withdrawn");
    assert_eq!(stage.leads(on("2026-06-01")).await, [at.trainee], "they hold it again");
    assert_eq!(stage.contribution(at.trainee).await, "");
}

#[tokio::test]
async fn a_project_whose_lead_is_gone_can_be_taken_on_without_a_pack() {
    let mut stage = Stage::new().await;
    let (colleague, supervisor, trainee) = (stage.at.colleague, stage.at.supervisor, stage.at.trainee);
    assert!(stage.take_on(colleague).await.is_err(), "somebody holds it");
    stage.end_post(trainee, TODAY).await;
    stage.pass(3);
    assert_eq!(stage.row().await.continuity, Some(Continuity::InPool));
    let id = stage.take_on(colleague).await.expect("asked");
    assert!(stage.withdraw(trainee, id).await.is_err(), "they have left");
    stage.withdraw(colleague, id).await.expect("they think again");
    assert_eq!(stage.row().await.continuity, Some(Continuity::InPool));
    let id = stage.take_on(colleague).await.expect("asked again");
    let agreed = stage.accept(supervisor, id, Party::Supervisor).await;
    assert_eq!((agreed.from_person, agreed.to_person), (Some(trainee), Some(colleague)));
    assert_eq!(stage.leads(stage.today()).await, [colleague]);
}

#[tokio::test]
async fn whoever_takes_it_on_publishes_nobodys_draft_and_begins_today() {
    let mut stage = Stage::new().await;
    let (colleague, supervisor, trainee) = (stage.at.colleague, stage.at.supervisor, stage.at.trainee);
    let offered = stage.offer(trainee, To::Person(colleague), on("2026-07-01")).await.expect("offered");
    stage.withdraw(trainee, offered).await.expect("withdrawn");
    let half = Pack { summary: "Between us: it is a mess.".into(), ..stage.pack(To::Nobody, on("2026-08-01")) };
    let draft = stage.draft(trainee, &half).await.expect("a draft");
    stage.end_post(trainee, TODAY).await;
    stage.pass(3);
    let id = stage.take_on(colleague).await.expect("asked");
    let taken = stage.found(id).await;
    assert_ne!(id, draft);
    assert_eq!(taken.summary, "", "not the words of an offer that is dead");
    assert_eq!(taken.takes_effect_on, Some(stage.today()), "not the day of an offer that is dead");
    let kept = stage.found(draft).await;
    assert_eq!((kept.state(), kept.offered_at), (State::Draft, None), "the draft stays its author's");
    {
        let mut conn = stage.at.store.read().await.expect("a reader");
        let public = last_offered(&mut conn, stage.project, stage.today()).await.expect("read").expect("one");
        assert_eq!(public.id, id);
        assert!(
            of_project(&mut conn, stage.project, stage.today())
                .await
                .expect("a list")
                .iter()
                .all(|one| one.id != draft)
        );
    }
    stage.accept(supervisor, id, Party::Supervisor).await;
    assert_eq!(stage.leads(stage.today()).await, [colleague]);
    let mut conn = stage.at.store.read().await.expect("a reader");
    let next = latest(&mut conn, stage.project, stage.today()).await.expect("read").expect("a handover");
    assert_eq!(next.id, id, "the new lead does not go on with the old one's draft");
}

#[tokio::test]
async fn nobody_answers_for_a_handover_that_they_give_or_take() {
    let stage = Stage::new().await;
    let at = &stage.at;
    {
        let mut change = at.store.write().await.expect("a change");
        role(&mut change, stage.project, at.trainee, "supervisor", on("2026-01-01"), None).await;
        change.commit().await.expect("committed");
    }
    // The other supervisor takes it on: neither of the two counts, and the academy lead is asked at once.
    let id = stage.offer(at.trainee, To::Person(at.supervisor), on("2026-04-01")).await.expect("offered");
    assert_eq!(stage.waits(at.supervisor).await, [AskedAs::Successor]);
    assert!(stage.waits(at.trainee).await.is_empty());
    assert_eq!(stage.waits(at.lead).await, [AskedAs::Academy]);
    assert!(stage.found(id).await.supervisors().is_empty());
    stage.accept(at.supervisor, id, Party::Successor).await;
    for party in [at.trainee, at.supervisor] {
        let refused = stage.answer(party, id, Party::Supervisor, Answer::Accepted).await;
        assert_eq!(refused.err(), Some(Error::Forbidden));
    }
    let agreed = stage.accept(at.lead, id, Party::Supervisor).await;
    assert_eq!(agreed.state(), State::Agreed);
    assert!(agreed.answer(Party::Supervisor).is_some_and(|answered| answered.for_supervisor), "it is recorded so");
}

#[tokio::test]
async fn a_lead_who_coordinates_does_not_answer_for_their_own_handover() {
    let stage = Stage::new().await;
    let at = &stage.at;
    stage.end_supervisors().await;
    let id = stage.offer(at.trainee, To::Person(at.lead), on("2026-04-01")).await.expect("offered");
    assert_eq!(stage.waits(at.lead).await, [AskedAs::Successor]);
    stage.accept(at.lead, id, Party::Successor).await;
    let refused = stage.answer(at.lead, id, Party::Supervisor, Answer::Accepted).await;
    assert_eq!(refused.err(), Some(Error::Forbidden));
}

#[tokio::test]
async fn a_handover_is_prepared_only_for_whom_the_form_offers() {
    let stage = Stage::new().await;
    for nobody in [PersonId::new(), stage.at.stranger] {
        let refused = stage.draft(stage.at.trainee, &stage.pack(To::Person(nobody), on("2026-04-01"))).await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "to"));
    }
}

#[tokio::test]
async fn roles_that_may_not_are_refused_and_drafts_are_versioned() {
    let stage = Stage::new().await;
    let at = &stage.at;
    for who in [at.colleague, at.administrator] {
        assert_eq!(stage.offer(who, To::Pool, TODAY).await, Err(Error::Forbidden));
    }
    assert_eq!(stage.offer(at.stranger, To::Pool, TODAY).await, Err(Error::NotFound));
    let same = stage.offer(at.trainee, To::Person(at.trainee), TODAY).await;
    assert!(matches!(same, Err(Error::Invalid(_))), "they lead it already");
    let gone = stage.offer(at.trainee, To::Person(at.stranger), TODAY).await;
    assert!(matches!(gone, Err(Error::Invalid(_))), "they have no post here");

    let pack = stage.pack(To::Nobody, on("2026-04-01"));
    let draft = stage.draft(at.trainee, &pack).await.expect("a draft");
    assert_eq!(stage.draft(at.supervisor, &pack).await, Ok(draft), "one draft, whoever goes on with it");
    let request = stage.request(at.trainee).await;
    let mut change = at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, OfferHandover(stage.project)).await.expect("allowed");
    assert_eq!(keep_draft(&mut change, &allowed, 1, &pack).await, Err(Error::Conflict));
    assert_eq!(keep_draft(&mut change, &allowed, 0, &pack).await, Err(Error::Conflict));
    drop(change);
    assert_eq!(stage.offer(at.trainee, To::Person(at.colleague), on("2026-04-01")).await, Ok(draft));
    assert_eq!(
        stage.answer(at.administrator, draft, Party::Successor, Answer::Accepted).await.err(),
        Some(Error::Forbidden)
    );
    assert_eq!(
        stage.answer(at.trainee, draft, Party::Supervisor, Answer::Accepted).await.err(),
        Some(Error::Forbidden)
    );
}

/// One thing that somebody does, or that happens.
#[derive(Clone, Copy, Debug)]
enum Step {
    Draft(usize),
    Offer(usize, usize, u8),
    OfferToPool(usize, u8),
    Answer(usize, bool, bool),
    Withdraw(usize),
    TakeOn(usize),
    EndPost(usize, u8),
    ReopenPost(usize),
    Pass(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..5usize;
    prop_oneof![
        1 => who.clone().prop_map(Step::Draft),
        3 => (who.clone(), who.clone(), 0..40u8).prop_map(|(by, to, days)| Step::Offer(by, to, days)),
        2 => (who.clone(), 0..40u8).prop_map(|(by, days)| Step::OfferToPool(by, days)),
        8 => (who.clone(), any::<bool>(), prop::bool::weighted(0.8)).prop_map(|(by, supervisor, yes)| Step::Answer(by, supervisor, yes)),
        2 => who.clone().prop_map(Step::Withdraw),
        3 => who.clone().prop_map(Step::TakeOn),
        2 => (who.clone(), 0..20u8).prop_map(|(who, days)| Step::EndPost(who, days)),
        2 => who.prop_map(Step::ReopenPost),
        3 => (1..30u8).prop_map(Step::Pass),
    ]
}

impl Stage {
    async fn take(&mut self, step: Step) -> Result<(), Error> {
        let at = &self.at;
        let people = [at.trainee, at.colleague, at.supervisor, at.lead, at.administrator];
        let later = |days: u8| self.today() + Days::new(u64::from(days));
        let latest = {
            let mut conn = at.store.read().await?;
            latest(&mut conn, self.project, self.today()).await?.map(|one| one.id)
        };
        match step {
            Step::Draft(by) => self.draft(people[by], &self.pack(To::Nobody, self.today())).await.map(drop),
            Step::Offer(by, to, days) => self.offer(people[by], To::Person(people[to]), later(days)).await.map(drop),
            Step::OfferToPool(by, days) => self.offer(people[by], To::Pool, later(days)).await.map(drop),
            Step::Answer(by, supervisor, yes) => {
                let party = if supervisor { Party::Supervisor } else { Party::Successor };
                let answer = if yes { Answer::Accepted } else { Answer::Declined };
                let Some(id) = latest else { return Ok(()) };
                self.answer(people[by], id, party, answer).await.map(drop)
            }
            Step::Withdraw(by) => {
                let Some(id) = latest else { return Ok(()) };
                self.withdraw(people[by], id).await
            }
            Step::TakeOn(by) => self.take_on(people[by]).await.map(drop),
            Step::EndPost(who, days) => {
                self.end_post(people[who], later(days)).await;
                Ok(())
            }
            Step::ReopenPost(who) => {
                self.reopen_post(people[who]).await;
                Ok(())
            }
            Step::Pass(days) => {
                self.pass(i64::from(days));
                Ok(())
            }
        }
    }

    /// The project stands on a list that somebody sees, today and on every day to come that is known of.
    async fn is_seen(&self) {
        let leads = self.leads(self.today()).await;
        assert!(leads.len() <= 1, "{leads:?} lead at once");
        let mut conn = self.at.store.read().await.expect("a reader");
        for days in [0, 1, 7, 14, 40, 200] {
            let day = self.today() + Days::new(days);
            let row = crate::continuity::store::row(&mut conn, self.project, day).await.expect("a row");
            let state = row.continuity.expect("a state");
            let filter = Filter { continuity: Some(state), ..Filter::default() };
            let listed = crate::portfolio::store::list(&mut conn, self.at.trust, &filter, day).await.expect("a list");
            assert!(listed.rows.iter().any(|one| one.id == self.project), "{state} on {day} is on no list");
            match state {
                Continuity::InPool => assert_eq!(row.lead, None),
                Continuity::Agreed => {
                    let agreed = row.agreed.expect("an agreed handover");
                    let next: i64 = sqlx::query_scalar(
                        "select count(*) from team_role where project_id = $1 and role = 'lead' and state = 'accepted' and from_on = $2 and until_on is null",
                    )
                    .bind(self.project)
                    .bind(agreed.on)
                    .fetch_one(&mut *conn)
                    .await
                    .expect("a count");
                    assert_eq!(next, 1, "the successor leads from {}", agreed.on);
                }
                Continuity::Offered | Continuity::Due | Continuity::Resting | Continuity::Led => {
                    let lead = row.lead.expect("a lead").id;
                    let mine = Filter { mine: Some(lead), ..Filter::default() };
                    let held =
                        crate::portfolio::store::list(&mut conn, self.at.trust, &mine, day).await.expect("a list");
                    assert!(held.rows.iter().any(|one| one.id == self.project), "not on its lead's list on {day}");
                }
                Continuity::Ended => panic!("nobody closed it"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_actions_leaves_a_project_on_no_list(steps in prop::collection::vec(step(), 1..25)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(async {
            let mut stage = Stage::new().await;
            for step in steps {
                match stage.take(step).await {
                    Ok(()) | Err(Error::Invalid(_) | Error::Forbidden | Error::NotFound | Error::Conflict) => {}
                    Err(error) => panic!("{step:?}: {error:?}"),
                }
                stage.is_seen().await;
            }
        });
    }
}

#[tokio::test]
async fn the_pool_says_since_when_a_project_looks_for_a_lead() {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    at.measure(project).await;
    let mut change = at.store.write().await.expect("a change");
    let before = context(&mut change, project, TODAY).await.expect("a project");
    assert_eq!(before.leader, Some(at.trainee));
    sqlx::query("update team_role set until_on = '2026-02-01' where project_id = $1 and role = 'lead'")
        .bind(project)
        .execute(&mut *change)
        .await
        .expect("nobody leads it");
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    let whole = Narrowed { page: 1, rows: 10, ..Narrowed::default() };
    let found = pool(&mut conn, at.trust, &whole, TODAY).await.expect("a pool");
    let since: Vec<_> = found.rows.iter().map(|row| (row.id, row.looking_since())).collect();
    assert_eq!((since, found.total), (vec![(project, Some(on("2026-02-01")))], 1));
    assert_eq!(measured(&mut conn, project).await.expect("measures").len(), 1);
}

#[tokio::test]
async fn an_offer_lapses_after_a_fortnight_and_a_merge_takes_a_live_one_back() {
    for (day, merged, state) in
        [("2026-02-18", false, "offered"), ("2026-02-17", false, "lapsed"), ("2026-04-01", true, "withdrawn")]
    {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let mut change = at.store.write().await.expect("a change");
        sqlx::query(
            "insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, created_by, created_at, offered_at)
             values ($1, $2, $3, $4, 'offered', $5, $3, $6, $6)",
        )
        .bind(HandoverId::new())
        .bind(project)
        .bind(at.trainee)
        .bind(at.colleague)
        .bind(on(day))
        .bind(noon() - chrono::Duration::days(40))
        .execute(&mut *change)
        .await
        .expect("an offer");
        change.commit().await.expect("committed");
        let mut change = at.store.write().await.expect("a change");
        let allowed = crate::access::system(OfferHandover(project), Some(at.trust), noon());
        if merged {
            end_for_merge(&mut change, &allowed, project).await.expect("ended");
        } else {
            expire_lapsed_offer(&mut change, &allowed, project).await.expect("looked at");
        }
        let stored: String = sqlx::query_scalar("select state from handover where project_id = $1")
            .bind(project)
            .fetch_one(&mut *change)
            .await
            .expect("a handover");
        assert_eq!(stored, state, "for {day}");
    }
}
