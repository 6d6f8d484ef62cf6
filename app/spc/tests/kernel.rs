//! What holds for every series of the rules, the icons and the re-basing.

use proptest::prelude::*;
use spc::icons::{Assurance, Variation, WithoutVariation, assurance, icons, variation};
use spc::limits::{self, Data};
use spc::rebase::{Accept, MedianShift, Sides, StableShift, median_shift, shift_after_change, stable_shift};
use spc::rules::{
    Band, Coverage, Gaps, Hit, Lines, Rule, RuleSet, Ties, WithoutLimits, best_box, cut_box, phases, run_count_limits,
    sides, trend_is_undecided,
};
use spc::{Direction, Side};

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -4.0..4.0,
        4 => (-3..4).prop_map(f64::from),
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, f64::MAX, f64::MIN, 5e-324, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

fn series(points: usize) -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec(prop::option::weighted(0.9, any_number()), 0..points)
}

/// Halves: sums and doubles of them are exact.
fn plain_series(points: usize) -> impl Strategy<Value = Vec<Option<f64>>> {
    prop::collection::vec((-8..9).prop_map(|n| Some(f64::from(n) / 2.0)), 0..points)
}

fn sets() -> Vec<RuleSet> {
    vec![
        RuleSet::anhoej(),
        RuleSet::three_sigma_anhoej(),
        RuleSet::making_data_count(),
        RuleSet::ihi(),
        RuleSet::western_electric(),
        RuleSet::nelson(),
        RuleSet::nhsrplotthedots(),
        RuleSet::powerbi_spc(7, 5),
        RuleSet::qcc_western_electric(),
        RuleSet::qcc_nelson(),
    ]
}

fn lines() -> impl Strategy<Value = Lines> {
    let band = || {
        (prop::option::weighted(0.9, any_number()), prop::option::weighted(0.9, any_number()))
            .prop_map(|(lower, upper)| Band { lower, upper })
    };
    prop_oneof![
        3 => Just(Lines::from_sigma(0.0, 1.0)),
        1 => Just(Lines::centre(0.5)),
        1 => (any_number(), any_number()).prop_map(|(centre, sigma)| Lines::from_sigma(centre, sigma)),
        1 => (any_number(), band()).prop_map(|(centre, limits)| Lines::from_limits(centre, limits)),
        1 => (prop::option::of(any_number()), band(), band(), band())
            .prop_map(|(centre, one, two, three)| Lines { centre, one, two, three }),
    ]
}

fn mirrored(hits: &[Hit]) -> Vec<Hit> {
    let side = |side: Option<Side>| match side {
        Some(Side::Above) => Some(Side::Below),
        Some(Side::Below) => Some(Side::Above),
        other => other,
    };
    hits.iter().map(|hit| Hit { side: side(hit.side), ..hit.clone() }).collect()
}

fn sorted(mut hits: Vec<Hit>) -> Vec<String> {
    hits.sort_by_key(|hit| hit.points.clone());
    let mut hits: Vec<String> = hits.iter().map(|hit| format!("{hit:?}")).collect();
    hits.sort();
    hits
}

