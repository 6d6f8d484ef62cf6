//! Ordinary sequences of events after which somebody was asked for what they could not do, or nobody was asked.

use chrono::NaiveDate;

use super::super::*;
use super::Stage;
use crate::access::{
    AnswerQuestion, Bridge, ChangeStatus, EditProject, KeepLooking, LeaveTeam, ManageTeam, WriteProgress, WriteSummary,
};
use crate::continuity::asks;
use crate::error::Error;
use crate::handover::model::{Party, State, To};
use crate::id::{PersonId, TeamRoleId};
use crate::people::model::Named;
use crate::portfolio::model::Filter;
use crate::portfolio::store::{home, list};
use crate::progress::model::TaskForm;
use crate::progress::store::tasks;
use crate::projects;
use crate::projects::model::{StatusChange, Transition};
use crate::team;
use crate::team::model::{Invitation, TeamRole};
use crate::testing::{TODAY, make, on};

impl Stage {
    /// What is asked on a day: of whom (none for the desk), and whether it rests.
    pub(super) async fn asked(&self, kind: &'static str, day: NaiveDate) -> Vec<(Option<PersonId>, bool)> {
        let mut conn = self.at.store.read().await.expect("a reader");
        sqlx::query_as(
            "select person_id, rests from ask where project_id = $1 and kind = $2 and from_on <= $3 and until_on > $3 order by level",
        )
        .bind(self.project)
        .bind(kind)
        .bind(day)
        .fetch_all(&mut *conn)
        .await
        .expect("asks")
    }

    /// What somebody is asked today in one kind of ask.
    async fn line(&self, person: PersonId, kind: timeline::Kind) -> asks::model::Line {
        let mut conn = self.at.store.read().await.expect("a reader");
        let lines = asks::store::of_person(&mut conn, person, self.today()).await.expect("asks");
        lines.into_iter().find(|line| line.first.kind == kind).expect("asked")
    }

    async fn status(&self, by: PersonId, to: Transition, review_on: Option<NaiveDate>) {
        let request = self.request(by).await;
        let mut change = self.at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ChangeStatus(self.project)).await.expect("allowed");
        let version: i64 = sqlx::query_scalar("select version from project where id = $1")
            .bind(self.project)
            .fetch_one(&mut *change)
            .await
            .expect("a version");
        let wish = StatusChange { to, review_on, note: "Because".into() };
        projects::store::change_status(&mut change, &allowed, version, &wish).await.expect("changed");
        change.commit().await.expect("committed");
    }
}

#[tokio::test]
async fn who_looks_for_a_lead_takes_an_offer_to_the_pool_back_and_offers_it_to_somebody() {
    let mut stage = Stage::new().await;
    let (trainee, supervisor, colleague) = (stage.at.trainee, stage.at.supervisor, stage.at.colleague);
    let id = stage.offer(trainee, To::Pool, on("2026-03-10")).await.expect("offered");
    assert!(stage.withdraw(colleague, id).await.is_err(), "they are not asked");
    stage.pass(20);
    assert_eq!(stage.asked("no_lead", stage.today()).await, [(Some(supervisor), false), (None, false)]);
    stage.withdraw(supervisor, id).await.expect("taken back");
    let day = stage.today();
    let named = stage.offer(supervisor, To::Person(colleague), day).await.expect("offered to somebody");
    assert_eq!(stage.found(named).await.state(), State::Offered);
}

#[tokio::test]
async fn a_supervisor_who_is_asked_to_close_a_gap_can() {
    let mut stage = Stage::new().await;
    let (trainee, supervisor, colleague) = (stage.at.trainee, stage.at.supervisor, stage.at.colleague);
    let id = stage.agreed(colleague, "2026-05-10").await;
    stage.end_post(trainee, on("2026-04-20")).await;
    stage.pass(2);
    assert!(stage.asked("gap", stage.today()).await.contains(&(Some(supervisor), false)));
    stage.withdraw(supervisor, id).await.expect("taken back");
    stage.offer(supervisor, To::Person(colleague), on("2026-04-21")).await.expect("an earlier day");
}

#[tokio::test]
async fn a_new_supervisor_accepts_while_nobody_waits_for_the_old_ones_answer() {
    let pooled = Stage::new().await;
    pooled.offer(pooled.at.trainee, To::Pool, on("2026-05-10")).await.expect("offered");
    new_supervisor_accepts(pooled).await;
    let answered = Stage::new().await;
    let (trainee, supervisor, colleague) = (answered.at.trainee, answered.at.supervisor, answered.at.colleague);
    let id = answered.offer(trainee, To::Person(colleague), on("2026-05-10")).await.expect("offered");
    answered.accept(supervisor, id, Party::Supervisor).await;
    new_supervisor_accepts(answered).await;
}

