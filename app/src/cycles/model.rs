//! What is typed about a PDSA cycle and what it must be.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::id::{CycleId, DriverId};
use crate::parse::{Fields, MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};

choices! {
    /// What was decided after a cycle.
    Decision {
        /// The change is made the way things are done.
        Adopt = "adopt" => "Adopt",
        /// The change is altered and tested again.
        Adapt = "adapt" => "Adapt",
        /// The change is given up.
        Abandon = "abandon" => "Abandon",
    }

    /// How much a cycle tests, from the smallest on.
    Scale {
        /// One patient or case.
        Patient = "patient" => "One patient or case",
        /// A few.
        Few = "few" => "A few patients or cases",
        /// One shift or clinic.
        Shift = "shift" => "One shift or clinic",
        /// One day.
        Day = "day" => "One day",
        /// One ward or team.
        Ward = "ward" => "One ward or team",
        /// More.
        Wider = "wider" => "Wider than one ward or team",
    }

    /// Whether what was predicted happened.
    WasRight {
        /// It did.
        Yes = "yes" => "Yes",
        /// Some of it did.
        Partly = "partly" => "Partly",
        /// It did not.
        No = "no" => "No",
    }
}

impl Scale {
    /// The next larger one.
    #[must_use]
    pub fn larger(self) -> Self {
        Self::ALL.iter().copied().find(|scale| *scale > self).unwrap_or(Self::Wider)
    }
}

impl Decision {
    /// What it means, in a sentence.
    #[must_use]
    pub fn explained(self) -> &'static str {
        match self {
            Self::Adopt => "It worked. Make it the way things are done, or test it on a larger scale.",
            Self::Adapt => "It worked in part. Change it and test it again in the next cycle.",
            Self::Abandon => "It did not work. Try another idea: this one has taught you something.",
        }
    }
}

/// A cycle as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is tested, in a few words.
    pub title: String,
    /// What the test is to answer.
    pub question: String,
    /// What is expected.
    pub prediction: String,
    /// How much is tested.
    pub scale: Option<Scale>,
    /// The change idea that is tested.
    pub idea: Option<DriverId>,
    /// The cycle that it carries on.
    pub continues: Option<CycleId>,
    /// What was done.
    pub done: String,
    /// What was done otherwise than planned.
    pub differed: String,
    /// What was learnt.
    pub studied: String,
    /// Whether the prediction was right.
    pub was_right: Option<WasRight>,
    /// What was decided.
    pub decision: Option<Decision>,
    /// What follows from it.
    pub acted: String,
    /// When the test began.
    pub starts_on: NaiveDate,
    /// When it ended.
    pub ends_on: Option<NaiveDate>,
}

/// A cycle, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CycleForm {
    /// What is tested.
    pub title: String,
    /// Plan: the question.
    pub question: String,
    /// Plan: the prediction.
    pub prediction: String,
    /// Plan: the scale.
    pub scale: String,
    /// Plan: the change idea.
    pub idea: String,
    /// Plan: the cycle before.
    pub continues: String,
    /// Do.
    pub done: String,
    /// Do: what was different.
    pub differed: String,
    /// Study.
    pub studied: String,
    /// Study: whether the prediction was right.
    pub was_right: String,
    /// Act: the decision.
    pub decision: String,
    /// Act: what follows.
    pub acted: String,
    /// When it began.
    pub starts_on: String,
    /// When it ended.
    pub ends_on: String,
}

impl CycleForm {
    /// The cycle that is meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self) -> Result<Plan, Error> {
        let mut fields = Fields::new();
        let title = fields.required("title", &self.title, MAX_LINE_CHARS, "Enter what you are testing.");
        let question = fields.text("question", &self.question, MAX_PARAGRAPH_CHARS);
        let prediction = fields.text("prediction", &self.prediction, MAX_PARAGRAPH_CHARS);
        let scale = optional(&mut fields, "scale", &self.scale, "Choose the size of the test from the list.");
        let idea = optional(&mut fields, "idea", &self.idea, "Choose the change idea from the list.");
        let continues = optional(&mut fields, "continues", &self.continues, "Choose the cycle from the list.");
        let done = fields.text("done", &self.done, MAX_PARAGRAPH_CHARS);
        let differed = fields.text("differed", &self.differed, MAX_PARAGRAPH_CHARS);
        let studied = fields.text("studied", &self.studied, MAX_PARAGRAPH_CHARS);
        let was_right = optional(&mut fields, "was_right", &self.was_right, "Choose yes, partly or no.");
        if was_right.is_some() && prediction.is_empty() {
            fields.error("prediction", "Write what was predicted before you say whether it was right.");
        }
        let decision = optional(&mut fields, "decision", &self.decision, "Choose adopt, adapt or abandon.");
        if decision.is_some() && studied.is_empty() {
            fields.error("studied", "Say what you learnt before you decide what to do with it.");
        }
        let acted = fields.text("acted", &self.acted, MAX_PARAGRAPH_CHARS);
        let starts_on = fields.required_date("starts_on", &self.starts_on, "Enter the date on which the test starts.");
        let ends_on = fields.date("ends_on", &self.ends_on);
        if ends_on.is_some_and(|ends_on| ends_on < starts_on) {
            fields.error("ends_on", "The test cannot end before it starts.");
        }
        fields.finish(|| Plan {
            title,
            question,
            prediction,
            scale,
            idea,
            continues,
            done,
            differed,
            studied,
            was_right,
            decision,
            acted,
            starts_on,
            ends_on,
        })
    }
}

fn optional<T: std::str::FromStr>(fields: &mut Fields, field: &str, typed: &str, wrong: &str) -> Option<T> {
    if typed.trim().is_empty() { None } else { fields.choice(field, typed, wrong) }
}
