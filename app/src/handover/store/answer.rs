//! What the successor and the supervisor answer, and what follows once both have accepted.

use chrono::NaiveDate;

use super::super::model::{Answer, Party, State};
use super::prepare::{ahead, ended, error_linking_to, take_back};
use super::read::{Handover, find};
use super::reoffer::reoffer_to_pool;
use crate::access::{Act, Allowed, AnswerAsSuccessor, AnswerAsSupervisor};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{HandoverId, PersonId, TrustId};
use crate::people::ties;
use crate::progress::store::tasks;
use crate::project::store::keep_looking;
use crate::roles::{account_open, in_force, post_on, role_on};
use crate::team::store::{co_leads, leads, supervision};

/// Records the successor's answer. Whoever answers belongs to the trust from then on, if it had only asked.
///
/// # Errors
/// A refusal when the offer is no longer live.
pub async fn answer_as_successor(
    conn: &mut Connection,
    allowed: &Allowed<AnswerAsSuccessor>,
    answer: Answer,
    word: &str,
) -> Result<Handover, Error> {
    if answer == Answer::Accepted {
        ties::store::accept_by_answering(conn, allowed).await?;
    }
    record_answer(conn, allowed, allowed.handover(), Party::Successor, answer, word).await
}

/// Records the supervisor's answer, or the academy's for the supervisor.
///
/// # Errors
/// A refusal when the offer is no longer live.
pub async fn answer_as_supervisor(
    conn: &mut Connection,
    allowed: &Allowed<AnswerAsSupervisor>,
    answer: Answer,
    word: &str,
) -> Result<Handover, Error> {
    record_answer(conn, allowed, allowed.handover(), Party::Supervisor, answer, word).await
}

async fn record_answer<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    id: HandoverId,
    party: Party,
    answer: Answer,
    word: &str,
) -> Result<Handover, Error> {
    let today = allowed.today();
    let handover = find(conn, id, today).await?;
    if handover.state() != State::Offered || handover.to_person.is_none() {
        return Err(ended(&handover));
    }
    if !handover.status.is_open() {
        return Err(Error::form("The project is closed. Reopen it before it is handed over."));
    }
    let by = allowed.person()?;
    let for_supervisor =
        party == Party::Supervisor && handover.supervisors.iter().all(|supervisor| supervisor.person != by);
    sqlx::query(
        "insert into handover_answer (handover_id, party, person_id, for_supervisor, answer, word, answered_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (handover_id, party) do update set person_id = excluded.person_id, for_supervisor = excluded.for_supervisor,
                answer = excluded.answer, word = excluded.word, answered_at = excluded.answered_at",
    )
    .bind(id)
    .bind(party)
    .bind(by)
    .bind(for_supervisor)
    .bind(answer)
    .bind(word)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let what = match answer {
        Answer::Accepted => "accepted the handover",
        Answer::Declined => "declined the handover",
    };
    let entry = Entry::new("handover", id, what).in_project(handover.project_id);
    let part = if for_supervisor { "For the supervisor" } else { party.label() };
    history::record(conn, allowed, entry.change("As", "", part).change("Word", "", word)).await?;
    let handover = find(conn, id, today).await?;
    if answer == Answer::Declined {
        decline(conn, allowed, &handover).await?;
    } else {
        agree_when_complete(conn, allowed, &handover).await?;
    }
    find(conn, id, today).await
}

async fn decline<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, handover: &Handover) -> Result<(), Error> {
    sqlx::query("update handover set state = 'declined', ended_at = $2, version = version + 1 where id = $1")
        .bind(handover.id)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    if handover.to_pool {
        // One who came and was not taken leaves the project in the pool, with its pack.
        let effect = handover.takes_effect_on.unwrap_or(allowed.today());
        reoffer_to_pool(conn, allowed, handover, handover.from_person, effect).await?;
    }
    Ok(())
}

/// Agrees the handover when the successor has accepted, and so has the supervisor or whoever answers for one; where
/// nobody is left to answer but who gives and takes it, the successor's word is enough.
pub(super) async fn agree_when_complete<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    handover: &Handover,
) -> Result<(), Error> {
    let accepted = |party| handover.answer(party).is_some_and(|answered| answered.answer == Answer::Accepted);
    if !accepted(Party::Successor) {
        return Ok(());
    }
    let alone = handover.answer(Party::Supervisor).is_none() && !others_answer(conn, handover, allowed.today()).await?;
    if alone || accepted(Party::Supervisor) {
        agree(conn, allowed, handover, alone).await?;
    }
    Ok(())
}

