//! Who may do what, in one place. Default deny: [`may`] is one exhaustive match over every action, and
//! a store's write takes the [`Allowed`] proof of its own action, so a write without its check does
//! not compile.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use crate::clock::date_in_london;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, PersonId, ProjectId, TeamRoleId, TrustId};
use crate::request::Request;
use crate::visitor::Person;

/// An action's type: says which [`Action`] it is.
pub trait Act: Copy + Send + Sync + 'static {
    /// The action, with the object's id.
    fn action(self) -> Action;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident($id:ty) on $subject:ident),* $(,)?) => {
        /// Every action that needs permission, with what it is done to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])* $name($id),)*
        }

        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub struct $name(pub $id);

            impl Act for $name {
                fn action(self) -> Action {
                    Action::$name(self.0)
                }
            }
        )*

        impl Action {
            fn subject(self) -> Subject {
                match self {
                    $(Self::$name(id) => Subject::$subject(id),)*
                }
            }

            /// The names of all actions.
            #[cfg(any(test, feature = "testing"))]
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            #[cfg(any(test, feature = "testing"))]
            fn name(self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }
        }
    };
}

enum Subject {
    Trust(TrustId),
    Project(ProjectId),
    TeamRole(TeamRoleId),
    Handover(HandoverId),
    Person(PersonId),
}

actions! {
    /// See the trust's lists: projects, priorities, the pool, people.
    ReadTrust(TrustId) on Trust,
    /// Add and edit sites, departments, people, posts and periods away.
    ManageOrganisation(TrustId) on Trust,
    /// Grant and take away the roles of academy lead and administrator.
    GrantRoles(TrustId) on Trust,
    /// Create, edit and retire priorities.
    ManagePriorities(TrustId) on Trust,
    /// See the academy's board and look-alike pairs, and decide about pairs.
    Coordinate(TrustId) on Trust,
    /// Register a project or save a draft of one.
    RegisterProject(TrustId) on Trust,
    /// See a project's page and all that is on it.
    ReadProject(ProjectId) on Project,
    /// Change a project's words, department and priorities.
    EditProject(ProjectId) on Project,
    /// Submit or delete a draft.
    FinishDraft(ProjectId) on Project,
    /// Pause, sustain, complete, stop or reopen.
    ChangeStatus(ProjectId) on Project,
    /// Invite to the team, change a role, end a role.
    ManageTeam(ProjectId) on Project,
    /// Ask to join a project's team.
    AskToJoin(ProjectId) on Project,
    /// Leave a project's team.
    LeaveTeam(ProjectId) on Project,
    /// Answer an invitation or a request to join.
    AnswerQuestion(TeamRoleId) on TeamRole,
    /// Define, edit and retire measures.
    DefineMeasure(ProjectId) on Project,
    /// Record, correct, exclude and void measurements.
    RecordMeasurement(ProjectId) on Project,
    /// Add and edit PDSA cycles.
    WriteCycle(ProjectId) on Project,
    /// Add, edit, move, remove and restore the lines of a project's driver diagram.
    DrawDrivers(ProjectId) on Project,
    /// Prepare and offer a handover, to a person or to the pool.
    OfferHandover(ProjectId) on Project,
    /// Ask to take on a project that is looking for a lead.
    TakeOn(ProjectId) on Project,
    /// Read a handover and its pack.
    ReadHandover(HandoverId) on Handover,
    /// Take back an offer.
    WithdrawHandover(HandoverId) on Handover,
    /// Accept or decline as the successor.
    AnswerAsSuccessor(HandoverId) on Handover,
    /// Accept or decline as the anchor, or for the anchor.
    AnswerAsAnchor(HandoverId) on Handover,
    /// Change one's own password and end one's own sessions.
    ChangeOwnAccount(PersonId) on Person,
}

/// What the visitor is to the object of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Standing {
    /// The object belongs to the trust in which the visitor has a current post or a trust role.
    pub belongs: bool,
    /// Academy lead of the object's trust.
    pub academy_lead: bool,
    /// Administrator of the object's trust.
    pub administrator: bool,
    /// The project is a draft.
    pub draft: bool,
    /// The visitor wrote the draft.
    pub author: bool,
    /// Leads the project today.
    pub holder: bool,
    /// Anchors the project today.
    pub anchor: bool,
    /// Has any accepted place in the team today.
    pub team: bool,
    /// Was asked into the team and has not answered.
    pub invited: bool,
    /// Had an accepted place in the team.
    pub past: bool,
    /// The question is put to the visitor.
    pub asked: bool,
    /// The question asks for somebody to anchor the project.
    pub asks_anchor: bool,
    /// The question was put by the person who wants to join.
    pub wants_to_join: bool,
    /// Is the successor named in the handover.
    pub successor: bool,
    /// Offered the handover.
    pub offered: bool,
    /// The project has no anchor, or the anchor has been silent for 14 days.
    pub anchor_silent: bool,
    /// The object is the visitor.
    pub oneself: bool,
}

