//! Who opens their home on a day, and what they do about what it shows.

use std::collections::BTreeSet;

use app::access::may;
use app::continuity::asks::model::{Action, Answering, Asked, Place, Seat, needs};
use app::error::Error;
use app::id::{HandoverId, PersonId};
use app::projects::model::Transition;
use app::testing::Result;
use app::web::request::Request;
use chrono::{Datelike as _, Duration};

use crate::acts::{Actor, Tried};
use crate::checker::Wrong;
use crate::facts::{AskRow, Identity, asked_about, identity};
use crate::plan::Tempo;
use crate::world::World;

impl World {
    /// How often somebody looks at their home.
    fn looks(&self, person: PersonId, of_the_desk: bool) -> f64 {
        let tempo = self.tempo.get(&person).copied().unwrap_or(Tempo::Late);
        let often = match (tempo, of_the_desk) {
            (Tempo::Vanished, false) => 0.0,
            (_, true) => 0.8,
            (Tempo::Prompt, _) => 0.35,
            (Tempo::Late, _) => 0.08,
        };
        let weekend = self.today.weekday().number_from_monday() > 5;
        self.scale.diligence * often * if weekend { 0.3 } else { 1.0 }
    }

    /// The rows of somebody's home, as it shows them today.
    pub async fn home(&mut self, person: PersonId) -> Result<Vec<Asked>> {
        self.report.homes += 1;
        let mut conn = self.fixture.store.read().await?;
        let lines = app::continuity::asks::store::of_person(&mut conn, person, self.today).await?;
        Ok(lines.iter().flat_map(|line| line.rows().cloned().collect::<Vec<_>>()).collect())
    }

    /// Somebody who is asked something opens their home, or does not.
    pub async fn lives(&mut self, person: PersonId, of_the_desk: bool) -> Result {
        let often = self.looks(person, of_the_desk);
        if !self.dice.chance(often) {
            return Ok(());
        }
        let most = if of_the_desk { 12 } else { 4 };
        let rows = self.home(person).await?;
        let trust = self.fixture.trust;
        let rows = rows.into_iter().filter(|row| row.trust_id == trust).take(3 * most);
        let mut done = 0;
        for row in rows {
            // The academy leaves to others what others are asked as well, for a while.
            let often = if of_the_desk && row.level == 3 && self.others_are_asked(&row).await? { 0.06 } else { 0.6 };
            if done == most || !self.dice.chance(often) {
                continue;
            }
            if self.does(person, &row, of_the_desk).await? {
                done += 1;
            }
        }
        Ok(())
    }

    async fn others_are_asked(&self, row: &Asked) -> Result<bool> {
        let asked = identity(row);
        Ok(self.asked_about(row).await?.iter().any(|one| one.person_id.is_some() && one.identity() == asked))
    }

    async fn asked_about(&self, row: &Asked) -> Result<Vec<AskRow>> {
        let mut conn = self.fixture.store.read().await?;
        asked_about(&mut conn, row.project_id, self.today).await
    }

    /// Whether they did something about it: what they did before may have answered it.
    async fn does(&mut self, person: PersonId, row: &Asked, of_the_desk: bool) -> Result<bool> {
        let request = self.request(person).await;
        let before = self.asked_about(row).await?;
        let (asked, by_name) = (identity(row), row.seat() == Seat::Own);
        let is_theirs = |ask: &AskRow| ask.identity() == asked && (!by_name || ask.person_id == Some(person));
        if request.visitor.person().is_err() || !before.iter().any(is_theirs) {
            return Ok(false);
        }
        self.is_permitted(&request, row).await?;
        let place = row.place();
        if !self.scale.answers && (needs_an_answer(row) || row.kind == timeline::Kind::AnswerAsSuccessor) {
            return Ok(false);
        }
        if needs_an_answer(row) && !row.actions().iter().any(|action| matches!(action, Action::Answer(_))) {
            return Ok(false);
        }
        let mut actor = Actor { world: self, person, request };
        let (name, tried) = actor.decides(row, place).await?;
        let act = format!("{}, {place:?}: {name}", row.kind);
        match tried {
            None => return Ok(false),
            Some(Ok(())) => {
                self.report.done(&act);
                let after: BTreeSet<Identity> = self.asked_about(row).await?.iter().map(AskRow::identity).collect();
                let gone: BTreeSet<Identity> =
                    before.iter().map(AskRow::identity).filter(|ask| !after.contains(ask)).collect();
                for ask in gone {
                    let own = before.iter().filter(|one| one.identity() == ask && one.person_id == Some(person));
                    let level = own.map(|one| one.level).min().unwrap_or(if of_the_desk { 3 } else { 1 });
                    self.report.settled(&ask, level);
                }
            }
            Some(Err(error)) => self.refused(&act, row, person, &error).await?,
        }
        Ok(true)
    }

