//! What is typed by whoever has forgotten their password.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::parse;

/// A link to set a forgotten password works for so many minutes.
pub const VALID_MINUTES: i64 = 10;
/// So many of them are mailed to a person in an hour.
pub const MOST_AT_A_TIME: i64 = 3;

/// Asking for a link, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ForgottenForm {
    /// The e-mail address.
    pub address: String,
}

impl ForgottenForm {
    /// The address.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none.
    pub fn parse(&self) -> Result<String, Error> {
        parse::email(&self.address)
            .ok_or_else(|| Error::field("address", "Enter your email address, like name@trust.nhs.uk."))
    }
}