async fn new_supervisor_accepts(stage: Stage) {
    let (trainee, lead) = (stage.at.trainee, stage.at.lead);
    let by = stage.request(trainee).await;
    let asked = stage.request(lead).await;
    let mut change = stage.at.store.write().await.expect("a change");
    sqlx::query("delete from trust_role where person_id = $1")
        .bind(lead)
        .execute(&mut *change)
        .await
        .expect("a consultant");
    let allowed = by.require(&mut change, ManageTeam(stage.project)).await.expect("allowed");
    let invitation = Invitation { whom: Named::Colleague(lead), role: TeamRole::Supervisor, message: String::new() };
    team::store::invite(&mut change, &allowed, &invitation).await.expect("invited");
    let question: TeamRoleId = sqlx::query_scalar("select id from team_role where person_id = $1 and state = 'asked'")
        .bind(lead)
        .fetch_one(&mut *change)
        .await
        .expect("a question");
    change.commit().await.expect("committed");
    let mut change = stage.at.store.write().await.expect("a change");
    let own = asked.require(&mut change, AnswerQuestion(question)).await.expect("allowed");
    team::store::answer(&mut change, &own, true, "").await.expect("accepted");
}

#[tokio::test]
async fn a_pause_of_a_lead_who_has_gone_silences_nobody() {
    let mut stage = Stage::new().await;
    let (trainee, supervisor, lead) = (stage.at.trainee, stage.at.supervisor, stage.at.lead);
    stage.status(trainee, Transition::Pause, Some(on("2026-08-20"))).await;
    stage.end_post(trainee, on("2026-03-10")).await;
    stage.pass(20);
    let open = [(Some(supervisor), false), (None, false)];
    assert_eq!(stage.asked("no_lead", stage.today()).await, open);
    // Whoever looks for a lead may choose to leave it so until a day.
    stage.status(lead, Transition::Resume, None).await;
    stage.status(lead, Transition::Pause, Some(on("2026-08-20"))).await;
    assert_eq!(stage.asked("no_lead", on("2026-08-19")).await, [(Some(supervisor), true), (None, true)]);
    assert!(stage.asked("no_lead", on("2026-08-20")).await.iter().all(|one| !one.1));
    stage.status(lead, Transition::Resume, None).await;
    assert_eq!(stage.asked("no_lead", stage.today()).await, open, "it is worked on again");
}

#[tokio::test]
async fn a_choice_to_keep_looking_ends_with_the_next_lead() {
    let mut stage = Stage::new().await;
    let (trainee, colleague, supervisor) = (stage.at.trainee, stage.at.colleague, stage.at.supervisor);
    stage.end_post(trainee, TODAY).await;
    stage.pass(43);
    let request = stage.request(stage.at.lead).await;
    let mut change = stage.at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, KeepLooking(stage.project)).await.expect("allowed");
    look_on(&mut change, &allowed, stage.today() + chrono::Days::new(40)).await.expect("chosen");
    change.commit().await.expect("committed");
    let id = stage.take_on(colleague).await.expect("asked");
    stage.accept(supervisor, id, Party::Supervisor).await;
    stage.pass(5);
    stage.end_post(colleague, stage.today()).await;
    stage.pass(2);
    assert_eq!(stage.asked("no_lead", stage.today()).await, [(Some(supervisor), false), (None, false)]);
}

#[tokio::test]
async fn the_next_lead_steps_back_until_they_lead_also_after_the_agreed_day() {
    let mut stage = Stage::new().await;
    let colleague = stage.at.colleague;
    let id = stage.agreed(colleague, "2026-04-10").await;
    stage
        .run("update post set starts_on = '2026-04-30' where person_id = $1 and $2 is not null", colleague, TODAY)
        .await;
    stage.pass(40);
    stage.withdraw(colleague, id).await.expect("stepped back");
}

