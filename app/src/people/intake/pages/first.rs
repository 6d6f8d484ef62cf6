//! Where the list is brought, and what was taken in before.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::clock::date_in_london;
use crate::format;
use crate::people::intake::api::TakeIn;
use crate::people::intake::store::Intake;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

pub(super) fn first(request: &Request, intakes: Vec<Intake>) -> AnyView {
    let form = Form::new(request, TakeIn::PATH);
    let summary = form.summary();
    let fields = view! {
        {form
            .lines("text", "Paste the list", 8)
            .hint("Copy the rows with their headings in the spreadsheet, and paste them here.")
            .view()}
        {form
            .file("file", "Or choose a file", ".csv,.txt,.tsv,.xlsx")
            .hint("CSV or Excel (.xlsx). In a workbook, only the first sheet that contains data is read.")
            .view()}
        <div class="baton-actions">
            {ui::submit("Check the list")}
            <a href="/people">"Cancel"</a>
        </div>
    }
    .into_any();
    view! {
        {ui::back("/people", "People")}
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {summary}
            {ui::heading("", "Take in a list of people")}
            <p>"One row for each post: name, grade, department and first day; if you have them, email address, staff group, site, last day and percentage of full time. The headings may be those of your staff records: you confirm what each column holds, and Baton remembers it."</p>
            <p>"Nothing is saved yet: first you see what each row would do, and what that changes for projects. One list may have up to 5,000 rows."</p>
            {form.draw_with_file(fields)}
        </div></div>
        {before(intakes)}
    }
    .into_any()
}

/// The last intakes.
fn before(intakes: Vec<Intake>) -> AnyView {
    if intakes.is_empty() {
        return ().into_any();
    }
    let rows = intakes
        .into_iter()
        .map(|intake| {
            vec![
                view! { <a href=format!("/intakes/{}", intake.id)>{format!("Intake {}", intake.number)}</a> }
                    .into_any(),
                view! { {ui::time(date_in_london(intake.made_at))}", "{intake.by.clone()} }.into_any(),
                told(&intake).into_any(),
            ]
        })
        .collect();
    ui::table(
        "Lists taken in before",
        vec![ui::words("Intake"), ui::words("When and by whom"), ui::words("What it did")],
        rows,
    )
}

/// What an intake did, in a line.
pub(super) fn told(intake: &Intake) -> String {
    let of = |number: i64, one: &str, many: &str| (number > 0).then(|| format::count(number, one, many));
    let parts: Vec<String> = [
        of(intake.added, "new person", "new people"),
        of(intake.known, "known person", "known people"),
        of(intake.asked, "person asked", "people asked"),
        of(intake.posts, "post added", "posts added"),
        of(intake.changed, "post changed", "posts changed"),
        of(intake.left_out, "row left out", "rows left out"),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(", ")
}
