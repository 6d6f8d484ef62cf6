//! Defining measures; recording, correcting, excluding and voiding points.

use leptos::prelude::*;

use super::model::{MeasureForm, PointForm, State, rows_of, twice};
use super::series::{Measure, Measurement};
use super::store::{self, Undone};
use crate::access::{Allowed, DefineMeasure, RecordMeasurement};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{BatchId, MeasureId, MeasurementId, ProjectId};
use crate::parse::{Fields, MAX_LINE_CHARS};
use crate::web::request::{self, Request, id, redirect};

/// Adds a measure to a project.
#[server(endpoint = "measures/define")]
pub async fn add_measure(project: String, #[server(flatten)] form: MeasureForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    let measure = request
        .change(DefineMeasure(project), async |conn, allowed| store::define(conn, allowed, &form.parse()?).await)
        .await?;
    redirect(format!("/measures/{measure}?done=measure"));
    Ok(())
}

/// Changes what a measure is.
#[server(endpoint = "measures/edit")]
pub async fn edit_measure(measure: String, version: String, #[server(flatten)] form: MeasureForm) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        let version = request::version(&version)?;
        store::edit(conn, allowed, measure, &form.parse()?, version).await
    })
    .await?;
    redirect(format!("/measures/{measure}?done=saved"));
    Ok(())
}

/// Does one thing to a measure, for who may define it, and gives its id.
pub(super) async fn define(
    request: &Request,
    measure: &str,
    change: impl AsyncFnOnce(&mut Connection, &Allowed<DefineMeasure>, &Measure) -> Result<(), Error>,
) -> Result<MeasureId, Error> {
    request.person()?;
    let measure: MeasureId = id(measure)?;
    let project = store::project_of_measure(&mut *request.store.read().await?, measure).await?;
    request
        .change(DefineMeasure(project), async |conn, allowed| {
            let of = store::measure(conn, measure).await?;
            change(conn, allowed, &of).await
        })
        .await?;
    Ok(measure)
}

/// Does one thing to the points of a measure, for who may record them, and gives the measure's id.
async fn record(
    request: &Request,
    measure: &str,
    change: impl AsyncFnOnce(&mut Connection, &Allowed<RecordMeasurement>, &Measure) -> Result<(), Error>,
) -> Result<MeasureId, Error> {
    request.person()?;
    let measure: MeasureId = id(measure)?;
    let project = store::project_of_measure(&mut *request.store.read().await?, measure).await?;
    request
        .change(RecordMeasurement(project), async |conn, allowed| {
            let of = store::measure(conn, measure).await?;
            change(conn, allowed, &of).await
        })
        .await?;
    Ok(measure)
}

/// Retires a measure.
#[server(endpoint = "measures/retire")]
pub async fn retire_measure(measure: String) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        store::retire(conn, allowed, measure, Some(request.today())).await
    })
    .await?;
    redirect(format!("/measures/{measure}?done=retired"));
    Ok(())
}

/// Takes a retired measure up again.
#[server(endpoint = "measures/restore")]
pub async fn restore_measure(measure: String) -> Result<(), Error> {
    let request = Request::current();
    let measure =
        define(&request, &measure, async |conn, allowed, measure| store::retire(conn, allowed, measure, None).await)
            .await?;
    redirect(format!("/measures/{measure}?done=restored"));
    Ok(())
}

/// Moves a measure one place up or down on its project's page.
#[server(endpoint = "measures/move")]
pub async fn move_measure(measure: String, way: String) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        store::move_up_or_down(conn, allowed, measure.id, way == "up").await
    })
    .await?;
    redirect(format!("/measures/{measure}/edit?done=saved"));
    Ok(())
}

/// The answer of whoever has several observations a day.
const YES: &str = "yes";

/// Records one point; with `several=yes` as one of several observations, where one of its moment is there already.
#[server(endpoint = "measurements/record")]
pub async fn record_point(
    measure: String,
    #[server(default)] several: String,
    #[server(flatten)] form: PointForm,
) -> Result<(), Error> {
    let request = Request::current();
    let measure = record(&request, &measure, async |conn, allowed, measure| {
        let mut fields = Fields::new();
        let point = form.read(&mut fields, measure.data_type, request.today(), str::to_owned);
        let points = [("taken_on".to_owned(), fields.finish(|| point)?)];
        if several == YES && store::clashes(conn, measure.id, &points).await? {
            store::allow_several_per_day(conn, allowed, measure).await?;
        }
        store::record(conn, allowed, measure, &points).await?;
        Ok(())
    })
    .await?;
    redirect(format!("/measures/{measure}?done=recorded"));
    Ok(())
}

