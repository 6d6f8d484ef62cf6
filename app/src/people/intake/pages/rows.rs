//! The rows of a list, by what becomes of them.

use leptos::prelude::*;

use crate::format;
use crate::people::intake::api::Checked;
use crate::people::intake::columns::Holds;
use crate::people::intake::model::key_of;
use crate::people::intake::plan::{Found, Row, What, Who};
use crate::people::intake::read::Typed;
use crate::web::ui::{self, Form};

use super::questions::SHOWN;

/// So many rows of an outcome are listed.
const LISTED: usize = 200;

/// The columns in which what is wrong about this can be mended.
pub(super) fn column_for(holds: &[Holds], one: Holds) -> Vec<Holds> {
    let names = [Holds::FirstName, Holds::LastName];
    let wanted = if one == Holds::Name && !holds.contains(&one) { names.to_vec() } else { vec![one] };
    wanted.into_iter().filter(|one| holds.contains(one)).collect()
}

/// The form with what stands in the cells that are to be mended.
pub(super) fn with_cells(mut form: Form, checked: &Checked) -> Form {
    let wrong = checked.plan.rows.iter().filter_map(|row| match &row.found {
        Found::Wrong(wrong) => Some((row.line, wrong)),
        _ => None,
    });
    for (line, wrong) in wrong.take(SHOWN) {
        let Some(cells) = checked.sheet.rows.iter().find(|row| row.number == line).map(|row| &row.cells) else {
            continue;
        };
        for one in wrong.iter().flat_map(|(one, _)| column_for(&checked.holds, *one)) {
            let column = checked.holds.iter().position(|held| *held == one);
            let cell = column.and_then(|at| cells.get(at)).map(String::as_str).unwrap_or_default();
            form = form.instead(&format!("fix[{}_{one}]", key_of(line)), cell);
        }
    }
    form
}

/// The post that a row says, in its own words.
pub(super) fn post(typed: &Typed) -> String {
    let until = if typed.to.is_empty() { String::new() } else { format!(" to {}", typed.to) };
    let parts = [typed.grade.as_str(), typed.department.as_str(), typed.from.as_str()];
    let told: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}{until}", told.join(", "))
}

pub(super) fn by_outcome(checked: &Checked) -> AnyView {
    let is = |who: Who| move |row: &Row| matches!(&row.found, Found::Does(one, what) if *one == who && !matches!(what, What::Same));
    let same = |row: &Row| matches!(row.found, Found::Does(_, What::Same));
    let nobody = |row: &Row| matches!(row.found, Found::Nobody(_));
    let asks = |row: &Row| matches!(row.found, Found::Asks(_));
    view! {
        {group(checked, "Rows to decide", &asks)}
        {group(checked, "New people", &is(Who::New))}
        {group(checked, "Known people whose posts change", &is(Who::Known))}
        {group(checked, "People of other trusts", &is(Who::Asked))}
        {group(checked, "There already", &same)}
        {group(checked, "Not about a person", &nobody)}
    }
    .into_any()
}

fn group(checked: &Checked, title: &str, belongs: &dyn Fn(&Row) -> bool) -> AnyView {
    let found: Vec<&Row> = checked.plan.rows.iter().filter(|row| belongs(row)).collect();
    if found.is_empty() {
        return ().into_any();
    }
    let listed = found.iter().take(LISTED).map(|row| cells(row)).collect();
    let rest = found.len().saturating_sub(LISTED);
    let rest = (rest > 0).then(|| {
        view! { <p>{format!("{} more are counted above and not listed.", format::count(i64::try_from(rest).unwrap_or(i64::MAX), "row", "rows"))}</p> }
    });
    let summary = format!("{title} ({})", format::count(i64::try_from(found.len()).unwrap_or(i64::MAX), "row", "rows"));
    let columns = vec![ui::numbers("Line"), ui::words("Name"), ui::words("Post"), ui::words("What happens")];
    ui::details(&summary, view! { {ui::table_under_heading(title, columns, listed)}{rest} }.into_any())
}

fn cells(row: &Row) -> Vec<AnyView> {
    let mut told = match &row.found {
        Found::Does(who, what) => {
            let who = match who {
                Who::New => Some("New person".to_owned()),
                Who::Asked => Some("Known to Baton: asked first, and it counts once they accept".to_owned()),
                Who::Known => None,
            };
            let what = match what {
                What::New => vec!["New post".to_owned()],
                What::Overlaps(other) => vec![format!("New post, beside {other}")],
                What::Shortens(other) => vec![format!("New post; the day before ends {other}")],
                What::Changed(changes) => changes.clone(),
                What::Same => vec!["Nothing changes".to_owned()],
            };
            who.into_iter().chain(what).collect()
        }
        Found::Asks(_) => vec!["To decide above".to_owned()],
        Found::Nobody(why) => vec![format!("{why}: left out")],
        Found::Wrong(wrong) => wrong.iter().map(|(_, why)| why.clone()).collect::<Vec<_>>(),
    };
    told.extend(row.notes.iter().cloned());
    let told = told.into_iter().map(|words| view! { <li>{words}</li> }).collect_view();
    let who = if row.typed.address.is_empty() {
        row.typed.name.clone().into_any()
    } else {
        view! { {row.typed.name.clone()}<br /><span class="baton-lines">{row.typed.address.clone()}</span> }.into_any()
    };
    vec![
        row.line.into_any(),
        who,
        post(&row.typed).into_any(),
        view! { <ul class="nhsuk-list baton-import__why">{told}</ul> }.into_any(),
    ]
}
