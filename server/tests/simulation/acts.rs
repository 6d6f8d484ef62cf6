//! What somebody can do about an ask that their home shows, by the functions that the forms of the pages call.

use app::access::{
    Act, AnswerAsSuccessor, AnswerAsSupervisor, AnswerQuestion, Bridge, ChangeOwnDates, ChangeStatus,
    ConfirmSupervisor, EditProject, GrantRoles, KeepLooking, LeadAgain, ManageOrganisation, ManageTeam, OfferHandover,
    WithdrawHandover, WriteProgress,
};
use app::continuity::asks::model::Asked;
use app::continuity::asks::store as asks;
use app::error::Error;
use app::handover::model::{Answer, Pack, To};
use app::handover::store as handovers;
use app::id::{HandoverId, PersonId, PostId, ProjectId, TeamRoleId};
use app::people::dates::store as dates;
use app::people::directory::model::{RoleDates, TrustRole};
use app::people::directory::store as directory;
use app::people::model::Named;
use app::progress::model::TaskDetails;
use app::progress::store::tasks;
use app::project::store as project;
use app::projects::model::{StatusChange, Transition};
use app::team::model::{Invitation, TeamRole};
use app::team::store as team;
use app::testing::Result;
use app::web::request::Request;
use chrono::{Duration, NaiveDate};

use crate::world::{World, give_way_in};

/// How something that was tried went: not at all when nobody could be found for it.
pub type Tried = Option<std::result::Result<(), Error>>;

/// Somebody in front of their home.
pub struct Actor<'w> {
    pub world: &'w mut World,
    pub person: PersonId,
    pub request: Request,
}

const WORD: &str = "As we said on the ward";

fn id<T: std::str::FromStr>(row: &Asked) -> Option<T> {
    row.object_id.as_deref().and_then(|id| id.parse().ok())
}

