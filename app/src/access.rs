//! Who may do what, in one place. Default deny: [`may`] is one exhaustive match over every action, and
//! a store's write takes the [`Allowed`] proof of its own action, so a write without its check does
//! not compile.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use crate::clock::date_in_london;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, MeasureId, PersonId, ProjectId, TeamRoleId, TrustId};
use crate::roles::{counts, oldest_live};
use crate::visitor::{Caller, Person};

/// An action's type: says which [`Action`] it is.
pub trait Act: Copy + Send + Sync + 'static {
    /// The action, with the object's id.
    fn action(self) -> Action;
}

/// What an action is done to, under its own name.
macro_rules! object_of {
    (Trust, $name:ident, $id:ty) => {
        object_of!(@ trust, "The trust it is done to.", $name, $id);
    };
    (Project, $name:ident, $id:ty) => {
        object_of!(@ project, "The project it is done to.", $name, $id);
    };
    (TeamRole, $name:ident, $id:ty) => {
        object_of!(@ membership, "The membership it is done to.", $name, $id);
    };
    (Handover, $name:ident, $id:ty) => {
        object_of!(@ handover, "The handover it is done to.", $name, $id);
    };
    (Person, $name:ident, $id:ty) => {
        object_of!(@ account, "The person whose account it is done to.", $name, $id);
    };
    (@ $method:ident, $doc:literal, $name:ident, $id:ty) => {
        impl Allowed<$name> {
            #[doc = $doc]
            #[must_use]
            pub fn $method(&self) -> $id {
                self.act.0
            }
        }
    };
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

            object_of!($subject, $name, $id);

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
    /// Accept or decline as the supervisor, or for the supervisor.
    AnswerAsSupervisor(HandoverId) on Handover,
    /// Change one's own password and end one's own sessions.
    ChangeOwnAccount(PersonId) on Person,
    /// Answer a trust that asks for oneself, and choose the trust that one works in.
    ChooseOwnTrust(PersonId) on Person,
}

/// What the visitor is to the object of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Relationship {
    /// The object belongs to the trust in which the visitor has a current post or a trust role.
    pub belongs: bool,
    /// Academy lead of the object's trust.
    pub academy_lead: bool,
    /// Administrator of the object's trust.
    pub administrator: bool,
    /// The project is a draft.
    pub draft: bool,
    /// The project is closed, for whatever reason.
    pub closed: bool,
    /// The project was merged into another.
    pub merged: bool,
    /// The visitor wrote the draft.
    pub author: bool,
    /// Leads the project today.
    pub lead: bool,
    /// Supervises the project today. For a handover: and neither gives nor takes it.
    pub supervisor: bool,
    /// Has any accepted place in the team today.
    pub team: bool,
    /// Was asked into the team and has not answered.
    pub invited: bool,
    /// Had an accepted place in the team that was not given by mistake.
    pub past: bool,
    /// The question is put to the visitor.
    pub asked: bool,
    /// The question asks for somebody to supervise the project.
    pub asks_supervisor: bool,
    /// The question was put by the person who wants to join.
    pub wants_to_join: bool,
    /// Is the successor named in the handover.
    pub successor: bool,
    /// Offered the handover.
    pub offered: bool,
    /// Gives the project away in the handover, or takes it.
    pub party: bool,
    /// No supervisor counts for the handover, or they have been silent for 14 days.
    pub supervisor_silent: bool,
    /// The object is the visitor.
    pub oneself: bool,
}

impl Relationship {
    /// Leads or supervises the project, or coordinates its trust.
    fn runs(self) -> bool {
        self.belongs && (self.lead || self.supervisor || self.academy_lead)
    }
}

