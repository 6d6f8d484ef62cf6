//! A page of charts to look at: `cargo run -p spc --example gallery > gallery.html`, or the nth of
//! them as a file: `cargo run -p spc --example gallery 2 > chart.svg`.

use std::io::{self, Write};

use chrono::{Days, NaiveDate};
use spc::scene::{SceneOptions, Size, layout};
use spc::svg::{Style, write};
use spc::{
    Baseline, Chart, ChartKind, ChartOptions, Cycle, DataType, Direction, PhaseStart, Point, Reading, RuleSetName,
    Series, words,
};

const START: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 1, 4);

/// A small generator, so that the gallery is the same every time.
struct Noise(u64);

impl Noise {
    /// About normal, with mean 0 and standard deviation 1.
    fn next(&mut self) -> f64 {
        let mut sum = 0.0;
        for _ in 0..12 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            sum += (self.0 >> 11) as f64 / (1u64 << 53) as f64;
        }
        sum - 6.0
    }
}

fn series(name: &str, data_type: DataType, unit: &str, every: u64, readings: Vec<Reading>) -> Series {
    let start = START.unwrap_or_default();
    let points = readings
        .into_iter()
        .enumerate()
        .map(|(key, reading)| Point { reading, ..Point::new(key, start + Days::new(every * key as u64)) });
    Series { name: name.into(), unit: unit.into(), data_type, points: points.collect(), ..Series::default() }
}

fn minutes(count: usize, step: impl Fn(usize) -> f64) -> Vec<Reading> {
    let mut noise = Noise(7);
    (0..count).map(|i| Reading::Value((56.0 + 5.0 * noise.next() + step(i)).round())).collect()
}

fn cycle(day: u64, number: u32, label: &str) -> Cycle {
    Cycle { date: START.unwrap_or_default() + Days::new(day), number, label: label.into() }
}

