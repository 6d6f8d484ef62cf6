//! Lists of projects with their four answers: one statement a list.
//!
//! The fragments below mirror [`timeline`] in SQL, so that continuity can be
//! filtered and counted in the store. They are the engine's own (`date`, many-valued `min`), and a test
//! holds them to the pure rule over random stores.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Arguments as _, Database, FromRow, QueryBuilder};
use timeline::{Continuity, DUE_DAYS, LONGEST_AWAY_DAYS};

use super::model::{ProjectRow, State};
use crate::batch;
use crate::db::{Connection, Db, Store};
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, ProjectId, TrustId};
use crate::roles::{ends_the_post, in_force, in_post, oldest_live, open_project};

// The parameters that every fragment below knows: $1 the trust or the project that is asked about,
// $2 today, $3 how many rows and $4 who reads them (neither is used here), $5 the earliest day of an offer
// that has not lapsed, $6 the last day that is due, $7 how many days away end a post. `p` is the project.

/// The last day of the person `n`, who is in post ('9999-12-31': no end). Of posts that are not over,
/// the soonest end that no other post carries on is where the posts that follow each other end.
const LAST_DAY: &str = concat!(
    "min(
        coalesce(date(n.closed_on, '-1 day'), '9999-12-31'),
        coalesce((select min(o.ends_on) from post o indexed by post_person
            where o.person_id = n.id and o.trust_id = p.trust_id and o.ends_on >= $2
              and not exists (select 1 from post q indexed by post_person where q.person_id = o.person_id and q.trust_id = o.trust_id
                    and q.starts_on <= date(o.ends_on, '+2 days') and (q.ends_on is null or q.ends_on > o.ends_on))), '9999-12-31'),
        coalesce((select date(min(a.starts_on), '-1 day') from away a
            where a.person_id = n.id and a.trust_id = p.trust_id and a.starts_on > $2 and ",
    ends_the_post!("a", "$7"),
    "), '9999-12-31'))"
);

/// The last day of a place `r`.
const ROLE_LAST_DAY: &str = "coalesce(date(r.until_on, '-1 day'), '9999-12-31')";

/// Whether the place `r` of the person `n` is in force, and the person in post in the project's trust.
const IN_FORCE_AND_IN_POST: &str = concat!(in_force!("r", "$2"), " and ", in_post!("n", "p.trust_id", "$2", "$7"));

/// The next handover that is agreed and has not taken effect: a [`Passing`](super::model::Passing).
const AGREED: &str =
    "(select json_object('on', h.takes_effect_on, 'to', n.name) from handover h left join person n on n.id = h.to_person
    where h.project_id = p.id and h.state = 'agreed' and h.takes_effect_on > $2 order by h.takes_effect_on, n.name limit 1)";

/// The live offer: a [`Passing`](super::model::Passing).
const OFFER: &str =
    "(select json_object('on', h.takes_effect_on, 'to', n.name) from handover h left join person n on n.id = h.to_person
    where h.project_id = p.id and h.state = 'offered' and (h.to_person is null or h.takes_effect_on >= $5)
    order by h.takes_effect_on, n.name limit 1)";

/// The name of somebody who supervises the project, in post or not.
const SUPERVISOR_NAMED: &str = concat!(
    "(select min(n.name) from team_role r join person n on n.id = r.person_id
    where r.project_id = p.id and r.role = 'supervisor' and ",
    in_force!("r", "$2"),
    ")"
);

/// The name of somebody who was asked to supervise the project.
const SUPERVISOR_ASKED: &str =
    "(select min(coalesce(k.named, n.name)) from team_role r join person n on n.id = r.person_id
    left join tie k on k.person_id = r.person_id and k.trust_id = p.trust_id and k.state <> 'accepted'
    where r.project_id = p.id and r.role = 'supervisor' and r.state = 'asked' and r.until_on is null)";

/// When the measure `m` is measured next, as `measures::model::next_on` says.
macro_rules! next_on {
    () => {
        "max(m.starts_on, coalesce(case m.every_days
            when 30 then date(m.last_on, '+1 month', 'floor')
            when 91 then date(m.last_on, '+3 months', 'floor')
            when 365 then date(m.last_on, '+12 months', 'floor')
            else date(m.last_on, '+' || m.every_days || ' days') end, m.starts_on))"
    };
}

