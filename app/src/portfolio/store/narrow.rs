//! The conditions by which a list is narrowed, and its options are counted.

use chrono::NaiveDate;

use super::super::model::{Gap, Statuses};
use super::home;
use crate::continuity::store::{NEXT_ON, ProjectQuery};
use crate::error::Error;
use crate::id::PersonId;
use crate::roles::{holds_on, in_force, open_project};
use crate::sought;

/// The condition that a project has one of the statuses.
pub(super) fn has_status(statuses: Statuses) -> &'static str {
    match statuses {
        Statuses::Open => open_project!("p"),
        Statuses::Active => "p.status = 'active'",
        Statuses::Paused => "p.status = 'paused'",
        Statuses::Sustaining => "p.status = 'sustaining'",
        Statuses::Closed => "p.status = 'closed'",
        Statuses::Any => "p.status in ('active', 'paused', 'sustaining', 'closed')",
        Statuses::Draft => "p.status = 'draft'",
    }
}

/// Adds the condition that an answer of the project is missing or late: `stands` is the row that says where it stands.
pub(super) fn push_gap(
    query: &mut ProjectQuery,
    gap: Gap,
    stands: &'static str,
    today: NaiveDate,
) -> Result<(), Error> {
    match gap {
        Gap::Risk => query.push(stands).push(".at_risk = 1"),
        Gap::Supervisor => query.push(stands).push(".supervisor_id is null"),
        Gap::Measure => {
            query.push("not exists (select 1 from measure m where m.project_id = p.id and m.retired_on is null)")
        }
        // Whatever day is looked at: what is measured until then is not known.
        Gap::Measurement => {
            query.push("p.status in ('active', 'sustaining') and ").push(NEXT_ON).push(" < ").bind(today)?
        }
        Gap::Quiet => query.push("p.id in (").push(home::QUIET).push(")"),
        Gap::Step => query.push(
            "not exists (select 1 from task w where w.project_id = p.id and w.done_at is null and w.removed_at is null)",
        ),
    };
    Ok(())
}

/// Adds the condition that a colleague has a place in the project's team, or leads it.
pub(super) fn push_place(query: &mut ProjectQuery, person: PersonId) -> Result<(), Error> {
    query.push(concat!(
        " and p.id in (select r.project_id from team_role r where ",
        in_force!("r", "$2"),
        " and r.person_id = "
    ));
    query.bind(person)?.push(concat!(
        " union select z.project_id from standing z where ",
        holds_on!("z", "$2"),
        " and z.lead_id = "
    ));
    query.bind(person)?.push(")");
    Ok(())
}

/// The reference, or words of the project.
pub(super) fn apply_text(query: &mut ProjectQuery, text: &str, words: &str) -> Result<(), Error> {
    let reference = sought::reference(text);
    if reference.is_none() && words.is_empty() {
        query.push(" and false");
        return Ok(());
    }
    query.push(" and (p.reference like ").bind(reference)?;
    if !words.is_empty() {
        query.push(" or p.number in (select rowid from project_text where project_text match ");
        query.bind(words.to_owned())?.push(")");
    }
    query.push(")");
    Ok(())
}
