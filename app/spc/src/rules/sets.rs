//! The named sets.

use super::judge::Points;
use super::lines::{Lines, finite};
use super::series::phases;
use super::zone::ZoneTest;
use super::{Coverage, Hit, Rule, Ties, WithoutLimits};

/// A named set of rules, in the order in which they are reported and in which they win when only one
/// can be shown of a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSet {
    /// The name that stands under the chart.
    pub name: &'static str,
    /// Its rules, in that order.
    pub rules: Vec<Rule>,
    /// Which points of a pattern are covered.
    pub coverage: Coverage,
    /// What a missing value does to a pattern.
    pub gaps: Gaps,
}

/// What a missing value does to a pattern of several points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Gaps {
    /// It is passed over: the points beside it are neighbours.
    #[default]
    PassedOver,
    /// It ends the pattern: NHSRplotthedots.
    Break,
}

const BEYOND_LIMITS: Rule = Rule::BeyondLimits { without_limits: WithoutLimits::NotJudged };

impl RuleSet {
    /// A set whose hits cover the points that make each pattern up.
    pub fn new(name: &'static str, rules: impl Into<Vec<Rule>>) -> Self {
        Self { name, rules: rules.into(), coverage: Coverage::Members, gaps: Gaps::default() }
    }

    /// The two runs rules of Anhøj and Olesen (2014): see [`anhoej`](crate::anhoej).
    pub fn anhoej() -> Self {
        Self::new("Anhøj", [Rule::LongRun, Rule::FewCrossings])
    }

    /// Shewhart's limits and the two runs rules of Anhøj.
    pub fn three_sigma_anhoej() -> Self {
        Self::new("3 sigma and Anhøj", [BEYOND_LIMITS, Rule::LongRun, Rule::FewCrossings])
    }

    /// NHS England's Making Data Count, with the 2023 form of two of three.
    pub fn making_data_count() -> Self {
        Self::new(
            "NHS Making Data Count",
            [
                BEYOND_LIMITS,
                Rule::Trend { length: 7, ties: Ties::Break },
                Rule::ZoneTest(ZoneTest::MAKING_DATA_COUNT),
                Rule::Shift { length: 7, ties: Ties::Break },
            ],
        )
    }

    /// The rules of NHSRplotthedots 0.2.2, in its order.
    pub fn nhsrplotthedots() -> Self {
        let mut set = Self { name: "NHSRplotthedots", gaps: Gaps::Break, ..Self::making_data_count() };
        for rule in &mut set.rules {
            if let Rule::ZoneTest(test) = rule {
                *test = ZoneTest::NHSRPLOTTHEDOTS;
            }
        }
        set
    }

    /// The run chart rules of Perla, Provost and Murray (2011), "The run chart: a simple analytical
    /// tool for learning from variation in healthcare processes", BMJ Quality & Safety 20: 46–51;
    /// taught by the Institute for Healthcare Improvement. The table of runs is exact
    /// ([`run_count_limits`](super::run_count_limits)).
    pub fn ihi() -> Self {
        Self::new(
            "IHI run rules (6, 5, runs)",
            [
                Rule::Shift { length: 6, ties: Ties::Skip },
                Rule::Trend { length: 5, ties: Ties::Skip },
                Rule::TooFewRuns,
                Rule::TooManyRuns,
            ],
        )
    }

    /// The four tests of the Western Electric handbook (1956).
    pub fn western_electric() -> Self {
        Self::new(
            "Western Electric",
            [
                BEYOND_LIMITS,
                Rule::ZoneTest(ZoneTest::TWO_OF_THREE),
                Rule::ZoneTest(ZoneTest::FOUR_OF_FIVE),
                Rule::Shift { length: 8, ties: Ties::Break },
            ],
        )
    }

