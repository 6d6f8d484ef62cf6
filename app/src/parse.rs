//! Reading what people typed: length limits, dates as they are written, numbers, and the guard
//! against NHS numbers. Every form's model parses through [`Fields`], which gathers all errors at once.

pub mod invisible;
pub mod nhs_number;

use chrono::{Datelike as _, NaiveDate};

use crate::error::{Error, FieldError};

/// The longest a single line may be, in characters.
pub const MAX_LINE_CHARS: usize = 200;
/// The longest a paragraph may be, in characters.
pub const MAX_PARAGRAPH_CHARS: usize = 4000;

const PATIENT: &str = "This looks like an NHS number. Remove it: Baton holds no information about patients. If it is not an NHS number, put a word between its digits.";

/// Control characters but for line ends and tabs, and what Unicode never makes a character: no picture can hold them.
fn cannot_be_shown(c: char) -> bool {
    let never = matches!(u32::from(c), 0xfdd0..=0xfdef) || u32::from(c) & 0xfffe == 0xfffe;
    never || (c.is_control() && c != '\n' && c != '\t')
}

/// Gathers a form's errors while its fields are parsed, so that all are told at once.
#[derive(Debug, Default)]
pub struct Fields {
    errors: Vec<FieldError>,
}

impl Fields {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that a field is wrong.
    pub fn error(&mut self, field: &str, message: impl Into<String>) {
        self.errors.push(FieldError::new(field, message));
    }

    /// Whether nothing was wrong so far.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.errors.is_empty()
    }

    /// Free text of at most `limit` characters, trimmed, without characters that nobody sees; may be
    /// empty.
    pub fn text(&mut self, field: &str, typed: &str, limit: usize) -> String {
        let text = invisible::without(typed).trim().replace("\r\n", "\n");
        let length = text.chars().count();
        if length > limit {
            self.error(field, format!("Shorten this to {limit} characters or fewer. It has {length}."));
        } else if text.chars().any(cannot_be_shown) {
            self.error(field, "Remove the characters that cannot be shown.");
        } else if typed.chars().any(invisible::turns) {
            self.error(
                field,
                "This holds hidden characters that turn the direction of writing. Delete it and type it again.",
            );
        } else if nhs_number::holds(&text) {
            self.error(field, PATIENT);
        }
        text
    }

    /// As [`Fields::text`], but it must not be empty; `missing` says what to enter.
    pub fn required(&mut self, field: &str, typed: &str, limit: usize, missing: &str) -> String {
        if invisible::without(typed).trim().is_empty() {
            self.error(field, missing);
            return String::new();
        }
        self.text(field, typed, limit)
    }

    /// Notes a number that looks like a patient's.
    pub fn no_patient(&mut self, field: &str, typed: &str, value: f64) {
        if nhs_number::is(value) || nhs_number::holds(typed) {
            self.error(
                field,
                "This looks like an NHS number. Remove it: Baton holds no information about patients. If it is not an NHS number, use a larger unit, so that it has fewer digits.",
            );
        }
    }

    /// A date, or none when the field was left empty.
    pub fn date(&mut self, field: &str, typed: &str) -> Option<NaiveDate> {
        if typed.trim().is_empty() {
            return None;
        }
        let date = date(typed);
        if date.is_none() {
            self.error(field, "Enter a real date, for example 4 1 2026 or 4 January 2026.");
        }
        date
    }

    /// A date that must be given; `missing` says which.
    pub fn required_date(&mut self, field: &str, typed: &str, missing: &str) -> NaiveDate {
        if typed.trim().is_empty() {
            self.error(field, missing);
        }
        self.date(field, typed).unwrap_or_default()
    }

    /// One of a closed set of answers, each the text of its variant.
    pub fn choice<T: std::str::FromStr>(&mut self, field: &str, typed: &str, missing: &str) -> Option<T> {
        let choice = typed.trim().parse().ok();
        if choice.is_none() {
            self.error(field, missing);
        }
        choice
    }

    /// The parsed value when nothing was wrong, else all that was.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything noted so far.
    pub fn finish<T>(self, value: impl FnOnce() -> T) -> Result<T, Error> {
        if self.errors.is_empty() { Ok(value()) } else { Err(Error::Invalid(self.errors)) }
    }
}

