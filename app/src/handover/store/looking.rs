//! The pool: which projects look for a lead.

use chrono::NaiveDate;

use crate::continuity::model::ProjectRow;
use crate::continuity::store::{ON_DAY, ProjectQuery};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, TrustId};

/// Which part of the pool is read.
#[derive(Clone, Debug, Default)]
pub struct Narrowed {
    /// Only the projects of these departments.
    pub departments: Option<Vec<DepartmentId>>,
    /// But for those that this person leads, and offers.
    pub but_led_by: Option<PersonId>,
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
}

/// A trust's projects that look for a lead, the longest waiting first: those that nobody leads, and those whose
/// lead offers them to whoever takes them on and that nobody has asked for.
///
/// # Errors
/// When the store cannot be read.
pub async fn pool(conn: &mut Connection, trust: TrustId, narrowed: &Narrowed, today: NaiveDate) -> Result<Pool, Error> {
    let rows = looking(trust, narrowed, today)?.rows(conn).await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok(Pool { rows: rows.into_iter().map(|record| record.row).collect(), total })
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
    if let Some(departments) = &narrowed.departments {
        query
            .push(" and exists (select 1 from project p where p.id = s.project_id and p.department_id in (select value from json_each(")
            .bind(serde_json::to_string(departments)?)?
            .push(")))");
    }
    if let Some(person) = narrowed.but_led_by {
        query.push(" and s.lead_id is not ").bind(person)?;
    }
    query.push(
        "), page as materialized (select id, '' as roles, (select count(*) from found) as total,
            row_number() over (order by since, id) as place from found order by place limit ",
    );
    query.bind(narrowed.rows)?.push(" offset ").bind((narrowed.page.max(1) - 1) * narrowed.rows)?.push(")");
    Ok(query)
}
