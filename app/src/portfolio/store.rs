//! Lists of projects, and where a trust's projects stand.

use std::sync::Arc;

use chrono::NaiveDate;
use timeline::Continuity;

use super::model::{Filter, Found, Gap, PAGE, Sort, Statuses, search_words};
use crate::continuity::model::ProjectRow;
use crate::continuity::store::{
    ContinuityRow, ContinuityRows, NEXT_ON, ProjectQuery, RISK, SOONEST, STATE, of_trust, rows_by_id,
};
use crate::db::{Connection, Store};
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TrustId};
use crate::roles::{in_force, open_project};

/// The projects of a trust that a filter finds, a page of them. Somebody's draft is found by nobody
/// but those who write it.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(conn: &mut Connection, trust: TrustId, filter: &Filter, today: NaiveDate) -> Result<Found, Error> {
    let rows = listing(trust, filter, today)?.rows(conn).await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Found { rows: rows.into_iter().map(|record| record.row).collect(), total })
}

fn listing(trust: TrustId, filter: &Filter, today: NaiveDate) -> Result<ProjectQuery, Error> {
    let mut query = ProjectQuery::new(trust, today)?;
    let decides = filter.continuity.is_some() || filter.sort == Sort::Risk;
    query
        .push("with candidate as materialized (select p.id, p.status, p.review_on, p.title, p.reference, p.updated_at");
    if decides {
        query.push(", ").continuity_columns();
    }
    if filter.sort == Sort::Measurement {
        query.push(", ").push(NEXT_ON).push(" as next_on");
    }
    query.push(" from project p where p.trust_id = $1");
    apply_filter(&mut query, filter)?;
    query.push("), found as (select s.*");
    if decides {
        query.push(", ").push(STATE).push(" as continuity");
    }
    query.push(" from candidate s), page as materialized (select s.id, '' as roles, count(*) over () as total, row_number() over (order by ");
    match filter.sort {
        Sort::Updated => query.push("s.updated_at desc"),
        Sort::Risk => query.push(RISK).push(", ").push(SOONEST).push(", s.updated_at desc"),
        Sort::Measurement => query.push("s.next_on is null, s.next_on"),
        Sort::Title => query.push("s.title collate nocase"),
        Sort::Reference => query.push("s.reference"),
    };
    query.push(", s.id) as place from found s");
    if let Some(state) = filter.continuity {
        query.push(" where s.continuity = ").bind(state.as_str())?;
    }
    query.push(" order by place");
    if let Some(page) = filter.page {
        query.push(" limit ").bind(PAGE)?.push(" offset ").bind((page.max(1) - 1) * PAGE)?;
    }
    query.push(")");
    Ok(query)
}

fn apply_filter(query: &mut ProjectQuery, filter: &Filter) -> Result<(), Error> {
    let statuses = match filter.continuity {
        Some(Continuity::Ended) if filter.statuses == Statuses::Open => Statuses::Closed,
        _ => filter.statuses,
    };
    query.push(match statuses {
        Statuses::Open => concat!(" and ", open_project!("p")),
        Statuses::Active => " and p.status = 'active'",
        Statuses::Paused => " and p.status = 'paused'",
        Statuses::Sustaining => " and p.status = 'sustaining'",
        Statuses::Closed => " and p.status = 'closed'",
        Statuses::Any => " and p.status in ('active', 'paused', 'sustaining', 'closed')",
        Statuses::Draft => " and p.status = 'draft'",
    });
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
    if let Some(person) = filter.mine {
        query.push(concat!(
            " and p.id in (select r.project_id from team_role r where ",
            in_force!("r", "$2"),
            " and r.person_id = "
        ));
        query.bind(person)?.push(")");
    }
    match filter.gap {
        Some(Gap::Supervisor) => query.push(" and ").supervisor().push(" is null"),
        Some(Gap::Measure) => {
            query.push(" and not exists (select 1 from measure m where m.project_id = p.id and m.retired_on is null)")
        }
        Some(Gap::Measurement) => {
            query.push(" and p.status in ('active', 'sustaining') and ").push(NEXT_ON).push(" < $2")
        }
        Some(Gap::Step) => query.push(" and p.next_step = ''"),
        None => query,
    };
    if !filter.text.is_empty() {
        apply_text(query, &filter.text)?;
    }
    Ok(())
}

