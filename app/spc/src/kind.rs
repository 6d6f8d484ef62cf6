//! The kinds of charts.

/// Which chart it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ChartKind {
    /// Values in the order of time about their median: [`crate::limits::run`].
    #[default]
    Run,
    /// Individual values: [`crate::limits::xmr`].
    Xmr,
    /// The distances between neighbouring values: [`crate::limits::moving_range`].
    MovingRange,
    /// Individual values that weigh differently: [`crate::limits::i_prime`].
    IPrime,
    /// Shares: [`crate::limits::p`].
    P,
    /// Shares whose spread is more or less than chance alone explains: [`crate::limits::p_prime`].
    PPrime,
    /// Rates: [`crate::limits::u`].
    U,
    /// Rates whose spread is more or less than chance alone explains: [`crate::limits::u_prime`].
    UPrime,
    /// Counts of equal opportunity: [`crate::limits::c`].
    C,
    /// Cases between rare events: [`crate::limits::g`].
    G,
    /// Times between rare events: [`crate::limits::t`].
    T,
    /// Means of several values: [`crate::subgroup::xbar`].
    Xbar,
    /// Standard deviations of several values: [`crate::subgroup::s`].
    S,
}

impl ChartKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "Run chart",
            Self::Xmr => "XmR chart",
            Self::MovingRange => "Moving range chart",
            Self::IPrime => "I′ chart",
            Self::P => "p chart",
            Self::PPrime => "p′ chart",
            Self::U => "u chart",
            Self::UPrime => "u′ chart",
            Self::C => "c chart",
            Self::G => "g chart",
            Self::T => "t chart",
            Self::Xbar => "x̄ chart",
            Self::S => "s chart",
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

    pub(crate) fn is_spread(self) -> bool {
        matches!(self, Self::MovingRange | Self::S)
    }

    /// What its centre line is called.
    pub fn centre_name(self) -> &'static str {
        match self {
            Self::Run | Self::G => "Median",
            _ => "Mean",
        }
    }
}