proptest! {
    #[test]
    fn hits_cover_points_with_a_value_in_order(
        values in series(80),
        lines in prop::collection::vec(lines(), 0..80),
        starts in prop::collection::vec(0usize..90, 0..4),
    ) {
        for set in sets() {
            for hit in set.judge_phases(&values, &lines, &starts) {
                prop_assert!(set.rules.contains(&hit.rule));
                prop_assert!(hit.points.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", hit);
                for &place in &hit.points {
                    prop_assert!(place < lines.len() && values[place].is_some_and(f64::is_finite), "{:?}", hit);
                }
            }
        }
    }

    #[test]
    fn any_length_is_safe(values in series(30), length in prop_oneof![0usize..40, Just(usize::MAX)]) {
        let lines = vec![Lines::from_sigma(0.0, 1.0); values.len()];
        for ties in [Ties::Skip, Ties::Break] {
            for coverage in [Coverage::Members, Coverage::Span, Coverage::Completion] {
                for rule in [
                    Rule::Shift { length, ties },
                    Rule::Trend { length, ties },
                    Rule::Oscillation { length },
                    Rule::Stratification { length },
                    Rule::Mixture { length },
                    Rule::BeyondLimits { without_limits: WithoutLimits::Below },
                ] {
                    let hits = rule.judge(&values, &lines, coverage).unwrap_or_default();
                    prop_assert_eq!(sides(&hits, values.len()).len(), values.len());
                }
            }
        }
    }

    #[test]
    fn a_missing_value_changes_nothing(values in plain_series(40), gap in 0usize..40) {
        let gap = gap.min(values.len());
        let mut with_gap = values.clone();
        with_gap.insert(gap, None);
        let lines = vec![Lines::from_sigma(0.0, 1.0); with_gap.len()];
        for set in sets().into_iter().filter(|set| set.gaps == Gaps::PassedOver) {
            let mut hits = set.judge(&values, &lines[..values.len()]);
            for hit in &mut hits {
                hit.points.iter_mut().for_each(|place| *place += usize::from(*place >= gap));
                hit.phase.end += 1;
            }
            prop_assert_eq!(hits, set.judge(&with_gap, &lines), "{}", set.name);
        }
    }

    #[test]
    fn scaling_and_shifting_carry_through(values in plain_series(60)) {
        let moved: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| 4.0 * value + 32.0)).collect();
        let lines = |centre, sigma| vec![Lines::from_sigma(centre, sigma); values.len()];
        for set in sets() {
            prop_assert_eq!(set.judge(&values, &lines(0.5, 1.0)), set.judge(&moved, &lines(34.0, 4.0)), "{}", set.name);
        }
    }

    #[test]
    fn up_and_down_are_treated_alike(values in plain_series(60)) {
        let upside_down: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| -value)).collect();
        let lines = vec![Lines::from_sigma(0.0, 1.0); values.len()];
        for set in sets() {
            let (up, down) = (set.judge(&values, &lines), set.judge(&upside_down, &lines));
            prop_assert_eq!(sorted(mirrored(&up)), sorted(down), "{}", set.name);
        }
    }

    #[test]
    fn a_phase_is_judged_by_itself(first in plain_series(30), second in plain_series(30)) {
        let whole: Vec<Option<f64>> = first.iter().chain(&second).copied().collect();
        let lines = vec![Lines::from_sigma(0.0, 1.0); whole.len()];
        for set in sets() {
            let mut apart = set.judge(&first, &lines[..first.len()]);
            apart.extend(set.judge(&second, &lines[first.len()..]).into_iter().map(|mut hit| {
                hit.points.iter_mut().for_each(|place| *place += first.len());
                hit.phase = first.len()..whole.len();
                hit
            }));
            prop_assert_eq!(apart, set.judge_phases(&whole, &lines, &[first.len()]), "{}", set.name);
        }
    }

    #[test]
    fn phases_cover_the_series_once(length in 0usize..50, starts in prop::collection::vec(0usize..60, 0..6)) {
        let places: Vec<usize> = phases(length, &starts).flatten().collect();
        prop_assert_eq!(places, (0..length).collect::<Vec<_>>());
    }

    #[test]
    fn variation_and_icons_agree(values in series(50)) {
        let lines = vec![Lines::from_sigma(0.0, 1.0); values.len()];
        let hits = RuleSet::making_data_count().judge(&values, &lines);
        for direction in [Direction::Increase, Direction::Decrease, Direction::Neutral] {
            let points = variation(&hits, values.len(), direction);
            let shown = icons(points.iter().copied());
            prop_assert!(!shown.is_empty() && shown.len() <= 2);
            prop_assert_eq!(shown == [Variation::CommonCause], hits.is_empty());
        }
    }

    #[test]
    fn assurance_turns_with_the_direction(target in any_number(), centre in any_number(), lower in any_number(), upper in any_number()) {
        let judged = |direction| {
            assurance(target, Some(centre), Band::new(lower, upper), direction, WithoutVariation::Compare)
        };
        prop_assert_eq!(judged(Direction::Neutral), None);
        match (judged(Direction::Increase), judged(Direction::Decrease)) {
            (Some(Assurance::WillMiss), other) => prop_assert_eq!(other, Some(Assurance::WillMeet)),
            (Some(Assurance::HitAndMiss), other) => prop_assert_eq!(other, Some(Assurance::HitAndMiss)),
            (None, other) => prop_assert_eq!(other, None),
            (Some(Assurance::WillMeet), other) => prop_assert!(matches!(other, Some(Assurance::WillMiss | Assurance::WillMeet))),
        }
    }

    #[test]
    fn re_basing_covers_the_series_once(
        values in series(90),
        n in prop::option::of(series(90)),
        period in 0usize..12,
        shift in 0usize..9,
        exclusions in 0usize..4,
        accept in prop::sample::select(vec![Accept::Never, Accept::Every, Accept::Unopposed, Accept::UnopposedForGood]),
    ) {
        let data = Data { denominators: n.as_deref(), ..Data::new(&values) };
        let options = StableShift { period, shift, exclusions, accept, ..StableShift::autospc() };
        for chart in [limits::xmr, limits::p, limits::c_prime] {
            let Some(found) = stable_shift(&data, |data| chart(data, &limits::LimitOptions::default()), &options) else { continue };
            let places: Vec<usize> = found.iter().flat_map(|phase| phase.places.clone()).collect();
            prop_assert_eq!(places, (0..values.len()).collect::<Vec<_>>());
            for phase in &found {
                prop_assert!(phase.places.start <= phase.calculated.start && phase.calculated.end <= phase.places.end);
                prop_assert!(phase.excluded.iter().all(|place| phase.calculated.contains(place)));
                prop_assert!(phase.excluded.len() <= exclusions);
                prop_assert!(phase.limits.centre.iter().flatten().all(|centre| centre.is_finite()));
            }
        }
    }

    #[test]
    fn medians_are_those_of_their_points(values in series(60), baseline in 0usize..15, run in 0usize..10) {
        for sides in [Sides::Both, Sides::Above, Sides::Below] {
            let Ok(found) = median_shift(&values, &MedianShift { baseline, run, sides }) else { continue };
            prop_assert!(found.windows(2).all(|pair| pair[0].last < pair[1].first && pair[0].drawn_to == pair[1].first));
            prop_assert!(found.iter().all(|phase| phase.median.is_finite()));
        }
    }

    #[test]
    fn a_suggestion_follows_a_change(values in series(60), mut changes in prop::collection::vec(0usize..70, 0..4), length in 0usize..10) {
        changes.sort_unstable();
        let lines = vec![Lines::centre(0.0); values.len()];
        if let Some(found) = shift_after_change(&values, &lines, &changes, length) {
            prop_assert!(changes.contains(&found.change) && found.change <= found.start && found.points >= length);
        }
    }
}

