//! What the operator says about a trust's first people.

use std::fmt;
use std::str::FromStr;

/// A role in a trust that goes beyond having a post in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Coordinates the trust's projects.
    AcademyLead,
    /// Keeps people, departments and roles.
    Administrator,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AcademyLead => "academy_lead",
            Self::Administrator => "administrator",
        })
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.replace('-', "_").as_str() {
            "academy_lead" => Ok(Self::AcademyLead),
            "administrator" => Ok(Self::Administrator),
            _ => Err("a role is academy-lead or administrator".to_owned()),
        }
    }
}

/// A trust's first person, who signs in and adds the others in the browser.
#[derive(Clone, Debug)]
pub struct FirstPerson {
    /// The name of the trust.
    pub trust: String,
    /// Their name.
    pub name: String,
    /// The address that they sign in with.
    pub address: String,
    /// Their role.
    pub role: Role,
    /// Their first password.
    pub password: String,
}
