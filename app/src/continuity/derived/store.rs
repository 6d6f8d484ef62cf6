//! Facts out, rows in: one text each, for everything that is marked.

use std::time::Instant;

use serde::Serialize;
use timeline::{Audience, Facts, RULE_VERSION, Timeline, derive};
use uuid::Uuid;

use super::facts::{DeskRow, People, StoredLead, StoredPerson, StoredProject, desk};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;

/// So many projects, and so many trusts, are derived at once: what is read of them is held in memory.
const AT_ONCE: i64 = 500;

/// What the rule knows of the person `n` in the trust `t`: a [`StoredPerson`].
macro_rules! person {
    () => {
        "json_array(n.id, n.closed_on,
            t.demonstration = 1 or exists (select 1 from credential c where c.person_id = n.id),
            exists (select 1 from tie k where k.person_id = n.id and k.trust_id = t.id and k.state = 'accepted'),
            json((select json_group_array(json_array(o.department_id, o.starts_on, o.ends_on, o.end_confirmed) order by o.starts_on, o.id)
                from post o where o.person_id = n.id and o.trust_id = t.id)),
            json((select json_group_array(json_array(a.starts_on, a.ends_on, a.keeps_contributing) order by a.starts_on, a.id)
                from away a where a.person_id = n.id and a.trust_id = t.id)))"
    };
}

/// The places `r` in a team that the rule reads: those that are asked or accepted, none that was given by mistake.
macro_rules! counted_place {
    () => {
        "(r.state = 'accepted' or (r.state = 'asked' and r.until_on is null)) and r.by_mistake = 0"
    };
}

/// What the rule knows of the project `p`: a [`StoredProject`].
macro_rules! project {
    () => {
        concat!(
            "json_array(p.id, p.trust_id, p.status, p.department_id, p.author_id, p.created_at, p.submitted_at, p.review_on, p.reaudit_on,
            p.aim_by, p.next_step_on, p.keep_looking_until, p.last_active_on,
            (select min(m.every_days) from measure m where m.project_id = p.id and m.retired_on is null),
            json((select json_group_array(c.on_day order by c.on_day) from changeover c where c.trust_id = p.trust_id)),
            json((select json_group_array(json_array(r.id, r.person_id, r.role, r.state = 'accepted', r.opened_by = 'person',
                    r.asked_at, r.from_on, r.until_on, r.confirmed_until, r.begun_by, r.ended_by) order by r.id)
                from team_role r where r.project_id = p.id and ",
            counted_place!(),
            ")),
            json((select json_group_array(json_array(h.id, h.state = 'agreed', h.from_person, h.to_person, h.to_pool, h.takes_effect_on,
                    coalesce(h.offered_at, h.created_at), h.ended_at,
                    exists (select 1 from handover_answer a where a.handover_id = h.id and a.party = 'successor' and a.answer = 'accepted'),
                    exists (select 1 from handover_answer a where a.handover_id = h.id and a.party = 'anchor' and a.answer = 'accepted'),
                    h.approvals_expire_on) order by h.id)
                from handover h where h.project_id = p.id and h.state in ('offered', 'agreed'))))"
        )
    };
}

/// Everybody whom the projects `z` (id) name, each once a trust: the trust and a [`StoredPerson`]. Nobody is asked
/// about a closed project.
macro_rules! people_of {
    ($projects:literal) => {
        concat!(
            "with z (id) as materialized (",
            $projects,
            "), w as materialized (select p.id, p.trust_id, p.author_id, p.status from z cross join project p on p.id = z.id
                where p.status <> 'closed'),
            named (trust_id, person_id) as materialized (
                select w.trust_id, r.person_id from w cross join team_role r on r.project_id = w.id where ",
            counted_place!(),
            " union select w.trust_id, h.from_person from w cross join handover h on h.project_id = w.id where h.state in ('offered', 'agreed')
              union select w.trust_id, h.to_person from w cross join handover h on h.project_id = w.id where h.state in ('offered', 'agreed')
              union select w.trust_id, w.author_id from w where w.status = 'draft')
            select t.id, ",
            person!(),
            " from named cross join person n on n.id = named.person_id cross join trust t on t.id = named.trust_id"
        )
    };
}

