//! Turning a file into the text of its table: CSV in the encodings that spreadsheets write, and XLSX.
//!
//! A CSV is decoded in one pass. What a workbook holds cannot be told before it is read, and its reader
//! believes what it says about itself: it is read in a process of its own, whose memory and time are
//! bounded. The limits here are only to refuse it sooner, with a reason.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader as _, Xlsx};

use super::{MOST_COLUMNS, MOST_ROWS};
use crate::error::Error;
use crate::limits;

fn refused(message: &str) -> Error {
    Error::field("file", message)
}

fn unreadable() -> Error {
    refused("The workbook cannot be read. Save it as CSV and choose that.")
}

fn too_much_text() -> Error {
    refused("The file holds more text than one import takes. Copy only the columns that are wanted.")
}

/// Whether it is a workbook, which has to be read in a process of its own.
#[must_use]
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// The text of a file's table.
///
/// # Errors
/// [`Error::Invalid`] when it is no file that can be read.
pub fn text(bytes: &[u8]) -> Result<String, Error> {
    let text = if is_workbook(bytes) { workbook(bytes)? } else { plain_text(bytes)? };
    if text.len() > limits::TABLE_TEXT { Err(too_much_text()) } else { Ok(text) }
}

fn plain_text(bytes: &[u8]) -> Result<String, Error> {
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(refused("This is an old Excel file (.xls) or a protected one. Save it as .xlsx or as CSV."));
    }
    // A mark at its start says how a text is written; without one it is what Windows writes, if not UTF-8.
    let plain = if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    let (text, ..) = plain.decode(bytes);
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(refused("This is no table. Choose a CSV or an XLSX file."));
    }
    Ok(text.into_owned())
}

/// Refuses an archive that unpacks to far more than a table holds, or whose parts promise so.
fn plausible(bytes: &[u8]) -> Option<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let mut left = limits::WORKBOOK_UNPACKED;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).ok()?;
        let name = entry.name().ok()?.to_lowercase();
        let mut entry = entry.take(left + 1);
        let read = if name.ends_with("sharedstrings.xml") || name.ends_with("styles.xml") {
            let mut part = Vec::new();
            let read = entry.read_to_end(&mut part).ok()? as u64;
            let fits = if name.ends_with("styles.xml") { few_formats(&part) } else { honest_counts(&part) };
            fits.then_some(read)?
        } else {
            std::io::copy(&mut entry, &mut std::io::sink()).ok()?
        };
        left = left.checked_sub(read)?;
    }
    Some(())
}

/// Whether shared texts say that there are no more of them than a table can hold: as many are reserved.
fn honest_counts(part: &[u8]) -> bool {
    let head = part.windows(3).position(|at| at == b"<si").map_or(part, |at| &part[..at]);
    let head = String::from_utf8_lossy(head);
    // `count` and `uniqueCount`.
    head.split("ount").skip(1).all(|rest| {
        let value = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '"' | '\''));
        let digits = value.find(|c: char| !c.is_ascii_digit()).map_or(value, |end| &value[..end]);
        digits.is_empty() || digits.parse().is_ok_and(|count: u64| count <= limits::WORKBOOK_TEXTS)
    })
}

fn few_formats(part: &[u8]) -> bool {
    let formats = part.windows(4).filter(|at| {
        matches!(at[0], b'<' | b':')
            && &at[1..3] == b"xf"
            && (at[3].is_ascii_whitespace() || matches!(at[3], b'/' | b'>'))
    });
    formats.count() <= limits::WORKBOOK_FORMATS
}

fn workbook(bytes: &[u8]) -> Result<String, Error> {
    plausible(bytes).ok_or_else(unreadable)?;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    let mut cells_left = limits::WORKBOOK_CELLS;
    for name in book.sheet_names().into_iter().take(limits::WORKBOOK_SHEETS) {
        let Ok(rows) = rows(&mut book, &name, &mut cells_left) else { continue };
        let rows = rows?;
        if rows.iter().any(|row| row.iter().any(|cell| !cell.is_empty())) {
            return separated(&rows).ok_or_else(unreadable);
        }
    }
    Err(refused("The workbook is empty."))
}

fn separated(rows: &[Vec<String>]) -> Option<String> {
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').flexible(true).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).ok()?;
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}

type Cells = Vec<Vec<String>>;

