//! Recording points: the form for one, and the grid for many.

use islands::{MORE_ROWS, MOST_ROWS, PointGrid};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::RecordMeasurement;
use crate::error::{Error, FieldError};
use crate::id::MeasureId;
use crate::measures::api::RecordPoints;
use crate::measures::model::{DataType, SAME_MOMENT, cell};
use crate::measures::series::Measure;
use crate::measures::store;
use crate::project::parts::{Section, sections};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// What the parts of a ratio are called: numerator and denominator.
fn ratio_labels(measure: &Measure) -> (String, String) {
    match measure.data_type {
        DataType::Rate => ("How many".to_owned(), format!("Out of how many {}", measure.unit)),
        _ => ("How many met it".to_owned(), "Out of how many".to_owned()),
    }
}

pub(super) fn value_label(measure: &Measure) -> String {
    match measure.data_type {
        DataType::Percentage => "Percentage".to_owned(),
        DataType::Rate => format!("Rate per {} {}", spc::format::plain(measure.per.unwrap_or(1) as f64), measure.unit),
        _ if measure.unit.is_empty() => "Value".to_owned(),
        _ => format!("Value ({})", measure.unit),
    }
}

pub(super) fn amount_fields(form: &Form, measure: &Measure) -> AnyView {
    if measure.data_type.is_ratio() {
        let (top, bottom) = ratio_labels(measure);
        view! {
            {form.number("numerator", &top).width(5).view()}
            {form.number("denominator", &bottom).width(5).view()}
        }
        .into_any()
    } else {
        form.number("value", &value_label(measure)).width(5).view()
    }
}

/// What is seldom needed, folded away unless something stands in it.
pub(super) fn seldom_fields(form: &Form, measure: &Measure) -> AnyView {
    let open = ["taken_at", "place", "value"].iter().any(|name| !form.value(name).is_empty());
    let alone = measure.data_type.is_ratio().then(|| {
        let label = format!("{}, if you only have that", value_label(measure));
        form.number("value", &label).hint("Leave the two numbers above empty.").width(5).view()
    });
    let fields = view! {
        {form.line("taken_at", "Time of day (optional)").hint("For example, 14:05.").width(5).view()}
        {form.line("place", "Place (optional)").hint("For example, a ward, when several are measured.").width(20).view()}
        {alone}
    };
    ui::details_open("Time, place and other details", open, fields.into_any())
}

pub(super) fn record_form(form: Form, measure: &Measure) -> AnyView {
    let fields = view! {
        {form.hidden("measure", measure.id)}
        {form.date("taken_on", "Date").view()}
        {amount_fields(&form, measure)}
        {form.line("note", "Note (optional)").hint("What was unusual that day. Nothing about patients.").view()}
        {seldom_fields(&form, measure)}
        {ui::submit("Record the point")}
        {several(&form, measure)}
    }
    .into_any();
    form.draw(fields)
}

/// Offered to whoever types a second observation of a day: every observation is kept, and a day is one point. It stands
/// after the button that records, which the Enter key presses because it is the first.
fn several(form: &Form, measure: &Measure) -> Option<AnyView> {
    let twice = |error: &FieldError| error.link.is_some() || error.message.contains(SAME_MOMENT);
    if !form.errors().iter().any(twice) {
        return None;
    }
    let drawn = match measure.data_type {
        DataType::Measurement => "their mean, which the chart settings can make their median",
        DataType::Percentage | DataType::Rate => "their numerators and denominators added up",
        _ => "their sum",
    };
    Some(
        view! {
            <div class="nhsuk-inset-text">
                <p>{format!("Do you have several observations a day? Each is kept, and the chart shows one point a day: {drawn}.")}</p>
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name="several" value="yes">
                    "Yes, record several a day"
                </button>
            </div>
        }
        .into_any(),
    )
}

