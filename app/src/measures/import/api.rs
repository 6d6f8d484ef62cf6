//! Checking a table and recording it.

use leptos::prelude::*;

use super::model::{Ground, ImportForm, plan};
use super::store;
use crate::access::RecordMeasurement;
use crate::error::Error;
use crate::id::MeasureId;
use crate::request::{Request, redirect};

/// The button that records; every other one only checks.
pub const RECORD: &str = "record";

/// Records a table's points, all or none. Unless `then` is `record`, nothing is recorded: the form comes
/// back as it was sent, and its page shows what the import would do.
#[server(endpoint = "measures/import")]
pub async fn import_points(
    measure: String,
    #[server(default)] then: String,
    #[server(flatten)] form: ImportForm,
) -> Result<(), Error> {
    let request = Request::current();
    let id: MeasureId = measure.parse().map_err(|_| Error::NotFound)?;
    let mut conn = request.store.read().await?;
    let measure = crate::measures::store::measure(&mut conn, id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    drop(conn);
    // Reading a long table takes longer than a change may wait.
    let sheet = form.sheet()?;
    if then != RECORD {
        return Err(Error::Invalid(Vec::new()));
    }
    let roles = form.roles(&sheet, measure.data_type);
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, RecordMeasurement(measure.project_id)).await?;
    let several = crate::measures::store::several_a_day(&mut change, id).await?;
    let stored = crate::measures::store::measurements(&mut change, id).await?;
    let ground = Ground { measure: &measure, several, stored: &stored, today: request.today() };
    let settled = plan(&sheet, &roles, &form, &ground).settled(&form)?;
    store::import(&mut change, &allowed, &measure, &stored, &settled).await?;
    change.commit().await?;
    redirect(format!("/measures/{id}?done=imported&new={}&corrected={}", settled.new.len(), settled.corrections.len()));
    Ok(())
}
