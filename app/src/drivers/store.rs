//! Driver diagrams: their SQL.

use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::{Database, FromRow};

use super::model::{Direction, Level, Line, Lines, Position};
use crate::access::{Allowed, DrawDrivers};
use crate::cycles::model::Decision;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{CycleId, DriverId, MeasureId, ProjectId};

/// A diagram has at most so many lines, those that were removed included.
const MOST: i64 = 300;

/// A line of a diagram, with what is linked to it.
#[derive(Clone, Debug, Deserialize)]
pub struct Driver {
    /// Its id.
    pub id: DriverId,
    /// The line above.
    pub parent: Option<DriverId>,
    /// Where it stands.
    pub level: Level,
    /// Its words.
    pub text: String,
    /// It was removed.
    pub removed: bool,
    /// Its version.
    pub version: i64,
    /// The measures that tell whether it moves.
    pub measures: Vec<Measure>,
    /// The cycles that test it.
    pub cycles: Vec<Tested>,
}

/// A measure, as the diagram links it.
#[derive(Clone, Debug, Deserialize)]
pub struct Measure {
    /// Its id.
    pub id: MeasureId,
    /// Its name.
    pub name: String,
}

/// A cycle, as the diagram links it.
#[derive(Clone, Debug, Deserialize)]
pub struct Tested {
    /// Its id.
    pub id: CycleId,
    /// Its number in the project.
    pub number: i64,
    /// What it tests.
    pub title: String,
    /// What was decided.
    pub decision: Option<Decision>,
}

/// A project's diagram.
#[derive(Clone, Debug)]
pub struct Diagram {
    /// The project.
    pub project: ProjectId,
    /// Its reference; empty for a draft.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Its aim in a sentence; empty when there is none.
    pub aim: String,
    /// Every line, those beside each other in their order.
    pub drivers: Vec<Driver>,
    /// The measures in use, which a line can be linked to.
    pub measures: Vec<Measure>,
    /// Which of them tell whether the aim is met.
    pub outcomes: Vec<Measure>,
}

#[derive(FromRow)]
struct DiagramRow {
    id: ProjectId,
    reference: Option<String>,
    title: String,
    aim_what: String,
    aim_whom: String,
    aim_how_much: String,
    aim_by: Option<NaiveDate>,
    #[sqlx(json)]
    drivers: Vec<Driver>,
    #[sqlx(json)]
    measures: Vec<Measure>,
    #[sqlx(json)]
    outcomes: Vec<Measure>,
}

impl From<DiagramRow> for Diagram {
    fn from(row: DiagramRow) -> Self {
        let mut aim: Vec<String> = [&row.aim_what, &row.aim_whom, &row.aim_how_much]
            .into_iter()
            .filter(|part| !part.is_empty())
            .map(|part| part.trim_end_matches(['.', ',']).to_owned())
            .collect();
        aim.extend(row.aim_by.map(|by| format!("by {}", crate::format::date(by))));
        Self {
            project: row.id,
            reference: row.reference.unwrap_or_default(),
            title: row.title,
            aim: aim.join(", "),
            drivers: row.drivers,
            measures: row.measures,
            outcomes: row.outcomes,
        }
    }
}

impl FromRow<'_, <Db as Database>::Row> for Diagram {
    fn from_row(row: &<Db as Database>::Row) -> Result<Self, sqlx::Error> {
        DiagramRow::from_row(row).map(Self::from)
    }
}

/// What [`diagram`] asks: `$1` the project. One [`Diagram`].
pub const DIAGRAM: &str = "select p.id, p.reference, p.title, p.aim_what, p.aim_whom, p.aim_how_much, p.aim_by,
                (select coalesce(json_group_array(json_object(
                        'id', d.id, 'parent', d.parent_id, 'level', d.level, 'text', d.text, 'version', d.version,
                        'removed', json(iif(d.removed_at is null, 'false', 'true')),
                        'measures', json((select coalesce(json_group_array(json_object('id', m.id, 'name', m.name) order by m.position, m.id), '[]')
                                          from driver_measure l join measure m on m.id = l.measure_id where l.driver_id = d.id)),
                        'cycles', json((select coalesce(json_group_array(json_object('id', c.id, 'number', c.number, 'title', c.title, 'decision', c.decision) order by c.number), '[]')
                                        from cycle c where c.idea_id = d.id))
                        ) order by d.position, d.id), '[]')
                 from driver d where d.project_id = p.id) as drivers,
                (select coalesce(json_group_array(json_object('id', m.id, 'name', m.name) order by m.position, m.id), '[]')
                 from measure m where m.project_id = p.id and m.retired_on is null) as measures,
                (select coalesce(json_group_array(json_object('id', m.id, 'name', m.name) order by m.position, m.id), '[]')
                 from measure m where m.project_id = p.id and m.retired_on is null and m.kind = 'outcome') as outcomes
         from project p where p.id = $1";