#[test]
fn a_gap_ends_the_patterns_of_one_tool_and_is_passed_over_by_the_others() {
    let values: Vec<Option<f64>> = [1.0; 4].map(Some).into_iter().chain([None]).chain([1.0; 4].map(Some)).collect();
    let lines = vec![Lines::from_sigma(0.0, 1.0); values.len()];
    assert_eq!(RuleSet::making_data_count().judge(&values, &lines).len(), 1);
    assert!(RuleSet::nhsrplotthedots().judge(&values, &lines).is_empty());
    let up = |gap: usize| -> Vec<Option<f64>> {
        (0..9).map(|place| (place != gap).then_some(f64::from(i32::try_from(place).unwrap_or_default()))).collect()
    };
    assert!(trend_is_undecided(&up(3), 7) && !trend_is_undecided(&up(20), 7));
    assert!(!trend_is_undecided(&[Some(1.0), Some(2.0), None, Some(1.0), Some(2.0), Some(1.0), Some(3.0)], 7));
}

/// Ten points about 10, ten about 20 and so on.
fn levels(levels: &[f64]) -> Vec<Option<f64>> {
    let wobble = [0.0, 0.6, -0.5, 0.3, -0.4, 0.5, -0.6, 0.2, -0.3, 0.4];
    levels.iter().flat_map(|level| wobble.map(|wobble| Some(level + wobble))).collect()
}

fn begins(values: &[Option<f64>], options: StableShift) -> Vec<usize> {
    let found = stable_shift(&Data::new(values), |data| limits::xmr(data, &limits::LimitOptions::autospc()), &options);
    found.expect("enough points").iter().map(|phase| phase.places.start).collect()
}