/// The measures that are measured again.
macro_rules! measured {
    () => {
        " from measure m where m.project_id = p.id and m.retired_on is null and m.every_days is not null"
    };
}

/// The day of the next measurement.
pub(crate) const NEXT_ON: &str = concat!("(select min(", next_on!(), ")", measured!(), ")");

/// The next measurement: a [`NextMeasurement`](super::model::NextMeasurement).
const NEXT_MEASUREMENT: &str = concat!(
    "(select json_object('id', m.id, 'measure', m.name, 'on', ",
    next_on!(),
    ")",
    measured!(),
    " order by ",
    next_on!(),
    ", m.id limit 1)"
);

/// The state of continuity, of a row `s` that holds [`ProjectQuery::continuity_columns`].
pub(crate) const STATE: &str = "case
    when s.status = 'draft' then null
    when s.status = 'closed' then 'ended'
    when s.agreed is not null then 'agreed'
    when s.lead is null then 'in_pool'
    when s.offer is not null then 'offered'
    when s.lead ->> 'until' <= $6 then 'due'
    when s.status in ('paused', 'sustaining') and s.review_on > $2 then 'resting'
    else 'led' end";

/// The order of rows `s` of one state: nobody leads it, then whose lead leaves first, then no end in sight.
pub(crate) const SOONEST: &str = "s.lead is not null, s.lead ->> 'until' is null, s.lead ->> 'until'";

/// How much a state needs somebody: the order of [`Continuity::ALL`].
pub(crate) const RISK: &str =
    "case s.continuity when 'in_pool' then 1 when 'due' then 2 when 'offered' then 3 when 'agreed' then 4
    when 'led' then 5 when 'resting' then 6 else 7 end";

/// A statement under construction: its text is put together from this file's own words, and every
/// value is bound.
pub(crate) struct ProjectQuery {
    pub(crate) text: String,
    pub(crate) arguments: <Db as Database>::Arguments,
}

impl ProjectQuery {
    pub(crate) fn new<T: for<'q> sqlx::Encode<'q, Db> + sqlx::Type<Db>>(
        of: T,
        today: NaiveDate,
    ) -> Result<Self, Error> {
        Self::of(of, today, None, None)
    }

    fn of<T: for<'q> sqlx::Encode<'q, Db> + sqlx::Type<Db>>(
        of: T,
        today: NaiveDate,
        rows: Option<u32>,
        reader: Option<PersonId>,
    ) -> Result<Self, Error> {
        let mut query = Self { text: String::new(), arguments: Default::default() };
        query.add(of)?;
        query.add(today)?;
        query.add(rows)?;
        query.add(reader)?;
        query.add(oldest_live(today))?;
        query.add(today + chrono::Duration::days(DUE_DAYS))?;
        query.add(LONGEST_AWAY_DAYS)?;
        Ok(query)
    }

    fn add<T: for<'q> sqlx::Encode<'q, Db> + sqlx::Type<Db>>(&mut self, value: T) -> Result<(), Error> {
        batch::bind(&mut self.arguments, value)
    }

    /// Adds words.
    pub(crate) fn push(&mut self, words: &'static str) -> &mut Self {
        self.text.push_str(words);
        self
    }

    /// Adds a value.
    pub(crate) fn bind<T: for<'q> sqlx::Encode<'q, Db> + sqlx::Type<Db>>(
        &mut self,
        value: T,
    ) -> Result<&mut Self, Error> {
        self.add(value)?;
        self.text.push_str(&format!("${}", self.arguments.len()));
        Ok(self)
    }

    /// Adds the lead who leads the project longest: a [`LeadInPost`](super::model::LeadInPost).
    fn lead(&mut self) -> &mut Self {
        self.push("(select json_object('id', l.id, 'name', l.name, 'until', nullif(l.until, '9999-12-31')) from (select n.id, n.name, min(")
            .push(ROLE_LAST_DAY)
            .push(", ")
            .push(LAST_DAY)
            .push(
                ") as until from team_role r join person n on n.id = r.person_id
            where r.project_id = p.id and r.role = 'lead' and ",
            )
            .push(IN_FORCE_AND_IN_POST)
            .push(" order by until desc, n.id desc limit 1) l)")
    }

