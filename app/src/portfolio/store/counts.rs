//! How many projects each option of a list's filters would show: one statement, whatever the number of options.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use chrono::NaiveDate;

use super::super::model::{Counts, Filter, Gap, Sort, Statuses};
use super::narrow::{apply_text, has_status, push_gap, push_place};
use crate::continuity::store::{OPEN, ProjectQuery, STANDING};
use crate::error::Error;
use crate::id::TrustId;

/// So many lists of a trust have their numbers kept.
const KEPT: usize = 64;

/// A trust's lists, by what they are narrowed to on a day, with the numbers beside their filters.
type Lists = Vec<(NaiveDate, Filter, Arc<Counts>)>;

/// What was counted since a store last changed.
#[derive(Debug, Default)]
struct Kept {
    /// The number of the state of the store that it was counted in.
    state: u64,
    trusts: HashMap<TrustId, Lists>,
}

static KEPT_COUNTS: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// What a list is narrowed to, whatever page of it is shown and how.
fn narrowed(filter: &Filter) -> Filter {
    Filter { sort: Sort::default(), reversed: false, table: false, page: None, person: None, ..filter.clone() }
}

/// What was counted for a list in this state of the store.
pub(super) fn kept(state: u64, trust: TrustId, filter: &Filter, today: NaiveDate) -> Option<Arc<Counts>> {
    let kept = KEPT_COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    let lists = kept.trusts.get(&trust).filter(|_| kept.state == state)?;
    let filter = narrowed(filter);
    lists.iter().find(|(day, of, _)| *day == today && *of == filter).map(|(_, _, counts)| Arc::clone(counts))
}

/// Keeps what was counted, until the store changes.
pub(super) fn keep(state: u64, trust: TrustId, filter: &Filter, today: NaiveDate, counts: &Arc<Counts>) {
    let mut kept = KEPT_COUNTS.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.state > state {
        // Counted before what is kept.
        return;
    }
    if kept.state < state {
        *kept = Kept { state, trusts: HashMap::new() };
    }
    let lists = kept.trusts.entry(trust).or_default();
    if lists.len() >= KEPT {
        lists.clear();
    }
    lists.push((today, narrowed(filter), Arc::clone(counts)));
}

/// What something is chosen of: its name in the address, and the column of `counted` that holds whether a project passes
/// what is chosen there. What lets every project pass is not asked of each.
fn filters(filter: &Filter) -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("status", "in_status", true),
        ("department", "in_department", filter.department.is_some()),
        ("priority", "in_priority", filter.priority.is_some()),
        ("type", "in_type", filter.kind.is_some()),
        ("continuity", "in_continuity", filter.continuity.is_some()),
        ("gap", "in_gap", filter.gap.is_some()),
    ]
    .into_iter()
    .filter_map(|(name, passes, chosen)| chosen.then_some((name, passes)))
}

/// Adds the statement, which gives the filter, the option and the number. Each option is counted beside what is chosen in
/// the others; of somebody's drafts nothing is counted.
pub(super) fn push(query: &mut ProjectQuery, filter: &Filter, words: &str, today: NaiveDate) -> Result<(), Error> {
    if filter.statuses == Statuses::Draft {
        query.push("select '', '', 0 where false");
        return Ok(());
    }
    push_counted(query, filter, words, today)?;
    query.push("select 'status', p.status, count(*) from counted p");
    push_others(query, filter, "status");
    query.push(
        " group by p.status union all select 'department', coalesce(p.department_id, ''), count(*) from counted p",
    );
    push_others(query, filter, "department");
    query.push(" group by p.department_id union all select 'type', p.type, count(*) from counted p");
    push_others(query, filter, "type");
    query.push(
        " group by p.type union all select 'priority', c.priority_id, count(*)
            from counted p cross join project_priority c on c.project_id = p.id",
    );
    push_others(query, filter, "priority");
    query.push(" group by c.priority_id union all select 'continuity', coalesce(p.state, ''), count(*) from counted p");
    push_others(query, filter, "continuity");
    // What ended is closed, though only what is open is listed otherwise.
    query.push(if filter.statuses == Statuses::Open {
        " and (p.is_listed or p.state = 'ended') group by p.state"
    } else {
        " and p.is_listed group by p.state"
    });
    for gap in Gap::ALL {
        query.push(" union all select 'gap', '").push(gap.as_str()).push("', count(*) from counted p");
        push_others(query, filter, "gap");
        if means_open(filter, Some(*gap)) {
            query.push(" and p.is_open");
        }
        query.push(" and ");
        push_gap(query, *gap, "p", today)?;
    }
    Ok(())
}

/// Whether only what is open is listed for what is missing: where no state is chosen, as in the list.
fn means_open(filter: &Filter, gap: Option<Gap>) -> bool {
    filter.continuity.is_none() && matches!(gap, Some(Gap::Risk | Gap::Supervisor))
}

/// Adds the condition that a project passes all filters but one.
fn push_others(query: &mut ProjectQuery, filter: &Filter, own: &str) {
    query.push(" where true");
    for (name, passes) in filters(filter) {
        // The states count what ended beside what is open.
        if name != own && !(own == "continuity" && name == "status") {
            query.push(" and p.").push(passes);
        }
    }
    if !["gap", "continuity"].contains(&own) && means_open(filter, filter.gap) {
        query.push(" and p.is_open");
    }
}

/// Adds what is counted: the trust's projects that have the words and the people, each with what it passes.
fn push_counted(query: &mut ProjectQuery, filter: &Filter, words: &str, today: NaiveDate) -> Result<(), Error> {
    query
        .push("with counted as materialized (select p.id, p.status, p.department_id, p.type, s.state, s.at_risk, s.supervisor_id, ")
        .push(OPEN)
        .push(" as is_open, ")
        .push(has_status(filter.statuses))
        .push(" as is_listed, ")
        .push(has_status(filter.meant_statuses()))
        .push(" as in_status");
    if let Some(department) = filter.department {
        query.push(", p.department_id is ").bind(department)?.push(" as in_department");
    }
    if let Some(priority) = filter.priority {
        query.push(", p.id in (select project_id from project_priority where priority_id = ").bind(priority)?;
        query.push(") as in_priority");
    }
    if let Some(kind) = filter.kind {
        query.push(", p.type = ").bind(kind)?.push(" as in_type");
    }
    if let Some(state) = filter.continuity {
        query.push(", s.state is ").bind(state.as_str())?.push(" as in_continuity");
    }
    if let Some(gap) = filter.gap {
        query.push(", ");
        push_gap(query, gap, "s", today)?;
        query.push(" as in_gap");
    }
    query.push(" from project p").push(STANDING).push(" where p.trust_id = $1 and p.status <> 'draft'");
    if filter.on.is_some() {
        query.push(" and s.project_id is not null");
    }
    for person in filter.mine.into_iter().chain(filter.with) {
        push_place(query, person)?;
    }
    if !filter.text.is_empty() {
        apply_text(query, &filter.text, words)?;
    }
    query.push(") ");
    Ok(())
}
