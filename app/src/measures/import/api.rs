//! Checking a table and recording it.

use std::sync::Arc;

use leptos::prelude::*;

use super::model::{Ground, ImportForm, plan};
use super::store;
use crate::access::RecordMeasurement;
use crate::error::Error;
use crate::id::MeasureId;
use crate::web::request::{Request, redirect};

/// The button that records; every other one only checks.
pub const RECORD: &str = "record";

/// How often an import is planned anew because somebody else records on the same measure meanwhile.
const TRIES: usize = 3;

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
    may_import(&request, id).await?;
    // Reading a long table takes longer than a change may wait, and than a thread of the requests may.
    let (form, sheet) = off_the_threads(move || form.sheet().map(|sheet| (form, sheet))).await??;
    if then != RECORD {
        return Err(Error::Invalid(Vec::new()));
    }
    let (form, sheet) = (Arc::new(form), Arc::new(sheet));
    // Planned before the writer is taken, and again if a point was recorded meanwhile.
    for _ in 0..TRIES {
        let mut conn = request.store.read().await?;
        let measure = crate::measures::store::measure(&mut conn, id).await?;
        let project = measure.project_id;
        let several = crate::measures::store::allows_several_per_day(&mut conn, id).await?;
        let stamp = store::stamp(&mut conn, id).await?;
        let stored = crate::measures::store::measurements(&mut conn, id).await?;
        drop(conn);
        let (form, sheet, today) = (Arc::clone(&form), Arc::clone(&sheet), request.today());
        let (stored, settled) = off_the_threads(move || {
            let roles = form.roles(&sheet, measure.data_type);
            let ground = Ground { measure: &measure, several, stored: &stored, today };
            let settled = plan(&sheet, &roles, &form, &ground).settled(&form);
            settled.map(|settled| (stored, settled))
        })
        .await??;
        let recorded = request
            .change(RecordMeasurement(project), async |conn, allowed| {
                if store::stamp(conn, id).await? != stamp {
                    return Ok(false);
                }
                let measure = crate::measures::store::measure(conn, id).await?;
                store::import(conn, allowed, &measure, &stored, &settled).await?;
                Ok(true)
            })
            .await?;
        if !recorded {
            continue;
        }
        let (new, corrected) = (settled.new.len(), settled.corrections.len());
        redirect(format!("/measures/{id}?done=imported&new={new}&corrected={corrected}"));
        return Ok(());
    }
    Err(Error::Busy)
}

/// Whether the visitor may bring a table to this measure: asked before a file is read.
///
/// # Errors
/// As [`Request::require`] answers.
pub async fn may_import(request: &Request, id: MeasureId) -> Result<(), Error> {
    request.person()?;
    let mut conn = request.store.read().await?;
    let measure = crate::measures::store::measure(&mut conn, id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    Ok(())
}

async fn off_the_threads<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(job).await.map_err(|_| Error::Internal)
}
