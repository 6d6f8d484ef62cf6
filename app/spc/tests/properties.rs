//! What holds for every series.

mod common;

use chrono::{Days, NaiveDate, NaiveTime};
use proptest::prelude::*;
use spc::scene::{self, Scene, SceneOptions, Size, TextKind};
use spc::svg::{self, Style};
use spc::{
    Baseline, Chart, ChartKind, ChartOptions, Cycle, DataType, Direction, PhaseStart, Point, Reading, RuleSetName,
    Series, words,
};

fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -100.0..100.0,
        2 => (0..20).prop_map(f64::from),
        1 => any::<f64>(),
        1 => prop::sample::select(vec![0.0, -0.0, f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, 1e308, 1e15]),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

fn reading() -> impl Strategy<Value = Reading> {
    prop_oneof![
        6 => any_number().prop_map(Reading::Value),
        3 => (any_number(), any_number()).prop_map(|(n, d)| Reading::ratio(n, d)),
        1 => Just(Reading::Missing),
    ]
}

fn date() -> impl Strategy<Value = NaiveDate> {
    prop_oneof![
        12 => (0u64..900).prop_map(|days| common::day(2025, 1, 1) + Days::new(days)),
        1 => prop::sample::select(vec![NaiveDate::MIN, NaiveDate::MAX, common::day(2024, 2, 29)]),
    ]
}

fn time() -> impl Strategy<Value = Option<NaiveTime>> {
    prop::option::weighted(
        0.2,
        (0u32..86_400).prop_map(|s| NaiveTime::from_num_seconds_from_midnight_opt(s, 0).unwrap_or_default()),
    )
}

fn data_type() -> impl Strategy<Value = DataType> {
    prop_oneof![
        Just(DataType::Count),
        Just(DataType::Percentage),
        any_number().prop_map(|per| DataType::Rate { per }),
        Just(DataType::Measurement),
        Just(DataType::TimeBetween),
        Just(DataType::CasesBetween),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(vec![Direction::Increase, Direction::Decrease, Direction::Neutral])
}

fn words_of_the_caller() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), Just("</svg><img src=x onerror=alert(1)>".to_owned()), "\\PC{0,60}"]
}

prop_compose! {
    fn point()(key in 0usize..50, label in words_of_the_caller(), note in words_of_the_caller(), date in date(), time in time(), reading in reading(), excluded in prop::bool::weighted(0.1)) -> Point {
        Point { key, label, date, time, reading, excluded, note }
    }
}

prop_compose! {
    fn series()(name in words_of_the_caller(), unit in words_of_the_caller(), data_type in data_type(), points in prop::collection::vec(point(), 0..60)) -> Series {
        Series { name, unit, data_type, points, ..Series::default() }
    }
}

fn kind() -> impl Strategy<Value = ChartKind> {
    use ChartKind::*;
    prop::sample::select(vec![Run, Xmr, MovingRange, IPrime, P, PPrime, U, UPrime, C, G, T, Xbar, S])
}

fn rules() -> impl Strategy<Value = RuleSetName> {
    use RuleSetName::*;
    prop::sample::select(vec![LimitsAndRuns, Runs, MakingDataCount, Ihi, WesternElectric, Nelson])
}

fn baseline() -> impl Strategy<Value = Baseline> {
    prop_oneof![Just(Baseline::All), Just(Baseline::BeforeCycles), date().prop_map(Baseline::Until)]
}

prop_compose! {
    fn phase()(date in date(), reason in words_of_the_caller(), freeze_after in prop::option::of(0usize..20)) -> PhaseStart {
        PhaseStart { date, reason, freeze_after }
    }
}

prop_compose! {
    fn options()(
        kind in kind(),
        rule_set in rules(),
        baseline in baseline(),
        phases in prop::collection::vec(phase(), 0..3),
        later_targets in prop::collection::vec((date(), any_number()), 0..3),
        (screening, centre) in (any::<bool>(), prop::option::weighted(0.1, any_number())),
        target in prop::option::of(any_number()),
        direction in direction(),
        cycles in prop::collection::vec((date(), 0u32..200, words_of_the_caller()), 0..12),
    ) -> ChartOptions {
        let cycles = cycles.into_iter().map(|(date, number, label)| Cycle { date, number, label }).collect();
        ChartOptions { kind, rule_set, baseline, phases, later_targets, screening, centre, target, direction, cycles }
    }
}

