//! What can be done about an ask: for each kind and each place of whoever is asked, the forms that stand on the
//! spot and the pages that lead on.

use timeline::Kind;

use super::{Asked, LONGEST_LOOK, Seat};
use crate::access::{self, Relationship, may};
use crate::id::{HandoverId, PersonId, TeamRoleId};
use crate::team::model::TeamRole;

/// In which place somebody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one whose turn it is first.
    First,
    /// Somebody of the project after them, or beside them.
    Beside,
    /// An academy lead.
    Desk,
    /// An administrator, where the desk is empty.
    Administrator,
}

impl Place {
    /// Every one.
    pub const ALL: &[Self] = &[Self::First, Self::Beside, Self::Desk, Self::Administrator];
}

/// A form that answers on the spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    /// To be the next lead.
    AsNextLead,
    /// As the supervisor of a handover, or in their place.
    AsSupervisor,
    /// Whether somebody joins the team, in whatever place.
    Question,
}

/// Something that can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Accept and decline on the spot.
    Answer(Answering),
    /// One button says that it goes on.
    GoesOn,
    /// One button leads again what one led before a break.
    LeadAgain,
    /// To lead it until a day that is near.
    Bridge,
    /// To keep looking for a lead until a day.
    KeepLooking,
    /// What the one whom it is about supervises, with the form that passes it on.
    Supervision(&'static str),
    /// The page of the handover.
    Handover(&'static str),
    /// A page of the project; `""` is its own.
    Project(&'static str, &'static str),
    /// The page of the place in the team.
    Membership(&'static str),
    /// The page of whom it is about.
    Person(&'static str),
    /// Any other page.
    Page(&'static str, &'static str),
}

impl Asked {
    /// In which place this person is asked.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.seat() {
            Seat::Desk => Place::Desk,
            Seat::Administrator => Place::Administrator,
            Seat::Own if self.is_first() => Place::First,
            Seat::Own => Place::Beside,
        }
    }

    /// Their turn is first; where several are asked at once, only the supervisor can step in.
    fn is_first(&self) -> bool {
        match self.kind {
            Kind::BrokenHandover | Kind::Gap | Kind::NoLead => self.leads,
            _ => self.level == 1,
        }
    }

    /// What this person can do about it: of the table's, what they may and what is possible today.
    #[must_use]
    pub fn actions(&self) -> Vec<Action> {
        if self.kind == Kind::AskedToSupervise && self.place() == Place::First && (self.under_way || self.leads) {
            return vec![TEAM];
        }
        let here = self.relationship();
        let can = |action: &Action| {
            self.is_possible(*action) && needs(*action, self).is_none_or(|permission| may(permission, here))
        };
        let actions: Vec<Action> = actions(self.kind, self.place()).iter().copied().filter(can).collect();
        if actions.is_empty() { vec![OPEN] } else { actions }
    }

    /// Whether it leads to more than a sentence that says why not.
    fn is_possible(&self, action: Action) -> bool {
        let is_free = self.unled_since.is_some();
        match action {
            TAKE_ON => is_free && self.in_post && !self.asked_for,
            Action::Bridge | Action::LeadAgain => is_free && self.in_post,
            Action::KeepLooking => {
                let choice = self.unled_since.map(|since| since + chrono::Duration::days(LONGEST_LOOK));
                choice.is_some_and(|day| self.today >= day)
            }
            // Whoever asks for the administrators as well has an academy lead already.
            NAME => !self.administrators,
            _ => true,
        }
    }

    /// What they are to the project, as far as their row says it.
    fn relationship(&self) -> Relationship {
        let (own, first) = (self.seat() == Seat::Own, self.place() == Place::First);
        let answers = matches!(self.kind, Kind::AgreeToHandover | Kind::AnswerTakeOn);
        let named = first && matches!(self.kind, Kind::AskedToSupervise | Kind::Invitation);
        Relationship {
            belongs: self.belongs,
            academy_lead: self.academy_lead,
            administrator: self.seat() == Seat::Administrator,
            stands_in: self.stands_in,
            draft: self.reference.is_none(),
            author: self.wrote,
            lead: self.leads,
            supervisor: self.supervises,
            team: self.leads || self.supervises,
            unled_since: self.unled_since,
            returned: own && self.kind == Kind::ReturnedLead,
            counts: own && matches!(self.kind, Kind::NoLead | Kind::Gap | Kind::BrokenHandover),
            asked: named,
            asks_supervisor: self.place == Some(TeamRole::Supervisor),
            wants_to_join: self.kind == Kind::AnswerJoin,
            successor: first && self.kind == Kind::AnswerAsSuccessor,
            asked_as_supervisor: own && answers,
            answers_for_desk: !own && answers,
            ..Relationship::default()
        }
    }

    /// Where an action leads, if it leads to a page.
    #[must_use]
    pub fn address(&self, action: Action) -> Option<String> {
        let project = format!("/projects/{}", self.project_id);
        Some(match action {
            Action::Answer(_) | Action::GoesOn | Action::LeadAgain | Action::Bridge | Action::KeepLooking => {
                return None;
            }
            Action::Supervision(_) => format!("/supervision?of={}", self.about_id?),
            Action::Handover(_) => format!("/handovers/{}", self.object_id.as_deref()?),
            Action::Membership(_) => format!("/memberships/{}", self.object_id.as_deref()?),
            Action::Project("", _) => project,
            Action::Project(page, _) => format!("{project}/{page}"),
            Action::Person(_) => format!("/people/{}", self.about_id?),
            Action::Page(page, _) => page.to_owned(),
        })
    }

    /// Whether it is about this person.
    #[must_use]
    pub fn is_about(&self, person: PersonId) -> bool {
        self.about_id == Some(person)
    }
}

impl Action {
    /// What its link says.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Answer(_) => "Accept or decline",
            Self::GoesOn => "It goes on",
            Self::LeadAgain => "Lead it again",
            Self::Bridge => "Lead it for now",
            Self::KeepLooking => "Keep looking for a lead",
            Self::Handover(label)
            | Self::Membership(label)
            | Self::Project(_, label)
            | Self::Person(label)
            | Self::Supervision(label)
            | Self::Page(_, label) => label,
        }
    }
}

