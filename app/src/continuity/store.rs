//! Lists of projects with their four answers: one statement a list.
//!
//! The fragments below mirror [`timeline`] in SQL, so that continuity can be
//! filtered and counted in the store. They are the engine's own (`date`, many-valued `min`), and a test
//! holds them to the pure rule over random stores.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::{Arguments as _, Database, FromRow, QueryBuilder};
use timeline::{Continuity, DUE_DAYS, LAPSES_AFTER_DAYS};

use super::model::{LeadInPost, NextMeasurement, Passing, ProjectRow};
use crate::batch;
use crate::db::{Connection, Db, Store};
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, ProjectId, TrustId};
use crate::project::model::{ProjectType, Status};

// The parameters that every fragment below knows: $1 the trust or the project that is asked about,
// $2 today, $3 how many rows and $4 who reads them (neither is used here), $5 the earliest day of an offer
// that has not lapsed, $6 the last day that is due, $7 yesterday, $8 tomorrow. `p` is the project.

/// Whether the person `n` is in post in the project's trust: not gone, not away for long.
pub(crate) const IN_POST: &str = "(n.closed_on is null or n.closed_on > $2)
      and (exists (select 1 from post o where o.person_id = n.id and o.trust_id = p.trust_id
                and o.starts_on <= $2 and (o.ends_on is null or o.ends_on >= $2))
           or (exists (select 1 from post o where o.person_id = n.id and o.trust_id = p.trust_id and o.ends_on = $7)
               and exists (select 1 from post o where o.person_id = n.id and o.trust_id = p.trust_id and o.starts_on = $8)))
      and not exists (select 1 from away a where a.person_id = n.id and a.trust_id = p.trust_id
            and a.starts_on <= $2 and a.ends_on >= $2 and a.keeps_contributing = 0
            and julianday(a.ends_on) - julianday(a.starts_on) >= 28)";

/// The last day of the person `n`, who is in post ('9999-12-31': no end). Of posts that are not over,
/// the soonest end that no other post carries on is where the posts that follow each other end.
const LAST_DAY: &str = "min(
        coalesce(date(n.closed_on, '-1 day'), '9999-12-31'),
        coalesce((select min(o.ends_on) from post o indexed by post_person
            where o.person_id = n.id and o.trust_id = p.trust_id and o.ends_on >= $2
              and not exists (select 1 from post q indexed by post_person where q.person_id = o.person_id and q.trust_id = o.trust_id
                    and q.starts_on <= date(o.ends_on, '+2 days') and (q.ends_on is null or q.ends_on > o.ends_on))), '9999-12-31'),
        coalesce((select date(min(a.starts_on), '-1 day') from away a
            where a.person_id = n.id and a.trust_id = p.trust_id and a.starts_on > $2 and a.keeps_contributing = 0
              and julianday(a.ends_on) - julianday(a.starts_on) >= 28), '9999-12-31'))";

/// An accepted place `r` that is in force today.
pub(crate) const IN_FORCE: &str =
    "r.state = 'accepted' and r.from_on <= $2 and (r.until_on is null or r.until_on > $2)";

/// The last day of a place `r`.
const ROLE_LAST_DAY: &str = "coalesce(date(r.until_on, '-1 day'), '9999-12-31')";

/// The day on which an agreed handover takes effect, and the successor's name.
const AGREED: &str =
    "(select min(h.takes_effect_on || coalesce(n.name, '')) from handover h left join person n on n.id = h.to_person
    where h.project_id = p.id and h.state = 'agreed' and h.takes_effect_on > $2)";

/// The day for which a live offer stands, and the successor's name.
const OFFER: &str =
    "(select min(h.takes_effect_on || coalesce(n.name, '')) from handover h left join person n on n.id = h.to_person
    where h.project_id = p.id and h.state = 'offered' and (h.to_person is null or h.takes_effect_on >= $5))";

/// The name of a supervisor who is away for long or has left.
const SUPERVISOR_ABSENT: &str = "(select min(n.name) from team_role r join person n on n.id = r.person_id
    where r.project_id = p.id and r.role = 'supervisor' and r.state = 'accepted'
      and r.from_on <= $2 and (r.until_on is null or r.until_on > $2))";

