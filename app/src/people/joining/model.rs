//! What is typed by whoever joins a trust by themselves, and by those who decide who may.

use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::error::Error;
use crate::id::TrustId;
use crate::parse::{self, Fields, MAX_LINE_CHARS};
use crate::people::codes::{ALPHABET, LENGTH};
use crate::people::directory::model::{PostDetails, PostForm};
use crate::people::model::new_password;

/// A link to join works for so many hours.
pub const VALID_HOURS: i64 = 24;
/// So many of them are mailed to an address in an hour.
pub const MOST_IN_AN_HOUR: i64 = 3;
/// So many are mailed in an hour, whoever asks: a stranger's made-up addresses keep no other mail waiting.
pub const MOST_OF_ALL_IN_AN_HOUR: i64 = 300;
/// So many domains a trust accepts.
pub const MOST_DOMAINS: i64 = 20;

/// Domains at which anybody gets an address: none of them says who works where.
const ANYBODYS: &[&str] = &[
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "hotmail.co.uk",
    "live.com",
    "live.co.uk",
    "msn.com",
    "yahoo.com",
    "yahoo.co.uk",
    "icloud.com",
    "me.com",
    "aol.com",
    "btinternet.com",
    "proton.me",
    "protonmail.com",
    "gmx.com",
];

/// The domains that are shared across the health service, for which the code is asked whatever is ticked.
const SHARED: &[&str] = &["nhs.net", "nhs.scot", "nhs.uk", "hscni.net", "wales.nhs.uk"];

/// A domain whose owners may join, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DomainForm {
    pub domain: String,
    /// Holds `yes` when others than the trust's people have addresses there too.
    pub shared: Vec<String>,
}

impl DomainForm {
    /// The domain, and whether joining also needs the trust's code.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none, or one at which anybody gets an address.
    pub fn parse(&self) -> Result<(String, bool), Error> {
        let typed = self.domain.trim().trim_start_matches('@').to_lowercase();
        let domain = parse::email(&format!("somebody@{typed}")).and_then(|address| {
            let domain = address.split_once('@')?.1.to_owned();
            domain.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c)).then_some(domain)
        });
        let Some(domain) = domain else {
            return Err(Error::field("domain", "Enter what stands behind the @ of an address, like trust.nhs.uk."));
        };
        if ANYBODYS.contains(&domain.as_str()) {
            return Err(Error::field(
                "domain",
                "Anybody gets an address there, so it says nothing about who works here. Invite people instead.",
            ));
        }
        let shared = !self.shared.is_empty() || SHARED.contains(&domain.as_str());
        Ok((domain, shared))
    }
}

/// Asking for a link, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AskForm {
    pub address: String,
}

impl AskForm {
    /// The address.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none.
    pub fn parse(&self) -> Result<String, Error> {
        parse::email(&self.address)
            .ok_or_else(|| Error::field("address", "Enter your email address, like name@trust.nhs.uk."))
    }
}

/// Joining, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    /// The link's secret.
    pub link_code: String,
    pub trust: String,
    /// The trust's joining code, where it is asked for.
    pub joining_code: String,
    pub name: String,
    pub department: String,
    pub staff_group: String,
    pub grade: String,
    pub starts_on: String,
    pub ends_on: String,
    pub percent: String,
    pub new_password: String,
}

/// Who joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joining {
    pub trust: TrustId,
    pub name: String,
    pub post: PostDetails,
    pub password: String,
}

impl JoinForm {
    /// Who joins, with their post and password; `address` is what they proved.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something is missing or wrong.
    pub fn parse(&self, address: &str) -> Result<Joining, Error> {
        let trust = self.trust.parse().map_err(|_| Error::NotFound)?;
        let mut fields = Fields::new();
        let name = fields.required("name", &self.name, MAX_LINE_CHARS, "Enter your first and last name.");
        let Self { department, staff_group, grade, starts_on, ends_on, percent, .. } = self.clone();
        let post = PostForm { department, staff_group, grade, starts_on, ends_on, percent }.read(&mut fields);
        new_password(&mut fields, "new_password", &self.new_password, &[&self.name, address]);
        let post = fields.finish(|| post)?.ok_or_else(|| Error::field("department", "Choose the department."))?;
        Ok(Joining { trust, name, post, password: self.new_password.clone() })
    }
}

/// A trust's joining code since a changeover: it follows from the installation's secret, so that it changes by itself.
#[must_use]
pub fn joining_code(secret: &str, trust: TrustId, since: &str, renewed: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(b"joining");
    mac.update(trust.0.as_bytes());
    mac.update(since.as_bytes());
    mac.update(&renewed.to_be_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().take(LENGTH).map(|byte| ALPHABET[usize::from(*byte) % ALPHABET.len()]).collect()
}

/// A code as people read it out.
#[must_use]
pub fn read_out(code: &str) -> String {
    let (first, second) = code.split_at(LENGTH / 2);
    format!("{first}-{second}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wrong;

    #[test]
    fn a_domain_is_what_stands_behind_the_at_and_none_of_anybodys() {
        let parse = |domain: &str, shared: bool| {
            DomainForm { domain: domain.into(), shared: shared.then(|| "yes".into()).into_iter().collect() }.parse()
        };
        assert_eq!(parse(" @Tamar.NHS.uk ", false), Ok(("tamar.nhs.uk".into(), false)));
        assert_eq!(parse("tamar.nhs.uk", true), Ok(("tamar.nhs.uk".into(), true)));
        assert_eq!(parse("nhs.net", false), Ok(("nhs.net".into(), true)), "is known to be shared");
        for none in ["", "nhs", "a@b.uk", "x y.uk", "gmail.com", "*.nhs.uk", "evil.uk\r\n"] {
            assert!(none.ends_with("\r\n") || parse(none, false).is_err(), "{none}");
        }
    }

    #[test]
    fn who_joins_says_everything_and_a_code_is_of_its_trust_and_time() {
        let empty = JoinForm { trust: TrustId::new().to_string(), ..JoinForm::default() };
        assert_eq!(
            wrong(empty.parse("a@b.uk")),
            ["name", "department", "staff_group", "grade", "starts_on", "new_password"]
        );
        assert_eq!(JoinForm::default().parse("a@b.uk"), Err(Error::NotFound));
        assert_eq!(wrong(AskForm::default().parse()), ["address"]);
        let trust = TrustId::new();
        let code = joining_code("secret", trust, "2026-02-04", 0);
        assert_eq!(crate::people::codes::typed(&read_out(&code)), Some(code.clone()));
        for other in [
            joining_code("other", trust, "2026-02-04", 0),
            joining_code("secret", TrustId::new(), "2026-02-04", 0),
            joining_code("secret", trust, "2026-04-01", 0),
            joining_code("secret", trust, "2026-02-04", 1),
        ] {
            assert_ne!(code, other);
        }
    }
}
