//! What a merge does: to the project that closes, to the one that goes on, and how it is undone.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::super::model::Decision;
use super::ends::PairEnd;
use crate::access::{Allowed, Coordinate};
use crate::db::Connection;
use crate::error::Error;
use crate::handover;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId};
use crate::progress::store::merged::{CameAlong, give_back, take_along, would_come_along};
use crate::project::model::Status;
use crate::project::store::merged::{StatusBeforeMerge, close_as_merged, reopen_unmerged};
use crate::roles::{holds_on, live_offer};
use crate::team::model::TeamRole;
use crate::team::store::merged::{self, Outside};

/// What a merge changed of the project that closed: what undoing it restores.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BeforeMerge {
    #[serde(flatten)]
    pub(super) status: StatusBeforeMerge,
    /// Merges of the first releases left everything where it was.
    #[serde(default)]
    came_along: CameAlong,
}

/// Closes the duplicate as merged and takes back its handover; what its status was made of is given back. The survivor is open, so
/// merged projects never lead round in a circle.
pub(super) async fn merge(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    decision: &Decision,
    duplicate: &PairEnd,
    survivor: &PairEnd,
) -> Result<BeforeMerge, Error> {
    if !survivor.status.is_open() {
        return Err(Error::field(
            "answer",
            format!(
                "{} is closed, so nothing can go on inside it. Reopen it first, or choose that it is the one that closes.",
                survivor.reference
            ),
        ));
    }
    if duplicate.merged_into.is_some() {
        return Err(Error::field("answer", format!("{} was merged into another project before.", duplicate.reference)));
    }
    let (today, now) = (allowed.today(), allowed.now);
    let effects = merge_effects(conn, decision.project, decision.other, today).await?;
    handover::store::end_for_merge(conn, allowed, decision.project).await?;
    let status = close_as_merged(conn, decision.project, decision.other, &decision.word, today, now).await?;
    let entry = Entry::project(decision.project, "merged into another project")
        .change("Merged into", "", &survivor.reference)
        .change("Status", duplicate.status.label(), Status::Closed.label())
        .change("Why", "", &decision.word);
    history::record(conn, allowed, entry).await?;
    let came_along = take_along(conn, allowed, decision.project, decision.other).await?;
    let entry = Entry::project(decision.other, "took in a duplicate")
        .change("Other project", "", &duplicate.reference)
        .change("Why", "", &decision.word)
        .change("Came along", "", tasks_and_links(came_along.counts()));
    history::record(conn, allowed, entry).await?;
    let why = format!("{} goes on inside this project", duplicate.reference);
    if let Some(lead) = &effects.lead {
        handover::store::offer_to_merged_lead(conn, allowed, decision.other, lead.person, &why).await?;
    }
    merged::invite(conn, allowed, decision.other, &effects.invited, &why).await?;
    Ok(BeforeMerge { status, came_along })
}

/// So many tasks and links in words; nothing where there are none.
fn tasks_and_links((tasks, links): (i64, i64)) -> String {
    let some = |many: i64, one: &str, more: &str| (many > 0).then(|| crate::format::count(many, one, more));
    let both = [some(tasks, "open task", "open tasks"), some(links, "link", "links")];
    both.into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// What merging a project into another does to its people and its handovers.
#[derive(Clone, Debug, Default)]
pub struct MergeEffects {
    /// How many handovers that are offered or agreed end.
    pub handovers: i64,
    /// Who is invited into the other's team.
    pub invited: Vec<Outside>,
    /// Its lead, when the other project is offered to them because nobody leads it.
    pub lead: Option<Outside>,
    /// How many open tasks and links come along.
    pub come_along: (i64, i64),
}

impl MergeEffects {
    /// In sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut told = String::new();
        if self.handovers > 0 {
            let count = crate::format::count(self.handovers, "handover", "handovers");
            told.push_str(&format!(" {count} of it that is offered or agreed ends, and those concerned are told."));
        }
        if let Some(lead) = &self.lead {
            told.push_str(&format!(" Nobody leads the other project: it is offered to {}.", lead.name));
        }
        let things = tasks_and_links(self.come_along);
        if !things.is_empty() {
            let come = if self.come_along.0 + self.come_along.1 == 1 { "comes" } else { "come" };
            told.push_str(&format!(" {things} of it {come} along."));
        }
        let names: Vec<&str> = self.invited.iter().map(|one| one.name.as_str()).collect();
        if !names.is_empty() {
            told.push_str(&format!(" {} invited into the other’s team.", people_are(&names)));
        }
        told
    }
}