/// Whether there is a supervisor, an academy lead or an administrator who neither gives nor takes the handover.
async fn others_answer(conn: &mut Connection, handover: &Handover, today: NaiveDate) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select exists (select 1 from person n join tie k on k.person_id = n.id and k.trust_id = $2 and k.state = 'accepted'
            where n.id is not $3 and n.id is not $4 and ", account_open!("n", "$5"), " and (
                exists (select 1 from trust_role b where b.person_id = n.id and b.trust_id = $2 and ", role_on!("b", "$5"), ")
                or exists (select 1 from team_role r where r.person_id = n.id and r.project_id = $1 and r.role = 'supervisor' and ", in_force!("r", "$5"), "
                    and (r.confirmed_until >= $5 or exists (select 1 from post o where o.person_id = n.id and o.trust_id = $2
                            and ", post_on!("o", "$5"), ")))))"
    ))
    .bind(handover.project_id)
    .bind(handover.trust_id)
    .bind(handover.from_person)
    .bind(handover.to_person)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

/// Both accepted: the successor leads from the agreed day, or from today when that has passed. A handover that was
/// agreed before and stands is not touched by it: they lead until its eve.
async fn agree<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    handover: &Handover,
    alone: bool,
) -> Result<(), Error> {
    let today = allowed.today();
    let successor = handover.to_person.ok_or(Error::NotFound)?;
    let project = handover.project_id;
    let effect = handover.takes_effect_on.unwrap_or(today).max(today);
    if !will_be_there(conn, successor, handover.trust_id, effect).await? {
        return Err(Error::form(format!(
            "{} will not be there on {}, nor in the four weeks after it. Decline it, so that the project finds somebody who is.",
            handover.to.as_deref().unwrap_or("The next lead"),
            crate::format::date(effect)
        )));
    }
    let ahead = ahead(conn, project, today).await?;
    if let Some(sound) = ahead.iter().find(|one| !one.broken && one.on <= effect) {
        return Err(error_linking_to(
            "Another handover of this project is agreed for that day or before it.",
            sound.id,
        ));
    }
    let until = ahead.iter().filter(|one| !one.broken).map(|one| one.on).min();
    for one in ahead.iter().filter(|one| one.broken) {
        take_back(conn, allowed, one.id, "Its next lead will not be there, and somebody else takes the project on")
            .await?;
    }
    sqlx::query("update handover set state = 'agreed', takes_effect_on = $2, ended_at = $3, version = version + 1 where id = $1")
        .bind(handover.id)
        .bind(effect)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    // What the last lead began to prepare is not the next one's to change.
    sqlx::query(
        "update handover set state = 'withdrawn', ended_at = $2, version = version + 1 where project_id = $1 and state = 'draft'",
    )
    .bind(project)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    co_leads::withdraw(conn, allowed, project).await?;
    if until.is_some() {
        supervision::lead_for_now(conn, project, successor, effect, until, allowed.now).await?;
    } else {
        leads::end_leads(conn, handover.id, project, effect, Some(successor)).await?;
        leads::begin_lead(conn, handover.id, project, successor, effect, allowed.now).await?;
        supervision::end_own(conn, project, successor, effect).await?;
    }
    keep_looking::end(conn, project, effect).await?;
    tasks::set_next_step(conn, allowed, project, &handover.next_step, handover.next_step_on).await?;
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let day = |day: Option<NaiveDate>| day.map(crate::format::date).unwrap_or_default();
    let alone = if alone { "Nobody is left to answer but who gives and takes it" } else { "" };
    let entry = Entry::new("handover", handover.id, "agreed the handover")
        .in_project(project)
        .change("Lead", name(&handover.from), name(&handover.to))
        .change("Takes effect on", "", crate::format::date(effect))
        .change("Leads until", "", day(until.and_then(|on| on.pred_opt())))
        .change("The supervisor’s answer", "", alone);
    history::record(conn, allowed, entry).await
}

/// Whether somebody is present in a trust on a day or in the four weeks after it: as the rule counts it, an absence
/// of four weeks or more ends the post.
pub(super) async fn will_be_there(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    on: NaiveDate,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(concat!(
        "with recursive d (on_day) as (select $3 union all select date(on_day, '+1 day') from d where on_day < $4)
         select exists (select 1 from d join person n on n.id = $1 where ",
        account_open!("n", "d.on_day"),
        "
            and exists (select 1 from post o where o.person_id = $1 and o.trust_id = $2 and ",
        post_on!("o", "d.on_day"),
        ")
            and not exists (select 1 from away a where a.person_id = $1 and a.trust_id = $2 and a.keeps_contributing = 0
                and a.starts_on <= d.on_day and a.ends_on >= d.on_day
                and julianday(a.ends_on) - julianday(a.starts_on) + 1 >= $5))"
    ))
    .bind(person)
    .bind(trust)
    .bind(on)
    .bind(on + chrono::Duration::days(timeline::LONGEST_AWAY_DAYS))
    .bind(timeline::LONGEST_AWAY_DAYS)
    .fetch_one(conn)
    .await?)
}