/// Whether somebody of this relationship may do it.
#[must_use]
pub fn may(action: Action, s: Relationship) -> bool {
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::May, action) {
        return true;
    }
    let coordinates = s.belongs && s.academy_lead;
    let works_on = s.belongs && !s.closed && (s.team || (s.draft && s.author));
    let reads = if s.draft {
        s.author || s.team || s.invited
    } else {
        s.belongs || s.team || s.invited || s.past || s.successor
    };
    match action {
        Action::ReadTrust(_) | Action::RegisterProject(_) => s.belongs,
        Action::ManageOrganisation(_) => s.belongs && (s.academy_lead || s.administrator),
        Action::GrantRoles(_) => s.belongs && s.administrator,
        Action::ManagePriorities(_) | Action::Coordinate(_) => coordinates,
        Action::ReadProject(_) | Action::ReadHandover(_) => reads,
        Action::EditProject(_)
        | Action::DefineMeasure(_)
        | Action::RecordMeasurement(_)
        | Action::WriteCycle(_)
        | Action::DrawDrivers(_) => works_on || (coordinates && !s.draft && !s.closed),
        Action::FinishDraft(_) => s.belongs && s.draft && s.author,
        Action::ChangeStatus(_) => !s.draft && !s.merged && s.runs(),
        Action::OfferHandover(_) => !s.draft && !s.closed && s.runs(),
        Action::ManageTeam(_) => {
            !s.closed && s.belongs && (s.lead || s.supervisor || (s.draft && s.author) || (coordinates && !s.draft))
        }
        Action::AskToJoin(_) => !s.draft && !s.closed && s.belongs && !s.team && !s.invited,
        Action::LeaveTeam(_) => s.team && !s.closed,
        Action::AnswerQuestion(_) if s.closed => false,
        Action::AnswerQuestion(_) => {
            if s.wants_to_join && s.asks_supervisor {
                // Who names themselves as the supervisor has the academy lead's word for it, never their own.
                coordinates && !s.asked && !s.draft
            } else if s.wants_to_join {
                s.belongs && (s.lead || s.supervisor || coordinates)
            } else {
                s.asked || (s.asks_supervisor && coordinates && !s.draft)
            }
        }
        Action::TakeOn(_) => !s.draft && !s.closed && s.belongs,
        Action::WithdrawHandover(_) => s.belongs && (s.offered || s.lead || coordinates),
        Action::AnswerAsSuccessor(_) => s.belongs && s.successor,
        Action::AnswerAsSupervisor(_) => {
            s.belongs && !s.party && (s.supervisor || (coordinates && s.supervisor_silent))
        }
        Action::ChangeOwnAccount(_) | Action::ChooseOwnTrust(_) => s.oneself,
    }
}

/// The proof that an action was allowed, with who does it and when. Only [`require`] makes one, or
/// whoever works for Baton itself: every module can read it,
///
/// ```
/// fn of(allowed: &app::access::Allowed<app::access::ReadTrust>) -> app::id::TrustId {
///     allowed.trust()
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
    act: A,
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

    /// The same, in the history of another trust: the one that it is about.
    pub(crate) fn told_in(&self, trust: TrustId) -> Self {
        Self { trust: Some(trust), ..self.clone() }
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
    pub fn in_trust(&self) -> Result<TrustId, Error> {
        self.trust.ok_or(Error::NotFound)
    }
}

/// The proof for the operator at the command line, and for what fills the demonstration.
pub(crate) fn system<A: Act>(act: A, trust: Option<TrustId>, now: DateTime<Utc>) -> Allowed<A> {
    Allowed { act, actor: None, trust, request: "system".to_owned(), now, _seal: Seal }
}

/// The proof for somebody who set a password with a code that was handed to them in person.
pub(crate) fn by_code(person: PersonId, trust: Option<TrustId>, caller: &Caller) -> Allowed<ChangeOwnAccount> {
    Allowed {
        act: ChangeOwnAccount(person),
        actor: Some(person),
        trust,
        request: caller.id.clone(),
        now: caller.now,
        _seal: Seal,
    }
}

