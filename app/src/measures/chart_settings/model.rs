//! What is typed about how a chart is read, and what it must be.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::measures::model::{DataType, optional_number};
use crate::parse::{Fields, MAX_LINE_CHARS};

choices! {
    /// A chart that a person can ask for.
    ChartType {
        /// Values about their median.
        Run = "run" => "Run chart",
        /// Individual values with limits.
        Xmr = "xmr" => "XmR chart (individual values)",
        /// Values that weigh differently.
        IPrime = "i_prime" => "I′ chart (values that weigh differently)",
        /// Shares.
        P = "p" => "p chart (percentages)",
        /// Shares that vary more than chance explains.
        PPrime = "p_prime" => "p′ chart (percentages with more or less than chance variation)",
        /// Rates.
        U = "u" => "u chart (rates)",
        /// Rates that vary more than chance explains.
        UPrime = "u_prime" => "u′ chart (rates with more or less than chance variation)",
        /// Counts.
        C = "c" => "c chart (counts)",
        /// Cases between rare events.
        G = "g" => "g chart (cases between rare events)",
        /// Times between rare events.
        T = "t" => "t chart (time between rare events)",
        /// Means of several values.
        XbarS = "xbar_s" => "x̄ and s chart (several values at a time)",
    }

    /// A named set of rules.
    RuleSet {
        /// Limits and the runs rules of Anhøj.
        LimitsAndRuns = "limits_and_runs" => "3 sigma limits and Anhøj’s runs rules",
        /// The runs rules of Anhøj.
        Runs = "runs" => "Anhøj’s runs rules",
        /// Making Data Count.
        MakingDataCount = "making_data_count" => "NHS Making Data Count",
        /// The rules that the Institute for Healthcare Improvement teaches.
        Ihi = "ihi" => "IHI run chart rules",
        /// The Western Electric handbook.
        WesternElectric = "western_electric" => "Western Electric",
        /// Nelson's tests.
        Nelson = "nelson" => "Nelson",
    }

    /// Where the lines of the first phase come from.
    Baseline {
        /// The points before the first test of a change.
        Cycles = "cycles" => "The points before the first PDSA cycle, if there are enough",
        /// All of its points.
        All = "all" => "All points",
        /// The points up to a day.
        Date = "date" => "The points up to a date",
    }

    /// A stretch of the calendar that becomes one point.
    Period {
        /// A day.
        Day = "day" => "One point a day",
        /// A week.
        Week = "week" => "One point a week",
        /// A month.
        Month = "month" => "One point a month",
    }

    /// How several observations become one point.
    Summary {
        /// Their mean.
        Mean = "mean" => "Their mean",
        /// Their median.
        Median = "median" => "Their median",
    }
}

impl ChartType {
    /// Whether it can be drawn of numbers of this type.
    #[must_use]
    pub fn suits(self, data_type: DataType) -> bool {
        match self {
            Self::Run | Self::Xmr => true,
            Self::P | Self::PPrime => data_type == DataType::Percentage,
            Self::U | Self::UPrime => data_type == DataType::Rate,
            Self::C => data_type == DataType::Count,
            Self::IPrime => data_type.is_ratio() || data_type == DataType::Measurement,
            Self::XbarS => data_type == DataType::Measurement,
            Self::G => matches!(data_type, DataType::CasesBetween | DataType::TimeBetween),
            Self::T => data_type == DataType::TimeBetween,
        }
    }
}

impl RuleSet {
    /// What it looks for, and for whom it is.
    #[must_use]
    pub fn explained(self) -> &'static str {
        match self {
            Self::LimitsAndRuns => {
                "A point outside the limits, an unusually long run, unusually few crossings of the line. They adapt to the number of points, and few signals are false."
            }
            Self::Runs => "An unusually long run, or unusually few crossings of the line. Needs no limits.",
            Self::MakingDataCount => {
                "A point outside the limits, 7 on one side, 7 up or down, 2 of 3 near a limit: the pictures that NHS boards know. With 24 points about 1 chart in 5 signals by chance alone."
            }
            Self::Ihi => {
                "6 on one side, 5 up or down, too few or too many runs: taught on many courses. With 24 points about 2 charts in 5 signal by chance alone."
            }
            Self::WesternElectric => "Four tests of 1956. For teaching: many signals are false.",
            Self::Nelson => "Eight tests of 1984. For teaching: many signals are false.",
        }
    }
}