/// Whether somebody of this standing may do it.
#[must_use]
pub fn may(action: Action, s: Standing) -> bool {
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::May, action) {
        return true;
    }
    let lead = s.belongs && s.academy_lead;
    let works_on = s.belongs && (s.team || (s.draft && s.author));
    let reads = if s.draft { s.author || s.team || s.invited } else { s.belongs || s.past || s.successor };
    match action {
        Action::ReadTrust(_) | Action::RegisterProject(_) => s.belongs,
        Action::ManageOrganisation(_) => s.belongs && (s.academy_lead || s.administrator),
        Action::GrantRoles(_) => s.belongs && s.administrator,
        Action::ManagePriorities(_) | Action::Coordinate(_) => lead,
        Action::ReadProject(_) | Action::ReadHandover(_) => reads,
        Action::EditProject(_)
        | Action::DefineMeasure(_)
        | Action::RecordMeasurement(_)
        | Action::WriteCycle(_)
        | Action::DrawDrivers(_) => works_on || (lead && !s.draft),
        Action::FinishDraft(_) => s.belongs && s.draft && s.author,
        Action::ChangeStatus(_) | Action::OfferHandover(_) => !s.draft && s.belongs && (s.holder || s.anchor || lead),
        Action::ManageTeam(_) => s.belongs && (s.holder || s.anchor || (s.draft && s.author) || (lead && !s.draft)),
        Action::AskToJoin(_) => !s.draft && s.belongs && !s.team && !s.invited,
        Action::LeaveTeam(_) => s.team,
        Action::AnswerQuestion(_) => {
            if s.wants_to_join {
                s.belongs && (s.holder || s.anchor || lead)
            } else {
                s.asked || (s.asks_anchor && lead && !s.draft)
            }
        }
        Action::TakeOn(_) => !s.draft && s.belongs,
        Action::WithdrawHandover(_) => s.belongs && (s.offered || s.holder || lead),
        Action::AnswerAsSuccessor(_) => s.belongs && s.successor,
        Action::AnswerAsAnchor(_) => s.belongs && (s.anchor || (lead && s.anchor_silent)),
        Action::ChangeOwnAccount(_) => s.oneself,
    }
}

/// The proof that an action was allowed, with who does it and when. Only [`require`] makes one, or
/// whoever works for Baton itself: every module can read it,
///
/// ```
/// fn of(allowed: &app::access::Allowed<app::access::ReadTrust>) -> app::id::TrustId {
///     allowed.act.0
/// }
/// ```
///
/// and no other can make it, from nothing or from another one:
///
/// ```compile_fail,E0451
/// # use app::access::{Allowed, ReadTrust};
/// fn forged(act: ReadTrust, now: chrono::DateTime<chrono::Utc>) -> Allowed<ReadTrust> {
///     Allowed { act, actor: None, trust: None, request: String::new(), now, _seal: () }
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use app::access::{Allowed, ReadTrust};
/// fn widened(allowed: Allowed<ReadTrust>, act: ReadTrust) -> Allowed<ReadTrust> {
///     Allowed { act, ..allowed }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Allowed<A: Act> {
    /// The action, holding the object's id.
    pub act: A,
    /// Who does it; none for Baton itself and the operator.
    pub actor: Option<PersonId>,
    /// The trust in which it is done.
    pub trust: Option<TrustId>,
    /// The request that asked for it.
    pub request: String,
    /// The moment of the request.
    pub now: DateTime<Utc>,
    _seal: Seal,
}

/// What nobody outside can put into an [`Allowed`].
#[derive(Clone, Copy, Debug)]
struct Seal;

impl<A: Act> Allowed<A> {
    /// The day of the request, in London.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        date_in_london(self.now)
    }

    /// The same, done by Baton itself: what comes with the days and nobody did.
    pub(crate) fn by_itself(&self) -> Self {
        Self { actor: None, ..self.clone() }
    }

    /// The person who does it.
    ///
    /// # Errors
    /// [`Error::SignIn`] when Baton itself does it.
    pub fn person(&self) -> Result<PersonId, Error> {
        self.actor.ok_or(Error::SignIn)
    }

    /// The trust in which it is done.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what the operator does outside any trust.
    pub fn trust(&self) -> Result<TrustId, Error> {
        self.trust.ok_or(Error::NotFound)
    }
}

