use super::StablePhase;
use crate::average::median;

/// When the median of the last points is drawn beside the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FloatingMedian {
    /// Always.
    Always,
    /// Where one of those points belongs to a shift.
    IfShifted,
}

/// The median of the last so many points of all phases, at each of these points and at the gaps between them; none at
/// the points before, and nowhere where it is not drawn. Of a shorter series it is the median of all points.
///
/// Source: the source of autospc 0.0.0.9051 (`floating_median_column`), whose default are 12 points.
pub fn floating_median(phases: &[StablePhase], points: usize, when: FloatingMedian) -> Vec<Option<f64>> {
    let values: Vec<Option<f64>> = phases.iter().flat_map(|phase| phase.limits.values.iter().copied()).collect();
    let places = values.iter().enumerate().filter_map(|(place, value)| value.map(|_| place));
    let first = places.rev().nth(points.max(1) - 1).unwrap_or_default();
    let is_drawn = match when {
        FloatingMedian::Always => true,
        FloatingMedian::IfShifted => phases.iter().flat_map(|phase| &phase.shifted).skip(first).any(|shifted| *shifted),
    };
    let last: Vec<f64> = values.iter().skip(first).flatten().copied().collect();
    let line = median(&last).filter(|_| is_drawn);
    (0..values.len()).map(|place| line.filter(|_| place >= first)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{Data, LimitOptions, xmr};
    use crate::rebase::{StableShift, stable_shift};

    /// Ten points about 5, ten about 9 of which one is missing.
    fn phases() -> Vec<StablePhase> {
        let about = |line: f64| (0..10).map(move |at| Some(if at % 2 == 0 { line } else { line + 1.0 }));
        let mut values: Vec<Option<f64>> = about(5.0).chain(about(9.0)).collect();
        values[17] = None;
        let shift = StableShift { period: 10, ..StableShift::autospc() };
        stable_shift(&Data::new(&values), |data| xmr(data, &LimitOptions::autospc()), &shift).expect("phases")
    }

    #[test]
    fn the_last_points_have_their_median_and_gaps_are_passed_over() {
        let line = floating_median(&phases(), 4, FloatingMedian::Always);
        // The last four are at 15, 16, 18 and 19: 10, 9, 9 and 10.
        assert_eq!(line, [vec![None; 15], vec![Some(9.5); 5]].concat());
        let whole = floating_median(&phases(), 30, FloatingMedian::Always);
        assert_eq!(whole, vec![Some(6.0); 20], "of nineteen points the tenth");
        assert_eq!(floating_median(&[], 12, FloatingMedian::Always), []);
    }

    #[test]
    fn it_can_be_drawn_for_a_shift_among_them_alone() {
        let mut phases = phases();
        for phase in &mut phases {
            phase.shifted.fill(false);
        }
        assert_eq!(floating_median(&phases, 4, FloatingMedian::IfShifted), vec![None; 20]);
        let last = phases.last_mut().expect("a phase");
        let place = last.shifted.len() - 5;
        last.shifted[place] = true;
        assert_eq!(floating_median(&phases, 4, FloatingMedian::IfShifted)[15], Some(9.5));
        assert_eq!(floating_median(&phases, 3, FloatingMedian::IfShifted), vec![None; 20], "it lies before them");
    }
}
