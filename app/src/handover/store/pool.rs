//! Taking on a project from the pool.

use chrono::NaiveDate;

use super::super::model::State;
use super::prepare::{Live, context, error_linking_to, expire_lapsed_offer, live, not_agreed};
use super::read::{Handover, find, last_offered};
use crate::access::{Act, Allowed, TakeOn};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{HandoverId, PersonId, ProjectId};
use crate::people;

/// Asks to take on a project that is looking for a lead: records the wish as the successor's acceptance
/// of the offer to the pool, or of an offer made for them when the last lead left none.
///
/// # Errors
/// A refusal when somebody leads the project and does not offer it to the pool, when somebody else was
/// faster, and for who has no post to hold it from.
pub async fn take_on(conn: &mut Connection, allowed: &Allowed<TakeOn>, word: &str) -> Result<HandoverId, Error> {
    let (project, today, person) = (allowed.project(), allowed.today(), allowed.person()?);
    expire_lapsed_offer(conn, allowed, project).await?;
    let context = context(conn, project, today).await?;
    if !context.status.is_open() {
        return Err(Error::form("Only an active, paused or sustaining project can be taken on."));
    }
    not_agreed(&context)?;
    let row = crate::continuity::store::row(conn, project, today).await?;
    if row.lead.as_ref().is_some_and(|lead| lead.id == person) {
        return Err(Error::form("You lead this project already."));
    }
    let live = live(conn, project).await?;
    let id = match live {
        Some(Live { id, state: State::Offered, to_name: Some(name), .. }) => {
            return Err(error_linking_to(
                format!("It is with {name}, and waits for both answers. If they do not take it on, it is free again."),
                id,
            ));
        }
        Some(Live { id, state: State::Offered, .. }) => id,
        _ if row.lead.is_some() => {
            return Err(Error::form("Somebody leads this project. Ask to join its team instead."));
        }
        // A draft is its author's: whoever takes the project on starts from what was offered last, and
        // from today, whatever day that was for.
        _ => match last_offered(conn, project, today).await? {
            Some(last) => reoffer_to_pool(conn, allowed, &last, context.leader, today).await?,
            None => create_empty_offer(conn, allowed, project, context.leader).await?,
        },
    };
    sqlx::query(
        "update handover set state = 'offered', to_pool = 1, to_person = $2, offered_at = $3,
                takes_effect_on = max(coalesce(takes_effect_on, $4), $4), version = version + 1
         where id = $1",
    )
    .bind(id)
    .bind(person)
    .bind(allowed.now)
    .bind(today)
    .execute(&mut *conn)
    .await?;
    let handover = find(conn, id, today).await?;
    if !people::store::has_post(conn, person, context.trust_id, handover.takes_effect_on.unwrap_or(today)).await? {
        return Err(Error::form(
            "A lead needs a post in this trust on the day of the handover, and you have none then.",
        ));
    }
    sqlx::query(
        "insert into handover_answer (handover_id, party, person_id, answer, word, answered_at) values ($1, 'successor', $2, 'accepted', $3, $4)",
    )
    .bind(id)
    .bind(person)
    .bind(word)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("handover", id, "asked to take it on").in_project(project).change("Word", "", word);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// An offer to the pool without a pack: the last lead left before they wrote one.
pub(super) async fn create_empty_offer<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    from: Option<PersonId>,
) -> Result<HandoverId, Error> {
    let id = HandoverId::new();
    sqlx::query(
        "insert into handover (id, project_id, from_person, to_pool, state, takes_effect_on, created_by, created_at, offered_at)
         values ($1, $2, $3, 1, 'offered', $4, $5, $6, $6)",
    )
    .bind(id)
    .bind(project)
    .bind(from)
    .bind(allowed.today())
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    Ok(id)
}

/// The same pack again, offered to the pool from a day on.
pub(super) async fn reoffer_to_pool<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    handover: &Handover,
    from: Option<PersonId>,
    effect: NaiveDate,
) -> Result<HandoverId, Error> {
    let id = HandoverId::new();
    sqlx::query(
        "insert into handover (id, project_id, from_person, to_pool, state, takes_effect_on, summary, next_step, next_step_on,
                files, not_repeat, approvals, approvals_expire_on, helped, created_by, created_at, offered_at)
         select $2, project_id, $3, 1, 'offered', $4, summary, next_step, next_step_on,
                files, not_repeat, approvals, approvals_expire_on, helped, created_by, $5, $5
         from handover where id = $1",
    )
    .bind(handover.id)
    .bind(id)
    .bind(from)
    .bind(effect)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    for children in [
        "insert into handover_measure (handover_id, measure_id, how, next_on) select $2, measure_id, how, next_on from handover_measure where handover_id = $1",
        "insert into handover_contribution (handover_id, person_id, contribution) select $2, person_id, contribution from handover_contribution where handover_id = $1",
    ] {
        sqlx::query(children).bind(handover.id).bind(id).execute(&mut *conn).await?;
    }
    Ok(id)
}