impl Actor<'_> {
    fn today(&self) -> NaiveDate {
        self.world.today
    }

    pub async fn answer_as_successor(&self, row: &Asked, yes: bool) -> Tried {
        let handover: HandoverId = id(row)?;
        let answer = if yes { Answer::Accepted } else { Answer::Declined };
        let change = self.request.change(AnswerAsSuccessor(handover), async |conn, allowed| {
            handovers::answer_as_successor(conn, allowed, answer, WORD).await.map(drop)
        });
        Some(change.await)
    }

    pub async fn answer_as_supervisor(&self, row: &Asked, yes: bool) -> Tried {
        let handover: HandoverId = id(row)?;
        let answer = if yes { Answer::Accepted } else { Answer::Declined };
        let change = self.request.change(AnswerAsSupervisor(handover), async |conn, allowed| {
            handovers::answer_as_supervisor(conn, allowed, answer, WORD).await.map(drop)
        });
        Some(change.await)
    }

    pub async fn answer_question(&self, row: &Asked, yes: bool) -> Tried {
        let question: TeamRoleId = id(row)?;
        let change = self.request.change(AnswerQuestion(question), async |conn, allowed| {
            team::answer(conn, allowed, yes, WORD).await.map(drop)
        });
        Some(change.await)
    }

    pub async fn withdraw(&self, row: &Asked) -> Tried {
        let handover: HandoverId = id(row)?;
        let change = self.request.change(WithdrawHandover(handover), async |conn, allowed| {
            handovers::withdraw(conn, allowed).await.map(drop)
        });
        Some(change.await)
    }

    /// Offers the project to somebody on the form's list, or to the pool, from the day after the lead's last one.
    pub async fn offer(&mut self, of: ProjectId, to_pool: bool) -> Result<Tried> {
        let today = self.today();
        let mut conn = self.world.fixture.store.read().await?;
        let context = handovers::context(&mut conn, of, today).await?;
        let last: Option<Option<NaiveDate>> = sqlx::query_scalar(
            "select lead_last_on from standing where project_id = $1 and from_on <= $2 and until_on > $2 and lead_id is not null",
        )
        .bind(of)
        .bind(today)
        .fetch_optional(&mut *conn)
        .await?;
        let effect = match last {
            Some(Some(last)) => (last + Duration::days(1)).min(today + Duration::days(300)),
            Some(None) => today + Duration::days(28),
            None => today,
        };
        let version: i64 = sqlx::query_scalar(
            "select coalesce(max(version), 0) from handover where project_id = $1 and state = 'draft'",
        )
        .bind(of)
        .fetch_one(&mut *conn)
        .await?;
        drop(conn);
        let to = if to_pool { To::Pool } else { self.choose(context.leader, effect).await? };
        if to == To::Nobody {
            return Ok(None);
        }
        let pack = Pack {
            to,
            takes_effect_on: Some(effect),
            summary: "It goes well.".to_owned(),
            next_step: "Measure again".to_owned(),
            next_step_on: Some(effect + Duration::days(14)),
            ..Pack::default()
        };
        let change = self.request.change(OfferHandover(of), async |conn, allowed| {
            handovers::offer(conn, allowed, version, &pack).await.map(drop)
        });
        Ok(Some(change.await))
    }

    /// A trainee who has a post on the day and stays for a while, of those whom the form finds; the giver looks for one.
    async fn choose(&mut self, leader: Option<PersonId>, effect: NaiveDate) -> Result<To> {
        let mut conn = self.world.fixture.store.read().await?;
        let here: Vec<PersonId> = sqlx::query_scalar(
            "select o.person_id from post o join person p on p.id = o.person_id
             join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
             where o.trust_id = $1 and o.starts_on <= $2 and (o.ends_on is null or o.ends_on >= $2) and o.grade <> 'Consultant'
               and p.id is not $3 and (p.closed_on is null or p.closed_on > $4)
             group by p.id order by p.name collate nocase, p.id",
        )
        .bind(self.world.fixture.trust)
        .bind(effect)
        .bind(leader)
        .bind(self.today())
        .fetch_all(&mut *conn)
        .await?;
        drop(conn);
        Ok(self.world.dice.pick(&here).map_or(To::Nobody, To::Person))
    }

    pub async fn bridge(&mut self, of: ProjectId) -> Tried {
        let last = self.today() + Duration::days(self.world.dice.between(28, 84));
        let change =
            self.request.change(Bridge(of), async |conn, allowed| handovers::bridge(conn, allowed, last).await);
        Some(change.await)
    }

    pub async fn lead_again(&self, of: ProjectId) -> Tried {
        Some(self.request.change(LeadAgain(of), async |conn, allowed| handovers::lead_again(conn, allowed).await).await)
    }

    pub async fn keep_looking(&mut self, of: ProjectId) -> Tried {
        let until = self.today() + Duration::days(self.world.dice.between(14, 42));
        let change =
            self.request.change(KeepLooking(of), async |conn, allowed| handovers::look_on(conn, allowed, until).await);
        Some(change.await)
    }

    pub async fn status(&mut self, of: ProjectId, to: Transition) -> Tried {
        let later = self.today() + Duration::days(self.world.dice.between(40, 180));
        let rests = matches!(to, Transition::Pause | Transition::Sustain);
        let change = StatusChange { to, review_on: rests.then_some(later), note: WORD.to_owned() };
        let done = self.request.change(ChangeStatus(of), async |conn, allowed| {
            let version = project::summary(conn, of).await?.version;
            app::projects::store::change_status(conn, allowed, version, &change).await
        });
        Some(done.await)
    }

    /// Says that it goes on.
    pub async fn goes_on(&self, of: ProjectId) -> Tried {
        Some(self.request.change(EditProject(of), async |conn, allowed| asks::goes_on(conn, allowed).await).await)
    }

    /// Sets the days that have passed anew.
    pub async fn sets_days(&self, of: ProjectId) -> Tried {
        let later = self.today() + Duration::days(120);
        let today = self.today();
        let moved = move |day: Option<NaiveDate>| day.map(|day| if day <= today { later } else { day });
        let done = self.request.change(EditProject(of), async |conn, allowed| {
            let version = project::summary(conn, of).await?.version;
            let mut details = project::details(conn, of).await?;
            details.aim_by = moved(details.aim_by);
            details.reaudit_on = moved(details.reaudit_on);
            let said = app::project::details::Registration {
                details,
                priorities: Vec::new(),
                next_step: String::new(),
                next_step_on: None,
                supervisor: None,
                differs: String::new(),
            };
            app::projects::store::edit(conn, allowed, version, &said).await
        });
        if let Err(refused) = done.await {
            return Some(Err(refused));
        }
        let done = self.request.change(WriteProgress(of), async |conn, allowed| {
            for task in tasks::open(conn, of, today).await? {
                let said = TaskDetails { what: task.what.clone(), person: task.person_id, due_on: moved(task.due_on) };
                tasks::edit(conn, allowed, &task, &said, task.version).await?;
            }
            Ok(())
        });
        Some(done.await)
    }

    /// Asks a colleague to supervise.
    pub async fn ask_supervisor(&mut self, of: ProjectId) -> Result<Tried> {
        let mut conn = self.world.fixture.store.read().await?;
        let concerned: Vec<PersonId> = sqlx::query_scalar(
            "select person_id from team_role where project_id = $1 and role in ('lead', 'supervisor')
               and state <> 'declined' and (until_on is null or until_on > $2)",
        )
        .bind(of)
        .bind(self.today())
        .fetch_all(&mut *conn)
        .await?;
        drop(conn);
        let but: Vec<PersonId> = concerned.into_iter().chain([self.person]).collect();
        let Some(colleague) = self.world.senior_but(&but).await? else { return Ok(None) };
        let invitation =
            Invitation { whom: Named::Colleague(colleague), role: TeamRole::Supervisor, message: WORD.to_owned() };
        let change = self
            .request
            .change(ManageTeam(of), async |conn, allowed| team::invite(conn, allowed, &invitation).await.map(drop));
        Ok(Some(change.await))
    }

    /// Takes an invitation back.
    pub async fn end_question(&self, row: &Asked) -> Tried {
        let question: TeamRoleId = id(row)?;
        let change = self.request.change(ManageTeam(row.project_id), async |conn, allowed| {
            team::end_role(conn, allowed, question, Some("")).await
        });
        Some(change.await)
    }

    /// Passes supervision on to a colleague.
    pub async fn pass_on(&mut self, row: &Asked) -> Result<Tried> {
        let (Some(place), Some(of)) = (id::<TeamRoleId>(row), row.about_id) else { return Ok(None) };
        let lead: Option<PersonId> = {
            let mut conn = self.world.fixture.store.read().await?;
            sqlx::query_scalar("select lead_id from standing where project_id = $1 and from_on <= $2 and until_on > $2")
                .bind(row.project_id)
                .bind(self.today())
                .fetch_optional(&mut *conn)
                .await?
                .flatten()
        };
        let but: Vec<PersonId> = [of, self.person].into_iter().chain(lead).collect();
        let Some(colleague) = self.world.senior_but(&but).await? else { return Ok(None) };
        let change = self.request.change(ManageTeam(row.project_id), async |conn, allowed| {
            team::pass_on::pass_on(conn, allowed, (place, of), colleague).await.map(drop)
        });
        Ok(Some(change.await))
    }

    /// The academy confirms a supervisor for as long as they can be.
    pub async fn confirm_supervisor(&self, row: &Asked) -> Result<Tried> {
        let (Some(place), Some(of)) = (id::<TeamRoleId>(row), row.about_id) else { return Ok(None) };
        let mut conn = self.world.fixture.store.read().await?;
        let last: Option<NaiveDate> = sqlx::query_scalar(
            "select max(ends_on) from post where person_id = $1 and trust_id = $2 and ends_on >= $3",
        )
        .bind(of)
        .bind(self.world.fixture.trust)
        .bind(self.today())
        .fetch_one(&mut *conn)
        .await?;
        drop(conn);
        let last = last.unwrap_or(self.today() + Duration::days(300));
        let change = self.request.change(ConfirmSupervisor(row.project_id), async |conn, allowed| {
            team::supervision::confirm_supervisor(conn, allowed, place, last).await
        });
        Ok(Some(change.await))
    }

    /// Says of one's own post that it ends as it stands, or that it is extended.
    pub async fn own_dates(&mut self, extended: bool) -> Result<Tried> {
        let Some((post, version, last)) = self.last_post(self.person).await? else { return Ok(None) };
        let later = last + Duration::days(self.world.dice.between(60, 182));
        let person = self.person;
        let change = self.request.change(ChangeOwnDates(person), async |conn, allowed| {
            if extended {
                dates::say_last_day(conn, allowed, post, version, Some(later)).await
            } else {
                dates::confirm_end(conn, allowed, post, version).await
            }
        });
        Ok(Some(change.await))
    }

    pub async fn last_post(&self, of: PersonId) -> Result<Option<(PostId, i64, NaiveDate)>> {
        let mut conn = self.world.fixture.store.read().await?;
        Ok(sqlx::query_as(
            "select id, version, ends_on from post where person_id = $1 and trust_id = $2 and starts_on <= $3 and ends_on >= $3
             order by ends_on desc limit 1",
        )
        .bind(of)
        .bind(self.world.fixture.trust)
        .bind(self.today())
        .fetch_optional(&mut *conn)
        .await?)
    }

    /// The academy gives somebody a way in; in the simulation they take it at once.
    pub async fn reach(&mut self, row: &Asked) -> Result<Tried> {
        let Some(of) = row.about_id else { return Ok(None) };
        let allowed = self.tried(ManageOrganisation(row.trust_id)).await;
        if allowed.is_ok() {
            let mut conn = self.world.fixture.store.write().await?;
            give_way_in(&mut conn, of).await?;
            sqlx::query("update tie set state = 'accepted', answered_at = $3, code_hash = null, code_expires_at = null where person_id = $1 and trust_id = $2 and state <> 'accepted'")
                .bind(of)
                .bind(row.trust_id)
                .bind(self.world.now())
                .execute(&mut *conn)
                .await?;
            conn.commit().await?;
        }
        Ok(Some(allowed))
    }

    /// The academy writes down that somebody's post ends as it stands, or later.
    pub async fn confirms_dates_of(&mut self, row: &Asked) -> Result<Tried> {
        let Some(of) = row.about_id else { return Ok(None) };
        let Some((post, version, last)) = self.last_post(of).await? else { return Ok(None) };
        let change = self.request.change(ManageOrganisation(row.trust_id), async |conn, allowed| {
            directory::end_post(conn, allowed, post, version, last).await.map(drop)
        });
        Ok(Some(change.await))
    }

    /// An administrator names somebody where the trust has no academy lead at all.
    pub async fn names_an_academy_lead(&mut self) -> Result<Tried> {
        let mut conn = self.world.fixture.store.read().await?;
        let any: bool = sqlx::query_scalar(
            "select exists (select 1 from trust_role where trust_id = $1 and role = 'academy_lead' and (until_on is null or until_on > $2))",
        )
        .bind(self.world.fixture.trust)
        .bind(self.today())
        .fetch_one(&mut *conn)
        .await?;
        drop(conn);
        let next = if any { None } else { self.world.senior_but(&[]).await? };
        let Some(next) = next else { return Ok(None) };
        let dates = RoleDates { from_on: None, last_on: None };
        let change = self.request.change(GrantRoles(self.world.fixture.trust), async |conn, allowed| {
            directory::grant(conn, allowed, next, TrustRole::AcademyLead, dates).await
        });
        Ok(Some(change.await))
    }

    async fn tried<A: Act>(&self, act: A) -> std::result::Result<(), Error> {
        let mut conn = self.world.fixture.store.read().await?;
        self.request.require(&mut conn, act).await.map(drop)
    }
}
