//! Going on writing the summary of a handover that is offered or agreed.

use super::super::model::{Pack, State};
use super::prepare::{ended, replace_plans};
use super::read::find;
use crate::access::{Allowed, WriteSummary};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::HandoverId;
use crate::team::store::leads;

/// Changes what the summary of a handover says until the handover comes true. To whom it goes, and from which day, stay as
/// they were offered.
///
/// # Errors
/// [`Error::NotFound`] for another project's, [`Error::Conflict`] when somebody else changed it meanwhile, a refusal when
/// it is neither offered nor ahead.
pub async fn amend(
    conn: &mut Connection,
    allowed: &Allowed<WriteSummary>,
    id: HandoverId,
    version: i64,
    pack: &Pack,
) -> Result<(), Error> {
    let handover = find(conn, id, allowed.today()).await?;
    if handover.project_id != allowed.project() {
        return Err(Error::NotFound);
    }
    match handover.state() {
        State::Offered => {}
        State::Agreed if handover.ahead => {}
        State::Agreed => {
            return Err(Error::form("This handover has taken effect, and its summary stays as the next lead got it."));
        }
        State::Draft | State::Declined | State::Withdrawn | State::Lapsed => return Err(ended(&handover)),
    }
    let done = sqlx::query(
        "update handover set summary = $3, next_step = $4, next_step_on = $5, files = $6, not_repeat = $7, approvals = $8,
                approvals_expire_on = $9, helped = $10, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(&pack.summary)
    .bind(&pack.next_step)
    .bind(pack.next_step_on)
    .bind(&pack.files)
    .bind(&pack.not_repeat)
    .bind(&pack.approvals)
    .bind(pack.approvals_expire_on)
    .bind(&pack.helped)
    .execute(&mut *conn)
    .await?;
    db::expect_one(done)?;
    replace_plans(conn, id, pack).await?;
    leads::credit_anew(conn, id).await?;
    let entry = Entry::new("handover", id, "changed the handover summary").in_project(handover.project_id);
    history::record(conn, allowed, entry).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{AnswerAsSuccessor, AnswerAsSupervisor, OfferHandover};
    use crate::handover::model::{Answer, To};
    use crate::handover::prefill::as_it_stands;
    use crate::handover::store::{answer_as_successor, answer_as_supervisor, offer};
    use crate::testing::{Fixture, Result, TODAY, make, on};

    #[tokio::test]
    async fn the_summary_is_written_on_until_the_handover_comes_true() -> Result {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let other = at.project("Falls").await;
        let mut change = at.store.write().await?;
        let next = make::person(&mut change, at.trust, at.department, ["Hana Heir", "ST4"], None).await?;
        change.commit().await?;
        let lead = at.request(Some(at.trainee)).await;
        let (heir, supervisor) = (at.request(Some(next)).await, at.request(Some(at.supervisor)).await);
        let mut change = at.store.write().await?;
        let allowed = lead.require(&mut change, OfferHandover(project)).await?;
        let (pack, version) = as_it_stands(&mut change, project, TODAY).await?;
        let pack = Pack { to: To::Person(next), takes_effect_on: Some(on("2026-08-05")), ..pack };
        let id = offer(&mut change, &allowed, version, &pack).await?;
        change.commit().await?;
        let mut change = at.store.write().await?;
        let more = Pack { to: To::Pool, files: "The ward’s folder".into(), next_step: "Audit again".into(), ..pack };

        let writes = lead.require(&mut change, WriteSummary(project)).await?;
        let version = find(&mut change, id, TODAY).await?.version;
        amend(&mut change, &writes, id, version, &more).await?;
        let after = find(&mut change, id, TODAY).await?;
        assert_eq!((after.files.as_str(), after.next_step.as_str()), ("The ward’s folder", "Audit again"));
        assert_eq!((after.to_person, after.to_pool, after.state()), (Some(next), false, State::Offered));
        assert_eq!(amend(&mut change, &writes, id, version, &more).await, Err(Error::Conflict));

        let accepts = heir.require(&mut change, AnswerAsSuccessor(id)).await?;
        answer_as_successor(&mut change, &accepts, Answer::Accepted, "").await?;
        let accepts = supervisor.require(&mut change, AnswerAsSupervisor(id)).await?;
        answer_as_supervisor(&mut change, &accepts, Answer::Accepted, "").await?;
        let version = find(&mut change, id, TODAY).await?.version;
        amend(&mut change, &writes, id, version, &Pack { helped: "Everybody".into(), ..more.clone() }).await?;
        assert_eq!(find(&mut change, id, TODAY).await?.helped, "Everybody", "also once it is agreed");
        let credited = Pack { contributions: vec![(at.trainee, "Led it well".into())], ..more.clone() };
        amend(&mut change, &writes, id, version + 1, &credited).await?;
        let kept: String = sqlx::query_scalar(
            "select contribution from team_role where project_id = $1 and person_id = $2 and role = 'lead'",
        )
        .bind(project)
        .bind(at.trainee)
        .fetch_one(&mut *change)
        .await?;
        assert_eq!(kept, "Led it well", "the credit that lasts is what was written last");

        let elsewhere = lead.require(&mut change, WriteSummary(other)).await?;
        assert_eq!(amend(&mut change, &elsewhere, id, version + 2, &more).await, Err(Error::NotFound));
        Ok(())
    }
}
