//! The best box and cut box rules: crossings and longest run judged together.
//!
//! Source: Anhøj J, Wentzel-Larsen T (2020), "Smooth operator: Modifying the Anhøj rules to improve
//! runs analysis in statistical process control", PLoS ONE 15(5): e0233920.

use crate::anhoej;

/// The numbers of crossings and the longest runs that chance explains together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunsBox {
    /// Fewer crossings are a signal.
    pub crossings_min: usize,
    /// A longer run is a signal.
    pub longest_run_max: usize,
    /// The corner that is cut off the box, if there is one.
    pub corner: Option<CornerCut>,
}

/// The corner of a box in which both numbers are at, or close to, their limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CornerCut {
    /// With the longest run at its limit, fewer crossings than these are a signal.
    pub crossings_border: usize,
    /// With the crossings at their limit, a longer run than this is a signal.
    pub longest_run_border: usize,
}

impl RunsBox {
    /// Whether a number of crossings and a longest run lie outside.
    pub fn signal(&self, crossings: usize, longest_run: usize) -> bool {
        let outside = crossings < self.crossings_min || longest_run > self.longest_run_max;
        let cut = self.corner.is_some_and(|corner| {
            (crossings == self.crossings_min && longest_run > corner.longest_run_border)
                || (longest_run == self.longest_run_max && crossings < corner.crossings_border)
        });
        outside || cut
    }
}

/// The box for `useful` points, those not on the centre line.
///
/// Tabulated for 10 to 100; for any other number it is that of the Anhøj rules
/// ([`anhoej::run_limits`]). `None` for no points.
pub fn best_box(useful: usize) -> Option<RunsBox> {
    Some(RunsBox { corner: None, ..cut_box(useful)? })
}

/// As [`best_box`], with its corner cut where that makes the rules more specific.
pub fn cut_box(useful: usize) -> Option<RunsBox> {
    let tabulated = useful.checked_sub(FIRST).and_then(|row| BOXES.get(row));
    let Some(&(crossings_min, longest_run_max, crossings_border, longest_run_border)) = tabulated else {
        let anhoej::RunLimits { longest_run_max, crossings_min } = anhoej::run_limits(useful)?;
        return Some(RunsBox { crossings_min, longest_run_max, corner: None });
    };
    let corner = (crossings_border > 0).then_some(CornerCut {
        crossings_border: crossings_border.into(),
        longest_run_border: longest_run_border.into(),
    });
    Some(RunsBox { crossings_min: crossings_min.into(), longest_run_max: longest_run_max.into(), corner })
}

/// The number of useful points of the first row of [`BOXES`].
const FIRST: usize = 10;

/// Crossings and longest run of the best box, then of its cut corner (0, 0: none is cut).
#[rustfmt::skip]
const BOXES: [(u8, u8, u8, u8); 91] = [
    (2, 6, 3, 5), (3, 7, 4, 6), (3, 6, 0, 0), (3, 6, 0, 0), (3, 6, 0, 0), (4, 7, 6, 6), (5, 8, 6, 7), (5, 7, 0, 0),
    (5, 7, 6, 6), (5, 7, 6, 5), (6, 7, 0, 0), (7, 8, 0, 0), (6, 7, 7, 6), (6, 7, 7, 6), (6, 7, 7, 6), (6, 7, 0, 0),
    (9, 9, 10, 7), (9, 8, 10, 7), (9, 8, 11, 7), (10, 8, 0, 0), (11, 10, 12, 9), (11, 9, 14, 8), (11, 8, 0, 0),
    (11, 8, 12, 7), (11, 8, 13, 7), (12, 8, 0, 0), (13, 9, 15, 8), (14, 10, 0, 0), (13, 8, 0, 0), (15, 11, 0, 0),
    (15, 9, 0, 0), (15, 9, 17, 8), (14, 8, 0, 0), (14, 8, 0, 0), (17, 10, 0, 0), (17, 9, 0, 0), (17, 9, 19, 8),
    (17, 9, 20, 7), (19, 12, 20, 11), (19, 10, 21, 9), (19, 9, 0, 0), (19, 9, 21, 8), (19, 9, 21, 7),
    (21, 11, 23, 9), (21, 10, 23, 8), (21, 9, 0, 0), (21, 9, 23, 8), (23, 12, 25, 11), (23, 10, 24, 9),
    (23, 10, 26, 8), (23, 9, 0, 0), (23, 9, 24, 8), (25, 11, 27, 9), (25, 10, 27, 9), (26, 11, 27, 10),
    (26, 10, 27, 9), (27, 12, 29, 10), (27, 10, 0, 0), (27, 10, 29, 8), (28, 11, 29, 8), (29, 14, 30, 13),
    (29, 11, 31, 9), (29, 10, 30, 9), (30, 11, 31, 10), (30, 10, 0, 0), (31, 12, 32, 9), (31, 11, 34, 8),
    (31, 10, 33, 9), (32, 11, 33, 8), (33, 13, 37, 11), (33, 11, 35, 9), (33, 10, 0, 0), (34, 11, 36, 10),
    (33, 10, 36, 7), (35, 11, 0, 0), (35, 11, 38, 8), (35, 10, 36, 9), (35, 10, 38, 8), (37, 12, 38, 10),
    (37, 11, 39, 9), (38, 12, 0, 0), (37, 10, 39, 9), (39, 13, 41, 12), (39, 11, 40, 10), (39, 11, 42, 8),
    (39, 10, 0, 0), (39, 10, 41, 8), (41, 12, 42, 9), (41, 11, 44, 9), (42, 12, 43, 10), (41, 10, 42, 9),
];
