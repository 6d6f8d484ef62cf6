//! What is typed about people and what it must be.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::id::PersonId;
use crate::parse::{self, Fields, MAX_LINE_CHARS};

/// The shortest password, in characters (NCSC advises length over complexity).
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest password, in characters: enough for any phrase, and bounded work for the hash.
pub const LONGEST_PASSWORD: usize = 200;

/// What is said beside a field for a new password.
pub const NEW_PASSWORD: &str = "At least 12 characters. Three random words work well.";
/// So many characters of a password are judged: more would only take longer.
const LONGEST_JUDGED: usize = 100;

/// Signing in, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// The e-mail address.
    pub address: String,
    pub password: String,
    /// Where to go on to.
    pub next: String,
}

impl SignInForm {
    /// The address and the password.
    ///
    /// # Errors
    /// [`Error::Invalid`] when one is missing.
    pub fn parse(&self) -> Result<(String, String), Error> {
        let mut fields = Fields::new();
        let address = parse::email(&self.address);
        if address.is_none() {
            fields.error("address", "Enter your email address, like name@trust.nhs.uk.");
        }
        if self.password.is_empty() {
            fields.error("password", "Enter your password.");
        } else if self.password.chars().count() > LONGEST_PASSWORD {
            fields.error("password", "The password is too long.");
        }
        fields.finish(|| (address.unwrap_or_default(), self.password.clone()))
    }
}

/// Changing the password, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    /// The password until now.
    pub password: String,
    /// The new one.
    pub new_password: String,
    /// Where to go on to; empty for the account's page.
    pub next: String,
}

impl PasswordForm {
    /// The old and the new password.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the new one is too short or too long.
    pub fn parse(&self) -> Result<(String, String), Error> {
        let mut fields = Fields::new();
        if self.password.is_empty() {
            fields.error("password", "Enter your current password.");
        }
        new_password(&mut fields, "new_password", &self.new_password, &[]);
        if fields.is_ok() && self.new_password == self.password {
            fields.error("new_password", "Choose a new password: this is the one that you have.");
        }
        fields.finish(|| (self.password.clone(), self.new_password.clone()))
    }
}

/// Notes what is wrong with a new password in a field. What is `known` of its owner, such as their address, is no part
/// of a good one.
pub fn new_password(fields: &mut Fields, field: &str, typed: &str, known: &[&str]) {
    let length = typed.chars().count();
    if length < SHORTEST_PASSWORD {
        fields.error(
            field,
            format!("The new password needs at least {SHORTEST_PASSWORD} characters. Three random words work well."),
        );
    } else if length > LONGEST_PASSWORD {
        fields.error(field, format!("The new password may have at most {LONGEST_PASSWORD} characters."));
    } else if is_common(typed, known) {
        fields.error(
            field,
            "This password is too easy to guess: it is a common one, follows a pattern, or is made of your name. Choose another. Three random words work well.",
        );
    }
}

/// Whether somebody who tries common passwords and patterns first would find it within a day. Long ones are judged by
/// their beginning.
fn is_common(typed: &str, known: &[&str]) -> bool {
    let judged: String = typed.chars().take(LONGEST_JUDGED).collect();
    let parts =
        known.iter().flat_map(|words| words.split(|c: char| !c.is_alphanumeric())).filter(|part| part.len() > 2);
    // A name without what parts its words is no better than the name.
    let joined = known.iter().map(|words| words.chars().filter(|c| c.is_alphanumeric()).collect());
    let joined: Vec<String> = joined.collect();
    let inputs: Vec<&str> = parts.chain(joined.iter().map(String::as_str)).chain(["baton", "password"]).collect();
    zxcvbn::zxcvbn(&judged, &inputs).score() < zxcvbn::Score::Three
}

/// Setting a new password with a code, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    /// The e-mail address.
    pub address: String,
    /// The code that was handed over.
    pub code: String,
    /// The new password.
    pub new_password: String,
}

