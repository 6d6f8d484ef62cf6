//! Asks as they are read, and what somebody says of them. Every statement takes today as `$2` and who reads as
//! `$4`, as the other statements of a page do, so that a page sends them together.

use chrono::NaiveDate;
use sqlx::Database;

use super::model::{Asked, ClaimDetails, Line, Waiting, WaitsFor, lines};
use crate::access::{Allowed, EditProject, ManageOrganisation};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId};
use crate::roles::{
    asked_for_desk, asked_rows, awaits_supervisor, has_post, holds_on, in_force, leads_on, live_offer, post_on, role_on,
};

/// The name of a person as a trust knows them: until they accept it, as it wrote them.
macro_rules! name_in {
    ($person:literal, $trust:literal) => {
        concat!(
            "(select coalesce(k.named, n.name) from person n
              left join tie k on k.person_id = n.id and k.trust_id = ",
            $trust,
            " and k.state <> 'accepted' where n.id = ",
            $person,
            ")"
        )
    };
}

/// Whether two rows are of one ask.
macro_rules! same_ask {
    ($one:literal, $other:literal) => {
        concat!(
            $one,
            ".project_id = ",
            $other,
            ".project_id and ",
            $one,
            ".kind = ",
            $other,
            ".kind and ",
            $one,
            ".object_id is ",
            $other,
            ".object_id and ",
            $one,
            ".about_id is ",
            $other,
            ".about_id and ",
            $one,
            ".cause_on = ",
            $other,
            ".cause_on"
        )
    };
}

/// Rows `x` as JSON of [`Turn`](super::model::Turn), soonest first.
macro_rules! turns {
    ($which:expr) => {
        concat!(
            "(select json_group_array(json_object('on', x.from_on, 'name', ", name_in!("x.person_id", "x.trust_id"), ",
                'administrators', json(iif(x.audience = 'administrators', 'true', 'false'))) order by x.from_on, x.level, x.person_id is null)
              from ask x where ",
            $which,
            ")"
        )
    };
}

/// Who is asked after this row, and from which day.
macro_rules! next_turns {
    ($row:literal) => {
        concat!(
            "iif(",
            $row,
            ".level = 3, '[]', ",
            turns!(concat!(
                same_ask!("x", $row),
                " and x.from_on > $2 and x.until_on > $2 and x.level > ",
                $row,
                ".level"
            )),
            ")"
        )
    };
}