/// The name of somebody who was asked to supervise the project.
const SUPERVISOR_ASKED: &str =
    "(select min(coalesce(k.named, n.name)) from team_role r join person n on n.id = r.person_id
    left join tie k on k.person_id = r.person_id and k.trust_id = p.trust_id and k.state <> 'accepted'
    where r.project_id = p.id and r.role = 'supervisor' and r.state = 'asked' and r.until_on is null)";

/// The day of the next measurement, the measure's id and its name; the day as `measures::model::next_on` says.
pub(crate) const NEXT: &str = "(select min(max(m.starts_on, coalesce(case m.every_days
            when 30 then date(m.last_on, '+1 month', 'floor')
            when 91 then date(m.last_on, '+3 months', 'floor')
            when 365 then date(m.last_on, '+12 months', 'floor')
            else date(m.last_on, '+' || m.every_days || ' days') end, m.starts_on)) || m.id || m.name)
    from measure m where m.project_id = p.id and m.retired_on is null and m.every_days is not null)";

/// The state of continuity, of a row `s` that holds the fragments above.
pub(crate) const STATE: &str = "case
    when s.status = 'draft' then null
    when s.status = 'closed' then 'ended'
    when s.agreed is not null then 'agreed'
    when s.lead is null then 'in_pool'
    when s.offer is not null then 'offered'
    when substr(s.lead, 1, 10) <= $6 then 'due'
    when s.status in ('paused', 'sustaining') and s.review_on > $2 then 'resting'
    else 'led' end";

/// How much a state needs somebody: the order of [`Continuity::ALL`].
pub(crate) const RISK: &str =
    "case s.continuity when 'in_pool' then 1 when 'due' then 2 when 'offered' then 3 when 'agreed' then 4
    when 'led' then 5 when 'resting' then 6 else 7 end";

/// A statement under construction: its text is put together from this file's own words, and every
/// value is bound.
pub(crate) struct Ask {
    pub(crate) text: String,
    pub(crate) arguments: <Db as Database>::Arguments,
}

impl Ask {
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
        let days = |n: i64| today + chrono::Duration::days(n);
        let mut ask = Self { text: String::new(), arguments: Default::default() };
        ask.add(of)?;
        ask.add(today)?;
        ask.add(rows)?;
        ask.add(reader)?;
        ask.add(days(-LAPSES_AFTER_DAYS))?;
        ask.add(days(DUE_DAYS))?;
        ask.add(today.checked_sub_days(Days::new(1)))?;
        ask.add(today.checked_add_days(Days::new(1)))?;
        Ok(ask)
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

    /// Adds the last day of the lead who leads the project longest, their id and their name.
    fn lead(&mut self) -> &mut Self {
        self.push("(select max(min(").push(ROLE_LAST_DAY).push(", ").push(LAST_DAY).push(
            ") || n.id || n.name) from team_role r join person n on n.id = r.person_id
            where r.project_id = p.id and r.role = 'lead' and ",
        );
        self.push(IN_FORCE).push(" and ").push(IN_POST).push(")")
    }

    /// Adds the id and name of somebody in post who supervises the project.
    pub(crate) fn supervisor(&mut self) -> &mut Self {
        self.push(
            "(select min(n.id || n.name) from team_role r join person n on n.id = r.person_id
            where r.project_id = p.id and r.role = 'supervisor' and ",
        );
        self.push(IN_FORCE).push(" and ").push(IN_POST).push(")")
    }

    /// Adds the columns that decide continuity.
    pub(crate) fn deciding(&mut self) -> &mut Self {
        self.lead().push(" as lead, ").push(AGREED).push(" as agreed, ").push(OFFER).push(" as offer")
    }

    /// Reads the rows of the projects that `page` (id, place, total, roles) names, by their place.
    pub(crate) async fn rows(self, conn: &mut Connection) -> Result<Vec<Raw>, Error> {
        Ok(self.showing().builder().build_query_as().fetch_all(conn).await?)
    }

