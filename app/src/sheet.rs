//! Text as a cell of a spreadsheet: every file of comma-separated values is written through it.

/// The text, led by an apostrophe when a spreadsheet would run it as a formula; in some languages the
/// full-width signs begin one too.
#[must_use]
pub fn cell(text: &str) -> String {
    let begins = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\t', '\r', '\n'];
    if text.trim_start_matches(' ').starts_with(begins) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_runs_as_a_formula() {
        for text in ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\n=1", " =1", "＝1+1", "＋1", "－1", "＠sum(a1)"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        assert_eq!(cell("Falls"), "Falls");
    }
}
