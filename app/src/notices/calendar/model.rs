//! A calendar as text.

use chrono::{DateTime, NaiveDate, Utc};

/// The longest line, in bytes.
const FOLD: usize = 75;

/// A day in somebody's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What causes it: the same for as long as it is the same.
    pub uid: String,
    pub on: NaiveDate,
    pub title: String,
    /// The page that it is about.
    pub page: String,
}

/// An entry as the feed tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub entry: Entry,
    /// Counts its changes.
    pub sequence: i64,
    pub changed_at: DateTime<Utc>,
    /// It was there, and is not any more.
    pub is_cancelled: bool,
}

/// The calendar; `host` and `base` are where people reach Baton.
#[must_use]
pub fn calendar(entries: &[Shown], base: &str) -> String {
    let host = base.split("://").nth(1).unwrap_or(base);
    let mut text = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Baton//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Baton",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
    ] {
        push(&mut text, line);
    }
    for shown in entries {
        event(&mut text, shown, host, base);
    }
    push(&mut text, "END:VCALENDAR");
    text
}

fn event(text: &mut String, shown: &Shown, host: &str, base: &str) {
    let Shown { entry, sequence, changed_at, is_cancelled } = shown;
    let until = entry.on.succ_opt().unwrap_or(entry.on);
    let status = if *is_cancelled { "CANCELLED" } else { "CONFIRMED" };
    for line in [
        "BEGIN:VEVENT".to_owned(),
        format!("UID:{}@{}", escaped(&entry.uid), escaped(host)),
        format!("DTSTAMP:{}", changed_at.format("%Y%m%dT%H%M%SZ")),
        format!("DTSTART;VALUE=DATE:{}", entry.on.format("%Y%m%d")),
        format!("DTEND;VALUE=DATE:{}", until.format("%Y%m%d")),
        format!("SUMMARY:{}", escaped(&entry.title)),
        format!("SEQUENCE:{sequence}"),
        format!("STATUS:{status}"),
        "TRANSP:TRANSPARENT".to_owned(),
        format!("URL:{base}{}", entry.page),
        "END:VEVENT".to_owned(),
    ] {
        push(text, &line);
    }
}

/// A text as a property's value holds it.
fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// A line, folded where it is too long, never within a character.
fn push(text: &mut String, line: &str) {
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > FOLD {
            text.push_str("\r\n ");
            length = 1;
        }
        text.push(c);
        length += c.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use icalendar::parser::{read_calendar, unfold};

    use super::*;
    use crate::testing::{noon, on};

    fn shown(title: &str, is_cancelled: bool) -> Shown {
        let entry = Entry {
            uid: "measure-1-2026-03-11".to_owned(),
            on: on("2026-03-11"),
            title: title.to_owned(),
            page: "/measures/1".to_owned(),
        };
        Shown { entry, sequence: 2, changed_at: noon(), is_cancelled }
    }

    #[test]
    fn a_calendar_is_read_by_a_reader_of_calendars() {
        let long = format!("Measure: Zoë’s \\ list; of, {}", "things ".repeat(30));
        let text = calendar(&[shown(&long, false), shown("Gone", true)], "https://baton.example");
        assert!(text.split("\r\n").all(|line| line.len() <= FOLD), "{text}");
        assert!(!text.replace("\r\n", "").contains('\n'));
        let unfolded = unfold(&text);
        let read = read_calendar(&unfolded).expect("a calendar");
        assert_eq!(read.components.len(), 2);
        let value = |at: usize, name: &str| {
            let found = read.components[at].find_prop(name).map(|property| property.val.to_string());
            found.unwrap_or_default()
        };
        assert_eq!(value(0, "UID"), "measure-1-2026-03-11@baton.example");
        assert_eq!(value(0, "DTSTART"), "20260311");
        assert_eq!(value(0, "DTEND"), "20260312");
        assert_eq!(value(0, "STATUS"), "CONFIRMED");
        assert_eq!(value(1, "STATUS"), "CANCELLED");
        assert_eq!(value(0, "URL"), "https://baton.example/measures/1");
        let title = value(0, "SUMMARY").replace("\\;", ";").replace("\\,", ",").replace("\\\\", "\\");
        assert_eq!(title.trim_end(), long.trim_end());
    }

    #[test]
    fn a_title_adds_no_line() {
        let text =
            calendar(&[shown("A\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil", false)], "https://baton.example");
        assert_eq!(text.matches("\r\nBEGIN:VEVENT").count(), 1);
        assert_eq!(text.matches("\r\nSUMMARY:").count(), 1);
    }
}
