use std::collections::HashMap;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::home::{WITH_ACADEMY, home, parameters};
use super::*;
use crate::continuity::by_hand::{Row, stand};
use crate::continuity::model::ProjectRow;
use crate::continuity::store::row;
use crate::handover::store::{Narrowed, looking};
use crate::id::{DepartmentId, ProjectId};
use crate::project::model::ProjectType;
use crate::testing::{Fixture, TODAY, noon};
use timeline::{Continuity, FOREVER};

fn day(offset: i64) -> NaiveDate {
    TODAY + chrono::Duration::days(offset)
}

/// Where the projects of a trust stand, as it is written into the store of a change that is never committed.
struct Stood(HashMap<ProjectId, Vec<Row>>);

impl Stood {
    /// As many projects, each with a random timeline that begins before today.
    async fn random(conn: &mut Connection, at: &Fixture, projects: usize, random: &mut StdRng) -> Self {
        let mut stood = HashMap::new();
        for number in 0..projects {
            let status = ["active", "active", "active", "paused", "sustaining", "closed"][random.random_range(0..6)];
            let id = project(conn, at, &format!("Project {number}"), status).await;
            let rows = timeline(at, status, random);
            for row in &rows {
                stand(conn, at.trust, id, row).await;
            }
            stood.insert(id, rows);
        }
        Self(stood)
    }

    fn on(&self, day: NaiveDate) -> impl Iterator<Item = (ProjectId, &Row)> {
        let row = move |rows: &'_ Vec<Row>| rows.iter().position(|row| row.from_on <= day && row.until_on > day);
        self.0.iter().filter_map(move |(id, rows)| Some((*id, &rows[row(rows)?])))
    }
}

async fn project(conn: &mut Connection, at: &Fixture, title: &str, status: &str) -> ProjectId {
    let id = ProjectId::new();
    sqlx::query(
        "insert into project (id, trust_id, reference, title, type, department_id, status, closed_reason, author_id, created_at, updated_at, submitted_at)
         values ($1, $2, $1, $3, 'quality_improvement', $4, $5, case when $5 = 'closed' then 'completed' end, $6, $7, $7, $7)",
    )
    .bind(id)
    .bind(at.trust)
    .bind(title)
    .bind(at.department)
    .bind(status)
    .bind(at.trainee)
    .bind(noon())
    .execute(conn)
    .await
    .expect("a project");
    id
}

fn timeline(at: &Fixture, status: &str, random: &mut StdRng) -> Vec<Row> {
    let mut from_on = day(random.random_range(-200..-1));
    let mut rows: Vec<Row> = Vec::new();
    while rows.last().is_none_or(|last| last.until_on < FOREVER) {
        let closed = status == "closed";
        let last = closed || rows.len() == 6 || random.random_bool(0.1);
        let until_on = if last { FOREVER } else { from_on + chrono::Duration::days(random.random_range(1..90)) };
        let state = if closed { Continuity::Ended } else { Continuity::ALL[random.random_range(0..6)] };
        let pooled = state == Continuity::InPool;
        let ends = random.random_bool(0.5).then(|| until_on - chrono::Duration::days(1));
        let lead = [at.trainee, at.colleague][random.random_range(0..2)];
        rows.push(Row {
            from_on,
            until_on,
            state,
            lead: (!closed && !pooled).then_some((lead, ends)),
            supervisor: (!closed && random.random_bool(0.7)).then_some((at.supervisor, ends)),
            handover: None,
            no_lead_since: pooled.then_some(from_on),
            at_risk: !closed && random.random_bool(0.3),
        });
        from_on = until_on;
    }
    rows
}

async fn all(conn: &mut Connection, at: &Fixture, filter: Filter, today: NaiveDate) -> Vec<ProjectRow> {
    list(conn, at.trust, &filter, today).await.expect("a list").rows
}

