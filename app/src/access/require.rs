//! Asking for permission.

use super::actions::{Act, Action, Object};
use super::allowed::Allowed;
#[cfg(any(test, feature = "testing"))]
use super::broken;
use super::load::{At, Found, of_handover, of_project, of_question, of_session};
use super::relationship::Relationship;
use super::rules::may;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, MeasureId, ProjectId};
use crate::visitor::{Caller, Person};

/// The proof, when the visitor may do it as they are now: session, account, tie, posts and roles are
/// read on the connection that is given, so inside a change nothing has passed since.
///
/// # Errors
/// [`Error::SignIn`] for nobody and for a session that has ended meanwhile, [`Error::NotFound`] when the
/// object is not there or is not for the visitor to know of, [`Error::Forbidden`] otherwise.
pub async fn require<A: Act>(conn: &mut Connection, caller: &Caller, act: A) -> Result<Allowed<A>, Error> {
    let action = act.action();
    let person = match action {
        Action::ChangeOwnAccount(_) => caller.visitor.account()?,
        _ => caller.person()?,
    };
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, action) {
        return Ok(Allowed::granted(act, person.id, person.trust, caller));
    }
    let found = find(conn, caller, person, action.object()).await?;
    let relationship = found.for_visitor(person)?;
    if may(action, relationship) {
        return Ok(Allowed::granted(act, person.id, found.trust, caller));
    }
    let open = Relationship { closed: false, merged: false, ..relationship };
    if may(action, open) {
        return Err(closed(relationship));
    }
    let knows = knows_of(action.object(), relationship, found.trust == person.trust);
    Err(if knows { Error::Forbidden } else { Error::NotFound })
}

/// What the visitor is to the object of an action.
async fn find(conn: &mut Connection, caller: &Caller, person: &Person, object: Object) -> Result<Found, Error> {
    let today = caller.today();
    match object {
        Object::Trust(trust) => of_session(conn, person, trust, today).await,
        Object::Person(id) => {
            let mut found = of_session(conn, person, person.trust, today).await?;
            found.relationship.oneself = id == person.id;
            Ok(found)
        }
        Object::Project(id) => of_project(conn, person, At::Project(id), today).await,
        Object::TeamRole(id) => of_question(conn, person, id, today).await,
        Object::Handover(id) => of_handover(conn, person, id, today).await,
    }
}

/// Whether whoever may not do something to an object may know that it is there.
fn knows_of(object: Object, relationship: Relationship, in_their_trust: bool) -> bool {
    match object {
        Object::Project(_) | Object::Handover(_) => relationship.reads(),
        Object::Trust(_) => in_their_trust,
        Object::TeamRole(_) => {
            relationship.belongs
                && (!relationship.draft || relationship.author || relationship.team || relationship.invited)
        }
        Object::Person(_) => relationship.belongs,
    }
}

/// Why nothing changes in a project that is closed, to somebody who could change it otherwise.
fn closed(relationship: Relationship) -> Error {
    Error::form(if relationship.merged {
        "This project was merged into another and changes no more. The academy lead can undo that under Possible duplicates."
    } else if relationship.runs() {
        "This project is closed. Reopen it first."
    } else {
        "This project is closed. Its lead, its supervisor or the academy lead can reopen it."
    })
}

/// What the visitor is to a project: for a page that asks [`may`] about several actions with one query.
///
/// # Errors
/// [`Error::SignIn`] for nobody, [`Error::NotFound`] when the project is not there or is not for the
/// visitor to know of.
pub async fn relationship(conn: &mut Connection, caller: &Caller, project: ProjectId) -> Result<Relationship, Error> {
    relationship_at(conn, caller, At::Project(project)).await
}

/// As [`relationship`], of the project of a measure.
///
/// # Errors
/// As [`relationship`].
pub async fn relationship_of_measure(
    conn: &mut Connection,
    caller: &Caller,
    measure: MeasureId,
) -> Result<Relationship, Error> {
    relationship_at(conn, caller, At::Measure(measure)).await
}

/// As [`relationship`], of a handover.
///
/// # Errors
/// As [`relationship`].
pub async fn relationship_of_handover(
    conn: &mut Connection,
    caller: &Caller,
    handover: HandoverId,
) -> Result<Relationship, Error> {
    let person = caller.person()?;
    let relationship = of_handover(conn, person, handover, caller.today()).await?.for_visitor(person)?;
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, Action::ReadHandover(handover)) {
        return Ok(relationship);
    }
    if may(Action::ReadHandover(handover), relationship) { Ok(relationship) } else { Err(Error::NotFound) }
}

async fn relationship_at(conn: &mut Connection, caller: &Caller, at: At) -> Result<Relationship, Error> {
    let person = caller.person()?;
    let found = of_project(conn, person, at, caller.today()).await?;
    let relationship = found.for_visitor(person)?;
    let Some(project) = found.project else { return Err(Error::NotFound) };
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, Action::ReadProject(project)) {
        return Ok(relationship);
    }
    if may(Action::ReadProject(project), relationship) { Ok(relationship) } else { Err(Error::NotFound) }
}
