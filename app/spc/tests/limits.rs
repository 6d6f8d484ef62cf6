//! What holds for the centre lines and limits of every series.

use proptest::prelude::*;
use spc::ChartKind;
use spc::constants;
use spc::funnel::{self, Measure, Method};
use spc::limits::{self, Bounds, Centre, ControlLimits, Data, LimitOptions, Phase, Refusal, Within};
use spc::screening::{self, Average, NoVariation, Screening};
use spc::subgroup::{self, Aggregate, Subgroup, Subgroups};

const KINDS: [ChartKind; 13] = [
    ChartKind::Run,
    ChartKind::Xmr,
    ChartKind::MovingRange,
    ChartKind::P,
    ChartKind::PPrime,
    ChartKind::U,
    ChartKind::UPrime,
    ChartKind::C,
    ChartKind::CPrime,
    ChartKind::G,
    ChartKind::T,
    ChartKind::IPrime,
    ChartKind::MovingS,
];

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -100.0..100.0,
        3 => (0..20).prop_map(f64::from),
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e308, 1e15]),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

fn maybe() -> impl Strategy<Value = Option<f64>> {
    prop::option::weighted(0.9, any_number())
}

fn options() -> impl Strategy<Value = LimitOptions> {
    let named = prop::sample::select(vec![
        LimitOptions::default(),
        LimitOptions::qicharts2(),
        LimitOptions::nhsrplotthedots(),
        LimitOptions::autospc(),
        LimitOptions::powerbi_spc(),
        LimitOptions::qcc(),
        LimitOptions::pbcharts(),
    ]);
    let centre =
        prop_oneof![3 => Just(Centre::Mean), 2 => Just(Centre::Median), 1 => any_number().prop_map(Centre::Given)];
    let average = prop::sample::select(vec![Average::Mean, Average::Median]);
    let bounds = prop::sample::select(vec![Bounds::Natural, Bounds::NotBelowZero, Bounds::Off]);
    (named, centre, average, bounds).prop_map(|(named, centre, average, bounds)| LimitOptions {
        centre,
        average,
        bounds,
        ..named
    })
}

fn numbers(limits: &ControlLimits) -> impl Iterator<Item = f64> {
    let lines = limits.bands.iter().flat_map(|band| [&band.lower, &band.upper]);
    let lines = lines.chain([&limits.values, &limits.centre, &limits.sigma]);
    let basis =
        [limits.basis.sigma_z, limits.basis.process_sigma, limits.basis.ranges.and_then(|ranges| ranges.average)];
    lines.flatten().copied().chain(basis).flatten().collect::<Vec<_>>().into_iter()
}

fn assert_sound(limits: &ControlLimits, len: usize) {
    assert!(numbers(limits).all(f64::is_finite), "{limits:?}");
    assert_eq!(limits.values.len(), len);
    assert_eq!(limits.centre.len(), len);
    assert_eq!(limits.sigma.len(), len);
    for band in &limits.bands {
        assert_eq!(band.lower.len(), len);
        assert_eq!(band.upper.len(), len);
        for (lower, upper) in band.lower.iter().zip(&band.upper) {
            assert!(lower.zip(*upper).is_none_or(|(lower, upper)| lower <= upper), "{lower:?} {upper:?}");
        }
    }
    for pair in limits.bands.windows(2) {
        for i in 0..len {
            let wider = pair[1].lower[i].zip(pair[0].lower[i]).is_none_or(|(outer, inner)| outer <= inner);
            let higher = pair[1].upper[i].zip(pair[0].upper[i]).is_none_or(|(outer, inner)| outer >= inner);
            assert!(wider && higher, "{limits:?}");
        }
    }
}

fn close(a: Option<f64>, b: Option<f64>, scale: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * scale.max(a.abs()).max(b.abs()),
        (a, b) => a == b,
    }
}

type Line<'a> = &'a [Option<f64>];

/// Every line of two charts, side by side.
fn lines<'a>(a: &'a ControlLimits, b: &'a ControlLimits) -> Vec<(Line<'a>, Line<'a>)> {
    let all = |limits: &'a ControlLimits| -> Vec<Line<'a>> {
        let bands = limits.bands.iter().flat_map(|band| [&band.lower[..], &band.upper[..]]);
        bands.chain([&limits.centre[..]]).collect()
    };
    all(a).into_iter().zip(all(b)).collect()
}

