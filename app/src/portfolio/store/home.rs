//! What a home page asks of the store in one go, and the projects somebody once worked on. The statements know the
//! trust of the session as `$1`, today as `$2` and whose home it is as `$4`.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::Deserialize;
use sqlx::{Database, FromRow};

use crate::batch;
use crate::continuity::asks;
use crate::continuity::asks::model::{Asked, Line, WaitsFor, lines};
use crate::continuity::model::ProjectRow;
use crate::continuity::store::{ON_DAY, ProjectQuery, ProjectRecord};
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::id::{MeasureId, PersonId, PriorityId, ProjectId, TrustId};
use crate::portfolio::store::administration::{ADMINISTRATION, Administration};
use crate::portfolio::store::news::{FELL, News, TOLD, news};
use crate::progress::store::tasks::{self, MyTask};
use crate::roles::{comes_to_lead, holds_on, in_force, leads_on, open_project, post_on};
use crate::team::model::TeamRole;

/// How many of the projects that look for a lead are shown.
pub const LOOKING: usize = 5;

/// A project on which somebody has a place.
#[derive(Clone, Debug)]
pub struct Mine {
    pub row: ProjectRow,
    /// They lead it.
    pub leads: bool,
    /// They supervise it.
    pub supervises: bool,
    /// They come to lead it on a day that is agreed.
    pub leads_next: bool,
}

/// A data point that is due.
#[derive(Clone, Debug, FromRow)]
pub struct Due {
    pub measure_id: MeasureId,
    pub measure: String,
    pub project: String,
    pub on: NaiveDate,
}

/// When somebody is in the trust.
#[derive(Clone, Debug, FromRow)]
pub struct Posts {
    /// They have one today.
    pub has_post: bool,
    /// The first day of the next one.
    pub begins_on: Option<NaiveDate>,
    /// Its department, or that of today's.
    pub department: Option<String>,
    /// The last day of the last one that is over.
    pub ended_on: Option<NaiveDate>,
}

/// What the next changeover does.
#[derive(Clone, Debug, FromRow)]
pub struct Changeover {
    pub on_day: NaiveDate,
    /// How many projects lose their lead by then.
    pub losing: i64,
    /// Of these, with an agreed handover.
    pub arranged: i64,
    /// With an offer that waits.
    pub waiting: i64,
}

/// How many of a trust's open projects want something.
#[derive(Clone, Debug, Default, FromRow)]
pub struct Tiles {
    pub in_pool: i64,
    /// Their lead goes soon, and nothing is arranged.
    pub due: i64,
    pub without_supervisor: i64,
    /// Nobody has said whether they go on, and the academy is asked.
    pub quiet: i64,
}

/// A current priority that no open project serves.
#[derive(Clone, Debug, FromRow)]
pub struct Idle {
    pub id: PriorityId,
    pub title: String,
}

/// What an academy lead's home begins with.
#[derive(Clone, Debug)]
pub struct Academy {
    /// None when no changeover is known.
    pub changeover: Option<Changeover>,
    pub tiles: Tiles,
    pub idle: Vec<Idle>,
}

/// Everything on a home page.
#[derive(Clone, Debug)]
pub struct Home {
    /// What is asked of them, in every trust.
    pub asks: Vec<Line>,
    pub waits_for: Vec<WaitsFor>,
    pub mine: Vec<Mine>,
    pub due: Vec<Due>,
    /// Their open tasks, the soonest first: as many as a home shows.
    pub tasks: Vec<MyTask>,
    pub posts: Posts,
    pub news: Vec<News>,
    /// How many past projects they have.
    pub past: i64,
    /// Projects of their departments that look for a lead, the longest waiting first, and how many there are.
    pub looking: Vec<ProjectRow>,
    pub looking_total: i64,
    pub academy: Option<Academy>,
    pub administration: Option<Administration>,
}

