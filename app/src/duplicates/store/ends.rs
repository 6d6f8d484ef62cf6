//! What a decision about two projects has to know of each.

use sqlx::FromRow;

use crate::db::Connection;
use crate::error::Error;
use crate::id::{ProjectId, TrustId};
use crate::project::model::Status;

#[derive(FromRow)]
pub(super) struct PairEnd {
    pub(super) reference: String,
    trust_id: TrustId,
    pub(super) status: Status,
    pub(super) merged_into: Option<ProjectId>,
}

/// One of two projects, of the trust.
///
/// # Errors
/// [`Error::NotFound`] when it is of another.
pub(super) async fn end(conn: &mut Connection, trust: TrustId, project: ProjectId) -> Result<PairEnd, Error> {
    let end: PairEnd = sqlx::query_as(
        "select coalesce(reference, '') as reference, trust_id, status, merged_into from project where id = $1",
    )
    .bind(project)
    .fetch_one(conn)
    .await?;
    if end.trust_id == trust { Ok(end) } else { Err(Error::NotFound) }
}
