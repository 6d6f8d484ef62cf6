//! How people are invited, and whom.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::id::PersonId;
use crate::outbox::Mail;
use crate::people::links::model::Secret;

/// An invitation is of use until so many days after the post begins, and for as many at least.
pub const VALID_DAYS: u64 = 28;
/// So many people are invited by one form.
pub const MOST_AT_ONCE: usize = 500;

/// How an invitation reaches somebody.
#[derive(Clone, Copy, Debug)]
pub enum How<'a> {
    /// By mail, which proves the address.
    ByMail(&'a Mail),
    /// Copied or printed by whoever invites: a first password, given in person.
    ByHand,
}

/// An invitation that was made.
#[derive(Clone, Debug)]
pub struct Invited {
    /// Of one that is handed over: it is kept nowhere.
    pub secret: Option<Secret>,
    /// From when on it is of no use.
    pub expires_at: DateTime<Utc>,
}

/// Whom to invite and how, as sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// Whom.
    pub people: Vec<String>,
    /// `mail` or `hand`.
    pub how: String,
}

impl InviteForm {
    /// Whom to invite, and whether by mail.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody is ticked or too many are; [`Error::NotFound`] for what no page of ours sends.
    pub fn parse(&self) -> Result<(Vec<PersonId>, bool), Error> {
        let mut people = Vec::new();
        for id in &self.people {
            let id = id.parse().map_err(|_| Error::NotFound)?;
            if !people.contains(&id) {
                people.push(id);
            }
        }
        if people.is_empty() {
            return Err(Error::field("people", "Tick whom to invite."));
        }
        if people.len() > MOST_AT_ONCE {
            return Err(Error::field("people", format!("Invite at most {MOST_AT_ONCE} people at once.")));
        }
        match self.how.as_str() {
            "mail" => Ok((people, true)),
            "hand" => Ok((people, false)),
            _ => Err(Error::NotFound),
        }
    }
}

/// A link that is handed over, on its way to the page that shows it once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Handed {
    pub name: String,
    /// The address with which they sign in.
    pub address: String,
    pub secret: String,
    pub expires_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wrong;

    #[test]
    fn an_invitation_names_whom_and_how() {
        let id = PersonId::new();
        let form = |people: Vec<String>, how: &str| InviteForm { people, how: how.into() };
        assert_eq!(form(vec![id.to_string(), id.to_string()], "mail").parse(), Ok((vec![id], true)));
        assert_eq!(form(vec![id.to_string()], "hand").parse(), Ok((vec![id], false)));
        assert_eq!(wrong(form(Vec::new(), "mail").parse()), ["people"]);
        assert_eq!(form(vec![id.to_string()], "pigeon").parse(), Err(Error::NotFound));
        assert_eq!(form(vec!["x".into()], "mail").parse(), Err(Error::NotFound));
        let many = (0..=MOST_AT_ONCE).map(|_| PersonId::new().to_string()).collect();
        assert_eq!(wrong(form(many, "mail").parse()), ["people"]);
    }
}
