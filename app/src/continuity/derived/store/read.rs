//! The facts of what is marked, or of everything, a page at a time: one text for a page.

use timeline::Facts;

use super::super::facts::{DeskRow, People, StoredLead, StoredPerson, StoredProject, desk};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::progress::store::next_step;

/// So many projects, and so many trusts, are a page: what is read of them is held in memory.
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
            p.aim_by, ", next_step!("p.id", "due_on"), ", p.keep_looking_until, p.last_active_on,
            (select min(m.every_days) from measure m where m.project_id = p.id and m.retired_on is null),
            json((select json_group_array(g.on_day order by g.on_day) from changeover g where g.trust_id = p.trust_id)),
            json((select json_group_array(json_array(r.id, r.person_id, r.role, r.state = 'accepted', r.opened_by = 'person',
                    r.asked_at, r.from_on, r.until_on, r.confirmed_until, r.begun_by, r.ended_by) order by r.id)
                from team_role r where r.project_id = p.id and ",
            counted_place!(),
            ")),
            json((select json_group_array(json_array(h.id, h.state = 'agreed', h.from_person, h.to_person, h.to_pool, h.takes_effect_on,
                    coalesce(h.offered_at, h.created_at), h.ended_at,
                    exists (select 1 from handover_answer y where y.handover_id = h.id and y.party = 'successor' and y.answer = 'accepted'),
                    exists (select 1 from handover_answer y where y.handover_id = h.id and y.party = 'supervisor' and y.answer = 'accepted'),
                    h.approvals_expire_on) order by h.id)
                from handover h where h.project_id = p.id and h.state in ('offered', 'agreed'))))"
        )
    };
}

/// The facts of some projects and trusts, each given as a select of their ids. Three statements: of each project what
/// the rule knows of it, nothing when it is gone; whom these projects name, each once a trust, with that trust (nobody
/// is asked about a closed project, nor its author after it was registered); of each trust its academy leads.
macro_rules! facts_of {
    ($projects:literal, $trusts:literal) => {
        concat!(
            "with z (id) as materialized (",
            $projects,
            ") select z.id, (select ",
            project!(),
            " from project p where p.id = z.id) from z;
            with z (id) as materialized (",
            $projects,
            "), p as materialized (select p.id, p.trust_id, p.author_id, p.status from z cross join project p on p.id = z.id
                where p.status <> 'closed'),
            named (trust_id, person_id) as materialized (
                select p.trust_id, r.person_id from p cross join team_role r on r.project_id = p.id where ",
            counted_place!(),
            " union select p.trust_id, h.from_person from p cross join handover h on h.project_id = p.id
                where h.state in ('offered', 'agreed')
              union select p.trust_id, h.to_person from p cross join handover h on h.project_id = p.id
                where h.state in ('offered', 'agreed')
              union select p.trust_id, p.author_id from p where p.status = 'draft')
            select t.id, ",
            person!(),
            " from named cross join person n on n.id = named.person_id cross join trust t on t.id = named.trust_id;
            with z (id) as materialized (",
            $trusts,
            ") select z.id, (select json_group_array(json_array(l.from_on, l.until_on, ",
            person!(),
            ") order by n.id) from trust_role l join person n on n.id = l.person_id join trust t on t.id = l.trust_id
                where l.trust_id = z.id and l.role = 'academy_lead')
            from z"
        )
    };
}

/// Of what is marked: at most `$1` projects after `$2`, and trusts after `$3`.
pub(super) const MARKED: &str = facts_of!(
    "select project_id from standing_stale where project_id > $2 order by project_id limit $1",
    "select trust_id from desk_stale where trust_id > $3 order by trust_id limit $1"
);

/// Of everything: at most `$1` projects after `$2`, and trusts after `$3`.
pub(super) const ALL: &str = facts_of!(
    "select id from project where id > $2 order by id limit $1",
    "select id from trust where id > $3 order by id limit $1"
);

/// A project, and what the rule knows of it with its trust; nothing when it is gone.
pub(super) type OfProject = (String, Option<(String, Facts)>);

/// Projects with their facts, and trusts with the days of their desks.
#[derive(Default)]
pub(super) struct Page {
    pub(super) projects: Vec<OfProject>,
    pub(super) desks: Vec<(String, Vec<DeskRow>)>,
}

impl Page {
    pub(super) fn is_empty(&self) -> bool {
        self.projects.is_empty() && self.desks.is_empty()
    }

    /// Those that are there, each with its trust.
    pub(super) fn there(&self) -> impl Iterator<Item = (&str, &str, &Facts)> {
        self.projects.iter().filter_map(|(id, facts)| {
            let (trust, facts) = facts.as_ref()?;
            Some((id.as_str(), trust.as_str(), facts))
        })
    }
}

/// The first page of [`MARKED`] or [`ALL`] after another.
pub(super) async fn page_after(conn: &mut Connection, text: &'static str, last: &Page) -> Result<Page, Error> {
    let mut parameters = <Db as sqlx::Database>::Arguments::default();
    batch::bind(&mut parameters, AT_ONCE)?;
    batch::bind(&mut parameters, last.projects.iter().map(|(id, _)| id.as_str()).max().unwrap_or_default().to_owned())?;
    batch::bind(&mut parameters, last.desks.iter().map(|(id, _)| id.as_str()).max().unwrap_or_default().to_owned())?;
    let mut answers = batch::ask(conn, text, parameters).await?;
    let projects: Vec<(String, Option<String>)> = answers.all()?;
    let people: Vec<(String, String)> = answers.all()?;
    let desks: Vec<(String, String)> = answers.all()?;
    let people = known(people)?;
    let with_facts =
        |(id, stored): (String, Option<String>)| Ok((id, stored.map(|it| facts(&it, &people)).transpose()?));
    let with_desk = |(id, leads): (String, String)| Ok((id, desk(serde_json::from_str::<Vec<StoredLead>>(&leads)?)));
    Ok(Page {
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