proptest! {
    #[test]
    fn nothing_panics_and_every_number_is_finite(
        rows in prop::collection::vec((maybe(), maybe(), prop::bool::weighted(0.9)), 0..40),
        phases in prop::collection::vec((0usize..50, prop::option::of(0usize..50)), 0..4),
        baseline in prop::option::of(0usize..50),
        options in options(),
        by in any_number(),
    ) {
        let values: Vec<_> = rows.iter().map(|row| row.0).collect();
        let denominators: Vec<_> = rows.iter().map(|row| row.1).collect();
        let used: Vec<_> = rows.iter().map(|row| row.2).collect();
        let phases: Vec<Phase> = phases.into_iter().map(|(first, baseline)| Phase { first, baseline }).collect();
        for kind in KINDS {
            // A list of denominators that is too short leaves the others without one.
            for denominators in [None, Some(&denominators[..]), Some(&denominators[..values.len() / 2])] {
                let data = Data { values: &values, denominators, used: Some(&used), baseline };
                if let Ok(limits) = limits::chart(kind, &data, &options) {
                    assert_sound(&limits, values.len());
                    assert!(numbers(&limits.multiplied(by)).all(f64::is_finite));
                }
                if let Ok(parts) = limits::by_phase(kind, &data, &phases, &options) {
                    assert_eq!(parts.iter().map(|part| part.values.len()).sum::<usize>(), values.len());
                    parts.iter().for_each(|part| assert_sound(part, part.values.len()));
                }
            }
        }
    }

    #[test]
    fn subgroups_of_any_size_make_sound_charts(
        rows in prop::collection::vec((prop::collection::vec(any_number(), 0..60), prop::bool::weighted(0.9)), 0..12),
        options in options(),
    ) {
        let groups: Vec<Subgroup> = rows.iter().map(|row| Subgroup::of(&row.0)).collect();
        let used: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let groups = Subgroups { used: Some(&used), ..Subgroups::new(&groups) };
        for chart in [subgroup::xbar, subgroup::s, subgroup::r] {
            if let Ok(limits) = chart(&groups, &options) {
                assert_sound(&limits, rows.len());
            }
        }
        let kinds = [
            Aggregate::Mean, Aggregate::Median, Aggregate::Sum, Aggregate::StandardDeviation,
            Aggregate::Range, Aggregate::Least, Aggregate::Most, Aggregate::Count,
        ];
        for (values, _) in &rows {
            assert!(kinds.iter().filter_map(|how| subgroup::aggregate(values, *how)).all(f64::is_finite));
        }
    }

    #[test]
    fn an_excluded_point_changes_nothing(
        values in prop::collection::vec(0.5..100.0, 2..30),
        sizes in prop::collection::vec(1.0..500.0, 30),
        place in 0usize..30,
        wild in any_number(),
    ) {
        let place = place.min(values.len());
        let without: Vec<_> = values.iter().copied().map(Some).collect();
        let sizes: Vec<_> = sizes[..values.len()].iter().copied().map(Some).collect();
        let (mut with, mut more_sizes) = (without.clone(), sizes.clone());
        with.insert(place, Some(wild.abs().max(0.1)));
        more_sizes.insert(place, Some(17.0));
        let mut used = vec![true; values.len()];
        used.insert(place, false);
        for kind in KINDS {
            let small = Data { denominators: Some(&sizes), ..Data::new(&without) };
            let large = Data { denominators: Some(&more_sizes), used: Some(&used), ..Data::new(&with) };
            let before = limits::chart(kind, &small, &LimitOptions::default()).expect("a chart");
            let after = limits::chart(kind, &large, &LimitOptions::default()).expect("a chart");
            for (before, after) in lines(&before, &after) {
                let mut after = after.to_vec();
                after.remove(place);
                prop_assert_eq!(before, &after[..], "{:?}", kind);
            }
        }
    }

    #[test]
    fn scaling_and_shifting_carry_through(
        values in prop::collection::vec(-50.0..50.0, 3..30),
        by in 0.01..1000.0,
        up in -1e3..1e3,
    ) {
        let plain: Vec<_> = values.iter().copied().map(Some).collect();
        let moved: Vec<_> = values.iter().map(|value| Some(value * by + up)).collect();
        // Rounding may move a range across the limit of screening.
        let options = LimitOptions { screening: Screening::Off, ..LimitOptions::default() };
        let plain = limits::xmr(&Data::new(&plain), &options);
        let moved = limits::xmr(&Data::new(&moved), &options);
        for (plain, moved) in lines(&plain, &moved) {
            for (plain, moved) in plain.iter().zip(moved) {
                prop_assert!(close(plain.map(|plain| plain * by + up), *moved, 1e5));
            }
        }
    }

    #[test]
    fn with_one_size_i_prime_is_the_x_chart(values in prop::collection::vec(-50.0..50.0, 1..30)) {
        let values: Vec<_> = values.iter().copied().map(Some).collect();
        let options = LimitOptions::pbcharts();
        let (a, b) = (limits::xmr(&Data::new(&values), &options), limits::i_prime(&Data::new(&values), &options));
        for (a, b) in lines(&a, &b) {
            prop_assert!(a.iter().zip(b).all(|(a, b)| close(*a, *b, 100.0)));
        }
    }

    #[test]
    fn funnel_limits_are_in_order(
        target in 0.0..1.0,
        size in 1u32..5000,
        size_in_thousands in 1.0..1e6,
        level in 0.0005..0.4995,
    ) {
        for (measure, size) in [(Measure::Proportion, f64::from(size)), (Measure::Ratio, size_in_thousands / 1000.0)] {
            for method in [Method::Exact, Method::Normal { overdispersion: 1.0 }] {
                let at = |level| funnel::limit(measure, method, target, size, level).expect("a limit");
                prop_assert!(at(level) <= at(1.0 - level));
                prop_assert!(at(level) >= 0.0);
            }
        }
    }

    #[test]
    fn funnel_takes_any_number(a in any_number(), b in any_number(), c in any_number(), d in any_number()) {
        for measure in [Measure::Proportion, Measure::Ratio] {
            for method in [Method::Exact, Method::Normal { overdispersion: d }] {
                for (target, size, level) in [(a, b, c), (a.abs().fract(), b, c.abs().fract()), (a, b.abs().round(), 0.999)] {
                    prop_assert!(funnel::limit(measure, method, target, size, level).is_none_or(f64::is_finite));
                }
            }
            prop_assert!(funnel::z_score(measure, a, Some(b), Some(c)).is_none_or(f64::is_finite));
        }
        prop_assert!(funnel::overdispersion(&[a, b, c], d).is_none_or(f64::is_finite));
        prop_assert!(funnel::target(&[Some(a), Some(b)], &[Some(c), Some(d)]).is_none_or(f64::is_finite));
    }
}

