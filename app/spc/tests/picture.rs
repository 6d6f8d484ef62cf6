//! What the pictures show.

mod common;

use chrono::NaiveDate;
use common::{day, every, measured, weekly};
use spc::scene::{Scene, SceneOptions, Shape, Size, TextKind, layout};
use spc::svg::{Style, write};
use spc::{Chart, ChartOptions, Cycle, DataType, Direction, Reading};

fn scene(chart: &Chart, size: Size) -> Scene {
    layout(chart, &SceneOptions { size, heading: false })
}

fn texts(scene: &Scene, kind: TextKind) -> Vec<&str> {
    scene.texts.iter().filter(|text| text.kind == kind).map(|text| text.text.as_str()).collect()
}

fn noise(count: usize) -> Vec<f64> {
    let mut state = 42u64;
    (0..count)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            50.0 + (state >> 44) as f64 / 65_536.0
        })
        .collect()
}

#[test]
fn the_line_breaks_at_gaps_and_excluded_points() {
    let mut series = measured(&noise(9));
    series.points[3].reading = Reading::ratio(0.0, 0.0);
    series.points[6].excluded = true;
    let scene = scene(&Chart::new(&series, &ChartOptions::default()), Size::Full);
    assert_eq!(scene.paths.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2, 2]);
    assert_eq!(scene.marks.iter().filter(|mark| mark.place.is_some()).count(), 8);
    let hollow = |mark: &&spc::scene::Mark| mark.shape == Shape::Hollow && mark.place.is_some();
    assert_eq!(scene.marks.iter().find(hollow).and_then(|mark| mark.place), Some(6));
    assert_eq!(texts(&scene, TextKind::Key), ["Excluded"]);
}

#[test]
fn points_of_a_long_run_are_square() {
    let values: Vec<f64> = noise(12).into_iter().chain(noise(12).iter().map(|v| v + 40.0)).collect();
    let chart =
        Chart::new(&measured(&values), &ChartOptions { direction: Direction::Increase, ..ChartOptions::default() });
    let scene = scene(&chart, Size::Full);
    let svg = write(&scene, Style::Page, "m");
    assert_eq!(svg.matches("<rect class=\"spc-point spc-improvement\"").count(), 12 + 1);
    assert_eq!(svg.matches("<rect class=\"spc-point spc-concern\"").count(), 12 + 1);
    assert_eq!(texts(&scene, TextKind::Key), ["Long run: improvement", "Long run: concern"]);
}

#[test]
fn the_time_axis_is_true_and_its_unit_follows_the_span() {
    let ticks = |days: u64, count: usize, size| {
        let series = every(days, DataType::Measurement, "", noise(count).into_iter().map(Reading::Value));
        let scene = scene(&Chart::new(&series, &ChartOptions::default()), size);
        let marks: Vec<f64> = scene.marks.iter().map(|mark| mark.x).collect();
        let gaps: Vec<f64> = marks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().all(|gap| (gap - gaps[0]).abs() < 1e-6), "even days are evenly spaced");
        texts(&scene, TextKind::XTick).join(" ")
    };
    insta::assert_snapshot!(ticks(1, 7, Size::Full), @"4 Jan 5 Jan 6 Jan 7 Jan 8 Jan 9 Jan 10 Jan");
    insta::assert_snapshot!(ticks(1, 7, Size::Narrow), @"4 Jan 6 Jan 8 Jan 10 Jan");
    insta::assert_snapshot!(ticks(7, 8, Size::Full), @"4 Jan 11 Jan 18 Jan 25 Jan 1 Feb 8 Feb 15 Feb 22 Feb");
    insta::assert_snapshot!(ticks(7, 24, Size::Full), @"Feb Mar Apr May Jun");
    insta::assert_snapshot!(ticks(7, 24, Size::Narrow), @"Feb Mar Apr May Jun");
    insta::assert_snapshot!(ticks(7, 24, Size::Small), @"Mar May");
    insta::assert_snapshot!(ticks(30, 24, Size::Full), @"Mar May Jul Sep Nov Jan Mar May Jul Sep Nov");
    insta::assert_snapshot!(ticks(7, 400, Size::Full), @"2027 2028 2029 2030 2031 2032 2033");
    insta::assert_snapshot!(ticks(365, 60, Size::Narrow), @"2030 2040 2050 2060 2070 2080");
}

#[test]
fn percentages_run_from_0_to_100_unless_they_hardly_vary() {
    let ticks = |readings: &[(u32, u32)]| {
        let readings = readings.iter().map(|&(n, d)| Reading::ratio(n.into(), d.into()));
        let chart = Chart::new(&weekly(DataType::Percentage, "", readings), &ChartOptions::default());
        texts(&scene(&chart, Size::Full), TextKind::YTick).join(" ")
    };
    assert_eq!(ticks(&[(18, 24), (20, 22), (15, 25)]), "0% 20% 40% 60% 80% 100%");
    assert_eq!(ticks(&[(24, 24), (24, 24)]), "0% 20% 40% 60% 80% 100%");
    assert_eq!(ticks(&[(970, 1000), (985, 1000), (991, 1000)]), "97% 97.5% 98% 98.5% 99% 99.5%");
    assert_eq!(ticks(&[]), "0% 20% 40% 60% 80% 100%");
}