/// How a chart is read, as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartDetails {
    /// The chart; none: what the data ask for.
    pub chart: Option<ChartType>,
    /// The rules; none: the trust's.
    pub rule_set: Option<RuleSet>,
    /// Moving ranges that stand out are left out.
    pub screening: bool,
    /// A centre line given by hand.
    pub centre: Option<f64>,
    /// The baseline of the first phase.
    pub baseline: Baseline,
    /// Its last day.
    pub baseline_until: Option<NaiveDate>,
    /// What becomes one point; none: each observation.
    pub period: Option<Period>,
    /// How.
    pub summary: Summary,
}

/// How a chart is read, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChartSettingsForm {
    /// The chart.
    pub chart: String,
    /// The rules.
    pub rule_set: String,
    /// `no` to leave every moving range in.
    pub screening: String,
    /// The centre line.
    pub centre: String,
    /// The baseline.
    pub baseline: String,
    /// Its last day.
    pub baseline_until: String,
    /// What becomes one point.
    pub period: String,
    /// How.
    pub summary: String,
}

impl ChartSettingsForm {
    /// The settings that are meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self, data_type: DataType) -> Result<ChartDetails, Error> {
        let mut fields = Fields::new();
        let chart = match self.chart.trim() {
            "" => None,
            typed => fields.choice::<ChartType>("chart", typed, "Choose the chart."),
        };
        if chart.is_some_and(|chart| !chart.suits(data_type)) {
            fields.error("chart", "This chart is for another kind of number. Choose one that fits the measure.");
        }
        let rule_set = match self.rule_set.trim() {
            "" => None,
            typed => fields.choice("rule_set", typed, "Choose the rules."),
        };
        let centre = optional_number(&mut fields, "centre", &self.centre);
        let baseline = fields.choice("baseline", &self.baseline, "Choose where the lines come from.");
        let until = fields.date("baseline_until", &self.baseline_until);
        if baseline == Some(Baseline::Date) && until.is_none() && fields.is_ok() {
            fields.error("baseline_until", "Enter the last day of the baseline.");
        }
        let period = match self.period.trim() {
            "" => None,
            typed => fields.choice("period", typed, "Choose what becomes one point."),
        };
        let summary = match self.summary.trim() {
            "" => Some(Summary::Mean),
            typed => fields.choice("summary", typed, "Choose how several observations become one point."),
        };
        fields.finish(|| {
            let baseline = baseline.unwrap_or(Baseline::Cycles);
            ChartDetails {
                chart,
                rule_set,
                screening: self.screening.trim() != "no",
                centre,
                baseline,
                baseline_until: until.filter(|_| baseline == Baseline::Date),
                period,
                summary: summary.unwrap_or(Summary::Mean),
            }
        })
    }
}

/// A new phase, as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseDetails {
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Why.
    pub reason: String,
    /// How many of its first points give its lines; none: all.
    pub freeze_after: Option<i64>,
}

/// A new phase, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PhaseForm {
    /// Its first day.
    pub starts_on: String,
    /// Why.
    pub reason: String,
    /// How many of its first points give its lines.
    pub freeze_after: String,
}