/// What is marked, at most `$1` projects and trusts, and what the rule knows of them: a project that is gone with
/// nothing, whom the projects name, the trusts with their academy leads.
const MARKED: &str = concat!(
    "select z.project_id, (select ",
    project!(),
    " from project p where p.id = z.project_id) from standing_stale z order by z.project_id limit $1; ",
    people_of!("select project_id from standing_stale order by project_id limit $1"),
    "; select z.trust_id, (select json_group_array(json_array(k.from_on, k.until_on, ",
    person!(),
    ") order by n.id) from trust_role k join person n on n.id = k.person_id join trust t on t.id = k.trust_id
        where k.trust_id = z.trust_id and k.role = 'academy_lead')
    from desk_stale z order by z.trust_id limit $1"
);

/// Puts rows in the place of the old ones and takes the marks away: of the projects `$1` the standings `$2` and the
/// asks `$3`, of the trusts `$4` the desk `$5`. Gives how many of these are marked all the same, and whether others are.
const REPLACE: &str = "delete from ask where project_id in (select value from json_each($1));
    delete from standing where project_id in (select value from json_each($1));
    insert into standing (project_id, trust_id, from_on, until_on, state, lead_id, lead_last_on, supervisor_id, supervisor_last_on,
            handover_id, no_lead_since, at_risk, rule_version)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
            value ->> 9, value ->> 10, value ->> 11, $6 from json_each($2);
    insert into ask (project_id, trust_id, kind, object_id, about_id, cause_on, since_on, due_on, level, audience, person_id,
            giver_id, taker_id, from_on, until_on, rests)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
            value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15 from json_each($3);
    delete from desk where trust_id in (select value from json_each($4));
    insert into desk (trust_id, person_id, from_on, until_on) select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each($5);
    delete from standing_stale where project_id in (select value from json_each($1));
    delete from desk_stale where trust_id in (select value from json_each($4));
    select (select count(*) from json_each($1) j join standing_stale z on z.project_id = j.value)
            + (select count(*) from json_each($4) j join desk_stale z on z.trust_id = j.value),
        exists (select 1 from standing_stale) or exists (select 1 from desk_stale)";

/// A project and where it stands, with what is asked about it; nothing when it is gone.
type OfProject = (String, Option<(String, Facts)>);

/// What is marked.
struct Marked {
    projects: Vec<OfProject>,
    desks: Vec<(String, Vec<DeskRow>)>,
}

/// Derives everything that is marked, and takes the marks away.
///
/// # Errors
/// When the store cannot be read or written, or a mark is left.
pub async fn drain(conn: &mut Connection) -> Result<(), Error> {
    drain_counting(conn).await.map(drop)
}

/// As [`drain`]; gives how many projects it derived.
async fn drain_counting(conn: &mut Connection) -> Result<usize, Error> {
    let mut derived = 0;
    loop {
        let marked = marked(conn).await?;
        if marked.projects.is_empty() && marked.desks.is_empty() {
            return Ok(derived);
        }
        derived += marked.projects.len();
        let (left, others): (i64, bool) = replace(conn, &marked).await?;
        if left > 0 {
            tracing::error!(left, "what was derived is marked all the same");
            return Err(Error::Internal);
        }
        if !others {
            return Ok(derived);
        }
    }
}