/// The rows of a sheet as text; the outer error is of a sheet that holds no cells, such as a chart.
fn rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    cells_left: &mut usize,
) -> Result<Result<Cells, Error>, calamine::XlsxError> {
    let mut reader = book.worksheet_cells_reader(name)?;
    let per_cent: Vec<bool> = reader
        .styles()
        .iter()
        .map(|style| style.number_format.as_ref().is_some_and(|format| format.format_code.contains('%')))
        .collect();
    let mut rows: Cells = Vec::new();
    let mut last = None;
    let mut given = 0;
    while let Some((cell, style)) = reader.next_cell_with_style_id()? {
        let Some(left) = cells_left.checked_sub(1) else {
            return Ok(Err(refused("The workbook has too many cells. Copy only the rows to import into a new one.")));
        };
        *cells_left = left;
        let (row, column) = cell.get_position();
        let column = column as usize;
        let text = told(cell.get_value(), per_cent.get(style).copied().unwrap_or_default());
        if text.is_empty() || column >= MOST_COLUMNS {
            continue;
        }
        given += text.len();
        if given > limits::TABLE_TEXT || text.chars().nth(limits::CELL).is_some() {
            return Ok(Err(too_much_text()));
        }
        if last != Some(row) {
            if rows.len() > MOST_ROWS + 20 {
                let message = "The sheet has more than 10,000 rows. Bring them in parts.";
                return Ok(Err(refused(message)));
            }
            rows.push(Vec::new());
            last = Some(row);
        }
        if let Some(cells) = rows.last_mut() {
            cells.resize(cells.len().max(column + 1), String::new());
            cells[column] = text;
        }
    }
    Ok(Ok(rows))
}

fn told(cell: &DataRef<'_>, per_cent: bool) -> String {
    let number = |value: f64| {
        if per_cent {
            let text = format!("{:.10}", value * 100.0);
            return format!("{}%", text.trim_end_matches('0').trim_end_matches('.'));
        }
        // What a sum in binary leaves behind the fifteenth digit is nobody's number.
        let text = format!("{value:.15e}").parse::<f64>().unwrap_or(value);
        text.to_string()
    };
    match cell {
        DataRef::Int(value) => number(*value as f64),
        DataRef::Float(value) => number(*value),
        DataRef::String(text) => plain(text),
        DataRef::SharedString(text) => plain(text),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let serial = moment.as_f64();
            if moment.is_duration() || serial < 1.0 {
                format!("{hour:02}:{minute:02}")
            } else if serial.fract() == 0.0 {
                format!("{year:04}-{month:02}-{day:02}")
            } else {
                format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => plain(text),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn plain(text: &str) -> String {
    text.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// A workbook as a spreadsheet writes it, with this sheet.
    fn book(rows: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let parts = [
            ("[Content_Types].xml", r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"#.to_owned()),
            ("_rels/.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
            ("xl/workbook.xml", r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Audit" sheetId="1" r:id="rId1"/></sheets></workbook>"#.to_owned()),
            ("xl/_rels/workbook.xml.rels", r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#.to_owned()),
            ("xl/styles.xml", r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="0.0%"/></numFmts><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="20"/></cellXfs></styleSheet>"#.to_owned()),
            ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>"#)),
        ];
        for (name, content) in parts {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).expect("a part");
            zip.write_all(content.as_bytes()).expect("written");
        }
        zip.finish().expect("a file").into_inner()
    }

    #[test]
    fn a_workbook_gives_its_dates_per_cents_and_texts() {
        let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Date</t></is></c><c r="B1" t="inlineStr"><is><t>Share</t></is></c><c r="D1" t="inlineStr"><is><t>Note</t></is></c></row><row r="3"><c r="A3" s="1"><v>46026</v></c><c r="B3" s="2"><v>0.07</v></c><c r="C3" s="3"><v>0.5868055555</v></c><c r="D3" t="inlineStr"><is><t>two
lines</t></is></c></row><row r="4"><c r="A4" s="1"><v>46033</v></c><c r="B4"><v>0.30000000000000004</v></c></row>"#;
        let text = text(&book(rows)).expect("a table");
        assert_eq!(text, "Date\tShare\t\tNote\n2026-01-04\t7%\t14:05\ttwo lines\n2026-01-11\t0.3\n");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(text(&book("")).is_err(), "empty");
        assert!(text(b"PK\x03\x04 and nothing that unpacks").is_err());
        assert!(text(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1]).is_err());
        assert!(text(&[0, 1, 2, 3, 0xFF]).is_err());
        let many: String =
            (1..=11_000).map(|row| format!(r#"<row r="{row}"><c r="A{row}"><v>1</v></c></row>"#)).collect();
        let Err(Error::Invalid(errors)) = text(&book(&many)) else { panic!("refused") };
        assert!(errors[0].message.contains("more than 10,000 rows"));
        let bomb = book(&"<row/>".repeat(12_000_000));
        assert!(bomb.len() < 2_000_000);
        assert!(text(&bomb).is_err(), "it unpacks to too much");
    }

    #[test]
    fn csv_is_read_in_the_encodings_that_spreadsheets_write() {
        let expected = "date,note\n2026-01-04,£5 café";
        let utf16: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(expected.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let mut utf8 = vec![0xEF, 0xBB, 0xBF];
        utf8.extend(expected.as_bytes());
        let latin: Vec<u8> = expected.chars().map(|c| u8::try_from(u32::from(c)).expect("one byte")).collect();
        for bytes in [utf16, utf8, latin] {
            assert_eq!(text(&bytes).expect("a table"), expected);
        }
    }
}