impl PhaseForm {
    /// The phase that is meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self, today: NaiveDate) -> Result<PhaseDetails, Error> {
        let mut fields = Fields::new();
        let starts_on = fields.required_date("starts_on", &self.starts_on, "Enter the first day of the phase.");
        if starts_on > today {
            fields.error("starts_on", "Enter today’s date or an earlier one: a phase begins where points are.");
        }
        let reason = fields.required(
            "reason",
            &self.reason,
            MAX_LINE_CHARS,
            "Say what changed in the process, and why it is expected to last.",
        );
        let freeze_after = match self.freeze_after.trim() {
            "" => None,
            typed => {
                let many = typed.parse::<i64>().ok().filter(|many| (2..=1000).contains(many));
                if many.is_none() {
                    fields.error("freeze_after", "Enter a whole number of points from 2 to 1,000, or leave it empty.");
                }
                many
            }
        };
        fields.finish(|| PhaseDetails { starts_on, reason, freeze_after })
    }
}

/// A target from a day on, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetForm {
    /// Its first day.
    pub starts_on: String,
    /// The value aimed for.
    pub target: String,
}

impl TargetForm {
    /// The day and the value that are meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self, data_type: DataType) -> Result<(NaiveDate, f64), Error> {
        let mut fields = Fields::new();
        let starts_on =
            fields.required_date("starts_on", &self.starts_on, "Enter the day from which the target holds.");
        let target = optional_number(&mut fields, "target", &self.target);
        if target.is_none() && self.target.trim().is_empty() {
            fields.error("target", "Enter the value that is aimed for.");
        }
        if data_type == DataType::Percentage && target.is_some_and(|target| !(0.0..=100.0).contains(&target)) {
            fields.error("target", "Enter a percentage between 0 and 100.");
        }
        fields.finish(|| (starts_on, target.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wrong;

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");

    #[test]
    fn a_chart_suits_its_kind_of_number() {
        let form = |chart: &str| ChartSettingsForm {
            chart: chart.into(),
            baseline: "all".into(),
            ..ChartSettingsForm::default()
        };
        assert_eq!(form("p").parse(DataType::Percentage).expect("settings").chart, Some(ChartType::P));
        assert_eq!(wrong(form("p").parse(DataType::Count)), ["chart"]);
        assert_eq!(wrong(form("pie").parse(DataType::Count)), ["chart"]);
        for data_type in DataType::ALL {
            assert!(ChartType::Run.suits(*data_type) && ChartType::Xmr.suits(*data_type));
        }
    }

    #[test]
    fn a_baseline_up_to_a_date_needs_the_date() {
        let form = ChartSettingsForm { baseline: "date".into(), ..ChartSettingsForm::default() };
        assert_eq!(wrong(form.parse(DataType::Count)), ["baseline_until"]);
        let dated = ChartSettingsForm { baseline_until: "4 1 2026".into(), ..form };
        assert_eq!(dated.parse(DataType::Count).expect("settings").baseline_until, NaiveDate::from_ymd_opt(2026, 1, 4));
        let other = ChartSettingsForm { baseline: "all".into(), ..dated };
        assert_eq!(other.parse(DataType::Count).expect("settings").baseline_until, None);
    }

    #[test]
    fn a_phase_needs_a_day_that_has_come_and_a_reason() {
        assert_eq!(wrong(PhaseForm::default().parse(TODAY)), ["starts_on", "reason"]);
        let form = PhaseForm { starts_on: "5 3 2026".into(), reason: "New pathway".into(), freeze_after: "1".into() };
        assert_eq!(wrong(form.parse(TODAY)), ["starts_on", "freeze_after"]);
        let good = PhaseForm { starts_on: "4 3 2026".into(), freeze_after: "12".into(), ..form };
        assert_eq!(good.parse(TODAY).expect("a phase").freeze_after, Some(12));
    }

    #[test]
    fn a_later_target_is_a_number_of_its_kind() {
        let form = |target: &str| TargetForm { starts_on: "4 3 2026".into(), target: target.into() };
        assert_eq!(form("95").parse(DataType::Percentage).expect("a target").1, 95.0);
        assert_eq!(wrong(form("950").parse(DataType::Percentage)), ["target"]);
        assert_eq!(wrong(form("").parse(DataType::Count)), ["target"]);
    }
}