    /// The eight tests of Nelson (1984), "The Shewhart control chart: tests for special causes",
    /// Journal of Quality Technology 16: 237–239.
    pub fn nelson() -> Self {
        Self::new(
            "Nelson",
            [
                BEYOND_LIMITS,
                Rule::Shift { length: 9, ties: Ties::Break },
                Rule::Trend { length: 6, ties: Ties::Break },
                Rule::Oscillation { length: 14 },
                Rule::ZoneTest(ZoneTest::TWO_OF_THREE),
                Rule::ZoneTest(ZoneTest::FOUR_OF_FIVE),
                Rule::Stratification { length: 15 },
                Rule::Mixture { length: 8 },
            ],
        )
    }

    /// The rules of PowerBI-SPC, with the lengths that its user may choose.
    pub fn powerbi_spc(shift: usize, trend: usize) -> Self {
        Self::new(
            "PowerBI-SPC",
            [
                Rule::BeyondLimits { without_limits: WithoutLimits::Below },
                Rule::Shift { length: shift, ties: Ties::Break },
                Rule::Trend { length: trend, ties: Ties::Break },
                Rule::ZoneTest(ZoneTest::POWERBI_SPC),
            ],
        )
    }

    /// The Western Electric tests as in qcc 3.0.
    pub fn qcc_western_electric() -> Self {
        Self { name: "qcc, Western Electric", ..Self::western_electric() }.with_choices_of_qcc()
    }

    /// Nelson's tests as in qcc 3.0.
    pub fn qcc_nelson() -> Self {
        Self { name: "qcc, Nelson", ..Self::nelson() }.with_choices_of_qcc()
    }

    fn with_choices_of_qcc(mut self) -> Self {
        for rule in &mut self.rules {
            if let Rule::ZoneTest(test) = rule {
                *test = if test.window == 3 { ZoneTest::QCC_TWO_OF_THREE } else { ZoneTest::QCC_FOUR_OF_FIVE };
            }
        }
        self.coverage = Coverage::Completion;
        self
    }

    /// Every hit of every rule on the points of one phase, rule by rule in the order of the set.
    ///
    /// `values` and `lines` belong to each other point for point; what either has more than the
    /// other is left out.
    pub fn judge(&self, values: &[Option<f64>], lines: &[Lines]) -> Vec<Hit> {
        let points = Points::new(values, lines);
        let together = |rule| points.judge(rule, self.coverage).unwrap_or_default();
        match self.gaps {
            Gaps::PassedOver => self.rules.iter().flat_map(|&rule| together(rule)).collect(),
            Gaps::Break => self.rules.iter().flat_map(|&rule| self.judge_apart(rule, values, lines)).collect(),
        }
    }

    /// The hits of a rule on each stretch without a gap.
    fn judge_apart(&self, rule: Rule, values: &[Option<f64>], lines: &[Lines]) -> Vec<Hit> {
        let length = values.len().min(lines.len());
        let mut hits = Vec::new();
        let mut first = 0;
        for stretch in values[..length].split(|value| finite(*value).is_none()) {
            let found = Points::new(stretch, &lines[first..]).judge(rule, self.coverage).unwrap_or_default();
            hits.extend(found.into_iter().map(|mut hit| {
                hit.points.iter_mut().for_each(|place| *place += first);
                hit.phase = 0..length;
                hit
            }));
            first += stretch.len() + 1;
        }
        hits
    }

    /// [`Self::judge`] for each phase, with the places of the whole series.
    ///
    /// `starts` are the places at which a phase begins, in order; the first phase begins at 0
    /// whether or not it is named.
    pub fn judge_phases(&self, values: &[Option<f64>], lines: &[Lines], starts: &[usize]) -> Vec<Hit> {
        let length = values.len().min(lines.len());
        phases(length, starts)
            .flat_map(|phase| {
                let mut hits = self.judge(&values[phase.clone()], &lines[phase.clone()]);
                for hit in &mut hits {
                    hit.points.iter_mut().for_each(|place| *place += phase.start);
                    hit.phase = phase.clone();
                }
                hits
            })
            .collect()
    }
}
