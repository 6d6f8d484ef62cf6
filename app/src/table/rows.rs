//! The rows of a text whose columns are separated by tabs, semicolons or commas.

use super::{MOST_COLUMNS, MOST_ROWS};

/// A row of a table, with the number of the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the line, from 1.
    pub number: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

/// Why a text gives no rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRows {
    /// It has more rows than a table may have: so many.
    TooMany(usize),
    /// It has more columns than a table may have.
    TooWide,
}

fn separator(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(200).collect();
    let holding = |separator: char| lines.iter().filter(|line| line.contains(separator)).count();
    [(holding('\t'), b'\t'), (holding(';'), b';'), (holding(','), b',')]
        .into_iter()
        // Of equals the first wins: a comma may stand inside a cell, a tab does not.
        .fold((0, b'\t'), |best, one| if one.0 > best.0 { one } else { best })
        .1
}

/// Every row of a text that holds something, with the number of its line.
///
/// # Errors
/// [`NoRows`] when there are too many, or too many columns.
pub fn rows(text: &str) -> Result<Vec<Line>, NoRows> {
    // A browser sends two characters for the end of a line, which the reader would count one line late.
    let text = &text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        // A few more than may be, for what stands above the headings.
        if rows.len() > MOST_ROWS + 20 {
            return Err(NoRows::TooMany(text.lines().filter(|line| !line.trim().is_empty()).count()));
        }
        if record.len() > MOST_COLUMNS && record.iter().skip(MOST_COLUMNS).any(|cell| !cell.trim().is_empty()) {
            return Err(NoRows::TooWide);
        }
        let number = record.position().map_or(0, |at| at.line() + empty_lines(text, at.byte()));
        let cells = record.iter().take(MOST_COLUMNS).map(|cell| cell.trim().to_owned()).collect();
        rows.push(Line { number, cells });
    }
    Ok(rows)
}

/// How many empty lines stand at a byte of the text: the reader passes over them and says where they began.
fn empty_lines(text: &str, byte: u64) -> u64 {
    let rest = usize::try_from(byte).ok().and_then(|byte| text.as_bytes().get(byte..)).unwrap_or_default();
    rest.iter().take_while(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_number_of_the_line_on_which_it_begins() {
        let text = "a,b\r\n\r\n\r\n\"c\nd\",e\n,\nf,g";
        let numbered: Vec<_> = rows(text).expect("rows").into_iter().map(|row| (row.number, row.cells)).collect();
        let cells = |one: &str, two: &str| vec![one.to_owned(), two.to_owned()];
        assert_eq!(numbered, [(1, cells("a", "b")), (4, cells("c\nd", "e")), (7, cells("f", "g"))]);
    }

    #[test]
    fn too_much_is_refused_with_how_much_it_is() {
        assert_eq!(rows(&"a,b\n".repeat(11_000)), Err(NoRows::TooMany(11_000)));
        assert_eq!(rows(&format!("1,2{}", ",3".repeat(40))), Err(NoRows::TooWide));
        assert_eq!(rows(&format!("1,2{}", ",".repeat(40))).map(|rows| rows.len()), Ok(1), "empty columns are nothing");
    }
}