    /// What their home offers of it, `may` permits.
    async fn is_permitted(&mut self, request: &Request, row: &Asked) -> Result {
        let mut conn = self.fixture.store.read().await?;
        let here = app::access::relationship(&mut conn, request, row.project_id).await?;
        let handover: Option<HandoverId> = row.object_id.as_deref().and_then(|id| id.parse().ok());
        for action in row.actions() {
            let Some(needed) = needs(action, row) else { continue };
            let permitted = match (action, handover) {
                (Action::Answer(Answering::Question), _) => true,
                (Action::Answer(_), Some(handover)) => {
                    may(needed, app::access::relationship_of_handover(&mut conn, request, handover).await?)
                }
                _ => may(needed, here),
            };
            if !permitted {
                let says =
                    format!("{} {} {:?}: {action:?} is offered, and not permitted", self.today, row.kind, row.place());
                self.report.wrong(Wrong::mismatched(says));
            }
        }
        Ok(())
    }

    /// What the page offers is not refused.
    async fn refused(&mut self, act: &str, row: &Asked, person: PersonId, error: &Error) -> Result {
        self.report.refused(act, error);
        if is_told_before(error) {
            return Ok(());
        }
        let mut conn = self.fixture.store.read().await?;
        let handover: Option<String> = sqlx::query_scalar(
            "select json_object('id', id, 'from', from_person, 'to', to_person, 'by', created_by, 'state', state, 'day', takes_effect_on)
             from handover where id = $1",
        )
        .bind(&row.object_id)
        .fetch_optional(&mut *conn)
        .await?;
        let of = row.project_id;
        let request = self.request(person).await;
        let relationship = app::access::relationship(&mut conn, &request, of).await;
        let handover = handover.unwrap_or_default();
        let says = format!(
            "{} {act} of {of} by {person} is offered, and refused: {error:?} {handover} {relationship:?} {:?}",
            self.today,
            row.actions()
        );
        self.report.wrong(Wrong::mismatched(says));
        Ok(())
    }
}

/// What is answered on the spot, where a form for it is drawn.
fn needs_an_answer(row: &Asked) -> bool {
    use timeline::Kind;
    match row.kind {
        Kind::AgreeToHandover | Kind::AnswerTakeOn | Kind::AnswerJoin => true,
        Kind::AnswerAsSuccessor | Kind::AskedToSupervise | Kind::Invitation => row.place() == Place::First,
        _ => false,
    }
}

/// Refusals that only say which of two buttons is the right one.
fn is_told_before(error: &Error) -> bool {
    match error {
        Error::Invalid(fields) => fields.iter().any(|field| field.message.contains("Decline it")),
        _ => false,
    }
}