/// Every kind of chart with few, some, enough and many points, and some that go wrong.
#[expect(clippy::too_many_lines, reason = "a list of examples")]
fn charts() -> Vec<Chart> {
    let lower = |kind| ChartOptions { kind, direction: Direction::Decrease, ..ChartOptions::default() };
    let higher = |kind| ChartOptions { kind, direction: Direction::Increase, ..ChartOptions::default() };
    let measurement = DataType::Measurement;
    let name = "Door to antibiotics in suspected sepsis";
    let mut all = Vec::new();
    for count in [5, 15, 60, 400] {
        let every = if count > 100 { 1 } else { 7 };
        let mut noise = Noise(count as u64);
        let step = |i: usize| if 2 * i > count { -9.0 } else { 0.0 };
        let cycles = vec![cycle(every * count as u64 / 2, 1, "Grab bag")];
        let minutes = series(name, measurement, "minutes", every, minutes(count, step));
        for kind in [ChartKind::Run, ChartKind::Xmr, ChartKind::MovingRange] {
            let options = ChartOptions { target: Some(50.0), cycles: cycles.clone(), ..lower(kind) };
            all.push(Chart::new(&minutes, &options));
        }
        let shares = (0..count)
            .map(|i| {
                let n = (24.0 + 8.0 * noise.next()).round().max(3.0);
                let share = 0.62 + 0.25 * i as f64 / count as f64 + 0.08 * noise.next();
                Reading::ratio((n * share).clamp(0.0, n).round(), n)
            })
            .collect();
        let shares = series("Discharge letters sent within 24 hours", DataType::Percentage, "", every, shares);
        for kind in [ChartKind::P, ChartKind::PPrime, ChartKind::IPrime] {
            all.push(Chart::new(&shares, &ChartOptions { target: Some(90.0), cycles: cycles.clone(), ..higher(kind) }));
        }
        let rates = (0..count)
            .map(|_| {
                Reading::ratio((4.0 + 2.0 * noise.next()).max(0.0).round(), (1_240.0 + 90.0 * noise.next()).round())
            })
            .collect();
        let rates = series("Falls", DataType::Rate { per: 1000.0 }, "bed days", 30, rates);
        for kind in [ChartKind::U, ChartKind::UPrime] {
            all.push(Chart::new(&rates, &ChartOptions { rule_set: RuleSetName::MakingDataCount, ..lower(kind) }));
        }
        let counts = (0..count).map(|_| Reading::Value((7.0 + 2.5 * noise.next()).max(0.0).round())).collect();
        let counts = series("Complaints", DataType::Count, "complaints", 30, counts);
        all.push(Chart::new(&counts, &lower(ChartKind::C)));
        let between = |noise: &mut Noise| (20.0 + 12.0 * noise.next()).abs().round().max(1.0);
        let cases = (0..count).map(|_| Reading::Value(between(&mut noise))).collect();
        let cases = series("Cases between infections", DataType::CasesBetween, "cases", 9, cases);
        all.push(Chart::new(&cases, &higher(ChartKind::G)));
        let times = (0..count).map(|_| Reading::Value(between(&mut noise))).collect();
        let times = series("Days between falls with harm", DataType::TimeBetween, "days", 9, times);
        all.push(Chart::new(&times, &higher(ChartKind::T)));
        let mut several = series("Pain score", measurement, "points", every, Vec::new());
        several.points = (0..5 * count)
            .map(|i| {
                let day = START.unwrap_or_default() + Days::new(every * (i as u64 / 5));
                Point { reading: Reading::Value((5.0 + 1.5 * noise.next()).round()), ..Point::new(i, day) }
            })
            .collect();
        for kind in [ChartKind::Xbar, ChartKind::S] {
            all.push(Chart::new(&several, &lower(kind)));
        }
    }

    let mut gaps = series(name, measurement, "minutes", 7, minutes(40, |i| if i > 20 { -12.0 } else { 0.0 }));
    gaps.points[4].reading = Reading::Missing;
    gaps.points[9].excluded = true;
    let day = |day| START.unwrap_or_default() + Days::new(day);
    let phases = vec![
        PhaseStart { date: day(147), reason: "Grab bags on every ward".into(), freeze_after: Some(12) },
        PhaseStart { date: day(245), reason: "New pathway".into(), freeze_after: None },
    ];
    let cycles = vec![
        cycle(90, 1, "Grab bag"),
        cycle(150, 2, "Poster"),
        cycle(157, 3, "Screening at triage"),
        cycle(163, 4, "Nurse prescribing"),
        cycle(250, 5, "Teaching"),
    ];
    all.push(Chart::new(
        &gaps,
        &ChartOptions {
            target: Some(55.0),
            later_targets: vec![(day(180), 45.0)],
            phases,
            cycles,
            baseline: Baseline::All,
            ..lower(ChartKind::Xmr)
        },
    ));
    let high = (0..18).map(|i| Reading::Value(98.4 + 0.1 * f64::from(i % 7))).collect();
    let high = series("Hand hygiene", DataType::Percentage, "", 30, high);
    all.push(Chart::new(&high, &ChartOptions { target: Some(95.0), ..higher(ChartKind::Xmr) }));
    let equal = series("All equal", measurement, "points", 7, vec![Reading::Value(12.0); 14]);
    all.push(Chart::new(&equal, &lower(ChartKind::Xmr)));
    let one = series("One point", measurement, "minutes", 7, minutes(1, |_| 0.0));
    all.push(Chart::new(&one, &ChartOptions { target: Some(45.0), ..lower(ChartKind::Run) }));
    let none = series("Nothing yet", DataType::Percentage, "", 7, Vec::new());
    all.push(Chart::new(&none, &ChartOptions { target: Some(90.0), ..higher(ChartKind::P) }));
    all
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let wanted = std::env::args().nth(1).and_then(|n| n.parse().ok());
    if let Some(chart) = wanted.and_then(|n: usize| charts().into_iter().nth(n)) {
        let options = SceneOptions { size: Size::Full, heading: true };
        return writeln!(out, "{}", write(&layout(&chart, &options), Style::Standalone, "chart"));
    }
    writeln!(out, "<!doctype html><html lang=en-GB><meta charset=utf-8><title>Charts</title><style>")?;
    writeln!(out, "body {{ font-family: Arial, sans-serif; color: #212b32; width: 62rem; margin: 1rem }}")?;
    writeln!(out, ".full {{ width: 45rem }} .narrow {{ width: 20rem }} .small {{ width: 18rem }}")?;
    writeln!(out, "section {{ break-inside: avoid; border-top: 1px solid; margin-top: 2rem }}")?;
    writeln!(out, ".row {{ display: flex; gap: 2rem; align-items: end }}\n{}</style>", spc::CSS)?;
    for (i, chart) in charts().iter().enumerate() {
        let draw = |size, class: &str| {
            let scene = layout(chart, &SceneOptions { size, heading: i % 2 == 0 && size == Size::Full });
            format!("<div class={class}>{}</div>", write(&scene, Style::Page, &format!("c{i}-{class}")))
        };
        writeln!(out, "<section id=c{i}>{}<div class=row>", draw(Size::Full, "full"))?;
        writeln!(out, "{}{}</div>", draw(Size::Narrow, "narrow"), draw(Size::Small, "small"))?;
        writeln!(
            out,
            "<p>{}</p><p><small>{}</small></p></section>",
            words::caption(chart),
            words::method(chart).join(" ")
        )?;
    }
    writeln!(out, "</html>")
}