#[tokio::test]
async fn who_comes_back_after_somebody_led_for_now_is_asked() {
    let mut stage = Stage::new().await;
    let (trainee, supervisor) = (stage.at.trainee, stage.at.supervisor);
    stage.reopen_post(trainee).await;
    let mut change = stage.at.store.write().await.expect("a change");
    make::away(&mut change, stage.at.trust, trainee, ["2026-03-10", "2026-05-31"]).await.expect("away");
    change.commit().await.expect("committed");
    stage.pass(10);
    let request = stage.request(supervisor).await;
    let mut change = stage.at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, Bridge(stage.project)).await.expect("allowed");
    bridge(&mut change, &allowed, on("2026-05-31")).await.expect("leads it");
    change.commit().await.expect("committed");
    let mut conn = stage.at.store.read().await.expect("a reader");
    let home = home::home(&mut conn, stage.at.trust, trainee, (false, false), stage.today()).await.expect("a home");
    let news: Vec<_> = home.news.iter().map(|one| (one.actor.as_deref(), one.action.as_str())).collect();
    assert!(news.contains(&(Some("Sonia Supervisor"), "leads the project for now")), "{news:?}");
    drop(conn);
    assert_eq!(stage.asked("returned_lead", on("2026-06-01")).await, [(Some(trainee), false)]);
}

#[tokio::test]
async fn a_gap_ends_on_the_first_day_of_the_next_lead() {
    let mut stage = Stage::new().await;
    let (trainee, supervisor, colleague) = (stage.at.trainee, stage.at.supervisor, stage.at.colleague);
    stage.agreed(colleague, "2026-05-10").await;
    stage.end_post(trainee, on("2026-05-09")).await;
    stage
        .run("update post set starts_on = '2026-05-20' where person_id = $1 and $2 is not null", colleague, TODAY)
        .await;
    stage.pass(2);
    let gap = stage.line(supervisor, timeline::Kind::Gap).await;
    let what = gap.sentence(supervisor, stage.today()).what;
    assert!(what.contains("from 10 May 2026 until Colin Colleague takes over on 20 May 2026"), "{what}");
}

#[tokio::test]
async fn another_successor_is_wanted_by_the_day_from_which_nobody_leads() {
    let mut stage = Stage::new().await;
    let (trainee, supervisor, colleague) = (stage.at.trainee, stage.at.supervisor, stage.at.colleague);
    stage.agreed(colleague, "2026-05-10").await;
    stage.end_post(trainee, on("2026-04-20")).await;
    stage.run("update person set closed_on = $2 where id = $1", colleague, TODAY).await;
    stage.pass(2);
    let broken = stage.line(supervisor, timeline::Kind::BrokenHandover).await;
    assert_eq!(broken.first.due_on, Some(on("2026-04-21")));
}

#[tokio::test]
async fn what_the_next_lead_prepares_is_not_the_last_leads() {
    let stage = Stage::new().await;
    let (trainee, colleague) = (stage.at.trainee, stage.at.colleague);
    stage.agreed(colleague, &TODAY.to_string()).await;
    let stage = Stage { now: stage.now + chrono::Duration::days(2), ..stage };
    let request = stage.request(trainee).await;
    let mut conn = stage.at.store.read().await.expect("a reader");
    let refused = request.require(&mut conn, WriteSummary(stage.project)).await;
    assert_eq!(refused.err(), Some(Error::Forbidden));
}

#[tokio::test]
async fn who_gave_a_project_away_works_on_it_until_the_next_lead_is_there() {
    let mut stage = Stage::new().await;
    let (trainee, colleague) = (stage.at.trainee, stage.at.colleague);
    stage.reopen_post(trainee).await;
    stage.agreed(colleague, "2026-04-10").await;
    let late = "update post set starts_on = '2026-04-24' where person_id = $1 and $2 is not null";
    stage.run(late, colleague, TODAY).await;
    for (day, leads) in [("2026-04-12", true), ("2026-04-24", false)] {
        stage.pass((on(day) - stage.today()).num_days());
        let request = stage.request(trainee).await;
        let mut conn = stage.at.store.read().await.expect("a reader");
        let works = request.may(&mut conn, EditProject(stage.project)).await.expect("asked");
        assert_eq!(works, leads, "{day}");
    }
}

/// A stage on which the trainee has given the project to the colleague for 10 April, and leads on because the colleague
/// begins on the 24th; two days after the 10th.
async fn leads_on() -> Stage {
    let mut stage = Stage::new().await;
    let (trainee, colleague) = (stage.at.trainee, stage.at.colleague);
    stage.reopen_post(trainee).await;
    stage.agreed(colleague, "2026-04-10").await;
    let late = "update post set starts_on = '2026-04-24' where person_id = $1 and $2 is not null";
    stage.run(late, colleague, TODAY).await;
    stage.pass((on("2026-04-12") - stage.today()).num_days());
    stage
}