#[test]
fn re_basing_heeds_its_options() {
    let ten = StableShift { period: 10, ..StableShift::autospc() };
    let steps = levels(&[10.0, 20.0, 20.0, 30.0]);
    // The last point of the second level lies above its mean: the run begins with it.
    assert_eq!(begins(&steps, ten), [0, 10, 29]);
    assert_eq!(begins(&steps, StableShift { accept: Accept::Never, ..ten }), [0]);
    assert_eq!(begins(&steps, StableShift { baseline: Some(20), ..ten }), [0, 20, 30]);
    assert_eq!(begins(&steps, StableShift { tolerance: 100.0, ..ten }), [0]);
    // The first run of a candidate opposes nothing, however long it is.
    let mut way: Vec<Option<f64>> = levels(&[10.0]);
    way.extend([14.0; 9].map(Some));
    way.extend([30.0; 11].map(Some));
    let twenty = StableShift { baseline: Some(10), period: 20, ..ten };
    assert_eq!(begins(&way, twenty), [0, 10]);
    // A shift back that is long enough only beyond the period.
    let back = [levels(&[10.0, 20.0]), levels(&[12.0, 12.0])].concat();
    let fifteen = StableShift { baseline: Some(10), period: 15, accept: Accept::Unopposed, ..ten };
    assert_ne!(begins(&back, fifteen), begins(&back, StableShift { overhanging: false, ..fifteen }));
    let gone: Vec<Option<f64>> = steps.iter().enumerate().map(|(at, value)| value.filter(|_| at % 4 != 3)).collect();
    assert_eq!(begins(&gone, StableShift { shift: 6, ..ten }), [0], "a gap ends a run");
}

#[test]
fn ten_thousand_points_are_judged() {
    let values: Vec<Option<f64>> = (0..10_000).map(|i| Some(f64::from(i * i % 101) / 10.0)).collect();
    let lines = vec![Lines::from_sigma(5.0, 1.0); values.len()];
    for set in sets() {
        set.judge(&values, &lines);
    }
    let data = Data::new(&values);
    let found =
        stable_shift(&data, |data| limits::xmr(data, &limits::LimitOptions::autospc()), &StableShift::autospc());
    assert!(found.is_some());
    assert!(median_shift(&values, &MedianShift::runcharter()).is_ok());
}

#[test]
fn the_runs_that_chance_explains_grow_with_the_points() {
    assert_eq!(run_count_limits(1), None);
    let mut before = (0, 0);
    for useful in 2..3_000 {
        let found = run_count_limits(useful).expect("limits from two points on");
        assert!(found.fewest <= found.most && found.most <= useful);
        assert!((found.fewest, found.most) >= before);
        before = (found.fewest, found.most);
    }
    // The normal approximation is close at this size: n/2 + 1 ∓ 1.96 √(n/4).
    let found = run_count_limits(100_000).expect("limits");
    assert!(found.fewest.abs_diff(49_691) <= 1 && found.most.abs_diff(50_311) <= 1, "{found:?}");
}

#[test]
fn a_box_holds_what_chance_explains() {
    assert_eq!(best_box(0), None);
    for useful in 1..=300 {
        let (best, cut) = (best_box(useful).expect("a box"), cut_box(useful).expect("a box"));
        for crossings in 0..useful {
            for longest in 1..=useful - crossings {
                // Cutting a corner only adds signals.
                assert!(!best.signal(crossings, longest) || cut.signal(crossings, longest));
            }
        }
    }
    let cut = cut_box(10).expect("a box");
    assert!(cut.signal(2, 6) && !cut.signal(2, 5) && !cut.signal(3, 6));
}

#[test]
fn a_point_is_described_by_the_first_rule_of_the_set() {
    // A shift up of seven that ends with a point below its lower limit has one sign at each point.
    let values: Vec<Option<f64>> = [1.0; 7].into_iter().chain([-4.0]).map(Some).collect();
    let lines = vec![Lines::from_sigma(0.0, 1.0); values.len()];
    let hits = RuleSet::making_data_count().judge(&values, &lines);
    let points = variation(&hits, values.len(), Direction::Increase);
    assert!(points[..7].iter().all(|point| *point == Variation::on(Side::Above, Direction::Increase)));
    assert_eq!(points[7], Variation::on(Side::Below, Direction::Increase));
}

#[test]
fn a_rule_that_hit_in_an_earlier_phase_does_not_come_first_in_a_later_one() {
    // Seven above the centre; then seven below it that rise: the trend comes before the shift.
    let values: Vec<Option<f64>> = [1.0; 7].into_iter().chain((-7..0).map(f64::from)).map(Some).collect();
    let lines = vec![Lines::from_sigma(0.0, 10.0); values.len()];
    let hits = RuleSet::making_data_count().judge_phases(&values, &lines, &[7]);
    assert_eq!(hits.iter().map(|hit| hit.phase.clone()).collect::<Vec<_>>(), [0..7, 7..14, 7..14]);
    let up = Variation::on(Side::Above, Direction::Increase);
    assert_eq!(variation(&hits, values.len(), Direction::Increase), [up; 14]);
}