fn scenes(chart: &Chart) -> Vec<Scene> {
    [Size::Full, Size::Narrow, Size::Small]
        .into_iter()
        .flat_map(|size| [false, true].map(|heading| scene::layout(chart, &SceneOptions { size, heading })))
        .collect()
}

fn assert_drawable(scene: &Scene) {
    let inside = |x: f64, y: f64| {
        assert!(x.is_finite() && y.is_finite(), "not a number: {x} {y}");
        assert!(
            (-1.0..=scene.width + 1.0).contains(&x) && (-1.0..=scene.height + 1.0).contains(&y),
            "outside: {x} {y}"
        );
    };
    for line in &scene.lines {
        inside(line.from.0, line.from.1);
        inside(line.to.0, line.to.1);
    }
    for &(x, y) in scene.paths.iter().chain(&scene.limits).flatten() {
        inside(x, y);
    }
    for mark in &scene.marks {
        inside(mark.x, mark.y);
    }
    for (i, text) in scene.texts.iter().enumerate() {
        let bounds = text.bounds();
        inside(bounds.left, bounds.top);
        inside(bounds.right, bounds.bottom);
        for other in &scene.texts[i + 1..] {
            assert!(!bounds.overlaps(&other.bounds()), "{:?} over {:?} in {:?}", text, other, scene.size);
        }
    }
    for pair in scene.texts.iter().filter(|text| text.kind == TextKind::YTick).collect::<Vec<_>>().windows(2) {
        assert_ne!(pair[0].text, pair[1].text, "two ticks with one label");
    }
}