/// Derives, in one transaction, what a migration marked; everything when the rows are of another version of the rule.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn refresh(conn: &mut Connection) -> Result<(), Error> {
    let (marked, of_another_rule): (bool, bool) = sqlx::query_as(
        "select exists (select 1 from standing_stale) or exists (select 1 from desk_stale),
            coalesce((select rule_version from standing limit 1), -1) <> $1 and exists (select 1 from project)",
    )
    .bind(RULE_VERSION)
    .fetch_one(&mut *conn)
    .await?;
    if !marked && !of_another_rule {
        return Ok(());
    }
    let began = Instant::now();
    sqlx::query("begin immediate").execute(&mut *conn).await?;
    let derived = async {
        if of_another_rule {
            mark_all(conn).await?;
        }
        let derived = drain_counting(conn).await?;
        sqlx::query("commit").execute(&mut *conn).await?;
        Ok(derived)
    }
    .await;
    match derived {
        Ok(projects) => {
            tracing::info!(projects, milliseconds = began.elapsed().as_millis(), "derived where each project stands");
            Ok(())
        }
        Err(error) => {
            let _ = sqlx::query("rollback").execute(conn).await;
            Err(error)
        }
    }
}

/// Marks every project and every trust.
///
/// # Errors
/// When the store cannot write.
pub async fn mark_all(conn: &mut Connection) -> Result<(), Error> {
    sqlx::query(
        "insert into standing_stale (project_id) select p.id from project p
            where not exists (select 1 from standing_stale z where z.project_id = p.id);
         insert into desk_stale (trust_id) select t.id from trust t
            where not exists (select 1 from desk_stale z where z.trust_id = t.id)",
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn marked(conn: &mut Connection) -> Result<Marked, Error> {
    let mut parameters = <Db as sqlx::Database>::Arguments::default();
    batch::bind(&mut parameters, AT_ONCE)?;
    let mut answers = batch::ask(conn, MARKED, parameters).await?;
    let projects: Vec<(String, Option<String>)> = answers.all()?;
    let people: Vec<(String, String)> = answers.all()?;
    let desks: Vec<(String, String)> = answers.all()?;
    let people = known(people)?;
    let with_facts =
        |(id, stored): (String, Option<String>)| Ok((id, stored.map(|it| facts(&it, &people)).transpose()?));
    let with_desk = |(id, leads): (String, String)| Ok((id, desk(serde_json::from_str::<Vec<StoredLead>>(&leads)?)));
    Ok(Marked {
        projects: projects.into_iter().map(with_facts).collect::<Result<_, Error>>()?,
        desks: desks.into_iter().map(with_desk).collect::<Result<_, Error>>()?,
    })
}

fn known(rows: Vec<(String, String)>) -> Result<People, Error> {
    let person = |(trust, person): (String, String)| {
        let person = serde_json::from_str::<StoredPerson>(&person)?.into_person();
        Ok(((trust, person.id), person))
    };
    rows.into_iter().map(person).collect()
}

fn facts(stored: &str, people: &People) -> Result<(String, Facts), Error> {
    let stored: StoredProject = serde_json::from_str(stored)?;
    Ok((stored.trust.clone(), stored.into_facts(people)))
}

/// Derives what is marked, and puts it in the place of what was there.
async fn replace(conn: &mut Connection, marked: &Marked) -> Result<(i64, bool), Error> {
    let there =
        marked.projects.iter().filter_map(|(id, facts)| facts.as_ref().map(|(trust, facts)| (id, trust, facts)));
    let derived: Vec<_> = there.map(|(id, trust, facts)| (id, trust, derive(facts))).collect();
    let standings: Vec<_> =
        derived.iter().flat_map(|(id, trust, timeline)| standing_rows(id, trust, timeline)).collect();
    let asks: Vec<_> = derived.iter().flat_map(|(id, trust, timeline)| ask_rows(id, trust, timeline)).collect();
    let projects: Vec<&str> = marked.projects.iter().map(|(id, _)| id.as_str()).collect();
    let trusts: Vec<&str> = marked.desks.iter().map(|(id, _)| id.as_str()).collect();
    let desks: Vec<_> = marked
        .desks
        .iter()
        .flat_map(|(trust, rows)| rows.iter().map(move |(person, from, until)| (trust, person, from, until)))
        .collect();
    let mut parameters = <Db as sqlx::Database>::Arguments::default();
    batch::bind(&mut parameters, serde_json::to_string(&projects)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&standings)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&asks)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&trusts)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&desks)?)?;
    batch::bind(&mut parameters, RULE_VERSION)?;
    Ok(sqlx::query_as_with(REPLACE, parameters).fetch_one(conn).await?)
}