#[tokio::test]
async fn what_somebody_leads_on_is_theirs_on_home_in_lists_and_not_among_their_past_projects() {
    let stage = leads_on().await;
    let (at, today) = (&stage.at, stage.today());
    let measure = at.measure(stage.project).await;
    let mut conn = at.store.read().await.expect("a reader");
    for (person, leads, due) in [(at.trainee, true, vec![measure]), (at.colleague, false, vec![])] {
        let home = home::home(&mut conn, at.trust, person, (false, false), today).await.expect("a home");
        let mine: Vec<_> = home.mine.iter().map(|one| (one.row.id, one.leads, one.leads_next)).collect();
        assert_eq!(mine, [(stage.project, leads, !leads)]);
        assert_eq!(home.due.iter().map(|one| one.measure_id).collect::<Vec<_>>(), due);
        assert_eq!(home.past, 0);
        assert_eq!(home::past(&mut conn, person, today, (9, 0)).await.expect("past").1, 0);
    }
    for filter in
        [Filter { mine: Some(at.trainee), ..Filter::default() }, Filter { with: Some(at.trainee), ..Filter::default() }]
    {
        assert_eq!(list(&mut conn, at.trust, &filter, today).await.expect("a list").rows.len(), 1, "{filter:?}");
    }
}

#[tokio::test]
async fn whoever_leads_on_is_in_the_team_does_tasks_waits_for_answers_and_prepares() {
    let stage = leads_on().await;
    let (trainee, colleague, today) = (stage.at.trainee, stage.at.colleague, stage.today());
    let request = stage.request(trainee).await;
    let mut change = stage.at.store.write().await.expect("a change");
    let place = team::store::team(&mut change, stage.project, today).await.expect("a team").memberships;
    let place = place.iter().find(|one| one.person == trainee).expect("a place");
    assert!(place.leads_on && place.is_current(today) && !place.is_past(today));
    let before = context(&mut change, stage.project, today).await.expect("a context");
    assert_eq!(before.leader, Some(trainee));
    assert!(before.team.iter().any(|one| one.person == trainee && one.role == TeamRole::Lead));
    assert!(before.team.iter().all(|one| one.person != colleague), "they come to it");
    assert!(team::store::supervision::leads(&mut change, stage.project, trainee, today).await.expect("asked"));

    let allowed = request.require(&mut change, WriteProgress(stage.project)).await.expect("allowed");
    for person in [trainee, colleague] {
        let said = TaskForm { what: "Ask the ward".into(), person: person.to_string(), ..TaskForm::default() };
        let said = said.parse(today, None).expect("a task");
        let task = tasks::add(&mut change, &allowed, &said).await.expect("added");
        let task = tasks::task(&mut change, task, today).await.expect("a task");
        assert!(!task.gone, "one leads on, the other comes");
    }
    let active: NaiveDate = sqlx::query_scalar("select last_active_on from project where id = $1")
        .bind(stage.project)
        .fetch_one(&mut *change)
        .await
        .expect("a day");
    assert_eq!(active, today, "what they do is the team's");

    let manages = request.require(&mut change, ManageTeam(stage.project)).await.expect("allowed");
    let whom = Named::Colleague(stage.at.lead);
    let invitation = Invitation { whom, role: TeamRole::Member, message: String::new() };
    team::store::invite(&mut change, &manages, &invitation).await.expect("invited");
    let leaves = request.require(&mut change, LeaveTeam(stage.project)).await.expect("allowed");
    let refused = team::store::leave(&mut change, &leaves, "Led it").await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    change.commit().await.expect("committed");
    let mut conn = stage.at.store.read().await.expect("a reader");
    let waits = asks::store::you_wait_for(&mut conn, trainee, today).await.expect("waits");
    assert!(waits.iter().any(|one| one.kind == timeline::Kind::Invitation), "{waits:?}");
}

#[tokio::test]
async fn a_task_of_the_agreed_next_lead_is_of_somebody_who_arrives() {
    let stage = Stage::new().await;
    let colleague = stage.at.colleague;
    stage.agreed(colleague, "2026-05-10").await;
    stage
        .run("update post set starts_on = '2026-05-06' where person_id = $1 and $2 is not null", colleague, TODAY)
        .await;
    let request = stage.request(stage.at.trainee).await;
    let mut change = stage.at.store.write().await.expect("a change");
    let allowed = request.require(&mut change, WriteProgress(stage.project)).await.expect("allowed");
    let said = TaskForm { what: "Ask the ward".into(), person: colleague.to_string(), ..TaskForm::default() };
    let said = said.parse(TODAY, None).expect("a task");
    let id = tasks::add(&mut change, &allowed, &said).await.expect("added");
    for (day, gone) in [("2026-03-04", false), ("2026-05-05", false), ("2026-05-10", false), ("2026-08-05", true)] {
        assert_eq!(tasks::task(&mut change, id, on(day)).await.expect("a task").gone, gone, "{day}");
    }
}