fn some(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

#[test]
fn the_x_chart_by_hand() {
    // Mean 5.75; moving ranges 3, 1, 4 with mean 8/3.
    let values = some(&[5.0, 8.0, 7.0, 3.0]);
    let limits = limits::xmr(&Data::new(&values), &LimitOptions::default());
    assert_eq!(limits.centre[0], Some(5.75));
    assert!(close(limits.sigma[0], Some(8.0 / 3.0 / 1.128), 1.0));
    assert!(close(limits.upper()[0], Some(5.75 + 8.0 / 1.128), 1.0));
    assert!(close(limits.near_lower()[3], Some(5.75 - 16.0 / 3.0 / 1.128), 1.0));
    let ranges = limits.basis.ranges.expect("ranges");
    assert_eq!((ranges.kept, ranges.screened), (3, 0));
}

#[test]
fn a_wild_range_is_screened_out_and_said_to_be() {
    let ranges = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 20.0];
    let found = screening::average(&ranges, Average::Mean, Screening::ON, NoVariation::Zero);
    assert_eq!((found.average, found.kept, found.screened), (Some(1.0), 7, 1));
    let all = screening::average(&ranges, Average::Mean, Screening::Off, NoVariation::Zero);
    assert_eq!((all.average, all.kept, all.screened), (Some(27.0 / 8.0), 8, 0));
}