fn people_are(names: &[&str]) -> String {
    match names {
        [one] => format!("{one} is"),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
        [] => "Nobody is".to_owned(),
    }
}

/// What merging a project into another would do.
///
/// # Errors
/// When the store cannot be read.
pub async fn merge_effects(
    conn: &mut Connection,
    project: ProjectId,
    other: ProjectId,
    today: NaiveDate,
) -> Result<MergeEffects, Error> {
    let handovers = sqlx::query_scalar(concat!(
        "select count(*) from handover h where h.project_id = $1 and ((",
        live_offer!("h", "$2"),
        ") or (h.state = 'agreed' and h.takes_effect_on > $2))"
    ))
    .bind(project)
    .bind(today)
    .fetch_one(&mut *conn)
    .await?;
    let mut invited = merged::outside(conn, project, other, today).await?;
    let leads: Option<PersonId> = sqlx::query_scalar(concat!(
        "select z.lead_id from standing z where z.project_id = $1 and z.lead_id is not null and ",
        holds_on!("z", "$2")
    ))
    .bind(project)
    .bind(today)
    .fetch_optional(&mut *conn)
    .await?;
    let mut lead = None;
    if let Some(leads) = leads
        && handover::store::is_free(conn, other, today).await?
    {
        let name = crate::people::store::name(conn, leads).await?;
        invited.retain(|one| one.person != leads);
        lead = Some(Outside { person: leads, name, role: TeamRole::Lead });
    }
    Ok(MergeEffects { handovers, invited, lead, come_along: would_come_along(conn, project, other).await? })
}

/// What an undone merge gave back.
pub(super) struct Unmerged {
    /// The tasks and links that are the project's again.
    pub(super) came_back: String,
    /// Those that were changed since, and stay where they are.
    pub(super) kept: String,
}

/// Gives a merged project its status back, and what came along `from` the other `to` it that nobody changed since.
pub(super) async fn unmerge(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    (from, to): (ProjectId, ProjectId),
    before: &BeforeMerge,
) -> Result<Unmerged, Error> {
    reopen_unmerged(conn, to, &before.status, allowed.now).await?;
    let back = give_back(conn, allowed, (from, to), &before.came_along).await?;
    let (tasks, links) = before.came_along.counts();
    let kept = tasks_and_links((tasks - back.0, links - back.1)).replace("open ", "");
    Ok(Unmerged { came_back: tasks_and_links(back), kept })
}

/// What came of a merge and stays when it is undone, in a sentence: who was invited into the other's team then, and
/// whether it was offered to anybody.
pub(super) async fn stays(conn: &mut Connection, other: ProjectId, merged_at: DateTime<Utc>) -> Result<String, Error> {
    let names: Vec<String> = sqlx::query_scalar(
        "select n.name from team_role r join person n on n.id = r.person_id
         where r.project_id = $1 and r.asked_at = $2 and r.opened_by = 'team' and r.state <> 'declined' and r.until_on is null
         union
         select n.name from handover h join person n on n.id = h.to_person
         where h.project_id = $1 and h.offered_at = $2 and h.state in ('offered', 'agreed') order by 1",
    )
    .bind(other)
    .bind(merged_at)
    .fetch_all(conn)
    .await?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(if names.is_empty() { String::new() } else { format!("{} still asked or in the team", people_are(&names)) })
}