#[tokio::test]
async fn any_day_is_read_from_the_rows_of_today() {
    let mut random = StdRng::seed_from_u64(3);
    let at = Fixture::new().await;
    let mut change = at.store.write().await.expect("a change");
    let stood = Stood::random(&mut change, &at, 40, &mut random).await;
    for on in (-210..400).map(day) {
        let filter = Filter { statuses: Statuses::Any, on: Some(on), ..Filter::default() };
        let rows = all(&mut change, &at, filter, TODAY).await;
        let mut expected: HashMap<ProjectId, &Row> = stood.on(on).collect();
        for row in rows {
            let stands = expected.remove(&row.id).expect("a project that was registered by then, once");
            assert_eq!(row.continuity, Some(stands.state), "{on}");
            assert_eq!(row.lead.map(|lead| (lead.id, lead.until)), stands.lead, "{on}");
            assert_eq!(row.supervisor.map(|one| (one.id, one.until)), stands.supervisor, "{on}");
            assert_eq!((row.no_lead_since, row.at_risk), (stands.no_lead_since, stands.at_risk), "{on}");
        }
        assert!(expected.is_empty(), "{expected:?} are on no list on {on}");
    }
}

#[tokio::test]
async fn each_open_project_is_on_the_list_of_its_state_and_the_academys_home_counts_what_the_lists_show() {
    let mut random = StdRng::seed_from_u64(7);
    let at = Fixture::new().await;
    let mut change = at.store.write().await.expect("a change");
    let stood = Stood::random(&mut change, &at, 150, &mut random).await;
    for on in [-20, 0, 1, 84, 365].map(day) {
        let standing: HashMap<ProjectId, &Row> = stood.on(on).collect();
        let length = |fits: &dyn Fn(&Row) -> bool| standing.values().filter(|row| fits(row)).count();
        let begins = home(&mut change, at.trust, at.lead, (true, false), on)
            .await
            .expect("a home")
            .academy
            .expect("an academy lead's");
        let tiles = begins.tiles;
        let mut listed = HashMap::new();
        for &state in Continuity::ALL {
            let filter = Filter { continuity: Some(state), ..Filter::default() };
            let rows = all(&mut change, &at, filter.clone(), on).await;
            assert_eq!(rows.len(), length(&|row| row.state == state), "{state}");
            let counted = match state {
                Continuity::InPool => Some(tiles.in_pool),
                Continuity::Due => Some(tiles.due),
                _ => None,
            };
            assert!(counted.is_none_or(|count| usize::try_from(count) == Ok(rows.len())), "{state}");
            let page = list(&mut change, at.trust, &Filter { page: Some(1), ..filter }, on).await.expect("a page");
            assert_eq!(usize::try_from(page.total), Ok(rows.len()), "{state}");
            for row in rows {
                assert!(listed.insert(row.id, state).is_none(), "on two lists");
            }
        }
        assert_eq!(listed.len(), standing.len());
        let open = |row: &Row| row.state != Continuity::Ended;
        for (gap, expected) in [
            (Gap::Supervisor, length(&|row| open(row) && row.supervisor.is_none())),
            (Gap::Risk, length(&|row| row.at_risk)),
            (Gap::Measurement, 0),
            (Gap::Quiet, 0),
        ] {
            let rows = all(&mut change, &at, Filter { gap: Some(gap), ..Filter::default() }, on).await;
            assert_eq!(rows.len(), expected, "{gap} on {on}");
            let counted = match gap {
                Gap::Supervisor => Some(tiles.without_supervisor),
                Gap::Quiet => Some(tiles.quiet),
                _ => None,
            };
            assert!(counted.is_none_or(|count| usize::try_from(count) == Ok(expected)), "{gap} on {on}");
        }
    }
}

