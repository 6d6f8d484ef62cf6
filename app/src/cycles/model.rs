//! What is typed about a PDSA cycle and what it must be.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::parse::{Fields, LINE, PARAGRAPH};

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
    /// What was done.
    pub done: String,
    /// What was learnt.
    pub studied: String,
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
    /// Do.
    pub done: String,
    /// Study.
    pub studied: String,
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
        let title = fields.needed("title", &self.title, LINE, "Say in a few words what you test.");
        let question = fields.text("question", &self.question, PARAGRAPH);
        let prediction = fields.text("prediction", &self.prediction, PARAGRAPH);
        let done = fields.text("done", &self.done, PARAGRAPH);
        let studied = fields.text("studied", &self.studied, PARAGRAPH);
        let decision = match self.decision.trim() {
            "" => None,
            typed => fields.choice("decision", typed, "Choose adopt, adapt or abandon."),
        };
        let acted = fields.text("acted", &self.acted, PARAGRAPH);
        let starts_on = fields.needed_date("starts_on", &self.starts_on, "Enter the date on which the test starts.");
        let ends_on = fields.date("ends_on", &self.ends_on);
        if ends_on.is_some_and(|ends_on| ends_on < starts_on) {
            fields.wrong("ends_on", "The test cannot end before it starts.");
        }
        fields.finish(|| Plan { title, question, prediction, done, studied, decision, acted, starts_on, ends_on })
    }
}
