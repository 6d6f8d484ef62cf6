//! What a chart says in a few words: for a tag, a table cell, an icon.

use super::phrases::count;
use crate::chart::Verdict;
use crate::icons::{Assurance, Variation};
use crate::side::{Meaning, Side};

/// A verdict in a few words, for a tag or a table cell.
pub fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::NoData => "No data yet".into(),
        Verdict::NoVariation => "No variation yet".into(),
        Verdict::TooEarly { needed, .. } => {
            format!("Too early to say: {} needed", count(needed, "more point", "more points"))
        }
        Verdict::NoSignal => "No signal of change".into(),
        Verdict::Signal(Meaning::Improvement) => "Signal of improvement".into(),
        Verdict::Signal(Meaning::Concern) => "Signal of concern".into(),
        Verdict::Signal(Meaning::Change) => "Signal of change".into(),
    }
}

/// The variation at the latest point, in words: what an icon says to those who do not see it.
pub fn variation(variation: Option<Variation>) -> &'static str {
    match variation {
        None => "Too early to say",
        Some(Variation::CommonCause) => "Common cause: no signal",
        Some(Variation::SpecialCause { meaning: Meaning::Improvement, side: Some(Side::Below) }) => {
            "Special cause: improvement, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Improvement, .. }) => "Special cause: improvement, high",
        Some(Variation::SpecialCause { meaning: Meaning::Concern, side: Some(Side::Below) }) => {
            "Special cause: concern, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Concern, .. }) => "Special cause: concern, high",
        Some(Variation::SpecialCause { meaning: Meaning::Change, side: Some(Side::Above) }) => {
            "Special cause: change, high"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Change, side: Some(Side::Below) }) => {
            "Special cause: change, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Change, .. }) => "Special cause: change",
    }
}

/// Whether the target is met, in words; `None` where that cannot be judged.
pub fn assurance(assurance: Option<Assurance>) -> Option<&'static str> {
    Some(match assurance? {
        Assurance::WillMeet => "the process as it is will meet it",
        Assurance::WillMiss => "the process as it is will miss it",
        Assurance::HitAndMiss => "the process as it is will hit and miss it by chance",
    })
}
