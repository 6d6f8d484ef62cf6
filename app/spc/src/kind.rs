//! The one list of charts.

/// A Shewhart chart, or a run chart.
///
/// The function that computes one bears its name: those of single values are in the module
/// `limits`, those of subgroups (x̄, s and R) in the module `subgroup`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ChartKind {
    /// Values in the order of time about their median.
    #[default]
    Run,
    /// Individual values and moving ranges (X, I, ImR).
    Xmr,
    /// The distances between neighbouring values (mR).
    MovingRange,
    /// Individual values that weigh differently: Taylor's normalised individuals (IN).
    IPrime,
    /// The distances between neighbouring values that weigh differently.
    MovingS,
    /// Shares with the spread of the binomial distribution.
    P,
    /// Shares whose spread is more or less than chance alone explains: Laney's p′.
    PPrime,
    /// Rates with the spread of the Poisson distribution.
    U,
    /// Rates whose spread is more or less than chance alone explains: Laney's u′.
    UPrime,
    /// Counts of equal opportunity.
    C,
    /// Counts of equal opportunity whose spread is more or less than chance alone explains.
    CPrime,
    /// Cases between rare events (geometric distribution).
    G,
    /// Times between rare events (Weibull distribution, by a power).
    T,
    /// Means of subgroups.
    Xbar,
    /// Standard deviations of subgroups.
    S,
    /// Ranges of subgroups.
    R,
}

impl ChartKind {
    /// What people call it: `XmR chart`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "Run chart",
            Self::Xmr => "XmR chart",
            Self::MovingRange => "Moving range chart",
            Self::IPrime => "I′ chart",
            Self::MovingS => "Moving S chart",
            Self::P => "p chart",
            Self::PPrime => "p′ chart",
            Self::U => "u chart",
            Self::UPrime => "u′ chart",
            Self::C => "c chart",
            Self::CPrime => "c′ chart",
            Self::G => "g chart",
            Self::T => "t chart",
            Self::Xbar => "x̄ chart",
            Self::S => "s chart",
            Self::R => "R chart",
        }
    }

    /// The chart of the spread that goes with it, if it has one.
    pub fn companion(self) -> Option<Self> {
        match self {
            Self::Xmr => Some(Self::MovingRange),
            Self::Xbar => Some(Self::S),
            _ => None,
        }
    }

    /// Whether it is drawn of distances or standard deviations, so that no side of it is better.
    pub(crate) fn is_spread(self) -> bool {
        matches!(self, Self::MovingRange | Self::MovingS | Self::S | Self::R)
    }

    /// What its centre line is called: `Mean` or `Median`.
    pub fn centre_name(self) -> &'static str {
        match self {
            Self::Run | Self::G => "Median",
            _ => "Mean",
        }
    }
}
