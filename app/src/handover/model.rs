//! Handovers: their states, their answers, what is typed about them and what the pack needs.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// An offer without both answers lapses this many days after the day it was to take effect.
pub const LAPSES_AFTER: u64 = 14;
/// The academy lead may answer for an anchor who has been silent for this many days.
pub const SILENT_AFTER: u64 = 14;
/// A handover is planned at most this many days ahead.
pub const FURTHEST: u64 = 366;
/// The choice in the form that means the pool.
pub const POOL: &str = "pool";

macro_rules! stored {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $text,)* })
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    other => Err(format!("{other} is not stored here")),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }
    };
}

stored! {
    /// How far a handover has come.
    State {
        /// Being prepared; only those who may offer it see it.
        Draft = "draft",
        /// Waits for the successor and the anchor, or for somebody in the pool.
        Offered = "offered",
        /// Both accepted; the successor leads from its day on.
        Agreed = "agreed",
        /// The successor or the anchor declined.
        Declined = "declined",
        /// Taken back before it took effect.
        Withdrawn = "withdrawn",
        /// Nobody answered in time.
        Lapsed = "lapsed",
    }
}

stored! {
    /// Who answers a handover.
    Party {
        /// The next lead.
        Successor = "successor",
        /// The anchor, or the academy lead for the anchor.
        Anchor = "anchor",
    }
}

stored! {
    /// What they answered.
    Answer {
        /// Yes.
        Accepted = "accepted",
        /// No.
        Declined = "declined",
    }
}

stored! {
    /// In what part somebody's answer is awaited.
    Asks {
        /// They would be the next lead.
        Successor = "successor",
        /// They anchor the project.
        Anchor = "anchor",
        /// They are the academy lead, and there is no anchor or the anchor is silent.
        ForAnchor = "for_anchor",
    }
}

impl State {
    /// The state in a word or two.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Draft => "Draft",
            Self::Offered => "Offered",
            Self::Agreed => "Agreed",
            Self::Declined => "Declined",
            Self::Withdrawn => "Withdrawn",
            Self::Lapsed => "Lapsed",
        }
    }

    /// The colour of its tag.
    #[must_use]
    pub fn colour(self) -> &'static str {
        match self {
            Self::Draft | Self::Withdrawn | Self::Lapsed => "grey",
            Self::Offered => "blue",
            Self::Agreed => "green",
            Self::Declined => "orange",
        }
    }

    /// The state as it is today: an offer that nobody answered in time has lapsed, whether or not
    /// anybody wrote it down. An offer to the pool for which nobody has asked waits as long as it takes.
    #[must_use]
    pub fn on(self, today: NaiveDate, takes_effect_on: Option<NaiveDate>, has_successor: bool) -> Self {
        match (self, takes_effect_on) {
            (Self::Offered, Some(effect)) if has_successor && effect < oldest_live(today) => Self::Lapsed,
            _ => self,
        }
    }
}

impl Party {
    /// Who that is, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Successor => "The next lead",
            Self::Anchor => "The supervisor",
        }
    }
}

impl Asks {
    /// What is awaited, as a home page says it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Successor => "You are asked to take this project on",
            Self::Anchor => "You anchor this project: do you accept the next lead?",
            Self::ForAnchor => "Its supervisor cannot answer: do you accept the next lead for them?",
        }
    }
}

/// Offers with an earlier day than this have lapsed.
#[must_use]
pub fn oldest_live(today: NaiveDate) -> NaiveDate {
    today - Days::new(LAPSES_AFTER)
}
