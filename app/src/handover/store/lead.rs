//! Projects that nobody leads: leading one until a near day, leading it again after a break, choosing to keep
//! looking, and offering one to the lead of a project that was merged into it.

use chrono::{Duration, NaiveDate};

use super::pool::first_day;
use super::prepare::{HandoverContext, context, expire_lapsed_offer, live, take_back};
use crate::access::{Act, Allowed, Bridge, KeepLooking, LeadAgain, OnProject};
use crate::continuity::asks::model::LONGEST_LOOK;
use crate::db::Connection;
use crate::error::Error;
use crate::handover::model::State;
use crate::history::{self, Entry};
use crate::id::{HandoverId, PersonId, ProjectId};
use crate::people;
use crate::project::store::keep_looking;
use crate::roles::holds_on;
use crate::team::store::{co_leads, supervision};

/// The project, when it is open and nobody leads it today, and whoever acts is in post.
async fn unled<A: OnProject>(conn: &mut Connection, allowed: &Allowed<A>) -> Result<HandoverContext, Error> {
    let (project, today) = (allowed.project(), allowed.today());
    expire_lapsed_offer(conn, allowed, project).await?;
    let context = context(conn, project, today).await?;
    if !context.status.is_open() {
        return Err(Error::form("The project is closed. Reopen it first."));
    }
    if context.leads.is_some() {
        return Err(Error::form("Somebody leads this project today. Open its page again."));
    }
    Ok(context)
}

async fn in_post<A: OnProject>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    context: &HandoverContext,
) -> Result<(), Error> {
    if first_day(conn, allowed.person()?, context.trust_id, allowed.today()).await? == Some(allowed.today()) {
        return Ok(());
    }
    Err(Error::form("A lead needs a post in this trust, and you have none today."))
}

/// Makes whoever acts lead a project that nobody leads, from today to a day that is their last; at most until the eve
/// of a handover that is agreed.
///
/// # Errors
/// A refusal when somebody leads it, or whoever acts has no post.
pub async fn bridge(conn: &mut Connection, allowed: &Allowed<Bridge>, last: NaiveDate) -> Result<(), Error> {
    let (project, today, person) = (allowed.project(), allowed.today(), allowed.person()?);
    let context = unled(conn, allowed).await?;
    in_post(conn, allowed, &context).await?;
    let day = last + Duration::days(1);
    let agreed = context.agreed_for.filter(|_| context.is_in_a_gap());
    let until = agreed.map_or(day, |agreed| agreed.min(day));
    // Whoever is away keeps their place, and is asked when they are back and nobody leads.
    supervision::begin_lead(conn, project, person, today, Some(until), allowed.now).await?;
    co_leads::withdraw(conn, allowed, project).await?;
    keep_looking::end(conn, project, today).await?;
    let name = people::store::name(conn, person).await?;
    let entry = Entry::project(project, "leads the project for now").change("Lead", "", name).change(
        "Until",
        "",
        crate::format::date(until - Duration::days(1)),
    );
    history::record(conn, allowed, entry).await
}

/// Makes somebody lead again, from today, a project that they led before a break; what was offered to the pool is
/// taken back.
///
/// # Errors
/// A refusal when somebody leads it, or they have no post.
pub async fn lead_again(conn: &mut Connection, allowed: &Allowed<LeadAgain>) -> Result<(), Error> {
    let (project, today, person) = (allowed.project(), allowed.today(), allowed.person()?);
    let context = unled(conn, allowed).await?;
    in_post(conn, allowed, &context).await?;
    let offered = live(conn, project).await?.filter(|live| live.state == State::Offered);
    if let Some(offered) = offered {
        take_back(conn, allowed, offered.id, "Who led the project before is back and leads it again").await?;
    }
    let until = context.agreed_for.filter(|_| context.is_in_a_gap());
    supervision::lead_for_now(conn, project, person, today, until, allowed.now).await?;
    co_leads::withdraw(conn, allowed, project).await?;
    keep_looking::end(conn, project, today).await?;
    if until.is_none() {
        supervision::end_own(conn, project, person, today).await?;
    }
    let name = people::store::name(conn, person).await?;
    history::record(conn, allowed, Entry::project(project, "leads the project again").change("Lead", "", name)).await
}

/// Notes the choice that a project without a lead goes on looking for one until a day: until then nobody is
/// reminded.
///
/// # Errors
/// A refusal when somebody leads it, or nobody has for less than [`LONGEST_LOOK`] days.
pub async fn look_on(conn: &mut Connection, allowed: &Allowed<KeepLooking>, until: NaiveDate) -> Result<(), Error> {
    unled(conn, allowed).await?;
    let since: Option<NaiveDate> = sqlx::query_scalar(concat!(
        "select no_lead_since from standing s where project_id = $1 and ",
        holds_on!("s", "$2")
    ))
    .bind(allowed.project())
    .bind(allowed.today())
    .fetch_optional(&mut *conn)
    .await?
    .flatten();
    let choice = since.map(|since| since + Duration::days(LONGEST_LOOK));
    if let Some(day) = choice.filter(|day| *day > allowed.today()) {
        let day = crate::format::date(day);
        return Err(Error::field(
            "looks_until",
            format!("You can choose this from {day}, when it has been without a lead for six weeks."),
        ));
    }
    keep_looking::choose(conn, allowed.project(), until).await?;
    let entry = Entry::project(allowed.project(), "chose to keep looking for a lead");
    history::record(conn, allowed, entry.change("Until", "", crate::format::date(until))).await
}

/// Offers a project that nobody leads to the lead of one that was merged into it, from today; nothing while somebody
/// leads it or a handover of it is under way.
///
/// # Errors
/// When the store cannot write.
pub async fn offer_to_merged_lead<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    to: PersonId,
    why: &str,
) -> Result<(), Error> {
    expire_lapsed_offer(conn, allowed, project).await?;
    if !is_free(conn, project, allowed.today()).await? {
        return Ok(());
    }
    let id = HandoverId::new();
    sqlx::query(
        "insert into handover (id, project_id, to_person, state, takes_effect_on, created_by, created_at, offered_at)
         values ($1, $2, $3, 'offered', $4, $5, $6, $6)",
    )
    .bind(id)
    .bind(project)
    .bind(to)
    .bind(allowed.today())
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let name = people::store::name(conn, to).await?;
    let entry = Entry::new("handover", id, "offered the handover").in_project(project).change("To", "", name);
    let entry = entry.change("Takes effect on", "", crate::format::date(allowed.today())).change("Why", "", why);
    history::record(conn, allowed, entry).await
}

/// Whether nobody leads a project and no handover of it is offered or agreed.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn is_free(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<bool, Error> {
    let context = context(conn, project, today).await?;
    let offered = live(conn, project).await?.is_some_and(|live| live.state == State::Offered);
    Ok(context.status.is_open() && context.leads.is_none() && context.agreed.is_none() && !offered)
}
