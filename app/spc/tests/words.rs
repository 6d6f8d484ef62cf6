//! What the charts say.

mod common;

use chrono::NaiveTime;
use common::{day, measured, weekly};
use spc::{Chart, ChartKind, ChartOptions, Cycle, DataType, Direction, Meaning, Reading, Verdict, format, words};

fn lower() -> ChartOptions {
    ChartOptions { direction: Direction::Decrease, ..ChartOptions::default() }
}

fn step() -> Vec<f64> {
    let high = [61.0, 58.0, 60.5, 57.0, 63.0, 59.0, 64.0, 58.5, 60.0, 62.0, 57.5, 59.5];
    let low = [50.0, 48.0, 52.0, 47.0, 51.0, 49.5, 46.0, 50.5, 48.5, 47.5, 53.0, 49.0];
    [high, low].concat()
}

#[test]
fn a_step_is_described_by_its_runs() {
    let cycles = vec![Cycle { date: day(2026, 3, 29), number: 1, label: "Grab bags".into() }];
    let chart = Chart::new(&measured(&step()), &ChartOptions { target: Some(45.0), cycles, ..lower() });
    insta::assert_snapshot!(words::title(&chart));
    insta::assert_snapshot!(words::caption(&chart));
    insta::assert_snapshot!(words::short(&chart));
    insta::assert_snapshot!(words::method(&chart).join(" "));
    insta::assert_snapshot!(words::point(&chart, 23).unwrap_or_default());
    assert_eq!(chart.verdict(), Verdict::Signal(Meaning::Improvement));
}

#[test]
fn the_meaning_follows_the_direction() {
    let says = |direction| Chart::new(&measured(&step()), &ChartOptions { direction, ..lower() }).verdict();
    assert_eq!(says(Direction::Decrease), Verdict::Signal(Meaning::Improvement));
    assert_eq!(says(Direction::Increase), Verdict::Signal(Meaning::Concern));
    assert_eq!(says(Direction::Neutral), Verdict::Signal(Meaning::Change));
}

#[test]
fn few_points_are_too_early_to_say() {
    let chart = Chart::new(&measured(&[52.0, 61.0, 47.0, 58.0]), &lower());
    assert_eq!(chart.verdict(), Verdict::TooEarly { useful: 4, needed: 6 });
    insta::assert_snapshot!(words::caption(&chart));
    insta::assert_snapshot!(words::short(&chart));
    let ten = Chart::new(&measured(&step()[6..16]), &lower());
    assert_eq!(ten.phases[0].runs.useful, 10);
    assert!(!matches!(ten.verdict(), Verdict::TooEarly { .. }));
}

#[test]
fn nothing_and_sameness_have_words_too() {
    let none = Chart::new(&measured(&[]), &lower());
    assert_eq!(none.verdict(), Verdict::NoData);
    insta::assert_snapshot!(words::caption(&none));
    let missing = Chart::new(&weekly(DataType::Count, "falls", [Reading::Missing]), &lower());
    insta::assert_snapshot!(words::caption(&missing));
    let same = Chart::new(&measured(&[5.0; 12]), &lower());
    assert_eq!(same.verdict(), Verdict::NoVariation);
    insta::assert_snapshot!(words::caption(&same));
}

#[test]
fn no_signal_says_what_was_looked_for() {
    let values: Vec<f64> = (0..14).map(|i| if i % 3 == 0 { 4.0 } else { 7.0 } + f64::from(i) / 100.0).collect();
    let mut series = measured(&values);
    series.points[3].excluded = true;
    series.points[5].reading = Reading::ratio(1.0, 0.0);
    let chart = Chart::new(&series, &lower());
    assert_eq!(chart.verdict(), Verdict::NoSignal);
    insta::assert_snapshot!(words::caption(&chart));
}

#[test]
fn few_crossings_alone_are_a_change() {
    let sides = [1, 1, 1, 1, -1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1, 1, 1, -1];
    let values: Vec<f64> =
        sides.iter().enumerate().map(|(i, s)| 50.0 + f64::from(*s) * (5.0 + i as f64 / 10.0)).collect();
    let chart = Chart::new(&measured(&values), &lower());
    assert_eq!(chart.verdict(), Verdict::Signal(Meaning::Change));
    let said = "Something has changed: the line crosses the median only 5 times (chance explains 6 or more).";
    assert_eq!(words::headline(&chart).to_string(), said);
}

#[test]
fn words_never_claim_a_cause() {
    let cycles = (1..=9).map(|n| Cycle { date: day(2026, n, 1), number: n, label: String::new() }).collect();
    let chart = Chart::new(&measured(&step()), &ChartOptions { cycles, ..lower() });
    let caption = words::caption(&chart);
    for word in ["because", "caused", "due to", "led to", "thanks to", "worked"] {
        assert!(!caption.contains(word), "{word} in: {caption}");
    }
    assert!(caption.ends_with("9 PDSA cycles are marked, 1 January 2026 to 1 September 2026."), "{caption}");
}

