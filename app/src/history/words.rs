//! What was recorded in words that are not used any more, as pages say it today. The record itself never changes.

use std::borrow::Cow;

/// The acts that had another name, as they were recorded.
const ACTS: &[(&str, &str)] = &[("voided a measurement", "deleted a measurement")];
/// The fields and the states that had another name.
const FIELDS: &[(&str, &str)] =
    &[("Points made void", "Data points deleted"), ("Void", "Deleted"), ("Anchor", "Supervisor")];

fn of_today(names: &'static [(&str, &str)], recorded: &str) -> Option<&'static str> {
    names.iter().find(|(before, _)| *before == recorded).map(|(_, today)| *today)
}

/// What was done, in the words of today.
#[must_use]
pub fn act(recorded: &str) -> Cow<'_, str> {
    of_today(ACTS, recorded).unwrap_or(recorded).into()
}

/// A field or what stood in it, in the words of today: only where it is nothing but the old word.
#[must_use]
pub fn field(recorded: &str) -> Cow<'_, str> {
    of_today(FIELDS, recorded).unwrap_or(recorded).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_recorded_in_old_words_is_read_in_those_of_today() {
        assert_eq!(act("voided a measurement"), "deleted a measurement");
        assert_eq!(act("put a measurement back"), "put a measurement back");
        assert_eq!(field("Points made void"), "Data points deleted");
        assert_eq!((field("Void"), field("Void if wet")), ("Deleted".into(), "Void if wet".into()));
    }
}