    /// Adds somebody in post who supervises the project: a [`SupervisorInPost`](super::model::SupervisorInPost).
    pub(crate) fn supervisor(&mut self) -> &mut Self {
        self.push(
            "(select json_object('id', n.id, 'name', n.name) from team_role r join person n on n.id = r.person_id
            where r.project_id = p.id and r.role = 'supervisor' and ",
        )
        .push(IN_FORCE_AND_IN_POST)
        .push(" order by n.id limit 1)")
    }

    /// Adds the columns that decide continuity.
    pub(crate) fn continuity_columns(&mut self) -> &mut Self {
        self.lead().push(" as lead, ").push(AGREED).push(" as agreed, ").push(OFFER).push(" as offer")
    }

    /// Reads the rows of the projects that `page` (id, place, total, roles) names, by their place.
    pub(crate) async fn rows(self, conn: &mut Connection) -> Result<Vec<ProjectRecord>, Error> {
        Ok(self.select_rows().builder().build_query_as().fetch_all(conn).await?)
    }

    pub(crate) fn select_rows(mut self) -> Self {
        self.push(
            ", shown as materialized (select page.place, page.total, page.roles, p.id, p.reference, p.title, p.status, p.type as kind,
                p.department_id, p.updated_at, p.review_on, p.closed_on, p.next_step, p.next_step_on, ",
        );
        self.continuity_columns().push(", ").supervisor().push(" as supervisor, ");
        self.push(SUPERVISOR_ASKED)
            .push(" as supervisor_asked, ")
            .push(SUPERVISOR_NAMED)
            .push(" as supervisor_named, ");
        self.push(NEXT_MEASUREMENT).push(" as next_measurement, ");
        self.push(
            "(select count(*) from measure m where m.project_id = p.id and m.retired_on is null) as measures
            from page join project p on p.id = page.id)
            select s.place, s.total, s.roles, s.id, s.reference, s.title, s.status, s.kind, s.updated_at, s.review_on, s.closed_on,
                s.next_step, s.next_step_on, s.lead, s.agreed, s.offer, s.supervisor, s.supervisor_asked,
                iif(s.supervisor is null, s.supervisor_named, null) as supervisor_absent, s.next_measurement, s.measures,
                d.name as department, ",
        );
        self.push(STATE)
            .push(" as continuity from shown s left join department d on d.id = s.department_id order by s.place");
        self
    }

    pub(crate) fn builder(self) -> QueryBuilder<Db> {
        QueryBuilder::with_arguments(self.text, self.arguments)
    }
}

/// A row of a list, with what only the list as a whole knows.
#[derive(FromRow)]
pub(crate) struct ProjectRecord {
    /// How many rows the whole list has, whatever its pages.
    pub(crate) total: i64,
    /// The roles of whoever's list it is, separated by commas.
    pub(crate) roles: String,
    #[sqlx(flatten)]
    pub(crate) row: ProjectRow,
}

/// One project with its four answers.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn row(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<ProjectRow, Error> {
    let mut query = ProjectQuery::new(project, today)?;
    query.push(ONE);
    query.rows(conn).await?.into_iter().next().map(|record| record.row).ok_or(Error::NotFound)
}

/// The page that is one project.
const ONE: &str = "with page as (select $1 as id, 1 as place, 1 as total, '' as roles)";

/// The statement of [`row`], for a page that sends it together with others; it gives one
/// [`ProjectRow`]. Its parameters are [`asked`].
pub static ROW: LazyLock<String> = LazyLock::new(|| {
    let mut query = ProjectQuery { text: String::new(), arguments: Default::default() };
    query.push(ONE);
    query.select_rows().text
});

/// The parameters of [`ROW`], of which `$3` and `$4` are for the other statements of the page.
///
/// # Errors
/// When they cannot be encoded.
pub fn asked(
    project: ProjectId,
    today: NaiveDate,
    rows: u32,
    reader: PersonId,
) -> Result<<Db as Database>::Arguments, Error> {
    ProjectQuery::of(project, today, Some(rows), Some(reader)).map(|query| query.arguments)
}