impl ResetForm {
    /// The address, the code and the new password.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something is missing, or the password is too short or too long.
    pub fn parse(&self) -> Result<(String, String, String), Error> {
        let mut fields = Fields::new();
        let address = parse::email(&self.address);
        if address.is_none() {
            fields.error("address", "Enter your email address, like name@trust.nhs.uk.");
        }
        if self.code.trim().is_empty() {
            fields.error("code", "Enter the code that you were given.");
        }
        new_password(&mut fields, "new_password", &self.new_password, &[&self.address]);
        fields.finish(|| (address.unwrap_or_default(), self.code.clone(), self.new_password.clone()))
    }
}

/// Somebody named in a form: from the list, or by name and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A colleague of the trust.
    Colleague(PersonId),
    /// Somebody whom Baton does not know yet.
    Newcomer {
        /// Their name.
        name: String,
        /// Their address.
        address: String,
    },
}

impl Named {
    /// Reads the three fields that name somebody; none when all are empty.
    pub fn read(
        fields: &mut Fields,
        [id_field, name_field, address_field]: [&str; 3],
        [id, name, address]: [&str; 3],
    ) -> Option<Self> {
        let (typed_name, typed_address) = (name.trim(), address.trim());
        if !id.is_empty() {
            if !typed_name.is_empty() || !typed_address.is_empty() {
                fields.error(id_field, "Choose somebody from the list or name somebody new, not both.");
            }
            let person = id.parse().ok();
            if person.is_none() {
                fields.error(id_field, "Choose somebody from the list.");
            }
            return person.map(Self::Colleague);
        }
        if typed_name.is_empty() && typed_address.is_empty() {
            return None;
        }
        let name = fields.required(name_field, name, MAX_LINE_CHARS, "Enter their name.");
        let address = parse::email(address);
        if address.is_none() {
            fields.error(address_field, "Enter their email address, like name@trust.nhs.uk.");
        }
        Some(Self::Newcomer { name, address: address.unwrap_or_default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wrong;

    #[test]
    fn a_new_password_is_long_enough_and_new() {
        let form =
            |old: &str, new: &str| PasswordForm { password: old.into(), new_password: new.into(), next: String::new() };
        assert_eq!(wrong(form("", "short").parse()), ["password", "new_password"]);
        assert_eq!(wrong(form("three random words", "three random words").parse()), ["new_password"]);
        assert_eq!(wrong(form("three random words", &"a".repeat(LONGEST_PASSWORD + 1)).parse()), ["new_password"]);
        assert!(form("three random words", "four random words").parse().is_ok());
    }

    #[test]
    fn a_password_that_is_easily_guessed_is_refused_with_what_to_do_and_a_long_one_is_welcome() {
        let told = |typed: &str, known: &[&str]| {
            let mut fields = Fields::new();
            new_password(&mut fields, "new_password", typed, known);
            match fields.finish(|| ()) {
                Err(Error::Invalid(errors)) => errors[0].message.clone(),
                _ => String::new(),
            }
        };
        for common in [
            "password1234",
            "qwertyuiop12",
            "aaaaaaaaaaaa",
            "123456789012",
            "letmeinletmein",
            "abcdefghijkl",
            "batonbatonbaton",
        ] {
            let says = told(common, &[]);
            assert!(says.contains("too easy to guess") && says.contains("Three random words"), "{common}: {says}");
        }
        assert!(told("amarasingh2026", &["Amara Singh", "amara.singh@trust.nhs.uk"]).contains("too easy"));
        for good in ["copper kettle ninety", "three random words", "x9#Lq0vT!m2Zp", &"correct horse ".repeat(14)] {
            assert_eq!(told(good, &["Amara Singh"]), "", "{good}");
        }
    }

    #[test]
    fn a_forgotten_password_is_set_with_address_and_code() {
        assert_eq!(wrong(ResetForm::default().parse()), ["address", "code", "new_password"]);
        let form = ResetForm {
            address: "Amara@Trust.uk".into(),
            code: "ABCDE-FGHJK".into(),
            new_password: "three random words".into(),
        };
        let (address, code, password) = form.parse().expect("whole");
        assert_eq!((address.as_str(), code.as_str()), ("amara@trust.uk", "ABCDE-FGHJK"));
        assert_eq!(password, "three random words");
    }
}
