use crate::book::{Book, Datasets, File};
use crate::powerbi_own_rules;

pub fn check(file: &File, _datasets: &Datasets, book: &mut Book) {
    for case in file.list("charts") {
        book.fail("charts", case["case"].as_str().unwrap_or("-"), "not checked yet");
    }
    powerbi_own_rules::check(file, book);
}
