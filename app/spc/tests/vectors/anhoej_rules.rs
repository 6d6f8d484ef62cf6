use serde_json::Value;
use spc::anhoej;
use spc::rules::{CornerCut, best_box, cut_box};

use crate::book::{Book, Datasets, File, numbers};
use crate::expect::Expected;

pub fn check(file: &File, _datasets: &Datasets, book: &mut Book) {
    for part in file.unknown_parts(&["n_useful", "longest_run_max", "n_crossings_min", "bestbox_cutbox", "cases"]) {
        book.fail("runs", &part, "unknown part");
    }
    if file.content.get("n_useful").is_some() {
        book.case("limits of runs", "longest run and crossings", || limits(&file.content));
    }
    if let Some(boxes) = file.content.get("bestbox_cutbox") {
        book.case("limits of runs", "best box and cut box", || of_boxes(boxes));
    }
    for case in file.list("cases") {
        book.case("runs", case["case"].as_str().unwrap_or("-"), || sequence(case));
    }
}

fn whole(value: usize) -> Option<f64> {
    Some(value as f64)
}

fn counts(table: &Value) -> Result<Vec<usize>, String> {
    serde_json::from_value(table.clone()).map_err(|error| error.to_string())
}

fn limits(table: &Value) -> Result<(), String> {
    let mut expected = Expected::from(table)?;
    for part in ["meta", "bestbox_cutbox", "cases"] {
        expected.raw(part);
    }
    let found: Vec<_> = counts(expected.raw("n_useful"))?.into_iter().map(anhoej::run_limits).collect();
    let column = |of: fn(anhoej::RunLimits) -> usize| -> Vec<_> {
        found.iter().map(|limits| limits.and_then(|limits| whole(of(limits)))).collect()
    };
    expected.numbers("longest_run_max", &column(|limits| limits.longest_run_max));
    expected.numbers("n_crossings_min", &column(|limits| limits.crossings_min));
    expected.finish()
}

fn of_boxes(table: &Value) -> Result<(), String> {
    let mut expected = Expected::from(table)?;
    expected.raw("source");
    let useful = counts(expected.raw("n"))?;
    let best: Vec<_> = useful.iter().map(|&useful| best_box(useful)).collect();
    let cut: Vec<_> = useful.iter().map(|&useful| cut_box(useful)?.corner).collect();
    let crossings: Vec<_> = best.iter().map(|of| of.and_then(|of| whole(of.crossings_min))).collect();
    let longest: Vec<_> = best.iter().map(|of| of.and_then(|of| whole(of.longest_run_max))).collect();
    let border =
        |of: fn(CornerCut) -> usize| -> Vec<_> { cut.iter().map(|corner| corner.and_then(|c| whole(of(c)))).collect() };
    expected.numbers("crossings_bestbox", &crossings);
    expected.numbers("longest_bestbox", &longest);
    expected.numbers("crossings_cutbox_border", &border(|corner| corner.crossings_border));
    expected.numbers("longest_cutbox_border", &border(|corner| corner.longest_run_border));
    expected.finish()
}

fn sequence(case: &Value) -> Result<(), String> {
    let mut expected = Expected::from(case)?;
    expected.raw("case");
    let values = numbers(expected.raw("y")).ok_or("no y")?;
    let centre = expected.raw("cl").as_f64().ok_or("no cl")?;
    let runs = anhoej::runs(values, centre);
    let any = |count: usize| (runs.useful > 0).then_some(count);
    expected.same("n_useful", runs.useful);
    expected.same("longest_run", any(runs.longest_run));
    expected.same("longest_run_max", runs.limits.map(|limits| limits.longest_run_max));
    expected.same("n_crossings", any(runs.crossings));
    expected.same("n_crossings_min", runs.limits.map(|limits| limits.crossings_min));
    expected.same("runs_signal", runs.long_run() || runs.few_crossings());
    expected.finish()
}
