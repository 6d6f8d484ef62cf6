//! What the operator tells the program to do at the command line.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use app::clock::Clock;
use app::continuity::derived::DERIVED;
use app::db::{self, Store};
use app::demo::bulk::{self, Size};
use app::operator::model::{self, FirstPerson};
use app::operator::{self, IntegrityReport};
use app::outbox;
use app::people::directory::model::TrustRole;

use crate::password;

/// What only the operator may do.
#[derive(clap::Subcommand, Debug)]
pub enum AdminCommand {
    /// Make a trust.
    CreateTrust {
        /// Its name, as it stands on every page.
        name: String,
    },
    /// Make a trust's first administrator or academy lead, who adds the others in the browser. Their first
    /// password, 12 characters or more, is asked for, or read from standard input or from the environment
    /// variable BATON_FIRST_PASSWORD: on the command line everybody on this computer could see it.
    CreatePerson {
        /// The name of the trust.
        #[arg(long)]
        trust: String,
        /// The person's name.
        #[arg(long)]
        name: String,
        /// The email address that they sign in with.
        #[arg(long)]
        email: String,
        /// academy-lead or administrator.
        #[arg(long, default_value = "administrator", value_parser = model::role)]
        role: TrustRole,
    },
    /// Print a code with which somebody who has forgotten their password sets a new one, once, within 24
    /// hours, on the page "Forgotten your password?".
    ResetPassword {
        /// A confirmed email address of theirs.
        #[arg(long)]
        email: String,
    },
    /// Open the closed account of somebody who works for another trust now, so that they can sign in and answer it.
    ReopenAccount {
        /// A confirmed email address of theirs.
        #[arg(long)]
        email: String,
    },
}

/// Says something to the person at the terminal.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Opens the store, making it when there is none; nobody restores or migrates it until both are dropped.
/// It may be open elsewhere: `admin` works also while the server runs.
///
/// # Errors
/// When it is being restored or migrated, or its schema is not this program's.
pub async fn open(data: &Path) -> anyhow::Result<(Store, File)> {
    db::file::make_folder(data).with_context(|| format!("cannot make the folder of {}", data.display()))?;
    let lock = db::lock_shared(data)
        .with_context(|| format!("{} is being restored or migrated: try again when that is done", data.display()))?;
    let store = Store::open(data, DERIVED).await.with_context(|| format!("cannot open {}", data.display()))?;
    operator::settle_charts(&store, Clock::System.now()).await?;
    Ok((store, lock))
}

/// Brings the schema of the store up to date, and logs where the store as it was is kept; whether it had to.
///
/// # Errors
/// When a program has the store open, or it cannot be copied or migrated.
pub async fn bring_up_to_date(data: &Path) -> anyhow::Result<bool> {
    let kept = operator::migrate(data).await.map_err(|why| anyhow!(why))?;
    if let Some(kept) = &kept {
        tracing::info!(data = %data.display(), kept = %kept.display(), "migrated; the store as it was is kept");
    }
    Ok(kept.is_some())
}

/// Brings the schema of the store up to date.
///
/// # Errors
/// As [`bring_up_to_date`], and when there is no store.
pub async fn migrate(data: &Path) -> anyhow::Result<()> {
    if !data.is_file() {
        bail!("there is no store at {}: `serve` and `admin` make a new one", data.display());
    }
    let had_to = bring_up_to_date(data).await?;
    say(&format!("{} {}.", data.display(), if had_to { "is migrated" } else { "is up to date" }));
    Ok(())
}

fn print_findings(findings: &IntegrityReport) {
    let (has, knows) = findings.migrations;
    say(&format!("SQLite {}; {has} of {knows} migrations.", findings.sqlite));
    if has < knows {
        say("`server serve` and `server migrate` bring it up to date.");
    }
}

/// Verifies the store and says what it finds.
///
/// # Errors
/// When something is wrong with it.
pub async fn check(data: &Path) -> anyhow::Result<()> {
    let findings = operator::check(data).await.map_err(|why| anyhow!(why))?;
    print_findings(&findings);
    for fault in &findings.faults {
        say(&format!("Fault: {fault}"));
    }
    if !findings.faults.is_empty() {
        bail!("{} has faults: restore the last good backup", data.display());
    }
    let (has, knows) = findings.migrations;
    if has == knows {
        check_derived(data).await?;
    }
    say(&format!("{} is sound: integrity, foreign keys, schema and history verify.", data.display()));
    Ok(())
}

/// Says how the timelines of a store differ from its facts, and what nobody can answer.
async fn check_derived(data: &Path) -> anyhow::Result<()> {
    let checked = operator::check_derived(data, Clock::System.today()).await.map_err(|why| anyhow!(why))?;
    let (differences, unanswerable) = checked;
    for line in &unanswerable {
        say(&format!("Warning: {line}. Give somebody the role of academy lead or administrator."));
    }
    for line in &differences {
        say(&format!("Fault: {line}"));
    }
    if !differences.is_empty() {
        bail!("{} says of projects what its facts do not give", data.display());
    }
    Ok(())
}