/// The proof for the operator at the command line, and for what fills the demonstration.
pub(crate) fn system<A: Act>(act: A, trust: Option<TrustId>, now: DateTime<Utc>) -> Allowed<A> {
    Allowed { act, actor: None, trust, request: "system".to_owned(), now, _seal: Seal }
}

/// The proof, when the visitor may do it.
///
/// # Errors
/// [`Error::SignIn`] for nobody, [`Error::NotFound`] when the object is not there or is not for the
/// visitor to know of, [`Error::Forbidden`] otherwise.
pub async fn require<A: Act>(conn: &mut Connection, request: &Request, act: A) -> Result<Allowed<A>, Error> {
    let person = request.person()?;
    let today = request.today();
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, act.action()) {
        let (actor, trust, request, now) = (Some(person.id), Some(person.trust), request.id.clone(), request.now);
        return Ok(Allowed { act, actor, trust, request, now, _seal: Seal });
    }
    let (trust, standing) = match act.action().subject() {
        Subject::Trust(trust) => (trust, Standing::default()),
        Subject::Person(id) => (person.trust, Standing { oneself: id == person.id, ..Standing::default() }),
        Subject::Project(id) => of_project(conn, person.id, id, today).await?,
        Subject::TeamRole(id) => {
            let question: Option<Question> = sqlx::query_as(
                "select project_id, person_id = $2 as asked, role = 'supervisor' as asks_anchor, opened_by = 'person' as wants_to_join
                 from team_role where id = $1 and state = 'asked' and until_on is null",
            )
            .bind(id)
            .bind(person.id)
            .fetch_optional(&mut *conn)
            .await?;
            let question = question.ok_or(Error::NotFound)?;
            let (trust, standing) = of_project(conn, person.id, question.project_id, today).await?;
            let Question { asked, asks_anchor, wants_to_join, .. } = question;
            (trust, Standing { asked, asks_anchor, wants_to_join, ..standing })
        }
        Subject::Handover(id) => {
            let handover: Option<Parties> = sqlx::query_as(
                "select h.project_id, coalesce(h.to_person = $2, 0) as successor, h.created_by = $2 as offered,
                        (h.offered_at is not null and h.offered_at <= $4)
                        or not exists (select 1 from team_role r where r.project_id = h.project_id and r.role = 'supervisor'
                             and r.state = 'accepted' and r.from_on <= $3 and (r.until_on is null or r.until_on > $3)) as anchor_silent
                 from handover h where h.id = $1",
            )
            .bind(id)
            .bind(person.id)
            .bind(today)
            .bind(request.now - chrono::Duration::days(14))
            .fetch_optional(&mut *conn)
            .await?;
            let handover = handover.ok_or(Error::NotFound)?;
            let (trust, standing) = of_project(conn, person.id, handover.project_id, today).await?;
            let Parties { successor, offered, anchor_silent, .. } = handover;
            (trust, Standing { successor, offered, anchor_silent, ..standing })
        }
    };
    let standing = in_trust(person, trust, standing);
    if may(act.action(), standing) {
        return Ok(Allowed {
            act,
            actor: Some(person.id),
            trust: Some(trust),
            request: request.id.clone(),
            now: request.now,
            _seal: Seal,
        });
    }
    let reads = match act.action().subject() {
        Subject::Project(id) => may(Action::ReadProject(id), standing),
        Subject::Handover(id) => may(Action::ReadHandover(id), standing),
        Subject::Trust(_) => trust == person.trust,
        Subject::TeamRole(_) => {
            standing.belongs && (!standing.draft || standing.author || standing.team || standing.invited)
        }
        Subject::Person(_) => standing.belongs,
    };
    Err(if reads { Error::Forbidden } else { Error::NotFound })
}

/// Breaks one check of one action on purpose, so that the tests can be seen to notice. Never part of
/// the program, and of no thread but the one that asked for it.
#[cfg(any(test, feature = "testing"))]
pub mod broken {
    use std::cell::Cell;

    use super::Action;

