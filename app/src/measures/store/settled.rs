//! The chart that a measure keeps from its first limits on.

use crate::access::{Act, Allowed};
use crate::clock::date_in_london;
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{MeasureId, ProjectId, TrustId};
use crate::measures::chart_settings::model::ChartType;
use crate::measures::chart_settings::store::chart_settings_columns;
use crate::measures::choice::{self, Resettled};
use crate::measures::series::MeasureSeries;

/// Whether `measure m` has points at so many periods, or so many points where each counts: reads no further than that.
/// What one period is, [`spc::Series::by`] says.
macro_rules! has_periods {
    ($enough:literal) => {
        concat!(
            "(select count(*) from (
                select distinct case
                    when m.data_type in ('time_between', 'cases_between') then s.id
                    when m.period = 'day' then s.taken_on
                    when m.period = 'week' then date(s.taken_on, '-6 days', 'weekday 1')
                    when m.period = 'month' then substr(s.taken_on, 1, 7)
                    else s.taken_on || coalesce(s.taken_at, '') end
                from measurement s where s.measure_id = m.id and s.state = 'current' limit ",
            $enough,
            ")) >= ",
            $enough
        )
    };
}

/// Whether the chart of `measure m` waits for points, and there are enough of them.
macro_rules! may_settle {
    ($enough:literal) => {
        concat!("m.chart is null and m.settled_chart is null and ", has_periods!($enough))
    };
}

/// So many periods are enough for limits.
fn enough() -> i64 {
    i64::try_from(spc::LIMITS_FROM).unwrap_or(i64::MAX)
}

/// Keeps the chart that a measure's points ask for, once they are enough for limits, if nobody chose one; and says so
/// in its history.
///
/// # Errors
/// When the store cannot write.
pub async fn settle<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, measure: MeasureId) -> Result<(), Error> {
    let may_be: bool = sqlx::query_scalar(concat!(
        "select exists (select 1 from measure m where m.id = $1 and ",
        may_settle!("$2"),
        ")"
    ))
    .bind(measure)
    .bind(enough())
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

/// Settles the chart of a measure anew when points that it was settled by are gone, of which `gone` is the number of the
/// first; or lets it go when those that are left are too few for limits.
///
/// # Errors
/// When the store cannot write.
pub async fn resettle<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    measure: MeasureId,
    gone: i64,
) -> Result<(), Error> {
    let by_them: Option<ChartType> =
        sqlx::query_scalar("select settled_chart from measure where id = $1 and settled_entry >= $2")
            .bind(measure)
            .bind(gone)
            .fetch_optional(&mut *conn)
            .await?
            .flatten();
    let Some(before) = by_them else { return Ok(()) };
    let measured: MeasureSeries = sqlx::query_as(series_of_measure!()).bind(measure).fetch_one(&mut *conn).await?;
    let (after, because, action) = match choice::resettles(&measured, before) {
        Resettled::Stays => return Ok(()),
        Resettled::Another(chart, because) => (Some(chart), because, "settled the chart anew"),
        Resettled::Open => (None, "", "left the chart to later points"),
    };
    sqlx::query(
        "update measure set settled_chart = $2, settled_because = $3, settled_on = $4, settled_entry = $5, declined_chart = null
         where id = $1",
    )
    .bind(measure)
    .bind(after)
    .bind(because)
    .bind(after.map(|_| date_in_london(allowed.now)))
    .bind(if after.is_some() { choice::last_entry(&measured) } else { 0 })
    .execute(&mut *conn)
    .await?;
    let because = match after {
        Some(_) => because,
        None => "Data points that it was settled by are deleted, and those left are too few for limits.",
    };
    let entry = Entry::new("measure", measure, action)
        .in_project(measured.measure.project_id)
        .change("Measure", "", &measured.measure.name)
        .change("Chart", before.label(), after.map_or("", ChartType::label))
        .change("Because", "", because);
    history::record(conn, allowed, entry).await
}

/// The measures whose chart can be settled and is not, each with its project and trust: those from before charts were
/// kept.
///
/// # Errors
/// When the store cannot be read.
pub async fn unsettled(conn: &mut Connection) -> Result<Vec<(MeasureId, ProjectId, TrustId)>, Error> {
    Ok(sqlx::query_as(concat!(
        "select m.id, m.project_id, p.trust_id from measure m join project p on p.id = m.project_id where ",
        may_settle!("$1")
    ))
    .bind(enough())
    .fetch_all(conn)
    .await?)
}
