use serde_json::{Value, json};
use spc::rebase::{MedianShift, Sides, median_shift};

use crate::book::{Book, Datasets, File};
use crate::columns;
use crate::expect::{Expected, close};
use crate::options::Given;

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    for part in file.unknown_parts(&["cases"]) {
        book.fail("median", &part, "unknown part");
    }
    for case in file.list("cases") {
        book.case("median", case["case"].as_str().unwrap_or("-"), || one(case, datasets));
    }
}

fn one(case: &Value, datasets: &Datasets) -> Result<(), String> {
    let mut options = MedianShift::runcharter();
    let mut given = Given::of(case);
    options.baseline = given.count("med_rows").unwrap_or(options.baseline);
    options.run = given.count("runlength").unwrap_or(options.run);
    options.sides = match given.word("direction") {
        Some("both") | None => Sides::Both,
        Some("above") => Sides::Above,
        Some("below") => Sides::Below,
        Some(other) => return Err(format!("no direction {other}")),
    };
    given.finish()?;
    let values = columns::values(case, datasets)?;
    let mut expected = Expected::of(case)?;
    let found = match median_shift(&values, &options) {
        Ok(found) => found,
        Err(refused) => return if expected.is_error() { Ok(()) } else { Err(format!("{refused:?}")) },
    };
    let sustained = expected.raw("sustained").as_array().ok_or("no list of medians")?;
    if sustained.len() != found.len() {
        return Err(format!("{} medians for {}", found.len(), sustained.len()));
    }
    for (number, (phase, of_tool)) in found.iter().zip(sustained).enumerate() {
        let mut of_tool = Expected::from(of_tool)?;
        let median = of_tool.raw("median").as_f64();
        if !median.is_some_and(|median| close(phase.median, median, 1e-9)) {
            of_tool.problem(format!("median {} for {median:?}", phase.median));
        }
        of_tool.same("start_index", phase.first + 1);
        of_tool.same("end_index", phase.last + 1);
        of_tool.same("extend_to_index", phase.drawn_to + 1);
        of_tool.same("run_type", json!(if number == 0 { "baseline" } else { "sustained" }));
        of_tool.finish()?;
    }
    expected.finish()
}
