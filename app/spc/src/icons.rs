//! Variation and assurance: what a chart says in two words.
//!
//! Source: NHS England, "Making data count: strengthening your decisions". *Variation* asks
//! whether there is special cause and whether it is wanted. *Assurance* asks whether the process, as
//! it is, will meet its target: with the target beyond a control limit it always or never will,
//! with the target between them it will by chance. A point without a value is common cause, for no
//! rule covers it.

use crate::rules::{Band, Hit, sides};
use crate::series::Direction;
use crate::side::{Meaning, Side, side_of};

/// What the variation at a point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Variation {
    /// Nothing but chance.
    #[default]
    CommonCause,
    /// A rule hit.
    SpecialCause {
        /// What it means.
        meaning: Meaning,
        /// Where the values are or go: high or low. `None` where a rule has no side.
        side: Option<Side>,
    },
}

impl Variation {
    /// The variation of a point at which a rule hit on one side.
    pub fn on(side: Side, direction: Direction) -> Self {
        if side == Side::On {
            return Self::CommonCause;
        }
        Self::SpecialCause { meaning: Meaning::of(Some(side), direction), side: Some(side) }
    }

    /// The variation with a meaning, on the side on which that lies.
    pub fn meaning(meaning: Meaning, direction: Direction) -> Self {
        let side = match (meaning, direction) {
            (Meaning::Change, _) | (_, Direction::Neutral) => None,
            (Meaning::Improvement, Direction::Increase) | (Meaning::Concern, Direction::Decrease) => Some(Side::Above),
            (Meaning::Improvement, Direction::Decrease) | (Meaning::Concern, Direction::Increase) => Some(Side::Below),
        };
        Self::SpecialCause { meaning, side }
    }

    /// The variation, if it is among those shown; common cause otherwise.
    pub fn shown(self, shown: Shown) -> Self {
        match self {
            Self::SpecialCause { meaning, .. } if !shown.includes(meaning) => Self::CommonCause,
            variation => variation,
        }
    }
}

/// Which special causes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Shown {
    /// All of them.
    #[default]
    All,
    /// Improvement alone.
    Improvement,
    /// Concern alone.
    Concern,
}

impl Shown {
    fn includes(self, meaning: Meaning) -> bool {
        match self {
            Self::All => true,
            Self::Improvement => meaning == Meaning::Improvement,
            Self::Concern => meaning == Meaning::Concern,
        }
    }
}

/// The variation at each of `length` points. Where several hits cover a point, the first of the
/// hits decides: [`RuleSet`](crate::rules::RuleSet) gives them in the order of its rules.
pub fn variation<'a>(hits: impl IntoIterator<Item = &'a Hit>, length: usize, direction: Direction) -> Vec<Variation> {
    let mut variation = vec![Variation::CommonCause; length];
    for (place, side) in first_of_each_rule(hits, length).into_iter().enumerate() {
        if let Some(side) = side {
            variation[place] = Variation::on(side, direction);
        }
    }
    variation
}

/// For each place the side of the first rule with a hit there, the rules of a phase in the order of
/// its hits.
fn first_of_each_rule<'a>(hits: impl IntoIterator<Item = &'a Hit>, length: usize) -> Vec<Option<Side>> {
    let hits: Vec<&Hit> = hits.into_iter().collect();
    let of = |hit: &Hit| (hit.phase.start, hit.rule);
    let mut decided = vec![None; length];
    for rule in hits.chunk_by(|a, b| of(a) == of(b)) {
        for (decided, side) in decided.iter_mut().zip(sides(rule.iter().copied(), length)) {
            *decided = decided.or(side);
        }
    }
    decided
}

