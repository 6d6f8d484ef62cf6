//! What is typed about sites and departments and what it must be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::id::{DepartmentId, SiteId};
use crate::parse::{Fields, MAX_LINE_CHARS};

/// A site, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteForm {
    pub name: String,
}

impl SiteForm {
    /// The site's name.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing or too long.
    pub fn parse(&self) -> Result<String, Error> {
        let mut fields = Fields::new();
        let name = fields.required("name", &self.name, MAX_LINE_CHARS, "Enter the name of the site.");
        fields.finish(|| name)
    }
}

/// A department, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DepartmentForm {
    pub name: String,
    pub specialty: String,
    /// The id of its site; empty without one.
    pub site: String,
}

/// What a department is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartmentDetails {
    pub name: String,
    pub specialty: String,
    pub site: Option<SiteId>,
}

impl DepartmentForm {
    /// What the department is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something is missing or too long.
    pub fn parse(&self) -> Result<DepartmentDetails, Error> {
        let mut fields = Fields::new();
        let name = fields.required("name", &self.name, MAX_LINE_CHARS, "Enter the name of the department.");
        let specialty =
            fields.required("specialty", &self.specialty, MAX_LINE_CHARS, "Enter the specialty of the department.");
        let site = match self.site.as_str() {
            "" => None,
            id => fields.choice("site", id, "Choose a site from the list."),
        };
        fields.finish(|| DepartmentDetails { name, specialty, site })
    }
}

/// A site or a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A site.
    Site(SiteId),
    /// A department.
    Department(DepartmentId),
}

impl Place {
    /// What it is, in a word.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Site(_) => "site",
            Self::Department(_) => "department",
        }
    }

    /// The address of its page.
    #[must_use]
    pub fn address(self) -> String {
        format!("/{self}")
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Site(id) => write!(f, "sites/{id}"),
            Self::Department(id) => write!(f, "departments/{id}"),
        }
    }
}

impl FromStr for Place {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        match text.split_once('/') {
            Some(("sites", id)) => id.parse().map(Self::Site).map_err(|_| Error::NotFound),
            Some(("departments", id)) => id.parse().map(Self::Department).map_err(|_| Error::NotFound),
            _ => Err(Error::NotFound),
        }
    }
}

/// Why a place cannot be removed: what refers to it (how many, the word for one, for many), and what
/// to do instead. Nothing when nothing refers to it.
#[must_use]
pub fn why_not_removed(name: &str, uses: &[(i64, &str, &str)]) -> Option<String> {
    let told: Vec<String> = uses
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| format!("{number} {}", if *number == 1 { one } else { many }))
        .collect();
    (!told.is_empty()).then(|| {
        format!(
            "{name} has {}, now or in the past, so it cannot be removed. Retire it instead: what it has is kept, and nothing new can be added to it.",
            told.join(" and ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_from_its_text() {
        for place in [Place::Site(SiteId::new()), Place::Department(DepartmentId::new())] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "sites", "sites/x", "people/01890000-0000-7000-8000-000000000000"] {
            assert_eq!(text.parse::<Place>(), Err(Error::NotFound), "{text}");
        }
    }

    #[test]
    fn a_department_may_be_on_no_site() {
        let form = DepartmentForm { name: "A".into(), specialty: "B".into(), site: String::new() };
        assert_eq!(form.parse().expect("a department").site, None);
        assert!(DepartmentForm { site: "x".into(), ..form }.parse().is_err());
    }
}
