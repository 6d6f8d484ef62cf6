//! PDSA cycles: their SQL.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::model::{Decision, Plan, Scale, WasRight};
use crate::access::{Allowed, WriteCycle};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::{CycleId, DriverId, ProjectId};

/// A cycle.
#[derive(Clone, Debug, FromRow)]
pub struct Cycle {
    /// Its id.
    pub id: CycleId,
    /// Its project.
    pub project_id: ProjectId,
    /// Its number in the project.
    pub number: i64,
    /// What it tests.
    pub title: String,
    /// What the test is to answer.
    pub question: String,
    /// What is expected.
    pub prediction: String,
    /// How much is tested.
    pub scale: Option<Scale>,
    /// The change idea that is tested.
    pub idea_id: Option<DriverId>,
    /// The idea's words.
    pub idea: Option<String>,
    /// The cycle that it carries on.
    pub continues: Option<CycleId>,
    /// The number of that cycle.
    pub continues_number: Option<i64>,
    /// What was done.
    pub done: String,
    /// What was done otherwise than planned.
    pub differed: String,
    /// What was learnt.
    pub studied: String,
    /// Whether the prediction was right.
    pub was_right: Option<WasRight>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// What follows from it.
    pub acted: String,
    /// When it began.
    pub starts_on: NaiveDate,
    /// When it ended.
    pub ends_on: Option<NaiveDate>,
    /// Its version.
    pub version: i64,
}

/// What [`of_project`] asks: `$1` the project. [`Cycle`] rows.
pub const OF_PROJECT: &str = "select c.id, c.project_id, c.number, c.title, c.question, c.prediction, c.scale, c.idea_id, d.text as idea,
                c.continues, b.number as continues_number, c.done, c.differed, c.studied, c.was_right, c.decision, c.acted,
                c.starts_on, c.ends_on, c.version
         from cycle c left join driver d on d.id = c.idea_id left join cycle b on b.id = c.continues
         where c.project_id = $1 order by c.number";

/// The cycles of a project, in order.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project(conn: &mut Connection, project: ProjectId) -> Result<Vec<Cycle>, Error> {
    Ok(sqlx::query_as(OF_PROJECT).bind(project).fetch_all(conn).await?)
}

/// A cycle.
///
/// # Errors
/// [`Error::NotFound`] when there is no such cycle.
pub async fn cycle(conn: &mut Connection, cycle: CycleId) -> Result<Cycle, Error> {
    Ok(sqlx::query_as(
        "select c.id, c.project_id, c.number, c.title, c.question, c.prediction, c.scale, c.idea_id, d.text as idea,
                c.continues, b.number as continues_number, c.done, c.differed, c.studied, c.was_right, c.decision, c.acted,
                c.starts_on, c.ends_on, c.version
         from cycle c left join driver d on d.id = c.idea_id left join cycle b on b.id = c.continues
         where c.id = $1",
    )
    .bind(cycle)
    .fetch_one(conn)
    .await?)
}

/// A change idea, as a form offers it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Idea {
    /// Its id.
    pub id: DriverId,
    /// Its words.
    pub text: String,
}

/// The change ideas that stand in a project's diagram.
///
/// # Errors
/// When the store cannot be read.
pub async fn ideas(conn: &mut Connection, project: ProjectId) -> Result<Vec<Idea>, Error> {
    Ok(sqlx::query_as(
        "select d.id, d.text from driver d
         join driver p on p.id = d.parent_id and p.removed_at is null
         left join driver g on g.id = p.parent_id
         where d.project_id = $1 and d.level = 'idea' and d.removed_at is null and g.removed_at is null
         order by coalesce(g.position, p.position), case when g.id is null then d.position else p.position end, d.position, d.id",
    )
    .bind(project)
    .fetch_all(conn)
    .await?)
}

/// The project of a cycle, which never changes.
///
/// # Errors
/// [`Error::NotFound`] when there is no such cycle.
pub async fn project_of_cycle(conn: &mut Connection, cycle: CycleId) -> Result<ProjectId, Error> {
    Ok(sqlx::query_scalar("select project_id from cycle where id = $1").bind(cycle).fetch_one(conn).await?)
}

