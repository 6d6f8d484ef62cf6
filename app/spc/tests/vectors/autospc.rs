use serde_json::Value;
use spc::limits::{self, ControlLimits, Data, LimitOptions};
use spc::rebase::{Accept, StablePhase, StableShift, stable_shift};
use spc::rules::{Coverage, Lines, Rule, Ties, WithoutLimits};
use spc::screening::Screening;

use crate::book::{Book, Datasets, File};
use crate::columns;
use crate::expect::Expected;
use crate::options::Given;

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    for part in file.unknown_parts(&["cases"]) {
        book.fail("-", &part, "unknown part");
    }
    for case in file.list("cases") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.case(chart, case["case"].as_str().unwrap_or("-"), || one(case, chart, datasets));
    }
}

fn one(case: &Value, chart: &str, datasets: &Datasets) -> Result<(), String> {
    let mut shift = StableShift::autospc();
    let mut options = LimitOptions::autospc();
    let mut given = Given::of(case);
    shift.period = given.count("period_min").unwrap_or(shift.period);
    shift.shift = given.count("shift_rule_threshold").unwrap_or(shift.shift);
    shift.exclusions = given.count("max_exclusions").unwrap_or(shift.exclusions);
    match given.count("mr_screen_max_loops") {
        None | Some(1) => {}
        Some(0) => options.screening = Screening::Off,
        Some(loops) => return Err(format!("screening {loops} times")),
    }
    let no_regrets = given.flag("no_regrets").unwrap_or(true);
    let every = given.flag("establish_every_shift").unwrap_or(false);
    shift.accept = match (given.flag("baseline_only").unwrap_or(false), every, no_regrets) {
        (true, ..) => Accept::Never,
        (_, true, _) => Accept::Every,
        (.., false) => Accept::Unopposed,
        _ => Accept::UnopposedForGood,
    };
    given.finish()?;

    let (values, n) = columns::of(datasets.get(case)?);
    let denominators = match (chart, case["value"].as_str()) {
        ("P" | "P'", _) | (_, Some("y/n")) => Some(n.as_deref().ok_or("no denominators")?),
        (_, Some("y") | None) => None,
        (_, value) => return Err(format!("no value {value:?}")),
    };
    let (limits, multiple): (fn(&Data, &LimitOptions) -> ControlLimits, f64) = match chart {
        "XMR" => (limits::xmr, 1.0),
        "C" => (limits::c, 1.0),
        "C'" => (limits::c_prime, 1.0),
        "P" => (limits::p, 100.0),
        "P'" => (limits::p_prime, 100.0),
        _ => return Err("no such chart".to_owned()),
    };
    let data = Data { denominators, ..Data::new(&values) };
    let mut expected = Expected::of(case)?;
    let phases = stable_shift(&data, |data| limits(data, &options), &shift);
    if expected.has("limits") {
        // The tool gives words where there are too few points for limits.
        let words = expected.raw("limits").as_str().is_some_and(|words| words.starts_with("none"));
        return match phases {
            None if words => expected.finish(),
            _ => Err("limits for none".to_owned()),
        };
    }
    match phases {
        None if expected.is_error() => Ok(()),
        None => Err("too few points for limits".to_owned()),
        Some(phases) => {
            lines(&mut expected, &phases, multiple);
            periods(&mut expected, &phases);
            rules(&mut expected, &phases, shift.shift);
            expected.finish()
        }
    }
}

fn lines(expected: &mut Expected, phases: &[StablePhase], multiple: f64) {
    let line = |of: fn(&ControlLimits) -> &[Option<f64>]| -> Vec<Option<f64>> {
        phases.iter().flat_map(|phase| of(&phase.limits)).map(|value| value.map(|value| multiple * value)).collect()
    };
    expected.numbers("y", &line(|limits| &limits.values));
    expected.numbers("cl", &line(|limits| &limits.centre));
    expected.numbers("lcl", &line(|limits| limits.lower()));
    expected.numbers("ucl", &line(|limits| limits.upper()));
}

fn periods(expected: &mut Expected, phases: &[StablePhase]) {
    let places = || phases.iter().flat_map(|phase| phase.places.clone().map(move |place| (phase, place)));
    let calculated = |(phase, place): (&StablePhase, usize)| phase.calculated.contains(&place);
    let kinds: Vec<&str> = places().map(|at| if calculated(at) { "calculation" } else { "display" }).collect();
    let names: Vec<String> = places()
        .map(|at| match calculated(at) {
            true => format!("calculation{}", at.0.calculated.start + 1),
            false => format!("display{}", at.0.calculated.end + 1),
        })
        .collect();
    let excluded: Vec<bool> = places().map(|(phase, place)| phase.excluded.contains(&place)).collect();
    let begins: Vec<bool> = places().map(|(phase, place)| place > 0 && place == phase.places.start).collect();
    expected.same("period_type", kinds);
    expected.same("plot_period", names);
    expected.same("excluded", excluded);
    expected.same("break_point", begins);
}

fn rules(expected: &mut Expected, phases: &[StablePhase], shift: usize) {
    let outside = Rule::BeyondLimits { without_limits: WithoutLimits::NotJudged };
    for (field, rule) in [("rule1", outside), ("rule2", Rule::Shift { length: shift, ties: Ties::Break })] {
        let mut flags = Vec::new();
        for phase in phases {
            let mut of_phase = vec![false; phase.places.len()];
            let hits =
                rule.judge(&phase.limits.values, &Lines::of(&phase.limits), Coverage::Members).unwrap_or_default();
            hits.iter().flat_map(|hit| &hit.points).for_each(|&place| of_phase[place] = true);
            flags.extend(of_phase);
        }
        expected.same(field, flags);
    }
}