    /// Which check is broken.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Check {
        /// [`may`](super::may) says yes to everybody.
        May,
        /// [`require`](super::require) and [`standing`](super::standing) ask nothing of whoever is signed in.
        Require,
    }

    thread_local! {
        static BROKEN: Cell<Option<(Check, &'static str)>> = const { Cell::new(None) };
    }

    /// Breaks the check for the action of this name, and mends any that was broken before; `None` mends all.
    pub fn set(broken: Option<(Check, &'static str)>) {
        BROKEN.set(broken);
    }

    pub(super) fn is(check: Check, action: Action) -> bool {
        BROKEN.get() == Some((check, action.name()))
    }
}

/// What the visitor is to a project: for a page that asks [`may`] about several actions with one query.
///
/// # Errors
/// [`Error::SignIn`] for nobody, [`Error::NotFound`] when the project is not there or is not for the
/// visitor to know of.
pub async fn standing(conn: &mut Connection, request: &Request, project: ProjectId) -> Result<Standing, Error> {
    let person = request.person()?;
    let (trust, standing) = of_project(conn, person.id, project, request.today()).await?;
    let standing = in_trust(person, trust, standing);
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, Action::ReadProject(project)) {
        return Ok(standing);
    }
    if may(Action::ReadProject(project), standing) { Ok(standing) } else { Err(Error::NotFound) }
}

fn in_trust(person: &Person, trust: TrustId, standing: Standing) -> Standing {
    let here = trust == person.trust;
    Standing {
        belongs: here && person.belongs(),
        academy_lead: here && person.academy_lead,
        administrator: here && person.administrator,
        ..standing
    }
}

#[derive(FromRow)]
struct Question {
    project_id: ProjectId,
    asked: bool,
    asks_anchor: bool,
    wants_to_join: bool,
}

#[derive(FromRow)]
struct Parties {
    project_id: ProjectId,
    successor: bool,
    offered: bool,
    anchor_silent: bool,
}

#[derive(FromRow)]
struct InProject {
    trust_id: TrustId,
    draft: bool,
    author: bool,
    holder: bool,
    anchor: bool,
    team: bool,
    invited: bool,
    past: bool,
    successor: bool,
}

