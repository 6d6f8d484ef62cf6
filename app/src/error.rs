//! What can go wrong, and what each means in HTTP. A machine gets the error as JSON; a browser gets a
//! page, or its own form back.

use std::fmt;

use serde::{Deserialize, Serialize};
use server_fn::codec::JsonEncoding;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};

/// One thing wrong with a form: the field's name (empty: the form as a whole) and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The `name` of the input, or empty for the whole form.
    pub field: String,
    /// A sentence that says how to mend it.
    pub message: String,
    /// Where the person finds what stands in the way, if there is such a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl FieldError {
    /// An error that stands by the field of this name.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into(), link: None }
    }
}

/// What a change would do to projects, or what of it can hardly be meant, for whoever asks for it to see before it is
/// made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unconfirmed {
    /// What becomes of each project, in the order of the days; none when the change does nothing to any.
    pub lines: Vec<Consequence>,
    /// What stands for exactly these lines: whoever has seen them sends it along.
    pub digest: String,
    /// The lines say what can hardly be meant, not what the change does.
    #[serde(default)]
    pub doubt: bool,
}

/// What becomes of a project by a change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequence {
    /// A sentence.
    pub text: String,
    /// The project's page, where whoever asks may open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// What can be done about it, where whoever asks may: the page and what its link says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<(String, String)>,
}

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "error", content = "detail", rename_all = "snake_case")]
pub enum Error {
    /// 422: the form can be mended by the person who sent it.
    Invalid(Vec<FieldError>),
    /// 422: it does something to projects that its sender has not seen yet.
    Unconfirmed(Unconfirmed),
    /// 401: nobody is signed in.
    SignIn,
    /// 403: this person may not do this.
    Forbidden,
    /// 404: there is no such thing, or not for this person.
    NotFound,
    /// 409: somebody else changed it since the form was opened.
    Conflict,
    /// 413: more was sent than a form can hold.
    TooLarge,
    /// 429: too many attempts; try again after this many seconds.
    TooMany(u64),
    /// 503: the server cannot take the request now.
    Busy,
    /// 500: a fault of ours; it is in the log under the request's id.
    Internal,
}

impl Error {
    /// One error by one field.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError::new(field, message)])
    }

    /// A refusal that concerns the whole form: the sentence says why and what to do instead.
    pub fn form(message: impl Into<String>) -> Self {
        Self::field("", message)
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) | Self::Unconfirmed(_) => 422,
            Self::SignIn => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::TooMany(_) => 429,
            Self::Busy => 503,
            Self::Internal => 500,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(errors) => {
                let all: Vec<_> = errors.iter().map(|e| e.message.as_str()).collect();
                f.write_str(&all.join(" "))
            }
            Self::Unconfirmed(_) => f.write_str("Nothing is saved yet. See what this changes, then confirm it."),
            Self::SignIn => f.write_str("Sign in first."),
            Self::Forbidden => f.write_str("You do not have permission to do this."),
            Self::NotFound => f.write_str("This was not found."),
            Self::Conflict => f.write_str("Somebody else changed this since you opened it."),
            Self::TooLarge => f.write_str("This is more than one form can hold."),
            Self::TooMany(seconds) => write!(f, "Too many attempts. Try again in {seconds} seconds."),
            Self::Busy => f.write_str("The server is busy. Try again in a moment."),
            Self::Internal => f.write_str("Something went wrong on our side."),
        }
    }
}

impl std::error::Error for Error {}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            // The body did not have the form's fields: a page of ours never sends that.
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::form("The form was incomplete. Open the page again and retry.")
            }
            other => internal("a server function", &other.to_string()),
        }
    }
}

fn internal(what: &str, why: &str) -> Error {
    tracing::error!(what, why, "fault");
    Error::Internal
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::PoolTimedOut => Self::Busy,
            other => internal("the store", &other.to_string()),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        internal("stored JSON", &error.to_string())
    }
}
