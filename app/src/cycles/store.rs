//! PDSA cycles: their SQL.

use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::FromRow;

use super::model::Decision;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{CycleId, ProjectId};

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
