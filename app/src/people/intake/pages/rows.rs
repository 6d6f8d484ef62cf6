//! The rows of a list, by what becomes of them.

use leptos::prelude::*;

use super::pieces::post;
use crate::format;
use crate::people::intake::api::Checked;
use crate::people::intake::plan::{Found, Row, What, Who};
use crate::web::ui;

/// So many rows of an outcome are listed.
const LISTED: usize = 200;

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
