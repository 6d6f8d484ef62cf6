//! The rows of a list that cannot be read, as a file to mend.

use super::returned::returned;
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::people::intake::api::Checked;
use crate::people::intake::plan::Found;
use crate::sheet;
use crate::web::page::Reply;
use crate::web::request::Request;

pub(super) async fn file(request: Request) -> Result<Reply, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    drop(conn);
    let checked = returned(&request).await?;
    let body = csv_of(checked.as_ref()).map_err(|error| {
        tracing::error!(%error, "a CSV could not be written");
        Error::Internal
    })?;
    Ok(Reply::File { name: "rows-not-taken-in.csv".to_owned(), kind: "text/csv; charset=utf-8", body })
}

/// The rows as they came, with why and with the line of each, which a new list may keep.
fn csv_of(checked: Option<&Checked>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let width = checked.map_or(0, |checked| checked.sheet.width);
    let names =
        checked.into_iter().flat_map(|checked| (0..width).map(|at| sheet::cell(&checked.sheet.column_name(at))));
    writer.write_record(names.chain(["Line".to_owned(), "Why".to_owned()]))?;
    let rows = checked.map(|checked| checked.plan.rows.iter().zip(&checked.sheet.rows)).into_iter().flatten();
    for (row, line) in rows {
        let Found::Wrong(wrong) = &row.found else { continue };
        let why = wrong.iter().map(|(one, why)| format!("{}: {why}", one.label())).collect::<Vec<_>>().join(" ");
        let cells = (0..width).map(|at| line.cells.get(at).map(|cell| sheet::cell(cell)).unwrap_or_default());
        writer.write_record(cells.chain([row.line.to_string(), sheet::cell(&why)]))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}