/// The diagram of a project, in one row.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn diagram(conn: &mut Connection, project: ProjectId) -> Result<Diagram, Error> {
    Ok(sqlx::query_as(DIAGRAM).bind(project).fetch_one(conn).await?)
}

/// A line as it is stored.
#[derive(Clone, Debug, FromRow)]
pub struct Stored {
    /// Its id.
    pub id: DriverId,
    /// Its project.
    pub project_id: ProjectId,
    /// The line above.
    pub parent_id: Option<DriverId>,
    /// Where it stands.
    pub level: Level,
    /// Its words.
    pub text: String,
    /// Its position among those beside it.
    pub position: i64,
    /// It was removed.
    pub removed: bool,
    /// Its version.
    pub version: i64,
}

impl Stored {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Position {
        Position { level: self.level, parent: self.parent_id }
    }
}

/// A line.
///
/// # Errors
/// [`Error::NotFound`] when there is no such line.
pub async fn driver(conn: &mut Connection, driver: DriverId) -> Result<Stored, Error> {
    Ok(sqlx::query_as(
        "select id, project_id, parent_id, level, text, position, removed_at is not null as removed, version from driver where id = $1",
    )
    .bind(driver)
    .fetch_one(conn)
    .await?)
}

/// The words of the line above, when such a line may stand there.
async fn above(conn: &mut Connection, project: ProjectId, place: Position) -> Result<String, Error> {
    let Some(parent) = place.parent else { return Ok("The aim".to_owned()) };
    let found: Option<(String, Level)> =
        sqlx::query_as("select text, level from driver where id = $1 and project_id = $2 and removed_at is null")
            .bind(parent)
            .bind(project)
            .fetch_optional(conn)
            .await?;
    // The levels are in the order of the diagram: what stands above has a lower one.
    match found {
        Some((text, level)) if level < place.level => Ok(text),
        _ => Err(Error::field("place", "What it belonged to is no longer in the diagram. Choose another place.")),
    }
}

async fn last(conn: &mut Connection, project: ProjectId, place: Position) -> Result<i64, Error> {
    Ok(sqlx::query_scalar("select coalesce(max(position), 0) from driver where project_id = $1 and parent_id is $2")
        .bind(project)
        .bind(place.parent)
        .fetch_one(conn)
        .await?)
}

/// The project of a line, which never changes.
///
/// # Errors
/// [`Error::NotFound`] when there is no such line.
pub async fn project_of_driver(conn: &mut Connection, driver: DriverId) -> Result<ProjectId, Error> {
    Ok(sqlx::query_scalar("select project_id from driver where id = $1").bind(driver).fetch_one(conn).await?)
}

