//! The secret of a link, and what its form sends.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::digest::hex;
use crate::error::Error;
use crate::parse::Fields;
use crate::people::model::new_password;

crate::choices! {
    /// What a link is for.
    Purpose {
        /// A trust asks somebody in.
        Invitation = "invitation" => "Invitation",
        /// Somebody has forgotten their password.
        Password = "password" => "Forgotten password",
        /// Somebody joins a trust by themselves.
        Joining = "joining" => "Joining",
    }
}

/// What opens a link: 160 random bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self(hex(&rand::random::<[u8; 20]>()))
    }

    /// As it stands in the link.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As the store knows it.
    #[must_use]
    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

impl Default for Secret {
    fn default() -> Self {
        Self::new()
    }
}

/// As the store knows a secret that somebody came with.
#[must_use]
pub fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

/// A new password and the link that lets it be set, as sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    /// The link's secret.
    pub link_code: String,
    /// The new password.
    pub new_password: String,
}

impl LinkForm {
    /// The new password.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too short, too long or too common.
    pub fn parse(&self, known: &[&str]) -> Result<String, Error> {
        let mut fields = Fields::new();
        new_password(&mut fields, "new_password", &self.new_password, known);
        fields.finish(|| self.new_password.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_random_and_known_by_its_hash() {
        let (one, other) = (Secret::new(), Secret::new());
        assert_ne!(one, other);
        assert_eq!(one.as_str().len(), 40);
        assert_eq!(hash(one.as_str()), one.hash());
        assert!(!one.hash().contains(one.as_str()));
    }
}