/// The reference, or words of the project.
fn apply_text(query: &mut ProjectQuery, text: &str) -> Result<(), Error> {
    query.push(" and (p.reference = upper(").bind(text.to_owned())?.push(")");
    let words = search_words(text);
    if !words.is_empty() {
        query.push(" or p.number in (select rowid from project_text where project_text match ").bind(words)?.push(")");
    }
    query.push(")");
    Ok(())
}

/// A project on which somebody has a place.
#[derive(Clone, Debug)]
pub struct Mine {
    pub row: ProjectRow,
    /// They lead it.
    pub leads: bool,
    /// They supervise it.
    pub supervises: bool,
}

/// The most projects of one's own that a home page reads.
const MOST_MINE: i64 = 100;

/// The projects of this trust, not closed, on which a person has a place today, and their drafts.
///
/// # Errors
/// When the store cannot be read.
pub async fn mine(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    today: NaiveDate,
) -> Result<Vec<Mine>, Error> {
    let rows = mine_of(trust, person, today)?.rows(conn).await?;
    Ok(rows
        .into_iter()
        .map(|record| Mine {
            leads: record.roles.contains("lead"),
            supervises: record.roles.contains("supervisor"),
            row: record.row,
        })
        .collect())
}

fn mine_of(trust: TrustId, person: PersonId, today: NaiveDate) -> Result<ProjectQuery, Error> {
    let mut query = ProjectQuery::new(trust, today)?;
    query.push("with own as (select r.project_id as id, r.role from team_role r where r.person_id = ").bind(person)?;
    query
        .push(" and ")
        .push(in_force!("r", "$2"))
        .push(" union select p.id, 'author' from project p where p.status = 'draft' and p.author_id = ");
    query.bind(person)?.push(
        "), page as materialized (select p.id, group_concat(own.role) as roles, 0 as total, row_number() over (order by p.title collate nocase, p.id) as place
            from own join project p on p.id = own.id where p.trust_id = $1 and p.status <> 'closed'
            group by p.id order by place limit ",
    );
    query.bind(MOST_MINE)?.push(")");
    Ok(query)
}

/// Where a trust's open projects stand.
#[derive(Clone, Debug, Default)]
pub struct Board {
    /// How many are in each state, those that need somebody first.
    pub states: Vec<(Continuity, i64)>,
    /// How many have no supervisor.
    pub without_supervisor: i64,
    /// How many have an overdue measurement.
    pub overdue: i64,
    /// How many are at risk: in the pool, due, or without a supervisor.
    pub at_risk: i64,
    /// The first of those, those that need somebody most first.
    pub first: Vec<ProjectRow>,
}

/// How many projects at risk a board shows.
const MOST_FIRST: usize = 8;