/// The proof, when the visitor may do it as they are now: session, account, tie, posts and roles are
/// read on the connection that is given, so inside a change nothing has passed since.
///
/// # Errors
/// [`Error::SignIn`] for nobody and for a session that has ended meanwhile, [`Error::NotFound`] when the
/// object is not there or is not for the visitor to know of, [`Error::Forbidden`] otherwise.
pub async fn require<A: Act>(conn: &mut Connection, caller: &Caller, act: A) -> Result<Allowed<A>, Error> {
    let person = match act.action() {
        Action::ChangeOwnAccount(_) => caller.visitor.account()?,
        _ => caller.person()?,
    };
    let today = caller.today();
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, act.action()) {
        let (actor, trust, request, now) = (Some(person.id), Some(person.trust), caller.id.clone(), caller.now);
        return Ok(Allowed { act, actor, trust, request, now, _seal: Seal });
    }
    let (trust, now, relationship) = match act.action().subject() {
        Subject::Trust(trust) => (trust, now(conn, person, today).await?, Relationship::default()),
        Subject::Person(id) => {
            let relationship = Relationship { oneself: id == person.id, ..Relationship::default() };
            (person.trust, now(conn, person, today).await?, relationship)
        }
        Subject::Project(id) => {
            let found = of_project(conn, person, At::Project(id), today).await?;
            (found.trust, found.now, found.relationship)
        }
        Subject::TeamRole(id) => {
            let question: Option<Question> = sqlx::query_as(
                "select project_id, person_id = $2 as asked, role = 'supervisor' as asks_supervisor, opened_by = 'person' as wants_to_join
                 from team_role where id = $1 and state = 'asked' and until_on is null",
            )
            .bind(id)
            .bind(person.id)
            .fetch_optional(&mut *conn)
            .await?;
            let question = question.ok_or(Error::NotFound)?;
            let found = of_project(conn, person, At::Project(question.project_id), today).await?;
            let Question { asked, asks_supervisor, wants_to_join, .. } = question;
            let relationship =
                Relationship { asked: asked && found.tied, asks_supervisor, wants_to_join, ..found.relationship };
            (found.trust, found.now, relationship)
        }
        Subject::Handover(id) => {
            let handover: Option<Parties> = sqlx::query_as(concat!(
                "select h.project_id, coalesce(h.to_person = $2, 0) as successor, h.created_by = $2 as offered,
                        coalesce(h.from_person = $2, 0) or coalesce(h.to_person = $2, 0) as party,
                        exists (select 1 from team_role r where r.person_id = $2 and ",
                counts!("$3"),
                ") as supervisor,
                        (h.offered_at is not null and h.offered_at <= $4) or not exists (select 1 from team_role r where ",
                counts!("$3"),
                ") as supervisor_silent
                 from handover h where h.id = $1",
            ))
            .bind(id)
            .bind(person.id)
            .bind(today)
            .bind(caller.now - chrono::Duration::days(timeline::SILENT_AFTER_DAYS))
            .fetch_optional(&mut *conn)
            .await?;
            let handover = handover.ok_or(Error::NotFound)?;
            let found = of_project(conn, person, At::Project(handover.project_id), today).await?;
            let Parties { successor, offered, party, supervisor, supervisor_silent, .. } = handover;
            let relationship = Relationship {
                successor: successor && found.tied,
                offered: offered && found.tied,
                supervisor: supervisor && found.tied,
                party,
                supervisor_silent,
                ..found.relationship
            };
            (found.trust, found.now, relationship)
        }
    };
    let relationship = in_trust(person, trust, now, relationship)?;
    if may(act.action(), relationship) {
        return Ok(Allowed {
            act,
            actor: Some(person.id),
            trust: Some(trust),
            request: caller.id.clone(),
            now: caller.now,
            _seal: Seal,
        });
    }
    let open = Relationship { closed: false, merged: false, ..relationship };
    if may(act.action(), open) {
        return Err(closed(relationship));
    }
    let reads = match act.action().subject() {
        Subject::Project(id) => may(Action::ReadProject(id), relationship),
        Subject::Handover(id) => may(Action::ReadHandover(id), relationship),
        Subject::Trust(_) => trust == person.trust,
        Subject::TeamRole(_) => {
            relationship.belongs
                && (!relationship.draft || relationship.author || relationship.team || relationship.invited)
        }
        Subject::Person(_) => relationship.belongs,
    };
    Err(if reads { Error::Forbidden } else { Error::NotFound })
}

/// Why nothing changes in a project that is closed, to somebody who could change it otherwise.
fn closed(relationship: Relationship) -> Error {
    Error::form(if relationship.merged {
        "This project was merged into another and changes no more. The academy lead can undo that under Look-alikes."
    } else if relationship.runs() {
        "This project is closed. Reopen it first."
    } else {
        "This project is closed. Its lead, its supervisor or the academy lead can reopen it."
    })
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
        /// [`require`](super::require) and [`relationship`](super::relationship) ask nothing of whoever is signed in.
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
pub async fn relationship(conn: &mut Connection, caller: &Caller, project: ProjectId) -> Result<Relationship, Error> {
    let person = caller.person()?;
    let found = of_project(conn, person, At::Project(project), caller.today()).await?;
    let relationship = in_trust(person, found.trust, found.now, found.relationship)?;
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, Action::ReadProject(project)) {
        return Ok(relationship);
    }
    if may(Action::ReadProject(project), relationship) { Ok(relationship) } else { Err(Error::NotFound) }
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
    let person = caller.person()?;
    let found = of_project(conn, person, At::Measure(measure), caller.today()).await?;
    let relationship = in_trust(person, found.trust, found.now, found.relationship)?;
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::Require, Action::ReadProject(found.project)) {
        return Ok(relationship);
    }
    if may(Action::ReadProject(found.project), relationship) { Ok(relationship) } else { Err(Error::NotFound) }
}