/// The icons for some points: every kind of special cause among them once, in the order
/// improvement, concern, change to low, change to high; or common cause alone.
///
/// NHS England shows the icon of the last point; PowerBI-SPC can show those of all points.
pub fn icons(points: impl IntoIterator<Item = Variation>) -> Vec<Variation> {
    let mut icons: Vec<Variation> = Vec::new();
    for variation in points {
        if variation != Variation::CommonCause && !icons.contains(&variation) {
            icons.push(variation);
        }
    }
    icons.sort_by_key(|icon| match icon {
        Variation::CommonCause => (0, 0),
        Variation::SpecialCause { meaning, side } => (
            match meaning {
                Meaning::Improvement => 1,
                Meaning::Concern => 2,
                Meaning::Change => 3,
            },
            match side {
                None | Some(Side::On) => 0,
                Some(Side::Below) => 1,
                Some(Side::Above) => 2,
            },
        ),
    });
    if icons.is_empty() {
        icons.push(Variation::CommonCause);
    }
    icons
}

/// Whether a process, as it is, meets its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assurance {
    /// Always: the target lies beyond the limit on the unwanted side.
    WillMeet,
    /// Never: the target lies beyond the limit on the wanted side.
    WillMiss,
    /// By chance: the target lies between the limits or on one of them.
    HitAndMiss,
}

/// What is said where the limits aren't known, or don't say anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum WithoutVariation {
    /// A value that never varied meets its target, or misses it.
    #[default]
    Compare,
    /// Hit and miss: NHSRplotthedots and PowerBI-SPC.
    HitAndMiss,
}

/// Whether the process with these control limits and this centre line meets a target.
///
/// Judged on the limits of the last phase. `None` where neither way is better, where the target
/// isn't a finite number, or where there is nothing to compare it with. Limits on the centre line,
/// and none, mean that nothing varied.
pub fn assurance(
    target: f64,
    centre: Option<f64>,
    limits: Band,
    direction: Direction,
    without_variation: WithoutVariation,
) -> Option<Assurance> {
    if direction == Direction::Neutral || !target.is_finite() {
        return None;
    }
    // The side of the limits on which the target lies, if it lies on one.
    let side = match limits.side(target) {
        Some(Side::On) if limits.lower != limits.upper => return Some(Assurance::HitAndMiss),
        Some(side @ (Side::Above | Side::Below)) => side,
        _ if without_variation == WithoutVariation::HitAndMiss => return Some(Assurance::HitAndMiss),
        _ => side_of(target, centre.filter(|centre| centre.is_finite())?)?,
    };
    Some(match (side, direction) {
        (Side::Above, Direction::Increase) | (Side::Below, Direction::Decrease) => Assurance::WillMiss,
        _ => Assurance::WillMeet,
    })
}

/// Whether a phase is so short that its limits are but a trial: fewer than 13 points, as in the
/// tools of Making Data Count.
pub fn is_short(points: usize) -> bool {
    points < 13
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(target: f64, value: f64, direction: Direction) -> Option<Assurance> {
        assurance(target, Some(value), Band::new(value, value), direction, WithoutVariation::Compare)
    }

    #[test]
    fn a_value_that_never_varies_meets_the_target_it_reaches() {
        assert_eq!(judged(100.0, 100.0, Direction::Increase), Some(Assurance::WillMeet));
        assert_eq!(judged(0.0, 0.0, Direction::Decrease), Some(Assurance::WillMeet));
        assert_eq!(judged(95.0, 90.0, Direction::Increase), Some(Assurance::WillMiss));
        assert_eq!(judged(95.0, 90.0, Direction::Neutral), None);
        let unknown = |centre| assurance(5.0, centre, Band::default(), Direction::Increase, WithoutVariation::Compare);
        assert_eq!(unknown(Some(6.0)), Some(Assurance::WillMeet));
        assert_eq!(unknown(None), None);
    }

    #[test]
    fn a_target_beyond_one_sided_limits_is_judged() {
        let limits = Band { lower: None, upper: Some(4.0) };
        let judged = |target| assurance(target, Some(1.0), limits, Direction::Decrease, WithoutVariation::Compare);
        assert_eq!(judged(5.0), Some(Assurance::WillMeet));
        assert_eq!(judged(3.0), Some(Assurance::HitAndMiss));
    }
}
