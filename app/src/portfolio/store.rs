//! Lists of projects, and what a home page shows.

pub mod administration;
mod counts;
pub mod home;
mod narrow;
pub mod news;
pub mod search;

use std::sync::Arc;

use chrono::NaiveDate;

use self::narrow::{apply_text, has_status, push_gap, push_place};
use super::model::{Counts, Filter, Found, Gap, PAGE, Sort, Statuses};
use crate::batch;
use crate::continuity::store::{NEXT_ON, ON_DAY, OPEN, ProjectQuery, ProjectRecord, STANDING};
use crate::db::Connection;
use crate::duplicates::store::{of_trust, spelled_like};
use crate::error::Error;
use crate::id::TrustId;
use crate::people;
use crate::people::store::{DEPARTMENTS, Department};
use crate::priorities::store::{CURRENT, PriorityChoice};

use crate::sought;

/// The projects of a trust that a filter finds, a page of them, as they stand on the filter's day; where nothing has the
/// words, what has words that are spelled like them. Somebody's draft is found by nobody but those who write it.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(conn: &mut Connection, trust: TrustId, filter: &Filter, today: NaiveDate) -> Result<Found, Error> {
    let words = of_trust(trust, &sought::expression(&filter.text));
    let found = find(conn, listing(trust, filter, &words, limit(filter), today)?).await?;
    or_misspelt(conn, trust, filter, found, today).await
}

/// What was found; where that is nothing, what has words that are spelled like those of the text.
async fn or_misspelt(
    conn: &mut Connection,
    trust: TrustId,
    filter: &Filter,
    found: Found,
    today: NaiveDate,
) -> Result<Found, Error> {
    if found.total > 0 || filter.text.is_empty() {
        return Ok(found);
    }
    let Some(words) = spelled_like(conn, trust, &filter.text).await? else { return Ok(found) };
    Ok(misspelt(find(conn, listing(trust, filter, &of_trust(trust, &words), limit(filter), today)?).await?))
}

/// What was found by words that are spelled like those of the text.
fn misspelt(like: Found) -> Found {
    Found { misspelt: like.total > 0, ..like }
}

async fn find(conn: &mut Connection, query: ProjectQuery) -> Result<Found, Error> {
    Ok(found(query.rows(conn).await?))
}

fn found(rows: Vec<ProjectRecord>) -> Found {
    let total = rows.first().map_or(0, |row| row.total);
    Found { rows: rows.into_iter().map(|record| record.row).collect(), total, misspelt: false }
}

/// A page of a list, and what its filters offer to choose from.
#[derive(Debug)]
pub struct Browsed {
    pub found: Found,
    pub departments: Vec<Department>,
    pub priorities: Vec<PriorityChoice>,
    /// How many projects each of what they offer would show.
    pub counts: Arc<Counts>,
    /// The name of the colleague whose projects are listed.
    pub colleague: Option<String>,
}

/// As [`list`], with what the filters offer. The numbers beside them cost more than all else, so they are counted once in
/// each `state` of the store: its newest, asked for before anything is read.
///
/// # Errors
/// When the store cannot be read.
pub async fn browse(
    conn: &mut Connection,
    trust: TrustId,
    filter: &Filter,
    today: NaiveDate,
    state: u64,
) -> Result<Browsed, Error> {
    let words = of_trust(trust, &sought::expression(&filter.text));
    let mut query = listing(trust, filter, &words, limit(filter), today)?.select_rows();
    query.text = [&query.text, DEPARTMENTS, CURRENT].join(";\n");
    let kept = counts::kept(state, trust, filter, today);
    if kept.is_none() {
        query.push(";\n");
        counts::push(&mut query, filter, &words, today)?;
    }
    let mut answers = batch::ask_built(conn, query.text, query.arguments).await?;
    let found = found(answers.all()?);
    let (departments, priorities) = (answers.all()?, answers.all()?);
    let counts = match kept {
        Some(counts) => counts,
        None => {
            let counted = Arc::new(Counts(answers.all()?));
            counts::keep(state, trust, filter, today, &counted);
            counted
        }
    };
    let found = or_misspelt(conn, trust, filter, found, today).await?;
    let colleague = match filter.with {
        Some(with) => people::store::colleague_name(conn, trust, with).await?,
        None => None,
    };
    // Of what is spelled like the words nothing was counted.
    let counts = if found.misspelt { Arc::default() } else { counts };
    Ok(Browsed { found, departments, priorities, counts, colleague })
}