    pub(crate) fn showing(mut self) -> Self {
        self.push(
            ", shown as materialized (select page.place, page.total, page.roles, p.id, p.reference, p.title, p.status, p.type as kind,
                p.department_id, p.updated_at, p.review_on, p.closed_on, p.next_step, p.next_step_on, ",
        );
        self.deciding().push(", ").supervisor().push(" as supervisor, ");
        self.push(SUPERVISOR_ASKED)
            .push(" as supervisor_asked, ")
            .push(SUPERVISOR_ABSENT)
            .push(" as supervisor_absent, ");
        self.push(NEXT).push(" as next_measurement, ");
        self.push(
            "(select count(*) from measure m where m.project_id = p.id and m.retired_on is null) as measures
            from page join project p on p.id = page.id)
            select s.*, d.name as department, ",
        );
        self.push(STATE)
            .push(" as continuity from shown s left join department d on d.id = s.department_id order by s.place");
        self
    }

    pub(crate) fn builder(self) -> QueryBuilder<Db> {
        QueryBuilder::with_arguments(self.text, self.arguments)
    }
}

impl FromRow<'_, <Db as Database>::Row> for ProjectRow {
    fn from_row(row: &<Db as Database>::Row) -> Result<Self, sqlx::Error> {
        Raw::from_row(row).map(Self::from)
    }
}

#[derive(FromRow)]
pub(crate) struct Raw {
    pub(crate) total: i64,
    pub(crate) roles: String,
    id: ProjectId,
    reference: Option<String>,
    title: String,
    status: Status,
    kind: ProjectType,
    department: Option<String>,
    updated_at: DateTime<Utc>,
    review_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    next_step: String,
    next_step_on: Option<NaiveDate>,
    lead: Option<String>,
    agreed: Option<String>,
    offer: Option<String>,
    supervisor: Option<String>,
    supervisor_asked: Option<String>,
    supervisor_absent: Option<String>,
    next_measurement: Option<String>,
    measures: i64,
    continuity: Option<State>,
}

/// A state as the store says it.
struct State(Continuity);

impl From<State> for Continuity {
    fn from(State(state): State) -> Self {
        state
    }
}

impl sqlx::Type<Db> for State {
    fn type_info() -> <Db as Database>::TypeInfo {
        <str as sqlx::Type<Db>>::type_info()
    }

    fn compatible(info: &<Db as Database>::TypeInfo) -> bool {
        <str as sqlx::Type<Db>>::compatible(info)
    }
}

impl<'r> sqlx::Decode<'r, Db> for State {
    fn decode(value: <Db as Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(<&str as sqlx::Decode<'r, Db>>::decode(value)?.parse()?))
    }
}

const DAY: usize = "2026-01-04".len();
const ID: usize = "01890000-0000-7000-8000-000000000000".len();

fn dated(text: &str) -> Option<(NaiveDate, String)> {
    Some((text.get(..DAY)?.parse().ok()?, text.get(DAY..)?.to_owned()))
}

fn named<T: std::str::FromStr>(text: &str) -> Option<(T, String)> {
    Some((text.get(..ID)?.parse().ok()?, text.get(ID..)?.to_owned()))
}

fn passing(text: &str) -> Option<Passing> {
    dated(text).map(|(on, to)| Passing { on, to: (!to.is_empty()).then_some(to) })
}

impl From<Raw> for ProjectRow {
    fn from(raw: Raw) -> Self {
        let lead = raw.lead.as_deref().and_then(dated).and_then(|(until, rest)| {
            let (id, name) = named(&rest)?;
            let open = NaiveDate::from_ymd_opt(9999, 12, 31);
            Some(LeadInPost { id, name, until: Some(until).filter(|day| Some(*day) != open) })
        });
        let next = raw.next_measurement.as_deref().and_then(dated).and_then(|(on, rest)| {
            let (id, name) = named(&rest)?;
            Some(NextMeasurement { id, measure: name, on })
        });
        Self {
            id: raw.id,
            reference: raw.reference,
            title: raw.title,
            status: raw.status,
            kind: raw.kind,
            department: raw.department,
            updated_at: raw.updated_at,
            review_on: raw.review_on,
            closed_on: raw.closed_on,
            continuity: raw.continuity.map(|State(state)| state),
            lead,
            supervisor: raw.supervisor.as_deref().and_then(named),
            supervisor_absent: raw.supervisor_absent.filter(|_| raw.supervisor.is_none()),
            supervisor_asked: raw.supervisor_asked,
            measures: raw.measures,
            next_measurement: next,
            next_step: raw.next_step,
            next_step_on: raw.next_step_on,
            offer: raw.offer.as_deref().and_then(passing),
            agreed: raw.agreed.as_deref().and_then(passing),
        }
    }
}

/// One project with its four answers.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn row(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<ProjectRow, Error> {
    let mut ask = Ask::new(project, today)?;
    ask.push(ONE);
    ask.rows(conn).await?.into_iter().next().map(ProjectRow::from).ok_or(Error::NotFound)
}

