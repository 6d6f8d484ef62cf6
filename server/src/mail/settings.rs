//! Which mail server mail goes to, and how.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use lettre::Tokio1Executor;
use lettre::message::Mailbox;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};

/// How mail is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args)]
pub struct MailSettings {
    /// The mail server that takes Baton's mail: smtp://HOST:PORT, which insists on STARTTLS, smtps://HOST:PORT for TLS
    /// from the first byte, or smtp://HOST:PORT?tls=none for a relay on this computer. With a user: smtp://USER@HOST.
    /// Without it nothing is sent, and administrators read what would have been.
    #[arg(long, env = "BATON_SMTP_URL", id = "smtp_url")]
    pub smtp_url: Option<String>,
    /// The file whose first line is the password of the mail server's user.
    #[arg(long, env = "BATON_SMTP_PASSWORD_FILE", requires = "smtp_url")]
    pub smtp_password_file: Option<PathBuf>,
    /// From whom mail comes: an address, or a name and an address, as in "Baton <baton@trust.nhs.uk>".
    #[arg(long, env = "BATON_MAIL_FROM", requires = "smtp_url")]
    pub mail_from: Option<String>,
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    None,
    StartTls,
    Tls,
}

/// A mail server, as its address says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Server {
    host: String,
    port: u16,
    user: Option<String>,
    encryption: Encryption,
}

impl Server {
    fn parse(url: &str) -> anyhow::Result<Self> {
        let uri: http::Uri = url.parse().context("--smtp-url is not an address")?;
        let encryption = match (uri.scheme_str(), uri.query()) {
            (Some("smtps"), None) => Encryption::Tls,
            (Some("smtp"), None) => Encryption::StartTls,
            (Some("smtp"), Some("tls=none")) => Encryption::None,
            _ => bail!("--smtp-url must be smtp://HOST:PORT, smtps://HOST:PORT or smtp://HOST:PORT?tls=none"),
        };
        let authority = uri.authority().context("--smtp-url names no host")?;
        let user = authority.as_str().rsplit_once('@').map(|(user, _)| user);
        if user.is_some_and(|user| user.contains(':')) {
            bail!("--smtp-url holds a password: everybody on this computer could see it; give --smtp-password-file");
        }
        let user = user.map(|user| {
            // `%40` for the @ of a user who is an address.
            let pairs = form_urlencoded::parse(user.as_bytes()).next();
            pairs.map(|(user, _)| user.into_owned()).unwrap_or_default()
        });
        let port = match encryption {
            Encryption::Tls => 465,
            Encryption::StartTls => 587,
            Encryption::None => 25,
        };
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        if encryption == Encryption::None && user.is_some() {
            bail!("a password is not sent to a mail server without TLS: leave ?tls=none out");
        }
        Ok(Self { host, port: authority.port_u16().unwrap_or(port), user, encryption })
    }
}

impl MailSettings {
    /// What sends, and from whom; none when no mail server is set.
    pub(super) fn transport(
        &self,
        timeout: Duration,
    ) -> anyhow::Result<Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>> {
        let Some(url) = self.smtp_url.as_deref().filter(|url| !url.trim().is_empty()) else { return Ok(None) };
        let server = Server::parse(url.trim())?;
        let from = self.mail_from.as_deref().context("--smtp-url needs --mail-from: from whom mail comes")?;
        let from: Mailbox = from.trim().parse().context("--mail-from is no mail address")?;
        let tls = match server.encryption {
            Encryption::None => Tls::None,
            Encryption::StartTls => Tls::Required(TlsParameters::new(server.host.clone())?),
            Encryption::Tls => Tls::Wrapper(TlsParameters::new(server.host.clone())?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.host)
            .port(server.port)
            .tls(tls)
            .timeout(Some(timeout));
        match (server.user, &self.smtp_password_file) {
            (Some(user), Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("cannot read the mail server's password in {}", file.display()))?;
                let password = text.lines().next().unwrap_or_default().to_owned();
                builder = builder.credentials(Credentials::new(user, password));
            }
            (None, None) => {}
            _ => bail!("a user in --smtp-url and --smtp-password-file belong together"),
        }
        Ok(Some((builder.build(), from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_server_is_told_by_its_address() {
        let server =
            |url| Server::parse(url).map(|server| (server.host, server.port, server.user, server.encryption)).ok();
        let some = |host: &str, port, user: Option<&str>, encryption| {
            Some((host.to_owned(), port, user.map(str::to_owned), encryption))
        };
        assert_eq!(server("smtp://mail.trust.uk"), some("mail.trust.uk", 587, None, Encryption::StartTls));
        assert_eq!(
            server("smtps://baton%40trust.uk@mail.trust.uk:4465"),
            some("mail.trust.uk", 4465, Some("baton@trust.uk"), Encryption::Tls)
        );
        assert_eq!(server("smtp://127.0.0.1:2525?tls=none"), some("127.0.0.1", 2525, None, Encryption::None));
        assert_eq!(server("smtp://[::1]:25?tls=none"), some("::1", 25, None, Encryption::None));
        for wrong in [
            "mail.trust.uk",
            "http://mail.trust.uk",
            "smtp://u:p@mail.trust.uk",
            "smtp://u@h?tls=none",
            "smtp://h?tls=maybe",
        ] {
            assert_eq!(server(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn settings_that_do_not_fit_together_are_refused() {
        let settings = |url: &str, from: &str, file: Option<&str>| {
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            MailSettings { smtp_url: some(url), smtp_password_file: file.map(PathBuf::from), mail_from: some(from) }
        };
        let made = |settings: MailSettings| settings.transport(Duration::from_secs(1)).map(|made| made.is_some()).ok();
        assert_eq!(made(MailSettings::default()), Some(false));
        assert_eq!(made(settings("smtp://localhost?tls=none", "Baton <baton@trust.uk>", None)), Some(true));
        assert_eq!(made(settings("smtp://mail.trust.uk", "Baton <baton@trust.uk>", None)), Some(true));
        assert_eq!(made(settings("smtp://localhost", "", None)), None);
        assert_eq!(made(settings("smtp://localhost", "baton", None)), None);
        assert_eq!(made(settings("smtp://localhost", "a@b.uk\r\nBcc: c@d.uk", None)), None);
        assert_eq!(made(settings("smtp://user@localhost", "a@b.uk", None)), None);
        assert_eq!(made(settings("smtp://user@localhost", "a@b.uk", Some("/nonexistent"))), None);
    }
}