/// Adds lines in one place, after those that stand there.
///
/// # Errors
/// [`Error::Invalid`] when the place is gone or the diagram is full.
pub async fn add(conn: &mut Connection, allowed: &Allowed<DrawDrivers>, lines: &Lines) -> Result<Vec<DriverId>, Error> {
    let project = allowed.project();
    let count: i64 = sqlx::query_scalar("select count(*) from driver where project_id = $1")
        .bind(project)
        .fetch_one(&mut *conn)
        .await?;
    if count + i64::try_from(lines.texts.len()).unwrap_or(i64::MAX) > MOST {
        return Err(Error::field("text", format!("A diagram holds at most {MOST} lines. Keep what matters most.")));
    }
    let parent = above(conn, project, lines.place).await?;
    let mut position = last(conn, project, lines.place).await?;
    let mut ids = Vec::with_capacity(lines.texts.len());
    for text in &lines.texts {
        position += 1;
        let id = DriverId::new();
        sqlx::query(
            "insert into driver (id, project_id, parent_id, level, text, position, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(project)
        .bind(lines.place.parent)
        .bind(lines.place.level)
        .bind(text)
        .bind(position)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
        let entry = Entry::new("driver", id, "added to the driver diagram")
            .in_project(project)
            .change(lines.place.level.label(), "", text)
            .change("Belongs to", "", &parent);
        history::record(conn, allowed, entry).await?;
        ids.push(id);
    }
    Ok(ids)
}

/// The names of the measures of a line.
async fn measured(conn: &mut Connection, driver: DriverId) -> Result<String, Error> {
    Ok(sqlx::query_scalar(
        "select coalesce(group_concat(m.name, ', ' order by m.position, m.id), '')
         from driver_measure l join measure m on m.id = l.measure_id where l.driver_id = $1",
    )
    .bind(driver)
    .fetch_one(conn)
    .await?)
}

/// Changes a line's words, its place and its measures.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster; [`Error::Invalid`] when it cannot stand there.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<DrawDrivers>,
    before: &Stored,
    line: &Line,
    version: i64,
) -> Result<(), Error> {
    let project = allowed.project();
    if line.place.level != before.level {
        return Err(Error::field("place", "Choose where it belongs from the list."));
    }
    let moved = line.place != before.place();
    let (from, to, position) = if moved {
        let to = above(conn, project, line.place).await?;
        let from = match before.parent_id {
            Some(parent) => driver(conn, parent).await?.text,
            None => String::new(),
        };
        (from, to, last(conn, project, line.place).await? + 1)
    } else {
        (String::new(), String::new(), before.position)
    };
    let changed = sqlx::query(
        "update driver set text = $3, parent_id = $4, position = $5, version = version + 1
         where id = $1 and project_id = $2 and version = $6 and removed_at is null",
    )
    .bind(before.id)
    .bind(project)
    .bind(&line.text)
    .bind(line.place.parent)
    .bind(position)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(changed)?;
    let old = measured(conn, before.id).await?;
    sqlx::query("delete from driver_measure where driver_id = $1").bind(before.id).execute(&mut *conn).await?;
    sqlx::query(
        "insert into driver_measure (driver_id, measure_id)
         select $1, m.id from measure m where m.project_id = $2 and m.id in (select value from json_each($3))",
    )
    .bind(before.id)
    .bind(project)
    .bind(serde_json::to_string(&line.measures)?)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("driver", before.id, "changed the driver diagram")
        .in_project(project)
        .change(before.level.label(), &before.text, &line.text)
        .change("Belongs to", from, to)
        .change("Measures", old, measured(conn, before.id).await?);
    history::record(conn, allowed, entry).await
}

/// Moves a line past the one above or below it.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster; [`Error::Invalid`] when none is there.
pub async fn shift(
    conn: &mut Connection,
    allowed: &Allowed<DrawDrivers>,
    before: &Stored,
    way: Direction,
    version: i64,
) -> Result<(), Error> {
    let project = allowed.project();
    let other: Option<(DriverId, i64, String)> = sqlx::query_as(match way {
        Direction::Up => {
            "select id, position, text from driver
             where project_id = $1 and parent_id is $2 and removed_at is null and position < $3 order by position desc limit 1"
        }
        Direction::Down => {
            "select id, position, text from driver
             where project_id = $1 and parent_id is $2 and removed_at is null and position > $3 order by position limit 1"
        }
    })
    .bind(project)
    .bind(before.parent_id)
    .bind(before.position)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((other, position, words)) = other else {
        return Err(Error::form(match way {
            Direction::Up => "It is the first already.",
            Direction::Down => "It is the last already.",
        }));
    };
    let changed = sqlx::query(
        "update driver set position = $3, version = version + 1
         where id = $1 and project_id = $2 and version = $4 and removed_at is null",
    )
    .bind(before.id)
    .bind(project)
    .bind(position)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(changed)?;
    sqlx::query("update driver set position = $2 where id = $1")
        .bind(other)
        .bind(before.position)
        .execute(&mut *conn)
        .await?;
    let side = match way {
        Direction::Up => "Stands before",
        Direction::Down => "Stands after",
    };
    let entry = Entry::new("driver", before.id, "moved in the driver diagram")
        .in_project(project)
        .change(before.level.label(), "", &before.text)
        .change(side, "", words);
    history::record(conn, allowed, entry).await
}