#[test]
fn without_variation_limits_lie_on_the_centre_line() {
    let values = some(&[7.0; 12]);
    let limits = limits::xmr(&Data::new(&values), &LimitOptions::default());
    assert!(limits.lower().iter().chain(limits.upper()).all(|line| *line == Some(7.0)));
    let tool = limits::xmr(&Data::new(&values), &LimitOptions::qicharts2());
    assert!(tool.upper().iter().all(Option::is_none));
}

#[test]
fn a_missing_value_and_a_zero_denominator_are_gaps() {
    let values = [Some(3.0), None, Some(4.0), Some(2.0)];
    let sizes = [Some(10.0), Some(10.0), Some(0.0), Some(10.0)];
    let limits = limits::p(&Data { denominators: Some(&sizes), ..Data::new(&values) }, &LimitOptions::default());
    assert_eq!(limits.values, [Some(0.3), None, None, Some(0.2)]);
    assert_eq!(limits.centre[0], Some(0.25));
    assert_eq!(limits.basis.used, 2);
    assert_eq!(limits.upper()[1..3], [None, None]);
}

#[test]
fn a_moving_range_is_not_taken_across_a_gap_but_across_an_excluded_point() {
    let values = [Some(1.0), None, Some(5.0)];
    assert_eq!(limits::moving_range(&Data::new(&values), &LimitOptions::default()).values, [None; 3]);
    let values = some(&[1.0, 99.0, 5.0]);
    let data = Data { used: Some(&[true, false, true]), ..Data::new(&values) };
    assert_eq!(limits::moving_range(&data, &LimitOptions::default()).values, [None, None, Some(4.0)]);
}

#[test]
fn a_frozen_baseline_draws_all_points_and_computes_from_its_own() {
    let values = some(&[1.0, 3.0, 1.0, 3.0, 50.0, 60.0]);
    let limits = limits::xmr(&Data { baseline: Some(4), ..Data::new(&values) }, &LimitOptions::default());
    assert_eq!(limits.centre, [Some(2.0); 6]);
    assert_eq!(limits.basis.used, 4);
    let ranges = limits::moving_range(&Data { baseline: Some(4), ..Data::new(&values) }, &LimitOptions::default());
    assert_eq!(ranges.values[4..], [Some(47.0), Some(10.0)]);
    assert_eq!(ranges.centre[0], Some(2.0));
}

#[test]
fn phases_have_their_own_lines_and_each_may_freeze() {
    let values = some(&[1.0, 3.0, 1.0, 10.0, 12.0, 100.0]);
    let phases =
        [Phase { first: 3, baseline: Some(2) }, Phase { first: 0, baseline: None }, Phase { first: 9, baseline: None }];
    let parts =
        limits::by_phase(ChartKind::Run, &Data::new(&values), &phases, &LimitOptions::default()).expect("parts");
    let centres: Vec<_> = parts.iter().map(|part| (part.centre[0], part.values.len())).collect();
    assert_eq!(centres, [(Some(1.0), 3), (Some(11.0), 3)]);
}

#[test]
fn two_events_at_one_time_are_refused() {
    let values = some(&[3.0, 0.0, 5.0]);
    assert_eq!(limits::t(&Data::new(&values), &LimitOptions::default()), Err(Refusal::TimeNotPositive));
    assert!(limits::t(&Data::new(&values), &LimitOptions::powerbi_spc()).is_ok());
    let negative = some(&[3.0, -1.0]);
    assert_eq!(limits::t(&Data::new(&negative), &LimitOptions::powerbi_spc()), Err(Refusal::TimeNotPositive));
}

#[test]
fn a_centre_given_by_hand_is_taken() {
    let values = some(&[3.0, 1.0, 5.0, 2.0]);
    let options = LimitOptions { centre: Centre::Given(10.0), ..LimitOptions::default() };
    for kind in [ChartKind::Run, ChartKind::Xmr, ChartKind::C, ChartKind::U, ChartKind::IPrime, ChartKind::MovingRange]
    {
        let limits = limits::chart(kind, &Data::new(&values), &options).expect("a chart");
        assert_eq!(limits.centre[0], Some(10.0), "{kind:?}");
    }
    let t = limits::t(&Data::new(&values), &options).expect("a chart");
    assert!(close(t.centre[0], Some(10.0), 1.0));
    assert!(close(limits::g(&Data::new(&values), &options).centre[0], Some(6.93), 1.0));
}