fn limit(filter: &Filter) -> Option<(i64, i64)> {
    filter.page.map(|page| (PAGE, (page.max(1) - 1) * PAGE))
}

/// The lead's last day, or the day since which there is none: as the index of those at risk has it.
const GOES_ON: &str = "coalesce(s.no_lead_since, s.lead_last_on, '9999-12-31')";

/// A value that a list is ordered by.
struct Key {
    value: &'static str,
    descends: bool,
    /// Compared as names are.
    named: bool,
    /// Who has none comes last, whichever way round.
    last: bool,
}

impl Key {
    const fn rising(value: &'static str) -> Self {
        Self { value, descends: false, named: false, last: false }
    }

    const fn falling(value: &'static str) -> Self {
        Self { descends: true, ..Self::rising(value) }
    }

    const fn named(value: &'static str) -> Self {
        Self { named: true, last: true, ..Self::rising(value) }
    }
}

/// What a list is ordered by, the most important first.
fn order(sort: Sort) -> &'static [Key] {
    const UPDATED: &[Key] = &[Key::falling("p.last_active_on"), Key::falling("p.updated_at")];
    const RISK: &[Key] = &[Key::falling("s.at_risk"), Key::rising(GOES_ON), Key::falling("p.updated_at")];
    const MEASUREMENT: &[Key] = &[Key { last: true, ..Key::rising(NEXT_ON) }];
    const TITLE: &[Key] = &[Key { last: false, ..Key::named("p.title") }];
    const REFERENCE: &[Key] = &[Key::rising("p.reference")];
    const DEPARTMENT: &[Key] = &[Key::named("(select d.name from department d where d.id = p.department_id)")];
    const LEAD: &[Key] = &[Key::named("(select l.name from person l where l.id = s.lead_id)")];
    const UNTIL: &[Key] = &[Key::rising(GOES_ON)];
    const SUPERVISOR: &[Key] = &[Key::named("(select v.name from person v where v.id = s.supervisor_id)")];
    match sort {
        // A team's last act is known by its day; within a day the row that changed last comes first.
        Sort::Updated => UPDATED,
        // A draft stands nowhere, and comes last.
        Sort::Risk => RISK,
        Sort::Measurement => MEASUREMENT,
        Sort::Title => TITLE,
        Sort::Reference => REFERENCE,
        Sort::Department => DEPARTMENT,
        Sort::Lead => LEAD,
        Sort::Until => UNTIL,
        Sort::Supervisor => SUPERVISOR,
    }
}

/// Whether it orders by where projects stand.
fn orders_by_standing(sort: Sort) -> bool {
    matches!(sort, Sort::Risk | Sort::Lead | Sort::Until | Sort::Supervisor)
}

const KEYS: [&str; 3] = ["k0", "k1", "k2"];

fn push_order(query: &mut ProjectQuery, filter: &Filter) {
    for (key, name) in order(filter.sort).iter().zip(KEYS) {
        query
            .push(name)
            .push(if key.named { " collate nocase" } else { "" })
            .push(if key.descends == filter.reversed { "" } else { " desc" })
            .push(if key.last { " nulls last, " } else { ", " });
    }
    query.push(if filter.reversed { "number desc" } else { "number" });
}