/// The projects of the trust, not closed, on which they have a place today, those that they come to lead, and their
/// drafts.
const MINE: &str = concat!(
    "with own as (select r.project_id as id, iif(",
    comes_to_lead!("r", "$2"),
    ", 'next', r.role) as role from team_role r where r.person_id = $4 and ",
    in_force!("r", "$2"),
    // Whoever gave it away leads on until the next lead is there.
    " union all select z.project_id, 'lead' from standing z where z.lead_id = $4 and ",
    holds_on!("z", "$2"),
    " union all select r.project_id, 'next' from team_role r where r.person_id = $4 and r.role = 'lead' and r.state = 'accepted' and r.from_on > $2
        and (r.until_on is null or r.until_on > r.from_on)
      union all select p.id, 'author' from project p where p.status = 'draft' and p.author_id = $4),
      page as materialized (select p.id, group_concat(own.role) as roles, 0 as total,
        lower(p.title) || char(1) || p.id as place
      from own join project p on p.id = own.id where p.trust_id = $1 and p.status <> 'closed' group by p.id)"
);

/// Projects looking for a lead in the departments of the posts that they have or will have soon.
const LOOKS: &str = concat!(
    "with found as materialized (select s.project_id as id, coalesce(s.no_lead_since, date(h.offered_at)) as since
      from (select distinct o.department_id from post o where o.person_id = $4 and o.trust_id = $1
            and (o.ends_on is null or o.ends_on >= $2) and o.starts_on <= date($2, '+84 days')) w
      cross join project p on p.department_id = w.department_id and ",
    open_project!("p"),
    " cross join standing s on s.project_id = p.id left join handover h on h.id = s.handover_id
      where p.trust_id = $1 and s.state in ('in_pool', 'offered') and ",
    holds_on!("s", "$2"),
    " and (s.state = 'in_pool' or h.to_person is null) and s.lead_id is not $4),
      page as materialized (select id, '' as roles, (select count(*) from found) as total,
        coalesce(since, '') || id as place from found order by place limit 5)"
);

/// The measures of the projects that they work on and that somebody leads, of which a point is due.
const DUE: &str = concat!(
    "select m.id as measure_id, m.name as measure, p.title as project, m.next_on as \"on\"
     from (select r.project_id from team_role r where r.person_id = $4 and r.role not in ('supervisor', 'sponsor') and ",
    in_force!("r", "$2"),
    " and not ",
    comes_to_lead!("r", "$2"),
    " union select z.project_id from standing z where z.lead_id = $4 and ",
    holds_on!("z", "$2"),
    ") own cross join project p on p.id = own.project_id cross join measure m indexed by measure_next on m.project_id = p.id
      where p.trust_id = $1 and p.status in ('active', 'sustaining') and m.retired_on is null and m.every_days is not null
        and m.next_on <= $2
        and not exists (select 1 from standing s where s.project_id = p.id and s.state = 'in_pool' and ",
    holds_on!("s", "$2"),
    ") order by m.next_on, p.title, m.name"
);

const POSTS: &str = concat!(
    "select exists (select 1 from post o where o.person_id = $4 and o.trust_id = $1 and ",
    post_on!("o", "$2"),
    ") as has_post, coming.starts_on as begins_on,
        (select d.name from post o join department d on d.id = o.department_id
         where o.person_id = $4 and o.trust_id = $1 and (o.ends_on is null or o.ends_on >= $2) and o.starts_on <= date($2, '+84 days')
         order by o.starts_on limit 1) as department,
        (select max(o.ends_on) from post o where o.person_id = $4 and o.trust_id = $1 and o.ends_on < $2) as ended_on
     from (select min(o.starts_on) as starts_on from post o
           where o.person_id = $4 and o.trust_id = $1 and o.starts_on > $2 and o.starts_on <= date($2, '+84 days')) coming"
);

/// The projects of a trust that they have accepted in which they had a part that is over, as `p`.
macro_rules! past {
    ($person:literal, $day:literal) => {
        concat!(
            "(select distinct r.project_id as id from team_role r where r.person_id = ", $person, "
                and r.state = 'accepted' and r.by_mistake = 0 and r.from_on <= ", $day, ") own
              join project p on p.id = own.id and p.status <> 'draft'
              join tie k on k.person_id = ", $person, " and k.trust_id = p.trust_id and k.state = 'accepted'
              where (p.status = 'closed' or (not exists (select 1 from team_role r where r.project_id = p.id and r.person_id = ", $person, "
                and ", in_force!("r", $day), ") and not ", leads_on!("p.id", $person, $day), "))"
        )
    };
}

const PAST: &str = concat!("select count(*) from ", past!("$4", "$2"));

/// The projects whose lead's last day lies between today and the day `c.on_day`, in one of these states.
macro_rules! losing {
    ($states:literal) => {
        concat!(
            "(select count(*) from standing s where s.trust_id = $1 and s.state in (",
            $states,
            ") and s.lead_last_on between $2 and c.on_day and ",
            holds_on!("s", "$2"),
            ")"
        )
    };
}

const CHANGEOVER: &str = concat!(
    "select c.on_day, ",
    losing!("'due', 'offered', 'agreed', 'led', 'resting'"),
    " as losing, ",
    losing!("'agreed', 'resting'"),
    " as arranged, ",
    losing!("'offered'"),
    " as waiting
     from (select min(on_day) as on_day from changeover where trust_id = $1 and on_day >= $2) c where c.on_day is not null"
);

/// How many the lists of the trust's projects show behind each number: each is a search of its own.
static TILES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select (select count(*) from standing s where s.trust_id = $1 and s.state = 'in_pool' and {ON_DAY}) as in_pool,
            (select count(*) from standing s where s.trust_id = $1 and s.state = 'due' and {ON_DAY}) as due,
            (select count(*) from standing s where s.trust_id = $1 and s.state <> 'ended' and s.supervisor_id is null and {ON_DAY}) as without_supervisor,
            (select count(*) from ({QUIET})) as quiet"
    )
});