/// What a plan refers to, in words for the history: the idea, and the cycle before.
async fn referred(
    conn: &mut Connection,
    project: ProjectId,
    plan: &Plan,
    number: i64,
) -> Result<(String, String), Error> {
    let (idea, before): (Option<String>, Option<i64>) = sqlx::query_as(
        "select (select text from driver where id = $2 and project_id = $1 and level = 'idea'),
                (select number from cycle where id = $3 and project_id = $1 and number < $4)",
    )
    .bind(project)
    .bind(plan.idea)
    .bind(plan.continues)
    .bind(number)
    .fetch_one(conn)
    .await?;
    if plan.idea.is_some() && idea.is_none() {
        return Err(Error::field("idea", "Choose the change idea from the list."));
    }
    if plan.continues.is_some() && before.is_none() {
        return Err(Error::field("continues", "Choose an earlier cycle of this project."));
    }
    Ok((idea.unwrap_or_default(), before.map(named).unwrap_or_default()))
}

fn named(number: i64) -> String {
    format!("Cycle {number}")
}

/// The cycles of one project: all of them stand on its page.
const MOST: i64 = 200;

/// Adds a cycle, with the project's next number.
///
/// # Errors
/// [`Error::Invalid`] when it refers to an idea or a cycle of another project, or there are too many.
pub async fn add(conn: &mut Connection, allowed: &Allowed<WriteCycle>, plan: &Plan) -> Result<CycleId, Error> {
    let (id, project) = (CycleId::new(), allowed.project());
    let number: i64 = sqlx::query_scalar("select coalesce(max(number), 0) + 1 from cycle where project_id = $1")
        .bind(project)
        .fetch_one(&mut *conn)
        .await?;
    if number > MOST {
        return Err(Error::form(format!(
            "A project holds at most {MOST} cycles. Close it and register another that continues it."
        )));
    }
    let (idea, before) = referred(conn, project, plan, number).await?;
    let insert = sqlx::query(
        "insert into cycle (id, project_id, title, question, prediction, done, studied, decision, acted, starts_on, ends_on,
                scale, idea_id, continues, differed, was_right, number, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    );
    bind_plan(insert.bind(id).bind(project), plan).bind(number).bind(allowed.now).execute(&mut *conn).await?;
    let entry = Entry::new("cycle", id, "planned a cycle")
        .in_project(project)
        .change("Title", "", &plan.title)
        .change("Prediction", "", &plan.prediction)
        .change("Change idea", "", idea)
        .change("Continues", "", before);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Binds `$3` to `$16` of the statements that write a cycle: what was parsed, in one order.
fn bind_plan<'q>(query: crate::db::Query<'q>, plan: &'q Plan) -> crate::db::Query<'q> {
    query
        .bind(&plan.title)
        .bind(&plan.question)
        .bind(&plan.prediction)
        .bind(&plan.done)
        .bind(&plan.studied)
        .bind(plan.decision)
        .bind(&plan.acted)
        .bind(plan.starts_on)
        .bind(plan.ends_on)
        .bind(plan.scale)
        .bind(plan.idea)
        .bind(plan.continues)
        .bind(&plan.differed)
        .bind(plan.was_right)
}

/// Changes a cycle.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster; [`Error::Invalid`] when it refers to an idea or a
/// cycle of another project.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<WriteCycle>,
    before: &Cycle,
    plan: &Plan,
    version: i64,
) -> Result<(), Error> {
    let (idea, continues) = referred(conn, allowed.project(), plan, before.number).await?;
    let update = sqlx::query(
        "update cycle set title = $3, question = $4, prediction = $5, done = $6, studied = $7, decision = $8, acted = $9,
                starts_on = $10, ends_on = $11, scale = $12, idea_id = $13, continues = $14, differed = $15, was_right = $16,
                version = version + 1
         where id = $1 and project_id = $2 and version = $17",
    );
    let update = bind_plan(update.bind(before.id).bind(allowed.project()), plan).bind(version);
    crate::db::expect_one(update.execute(&mut *conn).await?)?;
    let date = |date: Option<NaiveDate>| date.map(format::date).unwrap_or_default();
    let decided = |decision: Option<Decision>| decision.map_or("", Decision::label);
    let scale = |scale: Option<Scale>| scale.map_or("", Scale::label);
    let right = |right: Option<WasRight>| right.map_or("", WasRight::label);
    let entry = Entry::new("cycle", before.id, "changed a cycle")
        .in_project(allowed.project())
        .change("Title", &before.title, &plan.title)
        .change("Change idea", before.idea.as_deref().unwrap_or_default(), idea)
        .change("Continues", before.continues_number.map(named).unwrap_or_default(), continues)
        .change("Question", &before.question, &plan.question)
        .change("Prediction", &before.prediction, &plan.prediction)
        .change("Size of the test", scale(before.scale), scale(plan.scale))
        .change("Do", &before.done, &plan.done)
        .change("Different from the plan", &before.differed, &plan.differed)
        .change("Study", &before.studied, &plan.studied)
        .change("Was the prediction right?", right(before.was_right), right(plan.was_right))
        .change("Decision", decided(before.decision), decided(plan.decision))
        .change("Act", &before.acted, &plan.acted)
        .change("Start", format::date(before.starts_on), format::date(plan.starts_on))
        .change("End", date(before.ends_on), date(plan.ends_on));
    history::record(conn, allowed, entry).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cycles::model::CycleForm;
    use crate::testing::Fixture;

    #[tokio::test]
    async fn cycles_are_numbered_and_two_who_write_are_told_apart() {
        let fixture = Fixture::new().await;
        let project = fixture.project("Sepsis").await;
        let request = fixture.request(Some(fixture.trainee)).await;
        let mut change = fixture.store.write().await.expect("a change");
        let allowed = request.require(&mut change, WriteCycle(project)).await.expect("allowed");
        let form = CycleForm { title: "Box".into(), starts_on: "4 2 2026".into(), ..CycleForm::default() };
        let plan = form.parse().expect("a plan");
        let first = add(&mut change, &allowed, &plan).await.expect("added");
        let second = add(&mut change, &allowed, &plan).await.expect("added");
        let before = cycle(&mut change, second).await.expect("a cycle");
        assert_eq!(project_of_cycle(&mut change, second).await, Ok(project));
        let form = CycleForm {
            decision: "adapt".into(),
            ends_on: "11 2 2026".into(),
            studied: "Nights were missed".into(),
            ..form
        };
        let plan = form.parse().expect("a plan");
        edit(&mut change, &allowed, &before, &plan, 1).await.expect("edited");
        assert_eq!(edit(&mut change, &allowed, &before, &plan, 1).await, Err(Error::Conflict));
        let cycles = of_project(&mut change, project).await.expect("cycles");
        assert_eq!(cycles.iter().map(|cycle| (cycle.id, cycle.number)).collect::<Vec<_>>(), [(first, 1), (second, 2)]);
        assert_eq!(cycles[1].decision, Some(Decision::Adapt));
    }

    #[tokio::test]
    async fn a_project_holds_so_many_cycles_and_says_so() {
        let fixture = Fixture::new().await;
        let project = fixture.project("Sepsis").await;
        let request = fixture.request(Some(fixture.trainee)).await;
        let mut change = fixture.store.write().await.expect("a change");
        let allowed = request.require(&mut change, WriteCycle(project)).await.expect("allowed");
        let form = CycleForm { title: "Box".into(), starts_on: "4 2 2026".into(), ..CycleForm::default() };
        let plan = form.parse().expect("a plan");
        for _ in 0..MOST {
            add(&mut change, &allowed, &plan).await.expect("added");
        }
        let Err(Error::Invalid(errors)) = add(&mut change, &allowed, &plan).await else { panic!("refused") };
        assert!(errors[0].message.contains("at most 200 cycles"), "{}", errors[0].message);
    }

    #[test]
    fn a_test_ends_after_it_starts_and_a_decision_is_one_of_three() {
        let form = CycleForm {
            title: "Box".into(),
            starts_on: "4 2 2026".into(),
            ends_on: "3 2 2026".into(),
            decision: "adore".into(),
            ..CycleForm::default()
        };
        let Err(Error::Invalid(errors)) = form.parse() else { panic!("refused") };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["decision", "ends_on"]);
    }
}
