//! A mail as it is written: the same words as plain text and as HTML, each with why it came.

use chrono::{DateTime, Utc};

use super::Mail;
use crate::id::{PersonId, TrustId};

/// What stands in the words of a mail where its link's secret is to stand.
pub const SECRET: &str = "{secret}";
const MAX_SUBJECT: usize = 150;

crate::choices! {
    /// Why a mail is written.
    MailKind {
        /// To set a first password, or to accept a trust.
        Invitation = "invitation" => "Invitation",
        /// To set a forgotten password anew.
        Password = "password" => "Forgotten password",
        /// A password was set anew.
        PasswordSet = "password_set" => "Password changed",
        /// To join a trust by oneself.
        Joining = "joining" => "Joining",
        /// What is wanted from somebody.
        Digest = "digest" => "What is asked of you",
    }
}

/// A piece of a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A paragraph.
    Words(String),
    /// A heading.
    Heading(String),
    /// What to press, and the path of the page to which it leads.
    Button(String, String),
    /// Lines, each with the path of its page; an empty path leads nowhere.
    List(Vec<(String, String)>),
}

/// A mail that is to be written.
#[derive(Clone, Debug)]
pub struct Letter {
    pub kind: MailKind,
    /// Whose mail it is; none for somebody whom Baton does not know yet.
    pub person: Option<PersonId>,
    /// Whose administrators read of it.
    pub trust: Option<TrustId>,
    pub address: String,
    pub subject: String,
    pub parts: Vec<Part>,
    /// Why it came: its last sentence.
    pub because: String,
    /// What [`SECRET`] stands for.
    pub secret: Option<String>,
    /// Only the addressee reads its words.
    pub confidential: bool,
    /// The address to which a mail program posts that such mail is not wanted.
    pub unsubscribe: Option<String>,
    /// From when on it is of no use.
    pub useless_at: DateTime<Utc>,
}

impl Letter {
    /// The plain text.
    #[must_use]
    pub fn plain(&self, mail: &Mail) -> String {
        self.written(mail).0
    }

    /// The plain text and the HTML.
    pub(super) fn written(&self, mail: &Mail) -> (String, String) {
        let (mut plain, mut html) = (String::new(), String::from(HEAD));
        for part in &self.parts {
            part.write(mail, &mut plain, &mut html);
        }
        plain.push_str(&format!("-- \r\n{}\r\n{}\r\n", self.because, mail.base));
        html.push_str(&format!(
            "<hr><p style=\"color:#4c6272;font-size:14px\">{}<br><a href=\"{base}\">{base}</a></p></body></html>",
            escaped(&self.because),
            base = escaped(&mail.base),
        ));
        (plain, html)
    }
}

const HEAD: &str = "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"></head>\
                    <body style=\"font-family:Arial,sans-serif;font-size:16px;line-height:1.5;color:#212b32\">";

impl Part {
    fn write(&self, mail: &Mail, plain: &mut String, html: &mut String) {
        match self {
            Self::Words(words) => {
                plain.push_str(&format!("{words}\r\n\r\n"));
                html.push_str(&format!("<p>{}</p>", escaped(words)));
            }
            Self::Heading(words) => {
                plain.push_str(&format!("{words}\r\n\r\n"));
                html.push_str(&format!("<h2 style=\"font-size:18px\">{}</h2>", escaped(words)));
            }
            Self::Button(label, path) => {
                let address = mail.address(path);
                plain.push_str(&format!("{label}:\r\n{address}\r\n\r\n"));
                html.push_str(&format!(
                    "<p><a href=\"{to}\" style=\"font-weight:bold\">{}</a><br><span style=\"font-size:14px\">{to}</span></p>",
                    escaped(label),
                    to = escaped(&address),
                ));
            }
            Self::List(lines) => {
                html.push_str("<ul>");
                for (words, path) in lines {
                    plain.push_str(&format!("* {words}\r\n"));
                    if path.is_empty() {
                        html.push_str(&format!("<li>{}</li>", escaped(words)));
                        continue;
                    }
                    let address = mail.address(path);
                    plain.push_str(&format!("  {address}\r\n"));
                    html.push_str(&format!("<li><a href=\"{}\">{}</a></li>", escaped(&address), escaped(words)));
                }
                html.push_str("</ul>");
                plain.push_str("\r\n");
            }
        }
    }
}

/// Words as they stand in HTML, between tags and in attributes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Words on one line, short enough for a subject: no line break can begin another header.
pub(super) fn one_line(words: &str) -> String {
    let words: String =
        words.chars().map(|c| if c.is_control() || "\u{2028}\u{2029}".contains(c) { ' ' } else { c }).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= MAX_SUBJECT {
        return words;
    }
    words.chars().take(MAX_SUBJECT - 1).chain(['…']).collect()
}
