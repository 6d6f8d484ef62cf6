//! The board of a changeover, and what became of those before: their SQL.

use chrono::{Days, NaiveDate};
use sqlx::{Database, FromRow};

use super::model::{MOST, Row, Span, Suggested};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TrustId};
use crate::people::changeovers::store::changeovers;
use crate::roles::{account_open, holds_on, in_force, post_on};

/// The board of a changeover to come.
#[derive(Debug)]
pub struct Board {
    /// By department, and in it by the day on which the lead goes. One more than [`MOST`] when there are more.
    pub rows: Vec<Row>,
    /// Who could lead them next.
    pub suggested: Vec<Suggested>,
    /// Who supervises projects of the trust and goes on after the changeover.
    pub supervisors: Vec<(PersonId, String)>,
}

/// The changeovers of a trust, from two years ago on.
///
/// # Errors
/// When the store cannot be read.
pub async fn days(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Vec<NaiveDate>, Error> {
    changeovers(conn, trust, today - Days::new(731)).await
}

/// The rows of a board as `g`: `$1` the trust, `$2` today, `$3` the first and `$4` the last of the last days, `$5` how many.
macro_rules! going {
    () => {
        concat!(
            "(select s.* from standing s where s.trust_id = $1 and s.state <> 'ended' and ",
            $crate::roles::holds_on!("s", "$2"),
            " and (s.lead_last_on between $3 and $4 or s.supervisor_last_on between $3 and $4) order by s.project_id limit $5)"
        )
    };
}

const ROWS: &str = concat!(
    "select p.id, coalesce(p.reference, '') as reference, p.title, p.department_id, d.name as department, s.state,
            s.lead_id, l.name as lead, s.lead_last_on, coalesce(s.lead_last_on between $3 and $4, 0) as lead_goes,
            s.supervisor_id, v.name as supervisor, s.supervisor_last_on, coalesce(s.supervisor_last_on between $3 and $4, 0) as supervisor_goes,
            q.id as supervision,
            (select min(coalesce(k.named, n.name)) from team_role a join person n on n.id = a.person_id
             left join tie k on k.person_id = a.person_id and k.trust_id = $1 and k.state <> 'accepted'
             where a.project_id = p.id and a.role = 'supervisor' and a.state = 'asked' and a.until_on is null) as next_supervisor,
            exists (select 1 from standing z where z.project_id = p.id and z.supervisor_id is not null and z.from_on <= date($4, '+1 day')
                    and z.until_on > date($4, '+1 day')) as supervised_after,
            p.status in ('paused', 'sustaining') and coalesce(p.review_on > $4, 0) as rests,
            iif(w.state = 'draft', w.to_person, null) as meant_id, iif(w.state = 'draft', e.name, null) as meant,
            s.handover_id, iif(h.to_pool and t.id is null, 'the pool', t.name) as \"to\",
            exists (select 1 from standing z where z.project_id = p.id and z.state = 'in_pool' and z.from_on <= date($4, '+1 day')
                    and z.until_on > date($4, '+1 day')) as falls,
            w.id is not null as begun,
            coalesce((w.summary <> '') + (w.next_step <> '' and w.next_step_on is not null)
              + (w.id is not null and not exists (select 1 from measure m where m.project_id = p.id and m.retired_on is null
                   and not exists (select 1 from handover_measure x where x.handover_id = w.id and x.measure_id = m.id and x.how <> '')))
              + exists (select 1 from handover_contribution c where c.handover_id = w.id and c.person_id = s.lead_id), 0) as written
     from ",
    going!(),
    " s join project p on p.id = s.project_id
     left join department d on d.id = p.department_id
     left join person l on l.id = s.lead_id
     left join person v on v.id = s.supervisor_id
     left join handover h on h.id = s.handover_id
     left join person t on t.id = h.to_person
     left join team_role q on q.id = (select max(r.id) from team_role r where r.project_id = p.id and r.person_id = s.supervisor_id
                                      and r.role = 'supervisor' and ",
    in_force!("r", "$2"),
    ")
     left join handover w on w.id = coalesce(s.handover_id, (select x.id from handover x where x.project_id = p.id and x.state = 'draft'))
     left join person e on e.id = w.to_person
     order by d.name collate nocase nulls last, coalesce(s.lead_last_on, s.supervisor_last_on), p.title collate nocase, p.id"
);

/// Who is suggested: nobody who goes as well, supervises the project, or said no to it.
macro_rules! suggested {
    ($why:literal, $from:expr, $whom:expr) => {
        concat!(
            "select g.project_id, p.id as person_id, p.name, o.grade || ', ' || d.name as post, '",
            $why,
            "' as why, min(o.starts_on) as starts_on
             from ",
            going!(),
            " g ",
            $from,
            " join person p on p.id = o.person_id join department d on d.id = o.department_id
             join tie k on k.person_id = p.id and k.trust_id = $1 and k.state = 'accepted'
             where g.lead_last_on between $3 and $4 and g.lead_id <> p.id and g.supervisor_id is not p.id and o.trust_id = $1
               and o.starts_on <= date($4, '+28 days') and (o.ends_on is null or o.ends_on > date($4, '+28 days')) and ",
            account_open!("p", "$2"),
            " and not exists (select 1 from handover x where x.project_id = g.project_id and x.to_person = p.id and x.state = 'declined') and ",
            $whom,
            " group by g.project_id, p.id"
        )
    };
}

const SUGGESTED: &str = concat!(
    "select * from (",
    suggested!(
        "team",
        "join team_role r on r.project_id = g.project_id and r.role in ('lead', 'member') join post o on o.person_id = r.person_id",
        in_force!("r", "$2")
    ),
    " union all ",
    suggested!(
        "arriving",
        "join project j on j.id = g.project_id join post o on o.department_id = j.department_id and o.starts_on between date($4, '-28 days') and date($4, '+28 days')",
        concat!(
            "not exists (select 1 from post n where n.person_id = o.person_id and n.department_id = o.department_id and ",
            post_on!("n", "$2"),
            ") and not exists (select 1 from team_role r where r.project_id = g.project_id and r.person_id = p.id and ",
            in_force!("r", "$2"),
            ")"
        )
    ),
    " union all ",
    suggested!(
        "looking",
        "join project j on j.id = g.project_id join interest i on i.trust_id = $1 and i.kind = 'project' and i.until_on >= $2
           and (i.department_id is null or i.department_id = j.department_id) join post o on o.person_id = i.person_id",
        concat!(
            "not (o.department_id = j.department_id and o.starts_on between date($4, '-28 days') and date($4, '+28 days'))
             and not exists (select 1 from team_role r where r.project_id = g.project_id and r.person_id = p.id and ",
            in_force!("r", "$2"),
            ")"
        )
    ),
    ") order by case why when 'team' then 0 when 'arriving' then 1 else 2 end, name collate nocase limit 4000"
);

const SUPERVISORS: &str = concat!(
    "select p.id, p.name from person p join (select distinct s.supervisor_id as id from standing s
         where s.trust_id = $1 and s.supervisor_id is not null and s.state <> 'ended' and ",
    holds_on!("s", "date($4, '+1 day')"),
    " and (s.supervisor_last_on is null or s.supervisor_last_on > date($4, '+28 days'))) v on v.id = p.id
     order by p.name collate nocase limit 200"
);

/// The board of a changeover to come.
///
/// # Errors
/// When the store cannot be read.
pub async fn board(conn: &mut Connection, trust: TrustId, span: Span, today: NaiveDate) -> Result<Board, Error> {
    let mut asked = <Db as Database>::Arguments::default();
    batch::bind(&mut asked, trust)?;
    batch::bind(&mut asked, today)?;
    batch::bind(&mut asked, span.first)?;
    batch::bind(&mut asked, span.day)?;
    batch::bind(&mut asked, i64::try_from(MOST + 1).unwrap_or(i64::MAX))?;
    let mut answers = batch::ask_built(conn, [ROWS, SUGGESTED, SUPERVISORS].join(";\n"), asked).await?;
    Ok(Board { rows: answers.all()?, suggested: answers.all()?, supervisors: answers.all()? })
}

/// What became of a project whose lead went around a changeover that has passed.
#[derive(Clone, Debug, FromRow)]
pub struct Became {
    pub id: ProjectId,
    pub reference: String,
    pub title: String,
    pub department: Option<String>,
    /// Who led it until then.
    pub lead: String,
    /// Their last day as its lead.
    pub last_on: NaiveDate,
    /// Who led it next; none while nobody did.
    pub next: Option<String>,
    /// Since when.
    pub next_from: Option<NaiveDate>,
    /// It was closed before anybody led it next.
    pub closed: bool,
    /// How many days it had no lead until then, or has had none so far.
    pub days: i64,
}

/// What became of the projects whose lead went around a changeover that has passed, those without a lead longest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn became(conn: &mut Connection, trust: TrustId, span: Span, today: NaiveDate) -> Result<Vec<Became>, Error> {
    Ok(sqlx::query_as(
        "select p.id, coalesce(p.reference, '') as reference, p.title, d.name as department, l.name as lead,
                date(g.until_on, '-1 day') as last_on, n.name as next, x.from_on as next_from,
                x.state is 'ended' as closed,
                cast(julianday(coalesce(x.from_on, date($2, '+1 day'))) - julianday(g.until_on) as integer) as days
         from standing g join project p on p.id = g.project_id
         left join department d on d.id = p.department_id
         join person l on l.id = g.lead_id
         left join standing x on x.project_id = p.id and x.from_on = (select min(y.from_on) from standing y
              where y.project_id = p.id and y.from_on >= g.until_on and y.from_on <= $2 and (y.lead_id is not null or y.state = 'ended'))
         left join person n on n.id = x.lead_id
         where g.trust_id = $1 and date(g.until_on, '-1 day') between $3 and $4 and g.until_on <= $2
           and not exists (select 1 from standing y where y.project_id = p.id and y.from_on = g.until_on and y.lead_id is g.lead_id)
         order by days desc, p.title collate nocase, p.id limit $5",
    )
    .bind(trust)
    .bind(today)
    .bind(span.first)
    .bind(span.day)
    .bind(i64::try_from(MOST + 1).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?)
}

/// The first day from which somebody can lead a project after its lead: the day after, or the first day of the post with
/// which they come.
///
/// # Errors
/// When the store cannot be read.
pub async fn first_day(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    after: NaiveDate,
) -> Result<Option<NaiveDate>, Error> {
    Ok(sqlx::query_scalar(
        "select max(min(starts_on), date($3, '+1 day')) from post where person_id = $2 and trust_id = $1
           and (ends_on is null or ends_on > $3)",
    )
    .bind(trust)
    .bind(person)
    .bind(after)
    .fetch_one(conn)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::super::model::{Progress, Why};
    use super::*;
    use crate::testing::{Fixture, Result, TODAY, make, on};

    const AUGUST: Span = Span { day: day(2026, 8, 5), first: day(2026, 4, 2) };

    const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).expect("a day")
    }

    #[tokio::test]
    async fn the_board_shows_whose_lead_goes_and_who_could_come() -> Result {
        let at = Fixture::new().await;
        let sepsis = at.project("Sepsis").await;
        let mut change = at.store.write().await?;
        let stays = make::person(&mut change, at.trust, at.department, ["Mia Member", "ST4"], None).await?;
        make::place(&mut change, sepsis, stays, ["member", "accepted", "team"], TODAY, None).await?;
        make::place(&mut change, sepsis, at.colleague, ["member", "accepted", "team"], TODAY, None).await?;
        let surgery = make::department(&mut change, at.trust, "Surgery", "Surgery").await?;
        let comes = make::person(&mut change, at.trust, surgery, ["Nadia New", "FY1"], Some(on("2026-08-04"))).await?;
        let begins = [Some(on("2026-08-05")), Some(on("2027-08-03"))];
        make::post(&mut change, at.trust, at.department, comes, "FY2", begins).await?;
        change.commit().await?;

        let mut conn = at.store.read().await?;
        let found = board(&mut conn, at.trust, AUGUST, TODAY).await?;
        let [row] = &found.rows[..] else { panic!("{:?}", found.rows) };
        assert_eq!((row.id, row.lead_goes, row.supervisor_goes, row.falls), (sepsis, true, false, true));
        assert_eq!((row.begun, row.written, row.progress()), (false, 0, Progress::Nothing));
        let suggested: Vec<_> = found.suggested.iter().map(|one| (one.name.as_str(), one.why)).collect();
        assert_eq!(suggested, [("Mia Member", Why::Team), ("Nadia New", Why::Arriving)], "not who goes as well");
        assert_eq!(found.supervisors, [(at.supervisor, "Sonia Supervisor".to_owned())]);
        let april = Span { day: on("2026-04-01"), first: TODAY };
        assert!(board(&mut conn, at.trust, april, TODAY).await?.rows.is_empty());
        assert!(board(&mut conn, at.other_trust, AUGUST, TODAY).await?.rows.is_empty());

        assert_eq!(first_day(&mut conn, at.trust, stays, on("2026-08-04")).await?, Some(on("2026-08-05")));
        assert_eq!(first_day(&mut conn, at.trust, comes, on("2026-07-28")).await?, Some(on("2026-07-29")));
        assert_eq!(first_day(&mut conn, at.trust, at.colleague, on("2026-08-04")).await?, None);
        Ok(())
    }

    #[tokio::test]
    async fn a_changeover_that_has_passed_says_what_became_of_each_project() -> Result {
        let at = Fixture::new().await;
        let (left, given) = (at.project("Left behind").await, at.project("Given on").await);
        let goes_on = at.project("Goes on").await;
        let mut change = at.store.write().await?;
        let heir = make::person(&mut change, at.trust, at.department, ["Hana Heir", "ST4"], None).await?;
        for (project, until) in [(left, "2026-02-04"), (given, "2026-02-04")] {
            sqlx::query("update team_role set until_on = $2 where project_id = $1 and role = 'lead'")
                .bind(project)
                .bind(on(until))
                .execute(&mut *change)
                .await?;
        }
        make::place(&mut change, given, heir, ["lead", "accepted", "team"], on("2026-02-14"), None).await?;
        change.commit().await?;

        let mut conn = at.store.read().await?;
        assert_eq!(days(&mut conn, at.other_trust, TODAY).await?.first().copied(), Some(on("2026-04-01")));
        let february = Span { day: on("2026-02-04"), first: on("2025-12-04") };
        let found = became(&mut conn, at.trust, february, TODAY).await?;
        let told: Vec<_> = found.iter().map(|one| (one.id, one.next.as_deref(), one.days, one.closed)).collect();
        assert_eq!(told, [(left, None, 29, false), (given, Some("Hana Heir"), 10, false)]);
        assert!(found.iter().all(|one| one.id != goes_on && one.last_on == on("2026-02-03")));
        Ok(())
    }
}
