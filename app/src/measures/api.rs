//! Defining measures; recording, correcting, excluding and voiding points.

use leptos::prelude::*;

use super::model::{MeasureForm, PointForm, State, rows_of};
use super::series::{Measure, Measurement};
use super::store;
use crate::access::{Allowed, DefineMeasure, RecordMeasurement};
use crate::db::Write;
use crate::error::Error;
use crate::id::{MeasureId, MeasurementId, ProjectId};
use crate::parse::{Fields, MAX_LINE_CHARS};
use crate::web::request::{self, Request, id, redirect};

/// Adds a measure to a project.
#[server(endpoint = "measures/define")]
pub async fn add_measure(project: String, #[server(flatten)] form: MeasureForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, DefineMeasure(project)).await?;
    let definition = form.parse()?;
    let measure = store::define(&mut change, &allowed, &definition).await?;
    change.commit().await?;
    redirect(format!("/measures/{measure}?done=measure"));
    Ok(())
}

/// Changes what a measure is.
#[server(endpoint = "measures/edit")]
pub async fn edit_measure(measure: String, version: String, #[server(flatten)] form: MeasureForm) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    let version = request::version(&version)?;
    let definition = form.parse()?;
    store::edit(&mut change, &allowed, &measure, &definition, version).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=saved", measure.id));
    Ok(())
}

async fn defining(
    request: &Request,
    change: &mut Write,
    measure: &str,
) -> Result<(Measure, Allowed<DefineMeasure>), Error> {
    let measure = store::measure(change, id::<MeasureId>(measure)?).await?;
    let allowed = request.require(change, DefineMeasure(measure.project_id)).await?;
    Ok((measure, allowed))
}

/// Retires a measure.
#[server(endpoint = "measures/retire")]
pub async fn retire_measure(measure: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    store::retire(&mut change, &allowed, &measure, Some(request.today())).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=retired", measure.id));
    Ok(())
}

/// Takes a retired measure up again.
#[server(endpoint = "measures/restore")]
pub async fn restore_measure(measure: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    store::retire(&mut change, &allowed, &measure, None).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=restored", measure.id));
    Ok(())
}

/// Moves a measure one place up or down on its project's page.
#[server(endpoint = "measures/move")]
pub async fn move_measure(measure: String, way: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    store::move_up_or_down(&mut change, &allowed, measure.id, way == "up").await?;
    change.commit().await?;
    redirect(format!("/measures/{}/edit?done=saved", measure.id));
    Ok(())
}

/// Records one point.
#[server(endpoint = "measurements/record")]
pub async fn record_point(measure: String, #[server(flatten)] form: PointForm) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let measure = store::measure(&mut change, id::<MeasureId>(&measure)?).await?;
    let allowed = request.require(&mut change, RecordMeasurement(measure.project_id)).await?;
    let mut fields = Fields::new();
    let point = form.read(&mut fields, measure.data_type, request.today(), str::to_owned);
    let point = fields.finish(|| point)?;
    store::record(&mut change, &allowed, &measure, &[("taken_on".to_owned(), point)]).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=recorded", measure.id));
    Ok(())
}

/// Records many points, all or none. With `then=more`, nothing is recorded: the form comes back as it
/// was typed, and its page draws more rows.
#[server(endpoint = "measurements/record-many")]
pub async fn record_points(
    measure: String,
    #[server(default)] then: String,
    #[server(default)] rows: Vec<PointForm>,
) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let measure = store::measure(&mut change, id::<MeasureId>(&measure)?).await?;
    let allowed = request.require(&mut change, RecordMeasurement(measure.project_id)).await?;
    if then == "more" {
        return Err(Error::Invalid(Vec::new()));
    }
    let several = store::allows_several_per_day(&mut change, measure.id).await?;
    let points = rows_of(&rows, measure.data_type, several, request.today())?;
    store::record(&mut change, &allowed, &measure, &points).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=points", measure.id));
    Ok(())
}

async fn recording(
    request: &Request,
    change: &mut Write,
    measurement: &str,
) -> Result<(Measurement, Measure, Allowed<RecordMeasurement>), Error> {
    let measurement = store::measurement(change, id::<MeasurementId>(measurement)?).await?;
    let measure = store::measure(change, measurement.measure_id).await?;
    let allowed = request.require(change, RecordMeasurement(measure.project_id)).await?;
    Ok((measurement, measure, allowed))
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
    let mut change = request.write().await?;
    let (measurement, measure, allowed) = recording(&request, &mut change, &measurement).await?;
    let version = request::version(&version)?;
    let mut fields = Fields::new();
    let point = form.read(&mut fields, measure.data_type, request.today(), str::to_owned);
    let reason = fields.required("reason", &reason, MAX_LINE_CHARS, "Say why it is corrected.");
    let point = fields.finish(|| point)?;
    store::correct(&mut change, &allowed, &measure, &measurement, &point, &reason, version).await?;
    change.commit().await?;
    redirect(format!("/measurements/{}?done=corrected", measurement.id));
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
    let mut change = request.write().await?;
    let (measurement, measure, allowed) = recording(&request, &mut change, &measurement).await?;
    let version = request::version(&version)?;
    let mut fields = Fields::new();
    let reason = match reason {
        Some(reason) => {
            fields.required("reason", &reason, MAX_LINE_CHARS, "Say why, so that whoever reads the chart can follow.")
        }
        None => String::new(),
    };
    let reason = fields.finish(|| reason)?;
    store::set_state(&mut change, &allowed, &measure, &measurement, state, &reason, version).await?;
    change.commit().await?;
    redirect(format!("/measurements/{}?done=corrected", measurement.id));
    Ok(())
}