#[test]
fn subgroups_that_a_chart_cannot_have_are_refused() {
    let small = [Subgroup::of(&[1.0]), Subgroup::of(&[1.0, 2.0])];
    let small = Subgroups::new(&small);
    let unbiased = LimitOptions { within: Within::Unbiased, ..LimitOptions::default() };
    assert_eq!(subgroup::xbar(&small, &unbiased), Err(Refusal::SubgroupTooSmall));
    assert!(subgroup::xbar(&small, &LimitOptions::default()).is_ok());
    let large = [Subgroup::of(&(0..51).map(f64::from).collect::<Vec<_>>())];
    let large = Subgroups::new(&large);
    assert_eq!(subgroup::r(&large, &LimitOptions::default()), Err(Refusal::SubgroupTooLarge));
}

#[test]
fn constants_join_up_where_the_way_to_compute_them_changes() {
    for n in 390..410 {
        let (a, b, c) = (constants::c4(n - 1), constants::c4(n), constants::c4(n + 1));
        let bend = a.zip(b).zip(c).map(|((a, b), c)| c - 2.0 * b + a).expect("constants");
        assert!(bend < 0.0 && bend > -1e-7, "{n}: {bend}");
    }
    assert_eq!(constants::c4(1), None);
    assert_eq!(constants::d2(51), None);
    assert_eq!(constants::d2(0), None);
}

#[test]
fn ranges_agree_with_numerical_integration() {
    // d2 = ∫ (1 − Φⁿ − (1 − Φ)ⁿ), by the trapezoid rule; Φ from its own series.
    let phi = |x: f64| {
        let (mut term, mut sum, mut k) = (x, x, 1.0);
        while term.abs() > 1e-18 * sum.abs() {
            k += 2.0;
            term *= x * x / k;
            sum += term;
        }
        (0.5 + sum * (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt()).clamp(0.0, 1.0)
    };
    let step = 0.05;
    let grid: Vec<f64> = (-140..=140).map(|i| phi(f64::from(i) * step)).collect();
    for n in 2..=constants::MOST_FOR_RANGE {
        let power = n as i32;
        let d2: f64 = grid.iter().map(|p| 1.0 - p.powi(power) - (1.0 - p).powi(power)).sum::<f64>() * step;
        assert!(close(constants::d2(n), Some(d2), 1.0), "{n}: {d2}");
    }
}

#[test]
fn ten_thousand_points_at_the_edge_of_what_a_number_can_be() {
    let edge = [f64::MAX, f64::MIN, 1e308, -1e308, f64::INFINITY, f64::NAN, 5e-324, 0.0, 1.0];
    let values: Vec<_> = (0..10_000).map(|i| edge.get(i * 7 % 11).copied()).collect();
    let sizes: Vec<_> = (0..10_000).map(|i| edge.get(i * 5 % 13).copied()).collect();
    for kind in KINDS {
        for denominators in [None, Some(&sizes[..])] {
            let data = Data { denominators, ..Data::new(&values) };
            if let Ok(limits) = limits::chart(kind, &data, &LimitOptions::default()) {
                assert_sound(&limits, values.len());
            }
        }
    }
}

#[test]
fn screening_can_be_repeated() {
    let ranges = [[1.0; 10].as_slice(), &[8.0, 30.0]].concat();
    let of = |ranges: &[f64], times| {
        let repeated = Screening::Repeated { multiple: 3.267, times };
        let found = screening::average(ranges, Average::Mean, repeated, NoVariation::Undefined);
        (found.kept, found.screened, found.average)
    };
    assert_eq!(of(&ranges, 0), (12, 0, Some(4.0)));
    let (kept, screened, average) = of(&ranges, 1);
    assert_eq!((kept, screened), (11, 1));
    assert!(average.is_some_and(|average| (average - 18.0 / 11.0).abs() < 1e-12), "{average:?}");
    assert_eq!(of(&ranges, 2), (10, 2, Some(1.0)));
    assert_eq!(of(&ranges, 9), (10, 2, Some(1.0)));
    assert_eq!(of(&[0.0; 5], 1), (5, 0, Some(0.0)), "none lies above");
}