#[test]
fn other_axes_come_from_the_data() {
    let ticks = |data_type, values: &[f64]| {
        let series = weekly(data_type, "", values.iter().map(|&value| Reading::Value(value)));
        texts(&scene(&Chart::new(&series, &ChartOptions::default()), Size::Full), TextKind::YTick).join(" ")
    };
    assert_eq!(ticks(DataType::Measurement, &[52.0, 61.0, 47.0]), "45 50 55 60 65");
    assert_eq!(ticks(DataType::Count, &[0.0, 2.0, 1.0]), "0 1 2");
    assert_eq!(ticks(DataType::Count, &[4.0]), "2 3 4 5 6");
    assert_eq!(ticks(DataType::Count, &[0.0, 0.0]), "0 1");
    assert_eq!(ticks(DataType::Measurement, &[-3.0, 4.0]), "-4 -2 0 2 4");
    assert_eq!(ticks(DataType::Measurement, &[1e308, -1e308]), "-1.0e308 -5.0e307 0 5.0e307 1.0e308");
}

#[test]
fn one_point_stands_in_the_middle() {
    let scene = scene(&Chart::new(&measured(&[12.0]), &ChartOptions::default()), Size::Full);
    let mark = &scene.marks[0];
    let plot = scene.plot;
    assert!((mark.x - (plot.left + plot.right) / 2.0).abs() < 1.0);
    assert!(mark.y > plot.top && mark.y < plot.bottom);
    assert!(scene.paths.is_empty());
}

#[test]
fn cycles_far_from_the_data_are_left_to_the_list() {
    let cycle = |date: NaiveDate, number| Cycle { date, number, label: String::new() };
    let cycles = vec![cycle(day(2026, 1, 20), 2), cycle(day(2019, 1, 1), 1), cycle(day(2026, 2, 9), 3)];
    let chart = Chart::new(&measured(&noise(5)), &ChartOptions { cycles, ..ChartOptions::default() });
    let scene = scene(&chart, Size::Full);
    assert_eq!(texts(&scene, TextKind::Flag), ["2", "3"]);
    let first = scene.marks.iter().map(|mark| mark.x).fold(f64::INFINITY, f64::min);
    assert!((first - scene.plot.left).abs() < 10.0);
}

#[test]
fn close_lines_have_their_labels_moved_apart() {
    let options = ChartOptions { target: Some(54.0), ..ChartOptions::default() };
    let chart = Chart::new(&measured(&[40.0, 54.1, 70.0]), &options);
    let scene = scene(&chart, Size::Narrow);
    assert_eq!(texts(&scene, TextKind::Centre), ["Median", "54.1"]);
    assert_eq!(texts(&scene, TextKind::Target), ["Target", "54"]);
    let of = |kind| scene.texts.iter().filter(move |text| text.kind == kind);
    assert!(of(TextKind::Centre).all(|a| of(TextKind::Target).all(|b| !a.bounds().overlaps(&b.bounds()))));
}

#[test]
fn what_the_caller_says_is_escaped() {
    let evil = "</title></svg><img src=x onerror=alert(1)>&\"'\u{0}";
    let mut series = weekly(DataType::Count, evil, [Reading::Value(1.0), Reading::Value(2.0)]);
    series.name = evil.into();
    series.points[0].label = evil.into();
    let cycles = vec![Cycle { date: day(2026, 1, 6), number: 1, label: evil.into() }];
    let chart = Chart::new(&series, &ChartOptions { cycles, ..ChartOptions::default() });
    for style in [Style::Page, Style::Standalone] {
        let svg = write(&layout(&chart, &SceneOptions { size: Size::Full, heading: true }), style, "\"><img id=");
        assert!(!svg.contains("<img"), "{svg}");
        assert!(!svg.contains('\u{0}'));
        assert!(svg.contains("id=\"imgid-title\""), "{svg}");
    }
}

#[test]
fn the_page_gets_classes_and_the_file_gets_its_own_styles() {
    let chart = Chart::new(&measured(&noise(3)), &ChartOptions::default());
    let scene = scene(&chart, Size::Small);
    let page = write(&scene, Style::Page, "measure-1");
    assert!(!page.contains("style"), "{page}");
    insta::assert_snapshot!(page);
    let file = write(&scene, Style::Standalone, "measure-1");
    assert!(file.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"320\" height=\"160\""));
    assert!(file.contains(spc::CSS) && file.contains("spc-paper"));
    assert!(!spc::CSS.contains(['<', '&']), "the styles stand in the file as they are");
}

#[test]
fn each_point_says_what_it_is_while_there_are_not_too_many() {
    let count = |points: usize, size| {
        let chart = Chart::new(&measured(&noise(points)), &ChartOptions::default());
        write(&scene(&chart, size), Style::Page, "m").matches("<title>").count()
    };
    assert_eq!(count(24, Size::Full), 24);
    assert_eq!(count(400, Size::Full), 0);
    assert_eq!(count(24, Size::Small), 0);
}
