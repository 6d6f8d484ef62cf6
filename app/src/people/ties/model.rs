//! What somebody answers a trust that asks for them.

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::id::TrustId;

/// The answer to a trust, as sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    /// The id of the trust.
    pub trust: String,
    /// `accept` or `decline`.
    pub answer: String,
    /// The code that the trust handed over.
    pub code: String,
}

impl AnswerForm {
    /// The trust, and whether it is accepted.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what no page of ours sends.
    pub fn parse(&self) -> Result<(TrustId, bool), Error> {
        let accepts = match self.answer.as_str() {
            "accept" => true,
            "decline" => false,
            _ => return Err(Error::NotFound),
        };
        Ok((self.trust.parse().map_err(|_| Error::NotFound)?, accepts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_yes_or_no_to_a_trust() {
        let trust = TrustId::new();
        let form = |answer: &str| AnswerForm { trust: trust.to_string(), answer: answer.into(), code: String::new() };
        assert_eq!(form("accept").parse(), Ok((trust, true)));
        assert_eq!(form("decline").parse(), Ok((trust, false)));
        assert_eq!(form("").parse(), Err(Error::NotFound));
        assert_eq!(AnswerForm { trust: "x".into(), ..form("accept") }.parse(), Err(Error::NotFound));
    }
}
