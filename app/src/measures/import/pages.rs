//! The page of an import: first the table, then what it would do.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{ImportPoints, RECORD};
use super::model::{self, CORRECT, Found, Ground, ImportForm, OF_ONE, Plan, Row, Totals, column_name, thousands};
use super::read::{self, Order, Role, Sheet};
use crate::access::RecordMeasurement;
use crate::error::Error;
use crate::format;
use crate::id::MeasureId;
use crate::measures::series::{Measure, Measurement};
use crate::measures::{series, store, values};
use crate::project::parts::{Section, sections};
use crate::route;
use crate::web::form::Rejected;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// So many rows are shown, and so many more of those that cannot be read.
const ROWS_SHOWN: usize = 200;

/// The pages of imports.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/measures/{id}/import", import)]
}

/// The form that came back, when it holds a table that can be read.
fn returned(rejected: &Rejected) -> Option<(ImportForm, Sheet)> {
    let all = |start: &str| -> Vec<String> {
        rejected.typed.iter().filter(|(name, _)| name.starts_with(start)).map(|(_, value)| value.clone()).collect()
    };
    let one = |name: &str| {
        rejected.typed.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let form = ImportForm {
        text: one("text"),
        file: one("file"),
        headings: one("headings"),
        columns: all("columns["),
        order: one("order"),
        scale: one("scale"),
        different: one("different"),
        reason: one("reason"),
        leave_out: all("leave_out["),
    };
    let sheet = form.sheet().ok()?;
    Some((form, sheet))
}

async fn import(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let measure = store::measure(&mut conn, id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    let back = request
        .rejected
        .as_ref()
        .filter(|rejected| rejected.action == ImportPoints::PATH && !told_of_the_table(rejected))
        .and_then(|rejected| returned(rejected));
    let Some((form, sheet)) = back else {
        return Ok(Page::new(format!("Import points: {}", measure.name), move || first(&request, &measure)));
    };
    let several = store::allows_several_per_day(&mut conn, id).await?;
    let stored = store::measurements(&mut conn, id).await?;
    drop(conn);
    Ok(Page::new(format!("Check the rows: {}", measure.name), move || {
        let roles = form.roles(&sheet, measure.data_type);
        let ground = Ground { measure: &measure, several, stored: &stored, today: request.today() };
        let plan = model::plan(&sheet, &roles, &form, &ground);
        Check { request: &request, measure: &measure, form: &form, sheet: &sheet, roles: &roles, stored: &stored }
            .view(&plan)
    }))
}

/// Whether something is wrong with the table as a whole, so that there is nothing to check yet.
fn told_of_the_table(rejected: &Rejected) -> bool {
    rejected.errors.iter().any(|error| matches!(error.field.as_str(), "text" | "file"))
}

fn first(request: &Request, measure: &Measure) -> AnyView {
    let form = Form::new(request, ImportPoints::PATH);
    let href = format!("/measures/{}", measure.id);
    let columns = if measure.data_type.is_ratio() {
        "a date, how many met it, and out of how many (or only the value)"
    } else {
        "a date and the value"
    };
    let summary = form.summary();
    let fields = view! {
        {form.hidden("measure", measure.id)}
        {form
            .lines("text", "Paste the rows", 8)
            .hint("Copy them in the spreadsheet, with or without headings, and paste them here.")
            .view()}
        {form
            .file("file", "Or choose a file", ".csv,.txt,.tsv,.xlsx")
            .hint("CSV or Excel (.xlsx). In a workbook, only the first sheet that contains data is read.")
            .view()}
        <div class="baton-actions">
            {ui::submit("Check the rows")}
            <a href=href.clone()>"Cancel"</a>
        </div>
    }
    .into_any();
    view! {
        {ui::back(&href, &measure.name)}
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {summary}
            {ui::heading(&measure.name, "Import points")}
            {sections(request, measure.project_id, Section::Measures)}
            <p>{format!("Each row is one point: {columns}. A note, a place and a time are taken along if there are any.")}</p>
            <p>"Nothing is recorded yet: first you see what each row would do. Take out everything about patients before you paste."</p>
            {form.draw_with_file(fields)}
        </div></div>
    }
    .into_any()
}

struct Check<'a> {
    request: &'a Request,
    measure: &'a Measure,
    form: &'a ImportForm,
    sheet: &'a Sheet,
    roles: &'a [Role],
    stored: &'a [Measurement],
}

impl Check<'_> {
    fn view(&self, plan: &Plan) -> AnyView {
        let totals = plan.totals();
        let mut form = Form::new(self.request, ImportPoints::PATH)
            .instead("text", self.form.table())
            .instead("different", if self.form.different == CORRECT { CORRECT } else { "keep" })
            .instead("headings", if self.sheet.headings.is_empty() { "no" } else { "yes" });
        for (at, role) in self.roles.iter().enumerate() {
            form = form.instead(&format!("columns[{at}]"), role);
        }
        let href = format!("/measures/{}", self.measure.id);
        let summary = form.summary();
        let correcting = self.form.different == CORRECT;
        let changes = totals.new + if correcting { totals.different } else { 0 };
        let label = match (changes, totals.different) {
            (0, 0) => "Record the points".to_owned(),
            (0, _) => "Record".to_owned(),
            (1, _) => "Record 1 point".to_owned(),
            (many, _) => format!("Record {} points", thousands(many)),
        };
        let fields = view! {
            {form.hidden("measure", self.measure.id)}
            {counts(totals, plan)}
            {self.questions(&form, plan)}
            {self.choices(&form, totals)}
            <div class="baton-actions">
                <button class="nhsuk-button" type="submit" name="then" value=RECORD
                    data-module="nhsuk-button" data-prevent-double-click="true">{label}</button>
                {ui::submit_as("Check again", "then", "check")}
                <a href=href.clone()>"Cancel"</a>
            </div>
            {self.columns(&form, plan)}
            {self.preview(plan)}
            {self.mend(&form, totals)}
        }
        .into_any();
        view! {
            {ui::back(&format!("{href}/import"), "Start again")}
            {summary}
            {ui::heading(&self.measure.name, "Check the rows")}
            {sections(self.request, self.measure.project_id, Section::Measures)}
            {form.draw(fields)}
        }
        .into_any()
    }

    fn questions(&self, form: &Form, plan: &Plan) -> AnyView {
        let order = plan.ask_order.clone().or_else(|| {
            // Once answered, the question stays, so that the answer can be changed.
            let column = self.roles.iter().position(|role| *role == Role::Date)?;
            match read::order(self.sheet.column(column)) {
                read::Decision::Ask(cell) => Some(cell),
                _ => None,
            }
        });
        let order = order.map(|cell| {
            let options = Order::ALL
                .iter()
                .filter_map(|order| {
                    let on = read::date_of(&cell, *order)?.on;
                    Some((order.to_string(), format::date(on), format!("{}.", order.label())))
                })
                .collect();
            form.radios("order", &format!("Which day is {cell}?"), options).view()
        });
        let scale = plan.ask_scale.then(|| {
            let options = vec![
                (OF_ONE.to_owned(), "Parts of one".to_owned(), "0.85 is 85 %.".to_owned()),
                ("hundred".to_owned(), "Per cent".to_owned(), "0.85 is less than 1 %.".to_owned()),
            ];
            form.radios("scale", "No value is above 1. What are they?", options).view()
        });
        view! { {order}{scale} }.into_any()
    }

    fn choices(&self, form: &Form, totals: Totals) -> AnyView {
        let different = (totals.different > 0).then(|| {
            let options = vec![
                ("keep".to_owned(), "Keep what is stored".to_owned(), "The rows that differ are left out.".to_owned()),
                (
                    CORRECT.to_owned(),
                    "Correct what is stored".to_owned(),
                    "The rows replace it. What was stored before stays in history.".to_owned(),
                ),
            ];
            let legend = format!("{} from what is stored. What is right?", differs(totals.different));
            view! {
                {form.radios("different", &legend, options).view()}
                {form.line("reason", "If you correct: why?").hint("For example, counted again from the notes.").view()}
            }
        });
        let leave_out = (totals.wrong > 0).then(|| {
            let label = format!("Leave out the {} that cannot be read", model::rows(totals.wrong));
            form.checkboxes("leave_out[]", "Rows that cannot be read", vec![("yes".to_owned(), label)]).view()
        });
        view! { {different}{leave_out} }.into_any()
    }

    fn columns(&self, form: &Form, plan: &Plan) -> AnyView {
        let ratio = self.measure.data_type.is_ratio();
        let options: Vec<(String, String)> = Role::ALL
            .iter()
            .filter(|role| ratio || !matches!(role, Role::Numerator | Role::Denominator))
            .map(|role| (role.to_string(), role.label().to_owned()))
            .collect();
        let selects = (0..self.sheet.width)
            .map(|at| {
                let cells: Vec<String> =
                    self.sheet.column(at).take(3).map(|cell| cell.chars().take(30).collect()).collect();
                let hint =
                    if cells.is_empty() { "Empty".to_owned() } else { format!("For example {}", cells.join(" · ")) };
                form.select(&format!("columns[{at}]"), &column_name(self.sheet, at), options.clone()).hint(&hint).view()
            })
            .collect_view();
        let decided = plan.decided.iter().map(|words| view! { <li>{words.clone()}</li> }).collect_view();
        let headings = form.select(
            "headings",
            "The first row",
            vec![("yes".to_owned(), "Holds headings".to_owned()), ("no".to_owned(), "Is a point".to_owned())],
        );
        view! {
            <section aria-labelledby="columns">
                <h2 class="nhsuk-heading-m" id="columns">"How the columns are read"</h2>
                {(!plan.decided.is_empty()).then(|| view! { <ul>{decided}</ul> })}
                <div class="baton-import__columns">{selects}{headings.view()}</div>
                <p class="nhsuk-hint">"After a change, choose “Check again”."</p>
            </section>
        }
        .into_any()
    }

    fn preview(&self, plan: &Plan) -> AnyView {
        if plan.rows.is_empty() {
            return ().into_any();
        }
        let bad = |row: &&Row| matches!(row.found, Found::Wrong(_));
        let shown: Vec<&Row> = plan
            .rows
            .iter()
            .take(ROWS_SHOWN)
            .chain(plan.rows.iter().skip(ROWS_SHOWN).filter(bad).take(ROWS_SHOWN))
            .collect();
        let rest = plan.rows.len() - shown.len();
        let rows = shown.into_iter().map(|row| self.row(row)).collect();
        let caption = if rest == 0 {
            format!("What each row does ({})", model::rows(plan.rows.len()))
        } else {
            format!("What each row does (the first {ROWS_SHOWN}, and those that cannot be read)")
        };
        let rest = (rest > 0)
            .then(|| view! { <p>{format!("{} more are counted above and not shown.", model::rows(rest))}</p> });
        let columns = vec![
            ui::numbers("Line"),
            ui::words("What it does"),
            ui::words("When"),
            ui::words("Value"),
            ui::words("Note"),
        ];
        view! {
            {ui::table(&caption, columns, rows)}
            {rest}
        }
        .into_any()
    }

    fn row(&self, row: &Row) -> Vec<AnyView> {
        let amount = |amount| values::amount(self.measure, amount);
        let (state, point) = match &row.found {
            Found::New(point) => (ui::tag("New", "green"), Some(point)),
            Found::Same(point) => (ui::tag("Same as stored", "grey"), Some(point)),
            Found::Different(point, at) => {
                let before = self.stored.get(*at).map(|before| {
                    view! {
                        <a href=format!("/measurements/{}", before.id)>{format!("stored: {}", amount(before.amount()))}</a>
                    }
                });
                (view! { {ui::tag("Different", "orange")}" "{before} }.into_any(), Some(point))
            }
            Found::Empty => (view! { {ui::tag("No number", "grey")}" left out: missing is not zero" }.into_any(), None),
            Found::Wrong(wrong) => {
                let why = wrong
                    .iter()
                    .map(|(at, why)| {
                        let column = at.map(|at| format!("{}: ", column_name(self.sheet, at))).unwrap_or_default();
                        view! { <li>{format!("{column}{why}")}</li> }
                    })
                    .collect_view();
                (
                    view! { {ui::tag("Not readable", "red")} <ul class="nhsuk-list baton-import__why">{why}</ul> }
                        .into_any(),
                    None,
                )
            }
        };
        let (when, value, note) = point.map_or_else(Default::default, |point| {
            (series::when(point.taken_on, point.taken_at, &point.place), amount(point.amount), point.note.clone())
        });
        vec![row.line.into_any(), state, when.into_any(), value.into_any(), note.into_any()]
    }

    fn mend(&self, form: &Form, totals: Totals) -> AnyView {
        view! {
            <details class="nhsuk-details" id="mend">
                <summary class="nhsuk-details__summary">
                    <span class="nhsuk-details__summary-text">
                        {if totals.wrong > 0 { "Mend the rows here" } else { "The rows as they came" }}
                    </span>
                </summary>
                <div class="nhsuk-details__text">
                    {form.lines("text", "The rows", 15).hint("Change what is wrong, then choose “Check again”.").view()}
                    {ui::submit_as("Check again", "then", "check")}
                </div>
            </details>
        }
        .into_any()
    }
}

fn differs(number: usize) -> String {
    format!("{} {}", model::rows(number), if number == 1 { "differs" } else { "differ" })
}

fn counts(totals: Totals, plan: &Plan) -> AnyView {
    let line = |count: usize, words: &str| {
        (count > 0).then(|| view! { <li><strong>{thousands(count)}</strong>{format!(" {words}")}</li> })
    };
    view! {
        <ul class="baton-import__counts">
            <li><strong>{thousands(totals.new)}</strong>" new"</li>
            {line(totals.same, "the same as stored: nothing is done")}
            {line(totals.different, "different from what is stored")}
            {line(totals.empty, "with a date and no number: left out")}
            {line(totals.wrong, "not readable")}
            {line(plan.before_start, "of the new ones from before the measure begins: they are its baseline")}
        </ul>
    }
    .into_any()
}