/// Records many points, all or none. With `then=more`, nothing is recorded: the form comes back as it
/// was typed, and its page draws more rows.
#[server(endpoint = "measurements/record-many")]
pub async fn record_points(
    measure: String,
    #[server(default)] then: String,
    #[server(default)] several: String,
    #[server(default)] rows: Vec<PointForm>,
) -> Result<(), Error> {
    let request = Request::current();
    let mut recorded = 0;
    let measure = record(&request, &measure, async |conn, allowed, measure| {
        if then == "more" {
            return Err(Error::Invalid(Vec::new()));
        }
        let allows = store::allows_several_per_day(conn, measure.id).await?;
        let points = rows_of(&rows, measure.data_type, allows || several == YES, request.today())?;
        if !allows && several == YES && (twice(&points) || store::clashes(conn, measure.id, &points).await?) {
            store::allow_several_per_day(conn, allowed, measure).await?;
        }
        recorded = store::record(conn, allowed, measure, &points).await?.len();
        Ok(())
    })
    .await?;
    let done = if recorded == 1 { "recorded".to_owned() } else { format!("points&new={recorded}") };
    redirect(format!("/measures/{measure}?done={done}"));
    Ok(())
}

/// Undoes an act that recorded several points: all of them in one step.
#[server(endpoint = "measurements/undo")]
pub async fn undo_batch(batch: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let batch: BatchId = id(&batch)?;
    let project = store::project_of_batch(&mut *request.store.read().await?, batch).await?;
    let (measure, undone) = request
        .change(RecordMeasurement(project), async |conn, allowed| {
            let batch = store::batch(conn, batch).await?;
            let measure = store::measure(conn, batch.measure_id).await?;
            Ok((measure.id, store::undo(conn, allowed, &measure, &batch).await?))
        })
        .await?;
    let Undone { void, taken_back, kept, left } = undone;
    let done = match (taken_back, kept) {
        (0, 0) => "batch-undone".to_owned(),
        (_, 0) => format!("batch-undone-corrected&back={taken_back}"),
        _ => format!("batch-undone-partly&back={taken_back}&kept={kept}"),
    };
    redirect(format!("/measures/{measure}?done={done}&void={void}&left={left}"));
    Ok(())
}

/// Does one thing to a point, for who may record on its measure, and gives its id.
async fn amend(
    request: &Request,
    measurement: &str,
    change: impl AsyncFnOnce(&mut Connection, &Allowed<RecordMeasurement>, &Measure, &Measurement) -> Result<(), Error>,
) -> Result<MeasurementId, Error> {
    request.person()?;
    let measurement: MeasurementId = id(measurement)?;
    let project = store::project_of_measurement(&mut *request.store.read().await?, measurement).await?;
    request
        .change(RecordMeasurement(project), async |conn, allowed| {
            let point = store::measurement(conn, measurement).await?;
            let measure = store::measure(conn, point.measure_id).await?;
            change(conn, allowed, &measure, &point).await
        })
        .await?;
    Ok(measurement)
}

/// Corrects a point, with a reason.
#[server(endpoint = "measurements/correct")]
pub async fn correct_point(
    measurement: String,
    version: String,
    #[server(default)] reason: String,
    #[server(flatten)] form: PointForm,
) -> Result<(), Error> {
    let request = Request::current();
    let measurement = amend(&request, &measurement, async |conn, allowed, measure, before| {
        let version = request::version(&version)?;
        let mut fields = Fields::new();
        let point = form.read(&mut fields, measure.data_type, request.today(), str::to_owned);
        let reason = fields.required("reason", &reason, MAX_LINE_CHARS, "Say why it is corrected.");
        let point = fields.finish(|| point)?;
        store::correct(conn, allowed, measure, before, &point, &reason, version).await
    })
    .await?;
    redirect(format!("/measurements/{measurement}?done=corrected"));
    Ok(())
}

/// Excludes a point from the calculations, with a reason.
#[server(endpoint = "measurements/exclude")]
pub async fn exclude_point(
    measurement: String,
    version: String,
    #[server(default)] reason: String,
) -> Result<(), Error> {
    set_state(measurement, version, State::Excluded, Some(reason)).await
}

/// Makes a point void, with a reason.
#[server(endpoint = "measurements/void")]
pub async fn void_point(measurement: String, version: String, #[server(default)] reason: String) -> Result<(), Error> {
    set_state(measurement, version, State::Void, Some(reason)).await
}

/// Lets an excluded or void point count again.
#[server(endpoint = "measurements/include")]
pub async fn include_point(measurement: String, version: String) -> Result<(), Error> {
    set_state(measurement, version, State::Current, None).await
}

async fn set_state(measurement: String, version: String, state: State, reason: Option<String>) -> Result<(), Error> {
    let request = Request::current();
    let measurement = amend(&request, &measurement, async |conn, allowed, measure, before| {
        let version = request::version(&version)?;
        let mut fields = Fields::new();
        let reason = reason.map(|reason| {
            fields.required("reason", &reason, MAX_LINE_CHARS, "Say why, so that whoever reads the chart can follow.")
        });
        let reason = fields.finish(|| reason.unwrap_or_default())?;
        store::set_state(conn, allowed, measure, before, state, &reason, version).await
    })
    .await?;
    redirect(format!("/measurements/{measurement}?done=corrected"));
    Ok(())
}
