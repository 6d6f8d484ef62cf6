//! What taking in a list would do, before it is done.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::first::first;
use super::pieces::with_cells;
use super::returned::returned;
use super::{questions, rows};
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::format;
use crate::people::directory::model::STAFF_GROUPS;
use crate::people::intake::api::{Checked, TakeIn};
use crate::people::intake::columns::Holds;
use crate::people::intake::model::APPLY;
use crate::people::intake::plan::Totals;
use crate::people::intake::store;
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

pub(super) async fn intake(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let intakes = store::intakes(&mut conn, trust).await?;
    drop(conn);
    Ok(match returned(&request).await? {
        None => Page::new("Take in a list of people", move || first(&request, intakes)),
        Some(checked) => Page::new("Check the list", move || check(&request, &checked)),
    })
}

fn check(request: &Request, checked: &Checked) -> AnyView {
    let totals = checked.plan.totals();
    let mut form = Form::new(request, TakeIn::PATH).instead("text", checked.sheet.text());
    for (at, one) in checked.holds.iter().enumerate() {
        form = form.instead(&format!("columns[{at}]"), one);
    }
    if checked.holds.contains(&Holds::StaffGroup) || checked.form.staff_group.is_empty() {
        form = form.instead("staff_group", checked.form.usual_staff_group());
    }
    let form = with_cells(form, checked);
    let missing = !checked.missing().is_empty();
    let (told, asked) =
        if missing { (().into_any(), ().into_any()) } else { (counts(totals), questions::all(&form, checked)) };
    let fields = view! {
        {told}
        {asked}
        {form.effects()}
        {buttons(&form, checked, totals)}
        {columns(&form, checked, missing)}
        {(!missing).then(|| rows::by_outcome(checked))}
        {as_it_came(&form)}
    }
    .into_any();
    view! {
        {ui::back("/people/intake", "Start again")}
        {form.summary()}
        {ui::heading("", "Check the list")}
        {form.draw(fields)}
    }
    .into_any()
}

fn buttons(form: &Form, checked: &Checked, totals: Totals) -> AnyView {
    let ready = checked.missing().is_empty() && checked.plan.is_answered(checked.ask_order.as_deref(), &checked.form);
    let changes = totals.new + totals.asked + totals.posts + totals.changed + checked.plan.addresses_added();
    let check = "Check again";
    let buttons = if ready && changes > 0 {
        let label = form.doing(&what_it_does(totals));
        view! {
            <button class="nhsuk-button" type="submit" name="then" value=APPLY
                data-module="nhsuk-button" data-prevent-double-click="true">{label}</button>
            {ui::submit_as(check, "then", "check")}
        }
        .into_any()
    } else {
        view! {
            <button class="nhsuk-button" type="submit" name="then" value="check"
                data-module="nhsuk-button" data-prevent-double-click="true">{check}</button>
        }
        .into_any()
    };
    let nothing = (ready && changes == 0 && totals.wrong == 0)
        .then(|| ui::empty("Nothing changes: everybody in this list is in Baton with these posts.", None));
    view! {
        {nothing}
        <div class="baton-actions">{buttons}<a href="/people">"Cancel"</a></div>
    }
    .into_any()
}

fn number(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// The words of the button.
fn what_it_does(totals: Totals) -> String {
    let parts: Vec<String> = [
        (totals.new > 0).then(|| format!("add {}", format::count(number(totals.new), "person", "people"))),
        (totals.asked > 0).then(|| format!("ask {}", format::count(number(totals.asked), "person", "people"))),
        (totals.posts > 0).then(|| format!("add {}", format::count(number(totals.posts), "post", "posts"))),
        (totals.changed > 0).then(|| format!("change {}", format::count(number(totals.changed), "post", "posts"))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let told = if parts.is_empty() { "add the addresses".to_owned() } else { parts.join(", ") };
    let mut letters = told.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn counts(totals: Totals) -> AnyView {
    let line = |count: usize, one: &str, many: &str| {
        let words = if count == 1 { one } else { many };
        (count > 0).then(|| view! { <li><strong>{count}</strong>{format!(" {words}")}</li> })
    };
    view! {
        <ul class="baton-import__counts">
            {line(totals.new, "new person", "new people")}
            {line(totals.known, "known person", "known people")}
            {line(totals.asked, "person of another trust, who is asked first", "people of other trusts, who are asked first")}
            {line(totals.posts, "post is added", "posts are added")}
            {line(totals.shortening, "of them ends another post the day before", "of them end another post the day before")}
            {line(totals.overlapping, "of them overlaps another post, which is kept", "of them overlap another post, which is kept")}
            {line(totals.changed, "post is changed", "posts are changed")}
            {line(totals.same, "row is there already: nothing changes", "rows are there already: nothing changes")}
            {line(totals.asks, "row to decide", "rows to decide")}
            {line(totals.wrong, "row not readable", "rows not readable")}
            {line(totals.nobody, "row is not about a person and is left out", "rows are not about a person and are left out")}
        </ul>
    }
    .into_any()
}

fn columns(form: &Form, checked: &Checked, missing: bool) -> AnyView {
    let selects = (0..checked.holds.len())
        .map(|at| {
            let cells: Vec<String> =
                checked.sheet.column(at).take(3).map(|cell| cell.chars().take(30).collect()).collect();
            let hint =
                if cells.is_empty() { "Empty".to_owned() } else { format!("For example {}", cells.join(" · ")) };
            form.select(&format!("columns[{at}]"), &checked.sheet.column_name(at), Holds::options()).hint(&hint).view()
        })
        .collect_view();
    let decided = checked.decided.iter().map(|words| view! { <li>{words.clone()}</li> }).collect_view();
    let group = if checked.holds.contains(&Holds::StaffGroup) {
        ().into_any()
    } else {
        let options = STAFF_GROUPS.iter().map(|group| ((*group).to_owned(), (*group).to_owned())).collect();
        form.select("staff_group", "Staff group of everybody in the list", options).hint("No column says it.").view()
    };
    let body = view! {
        {(!checked.decided.is_empty()).then(|| view! { <ul>{decided}</ul> })}
        <div class="baton-import__columns">{selects}{group}</div>
        <p class="nhsuk-hint">"After a change, choose “Check again”. What you choose is remembered for the next list."</p>
    }
    .into_any();
    if missing {
        return view! {
            <section aria-labelledby="columns">
                <h2 class="nhsuk-heading-m" id="columns">"What the columns hold"</h2>
                {body}
                {ui::submit_as("Check again", "then", "check")}
            </section>
        }
        .into_any();
    }
    ui::details_open("What the columns hold", false, body)
}

/// The list as text, so that it comes along with the form, and can be mended as a whole.
fn as_it_came(form: &Form) -> AnyView {
    let body = view! {
        {form.lines("text", "The list", 15).hint("Change what is wrong, then choose “Check again”.").view()}
        {ui::submit_as("Check again", "then", "check")}
    }
    .into_any();
    ui::details_open("The list, with what you corrected", false, body)
}