/// Writes a verified copy of the store.
///
/// # Errors
/// When it cannot be written or does not verify.
pub async fn backup(data: &Path, file: &Path) -> anyhow::Result<()> {
    operator::backup(data, file, Clock::System.now()).await.map_err(|why| anyhow!(why))?;
    say(&format!("{} is written and verified.", file.display()));
    Ok(())
}

/// Puts a backup in the place of the store.
///
/// # Errors
/// When the backup is damaged or newer, or the store is in use.
pub async fn restore(data: &Path, file: &Path, replace: bool) -> anyhow::Result<()> {
    let kept = operator::restore(data, file, replace, Clock::System.now()).await.map_err(|why| anyhow!(why))?;
    say(&format!("{} is restored from {}; everybody signs in again.", data.display(), file.display()));
    if let Some(kept) = kept {
        say(&format!("What was there is kept as {}.", kept.display()));
    }
    Ok(())
}

/// Prints the mail that would go out now, without the secrets of its links.
///
/// # Errors
/// When there is no store, or it cannot be read.
pub async fn mail(data: &Path) -> anyhow::Result<()> {
    if !data.is_file() {
        bail!("there is no store at {}", data.display());
    }
    let (store, _lock) = open(data).await?;
    let mut conn = store.read().await?;
    let waiting = outbox::waiting(&mut conn, Clock::System.now()).await?;
    // Where Baton is reached only `serve` knows.
    let mail = outbox::Mail { base: "https://BATON".into(), sends: false };
    let of_today = app::notices::store::preview(&mut conn, &mail, Clock::System.now()).await?;
    drop(conn);
    for mail in &waiting {
        say(&format!(
            "To: {}\nSubject: {}\nWritten: {}",
            mail.address,
            mail.subject,
            app::format::datetime(mail.written_at)
        ));
        if mail.attempts > 0 {
            say(&format!("Tried: {} times, last answer: {}", mail.attempts, mail.failure));
        }
        say(&format!("\n{}\n", mail.plain.as_deref().unwrap_or("(Only its addressee reads what it says.)")));
    }
    for (letter, words) in &of_today {
        let words = if letter.confidential { "(Only its addressee reads what it says.)" } else { words.as_str() };
        say(&format!("To: {}\nSubject: {}\nNot written yet\n\n{words}\n", letter.address, letter.subject));
    }
    let number = i64::try_from(waiting.len() + of_today.len())?;
    say(&app::format::count(number, "mail would go.", "mails would go."));
    store.close().await;
    Ok(())
}

/// Fills an empty store with the demonstration trust.
///
/// # Errors
/// When the store holds anything already.
pub async fn demo(data: &Path) -> anyhow::Result<()> {
    let (store, _lock) = open(data).await?;
    if !fill_demo(&store).await? {
        bail!("{} holds the demonstration already", data.display());
    }
    say("The demonstration trust is ready: serve it with --demo.");
    store.close().await;
    Ok(())
}

/// Fills the store with the demonstration when it is empty; whether it did.
///
/// # Errors
/// When the store holds a trust that is not the demonstration.
pub async fn fill_demo(store: &Store) -> anyhow::Result<bool> {
    Ok(app::demo::fill(store, Clock::System.now()).await?)
}

/// Fills an empty store with a trust of a size and prints, as JSON, what a load tool needs to ask as two
/// of its people.
///
/// # Errors
/// When the store holds anything already.
pub async fn bench_fill(data: &Path, size: Size) -> anyhow::Result<()> {
    let (store, _lock) = open(data).await?;
    let targets = bulk::fill(&store, size, Clock::System.now()).await?;
    say(&serde_json::to_string(&targets)?);
    store.close().await;
    Ok(())
}

/// Makes trusts and first people.
///
/// # Errors
/// When what was said does not fit; the sentence says why.
pub async fn admin(data: &Path, command: AdminCommand) -> anyhow::Result<()> {
    if !matches!(command, AdminCommand::CreateTrust { .. }) && !data.is_file() {
        bail!(
            "there is no store at {}: give --data, or make the first trust with `admin create-trust`",
            data.display()
        );
    }
    let (store, _lock) = open(data).await?;
    let now = Clock::System.now();
    match command {
        AdminCommand::CreateTrust { name } => {
            operator::add_trust(&store, &name, now).await?;
            say(&format!("{name} is made. Now make its first administrator with `admin create-person`."));
        }
        AdminCommand::CreatePerson { trust, name, email, role } => {
            let password = match std::env::var("BATON_FIRST_PASSWORD") {
                Ok(password) => password,
                Err(_) => password::prompt("First password").await?,
            };
            operator::add_person(
                &store,
                FirstPerson { trust, name: name.clone(), address: email, role, password },
                now,
            )
            .await?;
            say(&format!("{name} can sign in now."));
        }
        AdminCommand::ResetPassword { email } => {
            let code = operator::reset_password(&store, &email, now).await?;
            say(&format!("{code} sets a new password for {email}, once, within 24 hours. Give it to them in person."));
        }
        AdminCommand::ReopenAccount { email } => {
            operator::reopen_account(&store, &email, now).await?;
            say(&format!("The account of {email} is open again, with the password that it had."));
        }
    }
    store.close().await;
    Ok(())
}