/// Takes a line out of the diagram, or brings it back. What stands beneath it goes and comes with it.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub async fn set_removed(
    conn: &mut Connection,
    allowed: &Allowed<DrawDrivers>,
    before: &Stored,
    removed: bool,
    version: i64,
) -> Result<(), Error> {
    let changed = sqlx::query(
        "update driver set removed_at = $3, version = version + 1
         where id = $1 and project_id = $2 and version = $4 and (removed_at is null) = $5",
    )
    .bind(before.id)
    .bind(allowed.project())
    .bind(removed.then_some(allowed.now))
    .bind(version)
    .bind(removed)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(changed)?;
    let (words, from, to) = if removed {
        ("removed from the driver diagram", before.text.as_str(), "")
    } else {
        ("restored to the driver diagram", "", before.text.as_str())
    };
    let entry =
        Entry::new("driver", before.id, words).in_project(allowed.project()).change(before.level.label(), from, to);
    history::record(conn, allowed, entry).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::WriteCycle;
    use crate::cycles;
    use crate::cycles::model::CycleForm;
    use crate::drivers::tree;
    use crate::testing::Fixture;

    /// The tree in words: each line with its depth.
    async fn told(conn: &mut Connection, project: ProjectId) -> Vec<String> {
        fn walk(node: &tree::Node<'_>, depth: usize, told: &mut Vec<String>) {
            told.push(format!("{}{}", "- ".repeat(depth), node.driver.text));
            node.children.iter().for_each(|child| walk(child, depth + 1, told));
        }
        let diagram = diagram(conn, project).await.expect("a diagram");
        let mut told = Vec::new();
        tree::tree(&diagram.drivers).iter().for_each(|node| walk(node, 0, &mut told));
        told
    }

    fn lines(level: Level, parent: Option<DriverId>, texts: &[&str]) -> Lines {
        Lines { place: Position { level, parent }, texts: texts.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[tokio::test]
    #[expect(
        clippy::too_many_lines,
        reason = "one diagram from its first line to its last, each step on the one before"
    )]
    async fn a_diagram_is_drawn_moved_removed_and_restored() {
        let fixture = Fixture::new().await;
        let project = fixture.project("Sepsis").await;
        let measure = fixture.measure(project).await;
        let request = fixture.request(Some(fixture.trainee)).await;
        let mut change = fixture.store.write().await.expect("a change");
        let allowed = request.require(&mut change, DrawDrivers(project)).await.expect("allowed");
        let primary =
            add(&mut change, &allowed, &lines(Level::Primary, None, &["See it", "Treat it"])).await.expect("added");
        let kit = add(&mut change, &allowed, &lines(Level::Secondary, Some(primary[1]), &["Kit at hand"]))
            .await
            .expect("added")[0];
        let idea = add(&mut change, &allowed, &lines(Level::Idea, Some(kit), &["Box"])).await.expect("added")[0];
        add(&mut change, &allowed, &lines(Level::Idea, Some(primary[0]), &["Poster"])).await.expect("added");
        assert_eq!(told(&mut change, project).await, ["See it", "- Poster", "Treat it", "- Kit at hand", "- - Box"]);

        let before = driver(&mut change, primary[1]).await.expect("a line");
        assert_eq!(project_of_driver(&mut change, before.id).await, Ok(project));
        shift(&mut change, &allowed, &before, Direction::Up, 1).await.expect("moved");
        assert_eq!(shift(&mut change, &allowed, &before, Direction::Up, 1).await, Err(Error::Conflict));
        let before = driver(&mut change, primary[1]).await.expect("a line");
        assert!(matches!(shift(&mut change, &allowed, &before, Direction::Up, 2).await, Err(Error::Invalid(_))));
        assert_eq!(told(&mut change, project).await[0], "Treat it");

        let before = driver(&mut change, kit).await.expect("a line");
        let place = Position { level: Level::Secondary, parent: Some(primary[0]) };
        let line = Line { text: "Kit within reach".into(), place, measures: vec![measure] };
        edit(&mut change, &allowed, &before, &line, 1).await.expect("edited");
        assert_eq!(edit(&mut change, &allowed, &before, &line, 1).await, Err(Error::Conflict));
        assert_eq!(
            told(&mut change, project).await,
            ["Treat it", "See it", "- Poster", "- Kit within reach", "- - Box"]
        );

        let before = driver(&mut change, primary[0]).await.expect("a line");
        set_removed(&mut change, &allowed, &before, true, 1).await.expect("removed");
        assert_eq!(told(&mut change, project).await, ["Treat it"]);
        assert!(
            cycles::store::ideas(&mut change, project).await.expect("ideas").is_empty(),
            "hidden with what stands above"
        );
        let whole = diagram(&mut change, project).await.expect("a diagram");
        assert_eq!(tree::removed(&whole.drivers).len(), 1);
        assert_eq!(whole.drivers.iter().find(|one| one.id == kit).expect("kept").measures[0].id, measure);
        let orphan = lines(Level::Idea, Some(primary[0]), &["Late"]);
        assert!(matches!(add(&mut change, &allowed, &orphan).await, Err(Error::Invalid(_))));
        set_removed(&mut change, &allowed, &before, true, 2).await.expect_err("it is removed already");
        set_removed(&mut change, &allowed, &before, false, 2).await.expect("restored");
        assert_eq!(told(&mut change, project).await.len(), 5);
        let offered: Vec<String> = cycles::store::ideas(&mut change, project)
            .await
            .expect("ideas")
            .into_iter()
            .map(|idea| idea.text)
            .collect();
        assert_eq!(offered, ["Poster", "Box"]);

        let writes = request.require(&mut change, WriteCycle(project)).await.expect("allowed");
        let form = CycleForm {
            title: "Box".into(),
            starts_on: "4 2 2026".into(),
            idea: idea.to_string(),
            ..CycleForm::default()
        };
        cycles::store::add(&mut change, &writes, &form.parse().expect("a plan")).await.expect("added");
        let form = CycleForm { idea: kit.to_string(), ..form };
        let refused = cycles::store::add(&mut change, &writes, &form.parse().expect("a plan")).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "a cycle tests an idea, not a driver");
        let whole = diagram(&mut change, project).await.expect("a diagram");
        assert_eq!(whole.drivers.iter().find(|one| one.id == idea).expect("kept").cycles[0].number, 1);
        assert!(history::verify_chain(&mut change).await.expect("read").is_none());
    }

    #[tokio::test]
    async fn lines_hang_on_lines_of_their_own_project_at_a_higher_level() {
        let fixture = Fixture::new().await;
        let (project, other) = (fixture.project("Sepsis").await, fixture.project("Falls").await);
        let request = fixture.request(Some(fixture.trainee)).await;
        let mut change = fixture.store.write().await.expect("a change");
        let there = request.require(&mut change, DrawDrivers(other)).await.expect("allowed");
        let foreign = add(&mut change, &there, &lines(Level::Primary, None, &["See it"])).await.expect("added")[0];
        let here = request.require(&mut change, DrawDrivers(project)).await.expect("allowed");
        let primary = add(&mut change, &here, &lines(Level::Primary, None, &["See it"])).await.expect("added")[0];
        let idea = add(&mut change, &here, &lines(Level::Idea, Some(primary), &["Box"])).await.expect("added")[0];
        for (level, parent) in [(Level::Secondary, foreign), (Level::Secondary, idea), (Level::Idea, idea)] {
            let refused = add(&mut change, &here, &lines(level, Some(parent), &["x"])).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{level} under {parent}");
        }
        let many = vec!["x"; 299];
        assert!(matches!(add(&mut change, &here, &lines(Level::Primary, None, &many)).await, Err(Error::Invalid(_))));
    }

    #[tokio::test]
    async fn a_diagram_is_read_through_indexes() {
        let fixture = Fixture::new().await;
        let mut conn = fixture.store.read().await.expect("a reader");
        for explained in [
            "explain query plan select id from driver where project_id = 'x' order by position, id",
            "explain query plan select id from driver where project_id = 'x' and parent_id is 'y'",
            "explain query plan select measure_id from driver_measure where driver_id = 'x'",
            "explain query plan select id from cycle where idea_id = 'x'",
        ] {
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(explained).fetch_all(&mut *conn).await.expect(explained);
            assert!(plan.iter().all(|(.., step)| !step.starts_with("SCAN")), "{explained}: {plan:?}");
        }
    }
}