/// The page that is one project.
const ONE: &str = "with page as (select $1 as id, 1 as place, 1 as total, '' as roles)";

/// The statement of [`row`], for a page that sends it together with others; it gives one
/// [`ProjectRow`]. Its parameters are [`asked`].
pub static ROW: LazyLock<String> = LazyLock::new(|| {
    let mut ask = Ask { text: String::new(), arguments: Default::default() };
    ask.push(ONE);
    ask.showing().text
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
    Ask::of(project, today, Some(rows), Some(reader)).map(|ask| ask.arguments)
}

/// Where one open project of a trust stands: what lists of the whole trust are ordered and counted by.
#[derive(Clone, Debug, FromRow)]
pub struct ContinuityRow {
    /// The project.
    pub id: ProjectId,
    /// Its department.
    pub department_id: Option<DepartmentId>,
    /// Its state.
    #[sqlx(try_from = "State")]
    pub continuity: Continuity,
    /// The last day of its lead ('9999-12-31': no end); none when nobody holds it.
    pub held_until: Option<NaiveDate>,
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
pub async fn standings(
    store: &Store,
    conn: &mut Connection,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Arc<ContinuityRows>, Error> {
    let read = async { Ok(ContinuityRows(standing(trust, today)?.builder().build_query_as().fetch_all(conn).await?)) };
    store.cached(format!("standings {trust} {today}"), read).await
}

pub(crate) fn standing(trust: TrustId, today: NaiveDate) -> Result<Ask, Error> {
    let mut ask = Ask::new(trust, today)?;
    ask.push("with candidate as materialized (select p.id, p.department_id, p.status, p.review_on, p.updated_at, ");
    ask.deciding()
        .push(", ")
        .supervisor()
        .push(" is null as unsupervised, coalesce(p.status <> 'paused' and substr(")
        .push(NEXT);
    ask.push(", 1, 10) < $2, 0) as overdue from project p where p.trust_id = $1 and p.status in ('active', 'paused', 'sustaining')),
        found as (select s.*, ");
    ask.push(STATE).push(
        " as continuity from candidate s)
        select s.id, s.department_id, s.continuity, substr(s.lead, 1, 10) as held_until, s.updated_at, s.unsupervised, s.overdue,
            coalesce(length(s.offer) = 10, 0) as open_offer
        from found s order by ",
    );
    ask.push(RISK).push(", substr(s.lead, 1, 10), s.updated_at desc, s.id");
    Ok(ask)
}

/// The rows of these projects of a trust, in their order.
///
/// # Errors
/// When the store cannot be read.
pub async fn named_rows(
    conn: &mut Connection,
    trust: TrustId,
    ids: &[ProjectId],
    today: NaiveDate,
) -> Result<Vec<ProjectRow>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = naming(trust, serde_json::to_string(ids)?, today)?.rows(conn).await?;
    Ok(rows.into_iter().map(ProjectRow::from).collect())
}

pub(crate) fn naming(trust: TrustId, ids: String, today: NaiveDate) -> Result<Ask, Error> {
    let mut ask = Ask::new(trust, today)?;
    ask.push("with page as materialized (select value as id, key as place, 0 as total, '' as roles from json_each(");
    ask.bind(ids)?.push("))");
    Ok(ask)
}