const READ: Action = Action::Handover("Read the handover");
const OFFER: Action = Action::Project("handover", "Hand it over");
const TAKE_ON: Action = Action::Project("take-on", "Take it on");
const ASK: Action = Action::Project("team#invite", "Ask a colleague");
const TEAM: Action = Action::Project("team", "See the team");
const STATUS: Action = Action::Project("status", "Pause, finish or close it");
const EDIT: Action = Action::Project("edit", "Set the next day");
const DATES: Action = Action::Page("/account/dates", "Say until when you stay");
const NAME: Action = Action::Page("/people", "Name an academy lead");
const OPEN: Action = Action::Project("", "Open the project");

/// The permission that an action asks for; none where whoever is asked reads, or changes what is their own.
#[must_use]
pub fn needs(action: Action, row: &Asked) -> Option<access::Action> {
    use access::Action as May;
    let (project, trust) = (row.project_id, row.trust_id);
    let object = || row.object_id.as_deref().unwrap_or_default();
    let handover = || object().parse::<HandoverId>().ok();
    Some(match action {
        Action::Answer(Answering::AsNextLead) => May::AnswerAsSuccessor(handover()?),
        Action::Answer(Answering::AsSupervisor) => May::AnswerAsSupervisor(handover()?),
        Action::Answer(Answering::Question) => May::AnswerQuestion(object().parse::<TeamRoleId>().ok()?),
        Action::GoesOn | Action::Project("edit", _) => May::EditProject(project),
        Action::LeadAgain => May::LeadAgain(project),
        Action::Bridge => May::Bridge(project),
        Action::KeepLooking => May::KeepLooking(project),
        Action::Project("tasks", _) => May::WriteProgress(project),
        Action::Project("handover", _) => May::OfferHandover(project),
        Action::Project("take-on", _) => May::TakeOn(project),
        Action::Project("status", _) => May::ChangeStatus(project),
        Action::Project("team#invite", _) => May::ManageTeam(project),
        Action::Membership(_) => May::ConfirmSupervisor(project),
        Action::Person(_) => May::ManageOrganisation(trust),
        Action::Page("/people", _) => May::GrantRoles(trust),
        Action::Supervision(_) => May::Coordinate(trust),
        Action::Page("/supervision", _) => May::ReadTrust(trust),
        Action::Handover(_) | Action::Project(..) | Action::Page(..) => return None,
    })
}

