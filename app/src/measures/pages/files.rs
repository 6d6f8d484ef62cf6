//! Files to download: a measure's chart as a picture, its points as comma-separated values.

use crate::access::ReadProject;
use crate::error::Error;
use crate::measures::series::{Measure, MeasureSeries, Measurement};
use crate::measures::{chart, png, store, values};
use crate::sheet;
use crate::web::page::Reply;
use crate::web::request::Request;

fn file_name(measure: &Measure, ending: &str) -> String {
    let slug: String = format!("{} {}", measure.project_reference, measure.name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    format!("{slug}.{ending}")
}

async fn readable(request: &Request) -> Result<MeasureSeries, Error> {
    let measure = request.param("id")?;
    let mut conn = request.store.read().await?;
    let project = store::project_of_measure(&mut conn, measure).await?;
    request.require(&mut conn, ReadProject(project)).await?;
    store::load_series_of_measure(&mut conn, measure).await
}

pub(super) async fn chart_picture(request: Request) -> Result<Reply, Error> {
    let series = readable(&request).await?;
    let name = file_name(&series.measure, "png");
    let body = chart::off_thread(request.visitor.id(), move || png::of(&chart::file(&chart::of(&series)))).await??;
    Ok(Reply::File { name, kind: "image/png", body })
}

pub(super) async fn chart_file(request: Request) -> Result<Reply, Error> {
    let series = readable(&request).await?;
    let name = file_name(&series.measure, "svg");
    let body = chart::computed(request.visitor.id(), series, |series| chart::file(&chart::of(&series))).await?;
    Ok(Reply::File { name, kind: "image/svg+xml", body: body.into_bytes() })
}

pub(super) async fn points_file(request: Request) -> Result<Reply, Error> {
    let series = readable(&request).await?;
    let mut conn = request.store.read().await?;
    let points = store::measurements(&mut conn, series.measure.id).await?;
    drop(conn);
    let name = file_name(&series.measure, "csv");
    let body = chart::computed(request.visitor.id(), series, move |series| csv_of(&series, &points)).await?.map_err(
        |error| {
            tracing::error!(%error, "a CSV could not be written");
            Error::Internal
        },
    )?;
    Ok(Reply::File { name, kind: "text/csv; charset=utf-8", body })
}

fn csv_of(series: &MeasureSeries, points: &[Measurement]) -> Result<Vec<u8>, csv::Error> {
    let measure = &series.measure;
    let drawn = chart::of(series);
    let plotted = chart::by_entry(&drawn);
    let plain = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "date",
        "time",
        "place",
        "value",
        "numerator",
        "denominator",
        "centre line",
        "lower limit",
        "upper limit",
        "target",
        "signals",
        "state",
        "reason",
        "note",
        "recorded by",
        "recorded at",
    ])?;
    for point in points.iter().rev() {
        let on_chart = plotted.get(&point.entry).copied();
        let line = |of: fn(&spc::ChartPoint) -> Option<f64>| plain(on_chart.and_then(of));
        writer.write_record([
            point.taken_on.to_string(),
            point.taken_at.map(|at| at.format("%H:%M").to_string()).unwrap_or_default(),
            sheet::cell(&point.place),
            plain(values::plain(measure, point.amount())),
            plain(point.numerator),
            plain(point.denominator),
            line(|point| point.centre),
            line(|point| point.lower),
            line(|point| point.upper),
            line(|point| point.target),
            on_chart.and_then(spc::words::flag).unwrap_or_default(),
            point.state.to_string(),
            sheet::cell(&point.reason),
            sheet::cell(&point.note),
            sheet::cell(&point.recorded_by),
            point.recorded_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
