//! What the operator tells the program to do at the command line.

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use app::clock::Clock;
use app::db::{self, Store};
use app::demo::crowd::{self, Size};
use app::operator::model::{FirstPerson, Role};
use app::operator::{self, Findings};

/// What only the operator may do.
#[derive(clap::Subcommand, Debug)]
pub enum AdminCommand {
    /// Make a trust.
    CreateTrust {
        /// Its name, as it stands on every page.
        name: String,
    },
    /// Make a trust's first administrator or academy lead, who adds the others in the browser.
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
        #[arg(long, default_value = "administrator")]
        role: Role,
        /// Their first password, 12 characters or more; without it, it is read from standard input.
        #[arg(long, env = "BATON_FIRST_PASSWORD", hide_env_values = true)]
        password: Option<String>,
    },
    /// Print a code with which somebody who has forgotten their password sets a new one, once, within 24
    /// hours, on the page "Forgotten your password?".
    ResetPassword {
        /// A confirmed email address of theirs.
        #[arg(long)]
        email: String,
    },
}

/// Says something to the person at the terminal.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

async fn open(data: &Path) -> anyhow::Result<Store> {
    if let Some(folder) = data.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    Store::open(data).await.with_context(|| format!("cannot open {}", data.display()))
}

fn told(findings: &Findings) {
    let (has, knows) = findings.migrations;
    say(&format!("SQLite {}; {has} of {knows} migrations.", findings.sqlite));
    if has < knows {
        say("The next start of the server brings it up to date.");
    }
}

/// Verifies the store and says what it finds.
///
/// # Errors
/// When something is wrong with it.
pub async fn check(data: &Path) -> anyhow::Result<()> {
    let findings = operator::check(data).await.map_err(|why| anyhow!(why))?;
    told(&findings);
    for fault in &findings.faults {
        say(&format!("Fault: {fault}"));
    }
    if !findings.faults.is_empty() {
        bail!("{} has faults: restore the last good backup", data.display());
    }
    say(&format!("{} is sound: integrity, foreign keys and history verify.", data.display()));
    Ok(())
}

/// Writes a verified copy of the store.
///
/// # Errors
/// When it cannot be written or does not verify.
pub async fn backup(data: &Path, file: &Path) -> anyhow::Result<()> {
    operator::backup(data, file).await.map_err(|why| anyhow!(why))?;
    say(&format!("{} is written and verified.", file.display()));
    Ok(())
}

/// Puts a backup in the place of the store.
///
/// # Errors
/// When the backup is damaged or newer, or the store is in use.
pub async fn restore(data: &Path, file: &Path, replace: bool) -> anyhow::Result<()> {
    operator::restore(data, file, replace).await.map_err(|why| anyhow!(why))?;
    say(&format!("{} is restored from {}.", data.display(), file.display()));
    Ok(())
}

/// Fills an empty store with the demonstration trust.
///
/// # Errors
/// When the store holds anything already.
pub async fn demo(data: &Path) -> anyhow::Result<()> {
    let _lock = db::lock_shared(data)?;
    let store = open(data).await?;
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
    let store = open(data).await?;
    let handles = crowd::fill(&store, size, Clock::System.now()).await?;
    say(&serde_json::to_string(&handles)?);
    store.close().await;
    Ok(())
}

/// Makes trusts and first people.
///
/// # Errors
/// When what was said does not fit; the sentence says why.
pub async fn admin(data: &Path, command: AdminCommand) -> anyhow::Result<()> {
    let store = open(data).await?;
    let now = Clock::System.now();
    match command {
        AdminCommand::CreateTrust { name } => {
            operator::add_trust(&store, &name, now).await?;
            say(&format!("{name} is made. Now make its first administrator with `admin create-person`."));
        }
        AdminCommand::CreatePerson { trust, name, email, role, password } => {
            let password = match password {
                Some(password) => password,
                None => read_password()?,
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
    }
    store.close().await;
    Ok(())
}

fn read_password() -> anyhow::Result<String> {
    let _ = write!(std::io::stderr(), "First password: ");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("no password was given")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