/// The table: what can be done about an ask of this kind by somebody in this place. An administrator answers for
/// the desk; what needs an academy lead they have done by naming one.
#[must_use]
pub fn actions(kind: Kind, place: Place) -> &'static [Action] {
    use Action::Answer;
    use Place::{Administrator, Beside, Desk, First};
    match (kind, place) {
        (Kind::AnswerAsSuccessor, First) => &[Answer(Answering::AsNextLead), READ],
        (Kind::AnswerAsSuccessor, Beside | Desk) => &[Action::Handover("Read or withdraw it"), OFFER],
        (Kind::AgreeToHandover | Kind::AnswerTakeOn, _) => &[Answer(Answering::AsSupervisor), READ],
        (Kind::AnswerJoin, First | Beside | Desk) => &[Answer(Answering::Question), TEAM],
        (Kind::HandOver, First) => &[OFFER, DATES],
        (Kind::HandOver, Beside | Desk) => &[OFFER],
        (Kind::BrokenHandover, First) => &[OFFER, READ],
        (Kind::BrokenHandover, Beside | Desk) => &[OFFER, TAKE_ON, Action::Bridge, READ],
        // Before its first day a gap is closed by another handover alone; from then on nobody leads.
        (Kind::Gap, First | Beside | Desk) => &[Action::Handover("Read or withdraw it")],
        (Kind::Gap, Administrator) => &[NAME, READ],
        (Kind::NoLead, First | Beside | Desk) => &[TAKE_ON, OFFER, Action::Bridge, Action::KeepLooking, STATUS],
        (Kind::NoSupervisor, First | Beside | Desk) => &[ASK],
        (Kind::AskedToSupervise | Kind::Invitation, First) => &[Answer(Answering::Question)],
        (Kind::AskedToSupervise | Kind::Invitation, Beside | Desk) => {
            &[TEAM, Action::Project("team#invite", "Ask somebody else")]
        }
        (Kind::ConfirmSupervisor, First | Beside | Desk) => {
            &[Action::Membership("Confirm until a day"), Action::Project("team#invite", "Ask somebody else")]
        }
        (Kind::PassOnSupervision, First) => &[Action::Page("/supervision", "Pass it on"), TEAM],
        (Kind::PassOnSupervision, Beside) => &[Action::Project("team#invite", "Pass it on"), TEAM],
        (Kind::PassOnSupervision, Desk) => &[Action::Supervision("Pass it on"), TEAM],
        (Kind::PassOnSupervision, Administrator) => &[Action::Supervision("Pass it on"), NAME, OPEN],
        (Kind::ReturnedLead, First) => &[Action::LeadAgain, OPEN],
        (Kind::ReturnedLead, Beside | Desk) => &[TAKE_ON, OFFER],
        (Kind::StillYours, First | Beside) => &[Action::GoesOn, OFFER, STATUS],
        (Kind::StillYours, Desk) => &[OPEN, OFFER, STATUS],
        (Kind::LookAgain, First | Beside | Desk) => &[EDIT, Action::Project("status", "Pause, sustain or close it")],
        (Kind::StepPassed, First | Beside | Desk) => {
            &[Action::Project("tasks", "Set the next step"), Action::Project("edit", "Change the aim’s day")]
        }
        (Kind::ConfirmDates, First | Beside) => &[DATES],
        (Kind::ConfirmDates, Desk | Administrator) => &[Action::Person("Confirm the dates")],
        (Kind::DraftLeft, First) => &[Action::Project("", "Register it or delete it")],
        (Kind::DraftLeft, Beside | Desk) => &[Action::Project("", "Open the draft")],
        (Kind::CannotBeReached, First | Beside) => &[TEAM],
        (Kind::CannotBeReached, Desk) => &[Action::Person("Give them a way in"), TEAM],
        (Kind::CannotBeReached, Administrator) => &[Action::Person("Give them a way in")],
        // Who stands in for the academy can do what it can; else an administrator takes on, or sees to it with the academy.
        (Kind::NoLead, Administrator) => &[NAME, TAKE_ON, OFFER, Action::Bridge, Action::KeepLooking, STATUS],
        (Kind::BrokenHandover | Kind::ReturnedLead, Administrator) => &[NAME, TAKE_ON, OFFER],
        (Kind::AnswerAsSuccessor, Administrator) => &[READ, NAME],
        (
            Kind::AnswerJoin
            | Kind::HandOver
            | Kind::NoSupervisor
            | Kind::AskedToSupervise
            | Kind::Invitation
            | Kind::ConfirmSupervisor
            | Kind::StillYours
            | Kind::LookAgain
            | Kind::StepPassed
            | Kind::DraftLeft,
            Administrator,
        ) => &[NAME, OPEN],
    }
}