async fn of_project(
    conn: &mut Connection,
    person: PersonId,
    project: ProjectId,
    today: NaiveDate,
) -> Result<(TrustId, Standing), Error> {
    let found: Option<InProject> = sqlx::query_as(
        "select p.trust_id, p.status = 'draft' as draft, p.author_id = $2 as author,
                coalesce(max(r.state = 'accepted' and r.role = 'lead' and r.from_on <= $3 and (r.until_on is null or r.until_on > $3)), 0) as holder,
                coalesce(max(r.state = 'accepted' and r.role = 'supervisor' and r.from_on <= $3 and (r.until_on is null or r.until_on > $3)), 0) as anchor,
                coalesce(max(r.state = 'accepted' and r.from_on <= $3 and (r.until_on is null or r.until_on > $3)), 0) as team,
                coalesce(max(r.state = 'asked' and r.opened_by = 'team' and r.until_on is null), 0) as invited,
                coalesce(max(r.state = 'accepted' and r.until_on is not null and r.until_on <= $3), 0) as past,
                exists (select 1 from handover h where h.project_id = p.id and h.to_person = $2 and h.state in ('offered', 'agreed')) as successor
         from project p left join team_role r on r.project_id = p.id and r.person_id = $2
         where p.id = $1 group by p.id",
    )
    .bind(project)
    .bind(person)
    .bind(today)
    .fetch_optional(conn)
    .await?;
    let found = found.ok_or(Error::NotFound)?;
    let InProject { trust_id, draft, author, holder, anchor, team, invited, past, successor } = found;
    Ok((trust_id, Standing { draft, author, holder, anchor, team, invited, past, successor, ..Standing::default() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A standing in a word or two, for the table.
    fn standing(words: &str) -> Standing {
        let mut s = Standing::default();
        for word in words.split(' ') {
            match word {
                "outside" => {}
                "belongs" => s.belongs = true,
                "lead" => (s.belongs, s.academy_lead) = (true, true),
                "administrator" => (s.belongs, s.administrator) = (true, true),
                "draft" => s.draft = true,
                "author" => (s.belongs, s.author) = (true, true),
                "holder" => (s.belongs, s.holder, s.team) = (true, true, true),
                "anchor" => (s.belongs, s.anchor, s.team) = (true, true, true),
                "team" => (s.belongs, s.team) = (true, true),
                "invited" => (s.belongs, s.invited) = (true, true),
                "past" => s.past = true,
                "asked" => (s.belongs, s.asked) = (true, true),
                "asks-anchor" => s.asks_anchor = true,
                "wants" => s.wants_to_join = true,
                "successor" => (s.belongs, s.successor) = (true, true),
                "offered" => (s.belongs, s.offered) = (true, true),
                "silent" => s.anchor_silent = true,
                "oneself" => s.oneself = true,
                other => panic!("no standing {other}"),
            }
        }
        s
    }

    #[test]
    fn who_may_do_what_is_as_the_table_says() {
        let (t, p, q, h, me) =
            (TrustId::new(), ProjectId::new(), TeamRoleId::new(), HandoverId::new(), PersonId::new());
        let table: &[(Action, &[&str], &[&str])] = &[
            (Action::ReadTrust(t), &["belongs", "lead", "administrator"], &["outside", "past", "oneself"]),
            (Action::ManageOrganisation(t), &["lead", "administrator"], &["outside", "belongs", "holder", "anchor"]),
            (Action::GrantRoles(t), &["administrator"], &["outside", "belongs", "lead", "holder"]),
            (Action::ManagePriorities(t), &["lead"], &["outside", "belongs", "administrator", "holder"]),
            (Action::Coordinate(t), &["lead"], &["outside", "belongs", "administrator", "holder"]),
            (Action::RegisterProject(t), &["belongs", "lead", "administrator"], &["outside", "past"]),
            (
                Action::ReadProject(p),
                &["belongs", "lead", "past", "successor", "draft author", "draft invited", "draft team"],
                &["outside", "draft belongs", "draft lead", "draft administrator", "draft past"],
            ),
            (
                Action::EditProject(p),
                &["holder", "anchor", "team", "lead", "draft author", "draft team"],
                &["outside", "belongs", "past", "administrator", "invited", "successor", "draft lead", "draft invited"],
            ),
            (Action::FinishDraft(p), &["draft author"], &["author", "draft lead", "draft team", "holder"]),
            (
                Action::ChangeStatus(p),
                &["holder", "anchor", "lead"],
                &["outside", "belongs", "team", "past", "administrator", "draft author", "draft lead"],
            ),
            (
                Action::ManageTeam(p),
                &["holder", "anchor", "lead", "draft author"],
                &["outside", "belongs", "team", "past", "administrator", "draft lead"],
            ),
            (
                Action::AskToJoin(p),
                &["belongs", "past belongs", "lead"],
                &["outside", "team", "invited", "draft belongs"],
            ),
            (Action::LeaveTeam(p), &["team", "holder", "anchor"], &["outside", "belongs", "lead", "past"]),
            (
                Action::AnswerQuestion(q),
                &["asked", "asks-anchor lead", "wants holder", "wants anchor", "wants lead"],
                &[
                    "belongs",
                    "lead",
                    "wants asked",
                    "wants team",
                    "asks-anchor holder",
                    "asks-anchor draft lead",
                    "outside",
                ],
            ),
            (Action::DefineMeasure(p), &["holder", "team", "lead", "draft author"], &["belongs", "past", "outside"]),
            (
                Action::RecordMeasurement(p),
                &["holder", "team", "lead", "draft author"],
                &["belongs", "past", "outside"],
            ),
            (Action::WriteCycle(p), &["holder", "team", "lead", "draft author"], &["belongs", "past", "outside"]),
            (
                Action::DrawDrivers(p),
                &["holder", "anchor", "team", "lead", "draft author"],
                &["belongs", "past", "outside", "administrator", "draft lead"],
            ),
            (
                Action::OfferHandover(p),
                &["holder", "anchor", "lead"],
                &["belongs", "team", "past", "outside", "administrator", "draft author"],
            ),
            (Action::TakeOn(p), &["belongs", "team", "lead"], &["outside", "past", "draft belongs"]),
            (Action::ReadHandover(h), &["belongs", "successor", "past"], &["outside", "oneself"]),
            (
                Action::WithdrawHandover(h),
                &["offered", "holder", "lead"],
                &["belongs", "successor", "anchor", "outside"],
            ),
            (Action::AnswerAsSuccessor(h), &["successor"], &["belongs", "holder", "lead", "anchor", "outside"]),
            (
                Action::AnswerAsAnchor(h),
                &["anchor", "silent lead"],
                &["lead", "silent belongs", "successor", "holder", "outside"],
            ),
            (Action::ChangeOwnAccount(me), &["oneself"], &["belongs", "lead", "administrator"]),
        ];
        for (action, yes, no) in table {
            for words in *yes {
                assert!(may(*action, standing(words)), "{action:?} is refused to {words}");
            }
            for words in *no {
                assert!(!may(*action, standing(words)), "{action:?} is allowed to {words}");
            }
        }
    }
}