/// A date as people write it: `4 1 2026`, `4/1/26`, `04.01.2026`, `4 January 2026`, `4 Jan`-style months,
/// or `2026-01-04` as browsers send it. The day comes before the month.
#[must_use]
pub fn date(typed: &str) -> Option<NaiveDate> {
    let typed = typed.trim();
    if let Ok(date) = NaiveDate::parse_from_str(typed, "%Y-%m-%d") {
        return plausible(date);
    }
    let parts: Vec<&str> =
        typed.split(|c: char| c.is_whitespace() || "/.-,".contains(c)).filter(|part| !part.is_empty()).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    let month = month.parse().ok().or_else(|| month_named(month))?;
    let year: i32 = match year.len() {
        2 => 2000 + year.parse::<i32>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    plausible(NaiveDate::from_ymd_opt(year, month, day)?)
}

fn plausible(date: NaiveDate) -> Option<NaiveDate> {
    (1948..=2199).contains(&date.year()).then_some(date)
}

fn month_named(name: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_lowercase();
    let number = MONTHS.iter().position(|month| name.len() >= 3 && month.starts_with(&name))?;
    u32::try_from(number + 1).ok()
}

/// A number as people write it: `85`, `85 %`, `1,250`, `12.5`. A single comma followed by one or two
/// digits is refused rather than guessed at, because it may be a decimal comma.
#[must_use]
pub fn number(typed: &str) -> Option<f64> {
    let text: String = typed.trim().trim_end_matches('%').chars().filter(|c| !c.is_whitespace()).collect();
    if !text.chars().all(|c| c.is_ascii_digit() || "+-.,".contains(c)) {
        return None;
    }
    let text = match text.split_once(',') {
        None => text,
        Some(_) => {
            let whole = text.split('.').next().unwrap_or_default();
            if !whole.split(',').skip(1).all(|group| group.len() == 3)
                || text.rfind(',') > text.find('.').or(Some(usize::MAX))
            {
                return None;
            }
            text.replace(',', "")
        }
    };
    text.parse::<f64>().ok().filter(|value| value.is_finite() && value.abs() < 1e12)
}

/// An e-mail address, lower-cased, when it has the shape of one and holds nothing that hides.
#[must_use]
pub fn email(typed: &str) -> Option<String> {
    let text = typed.trim().to_lowercase();
    if text.chars().any(invisible::is) || nhs_number::holds(&text) {
        return None;
    }
    let text = invisible::without(&text);
    let (local, domain) = text.split_once('@')?;
    let fits = !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && text.len() <= 254
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"[]\\".contains(c))
        && text.matches('@').count() == 1;
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let expected = NaiveDate::from_ymd_opt(2026, 1, 4);
        for typed in ["4 1 2026", "04/01/2026", "4.1.26", "4 January 2026", "4th jan 2026", "2026-01-04", " 4-1-2026 "]
        {
            assert_eq!(date(typed), expected, "{typed}");
        }
        for typed in ["", "31 2 2026", "29 2 2026", "4 1", "tomorrow", "4 1 026", "1 1 1066", "99999999999 1 2026"] {
            assert_eq!(date(typed), None, "{typed}");
        }
        assert!(date("29 2 2028").is_some());
    }

    #[test]
    fn numbers_are_read_or_refused_never_guessed() {
        for (typed, expected) in [("85", 85.0), ("85 %", 85.0), ("1,250", 1250.0), ("12.5", 12.5), ("-3", -3.0)] {
            assert_eq!(number(typed), Some(expected), "{typed}");
        }
        for typed in ["12,5", "<3", "1e308", "NaN", "inf", "", "1.2.3", "1,2,3", "1.250,5"] {
            assert_eq!(number(typed), None, "{typed}");
        }
    }

    #[test]
    fn what_nobody_sees_is_left_out_and_what_turns_the_direction_is_refused() {
        let mut fields = Fields::new();
        assert_eq!(fields.text("title", " Fa\u{200b}lls\u{feff} ", MAX_LINE_CHARS), "Falls");
        assert_eq!(fields.text("title", "Zoe\u{308}", MAX_LINE_CHARS), "Zo\u{eb}");
        assert!(fields.is_ok());
        assert_eq!(fields.required("title", "\u{200b}\u{2060}", MAX_LINE_CHARS, "Enter a title."), "");
        fields.text("name", "A\u{202e}rotcoD", MAX_LINE_CHARS);
        let Err(Error::Invalid(errors)) = fields.finish(|| ()) else { panic!("refused") };
        assert_eq!(errors[0].message, "Enter a title.");
        assert!(errors[1].field == "name" && errors[1].message.contains("direction of writing"));
    }

    #[test]
    fn an_nhs_number_is_refused_with_what_to_do_when_it_is_none() {
        let mut fields = Fields::new();
        fields.text("note", "seen: ９４３\u{200b}４７６ 5919", MAX_PARAGRAPH_CHARS);
        fields.no_patient("value", "9,434,765,919", 9_434_765_919.0);
        fields.no_patient("value", "85", 85.0);
        let Err(Error::Invalid(errors)) = fields.finish(|| ()) else { panic!("refused") };
        assert_eq!(errors.len(), 2);
        assert!(errors.iter().all(|error| error.message.contains("If it is not an NHS number")));
    }

    #[test]
    fn addresses_have_the_shape_of_one() {
        assert_eq!(email(" A.Doc@Trust.NHS.uk "), Some("a.doc@trust.nhs.uk".to_owned()));
        for typed in ["a", "a@b", "@b.uk", "a b@c.uk", "a@@c.uk", "a@c.uk,d@e.uk", "a\u{200b}@c.uk", "9434765919@c.uk"]
        {
            assert_eq!(email(typed), None, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn nothing_typed_makes_the_readers_panic(typed in ".*") {
            let _ = (date(&typed), number(&typed), nhs_number::holds(&typed), email(&typed));
        }

        #[test]
        fn a_date_written_out_is_read_back(days in 0i32..90_000) {
            let written = NaiveDate::from_ymd_opt(1948, 1, 1).expect("a date") + chrono::Duration::days(i64::from(days));
            prop_assert_eq!(date(&crate::format::date(written)), Some(written));
        }
    }
}
