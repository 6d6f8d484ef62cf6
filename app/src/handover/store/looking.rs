//! The pool: which projects are looking for a lead.

use chrono::NaiveDate;

use crate::batch;
use crate::continuity::model::ProjectRow;
use crate::continuity::store::{ON_DAY, ProjectQuery, ProjectRecord};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{DepartmentId, TrustId};
use crate::measures::series::MeasureSeries;
use crate::measures::store::FIRST_OF_PAGE;
use crate::people::interests::store::{INTERESTED, Interested};
use crate::people::store::{DEPARTMENTS, Department};

/// Which part of the pool is read.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    /// Only the projects of this department.
    pub department: Option<DepartmentId>,
    /// Only the projects of the departments of this specialty.
    pub specialty: Option<String>,
    /// The page, from 1.
    pub page: i64,
    /// How many projects a page has.
    pub rows: i64,
}

/// A part of the pool.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The page's projects; since when each has looked for a lead says [`ProjectRow::looking_since`].
    pub rows: Vec<ProjectRow>,
    /// How many there are on all pages.
    pub total: i64,
    /// The first measure of each, with its chart.
    pub charted: Vec<MeasureSeries>,
    /// The departments of the trust that are in use.
    pub departments: Vec<Department>,
    /// Who looks for a project or offers help.
    pub interested: Vec<Interested>,
}

/// A trust's projects that look for a lead, the longest waiting first: those that nobody leads, and those whose
/// lead offers them to whoever takes them on and that nobody has asked for.
///
/// # Errors
/// When the store cannot be read.
pub async fn pool(conn: &mut Connection, trust: TrustId, narrowed: &Narrowed, today: NaiveDate) -> Result<Pool, Error> {
    let query = looking(trust, narrowed, today)?;
    let charts = [&query.text, FIRST_OF_PAGE].concat();
    let query = query.select_rows();
    let text = [&query.text, &charts, DEPARTMENTS, INTERESTED].join(";\n");
    let mut answers = batch::ask_built(conn, text, query.arguments).await?;
    let rows: Vec<ProjectRecord> = answers.all()?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows.into_iter().map(|record| record.row).collect();
    Ok(Pool { rows, total, charted: answers.all()?, departments: answers.all()?, interested: answers.all()? })
}

pub(crate) fn looking(trust: TrustId, narrowed: &Narrowed, today: NaiveDate) -> Result<ProjectQuery, Error> {
    let mut query = ProjectQuery::new(trust, today)?;
    query
        .push(
            "with found as materialized (select s.project_id as id,
                min(coalesce(s.no_lead_since, '9999-12-31'),
                    coalesce(iif(h.state = 'offered' and h.to_pool = 1, date(h.offered_at), null), '9999-12-31')) as since
             from standing s left join handover h on h.id = s.handover_id
             where s.trust_id = $1 and s.state in ('in_pool', 'offered') and ",
        )
        .push(ON_DAY)
        .push(" and (s.state = 'in_pool' or h.to_person is null)");
    if narrowed.department.is_some() || narrowed.specialty.is_some() {
        query.push(
            " and exists (select 1 from project p join department d on d.id = p.department_id
                where p.id = s.project_id and d.retired_on is null",
        );
        if let Some(department) = narrowed.department {
            query.push(" and d.id = ").bind(department)?;
        }
        if let Some(specialty) = &narrowed.specialty {
            query.push(" and d.specialty = ").bind(specialty.clone())?;
        }
        query.push(")");
    }
    query.push(
        "), page as materialized (select id, '' as roles, (select count(*) from found) as total,
            since || id as place from found order by place limit ",
    );
    query.bind(narrowed.rows)?.push(" offset ").bind((narrowed.page.max(1) - 1) * narrowed.rows)?.push(")");
    Ok(query)
}