/// The [`Claim`](super::model::Claim) on the ask of this row, while its taker can act.
macro_rules! claim {
    ($row:literal) => {
        concat!(
            "(select json_object('person', c.person_id, 'name', (select n.name from person n where n.id = c.person_id), 'since', c.claimed_at, 'until', c.until_on)
              from claim c where c.project_id = ", $row, ".project_id and c.kind = ", $row, ".kind and c.cause_on = ", $row, ".cause_on and c.until_on >= $2
                and exists (select 1 from ask z where ", same_ask!("z", $row), " and ", holds_on!("z", "$2"), " and ",
            asked_for_desk!("z", "c.person_id", "$2"), "))"
        )
    };
}

/// Whether the person `$4` has one of these roles in the trust of the row `y` on the day `$2`.
macro_rules! has_role {
    ($roles:literal) => {
        concat!(
            "exists (select 1 from trust_role b where b.person_id = $4 and b.trust_id = y.trust_id and b.role in (",
            $roles,
            ") and ",
            role_on!("b", "$2"),
            ")"
        )
    };
}

/// What whoever is asked is in the trust, and whether the project has a lead: what they can do about it depends on it.
macro_rules! standing_of_asked {
    () => {
        concat!(
            "$2 as today, y.audience = 'administrators' as administrators,
             exists (select 1 from post o where o.person_id = $4 and o.trust_id = y.trust_id and ",
            post_on!("o", "$2"),
            ") as in_post, ",
            // Its own rows are called x and y: the trust is the project’s.
            has_post!("$4", "p.trust_id", "$2"),
            " or ",
            has_role!("'academy_lead', 'administrator'"),
            " as belongs, ",
            has_role!("'academy_lead'"),
            " as academy_lead, ",
            has_role!("'administrator'"),
            " and exists (select 1 from desk b where b.trust_id = y.trust_id and b.person_id is null and ",
            holds_on!("b", "$2"),
            ") as stands_in,
             (select z.no_lead_since from standing z where z.project_id = y.project_id and z.lead_id is null and ",
            holds_on!("z", "$2"),
            ") as unled_since,
             exists (select 1 from handover e where e.project_id = y.project_id and e.to_pool = 1 and e.to_person is not null and ",
            live_offer!("e", "$2"),
            ") as asked_for, "
        )
    };
}

/// The rows `y` of asks as somebody reads them: one [`Asked`] a row, soonest first.
macro_rules! as_read {
    ($rows:expr) => {
        concat!(
            "select ", standing_of_asked!(), "y.project_id, y.trust_id, o.name as trust, p.title, p.reference, y.kind, y.object_id, y.about_id, ",
            name_in!("y.about_id", "y.trust_id"),
            " as about, y.cause_on, y.since_on, y.due_on, y.level, y.until_on, y.rests, y.desk, y.line, y.of_line,
                y.all_lines, y.all_waiting, y.giver_id, ",
            name_in!("y.giver_id", "y.trust_id"),
            " as giver, y.taker_id, ",
            name_in!("y.taker_id", "y.trust_id"),
            " as taker,
                iif(y.kind in ('answer_join', 'asked_to_supervise', 'invitation'), r.message, coalesce(w.word, '')) as message,
                iif(y.kind in ('answer_join', 'asked_to_supervise', 'invitation'), r.role, null) as place,
                iif(y.kind = 'gap', coalesce((select min(z.from_on) from standing z where z.project_id = y.project_id
                        and z.lead_id = h.to_person and z.from_on >= h.takes_effect_on), h.takes_effect_on), h.takes_effect_on) as effect_on,
                exists (select 1 from handover e where e.project_id = y.project_id and ",
            awaits_supervisor!("e", "$2"),
            ") as under_way,
                exists (select 1 from team_role m where m.project_id = y.project_id and m.person_id = $4 and m.role = 'lead' and ",
            in_force!("m", "$2"),
            ") or ",
            leads_on!("y.project_id", "$4", "$2"),
            " as leads,
                exists (select 1 from team_role m where m.project_id = y.project_id and m.person_id = $4 and m.role = 'supervisor' and ",
            in_force!("m", "$2"),
            ") as supervises,
                p.status = 'draft' and p.author_id = $4 as wrote,
                exists (select 1 from tie k where k.person_id = $4 and k.trust_id = y.trust_id and (k.state = 'accepted'
                        or (k.state = 'asked' and exists (select 1 from credential c where c.person_id = $4 and c.given_by_trust = k.trust_id)))) as known, ",
            next_turns!("y"),
            " as next, ",
            claim!("y"),
            " as claim
              from (",
            $rows,
            ") y join project p on p.id = y.project_id join trust o on o.id = y.trust_id
              left join team_role r on r.id = y.object_id left join handover h on h.id = y.object_id
              left join handover_answer w on w.handover_id = y.object_id and w.party = 'successor'
              order by y.rests, coalesce(y.due_on, y.until_on), y.since_on, p.title, y.project_id, y.audience = 'administrators'"
        )
    };
}

/// The rows of [`asked_rows!`] of which a page shows a part: what somebody is asked themselves, and of what is the
/// academy's some lines, the soonest first, with some rows of each. Each row says how many rows its line has, how many
/// lines there are, and how many of these do not rest. Whoever stands in for the academy is asked as that and as an
/// administrator: it is one project.
macro_rules! bounded {
    (own: $own:literal, lines: $lines:literal, from: $from:literal, rows: $rows:literal, after: $after:literal, of: $of:literal) => {
        concat!(
            "with mine as materialized (", asked_rows!("$4", "$2"), "),
              academy as materialized (
                select own.*, own.trust_id || '.' || own.kind || '.' || own.desk
                    || iif(own.kind = 'still_yours', '', '.' || coalesce(own.about_id, '') || '.' || own.cause_on) as line,
                    own.rests || coalesce(own.due_on, own.until_on) || own.since_on || own.project_id as place
                from mine own where own.desk > 0 and not (own.desk = 2 and own.audience = 'administrators' and exists (select 1 from mine x
                        where x.desk = 2 and x.audience = 'desk' and ", same_ask!("x", "own"), "))),
              every_line as materialized (
                select line, min(place) as first, count(*) as of_line from academy group by line),
              shown as materialized (
                select line, of_line from every_line where ", $of, " order by first, line limit ", $lines, " offset ", $from, "),
              kept as (
                select part.*, shown.of_line, (select count(*) from every_line) as all_lines,
                    (select count(*) from every_line where first < '1') as all_waiting,
                    row_number() over (partition by part.line order by part.place, part.object_id) as number
                from shown join academy part on part.line = shown.line)
             select * from kept where number > ", $after, " and number <= ", $after, " + ", $rows, "
             union all select own.*, '' as line, '' as place, 0, 0, 0, 0 from mine own where own.desk = 0 and ", $own
        )
    };
}

/// Every ask that is open on the day `$2` for the person `$4`, in every trust.
const OF_PERSON: &str = as_read!(concat!(
    "select q.*, '' as line, 0 as of_line, 0 as all_lines, 0 as all_waiting from (",
    asked_rows!("$4", "$2"),
    ") q"
));

/// The same as a home shows it: of the academy's lines the first ten, with the first ten rows of each.
pub const ON_HOME: &str = as_read!(bounded!(own: "true", lines: "10", from: "0", rows: "10", after: "0", of: "true"));

/// Of what is the academy's and the person `$4`'s for it: `$5` lines after `$6`, or the one that is `$9`, each with `$7`
/// rows after `$8`.
const OF_DESK: &str =
    as_read!(bounded!(own: "false", lines: "$5", from: "$6", rows: "$7", after: "$8", of: "($9 is null or line = $9)"));

/// The handovers and places in teams about which somebody waits for others.
const PUT: &str = concat!(
    "select h.id as object_id, h.project_id from handover h where h.from_person = $4 and h.state = 'offered'
     union select h.id, h.project_id from handover h where h.to_person = $4 and h.state = 'offered'
     union select r.id, r.project_id from team_role r where r.person_id = $4 and r.state = 'asked' and r.opened_by = 'person' and r.until_on is null
     union select r.id, r.project_id from team_role m join team_role r on r.project_id = m.project_id
        where m.person_id = $4 and m.role = 'lead' and ", in_force!("m", "$2"), "
          and r.state = 'asked' and r.opened_by = 'team' and r.until_on is null
     union select r.id, r.project_id from standing z join team_role r on r.project_id = z.project_id
        where z.lead_id = $4 and ", holds_on!("z", "$2"), "
          and r.state = 'asked' and r.opened_by = 'team' and r.until_on is null
     union select r.id, r.project_id from project d join team_role r on r.project_id = d.id
        where d.author_id = $4 and d.status = 'draft' and r.state = 'asked' and r.opened_by = 'team' and r.until_on is null"
);

/// What the person `$4` gave, asked or sent and nobody has answered on the day `$2`: one [`WaitsFor`] a row. What is
/// their own turn is theirs to do.
pub static WAITS_FOR: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
    [
        "select a.project_id, p.title, a.kind, a.object_id, ",
        name_in!("a.about_id", "a.trust_id"),
        " as about, ",
        name_in!("a.taker_id", "a.trust_id"),
        " as taker, min(a.since_on) as since_on, ",
        turns!(concat!(same_ask!("x", "a"), " and ", holds_on!("x", "$2"))),
        " as asked, ",
        turns!(concat!(same_ask!("x", "a"), " and x.from_on > $2")),
        " as next from (",
        PUT,
        ") u join ask a on a.project_id = u.project_id and a.object_id = u.object_id and ",
        holds_on!("a", "$2"),
        " join project p on p.id = a.project_id
          group by a.project_id, a.kind, a.object_id, a.about_id, a.cause_on having sum(a.person_id is $4) = 0
          order by since_on, p.title",
    ]
    .concat()
});

/// What waits on the project `$1` on the day `$2`, for whoever reads it: one [`Waiting`] a row. Whether somebody can
/// sign in and when they leave is between them and the academy.
pub const OF_PROJECT: &str = concat!(
    "select a.kind, ",
    name_in!("a.about_id", "a.trust_id"),
    " as about, min(a.since_on) as since_on, a.due_on, ",
    turns!(concat!(same_ask!("x", "a"), " and ", holds_on!("x", "$2"))),
    " as asked, ",
    turns!(concat!(same_ask!("x", "a"), " and x.from_on > $2 and x.until_on > $2")),
    " as next, ",
    claim!("a"),
    " as claim
      from ask a where a.project_id = $1 and ",
    holds_on!("a", "$2"),
    " and a.kind not in ('cannot_be_reached', 'confirm_dates', 'draft_left')
      group by a.kind, a.object_id, a.about_id, a.cause_on order by since_on, a.kind"
);

fn parameters(
    project: Option<ProjectId>,
    today: NaiveDate,
    person: Option<PersonId>,
) -> Result<<Db as Database>::Arguments, Error> {
    let mut parameters = <Db as Database>::Arguments::default();
    batch::bind(&mut parameters, project)?;
    batch::bind(&mut parameters, today)?;
    batch::bind(&mut parameters, None::<i64>)?;
    batch::bind(&mut parameters, person)?;
    Ok(parameters)
}

/// What is asked of somebody on a day, in every trust, as lines: soonest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_person(conn: &mut Connection, person: PersonId, today: NaiveDate) -> Result<Vec<Line>, Error> {
    let rows: Vec<Asked> = batch::ask(conn, OF_PERSON, parameters(None, today, Some(person))?).await?.all()?;
    Ok(lines(rows))
}

/// Which part of what is the academy's a page shows.
#[derive(Clone, Copy, Debug)]
pub enum Shown<'a> {
    /// So many lines after so many others, each with its first rows.
    Lines { lines: i64, after: i64, rows: i64 },
    /// So many rows of one line, after so many others.
    Line { line: &'a str, rows: i64, after: i64 },
}

/// What is asked of somebody for the academy of a trust on a day, a part of it.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_desk(
    conn: &mut Connection,
    person: PersonId,
    today: NaiveDate,
    shown: Shown<'_>,
) -> Result<Vec<Line>, Error> {
    let mut bound = parameters(None, today, Some(person))?;
    let (numbers, line) = match shown {
        Shown::Lines { lines, after, rows } => ([lines, after, rows, 0], None),
        Shown::Line { line, rows, after } => ([1, 0, rows, after], Some(line)),
    };
    for number in numbers {
        batch::bind(&mut bound, number)?;
    }
    batch::bind(&mut bound, line.map(str::to_owned))?;
    let rows: Vec<Asked> = batch::ask(conn, OF_DESK, bound).await?.all()?;
    Ok(lines(rows))
}

/// What somebody waits for on a day: what they offered, asked or sent, and whose turn it is.
///
/// # Errors
/// When the store cannot be read.
pub async fn you_wait_for(conn: &mut Connection, person: PersonId, today: NaiveDate) -> Result<Vec<WaitsFor>, Error> {
    batch::ask(conn, &WAITS_FOR, parameters(None, today, Some(person))?).await?.all()
}

/// What waits on a project on a day.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Vec<Waiting>, Error> {
    batch::ask(conn, OF_PROJECT, parameters(Some(project), today, None)?).await?.all()
}

/// Says that whoever asks is on an ask of the desk until a day, for every project that it is about.
///
/// # Errors
/// [`Error::NotFound`] when nothing of the kind is asked of them at the desk of the trust, [`Error::Invalid`] when the
/// day lies after the one that it is about, or after one on which they cannot act.
pub async fn claim(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    said: &ClaimDetails,
) -> Result<(), Error> {
    let (person, today) = (allowed.person()?, allowed.today());
    let rows: Vec<AtDesk> = sqlx::query_as(concat!(
        "select q.project_id, q.kind, q.cause_on, q.due_on,
            (select m.until_on from desk m where m.person_id = $1 and m.trust_id = q.trust_id and ",
        holds_on!("m", "$2"),
        ") as acts_until
         from (",
        asked_rows!("$1", "$2"),
        ") q where q.desk > 0 and q.trust_id = $3 and q.kind = $4 and ($5 is null or q.about_id is $5) and ($6 is null or q.cause_on = $6)"
    ))
    .bind(person)
    .bind(today)
    .bind(allowed.trust())
    .bind(said.kind.as_str())
    .bind(said.about)
    .bind(said.cause_on)
    .fetch_all(&mut *conn)
    .await?;
    if rows.is_empty() {
        return Err(Error::NotFound);
    }
    if rows.iter().any(|row| row.due_on.is_some_and(|due| due > today && due < said.until_on)) {
        return Err(Error::field("until", "Choose a day that is not after the day it is about."));
    }
    if rows.iter().any(|row| row.acts_until.is_some_and(|day| day <= said.until_on)) {
        return Err(Error::field("until", "Choose a day on which you are here."));
    }
    for AtDesk { project_id, kind, cause_on, .. } in rows {
        sqlx::query(
            "insert into claim (project_id, kind, cause_on, person_id, until_on, claimed_at) values ($1, $2, $3, $4, $5, $6)
             on conflict (project_id, kind, cause_on) do update
             set person_id = excluded.person_id, until_on = excluded.until_on, claimed_at = excluded.claimed_at",
        )
        .bind(project_id)
        .bind(&kind)
        .bind(cause_on)
        .bind(person)
        .bind(said.until_on)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
        let entry = Entry::project(project_id, "said that they are on it").change(
            "Until",
            "",
            crate::format::date(said.until_on),
        );
        history::record(conn, allowed, entry).await?;
    }
    Ok(())
}

/// A row of the desk that somebody takes.
#[derive(sqlx::FromRow)]
struct AtDesk {
    project_id: ProjectId,
    kind: String,
    cause_on: NaiveDate,
    due_on: Option<NaiveDate>,
    /// The first day on which they cannot act.
    acts_until: Option<NaiveDate>,
}

/// Says that a project goes on: an act of its team like any other, which is the answer.
///
/// # Errors
/// When the store cannot write.
pub async fn goes_on(conn: &mut Connection, allowed: &Allowed<EditProject>) -> Result<(), Error> {
    history::record(conn, allowed, Entry::project(allowed.project(), "said that it goes on")).await
}
