//! Points that were recorded in one act: how many, and the button that undoes all of them.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::RecordMeasurement;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::id::BatchId;
use crate::measures::api::UndoBatch;
use crate::measures::store::{self, Batch};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// So many points, in words.
pub(super) fn points(count: i64) -> String {
    if count == 1 { "1 point".to_owned() } else { format!("{count} points") }
}

pub(super) async fn batch(request: Request) -> Result<Page, Error> {
    let id: BatchId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let batch = store::batch(&mut conn, id).await?;
    let measure = store::measure(&mut conn, batch.measure_id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    let corrections = store::standing_corrections(&mut conn, id).await?;
    drop(conn);
    let title = match batch.way {
        crate::measures::model::Way::Typed => "Points recorded together",
        crate::measures::model::Way::Imported => "Imported points",
    };
    Ok(Page::new(format!("{title}: {}", measure.name), move || {
        let form = Form::new(&request, UndoBatch::PATH);
        let summary = form.summary();
        let href = format!("/measures/{}", measure.id);
        let act = if let Some(at) = batch.undone_at {
            let back = match batch.standing {
                0 => None,
                1 => Some(" 1 of them was put back since.".to_owned()),
                many => Some(format!(" {many} of them were put back since.")),
            };
            view! { <p>"This was undone on "{ui::time(date_in_london(at))}". The data points are deleted, and can be put back one by one."{back}</p> }
                .into_any()
        } else if batch.standing + corrections == 0 {
            view! { <p>"There is nothing to undo: every data point is deleted already, or was changed again since."</p> }
                .into_any()
        } else {
            let fields = view! {
                {form.hidden("batch", id)}
                <div class="baton-actions">
                    <button class="nhsuk-button nhsuk-button--warning" type="submit">{format!("Undo all {}", points(batch.standing + corrections))}</button>
                    <a href=href.clone()>"Cancel"</a>
                </div>
            }
            .into_any();
            view! {
                <p>{what_it_does(&batch, corrections)}</p>
                {form.draw(fields)}
            }
            .into_any()
        };
        view! {
            {ui::back(&href, &measure.name)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&measure.name, title)}
                {ui::summary_list(vec![
                    ("Points", points(batch.points).into_any()),
                    ("Corrected", points(batch.corrected).into_any()),
                    ("Recorded", view! { {batch.recorded_by.clone()}", "{ui::time(date_in_london(batch.recorded_at))} }.into_any()),
                ])}
                {act}
            </div></div>
        }
        .into_any()
    }))
}

fn what_it_does(batch: &Batch, corrections: i64) -> String {
    let mut said = format!("{} will be deleted: taken off the chart and kept in the history.", points(batch.standing));
    if batch.touched > 0 {
        said += &format!(" {} of them changed since.", batch.touched);
    }
    if corrections > 0 {
        said += &format!(" {} will be as before the correction.", points(corrections));
    }
    if batch.corrected > corrections {
        said += &format!(" {} changed again since, and will be left.", points(batch.corrected - corrections));
    }
    said + " You can record them again, or put single points back."
}
