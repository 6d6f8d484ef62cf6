//! What the rule gives: where a project stands from day to day, and what is asked of whom.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Continuity;

/// For ever: the end of a row that has none.
pub const FOREVER: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("a date");

/// Where a project stands and what is asked about it, on every day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// Half-open, each beginning where the last one ends, neighbours differ, the last without an end; none for
    /// a draft.
    pub standings: Vec<Standing>,
    pub asks: Vec<Ask>,
}

/// Where a project stands from a day until another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub from_on: NaiveDate,
    /// The first day on which it is over.
    pub until_on: NaiveDate,
    pub state: Continuity,
    /// The lead in post; of several, the one who stays longest.
    pub lead: Option<Uuid>,
    /// Their last day; none when no end is in sight.
    pub lead_last_on: Option<NaiveDate>,
    /// The supervisor who counts and stays longest.
    pub supervisor: Option<Uuid>,
    pub supervisor_last_on: Option<NaiveDate>,
    /// The handover that is agreed and lies ahead, else the live offer.
    pub handover: Option<Uuid>,
    /// The first day without a lead, while there is none.
    pub no_lead_since: Option<NaiveDate>,
    /// An ask is with the academy.
    pub at_risk: bool,
}

/// Somebody is asked something from a day until another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Ask {
    pub kind: Kind,
    /// The fact that it is about: a handover or a membership; none when it is about the project.
    pub object: Option<Uuid>,
    /// Whose leaving, answer or dates it is about.
    pub about: Option<Uuid>,
    /// The day that caused it; with kind and `about` it tells one ask from another.
    pub cause_on: NaiveDate,
    /// Since when somebody is asked.
    pub since_on: NaiveDate,
    /// The day it is about, by which it is wanted.
    pub due_on: Option<NaiveDate>,
    /// In which place the one who is asked comes: 1, 2 or 3.
    pub level: u8,
    pub audience: Audience,
    /// Who is a party to it, and answers at no level.
    pub giver: Option<Uuid>,
    pub taker: Option<Uuid>,
    pub from_on: NaiveDate,
    pub until_on: NaiveDate,
    /// Somebody chose to wait: it stays in the list, and is neither counted nor sent.
    pub rests: bool,
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Person(Uuid),
    /// The academy leads who can act on the day; on a day without one, the administrators.
    Desk,
    /// The administrators as well.
    Administrators,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal),* $(,)?) => {
        /// What is asked.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $($(#[$doc])* $name,)*
        }

        impl Kind {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// As the store names it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }

        impl FromStr for Kind {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$name),)*
                    _ => Err(format!("no ask is called {text:?}")),
                }
            }
        }
    };
}

kinds! {
    /// A successor is named and has not answered.
    AnswerAsSuccessor = "answer_as_successor",
    /// A handover waits for the supervisor's yes.
    AgreeToHandover = "agree_to_handover",
    /// Somebody asks to take the project on.
    AnswerTakeOn = "answer_take_on",
    /// Somebody asks to join the team.
    AnswerJoin = "answer_join",
    /// The lead goes, and nothing is arranged.
    HandOver = "hand_over",
    /// A handover is agreed, and its successor will not be there.
    BrokenHandover = "broken_handover",
    /// A handover is agreed, and days without a lead lie before it.
    Gap = "gap",
    /// Nobody leads.
    NoLead = "no_lead",
    /// Nobody supervises, and nobody is asked.
    NoSupervisor = "no_supervisor",
    /// Somebody is asked to supervise.
    AskedToSupervise = "asked_to_supervise",
    /// Somebody is invited into the team.
    Invitation = "invitation",
    /// A supervisor on a time-bound post, or without one, waits for the academy's word.
    ConfirmSupervisor = "confirm_supervisor",
    /// The supervisor goes, or has gone.
    PassOnSupervision = "pass_on_supervision",
    /// Nobody leads, and the lead of before is back.
    ReturnedLead = "returned_lead",
    /// The project is quiet, or was taken over and has not moved, or its lead works elsewhere now.
    StillYours = "still_yours",
    /// A review, a re-audit or an approval's end has passed.
    LookAgain = "look_again",
    /// The day of the aim or of the next step has passed.
    StepPassed = "step_passed",
    /// Somebody's post ends, and nobody has confirmed it.
    ConfirmDates = "confirm_dates",
    /// The author of a draft leaves.
    DraftLeft = "draft_left",
    /// Whoever leads, supervises or is asked has no way in.
    CannotBeReached = "cannot_be_reached",
}

impl Kind {
    /// It is about who leads and supervises, rather than about who else is in the team.
    #[must_use]
    pub fn is_of_continuity(self) -> bool {
        !matches!(self, Self::AnswerJoin | Self::Invitation)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
