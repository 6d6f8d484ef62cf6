//! A page of charts to look at: `cargo run -p spc --example gallery > gallery.html`, or the nth of
//! them as a file: `cargo run -p spc --example gallery 2 > chart.svg`.

use std::io::{self, Write};

use chrono::{Days, NaiveDate};
use spc::scene::{SceneOptions, Size, layout};
use spc::svg::{Style, write};
use spc::{Chart, Cycle, DataType, Direction, Options, Point, Reading, Series, words};

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
    Series { name: name.into(), unit: unit.into(), data_type, points: points.collect() }
}

fn minutes(count: usize, step: impl Fn(usize) -> f64) -> Vec<Reading> {
    let mut noise = Noise(7);
    (0..count).map(|i| Reading::Value((56.0 + 5.0 * noise.next() + step(i)).round())).collect()
}

fn cycle(day: u64, number: u32, label: &str) -> Cycle {
    Cycle { date: START.unwrap_or_default() + Days::new(day), number, label: label.into() }
}

fn charts() -> Vec<Chart> {
    let lower = || Options { direction: Direction::Decrease, ..Options::default() };
    let higher = || Options { direction: Direction::Increase, ..Options::default() };
    let measurement = DataType::Measurement;
    let name = "Door to antibiotics in suspected sepsis";

    let mut fifteen = series(name, measurement, "minutes", 7, minutes(15, |_| 0.0));
    fifteen.points[4].reading = Reading::Missing;
    fifteen.points[9].excluded = true;
    let mut sixty = series(name, measurement, "minutes", 7, minutes(60, |i| if i >= 30 { -9.0 } else { 0.0 }));
    sixty.points[12].excluded = true;
    sixty.points[44].reading = Reading::Missing;
    let cycles = vec![
        cycle(90, 1, "Grab bag"),
        cycle(150, 2, "Poster"),
        cycle(157, 3, "Screening at triage"),
        cycle(163, 4, "Nurse prescribing"),
        cycle(300, 5, "Teaching"),
    ];
    let mut noise = Noise(3);
    let percentages = (0..24)
        .map(|i| {
            let n = (24.0 + 4.0 * noise.next()).round();
            Reading::ratio((n * (0.62 + f64::from(i) * 0.012 + 0.05 * noise.next())).clamp(0.0, n).round(), n)
        })
        .collect();
    let high = (0..18).map(|_| Reading::Value((98.4 + 0.4 * noise.next()).min(100.0))).collect();
    let rates = (0..20).map(|_| Reading::ratio((4.0 + 2.0 * noise.next()).max(0.0).round(), 1_240.0)).collect();
    let counts = (0..14).map(|_| Reading::Value((3.0 + 1.5 * noise.next()).max(0.0).round())).collect();
    vec![
        Chart::run(
            &series(name, measurement, "minutes", 7, minutes(5, |_| 0.0)),
            &Options { target: Some(45.0), ..lower() },
        ),
        Chart::run(&fifteen, &Options { target: Some(55.0), cycles: vec![cycle(40, 1, "Grab bag")], ..lower() }),
        Chart::run(&sixty, &Options { target: Some(50.0), cycles, ..lower() }),
        Chart::run(
            &series(name, measurement, "minutes", 1, minutes(400, |i| if i > 300 { -4.0 } else { 0.0 })),
            &Options { cycles: vec![cycle(290, 12, "Checklist")], ..lower() },
        ),
        Chart::run(
            &series("Discharge letters sent within 24 hours", DataType::Percentage, "", 14, percentages),
            &Options { target: Some(90.0), cycles: vec![cycle(100, 1, "Template")], ..higher() },
        ),
        Chart::run(
            &series("Hand hygiene", DataType::Percentage, "", 30, high),
            &Options { target: Some(95.0), ..higher() },
        ),
        Chart::run(&series("Falls", DataType::Rate { per: 1000.0 }, "bed days", 30, rates), &lower()),
        Chart::run(
            &series("Complaints", DataType::Count, "complaints", 30, counts),
            &Options { target: Some(0.0), ..Options::default() },
        ),
        Chart::run(
            &series("One point", measurement, "minutes", 7, minutes(1, |_| 0.0)),
            &Options { target: Some(45.0), ..lower() },
        ),
        Chart::run(&series("All equal", measurement, "points", 7, vec![Reading::Value(12.0); 12]), &lower()),
        Chart::run(
            &series("Nothing yet", DataType::Percentage, "", 7, Vec::new()),
            &Options { target: Some(90.0), ..higher() },
        ),
    ]
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
        writeln!(out, "<p>{}</p><p><small>{}</small></p></section>", words::caption(chart), words::method(chart))?;
    }
    writeln!(out, "</html>")
}