fn assert_well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(start) = rest.find('<') {
        let end = start + rest[start..].find('>').expect("every tag is closed");
        let tag = &rest[start + 1..end];
        assert!(!tag.contains('<'), "a tag in a tag: {tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.to_owned()), "in order");
        } else if !tag.ends_with('/') {
            open.push(tag.split(' ').next().unwrap_or_default().to_owned());
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "left open: {open:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_panics_and_every_number_is_finite(series in series(), options in options()) {
        let chart = Chart::new(&series, &options);
        prop_assert!(chart.points.iter().filter_map(|point| point.value).all(f64::is_finite));
        prop_assert!(chart.centre().is_none_or(f64::is_finite));
        let lines = chart.points.iter().flat_map(|point| [point.centre, point.lower, point.upper, point.target]);
        prop_assert!(lines.flatten().all(f64::is_finite));
        if let Some(suggestion) = chart.suggested_phase() {
            words::suggested_phase(&chart, &suggestion);
        }
        words::variation(chart.variation());
        words::assurance(chart.assurance());
        prop_assert!(!words::caption(&chart).contains("NaN"));
        words::short(&chart);
        words::method(&chart);
        for scene in scenes(&chart) {
            assert_drawable(&scene);
            for style in [Style::Page, Style::Standalone] {
                let svg = svg::write(&scene, style, &series.name);
                assert_well_formed(&svg);
                prop_assert!(!svg.contains("<img"));
                prop_assert!(!svg.contains("style="));
            }
        }
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(series in series(), options in options(), seed in any::<u64>()) {
        let mut shuffled = series.clone();
        let length = shuffled.points.len().max(1) as u64;
        shuffled.points.reverse();
        let turn = (seed % length) as usize;
        shuffled.points.rotate_left(turn);
        // As text: a rate per NaN is not equal to itself.
        let says = |series| format!("{:?}", Chart::new(series, &options));
        prop_assert_eq!(says(&series), says(&shuffled));
    }

    #[test]
    fn scaling_and_shifting_carry_through(values in prop::collection::vec(-50i32..50, 1..60), factor in 1i32..9, shift in -1000i32..1000) {
        let plain: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
        let moved: Vec<f64> = values.iter().map(|&v| f64::from(v * factor + shift)).collect();
        let mirrored: Vec<f64> = plain.iter().map(|v| -v).collect();
        let chart = |values: &[f64], direction| Chart::new(&common::measured(values), &ChartOptions { direction, ..ChartOptions::default() });
        let (a, b) = (chart(&plain, Direction::Increase), chart(&moved, Direction::Increase));
        prop_assert_eq!(a.centre().map(|c| c * f64::from(factor) + f64::from(shift)), b.centre());
        prop_assert_eq!(&a.phases[0].runs, &b.phases[0].runs);
        prop_assert_eq!(&a.phases[0].signals, &b.phases[0].signals);
        // Upside down, with the other direction, it says the same.
        let c = chart(&mirrored, Direction::Decrease);
        prop_assert_eq!(a.verdict(), c.verdict());
        prop_assert_eq!(a.phases[0].runs.crossings, c.phases[0].runs.crossings);
    }

    #[test]
    fn an_excluded_point_changes_nothing_but_itself(series in series(), options in options(), extra in point()) {
        let extra = Point { excluded: true, key: 1_000, ..extra };
        let without = Chart::new(&series, &options);
        let mut more = series.clone();
        more.points.push(extra);
        let mut with = Chart::new(&more, &options);
        for point in &mut with.points {
            point.keys.retain(|key| *key != 1_000);
        }
        with.points.retain(|point| !point.keys.is_empty());
        prop_assert_eq!(&without.points, &with.points);
        prop_assert_eq!(without.centre(), with.centre());
        prop_assert_eq!(without.verdict(), with.verdict());
    }

    #[test]
    fn a_missing_value_is_not_a_zero(values in prop::collection::vec(1.0..50.0f64, 1..40), place in 0usize..40) {
        let mut series = common::measured(&values);
        let before = Chart::new(&series, &ChartOptions::default());
        let date = series.points[place % values.len()].date;
        series.points.push(Point::new(100, date));
        series.points.push(Point { reading: Reading::ratio(3.0, 0.0), ..Point::new(101, date) });
        let after = Chart::new(&series, &ChartOptions::default());
        prop_assert_eq!(before.centre(), after.centre());
        prop_assert_eq!(before.phases[0].runs.longest_run, after.phases[0].runs.longest_run);
        prop_assert_eq!(before.phases[0].runs.crossings, after.phases[0].runs.crossings);
    }

    #[test]
    fn any_number_is_written_and_any_prefix_is_safe(value in any::<f64>(), data_type in data_type(), unit in words_of_the_caller(), places in 0usize..20) {
        let written = spc::format::value(value, data_type, &unit);
        prop_assert!(!written.contains("NaN") || unit.contains("NaN"));
        spc::format::decimals(value, places);
        spc::format::plain(value);
    }
}

#[test]
fn ten_thousand_points_are_drawn() {
    let mut state = 1u64;
    let readings: Vec<Reading> = (0..10_000)
        .map(|i| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match i % 1_000 {
                7 => Reading::Value(f64::INFINITY),
                9 => Reading::ratio(f64::NAN, 3.0),
                _ => Reading::Value((state >> 40) as f64 / 1e5),
            }
        })
        .collect();
    let chart = Chart::new(&common::every(1, DataType::Measurement, "ml", readings), &ChartOptions::default());
    assert_eq!(chart.phases[0].used, 9_980);
    for scene in scenes(&chart) {
        assert_drawable(&scene);
        assert_well_formed(&svg::write(&scene, Style::Page, "many"));
    }
}

#[test]
fn many_cycles_share_flags() {
    let series = common::measured(&[3.0, 5.0, 4.0, 6.0, 5.0]);
    let cycles = (0..40).map(|i| Cycle {
        date: common::day(2026, 1, 4) + Days::new(i % 28),
        number: i as u32 + 1,
        label: String::new(),
    });
    let chart = Chart::new(&series, &ChartOptions { cycles: cycles.collect(), ..ChartOptions::default() });
    for scene in scenes(&chart) {
        assert_drawable(&scene);
        for (i, flag) in scene.flags.iter().enumerate() {
            assert!(scene.flags[i + 1..].iter().all(|other| !flag.area.overlaps(&other.area)));
        }
        if scene.size != Size::Small {
            assert_eq!(scene.flags.iter().map(|flag| flag.cycles.len()).sum::<usize>(), 40);
        }
    }
}
