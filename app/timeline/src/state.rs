//! The state in which a project stands on a day.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The state of a project's continuity, those that need somebody first. Every project but a draft is in
/// exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Continuity {
    /// No lead with a current post in this trust.
    InPool,
    /// The lead's post ends within 12 weeks, and nothing is offered.
    Due,
    /// A handover is offered and waits for answers.
    Offered,
    /// A handover is accepted and takes effect on a day to come.
    Agreed,
    /// A lead with a current post leads it.
    Led,
    /// Paused or sustaining, with a day ahead on which somebody looks again.
    Resting,
    /// The project is closed.
    Ended,
}

impl Continuity {
    /// Every one, those that need somebody first.
    pub const ALL: &[Self] =
        &[Self::InPool, Self::Due, Self::Offered, Self::Agreed, Self::Led, Self::Resting, Self::Ended];

    /// As addresses and statements name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InPool => "in_pool",
            Self::Due => "due",
            Self::Offered => "offered",
            Self::Agreed => "agreed",
            Self::Led => "led",
            Self::Resting => "resting",
            Self::Ended => "ended",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::InPool => "In the pool",
            Self::Due => "Handover due",
            Self::Offered => "Handover offered",
            Self::Agreed => "Handover agreed",
            Self::Led => "Led",
            Self::Resting => "Resting",
            Self::Ended => "Ended",
        }
    }
}

impl fmt::Display for Continuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Continuity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| format!("no state is called {text:?}"))
    }
}
