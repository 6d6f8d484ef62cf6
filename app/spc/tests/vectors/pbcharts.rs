use crate::book::{Book, Datasets, File};

pub fn check(file: &File, _datasets: &Datasets, book: &mut Book) {
    for case in file.list("cases") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.fail(chart, case["case"].as_str().unwrap_or("-"), "not checked yet");
    }
}
