//! PDSA cycles: their SQL.

use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::FromRow;

use super::model::{Decision, Plan};
use crate::access::{Allowed, WriteCycle};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{CycleId, ProjectId};
use crate::parse::day;

/// A cycle as a chart marks it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, FromRow)]
pub struct Marker {
    /// Its number in the project.
    pub number: i64,
    /// What it tests.
    pub title: String,
    /// When it began.
    pub starts_on: NaiveDate,
}

/// The cycles of a project as a chart marks them.
///
/// # Errors
/// When the store cannot be read.
pub async fn markers(conn: &mut Connection, project: ProjectId) -> Result<Vec<Marker>, Error> {
    Ok(sqlx::query_as("select number, title, starts_on from cycle where project_id = $1 order by number")
        .bind(project)
        .fetch_all(conn)
        .await?)
}

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
    /// What was done.
    pub done: String,
    /// What was learnt.
    pub studied: String,
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

/// The cycles of a project, in order.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project(conn: &mut Connection, project: ProjectId) -> Result<Vec<Cycle>, Error> {
    Ok(sqlx::query_as(
        "select id, project_id, number, title, question, prediction, done, studied, decision, acted, starts_on, ends_on, version
         from cycle where project_id = $1 order by number",
    )
    .bind(project)
    .fetch_all(conn)
    .await?)
}

/// A cycle.
///
/// # Errors
/// [`Error::NotFound`] when there is no such cycle.
pub async fn cycle(conn: &mut Connection, cycle: CycleId) -> Result<Cycle, Error> {
    Ok(sqlx::query_as(
        "select id, project_id, number, title, question, prediction, done, studied, decision, acted, starts_on, ends_on, version
         from cycle where id = $1",
    )
    .bind(cycle)
    .fetch_one(conn)
    .await?)
}

/// Adds a cycle, with the project's next number.
///
/// # Errors
/// When the store cannot write.
pub async fn add(conn: &mut Connection, allowed: &Allowed<WriteCycle>, plan: &Plan) -> Result<CycleId, Error> {
    let (id, project) = (CycleId::new(), allowed.act.0);
    sqlx::query(
        "insert into cycle (id, project_id, number, title, question, prediction, done, studied, decision, acted, starts_on, ends_on, created_at)
         values ($1, $2, (select coalesce(max(number), 0) + 1 from cycle where project_id = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(id)
    .bind(project)
    .bind(&plan.title)
    .bind(&plan.question)
    .bind(&plan.prediction)
    .bind(&plan.done)
    .bind(&plan.studied)
    .bind(plan.decision)
    .bind(&plan.acted)
    .bind(plan.starts_on)
    .bind(plan.ends_on)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("cycle", id, "planned a cycle").of(project).change("Title", "", &plan.title);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Changes a cycle.
///
/// # Errors
/// [`Error::Changed`] when somebody else was faster.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<WriteCycle>,
    before: &Cycle,
    plan: &Plan,
    version: i64,
) -> Result<(), Error> {
    let changed = sqlx::query(
        "update cycle set title = $3, question = $4, prediction = $5, done = $6, studied = $7, decision = $8, acted = $9,
                starts_on = $10, ends_on = $11, version = version + 1
         where id = $1 and project_id = $2 and version = $12",
    )
    .bind(before.id)
    .bind(allowed.act.0)
    .bind(&plan.title)
    .bind(&plan.question)
    .bind(&plan.prediction)
    .bind(&plan.done)
    .bind(&plan.studied)
    .bind(plan.decision)
    .bind(&plan.acted)
    .bind(plan.starts_on)
    .bind(plan.ends_on)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Changed);
    }
    let date = |date: Option<NaiveDate>| date.map(day).unwrap_or_default();
    let decided = |decision: Option<Decision>| decision.map_or("", Decision::words);
    let entry = Entry::new("cycle", before.id, "changed a cycle")
        .of(allowed.act.0)
        .change("Title", &before.title, &plan.title)
        .change("Question", &before.question, &plan.question)
        .change("Prediction", &before.prediction, &plan.prediction)
        .change("Do", &before.done, &plan.done)
        .change("Study", &before.studied, &plan.studied)
        .change("Decision", decided(before.decision), decided(plan.decision))
        .change("Act", &before.acted, &plan.acted)
        .change("Start", day(before.starts_on), day(plan.starts_on))
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
        let form = CycleForm {
            decision: "adapt".into(),
            ends_on: "11 2 2026".into(),
            studied: "Nights were missed".into(),
            ..form
        };
        let plan = form.parse().expect("a plan");
        edit(&mut change, &allowed, &before, &plan, 1).await.expect("edited");
        assert_eq!(edit(&mut change, &allowed, &before, &plan, 1).await, Err(Error::Changed));
        let cycles = of_project(&mut change, project).await.expect("cycles");
        assert_eq!(cycles.iter().map(|cycle| (cycle.id, cycle.number)).collect::<Vec<_>>(), [(first, 1), (second, 2)]);
        assert_eq!(cycles[1].decision, Some(Decision::Adapt));
        assert_eq!(markers(&mut change, project).await.expect("markers").len(), 2);
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