pub(super) async fn points(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let measure = store::measure(&mut conn, id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    drop(conn);
    Ok(Page::new(format!("Record points: {}", measure.name), move || {
        let form = Form::new(&request, RecordPoints::PATH);
        let summary = form.summary();
        let href = format!("/measures/{id}");
        let fields = view! {
            {form.hidden("measure", id)}
            {grid(&request, &form, &measure)}
            <p class="baton-grid__told" role="status"></p>
            <div class="baton-actions">
                <button class="nhsuk-button" type="submit">"Record these points"</button>
                <button class="nhsuk-button nhsuk-button--secondary" type="submit" name="then" value="more">"More rows"</button>
            </div>
            {several(&form, &measure)}
            <PointGrid />
        }
        .into_any();
        view! {
            {ui::back(&href, &measure.name)}
            {summary}
            {ui::heading(&measure.project_reference, "Record many points")}
            {sections(&request, measure.project_id, Section::Measures)}
            <p>
                "Write dates as 4 1 2026 or 4 January 2026. Leave rows empty that you do not need. Nothing is recorded until every row is right."
            </p>
            <p class="baton-only-js">"You can paste rows copied from a spreadsheet: click the cell where they start."</p>
            <p>{format!("For more than {MOST_ROWS} rows, or a file, ")}<a href=format!("{href}/import")>"import them from a spreadsheet"</a>"."</p>
            {form.draw(fields)}
            <p><a href=href.clone()>"Cancel"</a></p>
        }
        .into_any()
    })
    .with_islands())
}

/// The grid with what was typed into it, and more empty rows where they were asked for.
fn grid(request: &Request, form: &Form, measure: &Measure) -> AnyView {
    let columns = grid_columns(measure);
    let rejected = request.rejected.as_ref().filter(|rejected| rejected.action == RecordPoints::PATH);
    let typed_rows = rejected.map_or(0, |rejected| {
        rejected.typed.iter().filter(|(name, _)| name.starts_with("rows[") && name.ends_with("[taken_on]")).count()
    });
    let more = if form.value("then") == "more" { MORE_ROWS } else { 0 };
    let count = (typed_rows.max(if more > 0 { 0 } else { MORE_ROWS }) + more).min(MOST_ROWS);
    let rows = (0..count).map(|row| {
        let wrong = |field: &str| {
            let name = cell(row, field);
            let error = rejected?.errors.iter().find(|error| error.field == name)?;
            Some(error.message.clone())
        };
        grid_row(row, &columns, |field| (form.value(&cell(row, field)), wrong(field)))
    });
    let rows = rows.collect_view();
    let heads = columns.iter().map(|column| view! { <th scope="col">{column.label.clone()}</th> }).collect_view();
    view! {
        <div class="baton-table-region" role="region" aria-label="Points to record" tabindex="0">
            <table class="baton-grid">
                <thead>
                    <tr>
                        <th scope="col"><span class="nhsuk-u-visually-hidden">"Row"</span></th>
                        {heads}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A column of the grid: its field, its heading, the class of its inputs.
struct GridColumn {
    field: String,
    label: String,
    class: String,
}

/// A row of the grid. The browser makes further rows of the last one: what holds its number is
/// `rows[4][value]`, `rows-4--value-` and "Value, row 5".
fn grid_row(row: usize, columns: &[GridColumn], cell_of: impl Fn(&str) -> (String, Option<String>)) -> AnyView {
    let mut any_wrong = false;
    let cells = columns
        .iter()
        .map(|column| {
            let (value, error) = cell_of(&column.field);
            any_wrong |= error.is_some();
            let name = cell(row, &column.field);
            let id = name.replace(['[', ']', '.'], "-");
            let error_id = format!("{id}-error");
            let described = error.is_some().then(|| error_id.clone());
            let invalid = error.is_some().then_some("true");
            let class = if error.is_some() {
                format!("nhsuk-input nhsuk-input--error {}", column.class)
            } else {
                format!("nhsuk-input {}", column.class)
            };
            let told = error.map(|error| {
                view! {
                    <span class="nhsuk-error-message" id=error_id>
                        <span class="nhsuk-u-visually-hidden">"Error: "</span>
                        {error}
                    </span>
                }
            });
            view! {
                <td>
                    <input class=class id=id name=name type="text" value=value autocomplete="off"
                        aria-label=format!("{}, row {}", column.label, row + 1) aria-describedby=described
                        aria-invalid=invalid />
                    {told}
                </td>
            }
        })
        .collect_view();
    view! {
        <tr class=if any_wrong { "baton-grid__row--error" } else { "" }>
            <th scope="row">{row + 1}</th>
            {cells}
        </tr>
    }
    .into_any()
}

fn grid_columns(measure: &Measure) -> Vec<GridColumn> {
    let column = |field: &str, label: &str, class: &str| GridColumn {
        field: field.to_owned(),
        label: label.to_owned(),
        class: format!("baton-grid__{class}"),
    };
    let mut columns = vec![column("taken_on", "Date", "date")];
    if measure.data_type.is_ratio() {
        let (top, bottom) = ratio_labels(measure);
        columns.push(column("numerator", &top, "number"));
        columns.push(column("denominator", &bottom, "number"));
    } else {
        columns.push(column("value", &value_label(measure), "number"));
    }
    columns.push(column("note", "Note", "note"));
    columns
}
