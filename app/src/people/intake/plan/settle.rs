//! What is to be written, once everything is answered.

use super::Plan;
use super::kinds::{Made, PostAct};
use crate::error::{Error, FieldError};
use crate::id::{DepartmentId, PersonId};
use crate::people::intake::model::IntakeForm;

/// Whom it is done to.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Somebody new.
    New,
    /// Somebody of the trust.
    Known(PersonId),
    /// Somebody whom Baton knows from elsewhere.
    Asked(PersonId),
}

/// What is done to one person.
#[derive(Clone, Debug)]
pub struct SettledPerson {
    pub subject: Subject,
    pub name: String,
    /// The address that they are given.
    pub address: Option<String>,
    pub acts: Vec<PostAct>,
}

/// What an intake does.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    pub people: Vec<SettledPerson>,
    pub made: Vec<Made>,
    pub learnt: Vec<(String, DepartmentId)>,
    /// Rows of people.
    pub rows: usize,
    /// Rows that were there already.
    pub same: usize,
    /// Rows that were left out because they cannot be read.
    pub left_out: usize,
}

impl Plan {
    /// Whether every question is answered.
    #[must_use]
    pub fn is_answered(&self, ask_order: Option<&str>, form: &IntakeForm) -> bool {
        self.totals().asks == 0 && (ask_order.is_none() || !form.order.is_empty())
    }

    /// How many known people are given an address.
    #[must_use]
    pub fn addresses_added(&self) -> usize {
        self.people.all.iter().filter(|one| one.stored.is_some() && one.address.is_some()).count()
    }

    /// What would be done by the rows as far as they are understood.
    #[must_use]
    pub fn so_far(&self) -> Settled {
        let totals = self.totals();
        let people = self
            .people
            .all
            .iter()
            .filter(|one| {
                !one.lines.is_empty() && (one.stored.is_none() || !one.acts.is_empty() || one.address.is_some())
            })
            .map(|one| SettledPerson {
                subject: match &one.stored {
                    None => Subject::New,
                    Some(stored) if stored.here => Subject::Known(stored.id),
                    Some(stored) => Subject::Asked(stored.id),
                },
                name: one.name.clone(),
                address: one.address.clone(),
                acts: one.acts.clone(),
            })
            .collect();
        Settled {
            people,
            made: self.made.clone(),
            learnt: self.learnt.clone(),
            rows: self.rows.len() - totals.nobody,
            same: totals.same,
            left_out: totals.wrong,
        }
    }

    /// What is to be done.
    ///
    /// # Errors
    /// [`Error::Invalid`] while something is unanswered, a row cannot be read and is not left out, or nothing would change.
    pub fn settled(&self, ask_order: Option<&str>, form: &IntakeForm) -> Result<Settled, Error> {
        let totals = self.totals();
        let mut errors = Vec::new();
        if let Some(date) = ask_order.filter(|_| form.order.is_empty()) {
            errors.push(FieldError::new("order", format!("Say how {date} is to be read.")));
        }
        if totals.asks > 0 {
            errors.push(FieldError::new("", format!("{} to be answered. Nothing was changed.", wait(totals.asks))));
        }
        if totals.wrong > 0 && !form.leaves_out() {
            errors.push(FieldError::new(
                "leave_out[]",
                format!(
                    "{} cannot be read. Nothing was changed. Correct the rows, or tick the box to leave them out.",
                    crate::format::count(i64::try_from(totals.wrong).unwrap_or(i64::MAX), "row", "rows")
                ),
            ));
        }
        let settled = self.so_far();
        if errors.is_empty() && settled.people.is_empty() {
            errors.push(FieldError::new("", "Nothing changes: everybody in this list is in Baton with these posts."));
        }
        if errors.is_empty() { Ok(settled) } else { Err(Error::Invalid(errors)) }
    }
}

fn wait(rows: usize) -> String {
    if rows == 1 { "1 row waits".to_owned() } else { format!("{rows} rows wait") }
}