/// The projects of the trust of which the academy is asked whether they go on.
pub(crate) const QUIET: &str = concat!(
    "select distinct q.project_id from ask q where q.trust_id = $1 and q.person_id is null and q.audience = 'desk' and q.kind = 'still_yours' and ",
    holds_on!("q", "$2")
);

const IDLE: &str = "select y.id, y.title from priority y
     where y.trust_id = $1 and y.retired_on is null and y.starts_on <= $2 and (y.ends_on is null or y.ends_on >= $2)
       and not exists (select 1 from project_priority l join project p on p.id = l.project_id
           where l.priority_id = y.id and p.status in ('active', 'paused', 'sustaining'))
     order by y.title";

fn rows_of(page: &'static str) -> String {
    let mut query = ProjectQuery { text: String::new(), arguments: Default::default() };
    query.push(page);
    query.select_rows().text
}

/// What every home asks, in the order in which the answers are taken.
static EVERYBODY: LazyLock<String> = LazyLock::new(|| {
    [
        asks::store::ON_HOME,
        &asks::store::WAITS_FOR,
        &rows_of(MINE),
        DUE,
        POSTS,
        &TOLD,
        FELL,
        PAST,
        &rows_of(LOOKS),
        tasks::MINE,
    ]
    .join(";\n")
});

/// The same and what an academy lead's asks besides.
pub(super) static WITH_ACADEMY: LazyLock<String> =
    LazyLock::new(|| [EVERYBODY.as_str(), CHANGEOVER, &TILES, IDLE].join(";\n"));

/// The same and what an administrator's asks besides.
pub(super) static WITH_ADMINISTRATION: LazyLock<String> =
    LazyLock::new(|| [EVERYBODY.as_str(), ADMINISTRATION].join(";\n"));

/// The same and what both ask besides, for whoever is both.
static WITH_BOTH: LazyLock<String> = LazyLock::new(|| [WITH_ACADEMY.as_str(), ADMINISTRATION].join(";\n"));

/// The parameters that the statements of a home page share.
pub(super) fn parameters(
    trust: TrustId,
    person: PersonId,
    today: NaiveDate,
) -> Result<<Db as Database>::Arguments, Error> {
    let mut parameters = <Db as Database>::Arguments::default();
    batch::bind(&mut parameters, trust)?;
    batch::bind(&mut parameters, today)?;
    batch::bind(&mut parameters, None::<i64>)?;
    batch::bind(&mut parameters, person)?;
    Ok(parameters)
}