/// The columns of `standing`, in their order.
fn standing_rows<'a>(
    id: &'a str,
    trust: &'a str,
    timeline: &'a Timeline,
) -> impl Iterator<Item = impl Serialize + use<'a>> {
    let row = move |row: &'a timeline::Standing| {
        (
            id,
            trust,
            row.from_on,
            row.until_on,
            row.state.as_str(),
            row.lead,
            row.lead_last_on,
            row.supervisor,
            row.supervisor_last_on,
            row.handover,
            row.no_lead_since,
            u8::from(row.at_risk),
        )
    };
    timeline.standings.iter().map(row)
}

/// The columns of `ask`, in their order.
fn ask_rows<'a>(id: &'a str, trust: &'a str, timeline: &'a Timeline) -> impl Iterator<Item = impl Serialize + use<'a>> {
    let row = move |row: &'a timeline::Ask| {
        let (audience, person) = audience(row.audience);
        (
            id,
            trust,
            row.kind.as_str(),
            row.object,
            row.about,
            row.cause_on,
            row.since_on,
            row.due_on,
            row.level,
            audience,
            person,
            row.giver,
            row.taker,
            row.from_on,
            row.until_on,
            u8::from(row.rests),
        )
    };
    timeline.asks.iter().map(row)
}

fn audience(audience: Audience) -> (&'static str, Option<Uuid>) {
    match audience {
        Audience::Person(person) => ("person", Some(person)),
        Audience::Desk => ("desk", None),
        Audience::Administrators => ("administrators", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{self, Store, UNDERIVED};
    use crate::testing::{Fixture, Result};

    #[tokio::test]
    async fn a_change_leaves_no_mark_and_one_without_the_rule_is_refused() -> Result {
        let at = Fixture::new().await;
        at.project("Sepsis").await;
        let mut conn = at.store.read().await?;
        let marks: i64 =
            sqlx::query_scalar("select (select count(*) from standing_stale) + (select count(*) from desk_stale)")
                .fetch_one(&mut *conn)
                .await?;
        assert_eq!(marks, 0);
        let days: Vec<(Option<String>, String)> =
            sqlx::query_as("select person_id, until_on from desk where trust_id = $1 order by from_on, person_id")
                .bind(at.other_trust)
                .fetch_all(&mut *conn)
                .await?;
        assert_eq!(days, [(None, "9999-12-31".to_owned())], "nobody is the academy of the other trust");
        drop(conn);

        let file = at.file();
        at.store.close().await;
        let store = Store::open(&file, UNDERIVED).await?;
        let mut change = store.write().await?;
        sqlx::query("update project set next_step_on = '2026-04-01'").execute(&mut *change).await?;
        assert_eq!(change.commit().await, Err(Error::Internal));
        let mut conn = store.read().await?;
        let moved: i64 = sqlx::query_scalar("select count(*) from project where next_step_on is not null")
            .fetch_one(&mut *conn)
            .await?;
        assert_eq!(moved, 0, "nothing of it is there");
        Ok(())
    }

    #[tokio::test]
    async fn every_project_is_derived_anew_by_a_new_version_of_the_rule() -> Result {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let mut change = at.store.write().await?;
        mark_all(&mut change).await?;
        sqlx::query(
            "insert into standing (project_id, trust_id, from_on, until_on, state, at_risk, rule_version)
             values ($1, $2, '1990-01-01', '1990-01-02', 'led', 0, 0)",
        )
        .bind(project)
        .bind(at.trust)
        .execute(&mut *change)
        .await?;
        sqlx::query("delete from standing_stale; delete from desk_stale").execute(&mut *change).await?;
        change.commit().await?;
        let mut conn = db::open_file(&at.file()).await?;
        refresh(&mut conn).await?;
        let old: i64 =
            sqlx::query_scalar("select count(*) from standing where rule_version = 0").fetch_one(&mut conn).await?;
        assert_eq!(old, 0);
        Ok(())
    }
}