impl Actor<'_> {
    fn chance(&mut self, often: f64) -> bool {
        self.world.dice.chance(often)
    }

    /// What somebody does about a row, and how it went.
    async fn decides(&mut self, row: &Asked, place: Place) -> Result<(&'static str, Tried)> {
        use timeline::Kind;
        let of = row.project_id;
        Ok(match (row.kind, place) {
            _ if needs_an_answer(row) => self.answers(row).await,
            (Kind::AskedToSupervise | Kind::Invitation, Place::Beside | Place::Desk) => {
                ("take back the invitation", self.end_question(row).await)
            }
            (Kind::CannotBeReached, Place::Desk | Place::Administrator) => ("give a way in", self.reach(row).await?),
            (Kind::ConfirmDates, _) => self.confirms_dates(row, place).await?,
            (Kind::NoLead | Kind::BrokenHandover | Kind::Gap, Place::Administrator) => {
                ("name an academy lead", self.names_an_academy_lead().await?)
            }
            (Kind::StepPassed, _) => ("set the next step", self.sets_days(of).await),
            (_, Place::Administrator) => ("nothing", None),
            (Kind::NoSupervisor, _) => ("ask a colleague", self.ask_supervisor(of).await?),
            (Kind::ConfirmSupervisor, _) => ("confirm", self.confirm_supervisor(row).await?),
            (Kind::PassOnSupervision, _) => ("pass on", self.pass_on(row).await?),
            (Kind::ReturnedLead, Place::First) => ("lead again", self.lead_again(of).await),
            (Kind::LookAgain, _) => self.looks_again(row).await?,
            (Kind::StillYours, Place::First | Place::Beside) => self.says_whether(row).await?,
            (Kind::NoLead | Kind::Gap | Kind::BrokenHandover | Kind::HandOver | Kind::AnswerAsSuccessor, _) => {
                self.finds_a_lead(row, place).await?
            }
            _ => ("nothing", None),
        })
    }

    /// Yes or no, where a form for it stands on the spot; no, where it says that only that is possible.
    async fn answers(&mut self, row: &Asked) -> (&'static str, Tried) {
        use timeline::Kind;
        let often = match row.kind {
            Kind::AnswerAsSuccessor => 0.8,
            Kind::AgreeToHandover | Kind::AnswerTakeOn => 0.92,
            _ => 0.85,
        };
        let yes = self.chance(often);
        match self.answer(row, yes).await {
            Some(Err(error)) if is_told_before(&error) => ("decline", self.answer(row, false).await),
            tried => (if yes { "accept" } else { "decline" }, tried),
        }
    }

    async fn answer(&self, row: &Asked, yes: bool) -> Tried {
        use timeline::Kind;
        match row.kind {
            Kind::AnswerAsSuccessor => self.answer_as_successor(row, yes).await,
            Kind::AgreeToHandover | Kind::AnswerTakeOn => self.answer_as_supervisor(row, yes).await,
            _ => self.answer_question(row, yes).await,
        }
    }

    async fn confirms_dates(&mut self, row: &Asked, place: Place) -> Result<(&'static str, Tried)> {
        if matches!(place, Place::Desk | Place::Administrator) {
            return Ok(("as it stands", self.confirms_dates_of(row).await?));
        }
        let extended = self.chance(0.15);
        Ok((if extended { "extended" } else { "as it stands" }, self.own_dates(extended).await?))
    }

    async fn looks_again(&mut self, row: &Asked) -> Result<(&'static str, Tried)> {
        let review: bool = {
            let mut conn = self.world.fixture.store.read().await?;
            sqlx::query_scalar("select review_on is not null and review_on <= $2 and status in ('paused', 'sustaining') from project where id = $1")
                .bind(row.project_id)
                .bind(self.world.today)
                .fetch_one(&mut *conn)
                .await?
        };
        if review {
            return Ok(("make it active", self.status(row.project_id, Transition::Resume).await));
        }
        Ok(("set the next day", self.sets_days(row.project_id).await))
    }

    async fn says_whether(&mut self, row: &Asked) -> Result<(&'static str, Tried)> {
        let of = row.project_id;
        if self.chance(0.7) {
            return Ok(("goes on", self.goes_on(of).await));
        }
        if self.chance(0.4) && !self.is_under_way(row).await? {
            return Ok(("complete", self.status(of, Transition::Complete).await));
        }
        Ok(("goes on", self.goes_on(of).await))
    }

    /// Whether something is offered or agreed, with which a page shows neither the offer's form nor closing.
    async fn is_under_way(&self, row: &Asked) -> Result<bool> {
        let mut conn = self.world.fixture.store.read().await?;
        Ok(sqlx::query_scalar(
            "select handover_id is not null from standing where project_id = $1 and from_on <= $2 and until_on > $2",
        )
        .bind(row.project_id)
        .bind(self.world.today)
        .fetch_optional(&mut *conn)
        .await?
        .unwrap_or_default())
    }

    async fn finds_a_lead(&mut self, row: &Asked, place: Place) -> Result<(&'static str, Tried)> {
        use timeline::Kind;
        match row.kind {
            Kind::HandOver => self.hands_over(row, place).await,
            Kind::NoLead => self.looks_for_a_lead(row, place).await,
            // Before its first day a gap can only be closed by another handover; from then on nobody leads.
            Kind::Gap if place == Place::Beside || !self.chance(0.1) => Ok(("nothing", None)),
            _ if place == Place::Administrator => Ok(("nothing", None)),
            _ => Ok(("withdraw", self.withdraw(row).await)),
        }
    }

    /// The lead goes.
    async fn hands_over(&mut self, row: &Asked, place: Place) -> Result<(&'static str, Tried)> {
        let of = row.project_id;
        if place == Place::First && self.chance(0.1) {
            return Ok(("extended", self.own_dates(true).await?));
        }
        if place == Place::Administrator || self.is_under_way(row).await? {
            return Ok(("nothing", None));
        }
        if place == Place::First && self.chance(0.15) {
            return Ok(("complete", self.status(of, Transition::Complete).await));
        }
        let to_pool = self.chance(0.12);
        Ok((if to_pool { "to the pool" } else { "offer" }, self.offer(of, to_pool).await?))
    }

    /// Nobody leads.
    async fn looks_for_a_lead(&mut self, row: &Asked, place: Place) -> Result<(&'static str, Tried)> {
        let of = row.project_id;
        let long = self.world.today - row.cause_on > Duration::days(42);
        let under_way = self.is_under_way(row).await?;
        if place == Place::Administrator {
            return Ok(("nothing", None));
        }
        if place != Place::First {
            if long && self.chance(0.3) {
                return Ok(("keep looking", self.keep_looking(of).await));
            }
            if long && !under_way && self.chance(0.3) {
                return Ok(("stop", self.status(of, Transition::Stop).await));
            }
            if self.chance(0.4) {
                return Ok(("bridge", self.bridge(of).await));
            }
        }
        if under_way {
            return Ok(("nothing", None));
        }
        let to_pool = self.chance(0.1);
        Ok((if to_pool { "to the pool" } else { "offer" }, self.offer(of, to_pool).await?))
    }
}
