//! Somebody's part in a project.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use crate::format::{count, date};
use crate::id::{PersonId, ProjectId};
use crate::project::model::Status;
use crate::team::model::TeamRole;

/// A place in a team, with its days.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Place {
    pub role: TeamRole,
    pub from: NaiveDate,
    /// The day from which it is over; none while it lasts.
    pub until: Option<NaiveDate>,
    /// What was written of it when it ended, and does not change.
    pub contribution: String,
}

/// A supervisor's confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Confirmed {
    pub by: PersonId,
    pub name: String,
    pub at: DateTime<Utc>,
}

/// Somebody's part in a project.
#[derive(Clone, Debug, FromRow)]
pub struct Part {
    pub project_id: ProjectId,
    pub reference: String,
    pub title: String,
    pub trust: String,
    pub department: String,
    pub status: Status,
    pub closed_on: Option<NaiveDate>,
    pub problem: String,
    pub aim: String,
    /// The latest first.
    #[sqlx(json)]
    pub places: Vec<Place>,
    /// Data points that they entered.
    pub points: i64,
    /// PDSA cycles that they planned.
    pub cycles: i64,
    /// Updates that they posted.
    pub updates: i64,
    /// From whom they took the project over.
    pub taken_from: Option<String>,
    /// To whom they handed it over.
    pub handed_to: Option<String>,
    #[sqlx(json)]
    pub confirmed: Vec<Confirmed>,
}

impl Part {
    /// The first day of their first place.
    #[must_use]
    pub fn began_on(&self) -> Option<NaiveDate> {
        self.places.iter().map(|place| place.from).min()
    }

    /// What they did, as the record says it: each a few words.
    #[must_use]
    pub fn did(&self) -> Vec<String> {
        let counted = [
            (self.points, "entered", "data point", "data points"),
            (self.cycles, "planned", "PDSA cycle", "PDSA cycles"),
            (self.updates, "posted", "update", "updates"),
        ];
        let mut did: Vec<String> = counted
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, verb, one, many)| format!("{verb} {}", count(number, one, many)))
            .collect();
        did.extend(self.taken_from.as_ref().map(|name| format!("took the project over from {name}")));
        did.extend(self.handed_to.as_ref().map(|name| format!("handed the project over to {name}")));
        did
    }
}

/// Role and days of a place.
#[must_use]
pub fn place(place: &Place) -> String {
    let until = place.until.map_or_else(|| "to today".to_owned(), |on| format!("to {}", date(on)));
    format!("{}, {} {until}", place.role.label(), date(place.from))
}

/// Somebody whom a supervisor supported in a project.
#[derive(Clone, Debug, FromRow)]
pub struct Supported {
    pub project_id: ProjectId,
    pub reference: String,
    pub title: String,
    pub person_id: PersonId,
    pub name: String,
    pub role: TeamRole,
    pub from_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
    /// The supervisor still supervises it, and so can confirm.
    pub supervises: bool,
    /// When the supervisor confirmed their part.
    pub confirmed_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on;

    fn part() -> Part {
        Part {
            project_id: ProjectId::new(),
            reference: String::new(),
            title: String::new(),
            trust: String::new(),
            department: String::new(),
            status: Status::Active,
            closed_on: None,
            problem: String::new(),
            aim: String::new(),
            places: Vec::new(),
            points: 0,
            cycles: 0,
            updates: 0,
            taken_from: None,
            handed_to: None,
            confirmed: Vec::new(),
        }
    }

    #[test]
    fn only_what_somebody_did_is_said() {
        assert!(part().did().is_empty());
        let one = Part { points: 1, updates: 2, handed_to: Some("Ada".into()), ..part() };
        assert_eq!(one.did(), ["entered 1 data point", "posted 2 updates", "handed the project over to Ada"]);
    }

    #[test]
    fn a_part_begins_with_its_first_place() {
        let of = |from: &str, until: Option<&str>| Place {
            role: TeamRole::Lead,
            from: on(from),
            until: until.map(on),
            contribution: String::new(),
        };
        let places = vec![of("2026-02-04", None), of("2025-08-06", Some("2025-12-03"))];
        assert_eq!(Part { places: places.clone(), ..part() }.began_on(), Some(on("2025-08-06")));
        assert_eq!(place(&places[0]), "Lead, 4 February 2026 to today");
        assert_eq!(place(&places[1]), "Lead, 6 August 2025 to 3 December 2025");
    }
}