#[tokio::test]
async fn those_at_risk_come_first_and_of_those_who_loses_or_lost_its_lead_first() {
    let mut random = StdRng::seed_from_u64(5);
    let at = Fixture::new().await;
    let mut change = at.store.write().await.expect("a change");
    Stood::random(&mut change, &at, 90, &mut random).await;
    let filter = Filter { sort: Sort::Risk, ..Filter::default() };
    let rows = all(&mut change, &at, filter.clone(), TODAY).await;
    let key = |row: &ProjectRow| {
        let goes = row.no_lead_since.or_else(|| row.lead.as_ref().and_then(|lead| lead.until));
        (!row.at_risk, goes.unwrap_or(FOREVER))
    };
    assert!(rows.is_sorted_by_key(key) && rows.iter().any(|row| row.at_risk) && rows.iter().any(|row| !row.at_risk));
    // Its pages are its parts, in order.
    let mut paged = Vec::new();
    for page in 1..=5 {
        let found = list(&mut change, at.trust, &Filter { page: Some(page), ..filter.clone() }, TODAY).await;
        paged.extend(found.expect("a page").rows.into_iter().map(|row| row.id));
    }
    assert_eq!(paged, rows.iter().map(|row| row.id).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_day_narrows_with_every_other_filter_but_a_measurement_is_late_today() {
    let at = Fixture::new().await;
    let mut change = at.store.write().await.expect("a change");
    let id = project(&mut change, &at, "Sepsis", "active").await;
    let led = Row {
        lead: Some((at.trainee, Some(day(29)))),
        supervisor: Some((at.supervisor, None)),
        ..Row::new(Continuity::Led, day(-10), day(30))
    };
    let pooled = Row { no_lead_since: Some(day(30)), at_risk: true, ..Row::new(Continuity::InPool, day(30), FOREVER) };
    for row in [&led, &pooled] {
        stand(&mut change, at.trust, id, row).await;
    }
    sqlx::query(
        "insert into measure (id, project_id, name, definition, kind, data_type, direction, every_days, starts_on, position, created_at)
         values ($1, $2, 'Falls', 'All', 'outcome', 'count', 'decrease', 7, $3, 0, $4)",
    )
    .bind(crate::id::MeasureId::new())
    .bind(id)
    .bind(day(10))
    .bind(noon())
    .execute(&mut *change)
    .await
    .expect("a measure");
    let pool = Filter { continuity: Some(Continuity::InPool), ..Filter::default() };
    let risk = Filter { gap: Some(Gap::Risk), ..Filter::default() };
    let loose = Filter { gap: Some(Gap::Supervisor), ..Filter::default() };
    let late = Filter { gap: Some(Gap::Measurement), ..Filter::default() };
    for (on, found) in [(None, [0, 0, 0, 0]), (Some(day(29)), [0, 0, 0, 0]), (Some(day(30)), [1, 1, 1, 0])] {
        for (filter, found) in [&pool, &risk, &loose, &late].into_iter().zip(found) {
            let rows = all(&mut change, &at, Filter { on, ..filter.clone() }, TODAY).await;
            assert_eq!(rows.len(), found, "{filter:?} on {on:?}");
        }
    }
    let words = Filter { on: Some(day(-11)), ..Filter::default() };
    assert!(all(&mut change, &at, words, TODAY).await.is_empty(), "it was not registered yet");
    assert_eq!(all(&mut change, &at, late, day(11)).await.len(), 1);
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
            let every = [None, Some(1), Some(7), Some(30), Some(91), Some(365), Some(10)][random.random_range(0..7)];
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
    for (person, sees) in [(fixture.trainee, 1), (fixture.supervisor, 1), (fixture.colleague, 0), (fixture.lead, 0)] {
        for statuses in [Statuses::Draft, Statuses::Any, Statuses::Open] {
            let filter = Filter { statuses, person: Some(person), text: "falls".into(), ..Filter::default() };
            let rows = all(&mut change, &fixture, filter, TODAY).await;
            assert_eq!(rows.len(), if statuses == Statuses::Draft { sees } else { 0 });
        }
        let own = home(&mut change, fixture.trust, person, (false, false), TODAY).await.expect("a home").mine;
        assert_eq!(own.len(), sees);
    }
}

#[tokio::test]
async fn no_list_reads_a_whole_table() {
    let at = Fixture::new().await;
    let mut conn = at.store.read().await.expect("a reader");
    let person = Some(at.trainee);
    let mut filters = vec![
        Filter { department: Some(at.department), ..Filter::default() },
        Filter { priority: Some(at.priority), statuses: Statuses::Any, ..Filter::default() },
        Filter { kind: Some(ProjectType::ClinicalAudit), ..Filter::default() },
        Filter { text: "falls on ward".into(), ..Filter::default() },
        Filter { mine: person, ..Filter::default() },
        Filter { statuses: Statuses::Draft, person, ..Filter::default() },
        Filter { continuity: Some(Continuity::Due), ..Filter::default() },
        Filter { on: Some(day(100)), ..Filter::default() },
    ];
    filters.extend(Sort::ALL.iter().map(|sort| Filter { sort: *sort, page: Some(2), ..Filter::default() }));
    filters.extend(Gap::ALL.iter().map(|gap| Filter { gap: Some(*gap), ..Filter::default() }));
    let mut queries: Vec<ProjectQuery> = filters
        .iter()
        .map(|filter| {
            listing(at.trust, filter, &sought::expression(&filter.text), Some((20, 0)), TODAY).expect("a list")
        })
        .map(ProjectQuery::select_rows)
        .collect();
    let department = Some(DepartmentId::new());
    let narrowed = Narrowed { department, specialty: Some("Surgery".into()), page: 1, rows: 10 };
    queries.push(looking(at.trust, &narrowed, TODAY).expect("a pool").select_rows());
    for statement in WITH_ACADEMY.split(';') {
        let arguments = parameters(at.trust, at.lead, TODAY).expect("a home");
        queries.push(ProjectQuery { text: statement.trim().to_owned(), arguments });
    }
    for query in queries {
        let text = query.text.clone();
        let explained = ProjectQuery { text: format!("explain query plan {}", query.text), arguments: query.arguments };
        let plan: Vec<(i64, i64, i64, String)> =
            explained.builder().build_query_as().fetch_all(&mut *conn).await.expect("a plan");
        for (.., step) in plan {
            let whole = ["p", "r", "n", "o", "q", "a", "h", "m", "d", "s", "z", "k", "t", "l", "v"]
                .iter()
                .any(|table| step == format!("SCAN {table}") || step.starts_with(&format!("SCAN {table} USING")));
            assert!(!whole, "{step} in {text}");
        }
    }
}

#[tokio::test]
async fn past_is_what_is_closed_or_left_the_latest_first_a_page_at_a_time() {
    let at = Fixture::new().await;
    let (left, closed, led) = (at.project("Left").await, at.project("Closed").await, at.project("Led").await);
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("update team_role set until_on = '2026-02-01', contribution = 'Counted' where project_id = $1")
        .bind(left)
        .execute(&mut *change)
        .await
        .expect("left");
    sqlx::query(
        "update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-02-20' where id = $1",
    )
    .bind(closed)
    .execute(&mut *change)
    .await
    .expect("closed");
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    for (page, ids) in [((9, 0), vec![closed, left]), ((1, 0), vec![closed]), ((1, 1), vec![left]), ((9, 2), vec![])] {
        let (found, total) = home::past(&mut conn, at.trainee, TODAY, page).await.expect("read");
        assert_eq!((found.iter().map(|one| one.id).collect::<Vec<_>>(), total), (ids, 2), "{page:?}");
        assert!(found.iter().all(|one| one.id != led && one.places.len() == 1));
    }
    let (found, total) = home::past(&mut conn, at.colleague, TODAY, (9, 0)).await.expect("read");
    assert_eq!((found.len(), total), (0, 0));
}

#[tokio::test]
async fn whoever_comes_to_lead_a_project_finds_it_on_their_home() {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await.expect("a change");
    let lead = ["lead", "accepted", "team"];
    crate::testing::make::place(&mut change, project, at.colleague, lead, day(30), None).await.expect("a place");
    let mine = home(&mut change, at.trust, at.colleague, (false, false), TODAY).await.expect("a home").mine;
    let found: Vec<_> = mine.iter().map(|one| (one.row.id, one.leads, one.leads_next)).collect();
    assert_eq!(found, [(project, false, true)]);
}

#[tokio::test]
async fn the_search_finds_words_references_names_and_what_is_misspelt() {
    let at = Fixture::new().await;
    let sepsis = at.project("Antibiotics for neutropenic sepsis").await;
    let falls = at.project("Fewer falls on the ward").await;
    let mut conn = at.store.read().await.expect("a reader");
    for (text, ids, misspelt) in [
        ("antibiotic sepsis", vec![sepsis], false),
        ("FALL", vec![falls], false),
        ("1", vec![sepsis], false),
        ("antibotics", vec![sepsis], true),
        ("neutropaenic sepsis", vec![sepsis], true),
        ("falls sepsis", vec![], false),
        ("zzzz", vec![], false),
        ("\"'*()^ OR NEAR --", vec![], false),
    ] {
        let found = search::search(&mut conn, at.trust, text, TODAY).await.expect(text);
        let found_ids: Vec<_> = found.projects.rows.iter().map(|row| row.id).collect();
        assert_eq!((found_ids, found.projects.misspelt), (ids.clone(), misspelt), "{text}");
        let filter = Filter { text: text.into(), statuses: Statuses::Any, page: Some(1), ..Filter::default() };
        let listed = browse(&mut conn, at.trust, &filter, TODAY, at.store.newest()).await.expect(text).found;
        assert_eq!(
            (listed.rows.iter().map(|row| row.id).collect::<Vec<_>>(), listed.misspelt),
            (ids, misspelt),
            "{text}"
        );
    }
    let named = search::search(&mut conn, at.trust, "Coleague", TODAY).await.expect("found").people;
    assert_eq!(named.iter().map(|one| one.id).collect::<Vec<_>>(), [at.colleague], "with a letter missing");
    let elsewhere = search::search(&mut conn, at.other_trust, "sepsis", TODAY).await.expect("found");
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    assert_eq!(search::by_reference(&mut conn, at.trust, "qi 2026 1").await, Ok(Some(sepsis)));
    assert_eq!(search::by_reference(&mut conn, at.other_trust, "qi 2026 1").await, Ok(None));
    assert_eq!(search::by_reference(&mut conn, at.trust, "1").await, Ok(None), "of which year is not said");
    assert_eq!(people::store::colleague_name(&mut conn, at.other_trust, at.colleague).await, Ok(None));
}

/// What the filters of a list offer: the filter, the option, and the list with it.
fn options(at: &Fixture, filter: &Filter) -> Vec<(&'static str, String, Filter)> {
    let mut options = Vec::new();
    for status in Statuses::ALL.iter().filter(|status| **status != Statuses::Draft) {
        options.push(("status", status.to_string(), Filter { statuses: *status, ..filter.clone() }));
    }
    for state in Continuity::ALL {
        options.push(("continuity", state.to_string(), Filter { continuity: Some(*state), ..filter.clone() }));
    }
    for gap in Gap::ALL {
        options.push(("gap", gap.to_string(), Filter { gap: Some(*gap), ..filter.clone() }));
    }
    for kind in ProjectType::ALL {
        options.push(("type", kind.to_string(), Filter { kind: Some(*kind), ..filter.clone() }));
    }
    let (department, priority) = (Some(at.department), Some(at.priority));
    options.push(("department", at.department.to_string(), Filter { department, ..filter.clone() }));
    options.push(("priority", at.priority.to_string(), Filter { priority, ..filter.clone() }));
    options
}

#[tokio::test]
async fn each_option_says_how_many_it_would_show() {
    let at = Fixture::new().await;
    let (first, second) = (at.project("Falls on the ward").await, at.project("Sepsis bundle").await);
    let (paused, closed) = (at.project("Falls at night").await, at.project("Falls again").await);
    at.measure(first).await;
    let mut change = at.store.write().await.expect("a change");
    for (sql, project) in [
        ("update project set status = 'paused', type = 'clinical_audit' where id = $1", paused),
        (
            "update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-02-20' where id = $1",
            closed,
        ),
        ("update team_role set until_on = '2026-02-01' where project_id = $1 and role = 'lead'", second),
        (
            "update team_role set state = 'asked', answered_at = null where project_id = $1 and role = 'supervisor'",
            first,
        ),
        ("delete from project_priority where project_id = $1", second),
    ] {
        sqlx::query(sql).bind(project).execute(&mut *change).await.expect(sql);
    }
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    let (person, page) = (Some(at.trainee), Some(1));
    let usual = Filter { person, page, ..Filter::default() };
    let mut seen = 0;
    for filter in [
        usual.clone(),
        Filter { statuses: Statuses::Any, ..usual.clone() },
        Filter { text: "falls".into(), ..usual.clone() },
        Filter { mine: person, kind: Some(ProjectType::ClinicalAudit), ..usual.clone() },
        Filter { gap: Some(Gap::Supervisor), ..usual.clone() },
        Filter { gap: Some(Gap::Measure), continuity: Some(Continuity::InPool), ..usual.clone() },
        Filter { department: Some(at.department), priority: Some(at.priority), ..usual.clone() },
        Filter { department: Some(DepartmentId::new()), ..usual.clone() },
        Filter { on: Some(day(100)), ..usual.clone() },
    ] {
        let counts = browse(&mut conn, at.trust, &filter, TODAY, at.store.newest()).await.expect("a list").counts;
        for (name, option, with) in options(&at, &filter) {
            let listed = list(&mut conn, at.trust, &with, TODAY).await.expect("a list").total;
            assert_eq!(counts.of(name, &option), Some(listed), "{name}={option} beside {filter:?}");
            seen += listed;
        }
    }
    assert!(seen > 50, "{seen} projects were listed");
    let drafts = Filter { statuses: Statuses::Draft, ..usual };
    let state = at.store.newest();
    assert_eq!(*browse(&mut conn, at.trust, &drafts, TODAY, state).await.expect("a list").counts, Counts::default());
}

#[tokio::test]
async fn the_numbers_beside_filters_are_counted_anew_after_each_change() {
    let at = Fixture::new().await;
    let project = at.project("Falls on the ward").await;
    let mut conn = at.store.read().await.expect("a reader");
    let usual = Filter { page: Some(1), ..Filter::default() };
    let paused = async |conn: &mut Connection, filter: &Filter| {
        let state = at.store.newest();
        browse(conn, at.trust, filter, TODAY, state).await.expect("a list").counts.of("status", "paused")
    };
    assert_eq!(paused(&mut conn, &usual).await, Some(0));
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("update project set status = 'paused' where id = $1")
        .bind(project)
        .execute(&mut *change)
        .await
        .expect("paused");
    // What is not committed counts for nobody.
    assert_eq!(paused(&mut conn, &usual).await, Some(0));
    change.commit().await.expect("committed");
    for filter in [usual.clone(), Filter { sort: Sort::Title, ..usual.clone() }, usual.clone()] {
        assert_eq!(paused(&mut conn, &filter).await, Some(1), "{filter:?}");
    }
    let words = Filter { text: "sepsis".into(), ..usual };
    assert_eq!(paused(&mut conn, &words).await, Some(0), "of other words");
}

#[tokio::test]
async fn a_list_is_sorted_by_each_column_and_the_other_way_round() {
    let at = Fixture::new().await;
    let (led, free) = (at.project("Alpha").await, at.project("beta").await);
    let last = at.project("Gamma").await;
    let mut change = at.store.write().await.expect("a change");
    sqlx::query("update team_role set until_on = '2026-02-01' where project_id = $1 and role = 'lead'")
        .bind(free)
        .execute(&mut *change)
        .await
        .expect("nobody leads it");
    sqlx::query("update team_role set person_id = $2 where project_id = $1 and role = 'lead'")
        .bind(last)
        .bind(at.colleague)
        .execute(&mut *change)
        .await
        .expect("somebody else leads it");
    change.commit().await.expect("committed");
    let mut conn = at.store.read().await.expect("a reader");
    for (sort, up, down) in [
        (Sort::Title, [led, free, last], [last, free, led]),
        (Sort::Reference, [led, free, last], [last, free, led]),
        // Colin before Tara; without a lead always last.
        (Sort::Lead, [last, led, free], [led, last, free]),
        // Nobody since February before August and the end of a post that comes later or never.
        (Sort::Until, [free, led, last], [last, led, free]),
    ] {
        for (reversed, order) in [(false, up), (true, down)] {
            let filter = Filter { sort, reversed, page: Some(1), ..Filter::default() };
            let found = list(&mut conn, at.trust, &filter, TODAY).await.expect("a list");
            assert_eq!(found.rows.iter().map(|row| row.id).collect::<Vec<_>>(), order, "{sort} {reversed}");
        }
    }
    for (sort, reversed) in Sort::ALL.iter().flat_map(|sort| [(*sort, false), (*sort, true)]) {
        let filter = Filter { sort, reversed, page: Some(1), ..Filter::default() };
        assert_eq!(list(&mut conn, at.trust, &filter, TODAY).await.expect("a list").total, 3, "{sort}");
    }
}