/// Everything on somebody's home in a trust; with what an academy lead's and an administrator's begin with, if they
/// are one.
///
/// # Errors
/// When the store cannot be read.
pub async fn home(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    (academy, administrator): (bool, bool),
    today: NaiveDate,
) -> Result<Home, Error> {
    let text: &'static str = match (academy, administrator) {
        (true, true) => &WITH_BOTH,
        (true, false) => &WITH_ACADEMY,
        (false, true) => &WITH_ADMINISTRATION,
        (false, false) => &EVERYBODY,
    };
    let mut answers = batch::ask(conn, text, parameters(trust, person, today)?).await?;
    let asks = lines(answers.all::<Asked>()?);
    let waits_for = answers.all()?;
    let mine = answers.all::<ProjectRecord>()?.into_iter().map(|record| Mine {
        leads: record.roles.split(',').any(|role| role == "lead"),
        supervises: record.roles.split(',').any(|role| role == "supervisor"),
        leads_next: record.roles.split(',').any(|role| role == "next"),
        row: record.row,
    });
    let mine = mine.collect();
    let due = answers.all()?;
    let posts = answers.one()?;
    let news = news(answers.all()?, answers.all()?);
    let (past,) = answers.one()?;
    let looking: Vec<ProjectRecord> = answers.all()?;
    let tasks = answers.all()?;
    let academy = if academy {
        let changeover = answers.all()?.into_iter().next();
        Some(Academy { changeover, tiles: answers.one()?, idle: answers.all()? })
    } else {
        None
    };
    let administration = if administrator { Some(answers.one()?) } else { None };
    let looking_total = looking.first().map_or(0, |record| record.total);
    let looking = looking.into_iter().map(|record| record.row).collect();
    Ok(Home { asks, waits_for, mine, due, tasks, posts, news, past, looking, looking_total, academy, administration })
}

/// A project in which somebody had a part that is over.
#[derive(Clone, Debug, FromRow)]
pub struct PastProject {
    pub id: ProjectId,
    pub title: String,
    pub reference: Option<String>,
    pub trust: String,
    /// When it was closed.
    pub closed_on: Option<NaiveDate>,
    /// Their places, the latest first.
    #[sqlx(json)]
    pub places: Vec<PastPlace>,
}

/// A place that somebody had in a team.
#[derive(Clone, Debug, Deserialize)]
pub struct PastPlace {
    pub role: TeamRole,
    pub from: NaiveDate,
    /// None when it went on until the project was closed.
    pub until: Option<NaiveDate>,
    /// What they contributed, as it was written when it ended.
    pub contribution: String,
}

/// A page of somebody's past projects, the latest first, and how many there are.
///
/// # Errors
/// When the store cannot be read.
pub async fn past(
    conn: &mut Connection,
    person: PersonId,
    today: NaiveDate,
    (rows, before): (i64, i64),
) -> Result<(Vec<PastProject>, i64), Error> {
    let total = sqlx::query_scalar(concat!("select count(*) from ", past!("$1", "$2")))
        .bind(person)
        .bind(today)
        .fetch_one(&mut *conn)
        .await?;
    let projects = sqlx::query_as(concat!(
        "select p.id, p.title, p.reference, t.name as trust, p.closed_on,
            (select json_group_array(json_object('role', r.role, 'from', r.from_on, 'until', r.until_on, 'contribution', r.contribution)
                order by r.from_on desc, r.id desc)
             from team_role r where r.project_id = p.id and r.person_id = $1 and r.state = 'accepted' and r.by_mistake = 0 and r.from_on <= $2) as places
         from trust t join (select p.* from ",
        past!("$1", "$2"),
        ") p on t.id = p.trust_id
         order by (select max(coalesce(r.until_on, p.closed_on)) from team_role r
                   where r.project_id = p.id and r.person_id = $1 and r.state = 'accepted' and r.by_mistake = 0) desc, p.id
         limit $3 offset $4"
    ))
    .bind(person)
    .bind(today)
    .bind(rows)
    .bind(before)
    .fetch_all(conn)
    .await?;
    Ok((projects, total))
}
