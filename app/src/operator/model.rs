//! What the operator says about a trust's first people.

use crate::people::directory::model::TrustRole;

/// The role of a command line's word: as it is stored, with hyphens.
///
/// # Errors
/// A sentence for the operator, when it is none.
pub fn role(text: &str) -> Result<TrustRole, String> {
    text.replace('-', "_").parse().map_err(|_| "a role is academy-lead or administrator".to_owned())
}

/// A trust's first person, who signs in and adds the others in the browser.
#[derive(Clone, Debug)]
pub struct FirstPerson {
    /// The name of the trust.
    pub trust: String,
    pub name: String,
    /// The email address that they sign in with.
    pub address: String,
    pub role: TrustRole,
    /// Their first password.
    pub password: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_read_as_it_is_typed_at_the_command_line() {
        assert_eq!(role("academy-lead"), Ok(TrustRole::AcademyLead));
        assert_eq!(role("administrator"), Ok(TrustRole::Administrator));
        assert!(role("lead").is_err());
    }
}
