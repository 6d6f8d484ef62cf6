//! From days and values to places in the picture.

use super::dates::{DateScale, days};
use super::shapes::Rect;
use super::values::ValueScale;
use crate::chart::ChartPoint;

/// Space between the axis and the first and last point.
pub(super) const INSET: f64 = 8.0;

/// The area of the data with both of its scales.
pub(super) struct Frame {
    pub plot: Rect,
    pub dates: DateScale,
    pub values: ValueScale,
}

impl Frame {
    /// Where a day stands, in days since 1 January of year 1.
    pub fn x(&self, day: f64) -> f64 {
        self.plot.left + INSET + self.dates.share(day) * (self.plot.right - self.plot.left - 2.0 * INSET)
    }

    /// Where a point stands.
    pub fn x_of(&self, point: &ChartPoint) -> f64 {
        self.x(days(point.date, point.time))
    }

    /// Where a value stands.
    pub fn y(&self, value: f64) -> f64 {
        self.values.y(value, self.plot)
    }
}