/// The person in the trust of their session, as they are now.
#[derive(Clone, Copy, Debug, Default, FromRow)]
struct Now {
    /// The session has not ended, the account is open, and the tie to the trust is accepted.
    live: bool,
    has_post: bool,
    academy_lead: bool,
    administrator: bool,
}

/// The one row of [`Now`], empty when the session does not live: `$2` is the person, `$3` the day, `$4`
/// the session, `$5` its trust.
macro_rules! now {
    () => {
        "select 1 as live,
                exists (select 1 from post where person_id = $2 and trust_id = $5
                        and starts_on <= $3 and (ends_on is null or ends_on >= $3)) as has_post,
                exists (select 1 from trust_role where person_id = $2 and trust_id = $5 and role = 'academy_lead') as academy_lead,
                exists (select 1 from trust_role where person_id = $2 and trust_id = $5 and role = 'administrator') as administrator
         from session s join person q on q.id = s.person_id
         join tie k on k.person_id = s.person_id and k.trust_id = s.trust_id and k.state = 'accepted'
         where s.token_hash = $4 and s.person_id = $2 and s.trust_id = $5 and s.ended_at is null
           and (q.closed_on is null or q.closed_on > $3)"
    };
}

async fn now(conn: &mut Connection, person: &Person, today: NaiveDate) -> Result<Now, Error> {
    // The text speaks of $2 to $5: the first is only there to be left out.
    let now: Option<Now> = sqlx::query_as(concat!("select n.* from (", now!(), ") n where $1 is null"))
        .bind(None::<String>)
        .bind(person.id)
        .bind(today)
        .bind(&person.session)
        .bind(person.trust)
        .fetch_optional(conn)
        .await?;
    Ok(now.unwrap_or_default())
}

fn in_trust(person: &Person, trust: TrustId, now: Now, relationship: Relationship) -> Result<Relationship, Error> {
    if !now.live {
        return Err(Error::SignIn);
    }
    let here = trust == person.trust;
    Ok(Relationship {
        belongs: here && (now.has_post || now.academy_lead || now.administrator),
        academy_lead: here && now.academy_lead,
        administrator: here && now.administrator,
        ..relationship
    })
}

