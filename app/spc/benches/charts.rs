//! How long a chart of 1,000 points takes: `cargo bench -p spc`.

use chrono::{Days, NaiveDate};
use criterion::{Criterion, criterion_group, criterion_main};
use spc::rules::{Lines, RuleSet};
use spc::scene::{self, SceneOptions};
use spc::svg::{self, Style};
use spc::{Chart, ChartKind, ChartOptions, DataType, Point, Reading, RuleSetName, Series, words};

fn series(points: usize) -> Series {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    let mut state = 1_u64;
    let points = (0..points).map(|key| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let value = 50.0 + ((state >> 40) as f64 / 16_777_216.0 - 0.5) * 20.0;
        Point { reading: Reading::Value(value), ..Point::new(key, first + Days::new(key as u64)) }
    });
    Series { unit: "minutes".into(), data_type: DataType::Measurement, points: points.collect(), ..Series::default() }
}

fn charts(c: &mut Criterion) {
    let series = series(1_000);
    for (name, rule_set) in [
        ("3 sigma and Anhøj", RuleSetName::LimitsAndRuns),
        ("Making Data Count", RuleSetName::MakingDataCount),
        ("Nelson", RuleSetName::Nelson),
    ] {
        let options = ChartOptions { kind: ChartKind::Xmr, rule_set, ..ChartOptions::default() };
        c.bench_function(&format!("XmR of 1,000 points, {name}"), |b| b.iter(|| Chart::new(&series, &options)));
    }
    let values: Vec<Option<f64>> = series.points.iter().map(|point| point.reading.value(series.data_type)).collect();
    let lines = vec![Lines::from_sigma(50.0, 5.0); values.len()];
    let sets = [
        RuleSet::three_sigma_anhoej(),
        RuleSet::making_data_count(),
        RuleSet::ihi(),
        RuleSet::western_electric(),
        RuleSet::nelson(),
    ];
    c.bench_function("every rule set on 1,000 points", |b| {
        b.iter(|| sets.iter().map(|set| set.judge(&values, &lines).len()).sum::<usize>());
    });
    let chart = Chart::new(&series, &ChartOptions { kind: ChartKind::Xmr, ..ChartOptions::default() });
    c.bench_function("picture and words of 1,000 points", |b| {
        b.iter(|| {
            let scene = scene::layout(&chart, &SceneOptions::default());
            (svg::write(&scene, Style::Page, "bench"), words::caption(&chart))
        });
    });
}

criterion_group!(benches, charts);
criterion_main!(benches);
