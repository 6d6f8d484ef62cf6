//! What the successor and the supervisor answer, and what follows once both have accepted.

use super::super::model::{Answer, Party, State};
use super::pool::reoffer_to_pool;
use super::prepare::ended;
use super::read::{Handover, find};
use crate::access::{Act, Allowed, AnswerAsSuccessor, AnswerAsSupervisor};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::HandoverId;
use crate::project::store::next_step;
use crate::team::store::leads;

/// Records the successor's answer.
///
/// # Errors
/// A refusal when the offer is no longer live.
pub async fn answer_as_successor(
    conn: &mut Connection,
    allowed: &Allowed<AnswerAsSuccessor>,
    answer: Answer,
    word: &str,
) -> Result<Handover, Error> {
    record_answer(conn, allowed, allowed.handover(), Party::Successor, answer, word).await
}

/// Records the supervisor's answer, or the academy lead's for the supervisor.
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
    if handover.state(today) != State::Offered || handover.to_person.is_none() {
        return Err(ended(&handover, today));
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
    history::record(conn, allowed, entry.change("As", "", party.label()).change("Word", "", word)).await?;

    let handover = find(conn, id, today).await?;
    let accepted = |party| handover.answer(party).is_some_and(|answered| answered.answer == Answer::Accepted);
    if answer == Answer::Declined {
        sqlx::query("update handover set state = 'declined', ended_at = $2, version = version + 1 where id = $1")
            .bind(id)
            .bind(allowed.now)
            .execute(&mut *conn)
            .await?;
        if handover.to_pool {
            // One who came and was not taken leaves the project in the pool, with its pack.
            let effect = handover.takes_effect_on.unwrap_or(today);
            reoffer_to_pool(conn, allowed, &handover, handover.from_person, effect).await?;
        }
    } else if accepted(Party::Successor) && accepted(Party::Supervisor) {
        agree(conn, allowed, &handover).await?;
    }
    find(conn, id, today).await
}

/// Both accepted: the successor leads from the agreed day, or from today when that has passed.
async fn agree<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, handover: &Handover) -> Result<(), Error> {
    let today = allowed.today();
    let successor = handover.to_person.ok_or(Error::NotFound)?;
    let project = handover.project_id;
    let effect = handover.takes_effect_on.unwrap_or(today).max(today);
    sqlx::query("update handover set state = 'agreed', takes_effect_on = $2, ended_at = $3, version = version + 1 where id = $1")
        .bind(handover.id)
        .bind(effect)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    // What the last lead began to prepare is not the next one's to read.
    sqlx::query(
        "update handover set state = 'withdrawn', ended_at = $2, version = version + 1 where project_id = $1 and state = 'draft'",
    )
    .bind(project)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    leads::end_leads(conn, handover.id, project, effect, Some(successor)).await?;
    leads::begin_lead(conn, handover.id, project, successor, effect, allowed.now).await?;
    next_step::take_over_next_step(conn, project, &handover.next_step, handover.next_step_on, allowed.now).await?;
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let entry = Entry::new("handover", handover.id, "agreed the handover")
        .in_project(project)
        .change("Lead", name(&handover.from), name(&handover.to))
        .change("Takes effect on", "", crate::format::date(effect));
    history::record(conn, allowed, entry).await
}