/// The statement of a list: the words of its text as the index asks for them, how many rows of it are read, and how many
/// are left out before them. What is found is counted by itself: by what narrows the list, whatever it is ordered by.
fn listing(
    trust: TrustId,
    filter: &Filter,
    words: &str,
    limit: Option<(i64, i64)>,
    today: NaiveDate,
) -> Result<ProjectQuery, Error> {
    let mut query = ProjectQuery::as_of(trust, filter.on.unwrap_or(today), today)?;
    let narrows = push_source(&mut query, filter)?;
    apply_filter(&mut query, filter, words, today)?;
    let counted = std::mem::take(&mut query.text);
    let (_, conditions) = counted.split_once(" where ").unwrap_or_default();
    query.push("with page as materialized (select f.id, '' as roles, (select count(*)").text.push_str(&counted);
    query.push(") as total, row_number() over (order by ");
    push_order(&mut query, filter);
    query.push(") as place from (select p.id, p.number");
    for (key, name) in order(filter.sort).iter().zip(KEYS) {
        query.push(", ").push(key.value).push(" as ").push(name);
    }
    if narrows || !orders_by_standing(filter.sort) {
        query.text.push_str(&counted);
    } else if filter.statuses == Statuses::Open && filter.sort == Sort::Risk {
        query
            // What is over comes first in the index, and is most of what is left out.
            .push(" from standing s indexed by standing_risk cross join project p on p.id = s.project_id where s.trust_id = $1
                and s.until_on > $2 and s.from_on <= $2 and s.state <> 'ended' and ")
            .text
            .push_str(conditions);
    } else {
        query.push(" from project p").push(STANDING).push(" where ").text.push_str(conditions);
    }
    query.push(" order by ");
    push_order(&mut query, filter);
    if let Some((rows, before)) = limit {
        query.push(" limit ").bind(rows)?.push(" offset ").bind(before)?;
    }
    query.push(") f)");
    Ok(query)
}

/// The tables that a list is found in; whether where projects stand narrows it.
fn push_source(query: &mut ProjectQuery, filter: &Filter) -> Result<bool, Error> {
    if filter.continuity.is_some() || matches!(filter.gap, Some(Gap::Risk | Gap::Supervisor)) {
        query.push(" from standing s cross join project p on p.id = s.project_id where p.trust_id = $1 and s.trust_id = $1 and ");
        match filter.continuity {
            Some(state) => query.push("s.state = ").bind(state.as_str())?,
            None => query.push(OPEN),
        };
        query.push(" and ").push(ON_DAY);
        return Ok(true);
    }
    if filter.on.is_some() {
        query.push(" from project p").push(STANDING).push(" where p.trust_id = $1");
        // What was not registered yet stood nowhere.
        if filter.statuses != Statuses::Draft {
            query.push(" and s.project_id is not null");
        }
        return Ok(true);
    }
    query.push(" from project p where p.trust_id = $1");
    Ok(false)
}

fn apply_filter(query: &mut ProjectQuery, filter: &Filter, words: &str, today: NaiveDate) -> Result<(), Error> {
    let statuses = filter.meant_statuses();
    query.push(" and ").push(has_status(statuses));
    if statuses == Statuses::Draft {
        query.push(" and (p.author_id = ").bind(filter.person)?;
        query.push(" or p.id in (select project_id from team_role where state in ('asked', 'accepted') and until_on is null and person_id = ");
        query.bind(filter.person)?.push("))");
    }
    if let Some(department) = filter.department {
        query.push(" and p.department_id = ").bind(department)?;
    }
    if let Some(priority) = filter.priority {
        query
            .push(" and p.id in (select project_id from project_priority where priority_id = ")
            .bind(priority)?
            .push(")");
    }
    if let Some(kind) = filter.kind {
        query.push(" and p.type = ").bind(kind)?;
    }
    for person in filter.mine.into_iter().chain(filter.with) {
        push_place(query, person)?;
    }
    if let Some(gap) = filter.gap {
        query.push(" and ");
        push_gap(query, gap, "s", today)?;
    }
    if !filter.text.is_empty() {
        apply_text(query, &filter.text, words)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