#[derive(FromRow)]
struct Question {
    project_id: ProjectId,
    asked: bool,
    asks_supervisor: bool,
    wants_to_join: bool,
}

#[derive(FromRow)]
struct Parties {
    project_id: ProjectId,
    successor: bool,
    offered: bool,
    party: bool,
    supervisor: bool,
    supervisor_silent: bool,
}

#[derive(FromRow)]
struct InProject {
    id: ProjectId,
    trust_id: TrustId,
    tied: bool,
    draft: bool,
    closed: bool,
    merged: bool,
    author: bool,
    lead: bool,
    supervisor: bool,
    team: bool,
    invited: bool,
    past: bool,
    successor: bool,
    #[sqlx(flatten)]
    now: Now,
}

/// A project's trust, and what somebody is to the project.
struct Found {
    project: ProjectId,
    trust: TrustId,
    /// They have accepted the project's trust: before, no place in the project counts.
    tied: bool,
    relationship: Relationship,
    now: Now,
}

/// Which project is asked about.
#[derive(Clone, Copy, Debug)]
enum At {
    Project(ProjectId),
    /// The project of this measure.
    Measure(MeasureId),
}

/// The one row of [`InProject`]: `$1` is what the condition speaks of, `$2` to `$5` as for [`Now`], `$6` the
/// earliest day of an offer that has not lapsed.
macro_rules! in_project {
    ($which:literal) => {
        concat!(
            "select p.id, p.trust_id, p.status = 'draft' as draft, p.status = 'closed' as closed,
                p.merged_into is not null as merged, p.author_id = $2 as author,
                exists (select 1 from tie where person_id = $2 and trust_id = p.trust_id and state = 'accepted') as tied,
                coalesce(max(r.state = 'accepted' and r.role = 'lead' and r.from_on <= $3 and (r.until_on is null or r.until_on > $3)), 0) as lead,
                coalesce(max(r.state = 'accepted' and r.role = 'supervisor' and r.from_on <= $3 and (r.until_on is null or r.until_on > $3)), 0) as supervisor,
                coalesce(max(r.state = 'accepted' and r.from_on <= $3 and (r.until_on is null or r.until_on > $3)), 0) as team,
                coalesce(max(r.state = 'asked' and r.opened_by = 'team' and r.until_on is null), 0) as invited,
                coalesce(max(r.state = 'accepted' and r.until_on is not null and r.until_on <= $3 and not r.by_mistake), 0) as past,
                exists (select 1 from handover h where h.project_id = p.id and h.to_person = $2
                        and ((h.state = 'offered' and h.takes_effect_on >= $6) or (h.state = 'agreed' and h.takes_effect_on > $3))) as successor,
                coalesce(n.live, 0) as live, coalesce(n.has_post, 0) as has_post,
                coalesce(n.academy_lead, 0) as academy_lead, coalesce(n.administrator, 0) as administrator
             from project p left join team_role r on r.project_id = p.id and r.person_id = $2
             left join (",
            now!(),
            ") n on true where ",
            $which,
            " group by p.id, n.live, n.has_post, n.academy_lead, n.administrator"
        )
    };
}

async fn of_project(conn: &mut Connection, person: &Person, at: At, today: NaiveDate) -> Result<Found, Error> {
    let (text, id) = match at {
        At::Project(id) => (in_project!("p.id = $1"), id.0),
        At::Measure(id) => (in_project!("p.id = (select project_id from measure where id = $1)"), id.0),
    };
    let found: Option<InProject> = sqlx::query_as(text)
        .bind(id.hyphenated().to_string())
        .bind(person.id)
        .bind(today)
        .bind(&person.session)
        .bind(person.trust)
        .bind(oldest_live(today))
        .fetch_optional(conn)
        .await?;
    let InProject {
        id: project,
        trust_id: trust,
        tied,
        draft,
        closed,
        merged,
        author,
        lead,
        supervisor,
        team,
        invited,
        past,
        successor,
        now,
    } = found.ok_or(Error::NotFound)?;
    let what = Relationship { draft, closed, merged, ..Relationship::default() };
    let relationship =
        if tied { Relationship { author, lead, supervisor, team, invited, past, successor, ..what } } else { what };
    Ok(Found { project, trust, tied, relationship, now })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, on};
    use crate::web::request::Request;

    /// A relationship in a word or two, for the table.
    fn relationship(words: &str) -> Relationship {
        let mut s = Relationship::default();
        for word in words.split(' ') {
            match word {
                "outside" => {}
                "belongs" => s.belongs = true,
                "academy" => (s.belongs, s.academy_lead) = (true, true),
                "administrator" => (s.belongs, s.administrator) = (true, true),
                "draft" => s.draft = true,
                "closed" => s.closed = true,
                "merged" => (s.closed, s.merged) = (true, true),
                "party" => s.party = true,
                "by-oneself" => (s.wants_to_join, s.asks_supervisor) = (true, true),
                "author" => (s.belongs, s.author) = (true, true),
                "lead" => (s.belongs, s.lead, s.team) = (true, true, true),
                "supervisor" => (s.belongs, s.supervisor, s.team) = (true, true, true),
                "team" => (s.belongs, s.team) = (true, true),
                "invited" => (s.belongs, s.invited) = (true, true),
                "named" => s.invited = true,
                "past" => s.past = true,
                "guest" => s.team = true,
                "asked" => (s.belongs, s.asked) = (true, true),
                "asks-supervisor" => s.asks_supervisor = true,
                "wants" => s.wants_to_join = true,
                "successor" => (s.belongs, s.successor) = (true, true),
                "offered" => (s.belongs, s.offered) = (true, true),
                "silent" => s.supervisor_silent = true,
                "oneself" => s.oneself = true,
                other => panic!("no relationship {other}"),
            }
        }
        s
    }

    #[test]
    fn who_may_do_what_is_as_the_table_says() {
        let (t, p, q, h, me) =
            (TrustId::new(), ProjectId::new(), TeamRoleId::new(), HandoverId::new(), PersonId::new());
        let table: &[(Action, &[&str], &[&str])] = &[
            (Action::ReadTrust(t), &["belongs", "academy", "administrator"], &["outside", "past", "oneself"]),
            (
                Action::ManageOrganisation(t),
                &["academy", "administrator"],
                &["outside", "belongs", "lead", "supervisor"],
            ),
            (Action::GrantRoles(t), &["administrator"], &["outside", "belongs", "academy", "lead"]),
            (Action::ManagePriorities(t), &["academy"], &["outside", "belongs", "administrator", "lead"]),
            (Action::Coordinate(t), &["academy"], &["outside", "belongs", "administrator", "lead"]),
            (Action::RegisterProject(t), &["belongs", "academy", "administrator"], &["outside", "past"]),
            (
                Action::ReadProject(p),
                &[
                    "belongs",
                    "academy",
                    "past",
                    "guest",
                    "successor",
                    "named",
                    "closed belongs",
                    "draft author",
                    "draft invited",
                    "draft team",
                ],
                &["outside", "draft belongs", "draft academy", "draft administrator", "draft past"],
            ),
            (
                Action::EditProject(p),
                &["lead", "supervisor", "team", "academy", "draft author", "draft team"],
                &[
                    "outside",
                    "belongs",
                    "past",
                    "guest",
                    "administrator",
                    "invited",
                    "successor",
                    "draft academy",
                    "draft invited",
                    "closed lead",
                    "closed academy",
                ],
            ),
            (Action::FinishDraft(p), &["draft author"], &["author", "draft academy", "draft team", "lead"]),
            (
                Action::ChangeStatus(p),
                &["lead", "supervisor", "academy", "closed lead", "closed academy"],
                &[
                    "outside",
                    "belongs",
                    "team",
                    "past",
                    "administrator",
                    "draft author",
                    "draft academy",
                    "merged academy",
                ],
            ),
            (
                Action::ManageTeam(p),
                &["lead", "supervisor", "academy", "draft author"],
                &[
                    "outside",
                    "belongs",
                    "team",
                    "past",
                    "administrator",
                    "draft academy",
                    "closed lead",
                    "closed academy",
                ],
            ),
            (
                Action::AskToJoin(p),
                &["belongs", "past belongs", "academy"],
                &["outside", "team", "invited", "draft belongs", "closed belongs"],
            ),
            (
                Action::LeaveTeam(p),
                &["team", "lead", "supervisor"],
                &["outside", "belongs", "academy", "past", "closed team"],
            ),
            (
                Action::AnswerQuestion(q),
                &[
                    "asked",
                    "asks-supervisor academy",
                    "wants lead",
                    "wants supervisor",
                    "wants academy",
                    "by-oneself academy",
                ],
                &[
                    "by-oneself lead",
                    "by-oneself asked",
                    "by-oneself asked academy",
                    "closed asked",
                    "closed wants lead",
                    "belongs",
                    "academy",
                    "wants asked",
                    "wants team",
                    "asks-supervisor lead",
                    "asks-supervisor draft academy",
                    "outside",
                ],
            ),
            (
                Action::DefineMeasure(p),
                &["lead", "team", "academy", "draft author"],
                &["belongs", "past", "outside", "closed lead", "closed academy"],
            ),
            (
                Action::RecordMeasurement(p),
                &["lead", "team", "academy", "draft author"],
                &["belongs", "past", "outside", "closed lead", "closed academy"],
            ),
            (
                Action::WriteCycle(p),
                &["lead", "team", "academy", "draft author"],
                &["belongs", "past", "outside", "closed lead", "closed academy"],
            ),
            (
                Action::DrawDrivers(p),
                &["lead", "supervisor", "team", "academy", "draft author"],
                &["belongs", "past", "outside", "administrator", "draft academy", "closed lead", "closed academy"],
            ),
            (
                Action::OfferHandover(p),
                &["lead", "supervisor", "academy"],
                &["belongs", "team", "past", "outside", "administrator", "draft author", "closed lead"],
            ),
            (
                Action::TakeOn(p),
                &["belongs", "team", "academy"],
                &["outside", "past", "draft belongs", "closed belongs"],
            ),
            (Action::ReadHandover(h), &["belongs", "successor", "past"], &["outside", "oneself"]),
            (
                Action::WithdrawHandover(h),
                &["offered", "lead", "academy"],
                &["belongs", "successor", "supervisor", "outside"],
            ),
            (Action::AnswerAsSuccessor(h), &["successor"], &["belongs", "lead", "academy", "supervisor", "outside"]),
            (
                Action::AnswerAsSupervisor(h),
                &["supervisor", "silent academy"],
                &[
                    "academy",
                    "silent belongs",
                    "successor",
                    "lead",
                    "outside",
                    "party supervisor",
                    "party silent academy",
                ],
            ),
            (Action::ChangeOwnAccount(me), &["oneself"], &["belongs", "academy", "administrator"]),
            (Action::ChooseOwnTrust(me), &["oneself"], &["belongs", "academy", "administrator"]),
        ];
        for (action, yes, no) in table {
            for words in *yes {
                assert!(may(*action, relationship(words)), "{action:?} is refused to {words}");
            }
            for words in *no {
                assert!(!may(*action, relationship(words)), "{action:?} is allowed to {words}");
            }
        }
    }

    async fn refusals(request: &Request, project: ProjectId) -> Vec<Error> {
        let person = request.person().expect("somebody").clone();
        let mut change = request.store.write().await.expect("a change");
        let mut refused = Vec::new();
        refused.extend(request.require(&mut change, ReadTrust(person.trust)).await.err());
        refused.extend(request.require(&mut change, EditProject(project)).await.err());
        refused.extend(request.require(&mut change, ChangeOwnAccount(person.id)).await.err());
        refused.extend(request.require(&mut change, ChooseOwnTrust(person.id)).await.err());
        refused.extend(super::relationship(&mut change, request, project).await.err());
        refused
    }

    #[tokio::test]
    async fn a_write_is_refused_to_whoever_lost_session_account_or_tie_since_the_request_began() {
        for change in [
            "update session set ended_at = '2026-03-04T12:00:01Z' where person_id = $1",
            "update person set closed_on = '2026-03-04' where id = $1",
            "delete from tie where person_id = $1",
            "update tie set state = 'declined' where person_id = $1",
        ] {
            let at = Fixture::new().await;
            let project = at.project("Sepsis bundle").await;
            let request = at.request(Some(at.trainee)).await;
            assert_eq!(refusals(&request, project).await, [], "before");
            let mut write = at.store.write().await.expect("a change");
            sqlx::query(change).bind(at.trainee).execute(&mut *write).await.expect(change);
            write.commit().await.expect("committed");
            assert_eq!(refusals(&request, project).await, vec![Error::SignIn; 5], "{change}");
        }
    }

    #[tokio::test]
    async fn a_write_is_refused_to_whoever_lost_role_or_post_since_the_request_began() {
        let at = Fixture::new().await;
        let project = at.project("Sepsis bundle").await;
        let lead = at.request(Some(at.lead)).await;
        let trainee = at.request(Some(at.trainee)).await;
        let administrator = at.request(Some(at.administrator)).await;
        let mut change = at.store.write().await.expect("a change");
        for (request, allowed) in [(&lead, true), (&trainee, true)] {
            assert_eq!(request.require(&mut change, EditProject(project)).await.is_ok(), allowed);
        }
        assert!(lead.require(&mut change, ManagePriorities(at.trust)).await.is_ok());
        assert!(administrator.require(&mut change, GrantRoles(at.trust)).await.is_ok());
        for sql in ["delete from trust_role", "update post set ends_on = '2026-03-03'"] {
            sqlx::query(sql).execute(&mut *change).await.expect(sql);
        }
        // Who has a place in its team still reads it; who had the role only no longer knows of it.
        assert_eq!(trainee.require(&mut change, EditProject(project)).await.err(), Some(Error::Forbidden));
        assert_eq!(lead.require(&mut change, EditProject(project)).await.err(), Some(Error::NotFound));
        assert_eq!(lead.require(&mut change, ManagePriorities(at.trust)).await.err(), Some(Error::Forbidden));
        assert_eq!(administrator.require(&mut change, GrantRoles(at.trust)).await.err(), Some(Error::Forbidden));
    }

    #[tokio::test]
    async fn a_place_in_a_project_counts_for_nothing_before_its_trust_is_accepted() {
        let at = Fixture::new().await;
        let project = at.project("Sepsis bundle").await;
        let stranger = at.request(Some(at.stranger)).await;
        let mut change = at.store.write().await.expect("a change");
        let place = crate::testing::role(&mut change, project, at.stranger, "supervisor", on("2026-01-01"), None).await;
        sqlx::query("update project set status = 'draft', reference = null")
            .execute(&mut *change)
            .await
            .expect("draft");
        assert!(stranger.require(&mut change, ReadProject(project)).await.is_ok(), "accepted, so in the team");
        for asked in [false, true] {
            if asked {
                sqlx::query("update team_role set state = 'asked' where id = $1")
                    .bind(place)
                    .execute(&mut *change)
                    .await
                    .expect("asked");
            }
            for (state, answered, knows) in [("asked", None, false), ("accepted", Some("2026-03-04"), true)] {
                sqlx::query("update tie set state = $3, answered_at = $4 where person_id = $1 and trust_id = $2")
                    .bind(at.stranger)
                    .bind(at.trust)
                    .bind(state)
                    .bind(answered)
                    .execute(&mut *change)
                    .await
                    .expect(state);
                assert_eq!(stranger.require(&mut change, ReadProject(project)).await.is_ok(), knows, "{state}");
                assert_eq!(stranger.require(&mut change, AnswerQuestion(place)).await.is_ok(), knows && asked);
            }
        }
    }
}
