//! What is typed about people and what it must be.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::parse::{self, Fields};

/// The shortest password, in characters (NCSC advises length over complexity).
pub const SHORTEST_PASSWORD: usize = 12;
/// The longest password, in characters: enough for any phrase, and bounded work for the hash.
pub const LONGEST_PASSWORD: usize = 200;

/// Signing in, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    /// The e-mail address.
    pub address: String,
    /// The password.
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
        let address = parse::address(&self.address);
        if address.is_none() {
            fields.wrong("address", "Enter your email address, like name@trust.nhs.uk.");
        }
        if self.password.is_empty() {
            fields.wrong("password", "Enter your password.");
        } else if self.password.chars().count() > LONGEST_PASSWORD {
            fields.wrong("password", "The password is too long.");
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
}

impl PasswordForm {
    /// The old and the new password.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the new one is too short or too long.
    pub fn parse(&self) -> Result<(String, String), Error> {
        let mut fields = Fields::new();
        if self.password.is_empty() {
            fields.wrong("password", "Enter your password as it is now.");
        }
        let length = self.new_password.chars().count();
        if length < SHORTEST_PASSWORD {
            fields.wrong(
                "new_password",
                format!(
                    "The new password needs at least {SHORTEST_PASSWORD} characters. Three random words work well."
                ),
            );
        } else if length > LONGEST_PASSWORD {
            fields.wrong("new_password", format!("The new password may have at most {LONGEST_PASSWORD} characters."));
        }
        fields.finish(|| (self.password.clone(), self.new_password.clone()))
    }
}
