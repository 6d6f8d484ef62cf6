//! An offer that came to nothing, made again to everybody.

use chrono::NaiveDate;

use super::read::Handover;
use crate::access::{Act, Allowed};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, PersonId};

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
