//! What the operator tells the program to do at the command line.

use std::io::Write as _;
use std::path::Path;

use app::db::Store;

/// What only the operator may do.
#[derive(clap::Subcommand, Debug)]
pub enum AdminCommand {
    /// Make a trust.
    CreateTrust {
        /// Its name.
        name: String,
    },
}

/// Says something to the person at the terminal.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// x
pub async fn check(_data: &Path) -> anyhow::Result<()> {
    Ok(())
}
/// x
pub async fn backup(_data: &Path, _file: &Path) -> anyhow::Result<()> {
    Ok(())
}
/// x
pub async fn restore(_data: &Path, _file: &Path, _replace: bool) -> anyhow::Result<()> {
    Ok(())
}
/// x
pub async fn demo(_data: &Path) -> anyhow::Result<()> {
    Ok(())
}
/// x
pub async fn admin(_data: &Path, _command: AdminCommand) -> anyhow::Result<()> {
    Ok(())
}
/// x
pub async fn fill_demo(_store: &Store) -> anyhow::Result<()> {
    Ok(())
}
