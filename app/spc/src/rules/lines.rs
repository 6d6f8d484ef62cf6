//! The lines that points are judged against.

use crate::limits::ControlLimits;
use crate::side::Side;

/// A lower and an upper line at one point, in the unit of the values.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Band {
    /// The lower line; `None` where there is none, so that no value is below it.
    pub lower: Option<f64>,
    /// The upper line; `None` where there is none, so that no value is above it.
    pub upper: Option<f64>,
}

impl Band {
    /// A band with both lines.
    pub fn new(lower: f64, upper: f64) -> Self {
        Self { lower: Some(lower), upper: Some(upper) }
    }

    /// The side on which a value lies of the band: [`Side::On`] between its lines or on one of
    /// them. `None` if the band has no line.
    pub fn side(&self, value: f64) -> Option<Side> {
        let (lower, upper) = (finite(self.lower), finite(self.upper));
        if lower.is_none() && upper.is_none() {
            None
        } else if upper.is_some_and(|upper| value > upper) {
            Some(Side::Above)
        } else if lower.is_some_and(|lower| value < lower) {
            Some(Side::Below)
        } else {
            Some(Side::On)
        }
    }
}

pub(super) fn finite(line: Option<f64>) -> Option<f64> {
    line.filter(|line| line.is_finite())
}

/// The lines that one point is judged against, in the unit of the values.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Lines {
    /// The centre line.
    pub centre: Option<f64>,
    /// The centre line ∓ 1 sigma.
    pub one: Band,
    /// The centre line ∓ 2 sigma.
    pub two: Band,
    /// The control limits: the centre line ∓ 3 sigma.
    pub three: Band,
}

impl Lines {
    /// A centre line alone, as on a run chart.
    pub fn centre(centre: f64) -> Self {
        Self { centre: Some(centre), ..Self::default() }
    }

    /// A centre line and lines at 1, 2 and 3 sigma on both sides.
    pub fn from_sigma(centre: f64, sigma: f64) -> Self {
        let band = |sigmas: f64| Band::new(centre - sigmas * sigma, centre + sigmas * sigma);
        Self { centre: Some(centre), one: band(1.0), two: band(2.0), three: band(3.0) }
    }

    /// A centre line and control limits, with the lines at 1 and 2 sigma at one and two thirds of
    /// the way to each limit.
    pub fn from_limits(centre: f64, limits: Band) -> Self {
        let part = |line: Option<f64>, thirds: f64| line.map(|line| centre + (line - centre) * thirds / 3.0);
        let band = |thirds| Band { lower: part(limits.lower, thirds), upper: part(limits.upper, thirds) };
        Self { centre: Some(centre), one: band(1.0), two: band(2.0), three: limits }
    }

    /// The lines at every point of a chart.
    pub fn of(limits: &ControlLimits) -> Vec<Self> {
        let at = |line: &[Option<f64>], i: usize| line.get(i).copied().flatten();
        let band =
            |k: usize, i: usize| Band { lower: at(&limits.bands[k].lower, i), upper: at(&limits.bands[k].upper, i) };
        let lines = |i| Self { centre: at(&limits.centre, i), one: band(0, i), two: band(1, i), three: band(2, i) };
        (0..limits.centre.len()).map(lines).collect()
    }

    pub(super) fn at(&self, sigmas: Sigmas) -> &Band {
        match sigmas {
            Sigmas::One => &self.one,
            Sigmas::Two => &self.two,
            Sigmas::Three => &self.three,
        }
    }
}

/// Which pair of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sigmas {
    /// The lines at 1 sigma.
    One,
    /// The lines at 2 sigma.
    Two,
    /// The lines at 3 sigma: the control limits.
    Three,
}
