//! Text that is pasted from a spreadsheet.

/// The cells of pasted text; none when it is a single value, which the browser pastes itself. A first
/// line without any digit is a heading.
pub(crate) fn cells_of(text: &str) -> Option<Vec<Vec<&str>>> {
    let text = text.trim_end_matches(['\r', '\n']);
    if !text.contains(['\t', '\n']) {
        return None;
    }
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() > 1 && lines.first().is_some_and(|line| !line.bytes().any(|c| c.is_ascii_digit())) {
        lines.remove(0);
    }
    Some(lines.into_iter().map(|line| line.split('\t').map(str::trim).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_a_spreadsheet_copies_them() {
        assert_eq!(cells_of("12.5"), None);
        assert_eq!(cells_of("12.5\n"), None);
        assert_eq!(
            cells_of("Date\tValue\r\n04/01/2026\t12\r\n11/01/2026\t\r\n"),
            Some(vec![vec!["04/01/2026", "12"], vec!["11/01/2026", ""]])
        );
    }
}
