//! Everything that needs permission.

use crate::id::{HandoverId, PersonId, ProjectId, TeamRoleId, TrustId};

/// An action's type: says which [`Action`] it is.
pub trait Act: Copy + Send + Sync + 'static {
    /// The action, with the object's id.
    fn action(self) -> Action;
}

/// An action that is done to a trust.
pub trait OnTrust: Act {
    fn id(self) -> TrustId;
}

/// An action that is done to a project.
pub trait OnProject: Act {
    fn id(self) -> ProjectId;
}

/// An action that is done to a place in a team.
pub trait OnTeamRole: Act {
    fn id(self) -> TeamRoleId;
}

/// An action that is done to a handover.
pub trait OnHandover: Act {
    fn id(self) -> HandoverId;
}

/// An action that is done to a person's account.
pub trait OnPerson: Act {
    fn id(self) -> PersonId;
}

/// Says what an action is done to.
macro_rules! done_to {
    (Trust, $name:ident) => {
        done_to!(@ OnTrust, TrustId, $name);
    };
    (Project, $name:ident) => {
        done_to!(@ OnProject, ProjectId, $name);
    };
    (TeamRole, $name:ident) => {
        done_to!(@ OnTeamRole, TeamRoleId, $name);
    };
    (Handover, $name:ident) => {
        done_to!(@ OnHandover, HandoverId, $name);
    };
    (Person, $name:ident) => {
        done_to!(@ OnPerson, PersonId, $name);
    };
    (@ $on:ident, $id:ty, $name:ident) => {
        impl $on for $name {
            fn id(self) -> $id {
                self.0
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

            done_to!($subject, $name);

            impl Act for $name {
                fn action(self) -> Action {
                    Action::$name(self.0)
                }
            }
        )*

        impl Action {
            pub(super) fn object(self) -> Object {
                match self {
                    $(Self::$name(id) => Object::$subject(id),)*
                }
            }

            /// The names of all actions.
            #[cfg(any(test, feature = "testing"))]
            pub const NAMES: &[&str] = &[$(stringify!($name)),*];

            #[cfg(any(test, feature = "testing"))]
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }
        }
    };
}

/// What an action is done to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Object {
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
    /// See what mail goes to the trust's people.
    ReadMail(TrustId) on Trust,
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
    /// Ask somebody to lead a project together with whoever leads it.
    NameCoLead(ProjectId) on Project,
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
    /// Post updates, write tasks and links, and say what is done.
    WriteProgress(ProjectId) on Project,
    /// Prepare and offer a handover, to a person or to the pool.
    OfferHandover(ProjectId) on Project,
    /// Write the summary for whoever leads a project next, without offering it.
    WriteSummary(ProjectId) on Project,
    /// Ask to take on a project that is looking for a lead.
    TakeOn(ProjectId) on Project,
    /// Lead a project that nobody leads until a day that is near.
    Bridge(ProjectId) on Project,
    /// Lead a project again that one led before a break.
    LeadAgain(ProjectId) on Project,
    /// Choose that a project without a lead goes on looking for one until a day.
    KeepLooking(ProjectId) on Project,
    /// Say until when a supervisor on a time-bound post, or without one, counts.
    ConfirmSupervisor(ProjectId) on Project,
    /// Confirm what somebody did in a project that one supervises.
    ConfirmPart(ProjectId) on Project,
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
    /// Say one's own dates: when a post ends, where one moves, when one is away.
    ChangeOwnDates(PersonId) on Person,
    /// Answer a trust that asks for oneself, and choose the trust that one works in.
    ChooseOwnTrust(PersonId) on Person,
}