#[test]
fn values_have_sensible_decimals() {
    let says = format::value;
    assert_eq!(says(85.714_285, DataType::Percentage, ""), "85.7%");
    assert_eq!(says(100.0, DataType::Percentage, "ignored"), "100%");
    assert_eq!(says(0.348, DataType::Percentage, ""), "0.35%");
    assert_eq!(says(12.0, DataType::Count, ""), "12");
    assert_eq!(says(3.5, DataType::Count, "complaints"), "3.5 complaints");
    assert_eq!(says(3.416, DataType::Rate { per: 1000.0 }, "bed days"), "3.42 per 1,000 bed days");
    assert_eq!(
        says(3.416, DataType::Rate { per: 1000.0 }, "falls per 1,000 bed days"),
        "3.42 falls per 1,000 bed days"
    );
    assert_eq!(says(55.6, DataType::Measurement, "minutes"), "55.6 minutes");
    assert_eq!(says(12.0, DataType::Measurement, "%"), "12%");
    assert_eq!(says(f64::NAN, DataType::Measurement, "minutes"), "no value");
    assert_eq!(format::plain(1_234_567.8), "1,234,568");
    assert_eq!(format::plain(999.96), "1,000");
    assert_eq!(format::plain(-1234.0), "-1,234");
    assert_eq!(format::plain(-0.000_000_01), "-1.00e-8");
    assert_eq!(format::plain(0.012_345), "0.0123");
    assert_eq!(format::plain(-0.0), "0");
    assert_eq!(format::decimals(-0.04, 1), "0");
    assert_eq!(format::decimals(1e300, 2), "1.00e300");
}

#[test]
fn dates_are_written_out() {
    assert_eq!(format::date(day(2026, 1, 4)), "4 January 2026");
    assert_eq!(format::dates(day(2026, 1, 4), day(2026, 6, 14)), "4 January 2026 to 14 June 2026");
    assert_eq!(format::dates(day(2026, 1, 4), day(2026, 1, 4)), "4 January 2026");
    assert_eq!(format::moment(day(2026, 1, 4), NaiveTime::from_hms_opt(14, 5, 0)), "4 January 2026 at 14:05");
}

#[test]
fn every_chart_of_the_list_can_be_drawn_and_explained() {
    let mut series = measured(&[]);
    for (key, value) in (0..45).zip([4.0, 7.0, 5.0, 6.0, 9.0, 3.0, 8.0].into_iter().cycle()) {
        let date = day(2026, 1, 4) + chrono::Days::new(7 * (key as u64 / 3));
        series.points.push(spc::Point { reading: Reading::Value(value), ..spc::Point::new(key, date) });
    }
    for kind in [ChartKind::MovingS, ChartKind::CPrime, ChartKind::R] {
        let chart = Chart::new(&series, &ChartOptions { kind, ..ChartOptions::default() });
        assert_eq!((chart.kind, chart.refusal), (kind, None));
        assert!(chart.limits().is_some_and(|(_, upper)| upper > chart.centre()), "{kind:?}");
        let method = words::method(&chart).join(" ");
        assert!(method.starts_with(kind.name()) && method.contains("imit"), "{method}");
    }
}

#[test]
fn an_old_signal_is_not_said_to_go_on() {
    let mut values: Vec<f64> = (0..30).map(|i| if i % 2 == 0 { 50.0 } else { 54.0 }).collect();
    values[15] = 90.0;
    let kind = ChartKind::Xmr;
    let of = |points: usize| Chart::new(&measured(&values[..points]), &ChartOptions { kind, ..lower() });
    let said = words::caption(&of(18));
    assert!(said.starts_with("Getting worse: 19 April 2026 was above the upper limit."), "{said}");
    assert!(said.contains("The latest point itself shows no signal."), "{said}");
    let said = words::caption(&of(30));
    assert!(said.starts_with("Worse for a time: 19 April 2026 was above the upper limit."), "{said}");
}

#[test]
fn a_note_is_marked_and_said() {
    let mut series = measured(&step());
    series.points[4].note = "A strike".into();
    series.points[9].note = "Ward closed".into();
    let chart = Chart::new(&series, &lower());
    let letters: Vec<(char, usize)> = words::notes(&chart).iter().map(|noted| (noted.letter, noted.place)).collect();
    assert_eq!(letters, [('a', 4), ('b', 9)]);
    assert!(words::point(&chart, 4).is_some_and(|said| said.ends_with(". Note: A strike")));
}

#[test]
fn a_part_of_a_chart_keeps_what_the_whole_says_of_it() {
    let cycles = vec![Cycle { date: day(2026, 3, 29), number: 1, label: "Grab bags".into() }];
    let whole = Chart::new(&measured(&step()), &ChartOptions { cycles, ..lower() });
    let part = whole.part(day(2026, 3, 29), day(2026, 4, 30), 6);
    assert_eq!((part.points.len(), part.cycles.len(), part.phases.len()), (11, 1, 1));
    assert_eq!(part.points[6], whole.points[12]);
    assert_eq!(part.centre(), whole.centre());
    assert!(part.signals().all(|signal| signal.points.iter().all(|place| *place < part.points.len())));
    let said = words::period(&part, day(2026, 3, 29));
    assert_eq!(said, "In this time: 5 points, 47 to 52 minutes. Just before: 6 points, 57.5 to 64 minutes.");
    let none = whole.part(day(2030, 1, 1), day(2030, 2, 1), 0);
    assert!(none.points.is_empty() && none.phases.is_empty());
}
