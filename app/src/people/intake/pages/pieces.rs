//! What the rows and the questions of a list are made of.

use crate::people::intake::api::Checked;
use crate::people::intake::columns::Holds;
use crate::people::intake::model::key_of;
use crate::people::intake::plan::Found;
use crate::people::intake::read::Typed;
use crate::web::ui::Form;

/// So many rows of a kind are shown at once: each is mended or answered, then come the next.
pub(super) const SHOWN: usize = 50;

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