/// Where one open project of a trust stands: what lists of the whole trust are ordered and counted by.
#[derive(Clone, Debug, FromRow)]
pub struct ContinuityRow {
    pub id: ProjectId,
    pub department_id: Option<DepartmentId>,
    #[sqlx(try_from = "State")]
    pub continuity: Continuity,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// Nobody in post supervises it.
    pub unsupervised: bool,
    /// A measurement is overdue.
    pub overdue: bool,
    /// It is offered to whoever takes it on, and nobody has asked to.
    pub open_offer: bool,
}

impl ContinuityRow {
    /// It looks for a lead: nobody holds it, or its lead offers it to whoever takes it on.
    #[must_use]
    pub fn looks_for_lead(&self) -> bool {
        self.continuity == Continuity::InPool || (self.continuity == Continuity::Offered && self.open_offer)
    }

    /// It needs somebody: nobody leads it, nobody supervises it, or its lead goes soon.
    #[must_use]
    pub fn is_at_risk(&self) -> bool {
        self.unsupervised || matches!(self.continuity, Continuity::InPool | Continuity::Due)
    }
}

/// Where every open project of a trust stands, those first that need somebody most.
#[derive(Clone, Debug)]
pub struct ContinuityRows(pub Vec<ContinuityRow>);

/// Where every open project of a trust stands today: computed once until something changes.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_trust(
    store: &Store,
    conn: &mut Connection,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Arc<ContinuityRows>, Error> {
    let read =
        async { Ok(ContinuityRows(of_trust_query(trust, today)?.builder().build_query_as().fetch_all(conn).await?)) };
    store.cached(format!("continuity {trust} {today}"), read).await
}

pub(crate) fn of_trust_query(trust: TrustId, today: NaiveDate) -> Result<ProjectQuery, Error> {
    let mut query = ProjectQuery::new(trust, today)?;
    query.push("with candidate as materialized (select p.id, p.department_id, p.status, p.review_on, p.updated_at, ");
    query
        .continuity_columns()
        .push(", ")
        .supervisor()
        .push(" is null as unsupervised, coalesce(p.status <> 'paused' and ")
        .push(NEXT_ON);
    query
        .push(concat!(
            " < $2, 0) as overdue from project p where p.trust_id = $1 and ",
            open_project!("p"),
            "), found as (select s.*, "
        ))
        .push(STATE);
    query
        .push(
            " as continuity from candidate s)
        select s.id, s.department_id, s.continuity, s.updated_at, s.unsupervised, s.overdue,
            s.offer is not null and s.offer ->> 'to' is null as open_offer
        from found s order by ",
        )
        .push(RISK)
        .push(", ")
        .push(SOONEST)
        .push(", s.updated_at desc, s.id");
    Ok(query)
}

/// The rows of these projects of a trust, in their order.
///
/// # Errors
/// When the store cannot be read.
pub async fn rows_by_id(
    conn: &mut Connection,
    trust: TrustId,
    ids: &[ProjectId],
    today: NaiveDate,
) -> Result<Vec<ProjectRow>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = by_ids(trust, serde_json::to_string(ids)?, today)?.rows(conn).await?;
    Ok(rows.into_iter().map(|record| record.row).collect())
}

pub(crate) fn by_ids(trust: TrustId, ids: String, today: NaiveDate) -> Result<ProjectQuery, Error> {
    let mut query = ProjectQuery::new(trust, today)?;
    query.push("with page as materialized (select value as id, key as place, 0 as total, '' as roles from json_each(");
    query.bind(ids)?.push("))");
    Ok(query)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, TODAY};

    #[tokio::test]
    async fn rows_come_in_the_order_in_which_they_are_asked_for() {
        let at = Fixture::new().await;
        let ids = [at.project("Sepsis").await, at.project("Falls").await];
        let mut conn = at.store.read().await.expect("a reader");
        let of_trust = of_trust(&at.store, &mut conn, at.trust, TODAY).await.expect("a trust");
        assert_eq!(of_trust.0.len(), 2);
        for ids in [ids, [ids[1], ids[0]]] {
            let rows = rows_by_id(&mut conn, at.trust, &ids, TODAY).await.expect("rows");
            assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), ids);
            assert!(rows.iter().all(|row| row.lead.is_some() && row.supervisor.is_some()));
        }
    }
}
