//! The constants of subgroups, from first principles.

use serde_json::Value;
use spc::constants;

use crate::book::{Book, Datasets, File, numbers};
use crate::expect::close;

type Constant = fn(usize) -> Option<f64>;

const TABLE: [(&str, Constant); 12] = [
    ("c4", constants::c4),
    ("c5", constants::c5),
    ("d2", constants::d2),
    ("d3", constants::d3),
    ("A2", constants::a2),
    ("A3", constants::a3),
    ("B3", constants::b3),
    ("B4", constants::b4),
    ("B5", constants::b5),
    ("B6", constants::b6),
    ("D3", constants::range_lower),
    ("D4", constants::range_upper),
];

pub fn check(file: &File, _datasets: &Datasets, book: &mut Book) {
    let mut known = vec!["n"];
    known.extend(TABLE.map(|(name, _)| name));
    crate::unknown_parts(file, &known, book);
    for (name, constant) in TABLE {
        book.case("constants", name, || column(&file.content, name, constant));
    }
    for (name, value) in file.content["meta"]["single_values"].as_object().into_iter().flatten() {
        book.case("constants", name, || single(name, value));
    }
}

fn column(content: &Value, name: &str, constant: Constant) -> Result<(), String> {
    let sizes = numbers(&content["n"]).ok_or("n is not a list")?;
    let wanted = numbers(&content[name]).ok_or("not a list")?;
    if sizes.len() != wanted.len() {
        return Err(format!("{} values for {} sizes", wanted.len(), sizes.len()));
    }
    for (size, wanted) in sizes.into_iter().zip(wanted) {
        let size = size.ok_or("a size is missing")? as usize;
        let found = constant(size);
        if !found.zip(wanted).map_or(found == wanted, |(found, wanted)| close(found, wanted, 1e-9)) {
            return Err(format!("n = {size}: {found:?} for {wanted:?}"));
        }
    }
    Ok(())
}

fn single(name: &str, value: &Value) -> Result<(), String> {
    use spc::limits::RangeScale;
    let found = match name {
        "d2_2" => constants::d2(2),
        "E2" => Some(constants::e2()),
        "D4_2" => constants::range_upper(2),
        "nhsr_limit_multiplier" => Some(3.0 / RangeScale::Limit266.divisor()),
        "ms_uls_pbcharts" => Some(spc::limits::MOVING_S_UPPER),
        "t_chart_power" => Some(spc::limits::TIME_POWER),
        "qicharts2_sigma" if *value == "mean(mr)/1.128" => {
            return (RangeScale::Rounded.divisor() == 1.128).then_some(()).ok_or("not 1.128".into());
        }
        _ => None,
    };
    match found.zip(value.as_f64()) {
        Some((found, wanted)) if close(found, wanted, 1e-9) => Ok(()),
        _ => Err(format!("{found:?} for {value}")),
    }
}
