//! Lists of projects with their four answers: one statement a list.
//!
//! Who leads, who supervises and where a project stands is what `standing` says of the day; nothing here
//! works it out again.

use std::sync::LazyLock;

use chrono::NaiveDate;
use sqlx::{Arguments as _, Database, FromRow, QueryBuilder};

use super::model::ProjectRow;
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TrustId};
use crate::progress::store::next_step;
use crate::roles::in_force;

// The parameters that every fragment below knows: $1 the trust or the project that is asked about, $2 the day
// that is read, $3 how many rows and $4 who reads them (neither is used here). `p` is the project.

/// Where the project stands on the day: a draft stands nowhere.
pub(crate) const STANDING: &str =
    " left join standing s on s.project_id = p.id and s.from_on <= $2 and s.until_on > $2";

/// The row `s` of a project holds on the day.
pub(crate) const ON_DAY: &str = "s.from_on <= $2 and s.until_on > $2";

/// The project of the row `s` is open. The states are named, so that an index finds them.
pub(crate) const OPEN: &str = "s.state in ('in_pool', 'due', 'offered', 'agreed', 'led', 'resting')";

/// The handover `h` as a [`Passing`](super::model::Passing): its successor begins to lead on the first day from
/// its own on which `standing` has them.
const PASSING: &str = "json_object('on', h.takes_effect_on, 'to', t.name, 'offered_at', h.offered_at,
        'to_pool', json(iif(h.to_pool = 1, 'true', 'false')),
        'begins_on', (select max(h.takes_effect_on, min(z.from_on)) from standing z
            where z.project_id = p.id and z.lead_id = h.to_person and z.until_on > h.takes_effect_on))";

/// Somebody who supervises the project by name, though nobody counts: a
/// [`NamedSupervisor`](super::model::NamedSupervisor).
const SUPERVISOR_NAMED: &str = concat!(
    "(select json_object('name', n.name, 'leads', json(iif(r.person_id is s.lead_id, 'true', 'false')), 'unconfirmed', json(iif(exists (select 1 from ask k
            where k.project_id = p.id and k.kind = 'confirm_supervisor' and k.object_id = r.id
              and k.from_on <= $2 and k.until_on > $2), 'true', 'false')))
        from team_role r join person n on n.id = r.person_id
        where r.project_id = p.id and r.role = 'supervisor' and ",
    in_force!("r", "$2"),
    " order by n.name limit 1)"
);

/// The name of somebody who was asked to supervise the project.
const SUPERVISOR_ASKED: &str =
    "(select min(coalesce(k.named, n.name)) from team_role r join person n on n.id = r.person_id
    left join tie k on k.person_id = r.person_id and k.trust_id = p.trust_id and k.state <> 'accepted'
    where r.project_id = p.id and r.role = 'supervisor' and r.state = 'asked' and r.until_on is null)";

/// The measures `m` that are measured again.
macro_rules! measured {
    () => {
        " from measure m where m.project_id = p.id and m.retired_on is null and m.every_days is not null"
    };
}

/// The day of the next measurement.
pub(crate) const NEXT_ON: &str = concat!("(select min(m.next_on)", measured!(), ")");

/// The next measurement: a [`NextMeasurement`](super::model::NextMeasurement).
const NEXT_MEASUREMENT: &str = concat!(
    "(select json_object('id', m.id, 'measure', m.name, 'on', m.next_on)",
    measured!(),
    " order by m.next_on, m.id limit 1)"
);

/// A statement under construction: its text is put together from words of the stores, and every value is
/// bound.
pub(crate) struct ProjectQuery {
    pub(crate) text: String,
    pub(crate) arguments: <Db as Database>::Arguments,
}

impl ProjectQuery {
    /// About a trust or a project, on a day.
    pub(crate) fn new<T: for<'q> sqlx::Encode<'q, Db> + sqlx::Type<Db>>(of: T, day: NaiveDate) -> Result<Self, Error> {
        Self::of(of, day, None::<u32>, None)
    }

    /// As [`Self::new`], for a page whose other statements know today as `$3`.
    pub(crate) fn as_of(trust: TrustId, day: NaiveDate, today: NaiveDate) -> Result<Self, Error> {
        Self::of(trust, day, today, None)
    }

    fn of<T: for<'q> sqlx::Encode<'q, Db> + sqlx::Type<Db>, U: for<'q> sqlx::Encode<'q, Db> + sqlx::Type<Db>>(
        of: T,
        day: NaiveDate,
        third: U,
        reader: Option<PersonId>,
    ) -> Result<Self, Error> {
        let mut query = Self { text: String::new(), arguments: Default::default() };
        query.add(of)?;
        query.add(day)?;
        query.add(third)?;
        query.add(reader)?;
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

    /// Reads the rows of the projects that `page` (id, place, total, roles) names, by their place.
    pub(crate) async fn rows(self, conn: &mut Connection) -> Result<Vec<ProjectRecord>, Error> {
        Ok(self.select_rows().builder().build_query_as().fetch_all(conn).await?)
    }

    pub(crate) fn select_rows(mut self) -> Self {
        self.push(
            concat!(" select g.place, g.total, g.roles, p.id, p.reference, p.title, p.status, p.type as kind, p.updated_at, p.last_active_on,
                p.review_on, p.closed_on, coalesce(", next_step!("p.id", "what"), ", '') as next_step, ",
                next_step!("p.id", "due_on"), " as next_step_on, d.name as department,
                s.state as continuity, coalesce(s.at_risk, 0) as at_risk, s.no_lead_since,
                iif(l.id is null, null, json_object('id', l.id, 'name', l.name, 'until', s.lead_last_on)) as lead,
                iif(v.id is null, null, json_object('id', v.id, 'name', v.name, 'until', s.supervisor_last_on)) as supervisor,
                iif(v.id is null, "),
        )
        .push(SUPERVISOR_ASKED)
        .push(", null) as supervisor_asked, iif(v.id is null, ")
        .push(SUPERVISOR_NAMED)
        .push(", null) as supervisor_named, iif(h.state = 'agreed', ")
        .push(PASSING)
        .push(", null) as agreed, iif(h.state = 'offered', ")
        .push(PASSING)
        .push(", null) as offer, ")
        .push(NEXT_MEASUREMENT)
        .push(
            " as next_measurement,
                (select count(*) from measure m where m.project_id = p.id and m.retired_on is null) as measures
            from page g join project p on p.id = g.id",
        )
        .push(STANDING)
        .push(
            " left join department d on d.id = p.department_id
            left join person l on l.id = s.lead_id
            left join person v on v.id = s.supervisor_id
            left join handover h on h.id = s.handover_id
            left join person t on t.id = h.to_person
            order by g.place",
        );
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

#[cfg(test)]
mod tests;
