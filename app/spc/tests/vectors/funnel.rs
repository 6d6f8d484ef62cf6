//! Funnel plots, against base R.

use serde_json::Value;
use spc::funnel::{Measure, Method, limit, overdispersion, target, z_score};

use crate::book::{Book, Datasets, File, numbers};
use crate::expect::Expected;

struct Units {
    measure: Measure,
    events: Vec<Option<f64>>,
    sizes: Vec<Option<f64>>,
    levels: Vec<f64>,
    target: f64,
}

pub fn check(file: &File, _datasets: &Datasets, book: &mut Book) {
    crate::unknown_parts(file, &["proportion", "standardised_ratio"], book);
    for (part, measure) in [("proportion", Measure::Proportion), ("standardised_ratio", Measure::Ratio)] {
        let Some(fields) = file.content[part].as_object() else { continue };
        for (field, wanted) in fields {
            if !matches!(field.as_str(), "y" | "n" | "observed" | "expected" | "p_levels") {
                book.case(part, field, || one(&file.content[part], measure, field, wanted));
            }
        }
    }
}

fn one(part: &Value, measure: Measure, field: &str, wanted: &Value) -> Result<(), String> {
    let list = |name: &str| numbers(&part[name]).ok_or_else(|| format!("no {name}"));
    let (events, sizes) = match measure {
        Measure::Proportion => (list("y")?, list("n")?),
        Measure::Ratio => (list("observed")?, list("expected")?),
    };
    let given = part["target"].as_f64().ok_or("no target")?;
    let levels = list("p_levels")?.into_iter().flatten().collect();
    let units = Units { measure, events, sizes, levels, target: given };
    let object = Value::Object([(field.to_owned(), wanted.clone())].into_iter().collect());
    let mut expected = Expected::from(&object)?;
    match field {
        // A ratio's target is 1 by definition; a proportion's is its overall level.
        "target" if measure == Measure::Ratio => expected.numbers(field, &[Some(1.0)]),
        "target" => expected.numbers(field, &[target(&units.events, &units.sizes)]),
        "exact" => lines(&mut expected, &units, field, Method::Exact),
        "normal" => lines(&mut expected, &units, field, Method::Normal { overdispersion: 1.0 }),
        "z" => expected.numbers(field, &units.z()),
        "phi_unwinsorised" => expected.numbers(field, &[units.phi(0.0)]),
        "phi_winsorised_10pct_type7" => expected.numbers(field, &[units.phi(0.1)]),
        other => return Err(format!("{other}: not checked")),
    }
    expected.finish()
}

impl Units {
    fn z(&self) -> Vec<Option<f64>> {
        let both = self.events.iter().zip(&self.sizes);
        both.map(|(events, size)| z_score(self.measure, self.target, *events, *size)).collect()
    }

    fn phi(&self, winsorised: f64) -> Option<f64> {
        overdispersion(&self.z().into_iter().flatten().collect::<Vec<_>>(), winsorised)
    }
}

fn lines(expected: &mut Expected, units: &Units, field: &str, method: Method) {
    let wanted = expected.raw(field).as_array().map_or(&[] as &[Value], Vec::as_slice);
    if wanted.len() != units.levels.len() {
        expected.problem(format!("{field}: {} lines", wanted.len()));
    }
    for (level, wanted) in units.levels.iter().zip(wanted) {
        let at = |size: &Option<f64>| limit(units.measure, method, units.target, (*size)?, *level);
        let found: Vec<Option<f64>> = units.sizes.iter().map(at).collect();
        let object = Value::Object([("line".to_owned(), wanted.clone())].into_iter().collect());
        let result = Expected::from(&object).and_then(|mut line| {
            line.numbers("line", &found);
            line.finish()
        });
        if let Err(problem) = result {
            expected.problem(format!("{field} at {level}: {problem}"));
        }
    }
}