/// Where a trust's open projects stand, and the first of those at risk: computed once until something
/// changes.
///
/// # Errors
/// When the store cannot be read.
pub async fn board(
    store: &Store,
    conn: &mut Connection,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Arc<Board>, Error> {
    let all = of_trust(store, conn, trust, today).await?;
    store.cached(format!("board {trust} {today}"), build_board(conn, all, trust, today)).await
}

async fn build_board(
    conn: &mut Connection,
    all: Arc<ContinuityRows>,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Board, Error> {
    let count = |which: &dyn Fn(&ContinuityRow) -> bool| {
        i64::try_from(all.0.iter().filter(|one| which(one)).count()).unwrap_or(i64::MAX)
    };
    let first: Vec<ProjectId> =
        all.0.iter().filter(|one| one.is_at_risk()).take(MOST_FIRST).map(|one| one.id).collect();
    Ok(Board {
        states: Continuity::ALL
            .iter()
            .filter(|state| **state != Continuity::Ended)
            .map(|state| (*state, count(&|one| one.continuity == *state)))
            .collect(),
        without_supervisor: count(&|one| one.unsupervised),
        overdue: count(&|one| one.overdue),
        at_risk: count(&ContinuityRow::is_at_risk),
        first: rows_by_id(conn, trust, &first, today).await?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};

    use super::*;
    use crate::continuity::store::{by_ids, of_trust_query, row};
    use crate::id::{AwayId, HandoverId, PostId, TeamRoleId};
    use crate::project::model::ProjectType;
    use crate::testing::{Fixture, TODAY, noon};
    use timeline::before::{Away, Facts, Lead, Offer, Post, Tenure, continuity};

    fn day(offset: i64) -> NaiveDate {
        TODAY + chrono::Duration::days(offset)
    }

    /// Somebody with random posts, periods away and, rarely, a closed account.
    async fn anybody(conn: &mut Connection, fixture: &Fixture, random: &mut StdRng) -> (PersonId, Lead) {
        let id = PersonId::new();
        let closed_on = random.random_bool(0.15).then(|| day(random.random_range(-20..120)));
        sqlx::query("insert into person (id, name, closed_on, created_at) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(format!("Person {}", random.random_range(0..1000)))
            .bind(closed_on)
            .bind(noon())
            .execute(&mut *conn)
            .await
            .expect("a person");
        let (mut posts, mut away) = (Vec::new(), Vec::new());
        let mut starts = random.random_range(-150..10);
        for _ in 0..random.random_range(0..4) {
            let length = random.random_range(0..120);
            let post =
                Post { starts_on: day(starts), ends_on: (!random.random_bool(0.2)).then(|| day(starts + length)) };
            starts += length + random.random_range(-5..5);
            posts.push(post);
            // A post in another trust never counts.
            for trust in [fixture.trust, fixture.other_trust] {
                let here = trust == fixture.trust;
                sqlx::query("insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, ends_on) values ($1, $2, $3, $4, 'Medical', 'CT1', $5, $6)")
                    .bind(PostId::new()).bind(id).bind(trust).bind(fixture.department)
                    .bind(if here { post.starts_on } else { day(-500) }).bind(if here { post.ends_on } else { None })
                    .execute(&mut *conn).await.expect("a post");
            }
        }
        for _ in 0..random.random_range(0..3) {
            let starts = random.random_range(-60..60);
            let period = Away {
                starts_on: day(starts),
                ends_on: day(starts + random.random_range(20..40)),
                keeps_contributing: random.random_bool(0.3),
            };
            sqlx::query("insert into away (id, person_id, trust_id, starts_on, ends_on, keeps_contributing) values ($1, $2, $3, $4, $5, $6)")
                .bind(AwayId::new()).bind(id).bind(fixture.trust).bind(period.starts_on).bind(period.ends_on).bind(period.keeps_contributing)
                .execute(&mut *conn).await.expect("a period away");
            away.push(period);
        }
        (id, Lead { from_on: TODAY, until_on: None, closed_on, posts, away })
    }

    /// A project with a random past, as stored and as facts.
    async fn anything(
        conn: &mut Connection,
        fixture: &Fixture,
        people: &[(PersonId, Lead)],
        random: &mut StdRng,
    ) -> (ProjectId, Facts) {
        let id = ProjectId::new();
        let status =
            ["draft", "active", "active", "active", "paused", "sustaining", "closed"][random.random_range(0..7)];
        let look = random.random_bool(0.5).then(|| day(random.random_range(-30..30)));
        sqlx::query(
            "insert into project (id, trust_id, reference, title, type, department_id, status, review_on, closed_reason, author_id, created_at, updated_at)
             values ($1, $2, $3, 'A project', 'quality_improvement', $4, $5, $6, case when $5 = 'closed' then 'completed' end, $7, $8, $8)",
        )
        .bind(id).bind(fixture.trust).bind(id.to_string()).bind(fixture.department).bind(status).bind(look).bind(fixture.trainee).bind(noon())
        .execute(&mut *conn).await.expect("a project");
        let mut facts = Facts {
            draft: status == "draft",
            closed: status == "closed",
            review_on: look.filter(|_| matches!(status, "paused" | "sustaining")),
            ..Facts::default()
        };
        for _ in 0..random.random_range(0..3) {
            let (person, who) = &people[random.random_range(0..people.len())];
            let from_on = day(random.random_range(-100..5));
            let until_on =
                random.random_bool(0.3).then(|| from_on + chrono::Duration::days(random.random_range(0..200)));
            let state = ["accepted", "accepted", "accepted", "asked", "declined"][random.random_range(0..5)];
            let place = ["lead", "lead", "lead", "supervisor", "member"][random.random_range(0..5)];
            let added = sqlx::query("insert or ignore into team_role (id, project_id, person_id, role, state, opened_by, from_on, until_on, asked_at) values ($1, $2, $3, $4, $5, 'team', $6, $7, $8)")
                .bind(TeamRoleId::new()).bind(id).bind(person).bind(place).bind(state).bind(from_on).bind(until_on).bind(noon())
                .execute(&mut *conn).await.expect("a role");
            if state == "accepted" && place == "lead" && added.rows_affected() == 1 {
                facts.leads.push(Lead { from_on, until_on, ..who.clone() });
            }
        }
        for _ in 0..random.random_range(0..2) {
            let state = ["draft", "offered", "agreed", "declined", "withdrawn", "lapsed"][random.random_range(0..6)];
            let to = random.random_bool(0.5).then_some(fixture.colleague);
            let takes = day(random.random_range(-20..20));
            sqlx::query("insert into handover (id, project_id, to_person, to_pool, state, takes_effect_on, created_by, created_at) values ($1, $2, $3, 1, $4, $5, $6, $7)")
                .bind(HandoverId::new()).bind(id).bind(to).bind(state).bind(takes).bind(fixture.trainee).bind(noon())
                .execute(&mut *conn).await.expect("a handover");
            match state {
                "offered" => facts.offered = Some(to.map_or(Offer::ToPool, |_| Offer::For(takes))),
                "agreed" => facts.agreed_for = Some(takes),
                _ => {}
            }
        }
        (id, facts)
    }

    async fn all(conn: &mut Connection, fixture: &Fixture, filter: Filter, today: NaiveDate) -> Vec<ProjectRow> {
        list(conn, fixture.trust, &filter, today).await.expect("a list").rows
    }

    #[tokio::test]
    async fn the_store_and_the_rule_agree_on_every_project_of_random_stores() {
        for seed in 0..6 {
            let mut random = StdRng::seed_from_u64(seed);
            let fixture = Fixture::new().await;
            let mut change = fixture.store.write().await.expect("a change");
            let mut people = Vec::new();
            for _ in 0..40 {
                people.push(anybody(&mut change, &fixture, &mut random).await);
            }
            let mut projects = HashMap::new();
            for _ in 0..250 {
                let (id, facts) = anything(&mut change, &fixture, &people, &mut random).await;
                projects.insert(id, facts);
            }
            for today in [-40, -1, 0, 1, 2, 35].map(day) {
                let statuses = Statuses::Any;
                let rows = all(&mut change, &fixture, Filter { statuses, ..Filter::default() }, today).await;
                let submitted = projects.values().filter(|facts| !facts.draft).count();
                assert_eq!(rows.len(), submitted, "every project but the drafts is on a list");
                for row in &rows {
                    let facts = &projects[&row.id];
                    assert_eq!(row.continuity, continuity(facts, today), "seed {seed}, {today}: {facts:?}");
                    let until = match facts.tenure(today) {
                        Tenure::Over => None,
                        Tenure::Until(day) => Some(Some(day)),
                        Tenure::Open => Some(None),
                    };
                    assert_eq!(row.lead.as_ref().map(|lead| lead.until), until, "{facts:?}");
                }
                // Each open project is on the list of exactly one state, and on that of its own.
                let mut listed = HashMap::new();
                for &state in Continuity::ALL {
                    let filter = Filter { continuity: Some(state), ..Filter::default() };
                    for row in all(&mut change, &fixture, filter, today).await {
                        assert_eq!(row.continuity, Some(state));
                        assert!(listed.insert(row.id, state).is_none(), "on two lists");
                    }
                }
                assert_eq!(listed.len(), submitted);
            }
        }
    }

    #[tokio::test]
    async fn the_board_counts_what_the_lists_show() {
        let mut random = StdRng::seed_from_u64(7);
        let fixture = Fixture::new().await;
        let mut change = fixture.store.write().await.expect("a change");
        let mut people = Vec::new();
        for _ in 0..30 {
            people.push(anybody(&mut change, &fixture, &mut random).await);
        }
        for _ in 0..150 {
            anything(&mut change, &fixture, &people, &mut random).await;
        }
        change.commit().await.expect("committed");
        let mut change = fixture.store.read().await.expect("a reader");
        let board = board(&fixture.store, &mut change, fixture.trust, TODAY).await.expect("a board");
        for (state, count) in &board.states {
            let filter = Filter { continuity: Some(*state), page: Some(1), ..Filter::default() };
            let found = list(&mut change, fixture.trust, &filter, TODAY).await.expect("a list");
            assert_eq!(found.total, *count, "{state}");
        }
        for (gap, count) in [(Gap::Supervisor, board.without_supervisor), (Gap::Measurement, board.overdue)] {
            let rows = all(&mut change, &fixture, Filter { gap: Some(gap), ..Filter::default() }, TODAY).await;
            assert_eq!(i64::try_from(rows.len()), Ok(count), "{gap}");
        }
        let risky = |row: &ProjectRow| {
            row.supervisor.is_none() || matches!(row.continuity, Some(Continuity::InPool | Continuity::Due))
        };
        let open = all(&mut change, &fixture, Filter::default(), TODAY).await;
        assert_eq!(i64::try_from(open.iter().filter(|row| risky(row)).count()), Ok(board.at_risk));
        assert_eq!(board.first.len(), 8);
        assert!(board.first.iter().all(risky));
        let by_risk = all(&mut change, &fixture, Filter { sort: Sort::Risk, ..Filter::default() }, TODAY).await;
        assert!(by_risk.is_sorted_by_key(|row| row.continuity));
    }

    #[tokio::test]
    async fn the_next_measurement_is_the_soonest_and_as_measures_say() {
        let mut random = StdRng::seed_from_u64(11);
        let fixture = Fixture::new().await;
        for _ in 0..40 {
            let project = fixture.project("Falls").await;
            let mut soonest: Option<NaiveDate> = None;
            let mut change = fixture.store.write().await.expect("a change");
            for position in 0..random.random_range(0..4) {
                let every =
                    [None, Some(1), Some(7), Some(30), Some(91), Some(365), Some(10)][random.random_range(0..7)];
                let starts = day(random.random_range(-400..50));
                let last = random.random_bool(0.7).then(|| day(random.random_range(-450..0)));
                let retired = random.random_bool(0.2).then_some(TODAY);
                sqlx::query(
                    "insert into measure (id, project_id, name, definition, kind, data_type, direction, every_days, starts_on, last_on, retired_on, position, created_at)
                     values ($1, $2, 'Falls', 'All', 'outcome', 'count', 'decrease', $3, $4, $5, $6, $7, $8)",
                )
                .bind(crate::id::MeasureId::new()).bind(project).bind(every).bind(starts).bind(last).bind(retired).bind(position).bind(noon())
                .execute(&mut *change).await.expect("a measure");
                let next = crate::measures::model::next_on(every, last, starts).filter(|_| retired.is_none());
                soonest = [soonest, next].into_iter().flatten().min();
            }
            let row = row(&mut change, project, TODAY).await.expect("a row");
            assert_eq!(row.next_measurement.map(|next| next.on), soonest);
            change.commit().await.expect("committed");
        }
    }

    #[tokio::test]
    async fn a_draft_is_listed_for_its_author_and_those_invited_only() {
        let fixture = Fixture::new().await;
        let draft = fixture.project("Falls").await;
        let mut change = fixture.store.write().await.expect("a change");
        sqlx::query("update project set status = 'draft', reference = null where id = $1")
            .bind(draft)
            .execute(&mut *change)
            .await
            .expect("a draft");
        for (person, sees) in [(fixture.trainee, 1), (fixture.supervisor, 1), (fixture.colleague, 0), (fixture.lead, 0)]
        {
            for statuses in [Statuses::Draft, Statuses::Any, Statuses::Open] {
                let filter = Filter { statuses, person: Some(person), text: "falls".into(), ..Filter::default() };
                let rows = all(&mut change, &fixture, filter, TODAY).await;
                assert_eq!(rows.len(), if statuses == Statuses::Draft { sees } else { 0 });
            }
            let own = mine(&mut change, fixture.trust, person, TODAY).await.expect("one's own");
            assert_eq!(own.len(), sees);
        }
    }

    #[tokio::test]
    async fn no_list_reads_a_whole_table() {
        let fixture = Fixture::new().await;
        let mut conn = fixture.store.read().await.expect("a reader");
        let person = Some(fixture.trainee);
        let mut filters = vec![
            Filter { department: Some(fixture.department), ..Filter::default() },
            Filter { priority: Some(fixture.priority), statuses: Statuses::Any, ..Filter::default() },
            Filter { kind: Some(ProjectType::ClinicalAudit), ..Filter::default() },
            Filter { text: "falls on ward".into(), ..Filter::default() },
            Filter { mine: person, ..Filter::default() },
            Filter { statuses: Statuses::Draft, person, ..Filter::default() },
            Filter { continuity: Some(Continuity::Due), ..Filter::default() },
        ];
        filters.extend(Sort::ALL.iter().map(|sort| Filter { sort: *sort, page: Some(2), ..Filter::default() }));
        filters.extend(Gap::ALL.iter().map(|gap| Filter { gap: Some(*gap), ..Filter::default() }));
        let mut queries: Vec<ProjectQuery> = filters
            .iter()
            .map(|filter| listing(fixture.trust, filter, TODAY).expect("a list"))
            .map(ProjectQuery::select_rows)
            .collect();
        queries.push(mine_of(fixture.trust, fixture.trainee, TODAY).expect("a list").select_rows());
        queries.push(by_ids(fixture.trust, "[]".into(), TODAY).expect("a list").select_rows());
        queries.push(of_trust_query(fixture.trust, TODAY).expect("a trust"));
        for query in queries {
            let text = query.text.clone();
            let explained =
                ProjectQuery { text: format!("explain query plan {}", query.text), arguments: query.arguments };
            let plan: Vec<(i64, i64, i64, String)> =
                explained.builder().build_query_as().fetch_all(&mut *conn).await.expect("a plan");
            for (.., step) in plan {
                let whole = ["p", "r", "n", "o", "q", "a", "h", "m", "d"]
                    .iter()
                    .any(|table| step == format!("SCAN {table}") || step.starts_with(&format!("SCAN {table} USING")));
                assert!(!whole, "{step} in {text}");
            }
        }
    }
}
