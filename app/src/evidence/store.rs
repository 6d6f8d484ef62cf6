//! What people did in projects, and who confirmed it: their SQL.

use chrono::NaiveDate;

use super::model::{Part, Supported};
use crate::access::{Allowed, ConfirmPart};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId, TrustId};
use crate::people;

/// The first day on which a place `r` in the team of a project `p` was over, by `$2` as far as is known: when it ended, or the
/// project was closed, or the last post of whoever had it; null while none of these is known.
macro_rules! ended_on {
    () => {
        "nullif(min(coalesce(r.until_on, '9999-12-31'), coalesce(p.closed_on, '9999-12-31'),
                          coalesce((select date(max(coalesce(o.ends_on, '9999-12-30')), '+1 day') from post o
                              where o.person_id = r.person_id and o.trust_id = p.trust_id and o.starts_on <= $2), '9999-12-31')), '9999-12-31')"
    };
}

/// The parts of `$1` on the day `$2`: in the project `$3`, or in all where that is null; in trusts that they have accepted.
macro_rules! parts {
    () => {
        concat!(
                    "select p.id as project_id, coalesce(p.reference, '') as reference, p.title, t.name as trust, coalesce(d.name, '') as department,
            p.status, p.closed_on, p.problem,
            trim(p.aim_what || iif(p.aim_whom = '', '', ', ' || p.aim_whom) || iif(p.aim_how_much = '', '', ', ' || p.aim_how_much), ', ') as aim,
            q.places, q.last_on,
            (select count(*) from measure m join measurement x on x.measure_id = m.id
             where m.project_id = p.id and x.recorded_by = $1 and x.state <> 'void') as points,
            (select count(distinct h.object_id) from history h where h.project_id = p.id and h.object = 'cycle' and h.actor_id = $1
               and h.action = 'planned a cycle') as cycles,
            (select count(*) from project_update u where u.project_id = p.id and u.author_id = $1 and u.removed_at is null) as updates,
            (select n.name from handover h join person n on n.id = h.from_person where h.project_id = p.id and h.state = 'agreed'
               and h.to_person = $1 and h.takes_effect_on <= $2 order by h.takes_effect_on desc limit 1) as taken_from,
            (select n.name from handover h join person n on n.id = h.to_person where h.project_id = p.id and h.state = 'agreed'
               and h.from_person = $1 and h.takes_effect_on <= $2 order by h.takes_effect_on desc limit 1) as handed_to,
            (select json_group_array(json_object('by', c.confirmed_by, 'name', n.name, 'at', c.confirmed_at) order by c.confirmed_at)
             from confirmation c join person n on n.id = c.confirmed_by where c.project_id = p.id and c.person_id = $1) as confirmed
         from (select r.project_id, max(coalesce(r.ended_on, '9999-12-31')) as last_on,
                      json_group_array(json_object('role', r.role, 'from', r.from_on, 'until', iif(r.ended_on <= $2, r.ended_on, null),
                        'contribution', r.contribution) order by r.from_on desc, r.id desc) as places
               from (select r.*, ",
            ended_on!(),
            " as ended_on from team_role r join project p on p.id = r.project_id) r
               where r.person_id = $1 and r.state = 'accepted' and r.by_mistake = 0 and r.from_on <= $2
                 and (r.until_on is null or r.until_on > r.from_on) and ($3 is null or r.project_id = $3)
               group by r.project_id) q
         join project p on p.id = q.project_id and p.status <> 'draft'
         join tie k on k.person_id = $1 and k.trust_id = p.trust_id and k.state = 'accepted'
         join trust t on t.id = p.trust_id left join department d on d.id = p.department_id"
        )
    };
}

/// A page of somebody's parts, those that last first and then the latest; and how many there are.
///
/// # Errors
/// When the store cannot be read.
pub async fn parts(
    conn: &mut Connection,
    person: PersonId,
    today: NaiveDate,
    (rows, before): (i64, i64),
) -> Result<(Vec<Part>, i64), Error> {
    let total = sqlx::query_scalar(
        "select count(distinct r.project_id) from team_role r join project p on p.id = r.project_id and p.status <> 'draft'
         join tie k on k.person_id = $1 and k.trust_id = p.trust_id and k.state = 'accepted'
         where r.person_id = $1 and r.state = 'accepted' and r.by_mistake = 0 and r.from_on <= $2
           and (r.until_on is null or r.until_on > r.from_on)",
    )
    .bind(person)
    .bind(today)
    .fetch_one(&mut *conn)
    .await?;
    let parts = sqlx::query_as(concat!(
        parts!(),
        " order by coalesce(p.closed_on, q.last_on) desc, q.last_on desc, p.id limit $4 offset $5"
    ))
    .bind(person)
    .bind(today)
    .bind(None::<ProjectId>)
    .bind(rows)
    .bind(before)
    .fetch_all(conn)
    .await?;
    Ok((parts, total))
}

/// Somebody's part in a project.
///
/// # Errors
/// [`Error::NotFound`] when they had none.
pub async fn part(
    conn: &mut Connection,
    person: PersonId,
    project: ProjectId,
    today: NaiveDate,
) -> Result<Part, Error> {
    Ok(sqlx::query_as(parts!()).bind(person).bind(today).bind(Some(project)).fetch_one(conn).await?)
}

/// Those whom somebody supported as supervisor: who led or worked while they supervised, the latest first, up to 200.
/// In the trust in which they work now they can confirm it.
///
/// # Errors
/// When the store cannot be read.
pub async fn supported(
    conn: &mut Connection,
    supervisor: PersonId,
    trust: Option<TrustId>,
    today: NaiveDate,
) -> Result<Vec<Supported>, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id as project_id, coalesce(p.reference, '') as reference, p.title, n.id as person_id, n.name,
                min(r.role) as role, min(r.from_on) as from_on,
                nullif(max(coalesce(r.until_on, '9999-12-31')), '9999-12-31') as until_on, c.confirmed_at,
                max((s.until_on is null or s.until_on > $2) and p.trust_id = $3) as supervises
         from team_role s join (select r.id, r.project_id, r.person_id, r.role, r.state, r.by_mistake, r.from_on, ",
        ended_on!(),
        " as until_on
              from team_role r join project p on p.id = r.project_id) r on r.project_id = s.project_id and r.person_id <> s.person_id and r.role in ('lead', 'member')
              and r.state = 'accepted' and r.by_mistake = 0 and r.from_on <= $2
              and (s.until_on is null or s.until_on > r.from_on) and (r.until_on is null or r.until_on > s.from_on)
         join project p on p.id = s.project_id and p.status <> 'draft'
         join person n on n.id = r.person_id
         join tie k on k.person_id = n.id and k.trust_id = p.trust_id and k.state = 'accepted'
         left join confirmation c on c.project_id = p.id and c.person_id = n.id and c.confirmed_by = $1
         where s.person_id = $1 and s.role = 'supervisor' and s.state = 'accepted' and s.by_mistake = 0 and s.from_on <= $2
         group by p.id, n.id order by max(coalesce(r.until_on, '9999-12-31')) desc, from_on desc, n.name collate nocase limit 200"
    ))
    .bind(supervisor)
    .bind(today)
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// Confirms that somebody did in a project what its record says of them. Twice is once.
///
/// # Errors
/// [`Error::NotFound`] when they had no part in it; [`Error::Invalid`] for one's own part.
pub async fn confirm(conn: &mut Connection, allowed: &Allowed<ConfirmPart>, person: PersonId) -> Result<(), Error> {
    let (project, by) = (allowed.project(), allowed.person()?);
    part(conn, person, project, allowed.today()).await?;
    if by == person {
        return Err(Error::form("Nobody confirms their own part. Ask another supervisor of the project."));
    }
    let done = sqlx::query(
        "insert into confirmation (project_id, person_id, confirmed_by, confirmed_at) values ($1, $2, $3, $4) on conflict do nothing",
    )
    .bind(project)
    .bind(person)
    .bind(by)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    let name = people::store::name(conn, person).await?;
    history::record(
        conn,
        allowed,
        Entry::project(project, "confirmed a part in the project").change("Person", "", name),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, Result, TODAY, make, on};

    #[tokio::test]
    async fn a_part_counts_what_somebody_did_and_a_supervisor_confirms_it_once() -> Result {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let measure = at.measure(project).await;
        let request = at.request(Some(at.supervisor)).await;
        let mut change = at.store.write().await?;
        for (person, day, state) in [
            (at.trainee, "2026-02-01", "current"),
            (at.trainee, "2026-02-08", "void"),
            (at.colleague, "2026-02-15", "current"),
        ] {
            make::point(&mut change, measure, person, day, state).await?;
        }
        make::update(&mut change, project, at.trainee, "Met the ward", false).await?;
        let (found, total) = parts(&mut change, at.trainee, TODAY, (10, 0)).await?;
        assert_eq!((found.len(), total), (1, 1));
        assert_eq!(found[0].did(), ["entered 1 data point", "posted 1 update"]);
        assert!(found[0].confirmed.is_empty());
        assert_eq!(part(&mut change, at.colleague, project, TODAY).await.err(), Some(Error::NotFound));
        assert_eq!(parts(&mut change, at.colleague, TODAY, (10, 0)).await?.1, 0);

        let allowed = request.require(&mut change, ConfirmPart(project)).await?;
        assert!(matches!(confirm(&mut change, &allowed, at.supervisor).await, Err(Error::Invalid(_))));
        assert_eq!(confirm(&mut change, &allowed, at.colleague).await, Err(Error::NotFound));
        for _ in 0..2 {
            confirm(&mut change, &allowed, at.trainee).await?;
        }
        let confirmed = part(&mut change, at.trainee, project, TODAY).await?.confirmed;
        assert_eq!(confirmed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Sonia Supervisor"]);
        let told = history::of_project(&mut change, project, 10, 0).await?;
        assert_eq!(told.iter().filter(|one| one.action == "confirmed a part in the project").count(), 1);
        Ok(())
    }

    #[tokio::test]
    async fn a_supervisor_supported_who_worked_while_they_supervised() -> Result {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let mut change = at.store.write().await?;
        let before = make::person(&mut change, at.trust, at.department, ["Bea Before", "FY2"], None).await?;
        let (from, until) = (on("2025-08-06"), Some(on("2025-12-03")));
        make::place(&mut change, project, before, ["lead", "accepted", "team"], from, until).await?;
        let found = supported(&mut change, at.supervisor, Some(at.trust), TODAY).await?;
        let names: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.confirmed_at.is_some())).collect();
        assert_eq!(names, [("Tara Trainee", false)], "not who had gone before");
        assert!(supported(&mut change, at.trainee, Some(at.trust), TODAY).await?.is_empty());
        Ok(())
    }
}
