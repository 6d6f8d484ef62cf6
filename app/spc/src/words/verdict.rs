//! What an icon says to those who do not see it.

use crate::icons::{Assurance, Variation};
use crate::side::{Meaning, Side};

/// The variation at the latest point, in words, as they stand after "Latest point:".
pub fn variation(variation: Option<Variation>) -> &'static str {
    match variation {
        None => "too early to say",
        Some(Variation::CommonCause) => "common cause, no signal",
        Some(Variation::SpecialCause { meaning: Meaning::Improvement, side: Some(Side::Below) }) => {
            "special cause, improvement, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Improvement, .. }) => "special cause, improvement, high",
        Some(Variation::SpecialCause { meaning: Meaning::Concern, side: Some(Side::Below) }) => {
            "special cause, concern, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Concern, .. }) => "special cause, concern, high",
        Some(Variation::SpecialCause { meaning: Meaning::Change, side: Some(Side::Above) }) => {
            "special cause, change, high"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Change, side: Some(Side::Below) }) => {
            "special cause, change, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Change, .. }) => "special cause, change",
    }
}

/// Whether the target is met, judged by the latest limits, in words; `None` where that cannot be judged.
pub fn assurance(assurance: Option<Assurance>) -> Option<&'static str> {
    Some(match assurance? {
        Assurance::WillMeet => "the process as it is now will meet the target",
        Assurance::WillMiss => "the process as it is now will miss the target",
        Assurance::HitAndMiss => "the target is sometimes met and sometimes missed, by chance",
    })
}
