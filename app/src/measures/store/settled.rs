//! The chart that a measure keeps from its first limits on.

use chrono::{DateTime, Utc};

use crate::access::{Act, Allowed, DefineMeasure, system};
use crate::clock::date_in_london;
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{MeasureId, ProjectId, TrustId};
use crate::measures::chart_settings::store::chart_settings_columns;
use crate::measures::choice;
use crate::measures::series::MeasureSeries;

/// Keeps the chart that a measure's points ask for, once they are enough for limits, if nobody chose one; and says so
/// in its history.
///
/// # Errors
/// When the store cannot write.
pub async fn settle<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, measure: MeasureId) -> Result<(), Error> {
    let enough = i64::try_from(spc::LIMITS_FROM).unwrap_or(i64::MAX);
    let may_be: bool = sqlx::query_scalar(
        "select exists (select 1 from measure where id = $1 and chart is null and settled_chart is null)
            and (select count(*) from (select 1 from measurement where measure_id = $1 and state = 'current' limit $2)) >= $2",
    )
    .bind(measure)
    .bind(enough)
    .fetch_one(&mut *conn)
    .await?;
    if !may_be {
        return Ok(());
    }
    let measured: MeasureSeries = sqlx::query_as(series_of_measure!()).bind(measure).fetch_one(&mut *conn).await?;
    let Some((chart, because)) = choice::settles(&measured) else { return Ok(()) };
    sqlx::query(
        "update measure set settled_chart = $2, settled_because = $3, settled_on = $4, settled_entry = $5 where id = $1",
    )
    .bind(measure)
    .bind(chart)
    .bind(because)
    .bind(date_in_london(allowed.now))
    .bind(choice::last_entry(&measured))
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("measure", measure, "settled the chart")
        .in_project(measured.measure.project_id)
        .change("Measure", "", &measured.measure.name)
        .change("Chart", "", chart.label())
        .change("Because", "", because);
    history::record(conn, allowed, entry).await
}

/// Settles the chart of every measure that has points enough for it, as Baton itself: of those from before charts were
/// kept.
///
/// # Errors
/// When the store cannot write.
pub async fn settle_all(conn: &mut Connection, now: DateTime<Utc>) -> Result<(), Error> {
    let enough = i64::try_from(spc::LIMITS_FROM).unwrap_or(i64::MAX);
    let unsettled: Vec<(MeasureId, ProjectId, TrustId)> = sqlx::query_as(
        "select m.id, m.project_id, p.trust_id from measure m join project p on p.id = m.project_id
         where m.chart is null and m.settled_chart is null
           and (select count(*) from (select 1 from measurement s where s.measure_id = m.id and s.state = 'current' limit $1)) >= $1",
    )
    .bind(enough)
    .fetch_all(&mut *conn)
    .await?;
    for (measure, project, trust) in unsettled {
        settle(&mut *conn, &system(DefineMeasure(project), Some(trust), now), measure).await?;
    }
    Ok(())
}
